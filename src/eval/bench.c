/* Benchmarks: the registered ones, and the items of a run. */
#include "cairn/bench.h"

#include <string.h>

#include "bench_list.inc"
#include "core/registry.h"
#include "eval/bench_run.h"

const cairn_bench_type *const *cairn_benches(void) {
    return bench_list;
}

cairn_status cairn_bench_named(cairn_ctx *ctx, const char *name, const cairn_bench_type **out) {
    int index;
    const char *options;
    CAIRN_TRY(registry_find(ctx, NULL, "benchmark", bench_abouts, name, &index, &options, NULL));
    *out = bench_list[index];
    return CAIRN_OK;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

cairn_status cairn_bench_open(cairn_ctx *ctx, const cairn_bench_type *bench, const void *config,
                              cairn_bench_run **out) {
    cairn_arena *arena;
    *out = NULL;
    for (int i = 0; !config && i < bench->about.option_count; i++)
        if (!bench->about.options[i].preset)
            return cairn_fail(ctx, CAIRN_INVALID, "benchmark %s: the option %s has no preset and must be given",
                              bench->about.name, bench->about.options[i].name);
    if (bench->n_tallies > BENCH_TALLIES_MOST || bench->n_figures > BENCH_FIGURES_MOST)
        return cairn_fail(ctx, CAIRN_INVALID, "benchmark %s has more than %d tallies or %d figures", bench->about.name,
                          BENCH_TALLIES_MOST, BENCH_FIGURES_MOST);
    CAIRN_TRY(cairn_arena_open(ctx, 1 << 16, &arena));
    cairn_bench_run *run = cairn_alloc(ctx, 1, sizeof *run);
    void *presets = config || !run ? NULL : cairn_arena_alloc(arena, 1, bench->about.config_size);
    cairn_status status = run && (config || presets) ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK && presets) status = cairn_options_preset(ctx, &bench->about, arena, presets);
    if (status != CAIRN_OK) {
        cairn_free(run);
        cairn_arena_close(arena);
        return status;
    }
    *run = (cairn_bench_run){.ctx = ctx, .arena = arena, .bench = bench, .config = config ? config : presets};
    *out = run;
    return CAIRN_OK;
}

void cairn_bench_close(cairn_bench_run *run) {
    if (!run) return;
    cairn_free(run->items);
    cairn_free(run->subsets);
    cairn_free(run->by_id);
    cairn_free(run->tallies);
    cairn_free(run->units);
    cairn_free(run->sizes);
    cairn_arena_close(run->arena);
    cairn_free(run);
}

cairn_ctx *cairn_bench_ctx(const cairn_bench_run *run) {
    return run->ctx;
}

cairn_arena *cairn_bench_arena(const cairn_bench_run *run) {
    return run->arena;
}

const void *cairn_bench_config(const cairn_bench_run *run) {
    return run->config;
}

const char *cairn_bench_where(const cairn_bench_run *run) {
    return run->rows ? rows_where(run->rows) : run->bench->about.name;
}

void **cairn_bench_own(cairn_bench_run *run) {
    return &run->own;
}

const char *cairn_bench_stem(const cairn_bench_run *run) {
    return run->stem ? run->stem : "";
}

size_t cairn_bench_count(const cairn_bench_run *run) {
    return run->n;
}

cairn_bench_item *cairn_bench_item_at(cairn_bench_run *run, size_t i) {
    return &run->items[i];
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

static cairn_status number_subset(cairn_bench_run *run, const char *name, int32_t *out) {
    for (int32_t i = run->n_subsets; i-- > 0;) { /* most often the last one */
        if (strcmp(run->subsets[i], name) != 0) continue;
        *out = i;
        return CAIRN_OK;
    }
    if (run->n_subsets >= 4096)
        return cairn_fail(run->ctx, CAIRN_LIMIT, "%s: more than 4096 subsets", cairn_bench_where(run));
    CAIRN_TRY(cairn_grow(run->ctx, (void **)&run->subsets, &run->subsets_capacity, (size_t)run->n_subsets + 1,
                         sizeof *run->subsets));
    const char *copy = cairn_arena_copy(run->arena, name, strlen(name));
    if (!copy) return CAIRN_NO_MEMORY;
    *out = run->n_subsets;
    run->subsets[run->n_subsets++] = copy;
    return CAIRN_OK;
}

/* Where the item of this id is in the index, or would be; `subset` NULL: of any. */
static uint32_t *slot_of(const cairn_bench_run *run, const char *subset, const char *id) {
    size_t slot = (size_t)cairn_key(id, strlen(id)) & (run->slots - 1);
    for (; run->by_id[slot]; slot = (slot + 1) & (run->slots - 1)) {
        const cairn_bench_item *item = &run->items[run->by_id[slot] - 1];
        if (strcmp(item->id, id) == 0 && (!subset || strcmp(item->subset, subset) == 0)) break;
    }
    return &run->by_id[slot];
}

cairn_bench_item *cairn_bench_find(cairn_bench_run *run, const char *subset, const char *id) {
    if (!run->by_id) return NULL;
    uint32_t found = *slot_of(run, subset, id);
    return found ? &run->items[found - 1] : NULL;
}

/* Room in the index for one more item. */
static cairn_status widen_index(cairn_bench_run *run) {
    if (run->slots >= 2 * (run->n + 1)) return CAIRN_OK;
    size_t slots = run->slots ? 2 * run->slots : 16;
    uint32_t *by_id = cairn_alloc(run->ctx, slots, sizeof *by_id);
    if (!by_id) return CAIRN_NO_MEMORY;
    cairn_free(run->by_id);
    run->by_id = by_id;
    run->slots = slots;
    for (size_t i = 0; i < run->n; i++) *slot_of(run, run->items[i].subset, run->items[i].id) = (uint32_t)i + 1;
    return CAIRN_OK;
}

/* Takes items back until n are left, the last ones first: the index has no gap then. Of the subsets the first n_subsets
 * stay, those that had items before. */
static void take_back(cairn_bench_run *run, size_t n, int32_t n_subsets) {
    for (; run->n > n; run->n--) *slot_of(run, run->items[run->n - 1].subset, run->items[run->n - 1].id) = 0;
    run->n_subsets = n_subsets;
}

cairn_status cairn_bench_add(cairn_bench_run *run, const cairn_bench_item *item) {
    cairn_bench_item added = *item;
    if (run->n >= UINT32_MAX - 1) return cairn_fail(run->ctx, CAIRN_LIMIT, "more than 2^32 - 2 items");
    CAIRN_TRY(number_subset(run, item->subset ? item->subset : cairn_bench_stem(run), &added.subset_index));
    added.subset = run->subsets[added.subset_index];
    CAIRN_TRY(widen_index(run));
    uint32_t *slot = slot_of(run, added.subset, added.id);
    if (*slot && run->bench->first_wins) {
        run->repeated++;
        return CAIRN_OK;
    }
    if (*slot)
        return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: the id `%.64s` of %.64s was read before", cairn_bench_where(run),
                          added.id, added.subset);
    added.group = item->group ? cairn_arena_copy(run->arena, item->group, strlen(item->group)) : item->id;
    if (!added.group) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_grow(run->ctx, (void **)&run->items, &run->capacity, run->n + 1, sizeof *run->items));
    run->items[run->n++] = added;
    *slot = (uint32_t)run->n;
    return CAIRN_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* The file's name without folders and ending, in the arena. */
static cairn_status name_stem(cairn_bench_run *run, const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    const char *dot = strrchr(name, '.');
    run->stem = cairn_arena_copy(run->arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
    return run->stem ? CAIRN_OK : CAIRN_NO_MEMORY;
}

typedef cairn_status (*row_fn)(cairn_bench_run *run, const json_t *row);

/* A bad row costs that row where bad ones are passed over: what it added before it failed is taken back. */
static cairn_status use_row(cairn_bench_run *run, const json_t *row, row_fn use, const cairn_bench_reading *how,
                            cairn_status status) {
    size_t before = run->n;
    int32_t subsets = run->n_subsets;
    if (status == CAIRN_OK) status = use(run, row);
    bool bad = status == CAIRN_FORMAT || status == CAIRN_LIMIT || status == CAIRN_INVALID;
    if (!bad || !how->skip_bad) return status;
    take_back(run, before, subsets);
    run->skipped++;
    cairn_log(run->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(run->ctx));
    return CAIRN_OK;
}

static cairn_status use_rows(cairn_bench_run *run, row_fn use, const cairn_bench_reading *how) {
    int64_t told = 0;
    for (;;) {
        const json_t *row = NULL;
        if (cairn_cancelled(run->ctx)) return cairn_fail(run->ctx, CAIRN_CANCELLED, "interrupted");
        cairn_status status = rows_next(run->rows, &row);
        if (status == CAIRN_END) return CAIRN_OK;
        CAIRN_TRY(use_row(run, row, use, how, status));
        if (how->progress) cairn_progress_add(how->progress, rows_offset(run->rows) - told);
        told = rows_offset(run->rows);
    }
}

static cairn_status read_file(cairn_bench_run *run, const char *path, row_fn use, const cairn_bench_reading *how) {
    cairn_bench_reading plain = {0};
    if (!how) how = &plain;
    CAIRN_TRY(name_stem(run, path));
    CAIRN_TRY(rows_open(run->ctx, path, how->max_row_bytes ? how->max_row_bytes : BENCH_ROW_BYTES, &run->rows));
    cairn_status status = use_rows(run, use, how);
    rows_close(run->rows);
    run->rows = NULL;
    return status;
}

cairn_status cairn_bench_read(cairn_bench_run *run, const char *path, const cairn_bench_reading *how) {
    if (run->ended) return cairn_fail(run->ctx, CAIRN_INVALID, "benchmark %s: its items are complete", path);
    return read_file(run, path, run->bench->row, how);
}

cairn_status cairn_bench_end(cairn_bench_run *run) {
    if (run->ended) return CAIRN_OK;
    if (run->bench->end) CAIRN_TRY(run->bench->end(run));
    if (run->n == 0)
        return cairn_fail(run->ctx, CAIRN_INVALID, "%s: the files hold no item of this benchmark%s",
                          run->bench->about.name, run->skipped ? ": all rows were bad" : "");
    if (run->repeated)
        cairn_log(run->ctx, CAIRN_LOG_INFO, "%s: %zu rows have the id of an earlier one and are left out",
                  run->bench->about.name, run->repeated);
    run->ended = true;
    return CAIRN_OK;
}

cairn_status cairn_bench_predict(cairn_bench_run *run, const char *path, const cairn_bench_reading *how) {
    if (!run->bench->predict)
        return cairn_fail(run->ctx, CAIRN_INVALID, "%s has no files of predictions: its files hold them",
                          run->bench->about.name);
    CAIRN_TRY(cairn_bench_end(run));
    return read_file(run, path, run->bench->predict, how);
}

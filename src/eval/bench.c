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

/* ---- a run --------------------------------------------------------------------------------------------------------- */

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

const char *cairn_bench_stem(const cairn_bench_run *run) {
    return run->stem ? run->stem : "";
}

size_t cairn_bench_count(const cairn_bench_run *run) {
    return run->n;
}

cairn_bench_item *cairn_bench_item_at(cairn_bench_run *run, size_t i) {
    return &run->items[i];
}

/* ---- items --------------------------------------------------------------------------------------------------------- */

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

cairn_status cairn_bench_add(cairn_bench_run *run, const cairn_bench_item *item) {
    cairn_bench_item added = *item;
    if (run->n >= UINT32_MAX - 1) return cairn_fail(run->ctx, CAIRN_LIMIT, "more than 2^32 - 2 items");
    CAIRN_TRY(number_subset(run, item->subset ? item->subset : cairn_bench_stem(run), &added.subset_index));
    added.subset = run->subsets[added.subset_index];
    added.group = item->group ? cairn_arena_copy(run->arena, item->group, strlen(item->group)) : item->id;
    if (!added.group) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_grow(run->ctx, (void **)&run->items, &run->capacity, run->n + 1, sizeof *run->items));
    run->items[run->n++] = added;
    return CAIRN_OK;
}

static size_t slot_of(const cairn_bench_run *run, const char *id) {
    return (size_t)cairn_key(id, strlen(id)) & (run->slots - 1);
}

cairn_bench_item *cairn_bench_find(cairn_bench_run *run, const char *subset, const char *id) {
    if (!run->by_id) return NULL;
    for (size_t slot = slot_of(run, id); run->by_id[slot]; slot = (slot + 1) & (run->slots - 1)) {
        cairn_bench_item *item = &run->items[run->by_id[slot] - 1];
        if (strcmp(item->id, id) == 0 && (!subset || strcmp(item->subset, subset) == 0)) return item;
    }
    return NULL;
}

static cairn_status index_ids(cairn_bench_run *run) {
    size_t kept = 0;
    run->slots = 16;
    while (run->slots < 2 * run->n) run->slots *= 2;
    run->by_id = cairn_alloc(run->ctx, run->slots, sizeof *run->by_id);
    if (!run->by_id) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < run->n; i++) {
        const cairn_bench_item *item = &run->items[i];
        if (cairn_bench_find(run, item->subset, item->id)) {
            if (run->bench->first_wins) continue;
            return cairn_fail(run->ctx, CAIRN_INVALID, "%s: two items of %s have the id `%s`", run->bench->about.name,
                              item->subset, item->id);
        }
        size_t slot = slot_of(run, item->id);
        while (run->by_id[slot]) slot = (slot + 1) & (run->slots - 1);
        run->items[kept++] = *item;
        run->by_id[slot] = (uint32_t)kept;
    }
    if (kept < run->n)
        cairn_log(run->ctx, CAIRN_LOG_INFO, "%s: %zu items have the id of an earlier one and are dropped",
                  run->bench->about.name, run->n - kept);
    run->n = kept;
    return CAIRN_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

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
    if (status == CAIRN_OK) status = use(run, row);
    bool bad = status == CAIRN_FORMAT || status == CAIRN_LIMIT || status == CAIRN_INVALID;
    if (!bad || !how->skip_bad) return status;
    run->n = before;
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
    if (run->n == 0)
        return cairn_fail(run->ctx, CAIRN_INVALID, "%s: the files hold no item of this benchmark%s",
                          run->bench->about.name, run->skipped ? ": all rows were bad" : "");
    CAIRN_TRY(index_ids(run));
    run->ended = true;
    return run->bench->end ? run->bench->end(run) : CAIRN_OK;
}

cairn_status cairn_bench_predict(cairn_bench_run *run, const char *path, const cairn_bench_reading *how) {
    if (!run->bench->predict)
        return cairn_fail(run->ctx, CAIRN_INVALID, "%s has no files of predictions: its files hold them",
                          run->bench->about.name);
    CAIRN_TRY(cairn_bench_end(run));
    return read_file(run, path, run->bench->predict, how);
}

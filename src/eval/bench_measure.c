/* The table of a benchmark: tallies, sums by subset, figures with intervals, baselines. */
#include <math.h>
#include <string.h>

#include "eval/bench_run.h"

int32_t bench_rows_of(const cairn_bench_run *run) {
    return run->n_subsets + run->bench->n_summaries;
}

const double *cairn_bench_tally_of(const cairn_bench_run *run, size_t i) {
    return run->tallies + i * (size_t)run->bench->n_tallies;
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

/* Numbers the groups of each subset in order of appearance, into units[i]; sizes[s] counts them. */
static void number_groups(cairn_bench_run *run, uint64_t *keys, uint32_t *numbers) {
    size_t mask = run->slots - 1;
    for (size_t i = 0; i < run->n; i++) {
        const cairn_bench_item *item = &run->items[i];
        uint64_t key = cairn_key_mix(cairn_key(item->group, strlen(item->group)), (uint64_t)item->subset_index);
        size_t slot = (size_t)key & mask;
        while (numbers[slot] && keys[slot] != key) slot = (slot + 1) & mask;
        if (!numbers[slot]) {
            keys[slot] = key;
            numbers[slot] = (uint32_t)++run->sizes[item->subset_index];
        }
        run->units[i] = numbers[slot] - 1;
    }
}

/* Numbers the groups: run->units and run->sizes. */
static cairn_status group(cairn_bench_run *run) {
    if (run->units) return CAIRN_OK;
    uint64_t *keys = cairn_alloc(run->ctx, run->slots, sizeof *keys);
    uint32_t *numbers = cairn_alloc(run->ctx, run->slots, sizeof *numbers);
    run->units = cairn_alloc(run->ctx, run->n, sizeof *run->units);
    run->sizes = cairn_alloc(run->ctx, (size_t)run->n_subsets, sizeof *run->sizes);
    cairn_status status = keys && numbers && run->units && run->sizes ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) number_groups(run, keys, numbers);
    cairn_free(keys);
    cairn_free(numbers);
    if (status != CAIRN_OK) return status;
    size_t *first = cairn_alloc(run->ctx, (size_t)run->n_subsets + 1, sizeof *first);
    if (!first) return CAIRN_NO_MEMORY;
    for (int32_t s = 0; s < run->n_subsets; s++) first[s + 1] = first[s] + run->sizes[s];
    for (size_t i = 0; i < run->n; i++) run->units[i] += first[run->items[i].subset_index];
    run->n_units = first[run->n_subsets];
    cairn_free(first);
    return CAIRN_OK;
}

/* ---- tallies and figures ----------------------------------------------------------------------------------------- */

/* Tallies of all items into out[n][n_tallies]. */
static cairn_status tally_all(cairn_bench_run *run, const cairn_bench_item *items, double *out) {
    size_t width = (size_t)run->bench->n_tallies;
    for (size_t i = 0; i < run->n; i++) {
        cairn_status status = run->bench->tally(run, &items[i], out + i * width);
        if (status != CAIRN_OK)
            return cairn_fail_within(run->ctx, status, "%.64s: %.64s", items[i].subset, items[i].id);
    }
    return CAIRN_OK;
}

/* Mean of the subsets' figures out[n_subsets][n_figures], those that are defined. */
static void average(const cairn_bench_run *run, const cairn_bench_summary *summary, const double *sums,
                    const double *figures, double *out) {
    int32_t width = run->bench->n_tallies, k = run->bench->n_figures;
    double total[BENCH_FIGURES_MOST] = {0}, weights[BENCH_FIGURES_MOST] = {0};
    for (int32_t s = 0; s < run->n_subsets; s++) {
        double weight = summary->weight ? summary->weight(run->config, run->subsets[s], sums + s * width) : 1;
        for (int32_t f = 0; weight != 0 && f < k; f++) {
            double figure = figures[s * k + f];
            if (isnan(figure)) continue;
            total[f] += weight * figure;
            weights[f] += weight;
        }
    }
    for (int32_t f = 0; f < k; f++) out[f] = weights[f] > 0 ? total[f] / weights[f] : NAN;
    if (run->bench->settle) run->bench->settle(run->config, out);
}

static void pool(const cairn_bench_run *run, const cairn_bench_summary *summary, const double *sums, double *pooled) {
    int32_t width = run->bench->n_tallies;
    memset(pooled, 0, (size_t)width * sizeof *pooled);
    for (int32_t s = 0; s < run->n_subsets; s++) {
        double weight = summary->weight ? summary->weight(run->config, run->subsets[s], sums + s * width) : 1;
        for (int32_t t = 0; weight != 0 && t < width; t++) pooled[t] += weight * sums[s * width + t];
    }
}

void bench_figures(const void *arg, const double *sums, double *out) {
    const cairn_bench_run *run = arg;
    const cairn_bench_type *bench = run->bench;
    int32_t k = bench->n_figures;
    double pooled[BENCH_TALLIES_MOST];
    for (int32_t s = 0; s < run->n_subsets; s++) bench->measure(run->config, sums + s * bench->n_tallies, out + s * k);
    for (int32_t i = 0; i < bench->n_summaries; i++) {
        double *row = out + (run->n_subsets + i) * k;
        if (!bench->summaries[i].pooled) {
            average(run, &bench->summaries[i], sums, out, row);
            continue;
        }
        pool(run, &bench->summaries[i], sums, pooled);
        bench->measure(run->config, pooled, row);
    }
}

/* Tallies [n] of items as sums of subsets. */
static void sum_subsets(const cairn_bench_run *run, const double *tallies, double *sums) {
    size_t width = (size_t)run->bench->n_tallies;
    for (size_t i = 0; i < run->n; i++)
        for (size_t t = 0; t < width; t++)
            sums[(size_t)run->items[i].subset_index * width + t] += tallies[i * width + t];
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* Whether the row has items of the subset. */
static bool row_has(const cairn_bench_run *run, int32_t row, int32_t subset, const double *sums) {
    if (row < run->n_subsets) return row == subset;
    const cairn_bench_summary *summary = &run->bench->summaries[row - run->n_subsets];
    return !summary->weight ||
           summary->weight(run->config, run->subsets[subset], sums + subset * run->bench->n_tallies) != 0;
}

static void count_row(const cairn_bench_run *run, int32_t row, const double *sums, const int64_t *items,
                      const int64_t *silent, cairn_bench_row *out) {
    for (int32_t s = 0; s < run->n_subsets; s++) {
        if (!row_has(run, row, s, sums)) continue;
        out->items += items[s];
        out->silent += silent[s];
        out->groups += (int64_t)run->sizes[s];
    }
}

/* Figures that are no function of sums, of the row's items. */
static cairn_status rank_row(cairn_bench_run *run, int32_t row, const double *sums, const cairn_bench_item **chosen,
                             cairn_interval *figures) {
    size_t n = 0;
    bool pooled = row < run->n_subsets || run->bench->summaries[row - run->n_subsets].pooled;
    if (!run->bench->rank || !pooled) return CAIRN_OK;
    for (size_t i = 0; i < run->n; i++)
        if (row_has(run, row, run->items[i].subset_index, sums)) chosen[n++] = &run->items[i];
    return n ? run->bench->rank(run, chosen, n, figures) : CAIRN_OK;
}

/* No interval of a share has width 0 (cairn_stat_widen); another number has none where its groups do not vary. */
static void widen(const cairn_bench_type *bench, int64_t groups, cairn_interval *figures) {
    for (int32_t f = 0; f < bench->n_figures; f++) {
        cairn_figure_form form = bench->figures[f].form;
        if (isnan(figures[f].low) || isnan(figures[f].high)) continue;
        if (form == CAIRN_FIGURE_NUMBER && figures[f].low == figures[f].high) figures[f].low = figures[f].high = NAN;
        if (form != CAIRN_FIGURE_PERCENT && form != CAIRN_FIGURE_SIGNED) continue;
        cairn_stat_widen(&figures[f], (size_t)groups, 0.95, form == CAIRN_FIGURE_SIGNED ? -1 : 0, 1);
    }
}

static cairn_status fill_rows(cairn_bench_run *run, const double *sums, cairn_interval *figures,
                              cairn_bench_row *table) {
    int32_t k = run->bench->n_figures, n_rows = bench_rows_of(run);
    int64_t *items = cairn_arena_alloc(run->arena, (size_t)run->n_subsets, sizeof *items);
    int64_t *silent = cairn_arena_alloc(run->arena, (size_t)run->n_subsets, sizeof *silent);
    const cairn_bench_item **chosen = cairn_arena_alloc(run->arena, run->bench->rank ? run->n : 1, sizeof *chosen);
    if (!items || !silent || !chosen) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < run->n; i++) {
        items[run->items[i].subset_index]++;
        silent[run->items[i].subset_index] += !run->items[i].answered;
    }
    for (int32_t r = 0; r < n_rows; r++) {
        const cairn_bench_summary *summary = r < run->n_subsets ? NULL : &run->bench->summaries[r - run->n_subsets];
        table[r] = (cairn_bench_row){.name = summary ? summary->name : run->subsets[r],
                                     .meaning = summary ? summary->meaning : NULL,
                                     .sums = summary ? NULL : sums + r * run->bench->n_tallies,
                                     .figures = figures + r * k};
        count_row(run, r, sums, items, silent, &table[r]);
        if (summary && summary->pooled) {
            double *pooled = cairn_arena_alloc(run->arena, (size_t)run->bench->n_tallies, sizeof *pooled);
            if (!pooled) return CAIRN_NO_MEMORY;
            pool(run, summary, sums, pooled);
            table[r].sums = pooled;
        }
        CAIRN_TRY(rank_row(run, r, sums, chosen, figures + r * k));
        widen(run->bench, table[r].groups, figures + r * k);
    }
    return CAIRN_OK;
}

/* ---- intervals --------------------------------------------------------------------------------------------------- */

/* Bounds of all figures, from resampled groups; figures that are counts get none. */
static cairn_status resample(cairn_bench_run *run, const cairn_bootstrap *how, cairn_interval *figures) {
    size_t width = (size_t)run->bench->n_tallies;
    size_t k = (size_t)(bench_rows_of(run) * run->bench->n_figures);
    double *units = cairn_alloc(run->ctx, run->n_units * width, sizeof *units);
    if (!units) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < run->n; i++)
        for (size_t t = 0; t < width; t++) units[run->units[i] * width + t] += run->tallies[i * width + t];
    cairn_status status = cairn_stat_bootstrap_sums(run->ctx, units, run->sizes, (size_t)run->n_subsets, width,
                                                    bench_figures, k, run, how, figures);
    cairn_free(units);
    return status;
}

/* So many groups are drawn in all resamples together, at most; of many groups few resamples tell enough. More figures
 * than cairn_stat_bootstrap_sums takes get no intervals. */
enum { DRAWS_MOST = 50000000, RESAMPLES_LEAST = 200, FIGURES_MOST = 10000 };

cairn_bootstrap bench_affordable(const cairn_bench_run *run, const cairn_bootstrap *how) {
    cairn_bootstrap out = *how;
    size_t most = DRAWS_MOST / (run->n_units ? run->n_units : 1);
    if (most < RESAMPLES_LEAST) most = RESAMPLES_LEAST;
    if (out.resamples > 0 && (size_t)out.resamples > most) out.resamples = (int32_t)most;
    return out;
}

static cairn_status find_figures(cairn_bench_run *run, const cairn_bootstrap *how, const double *sums,
                                 cairn_interval *figures) {
    size_t k = (size_t)bench_rows_of(run) * (size_t)run->bench->n_figures;
    double *now = cairn_arena_alloc(run->arena, k, sizeof *now);
    if (!now) return CAIRN_NO_MEMORY;
    bench_figures(run, sums, now);
    if (how->resamples > 0) CAIRN_TRY(resample(run, how, figures));
    for (size_t i = 0; i < k; i++) {
        bool counted = run->bench->figures[i % (size_t)run->bench->n_figures].form == CAIRN_FIGURE_COUNT;
        figures[i].estimate = now[i];
        if (how->resamples == 0 || counted) figures[i].low = figures[i].high = NAN;
    }
    return CAIRN_OK;
}

/* ---- baselines --------------------------------------------------------------------------------------------------- */

/* Items with candidates of their own, of which nothing is said. */
static cairn_status copy_silent(cairn_bench_run *run, cairn_bench_item *out) {
    for (size_t i = 0; i < run->n; i++) {
        cairn_bench_item *item = &out[i];
        *item = run->items[i];
        item->said = CAIRN_EVAL_NONE;
        item->valid = NULL;
        item->reply = NULL;
        item->candidates = cairn_arena_alloc(run->arena, (size_t)item->n + 1, sizeof *item->candidates);
        if (!item->candidates) return CAIRN_NO_MEMORY;
        if (item->n) memcpy(item->candidates, run->items[i].candidates, (size_t)item->n * sizeof *item->candidates);
    }
    return CAIRN_OK;
}

/* The run's items stand for the baseline's meanwhile: a benchmark may look at other items in `tally`. */
static cairn_status tally_pretended(cairn_bench_run *run, int32_t which, cairn_bench_item *items, double *tallies,
                                    uint64_t seed) {
    cairn_bench_item *own = run->items;
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; status == CAIRN_OK && i < run->n; i++) {
        cairn_rng rng = cairn_rng_open(seed, cairn_key("baseline", 8), i, CAIRN_VERB_EVAL, 0, (uint32_t)which);
        status = run->bench->pretend(run, which, &items[i], &rng);
    }
    run->items = items;
    if (status == CAIRN_OK) status = tally_all(run, items, tallies);
    run->items = own;
    return status;
}

static cairn_status measure_baseline(cairn_bench_run *run, int32_t which, uint64_t seed, double *figures) {
    size_t width = (size_t)run->bench->n_tallies, k = (size_t)bench_rows_of(run) * (size_t)run->bench->n_figures;
    cairn_arena_mark mark = cairn_arena_save(run->arena);
    cairn_bench_item *items = cairn_alloc(run->ctx, run->n, sizeof *items);
    double *tallies = cairn_alloc(run->ctx, run->n * width, sizeof *tallies);
    double *sums = cairn_alloc(run->ctx, (size_t)run->n_subsets * width, sizeof *sums);
    cairn_status status = items && tallies && sums ? copy_silent(run, items) : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = tally_pretended(run, which, items, tallies, seed);
    if (status == CAIRN_OK) {
        sum_subsets(run, tallies, sums);
        bench_figures(run, sums, figures);
    }
    for (size_t i = 0; status == CAIRN_UNSUPPORTED && i < k; i++) figures[i] = NAN; /* needs what the files lack */
    if (status == CAIRN_UNSUPPORTED) status = CAIRN_OK;
    cairn_free(items);
    cairn_free(tallies);
    cairn_free(sums);
    cairn_arena_restore(run->arena, mark);
    return status;
}

static cairn_status measure_baselines(cairn_bench_run *run, uint64_t seed, const double **out) {
    size_t k = (size_t)bench_rows_of(run) * (size_t)run->bench->n_figures;
    double *figures = cairn_arena_alloc(run->arena, (size_t)run->bench->n_baselines * k, sizeof *figures);
    if (!figures) return CAIRN_NO_MEMORY;
    for (int32_t b = 0; b < run->bench->n_baselines; b++)
        CAIRN_TRY(measure_baseline(run, b, seed, figures + (size_t)b * k));
    *out = figures;
    return CAIRN_OK;
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

cairn_status cairn_bench_measure(cairn_bench_run *run, const cairn_bench_measuring *how, cairn_bench_result *out) {
    size_t width = (size_t)run->bench->n_tallies, n_rows, k;
    CAIRN_TRY(cairn_bench_end(run));
    CAIRN_TRY(group(run));
    n_rows = (size_t)bench_rows_of(run);
    k = (size_t)run->bench->n_figures;
    *out = (cairn_bench_result){.bench = run->bench,
                                .n_rows = (int32_t)n_rows,
                                .n_subsets = run->n_subsets,
                                .items = (int64_t)run->n,
                                .skipped = run->skipped,
                                .failed = run->failed,
                                .tuned_here = how->tuned_here};
    cairn_free(run->tallies);
    run->tallies = cairn_alloc(run->ctx, run->n * width, sizeof *run->tallies);
    double *sums = cairn_arena_alloc(run->arena, (size_t)run->n_subsets * width, sizeof *sums);
    cairn_interval *figures = cairn_arena_alloc(run->arena, n_rows * k, sizeof *figures);
    cairn_bench_row *table = cairn_arena_alloc(run->arena, n_rows, sizeof *table);
    if (!run->tallies || !sums || !figures || !table) return CAIRN_NO_MEMORY;
    CAIRN_TRY(tally_all(run, run->items, run->tallies));
    sum_subsets(run, run->tallies, sums);
    cairn_bootstrap resampling = bench_affordable(run, &how->how);
    if (n_rows * k > FIGURES_MOST) resampling.resamples = 0;
    out->resamples = resampling.resamples;
    CAIRN_TRY(find_figures(run, &resampling, sums, figures));
    CAIRN_TRY(fill_rows(run, sums, figures, table));
    for (size_t i = 0; i < run->n; i++) out->silent += !run->items[i].answered;
    for (size_t i = 0; out->silent == out->items && i < n_rows * k; i++) /* nothing was judged, nothing is measured */
        if (run->bench->figures[i % k].form != CAIRN_FIGURE_COUNT)
            figures[i] = (cairn_interval){.estimate = NAN, .low = NAN, .high = NAN};
    out->rows = table;
    if (how->baselines && run->bench->n_baselines > 0)
        CAIRN_TRY(measure_baselines(run, how->how.seed, &out->baselines));
    return CAIRN_OK;
}

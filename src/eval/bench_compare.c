/* Files of items with their tallies, and the difference of two judges on the items that both answered. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "eval/bench_run.h"

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* What a critic said to each request about the item. */
static json_t *list_heard(const bench_heard *all) {
    json_t *list = json_array();
    for (int32_t k = 0; list && k < all->n; k++) {
        const cairn_bench_heard *heard = &all->heard[k];
        bool told = heard->said && !isnan(heard->value);
        json_t *one = json_pack("{s:s, s:s?, s:s?, s:o}", "question", all->question->name, "text", heard->text, "rule",
                                heard->rule, "value", told ? json_real(heard->value) : json_null());
        list = json_append(list, one);
    }
    return list;
}

static cairn_status write_item(cairn_bench_run *run, size_t i, cairn_text *line, cairn_out *out) {
    const cairn_bench_item *item = &run->items[i];
    json_t *tallies = json_object(), *value = NULL;
    bool built = tallies != NULL;
    for (int32_t t = 0; built && t < run->bench->n_tallies; t++)
        built = json_object_set_new(tallies, run->bench->tallies[t], json_real(cairn_bench_tally_of(run, i)[t])) == 0;
    if (built) {
        value = json_pack("{s:s, s:s, s:s, s:b, s:O}", "id", item->id, "subset", item->subset, "group", item->group,
                          "answered", item->answered, "tallies", tallies);
    }
    json_decref(tallies);
    errno = 0;
    if (value && run->heard && run->heard[i].question &&
        json_object_set_new(value, "replies", list_heard(&run->heard[i])) != 0) {
        json_decref(value);
        value = NULL;
    }
    if (!value) return json_fail_build(run->ctx, item->id);
    cairn_text_clear(line);
    cairn_status status = json_write(run->ctx, value, line);
    json_decref(value);
    if (status == CAIRN_OK) status = cairn_text_add(run->ctx, line, "\n", 1);
    return status == CAIRN_OK ? cairn_out_write(out, line->data, line->length) : status;
}

cairn_status cairn_bench_write_items(cairn_bench_run *run, cairn_out *out) {
    cairn_text line = {0};
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; status == CAIRN_OK && i < run->n; i++) status = write_item(run, i, &line, out);
    cairn_text_free(&line);
    return status;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

typedef struct comparing {
    cairn_bench_run *run;
    double *other; /* [n][n_tallies] of the other judge */
    bool *both;    /* [n] */
    int64_t found, only_a;
} comparing;

/* The tallies of one row of the other judge's file, into those of the same item. */
static cairn_status read_other(cairn_ctx *ctx, void *arg, const json_t *row, const char *where) {
    comparing *c = arg;
    const char *id, *subset;
    json_t *tallies;
    bool answered;
    CAIRN_TRY(json_get_text(ctx, row, "id", where, &id));
    CAIRN_TRY(json_get_text(ctx, row, "subset", where, &subset));
    CAIRN_TRY(json_get_bool(ctx, row, "answered", where, &answered));
    CAIRN_TRY(json_get_object(ctx, row, "tallies", where, &tallies));
    const cairn_bench_item *item = cairn_bench_find(c->run, subset, id);
    if (!answered || !item || !item->answered) {
        c->only_a += answered;
        return CAIRN_OK;
    }
    size_t i = (size_t)(item - c->run->items), width = (size_t)c->run->bench->n_tallies;
    if (c->both[i])
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: the item `%s` of %s stands here twice", where, id, subset);
    for (size_t t = 0; t < width; t++)
        CAIRN_TRY(json_get_real(ctx, tallies, c->run->bench->tallies[t], where, &c->other[i * width + t]));
    c->both[i] = true;
    c->found++;
    return CAIRN_OK;
}

/* Tallies of both judges summed by group, a[units][width] and b, of the items that both answered. A subset without such
 * an item has one group of zeros. */
static void sum_both(const comparing *c, size_t *places, double *a, double *b, size_t *sizes) {
    const cairn_bench_run *run = c->run;
    size_t width = (size_t)run->bench->n_tallies, first = 0;
    for (size_t i = 0; i < run->n; i++) /* 1 + place within the subset */
        if (c->both[i] && !places[run->units[i]]) places[run->units[i]] = ++sizes[run->items[i].subset_index];
    for (size_t s = 0, unit = 0; s < (size_t)run->n_subsets; s++) {
        for (size_t u = 0; u < run->sizes[s]; u++, unit++)
            if (places[unit]) places[unit] += first;
        if (!sizes[s]) sizes[s] = 1;
        first += sizes[s];
    }
    for (size_t i = 0; i < run->n; i++) {
        size_t at = places[run->units[i]] - 1;
        for (size_t t = 0; c->both[i] && t < width; t++) {
            a[at * width + t] += c->other[i * width + t];
            b[at * width + t] += cairn_bench_tally_of(run, i)[t];
        }
    }
}

static cairn_status differ(const comparing *c, const cairn_bootstrap *how, cairn_interval *out) {
    cairn_bench_run *run = c->run;
    size_t width = (size_t)run->bench->n_tallies, room = run->n_units + (size_t)run->n_subsets;
    size_t k = (size_t)bench_rows_of(run) * (size_t)run->bench->n_figures;
    size_t *places = cairn_alloc(run->ctx, run->n_units, sizeof *places);
    size_t *sizes = cairn_alloc(run->ctx, (size_t)run->n_subsets, sizeof *sizes);
    double *a = cairn_alloc(run->ctx, room * width, sizeof *a), *b = cairn_alloc(run->ctx, room * width, sizeof *b);
    cairn_status status = places && sizes && a && b ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) sum_both(c, places, a, b, sizes);
    if (status == CAIRN_OK)
        status = cairn_stat_bootstrap_sums_paired(run->ctx, a, b, sizes, (size_t)run->n_subsets, width, bench_figures,
                                                  k, run, how, out);
    cairn_free(places);
    cairn_free(sizes);
    cairn_free(a);
    cairn_free(b);
    return status;
}

cairn_status cairn_bench_compare(cairn_bench_run *b, const char *a, const cairn_bench_measuring *how,
                                 cairn_bench_comparison *out) {
    comparing c = {.run = b};
    size_t k = (size_t)bench_rows_of(b) * (size_t)b->bench->n_figures;
    cairn_interval *differences = cairn_arena_alloc(b->arena, k, sizeof *differences);
    if (!b->tallies) return cairn_fail(b->ctx, CAIRN_INVALID, "%s: measure first", b->bench->about.name);
    c.other = cairn_alloc(b->ctx, b->n * (size_t)b->bench->n_tallies, sizeof *c.other);
    c.both = cairn_alloc(b->ctx, b->n, sizeof *c.both);
    cairn_status status = differences && c.other && c.both ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = rows_each(b->ctx, a, BENCH_ROW_BYTES, read_other, &c);
    if (status == CAIRN_OK && c.found == 0)
        status = cairn_fail(b->ctx, CAIRN_INVALID, "%s: no item of it was answered here too", a);
    cairn_bootstrap resampling = how->how;
    if (resampling.resamples < 1) resampling = (cairn_bootstrap)CAIRN_BOOTSTRAP_PRESET;
    resampling = bench_affordable(b, &resampling);
    if (status == CAIRN_OK) status = differ(&c, &resampling, differences);
    *out = (cairn_bench_comparison){.both = c.found, .only_a = c.only_a, .differences = differences};
    for (size_t i = 0; status == CAIRN_OK && i < b->n; i++) out->only_b += b->items[i].answered && !c.both[i];
    cairn_free(c.other);
    cairn_free(c.both);
    return status;
}

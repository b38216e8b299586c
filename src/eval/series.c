/* The battery on all series, and comparisons of modes, versions and orders. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/answers.h"

#define LEVEL 0.95

enum { SMALL = 5 /* an expected count below it asks for an exact test */ };

/* ---- one series ------------------------------------------------------------------------------------------------------- */

static int by_segment(const void *a, const void *b) {
    const binary_answer *x = a, *y = b;
    if (x->series != y->series) return x->series < y->series ? -1 : 1;
    if (x->segment != y->segment) return x->segment < y->segment ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int by_place(const void *a, const void *b) {
    const binary_answer *x = a, *y = b;
    if (x->series != y->series) return x->series < y->series ? -1 : 1;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    if (x->position != y->position) return x->position < y->position ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Series by series, segments in order of their first answers, answers by position. */
static void sort_answers(cairn_series *all) {
    qsort(all->answers, all->n_answers, sizeof *all->answers, by_segment);
    for (size_t i = 0; i < all->n_answers; i++) {
        binary_answer *a = &all->answers[i];
        bool same = i > 0 && a[-1].series == a->series && a[-1].segment == a->segment;
        a->first = same ? a[-1].first : a->index;
    }
    qsort(all->answers, all->n_answers, sizeof *all->answers, by_place);
}

static void count_positions(const binary_answer *answers, size_t n, cairn_series_report *out) {
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < n; i++)
        if (answers[i].position < first) first = answers[i].position;
    for (size_t i = 0; i < n; i++) {
        int64_t at = answers[i].position - first;
        if (answers[i].value == ANSWER_OTHER || at >= CAIRN_SERIES_POSITIONS) continue;
        if (at >= out->positions) out->positions = (int32_t)at + 1;
        out->at_n[at]++;
        out->at_yes[at] += answers[i].value == ANSWER_YES;
    }
}

/* b[]: answers of yes and no; sizes[]: of stretches without another answer between, since neighbours stand side by
 * side. */
static size_t list_answers(const binary_answer *answers, size_t n, uint8_t *b, size_t *sizes, size_t *stretches,
                           int64_t *segments) {
    size_t m = 0;
    bool open = false, counted = false;
    *stretches = 0;
    *segments = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || answers[i].first != answers[i - 1].first) open = counted = false;
        if (answers[i].value == ANSWER_OTHER) {
            open = false;
            continue;
        }
        if (!open) sizes[(*stretches)++] = 0;
        *segments += !counted;
        open = counted = true;
        sizes[*stretches - 1]++;
        b[m++] = answers[i].value;
    }
    return m;
}

static void p_yes_interval(named_series *s) {
    double n = (double)s->report.with_p_yes, mean = s->sum_p / n;
    s->report.p_yes = (cairn_interval){.estimate = n > 0 ? mean : NAN, .low = NAN, .high = NAN};
    if (n < 2) return;
    double half = cairn_stat_t_quantile(0.5 + 0.5 * LEVEL, n - 1) *
                  sqrt(fmax(0.0, (s->squares_p - n * mean * mean) / (n - 1)) / n);
    s->report.p_yes.low = fmax(0.0, mean - half);
    s->report.p_yes.high = fmin(1.0, mean + half);
}

static cairn_status test_series(cairn_ctx *ctx, named_series *s, const binary_answer *answers, size_t n, double alpha,
                                uint8_t *b, size_t *sizes) {
    cairn_series_report *r = &s->report;
    size_t stretches, m = list_answers(answers, n, b, sizes, &stretches, &r->segments);
    p_yes_interval(s);
    for (int i = 0; i < 4; i++) r->adjusted[i] = NAN;
    r->verdict = CAIRN_SERIES_UNDECIDABLE;
    r->power = cairn_stat_fair_coin_power((int64_t)m, 0.6, alpha);
    if (r->segments > 1) count_positions(answers, n, r);
    r->tested = m >= 2;
    if (!r->tested) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_binary_series(ctx, b, m, sizes, stretches, &r->tests));
    return cairn_stat_series_verdict(ctx, &r->tests, alpha, r->adjusted, &r->verdict);
}

static cairn_status test_all(cairn_series *all, cairn_ctx *ctx, double alpha) {
    uint8_t *b = cairn_alloc(ctx, all->n_answers, sizeof *b);
    size_t *sizes = cairn_alloc(ctx, all->n_answers, sizeof *sizes);
    cairn_status status = b && sizes ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (size_t first = 0, next; first < all->n_answers && status == CAIRN_OK; first = next) {
        uint32_t series = all->answers[first].series;
        for (next = first; next < all->n_answers && all->answers[next].series == series;) next++;
        status = cairn_cancelled(ctx)
                     ? cairn_fail(ctx, CAIRN_CANCELLED, "interrupted")
                     : test_series(ctx, &all->list[series], all->answers + first, next - first, alpha, b, sizes);
    }
    cairn_free(b);
    cairn_free(sizes);
    return status;
}

/* ---- pairs of series -------------------------------------------------------------------------------------------------- */

static cairn_status compare(const cairn_series *all, cairn_ctx *ctx, size_t a, size_t b, cairn_series_pair *out) {
    const cairn_binary_series *x = &all->list[a].report.tests, *y = &all->list[b].report.tests;
    *out = (cairn_series_pair){.a = (int32_t)a, .b = (int32_t)b};
    CAIRN_TRY(cairn_stat_share_difference(ctx, x->yes, x->n, y->yes, y->n, LEVEL, &out->difference));
    CAIRN_TRY(cairn_stat_share_difference(ctx, x->yes, x->n, y->yes, y->n, 0.90, &out->difference_90));
    int64_t t[4] = {x->yes, x->n - x->yes, y->yes, y->n - y->yes};
    out->test = cairn_stat_chi_square_2x2(t[0], t[1], t[2], t[3]);
    bool small = cairn_stat_least_expected(t[0], t[1], t[2], t[3]) < SMALL;
    out->p = small ? cairn_stat_fisher_exact(t[0], t[1], t[2], t[3]) : out->test.p;
    return CAIRN_OK;
}

static bool same(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

/* Is series b the same as a but for its mode, or but for its model? */
static bool differ_in(const cairn_series *all, size_t a, size_t b, bool mode) {
    const cairn_series_report *x = &all->list[a].report, *y = &all->list[b].report;
    return x->tested && y->tested && same(x->rest, y->rest) && same(x->truth, y->truth) &&
           (mode ? same(x->model, y->model) && !same(x->mode, y->mode)
                 : same(x->mode, y->mode) && !same(x->model, y->model));
}

/* Every series against the first that differs from it in that one thing. Time: the square of the number of series. */
static cairn_status compare_all(cairn_series *all, cairn_ctx *ctx, bool mode, cairn_series_pair **out, int32_t *n) {
    *out = cairn_arena_alloc(all->arena, all->n + 1, sizeof **out);
    if (!*out) return CAIRN_NO_MEMORY;
    for (size_t b = 0; b < all->n; b++)
        for (size_t a = 0; a < b; a++) {
            if (!differ_in(all, a, b, mode)) continue;
            CAIRN_TRY(compare(all, ctx, b, a, &(*out)[(*n)++]));
            break;
        }
    return CAIRN_OK;
}

/* ---- strata ------------------------------------------------------------------------------------------------------------ */

static cairn_status pool_strata(cairn_series *all, cairn_ctx *ctx) {
    all->pools = cairn_arena_alloc(all->arena, all->n + 1, sizeof *all->pools);
    if (!all->pools) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < all->n; i++) {
        const char *name = all->list[i].stratum_of;
        double lag1[3], runs[3];
        size_t k = 0;
        bool earlier = false;
        for (size_t j = 0; j < all->n && *name; j++) {
            const cairn_series_report *r = &all->list[j].report;
            if (!same(all->list[j].stratum_of, name)) continue;
            earlier |= j < i;
            if (!r->tested || same(r->truth, "unknown")) continue;
            lag1[k] = r->tests.p_lag1;
            runs[k++] = r->tests.p_runs;
        }
        if (earlier || k == 0) continue;
        cairn_series_pool *pool = &all->pools[all->n_pools++];
        *pool = (cairn_series_pool){.name = name, .strata = (int32_t)k};
        CAIRN_TRY(cairn_stat_pool_p(ctx, lag1, k, &pool->lag1));
        CAIRN_TRY(cairn_stat_pool_p(ctx, runs, k, &pool->runs));
    }
    return CAIRN_OK;
}

/* ---- orders ------------------------------------------------------------------------------------------------------------- */

static int by_pair(const void *a, const void *b) {
    const ordered_answer *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->swapped != y->swapped) return x->swapped ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

typedef struct pairing {
    double *hits, *items; /* [n_ordered] of each pair, or of an answer alone */
    size_t n;
    cairn_series_order *out;
} pairing;

/* Answers of one key, the usual order before the swapped: the first of each make a pair, then the second. */
static void pair_up(const ordered_answer *answers, size_t n, pairing *p) {
    size_t usual = 0;
    while (usual < n && !answers[usual].swapped) usual++;
    size_t pairs = usual < n - usual ? usual : n - usual;
    for (size_t i = 0; i < pairs; i++) {
        int first = answers[i].first + answers[usual + i].first;
        p->out->pairs++;
        p->out->first_both += first == 2;
        p->out->second_both += first == 0;
        p->hits[p->n] = first;
        p->items[p->n++] = 2;
    }
    p->out->unpaired += (int64_t)(n - 2 * pairs);
}

/* Pairs of one model; its answers have a series with that model. */
static cairn_status order_effect(cairn_series *all, cairn_ctx *ctx, const char *model, double *hits, double *items,
                                 cairn_series_order *out) {
    pairing p = {hits, items, 0, out};
    *out = (cairn_series_order){.model = model};
    for (size_t first = 0, next; first < all->n_ordered; first = next) {
        for (next = first; next < all->n_ordered && all->ordered[next].key == all->ordered[first].key;) next++;
        if (same(all->list[all->ordered[first].model].report.model, model))
            pair_up(all->ordered + first, next - first, &p);
    }
    out->p = cairn_stat_mcnemar(out->first_both, out->second_both);
    out->first = out->effect = (cairn_interval){NAN, NAN, NAN, 0};
    if (p.n == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_cluster_share(ctx, hits, items, p.n, LEVEL, &out->first));
    out->effect = (cairn_interval){2 * out->first.estimate - 1, 2 * out->first.low - 1, 2 * out->first.high - 1, 0};
    return CAIRN_OK;
}

static cairn_status order_effects(cairn_series *all, cairn_ctx *ctx) {
    if (all->n_ordered == 0) return CAIRN_OK;
    double *hits = cairn_alloc(ctx, all->n_ordered, sizeof *hits);
    double *items = cairn_alloc(ctx, all->n_ordered, sizeof *items);
    all->orders = cairn_arena_alloc(all->arena, all->n + 1, sizeof *all->orders);
    cairn_status status = hits && items && all->orders ? CAIRN_OK : CAIRN_NO_MEMORY;
    qsort(all->ordered, all->n_ordered, sizeof *all->ordered, by_pair);
    for (size_t i = 0; i < all->n && status == CAIRN_OK; i++) {
        const char *model = all->list[i].report.model;
        bool earlier = false;
        for (size_t j = 0; j < i; j++) earlier |= same(all->list[j].report.model, model);
        if (earlier) continue;
        cairn_series_order *out = &all->orders[all->n_orders];
        status = order_effect(all, ctx, model, hits, items, out);
        all->n_orders += out->pairs + out->unpaired > 0;
    }
    cairn_free(hits);
    cairn_free(items);
    return status;
}

/* ---- all ------------------------------------------------------------------------------------------------------------------ */

cairn_status cairn_series_measure(cairn_series *all, cairn_ctx *ctx, double alpha) {
    if (!(alpha > 0.0 && alpha < 1.0)) return cairn_fail(ctx, CAIRN_INVALID, "level %g is not between 0 and 1", alpha);
    if (all->n_answers == 0) return cairn_fail(ctx, CAIRN_INVALID, "no answers");
    cairn_arena_report(all->arena, ctx);
    sort_answers(all);
    CAIRN_TRY(test_all(all, ctx, alpha));
    CAIRN_TRY(compare_all(all, ctx, true, &all->modes, &all->n_modes));
    CAIRN_TRY(compare_all(all, ctx, false, &all->versions, &all->n_versions));
    CAIRN_TRY(pool_strata(all, ctx));
    return order_effects(all, ctx);
}

int32_t cairn_series_count(const cairn_series *all) {
    return (int32_t)all->n;
}

const cairn_series_report *cairn_series_at(const cairn_series *all, int32_t i) {
    return &all->list[i].report;
}

int32_t cairn_series_modes(const cairn_series *all, const cairn_series_pair **out) {
    *out = all->modes;
    return all->n_modes;
}

int32_t cairn_series_versions(const cairn_series *all, const cairn_series_pair **out) {
    *out = all->versions;
    return all->n_versions;
}

int32_t cairn_series_orders(const cairn_series *all, const cairn_series_order **out) {
    *out = all->orders;
    return all->n_orders;
}

int32_t cairn_series_pools(const cairn_series *all, const cairn_series_pool **out) {
    *out = all->pools;
    return all->n_pools;
}

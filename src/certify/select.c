/* Conformal selection, and OptCS, which chooses the score on the same labels (arXiv 2411.17983). n calibration items, m
 * test items, k scores; q the bound of the false discovery rate. */
#include <math.h>
#include <string.h>

#include "cairn/certify.h"
#include "cairn/stat.h"
#include "certify/ladder.h"

/* Streams of random numbers, one a purpose. */
enum { DRAW_XI, DRAW_TIES, DRAW_P, DRAW_SCORE };

static cairn_rng open_draw(const cairn_certify_how *how, uint32_t purpose) {
    return cairn_rng_open(how->seed, cairn_key("certify", 7), CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, CAIRN_ROLE_GENERATOR,
                          purpose);
}

/* In (0, 1]. */
static double draw_unit(cairn_rng *rng) {
    return 1 - cairn_rng_unit(rng);
}

/* Whether a further one of the scores that select equally many takes the place of the one chosen so far: `ties` counts
 * them. */
static bool replaces(const cairn_certify_how *how, cairn_rng *rng, uint32_t *ties) {
    ++*ties;
    return !how->first_of_ties && cairn_rng_below(rng, *ties) == 0;
}

/* Of score k. */
static const double *calibration_of(const cairn_certify_scores *s, size_t k) {
    return s->calibration + k * (s->stride ? s->stride : s->n);
}

static const double *test_of(const cairn_certify_scores *s, size_t k) {
    return s->test + k * (s->stride ? s->stride : s->m);
}

static cairn_status check(cairn_ctx *ctx, const cairn_certify_scores *s, const cairn_certify_how *how) {
    if (s->k == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no score to select by");
    if (s->n == 0) return cairn_fail(ctx, CAIRN_INVALID, "no item has a label");
    if (s->m == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no item without a label to select from");
    if (s->k > INT32_MAX || s->n > INT32_MAX || s->m > INT32_MAX)
        return cairn_fail(ctx, CAIRN_LIMIT, "more than 2^31 - 1 items or scores");
    if (!(how->fdr > 0 && how->fdr < 1))
        return cairn_fail(ctx, CAIRN_INVALID, "a false discovery rate of %g is not between 0 and 1", how->fdr);
    if (!(how->beta > 0 && how->beta <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "beta %g is not above 0 and at most 1", how->beta);
    for (size_t k = 0; k < s->k; k++) {
        for (size_t i = 0; i < s->n; i++)
            if (isnan(calibration_of(s, k)[i]))
                return cairn_fail(ctx, CAIRN_INVALID, "score %zu of calibration item %zu is not a number", k, i);
        for (size_t j = 0; j < s->m; j++)
            if (isnan(test_of(s, k)[j]))
                return cairn_fail(ctx, CAIRN_INVALID, "score %zu of test item %zu is not a number", k, j);
    }
    return CAIRN_OK;
}

/* ---- one score ------------------------------------------------------------------------------------------------------ */

/* p[m] and selected[m] by one score; u [m] or NULL as of cairn_certify_p. */
static cairn_status select_by(cairn_ctx *ctx, ladder *l, const double *calibration, const bool *good,
                              const double *test, const double *u, double q, double *p, bool *selected, size_t *count) {
    ladder_read(l, calibration, good, test);
    for (size_t j = 0; j < l->m; j++) {
        double through = l->count[j];
        double below = (double)(l->n_bad - ladder_below(l->bad, l->n_bad, test[j], true));
        p[j] = (u ? below + u[j] * (1 + through - below) : 1 + through) / ((double)l->n + 1);
    }
    return cairn_stat_bh(ctx, p, l->m, q, selected, count, NULL);
}

/* The score with which most test items are selected. p[m], selected[m]: scratch. */
static cairn_status choose(cairn_ctx *ctx, const cairn_certify_scores *s, const cairn_certify_how *how, double *p,
                           bool *selected, size_t *chosen) {
    ladder l;
    cairn_rng rng = open_draw(how, DRAW_TIES);
    size_t count, most = 0;
    uint32_t ties = 1;
    CAIRN_TRY(ladder_open(ctx, s->n, s->m, &l));
    cairn_status status = CAIRN_OK;
    for (size_t k = 0; k < s->k && status == CAIRN_OK; k++) {
        status = select_by(ctx, &l, calibration_of(s, k), s->good, test_of(s, k), NULL, how->fdr, p, selected, &count);
        if (status != CAIRN_OK) break;
        if (k == 0 || count > most)
            *chosen = k, most = count, ties = 1;
        else if (count == most && replaces(how, &rng, &ties))
            *chosen = k;
        if (cairn_cancelled(ctx)) status = CAIRN_CANCELLED;
    }
    ladder_close(&l);
    return status;
}

/* Selects by score k with the labels from item `first` on. */
static cairn_status finish(cairn_ctx *ctx, const cairn_certify_scores *s, const cairn_certify_how *how, size_t k,
                           size_t first, double *room, bool *selected, cairn_certify_item *items,
                           cairn_certify_result *result) {
    ladder l;
    double *p = room, *u = how->randomised ? room + s->m : NULL;
    cairn_rng rng = open_draw(how, DRAW_P);
    for (size_t j = 0; u && j < s->m; j++) u[j] = draw_unit(&rng);
    CAIRN_TRY(ladder_open(ctx, s->n - first, s->m, &l));
    cairn_status status = select_by(ctx, &l, calibration_of(s, k) + first, s->good + first, test_of(s, k), u, how->fdr,
                                    p, selected, &result->selected);
    for (size_t j = 0; j < s->m && status == CAIRN_OK; j++)
        items[j] = (cairn_certify_item){.p = p[j], .e = NAN, .score = (int32_t)k, .selected = selected[j]};
    result->bad = l.n_bad;
    result->least = (double)s->m / (how->fdr * ((double)l.n + 1));
    ladder_close(&l);
    return status;
}

static cairn_status select_one(cairn_ctx *ctx, const cairn_certify_scores *s, const cairn_certify_how *how,
                               double *room, bool *selected, cairn_certify_item *items, cairn_certify_result *result) {
    size_t k = 0, half = 0, quarter = s->n / 4;
    if (how->method == CAIRN_CERTIFY_RANDOM) {
        cairn_rng rng = open_draw(how, DRAW_SCORE);
        k = cairn_rng_below(&rng, (uint32_t)s->k);
    } else if (how->method == CAIRN_CERTIFY_NAIVE) {
        CAIRN_TRY(choose(ctx, s, how, room, selected, &k));
    } else if (how->method == CAIRN_CERTIFY_SPLIT) {
        /* the first quarter as calibration, the next one as test items: their labels are not looked at */
        if (quarter == 0) return cairn_fail(ctx, CAIRN_INVALID, "a split needs 4 items with a label or more");
        half = s->n / 2;
        cairn_certify_scores part = *s;
        part.stride = s->stride ? s->stride : s->n;
        part.test = s->calibration + quarter;
        part.n = quarter, part.m = half - quarter;
        CAIRN_TRY(choose(ctx, &part, how, room, selected, &k));
    }
    return finish(ctx, s, how, k, half, room, selected, items, result);
}

/* ---- OptCS ---------------------------------------------------------------------------------------------------------- */

/* Steps 1 to 3 for every test item: the score with the greatest reach, and the p-value under it. */
static cairn_status optimise(cairn_ctx *ctx, const cairn_certify_scores *s, const cairn_certify_how *how, ladder *l,
                             uint32_t *ties, cairn_certify_item *items) {
    cairn_rng rng = open_draw(how, DRAW_TIES);
    for (size_t k = 0; k < s->k; k++) {
        ladder_read(l, calibration_of(s, k), s->good, test_of(s, k));
        ladder_reach(l, how->fdr);
        for (size_t j = 0; j < s->m; j++) {
            int32_t reach = (int32_t)l->reach[j];
            bool more = k == 0 || reach > items[j].reach;
            if (more) ties[j] = 1;
            if (more || (reach == items[j].reach && replaces(how, &rng, &ties[j])))
                items[j] = (cairn_certify_item){
                    .p = (1 + (double)l->count[j]) / ((double)s->n + 1), .score = (int32_t)k, .reach = reach};
        }
        if (cairn_cancelled(ctx)) return CAIRN_CANCELLED;
    }
    return CAIRN_OK;
}

/* 1 / s is written as e-BH writes its bound m / (q k), so that both are equal at k = reach and beta = 1. */
static double e_value(double p, int32_t reach, size_t m, double q, double beta) {
    double s = beta * q * (double)reach / (double)m;
    return reach > 0 && p <= s ? (double)m / (beta * q * (double)reach) : 0;
}

void cairn_certify_e(const double *p, const int32_t *reach, size_t m, double q, double beta, double *e) {
    for (size_t j = 0; j < m; j++) e[j] = e_value(p[j], reach[j], m, q, beta);
}

/* Steps 4 and 5. */
static cairn_status prune(cairn_ctx *ctx, const cairn_certify_how *how, size_t m, double *e, bool *selected,
                          cairn_certify_item *items, cairn_certify_result *result) {
    cairn_rng rng = open_draw(how, DRAW_XI);
    for (size_t j = 0; j < m; j++) e[j] = items[j].e = e_value(items[j].p, items[j].reach, m, how->fdr, how->beta);
    if (how->prune == CAIRN_PRUNE_HOMO) result->xi = draw_unit(&rng);
    for (size_t j = 0; j < m; j++) {
        if (how->prune == CAIRN_PRUNE_HOMO) e[j] /= result->xi;
        if (how->prune == CAIRN_PRUNE_HETE) e[j] /= draw_unit(&rng);
    }
    CAIRN_TRY(cairn_stat_ebh(ctx, e, m, how->fdr, selected, &result->selected));
    for (size_t j = 0; j < m; j++) items[j].selected = selected[j];
    return CAIRN_OK;
}

static cairn_status select_optcs(cairn_ctx *ctx, const cairn_certify_scores *s, const cairn_certify_how *how,
                                 double *room, bool *selected, cairn_certify_item *items,
                                 cairn_certify_result *result) {
    ladder l;
    uint32_t *ties = cairn_alloc(ctx, s->m, sizeof *ties);
    if (!ties) return CAIRN_NO_MEMORY;
    cairn_status status = ladder_open(ctx, s->n, s->m, &l);
    if (status == CAIRN_OK) {
        status = optimise(ctx, s, how, &l, ties, items);
        result->bad = l.n_bad;
        ladder_close(&l);
    }
    cairn_free(ties);
    if (status == CAIRN_OK) status = prune(ctx, how, s->m, room, selected, items, result);
    result->least = (double)s->m / (how->beta * how->fdr * ((double)s->n + 1));
    return status;
}

/* ---- all methods ---------------------------------------------------------------------------------------------------- */

cairn_status cairn_certify_select(cairn_ctx *ctx, const cairn_certify_scores *scores, const cairn_certify_how *how,
                                  cairn_certify_item *items, cairn_certify_result *result) {
    CAIRN_TRY(check(ctx, scores, how));
    double *room = cairn_alloc(ctx, 2 * (scores->m > scores->n ? scores->m : scores->n), sizeof *room);
    bool *selected = cairn_alloc(ctx, scores->m > scores->n ? scores->m : scores->n, sizeof *selected);
    cairn_status status = room && selected ? CAIRN_OK : CAIRN_NO_MEMORY;
    *result = (cairn_certify_result){.xi = NAN};
    if (status == CAIRN_OK)
        status = how->method == CAIRN_CERTIFY_OPTCS ? select_optcs(ctx, scores, how, room, selected, items, result)
                                                    : select_one(ctx, scores, how, room, selected, items, result);
    cairn_free(room);
    cairn_free(selected);
    return status;
}

void cairn_certify_outcome(const cairn_certify_item *items, const bool *good, size_t m, double *false_share,
                           double *power) {
    size_t selected = 0, found = 0, all = 0;
    for (size_t j = 0; j < m; j++) {
        selected += items[j].selected;
        found += items[j].selected && good[j];
        all += good[j];
    }
    *false_share = selected ? (double)(selected - found) / (double)selected : 0;
    *power = all ? (double)found / (double)all : NAN;
}

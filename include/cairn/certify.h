/* cairn/certify.h: statements about scores that carry a guarantee: conformal selection, importance sampling of many
 * values.
 *
 *     cairn_certify_scores scores = {.calibration = known, .good = right, .test = unknown, .k = 3, .n = 200, .m = 1000};
 *     cairn_certify_how how = CAIRN_CERTIFY_PRESET;
 *     how.fdr = 0.1;
 *     CAIRN_TRY(cairn_certify_select(ctx, &scores, &how, items, &result));
 *     for (size_t j = 0; j < scores.m; j++) keep(j, items[j].selected);
 *
 * Layer: certify (uses core, stat, data, store).
 */
#ifndef CAIRN_CERTIFY_H
#define CAIRN_CERTIFY_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- conformal p-values -------------------------------------------------------------------------------------------- */

/* Conformity scores of the "clip" form: v[i] = M 1{y[i] > threshold} - score[i] of n calibration items and v_test[j] =
 * -test[j] of m test items, as if they were bad. M = 2 (range of all scores) + 1, so that a good calibration item is
 * never below a test item. Scores: higher is better, infinities allowed. Errors: INVALID for NaN. */
CAIRN_API cairn_status cairn_certify_clip(cairn_ctx *ctx, const double *score, const double *y, size_t n,
                                          const double *test, size_t m, double threshold, double *v, double *v_test);

/* p[m] against conformity scores v[n] (arXiv 2210.01408). `u` NULL: p = (1 + #{v <= v_test}) / (n + 1). `u` [m] uniform
 * on (0, 1): p = (#{v < v_test} + u (1 + #{v = v_test})) / (n + 1). For a bad test item that is exchangeable with the
 * calibration items P(p <= t) <= t. Time (n + m) log n. Errors: INVALID for n = 0 or NaN; no memory. */
CAIRN_API cairn_status cairn_certify_p(cairn_ctx *ctx, const double *v, size_t n, const double *v_test, size_t m,
                                       const double *u, double *p);

/* ---- selection with a bounded false discovery rate ------------------------------------------------------------------- */

/* Which of m items are good, by k scores that are known of all items, and labels of n others? Calibration and test
 * items must be exchangeable: the same mix of problems, answered by the same policy with the same search, one item a
 * problem. Of the selected items the expected share of bad ones is at most `fdr` (an empty selection counts as 0). That
 * is a mean over repetitions of the whole experiment, and no bound for one of them. */
typedef enum cairn_certify_method {
    CAIRN_CERTIFY_OPTCS, /* chooses among the scores with all labels, with the guarantee (arXiv 2411.17983) */
    CAIRN_CERTIFY_CS,    /* conformal selection by the first score, which was fixed beforehand (arXiv 2210.01408) */
    CAIRN_CERTIFY_SPLIT, /* chooses the score on the first half of the labels, tests with the other half */
    CAIRN_CERTIFY_NAIVE, /* chooses the score that selects most: NO guarantee, a baseline */
    CAIRN_CERTIFY_RANDOM /* conformal selection by a score drawn at random */
} cairn_certify_method;
#define CAIRN_CERTIFY_METHODS "optcs|cs|split|naive|random" /* in enumeration order */

/* How e-values are enlarged before the last step of OptCS. */
typedef enum cairn_certify_prune {
    CAIRN_PRUNE_HOMO, /* all divided by one draw from U(0, 1) */
    CAIRN_PRUNE_HETE, /* each by a draw of its own */
    CAIRN_PRUNE_DTM   /* none: deterministic */
} cairn_certify_prune;
#define CAIRN_CERTIFY_PRUNES "homo|hete|dtm" /* in enumeration order */

typedef struct cairn_certify_scores {
    const double *calibration; /* [k][n] higher: more likely good */
    const bool *good;          /* [n] */
    const double *test;        /* [k][m] */
    size_t k, n, m;
    size_t stride; /* doubles from one score to the next, in both arrays; 0: n and m */
} cairn_certify_scores;

typedef struct cairn_certify_how {
    cairn_certify_method method;
    cairn_certify_prune prune; /* of OPTCS */
    double fdr;                /* q, in (0, 1) */
    double beta;        /* (0, 1]: of OPTCS; below 1 is safer against near misses of the pruning, with less power */
    bool randomised;    /* p-values that break ties by a draw; not of OPTCS */
    bool first_of_ties; /* of scores that select equally many take the first, else draw one */
    uint64_t seed;
} cairn_certify_how;
#define CAIRN_CERTIFY_PRESET \
    { CAIRN_CERTIFY_OPTCS, CAIRN_PRUNE_HOMO, 0.1, 1.0, false, false, 1 }

typedef struct cairn_certify_item {
    double p;      /* conformal p-value under the item's score */
    double e;      /* of OPTCS, before pruning; NaN of the other methods */
    int32_t score; /* index of the score that was chosen for it */
    int32_t reach; /* of OPTCS: how many items that score would select, if this one were among them; else 0 */
    bool selected;
} cairn_certify_item;

typedef struct cairn_certify_result {
    size_t selected;
    size_t bad;   /* calibration items that are bad; with none of them every p is 1 / (n + 1) */
    double xi;    /* the draw of HOMO; NaN else */
    double least; /* items that must be selected together, so that any can be: m / (q (n + 1)) */
} cairn_certify_result;

/* items[m]. OPTCS takes k (n + m) log(n + m) time and memory for n + m items. SPLIT needs calibration items in random
 * order. Errors: INVALID for k, n or m = 0, NaN scores, options out of range, more than 2^31 - 1 items; no memory;
 * CANCELLED. */
CAIRN_API cairn_status cairn_certify_select(cairn_ctx *ctx, const cairn_certify_scores *scores,
                                            const cairn_certify_how *how, cairn_certify_item *items,
                                            cairn_certify_result *result);
/* The e-values of OptCS: e = 1{p <= s} / s with s = beta q reach / m; a reach of 0 gives 0. Arrays [m]. */
CAIRN_API void cairn_certify_e(const double *p, const int32_t *reach, size_t m, double q, double beta, double *e);
/* Share of bad items among the selected ones (0 where none is selected), and share of the good items that were selected
 * (NaN where none is good). */
CAIRN_API void cairn_certify_outcome(const cairn_certify_item *items, const bool *good, size_t m, double *false_share,
                                     double *power);

/* ---- a score trained on the same labels ------------------------------------------------------------------------------ */

/* Learns from x[n][d] and good[n], and scores `query` [d]: higher is more likely good. n may be 0. */
typedef cairn_status (*cairn_certify_learner)(cairn_ctx *ctx, const void *arg, const double *x, const bool *good,
                                              size_t n, size_t d, const double *query, double *score);
/* Scores each of n items by what is learned from all the others (OptCS-Full, arXiv 2411.17983): scores[n] of features
 * x[n][d]. The items are those with a label, then those to select from, whose `good` is false. cairn_certify_select
 * with one such score (CS) or several (OPTCS) then needs no split. `oversample`: before each learning, members of the
 * smaller class are drawn again until both are equally many. n learnings. The order of the items decides nothing but
 * the draws of `oversample`. Errors: INVALID for n = 0; those of the learner; no memory; CANCELLED. */
CAIRN_API cairn_status cairn_certify_loo(cairn_ctx *ctx, cairn_certify_learner learner, const void *arg,
                                         const double *x, const bool *good, size_t n, size_t d, bool oversample,
                                         uint64_t seed, double *scores);

/* Logistic regression, the log-odds; penalty / 2 times the squared norm of the weights but the intercept is added to
 * the loss. `arg` points to the penalty, a double > 0. Errors: INVALID for a penalty out of range or features that are
 * not finite. */
CAIRN_API cairn_status cairn_certify_logistic(cairn_ctx *ctx, const void *arg, const double *x, const bool *good,
                                              size_t n, size_t d, const double *query, double *score);
/* Share of good ones among the nearest items (Euclidean), and those as near as the last of them. `arg` points to their
 * number, an int32_t > 0. Errors: INVALID for a number out of range; no memory. */
CAIRN_API cairn_status cairn_certify_nearest(cairn_ctx *ctx, const void *arg, const double *x, const bool *good,
                                             size_t n, size_t d, const double *query, double *score);
/* Finds "logistic:penalty=1" or "nearest:items=10"; `arg` is in the arena. Errors: NOT_FOUND listing the learners,
 * INVALID. */
CAIRN_API cairn_status cairn_certify_learner_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                                  cairn_certify_learner *learner, const void **arg);

/* ---- items of a file ------------------------------------------------------------------------------------------------- */

/* Where the columns of an item stand in a row of a file. A field may lie in others: "a.b", "a.3" for an element of an
 * array. */
typedef struct cairn_certify_columns {
    const char *label; /* true, false or a number; missing or null: no label */
    const char *unit;  /* what items of one problem share; NULL: nothing, every row is a problem of its own */
    const char *const
        *scores; /* [k] "FIELD": a number; "FIELD:min": an aggregate (cairn_aggregator) of an array of step scores */
    int32_t k;
    bool skip_bad;            /* count and name rows that cannot be read instead of failing */
    cairn_progress *progress; /* gets the rows that are read, or NULL */
} cairn_certify_columns;

/* All memory is in the arena given to the reader. */
typedef struct cairn_certify_row {
    double label;         /* NaN: none */
    const double *scores; /* [k] NaN: none */
    uint64_t unit;        /* key of the unit */
    bool has_unit;
    const char *where; /* "file:7" */
    /* the whole row as canonical JSON, an object; fields that cairn_certify_write adds are left out */
    const char *json;
} cairn_certify_row;

typedef struct cairn_certify_rows {
    cairn_certify_row *rows; /* [n] */
    size_t n;
    int64_t skipped;
    uint64_t key; /* of the file's content */
} cairn_certify_rows;

/* Reads JSON lines, a JSON array, CSV, or the records of a run file (*.db). The whole file is held. Errors: IO,
 * NOT_FOUND, FORMAT naming row and field; INVALID for an unknown aggregator. */
CAIRN_API cairn_status cairn_certify_read(cairn_ctx *ctx, cairn_arena *arena, const char *path,
                                          const cairn_certify_columns *columns, cairn_certify_rows *out);
/* Of the rows that share a unit keeps the one with the greatest score `by`, the first of equals; n becomes smaller.
 * Errors: INVALID for a row without a unit or that score; no memory. */
CAIRN_API cairn_status cairn_certify_best(cairn_ctx *ctx, cairn_certify_rows *rows, int32_t by);
/* Two rows of one unit, or a row without one where others have it: INVALID naming both. `other` NULL: within `rows`. */
CAIRN_API cairn_status cairn_certify_check_units(cairn_ctx *ctx, const cairn_certify_rows *rows,
                                                 const cairn_certify_rows *other);
/* Appends the row with "certified", "certified_p", "certified_e" (null where there is none) and "certified_by", the
 * name of the score, and a line end. */
CAIRN_API cairn_status cairn_certify_write(cairn_ctx *ctx, const cairn_certify_row *row, const cairn_certify_item *item,
                                           const char *score, cairn_text *out);

#ifdef __cplusplus
}
#endif
#endif

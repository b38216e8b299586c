/* cairn/ceiling.h: does choosing harder by a score still raise the true value, or is there a ceiling? (arXiv
 * 2311.00168)
 *
 *   cairn_ceiling_table_open(ctx, &fields, &table);
 *   cairn_ceiling_table_read(table, ctx, "scores.jsonl");
 *   cairn_ceiling_table_data(table, ctx, &data);
 *   cairn_ceiling_measure(ctx, data, proxy, &CAIRN_CEILING_PRESET, &report);
 *   cairn_ceiling_table_close(table);
 *
 * A proxy is a score that candidates are chosen by, the truth is what one wants of them. Everything is measured on
 * candidates that were sampled for each prompt; intervals are of a bootstrap over prompts. Layer: eval. */
#ifndef CAIRN_CEILING_H
#define CAIRN_CEILING_H

#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_CEILING_POINTS   32 /* most numbers n of a curve */
#define CAIRN_CEILING_FEATURES 24 /* most features */

/* A number for each candidate. */
typedef struct cairn_ceiling_column {
    const char *name;
    const double *values; /* [candidates] NaN: unknown */
} cairn_ceiling_column;

/* Candidates of prompt p: first[p] .. first[p + 1] - 1. */
typedef struct cairn_ceiling_data {
    size_t prompts;
    const size_t *first;     /* [prompts + 1] */
    const double *truth;     /* [candidates] true value; NaN: unknown */
    const double *process;   /* [candidates] share of steps verified as right, NaN: unknown; NULL: none is known */
    const uint64_t *answers; /* [candidates] key of the answer, 0: none; NULL: none is known */
    const cairn_ceiling_column *proxies;
    size_t n_proxies;
    const cairn_ceiling_column *features;
    size_t n_features; /* <= CAIRN_CEILING_FEATURES */
} cairn_ceiling_data;

typedef struct cairn_ceiling_setup {
    int32_t most;        /* greatest n; 0: what nine of ten prompts have */
    double overrated;    /* share of candidates that features describe */
    cairn_bootstrap how; /* over prompts */
} cairn_ceiling_setup;
#define CAIRN_CEILING_PRESET \
    ((cairn_ceiling_setup){.most = 0, .overrated = 0.05, .how = {.resamples = 1000, .level = 0.95, .seed = 1}})

/* Best of n by the proxy. */
typedef struct cairn_ceiling_point {
    int32_t n;
    double kl; /* from the policy that proposed [nats]; with equal candidates an upper bound */
    cairn_interval proxy, truth, process; /* process: NaN where it is not known of all candidates */
} cairn_ceiling_point;

/* Mean of a feature among overrated candidates minus that of the others, in standard deviations. */
typedef struct cairn_ceiling_difference {
    const char *name;
    cairn_interval difference; /* 0 for a constant feature; NaN where it is not known of all candidates */
} cairn_ceiling_difference;

typedef struct cairn_ceiling_report {
    int64_t prompts, candidates;          /* used */
    int64_t unknown_truth, unknown_proxy; /* candidates left out; of unknown_proxy the truth is known */
    int64_t short_prompts;                /* left out: fewer than n candidates for the greatest n */
    double distinct_answers;              /* mean number a prompt; NaN: not known */
    double pairs;                         /* of candidates of one prompt that differ in truth */
    int64_t pairless;                     /* prompts without such a pair */
    cairn_interval accuracy;              /* share of these pairs that the proxy orders rightly, ties one half */
    int32_t points;
    cairn_ceiling_point curve[CAIRN_CEILING_POINTS]; /* n = 1, 2, 4, .. and the greatest */
    int32_t peak;                                    /* n of the highest truth, the least of equals */
    cairn_interval drop; /* truth at the peak minus truth at the greatest n; never negative */
    /* The same without that bias: the peak is chosen on one half of the prompts and the drop is of the other, and the
     * reverse. */
    cairn_interval held_out_drop;
    bool reached; /* the interval of held_out_drop lies above 0 */
    /* what the proxy gains more than the truth from n = 1 to the greatest n, each in its standard deviations */
    cairn_interval gap;
    bool fitted;           /* the curve has three distances or more */
    cairn_scaling_fit fit; /* of truth minus truth at n = 1, by sqrt(KL) */
    cairn_test link;       /* Spearman's of gain in proxy and gain in truth over prompts; NaN for fewer than 8 */
    int32_t n_features;
    cairn_ceiling_difference features[CAIRN_CEILING_FEATURES]; /* by decreasing size of the difference, NaN last */
} cairn_ceiling_report;

/* Measures proxy number `proxy`. Time: n log n in the candidates, and prompts x points for each resample. Errors:
 * INVALID for no prompt with two candidates whose truth and proxy are known, n above what prompts have, options out of
 * range; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_ceiling_measure(cairn_ctx *ctx, const cairn_ceiling_data *data, size_t proxy,
                                             const cairn_ceiling_setup *setup, cairn_ceiling_report *out);

/* Spearman's correlation over k proxies of their pair accuracy and the truth that choosing by them reaches. The
 * p-value, by permutations, is NaN below 8 proxies. Errors: INVALID for k < 3, NaN; no memory. */
CAIRN_API cairn_status cairn_ceiling_link(cairn_ctx *ctx, const double *accuracy, const double *truth, size_t k,
                                          uint64_t seed, cairn_test *out);

/* overrated[n]: the `share` of candidates (at least one) with the greatest rank by proxy minus rank by truth; the
 * earlier of equals. Errors: INVALID for NaN, n = 0, a share outside (0, 1); no memory. */
CAIRN_API cairn_status cairn_ceiling_overrated(cairn_ctx *ctx, const double *proxy, const double *truth, size_t n,
                                               double share, bool *overrated);
/* Mean of feature[n] over the overrated minus mean over the others, divided by the standard deviation over all. 0 for a
 * constant feature; NaN where either side is empty. */
CAIRN_API double cairn_ceiling_difference_of(const double *feature, const bool *overrated, size_t n);

/* ---- reading --------------------------------------------------------------------------------------------------------- */

/* Names of fields; NULL or "": the usual ones (docs/ceiling.md). */
typedef struct cairn_ceiling_fields {
    const char *prompt, *truth;
    const char *proxies;  /* words, each the name of a field */
    const char *right;    /* value of `solution_reference` that marks a right solution; NULL: "human_to_GPT-4" */
    uint32_t aggregators; /* bit 1 << cairn_aggregator: how step scores become proxies; 0: all */
} cairn_ceiling_fields;

typedef struct cairn_ceiling_table cairn_ceiling_table;
/* An empty table. The texts of `fields` must outlive it. */
CAIRN_API cairn_status cairn_ceiling_table_open(cairn_ctx *ctx, const cairn_ceiling_fields *fields,
                                                cairn_ceiling_table **out);
CAIRN_API void cairn_ceiling_table_close(cairn_ceiling_table *table); /* NULL is fine */
/* Adds all candidates of a file: rows of JSON lines, a JSON array, one JSON object or CSV, each of one candidate or of
 * all candidates of a prompt; or a run file of `cairn solve`. Errors: those of the file; FORMAT naming row and field;
 * LIMIT for too many columns or candidates; CANCELLED. */
CAIRN_API cairn_status cairn_ceiling_table_read(cairn_ceiling_table *table, cairn_ctx *ctx, const char *path);
/* Adds one record of `cairn solve`: what a cairn_run_visit_fn does. */
CAIRN_API cairn_status cairn_ceiling_table_add(cairn_ceiling_table *table, cairn_ctx *ctx, const char *id,
                                               const char *record, size_t length);
/* Candidates by prompt, both in the order of the file. Lives as long as the table, until more is added. Errors: INVALID
 * without a candidate or a proxy; no memory. */
CAIRN_API cairn_status cairn_ceiling_table_data(cairn_ceiling_table *table, cairn_ctx *ctx, cairn_ceiling_data *out);

#ifdef __cplusplus
}
#endif
#endif

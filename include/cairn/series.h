/* cairn/series.h: yes/no answers of models and judges, tested for bias, memory and the order of options (arXiv
 * 2501.16356).
 *
 *   cairn_series_open(ctx, &fields, &all);
 *   cairn_series_read(all, ctx, "answers.jsonl");
 *   cairn_series_measure(all, ctx, 0.05);
 *   for (int32_t i = 0; i < cairn_series_count(all); i++) use(cairn_series_at(all, i));
 *   cairn_series_close(all);
 *
 * Answers are sorted into series by the fields that tell how they came about. Tests of one series:
 * cairn_stat_binary_series. Layer: eval. */
#ifndef CAIRN_SERIES_H
#define CAIRN_SERIES_H

#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_SERIES_POSITIONS 64 /* positions told apart; later ones are not counted */

/* Texts live as long as the reader; NULL or "": the preset. */
typedef struct cairn_series_fields {
    const char *by; /* words: fields whose values make a series; "model prompt_id mode temperature" */
    /* "answer"; where a row has no such field its lists `answers` or `labels` are read, a segment each */
    const char *answer;
    const char *yes,
        *no;    /* words: answers that count as yes and as no, whatever the case; "yes true 1", "no false 0" */
    bool judge; /* yes is the first place and no the second, not an option: see cairn_series_order */
} cairn_series_fields;

/* One series. */
typedef struct cairn_series_report {
    const char *name; /* values of the fields, joined by blanks; " truth=right" and the like at the end */
    const char *model, *mode, *truth; /* "" where not told; truth "right" or "wrong": of steps with that true label */
    const char *rest;                 /* the other values: series with the same rest are compared */
    int64_t answers, other;           /* all; of these neither yes nor no: in no test */
    int64_t segments;                 /* with an answer of yes or no */
    cairn_interval p_yes;             /* mean of recorded probabilities of yes, 95 %; NaN: none */
    int64_t with_p_yes;
    bool tested; /* two answers or more */
    cairn_binary_series tests;
    double adjusted[4]; /* p of uniform, lag 1, runs, order 2 after Holm's correction; NaN: undefined */
    cairn_series_verdict verdict;
    double power;      /* of the test of fairness, were the share of yes 0.6 */
    int32_t positions; /* where segments repeat: of the longest */
    int64_t at_n[CAIRN_SERIES_POSITIONS], at_yes[CAIRN_SERIES_POSITIONS];
} cairn_series_report;

/* Two series that differ in one thing: a minus b. */
typedef struct cairn_series_pair {
    int32_t a, b;
    cairn_interval difference;    /* of the shares of yes, 95 % */
    cairn_interval difference_90; /* 90 %: equivalent where it lies within the margin */
    cairn_test test;              /* chi-square of the 2 x 2 table */
    double p;                     /* its p; Fisher's exact where an expected count is below 5 */
} cairn_series_pair;

/* Answers to the same prompt with the options in both orders. Of a judge: with the two texts in both places. */
typedef struct cairn_series_order {
    const char *model;
    int64_t pairs, unpaired;         /* prompts with one answer in each order; answers without a partner */
    int64_t first_both, second_both; /* pairs that chose the option in the first place both times; in the second */
    cairn_interval first;            /* share of answers that chose the first place, by pair */
    cairn_interval effect;           /* p(yes | yes first) - p(yes | no first) = 2 first - 1 */
    double p;                        /* McNemar's, exact, on the pairs that changed */
} cairn_series_order;

/* A stratified series: steps of a verifier with true labels, tested within each true label and pooled by Fisher's
 * method. */
typedef struct cairn_series_pool {
    const char *name;
    int32_t strata;
    cairn_test lag1, runs; /* statistic: -2 sum ln p */
} cairn_series_pool;

typedef struct cairn_series cairn_series;
/* Errors: INVALID for a word that is both yes and no; no memory. */
CAIRN_API cairn_status cairn_series_open(cairn_ctx *ctx, const cairn_series_fields *fields, cairn_series **out);
CAIRN_API void cairn_series_close(cairn_series *all); /* NULL is fine */
/* Adds the answers of a file of JSON lines, a JSON array or CSV, in its order; fields: docs/binary.md. Errors: those of
 * the file; FORMAT naming row and field; LIMIT for more than 4,096 series; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_series_read(cairn_series *all, cairn_ctx *ctx, const char *path);
/* Tests everything at level alpha; once, after reading. Errors: INVALID without an answer; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_series_measure(cairn_series *all, cairn_ctx *ctx, double alpha);

/* What was found, in order of the file. */
CAIRN_API int32_t cairn_series_count(const cairn_series *all);
CAIRN_API const cairn_series_report *cairn_series_at(const cairn_series *all, int32_t i);
/* Batches against single calls of one model; models against the first one of the same rest. */
CAIRN_API int32_t cairn_series_modes(const cairn_series *all, const cairn_series_pair **out);
CAIRN_API int32_t cairn_series_versions(const cairn_series *all, const cairn_series_pair **out);
CAIRN_API int32_t cairn_series_orders(const cairn_series *all, const cairn_series_order **out);
CAIRN_API int32_t cairn_series_pools(const cairn_series *all, const cairn_series_pool **out);

#ifdef __cplusplus
}
#endif
#endif

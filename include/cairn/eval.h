/* cairn/eval.h: metrics of judges, labels and budgets. The functions here are pure: arrays in, numbers out.
 *
 * Rates and scores are fractions in [0, 1], not per cent. An undefined ratio (empty denominator) is NaN unless its
 * function says otherwise. Layer: eval (uses every layer but cli).
 */
#ifndef CAIRN_EVAL_H
#define CAIRN_EVAL_H

#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- outcomes ------------------------------------------------------------------------------------------------------ */

/* Counts of outcomes, by one rule in all verbs: right, or unknown, or wrong. Those without a truth to be compared with
 * are not judged and not in any share; the other unknown ones count as not right in a share, whose upper bound takes
 * them as right. */
typedef struct cairn_outcomes {
    int64_t n, right, unknown;
    int64_t untold;     /* of the unknown: neither a true answer nor an outcome is recorded */
    int64_t unanswered; /* of the other unknown: no answer could be read; the rest could not be compared */
} cairn_outcomes;

/* Counts `count` solutions with this outcome; `told`: their problem has a true answer. */
CAIRN_API void cairn_outcomes_add(cairn_outcomes *o, cairn_verdict verdict, bool answered, bool told, int64_t count);
/* Outcomes that a share is of: 0 where not one is known. */
CAIRN_API int64_t cairn_outcomes_judged(const cairn_outcomes *o);
/* The share of right ones if every unknown one were right, of those with a truth; NaN where there is none. */
CAIRN_API double cairn_outcomes_most(const cairn_outcomes *o);

/* Outcomes of solutions that share problems, one group a problem. */
typedef struct cairn_outcome_groups {
    cairn_outcomes all;
    double *right, *judged; /* [n] of each problem; of cairn_alloc */
    size_t n, right_capacity, judged_capacity;
} cairn_outcome_groups;

/* Adds one problem. */
CAIRN_API cairn_status cairn_outcome_groups_add(cairn_ctx *ctx, cairn_outcome_groups *groups,
                                                const cairn_outcomes *problem);
/* Share of right solutions with an interval that respects problems (cairn_stat_grouped_share, 95 %); NaN where nothing
 * is judged. */
CAIRN_API cairn_status cairn_outcome_groups_share(cairn_ctx *ctx, const cairn_outcome_groups *groups, uint64_t seed,
                                                  cairn_interval *out);
CAIRN_API void cairn_outcome_groups_free(cairn_outcome_groups *groups);

/* ---- first wrong step (ProcessBench, arXiv 2412.06559) --------------------------------------------------------- */

/* A step index counts from 0; -1 says that every step is right. */
#define CAIRN_EVAL_ALL_RIGHT (-1)
#define CAIRN_EVAL_NONE      INT32_MIN /* the judge failed to say: never a match, counted apart */

/* Index of the first of scores[n] on the bad side of `tau`, or CAIRN_EVAL_ALL_RIGHT. Errors: INVALID for a NaN score
 * (naming the step) or a NaN tau. */
CAIRN_API cairn_status cairn_eval_first_error(cairn_ctx *ctx, const double *scores, int32_t n, double tau,
                                              cairn_stat_sense sense, int32_t *out);

/* The first of scores[n] that is known and below `tau`: unknown ones (NaN) are passed over. CAIRN_EVAL_ALL_RIGHT where
 * none is, CAIRN_EVAL_NONE where no score is known. */
CAIRN_API int32_t cairn_eval_first_below(const double *scores, int32_t n, double tau);

/* One judged solution. */
typedef struct cairn_first_error_item {
    const char *id;     /* said in errors; may be NULL */
    int32_t n_steps;    /* >= 1 */
    int32_t label;      /* first wrong step, or CAIRN_EVAL_ALL_RIGHT */
    int32_t prediction; /* the judge's, or CAIRN_EVAL_NONE */
} cairn_first_error_item;

typedef struct cairn_first_error_score {
    int64_t n_err, hit_err; /* solutions with a wrong step; of these located exactly */
    int64_t n_cor, hit_cor; /* solutions without; of these accepted */
    int64_t n_missing;      /* predictions CAIRN_EVAL_NONE: wrong in their group */
    int64_t n_out_of_range; /* predictions that are no step and not -1: wrong in their group */
    double acc_err, acc_cor;
    double f1;       /* harmonic mean of the two accuracies, not a precision/recall F1; 0 where both are 0 */
    bool tuned_here; /* the threshold was chosen on these very items: not a held-out score */
} cairn_first_error_score;

/* Scores items[n]. A log line warns where both accuracies are 0. With `allow_empty` a group without items has
 * accuracy and F1 NaN. Errors: INVALID, naming the item, for n_steps < 1 or a label that is no step and not -1;
 * INVALID for an empty group unless `allow_empty`. */
CAIRN_API cairn_status cairn_eval_first_error_score(cairn_ctx *ctx, const cairn_first_error_item *items, size_t n,
                                                    bool allow_empty, cairn_first_error_score *out);
/* The same from counts: located hit_err of n_err, accepted hit_cor of n_cor. Errors: INVALID for counts out of
 * range, an empty group unless `allow_empty`. */
CAIRN_API cairn_status cairn_eval_first_error_counts(cairn_ctx *ctx, int64_t hit_err, int64_t n_err, int64_t hit_cor,
                                                     int64_t n_cor, bool allow_empty, cairn_first_error_score *out);

/* 95 % and the like of the figures of a score; NaN for a group without items. */
typedef struct cairn_first_error_intervals {
    cairn_interval acc_err, acc_cor; /* Wilson's, over clusters of one problem */
    /* of these two as independent: the distances of F1 where one accuracy stands at a bound are added in squares
     * (MOVER, Zou and Donner 2008); so its width is never 0 */
    cairn_interval f1;
} cairn_first_error_intervals;
/* problem[n]: items with the same number are of one problem; NULL: each is of its own. Errors: INVALID for 2^31 items
 * and more, a level outside (0, 1); no memory. */
CAIRN_API cairn_status cairn_eval_first_error_intervals(cairn_ctx *ctx, const cairn_first_error_item *items,
                                                        const uint32_t *problem, size_t n, double level,
                                                        cairn_first_error_intervals *out);
/* Mean of independent numbers with intervals, by weights[n] (NULL: equal): distances are added in squares. Numbers that
 * are NaN are left out and counted in `left_out`; with none at all the mean is NaN. */
CAIRN_API cairn_interval cairn_eval_mean_of(const cairn_interval *numbers, const double *weights, size_t n);

/* Two averages of F1 over the subsets of a benchmark that users mix up. */
typedef struct cairn_first_error_average {
    double f1_unweighted; /* plain mean: the published headline */
    double f1_weighted;   /* weighted by the number of items of a subset: what a second public scorer prints */
    bool tuned_here;      /* of any subset */
} cairn_first_error_average;

/* Errors: INVALID for no subsets or a subset whose F1 is NaN. */
CAIRN_API cairn_status cairn_eval_first_error_average(cairn_ctx *ctx, const cairn_first_error_score *subsets, size_t n,
                                                      cairn_first_error_average *out);
/* Bootstrap intervals of both averages over items, resampled within each subset. items: the subsets one after
 * another, sizes[subsets] items each; one subset gives the interval of its F1. Resamples that leave a group of a
 * subset empty are left out and counted. Errors: as cairn_eval_first_error_score and cairn_stat_bootstrap. */
CAIRN_API cairn_status cairn_eval_first_error_bootstrap(cairn_ctx *ctx, const cairn_first_error_item *items,
                                                        const size_t *sizes, size_t subsets, const cairn_bootstrap *how,
                                                        cairn_interval *unweighted, cairn_interval *weighted);

/* One solution scored step by step. */
typedef struct cairn_scored_solution {
    const char *id;       /* said in errors; may be NULL */
    const double *scores; /* [n_steps] */
    int32_t n_steps;      /* >= 1 */
    int32_t label;        /* first wrong step, or CAIRN_EVAL_ALL_RIGHT */
} cairn_scored_solution;

typedef struct cairn_tuned_tau {
    double tau;
    cairn_first_error_score score; /* on the tuning items, marked `tuned_here` */
} cairn_tuned_tau;

/* The threshold with the highest F1 on solutions[n], by an exact sweep: the candidates are the lowest score at which
 * a prediction changes, the midpoints between neighbouring ones and a value beyond the highest; equal F1 gives the
 * smallest. Time S log S in the number S of steps. Errors: INVALID for a NaN score (naming item and step), a label
 * out of range, n_steps < 1, a group without items; no memory. */
CAIRN_API cairn_status cairn_eval_tune_tau(cairn_ctx *ctx, const cairn_scored_solution *solutions, size_t n,
                                           cairn_stat_sense sense, cairn_tuned_tau *out);

/* ---- every step (PRMBench, arXiv 2501.03124) ------------------------------------------------------------------- */

/* Counts over steps; "positive" is a VALID step. Zero-initialise, then add items. */
typedef struct cairn_step_confusion {
    int64_t tp, fp, tn, fn;     /* valid->valid, error->valid, error->invalid, valid->invalid */
    int64_t out_of_range;       /* listed errors that are no step of their solution: ignored otherwise */
    int64_t first_n, first_hit; /* items with a listed error in range; of these its earliest was called invalid */
} cairn_step_confusion;

/* Adds one solution of n_steps steps. errors[n_errors]: indices of its wrong steps, any order, the first step being
 * number `base`; valid[n_steps]: the judge's answer per step. `base` has no default: files count from 0 or from 1.
 * Errors: INVALID for a base other than 0 and 1, n_valid != n_steps, negative counts; no memory. On failure
 * *confusion is untouched. */
CAIRN_API cairn_status cairn_eval_step_confusion(cairn_ctx *ctx, const int32_t *errors, int32_t n_errors, int base,
                                                 const bool *valid, int32_t n_valid, int32_t n_steps,
                                                 cairn_step_confusion *confusion);

/* What a ratio with an empty denominator becomes. */
typedef enum cairn_undefined {
    CAIRN_UNDEFINED_MINUS_ONE, /* the number -1, used on: what the public evaluator does */
    CAIRN_UNDEFINED_ZERO,      /* 0 */
    CAIRN_UNDEFINED_SKIP       /* NaN, and PRMScore is the mean of the F1s that exist */
} cairn_undefined;

typedef struct cairn_prmscore {
    double precision, recall, f1;                            /* of valid steps */
    double negative_precision, negative_recall, negative_f1; /* of wrong steps */
    double prmscore;                                         /* (f1 + negative_f1) / 2 */
    double acc_valid, acc_error, acc_all; /* accuracies over valid, wrong and all steps; NaN if there are none */
    double acc_first;                     /* over items: earliest listed error called invalid; NaN if there are none */
    int undefined;                        /* of the six ratios: how many had no denominator */
} cairn_prmscore;

/* Errors: INVALID for negative counts or an unknown policy. */
CAIRN_API cairn_status cairn_eval_prmscore(cairn_ctx *ctx, const cairn_step_confusion *confusion,
                                           cairn_undefined policy, cairn_prmscore *out);

/* ---- scores of single steps against labels ------------------------------------------------------------------------ */

typedef struct cairn_step_item {
    double score;     /* higher is better; not NaN */
    double label;     /* 1 right .. 0 wrong, soft between */
    uint32_t problem; /* below the number of problems: steps of one problem are resampled together */
} cairn_step_item;

typedef struct cairn_step_setup {
    double threshold;   /* a step is called wrong when its score < threshold */
    double right_from;  /* a label from here on is right: cairn_label_is_right */
    bool probabilities; /* scores are probabilities within [0, 1]: Brier score and calibration exist */
    int n_bins;         /* of the calibration, 1 .. 10,000 */
    cairn_bootstrap how;
} cairn_step_setup;

typedef enum cairn_step_figure {
    CAIRN_STEP_AUROC,    /* of right against wrong steps, ties one half; needs both */
    CAIRN_STEP_ACCURACY, /* steps called what they are */
    CAIRN_STEP_F1_RIGHT, /* F1 of right steps; needs one */
    CAIRN_STEP_F1_WRONG, /* F1 of wrong steps; needs one */
    CAIRN_STEP_PRMSCORE, /* mean of the two (arXiv 2501.03124); needs both */
    CAIRN_STEP_BRIER,    /* mean of (score - label)^2 */
    CAIRN_STEP_ECE,      /* expected calibration error, in bins of equal width */
    CAIRN_STEP_FIGURES
} cairn_step_figure;

typedef struct cairn_step_report {
    cairn_step_confusion confusion;                   /* of the steps; no first errors */
    int64_t problems, right_problems, wrong_problems; /* with steps; with right steps; with wrong steps */
    /* bootstrap over problems, widened by cairn_stat_widen; NaN: not defined */
    cairn_interval figures[CAIRN_STEP_FIGURES];
} cairn_step_report;

/* Figures of items[n]. bins[n_bins] may be NULL; untouched without probabilities. Time (n + problems) for each
 * resample. Errors: INVALID for n = 0, a NaN, a label outside [0, 1], with `probabilities` a score outside, a problem
 * out of range, bins or resampling out of range; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_eval_steps(cairn_ctx *ctx, const cairn_step_item *items, size_t n, uint32_t problems,
                                        const cairn_step_setup *setup, cairn_calibration_bin *bins,
                                        cairn_step_report *out);

/* The threshold with the highest balanced accuracy, which is accuracy on as many right as wrong steps: the mean of the
 * shares of right steps with a score at or above it and of wrong steps below it. It lies halfway between two scores;
 * the lowest of several, and the lowest score where none is better than 0.5. Errors: INVALID for a NaN score, for steps
 * that are all right or all wrong. */
CAIRN_API cairn_status cairn_step_threshold(cairn_ctx *ctx, const cairn_step_item *items, size_t n, double right_from,
                                            double *threshold, double *accuracy);

/* ---- quality of step labels ------------------------------------------------------------------------------------ */

/* Labels of one solution beside its truth. */
typedef struct cairn_labelled_solution {
    const double *labels;       /* [n_steps] 1 right .. 0 wrong, soft between; NaN: unlabelled */
    const cairn_verdict *truth; /* [n_steps] */
    int32_t n_steps;
} cairn_labelled_solution;

typedef struct cairn_step_quality {
    int64_t n_steps, n_unlabelled, n_untold; /* all; without a label; labelled but with unknown truth */
    int64_t wrong_wrong, wrong_right, right_wrong, right_right; /* steps, truth_label */
    double accuracy;                                            /* over steps with label and truth */
    double precision, recall;                                   /* of WRONG steps */
    double share_negative;                                      /* labelled wrong, of all labelled steps */
    int64_t n_err, hit_err;     /* solutions with a first error by truth; of these located exactly by the labels */
    int64_t n_cor, hit_cor;     /* solutions right throughout; of these labelled right throughout */
    int64_t n_unlocated;        /* an unlabelled step stands before any step labelled wrong: no hit */
    int64_t n_untold_solutions; /* an unknown truth stands before any wrong one: in no group */
    double location;            /* (hit_err + hit_cor) / (n_err + n_cor) */
    double location_err;        /* hit_err / n_err */
} cairn_step_quality;

/* Compares labels with truth. A step is labelled right when its label > threshold: 0 for "some rollout succeeds",
 * 0.5 for probabilities. Errors: INVALID for a NaN threshold, a negative n_steps. */
CAIRN_API cairn_status cairn_eval_step_quality(cairn_ctx *ctx, const cairn_labelled_solution *solutions, size_t n,
                                               double threshold, cairn_step_quality *out);
/* AUROC of the labels for right steps, over steps that have label and truth. Errors: as cairn_stat_auroc; no memory. */
CAIRN_API cairn_status cairn_eval_step_auroc(cairn_ctx *ctx, const cairn_labelled_solution *solutions, size_t n,
                                             double level, cairn_auroc *out);

typedef struct cairn_value_error {
    int64_t n, n_unknown; /* estimates compared; estimates NaN */
    double mean_absolute, root_mean_square;
    double bias; /* mean of estimate - truth */
} cairn_value_error;

/* Error of soft labels or values against the true value V, estimate[n] and truth[n]. Unknown estimates are left out
 * and counted; all unknown give NaN. Errors: INVALID for a truth or a known estimate that is not finite. */
CAIRN_API cairn_status cairn_eval_value_error(cairn_ctx *ctx, const double *estimate, const double *truth, size_t n,
                                              cairn_value_error *out);

/* ---- accuracy at k samples ------------------------------------------------------------------------------------- */

/* What is made of k samples. */
typedef enum cairn_at_k_rule {
    CAIRN_AT_K_PASS,     /* one of them is right */
    CAIRN_AT_K_MAJORITY, /* the most frequent answer is right; the first sample's outcome where none has an answer */
    CAIRN_AT_K_BEST      /* the one with the highest score is right */
} cairn_at_k_rule;
CAIRN_API const char *cairn_at_k_name(cairn_at_k_rule rule); /* "pass", "majority", "best-of" */

/* Samples of one problem by one model, all of which can be judged. */
typedef struct cairn_samples {
    int32_t n;
    const cairn_verdict *verdicts; /* [n] */
    const int32_t *answers;        /* [n] class of the answer among those of the problem, from 0; negative: none */
    const double *scores;          /* [n] NaN: unknown; for CAIRN_AT_K_BEST */
} cairn_samples;

/* Expected outcome of k of the samples, drawn without replacement and in random order: without bias, exactly. *right
 * takes unknown outcomes as not right, *most as right. By score a sample with an answer goes before one without, then a
 * known score before an unknown one; equal ones share (cairn_stat_best_of_weights); the vote is
 * cairn_stat_majority_at_k, and an answer's outcome the share of right ones among its samples. Errors: INVALID unless 1
 * <= k <= n, and for the vote n <= CAIRN_MOST_VOTES; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_eval_at_k(cairn_ctx *ctx, cairn_at_k_rule rule, const cairn_samples *samples, int32_t k,
                                       double *right, double *most);
/* Mean of a[n] - b[n], outcomes within [0, 1] of the same n problems: the bootstrap over problems; where all differences
 * agree (within 0.001), which tells the bootstrap nothing, widened by cairn_stat_widen, so that its width is never 0. All NaN for n = 0. Errors: as cairn_stat_bootstrap_paired. */
CAIRN_API cairn_status cairn_eval_difference(cairn_ctx *ctx, const double *a, const double *b, size_t n,
                                             const cairn_bootstrap *how, cairn_interval *out);

/* ---- accuracy against budget ----------------------------------------------------------------------------------- */

typedef struct cairn_curve_point {
    double budget; /* tokens, calls, samples: the caller's unit */
    int64_t correct, n;
    cairn_interval accuracy; /* Wilson */
} cairn_curve_point;

/* One method on the same problems at several budgets. */
typedef struct cairn_curve {
    int32_t points, problems;
    const double *budgets;  /* [points] strictly rising */
    const double *outcomes; /* (points, problems), row-major: 0 wrong .. 1 right, fractions allowed in differences */
} cairn_curve;

/* out[points]: accuracy at each budget. Errors: INVALID for no points or problems, budgets that are not finite and
 * strictly rising, outcomes other than 0 and 1, a level outside (0, 1). */
CAIRN_API cairn_status cairn_eval_curve(cairn_ctx *ctx, const cairn_curve *curve, double level, cairn_curve_point *out);

typedef struct cairn_matched {
    double budget_a, budget_b; /* actually spent: the largest of each curve not above the asked one */
    cairn_interval difference; /* mean outcome of a minus b, Student's interval over problems */
    cairn_interval bootstrap;  /* the same difference, percentile bootstrap over problems */
    int64_t a_better, b_better, equal;
    double sign_p; /* two-sided exact sign test over the unequal problems; 1 where there are none */
} cairn_matched;

/* Paired difference of two methods at one budget, problem by problem. Errors: as cairn_eval_curve (outcomes within
 * [0, 1]); INVALID where the curves differ in problems, have fewer than two, or one has no point within `budget`. */
CAIRN_API cairn_status cairn_eval_matched(cairn_ctx *ctx, const cairn_curve *a, const cairn_curve *b, double budget,
                                          const cairn_bootstrap *how, cairn_matched *out);

#ifdef __cplusplus
}
#endif
#endif

/* cairn/stat.h: pure functions on plain arrays: sums, distributions, intervals, the bootstrap, ranks, calibration,
 * selections with a bounded false discovery rate, importance sampling, pass@k, aggregation of step scores and votes
 * over answers.
 *
 * A function whose arguments can only be out of its domain returns NaN there and says so; a function that reads data
 * from outside returns a status. `level` is the coverage of a two-sided interval, 0 < level < 1. Layer: stat (uses
 * core).
 */
#ifndef CAIRN_STAT_H
#define CAIRN_STAT_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- moments --------------------------------------------------------------------------------------------------- */

/* Sum of x[n], compensated (Neumaier), so that the error does not grow with n. An empty array gives 0. */
CAIRN_API double cairn_stat_sum(const double *x, size_t n);
/* Mean of x[n]; NaN for n = 0. */
CAIRN_API double cairn_stat_mean(const double *x, size_t n);
/* Unbiased variance of x[n] (denominator n - 1), two passes; NaN for n < 2. */
CAIRN_API double cairn_stat_variance(const double *x, size_t n);

/* ---- distributions --------------------------------------------------------------------------------------------- */

/* P(Z <= z) of a standard normal. */
CAIRN_API double cairn_stat_normal_cdf(double z);
/* z with P(Z <= z) = p; -Infinity and Infinity at 0 and 1, NaN outside [0, 1]. */
CAIRN_API double cairn_stat_normal_quantile(double p);
/* Regularised incomplete beta function I_x(a, b) = P(B <= x); NaN unless a, b > 0 and finite and 0 <= x <= 1. */
CAIRN_API double cairn_stat_beta_cdf(double a, double b, double x);
/* x with I_x(a, b) = p; NaN unless a, b > 0 and finite and 0 <= p <= 1. */
CAIRN_API double cairn_stat_beta_quantile(double a, double b, double p);
/* P(T <= t) of Student's t with df > 0 degrees of freedom (not necessarily whole); NaN otherwise. */
CAIRN_API double cairn_stat_t_cdf(double t, double df);
/* t with P(T <= t) = p; -Infinity and Infinity at 0 and 1, NaN outside [0, 1] or unless df > 0. */
CAIRN_API double cairn_stat_t_quantile(double p, double df);
/* ln of the number of ways to choose k of n; -Infinity unless 0 <= k <= n. */
CAIRN_API double cairn_stat_log_choose(int64_t n, int64_t k);
/* P(X = k), P(X <= k) and P(X >= k) of a binomial with n trials of probability p. NaN unless n >= 0 and 0 <= p <= 1;
 * k may be any integer. */
CAIRN_API double cairn_stat_binomial_pmf(int64_t k, int64_t n, double p);
CAIRN_API double cairn_stat_binomial_at_most(int64_t k, int64_t n, double p);
CAIRN_API double cairn_stat_binomial_at_least(int64_t k, int64_t n, double p);

/* ---- intervals ------------------------------------------------------------------------------------------------- */

/* A number with its two-sided interval. */
typedef struct cairn_interval {
    double estimate, low, high;
    int32_t left_out; /* bootstrap only: resamples in which the statistic was undefined (NaN) */
} cairn_interval;

/* A test statistic and its p-value; both NaN where the test is undefined. */
typedef struct cairn_test {
    double statistic, p;
} cairn_test;

/* Wilson's score interval of a proportion hits / n. Errors: INVALID unless 0 <= hits <= n, n > 0 and 0 < level < 1. */
CAIRN_API cairn_status cairn_stat_wilson(cairn_ctx *ctx, int64_t hits, int64_t n, double level, cairn_interval *out);
/* Wald's interval estimate -+ z sqrt(p (1 - p) / n), as many leaderboards print it. It has width 0 at 0 and 1, and may
 * leave [0, 1]: for comparison with printed numbers only. Errors: as Wilson's. */
CAIRN_API cairn_status cairn_stat_wald(cairn_ctx *ctx, int64_t hits, int64_t n, double level, cairn_interval *out);
/* Wilson's interval of a proportion whose trials come in clusters: hits[i] of sizes[i] in cluster i. The trials count
 * as many as their variance between clusters says (at most their number); without any such variance as many as there
 * are clusters. Clusters of one trial give Wilson's interval itself. Errors: INVALID for an empty cluster, hits out of
 * range, none at all, a level outside (0, 1). */
CAIRN_API cairn_status cairn_stat_wilson_clustered(cairn_ctx *ctx, const int64_t *hits, const int64_t *sizes,
                                                   size_t clusters, double level, cairn_interval *out);
/* Widens the interval of a statistic with values from `least` to `most` by what units could change of whose kind none
 * is among the n observed ones: such units may be up to z^2 / (n + z^2) of all, Wilson's bound of a share that was seen
 * 0 times. So no interval has width 0. No effect where the estimate is NaN. */
CAIRN_API void cairn_stat_widen(cairn_interval *interval, size_t n, double level, double least, double most);
/* Clopper and Pearson's exact interval of a proportion hits / n (never covers less than `level`). Errors: as
 * Wilson's. */
CAIRN_API cairn_status cairn_stat_clopper_pearson(cairn_ctx *ctx, int64_t hits, int64_t n, double level,
                                                  cairn_interval *out);
/* A share of items in clusters that share something, such as the samples of one problem: hits[i] of items[i] in each
 * cluster. Wilson's interval for as many independent items as would leave the share as uncertain as the clusters do;
 * for a share of 0 or 1, as many as there are clusters. It is Wilson's own where each cluster has one item, and never
 * has width 0. Errors: INVALID unless 0 <= hits <= items, for no items, a level outside (0, 1). */
CAIRN_API cairn_status cairn_stat_cluster_share(cairn_ctx *ctx, const double *hits, const double *items,
                                                size_t clusters, double level, cairn_interval *out);
/* Difference b - a of two shares of the same n items, of which `only_a` are hits of a alone and `only_b` of b alone:
 * the interval of Agresti and Min (2005), which adds half a pair to each of the four cells and never has width 0.
 * Errors: INVALID unless 0 <= only_a + only_b <= n, n > 0, 0 < level < 1. */
CAIRN_API cairn_status cairn_stat_paired_shares(cairn_ctx *ctx, int64_t only_a, int64_t only_b, int64_t n, double level,
                                                cairn_interval *out);
/* Student's interval of the mean of x[n]. Errors: INVALID for n < 2, a number that is not finite, a level outside
 * (0, 1). */
CAIRN_API cairn_status cairn_stat_mean_interval(cairn_ctx *ctx, const double *x, size_t n, double level,
                                                cairn_interval *out);
/* Student's interval of the mean of a[i] - b[i]: the same n items measured twice. Errors: as
 * cairn_stat_mean_interval. */
CAIRN_API cairn_status cairn_stat_paired_interval(cairn_ctx *ctx, const double *a, const double *b, size_t n,
                                                  double level, cairn_interval *out);

/* Student's t of the mean of a[i] - b[i] with its two-sided p, n - 1 degrees of freedom: are two systems that were
 * measured on the same items different? Equal differences everywhere give t of 0 or infinity. Errors: as
 * cairn_stat_mean_interval. */
CAIRN_API cairn_status cairn_stat_paired_test(cairn_ctx *ctx, const double *a, const double *b, size_t n,
                                              cairn_test *out);

/* ---- bootstrap ------------------------------------------------------------------------------------------------- */

/* How to resample. Resample r draws from its own Philox stream (seed, r), so that it does not depend on the others. */
typedef struct cairn_bootstrap {
    int32_t resamples; /* 1 .. 10,000,000 */
    double level;
    uint64_t seed;
} cairn_bootstrap;
#define CAIRN_BOOTSTRAP_PRESET \
    { 2000, 0.95, 0 }

/* A statistic of the items index[n] (an item may occur many times); NaN where it is undefined. */
typedef double (*cairn_statistic_fn)(const void *arg, const uint32_t *index, size_t n);

/* Percentile bootstrap of a user's statistic over n items. The bounds are quantiles of the resampled values,
 * interpolated linearly between order statistics; `estimate` is the statistic of the items as they are. Undefined
 * resamples are left out and counted. Errors: INVALID for n = 0 or above 2^32 - 1, options out of range, a statistic
 * that is undefined on the items themselves or on every resample; no memory. */
CAIRN_API cairn_status cairn_stat_bootstrap(cairn_ctx *ctx, size_t n, cairn_statistic_fn statistic, const void *arg,
                                            const cairn_bootstrap *how, cairn_interval *out);
/* Several statistics of the same resamples: out[k] of the items index[n], NaN where undefined. */
typedef void (*cairn_statistics_fn)(void *arg, const uint32_t *index, size_t n, double *out);
/* Percentile bootstrap of k statistics, out[k]. One that is undefined on the items has estimate and bounds NaN; one
 * that is undefined on every resample has bounds NaN. Errors: as cairn_stat_bootstrap; CANCELLED. */
CAIRN_API cairn_status cairn_stat_bootstrap_many(cairn_ctx *ctx, size_t n, size_t k, cairn_statistics_fn statistics,
                                                 void *arg, const cairn_bootstrap *how, cairn_interval *out);
/* The same, resampling within strata: the items are `strata` consecutive groups of sizes[strata], and each resample
 * draws sizes[s] items of group s. Errors: as cairn_stat_bootstrap; INVALID for an empty stratum. */
CAIRN_API cairn_status cairn_stat_bootstrap_strata(cairn_ctx *ctx, const size_t *sizes, size_t strata,
                                                   cairn_statistic_fn statistic, const void *arg,
                                                   const cairn_bootstrap *how, cairn_interval *out);
/* Percentile bootstrap of the mean of x[n]. Errors: as cairn_stat_bootstrap; INVALID for a number that is not
 * finite. */
CAIRN_API cairn_status cairn_stat_bootstrap_mean(cairn_ctx *ctx, const double *x, size_t n, const cairn_bootstrap *how,
                                                 cairn_interval *out);
/* Percentile bootstrap of the mean of a[i] - b[i]; pairs are drawn together. Errors: as cairn_stat_bootstrap_mean. */
CAIRN_API cairn_status cairn_stat_bootstrap_paired(cairn_ctx *ctx, const double *a, const double *b, size_t n,
                                                   const cairn_bootstrap *how, cairn_interval *out);
/* Share of items that come in groups, such as the samples of one problem: sum of hits[groups] over sum of
 * items[groups], 0 <= hits[g] <= items[g]; hits may be fractions (a pass@k of one item). Groups without items are left
 * out. The interval is Wilson's where every group has one whole item; else the percentile bootstrap over groups, since
 * the items of a group are alike; where all groups agree (within 0.001), which tells the bootstrap nothing, Wilson's
 * with a group as one case. One group of several items has no interval: low and high are NaN. Without any item all is
 * NaN. Errors: INVALID for hits or items out of range; those of cairn_stat_bootstrap. */
CAIRN_API cairn_status cairn_stat_grouped_share(cairn_ctx *ctx, const double *hits, const double *items, size_t groups,
                                                const cairn_bootstrap *how, cairn_interval *out);
/* k figures out[k] of sums[strata][width]; NaN where undefined. Called by several threads at once: it only reads. */
typedef void (*cairn_figures_fn)(const void *arg, const double *sums, double *out);
/* Percentile bootstrap of figures of sums over groups of related items, such as the solutions of one problem.
 * tallies[groups][width]: what each group adds; the groups stand in `strata` runs of sizes[strata]. A resample draws
 * sizes[s] groups within each stratum with replacement, as cairn_stat_bootstrap_strata does, and sums each stratum by
 * itself. A figure that is undefined on the groups has estimate and bounds NaN; one that is undefined on every resample
 * has bounds NaN; undefined resamples are left out and counted. Large work is shared among threads, on which the
 * result does not depend. Errors: as cairn_stat_bootstrap; INVALID for an empty stratum, width or k outside 1 ..
 * 10,000, a tally that is not finite; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_stat_bootstrap_sums(cairn_ctx *ctx, const double *tallies, const size_t *sizes,
                                                 size_t strata, size_t width, cairn_figures_fn figures, size_t k,
                                                 const void *arg, const cairn_bootstrap *how, cairn_interval *out);
/* The same of the differences b - a of the figures of two systems that were measured on the same groups, which are
 * drawn together. */
CAIRN_API cairn_status cairn_stat_bootstrap_sums_paired(cairn_ctx *ctx, const double *a, const double *b,
                                                        const size_t *sizes, size_t strata, size_t width,
                                                        cairn_figures_fn figures, size_t k, const void *arg,
                                                        const cairn_bootstrap *how, cairn_interval *out);
/* Quantile p of sorted x[n], interpolated linearly between order statistics (position p (n - 1)); NaN for n = 0 or p
 * outside [0, 1]. */
CAIRN_API double cairn_stat_quantile_sorted(const double *x, size_t n, double p);

/* ---- ranks, correlation, discrimination ------------------------------------------------------------------------ */

/* ranks[n]: 1-based ranks of x[n] in ascending order; equal values share the mean of their ranks. Errors: INVALID
 * for NaN; no memory. */
CAIRN_API cairn_status cairn_stat_ranks(cairn_ctx *ctx, const double *x, size_t n, double *ranks);

typedef struct cairn_auroc {
    double auroc;     /* P(score of a positive > score of a negative) + P(equal) / 2 */
    double error;     /* DeLong's standard error; NaN where a class has one member */
    double low, high; /* auroc -+ z error, cut to [0, 1]; NaN where `error` is */
    int64_t positives, negatives;
} cairn_auroc;

/* Area under the ROC curve of scores[n] against positive[n], ties counted one half, with the interval of DeLong et
 * al. (1988) by the midrank form of Sun and Xu (2014). A perfect separation has standard error 0. Errors: INVALID
 * for a NaN score, a class without members, a level outside (0, 1); no memory. */
CAIRN_API cairn_status cairn_stat_auroc(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n,
                                        double level, cairn_auroc *out);

/* Pearson's correlation of x[n] and y[n]; NaN where one of them is constant. Errors: INVALID for n < 2 or a number
 * that is not finite. */
CAIRN_API cairn_status cairn_stat_pearson(cairn_ctx *ctx, const double *x, const double *y, size_t n, double *out);
/* Spearman's correlation: Pearson's of the midranks. Errors: INVALID for n < 2 or NaN; no memory. */
CAIRN_API cairn_status cairn_stat_spearman(cairn_ctx *ctx, const double *x, const double *y, size_t n, double *out);
/* Kendall's tau-b: (concordant - discordant pairs) / sqrt(pairs untied in x * pairs untied in y); NaN where x or y is
 * constant. Takes n log n comparisons (Knight 1966). Errors: INVALID for n < 2 or NaN; no memory. */
CAIRN_API cairn_status cairn_stat_kendall(cairn_ctx *ctx, const double *x, const double *y, size_t n, double *out);

typedef struct cairn_correlation {
    double r, t; /* t = r sqrt(df / (1 - r^2)), df = n - 2 */
    double p;    /* two-sided, of Student's t; all NaN where x or y is constant */
} cairn_correlation;
/* Pearson's correlation with its p-value; Spearman's likewise when x and y are ranks. Errors: INVALID for n < 3 or a
 * number that is not finite. */
CAIRN_API cairn_status cairn_stat_pearson_test(cairn_ctx *ctx, const double *x, const double *y, size_t n,
                                               cairn_correlation *out);

/* Least squares y = intercept + slope x. */
typedef struct cairn_line {
    double slope, intercept;
    double slope_error, intercept_error; /* standard errors; NaN for n = 2 */
    double residual; /* standard deviation about the line, n - 2 degrees of freedom; NaN for n = 2 */
    double r2;       /* share of the variance of y; NaN where y is constant */
} cairn_line;
/* Errors: INVALID for n < 2, a number that is not finite, x all equal. */
CAIRN_API cairn_status cairn_stat_line(cairn_ctx *ctx, const double *x, const double *y, size_t n, cairn_line *out);

/* Cohen's d: (mean a - mean b) / standard deviation, pooled over both. 0 where all numbers are equal, infinite where
 * only the means differ. Errors: INVALID for fewer than two numbers on a side or one that is not finite. */
CAIRN_API cairn_status cairn_stat_standardised_gap(cairn_ctx *ctx, const double *a, size_t n_a, const double *b,
                                                   size_t n_b, double *out);

/* ---- two classes by a threshold ---------------------------------------------------------------------------------- */

/* Counts of a two-class answer against the truth. Fractions are allowed: of expected counts. */
typedef struct cairn_confusion {
    double tp, fp, tn, fn; /* said and is positive; said only; neither; is only */
} cairn_confusion;
/* Positive is said iff score > threshold, strictly. Errors: INVALID for a NaN score or threshold. */
CAIRN_API cairn_status cairn_stat_confusion(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n,
                                            double threshold, cairn_confusion *out);

/* A ratio without denominator is 0, as in the `zero_division=0` of common libraries, unless said otherwise. */
typedef struct cairn_two_class {
    double accuracy;
    double precision, recall, f1;                            /* of the positive class */
    double negative_precision, negative_recall, negative_f1; /* of the other */
    double macro_f1;                                         /* mean of the two F1 */
    double balanced_accuracy;                                /* mean of the two recalls */
    double balanced_f1;                                      /* harmonic mean of the two recalls */
    double mcc;                                              /* Matthews' correlation; NaN where a margin is 0 */
    double kappa;                                            /* Cohen's; NaN where chance agrees always */
} cairn_two_class;
/* All figures are NaN for no counts at all. */
CAIRN_API cairn_two_class cairn_stat_two_class(const cairn_confusion *c);
/* Cohen's kappa of two raters over k classes: counts[k][k], row-major, rater a's class by rater b's. NaN without counts
 * and where chance agrees always. */
CAIRN_API double cairn_stat_kappa(const double *counts, size_t k);

/* What is said positive when it is score >= threshold. Both curves have the same points: ROC is recall against
 * fall-out, precision-recall is precision against recall. */
typedef struct cairn_threshold_point {
    double threshold;
    int64_t tp, fp;
    double recall;    /* tp / positives */
    double fall_out;  /* fp / negatives; NaN without negatives */
    double precision; /* tp / (tp + fp); 1 where nothing is said positive */
} cairn_threshold_point;
/* points[n + 1], thresholds falling: first Infinity, where nothing is said positive, then each distinct score. Equal
 * scores are one point. *count: how many. Errors: INVALID for n = 0, a NaN score, no positive; no memory. */
CAIRN_API cairn_status cairn_stat_threshold_points(cairn_ctx *ctx, const double *scores, const bool *positive, size_t n,
                                                   cairn_threshold_point *points, size_t *count);
/* Average precision: sum over those points of (rise of recall) * precision, without interpolation. Equal scores count
 * together, so that their order does not matter. Errors: as cairn_stat_threshold_points. */
CAIRN_API cairn_status cairn_stat_average_precision(cairn_ctx *ctx, const double *scores, const bool *positive,
                                                    size_t n, double *out);

/* ---- rounding as others do --------------------------------------------------------------------------------------- */

/* x to so many decimals as Python's round(x, decimals): of the exact binary value, halves to even. 2.675 gives 2.67.
 * x itself where it is not finite or decimals are outside 0 .. 323. */
CAIRN_API double cairn_round_even(double x, int decimals);
/* x to so many decimals as people do on paper: of its decimal text of 15 significant digits, halves away from zero.
 * 2.675 gives 2.68. x itself where it is not finite or decimals are outside 0 .. 323. */
CAIRN_API double cairn_round_half_up(double x, int decimals);

/* ---- early rejection by scores of unfinished steps (arXiv 2508.01969) ------------------------------------------ */

/* Bound on the probability that the best of n candidates scores below another: min(1, (n - 1) exp(-gap^2 / (4
 * sigma^2))). `gap` >= 0: between its expected score and the next; sigma > 0: of the independent sub-Gaussian noise of
 * a score. Errors: INVALID for n < 1 and values out of range. */
CAIRN_API cairn_status cairn_stat_rejection_risk(cairn_ctx *ctx, int64_t n, double gap, double sigma, double *out);
/* The fewest tokens of a step of `length` >= 1 whose score correlates by `rho` in (0, 1] with that of the whole step,
 * where a score is the sum of independent equal terms: ceil(rho^2 length). Errors: INVALID for values out of range. */
CAIRN_API cairn_status cairn_stat_tau_for_correlation(cairn_ctx *ctx, double rho, int64_t length, int64_t *out);
/* keep[i]: scores[i] is among the k >= 0 greatest of its group. Of equal scores the first stay; NaN is below every
 * number. A group of at most k keeps all. Errors: INVALID for k < 0; no memory. */
CAIRN_API cairn_status cairn_stat_keep_top(cairn_ctx *ctx, const double *scores, const int32_t *groups, size_t n,
                                           int64_t k, bool *keep);

/* Brier score: mean of (p - y)^2, p[n] and outcomes y[n] in [0, 1]. Errors: INVALID for n = 0, NaN or a value
 * outside. */
CAIRN_API cairn_status cairn_stat_brier(cairn_ctx *ctx, const double *p, const double *y, size_t n, double *out);

typedef struct cairn_calibration_bin {
    int64_t count;
    double mean_p, mean_y; /* NaN where the bin is empty */
} cairn_calibration_bin;

/* Bin of p within [0, 1]. */
CAIRN_API int cairn_stat_calibration_bin(double p, int n_bins);
/* Expected calibration error: sum over bins of (count / n) |mean p - mean y|. Bins have equal width; bin b holds b /
 * n_bins <= p < (b + 1) / n_bins, the last one also p = 1. bins[n_bins] may be NULL. Errors: INVALID for n = 0,
 * n_bins outside 1 .. 10,000, NaN or a value outside [0, 1]; no memory. */
CAIRN_API cairn_status cairn_stat_calibration_error(cairn_ctx *ctx, const double *p, const double *y, size_t n,
                                                    int n_bins, cairn_calibration_bin *bins, double *out);

/* ---- many hypotheses at once -------------------------------------------------------------------------------------- */

/* Benjamini and Hochberg (1995): selects of p[m] the k smallest, where k is the greatest rank with p_(k) <= q k / m.
 * Equal values are selected together. The expected share of false selections is at most q, for independent or
 * positively dependent p-values. selected[m]; *threshold is the largest selected p, 0 where none is, and may be NULL.
 * Time m log m. Errors: INVALID for m = 0, q outside (0, 1), p outside [0, 1]; no memory. */
CAIRN_API cairn_status cairn_stat_bh(cairn_ctx *ctx, const double *p, size_t m, double q, bool *selected, size_t *count,
                                     double *threshold);
/* Its comparison: whether p is at most q k / m. */
CAIRN_API bool cairn_stat_bh_passes(double p, size_t k, double q, size_t m);
/* Wang and Ramdas (arXiv 2009.02824): selects of e-values e[m] the k greatest, where k is the greatest rank with e_(k)
 * >= m / (q k). The bound q holds whatever the dependence. Errors: as cairn_stat_bh; INVALID for e < 0. */
CAIRN_API cairn_status cairn_stat_ebh(cairn_ctx *ctx, const double *e, size_t m, double q, bool *selected,
                                      size_t *count);

/* The non-decreasing fitted[n] with the least weighted squared distance from y[n] (pool adjacent violators), in linear
 * time. weight[n] > 0, NULL: all 1. `fitted` may be `y`. Errors: INVALID for n = 0 and numbers out of range; no memory.
 */
CAIRN_API cairn_status cairn_stat_isotonic(cairn_ctx *ctx, const double *y, const double *weight, size_t n,
                                           double *fitted);

/* ---- importance sampling ------------------------------------------------------------------------------------------- */

/* ln of the sum of e^x[n], without overflow; -Infinity for n = 0, NaN where one is. */
CAIRN_API double cairn_stat_log_sum(const double *x, size_t n);
/* Kish's effective sample size (sum w)^2 / sum w^2 of weights[n]; 0 where all are 0. */
CAIRN_API double cairn_stat_effective_size(const double *weights, size_t n);

typedef struct cairn_importance {
    double estimate;
    double error;          /* standard error, by the delta method */
    double effective_size; /* of the weights */
} cairn_importance;
/* Self-normalised importance sampling: mean of values[n] under weights e^log_weights[n], which are known up to a common
 * factor. Errors: INVALID for n < 2, NaN, a weight that is not finite, weights that are all 0. */
CAIRN_API cairn_status cairn_stat_importance(cairn_ctx *ctx, const double *log_weights, const double *values, size_t n,
                                             cairn_importance *out);

/* ---- pass@k ---------------------------------------------------------------------------------------------------- */

/* Unbiased estimate of the probability that at least one of k samples is right, from `right` right ones of n samples:
 * 1 - C(n - right, k) / C(n, k), without cancellation for large n (arXiv 2107.03374). Errors: INVALID unless
 * 0 <= right <= n and 1 <= k <= n. */
CAIRN_API cairn_status cairn_stat_pass_at_k(cairn_ctx *ctx, int64_t n, int64_t right, int64_t k, double *out);
/* Mean of pass@k over problems; n[problems] samples of which right[problems] are right. Errors: as
 * cairn_stat_pass_at_k, naming the problem's index; INVALID for problems = 0. */
CAIRN_API cairn_status cairn_stat_pass_at_k_mean(cairn_ctx *ctx, const int64_t *n, const int64_t *right,
                                                 size_t problems, int64_t k, double *out);

#define CAIRN_MOST_VOTES 1024
/* maj@k, exactly and without bias: wins[c] is the probability that class c of answers, one of the first `asked`, has
 * most votes among k of n samples drawn without replacement. Class c has sizes[c] >= 1 samples, `others` have no answer and never win. Classes
 * that tie share the win equally, as where the earliest answer wins and samples stand in random order; where all
 * are asked for, what is missing to 1 are draws without any answer. Time: for each distinct size that is asked for about
 * n k^2. Errors: INVALID unless 1 <= k <= n <= CAIRN_MOST_VOTES, sizes out of range; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_stat_majority_at_k(cairn_ctx *ctx, const int64_t *sizes, size_t classes, size_t asked,
                                                int64_t others, int64_t k, double *wins);

/* ---- aggregation of step scores -------------------------------------------------------------------------------- */

/* How the step scores of a solution become one number. */
typedef enum cairn_aggregator {
    CAIRN_AGGREGATE_LAST,
    CAIRN_AGGREGATE_MIN,
    CAIRN_AGGREGATE_PRODUCT,
    CAIRN_AGGREGATE_MEAN,
    CAIRN_AGGREGATE_SUM,
    CAIRN_AGGREGATE_MAX,
    /* Of probabilities, each clamped to [1e-9, 1 - 1e-9]. */
    CAIRN_AGGREGATE_GEOMETRIC, /* geometric mean */
    CAIRN_AGGREGATE_LOGIT,     /* the probability whose logit is the mean of the logits */
    CAIRN_AGGREGATE_ODDS       /* mean of p / (1 - p) */
} cairn_aggregator;
#define CAIRN_AGGREGATOR_CHOICES "last|min|product|mean|sum|max|geometric|logit|odds" /* in enumeration order */

/* Aggregate of scores[n]. An unknown (NaN) step is skipped: `last` is the last known step, `mean` divides by the
 * known ones. No steps at all give 0; steps that are all unknown give NaN. */
CAIRN_API double cairn_aggregate(cairn_aggregator how, const double *scores, size_t n);
/* What an unknown (NaN) step score does to the whole. */
typedef enum cairn_unknown_step {
    CAIRN_UNKNOWN_STEP_ERROR,
    CAIRN_UNKNOWN_STEP_SKIP,   /* as if the step were not there */
    CAIRN_UNKNOWN_STEP_SPREAD, /* the whole is unknown */
    CAIRN_UNKNOWN_STEP_VALUE   /* `unknown_value` stands for it */
} cairn_unknown_step;

/* Zeroed: strict. A list without steps and an unknown step are errors, nothing is clamped. */
typedef struct cairn_aggregate_policy {
    bool allow_empty; /* a list without steps, or with none left, is worth `empty_value` */
    double empty_value;
    cairn_unknown_step unknown;
    double unknown_value;
    double clip; /* probabilities are clamped to [clip, 1 - clip] for `geometric`, `logit` and `odds`; 0: never */
} cairn_aggregate_policy;

/* Aggregate of scores[n] by the formulas of RewardMATH (arXiv 2410.01729), term by term: `product` multiplies from the
 * first step on, `geometric` is product^(1/n) of it, `logit` is 1 / (1 + e^-m) of the mean m of ln(p / (1 - p)), `odds`
 * is max(0, mean of p / (1 - p)). Unclamped, a p of 1 has infinite odds, and p of 0 and 1 in one list have no mean
 * logit: then *out is NaN, which the caller must count and never compare. Errors: INVALID for a score outside [0, 1]
 * with the last three, an infinite score, what the policy calls an error, a clip outside [0, 0.5). */
CAIRN_API cairn_status cairn_aggregate_checked(cairn_ctx *ctx, cairn_aggregator how, const double *scores, size_t n,
                                               const cairn_aggregate_policy *policy, double *out);
/* "last", ...; NULL for a value outside the enumeration. */
CAIRN_API const char *cairn_aggregator_name(cairn_aggregator how);
/* Errors: INVALID for a name that is none of CAIRN_AGGREGATOR_CHOICES. */
CAIRN_API cairn_status cairn_aggregator_parse(cairn_ctx *ctx, const char *name, cairn_aggregator *out);

/* ---- votes over answer classes --------------------------------------------------------------------------------- */

/* Candidates stand in the order in which they were generated. classes[n]: the class of each candidate's answer,
 * negative for no answer (dropped). Every tie goes to the class whose first member was generated first. Time n x
 * distinct classes, no memory. */

/* The class with most members; -1 when every candidate was dropped. */
CAIRN_API int32_t cairn_vote_majority(const int32_t *classes, size_t n);
/* The class with the largest sum of weights[n]. A candidate whose weight is unknown (NaN) is dropped as well. */
CAIRN_API int32_t cairn_vote_weighted(const int32_t *classes, const double *weights, size_t n);
/* Best-of-N: the class of the candidate with the highest score among those that have an answer; an unknown score
 * (NaN) is lower than every number. -1 when every candidate was dropped. */
CAIRN_API int32_t cairn_vote_best(const int32_t *classes, const double *scores, size_t n);
/* Index of the highest of scores[n], the earliest of equals; NaN is lower than every number. -1 for n = 0. */
CAIRN_API int64_t cairn_pick_best(const double *scores, size_t n);

/* ---- first wrong step --------------------------------------------------------------------------------------------------- */

/* Which side of the threshold is wrong. */
typedef enum cairn_stat_sense {
    CAIRN_STAT_WRONG_BELOW, /* a step is wrong when score < tau */
    CAIRN_STAT_WRONG_ABOVE  /* a step is wrong when score > tau */
} cairn_stat_sense;
/* Index of the first of scores[n] on the wrong side of `tau`; -1 (CAIRN_NO_ERROR of cairn/data.h) where all are right;
 * -2 (CAIRN_UNLABELLED) where an unknown score (NaN) stands before it, and for n = 0. */
CAIRN_API int32_t cairn_stat_first_error(const double *scores, int32_t n, double tau, cairn_stat_sense sense);
/* Tells whether the least of scores[n] is the last one, and no earlier one is equal. n >= 1, no NaN. */
CAIRN_API bool cairn_stat_least_is_last(const double *scores, int32_t n);

/* ---- best of n --------------------------------------------------------------------------------------------------- */

/* Weights of the unbiased estimate of best-of-n from all `candidates` of a prompt: weights[i * candidates + r] =
 * C(r, n_i - 1) / C(candidates, n_i) is the probability that the candidate of rank r (0 the lowest) is the best of
 * ns[i] drawn without replacement. Each row sums to 1. Errors: INVALID for no candidates, ns[m] outside
 * 1 .. candidates. */
CAIRN_API cairn_status cairn_stat_best_of_weights(cairn_ctx *ctx, size_t candidates, const int32_t *ns, size_t m,
                                                  double *weights);
/* Mean proxy and mean truth of best-of-n by the proxy, for the m rows of `weights`: proxy_out[m], truth_out[m].
 * Candidates of equal proxy share the mean of their truths. Errors: INVALID for no candidates, a number that is not
 * finite; no memory. */
CAIRN_API cairn_status cairn_stat_best_of_curve(cairn_ctx *ctx, const double *proxy, const double *truth,
                                                size_t candidates, const double *weights, size_t m, double *proxy_out,
                                                double *truth_out);
/* KL divergence of best-of-n from the policy that proposes, ln n - (n - 1) / n [nats]: exact for scores without ties,
 * else an upper bound. NaN for n < 1. */
CAIRN_API double cairn_stat_best_of_kl(int64_t n);

/* Forms of the true value as a function of d = sqrt(KL), relative to d = 0 (arXiv 2210.10760). */
typedef enum cairn_scaling {
    CAIRN_SCALING_BEST_OF, /* d (alpha - beta d) */
    CAIRN_SCALING_RL       /* d (alpha - beta ln d) */
} cairn_scaling;
typedef struct cairn_scaling_fit {
    double alpha, beta;
    double peak, value; /* d at which the form is greatest, and its value there; NaN for beta <= 0: no ceiling seen */
} cairn_scaling_fit;
/* Least squares of gold[n] on d[n] >= 0; points at d = 0 say nothing. Errors: INVALID for fewer than three distinct
 * d > 0, a negative d, a number that is not finite. */
CAIRN_API cairn_status cairn_stat_fit_scaling(cairn_ctx *ctx, cairn_scaling form, const double *d, const double *gold,
                                              size_t n, cairn_scaling_fit *out);

/* Pairs of numbers with different truth that the proxy orders as the truth does, ties of the proxy one half. Adds to
 * *right and *pairs. Time n log n. Errors: INVALID for NaN; no memory. */
CAIRN_API cairn_status cairn_stat_count_pairs(cairn_ctx *ctx, const double *proxy, const double *truth, size_t n,
                                              double *right, double *pairs);
/* Their share of all pairs with different truth. Errors: those; INVALID where there is no such pair. */
CAIRN_API cairn_status cairn_stat_pair_accuracy(cairn_ctx *ctx, const double *proxy, const double *truth, size_t n,
                                                double *out);

/* ---- tests ------------------------------------------------------------------------------------------------------- */

/* P(X >= x) of chi-square with df degrees of freedom; NaN for df < 1 or x < 0. Time df. */
CAIRN_API double cairn_stat_chi_square_tail(double x, int64_t df);
/* Chi-square test of independence of the table (a b; c d), df 1, without correction. Undefined where a margin is 0;
 * NaN for negative counts. */
CAIRN_API cairn_test cairn_stat_chi_square_2x2(int64_t a, int64_t b, int64_t c, int64_t d);
/* The least of the four expected counts of that table; 0 without any count. */
CAIRN_API double cairn_stat_least_expected(int64_t a, int64_t b, int64_t c, int64_t d);
/* Cochran, Mantel and Haenszel: are rows and columns independent within every stratum? tables[strata][4], each (a b; c
 * d), non-negative. */
typedef struct cairn_stratified {
    cairn_test test;   /* chi-square, df 1, without continuity correction; NaN where no stratum tells anything */
    cairn_test yates;  /* with the correction 1/2 */
    double odds_ratio; /* common, Mantel and Haenszel's; Infinity or NaN where its denominator is 0 */
    int64_t used;      /* strata without an empty margin: the others tell nothing */
} cairn_stratified;
/* Errors: INVALID for a negative count. */
CAIRN_API cairn_status cairn_stat_cmh(cairn_ctx *ctx, const int64_t (*tables)[4], size_t strata, cairn_stratified *out);
/* Fisher's exact test of the same table, two-sided: the sum of the probabilities, given the margins, of the tables that
 * are no more likely (within 1e-9, relative). 1 where a margin is 0; NaN for negative counts. Time: the least margin.
 */
CAIRN_API double cairn_stat_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d);
/* Two-sided exact binomial test of k of n against probability 1/2: the sum of the probabilities of the counts that are
 * no more likely. 1 for n = 0; NaN unless 0 <= k <= n. */
CAIRN_API double cairn_stat_fair_coin(int64_t k, int64_t n);
/* Probability that this test rejects at level alpha when the probability is p. NaN outside n >= 0, 0 <= p <= 1,
 * 0 < alpha < 1. */
CAIRN_API double cairn_stat_fair_coin_power(int64_t n, double p, double alpha);
/* Exact two-sided test of the number of runs in a series of `zero` 0s and `one` 1s, given these counts: the sum of the
 * probabilities of the numbers of runs that are no more likely. NaN where a count is 0 or the number impossible. Time:
 * the lesser count. */
CAIRN_API double cairn_stat_runs_exact(int64_t zero, int64_t one, int64_t runs);
/* McNemar's exact test of pairs of which `only_a` have a alone and `only_b` have b alone. */
CAIRN_API double cairn_stat_mcnemar(int64_t only_a, int64_t only_b);
/* Difference k_a / n_a - k_b / n_b of two independent shares: Newcombe's (1998) interval from Wilson's two. Errors: as
 * cairn_stat_wilson. */
CAIRN_API cairn_status cairn_stat_share_difference(cairn_ctx *ctx, int64_t k_a, int64_t n_a, int64_t k_b, int64_t n_b,
                                                   double level, cairn_interval *out);
/* adjusted[n]: Holm's adjusted p-values, which control the family-wise error; NaN are left out of the family and stay
 * NaN. Errors: INVALID for a p outside [0, 1]; no memory. */
CAIRN_API cairn_status cairn_stat_holm(cairn_ctx *ctx, const double *p, size_t n, double *adjusted);
/* Fisher's pooling of independent p[n]: -2 sum ln p, chi-square with 2 n degrees of freedom. NaN are left out; with
 * none left the test is undefined. Errors: INVALID for a p outside [0, 1]. */
CAIRN_API cairn_status cairn_stat_pool_p(cairn_ctx *ctx, const double *p, size_t n, cairn_test *out);
/* Spearman's correlation with a two-sided p-value: the share of `permutations` random orders of y, and the given one,
 * with at least as large a correlation. Errors: INVALID for n < 2, NaN, permutations outside 1 .. 10,000,000;
 * CANCELLED; no memory. A constant array leaves both NaN. */
CAIRN_API cairn_status cairn_stat_spearman_test(cairn_ctx *ctx, const double *x, const double *y, size_t n,
                                                int32_t permutations, uint64_t seed, cairn_test *out);

/* ---- binary series ------------------------------------------------------------------------------------------------- */

#define CAIRN_SERIES_STREAKS 3

/* Is a series of yes (1) and no (0) fair and memoryless? (arXiv 2501.16356; the battery is Cairn's.) A p-value is NaN
 * where its test is undefined, such as without a yes or without a no. */
typedef struct cairn_binary_series {
    int64_t n, yes;
    cairn_interval share; /* of yes, Wilson 95 % */
    double p_uniform;     /* cairn_stat_fair_coin: of independent answers */
    /* Two-sided normal p of the same, with the variance of a chain in which an answer depends on the one before: (1 +
     * r) / (1 - r) times that of independent answers, r the difference of the shares of yes after yes and after no. NaN
     * where p_lag1 is. */
    double p_uniform_chain;
    /* Neighbours: pairs[a][b] counts a answer b after an answer a, within a segment. */
    int64_t pairs[2][2];
    cairn_test lag1;                     /* chi-square of `pairs` */
    double p_lag1;                       /* its p; Fisher's exact where an expected count is below 5 */
    bool lag1_exact;                     /* it is Fisher's */
    int64_t runs;                        /* of equal neighbours */
    double runs_expected, runs_variance; /* given the counts of yes and no (Wald and Wolfowitz) */
    cairn_test run_test;                 /* z and its two-sided p; z > 0: changes too often */
    double p_runs; /* its p; exact where an expected count of `pairs` is below 5, in one segment */
    bool runs_exact;
    cairn_interval change;  /* share of neighbours that differ, Wilson 95 %; NaN without neighbours */
    double change_expected; /* 2 share (1 - share): of independent answers with this share of yes */
    /* after_streak[L - 1]: share of changes after L equal answers; NaN where there is no such streak. */
    double after_streak[CAIRN_SERIES_STREAKS];
    cairn_test order2; /* G-square of order 2 against 1; `df` degrees of freedom */
    int32_t order2_df; /* 2, less 1 for each middle answer whose table has an empty margin */
    double p_order2;   /* its p; where an expected count is below 5 Fisher's exact tests of the two tables, pooled */
    bool order2_exact;
} cairn_binary_series;

/* Measures b[n]. The series is `segments` consecutive parts of sizes[segments] answers (NULL: one part), such as the
 * answers of one call each: neighbours stand in one part. Errors: INVALID for n < 2 or above 10^8, a value other than 0
 * and 1, sizes that do not sum to n. */
CAIRN_API cairn_status cairn_stat_binary_series(cairn_ctx *ctx, const uint8_t *b, size_t n, const size_t *sizes,
                                                size_t segments, cairn_binary_series *out);

typedef enum cairn_series_verdict {
    CAIRN_SERIES_FAIR,      /* nothing is rejected, which is no proof: see interval and power */
    CAIRN_SERIES_BIASED,    /* yes and no are not equally frequent */
    CAIRN_SERIES_DEPENDENT, /* answers depend on earlier ones */
    CAIRN_SERIES_BOTH,
    CAIRN_SERIES_UNDECIDABLE /* all answers are equal: dependence cannot be tested */
} cairn_series_verdict;
/* By p_uniform, p_lag1, p_runs and p_order2, with Holm's correction over these four, at level alpha. Where dependence
 * is found, p_uniform is too small for answers that repeat: then 2 p_uniform_chain must be within alpha as well,
 * doubled since two questions were asked. adjusted[4] may be NULL. Errors: no memory. */
CAIRN_API cairn_status cairn_stat_series_verdict(cairn_ctx *ctx, const cairn_binary_series *series, double alpha,
                                                 double *adjusted, cairn_series_verdict *out);
/* "fair", "biased", "dependent", "both", "undecidable". */
CAIRN_API const char *cairn_stat_series_verdict_name(cairn_series_verdict verdict);

/* What to add to the logit of yes, and to take from that of no, so that yes gets probability 1/2: -1/2 ln(p / (1 - p)).
 * NaN unless 0 < p < 1. */
CAIRN_API double cairn_stat_logit_offset(double p_yes);
/* Fair bits from independent but biased ones (von Neumann): of each pair of b[n], 01 gives 0, 10 gives 1, 00 and 11 are
 * dropped. bits[n / 2], which may be b itself; returns how many. */
CAIRN_API size_t cairn_stat_von_neumann(const uint8_t *b, size_t n, uint8_t *bits);

#ifdef __cplusplus
}
#endif
#endif

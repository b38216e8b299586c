/* The ceiling of a proxy: pair accuracy, best-of-n curves, drop, gap, and what overrated candidates have in common. */
#include "cairn/ceiling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NOT_LINKED_BELOW = 8, /* proxies or prompts, for a p-value */
    PERMUTATIONS = 10000
};

/* Sums of one feature over the candidates of one prompt. */
typedef struct feature_sums {
    double over, others, squares; /* of values less the mean over all candidates */
} feature_sums;

/* What is used of the data, and what a resample adds up. */
typedef struct measuring {
    const cairn_ceiling_data *data;
    size_t prompts;        /* used */
    size_t *first;         /* [prompts + 1] */
    double *proxy, *truth; /* [candidates] used */
    size_t *source;        /* [candidates] index in the data */
    int32_t ns[CAIRN_CEILING_POINTS];
    size_t points;
    bool process;              /* known of all candidates */
    double *curves;            /* (prompts, 3, points): proxy, truth, process */
    double *right, *pairs;     /* [prompts] */
    double proxy_sd, truth_sd; /* over all candidates used; NaN: constant */
    double dust;               /* differences of truth up to this are none */
    size_t features;
    bool *known;           /* [features] of all candidates */
    bool *overrated;       /* [candidates] */
    double *over, *others; /* [prompts] overrated candidates and others */
    feature_sums *sums;    /* (prompts, features) */
    double *room;          /* (2 halves, 3, points) */
} measuring;

/* ---- what is used -------------------------------------------------------------------------------------------------- */

static int by_count(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static bool usable(const cairn_ceiling_data *data, const double *proxy, size_t i) {
    return !isnan(data->truth[i]) && !isnan(proxy[i]);
}

/* The greatest n: as asked for, else what nine of ten prompts with two candidates have. */
static cairn_status greatest_n(cairn_ctx *ctx, const size_t *counts, size_t prompts, cairn_arena *arena, int32_t asked,
                               size_t *out) {
    size_t *sorted = cairn_arena_alloc(arena, prompts + 1, sizeof *sorted), n = 0;
    if (!sorted) return CAIRN_NO_MEMORY;
    for (size_t p = 0; p < prompts; p++)
        if (counts[p] >= 2) sorted[n++] = counts[p];
    if (n == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "no prompt has two candidates whose truth and score are both known");
    qsort(sorted, n, sizeof *sorted, by_count);
    if (asked < 0 || asked == 1 || (size_t)asked > sorted[n - 1])
        return cairn_fail(ctx, CAIRN_INVALID, "best of %d: expected 2 to %zu, the candidates that a prompt has",
                          (int)asked, sorted[n - 1]);
    *out = asked ? (size_t)asked : sorted[n / 10];
    if (*out <= INT32_MAX) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_LIMIT, "%zu candidates of a prompt", *out);
}

static void set_points(measuring *m, size_t most) {
    for (size_t n = 1; n < most; n *= 2) m->ns[m->points++] = (int32_t)n;
    m->ns[m->points++] = (int32_t)most;
}

static cairn_status copy_used(const double *proxy, const size_t *counts, size_t most, cairn_arena *arena, measuring *m,
                              cairn_ceiling_report *out) {
    size_t candidates = 0, at = 0;
    for (size_t p = 0; p < m->data->prompts; p++) {
        bool used = counts[p] >= most;
        m->prompts += used;
        candidates += used ? counts[p] : 0;
        out->short_prompts += !used;
    }
    m->first = cairn_arena_alloc(arena, m->prompts + 1, sizeof *m->first);
    m->proxy = cairn_arena_alloc(arena, candidates, sizeof *m->proxy);
    m->truth = cairn_arena_alloc(arena, candidates, sizeof *m->truth);
    m->source = cairn_arena_alloc(arena, candidates, sizeof *m->source);
    if (!m->first || !m->proxy || !m->truth || !m->source) return CAIRN_NO_MEMORY;
    for (size_t p = 0, q = 0; p < m->data->prompts; p++) {
        if (counts[p] < most) continue;
        for (size_t i = m->data->first[p]; i < m->data->first[p + 1]; i++) {
            if (!usable(m->data, proxy, i)) continue;
            m->proxy[at] = proxy[i];
            m->truth[at] = m->data->truth[i];
            m->source[at++] = i;
        }
        m->first[++q] = at;
    }
    out->prompts = (int64_t)m->prompts;
    out->candidates = (int64_t)at;
    return CAIRN_OK;
}

static cairn_status choose_used(cairn_ctx *ctx, const double *proxy, int32_t asked, cairn_arena *arena, measuring *m,
                                cairn_ceiling_report *out) {
    const cairn_ceiling_data *data = m->data;
    size_t *counts = cairn_arena_alloc(arena, data->prompts + 1, sizeof *counts), most = 0;
    if (!counts) return CAIRN_NO_MEMORY;
    for (size_t p = 0; p < data->prompts; p++)
        for (size_t i = data->first[p]; i < data->first[p + 1]; i++) {
            counts[p] += usable(data, proxy, i);
            out->unknown_truth += isnan(data->truth[i]);
            out->unknown_proxy += !isnan(data->truth[i]) && isnan(proxy[i]);
        }
    CAIRN_TRY(greatest_n(ctx, counts, data->prompts, arena, asked, &most));
    set_points(m, most);
    return copy_used(proxy, counts, most, arena, m, out);
}

/* ---- numbers of each prompt ---------------------------------------------------------------------------------------- */

static bool all_known(const measuring *m, const double *values) {
    size_t n = m->first[m->prompts];
    for (size_t i = 0; i < n; i++)
        if (isnan(values[m->source[i]])) return false;
    return true;
}

/* The curves of one prompt; `weights` are those of its number of candidates. */
static cairn_status prompt_curves(cairn_ctx *ctx, measuring *m, size_t p, const double *weights, double *process) {
    size_t first = m->first[p], n = m->first[p + 1] - first, points = m->points;
    double *curves = m->curves + 3 * points * p;
    CAIRN_TRY(
        cairn_stat_best_of_curve(ctx, m->proxy + first, m->truth + first, n, weights, points, curves, curves + points));
    if (!m->process) return CAIRN_OK;
    for (size_t i = 0; i < n; i++) process[i] = m->data->process[m->source[first + i]];
    return cairn_stat_best_of_curve(ctx, m->proxy + first, process, n, weights, points, curves, curves + 2 * points);
}

static size_t largest_prompt(const measuring *m) {
    size_t most = 0;
    for (size_t p = 0; p < m->prompts; p++)
        if (m->first[p + 1] - m->first[p] > most) most = m->first[p + 1] - m->first[p];
    return most;
}

static cairn_status measure_prompts(cairn_ctx *ctx, cairn_arena *arena, measuring *m, cairn_ceiling_report *out) {
    size_t most = largest_prompt(m), weighted = 0; /* candidates that the weights are of */
    double *weights = cairn_arena_alloc(arena, m->points * most, sizeof *weights);
    double *process = cairn_arena_alloc(arena, most, sizeof *process);
    m->curves = cairn_arena_alloc(arena, m->prompts, 3 * m->points * sizeof *m->curves);
    m->right = cairn_arena_alloc(arena, m->prompts, sizeof *m->right);
    m->pairs = cairn_arena_alloc(arena, m->prompts, sizeof *m->pairs);
    if (!weights || !process || !m->curves || !m->right || !m->pairs) return CAIRN_NO_MEMORY;
    m->process = m->data->process && all_known(m, m->data->process);
    for (size_t p = 0; p < m->prompts; p++) {
        size_t first = m->first[p], n = m->first[p + 1] - first;
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
        if (n != weighted) CAIRN_TRY(cairn_stat_best_of_weights(ctx, n, m->ns, m->points, weights));
        weighted = n;
        CAIRN_TRY(prompt_curves(ctx, m, p, weights, process));
        CAIRN_TRY(cairn_stat_count_pairs(ctx, m->proxy + first, m->truth + first, n, &m->right[p], &m->pairs[p]));
        out->pairs += m->pairs[p];
        out->pairless += !(m->pairs[p] > 0.0);
    }
    return CAIRN_OK;
}

static cairn_status count_answers(const measuring *m, cairn_arena *arena, double *out) {
    uint64_t *keys = cairn_arena_alloc(arena, largest_prompt(m), sizeof *keys);
    size_t distinct = 0, answered = 0;
    if (!keys) return CAIRN_NO_MEMORY;
    for (size_t p = 0; p < m->prompts; p++) {
        size_t n = m->first[p + 1] - m->first[p];
        for (size_t i = 0; i < n; i++) keys[i] = m->data->answers[m->source[m->first[p] + i]];
        cairn_keys_sort(keys, n);
        for (size_t i = 0; i < n; i++) {
            answered += keys[i] != 0;
            distinct += keys[i] != 0 && (i == 0 || keys[i] != keys[i - 1]);
        }
    }
    *out = answered ? (double)distinct / (double)m->prompts : NAN;
    return CAIRN_OK;
}

/* ---- features ------------------------------------------------------------------------------------------------------ */

static void sum_feature(measuring *m, size_t f) {
    const double *values = m->data->features[f].values;
    size_t n = m->first[m->prompts];
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += (values[m->source[i]] - mean) / (double)(i + 1);
    for (size_t p = 0; p < m->prompts; p++) {
        feature_sums *s = &m->sums[p * m->features + f];
        for (size_t i = m->first[p]; i < m->first[p + 1]; i++) {
            double off = values[m->source[i]] - mean;
            *(m->overrated[i] ? &s->over : &s->others) += off;
            s->squares += off * off;
        }
    }
}

static cairn_status sum_features(cairn_ctx *ctx, cairn_arena *arena, double share, measuring *m) {
    size_t n = m->first[m->prompts];
    m->features = m->data->n_features;
    m->known = cairn_arena_alloc(arena, m->features + 1, sizeof *m->known);
    m->overrated = cairn_arena_alloc(arena, n, sizeof *m->overrated);
    m->over = cairn_arena_alloc(arena, m->prompts, sizeof *m->over);
    m->others = cairn_arena_alloc(arena, m->prompts, sizeof *m->others);
    m->sums = cairn_arena_alloc(arena, m->prompts, (m->features + 1) * sizeof *m->sums);
    if (!m->known || !m->overrated || !m->over || !m->others || !m->sums) return CAIRN_NO_MEMORY;
    if (m->features == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_ceiling_overrated(ctx, m->proxy, m->truth, n, share, m->overrated));
    for (size_t p = 0; p < m->prompts; p++)
        for (size_t i = m->first[p]; i < m->first[p + 1]; i++) *(m->overrated[i] ? &m->over[p] : &m->others[p]) += 1;
    for (size_t f = 0; f < m->features; f++)
        if ((m->known[f] = all_known(m, m->data->features[f].values))) sum_feature(m, f);
    return CAIRN_OK;
}

static double feature_difference(const measuring *m, size_t f, const uint32_t *index, size_t n) {
    double over = 0.0, others = 0.0, sums = 0.0, rest = 0.0, squares = 0.0;
    if (!m->known[f]) return NAN;
    for (size_t i = 0; i < n; i++) {
        const feature_sums *s = &m->sums[index[i] * m->features + f];
        over += m->over[index[i]], others += m->others[index[i]];
        sums += s->over, rest += s->others, squares += s->squares;
    }
    double count = over + others, mean = (sums + rest) / count, variance = squares / count - mean * mean;
    if (!(over > 0.0) || !(others > 0.0)) return NAN;
    return variance > 1e-12 * squares / count ? (sums / over - rest / others) / sqrt(variance) : 0.0;
}

/* ---- a resample ------------------------------------------------------------------------------------------------------ */

/* Statistics of a resample, in this order: */
enum { ACCURACY, DROP, HELD_OUT, GAP, CURVES }; /* then 3 x points, then the features */

#define DUST 1e-9 /* of the truth's standard deviation: what rounding leaves of equal numbers */

/* The first of the points with the highest truth. */
static size_t best_point(const double *truth, size_t points, double dust) {
    size_t best = 0;
    for (size_t i = 1; i < points; i++)
        if (truth[i] > truth[best] + dust) best = i;
    return best;
}

/* Sums of the curves over the drawn prompts with an even index, and over those with an odd one. */
static void sum_halves(const measuring *m, const uint32_t *index, size_t n, size_t count[2], double *sums) {
    size_t width = 3 * m->points;
    memset(sums, 0, 2 * width * sizeof *sums);
    count[0] = count[1] = 0;
    for (size_t i = 0; i < n; i++) {
        const double *curves = m->curves + width * index[i];
        double *half = sums + width * (index[i] % 2);
        count[index[i] % 2]++;
        for (size_t k = 0; k < width; k++) half[k] += curves[k];
    }
}

/* Mean over both halves of the drop from the peak of the other half; halves of one prompt each give none. */
static double held_out_drop(const measuring *m, const size_t count[2], const double *sums) {
    size_t points = m->points, width = 3 * points;
    const double *even = sums + points, *odd = sums + width + points;
    if (count[0] == 0 || count[1] == 0) return NAN;
    size_t of_even = best_point(even, points, m->dust * (double)count[0]);
    size_t of_odd = best_point(odd, points, m->dust * (double)count[1]);
    double drop = even[of_odd] - even[points - 1] + odd[of_even] - odd[points - 1];
    return drop / (double)(count[0] + count[1]);
}

static void measure_resample(void *arg, const uint32_t *index, size_t n, double *out) {
    const measuring *m = arg;
    size_t points = m->points, width = 3 * points, count[2];
    double *curves = out + CURVES, right = 0.0, pairs = 0.0;
    sum_halves(m, index, n, count, m->room);
    for (size_t k = 0; k < width; k++) curves[k] = (m->room[k] + m->room[width + k]) / (double)n;
    for (size_t k = 2 * points; k < width && !m->process; k++) curves[k] = NAN;
    for (size_t i = 0; i < n; i++) right += m->right[index[i]], pairs += m->pairs[index[i]];
    const double *proxy = curves, *truth = curves + points;
    out[ACCURACY] = pairs > 0.0 ? right / pairs : NAN;
    out[DROP] = truth[best_point(truth, points, m->dust)] - truth[points - 1];
    out[HELD_OUT] = held_out_drop(m, count, m->room);
    out[GAP] = (proxy[points - 1] - proxy[0]) / m->proxy_sd - (truth[points - 1] - truth[0]) / m->truth_sd;
    for (size_t f = 0; f < m->features; f++) out[CURVES + width + f] = feature_difference(m, f, index, n);
}

/* ---- the report ------------------------------------------------------------------------------------------------------ */

static int by_size(const void *a, const void *b) {
    const cairn_ceiling_difference *x = a, *y = b;
    double p = isnan(x->difference.estimate) ? -1.0 : fabs(x->difference.estimate);
    double q = isnan(y->difference.estimate) ? -1.0 : fabs(y->difference.estimate);
    return p != q ? (p > q ? -1 : 1) : strcmp(x->name, y->name);
}

static void report_all(const measuring *m, const cairn_interval *found, cairn_ceiling_report *out) {
    size_t points = m->points;
    double truth[CAIRN_CEILING_POINTS];
    out->accuracy = found[ACCURACY];
    out->drop = found[DROP];
    out->held_out_drop = found[HELD_OUT];
    out->reached = out->held_out_drop.low > m->dust;
    out->gap = found[GAP];
    out->points = (int32_t)points;
    for (size_t i = 0; i < points; i++) {
        const cairn_interval *at = found + CURVES + i;
        out->curve[i] = (cairn_ceiling_point){.n = m->ns[i],
                                              .kl = cairn_stat_best_of_kl(m->ns[i]),
                                              .proxy = at[0],
                                              .truth = at[points],
                                              .process = at[2 * points]};
        truth[i] = at[points].estimate;
    }
    out->peak = m->ns[best_point(truth, points, m->dust)];
    out->n_features = (int32_t)m->features;
    for (size_t f = 0; f < m->features; f++)
        out->features[f] = (cairn_ceiling_difference){m->data->features[f].name, found[CURVES + 3 * points + f]};
    qsort(out->features, m->features, sizeof *out->features, by_size);
}

static cairn_status fit_curve(cairn_ctx *ctx, cairn_ceiling_report *out) {
    double d[CAIRN_CEILING_POINTS], gold[CAIRN_CEILING_POINTS];
    out->fitted = out->points >= 4;
    for (int32_t i = 0; i < out->points; i++) {
        d[i] = sqrt(fmax(0.0, out->curve[i].kl));
        gold[i] = out->curve[i].truth.estimate - out->curve[0].truth.estimate;
    }
    if (!out->fitted) return CAIRN_OK;
    return cairn_stat_fit_scaling(ctx, CAIRN_SCALING_BEST_OF, d, gold, (size_t)out->points, &out->fit);
}

/* Does a prompt whose proxy gains more by choosing gain more in truth? */
static cairn_status link_gains(cairn_ctx *ctx, cairn_arena *arena, const measuring *m, uint64_t seed,
                               cairn_ceiling_report *out) {
    double *gains = cairn_arena_alloc(arena, m->prompts, 2 * sizeof *gains);
    size_t points = m->points;
    if (!gains) return CAIRN_NO_MEMORY;
    out->link = (cairn_test){NAN, NAN};
    if (m->prompts < NOT_LINKED_BELOW) return CAIRN_OK;
    for (size_t p = 0; p < m->prompts; p++) {
        const double *proxy = m->curves + 3 * points * p, *truth = proxy + points;
        gains[p] = proxy[points - 1] - proxy[0];
        gains[m->prompts + p] = truth[points - 1] - truth[0];
    }
    return cairn_stat_spearman_test(ctx, gains, gains + m->prompts, m->prompts, PERMUTATIONS, seed, &out->link);
}

static cairn_status measure(cairn_ctx *ctx, cairn_arena *arena, const double *proxy, const cairn_ceiling_setup *setup,
                            measuring *m, cairn_ceiling_report *out) {
    out->distinct_answers = NAN;
    CAIRN_TRY(choose_used(ctx, proxy, setup->most, arena, m, out));
    CAIRN_TRY(measure_prompts(ctx, arena, m, out));
    if (m->data->answers) CAIRN_TRY(count_answers(m, arena, &out->distinct_answers));
    CAIRN_TRY(sum_features(ctx, arena, setup->overrated, m));
    size_t n = m->first[m->prompts], k = CURVES + 3 * m->points + m->features;
    m->proxy_sd = sqrt(cairn_stat_variance(m->proxy, n));
    m->truth_sd = sqrt(cairn_stat_variance(m->truth, n));
    m->dust = DUST * m->truth_sd;
    if (!(m->proxy_sd > 0.0)) m->proxy_sd = NAN;
    if (!(m->truth_sd > 0.0)) m->truth_sd = NAN;
    m->room = cairn_arena_alloc(arena, 6 * m->points, sizeof *m->room);
    cairn_interval *found = cairn_arena_alloc(arena, k, sizeof *found);
    if (!m->room || !found) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_stat_bootstrap_many(ctx, m->prompts, k, measure_resample, m, &setup->how, found));
    report_all(m, found, out);
    CAIRN_TRY(fit_curve(ctx, out));
    return link_gains(ctx, arena, m, setup->how.seed, out);
}

cairn_status cairn_ceiling_measure(cairn_ctx *ctx, const cairn_ceiling_data *data, size_t proxy,
                                   const cairn_ceiling_setup *setup, cairn_ceiling_report *out) {
    cairn_arena *arena;
    measuring m = {.data = data};
    cairn_ceiling_report report = {0};
    if (proxy >= data->n_proxies || data->n_features > CAIRN_CEILING_FEATURES)
        return cairn_fail(ctx, CAIRN_INVALID, "proxy %zu of %zu, %zu features", proxy, data->n_proxies,
                          data->n_features);
    CAIRN_TRY(cairn_arena_open(ctx, 1 << 16, &arena));
    cairn_status status = measure(ctx, arena, data->proxies[proxy].values, setup, &m, &report);
    cairn_arena_close(arena);
    if (status == CAIRN_OK) *out = report;
    return status;
}

cairn_status cairn_ceiling_link(cairn_ctx *ctx, const double *accuracy, const double *truth, size_t k, uint64_t seed,
                                cairn_test *out) {
    if (k < 3) return cairn_fail(ctx, CAIRN_INVALID, "a link needs three proxies, not %zu", k);
    if (k >= NOT_LINKED_BELOW) return cairn_stat_spearman_test(ctx, accuracy, truth, k, PERMUTATIONS, seed, out);
    out->p = NAN;
    return cairn_stat_spearman(ctx, accuracy, truth, k, &out->statistic);
}

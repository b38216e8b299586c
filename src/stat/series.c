/* Binary series: is yes as frequent as no, and does an answer depend on those before it? */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

enum { MOST_ANSWERS = 100000000, SMALL = 5 /* an expected count below it asks for an exact test */ };

/* Counts over one series. Triples and streaks, as pairs, stay within a segment. */
typedef struct counts {
    int64_t triples[2][2][2];
    int64_t streaks[CAIRN_SERIES_STREAKS], changes_after[CAIRN_SERIES_STREAKS];
    int64_t segments, overlapping; /* segments that are not empty; pairs of neighbouring pairs that share an answer */
} counts;

static void count_segment(const uint8_t *b, size_t n, cairn_binary_series *out, counts *c) {
    size_t streak = 1;
    for (size_t i = 0; i < n; i++) {
        out->yes += b[i];
        if (i == 0) continue;
        bool change = b[i] != b[i - 1];
        out->pairs[b[i - 1]][b[i]]++;
        if (i > 1) c->triples[b[i - 2]][b[i - 1]][b[i]]++;
        for (size_t length = 1; length <= CAIRN_SERIES_STREAKS && length <= streak; length++) {
            c->streaks[length - 1]++;
            c->changes_after[length - 1] += change;
        }
        streak = change ? 1 : streak + 1;
    }
    c->segments += n > 0;
    c->overlapping += n > 2 ? (int64_t)n - 2 : 0;
}

static cairn_status count_all(cairn_ctx *ctx, const uint8_t *b, size_t n, const size_t *sizes, size_t segments,
                              cairn_binary_series *out, counts *c) {
    size_t at = 0, whole = n;
    if (n < 2 || n > MOST_ANSWERS)
        return cairn_fail(ctx, CAIRN_INVALID, "a series of %zu answers: expected 2 to %d", n, MOST_ANSWERS);
    for (size_t i = 0; i < n; i++)
        if (b[i] > 1) return cairn_fail(ctx, CAIRN_INVALID, "answer %zu of a series is %d, not 0 or 1", i, b[i]);
    if (!sizes) sizes = &whole, segments = 1;
    for (size_t s = 0; s < segments; at += sizes[s++]) {
        if (sizes[s] > n - at) break;
        count_segment(b + at, sizes[s], out, c);
    }
    return at == n ? CAIRN_OK : cairn_fail(ctx, CAIRN_INVALID, "segments do not sum to the %zu answers", n);
}

/* Mean and variance of the number of runs when every order of the answers is equally likely. Two neighbours differ with
 * probability q; two pairs of neighbours that share an answer both differ with probability q / 2, two others with
 * probability `apart`. For one segment this is Wald and Wolfowitz's 2 n0 n1 (2 n0 n1 - n) / (n^2 (n - 1)). */
static void expect_runs(const counts *c, int64_t neighbours, cairn_binary_series *out) {
    double n = (double)out->n, one = (double)out->yes, zero = n - one, m = (double)neighbours;
    double q = 2.0 * zero * one / (n * (n - 1.0)), shared = 2.0 * (double)c->overlapping;
    double apart =
        n > 3.0 ? 4.0 * zero * (zero - 1.0) * one * (one - 1.0) / (n * (n - 1.0) * (n - 2.0) * (n - 3.0)) : 0.0;
    out->runs_expected = (double)c->segments + m * q;
    out->runs_variance = m * q + shared * 0.5 * q + (m * (m - 1.0) - shared) * apart - m * m * q * q;
}

static void test_runs(const counts *c, cairn_binary_series *out) {
    out->run_test = (cairn_test){NAN, NAN};
    out->p_runs = NAN;
    if (!(out->runs_variance > 1e-12 * out->runs_expected)) return;
    double z = ((double)out->runs - out->runs_expected) / sqrt(out->runs_variance);
    out->run_test = (cairn_test){z, maths_erfc(fabs(z) * M_SQRT1_2)};
    out->runs_exact = out->lag1_exact && c->segments == 1;
    out->p_runs = out->runs_exact ? cairn_stat_runs_exact(out->n - out->yes, out->yes, out->runs) : out->run_test.p;
}

static void test_lag1(cairn_binary_series *out) {
    int64_t(*c)[2] = out->pairs;
    out->lag1 = cairn_stat_chi_square_2x2(c[0][0], c[0][1], c[1][0], c[1][1]);
    out->p_lag1 = out->lag1.p;
    out->lag1_exact = !isnan(out->p_lag1) && cairn_stat_least_expected(c[0][0], c[0][1], c[1][0], c[1][1]) < SMALL;
    if (out->lag1_exact) out->p_lag1 = cairn_stat_fisher_exact(c[0][0], c[0][1], c[1][0], c[1][1]);
}

static void test_chain(cairn_binary_series *out) {
    int64_t(*c)[2] = out->pairs;
    double after_no = (double)c[0][1] / (double)(c[0][0] + c[0][1]);
    double after_yes = (double)c[1][1] / (double)(c[1][0] + c[1][1]);
    double r = after_yes - after_no, off = out->share.estimate - 0.5;
    out->p_uniform_chain = NAN;
    if (isnan(out->p_lag1)) return;
    double variance = 0.25 * (1.0 + r) / (1.0 - r) / (double)out->n;
    out->p_uniform_chain = variance > 0.0 ? maths_erfc(fabs(off) / sqrt(2.0 * variance)) : off != 0.0 ? 0.0 : 1.0;
}

/* 2 sum c ln(c / expected) of a table. */
static double likelihood_ratio(int64_t a, int64_t b, int64_t c, int64_t d) {
    int64_t cells[4] = {a, b, c, d}, rows[2] = {a + b, c + d}, columns[2] = {a + c, b + d};
    double sum = 0.0, n = (double)(a + b + c + d);
    for (int i = 0; i < 4; i++)
        if (cells[i] > 0)
            sum += 2.0 * (double)cells[i] *
                   maths_log((double)cells[i] * n / ((double)rows[i / 2] * (double)columns[i % 2]));
    return fmax(0.0, sum);
}

/* Fisher's exact tests of the two tables, pooled. */
static cairn_status pool_exact(cairn_ctx *ctx, const counts *c, double *p) {
    double exact[2] = {NAN, NAN};
    cairn_test pooled;
    for (int b = 0; b < 2; b++) {
        int64_t s = c->triples[0][b][0], t = c->triples[0][b][1], u = c->triples[1][b][0], v = c->triples[1][b][1];
        if (cairn_stat_least_expected(s, t, u, v) > 0.0) exact[b] = cairn_stat_fisher_exact(s, t, u, v);
    }
    CAIRN_TRY(cairn_stat_pool_p(ctx, exact, 2, &pooled));
    *p = pooled.p;
    return CAIRN_OK;
}

/* Given the middle answer, are first and last independent? One table for each middle answer. */
static cairn_status test_order2(cairn_ctx *ctx, const counts *c, cairn_binary_series *out) {
    double square = 0.0;
    out->order2 = (cairn_test){NAN, NAN};
    for (int b = 0; b < 2; b++) {
        int64_t s = c->triples[0][b][0], t = c->triples[0][b][1], u = c->triples[1][b][0], v = c->triples[1][b][1];
        double least = cairn_stat_least_expected(s, t, u, v);
        if (!(least > 0.0)) continue; /* an empty margin */
        out->order2_df++;
        out->order2_exact |= least < SMALL;
        square += likelihood_ratio(s, t, u, v);
    }
    if (out->order2_df > 0) out->order2 = (cairn_test){square, cairn_stat_chi_square_tail(square, out->order2_df)};
    out->p_order2 = out->order2.p;
    return out->order2_exact ? pool_exact(ctx, c, &out->p_order2) : CAIRN_OK;
}

cairn_status cairn_stat_binary_series(cairn_ctx *ctx, const uint8_t *b, size_t n, const size_t *sizes, size_t segments,
                                      cairn_binary_series *out) {
    counts c = {0};
    cairn_binary_series s = {.n = (int64_t)n, .change = {NAN, NAN, NAN, 0}};
    CAIRN_TRY(count_all(ctx, b, n, sizes, segments, &s, &c));
    int64_t changes = s.pairs[0][1] + s.pairs[1][0], neighbours = changes + s.pairs[0][0] + s.pairs[1][1];
    CAIRN_TRY(cairn_stat_wilson(ctx, s.yes, s.n, 0.95, &s.share));
    if (neighbours) CAIRN_TRY(cairn_stat_wilson(ctx, changes, neighbours, 0.95, &s.change));
    s.change_expected = 2.0 * s.share.estimate * (1.0 - s.share.estimate);
    s.p_uniform = cairn_stat_fair_coin(s.yes, s.n);
    s.runs = c.segments + changes;
    for (int i = 0; i < CAIRN_SERIES_STREAKS; i++)
        s.after_streak[i] = c.streaks[i] ? (double)c.changes_after[i] / (double)c.streaks[i] : NAN;
    expect_runs(&c, neighbours, &s);
    test_lag1(&s);
    test_runs(&c, &s);
    test_chain(&s);
    CAIRN_TRY(test_order2(ctx, &c, &s));
    *out = s;
    return CAIRN_OK;
}

/* ---- the verdict --------------------------------------------------------------------------------------------------- */

static const char *const verdicts[] = {"fair", "biased", "dependent", "both", "undecidable"};

const char *cairn_stat_series_verdict_name(cairn_series_verdict verdict) {
    return verdicts[verdict];
}

cairn_status cairn_stat_series_verdict(cairn_ctx *ctx, const cairn_binary_series *series, double alpha,
                                       double *adjusted, cairn_series_verdict *out) {
    double p[4] = {series->p_uniform, series->p_lag1, series->p_runs, series->p_order2}, holm[4];
    CAIRN_TRY(cairn_stat_holm(ctx, p, 4, holm));
    bool dependent = holm[1] <= alpha || holm[2] <= alpha || holm[3] <= alpha;
    bool biased = holm[0] <= alpha && (!dependent || 2.0 * series->p_uniform_chain <= alpha);
    for (int i = 0; i < 4 && adjusted; i++) adjusted[i] = holm[i];
    bool constant = series->yes == 0 || series->yes == series->n;
    *out = constant    ? CAIRN_SERIES_UNDECIDABLE
           : biased    ? (dependent ? CAIRN_SERIES_BOTH : CAIRN_SERIES_BIASED)
           : dependent ? CAIRN_SERIES_DEPENDENT
                       : CAIRN_SERIES_FAIR;
    return CAIRN_OK;
}

/* Tests on counts: 2 x 2 tables, pairs, a fair coin. */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

#define EQUALLY_LIKELY 1e-9 /* relative: logarithms of probabilities this near are a tie */

double cairn_stat_chi_square_tail(double x, int64_t df) {
    if (!(x >= 0.0) || df < 1) return NAN;
    if (isinf(x)) return 0.0;
    /* Q(a + 1, y) = Q(a, y) + y^a e^-y / Gamma(a + 1), from a = 1/2 or 1 */
    double y = 0.5 * x, a = df % 2 ? 0.5 : 1.0, tail = df % 2 ? maths_erfc(sqrt(y)) : maths_exp(-y);
    for (; 2.0 * a < (double)df && y > 0.0; a += 1.0)
        tail += maths_exp(a * maths_log(y) - y - maths_log_gamma(a + 1.0));
    return y > 0.0 ? fmin(1.0, tail) : 1.0;
}

static bool counts(int64_t a, int64_t b, int64_t c, int64_t d) {
    return a >= 0 && b >= 0 && c >= 0 && d >= 0;
}

cairn_test cairn_stat_chi_square_2x2(int64_t a, int64_t b, int64_t c, int64_t d) {
    double rows = (double)(a + b) * (double)(c + d), columns = (double)(a + c) * (double)(b + d);
    if (!counts(a, b, c, d) || rows == 0.0 || columns == 0.0) return (cairn_test){NAN, NAN};
    double cross = (double)a * (double)d - (double)b * (double)c, n = (double)(a + b) + (double)(c + d);
    double square = n * (cross / rows) * (cross / columns);
    return (cairn_test){square, cairn_stat_chi_square_tail(square, 1)};
}

double cairn_stat_least_expected(int64_t a, int64_t b, int64_t c, int64_t d) {
    double n = (double)(a + b) + (double)(c + d);
    double row = fmin((double)(a + b), (double)(c + d)), column = fmin((double)(a + c), (double)(b + d));
    return n > 0.0 ? row * column / n : 0.0;
}

/* ln of the number of tables with `x` in the first cell, rows r and s, first column k. */
static double log_tables(int64_t x, int64_t r, int64_t s, int64_t k) {
    return cairn_stat_log_choose(r, x) + cairn_stat_log_choose(s, k - x);
}

double cairn_stat_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d) {
    if (!counts(a, b, c, d)) return NAN;
    int64_t r = a + b, s = c + d, k = a + c;
    int64_t least = k > s ? k - s : 0, most = k < r ? k : r;
    double all = cairn_stat_log_choose(r + s, k), here = log_tables(a, r, s, k), p = 0.0;
    for (int64_t x = least; x <= most; x++) {
        double one = log_tables(x, r, s, k);
        if (one <= here + EQUALLY_LIKELY) p += maths_exp(one - all);
    }
    return fmin(1.0, p);
}

/* The coin is symmetric: the counts that are no more likely than k are those at least as far from n / 2. */
double cairn_stat_fair_coin(int64_t k, int64_t n) {
    if (n < 0 || k < 0 || k > n) return NAN;
    int64_t tail = k < n - k ? k : n - k;
    if (2 * tail == n) return 1.0;
    return fmin(1.0, 2.0 * cairn_stat_binomial_at_most(tail, n, 0.5));
}

double cairn_stat_fair_coin_power(int64_t n, double p, double alpha) {
    if (n < 0 || !(p >= 0.0 && p <= 1.0) || !(alpha > 0.0 && alpha < 1.0)) return NAN;
    int64_t rejected = -1, kept = n / 2; /* greatest tail that is rejected; least that may be kept */
    if (cairn_stat_fair_coin(0, n) > alpha) return 0.0;
    for (rejected = 0; kept - rejected > 1;) {
        int64_t middle = rejected + (kept - rejected) / 2;
        if (cairn_stat_fair_coin(middle, n) <= alpha)
            rejected = middle;
        else
            kept = middle;
    }
    return cairn_stat_binomial_at_most(rejected, n, p) + cairn_stat_binomial_at_least(n - rejected, n, p);
}

double cairn_stat_mcnemar(int64_t only_a, int64_t only_b) {
    return only_a < 0 || only_b < 0 ? NAN : cairn_stat_fair_coin(only_a, only_a + only_b);
}

cairn_status cairn_stat_share_difference(cairn_ctx *ctx, int64_t k_a, int64_t n_a, int64_t k_b, int64_t n_b,
                                         double level, cairn_interval *out) {
    cairn_interval a, b;
    CAIRN_TRY(cairn_stat_wilson(ctx, k_a, n_a, level, &a));
    CAIRN_TRY(cairn_stat_wilson(ctx, k_b, n_b, level, &b));
    double difference = a.estimate - b.estimate;
    double down_a = a.estimate - a.low, up_a = a.high - a.estimate;
    double down_b = b.estimate - b.low, up_b = b.high - b.estimate;
    *out = (cairn_interval){.estimate = difference,
                            .low = difference - sqrt(down_a * down_a + up_b * up_b),
                            .high = difference + sqrt(up_a * up_a + down_b * down_b)};
    return CAIRN_OK;
}

cairn_status cairn_stat_cmh(cairn_ctx *ctx, const int64_t (*tables)[4], size_t strata, cairn_stratified *out) {
    double off = 0.0, variance = 0.0, with = 0.0, against = 0.0;
    int64_t used = 0;
    for (size_t s = 0; s < strata; s++) {
        const int64_t *t = tables[s];
        if (!counts(t[0], t[1], t[2], t[3])) return cairn_fail(ctx, CAIRN_INVALID, "table %zu: a negative count", s);
        double a = (double)t[0], b = (double)t[1], c = (double)t[2], d = (double)t[3], n = a + b + c + d;
        double rows = (a + b) * (c + d), columns = (a + c) * (b + d);
        if (rows == 0.0 || columns == 0.0) continue; /* a is what its margins say */
        used++;
        off += a - (a + b) * (a + c) / n;
        variance += rows * columns / (n * n * (n - 1.0));
        with += a * d / n;
        against += b * c / n;
    }
    double less = fmax(0.0, fabs(off) - 0.5);
    double square = used ? off * off / variance : NAN, corrected = used ? less * less / variance : NAN;
    *out = (cairn_stratified){.test = {square, cairn_stat_chi_square_tail(square, 1)},
                              .yates = {corrected, cairn_stat_chi_square_tail(corrected, 1)},
                              .odds_ratio = with / against,
                              .used = used};
    return CAIRN_OK;
}

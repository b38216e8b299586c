/* Exponentials, logarithms, trigonometric and gamma functions in plain arithmetic of doubles (core/maths.h).
 *
 * Each function reduces its argument to a short interval without error, sums a series there, and puts the parts
 * together so that only the last addition rounds noticeably. Series are Taylor's, whose coefficients need no table;
 * each stops where the next term is below 2^-55 of the sum. `high` and `low` are the two parts of a number: their exact
 * sum, with |low| at most half a unit of high. */
#include "core/maths.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "cairn/core.h"

typedef struct two {
    double high, low;
} two;

/* a + b exactly (Knuth); the second form for |a| >= |b| (Dekker). */
static inline two two_sum(double a, double b) {
    double sum = a + b, part = sum - a;
    return (two){sum, (a - (sum - part)) + (b - part)};
}

static inline two quick_two_sum(double a, double b) {
    double sum = a + b;
    return (two){sum, b - (sum - a)};
}

/* a b exactly, by halves of 26 bits (Dekker), for |a|, |b| < 2^990 and a product above 2^-960. */
static inline two two_product(double a, double b) {
    const double splitter = 0x1p27 + 1;
    double wide_a = splitter * a, wide_b = splitter * b;
    double a1 = wide_a - (wide_a - a), a2 = a - a1, b1 = wide_b - (wide_b - b), b2 = b - b1;
    double product = a * b;
    return (two){product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x + ROUNDER has no digits after the point, for |x| < 2^51: its last bits are the nearest whole number. */
#define ROUNDER 0x1.8p52

/* c0 + c1 x + c2 x^2 + c3 x^3, given x^2: two short chains instead of one long one. */
static inline double four_terms(double x, double x2, double c0, double c1, double c2, double c3) {
    return (c0 + c1 * x) + (c2 + c3 * x) * x2;
}

/* ---- exponential -------------------------------------------------------------------------------------------------------- */

/* ln 2 in two parts (Cody and Waite). The first has 33 bits, so that its product with an exponent is exact. */
#define LN2_HIGH 0x1.62e42fefp-1
#define LN2_LOW  0x1.473de6af278edp-34
#define ONE_LN2  0x1.71547652b82fep+0

/* e^(x + low) = 2^n (1 + r + tail), |r| <= ln 2 / 2. For |x| < 2000 and |low| far below |x|. */
typedef struct reduced_exp {
    double n, r, tail;
    uint64_t n_bits; /* n in the low bits, those above it arbitrary */
} reduced_exp;

static inline reduced_exp reduce_exp(double x, double low) {
    double shifted = x * ONE_LN2 + ROUNDER, n = shifted - ROUNDER;
    double high = x - n * LN2_HIGH, rest = low - n * LN2_LOW;
    double r = high + rest, lost = (high - r) + rest; /* e^(r + lost) = e^r (1 + lost) */
    double r2 = r * r, r4 = r2 * r2;
    double series = four_terms(r, r2, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120) +
                    r4 * (four_terms(r, r2, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880) +
                          r4 * four_terms(r, r2, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800));
    return (reduced_exp){n, r, r2 * series + (lost + lost * r), bits_of(shifted)};
}

/* 2^n for the n whose low bits these are, -1022 <= n <= 1023. */
static inline double power_of_two(uint64_t n_bits) {
    return double_of((n_bits << 52) + (UINT64_C(1023) << 52));
}

/* Where neither e^x nor 2^n leaves the normal numbers: for |x| <= 708. */
#define NORMAL_EXP 708
static inline double normal_exp(double x, double low) {
    reduced_exp e = reduce_exp(x, low);
    two sum = quick_two_sum(1, e.r);
    return (sum.high + (sum.low + e.tail)) * power_of_two(e.n_bits);
}

/* e^(x + low) */
static double exp_of_sum(double x, double low) {
    if (fabs(x) <= NORMAL_EXP) return normal_exp(x, low);
    if (!(x < 709.8)) return x > 0 ? INFINITY : x; /* ln of the greatest double: 709.78 */
    if (x < -745.2) return 0;                      /* ln of half the smallest: -745.13 */
    reduced_exp e = reduce_exp(x, low);
    two sum = quick_two_sum(1, e.r);
    int64_t half = (int64_t)e.n / 2,
            others = (int64_t)e.n - half; /* what is no normal number is rounded once, at the end */
    return (sum.high + (sum.low + e.tail)) * power_of_two((uint64_t)half) * power_of_two((uint64_t)others);
}

double maths_exp(double x) {
    return exp_of_sum(x, 0);
}

void maths_exp_all(double *x, int64_t n) {
    enum { BLOCK = 64 };
    double block[BLOCK];
    for (int64_t from = 0; from < n; from += BLOCK) {
        int count = (int)(n - from < BLOCK ? n - from : BLOCK), normal = 0;
        for (int i = 0; i < count; i++) block[i] = normal_exp(x[from + i], 0);
        for (int i = 0; i < count; i++) normal += fabs(x[from + i]) <= NORMAL_EXP;
        for (int i = 0; normal < count && i < count; i++) block[i] = maths_exp(x[from + i]);
        memcpy(x + from, block, (size_t)count * sizeof *x);
    }
}

double maths_expm1(double x) {
    if (!(x < 709.8)) return x > 0 ? INFINITY : x;
    if (x < -40) return -1;
    if (fabs(x) < 0x1p-54) return x;
    reduced_exp e = reduce_exp(x, 0);
    if (e.n == 0) return e.r + e.tail;
    if (e.n > 60) return maths_exp(x);
    double unit = power_of_two(e.n_bits);
    two sum = two_sum(unit - 1, unit * e.r); /* unit - 1 is exact up to 2^53; beyond that 1 is no longer seen */
    return sum.high + (sum.low + unit * e.tail);
}

double maths_tanh(double x) {
    if (fabs(x) > 22) return x > 0 ? 1 : -1;
    double e = maths_expm1(2 * fabs(x)), y = e / (e + 2);
    return x < 0 ? -y : x > 0 ? y : x;
}

/* ---- logarithm ---------------------------------------------------------------------------------------------------------- */

#define SQRT_HALF_BITS 0x3fe6a09e667f3bcd

/* x = 2^n (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for x > 0 and finite; f is exact. */
static inline double reduce_log(double x, int64_t *n) {
    int64_t denormal = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        denormal = 54;
    }
    uint64_t above = bits_of(x) - SQRT_HALF_BITS; /* may wrap: the shift below keeps the sign */
    int64_t exponent = (int64_t)above >> 52;
    *n = exponent - denormal;
    return double_of(bits_of(x) - ((uint64_t)exponent << 52)) - 1;
}

/* 2/3 z + 2/5 z^2 + 2/7 z^3 + ...: with z = s^2 and s = f / (2 + f), ln(1 + f) = 2 s + s (this). */
static inline double log_series(double z) {
    double z2 = z * z, z4 = z2 * z2;
    return z * (four_terms(z, z2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9) +
                z4 * (four_terms(z, z2, 2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17) + z4 * (2.0 / 19 + z * (2.0 / 21))));
}

/* n ln 2 + ln(1 + f) + lost. As 2 s = f - f^2/2 + s f^2/2, f itself, which is exact, is added last. */
static inline double log_of_parts(int64_t n, double f, double lost) {
    double s = f / (2 + f), half_square = 0.5 * f * f;
    double rest = s * (half_square + log_series(s * s)) + ((double)n * LN2_LOW + lost);
    two sum = n == 0 ? (two){f, 0} : quick_two_sum((double)n * LN2_HIGH, f);
    return sum.high - (half_square - (rest + sum.low));
}

double maths_log(double x) {
    if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
    if (x == INFINITY) return x;
    int64_t n;
    double f = reduce_log(x, &n);
    return log_of_parts(n, f, 0);
}

double maths_log1p(double x) {
    if (!(x > -1)) return x == -1 ? -INFINITY : NAN;
    if (x == INFINITY || fabs(x) < 0x1p-54) return x;
    if (x > -0.29 && x < 0.41) return log_of_parts(0, x, 0);
    two sum = two_sum(1, x); /* ln(high + low) = ln(high) + low / high */
    int64_t n;
    double f = reduce_log(sum.high, &n);
    return log_of_parts(n, f, sum.low / sum.high);
}

/* ---- power -------------------------------------------------------------------------------------------------------------- */

/* ln x to some 65 bits, for x > 0 and finite. The same series; its first two terms in two parts. */
static two long_log(double x) {
    const double third = 1.0 / 3, third_low = 0x1.5555555555555p-56;
    int64_t n;
    double f = reduce_log(x, &n);
    double d = 2 + f, d_low = f - (d - 2);
    double s = f / d;
    two back = two_product(s, d);
    double s_low = (((f - back.high) - back.low) - s * d_low) / d;
    two z = two_product(s, s);
    z.low += 2 * s * s_low;
    two a = two_product(z.high, third); /* z / 3 */
    a.low += z.high * third_low + z.low * third;
    double z2 = z.high * z.high, z4 = z2 * z2;
    double rest = z2 * (four_terms(z.high, z2, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11) +
                        z4 * (four_terms(z.high, z2, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19) +
                              z4 * (1.0 / 21 + z.high * (1.0 / 23 + z.high * (1.0 / 25)))));
    two b = quick_two_sum(1, a.high);
    b.low += a.low + rest;
    two log = two_product(2 * s, b.high);
    log.low += 2 * s * b.low + 2 * s_low * b.high;
    two sum = n == 0 ? (two){log.high, 0} : quick_two_sum((double)n * LN2_HIGH, log.high);
    return quick_two_sum(sum.high, sum.low + (log.low + (double)n * LN2_LOW));
}

double maths_pow(double x, double y) {
    if (y == 0 || x == 1) return 1;
    if (!(x >= 0) || isnan(y)) return NAN;
    if (x == 0 || x == INFINITY) return (x > 0) == (y > 0) ? INFINITY : 0;
    if (fabs(y) > 0x1p65) return (x > 1) == (y > 0) ? INFINITY : 0; /* |ln x| is above 2^-54 */
    if (fabs(y) < 0x1p-65) return 1;
    two log = long_log(x), power = two_product(y, log.high);
    if (fabs(power.high) > 800) return power.high > 0 ? INFINITY : 0;
    power = quick_two_sum(power.high, power.low + y * log.low);
    return exp_of_sum(power.high, power.low);
}

/* ---- sine and cosine ---------------------------------------------------------------------------------------------------- */

/* x less the nearest multiple of pi/2, in two parts; *quadrant: which multiple, modulo 4. The first four parts of pi/2
 * have 22 bits, so that their products with a multiple below 2^31 are exact. */
static two reduce_angle(double x, int *quadrant) {
    static const double parts[] = {0x1.921fbp+0, 0x1.5110bp-22, 0x1.184698p-44, 0x1.3198ap-69, 0x1.701b839a25205p-92};
    double n = (x * 0x1.45f306dc9c883p-1 + ROUNDER) - ROUNDER;
    two left = {x, 0};
    for (int i = 0; i < 5; i++) {
        two next = two_sum(left.high, -n * parts[i]);
        left = quick_two_sum(next.high, next.low + left.low);
    }
    *quadrant = (int)((int64_t)n & 3);
    return left;
}

/* Of an angle up to pi/4. */
static double short_sine(two x) {
    double z = x.high * x.high, z2 = z * z;
    double series =
        four_terms(z, z2, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880) +
        z2 * z2 * four_terms(z, z2, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000);
    return x.high + (x.high * z * series + x.low * (1 - 0.5 * z));
}

static double short_cosine(two x) {
    double z = x.high * x.high, z2 = z * z;
    double series = four_terms(z, z2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800) +
                    z2 * z2 * (1.0 / 479001600 + z * (-1.0 / 87178291200 + z * (1.0 / 20922789888000)));
    two sum = quick_two_sum(1, -0.5 * z);
    return sum.high + (sum.low + (z2 * series - x.high * x.low));
}

double maths_sin(double x) {
    int quadrant;
    if (!(fabs(x) < 0x1p31)) return NAN;
    if (fabs(x) < 0x1p-27) return x;
    two left = reduce_angle(x, &quadrant);
    double y = quadrant & 1 ? short_cosine(left) : short_sine(left);
    return quadrant & 2 ? -y : y;
}

double maths_cos(double x) {
    int quadrant;
    if (!(fabs(x) < 0x1p31)) return NAN;
    two left = reduce_angle(x, &quadrant);
    double y = quadrant & 1 ? short_sine(left) : short_cosine(left);
    return quadrant == 1 || quadrant == 2 ? -y : y;
}

/* ---- gamma and error functions ------------------------------------------------------------------------------------------- */

/* ln Gamma(2 + z) for |z| <= 1/2: (1 - gamma) z + sum over k >= 2 of (-1)^k (zeta(k) - 1) z^k / k, with Euler's gamma.
 */
static double log_gamma_about_two(double z) {
    static const double zeta_less_one[] = {
        0.6449340668482264,     0.2020569031595943,     0.08232323371113819,   0.03692775514336993,
        0.01734306198444914,    0.008349277381922827,   0.00407735619794434,   0.0020083928260822143,
        0.0009945751278180853,  0.0004941886041194645,  0.0002460865533080483, 0.00012271334757848915,
        6.124813505870483e-05,  3.058823630702049e-05,  1.528225940865187e-05, 7.637197637899763e-06,
        3.81729326499984e-06,   1.908212716553939e-06,  9.539620338727962e-07, 4.769329867878064e-07,
        2.38450502727733e-07,   1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08,
        1.4901554828365043e-08, 7.45071178983543e-09};
    double sum = 0;
    for (int k = 27; k >= 2; k--) sum = (k % 2 ? -1 : 1) * zeta_less_one[k - 2] / k + z * sum;
    return z * (0.42278433509846713 + z * sum);
}

/* Stirling's series, for x >= 16. */
static double log_gamma_far(double x) {
    double y = 1 / x, z = y * y;
    double series = four_terms(z, z * z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680) +
                    z * z * z * z * (1.0 / 1188 + z * (-691.0 / 360360 + z * (1.0 / 156)));
    return (x - 0.5) * (maths_log(x) - 1) + (0.4189385332046728 + y * series); /* ln(2 pi)/2 - 1/2 */
}

double maths_log_gamma(double x) {
    if (!(x > 0)) return x == 0 ? INFINITY : NAN;
    if (x == INFINITY) return x;
    if (x >= 16) return log_gamma_far(x);
    if (x < 0.5) return log_gamma_about_two(x) - maths_log1p(x) - maths_log(x);
    if (x < 1.5) return log_gamma_about_two(x - 1) - maths_log1p(x - 1);
    double product = 1;
    while (x >= 2.5) product *= --x; /* Gamma(x + 1) = x Gamma(x) */
    return maths_log(product) + log_gamma_about_two(x - 2);
}

/* e^(-x^2), whose exponent is needed in two parts. */
static double bell(double x) {
    two square = two_product(x, x);
    return exp_of_sum(-square.high, -square.low);
}

/* erf(x) = 2 / sqrt(pi) e^(-x^2) x (1 + 2 x^2 / 3 + (2 x^2)^2 / (3 5) + ...), for |x| <= 1/2. */
static double erf_near(double x) {
    double twice = 2 * x * x, sum = 0;
    for (int n = 16; n > 0; n--) sum = twice / (2 * n + 1) * (1 + sum);
    return 1.1283791670955126 * bell(x) * (x + x * sum);
}

/* The trapezoidal rule with steps h = 1/2 for erfc(x) = x e^(-x^2) / pi times the integral of e^(-t^2) / (x^2 + t^2),
 * less what the pole at t = i x adds to it: exact to some 17 digits (Matta and Reichel, 1971). For x >= 1/2. */
static double erfc_far(double x) {
    static const double weights[] = {/* e^(-n^2/4) */
                                     0.7788007830714049,     0.36787944117144233,    0.10539922456186433,
                                     0.01831563888873418,    0.0019304541362277093,  0.00012340980408667956,
                                     4.785117392129009e-06,  1.1253517471925912e-07, 1.6052280551856116e-09,
                                     1.3887943864964021e-11, 7.287724095819692e-14,  2.3195228302435696e-16,
                                     4.4777324417183015e-19};
    double square = x * x, sum = 0;
    for (int n = 13; n > 0; n--) sum += weights[n - 1] / (0.25 * n * n + square);
    double y = bell(x) * x * (0.5 / square + sum) * 0.3183098861837907; /* h (1/x^2 + 2 sum) / pi */
    return x < 6.3 ? y - 2 / maths_expm1(12.566370614359172 * x) : y;   /* the pole counts for x < pi / h */
}

double maths_erfc(double x) {
    if (isnan(x)) return x;
    if (x > 27.3) return 0; /* below half the smallest double */
    if (fabs(x) <= 0.5) return 1 - erf_near(x);
    return x > 0 ? erfc_far(x) : x < -6 ? 2 : 2 - erfc_far(-x);
}

/* ---- public ------------------------------------------------------------------------------------------------------------------ */

double cairn_exp(double x) {
    return maths_exp(x);
}

double cairn_ln(double x) {
    return maths_log(x);
}

double cairn_pow(double x, double y) {
    return maths_pow(x, y);
}

/* label: light */
/* Exponentials, logarithms, trigonometric and gamma functions, against those of the C library in long double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <string.h>

#include "cairn/core.h"
#include "core/maths.h"
#include "skip.h"

static cairn_rng rng;

static double between(double low, double high) {
    return low + (high - low) * cairn_rng_unit(&rng);
}

/* Of any size, subnormal ones too. */
static double positive(void) {
    return ldexp(between(1, 2), (int)cairn_rng_range(&rng, -1074, 1023));
}

/* Within 2^-1 .. 2^-60 of 0. */
static double tiny(void) {
    return ldexp(between(-1, 1), -(int)cairn_rng_range(&rng, 1, 60));
}

/* |got - want| in units of the last place of `want`. */
static double units(double got, long double want) {
    double near = (double)want;
    if (isnan(near)) return isnan(got) ? 0 : INFINITY;
    if (isinf(near) || near == 0) return got == near ? 0 : INFINITY;
    return (double)(fabsl((long double)got - want) / (long double)(nextafter(fabs(near), INFINITY) - fabs(near)));
}

typedef double (*function)(double x);
typedef long double (*reference)(long double x);

static void expect_within(const char *name, function f, reference known, double x, double most) {
    double apart = units(f(x), known((long double)x));
    if (!(apart <= most)) fail_msg("%s(%.17g) = %.17g is off by %.3g units", name, x, f(x), apart);
}

enum { TRIES = 20000 };
#define TRY(name, argument, most) \
    for (int i_ = 0; i_ < TRIES; i_++) expect_within(#name, maths_##name, known_##name, argument, most)

static long double known_exp(long double x) {
    return expl(x);
}
static long double known_expm1(long double x) {
    return expm1l(x);
}
static long double known_log(long double x) {
    return logl(x);
}
static long double known_log1p(long double x) {
    return log1pl(x);
}
static long double known_sin(long double x) {
    return sinl(x);
}
static long double known_cos(long double x) {
    return cosl(x);
}
static long double known_tanh(long double x) {
    return tanhl(x);
}
static long double known_log_gamma(long double x) {
    return lgammal(x);
}
static long double known_erfc(long double x) {
    return erfcl(x);
}

/* Valgrind computes them as doubles. */
static void need_long_double(void) {
    volatile long double one = 1;
    if (one + 0x1p-60L == one) skip_because("long double is no longer than double here");
}

static void test_functions_are_within_their_units_of_the_last_place(void **state) {
    (void)state;
    need_long_double();
    TRY(exp, between(-708, 709.7), 1);
    TRY(exp, between(-1, 1), 1);
    TRY(exp, tiny(), 1);
    TRY(expm1, between(-50, 709.7), 1.1);
    TRY(expm1, between(-2, 2), 1.1);
    TRY(expm1, tiny(), 1.1);
    TRY(log, positive(), 1);
    TRY(log, between(0.5, 2), 1);
    TRY(log, 1 + tiny(), 1);
    TRY(log1p, positive(), 1);
    TRY(log1p, between(-1, 2), 1);
    TRY(log1p, tiny(), 1);
    TRY(tanh, between(-25, 25), 3);
    TRY(tanh, tiny(), 3);
    TRY(erfc, between(-7, 26), 6);
    TRY(erfc, between(-1, 1), 6);
    TRY(log_gamma, between(0, 3), 8);
    TRY(log_gamma, between(3, 40), 3);
    TRY(log_gamma, between(40, 1e9), 3);
}

static void test_angles_keep_their_precision_up_to_two_to_the_thirty_first(void **state) {
    (void)state;
    need_long_double();
    TRY(sin, between(-0x1p31, 0x1p31), 1);
    TRY(cos, between(-0x1p31, 0x1p31), 1);
    TRY(sin, between(-10, 10), 1);
    TRY(cos, between(-10, 10), 1);
    TRY(sin, tiny(), 1);
    /* doubles nearest to multiples of pi / 2, where almost all digits cancel */
    for (int64_t n = 1; n < 1300000000; n += 1 + n / 50) {
        double x = (double)((long double)n * 1.57079632679489661923132169164L);
        expect_within("sin", maths_sin, known_sin, x, 1);
        expect_within("cos", maths_cos, known_cos, x, 1);
    }
}

static void test_powers_are_within_a_unit_and_a_half(void **state) {
    (void)state;
    need_long_double();
    for (int i = 0; i < TRIES; i++) {
        double x = i % 2 ? positive() : between(0.1, 10), y = between(-700, 700) / (double)logl((long double)x);
        if (i % 3 == 0) y = floor(y);
        double apart = units(maths_pow(x, y), powl((long double)x, (long double)y));
        if (fabs(y) < 1e15 && !(apart <= 1.5)) fail_msg("%.17g to %.17g is off by %.3g units", x, y, apart);
    }
    assert_true(maths_pow(0.999, 1000) == (double)powl(0.999, 1000));
    for (int i = 0; i < 63; i++) assert_true(maths_pow(2, i) == ldexp(1, i));
}

static void test_known_values_are_exact(void **state) {
    (void)state;
    assert_true(maths_exp(0) == 1 && maths_exp(1) == 2.718281828459045 && maths_exp(-1) == 0.36787944117144233);
    assert_true(maths_log(1) == 0 && maths_log(2) == 0.6931471805599453 && maths_log(10) == 2.302585092994046);
    assert_true(maths_expm1(0) == 0 && maths_log1p(0) == 0 && maths_tanh(0) == 0 && maths_sin(0) == 0);
    assert_true(maths_cos(0) == 1 && maths_erfc(0) == 1 && maths_log_gamma(1) == 0 && maths_log_gamma(2) == 0);
    assert_true(maths_log_gamma(6) == maths_log(120) && maths_pow(9, 0.5) == 3 && maths_pow(10, -2) == 0.01);
    assert_true(signbit(maths_sin(-0.0)) && signbit(maths_tanh(-0.0)) && signbit(maths_log1p(-0.0)) &&
                signbit(maths_expm1(-0.0)));
}

static void test_the_ends_of_the_range_are_right(void **state) {
    (void)state;
    assert_true(maths_exp(INFINITY) == INFINITY && maths_exp(-INFINITY) == 0 && isnan(maths_exp(NAN)));
    assert_true(maths_exp(709.782712893384) < INFINITY && maths_exp(709.7827128933841) == INFINITY);
    assert_true(maths_exp(-745.1332191019411) == 0x1p-1074 && maths_exp(-745.1332191019412) == 0);
    assert_true(maths_exp(-740) == 4.2e-322 && maths_exp(0x1p-1074) == 1);
    assert_true(maths_expm1(INFINITY) == INFINITY && maths_expm1(-INFINITY) == -1 && isnan(maths_expm1(NAN)));
    assert_true(maths_expm1(0x1p-1074) == 0x1p-1074 && maths_expm1(709.7827128933841) == INFINITY);
    assert_true(maths_log(INFINITY) == INFINITY && maths_log(0) == -INFINITY && isnan(maths_log(-1)));
    assert_true(isnan(maths_log(NAN)) && maths_log(0x1p-1074) == -744.4400719213812);
    assert_true(maths_log1p(INFINITY) == INFINITY && maths_log1p(-1) == -INFINITY && isnan(maths_log1p(-1.5)));
    assert_true(isnan(maths_log1p(NAN)) && maths_log1p(0x1p-1074) == 0x1p-1074);
    assert_true(isnan(maths_sin(INFINITY)) && isnan(maths_cos(NAN)) && isnan(maths_cos(0x1p31)));
    assert_true(maths_tanh(INFINITY) == 1 && maths_tanh(-INFINITY) == -1 && isnan(maths_tanh(NAN)));
    assert_true(maths_log_gamma(INFINITY) == INFINITY && maths_log_gamma(0) == INFINITY && isnan(maths_log_gamma(-2)));
    assert_true(isnan(maths_log_gamma(NAN)) && isfinite(maths_log_gamma(0x1p-1074)));
    assert_true(maths_erfc(INFINITY) == 0 && maths_erfc(-INFINITY) == 2 && isnan(maths_erfc(NAN)));
}

static void test_powers_at_the_ends_of_the_range(void **state) {
    (void)state;
    assert_true(maths_pow(0, 0) == 1 && maths_pow(NAN, 0) == 1 && maths_pow(1, NAN) == 1 &&
                maths_pow(1, INFINITY) == 1);
    assert_true(maths_pow(0, 2) == 0 && maths_pow(0, -2) == INFINITY && isnan(maths_pow(-2, 2)) &&
                isnan(maths_pow(2, NAN)));
    assert_true(maths_pow(INFINITY, 0.5) == INFINITY && maths_pow(INFINITY, -1) == 0 && isnan(maths_pow(NAN, 1)));
    assert_true(maths_pow(2, INFINITY) == INFINITY && maths_pow(0.5, INFINITY) == 0 && maths_pow(2, -INFINITY) == 0);
    assert_true(maths_pow(2, 1024) == INFINITY && maths_pow(2, -1074) == 0x1p-1074 && maths_pow(2, -1076) == 0);
    assert_true(maths_pow(2, 1e300) == INFINITY && maths_pow(2, 1e-300) == 1 && maths_pow(0x1p-1074, 0.5) == 0x1p-537);
}

static void test_many_exponentials_are_those_of_one_at_a_time(void **state) {
    (void)state;
    enum { MANY = 300 };
    static const double odd[] = {NAN, INFINITY, -INFINITY, 709.5, -740, -746, 0, -0.0};
    for (int length = 0; length < MANY; length += 7) {
        double x[MANY], y[MANY];
        for (int i = 0; i < MANY; i++) y[i] = x[i] = length % 2 && i % 31 == 3 ? odd[i % 8] : between(-720, 10);
        maths_exp_all(y, length);
        for (int i = 0; i < MANY; i++) {
            double want = i < length ? maths_exp(x[i]) : x[i];
            assert_true(memcmp(&y[i], &want, sizeof want) == 0 || (isnan(want) && isnan(y[i])));
        }
    }
}

static int seed_numbers(void **state) {
    (void)state;
    rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_WORLD, 0, 0);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_are_within_their_units_of_the_last_place),
        cmocka_unit_test(test_angles_keep_their_precision_up_to_two_to_the_thirty_first),
        cmocka_unit_test(test_powers_are_within_a_unit_and_a_half),
        cmocka_unit_test(test_known_values_are_exact),
        cmocka_unit_test(test_the_ends_of_the_range_are_right),
        cmocka_unit_test(test_powers_at_the_ends_of_the_range),
        cmocka_unit_test(test_many_exponentials_are_those_of_one_at_a_time),
    };
    return cmocka_run_group_tests_name("core maths", tests, seed_numbers, NULL);
}

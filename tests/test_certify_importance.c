/* Importance sampling with mixtures and control variates: worked cases by hand, Gaussian moments, rare successes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/importance.h"
#include "near.h"

static cairn_ctx *ctx;

static int open_ctx(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

/* ---- the estimator ------------------------------------------------------------------------------------------------- */

/* x in {0, 1}: f_1(1) = .2 with phi_1 = x, f_2(1) = .6 with phi_2 = 1 - x, g_1(1) = .8, g_2(1) = .3. */
static cairn_status estimate(const int *x, size_t n, const double *alpha, const double *beta,
                             cairn_ais_estimate out[2]) {
    static const double f[2] = {.2, .6}, g[2] = {.8, .3};
    double log_f[16], log_g[16], phi[16];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < 2; j++) {
            log_f[2 * i + j] = log(x[i] ? f[j] : 1 - f[j]);
            log_g[2 * i + j] = log(x[i] ? g[j] : 1 - g[j]);
            phi[2 * i + j] = j == 0 ? x[i] : 1 - x[i];
        }
    return cairn_ais_iscv(ctx, log_f, phi, log_g, n, 2, alpha, beta, out);
}

static void test_estimates_by_hand(void **state) {
    (void)state;
    cairn_ais_estimate got[2];
    double alpha[] = {.5, .5}, beta[] = {.2, .4};
    int x[] = {1, 0, 1};
    assert_int_equal(estimate(x, 3, alpha, beta, got), CAIRN_OK);
    assert_near(got[0].estimate, .218855, 5e-7);
    assert_near(got[1].estimate, .343434, 5e-7);
    assert_near(got[0].effective_size, 2, 1e-12); /* two points with equal weights */
    assert_near(got[1].effective_size, 1, 1e-12);
}

/* (f_j phi_j - beta_j g_j) / g_alpha is -.16 and -.48 everywhere. */
static void test_with_the_best_coefficients_every_sample_is_exact(void **state) {
    (void)state;
    cairn_ais_estimate got[2];
    double alpha[] = {.5, .5}, beta[] = {.36, .88};
    int samples[][4] = {{1, 0, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}, {0, 0, 1, 0}};
    for (int s = 0; s < 4; s++) {
        assert_int_equal(estimate(samples[s], 4, alpha, beta, got), CAIRN_OK);
        assert_near(got[0].estimate, .2, 1e-12);
        assert_near(got[1].estimate, .4, 1e-12);
        assert_near(got[0].error, 0, 1e-12);
    }
}

static void test_the_estimator_refuses_what_is_out_of_range(void **state) {
    (void)state;
    cairn_ais_estimate got[2];
    double alpha[] = {.5, .5}, beta[] = {0, 0}, wrong[] = {.5, .4}, negative[] = {1.5, -.5};
    int x[] = {1, 0};
    assert_int_equal(estimate(x, 1, alpha, beta, got), CAIRN_INVALID);
    assert_int_equal(estimate(x, 2, wrong, beta, got), CAIRN_INVALID);
    assert_int_equal(estimate(x, 2, negative, beta, got), CAIRN_INVALID);
    double log_f[] = {0, 0}, phi[] = {1, 1}, log_g[] = {0, -INFINITY}, one[] = {1}, zero[] = {0};
    assert_int_equal(cairn_ais_iscv(ctx, log_f, phi, log_g, 2, 1, one, zero, got), CAIRN_INVALID);
    phi[1] = 0; /* nothing is missed there */
    assert_int_equal(cairn_ais_iscv(ctx, log_f, phi, log_g, 2, 1, one, zero, got), CAIRN_OK);
    log_f[0] = NAN;
    assert_int_equal(cairn_ais_iscv(ctx, log_f, phi, log_g, 2, 1, one, zero, got), CAIRN_INVALID);
}

/* u - 2 v is constant, so the coefficient is 2; a constant v tells nothing. */
static void test_the_best_coefficient_is_a_regression(void **state) {
    (void)state;
    double u[] = {3, 5, 9}, v[] = {1, 2, 4}, flat[] = {1, 1, 1};
    assert_near(cairn_ais_beta(u, v, 3, 7), 2, 1e-12);
    assert_near(cairn_ais_beta(u, flat, 3, 7), 7, 0);
}

/* ---- the mixture --------------------------------------------------------------------------------------------------- */

/* Points (c, h, g) = (1, 1, (.8, .2)) and (4, 1, (.1, .9)). At (.5, .5): F = 5, G = (2.4, 7.6), z = 5. */
static void test_weights_of_the_mixture_by_hand(void **state) {
    (void)state;
    for (int scale = -1000; scale <= 1000; scale += 1000) { /* F scales with c, the weights do not change */
        double log_c[] = {scale, scale + log(4)}, log_h[] = {0, 0}, f;
        double log_g[] = {log(.8), log(.2), log(.1), log(.9)}, alpha[] = {.5, .5};
        assert_int_equal(cairn_ais_mixture(ctx, log_c, log_g, log_h, 2, 2, 0, alpha, &f), CAIRN_OK);
        if (scale == 0) assert_near(f, 5, 1e-12);
        assert_int_equal(cairn_ais_mixture(ctx, log_c, log_g, log_h, 2, 2, 1, alpha, &f), CAIRN_OK);
        assert_near(alpha[0], .359775, 5e-7);
        assert_near(alpha[1], .640225, 5e-7);
        if (scale == 0) assert_near(f, 4.469327, 5e-7);
        assert_int_equal(cairn_ais_mixture(ctx, log_c, log_g, log_h, 2, 2, 300, alpha, &f), CAIRN_OK);
        assert_near(alpha[0], .200454, 1e-4);
        if (scale == 0) assert_near(f, 4.265201, 5e-7);
    }
}

static void test_a_mixture_without_any_criterion_stays(void **state) {
    (void)state;
    double log_c[] = {-INFINITY}, log_h[] = {0}, log_g[] = {-INFINITY, 0}, alpha[] = {.25, .75}, f = 1;
    assert_int_equal(cairn_ais_mixture(ctx, log_c, log_g, log_h, 1, 2, 300, alpha, &f), CAIRN_OK);
    assert_near(f, 0, 0);
    assert_near(alpha[0], .25, 0);
    log_c[0] = NAN;
    assert_int_equal(cairn_ais_mixture(ctx, log_c, log_g, log_h, 1, 2, 300, alpha, &f), CAIRN_INVALID);
}

static void test_the_first_weights_and_the_stop_rule_by_hand(void **state) {
    (void)state;
    double means[] = {.2, .4, 1}, omega[] = {1, 4, 1}, alpha[3];
    cairn_ais_first_alpha(means, omega, 3, alpha);
    assert_near(alpha[0], .1, 1e-15);
    assert_near(alpha[1], .4, 1e-15);
    assert_near(alpha[2], .5, 1e-15);
    assert_true(cairn_ais_stops(8, 7.5, 1000, 300, 100)); /* .01 <= .010714 */
    assert_false(cairn_ais_stops(8, 6, 1000, 300, 100));  /* .01 > .008571 */
}

/* ---- fits ---------------------------------------------------------------------------------------------------------- */

/* Mean (-1 + 0 + 4) / 4, variance (3.0625 + .5625 + 2 * 1.5625) / 4. */
static void test_a_gaussian_has_the_weighted_mean_and_variance(void **state) {
    (void)state;
    double x[] = {-1, 0, 2}, weights[] = {1, 1, 2}, none[] = {0, 0, 0}, mean, variance;
    assert_int_equal(cairn_ais_fit_gauss(ctx, x, weights, 3, 1, false, &mean, &variance), CAIRN_OK);
    assert_near(mean, .75, 1e-15);
    assert_near(variance, 1.6875 + 1e-6, 1e-12);
    assert_int_equal(cairn_ais_fit_gauss(ctx, x, none, 3, 1, false, &mean, &variance), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "no success seen"));
    double plane[] = {0, 0, 2, 2}, even[] = {1, 1}, centre[2], covariance[4];
    assert_int_equal(cairn_ais_fit_gauss(ctx, plane, even, 2, 2, false, centre, covariance), CAIRN_OK);
    assert_near(covariance[1], 1, 1e-12);
    assert_int_equal(cairn_ais_fit_gauss(ctx, plane, even, 2, 2, true, centre, covariance), CAIRN_OK);
    assert_near(covariance[1], 0, 0);
}

/* The correlated density (0, 2 / 2, 2 + ridge): ln g at the mean is -ln(2 pi) - ln(det) / 2. */
static void test_the_family_of_gaussians_has_its_density_and_samples(void **state) {
    (void)state;
    cairn_ais_gauss_setup setup = {.dimension = 2};
    cairn_ais_family family = cairn_ais_gauss(&setup);
    double plane[] = {0, 0, 2, 2, 0, 1, 2, 1}, even[] = {1, 1, 1, 1}, parameters[16], at[] = {1, 1};
    assert_true(family.parameters <= 16);
    assert_int_equal(family.fit(ctx, family.arg, 0, plane, even, 4, parameters), CAIRN_OK);
    double det = (1 + 1e-6) * (.5 + 1e-6) - .25; /* variances 1 and 1/2, covariance 1/2 */
    assert_near(family.log_density(family.arg, parameters, at), -log(2 * acos(-1)) - .5 * log(det), 1e-9);
    cairn_rng rng = cairn_rng_open(1, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, CAIRN_ROLE_GENERATOR, 0);
    double sum = 0, both = 0;
    enum { DRAWS = 20000 };
    for (int i = 0; i < DRAWS; i++) {
        double x[2];
        family.sample(family.arg, parameters, &rng, x);
        sum += x[0];
        both += (x[0] - 1) * (x[1] - 1);
    }
    assert_near(sum / DRAWS, 1, .03);
    assert_near(both / DRAWS, .5, .03);
}

/* Two decisions with two actions. The first: weighted counts 3 and 1; the second: never made by a weighted point. */
static void test_a_categorical_policy_has_the_weighted_shares(void **state) {
    (void)state;
    double counts[] = {1, 0, 0, 0, /**/ 0, 1, 0, 0, /**/ 1, 1, 5, 5}, weights[] = {3, 1, 0};
    double prior[] = {.5, .5, .2, .8}, q[4];
    assert_int_equal(cairn_ais_fit_categorical(ctx, counts, weights, 3, 2, 2, prior, .1, q), CAIRN_OK);
    assert_near(q[0], .9 * .75 + .05, 1e-15);
    assert_near(q[1], .9 * .25 + .05, 1e-15);
    assert_near(q[2], .2, 0);
    assert_int_equal(cairn_ais_fit_categorical(ctx, counts, weights, 3, 2, 2, prior, 1.1, q), CAIRN_INVALID);
}

/* ---- the whole method ---------------------------------------------------------------------------------------------- */

enum { MOMENTS = 10 };

static double log_normal(const void *arg, size_t j, const double *x) {
    (void)arg, (void)j;
    return -.5 * *x * *x - .5 * log(2 * acos(-1));
}

static void sample_normal(const void *arg, size_t j, cairn_rng *rng, double *x) {
    (void)arg, (void)j;
    *x = cairn_rng_normal(rng);
}

static cairn_status even_moments(cairn_ctx *context, const void *arg, const double *x, double *log_f, double *phi) {
    (void)context, (void)arg;
    for (int j = 0; j < MOMENTS; j++) {
        phi[j] = j == 0 ? *x * *x : phi[j - 1] * *x * *x;
        log_f[j] = log_normal(arg, 0, x);
    }
    return CAIRN_OK;
}

static cairn_status never(cairn_ctx *context, const void *arg, const double *x, double *log_f, double *phi) {
    CAIRN_TRY(even_moments(context, arg, x, log_f, phi));
    phi[3] = 0;
    return CAIRN_OK;
}

/* E[x^2k] = 1 * 3 * ... * (2k - 1). Plain sampling with 4000 points knows the tenth within a factor of 3. */
static void test_ten_moments_are_estimated_from_one_sample(void **state) {
    (void)state;
    cairn_ais_gauss_setup setup = {.dimension = 1};
    cairn_ais_family family = cairn_ais_gauss(&setup);
    cairn_ais_problem problem = {.expectations = MOMENTS,
                                 .dimension = 1,
                                 .evaluate = even_moments,
                                 .sample = sample_normal,
                                 .log_density = log_normal};
    for (int variant = 0; variant < 4; variant++) {
        cairn_ais_how how = CAIRN_AIS_PRESET;
        cairn_ais_estimate got[MOMENTS], again[MOMENTS];
        cairn_ais_result result;
        how.budget = 4000, how.control = variant % 2 == 0, how.newest = variant / 2 == 1;
        assert_int_equal(cairn_ais(ctx, &problem, &family, &how, got, &result), CAIRN_OK);
        assert_int_equal(result.adaptive + result.final, 4000);
        assert_int_equal(result.adaptive, 400 * result.rounds);
        assert_true(result.used > 0 && result.used < result.rounds);
        assert_false(result.mixture_preferred);
        if (how.newest) assert_int_equal(result.used, result.rounds - 1);
        double truth = 1;
        for (int j = 0; j < MOMENTS; j++) {
            truth *= 2 * j + 1;
            assert_near(got[j].estimate / truth, 1, .2);
            assert_near(got[j].estimate, truth, 5 * got[j].error);
            assert_true(got[j].effective_size > 100);
        }
        assert_int_equal(cairn_ais(ctx, &problem, &family, &how, again, &result), CAIRN_OK);
        assert_memory_equal(got, again, sizeof got); /* same seed, same bits */
    }
    cairn_ais_how how = CAIRN_AIS_PRESET;
    cairn_ais_estimate got[MOMENTS];
    cairn_ais_result result;
    problem.evaluate = never;
    assert_int_equal(cairn_ais(ctx, &problem, &family, &how, got, &result), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "no success seen for expectation 3"));
    how.budget = 19;
    assert_int_equal(cairn_ais(ctx, &problem, &family, &how, got, &result), CAIRN_INVALID);
}

/* ---- rare successes ------------------------------------------------------------------------------------------------ */

enum { POLICIES = 6, STEPS = 20, MOST_ERRORS = 2 };

/* Probability of [right, wrong] at each step: step t of policy j is wrong with .40 + .04 j + .05 ((t mod 3) - 1). In
 * `easy` the first round samples, with a quarter of the errors. */
static double policies[POLICIES][STEPS][2], easy[POLICIES][STEPS][2];

static cairn_status roll_out(cairn_ctx *context, const void *arg, const double *x, double *log_f, double *phi) {
    (void)context, (void)arg;
    int errors = 0;
    for (int t = 0; t < STEPS; t++) errors += x[t] > 0;
    for (int j = 0; j < POLICIES; j++) {
        log_f[j] = cairn_ais_log_choices(policies[j][0], STEPS, 2, x);
        phi[j] = errors <= MOST_ERRORS;
    }
    return CAIRN_OK;
}

static void sample_easy(const void *arg, size_t j, cairn_rng *rng, double *x) {
    (void)arg;
    cairn_ais_draw_choices(easy[j][0], STEPS, 2, rng, x);
}

static double log_easy(const void *arg, size_t j, const double *x) {
    (void)arg;
    return cairn_ais_log_choices(easy[j][0], STEPS, 2, x);
}

/* Fills the policies and their exact values: at most two errors, step by step. */
static void make_policies(double value[POLICIES]) {
    for (int j = 0; j < POLICIES; j++) {
        double with[MOST_ERRORS + 1] = {1};
        for (int t = 0; t < STEPS; t++) {
            double p = .40 + .04 * j + .05 * ((t % 3) - 1);
            policies[j][t][1] = p, policies[j][t][0] = 1 - p;
            easy[j][t][1] = .25 * p, easy[j][t][0] = 1 - .25 * p;
            for (int e = MOST_ERRORS; e >= 0; e--) with[e] = with[e] * (1 - p) + (e ? with[e - 1] * p : 0);
        }
        value[j] = with[0] + with[1] + with[2];
    }
}

/* Six values down to 5e-6 from 4000 rollouts in all. Separate sampling has a sum of relative squared errors of 365, a
 * mixture of the policies one of about 1.6. */
static void test_values_of_rare_successes_under_six_policies(void **state) {
    (void)state;
    enum { RUNS = 8 };
    static const double published[POLICIES] = {3.75e-3, 1.28e-3, 3.94e-4, 1.08e-4, 2.57e-5, 5.2e-6};
    double value[POLICIES], square = 0;
    int covered = 0;
    make_policies(value);
    for (int j = 0; j < POLICIES; j++) assert_near(value[j] / published[j], 1, 5e-3);
    cairn_ais_choices_setup setup = {.contexts = STEPS, .actions = 2, .prior = policies[0][0], .smoothing = .05};
    cairn_ais_family family = cairn_ais_choices(&setup);
    cairn_ais_problem problem = {.expectations = POLICIES,
                                 .dimension = STEPS,
                                 .evaluate = roll_out,
                                 .sample = sample_easy,
                                 .log_density = log_easy};
    for (uint64_t run = 1; run <= RUNS; run++) {
        cairn_ais_how how = CAIRN_AIS_PRESET;
        cairn_ais_estimate got[POLICIES];
        cairn_ais_result result;
        how.budget = 4000, how.seed = run, how.newest = true; /* an adapted mixture, not the first one */
        assert_int_equal(cairn_ais(ctx, &problem, &family, &how, got, &result), CAIRN_OK);
        assert_true(result.used > 0);
        for (int j = 0; j < POLICIES; j++) {
            double off = got[j].estimate / value[j] - 1;
            square += off * off / RUNS;
            covered += fabs(got[j].estimate - value[j]) <= 3 * got[j].error;
        }
    }
    assert_true(square <= 1.6 / 50);
    assert_true(covered >= POLICIES * (RUNS - 2)); /* the estimates of one run go together */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimates_by_hand),
        cmocka_unit_test(test_with_the_best_coefficients_every_sample_is_exact),
        cmocka_unit_test(test_the_estimator_refuses_what_is_out_of_range),
        cmocka_unit_test(test_the_best_coefficient_is_a_regression),
        cmocka_unit_test(test_weights_of_the_mixture_by_hand),
        cmocka_unit_test(test_a_mixture_without_any_criterion_stays),
        cmocka_unit_test(test_the_first_weights_and_the_stop_rule_by_hand),
        cmocka_unit_test(test_a_gaussian_has_the_weighted_mean_and_variance),
        cmocka_unit_test(test_the_family_of_gaussians_has_its_density_and_samples),
        cmocka_unit_test(test_a_categorical_policy_has_the_weighted_shares),
        cmocka_unit_test(test_ten_moments_are_estimated_from_one_sample),
        cmocka_unit_test(test_values_of_rare_successes_under_six_policies),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

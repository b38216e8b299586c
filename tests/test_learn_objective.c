/* Objectives: worked values, derivatives against central differences, the tape's form against the plain one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/objective.h"
#include "near.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_arena *arena;
} bench;

enum { MOST = 8 };

/* Loss of one group by a registered objective; slopes into `slope` where it is not NULL. */
static double loss_of(const bench *b, const char *spec, cairn_group group, double *slope) {
    const cairn_objective_type *type;
    const void *config;
    double loss = 0, own[MOST] = {0}, worst;
    if (cairn_objective_find(b->ctx, b->arena, spec, &type, &config) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
    if (type->loss(b->ctx, config, &group, &loss, own) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
    assert_int_equal(cairn_objective_check(b->ctx, type, config, &group, &worst), CAIRN_OK);
    if (!(worst < 1e-8)) fail_msg("%s: the derivative is %g from central differences", spec, worst);
    if (slope) memcpy(slope, own, sizeof own);
    return loss;
}

static cairn_group group_of(int64_t n, const double *x, const float *labels) {
    return (cairn_group){.n = n, .x = x, .columns = {[CAIRN_COLUMN_LABEL] = labels}};
}

/* ---- worked values ------------------------------------------------------------------------------------------------------------- */

static void test_pairwise_takes_the_target_one_plus_p_minus_q_halved(void **state) {
    const double x[] = {0.3, -0.5};
    double d = 0.8, p = 1 / (1 + exp(-d)), slope[MOST];
    const float labels[] = {0.75f, 0.25f}; /* target 0.75 */
    assert_near(loss_of(*state, "pairwise", group_of(2, x, labels), slope), -0.75 * log(p) - 0.25 * log(1 - p), 1e-12);
    assert_near(slope[0], p - 0.75, 1e-12);
    assert_near(slope[1], 0.75 - p, 1e-12);
    const float chosen[] = {0, 1}; /* the second is chosen, and the target is 1 */
    assert_near(loss_of(*state, "pairwise", group_of(2, x, chosen), NULL), log1p(exp(d)), 1e-12);
    const float even[] = {0.5f, 0.5f};
    assert_near(loss_of(*state, "pairwise", group_of(2, x, even), NULL), -0.5 * log(p) - 0.5 * log(1 - p), 1e-12);
    assert_near(loss_of(*state, "pairwise:soft=false", group_of(2, x, even), NULL), 0, 0); /* a tie says nothing */
}

static void test_a_larger_group_is_the_mean_of_its_pairs(void **state) {
    const double x[] = {0.3, -0.5, 1.2};
    const float labels[] = {1, 0, 0.5f};
    double sum = 0;
    for (int i = 0; i < 3; i++)
        for (int j = i + 1; j < 3; j++)
            sum +=
                loss_of(*state, "pairwise", group_of(2, (double[]){x[i], x[j]}, (float[]){labels[i], labels[j]}), NULL);
    assert_near(loss_of(*state, "pairwise", group_of(3, x, labels), NULL), sum / 3, 1e-12);
}

static void test_listwise_over_right_and_wrong_is_the_worked_case(void **state) {
    const double x[] = {1, 0.2, 0.5, -1, 0, -0.3};
    const float labels[] = {1, 1, 0, 0, 0, 0};
    assert_near(loss_of(*state, "listwise:form=pairs", group_of(6, x, labels), NULL), 0.418141, 5e-7);
}

static void test_listwise_softmax_is_the_cross_entropy_of_two_distributions(void **state) {
    const double x[] = {0.5, -1, 2};
    const float labels[] = {1, 0, 3};
    double p[3], t[3], sum_p = 0, sum_t = 0, wanted[2] = {0, 0}, slope[MOST];
    for (int i = 0; i < 3; i++) sum_p += p[i] = exp(x[i]), sum_t += t[i] = exp((double)labels[i] / 2);
    for (int i = 0; i < 3; i++) {
        wanted[0] -= t[i] / sum_t * log(p[i] / sum_p);
        wanted[1] -= (double)labels[i] / 4 * log(p[i] / sum_p);
    }
    assert_near(loss_of(*state, "listwise:temperature=2", group_of(3, x, labels), slope), wanted[0], 1e-12);
    assert_near(slope[1], p[1] / sum_p - t[1] / sum_t, 1e-12);
    assert_near(loss_of(*state, "listwise:form=share", group_of(3, x, labels), NULL), wanted[1], 1e-12);
}

static void test_dpo_is_the_worked_cases(void **state) {
    const float labels[] = {1, 0}, reference[] = {-11, -11}, zero[] = {0, 0};
    cairn_group g = group_of(2, (double[]){-10, -12}, labels);
    g.columns[CAIRN_COLUMN_REFERENCE] = reference;
    assert_near(loss_of(*state, "dpo:beta=0.1", g, NULL), 0.598139, 5e-7);
    g.x = (double[]){-12, -11}; /* z = -0.1 */
    assert_near(loss_of(*state, "dpo:beta=0.1", g, NULL), 0.744397, 5e-7);
    g = group_of(2, (double[]){1.2, -0.8}, labels); /* as log-ratios */
    g.columns[CAIRN_COLUMN_REFERENCE] = zero;
    assert_near(loss_of(*state, "dpo:beta=0.05", g, NULL), 0.644397, 5e-7);
    assert_near(loss_of(*state, "dpo:beta=0.05,smoothing=0.25", g, NULL), 0.644397 + 0.25 * 0.1, 5e-7);
}

static void test_ipo_and_simpo_are_their_formulas(void **state) {
    const float labels[] = {0, 1}, reference[] = {-3, -5}, length[] = {2, 4};
    cairn_group g = group_of(2, (double[]){-2, -3}, labels); /* log-ratios 1 and 2; the second is chosen: h = 1 */
    g.columns[CAIRN_COLUMN_REFERENCE] = reference;
    g.columns[CAIRN_COLUMN_LENGTH] = length;
    assert_near(loss_of(*state, "ipo:beta=0.25", g, NULL), 1, 1e-12);                      /* (1 - 2)^2 */
    assert_near(loss_of(*state, "ipo:beta=0.25,per-token=true", g, NULL), 4, 1e-12);       /* (0 - 2)^2 */
    assert_near(loss_of(*state, "simpo:beta=2,gamma=1", g, NULL), log1p(exp(0.5)), 1e-12); /* 2 (-3/4 + 1) - 1 = -0.5 */
}

static void test_the_implicit_reward_is_the_worked_case(void **state) {
    const double ratio = log(0.9 / 0.6) + log(0.25 / 0.5); /* of 0.05: -0.0143841 */
    const float right[] = {1}, wrong[] = {0}, zero[] = {0};
    cairn_group g = group_of(1, &ratio, right);
    g.columns[CAIRN_COLUMN_REFERENCE] = zero;
    assert_near(loss_of(*state, "implicit:beta=0.05", g, NULL), 0.700365, 5e-7);
    g.columns[CAIRN_COLUMN_LABEL] = wrong;
    assert_near(loss_of(*state, "implicit:beta=0.05", g, NULL), 0.685981, 5e-7);
}

static void test_log_kl_adds_lambda_ln_of_one_plus_the_mean(void **state) {
    const double x[] = {-1, -2};
    const float same[] = {-1, -2}, apart[] = {-1.5f, -2};
    cairn_group g = {.n = 2, .x = x, .columns = {[CAIRN_COLUMN_REFERENCE] = same}};
    assert_near(loss_of(*state, "log-kl:lambda=0.7", g, NULL), 1.5, 1e-12); /* KL 0 */
    g.columns[CAIRN_COLUMN_REFERENCE] = apart;
    double kl = (exp(0.5) - 1 - 0.5) / 2;
    assert_near(loss_of(*state, "log-kl:lambda=0.7", g, NULL), 1.5 + 0.7 * log1p(kl), 1e-12);
}

static void test_losses_of_single_numbers_are_their_formulas(void **state) {
    const double x[] = {0.4, -1.5, 2};
    const float labels[] = {1, 0.25f, 0}, weights[] = {1, 2, 0.5f};
    cairn_group g = group_of(3, x, labels);
    double wanted[3] = {0, 0, 0};
    g.columns[CAIRN_COLUMN_WEIGHT] = weights;
    for (int i = 0; i < 3; i++) {
        double s = 1 / (1 + exp(-x[i])), t = (double)labels[i], w = (double)weights[i];
        wanted[0] -= w * x[i];
        wanted[1] -= w * (t * log(s) + (1 - t) * log(1 - s));
        wanted[2] += w * (s - t) * (s - t);
    }
    assert_near(loss_of(*state, "next-token", g, NULL), wanted[0], 1e-12);
    assert_near(loss_of(*state, "hard", g, NULL), wanted[0], 1e-12);
    assert_near(loss_of(*state, "soft", g, NULL), wanted[1], 1e-12);
    assert_near(loss_of(*state, "mse", g, NULL), wanted[2], 1e-12);
}

static void test_extreme_numbers_stay_finite(void **state) {
    const double x[] = {800, -800};
    const float labels[] = {0, 1}, zero[] = {0, 0}, length[] = {1, 1};
    const char *const specs[] = {"pairwise", "listwise", "listwise:form=pairs", "dpo", "ipo", "simpo", "soft", "mse"};
    cairn_group g = group_of(2, x, labels);
    g.columns[CAIRN_COLUMN_REFERENCE] = zero;
    g.columns[CAIRN_COLUMN_LENGTH] = length;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const bench *b = *state;
        const cairn_objective_type *type;
        const void *config;
        double loss = 0, slope[MOST] = {0};
        assert_int_equal(cairn_objective_find(b->ctx, b->arena, specs[i], &type, &config), CAIRN_OK);
        assert_int_equal(type->loss(b->ctx, config, &g, &loss, slope), CAIRN_OK);
        if (!isfinite(loss) || !isfinite(slope[0]) || !isfinite(slope[1])) fail_msg("%s: %g", specs[i], loss);
    }
}

/* ---- every objective ------------------------------------------------------------------------------------------------------------- */

/* Random groups of every size: the derivative, and where there is a form on the tape, its loss and gradient. */
static void test_every_derivative_is_that_of_central_differences(void **state) {
    const bench *b = *state;
    for (int k = 0; cairn_objectives()[k]; k++) {
        const cairn_objective_type *type;
        const void *config;
        double x[MOST], worst;
        float columns[CAIRN_COLUMNS][MOST];
        cairn_rng rng = cairn_rng_open(3, (uint64_t)k, 0, CAIRN_VERB_EVAL, 0, 0);
        assert_int_equal(cairn_objective_find(b->ctx, b->arena, cairn_objectives()[k]->about.name, &type, &config),
                         CAIRN_OK);
        for (int64_t n = type->least ? type->least : 1; n <= MOST; n++) {
            cairn_group g = {.n = n, .x = x};
            for (int64_t i = 0; i < n; i++) {
                x[i] = cairn_rng_normal(&rng);
                for (int c = 0; c < CAIRN_COLUMNS; c++) columns[c][i] = (float)cairn_rng_unit(&rng);
                columns[CAIRN_COLUMN_LENGTH][i] = (float)(1 + i);
            }
            for (int c = 0; c < CAIRN_COLUMNS; c++) g.columns[c] = columns[c];
            assert_int_equal(cairn_objective_check(b->ctx, type, config, &g, &worst), CAIRN_OK);
            if (!(worst < 1e-8)) fail_msg("%s, %lld numbers: %g", type->about.name, (long long)n, worst);
        }
    }
}

static void test_the_form_on_the_tape_is_the_plain_function(void **state) {
    const bench *b = *state;
    enum { N = 6 };
    const double x[N] = {0.4, -1.5, 2, -0.1, 0.7, -3};
    const float labels[N] = {1, 0.25f, 0, 0.5f, 1, 0}, weights[N] = {1, 2, 0.5f, 1, 0, 3};
    const int32_t groups[] = {0, 2, 6};
    int seen = 0;
    for (int k = 0; cairn_objectives()[k]; k++) {
        const cairn_objective_type *type = cairn_objectives()[k];
        if (!type->graph) continue;
        for (int weighted = 0; weighted < 2; weighted++, seen++) {
            cairn_objective_type plain = *type;
            plain.graph = NULL;
            cairn_numbers numbers = {.n = N, .n_groups = 2, .groups = groups};
            numbers.columns[CAIRN_COLUMN_LABEL] = labels;
            if (weighted) numbers.columns[CAIRN_COLUMN_WEIGHT] = weights;
            double loss[2], gradient[2][N];
            for (int form = 0; form < 2; form++) {
                cairn_tape *tape;
                const float zeros[N] = {0};
                assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &tape), CAIRN_OK);
                cairn_tensor *in = cairn_tape_input(tape, 1, (int64_t[]){N}, zeros, true);
                memcpy(in->data, x, sizeof x);
                cairn_tensor *y = cairn_objective_apply(tape, form ? type : &plain, NULL, in, &numbers, 3);
                if (!y || cairn_tape_backward(tape, y, 1) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
                loss[form] = cairn_tensor_at(y, 0);
                for (int i = 0; i < N; i++) gradient[form][i] = cairn_tensor_grad_at(in, i);
                cairn_tape_close(tape);
            }
            assert_near(loss[0], loss[1], 1e-12);
            for (int i = 0; i < N; i++) assert_near(gradient[0][i], gradient[1][i], 1e-12);
        }
    }
    assert_int_equal(seen, 8); /* next-token, hard, soft, mse; with and without weights */
}

/* ---- an objective of a user's own ------------------------------------------------------------------------------------------------ */

/* KL of two distributions over a prompt's samples (BRAIn, arXiv 2402.02479): the policy's, which is softmax(x -
 * proposal), from the posterior, softmax(reference + reward - proposal); the reward in the column of the advantage. */
static cairn_status brain(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const float *const *c = g->columns;
    double sum[2] = {0, 0};
    (void)ctx, (void)config;
    for (int64_t i = 0; i < g->n; i++) {
        double sampled = (double)c[CAIRN_COLUMN_SAMPLED][i];
        sum[0] += exp((double)c[CAIRN_COLUMN_REFERENCE][i] + (double)c[CAIRN_COLUMN_ADVANTAGE][i] - sampled);
        sum[1] += exp(g->x[i] - sampled);
    }
    for (int64_t i = 0; i < g->n; i++) {
        double sampled = (double)c[CAIRN_COLUMN_SAMPLED][i];
        double a = exp((double)c[CAIRN_COLUMN_REFERENCE][i] + (double)c[CAIRN_COLUMN_ADVANTAGE][i] - sampled) / sum[0];
        double b = exp(g->x[i] - sampled) / sum[1];
        *loss += a * log(a / b);
        slope[i] = b - a;
    }
    return CAIRN_OK;
}

static const cairn_objective_type brain_type = {
    .about = {.name = "brain"},
    .reads = CAIRN_READS_SEQUENCE,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = 1u << CAIRN_COLUMN_REFERENCE | 1u << CAIRN_COLUMN_SAMPLED | 1u << CAIRN_COLUMN_ADVANTAGE,
    .least = 2,
    .loss = brain,
};

static void test_an_objective_of_ones_own_works_by_its_pointer(void **state) {
    const bench *b = *state;
    const double x[] = {0, log(3)};
    const float reference[] = {(float)log(2), 0}, zero[] = {0, 0};
    cairn_group g = {
        .n = 2,
        .x = x,
        .columns = {
            [CAIRN_COLUMN_REFERENCE] = reference, [CAIRN_COLUMN_SAMPLED] = zero, [CAIRN_COLUMN_ADVANTAGE] = zero}};
    double loss = 0, slope[2] = {0, 0}, worst;
    assert_int_equal(brain_type.loss(b->ctx, NULL, &g, &loss, slope), CAIRN_OK);
    assert_near(loss, 0.383576, 5e-7);
    assert_near(slope[0], -0.416667, 5e-7);
    assert_near(slope[1], 0.416667, 5e-7);
    assert_int_equal(cairn_objective_check(b->ctx, &brain_type, NULL, &g, &worst), CAIRN_OK);
    assert_true(worst < 1e-8);
    /* through the tape, twice the same group: the mean over groups is the group's own loss */
    cairn_tape *tape;
    const float twice[] = {0, (float)log(3), 0, (float)log(3)}, reference2[] = {(float)log(2), 0, (float)log(2), 0},
                zero2[4] = {0};
    const int32_t groups[] = {0, 2, 4};
    cairn_numbers numbers = {.n = 4, .n_groups = 2, .groups = groups};
    numbers.columns[CAIRN_COLUMN_REFERENCE] = reference2;
    numbers.columns[CAIRN_COLUMN_SAMPLED] = numbers.columns[CAIRN_COLUMN_ADVANTAGE] = zero2;
    assert_int_equal(cairn_objective_units(&brain_type, &numbers), 2);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &tape), CAIRN_OK);
    cairn_tensor *in = cairn_tape_input(tape, 1, (int64_t[]){4}, twice, true);
    cairn_tensor *y = cairn_objective_apply(tape, &brain_type, NULL, in, &numbers, 2);
    assert_int_equal(cairn_tape_backward(tape, y, 1), CAIRN_OK);
    assert_near(cairn_tensor_at(y, 0), 0.383576, 5e-7);
    assert_near(cairn_tensor_grad_at(in, 3), 0.416667 / 2, 5e-7);
    cairn_tape_close(tape);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------------------------- */

static void test_what_does_not_fit_is_named(void **state) {
    const bench *b = *state;
    const cairn_objective_type *type;
    const void *config;
    const double x[] = {0, 1};
    const float labels[] = {1, 1}, high[] = {2, 0}, none[] = {0, 0};
    const int32_t one_each[] = {0, 1, 2}, short_of[] = {0, 1};
    double worst, loss = 0, slope[2] = {0};
    cairn_tape *tape;
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "nothing", &type, &config), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(b->ctx), "pairwise"));
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "dpo:betta=1", &type, &config), CAIRN_INVALID);
    cairn_group g = group_of(2, x, labels);
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "dpo", &type, &config), CAIRN_OK);
    assert_int_equal(cairn_objective_check(b->ctx, type, config, &g, &worst), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "column `reference`"));
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "listwise:form=pairs", &type, &config), CAIRN_OK);
    assert_int_equal(type->loss(b->ctx, config, &g, &loss, slope), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "all 2 members of a group are right"));
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "listwise:form=share", &type, &config), CAIRN_OK);
    g = group_of(2, x, none);
    assert_int_equal(type->loss(b->ctx, config, &g, &loss, slope), CAIRN_INVALID);
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "pairwise", &type, &config), CAIRN_OK);
    g = group_of(2, x, high);
    assert_int_equal(type->loss(b->ctx, config, &g, &loss, slope), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "label 2 is not in [0, 1]"));

    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *in = cairn_tape_input(tape, 1, (int64_t[]){2}, labels, true);
    cairn_numbers numbers = {.n = 2, .n_groups = 2, .groups = one_each};
    numbers.columns[CAIRN_COLUMN_LABEL] = labels;
    assert_null(cairn_objective_apply(tape, type, config, in, &numbers, 2));
    assert_non_null(strstr(cairn_error(b->ctx), "at least 2 members, not 1"));
    numbers.groups = short_of;
    numbers.n_groups = 1;
    assert_null(cairn_objective_apply(tape, type, config, in, &numbers, 2));
    assert_non_null(strstr(cairn_error(b->ctx), "do not divide 2 numbers"));
    numbers.groups = (int32_t[]){0, 2};
    assert_null(cairn_objective_apply(tape, type, config, in, &numbers, 0));
    assert_non_null(strstr(cairn_error(b->ctx), "divisor"));
    numbers.columns[CAIRN_COLUMN_LABEL] = NULL;
    assert_int_equal(cairn_objective_find(b->ctx, b->arena, "soft", &type, &config), CAIRN_OK);
    assert_null(cairn_objective_apply(tape, type, config, in, &numbers, 2));
    assert_non_null(strstr(cairn_error(b->ctx), "soft needs the column `label`"));
    cairn_tape_close(tape);
}

static int open_bench(void **state) {
    static bench b;
    *state = &b;
    return cairn_ctx_open(&b.ctx) == CAIRN_OK && cairn_arena_open(b.ctx, 4096, &b.arena) == CAIRN_OK &&
                   cairn_device_open(b.ctx, 1, CAIRN_MATMUL_FASTEST, &b.device) == CAIRN_OK
               ? 0
               : -1;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_device_close(b->device);
    cairn_arena_close(b->arena);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairwise_takes_the_target_one_plus_p_minus_q_halved),
        cmocka_unit_test(test_a_larger_group_is_the_mean_of_its_pairs),
        cmocka_unit_test(test_listwise_over_right_and_wrong_is_the_worked_case),
        cmocka_unit_test(test_listwise_softmax_is_the_cross_entropy_of_two_distributions),
        cmocka_unit_test(test_dpo_is_the_worked_cases),
        cmocka_unit_test(test_ipo_and_simpo_are_their_formulas),
        cmocka_unit_test(test_the_implicit_reward_is_the_worked_case),
        cmocka_unit_test(test_log_kl_adds_lambda_ln_of_one_plus_the_mean),
        cmocka_unit_test(test_losses_of_single_numbers_are_their_formulas),
        cmocka_unit_test(test_extreme_numbers_stay_finite),
        cmocka_unit_test(test_every_derivative_is_that_of_central_differences),
        cmocka_unit_test(test_the_form_on_the_tape_is_the_plain_function),
        cmocka_unit_test(test_an_objective_of_ones_own_works_by_its_pointer),
        cmocka_unit_test(test_what_does_not_fit_is_named),
    };
    return cmocka_run_group_tests_name("learn objective", tests, open_bench, close_bench);
}

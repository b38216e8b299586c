/* Optimisers against steps worked by hand, clipping, averages, schedules, accumulation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/tensor.h"
#include "near.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
} bench;

static cairn_param *one_param(const bench *b, cairn_dtype dtype, const double *values, int64_t n,
                              cairn_params **params) {
    cairn_param *p;
    assert_int_equal(cairn_params_open(b->ctx, b->device, dtype, params), CAIRN_OK);
    assert_int_equal(cairn_params_add(*params, "w", 2, (int64_t[]){1, n}, &p), CAIRN_OK);
    for (int64_t i = 0; i < n; i++)
        if (dtype == CAIRN_F64)
            ((double *)p->value.data)[i] = values[i];
        else
            ((float *)p->value.data)[i] = (float)values[i];
    return p;
}

static void set_grad(cairn_param *p, double g) {
    for (int64_t i = 0; i < p->value.size; i++) ((double *)p->value.grad)[i] = g;
}

static void test_adamw_takes_the_steps_worked_by_hand(void **state) {
    const bench *b = *state;
    cairn_params *params;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){2}, 1, &params);
    cairn_adamw options = {.rate = 0.1, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 0, .decay = 0.5};
    set_grad(p, 3); /* m = 0.3, v = 0.09; corrected 3 and 9: a step of 1; 2 (1 - 0.05) - 0.1 */
    assert_int_equal(cairn_params_adamw(params, &options, 1), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), 1.8, 1e-12);
    set_grad(p, -1); /* m = 0.27 - 0.1 = 0.17, / 0.19; v = 0.0891 + 0.01 = 0.0991, / 0.0199 */
    assert_int_equal(cairn_params_adamw(params, &options, 2), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), 1.8 * 0.95 - 0.1 * (0.17 / 0.19) / sqrt(0.0991 / 0.0199), 1e-12);
    p->decays = false;
    double before = cairn_tensor_at(&p->value, 0);
    options.rate = 0;
    assert_int_equal(cairn_params_adamw(params, &options, 3), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), before, 0);
    assert_int_equal(cairn_params_adamw(params, &options, 0), CAIRN_INVALID);
    cairn_params_close(params);
}

static void test_sgd_with_momentum_takes_the_steps_worked_by_hand(void **state) {
    const bench *b = *state;
    cairn_params *params;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){1}, 1, &params);
    set_grad(p, 2);
    assert_int_equal(cairn_params_sgd(params, 0.1, 0.5, 0), CAIRN_OK); /* velocity 2 */
    assert_near(cairn_tensor_at(&p->value, 0), 0.8, 1e-12);
    assert_int_equal(cairn_params_sgd(params, 0.1, 0.5, 0.5), CAIRN_OK); /* velocity 3, decay 0.4 */
    assert_near(cairn_tensor_at(&p->value, 0), 0.8 - 0.1 * 3.4, 1e-12);
    cairn_params_close(params);
}

static void test_amsgrad_keeps_the_greatest_second_moment(void **state) {
    const bench *b = *state;
    cairn_params *params;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){0}, 1, &params);
    cairn_adamw options = {.rate = 0.1, .beta1 = 0, .beta2 = 0.5, .epsilon = 0, .amsgrad = true};
    set_grad(p, 4); /* v = 8, greatest 8, corrected by 1 - 0.5: 16 */
    assert_int_equal(cairn_params_adamw(params, &options, 1), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), -0.1, 1e-12);
    set_grad(p, 1); /* v = 4.5, greatest still 8, corrected by 1 - 0.25 */
    assert_int_equal(cairn_params_adamw(params, &options, 2), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), -0.1 - 0.1 / sqrt(8 / 0.75), 1e-12);
    cairn_params_close(params);
}

static void test_rmsprop_takes_the_steps_worked_by_hand(void **state) {
    const bench *b = *state;
    cairn_params *params;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){1}, 1, &params);
    cairn_rmsprop options = {.rate = 0.1, .smoothing = 0.75, .epsilon = 0.5};
    set_grad(p, 2); /* v = 1 */
    assert_int_equal(cairn_params_rmsprop(params, &options), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), 1 - 0.1 * 2 / 1.5, 1e-12);
    set_grad(p, -1); /* v = 0.75 + 0.25 = 1; decay 0.5 of the value */
    double before = cairn_tensor_at(&p->value, 0);
    options.decay = 0.5;
    assert_int_equal(cairn_params_rmsprop(params, &options), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), before - 0.1 * (-1 / 1.5 + 0.5 * before), 1e-12);
    cairn_params_close(params);
}

static void test_a_rate_factor_scales_the_steps_of_its_parameter(void **state) {
    const bench *b = *state;
    for (int optimiser = 0; optimiser < 3; optimiser++) {
        double moved[2];
        for (int slow = 0; slow < 2; slow++) {
            cairn_params *params;
            cairn_param *p = one_param(b, CAIRN_F64, (double[]){1}, 1, &params);
            if (slow) p->rate = 0.25;
            set_grad(p, 2);
            cairn_adamw adamw = {.rate = 0.1, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.5};
            cairn_rmsprop rmsprop = CAIRN_RMSPROP_DEFAULT;
            assert_int_equal(optimiser == 0   ? cairn_params_adamw(params, &adamw, 1)
                             : optimiser == 1 ? cairn_params_rmsprop(params, &rmsprop)
                                              : cairn_params_sgd(params, 0.1, 0.9, 0.5),
                             CAIRN_OK);
            moved[slow] = 1 - cairn_tensor_at(&p->value, 0);
            cairn_params_close(params);
        }
        assert_near(moved[1], moved[0] / 4, 1e-12);
    }
}

static void test_uniform_numbers_fill_their_range(void **state) {
    const bench *b = *state;
    double numbers[2000] = {0}, sum = 0, least = 9, most = -9;
    cairn_params *params;
    cairn_param *p = one_param(b, CAIRN_F64, numbers, 2000, &params);
    cairn_param_init_uniform(p, 5, -0.5, 1.5);
    for (int64_t i = 0; i < 2000; i++) {
        double x = cairn_tensor_at(&p->value, i);
        sum += x;
        least = fmin(least, x);
        most = fmax(most, x);
    }
    assert_true(least >= -0.5 && least < -0.48 && most <= 1.5 && most > 1.48);
    assert_near(sum / 2000, 0.5, 4 * 2 / sqrt(12 * 2000.0)); /* four standard errors */
    cairn_params_close(params);
}

static void test_orthogonal_rows_or_columns_have_the_length_of_the_gain(void **state) {
    const bench *b = *state;
    const int64_t shapes[][2] = {{3, 7}, {7, 3}, {5, 5}, {1, 4}};
    for (int s = 0; s < 4; s++) {
        cairn_params *params;
        cairn_param *p;
        int64_t rows = shapes[s][0], columns = shapes[s][1];
        bool wide = columns >= rows;
        assert_int_equal(cairn_params_open(b->ctx, b->device, CAIRN_F64, &params), CAIRN_OK);
        assert_int_equal(cairn_params_add(params, "q", 2, shapes[s], &p), CAIRN_OK);
        assert_int_equal(cairn_param_init_orthogonal(b->ctx, p, 3, 2), CAIRN_OK);
        int64_t count = wide ? rows : columns, size = wide ? columns : rows;
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = 0; j < count; j++) {
                double product = 0;
                for (int64_t k = 0; k < size; k++)
                    product += cairn_tensor_at(&p->value, wide ? i * columns + k : k * columns + i) *
                               cairn_tensor_at(&p->value, wide ? j * columns + k : k * columns + j);
                assert_near(product, i == j ? 4 : 0, 1e-6);
            }
        cairn_params_close(params);
    }
}

static void test_frozen_parameters_stay(void **state) {
    const bench *b = *state;
    cairn_params *params;
    cairn_adamw options = CAIRN_ADAMW_DEFAULT;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){1}, 1, &params);
    p->frozen = true;
    set_grad(p, 2);
    assert_int_equal(cairn_params_adamw(params, &options, 1), CAIRN_OK);
    assert_near(cairn_tensor_at(&p->value, 0), 1, 0);
    cairn_params_close(params);
}

static void test_clipping_scales_to_the_norm_and_names_what_is_not_finite(void **state) {
    const bench *b = *state;
    cairn_params *params;
    double norm;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){0, 0}, 2, &params);
    ((double *)p->value.grad)[0] = 3;
    ((double *)p->value.grad)[1] = -4;
    assert_int_equal(cairn_params_clip(params, 10, &norm), CAIRN_OK);
    assert_near(norm, 5, 1e-12);
    assert_near(cairn_tensor_grad_at(&p->value, 1), -4, 0);
    assert_int_equal(cairn_params_clip(params, 1, &norm), CAIRN_OK);
    assert_near(cairn_tensor_grad_at(&p->value, 0), 0.6, 1e-12);
    assert_near(cairn_tensor_grad_at(&p->value, 1), -0.8, 1e-12);
    ((double *)p->value.grad)[1] = NAN;
    assert_int_equal(cairn_params_clip(params, 1, &norm), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "gradient of w is not finite"));
    cairn_params_close(params);
}

static void test_an_average_follows_by_its_decay(void **state) {
    const bench *b = *state;
    cairn_params *params, *average;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){1, 5}, 2, &params),
                *q = one_param(b, CAIRN_F64, (double[]){3, 5}, 2, &average);
    (void)p;
    assert_int_equal(cairn_params_average(average, params, 0.75), CAIRN_OK);
    assert_near(cairn_tensor_at(&q->value, 0), 2.5, 1e-12);
    assert_near(cairn_tensor_at(&q->value, 1), 5, 1e-12);
    cairn_params_close(params);
    cairn_params_close(average);
}

static void test_schedules_rise_and_fall(void **state) {
    (void)state;
    cairn_schedule s = {.kind = CAIRN_SCHEDULE_COSINE, .peak = 1, .last = 0.1, .warmup = 10, .steps = 110};
    assert_near(cairn_schedule_rate(&s, 1), 0.1, 1e-12);
    assert_near(cairn_schedule_rate(&s, 10), 1, 1e-12);
    assert_near(cairn_schedule_rate(&s, 60), 0.55, 1e-12); /* half way */
    assert_near(cairn_schedule_rate(&s, 35), 1 - 0.9 * (1 - sqrt(0.5)) / 2, 1e-12);
    assert_near(cairn_schedule_rate(&s, 110), 0.1, 1e-12);
    assert_near(cairn_schedule_rate(&s, 500), 0.1, 1e-12);
    s.kind = CAIRN_SCHEDULE_LINEAR;
    assert_near(cairn_schedule_rate(&s, 35), 0.775, 1e-12);
    s.kind = CAIRN_SCHEDULE_CONSTANT;
    assert_near(cairn_schedule_rate(&s, 35), 1, 1e-12);
    s.warmup = 0;
    assert_near(cairn_schedule_rate(&s, 1), 1, 1e-12);
}

/* Least squares in two batches at once, or one after the other: the same gradient. */
static void test_gradients_accumulate_over_batches(void **state) {
    const bench *b = *state;
    static const float x[] = {1, 2, 3, 4, 5, 6, 7, 8}, ones[] = {1, 1, 1, 1};
    cairn_params *params;
    cairn_tape *tape;
    cairn_param *p = one_param(b, CAIRN_F64, (double[]){0.5, -1}, 2, &params);
    double whole[2];
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &tape), CAIRN_OK);
    for (int parts = 1; parts <= 2; parts++) {
        cairn_params_zero_grads(params);
        for (int i = 0; i < parts; i++) {
            int64_t rows = 4 / parts;
            cairn_tape_reset(tape);
            cairn_tensor *in = cairn_tape_input(tape, 2, (int64_t[]){rows, 2}, x + i * 4, false);
            cairn_tensor *y = cairn_linear(tape, in, cairn_tape_param(tape, p), NULL);
            cairn_tensor *loss = cairn_weighted_sum(tape, cairn_map(tape, y, CAIRN_SQUARE), ones, 4);
            assert_int_equal(cairn_tape_backward(tape, loss, 1), CAIRN_OK);
        }
        for (int j = 0; j < 2; j++) {
            if (parts == 1)
                whole[j] = cairn_tensor_grad_at(&p->value, j);
            else
                assert_near(cairn_tensor_grad_at(&p->value, j), whole[j], 1e-12);
        }
    }
    /* by hand: y = -1.5, -2.5, -3.5, -4.5; dL/dw = (2 / 4) sum y x */
    assert_near(whole[0], 0.5 * (-1.5 * 1 - 2.5 * 3 - 3.5 * 5 - 4.5 * 7), 1e-12);
    assert_near(whole[1], 0.5 * (-1.5 * 2 - 2.5 * 4 - 3.5 * 6 - 4.5 * 8), 1e-12);
    cairn_tape_close(tape);
    cairn_params_close(params);
}

static void test_a_repeated_step_asks_for_no_memory(void **state) {
    const bench *b = *state;
    cairn_params *params;
    cairn_param *p, *q;
    cairn_tape *tape;
    cairn_adamw options = CAIRN_ADAMW_DEFAULT;
    static float x[100 * 64];
    static const float one[100 * 32] = {1};
    assert_int_equal(cairn_params_open(b->ctx, b->device, CAIRN_F32, &params), CAIRN_OK);
    assert_int_equal(cairn_params_add(params, "a", 2, (int64_t[]){128, 64}, &p), CAIRN_OK);
    assert_int_equal(cairn_params_add(params, "b", 2, (int64_t[]){32, 128}, &q), CAIRN_OK);
    cairn_param_init_normal(p, 1, 0.1);
    cairn_param_init_normal(q, 1, 0.1);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    for (int step = 1; step <= 6; step++) {
        /* after two steps the first allocation of any kind would fail */
        if (step == 3) cairn_faults_set(b->ctx, (cairn_faults){.alloc_fails_at = 1});
        cairn_tape_reset(tape);
        cairn_params_zero_grads(params);
        cairn_tensor *in = cairn_tape_input(tape, 2, (int64_t[]){100, 64}, x, false);
        cairn_tensor *h = cairn_map(tape, cairn_linear(tape, in, cairn_tape_param(tape, p), NULL), CAIRN_GELU);
        cairn_tensor *y = cairn_linear(tape, h, cairn_tape_param(tape, q), NULL);
        if (cairn_tape_backward(tape, cairn_weighted_sum(tape, y, one, 1), 1) != CAIRN_OK)
            fail_msg("%s", cairn_error(b->ctx));
        assert_int_equal(cairn_params_adamw(params, &options, step), CAIRN_OK);
    }
    cairn_faults_set(b->ctx, (cairn_faults){0});
    cairn_tape_close(tape);
    cairn_params_close(params);
}

static int open_bench(void **state) {
    static bench b;
    *state = &b;
    return cairn_ctx_open(&b.ctx) == CAIRN_OK &&
                   cairn_device_open(b.ctx, 2, CAIRN_MATMUL_FASTEST, &b.device) == CAIRN_OK
               ? 0
               : -1;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_device_close(b->device);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adamw_takes_the_steps_worked_by_hand),
        cmocka_unit_test(test_sgd_with_momentum_takes_the_steps_worked_by_hand),
        cmocka_unit_test(test_amsgrad_keeps_the_greatest_second_moment),
        cmocka_unit_test(test_rmsprop_takes_the_steps_worked_by_hand),
        cmocka_unit_test(test_a_rate_factor_scales_the_steps_of_its_parameter),
        cmocka_unit_test(test_uniform_numbers_fill_their_range),
        cmocka_unit_test(test_orthogonal_rows_or_columns_have_the_length_of_the_gain),
        cmocka_unit_test(test_frozen_parameters_stay),
        cmocka_unit_test(test_clipping_scales_to_the_norm_and_names_what_is_not_finite),
        cmocka_unit_test(test_an_average_follows_by_its_decay),
        cmocka_unit_test(test_schedules_rise_and_fall),
        cmocka_unit_test(test_gradients_accumulate_over_batches),
        cmocka_unit_test(test_a_repeated_step_asks_for_no_memory),
    };
    return cmocka_run_group_tests_name("tensor optimise", tests, open_bench, close_bench);
}

/* Products: row invariance, threads, packing, bf16; kernels of other instruction sets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/tensor.h"
#include "numbers.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *one, *three, *plain;
} bench;

static void test_bf16_rounds_to_the_nearest_even(void **state) {
    (void)state;
    assert_int_equal(cairn_bf16_round(1.0f), 0x3f80);
    assert_int_equal(cairn_bf16_round(1.00390625f), 0x3f80); /* 1 + 2^-8: half way, down to even */
    assert_int_equal(cairn_bf16_round(1.01171875f), 0x3f82); /* 1 + 3 2^-8: half way, up to even */
    assert_int_equal(cairn_bf16_round(1.00390637f), 0x3f81); /* just above half way */
    assert_int_equal(cairn_bf16_round(-2.5f), 0xc020);
    assert_int_equal(cairn_bf16_round(3.4e38f), 0x7f80); /* beyond the largest: infinity */
    assert_true(isnan(cairn_bf16_widen(cairn_bf16_round(NAN))));
    for (uint32_t bits = 0; bits < 0x7f80; bits++)
        assert_int_equal(cairn_bf16_round(cairn_bf16_widen((uint16_t)bits)), bits);
}

static void test_a_row_does_not_depend_on_the_batch(void **state) {
    const bench *b = *state;
    double worst;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        if (cairn_device_self_test(b->one, seed, &worst) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
        if (cairn_device_self_test(b->three, seed, &worst) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
    }
    assert_true(worst > 0);
}

/* y = x w^T and the gradients of sum(y dy) on one device. */
typedef struct product_result {
    float *y, *dx, *dw;
} product_result;

static product_result product(const bench *b, cairn_device *device, cairn_dtype weights, int64_t rows, int64_t n,
                              int64_t k) {
    cairn_params *params;
    cairn_param *w;
    cairn_tape *tape;
    float *numbers = normal_numbers(5, rows * k), *values = normal_numbers(6, n * k), *dy = normal_numbers(7, rows * n);
    assert_int_equal(cairn_params_open(b->ctx, device, weights, &params), CAIRN_OK);
    assert_int_equal(cairn_params_add(params, "w", 2, (int64_t[]){n, k}, &w), CAIRN_OK);
    memcpy(w->value.data, values, (size_t)(n * k) * sizeof *values);
    cairn_param_changed(w);
    assert_int_equal(cairn_tape_open(b->ctx, device, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *x = cairn_tape_input(tape, 2, (int64_t[]){rows, k}, numbers, true);
    cairn_tensor *y = cairn_linear(tape, x, cairn_tape_param(tape, w), NULL);
    assert_int_equal(cairn_tape_backward(tape, cairn_weighted_sum(tape, y, dy, 1), 1), CAIRN_OK);
    product_result r = {malloc((size_t)(rows * n) * 4), malloc((size_t)(rows * k) * 4), malloc((size_t)(n * k) * 4)};
    memcpy(r.y, y->data, (size_t)(rows * n) * 4);
    memcpy(r.dx, x->grad, (size_t)(rows * k) * 4);
    memcpy(r.dw, w->value.grad, (size_t)(n * k) * 4);
    cairn_tape_close(tape);
    cairn_params_close(params);
    free(numbers);
    free(values);
    free(dy);
    return r;
}

static void discard(product_result r) {
    free(r.y);
    free(r.dx);
    free(r.dw);
}

static const int64_t shapes[][3] = {{1, 1, 1},      {3, 2, 5},      {130, 300, 70}, {67, 257, 33},
                                    {513, 65, 128}, {48, 512, 192}, {300, 2, 384}};

static void test_products_and_gradients_are_those_of_plain_c(void **state) {
    const bench *b = *state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int64_t rows = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
        product_result plain = product(b, b->plain, CAIRN_F32, rows, n, k);
        for (int bf16 = 0; bf16 < 2; bf16++) {
            product_result fast = product(b, b->three, bf16 ? CAIRN_BF16 : CAIRN_F32, rows, n, k);
            double bound = bf16 ? 1.5e-2 : 1e-5;
            assert_true(apart(fast.y, plain.y, rows * n) < bound);
            assert_true(apart(fast.dx, plain.dx, rows * k) < bound);
            assert_true(apart(fast.dw, plain.dw, n * k) < bound);
            discard(fast);
        }
        discard(plain);
    }
}

static void test_threads_do_not_change_a_bit(void **state) {
    const bench *b = *state;
    for (int bf16 = 0; bf16 < 2; bf16++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            int64_t rows = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
            cairn_dtype type = bf16 ? CAIRN_BF16 : CAIRN_F32;
            product_result x = product(b, b->one, type, rows, n, k), y = product(b, b->three, type, rows, n, k);
            assert_memory_equal(x.y, y.y, (size_t)(rows * n) * 4);
            assert_memory_equal(x.dx, y.dx, (size_t)(rows * k) * 4);
            assert_memory_equal(x.dw, y.dw, (size_t)(n * k) * 4);
            discard(x);
            discard(y);
        }
}

/* Attention of a long sequence alone, and of the same one in the middle of others: the same bits. */
static void test_attention_of_a_sequence_does_not_depend_on_its_neighbours(void **state) {
    const bench *b = *state;
    enum { WIDTH = 48, BEFORE = 37, LENGTH = 200, AFTER = 130, ROWS = BEFORE + LENGTH + AFTER };
    float *x = normal_numbers(9, 3 * ROWS * WIDTH);
    cairn_tape *tape;
    assert_int_equal(cairn_tape_open(b->ctx, b->three, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *many[3], *alone[3];
    for (int i = 0; i < 3; i++) {
        const float *from = x + (size_t)i * ROWS * WIDTH;
        many[i] = cairn_tape_input(tape, 2, (int64_t[]){ROWS, WIDTH}, from, false);
        alone[i] = cairn_tape_input(tape, 2, (int64_t[]){LENGTH, WIDTH}, from + BEFORE * WIDTH, false);
    }
    const int32_t starts[] = {0, BEFORE, BEFORE + LENGTH, ROWS}, whole[] = {0, LENGTH};
    cairn_tensor *y = cairn_attention(tape, many[0], many[1], many[2], 3, 3, starts, 3, true);
    cairn_tensor *z = cairn_attention(tape, alone[0], alone[1], alone[2], 3, 3, whole, 1, true);
    assert_non_null(y);
    assert_non_null(z);
    assert_memory_equal((const float *)y->data + BEFORE * WIDTH, z->data, LENGTH * WIDTH * sizeof(float));
    cairn_tape_close(tape);
    free(x);
}

static void test_shapes_that_do_not_fit_are_refused_by_name(void **state) {
    const bench *b = *state;
    cairn_tape *tape;
    float zeros[12] = {0};
    assert_int_equal(cairn_tape_open(b->ctx, b->one, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *x = cairn_tape_input(tape, 2, (int64_t[]){3, 4}, zeros, true),
                 *w = cairn_tape_input(tape, 2, (int64_t[]){4, 3}, zeros, true);
    assert_null(cairn_linear(tape, x, w, NULL));
    assert_non_null(strstr(cairn_error(b->ctx), "linear"));
    assert_null(cairn_add(tape, x, w));
    assert_non_null(strstr(cairn_error(b->ctx), "add"));
    assert_null(cairn_rows(tape, x, (int32_t[]){3}, 1));
    assert_non_null(strstr(cairn_error(b->ctx), "outside 0 .. 2"));
    assert_null(cairn_token_logp(tape, x, (int32_t[]){0, 4, 0}));
    assert_null(cairn_attention(tape, x, x, x, 3, 3, (int32_t[]){0, 3}, 1, true));
    assert_null(cairn_attention(tape, x, x, x, 2, 2, (int32_t[]){0, 2}, 1, true));
    assert_null(cairn_map(tape, cairn_add(tape, NULL, x), CAIRN_RELU));
    assert_int_equal(cairn_tape_backward(tape, x, 1), CAIRN_INVALID);
    cairn_tape_close(tape);
}

/* This program again with the kernels of lesser processors. */
static void test_the_rule_holds_with_lesser_kernels(void **state) {
    const bench *b = *state;
    if (getenv("CAIRN_KERNELS")) return;
    assert_int_equal(system("CAIRN_KERNELS=plain " CAIRN_BINARY_DIR "/tests/test_tensor_device >/dev/null 2>&1"), 0);
    if (strcmp(cairn_device_kernels(b->one), "plain") != 0)
        assert_int_equal(system("CAIRN_KERNELS=avx2 " CAIRN_BINARY_DIR "/tests/test_tensor_device >/dev/null 2>&1"), 0);
}

static int open_bench(void **state) {
    static bench b;
    *state = &b;
    return cairn_ctx_open(&b.ctx) == CAIRN_OK &&
                   cairn_device_open(b.ctx, 1, CAIRN_MATMUL_FASTEST, &b.one) == CAIRN_OK &&
                   cairn_device_open(b.ctx, 3, CAIRN_MATMUL_FASTEST, &b.three) == CAIRN_OK &&
                   cairn_device_open(b.ctx, 1, CAIRN_MATMUL_PLAIN, &b.plain) == CAIRN_OK
               ? 0
               : -1;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_device_close(b->one);
    cairn_device_close(b->three);
    cairn_device_close(b->plain);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bf16_rounds_to_the_nearest_even),
        cmocka_unit_test(test_a_row_does_not_depend_on_the_batch),
        cmocka_unit_test(test_products_and_gradients_are_those_of_plain_c),
        cmocka_unit_test(test_threads_do_not_change_a_bit),
        cmocka_unit_test(test_attention_of_a_sequence_does_not_depend_on_its_neighbours),
        cmocka_unit_test(test_shapes_that_do_not_fit_are_refused_by_name),
        cmocka_unit_test(test_the_rule_holds_with_lesser_kernels),
    };
    return cmocka_run_group_tests_name("tensor device", tests, open_bench, close_bench);
}

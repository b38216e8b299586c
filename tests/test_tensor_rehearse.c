/* A rehearsal says what a step needs, touches no number, and leaves the step's bits as they are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cairn/tensor.h"

enum { ROWS = 37, IN = 24, OUT = 300 };

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_tape *tape;
    cairn_params *params;
    cairn_param *w, *b, *gain;
} bench;

static void open_bench(bench *s, cairn_matmul_kind kind) {
    assert_int_equal(cairn_ctx_open(&s->ctx), CAIRN_OK);
    assert_int_equal(cairn_device_open(s->ctx, 2, kind, &s->device), CAIRN_OK);
    assert_int_equal(cairn_tape_open(s->ctx, s->device, CAIRN_F32, &s->tape), CAIRN_OK);
    assert_int_equal(cairn_params_open(s->ctx, s->device, CAIRN_F32, &s->params), CAIRN_OK);
    assert_int_equal(cairn_params_add(s->params, "w", 2, (int64_t[]){OUT, IN}, &s->w), CAIRN_OK);
    assert_int_equal(cairn_params_add(s->params, "b", 1, (int64_t[]){OUT}, &s->b), CAIRN_OK);
    assert_int_equal(cairn_params_add(s->params, "gain", 1, (int64_t[]){IN}, &s->gain), CAIRN_OK);
    cairn_param_init_normal(s->w, 1, 0.3);
    cairn_param_init_normal(s->b, 2, 0.3);
    cairn_param_fill(s->gain, 1.5);
}

static void close_bench(bench *s) {
    cairn_params_close(s->params);
    cairn_tape_close(s->tape);
    cairn_device_close(s->device);
    cairn_ctx_close(s->ctx);
}

/* Operations of every kind that touches numbers by itself. */
static cairn_tensor *forward(bench *s) {
    float x[ROWS * IN], weights[ROWS], targets[ROWS];
    int32_t ids[ROWS], positions[ROWS], classes[ROWS];
    for (int i = 0; i < ROWS * IN; i++) x[i] = (float)((i * 7919) % 101) / 50 - 1;
    for (int i = 0; i < ROWS; i++) {
        weights[i] = (float)(i % 3) - 0.5f;
        targets[i] = (float)(i % 2);
        ids[i] = (i * 5) % ROWS;
        positions[i] = i;
        classes[i] = i % OUT;
    }
    cairn_tensor *h = cairn_tape_input(s->tape, 2, (int64_t[]){ROWS, IN}, x, true);
    h = cairn_rmsnorm(s->tape, h, cairn_tape_param(s->tape, s->gain), 1e-5);
    cairn_tensor *q = cairn_rope(s->tape, h, 2, positions, 10000);
    h = cairn_attention(s->tape, q, q, h, 2, 2, (int32_t[]){0, 20, ROWS}, 2, true); /* one tensor as two operands */
    h = cairn_scatter_rows(s->tape, cairn_rows(s->tape, h, ids, ROWS), ids, ROWS);
    h = cairn_add(s->tape, cairn_columns(s->tape, cairn_concat(s->tape, h, h), 6, 6 + IN), h);
    cairn_tensor *y = cairn_linear(s->tape, h, cairn_tape_param(s->tape, s->w), cairn_tape_param(s->tape, s->b));
    cairn_tensor *own = cairn_tape_input(s->tape, 2, (int64_t[]){1, IN}, x, true); /* weights that are no parameter */
    cairn_tensor *one = cairn_reshape(s->tape, cairn_linear(s->tape, h, own, NULL), 1, (int64_t[]){ROWS});
    return cairn_add(s->tape, cairn_weighted_sum(s->tape, cairn_token_logp(s->tape, y, classes), weights, 3),
                     cairn_weighted_sum(s->tape, cairn_bce(s->tape, one, targets), weights, 2));
}

static void step(bench *s, double *loss) {
    cairn_params_zero_grads(s->params);
    cairn_tape_reset(s->tape);
    cairn_tensor *sum = forward(s);
    if (!sum || cairn_tape_backward(s->tape, sum, 1) != CAIRN_OK) fail_msg("%s", cairn_error(s->ctx));
    if (loss) *loss = cairn_tensor_at(sum, 0);
}

static void compare_with_unrehearsed(cairn_matmul_kind kind) {
    bench plain, rehearsed;
    double loss, other;
    open_bench(&plain, kind);
    open_bench(&rehearsed, kind);
    cairn_device_rehearse(rehearsed.device, true);
    step(&rehearsed, NULL);
    size_t used = cairn_tape_used(rehearsed.tape), packed = cairn_params_packed(rehearsed.params);
    size_t scratch = cairn_device_scratch(rehearsed.device);
    for (int i = 0; i < OUT * IN; i++) assert_true(cairn_tensor_grad_at(&rehearsed.w->value, i) == 0);
    cairn_device_rehearse(rehearsed.device, false);
    assert_int_equal(cairn_tape_reserve(rehearsed.tape, used), CAIRN_OK);
    size_t held = cairn_tape_bytes(rehearsed.tape);
    step(&plain, &loss);
    step(&rehearsed, &other);
    assert_true(loss == other && loss != 0);
    assert_memory_equal(plain.w->value.grad, rehearsed.w->value.grad, OUT * IN * sizeof(float));
    assert_memory_equal(plain.gain->value.grad, rehearsed.gain->value.grad, IN * sizeof(float));
    assert_int_equal(cairn_tape_used(rehearsed.tape), used); /* it needed what the rehearsal said, and no more */
    assert_int_equal(cairn_tape_used(plain.tape), used);
    assert_int_equal(cairn_tape_bytes(rehearsed.tape), held);
    assert_int_equal(cairn_params_packed(rehearsed.params), packed);
    assert_int_equal(cairn_params_packed(plain.params), packed);
    assert_true((packed > 0) == (kind == CAIRN_MATMUL_FASTEST));
    assert_int_equal(cairn_device_scratch(rehearsed.device), scratch);
    assert_true(cairn_device_scratch(plain.device) <= scratch);
    close_bench(&plain);
    close_bench(&rehearsed);
}

static void test_a_step_needs_what_its_rehearsal_said_and_has_the_same_bits(void **state) {
    (void)state;
    compare_with_unrehearsed(CAIRN_MATMUL_FASTEST);
    compare_with_unrehearsed(CAIRN_MATMUL_PLAIN);
}

/* 1 GiB of activations is counted in a process that holds far less. */
static void test_a_rehearsal_touches_no_number(void **state) {
    (void)state;
    bench s;
    int32_t ids[4096] = {0};
    open_bench(&s, CAIRN_MATMUL_FASTEST);
    size_t before = cairn_resident_memory().most;
    cairn_device_rehearse(s.device, true);
    cairn_tensor *h = cairn_rows(s.tape, cairn_tape_param(s.tape, s.w), ids, 4096);
    for (int i = 0; i < 218; i++)
        h = cairn_rows(s.tape, cairn_tape_param(s.tape, s.w), ids, 4096),
        h = cairn_linear(s.tape, h, cairn_tape_param(s.tape, s.w), NULL);
    assert_non_null(h);
    assert_true(cairn_tape_used(s.tape) > (size_t)1 << 30);
    cairn_device_rehearse(s.device, false);
    cairn_tape_reset(s.tape);
    assert_true(cairn_resident_memory().most < before + (64 << 20));
    close_bench(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_needs_what_its_rehearsal_said_and_has_the_same_bits),
        cmocka_unit_test(test_a_rehearsal_touches_no_number),
    };
    return cmocka_run_group_tests_name("tensor rehearse", tests, NULL, NULL);
}

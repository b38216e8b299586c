/* Small nets: numbers of an independent computation, gradients against central differences, sequences of different
 * lengths. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/net.h"
#include "near.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_tape *tape;
    cairn_params *params;
} bench;

static int open_bench(void **state) {
    static bench b;
    *state = &b;
    return cairn_ctx_open(&b.ctx) == CAIRN_OK &&
                   cairn_device_open(b.ctx, 1, CAIRN_MATMUL_FASTEST, &b.device) == CAIRN_OK &&
                   cairn_tape_open(b.ctx, b.device, CAIRN_F64, &b.tape) == CAIRN_OK &&
                   cairn_params_open(b.ctx, b.device, CAIRN_F64, &b.params) == CAIRN_OK
               ? 0
               : -1;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_params_close(b->params);
    cairn_tape_close(b->tape);
    cairn_device_close(b->device);
    cairn_ctx_close(b->ctx);
    return 0;
}

static cairn_net *net_of(const bench *b, const char *spec, int32_t in, int32_t out) {
    cairn_net *net;
    if (cairn_net_open(b->ctx, b->params, "net", spec, in, out, 3, &net) != CAIRN_OK)
        fail_msg("%s", cairn_error(b->ctx));
    return net;
}

/* Row i of parameter `name` times x, and its bias. */
static double row_of(const bench *b, const char *weight, const char *bias, int i, const double *x, int n) {
    const cairn_param *w = cairn_params_find(b->params, weight), *c = cairn_params_find(b->params, bias);
    assert_true(w && c);
    double sum = cairn_tensor_at(&c->value, i);
    for (int k = 0; k < n; k++) sum += cairn_tensor_at(&w->value, (int64_t)i * n + k) * x[k];
    return sum;
}

static void test_an_mlp_is_its_maps_one_after_another(void **state) {
    const bench *b = *state;
    const float x[] = {0.5f, -1, 2, 1, 1, -0.25f};
    cairn_net *net = net_of(b, "mlp:4,activation=tanh", 3, 2);
    cairn_tensor *features;
    cairn_tensor *y =
        cairn_net_apply(b->tape, net, cairn_tape_input(b->tape, 2, (int64_t[]){2, 3}, x, false), &features);
    assert_non_null(y);
    assert_int_equal(features->size, 8);
    for (int r = 0; r < 2; r++) {
        double in[3], hidden[4];
        for (int k = 0; k < 3; k++) in[k] = (double)x[3 * r + k];
        for (int i = 0; i < 4; i++) {
            hidden[i] = tanh(row_of(b, "net.0.weight", "net.0.bias", i, in, 3));
            assert_near(cairn_tensor_at(features, 4 * r + i), hidden[i], 1e-12);
        }
        for (int i = 0; i < 2; i++)
            assert_near(cairn_tensor_at(y, 2 * r + i), row_of(b, "net.1.weight", "net.1.bias", i, hidden, 4), 1e-12);
    }
    cairn_net_close(net);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

/* One step of a unit of 3 numbers on 2, as its paper and PyTorch write it. */
static void gru_by_hand(const bench *b, const double *x, double *h) {
    double next[3];
    for (int i = 0; i < 3; i++) {
        double gates[3][2];
        for (int g = 0; g < 3; g++) {
            gates[g][0] = row_of(b, "net.0.weight", "net.0.bias", 3 * g + i, x, 2);
            gates[g][1] = row_of(b, "net.0.hidden_weight", "net.0.hidden_bias", 3 * g + i, h, 3);
        }
        double r = sigmoid(gates[0][0] + gates[0][1]), z = sigmoid(gates[1][0] + gates[1][1]);
        next[i] = (1 - z) * tanh(gates[2][0] + r * gates[2][1]) + z * h[i];
    }
    memcpy(h, next, sizeof next);
}

static void test_a_recurrent_unit_answers_at_every_time_of_every_sequence(void **state) {
    const bench *b = *state;
    enum { ROWS = 8 };
    const int32_t starts[] = {0, 3, 3, 4, 8}; /* one is empty, and the last is the longest */
    float x[2 * ROWS];
    for (int i = 0; i < 2 * ROWS; i++) x[i] = (float)((i * 7) % 5) / 2 - 1;
    cairn_net *net = net_of(b, "gru:3", 2, 1);
    cairn_tensor *in = cairn_tape_input(b->tape, 2, (int64_t[]){ROWS, 2}, x, false), *features;
    cairn_tensor *y = cairn_net_apply_sequences(b->tape, net, in, starts, 4, &features);
    if (!y) fail_msg("%s", cairn_error(b->ctx));
    for (int s = 0; s < 4; s++) {
        double h[3] = {0, 0, 0};
        for (int r = starts[s]; r < starts[s + 1]; r++) {
            gru_by_hand(b, (double[]){(double)x[2 * r], (double)x[2 * r + 1]}, h);
            for (int i = 0; i < 3; i++) assert_near(cairn_tensor_at(features, 3 * r + i), h[i], 1e-12);
            assert_near(cairn_tensor_at(y, r), row_of(b, "net.1.weight", "net.1.bias", 0, h, 3), 1e-12);
        }
    }
    cairn_net_close(net);
}

static double loss_of(const bench *b, const cairn_net *net, cairn_tensor **loss) {
    static const float x[] = {0.5f, -1, 2, 1, 1, -0.25f, 0.75f, 0, -2, 0.5f},
                       weights[] = {1, -2, 0.5f, 3, 1, 1, -1, 2, 1, 1};
    static const int32_t starts[] = {0, 2, 5};
    cairn_tape_reset(b->tape);
    cairn_tensor *y = cairn_net_apply_sequences(b->tape, net, cairn_tape_input(b->tape, 2, (int64_t[]){5, 2}, x, false),
                                                starts, 2, NULL);
    *loss = cairn_weighted_sum(b->tape, y, weights, 1);
    if (!*loss) fail_msg("%s", cairn_error(b->ctx));
    return cairn_tensor_at(*loss, 0);
}

static void test_gradients_are_those_of_central_differences(void **state) {
    static const char *const specs[] = {"mlp", "mlp:5,4,activation=elu", "gru:3,2",
                                        "mlp:6,init=orthogonal,activation=tanh"};
    const double h = 1e-5;
    for (int k = 0; k < 4; k++) {
        bench b = *(bench *)*state;
        cairn_tensor *loss;
        assert_int_equal(cairn_params_open(b.ctx, b.device, CAIRN_F64, &b.params), CAIRN_OK);
        cairn_net *net = net_of(&b, specs[k], 2, 2);
        cairn_params_zero_grads(b.params);
        loss_of(&b, net, &loss);
        assert_int_equal(cairn_tape_backward(b.tape, loss, 1), CAIRN_OK);
        for (int32_t i = 0; i < cairn_params_count(b.params); i++) {
            cairn_param *p = cairn_params_get(b.params, i);
            for (int64_t j = 0; j < p->value.size; j++) {
                double *at = (double *)p->value.data + j, x = *at, side[2];
                for (int up = 0; up < 2; up++) {
                    *at = x + (up ? h : -h);
                    cairn_param_changed(p);
                    side[up] = loss_of(&b, net, &loss);
                }
                *at = x;
                double wanted = (side[1] - side[0]) / (2 * h), got = cairn_tensor_grad_at(&p->value, j);
                if (!(fabs(wanted - got) <= 1e-7 * (1 + fabs(wanted))))
                    fail_msg("%s: %s[%lld]: %.12g, differences %.12g", specs[k], p->name, (long long)j, got, wanted);
            }
        }
        cairn_net_close(net);
        cairn_params_close(b.params);
    }
}

static void test_a_spec_that_is_none_is_refused(void **state) {
    const bench *b = *state;
    cairn_net *net;
    static const char *const specs[][2] = {
        {"cnn:3", "there are mlp and gru"}, {"mlp:0", "widths from 1"},
        {"mlp:x", "expected a width"},      {"mlp:4,activation=sin", "activation=sin"},
        {"gru", "needs a width"},           {"gru:4,activation=tanh", "expected a width or init"}};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(cairn_net_open(b->ctx, b->params, "bad", specs[i][0], 1, 1, 1, &net), CAIRN_INVALID);
        if (!strstr(cairn_error(b->ctx), specs[i][1])) fail_msg("%s: %s", specs[i][0], cairn_error(b->ctx));
    }
    assert_int_equal(cairn_net_open(b->ctx, b->params, "bad", "mlp", 0, 1, 1, &net), CAIRN_INVALID);
    net = net_of(b, "mlp", 1, 1);
    assert_int_equal(cairn_net_open(b->ctx, b->params, "net", "mlp", 1, 1, 1, &(cairn_net *){NULL}), CAIRN_INVALID);
    cairn_tensor *wide = cairn_tape_input(b->tape, 2, (int64_t[]){1, 2}, (float[]){1, 2}, false);
    assert_null(cairn_net_apply(b->tape, net, wide, NULL));
    cairn_net_close(net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_mlp_is_its_maps_one_after_another, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(test_a_recurrent_unit_answers_at_every_time_of_every_sequence, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(test_gradients_are_those_of_central_differences, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(test_a_spec_that_is_none_is_refused, open_bench, close_bench),
    };
    return cmocka_run_group_tests_name("model net", tests, NULL, NULL);
}

/* Every operation's gradient against central differences, both in double; and the float kernels against the double
 * ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/tensor.h"

enum { INPUTS = 4 };

typedef cairn_tensor *(*network)(cairn_tape *tape, cairn_tensor **in);

/* A case: shapes of the inputs, where their numbers lie, and the function. */
typedef struct example {
    const char *name;
    network run;
    int64_t shape[INPUTS][2];
    double low, high; /* of the numbers; 0, 0: -1 .. 1 */
} example;

static const int32_t ids[] = {2, 0, 3, 2, 1, 2};
static const int32_t positions[] = {0, 1, 2, 5, 0, 7, 300};
static const int32_t starts[] = {0, 3, 3, 90, 91};
static const int32_t short_starts[] = {0, 2, 7};
static const float soft[] = {0, 1, 0.25f, 0.5f, 1, 0.75f};
static const int32_t targets[] = {3, -1, 0, 4, 4, 1};

static cairn_tensor *run_linear(cairn_tape *t, cairn_tensor **x) {
    return cairn_linear(t, x[0], x[1], x[2]);
}
static cairn_tensor *run_twice(cairn_tape *t, cairn_tensor **x) {
    return cairn_linear(t, cairn_linear(t, x[0], x[1], NULL), x[1], NULL);
}
static cairn_tensor *run_rows(cairn_tape *t, cairn_tensor **x) {
    return cairn_rows(t, x[0], ids, 6);
}
static cairn_tensor *run_scatter(cairn_tape *t, cairn_tensor **x) {
    return cairn_scatter_rows(t, x[0], ids, 5);
}
static cairn_tensor *run_add(cairn_tape *t, cairn_tensor **x) {
    return cairn_add(t, x[0], x[1]);
}
static cairn_tensor *run_sub(cairn_tape *t, cairn_tensor **x) {
    return cairn_sub(t, x[0], x[1]);
}
static cairn_tensor *run_mul(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, x[0], x[1]);
}
static cairn_tensor *run_square_by_mul(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, x[0], x[0]);
}
static cairn_tensor *run_affine(cairn_tape *t, cairn_tensor **x) {
    return cairn_affine(t, x[0], -1.5, 0.25);
}
static cairn_tensor *run_relu(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_RELU);
}
static cairn_tensor *run_gelu(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_GELU);
}
static cairn_tensor *run_silu(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_SILU);
}
static cairn_tensor *run_sigmoid(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_SIGMOID);
}
static cairn_tensor *run_tanh(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_TANH);
}
static cairn_tensor *run_exp(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_EXP);
}
static cairn_tensor *run_log(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_LOG);
}
static cairn_tensor *run_softplus(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_SOFTPLUS);
}
static cairn_tensor *run_square(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_SQUARE);
}
static cairn_tensor *run_swiglu(cairn_tape *t, cairn_tensor **x) {
    return cairn_swiglu(t, x[0], x[1]);
}
static cairn_tensor *run_dropout(cairn_tape *t, cairn_tensor **x) {
    return cairn_dropout(t, x[0], 0.3, cairn_rng_open(1, 2, 3, CAIRN_VERB_LEARN, 0, 0));
}
static cairn_tensor *run_rmsnorm(cairn_tape *t, cairn_tensor **x) {
    return cairn_rmsnorm(t, x[0], x[1], 1e-5);
}
static cairn_tensor *run_layernorm(cairn_tape *t, cairn_tensor **x) {
    return cairn_layernorm(t, x[0], x[1], x[2], 1e-5);
}
static cairn_tensor *run_rope(cairn_tape *t, cairn_tensor **x) {
    return cairn_rope(t, x[0], 2, positions, 10000);
}
static cairn_tensor *run_causal(cairn_tape *t, cairn_tensor **x) {
    return cairn_attention(t, x[0], x[1], x[2], 4, 2, starts, 4, true);
}
static cairn_tensor *run_full(cairn_tape *t, cairn_tensor **x) {
    return cairn_attention(t, x[0], x[1], x[2], 2, 2, starts, 4, false);
}
static cairn_tensor *run_self(cairn_tape *t, cairn_tensor **x) {
    return cairn_attention(t, x[0], x[0], x[0], 2, 2, short_starts, 2, true);
}
static cairn_tensor *run_concat(cairn_tape *t, cairn_tensor **x) {
    return cairn_concat(t, x[0], x[1]);
}
static cairn_tensor *run_columns(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, cairn_columns(t, x[0], 0, 3), cairn_columns(t, x[0], 2, 5));
}
static cairn_tensor *run_softmax(cairn_tape *t, cairn_tensor **x) {
    return cairn_softmax(t, x[0]);
}
static cairn_tensor *run_log_softmax(cairn_tape *t, cairn_tensor **x) {
    return cairn_log_softmax(t, x[0]);
}
static cairn_tensor *run_row_sum(cairn_tape *t, cairn_tensor **x) {
    return cairn_row_sum(t, x[0]);
}
static cairn_tensor *run_token_logp(cairn_tape *t, cairn_tensor **x) {
    return cairn_token_logp(t, x[0], targets);
}
static cairn_tensor *run_bce(cairn_tape *t, cairn_tensor **x) {
    return cairn_bce(t, x[0], soft);
}
static cairn_tensor *run_reshape(cairn_tape *t, cairn_tensor **x) {
    cairn_tensor *flat = cairn_reshape(t, x[0], 1, (int64_t[]){30});
    return cairn_add(t, cairn_map(t, flat, CAIRN_SQUARE), cairn_reshape(t, x[0], 1, (int64_t[]){30}));
}
static cairn_tensor *run_stopped(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, x[0], cairn_stop_gradient(t, x[1]));
}
/* a gated recurrent cell, twice, from the same weights */
static cairn_tensor *run_recurrent(cairn_tape *t, cairn_tensor **x) {
    cairn_tensor *h = x[0];
    for (int step = 0; step < 2; step++) {
        cairn_tensor *gate = cairn_map(t, cairn_linear(t, h, x[1], NULL), CAIRN_SIGMOID);
        cairn_tensor *next = cairn_map(t, cairn_linear(t, h, x[2], NULL), CAIRN_TANH);
        h = cairn_add(t, cairn_mul(t, gate, h), cairn_mul(t, cairn_affine(t, gate, -1, 1), next));
    }
    return h;
}
/* one round of messages in a graph of four nodes and six edges */
static cairn_tensor *run_graph(cairn_tape *t, cairn_tensor **x) {
    static const int32_t from[] = {0, 1, 2, 3, 3, 1}, to[] = {1, 2, 0, 0, 2, 1};
    cairn_tensor *ends = cairn_concat(t, cairn_rows(t, x[0], from, 6), cairn_rows(t, x[0], to, 6));
    cairn_tensor *messages = cairn_map(t, cairn_linear(t, ends, x[1], NULL), CAIRN_TANH);
    return cairn_scatter_rows(t, messages, to, 4);
}

static cairn_tensor *run_add_column(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, cairn_add(t, x[0], x[1]), cairn_sub(t, x[0], x[1]));
}
static cairn_tensor *run_mul_column(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, x[0], x[1]);
}
static cairn_tensor *run_elu(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_ELU);
}
static cairn_tensor *run_abs(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_ABS);
}
static cairn_tensor *run_sqrt(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_SQRT);
}
static cairn_tensor *run_reciprocal(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, x[0], CAIRN_RECIPROCAL);
}
static cairn_tensor *run_min(cairn_tape *t, cairn_tensor **x) {
    return cairn_min(t, x[0], x[1]);
}
static cairn_tensor *run_max(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, cairn_max(t, x[0], x[1]), x[0]);
}
static cairn_tensor *run_clamp(cairn_tape *t, cairn_tensor **x) {
    return cairn_clamp(t, x[0], -0.4, 0.6);
}
static cairn_tensor *run_take(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, cairn_take(t, x[0], 1), cairn_take(t, x[0], 4));
}
static cairn_tensor *run_pick(cairn_tape *t, cairn_tensor **x) {
    static const int32_t columns[] = {4, 0, 0, 2};
    return cairn_map(t, cairn_pick(t, x[0], columns), CAIRN_SQUARE);
}
static cairn_tensor *run_spread(cairn_tape *t, cairn_tensor **x) {
    return cairn_mul(t, cairn_spread(t, cairn_row_sum(t, x[0]), 3), cairn_spread(t, x[1], 3));
}
static const int32_t segments[] = {0, 2, 2, 5, 6}; /* one is empty */
static cairn_tensor *run_segment_sum(cairn_tape *t, cairn_tensor **x) {
    return cairn_segment_sum(t, x[0], segments, 4);
}
static cairn_tensor *run_segment_sum_flat(cairn_tape *t, cairn_tensor **x) {
    cairn_tensor *sum = cairn_segment_sum(t, cairn_reshape(t, x[0], 1, (int64_t[]){6}), segments, 4);
    return cairn_map(t, sum, CAIRN_SQUARE);
}
static cairn_tensor *run_segment_softmax(cairn_tape *t, cairn_tensor **x) {
    return cairn_segment_softmax(t, x[0], segments, 4);
}
static cairn_tensor *run_stack(cairn_tape *t, cairn_tensor **x) {
    return cairn_map(t, cairn_stack(t, (cairn_tensor *[]){x[0], x[1], x[0]}, 3), CAIRN_SQUARE);
}
/* sum of a_i a_(i+1) */
static cairn_status neighbours(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss, double *slope) {
    (void)ctx, (void)arg;
    for (int64_t i = 0; i + 1 < n; i++) {
        *loss += x[i] * x[i + 1];
        slope[i] += x[i + 1];
        slope[i + 1] += x[i];
    }
    return CAIRN_OK;
}
static cairn_tensor *run_loss(cairn_tape *t, cairn_tensor **x) {
    return cairn_add(t, cairn_loss(t, x[0], neighbours, NULL),
                     cairn_affine(t, cairn_loss(t, x[0], neighbours, NULL), 2, 0));
}

static const example examples[] = {
    {"add and subtract a column", run_add_column, {{4, 5}, {4, 1}}, 0, 0},
    {"mul a column", run_mul_column, {{4, 70}, {4, 1}}, 0, 0},
    {"elu", run_elu, {{4, 50}}, -3, 3},
    {"abs", run_abs, {{4, 50}}, 0, 0},
    {"sqrt", run_sqrt, {{4, 50}}, 0.1, 4},
    {"reciprocal", run_reciprocal, {{4, 50}}, 0.5, 4},
    {"min", run_min, {{4, 50}, {4, 50}}, 0, 0},
    {"max", run_max, {{4, 50}, {4, 50}}, 0, 0},
    {"clamp", run_clamp, {{4, 50}}, 0, 0},
    {"take", run_take, {{4, 5}}, 0, 0},
    {"pick", run_pick, {{4, 5}}, 0, 0},
    {"spread", run_spread, {{4, 5}, {4, 1}}, 0, 0},
    {"segment sum", run_segment_sum, {{6, 5}}, 0, 0},
    {"segment sum of numbers", run_segment_sum_flat, {{6, 1}}, 0, 0},
    {"segment softmax", run_segment_softmax, {{6, 1}}, -2, 2},
    {"stack", run_stack, {{3, 5}, {2, 5}}, 0, 0},
    {"loss from a function", run_loss, {{6, 3}}, 0, 0},
    {"linear", run_linear, {{5, 37}, {9, 37}, {1, 9}}, 0, 0},
    {"linear twice through one weight", run_twice, {{3, 6}, {6, 6}}, 0, 0},
    {"rows", run_rows, {{5, 7}}, 0, 0},
    {"scatter", run_scatter, {{6, 7}}, 0, 0},
    {"add", run_add, {{4, 5}, {4, 5}}, 0, 0},
    {"add a row", run_add, {{4, 5}, {1, 5}}, 0, 0},
    {"sub", run_sub, {{4, 5}, {4, 5}}, 0, 0},
    {"sub a row", run_sub, {{4, 5}, {1, 5}}, 0, 0},
    {"mul", run_mul, {{4, 5}, {4, 5}}, 0, 0},
    {"mul a row", run_mul, {{4, 70}, {1, 70}}, 0, 0},
    {"mul with itself", run_square_by_mul, {{4, 5}}, 0, 0},
    {"affine", run_affine, {{4, 5}}, 0, 0},
    {"relu", run_relu, {{4, 50}}, 0, 0},
    {"gelu", run_gelu, {{4, 50}}, -6, 6},
    {"silu", run_silu, {{4, 50}}, -6, 6},
    {"sigmoid", run_sigmoid, {{4, 50}}, -6, 6},
    {"tanh", run_tanh, {{4, 50}}, -4, 4},
    {"exp", run_exp, {{4, 50}}, -4, 4},
    {"log", run_log, {{4, 50}}, 0.1, 4},
    {"softplus", run_softplus, {{4, 50}}, -6, 6},
    {"square", run_square, {{4, 5}}, 0, 0},
    {"swiglu", run_swiglu, {{4, 9}, {4, 9}}, -3, 3},
    {"dropout", run_dropout, {{4, 9}}, 0, 0},
    {"rmsnorm", run_rmsnorm, {{4, 37}, {1, 37}}, 0, 0},
    {"layernorm", run_layernorm, {{4, 37}, {1, 37}, {1, 37}}, 0, 0},
    {"rope", run_rope, {{7, 12}}, 0, 0},
    {"causal attention, grouped", run_causal, {{91, 4 * 20}, {91, 2 * 20}, {91, 2 * 20}}, 0, 0},
    {"full attention", run_full, {{91, 2 * 6}, {91, 2 * 6}, {91, 2 * 6}}, 0, 0},
    {"attention of a tensor with itself", run_self, {{7, 8}}, -2, 2},
    {"concat", run_concat, {{4, 5}, {4, 3}}, 0, 0},
    {"columns that overlap", run_columns, {{4, 5}}, 0, 0},
    {"softmax", run_softmax, {{4, 19}}, -3, 3},
    {"log softmax", run_log_softmax, {{4, 19}}, -3, 3},
    {"row sum", run_row_sum, {{4, 19}}, 0, 0},
    {"token logp", run_token_logp, {{6, 5}}, -3, 3},
    {"bce", run_bce, {{6, 1}}, -6, 6},
    {"reshape", run_reshape, {{5, 6}}, 0, 0},
    {"recurrent cell", run_recurrent, {{3, 5}, {5, 5}, {5, 5}}, 0, 0},
    {"graph round", run_graph, {{4, 5}, {6, 10}}, 0, 0},
};

/* ---- running a case -------------------------------------------------------------------------------------------------- */

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
} bench;

typedef struct numbers {
    double *x[INPUTS];
    int64_t size[INPUTS];
} numbers;

static numbers draw(const example *e) {
    numbers n = {0};
    cairn_rng rng = cairn_rng_open(7, cairn_key(e->name, strlen(e->name)), 0, CAIRN_VERB_EVAL, 0, 0);
    double low = e->low, high = e->high;
    if (low == high) low = -1, high = 1;
    for (int i = 0; i < INPUTS && e->shape[i][0]; i++) {
        n.size[i] = e->shape[i][0] * e->shape[i][1];
        n.x[i] = malloc((size_t)n.size[i] * sizeof(double));
        /* numbers that a float holds exactly, and not 0, where relu has a corner */
        for (int64_t j = 0; j < n.size[i]; j++)
            n.x[i][j] = (double)(float)(low + (high - low) * cairn_rng_unit(&rng) + 1e-3);
    }
    return n;
}

static void discard(numbers *n) {
    for (int i = 0; i < INPUTS; i++) free(n->x[i]);
}

/* The loss: a fixed random combination of the outputs. Inputs stay in `in`. */
static cairn_tensor *loss_of(cairn_tape *tape, const example *e, const numbers *n, cairn_tensor **in) {
    for (int i = 0; i < INPUTS && n->x[i]; i++) {
        float *zeros = calloc((size_t)n->size[i], sizeof *zeros);
        in[i] = cairn_tape_input(tape, 2, e->shape[i], zeros, true);
        assert_non_null(in[i]);
        free(zeros);
        for (int64_t j = 0; j < n->size[i]; j++)
            if (in[i]->dtype == CAIRN_F64)
                ((double *)in[i]->data)[j] = n->x[i][j];
            else
                ((float *)in[i]->data)[j] = (float)n->x[i][j];
    }
    cairn_tensor *out = e->run(tape, in);
    if (!out) return NULL;
    float *weights = malloc((size_t)out->size * sizeof *weights);
    cairn_rng rng = cairn_rng_open(8, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int64_t i = 0; i < out->size; i++) weights[i] = (float)(2 * cairn_rng_unit(&rng) - 1);
    cairn_tensor *loss = cairn_weighted_sum(tape, out, weights, 3);
    free(weights);
    return loss;
}

static double loss_value(const bench *b, const example *e, const numbers *n, cairn_tape *tape) {
    cairn_tensor *in[INPUTS] = {NULL};
    cairn_tape_reset(tape);
    cairn_tensor *loss = loss_of(tape, e, n, in);
    if (!loss) fail_msg("%s: %s", e->name, cairn_error(b->ctx));
    return cairn_tensor_at(loss, 0);
}

static void check_against_differences(const bench *b, const example *e) {
    const double h = 1e-5;
    cairn_tape *tape, *probe;
    cairn_tensor *in[INPUTS] = {NULL};
    numbers n = draw(e);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &tape), CAIRN_OK);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &probe), CAIRN_OK);
    cairn_tape_record(probe, false);
    cairn_tensor *loss = loss_of(tape, e, &n, in);
    if (!loss || cairn_tape_backward(tape, loss, 1) != CAIRN_OK) fail_msg("%s: %s", e->name, cairn_error(b->ctx));
    for (int i = 0; i < INPUTS && n.x[i]; i++)
        for (int64_t j = 0; j < n.size[i]; j += 1 + n.size[i] / 60) {
            double x = n.x[i][j];
            n.x[i][j] = x + h;
            double up = loss_value(b, e, &n, probe);
            n.x[i][j] = x - h;
            double down = loss_value(b, e, &n, probe);
            n.x[i][j] = x;
            double wanted = (up - down) / (2 * h), got = cairn_tensor_grad_at(in[i], j);
            if (!(fabs(wanted - got) <= 1e-7 * (1 + fabs(wanted))))
                fail_msg("%s: input %d, element %lld: gradient %.12g, differences %.12g", e->name, i, (long long)j, got,
                         wanted);
        }
    cairn_tape_close(probe);
    cairn_tape_close(tape);
    discard(&n);
}

/* Values and gradients of the float kernels are within rounding of the double ones. */
static void check_float(const bench *b, const example *e) {
    cairn_tape *exact, *tape;
    cairn_tensor *wanted[INPUTS] = {NULL}, *got[INPUTS] = {NULL};
    numbers n = draw(e);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &exact), CAIRN_OK);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *a = loss_of(exact, e, &n, wanted), *c = loss_of(tape, e, &n, got);
    if (!a || !c || cairn_tape_backward(exact, a, 1) != CAIRN_OK || cairn_tape_backward(tape, c, 1) != CAIRN_OK)
        fail_msg("%s: %s", e->name, cairn_error(b->ctx));
    assert_true(fabs(cairn_tensor_at(a, 0) - cairn_tensor_at(c, 0)) <= 1e-5 * (1 + fabs(cairn_tensor_at(a, 0))));
    for (int i = 0; i < INPUTS && n.x[i]; i++) {
        double apart = 0, whole = 0;
        for (int64_t j = 0; j < n.size[i]; j++) {
            double g = cairn_tensor_grad_at(wanted[i], j), d = g - cairn_tensor_grad_at(got[i], j);
            apart += d * d;
            whole += g * g;
        }
        if (!(sqrt(apart) <= 1e-5 * sqrt(whole)))
            fail_msg("%s: input %d: %g of %g", e->name, i, sqrt(apart), sqrt(whole));
    }
    cairn_tape_close(exact);
    cairn_tape_close(tape);
    discard(&n);
}

enum { EXAMPLES = sizeof examples / sizeof *examples };

static void test_every_gradient_is_that_of_central_differences(void **state) {
    for (int i = 0; i < EXAMPLES; i++) check_against_differences(*state, &examples[i]);
}

static void test_floats_are_within_rounding_of_doubles(void **state) {
    for (int i = 0; i < EXAMPLES; i++) check_float(*state, &examples[i]);
}

static void test_a_stopped_gradient_does_not_flow(void **state) {
    const bench *b = *state;
    const example e = {"stopped", run_stopped, {{2, 3}, {2, 3}}, 0, 0};
    cairn_tape *tape;
    cairn_tensor *in[INPUTS] = {NULL};
    numbers n = draw(&e);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &tape), CAIRN_OK);
    assert_int_equal(cairn_tape_backward(tape, loss_of(tape, &e, &n, in), 1), CAIRN_OK);
    for (int64_t j = 0; j < 6; j++) {
        assert_true(cairn_tensor_grad_at(in[0], j) != 0);
        assert_true(cairn_tensor_grad_at(in[1], j) == 0);
    }
    cairn_tape_close(tape);
    discard(&n);
}

static cairn_status refuse(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss, double *slope) {
    (void)arg, (void)n, (void)x, (void)loss, (void)slope;
    return cairn_fail(ctx, CAIRN_INVALID, "no number is right");
}

static void test_shapes_that_do_not_fit_are_named(void **state) {
    const bench *b = *state;
    cairn_tape *tape;
    const float zeros[12] = {0};
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F64, &tape), CAIRN_OK);
    cairn_tensor *a = cairn_tape_input(tape, 2, (int64_t[]){3, 4}, zeros, true);
    cairn_tensor *c = cairn_tape_input(tape, 2, (int64_t[]){4, 3}, zeros, true);
    cairn_tensor *flat = cairn_reshape(tape, a, 1, (int64_t[]){12});
#define REFUSED(call, text)                                 \
    do {                                                    \
        assert_null(call);                                  \
        assert_non_null(strstr(cairn_error(b->ctx), text)); \
    } while (0)
    REFUSED(cairn_max(tape, a, c), "extreme: [3, 4] and [4, 3]");
    REFUSED(cairn_add(tape, a, c), "add: [3, 4] and [4, 3]");
    REFUSED(cairn_clamp(tape, a, 1, 0), "clamp: 1 .. 0 is no range");
    REFUSED(cairn_take(tape, a, 4), "4 .. 5 of 4");
    REFUSED(cairn_pick(tape, a, (int32_t[]){0, 4, 0}), "column 4 of row 1");
    REFUSED(cairn_spread(tape, a, 0), "no 0 columns");
    REFUSED(cairn_stack(tape, (cairn_tensor *[]){a, c}, 2), "rows of 4 and of 3");
    REFUSED(cairn_segment_sum(tape, a, (int32_t[]){0, 2}, 1), "do not divide 3 rows");
    REFUSED(cairn_segment_softmax(tape, flat, (int32_t[]){0, 7, 5, 12}, 3), "do not divide 12 rows");
    REFUSED(cairn_loss(tape, a, refuse, NULL), "no number is right");
    assert_null(cairn_take(tape, NULL, 0)); /* a chain of NULL stays NULL */
    cairn_tape_close(tape);
}

static int open_bench(void **state) {
    static bench b;
    if (cairn_ctx_open(&b.ctx) != CAIRN_OK || cairn_device_open(b.ctx, 2, CAIRN_MATMUL_FASTEST, &b.device) != CAIRN_OK)
        return -1;
    *state = &b;
    return 0;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_device_close(b->device);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_gradient_is_that_of_central_differences),
        cmocka_unit_test(test_floats_are_within_rounding_of_doubles),
        cmocka_unit_test(test_a_stopped_gradient_does_not_flow),
        cmocka_unit_test(test_shapes_that_do_not_fit_are_named),
    };
    return cmocka_run_group_tests_name("tensor gradient", tests, open_bench, close_bench);
}

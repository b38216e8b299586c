/* The decoder: against an independent one in PyTorch, rows that do not depend on what is packed beside them, and
 * learning. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/transformer.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
} bench;

enum { VOCABULARY = 61, SEQUENCES = 3, ROWS = 5 + 140 + 33 };
static const int32_t lengths[SEQUENCES] = {5, 140, 33};

/* A packed batch of random tokens; targets are the next tokens. */
typedef struct batch {
    int32_t tokens[ROWS], targets[ROWS], starts[SEQUENCES + 1];
    float weights[ROWS];
    int32_t n_targets;
} batch;

static batch random_batch(void) {
    batch b = {.n_targets = ROWS - SEQUENCES};
    cairn_rng rng = cairn_rng_open(3, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < ROWS; i++) b.tokens[i] = (int32_t)cairn_rng_below(&rng, VOCABULARY);
    for (int s = 0; s < SEQUENCES; s++) b.starts[s + 1] = b.starts[s] + lengths[s];
    for (int s = 0; s < SEQUENCES; s++)
        for (int32_t i = b.starts[s]; i < b.starts[s + 1]; i++) {
            b.targets[i] = i + 1 < b.starts[s + 1] ? b.tokens[i + 1] : -1;
            b.weights[i] = -1;
        }
    return b;
}

static cairn_transformer *open_model(const bench *b, cairn_dtype weights, bool tied) {
    cairn_transformer *m;
    cairn_transformer_shape shape = {.vocabulary = VOCABULARY,
                                     .width = 48,
                                     .layers = 2,
                                     .heads = 4,
                                     .kv_heads = 2,
                                     .feed_forward = 80,
                                     .context = 256,
                                     .tied = tied};
    if (cairn_transformer_open(b->ctx, b->device, &shape, weights, &m) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
    cairn_transformer_init(m, 11);
    /* 2.5 times those at the start of training, so that attention is far from uniform */
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        cairn_param *p = cairn_params_get(m->params, i);
        if (p->value.rank == 2) cairn_param_init_normal(p, 12, 0.05);
    }
    return m;
}

static cairn_tensor *next_token_loss(cairn_tape *tape, const cairn_transformer *m, const batch *x,
                                     cairn_tensor **logits) {
    *logits = cairn_transformer_logits(tape, m, cairn_transformer_trunk(tape, m, x->tokens, x->starts, SEQUENCES));
    return cairn_weighted_sum(tape, cairn_token_logp(tape, *logits, x->targets), x->weights, x->n_targets);
}

/* ---- against PyTorch ------------------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/cairn-torch-XXXXXX";

static FILE *open_file(const char *name, const char *mode) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    return file;
}

static void write_case(const cairn_transformer *m, const batch *x) {
    FILE *shape = open_file("shape.json", "w"), *values = open_file("params.f32", "wb");
    fprintf(shape, "{\"heads\": %d, \"kv_heads\": %d, \"rope_base\": %g, \"norm_eps\": %g, \"tied\": %s, \"params\": [",
            m->shape.heads, m->shape.kv_heads, m->shape.rope_base, m->shape.norm_eps, m->shape.tied ? "true" : "false");
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        const cairn_param *p = cairn_params_get(m->params, i);
        fprintf(shape, "%s[\"%s\", [%lld", i ? ", " : "", p->name, (long long)p->value.shape[0]);
        if (p->value.rank == 2) fprintf(shape, ", %lld", (long long)p->value.shape[1]);
        fprintf(shape, "]]");
        assert_int_equal(fwrite(p->value.data, 4, (size_t)p->value.size, values), p->value.size);
    }
    fprintf(shape, "], \"sequences\": [");
    for (int s = 0; s < SEQUENCES; s++) {
        for (int32_t i = x->starts[s]; i < x->starts[s + 1]; i++)
            fprintf(shape, "%s%d", i == x->starts[s] ? (s ? ", [" : "[") : ", ", x->tokens[i]);
        fprintf(shape, "]");
    }
    fprintf(shape, "]}\n");
    fclose(shape);
    fclose(values);
}

static double *read_doubles(const char *name, int64_t n) {
    double *x = malloc((size_t)n * sizeof *x);
    FILE *file = open_file(name, "rb");
    assert_int_equal(fread(x, sizeof *x, (size_t)n, file), n);
    fclose(file);
    return x;
}

static double apart(const float *x, const double *wanted, int64_t n) {
    double difference = 0, whole = 0;
    for (int64_t i = 0; i < n; i++) {
        difference += ((double)x[i] - wanted[i]) * ((double)x[i] - wanted[i]);
        whole += wanted[i] * wanted[i];
    }
    return sqrt(difference / whole);
}

static void compare_with_torch(const bench *b, bool tied) {
    batch x = random_batch();
    cairn_transformer *m = open_model(b, CAIRN_F32, tied), *rounded = open_model(b, CAIRN_BF16, tied);
    cairn_tape *tape;
    cairn_tensor *logits;
    char command[512];
    write_case(m, &x);
    snprintf(command, sizeof command, "/usr/bin/python3 %s/tests/torch/transformer.py %s", CAIRN_SOURCE_DIR, folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *loss = next_token_loss(tape, m, &x, &logits);
    if (!loss || cairn_tape_backward(tape, loss, 1) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
    double *wanted = read_doubles("logits.f64", ROWS * VOCABULARY);
    double *grads = read_doubles("grads.f64", cairn_params_size(m->params)), *at = grads;
    for (int r = 0; r < ROWS; r++)
        assert_true(apart((const float *)logits->data + r * VOCABULARY, wanted + r * VOCABULARY, VOCABULARY) < 1e-5);
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        const cairn_param *p = cairn_params_get(m->params, i);
        double error = apart(p->value.grad, at, p->value.size);
        if (!(error < 1e-5)) fail_msg("gradient of %s: %g", p->name, error);
        at += p->value.size;
    }
    cairn_tape_reset(tape);
    assert_non_null(next_token_loss(tape, rounded, &x, &logits));
    double worst = 0, sum = 0;
    for (int r = 0; r < ROWS; r++) {
        double error = apart((const float *)logits->data + r * VOCABULARY, wanted + r * VOCABULARY, VOCABULARY);
        worst = fmax(worst, error);
        sum += error;
    }
    print_message("bf16 logits: relative L2 of a row %.4f at most, %.4f in the mean\n", worst, sum / ROWS);
    assert_true(worst < 1.5e-2);
    free(wanted);
    free(grads);
    cairn_tape_close(tape);
    cairn_transformer_close(m);
    cairn_transformer_close(rounded);
}

static void test_logits_and_gradients_are_those_of_an_independent_decoder(void **state) {
    if (system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") != 0) {
        print_message("skipped: Debian's python3-torch is not installed\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    compare_with_torch(*state, true);
    compare_with_torch(*state, false);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* ---- packing ------------------------------------------------------------------------------------------------------------ */

static void test_a_sequence_has_the_same_bits_alone_and_packed(void **state) {
    const bench *b = *state;
    batch x = random_batch();
    for (int bf16 = 0; bf16 < 2; bf16++) {
        cairn_transformer *m = open_model(b, bf16 ? CAIRN_BF16 : CAIRN_F32, true);
        cairn_tape *tape;
        cairn_tensor *packed;
        assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
        assert_non_null(next_token_loss(tape, m, &x, &packed));
        for (int s = 0; s < SEQUENCES; s++)
            for (int32_t length = 1; length <= lengths[s];
                 length += 13) { /* prefixes too: a row sees nothing to its right */
                const int32_t starts[] = {0, length};
                cairn_tensor *hidden = cairn_transformer_trunk(tape, m, x.tokens + x.starts[s], starts, 1);
                cairn_tensor *alone = cairn_transformer_logits(tape, m, hidden);
                assert_non_null(alone);
                assert_memory_equal((const float *)packed->data + (size_t)x.starts[s] * VOCABULARY, alone->data,
                                    (size_t)length * VOCABULARY * sizeof(float));
            }
        cairn_tape_close(tape);
        cairn_transformer_close(m);
    }
}

/* ---- heads and learning ---------------------------------------------------------------------------------------------------- */

static void test_a_classifier_head_learns_which_token_came_first(void **state) {
    enum { COUNT = 32, LENGTH = 12, STEPS = 200, LAST = 20 };
    const bench *b = *state;
    cairn_transformer *m = open_model(b, CAIRN_F32, true);
    cairn_tape *tape;
    cairn_adamw adamw = {.rate = 3e-3, .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .decay = 0};
    static const float minus[COUNT] = {[0 ... COUNT - 1] = -1};
    double loss_value = 0, norm;
    assert_int_equal(cairn_transformer_add_head(b->ctx, m, "step", CAIRN_HEAD_CLASSIFIER, 2, 48, false), CAIRN_OK);
    assert_int_equal(cairn_transformer_add_head(b->ctx, m, "step", CAIRN_HEAD_CLASSIFIER, 2, 48, false), CAIRN_INVALID);
    cairn_transformer_init(m, 5);
    const cairn_head *head = cairn_transformer_head(m, "step");
    assert_non_null(head);
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    cairn_rng rng = cairn_rng_open(4, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int64_t step = 1; step <= STEPS; step++) {
        int32_t tokens[COUNT * LENGTH], starts[COUNT + 1], ends[COUNT], classes[COUNT];
        for (int i = 0; i < COUNT * LENGTH; i++) tokens[i] = (int32_t)cairn_rng_below(&rng, VOCABULARY);
        for (int s = 0; s <= COUNT; s++) starts[s] = s * LENGTH;
        for (int s = 0; s < COUNT; s++) {
            ends[s] = starts[s + 1] - 1;
            classes[s] = tokens[starts[s]] % 2;
        }
        cairn_tape_reset(tape);
        cairn_params_zero_grads(m->params);
        cairn_tensor *hidden = cairn_rows(tape, cairn_transformer_trunk(tape, m, tokens, starts, COUNT), ends, COUNT);
        cairn_tensor *logp = cairn_token_logp(tape, cairn_head_apply(tape, head, hidden), classes);
        cairn_tensor *loss = cairn_weighted_sum(tape, logp, minus, COUNT);
        if (cairn_tape_backward(tape, loss, 1) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
        assert_int_equal(cairn_params_clip(m->params, 1, &norm), CAIRN_OK);
        assert_int_equal(cairn_params_adamw(m->params, &adamw, step), CAIRN_OK);
        if (step == 1) assert_true(fabs(cairn_tensor_at(loss, 0) - log(2)) < 0.1); /* knows nothing yet */
        if (step > STEPS - LAST) loss_value += cairn_tensor_at(loss, 0) / LAST;    /* of batches never seen before */
    }
    print_message("mean loss of the last %d steps %g\n", LAST, loss_value);
    assert_true(loss_value < 0.1);
    cairn_tape_close(tape);
    cairn_transformer_close(m);
}

static void test_shapes_that_do_not_fit_together_are_refused(void **state) {
    const bench *b = *state;
    const cairn_transformer_shape good = {
        .vocabulary = 10, .width = 16, .layers = 1, .heads = 2, .kv_heads = 1, .feed_forward = 8, .context = 8};
    cairn_transformer_shape s = good;
    cairn_transformer *m = NULL;
    s.heads = 3;
    assert_int_equal(cairn_transformer_open(b->ctx, b->device, &s, CAIRN_F32, &m), CAIRN_INVALID);
    s = good;
    s.kv_heads = 0;
    assert_int_equal(cairn_transformer_open(b->ctx, b->device, &s, CAIRN_F32, &m), CAIRN_INVALID);
    s = good;
    s.width = 1024;
    assert_int_equal(cairn_transformer_open(b->ctx, b->device, &s, CAIRN_F32, &m), CAIRN_INVALID);
    assert_null(m);
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
        cmocka_unit_test(test_logits_and_gradients_are_those_of_an_independent_decoder),
        cmocka_unit_test(test_a_sequence_has_the_same_bits_alone_and_packed),
        cmocka_unit_test(test_a_classifier_head_learns_which_token_came_first),
        cmocka_unit_test(test_shapes_that_do_not_fit_together_are_refused),
    };
    return cmocka_run_group_tests_name("model transformer", tests, open_bench, close_bench);
}

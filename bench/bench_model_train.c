/* Training steps of a small decoder: tokens a second for the shapes of three sizes, beside the same products alone.
 *
 *     bench_model_train [f32|bf16] [THREADS]
 *
 * A step is forward, backward, clipping and AdamW on next-token loss over every position. "products" is the time of its
 * matrix products alone, measured in the same run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/transformer.h"

enum { STEPS = 5 };

typedef struct size_row {
    int32_t d, layers, heads, ffn, batch, length;
} size_row;

static const size_row sizes[] = {{192, 4, 4, 512, 32, 128}, {256, 6, 4, 768, 16, 256}, {384, 8, 6, 1024, 16, 256}};

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *x, int n) {
    qsort(x, (size_t)n, sizeof *x, compare);
    return x[n / 2];
}

static cairn_status step(cairn_tape *tape, cairn_transformer *m, const int32_t *tokens, const int32_t *targets,
                         const int32_t *starts, const size_row *s, const float *weights, int64_t number) {
    cairn_adamw adamw = CAIRN_ADAMW_DEFAULT;
    double norm;
    cairn_tape_reset(tape);
    cairn_params_zero_grads(m->params);
    cairn_tensor *hidden = cairn_transformer_trunk(tape, m, tokens, starts, s->batch);
    cairn_tensor *logp = cairn_token_logp(tape, cairn_transformer_logits(tape, m, hidden), targets);
    cairn_tensor *loss = cairn_weighted_sum(tape, logp, weights, (double)(s->batch * s->length));
    CAIRN_TRY(cairn_tape_backward(tape, loss, 1));
    CAIRN_TRY(cairn_params_clip(m->params, 1, &norm));
    return cairn_params_adamw(m->params, &adamw, number);
}

/* The products of one step: for each matrix of a layer y, dx and dw. */
static cairn_status products(cairn_tape *tape, cairn_transformer *m, int64_t rows, const float *x, const float *dy) {
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        cairn_param *p = cairn_params_get(m->params, i);
        if (p->value.rank != 2) continue;
        cairn_tape_reset(tape);
        cairn_tensor *in = cairn_tape_input(tape, 2, (int64_t[]){rows, p->value.shape[1]}, x, true);
        cairn_tensor *y = cairn_linear(tape, in, cairn_tape_param(tape, p), NULL);
        CAIRN_TRY(cairn_tape_backward(tape, cairn_weighted_sum(tape, y, dy, 1), 1));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_ctx *ctx, cairn_device *device, cairn_dtype weights, const size_row *s) {
    cairn_transformer_shape shape = {.vocabulary = 512,
                                     .width = s->d,
                                     .layers = s->layers,
                                     .heads = s->heads,
                                     .kv_heads = s->heads,
                                     .feed_forward = s->ffn,
                                     .context = s->length,
                                     .tied = true};
    cairn_transformer *m;
    cairn_tape *tape;
    int32_t rows = s->batch * s->length;
    int32_t *tokens = malloc((size_t)rows * 4), *targets = malloc((size_t)rows * 4), starts[64] = {0};
    float *minus = malloc((size_t)rows * 4), *numbers = calloc((size_t)rows * 1024, 4);
    double times[STEPS], alone[STEPS];
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int32_t i = 0; i < rows; i++) {
        tokens[i] = (int32_t)cairn_rng_below(&rng, 512);
        minus[i] = -1;
    }
    for (int32_t i = 0; i < rows; i++) targets[i] = (i + 1) % s->length ? tokens[i + 1] : -1;
    for (int32_t b = 0; b < s->batch; b++) starts[b + 1] = (b + 1) * s->length;
    CAIRN_TRY(cairn_transformer_open(ctx, device, &shape, weights, &m));
    cairn_transformer_init(m, 1);
    CAIRN_TRY(cairn_tape_open(ctx, device, CAIRN_F32, &tape));
    for (int i = -2; i < STEPS; i++) {
        double start = cairn_seconds();
        CAIRN_TRY(step(tape, m, tokens, targets, starts, s, minus, i + 3));
        double middle = cairn_seconds();
        CAIRN_TRY(products(tape, m, rows, numbers, numbers));
        if (i >= 0) {
            times[i] = middle - start;
            alone[i] = cairn_seconds() - middle;
        }
    }
    double whole = median(times, STEPS), part = median(alone, STEPS);
    printf("d %3d, %d layers, %4.1f M parameters, %s: %8.0f tokens/s a step, %8.0f by products alone (%.0f %%), tape "
           "%.0f MB\n",
           s->d, s->layers, (double)cairn_params_size(m->params) / 1e6, cairn_dtype_name(weights), rows / whole,
           rows / part, 100 * part / whole, (double)cairn_tape_bytes(tape) / 1e6);
    cairn_tape_close(tape);
    cairn_transformer_close(m);
    free(tokens);
    free(targets);
    free(minus);
    free(numbers);
    return CAIRN_OK;
}

int main(int argc, char **argv) {
    cairn_ctx *ctx;
    cairn_device *device;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 1;
    cairn_status status = cairn_device_open(ctx, argc > 2 ? atoi(argv[2]) : 0, CAIRN_MATMUL_FASTEST, &device);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && status == CAIRN_OK; i++)
        for (int bf16 = 0; bf16 < 2 && status == CAIRN_OK; bf16++) {
            if (argc > 1 && strcmp(argv[1], bf16 ? "bf16" : "f32") != 0) continue;
            status = run(ctx, device, bf16 ? CAIRN_BF16 : CAIRN_F32, &sizes[i]);
        }
    if (status != CAIRN_OK) fprintf(stderr, "bench_model_train: %s\n", cairn_error(ctx));
    cairn_device_close(device);
    cairn_ctx_close(ctx);
    return status != CAIRN_OK;
}

/* Generation with a small decoder: tokens a second of reading a prompt and of 1, 8, 32 and 64 samples that share it, beside the same
 * products alone.
 *
 *     bench_model_generate [f32|bf16] [THREADS] [FILE.gguf]
 *
 * Without a file: two decoders of random numbers. "products" is the time of the matrix products of as many rows, step by step,
 * measured in the same run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/engine.h"

enum { PROMPT = 256, NEW = 24, MOST = 64, TIMES = 3, VOCABULARY = 2048 };

typedef struct size_row {
    int32_t d, layers, heads, kv_heads, ffn;
} size_row;

static const size_row sizes[] = {{192, 4, 4, 2, 512}, {384, 8, 6, 2, 1024}};

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *x, int n) {
    qsort(x, (size_t)n, sizeof *x, compare);
    return x[n / 2];
}

/* Seconds of all requests, the prompt being known when `warm`. */
static cairn_status generate(cairn_ctx *ctx, cairn_engine *engine, const int32_t *prompt, int samples, int32_t new,
                             bool warm, double *seconds) {
    static cairn_generation g[MOST];
    cairn_request *requests[MOST];
    if (!warm) cairn_engine_forget(engine);
    for (int i = 0; i < samples; i++) {
        g[i] = (cairn_generation){.tokens = prompt,
                                  .n_tokens = PROMPT,
                                  .max_tokens = new,
                                  .decoding = CAIRN_DECODING_DEFAULT,
                                  .rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_PROPOSE, 0, (uint32_t)i)};
        requests[i] = &g[i].request;
    }
    double start = cairn_seconds();
    CAIRN_TRY(cairn_await(ctx, cairn_engine_backend(engine), requests, samples));
    *seconds = cairn_seconds() - start;
    for (int i = 0; i < samples; i++) cairn_generation_clear(engine, &g[i]);
    return CAIRN_OK;
}

/* Seconds of the products of one step of `rows` rows, all of whose logits are wanted when `logits`. */
static cairn_status products(cairn_tape *tape, const cairn_transformer *m, int64_t rows, const float *x, bool logits,
                             double *seconds) {
    double start = cairn_seconds();
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        cairn_param *p = cairn_params_get(m->params, i);
        if (p->value.rank != 2 || (p == m->embedding && !logits)) continue;
        cairn_tape_reset(tape);
        cairn_tensor *in = cairn_tape_input(tape, 2, (int64_t[]){rows, p->value.shape[1]}, x, false);
        if (!cairn_linear(tape, in, cairn_tape_param(tape, p), NULL)) return CAIRN_INTERNAL;
    }
    *seconds = cairn_seconds() - start;
    return CAIRN_OK;
}

static cairn_status measure(cairn_ctx *ctx, cairn_engine *engine, cairn_tape *tape, const cairn_transformer *m,
                            const int32_t *prompt, const float *x) {
    double ours[TIMES], theirs[TIMES], one;
    for (int t = 0; t < TIMES; t++) {
        CAIRN_TRY(generate(ctx, engine, prompt, 1, 0, false, &ours[t]));
        CAIRN_TRY(products(tape, m, PROMPT, x, false, &theirs[t]));
    }
    printf("  prompt of %d: %7.0f tokens/s, products alone %7.0f\n", PROMPT, PROMPT / median(ours, TIMES),
           PROMPT / median(theirs, TIMES));
    for (int samples = 1; samples <= MOST; samples = samples == 1 ? 8 : samples == 8 ? 32 : samples * 2) {
        for (int t = 0; t < TIMES; t++) {
            CAIRN_TRY(generate(ctx, engine, prompt, samples, NEW, true, &ours[t]));
            theirs[t] = 0;
            for (int i = 0; i < NEW; i++) {
                CAIRN_TRY(products(tape, m, samples, x, true, &one));
                theirs[t] += one;
            }
        }
        printf("  %2d samples:    %7.0f tokens/s, products alone %7.0f\n", samples, samples * NEW / median(ours, TIMES),
               samples * NEW / median(theirs, TIMES));
    }
    return CAIRN_OK;
}

/* Measures a decoder, which it closes. */
static cairn_status run(cairn_ctx *ctx, cairn_device *device, cairn_transformer *m) {
    const cairn_transformer_shape *s = &m->shape;
    cairn_tape *tape = NULL;
    cairn_engine *engine = NULL;
    int32_t prompt[PROMPT];
    float *x = calloc((size_t)PROMPT * (size_t)s->feed_forward, sizeof *x);
    for (int i = 0; i < PROMPT; i++) prompt[i] = i * 37 % s->vocabulary;
    cairn_status status = x ? cairn_engine_open(ctx, device, m, NULL, &CAIRN_ENGINE_DEFAULT, &engine) : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = cairn_tape_open(ctx, device, CAIRN_F32, &tape);
    if (status == CAIRN_OK) {
        cairn_tape_record(tape, false);
        printf("d %d, %d layers, %d heads over %d, feed-forward %d, %d tokens\n", s->width, s->layers, s->heads,
               s->kv_heads, s->feed_forward, s->vocabulary);
        status = measure(ctx, engine, tape, m, prompt, x);
    }
    cairn_engine_close(engine);
    cairn_tape_close(tape);
    cairn_transformer_close(m);
    free(x);
    return status;
}

static cairn_status run_random(cairn_ctx *ctx, cairn_device *device, cairn_dtype weights, const size_row *s) {
    const cairn_transformer_shape shape = {.vocabulary = VOCABULARY,
                                           .width = s->d,
                                           .layers = s->layers,
                                           .heads = s->heads,
                                           .kv_heads = s->kv_heads,
                                           .feed_forward = s->ffn,
                                           .context = PROMPT + NEW,
                                           .tied = true};
    cairn_transformer *m;
    CAIRN_TRY(cairn_transformer_open(ctx, device, &shape, weights, &m));
    cairn_transformer_init(m, 1);
    return run(ctx, device, m);
}

static cairn_status run_file(cairn_ctx *ctx, cairn_device *device, cairn_dtype weights, const char *path) {
    cairn_transformer *m;
    CAIRN_TRY(cairn_transformer_load(ctx, device, path, weights, &m, NULL));
    return run(ctx, device, m);
}

int main(int argc, char **argv) {
    cairn_ctx *ctx;
    cairn_device *device;
    setvbuf(stdout, NULL, _IOLBF, 0);
    cairn_dtype weights = argc > 1 && strcmp(argv[1], "f32") == 0 ? CAIRN_F32 : CAIRN_BF16;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 1;
    cairn_status status = cairn_device_open(ctx, argc > 2 ? atoi(argv[2]) : 0, CAIRN_MATMUL_FASTEST, &device);
    if (status == CAIRN_OK && argc > 3) status = run_file(ctx, device, weights, argv[3]);
    for (size_t i = 0; argc <= 3 && i < sizeof sizes / sizeof *sizes && status == CAIRN_OK; i++)
        status = run_random(ctx, device, weights, &sizes[i]);
    if (status != CAIRN_OK) fprintf(stderr, "bench: %s\n", cairn_error(ctx));
    cairn_device_close(device);
    cairn_ctx_close(ctx);
    return status == CAIRN_OK ? 0 : 1;
}

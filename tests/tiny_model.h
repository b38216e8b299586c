/* A small random decoder with its tokenizer in a file, for tests of what stands on model files. */
#ifndef CAIRN_TESTS_TINY_MODEL_H
#define CAIRN_TESTS_TINY_MODEL_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/model.h"
#include "cairn/transformer.h"

/* Writes one of this shape, its vocabulary left to the tokenizer, to `path`, a template for mkstemp; with the heads
 * step (two classes), value (one logit) and likely (two classes, which reads likelihoods too). */
static inline void write_shaped_model(cairn_ctx *ctx, cairn_transformer_shape shape, char *path) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    static const char text[] = "Start with 19. Then add 8. What is the result? 19 + 8 = 27";
    cairn_bpe_options options = {.vocabulary = 280, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *tokenizer;
    cairn_device *device;
    cairn_transformer *model;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_OK);
    for (int i = 0; i < 3; i++) assert_int_equal(cairn_bpe_add(trainer, text, sizeof text - 1), CAIRN_OK);
    assert_int_equal(cairn_bpe_train(trainer, &tokenizer), CAIRN_OK);
    cairn_bpe_close(trainer);
    assert_int_equal(cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &device), CAIRN_OK);
    shape.vocabulary = cairn_tokenizer_size(tokenizer);
    assert_int_equal(cairn_transformer_open(ctx, device, &shape, CAIRN_F32, &model), CAIRN_OK);
    assert_int_equal(cairn_transformer_add_head(ctx, model, "step", CAIRN_HEAD_CLASSIFIER, 2, 32, false), CAIRN_OK);
    assert_int_equal(cairn_transformer_add_head(ctx, model, "value", CAIRN_HEAD_VALUE, 1, 0, false), CAIRN_OK);
    assert_int_equal(cairn_transformer_add_head(ctx, model, "likely", CAIRN_HEAD_CLASSIFIER, 2, 16, true), CAIRN_OK);
    cairn_transformer_init(model, 3);
    for (int32_t i = 0; i < cairn_params_count(model->params); i++)
        if (cairn_params_get(model->params, i)->value.rank == 2)
            cairn_param_init_normal(cairn_params_get(model->params, i), 4, 0.2);
    assert_int_equal(cairn_transformer_save(ctx, model, tokenizer, CAIRN_F32, path), CAIRN_OK);
    cairn_transformer_close(model);
    cairn_device_close(device);
    cairn_tokenizer_close(tokenizer);
}

static inline void write_tiny_model(cairn_ctx *ctx, char *path) {
    const cairn_transformer_shape shape = {
        .width = 32, .layers = 2, .heads = 2, .kv_heads = 1, .feed_forward = 48, .context = 300, .tied = true};
    write_shaped_model(ctx, shape, path);
}

/* The group fixture of tests that want one such file. */
static char tiny_path[] = "/tmp/cairn-tiny-XXXXXX";

static inline int write_model(void **state) {
    (void)state;
    cairn_ctx *ctx;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    write_tiny_model(ctx, tiny_path);
    cairn_ctx_close(ctx);
    return 0;
}

static inline int remove_model(void **state) {
    (void)state;
    return unlink(tiny_path);
}

/* The same file read for a computation of the test's own, without an engine. */
typedef struct own_model {
    cairn_device *device;
    cairn_transformer *model;
    cairn_tokenizer *tokenizer;
    cairn_solution_format format;
    cairn_tape *tape;
} own_model;

static inline own_model open_own_model(cairn_ctx *ctx, const char *path) {
    own_model m;
    assert_int_equal(cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &m.device), CAIRN_OK);
    assert_int_equal(cairn_transformer_load(ctx, m.device, path, CAIRN_F32, &m.model, &m.tokenizer), CAIRN_OK);
    assert_int_equal(cairn_solution_format_of(ctx, m.tokenizer, 300, &m.format), CAIRN_OK);
    assert_int_equal(cairn_tape_open(ctx, m.device, CAIRN_F32, &m.tape), CAIRN_OK);
    cairn_tape_record(m.tape, false);
    return m;
}

static inline void close_own_model(own_model *m) {
    cairn_tape_close(m->tape);
    cairn_transformer_close(m->model);
    cairn_tokenizer_close(m->tokenizer);
    cairn_device_close(m->device);
}

#endif

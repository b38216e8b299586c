/* A decoder whose logits are set by hand: the next token depends on the last one alone. Tokens are bytes and the
 * special ones of stepped solutions; every logit is 0 until it is set. */
#ifndef CAIRN_TESTS_FOLLOW_MODEL_H
#define CAIRN_TESTS_FOLLOW_MODEL_H

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/model.h"
#include "cairn/transformer.h"

enum { BEGIN = 256, END, SEP, STEP_END, PAD, FOLLOW_TOKENS, FOLLOW_WIDTH = 264 };

typedef struct follow_model {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_tokenizer *tokenizer;
    cairn_transformer *model;
} follow_model;

static inline follow_model open_follow_model(cairn_ctx *ctx, int32_t context) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    follow_model m = {.ctx = ctx};
    cairn_bpe_options options = {.vocabulary = FOLLOW_TOKENS, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *trainer;
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_OK);
    assert_int_equal(cairn_bpe_train(trainer, &m.tokenizer), CAIRN_OK);
    cairn_bpe_close(trainer);
    assert_int_equal(cairn_token_special(m.tokenizer, "</s>"), END);
    assert_int_equal(cairn_token_special(m.tokenizer, "<sep>"), SEP);
    assert_int_equal(cairn_token_special(m.tokenizer, "<step>"), STEP_END);
    assert_int_equal(cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &m.device), CAIRN_OK);
    cairn_transformer_shape shape = {.vocabulary = FOLLOW_TOKENS,
                                     .width = FOLLOW_WIDTH,
                                     .layers = 1,
                                     .heads = 2,
                                     .kv_heads = 1,
                                     .feed_forward = 16,
                                     .context = context};
    assert_int_equal(cairn_transformer_open(ctx, m.device, &shape, CAIRN_F32, &m.model), CAIRN_OK);
    cairn_param_fill(m.model->norm, 1); /* all layers are zero: a token's row is its own direction */
    for (int32_t t = 0; t < FOLLOW_TOKENS; t++) ((float *)m.model->embedding->value.data)[t * FOLLOW_WIDTH + t] = 1;
    return m;
}

/* The logit of `next` behind `last`. */
static inline void follow(follow_model *m, int32_t last, int32_t next, double logit) {
    double row = 1 / sqrt(1.0 / FOLLOW_WIDTH + 1e-5); /* of the normalised direction */
    ((float *)m->model->output->value.data)[next * FOLLOW_WIDTH + last] = (float)(logit / row);
}

/* Each token but the first is by far the likeliest behind the one before. */
static inline void follow_all(follow_model *m, const int32_t *tokens, int32_t n) {
    for (int32_t i = 1; i < n; i++) follow(m, tokens[i - 1], tokens[i], 60);
}
#define FOLLOW_ALL(m, ...) \
    follow_all(m, (const int32_t[]){__VA_ARGS__}, (int32_t)(sizeof(int32_t[]){__VA_ARGS__} / sizeof(int32_t)))

/* Writes it to `path`, a template for mkstemp, and closes it. */
static inline void write_follow_model(follow_model *m, char *path) {
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    cairn_param_changed(m->model->embedding);
    cairn_param_changed(m->model->output);
    assert_int_equal(cairn_transformer_save(m->ctx, m->model, m->tokenizer, CAIRN_F32, path), CAIRN_OK);
    cairn_transformer_close(m->model);
    cairn_device_close(m->device);
    cairn_tokenizer_close(m->tokenizer);
}

/* g <step> yes </s>, or with probability 1/4 no in place of yes, whatever it is asked. */
static inline void follow_critic(follow_model *m) {
    FOLLOW_ALL(m, SEP, 'g', STEP_END);
    FOLLOW_ALL(m, 'y', 'e', 's', END);
    FOLLOW_ALL(m, 'n', 'o', END);
    follow(m, STEP_END, 'y', 60 + log(3));
    follow(m, STEP_END, 'n', 60);
}

#endif

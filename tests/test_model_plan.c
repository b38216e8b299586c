/* The memory that an engine is said to take is what it takes with its cache full and all rows at work. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cairn/engine.h"
#include "child.h"

enum { CONTEXT = 512, VOCABULARY = 280 };

static char path[] = "/tmp/cairn-plan-XXXXXX";

typedef struct kind {
    cairn_dtype weights;
    int threads;
    cairn_engine_options engine;
} kind;

static cairn_status write_model(cairn_ctx *ctx, const cairn_transformer_shape *shape, cairn_dtype stored) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    cairn_bpe_options options = {.vocabulary = VOCABULARY, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *tokenizer;
    cairn_device *device;
    cairn_transformer *model;
    CAIRN_TRY(cairn_bpe_open(ctx, &options, &trainer));
    CAIRN_TRY(cairn_bpe_train(trainer, &tokenizer));
    cairn_bpe_close(trainer);
    CAIRN_TRY(cairn_device_open(ctx, 1, CAIRN_MATMUL_PLAIN, &device));
    CAIRN_TRY(cairn_transformer_open(ctx, device, shape, CAIRN_F32, &model));
    cairn_transformer_init(model, 3);
    CAIRN_TRY(cairn_transformer_save(ctx, model, tokenizer, stored, path));
    cairn_transformer_close(model);
    cairn_device_close(device);
    cairn_tokenizer_close(tokenizer);
    return CAIRN_OK;
}

static size_t write_wide(cairn_ctx *ctx, const void *arg) {
    const cairn_transformer_shape shape = {.vocabulary = VOCABULARY,
                                           .width = 384,
                                           .layers = 4,
                                           .heads = 6,
                                           .kv_heads = 3,
                                           .feed_forward = 1024,
                                           .context = CONTEXT,
                                           .tied = true};
    return write_model(ctx, &shape, *(const cairn_dtype *)arg) == CAIRN_OK;
}

static size_t planned(cairn_ctx *ctx, const void *arg) {
    const kind *k = arg;
    cairn_engine_need need;
    return cairn_engine_plan(ctx, path, k->weights, k->threads, &k->engine, &need) == CAIRN_OK ? need.memory.total : 0;
}

/* As many sequences as rows, each of tokens of its own, grow together until the cache has been full. */
static cairn_status fill(cairn_ctx *ctx, cairn_engine *engine, int32_t rows) {
    cairn_generation *g = cairn_alloc(ctx, (size_t)rows, sizeof *g);
    cairn_request **open = cairn_alloc(ctx, (size_t)rows, sizeof *open);
    int32_t *first = cairn_alloc(ctx, (size_t)rows, sizeof *first);
    if (!g || !open || !first) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < rows; i++) {
        first[i] = i % VOCABULARY;
        g[i] = (cairn_generation){.tokens = &first[i], .n_tokens = 1, .max_tokens = 80};
        g[i].decoding = CAIRN_DECODING_DEFAULT;
        g[i].rng = cairn_rng_open(1, (uint64_t)i, 0, CAIRN_VERB_PROPOSE, 0, 0);
        open[i] = &g[i].request;
    }
    cairn_status status = cairn_await(ctx, cairn_engine_backend(engine), open, rows);
    for (int32_t i = 0; i < rows; i++) cairn_generation_clear(engine, &g[i]);
    cairn_free(g);
    cairn_free(open);
    cairn_free(first);
    return status;
}

static size_t held(cairn_ctx *ctx, const void *arg) {
    const kind *k = arg;
    cairn_device *device;
    cairn_transformer *model;
    cairn_tokenizer *tokenizer;
    cairn_engine *engine;
    if (cairn_device_open(ctx, k->threads, CAIRN_MATMUL_FASTEST, &device) != CAIRN_OK ||
        cairn_transformer_load(ctx, device, path, k->weights, &model, &tokenizer) != CAIRN_OK ||
        cairn_engine_open(ctx, device, model, tokenizer, &k->engine, &engine) != CAIRN_OK ||
        fill(ctx, engine, k->engine.rows) != CAIRN_OK)
        return 0;
    cairn_engine_stats s = cairn_engine_statistics(engine);
    return s.pages_most == s.pages ? cairn_resident_memory().most : 0;
}

static void compare(const char *what, const kind *k) {
    expect_near(what, in_child(planned, k), in_child(held, k), 0.05);
}

static void test_an_engine_holds_what_was_planned(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    cairn_dtype stored = CAIRN_F32;
    in_child(write_wide, &stored);
    compare("f32", &(kind){CAIRN_F32, 1, {.cache_bytes = 24 << 20, .rows = 64}});
    compare("f32, 2 threads", &(kind){CAIRN_F32, 2, {.cache_bytes = 48 << 20, .rows = 128}});
    compare("bf16", &(kind){CAIRN_BF16, 1, {.cache_bytes = 24 << 20, .rows = 64}});
}

/* One row and a small cache: reading takes most, because the file is read whole beside the weights. */
static void test_reading_a_file_takes_the_file_and_the_weights(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    for (int bf16 = 0; bf16 < 2; bf16++) {
        cairn_dtype stored = bf16 ? CAIRN_BF16 : CAIRN_F32;
        in_child(write_wide, &stored);
        compare(bf16 ? "stored as bf16" : "stored as f32",
                &(kind){CAIRN_BF16, 1, {.cache_bytes = 960 << 10, .rows = 2}});
    }
}

/* By hand: V 280, D 384, Dkv 192, F 1024, four layers. */
static void test_the_parts_are_those_of_the_shape(void **state) {
    (void)state;
    cairn_ctx *ctx;
    cairn_engine_need need;
    cairn_dtype stored = CAIRN_F32;
    const int64_t layer = 2 * 384 * 384 + 2 * 384 * 192 + 3 * 384 * 1024 + 2 * 384;
    in_child(write_wide, &stored);
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    cairn_engine_options options = {.cache_bytes = 24 << 20, .rows = 64};
    assert_int_equal(cairn_engine_plan(ctx, path, CAIRN_F32, 1, &options, &need), CAIRN_OK);
    assert_int_equal(need.parameters, 280 * 384 + 4 * layer + 384);
    assert_int_equal(need.token_bytes, 2 * 4 * 192 * 4);
    assert_int_equal(need.cache_tokens, (24 << 20) / (2 * 4 * 192 * 4) / 16 * 16);
    assert_string_equal(need.memory.parts[0].name, "weights");
    assert_int_equal(need.memory.parts[0].bytes, 4 * need.parameters);
    assert_string_equal(need.memory.parts[2].name, "keys and values");
    assert_int_equal(need.memory.parts[2].bytes, (size_t)need.cache_tokens * need.token_bytes);
    assert_int_equal(cairn_engine_plan(ctx, "/nowhere.gguf", CAIRN_F32, 1, &options, &need), CAIRN_NOT_FOUND);
    options.cache_bytes = 1;
    assert_int_equal(cairn_engine_plan(ctx, path, CAIRN_F32, 1, &options, &need), CAIRN_INVALID);
    cairn_ctx_close(ctx);
}

static int make_path(void **state) {
    (void)state;
    int file = mkstemp(path);
    return file >= 0 ? close(file) : -1;
}

static int remove_path(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_engine_holds_what_was_planned),
        cmocka_unit_test(test_reading_a_file_takes_the_file_and_the_weights),
        cmocka_unit_test(test_the_parts_are_those_of_the_shape),
    };
    return cmocka_run_group_tests_name("model plan", tests, make_path, remove_path);
}

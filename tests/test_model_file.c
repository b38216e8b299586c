/* Models in files: what comes back, in which order it lies there, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/transformer.h"

static cairn_ctx *ctx;
static cairn_device *device;
static char folder[] = "/tmp/cairn-model-file-XXXXXX", path[128];

static const cairn_transformer_shape tiny = {.vocabulary = 300,
                                             .width = 16,
                                             .layers = 2,
                                             .heads = 2,
                                             .kv_heads = 1,
                                             .feed_forward = 12,
                                             .context = 64,
                                             .rope_base = 5000,
                                             .norm_eps = 1e-6};

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

static cairn_transformer *made(bool tied) {
    cairn_transformer *m;
    cairn_transformer_shape shape = tiny;
    shape.tied = tied;
    must(cairn_transformer_open(ctx, device, &shape, CAIRN_F32, &m));
    must(cairn_transformer_add_head(ctx, m, "step", CAIRN_HEAD_CLASSIFIER, 2, 8, false));
    must(cairn_transformer_add_head(ctx, m, "outcome", CAIRN_HEAD_VALUE, 1, 0, false));
    must(cairn_transformer_add_head(ctx, m, "likely", CAIRN_HEAD_CLASSIFIER, 2, 8, true));
    cairn_transformer_init(m, 7);
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) /* biases and gains too get numbers of their own */
        cairn_param_init_normal(cairn_params_get(m->params, i), 9, 0.3);
    return m;
}

static cairn_tokenizer *trained(void) {
    static const char *const specials[] = {"<s>", "</s>", "<step>", "<pad>"};
    static const char text[] = "Tom has 12 apples. Tom eats 4 apples.";
    cairn_bpe_options options = {.vocabulary = 270, .specials = specials, .n_specials = 4};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    must(cairn_bpe_open(ctx, &options, &trainer));
    must(cairn_bpe_add(trainer, text, strlen(text)));
    must(cairn_bpe_train(trainer, &t));
    cairn_bpe_close(trainer);
    return t;
}

/* ---- what comes back ------------------------------------------------------------------------------------------------------- */

static void outputs_of(const cairn_transformer *m, float *logits, float *step, float *outcome) {
    const int32_t tokens[] = {1, 2, 299, 4, 5, 66}, starts[] = {0, 6};
    cairn_tape *tape;
    must(cairn_tape_open(ctx, device, CAIRN_F32, &tape));
    cairn_tensor *hidden = cairn_transformer_trunk(tape, m, tokens, starts, 1);
    cairn_tensor *all = cairn_transformer_logits(tape, m, hidden);
    cairn_tensor *a = cairn_head_apply(tape, cairn_transformer_head(m, "step"), hidden);
    cairn_tensor *b = cairn_head_apply(tape, cairn_transformer_head(m, "outcome"), hidden);
    assert_non_null(all);
    assert_non_null(a);
    assert_non_null(b);
    memcpy(logits, all->data, 6 * 300 * sizeof(float));
    memcpy(step, a->data, 6 * 2 * sizeof(float));
    memcpy(outcome, b->data, 6 * sizeof(float));
    cairn_tape_close(tape);
}

static void test_a_model_comes_back_bit_for_bit_with_heads_and_tokenizer(void **state) {
    (void)state;
    for (int tied = 0; tied < 2; tied++) {
        float logits[2][6 * 300], step[2][12], outcome[2][6];
        cairn_transformer *m = made(tied), *back;
        cairn_tokenizer *t = trained(), *t_back;
        outputs_of(m, logits[0], step[0], outcome[0]);
        must(cairn_transformer_save(ctx, m, t, CAIRN_F32, path));
        must(cairn_transformer_load(ctx, device, path, CAIRN_F32, &back, &t_back));
        assert_memory_equal(&m->shape, &back->shape, offsetof(cairn_transformer_shape, rope_base));
        assert_true(back->shape.rope_base == 5000 && back->shape.norm_eps == (double)1e-6f);
        assert_int_equal(back->shape.tied, tied);
        assert_true(cairn_tokenizer_key(t) == cairn_tokenizer_key(t_back));
        assert_int_equal(back->n_heads, 3);
        assert_true(!back->heads[0]->likelihood && !back->heads[1]->likelihood && back->heads[2]->likelihood);
        assert_int_equal(back->heads[2]->inner->value.shape[1], m->shape.width + 3);
        for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
            const cairn_tensor *a = &cairn_params_get(m->params, i)->value,
                               *b = &cairn_params_get(back->params, i)->value;
            assert_memory_equal(a->data, b->data, (size_t)a->size * sizeof(float));
        }
        assert_int_equal(back->heads[0]->kind, CAIRN_HEAD_CLASSIFIER);
        assert_int_equal(back->heads[0]->hidden, 8);
        assert_int_equal(back->heads[1]->kind, CAIRN_HEAD_VALUE);
        outputs_of(back, logits[1], step[1], outcome[1]);
        assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
        assert_memory_equal(step[0], step[1], sizeof step[0]);
        assert_memory_equal(outcome[0], outcome[1], sizeof outcome[0]);
        cairn_transformer_close(m);
        cairn_transformer_close(back);
        cairn_tokenizer_close(t);
        cairn_tokenizer_close(t_back);
    }
}

static void test_bf16_halves_matrices_and_rounds_them_to_nearest(void **state) {
    (void)state;
    cairn_transformer *m = made(true), *back;
    must(cairn_transformer_save(ctx, m, NULL, CAIRN_BF16, path));
    must(cairn_transformer_load(ctx, device, path, CAIRN_F32, &back, NULL));
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        const cairn_param *p = cairn_params_get(m->params, i), *q = cairn_params_get(back->params, i);
        const float *x = p->value.data, *y = q->value.data;
        for (int64_t k = 0; k < p->value.size; k++)
            assert_true(y[k] == (p->value.rank == 1 ? x[k] : cairn_bf16_widen(cairn_bf16_round(x[k]))));
    }
    cairn_transformer_close(m);
    cairn_transformer_close(back);
}

/* Heads of 8 rows: rows 0, 4, 1, 5, 2, 6, 3, 7 of each, written out by hand. */
static void test_rotary_pairs_lie_beside_each_other_in_the_file(void **state) {
    (void)state;
    static const int order[16] = {0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15};
    cairn_transformer *m = made(true);
    cairn_gguf *file;
    const cairn_gguf_tensor *q, *k, *v;
    must(cairn_transformer_save(ctx, m, NULL, CAIRN_F32, path));
    must(cairn_gguf_open(ctx, path, &file));
    must(cairn_gguf_get_tensor(ctx, file, "blk.1.attn_q.weight", 2, (const int64_t[]){16, 16}, &q));
    must(cairn_gguf_get_tensor(ctx, file, "blk.1.attn_k.weight", 2, (const int64_t[]){16, 8}, &k));
    must(cairn_gguf_get_tensor(ctx, file, "blk.1.attn_v.weight", 2, (const int64_t[]){16, 8}, &v));
    for (int r = 0; r < 16; r++)
        assert_memory_equal((const float *)q->data + 16 * r, (const float *)m->blocks[1].q->value.data + 16 * order[r],
                            64);
    for (int r = 0; r < 8; r++)
        assert_memory_equal((const float *)k->data + 16 * r, (const float *)m->blocks[1].k->value.data + 16 * order[r],
                            64);
    assert_memory_equal(v->data, m->blocks[1].v->value.data, 8 * 64);
    cairn_gguf_close(file);
    cairn_transformer_close(m);
}

/* ---- what is refused --------------------------------------------------------------------------------------------------------- */

/* The good file with one key or tensor left out (skip), and then perhaps another value put for it. */
typedef struct change {
    const char *skip;
    void (*put)(cairn_gguf_writer *w);
    const char *says;
} change;

static const float nothing[4096];
static float poisoned[16];

static void many_layers(cairn_gguf_writer *w) {
    must(cairn_gguf_put_u32(w, "llama.block_count", 60000));
}
static void huge_layers(cairn_gguf_writer *w) {
    must(cairn_gguf_put_u32(w, "llama.block_count", UINT32_MAX));
}
static void huge_width(cairn_gguf_writer *w) {
    must(cairn_gguf_put_u32(w, "llama.feed_forward_length", 1 << 20));
}
static void three_heads(cairn_gguf_writer *w) {
    must(cairn_gguf_put_u32(w, "llama.attention.head_count", 3));
}
static void text_heads(cairn_gguf_writer *w) {
    must(cairn_gguf_put_text(w, "llama.attention.head_count", "two"));
}
static void other_architecture(cairn_gguf_writer *w) {
    must(cairn_gguf_put_text(w, "general.architecture", "gpt2"));
}
static void unknown_kind(cairn_gguf_writer *w) {
    must(cairn_gguf_put_text(w, "cairn.head.step.kind", "oracle"));
}
static void huge_outputs(cairn_gguf_writer *w) {
    must(cairn_gguf_put_u32(w, "cairn.head.step.outputs", UINT32_MAX));
}
static void wrong_shape(cairn_gguf_writer *w) {
    must(cairn_gguf_put_tensor(w, "blk.0.ffn_up.weight", CAIRN_GGML_F32, 2, (const int64_t[]){12, 16}, nothing));
}
static void half_floats(cairn_gguf_writer *w) {
    must(cairn_gguf_put_data(w, "blk.0.ffn_up.weight", CAIRN_GGML_F16, 2, (const int64_t[]){16, 12}, nothing));
}
static void not_a_number(cairn_gguf_writer *w) {
    poisoned[3] = NAN;
    must(cairn_gguf_put_tensor(w, "output_norm.weight", CAIRN_GGML_F32, 1, (const int64_t[]){16}, poisoned));
}
static void scaled(cairn_gguf_writer *w) {
    must(cairn_gguf_put_text(w, "llama.rope.scaling.type", "yarn"));
}
static void zero_eps(cairn_gguf_writer *w) {
    must(cairn_gguf_put_f32(w, "llama.attention.layer_norm_rms_epsilon", 0));
}

static void refuse(const cairn_gguf *good, const change *c) {
    char other[160];
    cairn_gguf_writer *w;
    cairn_transformer *m = NULL;
    must(cairn_gguf_writer_open(ctx, &w));
    for (int32_t i = 0; i < cairn_gguf_entries(good); i++)
        if (strcmp(cairn_gguf_entry_at(good, i)->key, c->skip) != 0) must(cairn_gguf_put_entry(w, good, i));
    for (int32_t i = 0; i < cairn_gguf_tensors(good); i++) {
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(good, i);
        if (strcmp(t->name, c->skip) != 0) must(cairn_gguf_put_data(w, t->name, t->type, t->rank, t->shape, t->data));
    }
    if (c->put) c->put(w);
    snprintf(other, sizeof other, "%s/changed.gguf", folder);
    must(cairn_gguf_write(w, other));
    cairn_gguf_writer_close(w);
    cairn_status status = cairn_transformer_load(ctx, device, other, CAIRN_F32, &m, NULL);
    if (!c->says) {
        must(status);
        cairn_transformer_close(m);
        return;
    }
    if (status == CAIRN_OK || !strstr(cairn_error(ctx), c->says) || !strstr(cairn_error(ctx), "changed.gguf"))
        fail_msg("without `%s` expected `%s`, got: %s", c->skip, c->says, status ? cairn_error(ctx) : "success");
    assert_null(m);
}

static void test_what_is_missing_or_does_not_fit_is_named(void **state) {
    (void)state;
    static const change changes[] = {
        {"", NULL, NULL},
        {"general.architecture", NULL, "general.architecture"},
        {"general.architecture", other_architecture, "not `gpt2`"},
        {"llama.embedding_length", NULL, "llama.embedding_length"},
        {"llama.block_count", many_layers, "llama.block_count"},
        {"llama.block_count", huge_layers, "llama.block_count"},
        {"llama.feed_forward_length", huge_width, "feed_forward_length"},
        {"llama.attention.head_count", three_heads, "llama.rope.dimension_count"},
        {"llama.attention.head_count", text_heads, "llama.attention.head_count"},
        {"llama.attention.layer_norm_rms_epsilon", NULL, "llama.attention.layer_norm_rms_epsilon"},
        {"llama.attention.layer_norm_rms_epsilon", zero_eps, "expected a number above 0"},
        {"llama.rope.freq_base", NULL, NULL},
        {"", scaled, "scaled"},
        {"token_embd.weight", NULL, "token_embd.weight"},
        {"cairn.head.step.2.bias", NULL, "cairn.head.step.2.bias"},
        {"cairn.head.step.0.weight", NULL, "cairn.head.step.0.weight"},
        {"cairn.head.step.kind", unknown_kind, "cairn.head.step.kind"},
        {"cairn.head.step.outputs", huge_outputs, "cairn.head.step.2.weight"},
        {"blk.0.ffn_up.weight", wrong_shape, "blk.0.ffn_up.weight"},
        {"blk.0.ffn_up.weight", half_floats, "only"},
        {"output_norm.weight", not_a_number, "number 3 is not finite"},
    };
    cairn_transformer *m = made(true);
    cairn_gguf *good;
    must(cairn_transformer_save(ctx, m, NULL, CAIRN_F32, path));
    must(cairn_gguf_open(ctx, path, &good));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) refuse(good, &changes[i]);
    cairn_gguf_close(good);
    cairn_transformer_close(m);
}

static size_t read_bytes(uint8_t *bytes, size_t most) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, most, file);
    assert_true(size < most);
    fclose(file);
    return size;
}

/* Puts a number where a name's line goes on, `skip` bytes behind the name. */
static void patch(uint8_t *bytes, size_t size, const char *name, size_t skip, uint64_t number, size_t width) {
    uint8_t *at = memmem(bytes, size, name, strlen(name));
    assert_non_null(at);
    for (size_t i = 0; i < width; i++) at[strlen(name) + skip + i] = (uint8_t)(number >> (8 * i));
}

/* Of a type that nobody knows, a tensor can say that it has any number of elements. */
static void test_memory_is_taken_only_for_numbers_that_are_there(void **state) {
    (void)state;
    static uint8_t bytes[1 << 16];
    static const char tensor[] = "cairn.head.outcome.0.weight";
    cairn_transformer *m = made(true), *back = NULL;
    cairn_gguf *file;
    must(cairn_transformer_save(ctx, m, NULL, CAIRN_F32, path));
    size_t size = read_bytes(bytes, sizeof bytes);
    patch(bytes, size, "cairn.head.outcome.outputs", 4, INT32_MAX, 4); /* behind its kind */
    patch(bytes, size, tensor, 4 + 8, INT32_MAX, 8);                   /* the second of two extents */
    patch(bytes, size, tensor, 4 + 16, 200, 4);                        /* the type */
    must(cairn_gguf_open_memory(ctx, bytes, size, "huge.gguf", &file));
    assert_int_equal(cairn_transformer_get(ctx, device, file, CAIRN_F32, &back), CAIRN_UNSUPPORTED);
    assert_non_null(strstr(cairn_error(ctx), "huge.gguf: tensor `cairn.head.outcome.0.weight`: only f32 and bf16"));
    cairn_gguf_close(file);
    cairn_transformer_close(m);
}

static void test_a_changed_byte_is_noticed(void **state) {
    (void)state;
    cairn_transformer *m = made(true), *back = NULL;
    must(cairn_transformer_save(ctx, m, NULL, CAIRN_F32, path));
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, -40, SEEK_END);
    int byte = fgetc(file);
    fseek(file, -40, SEEK_END);
    fputc(byte ^ 1, file);
    fclose(file);
    assert_int_equal(cairn_transformer_load(ctx, device, path, CAIRN_F32, &back, NULL), CAIRN_FORMAT);
    assert_null(back);
    cairn_transformer_close(m);
}

static int open_all(void **state) {
    (void)state;
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    snprintf(path, sizeof path, "%s/m.gguf", folder);
    return cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &device) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    char command[128];
    cairn_device_close(device);
    cairn_ctx_close(ctx);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_model_comes_back_bit_for_bit_with_heads_and_tokenizer),
        cmocka_unit_test(test_bf16_halves_matrices_and_rounds_them_to_nearest),
        cmocka_unit_test(test_rotary_pairs_lie_beside_each_other_in_the_file),
        cmocka_unit_test(test_what_is_missing_or_does_not_fit_is_named),
        cmocka_unit_test(test_memory_is_taken_only_for_numbers_that_are_there),
        cmocka_unit_test(test_a_changed_byte_is_noticed),
    };
    return cmocka_run_group_tests_name("model file", tests, open_all, close_all);
}

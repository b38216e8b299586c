/* The command on model files: what it says of good, foreign and damaged ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/model.h"
#include "data.h"

static char folder[] = "/tmp/cairn-cli-model-XXXXXX";
static cairn_ctx *ctx;

typedef struct outcome {
    int status;       /* exit status; 128 + signal */
    char out[65536];  /* standard output, cut */
    char error[4096]; /* standard error, cut */
} outcome;

static void read_into(const char *name, char *buffer, size_t size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    buffer[fread(buffer, 1, size - 1, file)] = 0;
    fclose(file);
}

/* Runs "cairn <words>" in the scratch folder. */
static outcome *cairn(const char *words) {
    static outcome o;
    char command[8192];
    snprintf(command, sizeof command, "cd %s && %s/cairn %s >out.txt 2>error.txt </dev/null", folder, CAIRN_BINARY_DIR,
             words);
    int status = system(command);
    o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_into("out.txt", o.out, sizeof o.out);
    read_into("error.txt", o.error, sizeof o.error);
    return &o;
}

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
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

/* A key of this file, and with it the error, would paint the terminal. */
static void write_painted_file(void) {
    static const uint8_t bytes[] = "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0k\033[31m\77\0\0";
    char path[128];
    snprintf(path, sizeof path, "%s/painted.gguf", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, sizeof bytes, file), sizeof bytes);
    fclose(file);
}

/* A small model file as a decoder with one head writes it. */
static void write_model(void) {
    static const float weights[64] = {1, 2, 3};
    char path[128];
    cairn_gguf_writer *w;
    cairn_tokenizer *t = trained();
    must(cairn_gguf_writer_open(ctx, &w));
    must(cairn_gguf_put_text(w, "general.architecture", "llama"));
    must(cairn_gguf_put_text(w, "general.name", "words\033[31m\xC2\x9B"));
    must(cairn_gguf_put_u32(w, "llama.block_count", 1));
    must(cairn_gguf_put_f32(w, "llama.attention.layer_norm_rms_epsilon", 1e-5f));
    must(cairn_gguf_put_u64(w, "large", UINT64_MAX));
    must(cairn_gguf_put_text(w, "cairn.head.value.kind", "value"));
    must(cairn_gguf_put_u32(w, "cairn.head.value.outputs", 1));
    must(cairn_tokenizer_put(ctx, t, w));
    must(cairn_gguf_put_tensor(w, "token_embd.weight", CAIRN_GGML_BF16, 2, (const int64_t[]){8, 4}, weights));
    must(cairn_gguf_put_tensor(w, "cairn.head.value.weight", CAIRN_GGML_F32, 2, (const int64_t[]){8, 1}, weights));
    must(cairn_gguf_put_tensor(w, "cairn.head.value.bias", CAIRN_GGML_F32, 1, (const int64_t[]){1}, weights));
    snprintf(path, sizeof path, "%s/m.gguf", folder);
    must(cairn_gguf_write(w, path));
    cairn_gguf_writer_close(w);
    cairn_tokenizer_close(t);
}

static int open_all(void **state) {
    (void)state;
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    write_model();
    return 0;
}

static int close_all(void **state) {
    (void)state;
    char command[128];
    cairn_ctx_close(ctx);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void expect_words(const char *text, const char *const *words) {
    for (; *words; words++)
        if (!strstr(text, *words)) fail_msg("expected `%s` in: %s", *words, text);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void expect_refused(const char *words, const char *says) {
    const outcome *o = cairn(words);
    if (o->status != 2) fail_msg("exit status %d: %s", o->status, o->error);
    if (!strstr(o->error, says)) fail_msg("expected `%s` in: %s", says, o->error);
    assert_ptr_equal(strchr(o->error, '\n'), o->error + strlen(o->error) - 1); /* one line */
}

static json_t *parsed(const outcome *o) {
    json_error_t error;
    json_t *value = json_loads(o->out, 0, &error);
    if (!value) fail_msg("no JSON: %s in %s", error.text, o->out);
    return value;
}

static int64_t whole(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "(none)";
}

/* ---- info -------------------------------------------------------------------------------------------------------------------- */

static void test_info_explains_a_model_to_people(void **state) {
    (void)state;
    const outcome *o = cairn("model info m.gguf");
    assert_int_equal(o->status, 0);
    assert_string_equal(o->error, "");
    /* 8 x 4 + 8 x 1 + 1 numbers; two bytes each, or four */
    expect_words(o->out, WORDS("llama", "41 in 3 tensors", "matches", "pre-tokenizer smollm", "(4 control)", "8 x 4",
                               "64 bytes", "32 bytes", "bf16", "layer_norm_rms_epsilon", "1e-05",
                               "18446744073709551615", "words\\x1b[31m\\xc2\\x9b",
                               "head           value {\"parameters\":9,\"kind\":\"value\",\"outputs\":1}"));
    assert_null(strchr(o->out, '\033'));
}

static void test_info_explains_a_model_to_programs(void **state) {
    (void)state;
    json_t *info = parsed(cairn("model info m.gguf --json"));
    assert_string_equal(text(info, "file"), "m.gguf");
    assert_string_equal(text(info, "architecture"), "llama");
    assert_string_equal(text(info, "name"), "words\033[31m\xC2\x9B");
    assert_string_equal(text(info, "checksum"), "matches");
    assert_int_equal(whole(info, "parameters"), 41);
    const json_t *tokenizer = json_object_get(info, "tokenizer"), *metadata = json_object_get(info, "metadata");
    assert_string_equal(text(tokenizer, "pre"), "smollm");
    assert_int_equal(whole(tokenizer, "control"), 4);
    assert_int_equal(whole(tokenizer, "tokens"), 256 + 4 + whole(tokenizer, "merges"));
    assert_int_equal(whole(metadata, "llama.block_count"), 1);
    assert_string_equal(text(metadata, "large"), "18446744073709551615");
    const json_t *list = json_object_get(metadata, "tokenizer.ggml.token_type");
    assert_string_equal(text(list, "array"), "i32");
    assert_int_equal(whole(list, "count"), whole(tokenizer, "tokens"));
    const json_t *head = json_object_get(json_object_get(info, "heads"), "value");
    assert_int_equal(whole(head, "parameters"), 9);
    assert_string_equal(text(head, "kind"), "value");
    const json_t *tensors = json_object_get(info, "tensors"), *first = json_array_get(tensors, 0);
    assert_int_equal(json_array_size(tensors), 3);
    assert_string_equal(text(first, "name"), "token_embd.weight");
    assert_string_equal(text(first, "type"), "bf16");
    assert_int_equal(whole(first, "bytes"), 64);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(first, "shape"), 0)), 8);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(first, "shape"), 1)), 4);
    json_decref(info);
}

static void test_info_explains_real_vocabularies(void **state) {
    (void)state;
    char path[4096], words[8192];
    if (!shared_file("tokenizers/ggml-vocab-gpt-2.gguf", path)) skip();
    snprintf(words, sizeof words, "model info '%s' --json", path);
    json_t *info = parsed(cairn(words));
    const json_t *tokenizer = json_object_get(info, "tokenizer");
    assert_string_equal(text(info, "architecture"), "gpt2");
    assert_string_equal(text(info, "checksum"), "none");
    assert_string_equal(text(tokenizer, "pre"), "gpt-2");
    assert_int_equal(whole(tokenizer, "tokens"), 50257);
    assert_int_equal(whole(tokenizer, "merges"), 50000);
    assert_int_equal(whole(tokenizer, "control"), 1);
    assert_int_equal(whole(json_object_get(info, "metadata"), "gpt2.block_count"), 12);
    json_decref(info);
    snprintf(words, sizeof words, "model info '%s'", path);
    expect_words(cairn(words)->out, WORDS("50,257 tokens", "bos 50256", "0 in 0 tensors"));
    snprintf(words, sizeof words, "model tokens '%s' hi", path);
    expect_refused(words, "the model `gpt2` with the pre-tokenizer `gpt-2`; only `gpt2` with `cairn-1` is run here");
}

/* Three keys, no tensor: number 1 of 3 files, and the tokens a, b, a. */
static void test_parts_of_models_and_equal_tokens_are_said(void **state) {
    (void)state;
    static const char file[] = "GGUF\3\0\0\0"
                               "\0\0\0\0\0\0\0\0"
                               "\3\0\0\0\0\0\0\0"
                               "\10\0\0\0\0\0\0\0"
                               "split.no"
                               "\2\0\0\0"
                               "\0\0"
                               "\13\0\0\0\0\0\0\0"
                               "split.count"
                               "\2\0\0\0"
                               "\3\0"
                               "\25\0\0\0\0\0\0\0"
                               "tokenizer.ggml.tokens"
                               "\11\0\0\0"
                               "\10\0\0\0"
                               "\3\0\0\0\0\0\0\0"
                               "\1\0\0\0\0\0\0\0"
                               "a"
                               "\1\0\0\0\0\0\0\0"
                               "b"
                               "\1\0\0\0\0\0\0\0"
                               "a";
    char path[128];
    snprintf(path, sizeof path, "%s/part.gguf", folder);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fwrite(file, 1, sizeof file - 1, out);
    fclose(out);
    const outcome *o = cairn("model info part.gguf");
    assert_int_equal(o->status, 0);
    assert_non_null(strstr(o->out, "one of 3 files of a model (number 1)"));
    assert_non_null(strstr(o->out, "1 tokens have the text of another one"));
    json_t *info = parsed(cairn("model info part.gguf --json"));
    assert_int_equal(json_integer_value(json_object_get(info, "part")), 1);
    assert_int_equal(json_integer_value(json_object_get(info, "parts")), 3);
    assert_int_equal(json_integer_value(json_object_get(info, "same_tokens")), 1);
    json_decref(info);
    unlink(path);
}

static void test_a_damaged_model_is_explained_and_refused(void **state) {
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/m.gguf", folder);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, -1, SEEK_END); /* padding, but the checksum covers it */
    fputc('x', file);
    fclose(file);
    const outcome *o = cairn("model info m.gguf");
    assert_int_equal(o->status, 2);
    expect_words(o->out, WORDS("differs", "token_embd.weight"));
    expect_words(o->error, WORDS("m.gguf: the file has changed since it was written"));
    expect_refused("model tokens m.gguf x", "m.gguf: the file has changed since it was written");
    write_model();
    assert_int_equal(truncate(path, 1000), 0);
    expect_refused("model info m.gguf", "m.gguf: byte ");
    expect_refused("model info nowhere.gguf", "nowhere.gguf: there is no such file");
    expect_refused("model info out.txt", "out.txt: byte 0: magic number");
    expect_refused("model info", "FILE");
    write_painted_file();
    expect_refused("model info painted.gguf", "key `k\\x1b[31m`: there is no kind of value 63");
    write_model();
}

/* ---- tokens ------------------------------------------------------------------------------------------------------------------- */

/* " apples" and "Tom" were seen twice each; "<s>" in a text is no special token. */
static void test_tokens_are_shown(void **state) {
    (void)state;
    const outcome *o = cairn("model tokens m.gguf 'Q1\xC3\xA9<s>'");
    assert_int_equal(o->status, 0);
    assert_string_equal(o->out, "      81  `Q`\n      49  `1`\n     195  `\\xc3`\n     169  `\\xa9`\n      60  `<`\n"
                                "     115  `s`\n      62  `>`\n");
    json_t *list = parsed(cairn("model tokens m.gguf '\xC3\xA9!' --json"));
    assert_int_equal(json_array_size(list), 3);
    assert_int_equal(whole(json_array_get(list, 0), "id"), 195);
    assert_string_equal(text(json_array_get(list, 0), "bytes"), "c3");
    assert_true(json_is_null(json_object_get(json_array_get(list, 0), "text")));
    assert_string_equal(text(json_array_get(list, 2), "text"), "!");
    json_decref(list);
    list = parsed(cairn("model tokens m.gguf '' --json"));
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    expect_refused("model tokens m.gguf", "TEXT");
}

static void test_the_verbs_explain_themselves(void **state) {
    (void)state;
    static const char *const verbs[] = {"model info --help", "model tokens --help"};
    for (int i = 0; i < 2; i++) {
        const outcome *o = cairn(verbs[i]);
        assert_int_equal(o->status, 0);
        expect_words(o->out, WORDS("usage", "examples"));
    }
    expect_words(cairn("model")->out, WORDS("model info", "model tokens"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_info_explains_a_model_to_people),
        cmocka_unit_test(test_info_explains_a_model_to_programs),
        cmocka_unit_test(test_info_explains_real_vocabularies),
        cmocka_unit_test(test_parts_of_models_and_equal_tokens_are_said),
        cmocka_unit_test(test_a_damaged_model_is_explained_and_refused),
        cmocka_unit_test(test_tokens_are_shown),
        cmocka_unit_test(test_the_verbs_explain_themselves),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

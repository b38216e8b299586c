/* label: light */
/* Tokenizers inside GGUF files: the ecosystem's keys and alphabet, files that contradict themselves, and a real
 * vocabulary with the token numbers that its own program gave. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "cairn/model.h"
#include "data.h"
#include "gguf_fixture.h"
#include "model/tokenizer.h"

static char path[] = "/tmp/cairn-tokenizer-XXXXXX";
static cairn_ctx *ctx;
static cairn_arena *arena;
static bytes b;

static int open_all(void **state) {
    (void)state;
    int descriptor = mkstemp(path);
    if (descriptor < 0) return -1;
    close(descriptor);
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 65536, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    unlink(path);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

static cairn_tokenizer *trained_on(const char *text) {
    static const char *const specials[] = {"<s>", "</s>", "<step>", "<pad>"};
    cairn_bpe_options options = {.vocabulary = 280, .specials = specials, .n_specials = 4};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    must(cairn_bpe_open(ctx, &options, &trainer));
    must(cairn_bpe_add(trainer, text, strlen(text)));
    must(cairn_bpe_train(trainer, &t));
    cairn_bpe_close(trainer);
    return t;
}

static cairn_gguf *saved(const cairn_tokenizer *t) {
    cairn_gguf_writer *writer;
    cairn_gguf *file;
    must(cairn_gguf_writer_open(ctx, &writer));
    must(cairn_tokenizer_put(ctx, t, writer));
    must(cairn_gguf_write(writer, path));
    cairn_gguf_writer_close(writer);
    must(cairn_gguf_open(ctx, path, &file));
    return file;
}

static void expect_text(const cairn_gguf *file, const char *key, const char *expected) {
    const char *text;
    must(cairn_gguf_get_text(ctx, file, key, arena, &text));
    assert_string_equal(text, expected);
}

static void expect_same(cairn_bytes string, const char *expected) {
    assert_int_equal(string.length, strlen(expected));
    assert_memory_equal(string.data, expected, string.length);
}

/* ---- keys ------------------------------------------------------------------------------------------------------------------ */

/* " ab ab": the first merge is (blank, a), whose left token is the smaller; then (" a", b). In the alphabet a blank is
 * U+0120. */
static void test_a_tokenizer_is_written_in_the_keys_of_the_ecosystem(void **state) {
    (void)state;
    cairn_tokenizer *t = trained_on(" ab ab");
    cairn_gguf *file = saved(t);
    const cairn_bytes *strings;
    const int32_t *types;
    uint32_t token;
    bool add = true;
    size_t n;
    expect_text(file, "tokenizer.ggml.model", "gpt2");
    expect_text(file, "tokenizer.ggml.pre", "smollm");
    expect_text(file, "cairn.pretokenizer", "cairn-1");
    must(cairn_gguf_get_strings(ctx, file, "tokenizer.ggml.merges", arena, &strings, &n));
    assert_int_equal(n, 2);
    expect_same(strings[0], "\xC4\xA0 a");
    expect_same(strings[1], "\xC4\xA0"
                            "a b");
    must(cairn_gguf_get_strings(ctx, file, "tokenizer.ggml.tokens", arena, &strings, &n));
    assert_int_equal(n, 256 + 2 + 4);
    /* Latin-1 that prints stands for itself; the rest are numbered from U+0100: 0x00 .. 0x20 are 0 .. 32, 0x7F .. 0xA0
     * are 33 .. 66, 0xAD is 67. */
    static const struct {
        int byte;
        const char *character;
    } alphabet[] = {{0x00, "\xC4\x80"}, {0x0A, "\xC4\x8A"}, {0x20, "\xC4\xA0"}, {0x21, "!"},        {0x41, "A"},
                    {0x7E, "~"},        {0x7F, "\xC4\xA1"}, {0xA0, "\xC5\x82"}, {0xA1, "\xC2\xA1"}, {0xAC, "\xC2\xAC"},
                    {0xAD, "\xC5\x83"}, {0xAE, "\xC2\xAE"}, {0xC3, "\xC3\x83"}, {0xFF, "\xC3\xBF"}};
    for (size_t i = 0; i < sizeof alphabet / sizeof *alphabet; i++)
        expect_same(strings[alphabet[i].byte], alphabet[i].character);
    expect_same(strings[257], "\xC4\xA0"
                              "ab");
    expect_same(strings[258], "<s>");
    expect_same(strings[260], "<step>");
    must(cairn_gguf_get_i32s(ctx, file, "tokenizer.ggml.token_type", arena, &types, &n));
    assert_int_equal(n, 262);
    for (size_t i = 0; i < n; i++) assert_int_equal(types[i], i < 258 ? 1 : 3);
    must(cairn_gguf_get_u32(ctx, file, "tokenizer.ggml.bos_token_id", &token));
    assert_int_equal(token, 258);
    must(cairn_gguf_get_u32(ctx, file, "tokenizer.ggml.eos_token_id", &token));
    assert_int_equal(token, 259);
    must(cairn_gguf_get_u32(ctx, file, "tokenizer.ggml.padding_token_id", &token));
    assert_int_equal(token, 261);
    must(cairn_gguf_get_bool(ctx, file, "tokenizer.ggml.add_bos_token", &add));
    assert_false(add);
    cairn_gguf_close(file);
    cairn_tokenizer_close(t);
}

static void test_a_tokenizer_comes_back_as_it_was(void **state) {
    (void)state;
    static const char text[] = "Tom has 12 apples, Tom eats 4 apples. na\xC3\xAFve na\xC3\xAFve \xFF\xFE\n\n";
    cairn_tokenizer *t = trained_on(text), *again;
    cairn_gguf *file = saved(t);
    must(cairn_tokenizer_get(ctx, file, &again));
    cairn_gguf_close(file); /* the tokenizer does not need it */
    assert_true(cairn_tokenizer_key(t) == cairn_tokenizer_key(again));
    assert_int_equal(cairn_tokenizer_size(t), cairn_tokenizer_size(again));
    assert_int_equal(cairn_tokenizer_merges(t), cairn_tokenizer_merges(again));
    assert_true(cairn_tokenizer_merges(t) > 5);
    assert_int_equal(cairn_tokenizer_bos(t), cairn_tokenizer_bos(again));
    assert_int_equal(cairn_tokenizer_eos(t), cairn_tokenizer_eos(again));
    assert_int_equal(cairn_tokenizer_pad(t), cairn_tokenizer_pad(again));
    assert_int_equal(cairn_token_special(t, "<step>"), cairn_token_special(again, "<step>"));
    for (int32_t i = 0; i < cairn_tokenizer_size(t); i++) {
        cairn_bytes x = cairn_token_text(t, i), y = cairn_token_text(again, i);
        assert_true(x.length == y.length && memcmp(x.data, y.data, x.length) == 0);
        assert_true(cairn_token_is_special(t, i) == cairn_token_is_special(again, i));
    }
    cairn_tokens one = {0}, two = {0};
    must(cairn_tokenizer_encode(ctx, t, text, strlen(text), &one));
    must(cairn_tokenizer_encode(ctx, again, text, strlen(text), &two));
    assert_int_equal(one.count, two.count);
    assert_memory_equal(one.ids, two.ids, one.count * sizeof *one.ids);
    cairn_tokens_free(&one);
    cairn_tokens_free(&two);
    cairn_tokenizer_close(t);
    cairn_tokenizer_close(again);
}

/* ---- files that contradict themselves ------------------------------------------------------------------------------------------ */

/* The characters of bytes 0 .. 255 in the alphabet, by the published rule. */
static void add_byte_tokens(int count) {
    int spare = 0x100;
    for (int byte = 0; byte < count; byte++) {
        bool prints = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        int c = prints ? byte : spare++;
        char text[3] = {(char)c};
        if (c >= 0x80) text[0] = (char)(0xC0 | c >> 6), text[1] = (char)(0x80 | (c & 0x3F));
        add_string(&b, text);
    }
}

typedef struct made {
    const char *model, *pre;
    int byte_tokens, types; /* how many */
    const char *tokens[3];  /* more of them */
    const char *merges[3];
    int special, odd; /* number of the one token that is control, of the one of type 6; -1: none */
    int64_t bos;      /* -1: no key */
} made;

static const made good = {"gpt2", "cairn-1", 256, 258, {"ab", "<s>"}, {"a b"}, 257, -1, 257};

static void write_made(made m) {
    int n = m.byte_tokens, merges = 0;
    for (int i = 0; i < 3 && m.tokens[i]; i++) n++;
    while (merges < 3 && m.merges[merges]) merges++;
    start(&b, 0, 5 + (m.bos >= 0));
    add_text(&b, "tokenizer.ggml.model", m.model);
    add_text(&b, "tokenizer.ggml.pre", m.pre);
    add_array(&b, "tokenizer.ggml.tokens", STRING, (uint64_t)n);
    add_byte_tokens(m.byte_tokens);
    for (int i = 0; i < 3 && m.tokens[i]; i++) add_string(&b, m.tokens[i]);
    add_array(&b, "tokenizer.ggml.token_type", I32, (uint64_t)m.types);
    for (int i = 0; i < m.types; i++) add_number(&b, i == m.special ? 3 : i == m.odd ? 6 : 1, 4);
    add_array(&b, "tokenizer.ggml.merges", STRING, (uint64_t)merges);
    for (int i = 0; i < merges; i++) add_string(&b, m.merges[i]);
    if (m.bos >= 0) add_key(&b, "tokenizer.ggml.bos_token_id", U32), add_number(&b, (uint64_t)m.bos, 4);
}

static cairn_status get_made(made m, cairn_tokenizer **out) {
    cairn_gguf *file;
    write_made(m);
    must(cairn_gguf_open_memory(ctx, b.data, b.size, "m.gguf", &file));
    cairn_status status = cairn_tokenizer_get(ctx, file, out);
    cairn_gguf_close(file);
    return status;
}

static void expect_refused(made m, cairn_status status, const char *says) {
    cairn_tokenizer *t;
    char expected[512];
    cairn_status got = get_made(m, &t);
    snprintf(expected, sizeof expected, "m.gguf: %s", says);
    if (got == CAIRN_OK) fail_msg("was read; expected: %s", expected);
    assert_string_equal(cairn_error(ctx), expected);
    assert_int_equal(got, status);
}

static void test_a_file_of_another_hand_is_read(void **state) {
    (void)state;
    cairn_tokenizer *t;
    cairn_tokens tokens = {0};
    must(get_made(good, &t));
    assert_true(cairn_tokenizer_size(t) == 258 && cairn_tokenizer_merges(t) == 1 && cairn_tokenizer_bos(t) == 257);
    assert_true(cairn_tokenizer_eos(t) == CAIRN_NO_TOKEN && cairn_tokenizer_pad(t) == CAIRN_NO_TOKEN);
    must(cairn_tokenizer_encode(ctx, t, "abb", 3, &tokens));
    assert_true(tokens.count == 2 && tokens.ids[0] == 256 && tokens.ids[1] == 'b');
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(t);
}

static void test_tokenizers_that_are_not_ours_are_named(void **state) {
    (void)state;
    made m = good;
    m.pre = "llama-bpe";
    expect_refused(m, CAIRN_UNSUPPORTED,
                   "its tokenizer is of the model `gpt2` with the pre-tokenizer `llama-bpe`; only `gpt2` "
                   "with `cairn-1` is run here");
    m = good;
    m.model = "bert";
    expect_refused(m, CAIRN_UNSUPPORTED,
                   "its tokenizer is of the model `bert` with the pre-tokenizer `cairn-1`; only `gpt2` "
                   "with `cairn-1` is run here");
    cairn_gguf *file;
    cairn_tokenizer *t;
    start(&b, 0, 1);
    add_text(&b, "general.architecture", "llama");
    must(cairn_gguf_open_memory(ctx, b.data, b.size, "m.gguf", &file));
    assert_int_equal(cairn_tokenizer_get(ctx, file, &t), CAIRN_NOT_FOUND);
    cairn_gguf_close(file);
    start(&b, 0, 1);
    add_text(&b, "tokenizer.ggml.model", "gpt2");
    must(cairn_gguf_open_memory(ctx, b.data, b.size, "m.gguf", &file));
    assert_int_equal(cairn_tokenizer_get(ctx, file, &t), CAIRN_UNSUPPORTED);
    assert_non_null(strstr(cairn_error(ctx), "with the pre-tokenizer `(none)`"));
    cairn_gguf_close(file);
}

static void test_entries_that_contradict_each_other_are_refused(void **state) {
    (void)state;
    made m = good;
    m.types = 257;
    expect_refused(m, CAIRN_FORMAT,
                   "key `tokenizer.ggml.token_type` has 257 elements, key `tokenizer.ggml.tokens` has 258");
    m = good;
    m.byte_tokens = 255; /* the last byte has none */
    m.types = 257, m.special = 256, m.bos = 256;
    expect_refused(m, CAIRN_FORMAT, "key `tokenizer.ggml.tokens`: byte 0xff has no token");
    m = good;
    m.special = 65; /* a byte's token is special, so no text could hold the byte */
    expect_refused(m, CAIRN_FORMAT, "key `tokenizer.ggml.tokens`: byte 0x41 has no token");
    m = good;
    m.odd = 3;
    expect_refused(m, CAIRN_UNSUPPORTED,
                   "key `tokenizer.ggml.token_type`, number 3: tokens are normal (1) or control (3), got 6");
    m = good;
    m.tokens[0] = "a b";
    expect_refused(m, CAIRN_FORMAT,
                   "key `tokenizer.ggml.tokens`, number 256 (`a b`): it holds a character that stands for no "
                   "byte");
    m.tokens[0] = "";
    expect_refused(m, CAIRN_FORMAT, "key `tokenizer.ggml.tokens`, number 256 (``): it is empty");
    m.tokens[0] = "A";
    expect_refused(m, CAIRN_FORMAT, "key `tokenizer.ggml.tokens`, number 256 (`A`): the token is there already");
    m.tokens[0] = "<s>"; /* the text of the special token that follows */
    expect_refused(m, CAIRN_FORMAT, "key `tokenizer.ggml.tokens`, number 257 (`<s>`): the token is there already");
    m = good;
    m.bos = 258;
    expect_refused(m, CAIRN_FORMAT, "key `tokenizer.ggml.bos_token_id`: there is no token 258, the vocabulary has 258");
}

static void test_merges_that_cannot_be_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *merge, *says;
    } bad[] = {
        {"ab", "(`ab`): expected two tokens with a blank between them"},
        {"a  b", "(`a  b`): one of its tokens is not in the vocabulary"},
        {" ab", "(` ab`): one of its tokens is not in the vocabulary"},
        {"a xy", "(`a xy`): one of its tokens is not in the vocabulary"},
        {"b c", "(`b c`): the token it makes is not in the vocabulary"},
        {"a <s>", "(`a <s>`): one of its tokens is not in the vocabulary"},
        {"a b", "(`a b`): the merge is there already"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        made m = good;
        char says[160];
        m.merges[1] = bad[i].merge;
        snprintf(says, sizeof says, "key `tokenizer.ggml.merges`, number 1 %s", bad[i].says);
        expect_refused(m, CAIRN_FORMAT, says);
    }
}

static void test_lack_of_memory_is_an_error(void **state) {
    (void)state;
    cairn_gguf *file;
    cairn_tokenizer *t;
    write_made(good);
    must(cairn_gguf_open_memory(ctx, b.data, b.size, "m.gguf", &file));
    cairn_status status = CAIRN_NO_MEMORY;
    int64_t n = 1;
    for (; status == CAIRN_NO_MEMORY; n++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        status = cairn_tokenizer_get(ctx, file, &t);
        if (status == CAIRN_OK) cairn_tokenizer_close(t);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(n > 3);
    cairn_faults_set(ctx, (cairn_faults){0});
    t = trained_on("abab");
    for (status = CAIRN_NO_MEMORY, n = 1; status == CAIRN_NO_MEMORY; n++) {
        cairn_gguf_writer *writer;
        must(cairn_gguf_writer_open(ctx, &writer));
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        status = cairn_tokenizer_put(ctx, t, writer);
        cairn_faults_set(ctx, (cairn_faults){0});
        cairn_gguf_writer_close(writer);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(n > 3);
    cairn_tokenizer_close(t);
    cairn_gguf_close(file);
}

/* ---- a real vocabulary ---------------------------------------------------------------------------------------------------------- */

static void test_real_tokenizers_are_refused_with_their_names(void **state) {
    (void)state;
    static const struct {
        const char *name, *says;
    } real[] = {
        {"tokenizers/ggml-vocab-gpt-2.gguf", "the model `gpt2` with the pre-tokenizer `gpt-2`"},
        {"tokenizers/ggml-vocab-deepseek-coder.gguf", "the model `gpt2` with the pre-tokenizer `deepseek-coder`"},
        {"tokenizers/ggml-vocab-llama-spm.gguf", "the model `llama` with the pre-tokenizer `default`"}};
    for (size_t i = 0; i < 3; i++) {
        char name[4096];
        cairn_gguf *file;
        cairn_tokenizer *t;
        if (!shared_file(real[i].name, name)) skip();
        must(cairn_gguf_open(ctx, name, &file));
        assert_int_equal(cairn_tokenizer_get(ctx, file, &t), CAIRN_UNSUPPORTED);
        assert_non_null(strstr(cairn_error(ctx), real[i].says));
        cairn_gguf_close(file);
    }
}

static char *read_text(const char *name) {
    char full[4096];
    FILE *file = shared_file(name, full) ? fopen(full, "rb") : NULL;
    if (!file) return NULL;
    char *text = calloc(1, 1 << 16);
    assert_non_null(text);
    size_t n = fread(text, 1, (1 << 16) - 1, file);
    text[n] = 0;
    fclose(file);
    return text;
}

/* ASCII without digits, which GPT-2's pattern takes together with the blank before them: there both ways of cutting are
 * the same. */
static bool is_common_ground(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80 || (text[i] >= '0' && text[i] <= '9')) return false;
    return true;
}

/* The rules of GPT-2 on the texts that llama.cpp keeps with its vocabulary, against the token numbers it keeps with
 * them. */
static void test_gpt2s_rules_give_the_published_token_numbers(void **state) {
    (void)state;
    static const char mark[] = "\n__ggml_vocab_test__\n";
    char name[4096];
    cairn_gguf *file;
    cairn_tokenizer *t;
    char *texts = read_text("tokenizers/ggml-vocab-gpt-2.gguf.inp"),
         *numbers = read_text("tokenizers/ggml-vocab-gpt-2.gguf.out");
    if (!texts || !numbers || !shared_file("tokenizers/ggml-vocab-gpt-2.gguf", name)) {
        free(texts);
        free(numbers);
        skip();
    }
    must(cairn_gguf_open(ctx, name, &file));
    must(tokenizer_read(ctx, file, &t));
    assert_true(cairn_tokenizer_size(t) == 50257 && cairn_tokenizer_merges(t) == 50000 &&
                cairn_tokenizer_bos(t) == 50256);
    int compared = 0, tokens_compared = 0;
    char *line = numbers;
    for (char *text = texts; *line; line = strchr(line, '\n') + 1) {
        char *end = strstr(text, mark), *number = line;
        size_t length = end ? (size_t)(end - text) : strlen(text);
        assert_non_null(strchr(line, '\n'));
        if (is_common_ground(text, length)) {
            cairn_tokens tokens = {0};
            must(cairn_tokenizer_encode(ctx, t, text, length, &tokens));
            for (size_t i = 0; i < tokens.count; i++) {
                long expected = strtol(number, &number, 10);
                if (tokens.ids[i] != expected)
                    fail_msg("`%.*s`: token %zu is %d, not %ld", (int)length, text, i, (int)tokens.ids[i], expected);
            }
            assert_int_equal(*number, '\n');
            compared++;
            tokens_compared += (int)tokens.count;
            cairn_tokens_free(&tokens);
        }
        text = end ? end + strlen(mark) : text + length;
    }
    assert_true(compared >= 20 && tokens_compared >= 60);
    free(texts);
    free(numbers);
    cairn_tokenizer_close(t);
    cairn_gguf_close(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tokenizer_is_written_in_the_keys_of_the_ecosystem),
        cmocka_unit_test(test_a_tokenizer_comes_back_as_it_was),
        cmocka_unit_test(test_a_file_of_another_hand_is_read),
        cmocka_unit_test(test_tokenizers_that_are_not_ours_are_named),
        cmocka_unit_test(test_entries_that_contradict_each_other_are_refused),
        cmocka_unit_test(test_merges_that_cannot_be_are_refused),
        cmocka_unit_test(test_lack_of_memory_is_an_error),
        cmocka_unit_test(test_real_tokenizers_are_refused_with_their_names),
        cmocka_unit_test(test_gpt2s_rules_give_the_published_token_numbers),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

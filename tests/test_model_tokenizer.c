/* label: light */
/* Byte-level BPE: cases worked by hand, and plain slow versions of training and encoding on random texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/model.h"
#include "model/pieces.h"

static cairn_ctx *ctx;

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

static const char *const usual[] = {"<s>", "</s>", "<step>", "<pad>"};

static cairn_bpe_options options_for(int32_t vocabulary) {
    return (cairn_bpe_options){.vocabulary = vocabulary, .specials = usual, .n_specials = 4};
}

static cairn_tokenizer *trained_on(const char *const *texts, size_t n, cairn_bpe_options options) {
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *tokenizer = NULL;
    must(cairn_bpe_open(ctx, &options, &trainer));
    for (size_t i = 0; i < n; i++) must(cairn_bpe_add(trainer, texts[i], strlen(texts[i])));
    must(cairn_bpe_train(trainer, &tokenizer));
    cairn_bpe_close(trainer);
    return tokenizer;
}

static void expect_tokens(const cairn_tokenizer *tokenizer, const char *text, size_t n, const int32_t *expected) {
    cairn_tokens tokens = {0};
    must(cairn_tokenizer_encode(ctx, tokenizer, text, strlen(text), &tokens));
    assert_int_equal(tokens.count, n);
    for (size_t i = 0; i < n; i++) assert_int_equal(tokens.ids[i], expected[i]);
    cairn_tokens_free(&tokens);
}

#define TOKENS(...)                                                         \
    (sizeof(int32_t[]){__VA_ARGS__} / sizeof(int32_t)), (const int32_t[]) { \
        __VA_ARGS__                                                         \
    }

/* ---- pieces ------------------------------------------------------------------------------------------------------------------ */

/* `pieces` are the text cut at bars. */
static void expect_pieces(const char *barred) {
    char text[256];
    size_t length = 0, at = 0;
    for (const char *p = barred; *p; p++)
        if (*p != '|') text[length++] = *p;
    for (const char *p = barred; at < length; p++) {
        size_t expected = strcspn(p, "|"), got = piece_length(text + at, length - at);
        if (got != expected) fail_msg("in `%s`: a piece of %zu bytes at byte %zu, not %zu", barred, got, at, expected);
        at += got;
        p += expected;
    }
}

static void test_text_is_cut_as_documented(void **state) {
    (void)state;
    expect_pieces("Hello| world|!");
    expect_pieces("a|  |1|2|3| |4|x");               /* digits apart; space before a digit stays by itself, whole */
    expect_pieces("x| =| -|1|2|.|5");                /* signs take one blank */
    expect_pieces("two| | blanks");                  /* all but the last blank, which goes with the word */
    expect_pieces("line|\n|next|\n\n|\n|last|\t\t"); /* a run before a word without its last byte, at the end whole */
    expect_pieces("a|\n\n |1");
    expect_pieces("a|\n\n| b");
    expect_pieces("a| \t|\t|b");
    expect_pieces("it|'s| don|'t| we|'ll| you|'re| I|'ve| I|'m| he|'d| it|'|S");
    expect_pieces("''|s"); /* two signs, for the first begins no short form */
    expect_pieces(" '|s"); /* a blank and a sign: the short form comes too late */
    expect_pieces("<|step|>");
    expect_pieces("Tom|'s| na\xC3\xAFve| \xE2\x82\xAC|5"); /* bytes from 0x80 on are letters */
    expect_pieces("\xFF\x80|.\x01\x7F");
    expect_pieces(" ");
    expect_pieces("   ");
    expect_pieces("\v\f\r\n\t ");
}

/* ---- training ---------------------------------------------------------------------------------------------------------------- */

/* aaabdaaabac, as one piece. Adjacent pairs: aa 4, ab 2, others 1. aa = 256: Zabd Zabac. Then Za 2, ab 2 and others 1:
 * ab has the smaller left token. ab = 257: ZYd ZYac. ZY 2 = 258: Xd Xac, and nothing is left that occurs twice. */
static void test_training_a_case_worked_by_hand(void **state) {
    (void)state;
    cairn_tokenizer *t = trained_on((const char *const[]){"aaabdaaabac"}, 1, options_for(1000));
    assert_int_equal(cairn_tokenizer_merges(t), 3);
    assert_int_equal(cairn_tokenizer_size(t), 256 + 3 + 4);
    static const char *const learned[] = {"aa", "ab", "aaab"};
    for (int i = 0; i < 3; i++) {
        cairn_bytes text = cairn_token_text(t, 256 + i);
        assert_int_equal(text.length, strlen(learned[i]));
        assert_memory_equal(text.data, learned[i], text.length);
        assert_false(cairn_token_is_special(t, 256 + i));
    }
    expect_tokens(t, "aaabdaaabac", TOKENS(258, 'd', 258, 'a', 'c'));
    expect_tokens(t, "aaaab", TOKENS(256, 256, 'b')); /* aa first, the leftmost first; then ab has no a left */
    expect_tokens(t, "aaab", TOKENS(258));
    expect_tokens(t, "abab", TOKENS(257, 257));
    cairn_tokenizer_close(t);
}

/* " low" 5, " lower" 2, " newest" 6, " widest" 3: the well-known example, worked by hand with the blank in front.
 * Counts: es 9, st 9, we 8, " l" 7, lo 7, ow 7, " n" 6, ne 6, ew 6, others fewer. es first (e < s), then (es, t) 9 =
 * est; then " l" 7, lo 7, ow 7 and we 2 (the six of newest are now w est 6): (blank, l) = " l" (32 < 108 < 111), then "
 * l"+"o" 7 against ow 7: (o, w), whose left token 111 is smaller than 258; then (" l", ow) 7 = " low"; then (blank, n)
 * 6, (e, w) 6, (n, e) 6, (w, est) 6: (blank, n) has the smallest left token. */
static void test_training_counts_pieces_by_how_often_they_occur(void **state) {
    (void)state;
    static const struct {
        const char *word;
        int times;
    } words[] = {{" low", 5}, {" lower", 2}, {" newest", 6}, {" widest", 3}};
    char text[512] = "";
    for (size_t i = 0; i < 4; i++)
        for (int k = 0; k < words[i].times; k++) strcat(text, words[i].word);
    cairn_tokenizer *t = trained_on((const char *const[]){text}, 1, options_for(256 + 4 + 6));
    static const char *const learned[] = {"es", "est", " l", "ow", " low", " n"};
    for (int i = 0; i < 6; i++) {
        cairn_bytes token = cairn_token_text(t, 256 + i);
        if (token.length != strlen(learned[i]) || memcmp(token.data, learned[i], token.length) != 0)
            fail_msg("merge %d is `%.*s`, not `%s`", i, (int)token.length, token.data, learned[i]);
    }
    assert_int_equal(cairn_tokenizer_size(t), 266);
    static const char *const names[] = {"<s>", "</s>", "<step>", "<pad>"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(cairn_token_special(t, names[i]), 262 + i);
        assert_true(cairn_token_is_special(t, 262 + i));
    }
    assert_true(cairn_tokenizer_bos(t) == 262 && cairn_tokenizer_eos(t) == 263 && cairn_tokenizer_pad(t) == 265);
    assert_int_equal(cairn_token_special(t, "es"), CAIRN_NO_TOKEN); /* an ordinary token */
    assert_int_equal(cairn_token_special(t, "<none>"), CAIRN_NO_TOKEN);
    cairn_tokenizer_close(t);
}

/* Training as its description says, with a recount before each merge. */
typedef struct plain {
    int32_t tokens[64][256]; /* pieces */
    int32_t length[64], n;
    int32_t merges[64][2], n_merges;
} plain;

static void plain_add(plain *p, const char *text, size_t length) {
    for (size_t at = 0, size; at < length; at += size) {
        size = piece_length(text + at, length - at);
        for (size_t i = 0; i < size; i++) p->tokens[p->n][i] = (unsigned char)text[at + i];
        p->length[p->n++] = (int32_t)size;
    }
}

static int plain_count(const plain *p, int32_t left, int32_t right) {
    int count = 0;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k + 1 < p->length[i]; k++) count += p->tokens[i][k] == left && p->tokens[i][k + 1] == right;
    return count;
}

static void plain_merge(int32_t *tokens, int32_t *length, int32_t left, int32_t right, int32_t result) {
    int32_t at = 0;
    for (int32_t k = 0; k < *length; k++) {
        bool pair = k + 1 < *length && tokens[k] == left && tokens[k + 1] == right;
        tokens[at++] = pair ? result : tokens[k];
        k += pair;
    }
    *length = at;
}

static void plain_train(plain *p, int32_t merges, int least) {
    for (; p->n_merges < merges; p->n_merges++) {
        int best = 0;
        int32_t *pair = p->merges[p->n_merges];
        for (int i = 0; i < p->n; i++) {
            for (int k = 0; k + 1 < p->length[i]; k++) {
                int32_t left = p->tokens[i][k], right = p->tokens[i][k + 1];
                int count = plain_count(p, left, right);
                bool smaller = left < pair[0] || (left == pair[0] && right < pair[1]);
                if (count < best || (count == best && !smaller)) continue;
                best = count;
                pair[0] = left;
                pair[1] = right;
            }
        }
        if (best < least) return;
        for (int i = 0; i < p->n; i++) plain_merge(p->tokens[i], &p->length[i], pair[0], pair[1], 256 + p->n_merges);
    }
}

/* Encoding as its description says, with a search for the earliest rule before each merge. */
static int32_t plain_encode(const plain *p, const char *piece, size_t length, int32_t *tokens) {
    int32_t n = (int32_t)length;
    for (int32_t i = 0; i < n; i++) tokens[i] = (unsigned char)piece[i];
    for (;;) {
        int32_t rule = INT32_MAX, where = 0;
        for (int32_t i = 0; i + 1 < n; i++)
            for (int32_t m = 0; m < p->n_merges && m < rule; m++)
                if (p->merges[m][0] == tokens[i] && p->merges[m][1] == tokens[i + 1]) rule = m, where = i;
        if (rule == INT32_MAX) return n;
        tokens[where] = 256 + rule;
        memmove(&tokens[where + 1], &tokens[where + 2], (size_t)(n - where - 2) * sizeof *tokens);
        n--;
    }
}

static size_t random_text(cairn_rng *rng, char *out, size_t most, const char *letters) {
    size_t length = cairn_rng_below(rng, (uint32_t)most + 1);
    for (size_t i = 0; i < length; i++) out[i] = letters[cairn_rng_below(rng, (uint32_t)strlen(letters))];
    return length;
}

static void compare_with_plain(uint64_t seed, const char *letters) {
    static plain p;
    char text[200];
    int32_t expected[200];
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    int64_t least = cairn_rng_range(&rng, 1, 3);
    int32_t merges = (int32_t)cairn_rng_range(&rng, 0, 20);
    cairn_bpe_options options = {.vocabulary = 256 + merges, .min_count = least};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    memset(&p, 0, sizeof p);
    must(cairn_bpe_open(ctx, &options, &trainer));
    for (uint32_t i = 1 + cairn_rng_below(&rng, 3); i > 0; i--) {
        size_t length = random_text(&rng, text, 19, letters);
        must(cairn_bpe_add(trainer, text, length));
        plain_add(&p, text, length);
    }
    must(cairn_bpe_train(trainer, &t));
    plain_train(&p, merges, (int)least);
    assert_int_equal(cairn_tokenizer_merges(t), p.n_merges);
    for (int round = 0; round < 4; round++) {
        cairn_tokens tokens = {0};
        size_t length = random_text(&rng, text, 40, letters), seen = 0;
        must(cairn_tokenizer_encode(ctx, t, text, length, &tokens));
        for (size_t at = 0, size; at < length; at += size) {
            size = piece_length(text + at, length - at);
            int32_t n = plain_encode(&p, text + at, size, expected);
            assert_true(seen + (size_t)n <= tokens.count);
            for (int32_t i = 0; i < n; i++) assert_int_equal(tokens.ids[seen + (size_t)i], expected[i]);
            seen += (size_t)n;
        }
        assert_int_equal(seen, tokens.count);
        cairn_tokens_free(&tokens);
    }
    for (int32_t i = 0; i < p.n_merges; i++) { /* a token encodes to itself */
        cairn_bytes token = cairn_token_text(t, 256 + i);
        expect_tokens(t, token.data, 1, (const int32_t[]){256 + i});
    }
    cairn_tokenizer_close(t);
    cairn_bpe_close(trainer);
}

static void test_training_and_encoding_do_what_their_plain_versions_do(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 150; seed++) {
        compare_with_plain(seed, "a");
        compare_with_plain(seed, "ab");
        compare_with_plain(seed, "abc b");
        compare_with_plain(seed, "aab..\xC3\xA9 1");
    }
}

static void test_training_does_not_depend_on_the_order_of_the_texts(void **state) {
    (void)state;
    static const char *const texts[] = {"Tom has 12 apples and 3 pears.", "Tom eats 4 apples.",
                                        "How many apples are left?"};
    static const char *const turned[] = {"How many apples are left?", "Tom has 12 apples and 3 pears.",
                                         "Tom eats 4 apples."};
    cairn_tokenizer *a = trained_on(texts, 3, options_for(300)), *b = trained_on(turned, 3, options_for(300));
    cairn_tokenizer *c = trained_on(texts, 2, options_for(300));
    assert_true(cairn_tokenizer_key(a) == cairn_tokenizer_key(b));
    assert_true(cairn_tokenizer_key(a) != cairn_tokenizer_key(c));
    assert_int_equal(cairn_tokenizer_size(a), cairn_tokenizer_size(b));
    for (int32_t i = 0; i < cairn_tokenizer_size(a); i++) {
        cairn_bytes x = cairn_token_text(a, i), y = cairn_token_text(b, i);
        assert_true(x.length == y.length && memcmp(x.data, y.data, x.length) == 0);
    }
    cairn_tokenizer_close(a);
    cairn_tokenizer_close(b);
    cairn_tokenizer_close(c);
}

static void test_a_trainer_can_be_added_to_and_trained_again(void **state) {
    (void)state;
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *first, *second;
    cairn_bpe_options options = options_for(270);
    must(cairn_bpe_open(ctx, &options, &trainer));
    must(cairn_bpe_train(trainer, &first)); /* of nothing: bytes and special tokens */
    assert_int_equal(cairn_tokenizer_size(first), 260);
    must(cairn_bpe_add(trainer, "abab", 4));
    must(cairn_bpe_train(trainer, &second));
    assert_int_equal(cairn_tokenizer_merges(second), 1);
    cairn_tokenizer_close(first);
    cairn_tokenizer_close(second);
    cairn_bpe_close(trainer);
}

/* "ab" is special: no rule makes it, though it occurs most; "abab" cannot come from it either. */
static void test_no_learned_token_has_the_text_of_a_special_one(void **state) {
    (void)state;
    cairn_bpe_options options = {.vocabulary = 300, .specials = (const char *const[]){"ab"}, .n_specials = 1};
    cairn_tokenizer *t = trained_on((const char *const[]){"abab abab ab ab ab xyxy xy"}, 1, options);
    for (int32_t i = 0; i < cairn_tokenizer_size(t); i++) {
        cairn_bytes text = cairn_token_text(t, i);
        bool same = text.length == 2 && memcmp(text.data, "ab", 2) == 0;
        assert_true(same == cairn_token_is_special(t, i));
    }
    cairn_tokens tokens = {0};
    must(cairn_tokenizer_encode(ctx, t, "ab", 2, &tokens));
    assert_true(tokens.count == 2 && tokens.ids[0] == 'a' && tokens.ids[1] == 'b');
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(t);
}

static void test_options_out_of_range_are_named(void **state) {
    (void)state;
    static const char *const bad_names[] = {"", "a", "with blank", "tab\t", "\xC3\xA9\xC3\xA9", NULL};
    cairn_bpe_trainer *trainer;
    cairn_bpe_options options = options_for(259);
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "a vocabulary with 4 special tokens has 260 to 16777216 tokens, got 259");
    options.vocabulary = INT32_MAX;
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_INVALID);
    options = options_for(1000);
    options.min_count = -1;
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_INVALID);
    options.min_count = 0;
    options.n_specials = -1;
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_INVALID);
    for (int i = 0; bad_names[i]; i++) {
        options = (cairn_bpe_options){.vocabulary = 300, .specials = &bad_names[i], .n_specials = 1};
        assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_INVALID);
        assert_non_null(strstr(cairn_error(ctx), "special token 0: expected 2 to 64 printable"));
    }
    options = (cairn_bpe_options){.vocabulary = 300, .specials = (const char *const[]){"<s>", "<s>"}, .n_specials = 2};
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "special token `<s>` is given twice");
}

/* ---- encoding and decoding -------------------------------------------------------------------------------------------------- */

static cairn_tokenizer *small(void) {
    return trained_on(
        (const char *const[]){
            "Tom has 12 apples. Tom eats 4 apples. How many apples has Tom? <step> na\xC3\xAFve na\xC3\xAFve"},
        1, options_for(290));
}

static void expect_round_trip(const cairn_tokenizer *t, const char *text, size_t length) {
    cairn_tokens tokens = {0};
    cairn_text whole = {0}, bit_by_bit = {0};
    cairn_decoder decoder = {0};
    must(cairn_tokenizer_encode(ctx, t, text, length, &tokens));
    must(cairn_tokenizer_decode(ctx, t, tokens.ids, tokens.count, true, &whole));
    assert_int_equal(whole.length, length);
    if (length) assert_memory_equal(whole.data, text, length);
    for (size_t i = 0; i < tokens.count; i++) {
        assert_false(cairn_token_is_special(t, tokens.ids[i]));
        must(cairn_decoder_add(ctx, &decoder, t, tokens.ids[i], &bit_by_bit));
    }
    must(cairn_decoder_end(ctx, &decoder, &bit_by_bit));
    assert_int_equal(bit_by_bit.length, length);
    if (length) assert_memory_equal(bit_by_bit.data, text, length);
    cairn_tokens_free(&tokens);
    cairn_text_free(&whole);
    cairn_text_free(&bit_by_bit);
}

static void test_any_bytes_come_back(void **state) {
    (void)state;
    cairn_tokenizer *t = small();
    char text[600];
    cairn_rng rng = cairn_rng_open(7, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    expect_round_trip(t, "", 0);
    for (int a = 0; a < 256; a++) {
        text[0] = (char)a;
        expect_round_trip(t, text, 1);
    }
    for (int round = 0; round < 500; round++) {
        size_t length = cairn_rng_below(&rng, sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = round % 2 ? (char)cairn_rng_u32(&rng) : "Tom apples\xC3\xAF 12<s>"[cairn_rng_below(&rng, 18)];
        expect_round_trip(t, text, length);
    }
    cairn_tokenizer_close(t);
}

static void test_text_that_looks_like_a_special_token_is_plain_bytes(void **state) {
    (void)state;
    cairn_tokenizer *t = small();
    static const char text[] = "<s>Tom</s><step><pad>";
    expect_round_trip(t, text, strlen(text));
    cairn_tokens tokens = {0};
    cairn_text out = {0};
    must(cairn_tokens_add(ctx, &tokens, cairn_tokenizer_bos(t)));
    must(cairn_tokenizer_encode(ctx, t, "<s>", 3, &tokens)); /* appended */
    must(cairn_tokens_add(ctx, &tokens, cairn_token_special(t, "<step>")));
    must(cairn_tokenizer_decode(ctx, t, tokens.ids, tokens.count, false, &out));
    assert_string_equal(out.data, "<s>");
    cairn_text_clear(&out);
    must(cairn_tokenizer_decode(ctx, t, tokens.ids, tokens.count, true, &out));
    assert_string_equal(out.data, "<s><s><step>");
    cairn_tokens_free(&tokens);
    cairn_text_free(&out);
    cairn_tokenizer_close(t);
}

static void test_tokens_that_do_not_exist_are_refused(void **state) {
    (void)state;
    cairn_tokenizer *t = small();
    cairn_text out = {0};
    cairn_decoder decoder = {0};
    int32_t size = cairn_tokenizer_size(t);
    assert_int_equal(cairn_tokenizer_decode(ctx, t, (const int32_t[]){'a', size}, 2, false, &out), CAIRN_INVALID);
    assert_int_equal(out.length, 0);
    assert_int_equal(cairn_tokenizer_decode(ctx, t, (const int32_t[]){-1}, 1, false, &out), CAIRN_INVALID);
    assert_int_equal(cairn_decoder_add(ctx, &decoder, t, size, &out), CAIRN_INVALID);
    assert_null(cairn_token_text(t, -1).data);
    assert_null(cairn_token_text(t, size).data);
    assert_false(cairn_token_is_special(t, size));
    assert_false(cairn_token_is_special(t, CAIRN_NO_TOKEN));
    cairn_tokenizer_close(t);
}

/* ---- token by token ----------------------------------------------------------------------------------------------------------- */

/* What comes out after each byte of `text`, given as a token of its own, and what at the end. */
static void expect_shown(const cairn_tokenizer *t, const char *text, const char *const *shown, const char *rest) {
    cairn_decoder decoder = {0};
    for (size_t i = 0; text[i]; i++) {
        cairn_text out = {0};
        must(cairn_text_add(ctx, &out, "", 0));
        must(cairn_decoder_add(ctx, &decoder, t, (unsigned char)text[i], &out));
        assert_string_equal(out.data, shown[i]);
        cairn_text_free(&out);
    }
    cairn_text out = {0};
    must(cairn_decoder_end(ctx, &decoder, &out));
    assert_string_equal(out.data, rest);
    cairn_text_free(&out);
}

static void test_a_watcher_never_sees_half_a_character(void **state) {
    (void)state;
    cairn_tokenizer *t = small();
    expect_shown(t, "a\xC3\xA9z", (const char *const[]){"a", "", "\xC3\xA9", "z"}, "");
    expect_shown(t, "\xF0\x9F\x99\x82", (const char *const[]){"", "", "", "\xF0\x9F\x99\x82"}, "");
    expect_shown(t, "\xE2\x82", (const char *const[]){"", ""}, "\xE2\x82"); /* the end comes too soon */
    expect_shown(t, "\xE2\x41", (const char *const[]){"", "\xE2\x41"}, ""); /* no character goes on so */
    expect_shown(t, "\xE2\xE2\x82\xAC", (const char *const[]){"", "\xE2", "", "\xE2\x82\xAC"}, "");
    expect_shown(t, "\x82\xFF", (const char *const[]){"\x82", "\xFF"}, "");             /* none begins so */
    expect_shown(t, "\xED\xA0\x80", (const char *const[]){"", "\xED\xA0", "\x80"}, ""); /* a surrogate */
    expect_shown(t, "\xF4\x90", (const char *const[]){"", "\xF4\x90"}, "");             /* above U+10FFFF */
    expect_shown(t, "\xC0\x80", (const char *const[]){"\xC0", "\x80"}, "");             /* overlong */
    cairn_tokenizer_close(t);
}

/* ---- hard cases --------------------------------------------------------------------------------------------------------------- */

/* 2^20 letters in one piece: a run of 2^k letters is one token. A method that looks at all pairs for each merge would
 * take hours. */
static void test_a_megabyte_of_one_letter(void **state) {
    (void)state;
    size_t length = 1 << 20;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'a', length);
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    cairn_tokens tokens = {0};
    cairn_bpe_options options = {.vocabulary = 256 + 10, .min_count = 1};
    must(cairn_bpe_open(ctx, &options, &trainer));
    must(cairn_bpe_add(trainer, text, length));
    must(cairn_bpe_train(trainer, &t));
    for (int i = 0; i < 10; i++) assert_int_equal(cairn_token_text(t, 256 + i).length, 2 << i);
    must(cairn_tokenizer_encode(ctx, t, text, length - 1, &tokens));
    assert_int_equal(tokens.count, 1023 + 10); /* 1023 times 1024, then 512, 256, ..., 1 */
    for (size_t i = 0; i < tokens.count; i++)
        assert_int_equal(tokens.ids[i], i < 1023 ? 265 : i < 1032 ? 264 - (int32_t)(i - 1023) : 'a');
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(t);
    cairn_bpe_close(trainer);
    free(text);
}

static cairn_status work_under_fault(int64_t n) {
    static char text[4000];
    cairn_bpe_trainer *trainer = NULL;
    cairn_tokenizer *t = NULL;
    cairn_tokens tokens = {0};
    cairn_bpe_options options = options_for(290);
    for (size_t i = 0; i < sizeof text; i++) text[i] = i < 3000 ? "abcab"[i % 5] : (char)(i * i % 251);
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
    cairn_status status = cairn_bpe_open(ctx, &options, &trainer);
    if (status == CAIRN_OK) status = cairn_bpe_add(trainer, text, sizeof text);
    if (status == CAIRN_OK) status = cairn_bpe_train(trainer, &t);
    if (status == CAIRN_OK) status = cairn_tokenizer_encode(ctx, t, text, sizeof text, &tokens);
    if (status != CAIRN_OK) assert_int_equal(tokens.count, 0);
    cairn_tokens_free(&tokens);
    cairn_tokenizer_close(t);
    cairn_bpe_close(trainer);
    return status;
}

static void test_lack_of_memory_is_an_error(void **state) {
    (void)state;
    cairn_status status = CAIRN_NO_MEMORY;
    int64_t n = 1;
    for (; status == CAIRN_NO_MEMORY; n++) status = work_under_fault(n);
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_int_equal(status, CAIRN_OK);
    assert_true(n > 30);
}

static void test_training_stops_when_the_run_is_asked_to(void **state) {
    (void)state;
    cairn_ctx *own;
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    cairn_bpe_options options = options_for(300);
    must(cairn_ctx_open(&own));
    must(cairn_bpe_open(own, &options, &trainer));
    must(cairn_bpe_add(trainer, "abab", 4));
    cairn_cancel(own);
    assert_int_equal(cairn_bpe_train(trainer, &t), CAIRN_CANCELLED);
    cairn_bpe_close(trainer);
    cairn_ctx_close(own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_cut_as_documented),
        cmocka_unit_test(test_training_a_case_worked_by_hand),
        cmocka_unit_test(test_training_counts_pieces_by_how_often_they_occur),
        cmocka_unit_test(test_training_and_encoding_do_what_their_plain_versions_do),
        cmocka_unit_test(test_training_does_not_depend_on_the_order_of_the_texts),
        cmocka_unit_test(test_a_trainer_can_be_added_to_and_trained_again),
        cmocka_unit_test(test_no_learned_token_has_the_text_of_a_special_one),
        cmocka_unit_test(test_options_out_of_range_are_named),
        cmocka_unit_test(test_any_bytes_come_back),
        cmocka_unit_test(test_text_that_looks_like_a_special_token_is_plain_bytes),
        cmocka_unit_test(test_tokens_that_do_not_exist_are_refused),
        cmocka_unit_test(test_a_watcher_never_sees_half_a_character),
        cmocka_unit_test(test_a_megabyte_of_one_letter),
        cmocka_unit_test(test_lack_of_memory_is_an_error),
        cmocka_unit_test(test_training_stops_when_the_run_is_asked_to),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

/* A tokenizer inside a GGUF file, in the keys of the "gpt2" model: the text of an ordinary token is written in an
 * alphabet with a printable character for every byte, a merge as two such texts with a blank between them. */
#include <inttypes.h>
#include <string.h>

#include "model/tokenizer.h"
#include "model/utf8.h"

enum { NORMAL = 1, CONTROL = 3, SHOWN = 64, ALPHABET = 0x144 /* its characters are below */ };

#define MODEL   "tokenizer.ggml.model"
#define PRE     "tokenizer.ggml.pre"
#define OWN_PRE "cairn.pretokenizer"
#define TOKENS  "tokenizer.ggml.tokens"
#define TYPES   "tokenizer.ggml.token_type"
#define MERGES  "tokenizer.ggml.merges"
#define BOS     "tokenizer.ggml.bos_token_id"
#define EOS     "tokenizer.ggml.eos_token_id"
#define PAD     "tokenizer.ggml.padding_token_id"
#define ADD_BOS "tokenizer.ggml.add_bos_token"
#define ADD_EOS "tokenizer.ggml.add_eos_token"

/* What other programs read files of ours by: theirs that cuts ASCII text in the same places. Beyond ASCII it may cut
 * elsewhere. */
#define PUBLIC_PRE "smollm"

/* ---- the alphabet ------------------------------------------------------------------------------------------------------------ */

/* The bytes that Latin-1 prints stand for themselves; the others get the characters from U+0100 on, in order. */
static uint32_t character_of(unsigned char byte) {
    uint32_t spare = 0x100;
    for (uint32_t b = 0; b < 256; b++) {
        bool prints = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
        if (b == byte) return prints ? b : spare;
        if (!prints) spare++;
    }
    return spare;
}

typedef struct alphabet {
    uint32_t character[256];
    int16_t byte[ALPHABET]; /* -1: no byte has this character */
} alphabet;

static void make_alphabet(alphabet *a) {
    memset(a->byte, -1, sizeof a->byte);
    for (int b = 0; b < 256; b++) {
        a->character[b] = character_of((unsigned char)b);
        a->byte[a->character[b]] = (int16_t)b;
    }
}

/* Appends bytes as characters. */
static cairn_status write_bytes(cairn_ctx *ctx, const alphabet *a, cairn_bytes bytes, cairn_text *out) {
    for (size_t i = 0; i < bytes.length; i++) {
        char character[2];
        size_t size = utf8_write(a->character[(unsigned char)bytes.data[i]], character);
        CAIRN_TRY(cairn_text_add(ctx, out, character, size));
    }
    return CAIRN_OK;
}

/* Characters to bytes, in place of what `out` held. False for a character outside the alphabet. */
static bool read_bytes(const alphabet *a, cairn_bytes text, char *out, size_t *length) {
    size_t at = 0, size;
    for (*length = 0; at < text.length; at += size) {
        uint32_t character = utf8_read(text.data + at, &size);
        if (character >= ALPHABET || a->byte[character] < 0) return false;
        out[(*length)++] = (char)a->byte[character];
    }
    return true;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

/* Texts one after another; their places are kept as offsets, for the buffer may move. */
typedef struct list {
    cairn_text text;
    cairn_bytes *strings; /* [count] */
} list;

static cairn_status list_tokens(cairn_ctx *ctx, const cairn_tokenizer *t, const alphabet *a, list *l, int32_t *types) {
    for (int32_t i = 0; i < t->size; i++) {
        size_t start = l->text.length;
        types[i] = t->special[i] ? CONTROL : NORMAL;
        if (t->special[i])
            CAIRN_TRY(cairn_text_add(ctx, &l->text, t->tokens[i].data, t->tokens[i].length));
        else
            CAIRN_TRY(write_bytes(ctx, a, t->tokens[i], &l->text));
        l->strings[i].length = l->text.length - start;
    }
    return CAIRN_OK;
}

static cairn_status list_merges(cairn_ctx *ctx, const cairn_tokenizer *t, const alphabet *a, list *l) {
    for (int32_t i = 0; i < t->n_merges; i++) {
        size_t start = l->text.length;
        CAIRN_TRY(write_bytes(ctx, a, t->tokens[t->merges[i].left], &l->text));
        CAIRN_TRY(cairn_text_add(ctx, &l->text, " ", 1));
        CAIRN_TRY(write_bytes(ctx, a, t->tokens[t->merges[i].right], &l->text));
        l->strings[i].length = l->text.length - start;
    }
    return CAIRN_OK;
}

static cairn_status put_list(cairn_gguf_writer *writer, const char *key, list *l, int32_t count) {
    const char *at = l->text.data;
    for (int32_t i = 0; i < count; at += l->strings[i++].length) l->strings[i].data = at;
    return cairn_gguf_put_strings(writer, key, l->strings, (size_t)count);
}

static cairn_status put_lists(cairn_ctx *ctx, const cairn_tokenizer *t, cairn_arena *arena, list *tokens, list *merges,
                              cairn_gguf_writer *writer) {
    alphabet a;
    make_alphabet(&a);
    int32_t *types = cairn_arena_alloc(arena, (size_t)t->size, sizeof *types);
    tokens->strings = cairn_arena_alloc(arena, (size_t)t->size, sizeof *tokens->strings);
    merges->strings = cairn_arena_alloc(arena, (size_t)t->n_merges, sizeof *merges->strings);
    if (!types || !tokens->strings || !merges->strings) return CAIRN_NO_MEMORY;
    CAIRN_TRY(list_tokens(ctx, t, &a, tokens, types));
    CAIRN_TRY(list_merges(ctx, t, &a, merges));
    CAIRN_TRY(cairn_gguf_put_text(writer, MODEL, "gpt2"));
    CAIRN_TRY(cairn_gguf_put_text(writer, PRE, PUBLIC_PRE));
    CAIRN_TRY(cairn_gguf_put_text(writer, OWN_PRE, CAIRN_PRETOKENIZER));
    CAIRN_TRY(put_list(writer, TOKENS, tokens, t->size));
    CAIRN_TRY(cairn_gguf_put_i32s(writer, TYPES, types, (size_t)t->size));
    CAIRN_TRY(put_list(writer, MERGES, merges, t->n_merges));
    if (t->bos >= 0) CAIRN_TRY(cairn_gguf_put_u32(writer, BOS, (uint32_t)t->bos));
    if (t->eos >= 0) CAIRN_TRY(cairn_gguf_put_u32(writer, EOS, (uint32_t)t->eos));
    if (t->pad >= 0) CAIRN_TRY(cairn_gguf_put_u32(writer, PAD, (uint32_t)t->pad));
    CAIRN_TRY(cairn_gguf_put_bool(writer, ADD_BOS, false));
    return cairn_gguf_put_bool(writer, ADD_EOS, false);
}

cairn_status cairn_tokenizer_put(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, cairn_gguf_writer *writer) {
    cairn_arena *arena;
    list tokens = {0}, merges = {0};
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &arena));
    cairn_status status = put_lists(ctx, tokenizer, arena, &tokens, &merges, writer);
    cairn_text_free(&tokens.text);
    cairn_text_free(&merges.text);
    cairn_arena_close(arena);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

typedef struct reading {
    cairn_ctx *ctx;
    const cairn_gguf *file;
    cairn_arena *arena; /* of what is needed for reading only */
    alphabet alphabet;
    const cairn_bytes *tokens, *merges; /* [n_tokens], [n_merges] */
    const int32_t *types;               /* [n_tokens] */
    size_t n_tokens, n_merges;
    char *bytes; /* as long as the longest of these texts */
    cairn_tokenizer *tokenizer;
} reading;

/* "FILE: key `tokenizer.ggml.tokens`, number 7: ..." */
static cairn_status fail_at(const reading *r, const char *key, size_t i, cairn_bytes text, const char *wrong) {
    int shown = (int)(text.length < SHOWN ? text.length : SHOWN);
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s`, number %zu (`%.*s`): %s", cairn_gguf_path(r->file), key, i,
                      shown, text.data, wrong);
}

static cairn_status read_token(reading *r, size_t i) {
    cairn_bytes text = r->tokens[i];
    bool special = r->types[i] == CONTROL, fresh;
    size_t length = text.length;
    if (r->types[i] != CONTROL && r->types[i] != NORMAL)
        return cairn_fail(r->ctx, CAIRN_UNSUPPORTED,
                          "%s: key `%s`, number %zu: tokens are normal (1) or control (3), got %d",
                          cairn_gguf_path(r->file), TYPES, i, (int)r->types[i]);
    if (special)
        memcpy(r->bytes, text.data, length);
    else if (!read_bytes(&r->alphabet, text, r->bytes, &length))
        return fail_at(r, TOKENS, i, text, "it holds a character that stands for no byte");
    if (length == 0) return fail_at(r, TOKENS, i, text, "it is empty");
    CAIRN_TRY(tokenizer_add(r->ctx, r->tokenizer, r->bytes, length, special, &fresh));
    return fresh ? CAIRN_OK : fail_at(r, TOKENS, i, text, "the token is there already");
}

/* The ordinary token that is written so, or CAIRN_NO_TOKEN. */
static int32_t token_of(reading *r, cairn_bytes text) {
    size_t length;
    if (!read_bytes(&r->alphabet, text, r->bytes, &length)) return CAIRN_NO_TOKEN;
    int32_t token = tokenizer_find(r->tokenizer, r->bytes, length);
    return token >= 0 && !r->tokenizer->special[token] ? token : CAIRN_NO_TOKEN;
}

static cairn_status read_merge(reading *r, size_t i) {
    cairn_bytes text = r->merges[i];
    const char *blank = memchr(text.data, ' ', text.length);
    if (!blank) return fail_at(r, MERGES, i, text, "expected two tokens with a blank between them");
    cairn_bytes left = {text.data, (size_t)(blank - text.data)}, right = {blank + 1, text.length - left.length - 1};
    tokenizer_merge merge = {.left = token_of(r, left), .right = token_of(r, right)};
    if (merge.left < 0 || merge.right < 0)
        return fail_at(r, MERGES, i, text, "one of its tokens is not in the vocabulary");
    const cairn_bytes *a = &r->tokenizer->tokens[merge.left], *b = &r->tokenizer->tokens[merge.right];
    memcpy(r->bytes, a->data, a->length);
    memcpy(r->bytes + a->length, b->data, b->length);
    merge.result = tokenizer_find(r->tokenizer, r->bytes, a->length + b->length);
    if (merge.result < 0 || r->tokenizer->special[merge.result])
        return fail_at(r, MERGES, i, text, "the token it makes is not in the vocabulary");
    return tokenizer_add_merge(r->tokenizer, merge) ? CAIRN_OK
                                                    : fail_at(r, MERGES, i, text, "the merge is there already");
}

/* The token that a key names, or CAIRN_NO_TOKEN without the key. */
static cairn_status read_role(const reading *r, const char *key, int32_t *out) {
    uint32_t token;
    *out = CAIRN_NO_TOKEN;
    if (!cairn_gguf_find(r->file, key)) return CAIRN_OK;
    CAIRN_TRY(cairn_gguf_get_u32(r->ctx, r->file, key, &token));
    if (token >= r->n_tokens)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s`: there is no token %" PRIu32 ", the vocabulary has %zu",
                          cairn_gguf_path(r->file), key, token, r->n_tokens);
    *out = (int32_t)token;
    return CAIRN_OK;
}

static cairn_status read_lists(reading *r) {
    size_t longest = 1;
    CAIRN_TRY(cairn_gguf_get_strings(r->ctx, r->file, TOKENS, r->arena, &r->tokens, &r->n_tokens));
    CAIRN_TRY(cairn_gguf_get_strings(r->ctx, r->file, MERGES, r->arena, &r->merges, &r->n_merges));
    size_t n_types;
    CAIRN_TRY(cairn_gguf_get_i32s(r->ctx, r->file, TYPES, r->arena, &r->types, &n_types));
    if (n_types != r->n_tokens)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s` has %zu elements, key `%s` has %zu",
                          cairn_gguf_path(r->file), TYPES, n_types, TOKENS, r->n_tokens);
    for (size_t i = 0; i < r->n_tokens; i++)
        if (r->tokens[i].length > longest) longest = r->tokens[i].length;
    for (size_t i = 0; i < r->n_merges; i++)
        if (r->merges[i].length > longest) longest = r->merges[i].length;
    r->bytes = cairn_arena_alloc(r->arena, longest, 1);
    return r->bytes ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status read_all(reading *r) {
    CAIRN_TRY(read_lists(r));
    CAIRN_TRY(tokenizer_open(r->ctx, r->n_tokens, r->n_merges, &r->tokenizer));
    for (size_t i = 0; i < r->n_tokens; i++) CAIRN_TRY(read_token(r, i));
    for (size_t i = 0; i < r->n_merges; i++) CAIRN_TRY(read_merge(r, i));
    int32_t missing = tokenizer_seal(r->tokenizer);
    if (missing >= 0)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s`: byte 0x%02x has no token", cairn_gguf_path(r->file),
                          TOKENS, (unsigned)missing);
    CAIRN_TRY(read_role(r, BOS, &r->tokenizer->bos));
    CAIRN_TRY(read_role(r, EOS, &r->tokenizer->eos));
    return read_role(r, PAD, &r->tokenizer->pad);
}

cairn_status tokenizer_read(cairn_ctx *ctx, const cairn_gguf *file, cairn_tokenizer **out) {
    reading r = {.ctx = ctx, .file = file};
    make_alphabet(&r.alphabet);
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &r.arena));
    cairn_status status = read_all(&r);
    cairn_arena_close(r.arena);
    if (status == CAIRN_OK)
        *out = r.tokenizer;
    else
        cairn_tokenizer_close(r.tokenizer);
    return status;
}

static bool is_text(cairn_bytes bytes, const char *text) {
    return bytes.length == strlen(text) && memcmp(bytes.data, text, bytes.length) == 0;
}

cairn_status cairn_tokenizer_get(cairn_ctx *ctx, const cairn_gguf *file, cairn_tokenizer **out) {
    static const cairn_bytes none = {"(none)", 6};
    cairn_bytes model, pre = none;
    if (!cairn_gguf_find(file, MODEL))
        return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: it has no tokenizer (key `" MODEL "` is missing)",
                          cairn_gguf_path(file));
    CAIRN_TRY(cairn_gguf_get_string(ctx, file, MODEL, &model));
    const char *key = cairn_gguf_find(file, OWN_PRE) ? OWN_PRE : PRE; /* files of 0.1 have only the public key */
    if (cairn_gguf_find(file, key)) CAIRN_TRY(cairn_gguf_get_string(ctx, file, key, &pre));
    if (is_text(model, "gpt2") && is_text(pre, CAIRN_PRETOKENIZER)) return tokenizer_read(ctx, file, out);
    return cairn_fail(
        ctx, CAIRN_UNSUPPORTED,
        "%s: its tokenizer is of the model `%.*s` with the pre-tokenizer `%.*s`; only `gpt2` with `" CAIRN_PRETOKENIZER
        "` is run here",
        cairn_gguf_path(file), (int)(model.length < SHOWN ? model.length : SHOWN), model.data,
        (int)(pre.length < SHOWN ? pre.length : SHOWN), pre.data);
}

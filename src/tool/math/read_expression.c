/* Reading for the calculator: names with a value, operators in words, and characters that only it reads. */
#include "tool/math/expression.h"
#include "tool/math/read_bytes.h"

/* ---- words ----------------------------------------------------------------------------------------------------- */

/* Bytes of a letter at `at`, 0 where none is: what stands beyond ASCII for no sign is one, broken UTF-8 too. */
static uint32_t letter_bytes(const char *text, uint32_t left) {
    uint32_t bytes;
    if (!left) return 0;
    if (is_letter(*text) || *text == '_') return 1;
    if ((unsigned char)*text < 0x80) return 0;
    uint32_t code = math_decode(text, left, &bytes);
    const math_command *known = code ? math_find_character(code) : NULL;
    if ((known && known->kind != TOKEN_NAME) || (code && math_calculator_character(code))) return 0;
    return bytes;
}

/* Bytes of the word at the start of text[left]: letters and digits, with apostrophes and hyphens inside. */
static uint32_t word_bytes(const char *text, uint32_t left) {
    uint32_t n = 0, run = 0; /* run: letters since the word or its part after a hyphen began */
    for (;;) {
        uint32_t step = letter_bytes(text + n, left - n);
        if (step || (n && n < left && is_digit(text[n]))) {
            n += step ? step : 1;
            run++;
        } else if (n && n + 1 < left && text[n] == '\'' && is_letter(text[n + 1])) {
            n++;
        } else if (run >= 2 && n + 2 < left && text[n] == '-' && is_letter(text[n + 1]) && is_letter(text[n + 2])) {
            n++;
            run = 0;
        } else {
            return n;
        }
    }
}

static uint32_t blank_bytes(const char *text, uint32_t left) {
    uint32_t n = 0;
    while (n < left && text_blank(text[n])) n++;
    return n;
}

/* Appends a word in lower case to a key of `n` bytes; 0: it is too long. */
static size_t append(char key[MATH_KEY_MOST], size_t n, const char *word, uint32_t bytes) {
    if (n + bytes + 2 > MATH_KEY_MOST) return 0;
    if (n) key[n++] = ' ';
    for (uint32_t i = 0; i < bytes; i++) key[n++] = is_upper(word[i]) ? (char)(word[i] - 'A' + 'a') : word[i];
    key[n] = '\0';
    return n;
}

bool math_key(const char *text, size_t length, char out[MATH_KEY_MOST]) {
    size_t n = 0;
    if (length > 8 * MATH_KEY_MOST) return false;
    uint32_t left = (uint32_t)length, at = blank_bytes(text, left), end = at;
    for (int words = 0; at < left; words++) {
        uint32_t bytes = word_bytes(text + at, left - at);
        if (!bytes && n)
            while (at + bytes < left && is_digit(text[at + bytes])) bytes++; /* "part 2" */
        n = bytes && words < MATH_KEY_WORDS ? append(out, n, text + at, bytes) : 0;
        if (!n) return false;
        end = at + bytes;
        if (words == 0 && bytes == 1) out[0] = text[at];
        if (words == 1) out[0] = is_upper(out[0]) ? (char)(out[0] - 'A' + 'a') : out[0];
        at = end + blank_bytes(text + end, left - end);
    }
    return n > 0;
}

/* Bytes of the longest name with a value at this byte; 0: none. `key`: its key. */
static uint32_t name_bytes(const math_reader *r, char key[MATH_KEY_MOST]) {
    char longer[MATH_KEY_MOST];
    size_t n = 0;
    uint32_t at = r->byte, found = 0;
    if (!r->names) return 0;
    for (int words = 0; words < MATH_KEY_WORDS; words++) {
        uint32_t bytes = word_bytes(r->text + at, r->length - at);
        if (!bytes && n)
            while (is_digit(byte_at(r, at + bytes))) bytes++;
        n = bytes ? append(longer, n, r->text + at, bytes) : 0;
        if (!n) break;
        at += bytes;
        char small = longer[0];
        if (words == 0 && bytes == 1) longer[0] = r->text[r->byte];
        if (r->names->value(r->names->table, longer)) {
            memcpy(key, longer, n + 1);
            found = at - r->byte;
        }
        longer[0] = small;
        at += blank_bytes(r->text + at, r->length - at);
    }
    return found;
}

/* The operator that words say, TOKEN_END: none. *bytes: of all its words. */
static math_token_kind operator_said(const math_reader *r, uint32_t *bytes) {
    static const struct {
        const char *first, *second;
        math_token_kind kind;
    } said[] = {{"of", NULL, TOKEN_TIMES},      {"times", NULL, TOKEN_TIMES},     {"plus", NULL, TOKEN_PLUS},
                {"minus", NULL, TOKEN_MINUS},   {"percent", NULL, TOKEN_PERCENT}, {"multiplied", "by", TOKEN_TIMES},
                {"divided", "by", TOKEN_DIVIDE}};
    const char *word = r->text + r->byte;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (!math_spells(word, *bytes, said[i].first)) continue;
        if (!said[i].second) return said[i].kind;
        uint32_t next = *bytes + blank_bytes(word + *bytes, r->length - r->byte - *bytes);
        uint32_t more = word_bytes(word + next, r->length - r->byte - next);
        if (!math_spells(word + next, more, said[i].second)) continue;
        *bytes = next + more;
        return said[i].kind;
    }
    return TOKEN_END;
}

/* Whether the letter x here is a sign: "6x7", "6 x 7", "2 x (3)", "3 x -4", but not "3x", "3x + 4", "3x -4". */
static bool is_times_letter(const math_reader *r, uint32_t bytes) {
    char c = r->text[r->byte], next = byte_at(r, r->byte + 1);
    bool blank = r->pending & TOKEN_FLAG_BLANK;
    if ((c != 'x' && c != 'X') || !math_ends_value(r)) return false;
    if (!blank && (is_digit(next) || next == '(' || next == '$')) return true;
    if (bytes > 1) return false;
    uint32_t at = math_skip_blanks(r, r->byte + 1);
    next = byte_at(r, at);
    if (next == '-' || next == '+') return blank && at > r->byte + 1 && !text_blank(byte_at(r, at + 1));
    return next && !strchr("*/^%=)]},.;:!<>|", next);
}

void math_calculator_letters(math_reader *r) {
    uint32_t start = r->byte, bytes = name_bytes(r, r->key);
    if (bytes) {
        r->byte += bytes;
        math_emit_text(r, TOKEN_NAME, start, r->byte, cairn_arena_copy(r->arena, r->key, strlen(r->key)));
        return;
    }
    bytes = word_bytes(r->text + start, r->length - start);
    if (is_times_letter(r, bytes)) {
        r->byte++;
        math_emit(r, TOKEN_TIMES, start, r->byte);
        return;
    }
    math_token_kind kind = operator_said(r, &bytes);
    const math_command *known = math_find_word(r->text + start, bytes);
    bool after = math_ends_value(r) && (bytes > 1 || r->pending & TOKEN_FLAG_BLANK);
    r->byte += bytes;
    if (kind != TOKEN_END)
        math_emit(r, kind, start, r->byte);
    else if (known && (known->kind == TOKEN_FUNCTION || known->kind == TOKEN_ROOT || known->kind == TOKEN_MODULO))
        math_act(r, known, start);
    else if (after)
        math_emit_text(r, TOKEN_BAD, start, r->byte, "expected an operator");
    else
        math_emit_text(r, TOKEN_NAME, start, r->byte, ""); /* the parser refuses it */
}

bool math_calculator_knows(const math_reader *r, const char *name) {
    return r->names && *name && r->names->value(r->names->table, name);
}

/* ---- characters ------------------------------------------------------------------------------------------------ */

/* Bold signs, signs in full width, currencies: what math_find_character does not know, or reads in another way. */
static const struct {
    uint32_t code;
    math_command as;
} characters[] = {
    {0x0E3F, {NULL, TOKEN_SKIP, 1, NULL}},        {0x200B, {NULL, TOKEN_SKIP, 0, NULL}},
    {0x2014, {NULL, TOKEN_BAD, 0, "a dash"}},     {0x2715, {NULL, TOKEN_TIMES, 0, NULL}},
    {0x2716, {NULL, TOKEN_TIMES, 0, NULL}},       {0x2795, {NULL, TOKEN_PLUS, 0, NULL}},
    {0x2796, {NULL, TOKEN_MINUS, 0, NULL}},       {0x2797, {NULL, TOKEN_DIVIDE, 0, NULL}},
    {0x2A2F, {NULL, TOKEN_TIMES, 0, NULL}},       {0xFEFF, {NULL, TOKEN_SKIP, 0, NULL}},
    {0xFF0A, {NULL, TOKEN_TIMES, 0, NULL}},       {0xFF0F, {NULL, TOKEN_DIVIDE, 0, NULL}},
    {0xFF3B, {NULL, TOKEN_OPEN_SQUARE, 0, NULL}}, {0xFF3D, {NULL, TOKEN_CLOSE_SQUARE, 0, NULL}},
    {0xFF5B, {NULL, TOKEN_OPEN_BRACE, 0, NULL}},  {0xFF5D, {NULL, TOKEN_CLOSE_BRACE, 0, NULL}},
};

const math_command *math_calculator_character(uint32_t code) {
    static const math_command currency = {NULL, TOKEN_SKIP, 1, NULL};
    if (code >= 0x20A0 && code < 0x20D0) return &currency;
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        if (characters[i].code == code) return &characters[i].as;
    return NULL;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

/* All the tokens as one expression. */
static cairn_status all(math_reader *r, math_node **out) {
    math_node *node = math_sum(r);
    math_token *next = math_peek(r);
    if (r->status == CAIRN_OK && next->kind != TOKEN_END)
        math_unread(r, math_closes(next->kind) ? "a bracket that was not opened" : "expected an operator", next->start,
                    next->end);
    if (r->status != CAIRN_OK) return r->status;
    *out = node;
    return CAIRN_OK;
}

cairn_status math_read_expression(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                  const math_names *names, math_node **out) {
    if (length >= (size_t)1 << 30) return cairn_fail(ctx, CAIRN_LIMIT, "an expression of more than a gigabyte");
    math_reader reader = {
        .ctx = ctx, .arena = arena, .text = text, .length = (uint32_t)length, .calculator = true, .names = names};
    math_reader *r = &reader;
    if (!math_make_spare(r)) return CAIRN_NO_MEMORY;
    CAIRN_TRY(math_lex(r));
    math_strip(r);
    return all(r, out);
}

cairn_status math_read_tokens(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, math_token *token,
                              size_t count, math_node **out) {
    if (length >= (size_t)1 << 30 || count > 4 * MATH_NODES_MOST)
        return cairn_fail(ctx, CAIRN_LIMIT, "an expression of too many parts");
    math_reader reader = {.ctx = ctx, .arena = arena, .text = text, .length = (uint32_t)length, .calculator = true};
    reader.token = token;
    reader.tokens = (uint32_t)count + 1;
    if (!math_make_spare(&reader)) return CAIRN_NO_MEMORY;
    return all(&reader, out);
}

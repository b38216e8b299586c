/* JSON as Python's json module writes it: it has numbers and characters that JSON has not. */
#include <string.h>

#include "data/json.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Of a literal: a letter, a digit or one of + - . */
static bool is_literal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.';
}

/* A number as JSON has it: -12, 1.5, 2e-7. */
static bool is_number(const char *text, size_t length) {
    const char *at = text, *end = text + length;
    if (at < end && *at == '-') at++;
    if (at == end || !is_digit(*at) || (*at == '0' && at + 1 < end && is_digit(at[1]))) return false;
    while (at < end && is_digit(*at)) at++;
    if (at < end && *at == '.') {
        if (++at == end || !is_digit(*at)) return false;
        while (at < end && is_digit(*at)) at++;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        if (++at < end && (*at == '+' || *at == '-')) at++;
        if (at == end || !is_digit(*at)) return false;
        while (at < end && is_digit(*at)) at++;
    }
    return at == end;
}

/* A literal that stands for a number which neither int64 nor a finite double can hold. */
static bool is_beyond(const char *text, size_t length) {
    static const char *const names[] = {"NaN", "Infinity", "-Infinity"};
    int64_t whole;
    double real;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (length == strlen(names[i]) && memcmp(text, names[i], length) == 0) return true;
    if (!is_number(text, length)) return false;
    bool integer = !memchr(text, '.', length) && !memchr(text, 'e', length) && !memchr(text, 'E', length);
    return integer ? cairn_parse_int(text, length, &whole) != CAIRN_OK
                   : cairn_parse_double(text, length, &real) == CAIRN_FORMAT;
}

/* Where a value may end: the next sign closes it, or the text ends. */
static bool ends_value(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
    return at == end || *at == ',' || *at == ']' || *at == '}';
}

/* The unit of "\uXXXX" at `at`, or -1. */
static int32_t unit_at(const char *at, const char *end) {
    int32_t unit = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
    for (int i = 2; i < 6; i++) {
        char c = at[i], low = (char)(c | 0x20);
        bool letter = low >= 'a' && low <= 'f';
        if (!is_digit(c) && !letter) return -1;
        unit = 16 * unit + (letter ? low - 'a' + 10 : c - '0');
    }
    return unit;
}

/* Bytes of the escape at `at`, two at least; `*replaced`: it stands for no character, a NUL or half of a pair. */
static size_t escape_length(const char *at, const char *end, bool *replaced) {
    int32_t unit = unit_at(at, end), next = unit < 0 ? -1 : unit_at(at + 6, end);
    *replaced = unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF);
    if (unit >= 0xD800 && unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF) {
        *replaced = false;
        return 12;
    }
    return unit >= 0 ? 6 : end - at < 2 ? 1 : 2;
}

/* Copies a string, from its first quote through its last. */
static cairn_status copy_string(cairn_ctx *ctx, const char **at, const char *end, cairn_text *out, bool *changed) {
    const char *clean = *at, *now = *at + 1;
    while (now < end && *now != '"') {
        bool replaced = false;
        size_t length = *now == '\\' ? escape_length(now, end, &replaced) : 1;
        if (replaced) {
            CAIRN_TRY(cairn_text_add(ctx, out, clean, (size_t)(now - clean)));
            CAIRN_TRY(cairn_text_add(ctx, out, "\\ufffd", 6));
            clean = now + length;
            *changed = true;
        }
        now += length;
    }
    *at = now < end ? now + 1 : end;
    return cairn_text_add(ctx, out, clean, (size_t)(*at - clean));
}

/* Copies a literal, in quotes where it stands for a number beyond JSON's. */
static cairn_status copy_literal(cairn_ctx *ctx, const char **at, const char *end, cairn_text *out, bool *changed) {
    const char *start = *at;
    while (*at < end && is_literal(**at)) ++*at;
    size_t length = (size_t)(*at - start);
    bool quoted = ends_value(*at, end) && is_beyond(start, length);
    *changed = *changed || quoted;
    if (quoted) CAIRN_TRY(cairn_text_add(ctx, out, "\"", 1));
    CAIRN_TRY(cairn_text_add(ctx, out, start, length));
    return quoted ? cairn_text_add(ctx, out, "\"", 1) : CAIRN_OK;
}

static cairn_status translate(cairn_ctx *ctx, const char *text, size_t length, cairn_text *out, bool *changed) {
    const char *at = text, *end = text + length;
    while (at < end) {
        const char *start = at;
        while (at < end && *at != '"' && !is_literal(*at)) at++;
        CAIRN_TRY(cairn_text_add(ctx, out, start, (size_t)(at - start)));
        if (at < end && *at == '"')
            CAIRN_TRY(copy_string(ctx, &at, end, out, changed));
        else if (at < end)
            CAIRN_TRY(copy_literal(ctx, &at, end, out, changed));
    }
    return CAIRN_OK;
}

cairn_status json_parse_python(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out) {
    cairn_text translated = {0};
    bool changed = false;
    cairn_status status = json_parse(ctx, text, length, where, out);
    if (status != CAIRN_FORMAT || length == 0 || memchr(text, 0, length)) return status;
    cairn_status made = translate(ctx, text, length, &translated, &changed);
    if (made != CAIRN_OK)
        status = made;
    else if (changed)
        status = json_parse(ctx, translated.data, translated.length, where, out);
    cairn_text_free(&translated);
    return status;
}

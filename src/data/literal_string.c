/* Python's string literals: prefixes, quotes, escapes. */
#include <string.h>

#include "data/literal_read.h"

static bool is_quote(char c) {
    return c == '\'' || c == '"';
}

/* Characters of the prefix of a string that begins here, or -1 where none does. */
static int prefix_size(const literal_reader *r) {
    static const char *const prefixes[] = {"", "u", "r", "b", "br", "rb"};
    char lower[3] = "";
    for (int n = 0; n < 3; n++) {
        char c = literal_peek(r, (size_t)n);
        for (size_t i = 0; is_quote(c) && i < sizeof prefixes / sizeof *prefixes; i++)
            if (strcmp(prefixes[i], lower) == 0) return n;
        if (n == 2 || !c || !strchr("uUrRbB", c)) break;
        lower[n] = (char)(c | 0x20);
    }
    return -1;
}

bool literal_at_string(const literal_reader *r) {
    return prefix_size(r) >= 0;
}

static cairn_status add_character(literal_reader *r, uint32_t c) {
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6) bytes[i] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(lead[n] | c);
    return cairn_text_add(r->ctx, &r->word, bytes, n);
}

static int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* The character that stands as digits here, least to most of them; r->at moves past them. */
static cairn_status coded_character(literal_reader *r, int base, int least, int most, bool bytes) {
    uint32_t c = 0;
    int n = 0;
    for (; n < most && digit_value(literal_peek(r, 0)) < base; n++, r->at++)
        c = c * (uint32_t)base + (uint32_t)digit_value(literal_peek(r, 0));
    if (n < least) return literal_fail(r, base == 16 ? "a hexadecimal digit of an escape" : "an octal digit");
    if (c == 0 || c > (bytes ? 0x7F : 0x10FFFF) || (c >= 0xD800 && c < 0xE000))
        return literal_fail(r, bytes ? "the escape of an ASCII character other than NUL"
                                     : "the escape of a character other than NUL and surrogates");
    return add_character(r, c);
}

/* The escape after a backslash, at which r->at stands. `bytes`: \u, \U and \N are none. */
static cairn_status escape(literal_reader *r, bool bytes) {
    static const char names[] = "\\'\"abfnrtv", values[] = "\\'\"\a\b\f\n\r\t\v";
    char c = literal_peek(r, 1);
    const char *name = c ? strchr(names, c) : NULL;
    if (c >= '0' && c <= '7') {
        r->at++;
        return coded_character(r, 8, 1, 3, bytes);
    }
    if (c == '\n') {
        r->at += 2;
        return CAIRN_OK;
    }
    if (c == 'x' || (!bytes && (c == 'u' || c == 'U'))) {
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        r->at += 2;
        return coded_character(r, 16, digits, digits, bytes);
    }
    if (!bytes && c == 'N') return literal_fail(r, "a character by number, not by name");
    r->at += name ? 2 : 1; /* an unknown escape is a backslash and what follows */
    return cairn_text_add(r->ctx, &r->word, name ? &values[name - names] : "\\", 1);
}

/* One string, with its prefix. */
static cairn_status one_string(literal_reader *r) {
    bool raw = false, bytes = false;
    for (int prefix = prefix_size(r); prefix > 0; prefix--, r->at++) {
        raw |= (literal_peek(r, 0) | 0x20) == 'r';
        bytes |= (literal_peek(r, 0) | 0x20) == 'b';
    }
    char quote = literal_peek(r, 0);
    size_t quotes = literal_peek(r, 1) == quote && literal_peek(r, 2) == quote ? 3 : 1;
    r->at += quotes;
    for (size_t clean = r->at;;) { /* from `clean` on nothing was added yet */
        char c = literal_peek(r, 0);
        bool ends = c == quote && (quotes == 1 || (literal_peek(r, 1) == quote && literal_peek(r, 2) == quote));
        bool broken = !c || (c == '\n' && quotes == 1) || (bytes && (unsigned char)c >= 0x80);
        if (broken) return literal_fail(r, bytes && c && c != '\n' ? "an ASCII character" : "the end of the string");
        if (ends || (c == '\\' && !raw)) {
            CAIRN_TRY(cairn_text_add(r->ctx, &r->word, r->text + clean, r->at - clean));
            if (ends) break;
            CAIRN_TRY(escape(r, bytes));
            clean = r->at;
        } else {
            r->at += raw && c == '\\' && literal_peek(r, 1) ? 2 : 1; /* a raw backslash stays, and so does its quote */
        }
    }
    r->at += quotes;
    return CAIRN_OK;
}

cairn_status literal_string(literal_reader *r) {
    cairn_text_clear(&r->word);
    CAIRN_TRY(cairn_text_add(r->ctx, &r->word, "", 0));
    for (;;) {
        CAIRN_TRY(one_string(r));
        size_t end = r->at;
        literal_skip_blanks(r);
        if (literal_at_string(r)) continue;
        r->at = end;
        return CAIRN_OK;
    }
}

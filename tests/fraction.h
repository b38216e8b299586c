/* A second evaluator of plain arithmetic, written for tests alone: recursive descent on bytes, exact on GMP rationals,
 * without anything of the library. It reads numbers with separators, decimals and per cent, + - * / x, Unicode signs,
 * brackets and implicit products; words, currency signs and calculator marks count for nothing. */
#ifndef CAIRN_TESTS_FRACTION_H
#define CAIRN_TESTS_FRACTION_H

#include <ctype.h>
#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct fraction_reader {
    const char *at;
    bool bad;
} fraction_reader;

static inline bool fraction_take(fraction_reader *r, const char *bytes) {
    size_t n = strlen(bytes);
    if (strncmp(r->at, bytes, n) != 0) return false;
    r->at += n;
    return true;
}

/* Blanks, money, words (with a slash before them: "/hour"), marks. The letter x and the word "of" before an operand are
 * left: they multiply. */
static inline void fraction_skip(fraction_reader *r) {
    for (;;) {
        const char *p = r->at;
        const char *mark_end = strncmp(p, "<<", 2) == 0 ? strstr(p, ">>") : NULL;
        while (isspace((unsigned char)*p) || *p == '$' || *p == '"' || *p == '\'') p++;
        if (mark_end) p = mark_end + 2;
        const char *word = *p == '/' ? p + 1 : p;
        bool times = (*p == 'x' || *p == 'X') && !isalpha((unsigned char)p[1]);
        times |= strncmp(p, "of ", 3) == 0 && strchr("0123456789$(", p[3]);
        if (isalpha((unsigned char)*word) && !times)
            for (p = word; isalpha((unsigned char)*p);) p++;
        if (p == r->at) return;
        r->at = p;
    }
}

static inline void fraction_sum(fraction_reader *r, mpq_t out);

static inline void fraction_number(fraction_reader *r, mpq_t out) {
    char digits[512];
    size_t n = 0, decimals = 0;
    bool point = false;
    for (; n < sizeof digits - 1; r->at++) {
        bool digit = isdigit((unsigned char)*r->at), group = *r->at == ',' && isdigit((unsigned char)r->at[1]);
        if (*r->at == '.' && !point && (n || isdigit((unsigned char)r->at[1]))) {
            point = true;
        } else if (digit) {
            digits[n++] = *r->at;
            decimals += point;
        } else if (!group) {
            break;
        }
    }
    digits[n] = '\0';
    r->bad |= n == 0;
    mpz_set_str(mpq_numref(out), n ? digits : "0", 10);
    mpz_ui_pow_ui(mpq_denref(out), 10, decimals);
    mpq_canonicalize(out);
}

static inline void fraction_atom(fraction_reader *r, mpq_t out) {
    static const struct {
        const char *bytes;
        unsigned long a, b;
    } single[] = {{"\u00bd", 1, 2}, {"\u00bc", 1, 4}, {"\u00be", 3, 4}, {"\u2153", 1, 3}, {"\u2154", 2, 3}};
    fraction_skip(r);
    if (fraction_take(r, "-") || fraction_take(r, "\u2212")) {
        fraction_atom(r, out);
        mpq_neg(out, out);
        return;
    }
    if (fraction_take(r, "+")) {
        fraction_atom(r, out);
        return;
    }
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (fraction_take(r, single[i].bytes)) {
            mpq_set_ui(out, single[i].a, single[i].b);
            return;
        }
    if (fraction_take(r, "(") || fraction_take(r, "[") || fraction_take(r, "{")) {
        fraction_sum(r, out);
        fraction_skip(r);
        r->bad |= !(fraction_take(r, ")") || fraction_take(r, "]") || fraction_take(r, "}"));
        return;
    }
    fraction_number(r, out);
}

static inline void fraction_factor(fraction_reader *r, mpq_t out) {
    fraction_atom(r, out);
    fraction_skip(r);
    if (!fraction_take(r, "%")) return;
    mpq_t hundredth;
    mpq_init(hundredth);
    mpq_set_ui(hundredth, 1, 100);
    mpq_mul(out, out, hundredth);
    mpq_clear(hundredth);
}

static inline void fraction_product(fraction_reader *r, mpq_t out) {
    mpq_t next;
    mpq_init(next);
    fraction_factor(r, out);
    for (;;) {
        fraction_skip(r);
        bool by = fraction_take(r, "/") || fraction_take(r, "\u00f7");
        bool times =
            !by && (fraction_take(r, "*") || fraction_take(r, "x") || fraction_take(r, "X") || fraction_take(r, "of") ||
                    fraction_take(r, "\u00d7") || fraction_take(r, "\u00b7") || *r->at == '(');
        if (!by && !times) break;
        fraction_factor(r, next);
        if (by && mpq_sgn(next) == 0)
            r->bad = true;
        else if (by)
            mpq_div(out, out, next);
        else
            mpq_mul(out, out, next);
    }
    mpq_clear(next);
}

static inline void fraction_sum(fraction_reader *r, mpq_t out) {
    mpq_t next;
    mpq_init(next);
    fraction_product(r, out);
    for (;;) {
        fraction_skip(r);
        bool minus = fraction_take(r, "-") || fraction_take(r, "\u2212") || fraction_take(r, "\u2013");
        if (!minus && !fraction_take(r, "+")) break;
        fraction_product(r, next);
        if (minus) mpq_neg(next, next);
        mpq_add(out, out, next);
    }
    mpq_clear(next);
}

/* The value of all of `text`; false when this evaluator cannot read it. */
static inline bool fraction_of(const char *text, mpq_t out) {
    fraction_reader r = {.at = text};
    fraction_sum(&r, out);
    fraction_skip(&r);
    return !r.bad && *r.at == '\0';
}

#endif

/* Rewriting of answers as LaTeX text: a draft to write into, and the few shapes that the rewritings look for. A
 * rewriting returns false where it does not apply; what it wrote by then does not matter. */
#ifndef CAIRN_TESTS_REWRITES_H
#define CAIRN_TESTS_REWRITES_H

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct draft {
    char text[4096];
    size_t length;
} draft;

typedef bool rewriting(const char *answer, draft *out);

typedef struct kind {
    const char *name;
    rewriting *rewrite;
} kind;

/* A piece of an answer. */
typedef struct piece {
    const char *at;
    int length;
} piece;

enum { PIECES_MOST = 16 };

static inline void put(draft *d, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(d->text + d->length, sizeof d->text - d->length, format, arguments);
    va_end(arguments);
    if (n > 0) d->length += (size_t)n;
    if (d->length >= sizeof d->text) d->length = sizeof d->text - 1;
}

static inline void put_piece(draft *d, piece p) {
    put(d, "%.*s", p.length, p.at);
}

static inline piece trimmed(const char *from, const char *to) {
    while (from < to && *from == ' ') from++;
    while (to > from && to[-1] == ' ') to--;
    return (piece){from, (int)(to - from)};
}

static inline bool piece_is(piece p, const char *text) {
    return (int)strlen(text) == p.length && memcmp(p.at, text, (size_t)p.length) == 0;
}

/* A run of digits as a number of at most 9 digits. */
static inline bool piece_number(piece p, long *out) {
    *out = 0;
    for (int i = 0; i < p.length; i++) {
        if (!isdigit((unsigned char)p.at[i])) return false;
        *out = 10 * *out + (p.at[i] - '0');
    }
    return p.length > 0 && p.length <= 9;
}

/* A piece with a sign before the digits or not. */
static inline bool piece_integer(piece p, long *out) {
    bool minus = p.length && p.at[0] == '-';
    if (!piece_number((piece){p.at + minus, p.length - minus}, out)) return false;
    if (minus) *out = -*out;
    return true;
}

static inline bool whole_integer(const char *s, long *out) {
    return piece_integer((piece){s, (int)strlen(s)}, out);
}

/* Whether s continues with the command, which ends there. */
static inline bool at_command(const char *s, const char *command) {
    size_t n = strlen(command);
    return strncmp(s, command, n) == 0 && !isalpha((unsigned char)s[n]);
}

static inline const char *find_command(const char *s, const char *command) {
    for (; (s = strstr(s, command)); s++)
        if (at_command(s, command)) return s;
    return NULL;
}

/* The argument at s: a braced group, one digit or letter, or a command. NULL: none; else its end. */
static inline const char *argument(const char *s, piece *out) {
    while (*s == ' ') s++;
    const char *from = s;
    if (*s == '{') {
        int depth = 0;
        do depth += (*s == '{') - (*s == '}');
        while (*s++ && depth);
        if (depth) return NULL;
        *out = (piece){from + 1, (int)(s - from) - 2};
        return s;
    }
    if (*s == '\\')
        for (s++; isalpha((unsigned char)*s); s++) {
        }
    else if (isalnum((unsigned char)*s))
        s++;
    *out = (piece){from, (int)(s - from)};
    return s == from ? NULL : s;
}

/* A fraction at s. NULL: none; else its end. */
static inline const char *fraction_at(const char *s, piece *above, piece *below) {
    if (at_command(s, "\\frac"))
        s += 5;
    else if (at_command(s, "\\dfrac"))
        s += 6;
    else
        return NULL;
    s = argument(s, above);
    return s ? argument(s, below) : NULL;
}

/* The whole answer is one fraction of whole numbers, with a sign before it or not. */
static inline bool whole_fraction(const char *s, bool *minus, long *above, long *below) {
    piece a, b;
    *minus = *s == '-';
    s = fraction_at(s + *minus, &a, &b);
    return s && !*s && piece_number(a, above) && piece_number(b, below);
}

/* The whole answer is one decimal: digits before and after the point. */
static inline bool whole_decimal(const char *s, piece *before, piece *after) {
    const char *point = strchr(s, '.');
    long number;
    if (!point) return false;
    *before = (piece){s, (int)(point - s)}, *after = (piece){point + 1, (int)strlen(point + 1)};
    return (before->length == 0 || piece_number(*before, &number)) && piece_number(*after, &number);
}

/* How deep in brackets of any kind; environments count as one. */
static inline int deeper(const char *s) {
    if (at_command(s, "\\begin")) return 1;
    if (at_command(s, "\\end")) return -1;
    if (strchr("([{", *s)) return 1;
    return strchr(")]}", *s) ? -1 : 0;
}

/* Pieces of [from, to) between the separators outside brackets. 0: more than PIECES_MOST. */
static inline int split(const char *from, const char *to, char separator, piece out[PIECES_MOST]) {
    int n = 0, depth = 0;
    for (const char *s = from;; s++) {
        if (s == to || (*s == separator && depth == 0 && (s == from || s[-1] != '\\'))) {
            if (n == PIECES_MOST) return 0;
            out[n++] = trimmed(from, s);
            if (s == to) return n;
            from = s + 1;
        }
        depth += deeper(s);
    }
}

/* An answer in brackets: the first and last bracket match each other. */
typedef struct bracketed {
    piece open, close, item[PIECES_MOST];
    int items;
} bracketed;

static inline bool in_brackets(const char *s, bracketed *out) {
    static const char *const opening[] = {"\\left(", "\\left[", "\\{", "(", "["};
    static const char *const closing[] = {"\\right)", "\\right]", "\\}", ")", "]"};
    size_t length = strlen(s);
    out->open = out->close = (piece){s, 0};
    for (int i = 0; i < 5; i++) {
        size_t n = strlen(opening[i]), m = strlen(closing[i]);
        if (!out->open.length && strncmp(s, opening[i], n) == 0) out->open.length = (int)n;
        if (!out->close.length && length > m && strcmp(s + length - m, closing[i]) == 0)
            out->close = (piece){s + length - m, (int)m};
    }
    if (!out->open.length || !out->close.length || out->close.at < s + out->open.length) return false;
    int depth = 0;
    for (const char *t = s + out->open.length - 1; *t; t++)
        if ((depth += deeper(t)) == 0 && t[1] && t < out->close.at) return false;
    out->items = split(s + out->open.length, out->close.at, ',', out->item);
    return out->items > 0;
}

/* An interval that cannot be a point: an end is closed or infinite. "x \in" may stand before it. */
static inline bool plain_interval(const char *s, bracketed *out) {
    if (strncmp(s, "x \\in ", 6) == 0) s += 6;
    if (!in_brackets(s, out) || out->items != 2 || strchr("{", out->open.at[out->open.length - 1])) return false;
    return strpbrk(s, "[]") || strstr(s, "\\infty");
}

/* Terms of a sum outside brackets, each with its sign. An answer of one term, a list and a relation give 0. */
static inline int terms(const char *s, piece out[PIECES_MOST]) {
    int n = 0, depth = 0;
    const char *from = s;
    if (strpbrk(s, ",=<>_&") || strstr(s, "\\pm") || strstr(s, "\\cup") || strstr(s, "\\in")) return 0;
    for (const char *t = s;; t++) {
        bool sign = (*t == '+' || *t == '-') && depth == 0 && t > s;
        if (sign || !*t) {
            if (n == PIECES_MOST) return 0;
            out[n++] = trimmed(from, t);
            from = t;
            if (!*t) return n > 1 ? n : 0;
        }
        depth += deeper(t);
    }
}

/* The answer with every occurrence of a command exchanged for other text. */
static inline bool exchange_command(const char *s, const char *command, const char *other, draft *out) {
    bool any = false;
    while (*s)
        if (at_command(s, command)) {
            put(out, "%s", other);
            s += strlen(command), any = true;
            if (isalpha((unsigned char)other[strlen(other) - 1]) && isalpha((unsigned char)*s)) put(out, " ");
        } else
            put(out, "%c", *s++);
    return any;
}

/* The answer with its first occurrence of some text exchanged. */
static inline bool exchange(const char *s, const char *old, const char *other, draft *out) {
    const char *at = strstr(s, old);
    if (at) put(out, "%.*s%s%s", (int)(at - s), s, other, at + strlen(old));
    return at != NULL;
}

/* One value: a number or an expression, no list, interval, relation, text, base, unit or matrix. */
static inline bool single_value(const char *s) {
    return !strpbrk(s, ",=_&$[") && !strstr(s, "\\text") && !strstr(s, "\\mbox") && !strstr(s, "\\pm") &&
           !strstr(s, "\\in") && !strstr(s, "\\circ") && !strstr(s, "\\cup") && !strstr(s, "\\{") &&
           !strstr(s, "\\begin");
}

#endif

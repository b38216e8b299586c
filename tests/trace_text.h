/* Arithmetic expressions as trees with exact values, and their texts in many styles: what trace_maker.h writes
 * solutions with. Values are fractions of 64-bit integers, computed from the tree that is also what is written. */
#ifndef CAIRN_TESTS_TRACE_TEXT_H
#define CAIRN_TESTS_TRACE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

enum { MAKER_NODES = 64, MAKER_STEPS = 40, MAKER_TEXT = 2048 };

typedef struct ratio {
    int64_t n, d; /* lowest terms, d > 0 */
} ratio;

/* An expression: a number (op 0), or two expressions. 'o' is "a% of b". */
typedef struct maker_node {
    char op;
    ratio value;
    int a, b;
} maker_node;

typedef enum maker_style {
    MAKER_LINES,      /* the whole expression again on every line, one operation done */
    MAKER_EQUATIONS,  /* the same, as "before = after" */
    MAKER_OPERATIONS, /* one operation a step, in words or signs */
    MAKER_LEFT,       /* one operation and what is left of the problem */
    MAKER_PARTS,      /* named parts, each worked out, then put together */
    MAKER_CHAIN,      /* everything in one chain of equalities, several operations a step */
    MAKER_STYLES
} maker_style;

typedef enum maker_numbers { MAKER_WHOLE, MAKER_DECIMAL, MAKER_FRACTION, MAKER_PERCENT, MAKER_KINDS } maker_numbers;

typedef enum maker_slip { MAKER_CLEAN, MAKER_RESULT, MAKER_COPY, MAKER_ANSWER } maker_slip;

typedef struct maker {
    cairn_rng rng;
    maker_style style;
    maker_numbers numbers;
    maker_slip slip;
    bool unicode, tight, all_brackets, square, signed_brackets;
    maker_node nodes[MAKER_NODES];
    int count, root;
    int operations, done, slip_at; /* slip_at: number of the operation that slips */
    char problem[MAKER_TEXT], steps[MAKER_STEPS][MAKER_TEXT];
    int n_steps, wrong; /* wrong: first wrong step, -1 in a clean trace */
    bool failed;        /* a number grew too large, or the slip found no place: draw again */
} maker;

static inline int maker_below(maker *m, int bound) {
    return (int)cairn_rng_below(&m->rng, (uint32_t)bound);
}

#define MAKER_PICK(m, list) ((list)[maker_below(m, (int)(sizeof(list) / sizeof *(list)))])

/* ---- fractions ------------------------------------------------------------------------------------------------------------ */

static inline ratio ratio_of(int64_t n, int64_t d) {
    int64_t a = n < 0 ? -n : n, b = d < 0 ? -d : d;
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    if (a == 0) a = 1;
    if (d < 0) a = -a;
    return (ratio){n / a, d / a};
}

static inline bool ratio_same(ratio x, ratio y) {
    return x.n == y.n && x.d == y.d;
}

static inline ratio ratio_apply(maker *m, char op, ratio x, ratio y) {
    ratio out = {0, 1};
    switch (op) {
    case '+':
        out = ratio_of(x.n * y.d + y.n * x.d, x.d * y.d);
        break;
    case '-':
        out = ratio_of(x.n * y.d - y.n * x.d, x.d * y.d);
        break;
    case '*':
        out = ratio_of(x.n * y.n, x.d * y.d);
        break;
    case 'o':
        out = ratio_of(x.n * y.n, x.d * y.d * 100);
        break;
    default:
        if (y.n == 0) m->failed = true;
        if (y.n != 0) out = ratio_of(x.n * y.d, x.d * y.n);
    }
    if (llabs(out.n) > 99999 || out.d > 2000) m->failed = true; /* nobody writes such numbers */
    if (m->failed) out = (ratio){1, 1};
    return out;
}

static inline ratio maker_value(maker *m, int at) {
    const maker_node *x = &m->nodes[at];
    return x->op ? ratio_apply(m, x->op, maker_value(m, x->a), maker_value(m, x->b)) : x->value;
}

/* ---- writing ---------------------------------------------------------------------------------------------------------------- */

static inline void put(char *out, const char *text) {
    size_t used = strlen(out);
    snprintf(out + used, MAKER_TEXT - used, "%s", text);
}

static inline bool terminating(int64_t d) {
    while (d % 2 == 0) d /= 2;
    while (d % 5 == 0) d /= 5;
    return d == 1;
}

static inline void put_number(const maker *m, char *out, ratio x) {
    char text[64];
    int64_t n = llabs(x.n), whole = n / x.d;
    if (x.n < 0) put(out, m->unicode ? "\u2212" : "-");
    if (x.d == 1) {
        snprintf(text, sizeof text, "%lld", (long long)n);
    } else if (terminating(x.d) && m->numbers != MAKER_FRACTION) {
        int used = snprintf(text, sizeof text, "%lld.", (long long)whole);
        for (int64_t rest = (n % x.d) * 10; rest; rest = (rest % x.d) * 10)
            used += snprintf(text + used, sizeof text - (size_t)used, "%lld", (long long)(rest / x.d));
    } else {
        snprintf(text, sizeof text, "%lld/%lld", (long long)n, (long long)x.d);
    }
    put(out, text);
}

static inline const char *sign_of(const maker *m, char op) {
    static const char *const ascii[] = {"+", "-", "*", "/", "% of "};
    static const char *const other[] = {"+", "\u2212", "\u00d7", "\u00f7", "% of "};
    int i = (int)(strchr("+-*/o", op) - "+-*/o");
    return m->unicode ? other[i] : ascii[i];
}

static inline int level(char op) {
    return op == 0 ? 3 : op == '+' || op == '-' ? 1 : 2;
}

/* Expression `at` as an operand of `parent` (0: none), on its right or left side. */
static inline void put_expression(const maker *m, char *out, int at, char parent, bool right, int depth) {
    const maker_node *x = &m->nodes[at];
    bool fraction = !x->op && x->value.d != 1 && (!terminating(x->value.d) || m->numbers == MAKER_FRACTION);
    bool sign = !x->op && x->value.n < 0 && parent && (m->signed_brackets || m->tight);
    bool low = x->op && parent && (level(x->op) < level(parent) || (right && level(x->op) == level(parent)));
    bool brackets = (x->op && parent && m->all_brackets) || low || sign || (fraction && parent);
    if (x->op == 'o' && parent) brackets = true;
    if (brackets) put(out, m->square && depth % 2 ? "[" : "(");
    if (x->op) {
        put_expression(m, out, x->a, x->op, false, depth + brackets);
        const char *blank = m->tight || x->op == 'o' ? "" : " ";
        put(out, blank);
        put(out, sign_of(m, x->op));
        put(out, blank);
        put_expression(m, out, x->b, x->op, true, depth + brackets);
    } else {
        put_number(m, out, x->value);
    }
    if (brackets) put(out, m->square && depth % 2 ? "]" : ")");
}

static inline void put_whole(const maker *m, char *out, int at) {
    put_expression(m, out, at, 0, false, 0);
}

/* A step's pattern: %e an expression, %a %b operands, %o sign, %w word for the sign, %c result, %r what is left. */
typedef struct maker_fill {
    int e;
    ratio a, b, c;
    char op;
    int rest;
    const char *name;
} maker_fill;

static inline void put_operand(const maker *m, char *out, ratio x, bool first) {
    bool brackets = (x.n < 0 && !first && (m->signed_brackets || m->tight)) ||
                    (x.d != 1 && (!terminating(x.d) || m->numbers == MAKER_FRACTION));
    if (brackets) put(out, "(");
    put_number(m, out, x);
    if (brackets) put(out, ")");
}

static inline void fill(const maker *m, char *out, const char *pattern, const maker_fill *f) {
    static const char *const words[] = {"plus", "minus", "times", "divided by", "% of"};
    for (const char *p = pattern; *p; p++) {
        char one[2] = {*p, '\0'};
        if (*p != '%' || !p[1]) {
            put(out, one);
            continue;
        }
        switch (*++p) {
        case 'e':
            put_whole(m, out, f->e);
            break;
        case 'r':
            put_whole(m, out, f->rest);
            break;
        case 'a':
            put_operand(m, out, f->a, true);
            break;
        case 'b':
            put_operand(m, out, f->b, false);
            break;
        case 'c':
            put_number(m, out, f->c);
            break;
        case 'o':
            put(out, sign_of(m, f->op));
            break;
        case '%':
            put(out, "%");
            break;
        case 'w':
            put(out, words[strchr("+-*/o", f->op) - "+-*/o"]);
            break;
        default:
            put(out, f->name);
        }
    }
}

#endif

/* Sides that the grammar reads: where they begin and end, and the flags of their values from the tree. */
#include "tool/arithmetic/formula.h"

#include <math.h>
#include <string.h>

#include "tool/arithmetic/machine.h"
#include "tool/math/expression.h"
#include "tool/math/read.h"
#include "tool/math/value.h"

/* Longer sides are read from their tokens. FORMULA_ROOM: what values of a side take at most [bytes]. */
enum { FORMULA_TOKENS = 200, FORMULA_BYTES = 2000, FORMULA_NODES = 100, FORMULA_ARENA = 4096, FORMULA_ROOM = 16384 };

/* ---- finding sides ---- */

static bool is_relation(const lex *l, size_t at) {
    return at < l->count && (l->tokens[at].kind == LEX_EQUAL || l->tokens[at].kind == LEX_APPROXIMATE);
}

static bool is_dollar(const lex *l, size_t at) {
    return at < l->count && l->tokens[at].kind == LEX_CURRENCY && l->text[l->tokens[at].at] == '$';
}

/* The byte `ahead` of a token's start, blank outside the text. */
static char byte_at(const lex *l, size_t token, int ahead) {
    size_t at = l->tokens[token].at;
    if (ahead < 0 && at == 0) return ' ';
    at = ahead < 0 ? at - 1 : at + (size_t)ahead;
    return at < l->length ? l->text[at] : ' ';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the dollar may open a formula: a blank or a bracket before it, none after it. */
static bool may_open(const lex *l, size_t at) {
    const lex_token *t = &l->tokens[at];
    return (t->space || at == 0 || strchr("\n(,:.$", t[-1].kind)) && !is_blank(byte_at(l, at, 1));
}

/* Whether it may close one: no blank before it, and no number or word directly after it. */
static bool may_close(const lex *l, size_t at) {
    const lex_token *t = &l->tokens[at];
    return at > 0 && !is_blank(byte_at(l, at, -1)) && (at + 1 >= l->count || t[1].space || !strchr("nwu(", t[1].kind));
}

/* Whether a formula that is open at token `at` is closed by a dollar after it. */
static bool closes_after(const lex *l, size_t at) {
    for (size_t i = at; i < l->count && i < at + FORMULA_TOKENS && l->text[l->tokens[i].at] != '\n'; i++)
        if (is_dollar(l, i)) return may_close(l, i);
    return false;
}

static bool opens_before(const lex *l, size_t at) {
    for (size_t i = at; i-- > 0 && i + FORMULA_TOKENS > at && l->text[l->tokens[i].at] != '\n';)
        if (is_dollar(l, i)) return may_open(l, i);
    return false;
}

/* \( or \[ (`side` 0), \) or \] (1). */
static bool is_delimiter(const lex *l, size_t at, int side) {
    if (at >= l->count || l->tokens[at].kind != LEX_LINE || l->tokens[at].length != 2) return false;
    const char *text = l->text + l->tokens[at].at;
    return text[0] == '\\' && (text[1] == "()"[side] || text[1] == "[]"[side]);
}

static bool is_mark(const lex *l, size_t at) {
    return l->tokens[at].kind == LEX_OTHER && l->text[l->tokens[at].at] == '&';
}

static bool has_words(const lex *l, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (l->tokens[i].kind == LEX_WORD || l->tokens[i].kind == LEX_CURRENCY || l->tokens[i].kind == LEX_FROM)
            return true;
    return false;
}

/* Whether a sign stands there that tokens do not read, or a command. Plain arithmetic is the same by both readers. */
static bool has_signs(const lex *l, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (strchr("?fv", l->tokens[i].kind)) return true;
    return false;
}

bool formula_find(const lex *l, const chain_part *part, bool tail, formula_side *out) {
    formula_side side = {.from = part->from, .stop = part->to, .next = part->to};
    size_t dollar;
    if (tail && !is_relation(l, part->to)) return false;
    if (tail) {
        for (dollar = part->to; dollar > part->from && !is_dollar(l, dollar - 1);) dollar--;
        if (dollar > part->from) {
            if (!may_open(l, dollar - 1) || !closes_after(l, part->to)) return false;
            side.from = dollar;
            side.opens = true;
        } else if (part->from > 0 && is_delimiter(l, part->from - 1, 0)) {
            side.opens = true;
        } else if (part->from == 0 || !is_relation(l, part->from - 1)) {
            return false;
        }
    } else {
        if (part->from == 0 || !is_relation(l, part->from - 1)) return false;
        for (dollar = part->from; dollar < part->to && !is_dollar(l, dollar);) dollar++;
        if (dollar < part->to) {
            if (!may_close(l, dollar) || !opens_before(l, part->from)) return false;
            side.stop = dollar;
            side.next = dollar + 1;
            while (is_dollar(l, side.next) && !l->tokens[side.next].space) side.next++; /* $$ */
            side.closes = true;
        } else if (is_delimiter(l, part->to, 1)) {
            side.closes = true;
        } else if (!is_relation(l, part->to)) {
            return false;
        }
    }
    if (!tail && side.closes && side.next < part->to &&
        (l->tokens[side.next].kind == '%' || lex_is(l, side.next, "percent")))
        return false;
    while (side.from < side.stop && is_mark(l, side.from)) side.from++;
    while (side.stop > side.from && is_mark(l, side.stop - 1)) side.stop--;
    if (side.from >= side.stop || side.stop - side.from > FORMULA_TOKENS || has_words(l, side.from, side.stop))
        return false;
    if (!side.opens && !side.closes && !has_signs(l, side.from, side.stop)) return false;
    *out = side;
    return true;
}

/* ---- values ---- */

/* A numeral: digits, decimals, size. */
static bool literal(calc *m, const math_node *node, calc_value *out) {
    long decimals;
    int digits;
    if (strchr(node->text, '(')) return false; /* repeating decimals */
    if (!calc_numeral(node->text, strlen(node->text), m->scratch, &decimals, &digits)) return false;
    double size = fabs(mpq_get_d(m->scratch));
    if (size > out->most) out->most = size;
    out->doubt |= node->text[0] == '0' && node->text[1] >= '0' && node->text[1] <= '9';
    out->literals++;
    out->decimals = decimals > 0 ? (int)decimals : 0;
    out->digits = digits;
    out->fractional |= strchr(node->text, '.') != NULL;
    return true;
}

static bool is_grouped(const math_node *node) {
    return node->flags & MATH_FLAG_GROUPED;
}

/* Whether a fraction was written with "/". */
static bool is_division(const char *text, const math_node *node) {
    return node->kind == MATH_QUOTIENT && !is_grouped(node) && text[node->start] != '\\';
}

/* What the grammar reads by a convention that not all share: 168/20%, 4\frac{8}{5}, 3 + 4 \bmod 5. */
static bool is_convention(const math_node *node) {
    const math_node *first = node->kids ? node->kid[0] : node;
    switch (node->kind) {
    case MATH_PERCENT:
        return first->kind == MATH_QUOTIENT && !is_grouped(first);
    case MATH_PRODUCT:
        return node->flags & MATH_FLAG_IMPLICIT && first->kind == MATH_NUMBER && !is_grouped(first) &&
               node->kid[1]->kind == MATH_QUOTIENT && !is_grouped(node->kid[1]);
    case MATH_CALL:
        return strcmp(node->text, "mod") == 0;
    default:
        return false;
    }
}

/* Whether a blank and a bracket that opens stand between two factors: "5 (2)" may be a number and a remark. */
static bool is_apart(const char *text, const math_node *left, const math_node *right) {
    bool blank = false, bracket = false;
    for (uint32_t i = left->end; i < right->start; i++) {
        if (text[i] == '\\') return false;
        blank = blank || text[i] == ' ';
        bracket = bracket || text[i] == '(';
    }
    return blank && bracket;
}

/* What signs leave open: 1/2/3, 6/2(3), 2^3^2, -1^4. */
static void unclear(const char *text, const math_node *node, calc_value *out) {
    switch (node->kind) {
    case MATH_QUOTIENT:
        out->divisions |= node->kid[0]->kind == MATH_QUOTIENT && !is_grouped(node->kid[0]);
        break;
    case MATH_PRODUCT:
        for (uint32_t i = 0; i < node->kids && node->flags & MATH_FLAG_IMPLICIT; i++)
            out->doubt |= is_division(text, node->kid[i]) || (i > 0 && node->kid[i - 1]->kind == MATH_NUMBER &&
                                                              is_apart(text, node->kid[i - 1], node->kid[i]));
        break;
    case MATH_POWER:
        out->doubt |= node->kid[1]->kind == MATH_POWER && !is_grouped(node->kid[1]);
        break;
    case MATH_NEGATE:
        out->signed_power |= node->kid[0]->kind == MATH_POWER && !is_grouped(node->kid[0]);
        break;
    case MATH_MIXED:
        out->mixed = true;
        break;
    default:
        break;
    }
}

static bool shown(calc *m, const char *text, const math_node *node, calc_value *out, int *nodes) {
    if (++*nodes > FORMULA_NODES || is_convention(node)) return false;
    switch (node->kind) {
    case MATH_NUMBER:
        return literal(m, node, out);
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_POWER:
        out->operators += (int)node->kids - 1;
        break;
    case MATH_ROOT:
    case MATH_FACTORIAL:
    case MATH_ABS:
    case MATH_FLOOR:
    case MATH_CEILING:
    case MATH_CALL:
        out->operators++;
        break;
    case MATH_NEGATE:
    case MATH_MIXED:
    case MATH_PERCENT:
        break;
    default:
        return false;
    }
    for (uint32_t i = 0; i < node->kids; i++)
        if (!(node->kind == MATH_ROOT && i == 1) && !shown(m, text, node->kid[i], out, nodes)) return false;
    unclear(text, node, out);
    if (node->kind == MATH_PERCENT) {
        out->percents++;
        out->decimals += 2;
    }
    if (!math_rational(m->engine, node, m->scratch)) return false;
    double size = fabs(mpq_get_d(m->scratch));
    if (size > out->most) out->most = size;
    return true;
}

static bool prepare(calc *m) {
    if (!m->arena && cairn_arena_open(m->ctx, FORMULA_ARENA, &m->arena) != CAIRN_OK) return false;
    if (!m->engine && math_engine_open(m->ctx, &m->engine) != CAIRN_OK) return false;
    math_engine_bound(m->engine, CAIRN_TOOL_BITS_MOST);
    cairn_arena_reset(m->arena);
    return true;
}

bool formula_value(calc *m, const lex *l, const formula_side *side, calc_value *out) {
    const lex_token *before = &l->tokens[side->from > 0 ? side->from - 1 : 0];
    size_t start = side->from > 0 ? before->at + before->length : before->at; /* commands that are no tokens too */
    size_t end = side->stop < l->count ? l->tokens[side->stop].at : l->length, length = end - start;
    const char *text = l->text + start;
    math_node *tree;
    int nodes = 0;
    if (length > FORMULA_BYTES || !calc_spend(m, (int64_t)length) || !prepare(m)) return false;
    if (math_read(m->ctx, m->arena, text, length, &tree) != CAIRN_OK) return false;
    void *room = cairn_alloc(m->ctx, FORMULA_ROOM, 1); /* GMP ends the process when it gets no memory */
    if (!room) return false;
    cairn_free(room);
    calc_value_reset(out);
    int64_t work = math_work(m->engine);
    bool known = shown(m, text, tree, out, &nodes) && math_rational(m->engine, tree, out->value);
    if (!calc_spend(m, math_work(m->engine) - work) || !known) return false;
    out->doubt |= side->closes && tree->kind == MATH_FACTORIAL; /* "$3 + 4 = 7!$": perhaps an exclamation */
    out->from = side->from;
    out->stop = side->stop;
    return true;
}

bool formula_expression(calc *m, const char *text, size_t length, mpq_t out) {
    math_node *tree;
    return calc_spend(m, (int64_t)length) && prepare(m) &&
           math_read_expression(m->ctx, m->arena, text, length, NULL, &tree) == CAIRN_OK &&
           math_evaluate(m->ctx, tree, NULL, out) == CAIRN_OK;
}

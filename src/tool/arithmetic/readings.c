/* Other readings of signs: each is a rewriting of the nodes that it is about. */
#include "tool/arithmetic/readings.h"

#include <string.h>

bool reading_is_grouped(const math_node *node) {
    return node->flags & MATH_FLAG_GROUPED;
}

bool reading_is_division(const char *text, const math_node *node) {
    return node->kind == MATH_QUOTIENT && !reading_is_grouped(node) && text[node->start] != '\\';
}

bool reading_may_be_mixed(const char *text, const math_node *left, const math_node *right) {
    if (left->kind != MATH_NUMBER || reading_is_grouped(left) || right->kind != MATH_QUOTIENT) return false;
    for (uint32_t i = left->end; i < right->start; i++)
        if (text[i] != ' ') return false;
    return !reading_is_grouped(right) && text[right->start] == '\\';
}

/* A node of one or two kids in the place of `at`. NULL: no memory, or a kid is. */
static math_node *make(cairn_arena *arena, const math_node *at, math_kind kind, math_node *a, math_node *b) {
    math_node *node = a ? cairn_arena_alloc(arena, 1, sizeof *node) : NULL;
    math_node **kid = node ? cairn_arena_alloc(arena, 2, sizeof *kid) : NULL;
    if (!kid) return NULL;
    kid[0] = a;
    kid[1] = b;
    *node = (math_node){.kind = kind, .start = at->start, .end = at->end, .kid = kid, .kids = b ? 2 : 1};
    return node;
}

static math_node *copy(cairn_arena *arena, const math_node *node) {
    math_node *same = cairn_arena_alloc(arena, 1, sizeof *same);
    math_node **kid = same ? cairn_arena_alloc(arena, node->kids + 1, sizeof *kid) : NULL;
    if (!kid) return NULL;
    *same = *node;
    same->kid = kid;
    for (uint32_t i = 0; i < node->kids; i++) kid[i] = node->kid[i];
    return same;
}

/* ---- per cent -------------------------------------------------------------------------------------------------- */

/* 80 + 20% is 80 (1 + 20%), whatever stands before a bare percentage. */
static math_node *shares(cairn_arena *arena, math_node *sum) {
    math_node *whole = sum->kid[0], *one = make(arena, sum, MATH_NUMBER, whole, NULL);
    if (!one) return NULL;
    one->kids = 0;
    one->text = "1";
    for (uint32_t i = 1; i < sum->kids && whole; i++) {
        math_node *kid = sum->kid[i], *bare = kid->kind == MATH_NEGATE ? kid->kid[0] : kid;
        bool share = bare->kind == MATH_PERCENT && !(i == 1 && whole->kind == MATH_PERCENT);
        whole = share ? make(arena, sum, MATH_PRODUCT, whole, make(arena, sum, MATH_SUM, one, kid))
                      : make(arena, sum, MATH_SUM, whole, kid);
    }
    return whole;
}

/* ---- divisions ------------------------------------------------------------------------------------------------- */

/* Whether the sign of a division has no blank beside it. */
static bool is_tight(const char *text, const math_node *division) {
    for (uint32_t i = division->kid[0]->end; i < division->kid[1]->start; i++)
        if (text[i] == '/') return i > 0 && text[i - 1] != ' ' && text[i + 1] != ' ';
    return false;
}

/* a / (b / (c / ...)) of operands [from, to). */
static math_node *tower(cairn_arena *arena, const math_node *at, math_node *const *operand, uint32_t from,
                        uint32_t to) {
    math_node *node = operand[to - 1];
    for (uint32_t i = to - 1; i-- > from;) node = make(arena, at, MATH_QUOTIENT, operand[i], node);
    return node;
}

enum { DIVISIONS_MOST = 16 };

/* "a / b/c" and "a / b / c" divide by a fraction, "a/b / c/d" divides two of them. */
static math_node *fractions(cairn_arena *arena, const char *text, math_node *last) {
    math_node *operand[DIVISIONS_MOST + 1], *whole = last;
    bool tight[DIVISIONS_MOST];
    uint32_t n = 0, begin = DIVISIONS_MOST, end = DIVISIONS_MOST;
    for (; n < DIVISIONS_MOST && reading_is_division(text, whole); n++, whole = whole->kid[0]) {
        operand[DIVISIONS_MOST - n] = whole->kid[1];
        tight[DIVISIONS_MOST - 1 - n] = is_tight(text, whole);
    }
    begin -= n;
    operand[begin] = whole;
    if (n < 2) return last;
    for (uint32_t i = begin + 1; i < end; i++) { /* the sign before operand i + 1 */
        if (tight[i] || !tight[i - 1]) continue;
        operand[i] = tower(arena, last, operand, begin, i + 1);
        if (!operand[i]) return NULL;
        begin = i;
    }
    return tower(arena, last, operand, begin, end + 1);
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

const math_node *reading_leading(const math_node *node) {
    while ((node->kind == MATH_PRODUCT || node->kind == MATH_QUOTIENT) && !reading_is_grouped(node))
        node = node->kid[0];
    return node->kind == MATH_POWER && !reading_is_grouped(node) ? node : NULL;
}

/* (-a)^b c of -a^b c; the nodes are copies. */
static math_node *signed_power(cairn_arena *arena, math_node *node) {
    const math_node *power = reading_leading(node->kid[0]);
    if (!power) return node;
    power->kid[0] = make(arena, node, MATH_NEGATE, power->kid[0], NULL);
    return power->kid[0] ? node->kid[0] : NULL;
}

/* 2\frac{1}{3} as one number in a product. */
static math_node *mixed_factors(cairn_arena *arena, const char *text, math_node *product) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < product->kids; i++) {
        math_node *kid = product->kid[i];
        if (i > 0 && reading_may_be_mixed(text, product->kid[kept - 1], kid))
            kid = make(arena, product, MATH_SUM, product->kid[--kept], kid);
        if (!kid) return NULL;
        product->kid[kept++] = kid;
    }
    product->kids = kept;
    return kept == 1 ? product->kid[0] : product;
}

static math_node *rewrite(cairn_arena *arena, const char *text, math_node *node, calc_reading reading) {
    switch (reading) {
    case CALC_NO_PERCENT:
        return node->kind == MATH_PERCENT ? node->kid[0] : node;
    case CALC_SHARE:
        return node->kind == MATH_SUM ? shares(arena, node) : node;
    case CALC_FRACTIONS:
        return reading_is_division(text, node) ? fractions(arena, text, node) : node;
    case CALC_PRODUCTS:
        if (node->kind == MATH_PRODUCT) return mixed_factors(arena, text, node);
        return node->kind == MATH_MIXED ? make(arena, node, MATH_PRODUCT, node->kid[0], node->kid[1]) : node;
    case CALC_SIGNED:
        return node->kind == MATH_NEGATE ? signed_power(arena, node) : node;
    default:
        return node;
    }
}

math_node *reading_of(cairn_arena *arena, const char *text, math_node *tree, calc_reading reading) {
    math_node *node = copy(arena, tree);
    /* a chain of divisions is rewritten as one, from its last sign */
    bool chain = reading == CALC_FRACTIONS && reading_is_division(text, tree);
    for (uint32_t i = 0; node && i < node->kids; i++) {
        math_node *kid = node->kid[i], *minus = NULL;
        if (node->kind == MATH_SUM && i > 0 && kid->kind == MATH_NEGATE && !reading_is_grouped(kid)) {
            minus = copy(arena, kid); /* a sign between: a - b^2 */
            kid = kid->kid[0];
        }
        bool inside = chain && i == 0 && reading_is_division(text, kid);
        math_node *read = inside ? kid : reading_of(arena, text, kid, reading);
        if (!read) return NULL;
        if (minus) minus->kid[0] = read;
        node->kid[i] = minus ? minus : read;
    }
    return node ? rewrite(arena, text, node, reading) : NULL;
}

/* Sides that are compared as trees: with letters, and with irrational values. */
#include <math.h>
#include <string.h>

#include "tool/arithmetic/formula.h"

/* Computed sides that are nearer may be rounded on the way. */
static const double NEAR_GAP = 0.01, APPROXIMATE_GAP = 0.2;

void formula_bytes(const lex *tokens, const calc_value *side, size_t *start, size_t *length) {
    const lex_token *k = tokens->tokens;
    size_t from = side->from, to = side->stop;
    while (from + 1 < to && k[from].kind == LEX_CURRENCY) from++;
    while (to > from + 1 && k[to - 1].kind == LEX_CURRENCY) to--;
    *start = k[from].at;
    *length = k[to - 1].at + k[to - 1].length - *start;
}

bool formula_equal(calc *m, const char *left, size_t left_length, const char *right, size_t right_length) {
    math_node *l, *r;
    if (!calc_prepare(m) || math_read(m->ctx, m->arena, left, left_length, &l) != CAIRN_OK ||
        math_read(m->ctx, m->arena, right, right_length, &r) != CAIRN_OK)
        return true;
    int64_t work = math_work(m->engine);
    bool same = math_equal(m->engine, l, r).equal == CAIRN_VERDICT_RIGHT;
    return calc_spend(m, math_work(m->engine) - work) && same;
}

/* A decimal shown for an irrational value. A whole number beside pi may count multiples of it. */
static cairn_equation_code compare_digits(math_engine *engine, const math_node *decimal, const math_node *exact,
                                          bool approximate) {
    int digits;
    bool point = strchr((decimal->kids ? decimal->kid[0] : decimal)->text, '.');
    switch (math_rounds(engine, decimal, exact, &digits)) {
    case MATH_ROUNDING_EXACT:
        return CAIRN_EQUATION_EXACT;
    case MATH_ROUNDING_ROUNDED:
        return point || approximate ? CAIRN_EQUATION_ROUNDED : CAIRN_EQUATION_WHOLE;
    case MATH_ROUNDING_TRUNCATED:
        return point ? CAIRN_EQUATION_TRUNCATED : CAIRN_EQUATION_WHOLE;
    case MATH_ROUNDING_OTHER: /* pi is the only name that is read */
        return approximate || (!point && math_holds(exact, MATH_NAME)) ? CAIRN_EQUATION_DOUBTFUL : CAIRN_EQUATION_WRONG;
    default:
        return CAIRN_EQUATION_DOUBTFUL;
    }
}

static bool is_literal(const math_node *node) {
    return node->kind == MATH_NUMBER || (node->kind == MATH_NEGATE && node->kid[0]->kind == MATH_NUMBER);
}

cairn_equation_code formula_compare(calc *m, const lex *tokens, const calc_value *left, const calc_value *right,
                                    bool approximate) {
    size_t start, length;
    math_node *l, *r;
    bool plain = !left->unit_count && !right->unit_count && !left->names && !right->names;
    if (!plain || !calc_prepare(m)) return CAIRN_EQUATION_DOUBTFUL;
    formula_bytes(tokens, left, &start, &length);
    if (math_read(m->ctx, m->arena, tokens->text + start, length, &l) != CAIRN_OK) return CAIRN_EQUATION_DOUBTFUL;
    formula_bytes(tokens, right, &start, &length);
    if (math_read(m->ctx, m->arena, tokens->text + start, length, &r) != CAIRN_OK) return CAIRN_EQUATION_DOUBTFUL;
    int64_t work = math_work(m->engine);
    cairn_verdict equal = math_equal(m->engine, l, r).equal;
    if (!calc_spend(m, math_work(m->engine) - work)) return CAIRN_EQUATION_DOUBTFUL;
    if (equal == CAIRN_VERDICT_RIGHT) return CAIRN_EQUATION_EXACT;
    cairn_equation_code code = CAIRN_EQUATION_DOUBTFUL;
    double gap = fabs(mpq_get_d(left->value) / mpq_get_d(right->value) - 1);
    if (is_literal(r))
        code = compare_digits(m->engine, r, l, approximate);
    else if (is_literal(l))
        code = compare_digits(m->engine, l, r, approximate);
    else if (equal == CAIRN_VERDICT_WRONG && gap > (approximate ? APPROXIMATE_GAP : NEAR_GAP))
        code = CAIRN_EQUATION_WRONG;
    bool doubt = code == CAIRN_EQUATION_WRONG && (left->doubt || right->doubt);
    return doubt ? CAIRN_EQUATION_DOUBTFUL : code;
}

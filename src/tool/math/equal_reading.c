/* Other readings of a formula, which people mean too: where one of them makes two sides equal, they are UNKNOWN. */
#include <stdio.h>
#include <string.h>

#include "tool/math/equal_rules.h"
#include "tool/math/units.h"

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { READINGS_WORK = 500000 }; /* no other reading is tried after more work */

/* "14 (7 + 7)", "3/2 (1.5)": a bracket after a blank that says again what stands before it. */
static bool is_remark(comparing *c, const math_node *value, const math_node *bracket) {
    math_judgement out;
    bool apart = bracket->start > value->end + 1;
    if (!(bracket->flags & MATH_FLAG_GROUPED) || !apart || !math_is_constant(value) || !math_is_constant(bracket))
        return false;
    return compare_trees(c, value, bracket, &out) != CAIRN_VERDICT_WRONG;
}

static bool is_whole_number(const math_node *node) {
    return node->kind == MATH_NUMBER && strspn(node->text, "0123456789") == strlen(node->text);
}

/* 5k as 5000, 1/2x as 1/(2x), 0.1(6) as 0.1666..., 11\frac{7}{6} as a sum; `node` where there is no other reading. */
static const math_node *other_product(comparing *c, const math_node *node) {
    static const struct {
        const char *name, *means;
    } suffixes[] = {{"k", "1000"}, {"K", "1000"}, {"M", "1000000"}, {"m", "1000000"}, {"B", "1000000000"}};
    if (!(node->flags & MATH_FLAG_IMPLICIT) || node->kids < 2) return node;
    const math_node *first = node->kid[0], *last = node->kid[node->kids - 1];
    if (node->kids == 2 && first->kind == MATH_NUMBER && last->kind == MATH_NAME) {
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
            if (strcmp(suffixes[i].name, last->text) == 0)
                return tree_two(c, MATH_PRODUCT, first, tree_leaf(c, MATH_NUMBER, suffixes[i].means));
    }
    if (node->kids == 2 && first->kind == MATH_NUMBER && last->kind == MATH_NUMBER && strchr(first->text, '.') &&
        !strpbrk(first->text, "(e") && strspn(last->text, "0123456789") == strlen(last->text)) {
        return tree_text(c, MATH_NUMBER, cairn_arena_printf(c->arena, "%s(%s)", first->text, last->text));
    }
    if (node->kids == 2 && is_remark(c, first, last)) return first;
    if (node->kids == 2 && is_whole_number(first) && last->kind == MATH_QUOTIENT &&
        !(last->flags & MATH_FLAG_GROUPED) && is_whole_number(last->kid[0]) && is_whole_number(last->kid[1]))
        return tree_two(c, MATH_SUM, first, last);
    if (first->kind != MATH_QUOTIENT || (first->flags & MATH_FLAG_GROUPED)) return node;
    const math_node *factors[COMPARE_ITEMS_MOST];
    if (node->kids > COMPARE_ITEMS_MOST) return node;
    factors[0] = first->kid[1];
    for (uint32_t i = 1; i < node->kids; i++) factors[i] = node->kid[i];
    return tree_two(c, MATH_QUOTIENT, first->kid[0], tree_of(c, MATH_PRODUCT, node->kids, factors));
}

/* C_{10}^3 as a binomial coefficient, A_5^2 and P_5^2 as 5!/3!. */
static const math_node *other_power(comparing *c, const math_node *node) {
    const math_node *name = node->kid[0], *k = node->kid[1];
    int all = 0, some = 0, used = 0;
    if (name->kind != MATH_NAME || !strchr("CAP", name->text[0]) || !tree_small_integer(k, &some)) return node;
    if (sscanf(name->text + 1, "_{%4d}%n", &all, &used) != 1 || name->text[1 + used] || !used) used = 0;
    if (!used && (sscanf(name->text + 1, "_%1d%n", &all, &used) != 1 || name->text[1 + used])) return node;
    if (some < 0 || some > all || all < 2) return node;
    const math_node *n = tree_text(c, MATH_NUMBER, cairn_arena_printf(c->arena, "%d", all));
    if (name->text[0] == 'C') {
        math_node *call = tree_two(c, MATH_CALL, n, k);
        if (call) call->text = "binomial";
        return call;
    }
    const math_node *rest = tree_text(c, MATH_NUMBER, cairn_arena_printf(c->arena, "%d", all - some));
    return tree_two(c, MATH_QUOTIENT, tree_one(c, MATH_FACTORIAL, n), tree_one(c, MATH_FACTORIAL, rest));
}

static bool is_remainder(const math_node *node) {
    return node->kind == MATH_CALL && node->kids == 2 && strcmp(node->text, "mod") == 0;
}

/* 5 - 1 mod 2 as (5 - 1) mod 2. */
static const math_node *other_sum(comparing *c, const math_node *node) {
    const math_node *last = node->kid[node->kids - 1], *terms[COMPARE_ITEMS_MOST];
    const math_node *remainder = last->kind == MATH_NEGATE ? last->kid[0] : last;
    if (!is_remainder(remainder) || (remainder->flags & MATH_FLAG_GROUPED) || node->kids > COMPARE_ITEMS_MOST)
        return node;
    for (uint32_t i = 0; i < node->kids; i++) terms[i] = node->kid[i];
    terms[node->kids - 1] = remainder == last ? remainder->kid[0] : tree_one(c, MATH_NEGATE, remainder->kid[0]);
    math_node *call = tree_two(c, MATH_CALL, tree_of(c, MATH_SUM, node->kids, terms), remainder->kid[1]);
    if (call) call->text = "mod";
    return call;
}

/* "log2 x", read as log(2x), as the logarithm to the base 2; -1 mod 2 as -(1 mod 2). */
static const math_node *other_call(comparing *c, const math_node *node) {
    const math_node *of = node->kid[0];
    if (is_remainder(node) && of->kind == MATH_NEGATE && !(of->flags & MATH_FLAG_GROUPED)) {
        math_node *positive = tree_two(c, MATH_CALL, of->kid[0], node->kid[1]);
        if (positive) positive->text = node->text;
        return tree_one(c, MATH_NEGATE, positive);
    }
    if (node->kids != 1 || strcmp(node->text, "log") != 0 || of->kind != MATH_PRODUCT || of->kids != 2 ||
        (of->flags & MATH_FLAG_GROUPED) || of->kid[0]->kind != MATH_NUMBER)
        return node;
    math_node *call = tree_two(c, MATH_CALL, of->kid[1], of->kid[0]);
    if (call) call->text = node->text;
    return call;
}

/* Names for constants where the other side does not have them: the constant of integration, the golden ratio, i. */
static const math_node *other_name(comparing *c, const math_node *node, const math_node *other) {
    bool imaginary = strcmp(node->text, "I") == 0 || strcmp(node->text, "j") == 0;
    if (tree_holds_name(other, node->text)) return node;
    if (strcmp(node->text, "C") == 0) return tree_leaf(c, MATH_NUMBER, "0");
    if (imaginary) return tree_leaf(c, MATH_NAME, "i");
    if (strcmp(node->text, "phi") != 0) return node;
    const math_node *two = tree_leaf(c, MATH_NUMBER, "2");
    const math_node *root = tree_two(c, MATH_ROOT, tree_leaf(c, MATH_NUMBER, "5"), two);
    return tree_two(c, MATH_QUOTIENT, tree_two(c, MATH_SUM, tree_leaf(c, MATH_NUMBER, "1"), root), two);
}

static const math_node *read_otherwise(comparing *c, const math_node *node, void *with) {
    const math_node *other = *(const math_node **)with;
    switch (node->kind) {
    case MATH_SUM:
        return other_sum(c, node);
    case MATH_PRODUCT:
        return other_product(c, node);
    case MATH_POWER:
        return other_power(c, node);
    case MATH_CALL:
        return other_call(c, node);
    case MATH_NAME:
        return other_name(c, node, other);
    default:
        return node;
    }
}

/* "5 m", "5 kN", and any run of capitals after a number, as an amount: 5 USD, 5 QED; NULL: it is none. */
static const math_node *as_quantity(comparing *c, const math_node *node) {
    bool two = node->kind == MATH_PRODUCT && node->kids == 2 && node->flags & MATH_FLAG_IMPLICIT;
    if (!two || node->kid[1]->kind != MATH_NAME || !math_is_constant(node->kid[0])) return tree_as_quantity(c, node);
    const char *symbol = node->kid[1]->text;
    bool capitals = symbol[1] && strspn(symbol, CAPITALS) == strlen(symbol);
    return capitals ? tree_two(c, MATH_QUANTITY, node->kid[0], node->kid[1]) : tree_as_quantity(c, node);
}

bool reading_symbol(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const math_node *x = math_is_constant(r) ? as_quantity(c, a) : NULL;
    const math_node *y = math_is_constant(a) ? as_quantity(c, r) : NULL;
    if ((!x && !y) || !rule_quantity(c, x ? x : a, y ? y : r, out) || out->verdict == CAIRN_VERDICT_WRONG) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "a letter of %s may be a unit",
                        compare_show(c, x ? a : r));
}

/* P(2), I(0): a capital before brackets may be a function, which the tree has as a factor. */
static bool may_be_call(const math_node *node) {
    for (uint32_t i = 0; node->kind == MATH_PRODUCT && (node->flags & MATH_FLAG_IMPLICIT) && i + 1 < node->kids; i++) {
        const math_node *name = node->kid[i], *argument = node->kid[i + 1];
        bool grouped = (argument->flags & MATH_FLAG_GROUPED) != 0;
        if (name->kind == MATH_NAME && name->text[0] >= 'A' && name->text[0] <= 'Z' && grouped) return true;
    }
    for (uint32_t i = 0; i < node->kids; i++)
        if (may_be_call(node->kid[i])) return true;
    return false;
}

/* Letters that are a Roman number, against a number. */
static bool may_be_roman(const math_node *name, const math_node *number) {
    return name->kind == MATH_NAME && strspn(name->text, "IVXLCDM") == strlen(name->text) && math_is_constant(number);
}

/* Whether a product may be a small Roman numeral: (iv). */
static bool may_be_small_roman(const math_node *node) {
    if (node->kind != MATH_PRODUCT || !(node->flags & MATH_FLAG_IMPLICIT)) return false;
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *letter = node->kid[i];
        if (letter->kind != MATH_NAME || letter->text[1] || !strchr("ivx", letter->text[0])) return false;
    }
    return true;
}

bool reading_roman(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool one = may_be_small_roman(a), other = may_be_small_roman(r);
    if (!one && !other) return false;
    if (!one && a->kind != MATH_NAME && !math_is_constant(a)) return false;
    if (!other && r->kind != MATH_NAME && !math_is_constant(r)) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s or %s may be a Roman numeral",
                        compare_show(c, a), compare_show(c, r));
}

bool reading_ambiguous(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (reading_roman(c, a, r, out)) return true;
    if (!may_be_call(a) && !may_be_call(r) && !may_be_roman(a, r) && !may_be_roman(r, a)) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s and %s can be read in two ways",
                        compare_show(c, a), compare_show(c, r));
}

bool reading_modulo(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (!is_remainder(a) || !is_remainder(r)) return false;
    if (math_equal(c->engine, a->kid[1], r->kid[1]).equal == CAIRN_VERDICT_RIGHT) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s and %s may be classes of remainders",
                        compare_show(c, a), compare_show(c, r));
}

bool reading_angles(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (math_holds(a, MATH_DEGREES) == math_holds(r, MATH_DEGREES)) return false;
    if (!math_holds(a, MATH_CALL) || !math_holds(r, MATH_CALL)) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "an angle of %s and %s may be meant in degrees",
                        compare_show(c, a), compare_show(c, r));
}

bool reading_otherwise(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (math_work(c->engine) - c->work_before > READINGS_WORK) return false;
    const math_node *x = tree_map(c, a, read_otherwise, &r), *y = tree_map(c, r, read_otherwise, &a);
    if (!x || !y || (x == a && y == r)) return false;
    bool equal = (x != a && math_equal(c->engine, x, r).equal != CAIRN_VERDICT_WRONG) ||
                 (y != r && math_equal(c->engine, a, y).equal != CAIRN_VERDICT_WRONG);
    return equal && compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings",
                                 "%s and %s differ as read, but %s may be meant otherwise", compare_show(c, a),
                                 compare_show(c, r), compare_show(c, x != a ? a : r));
}

bool reading_millions(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    static const char *const scales[] = {"1e6", "1e9", "1e12"};
    bool words = a->kind == MATH_NUMBER && (a->flags & MATH_FLAG_WORDS);
    if (words == (r->kind == MATH_NUMBER && (r->flags & MATH_FLAG_WORDS))) return false;
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        const math_node *scaled = tree_two(c, MATH_PRODUCT, words ? r : a, tree_leaf(c, MATH_NUMBER, scales[i]));
        if (scaled && math_equal(c->engine, scaled, words ? a : r).equal == CAIRN_VERDICT_RIGHT)
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s may be meant in millions",
                                compare_show(c, words ? r : a));
    }
    return false;
}

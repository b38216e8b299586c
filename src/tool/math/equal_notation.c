/* Numbers in a notation of their own: percent, degrees, bases, ratios. */
#include <stdio.h>
#include <string.h>

#include "tool/math/equal_rules.h"

/* ---- percent, degrees -------------------------------------------------------------------------------------------- */

static bool asks_percentage(const comparing *c) {
    static const char *const words[] = {"what percent",
                                        "which percent",
                                        "by what percent",
                                        "how many percent",
                                        "percentage",
                                        "as a percent",
                                        "in percent",
                                        "nearest percent",
                                        "nearest whole percent",
                                        "of a percent",
                                        "the percent",
                                        "percent change",
                                        "percent increase",
                                        "percent decrease",
                                        "percent is",
                                        "percent are",
                                        "what %",
                                        "what \\%",
                                        "which %",
                                        "nearest %",
                                        "in %",
                                        "as %",
                                        NULL};
    return problem_says(c, words);
}

/* Whether two numbers are in one notation, so that one may be the other without a sign: numerals, fractions. */
static bool written_alike(const math_node *a, const math_node *b) {
    return a->kind == b->kind && (a->kind == MATH_NUMBER || tree_same(a, b));
}

bool rule_percent(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind == MATH_PERCENT && r->kind == MATH_PERCENT) {
        compare_trees(c, a->kid[0], r->kid[0], out);
        return true;
    }
    const math_node *percent = a->kind == MATH_PERCENT ? a : r, *bare = a->kind == MATH_PERCENT ? r : a;
    if (!math_is_constant(bare) || bare->kind == MATH_DEGREES) return false;
    math_judgement by_value, as_written;
    if (!rule_number(c, a, r, &by_value)) return false;
    cairn_verdict value = by_value.verdict;
    cairn_verdict written = compare_trees(c, a == percent ? a->kid[0] : a, r == percent ? r->kid[0] : r, &as_written);
    const char *x = compare_show(c, percent), *y = compare_show(c, bare);
    bool whole = a == without_prefix(c->answer) && r == without_prefix(c->reference);
    if (asks_percentage(c)) {
        if (value == CAIRN_VERDICT_RIGHT && written != CAIRN_VERDICT_RIGHT && bare == r)
            return compare_says(c, out, CAIRN_VERDICT_RIGHT, "percent", "%s is %s", x, y);
        if (value == CAIRN_VERDICT_WRONG)
            return compare_says(c, out, written, "percent-missing", "the problem asks for a percentage: %s and %s", x,
                                y);
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "percent-missing",
                            "the problem asks for a percentage, and %s may be a fraction", y);
    }
    if (value == CAIRN_VERDICT_RIGHT) return compare_says(c, out, value, "percent", "%s is %s", x, y);
    if (written == CAIRN_VERDICT_RIGHT && (c->options->problem || !whole || !written_alike(percent->kid[0], bare)))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "percent-missing",
                            "no problem that asks for a percentage is known, and %s may be meant as %s", y, x);
    if (written == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "percent-missing",
                            "the problem is not known; %s is taken as %s without its sign", y, x);
    *out = by_value;
    return true;
}

/* Whether a name for an angle's size in degrees is missing: 30 degrees against 30. */
bool rule_degrees(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind == MATH_DEGREES && r->kind == MATH_DEGREES) {
        compare_trees(c, a->kid[0], r->kid[0], out);
        return true;
    }
    math_judgement written;
    if (either_is(a, r, MATH_PERCENT))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "an angle against a percentage");
    cairn_verdict as_written =
        compare_trees(c, a->kind == MATH_DEGREES ? a->kid[0] : a, r->kind == MATH_DEGREES ? r->kid[0] : r, &written);
    static const char *const radians[] = {"radian", NULL};
    if (as_written == CAIRN_VERDICT_RIGHT && a->kind != r->kind && problem_says(c, radians))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit-missing", "the problem speaks of radians");
    if (as_written == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, as_written, "unit-missing", "%s is %s but for the sign of degrees",
                            compare_show(c, a), compare_show(c, r));
    cairn_verdict value = rule_number(c, a, r, out) ? out->verdict : CAIRN_VERDICT_UNKNOWN;
    if (value == CAIRN_VERDICT_RIGHT)
        out->rule = "degrees";
    else if (as_written == CAIRN_VERDICT_UNKNOWN)
        *out = written;
    return value != CAIRN_VERDICT_UNKNOWN || as_written == CAIRN_VERDICT_UNKNOWN;
}

/* ---- numbers in a base, ratios ----------------------------------------------------------------------------------- */

/* Whether the problem's text names the base: "base 8", "base eight". */
static bool asks_base(comparing *c, const math_node *base) {
    static const char *const names[] = {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
    if (base->kind != MATH_NUMBER || strlen(base->text) > 2) return false;
    int n = 0;
    if (!tree_small_integer(base, &n) || n < 2) return false;
    char digits[16], hyphen[16], tex[20], word[24] = "base eleven", letters[24] = "base-eleven";
    snprintf(digits, sizeof digits, "base %d", n);
    snprintf(hyphen, sizeof hyphen, "base-%d", n);
    snprintf(tex, sizeof tex, "base $%d", n);
    if (n <= 10) {
        snprintf(word, sizeof word, "base %s", names[n - 2]);
        snprintf(letters, sizeof letters, "base-%s", names[n - 2]);
    }
    const char *const words[] = {digits, hyphen, tex, word, letters, NULL};
    return problem_says(c, words);
}

/* Digits as a numeral: without zeros at the front, letters in one case. */
static bool same_digits(const char *a, const char *b) {
    while (*a == '0' && a[1]) a++;
    while (*b == '0' && b[1]) b++;
    for (; *a && *b; a++, b++) {
        char x = *a >= 'a' && *a <= 'z' ? (char)(*a - 'a' + 'A') : *a,
             y = *b >= 'a' && *b <= 'z' ? (char)(*b - 32) : *b;
        if (x != y) return false;
    }
    return !*a && !*b;
}

bool rule_based(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const math_node *based = a->kind == MATH_BASED ? a : r, *other = a->kind == MATH_BASED ? r : a;
    const char *x = compare_show(c, a), *y = compare_show(c, r);
    math_decision decision = math_equal(c->engine, a, r);
    bool digits = other->kind == MATH_PRODUCT || (other->kind == MATH_CALL && strcmp(other->text, "binomial") == 0);
    if (digits && decision.equal != CAIRN_VERDICT_RIGHT) /* 5C2 and 2b_{16} may be digits of base 16 */
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "base", "%s may be digits, too", compare_show(c, other));
    if (other->kind == MATH_BASED) {
        bool base = math_equal(c->engine, a->kid[0], r->kid[0]).equal == CAIRN_VERDICT_RIGHT;
        if (base)
            return compare_says(c, out, same_digits(a->text, r->text) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG,
                                "base", "%s and %s in one base", x, y);
    } else if (other->kind == MATH_NUMBER && same_digits(based->text, other->text)) {
        bool asked = asks_base(c, based->kid[0]);
        return compare_says(c, out, asked ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "base-missing",
                            asked ? "%s and %s in the base that the problem names" : "%s and %s: the base is missing",
                            x, y);
    }
    if (decision.equal == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "base", "%s has the value of %s, in another base", x, y);
    return compare_says(c, out, decision.equal, "base", "%s is not %s", x, y);
}

/* "3-5": a difference, a range or a score. */
static bool is_range(const math_node *node) {
    if (node->kind != MATH_SUM || node->kids != 2 || node->kid[1]->kind != MATH_NEGATE) return false;
    const math_node *from = node->kid[0], *to = node->kid[1]->kid[0];
    return from->kind == MATH_NUMBER && to->kind == MATH_NUMBER && to->start == from->end + 1;
}

bool rule_ratio(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const char *x = compare_show(c, a), *y = compare_show(c, r);
    if (a->kind == MATH_RATIO && r->kind == MATH_RATIO) {
        if (a->kids != r->kids)
            return compare_says(c, out, CAIRN_VERDICT_WRONG, "ratio", "%s has %u terms, %s %u", x, a->kids, y, r->kids);
        cairn_verdict all = CAIRN_VERDICT_RIGHT;
        for (uint32_t i = 1; i < a->kids && all != CAIRN_VERDICT_WRONG; i++) {
            math_node *left = tree_two(c, MATH_PRODUCT, a->kid[i], r->kid[0]);
            math_node *right = tree_two(c, MATH_PRODUCT, r->kid[i], a->kid[0]);
            cairn_verdict one = left && right ? math_equal(c->engine, left, right).equal : CAIRN_VERDICT_UNKNOWN;
            if (one != CAIRN_VERDICT_RIGHT) all = one;
        }
        return compare_says(c, out, all, "ratio", "%s against %s, term by term", x, y);
    }
    const math_node *ratio = a->kind == MATH_RATIO ? a : r;
    const math_node *other = ratio == a ? r : a, *label = ratio->kid[0];
    if (ratio->kids != 2) return false;
    if (is_range(other))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s may be a range or a score",
                            compare_show(c, other));
    if (label->kind == MATH_NAME &&
        compare_trees(c, ratio == a ? ratio->kid[1] : a, ratio == a ? r : ratio->kid[1], out) != CAIRN_VERDICT_WRONG)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s may be %s with a label",
                            compare_show(c, ratio), compare_show(c, other));
    math_node *quotient = tree_two(c, MATH_QUOTIENT, ratio->kid[0], ratio->kid[1]);
    if (!quotient) return false;
    compare_trees(c, ratio == a ? quotient : a, ratio == a ? r : quotient, out);
    out->rule = "ratio";
    return true;
}

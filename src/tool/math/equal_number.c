/* Numbers and expressions: exact values, decimals by the precision written. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tool/math/equal_rules.h"

enum { LETTERS = 10 }; /* choices of a problem */

/* ---- closeness --------------------------------------------------------------------------------------------------- */

/* Whether |a - scale * r| <= tolerance * |scale * r| for certain. */
static bool within(comparing *c, const math_node *a, const math_node *r, double scale, double tolerance) {
    double a_low, a_high, r_low, r_high;
    if (!math_bounds(c->engine, a, &a_low, &a_high) || !math_bounds(c->engine, r, &r_low, &r_high)) return false;
    r_low *= scale;
    r_high *= scale;
    double furthest = fmax(fabs(a_high - r_low), fabs(r_high - a_low));
    double least = r_low > 0 ? r_low : r_high < 0 ? -r_high : 0;
    return furthest <= tolerance * least; /* never for NaN */
}

/* Whether two values are the same but for a fiftieth; complex ones, where other numbers in place of i make them so. */
static bool is_close(comparing *c, const math_node *a, const math_node *r) {
    static const char *const points[] = {"0.7", "3.1"};
    const math_node *i = tree_leaf(c, MATH_NAME, "i");
    if (within(c, a, r, 1, 0.02)) return true;
    if (!i || (!tree_holds_name(a, "i") && !tree_holds_name(r, "i"))) return false;
    for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
        const math_node *number = tree_leaf(c, MATH_NUMBER, points[k]);
        const math_node *x = number ? tree_put(c, a, i, number) : NULL, *y = number ? tree_put(c, r, i, number) : NULL;
        if (!x || !y || !within(c, x, y, 1, 0.02)) return false;
    }
    return true;
}

/* ---- decimals ---------------------------------------------------------------------------------------------------- */

typedef struct decimal {
    const math_node *node; /* a NUMBER, or NEGATE of one; NULL: no decimal */
    int places;            /* digits after the point, less the exponent */
} decimal;

/* A numeral times 10^exponent as a numeral; NULL where `node` has an exponent or repeating digits already. */
static math_node *shifted(comparing *c, const math_node *node, int exponent) {
    if (node->kind != MATH_NUMBER || strpbrk(node->text, "(e")) return NULL;
    char *text = cairn_arena_printf(c->arena, "%se%d", node->text, exponent);
    if (!text) c->status = CAIRN_NO_MEMORY;
    return text ? tree_leaf(c, MATH_NUMBER, text) : NULL;
}

/* Whether a tree is 10^n. */
static bool power_of_ten(const math_node *node, int *exponent) {
    return node->kind == MATH_POWER && node->kid[0]->kind == MATH_NUMBER && strcmp(node->kid[0]->text, "10") == 0 &&
           tree_small_integer(node->kid[1], exponent);
}

/* Reads "3.14", "-0.5", "33.3%", "1.5 x 10^3" as a numeral with the precision it was written with. */
static decimal as_decimal(comparing *c, const math_node *node) {
    bool negative = node->kind == MATH_NEGATE;
    const math_node *inner = negative ? node->kid[0] : node;
    int exponent;
    decimal out = {NULL, 0};
    if (inner->kind == MATH_PERCENT)
        inner = shifted(c, inner->kid[0], -2);
    else if (inner->kind == MATH_PRODUCT && inner->kids == 2 && power_of_ten(inner->kid[1], &exponent))
        inner = shifted(c, inner->kid[0], exponent);
    if (!inner || inner->kind != MATH_NUMBER || strchr(inner->text, '(')) return out;
    const char *point = strchr(inner->text, '.'), *power = strchr(inner->text, 'e');
    if (!point && !power) return out;
    if (point) out.places = (int)strspn(point + 1, "0123456789");
    if (power) {
        int shift = 0;
        if (sscanf(power + 1, "%5d", &shift) != 1) return out;
        out.places -= shift;
    }
    out.node = inner == node || (negative && inner == node->kid[0]) ? node
               : negative                                           ? tree_one(c, MATH_NEGATE, inner)
                                                                    : inner;
    return out;
}

/* Digits after the point that a number needs; -1: it is no terminating decimal. */
static int places_needed(comparing *c, const math_node *node) {
    mpq_t value;
    mpz_t rest, prime;
    int places = -1;
    mpq_init(value);
    mpz_inits(rest, prime, NULL);
    if (math_rational(c->engine, node, value)) {
        mpz_set_ui(prime, 2);
        unsigned long twos = mpz_remove(rest, mpq_denref(value), prime);
        mpz_set_ui(prime, 5);
        unsigned long fives = mpz_remove(rest, rest, prime);
        if (mpz_cmp_ui(rest, 1) == 0 && twos < 4096 && fives < 4096) places = (int)(twos > fives ? twos : fives);
    }
    mpz_clears(rest, prime, NULL);
    mpq_clear(value);
    return places;
}

static bool is_integer(comparing *c, const math_node *node) {
    return places_needed(c, node) == 0;
}

/* A decimal against an exact value that differs. `whose`: "answer" or "reference", of the decimal. */
static bool judge_exact(comparing *c, decimal d, const math_node *exact, const char *whose, math_judgement *out) {
    int digits = 0, needed = places_needed(c, exact);
    const char *shown = compare_show(c, exact);
    if (needed >= 0 && (needed == 0 || needed <= d.places))
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "%s is not %s", compare_show(c, d.node), shown);
    math_rounding rounding = math_rounds(c->engine, d.node, exact, &digits);
    const char *text = compare_show(c, d.node);
    switch (rounding) {
    case MATH_ROUNDING_ROUNDED:
        if (digits >= 3 && needed < 0)
            return compare_says(c, out, CAIRN_VERDICT_RIGHT, "rounded", "%s is %s rounded to %d digits", text, shown,
                                digits);
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "rounded", "%s, the %s, is %s rounded to %d digits only",
                            text, whose, shown, digits);
    case MATH_ROUNDING_NEAR:
        if (digits <= 3)
            return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "%s is not %s, rounded or cut", text, shown);
        /* fall through */
    case MATH_ROUNDING_EXACT:
    case MATH_ROUNDING_TRUNCATED:
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "rounded", "%s is %s within one unit of its last digit",
                            text, shown);
    case MATH_ROUNDING_OTHER:
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "%s is not %s, rounded or not", text, shown);
    case MATH_ROUNDING_UNKNOWN:
        break;
    }
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "rounded", "whether %s is %s rounded could not be computed",
                        text, shown);
}

/* Two decimals that differ. */
static bool judge_decimals(comparing *c, decimal a, decimal r, math_judgement *out) {
    int digits = 0;
    const char *x = compare_show(c, a.node), *y = compare_show(c, r.node);
    if (a.places < r.places) {
        bool rounded = math_rounds(c->engine, a.node, r.node, &digits) == MATH_ROUNDING_ROUNDED && digits >= 4;
        return compare_says(c, out, rounded ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG,
                            rounded ? "rounded" : "number", "%s has fewer digits than %s and another value", x, y);
    }
    math_rounding rounding = math_rounds(c->engine, r.node, a.node, &digits);
    bool fine = digits >= 4 && r.places >= 3;
    if (rounding == MATH_ROUNDING_ROUNDED && a.places > r.places)
        return compare_says(c, out, fine ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "rounded",
                            "%s rounds to %s, which has %d digits", x, y, digits);
    if (rounding == MATH_ROUNDING_OTHER)
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "%s is not %s", x, y);
    bool open = rounding == MATH_ROUNDING_UNKNOWN || fine ||
                (a.places > r.places && (rounding != MATH_ROUNDING_NEAR || digits > 3));
    return compare_says(c, out, open ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, open ? "rounded" : "number",
                        "%s and %s differ by one unit of the last digit or less", x, y);
}

bool decimal_rounds_to(comparing *c, const math_node *a, const math_node *r, int *digits) {
    enum { MORE_PLACES = 3 };
    decimal x = as_decimal(c, a), y = as_decimal(c, r);
    return x.node && y.node && x.places >= y.places + MORE_PLACES &&
           math_rounds(c->engine, y.node, x.node, digits) == MATH_ROUNDING_ROUNDED;
}

/* Whether a decimal stands anywhere in a tree. */
static bool holds_decimal(const math_node *node) {
    if (node->kind == MATH_NUMBER) return strchr(node->text, '.') && !strchr(node->text, '(');
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_decimal(node->kid[i])) return true;
    return false;
}

/* "(2)" where the problem numbers its choices so. */
static bool numbered(const comparing *c, const math_node *node) {
    const char *problem = c->options->problem;
    int n;
    return problem && (node->flags & MATH_FLAG_GROUPED) && tree_small_integer(node, &n) && n > 0 && n < LETTERS &&
           strstr(problem, "(1)") && strstr(problem, "(2)");
}

/* 2.7182818...: the dots repeat digits, or leave others out. */
static bool cut_off(const math_node *node) {
    if (node->kind == MATH_NEGATE) node = node->kid[0];
    return node->kind == MATH_NUMBER && (node->flags & MATH_FLAG_OPEN_RIGHT);
}

/* Two numbers whose values are known to differ. */
static bool judge_different(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const cairn_grade_options *options = c->options;
    double slack = fmax(options->relative_tolerance, 1e-12);
    if (options->relative_tolerance > 0 && within(c, a, r, 1, options->relative_tolerance))
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "tolerance", "%s is %s within %g of it", compare_show(c, a),
                            compare_show(c, r), options->relative_tolerance);
    if (options->percent_hundredfold && (within(c, a, r, 100, slack) || within(c, a, r, 0.01, slack)))
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "hundredfold", "%s is %s but for a factor 100",
                            compare_show(c, a), compare_show(c, r));
    if (numbered(c, a) || numbered(c, r))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice", "%s or %s may be the number of a choice",
                            compare_show(c, a), compare_show(c, r));
    if ((cut_off(a) || cut_off(r)) && is_close(c, a, r))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "rounded", "the dots of %s and %s may cut a number off",
                            compare_show(c, a), compare_show(c, r));
    if (reading_millions(c, a, r, out) || reading_otherwise(c, a, r, out)) return true;
    decimal x = as_decimal(c, a), y = as_decimal(c, r);
    if (x.node && y.node) return judge_decimals(c, x, y, out);
    if ((x.node && is_integer(c, r)) || (y.node && is_integer(c, a)))
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "%s is not %s", compare_show(c, a),
                            compare_show(c, r));
    if (x.node) return judge_exact(c, x, r, "answer", out);
    if (y.node) return judge_exact(c, y, a, "reference", out);
    if ((holds_decimal(a) || holds_decimal(r)) && is_close(c, a, r))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "rounded",
                            "%s and %s are close, and a decimal is part of one", compare_show(c, a),
                            compare_show(c, r));
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "%s is not %s", compare_show(c, a), compare_show(c, r));
}

/* Whether a part of a tree is divided by zero. */
static bool divides_by_zero(comparing *c, const math_node *node) {
    mpq_t value;
    bool found = false;
    if (node->kind == MATH_QUOTIENT) {
        mpq_init(value);
        found = math_rational(c->engine, node->kid[1], value) && mpq_sgn(value) == 0;
        mpq_clear(value);
    }
    for (uint32_t i = 0; i < node->kids && !found; i++) found = divides_by_zero(c, node->kid[i]);
    return found;
}

/* Two constants of which the engine could not say whether they are equal. */
static bool judge_undecided(comparing *c, const math_node *a, const math_node *r, const char *how,
                            math_judgement *out) {
    const char *x = compare_show(c, a), *y = compare_show(c, r);
    if (c->options->relative_tolerance > 0 && within(c, a, r, 1, c->options->relative_tolerance))
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "tolerance", "%s is %s within %g of it", x, y,
                            c->options->relative_tolerance);
    int order = math_order(c->engine, a, r);
    if (order == 1 || order == -1) return judge_different(c, a, r, out);
    if (divides_by_zero(c, a) != divides_by_zero(c, r))
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "number", "of %s and %s, one is divided by zero", x, y);
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "number", "whether %s is %s was not decided: %s", x, y, how);
}

bool rule_number(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (!math_is_constant(a) || !math_is_constant(r)) return false;
    if (reading_modulo(c, a, r, out) || reading_roman(c, a, r, out)) return true;
    math_decision decision = math_equal(c->engine, a, r);
    if (decision.equal == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "number", "%s has the value of %s (%s)", compare_show(c, a),
                            compare_show(c, r), decision.how);
    if (decision.equal == CAIRN_VERDICT_WRONG) return reading_angles(c, a, r, out) || judge_different(c, a, r, out);
    return judge_undecided(c, a, r, decision.how, out);
}

/* ---- expressions ------------------------------------------------------------------------------------------------- */

/* Whether two expressions are close where each name is a fixed number. */
static bool close_at_points(comparing *c, const math_node *a, const math_node *r) {
    for (unsigned point = 0; point < 2; point++) {
        const math_node *x = tree_at_point(c, a, point), *y = tree_at_point(c, r, point);
        if (!x || !y || !is_close(c, x, y)) return false;
    }
    return true;
}

/* Expressions of other names: what each is may be the same under another name, unless both sides, or the problem, speak
 * of both names. */
static bool judge_names(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool known = (tree_names_within(c->answer, c->reference) && tree_names_within(c->reference, c->answer)) ||
                 (problem_names(c, a) && problem_names(c, r));
    const math_node *x = known ? tree_at_point(c, a, 0) : NULL, *y = known ? tree_at_point(c, r, 0) : NULL;
    if (!x || !y || math_equal(c->engine, x, y).equal != CAIRN_VERDICT_WRONG) return false;
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "expression", "%s is not %s: other variables", compare_show(c, a),
                        compare_show(c, r));
}

static bool is_capital(const math_node *node) {
    return node->kind == MATH_NAME && node->text[0] >= 'A' && node->text[0] <= 'Z' && !node->text[1];
}

/* One letter, which may have a subscript, or a Greek one; no vector, angle or segment, which have several names. */
static bool is_symbol(const math_node *node) {
    if (node->kind != MATH_NAME) return false;
    bool letter = node->text[1] == '\0' || node->text[1] == '_';
    return letter || strspn(node->text, "abcdefghijklmnopqrstuvwxyz") == strlen(node->text);
}

/* A capital that may be a choice, against a number. */
static bool may_be_choice(const math_node *letter, const math_node *number) {
    return is_capital(letter) && letter->text[0] <= 'J' && math_is_constant(number);
}

bool rule_expression(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool whole = (a == c->answer && r == c->reference) || (is_capital(a) && is_capital(r));
    bool choices = a->kind == MATH_NAME && strchr("ABCDEFGHIJabcdefghij", a->text[0]); /* "b" may be the choice B */
    if (whole && is_symbol(a) && is_symbol(r) && !(choices && strcasecmp(a->text, r->text) == 0))
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "expression", "%s is another name than %s", a->text, r->text);
    if (reading_ambiguous(c, a, r, out)) return true;
    if (may_be_choice(a, r) || may_be_choice(r, a))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice",
                            "what the letter of %s and %s stands for is not known", compare_show(c, a),
                            compare_show(c, r));
    math_decision decision = math_equal(c->engine, a, r);
    if (strcmp(decision.how, "not-a-value") == 0) return false;
    const char *x = compare_show(c, a), *y = compare_show(c, r);
    if (decision.equal == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "expression", "%s is %s (%s)", x, y, decision.how);
    if (strcmp(decision.how, "other-names") == 0 && judge_names(c, a, r, out)) return true;
    if (decision.equal == CAIRN_VERDICT_UNKNOWN)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "expression", "whether %s is %s was not decided: %s", x, y,
                            decision.how);
    if ((holds_decimal(a) || holds_decimal(r)) && close_at_points(c, a, r)) {
        bool sure = formula_is_rounded(c, a, r) || (!holds_decimal(r) && formula_is_rounded(c, r, a));
        return compare_says(c, out, sure ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "rounded",
                            sure ? "%s and %s differ by the rounding of decimals"
                                 : "%s and %s are close, and a decimal is part of one",
                            x, y);
    }
    if (reading_symbol(c, a, r, out) || reading_otherwise(c, a, r, out)) return true;
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "expression", "%s is not %s (%s)", x, y, decision.how);
}

/* Statements: a name before "=" is dropped; equations and inequalities are equal up to moving and scaling. */
#include <string.h>

#include "tool/math/equal_rules.h"
#include "tool/math/read.h"

enum { SIDES_MOST = 16 };

/* ---- prefixes ---------------------------------------------------------------------------------------------------- */

static bool is_capital(const math_node *node) {
    return node->kind == MATH_NAME && node->text[0] >= 'A' && node->text[0] <= 'Z';
}

bool is_prefix(const math_node *node) {
    switch (node->kind) {
    case MATH_NAME:
    case MATH_TEXT:
    case MATH_EMPTY:
        return true;
    case MATH_CALL: { /* f(x), P(A), f'(3); not sin x */
        size_t n = strlen(node->text);
        return n == 1 || strpbrk(node->text, "_'") || strcmp(node->text, "angle") == 0;
    }
    case MATH_ABS: /* |AB| */
        return is_capital(node->kid[0]);
    case MATH_QUOTIENT: /* AB/CD, and ratios of names */
    case MATH_RATIO:
    case MATH_TUPLE:
    case MATH_LIST:
        for (uint32_t i = 0; i < node->kids; i++)
            if (!is_prefix(node->kid[i])) return false;
        return node->kids > 0;
    case MATH_PRODUCT: /* the segment AB, the triangle ABC */
        for (uint32_t i = 0; i < node->kids; i++)
            if (!is_capital(node->kid[i])) return false;
        return true;
    default:
        return false;
    }
}

static bool states_value(math_relation relation) {
    return relation == MATH_EQUAL || relation == MATH_APPROXIMATE;
}

/* Index of the side that names the answer: the left one, or the right one where the left is a number; -1: none. */
static int prefix_side(const math_node *node) {
    if (node->kind != MATH_RELATION || node->kids != 2) return -1;
    if (!states_value(node->relation[0]) && node->relation[0] != MATH_IN) return -1;
    if (is_prefix(node->kid[0])) return 0;
    bool backward = node->relation[0] != MATH_IN && is_prefix(node->kid[1]) && !tree_has_name(node->kid[0]);
    return backward ? 1 : -1;
}

const math_node *without_prefix(const math_node *node) {
    int side = prefix_side(node);
    return side < 0 ? node : node->kid[1 - side];
}

/* Whether two names may stand for one thing: y and f(x). */
static bool like_function(const math_node *a, const math_node *b) {
    bool a_call = a->kind == MATH_CALL, b_call = b->kind == MATH_CALL;
    if (a_call == b_call) return false;
    const math_node *name = a_call ? b : a;
    return name->kind == MATH_NAME && strlen(name->text) == 1;
}

/* "x = 9/2 = 4.5", "S = a + b = 7": the sides after the names; all must agree. */
static bool judge_chain(comparing *c, const math_node *chain, const math_node *other, bool is_answer,
                        math_judgement *out) {
    math_judgement part = {.verdict = CAIRN_VERDICT_UNKNOWN, .rule = "prefix", .why = ""};
    uint32_t first = 0;
    for (uint32_t i = 0; i + 1 < chain->kids; i++)
        if (!states_value(chain->relation[i])) return false;
    while (first < chain->kids && is_prefix(chain->kid[first])) first++;
    if (first == chain->kids) first = chain->kids - 1;
    if (first > 1 && other->kind == MATH_TUPLE)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "prefix", "one value of several names against a tuple");
    if (chain->kids - first > SIDES_MOST) return false;
    cairn_verdict all = CAIRN_VERDICT_RIGHT;
    for (uint32_t i = first; i < chain->kids; i++) {
        math_judgement one;
        const math_node *side = chain->kid[i];
        cairn_verdict verdict = compare_trees(c, is_answer ? side : other, is_answer ? other : side, &one);
        bool exact_before = i > first && chain->relation[i - 1] == MATH_APPROXIMATE;
        if (i == first) {
            part = one;
            all = verdict;
        } else if (verdict != all && !(exact_before && all == CAIRN_VERDICT_RIGHT)) {
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "prefix", "the sides of %s do not agree",
                                compare_show(c, chain));
        }
    }
    *out = part;
    return true;
}

/* "x = 9/2 = 4.5" as "x = 9/2", where its numbers agree, and "x = y = 3" as "x, y = 3"; other trees as they are. NULL:
 * no memory. */
static const math_node *short_chain(comparing *c, const math_node *node) {
    math_judgement part;
    uint32_t names = 0;
    while (names < node->kids && is_prefix(node->kid[names])) names++;
    if (node->kids < 3 || node->kids > SIDES_MOST || names == 0 || names == node->kids) return node;
    for (uint32_t i = 1; i < node->kids; i++) {
        if (!states_value(node->relation[i - 1])) return node;
        if (i < names) continue;
        if (!math_is_constant(node->kid[i])) return node;
        cairn_verdict same = CAIRN_VERDICT_RIGHT;
        if (i > names) same = compare_trees(c, node->kid[i], node->kid[names], &part);
        bool about = node->relation[i - 1] == MATH_APPROXIMATE;
        if (about ? same == CAIRN_VERDICT_WRONG : same != CAIRN_VERDICT_RIGHT) return node;
    }
    const math_node *name = node->kid[0];
    if (names > 1) name = tree_of(c, MATH_LIST, names, (const math_node *const *)node->kid);
    math_node *statement = name ? tree_two(c, MATH_RELATION, name, node->kid[names]) : NULL;
    if (statement) statement->relation = node->relation;
    return statement;
}

/* Two statements "name = value". */
static bool judge_named(comparing *c, const math_node *a, const math_node *r, int a_side, int r_side,
                        math_judgement *out) {
    const math_node *a_name = a->kid[a_side], *r_name = r->kid[r_side];
    const math_node *a_value = a->kid[1 - a_side], *r_value = r->kid[1 - r_side];
    bool same = tree_same(a_name, r_name);
    if (!same && tree_has_name(a_value) && tree_has_name(r_value) && !like_function(a_name, r_name)) return false;
    cairn_verdict values = compare_trees(c, a_value, r_value, out);
    bool simple = a_name->kids == 0 && r_name->kids == 0;
    if (!same && !simple && values == CAIRN_VERDICT_WRONG && !like_function(a_name, r_name))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "prefix", "values of different things");
    if (same || like_function(a_name, r_name) || a_name->kind == MATH_EMPTY || r_name->kind == MATH_EMPTY) return true;
    if (values == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "prefix", "one value, but %s may not be %s",
                            compare_show(c, a_name), compare_show(c, r_name));
    return true;
}

/* Whether the words before the sign may take the statement back: "it is not true that the answer" = 7. */
static bool takes_back(const math_node *name) {
    static const char *const words[] = {
        "not",     "never",  "no",        "cannot",   "isn't",      "wasn't",     "won't",    "doesn't",  "false",
        "wrong",   "if",     "incorrect", "unless",   "than",       "but",        "may",      "might",    "could",
        "or",      "most",   "suppose",   "assume",   "whether",    "least",      "doubt",    "guess",    "hope",
        "except",  "nearly", "almost",    "none",     "neither",    "nothing",    "nobody",   "twice",    "half",
        "thrice",  "double", "triple",    "negative", "reciprocal", "inverse",    "opposite", "whatever", "think",
        "believe", "digits", "square",    "cube",     "instead",    "impossible", "unlikely", "hardly",   "said",
        "says",    "claim",  "claims",    "thought"};
    const char *at = name->text;
    if (name->kind != MATH_TEXT) return false;
    while (*at) {
        size_t n = strcspn(at, " ,;:-");
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strlen(words[i]) == n && strncasecmp(words[i], at, n) == 0) return true;
        at += n + (at[n] != '\0');
    }
    return false;
}

/* Whether the problem's text holds a formula of names, as a whole: "find $m + n$". Blanks and dollars do not count. */
static bool problem_shows(comparing *c, const math_node *node) {
    const char *problem = c->options->problem, *joins = "+-*/^_=<>()[]{}\\";
    if (!problem || !is_among(node, KINDS_VALUE) || !tree_has_name(node)) return false;
    const char *text = math_write(c->arena, node);
    if (!text) c->status = CAIRN_NO_MEMORY;
    for (const char *start = problem; text && *start; start++) {
        const char *at = start, *want = text, *before = start;
        bool apart = start == problem || strchr(" $\n", start[-1]);
        if (*start != *want || !apart) continue;
        while (*at && *want) {
            while (*want == ' ') want++;
            while (*at == ' ' || *at == '$') at++;
            if (*want == '*' && *at != '*') want++; /* xy is x*y */
            if (!*want || *at != *want) break;
            at++;
            want++;
        }
        if (*want) continue;
        while (before > problem && strchr(" $", before[-1])) before--;
        bool word = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        while (*at == ' ' || *at == '$') at++;
        if (!word && !(*at && strchr(joins, *at)) && !(before > problem && strchr(joins, before[-1]))) return true;
    }
    return false;
}

bool rule_prefix(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind == MATH_RELATION && r->kind == MATH_RELATION && (a->kids > 2 || r->kids > 2)) {
        a = short_chain(c, a);
        r = short_chain(c, r);
        if (!a || !r) return false;
    }
    int a_side = prefix_side(a), r_side = prefix_side(r);
    if (a->kind == MATH_RELATION && r->kind == MATH_RELATION) {
        if (a_side >= 0 && r_side >= 0) return judge_named(c, a, r, a_side, r_side, out);
        return false;
    }
    const math_node *statement = a->kind == MATH_RELATION ? a : r, *other = a->kind == MATH_RELATION ? r : a;
    int side = statement == a ? a_side : r_side;
    if (statement->kids > 2 || (side < 0 && !tree_has_name(statement)))
        return judge_chain(c, statement, other, statement == a, out);
    if (side < 0 && states_value(statement->relation[0]) && math_is_constant(statement->kid[1]) &&
        problem_shows(c, statement->kid[0]))
        side = 0; /* m + n = 17 */
    if (side < 0) return false;
    if (takes_back(statement->kid[side]))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "prefix", "%s may take back what it states",
                            compare_show(c, statement->kid[side]));
    const math_node *value = statement->kid[1 - side];
    compare_trees(c, statement == a ? value : a, statement == a ? r : value, out);
    if (out->verdict == CAIRN_VERDICT_RIGHT && strcmp(out->rule, "identical") == 0) out->rule = "prefix";
    bool ratio = without_prefix(a)->kind == MATH_RATIO || without_prefix(r)->kind == MATH_RATIO;
    if (out->verdict == CAIRN_VERDICT_RIGHT && ratio && !either_is(without_prefix(a), without_prefix(r), MATH_NUMBER))
        return true;
    if (out->verdict == CAIRN_VERDICT_RIGHT && ratio && statement->kid[side]->kind == MATH_NAME) /* y = 2 for 2:1 */
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "prefix", "%s may not be the ratio",
                            compare_show(c, statement->kid[side]));
    return true;
}

/* ---- equations and inequalities ---------------------------------------------------------------------------------- */

int polynomial_degree(const math_node *node) {
    int most = 0, sum = 0;
    if (!tree_has_name(node)) return is_among(node, KINDS_VALUE) ? 0 : 99;
    for (uint32_t i = 0; i < node->kids; i++) {
        int one = polynomial_degree(node->kid[i]);
        if (one > most) most = one;
        sum += one;
    }
    switch (node->kind) {
    case MATH_NAME:
        return 1;
    case MATH_SUM:
    case MATH_NEGATE:
        return most;
    case MATH_PRODUCT:
        return sum < 99 ? sum : 99;
    case MATH_QUOTIENT:
        return tree_has_name(node->kid[1]) ? 99 : polynomial_degree(node->kid[0]);
    default:
        return 99;
    }
}

/* Whether f - g is the same number, other than 0, at all points: then f = 0 and g = 0 share no solution. */
static bool differ_by_constant(comparing *c, const math_node *f, const math_node *g) {
    const math_node *difference = tree_minus(c, f, g), *number = difference ? tree_at_point(c, difference, 0) : NULL;
    math_node *zero = tree_leaf(c, MATH_NUMBER, "0");
    return number && zero && math_equal(c->engine, difference, number).equal == CAIRN_VERDICT_RIGHT &&
           math_equal(c->engine, number, zero).equal == CAIRN_VERDICT_WRONG;
}

static bool is_less(math_relation relation) {
    return relation == MATH_LESS || relation == MATH_LESS_EQUAL;
}
static bool is_greater(math_relation relation) {
    return relation == MATH_GREATER || relation == MATH_GREATER_EQUAL;
}
static bool is_strict(math_relation relation) {
    return relation == MATH_LESS || relation == MATH_GREATER;
}

/* Both sides of both statements, where all are values. */
static bool two_sided(const math_node *node) {
    return node->kids == 2 && is_among(node->kid[0], KINDS_VALUE) && is_among(node->kid[1], KINDS_VALUE);
}

/* left - right for "=" and for "<", right - left for ">": then the statement is "= 0" or "< 0". */
static const math_node *moved(comparing *c, const math_node *node) {
    bool greater = is_greater(node->relation[0]);
    return tree_minus(c, node->kid[greater], node->kid[!greater]);
}

/* Whether all sides and signs are the same, forward or backward. */
static cairn_verdict side_by_side(comparing *c, const math_node *a, const math_node *r, bool backward) {
    math_judgement part;
    if (a->kids != r->kids) return CAIRN_VERDICT_UNKNOWN;
    for (uint32_t i = 0; i + 1 < a->kids; i++) {
        math_relation other = r->relation[backward ? r->kids - 2 - i : i];
        if (backward && is_less(other))
            other = other == MATH_LESS ? MATH_GREATER : MATH_GREATER_EQUAL;
        else if (backward && is_greater(other))
            other = other == MATH_GREATER ? MATH_LESS : MATH_LESS_EQUAL;
        else if (backward && other != MATH_EQUAL && other != MATH_UNEQUAL) /* 40/3 ~ 13.3 cm: each is the other */
            return CAIRN_VERDICT_UNKNOWN;
        if (a->relation[i] != other) return CAIRN_VERDICT_UNKNOWN;
    }
    for (uint32_t i = 0; i < a->kids; i++)
        if (compare_trees(c, a->kid[i], r->kid[backward ? r->kids - 1 - i : i], &part) != CAIRN_VERDICT_RIGHT)
            return CAIRN_VERDICT_UNKNOWN;
    return CAIRN_VERDICT_RIGHT;
}

/* An equation against an inequality or "is not": of one boundary, they have different solutions. */
static bool judge_mixed(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    math_relation other = a->relation[0] == MATH_EQUAL ? r->relation[0] : a->relation[0];
    if (other != MATH_UNEQUAL && !is_less(other) && !is_greater(other)) return false;
    const math_node *f = moved(c, a), *g = moved(c, r);
    int sign;
    if (!f || !g || math_proportional(c->engine, f, g, &sign).equal != CAIRN_VERDICT_RIGHT) return false;
    if (other != MATH_UNEQUAL && !is_strict(other) && polynomial_degree(f) != 1) return false; /* x^2 <= 0 is x = 0 */
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "equation", "%s is not %s", math_relation_sign(a->relation[0]),
                        math_relation_sign(r->relation[0]));
}

/* Whether a name may stand for any constant, as in x^2 + y^2 = C, which is the family x^2 + y^2 = 2C too; small letters
 * only where the equation is not linear. */
static bool holds_any_constant(const math_node *node, bool linear) {
    if (node->kind == MATH_NAME && (!node->text[1] || node->text[1] == '_') && *node->text)
        return strchr(linear ? "CK" : "CKck", *node->text) != NULL;
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_any_constant(node->kid[i], linear)) return true;
    return false;
}

static bool judge_moved(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    math_relation x = a->relation[0], y = r->relation[0];
    bool equations = x == MATH_EQUAL && y == MATH_EQUAL;
    bool inequalities = (is_less(x) || is_greater(x)) && (is_less(y) || is_greater(y));
    if (x != y && (x == MATH_EQUAL || y == MATH_EQUAL)) return judge_mixed(c, a, r, out);
    if (!equations && !inequalities) return false;
    const math_node *f = moved(c, a), *g = moved(c, r);
    if (!f || !g) return false;
    int sign = 0;
    math_decision decision = math_proportional(c->engine, f, g, &sign);
    const char *left = compare_show(c, a), *right = compare_show(c, r);
    if (decision.equal == CAIRN_VERDICT_RIGHT && equations)
        return compare_says(c, out, decision.equal, "equation", "%s is %s, moved and scaled", left, right);
    if (decision.equal == CAIRN_VERDICT_RIGHT && sign != 0) {
        bool same = sign > 0 && is_strict(x) == is_strict(y);
        return compare_says(c, out, same ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "inequality",
                            same ? "%s is %s, moved and scaled" : "%s and %s are not the same side of one boundary",
                            left, right);
    }
    bool linear = polynomial_degree(f) == 1 && polynomial_degree(g) == 1;
    if (equations && (holds_any_constant(f, linear) || holds_any_constant(g, linear)))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "equation", "a letter of %s or %s may be any constant", left,
                            right);
    bool apart = decision.equal == CAIRN_VERDICT_WRONG && (linear || (equations && differ_by_constant(c, f, g)));
    if (!apart && decision.equal == CAIRN_VERDICT_WRONG) {
        decision = (equations ? math_zeros : math_regions)(c->engine, f, g);
        if (decision.equal == CAIRN_VERDICT_RIGHT)
            return compare_says(c, out, decision.equal, "equation", "%s is %s, multiplied out", left, right);
        apart = decision.equal == CAIRN_VERDICT_WRONG;
    }
    return compare_says(
        c, out, apart ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN, equations ? "equation" : "inequality",
        apart ? "%s and %s have different solutions" : "whether %s and %s have the same solutions is open", left,
        right);
}

/* a = b (mod m): the remainders of both right sides. */
static bool judge_congruence(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    math_judgement part;
    if (a->kids != 3 || r->kids != 3 || a->relation[0] != MATH_CONGRUENT || r->relation[0] != MATH_CONGRUENT)
        return false;
    if (!tree_same(a->kid[0], r->kid[0]) || a->kid[0]->kind != MATH_NAME) return false;
    if (compare_trees(c, a->kid[2], r->kid[2], &part) != CAIRN_VERDICT_RIGHT)
        return part.verdict == CAIRN_VERDICT_WRONG &&
               compare_says(c, out, part.verdict, "congruence", "another modulus: %s", part.why);
    mpq_t difference, other, modulus;
    mpq_inits(difference, other, modulus, NULL);
    bool known = math_rational(c->engine, a->kid[1], difference) && math_rational(c->engine, r->kid[1], other) &&
                 math_rational(c->engine, a->kid[2], modulus) && mpq_sgn(modulus) != 0;
    bool same = false;
    if (known) {
        mpq_sub(difference, difference, other);
        mpq_div(difference, difference, modulus);
        same = mpz_cmp_ui(mpq_denref(difference), 1) == 0;
    }
    mpq_clears(difference, other, modulus, NULL);
    return known && compare_says(c, out, same ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "congruence",
                                 same ? "the same remainder" : "another remainder");
}

bool rule_equation(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (side_by_side(c, a, r, false) == CAIRN_VERDICT_RIGHT || side_by_side(c, a, r, true) == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "equation", "side by side the same");
    if (judge_congruence(c, a, r, out)) return true;
    return two_sided(a) && two_sided(r) && judge_moved(c, a, r, out);
}

/* Numbers with units: converted within one dimension; a unit that one side lacks is told. */
#include <string.h>

#include "tool/math/equal_rules.h"
#include "tool/math/units.h"

/* A number of a unit. */
typedef struct amount {
    const math_node *number;
    math_measure measure;
    bool has_unit;
} amount;

static bool is_plain(const amount *a) {
    return !a->has_unit || math_measure_plain(&a->measure);
}

/* number * size as a tree; the number itself where size is 1. */
static const math_node *scaled(comparing *c, const math_node *number, const mpq_t size) {
    if (mpq_cmp_ui(size, 1, 1) == 0) return number;
    return tree_two(c, MATH_PRODUCT, tree_rational(c, size), number);
}

static bool read_amount(comparing *c, const math_node *node, bool names, amount *out);

/* "2 hours 30 minutes": amounts of one dimension, added in the unit of the first. */
static bool read_sum(comparing *c, const math_node *node, amount *out) {
    const math_node *sum = NULL;
    for (uint32_t i = 0; i < node->kids; i++) {
        amount part = {0};
        math_measure_open(&part.measure);
        bool known = read_amount(c, node->kid[i], false, &part) && part.has_unit;
        if (known && i > 0) {
            known =
                math_measure_alike(&part.measure, &out->measure) && strcmp(part.measure.noun, out->measure.noun) == 0;
            mpq_div(part.measure.size, part.measure.size, out->measure.size);
            const math_node *term = known ? scaled(c, part.number, part.measure.size) : NULL;
            sum = term ? tree_two(c, MATH_SUM, sum, term) : NULL;
        } else if (known) {
            mpq_set(out->measure.size, part.measure.size);
            memcpy(out->measure.power, part.measure.power, sizeof part.measure.power);
            memcpy(out->measure.noun, part.measure.noun, sizeof part.measure.noun);
            sum = part.number;
        }
        math_measure_close(&part.measure);
        if (!known || !sum) return false;
    }
    out->number = sum;
    out->has_unit = true;
    return true;
}

/* A product with one amount, or (`names`) whose names after the first factor are units, as in "5 m". */
static bool read_product(comparing *c, const math_node *node, bool names, amount *out) {
    uint32_t at = 0;
    while (at < node->kids && node->kid[at]->kind != MATH_QUANTITY) at++;
    if (at < node->kids) {
        const math_node *kid[COMPARE_ITEMS_MOST];
        if (node->kids > COMPARE_ITEMS_MOST || !read_amount(c, node->kid[at], false, out)) return false;
        for (uint32_t i = 0; i < node->kids; i++) {
            if (i != at && math_holds(node->kid[i], MATH_QUANTITY)) return false;
            kid[i] = i == at ? out->number : node->kid[i];
        }
        out->number = tree_of(c, MATH_PRODUCT, node->kids, kid);
        return out->number != NULL;
    }
    if (!names || !math_is_constant(node->kid[0])) return false;
    for (uint32_t i = 1; i < node->kids; i++)
        if (node->kid[i]->kind == MATH_NUMBER || !math_measure_unit(node->kid[i], &out->measure)) return false;
    out->number = node->kid[0];
    out->has_unit = true;
    return !*out->measure.noun;
}

static bool read_amount(comparing *c, const math_node *node, bool names, amount *out) {
    switch (node->kind) {
    case MATH_QUANTITY:
        out->number = node->kid[0];
        out->has_unit = true;
        return math_measure_unit(node->kid[1], &out->measure);
    case MATH_NEGATE:
        if (!read_amount(c, node->kid[0], names, out)) return false;
        out->number = tree_one(c, MATH_NEGATE, out->number);
        return out->number != NULL;
    case MATH_SUM:
        if (math_holds(node, MATH_QUANTITY)) return read_sum(c, node, out);
        break;
    case MATH_PRODUCT:
        if ((math_holds(node, MATH_QUANTITY) || names) && read_product(c, node, names, out)) return true;
        if (out->has_unit) return false;
        break;
    default:
        break;
    }
    out->number = node;
    return !math_holds(node, MATH_QUANTITY);
}

/* Whether the unit is of one dimension alone, to the first power. */
static bool is_only(const amount *a, math_dimension dimension) {
    int only[MATH_DIMENSIONS] = {0};
    only[dimension] = 1;
    return a->has_unit && !*a->measure.noun && memcmp(a->measure.power, only, sizeof only) == 0;
}

/* Degrees Celsius of a temperature in any scale; NULL: another unit. */
static const math_node *celsius(comparing *c, const amount *a) {
    if (mpq_cmp_ui(a->measure.size, 1, 1) != 0) return NULL;
    if (is_only(a, UNIT_CELSIUS)) return a->number;
    if (is_only(a, UNIT_KELVIN)) return tree_minus(c, a->number, tree_leaf(c, MATH_NUMBER, "273.15"));
    if (!is_only(a, UNIT_FAHRENHEIT)) return NULL;
    const math_node *above = tree_minus(c, a->number, tree_leaf(c, MATH_NUMBER, "32"));
    return tree_two(c, MATH_PRODUCT,
                    tree_two(c, MATH_QUOTIENT, tree_leaf(c, MATH_NUMBER, "5"), tree_leaf(c, MATH_NUMBER, "9")), above);
}

static bool is_temperature(const math_measure *m) {
    return m->power[UNIT_CELSIUS] || m->power[UNIT_FAHRENHEIT] || m->power[UNIT_KELVIN];
}

/* Dimensions between which conversion is not exact, or has a zero of its own. */
static bool may_convert(const math_measure *a, const math_measure *b) {
    return (is_temperature(a) && is_temperature(b)) || (a->power[UNIT_MONTH] && b->power[UNIT_TIME]) ||
           (a->power[UNIT_TIME] && b->power[UNIT_MONTH]);
}

/* One side has a unit, the other none. */
static bool judge_missing(comparing *c, const amount *a, const amount *r, math_judgement *out) {
    const amount *with = is_plain(a) ? r : a;
    const math_node *x = a->number, *y = r->number;
    if (is_temperature(&with->measure)) { /* "90 degrees" against "90 degrees Fahrenheit" */
        if (x->kind == MATH_DEGREES) x = x->kid[0];
        if (y->kind == MATH_DEGREES) y = y->kid[0];
    }
    math_judgement numbers;
    if (*with->measure.noun && (x->kind == MATH_DEGREES || y->kind == MATH_DEGREES)) return false;
    cairn_verdict verdict = compare_trees(c, x, y, &numbers);
    const char *left = compare_show(c, x), *right = compare_show(c, y);
    if (verdict == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, verdict, "unit-missing", "the numbers %s and %s agree, one side has no unit", left,
                            right);
    if (verdict == CAIRN_VERDICT_WRONG) {
        mpq_t ratio, by;
        bool other_unit = false;
        mpq_inits(ratio, by, NULL);
        if (math_rational(c->engine, x, ratio) && math_rational(c->engine, y, by) && mpq_sgn(by) != 0) {
            mpq_div(ratio, ratio, by);
            other_unit = math_measure_ratio(&with->measure, ratio);
        }
        mpq_clears(ratio, by, NULL);
        return compare_says(c, out, other_unit ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, "unit-missing",
                            other_unit ? "%s may be %s in another unit" : "%s is not %s, and one side has no unit",
                            left, right);
    }
    *out = numbers;
    return true;
}

/* "pounds" are money and mass. */
static bool both_pounds(const amount *a, const amount *r) {
    const amount *money = is_only(a, UNIT_POUND) ? a : r, *mass = money == a ? r : a;
    return is_only(money, UNIT_POUND) && is_only(mass, UNIT_MASS);
}

/* Both have units. */
static bool judge_units(comparing *c, amount *a, amount *r, math_judgement *out) {
    math_judgement numbers;
    bool nouns = strcmp(a->measure.noun, r->measure.noun) == 0;
    const math_node *cold_a = celsius(c, a), *cold_r = celsius(c, r);
    if (cold_a && cold_r && !math_measure_alike(&a->measure, &r->measure)) {
        cairn_verdict same = compare_trees(c, cold_a, cold_r, &numbers);
        return compare_says(c, out, same, "quantity", "in degrees Celsius, %s and %s", compare_show(c, cold_a),
                            compare_show(c, cold_r));
    }
    if (!math_measure_alike(&a->measure, &r->measure)) {
        bool open = may_convert(&a->measure, &r->measure) || both_pounds(a, r) || *a->measure.noun || *r->measure.noun;
        if (open && !both_pounds(a, r) && !may_convert(&a->measure, &r->measure))
            open = compare_trees(c, a->number, r->number, &numbers) != CAIRN_VERDICT_WRONG;
        return compare_says(c, out, open ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, "unit",
                            "the units are of different dimensions");
    }
    mpq_div(a->measure.size, a->measure.size, r->measure.size);
    bool same_unit = mpq_cmp_ui(a->measure.size, 1, 1) == 0;
    const math_node *converted = scaled(c, a->number, a->measure.size);
    if (!converted) return false;
    cairn_verdict verdict = compare_trees(c, converted, r->number, &numbers);
    bool product = *a->measure.noun && (a->number->kind == MATH_PRODUCT || r->number->kind == MATH_PRODUCT);
    if (product && verdict == CAIRN_VERDICT_RIGHT && !tree_same(a->number, r->number))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "a product may be part of the name '%s'",
                            a->measure.noun);
    if (!nouns && verdict == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "the numbers agree, but '%s' may not be '%s'",
                            a->measure.noun, r->measure.noun);
    if (verdict == CAIRN_VERDICT_UNKNOWN) {
        *out = numbers;
        return true;
    }
    return compare_says(c, out, verdict, "quantity", "%s %s %s%s", compare_show(c, converted),
                        verdict == CAIRN_VERDICT_RIGHT ? "is" : "is not", compare_show(c, r->number),
                        same_unit ? ", in one unit" : ", in the reference's unit");
}

/* Degrees against radians. */
static bool judge_radians(comparing *c, const amount *a, const amount *r, math_judgement *out) {
    const amount *both[2] = {a, r};
    const math_node *value[2];
    for (int i = 0; i < 2; i++) {
        value[i] = both[i]->number;
        if (value[i]->kind != MATH_DEGREES && is_only(both[i], UNIT_ANGLE))
            value[i] = tree_one(c, MATH_DEGREES, scaled(c, value[i], both[i]->measure.size));
        if (!value[i]) return false;
    }
    return rule_number(c, value[0], value[1], out) || rule_expression(c, value[0], value[1], out);
}

static bool judge_amounts(comparing *c, const math_node *a, const math_node *r, amount *x, amount *y,
                          math_judgement *out) {
    bool names = a->kind == MATH_QUANTITY || r->kind == MATH_QUANTITY;
    if (!read_amount(c, a, names && r->kind == MATH_QUANTITY, x) ||
        !read_amount(c, r, names && a->kind == MATH_QUANTITY, y))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "units that are not understood");
    amount *both[2] = {x, y};
    for (int i = 0; i < 2; i++) { /* radians are the numbers that degrees stand for */
        const amount *angle = both[1 - i];
        bool degrees = angle->number->kind == MATH_DEGREES || is_only(angle, UNIT_ANGLE);
        if (is_only(both[i], UNIT_RADIAN) && degrees) return judge_radians(c, x, y, out);
    }
    bool changed = false;
    const math_node *node[2] = {a, r};
    for (int i = 0; i < 2; i++) { /* "dozen", "units", "radians" are numbers; angles have a kind of their own */
        bool angle = is_only(both[i], UNIT_ANGLE);
        if (!both[i]->has_unit || !(angle || math_measure_plain(&both[i]->measure))) continue;
        node[i] = scaled(c, both[i]->number, both[i]->measure.size);
        if (angle && node[i]) node[i] = tree_one(c, MATH_DEGREES, node[i]);
        if (!node[i]) return false;
        changed = true;
    }
    if (changed) {
        compare_trees(c, node[0], node[1], out);
        return true;
    }
    if (is_plain(x) && is_plain(y)) return false;
    return is_plain(x) || is_plain(y) ? judge_missing(c, x, y, out) : judge_units(c, x, y, out);
}

bool rule_quantity(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (!math_holds(a, MATH_QUANTITY) && !math_holds(r, MATH_QUANTITY)) return false;
    amount x = {0}, y = {0};
    math_measure_open(&x.measure);
    math_measure_open(&y.measure);
    bool decided = judge_amounts(c, a, r, &x, &y, out);
    math_measure_close(&x.measure);
    math_measure_close(&y.measure);
    return decided;
}

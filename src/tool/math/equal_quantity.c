/* Numbers with units: converted within one dimension; a unit that one side lacks is told. */
#include <string.h>

#include "tool/math/equal_asked.h"
#include "tool/math/units.h"

/* A number of a unit. */
typedef struct amount {
    const math_node *number;
    math_measure measure;
    bool has_unit;
    bool guessed; /* its units are letters, which may be variables */
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
            math_measure swap = out->measure;
            out->measure = part.measure;
            part.measure = swap;
            sum = part.number;
        }
        math_measure_close(&part.measure);
        if (!known || !sum) return false;
    }
    out->number = sum;
    out->has_unit = true;
    return true;
}

/* The product of two trees, either of which may be NULL for 1. */
static const math_node *times(comparing *c, const math_node *a, const math_node *b) {
    if (!a || !b) return a ? a : b;
    return tree_two(c, MATH_PRODUCT, a, b);
}

/* "mu m" as the unit of a micrometre; NULL: it is none. */
static const math_node *micro_name(comparing *c, const math_node *mu, const math_node *symbol) {
    if (mu->kind != MATH_NAME || strcmp(mu->text, "mu") != 0 || symbol->kind != MATH_NAME) return NULL;
    return tree_text(c, MATH_NAME, cairn_arena_printf(c->arena, "\u00b5%s", symbol->text));
}

/* "3 \times 10^8 m/s" as a formula: its constant factors and its names, NULL for none. False: it is no such tree. */
static bool split_names(comparing *c, const math_node *node, const math_node **number, const math_node **unit) {
    *number = *unit = NULL;
    if (math_is_constant(node)) {
        *number = node;
        return true;
    }
    const math_node *kid_number, *kid_unit;
    switch (node->kind) {
    case MATH_NAME:
        *unit = node;
        return true;
    case MATH_POWER:
        *unit = node;
        return node->kid[0]->kind == MATH_NAME;
    case MATH_PRODUCT:
        for (uint32_t i = 0; i < node->kids; i++) {
            const math_node *kid = node->kid[i],
                            *micro = i + 1 < node->kids ? micro_name(c, kid, node->kid[i + 1]) : NULL;
            if (micro) kid = micro, i++;
            if (!split_names(c, kid, &kid_number, &kid_unit)) return false;
            *number = times(c, *number, kid_number);
            *unit = times(c, *unit, kid_unit);
        }
        return true;
    case MATH_QUOTIENT:
        if (!split_names(c, node->kid[0], number, unit)) return false;
        if (!split_names(c, node->kid[1], &kid_number, &kid_unit) || (kid_number && !*number)) return false;
        if (kid_number) *number = tree_two(c, MATH_QUOTIENT, *number, kid_number);
        if (kid_unit) *unit = tree_two(c, MATH_QUOTIENT, *unit ? *unit : tree_leaf(c, MATH_NUMBER, "1"), kid_unit);
        return true;
    default:
        return false;
    }
}

/* A formula whose names are all units, as in "5 m". */
static bool read_names(comparing *c, const math_node *node, amount *out) {
    const math_node *number, *unit;
    math_measure measure;
    math_measure_open(&measure);
    bool units =
        split_names(c, node, &number, &unit) && number && unit && math_measure_unit(unit, &measure) && !*measure.noun;
    if (units) {
        math_measure_close(&out->measure);
        out->measure = measure;
        out->number = number;
        out->has_unit = out->guessed = true;
    } else {
        math_measure_close(&measure);
    }
    return units;
}

const math_node *tree_as_quantity(comparing *c, const math_node *node) {
    const math_node *number, *unit;
    math_measure measure;
    char joined[8] = "";
    if (node->kind == MATH_PRODUCT && !(node->flags & MATH_FLAG_IMPLICIT)) return NULL;
    for (uint32_t i = 1; node->kind == MATH_PRODUCT && i < node->kids; i++) { /* kN as k * N */
        bool letter = node->kid[i]->kind == MATH_NAME && strlen(joined) + strlen(node->kid[i]->text) < sizeof joined;
        if (!letter || node->kids < 3) *joined = '\0';
        if (!letter || node->kids < 3) break;
        strcat(joined, node->kid[i]->text);
    }
    math_unit found;
    if (*joined && math_is_constant(node->kid[0]) && math_unit_symbol(joined, strlen(joined), &found)) {
        const char *name = cairn_arena_copy(c->arena, joined, strlen(joined));
        return tree_two(c, MATH_QUANTITY, node->kid[0], tree_text(c, MATH_NAME, name));
    }
    math_measure_open(&measure);
    bool units =
        split_names(c, node, &number, &unit) && number && unit && math_measure_unit(unit, &measure) && !*measure.noun;
    math_measure_close(&measure);
    return units ? tree_two(c, MATH_QUANTITY, number, unit) : NULL;
}

/* Whether a name is the unit of the amount once more: $5 USD. */
static bool repeats_unit(const math_node *name, const amount *a) {
    math_measure measure;
    math_measure_open(&measure);
    bool same = name->kind == MATH_NAME && math_measure_unit(name, &measure) && measure.measures &&
                math_measure_alike(&measure, &a->measure) && mpq_equal(measure.size, a->measure.size);
    math_measure_close(&measure);
    return same;
}

/* A product with one amount. */
static bool read_product(comparing *c, const math_node *node, amount *out) {
    const math_node *kid[COMPARE_ITEMS_MOST];
    uint32_t at = 0, kids = 0;
    while (at < node->kids && node->kid[at]->kind != MATH_QUANTITY) at++;
    if (at == node->kids || node->kids > COMPARE_ITEMS_MOST || !read_amount(c, node->kid[at], false, out)) return false;
    for (uint32_t i = 0; i < node->kids; i++) {
        if (i != at && math_holds(node->kid[i], MATH_QUANTITY)) return false;
        if (i == at)
            kid[kids++] = out->number;
        else if (!repeats_unit(node->kid[i], out))
            kid[kids++] = node->kid[i];
    }
    if (kids == 1) return true;
    math_node *product = tree_of(c, MATH_PRODUCT, kids, kid);
    if (product) product->flags = node->flags;
    out->number = product;
    return product != NULL;
}

static bool read_amount(comparing *c, const math_node *node, bool names, amount *out) {
    switch (node->kind) {
    case MATH_QUANTITY:
        if (node->kid[0]->kind == MATH_PERCENT || node->kid[0]->kind == MATH_DEGREES) return false; /* 5% km */
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
    case MATH_QUOTIENT:
        if (!math_holds(node, MATH_QUANTITY) && names && read_names(c, node, out)) return true;
        if (node->kind == MATH_PRODUCT && math_holds(node, MATH_QUANTITY) && read_product(c, node, out)) return true;
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

/* The number in the degrees of a temperature's own scale, as a difference: in kelvins. */
static const math_node *kelvins(comparing *c, const amount *a) {
    if (!is_only(a, UNIT_FAHRENHEIT)) return a->number;
    return tree_two(c, MATH_QUOTIENT, tree_two(c, MATH_PRODUCT, a->number, tree_leaf(c, MATH_NUMBER, "5")),
                    tree_leaf(c, MATH_NUMBER, "9"));
}

/* Two temperatures in degrees Celsius; WRONG only where they are no differences of temperatures that agree. */
static bool judge_temperatures(comparing *c, const amount *a, const amount *r, const math_node *cold_a,
                               const math_node *cold_r, math_judgement *out) {
    math_judgement numbers;
    cairn_verdict same = compare_trees(c, cold_a, cold_r, &numbers);
    if (same == CAIRN_VERDICT_WRONG && compare_trees(c, kelvins(c, a), kelvins(c, r), &numbers) != CAIRN_VERDICT_WRONG)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "the temperatures differ, but may be differences");
    return compare_says(c, out, same, "quantity", "in degrees Celsius, %s and %s", compare_show(c, cold_a),
                        compare_show(c, cold_r));
}

/* Whether two positive numbers are less than a quarter apart, or may be. */
static bool is_near(comparing *c, const math_node *a, const math_node *r) {
    double a_low, a_high, r_low, r_high;
    if (!math_bounds(c->engine, a, &a_low, &a_high) || !math_bounds(c->engine, r, &r_low, &r_high)) return true;
    return a_high > 0.75 * r_low && r_high > 0.75 * a_low;
}

/* Dimensions between which conversion is not exact, or has a zero of its own. */
static bool may_convert(const math_measure *a, const math_measure *b) {
    return (is_temperature(a) && is_temperature(b)) || (a->power[UNIT_MONTH] && b->power[UNIT_TIME]) ||
           (a->power[UNIT_TIME] && b->power[UNIT_MONTH]);
}

/* Whether a name in a tree may be a unit's symbol. */
static bool holds_symbol(const math_node *node) {
    math_unit unit;
    if (node->kind == MATH_NAME && strchr("cp", *node->text) && !node->text[1]) return true; /* pence, cents */
    if (node->kind == MATH_NAME) return math_unit_symbol(node->text, strlen(node->text), &unit);
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_symbol(node->kid[i])) return true;
    return false;
}

static bool has_dimension(const int power[MATH_DIMENSIONS]) {
    static const int none[MATH_DIMENSIONS];
    return memcmp(power, none, sizeof none) != 0;
}

/* Whether `bare` may be `number` of the measure, in another unit: 500 for 5 m, 1 for 60 seconds per minute. */
static bool may_be_other_unit(comparing *c, const math_measure *measure, const math_node *number,
                              const math_node *bare) {
    mpq_t ratio, by;
    bool may = false;
    mpq_inits(ratio, by, NULL);
    if (math_rational(c->engine, bare, ratio) && math_rational(c->engine, number, by) && mpq_sgn(by) != 0) {
        mpq_div(ratio, ratio, by);
        may = math_measure_ratio(measure, ratio) ||
              (!has_dimension(measure->power) && mpq_equal(ratio, measure->size) != 0);
    }
    mpq_clears(ratio, by, NULL);
    return may;
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
    if (holds_symbol(with == a ? y : x))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "a letter of %s may be a unit",
                            compare_show(c, with == a ? y : x));
    if (*with->measure.noun && (x->kind == MATH_DEGREES || y->kind == MATH_DEGREES)) return false;
    cairn_verdict verdict = compare_trees(c, x, y, &numbers);
    const char *left = compare_show(c, x), *right = compare_show(c, y);
    if (verdict == CAIRN_VERDICT_RIGHT && asks_other_unit(c, &with->measure))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit-missing", "the problem asks for another unit");
    if (verdict == CAIRN_VERDICT_RIGHT && (x->kind == MATH_PERCENT || y->kind == MATH_PERCENT))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit-missing", "%s and %s, of which one is a percentage",
                            left, right);
    if (verdict == CAIRN_VERDICT_RIGHT && is_only(with, UNIT_KELVIN) && !has_dimension(with->measure.other))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "K may mean thousands");
    if (verdict == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, verdict, "unit-missing", "the numbers %s and %s agree, one side has no unit", left,
                            right);
    if (verdict == CAIRN_VERDICT_WRONG) {
        bool other_unit = may_be_other_unit(c, &with->measure, with == a ? x : y, with == a ? y : x);
        return compare_says(c, out, other_unit ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, "unit-missing",
                            other_unit ? "%s may be %s in another unit" : "%s is not %s, and one side has no unit",
                            left, right);
    }
    *out = numbers;
    return true;
}

/* Whether turns may be left out, as in "1 Hz" for a turn a second. */
static bool alike_but_angles(const math_measure *a, const math_measure *b) {
    for (int i = 0; i < MATH_DIMENSIONS; i++)
        if (a->power[i] != b->power[i] && i != UNIT_ANGLE && i != UNIT_RADIAN) return false;
    return true;
}

/* Whether the numbers agree, and one unit is the other by a time: "$5 per hour" and "$5", "8 hours per day" and "8
 * hours". */
static bool drops_time(comparing *c, const amount *a, const amount *r) {
    math_judgement numbers;
    bool money = false, rate = true, other_rate = true;
    for (int i = 0; i < MATH_DIMENSIONS; i++) {
        bool time = i == UNIT_TIME || i == UNIT_MONTH;
        if (a->measure.power[i] != r->measure.power[i] && !time) return false;
        money = money || (i >= UNIT_DOLLAR && a->measure.power[i] == 1);
        rate = rate && a->measure.power[i] == 0;
        other_rate = other_rate && r->measure.power[i] == 0;
    }
    return (money || rate || other_rate) && compare_trees(c, a->number, r->number, &numbers) != CAIRN_VERDICT_WRONG;
}

/* "pounds" are money and mass. */
static bool both_pounds(const amount *a, const amount *r) {
    const amount *money = is_only(a, UNIT_POUND) ? a : r, *mass = money == a ? r : a;
    return is_only(money, UNIT_POUND) && is_only(mass, UNIT_MASS);
}

/* Whether units of different dimensions may be meant as one: by another meaning, a custom, or a word that is no unit of
 * the table. */
static bool may_be_alike(comparing *c, const amount *a, const amount *r) {
    const math_measure *x = &a->measure, *y = &r->measure;
    return *x->noun || *y->noun || a->guessed || r->guessed || may_convert(x, y) || both_pounds(a, r) ||
           math_measure_alike_otherwise(x, y) || alike_but_angles(x, y) || drops_time(c, a, r);
}

/* Both have units. */
static bool judge_units(comparing *c, amount *a, amount *r, math_judgement *out) {
    math_judgement numbers;
    bool nouns = strcmp(a->measure.noun, r->measure.noun) == 0;
    const math_node *cold_a = celsius(c, a), *cold_r = celsius(c, r);
    if (cold_a && cold_r && !math_measure_alike(&a->measure, &r->measure))
        return judge_temperatures(c, a, r, cold_a, cold_r, out);
    if (!math_measure_alike(&a->measure, &r->measure)) {
        bool open = may_be_alike(c, a, r);
        return compare_says(c, out, open ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, "unit",
                            open ? "the units may be of different dimensions"
                                 : "the units are of different dimensions");
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
    bool varies = !same_unit && (a->measure.varies || r->measure.varies);
    if (verdict == CAIRN_VERDICT_WRONG && varies && is_near(c, converted, r->number))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "a unit has several sizes");
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
    if (!read_amount(c, a, math_holds(r, MATH_QUANTITY), x) || !read_amount(c, r, math_holds(a, MATH_QUANTITY), y))
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
        bool other_unit = !is_plain(x) && !is_plain(y);
        if (other_unit && *(is_plain(x) ? y : x)->measure.noun)
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unit", "a number and a thing counted");
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

/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

#include "tool/math/units.h"

/* The size of a unit in the base units of its dimension. */
static void is(const char *name, uint64_t over, uint64_t under, math_dimension dimension, int power) {
    math_unit unit;
    bool found = math_unit_find(name, strlen(name), &unit);
    if (!found) print_error("'%s' is not found\n", name);
    assert_true(found);
    double size = (double)unit.over / (double)unit.under * pow(10, unit.tens), expected = (double)over / (double)under;
    if (fabs(size - expected) > 1e-14 * expected) print_error("'%s' is %.17g\n", name, size);
    assert_true(fabs(size - expected) <= 1e-14 * expected);
    assert_int_equal(unit.power[dimension], power);
}

static void is_none(const char *name) {
    math_unit unit;
    bool found = math_unit_find(name, strlen(name), &unit);
    if (found) print_error("'%s' is a unit\n", name);
    assert_false(found);
}

static void test_symbols_and_words_are_one_unit(void **state) {
    (void)state;
    is("m", 1, 1, UNIT_LENGTH, 1);
    is("meters", 1, 1, UNIT_LENGTH, 1);
    is("metre", 1, 1, UNIT_LENGTH, 1);
    is("inches", 254, 10000, UNIT_LENGTH, 1);
    is("feet", 3048, 10000, UNIT_LENGTH, 1);
    is("lbs", 45359237, 100000, UNIT_MASS, 1);
    is("Hours", 3600, 1, UNIT_TIME, 1);
    is("hr", 3600, 1, UNIT_TIME, 1);
    is("years", 12, 1, UNIT_MONTH, 1);
    is("acre", 40468564224, 10000000, UNIT_LENGTH, 2);
}

static void test_prefixes_multiply(void **state) {
    (void)state;
    is("km", 1000, 1, UNIT_LENGTH, 1);
    is("kilometers", 1000, 1, UNIT_LENGTH, 1);
    is("cm", 1, 100, UNIT_LENGTH, 1);
    is("mm", 1, 1000, UNIT_LENGTH, 1);
    is("\u03bcm", 1, 1000000, UNIT_LENGTH, 1);
    is("kg", 1000, 1, UNIT_MASS, 1);
    is("mL", 1, 1000000, UNIT_LENGTH, 3);
    is("ms", 1, 1000, UNIT_TIME, 1);
    is("MB", 8000000, 1, UNIT_INFORMATION, 1);
    is("Mb", 1000000, 1, UNIT_INFORMATION, 1);
    is("mmol", 1, 1000, UNIT_AMOUNT, 1);
}

static void test_money_has_a_currency(void **state) {
    (void)state;
    is("$", 1, 1, UNIT_DOLLAR, 1);
    is("dollars", 1, 1, UNIT_DOLLAR, 1);
    is("cents", 1, 100, UNIT_DOLLAR, 1);
    is("\u20ac", 1, 1, UNIT_EURO, 1);
    is("pence", 1, 100, UNIT_POUND, 1);
}

static void test_nouns_and_variables_are_no_units(void **state) {
    (void)state;
    is_none("apples");
    is_none("x");
    is_none("");
    is_none("kfeet");
    is_none("kilofeet");
    is_none("ss");
    is_none("a word that is much longer than any unit");
}

/* "m" and "g" may be variables, "cm" is none. */
static void test_single_letters_are_symbols(void **state) {
    math_unit unit;
    (void)state;
    assert_true(math_unit_find("m", 1, &unit) && unit.symbol);
    assert_true(math_unit_find("cm", 2, &unit) && !unit.symbol);
    assert_true(math_unit_find("hour", 4, &unit) && !unit.symbol);
}

static math_node *name(math_node *node, const char *text) {
    *node = (math_node){.kind = MATH_NAME, .text = text};
    return node;
}

/* 36 km/h is 10 m/s. */
static void test_a_tree_of_units_is_measured(void **state) {
    math_node km, h, *kids[2] = {name(&km, "km"), name(&h, "h")};
    math_node speed = {.kind = MATH_QUOTIENT, .kid = kids, .kids = 2};
    math_measure measure;
    (void)state;
    math_measure_open(&measure);
    assert_true(math_measure_unit(&speed, &measure));
    assert_int_equal(measure.power[UNIT_LENGTH], 1);
    assert_int_equal(measure.power[UNIT_TIME], -1);
    assert_int_equal(mpq_cmp_ui(measure.size, 1000, 3600), 0);
    math_measure_close(&measure);
}

static void test_a_noun_is_counted_in_the_singular(void **state) {
    math_node apples;
    math_measure measure;
    (void)state;
    math_measure_open(&measure);
    assert_true(math_measure_unit(name(&apples, "Apples"), &measure));
    assert_string_equal(measure.noun, "apple");
    assert_false(math_measure_plain(&measure));
    math_measure_close(&measure);
}

/* 100 is m / cm and 12 is ft / in; no two units of length are 7 apart, as weeks and days are. */
static void test_ratios_of_units(void **state) {
    static const unsigned long ratios[] = {100, 12, 7};
    math_node unit;
    mpq_t ratio;
    (void)state;
    mpq_init(ratio);
    for (int time = 0; time < 2; time++)
        for (int i = 0; i < 3; i++) {
            math_measure measure;
            math_measure_open(&measure);
            assert_true(math_measure_unit(name(&unit, time ? "days" : "cm"), &measure));
            mpq_set_ui(ratio, ratios[i], 1);
            bool expected = time ? ratios[i] != 12 : ratios[i] != 7;
            assert_int_equal(math_measure_ratio(&measure, ratio), expected);
            math_measure_close(&measure);
        }
    mpq_clear(ratio);
}

/* Names are found by halving. */
static void test_the_table_is_sorted(void **state) {
    math_unit unit;
    const char *last = "";
    (void)state;
    for (size_t i = 0; math_unit_at(i, &unit); i++) {
        if (strcmp(last, unit.name) >= 0) print_error("'%s' before '%s'\n", last, unit.name);
        assert_true(strcmp(last, unit.name) < 0);
        last = unit.name;
    }
}

/* 1 lbf/in^2 = 0.45359237 kg 9.80665 m/s^2 / (0.0254 m)^2; 1 eV = 1.602176634e-19 J. */
static void test_derived_sizes_are_exact(void **state) {
    (void)state;
    is("psi", 8896443230521, 1290320, UNIT_MASS, 1);
    is("mmHg", 101325000, 760, UNIT_LENGTH, -1);
    is("mpg", 201168000000000, 473176473, UNIT_LENGTH, -2);
    math_unit unit;
    assert_true(math_unit_find("keV", 3, &unit));
    double size = (double)unit.over / (double)unit.under * pow(10, unit.tens);
    assert_true(fabs(size - 1.602176634e-13) < 1e-27); /* in g m^2/s^2 */
}

/* "m" is metres or minutes; "MB" has a million bytes or 2^20; "Nm" is no nanometre. */
static void test_other_meanings_are_told(void **state) {
    math_unit unit;
    (void)state;
    assert_true(math_unit_find("m", 1, &unit) && unit.other[UNIT_TIME] == 1 && unit.power[UNIT_LENGTH] == 1);
    assert_true(math_unit_find("cm", 2, &unit) && unit.other[UNIT_LENGTH] == 1);
    assert_true(math_unit_find("MB", 2, &unit) && unit.varies);
    assert_true(math_unit_find("bit", 3, &unit) && !unit.varies);
    is("KB", 8000, 1, UNIT_INFORMATION, 1);
    is("Nm", 1000, 1, UNIT_MASS, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_sorted),
        cmocka_unit_test(test_derived_sizes_are_exact),
        cmocka_unit_test(test_other_meanings_are_told),
        cmocka_unit_test(test_symbols_and_words_are_one_unit),
        cmocka_unit_test(test_prefixes_multiply),
        cmocka_unit_test(test_money_has_a_currency),
        cmocka_unit_test(test_nouns_and_variables_are_no_units),
        cmocka_unit_test(test_single_letters_are_symbols),
        cmocka_unit_test(test_a_tree_of_units_is_measured),
        cmocka_unit_test(test_a_noun_is_counted_in_the_singular),
        cmocka_unit_test(test_ratios_of_units),
    };
    return cmocka_run_group_tests_name("tool units", tests, NULL, NULL);
}

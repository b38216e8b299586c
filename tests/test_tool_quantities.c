/* label: light */
/* Answers with units. Sizes are those of the SI brochure and of NIST's Handbook 44, worked by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/answer.h"
#include "tool_fixture.h"

#define RIGHT   CAIRN_VERDICT_RIGHT
#define WRONG   CAIRN_VERDICT_WRONG
#define UNKNOWN CAIRN_VERDICT_UNKNOWN

typedef struct pair {
    cairn_verdict verdict;
    const char *one, *other;
} pair;

/* Each pair both ways. */
static void grade_all(bench *b, const pair *pairs, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        const pair *p = &pairs[i / 2];
        const char *answer = i % 2 ? p->other : p->one, *reference = i % 2 ? p->one : p->other;
        cairn_grade grade;
        assert_int_equal(cairn_answer_grade(b->ctx, b->arena, answer, reference, NULL, &grade), CAIRN_OK);
        if (grade.verdict == p->verdict) continue;
        print_error("'%s' against '%s': %s by '%s'\n", answer, reference, cairn_verdict_name(grade.verdict),
                    grade.rule);
        bad++;
    }
    assert_int_equal(bad, 0);
}
#define GRADE(state, pairs) grade_all(*(state), pairs, sizeof(pairs) / sizeof *(pairs))

static void test_prefixes_multiply_by_powers_of_ten(void **state) {
    static const pair pairs[] = {
        {RIGHT, "500 mL", "0.5 L"},
        {RIGHT, "500 milliliters", "0.5 litres"},
        {RIGHT, "5 A", "5000 mA"},
        {RIGHT, "5 kHz", "5000 Hz"},
        {RIGHT, "1 atm", "101.325 kPa"},
        {RIGHT, "0.5 mol", "500 mmol"},
        {RIGHT, "1 keV", "1000 eV"},
        {RIGHT, "5 μg", "5 micrograms"},
        {RIGHT, "5\\,\\mu\\text{m}", "5 micrometers"},
        {RIGHT, "5 um", "5 micrometers"},
        {RIGHT, "1 km^2", "1000000 m^2"},
        {RIGHT, "1 ha", "0.01 km^2"},
        {RIGHT, "5 nm", "5 \\times 10^{-9} m"},
        {RIGHT, "1 fs", "10^{-15} s"},
        {RIGHT, "2.5 kJ/mol", "2500 J/mol"},
        {RIGHT, "37 kBq", "37000 Bq"},
        {WRONG, "2 kPa", "200 Pa"},
        {WRONG, "5 μm", "5 mm"},
        {WRONG, "5 mA", "5 A"},
        {WRONG, "1 km", "100 m"},
        {WRONG, "1 m^2", "100 cm^2"},
    };
    GRADE(state, pairs);
}

static void test_compound_units_are_products_of_their_parts(void **state) {
    static const pair pairs[] = {
        {RIGHT, "5 m/s^2", "5 m/s²"},
        {RIGHT, "5 m/s^2", "500 cm/s^2"},
        {RIGHT, "9.8\\text{ m/s}^2", "9.8 \\frac{\\text{m}}{\\text{s}^2}"},
        {RIGHT, "5 m/s/s", "5 m/s^2"},
        {RIGHT, "5 meters per second squared", "5 m/s^2"},
        {RIGHT, "36 km/h", "10 m/s"},
        {RIGHT, "36 kilometers per hour", "10\\text{ m/s}"},
        {RIGHT, "3 \\times 10^8 m/s", "300000 km/s"},
        {RIGHT, "60 mph", "88 ft/s"},
        {RIGHT, "1 kg·m²/s²", "1 J"},
        {RIGHT, "1 kg·m^2/s^2", "1 N·m"},
        {RIGHT, "5\\text{ N}\\cdot\\text{m}", "5\\text{ J}"},
        {RIGHT, "5 N m", "5 J"},
        {RIGHT, "1 Nm", "1 J"},
        {RIGHT, "5 kg m/s", "5 N·s"},
        {RIGHT, "8.314 J/mol·K", "8.314 J/(mol·K)"},
        {RIGHT, "8.314 J/(mol K)", "8.314 J mol^{-1} K^{-1}"},
        {RIGHT, "2.5 \\mathrm{m} \\mathrm{s}^{-2}", "2.5 m/s^2"},
        {RIGHT, "1 V/A", "1 ohm"},
        {RIGHT, "1 C", "1 A·s"},
        {RIGHT, "1 F", "1 C/V"},
        {RIGHT, "1 T", "1 Wb/m^2"},
        {RIGHT, "1 H", "1 V s/A"},
        {RIGHT, "5 W", "5 J/s"},
        {RIGHT, "5 Hz", "5 s^{-1}"},
        {RIGHT, "1 Gy", "1 J/kg"},
        {RIGHT, "0.5 mol/L", "0.5 M"},
        {RIGHT, "1 g/cm³", "1000 kg/m³"},
        {RIGHT, "1 g/mL", "1 kg/L"},
        {RIGHT, "15 miles per gallon", "15 mpg"},
        {RIGHT, "$20 per hour", "$20/hr"},
        {WRONG, "9.8 m/s", "9.8 m/s^2"},
        {WRONG, "36 km/h", "36 m/s"},
        {WRONG, "1 g/cm^3", "1 kg/m^3"},
        {WRONG, "5 J", "5 W"},
        {WRONG, "5 mL", "5 mg"},
    };
    GRADE(state, pairs);
}

static void test_squares_and_cubes_are_said_in_many_ways(void **state) {
    static const pair pairs[] = {
        {RIGHT, "5 \\text{ cm}^2", "5 square centimeters"},
        {RIGHT, "5 \\text{ cm}^2", "500 \\text{ mm}^2"},
        {RIGHT, "144 sq. in.", "1 square foot"},
        {RIGHT, "144 sq in", "1 ft^2"},
        {RIGHT, "27 cubic feet", "1 cubic yard"},
        {RIGHT, "5 cu ft", "5 cubic feet"},
        {RIGHT, "1 cubic meter", "1000 liters"},
        {RIGHT, "1 dm^3", "1 L"},
        {RIGHT, "1 cc", "1 mL"},
        {RIGHT, "10 meters squared", "10 m²"},
        {RIGHT, "5 meters cubed", "5 m^3"},
        {RIGHT, "1 acre", "43560 square feet"},
        {WRONG, "1 sq ft", "12 sq in"},
        {WRONG, "5 m^2", "5 m^3"},
        {WRONG, "5 m^2", "5 m"},
    };
    GRADE(state, pairs);
}

static void test_older_and_smaller_units_are_exact(void **state) {
    static const pair pairs[] = {
        {RIGHT, "1 Å", "10^{-10} m"},
        {RIGHT, "1 angstrom", "0.1 nanometers"},
        {RIGHT, "1 eV", "1.602176634 \\times 10^{-19} J"},
        {RIGHT, "1 atm", "760 torr"},
        {RIGHT, "1 bar", "100 kPa"},
        {RIGHT, "1 dyn", "10^{-5} N"},
        {RIGHT, "1 erg", "10^{-7} J"},
        {RIGHT, "1 kWh", "3.6 MJ"},
        {RIGHT, "1 kcal", "4184 J"},
        {RIGHT, "1 hp", "745.69987158227022 W"},
        {RIGHT, "1 pound", "453.59237 g"},
        {RIGHT, "1 mi", "5280 ft"},
        {RIGHT, "1 ft", "30.48 cm"},
        {RIGHT, "3 tsp", "1 tbsp"},
        {RIGHT, "1 gallon", "4 quarts"},
        {RIGHT, "60 rpm", "1 rev/s"},
        {RIGHT, "5 ppm", "0.000005"},
        {RIGHT, "8 bits", "1 byte"},
        {RIGHT, "1 MB", "1000 KB"},
        {WRONG, "1 byte", "10 bits"},
        {WRONG, "1 bar", "1 atm"},
    };
    GRADE(state, pairs);
}

static void test_temperatures_have_zeros_of_their_own(void **state) {
    static const pair pairs[] = {
        {RIGHT, "100 °C", "212 °F"},
        {RIGHT, "100°C", "373.15 K"},
        {RIGHT, "100 degrees Celsius", "212 degrees Fahrenheit"},
        {RIGHT, "25 ^\\circ\\text{C}", "298.15 K"},
        {RIGHT, "-40 °C", "-40 °F"},
        {WRONG, "25 °C", "25 °F"},
        {WRONG, "10 K", "20 °C"},
        {UNKNOWN, "10 K", "10 °C"},
        {UNKNOWN, "10 °C", "18 °F"},
    };
    GRADE(state, pairs);
}

static void test_time_and_angles(void **state) {
    static const pair pairs[] = {
        {RIGHT, "2 hrs", "7200 s"},
        {RIGHT, "2 weeks", "14 days"},
        {RIGHT, "2 h 30 min", "2.5 h"},
        {RIGHT, "2 hours and 30 minutes", "150 minutes"},
        {RIGHT, "1 hour, 30 minutes", "90 minutes"},
        {RIGHT, "5 feet, 6 inches", "5.5 ft"},
        {RIGHT, "1 century", "100 years"},
        {RIGHT, "90°", "\\frac{\\pi}{2} rad"},
        {RIGHT, "1°", "60 arcminutes"},
        {WRONG, "90 s", "90 min"},
        {WRONG, "1 day", "12 hours"},
        {UNKNOWN, "1 month", "30 days"},
        {UNKNOWN, "1 year", "365 days"},
    };
    GRADE(state, pairs);
}

static void test_money_and_counted_things(void **state) {
    static const pair pairs[] = {
        {RIGHT, "50¢", "$0.50"},          {RIGHT, "75 cents", "$0.75"},
        {RIGHT, "\\$5.00", "5 USD"},      {RIGHT, "2 dozen eggs", "24 eggs"},
        {RIGHT, "12 books", "12"},        {RIGHT, "3 children", "3"},
        {RIGHT, "12 square units", "12"}, {WRONG, "\\$5", "€5"},
        {WRONG, "50 cents", "$5"},        {WRONG, "12 books", "11 books"},
        {UNKNOWN, "12 books", "12 pens"}, {UNKNOWN, "12 books", "12 cm"},
    };
    GRADE(state, pairs);
}

static void test_what_may_be_another_unit_is_unknown(void **state) {
    static const pair pairs[] = {
        {UNKNOWN, "5 m", "5 minutes"},  {UNKNOWN, "5 M", "5 meters"},  {UNKNOWN, "5 lb/in^2", "5 psi"},
        {UNKNOWN, "5 pounds", "£5"},    {UNKNOWN, "5 ounces", "5 mL"}, {UNKNOWN, "500 m", "5"},
        {UNKNOWN, "5ms", "5 meters"},   {UNKNOWN, "5x", "5 z"},        {WRONG, "5 min", "5 kg"},
        {WRONG, "5 hours", "5 meters"}, {WRONG, "5 m", "6 meters"},
    };
    GRADE(state, pairs);
}

static void test_rates_are_no_plain_numbers(void **state) {
    static const pair pairs[] = {
        {RIGHT, "35 hours per week", "35"},
        {RIGHT, "100 cm/m", "100"},
        {RIGHT, "12 hours a day", "12 hours per day"},
        {RIGHT, "$34 a month", "34"},
        {RIGHT, "$5 a day", "$5/day"},
        {RIGHT, "30 a week", "30"},
        {RIGHT, "7 per day", "7 a day"},
        {RIGHT, "$5 USD", "$5"},
        {UNKNOWN, "60 seconds per minute", "1"},
        {UNKNOWN, "$5 per hour", "$5"},
        {WRONG, "$5 per hour", "$6"},
        {WRONG, "7 a day", "8"},
    };
    GRADE(state, pairs);
}

static void test_letters_that_may_be_units_are_unknown_against_numbers(void **state) {
    static const pair pairs[] = {
        {UNKNOWN, "5C", "5"},  {UNKNOWN, "5kN", "5"}, {UNKNOWN, "7 K", "7"}, {UNKNOWN, "5% km", "5 km"},
        {RIGHT, "7 m/s", "7"}, {RIGHT, "7 Pa", "7"},  {WRONG, "5x", "5"},    {WRONG, "2ab", "2"},
    };
    GRADE(state, pairs);
}

static void test_units_of_several_sizes_are_unknown_where_they_are_near(void **state) {
    static const pair pairs[] = {
        {UNKNOWN, "1 MB", "1024 KB"}, {UNKNOWN, "1 ton", "1000 kg"},  {UNKNOWN, "1 gallon", "4.546 liters"},
        {UNKNOWN, "1 cup", "250 mL"}, {WRONG, "1 gallon", "1 liter"}, {WRONG, "1 ton", "100 lbs"},
        {WRONG, "1 GB", "100 MB"},    {RIGHT, "3 tons", "3 tons"},    {WRONG, "3 tons", "4 tons"},
    };
    GRADE(state, pairs);
}

static void test_letters_in_formulas_are_variables(void **state) {
    static const pair pairs[] = {
        {RIGHT, "2 m + 3 m", "5m"},
        {RIGHT, "5m + 2", "2 + 5m"},
        {RIGHT, "\\frac{mg}{k}", "mg/k"},
        {RIGHT, "3L/4", "\\frac34 L"},
        {RIGHT, "5V/A", "\\frac{5V}{A}"},
        {RIGHT, "3 ab", "3ba"},
        {RIGHT, "5ms", "5 s m"},
        {RIGHT, "4 N m", "4 m N"},
        {RIGHT, "F = 5 N", "5 N"},
        {RIGHT, "v = 3 m/s", "3\\text{ m/s}"},
        {WRONG, "2A", "3A"},
    };
    GRADE(state, pairs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefixes_multiply_by_powers_of_ten),
        cmocka_unit_test(test_compound_units_are_products_of_their_parts),
        cmocka_unit_test(test_squares_and_cubes_are_said_in_many_ways),
        cmocka_unit_test(test_older_and_smaller_units_are_exact),
        cmocka_unit_test(test_temperatures_have_zeros_of_their_own),
        cmocka_unit_test(test_time_and_angles),
        cmocka_unit_test(test_money_and_counted_things),
        cmocka_unit_test(test_what_may_be_another_unit_is_unknown),
        cmocka_unit_test(test_rates_are_no_plain_numbers),
        cmocka_unit_test(test_letters_that_may_be_units_are_unknown_against_numbers),
        cmocka_unit_test(test_units_of_several_sizes_are_unknown_where_they_are_near),
        cmocka_unit_test(test_letters_in_formulas_are_variables),
    };
    return cmocka_run_group_tests_name("tool quantities", tests, setup, teardown);
}

/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tool_fixture.h"

static size_t find(bench *b, const char *text, cairn_equation **out) {
    size_t count = 0;
    *out = NULL;
    assert_int_equal(cairn_equations_check(b->ctx, b->arena, text, strlen(text), out, &count), CAIRN_OK);
    return count;
}

/* The text holds exactly one claim, with this code. */
static void one(bench *b, const char *text, cairn_equation_code code) {
    cairn_equation *e;
    size_t count = find(b, text, &e);
    if (count != 1 || e[0].code != code) print_error("in: %s\n", text);
    assert_int_equal(count, 1);
    assert_string_equal(cairn_equation_code_name(e[0].code), cairn_equation_code_name(code));
}

static void none(bench *b, const char *text) {
    cairn_equation *e;
    size_t count = find(b, text, &e);
    if (count) print_error("in: %s\n", text);
    assert_int_equal(count, 0);
}

/* No claim of the text is called wrong. */
static void innocent(bench *b, const char *text) {
    cairn_equation *e;
    size_t count = find(b, text, &e);
    for (size_t i = 0; i < count; i++) {
        if (e[i].verdict == CAIRN_VERDICT_WRONG) print_error("in: %s\n", text);
        assert_int_not_equal(e[i].verdict, CAIRN_VERDICT_WRONG);
    }
}

static void test_spans_and_exact_value_are_given(void **state) {
    cairn_equation *e;
    const char *text = "She pays 3 * $4 = $13 in all";
    assert_int_equal(find(*state, text, &e), 1);
    assert_int_equal(e[0].verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(e[0].left, "3 * $4");
    assert_int_equal(memcmp(e[0].right, "$13", 3), 0);
    assert_string_equal(e[0].exact, "12");
    assert_int_equal(e[0].start, 9);
    assert_int_equal(memcmp(text + e[0].left_start, "3 * $4", e[0].left_end - e[0].left_start), 0);
    assert_false(e[0].mark);
}

static void test_prose_around_equations_is_read_over(void **state) {
    one(*state, "60 elves / 3 = 20 elves", CAIRN_EQUATION_EXACT);
    one(*state, "20 pomegranates * $20/pomegranate = $400", CAIRN_EQUATION_EXACT);
    one(*state, "She needs 2 skeins per hat + 4 skeins per scarf = 6 skeins", CAIRN_EQUATION_EXACT);
    one(*state, "He has 3 apples and buys 2 + 4 = 6 pears.", CAIRN_EQUATION_EXACT);
    one(*state, "In total (16 - 3 = 13) eggs", CAIRN_EQUATION_EXACT);
    one(*state, "So 80% of 50 = 40 people", CAIRN_EQUATION_EXACT);
    one(*state, "24 = 4 * 6", CAIRN_EQUATION_EXACT);
    one(*state, "Total = 5 + 3 = 9 apples", CAIRN_EQUATION_WRONG);
    one(*state, "3 + 4\n= 8", CAIRN_EQUATION_WRONG);
    one(*state, "\u2022 3 \u00d7 4 = 13", CAIRN_EQUATION_WRONG);
}

static void test_slips_are_found_whatever_the_words_around_them(void **state) {
    cairn_equation *e;
    one(*state, "for a total of 4+3=6 bird feeders", CAIRN_EQUATION_WRONG);
    one(*state, "5 days on high removed 2*6 = 10 liters of water per day", CAIRN_EQUATION_WRONG);
    one(*state, "it takes him 20,000/400 = 5 days to fly 20,000 kilometers", CAIRN_EQUATION_WRONG);
    one(*state, "leaving him with $210 - $100 = $120", CAIRN_EQUATION_WRONG);
    one(*state, "5, 6, and 18 * 2 = 720 were eaten", CAIRN_EQUATION_DOUBTFUL); /* perhaps a list */
    one(*state, "40 guests came, and 18 * 2 = 720 were eaten", CAIRN_EQUATION_WRONG);
    one(*state, "x is equal to 82/9 = 10.1 inches", CAIRN_EQUATION_WRONG);
    one(*state, "he makes 2250*52=$11,700 a year", CAIRN_EQUATION_WRONG);
    assert_int_equal(find(*state, "split 60+100=40 feet for Ann and 100-40=60 feet for Bob", &e), 2);
    assert_int_equal(e[0].verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(e[1].verdict, CAIRN_VERDICT_RIGHT);
}

static void test_what_is_no_arithmetic_claim_is_left_alone(void **state) {
    none(*state, "x = 5");
    none(*state, "Monday = 425");
    none(*state, "1 dozen = 12");
    none(*state, "1 hour = 60 minutes");
    none(*state, "2 hours 30 minutes = 150 minutes");
    none(*state, "3 + 4 < 9 and 3 \u2260 5");
    none(*state, "3 + 4 = ?");
    none(*state, "f(3) + 1 = 10");
    none(*state, "2 n - 3 = 11");
    none(*state, "2x + 3 = 11");
    none(*state, "x + 3 = 11");
    none(*state, "33 / 2 = 2x / 2");
    none(*state, "250=(5/2)x");
    none(*state, "8/3 = 24/Y");
    none(*state, "half of 10 + 5 = 10");
    none(*state, "profit * 3 = 12");
}

static void test_hostile_prose_gives_no_false_alarm(void **state) {
    innocent(*state, "Day 1 = 3 + 4");
    innocent(*state, "8 batches = 5.5 * 8 cups");
    innocent(*state, "1. 4 + 5 = 9");
    innocent(*state, "Pages 3-5 = 10 pages");
    innocent(*state, "9:30 + 2 = 11:30");
    innocent(*state, "10 + 5 = 3 pm");
    innocent(*state, "the sum of 5 and 2 + 1 = 8");
    innocent(*state, "2 * 1 hour = 120 minutes");
    innocent(*state, "3 * 4 = 1 dozen");
    innocent(*state, "2 + 1 3/4 = 3 and 3/4");
    innocent(*state, "17 / 5 = 3 R 2");
    innocent(*state, "5 * 200 = 1 thousand");
    innocent(*state, "3x+4 = 28 and 3x + 3 = 36, 2X-3 = 17");
    innocent(*state, "- 3 + 4 = 7");
    innocent(*state, "500/ 2/5 = 1250");
    innocent(*state, "60 / 3/4 = 80 years");
    innocent(*state, "(2/5)*500cm\u00b3 = 200cm\u00b3");
    innocent(*state, "the cost - 3 + 4 = 7");
    innocent(*state, "$\\frac{5}{4}=1\\frac{1}{4}$ and $4\\frac{5}{8}=\\frac{37}{8}$");
    innocent(*state, "$\\frac{1}{3}Bh = \\frac{1}{3}(30)(6.5)$");
    innocent(*state, "he ate 5 big apples -3 * 2 = -1");
    innocent(*state, "each of them lasts 14 / 1 / 4 = 14 * 4 washes");
    innocent(*state, "7/12 / 1/12/day = 7 days");
    innocent(*state, "1/4 tank = 60/4 pints");
    innocent(*state, "25 * 3 = $0.75");
    innocent(*state, "2Ann + 3Bob = 4Ann");
    innocent(*state, "3 boxes of 5 + 2 = 17 pens");
    innocent(*state, "an average of 10 + 20 = 15");
    innocent(*state, "10 / 3 = 3.333...");
    innocent(*state, "15 \u2261 3 = 1 + 2 (mod 12)");
}

static void test_formulas_are_read_by_the_grammar(void **state) {
    one(*state, "So $\\binom{5}{2} = 10$.", CAIRN_EQUATION_EXACT);
    one(*state, "So \\(5! + 1 = 121\\).", CAIRN_EQUATION_EXACT);
    one(*state, "We get $x = |3 - 5| = 2$.", CAIRN_EQUATION_EXACT);
    one(*state, "We get $x = |3 - 5| = 3$.", CAIRN_EQUATION_WRONG);
    one(*state, "So $\\left(\\binom{5}{2}\\right) + 1 = \\boxed{11}$.", CAIRN_EQUATION_EXACT);
    one(*state, "So $2! + 2 = \\boxed{5}$.", CAIRN_EQUATION_WRONG);
    one(*state, "\\[2! + 2 = 5\\]", CAIRN_EQUATION_WRONG);
    one(*state, "Then $y = \\lceil 8^{2/3} \\rceil = 5$.", CAIRN_EQUATION_WRONG);
    one(*state, "And $\\sqrt{36} = 6$.", CAIRN_EQUATION_EXACT);
    one(*state, "And $\\sqrt[3]{216} = 7$.", CAIRN_EQUATION_WRONG);
    one(*state, "\\[p = 2 + 2\\sqrt{900} + 2 \\cdot 901 = 1864\\]", CAIRN_EQUATION_EXACT);
    one(*state, "\\begin{align*} p &= 2\\left(\\frac{8}{9}\\right) \\\\ &= \\frac{16}{9} = 1.778\\end{align*}",
        CAIRN_EQUATION_ROUNDED);
    cairn_equation *e;
    assert_int_equal(find(*state, "Ok. So, $3328=2^5\\cdot13$.", &e), 1);
    assert_string_equal(e[0].left, "3328"); /* without the dollars */
    assert_string_equal(e[0].right, "2^5\\cdot13");
    assert_int_equal(e[0].code, CAIRN_EQUATION_WRONG);
}

static void test_what_formulas_leave_open_is_not_wrong(void **state) {
    innocent(*state, "Then $a\\sqrt[3]{8}^4 = 7!$ holds."); /* a times the root */
    innocent(*state, "Hooray, $1 + 2 + 4 = 7!$");           /* an exclamation */
    innocent(*state, "$3 + 4 \\bmod 5 = 2$");               /* of the sum */
    innocent(*state, "$y = -3 \\bmod 5 = 2$");
    innocent(*state, "$y = 50 + 5 \\equiv 5 + 5 = 10 \\pmod{9}$");
    innocent(*state, "$y = 168/20\\% = 840$");
    innocent(*state, "$y = 6/2(1 + 2) = 1$");
    innocent(*state, "$y = 2^3^2 = 64$");
    innocent(*state, "$y = -1^4 = 1$");
    innocent(*state, "$\\sqrt{16} = \\pm 4$");
    innocent(*state, "y = 2 + 3 = 5 (1) = 5"); /* the number of the equation */
    innocent(*state, "In base 8, $y = 7 + 1 = 10$.");
    innocent(*state, "It pays $10 - $4 = $6, not $5.");
    innocent(*state, "$x = 2 \\cdot 6 = 1$ dozen");
    innocent(*state, "$x = 0.5 \\cdot 100 = 50$ percent");
    innocent(*state, "Twice $3! = 12$.");
    innocent(*state, "Suppose that $\\binom{5}{2} = 11$.");
    innocent(*state, "Is $5! = 100$?");
    innocent(*state, "$1 + 2 + \\cdots + 10 = 55$");
    innocent(*state, "$|\\{1, 2, 3\\}| = 3$");
}

static void test_marks_are_claims_beside_the_written_ones(void **state) {
    cairn_equation *e;
    const char *text = "sells 16 - 3 - 4 = <<16-3-4=10>>9 duck eggs a day";
    assert_int_equal(find(*state, text, &e), 2);
    assert_false(e[0].mark);
    assert_int_equal(e[0].verdict, CAIRN_VERDICT_RIGHT);
    assert_true(e[1].mark);
    assert_int_equal(e[1].verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(e[1].left, "16-3-4");
    assert_string_equal(e[1].exact, "9");
    assert_int_equal(memcmp(text + e[1].start, "<<16-3-4=10>>", e[1].end - e[1].start), 0);
    one(*state, "<<x=5>>", CAIRN_EQUATION_UNPARSABLE);
    one(*state, "<<3+4>>", CAIRN_EQUATION_UNPARSABLE);
    one(*state, "<<3+4=8", CAIRN_EQUATION_WRONG); /* no mark, but a claim all the same */
}

static void test_chains_give_a_claim_a_link(void **state) {
    cairn_equation *e;
    assert_int_equal(find(*state, "2 * 3 + 4 = 6 + 4 = 11", &e), 2);
    assert_int_equal(e[0].verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(e[1].verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(e[1].exact, "10");
    assert_int_equal(find(*state, "2 + 3 = 5 * 4 = 20", &e), 2);
    assert_int_equal(e[0].code, CAIRN_EQUATION_RUNNING);
    assert_int_equal(e[1].verdict, CAIRN_VERDICT_RIGHT);
}

static void test_decimals_may_be_rounded_cut_or_printed_by_a_double(void **state) {
    one(*state, "10 / 3 = 3.33", CAIRN_EQUATION_ROUNDED);
    one(*state, "8 / 3 = 2.67", CAIRN_EQUATION_ROUNDED);
    one(*state, "8 / 3 = 2.666", CAIRN_EQUATION_TRUNCATED);
    one(*state, "8 / 3 = 2.68", CAIRN_EQUATION_WRONG);
    one(*state, "10 / 3 = 3.3333333333333335", CAIRN_EQUATION_NOISE);
    one(*state, "200.9 + 1 = 201.89999999999998", CAIRN_EQUATION_NOISE);
    one(*state, "1000.1 - 1000 = 0.10000000000002274", CAIRN_EQUATION_NOISE);
    one(*state, "36 / 2 = 18.0", CAIRN_EQUATION_EXACT);
    one(*state, "1/400 = 0.00", CAIRN_EQUATION_WRONG);
    one(*state, "2000 / 7 = 286", CAIRN_EQUATION_ROUNDED);
    one(*state, "10 / 3 = 3", CAIRN_EQUATION_WHOLE);
    one(*state, "7 / 2 = 4 people", CAIRN_EQUATION_WHOLE);
    one(*state, "10 / 3 = 5", CAIRN_EQUATION_WRONG);
    one(*state, "$10 / 3 = $3.34", CAIRN_EQUATION_WHOLE);
}

static void test_percent_signs_have_other_readings(void **state) {
    one(*state, "100 - 20% = 80", CAIRN_EQUATION_PERCENT);
    one(*state, "50 + 10% = 55", CAIRN_EQUATION_PERCENT);
    one(*state, "25 / 100 * 100 = 25%", CAIRN_EQUATION_PERCENT);
    one(*state, "20% * 50 = 10", CAIRN_EQUATION_EXACT);
    one(*state, "30% of 50 = 20", CAIRN_EQUATION_WRONG);
    one(*state, "100% - 40% = 40%", CAIRN_EQUATION_WRONG);
    one(*state, "6 / 4 * 100% = 75%", CAIRN_EQUATION_WRONG);
    one(*state, "1/3 = 33%", CAIRN_EQUATION_ROUNDED);
}

static void test_approximate_signs_allow_the_last_digit(void **state) {
    cairn_equation *e;
    assert_int_equal(find(*state, "22 / 7 \u2248 3.14", &e), 1);
    assert_true(e[0].approximate);
    assert_int_equal(e[0].verdict, CAIRN_VERDICT_RIGHT);
    one(*state, "29 * 103 \u2248 3000", CAIRN_EQUATION_ROUNDED);
    one(*state, "10 / 3 ~= 3", CAIRN_EQUATION_ROUNDED);
    one(*state, "29 * 103 \u2248 5000", CAIRN_EQUATION_WRONG);
}

static void test_numbers_that_stand_for_other_things_are_not_wrong(void **state) {
    static const char *const doubtful[] = {
        "1/3 = 20 students",
        "so 5/5 = 50 apples",
        "3 apples + 2 pears = $12",
        "15 * 4 = 1 hour",
        "12 + 12 = 2 feet",
        "1/2 + 1/4 = 45 minutes",
        "(1) + (2) = 12",
        "9-5 = 8 hours",
        "7-9 = 3 pages",
        "2020-2021 = 1 school year",
        "Box 1 + 2 = 15",
        "$5 \\text{ ft} + 3 \\text{ in} = 63 \\text{ in}$",
        "198 + 305 \u2248 200 + 300",
    };
    for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++) one(*state, doubtful[i], CAIRN_EQUATION_DOUBTFUL);
    innocent(*state, "1.000 + 500 = 1.500");
    innocent(*state, "4 + 11 = 15 15/30 = 50%");
    innocent(*state, "-10=2*5");
    innocent(*state, "2-1/2 + 2-1/2 = 5");
    innocent(*state, "3 tens + 4 ones = 34");
    innocent(*state, "No.5 + 3 = 8");
    innocent(*state, "20*60 = 10.S2");
    innocent(*state, "log_10 10^3 = 3");
    innocent(*state, "a (1 + 2) = 40");
    innocent(*state, "the rest (2/3) = 3 * 8 = 24");
    innocent(*state, "$5^8$ is $5$ raised to the power of $8$");
    innocent(*state, "1000-356=644 times 1000-135=865 times 644+865=1509 times");
    innocent(*state, "-48 + 21 + (-3) = -30 -30/3 = -10 degrees");
    one(*state, "1. **3 + 4** = 7", CAIRN_EQUATION_EXACT);
    one(*state, "15 * 4 = 61 hours", CAIRN_EQUATION_WRONG);
    one(*state, "16-3 = 12 eggs", CAIRN_EQUATION_WRONG);
    one(*state, "15-27 = 12 cups", CAIRN_EQUATION_WRONG);
    one(*state, "3 apples + 4 apples = 8 apples", CAIRN_EQUATION_WRONG);
}

static void test_numbers_that_agree_but_for_what_stands_beside_them_are_not_right(void **state) {
    static const char *const doubtful[] = {
        "1 hour + 30 minutes = 31 minutes",
        "5 feet + 3 inches = 8 feet",
        "2 m + 3 m = 5 cm",
        "$5 + 50 cents = $55",
        "3 million + 4 = 7 million",
        "3 million + 4 thousand = 7 million",
        "10 m / 2 s = 5 s",
        "5 m * 3 m = 15 m",
        "3 + 4 = 7i",
        "3k + 4 = 7",
        "$3^{6k} = 3^6$",
        "twice 3 + 4 = 7",
        "10 less than 3 + 4 = 7",
        "3 + 4 = 7 squared",
        "3 + 4 = 7 less 1",
        "3 + 4 = 7 and a half",
        "3 + 4 = 7:2",
        "2 + 3 = 5 > 6",
        "$3 \\cdot 4 = 12 \\geq 14$",
        "$10.99 - $1 = $9.9",
        "8.99 * 3 = 26.9",
    };
    for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++) one(*state, doubtful[i], CAIRN_EQUATION_DOUBTFUL);
    one(*state, "50m + 50m = 100 meters", CAIRN_EQUATION_EXACT);
    one(*state, "3 million + 4 million = 7 million", CAIRN_EQUATION_EXACT);
    one(*state, "He bought 3 + 4 = 7 dozen eggs", CAIRN_EQUATION_EXACT);
    one(*state, "3 cm * 4 cm = 12 cm^2", CAIRN_EQUATION_EXACT);
    one(*state, "5 hours * 60 minutes = 300 minutes", CAIRN_EQUATION_EXACT);
    one(*state, "2 hours * 60 = 120 minutes", CAIRN_EQUATION_EXACT);
    one(*state, "She paid 9 - 8 = 1 more than Becky", CAIRN_EQUATION_EXACT);
    one(*state, "(-1 + 3)k = 2k", CAIRN_EQUATION_EXACT);
    one(*state, "2 + 3 = 5 < 6", CAIRN_EQUATION_EXACT);
}

static void test_other_readings_of_signs_are_readings_of_the_tree(void **state) {
    one(*state, "60 / 3/4 = 80", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "24 / 2 / 3 = 36", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "1/2 / 3/4 = 2/3", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "24 / 2 / 3 = 5", CAIRN_EQUATION_WRONG);
    one(*state, "5 times 3 + 4 = 35", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "5 times 3 + 4 = 36", CAIRN_EQUATION_WRONG);
    one(*state, "-3^2 = 9", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "-3^2 * 2 = 18", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "-3^2 = 8", CAIRN_EQUATION_WRONG);
    one(*state, "$2\\frac{1}{3} \\cdot 3 = 2$", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "$2\\frac{1}{3} \\cdot 3 = 7$", CAIRN_EQUATION_EXACT);
    one(*state, "$2\\frac{1}{3}(\\frac{3}{2}) = 1$", CAIRN_EQUATION_EXACT);
    one(*state, "$2\\frac{1}{3}(\\frac{3}{2}) = 3.5$", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "$2\\frac{1}{3}(\\frac{3}{2}) = 2$", CAIRN_EQUATION_WRONG);
    one(*state, "80 + 20% = 96", CAIRN_EQUATION_PERCENT);
    one(*state, "80 - 20% + 10 = 74", CAIRN_EQUATION_PERCENT);
}

static void test_irrational_sides_are_compared_as_trees(void **state) {
    cairn_equation *e;
    one(*state, "$\\sqrt{8} = 2\\sqrt{2}$", CAIRN_EQUATION_EXACT);
    one(*state, "$\\sqrt{2}+\\sqrt{3} = \\sqrt{5+2\\sqrt{6}}$", CAIRN_EQUATION_EXACT);
    one(*state, "$\\sin 10^\\circ \\sin 50^\\circ \\sin 70^\\circ = \\frac{1}{8}$", CAIRN_EQUATION_EXACT);
    one(*state, "sqrt(2) * sqrt(8) + sqrt(2) = 4 + sqrt(2)", CAIRN_EQUATION_EXACT);
    one(*state, "4^1.5 = 8", CAIRN_EQUATION_EXACT);
    one(*state, "$\\sqrt{8} = 2\\sqrt{3}$", CAIRN_EQUATION_WRONG);
    one(*state, "$\\sqrt{2^2 + 9^2} = \\sqrt{97}$", CAIRN_EQUATION_WRONG);
    one(*state, "$\\sqrt{27} = 3$", CAIRN_EQUATION_WRONG);
    assert_int_equal(find(*state, "$\\sqrt{244} = \\sqrt{576}$", &e), 1);
    assert_string_equal(e[0].exact, "15.62049935"); /* to ten digits */
    /* by the digits written */
    one(*state, "$\\sqrt{2} = 1.41$", CAIRN_EQUATION_ROUNDED);
    one(*state, "$\\sqrt{2} = 1.4142$", CAIRN_EQUATION_ROUNDED);
    one(*state, "$\\sqrt{3} = 1.7320$", CAIRN_EQUATION_TRUNCATED);
    one(*state, "$2\\pi = 6.28$", CAIRN_EQUATION_ROUNDED);
    one(*state, "$\\sqrt{2} = 1.51$", CAIRN_EQUATION_WRONG);
    one(*state, "$2\\pi = 6.38$", CAIRN_EQUATION_WRONG);
    /* rounded to a whole number, said to be near, angles without a unit, multiples of pi */
    one(*state, "$\\sqrt{50} = 7$", CAIRN_EQUATION_WHOLE);
    one(*state, "$\\sqrt{53} \\approx 7 + 2$", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "$\\sin 30 = 0.5$", CAIRN_EQUATION_DOUBTFUL);
    one(*state, "$2 \\pi (3 + 1) = 8$", CAIRN_EQUATION_DOUBTFUL);
    innocent(*state, "a\\left(1 + \\frac{3}{2}\\right) = 40");
    innocent(*state, "\\log_2 2^5 = 5");
    innocent(*state, "20 x 60 = 10 x S2");
    innocent(*state, "Avg age of 1st 7 people tot/7=21");
    innocent(*state, "0.9x(0.02) = 72");
    innocent(*state, "$$ \\frac{1}{13} = \\frac{4}{52} $$ $$ \\frac{1}{4} = \\frac{13}{52} $$");
    one(*state, "We subtract. - \\(48 - 2 = 46\\).", CAIRN_EQUATION_EXACT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans_and_exact_value_are_given),
        cmocka_unit_test(test_prose_around_equations_is_read_over),
        cmocka_unit_test(test_slips_are_found_whatever_the_words_around_them),
        cmocka_unit_test(test_what_is_no_arithmetic_claim_is_left_alone),
        cmocka_unit_test(test_hostile_prose_gives_no_false_alarm),
        cmocka_unit_test(test_formulas_are_read_by_the_grammar),
        cmocka_unit_test(test_what_formulas_leave_open_is_not_wrong),
        cmocka_unit_test(test_marks_are_claims_beside_the_written_ones),
        cmocka_unit_test(test_chains_give_a_claim_a_link),
        cmocka_unit_test(test_decimals_may_be_rounded_cut_or_printed_by_a_double),
        cmocka_unit_test(test_percent_signs_have_other_readings),
        cmocka_unit_test(test_approximate_signs_allow_the_last_digit),
        cmocka_unit_test(test_numbers_that_stand_for_other_things_are_not_wrong),
        cmocka_unit_test(test_numbers_that_agree_but_for_what_stands_beside_them_are_not_right),
        cmocka_unit_test(test_other_readings_of_signs_are_readings_of_the_tree),
        cmocka_unit_test(test_irrational_sides_are_compared_as_trees),
    };
    return cmocka_run_group_tests_name("tool equation", tests, setup, teardown);
}

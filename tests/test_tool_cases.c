/* label: light */
/* The calculator's judgement of equations in prose: what is no arithmetic of integers in base ten, or can be read in
 * two ways, is never called wrong, and a slip beside it is. Cases of each kind, and those of the shared folder. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <jansson.h>

#include "data.h"
#include "tool_cases.h"

/* ---- names before brackets --------------------------------------------------------------------------------------- */

static void test_names_before_brackets_are_factors_or_functions(void **state) {
    static const char *const all[] = {
        "c_v (8 - 4) = 1.60",
        "$n (4 - 1) = 9$",
        "2x (3 + 2) = 20",
        "f (2 + 1) = 9",
        "P (3 + 2) = 10",
        "$P(3 + 2) = 10$",
        "k(3 - 1) = 10",
        "sin (30 + 60) = 1",
        "log (50 + 50) = 2",
        "gcd (4 + 2, 9) = 3",
        "$\\alpha (3 + 1) = 8$",
        "$x_1 (3 + 1) = 8$",
        "\u03bb (3 + 1) = 8",
        "a_1 (2 + 3) + 4 = 14",
        "3 c_s (6) + 4 = 30",
        "2x(3 + 2) = 20 with x = 2",
        "E (2 + 3) = 12 by linearity",
        "floor (7 / 2) = 3",
        "3a (2 + 1) = 18",
        "5m (3 - 1) = 4",
        "$T_n (4 - 1) = 9$",
        "$n\\left(4 - 1\\right) = 9$",
        "$n \\left(4 - 1\\right) = 9$",
        "$\\vec v (3 - 1) = 4$",
        "E[2 + 3] = 7",
        "f' (2 + 1) = 9",
        "det (2 * 3) = 4",
        "mg (4 - 2) = 8",
    };
    NEVER_WRONG(all);
}

static void test_words_before_brackets_are_no_factors(void **state) {
    static const char *const all[] = {
        "In total (16 - 3 = 14) eggs",
        "So (3 + 2) = 6",
        "It is (3 + 2) = 6 feet wide.",
        "2 x (3 + 2) = 11",
        "2x(3 + 2) = 11",
        "We (all of us) eat (3 + 2) = 6 pies.",
    };
    WRONG(all);
}

/* ---- something of an expression ---------------------------------------------------------------------------------- */

static void test_something_of_an_expression_is_not_its_value(void **state) {
    static const char *const all[] = {
        "The absolute value of 3 - 5 is 2.",
        "The absolute value of 3 - 5 = 2.",
        "The exponent of 2 in $2^3 \\cdot 5$ is 3.",
        "The number of factors of 5 in 2 * 5^2 is 2.",
        "The number of terms in 3 + 6 + 12 is 3.",
        "The number of digits of 25 * 40 is 4.",
        "The number of digits in 25 * 40 = 4.",
        "Twice 3 + 2 is 10.",
        "Twice the sum of 3 + 2 is 10.",
        "The next multiple of 5 after 3 + 4 is 10.",
        "The remainder of the sum 3 + 4 + 5 is 2.",
        "The middle term of the sequence $3^2, x, 3^4$ is $45$.",
        "The square root of the product 4 * 9 is 6.",
        "The square root of 4 * 9 is 6.",
        "The units digit of 7 * 8 is 6.",
        "The last digit of 12 * 13 is 6.",
        "The integer after 3 + 4 is 8.",
        "The reciprocal of 1 / 4 + 1 / 4 is 2.",
        "Half of 10 + 6 is 8.",
        "The largest prime factor of 3 * 7 * 2 is 7.",
        "The sign of 3 - 5 is 1 minus.",
        "The average of 3 + 5 is 4.",
        "The opposite of 3 - 5 is 2.",
        "The sum of the digits of 25 + 14 is 12.",
        "The value of $x$ that makes $f(x)=\\frac{1}{5}$ is 9.",
        "The coefficient of x in 2 + 3 is 0.",
        "The number of ways to write 2 + 3 is 2.",
        "10% of 50 + 20 is 25.",
        "10% of 50 + 20 is 7.",
        "5 times 3 + 4 is 35.",
        "20 divided by 2 + 3 is 4.",
        "1/2 of 6 + 4 is 5.",
        "The cube root of 3 * 9 is 3.",
        "The greatest common divisor of 4 + 8 and 9 is 3.",
        "The number of zeros at the end of 5 * 20 is 2.",
        "Three more than 3 + 4 is 10.",
        "The sum of 5 and twice 3 + 4 is 19.",
        "The ones digit of 2^10 = 4",
        "The next number in 1, 2 + 2, 9 is 16.",
        "The prime after 5 + 6 is 13.",
        "The factorial of 2 + 1 is 6.",
        "Half the sum 3 + 5 = 4",
        "the ceiling of 7 / 2 = 4",
        "log base 2 of 4 + 4 is 3.",
    };
    NEVER_WRONG(all);
}

static void test_values_said_in_words_are_checked(void **state) {
    static const char *const all[] = {
        "The sum of 3 and 4 is 8.",
        "The total of 3 + 4 is 8.",
        "It is $150 because 750 minus 500 equals 150.",
        "3 times 4 is 13.",
        "So 3 + 4 is 8.",
        "We know that 3 + 4 is 8.",
        "When you divide 120 by 2, you get 70.",
        "The value of 3 + 4 is 8.",
        "5 x 6 x 8 gives 250 outfits.",
        "The product of 6 and 7, which is 43, comes next: 6 * 7 = 43.",
        "x = 144 - 98, which is 32",
        "The second term is 3 + 4 = 8.",
        "The average is 12 / 4 = 4.",
        "The remainder is 17 - 15 = 3.",
        "The last digit is 3 + 4 = 8.",
        "Twice that is 2 * 7 = 15.",
        "Half is 16 / 2 = 9.",
        "The square is 7 * 7 = 48.",
        "10% of 50 + 20 = 8",
    };
    WRONG(all);
}

/* ---- problems that ask for something else ------------------------------------------------------------------------ */

static void test_problems_that_ask_for_something_of_an_expression(void **state) {
    static const struct {
        const char *problem, *steps[3];
    } all[] = {
        {"What is the positive square root of the product $4 \\times 9$?",
         {"$\\sqrt{4 \\times 9} = 2 \\times 3 = 6$."}},
        {"Find the absolute value of 3 - 8.", {"3 - 8 = -5.", "The absolute value is 5."}},
        {"How many digits has 25 * 40?", {"25 * 40 = 1000.", "So the answer is 4."}},
        {"How many divisors has 2 * 6?", {"2 * 6 = 12.", "So the answer is 6."}},
        {"What is twice 3 + 4?", {"3 + 4 = 7.", "So the answer is 14."}},
        {"Which integer follows 3 + 4?", {"3 + 4 = 7.", "So the answer is 8."}},
        {"How many terms are in 3 + 6 + 9?", {"The terms are 3, 6 and 9.", "So the answer is 3."}},
        {"What is the units digit of 7 * 8?", {"7 * 8 = 56.", "The answer is 6."}},
        {"What is the reciprocal of 1/2 + 1/4?", {"1/2 + 1/4 = 3/4.", "The answer is 4/3."}},
        {"Round 17 / 3 to the nearest integer.", {"17 / 3 = 5.67", "The answer is 6."}},
        {"What is the largest prime factor of 6 * 7?", {"6 * 7 = 42.", "The answer is 7."}},
        {"Is 3 + 4 prime?", {"3 + 4 = 7.", "The answer is 1."}},
        {"What is half of 10 + 6?", {"10 + 6 = 16.", "The answer is 8."}},
        {"Convert $\\frac{57}{160}$ to a terminating decimal.",
         {"160 does not go into 57, so I add a zero after 57.", "It goes into 570 three times, remainder 90.",
          "The answer is 0.35625."}},
        {"Write 3/20 as a decimal.", {"I can add some zeros to the right of 3.", "The answer is 0.15."}},
        {"What is the value of $(26^2 - 24^2 - 10)^2 - 10^2$?",
         {"Let $x = 26^2 - 24^2 - 10$ and $y = 10$, then $x^2 - y^2 = (x+y)(x-y)$.", "Now, let $x = 26$ and $y = 24$.",
          "The answer is 8000."}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = 0;
        while (n < 3 && all[i].steps[n]) n++;
        for (size_t k = 0; k < n; k++) {
            cairn_trace_finding f = judge(*state, all[i].problem, all[i].steps, n, k);
            if (f.verdict == CAIRN_VERDICT_WRONG) fail_msg("%s: %s", all[i].problem, f.evidence);
        }
    }
}

static void test_right_solutions_of_expressions_in_many_ways(void **state) {
    static const struct {
        const char *problem, *steps[STEPS_MOST];
    } all[] = {
        {"What is 15 * 12 + 7?",
         {"First, break 15 into 10 and 5.", "10 * 12 = 120", "5 * 12 = 60", "120 + 60 = 180", "180 + 7 = 187",
          "The answer is 187.", "It has 3 digits.", "187 is about 190.",
          "We can check: 187 - 7 = 180 and 180 / 12 = 15.", "180 is 15 times 12."}},
        {"Calculate 25% of 80.",
         {"25% is 1/4.", "1/4 of 80 is 20.", "Alternatively, 10% of 80 is 8 and 5% is 4.", "So 25% is 8 + 8 + 4 = 20.",
          "The answer is 20."}},
        {"Compute 3/4 + 5/6.",
         {"The common denominator is 12.", "3/4 = 9/12 and 5/6 = 10/12.", "9/12 + 10/12 = 19/12.", "That is 1 7/12.",
          "The answer is 19/12."}},
        {"What is 144 / 12?",
         {"12 times 10 is 120.", "144 - 120 is 24.", "24 / 12 is 2.", "10 + 2 = 12.", "So the answer is 12."}},
        {"What is 1000 - 437?",
         {"Add 3 to 437 to get 440.", "Add 60 to get 500.", "Add 500 to get 1000.", "3 + 60 + 500 = 563.",
          "The answer is 563."}},
        {"Calculate 45 * 38.",
         {"Write 5 * 8 = 40, put 0 and carry 4.", "5 * 3 = 15, plus 4 is 19.", "So the first row is 190.",
          "4 * 8 = 32, put 2 and carry 3.", "4 * 3 = 12, plus 3 is 15.", "The second row is 1520.",
          "190 + 1520 = 1710.", "The answer is 1710."}},
        {"What is (8 - 3) * 4?",
         {"Suppose we ignore the brackets: 8 - 3 * 4 = -4.", "That would be wrong.", "8 - 3 = 5.", "5 * 4 = 20."}},
        {"What is 2 + 2?", {"Some say 2 + 2 = 5.", "But 2 + 2 is 4.", "The answer is 4, not 5."}},
        {"Find $ 8^8 \\cdot 4^4 \\div 2^{28}$.",
         {"$8^8 = (2^3)^8 = 2^{24}$ and $4^4 = (2^2)^4 = 2^8$.", "Express again: $2^{24} \\cdot 2^8 \\div 2^{28}$.",
          "The answer is 16."}},
        {"Compute $\\frac{2+4-8+16+32-64}{4+8-16+32+64-128}$.",
         {"We begin by calculating the sum of terms in the numerator: $2 + 4 - 8 + 16 + 32 - 64$.", "It is $-18$.",
          "Then the sum of terms in the denominator: $4 + 8 - 16 + 32 + 64 - 128$.", "It is $-36$.",
          "So the answer is $\\frac{1}{2}$."}},
        {"What is $88 \\div 4 \\div 2$?",
         {"We could first calculate $88 \\div 2$.", "$88 \\div 4 = 22$.", "Now we need to divide that by $2$.",
          "$22 \\div 2 = 11$."}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = 0;
        while (n < STEPS_MOST && all[i].steps[n]) n++;
        for (size_t k = 0; k < n; k++) {
            cairn_trace_finding f = judge(*state, all[i].problem, all[i].steps, n, k);
            if (f.verdict == CAIRN_VERDICT_WRONG) fail_msg("%s: %s", all[i].problem, f.evidence);
        }
    }
}

static void test_problems_that_ask_for_the_value_are_followed(void **state) {
    static const char *const problems[] = {
        "Calculate (3 + 4) * 2.", "What is (3 + 4) * 2?",
        "(3 + 4) * 2 =", "Please evaluate the following expression: (3 + 4) * 2",
        "What is the value of $(3 + 4) \\times 2$? Express your answer as an integer."};
    static const char *const steps[] = {"3 + 4 = 7", "7 * 2 = 14", "The answer is 15."};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(judge(*state, problems[i], steps, 3, 2).verdict, CAIRN_VERDICT_WRONG);
}

/* ---- other systems of numbers ------------------------------------------------------------------------------------ */

static void test_other_systems_of_numbers_are_recognised(void **state) {
    static const char *const all[] = {
        "Working mod 7, 5 * 3 = 1.",
        "5 * 3 = 1 (mod 7)",
        "$5 \\cdot 3 = 1 \\pmod{7}$",
        "$5 \\cdot 3 \\equiv 15 = 1 \\pmod 7$",
        "Modulo 23 we have 12 * 5 = 14.",
        "In arithmetic modulo 5, 1 / 2 = 3.",
        "9 + 5 = 2 on a 12-hour clock.",
        "It is 9 + 5 = 2 o'clock.",
        "On a 24-hour clock 20 + 9 = 5.",
        "In base 7, 5 + 4 = 12.",
        "5 + 4 = 12 in base 7.",
        "In binary, 1 + 1 = 10.",
        "In hexadecimal, 8 + 8 = 10.",
        "$5_7 + 4_7 = 12_7$",
        "$25 + 34 = 62$ with all digits in base 7",
        "In GF(2), 1 + 1 = 0.",
        "In $\\mathbb{Z}_5$, 3 + 4 = 2.",
        "With XOR, 5 + 3 = 6.",
        "When 17 * 23 is divided by 5, the remainder is 17 * 23 = 1.",
        "The remainder of the sum 3 + 4 + 5 when divided by 5 is 2.",
        "Therefore, the modulo 4 remainder of the sum $1 + 2 + 3 + 4 + 5 + 6$ is $\\boxed{1}$.",
        "12 = 25 base 10 to octal: 7 + 1 = 10",
        "In F_2, 1 + 1 = 0.",
        "Boolean: 1 + 1 = 1",
        "7 + 1 = 10 (base eight)",
        "In nim, 3 + 5 = 6.",
        "Modulo n, 3 + 4 = 0.",
        "1/3 = 5 modulo 7",
        "350 + 20 = 10 degrees",
        "At 11 AM plus 3 hours: 11 + 3 = 2",
        "In the cyclic group, 12 + 1 = 1.",
        "25 / 7 = 3 remainder 4",
        "ternary: 2 + 2 = 11",
    };
    NEVER_WRONG(all);
}

static void test_congruences_are_right_and_false_ones_wrong(void **state) {
    static const char *const good[] = {"Working mod 7, 5 * 3 = 1.", "5 * 3 = 1 (mod 7)",
                                       "In $\\mathbb{Z}_5$, 3 + 4 = 2."};
    static const char *const bad[] = {
        "Working mod 7, 5 * 3 = 2.",       "5 * 3 = 2 (mod 7)",
        "In base 7, 5 + 4 = 13.",          "On a 12-hour clock 9 + 5 = 3.",
        "The base pay is 3 * 40 = 130.",   "The triangle has base 6 and height 4, so 6 * 4 / 2 = 13.",
        "The model has 3 * 4 = 13 parts.", "At 8 am he has 8-50 = 42 minutes."};
    RIGHT(good);
    WRONG(bad);
}

static void test_a_system_lasts_from_the_problem_and_earlier_steps(void **state) {
    static const char *const from_problem[] = {"Define f = 12 * 5 = 14.", "p = 13 * 2 = 3.", "q = 13 * 2 = 4."};
    static const char *const earlier[] = {"We work modulo 7.", "Then 5 * 3 = 1.", "And 5 * 3 = 2."};
    static const char problem[] = "All numbers are computed modulo 23. What is p?";
    assert_int_equal(judge(*state, problem, from_problem, 3, 0).verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(judge(*state, problem, from_problem, 3, 1).verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(judge(*state, problem, from_problem, 3, 2).verdict, CAIRN_VERDICT_WRONG);
    assert_int_not_equal(judge(*state, "Solve it.", earlier, 3, 1).verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(judge(*state, "Solve it.", earlier, 3, 2).verdict, CAIRN_VERDICT_WRONG);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void test_what_can_be_read_in_two_ways_is_not_wrong(void **state) {
    static const char *const all[] = {
        "$2\\frac{1}{3}(\\frac{3}{2}) = 1$",
        "$3\\frac{2}{3} + 1 = 3$",
        "$3\\frac{2}{3} + 1 = 4\\frac{2}{3}$",
        "$4\\frac{1}{2} = 2$",
        "$-1^{4} = 1$",
        "$-2^2 + 1 = 5$",
        "$(-3)^2$ means $-3$ times $-3$, which is $9$.",
        "$5$ means $-2$ plus $7$, which is $5$.",
        "$2 + 3 = 5$ - $4$ is left for later",
        "3 + 4 = 7 \u2014 2 more than before",
        "Once more we divide 76 by 2, and get 76 = 2 x 38.",
        "Then divide 38 by 2 to get 38 = 2 x 19.",
        "The $x$ with $g(x)=\\frac{1}{4}$ is 7.",
        "3^{4} = 3 \\cdot 3 \\\\ cdot 3 \\cdot 3",
        "3^{4} = 3 \\cdot 3 \\\\ \\cdot 3 \\cdot 3",
        "10 = 1 + 2\n+ 3 + 4",
        "10 &= 1 + 2 \\\\ &+ 3 + 4",
        "10 &= 15 - 2 \\\\ &- 3",
        "10 = 1 + 2 + \\cdots + 4",
        "1 - 2 + 3 - 4 + ... + 99 - 100 is -50.",
        "1 - 2 + 3 - 4 + ... + 99 - 100 = -50",
        "1 + 2 + 3 + \u2026 + 10 = 55",
        "1 + 2 + ... = 55",
        "2^3^2 = 64",
        "6 / 2(1 + 2) = 1",
        "48/2(9+3) = 2",
        "5 \u2014 3 = 3",
        "$5$ \u2013 $3$ = 3",
        "10 $-3$ = 7",
        "pages 3 - 5 = 3 pages",
        "June 3 - 5 = 3 days",
        "between 3 - 5 = 2",
        "f(x) = 3 + 4 is 8",
        "12 = 3 cdot 4",
        "It loses 5 thousand dollars a day, so it loses 5 * 3 = $15,000.",
        "12 = 3 \\ cdot 4",
        "3 + 4 = 2 + 2\n+ 3",
    };
    NEVER_WRONG(all);
}

static void test_latex_units_roots_and_neighbours(void **state) {
    static const char *const good[] = {
        "$3\\text{ cm} \\times 4\\text{ cm} = 12\\text{ cm}^2$",
        "$3 \\mathrm{cm} \\cdot 4 \\mathrm{cm} = 12 \\mathrm{cm}^{2}$",
        "3 cm * 4 cm * 2 cm = 24 cm^3",
        "(2/5)*500 cm^3 = 200 cm^3",
        "$\\sqrt[3]{8} + 1 = 3$",
        "$\\sqrt[4]{16} + 1 = 3$",
        "$\\sqrt[3]{-8} + 1 = -1$",
        "$\\sqrt{16} + 1 = 5$",
        "\u221b8 + 1 = 3",
        "$3 + 4$ $= 7$",
        "$3$ and $4$ give $3 + 4 = 7$",
    };
    static const char *const open[] = {"$\\sqrt[n]{8} + 1 = 3$", "$2 \\pi (3 + 1) = 8$", "(2r)^3 = 8r^2",
                                       "2a * 3a = 6a",           "2a + 3b = 5c",         "2r + 3 = 5",
                                       "$(3-2i)^3 = -(9+46i)$"};
    static const char *const bad[] = {"$3\\text{ cm} \\times 4\\text{ cm} = 13\\text{ cm}^2$",
                                      "$\\sqrt[3]{8} + 1 = 4$",
                                      "$-1.69+3.6=0.31$",
                                      "$3\\frac{2}{3} + 1 = 6$",
                                      "$-1^{3} = 1$",
                                      "We get $-6 - 3 = -8$.",
                                      "-2^2 = 5",
                                      "It loses 5 thousand dollars a day, so it loses 5 * 3 = $16,000.",
                                      "(-2)^2 = -4",
                                      "we get 10 = 2 * 6",
                                      "10 = 2 * 5 = 11",
                                      "10 \u2013 4 = 7",
                                      "$\\sqrt 4 + 1 = 4$"};
    RIGHT(good);
    UNKNOWN(open);
    WRONG(bad);
}

/* ---- evidence ---------------------------------------------------------------------------------------------------- */

static void test_evidence_names_the_side_that_was_computed(void **state) {
    assert_string_equal(say(*state, "10 = 60/9 * 1").evidence,
                        "\"10 = 60/9 * 1\": the right side, 60/9 * 1, is 20/3 (6.667).");
    assert_string_equal(say(*state, "2 + 3 = 6").evidence, "\"2 + 3 = 6\": the value is 5.");
    assert_string_equal(say(*state, "$3328=2^5\\cdot13$").evidence,
                        "\"3328=2^5\\cdot13\": the right side, 2^5\\cdot13, is 416.");
    assert_string_equal(say(*state, "2*32+2 = 64+4").evidence,
                        "\"2*32+2 = 64+4\": the left side is 66, and the right side is 68.");
}

static void test_an_equation_gives_the_value_of_its_computed_side(void **state) {
    bench *b = *state;
    cairn_equation *e;
    size_t n;
    const char *text = "1/2 = 60/9 * 2";
    assert_int_equal(cairn_equations_check(b->ctx, b->arena, text, strlen(text), &e, &n), CAIRN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(e[0].verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(e[0].exact, "40/3");
}

/* ---- the shared cases -------------------------------------------------------------------------------------------- */

static int check_file(bench *b, const char *path) {
    FILE *file = fopen(path, "r");
    int bad = 0;
    assert_non_null(file);
    for (;;) {
        json_t *record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
        if (!record) break;
        const char *steps[STEPS_MOST];
        json_t *list = json_object_get(record, "completions");
        size_t n = json_array_size(list);
        assert_true(n <= STEPS_MOST);
        for (size_t i = 0; i < n; i++) steps[i] = json_string_value(json_array_get(list, i));
        for (size_t i = 0; i < n; i++) {
            cairn_trace_finding f = judge(b, json_string_value(json_object_get(record, "prompt")), steps, n, i);
            bool labelled = json_is_true(json_array_get(json_object_get(record, "labels"), i));
            bool said = f.verdict != CAIRN_VERDICT_WRONG;
            if (labelled && !said) print_error("%s: %s\n", path, f.evidence);
            bad += labelled && !said;
        }
        json_decref(record);
    }
    fclose(file);
    return bad;
}

static void test_no_right_step_of_the_shared_cases_is_called_wrong(void **state) {
    char folder[4096], pattern[4200];
    glob_t found;
    if (!shared_file("../cases", folder)) skip();
    snprintf(pattern, sizeof pattern, "%s/steps-*.jsonl", folder);
    if (glob(pattern, 0, NULL, &found) != 0) skip();
    int bad = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) bad += check_file(*state, found.gl_pathv[i]);
    globfree(&found);
    assert_int_equal(bad, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_before_brackets_are_factors_or_functions),
        cmocka_unit_test(test_words_before_brackets_are_no_factors),
        cmocka_unit_test(test_something_of_an_expression_is_not_its_value),
        cmocka_unit_test(test_values_said_in_words_are_checked),
        cmocka_unit_test(test_problems_that_ask_for_something_of_an_expression),
        cmocka_unit_test(test_right_solutions_of_expressions_in_many_ways),
        cmocka_unit_test(test_problems_that_ask_for_the_value_are_followed),
        cmocka_unit_test(test_other_systems_of_numbers_are_recognised),
        cmocka_unit_test(test_congruences_are_right_and_false_ones_wrong),
        cmocka_unit_test(test_a_system_lasts_from_the_problem_and_earlier_steps),
        cmocka_unit_test(test_what_can_be_read_in_two_ways_is_not_wrong),
        cmocka_unit_test(test_latex_units_roots_and_neighbours),
        cmocka_unit_test(test_evidence_names_the_side_that_was_computed),
        cmocka_unit_test(test_an_equation_gives_the_value_of_its_computed_side),
        cmocka_unit_test(test_no_right_step_of_the_shared_cases_is_called_wrong),
    };
    return cmocka_run_group_tests_name("tool cases", tests, setup, teardown);
}

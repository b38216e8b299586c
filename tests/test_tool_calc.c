/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tool_fixture.h"

static void evaluates(bench *b, const char *text, const char *value) {
    cairn_number number = {0};
    cairn_status status = cairn_calc_eval(b->ctx, b->arena, text, strlen(text), NULL, 0, &number);
    if (status != CAIRN_OK) print_error("%s: %s\n", text, cairn_error(b->ctx));
    assert_int_equal(status, CAIRN_OK);
    if (strcmp(number.text, value) != 0) print_error("in %s\n", text);
    assert_string_equal(number.text, value);
}

static void refuses(bench *b, const char *text, cairn_status expected) {
    cairn_number number = {"untouched", 0};
    cairn_status status = cairn_calc_eval(b->ctx, b->arena, text, strlen(text), NULL, 0, &number);
    if (status != expected) print_error("in %s: %s\n", text, number.text);
    assert_int_equal(status, expected);
    assert_string_equal(number.text, "untouched");
    assert_true(strlen(cairn_error(b->ctx)) > 0);
}

static void test_signs_stack(void **state) {
    evaluates(*state, "7 - -4", "11");
    evaluates(*state, "3--2", "5");
    evaluates(*state, "+5", "5");
    evaluates(*state, "- - -2", "-2");
    evaluates(*state, "-9 - 5 - 0", "-14");
    evaluates(*state, "2 * -3", "-6");
    evaluates(*state, "(3 * 4 * 5) * (7 - -7 * 4)", "2100");
}

static void test_precedence_is_that_of_school(void **state) {
    evaluates(*state, "2 + 3 * 4", "14");
    evaluates(*state, "2 * 3 ^ 2", "18");
    evaluates(*state, "2 ^ 3 ^ 2", "512");
    evaluates(*state, "-2^2", "-4");
    evaluates(*state, "2^-3", "0.125");
    evaluates(*state, "100 / 10 / 2", "5");
    evaluates(*state, "10 - 4 - 3", "3");
    evaluates(*state, "-3 * 9 + -6", "-33");
    evaluates(*state, "2 ** 5", "32");
    evaluates(*state, "(-1)^99999999999", "-1");
    evaluates(*state, "(-1)^99999999998", "1");
    evaluates(*state, "0^100000", "0");
    evaluates(*state, "7^0", "1");
    evaluates(*state, "2\u207b\u00b3", "0.125");
}

static void test_fractions_are_exact(void **state) {
    evaluates(*state, "1/3 + 1/6", "0.5");
    evaluates(*state, "1/3", "1/3");
    evaluates(*state, "-10/4", "-2.5");
    evaluates(*state, "0.1 + 0.2", "0.3");
    evaluates(*state, "1 1/2 + 1/4", "1.75");
    evaluates(*state, "\u00bd + 2\u00bc", "2.75");
    evaluates(*state, "\\frac{1}{2} + \\frac{3}{4}", "1.25");
    evaluates(*state, "\\frac{1 + 2}{\\frac{3}{4}}", "4");
    evaluates(*state, "1/7 * 7", "1");
    evaluates(*state, "37 \\frac{1}{2} - 4\\dfrac{5}{8}", "32.875");
    evaluates(*state, "4\\frac{8}{5}", "6.4"); /* no mixed number: a product */
    evaluates(*state, "729,\\!000", "729000");
}

static void test_operators_of_all_alphabets(void **state) {
    evaluates(*state, "6 \u00d7 7", "42");
    evaluates(*state, "6\u00b77", "42");
    evaluates(*state, "6 \u2217 7", "42");
    evaluates(*state, "84 \u00f7 2", "42");
    evaluates(*state, "50 \u2212 8", "42");
    evaluates(*state, "50 \u2013 8", "42");
    evaluates(*state, "84 \u2215 2", "42");
    evaluates(*state, "6 \\times 7 \\cdot 2 \\div 4", "21");
    evaluates(*state, "6 x 7", "42");
    evaluates(*state, "6x7", "42");
    evaluates(*state, "6 X (3 + 4)", "42");
    evaluates(*state, "5\u00b2 + 2\u00b3", "33");
    evaluates(*state, "\u221a16 + \\sqrt{9/4}", "5.5");
    evaluates(*state, "2\u00b9\u2070", "1024");
}

static void test_brackets_of_all_kinds_and_implicit_products(void **state) {
    evaluates(*state, "[2 + {3 * (4 - 1)}] * 2", "22");
    evaluates(*state, "(3)(4)", "12");
    evaluates(*state, "2(3+4)", "14");
    evaluates(*state, "2(3)(4) - 1", "23");
    evaluates(*state, "\\left(1 + 2\\right) 3", "9");
}

static void test_numbers_as_people_write_them(void **state) {
    evaluates(*state, "1,234,567", "1234567");
    evaluates(*state, "80,000*1.5", "120000");
    evaluates(*state, "1'234'567 - 1\u202f234\u202f567 + 1{,}234 - 1\u00a0234", "0");
    evaluates(*state, "\u20b99 + \u20bf1 + \u20a91", "11");
    evaluates(*state, ".5 + 5.", "5.5");
    evaluates(*state, "5. + 3", "8");
    evaluates(*state, "1e-3", "0.001");
    evaluates(*state, "2.5E2", "250");
    evaluates(*state, "$12.50 + \u20ac3 + 4\u00a3", "19.5");
    evaluates(*state, "10%", "0.1");
    evaluates(*state, "20% of 50", "10");
    evaluates(*state, "10 percent of 30", "3");
    evaluates(*state, "150% * 2", "3");
    evaluates(*state, "3 times 4 plus 2", "14");
    evaluates(*state, "18.0", "18");
}

static void test_functions_and_signs_of_the_grammar_of_answers(void **state) {
    evaluates(*state, "4! - |3 - 5|", "22");
    evaluates(*state, "\\binom{5}{2}", "10");
    evaluates(*state, "17 mod 5", "2");
    evaluates(*state, "gcd(12, 180) + max((1,234), 5)", "1246"); /* commas divide arguments, and digits in brackets */
    evaluates(*state, "(1,234) * 2", "2468");
    evaluates(*state, "\\lfloor 7/2 \\rfloor + floor(7/2)", "6");
    evaluates(*state, "\\sqrt[3]{8} + 4^0.5", "4");
    evaluates(*state, "0.333... * 3", "1");
    evaluates(*state, "101_2", "5");
    evaluates(*state, "\\{3 + 4\\} * {2}", "14");
    evaluates(*state, "\uff083\uff0b4\uff09\uff0a2", "14");
    evaluates(*state, "1/2%", "50"); /* one by two hundredths */
    evaluates(*state, "0^0", "1");
}

static void test_the_letter_x_is_a_sign_between_operands_unless_it_is_a_name(void **state) {
    bench *b = *state;
    const cairn_binding names[] = {{"x", "5"}};
    cairn_number n;
    evaluates(b, "3 x -4", "-12");
    refuses(b, "3x - 4", CAIRN_NOT_FOUND);
    refuses(b, "3x", CAIRN_NOT_FOUND);
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "3x - 4", 6, names, 1, &n), CAIRN_OK);
    assert_string_equal(n.text, "11");
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "2x(3)", 5, names, 1, &n), CAIRN_OK);
    assert_string_equal(n.text, "30");
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "6x7", 3, names, 1, &n), CAIRN_OK);
    assert_string_equal(n.text, "42");
}

static void test_names_come_from_the_bindings(void **state) {
    bench *b = *state;
    const cairn_binding names[] = {{"A", "-14"}, {"B", "2"}, {"C", "-1260"}, {"first part", "1/3"}, {"\u03b1", "7"}};
    cairn_number n;
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "A - B - C", 9, names, 5, &n), CAIRN_OK);
    assert_string_equal(n.text, "1244");
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "2A", 2, names, 5, &n), CAIRN_OK);
    assert_string_equal(n.text, "-28");
    const char *words = "3 * First part + \u03b1";
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, words, strlen(words), names, 5, &n), CAIRN_OK);
    assert_string_equal(n.text, "8");
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "A + Z", 5, names, 5, &n), CAIRN_NOT_FOUND);
    const cairn_binding wrong[] = {{"A", "1 +"}};
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "A", 1, wrong, 1, &n), CAIRN_INVALID);
}

static void test_double_value_is_near_the_exact_one(void **state) {
    bench *b = *state;
    cairn_number n;
    assert_int_equal(cairn_calc_eval(b->ctx, b->arena, "1/3", 3, NULL, 0, &n), CAIRN_OK);
    assert_true(fabs(n.value - 1.0 / 3) < 1e-15);
}

static void test_what_is_no_expression_is_refused(void **state) {
    refuses(*state, "", CAIRN_FORMAT);
    refuses(*state, "1,2", CAIRN_FORMAT);
    refuses(*state, "12,34", CAIRN_FORMAT);
    refuses(*state, "1.2.3", CAIRN_FORMAT);
    refuses(*state, "3 4", CAIRN_FORMAT);
    refuses(*state, "(3 + 4", CAIRN_FORMAT);
    refuses(*state, "3 + 4)", CAIRN_FORMAT);
    refuses(*state, "3 +", CAIRN_FORMAT);
    refuses(*state, "* 3", CAIRN_FORMAT);
    refuses(*state, "3 = 3", CAIRN_FORMAT);
    refuses(*state, "\\frac{1}", CAIRN_FORMAT);
    refuses(*state, "(27 \\frac - 1)", CAIRN_FORMAT);
    refuses(*state, "[\\frac{1}]{2}", CAIRN_FORMAT);
    refuses(*state, "(\\frac 3)(4)", CAIRN_FORMAT);
    refuses(*state, "3 # 4", CAIRN_FORMAT);
    refuses(*state, "3 apples", CAIRN_FORMAT);
    refuses(*state, "apples", CAIRN_NOT_FOUND);
    refuses(*state, "system(1)", CAIRN_NOT_FOUND);
    refuses(*state, "\xff\xfe", CAIRN_NOT_FOUND);
}

static void test_errors_say_where(void **state) {
    bench *b = *state;
    refuses(b, "2 + apples", CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(b->ctx), "at byte 4"));
    refuses(b, "3 + 4)", CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(b->ctx), "at byte 5"));
    refuses(b, "7 + 1/(3 - 3)", CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "at byte 4"));
}

static void test_undefined_and_irrational_values_say_so(void **state) {
    refuses(*state, "1 / 0", CAIRN_INVALID);
    refuses(*state, "1 / (3 - 3)", CAIRN_INVALID);
    refuses(*state, "0 ^ -1", CAIRN_INVALID);
    refuses(*state, "\\frac{1}{0}", CAIRN_INVALID);
    refuses(*state, "1 1/0", CAIRN_INVALID);
    refuses(*state, "\u221a2", CAIRN_UNSUPPORTED);
    refuses(*state, "2^0.5", CAIRN_UNSUPPORTED);
}

static void test_bounds_hold(void **state) {
    bench *b = *state;
    char text[4096];
    refuses(b, "9^9^9", CAIRN_LIMIT);
    refuses(b, "2^100000", CAIRN_LIMIT);
    refuses(b, "1e1000", CAIRN_LIMIT);
    memset(text, '(', 2000);
    text[2000] = '\0';
    refuses(b, text, CAIRN_LIMIT);
    memset(text, '9', 1000);
    text[1000] = '\0';
    refuses(b, text, CAIRN_LIMIT);
    memset(text, '-', 2000);
    memcpy(text + 2000, "1", 2);
    evaluates(b, text, "1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs_stack),
        cmocka_unit_test(test_precedence_is_that_of_school),
        cmocka_unit_test(test_fractions_are_exact),
        cmocka_unit_test(test_operators_of_all_alphabets),
        cmocka_unit_test(test_brackets_of_all_kinds_and_implicit_products),
        cmocka_unit_test(test_numbers_as_people_write_them),
        cmocka_unit_test(test_functions_and_signs_of_the_grammar_of_answers),
        cmocka_unit_test(test_the_letter_x_is_a_sign_between_operands_unless_it_is_a_name),
        cmocka_unit_test(test_names_come_from_the_bindings),
        cmocka_unit_test(test_double_value_is_near_the_exact_one),
        cmocka_unit_test(test_what_is_no_expression_is_refused),
        cmocka_unit_test(test_errors_say_where),
        cmocka_unit_test(test_undefined_and_irrational_values_say_so),
        cmocka_unit_test(test_bounds_hold),
    };
    return cmocka_run_group_tests_name("tool calc", tests, setup, teardown);
}

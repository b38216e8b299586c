/* label: light */
/* Numbers as text: shortest form, strict reading, whatever the locale. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"
#include "skip.h"

static void writes(double value, const char *want) {
    char text[32];
    size_t length = cairn_format_double(value, text);
    assert_string_equal(text, want);
    assert_int_equal(length, strlen(want));
}

static void test_whole_numbers_print_without_point_or_exponent(void **state) {
    (void)state;
    writes(3, "3");
    writes(-3, "-3");
    writes(1e6, "1000000");
    writes(999999999999999, "999999999999999");
    writes(1e15, "1e+15");
    writes(0, "0");
}

static void test_zero_keeps_its_sign_and_special_values_have_names(void **state) {
    (void)state;
    writes(-0.0, "-0");
    writes(NAN, "NaN");
    writes(INFINITY, "Infinity");
    writes(-INFINITY, "-Infinity");
}

/* David Gay's shortest digits, as Python's repr() gives them */
static void test_fractions_print_their_shortest_digits(void **state) {
    (void)state;
    writes(0.1, "0.1");
    writes(0.1 + 0.2, "0.30000000000000004");
    writes(1e-7, "1e-07");
    writes(0.0001, "0.0001");
    writes(1.0 / 3, "0.3333333333333333");
    writes(2.0 / 3, "0.6666666666666666");
    writes(1e22, "1e+22");
    writes(1e23, "1e+23");
    writes(123456789012345680.0, "1.2345678901234568e+17");
    writes(DBL_MAX, "1.7976931348623157e+308");
    writes(-DBL_MIN, "-2.2250738585072014e-308");
    writes(5e-324, "5e-324");
    writes(0x1p-44, "5.684341886080802e-14"); /* the nearest 16 digits, ...801, read back as another double */
    writes(-0x1p-791, "-7.678447687145631e-239");
}

static void test_any_bits_read_back_as_the_same_double(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 5000; i++) {
        uint64_t bits = cairn_rng_u64(&rng);
        double value, read = 0;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        char text[32];
        size_t length = cairn_format_double(value, text);
        assert_true(length < sizeof text);
        assert_int_equal(cairn_parse_double(text, length, &read), CAIRN_OK);
        assert_memory_equal(&read, &value, sizeof value);
    }
}

static void test_every_power_of_two_reads_back(void **state) {
    (void)state;
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        char text[32];
        double read = 0;
        size_t length = cairn_format_double(ldexp(1, exponent), text);
        assert_int_equal(cairn_parse_double(text, length, &read), CAIRN_OK);
        assert_true(read == ldexp(1, exponent));
    }
}

static cairn_status reads(const char *text, double *out) {
    return cairn_parse_double(text, strlen(text), out);
}

static void test_decimal_and_scientific_numbers_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"1", 1},
                 {"-2.5", -2.5},
                 {"+3", 3},
                 {".5", 0.5},
                 {"5.", 5},
                 {"1e3", 1000},
                 {"1E-2", 0.01},
                 {"2.5e+1", 25},
                 {"1e-400", 0},
                 {"0e99999999999", 0},
                 {"9007199254740993", 9007199254740992.0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = -1;
        assert_int_equal(reads(cases[i].text, &value), CAIRN_OK);
        assert_true(value == cases[i].value);
    }
}

static void test_anything_else_is_refused_and_leaves_the_output(void **state) {
    (void)state;
    static const char *const wrong[] = {"",      " 1",    "1 ",     "1x",    "0x10", "inf",  "-Infinity", "nan",
                                        "NaN",   ".",     "-",      "e5",    "1e",   "1e+",  "1,5",       "--1",
                                        "1.2.3", "1e400", "-1e400", "1e5.0", "+.",   "1_000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value = 7;
        assert_int_equal(reads(wrong[i], &value), CAIRN_FORMAT);
        assert_true(value == 7);
    }
    double value = 7;
    assert_int_equal(cairn_parse_double("1\0", 2, &value), CAIRN_FORMAT);
    assert_int_equal(cairn_parse_double("123", 2, &value), CAIRN_OK);
    assert_true(value == 12);
}

static void test_a_long_row_of_digits_is_read_whole(void **state) {
    (void)state;
    char text[1001];
    memset(text, '0', 1000);
    text[0] = '1', text[100] = '.', text[999] = '5', text[1000] = 0;
    double value = 0;
    assert_int_equal(reads(text, &value), CAIRN_OK);
    assert_true(value == 1e99);
}

static void test_whole_numbers_are_read_to_their_limits(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"0", 0},
                 {"-0", 0},
                 {"+12", 12},
                 {"007", 7},
                 {"9223372036854775807", INT64_MAX},
                 {"-9223372036854775808", INT64_MIN}};
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        "1.0",
                                        " 1",
                                        "1 ",
                                        "0x1",
                                        "1e3",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999999"};
    int64_t value = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cairn_parse_int(cases[i].text, strlen(cases[i].text), &value), CAIRN_OK);
        assert_true(value == cases[i].value);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        value = 7;
        assert_int_equal(cairn_parse_int(wrong[i], strlen(wrong[i]), &value), CAIRN_FORMAT);
        assert_int_equal(value, 7);
    }
}

static void test_a_locale_with_decimal_commas_changes_nothing(void **state) {
    (void)state;
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    const char *set = NULL;
    for (size_t i = 0; i < 4 && !set; i++) set = setlocale(LC_ALL, commas[i]);
    if (!set) skip_because("no German or French locale is installed");
    double value = 0;
    writes(0.5, "0.5");
    writes(1.25e-9, "1.25e-09");
    cairn_status status = reads("2.5", &value), with_comma = reads("2,5", &value);
    setlocale(LC_ALL, "C");
    assert_int_equal(status, CAIRN_OK);
    assert_int_equal(with_comma, CAIRN_FORMAT);
    assert_true(value == 2.5);
}

static void test_words_stand_between_blanks(void **state) {
    (void)state;
    const char *text = " \tone  two\nthree\r ", *expected[] = {"one", "two", "three\r"};
    size_t length;
    for (int i = 0; i < 3; i++) {
        const char *word = cairn_next_word(&text, &length);
        assert_int_equal(length, strlen(expected[i]));
        assert_memory_equal(word, expected[i], length);
    }
    assert_null(cairn_next_word(&text, &length));
    assert_int_equal(length, 0);
    assert_int_equal(*text, 0);
    text = "";
    assert_null(cairn_next_word(&text, &length));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers_print_without_point_or_exponent),
        cmocka_unit_test(test_zero_keeps_its_sign_and_special_values_have_names),
        cmocka_unit_test(test_fractions_print_their_shortest_digits),
        cmocka_unit_test(test_any_bits_read_back_as_the_same_double),
        cmocka_unit_test(test_every_power_of_two_reads_back),
        cmocka_unit_test(test_decimal_and_scientific_numbers_are_read),
        cmocka_unit_test(test_anything_else_is_refused_and_leaves_the_output),
        cmocka_unit_test(test_a_long_row_of_digits_is_read_whole),
        cmocka_unit_test(test_whole_numbers_are_read_to_their_limits),
        cmocka_unit_test(test_a_locale_with_decimal_commas_changes_nothing),
        cmocka_unit_test(test_words_stand_between_blanks),
    };
    return cmocka_run_group_tests_name("core number", tests, NULL, NULL);
}

/* label: light */
/* JSON: what is refused, what is written, and fields that say what was expected. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "data/json.h"
#include "json_memory.h"

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

/* ---- parsing --------------------------------------------------------------------------------------------------- */

static void expect_refused(cairn_ctx *ctx, const char *text, size_t length, cairn_status status, const char *says) {
    json_t *value = NULL;
    assert_int_equal(json_parse(ctx, text, length, "f:7", &value), status);
    assert_null(value);
    assert_memory_equal(cairn_error(ctx), "f:7: ", 5);
    if (!strstr(cairn_error(ctx), says)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), says);
}
#define REFUSED(text, says) expect_refused(*state, text, sizeof text - 1, CAIRN_FORMAT, says)

static void test_what_is_not_json_is_refused(void **state) {
    REFUSED("", "expected a JSON value, got nothing");
    REFUSED("   ", "not JSON");
    REFUSED("{\"a\":1", "not JSON");
    REFUSED("{\"a\":1} x", "not JSON");
    REFUSED("{\"a\":1}{\"a\":1}", "not JSON");
    REFUSED("[1,]", "not JSON");
    REFUSED("nul", "not JSON");
    REFUSED("NaN", "not JSON");
    REFUSED("[01]", "not JSON");
    REFUSED("\"a\tb\"", "control character");
}

static void test_duplicate_keys_are_refused(void **state) {
    REFUSED("{\"a\":1,\"b\":2,\"a\":1}", "duplicate");
    REFUSED("[{\"x\":{\"k\":0,\"\\u006b\":1}}]", "duplicate");
}

static void test_nul_characters_are_refused(void **state) {
    REFUSED("[\"a\0b\"]", "NUL byte at column 4");
    REFUSED("[\"a\\u0000b\"]", "\\u0000");
    REFUSED("{\"a\\u0000b\":1}", "\\u0000");
    REFUSED("[1]\0", "NUL byte at column 4");
}

static void test_invalid_utf8_is_refused(void **state) {
    REFUSED("[\"\xff\"]", "0xff");
    REFUSED("[\"\xc3\"]", "not JSON");         /* cut */
    REFUSED("[\"\xc0\x80\"]", "not JSON");     /* overlong */
    REFUSED("[\"\xed\xa0\x80\"]", "not JSON"); /* surrogate */
    REFUSED("[\"\\ud800\"]", "not JSON");      /* half a pair */
}

static void test_numbers_out_of_range_are_refused(void **state) {
    REFUSED("9223372036854775808", "too big integer");
    REFUSED("-9223372036854775809", "too big");
    REFUSED("[1e309]", "real number overflow");
    REFUSED("-1e400", "real number overflow");
}

static void test_nesting_is_bounded(void **state) {
    cairn_ctx *ctx = *state;
    char text[4 * JSON_DEPTH];
    json_t *value = NULL;
    for (int depth = JSON_DEPTH; depth <= JSON_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        if (depth == JSON_DEPTH) {
            assert_int_equal(json_parse(ctx, text, 2 * (size_t)depth, "f", &value), CAIRN_OK);
            json_decref(value);
        }
    }
    expect_refused(ctx, text, 2 * (JSON_DEPTH + 1), CAIRN_LIMIT, "nested deeper than 64");
    char quoted[2 * JSON_DEPTH + 8]; /* brackets in a string do not count */
    memset(quoted, '[', sizeof quoted);
    quoted[1] = '"';
    memcpy(quoted + sizeof quoted - 4, "\\\"\"]", 4);
    assert_int_equal(json_parse(ctx, quoted, sizeof quoted, "f", &value), CAIRN_OK);
    json_decref(value);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void expect_written(cairn_ctx *ctx, const char *text, const char *canonical) {
    json_t *value;
    cairn_text out = {0};
    assert_int_equal(json_parse(ctx, text, strlen(text), "f", &value), CAIRN_OK);
    assert_int_equal(json_write(ctx, value, &out), CAIRN_OK);
    assert_string_equal(out.data, canonical);
    json_decref(value);
    cairn_text_free(&out);
}

static void test_keys_are_sorted_by_bytes_at_every_level(void **state) {
    expect_written(*state, "{ \"b\" : { \"z\":1, \"\":2, \"Z\":3 }, \"a\\u00e9\":[ {\"y\":0,\"x\":0} ], \"a\":null }",
                   "{\"a\":null,\"a\xc3\xa9\":[{\"x\":0,\"y\":0}],\"b\":{\"\":2,\"Z\":3,\"z\":1}}");
    expect_written(*state, "[[],{},true,false,null,\"\"]", "[[],{},true,false,null,\"\"]");
}

static void test_numbers_are_shortest_and_exact(void **state) {
    expect_written(*state, "[0.1,1.0,1e2,-0.0,0,-0,0.30000000000000004,1e22,2.5e-7]",
                   "[0.1,1,100,-0.0,0,0,0.30000000000000004,1e+22,2.5e-07]");
}

static void test_integers_keep_64_bits(void **state) {
    expect_written(*state, "[9223372036854775807,-9223372036854775808,9007199254740993]",
                   "[9223372036854775807,-9223372036854775808,9007199254740993]");
}

static void test_strings_are_escaped_only_where_json_asks(void **state) {
    expect_written(*state, "\"\\u0001\\b\\f\\n\\r\\t\\u001f\\\"\\\\\\/\\u007f\\u00e9\\u2028\\ud83d\\ude00\"",
                   "\"\\u0001\\b\\f\\n\\r\\t\\u001f\\\"\\\\/\x7f\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\"");
}

/* Every double reads back as itself from what is written. */
static void test_reals_round_trip(void **state) {
    cairn_ctx *ctx = *state;
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 2000; i++) {
        uint64_t bits = cairn_rng_u64(&rng);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        json_t *real = json_real(value), *read;
        cairn_text out = {0};
        assert_int_equal(json_write(ctx, real, &out), CAIRN_OK);
        assert_int_equal(json_parse(ctx, out.data, out.length, "f", &read), CAIRN_OK);
        back = json_number_value(read);
        assert_memory_equal(&back, &value, sizeof value);
        json_decref(real);
        json_decref(read);
        cairn_text_free(&out);
    }
}

static void test_a_value_too_deep_is_not_written(void **state) {
    cairn_ctx *ctx = *state;
    cairn_text out = {0};
    json_t *value = json_integer(1);
    for (int i = 0; i < JSON_DEPTH; i++) value = json_pack("[o]", value);
    assert_int_equal(json_write(ctx, value, &out), CAIRN_OK);
    value = json_pack("{s:o}", "a", value);
    assert_int_equal(json_write(ctx, value, &out), CAIRN_LIMIT);
    json_decref(value);
    cairn_text_free(&out);
}

static void test_a_failed_allocation_is_reported(void **state) {
    cairn_ctx *ctx = *state;
    json_t *value = json_pack("{s:i, s:[s]}", "a", 1, "b", "text");
    int failures = 0;
    for (int64_t at = 1;; at++) {
        cairn_text out = {0};
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status = json_write(ctx, value, &out);
        cairn_faults_set(ctx, (cairn_faults){0});
        if (status == CAIRN_OK) assert_string_equal(out.data, "{\"a\":1,\"b\":[\"text\"]}");
        cairn_text_free(&out);
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        failures++;
    }
    assert_true(failures >= 2);
    json_decref(value);
}

/* A lack of memory is never taken for bad input: that would be skipped. */
static void test_a_failed_allocation_of_the_parser_is_no_bad_input(void **state) {
    cairn_ctx *ctx = *state;
    const char *text = "{\"a\":[1,2.5,\"text \\u00e9\",null],\"b\":{\"c\":true},\"d\":-0.0}";
    long at = 1;
    for (;; at++) {
        json_t *value = NULL;
        json_fail_at(at);
        cairn_status status = json_parse(ctx, text, strlen(text), "f:7", &value);
        json_fail_at(0);
        if (status == CAIRN_OK) {
            json_decref(value);
            break;
        }
        assert_int_equal(status, CAIRN_NO_MEMORY);
        assert_null(value);
        assert_memory_equal(cairn_error(ctx), "f:7: no memory", 14);
    }
    assert_true(at > 10);
}

static void test_a_broken_value_names_the_field_it_is_in(void **state) {
    REFUSED("{\"a\":1,\"b\":[1,{\"c\":1e999}],\"d\":2}", "f:7: field `b`: not JSON");
    REFUSED("{\"a\":1,\"b\":\"\xff\"}", "f:7: field `b`: not JSON");
    REFUSED("{\"a\\\"}\":1,\"b}\":[tru]}", "f:7: field `b}`: not JSON");
    REFUSED("{\"a\":{\"b\":2},\"a\":3}", "f:7: field `a`: not JSON");
    REFUSED("{\"a\":1 \"b\":2}", "f:7: field `a`: not JSON");
    REFUSED("[{\"a\":x}]", "f:7: not JSON"); /* the outermost is no object */
    REFUSED("{7}", "f:7: not JSON");
}

static void test_utf8_is_told_from_other_bytes(void **state) {
    (void)state;
#define IS_UTF8(text) json_is_utf8(text, sizeof text - 1)
    assert_true(IS_UTF8("") && IS_UTF8("a\x7f") && IS_UTF8("\xc2\x80") && IS_UTF8("\xdf\xbf"));
    assert_true(IS_UTF8("\xe0\xa0\x80") && IS_UTF8("\xed\x9f\xbf") && IS_UTF8("\xee\x80\x80") &&
                IS_UTF8("\xef\xbf\xbf"));
    assert_true(IS_UTF8("\xf0\x90\x80\x80") && IS_UTF8("\xf4\x8f\xbf\xbf"));
    assert_false(IS_UTF8("\x80") || IS_UTF8("\xbf") || IS_UTF8("\xc0\x80") || IS_UTF8("\xc1\xbf") || IS_UTF8("\xc2"));
    assert_false(IS_UTF8("\xe0\x9f\xbf") || IS_UTF8("\xed\xa0\x80") || IS_UTF8("\xe1\x80") || IS_UTF8("\xe1\x80z"));
    assert_false(IS_UTF8("\xf0\x8f\xbf\xbf") || IS_UTF8("\xf4\x90\x80\x80") || IS_UTF8("\xf5\x80\x80\x80") ||
                 IS_UTF8("\xff"));
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static void test_fields_of_the_right_type_are_given(void **state) {
    cairn_ctx *ctx = *state;
    json_t *object = json_pack("{s:s, s:i, s:f, s:b, s:[i], s:{}}", "t", "x", "i", 7, "r", 0.5, "b", 1, "a", 1, "o");
    const char *text;
    int64_t integer;
    double real;
    bool truth;
    json_t *array, *inner;
    assert_int_equal(json_get_text(ctx, object, "t", "f", &text), CAIRN_OK);
    assert_string_equal(text, "x");
    assert_int_equal(json_get_int(ctx, object, "i", "f", &integer), CAIRN_OK);
    assert_int_equal(integer, 7);
    assert_int_equal(json_get_real(ctx, object, "r", "f", &real), CAIRN_OK);
    assert_true(real == 0.5);
    assert_int_equal(json_get_real(ctx, object, "i", "f", &real), CAIRN_OK);
    assert_true(real == 7);
    assert_int_equal(json_get_bool(ctx, object, "b", "f", &truth), CAIRN_OK);
    assert_true(truth);
    assert_int_equal(json_get_array(ctx, object, "a", "f", &array), CAIRN_OK);
    assert_int_equal(json_array_size(array), 1);
    assert_int_equal(json_get_object(ctx, object, "o", "f", &inner), CAIRN_OK);
    json_decref(object);
}

static void test_fields_of_another_type_name_both(void **state) {
    cairn_ctx *ctx = *state;
    json_t *object = json_pack("{s:n, s:s, s:f, s:[ii], s:{}}", "n", "s", "three", "r", 2.5, "a", 1, 2, "o");
    const char *text;
    int64_t integer = 99;
    double real;
    bool truth;
    json_t *value;
    assert_int_equal(json_get_text(ctx, object, "n", "f:7", &text), CAIRN_FORMAT);
    assert_string_equal(cairn_error(ctx), "f:7: field `n`: expected a string, got null");
    json_get_text(ctx, object, "x", "f:7", &text);
    assert_string_equal(cairn_error(ctx), "f:7: field `x`: expected a string, got nothing");
    json_get_int(ctx, object, "r", "f:7", &integer);
    assert_string_equal(cairn_error(ctx), "f:7: field `r`: expected an integer, got the number 2.5");
    assert_int_equal(integer, 99);
    json_get_real(ctx, object, "s", "f:7", &real);
    assert_string_equal(cairn_error(ctx), "f:7: field `s`: expected a number, got the text \"three\"");
    json_get_bool(ctx, object, "a", "f:7", &truth);
    assert_string_equal(cairn_error(ctx), "f:7: field `a`: expected true or false, got an array of 2");
    json_get_array(ctx, object, "o", "f:7", &value);
    assert_string_equal(cairn_error(ctx), "f:7: field `o`: expected an array, got an object");
    json_get_object(ctx, object, "s", "f:7", &value);
    assert_string_equal(cairn_error(ctx), "f:7: field `s`: expected an object, got the text \"three\"");
    json_get_int(ctx, json_object_get(object, "a"), "r", "f:7", &integer);
    assert_string_equal(cairn_error(ctx), "f:7: expected an object with a field `r`, got an array of 2");
    json_decref(object);
}

static void test_a_long_text_is_cut_between_characters(void **state) {
    cairn_ctx *ctx = *state;
    char text[64];
    int64_t integer;
    memset(text, 'a', sizeof text);
    memcpy(text + 39, "\xc3\xa9zzzz", 7); /* bytes 39 and 40 are one character: the cut at 40 is in its middle */
    json_t *object = json_pack("{s:s}", "s", text);
    json_get_int(ctx, object, "s", "f", &integer);
    assert_string_equal(cairn_error(ctx), "f: field `s`: expected an integer, got the text "
                                          "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"");
    json_decref(object);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_json_is_refused),
        cmocka_unit_test(test_duplicate_keys_are_refused),
        cmocka_unit_test(test_nul_characters_are_refused),
        cmocka_unit_test(test_invalid_utf8_is_refused),
        cmocka_unit_test(test_numbers_out_of_range_are_refused),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_keys_are_sorted_by_bytes_at_every_level),
        cmocka_unit_test(test_numbers_are_shortest_and_exact),
        cmocka_unit_test(test_integers_keep_64_bits),
        cmocka_unit_test(test_strings_are_escaped_only_where_json_asks),
        cmocka_unit_test(test_reals_round_trip),
        cmocka_unit_test(test_a_value_too_deep_is_not_written),
        cmocka_unit_test(test_a_failed_allocation_is_reported),
        cmocka_unit_test(test_a_failed_allocation_of_the_parser_is_no_bad_input),
        cmocka_unit_test(test_a_broken_value_names_the_field_it_is_in),
        cmocka_unit_test(test_utf8_is_told_from_other_bytes),
        cmocka_unit_test(test_fields_of_the_right_type_are_given),
        cmocka_unit_test(test_fields_of_another_type_name_both),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests_name("data/json", tests, open_ctx, close_ctx);
}

/* label: light */
/* Python literals: what each form is read as, what is refused, and the cells of a real table. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "data.h"
#include "data/literal.h"
#include "data/rows.h"
#include "json_memory.h"
#include "skip.h"

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

/* The literal is read as this JSON. */
static void reads(void **state, const char *text, const char *json) {
    cairn_ctx *ctx = *state;
    json_t *value = NULL;
    cairn_text out = {0};
    if (literal_parse(ctx, text, strlen(text), "f:7", &value) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(json_write(ctx, value, &out), CAIRN_OK);
    assert_string_equal(out.data, json);
    json_decref(value);
    cairn_text_free(&out);
}

static void refuses(void **state, const char *text, cairn_status status, const char *says) {
    cairn_ctx *ctx = *state;
    json_t *value = NULL;
    assert_int_equal(literal_parse(ctx, text, strlen(text), "f:7", &value), status);
    assert_null(value);
    assert_memory_equal(cairn_error(ctx), "f:7: ", 5);
    if (!strstr(cairn_error(ctx), says)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), says);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static void test_constants(void **state) {
    reads(state, "[True, False, None]", "[true,false,null]");
    reads(state, " \n[ ]\t", "[]");
    reads(state, "[nan, inf, -inf, +inf, NaN, NaT, -nan, np.nan, np.True_]",
          "[null,null,null,null,null,null,null,null,true]");
}

static void test_numbers(void **state) {
    reads(state, "[0, 7, -7, +7, 9223372036854775807, -9223372036854775808]",
          "[0,7,-7,7,9223372036854775807,-9223372036854775808]");
    reads(state, "[1e-3, 1E+2, 1., .5, -2.5, 0.0, 00]", "[0.001,100,1,0.5,-2.5,0,0]");
    json_t *value;
    assert_int_equal(literal_parse(*state, "1.0", 3, "f", &value), CAIRN_OK);
    assert_true(json_is_real(value));
    json_decref(value);
}

static void test_strings(void **state) {
    reads(state, "''", "\"\"");
    reads(state, "['a\"b', \"it's\", u'c', '''d''' , \"\"\"e\n'f\"g\"\"\"]",
          "[\"a\\\"b\",\"it's\",\"c\",\"d\",\"e\\n'f\\\"g\"]");
    reads(state, "['a' \"b\" 'c', 'd'\n'e']", "[\"abc\",\"de\"]");
    reads(state, "[r'\\d\\'', R\"\\n\", b'\\x41', rb'\\q', Br'x']", "[\"\\\\d\\\\'\",\"\\\\n\",\"A\",\"\\\\q\",\"x\"]");
}

static void test_escapes(void **state) {
    reads(state, "'\\n\\t\\r\\\\\\'\\\"\\a\\b\\f\\v'", "\"\\n\\t\\r\\\\'\\\"\\u0007\\b\\f\\u000b\"");
    reads(state, "'\\x41\\xe9\\u20ac\\U0001F600\\101\\7a'",
          "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
          "A\\u0007a\"");
    reads(state, "'a\\\nb'", "\"ab\"");         /* a line goes on */
    reads(state, "'\\d\\ '", "\"\\\\d\\\\ \""); /* no escape: the backslash stays */
}

static void test_lists_tuples_and_sets_are_arrays(void **state) {
    reads(state, "[1, [2, (3, {4, 5})], ]", "[1,[2,[3,[4,5]]]]");
    reads(state, "[(), (1,), (1), ((2)), (1, 2,), {1}, {1, 2,}]", "[[],[1],1,2,[1,2],[1],[1,2]]");
    reads(state, "[set(), frozenset(), frozenset({1}), set([1, 2])]", "[[],[],[1],[1,2]]");
    reads(state, "array(['a', 'b'], dtype=object)", "[\"a\",\"b\"]");
    reads(state, "deque([1, 2], maxlen=3)", "[1,2]");
    reads(state, "np.array([[1., 2.], [nan, 4.]], dtype='<f4')", "[[1,2],[null,4]]");
}

static void test_dictionaries_are_objects_with_keys_as_written(void **state) {
    reads(state, "{}", "{}");
    reads(state, "{'a': 1, \"it's\": {'b': []},}", "{\"a\":1,\"it's\":{\"b\":[]}}");
    reads(state, "{18656: 'Action 2', -1: 0, 0.5: 1, (1, 'a'): 2, None: 3, True: 4}",
          "{\"(1, 'a')\":2,\"-1\":0,\"0.5\":1,\"18656\":\"Action 2\",\"None\":3,\"True\":4}");
    reads(state, "{'a' 'b' : 1}", "{\"ab\":1}");
}

static void test_the_last_of_equal_keys_holds(void **state) {
    reads(state, "{'a': 1, 'b': 2, 'a': 3}", "{\"a\":3,\"b\":2}");
}

static void test_objects_of_the_standard_library_are_what_they_hold(void **state) {
    reads(state, "{'obedience': defaultdict(<class 'int'>, {'selected': 3})}", "{\"obedience\":{\"selected\":3}}");
    reads(state, "defaultdict(<function <lambda> at 0x7fb24defa790>, {'sup': defaultdict(<class 'list'>, {})})",
          "{\"sup\":{}}");
    reads(state, "[defaultdict(None, {}), Counter(), Counter({'a': 2}), collections.OrderedDict()]",
          "[{},{},{\"a\":2},{}]");
    reads(state, "OrderedDict([('a', 1), (2, 'b')])", "{\"2\":\"b\",\"a\":1}");
    reads(state, "[np.float64(0.5), np.int64(3), np.str_('x'), float('nan')]", "[0.5,3,\"x\",\"nan\"]");
    reads(state, "[<class 'int'>, <function <lambda> at 0x1>, <NA>]", "[null,null,null]");
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

#define REFUSED(text, says) refuses(state, text, CAIRN_FORMAT, says)

static void test_what_is_no_literal_is_refused_with_its_byte(void **state) {
    REFUSED("", "byte 0: expected a value in a Python literal, got the end");
    REFUSED("hello", "byte 0: expected a value in a Python literal, got `h`");
    REFUSED("[1, 2", "byte 5: expected `,` or a closing bracket");
    REFUSED("[1 2]", "byte 3: expected `,` or a closing bracket in a Python literal, got `2`");
    REFUSED("[1,,2]", "byte 3: expected a value");
    REFUSED("[1, 2) ", "byte 5");
    REFUSED("(,)", "byte 1");
    REFUSED("[1] x", "byte 4: expected the end");
    REFUSED("{'a': 1, 'b'}", "byte 12: expected `:`");
    REFUSED("{'a', 'b': 1}", "byte 9: expected `,` or `}`");
    REFUSED("{'a': }", "byte 6");
    REFUSED("{[1]: 2}", "byte 4");
    REFUSED("{'a': 1 'b': 2}", "byte 8: expected `,` or `}`");
    REFUSED("1 + 2", "byte 2");
    REFUSED("__import__('os')", "byte 0");
    REFUSED("f(1)", "byte 0");
    REFUSED("x.True", "byte 0");
    REFUSED("os.Counter()", "byte 0");
    REFUSED("Counter(1)", "byte 8: expected other arguments");
    REFUSED("Counter", "byte 0");
    REFUSED("OrderedDict([('a', 1), ('b',)])", "other arguments");
    REFUSED("set(1, 2)", "other arguments");
    REFUSED("<class 'int'", "expected `>`");
    REFUSED("\xc3\xa9", "got `\xc3\xa9`");
    REFUSED("\x01", "got byte 0x01");
}

static void test_bad_numbers_are_refused(void **state) {
    REFUSED("9223372036854775808", "byte 0: expected an integer of 64 bits");
    REFUSED("1e400", "byte 0");
    REFUSED("[007]", "byte 1");
    REFUSED("1_000", "byte 0");
    REFUSED("0x10", "byte 0");
    REFUSED("1j", "byte 0");
    REFUSED("--1", "byte 0");
    REFUSED("1.2.3", "byte 0");
    REFUSED("-", "byte 0");
    REFUSED("...", "byte 0");
}

static void test_bad_strings_are_refused(void **state) {
    REFUSED("'abc", "byte 4: expected the end of the string");
    REFUSED("'a\nb'", "byte 2: expected the end of the string");
    REFUSED("'''a''", "byte 6");
    REFUSED("'\\", "expected the end of the string");
    REFUSED("'\\x4'", "byte 4: expected a hexadecimal digit");
    REFUSED("'\\u12'", "hexadecimal");
    REFUSED("'\\0'", "other than NUL");
    REFUSED("'\\ud83d\\ude00'", "surrogates");
    REFUSED("'\\U00110000'", "surrogates");
    REFUSED("'\\N{BULLET}'", "by number, not by name");
    REFUSED("f'a'", "byte 0");
    REFUSED("b'\xc3\xa9'", "ASCII");
    REFUSED("b'\\xe9'", "ASCII");
    REFUSED("'\xff'", "not valid UTF-8");
}

static void test_a_nul_ends_no_literal(void **state) {
    json_t *value = NULL;
    assert_int_equal(literal_parse(*state, "1\0", 2, "f:7", &value), CAIRN_FORMAT);
    assert_string_equal(cairn_error(*state), "f:7: byte 1: expected the end in a Python literal, got byte 0x00");
}

static void test_nesting_is_bounded(void **state) {
    static const char *const brackets[] = {"[]", "()"};
    char text[2 * JSON_DEPTH + 4];
    json_t *value;
    for (size_t b = 0; b < sizeof brackets / sizeof *brackets; b++) {
        for (int depth = JSON_DEPTH; depth <= JSON_DEPTH + 1; depth++) {
            memset(text, brackets[b][0], (size_t)depth);
            memset(text + depth, brackets[b][1], (size_t)depth);
            cairn_status status = literal_parse(*state, text, 2 * (size_t)depth, "f", &value);
            assert_int_equal(status, depth == JSON_DEPTH ? CAIRN_OK : CAIRN_LIMIT);
            if (status == CAIRN_OK) json_decref(value);
        }
    }
    char many[100000];
    memset(many, '{', sizeof many);
    assert_int_equal(literal_parse(*state, many, sizeof many, "f", &value), CAIRN_LIMIT);
    memset(many, '<', sizeof many);
    assert_int_equal(literal_parse(*state, many, sizeof many, "f", &value), CAIRN_FORMAT);
}

static void test_a_lack_of_memory_is_no_bad_input(void **state) {
    static const char text[] = "{'a': [1, (2.5, 'b')], 3: Counter({'c': {4, 5}}), 'd': OrderedDict([('e', None)])}";
    cairn_status status = CAIRN_NO_MEMORY;
    json_t *value;
    long at = 1;
    for (; status == CAIRN_NO_MEMORY; at++) {
        json_fail_at(at);
        status = literal_parse(*state, text, sizeof text - 1, "f", &value);
        json_fail_at(0);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(at > 20);
    json_decref(value);
}

/* ---- a real table ------------------------------------------------------------------------------------------------ */

typedef struct facts {
    int64_t cells, members, items, integers, sum;
    double reals;
} facts;

static void add_value(const json_t *value, facts *f) {
    const char *key;
    json_t *member;
    f->integers += json_is_integer(value);
    f->sum += json_integer_value(value);
    f->reals += json_real_value(value);
    f->items += (int64_t)json_array_size(value);
    for (size_t i = 0; i < json_array_size(value); i++) add_value(json_array_get(value, i), f);
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        f->members++;
        add_value(member, f);
    }
}

static bool is_literal(const char *text) {
    return strchr("[{", *text) || strncmp(text, "defaultdict(", 12) == 0 || strncmp(text, "Counter(", 8) == 0;
}

static cairn_status add_row(cairn_ctx *ctx, void *arg, const json_t *row, const char *where) {
    const char *key;
    json_t *cell, *value;
    json_object_foreach((json_t *)(uintptr_t)row, key, cell) {
        const char *text = json_string_value(cell);
        if (!text || !*text || !is_literal(text)) continue;
        CAIRN_TRY(literal_parse(ctx, text, strlen(text), where, &value));
        ((facts *)arg)->cells++;
        add_value(value, arg);
        json_decref(value);
    }
    return CAIRN_OK;
}

/* Expected: sums over the same cells as Python's own eval reads them. */
static void test_every_literal_of_the_principles_of_daily_dilemmas_is_read(void **state) {
    static const char *const names[] = {
        "dailydilemmas/principle_openai_gpt-4_with_system_prompt.csv",
        "dailydilemmas/principle_openai_gpt4_eval_with_system_prompt_system_prompt_opp_value.csv",
        "dailydilemmas/principle_openai_gpt4_eval_with_system_prompt_system_prompt_sup_value.csv"};
    cairn_ctx *ctx = *state;
    facts f = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[4096];
        if (!shared_file(names[i], path)) skip_because("no shared data");
        if (rows_each(ctx, path, 1 << 24, add_row, &f) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    }
    assert_int_equal(f.cells, 1504);
    assert_int_equal(f.members, 10979);
    assert_int_equal(f.items, 31864);
    assert_int_equal(f.integers, 35061);
    assert_int_equal(f.sum, 702402791);
    assert_true(fabs(f.reals - 20729.1) < 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_lists_tuples_and_sets_are_arrays),
        cmocka_unit_test(test_dictionaries_are_objects_with_keys_as_written),
        cmocka_unit_test(test_the_last_of_equal_keys_holds),
        cmocka_unit_test(test_objects_of_the_standard_library_are_what_they_hold),
        cmocka_unit_test(test_what_is_no_literal_is_refused_with_its_byte),
        cmocka_unit_test(test_bad_numbers_are_refused),
        cmocka_unit_test(test_bad_strings_are_refused),
        cmocka_unit_test(test_a_nul_ends_no_literal),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_a_lack_of_memory_is_no_bad_input),
        cmocka_unit_test(test_every_literal_of_the_principles_of_daily_dilemmas_is_read),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

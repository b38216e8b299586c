/* Rows: the kinds of files, told by their first bytes; where each row stands; what is broken, and what is read after
 * it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "data/rows.h"

#define BOUND ((size_t)1 << 20)

static char path[] = "/tmp/cairn_rows_XXXXXX";

static int open_ctx(void **state) {
    int file = mkstemp(path);
    if (file < 0) return -1;
    close(file);
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    unlink(path);
    cairn_ctx_close(*state);
    return 0;
}

static void put(const char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static rows *open_text(cairn_ctx *ctx, const char *text, size_t bound) {
    rows *r = NULL;
    put(text, strlen(text));
    if (rows_open(ctx, path, bound, &r) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return r;
}

/* All rows of a text, each as "line:json " or "!error ", without the path. */
static const char *all_within(cairn_ctx *ctx, const char *text, size_t bound) {
    static char shown[8192];
    rows *r = open_text(ctx, text, bound);
    const json_t *object;
    cairn_status status;
    shown[0] = 0;
    for (size_t n = 0; (status = rows_next(r, &object)) != CAIRN_END;) {
        assert_true(n < sizeof shown - 1024);
        if (status == CAIRN_OK) {
            cairn_text json = {0};
            assert_int_equal(json_write(ctx, object, &json), CAIRN_OK);
            n += (size_t)sprintf(shown + n, "%s%d:%.500s", n ? " " : "", (int)rows_line(r), json.data);
            cairn_text_free(&json);
        } else {
            const char *error = cairn_error(ctx);
            assert_memory_equal(error, path, strlen(path));
            n += (size_t)sprintf(shown + n, "%s!%.200s", n ? " " : "", error + strlen(path) + 1);
        }
    }
    for (int i = 0; i < 2; i++) assert_int_equal(rows_next(r, &object), CAIRN_END);
    assert_int_equal(rows_offset(r), rows_size(r));
    rows_close(r);
    return shown;
}

static const char *all(void **state, const char *text) {
    return all_within(*state, text, BOUND);
}

/* ---- JSON lines -------------------------------------------------------------------------------------------------- */

static void test_lines_are_rows(void **state) {
    assert_string_equal(all(state, "{\"a\":1}\n{\"a\":2}\n"), "1:{\"a\":1} 2:{\"a\":2}");
    assert_string_equal(all(state, "\xEF\xBB\xBF\r\n{\"a\":1}\r\n \t\r\n\n{\"a\":2}"), "2:{\"a\":1} 5:{\"a\":2}");
    assert_string_equal(all(state, "{\"a\":1}"), "1:{\"a\":1}");
}

static void test_a_broken_line_is_one_row(void **state) {
    assert_string_equal(all(state, "{\"a\":1}\n{\"a\":\n{\"a\":3}\n"),
                        "1:{\"a\":1} !2: field `a`: not JSON at byte 5: unexpected token near end of file 3:{\"a\":3}");
    assert_string_equal(all(state, "{\n{\"a\":2}\n"),
                        "!1: not JSON at byte 1: string or '}' expected near end of file 2:{\"a\":2}");
    assert_string_equal(all(state, "{\"a\":1,\n{\"a\":2}\n"),
                        "!1: not JSON at byte 7: string or '}' expected near end of file 2:{\"a\":2}");
    assert_non_null(strstr(all(state, "{\"a\":\"cut\n{\"a\":2}\n"), " 2:{\"a\":2}"));
    assert_non_null(strstr(all(state, "no JSON at all\n{\"a\":2}\n"), " 2:{\"a\":2}"));
    assert_string_equal(
        all(state, "7\n{\"a\":2}\n\"x\"\n[]\nnull"),
        "!1: expected a JSON object, got the number 7 2:{\"a\":2} !3: expected a JSON object, got the "
        "text \"x\" !4: expected a JSON object, got an array of 0 !5: expected a JSON object, got null");
}

/* Python's numbers without a place become their texts; broken text stays broken. */
static void test_json_is_read_as_python_writes_it(void **state) {
    assert_string_equal(all(state, "{\"a\":NaN,\"b\":[Infinity, -Infinity ,1e999,-1E+400]}"),
                        "1:{\"a\":\"NaN\",\"b\":[\"Infinity\",\"-Infinity\",\"1e999\",\"-1E+400\"]}");
    assert_string_equal(all(state, "[{\"a\":9223372036854775807,\"b\":9223372036854775808,\"c\":1e-999}]"),
                        "1:{\"a\":9223372036854775807,\"b\":\"9223372036854775808\",\"c\":0}");
    assert_string_equal(all(state, "{\"NaN\":\"-Infinity \\\" NaN\",\"x\":NaN}"),
                        "1:{\"NaN\":\"-Infinity \\\" NaN\",\"x\":\"NaN\"}");
    assert_string_equal(all(state, "{\"a\":\"x\\ud83d\",\"b\":\"\\ude00\\u0000y\",\"c\":\"\\uD83D\\uDE00\\\\ud83d\"}"),
                        "1:{\"a\":\"x\xEF\xBF\xBD\",\"b\":\"\xEF\xBF\xBD\xEF\xBF\xBDy\","
                        "\"c\":\"\xF0\x9F\x98\x80\\\\ud83d\"}");
    assert_non_null(strstr(all(state, "{\"a\":NaN,\"b\":}"), "!1: field `b`: not JSON"));
    const char *const broken[] = {"{\"a\":nan}",
                                  "{NaN:1}",
                                  "{\"a\":+Infinity}",
                                  "{\"a\":NaN 1}",
                                  "{\"a\":0999999999999999999999}",
                                  "{\"a\":\"\\ud83d}",
                                  "{\"a\":\"\\ud83\"}",
                                  "{\"a\":1e}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) assert_memory_equal(all(state, broken[i]), "!1: ", 4);
}

/* ---- arrays ------------------------------------------------------------------------------------------------------ */

static void test_elements_of_an_array_are_rows(void **state) {
    assert_string_equal(all(state, "[{\"a\":1},{\"a\":2}]"), "1:{\"a\":1} 1:{\"a\":2}");
    assert_string_equal(
        all(state, "\xEF\xBB\xBF\n[\n  {\n \"a\":\n1\n},\r\n\r\n{\"a\" : [2,[3]] , \"b\":\"]},\\\"{[\"}\n  ]\n\n"),
        "3:{\"a\":1} 8:{\"a\":[2,[3]],\"b\":\"]},\\\"{[\"}");
}

static void test_an_element_is_named_by_its_line_and_place(void **state) {
    assert_string_equal(all(state, "[{\"a\":1},\n 7,\n\n{\"a\" 3},{\"a\":1,\"a\":2},{\"a\":5}]"),
                        "1:{\"a\":1} !2: element 2: expected a JSON object, got the number 7 "
                        "!4: element 3: field `a`: not JSON at byte 6: ':' expected near '3' "
                        "!4: element 4: field `a`: not JSON at byte 10: duplicate object key near '\"a\"' 4:{\"a\":5}");
    rows *r = open_text(*state, "[{},\n\n{}]", BOUND);
    const json_t *object;
    for (int i = 1; i <= 2; i++) assert_int_equal(rows_next(r, &object), CAIRN_OK);
    assert_int_equal(rows_line(r), 3);
    assert_int_equal(rows_number(r), 2);
    rows_close(r);
}

static void test_an_array_that_is_cut_off_gives_what_it_has(void **state) {
    assert_string_equal(all(state, "[{\"a\":1},{\"a\":2}"),
                        "1:{\"a\":1} 1:{\"a\":2} !1: element 3: the array is not closed");
    assert_string_equal(all(state, "[{\"a\":1},\n"), "1:{\"a\":1} !2: element 2: the array is not closed");
    assert_string_equal(all(state, "["), "!1: element 1: the array is not closed");
    assert_non_null(strstr(all(state, "[{\"a\":1},{\"a\":\"x"), "1:{\"a\":1} !1: element 2: field `a`: not JSON"));
}

static void test_stray_commas_are_bad_elements(void **state) {
    assert_string_equal(all(state, "[{},]"), "1:{} !1: element 2: expected a JSON value, got nothing");
    assert_string_equal(all(state, "[,{},,{}]"), "!1: element 1: expected a JSON value, got nothing 1:{} "
                                                 "!1: element 3: expected a JSON value, got nothing 1:{}");
}

static void test_what_follows_an_array_is_not_lost(void **state) {
    assert_string_equal(
        all(state, "[{\"a\":1}]\n{\"a\":2}\n{\"a\":3}"),
        "1:{\"a\":1} !2: expected the file to end with its array, got more text 2:{\"a\":2} 3:{\"a\":3}");
}

/* ---- objects over several lines ---------------------------------------------------------------------------------- */

static void test_objects_may_take_several_lines(void **state) {
    assert_string_equal(all(state, "{\n  \"a\": 1,\n  \"b\": [\n    {\n      \"c\": \"}\\n{\"\n    }\n  ]\n}\n"),
                        "1:{\"a\":1,\"b\":[{\"c\":\"}\\n{\"}]}");
    assert_string_equal(all(state, "{\"a\": [\n{}\n]}"), "1:{\"a\":[{}]}");
    assert_string_equal(all(state, "{\n \"a\":1\n}\n{\n \"a\":2\n}\n\n{\"a\":3}\n"),
                        "1:{\"a\":1} 4:{\"a\":2} 8:{\"a\":3}");
    assert_string_equal(all(state, "{\n \"a\" 1\n}\nnone\n{\n \"a\":2\n}"),
                        "!1: field `a`: not JSON at byte 7: ':' expected near '1' "
                        "!4: not JSON at byte 4: invalid token near 'none' 5:{\"a\":2}");
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

static void test_cells_are_texts_under_the_names_of_the_header(void **state) {
    assert_string_equal(all(state, "problem,answer\nWhat is 2 + 2?,4\n\"a, \"\"b\"\"\nc\",\r\n\n x ,\"\"\r\n"),
                        "2:{\"answer\":\"4\",\"problem\":\"What is 2 + 2?\"} "
                        "3:{\"answer\":null,\"problem\":\"a, \\\"b\\\"\\nc\"} 6:{\"answer\":null,\"problem\":\" x \"}");
    assert_string_equal(all(state, "\xEF\xBB\xBF,\"question\", id \r\n0,5\" pipe,7"),
                        "2:{\"id\":\"7\",\"question\":\"5\\\" pipe\"}");
    assert_string_equal(all(state, "problem\nonly this\n"), "2:{\"problem\":\"only this\"}");
}

static void test_semicolons_and_tabs_divide_too(void **state) {
    assert_string_equal(all(state, "problem;answer\n1,5 + 1;2,5\n"), "2:{\"answer\":\"2,5\",\"problem\":\"1,5 + 1\"}");
    assert_string_equal(all(state, "problem\tanswer\n\t4\n"), "2:{\"answer\":\"4\",\"problem\":null}");
}

static void test_a_broken_record_is_one_row(void **state) {
    assert_string_equal(
        all(state, "a,b\n1\n1,2,3\n\"x\"y,2\n3,4\n\"open,5\n6,7\n"),
        "!2: expected 2 columns, as the header has, got 1 !3: expected 2 columns, as the header has, got 3 "
        "!4: column 1: expected the next column after the closing quote (a quote inside is written twice) "
        "5:{\"a\":\"3\",\"b\":\"4\"} !6: column 1: the quote is not closed");
    assert_string_equal(all(state, "a,b\n1,\xff\n"), "!2: b: a text is not valid UTF-8");
}

static void test_a_header_is_told_from_a_broken_line(void **state) {
    const char *const no_header[] = {"word\n", "1,2\n", "a,a\n", "Dear Sir, \"open\n", "a,{}\n"};
    for (size_t i = 0; i < sizeof no_header / sizeof *no_header; i++)
        assert_non_null(strstr(all(state, no_header[i]), "!1: "));
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static void test_files_without_rows_are_refused(void **state) {
    cairn_ctx *ctx = *state;
    const struct {
        const char *text, *says;
    } cases[] = {
        {"", "expected JSON lines, a JSON array or CSV, got an empty file"},
        {"\n\r\n  \n", "expected JSON lines, a JSON array or CSV, got an empty file"},
        {"\xEF\xBB\xBF", "expected JSON lines, a JSON array or CSV, got an empty file"},
        {" [ ]\n", "expected rows, got an empty array"},
        {"\x1F\x8B\x08", "expected JSON lines, a JSON array or CSV, got a gzip file: unpack it first"},
        {"\xFF\xFE{", "expected JSON lines, a JSON array or CSV, got UTF-16 text: write it as UTF-8 first"},
        {"PAR1\x15", "expected JSON lines, a JSON array or CSV, got a Parquet file: write it as JSON lines first"},
        {"problem,answer\n\n", "expected rows after the header of a CSV file, got none"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows *r;
        put(cases[i].text, strlen(cases[i].text));
        assert_int_equal(rows_open(ctx, path, BOUND, &r), CAIRN_FORMAT);
        assert_string_equal(cairn_error(ctx) + strlen(path) + 2, cases[i].says);
    }
}

static void test_the_bound_is_of_one_row(void **state) {
    const char *const big = "{\"a\":\"0123456789\"}", *const says = " is longer than 10 bytes 2:{}";
    const char *const files[] = {"%s\n{}\n", "[%s,\n{}]", "{\n\"b\":0,%s}\n\n{}"};
    for (size_t i = 0; i < 2; i++) {
        char text[100];
        snprintf(text, sizeof text, files[i], big);
        assert_non_null(strstr(all_within(*state, text, 10), says));
    }
    assert_string_equal(all_within(*state, "{\n\"b\":\"0123456\"}\n{}", 10),
                        "!1: the row is longer than 10 bytes 3:{}");
    assert_string_equal(all_within(*state, "a,b\n0123456,78\n0123456,7\n", 10),
                        "!2: the row is longer than 10 bytes 3:{\"a\":\"0123456\",\"b\":\"7\"}");
    assert_string_equal(all_within(*state, "{\"a\":1234}\n{\"a\":1234}", 10), "1:{\"a\":1234} 2:{\"a\":1234}");
}

static void test_nesting_is_bounded(void **state) {
    char text[400] = "[";
    memset(text + 1, '[', 100);
    memset(text + 101, ']', 100);
    strcpy(text + 201, ",{\"a\":1}]");
    assert_string_equal(all(state, text), "!1: element 1: arrays and objects are nested deeper than 64 1:{\"a\":1}");
}

static void test_nul_and_bad_utf8_are_refused(void **state) {
    cairn_ctx *ctx = *state;
    static const char *const files[] = {"[{\"a\":\"\xff\"}]", "{\"a\":\"\xff\"}", "a,b\n\xff,\n"};
    const json_t *object;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        rows *r = open_text(ctx, files[i], BOUND);
        assert_int_equal(rows_next(r, &object), CAIRN_FORMAT);
        rows_close(r);
    }
    static const char nul[] = "a,b\n1\0,2\n";
    rows *r;
    put(nul, sizeof nul - 1);
    assert_int_equal(rows_open(ctx, path, BOUND, &r), CAIRN_OK);
    assert_int_equal(rows_next(r, &object), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), ":2: field `a`: expected text, got a NUL byte"));
    rows_close(r);
}

/* Rows around the blocks in which a file is read, as each kind of file: all come back. */
static void test_rows_cross_blocks(void **state) {
    cairn_ctx *ctx = *state;
    static const struct {
        const char *open, *first, *next, *close;
    } kinds[] = {{"", "{\"a\":\"%s\"}", "\n{\"a\":\"%s\"}", ""},
                 {"[", "{\"a\":\"%s\"}", ",{\"a\":\"%s\"}", "]"},
                 {"{\n\"a\":0}", "\n{\"a\":\"%s\"}", "\n{\"a\":\"%s\"}", "\n"},
                 {"a,b\n", "\"%s\",\n", "\"%s\",\n", ""}};
    const size_t sizes[] = {65500, 1, 65536, 40, 131072, 65519, 7, 65530, 12};
    char *word = malloc(200000);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        FILE *file = fopen(path, "wb");
        fputs(kinds[k].open, file);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            memset(word, 'a' + (int)i, sizes[i]);
            word[sizes[i]] = 0;
            if (i == 0) {
                fprintf(file, kinds[k].first, word);
            } else {
                fprintf(file, kinds[k].next, word);
            }
        }
        fputs(kinds[k].close, file);
        assert_int_equal(fclose(file), 0);
        rows *r;
        const json_t *object;
        assert_int_equal(rows_open(ctx, path, BOUND, &r), CAIRN_OK);
        if (k == 2) assert_int_equal(rows_next(r, &object), CAIRN_OK);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            assert_int_equal(rows_next(r, &object), CAIRN_OK);
            assert_int_equal(json_string_length(json_object_get(object, "a")), sizes[i]);
        }
        assert_int_equal(rows_next(r, &object), CAIRN_END);
        rows_close(r);
    }
    free(word);
}

/* 40 MB in one array on one line: memory is that of one element. A sanitizer's allocator keeps what is freed. */
static void test_a_large_array_is_not_held(void **state) {
    struct rusage before, after;
    const int64_t n = 40000;
    char filler[1001];
    memset(filler, 'x', 1000);
    filler[1000] = 0;
    FILE *file = fopen(path, "wb");
    for (int64_t i = 0; i < n; i++) fprintf(file, "%c{\"a\":\"%s\"}", i ? ',' : '[', filler);
    fputs("]", file);
    assert_int_equal(fclose(file), 0);
    rows *r;
    const json_t *object;
    int64_t count = 0;
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(rows_open(*state, path, BOUND, &r), CAIRN_OK);
    while (rows_next(r, &object) == CAIRN_OK) count++;
    getrusage(RUSAGE_SELF, &after);
    rows_close(r);
    assert_int_equal(count, n);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)before, (void)after;
#else
    assert_true(after.ru_maxrss - before.ru_maxrss < 16384); /* KiB */
#endif
}

static void test_the_key_is_of_the_whole_file_at_the_end(void **state) {
    cairn_ctx *ctx = *state;
    const char *const files[] = {"[{}]", "[{}]", "[{}]\n", "[{} ]"};
    uint64_t keys[4];
    const json_t *object;
    for (int i = 0; i < 4; i++) {
        rows *r = open_text(ctx, files[i], BOUND);
        while (rows_next(r, &object) == CAIRN_OK) {
        }
        keys[i] = rows_key(r);
        rows_close(r);
    }
    assert_true(keys[0] == keys[1] && keys[0] != keys[2] && keys[0] != keys[3]);
}

static void test_a_failed_allocation_ends_reading_cleanly(void **state) {
    cairn_ctx *ctx = *state;
    const char *const files[] = {"{}\n", "[{}]", "{\n}", "a,b\n1,2\n"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (int64_t at = 1;; at++) {
            rows *r = NULL;
            const json_t *object;
            put(files[i], strlen(files[i]));
            cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
            cairn_status status = rows_open(ctx, path, BOUND, &r);
            if (status == CAIRN_OK) status = rows_next(r, &object);
            cairn_faults_set(ctx, (cairn_faults){0});
            rows_close(r);
            if (status == CAIRN_OK) break;
            assert_int_equal(status, CAIRN_NO_MEMORY);
            assert_true(at < 100);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_rows),
        cmocka_unit_test(test_a_broken_line_is_one_row),
        cmocka_unit_test(test_json_is_read_as_python_writes_it),
        cmocka_unit_test(test_elements_of_an_array_are_rows),
        cmocka_unit_test(test_an_element_is_named_by_its_line_and_place),
        cmocka_unit_test(test_an_array_that_is_cut_off_gives_what_it_has),
        cmocka_unit_test(test_stray_commas_are_bad_elements),
        cmocka_unit_test(test_what_follows_an_array_is_not_lost),
        cmocka_unit_test(test_objects_may_take_several_lines),
        cmocka_unit_test(test_cells_are_texts_under_the_names_of_the_header),
        cmocka_unit_test(test_semicolons_and_tabs_divide_too),
        cmocka_unit_test(test_a_broken_record_is_one_row),
        cmocka_unit_test(test_a_header_is_told_from_a_broken_line),
        cmocka_unit_test(test_files_without_rows_are_refused),
        cmocka_unit_test(test_the_bound_is_of_one_row),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_nul_and_bad_utf8_are_refused),
        cmocka_unit_test(test_rows_cross_blocks),
        cmocka_unit_test(test_a_large_array_is_not_held),
        cmocka_unit_test(test_the_key_is_of_the_whole_file_at_the_end),
        cmocka_unit_test(test_a_failed_allocation_ends_reading_cleanly),
    };
    return cmocka_run_group_tests_name("data/rows", tests, open_ctx, close_ctx);
}

/* Files of chosen and rejected answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/data.h"

static cairn_ctx *ctx;
static cairn_arena *arena;
static char path[] = "/tmp/cairn-preferences-XXXXXX";

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static cairn_preferences *open_file(const char *text, bool skip_bad) {
    cairn_preferences *p;
    write_file(text);
    assert_int_equal(cairn_preferences_open(ctx, path, CAIRN_SPLIT_LINE, skip_bad, &p), CAIRN_OK);
    return p;
}

static void expect_pair(const char *row, const char *problem, const char *chosen, const char *rejected) {
    cairn_preference pair;
    cairn_preferences *p = open_file(row, false);
    if (cairn_preferences_next(p, arena, &pair) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_string_equal(pair.problem, problem);
    assert_int_equal(pair.n_chosen, 2);
    assert_string_equal(pair.chosen[0], "First.");
    assert_string_equal(pair.chosen[1], chosen);
    assert_int_equal(pair.n_rejected, 1);
    assert_string_equal(pair.rejected[0], rejected);
    assert_int_equal(pair.line, 1);
    assert_int_equal(cairn_preferences_next(p, arena, &pair), CAIRN_END);
    cairn_preferences_close(p);
}

static void test_every_form_of_a_pair_is_read(void **state) {
    (void)state;
    expect_pair("{\"prompt\":\"q\",\"chosen\":\"First.\\nThen a.\",\"rejected\":\"b\"}\n", "q", "Then a.", "b");
    expect_pair("{\"question\":\"q\",\"chosen\":\"First.\\nThen a.\",\"rejected\":\"b\"}\n", "q", "Then a.", "b");
    expect_pair("{\"prompt\":\"q\",\"chosen\":[\"First.\",\"Then\\na.\"],\"rejected\":[\"b\"]}\n", "q", "Then\na.",
                "b");
    expect_pair("{\"prompt\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"q\"}],"
                "\"chosen\":[{\"role\":\"assistant\",\"content\":\"First.\\nThen a.\"}],"
                "\"rejected\":[{\"role\":\"assistant\",\"content\":\"b\"}]}\n",
                "s\nq", "Then a.", "b");
    expect_pair(
        "{\"chosen\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"First.\\nThen a.\"}],"
        "\"rejected\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n",
        "q", "Then a.", "b");
}

static void test_a_bad_row_names_line_and_field(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"{\"prompt\":\"q\",\"chosen\":\"a\"}", "field `rejected`: expected a string, steps or messages"},
        {"{\"prompt\":\"q\",\"chosen\":\"\",\"rejected\":\"b\"}", "field `chosen`: it has no text"},
        {"{\"prompt\":7,\"chosen\":\"a\",\"rejected\":\"b\"}", "field `prompt`: expected a string or messages"},
        {"{\"chosen\":\"a\",\"rejected\":\"b\"}", "field `question`"},
        {"{\"prompt\":\"q\",\"chosen\":[1],\"rejected\":\"b\"}", "field `chosen`: expected an array of strings"},
        {"{\"prompt\":[{\"role\":\"user\"}],\"chosen\":\"a\",\"rejected\":\"b\"}", "field `prompt`: expected messages"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        cairn_preference pair;
        snprintf(text, sizeof text, "\n%s\n{\"prompt\":\"q\",\"chosen\":\"a\",\"rejected\":\"b\"}\n", rows[i][0]);
        cairn_preferences *p = open_file(text, false);
        assert_int_equal(cairn_preferences_next(p, arena, &pair), CAIRN_FORMAT);
        if (!strstr(cairn_error(ctx), rows[i][1]) || !strstr(cairn_error(ctx), ":2:")) fail_msg("%s", cairn_error(ctx));
        cairn_preferences_close(p);
        p = open_file(text, true);
        cairn_log_to(ctx, CAIRN_LOG_ERROR, NULL, NULL);
        assert_int_equal(cairn_preferences_next(p, arena, &pair), CAIRN_OK);
        assert_int_equal(pair.line, 3);
        assert_int_equal(cairn_preferences_skipped(p), 1);
        assert_int_equal(cairn_preferences_next(p, arena, &pair), CAIRN_END);
        cairn_preferences_close(p);
    }
}

static void test_a_file_is_told_by_its_first_row(void **state) {
    (void)state;
    bool pairs;
    write_file("{\"prompt\":\"q\",\"chosen\":\"a\",\"rejected\":\"b\"}\n");
    assert_int_equal(cairn_preferences_detect(ctx, path, &pairs), CAIRN_OK);
    assert_true(pairs);
    write_file("{\"prompt\":\"q\",\"completions\":[\"a\"],\"labels\":[true]}\n");
    assert_int_equal(cairn_preferences_detect(ctx, path, &pairs), CAIRN_OK);
    assert_false(pairs);
    assert_int_equal(cairn_preferences_detect(ctx, "/nowhere/at/all", &pairs), CAIRN_NOT_FOUND);
}

static int open_all(void **state) {
    (void)state;
    int fd = mkstemp(path);
    if (fd < 0) return -1;
    close(fd);
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    unlink(path);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_a_pair_is_read),
        cmocka_unit_test(test_a_bad_row_names_line_and_field),
        cmocka_unit_test(test_a_file_is_told_by_its_first_row),
    };
    return cmocka_run_group_tests_name("data preferences", tests, open_all, close_all);
}

/* Templates: places filled, braces escaped, errors with file and line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/data.h"

/* label: light */

static cairn_ctx *ctx;
static cairn_arena *arena;
static char path[] = "/tmp/cairn-template-XXXXXX";
static const char *const names[] = {"problem", "step"};

static const char *fill(const char *text) {
    static cairn_text out;
    cairn_template *t;
    if (cairn_template_parse(ctx, arena, "t", text, strlen(text), names, 2, &t) != CAIRN_OK)
        fail_msg("%s", cairn_error(ctx));
    cairn_text_clear(&out);
    assert_int_equal(cairn_template_fill(ctx, t, (const char *[]){"Add {step}", "2"}, &out), CAIRN_OK);
    const char *copy = cairn_arena_copy(arena, out.length ? out.data : "", out.length);
    cairn_text_free(&out);
    return copy;
}

static void test_places_are_filled(void **state) {
    (void)state;
    assert_string_equal(fill("{problem}: {step}, {step}"), "Add {step}: 2, 2");
    assert_string_equal(fill("{step}{problem}"), "2Add {step}");
    assert_string_equal(fill("none"), "none");
    assert_string_equal(fill(""), "");
}

static void test_a_doubled_brace_is_a_brace(void **state) {
    (void)state;
    assert_string_equal(fill("{{step} is {step}"), "{step} is 2");
    assert_string_equal(fill("a}b {{"), "a}b {");
    assert_string_equal(fill("{{{step}"), "{2");
}

static void test_places_are_known(void **state) {
    (void)state;
    cairn_template *t;
    assert_int_equal(cairn_template_parse(ctx, arena, "t", "a {step}", 8, names, 2, &t), CAIRN_OK);
    assert_false(cairn_template_has(t, 0));
    assert_true(cairn_template_has(t, 1));
}

static void write_file(const char *text, size_t length) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void test_errors_name_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        int line;
        const char *said;
    } cases[] = {
        {"{problem}\n\n {stop}\n", 19, 3, "{stop}"},
        {"{problem}\n{step\n}", 17, 2, "not closed"},
        {"{", 1, 1, "not closed"},
        {"{}", 2, 1, "{}"},
        {"a\nb\0c", 5, 2, "NUL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_template *t;
        char where[96];
        write_file(cases[i].text, cases[i].length);
        assert_int_equal(cairn_template_read(ctx, arena, path, names, 2, &t), CAIRN_FORMAT);
        snprintf(where, sizeof where, "%s:%d: ", path, cases[i].line);
        assert_ptr_equal(strstr(cairn_error(ctx), where), cairn_error(ctx));
        assert_non_null(strstr(cairn_error(ctx), cases[i].said));
    }
    cairn_template *t;
    assert_int_equal(cairn_template_read(ctx, arena, "/no/such", names, 2, &t), CAIRN_NOT_FOUND);
}

static void test_the_last_line_break_of_a_file_is_not_part_of_it(void **state) {
    (void)state;
    cairn_template *t;
    cairn_text out = {0};
    write_file("a\r\n\r\n{step}\r\n", 13);
    assert_int_equal(cairn_template_read(ctx, arena, path, names, 2, &t), CAIRN_OK);
    assert_int_equal(cairn_template_fill(ctx, t, (const char *[]){"", "2"}, &out), CAIRN_OK);
    assert_string_equal(out.data, "a\n\n2");
    cairn_text_free(&out);
}

static void test_a_huge_file_is_refused(void **state) {
    (void)state;
    cairn_template *t;
    static char line[1 << 16];
    memset(line, 'a', sizeof line);
    line[sizeof line - 1] = '\n';
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 20; i++) assert_int_equal(fwrite(line, 1, sizeof line, file), sizeof line);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cairn_template_read(ctx, arena, path, names, 2, &t), CAIRN_LIMIT);
    assert_non_null(strstr(cairn_error(ctx), path));
}

static int open_all(void **state) {
    (void)state;
    int file = mkstemp(path);
    return file < 0 || close(file) || cairn_ctx_open(&ctx) || cairn_arena_open(ctx, 4096, &arena);
}

static int close_all(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_are_filled),
        cmocka_unit_test(test_a_doubled_brace_is_a_brace),
        cmocka_unit_test(test_places_are_known),
        cmocka_unit_test(test_errors_name_file_and_line),
        cmocka_unit_test(test_the_last_line_break_of_a_file_is_not_part_of_it),
        cmocka_unit_test(test_a_huge_file_is_refused),
    };
    return cmocka_run_group_tests_name("data/template", tests, open_all, close_all);
}

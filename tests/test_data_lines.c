/* Lines: their ends, their numbers, their bound, and the key of what was read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/lines.h"

static char path[] = "/tmp/cairn_lines_XXXXXX";

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

static lines *open_bytes(cairn_ctx *ctx, const char *bytes, size_t length, size_t bound) {
    FILE *file = fopen(path, "wb");
    lines *l = NULL;
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(lines_open(ctx, path, bound, &l), CAIRN_OK);
    return l;
}

static void expect_line(lines *l, const char *expected, int64_t number) {
    const char *text = NULL;
    size_t length = 0;
    assert_int_equal(lines_next(l, &text, &length), CAIRN_OK);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
    assert_int_equal(lines_number(l), number);
}

static void expect_end(lines *l) {
    const char *text;
    size_t length;
    for (int i = 0; i < 2; i++) assert_int_equal(lines_next(l, &text, &length), CAIRN_END);
}

static void test_lines_end_with_lf_crlf_or_the_file(void **state) {
    static const char bytes[] = "one\ntwo\r\n\n\r\nsix\rseven\nlast";
    lines *l = open_bytes(*state, bytes, sizeof bytes - 1, 100);
    expect_line(l, "one", 1);
    assert_int_equal(lines_offset(l), 4);
    expect_line(l, "two", 2);
    expect_line(l, "", 3);
    expect_line(l, "", 4);
    expect_line(l, "six\rseven", 5);
    expect_line(l, "last", 6);
    expect_end(l);
    assert_int_equal(lines_offset(l), sizeof bytes - 1);
    assert_int_equal(lines_size(l), sizeof bytes - 1);
    assert_string_equal(lines_path(l), path);
    lines_close(l);
}

static void test_a_byte_order_mark_opens_the_first_line_only(void **state) {
    static const char bytes[] = "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n";
    lines *l = open_bytes(*state, bytes, sizeof bytes - 1, 100);
    expect_line(l, "one", 1);
    expect_line(l, "\xEF\xBB\xBFtwo", 2);
    expect_end(l);
    lines_close(l);
}

static void test_an_empty_file_has_no_line(void **state) {
    lines *l = open_bytes(*state, "", 0, 100);
    expect_end(l);
    assert_int_equal(lines_number(l), 0);
    lines_close(l);
}

static void test_the_bound_counts_the_text_without_its_end(void **state) {
    cairn_ctx *ctx = *state;
    static const char bytes[] = "12345\n12345\r\n123456\nok\n1234567\r\n12345";
    lines *l = open_bytes(ctx, bytes, sizeof bytes - 1, 5);
    const char *text;
    size_t length;
    expect_line(l, "12345", 1);
    expect_line(l, "12345", 2);
    assert_int_equal(lines_next(l, &text, &length), CAIRN_LIMIT);
    char expected[128];
    snprintf(expected, sizeof expected, "%s:3: the line is longer than 5 bytes", path);
    assert_string_equal(cairn_error(ctx), expected);
    expect_line(l, "ok", 4);
    assert_int_equal(lines_next(l, &text, &length), CAIRN_LIMIT);
    expect_line(l, "12345", 6);
    expect_end(l);
    lines_close(l);
}

/* Line lengths around the block of 64 KiB, with and without a last line end: each comes back whole, numbered in order.
 */
static void test_lines_cross_blocks(void **state) {
    const size_t sizes[] = {65534, 0, 65535, 65536, 65537, 1, 131072, 0, 200000, 0, 3};
    const size_t n = sizeof sizes / sizeof *sizes;
    char *bytes = malloc(1 << 20);
    for (int crlf = 0; crlf < 2; crlf++)
        for (int last = 0; last < 2; last++) {
            size_t fill = 0;
            for (size_t i = 0; i < n; i++) {
                memset(bytes + fill, 'a' + (int)i, sizes[i]);
                fill += sizes[i];
                if (i + 1 == n && last) break;
                if (crlf) bytes[fill++] = '\r';
                bytes[fill++] = '\n';
            }
            lines *l = open_bytes(*state, bytes, fill, 200000);
            for (size_t i = 0; i < n; i++) {
                const char *text;
                size_t length;
                assert_int_equal(lines_next(l, &text, &length), CAIRN_OK);
                assert_int_equal(length, sizes[i]);
                for (size_t j = 0; j < length; j++) assert_int_equal(text[j], 'a' + (int)i);
                assert_int_equal(lines_number(l), (int64_t)i + 1);
            }
            expect_end(l);
            lines_close(l);
        }
    free(bytes);
}

static void write_long_line(int64_t megabytes) {
    char *block = malloc(1 << 20);
    FILE *file = fopen(path, "wb");
    memset(block, 'x', 1 << 20);
    fputs("before\n", file);
    for (int64_t i = 0; i < megabytes; i++) assert_int_equal(fwrite(block, 1, 1 << 20, file), 1 << 20);
    fputs("\nafter\n", file);
    assert_int_equal(fclose(file), 0);
    free(block);
}

static void test_a_line_of_50_megabytes_takes_no_memory(void **state) {
    cairn_ctx *ctx = *state;
    lines *l;
    const char *text;
    size_t length;
    struct rusage before, after;
    write_long_line(50);
    assert_int_equal(lines_open(ctx, path, 1 << 20, &l), CAIRN_OK);
    expect_line(l, "before", 1);
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(lines_next(l, &text, &length), CAIRN_LIMIT);
    getrusage(RUSAGE_SELF, &after);
    expect_line(l, "after", 3);
    expect_end(l);
    assert_true(after.ru_maxrss - before.ru_maxrss < 16384); /* KiB; a sanitizer's allocator keeps freed blocks */
    lines_close(l);
}

/* The key says which bytes were read, however they came: from a file at once or from a pipe in small pieces. */
static void test_the_key_depends_on_bytes_only(void **state) {
    cairn_ctx *ctx = *state;
    const size_t size = 150000;
    char *bytes = malloc(size), command[128];
    for (size_t i = 0; i < size; i++) bytes[i] = (char)(i % 97 == 0 ? '\n' : 'a' + i % 23);
    lines *l = open_bytes(ctx, bytes, size, 1000);
    const char *text;
    size_t length;
    while (lines_next(l, &text, &length) == CAIRN_OK) {
    }
    uint64_t whole = lines_key(l);
    lines_close(l);

    int ends[2], input = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    snprintf(command, sizeof command, "dd if=%s bs=777 2>/dev/null >&%d", path, ends[1]);
    FILE *writer = popen(command, "r");
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(lines_open(ctx, "-", 1000, &l), CAIRN_OK);
    assert_int_equal(lines_size(l), -1);
    int64_t count = 0;
    while (lines_next(l, &text, &length) == CAIRN_OK) count++;
    assert_int_equal(count, (150000 - 1) / 97 + 2); /* a line end at each multiple of 97, and the rest */
    assert_true(lines_key(l) == whole);
    lines_close(l);
    pclose(writer);
    dup2(input, STDIN_FILENO);
    close(input);

    bytes[70000] = bytes[70000] == 'a' ? 'b' : 'a';
    l = open_bytes(ctx, bytes, size, 1000);
    while (lines_next(l, &text, &length) == CAIRN_OK) {
    }
    assert_true(lines_key(l) != whole);
    lines_close(l);
    free(bytes);
}

static void test_what_cannot_be_read_is_named(void **state) {
    cairn_ctx *ctx = *state;
    lines *l;
    assert_int_equal(lines_open(ctx, "/nowhere/file.jsonl", 100, &l), CAIRN_NOT_FOUND);
    assert_string_equal(cairn_error(ctx), "/nowhere/file.jsonl: there is no such file");
    assert_int_equal(lines_open(ctx, "/tmp", 100, &l), CAIRN_IO);
    assert_string_equal(cairn_error(ctx), "/tmp: cannot be read: Is a directory");
    assert_int_equal(lines_open(ctx, path, 0, &l), CAIRN_INVALID);
    if (geteuid() == 0) return; /* root reads everything */
    chmod(path, 0);
    assert_int_equal(lines_open(ctx, path, 100, &l), CAIRN_IO);
    chmod(path, 0600);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_end_with_lf_crlf_or_the_file),
        cmocka_unit_test(test_a_byte_order_mark_opens_the_first_line_only),
        cmocka_unit_test(test_an_empty_file_has_no_line),
        cmocka_unit_test(test_the_bound_counts_the_text_without_its_end),
        cmocka_unit_test(test_lines_cross_blocks),
        cmocka_unit_test(test_a_line_of_50_megabytes_takes_no_memory),
        cmocka_unit_test(test_the_key_depends_on_bytes_only),
        cmocka_unit_test(test_what_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests_name("data/lines", tests, open_ctx, close_ctx);
}

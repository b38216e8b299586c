/* label: light */
/* The progress line: counts, rate, time left, and the width of the terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "core/progress.h"

static void says(int64_t done, int64_t total, double seconds, int width, const char *want) {
    char line[256];
    progress_line("label", done, 0, total, seconds, width, line, sizeof line);
    assert_string_equal(line, want);
}

static void test_count_percent_rate_and_time_left_are_said(void **state) {
    (void)state;
    says(12345, 50000, 10, 80, "label  12,345/50,000  24%  1.2k/s  ETA 0:31"); /* 37655 / 1234.5 = 30.5 s */
    says(1, 1000000, 2, 80, "label  1/1,000,000  0%  0.5/s  ETA 555:33:18");   /* 1999998 s */
    says(50, 100, 100, 80, "label  50/100  50%  0.5/s  ETA 1:40");
    says(999, 1000, 10, 80, "label  999/1,000  99%  100/s  ETA 0:00");
    says(1000, 1000, 1, 80, "label  1,000/1,000  100%  1.0k/s  ETA 0:00");
    says(2500000, 3000000, 1, 80, "label  2,500,000/3,000,000  83%  2.5M/s  ETA 0:00");
}

static void test_without_a_total_no_time_is_guessed(void **state) {
    (void)state;
    says(1500, 0, 10, 80, "label  1,500  150/s");
    says(0, 100, 5, 80, "label  0/100  0%  0.0/s  ETA ?");
    says(0, 100, 0, 80, "label  0/100  0%  0.0/s  ETA ?");
    says(150, 100, 10, 80, "label  150/100  100%  15/s  ETA 0:00");
}

static void test_a_narrow_terminal_shortens_the_name_and_then_the_numbers(void **state) {
    (void)state;
    says(50, 100, 100, 35, "label  50/100  50%  0.5/s  ETA 1:40");
    says(50, 100, 100, 33, "lab  50/100  50%  0.5/s  ETA 1:40");
    says(50, 100, 100, 30, "50/100  50%  0.5/s  ETA 1:40");
    says(50, 100, 100, 11, "50/100  50%");
    says(50, 100, 100, 0, "");
}

static void test_characters_are_counted_not_bytes(void **state) {
    (void)state;
    char line[256];
    progress_line("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 5, 0, 0, 1, 12, line, sizeof line); /* "5  5.0/s" takes 8 and 2 */
    assert_string_equal(line, "\xC3\xA9\xC3\xA9  5  5.0/s");
}

/* 1,000 in 10 s here, 37,000 to do: 370 s, however much was done before. */
static void test_a_resumed_count_does_not_hurry_the_rate(void **state) {
    (void)state;
    char line[256];
    progress_line("label", 13000, 12000, 50000, 10, 80, line, sizeof line);
    assert_string_equal(line, "label  13,000/50,000  26%  100/s  ETA 6:10");
}

static void test_quiet_and_early_progress_prints_nothing(void **state) {
    (void)state;
    cairn_ctx *ctx;
    cairn_progress *loud, *quiet;
    int ends[2], kept = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    cairn_status opened = cairn_ctx_open(&ctx);
    if (opened == CAIRN_OK) opened = cairn_progress_open(ctx, "label", 10, false, &loud);
    if (opened == CAIRN_OK) opened = cairn_progress_open(ctx, NULL, 10, true, &quiet);
    if (opened == CAIRN_OK) {
        for (int i = 0; i < 10; i++) cairn_progress_add(loud, 1), cairn_progress_add(quiet, 1);
        cairn_progress_close(loud);
        cairn_progress_close(quiet);
    }
    cairn_progress_add(NULL, 1);
    cairn_progress_close(NULL);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(ends[1]);
    char byte;
    assert_int_equal(opened, CAIRN_OK);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    cairn_ctx_close(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_percent_rate_and_time_left_are_said),
        cmocka_unit_test(test_without_a_total_no_time_is_guessed),
        cmocka_unit_test(test_a_narrow_terminal_shortens_the_name_and_then_the_numbers),
        cmocka_unit_test(test_characters_are_counted_not_bytes),
        cmocka_unit_test(test_a_resumed_count_does_not_hurry_the_rate),
        cmocka_unit_test(test_quiet_and_early_progress_prints_nothing),
    };
    return cmocka_run_group_tests_name("core progress", tests, NULL, NULL);
}

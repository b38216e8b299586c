/* Contexts: error text, children, log, cancellation, and CAIRN_FAULTS. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

static cairn_ctx *ctx;

static int open_ctx(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static void test_every_status_has_its_own_name(void **state) {
    (void)state;
    assert_string_equal(cairn_status_name(CAIRN_OK), "ok");
    assert_string_equal(cairn_status_name(CAIRN_FORMAT), "format");
    assert_string_equal(cairn_status_name(CAIRN_INTERNAL), "internal");
    assert_string_equal(cairn_status_name((cairn_status)999), "unknown");
    for (int i = 0; i <= (int)CAIRN_INTERNAL; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(cairn_status_name((cairn_status)i), cairn_status_name((cairn_status)j));
}

static void test_a_failure_records_its_text_and_returns_its_status(void **state) {
    (void)state;
    assert_string_equal(cairn_error(ctx), "");
    assert_int_equal(cairn_fail(ctx, CAIRN_FORMAT, "line %d: no %s", 7, "id"), CAIRN_FORMAT);
    assert_string_equal(cairn_error(ctx), "line 7: no id");
    assert_int_equal(cairn_fail_within(ctx, CAIRN_FORMAT, "file %s", "a.jsonl"), CAIRN_FORMAT);
    assert_string_equal(cairn_error(ctx), "file a.jsonl: line 7: no id");
    cairn_fail(ctx, CAIRN_IO, "again: %s", cairn_error(ctx));
    assert_string_equal(cairn_error(ctx), "again: file a.jsonl: line 7: no id");
}

static void test_a_failure_without_a_text_is_named_by_its_status(void **state) {
    (void)state;
    assert_int_equal(cairn_fail_within(ctx, CAIRN_NO_MEMORY, "problem %d", 3), CAIRN_NO_MEMORY);
    assert_string_equal(cairn_error(ctx), "problem 3: no memory");
}

static void test_a_failure_without_context_returns_its_status(void **state) {
    (void)state;
    assert_int_equal(cairn_fail(NULL, CAIRN_LIMIT, "x"), CAIRN_LIMIT);
    assert_int_equal(cairn_fail_within(NULL, CAIRN_LIMIT, "x"), CAIRN_LIMIT);
    assert_string_equal(cairn_error(NULL), "");
}

/* A text of `letters` a's and many euro signs of three bytes each, cut at 1023 bytes: the end is a whole euro sign. */
static void cut_after(int letters) {
    char text[4000] = {0};
    memset(text, 'a', (size_t)letters);
    for (int i = 0; i < 700; i++) memcpy(text + letters + 3 * i, "\xE2\x82\xAC", 3);
    cairn_fail(ctx, CAIRN_IO, "%s", text);
    size_t want = (size_t)(letters + (1023 - letters) / 3 * 3);
    assert_int_equal(strlen(cairn_error(ctx)), want);
    assert_string_equal(cairn_error(ctx) + want - 3, "\xE2\x82\xAC");
}

static void test_a_long_text_is_cut_between_characters(void **state) {
    (void)state;
    for (int letters = 0; letters < 4; letters++) cut_after(letters);
    char tail[1021] = {0};
    memset(tail, 'b', 1020);
    cairn_fail(ctx, CAIRN_IO, "%s", tail);
    cairn_fail_within(ctx, CAIRN_IO, "\xC3\xA9");
    assert_int_equal(strlen(cairn_error(ctx)), 1023);
    cairn_fail(ctx, CAIRN_IO, "%s\xE2\x82\xAC", tail); /* fits exactly */
    assert_int_equal(strlen(cairn_error(ctx)), 1023);
    assert_string_equal(cairn_error(ctx) + 1020, "\xE2\x82\xAC");
}

static void test_a_child_has_its_own_text_and_shares_cancellation(void **state) {
    (void)state;
    cairn_ctx *child, *grandchild;
    assert_int_equal(cairn_ctx_child(ctx, &child), CAIRN_OK);
    assert_int_equal(cairn_ctx_child(child, &grandchild), CAIRN_OK);
    cairn_fail(ctx, CAIRN_IO, "parent's");
    cairn_fail(child, CAIRN_IO, "child's");
    assert_string_equal(cairn_error(ctx), "parent's");
    assert_string_equal(cairn_error(child), "child's");
    assert_string_equal(cairn_error(grandchild), "");
    assert_false(cairn_cancelled(ctx));
    cairn_cancel(grandchild);
    assert_true(cairn_cancelled(ctx));
    assert_true(cairn_cancelled(child));
    cairn_ctx_close(grandchild);
    cairn_ctx_close(child);
    cairn_ctx_close(NULL);
}

typedef struct lines {
    int count;
    cairn_log_level level;
    char last[64];
} lines;

static void keep_line(void *user, cairn_log_level level, const char *line) {
    lines *l = user;
    l->count++;
    l->level = level;
    snprintf(l->last, sizeof l->last, "%s", line);
}

static void test_only_lines_up_to_the_wanted_level_reach_the_sink(void **state) {
    (void)state;
    lines l = {0};
    cairn_ctx *child;
    assert_int_equal(cairn_ctx_child(ctx, &child), CAIRN_OK);
    cairn_log(ctx, CAIRN_LOG_ERROR, "nobody listens");
    cairn_log_to(ctx, CAIRN_LOG_WARN, keep_line, &l);
    cairn_log(child, CAIRN_LOG_WARN, "n = %d", 3);
    cairn_log(child, CAIRN_LOG_INFO, "too much");
    assert_int_equal(l.count, 1);
    assert_int_equal(l.level, CAIRN_LOG_WARN);
    assert_string_equal(l.last, "n = 3");
    cairn_log_to(ctx, CAIRN_LOG_DEBUG, NULL, NULL);
    cairn_log(ctx, CAIRN_LOG_ERROR, "nobody listens");
    cairn_log(NULL, CAIRN_LOG_ERROR, "nobody listens");
    assert_int_equal(l.count, 1);
    cairn_ctx_close(child);
}

enum { THREADS = 4, ROUNDS = 2000 };

static void *use_child(void *arg) {
    cairn_ctx *child = arg;
    for (int i = 0; i < ROUNDS; i++) {
        cairn_fail(child, CAIRN_IO, "%p %d", arg, i);
        cairn_log(child, CAIRN_LOG_INFO, "%d", i);
        cairn_free(cairn_alloc(child, 1, 8));
    }
    return NULL;
}

static void test_children_on_several_threads_lose_no_line_and_one_allocation(void **state) {
    (void)state;
    lines l = {0};
    cairn_ctx *children[THREADS];
    pthread_t threads[THREADS];
    cairn_log_to(ctx, CAIRN_LOG_INFO, keep_line, &l);
    for (int i = 0; i < THREADS; i++) assert_int_equal(cairn_ctx_child(ctx, &children[i]), CAIRN_OK);
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = THREADS * ROUNDS + 1});
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, use_child, children[i]), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        char want[64];
        snprintf(want, sizeof want, "%p %d", (void *)children[i], ROUNDS - 1);
        assert_string_equal(cairn_error(children[i]), want);
        cairn_ctx_close(children[i]);
    }
    assert_int_equal(l.count, THREADS * ROUNDS);
    assert_null(cairn_alloc(ctx, 1, 8)); /* number THREADS * ROUNDS + 1 */
}

static cairn_status open_with_faults(const char *faults, cairn_ctx **out) {
    setenv("CAIRN_FAULTS", faults, 1);
    cairn_status status = cairn_ctx_open(out);
    unsetenv("CAIRN_FAULTS");
    return status;
}

static void test_faults_are_read_from_the_environment(void **state) {
    (void)state;
    cairn_ctx *other;
    assert_int_equal(open_with_faults("alloc=2,write=1,kill=0,disk=65536", &other), CAIRN_OK);
    void *first = cairn_alloc(other, 1, 1), *second = cairn_alloc(other, 1, 1);
    assert_non_null(first);
    assert_null(second);
    assert_int_equal(cairn_fault_write(other, 1), CAIRN_IO);
    assert_int_equal(cairn_fault_write(other, 1), CAIRN_OK);
    cairn_free(first);
    cairn_ctx_close(other);
    assert_int_equal(open_with_faults("", &other), CAIRN_OK);
    cairn_ctx_close(other);
}

static void test_malformed_faults_refuse_to_open(void **state) {
    (void)state;
    static const char *const wrong[] = {"alloc",
                                        "alloc=",
                                        "alloc=x",
                                        "alloc=-1",
                                        "alloc=1,",
                                        ",alloc=1",
                                        "alloc=1,alloc=2",
                                        "allocs=1",
                                        "=1",
                                        "alloc =1",
                                        "alloc=1 ",
                                        "alloc=1;write=2",
                                        "alloc=99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cairn_ctx *other = ctx;
        assert_int_equal(open_with_faults(wrong[i], &other), CAIRN_INVALID);
        assert_null(other);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_status_has_its_own_name, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_a_failure_records_its_text_and_returns_its_status, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_a_failure_without_a_text_is_named_by_its_status, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_a_failure_without_context_returns_its_status, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_a_long_text_is_cut_between_characters, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_a_child_has_its_own_text_and_shares_cancellation, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_only_lines_up_to_the_wanted_level_reach_the_sink, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_children_on_several_threads_lose_no_line_and_one_allocation, open_ctx,
                                        close_ctx),
        cmocka_unit_test_setup_teardown(test_faults_are_read_from_the_environment, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_malformed_faults_refuse_to_open, open_ctx, close_ctx),
    };
    return cmocka_run_group_tests_name("core context", tests, NULL, NULL);
}

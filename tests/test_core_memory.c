/* label: light */
/* Checked allocation, arenas, texts, and what they do when memory runs out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cairn/core.h"
#include "skip.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

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

static void assert_zeros(const void *block, size_t bytes) {
    const unsigned char *p = block;
    for (size_t i = 0; i < bytes; i++) assert_int_equal(p[i], 0);
}

static void test_allocation_is_zeroed_and_checked_for_overflow(void **state) {
    (void)state;
    void *block = cairn_alloc(ctx, 100, 7);
    assert_non_null(block);
    assert_zeros(block, 700);
    cairn_free(block);
    void *nothing = cairn_alloc(ctx, 0, 8);
    assert_non_null(nothing);
    cairn_free(nothing);
    assert_null(cairn_alloc(ctx, SIZE_MAX / 2, 3));
    assert_non_null(strstr(cairn_error(ctx), "no memory"));
}

static void test_growing_keeps_what_was_there_and_zeroes_the_rest(void **state) {
    (void)state;
    void *block = NULL;
    size_t capacity = 0;
    assert_int_equal(cairn_grow(ctx, &block, &capacity, 3, sizeof(int)), CAIRN_OK);
    assert_true(capacity >= 3);
    assert_zeros(block, capacity * sizeof(int));
    for (size_t i = 0; i < capacity; i++) ((int *)block)[i] = (int)i + 1;
    size_t before = capacity;
    assert_int_equal(cairn_grow(ctx, &block, &capacity, 1000, sizeof(int)), CAIRN_OK);
    assert_true(capacity >= 1000);
    for (size_t i = 0; i < before; i++) assert_int_equal(((int *)block)[i], i + 1);
    assert_zeros((int *)block + before, (capacity - before) * sizeof(int));
    void *same = block;
    assert_int_equal(cairn_grow(ctx, &block, &capacity, SIZE_MAX / 2, sizeof(int)), CAIRN_NO_MEMORY);
    assert_ptr_equal(block, same);
    cairn_free(block);
}

static void test_shrinking_keeps_what_is_left(void **state) {
    (void)state;
    void *block = NULL;
    size_t capacity = 0;
    assert_int_equal(cairn_grow(ctx, &block, &capacity, 1000, sizeof(int)), CAIRN_OK);
    for (size_t i = 0; i < 1000; i++) ((int *)block)[i] = (int)i;
    cairn_shrink(&block, &capacity, 10, sizeof(int));
    assert_int_equal(capacity, 10);
    for (size_t i = 0; i < 10; i++) assert_int_equal(((int *)block)[i], i);
    cairn_shrink(&block, &capacity, 20, sizeof(int)); /* it is smaller already */
    assert_int_equal(capacity, 10);
    cairn_shrink(&block, &capacity, 0, sizeof(int)); /* nothing to keep: it stays */
    assert_int_equal(capacity, 10);
    assert_non_null(block);
    cairn_free(block);
}

static void test_room_becomes_as_large_as_asked_and_no_larger(void **state) {
    (void)state;
    void *block = NULL;
    size_t capacity = 0;
    for (size_t need = 1; need <= 5; need++) {
        assert_int_equal(cairn_room(ctx, &block, &capacity, need, 100), CAIRN_OK);
        assert_int_equal(capacity, need);
        assert_zeros(block, need * 100);
        memset(block, 1, need * 100);
    }
    assert_int_equal(cairn_room(ctx, &block, &capacity, 2, 100), CAIRN_OK);
    assert_int_equal(capacity, 5);
    assert_int_equal(((char *)block)[499], 1);
    assert_int_equal(cairn_room(ctx, &block, &capacity, SIZE_MAX / 2, 100), CAIRN_NO_MEMORY);
    assert_int_equal(capacity, 0); /* and what it held is given back */
    assert_null(block);
}

static void test_pages_are_zeroed_and_checked(void **state) {
    (void)state;
    const size_t sizes[] = {1, 100, 65535, 65536, 1 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = cairn_pages(ctx, sizes[i]);
        assert_non_null(block);
        assert_zeros(block, sizes[i]);
        memset(block, 1, sizes[i]);
        cairn_pages_free(block, sizes[i]);
    }
    cairn_pages_free(NULL, 1 << 20);
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = 1});
    assert_null(cairn_pages(ctx, 1 << 20));
    assert_non_null(strstr(cairn_error(ctx), "no memory for 1048576 elements"));
    cairn_faults_set(ctx, (cairn_faults){0});
}

static void test_a_memory_plan_is_the_greater_of_all_parts_and_reading(void **state) {
    (void)state;
    cairn_memory_plan plan = {.reading = 100};
    cairn_memory_add(&plan, "a", "", 60);
    assert_int_equal(plan.total, 100);
    cairn_memory_add(&plan, "b", "", 0);
    cairn_memory_add(&plan, "c", "", 70);
    assert_int_equal(plan.count, 3);
    assert_int_equal(cairn_memory_sum(&plan), 130);
    assert_int_equal(plan.total, 130);
}

static void test_arena_memory_is_aligned_zeroed_and_apart(void **state) {
    (void)state;
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    unsigned char *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = cairn_arena_alloc(arena, i + 1, 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        assert_zeros(blocks[i], i + 1);
        memset(blocks[i], (int)i, i + 1);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t j = 0; j <= i; j++) assert_int_equal(blocks[i][j], i);
    cairn_arena_close(arena);
}

static void test_what_follows_a_mark_is_reused_and_zeroed_again(void **state) {
    (void)state;
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    char *kept = cairn_arena_copy(arena, "kept", 4);
    cairn_arena_mark mark = cairn_arena_save(arena);
    unsigned char *first = cairn_arena_alloc(arena, 100, 1);
    memset(first, 0xFF, 100);
    for (int i = 0; i < 50; i++) memset(cairn_arena_alloc(arena, 300, 1), 0xFF, 300);
    cairn_arena_restore(arena, mark);
    unsigned char *again = cairn_arena_alloc(arena, 100, 1);
    assert_ptr_equal(again, first);
    assert_zeros(again, 100);
    assert_string_equal(kept, "kept");
    cairn_arena_reset(arena);
    assert_ptr_equal(cairn_arena_alloc(arena, 5, 1), kept);
    cairn_arena_close(arena);
}

static void one_problem(cairn_arena *arena, size_t large) {
    for (size_t i = 1; i < 100; i++) assert_non_null(cairn_arena_alloc(arena, i * 7, 1));
    assert_non_null(cairn_arena_alloc(arena, large, 1));
    for (size_t i = 1; i < 100; i++) assert_non_null(cairn_arena_alloc(arena, i * 11, 1));
}

static void test_a_repeated_pattern_of_requests_soon_holds_no_more_memory(void **state) {
    (void)state;
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    for (int i = 0; i < 20; i++) one_problem(arena, 1000000), cairn_arena_reset(arena);
    size_t held = cairn_arena_bytes(arena);
    for (int i = 0; i < 100; i++) one_problem(arena, 1000000), cairn_arena_reset(arena);
    assert_int_equal(cairn_arena_bytes(arena), held);
    cairn_arena_close(arena);
}

static void test_the_address_sanitizer_sees_use_after_restore_and_overruns(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    cairn_arena_mark mark = cairn_arena_save(arena);
    char *a = cairn_arena_alloc(arena, 10, 1), *b = cairn_arena_alloc(arena, 5000, 1);
    assert_false(__asan_address_is_poisoned(a + 9));
    assert_true(__asan_address_is_poisoned(a + 10));
    assert_false(__asan_address_is_poisoned(b + 4999));
    cairn_arena_restore(arena, mark);
    assert_true(__asan_address_is_poisoned(a));
    assert_true(__asan_address_is_poisoned(b));
    cairn_arena_close(arena);
#else
    skip_because("only the address sanitizer sees this, and the build is without it");
#endif
}

static void test_slowly_growing_large_requests_do_not_pile_up(void **state) {
    (void)state;
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    for (size_t large = 100000; large < 100200; large += 16) {
        assert_non_null(cairn_arena_alloc(arena, large, 1));
        cairn_arena_reset(arena);
    }
    assert_true(cairn_arena_bytes(arena) < 3 * 100200);
    cairn_arena_close(arena);
}

static void test_an_arena_refuses_sizes_that_overflow(void **state) {
    (void)state;
    cairn_arena *arena;
    assert_int_equal(cairn_arena_open(ctx, 1024, &arena), CAIRN_OK);
    assert_null(cairn_arena_alloc(arena, SIZE_MAX / 4, 8));
    assert_null(cairn_arena_alloc(arena, SIZE_MAX, 1));
    assert_null(cairn_arena_copy(arena, "", SIZE_MAX));
    assert_non_null(strstr(cairn_error(ctx), "no memory"));
    assert_string_equal(cairn_arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    cairn_arena_close(arena);
}

static void test_text_grows_and_stays_terminated(void **state) {
    (void)state;
    cairn_text text = {0};
    assert_int_equal(cairn_text_add(ctx, &text, "ab\0c", 4), CAIRN_OK);
    assert_int_equal(text.length, 4);
    for (int i = 0; i < 1000; i++) assert_int_equal(cairn_text_printf(ctx, &text, "%03d", i), CAIRN_OK);
    assert_int_equal(text.length, 3004);
    assert_memory_equal(text.data, "ab\0c000001", 10);
    assert_string_equal(text.data + 3001, "999");
    assert_int_equal(cairn_text_add(ctx, &text, "x", SIZE_MAX), CAIRN_NO_MEMORY);
    assert_int_equal(text.length, 3004);
    cairn_text_clear(&text);
    assert_int_equal(text.length, 0);
    assert_string_equal(text.data, "");
    cairn_text_free(&text);
    assert_null(text.data);
}

static cairn_status use_memory(void) {
    cairn_arena *arena = NULL;
    cairn_text text = {0};
    cairn_ctx *child = NULL;
    cairn_status status = cairn_arena_open(ctx, 1024, &arena);
    if (status == CAIRN_OK) status = cairn_ctx_child(ctx, &child);
    for (size_t i = 1; i < 30 && status == CAIRN_OK; i++) {
        char *copy = cairn_arena_printf(arena, "%*d", (int)i * 100, 1);
        status = copy ? cairn_text_add(child, &text, copy, i * 100) : CAIRN_NO_MEMORY;
        if (i % 10 == 0) cairn_arena_reset(arena);
    }
    if (status == CAIRN_OK && text.length != 43500) status = CAIRN_INTERNAL;
    cairn_ctx_close(child);
    cairn_text_free(&text);
    cairn_arena_close(arena);
    return status;
}

static void test_every_allocation_that_fails_in_turn_gives_no_memory_and_leaks_nothing(void **state) {
    (void)state;
    int64_t n = 0;
    cairn_status status;
    do {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = ++n});
        status = use_memory();
        assert_true(status == CAIRN_OK || status == CAIRN_NO_MEMORY);
    } while (status == CAIRN_NO_MEMORY);
    assert_true(n > 10); /* arena, child, six chunks or more, doublings of the text */
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_int_equal(use_memory(), CAIRN_OK);
}

static void test_an_allocation_fails_once(void **state) {
    (void)state;
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = 2});
    void *first = cairn_alloc(ctx, 1, 1), *second = cairn_alloc(ctx, 1, 1), *third = cairn_alloc(ctx, 1, 1);
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    cairn_free(first);
    cairn_free(third);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation_is_zeroed_and_checked_for_overflow),
        cmocka_unit_test(test_growing_keeps_what_was_there_and_zeroes_the_rest),
        cmocka_unit_test(test_shrinking_keeps_what_is_left),
        cmocka_unit_test(test_room_becomes_as_large_as_asked_and_no_larger),
        cmocka_unit_test(test_pages_are_zeroed_and_checked),
        cmocka_unit_test(test_a_memory_plan_is_the_greater_of_all_parts_and_reading),
        cmocka_unit_test(test_arena_memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(test_what_follows_a_mark_is_reused_and_zeroed_again),
        cmocka_unit_test(test_a_repeated_pattern_of_requests_soon_holds_no_more_memory),
        cmocka_unit_test(test_the_address_sanitizer_sees_use_after_restore_and_overruns),
        cmocka_unit_test(test_slowly_growing_large_requests_do_not_pile_up),
        cmocka_unit_test(test_an_arena_refuses_sizes_that_overflow),
        cmocka_unit_test(test_text_grows_and_stays_terminated),
        cmocka_unit_test(test_every_allocation_that_fails_in_turn_gives_no_memory_and_leaks_nothing),
        cmocka_unit_test(test_an_allocation_fails_once),
    };
    return cmocka_run_group_tests_name("core memory", tests, open_ctx, close_ctx);
}

/* Fibers themselves: turns, stacks, error texts. Nothing is asserted on a fiber: an assertion's jump would leave its
 * stack. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cairn/core.h"
#include "skip.h"
#include "toy_backend.h"

enum { IN_FLIGHT = 64, MANY = 10000 };

typedef struct run {
    int64_t next, items;
    toy_backend *toy;
    char log[64];
    int logged;
    bool answered;
    int64_t sum;
    uintptr_t stack[IN_FLIGHT + 1]; /* distinct stacks seen */
    int stacks;
    int64_t wrong;
} run;

static cairn_ctx *ctx;
static toy_backend toy;

static int open_ctx(void **state) {
    (void)state;
    toy_open(&toy, "toy", false);
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static int64_t next_item(void *arg) {
    run *self = arg;
    return self->next < self->items ? self->next++ : -1;
}

static void three_turns(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    for (int turn = 0; turn < 3; turn++) {
        self->log[self->logged++] = (char)('a' + item);
        cairn_yield(own);
    }
}

static void test_yielding_fibers_take_turns_in_order(void **state) {
    (void)state;
    run self = {.items = 4};
    assert_int_equal(cairn_fibers_run(ctx, 3, next_item, three_turns, &self), CAIRN_OK);
    assert_string_equal(self.log, "abcabcabcddd"); /* d waits for a place */
    cairn_yield(ctx);                              /* no fiber: no effect */
}

static void answered_beside_a_spinner(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    if (item == 0) {
        while (!self->answered) cairn_yield(own);
    } else {
        self->wrong += toy_ask(own, self->toy, 2, 3, &self->sum) != CAIRN_OK;
        self->answered = true;
    }
}

static void test_a_fiber_that_only_yields_does_not_hold_up_a_backend(void **state) {
    (void)state;
    run self = {.items = 2, .toy = &toy};
    assert_int_equal(cairn_fibers_run(ctx, 2, next_item, answered_beside_a_spinner, &self), CAIRN_OK);
    assert_int_equal(self.sum, 3 * (2 + 3 + 4) + 3);
    assert_int_equal(self.wrong, 0);
}

__attribute__((noinline)) static int64_t deep(cairn_ctx *own, run *self, int64_t item) {
    volatile unsigned char room[40 * 1024];
    for (size_t i = 0; i < sizeof room; i++) room[i] = (unsigned char)(i + (size_t)item);
    self->wrong += toy_ask(own, self->toy, item, 1, &self->sum) != CAIRN_OK;
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof room; i++) sum += room[i];
    return sum;
}

static void use_deep(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    self->wrong += deep(own, self, item) != 160 * (255 * 256 / 2); /* 40 KB are 160 rounds of 0 .. 255 */
}

static void test_40_kilobytes_of_stack_survive_parking(void **state) {
    (void)state;
    run self = {.items = 200, .toy = &toy};
    assert_int_equal(cairn_fibers_run(ctx, 100, next_item, use_deep, &self), CAIRN_OK);
    assert_int_equal(self.wrong, 0);
    assert_int_equal(self.sum, 3 * (199 * 200 / 2) + 200);
}

static void note_stack(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    int at = 0;
    while (at < self->stacks && self->stack[at] != here) at++;
    if (at == self->stacks && at <= IN_FLIGHT) self->stack[self->stacks++] = here;
    self->wrong += toy_ask(own, self->toy, item, 1, &self->sum) != CAIRN_OK;
}

static void test_stacks_are_recycled(void **state) {
    (void)state;
    run self = {.items = MANY, .toy = &toy};
    assert_int_equal(cairn_fibers_run(ctx, IN_FLIGHT, next_item, note_stack, &self), CAIRN_OK);
    assert_int_equal(self.stacks, IN_FLIGHT);
    assert_int_equal(self.wrong, 0);
}

static long mapped_pages(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file) return 0;
    if (fscanf(file, "%ld", &pages) != 1) pages = 0;
    fclose(file);
    return pages;
}

static void test_a_run_gives_its_memory_back(void **state) {
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_because("a sanitizer's own memory grows");
#endif
    run warm = {.items = MANY, .toy = &toy}, self = warm;
    assert_int_equal(cairn_fibers_run(ctx, IN_FLIGHT, next_item, note_stack, &warm), CAIRN_OK);
    long before = mapped_pages();
    assert_int_equal(cairn_fibers_run(ctx, IN_FLIGHT, next_item, note_stack, &self), CAIRN_OK);
    assert_true(mapped_pages() <= before + 16); /* one stack and its guard are 17 */
}

static void fail_once(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    if (item > 0 && cairn_error(own)[0] != '\0') self->wrong++;
    if (item == 0) (void)cairn_fail(own, CAIRN_FORMAT, "item 0 is odd");
}

static void test_each_item_begins_with_an_empty_error_text(void **state) {
    (void)state;
    run self = {.items = 3};
    assert_int_equal(cairn_fibers_run(ctx, 1, next_item, fail_once, &self), CAIRN_OK);
    assert_int_equal(self.wrong, 0);
    assert_string_equal(cairn_error(ctx), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_ctx, close_ctx)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_yielding_fibers_take_turns_in_order),
        CASE(test_a_fiber_that_only_yields_does_not_hold_up_a_backend),
        CASE(test_40_kilobytes_of_stack_survive_parking),
        CASE(test_stacks_are_recycled),
        CASE(test_a_run_gives_its_memory_back),
        CASE(test_each_item_begins_with_an_empty_error_text),
    };
    return cmocka_run_group_tests_name("core/fiber", tests, NULL, NULL);
}

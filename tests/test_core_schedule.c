/* Submit / step / collect. Nothing is asserted on a fiber: an assertion's jump would leave its stack. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "cairn/core.h"
#include "toy_backend.h"

enum { ITEMS = 10000 };

typedef struct run {
    toy_backend *toy, *other;
    atomic_int_fast64_t *queue; /* next item */
    int64_t items;
    int64_t *sum; /* per item */
    int64_t begun, returned, cancelled, failed, live, most_live;
    int order[64];   /* items in the order in which they woke */
    int open_at[64]; /* the backend's open requests then */
    int woken;
} run;

static cairn_ctx *ctx;
static toy_backend toy, other;
static int64_t sums[ITEMS];
static atomic_int_fast64_t queue;

static int open_ctx(void **state) {
    (void)state;
    atomic_store(&queue, 0);
    memset(sums, 0, sizeof sums);
    toy_open(&toy, "toy", true);
    toy_open(&other, "other", false);
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static run new_run(int64_t items) {
    return (run){.toy = &toy, .other = &other, .queue = &queue, .items = items, .sum = sums};
}

static int64_t next_item(void *arg) {
    run *self = arg;
    int64_t item = atomic_fetch_add(self->queue, 1);
    return item < self->items ? item : -1;
}

static void begin(run *self) {
    self->begun++;
    if (++self->live > self->most_live) self->most_live = self->live;
}

static void end(run *self, cairn_status status) {
    self->returned++;
    self->live--;
    if (status == CAIRN_CANCELLED)
        self->cancelled++;
    else if (status != CAIRN_OK)
        self->failed++;
}

static void woke(run *self, int64_t item) {
    if (self->woken >= 64) return;
    self->order[self->woken] = (int)item;
    self->open_at[self->woken++] = self->toy->base.open;
}

/* Two arrays one after the other: 1 + item % 4 questions from 10 item, then one. */
static void two_arrays(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    begin(self);
    cairn_status status = toy_ask(own, self->toy, 10 * item, 1 + (int)(item % 4), &self->sum[item]);
    woke(self, item);
    if (status == CAIRN_OK) status = toy_ask(own, self->toy, item, 1, &self->sum[item]);
    end(self, status);
}

/* By hand: answers 3 q + 1 for q = 10 i .. 10 i + k - 1 add up to 3 (10 i k + k (k - 1) / 2) + k; then 3 i + 1. */
static int64_t two_arrays_sum(int64_t i) {
    int64_t k = 1 + i % 4;
    return 3 * (10 * i * k + k * (k - 1) / 2) + k + 3 * i + 1;
}

static void test_10000_items_over_1024_fibers_get_their_own_answers(void **state) {
    (void)state;
    run self = new_run(ITEMS);
    assert_int_equal(cairn_fibers_run(ctx, 1024, next_item, two_arrays, &self), CAIRN_OK);
    assert_int_equal(self.returned, ITEMS);
    assert_int_equal(self.most_live, 1024);
    for (int64_t i = 0; i < ITEMS; i++) assert_int_equal(sums[i], two_arrays_sum(i));
    assert_int_equal(toy.count, 0);
    assert_int_equal(toy.base.open, 0);
    assert_null(toy.base.first_open);
    assert_null(toy.base.scheduler);
}

static void test_same_seed_same_order_of_waking(void **state) {
    (void)state;
    run first = new_run(500), second = new_run(500);
    assert_int_equal(cairn_fibers_run(ctx, 32, next_item, two_arrays, &first), CAIRN_OK);
    toy_open(&toy, "toy", true);
    atomic_store(&queue, 0);
    assert_int_equal(cairn_fibers_run(ctx, 32, next_item, two_arrays, &second), CAIRN_OK);
    assert_memory_equal(first.order, second.order, sizeof first.order);
    assert_memory_equal(first.open_at, second.open_at, sizeof first.open_at);
}

/* Item 0 asks once and again, item 1 asks three at once; the backend answers one a step, oldest first. */
static void one_then_again_beside_three(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    begin(self);
    cairn_status status = toy_ask(own, self->toy, 0, item == 0 ? 1 : 3, &self->sum[item]);
    woke(self, item);
    if (item == 0) {
        status = toy_ask(own, self->toy, 0, 1, &self->sum[item]);
        woke(self, item);
    }
    end(self, status);
}

static void test_a_fiber_wakes_with_its_own_array_and_asks_in_the_next_step(void **state) {
    (void)state;
    toy.random = false;
    run self = new_run(2);
    assert_int_equal(cairn_fibers_run(ctx, 2, next_item, one_then_again_beside_three, &self), CAIRN_OK);
    /* Held: a1 b1 b2 b3 | b1 b2 b3 a2 | b2 b3 a2 | b3 a2 | a2 */
    const int held[] = {4, 4, 3, 2, 1}, order[] = {0, 1, 0}, open_at[] = {3, 1, 0};
    assert_int_equal(toy.steps, 5);
    assert_memory_equal(toy.held_at_step, held, sizeof held);
    assert_int_equal(self.woken, 3);
    assert_memory_equal(self.order, order, sizeof order);
    assert_memory_equal(self.open_at, open_at, sizeof open_at);
}

static void test_cancel_in_the_middle_brings_every_item_back(void **state) {
    (void)state;
    toy.cancel_at = 30;
    run self = new_run(ITEMS);
    assert_int_equal(cairn_fibers_run(ctx, 200, next_item, two_arrays, &self), CAIRN_CANCELLED);
    assert_string_equal(cairn_error(ctx), "the run was cancelled");
    assert_true(self.begun < ITEMS && self.cancelled > 0 && toy.abandoned > 0);
    assert_int_equal(self.returned, self.begun);
    assert_int_equal(toy.steps, 30);
    assert_int_equal(toy.count, 0);
    assert_int_equal(toy.base.open, 0);
    int64_t sum = 0; /* and a cancelled context submits nothing more */
    assert_int_equal(toy_ask(ctx, &toy, 1, 2, &sum), CAIRN_CANCELLED);
    assert_int_equal(toy.count, 0);
}

static cairn_status seen[8]; /* statuses of the requests of ask_either */

/* Even items ask `toy`, odd ones `other`. */
static void ask_either(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    begin(self);
    toy_request asked = {.question = item};
    cairn_request *array[] = {&asked.base};
    cairn_status status = cairn_await(own, item % 2 ? &self->other->base : &self->toy->base, array, 1);
    if (item < 8) seen[item] = asked.base.done ? asked.base.status : CAIRN_INTERNAL;
    end(self, status);
}

static void test_a_failed_step_answers_all_and_cancels_the_run(void **state) {
    (void)state;
    toy.fail_at = 3;
    toy.silent = other.silent = true;
    run self = new_run(100);
    assert_int_equal(cairn_fibers_run(ctx, 8, next_item, ask_either, &self), CAIRN_IO);
    assert_string_equal(cairn_error(ctx), "toy: the engine is lost");
    assert_true(cairn_cancelled(ctx));
    assert_int_equal(self.begun, 8);
    assert_int_equal(self.returned, 8);
    assert_int_equal(self.cancelled, 8);
    for (int i = 0; i < 8; i++) assert_int_equal(seen[i], i % 2 ? CAIRN_CANCELLED : CAIRN_IO);
    assert_int_equal(toy.abandoned, 4);
    assert_int_equal(other.abandoned, 4);
}

static void test_two_backends_take_turns(void **state) {
    (void)state;
    toy.random = false;
    run self = new_run(100);
    assert_int_equal(cairn_fibers_run(ctx, 100, next_item, ask_either, &self), CAIRN_OK);
    assert_int_equal(self.returned, 100);
    assert_int_equal(self.failed + self.cancelled, 0);
    assert_int_equal(toy.steps, 50); /* one answer a step each */
    assert_int_equal(other.steps, 50);
}

static void test_answers_in_submit_need_no_step(void **state) {
    (void)state;
    toy.at_once = true;
    run self = new_run(300);
    assert_int_equal(cairn_fibers_run(ctx, 7, next_item, two_arrays, &self), CAIRN_OK);
    for (int64_t i = 0; i < 300; i++) assert_int_equal(sums[i], two_arrays_sum(i));
    assert_int_equal(toy.steps, 0);
    assert_int_equal(self.most_live, 1); /* none was ever parked */
}

static void test_without_a_fiber_await_steps_the_backend_itself(void **state) {
    (void)state;
    int64_t sum = 0;
    assert_int_equal(toy_ask(ctx, &toy, 5, 4, &sum), CAIRN_OK);
    assert_int_equal(sum, 3 * (5 + 6 + 7 + 8) + 4);
    assert_int_equal(toy_ask(ctx, &toy, 5, 0, &sum), CAIRN_OK);
    toy.refuses = 7;
    assert_int_equal(toy_ask(ctx, &toy, 5, 4, &sum), CAIRN_FORMAT);
    toy.fail_at = toy.steps + 1;
    assert_int_equal(toy_ask(ctx, &toy, 1, 4, &sum), CAIRN_IO);
    assert_string_equal(cairn_error(ctx), "toy: the engine is lost");
    assert_false(cairn_cancelled(ctx));
    assert_int_equal(toy.abandoned, 4);
    toy.cancel_at = toy.steps + 1;
    toy.silent = true;
    assert_int_equal(toy_ask(ctx, &toy, 1, 4, &sum), CAIRN_CANCELLED);
    assert_int_equal(toy.abandoned, 8);
}

static void test_the_first_failure_in_array_order_is_returned(void **state) {
    (void)state;
    toy.refuses = 2;
    toy_request asked[] = {{.question = 1}, {.question = 2}, {.question = -1}};
    cairn_request *up[] = {&asked[0].base, &asked[1].base, &asked[2].base};
    cairn_request *down[] = {&asked[2].base, &asked[1].base, &asked[0].base};
    assert_int_equal(cairn_await(ctx, &toy.base, up, 3), CAIRN_FORMAT);
    assert_int_equal(cairn_await(ctx, &toy.base, down, 3), CAIRN_NOT_FOUND);
    assert_int_equal(asked[0].base.status, CAIRN_OK);
}

static void test_a_failed_request_fails_its_own_array_only(void **state) {
    (void)state;
    toy.refuses = 21; /* the second of item 2's */
    run self = new_run(100);
    assert_int_equal(cairn_fibers_run(ctx, 16, next_item, two_arrays, &self), CAIRN_OK);
    assert_int_equal(self.returned, 100);
    assert_int_equal(self.failed, 2); /* item 21 asks its own number too */
    for (int64_t i = 3; i < 21; i++) assert_int_equal(sums[i], two_arrays_sum(i));
}

static void test_a_request_given_twice_is_refused(void **state) {
    (void)state;
    toy_request asked[2] = {{.question = 1}, {.question = 2}};
    cairn_request *twice[] = {&asked[0].base, &asked[1].base, &asked[0].base};
    assert_int_equal(cairn_await(ctx, &toy.base, twice, 3), CAIRN_INVALID);
    assert_int_equal(toy.count, 0);
    assert_int_equal(cairn_await(ctx, &toy.base, twice, 2), CAIRN_OK); /* and may be given again */
    assert_int_equal(asked[1].answer, 7);
    cairn_request_done(&asked[0].base); /* no effect: it is not open */
    assert_int_equal(toy.base.open, 0);
}

/* A verb that works on a child of the fiber's context. */
static void ask_on_a_child(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    begin(self);
    cairn_ctx *child = NULL;
    cairn_status status = cairn_ctx_child(own, &child);
    if (status == CAIRN_OK) status = toy_ask(child, self->toy, item, 1, &self->sum[item]);
    cairn_ctx_close(child);
    end(self, status);
}

static void test_a_child_of_a_fibers_context_parks_that_fiber(void **state) {
    (void)state;
    run self = new_run(20);
    assert_int_equal(cairn_fibers_run(ctx, 10, next_item, ask_on_a_child, &self), CAIRN_OK);
    assert_int_equal(self.most_live, 10);
    assert_int_equal(toy.most_held, 10);
    for (int64_t i = 0; i < 20; i++) assert_int_equal(sums[i], 3 * i + 1);
}

typedef struct side {
    pthread_t thread;
    cairn_ctx *ctx;
    toy_backend toy;
    run run;
    cairn_status status;
} side;

static void *run_side(void *arg) {
    side *self = arg;
    self->status = cairn_fibers_run(self->ctx, 64, next_item, two_arrays, &self->run);
    return NULL;
}

/* With `cancel_at` the first side cancels at that step, and the second one never answers: it cannot end before. */
static void start_sides(side sides[2], int cancel_at) {
    for (int i = 0; i < 2; i++) {
        side *self = &sides[i];
        toy_open(&self->toy, "side", true);
        if (i == 0) self->toy.cancel_at = cancel_at;
        if (i == 1) self->toy.silent = cancel_at > 0;
        self->run = new_run(ITEMS);
        self->run.toy = &self->toy;
        assert_int_equal(cairn_ctx_child(ctx, &self->ctx), CAIRN_OK);
    }
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&sides[i].thread, NULL, run_side, &sides[i]), 0);
    for (int i = 0; i < 2; i++) pthread_join(sides[i].thread, NULL);
    for (int i = 0; i < 2; i++) cairn_ctx_close(sides[i].ctx);
}

static void test_two_threads_share_one_queue(void **state) {
    (void)state;
    static side sides[2];
    start_sides(sides, 0);
    for (int i = 0; i < 2; i++) assert_int_equal(sides[i].status, CAIRN_OK);
    assert_int_equal(sides[0].run.returned + sides[1].run.returned, ITEMS);
    for (int64_t i = 0; i < ITEMS; i++) assert_int_equal(sums[i], two_arrays_sum(i));
}

static void test_a_cancel_reaches_the_fibers_of_other_threads(void **state) {
    (void)state;
    static side sides[2];
    start_sides(sides, 20);
    for (int i = 0; i < 2; i++) { /* a thread that starts after the cancel may find that nothing is left to begin */
        if (sides[i].run.begun > 0) assert_int_equal(sides[i].status, CAIRN_CANCELLED);
        assert_int_equal(sides[i].run.returned, sides[i].run.begun);
        assert_int_equal(sides[i].toy.base.open, 0);
    }
}

static void test_lack_of_memory_is_a_status_and_loses_no_item(void **state) {
    (void)state;
    int failures = 0;
    for (int n = 1; n < 50; n++) {
        toy_open(&toy, "toy", true);
        atomic_store(&queue, 0);
        run self = new_run(50);
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        cairn_status status = cairn_fibers_run(ctx, 10, next_item, two_arrays, &self);
        cairn_faults_set(ctx, (cairn_faults){0});
        assert_int_equal(self.returned, self.begun);
        assert_int_equal(self.begun, status == CAIRN_OK ? 50 : atomic_load(&queue)); /* every item taken was run */
        assert_true(status == CAIRN_OK || status == CAIRN_NO_MEMORY);
        failures += status != CAIRN_OK;
    }
    assert_int_equal(failures, 40); /* ten fibers of three allocations and a stack */
}

static void keep(cairn_backend *self, cairn_ctx *own, cairn_request *request) {
    (void)own;
    (void)self;
    (void)request;
}

/* Answers the request that is open with a failure, which it says in the context of the steps. */
static cairn_status refuse(cairn_backend *self, cairn_ctx *steps, int wait_ms) {
    (void)wait_ms;
    self->first_open->status = cairn_fail(steps, CAIRN_NO_MEMORY, "no room in the step");
    cairn_request_done(self->first_open);
    return CAIRN_OK;
}

typedef struct refused {
    cairn_backend backend;
    int64_t left;
    cairn_status status;
    char said[64];
} refused;

static int64_t next_refused(void *arg) {
    return --((refused *)arg)->left;
}

static void ask_for_room(cairn_ctx *own, void *arg, int64_t item) {
    refused *self = arg;
    cairn_request request = {0}, *open = &request;
    (void)item;
    self->status = cairn_await(own, &self->backend, &open, 1);
    snprintf(self->said, sizeof self->said, "%s", cairn_error(own));
}

static void test_a_request_that_fails_in_a_step_is_said_to_its_fiber(void **state) {
    (void)state;
    refused self = {.backend = {.name = "small", .submit = keep, .step = refuse}, .left = 1};
    assert_int_equal(cairn_fibers_run(ctx, 1, next_refused, ask_for_room, &self), CAIRN_OK);
    assert_int_equal(self.status, CAIRN_NO_MEMORY);
    assert_string_equal(self.said, "no room in the step");
}

static void nest(cairn_ctx *own, void *arg, int64_t item) {
    run *self = arg;
    run inner = new_run(1);
    self->sum[item] = cairn_fibers_run(own, 1, next_item, two_arrays, &inner);
}

static void test_wrong_arguments_are_refused(void **state) {
    (void)state;
    run self = new_run(1);
    assert_int_equal(cairn_fibers_run(ctx, 0, next_item, nest, &self), CAIRN_INVALID);
    assert_int_equal(cairn_fibers_run(ctx, 1025, next_item, nest, &self), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "in_flight is 1 .. 1024, not 1025");
    assert_int_equal(cairn_fibers_run(ctx, 1, next_item, nest, &self), CAIRN_OK);
    assert_int_equal(sums[0], CAIRN_INVALID); /* fibers do not nest */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_ctx, close_ctx)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_10000_items_over_1024_fibers_get_their_own_answers),
        CASE(test_same_seed_same_order_of_waking),
        CASE(test_a_fiber_wakes_with_its_own_array_and_asks_in_the_next_step),
        CASE(test_cancel_in_the_middle_brings_every_item_back),
        CASE(test_a_failed_step_answers_all_and_cancels_the_run),
        CASE(test_two_backends_take_turns),
        CASE(test_answers_in_submit_need_no_step),
        CASE(test_without_a_fiber_await_steps_the_backend_itself),
        CASE(test_the_first_failure_in_array_order_is_returned),
        CASE(test_a_failed_request_fails_its_own_array_only),
        CASE(test_a_request_given_twice_is_refused),
        CASE(test_a_child_of_a_fibers_context_parks_that_fiber),
        CASE(test_two_threads_share_one_queue),
        CASE(test_a_cancel_reaches_the_fibers_of_other_threads),
        CASE(test_lack_of_memory_is_a_status_and_loses_no_item),
        CASE(test_a_request_that_fails_in_a_step_is_said_to_its_fiber),
        CASE(test_wrong_arguments_are_refused),
    };
    return cmocka_run_group_tests_name("core/schedule", tests, NULL, NULL);
}

/* The worker pool. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "cairn/core.h"

enum { BLOCKS = 5000 };

typedef struct job {
    cairn_pool *pool;
    int64_t square[BLOCKS];
    atomic_int runs[BLOCKS];
    atomic_int strangers; /* blocks run with a thread number outside the pool's */
} job;

static job shared;

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

static void square_block(void *arg, int64_t block, int thread) {
    job *work = arg;
    work->square[block] = block * block;
    atomic_fetch_add(&work->runs[block], 1);
    if (thread < 0 || thread >= cairn_pool_threads(work->pool)) atomic_fetch_add(&work->strangers, 1);
}

static void check_squares(int threads) {
    assert_int_equal(cairn_pool_open(ctx, threads, &shared.pool), CAIRN_OK);
    assert_int_equal(cairn_pool_threads(shared.pool), threads);
    for (int i = 0; i < BLOCKS; i++) {
        shared.square[i] = -1;
        atomic_store(&shared.runs[i], 0);
    }
    cairn_pool_run(shared.pool, square_block, &shared, BLOCKS);
    for (int64_t i = 0; i < BLOCKS; i++) {
        assert_int_equal(shared.square[i], i * i);
        assert_int_equal(atomic_load(&shared.runs[i]), 1);
    }
    assert_int_equal(atomic_load(&shared.strangers), 0);
    cairn_pool_close(shared.pool);
}

static void test_every_block_runs_once_at_1_2_and_7_threads(void **state) {
    (void)state;
    check_squares(1);
    check_squares(2);
    check_squares(7);
}

static void test_many_short_jobs_follow_each_other(void **state) {
    (void)state;
    assert_int_equal(cairn_pool_open(ctx, 4, &shared.pool), CAIRN_OK);
    for (int i = 0; i < BLOCKS; i++) atomic_store(&shared.runs[i], 0);
    for (int run = 0; run < 2000; run++) cairn_pool_run(shared.pool, square_block, &shared, run % 9);
    /* Block b runs whenever run % 9 > b; 2000 = 222 * 9 + 2, so the remainders 0 and 1 come 223 times, the others 222.
     */
    for (int b = 0; b < 8; b++) assert_int_equal(atomic_load(&shared.runs[b]), 222 * (8 - b) + (b == 0));
    assert_int_equal(atomic_load(&shared.runs[8]), 0);
    cairn_pool_close(shared.pool);
}

static void own_thread_only(void *arg, int64_t block, int thread) {
    (void)block;
    *(int *)arg += thread == 0; /* not atomic: the caller's thread runs it */
}

static void test_one_thread_or_one_block_runs_on_the_caller(void **state) {
    (void)state;
    int runs = 0;
    assert_int_equal(cairn_pool_open(ctx, 1, &shared.pool), CAIRN_OK);
    cairn_pool_run(shared.pool, own_thread_only, &runs, 10);
    cairn_pool_close(shared.pool);
    assert_int_equal(runs, 10);
    assert_int_equal(cairn_pool_open(ctx, 3, &shared.pool), CAIRN_OK);
    cairn_pool_run(shared.pool, own_thread_only, &runs, 1);
    cairn_pool_run(shared.pool, own_thread_only, &runs, 0);
    cairn_pool_close(shared.pool);
    assert_int_equal(runs, 11);
}

static void meet(void *arg, int64_t block, int thread) {
    (void)block;
    (void)thread;
    atomic_int *present = arg;
    atomic_fetch_add(present, 1);
    while (atomic_load(present) < 3) sched_yield();
}

static void test_blocks_run_at_the_same_time(void **state) {
    (void)state;
    atomic_int present = 0;
    assert_int_equal(cairn_pool_open(ctx, 3, &shared.pool), CAIRN_OK);
    cairn_pool_run(shared.pool, meet, &present, 3); /* ends only if three threads hold a block each */
    cairn_pool_close(shared.pool);
    assert_int_equal(atomic_load(&present), 3);
}

static void test_0_threads_means_the_processors_this_process_may_use(void **state) {
    (void)state;
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_int_equal(cairn_pool_open(ctx, 0, &shared.pool), CAIRN_OK);
    assert_int_equal(cairn_pool_threads(shared.pool), CPU_COUNT(&set));
    cairn_pool_close(shared.pool);
}

static void test_a_wrong_number_of_threads_is_refused(void **state) {
    (void)state;
    cairn_pool *pool = NULL;
    assert_int_equal(cairn_pool_open(ctx, -1, &pool), CAIRN_INVALID);
    assert_int_equal(cairn_pool_open(ctx, 1025, &pool), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "a pool has 0 .. 1024 threads, not 1025");
    assert_null(pool);
    cairn_pool_close(NULL);
}

static void test_lack_of_memory_is_a_status(void **state) {
    (void)state;
    for (int n = 1; n <= 4; n++) { /* the pool, its workers, two threads */
        cairn_pool *pool = NULL;
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        assert_int_equal(cairn_pool_open(ctx, 3, &pool), n <= 2 ? CAIRN_NO_MEMORY : CAIRN_IO);
        assert_non_null(strstr(cairn_error(ctx), "memory"));
        assert_null(pool);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

enum { THREADS = 3 };

typedef struct seen {
    atomic_int present;
    sigset_t blocked[THREADS];
    size_t stack[THREADS]; /* bytes */
} seen;

static void look_at_thread(void *arg, int64_t block, int thread) {
    seen *self = arg;
    pthread_attr_t attributes;
    pthread_sigmask(SIG_SETMASK, NULL, &self->blocked[thread]);
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &self->stack[thread]);
        pthread_attr_destroy(&attributes);
    }
    meet(&self->present, block, thread);
}

static void look_at_threads(seen *out) {
    *out = (seen){0};
    assert_int_equal(cairn_pool_open(ctx, THREADS, &shared.pool), CAIRN_OK);
    cairn_pool_run(shared.pool, look_at_thread, out, THREADS); /* a block each */
    cairn_pool_close(shared.pool);
}

static void test_workers_block_every_signal_but_those_of_their_own_faults(void **state) {
    (void)state;
    static const int blocked[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGALRM, SIGUSR1,
                                  SIGUSR2, SIGCHLD, SIGPIPE, SIGPROF, SIGWINCH};
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t before, after;
    seen threads;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    look_at_threads(&threads);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number <= SIGRTMAX; number++) { /* the caller's thread: as it was */
        assert_int_equal(sigismember(&threads.blocked[0], number), sigismember(&before, number));
        assert_int_equal(sigismember(&after, number), sigismember(&before, number));
    }
    for (int t = 1; t < THREADS; t++) {
        for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
            assert_int_equal(sigismember(&threads.blocked[t], blocked[i]), 1);
        for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
            assert_int_equal(sigismember(&threads.blocked[t], number), 1);
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            assert_int_equal(sigismember(&threads.blocked[t], own[i]), 0);
    }
}

static void test_a_worker_has_a_megabyte_of_stack(void **state) {
    (void)state;
    seen threads;
    look_at_threads(&threads);
    for (int t = 1; t < THREADS; t++) assert_int_equal(threads.stack[t], 1 << 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_block_runs_once_at_1_2_and_7_threads, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_many_short_jobs_follow_each_other, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_one_thread_or_one_block_runs_on_the_caller, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_blocks_run_at_the_same_time, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_0_threads_means_the_processors_this_process_may_use, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_a_wrong_number_of_threads_is_refused, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_lack_of_memory_is_a_status, open_ctx, close_ctx),
        cmocka_unit_test_setup_teardown(test_workers_block_every_signal_but_those_of_their_own_faults, open_ctx,
                                        close_ctx),
        cmocka_unit_test_setup_teardown(test_a_worker_has_a_megabyte_of_stack, open_ctx, close_ctx),
    };
    return cmocka_run_group_tests_name("core/pool", tests, NULL, NULL);
}

/* The worker pool: threads that take blocks of a job from one atomic counter. The thread that runs the job is worker 0.
 *
 * A training step has hundreds of jobs of some ten microseconds, about what it costs to put a thread to sleep and to
 * wake it. So who waits looks again and again for a while before it sleeps, and nobody is woken who is awake. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "core/context.h"

enum {
    MOST_THREADS = 1024,
    LOOKS = 2000, /* before sleep: about a tenth of a millisecond */
    STACK_BYTES =
        1 << 20 /* of a worker: its address space counts where that is limited, and the system's preset is 8 MB */
};

typedef struct worker {
    struct cairn_pool *pool;
    int thread;
    pthread_t handle;
} worker;

struct cairn_pool {
    int threads;     /* the caller's included */
    worker *workers; /* threads - 1 */
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    /* written under the lock, and those that are atomic read without it by who looks */
    atomic_bool closing;
    atomic_int busy;           /* workers inside the job */
    atomic_uint_fast64_t jobs; /* counts jobs, so that a worker enters each at most once */
    int asleep;                /* workers */
    cairn_work_fn work;        /* NULL between jobs */
    void *arg;
    int64_t blocks;
    atomic_int_fast64_t next; /* first block not yet taken */
};

static void work_off(cairn_pool *pool, cairn_work_fn work, void *arg, int64_t blocks, int thread) {
    for (;;) {
        int64_t block = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (block >= blocks) return;
        work(arg, block, thread);
    }
}

static void pause_a_moment(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool is_news(cairn_pool *pool, uint64_t seen) {
    return atomic_load_explicit(&pool->jobs, memory_order_acquire) != seen ||
           atomic_load_explicit(&pool->closing, memory_order_relaxed);
}

/* Returns with the lock held, after job number `seen` or when the pool closes. */
static void wait_for_news(cairn_pool *pool, uint64_t seen) {
    for (int i = 0; i < LOOKS && !is_news(pool, seen); i++) pause_a_moment();
    pthread_mutex_lock(&pool->lock);
    pool->asleep++;
    while (!is_news(pool, seen)) pthread_cond_wait(&pool->wake, &pool->lock);
    pool->asleep--;
}

static void *worker_main(void *argument) {
    worker *self = argument;
    cairn_pool *pool = self->pool;
    uint64_t seen = 0;
    for (;;) {
        wait_for_news(pool, seen);
        if (pool->closing) break;
        seen = pool->jobs;
        cairn_work_fn work = pool->work; /* NULL: the job is done already */
        void *arg = pool->arg;
        int64_t blocks = pool->blocks;
        if (work) pool->busy++;
        pthread_mutex_unlock(&pool->lock);
        if (!work) continue;
        work_off(pool, work, arg, blocks, self->thread);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) pthread_cond_signal(&pool->idle);
        pthread_mutex_unlock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static int processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than cpu_set_t holds */
    return online < 1 ? 1 : online > MOST_THREADS ? MOST_THREADS : (int)online;
}

/* Ends the first `started` workers and frees the pool. */
static void pool_end(cairn_pool *pool, int started) {
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < started; i++) pthread_join(pool->workers[i].handle, NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    cairn_free(pool->workers);
    cairn_free(pool);
}

/* Every thread of the library starts here, with all signals blocked that may come to any thread. A signal that says
 * what a thread itself did wrong must not be blocked: the system would end the process past its handler. */
int thread_start(cairn_ctx *ctx, void *(*run)(void *arg), void *arg, pthread_t *out) {
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    pthread_attr_t attributes;
    sigset_t blocked, before;
    if (fault_alloc(ctx)) return EAGAIN;
    int refused = pthread_attr_init(&attributes);
    if (refused) return refused;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&blocked, own[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    refused = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (!refused) refused = pthread_create(out, &attributes, run, arg);
    if (refused == EINVAL) refused = pthread_create(out, NULL, run, arg); /* thread-local data is larger */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return refused;
}

cairn_status cairn_pool_open(cairn_ctx *ctx, int threads, cairn_pool **out) {
    if (threads < 0 || threads > MOST_THREADS)
        return cairn_fail(ctx, CAIRN_INVALID, "a pool has 0 .. %d threads, not %d", MOST_THREADS, threads);
    cairn_pool *pool = cairn_alloc(ctx, 1, sizeof *pool);
    if (!pool) return CAIRN_NO_MEMORY;
    pool->threads = threads > 0 ? threads : processors();
    pool->workers = cairn_alloc(ctx, (size_t)pool->threads - 1, sizeof *pool->workers);
    if (!pool->workers) {
        cairn_free(pool);
        return CAIRN_NO_MEMORY;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->idle, NULL);

    int started = 0, refused = 0;
    while (started < pool->threads - 1 && !refused) {
        worker *next = &pool->workers[started];
        *next = (worker){.pool = pool, .thread = started + 1};
        refused = thread_start(ctx, worker_main, next, &next->handle);
        if (!refused) started++;
    }
    if (refused) {
        cairn_status status = cairn_fail(
            ctx, CAIRN_IO, "the system refused thread %d of a pool of %d, for want of memory or by a limit: %s",
            started + 2, pool->threads, strerror(refused));
        pool_end(pool, started);
        return status;
    }
    *out = pool;
    return CAIRN_OK;
}

void cairn_pool_close(cairn_pool *pool) {
    if (pool) pool_end(pool, pool->threads - 1);
}

int cairn_pool_threads(const cairn_pool *pool) {
    return pool->threads;
}

void cairn_pool_run(cairn_pool *pool, cairn_work_fn work, void *arg, int64_t blocks) {
    if (pool->threads == 1 || blocks <= 1) {
        for (int64_t block = 0; block < blocks; block++) work(arg, block, 0);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->work = work;
    pool->arg = arg;
    pool->blocks = blocks;
    pool->jobs++;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    if (pool->asleep) pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);

    work_off(pool, work, arg, blocks, 0);

    /* Every block is taken now. Workers that hold one are busy; one that comes later finds no job. */
    for (int i = 0; i < LOOKS && atomic_load_explicit(&pool->busy, memory_order_relaxed) > 0; i++) pause_a_moment();
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0) pthread_cond_wait(&pool->idle, &pool->lock);
    pool->work = NULL;
    pthread_mutex_unlock(&pool->lock);
}

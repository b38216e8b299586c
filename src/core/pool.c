/* The worker pool: threads that take blocks of a job from one atomic counter. The thread that runs the job is worker 0. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "cairn/core.h"

enum { MOST_THREADS = 1024 };

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
    /* under the lock */
    bool closing;
    int busy;           /* workers inside the job */
    uint64_t jobs;      /* counts jobs, so that a worker enters each at most once */
    cairn_work_fn work; /* NULL between jobs */
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

static void *worker_main(void *argument) {
    worker *self = argument;
    cairn_pool *pool = self->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->closing && (!pool->work || pool->jobs == seen)) pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->closing) break;
        seen = pool->jobs;
        pool->busy++;
        cairn_work_fn work = pool->work;
        void *arg = pool->arg;
        int64_t blocks = pool->blocks;
        pthread_mutex_unlock(&pool->lock);
        work_off(pool, work, arg, blocks, self->thread);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) pthread_cond_signal(&pool->idle);
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

    sigset_t all, before; /* signals are for the caller's thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int started = 0, refused = 0;
    while (started < pool->threads - 1 && !refused) {
        worker *next = &pool->workers[started];
        *next = (worker){.pool = pool, .thread = started + 1};
        refused = pthread_create(&next->handle, NULL, worker_main, next);
        if (!refused) started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (refused) {
        cairn_status status = cairn_fail(ctx, CAIRN_IO, "the system refused thread %d of a pool of %d: %s", started + 2,
                                         pool->threads, strerror(refused));
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
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);

    work_off(pool, work, arg, blocks, 0);

    /* Every block is taken now. Workers that hold one are busy; one that wakes later finds no job and sleeps on. */
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0) pthread_cond_wait(&pool->idle, &pool->lock);
    pool->work = NULL;
    pthread_mutex_unlock(&pool->lock);
}

/* What a context is inside: shared state of a process's contexts, and the error text of one thread of control. */
#ifndef CAIRN_CORE_CONTEXT_H
#define CAIRN_CORE_CONTEXT_H

#include <pthread.h>
#include <stdatomic.h>

#include "cairn/core.h"

struct cairn_fiber;   /* core/fiber.c */
struct loaded_engine; /* model/engine_load.c */

/* Something that all contexts of a root use and that lives until the root closes: a running program. The first member
 * of the thing. */
typedef struct context_thing {
    struct context_thing *next;
    char *key; /* by which it is found */
    /* Asks it to end and returns at once, so that several end at the same time; then waits for its end and frees it. */
    void (*stop)(struct context_thing *thing);
    void (*close)(struct context_thing *thing);
} context_thing;

/* One per root context; every child points to it. */
typedef struct context_shared {
    atomic_int cancelled;
    atomic_bool no_programs;                                        /* cairn_ctx_refuse_programs */
    atomic_int_fast64_t allocations, writes, bytes_written, points; /* counted for fault injection */
    atomic_int_fast64_t alloc_fails_at, write_fails_at, disk_bytes, kill_at;
    atomic_int log_most;      /* cairn_log_level; -1 without a sink */
    pthread_mutex_t log_lock; /* over the sink: lines of two threads do not mix */
    cairn_log_fn log_sink;
    void *log_user;
    pthread_mutex_t things_lock; /* the list below */
    context_thing *things;
} context_shared;

struct cairn_ctx {
    context_shared *shared;
    bool root;                     /* owns `shared` */
    bool portable;                 /* devices opened with it compute portable bits */
    struct cairn_fiber *fiber;     /* the fiber that runs on this context, or NULL */
    struct loaded_engine *engines; /* loaded on it; the list of model/engine_load.c */
    uint32_t allocations_failed;
    uint32_t failures; /* that were said here */
    char error[1024];
};

/* The thing of this key; made by `make` where there is none. `make` sets all but `next` and `key`. Thread-safe. Errors:
 * those of `make`; no memory. */
typedef cairn_status (*context_make_fn)(cairn_ctx *ctx, const void *arg, context_thing **out);
cairn_status context_thing_of(cairn_ctx *ctx, const char *key, context_make_fn make, const void *arg,
                              context_thing **out);

/* Starts a thread that blocks all signals but those of its own faults: handlers run in threads of the caller. Returns 0
 * or an errno. */
int thread_start(cairn_ctx *ctx, void *(*run)(void *arg), void *arg, pthread_t *out);

/* The most bytes of `text`, at most `most`, that end with a whole character. */
size_t utf8_clip(const char *text, size_t length, size_t most);

/* Whether this allocation is the one that is to fail; counts it. */
bool fault_alloc(cairn_ctx *ctx);
/* Reads CAIRN_FAULTS. Errors: CAIRN_INVALID when it is malformed. */
cairn_status faults_from_environment(cairn_ctx *ctx);

#endif

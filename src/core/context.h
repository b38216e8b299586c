/* What a context is inside: shared state of a process's contexts, and the error text of one thread of control. */
#ifndef CAIRN_CORE_CONTEXT_H
#define CAIRN_CORE_CONTEXT_H

#include <stdatomic.h>

#include "cairn/core.h"

struct cairn_fiber; /* core/fiber.c */

/* One per root context; every child points to it. */
typedef struct context_shared {
    atomic_int cancelled;
    atomic_int_fast64_t allocations, writes, bytes_written, points; /* counted for fault injection */
    atomic_int_fast64_t alloc_fails_at, write_fails_at, disk_bytes, kill_at;
    cairn_log_level log_most;
    cairn_log_fn log_sink;
    void *log_user;
} context_shared;

struct cairn_ctx {
    context_shared *shared;
    bool root;                 /* owns `shared` */
    struct cairn_fiber *fiber; /* the fiber that runs on this context, or NULL */
    char error[1024];
};

#endif

/* Submit / step / collect: many fibers of one thread ask a few backends. A request belongs to the array it was awaited
 * in and is on its backend's list of open requests until it is done; that list is how a lost or cancelled backend's
 * requests are answered in its place, so that no fiber stays parked. */
#include "cairn/core.h"
#include "core/context.h"
#include "core/fiber.h"

enum {
    MOST_IN_FLIGHT = 1024,
    WAIT_ALONE_MS = 50, /* one backend waits in its own poll; bounds how late a cancellation is seen */
    WAIT_SHARED_MS = 1  /* several take turns, once none had an answer ready */
};

/* One item's run on its fiber. */
typedef struct task {
    cairn_fiber *fiber;
    cairn_ctx *ctx;
    struct cairn_scheduler *scheduler;
    int64_t item;
    bool finished;
    struct task *next; /* in the ready queue or among the spare */
} task;

typedef struct cairn_scheduler {
    cairn_ctx *ctx; /* given to cairn_fibers_run: steps run on it */
    cairn_fiber_fn body;
    void *arg;
    task *spare; /* finished, to be used again */
    int live;    /* items begun and not finished */
    task *ready, **ready_tail;
    int ready_count;
    cairn_backend *active, **active_tail; /* with open requests, longest since its last step first */
    int active_count;
    int64_t answered;    /* requests, ever */
    bool quiet;          /* the last round of steps answered nothing */
    cairn_status failed; /* what cairn_fibers_run will return */
} cairn_scheduler;

/* One awaited array, on the waiter's stack. */
typedef struct cairn_wait {
    cairn_backend *backend;
    int left;     /* members not yet done */
    task *parked; /* to be made ready when left is 0; NULL while its owner runs */
} cairn_wait;

/* ---- lists -------------------------------------------------------------------------------------------------------- */

static void ready_push(task *last) {
    cairn_scheduler *scheduler = last->scheduler;
    last->next = NULL;
    *scheduler->ready_tail = last;
    scheduler->ready_tail = &last->next;
    scheduler->ready_count++;
}

static task *ready_pop(cairn_scheduler *scheduler) {
    task *first = scheduler->ready;
    scheduler->ready = first->next;
    if (!first->next) scheduler->ready_tail = &scheduler->ready;
    scheduler->ready_count--;
    return first;
}

static void active_push(cairn_scheduler *scheduler, cairn_backend *backend) {
    backend->scheduler = scheduler;
    backend->next_active = NULL;
    *scheduler->active_tail = backend;
    scheduler->active_tail = &backend->next_active;
    scheduler->active_count++;
}

static void active_remove(cairn_scheduler *scheduler, cairn_backend *backend) {
    cairn_backend **link = &scheduler->active;
    while (*link != backend) link = &(*link)->next_active;
    *link = backend->next_active;
    if (!*link) scheduler->active_tail = link;
    scheduler->active_count--;
    backend->scheduler = NULL;
}

static void open_push(cairn_backend *backend, cairn_request *request) {
    request->next_open = NULL;
    request->prev_open = backend->last_open;
    if (backend->last_open)
        backend->last_open->next_open = request;
    else
        backend->first_open = request;
    backend->last_open = request;
    backend->open++;
}

static void open_remove(cairn_backend *backend, cairn_request *request) {
    if (request->prev_open)
        request->prev_open->next_open = request->next_open;
    else
        backend->first_open = request->next_open;
    if (request->next_open)
        request->next_open->prev_open = request->prev_open;
    else
        backend->last_open = request->prev_open;
    backend->open--;
}

/* ---- requests ------------------------------------------------------------------------------------------------------- */

void cairn_request_done(cairn_request *request) {
    cairn_wait *wait = request->wait;
    if (!wait) return;
    cairn_backend *backend = wait->backend;
    request->wait = NULL;
    request->done = true;
    open_remove(backend, request);
    if (backend->scheduler) {
        backend->scheduler->answered++;
        if (backend->open == 0) active_remove(backend->scheduler, backend); /* it may be gone when its waiter runs on */
    }
    if (--wait->left == 0 && wait->parked) ready_push(wait->parked);
}

/* Answers all open requests of a backend in its place. */
static void release(cairn_backend *backend, cairn_ctx *ctx, cairn_status status) {
    while (backend->first_open) {
        cairn_request *request = backend->first_open;
        if (backend->abandon) backend->abandon(backend, ctx, request);
        if (!request->wait) continue; /* it was answered after all */
        request->status = status;
        cairn_request_done(request);
    }
}

/* Says that each request belongs to `wait`. False, with nothing changed, when one belongs to an array already. */
static bool claim(cairn_wait *wait, cairn_request *const *requests, int count) {
    for (int i = 0; i < count; i++) {
        if (requests[i]->wait) {
            while (i-- > 0) requests[i]->wait = NULL;
            return false;
        }
        requests[i]->wait = wait;
    }
    return true;
}

/* Steps the backend of a wait until it is over, without a scheduler. */
static void step_until_done(cairn_ctx *ctx, cairn_wait *wait) {
    cairn_backend *backend = wait->backend;
    while (wait->left > 0) {
        if (cairn_cancelled(ctx)) {
            release(backend, ctx, CAIRN_CANCELLED);
            return;
        }
        cairn_status status = backend->step(backend, ctx, WAIT_ALONE_MS);
        if (status != CAIRN_OK) release(backend, ctx, cairn_fail_within(ctx, status, "%s", backend->name));
    }
}

static cairn_status first_failure(cairn_request *const *requests, int count) {
    for (int i = 0; i < count; i++)
        if (requests[i]->status != CAIRN_OK) return requests[i]->status;
    return CAIRN_OK;
}

/* A request that failed in a step was said in the context of the steps, not in the one that waits for it. */
static cairn_status say_failure(cairn_ctx *ctx, const task *self, uint32_t said_before, cairn_status status) {
    if (status == CAIRN_OK || ctx->failures != said_before) return status;
    const char *text = self ? cairn_error(self->scheduler->ctx) : "";
    return cairn_fail(ctx, status, "%s", *text ? text : cairn_status_name(status));
}

cairn_status cairn_await(cairn_ctx *ctx, cairn_backend *backend, cairn_request *const *requests, int count) {
    task *self = ctx->fiber ? fiber_arg(ctx->fiber) : NULL;
    cairn_wait wait = {.backend = backend, .left = count};
    if (self && backend->scheduler && backend->scheduler != self->scheduler)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: fibers of another thread wait for this backend", backend->name);
    if (count < 0 || !claim(&wait, requests, count))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: a request is already open or given twice", backend->name);

    uint32_t said = ctx->failures;
    bool cancelled = cairn_cancelled(ctx);
    for (int i = 0; i < count; i++) {
        requests[i]->status = cancelled ? CAIRN_CANCELLED : CAIRN_OK;
        requests[i]->done = cancelled;
        if (cancelled) requests[i]->wait = NULL;
    }
    if (!cancelled) {
        for (int i = 0; i < count; i++) {
            open_push(backend, requests[i]);
            if (self && !backend->scheduler) active_push(self->scheduler, backend);
            backend->submit(backend, ctx, requests[i]);
        }
        if (!self) {
            step_until_done(ctx, &wait);
        } else if (wait.left > 0) {
            wait.parked = self;
            fiber_leave(self->fiber);
        }
        cancelled = cairn_cancelled(ctx);
    }
    if (cancelled) return cairn_fail(ctx, CAIRN_CANCELLED, "%s: the run was cancelled", backend->name);
    return say_failure(ctx, self, said, first_failure(requests, count));
}

size_t cairn_stack_touched(const cairn_ctx *ctx) {
    return ctx->fiber ? fiber_touched(ctx->fiber) : 0;
}

void cairn_yield(cairn_ctx *ctx) {
    if (!ctx->fiber) return;
    ready_push(fiber_arg(ctx->fiber));
    fiber_leave(ctx->fiber);
}

/* ---- tasks ------------------------------------------------------------------------------------------------------------ */

static void task_body(void *argument) {
    task *self = argument;
    self->scheduler->body(self->ctx, self->scheduler->arg, self->item);
    self->finished = true;
}

static void task_close(task *made) {
    if (!made) return;
    cairn_ctx_close(made->ctx);
    fiber_close(made->fiber);
    cairn_free(made);
}

static cairn_status task_open(cairn_scheduler *scheduler, task **out) {
    cairn_ctx *ctx = scheduler->ctx;
    task *made = cairn_alloc(ctx, 1, sizeof *made);
    if (!made) return CAIRN_NO_MEMORY;
    made->scheduler = scheduler;
    cairn_status status = cairn_ctx_child(ctx, &made->ctx);
    if (status == CAIRN_OK) status = fiber_open(ctx, task_body, made, &made->fiber);
    if (status != CAIRN_OK) {
        task_close(made);
        return status;
    }
    made->ctx->fiber = made->fiber;
    *out = made;
    return CAIRN_OK;
}

static void spare_push(cairn_scheduler *scheduler, task *finished) {
    finished->next = scheduler->spare;
    scheduler->spare = finished;
}

static void task_go_on(cairn_scheduler *scheduler, task *running) {
    fiber_enter(running->fiber);
    if (!running->finished) return;
    scheduler->live--;
    spare_push(scheduler, running);
}

/* Begins the next item and runs it until it waits or ends. False when there is none. The fiber is made first, so that
 * no item is taken and then lost for want of memory. */
static bool begin_next(cairn_scheduler *scheduler, cairn_next_fn next) {
    if (!scheduler->spare) {
        task *made = NULL;
        cairn_status status = task_open(scheduler, &made);
        if (status != CAIRN_OK) {
            scheduler->failed = status;
            return false;
        }
        spare_push(scheduler, made);
    }
    int64_t item = next(scheduler->arg);
    if (item < 0) return false;
    task *begun = scheduler->spare;
    scheduler->spare = begun->next;
    scheduler->live++;
    begun->item = item;
    begun->finished = false;
    begun->ctx->error[0] = '\0';
    task_go_on(scheduler, begun);
    return true;
}

/* ---- the loop --------------------------------------------------------------------------------------------------------- */

/* Steps each active backend once. It may wait only when no fiber could run instead. */
static void step_all(cairn_scheduler *scheduler) {
    int64_t answered = scheduler->answered;
    int wait_ms = scheduler->active_count == 1 ? WAIT_ALONE_MS : scheduler->quiet ? WAIT_SHARED_MS : 0;
    for (int turns = scheduler->active_count; turns > 0 && scheduler->active; turns--) {
        cairn_backend *backend = scheduler->active;
        active_remove(scheduler, backend);
        active_push(scheduler, backend);
        cairn_status status = backend->step(backend, scheduler->ctx, scheduler->ready ? 0 : wait_ms);
        if (status != CAIRN_OK) {
            scheduler->failed = cairn_fail_within(scheduler->ctx, status, "%s", backend->name);
            release(backend, scheduler->ctx, status);
            cairn_cancel(scheduler->ctx);
            return;
        }
    }
    scheduler->quiet = scheduler->answered == answered;
}

/* Rounds of: every fiber that was ready, new items, one step of the backends. Counting the ready ones beforehand keeps
 * fibers that only yield from holding up the backends. */
static void run_all(cairn_scheduler *scheduler, int in_flight, cairn_next_fn next) {
    bool more = true;
    while (more || scheduler->live > 0) {
        if (cairn_cancelled(scheduler->ctx)) {
            more = false;
            while (scheduler->active) release(scheduler->active, scheduler->ctx, CAIRN_CANCELLED);
        }
        for (int i = scheduler->ready_count; i > 0; i--) task_go_on(scheduler, ready_pop(scheduler));
        for (int i = 0; i < in_flight && more && scheduler->live < in_flight; i++)
            more = !cairn_cancelled(scheduler->ctx) && begin_next(scheduler, next);
        if (scheduler->active && !cairn_cancelled(scheduler->ctx)) step_all(scheduler);
    }
}

cairn_status cairn_fibers_run(cairn_ctx *ctx, int in_flight, cairn_next_fn next, cairn_fiber_fn body, void *arg) {
    if (ctx->fiber) return cairn_fail(ctx, CAIRN_INVALID, "cairn_fibers_run was called on a fiber");
    if (in_flight < 1 || in_flight > MOST_IN_FLIGHT)
        return cairn_fail(ctx, CAIRN_INVALID, "in_flight is 1 .. %d, not %d", MOST_IN_FLIGHT, in_flight);
    cairn_scheduler scheduler = {.ctx = ctx, .body = body, .arg = arg};
    scheduler.ready_tail = &scheduler.ready;
    scheduler.active_tail = &scheduler.active;

    run_all(&scheduler, in_flight, next);

    while (scheduler.spare) {
        task *spare = scheduler.spare;
        scheduler.spare = spare->next;
        task_close(spare);
    }
    if (scheduler.failed != CAIRN_OK) return scheduler.failed;
    return cairn_cancelled(ctx) ? cairn_fail(ctx, CAIRN_CANCELLED, "the run was cancelled") : CAIRN_OK;
}

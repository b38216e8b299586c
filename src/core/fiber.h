/* A fiber: a stack of its own that one thread enters and that leaves again, any number of times. */
#ifndef CAIRN_CORE_FIBER_H
#define CAIRN_CORE_FIBER_H

#include "cairn/core.h"

typedef struct cairn_fiber cairn_fiber;

/* A fiber whose first fiber_enter begins entry(arg). When entry returns, so does fiber_enter; the next fiber_enter
 * begins entry(arg) again on the same stack. Errors: no memory. */
cairn_status fiber_open(cairn_ctx *ctx, void (*entry)(void *arg), void *arg, cairn_fiber **out);
/* Only while entry is not running. NULL is fine. */
void fiber_close(cairn_fiber *fiber);
/* Bytes of its stack that are resident. */
size_t fiber_touched(const cairn_fiber *fiber);
void *fiber_arg(const cairn_fiber *fiber);

/* Runs the fiber until it leaves or entry returns. Always by the thread that opened it, never from a fiber's own
 * inside. */
void fiber_enter(cairn_fiber *fiber);
/* From inside: goes back to the fiber_enter that is running; returns at the next one. */
void fiber_leave(cairn_fiber *fiber);

#endif

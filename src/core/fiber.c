/* Fibers on ucontext. The first entry is makecontext's; later switches are _setjmp and _longjmp, which save no signal
 * mask and so need no system call. Under sanitizers every switch is swapcontext, which they understand, with their
 * annotations. */
#undef _FORTIFY_SOURCE /* its longjmp refuses to leave the current stack */
#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/context.h"
#include "core/fiber.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define UNCHECKED __attribute__((no_sanitize_address, noinline))
#elif defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define UNCHECKED
#else
#define UNCHECKED
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
enum { STACK_BYTES = 4 << 20 };
#else
enum { STACK_BYTES = 1 << 20 }; /* exact arithmetic takes blocks of 64 KB; only pages that are used cost memory */
#endif

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

struct cairn_fiber {
    void (*entry)(void *arg);
    void *arg;
    char *mapping; /* guard page, then the stack */
    size_t guard;
#if defined(SANITIZED)
    ucontext_t inside, outside;
#else
    jmp_buf inside, outside;
    bool begun;
#endif
#if defined(__SANITIZE_ADDRESS__)
    void *inside_frames, *outside_frames; /* fake stacks while switched away */
    const void *outside_stack;
    size_t outside_bytes;
#elif defined(__SANITIZE_THREAD__)
    void *inside_thread, *outside_thread;
#endif
#if defined(VALGRIND_STACK_REGISTER)
    unsigned valgrind_stack;
#endif
};

static char *stack_of(const cairn_fiber *fiber) {
    return fiber->mapping + fiber->guard;
}

/* ---- what the sanitizers are told before and after a switch ---------------------------------------------------- */

static inline void entering(cairn_fiber *fiber) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fiber->outside_frames, stack_of(fiber), STACK_BYTES);
#elif defined(__SANITIZE_THREAD__)
    fiber->outside_thread = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber->inside_thread, 0);
#else
    (void)fiber;
#endif
}

static inline void entered(cairn_fiber *fiber) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fiber->inside_frames, &fiber->outside_stack, &fiber->outside_bytes);
#else
    (void)fiber;
#endif
}

/* last: nothing on the fiber's stack is needed any more, so its fake stack goes. */
static inline void leaving(cairn_fiber *fiber, bool last) {
#if defined(__SANITIZE_ADDRESS__)
    if (last) fiber->inside_frames = NULL;
    __sanitizer_start_switch_fiber(last ? NULL : &fiber->inside_frames, fiber->outside_stack, fiber->outside_bytes);
#elif defined(__SANITIZE_THREAD__)
    (void)last;
    __tsan_switch_to_fiber(fiber->outside_thread, 0);
#else
    (void)fiber;
    (void)last;
#endif
}

static inline void left(cairn_fiber *fiber) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fiber->outside_frames, NULL, NULL);
#else
    (void)fiber;
#endif
}

/* ---- switching --------------------------------------------------------------------------------------------------- */

UNCHECKED static void leave(cairn_fiber *fiber, bool last) {
    leaving(fiber, last);
#if defined(SANITIZED)
    swapcontext(&fiber->inside, &fiber->outside);
#else
    if (_setjmp(fiber->inside) == 0) _longjmp(fiber->outside, 1);
#endif
    entered(fiber);
}

/* makecontext passes ints only: the fiber comes in two halves. */
UNCHECKED static void begin(unsigned high, unsigned low) {
    cairn_fiber *fiber = (cairn_fiber *)(uintptr_t)((uint64_t)high << 32 | low);
    entered(fiber);
    for (;;) {
        fiber->entry(fiber->arg);
        leave(fiber, true);
    }
}

static void prepare(cairn_fiber *fiber, ucontext_t *context) {
    getcontext(context);
    context->uc_stack.ss_sp = stack_of(fiber);
    context->uc_stack.ss_size = STACK_BYTES;
    context->uc_link = NULL;
    uint64_t address = (uint64_t)(uintptr_t)fiber;
    makecontext(context, (void (*)(void))begin, 2, (unsigned)(address >> 32), (unsigned)(address & UINT32_MAX));
}

UNCHECKED void fiber_enter(cairn_fiber *fiber) {
    entering(fiber);
#if defined(SANITIZED)
    swapcontext(&fiber->outside, &fiber->inside);
#else
    if (_setjmp(fiber->outside) == 0) {
        if (fiber->begun) _longjmp(fiber->inside, 1);
        fiber->begun = true;
        ucontext_t first;
        prepare(fiber, &first);
        setcontext(&first);
    }
#endif
    left(fiber);
}

void fiber_leave(cairn_fiber *fiber) {
    leave(fiber, false);
}

/* ---- opening and closing ------------------------------------------------------------------------------------------ */

cairn_status fiber_open(cairn_ctx *ctx, void (*entry)(void *arg), void *arg, cairn_fiber **out) {
    cairn_fiber *fiber = cairn_alloc(ctx, 1, sizeof *fiber);
    if (!fiber) return CAIRN_NO_MEMORY;
    fiber->entry = entry;
    fiber->arg = arg;
    fiber->guard = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = fiber->guard + STACK_BYTES;
    void *mapping = MAP_FAILED;
    errno = ENOMEM;
    if (!fault_alloc(ctx))
        mapping = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    fiber->mapping = mapping;
    if (mapping == MAP_FAILED || mprotect(stack_of(fiber), STACK_BYTES, PROT_READ | PROT_WRITE) != 0) {
        cairn_status status = cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for a fiber's stack: %s", strerror(errno));
        if (mapping != MAP_FAILED) munmap(mapping, bytes);
        cairn_free(fiber);
        return status;
    }
#if defined(SANITIZED)
    prepare(fiber, &fiber->inside);
#endif
#if defined(__SANITIZE_THREAD__)
    fiber->inside_thread = __tsan_create_fiber(0);
#endif
#if defined(VALGRIND_STACK_REGISTER)
    fiber->valgrind_stack = VALGRIND_STACK_REGISTER(stack_of(fiber), stack_of(fiber) + STACK_BYTES);
#endif
    *out = fiber;
    return CAIRN_OK;
}

void fiber_close(cairn_fiber *fiber) {
    if (!fiber) return;
#if defined(VALGRIND_STACK_REGISTER)
    VALGRIND_STACK_DEREGISTER(fiber->valgrind_stack);
#endif
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack_of(fiber), STACK_BYTES); /* the frames that never return */
#elif defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(fiber->inside_thread);
#endif
    munmap(fiber->mapping, fiber->guard + STACK_BYTES);
    cairn_free(fiber);
}

size_t fiber_touched(const cairn_fiber *fiber) {
    enum { LEAST_PAGE = 4096 };
    unsigned char there[STACK_BYTES / LEAST_PAGE];
    size_t page = fiber->guard, touched = 0;
    if (mincore(stack_of(fiber), STACK_BYTES, there) != 0) return 0;
    for (size_t i = 0; i < STACK_BYTES / page; i++) touched += there[i] & 1 ? page : 0;
    return touched;
}

void *fiber_arg(const cairn_fiber *fiber) {
    return fiber->arg;
}

/* Fault injection: the n-th allocation, the n-th write, a full disk, a kill. For tests of what must survive them. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/context.h"

void cairn_faults_set(cairn_ctx *ctx, cairn_faults faults) {
    context_shared *s = ctx->shared;
    atomic_store(&s->allocations, 0);
    atomic_store(&s->writes, 0);
    atomic_store(&s->bytes_written, 0);
    atomic_store(&s->points, 0);
    atomic_store(&s->alloc_fails_at, faults.alloc_fails_at);
    atomic_store(&s->write_fails_at, faults.write_fails_at);
    atomic_store(&s->disk_bytes, faults.disk_bytes);
    atomic_store(&s->kill_at, faults.kill_at);
}

/* Counts one more; true at the `at`-th. */
static bool reached(atomic_int_fast64_t *count, const atomic_int_fast64_t *at) {
    int_fast64_t wanted = atomic_load_explicit(at, memory_order_relaxed);
    return wanted > 0 && atomic_fetch_add_explicit(count, 1, memory_order_relaxed) + 1 == wanted;
}

bool fault_alloc(cairn_ctx *ctx) {
    return ctx && reached(&ctx->shared->allocations, &ctx->shared->alloc_fails_at);
}

/* True when `bytes` more do not fit on the pretended disk, which then stays full. */
static bool disk_is_full(context_shared *s, size_t bytes) {
    int_fast64_t limit = atomic_load(&s->disk_bytes), written = atomic_load(&s->bytes_written), after;
    if (limit <= 0) return false;
    bool full;
    do {
        full = written > limit || bytes > (uint64_t)(limit - written);
        after = full ? INT64_MAX : written + (int_fast64_t)bytes;
    } while (!atomic_compare_exchange_weak(&s->bytes_written, &written, after));
    return full;
}

cairn_status cairn_fault_write(cairn_ctx *ctx, size_t bytes) {
    if (!ctx) return CAIRN_OK;
    bool failing = reached(&ctx->shared->writes, &ctx->shared->write_fails_at);
    if (!failing && !disk_is_full(ctx->shared, bytes)) return CAIRN_OK;
    errno = failing ? EIO : ENOSPC;
    return CAIRN_IO;
}

void cairn_fault_point(cairn_ctx *ctx) {
    if (ctx && reached(&ctx->shared->points, &ctx->shared->kill_at)) kill(getpid(), SIGKILL);
}

/* ---- CAIRN_FAULTS ------------------------------------------------------------------------------------------------------ */

/* Reads "name=count" of `length` bytes into the fault it names; false when it is malformed or given twice. */
static bool read_fault(const char *item, size_t length, cairn_faults *faults, bool given[4]) {
    static const char *const names[4] = {"alloc", "write", "disk", "kill"};
    int64_t *const places[4] = {&faults->alloc_fails_at, &faults->write_fails_at, &faults->disk_bytes,
                                &faults->kill_at};
    const char *equals = memchr(item, '=', length);
    if (!equals) return false;
    size_t name_length = (size_t)(equals - item);
    for (int i = 0; i < 4; i++) {
        if (strlen(names[i]) != name_length || memcmp(names[i], item, name_length) != 0) continue;
        int64_t count;
        if (given[i] || cairn_parse_int(equals + 1, length - name_length - 1, &count) != CAIRN_OK || count < 0)
            return false;
        given[i] = true;
        *places[i] = count;
        return true;
    }
    return false;
}

cairn_status faults_from_environment(cairn_ctx *ctx) {
    const char *text = getenv("CAIRN_FAULTS");
    if (!text || !*text) return CAIRN_OK;
    cairn_faults faults = {0};
    bool given[4] = {false};
    for (const char *item = text;; item++) {
        size_t length = strcspn(item, ",");
        if (!read_fault(item, length, &faults, given))
            return cairn_fail(ctx, CAIRN_INVALID, "CAIRN_FAULTS=%s: expected alloc=N,write=N,disk=N,kill=N", text);
        item += length;
        if (*item == 0) break;
    }
    cairn_faults_set(ctx, faults);
    return CAIRN_OK;
}

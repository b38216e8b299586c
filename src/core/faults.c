/* Fault injection: what tests use to see that nothing is lost. */
#include <errno.h>
#include <signal.h>
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

cairn_status cairn_fault_write(cairn_ctx *ctx, size_t bytes) {
    context_shared *s = ctx->shared;
    int_fast64_t write_at = atomic_load(&s->write_fails_at), disk = atomic_load(&s->disk_bytes);
    if (write_at > 0 && atomic_fetch_add(&s->writes, 1) + 1 == write_at) {
        errno = EIO;
        return CAIRN_IO;
    }
    if (disk > 0 && atomic_fetch_add(&s->bytes_written, (int_fast64_t)bytes) + (int_fast64_t)bytes > disk) {
        errno = ENOSPC;
        return CAIRN_IO;
    }
    return CAIRN_OK;
}

void cairn_fault_point(cairn_ctx *ctx) {
    int_fast64_t at = atomic_load(&ctx->shared->kill_at);
    if (at > 0 && atomic_fetch_add(&ctx->shared->points, 1) + 1 == at) kill(getpid(), SIGKILL);
}

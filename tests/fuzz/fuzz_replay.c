/* layer: search */
/* Fuzz target: records of searches. Any bytes give a report or an error with a text, never a crash or a hang. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "cairn/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    cairn_replay_report report;
    cairn_status status = cairn_replay_text(ctx, (const char *)data, size, "fuzz", &report);
    assert(status == CAIRN_OK ? report.visit_mismatches <= report.nodes : cairn_error(ctx)[0] != 0);
    cairn_ctx_close(ctx);
    return 0;
}

/* layer: tool */
/* Fuzzes the checker of worked solutions. Blank lines cut the input into the problem and its steps; an odd number of bytes
 * is a whole solution. */
#include "cairn/tool.h"
#include "fuzz.h"

enum { STEPS_MOST = 16 };

static size_t cut(char *text, const char *parts[STEPS_MOST + 1]) {
    size_t n = 0;
    for (char *at = text; at && n <= STEPS_MOST; n++) {
        parts[n] = at;
        at = strstr(at, "\n\n");
        if (at) {
            *at = '\0';
            at += 2;
        }
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    const char *parts[STEPS_MOST + 1];
    cairn_trace_finding findings[STEPS_MOST];
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        char *text = cairn_arena_copy(arena, (const char *)data, size);
        size_t n = text ? cut(text, parts) : 0, steps = n ? n - 1 : 0;
        if (n && worked(ctx, cairn_trace_check(ctx, arena, parts[0], parts + 1, steps, size % 2, findings)))
            for (size_t i = 0; i < steps; i++) {
                const cairn_trace_finding *f = &findings[i];
                must(f->evidence && f->start <= f->end && f->end <= strlen(parts[i + 1]));
                must(f->verdict == CAIRN_VERDICT_RIGHT || f->evidence[0] != '\0');
            }
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}

/* A context and an arena, for tests of pure readers of text. */
#ifndef CAIRN_TESTS_TOOL_FIXTURE_H
#define CAIRN_TESTS_TOOL_FIXTURE_H

#include <string.h>

#include "cairn/tool.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_arena *arena;
} bench;

static inline int setup(void **state) {
    static bench b;
    assert_int_equal(cairn_ctx_open(&b.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(b.ctx, 4096, &b.arena), CAIRN_OK);
    *state = &b;
    return 0;
}

static inline int teardown(void **state) {
    bench *b = *state;
    cairn_arena_close(b->arena);
    cairn_ctx_close(b->ctx);
    return 0;
}

#endif

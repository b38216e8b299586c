/* layer: world */
/* Fuzzes the steps that worlds read: the first byte picks the world, every line is a step. A step may lead nowhere, but it never
 * fails. */
#include <math.h>

#include "../apply.h"
#include "cairn/world.h"
#include "fuzz.h"

enum { STEPS_MOST = 16 };

static int32_t cut_steps(char *text, const char *steps[STEPS_MOST]) {
    int32_t n = 0;
    for (char *at = text; at && n < STEPS_MOST; n++) {
        steps[n] = at;
        at = strchr(at, '\n');
        if (at) *at++ = '\0';
    }
    return n;
}

static void walk(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_problem *problem,
                 const char *const *steps, int32_t n) {
    size_t bytes = world->type->state_bytes;
    void *state = cairn_arena_alloc(arena, bytes + 1, 1);
    cairn_step_check check;
    cairn_outcome outcome;
    double reach;
    bool done = false;
    must(state && world->type->start(ctx, world->self, problem, state) == CAIRN_OK);
    for (int32_t i = 0; i < n && !done; i++) {
        must(world->type->verify_step(ctx, world->self, problem, state, steps, i + 1, arena, &check) == CAIRN_OK);
        must(check.code && check.evidence);
        must(apply_step(world->type, ctx, world->self, problem, state, steps[i], strlen(steps[i]), state, &done) ==
             CAIRN_OK);
        must(world->type->check(ctx, world->self, problem, state, steps, i + 1, arena, &outcome) == CAIRN_OK);
        must(outcome.verdict == CAIRN_VERDICT_UNKNOWN ? isnan(outcome.value)
                                                      : outcome.value >= 0 && outcome.value <= 1);
        if (!world->type->reachable) continue;
        must(world->type->reachable(ctx, world->self, problem, state, &reach) == CAIRN_OK);
        if (outcome.verdict == CAIRN_VERDICT_RIGHT) must(reach > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const specs[] = {"chain:steps=4", "countdown:numbers=4", "gsm8k", "text"};
    static const cairn_problem words = {.id = "apples",
                                        .text = "Ann has 3 bags of 4 apples and eats 2. How many are left?",
                                        .answer = "10",
                                        .max_steps = 9};
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_problem problem = words;
    const char *steps[STEPS_MOST];
    if (size < 1 || cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 16384, &arena) == CAIRN_OK) {
        must(cairn_world_open(ctx, arena, specs[data[0] % 4], &world) == CAIRN_OK);
        char *text = cairn_arena_copy(arena, (const char *)data + 1, size - 1);
        if (world.type->generate)
            must(world.type->generate(ctx, world.self, 1, data[0] / 4, arena, &problem) == CAIRN_OK);
        if (text) walk(ctx, arena, &world, &problem, steps, cut_steps(text, steps));
        cairn_world_close(&world);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}

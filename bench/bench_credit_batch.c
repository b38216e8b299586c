/* Credit of one batch of a million tokens: 128 prompts, 16 responses of 512 tokens each, a step every 32.
 *
 *     bench_credit_batch [runs]
 */
#include <math.h>

#include "bench.h"
#include "cairn/credit.h"

enum { GROUPS = 128, RESPONSES = 16, TOKENS = 512, STEP = 32, STEPS = TOKENS / STEP, N = GROUPS * RESPONSES };

typedef struct batch {
    cairn_trajectory y[N];
    cairn_credit_group groups[GROUPS];
    int32_t ends[STEPS];
    double scores[N][STEPS], numbers[N * TOKENS], other[N * TOKENS];
    cairn_verdict flags[N][STEPS];
    uint64_t states[N][STEPS];
    double advantage[N * TOKENS], ret[N * TOKENS];
    cairn_credit_plan plan;
} batch;

static void fill(batch *b) {
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < N * TOKENS; i++) b->numbers[i] = -cairn_rng_unit(&rng), b->other[i] = -cairn_rng_unit(&rng);
    for (int k = 0; k < STEPS; k++) b->ends[k] = (k + 1) * STEP - 1;
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < STEPS; k++) {
            b->scores[i][k] = cairn_rng_unit(&rng);
            b->flags[i][k] = (cairn_verdict)cairn_rng_below(&rng, 2);
            b->states[i][k] = cairn_rng_below(&rng, 4);
        }
        const double *x = b->numbers + i * TOKENS, *y = b->other + i * TOKENS;
        b->y[i] = (cairn_trajectory){.n_tokens = TOKENS,
                                     .n_steps = STEPS,
                                     .step_end = b->ends,
                                     .step_score = b->scores[i],
                                     .step_flag = b->flags[i],
                                     .step_state = b->states[i],
                                     .token_reward = x,
                                     .logp = x,
                                     .logp_ref = y,
                                     .value = y,
                                     .outcome = cairn_rng_below(&rng, 2),
                                     .format = 1,
                                     .think = 0.5};
    }
    for (int g = 0; g < GROUPS; g++)
        b->groups[g] = (cairn_credit_group){.responses = b->y + g * RESPONSES, .n = RESPONSES, .id = (uint64_t)g};
}

static cairn_status credit(cairn_ctx *ctx, void *arg, int64_t *items) {
    batch *b = arg;
    cairn_credit_result result = {.advantage = b->advantage, .ret = b->ret};
    CAIRN_TRY(cairn_credit(ctx, &b->plan, b->groups, GROUPS, 0, &result));
    *items += N * TOKENS;
    return CAIRN_OK;
}

static cairn_status measure(const bench *b, batch *data, cairn_arena *arena) {
    static const char *const specs[] = {
        "grpo", "pure",  "pure:kl=0.001", "clip-delta:kl=0.001", "prime:low=0,high=1", "prof:keep=8",
        "capo", "gigpo", "thought"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        CAIRN_TRY(cairn_credit_find(b->ctx, arena, specs[i], &data->plan));
        CAIRN_TRY(bench_measure(b, specs[i], 1e6, credit, data));
    }
    return CAIRN_OK;
}

static cairn_status all(const bench *b) {
    cairn_arena *arena;
    batch *data = cairn_pages(b->ctx, sizeof *data);
    if (!data) return CAIRN_NO_MEMORY;
    fill(data);
    cairn_status status = cairn_arena_open(b->ctx, 4096, &arena);
    if (status == CAIRN_OK) {
        status = measure(b, data, arena);
        cairn_arena_close(arena);
    }
    cairn_pages_free(data, sizeof *data);
    return status;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, "credit, 128 groups of 16 responses of 512 tokens", "token", all);
}

/* Surrogates: loss and slope of a million packed tokens.
 *
 *     bench_credit_surrogate [runs] */
#include <string.h>

#include "bench.h"
#include "cairn/surrogate.h"

enum { TOKENS = 1 << 20, EACH = 512, SEQUENCES = TOKENS / EACH };

typedef struct work {
    cairn_surrogate surrogate;
    cairn_surrogate_batch batch;
    double *slope;
} work;

static cairn_status pass(cairn_ctx *ctx, void *arg, int64_t *items) {
    work *w = arg;
    double loss;
    cairn_surrogate_stats stats;
    *items = TOKENS;
    return cairn_surrogate_loss(ctx, &w->surrogate, &w->batch, &loss, w->slope, &stats);
}

static cairn_status all(const bench *b) {
    static const char *const specs[] = {"reinforce",
                                        "ppo:clip=0.2,clip-high=0.28",
                                        "ppo:dual=3,kl=0.001,importance=truncate",
                                        "gspo",
                                        "gmpo",
                                        "cispo",
                                        "sapo",
                                        "dro"};
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(b->ctx, 1 << 20, &arena));
    double *column[6]; /* logp, old, reference, sampler, advantage, slope */
    int32_t *offsets = cairn_arena_alloc(arena, SEQUENCES + 1, sizeof *offsets);
    cairn_status status = offsets ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (int c = 0; c < 6; c++)
        if (!(column[c] = cairn_arena_alloc(arena, TOKENS, sizeof *column[c]))) status = CAIRN_NO_MEMORY;
    for (int i = 0; status == CAIRN_OK && i <= SEQUENCES; i++) offsets[i] = i * EACH;
    cairn_rng rng = cairn_rng_open(1, 0, CAIRN_PATH_ROOT, CAIRN_VERB_LEARN, 0, 0);
    for (int t = 0; status == CAIRN_OK && t < TOKENS; t++) {
        column[0][t] = -5 + cairn_rng_unit(&rng);
        for (int c = 1; c < 4; c++) column[c][t] = column[0][t] + 0.2 * cairn_rng_normal(&rng);
        column[4][t] = cairn_rng_normal(&rng);
    }
    for (size_t i = 0; status == CAIRN_OK && i < sizeof specs / sizeof *specs; i++) {
        work w = {.batch = {.n_sequences = SEQUENCES,
                            .offsets = offsets,
                            .logp = column[0],
                            .logp_old = column[1],
                            .advantage = column[4]},
                  .slope = column[5]};
        if (strstr(specs[i], "kl=")) w.batch.logp_ref = column[2];
        if (strstr(specs[i], "importance=")) w.batch.logp_sampler = column[3];
        status = cairn_surrogate_find(b->ctx, arena, specs[i], &w.surrogate);
        if (status == CAIRN_OK) status = bench_measure(b, specs[i], 0, pass, &w);
    }
    cairn_arena_close(arena);
    return status;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, "surrogates, 1 M tokens", "token", all);
}

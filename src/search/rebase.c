/* REBASE (arXiv 2408.00724), reward-balanced search: every open prefix gets children in proportion to a softmax of its
 * last step's reward; finished ones take their share of the width with them. Equal texts are one prefix with one share.
 */
#include <math.h>

#include "cairn/loops.h"

typedef struct rebase_config {
    int64_t width, depth;
    double temperature;
    int32_t allocation; /* cairn_allocation */
} rebase_config;

static const cairn_option options[] = {
    CAIRN_INT(rebase_config, width, "0", 0, 1 << 20, "prefixes",
              "W: children of all open prefixes together; 0: what the budget pays for, 16 without one."),
    CAIRN_REAL(rebase_config, temperature, "0.2", 1e-6, 1e6, "", "T of the softmax over rewards."),
    CAIRN_CHOICE(rebase_config, allocation, "ceil", "ceil|round|largest-remainder",
                 "ceil: shares in order of reward, rounded up (released code); round: as printed in the paper."),
    CAIRN_INT(rebase_config, depth, "0", 0, 65535, "steps",
              "Longer prefixes are dropped (released code: 25); 0: only the problem's own bound."),
};

/* An unknown reward counts as the least of the range: it is kept only by what is left over. */
static cairn_status allocate(cairn_workspace *workspace, void *arg, int64_t width, cairn_branch *open, int32_t n) {
    const rebase_config *c = arg;
    bool too_deep = c->depth && workspace->tree->depth[open[0].node] >= c->depth;
    double *rewards = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *rewards);
    int64_t *counts = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *counts);
    if (!rewards || !counts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        double score = workspace->tree->score[workspace->column][open[i].node];
        rewards[i] = isnan(score) ? workspace->cast[CAIRN_ROLE_JUDGE].reward->low : score;
    }
    cairn_status status =
        cairn_allocate_softmax(rewards, n, width, c->temperature, (cairn_allocation)c->allocation, counts);
    if (status != CAIRN_OK)
        return cairn_fail(workspace->ctx, status, "rebase: %s",
                          status == CAIRN_NO_MEMORY ? "no memory to share out what is left of the width"
                                                    : "the rewards cannot be turned into shares of the width");
    for (int32_t i = 0; i < n; i++) open[i].count = too_deep ? 0 : (int32_t)counts[i];
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    rebase_config c = *(const rebase_config *)config;
    cairn_frontier loop = {.scores = true, .allocate = allocate};
    CAIRN_TRY(cairn_frontier_search(workspace, &loop, &c, c.width, 1, out));
    return cairn_choose_weighted(workspace, out);
}

const cairn_search_type cairn_search_rebase = {
    .about = {.name = "rebase",
              .summary = "Width shared among open prefixes by a softmax of their rewards; weighted vote.",
              .source = "arXiv 2408.00724",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(rebase_config)},
    .needs_reward = true,
    .run = run,
};

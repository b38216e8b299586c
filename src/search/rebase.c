/* REBASE (arXiv 2408.00724), reward-balanced search: every open prefix gets children in proportion to a softmax of its last step's
 * reward; finished ones take their share of the width with them. Equal texts are one prefix with one share. */
#include <math.h>

#include "search/frontier.h"
#include "search/pick.h"

typedef struct rebase_config {
    int64_t width, depth;
    double temperature;
    int32_t allocation; /* cairn_allocation */
} rebase_config;

static const cairn_option options[] = {
    {.name = "width",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(rebase_config, width),
     .preset = "0",
     .low = 0,
     .high = 1 << 20,
     .unit = "prefixes",
     .help = "W: children of all open prefixes together; 0: what the budget pays for, 16 without one."},
    {.name = "temperature",
     .kind = CAIRN_OPTION_REAL,
     .offset = offsetof(rebase_config, temperature),
     .preset = "0.2",
     .low = 1e-6,
     .high = 1e6,
     .unit = "",
     .help = "T of the softmax over rewards."},
    {.name = "allocation",
     .kind = CAIRN_OPTION_CHOICE,
     .offset = offsetof(rebase_config, allocation),
     .preset = "ceil",
     .choices = "ceil|round|largest-remainder",
     .unit = "",
     .help = "ceil: shares in order of reward, rounded up (released code); round: as printed in the paper."},
    {.name = "depth",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(rebase_config, depth),
     .preset = "0",
     .low = 0,
     .high = 65535,
     .unit = "steps",
     .help = "Longer prefixes are dropped (released code: 25); 0: only the problem's own bound."},
};

/* An unknown reward counts as the least of the range: it is kept only by what is left over. */
static cairn_status allocate(cairn_search *search, const void *config, int64_t width, cairn_branch *open, int32_t n) {
    const rebase_config *c = config;
    bool too_deep = c->depth && search->tree->depth[open[0].node] >= c->depth;
    double *rewards = cairn_arena_alloc(search->arena, (size_t)n + 1, sizeof *rewards);
    int64_t *counts = cairn_arena_alloc(search->arena, (size_t)n + 1, sizeof *counts);
    if (!rewards || !counts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        double score = search->tree->score[search->column][open[i].node];
        rewards[i] = isnan(score) ? search->reward->low : score;
    }
    cairn_status status =
        cairn_allocate_softmax(rewards, n, width, c->temperature, (cairn_allocation)c->allocation, counts);
    if (status != CAIRN_OK)
        return cairn_fail(search->ctx, status, "rebase: %s",
                          status == CAIRN_NO_MEMORY ? "no memory to share out what is left of the width"
                                                    : "the rewards cannot be turned into shares of the width");
    for (int32_t i = 0; i < n; i++) open[i].count = too_deep ? 0 : (int32_t)counts[i];
    return CAIRN_OK;
}

static cairn_status round_at(cairn_search *search, const void *config, int64_t width, frontier_pool *pool) {
    frontier_rule rule = {.scores = true, .allocate = allocate};
    return frontier_grow(search, &rule, config, width, width, pool);
}

static cairn_status run(cairn_search *search, const void *config, cairn_result *out) {
    const rebase_config *c = config;
    CAIRN_TRY(frontier_rounds(search, round_at, config, c->width, 1, out));
    return pick_weighted(search, out);
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

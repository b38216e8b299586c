/* The retry loop: propose one step, accept it when its score reaches a threshold, else propose again; after `tries` proposals the best
 * of them is taken. */
#include <math.h>

#include "search/frontier.h"
#include "search/pick.h"
#include "search/spending.h"

typedef struct retry_config {
    int64_t tries;
    double threshold;
} retry_config;

static const cairn_option options[] = {
    CAIRN_INT(retry_config, tries, "8", 1, 1 << 20, "steps", "Proposals for one step before the best is taken."),
    CAIRN_REAL(retry_config, threshold, "0.5", -1e9, 1e9, "score",
               "A step with at least this score is accepted; an unknown one is not."),
};

/* Proposes at `node` until a step is accepted; *next is that step, or the best of all tries. */
static cairn_status next_step(cairn_workspace *workspace, const retry_config *config, cairn_node node,
                              cairn_node *next) {
    cairn_branch *seen = cairn_arena_alloc(workspace->arena, (size_t)config->tries, sizeof *seen);
    if (!seen) return CAIRN_NO_MEMORY;
    int32_t n = 0;
    cairn_status status = CAIRN_OK;
    for (int64_t i = 0; i < config->tries && status == CAIRN_OK; i++) {
        cairn_branch branch = {.node = node, .count = 1}, child;
        int32_t made;
        status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &made);
        if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
        if (made == 0) break;
        CAIRN_TRY(cairn_score(workspace, &child.node, 1));
        seen[n++] = child;
        if (workspace->tree->score[workspace->column][child.node] >= config->threshold) {
            *next = child.node;
            return CAIRN_OK;
        }
    }
    if (n == 0) return status;
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++) {
        float a = workspace->tree->score[workspace->column][seen[i].node];
        float b = workspace->tree->score[workspace->column][seen[best].node];
        if (a > b || (isnan(b) && !isnan(a))) best = i;
    }
    *next = seen[best].node;
    return CAIRN_OK;
}

/* `width` solutions, one after another. */
static cairn_status round_at(cairn_workspace *workspace, const void *config, int64_t width, frontier_pool *pool) {
    for (int64_t i = 0; i < width; i++) {
        cairn_node node = CAIRN_ROOT;
        while (!(workspace->tree->flags[node] & CAIRN_NODE_TERMINAL))
            CAIRN_TRY(next_step(workspace, config, node, &node));
        CAIRN_TRY(frontier_add(workspace, pool, (cairn_branch){.node = node, .count = 1}));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    CAIRN_TRY(frontier_rounds(workspace, round_at, config, spending_bounded(workspace) ? 0 : 1, 1, out));
    return pick_best(workspace, out);
}

const cairn_search_type cairn_search_retry = {
    .about = {.name = "retry",
              .summary = "A solution whose steps are proposed again until their scores are good enough; of all that a "
                         "budget pays for, the "
                         "best.",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(retry_config)},
    .needs_reward = true,
    .run = run,
};

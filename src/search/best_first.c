/* Best-first tree search (Koh et al. 2024, arXiv 2407.01476): all open prefixes wait in one queue, the one of greatest
 * value is expanded next, wherever it is in the tree. Published: b = 5 children a node, c = 20 expansions. There a
 * prefix is worth its value function; here the aggregate of its step scores. */
#include "cairn/loops.h"

typedef struct best_first_config {
    int64_t branch, expansions;
    int32_t pick;
} best_first_config;

enum { PICK_BEST, PICK_WEIGHTED };

static const cairn_option options[] = {
    CAIRN_INT(best_first_config, branch, "5", 1, 1 << 16, "steps", "b: steps sampled when a prefix is expanded."),
    CAIRN_INT(
        best_first_config, expansions, "0", 0, 1e12, "",
        "c: prefixes taken from the queue, at most. 0: until the budget is spent; without one, as many steps as 16 "
        "solutions have."),
    CAIRN_CHOICE(best_first_config, pick, "best", "best|weighted",
                 "Answer: best-scored finished solution; weighted vote of all."),
};

/* Children are scored as they are sampled: their values order the queue. */
static cairn_status expand(cairn_workspace *workspace, void *arg, cairn_node leaf, int32_t count,
                           cairn_branch *children, int32_t *n) {
    (void)arg;
    cairn_branch branch = {.node = leaf, .count = count};
    cairn_status status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(cairn_score_branches(workspace, children, *n));
    return status;
}

/* Unknown where no step of the prefix has a known score. */
static double value_of(cairn_workspace *workspace, void *arg, cairn_node node) {
    (void)arg;
    return cairn_tree_aggregate(workspace->tree, node, workspace->column, workspace->aggregator);
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    const best_first_config *c = config;
    cairn_tree_loop loop = {.priority = value_of, .expand = expand, .branch = c->branch, .simulations = c->expansions};
    cairn_finished finished = {0};
    CAIRN_TRY(cairn_tree_search(workspace, &loop, NULL, &finished));
    CAIRN_TRY(cairn_candidates(workspace, finished.solutions, finished.n, out));
    return c->pick == PICK_WEIGHTED ? cairn_choose_weighted(workspace, out) : cairn_choose_best(workspace, out);
}

const cairn_search_type cairn_search_best_first = {
    .about = {.name = "best-first",
              .summary = "Expands the open prefix with the best scores, wherever it is in the tree.",
              .source = "arXiv 2407.01476",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(best_first_config)},
    .needs_reward = true,
    .run = run,
};

/* Diverse verifier tree search (search-and-learn, Beeching et al. 2024): N/M independent subtrees. Each samples M next
 * steps and appends the best of them, until that one is a whole solution; subtrees are never compared. The last M
 * children of each subtree are all candidates. With N = M it is step-level best-of-N (arXiv 2503.13551): M candidates a
 * step, the best is appended. */
#include "cairn/loops.h"

typedef struct dvts_config {
    int64_t width, branch;
} dvts_config;

static const cairn_option options[] = {
    CAIRN_INT(dvts_config, width, "0", 0, CAIRN_MOST_WIDTH, "prefixes",
              "N: candidates in all; 0: what the budget pays for, 16 without one."),
    CAIRN_INT(dvts_config, branch, "4", 1, 1 << 20, "steps", "M: next steps sampled by each of the N/M subtrees."),
};

typedef struct subtree {
    const cairn_branch *children; /* [n] of its last growth */
    int32_t n;
    bool ended; /* its best child is a whole solution */
} subtree;

/* The subtrees of one round. */
typedef struct forest {
    subtree *subtrees; /* [groups] */
    int32_t groups, branch;
} forest;

/* Each subtree goes on from its best child until that is a whole solution. Children stand in the order of their
 * parents. */
static cairn_status prune(cairn_workspace *workspace, void *arg, const cairn_branch *grown, int32_t n,
                          cairn_branch *open, int32_t *n_open, cairn_finished *finished) {
    const forest *f = arg;
    (void)finished; /* until all subtrees have ended */
    for (int32_t at = 0, end; at < n; at = end) {
        for (end = at + 1; end < n && grown[end].from == grown[at].from;) end++;
        cairn_branch best = grown[at + cairn_best_branch(workspace, grown + at, end - at)];
        bool ended = workspace->tree->flags[best.node] & CAIRN_NODE_TERMINAL;
        f->subtrees[best.group] = (subtree){grown + at, end - at, ended};
        best.count = f->branch;
        if (!ended) open[(*n_open)++] = best;
    }
    return CAIRN_OK;
}

/* All children of subtrees that ended; of those that the budget cut off only whole solutions. */
static cairn_status collect(cairn_workspace *workspace, const forest *f, cairn_finished *finished) {
    for (int32_t g = 0; g < f->groups; g++)
        for (int32_t i = 0; i < f->subtrees[g].n; i++) {
            cairn_branch child = f->subtrees[g].children[i];
            if (f->subtrees[g].ended || (workspace->tree->flags[child.node] & CAIRN_NODE_TERMINAL))
                CAIRN_TRY(cairn_finished_add(workspace, finished, child));
        }
    return CAIRN_OK;
}

static cairn_status round_at(cairn_workspace *workspace, void *arg, int64_t width, cairn_finished *finished) {
    const dvts_config *c = arg;
    int64_t branch = c->branch < width ? c->branch : width; /* a width below M is one subtree of that width */
    forest f = {.groups = (int32_t)(width / branch), .branch = (int32_t)branch};
    cairn_branch *start = cairn_arena_alloc(workspace->arena, (size_t)f.groups, sizeof *start);
    f.subtrees = cairn_arena_alloc(workspace->arena, (size_t)f.groups, sizeof *f.subtrees);
    if (!start || !f.subtrees) return CAIRN_NO_MEMORY;
    for (int32_t g = 0; g < f.groups; g++) start[g] = (cairn_branch){.node = CAIRN_ROOT, .count = f.branch, .group = g};
    cairn_frontier loop = {
        .scores = true, .waits = finished->width_given ? CAIRN_WAIT_NONE : CAIRN_WAIT_BRANCHES, .prune = prune};
    cairn_status status = cairn_frontier_round(workspace, &loop, &f, start, f.groups, INT64_MAX, finished);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(collect(workspace, &f, finished));
    return status;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    dvts_config c = *(const dvts_config *)config;
    cairn_finished finished = {0};
    CAIRN_TRY(cairn_rounds(workspace, round_at, &c, c.width, c.branch, &finished));
    CAIRN_TRY(cairn_candidates(workspace, finished.solutions, finished.n, out));
    return cairn_choose_best(workspace, out);
}

const cairn_search_type cairn_search_dvts = {
    .about = {.name = "dvts",
              .summary = "Independent subtrees, each going on from the best of M sampled steps.",
              .source = "search-and-learn (Beeching et al. 2024)",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(dvts_config)},
    .needs_reward = true,
    .run = run,
};

/* Diverse verifier tree search (search-and-learn, Beeching et al. 2024): N/M independent subtrees, each of which samples M next steps
 * and goes on from the best of them until that one is a whole solution; subtrees are never compared. The last M children of each
 * subtree are all candidates. */
#include <math.h>

#include "search/frontier.h"
#include "search/pick.h"

typedef struct dvts_config {
    int64_t width, branch;
} dvts_config;

static const cairn_option options[] = {
    CAIRN_INT(dvts_config, width, "0", 0, FRONTIER_WIDEST, "prefixes",
              "N: candidates in all; 0: what the budget pays for, 16 without one."),
    CAIRN_INT(dvts_config, branch, "4", 1, 1 << 20, "steps", "M: next steps sampled by each of the N/M subtrees."),
};

typedef struct subtree {
    cairn_branch *children; /* [n] of its last growth */
    int32_t n;
    bool ended; /* its best child is a whole solution */
} subtree;

/* The subtrees of one round. */
typedef struct forest {
    subtree *subtrees;  /* [groups] */
    cairn_branch *open; /* [n_open] the prefixes that they grow from */
    int32_t groups, n_open;
} forest;

/* The child with the best aggregate, an unknown one last; ties to the earliest. */
static cairn_node best_child(const cairn_workspace *workspace, const subtree *s) {
    cairn_node best = CAIRN_NONE;
    double most = NAN;
    for (int32_t i = 0; i < s->n; i++) {
        double score =
            cairn_tree_aggregate(workspace->tree, s->children[i].node, workspace->column, workspace->aggregator);
        if (best == CAIRN_NONE || score > most || (isnan(most) && !isnan(score)))
            best = s->children[i].node, most = score;
    }
    return best;
}

/* One step of the first n open subtrees; those whose best child is a whole solution, or that got no child, leave `open`. */
static cairn_status grow(cairn_workspace *workspace, forest *f, int32_t n) {
    int32_t made, kept = 0;
    size_t room = 0;
    for (int32_t i = 0; i < n; i++) room += (size_t)f->open[i].count;
    cairn_branch *children = cairn_arena_alloc(workspace->arena, room, sizeof *children);
    cairn_node *nodes = cairn_arena_alloc(workspace->arena, room, sizeof *nodes);
    if (!children || !nodes) return CAIRN_NO_MEMORY;
    cairn_status grown = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, f->open, n, children, &made);
    if (grown != CAIRN_OK && grown != CAIRN_BUDGET) return grown;
    for (int32_t i = 0; i < made; i++) nodes[i] = children[i].node;
    CAIRN_TRY(cairn_score(workspace, nodes, made));
    for (int32_t i = 0, at = 0; i < n; i++) { /* children stand in the order of their parents */
        cairn_branch open = f->open[i];
        subtree s = {.children = &children[at]};
        while (at < made && children[at].from == i) at++, s.n++;
        if (s.n == 0) continue;
        open.node = best_child(workspace, &s);
        s.ended = workspace->tree->flags[open.node] & CAIRN_NODE_TERMINAL;
        f->subtrees[open.group] = s;
        if (!s.ended) f->open[kept++] = open;
    }
    for (int32_t i = n; i < f->n_open; i++) f->open[kept++] = f->open[i];
    f->n_open = kept;
    return grown;
}

/* Subtrees that the budget takes to their ends at once; the others wait. */
static int32_t count_growing(const cairn_workspace *workspace, const frontier_pool *pool, const forest *f) {
    int64_t taken = 0;
    int32_t n = 0;
    if (pool->given) return f->n_open;
    for (; n < f->n_open; n++) {
        taken += f->open[n].count;
        if (n > 0 && taken > frontier_affords(workspace, pool, workspace->tree->depth[f->open[n].node])) break;
    }
    return n;
}

/* All children of subtrees that ended; of those that the budget cut off only whole solutions. */
static cairn_status collect(cairn_workspace *workspace, const forest *f, frontier_pool *pool) {
    for (int32_t g = 0; g < f->groups; g++)
        for (int32_t i = 0; i < f->subtrees[g].n; i++) {
            cairn_branch child = f->subtrees[g].children[i];
            if (f->subtrees[g].ended || (workspace->tree->flags[child.node] & CAIRN_NODE_TERMINAL))
                CAIRN_TRY(frontier_add(workspace, pool, child));
        }
    return CAIRN_OK;
}

static cairn_status round_at(cairn_workspace *workspace, const void *config, int64_t width, frontier_pool *pool) {
    const dvts_config *c = config;
    int64_t branch = c->branch < width ? c->branch : width; /* a width below M is one subtree of that width */
    forest f = {.groups = (int32_t)(width / branch)};
    f.open = cairn_arena_alloc(workspace->arena, (size_t)f.groups, sizeof *f.open);
    f.subtrees = cairn_arena_alloc(workspace->arena, (size_t)f.groups, sizeof *f.subtrees);
    if (!f.open || !f.subtrees) return CAIRN_NO_MEMORY;
    for (int32_t g = 0; g < f.groups; g++)
        f.open[f.n_open++] = (cairn_branch){.node = CAIRN_ROOT, .count = (int32_t)branch, .group = g};
    cairn_status status = CAIRN_OK;
    while (f.n_open > 0 && status == CAIRN_OK) status = grow(workspace, &f, count_growing(workspace, pool, &f));
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(collect(workspace, &f, pool));
    return status;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    const dvts_config *c = config;
    CAIRN_TRY(frontier_rounds(workspace, round_at, config, c->width, c->branch, out));
    return pick_best(workspace, out);
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

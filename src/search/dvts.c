/* Diverse verifier tree search (search-and-learn, Beeching et al. 2024): N/M independent subtrees, each of which samples M next steps
 * and goes on from the best of them until that one is a whole solution; subtrees are never compared. The last M children of each
 * subtree are all candidates. */
#include <math.h>
#include <string.h>

#include "search/frontier.h"
#include "search/pick.h"

typedef struct dvts_config {
    int64_t width, branch;
} dvts_config;

static const cairn_option options[] = {
    {.name = "width",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(dvts_config, width),
     .preset = "0",
     .low = 0,
     .high = FRONTIER_WIDEST,
     .unit = "prefixes",
     .help = "N: candidates in all; 0: what the step budget pays for, 16 without one."},
    {.name = "branch",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(dvts_config, branch),
     .preset = "4",
     .low = 1,
     .high = 1 << 20,
     .unit = "steps",
     .help = "M: next steps sampled by each of the N/M subtrees."},
};

typedef struct subtree {
    cairn_branch *children; /* [n] of its last growth */
    int32_t n;
} subtree;

/* The child with the best aggregate, an unknown one last; ties to the earliest. */
static cairn_node best_child(const cairn_search *search, const subtree *s) {
    cairn_node best = CAIRN_NONE;
    double most = NAN;
    for (int32_t i = 0; i < s->n; i++) {
        double score = cairn_tree_aggregate(search->tree, s->children[i].node, search->column, search->aggregator);
        if (best == CAIRN_NONE || score > most || (isnan(most) && !isnan(score)))
            best = s->children[i].node, most = score;
    }
    return best;
}

/* One step of every open subtree; those whose best child is a whole solution, or that got no child, leave `open`. */
static cairn_status grow(cairn_search *search, int64_t branch, subtree *subtrees, cairn_branch *open, int32_t *n_open) {
    int32_t n, kept = 0;
    size_t room = (size_t)*n_open * (size_t)branch;
    cairn_branch *children = cairn_arena_alloc(search->arena, room, sizeof *children);
    cairn_node *nodes = cairn_arena_alloc(search->arena, room, sizeof *nodes);
    if (!children || !nodes) return CAIRN_NO_MEMORY;
    cairn_status grown = cairn_propose(search, CAIRN_ROLE_GENERATOR, open, *n_open, children, &n);
    if (grown != CAIRN_OK && grown != CAIRN_BUDGET) return grown;
    for (int32_t i = 0; i < n; i++) nodes[i] = children[i].node;
    CAIRN_TRY(cairn_score(search, nodes, n));
    for (int32_t i = 0, at = 0; i < *n_open; i++) { /* children stand in the order of their parents */
        subtree s = {.children = &children[at]};
        while (at < n && children[at].from == i) at++, s.n++;
        if (s.n == 0) continue;
        subtrees[open[i].group] = s;
        cairn_node best = best_child(search, &s);
        if (search->tree->flags[best] & CAIRN_NODE_TERMINAL) continue;
        open[kept++] = (cairn_branch){.node = best, .count = (int32_t)branch, .group = open[i].group};
    }
    *n_open = kept;
    return grown;
}

static cairn_status finish(cairn_search *search, const subtree *subtrees, int32_t groups, cairn_result *out) {
    int32_t n = 0;
    for (int32_t g = 0; g < groups; g++) n += subtrees[g].n;
    cairn_branch *leaves = cairn_arena_alloc(search->arena, (size_t)n + 1, sizeof *leaves);
    if (!leaves) return CAIRN_NO_MEMORY;
    n = 0;
    for (int32_t g = 0; g < groups; g++) {
        if (subtrees[g].n) memcpy(leaves + n, subtrees[g].children, (size_t)subtrees[g].n * sizeof *leaves);
        n += subtrees[g].n;
    }
    CAIRN_TRY(pick_candidates(search, leaves, n, out));
    return pick_best(search, out);
}

static cairn_status run(cairn_search *search, const void *config, cairn_result *out) {
    const dvts_config *c = config;
    int64_t width = frontier_width(search, c->width);
    int64_t branch = c->branch < width ? c->branch : width; /* a width below M is one subtree of that width */
    int32_t groups = (int32_t)(width / branch), n_open = groups;
    cairn_branch *open = cairn_arena_alloc(search->arena, (size_t)groups, sizeof *open);
    subtree *subtrees = cairn_arena_alloc(search->arena, (size_t)groups, sizeof *subtrees);
    if (!open || !subtrees) return CAIRN_NO_MEMORY;
    for (int32_t g = 0; g < groups; g++)
        open[g] = (cairn_branch){.node = CAIRN_ROOT, .count = (int32_t)branch, .group = g};
    cairn_status status = CAIRN_OK;
    while (n_open > 0 && status == CAIRN_OK) status = grow(search, branch, subtrees, open, &n_open);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    return finish(search, subtrees, groups, out);
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

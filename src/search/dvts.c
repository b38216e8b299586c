/* Diverse verifier tree search (search-and-learn, Beeching et al. 2024): N/M independent subtrees, each of which samples M next steps
 * and goes on from its best; subtrees are never compared. The last M children of each subtree are all candidates. */
#include "search/frontier.h"
#include "search/pick.h"
#include "search/rank.h"

typedef struct dvts_config {
    int64_t width, branch;
} dvts_config;

static const cairn_option options[] = {
    {.name = "width",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(dvts_config, width),
     .preset = "0",
     .low = 0,
     .high = 1 << 20,
     .unit = "prefixes",
     .help = "N: candidates in all; 0: from the step budget."},
    {.name = "branch",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(dvts_config, branch),
     .preset = "4",
     .low = 1,
     .high = 1 << 20,
     .unit = "steps",
     .help = "M: next steps sampled by each of the N/M subtrees."},
};

/* In each group the best child gets M draws, the others none. `order` visits the branches best first. */
static cairn_status allocate(cairn_search *search, const void *config, int64_t width, cairn_branch *open, int32_t n) {
    const dvts_config *c = config;
    (void)width;
    int32_t *order, groups = 0;
    CAIRN_TRY(rank_by_aggregate(search, open, n, &order));
    for (int32_t i = 0; i < n; i++) {
        open[i].count = 0;
        if (open[i].group >= groups) groups = open[i].group + 1;
    }
    bool *served = cairn_arena_alloc(search->arena, (size_t)groups + 1, sizeof *served);
    if (!served) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        cairn_branch *branch = &open[order[i]];
        if (served[branch->group]) continue;
        served[branch->group] = true;
        branch->count = (int32_t)c->branch;
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_search *search, const void *config, cairn_result *out) {
    const dvts_config *c = config;
    int64_t width;
    CAIRN_TRY(frontier_width(search, c->width, &width));
    dvts_config fitted = *c; /* a width below M is one subtree of that width */
    if (fitted.branch > width) fitted.branch = width;
    int32_t groups = (int32_t)(width / fitted.branch);
    cairn_branch *start = cairn_arena_alloc(search->arena, (size_t)groups, sizeof *start);
    if (!start) return CAIRN_NO_MEMORY;
    for (int32_t g = 0; g < groups; g++)
        start[g] = (cairn_branch){.node = CAIRN_ROOT, .count = (int32_t)fitted.branch, .group = g};
    frontier_rule rule = {.scores = true, .allocate = allocate, .finish = pick_best};
    return frontier_run(search, &rule, &fitted, INT64_MAX, start, groups, out);
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

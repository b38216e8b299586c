/* Beam search on step scores (arXiv 2408.03314, in the form of search-and-learn): of N prefixes the N/M best are kept and grown to N
 * again; finished ones leave the competition. */

#include "search/frontier.h"
#include "search/pick.h"
#include "search/rank.h"

typedef struct beam_config {
    int64_t width, branch;
} beam_config;

static const cairn_option options[] = {
    {.name = "width",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(beam_config, width),
     .preset = "0",
     .low = 0,
     .high = 1 << 20,
     .unit = "prefixes",
     .help = "N: prefixes grown at each depth; 0: from the step budget."},
    {.name = "branch",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(beam_config, branch),
     .preset = "4",
     .low = 1,
     .high = 1 << 20,
     .unit = "steps",
     .help = "M: children of each kept prefix; N/M prefixes are kept."},
};

/* Keeps the N/M best distinct prefixes by aggregate and deals the width to them in turn. */
static cairn_status allocate(cairn_search *search, const void *config, int64_t width, cairn_branch *open, int32_t n) {
    const beam_config *c = config;
    int32_t *order;
    CAIRN_TRY(rank_by_aggregate(search, open, n, &order));
    int64_t keep = width / c->branch > 1 ? width / c->branch : 1;
    if (keep > n) keep = n;
    for (int32_t i = 0; i < n; i++) open[i].count = 0;
    for (int64_t i = 0; i < width; i++) open[order[i % keep]].count++;
    return CAIRN_OK;
}

static cairn_status run(cairn_search *search, const void *config, cairn_result *out) {
    const beam_config *c = config;
    int64_t width;
    CAIRN_TRY(frontier_width(search, c->width, &width));
    frontier_rule rule = {.scores = true, .allocate = allocate, .finish = pick_best};
    cairn_branch start = {.node = CAIRN_ROOT, .count = (int32_t)width};
    return frontier_run(search, &rule, config, width, &start, 1, out);
}

const cairn_search_type cairn_search_beam = {
    .about = {.name = "beam",
              .summary = "Grows N prefixes step by step and keeps the N/M with the best scores.",
              .source = "arXiv 2408.03314",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(beam_config)},
    .needs_reward = true,
    .run = run,
};

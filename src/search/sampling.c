/* The sampling baselines: independent solutions, and how one answer is chosen among them. */
#include "search/frontier.h"
#include "search/pick.h"

typedef struct sampling_config {
    int64_t width;
} sampling_config;

#define WIDTH_OPTION                                                        \
    CAIRN_INT(sampling_config, width, "0", 0, FRONTIER_WIDEST, "solutions", \
              "How many solutions; 0: as many as the budget pays for, 16 without one.")

static const cairn_option sampling_options[] = {WIDTH_OPTION};

static cairn_status round_of(cairn_workspace *workspace, bool scores, int64_t width, frontier_pool *pool) {
    frontier_rule rule = {.scores = scores, .waits = true};
    return frontier_grow(workspace, &rule, NULL, width, INT64_MAX, pool);
}

static cairn_status plain_round(cairn_workspace *workspace, const void *config, int64_t width, frontier_pool *pool) {
    (void)config;
    return round_of(workspace, false, width, pool);
}

static cairn_status scored_round(cairn_workspace *workspace, const void *config, int64_t width, frontier_pool *pool) {
    (void)config;
    return round_of(workspace, true, width, pool);
}

/* Independent solutions from the root: `width` of them when it is given. Each recorded solution is one sample: of a policy that replays, all
 * or the first `width`, as far as the budget goes. */
static cairn_status sample(cairn_workspace *workspace, int64_t width, bool scores, cairn_result *out) {
    int64_t recorded = cairn_policy_solutions(workspace->cast[CAIRN_ROLE_GENERATOR].policy,
                                              workspace->problem); /* INT64_MAX: it samples */
    if (recorded == 0) return pick_candidates(workspace, NULL, 0, out);
    if (recorded < INT64_MAX && (width == 0 || width > recorded)) width = recorded;
    return frontier_rounds(workspace, scores ? scored_round : plain_round, NULL, width, 1, out);
}

/* ---- greedy: one solution --------------------------------------------------------------------------------------------- */

static cairn_status run_greedy(cairn_workspace *workspace, const void *config, cairn_result *out) {
    (void)config;
    workspace->cast[CAIRN_ROLE_GENERATOR].sampling.temperature = 0;
    CAIRN_TRY(sample(workspace, 1, false, out));
    return pick_majority(workspace, out);
}

const cairn_search_type cairn_search_greedy = {
    .about = {.name = "greedy",
              .summary =
                  "One solution at temperature 0; a scripted policy, which has no temperature, gives one sample.",
              .source = ""},
    .run = run_greedy,
};

/* ---- majority vote (self-consistency) --------------------------------------------------------------------------------- */

static cairn_status run_majority(cairn_workspace *workspace, const void *config, cairn_result *out) {
    const sampling_config *c = config;
    CAIRN_TRY(sample(workspace, c->width, false, out));
    return pick_majority(workspace, out);
}

const cairn_search_type cairn_search_majority = {
    .about = {.name = "majority",
              .summary = "Samples solutions and takes the most common answer.",
              .source = "arXiv 2203.11171",
              .options = sampling_options,
              .option_count = 1,
              .config_size = sizeof(sampling_config)},
    .run = run_majority,
};

/* ---- weighted majority ------------------------------------------------------------------------------------------------- */

static cairn_status run_weighted(cairn_workspace *workspace, const void *config, cairn_result *out) {
    const sampling_config *c = config;
    CAIRN_TRY(sample(workspace, c->width, true, out));
    return pick_weighted(workspace, out);
}

const cairn_search_type cairn_search_weighted = {
    .about = {.name = "weighted",
              .summary = "Samples solutions and takes the answer with the largest sum of aggregated step scores.",
              .source = "arXiv 2206.02336",
              .options = sampling_options,
              .option_count = 1,
              .config_size = sizeof(sampling_config)},
    .needs_reward = true,
    .run = run_weighted,
};

/* ---- best-of-N ---------------------------------------------------------------------------------------------------------- */

static cairn_status run_best_of_n(cairn_workspace *workspace, const void *config, cairn_result *out) {
    const sampling_config *c = config;
    CAIRN_TRY(sample(workspace, c->width, true, out));
    return pick_best(workspace, out);
}

const cairn_search_type cairn_search_best_of_n = {
    .about = {.name = "best-of-n",
              .summary = "Samples solutions and takes the one whose step scores aggregate highest (--aggregate).",
              .source = "arXiv 2110.14168",
              .options = sampling_options,
              .option_count = 1,
              .config_size = sizeof(sampling_config)},
    .needs_reward = true,
    .run = run_best_of_n,
};

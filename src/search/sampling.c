/* The sampling baselines: independent solutions, and how one answer is chosen among them. */
#include "cairn/loops.h"

typedef struct sampling_config {
    int64_t width;
} sampling_config;

#define WIDTH_OPTION                                                         \
    CAIRN_INT(sampling_config, width, "0", 0, CAIRN_MOST_WIDTH, "solutions", \
              "How many solutions; 0: as many as the budget pays for, 16 without one.")

static const cairn_option sampling_options[] = {WIDTH_OPTION};

/* Independent solutions from the root: `width` of them when it is given. Of a policy that replays recorded solutions
 * each one is a sample: all, or the first `width`, as far as the budget goes. */
static cairn_status sample(cairn_workspace *workspace, cairn_frontier loop, int64_t width, cairn_result *out) {
    const cairn_policy *policy = cairn_workspace_policy(workspace, CAIRN_ROLE_GENERATOR);
    int64_t recorded = cairn_policy_solutions(policy, workspace->problem); /* INT64_MAX: it samples */
    if (recorded == 0) return cairn_candidates(workspace, NULL, 0, out);
    if (recorded < INT64_MAX && (width == 0 || width > recorded)) width = recorded;
    loop.waits = CAIRN_WAIT_SAMPLES;
    return cairn_frontier_search(workspace, &loop, NULL, width, 1, out);
}

/* ---- greedy: one solution --------------------------------------------------------------------------------------------- */

static cairn_status grow_greedily(cairn_workspace *workspace, void *arg, const cairn_branch *open, int32_t n,
                                  cairn_branch *children, int32_t *n_children) {
    cairn_sampling sampling = cairn_workspace_sampling(workspace, CAIRN_ROLE_GENERATOR);
    (void)arg;
    sampling.temperature = 0;
    return cairn_propose_with(workspace, CAIRN_ROLE_GENERATOR, &sampling, open, n, children, n_children);
}

static cairn_status run_greedy(cairn_workspace *workspace, const void *config, cairn_result *out) {
    (void)config;
    CAIRN_TRY(sample(workspace, (cairn_frontier){.grow = grow_greedily}, 1, out));
    return cairn_choose_majority(workspace, out);
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
    CAIRN_TRY(sample(workspace, (cairn_frontier){0}, c->width, out));
    return cairn_choose_majority(workspace, out);
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
    CAIRN_TRY(sample(workspace, (cairn_frontier){.scores = true}, c->width, out));
    return cairn_choose_weighted(workspace, out);
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
    CAIRN_TRY(sample(workspace, (cairn_frontier){.scores = true}, c->width, out));
    return cairn_choose_best(workspace, out);
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

/* The retry loop: propose one step, accept it when its score reaches a threshold, else propose again; after `tries`
 * proposals the best of them is taken. */
#include "cairn/loops.h"

typedef struct retry_config {
    int64_t tries;
    double threshold;
} retry_config;

static const cairn_option options[] = {
    CAIRN_INT(retry_config, tries, "8", 1, 1 << 20, "steps", "Proposals for one step before the best is taken."),
    CAIRN_REAL(retry_config, threshold, "0.5", -1e9, 1e9, "score",
               "A step with at least this score is accepted; an unknown one is not."),
};

static cairn_status accept(cairn_workspace *workspace, void *arg, cairn_node step, bool *accepted) {
    const retry_config *c = arg;
    CAIRN_TRY(cairn_score(workspace, &step, 1));
    *accepted = workspace->tree->score[workspace->column][step] >= c->threshold;
    return CAIRN_OK;
}

/* `width` solutions, one after another. */
static cairn_status round_at(cairn_workspace *workspace, void *arg, int64_t width, cairn_finished *finished) {
    const retry_config *c = arg;
    cairn_retry loop = {.tries = c->tries, .accept = accept};
    for (int64_t i = 0; i < width; i++) {
        cairn_branch solution = {.count = 1};
        CAIRN_TRY(cairn_retry_solution(workspace, &loop, arg, CAIRN_ROOT, &solution.node));
        CAIRN_TRY(cairn_finished_add(workspace, finished, solution));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    retry_config c = *(const retry_config *)config;
    cairn_finished finished = {0};
    CAIRN_TRY(cairn_rounds(workspace, round_at, &c, cairn_budget_bounded(workspace) ? 0 : 1, 1, &finished));
    CAIRN_TRY(cairn_candidates(workspace, finished.solutions, finished.n, out));
    return cairn_choose_best(workspace, out);
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

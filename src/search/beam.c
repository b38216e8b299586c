/* Beam search on step scores (arXiv 2408.03314). Two published forms:
 *
 * search-and-learn: N prefixes grow by one step; the N/M best that go on are kept and copied in turn to N again.
 * Finished ones leave the competition, N stays. The last of `iterations` growths goes on to the end. The answer is the
 * best-scored finished prefix, among the first N (as released) or among all.
 *
 * ets (arXiv 2502.13575): ceil(sqrt(W)) are kept and get ceil(W'/kept) children each, W' being the width W less what
 * has finished. */
#include <math.h>

#include "cairn/loops.h"

typedef struct beam_config {
    int64_t width, branch, iterations;
    int32_t variant, finished;
} beam_config;

enum { VARIANT_SEARCH_AND_LEARN, VARIANT_ETS };
enum { FINISHED_FIRST, FINISHED_BEST };

static const cairn_option options[] = {
    CAIRN_INT(beam_config, width, "0", 0, CAIRN_MOST_WIDTH, "prefixes",
              "N: prefixes grown at each depth; 0: what the budget pays for, 16 without one."),
    CAIRN_INT(beam_config, branch, "4", 1, 1 << 20, "steps", "M: children of each kept prefix; N/M prefixes are kept."),
    CAIRN_INT(beam_config, iterations, "40", 1, 65535, "steps",
              "From this depth on prefixes go to their end without a choice."),
    CAIRN_CHOICE(beam_config, finished, "first", "first|best",
                 "The answer is the best of the first N finished prefixes (as released), or of all."),
    CAIRN_CHOICE(beam_config, variant, "search-and-learn", "search-and-learn|ets",
                 "ets: keeps ceil(sqrt(N)) prefixes, and what has finished takes its width with it."),
};

static int64_t kept(const beam_config *c, int64_t width) {
    if (c->variant == VARIANT_ETS) return (int64_t)ceil(sqrt((double)c->width));
    return width / c->branch > 1 ? width / c->branch : 1;
}

/* The best distinct prefixes by aggregate share the growth. `width` is what finished prefixes, and the budget, have
 * left. */
static cairn_status allocate(cairn_workspace *workspace, void *arg, int64_t width, cairn_branch *open, int32_t n) {
    const beam_config *c = arg;
    int32_t *order;
    if (workspace->tree->depth[open[0].node] >= c->iterations) return CAIRN_OK; /* all go on as they are */
    CAIRN_TRY(cairn_rank_branches(workspace, open, n, &order));
    int64_t grown = c->width < width ? c->width : width;
    int64_t keep = kept(c, grown) < n ? kept(c, grown) : n, at = 0;
    int64_t shared = c->variant == VARIANT_ETS ? (width + keep - 1) / keep * keep : grown;
    for (int32_t i = 0; i < n; i++) open[i].count = 0;
    for (int64_t i = 0; i < keep; i++) open[order[i]].count = 1;
    for (int32_t i = 0; i < n; i++) /* copies are dealt in turn, in order of generation */
        if (open[i].count) open[i].count = (int32_t)(shared / keep + (at++ < shared % keep));
    return CAIRN_OK;
}

/* Of a round's solutions only the first `width` samples stay. */
static cairn_status round_at(cairn_workspace *workspace, void *arg, int64_t width, cairn_finished *finished) {
    beam_config c = *(const beam_config *)arg;
    cairn_branch start = {.node = CAIRN_ROOT, .count = (int32_t)width};
    cairn_frontier loop = {.scores = true, .allocate = allocate};
    int64_t most = c.variant == VARIANT_ETS ? width : INT64_MAX, samples = 0;
    int32_t n = finished->n;
    c.width = width;
    cairn_status status = cairn_frontier_round(workspace, &loop, &c, &start, 1, most, finished);
    for (; n < finished->n && samples < width; n++) samples += finished->solutions[n].count;
    if (c.finished == FINISHED_FIRST) finished->n = n;
    return status;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    beam_config c = *(const beam_config *)config;
    cairn_finished finished = {0};
    CAIRN_TRY(cairn_rounds(workspace, round_at, &c, c.width, 1, &finished));
    CAIRN_TRY(cairn_candidates(workspace, finished.solutions, finished.n, out));
    return cairn_choose_best(workspace, out);
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

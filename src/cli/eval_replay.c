/* cairn eval replay: a recorded tree search, searched again. */
#include <inttypes.h>
#include <stdio.h>

#include "cairn/replay.h"
#include "cli/verbs.h"

typedef struct replay_config {
    bool json;
} replay_config;
static const cairn_option options[] = {CLI_FLAG(replay_config, "json", json, "Result as one JSON object.")};

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    const replay_config *config = options_;
    cairn_replay_report r;
    CAIRN_TRY(cairn_replay_file(c->ctx, arguments[0], &r));
    if (config->json)
        printf("{\"simulations\":%" PRId64 ",\"nodes\":%" PRId64 ",\"visit_mismatches\":%" PRId64
               ",\"value_difference\":%.17g}\n",
               r.simulations, r.nodes, r.visit_mismatches, r.greatest_difference);
    else
        printf("%s: %" PRId64 " simulations over %" PRId64 " recorded nodes; visit counts differ at %" PRId64
               ", values by at most %.2g\n",
               arguments[0], r.simulations, r.nodes, r.visit_mismatches, r.greatest_difference);
    return CAIRN_OK;
}

const cli_verb verb_eval_replay = {
    .about = {.name = "eval replay",
              .summary = "Repeat a recorded MuZero-style search (mctx) and compare every visit count and value.",
              .options = options,
              .option_count = 1,
              .config_size = sizeof(replay_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn eval replay muzero_qtransform_tree.json\n",
    .run = run,
};

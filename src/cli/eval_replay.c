/* cairn eval replay: a recorded tree search, searched again. */
#include <inttypes.h>
#include <stdio.h>

#include "cairn/replay.h"
#include "cli/verbs.h"

typedef struct replay_config {
    bool json;
} replay_config;
static const cairn_option options[] = {CAIRN_BOOL(replay_config, json, "false", "Result as one JSON object.")};

static cairn_status print_json(cli *c, const cairn_replay_report *r) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "simulations", r->simulations);
    cli_json_int(&j, "nodes", r->nodes);
    cli_json_int(&j, "visit_mismatches", r->visit_mismatches);
    cli_json_real(&j, "value_difference", r->greatest_difference);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    const replay_config *config = options_;
    cairn_replay_report r;
    CAIRN_TRY(cairn_replay_file(c->ctx, arguments[0], &r));
    if (config->json) return print_json(c, &r);
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

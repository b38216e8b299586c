/* P-GRPO (arXiv 2508.05170): a score of the reasoning is paid only where all tests pass, so that it can order right
 * programs and never pay for a wrong one. For your own rollouts, with `think` scores:
 *     cairn credit rollouts.jsonl --credit gated --out advantages.jsonl
 */
#include <math.h>

#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    double quality, style;
    int32_t regime;
} config;

enum { HONEST, GAMEABLE };

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "gated", "", "Row of credit (cairn help credits)."),
    CAIRN_CHOICE(config, regime, "honest", "honest|gameable",
                 "honest: the score follows the share of right operations; gameable: the number of useless steps."),
    CAIRN_REAL(config, quality, "0.35", 0, 1, "", "What right operations add to the score."),
    CAIRN_REAL(config, style, "0.08", 0, 1, "", "What a useless step adds, up to four."),
};

#define GAMEABLE_WORLD "regime=gameable,quality=0.1,style=0.16"
static const cairn_arm arms[] = {
    {"outcome", "credit=gated:weight=0"},
    {"gated", "credit=gated"},
    {"ungated", "credit=ungated"},
    {"gameable, outcome", "credit=gated:weight=0," GAMEABLE_WORLD},
    {"gameable, gated", "credit=gated," GAMEABLE_WORLD},
    {"gameable, ungated", "credit=ungated," GAMEABLE_WORLD},
};

static const cairn_claim claims[] = {
    {"clean at 50, gated over outcome", .of = "clean 50", .a = "gated", .minus = "outcome", .at_least = CAIRN_BAR(0.02),
     .mean_at_least = CAIRN_BAR(0.04)},
    {"accuracy at 100 with a score that can be gamed, gated over ungated", .of = "accuracy 100", .a = "gameable, gated",
     .minus = "gameable, ungated", .at_least = CAIRN_BAR(0.05), .mean_at_least = CAIRN_BAR(0.10)},
    {"the same, gated over outcome", .of = "accuracy 100", .a = "gameable, gated", .minus = "gameable, outcome",
     .mean_at_least = CAIRN_BAR(-0.06)},
};

static cairn_status judge(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    const config *c = arg;
    (void)lab;
    for (int32_t i = 0; i < g->n; i++) {
        const chain_rl_response *y = &g->responses[i];
        double share = y->operations ? (double)y->right_operations / y->operations : 0;
        double score = 0.35 + c->quality * share + c->style * fmin(y->fills, 4) + 0.1 * cairn_rng_normal(rng);
        g->trajectories[i].think = fmin(1, fmax(0, score));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    config c = *(const config *)configuration;
    const int32_t at[] = {50, 100};
    chain_rl_setup setup = {.length = 3,
                            .budget = 8,
                            .group = 8,
                            .easy = 1,
                            .hard = 0.5,
                            .lucky = 0.3,
                            .fill = 0.5,
                            .rate = 0.05,
                            .judge = judge,
                            .arg = &c};
    if (c.regime == GAMEABLE) setup.length = 4, setup.budget = 7, setup.hard = 0, setup.lucky = 0;
    return chain_rl_run(lab, &setup, c.credit, at, CAIRN_COUNT(at));
}

const cairn_recipe cairn_recipe_p_grpo = {
    .about = {.name = "p-grpo",
              .summary = "Pays for reasoning only where the outcome is right.",
              .source = "arXiv 2508.05170",
              CAIRN_OPTIONS(options, config)},
    .system = 25,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 30,
    .idea =
        "Tests say whether a program is right and nothing of the reasoning before it. A score of the reasoning that is "
        "simply added gets gamed. Paid only where all tests pass, it orders right programs, and tells the samples "
        "of a group apart that all pass.",
    .command = "cairn credit rollouts.jsonl --credit gated",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

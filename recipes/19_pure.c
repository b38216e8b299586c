/* PURE (arXiv 2504.15275): a policy that is paid the sum of its step scores learns to write steps that score well; paid
 * the least of them, it learns to solve, and checked answers keep it there. For your own rollouts:
 *     cairn credit rollouts.jsonl --credit pure:temperature=0.1 --to verl --out advantages.jsonl
 */
#include <math.h>

#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    int64_t checked, iterations;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "pure", "", "Row of credit (cairn help credits)."),
    CAIRN_INT(config, checked, "0", 0, CHAIN_RL_TYPES, "types", "Types of problems whose outcome is known."),
    CAIRN_INT(config, iterations, "200", 200, 1e6, "iterations", "Numbers are told at 50, 100, 200 and the last."),
};

static const cairn_arm arms[] = {
    {"outcome", "credit=reinforce-pp-baseline,checked=16"},
    {"sum", "credit=sum:answers=0"},
    {"min", "credit=pure:answers=0,iterations=800"},
    {"min and answers", "credit=pure,checked=16,iterations=800"},
    {"min and two answers in sixteen", "credit=pure,checked=2"},
    {"one stream", "credit=pure:variant=code,checked=2"},
};

static const cairn_claim claims[] = {
    {"accuracy at 100, minimum over sum", .of = "accuracy 100", .a = "min", .minus = "sum", .at_least = CAIRN_BAR(0.65),
     .mean_at_least = CAIRN_BAR(0.70)},
    {"accuracy at 200 of the sum", .of = "accuracy 200", .a = "sum", .at_most = CAIRN_BAR(0.10)},
    {"accuracy at 50, minimum over outcome", .of = "accuracy 50", .a = "min", .minus = "outcome",
     .at_least = CAIRN_BAR(0)},
    {"accuracy at 800, what answers add", .of = "accuracy 800", .a = "min and answers", .minus = "min",
     .at_least = CAIRN_BAR(0.05)},
};

/* The types beyond `checked` have no answer. */
static cairn_status hide_answers(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    (void)lab, (void)rng;
    bool checked = g->type < ((const config *)arg)->checked;
    for (int32_t i = 0; i < g->n && !checked; i++) g->trajectories[i].outcome = NAN;
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    config c = *(const config *)configuration;
    const int32_t at[] = {0, 50, 100, 200, (int32_t)c.iterations};
    const chain_rl_setup setup = {
        .length = 4, .budget = 14, .group = 8, .easy = 1, .fill = 0.9, .rate = 0.05, .judge = hide_answers, .arg = &c};
    return chain_rl_run(lab, &setup, c.credit, at, c.iterations > 200 ? 5 : 4);
}

const cairn_recipe cairn_recipe_pure = {
    .about = {.name = "pure",
              .summary = "Pays a policy the least of its step scores instead of their sum.",
              .source = "arXiv 2504.15275",
              CAIRN_OPTIONS(options, config)},
    .system = 19,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "A policy that is paid the sum of its step scores is paid by the number of steps, and learns to write those "
        "that score well and solve nothing. The return of a step is therefore the least score from it on. In the "
        "long run that is gamed too; answers to a tenth of the problems prevent it.",
    .command = "cairn credit rollouts.jsonl --credit pure:temperature=0.1",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

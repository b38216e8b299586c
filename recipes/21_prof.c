/* PROF (arXiv 2509.03403): step scores choose which responses to learn from, and are never in the gradient. For your own
 * rollouts:
 *     cairn credit rollouts.jsonl --credit prof:keep=4 --out advantages.jsonl
 */
#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    int64_t group;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "prof:keep=4\\,steps-high=10", "", "Row of credit (cairn help credits)."),
    CAIRN_INT(config, group, "8", 1, CHAIN_RL_GROUP, "responses", "To a prompt, before the selection."),
};

static const cairn_arm arms[] = {
    {"grpo of 4", "credit=grpo,group=4"},
    {"grpo of 8", "credit=grpo"},
    {"blend of 4", "credit=blend,group=4"},
    {"random 4 of 8", "credit=prof:keep=4\\,side=random"},
    {"prof 4 of 8", "credit=prof:keep=4\\,steps-high=10"},
    {"prof of right ones", "credit=prof:keep=4\\,steps-high=10\\,side=correct"},
};

static const cairn_claim claims[] = {
    {"clean at 100, prof over random", .of = "clean 100", .a = "prof 4 of 8", .minus = "random 4 of 8",
     .at_least = CAIRN_BAR(0.10), .mean_at_least = CAIRN_BAR(0.15)},
    {"clean at 100, prof over grpo of all 8", .of = "clean 100", .a = "prof 4 of 8", .minus = "grpo of 8",
     .at_least = CAIRN_BAR(0), .mean_at_least = CAIRN_BAR(0.04)},
    {"steps at 200, blend to prof", .of = "steps 200", .a = "blend of 4", .over = "prof 4 of 8",
     .mean_at_least = CAIRN_BAR(1.2)},
    {"clean at 200, prof over blend", .of = "clean 200", .a = "prof 4 of 8", .minus = "blend of 4",
     .at_least = CAIRN_BAR(0), .mean_at_least = CAIRN_BAR(0.04)},
};

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    const int32_t at[] = {100, 200};
    const chain_rl_setup setup = {.length = 3,
                                  .budget = 12,
                                  .group = (int32_t)c->group,
                                  .easy = 1,
                                  .hard = 0.5,
                                  .lucky = 0.4,
                                  .fill = 0.9,
                                  .rate = 0.05};
    return chain_rl_run(lab, &setup, c->credit, at, CAIRN_COUNT(at));
}

const cairn_recipe cairn_recipe_prof = {
    .about = {.name = "prof",
              .summary = "Learns from responses whose steps and outcome agree.",
              .source = "arXiv 2509.03403",
              CAIRN_OPTIONS(options, config)},
    .system = 21,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "The outcome pays a lucky solution as much as a sound one; step scores know the difference, but are gamed when "
        "they are paid. So more responses are drawn than are learned from: of the right ones those with the worst "
        "steps are left out, of the wrong ones those with the best. The gradient stays the outcome's.",
    .command = "cairn credit rollouts.jsonl --credit prof:keep=4",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

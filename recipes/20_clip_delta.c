/* Clip and delta (arXiv 2410.15115): scores of steps that help a search hurt training, because every further step that
 * looks right is paid; bounding what a response can earn keeps their use. For your own rollouts:
 *     cairn credit rollouts.jsonl --credit clip-delta:eta=0.5,alpha=0.3 --out advantages.jsonl
 */
#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    double fill;
    int64_t iterations;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "clip-delta:alpha=0.3\\,eta=0.75", "", "Row of credit (cairn help credits)."),
    CAIRN_REAL(config, fill, "0.75", 0, 1, "", "Mean score of a step that does nothing; of a right step 0.75."),
    CAIRN_INT(config, iterations, "100", 50, 1e6, "iterations", "Numbers are told at 50 and at the last."),
};

static const cairn_arm arms[] = {
    {"outcome", "credit=ppo"},
    {"process", "credit=process:alpha=0.3"},
    {"clip", "credit=clip:alpha=0.3\\,eta=0.75"},
    {"delta", "credit=delta:alpha=0.3"},
    {"clip-delta", "credit=clip-delta:alpha=0.3\\,eta=0.75"},
};

static const cairn_claim claims[] = {
    {"accuracy at 100, clip-delta over outcome", .of = "accuracy 100", .a = "clip-delta", .minus = "outcome",
     .at_least = CAIRN_BAR(0), .mean_at_least = CAIRN_BAR(0.03)},
    {"accuracy at 100, process over outcome", .of = "accuracy 100", .a = "process", .minus = "outcome",
     .mean_at_most = CAIRN_BAR(-0.5)},
    {"steps at 100, process to outcome", .of = "steps 100", .a = "process", .over = "outcome",
     .mean_at_least = CAIRN_BAR(2)},
    {"steps at 100, clip-delta to outcome", .of = "steps 100", .a = "clip-delta", .over = "outcome",
     .mean_at_most = CAIRN_BAR(1.1)},
    {"accuracy at 50, clip-delta over clip", .of = "accuracy 50", .a = "clip-delta", .minus = "clip",
     .at_least = CAIRN_BAR(0)},
    {"accuracy at 50, clip-delta over delta", .of = "accuracy 50", .a = "clip-delta", .minus = "delta",
     .at_least = CAIRN_BAR(0)},
};

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    const int32_t at[] = {50, (int32_t)c->iterations};
    const chain_rl_setup setup = {
        .length = 4, .budget = 14, .group = 8, .easy = 1, .fill = c->fill, .rate = 0.05, .critic = true};
    return chain_rl_run(lab, &setup, c->credit, at, c->iterations > 50 ? 2 : 1);
}

const cairn_recipe cairn_recipe_clip_delta = {
    .about = {.name = "clip-delta",
              .summary = "Bounds what a response can earn from its step scores.",
              .source = "arXiv 2410.15115",
              CAIRN_OPTIONS(options, config)},
    .system = 20,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "A score for every step pays for steps that are right and useless. Clip takes away all positive reward, delta "
        "takes from each step the next one's score, so that sums telescope. Both together punish a bad step by "
        "itself, and nothing is earned by adding steps.",
    .command = "cairn credit rollouts.jsonl --credit clip-delta:eta=0.5,alpha=0.3",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

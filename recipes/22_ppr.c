/* Principle process reward (arXiv 2509.25598): a turn earns its score plus the outcome minus one, so that turns of failed
 * episodes never pay. For your own rollouts:
 *     cairn credit rollouts.jsonl --credit ppr:beta=1 --out advantages.jsonl
 */
#include <math.h>

#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    double fill;
    int64_t budget;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "ppr", "", "Row of credit (cairn help credits)."),
    CAIRN_REAL(config, fill, "0.3", 0, 1, "", "Mean score of a turn that does nothing."),
    CAIRN_INT(config, budget, "8", 1, CHAIN_RL_BUDGET, "turns", "Of an episode."),
};

static const cairn_arm arms[] = {
    {"outcome", "credit=ppo"},
    {"raw", "credit=process:alpha=1"},
    {"normalised", "credit=ppr"},
    {"scaled", "credit=process:alpha=0.1"},
    {"padded", "credit=ppr,fill=0.9,budget=14"},
};

static const cairn_claim claims[] = {
    {"accuracy at 100, normalised over raw", .of = "accuracy 100", .a = "normalised", .minus = "raw",
     .at_least = CAIRN_BAR(0.45), .mean_at_least = CAIRN_BAR(0.5)},
    {"accuracy at 50, normalised over outcome", .of = "accuracy 50", .a = "normalised", .minus = "outcome",
     .at_least = CAIRN_BAR(0.10), .mean_at_least = CAIRN_BAR(0.15)},
};

/* The answer is no turn that the judge scores. */
static cairn_status judge_turns(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    (void)lab, (void)arg, (void)rng;
    for (int32_t i = 0; i < g->n; i++)
        if (g->responses[i].answered) g->scores[i][g->responses[i].n - 1] = NAN;
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    const int32_t at[] = {50, 100, 200};
    const chain_rl_setup setup = {.length = 4,
                                  .budget = (int32_t)c->budget,
                                  .group = 8,
                                  .easy = 1,
                                  .fill = c->fill,
                                  .rate = 0.05,
                                  .critic = true,
                                  .judge = judge_turns};
    return chain_rl_run(lab, &setup, c->credit, at, CAIRN_COUNT(at));
}

const cairn_recipe cairn_recipe_ppr = {
    .about = {.name = "ppr",
              .summary = "Normalises the scores of an agent's turns by the outcome of the episode.",
              .source = "arXiv 2509.25598",
              CAIRN_OPTIONS(options, config)},
    .system = 22,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "A turn of a search agent has a score but no truth, and good turns need not lead to the answer. A turn earns "
        "its score plus the outcome minus one: never less than nothing in an episode that succeeds, never more in "
        "one that fails. Successful episodes can still be padded with turns that score well.",
    .command = "cairn credit rollouts.jsonl --credit ppr:beta=1",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

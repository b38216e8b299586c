/* Noisy rewards (arXiv 2505.22653): training outlives outcomes that are wrong for four problems of ten, and a reward for
 * phrases of reasoning alone, without any check of answers, lifts a policy that knows how, for a while. For your own
 * rollouts:
 *     cairn credit rollouts.jsonl --credit calibrate:tau=0.5,alpha=0.1 --out advantages.jsonl
 */
#include <math.h>

#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    int32_t task;
} config;

enum { FLIPS, PHRASES };

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "flips", "flips|phrases",
                 "flips: outcomes of whole problems are inverted; phrases: a phrase makes the right operation likely, "
                 "and is paid instead of the outcome."),
    CAIRN_TEXT(config, credit, "flip:rate=0.4", "", "Row of credit (cairn help credits)."),
};

static const cairn_arm arms[] = {
    {"0 %", "credit=flip:rate=0"},
    {"10 %", "credit=flip:rate=0.1"},
    {"20 %", "credit=flip:rate=0.2"},
    {"30 %", "credit=flip:rate=0.3"},
    {"40 %", "credit=flip:rate=0.4"},
    {"50 %", "credit=flip:rate=0.5"},
    {"phrases", "task=phrases,credit=pattern"},
};

static const cairn_claim claims[] = {
    {"accuracy with 30 % flipped, over none", .of = "accuracy 400", .a = "30 %", .minus = "0 %",
     .at_least = CAIRN_BAR(-0.05), .seeds = 10},
    {"accuracy with 40 % flipped", .of = "accuracy 400", .a = "40 %", .at_least = CAIRN_BAR(0.70), .seeds = 10},
    {"gained with 50 % flipped", .of = "gained", .a = "50 %", .mean_at_most = CAIRN_BAR(0.10), .seeds = 10},
    {"best accuracy by phrases alone, to the first", .of = "peak ratio", .a = "phrases", .at_least = CAIRN_BAR(4),
     .mean_at_least = CAIRN_BAR(5)},
    {"gained in the end by phrases alone", .of = "gained", .a = "phrases", .mean_at_most = CAIRN_BAR(0)},
    {"steps in the end by phrases alone, of the budget", .of = "share of budget", .a = "phrases",
     .mean_at_least = CAIRN_BAR(0.95)},
};

enum { TOLD = 10, ITERATIONS = 400, PHRASES_PAID = 8 };

static cairn_status count_phrases(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    (void)lab, (void)arg, (void)rng;
    for (int32_t i = 0; i < g->n; i++)
        g->trajectories[i].pattern = fmin(1, (double)g->responses[i].phrases / PHRASES_PAID);
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    const chain_rl_setup flips = {
        .length = 3, .budget = 12, .group = 8, .easy = 2, .hard = 0.5, .fill = 0.5, .rate = 0.05, .critic = true};
    const chain_rl_setup phrases = {.length = 4,
                                    .budget = 12,
                                    .group = 4,
                                    .easy = 1,
                                    .fill = 0.5,
                                    .rate = 0.03,
                                    .phrase_boost = 4,
                                    .critic = true,
                                    .judge = count_phrases};
    const chain_rl_setup *setup = c->task == FLIPS ? &flips : &phrases;
    chain_rl *w;
    cairn_credit_plan plan;
    CAIRN_TRY(cairn_credit_find(lab->ctx, lab->arena, c->credit, &plan));
    CAIRN_TRY(chain_rl_open(lab, setup, &w));
    chain_rl_exact first = chain_rl_measure(w), m = first;
    double peak = first.accuracy;
    for (int32_t i = 1; i <= ITERATIONS; i++) {
        CAIRN_TRY(chain_rl_iterate(w, &plan));
        if (i % TOLD == 0) m = chain_rl_measure(w), peak = fmax(peak, m.accuracy);
        if (i == 100) CAIRN_TRY(cairn_lab_number(lab, "accuracy 100", m.accuracy));
        if (i == 200) CAIRN_TRY(cairn_lab_number(lab, "accuracy 200", m.accuracy));
    }
    CAIRN_TRY(cairn_lab_number(lab, "accuracy 0", first.accuracy));
    CAIRN_TRY(cairn_lab_number(lab, "accuracy 400", m.accuracy));
    CAIRN_TRY(cairn_lab_number(lab, "gained", m.accuracy - first.accuracy));
    CAIRN_TRY(cairn_lab_number(lab, "peak ratio", peak / first.accuracy));
    return cairn_lab_number(lab, "share of budget", m.steps / setup->budget);
}

const cairn_recipe cairn_recipe_noisy_rewards = {
    .about = {.name = "noisy-rewards",
              .summary = "Trains on outcomes of which a share is inverted, and on phrases of reasoning alone.",
              .source = "arXiv 2505.22653",
              CAIRN_OPTIONS(options, config)},
    .system = 27,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "Outcomes that are inverted for a share p of the problems leave the optimum where it is and slow training by "
        "1 / (1 - 2p); at one half nothing is left. A policy that can solve, and does so after a phrase of reasoning, "
        "improves when only phrases are paid, until it writes nothing else.",
    .command = "cairn credit rollouts.jsonl --credit calibrate:tau=0.5,alpha=0.1",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

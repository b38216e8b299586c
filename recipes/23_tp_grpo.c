/* TP-GRPO (arXiv 2507.23317): in a right solution an error must have been repaired, so only what was repaired is
 * discouraged; in a wrong one only what its answer rests on. For your own rollouts, whose steps carry verdicts:
 *     cairn credit rollouts.jsonl --credit thought --out advantages.jsonl
 */
#include <math.h>

#include "worlds/chain_rl.h"

typedef struct config {
    double alpha;
    int32_t task, rewards;
} config;

enum { TRAIN, STATISTICS };
enum { OUTCOME, THOUGHTS, STEPS };

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "train", "train|statistics",
                 "train: a policy that can take steps back; statistics: the advantages of 20,000 right solutions."),
    CAIRN_CHOICE(
        config, rewards, "thoughts", "outcome|thoughts|steps",
        "outcome: alone; thoughts: and one reward a thought; steps: and +1 or -1 a judged step, summed to the end."),
    CAIRN_REAL(config, alpha, "1", 0, 100, "", "A wrong thought of a right solution costs alpha times the accuracy."),
};

static const cairn_arm arms[] = {
    {"grpo", "rewards=outcome"},
    {"thoughts", "rewards=thoughts"},
    {"steps", "rewards=steps"},
    {"advantages by thoughts", "task=statistics,rewards=thoughts"},
    {"advantages by steps", "task=statistics,rewards=steps"},
};

static const cairn_claim claims[] = {
    {"accuracy at 40, thoughts over grpo", .of = "accuracy 40", .a = "thoughts", .minus = "grpo",
     .at_least = CAIRN_BAR(0.03), .mean_at_least = CAIRN_BAR(0.07)},
    {"accuracy at 40, grpo over steps", .of = "accuracy 40", .a = "grpo", .minus = "steps", .at_least = CAIRN_BAR(0.2)},
    {"variance of advantages, steps to thoughts", .of = "variance", .a = "advantages by steps",
     .over = "advantages by thoughts", .mean_at_least = CAIRN_BAR(100)},
    {"what advantages tell of a step [nats], thoughts over steps", .of = "information", .a = "advantages by thoughts",
     .minus = "advantages by steps", .at_least = CAIRN_BAR(0.09), .mean_at_least = CAIRN_BAR(0.10)},
};

/* ---- training ---------------------------------------------------------------------------------------------------- */

/* In a wrong response the operations that still stand in the end, and the answer, are what is blamed. */
static cairn_status trace_back(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    (void)lab, (void)arg, (void)rng;
    for (int32_t i = 0; i < g->n; i++) {
        const chain_rl_response *y = &g->responses[i];
        int32_t standing[CHAIN_RL_BUDGET], n = 0;
        for (int32_t k = 0; k < y->n && !y->clean; k++) {
            g->flags[i][k] = y->action[k] == CHAIN_RL_ANSWER ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
            if (y->action[k] < CHAIN_RL_OPERATIONS) standing[n++] = k;
            if (y->action[k] == CHAIN_RL_UNDO) n--;
        }
        while (n > 0) g->flags[i][standing[--n]] = CAIRN_VERDICT_WRONG;
        for (int32_t k = 0; k < y->n; k++) g->scores[i][k] = g->flags[i][k] == CAIRN_VERDICT_RIGHT ? y->clean : -1;
    }
    return CAIRN_OK;
}

static cairn_credit_plan plan_of(const config *c) {
    cairn_credit_plan plan;
    cairn_credit_default(&plan);
    plan.given = plan.used = CAIRN_SCORE_SIGNED;
    plan.streams[0].estimator = CAIRN_ESTIMATE_GRPO;
    plan.n_streams = c->rewards == OUTCOME ? 1 : 2;
    bool thoughts = c->rewards == THOUGHTS;
    plan.streams[1] = (cairn_credit_stream){.weight = 1,
                                            .steps = 1,
                                            .rule = thoughts ? CAIRN_STEP_THOUGHT : CAIRN_STEP_SUM,
                                            .a = c->alpha,
                                            .sum = thoughts ? CAIRN_RETURN_LOCAL : CAIRN_RETURN_TO_GO,
                                            .gamma = 1,
                                            .lambda = 1};
    return plan;
}

static cairn_status train(cairn_lab *lab, const config *c) {
    const int32_t at[] = {20, 40, 80};
    const cairn_credit_plan plan = plan_of(c);
    const chain_rl_setup setup = {.length = 4,
                                  .budget = 16,
                                  .group = 8,
                                  .easy = 1,
                                  .fill = 0.5,
                                  .repair = true,
                                  .rate = 0.05,
                                  .judge = trace_back};
    return chain_rl_run_plan(lab, &setup, &plan, at, CAIRN_COUNT(at));
}

/* ---- statistics -------------------------------------------------------------------------------------------------- */

enum { SOLUTIONS = 20000, RUN_MOST = 20, THOUGHTS_MOST = 5, BINS = 12 };

/* One, three or five thoughts in turn right and wrong, which go on for another step with probability 0.75. */
static int32_t write_solution(cairn_rng *rng, cairn_verdict *flags) {
    int32_t n = 0, thoughts = 1 + 2 * (int32_t)cairn_rng_below(rng, 3);
    for (int32_t j = 0; j < thoughts; j++) {
        int32_t run = 1;
        while (run < RUN_MOST && cairn_rng_unit(rng) < 0.75) run++;
        for (; run > 0; run--) flags[n++] = j % 2 ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
    }
    return n;
}

/* Mutual information of bin and verdict from their counts [nats]. */
static double information(double counts[BINS][2]) {
    double rows[2] = {0}, n = 0, sum = 0;
    for (int b = 0; b < BINS; b++) rows[0] += counts[b][0], rows[1] += counts[b][1];
    n = rows[0] + rows[1];
    for (int b = 0; b < BINS; b++)
        for (int v = 0; v < 2; v++)
            if (counts[b][v] > 0)
                sum += counts[b][v] / n * cairn_ln(counts[b][v] * n / ((counts[b][0] + counts[b][1]) * rows[v]));
    return sum;
}

static cairn_status measure(cairn_lab *lab, const config *c) {
    double counts[BINS][2] = {0}, sum = 0, squares = 0, n = 0, width = c->rewards == STEPS ? 1.5 : 0.5;
    const cairn_credit_plan plan = plan_of(c);
    for (int64_t i = 0; i < SOLUTIONS; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)i, 0, CAIRN_VERB_WORLD, 1, 0);
        cairn_verdict flags[RUN_MOST * THOUGHTS_MOST];
        double scores[RUN_MOST * THOUGHTS_MOST], r[RUN_MOST * THOUGHTS_MOST], later = 0;
        double accuracy = 0.25 + 0.5 * cairn_rng_unit(&rng), outcome = sqrt((1 - accuracy) / accuracy);
        cairn_step_inputs in = {write_solution(&rng, flags), scores, flags, 1, outcome, accuracy};
        for (int32_t k = 0; k < in.n; k++) scores[k] = flags[k] == CAIRN_VERDICT_RIGHT ? 1 : -1;
        CAIRN_TRY(cairn_credit_steps(lab->ctx, &plan.streams[1], CAIRN_SCORE_SIGNED, &in, r));
        for (int32_t k = in.n - 1; k >= 0; k--, n++) {
            later += r[k];
            double A = outcome + (c->rewards == STEPS ? later : r[k]);
            int bin = (int)fmin(BINS - 1, fmax(0, floor((A + 3) / width)));
            counts[bin][flags[k] == CAIRN_VERDICT_RIGHT]++;
            sum += A, squares += A * A;
        }
    }
    CAIRN_TRY(cairn_lab_number(lab, "variance", squares / n - sum / n * (sum / n)));
    return cairn_lab_number(lab, "information", information(counts));
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    return c->task == TRAIN ? train(lab, c) : measure(lab, c);
}

const cairn_recipe cairn_recipe_tp_grpo = {
    .about = {.name = "tp-grpo",
              .summary = "Discourages what was repaired, and of wrong solutions what their answer rests on.",
              .source = "arXiv 2507.23317",
              CAIRN_OPTIONS(options, config)},
    .system = 23,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "A right solution repaired all its errors, so its reflections say where they were; a wrong one is to blame "
        "only "
        "for the steps that its answer rests on. Equal neighbours are one thought, a thought has one reward, and it "
        "is scaled by how well the policy does on the problem already.",
    .command = "cairn credit rollouts.jsonl --credit thought",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

/* PRIME (arXiv 2502.01456): an implicit process reward, the log-ratio of a model that learns outcomes online to its
 * start, pays every token beside the outcome. For your own rollouts, with `token_rewards`:
 *     cairn credit rollouts.jsonl --credit prime --out advantages.jsonl
 */
#include <math.h>
#include <string.h>

#include "cairn/credit.h"
#include "cairn/recipe.h"
#include "worlds/typed.h"

enum { STEPS_MOST = 32, PROBLEMS = 32, GROUP = 4, FIRST_BATCHES = 6, EPOCHS = 10 };
enum { OUTCOME, ONLINE, FROZEN, ORACLE };

typedef struct config {
    int32_t reward;
    int64_t steps, iterations;
    double weight, beta, rate, reward_rate;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, reward, "online", "outcome|online|frozen|oracle",
                 "Token rewards: none; an implicit reward that learns from each batch, or from 768 solutions of the "
                 "start alone; whether the step is valid."),
    CAIRN_INT(config, steps, "12", 1, STEPS_MOST, "steps", "K: of a solution."),
    CAIRN_INT(config, iterations, "800", 120, 1e5, "iterations", "At most, until half of all solutions are right."),
    CAIRN_REAL(config, weight, "1", 0, 100, "", "Of the token rewards."),
    CAIRN_REAL(config, beta, "0.3", 1e-6, 10, "", "Reward for each nat of the log-ratio."),
    CAIRN_REAL(config, rate, "0.1", 0, 10, "", "Of the policy."),
    CAIRN_REAL_AS("reward-rate", config, reward_rate, "0.1", 0, 10, "", "Of the implicit reward, Adam."),
};

static const cairn_arm arms[] = {
    {"outcome", "reward=outcome"}, {"prime", "reward=online"},  {"prime, weight 3", "reward=online,weight=3"},
    {"frozen", "reward=frozen"},   {"oracle", "reward=oracle"},
};

static const cairn_claim claims[] = {
    {"iterations to half right, prime to outcome", .of = "iterations", .a = "prime", .over = "outcome",
     .at_most = CAIRN_BAR(0.85)},
    {"pairs ranked right at 120", .of = "ranked 120", .a = "prime", .mean_at_least = CAIRN_BAR(0.95)},
    {"the same, over a frozen reward", .of = "ranked 120", .a = "prime", .minus = "frozen",
     .mean_at_least = CAIRN_BAR(0.10)},
};

typedef struct lesson {
    const config *c;
    typed w;
    typed_table policy, reward; /* both begin at the reference */
    typed_adam adam;
    int32_t type[PROBLEMS][STEPS_MOST], action[PROBLEMS][GROUP][STEPS_MOST], ends[STEPS_MOST];
    double token_reward[PROBLEMS][GROUP][STEPS_MOST], total[PROBLEMS][GROUP], advantage[PROBLEMS * GROUP * STEPS_MOST];
    cairn_trajectory blank, trajectories[PROBLEMS][GROUP];
    uint8_t keep[PROBLEMS * GROUP];
} lesson;

static void pay(lesson *s, int32_t p, int32_t i) {
    double *r = s->token_reward[p][i], theta[TYPED_ACTIONS];
    s->total[p][i] = 0;
    for (int64_t k = 0; k < s->c->steps; k++) {
        int32_t t = s->type[p][k], a = s->action[p][i][k];
        typed_log_probabilities(s->reward[t], theta);
        r[k] = s->c->reward == ORACLE ? s->w.valid[t][a] : s->c->beta * (theta[a] - s->w.reference[t][a]);
        s->total[p][i] += r[k];
    }
}

static void solve(lesson *s, uint64_t seed, int64_t iteration) {
    int32_t K = (int32_t)s->c->steps;
    for (int32_t p = 0; p < PROBLEMS; p++) {
        cairn_rng rng = cairn_rng_open(seed, (uint64_t)p, (uint64_t)iteration, CAIRN_VERB_PROPOSE, 0, 0);
        for (int32_t k = 0; k < K; k++) s->type[p][k] = (int32_t)cairn_rng_below(&rng, (uint32_t)s->w.types);
        for (int32_t i = 0; i < GROUP; i++) {
            bool right = true;
            for (int32_t k = 0; k < K; k++) {
                int32_t t = s->type[p][k], a = s->action[p][i][k] = typed_draw(s->policy[t], &rng);
                right = right && s->w.valid[t][a];
            }
            pay(s, p, i);
            s->trajectories[p][i] = s->blank;
            s->trajectories[p][i].token_reward = s->token_reward[p][i], s->trajectories[p][i].outcome = right;
        }
    }
}

/* Of pairs of one group with different outcomes: the right one has the greater reward. */
static double ranked(const lesson *s) {
    double right = 0, pairs = 0;
    for (int32_t p = 0; p < PROBLEMS; p++)
        for (int32_t i = 0; i < GROUP; i++)
            for (int32_t j = 0; j < GROUP; j++) {
                if (!(s->trajectories[p][i].outcome > s->trajectories[p][j].outcome)) continue;
                double gap = s->total[p][i] - s->total[p][j];
                pairs++, right += gap > 0 ? 1 : gap == 0 ? 0.5 : 0;
            }
    return pairs > 0 ? right / pairs : NAN;
}

/* Cross-entropy of outcomes on the kept solutions (all: `keep` NULL), one step of Adam. */
static void learn_reward(lesson *s, const uint8_t *keep) {
    typed_table gradient = {{0}};
    double n = 0;
    for (int32_t p = 0; p < PROBLEMS; p++)
        for (int32_t i = 0; i < GROUP; i++) {
            if (keep && !keep[p * GROUP + i]) continue;
            double slope = s->c->beta * (1 / (1 + cairn_exp(-s->total[p][i])) - s->trajectories[p][i].outcome);
            for (int64_t k = 0; k < s->c->steps; k++) {
                int32_t t = s->type[p][k];
                typed_add_gradient(s->reward[t], s->action[p][i][k], slope, gradient[t]);
            }
            n++;
        }
    typed_table mean = {{0}};
    typed_add(mean, 1 / fmax(n, 1), gradient);
    if (n > 0) typed_adam_step(&s->adam, s->c->reward_rate, mean, s->reward);
}

/* Plain ascent on the mean over kept tokens, times the number of types. */
static void learn_policy(lesson *s) {
    typed_table gradient = {{0}};
    double n = 0;
    int64_t at = 0;
    for (int32_t p = 0; p < PROBLEMS; p++)
        for (int32_t i = 0; i < GROUP; i++)
            for (int64_t k = 0; k < s->c->steps; k++, at++) {
                int32_t t = s->type[p][k];
                n += s->keep[p * GROUP + i];
                typed_add_gradient(s->policy[t], s->action[p][i][k], s->advantage[at], gradient[t]);
            }
    typed_add(s->policy, s->c->rate * s->w.types / fmax(n, 1), gradient);
}

static cairn_status iterate(cairn_lab *lab, lesson *s, const cairn_credit_plan *plan, int64_t iteration) {
    cairn_credit_group groups[PROBLEMS];
    cairn_credit_result result = {.advantage = s->advantage, .keep = s->keep};
    if (cairn_cancelled(lab->ctx)) return cairn_fail(lab->ctx, CAIRN_CANCELLED, "interrupted");
    solve(s, lab->seed, iteration);
    for (int32_t p = 0; p < PROBLEMS; p++) groups[p] = (cairn_credit_group){s->trajectories[p], GROUP, (uint64_t)p};
    CAIRN_TRY(cairn_credit(lab->ctx, plan, groups, PROBLEMS, iteration, &result));
    learn_policy(s);
    if (s->c->reward == ONLINE) learn_reward(s, s->keep);
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    lesson *s = cairn_arena_alloc(lab->arena, 1, sizeof *s);
    cairn_credit_plan plan;
    int64_t first = 0;
    if (!s) return CAIRN_NO_MEMORY;
    *s = (lesson){.c = c};
    for (int32_t k = 0; k < STEPS_MOST; k++) s->ends[k] = k;
    s->blank = (cairn_trajectory){.n_tokens = (int32_t)c->steps,
                                  .n_steps = (int32_t)c->steps,
                                  .step_end = s->ends,
                                  .outcome = NAN,
                                  .format = NAN,
                                  .think = NAN,
                                  .pattern = NAN,
                                  .baseline = NAN};
    typed_open(lab->seed, TYPED_TYPES, 0.05, 0.35, &s->w);
    memcpy(s->policy, s->w.reference, sizeof s->policy);
    memcpy(s->reward, s->w.reference, sizeof s->reward);
    CAIRN_TRY(cairn_credit_find(lab->ctx, lab->arena, "prime", &plan));
    plan.streams[1].weight = c->reward == OUTCOME ? 0 : c->weight;
    if (c->reward == ORACLE) /* each token has its own truth and nothing else */
        plan.streams[0].weight = 0, plan.streams[1].sum = CAIRN_RETURN_LOCAL,
        plan.streams[1].estimator = CAIRN_ESTIMATE_NONE;
    for (int32_t b = 0; c->reward == FROZEN && b < EPOCHS * FIRST_BATCHES; b++)
        solve(s, lab->seed, -1 - b % FIRST_BATCHES), learn_reward(s, NULL);
    CAIRN_TRY(cairn_lab_number(lab, "success 0", typed_success(&s->w, s->policy, (int32_t)c->steps)));
    for (int64_t i = 1; i <= c->iterations && (!first || i <= 120); i++) {
        CAIRN_TRY(iterate(lab, s, &plan, i));
        if (!first && typed_success(&s->w, s->policy, (int32_t)c->steps) >= 0.5) first = i;
        if (i == 20) CAIRN_TRY(cairn_lab_number(lab, "ranked 20", ranked(s)));
        if (i == 120) CAIRN_TRY(cairn_lab_number(lab, "ranked 120", ranked(s)));
    }
    return cairn_lab_number(lab, "iterations", first ? (double)first : NAN);
}

const cairn_recipe cairn_recipe_prime = {
    .about = {.name = "prime",
              .summary = "Pays every token by a reward that learns from outcomes while the policy does.",
              .source = "arXiv 2502.01456",
              CAIRN_OPTIONS(options, config)},
    .system = 11,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 8,
    .idea =
        "A model that learns outcomes pays each token by its log-ratio to the start. It needs no labels of steps, and "
        "learns on the solutions that the policy has just written, so that it cannot be outrun. Token rewards and "
        "outcomes have a baseline each; problems that are too easy or too hard are left out.",
    .command = "cairn credit rollouts.jsonl --credit prime",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

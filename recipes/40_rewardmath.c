/* RewardMATH (arXiv 2410.01729): a benchmark of a reward is worth what it tells of best-of-n. One right solution in another
 * style against one wrong one tells little, one in the same style against nine tells much. For your own reward:
 *     cairn eval rewardmath problems.json --reward 'exec:./my_prm'
 */
#include <math.h>

#include "cairn/choice.h"
#include "cairn/recipe.h"

enum { PAIRS, NINE, OPTIMISE };
enum { REWARDS = 16, WRONG_MOST = 9 };

typedef struct config {
    int64_t problems, best_of, wrong;
    double accuracy, terse, steps, spread, shorter, a, b;
    int32_t task;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(
        config, task, "nine", "pairs|nine|optimise",
        "pairs: a terse right solution against one wrong one; nine: one in their style against nine; optimise: "
        "best-of-n with one reward."),
    CAIRN_INT(config, problems, "400", 1, 1e6, "problems", "Of the suite, and of the policy."),
    CAIRN_INT(config, best_of, "32", 2, 1e5, "samples", "n: the target is the accuracy of the best of so many."),
    CAIRN_REAL(config, accuracy, "0.38", 0, 1, "", "Of a single sample of the policy."),
    CAIRN_REAL(config, terse, "4", 1, 1000, "steps", "Of a human solution, give or take 1."),
    CAIRN_REAL(config, steps, "10", 1, 1000, "steps", "Of a model's solution, give or take `spread`."),
    CAIRN_REAL(config, spread, "2", 0, 100, "steps", "Standard deviation of these."),
    CAIRN_REAL(config, shorter, "1", 0, 100, "steps", "By so many are the policy's wrong answers shorter."),
    CAIRN_REAL(config, a, "0.5", -100, 100, "", "What a right answer adds to a score (optimise)."),
    CAIRN_REAL(config, b, "1.5", -100, 100, "", "What two steps take from a score (optimise)."),
};

static const cairn_arm arms[] = {
    {"one pair", "task=pairs"},
    {"one against nine", "task=nine"},
    {"likes short answers", "task=optimise,problems=600,best_of=256,shorter=2,a=0.5,b=1.5"},
    {"likes right answers", "task=optimise,problems=600,best_of=256,shorter=2,a=2.5,b=0"},
};

static const cairn_claim claims[] = {
    {"rank correlation of one against nine with best-of-32", .of = "spearman", .a = "one against nine",
     .at_least = CAIRN_BAR(0.80)},
    {"the same, over one pair", .of = "spearman", .a = "one against nine", .minus = "one pair",
     .at_least = CAIRN_BAR(0.30)},
    {"accuracy lost from 1 to 256 samples, by a reward of short answers", .of = "gain", .a = "likes short answers",
     .at_most = CAIRN_BAR(-0.10)},
    {"accuracy won from 1 to 256 samples, by a reward of right answers", .of = "gain", .a = "likes right answers",
     .at_least = CAIRN_BAR(0.40)},
    {"one pair ranks the reward of short answers above the other", .of = "pair accuracy", .a = "likes short answers",
     .minus = "likes right answers", .at_least = CAIRN_BAR(0)},
};

/* ---- rewards ----------------------------------------------------------------------------------------------------- */

typedef struct reward {
    double a, b;
} reward;

static double draw_steps(cairn_rng *rng, double mean, double spread) {
    double steps = floor(mean + spread * cairn_rng_normal(rng) + 0.5);
    return steps < 1 ? 1 : steps;
}

static double score(const reward *r, bool right, double steps, cairn_rng *rng) {
    return (right ? r->a : 0) - r->b * steps / 2 + cairn_rng_normal(rng);
}

/* Share of problems on which the right solution beats every wrong one. */
static cairn_status suite(cairn_lab *lab, const config *c, const reward *r, bool terse, int32_t wrong, cairn_rng *rng,
                          double *out) {
    double won = 0, others[WRONG_MOST];
    for (int64_t i = 0; i < c->problems; i++) {
        cairn_one_vs_many_result result;
        double right = score(r, true, terse ? draw_steps(rng, c->terse, 1) : draw_steps(rng, c->steps, c->spread), rng);
        for (int32_t k = 0; k < wrong; k++) others[k] = score(r, false, draw_steps(rng, c->steps, c->spread), rng);
        CAIRN_TRY(cairn_one_vs_many(lab->ctx, NULL, &right, 1, others, wrong, &result));
        won += result.strict;
    }
    *out = won / (double)c->problems;
    return CAIRN_OK;
}

/* Accuracy of the best of n samples of the policy, whose wrong answers are shorter. */
static double best_of(const config *c, const reward *r, int64_t n, cairn_rng *rng) {
    double right = 0;
    for (int64_t i = 0; i < c->problems; i++) {
        double best = -INFINITY;
        bool is_right = false;
        for (int64_t k = 0; k < n; k++) {
            bool correct = cairn_rng_unit(rng) < c->accuracy;
            double steps = draw_steps(rng, c->steps - (correct ? 0 : c->shorter), c->spread);
            double s = score(r, correct, steps, rng);
            if (s > best) best = s, is_right = correct;
        }
        right += is_right;
    }
    return right / (double)c->problems;
}

/* ---- arms -------------------------------------------------------------------------------------------------------- */

static cairn_rng stream(const cairn_lab *lab, uint64_t what, uint64_t which) {
    return cairn_rng_open(lab->seed, what, 0, CAIRN_VERB_EVAL, 0, (uint32_t)which);
}

/* Sixteen rewards: does their order on the suite foretell their order in use? */
static cairn_status foretell(cairn_lab *lab, const config *c) {
    double measured[REWARDS], used[REWARDS], spearman;
    for (uint32_t i = 0; i < REWARDS; i++) {
        cairn_rng made = stream(lab, 0, i), tried = stream(lab, 1 + (uint64_t)c->task, i), sampled = stream(lab, 9, i);
        reward r = {.a = 2.5 * cairn_rng_unit(&made), .b = 1.5 * cairn_rng_unit(&made)};
        CAIRN_TRY(suite(lab, c, &r, c->task == PAIRS, c->task == PAIRS ? 1 : WRONG_MOST, &tried, &measured[i]));
        used[i] = best_of(c, &r, c->best_of, &sampled);
    }
    CAIRN_TRY(cairn_stat_spearman(lab->ctx, measured, used, REWARDS, &spearman));
    CAIRN_TRY(cairn_lab_number(lab, "mean accuracy", cairn_stat_mean(measured, REWARDS)));
    return cairn_lab_number(lab, "spearman", spearman);
}

static cairn_status optimise(cairn_lab *lab, const config *c) {
    reward r = {c->a, c->b};
    double pairs, nine;
    cairn_rng tried = stream(lab, 1, 99), harder = stream(lab, 2, 99), one = stream(lab, 3, 99),
              many = stream(lab, 4, 99);
    CAIRN_TRY(suite(lab, c, &r, true, 1, &tried, &pairs));
    CAIRN_TRY(suite(lab, c, &r, false, WRONG_MOST, &harder, &nine));
    double first = best_of(c, &r, 1, &one), last = best_of(c, &r, c->best_of, &many);
    CAIRN_TRY(cairn_lab_number(lab, "pair accuracy", pairs));
    CAIRN_TRY(cairn_lab_number(lab, "accuracy against nine", nine));
    CAIRN_TRY(cairn_lab_number(lab, "accuracy of one", first));
    CAIRN_TRY(cairn_lab_number(lab, "accuracy of the best", last));
    return cairn_lab_number(lab, "gain", last - first);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    return c->task == OPTIMISE ? optimise(lab, c) : foretell(lab, c);
}

const cairn_recipe cairn_recipe_rewardmath = {
    .about = {.name = "rewardmath",
              .summary =
                  "Shows that one right solution against nine in its own style foretells best-of-n, and one pair "
                  "does not.",
              .source = "arXiv 2410.01729",
              CAIRN_OPTIONS(options, config)},
    .system = 40,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "A benchmark of pairs that sets a short human solution against a long one of a model rewards a reward that "
            "likes short text. With the right solution in the style of the wrong ones, and nine of these, its order of "
            "rewards is the order of best-of-n. Rewards here are a liking for right answers, one for short ones, and "
            "noise; solutions are their outcome and their number of steps.",
    .command = "cairn eval rewardmath rewardmath.json",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

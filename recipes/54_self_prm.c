/* Self-PRM (arXiv 2505.11227): a policy that judges its own samples, and votes among those that it accepts. For your
 * samples, with the scores of a judge:
 *     cairn eval answers attempts.jsonl
 */
#include <math.h>

#include "cairn/choice.h"
#include "cairn/recipe.h"

enum { SAMPLES_MOST = 256, DISTRACTOR = 1, OWN = 2 };

typedef struct config {
    int64_t problems, samples, steps;
    double low, high, shared, catches, passes;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, problems, "500", 1, 1e6, "problems", "Of the band."),
    CAIRN_INT(config, samples, "32", 1, SAMPLES_MOST, "samples", "k: solutions of a problem."),
    CAIRN_INT(config, steps, "5", 1, 100, "steps", "Of a solution."),
    CAIRN_REAL(config, low, "0.72", 0, 1, "", "Least probability that a step is right, in this band."),
    CAIRN_REAL(config, high, "0.84", 0, 1, "", "Greatest."),
    CAIRN_REAL(config, shared, "0.5", 0, 1, "", "Wrong solutions that give the problem's one distractor."),
    CAIRN_REAL(config, catches, "0.75", 0, 1, "", "Wrong steps that the judge catches, at skill 0.9; in proportion."),
    CAIRN_REAL(config, passes, "0.93", 0, 1, "", "Right steps that it passes."),
};

static const cairn_arm arms[] = {
    {"easy", "low=0.90,high=0.97"},
    {"medium", "low=0.72,high=0.84"},
    {"hard", "low=0.35,high=0.50"},
    {"medium, 8 samples", "low=0.72,high=0.84,samples=8"},
};

static const cairn_claim claims[] = {
    {"votes among the accepted over votes among all, medium", .of = "gain", .a = "medium", .at_least = CAIRN_BAR(0.15),
     .mean_at_least = CAIRN_BAR(0.25)},
    {"the same, easy", .of = "gain", .a = "easy", .at_least = CAIRN_BAR(-0.03), .at_most = CAIRN_BAR(0.03)},
    {"accepted solutions that are right, easy", .of = "precision", .a = "easy", .at_least = CAIRN_BAR(0.85)},
    {"accepted solutions that are right, hard", .of = "precision", .a = "hard", .at_most = CAIRN_BAR(0.10)},
    {"a plain vote of 32 over one of 8, medium", .of = "majority", .a = "medium", .minus = "medium, 8 samples",
     .at_most = CAIRN_BAR(0)},
};

/* One solution: the class of its answer, whether its own judge accepts it, and the share of steps before the first that
 * the judge rejects. */
static void sample(const config *c, double skill, int32_t own, cairn_rng *rng, int32_t *class, bool *accepted,
                   double *fraction) {
    int64_t rejected = c->steps;
    bool right = true;
    for (int64_t s = 0; s < c->steps; s++) {
        bool step = cairn_rng_unit(rng) < skill;
        bool passed = cairn_rng_unit(rng) < (step ? c->passes : 1 - c->catches * skill / 0.9);
        right = right && step;
        if (!passed && rejected == c->steps) rejected = s;
    }
    bool distracted = cairn_rng_unit(rng) < c->shared;
    *class = right ? 0 : distracted ? DISTRACTOR : own;
    *accepted = rejected == c->steps;
    *fraction = (double)rejected / (double)c->steps;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    int32_t k = (int32_t)c->samples, classes[SAMPLES_MOST], picked, voted;
    bool accepted[SAMPLES_MOST], all[SAMPLES_MOST], fell_back;
    double fractions[SAMPLES_MOST], self = 0, majority = 0, kept = 0, kept_right = 0, n = (double)c->problems;
    for (int32_t i = 0; i < k; i++) all[i] = true;
    for (int64_t p = 0; p < c->problems; p++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)p, 0, CAIRN_VERB_EVAL, 0, 0);
        double skill = c->low + (c->high - c->low) * cairn_rng_unit(&rng);
        for (int32_t i = 0; i < k; i++) {
            sample(c, skill, OWN + i, &rng, &classes[i], &accepted[i], &fractions[i]);
            kept += accepted[i];
            kept_right += accepted[i] && classes[i] == 0;
        }
        CAIRN_TRY(cairn_accept_select(lab->ctx, NULL, classes, accepted, fractions, k, &picked, &fell_back));
        CAIRN_TRY(cairn_accept_select(lab->ctx, NULL, classes, all, NULL, k, &voted, &fell_back));
        self += classes[picked] == 0;
        majority += classes[voted] == 0;
    }
    CAIRN_TRY(cairn_lab_number(lab, "majority", majority / n));
    CAIRN_TRY(cairn_lab_number(lab, "self", self / n));
    CAIRN_TRY(cairn_lab_number(lab, "gain", (self - majority) / n));
    return cairn_lab_number(lab, "precision", kept > 0 ? kept_right / kept : NAN);
}

const cairn_recipe cairn_recipe_self_prm = {
    .about = {.name = "self-prm",
              .summary = "Votes among the solutions that their own policy accepts, and audits what it accepts.",
              .source = "arXiv 2505.11227",
              CAIRN_OPTIONS(options, config)},
    .system = 54,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 3,
    .idea =
        "A policy that solves well also judges well. It judges its own samples, and the vote is among those that it "
        "accepts: where wrong answers agree, a plain vote grows worse with more samples and this one better. On "
        "hard problems nearly all that it accepts is wrong, whatever it rejects. Policy and judge here are their "
        "error rates.",
    .command = "cairn eval answers attempts.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

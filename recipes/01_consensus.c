/* Consensus filter (arXiv 2501.07301): a solution is kept for training where completions and a judge name the same
 * first error, or both none. For your own data:
 *     cairn label --solutions FILE --policy P --method mc:order=left-to-right --judge J --rule consensus --out kept.jsonl
 */
#include <math.h>

#include "cairn/recipe.h"
#include "worlds/slips.h"

typedef struct config {
    int64_t trajectories, completions, questions;
    double error, miss, false_alarm;
    int32_t rule, score, aggregate;
} config;
enum { SCORE_NONE, SCORE_VALUE, SCORE_CORRECTNESS };

static const cairn_option options[] = {
    CAIRN_INT(config, trajectories, "3000", 1, 1e6, "solutions", "Solutions to label, each of its own question."),
    CAIRN_INT(config, completions, "8", 1, 1024, "completions", "N: completions of each prefix."),
    CAIRN_REAL(config, error, "0.12", 0, 1, "", "Probability that the generator's step is wrong."),
    CAIRN_REAL(config, miss, "0.25", 0, 1, "", "Probability that the judge misses a wrong step."),
    CAIRN_REAL(config, false_alarm, "0.04", 0, 1, "", "Probability that the judge flags a right step."),
    CAIRN_CHOICE(config, rule, "consensus", "any|judge|consensus", "Rule that labels and keeps."),
    CAIRN_CHOICE(config, score, "none", "none|value|correctness",
                 "Choose the best of 8 solutions by noisy step scores that mean this, instead of labelling."),
    CAIRN_CHOICE(config, aggregate, "last", "last|min|product", "Step scores to one score of a solution, in that."),
    CAIRN_INT(config, questions, "4000", 1, 1e6, "questions", "Questions of that."),
};

static const cairn_arm arms[] = {
    {"mc", "rule=any"},
    {"judge", "rule=judge"},
    {"consensus", "rule=consensus"},
    {"value, last", "score=value,aggregate=last"},
    {"value, product", "score=value,aggregate=product"},
    {"correctness, last", "score=correctness,aggregate=last"},
    {"correctness, product", "score=correctness,aggregate=product"},
};

static const cairn_claim claims[] = {
    {"share kept", .of = "kept", .a = "consensus", .at_least = CAIRN_BAR(0.30), .at_most = CAIRN_BAR(0.50)},
    {"first error located, of the kept", .of = "located", .a = "consensus", .at_least = CAIRN_BAR(0.90)},
    {"located, over completions alone", .of = "located", .a = "consensus", .minus = "mc", .at_least = CAIRN_BAR(0.25)},
    {"F1 of the reward, over completions alone", .of = "f1", .a = "consensus", .minus = "mc",
     .at_least = CAIRN_BAR(0.30)},
    {"F1 of the reward, against the judge's", .of = "f1", .a = "consensus", .minus = "judge",
     .at_least = CAIRN_BAR(-0.15)},
    {"scores of value: last, over product", .of = "right", .a = "value, last", .minus = "value, product",
     .at_least = CAIRN_BAR(0.01), .seeds = 5},
    {"scores of correctness: product, over last", .of = "right", .a = "correctness, product",
     .minus = "correctness, last", .at_least = CAIRN_BAR(0.2), .seeds = 5},
};

/* ---- labels ------------------------------------------------------------------------------------------------------ */

/* The judge stops at the first step that it flags. */
static void judge(cairn_rng *rng, const config *c, const slips_solution *s, double scores[SLIPS_STEPS]) {
    for (int t = 0; t < SLIPS_STEPS; t++) {
        bool flagged = cairn_rng_unit(rng) < (s->slip[t] ? 1 - c->miss : c->false_alarm);
        scores[t] = t && !(scores[t - 1] > 0) ? NAN : !flagged;
    }
}

static cairn_status label(cairn_lab *lab, const config *c) {
    static const char *const names[] = {"any", "judge", "consensus"};
    const cairn_rule_type *rule;
    const void *rule_config;
    slips_table table = {0};
    int64_t kept = 0, located = 0, right = 0, flawed = 0;
    CAIRN_TRY(cairn_rule_find(lab->ctx, lab->arena, names[c->rule], &rule, &rule_config));
    for (int64_t i = 0; i < c->trajectories; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)i, CAIRN_PATH_ROOT, CAIRN_VERB_LABEL, 0, 0);
        double completer = slips_pick(&rng, (double[]){0.08, 0.55}, (double[]){0.7, 0.3}, 2),
               repair = slips_pick(&rng, (double[]){0, 0.12}, (double[]){0.4, 0.6}, 2);
        slips_question q = {c->error, completer, repair};
        slips_solution s;
        cairn_step_count counts[SLIPS_STEPS];
        double judged[SLIPS_STEPS], labels[SLIPS_STEPS];
        cairn_keep keep;
        slips_solve(&rng, q.error, q.repair, &s);
        slips_probe(&rng, &q, &s, (int32_t)c->completions, false, counts);
        judge(&rng, c, &s, judged);
        cairn_evidence e = slips_evidence(&s, counts, (cairn_root_count){0});
        e.judge = judged;
        CAIRN_TRY(cairn_rule_apply(lab->ctx, rule, rule_config, &e, labels, &keep));
        right += e.outcome == CAIRN_VERDICT_RIGHT;
        flawed += e.outcome == CAIRN_VERDICT_RIGHT && s.first >= 0;
        if (*keep.dropped) continue;
        kept++;
        located += keep.first_error == s.first;
        slips_learn(&table, &rng, &s, labels);
    }
    double f1;
    cairn_rng rng = cairn_rng_open(lab->seed, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    CAIRN_TRY(slips_f1(lab->ctx, &table, &rng, c->error, 0, &f1));
    CAIRN_TRY(cairn_lab_number(lab, "kept", (double)kept / (double)c->trajectories));
    CAIRN_TRY(cairn_lab_number(lab, "located", kept ? (double)located / (double)kept : NAN));
    CAIRN_TRY(cairn_lab_number(lab, "f1", f1));
    return cairn_lab_number(lab, "wrong process of right answers", right ? (double)flawed / (double)right : NAN);
}

/* ---- which score of a solution ----------------------------------------------------------------------------------- */

static double score_of(const config *c, cairn_rng *rng, const slips_solution *s) {
    static const cairn_aggregator how[] = {CAIRN_AGGREGATE_LAST, CAIRN_AGGREGATE_MIN, CAIRN_AGGREGATE_PRODUCT};
    double scores[SLIPS_STEPS];
    for (int t = 0; t < SLIPS_STEPS; t++) {
        double truth = c->score == SCORE_VALUE ? slips_value(c->error, 0.08, s->right[t], SLIPS_STEPS - 1 - t)
                       : s->slip[t]            ? 0.1
                                               : 0.9;
        scores[t] = fmin(fmax(truth + 0.25 * cairn_rng_normal(rng), 0.01), 0.99);
    }
    return cairn_aggregate(how[c->aggregate], scores, SLIPS_STEPS);
}

static cairn_status choose(cairn_lab *lab, const config *c) {
    int64_t right = 0;
    for (int64_t i = 0; i < c->questions; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)i, CAIRN_PATH_ROOT, CAIRN_VERB_SEARCH, 0, 0);
        double best = -INFINITY;
        bool chosen = false;
        for (int k = 0; k < 8; k++) {
            slips_solution s;
            slips_solve(&rng, c->error, 0.08, &s);
            double score = score_of(c, &rng, &s);
            if (score > best) chosen = s.right[SLIPS_STEPS - 1];
            best = fmax(best, score);
        }
        right += chosen;
    }
    return cairn_lab_number(lab, "right", (double)right / (double)c->questions);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    return c->score == SCORE_NONE ? label(lab, c) : choose(lab, c);
}

const cairn_recipe cairn_recipe_consensus = {
    .about = {.name = "consensus",
              .summary = "Keeps solutions whose first wrong step completions and a judge locate alike.",
              .source = "arXiv 2501.07301",
              CAIRN_OPTIONS(options, config)},
    .system = 1,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 10,
    .idea = "Completions tell whether a prefix can still end right, which is not whether its last step is right: "
            "wrong steps are repaired, and right ones are wasted. A judge that reads the steps errs in other ways. "
            "Solutions on which both name the same first error have far better labels, and a reward trained on them "
            "finds first errors as well as one trained on all that the judge labelled.",
    .command = "cairn label --solutions solutions.jsonl --policy exec:./llm --method mc:order=left-to-right --judge "
               "critic:policy=exec:./judge,reads=solution --rule consensus --out kept.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

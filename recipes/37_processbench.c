/* ProcessBench (arXiv 2412.06559): the score of a judge of first wrong steps, and why labels by completions score worse
 * with more of them where the policy repairs itself. For your own judge:
 *     cairn eval processbench processbench-gsm8k.jsonl --reward 'exec:./my_prm'
 */
#include "cairn/eval.h"
#include "cairn/recipe.h"
#include "worlds/slips.h"

enum { JUDGE, COMPLETIONS };

typedef struct config {
    int64_t solutions, completions;
    double error, repair, hit, alarm;
    int32_t task;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "completions", "judge|completions",
                 "judge: with known error rates; completions: a step is wrong where none of them succeeds."),
    CAIRN_INT(config, solutions, "4000", 1, 1e7, "solutions", "Judged, of eight steps each."),
    CAIRN_REAL(config, error, "0.1", 0, 1, "", "Probability that a step is wrong."),
    CAIRN_REAL(config, repair, "0.05", 0, 1, "", "Probability that a later step repairs an earlier one."),
    CAIRN_INT(config, completions, "4", 1, 1e5, "completions", "Of each prefix."),
    CAIRN_REAL(config, hit, "0.8", 0, 1, "", "The first wrong step is found by the judge."),
    CAIRN_REAL(config, alarm, "0.05", 0, 1, "", "A right step is called wrong."),
};

#define CELL(c, n) \
    { "c=" c " N=" n, "repair=" c ",completions=" n }
static const cairn_arm arms[] = {
    {"judge", "task=judge"}, CELL("0", "4"),     CELL("0", "8"),   CELL("0", "16"),  CELL("0.05", "4"),
    CELL("0.05", "8"),       CELL("0.05", "16"), CELL("0.1", "4"), CELL("0.1", "8"), CELL("0.1", "16"),
};

#define OFF(arm_, bar)                                                                           \
    {                                                                                            \
        "F1, off the closed form, " arm_, .of = "off", .a = arm_, .at_least = CAIRN_BAR(-(bar)), \
                                          .at_most = CAIRN_BAR(bar)                              \
    }

static const cairn_claim claims[] = {
    OFF("judge", 0.02),
    OFF("c=0 N=4", 0.025),
    OFF("c=0 N=8", 0.025),
    OFF("c=0 N=16", 0.025),
    OFF("c=0.05 N=4", 0.025),
    OFF("c=0.05 N=8", 0.025),
    OFF("c=0.05 N=16", 0.025),
    OFF("c=0.1 N=4", 0.025),
    OFF("c=0.1 N=8", 0.025),
    OFF("c=0.1 N=16", 0.025),
    {"F1 lost from 4 to 16 completions, where one step in twenty repairs", .of = "f1", .a = "c=0.05 N=4",
     .minus = "c=0.05 N=16", .at_least = CAIRN_BAR(0.28), .mean_at_least = CAIRN_BAR(0.30)},
};

/* ---- what must come out ------------------------------------------------------------------------------------------ */

static double harmonic(double a, double b) {
    return a + b > 0 ? 2 * a * b / (a + b) : 0;
}

/* A judge that passes right steps by `pass` and finds the first wrong one by `find`, which depend on the step. */
static double expected_f1(double error, const double *pass, const double *find) {
    double passed = 1, ok = 1, located = 0;
    for (int t = 0; t < SLIPS_STEPS; t++) {
        located += ok * error * passed * find[t];
        passed *= pass[t];
        ok *= 1 - error;
    }
    return harmonic(located / (1 - ok), passed);
}

static double closed_form(const config *c) {
    double ok[SLIPS_STEPS + 1] = {1}, bad[SLIPS_STEPS + 1] = {0}, pass[SLIPS_STEPS], find[SLIPS_STEPS];
    for (int m = 1; m <= SLIPS_STEPS; m++) { /* success with m steps left, from a right and from a wrong prefix */
        ok[m] = (1 - c->error) * ok[m - 1] + c->error * bad[m - 1];
        bad[m] = c->repair * ok[m - 1] + (1 - c->repair) * bad[m - 1];
    }
    for (int t = 0; t < SLIPS_STEPS; t++) {
        int left = SLIPS_STEPS - 1 - t;
        pass[t] = c->task == JUDGE ? 1 - c->alarm : 1 - cairn_stat_binomial_pmf(0, c->completions, ok[left]);
        find[t] = c->task == JUDGE ? c->hit : cairn_stat_binomial_pmf(0, c->completions, bad[left]);
    }
    return expected_f1(c->error, pass, find);
}

/* ---- what does --------------------------------------------------------------------------------------------------- */

/* Whether step t, right or wrong, is called wrong. */
static bool called_wrong(const config *c, cairn_rng *rng, bool right, int32_t t) {
    const slips_question q = {c->error, c->error, c->repair};
    if (c->task == JUDGE) return cairn_rng_unit(rng) < (right ? c->alarm : c->hit);
    for (int64_t k = 0; k < c->completions; k++)
        if (slips_complete(rng, &q, right, SLIPS_STEPS - 1 - t)) return false;
    return true;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    int64_t n[2] = {0}, hits[2] = {0};
    cairn_first_error_score score;
    for (int64_t i = 0; i < c->solutions; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)i, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
        slips_solution s;
        slips_solve(&rng, c->error, c->repair, &s);
        bool clean = s.first == CAIRN_NO_ERROR;
        int32_t last = clean ? SLIPS_STEPS - 1 : s.first, said = 0;
        while (said <= last && !called_wrong(c, &rng, said != s.first, said)) said++; /* later steps change nothing */
        n[clean]++;
        hits[clean] += clean ? said == SLIPS_STEPS : said == s.first;
    }
    CAIRN_TRY(cairn_eval_first_error_counts(lab->ctx, hits[0], n[0], hits[1], n[1], true, &score));
    CAIRN_TRY(cairn_lab_number(lab, "acc_err", score.acc_err));
    CAIRN_TRY(cairn_lab_number(lab, "acc_cor", score.acc_cor));
    CAIRN_TRY(cairn_lab_number(lab, "f1", score.f1));
    return cairn_lab_number(lab, "off", score.f1 - closed_form(c));
}

const cairn_recipe cairn_recipe_processbench = {
    .about = {.name = "processbench",
              .summary =
                  "Shows what the score of a judge of first wrong steps is, and that labels by completions fail it.",
              .source = "arXiv 2412.06559",
              CAIRN_OPTIONS(options, config)},
    .system = 37,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "A judge names the first wrong step; its score is the harmonic mean of exact hits and of right solutions "
            "that it accepts. Labels by completions call a step wrong where no completion succeeds. Where the policy "
            "repairs itself some completion does, and the more there are, the later the label.",
    .command = "cairn eval processbench processbench-gsm8k.jsonl --reward 'exec:./my_prm'",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

/* Views of a step (arXiv 2412.15904): does a reward of steps need their words? Four rewards see different parts of a
 * step and choose among its candidates. For your own reward on solutions with labels:
 *     cairn eval steps steps.jsonl --reward 'exec:./my_judge'
 */
#include "cairn/recipe.h"

enum { STEPS_MOST = 64 };

typedef struct config {
    int64_t problems, steps, candidates;
    double plan, execution, catches_plan, catches_execution, keeps;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, problems, "1000", 1, 1e6, "problems", "Solved by greedy search."),
    CAIRN_INT(config, steps, "4", 1, STEPS_MOST, "steps", "Of a solution."),
    CAIRN_INT(config, candidates, "5", 1, 1000, "candidates", "c: of each step; 1: nothing is chosen."),
    CAIRN_REAL(config, plan, "0.10", 0, 1, "", "Steps whose thought is wrong."),
    CAIRN_REAL(config, execution, "0.08", 0, 1, "", "Steps that calculate wrong."),
    CAIRN_REAL(config, catches_plan, "0.80", 0, 1, "", "Wrong thoughts that the reward sees."),
    CAIRN_REAL(config, catches_execution, "0.90", 0, 1, "", "Wrong calculations that it sees."),
    CAIRN_REAL(config, keeps, "0.95", 0, 1, "", "Good steps that it lets pass."),
};

static const cairn_arm arms[] = {
    {"no reward", "candidates=1"},
    {"full context", "catches_plan=0.80,catches_execution=0.90,keeps=0.95"},
    {"mathematics only", "catches_plan=0.78,catches_execution=0.90,keeps=0.95"},
    {"last expression", "catches_plan=0.25,catches_execution=0.88,keeps=0.95"},
    {"next thought", "catches_plan=0.30,catches_execution=0,keeps=0.90"},
};

static const cairn_claim claims[] = {
    {"full context against mathematics only", .of = "accuracy", .a = "full context", .minus = "mathematics only",
     .mean_at_least = CAIRN_BAR(-0.04), .mean_at_most = CAIRN_BAR(0.04)},
    {"all expressions over the last one", .of = "accuracy", .a = "mathematics only", .minus = "last expression",
     .at_least = CAIRN_BAR(0.12)},
    {"the next thought alone over no reward", .of = "accuracy", .a = "next thought", .minus = "no reward",
     .at_most = CAIRN_BAR(0.08)},
    {"mathematics only over no reward", .of = "accuracy", .a = "mathematics only", .minus = "no reward",
     .at_least = CAIRN_BAR(0.30)},
};

/* Whether the step that the reward chooses of the candidates is right: the first that passes, else the first. */
static bool choose(const config *c, cairn_rng *rng) {
    bool first = false;
    for (int64_t k = 0; k < c->candidates; k++) {
        bool plan = cairn_rng_unit(rng) >= c->plan, calculation = cairn_rng_unit(rng) >= c->execution;
        bool seen = !plan && cairn_rng_unit(rng) < c->catches_plan;
        seen = seen || (!calculation && cairn_rng_unit(rng) < c->catches_execution);
        seen = seen || (plan && calculation && cairn_rng_unit(rng) >= c->keeps);
        if (k == 0) first = plan && calculation;
        if (!seen) return plan && calculation;
    }
    return first;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    double right = 0;
    for (int64_t p = 0; p < c->problems; p++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)p, 0, CAIRN_VERB_EVAL, 0, 0);
        bool solved = true;
        for (int64_t s = 0; s < c->steps; s++) solved = choose(c, &rng) && solved;
        right += solved;
    }
    return cairn_lab_number(lab, "accuracy", right / (double)c->problems);
}

const cairn_recipe cairn_recipe_srm_analysis = {
    .about = {.name = "srm-analysis",
              .summary = "Shows which parts of a step a reward has to see.",
              .source = "arXiv 2412.15904",
              CAIRN_OPTIONS(options, config)},
    .system = 53,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 3,
    .idea = "A step is a thought and a calculation. A reward that sees only the expressions of all steps so far guides "
            "a search as well as one that sees all words; one that sees the last expression alone, or the next thought "
            "before it is carried out, does not. Rewards here are the errors that each view lets them see.",
    .command = "cairn eval steps steps.jsonl --reward 'exec:./my_judge'",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

/* Trust-GRPO (arXiv 2505.17018): a score of the whole reasoning counts less where the wrong answers of a group have the
 * better one, and less and less with time. For your own rollouts, with `think` scores:
 *     cairn credit rollouts.jsonl --credit trust:alpha=0.3,iterations=1500 --out advantages.jsonl
 */
#include <math.h>

#include "worlds/chain_rl.h"

typedef struct config {
    const char *credit;
    double inverted;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "trust:alpha=1\\,iterations=100\\,mode=paper", "",
               "Row of credit (cairn help credits)."),
    CAIRN_REAL(config, inverted, "0.4", 0, 1, "", "Share of groups whose thinking score is upside down."),
};

static const cairn_arm arms[] = {
    {"grpo", "credit=grpo"},
    {"thinking", "credit=trust:alpha=1\\,iterations=0\\,mode=paper\\,trusting=true"},
    {"annealed", "credit=trust:alpha=1\\,iterations=100\\,mode=paper\\,trusting=true"},
    {"trust", "credit=trust:alpha=1\\,iterations=0\\,mode=paper"},
    {"trust, annealed", "credit=trust:alpha=1\\,iterations=100\\,mode=paper"},
    {"as coded", "credit=trust:alpha=1\\,iterations=100\\,mode=code"},
    {"safe", "credit=trust:alpha=1\\,iterations=100\\,mode=safe"},
};

static const cairn_claim claims[] = {
    {"clean at 50, trust and annealing over thinking alone", .of = "clean 50", .a = "trust, annealed",
     .minus = "thinking", .at_least = CAIRN_BAR(0.02), .mean_at_least = CAIRN_BAR(0.03)},
    {"clean at 50, annealing over thinking alone", .of = "clean 50", .a = "annealed", .minus = "thinking",
     .mean_at_least = CAIRN_BAR(0)},
    {"clean at 50, trust and annealing over annealing", .of = "clean 50", .a = "trust, annealed", .minus = "annealed",
     .mean_at_least = CAIRN_BAR(0)},
    {"clean at 50, trust and annealing over grpo", .of = "clean 50", .a = "trust, annealed", .minus = "grpo",
     .at_least = CAIRN_BAR(-0.01)},
    {"distrusted, inverted groups over honest ones", .of = "detected", .a = "trust, annealed",
     .mean_at_least = CAIRN_BAR(0.5)},
};

/* How often groups with right and wrong answers were distrusted. */
typedef struct detector {
    const config *c;
    cairn_credit_plan plan;
    double groups[2], distrusted[2]; /* honest, inverted */
} detector;

static cairn_status detect(cairn_lab *lab, detector *d, const chain_rl_group *g, bool inverted) {
    double right = 0, advantage[CHAIN_RL_GROUP * CHAIN_RL_BUDGET];
    for (int32_t i = 0; i < g->n; i++) right += g->trajectories[i].outcome;
    if (right == 0 || right == g->n) return CAIRN_OK;
    const cairn_credit_group group = {g->trajectories, g->n, 0};
    cairn_credit_result result = {.advantage = advantage};
    CAIRN_TRY(cairn_credit(lab->ctx, &d->plan, &group, 1, 0, &result));
    d->groups[inverted]++, d->distrusted[inverted] += result.stats.trust < 1;
    return CAIRN_OK;
}

static cairn_status judge(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    detector *d = arg;
    bool inverted = cairn_rng_unit(rng) < d->c->inverted;
    for (int32_t i = 0; i < g->n; i++) {
        const chain_rl_response *y = &g->responses[i];
        double share = y->operations ? (double)y->right_operations / y->operations : 0;
        double score = 0.1 + 0.8 * (inverted ? 1 - share : share) + 0.1 * cairn_rng_normal(rng);
        g->trajectories[i].think = fmin(1, fmax(0, score));
    }
    return detect(lab, d, g, inverted);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    detector d = {.c = c};
    const int32_t at[] = {50, 100};
    const chain_rl_setup setup = {.length = 3,
                                  .budget = 10,
                                  .group = 8,
                                  .easy = 1,
                                  .hard = 0.5,
                                  .lucky = 0.3,
                                  .fill = 0.5,
                                  .rate = 0.05,
                                  .judge = judge,
                                  .arg = &d};
    CAIRN_TRY(cairn_credit_find(lab->ctx, lab->arena, "trust:mode=paper", &d.plan));
    CAIRN_TRY(chain_rl_run(lab, &setup, c->credit, at, CAIRN_COUNT(at)));
    double honest = d.distrusted[0] / d.groups[0], inverted = d.distrusted[1] / d.groups[1];
    CAIRN_TRY(cairn_lab_number(lab, "distrusted, honest", honest));
    CAIRN_TRY(cairn_lab_number(lab, "distrusted, inverted", inverted));
    return cairn_lab_number(lab, "detected", inverted - honest);
}

const cairn_recipe cairn_recipe_trust_grpo = {
    .about = {.name = "trust-grpo",
              .summary = "Weighs a score of the reasoning by whether it agrees with the outcomes of its group.",
              .source = "arXiv 2505.17018",
              CAIRN_OPTIONS(options, config)},
    .system = 26,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 30,
    .idea =
        "A score of the whole reasoning is sometimes unreliable, and the group shows where: there wrong answers have "
        "the better mean score. Its weight falls by the exponential of that gap, and with time, so that the outcome "
        "decides in the end.",
    .command = "cairn credit rollouts.jsonl --credit trust:alpha=0.3,iterations=1500",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

/* Relative progress (arXiv 2504.00891, labels): a step is right when the share of right completions after it is at
 * least eps of that before it. For your own data:
 *     cairn label --problems p.jsonl --world text --policy P --method mc:order=left-to-right,completions=by-root,root=32
 *         --rule rpe:eps=0.8 --out labels.jsonl
 */
#include <math.h>

#include "cairn/eval.h"
#include "cairn/recipe.h"
#include "worlds/slips.h"

typedef struct config {
    int64_t trajectories, root;
    double error;
    const char *rule;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, trajectories, "4000", 1, 1e6, "solutions", "Solutions to label, each of its own question."),
    CAIRN_INT(config, root, "64", 1, 1e6, "completions", "Completions of the question itself."),
    CAIRN_REAL(config, error, "0.12", 0, 1, "", "Probability that the generator's step is wrong."),
    CAIRN_TEXT(config, rule, "rpe:eps=0.8", "", "Rule that labels (cairn help rules)."),
};

static const cairn_arm arms[] = {
    {"any", "rule=any"},
    {"eps=0.1", "rule=rpe:eps=0.1"},
    {"eps=0.5", "rule=rpe:eps=0.5"},
    {"eps=0.8", "rule=rpe:eps=0.8"},
    {"eps=1", "rule=rpe:eps=1"},
    {"diff=-0.3", "rule=rpe:eps=-0.3\\,mode=diff"},
};

static const cairn_claim claims[] = {
    {"F1, over any right completion", .of = "f1", .a = "eps=0.8", .minus = "any", .at_least = CAIRN_BAR(0.40)},
    {"F1, over a smaller ratio", .of = "f1", .a = "eps=0.8", .minus = "eps=0.5", .at_least = CAIRN_BAR(0)},
    {"F1, over the difference", .of = "f1", .a = "eps=0.8", .minus = "diff=-0.3", .at_least = CAIRN_BAR(0)},
    {"F1 of a ratio of 1", .of = "f1", .a = "eps=1", .at_most = CAIRN_BAR(0.3)},
};

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    const cairn_rule_type *rule;
    const void *rule_config;
    int64_t n[2] = {0}, hits[2] = {0}, dropped = 0;
    cairn_first_error_score score;
    CAIRN_TRY(cairn_rule_find(lab->ctx, lab->arena, c->rule, &rule, &rule_config));
    for (int64_t i = 0; i < c->trajectories; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)i, CAIRN_PATH_ROOT, CAIRN_VERB_LABEL, 0, 0);
        double completer = slips_pick(&rng, (double[]){0.03, 0.10, 0.30}, (double[]){0.4, 0.4, 0.2}, 3),
               repair = slips_pick(&rng, (double[]){0.01, 0.12}, (double[]){0.3, 0.7}, 2);
        slips_question q = {c->error, completer, repair};
        slips_solution s;
        cairn_step_count counts[SLIPS_STEPS];
        double labels[SLIPS_STEPS];
        cairn_keep keep;
        cairn_root_count root = {.n = (int32_t)c->root};
        slips_solve(&rng, q.error, q.repair, &s);
        for (int64_t k = 0; k < c->root; k++) root.ok += slips_complete(&rng, &q, true, SLIPS_STEPS);
        slips_probe(&rng, &q, &s, cairn_label_completions((double)root.ok / root.n), true, counts);
        cairn_evidence e = slips_evidence(&s, counts, root);
        CAIRN_TRY(cairn_rule_apply(lab->ctx, rule, rule_config, &e, labels, &keep));
        int clean = s.first == CAIRN_NO_ERROR;
        dropped += *keep.dropped != 0;
        if (*keep.dropped) continue;
        n[clean]++;
        hits[clean] += keep.first_error == s.first;
    }
    CAIRN_TRY(cairn_eval_first_error_counts(lab->ctx, hits[0], n[0], hits[1], n[1], true, &score));
    CAIRN_TRY(cairn_lab_number(lab, "f1", score.f1));
    return cairn_lab_number(lab, "dropped", (double)dropped);
}

const cairn_recipe cairn_recipe_progress = {
    .about = {.name = "progress",
              .summary = "Calls a step wrong when the chance of a right answer falls with it.",
              .source = "arXiv 2504.00891",
              CAIRN_OPTIONS(options, config)},
    .system = 5,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "After a wrong step completions still end right where the policy repairs itself, so that a step is called "
            "right when any does. The share of right completions falls at a wrong step all the same. A step is right "
            "when its share is at least 0.8 of the one before; the question's own share says how many completions are "
            "needed.",
    .command = "cairn label --problems p.jsonl --world text --policy exec:./llm --method "
               "mc:order=left-to-right,completions=by-root,root=32 --rule rpe:eps=0.8 --out labels.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

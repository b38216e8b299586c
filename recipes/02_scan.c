/* Self-denoising Monte-Carlo labels (arXiv 2509.16548): label only where the policy is sure of the question, trust its
 * right answers, and soften the labels just before the located error. For your own data:
 *     cairn label --problems p.jsonl --world text --policy P --method mc:solutions=64,order=left-to-right,only_wrong=true,share=0.75
 *         --rule scan:window=2 --balance --labels soft --out scan.jsonl */
#include <math.h>

#include "cairn/recipe.h"
#include "worlds/slips.h"

typedef struct config {
    int64_t questions, responses, completions, positives, window;
    double share;
    int32_t data;
} config;
enum { VANILLA, SCAN };

static const cairn_option options[] = {
    CAIRN_INT(config, questions, "400", 1, 1e6, "questions", "Questions."),
    CAIRN_INT(config, responses, "32", 1, 128, "solutions", "Solutions of each question."),
    CAIRN_INT(config, completions, "8", 1, 1024, "completions", "Completions of each prefix."),
    CAIRN_INT(config, positives, "4", 0, 1024, "solutions", "Right solutions that a question gives, at most."),
    CAIRN_INT(config, window, "2", 0, 8, "steps", "Steps before the located error with soft labels (d)."),
    CAIRN_REAL(config, share, "0.75", 0, 1, "", "Least share of right solutions of a question that is labelled."),
    CAIRN_CHOICE(config, data, "scan", "vanilla|scan", "All solutions by completions of all prefixes, or the method."),
};

static const cairn_arm arms[] = {{"vanilla", "data=vanilla"}, {"hard", "window=0"}, {"scan", "window=2"}};

static const cairn_claim claims[] = {
    {"completions, of those of all prefixes", .of = "completions", .a = "scan", .over = "vanilla",
     .at_most = CAIRN_BAR(0.10)},
    {"F1 of the reward, over all prefixes", .of = "f1", .a = "scan", .minus = "vanilla", .at_least = CAIRN_BAR(0.08)},
    {"F1 of the reward, over hard labels", .of = "f1", .a = "scan", .minus = "hard", .at_least = CAIRN_BAR(0.05)},
    {"located errors that are wrong, below all prefixes", .of = "mislocated", .a = "scan", .minus = "vanilla",
     .at_most = CAIRN_BAR(-0.03)},
};

typedef struct labels {
    const cairn_rule_type *rule;
    const void *config;
    slips_table table;
    int64_t completions, located, mislocated;
} labels;

/* One solution: completions where the method asks for them, labels by the rule, and the reward learns them. */
static cairn_status label(cairn_lab *lab, const config *c, labels *l, cairn_rng *rng, const slips_question *q,
                          const slips_solution *s, cairn_root_count root) {
    cairn_step_count counts[SLIPS_STEPS];
    double values[SLIPS_STEPS];
    cairn_keep keep;
    bool probed = c->data == VANILLA || !s->right[SLIPS_STEPS - 1];
    if (probed) l->completions += slips_probe(rng, q, s, (int32_t)c->completions, c->data == SCAN, counts);
    cairn_evidence e = slips_evidence(s, probed ? counts : NULL, root);
    CAIRN_TRY(cairn_rule_apply(lab->ctx, l->rule, l->config, &e, values, &keep));
    if (*keep.dropped) return CAIRN_OK;
    l->located += keep.first_error >= 0;
    l->mislocated += keep.first_error >= 0 && keep.first_error != s->first;
    slips_learn(&l->table, rng, s, values);
    return CAIRN_OK;
}

/* The solutions of one question, of which the method takes as many right ones as wrong ones, and few. */
static cairn_status label_question(cairn_lab *lab, const config *c, labels *l, int64_t index) {
    cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)index, CAIRN_PATH_ROOT, CAIRN_VERB_LABEL, 0, 0);
    double error = slips_pick(&rng, (double[]){0.02, 0.08, 0.35}, (double[]){0.5, 0.3, 0.2}, 3),
           repair = slips_pick(&rng, (double[]){0.02, 0.15}, (double[]){0.4, 0.6}, 2);
    slips_question q = {error, error, repair};
    slips_solution s[128];
    cairn_root_count root = {.n = (int32_t)c->responses};
    int64_t taken = 0;
    for (int64_t i = 0; i < c->responses; i++) {
        slips_solve(&rng, error, repair, &s[i]);
        root.ok += s[i].right[SLIPS_STEPS - 1];
    }
    if (c->data == SCAN && (double)root.ok < c->share * (double)root.n) return CAIRN_OK;
    int64_t positives = root.n - root.ok < c->positives ? root.n - root.ok : c->positives;
    for (int64_t i = 0; i < c->responses; i++) {
        bool right = s[i].right[SLIPS_STEPS - 1];
        if (c->data == SCAN && right && taken++ >= positives) continue;
        CAIRN_TRY(label(lab, c, l, &rng, &q, &s[i], root));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    labels l = {0};
    const char *spec = cairn_arena_printf(lab->arena, "scan:window=%lld", (long long)c->window);
    double f1;
    if (c->data == VANILLA) spec = "any";
    if (!spec) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_rule_find(lab->ctx, lab->arena, spec, &l.rule, &l.config));
    for (int64_t i = 0; i < c->questions; i++) CAIRN_TRY(label_question(lab, c, &l, i));
    cairn_rng rng = cairn_rng_open(lab->seed, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    CAIRN_TRY(slips_f1(lab->ctx, &l.table, &rng, 0.12, 0, &f1));
    CAIRN_TRY(cairn_lab_number(lab, "f1", f1));
    CAIRN_TRY(cairn_lab_number(lab, "completions", (double)l.completions));
    return cairn_lab_number(lab, "mislocated", l.located ? (double)l.mislocated / (double)l.located : NAN);
}

const cairn_recipe cairn_recipe_scan = {
    .about = {.name = "scan",
              .summary = "Labels steps by completions only where they can be trusted, and softly near the error.",
              .source = "arXiv 2509.16548",
              CAIRN_OPTIONS(options, config)},
    .system = 2,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 10,
    .idea = "Completions place the first error too early where a question is hard, and too late where the policy "
            "repairs itself. Its share of right solutions tells the two apart: only questions that it mostly solves "
            "are labelled, right solutions are trusted without completions, and wrong ones are scanned. The two steps "
            "before the located error get soft labels, divided by that share.",
    .command = "cairn label --problems p.jsonl --world text --policy exec:./llm --method "
               "mc:solutions=64,order=left-to-right,only_wrong=true,share=0.75 --rule scan:window=2 --balance "
               "--labels soft --out scan.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

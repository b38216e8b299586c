/* Hierarchical rewards (arXiv 2503.13551): a scorer that reads single steps falls for steps that look right and do
 * nothing, the more so the more candidates it chooses from; a scorer that also reads a step together with the one
 * before it does not. For your own model:
 *     cairn solve --problems problems.jsonl --policy model:file=policy.gguf --search beam:width=8,branch=8 \
 *         --reward 'pair:of=head:file=prm.gguf,rule=min'
 */
#include <math.h>
#include <string.h>

#include "cairn/recipe.h"

typedef struct config {
    int32_t rule;
    int64_t questions, needed, most;
    double restate, right, repair, look_alike;
} config;

enum { RULE_SINGLE, RULE_MIN, RULE_MEAN };

static const cairn_option options[] = {
    CAIRN_CHOICE(config, rule, "single", "single|min|mean", "Score of a candidate: of the step, or of step and pair."),
    CAIRN_INT(config, questions, "3000", 1, 1e6, "questions", "Questions of a seed."),
    CAIRN_INT(config, needed, "6", 1, 100, "steps", "Right computations that a question needs."),
    CAIRN_INT(config, most, "10", 1, 100, "steps", "Steps of a solution, at most."),
    CAIRN_REAL(config, restate, "0.08", 0, 1, "", "Probability that a candidate only restates what is known."),
    CAIRN_REAL(config, right, "0.8", 0, 1, "", "Else, from a right state: probability that it computes right."),
    CAIRN_REAL(config, repair, "0.25", 0, 1, "", "Else, from a wrong state: probability that it repairs the error."),
    CAIRN_REAL(config, look_alike, "0.1", 0, 1, "", "Probability that a step looks like one of another kind."),
};

static const cairn_arm arms[] = {
    {"prm", "rule=single"},
    {"hrm-min", "rule=min"},
    {"hrm-mean", "rule=mean"},
};

static const cairn_claim claims[] = {
    {"single steps: accuracy lost from 4 to 24 candidates", .of = "lost 4 to 24", .a = "prm",
     .at_least = CAIRN_BAR(0.30)},
    {"pairs: accuracy with 24 candidates", .of = "accuracy 24", .a = "hrm-min", .at_least = CAIRN_BAR(0.85)},
    {"pairs: accuracy lost from 8 to 24", .of = "lost 8 to 24", .a = "hrm-min", .at_most = CAIRN_BAR(0.05)},
    {"pairs over single steps, 24 candidates", .of = "accuracy 24", .a = "hrm-min", .minus = "prm",
     .at_least = CAIRN_BAR(0.5)},
};

/* ---- choosing among candidates ----------------------------------------------------------------------------------- */

typedef enum kind { RESTATE, RIGHT, WRONG, CONTINUE, REPAIR } kind;
typedef enum look { LOOKS_RESTATED, LOOKS_VALID, LOOKS_INVALID, LOOKS_ODD, LOOKS } look;
typedef struct step {
    kind kind;
    look look;   /* of the step alone */
    bool useful; /* how it looks together with the step before: as a new right result, or as the repair of an error */
} step;

static step propose(const config *c, bool wrong, cairn_rng *rng) {
    static const look looks[] = {LOOKS_RESTATED, LOOKS_VALID, LOOKS_INVALID, LOOKS_VALID, LOOKS_ODD};
    double u = cairn_rng_unit(rng), v = cairn_rng_unit(rng);
    bool alike = cairn_rng_unit(rng) < c->look_alike, pair_alike = cairn_rng_unit(rng) < c->look_alike;
    step s = {.kind = u < c->restate ? RESTATE
                      : wrong        ? (v < c->repair ? REPAIR : CONTINUE)
                                     : (v < c->right ? RIGHT : WRONG)};
    s.look = alike && s.kind != RESTATE ? LOOKS_VALID : looks[s.kind];
    s.useful = (s.kind == RIGHT || s.kind == REPAIR) != pair_alike;
    return s;
}

/* What the two scorers learned from solutions of the policy: the mean label of what looks so. A single step is right
 * when it is valid where it stands; labels end at a solution's first error, so that what comes after it, repairs too,
 * was never seen. A pair is right when it brings a new right result or repairs the error before it. */
typedef struct scorers {
    double single[LOOKS], pair[2];
} scorers;

static scorers learn(const config *c, cairn_rng *rng) {
    enum { SOLUTIONS = 20000 };
    scorers s = {.single = {0}};
    double singles[LOOKS] = {0}, pairs[2] = {0};
    for (int i = 0; i < SOLUTIONS; i++) {
        bool wrong = false;
        for (int64_t t = 0; t < c->most; t++) {
            step now = propose(c, wrong, rng);
            if (!wrong) singles[now.look]++, s.single[now.look] += now.kind != WRONG;
            if (t > 0) pairs[now.useful]++, s.pair[now.useful] += now.kind == RIGHT || now.kind == REPAIR;
            wrong = now.kind == WRONG || (wrong && now.kind != REPAIR);
        }
    }
    for (int k = 0; k < LOOKS; k++) s.single[k] = singles[k] > 0 ? s.single[k] / singles[k] : 0.5;
    for (int k = 0; k < 2; k++) s.pair[k] = pairs[k] > 0 ? s.pair[k] / pairs[k] : 0.5;
    return s;
}

static double score(const config *c, const scorers *s, int64_t t, const step *now) {
    double single = s->single[now->look], pair = s->pair[now->useful];
    if (c->rule == RULE_SINGLE || t == 0) return single;
    return c->rule == RULE_MIN ? fmin(single, pair) : (single + pair) / 2;
}

/* Step-level best of N: whether the solution has its computations and ends in a right state. */
static bool solve(const config *c, const scorers *s, int candidates, cairn_rng *rng) {
    bool wrong = false;
    int64_t computed = 0;
    for (int64_t t = 0; t < c->most && computed < c->needed; t++) {
        step best = propose(c, wrong, rng);
        for (int k = 1; k < candidates; k++) {
            step other = propose(c, wrong, rng);
            if (score(c, s, t, &other) > score(c, s, t, &best)) best = other;
        }
        wrong = best.kind == WRONG || (wrong && best.kind != REPAIR);
        computed += best.kind != RESTATE;
    }
    return computed == c->needed && !wrong;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    static const int n[] = {1, 2, 4, 8, 16, 24};
    double accuracy[6];
    cairn_rng rng = cairn_rng_open(lab->seed, 0, 0, CAIRN_VERB_LEARN, 0, 0);
    scorers s = learn(c, &rng);
    for (int i = 0; i < 6; i++) {
        int64_t right = 0;
        for (int64_t q = 0; q < c->questions; q++) {
            rng = cairn_rng_open(lab->seed, (uint64_t)q, (uint64_t)i, CAIRN_VERB_SEARCH, 0, 0);
            right += solve(c, &s, n[i], &rng);
        }
        accuracy[i] = (double)right / (double)c->questions;
        const char *name = cairn_arena_printf(lab->arena, "accuracy %d", n[i]);
        if (!name) return CAIRN_NO_MEMORY;
        CAIRN_TRY(cairn_lab_number(lab, name, accuracy[i]));
    }
    CAIRN_TRY(cairn_lab_number(lab, "lost 4 to 24", accuracy[2] - accuracy[5]));
    return cairn_lab_number(lab, "lost 8 to 24", accuracy[3] - accuracy[5]);
}

const cairn_recipe cairn_recipe_hierarchical = {
    .about = {.name = "hierarchical",
              .summary = "Scores each step alone and together with the step before it, so that empty steps do not win.",
              .source = "arXiv 2503.13551",
              CAIRN_OPTIONS(options, config)},
    .system = 7,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "A scorer of single steps is misled by steps that look right and do nothing, and punishes a step that "
            "repairs an error. The hierarchical model is trained on single steps and on two consecutive steps as one. "
            "Merging nodes of sampled trees with their parents gives it more such samples from the same completions.",
    .command = "cairn solve --world text --problems problems.jsonl --policy model:file=policy.gguf --search "
               "beam:width=8,branch=8 --reward 'pair:of=head:file=prm.gguf,rule=min'",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

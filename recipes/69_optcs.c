/* OptCS (arXiv 2411.17983): selects right answers with a bounded share of wrong ones, and chooses the score on the same
 * labels. For your own scores:
 *     cairn certify scored.jsonl --label right --fdr 0.1 --choose 'prm:min prm:last orm' --out certified.jsonl
 */
#include <math.h>

#include "cairn/certify.h"
#include "cairn/recipe.h"
#include "worlds/rewardmath.h"

typedef struct config {
    int32_t method, prune;
    int64_t labelled, items, scores, informative, repeats;
    double separation, right, fdr, beta;
    bool real;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, method, "optcs", CAIRN_CERTIFY_METHODS,
                 "How is selected; cs takes the first score, which says something."),
    CAIRN_CHOICE(config, prune, "homo", CAIRN_CERTIFY_PRUNES, "Draw of optcs: one for all, one each, none."),
    CAIRN_REAL(config, fdr, "0.2", 1e-6, 0.999999, "", "q: bound of the false discovery rate."),
    CAIRN_REAL(config, beta, "1", 0.01, 1, "", "Factor of optcs; 0.9 is safer."),
    CAIRN_INT(config, labelled, "100", 4, 1e6, "items", "n: items with a label."),
    CAIRN_INT(config, items, "100", 1, 1e6, "items", "m: items to select from."),
    CAIRN_INT(config, scores, "24", 1, 1000, "scores", "K: scores to choose among."),
    CAIRN_INT(config, informative, "4", 0, 1000, "scores", "Of these tell right from wrong; the others are noise."),
    CAIRN_REAL(config, separation, "1.5", 0, 10, "", "d': distance of right from wrong, in standard deviations."),
    CAIRN_REAL(config, right, "0.4", 0, 1, "", "Share of right answers."),
    CAIRN_INT(config, repeats, "25", 1, 1e6, "", "Experiments of a seed."),
    CAIRN_BOOL(config, real, "false",
               "Scores of five published reward models on RewardMATH, halved at random, instead of simulated ones."),
};

#define NOISE "informative=0"
#define SMALL "labelled=50,items=50,informative=3,separation=1,fdr=0.3"
#define REAL  "real=true,repeats=20"
static const cairn_arm arms[] = {
    {"optcs", ""},
    {"dtm", "prune=dtm"},
    {"beta-0.9", "beta=0.9"},
    {"naive", "method=naive"},
    {"split", "method=split"},
    {"best", "method=cs"},
    {"noise-optcs", NOISE},
    {"noise-dtm", NOISE ",prune=dtm"},
    {"noise-naive", NOISE ",method=naive"},
    {"small-optcs", SMALL},
    {"small-dtm", SMALL ",prune=dtm"},
    {"small-naive", SMALL ",method=naive"},
    {"small-split", SMALL ",method=split"},
    {"real-optcs", REAL},
    {"real-dtm", REAL ",prune=dtm"},
    {"real-naive", REAL ",method=naive"},
    {"real-split", REAL ",method=split"},
};

/* The bound q may be passed by two standard errors of the mean. */
static const cairn_claim claims[] = {
    {"false discovery rate, bound 0.2", .of = "fdr", .a = "optcs", .mean_at_most = CAIRN_BAR(0.214)},
    {"of the naive choice: over the bound", .of = "fdr", .a = "naive", .at_least = CAIRN_BAR(0.2)},
    {"power, over half of the labels to choose", .of = "power", .a = "optcs", .minus = "split",
     .at_least = CAIRN_BAR(0.05), .mean_at_least = CAIRN_BAR(0.10)},
    {"power, over no draw", .of = "power", .a = "optcs", .minus = "dtm", .at_least = CAIRN_BAR(0)},
    {"noise: false discovery rate, bound 0.2", .of = "fdr", .a = "noise-optcs", .mean_at_most = CAIRN_BAR(0.226)},
    {"noise: of the naive choice", .of = "fdr", .a = "noise-naive", .at_least = CAIRN_BAR(0.2)},
    {"small: false discovery rate, bound 0.3", .of = "fdr", .a = "small-optcs", .mean_at_most = CAIRN_BAR(0.326)},
    {"small: of the naive choice", .of = "fdr", .a = "small-naive", .at_least = CAIRN_BAR(0.3)},
    {"small: power, over no draw", .of = "power", .a = "small-optcs", .minus = "small-dtm", .at_least = CAIRN_BAR(0)},
    {"RewardMATH: false discovery rate, bound 0.2", .of = "fdr", .a = "real-optcs", .mean_at_most = CAIRN_BAR(0.217)},
    {"RewardMATH: of the naive choice", .of = "fdr", .a = "real-naive", .at_least = CAIRN_BAR(0.2)},
    {"RewardMATH: power, over half of the labels to choose", .of = "power", .a = "real-optcs", .minus = "real-split",
     .at_least = CAIRN_BAR(0.04)},
    {"RewardMATH: power, over no draw", .of = "power", .a = "real-optcs", .minus = "real-dtm",
     .at_least = CAIRN_BAR(0.05)},
};

static cairn_status open_simulated(cairn_lab *lab, const config *c, items_scored *out) {
    *out = (items_scored){.n = (size_t)(c->labelled + c->items), .k = (size_t)c->scores};
    out->score = cairn_arena_alloc(lab->arena, out->n, out->k * sizeof *out->score);
    out->right = cairn_arena_alloc(lab->arena, out->n, sizeof *out->right);
    return out->score && out->right ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static void simulate(const config *c, cairn_rng *rng, items_scored *p) {
    for (size_t i = 0; i < p->n; i++) p->right[i] = cairn_rng_unit(rng) < c->right;
    for (size_t k = 0; k < p->k; k++)
        for (size_t i = 0; i < p->n; i++)
            p->score[k * p->n + i] =
                cairn_rng_normal(rng) + (p->right[i] && (int64_t)k < c->informative ? c->separation : 0);
}

static void shuffle(cairn_rng *rng, items_scored *p) {
    for (size_t i = p->n; i > 1; i--) {
        size_t j = (size_t)cairn_rng_range(rng, 0, (int64_t)i - 1);
        bool right = p->right[i - 1];
        p->right[i - 1] = p->right[j], p->right[j] = right;
        for (double *s = p->score; s < p->score + p->k * p->n; s += p->n) {
            double score = s[i - 1];
            s[i - 1] = s[j], s[j] = score;
        }
    }
}

static cairn_status experiment(cairn_lab *lab, const config *c, const items_scored *p, size_t labelled, uint64_t seed,
                               cairn_certify_item *items, double *fdr, double *power) {
    cairn_certify_scores scores = {.calibration = p->score,
                                   .good = p->right,
                                   .test = p->score + labelled,
                                   .k = p->k,
                                   .n = labelled,
                                   .m = p->n - labelled,
                                   .stride = p->n};
    cairn_certify_how how = {.method = (cairn_certify_method)c->method,
                             .prune = (cairn_certify_prune)c->prune,
                             .fdr = c->fdr,
                             .beta = c->beta,
                             .seed = seed};
    cairn_certify_result result;
    CAIRN_TRY(cairn_certify_select(lab->ctx, &scores, &how, items, &result));
    cairn_certify_outcome(items, p->right + labelled, scores.m, fdr, power);
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    double fdr = 0, power = 0;
    int64_t known = 0; /* experiments in which some item is right */
    items_scored p = {0};
    CAIRN_TRY(c->real ? rewardmath_read(lab, &p) : open_simulated(lab, c, &p));
    if (p.n == 0) return CAIRN_OK; /* the data is absent */
    size_t labelled = c->real ? p.n / 2 : (size_t)c->labelled;
    cairn_certify_item *items = cairn_arena_alloc(lab->arena, p.n, sizeof *items);
    if (!items) return CAIRN_NO_MEMORY;
    for (int64_t r = 0; r < c->repeats; r++) {
        double false_share, found;
        cairn_rng rng =
            cairn_rng_open(lab->seed, (uint64_t)r, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, CAIRN_ROLE_GENERATOR, 0);
        if (c->real)
            shuffle(&rng, &p);
        else
            simulate(c, &rng, &p);
        CAIRN_TRY(experiment(lab, c, &p, labelled, cairn_rng_u64(&rng), items, &false_share, &found));
        fdr += false_share / (double)c->repeats;
        if (!isnan(found)) power += found, known++;
    }
    CAIRN_TRY(cairn_lab_number(lab, "fdr", fdr));
    return cairn_lab_number(lab, "power", known ? power / (double)known : NAN);
}

const cairn_recipe cairn_recipe_optcs = {
    .about = {.name = "optcs",
              .summary =
                  "Selects right answers with a bounded share of wrong ones, and chooses the score on the same labels.",
              .source = "arXiv 2411.17983",
              CAIRN_OPTIONS(options, config)},
    .system = 69,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea = "Conformal selection turns a score into p-values by labelled items and bounds the share of wrong "
            "selections, but only for a score that was fixed beforehand. OptCS chooses the score for each item anew, "
            "in a way that treats the item like one more labelled wrong one. E-values allow for the dependence that "
            "comes of it.",
    .command = "cairn certify scored.jsonl --label right --fdr 0.1 --choose 'prm:min prm:last orm' --out "
               "certified.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

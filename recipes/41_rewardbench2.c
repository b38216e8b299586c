/* RewardBench 2 (arXiv 2506.01937): one right answer against three foretells best-of-16, and the score of ties falls where
 * equally right answers are scored apart. For your own reward:
 *     cairn eval rewardbench2 rewardbench2.jsonl --reward 'exec:./my_prm'
 */
#include <math.h>
#include <stdio.h>

#include "cairn/choice.h"
#include "cairn/recipe.h"

enum { FORETELL, TIES };
enum { REWARDS = 20, DOMAINS = 5, ANSWERS = 4, PAIRS = 51, RIGHT = 6, WRONG = 3 };

typedef struct config {
    int64_t items, best_of;
    double strongest, spread, accuracy, apart;
    int32_t task;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "foretell", "foretell|ties",
                 "foretell: the suite against best-of-n; ties: their score."),
    CAIRN_INT(config, items, "200", 1, 1e6, "items", "Of each of five domains, and problems of best-of-n."),
    CAIRN_INT(config, best_of, "16", 2, 1e4, "samples", "n."),
    CAIRN_REAL(config, accuracy, "0.3", 0, 1, "", "Of a single sample."),
    CAIRN_REAL(config, strongest, "2.2", 0, 100, "",
               "Quality of a reward: up to so much a right answer adds to a score."),
    CAIRN_REAL(config, spread, "0.3", 0, 100, "", "Standard deviation of that between domains."),
    CAIRN_REAL(config, apart, "0.05", 0, 100, "", "Standard deviation between equally right answers (ties)."),
};

static const cairn_arm arms[] = {
    {"suite", ""},
    {"ties 0.05 apart", "task=ties,apart=0.05"},
    {"ties 0.5 apart", "task=ties,apart=0.5"},
    {"ties 1 apart", "task=ties,apart=1"},
    {"ties 2 apart", "task=ties,apart=2"},
};

#define FALLS(closer, further)                                                                    \
    {                                                                                             \
        "score of ties, " further " below " closer, .of = "score", .a = further, .minus = closer, \
                                                    .at_most = CAIRN_BAR(0)                       \
    }

static const cairn_claim claims[] = {
    {"correlation of one of four with best-of-16", .of = "pearson", .a = "suite", .at_least = CAIRN_BAR(0.87)},
    {"one of two is easier than one of four", .of = "two - four", .a = "suite", .at_least = CAIRN_BAR(0.15)},
    FALLS("ties 0.05 apart", "ties 0.5 apart"),
    FALLS("ties 0.5 apart", "ties 1 apart"),
    FALLS("ties 1 apart", "ties 2 apart"),
    {"score of ties 0.05 apart", .of = "score", .a = "ties 0.05 apart", .at_least = CAIRN_BAR(1)},
    {"score of ties 2 apart", .of = "score", .a = "ties 2 apart", .at_most = CAIRN_BAR(0.6)},
};

/* ---- the suite --------------------------------------------------------------------------------------------------- */

/* Share of items on which the right answer scores best of k. */
static cairn_status one_of(cairn_lab *lab, const config *c, double gain, int32_t k, cairn_rng *rng, double *out) {
    double scores[ANSWERS], won = 0;
    bool right[ANSWERS] = {true};
    for (int64_t i = 0; i < c->items; i++) {
        cairn_choice_credit credit;
        for (int32_t a = 0; a < k; a++) scores[a] = (a == 0 ? gain : 0) + cairn_rng_normal(rng);
        CAIRN_TRY(cairn_best_credit(lab->ctx, NULL, scores, right, k, CAIRN_TIE_SHARE, CAIRN_MISSING_ERROR, &credit));
        won += credit.credit;
    }
    *out = won / (double)c->items;
    return CAIRN_OK;
}

static double best_of(const config *c, double gain, cairn_rng *rng) {
    double won = 0;
    for (int64_t i = 0; i < c->items; i++) {
        double best = -INFINITY;
        bool is_right = false;
        for (int64_t k = 0; k < c->best_of; k++) {
            bool correct = cairn_rng_unit(rng) < c->accuracy;
            double score = (correct ? gain : 0) + cairn_rng_normal(rng);
            if (score > best) best = score, is_right = correct;
        }
        won += is_right;
    }
    return won / (double)c->items;
}

static cairn_status foretell(cairn_lab *lab, const config *c) {
    double four[REWARDS] = {0}, used[REWARDS] = {0}, two = 0, pearson;
    for (uint32_t r = 0; r < REWARDS; r++) {
        cairn_rng rng = cairn_rng_open(lab->seed, r, 0, CAIRN_VERB_EVAL, 0, 0);
        double quality = c->strongest * cairn_rng_unit(&rng);
        for (int d = 0; d < DOMAINS; d++) {
            double gain = fmax(0, quality + c->spread * cairn_rng_normal(&rng)), of_four, of_two;
            CAIRN_TRY(one_of(lab, c, gain, ANSWERS, &rng, &of_four));
            CAIRN_TRY(one_of(lab, c, gain, 2, &rng, &of_two));
            four[r] += of_four / DOMAINS;
            two += of_two / DOMAINS / REWARDS;
            used[r] += best_of(c, gain, &rng) / DOMAINS;
        }
    }
    CAIRN_TRY(cairn_stat_pearson(lab->ctx, four, used, REWARDS, &pearson));
    CAIRN_TRY(cairn_lab_number(lab, "one of four", cairn_stat_mean(four, REWARDS)));
    CAIRN_TRY(cairn_lab_number(lab, "one of two", two));
    CAIRN_TRY(cairn_lab_number(lab, "two - four", two - cairn_stat_mean(four, REWARDS)));
    return cairn_lab_number(lab, "pearson", pearson);
}

/* ---- ties -------------------------------------------------------------------------------------------------------- */

/* Items "ref:n" with one right answer and "tied:n" with six, each against three wrong ones. */
static cairn_status tie(cairn_lab *lab, const config *c) {
    cairn_ties_item items[2 * PAIRS];
    double scores[2 * PAIRS][RIGHT + WRONG];
    char ids[2 * PAIRS][16];
    cairn_ties_score score;
    cairn_rng rng = cairn_rng_open(lab->seed, TIES, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 2 * PAIRS; i++) {
        int32_t right = i % 2 ? RIGHT : 1;
        for (int32_t k = 0; k < right; k++) scores[i][k] = 3 + c->apart * cairn_rng_normal(&rng);
        for (int32_t k = 0; k < WRONG; k++) scores[i][right + k] = 0.3 * cairn_rng_normal(&rng);
        snprintf(ids[i], sizeof ids[i], "%s:%d", i % 2 ? "tied" : "ref", i / 2);
        items[i] = (cairn_ties_item){.id = ids[i], .scores = scores[i], .n = right + WRONG, .n_right = right};
    }
    CAIRN_TRY(cairn_ties_measure(lab->ctx, items, 2 * PAIRS, &score));
    return cairn_lab_number(lab, "score", score.score);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    return c->task == TIES ? tie(lab, c) : foretell(lab, c);
}

const cairn_recipe cairn_recipe_rewardbench2 = {
    .about = {.name = "rewardbench2",
              .summary = "Shows that one of four foretells best-of-16, and what the score of ties asks for.",
              .source = "arXiv 2506.01937",
              CAIRN_OPTIONS(options, config)},
    .system = 41,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea =
        "A benchmark of rewards is useful if it foretells what a reward does in use. One right answer against three "
        "leaves more room than one against one, and its order is that of best-of-16. Equally right answers should "
        "beat the wrong ones and score alike. Rewards here are a liking for right answers, which differs between "
        "domains, and noise; no policy is trained on them.",
    .command = "cairn eval rewardbench2 rewardbench2.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

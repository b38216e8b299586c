/* VLRMBench (arXiv 2503.07478): what its two kinds of figures say of a judge whose errors are known: the weighted F1 of
 * steps, and pairs that are asked in one order or in both. For recorded answers of your own judge:
 *     cairn eval vlrmbench location_error.jsonl
 */
#include <math.h>

#include "cairn/choice.h"
#include "cairn/recipe.h"

enum { STEPS, PAIRS };

typedef struct config {
    int64_t steps, pairs;
    double base, hit, alarm, gap, bias;
    int32_t task;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "pairs", "steps|pairs", "steps: the weighted F1; pairs: two ratings in each order."),
    CAIRN_INT(config, steps, "10000", 1, 1e8, "steps", "Judged."),
    CAIRN_REAL(config, base, "0.2", 0, 1, "", "Share of faulty steps."),
    CAIRN_REAL(config, hit, "0.7", 0, 1, "", "Faulty steps that the judge finds."),
    CAIRN_REAL(config, alarm, "0.2", 0, 1, "", "Other steps that it calls faulty."),
    CAIRN_INT(config, pairs, "2000", 1, 1e8, "pairs", "Judged."),
    CAIRN_REAL(config, gap, "0.8", 0, 100, "",
               "Quality of the better answer over the other; the noise of a score is 1."),
    CAIRN_REAL(config, bias, "0", 0, 100, "", "What the first place adds to a score."),
};

static const cairn_arm arms[] = {
    {"steps", "task=steps"}, {"no bias", "bias=0"}, {"bias 1", "bias=1"}, {"bias 2", "bias=2"}, {"bias 4", "bias=4"},
};

#define WITHIN(text, number, arm_, low, high) \
    { text, .of = number, .a = arm_, .at_least = CAIRN_BAR(low), .at_most = CAIRN_BAR(high) }
#define ORDERS(arm_, single)                                                     \
    WITHIN("asked once, " arm_, "single", arm_, (single)-0.03, (single) + 0.03), \
        WITHIN("asked in both orders, " arm_, "both", arm_, 0.7881 - 0.03, 0.7881 + 0.03)

static const cairn_claim claims[] = {
    WITHIN("weighted F1 of steps", "f1_w", "steps", 0.618667 - 0.02, 0.618667 + 0.02),
    ORDERS("no bias", 0.7142),
    ORDERS("bias 1", 0.6711),
    ORDERS("bias 2", 0.5871),
    ORDERS("bias 4", 0.5057),
    {"both orders over one, bias 2", .of = "gain", .a = "bias 2", .at_least = CAIRN_BAR(0.12),
     .mean_at_least = CAIRN_BAR(0.15)},
};

static cairn_status judge_steps(cairn_lab *lab, const config *c, cairn_rng *rng) {
    cairn_confusion counts = {0};
    double f1;
    for (int64_t i = 0; i < c->steps; i++) {
        bool faulty = cairn_rng_unit(rng) < c->base, said = cairn_rng_unit(rng) < (faulty ? c->hit : c->alarm);
        counts.tp += faulty && said;
        counts.fp += !faulty && said;
        counts.fn += faulty && !said;
        counts.tn += !faulty && !said;
    }
    CAIRN_TRY(cairn_f1_weighted(lab->ctx, &counts, CAIRN_F1_INVERSE, &f1));
    return cairn_lab_number(lab, "f1_w", f1);
}

/* Scores of the better answer and of the other one; the one in front has the bias. */
static void rate(const config *c, bool better_first, cairn_rng *rng, double out[2]) {
    out[0] = c->gap + cairn_rng_normal(rng) + (better_first ? c->bias : 0);
    out[1] = cairn_rng_normal(rng) + (better_first ? 0 : c->bias);
}

static cairn_status judge_pairs(cairn_lab *lab, const config *c, cairn_rng *rng) {
    double single = 0, both = 0, n = (double)c->pairs;
    for (int64_t i = 0; i < c->pairs; i++) {
        double front[2], back[2]; /* of the better one and the other, with the better one in front, and at the back */
        rate(c, true, rng, front);
        rate(c, false, rng, back);
        bool in_front = cairn_rng_below(rng, 2) == 0;
        single += in_front ? front[0] > front[1] : back[0] > back[1];
        both += cairn_swap_ratings(front, (double[2]){back[1], back[0]}) == CAIRN_SLOT_ONE;
    }
    CAIRN_TRY(cairn_lab_number(lab, "single", single / n));
    CAIRN_TRY(cairn_lab_number(lab, "both", both / n));
    return cairn_lab_number(lab, "gain", (both - single) / n);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)c->task, 0, CAIRN_VERB_EVAL, 0, 0);
    return c->task == STEPS ? judge_steps(lab, c, &rng) : judge_pairs(lab, c, &rng);
}

const cairn_recipe cairn_recipe_vlrmbench = {
    .about = {.name = "vlrmbench",
              .summary = "Shows what the weighted F1 of steps and the order of pairs say of a judge with known errors.",
              .source = "arXiv 2503.07478",
              CAIRN_OPTIONS(options, config)},
    .system = 42,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea =
        "A judge of steps is measured by an F1 that weighs the rare, faulty steps most, a judge of answers by pairs "
        "whose first place it may like. Asked in both orders, the liking falls out, whatever its size. Judges here "
        "are their error rates: no images are drawn, and no judge is trained.",
    .command = "cairn eval vlrmbench location_error.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

/* MoReBench (arXiv 2510.16380): what rubric scores say where the judge errs, the text is long, or lists everything. For
 * recorded judgements of your own texts:
 *     cairn eval morebench rubric_judgements.jsonl
 */
#include <math.h>

#include "cairn/choice.h"
#include "cairn/recipe.h"

enum { NOISE, LENGTH, COVERAGE };
enum { CRITERIA_MOST = 30 };

typedef struct config {
    int64_t scenarios;
    double negative, flip, bad, characters;
    int32_t task;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "noise", "noise|length|coverage",
                 "noise: a judge that errs; length: the same text padded; coverage: a writer who lists everything."),
    CAIRN_INT(config, scenarios, "200", 1, 1e6, "scenarios", "With 20 to 30 criteria each."),
    CAIRN_REAL(config, negative, "0.15", 0, 0.9, "", "Share of criteria that a good text does not meet."),
    CAIRN_REAL(config, flip, "0.1", 0, 0.49, "", "Verdicts that the judge turns round."),
    CAIRN_REAL(config, bad, "0.1", 0, 1, "", "Bad considerations that a writer includes."),
    CAIRN_REAL(config, characters, "80", 1, 1e6, "characters", "Of a consideration."),
};

static const cairn_arm arms[] = {
    {"judge errs 5 %", "flip=0.05"},
    {"judge errs 10 %", "flip=0.1"},
    {"judge errs 20 %", "flip=0.2"},
    {"padded", "task=length,flip=0"},
    {"5 % bad", "task=coverage,flip=0,negative=0.05"},
    {"30 % bad", "task=coverage,flip=0,negative=0.3"},
};

#define NEAR(text, number, arm_, bar) \
    { text ", " arm_, .of = number, .a = arm_, .at_least = CAIRN_BAR(-(bar)), .at_most = CAIRN_BAR(bar) }
#define NOISE_OF(arm_)                                                                                          \
    NEAR("slope off 1 - 2e", "slope off", arm_, 0.04), NEAR("intercept off 100 e", "intercept off", arm_, 2.5), \
        NEAR("mean without the judge's errors, off", "debiased off", arm_, 1.5)
#define COVERAGE_OF(arm_)                                                                                             \
    NEAR("listing everything, off the closed form", "list off", arm_, 1.5),                                           \
        NEAR("choosing, off the closed form", "choose off", arm_, 1.5),                                               \
        {"the better one is the one of the closed form, " arm_, .of = "sign", .a = arm_, .at_least = CAIRN_BAR(1)}, { \
        "per character choosing wins, " arm_, .of = "per character", .a = arm_, .at_least = CAIRN_BAR(0)              \
    }

static const cairn_claim claims[] = {
    NOISE_OF("judge errs 5 %"),
    NOISE_OF("judge errs 10 %"),
    NOISE_OF("judge errs 20 %"),
    {"padding, in the score", .of = "score padded - plain", .a = "padded", .at_least = CAIRN_BAR(0),
     .at_most = CAIRN_BAR(0)},
    {"padding, in the score per character", .of = "per character, padded / plain", .a = "padded",
     .at_least = CAIRN_BAR(0.48), .at_most = CAIRN_BAR(0.52)},
    COVERAGE_OF("5 % bad"),
    COVERAGE_OF("30 % bad"),
};

typedef struct scenario {
    double weights[CRITERIA_MOST], good, evil; /* sums of positive weights, and of |negative ones| */
    int32_t n;
} scenario;

static void make(const config *c, cairn_rng *rng, scenario *s) {
    *s = (scenario){.n = 20 + (int32_t)cairn_rng_below(rng, 11)};
    for (int32_t i = 0; i < s->n; i++) {
        double weight = 1 + (double)cairn_rng_below(rng, 3);
        bool evil = cairn_rng_unit(rng) < c->negative;
        s->weights[i] = evil ? -weight : weight;
        *(evil ? &s->evil : &s->good) += weight;
    }
}

/* Score of a text with each good consideration by probability `good`, each bad one by `bad`; *count: how many. With
 * `flip` a judge reads it. */
static cairn_status write_text(cairn_lab *lab, const scenario *s, double good, double bad, double flip, cairn_rng *rng,
                               double *truth, double *judged, double *count) {
    uint8_t said[CRITERIA_MOST], heard[CRITERIA_MOST];
    cairn_rubric_score score;
    *count = 0;
    for (int32_t i = 0; i < s->n; i++) {
        bool there = cairn_rng_unit(rng) < (s->weights[i] > 0 ? good : bad);
        bool turned = cairn_rng_unit(rng) < flip;
        *count += there;
        said[i] = there ? CAIRN_SAID_YES : CAIRN_SAID_NO;
        heard[i] = there != turned ? CAIRN_SAID_YES : CAIRN_SAID_NO;
    }
    CAIRN_TRY(cairn_rubric_measure(lab->ctx, NULL, s->weights, said, s->n, &(cairn_rubric_policy){0}, &score));
    *truth = score.score;
    CAIRN_TRY(cairn_rubric_measure(lab->ctx, NULL, s->weights, heard, s->n, &(cairn_rubric_policy){0}, &score));
    *judged = score.score;
    return CAIRN_OK;
}

static cairn_status noise(cairn_lab *lab, const config *c, cairn_rng *rng) {
    static const double coverage[] = {0.2, 0.35, 0.5, 0.65, 0.8};
    size_t n = (size_t)c->scenarios * 5, at = 0;
    double *truth = cairn_arena_alloc(lab->arena, n, sizeof *truth), *judged = cairn_arena_alloc(lab->arena, n, 8);
    double count, debiased;
    cairn_line line;
    if (!truth || !judged) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < c->scenarios; i++) {
        scenario s;
        make(c, rng, &s);
        for (int k = 0; k < 5; k++, at++)
            CAIRN_TRY(write_text(lab, &s, coverage[k], c->bad, c->flip, rng, &truth[at], &judged[at], &count));
    }
    CAIRN_TRY(cairn_stat_line(lab->ctx, truth, judged, n, &line));
    CAIRN_TRY(cairn_judge_debias(lab->ctx, cairn_stat_mean(judged, n), 1 - c->flip, 1 - c->flip, &debiased));
    CAIRN_TRY(cairn_lab_number(lab, "slope off", line.slope - (1 - 2 * c->flip)));
    CAIRN_TRY(cairn_lab_number(lab, "intercept off", line.intercept - 100 * c->flip));
    return cairn_lab_number(lab, "debiased off", debiased - cairn_stat_mean(truth, n));
}

static cairn_status length(cairn_lab *lab, const config *c, cairn_rng *rng) {
    double total[2] = {0}, counts = 0, plain, padded, n = (double)c->scenarios;
    for (int64_t i = 0; i < c->scenarios; i++) {
        double truth, judged, count;
        scenario s;
        make(c, rng, &s);
        for (int pad = 0; pad < 2; pad++) { /* neutral sentences meet no criterion: the same considerations are read */
            cairn_rng same = *rng;
            CAIRN_TRY(write_text(lab, &s, 0.5, c->bad, c->flip, pad ? rng : &same, &truth, &judged, &count));
            total[pad] += judged;
        }
        counts += count * c->characters;
    }
    CAIRN_TRY(cairn_length_correct(lab->ctx, total[0] / n, counts / n, false, &plain));
    CAIRN_TRY(cairn_length_correct(lab->ctx, total[1] / n, 2 * counts / n, false, &padded));
    CAIRN_TRY(cairn_lab_number(lab, "score padded - plain", (total[1] - total[0]) / n));
    return cairn_lab_number(lab, "per character, padded / plain", padded / plain);
}

/* A lists every consideration, B four of five good ones and no bad one, in half the length. */
static cairn_status coverage(cairn_lab *lab, const config *c, cairn_rng *rng) {
    double list = 0, chosen = 0, list_form = 0, chosen_form = 0, n = (double)c->scenarios, hard[2];
    for (int64_t i = 0; i < c->scenarios; i++) {
        double truth, judged, count;
        scenario s;
        make(c, rng, &s);
        CAIRN_TRY(write_text(lab, &s, 1, 1, 0, rng, &truth, &judged, &count));
        list += truth / n;
        CAIRN_TRY(write_text(lab, &s, 0.8, 0, 0, rng, &truth, &judged, &count));
        chosen += truth / n;
        list_form += 100 * s.good / (s.good + s.evil) / n;
        chosen_form += (80 * s.good + 100 * s.evil) / (s.good + s.evil) / n;
    }
    CAIRN_TRY(cairn_length_correct(lab->ctx, list, 2 * 1000, false, &hard[0]));
    CAIRN_TRY(cairn_length_correct(lab->ctx, chosen, 1000, false, &hard[1]));
    CAIRN_TRY(cairn_lab_number(lab, "list off", list - list_form));
    CAIRN_TRY(cairn_lab_number(lab, "choose off", chosen - chosen_form));
    CAIRN_TRY(cairn_lab_number(lab, "sign", (list > chosen) == (list_form > chosen_form)));
    return cairn_lab_number(lab, "per character", hard[1] - hard[0]);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)c->task, 0, CAIRN_VERB_EVAL, 0, 0);
    if (c->task == NOISE) return noise(lab, c, &rng);
    return c->task == LENGTH ? length(lab, c, &rng) : coverage(lab, c, &rng);
}

const cairn_recipe cairn_recipe_morebench = {
    .about = {.name = "morebench",
              .summary = "Shows what a judge's errors, padding and listing everything do to a rubric's score.",
              .source = "arXiv 2510.16380",
              CAIRN_OPTIONS(options, config)},
    .system = 43,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "A rubric gives points for considerations that a text makes, and for bad ones that it does not. A judge "
            "that errs draws all scores towards 50, which its error rates undo; a score per character undoes padding; "
            "and a text that lists everything wins where few considerations are bad. Texts here are the "
            "considerations that they make.",
    .command = "cairn eval morebench rubric_judgements.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};

/* Preference pairs of any origin: is the better of two answers preferred, and how much of it is length? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "eval/bench_questions.h"

typedef struct pairs_config {
    int32_t tie; /* 0 loss, 1 half */
} pairs_config;

static const cairn_option options[] = {
    CAIRN_CHOICE(pairs_config, tie, "loss", "loss|half", "What equal scores are worth."),
};

enum { PAIRS, CREDIT, TIED, MISSING, LONGER_BETTER, CREDIT_LONGER, SHORTER_BETTER, CREDIT_SHORTER, EXCLUDED, TALLIES };
static const char *const tallies[] = {"pairs",         "credit",         "tied",           "missing", "longer_better",
                                      "credit_longer", "shorter_better", "credit_shorter", "excluded"};

enum { ACCURACY, TIE_RATE, LONGER, SHORTER, BIAS, LEFT_OUT, FIGURES };
static const cairn_bench_figure figures[] = {
    {"accuracy", "The better answer has the greater score.", CAIRN_FIGURE_PERCENT},
    {"tie_rate", "Both have the same score.", CAIRN_FIGURE_PERCENT},
    {"acc_longer", "Accuracy where the better answer is the longer one.", CAIRN_FIGURE_PERCENT},
    {"acc_shorter", "Accuracy where it is the shorter one.", CAIRN_FIGURE_PERCENT},
    {"length_bias", "acc_longer - acc_shorter: 0 for a judge that does not look at length.", CAIRN_FIGURE_SIGNED},
    {"excluded", "Pairs that people called a tie: in no denominator.", CAIRN_FIGURE_COUNT},
};

/* Names of the two answers and of their scores, as files have them: the better one first, or as `winner` tells. */
static const char *const answers_told[][2] = {{"chosen", "rejected"}, {"text_chosen", "text_rejected"}};
static const char *const scores_told[][2] = {{"score_chosen", "score_rejected"}, {"scores_chosen", "scores_rejected"}};
static const char *const answers_by_winner[][2] = {
    {"response_1", "response_2"}, {"response_a", "response_b"}, {"conversation_a", "conversation_b"}};
static const char *const scores_by_winner[][2] = {{"score_1", "score_2"}, {"score_a", "score_b"}};

/* The first names of which the row has a field; NULL: none. */
static const char *const *names_in(const json_t *row, const char *const names[][2], size_t n) {
    for (size_t i = 0; i < n; i++)
        if (cairn_bench_has(row, names[i][0]) || cairn_bench_has(row, names[i][1])) return names[i];
    return NULL;
}
#define NAMES_IN(row, names) names_in(row, names, sizeof names / sizeof *names)

/* 0 or 1: which answer people preferred; -1: neither. */
static cairn_status read_winner(cairn_bench_run *run, const json_t *row, int *out) {
    static const char *const words[][2] = {
        {"model_a", "model_b"}, {"response_1", "response_2"}, {"a", "b"}, {"A", "B"}, {"1", "2"}};
    const char *winner;
    CAIRN_TRY(cairn_bench_text(run, row, "winner", &winner));
    *out = -1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int side = 0; side < 2; side++)
            if (strcmp(winner, words[i][side]) == 0) *out = side;
    if (*out >= 0 || strncmp(winner, "tie", 3) == 0) return CAIRN_OK;
    return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                      "%s: field `winner`: expected model_a, model_b or tie, or a, b, 1, 2, got `%.64s`",
                      cairn_bench_where(run), winner);
}

static cairn_status read_one(cairn_bench_run *run, const json_t *row) {
    const char *id, *subset, *prompt;
    bool judged = cairn_bench_has(row, "winner");
    const char *const *answers = judged ? NAMES_IN(row, answers_by_winner) : NAMES_IN(row, answers_told);
    const char *const *scores = judged ? NAMES_IN(row, scores_by_winner) : NAMES_IN(row, scores_told);
    int better = 0;
    cairn_bench_item item;
    if (!answers && !scores)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: expected two answers, `chosen` and `rejected`, or `response_1`, `response_2` and "
                          "`winner`",
                          cairn_bench_where(run));
    if (judged) CAIRN_TRY(read_winner(run, row, &better));
    CAIRN_TRY(cairn_bench_row_id(run, row, cairn_bench_has(row, "id") ? "id" : "question_id", &id));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "subset", &subset));
    CAIRN_TRY(cairn_bench_prompt(run, row, cairn_bench_has(row, "prompt") ? "prompt" : "question", &prompt));
    CAIRN_TRY(cairn_bench_choice_item(run, id, subset, prompt, 2, &item));
    item.group = prompt;
    if (better < 0) item.n = 0; /* excluded */
    for (int side = 0; side < 2; side++) {
        cairn_bench_candidate *c = &item.candidates[side != better];
        c->right = side == better ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
        if (answers) CAIRN_TRY(cairn_bench_answer(run, row, answers[side], c));
        if (scores) CAIRN_TRY(cairn_bench_score(run, row, scores[side], &c->score));
        item.answered = item.answered || !isnan(c->score);
    }
    return cairn_bench_add(run, &item);
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    return cairn_bench_each(run, row, "id", read_one);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const pairs_config *config = cairn_bench_config(run);
    t[EXCLUDED] = item->n == 0;
    if (item->n == 0) return CAIRN_OK;
    cairn_slot said = cairn_bench_preferred(item);
    double longer = cairn_bench_code_points(&item->candidates[0]) - cairn_bench_code_points(&item->candidates[1]);
    t[PAIRS] = 1;
    t[TIED] = said == CAIRN_SLOT_TIE;
    t[MISSING] = said == CAIRN_SLOT_UNKNOWN;
    t[CREDIT] = said == CAIRN_SLOT_ONE ? 1 : config->tie * 0.5 * t[TIED];
    if (!item->candidates[0].steps || !item->candidates[1].steps) return CAIRN_OK;
    t[LONGER_BETTER] = longer > 0;
    t[SHORTER_BETTER] = longer < 0;
    t[CREDIT_LONGER] = longer > 0 ? t[CREDIT] : 0;
    t[CREDIT_SHORTER] = longer < 0 ? t[CREDIT] : 0;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[ACCURACY] = cairn_bench_share(t[CREDIT], t[PAIRS]);
    out[TIE_RATE] = cairn_bench_share(t[TIED], t[PAIRS]);
    out[LONGER] = cairn_bench_share(t[CREDIT_LONGER], t[LONGER_BETTER]);
    out[SHORTER] = cairn_bench_share(t[CREDIT_SHORTER], t[SHORTER_BETTER]);
    out[BIAS] = out[LONGER] - out[SHORTER];
    out[LEFT_OUT] = t[EXCLUDED];
}

static const cairn_bench_summary summaries[] = {
    {"average", "Plain mean of the subsets.", false, NULL},
    {"all", "All pairs together.", true, NULL},
};

const cairn_bench_type cairn_bench_pairs = {
    .about = {.name = "pairs",
              .summary = "Prefer the better of two answers: any file of preference pairs.",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(pairs_config)},
    .explain =
        "The judge is right on a pair where the better answer has the greater score. Pairs that people called a tie "
        "are left out.\n\n"
        "Answers that people prefer are often the longer ones. So accuracy is also given where the better answer is "
        "the longer one and where it is the shorter one, by code points; their difference is the length bias, and the "
        "baseline longest is what length alone would reach.\n\n"
        "No single published number: for RewardBench, JudgeBench and RM-Bench there are rules of their own.",
    .files = "chosen and rejected (texts or chat messages, perhaps `prompt`, `id`, `subset`) for --reward, with "
             "`score_chosen` and `score_rejected` where they are scored; or response_1 and response_2 with `winner` "
             "(model_a, model_b, tie), score_1 and score_2; rows or columns",
    .row = read_row,
    BENCH_ASKS(&bench_ask_both_orders),
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = ACCURACY,
    .measure = measure,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_CHOICE_JUDGES,
};

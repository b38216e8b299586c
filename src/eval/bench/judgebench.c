/* JudgeBench (arXiv 2410.12784): which of two answers is right, asked in both orders? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "eval/bench_questions.h"

enum { PAIRS, RIGHT, WRONG, FAILED, INCONSISTENT, FIRST, SECOND, TALLIES };
static const char *const tallies[] = {"pairs",        "right",       "wrong",       "failed",
                                      "inconsistent", "first_twice", "second_twice"};

enum { ACCURACY, UNDECIDED, INCONSISTENT_SHARE, BIAS, FIGURES };
static const cairn_bench_figure figures[] = {
    {"accuracy", "More verdicts for the right answer than for the wrong one: the published accuracy.",
     CAIRN_FIGURE_PERCENT},
    {"undecided", "As many for one as for the other: counted as wrong.", CAIRN_FIGURE_PERCENT},
    {"inconsistent", "The two orders do not give the same verdict.", CAIRN_FIGURE_PERCENT},
    {"position_bias", "Pairs in which the first answer is preferred twice, less those in which the second one is.",
     CAIRN_FIGURE_SIGNED},
};

enum { NO_VERDICT = 2 };

/* The judge's verdicts: 1 for the right answer, -1 for the other one, 0 for a tie, or NO_VERDICT. */
typedef struct verdicts {
    int32_t n, said[2];
    bool first_right; /* the right answer stood first when it was asked first */
} verdicts;

static const char *const sources[] = {"mmlu-pro", "livebench-reasoning", "livebench-math", "livecodebench"};

/* "mmlu-pro" of "mmlu-pro-law"; any other source is its own subset. */
static const char *subset_of(const char *source) {
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strncmp(source, sources[i], strlen(sources[i])) == 0) return sources[i];
    return source;
}

/* 1 for A, -1 for B, 0 for neither. */
static int32_t side_of(const char *decision) {
    return strcmp(decision, "A>B") == 0 ? 1 : strcmp(decision, "B>A") == 0 ? -1 : 0;
}

/* The decision of one judgement; *out NULL: the judge made none. */
static cairn_status read_decision(cairn_bench_run *run, const json_t *judgment, int32_t i, const char **out) {
    char place[32];
    const json_t *decision = json_object_get(judgment, "decision");
    *out = json_string_value(decision);
    if (*out || json_is_null(judgment) || (json_is_object(judgment) && (!decision || json_is_null(decision))))
        return CAIRN_OK;
    snprintf(place, sizeof place, json_is_object(judgment) ? "judgments[%d].decision" : "judgments[%d]", (int)i);
    return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s`: expected %s or null", cairn_bench_where(run),
                      place, json_is_object(judgment) ? "a text" : "an object with a `decision`");
}

static cairn_status read_judgments(cairn_bench_run *run, const json_t *row, int32_t label, cairn_bench_item *item) {
    const json_t *list = json_object_get(row, "judgments");
    verdicts *v = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *v);
    size_t n = json_array_size(list);
    if (!v) return CAIRN_NO_MEMORY;
    if (n < 1 || n > 2)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: field `judgments`: expected one or two, the second in reversed order",
                          cairn_bench_where(run));
    v->n = (int32_t)n;
    v->first_right = label > 0;
    for (int32_t i = 0; i < v->n; i++) {
        const char *decision;
        CAIRN_TRY(read_decision(run, json_array_get(list, (size_t)i), i, &decision));
        v->said[i] = decision ? label * side_of(decision) * (i == 0 ? 1 : -1) : NO_VERDICT;
        item->answered = item->answered || decision;
    }
    item->own = v;
    item->said = 0; /* by `own` */
    return CAIRN_OK;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *source, *question, *label;
    cairn_bench_item item;
    CAIRN_TRY(cairn_bench_text(run, row, "pair_id", &id));
    CAIRN_TRY(cairn_bench_text(run, row, "source", &source));
    CAIRN_TRY(cairn_bench_prompt(run, row, "question", &question));
    CAIRN_TRY(cairn_bench_text(run, row, "label", &label));
    int32_t side = side_of(label);
    if (side == 0)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `label`: expected A>B or B>A, got `%.64s`",
                          cairn_bench_where(run), label);
    CAIRN_TRY(cairn_bench_choice_item(run, id, subset_of(source), question, 2, &item));
    item.group = question;
    item.candidates[0].right = CAIRN_VERDICT_RIGHT;
    item.candidates[1].right = CAIRN_VERDICT_WRONG;
    CAIRN_TRY(cairn_bench_answer(run, row, "response_A", &item.candidates[side < 0]));
    CAIRN_TRY(cairn_bench_answer(run, row, "response_B", &item.candidates[side > 0]));
    if (cairn_bench_has(row, "judgments")) CAIRN_TRY(read_judgments(run, row, side, &item));
    return cairn_bench_add(run, &item);
}

/* The right answer stood first when it was asked first. */
static cairn_status take_replies(cairn_bench_run *run, cairn_bench_item *item, const cairn_bench_heard *heard,
                                 int32_t n) {
    verdicts *v = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *v);
    if (!v) return CAIRN_NO_MEMORY;
    *v = (verdicts){.n = n, .first_right = true};
    for (int32_t i = 0; i < n; i++) v->said[i] = heard[i].said ? (int32_t)heard[i].value : NO_VERDICT;
    item->own = v;
    item->said = 0; /* by `own` */
    item->reply = heard[0].text;
    return CAIRN_OK;
}

/* Scores do not depend on the order. */
static verdicts by_scores(const cairn_bench_item *item) {
    cairn_slot slot = cairn_bench_preferred(item);
    static const int32_t worth[] = {NO_VERDICT, 1, -1, 0}; /* by slot */
    return (verdicts){.n = 2, .said = {worth[slot], worth[slot]}};
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    (void)run;
    verdicts v = item->said == CAIRN_EVAL_NONE ? by_scores(item) : *(const verdicts *)item->own;
    int32_t one = v.said[0] % NO_VERDICT, two = v.said[1] % NO_VERDICT, sum = one + two;
    bool opposite = one * two < 0;
    t[PAIRS] = 1;
    t[RIGHT] = sum > 0;
    t[WRONG] = sum < 0;
    t[FAILED] = v.said[0] == NO_VERDICT || v.said[1] == NO_VERDICT;
    t[INCONSISTENT] = v.n == 2 && v.said[0] != v.said[1];
    t[FIRST] = opposite && (one > 0) == v.first_right;
    t[SECOND] = opposite && (one > 0) != v.first_right;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[ACCURACY] = t[RIGHT] / t[PAIRS];
    out[UNDECIDED] = (t[PAIRS] - t[RIGHT] - t[WRONG]) / t[PAIRS];
    out[INCONSISTENT_SHARE] = t[INCONSISTENT] / t[PAIRS];
    out[BIAS] = (t[FIRST] - t[SECOND]) / t[PAIRS];
}

static const cairn_bench_summary summaries[] = {
    {"overall", "All pairs together: the paper's number, which is not the mean of the sources.", true, NULL},
};

const cairn_bench_type cairn_bench_judgebench = {
    .about = {.name = "judgebench",
              .summary = "Prefer the right of two answers, whichever stands first (JudgeBench).",
              .source = "arXiv 2410.12784"},
    .explain =
        "A judge sees each pair twice, in both orders. A verdict for the right answer is worth 1, one for the other "
        "answer -1, a tie and a failure 0. The judge is right on the pair where the sum is above 0, and accuracy is "
        "the share of all pairs: ties and failures are wrong.\n\n"
        "overall pools all pairs. A mean of the four sources is another number.\n\n"
        "Scores of a reward do not depend on the order and count for both; equal scores are a tie. A judge that was "
        "asked once is right where its verdict is.\n\n"
        "position_bias is above 0 where the judge prefers whatever stands first.",
    .files = "outputs of the released script (pair_id, source, label, judgments with `decision`), or its data "
             "(question, response_A, response_B) for --reward",
    .row = read_row,
    BENCH_ASKS(&bench_ask_preference),
    .reply = take_replies,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = ACCURACY,
    .measure = measure,
    .n_summaries = 1,
    .summaries = summaries,
    CAIRN_BENCH_CHOICE_JUDGES,
};

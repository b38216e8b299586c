/* BIG-Bench-Mistake (arXiv 2311.08516): where is the first mistake of a trace, or is there none? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "eval/bench_questions.h"

typedef struct mistake_config {
    double threshold;
} mistake_config;

static const cairn_option options[] = {
    CAIRN_REAL(mistake_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: the first step with a lower score is called the mistake."),
};

enum { N_ERR, HIT_ERR, N_COR, HIT_COR, MISSING, WRONG_ANSWER, CLEAN_BUT_WRONG, MISTAKE_BUT_RIGHT, TALLIES };
static const char *const tallies[] = {"with_mistake", "located",      "clean",           "accepted",
                                      "missing",      "wrong_answer", "clean_but_wrong", "mistake_but_right"};

enum { ACCURACY, ACC_MISTAKE, ACC_CLEAN, F1, FIGURES };
static const cairn_bench_figure figures[] = {
    {"accuracy", "Of all traces: the exact place, where `none` is a place. The number of the paper.",
     CAIRN_FIGURE_PERCENT},
    {"acc_mistake", "Of traces with a mistake: its exact place.", CAIRN_FIGURE_PERCENT},
    {"acc_clean", "Of traces without: none is named.", CAIRN_FIGURE_PERCENT},
    {"f1", "Harmonic mean of the two: ProcessBench's number, which the paper does not print.", CAIRN_FIGURE_PERCENT},
};

/* Of all items of a file: how many have no mistake, and how many have it at each step. */
enum { PLACES = 257 };
typedef struct places {
    int64_t n[PLACES];
} places;

static cairn_status count_place(cairn_bench_run *run, cairn_bench_item *item) {
    size_t n = cairn_bench_count(run);
    const cairn_bench_item *before = n ? cairn_bench_item_at(run, n - 1) : NULL;
    bool same = before && strcmp(before->subset, item->subset) == 0;
    places *p = same ? before->own : cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    if (item->label + 1 < PLACES) p->n[item->label + 1]++;
    item->own = p;
    return CAIRN_OK;
}

/* A row of the data, perhaps with `prediction` in the form of `mistake_index`, or with `valid` or `scores`. */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *problem, *target, *answer, *const *steps;
    int32_t n;
    int64_t label = CAIRN_EVAL_ALL_RIGHT;
    cairn_bench_item item;
    CAIRN_TRY(cairn_bench_row_id(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_text(run, row, "input", &problem));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "target", &target));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "answer", &answer));
    CAIRN_TRY(cairn_bench_texts(run, row, "steps", &steps, &n));
    if (!json_object_get(row, "mistake_index") || cairn_bench_has(row, "mistake_index"))
        CAIRN_TRY(cairn_bench_int(run, row, "mistake_index", 0, (int64_t)n - 1, &label));
    CAIRN_TRY(cairn_bench_steps_item(run, id, cairn_bench_stem(run), problem, steps, n, &item));
    item.group = problem;
    item.label = (int32_t)label;
    if (target && answer)
        item.candidates[0].right = strcmp(target, answer) == 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    CAIRN_TRY(cairn_bench_step_answer(run, row, &item));
    CAIRN_TRY(count_place(run, &item));
    return cairn_bench_add(run, &item);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const mistake_config *c = cairn_bench_config(run);
    int32_t said = cairn_bench_first_wrong(item, c->threshold);
    bool clean = item->label == CAIRN_EVAL_ALL_RIGHT;
    cairn_verdict answer = item->candidates[0].right;
    t[clean ? N_COR : N_ERR] = 1;
    t[clean ? HIT_COR : HIT_ERR] = said == item->label;
    t[MISSING] = said == CAIRN_EVAL_NONE;
    t[WRONG_ANSWER] = answer == CAIRN_VERDICT_WRONG;
    t[CLEAN_BUT_WRONG] = clean && answer == CAIRN_VERDICT_WRONG;
    t[MISTAKE_BUT_RIGHT] = !clean && answer == CAIRN_VERDICT_RIGHT;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[ACCURACY] = cairn_bench_share(t[HIT_ERR] + t[HIT_COR], t[N_ERR] + t[N_COR]);
    out[ACC_MISTAKE] = cairn_bench_share(t[HIT_ERR], t[N_ERR]);
    out[ACC_CLEAN] = cairn_bench_share(t[HIT_COR], t[N_COR]);
    out[F1] = cairn_bench_harmonic(out[ACC_MISTAKE], out[ACC_CLEAN]);
}

static const cairn_bench_summary summaries[] = {
    {"average", "Plain mean of the tasks.", false, NULL},
    {"all", "All traces together.", true, NULL},
};

static const char *const baselines[] = {"always right",    "always wrong", "first step wrong",
                                        "last step wrong", "random",       "most frequent place"};

static cairn_status pretend(cairn_bench_run *run, int32_t which, cairn_bench_item *item, cairn_rng *rng) {
    const places *p = item->own;
    int32_t most = 0;
    if (which < CAIRN_BENCH_STEP_BASELINE_COUNT) return cairn_bench_pretend_steps(run, which, item, rng);
    for (int32_t i = 1; i < PLACES; i++)
        if (p->n[i] > p->n[most]) most = i;
    item->said = most - 1;
    item->answered = true;
    return CAIRN_OK;
}

const cairn_bench_type cairn_bench_bigbench_mistake = {
    .about = {.name = "bigbench-mistake",
              .summary = "Find the first mistake of a reasoning trace, or say that there is none (BIG-Bench-Mistake).",
              .source = "arXiv 2311.08516",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(mistake_config)},
    .explain =
        "A trace has one first mistake, `mistake_index`, counted from 0, or null. The paper's number is the share of "
        "ALL traces whose place is named exactly, where null is a place like any other; it is no F1. ProcessBench's "
        "F1, the harmonic mean of the accuracies with and without a mistake, stands beside it: a judge that never "
        "finds one has an F1 of 0.\n\n"
        "A trace with a right answer may hold a mistake, and one without a mistake may have a wrong answer: both are "
        "counted.\n\n"
        "No predictions are published. `prediction` has the form of `mistake_index`: from 0, null or -1 where there is "
        "none. Of step scores the first below the threshold is the answer. A trace without an answer counts as missed. "
        "The baseline `most frequent place` knows the file's own labels.",
    .files = "rows of the data (input, steps, mistake_index, target, answer), also with `prediction`, `valid` or "
             "`scores`; predictions: id (file-line, from 1) and one of these",
    .row = read_row,
    .predict = cairn_bench_predict_steps,
    .null_accepts = true,
    .tune = cairn_bench_tune_first_error,
    BENCH_ASKS(&bench_ask_paragraphs),
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = ACCURACY,
    .measure = measure,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    .n_baselines = sizeof baselines / sizeof *baselines,
    .baselines = baselines,
    .pretend = pretend,
};

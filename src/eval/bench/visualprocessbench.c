/* VisualProcessBench (arXiv 2503.10291): is each step of a solution about an image right? */
#include <jansson.h>
#include <string.h>

#include "cairn/bench.h"

typedef struct visual_config {
    double threshold;
    int32_t neutral; /* 0 not said, 1 right, 2 wrong, 3 left out */
} visual_config;

static const cairn_option options[] = {
    CAIRN_REAL(visual_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: a step is called right when its score is > threshold."),
    CAIRN_CHOICE(visual_config, neutral, "unsaid", "unsaid|right|wrong|skip",
                 "What a step labelled 0 is. The files do not say, so that it must be said where there is one."),
};

static const char *const tallies[] = {CAIRN_BENCH_STEP_TALLY_NAMES};

enum { MACRO_F1, F1, NF1, ACCURACY, BALANCED, FIGURES };
static const cairn_bench_figure figures[] = {
    {"macro_f1", "Half of the F1 of right and half of that of wrong steps: the number of the paper.",
     CAIRN_FIGURE_PERCENT},
    {"f1", "F1 of right steps.", CAIRN_FIGURE_PERCENT},
    {"nf1", "F1 of wrong steps.", CAIRN_FIGURE_PERCENT},
    {"accuracy", "Of labelled steps: called what they are.", CAIRN_FIGURE_PERCENT},
    {"balanced", "Mean of the accuracies on right and on wrong steps.", CAIRN_FIGURE_PERCENT},
};

static cairn_status read_truth(cairn_bench_run *run, const json_t *response, cairn_bench_item *item) {
    static const int8_t of_neutral[] = {CAIRN_BENCH_STEP_UNTOLD, 1, 0, CAIRN_BENCH_STEP_UNTOLD};
    int32_t neutral = ((const visual_config *)cairn_bench_config(run))->neutral;
    const int8_t truths[] = {0, of_neutral[neutral], 1};
    CAIRN_TRY(cairn_bench_step_labels(run, response, "process_correctness", truths, item));
    if (neutral == 0 && memchr(item->truth, CAIRN_BENCH_STEP_UNTOLD, (size_t)item->candidates[0].n_steps))
        return cairn_fail(cairn_bench_ctx(run), CAIRN_UNSUPPORTED,
                          "%s: field `process_correctness`: a neutral step: say what it is with --neutral",
                          cairn_bench_where(run));
    return CAIRN_OK;
}

/* A row of the data, perhaps with `valid`, `scores` or `prediction` of its steps. */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *problem, *subset, *const *steps;
    int32_t n;
    cairn_bench_item item;
    const json_t *response = json_object_get(row, "response");
    CAIRN_TRY(cairn_bench_row_id(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "question", &problem));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "data_source", &subset));
    CAIRN_TRY(cairn_bench_texts(run, response, "steps", &steps, &n));
    CAIRN_TRY(cairn_bench_steps_item(run, id, subset, problem, steps, n, &item));
    item.group = problem;
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "policy_model", &item.candidates[0].source));
    CAIRN_TRY(read_truth(run, response, &item));
    CAIRN_TRY(cairn_bench_step_answer(run, row, &item));
    return cairn_bench_add(run, &item);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    cairn_bench_tally_steps(item, ((const visual_config *)cairn_bench_config(run))->threshold, t);
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    cairn_two_class f = cairn_bench_two_class(t);
    out[MACRO_F1] = f.macro_f1;
    out[F1] = f.f1;
    out[NF1] = f.negative_f1;
    out[ACCURACY] = f.accuracy;
    out[BALANCED] = f.balanced_accuracy;
}

static const cairn_bench_summary summaries[] = {
    {"average", "Plain mean of the sources.", false, NULL},
    {"all", "All steps of all sources.", true, NULL},
};

const cairn_bench_type cairn_bench_visualprocessbench = {
    .about = {.name = "visualprocessbench",
              .summary = "Tell right steps of solutions about images from wrong ones (VisualProcessBench).",
              .source = "arXiv 2503.10291",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(visual_config)},
    .explain =
        "Each step is labelled 1 right, -1 wrong, 0 neutral; what a neutral step counts as must be said (--neutral). "
        "Positive is RIGHT; macro-F1 is half of the F1 of right steps and half of the F1 of wrong ones, because right "
        "steps are many more. A ratio without denominator is 0. The rows are the sources of the problems; both ways to "
        "sum them up are printed, for it is not known here which one the paper's last column is.\n\n"
        "A labelled step of which the judge said nothing counts as misjudged, and is counted. Images are not read: a "
        "reward sees the text alone.\n\n"
        "A threshold chosen with --tune-on has the highest macro-F1 on that file.",
    .files = "rows of the data (question, data_source, response.steps, response.process_correctness), also with "
             "`valid`, `scores` or `prediction`; predictions: id (file-line, from 1) and one of these",
    .row = read_row,
    .predict = cairn_bench_predict_steps,
    .tune = cairn_bench_tune_macro_f1,
    .n_tallies = CAIRN_BENCH_STEP_TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = MACRO_F1,
    .measure = measure,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_STEP_JUDGES,
};

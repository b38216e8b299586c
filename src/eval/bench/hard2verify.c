/* Hard2Verify (arXiv 2510.13744): is each step of a hard proof right, is the whole, and where does it first fail? */
#include <jansson.h>

#include "eval/bench_questions.h"

typedef struct hard2verify_config {
    double threshold;
} hard2verify_config;

static const cairn_option options[] = {
    CAIRN_REAL(hard2verify_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: a step is called right when its score is > threshold."),
};

/* Steps, solutions, places of the first error: each right ones and wrong ones. */
enum { N_COR = CAIRN_BENCH_STEP_TALLIES, ACCEPTED, N_ERR, REJECTED, LOCATED, TALLIES };
static const char *const tallies[] = {
    CAIRN_BENCH_STEP_TALLY_NAMES, "right", "accepted", "wrong", "rejected", "located"};

enum { TPR, TNR, STEP, STEP_F1, RESPONSE, RESPONSE_F1, FIRST, FIRST_F1, FIGURES };
static const cairn_bench_figure figures[] = {
    {"tpr", "Of right steps: called right.", CAIRN_FIGURE_PERCENT},
    {"tnr", "Of wrong steps: called wrong.", CAIRN_FIGURE_PERCENT},
    {"step", "Balanced accuracy of steps: mean of the two.", CAIRN_FIGURE_PERCENT},
    {"step_f1", "Balanced F1 of steps: harmonic mean of the two.", CAIRN_FIGURE_PERCENT},
    {"response", "Balanced accuracy of solutions, right when all steps are.", CAIRN_FIGURE_PERCENT},
    {"response_f1", "Balanced F1 of solutions.", CAIRN_FIGURE_PERCENT},
    {"first", "Mean of: right solutions accepted, the first wrong step of others found exactly.", CAIRN_FIGURE_PERCENT},
    {"first_f1", "Harmonic mean of the two, as ProcessBench's F1.", CAIRN_FIGURE_PERCENT},
};

/* A row of the data, deciphered, perhaps with `valid`, `scores` or `prediction`. */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    static const int8_t truths[] = {CAIRN_BENCH_STEP_REFUSED, 0, 1};
    const char *id, *problem, *const *steps;
    int32_t n;
    cairn_bench_item item;
    if (json_is_string(json_object_get(row, "human_labels")))
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: field `human_labels`: expected an array, got a string: the published file is enciphered "
                          "with its `canary` and must be deciphered first",
                          cairn_bench_where(run));
    CAIRN_TRY(cairn_bench_row_id(run, row, "unique_id", &id));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "question", &problem));
    CAIRN_TRY(cairn_bench_texts(run, row, "model_response_by_step", &steps, &n));
    CAIRN_TRY(cairn_bench_steps_item(run, id, NULL, problem, steps, n, &item));
    item.group = problem;
    CAIRN_TRY(cairn_bench_step_labels(run, row, "human_labels", truths, &item));
    CAIRN_TRY(cairn_bench_step_answer(run, row, &item));
    return cairn_bench_add(run, &item);
}

static double goal(const cairn_two_class *f) {
    return f->balanced_f1;
}

static cairn_status tune(cairn_bench_run *tuning, void *config) {
    return cairn_bench_tune_steps(tuning, goal, NULL, &((hard2verify_config *)config)->threshold);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    double tau = ((const hard2verify_config *)cairn_bench_config(run))->threshold;
    int32_t said = cairn_bench_first_called_wrong(item, tau);
    bool right = item->label == CAIRN_EVAL_ALL_RIGHT;
    cairn_bench_tally_steps(item, tau, t);
    t[right ? N_COR : N_ERR] = 1;
    t[ACCEPTED] = right && said == CAIRN_EVAL_ALL_RIGHT;
    t[REJECTED] = !right && said >= 0;
    t[LOCATED] = !right && said == item->label;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    double accepted = cairn_bench_share(t[ACCEPTED], t[N_COR]), rejected = cairn_bench_share(t[REJECTED], t[N_ERR]);
    double located = cairn_bench_share(t[LOCATED], t[N_ERR]);
    out[TPR] = cairn_bench_share(t[CAIRN_BENCH_TP], t[CAIRN_BENCH_TP] + t[CAIRN_BENCH_FN]);
    out[TNR] = cairn_bench_share(t[CAIRN_BENCH_TN], t[CAIRN_BENCH_TN] + t[CAIRN_BENCH_FP]);
    out[STEP] = (out[TPR] + out[TNR]) / 2;
    out[STEP_F1] = cairn_bench_harmonic(out[TPR], out[TNR]);
    out[RESPONSE] = (accepted + rejected) / 2;
    out[RESPONSE_F1] = cairn_bench_harmonic(accepted, rejected);
    out[FIRST] = (accepted + located) / 2;
    out[FIRST_F1] = cairn_bench_harmonic(accepted, located);
}

static const cairn_bench_summary summaries[] = {{"all", "All solutions of all files.", true, NULL}};

const cairn_bench_type cairn_bench_hard2verify = {
    .about = {.name = "hard2verify",
              .summary = "Tell right steps of hard proofs from wrong ones (Hard2Verify).",
              .source = "arXiv 2510.13744",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(hard2verify_config)},
    .explain =
        "Balanced accuracy is the mean, balanced F1 the harmonic mean, of the true positive rate (accuracy on right "
        "ones) and the true negative rate (on wrong ones). It is no F1 of precision and recall: a judge that calls "
        "everything right has 0.\n\n"
        "Three tasks: steps; solutions, which are right when all steps are; and the first wrong step, where accuracy "
        "on wrong solutions asks for its exact place. That the third is ProcessBench's F1 is inferred from the paper's "
        "summary, not checked against its code.\n\n"
        "A labelled step of which the judge said nothing counts as misjudged; one without an answer is neither "
        "accepted nor rejected. Labels are 1 right, 0 wrong. A threshold chosen with --tune-on has the highest "
        "balanced F1 of steps on that file.",
    .files = "rows of the data, deciphered (unique_id, question, model_response_by_step, human_labels), also with "
             "`valid`, `scores` or `prediction`; predictions: id and one of these",
    .row = read_row,
    .predict = cairn_bench_predict_steps,
    .tune = tune,
    BENCH_ASKS(&bench_ask_labels),
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = STEP_F1,
    .measure = measure,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_STEP_JUDGES,
};

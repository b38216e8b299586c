/* PRM800K (arXiv 2305.20050): does a judge rate steps as people did? */
#include <string.h>

#include "data/format.h"
#include "eval/bench_questions.h"
#include "eval/bench_run.h"

typedef struct prm800k_config {
    double threshold;
    int32_t neutral; /* 0 right, 1 wrong, 2 left out */
} prm800k_config;

static const cairn_option options[] = {
    CAIRN_REAL(prm800k_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: a step is called right when its score is > threshold."),
    CAIRN_CHOICE(prm800k_config, neutral, "right", "right|wrong|skip",
                 "What a step rated 0 is. right: as the paper has it."),
};

enum { N_ERR = CAIRN_BENCH_STEP_TALLIES, HIT_ERR, N_COR, HIT_COR, TALLIES };
static const char *const tallies[] = {CAIRN_BENCH_STEP_TALLY_NAMES, "with_error", "located", "without", "accepted"};

enum { F1, NF1, MACRO_F1, ACCURACY, BALANCED, ACC_ERR, ACC_COR, FIRST_F1, FIGURES };
static const cairn_bench_figure figures[] = {
    {"f1", "F1 of right steps.", CAIRN_FIGURE_PERCENT},
    {"nf1", "F1 of wrong steps.", CAIRN_FIGURE_PERCENT},
    {"macro_f1", "Half of each, as PRMBench's PRMScore.", CAIRN_FIGURE_PERCENT},
    {"accuracy", "Of rated steps: called what they are.", CAIRN_FIGURE_PERCENT},
    {"balanced", "Mean of the accuracies on right and on wrong steps.", CAIRN_FIGURE_PERCENT},
    {"acc_err", "Of solutions with a wrong step: the first one is found exactly.", CAIRN_FIGURE_PERCENT},
    {"acc_cor", "Of solutions without: none is.", CAIRN_FIGURE_PERCENT},
    {"f1_first", "Harmonic mean of the two, as ProcessBench's F1.", CAIRN_FIGURE_PERCENT},
};

/* Truth of the ratings 1, 0, -1. */
static int8_t truth_of(int8_t rating, int32_t neutral) {
    static const int8_t of_neutral[] = {1, 0, CAIRN_BENCH_STEP_UNTOLD};
    return rating == CAIRN_NO_RATING ? CAIRN_BENCH_STEP_UNTOLD : rating == 0 ? of_neutral[neutral] : rating > 0;
}

static bool given_up(const json_t *row) {
    const char *reason = json_string_value(json_object_get(json_object_get(row, "label"), "finish_reason"));
    return reason && (strcmp(reason, "give_up") == 0 || strcmp(reason, "bad_problem") == 0);
}

/* A row of PRM800K, perhaps with `valid`, `scores` or `prediction` of the steps of its path. */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const prm800k_config *c = cairn_bench_config(run);
    const char *id;
    cairn_record record = {0};
    cairn_bench_item item;
    format_row source = {.ctx = run->ctx,
                         .arena = run->arena,
                         .object = row,
                         .where = cairn_bench_where(run),
                         .number = rows_number(run->rows)};
    if (given_up(row)) return CAIRN_OK;
    CAIRN_TRY(cairn_bench_row_id(run, row, "id", &id));
    CAIRN_TRY(read_prm800k(&source, 0, &record));
    if (record.n_steps == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_bench_steps_item(run, id, NULL, record.problem, record.steps, record.n_steps, &item));
    int8_t *truth = cairn_arena_alloc(run->arena, (size_t)record.n_steps, 1);
    if (!truth) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < record.n_steps; i++) truth[i] = truth_of(record.ratings[i], c->neutral);
    cairn_bench_set_truth(&item, truth);
    item.group = record.problem;
    CAIRN_TRY(cairn_bench_step_answer(run, row, &item));
    return cairn_bench_add(run, &item);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    double tau = ((const prm800k_config *)cairn_bench_config(run))->threshold;
    bool hit = cairn_bench_first_called_wrong(item, tau) == item->label;
    cairn_bench_tally_steps(item, tau, t);
    t[item->label < 0 ? N_COR : N_ERR] = 1;
    t[item->label < 0 ? HIT_COR : HIT_ERR] = hit;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    cairn_two_class f = cairn_bench_two_class(t);
    out[F1] = f.f1;
    out[NF1] = f.negative_f1;
    out[MACRO_F1] = f.macro_f1;
    out[ACCURACY] = f.accuracy;
    out[BALANCED] = f.balanced_accuracy;
    out[ACC_ERR] = cairn_bench_share(t[HIT_ERR], t[N_ERR]);
    out[ACC_COR] = cairn_bench_share(t[HIT_COR], t[N_COR]);
    out[FIRST_F1] = cairn_bench_harmonic(out[ACC_ERR], out[ACC_COR]);
}

static const cairn_bench_summary summaries[] = {{"all", "All solutions of all files.", true, NULL}};

const cairn_bench_type cairn_bench_prm800k = {
    .about = {.name = "prm800k",
              .summary = "Tell right steps from wrong ones as people rated them (PRM800K).",
              .source = "arXiv 2305.20050",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(prm800k_config)},
    .explain =
        "A row is one solution with several candidates a step; judged is the path that was taken: of each step the "
        "chosen candidate, else the one that a person wrote; where there is neither the path ends, with the first "
        "candidate rated -1, else the first one. Solutions that were given up or whose problem is bad, and those "
        "without steps, are left out.\n\n"
        "A step rated 1 is right, -1 wrong, 0 what --neutral says. Positive is RIGHT. A rated step of which the judge "
        "said nothing counts as misjudged, and is counted. Macro-F1 is PRMBench's PRMScore on these steps, the last "
        "three figures are ProcessBench's; PRM800K itself publishes no such table, only best-of-n curves. A threshold "
        "chosen with --tune-on has the highest macro-F1 on that file.",
    .files = "PRM800K's rows (question, label), also with `valid`, `scores` or `prediction` of the path's steps; "
             "predictions: id (the row's own, or file-line from 1) and one of these",
    .row = read_row,
    .predict = cairn_bench_predict_steps,
    .tune = cairn_bench_tune_macro_f1,
    BENCH_ASKS(&bench_ask_labels),
    .n_tallies = TALLIES,
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

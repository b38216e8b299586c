/* ProcessBench (arXiv 2412.06559): is the first wrong step of a solution found, and is a right one accepted? */
#include <jansson.h>
#include <string.h>

#include "eval/bench_questions.h"

typedef struct processbench_config {
    double threshold;
    int32_t variant; /* 0 code, 1 paper */
} processbench_config;

static const cairn_option options[] = {
    CAIRN_REAL(processbench_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: the first step with a lower score is called wrong."),
    CAIRN_CHOICE(processbench_config, variant, "code", "code|paper",
                 "paper: rounds accuracies to 0.1 % before F1, and F1 before the average, as the rows of PRMs in the "
                 "paper's table; code: nothing is rounded, as in the released script."),
};

enum { N_ERR, HIT_ERR, N_COR, HIT_COR, MISSING, OUT_OF_RANGE, TALLIES };
static const char *const tallies[] = {"with_error", "located", "without", "accepted", "missing", "out_of_range"};

enum { ACC_ERR, ACC_COR, F1, FIGURES };
static const cairn_bench_figure figures[] = {
    {"acc_err", "Of solutions with a wrong step: the first one is named exactly.", CAIRN_FIGURE_PERCENT},
    {"acc_cor", "Of solutions without: none is named.", CAIRN_FIGURE_PERCENT},
    {"f1", "Harmonic mean of the two, the number of the paper's table; 0 where both are 0.", CAIRN_FIGURE_PERCENT},
};

/* "gsm8k" of the id "gsm8k-17"; the file's name for other ids. */
static cairn_status subset_of(cairn_bench_run *run, const char *id, const char **out) {
    const char *dash = strrchr(id, '-');
    bool named = dash && dash > id && dash[1] && strspn(dash + 1, "0123456789") == strlen(dash + 1);
    *out = named ? cairn_arena_copy(cairn_bench_arena(run), id, (size_t)(dash - id)) : cairn_bench_stem(run);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* A row of the data, of the released script's outputs, or of a file of step scores: id, steps, label, and perhaps
 * `prediction` (whole number or null) or `scores`. */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *problem, *subset, *const *steps;
    int32_t n;
    int64_t label, said;
    cairn_bench_item item;
    CAIRN_TRY(cairn_bench_text(run, row, "id", &id));
    CAIRN_TRY(subset_of(run, id, &subset));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "problem", &problem));
    CAIRN_TRY(cairn_bench_texts(run, row, "steps", &steps, &n));
    CAIRN_TRY(cairn_bench_int(run, row, "label", -1, (int64_t)n - 1, &label));
    CAIRN_TRY(cairn_bench_steps_item(run, id, subset, problem, steps, n, &item));
    item.group = problem;
    item.label = (int32_t)label;
    item.candidates[0].right = label < 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (json_object_get(row, "prediction")) {
        item.answered = cairn_bench_has(row, "prediction");
        if (item.answered) CAIRN_TRY(cairn_bench_int(run, row, "prediction", INT32_MIN + 1, INT32_MAX, &said));
        item.said = item.answered ? (int32_t)said : CAIRN_EVAL_NONE;
    } else if (cairn_bench_has(row, "scores")) {
        CAIRN_TRY(cairn_bench_step_scores(run, row, "scores", &item));
    }
    return cairn_bench_add(run, &item);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const processbench_config *c = cairn_bench_config(run);
    int32_t said = cairn_bench_first_wrong(item, c->threshold);
    bool hit = said == item->label;
    t[item->label < 0 ? N_COR : N_ERR] = 1;
    t[item->label < 0 ? HIT_COR : HIT_ERR] = hit;
    t[MISSING] = said == CAIRN_EVAL_NONE;
    t[OUT_OF_RANGE] = said != CAIRN_EVAL_NONE && (said < -1 || said >= item->candidates[0].n_steps);
    return CAIRN_OK;
}

/* Rounded to a tenth of a per cent, as people round the printed decimals. */
static double to_tenth(double share) {
    return cairn_round_half_up(share, 3);
}

static void measure(const void *config, const double *t, double *out) {
    bool paper = ((const processbench_config *)config)->variant == 1;
    double err = cairn_bench_share(t[HIT_ERR], t[N_ERR]), cor = cairn_bench_share(t[HIT_COR], t[N_COR]);
    if (paper) err = to_tenth(err), cor = to_tenth(cor);
    double f1 = cairn_bench_harmonic(err, cor);
    out[ACC_ERR] = err;
    out[ACC_COR] = cor;
    out[F1] = paper ? to_tenth(f1) : f1;
}

static void settle(const void *config, double *out) {
    if (((const processbench_config *)config)->variant == 1)
        for (int i = 0; i < FIGURES; i++) out[i] = to_tenth(out[i]);
}

static double by_size(const void *config, const char *subset, const double *t) {
    (void)config;
    (void)subset;
    return t[N_ERR] + t[N_COR];
}

static const cairn_bench_summary summaries[] = {
    {"average", "Plain mean of the subsets: the paper's headline.", false, NULL},
    {"weighted average", "Mean by number of solutions: what a second public scorer prints.", false, by_size},
};

const cairn_bench_type cairn_bench_processbench = {
    .about = {.name = "processbench",
              .summary = "Find the first wrong step of a solution, or accept it (ProcessBench).",
              .source = "arXiv 2412.06559",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(processbench_config)},
    .explain =
        "A judge names the first wrong step of a solution, counted from 0, or -1 where all are right. An answer that "
        "cannot be read, or names no step of the solution, is wrong in whichever group the solution belongs to; it is "
        "never left out.\n\n"
        "acc_err is the share of exact hits among solutions with a wrong step, acc_cor among those without, and F1 "
        "their harmonic mean: no precision or recall of steps. The headline of the paper is the plain mean of four "
        "subsets.\n\n"
        "Of step scores the first below the threshold is the answer. A threshold chosen with --tune-on (the highest F1 "
        "of that file) is marked where it was chosen on the same solutions.\n\n"
        "The paper's table mixes two ways of rounding; see --variant.",
    .files = "ProcessBench's rows (id, problem, steps, label), also with `prediction` as the released script writes "
             "it, or with `scores` of the steps",
    .row = read_row,
    .tune = cairn_bench_tune_first_error,
    BENCH_ASKS(&bench_ask_paragraphs),
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = F1,
    .measure = measure,
    .settle = settle,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_STEP_JUDGES,
};

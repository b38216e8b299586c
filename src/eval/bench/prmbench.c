/* PRMBench (arXiv 2501.03124): is each step of a solution right, where one kind of error was put in on purpose? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "eval/bench_questions.h"
#include "eval/prmscore.h"

typedef struct prmbench_config {
    double threshold;
    int32_t undefined; /* cairn_undefined */
    int32_t lengths;   /* 0 exact, 1 official */
} prmbench_config;

static const cairn_option options[] = {
    CAIRN_REAL(prmbench_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: a step is valid when its score is > threshold."),
    CAIRN_CHOICE(
        prmbench_config, undefined, "minus-one", "minus-one|zero|skip",
        "A ratio without denominator: the number -1, which is used on, as the released script does; 0; or it is "
        "left out, and PRMScore is the F1 that exists."),
    CAIRN_CHOICE(
        prmbench_config, lengths, "exact", "exact|official",
        "A prediction with another number of steps than its solution: an error; or, as the released script does, "
        "its own steps count, valid but for those listed."),
};

typedef struct prmbench_item {
    const int32_t *errors;    /* [n_errors] wrong steps, counted from 1 */
    int32_t n_errors, beyond; /* of these, beyond the last step */
    const char *twin;         /* id of the solution before it was corrupted */
} prmbench_item;

enum { TP, FP, TN, FN, FIRST_N, FIRST_HIT, SIMILAR_N, SIMILARITY, BEYOND, TALLIES };
static const char *const tallies[] = {
    "tp", "fp", "tn", "fn", "n_first", "first_hit", "n_similar", "similarity", "beyond_the_end"};

enum { F1, NF1, PRMSCORE, SCORE, ACC_VALID, ACC_ERROR, ACC_ALL, FIRST, SIMILAR, N_FIRST, N_SIMILAR, FIGURES };
static const cairn_bench_figure figures[] = {
    {"f1", "F1 of valid steps.", CAIRN_FIGURE_NUMBER},
    {"nf1", "F1 of wrong steps.", CAIRN_FIGURE_NUMBER},
    {"prmscore", "Half of each: the number of the paper.", CAIRN_FIGURE_PERCENT},
    {"score", "The leaderboard's: PRMScore, or F1 alone where no step is wrong (multi_solutions).",
     CAIRN_FIGURE_PERCENT},
    {"acc_valid", "Of valid steps: called valid.", CAIRN_FIGURE_NUMBER},
    {"acc_error", "Of wrong steps: called wrong.", CAIRN_FIGURE_NUMBER},
    {"acc_all", "Of all steps: called what they are.", CAIRN_FIGURE_NUMBER},
    {"acc_first", "Of solutions: the earliest wrong step is called wrong.", CAIRN_FIGURE_NUMBER},
    {"similarity", "Mean distance between the shares of steps called valid in a solution and in its original.",
     CAIRN_FIGURE_NUMBER},
    {"n_first", "Solutions behind acc_first.", CAIRN_FIGURE_COUNT},
    {"n_similar", "Solutions behind similarity: those whose original has a step called valid.", CAIRN_FIGURE_COUNT},
};

/* ---- groups of classes ------------------------------------------------------------------------------------------- */

static bool is(const char *subset, const char *name) {
    return strcmp(subset, name) == 0;
}

static double simplicity(const void *config, const char *s, const double *t) {
    (void)config, (void)t;
    return is(s, "redundency") || is(s, "circular");
}

static double soundness(const void *config, const char *s, const double *t) {
    (void)config, (void)t;
    return is(s, "counterfactual") || is(s, "step_contradiction") || is(s, "domain_inconsistency") ||
           is(s, "confidence");
}

static double sensitivity(const void *config, const char *s, const double *t) {
    (void)config, (void)t;
    return is(s, "missing_condition") || is(s, "deception") || is(s, "multi_solutions");
}

static double corrupted(const void *config, const char *s, const double *t) {
    (void)config, (void)t;
    return !is(s, "correct");
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* Numbers of wrong steps, counted from 1; truth values are no numbers. */
static cairn_status read_errors(cairn_bench_run *run, const json_t *row, prmbench_item *own) {
    int32_t *errors;
    CAIRN_TRY(cairn_bench_ints(run, row, "error_steps", &errors, &own->n_errors));
    for (int32_t e = 0; e < own->n_errors; e++)
        if (errors[e] < 1 || json_is_boolean(json_array_get(json_object_get(row, "error_steps"), (size_t)e)))
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                              "%s: field `error_steps[%d]`: expected the number of a step, counted from 1",
                              cairn_bench_where(run), (int)e);
    own->errors = errors;
    return CAIRN_OK;
}

static cairn_status label(cairn_bench_run *run, cairn_bench_item *item) {
    prmbench_item *own = item->own;
    int32_t n = item->candidates[0].n_steps;
    int8_t *truth = cairn_arena_alloc(cairn_bench_arena(run), (size_t)n + 1, 1);
    if (!truth) return CAIRN_NO_MEMORY;
    memset(truth, 1, (size_t)n);
    own->beyond = 0;
    for (int32_t e = 0; e < own->n_errors; e++) {
        if (own->errors[e] <= n) truth[own->errors[e] - 1] = 0;
        own->beyond += own->errors[e] > n;
    }
    cairn_bench_set_truth(item, truth);
    return CAIRN_OK;
}

static cairn_status add(cairn_bench_run *run, const json_t *row, const char *kind, const char *question,
                        const char *process) {
    const char *idx, *id, *problem, *const *steps;
    int32_t n;
    cairn_bench_item item;
    prmbench_item *own = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_bench_text(run, row, "idx", &idx));
    CAIRN_TRY(cairn_bench_print(run, &id, "%s_%s", kind, idx));
    CAIRN_TRY(cairn_bench_print(run, &own->twin, "correct_%s", idx));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, question, &problem));
    CAIRN_TRY(cairn_bench_texts(run, row, process, &steps, &n));
    CAIRN_TRY(read_errors(run, row, own));
    if (is(kind, "correct")) own->n_errors = 0;
    CAIRN_TRY(cairn_bench_steps_item(run, id, kind, problem, steps, n, &item));
    item.group = idx;
    item.own = own;
    CAIRN_TRY(label(run, &item));
    return cairn_bench_add(run, &item);
}

/* A row of class redundency also gives the original of all classes. */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *kind;
    CAIRN_TRY(cairn_bench_text(run, row, "classification", &kind));
    if (is(kind, "redundency")) CAIRN_TRY(add(run, row, "correct", "original_question", "original_process"));
    return add(run, row, kind, "modified_question", "modified_process");
}

/* {"idx": "circular_prm_test_p1_0", "validity": false where it failed,
 *  "scores": {"step_level_validity_labels": [true, ..], "step_level_redundancy_labels": [..]}} */
static cairn_status predict(cairn_bench_run *run, const json_t *row) {
    const prmbench_config *c = cairn_bench_config(run);
    const char *name = "step_level_redundancy_labels";
    cairn_bench_item *item;
    int32_t *given, n;
    bool usable = true;
    CAIRN_TRY(cairn_bench_wanted(run, row, "idx", &item));
    if (cairn_bench_has(row, "validity")) CAIRN_TRY(cairn_bench_bool(run, row, "validity", &usable));
    if (!usable || item->answered) return CAIRN_OK; /* the first prediction of an item counts */
    const json_t *scores = json_object_get(row, "scores");
    bool redundant = simplicity(NULL, item->subset, NULL) == 1 && cairn_bench_has(scores, name);
    if (!redundant) name = "step_level_validity_labels";
    CAIRN_TRY(cairn_bench_ints(run, scores, name, &given, &n));
    if (c->lengths == 0) CAIRN_TRY(cairn_bench_one_a_step(run, name, n, item));
    if (n != item->candidates[0].n_steps) { /* its texts are no longer what is judged */
        item->candidates[0].steps = NULL;
        item->candidates[0].n_steps = n;
        CAIRN_TRY(label(run, item));
    }
    int8_t *valid = cairn_arena_alloc(cairn_bench_arena(run), (size_t)n + 1, sizeof *valid);
    if (!valid) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) valid[i] = redundant ? given[i] == 0 : given[i] == 1;
    item->valid = valid;
    item->answered = true;
    return CAIRN_OK;
}

/* In the classes of simplicity the critic's second list counts, as in `predict`. */
static cairn_status take_reply(cairn_bench_run *run, cairn_bench_item *item, const cairn_bench_heard *heard,
                               int32_t n) {
    (void)n;
    int8_t *valid = cairn_arena_alloc(cairn_bench_arena(run), (size_t)item->candidates[0].n_steps + 1, sizeof *valid);
    if (!valid) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; heard->said && i < item->candidates[0].n_steps; i++)
        valid[i] = simplicity(NULL, item->subset, NULL) == 1 ? !heard->redundant[i] : heard->valid[i];
    item->reply = heard->text;
    item->valid = heard->said ? valid : NULL;
    return CAIRN_OK;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

/* Of the steps judged: called valid; NaN where none was. */
static double share_valid(const cairn_bench_item *item, double tau) {
    double valid = 0, n = 0;
    for (int32_t i = 0; i < item->candidates[0].n_steps; i++) {
        cairn_verdict said = cairn_bench_step_said(item, i, tau);
        valid += said == CAIRN_VERDICT_RIGHT;
        n += said != CAIRN_VERDICT_UNKNOWN;
    }
    return cairn_bench_share(valid, n);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const prmbench_item *own = item->own;
    double tau = ((const prmbench_config *)cairn_bench_config(run))->threshold;
    t[BEYOND] = own->beyond;
    for (int32_t i = 0; i < item->candidates[0].n_steps; i++) {
        cairn_verdict said = cairn_bench_step_said(item, i, tau);
        bool valid = said == CAIRN_VERDICT_RIGHT;
        if (said == CAIRN_VERDICT_UNKNOWN) continue;
        t[item->truth[i] ? (valid ? TP : FN) : (valid ? FP : TN)] += 1;
        if (i != item->label) continue;
        t[FIRST_N] = 1;
        t[FIRST_HIT] = !valid;
    }
    const cairn_bench_item *twin = cairn_bench_find(run, "correct", own->twin);
    if (!twin || twin->own == own) return CAIRN_OK;
    double share = share_valid(item, tau), before = share_valid(twin, tau);
    if (isnan(share) || !(before > 0)) return CAIRN_OK;
    t[SIMILAR_N] = 1;
    t[SIMILARITY] = fabs(share - before);
    return CAIRN_OK;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static double part(double above, double below, double nothing) {
    return below != 0 ? above / below : nothing;
}

static void measure(const void *config, const double *t, double *out) {
    const double nothing = prmscore_nothing((cairn_undefined)((const prmbench_config *)config)->undefined);
    cairn_prmscore score = prmscore_of(t[TP], t[FP], t[TN], t[FN], nothing);
    out[F1] = score.f1;
    out[NF1] = score.negative_f1;
    out[PRMSCORE] = score.prmscore;
    out[SCORE] = t[TN] + t[FP] > 0 ? score.prmscore : score.f1;
    out[ACC_VALID] = score.recall;
    out[ACC_ERROR] = score.negative_recall;
    out[ACC_ALL] = part(t[TP] + t[TN], t[TP] + t[FP] + t[TN] + t[FN], nothing);
    out[FIRST] = part(t[FIRST_HIT], t[FIRST_N], nothing);
    out[SIMILAR] = part(t[SIMILARITY], t[SIMILAR_N], nothing);
    out[N_FIRST] = t[FIRST_N];
    out[N_SIMILAR] = t[SIMILAR_N];
}

/* Of groups of classes only the score is published. */
static void settle(const void *config, double *out) {
    (void)config;
    for (int i = 0; i < FIGURES; i++)
        if (i != SCORE) out[i] = NAN;
}

static const cairn_bench_summary summaries[] = {
    {"all", "All steps of all classes but `correct`: the paper's overall PRMScore.", true, corrupted},
    {"simplicity", "Mean score of redundency and circular.", false, simplicity},
    {"soundness", "Mean score of counterfactual, step_contradiction, domain_inconsistency and confidence.", false,
     soundness},
    {"sensitivity", "Mean score of missing_condition, deception and multi_solutions.", false, sensitivity},
};

static bool in_table(const cairn_bench_item *item) {
    return !is(item->subset, "correct");
}

static cairn_status tune(cairn_bench_run *tuning, void *config) {
    return cairn_bench_tune_steps(tuning, NULL, in_table, &((prmbench_config *)config)->threshold);
}

const cairn_bench_type cairn_bench_prmbench = {
    .about = {.name = "prmbench",
              .summary = "Tell right steps from wrong ones, by kinds of injected errors (PRMBench).",
              .source = "arXiv 2501.03124",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(prmbench_config)},
    .explain =
        "Each step is valid unless its row lists it in `error_steps`, counted from 1. Numbers beyond the last step "
        "(151 in 100 rows of the official files) are counted and otherwise ignored. Positive is VALID: precision and "
        "recall of valid steps give F1, those of wrong steps nF1, and PRMScore is half of each, over all steps of a "
        "class or, in the row `all`, of all classes but `correct`.\n\n"
        "The key of a row is its class and `idx`, as in circular_prm_test_p1_0; of equal keys the first counts. A row "
        "of class redundency also gives the original solution, class `correct`, which similarity compares with.\n\n"
        "In the classes redundency and circular a prediction's redundancy labels, where it has them, take the place of "
        "its validity labels, negated. Predictions marked \"validity\": false and missing ones are left out and "
        "counted as silent.\n\n"
        "Ratios without denominator: see --undefined. multi_solutions and correct have no wrong step, so that their "
        "nF1 says nothing; the leaderboard prints F1 alone, which is `score`. Groups are plain means of the scores of "
        "their classes.\n\n"
        "A threshold chosen with --tune-on has the highest PRMScore on that file, all classes together.",
    .files = "PRMBench's rows (idx, classification, modified_process, error_steps, original_process); predictions: "
             "idx with the class, scores.step_level_validity_labels",
    .first_wins = true,
    .row = read_row,
    .predict = predict,
    .tune = tune,
    BENCH_ASKS(&bench_ask_step_lists),
    .reply = take_reply,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = SCORE,
    .measure = measure,
    .settle = settle,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_STEP_JUDGES,
};

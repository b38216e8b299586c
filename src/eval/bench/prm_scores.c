/* Files of step scores on ProcessBench with their truth (FoVer, arXiv 2505.15960): is a step, is a solution right? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cairn/bench.h"

enum { STEP, INSTANCE, LEVELS };
static const char *const levels[LEVELS] = {"step", "instance"};

typedef struct prm_scores_config {
    int32_t level, thresholds;
    double threshold[LEVELS];
} prm_scores_config;

#define PRESET 0.5
static const cairn_option options[] = {
    CAIRN_CHOICE(prm_scores_config, level, "both", "step|instance|both",
                 "instance: of whole solutions, each with its lowest step score."),
    CAIRN_CHOICE(prm_scores_config, thresholds, "file", "file|given",
                 "file: those of the file's `performance`; given: the two options below. --tune-on FILE chooses both."),
    CAIRN_REAL_AS("step-threshold", prm_scores_config, threshold[STEP], "0.5", -1e300, 1e300, "",
                  "A step is called right when its score is > this."),
    CAIRN_REAL_AS("instance-threshold", prm_scores_config, threshold[INSTANCE], "0.5", -1e300, 1e300, "",
                  "A solution is called right when its score is > this."),
};

/* Of all items of a level of a file. */
typedef struct prm_scores_item {
    int level;
    double threshold; /* the file's own, or NaN */
} prm_scores_item;

static const char *const tallies[] = {CAIRN_BENCH_STEP_TALLY_NAMES};

enum { AUROC, ACCURACY, F1, PRECISION, RECALL, THRESHOLD, FIGURES };
static const cairn_bench_figure figures[] = {
    {"auroc", "Chance that a right one has a higher score than a wrong one, ties one half.", CAIRN_FIGURE_NUMBER},
    {"accuracy", "Called what they are.", CAIRN_FIGURE_NUMBER},
    {"f1", "F1 of right ones.", CAIRN_FIGURE_NUMBER},
    {"precision", "Of those called right: are.", CAIRN_FIGURE_NUMBER},
    {"recall", "Of right ones: called right.", CAIRN_FIGURE_NUMBER},
    {"threshold", "Right is called what has a higher score.", CAIRN_FIGURE_NUMBER},
};

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static cairn_status add(cairn_bench_run *run, const char *subset, int32_t i, double *score, int32_t right,
                        prm_scores_item *own) {
    cairn_bench_item item;
    const char *id;
    int8_t *truth = cairn_arena_alloc(cairn_bench_arena(run), 1, 1);
    if (!truth) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_bench_print(run, &id, "%s-%d", levels[own->level], (int)i));
    CAIRN_TRY(cairn_bench_steps_item(run, id, subset, NULL, NULL, 1, &item));
    *truth = right == 1;
    cairn_bench_set_truth(&item, truth);
    item.candidates[0].scores = score;
    item.candidates[0].score = *score;
    item.answered = !isnan(*score);
    item.own = own;
    return cairn_bench_add(run, &item);
}

static cairn_status read_level(cairn_bench_run *run, const json_t *row, int level) {
    const char *known_name, *scores_name, *truth_name, *subset, *of = levels[level];
    prm_scores_item *own = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *own);
    double *scores;
    int32_t *truth, n, n_truth;
    if (!own) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_bench_print(run, &known_name, "%s_level", of));
    CAIRN_TRY(cairn_bench_print(run, &scores_name, "y_pred_%s_level", of));
    CAIRN_TRY(cairn_bench_print(run, &truth_name, "y_true_%s_level", of));
    CAIRN_TRY(cairn_bench_print(run, &subset, "%s/%s", cairn_bench_stem(run), of));
    const json_t *known = json_object_get(json_object_get(row, "performance"), known_name);
    *own = (prm_scores_item){level, NAN};
    if (cairn_bench_has(known, "threshold")) CAIRN_TRY(cairn_bench_real(run, known, "threshold", &own->threshold));
    CAIRN_TRY(cairn_bench_reals(run, row, scores_name, &scores, &n));
    CAIRN_TRY(cairn_bench_ints(run, row, truth_name, &truth, &n_truth));
    if (n != n_truth)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s`: expected %d values as `%s` has, got %d",
                          cairn_bench_where(run), truth_name, (int)n, scores_name, (int)n_truth);
    for (int32_t i = 0; i < n; i++) {
        if (truth[i] != 0 && truth[i] != 1)
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s[%d]`: expected true or false, got %d",
                              cairn_bench_where(run), truth_name, (int)i, (int)truth[i]);
        CAIRN_TRY(add(run, subset, i, &scores[i], truth[i], own));
    }
    return CAIRN_OK;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const prm_scores_config *c = cairn_bench_config(run);
    int32_t level = c->level;
    if (c->thresholds == 0 && (c->threshold[STEP] != PRESET || c->threshold[INSTANCE] != PRESET))
        return cairn_fail(cairn_bench_ctx(run), CAIRN_INVALID, "a threshold that is given needs --thresholds given");
    if (level != INSTANCE) CAIRN_TRY(read_level(run, row, STEP));
    return level == STEP ? CAIRN_OK : read_level(run, row, INSTANCE);
}

/* ---- thresholds -------------------------------------------------------------------------------------------------- */

static double goal(const cairn_two_class *f) {
    return f->f1;
}

static bool is_step(const cairn_bench_item *item) {
    return ((const prm_scores_item *)item->own)->level == STEP;
}

static bool is_instance(const cairn_bench_item *item) {
    return !is_step(item);
}

static cairn_status tune(cairn_bench_run *tuning, void *config) {
    prm_scores_config *c = config;
    if (c->level != INSTANCE) CAIRN_TRY(cairn_bench_tune_steps(tuning, goal, is_step, &c->threshold[STEP]));
    if (c->level != STEP) CAIRN_TRY(cairn_bench_tune_steps(tuning, goal, is_instance, &c->threshold[INSTANCE]));
    c->thresholds = 1;
    return CAIRN_OK;
}

static double threshold_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    const prm_scores_config *c = cairn_bench_config(run);
    const prm_scores_item *own = item->own;
    return c->thresholds == 0 ? own->threshold : c->threshold[own->level];
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

/* Without a threshold nothing is called right or wrong, and nothing is counted. */
static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    double threshold = threshold_of(run, item);
    if (!isnan(threshold)) cairn_bench_tally_steps(item, threshold, t);
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    bool counted = t[CAIRN_BENCH_TP] + t[CAIRN_BENCH_FP] + t[CAIRN_BENCH_TN] + t[CAIRN_BENCH_FN] > 0;
    cairn_two_class f = cairn_bench_two_class(t);
    out[ACCURACY] = counted ? f.accuracy : NAN;
    out[F1] = counted ? f.f1 : NAN;
    out[PRECISION] = counted ? f.precision : NAN;
    out[RECALL] = counted ? f.recall : NAN;
    out[AUROC] = out[THRESHOLD] = NAN;
}

/* Those without a score are left out of the area under the curve. */
static cairn_status rank(cairn_bench_run *run, const cairn_bench_item *const *items, size_t n, cairn_interval *out) {
    double *scores = cairn_arena_alloc(cairn_bench_arena(run), n, sizeof *scores);
    bool *right = cairn_arena_alloc(cairn_bench_arena(run), n, sizeof *right);
    size_t known = 0, positives = 0;
    cairn_auroc area;
    if (!scores || !right) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(items[i]->candidates[0].score)) continue;
        scores[known] = items[i]->candidates[0].score;
        right[known] = items[i]->truth[0] == 1;
        positives += right[known++];
    }
    out[THRESHOLD] = (cairn_interval){threshold_of(run, items[0]), NAN, NAN, 0};
    if (isnan(out[THRESHOLD].estimate))
        cairn_log(cairn_bench_ctx(run), CAIRN_LOG_INFO,
                  "%s: no threshold, so AUROC alone: --tune-on chooses one, --thresholds given takes yours",
                  items[0]->subset);
    if (positives == 0 || positives == known) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_auroc(cairn_bench_ctx(run), scores, right, known, 0.95, &area));
    out[AUROC] = (cairn_interval){area.auroc, area.low, area.high, 0};
    return CAIRN_OK;
}

static const char *const baselines[] = {"always right", "always wrong", "random"};

static cairn_status pretend(cairn_bench_run *run, int32_t which, cairn_bench_item *item, cairn_rng *rng) {
    return cairn_bench_pretend_steps(run, which == 2 ? 4 : which, item, rng);
}

const cairn_bench_type cairn_bench_prm_scores = {
    .about = {.name = "prm-scores",
              .summary = "Tell right steps and solutions from wrong ones, by recorded scores (FoVer's files).",
              .source = "arXiv 2505.15960",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(prm_scores_config)},
    .explain =
        "Positive is RIGHT, and right is called what has a score > threshold, strictly. F1, precision and recall are "
        "of that class; a ratio without denominator is 0. AUROC needs no threshold; ties count one half, and its "
        "interval is DeLong's.\n\n"
        "The score of a solution is the lowest of its step scores, and it is right when all its known steps are. Steps "
        "after the first error have no truth and are not in the file.\n\n"
        "The published thresholds are chosen on the GSM8K file of the same model, for steps and for solutions apart: "
        "the distinct scores in rising order, the first one whose F1 is greater than all before (--tune-on). Without "
        "it the thresholds that the file itself holds are used; a file without thresholds has an AUROC alone.\n\n"
        "A file does not tell which steps are of one solution, so that intervals of step figures take steps as "
        "independent and are too narrow.",
    .files = "one object a file: y_true_step_level, y_pred_step_level, y_true_instance_level, y_pred_instance_level, "
             "and perhaps performance",
    .row = read_row,
    .tune = tune,
    .n_tallies = CAIRN_BENCH_STEP_TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = F1,
    .measure = measure,
    .rank = rank,
    .n_baselines = sizeof baselines / sizeof *baselines,
    .baselines = baselines,
    .pretend = pretend,
};

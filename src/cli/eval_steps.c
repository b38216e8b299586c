/* cairn eval steps: are the scores of single steps those that people, or a search, gave them as labels? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/eval.h"
#include "cli/figures.h"
#include "cli/scored.h"
#include "cli/verbs.h"

enum { MOST_FILES = 64 };

typedef struct steps_config {
    scored_options scored;
    const char *csv;
    int64_t bins;
    double right_from;
} steps_config;

static const cairn_option options[] = {
    CLI_SCORED_OPTIONS(steps_config),
    CAIRN_REAL_AS("right-from", steps_config, right_from, "0.5", 0, 1, "",
                  "A label from here on is right; 0: above 0. Labels of true and false are 1 and 0."),
    CAIRN_INT(steps_config, bins, "10", 1, 10000, "bins", "Of equal width, for the calibration."),
    CAIRN_TEXT(steps_config, csv, "", "", "Write the bins as CSV to this file (- for standard output)."),
};

/* One file: its steps with score and label, its solutions with a first wrong step. */
typedef struct stepped {
    const steps_config *config;
    const char *path;
    cairn_step_item *items; /* [n] without their problems */
    uint64_t *keys;         /* [n] of the steps' problems */
    size_t n, items_capacity, keys_capacity;
    cairn_first_error_item *solutions; /* [n_solutions] those whose first wrong step the labels tell */
    uint64_t *solution_keys;
    size_t n_solutions, solutions_capacity, solution_keys_capacity;
    int64_t read, used;        /* solutions; of these with a labelled step */
    int64_t steps, unlabelled; /* of all solutions; of these without a label */
    int64_t unscored, missing; /* labelled, but without a score; of these not in a file of scores */
    int64_t not_judged;        /* of `solutions`: no step of them has a score */
    int64_t failed;            /* steps on which the reward's program failed */
    int64_t skipped;
    bool probabilities; /* the scores are */
    double low, high, threshold;
    cairn_meaning meaning;
    cairn_step_report report;
    cairn_first_error_score first;
    cairn_first_error_intervals shares;
    cairn_calibration_bin *bins; /* [config->bins] */
} stepped;

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static cairn_status note_step(cli *c, stepped *f, const scored *s, int32_t i) {
    double label = cairn_record_label(s->record, i);
    f->steps++;
    f->unlabelled += isnan(label);
    if (isnan(label)) return CAIRN_OK;
    f->unscored += isnan(s->scores[i]);
    f->missing += scored_is_missing(s, i);
    if (isnan(s->scores[i])) return CAIRN_OK;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&f->items, &f->items_capacity, f->n + 1, sizeof *f->items));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&f->keys, &f->keys_capacity, f->n + 1, sizeof *f->keys));
    f->keys[f->n] = scored_problem_key(s->record);
    f->items[f->n++] = (cairn_step_item){.score = s->scores[i], .label = label};
    return CAIRN_OK;
}

/* The first step that its label calls wrong; CAIRN_UNLABELLED where a step without a label stands before it. */
static int32_t first_wrong_label(const stepped *f, const cairn_record *r) {
    if (!r->labels) return r->first_error;
    for (int32_t i = 0; i < r->n_steps; i++) {
        if (isnan(r->labels[i])) return CAIRN_UNLABELLED;
        if (!cairn_label_is_right(r->labels[i], f->config->right_from)) return i;
    }
    return CAIRN_NO_ERROR;
}

static cairn_status note_solution(cli *c, stepped *f, const scored *s) {
    int32_t first = first_wrong_label(f, s->record);
    bool judged = scored_is_judged(s);
    if (first == CAIRN_UNLABELLED || s->record->n_steps < 1) return CAIRN_OK;
    CAIRN_TRY(
        cairn_grow(c->ctx, (void **)&f->solutions, &f->solutions_capacity, f->n_solutions + 1, sizeof *f->solutions));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&f->solution_keys, &f->solution_keys_capacity, f->n_solutions + 1,
                         sizeof *f->solution_keys));
    f->solution_keys[f->n_solutions] = scored_problem_key(s->record);
    f->solutions[f->n_solutions++] =
        (cairn_first_error_item){.n_steps = s->record->n_steps,
                                 .label = first == CAIRN_NO_ERROR ? CAIRN_EVAL_ALL_RIGHT : first,
                                 .prediction = s->said};
    f->not_judged += !judged;
    return CAIRN_OK;
}

/* Scores of these meanings are probabilities where they fill 0 to 1. */
static void note_scale(stepped *f, const scored *s) {
    f->meaning = s->reward->meaning;
    f->low = s->reward->low;
    f->high = s->reward->high;
    f->threshold = s->threshold;
    f->probabilities = f->low == 0 && f->high == 1 &&
                       (f->meaning == CAIRN_MEANING_SUCCESS || f->meaning == CAIRN_MEANING_CORRECTNESS ||
                        f->meaning == CAIRN_MEANING_REACHABILITY);
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    stepped *f = arg;
    bool labelled = false;
    note_scale(f, s);
    f->read++;
    f->failed += s->failed;
    for (int32_t i = 0; i < s->record->n_steps; i++) {
        labelled |= !isnan(cairn_record_label(s->record, i));
        CAIRN_TRY(note_step(c, f, s, i));
    }
    f->used += labelled;
    return note_solution(c, f, s);
}

/* ---- measuring ---------------------------------------------------------------------------------------------------------------- */

static cairn_status measure_solutions(cli *c, stepped *f) {
    uint32_t problems, *numbers = cairn_alloc(c->ctx, f->n_solutions, sizeof *numbers);
    if (!numbers) return CAIRN_NO_MEMORY;
    cairn_status status = scored_number_keys(c, f->solution_keys, f->n_solutions, numbers, &problems);
    if (status == CAIRN_OK)
        status = cairn_eval_first_error_score(c->ctx, f->solutions, f->n_solutions, true, &f->first);
    if (status == CAIRN_OK)
        status = cairn_eval_first_error_intervals(c->ctx, f->solutions, numbers, f->n_solutions, 0.95, &f->shares);
    cairn_free(numbers);
    return status;
}

/* Without any step that has both score and label every figure is NaN. */
static cairn_status measure_steps(cli *c, stepped *f) {
    uint32_t problems, *numbers = cairn_alloc(c->ctx, f->n, sizeof *numbers);
    cairn_step_setup setup = {.threshold = f->threshold,
                              .right_from = f->config->right_from,
                              .probabilities = f->probabilities,
                              .n_bins = (int)f->config->bins,
                              .how = CAIRN_BOOTSTRAP_PRESET};
    if (!numbers) return CAIRN_NO_MEMORY;
    setup.how.seed = f->config->scored.seed;
    cairn_status status = scored_number_keys(c, f->keys, f->n, numbers, &problems);
    for (size_t i = 0; i < f->n; i++) f->items[i].problem = numbers[i];
    if (status == CAIRN_OK && f->n)
        status = cairn_eval_steps(c->ctx, f->items, f->n, problems, &setup, f->bins, &f->report);
    for (int k = 0; f->n == 0 && k < CAIRN_STEP_FIGURES; k++)
        f->report.figures[k] = (cairn_interval){.estimate = NAN, .low = NAN, .high = NAN};
    cairn_free(numbers);
    return status;
}

static cairn_status measure_file(cli *c, const steps_config *config, const char *path, stepped *f) {
    *f = (stepped){.config = config, .path = path};
    f->bins = cairn_arena_alloc(c->arena, (size_t)config->bins, sizeof *f->bins);
    if (!f->bins) return CAIRN_NO_MEMORY;
    CAIRN_TRY(scored_each(c, &config->scored, path, visit, f, &f->skipped));
    if (f->used == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s: none of its %" PRId64 " solutions has a labelled step", path,
                          f->read);
    cairn_status status = measure_steps(c, f);
    if (status == CAIRN_OK) status = measure_solutions(c, f);
    return status == CAIRN_OK ? status : cairn_fail_within(c->ctx, status, "%s", path);
}

static void close_file(stepped *f) {
    cairn_free(f->items);
    cairn_free(f->keys);
    cairn_free(f->solutions);
    cairn_free(f->solution_keys);
}

/* ---- the figures ---------------------------------------------------------------------------------------------------------------- */

typedef struct named_figure {
    const char *key, *what;
    figure_form form;
} named_figure;

static const named_figure figures[CAIRN_STEP_FIGURES] = {
    [CAIRN_STEP_AUROC] = {"auroc", "right from wrong steps, AUROC", FIGURE_NUMBER},
    [CAIRN_STEP_ACCURACY] = {"accuracy", "steps called what they are (accuracy)", FIGURE_SHARE},
    [CAIRN_STEP_F1_RIGHT] = {"f1_right", "F1 of right steps", FIGURE_SHARE},
    [CAIRN_STEP_F1_WRONG] = {"f1_wrong", "F1 of wrong steps", FIGURE_SHARE},
    [CAIRN_STEP_PRMSCORE] = {"prmscore", "PRMScore: mean of these two", FIGURE_SHARE},
    [CAIRN_STEP_BRIER] = {"brier", "Brier score (0 is best)", FIGURE_NUMBER},
    [CAIRN_STEP_ECE] = {"ece", "expected calibration error (0 is best)", FIGURE_NUMBER},
};

/* Why a figure does not exist; "" where it does. */
static const char *why_not(const stepped *f, int figure) {
    const cairn_step_confusion *n = &f->report.confusion;
    if (!isnan(f->report.figures[figure].estimate)) return "";
    if (f->n == 0) return "no labelled step has a score";
    if (figure == CAIRN_STEP_BRIER || figure == CAIRN_STEP_ECE) return "the scores are no probabilities from 0 to 1";
    return n->tp + n->fn == 0 ? "it needs right steps, and all are wrong" : "it needs wrong steps, and all are right";
}

static const char *why_no_f1(const stepped *f) {
    if (f->first.n_err && f->first.n_cor) return "";
    return f->n_solutions == 0 ? "no solution has labels up to its first wrong step"
           : f->first.n_err    ? "no solution is without a wrong step"
                               : "no solution has a wrong step";
}

/* ---- for people ----------------------------------------------------------------------------------------------------------------- */

static void print_bins(const cli *c, const stepped *f) {
    char n[32];
    if (!f->probabilities || f->n == 0) return;
    printf("\n%s  %-16s %10s %12s %12s%s\n", cli_paint_code(c, CLI_DIM), "score", "steps", "mean score", "mean label",
           cli_paint_code(c, CLI_PLAIN));
    for (int64_t b = 0; b < f->config->bins; b++) {
        const cairn_calibration_bin *bin = &f->bins[b];
        if (bin->count == 0) continue;
        printf("  %.3f .. %.3f   %10s %12.3f %12.3f\n", (double)b / (double)f->config->bins,
               (double)(b + 1) / (double)f->config->bins, cli_count(bin->count, n), bin->mean_p, bin->mean_y);
    }
}

/* What has no score, no label, or was not used. */
static void print_left_out(const stepped *f) {
    char n[2][32];
    if (f->unscored) printf("  %s labelled steps have no score\n", cli_count(f->unscored, n[0]));
    if (f->missing) printf("  %s of these are not in the file of scores\n", cli_count(f->missing, n[0]));
    if (f->failed) printf("  the reward's program failed on %s steps\n", cli_count(f->failed, n[0]));
    if (f->not_judged)
        printf("  %s solutions were not judged: no step of them has a score. They are not accepted and not found.\n",
               cli_count(f->not_judged, n[0]));
    if (f->unlabelled)
        printf("  %s of %s steps have no label and were not used\n", cli_count(f->unlabelled, n[0]),
               cli_count(f->steps, n[1]));
    if (f->read > f->used) printf("  %s solutions have no label at all\n", cli_count(f->read - f->used, n[0]));
    if (f->skipped) printf("  %s bad lines were passed over\n", cli_count(f->skipped, n[0]));
}

static void print_one(const cli *c, const stepped *f) {
    const cairn_step_confusion *n = &f->report.confusion;
    char of[80], count[5][32], threshold[32], from[32];
    cairn_format_double(f->threshold, threshold);
    cairn_format_double(f->config->right_from, from);
    printf("%s steps of %s problems, %s right and %s wrong, scored by %s\n", cli_count((int64_t)f->n, count[0]),
           cli_count(f->report.problems, count[1]), cli_count(n->tp + n->fn, count[2]),
           cli_count(n->tn + n->fp, count[3]), f->config->scored.reward);
    printf("a step is right when its label is %s, and called wrong when its score is below %s\n",
           f->config->right_from > 0 ? cairn_arena_printf(c->arena, "%s or more", from) : "above 0", threshold);
    for (int k = 0; k < CAIRN_STEP_FIGURES; k++)
        figure_print(c, figures[k].what, figures[k].form, &f->report.figures[k],
                     k == CAIRN_STEP_ACCURACY ? figure_counts(n->tp + n->tn, (int64_t)f->n, of) : "", why_not(f, k));
    figure_print(c, "first wrong steps found exactly", FIGURE_SHARE, &f->shares.acc_err,
                 figure_counts(f->first.hit_err, f->first.n_err, of), "no solution has a wrong step");
    figure_print(c, "solutions without one, and accepted", FIGURE_SHARE, &f->shares.acc_cor,
                 figure_counts(f->first.hit_cor, f->first.n_cor, of), "there is none");
    figure_print(c, "F1 of these two (ProcessBench)", FIGURE_SHARE, &f->shares.f1, "", why_no_f1(f));
    print_left_out(f);
    print_bins(c, f);
}

static void cell(char out[16], double value, figure_form form) {
    if (isnan(value))
        snprintf(out, 16, "-");
    else
        snprintf(out, 16, form == FIGURE_SHARE ? "%.1f" : "%.3f", form == FIGURE_SHARE ? 100 * value : value);
}

static void print_row(cli *c, const stepped *f) {
    const char *name = strrchr(f->path, '/');
    char line[64], cells[CAIRN_STEP_FIGURES + 1][16], count[2][32];
    cli_safe_line(name ? name + 1 : f->path, line, sizeof line);
    for (int k = 0; k < CAIRN_STEP_FIGURES; k++) cell(cells[k], f->report.figures[k].estimate, figures[k].form);
    cell(cells[CAIRN_STEP_FIGURES], f->shares.f1.estimate, FIGURE_SHARE);
    printf("  %-30s %9s %9s %7s %7s %7s %7s %8s %7s %7s %8s\n", cli_shorten(c, line, 30),
           cli_count((int64_t)f->n, count[0]), cli_count(f->unscored, count[1]), cells[CAIRN_STEP_AUROC],
           cells[CAIRN_STEP_ACCURACY], cells[CAIRN_STEP_F1_RIGHT], cells[CAIRN_STEP_F1_WRONG],
           cells[CAIRN_STEP_PRMSCORE], cells[CAIRN_STEP_BRIER], cells[CAIRN_STEP_ECE], cells[CAIRN_STEP_FIGURES]);
}

static void print_table(cli *c, const stepped *files, int n) {
    printf("%s  %-30s %9s %9s %7s %7s %7s %7s %8s %7s %7s %8s%s\n", cli_paint_code(c, CLI_DIM), "file", "steps",
           "unscored", "AUROC", "acc %", "F1 r %", "F1 w %", "PRMScore", "Brier", "ECE", "first F1",
           cli_paint_code(c, CLI_PLAIN));
    for (int i = 0; i < n; i++) print_row(c, &files[i]);
    printf("  F1 r, F1 w: of right and of wrong steps; first F1: of the first wrong step; --json has the intervals\n");
    for (int i = 0; i < n; i++) {
        const stepped *f = &files[i];
        if (f->unscored + f->not_judged + f->unlabelled + f->skipped + (f->read - f->used) == 0) continue;
        printf("%s:\n", f->path);
        print_left_out(f);
    }
}

/* ---- for programs --------------------------------------------------------------------------------------------------------------- */

static void put_counts(cli_json *j, const stepped *f) {
    const cairn_step_confusion *n = &f->report.confusion;
    cli_json_int(j, "solutions", f->read);
    cli_json_int(j, "unlabelled_solutions", f->read - f->used);
    cli_json_int(j, "problems", f->report.problems);
    cli_json_int(j, "steps", f->steps);
    cli_json_int(j, "judged_steps", (int64_t)f->n);
    cli_json_int(j, "unlabelled_steps", f->unlabelled);
    cli_json_int(j, "unscored_steps", f->unscored);
    cli_json_int(j, "missing_steps", f->missing);
    cli_json_int(j, "failed_steps", f->failed);
    cli_json_int(j, "skipped_lines", f->skipped);
    cli_json_int(j, "right_steps", n->tp + n->fn);
    cli_json_int(j, "wrong_steps", n->tn + n->fp);
    cli_json_int(j, "right_called_right", n->tp);
    cli_json_int(j, "right_called_wrong", n->fn);
    cli_json_int(j, "wrong_called_right", n->fp);
    cli_json_int(j, "wrong_called_wrong", n->tn);
}

static void put_first_errors(cli_json *j, const stepped *f) {
    cli_json_open(j, "first_errors", '{');
    cli_json_int(j, "solutions", (int64_t)f->n_solutions);
    cli_json_int(j, "mistaken", f->first.n_err);
    cli_json_int(j, "located", f->first.hit_err);
    cli_json_int(j, "clean", f->first.n_cor);
    cli_json_int(j, "accepted", f->first.hit_cor);
    cli_json_int(j, "not_judged", f->not_judged);
    figure_json(j, "acc_err", &f->shares.acc_err);
    figure_json(j, "acc_cor", &f->shares.acc_cor);
    figure_json(j, "f1", &f->shares.f1);
    cli_json_close(j, '}');
}

static void put_bins(cli_json *j, const stepped *f) {
    cli_json_open(j, "bins", '[');
    for (int64_t b = 0; f->probabilities && f->n && b < f->config->bins; b++) {
        cli_json_open(j, NULL, '{');
        cli_json_real(j, "low", (double)b / (double)f->config->bins);
        cli_json_real(j, "high", (double)(b + 1) / (double)f->config->bins);
        cli_json_int(j, "steps", f->bins[b].count);
        cli_json_real(j, "mean_score", f->bins[b].mean_p);
        cli_json_real(j, "mean_label", f->bins[b].mean_y);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

/* Reasons of the figures that are null. */
static void put_why_null(cli_json *j, const stepped *f) {
    cli_json_open(j, "why_null", '{');
    for (int k = 0; k < CAIRN_STEP_FIGURES; k++)
        if (*why_not(f, k)) cli_json_text(j, figures[k].key, why_not(f, k));
    if (*why_no_f1(f)) cli_json_text(j, "first_errors.f1", why_no_f1(f));
    cli_json_close(j, '}');
}

static void put_one(cli_json *j, const stepped *f) {
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "file", f->path);
    cli_json_text(j, "reward", f->config->scored.reward);
    cli_json_real(j, "threshold", f->threshold);
    cli_json_real(j, "right_from", f->config->right_from);
    put_counts(j, f);
    for (int k = 0; k < CAIRN_STEP_FIGURES; k++) figure_json(j, figures[k].key, &f->report.figures[k]);
    put_first_errors(j, f);
    put_bins(j, f);
    put_why_null(j, f);
    cli_json_close(j, '}');
}

static cairn_status print_json(cli *c, const stepped *files, int n) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    if (n == 1) {
        put_one(&j, files);
        return cli_json_end(&j);
    }
    cli_json_open(&j, NULL, '{');
    cli_json_open(&j, "files", '[');
    for (int i = 0; i < n; i++) put_one(&j, &files[i]);
    cli_json_close(&j, ']');
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status put_csv_bins(cairn_out *out, const stepped *f) {
    for (int64_t b = 0; f->probabilities && f->n && b < f->config->bins; b++) {
        const cairn_calibration_bin *bin = &f->bins[b];
        char edge[2][32], mean[2][32] = {"", ""};
        cairn_format_double((double)b / (double)f->config->bins, edge[0]);
        cairn_format_double((double)(b + 1) / (double)f->config->bins, edge[1]);
        if (bin->count) cairn_format_double(bin->mean_p, mean[0]), cairn_format_double(bin->mean_y, mean[1]);
        CAIRN_TRY(cli_csv_text(out, f->path));
        CAIRN_TRY(cairn_out_printf(out, ",%s,%s,%" PRId64 ",%s,%s\n", edge[0], edge[1], bin->count, mean[0], mean[1]));
    }
    return CAIRN_OK;
}

static cairn_status write_csv(cli *c, const char *path, const stepped *files, int n) {
    static const char head[] = "file,low,high,steps,mean_score,mean_label\n";
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    cairn_status status = cairn_out_write(out, head, sizeof head - 1);
    for (int i = 0; i < n && status == CAIRN_OK; i++) status = put_csv_bins(out, &files[i]);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* ---- the verb --------------------------------------------------------------------------------------------------------------------- */

static cairn_status measure_all(cli *c, const steps_config *config, char **paths, stepped *files, int n) {
    for (int i = 0; i < n; i++) CAIRN_TRY(measure_file(c, config, paths[i], &files[i]));
    if (*config->csv) CAIRN_TRY(write_csv(c, config->csv, files, n));
    if (config->scored.json) return print_json(c, files, n);
    if (strcmp(config->csv, "-") == 0) return CAIRN_OK;
    if (n == 1)
        print_one(c, files);
    else
        print_table(c, files, n);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const steps_config *config = options_;
    if (config->scored.json && strcmp(config->csv, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes not with --csv -: both write to standard output");
    stepped *files = cairn_arena_alloc(c->arena, (size_t)count, sizeof *files);
    if (!files) return CAIRN_NO_MEMORY;
    cairn_status status = measure_all(c, config, arguments, files, count);
    for (int i = 0; i < count; i++) close_file(&files[i]);
    return status;
}

const cli_verb verb_eval_steps = {
    .about = {.name = "eval steps",
              .summary = "Measure the scores of steps against their labels: AUROC, F1, PRMScore, calibration.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(steps_config)},
    .arguments = "FILE...",
    .least = 1,
    .most = MOST_FILES,
    .examples = "  cairn eval steps labels.jsonl --reward 'exec:./my_prm' --json\n"
                "  cairn eval steps labels.jsonl --reward recorded:file=scores.jsonl --threshold 0.3\n"
                "  cairn eval steps soft.jsonl --reward recorded:file=scores.jsonl --right-from 0 --csv bins.csv\n",
    .run = run,
};

/* cairn eval mistakes: does a reward find the first mistake that people marked? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/figures.h"
#include "cli/mistakes.h"
#include "cli/verbs.h"

enum { MOST_FILES = 64 };

static const cairn_option options[] = {
    CLI_SCORED_OPTIONS(mistakes_config),
    CAIRN_INT(mistakes_config, show, "-1", -1, 1e12, "solution", "Show this one with its verdicts (0 is the first)."),
    CAIRN_BOOL(mistakes_config, example, "false",
               "Show one solution: of those whose marked mistake was found the one with the shortest wrong claim."),
    CAIRN_BOOL(mistakes_config, tune, "false",
               "Take the threshold with the highest F1 on the first file; that file is then not held out."),
    CAIRN_BOOL(mistakes_config, list, "false", "List the solutions on which reward and people differ."),
};

/* What is measured in one file. */
typedef struct measured {
    cairn_first_error_score counts;
    cairn_first_error_intervals shares;
    cairn_first_error_intervals trusted; /* without clean solutions whose answer is not known to be right */
    cairn_interval auroc;                /* of steps up to the first mistake */
} measured;

static const cairn_interval undefined = {.estimate = NAN, .low = NAN, .high = NAN};

/* Why F1 or AUROC is undefined; "" where it is not. */
static const char *why_no_f1(const cairn_first_error_score *f) {
    if (f->n_err && f->n_cor) return "";
    return f->n_err ? "no solution is marked clean" : "no solution has a marked mistake";
}

static const char *why_no_auroc(const mistakes *m, const measured *f) {
    if (!isnan(f->auroc.estimate)) return "";
    return m->n_steps == 0 ? "no marked step has a score" : "it needs right and wrong steps with a score";
}

/* ---- for people --------------------------------------------------------------------------------------------------------- */

/* The column of marks is left out where nobody marked a mistake. */
static void print_differings(cli *c, const differings *all, bool marks) {
    printf("    %s%6s  %-10s %-10s%s %5s  %s%s\n", cli_paint_code(c, CLI_DIM), "--show", "answer", "true",
           marks ? " marked" : "", "step", "what is wrong there", cli_paint_code(c, CLI_PLAIN));
    for (size_t i = 0; i < all->n; i++) {
        const differing *d = &all->rows[i];
        char marked[16] = "", found[16] = "-", answer[64], target[64];
        if (marks) snprintf(marked, sizeof marked, d->marked < 0 ? "  clean" : "%7d", (int)d->marked);
        if (d->found >= 0) snprintf(found, sizeof found, "%d", (int)d->found);
        cli_safe_line(d->answer ? d->answer : "none", answer, sizeof answer);
        cli_safe_line(d->target ? d->target : "unknown", target, sizeof target);
        printf("    %6" PRId64 "  %-10s %-10s%s %5s  %s%s%s\n", d->index, cli_shorten(c, answer, 10),
               cli_shorten(c, target, 10), marked, found, cli_paint_code(c, CLI_RED),
               scored_reason_text(c, &d->reason, cli_columns(c) - (marks ? 47 : 40)), cli_paint_code(c, CLI_PLAIN));
    }
}

static int64_t clean_accepted(const mistakes *m) {
    return m->clean_right - m->clean_right_alarms - m->clean_right_unjudged;
}

static void print_label_errors(cli *c, const mistakes *m, const measured *f) {
    char n[2][32];
    const cairn_interval *f1 = &f->trusted.f1;
    if (m->label_errors.n == 0) return;
    printf("\n  %s%s solutions are marked clean although their answer is wrong: these labels are errors.%s\n",
           cli_paint_code(c, CLI_YELLOW), cli_count((int64_t)m->label_errors.n, n[0]), cli_paint_code(c, CLI_PLAIN));
    printf("  A wrong step was found in %s of them", cli_count(m->clean_wrong_found, n[1]));
    if (!isnan(f1->estimate))
        printf("; without them F1 is %s%.1f %%%s (95 %% interval %.1f .. %.1f)", cli_paint_code(c, CLI_BOLD),
               100 * f1->estimate, cli_paint_code(c, CLI_PLAIN), 100 * f1->low, 100 * f1->high);
    printf(":\n");
    print_differings(c, &m->label_errors, false);
}

/* What was not judged, not scored or not used. */
static void print_left_out(const mistakes *m) {
    char n[2][32];
    if (m->clean_unjudged + m->mistaken_unjudged)
        printf("  %s clean and %s mistaken solutions were not judged: no step of them has a score. They are not "
               "accepted and "
               "not found.\n",
               cli_count(m->clean_unjudged, n[0]), cli_count(m->mistaken_unjudged, n[1]));
    if (m->unscored_steps)
        printf("  %s of %s steps have no score\n", cli_count(m->unscored_steps, n[0]), cli_count(m->all_steps, n[1]));
    if (m->missing_steps) printf("  %s of these are not in the file of scores\n", cli_count(m->missing_steps, n[0]));
    if (m->failed) printf("  the reward's program failed on %s of these\n", cli_count(m->failed, n[0]));
    if (m->unlabelled) printf("  %s solutions have no label and were not used\n", cli_count(m->unlabelled, n[0]));
    if (m->skipped) printf("  %s bad lines were passed over\n", cli_count(m->skipped, n[0]));
}

static void print_one(cli *c, const mistakes *m, const measured *f) {
    const cairn_first_error_score *n = &f->counts;
    char of[80];
    if (m->shown.data) printf("%s\n", m->shown.data);
    if (m->config->example && !m->shown.data) printf("no marked mistake was found: there is no example\n\n");
    printf("%zu solutions that people marked, judged by %s\n", m->n, m->config->scored.reward);
    figure_print(c, "marked mistakes found exactly", FIGURE_SHARE, &f->shares.acc_err,
                 figure_counts(n->hit_err, n->n_err, of), "no solution has a marked mistake");
    figure_print(c, "solutions marked clean, and accepted", FIGURE_SHARE, &f->shares.acc_cor,
                 figure_counts(n->hit_cor, n->n_cor, of), "no solution is marked clean");
    figure_print(c, "F1 of these two (ProcessBench)", FIGURE_SHARE, &f->shares.f1, "", why_no_f1(n));
    if (m->clean_right)
        figure_print(c, "clean with the right answer, and accepted", FIGURE_SHARE, &f->trusted.acc_cor,
                     figure_counts(clean_accepted(m), m->clean_right, of), "");
    figure_print(c, "right from wrong steps, AUROC", FIGURE_NUMBER, &f->auroc, "", why_no_auroc(m, f));
    print_left_out(m);
    print_label_errors(c, m, f);
    if (m->differences.n) {
        printf("\n  where people and %s differ:\n", m->config->scored.reward);
        print_differings(c, &m->differences, true);
    }
}

static void cell(char out[16], const char *format, double value) {
    if (isnan(value))
        snprintf(out, 16, "-");
    else
        snprintf(out, 16, format, value);
}

static void print_row(cli *c, const mistakes *m, const measured *f) {
    const char *name = strrchr(m->path, '/');
    char line[64], found[16], accepted[16], f1[16], auroc[16];
    cli_safe_line(name ? name + 1 : m->path, line, sizeof line);
    cell(found, "%.1f", 100 * f->shares.acc_err.estimate);
    cell(accepted, "%.1f", 100 * f->shares.acc_cor.estimate);
    cell(f1, "%.1f", 100 * f->shares.f1.estimate);
    cell(auroc, "%.3f", f->auroc.estimate);
    printf("  %-36s %9" PRId64 " %9s %9" PRId64 " %10s %10" PRId64 " %s%7s%s %7s%s\n", cli_shorten(c, line, 36),
           f->counts.n_err, found, f->counts.n_cor, accepted, m->clean_unjudged + m->mistaken_unjudged,
           cli_paint_code(c, CLI_BOLD), f1, cli_paint_code(c, CLI_PLAIN), auroc,
           f->counts.tuned_here ? "  tuned here" : "");
}

/* The mean of those files that have an F1. */
static void print_mean(const cli *c, const char *what, const cairn_interval *mean, int n) {
    char of[80];
    snprintf(of, sizeof of, "%d of %d files have an F1", n - (int)mean->left_out, n);
    figure_print(c, what, FIGURE_SHARE, mean, mean->left_out ? of : "", "no file has solutions of both kinds");
}

static void print_table(cli *c, const mistakes *files, const measured *figures, int n, const cairn_interval means[2]) {
    printf("%s  %-36s %9s %9s %9s %10s %10s %7s %7s%s\n", cli_paint_code(c, CLI_DIM), "file", "mistaken", "found %",
           "clean", "accepted %", "not judged", "F1 %", "AUROC", cli_paint_code(c, CLI_PLAIN));
    for (int i = 0; i < n; i++) print_row(c, &files[i], &figures[i]);
    print_mean(c, "mean F1, as published", &means[0], n);
    print_mean(c, "mean F1 by number of solutions", &means[1], n);
    for (int i = 0; i < n; i++) {
        const mistakes *m = &files[i];
        if (*why_no_f1(&figures[i].counts)) printf("%s: no F1: %s\n", m->path, why_no_f1(&figures[i].counts));
        if (m->clean_unjudged + m->mistaken_unjudged + m->unscored_steps + m->unlabelled + m->skipped == 0) continue;
        printf("%s:\n", m->path);
        print_left_out(m);
    }
}

/* ---- for programs ------------------------------------------------------------------------------------------------------- */

static void put_one(cli_json *j, const mistakes *m, const measured *f) {
    const cairn_first_error_score *n = &f->counts;
    cli_json_int(j, "solutions", (int64_t)m->n);
    cli_json_int(j, "mistaken", n->n_err);
    cli_json_int(j, "located", n->hit_err);
    cli_json_int(j, "mistaken_not_judged", m->mistaken_unjudged);
    cli_json_int(j, "clean", n->n_cor);
    cli_json_int(j, "accepted", n->hit_cor);
    cli_json_int(j, "clean_not_judged", m->clean_unjudged);
    figure_json(j, "acc_err", &f->shares.acc_err);
    figure_json(j, "acc_cor", &f->shares.acc_cor);
    figure_json(j, "f1", &f->shares.f1);
    if (*why_no_f1(n)) cli_json_text(j, "f1_why_null", why_no_f1(n));
    cli_json_int(j, "clean_right", m->clean_right);
    cli_json_int(j, "clean_right_alarms", m->clean_right_alarms);
    cli_json_int(j, "clean_right_not_judged", m->clean_right_unjudged);
    figure_json(j, "clean_right_accepted", &f->trusted.acc_cor);
    if (m->label_errors.n) figure_json(j, "f1_without_label_errors", &f->trusted.f1);
    cli_json_int(j, "clean_wrong", (int64_t)m->label_errors.n);
    cli_json_int(j, "clean_wrong_found", m->clean_wrong_found);
    cli_json_int(j, "steps", m->all_steps);
    cli_json_int(j, "unscored_steps", m->unscored_steps);
    cli_json_int(j, "missing_steps", m->missing_steps);
    cli_json_int(j, "failed_steps", m->failed);
    cli_json_int(j, "unlabelled", m->unlabelled);
    cli_json_int(j, "skipped_lines", m->skipped);
    figure_json(j, "step_auroc", &f->auroc);
    if (*why_no_auroc(m, f)) cli_json_text(j, "step_auroc_why_null", why_no_auroc(m, f));
    if (n->tuned_here) cli_json_bool(j, "tuned_here", true);
}

static cairn_status print_json(cli *c, const mistakes *files, const measured *figures, int n,
                               const cairn_interval means[2]) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    if (n == 1) {
        put_one(&j, files, figures);
    } else {
        cli_json_open(&j, "files", '[');
        for (int i = 0; i < n; i++) {
            cli_json_open(&j, NULL, '{');
            cli_json_text(&j, "file", files[i].path);
            put_one(&j, &files[i], &figures[i]);
            cli_json_close(&j, '}');
        }
        cli_json_close(&j, ']');
        cli_json_int(&j, "files_with_f1", n - means[0].left_out);
        figure_json(&j, "f1_unweighted", &means[0]);
        figure_json(&j, "f1_weighted", &means[1]);
    }
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* ---- the verb ------------------------------------------------------------------------------------------------------------ */

/* AUROC of the steps, with the bootstrap over problems. */
static cairn_status measure_steps(cli *c, const mistakes *m, cairn_interval *auroc) {
    cairn_step_setup setup = {.threshold = 0, .right_from = 0.5, .n_bins = 1, .how = CAIRN_BOOTSTRAP_PRESET};
    cairn_step_report report;
    uint32_t problems;
    *auroc = undefined;
    if (m->n_steps == 0) return CAIRN_OK;
    uint32_t *numbers = cairn_alloc(c->ctx, m->n_steps, sizeof *numbers);
    if (!numbers) return CAIRN_NO_MEMORY;
    setup.how.seed = m->config->scored.seed;
    cairn_status status = scored_number_keys(c, m->step_problems, m->n_steps, numbers, &problems);
    for (size_t i = 0; status == CAIRN_OK && i < m->n_steps; i++) m->steps[i].problem = numbers[i];
    if (status == CAIRN_OK) status = cairn_eval_steps(c->ctx, m->steps, m->n_steps, problems, &setup, NULL, &report);
    if (status == CAIRN_OK) *auroc = report.figures[CAIRN_STEP_AUROC];
    cairn_free(numbers);
    return status;
}

/* The shares of those solutions whose marks are trusted. */
static cairn_status measure_trusted(cli *c, const mistakes *m, const uint32_t *numbers, measured *f) {
    cairn_first_error_item *items = cairn_alloc(c->ctx, m->n, sizeof *items);
    uint32_t *problems = cairn_alloc(c->ctx, m->n, sizeof *problems);
    cairn_status status = items && problems ? CAIRN_OK : CAIRN_NO_MEMORY;
    size_t n = 0;
    for (size_t i = 0; status == CAIRN_OK && i < m->n; i++) {
        if (!m->trusted[i]) continue;
        items[n] = m->items[i];
        problems[n++] = numbers[i];
    }
    if (status == CAIRN_OK) status = cairn_eval_first_error_intervals(c->ctx, items, problems, n, 0.95, &f->trusted);
    cairn_free(items);
    cairn_free(problems);
    return status;
}

static cairn_status measure_file(cli *c, const mistakes *m, measured *f) {
    uint32_t problems;
    uint32_t *numbers = cairn_alloc(c->ctx, m->n, sizeof *numbers);
    if (!numbers) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_eval_first_error_score(c->ctx, m->items, m->n, true, &f->counts);
    if (status == CAIRN_OK) status = scored_number_keys(c, m->problems, m->n, numbers, &problems);
    if (status == CAIRN_OK)
        status = cairn_eval_first_error_intervals(c->ctx, m->items, numbers, m->n, 0.95, &f->shares);
    if (status == CAIRN_OK) status = measure_trusted(c, m, numbers, f);
    if (status == CAIRN_OK) status = measure_steps(c, m, &f->auroc);
    cairn_free(numbers);
    return status;
}

/* Means of F1 over the files: plain, and by their numbers of solutions. */
static void average(const measured *figures, int n, cairn_interval means[2]) {
    cairn_interval f1[MOST_FILES];
    double sizes[MOST_FILES];
    for (int i = 0; i < n; i++) {
        f1[i] = figures[i].shares.f1;
        sizes[i] = (double)(figures[i].counts.n_err + figures[i].counts.n_cor);
    }
    means[0] = cairn_eval_mean_of(f1, NULL, (size_t)n);
    means[1] = cairn_eval_mean_of(f1, sizes, (size_t)n);
}

static cairn_status tune(cli *c, const mistakes_config *config, const char *path, scored_options *how) {
    double threshold;
    char text[32];
    CAIRN_TRY(mistakes_tune(c, config, path, &threshold));
    cairn_format_double(threshold, text);
    how->threshold = cairn_arena_copy(c->arena, text, strlen(text));
    if (!how->threshold) return CAIRN_NO_MEMORY;
    if (!how->json) printf("threshold %s, chosen on %s\n\n", text, path);
    return CAIRN_OK;
}

static cairn_status measure_all(cli *c, const mistakes_config *config, char **paths, mistakes *files, int n) {
    scored_options how = config->scored;
    cairn_interval means[2];
    measured *figures = cairn_arena_alloc(c->arena, (size_t)n, sizeof *figures);
    if (!figures) return CAIRN_NO_MEMORY;
    if (config->tune) CAIRN_TRY(tune(c, config, paths[0], &how));
    for (int i = 0; i < n; i++) {
        CAIRN_TRY(mistakes_measure(c, config, &how, paths[i], &files[i]));
        cairn_status status = measure_file(c, &files[i], &figures[i]);
        if (status != CAIRN_OK) return cairn_fail_within(c->ctx, status, "%s", paths[i]);
    }
    figures[0].counts.tuned_here = config->tune;
    average(figures, n, means);
    if (how.json) return print_json(c, files, figures, n, means);
    if (n == 1)
        print_one(c, files, figures);
    else
        print_table(c, files, figures, n, means);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const mistakes_config *config = options_;
    bool shows = config->show >= 0 || config->list || config->example;
    if (config->scored.json && shows)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes with none of --show, --example and --list");
    if (count > 1 && shows) return cairn_fail(c->ctx, CAIRN_INVALID, "--show, --example and --list need a single file");
    if (config->show >= 0 && config->example)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--example chooses what --show names: give one of them");
    if (config->tune && strcmp(config->scored.threshold, "middle") != 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--tune chooses what --threshold names: give one of them");
    mistakes *files = cairn_arena_alloc(c->arena, (size_t)count, sizeof *files);
    if (!files) return CAIRN_NO_MEMORY;
    cairn_status status = measure_all(c, config, arguments, files, count);
    for (int i = 0; i < count; i++) mistakes_close(&files[i]);
    return status;
}

const cli_verb verb_eval_mistakes = {
    .about =
        {.name = "eval mistakes",
         .summary =
             "Measure how often a reward finds the first mistake that people marked, in your own files of any format "
             "and world. `eval processbench` is the same metric on that benchmark's files, by its rules.",
         .options = options,
         .option_count = sizeof options / sizeof *options,
         .config_size = sizeof(mistakes_config)},
    .arguments = "FILE...",
    .least = 1,
    .most = MOST_FILES,
    .examples =
        "  cairn eval mistakes multistep_arithmetic.jsonl --example\n"
        "  cairn eval mistakes processbench-gsm8k.jsonl --reward 'exec:./my_prm' --json\n"
        "  cairn eval mistakes processbench-gsm8k.jsonl processbench-math.jsonl --reward 'exec:./my_prm' --tune\n",
    .run = run,
};

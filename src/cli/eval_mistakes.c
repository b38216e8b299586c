/* cairn eval mistakes: does a reward find the first mistake that people marked? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/mistakes.h"
#include "cli/verbs.h"

enum { MOST_FILES = 64 };

static const cairn_option options[] = {
    CLI_SCORED_OPTIONS(mistakes_config),
    CLI_INT(mistakes_config, "show", show, "-1", -1, 1e12, "solution",
            "Show this one with its verdicts (0 is the first)."),
    CLI_FLAG(mistakes_config, "example", example,
             "Show one solution: of those whose marked mistake was found the one with the shortest wrong claim."),
    CLI_FLAG(mistakes_config, "tune", tune,
             "Take the threshold with the highest F1 on the first file; that file is then not held out."),
    CLI_FLAG(mistakes_config, "list", list, "List the solutions on which reward and people differ."),
};

/* ---- for people --------------------------------------------------------------------------------------------------------- */

static void print_number(const cli *c, const char *what, double estimate, double low, double high, const char *of) {
    printf("  %-42s %s%6.1f %%%s   (95 %% interval %.1f .. %.1f%s)\n", what, cli_paint_code(c, CLI_BOLD),
           100 * estimate, cli_paint_code(c, CLI_PLAIN), 100 * low, 100 * high, of);
}

/* A share with Wilson's interval; nothing where there is no case. */
static cairn_status print_share(cli *c, const char *what, int64_t hits, int64_t n) {
    cairn_interval share;
    char of[64], counts[2][32];
    if (n == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_wilson(c->ctx, hits, n, 0.95, &share));
    snprintf(of, sizeof of, "; %s of %s", cli_count(hits, counts[0]), cli_count(n, counts[1]));
    print_number(c, what, share.estimate, share.low, share.high, of);
    return CAIRN_OK;
}

static cairn_status print_f1(cli *c, const mistakes *m, const cairn_first_error_score *f) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    cairn_interval f1, weighted;
    if (f->n_err == 0 || f->n_cor == 0) return CAIRN_OK;
    how.seed = m->config->scored.seed;
    CAIRN_TRY(cairn_eval_first_error_bootstrap(c->ctx, m->items, &m->n, 1, &how, &f1, &weighted));
    print_number(c, "F1 of these two (ProcessBench)", f1.estimate, f1.low, f1.high, "");
    return CAIRN_OK;
}

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

static cairn_status print_label_errors(cli *c, const mistakes *m, const cairn_first_error_score *f) {
    char n[2][32];
    cairn_first_error_score rest;
    if (m->label_errors.n == 0) return CAIRN_OK;
    printf("\n  %s%s solutions are marked clean although their answer is wrong: these labels are errors.%s\n",
           cli_paint_code(c, CLI_YELLOW), cli_count((int64_t)m->label_errors.n, n[0]), cli_paint_code(c, CLI_PLAIN));
    printf("  A wrong step was found in %s of them", cli_count(m->clean_wrong_found, n[1]));
    if (f->n_err && m->clean_right) {
        CAIRN_TRY(cairn_eval_first_error_counts(c->ctx, f->hit_err, f->n_err, m->clean_right - m->clean_right_alarms,
                                                m->clean_right, false, &rest));
        printf("; without them F1 is %s%.1f %%%s", cli_paint_code(c, CLI_BOLD), 100 * rest.f1,
               cli_paint_code(c, CLI_PLAIN));
    }
    printf(":\n");
    print_differings(c, &m->label_errors, false);
    return CAIRN_OK;
}

static void print_failed(const mistakes *m) {
    if (m->failed)
        printf("  %s: %" PRId64 " steps are unknown because the reward's program failed on them\n", m->path, m->failed);
}

static cairn_status print_one(cli *c, const mistakes *m, const cairn_first_error_score *f, const cairn_auroc *auroc) {
    if (m->shown.data) printf("%s\n", m->shown.data);
    if (m->config->example && !m->shown.data) printf("no marked mistake was found: there is no example\n\n");
    printf("%zu solutions that people marked, judged by %s\n", m->n, m->config->scored.reward);
    CAIRN_TRY(print_share(c, "marked mistakes found exactly", f->hit_err, f->n_err));
    CAIRN_TRY(print_share(c, "solutions marked clean, and accepted", f->hit_cor, f->n_cor));
    CAIRN_TRY(print_f1(c, m, f));
    CAIRN_TRY(print_share(c, "clean with the right answer, and accepted", m->clean_right - m->clean_right_alarms,
                          m->clean_right));
    if (auroc->positives)
        printf("  %-42s %s%8.3f%s   (95 %% interval %.3f .. %.3f)\n", "right from wrong steps, AUROC",
               cli_paint_code(c, CLI_BOLD), auroc->auroc, cli_paint_code(c, CLI_PLAIN), auroc->low, auroc->high);
    CAIRN_TRY(print_label_errors(c, m, f));
    if (m->differences.n) {
        printf("\n  where people and %s differ:\n", m->config->scored.reward);
        print_differings(c, &m->differences, true);
    }
    print_failed(m);
    if (m->unlabelled) printf("  %" PRId64 " solutions have no label and were not used\n", m->unlabelled);
    if (m->skipped) printf("  %" PRId64 " bad lines were passed over\n", m->skipped);
    return CAIRN_OK;
}

static void print_table(const cli *c, const mistakes *files, const cairn_first_error_score *scores,
                        const cairn_auroc *aurocs, int n, const cairn_first_error_average *average) {
    printf("%s  %-36s %9s %9s %9s %10s %7s %7s%s\n", cli_paint_code(c, CLI_DIM), "file", "mistaken", "found %", "clean",
           "accepted %", "F1 %", "AUROC", cli_paint_code(c, CLI_PLAIN));
    for (int i = 0; i < n; i++) {
        const char *name = strrchr(files[i].path, '/');
        char line[64], auroc[16] = "-";
        cli_safe_line(name ? name + 1 : files[i].path, line, sizeof line);
        if (aurocs[i].positives) snprintf(auroc, sizeof auroc, "%.3f", aurocs[i].auroc);
        printf("  %-36s %9" PRId64 " %9.1f %9" PRId64 " %10.1f %s%7.1f%s %7s%s\n", line, scores[i].n_err,
               100 * scores[i].acc_err, scores[i].n_cor, 100 * scores[i].acc_cor, cli_paint_code(c, CLI_BOLD),
               100 * scores[i].f1, cli_paint_code(c, CLI_PLAIN), auroc, scores[i].tuned_here ? "  tuned here" : "");
    }
    for (int i = 0; i < n; i++) print_failed(&files[i]);
    printf("  %-36s %s%48.1f%s   as published\n", "mean F1", cli_paint_code(c, CLI_BOLD), 100 * average->f1_unweighted,
           cli_paint_code(c, CLI_PLAIN));
    printf("  %-36s %48.1f\n", "mean F1 by number of solutions", 100 * average->f1_weighted);
}

/* ---- for programs ------------------------------------------------------------------------------------------------------- */

static void put_one(cli_json *j, const mistakes *m, const cairn_first_error_score *f, const cairn_auroc *auroc) {
    cli_json_int(j, "solutions", (int64_t)m->n);
    cli_json_int(j, "mistaken", f->n_err);
    cli_json_int(j, "located", f->hit_err);
    cli_json_int(j, "clean", f->n_cor);
    cli_json_int(j, "accepted", f->hit_cor);
    cli_json_real(j, "acc_err", f->acc_err);
    cli_json_real(j, "acc_cor", f->acc_cor);
    cli_json_real(j, "f1", f->f1);
    cli_json_int(j, "clean_right", m->clean_right);
    cli_json_int(j, "clean_right_alarms", m->clean_right_alarms);
    cli_json_int(j, "clean_wrong", (int64_t)m->label_errors.n);
    cli_json_int(j, "clean_wrong_found", m->clean_wrong_found);
    cli_json_int(j, "unlabelled", m->unlabelled);
    cli_json_int(j, "skipped_lines", m->skipped);
    cli_json_int(j, "failed_steps", m->failed);
    if (auroc->positives) cli_json_real(j, "step_auroc", auroc->auroc);
    if (f->tuned_here) cli_json_bool(j, "tuned_here", true);
}

static cairn_status print_json(cli *c, const mistakes *files, const cairn_first_error_score *scores,
                               const cairn_auroc *aurocs, int n, const cairn_first_error_average *average) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    if (n == 1) {
        put_one(&j, files, scores, aurocs);
    } else {
        cli_json_open(&j, "files", '[');
        for (int i = 0; i < n; i++) {
            cli_json_open(&j, NULL, '{');
            cli_json_text(&j, "file", files[i].path);
            put_one(&j, &files[i], &scores[i], &aurocs[i]);
            cli_json_close(&j, '}');
        }
        cli_json_close(&j, ']');
        cli_json_real(&j, "f1_unweighted", average->f1_unweighted);
        cli_json_real(&j, "f1_weighted", average->f1_weighted);
    }
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* ---- the verb ------------------------------------------------------------------------------------------------------------ */

/* *auroc is all zero where all judged steps are of one kind. */
static cairn_status score_file(cli *c, const mistakes *m, bool alone, cairn_first_error_score *f, cairn_auroc *auroc) {
    CAIRN_TRY(cairn_eval_first_error_score(c->ctx, m->items, m->n, alone, f));
    bool both = false;
    for (size_t i = 1; i < m->n_steps; i++) both |= m->positive[i] != m->positive[0];
    *auroc = (cairn_auroc){0};
    return both ? cairn_stat_auroc(c->ctx, m->scores, m->positive, m->n_steps, 0.95, auroc) : CAIRN_OK;
}

static cairn_status measure_all(cli *c, const mistakes_config *config, char **paths, mistakes *files, int n) {
    scored_options how = config->scored;
    cairn_first_error_score scores[MOST_FILES] = {0};
    cairn_auroc aurocs[MOST_FILES];
    cairn_first_error_average average = {0};
    if (config->tune) {
        double threshold;
        char text[32];
        CAIRN_TRY(mistakes_tune(c, config, paths[0], &threshold));
        cairn_format_double(threshold, text);
        how.threshold = cairn_arena_copy(c->arena, text, strlen(text));
        if (!how.threshold) return CAIRN_NO_MEMORY;
        if (!how.json) printf("threshold %s, chosen on %s\n\n", text, paths[0]);
    }
    for (int i = 0; i < n; i++) {
        CAIRN_TRY(mistakes_measure(c, config, &how, paths[i], &files[i]));
        cairn_status status = score_file(c, &files[i], n == 1, &scores[i], &aurocs[i]);
        if (status != CAIRN_OK) return cairn_fail_within(c->ctx, status, "%s", paths[i]);
    }
    scores[0].tuned_here = config->tune;
    if (n > 1) CAIRN_TRY(cairn_eval_first_error_average(c->ctx, scores, (size_t)n, &average));
    if (how.json) return print_json(c, files, scores, aurocs, n, &average);
    if (n == 1) return print_one(c, &files[0], &scores[0], &aurocs[0]);
    print_table(c, files, scores, aurocs, n, &average);
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
    .about = {.name = "eval mistakes",
              .summary = "Measure how often a reward finds the first mistake that people marked (ProcessBench metric).",
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

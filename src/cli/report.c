/* cairn report: finished runs side by side, as a page, as tables, as numbers. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cairn/report.h"
#include "cli/budget_curves.h"
#include "cli/report_curves.h"
#include "cli/verbs.h"

typedef struct report_config {
    const char *out, *csv, *svg;
    int32_t axis;
    int64_t problems;
    double room;
    bool json;
} report_config;

static const cairn_option options[] = {
    CAIRN_TEXT(report_config, out, "", "",
               "Write the page here: one HTML file that needs no network (- for standard output)."),
    CAIRN_TEXT(report_config, csv, "", "",
               "Write the tables as NAME-runs.csv, NAME-pairs.csv, NAME-bins.csv and NAME-labels.csv."),
    CAIRN_TEXT(report_config, svg, "", "",
               "Write accuracy against what was spent to this file (SVG): runs of solve that differ in their budget "
               "alone are one curve."),
    CAIRN_CHOICE(report_config, axis, "steps", BUDGET_AXES, "What --svg is drawn against."),
    CAIRN_INT(report_config, problems, "1000", 1, 1e9, "problems",
              "Problems of each run that the page lists; the rest is counted."),
    CAIRN_REAL(
        report_config, room, "4", 0.1, 1000, "MB",
        "Room for problems and trees in the page. Larger trees keep their nodes of most interest, and what is left "
        "out is counted."),
    CAIRN_BOOL(report_config, json, "false", "All numbers as one JSON object."),
};

/* ---- for people ---------------------------------------------------------------------------------------------------- */

static void print_interval(cairn_interval i) {
    if (!isnan(i.low)) printf("  (%.1f .. %.1f)", 100 * i.low, 100 * i.high);
}

static void print_solved(cli *c, int32_t i, const cairn_report_run *run) {
    const cairn_report_solved *s = &run->solved;
    int64_t judged = s->right + s->wrong + s->unknown;
    printf("%s%2d  %s%s\n", cli_paint_code(c, CLI_BOLD), (int)i + 1, cli_safe(c, run->name),
           cli_paint_code(c, CLI_PLAIN));
    if (judged)
        printf("    right      %s%.1f %%%s", cli_paint_code(c, CLI_GREEN), 100 * s->accuracy.estimate,
               cli_paint_code(c, CLI_PLAIN));
    else
        printf("    right      not judged");
    print_interval(s->accuracy);
    printf("  %" PRId64 " of %" PRId64 "; unknown %" PRId64 ", no answer %" PRId64 ", not judged %" PRId64 "\n",
           s->right, judged, s->unknown, s->no_answer, s->unjudged);
    printf("    found      %" PRId64 "  problems with a right candidate\n", s->found);
    printf("    a problem  %.1f steps, %.1f tokens, %.1f scorings", s->steps, s->tokens, s->scorings);
    char flops[16];
    if (s->flops + s->judge_flops > 0) printf(", %sFLOP", cli_engineering(s->flops + s->judge_flops, flops));
    printf("\n");
    const cairn_report_scores *scores = &s->scores;
    if (scores->used)
        printf("    scores     Brier %.3f, calibration error %.3f; %" PRId64 " candidates, left out %" PRId64 "\n",
               scores->brier, scores->calibration_error, scores->used, scores->candidates - scores->used);
}

static void print_labelled(cli *c, int32_t i, const cairn_report_run *run) {
    const cairn_report_labelled *l = &run->labelled;
    const cairn_step_quality *q = &l->quality;
    printf("%s%2d  %s%s\n", cli_paint_code(c, CLI_BOLD), (int)i + 1, cli_safe(c, run->name),
           cli_paint_code(c, CLI_PLAIN));
    if (!isnan(l->agreement.estimate)) {
        printf("    agreement  %.2f %%", 100 * l->agreement.estimate);
        print_interval(l->agreement);
        printf("  of labels with the world's verdicts\n");
    }
    printf("    steps      %" PRId64 ", no label %" PRId64 ", truth unknown %" PRId64 "\n", q->n_steps, q->n_unlabelled,
           q->n_untold);
    printf("    located    %" PRId64 " first errors; exact %" PRId64 " of %" PRId64 " with a known truth\n", l->located,
           l->exact, l->judged);
}

static void print_pairs(cli *c, const cairn_report *report) {
    for (int32_t i = 0; i < cairn_report_pairs(report); i++) {
        const cairn_report_pair *p = cairn_report_pair_at(report, i);
        if (i == 0) printf("\nproblem by problem, in points\n");
        printf("  %d - %d  ", (int)p->b + 1, (int)p->a + 1);
        if (p->shared == 0) {
            printf("no problem is judged in both\n");
            continue;
        }
        bool better = p->difference.low > 0, worse = p->difference.high < 0;
        printf("%s%+.1f%s  (%+.1f .. %+.1f)",
               cli_paint_code(c, better  ? CLI_GREEN
                                 : worse ? CLI_RED
                                         : CLI_PLAIN),
               100 * p->difference.estimate, cli_paint_code(c, CLI_PLAIN), 100 * p->difference.low,
               100 * p->difference.high);
        printf("  of %" PRId64 " problems: right in %d only %" PRId64 ", in %d only %" PRId64, p->shared, (int)p->b + 1,
               p->b_right, (int)p->a + 1, p->a_right);
        if (p->unjudged) printf("; not judged %" PRId64, p->unjudged);
        if (p->only_a + p->only_b) printf("; in one run only %" PRId64, p->only_a + p->only_b);
        printf("\n");
    }
}

static void print_all(cli *c, const cairn_report *report) {
    for (int32_t i = 0; i < cairn_report_runs(report); i++) {
        const cairn_report_run *run = cairn_report_run_at(report, i);
        (strcmp(run->verb, "solve") == 0 ? print_solved : print_labelled)(c, i, run);
        if (run->done < run->problems)
            printf("    unfinished %" PRId64 " of %" PRId64 " problems are recorded\n", run->done, run->problems);
    }
    print_pairs(c, report);
}

/* ---- CSV (RFC 4180) ------------------------------------------------------------------------------------------------- */

typedef struct csv {
    cairn_out *out;
    cairn_status status;
    bool begun; /* a cell stands before in this line */
} csv;

static void csv_put(csv *t, const char *text, size_t length) {
    if (t->status == CAIRN_OK) t->status = cairn_out_write(t->out, text, length);
}

static void csv_cell(csv *t) {
    if (t->begun) csv_put(t, ",", 1);
    t->begun = true;
}

static void csv_text(csv *t, const char *text) {
    csv_cell(t);
    if (t->status == CAIRN_OK) t->status = cli_csv_text(t->out, text);
}

static void csv_int(csv *t, int64_t value) {
    char number[32];
    csv_cell(t);
    csv_put(t, number, (size_t)snprintf(number, sizeof number, "%" PRId64, value));
}

/* Empty where there is no number. */
static void csv_real(csv *t, double value) {
    char number[32];
    csv_cell(t);
    if (isfinite(value)) csv_put(t, number, cairn_format_double(value, number));
}

static void csv_interval(csv *t, cairn_interval i) {
    csv_real(t, i.estimate);
    csv_real(t, i.low);
    csv_real(t, i.high);
}

static void csv_end(csv *t) {
    csv_put(t, "\r\n", 2);
    t->begun = false;
}

static const char *manifest_text(const cairn_run *run, const char *key) {
    const char *value = cairn_run_manifest(run, key);
    return value ? value : "";
}

static void csv_runs(csv *t, const cairn_report *report) {
    static const char head[] =
        "run,file,verb,world,policy,reward,method,seed,problems,recorded,right,wrong,unknown,no_answer,not_judged,"
        "accuracy,"
        "accuracy_low,accuracy_high,found,steps,tokens,flops,scorings,reward_tokens,reward_flops,candidates,used,"
        "unscored,outside,unjudged,brier,calibration_error,auroc,auroc_low,auroc_high,chosen,chosen_left_out\r\n";
    csv_put(t, head, sizeof head - 1);
    for (int32_t i = 0; i < cairn_report_runs(report); i++) {
        const cairn_report_run *run = cairn_report_run_at(report, i);
        const cairn_run *file = cairn_report_file(report, i);
        const cairn_report_solved *s = &run->solved;
        const cairn_report_scores *scores = &s->scores;
        bool solved = strcmp(run->verb, "solve") == 0;
        const char *const texts[] = {run->name,
                                     run->path,
                                     run->verb,
                                     manifest_text(file, "world"),
                                     manifest_text(file, "policy"),
                                     manifest_text(file, "reward"),
                                     manifest_text(file, solved ? "search" : "method"),
                                     manifest_text(file, "seed")};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) csv_text(t, texts[k]);
        csv_int(t, run->problems);
        csv_int(t, run->done);
        const int64_t outcomes[] = {s->right, s->wrong, s->unknown, s->no_answer, s->unjudged};
        const double costs[] = {s->steps, s->tokens, s->flops, s->scorings, s->judge_tokens, s->judge_flops};
        const int64_t counts[] = {scores->candidates, scores->used, scores->unscored, scores->outside,
                                  scores->unjudged};
        for (size_t k = 0; solved && k < sizeof outcomes / sizeof *outcomes; k++) csv_int(t, outcomes[k]);
        if (solved) csv_interval(t, s->accuracy);
        if (solved) csv_int(t, s->found);
        for (size_t k = 0; solved && k < sizeof costs / sizeof *costs; k++) csv_real(t, costs[k]);
        for (size_t k = 0; solved && k < sizeof counts / sizeof *counts; k++) csv_int(t, counts[k]);
        if (solved) {
            csv_real(t, scores->brier);
            csv_real(t, scores->calibration_error);
            csv_interval(t, (cairn_interval){scores->auroc.auroc, scores->auroc.low, scores->auroc.high, 0});
            csv_int(t, scores->chosen);
            csv_int(t, scores->chosen_left_out);
        }
        for (int k = 0; !solved && k < 27; k++) csv_cell(t); /* label runs have a table of their own */
        csv_end(t);
    }
}

static void csv_pairs(csv *t, const cairn_report *report) {
    static const char head[] = "a,b,difference,low,high,shared,both_right,a_only,b_only,both_wrong,not_judged,"
                               "in_a_only,in_b_only\r\n";
    csv_put(t, head, sizeof head - 1);
    for (int32_t i = 0; i < cairn_report_pairs(report); i++) {
        const cairn_report_pair *p = cairn_report_pair_at(report, i);
        csv_text(t, cairn_report_run_at(report, p->a)->name);
        csv_text(t, cairn_report_run_at(report, p->b)->name);
        csv_interval(t, p->difference);
        const int64_t counts[] = {p->shared,     p->both_right, p->a_right, p->b_right,
                                  p->both_wrong, p->unjudged,   p->only_a,  p->only_b};
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) csv_int(t, counts[k]);
        csv_end(t);
    }
}

static void csv_bins(csv *t, const cairn_report *report) {
    static const char head[] = "run,score_low,score_high,candidates,problems,mean_score,right,low,high\r\n";
    csv_put(t, head, sizeof head - 1);
    for (int32_t i = 0; i < cairn_report_runs(report); i++) {
        const cairn_report_run *run = cairn_report_run_at(report, i);
        for (int b = 0; strcmp(run->verb, "solve") == 0 && b < CAIRN_REPORT_BINS; b++) {
            const cairn_report_bin *bin = &run->solved.scores.bins[b];
            csv_text(t, run->name);
            csv_real(t, bin->low);
            csv_real(t, bin->high);
            csv_int(t, bin->candidates);
            csv_int(t, bin->problems);
            csv_real(t, bin->mean_score);
            csv_interval(t, bin->right);
            csv_end(t);
        }
    }
}

static void csv_position(csv *t, const cairn_report_run *run, const char *position, const cairn_report_position *p) {
    csv_text(t, run->name);
    csv_text(t, position);
    csv_int(t, p->right_right);
    csv_int(t, p->right_wrong);
    csv_int(t, p->wrong_right);
    csv_int(t, p->wrong_wrong);
    csv_interval(t, p->agreement);
    csv_end(t);
}

static void csv_labels(csv *t, const cairn_report *report) {
    static const char head[] = "run,position,right_labelled_right,right_labelled_wrong,wrong_labelled_right,"
                               "wrong_labelled_wrong,agreement,low,high\r\n";
    csv_put(t, head, sizeof head - 1);
    for (int32_t i = 0; i < cairn_report_runs(report); i++) {
        const cairn_report_run *run = cairn_report_run_at(report, i);
        const cairn_report_labelled *l = &run->labelled;
        const cairn_step_quality *q = &l->quality;
        if (strcmp(run->verb, "label") != 0) continue;
        cairn_report_position all = {q->wrong_wrong, q->wrong_right, q->right_wrong, q->right_right, l->agreement};
        csv_position(t, run, "all", &all);
        for (int32_t p = 0; p < l->positions; p++) {
            char position[16];
            snprintf(position, sizeof position, "%d%s", (int)p + 1, p + 1 == CAIRN_REPORT_POSITIONS ? " on" : "");
            csv_position(t, run, position, &l->at[p]);
        }
    }
}

/* ---- writing --------------------------------------------------------------------------------------------------------- */

/* Fails where the file to write is one of the runs. */
static cairn_status refuse_run(cli *c, const char *path, int count, char **runs) {
    struct stat target, run;
    if (stat(path, &target) != 0) return CAIRN_OK;
    for (int i = 0; i < count; i++)
        if (stat(runs[i], &run) == 0 && run.st_dev == target.st_dev && run.st_ino == target.st_ino)
            return cairn_fail(c->ctx, CAIRN_INVALID, "%s is a run of the report: it is not overwritten", path);
    return CAIRN_OK;
}

static cairn_status end_out(cairn_out *out, cairn_status status) {
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

typedef struct csv_table {
    const char *name;
    void (*write)(csv *t, const cairn_report *report);
} csv_table;

static cairn_status write_tables(cli *c, const cairn_report *report, const char *name, int count, char **runs) {
    static const csv_table tables[] = {
        {"runs", csv_runs}, {"pairs", csv_pairs}, {"bins", csv_bins}, {"labels", csv_labels}};
    size_t length = strlen(name);
    if (length > 4 && strcmp(name + length - 4, ".csv") == 0) length -= 4;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *path = cairn_arena_printf(c->arena, "%.*s-%s.csv", (int)length, name, tables[i].name);
        csv t = {0};
        if (!path) return CAIRN_NO_MEMORY;
        CAIRN_TRY(refuse_run(c, path, count, runs));
        CAIRN_TRY(cairn_out_open(c->ctx, path, &t.out));
        tables[i].write(&t, report);
        CAIRN_TRY(end_out(t.out, t.status));
    }
    return CAIRN_OK;
}

static cairn_status write_page(cli *c, const cairn_report *report, const report_config *config) {
    cairn_report_page page = {.problems = config->problems, .record_room = (size_t)(1e6 * config->room)};
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
    return end_out(out, cairn_report_html(report, c->ctx, &page, out));
}

static cairn_status write_curves(cli *c, const cairn_report *report, const report_config *config, int count,
                                 char **runs) {
    cairn_out *out;
    CAIRN_TRY(refuse_run(c, config->svg, count, runs));
    CAIRN_TRY(cairn_out_open(c->ctx, config->svg, &out));
    return end_out(out, report_curves(c, report, (budget_axis)(config->axis + BUDGET_STEPS), out));
}

static cairn_status print_json(cli *c, const cairn_report *report) {
    cairn_text text = {0};
    cairn_status status = cairn_report_json(report, c->ctx, &text);
    if (status == CAIRN_OK) printf("%s\n", text.data);
    cairn_text_free(&text);
    return status;
}

static cairn_status show(cli *c, const cairn_report *report, const report_config *config, int count, char **runs) {
    if (*config->csv) CAIRN_TRY(write_tables(c, report, config->csv, count, runs));
    if (*config->out) CAIRN_TRY(write_page(c, report, config));
    if (*config->svg) CAIRN_TRY(write_curves(c, report, config, count, runs));
    if (strcmp(config->out, "-") == 0) return CAIRN_OK;
    if (config->json) return print_json(c, report);
    print_all(c, report);
    if (*config->out) printf("\nwritten: %s\n", cli_safe(c, config->out));
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const report_config *config = options_;
    cairn_report *report;
    if (config->json && strcmp(config->out, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json and --out - both want standard output");
    if (strcmp(config->csv, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--csv writes several files: it needs a name, not -");
    CAIRN_TRY(cairn_report_open(c->ctx, (const char *const *)arguments, count, &report));
    cairn_status status = show(c, report, config, count, arguments);
    cairn_report_close(report);
    return status;
}

const cli_verb verb_report = {
    .about = {.name = "report",
              .summary = "Show runs side by side: accuracy and cost, paired differences, scores, labels, trees.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(report_config)},
    .arguments = "RUN...",
    .least = 1,
    .most = CAIRN_REPORT_RUNS,
    .examples = "  cairn report majority.db beam.db --out report.html\n"
                "  cairn report mcts.db --json\n"
                "  cairn report majority.db beam.db mcts.db --csv tables\n"
                "  cairn report majority.db beam.db mcts.db --svg curves.svg --axis tokens\n",
    .run = run,
};

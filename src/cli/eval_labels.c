/* cairn eval labels: labellers against the world's truth. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/label.h"
#include "cairn/label_job.h"
#include "cli/figures.h"
#include "cli/verbs.h"

typedef struct labels_config {
    job_options job;
    const char *methods, *rule, *judge;
} labels_config;

static const cairn_option options[] = {
    CAIRN_TEXT(labels_config, methods, "omegaprm:searches=20 mc:order=left-to-right,early_stop=true mc:order=all", "",
               "Labellers, divided by blanks; each NAME or NAME:key=value,..."),
    CAIRN_TEXT(labels_config, rule, "", "",
               "Rule that labels by what each labeller gathers (cairn help rules); figures are of the solutions that "
               "it keeps. Empty: the "
               "labeller's own labels."),
    CAIRN_TEXT(labels_config, judge, "", "", "Reward that judges whole solutions, as evidence for the rule."),
    CLI_TASK_OPTIONS(labels_config, "50"),
    CLI_BUDGET_OPTIONS(labels_config),
    CLI_COMPLETER_OPTIONS(labels_config),
    CLI_SAMPLING_OPTIONS(labels_config),
    CLI_OUTPUT_OPTIONS(labels_config),
};

enum { MOST_METHODS = 32 };

static double share(int64_t part, int64_t whole) {
    return whole ? (double)part / (double)whole : 0;
}

/* ---- audits ------------------------------------------------------------------------------------------------------------ */

static const char *const buckets[CAIRN_LABEL_BUCKETS] = {"below 25", "25 .. 50", "50 .. 75", "75 .. 100",
                                                         "not estimated"};
static const char *const kinds[CAIRN_NOISE_KINDS] = {"no_error", "same", "early", "late"};

static int64_t kept_of(const cairn_label_kept *kept) {
    int64_t sum = 0;
    for (int i = 0; i < CAIRN_ERROR_PLACES; i++) sum += kept->kept[i];
    return sum;
}

static int64_t row_sum(const cairn_label_noise_row *row) {
    int64_t sum = 0;
    for (int i = 0; i < CAIRN_NOISE_KINDS; i++) sum += row->n[i];
    return sum;
}

static void audits_json(cli_json *j, const cairn_label_summary *s) {
    cli_json_int(j, "kept_solutions", kept_of(&s->kept));
    cli_json_int(j, "right_answers", s->right_known);
    figure_json(j, "right_answer_wrong_process", &s->flawed_share);
    figure_json(j, "located_of_these", &s->flawed_exact);
    cli_json_int(j, "labelled_in_full", s->whole);
    figure_json(j, "least_label_on_last_step", &s->least_share);
    cli_json_int(j, "steps_without_a_right_completion", s->zeros);
    cli_json_int(j, "fewest_completions_of_these", s->zero_completions);
    cli_json_real(j, "share_they_may_still_have", s->zero_most);
    cli_json_open(j, "noise", '[');
    for (int b = 0; b < CAIRN_LABEL_BUCKETS; b++) {
        if (!row_sum(&s->noise[b])) continue;
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "right_percent", buckets[b]);
        for (int i = 0; i < CAIRN_NOISE_KINDS; i++) cli_json_int(j, kinds[i], s->noise[b].n[i]);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

/* "12.0 % (9.1 .. 15.5)" */
static const char *share_text(const cairn_interval *share, char out[40]) {
    if (isnan(share->estimate)) return "-";
    int n = snprintf(out, 40, "%.1f %%", 100 * share->estimate);
    if (!isnan(share->low)) snprintf(out + n, 40 - (size_t)n, " (%.1f .. %.1f)", 100 * share->low, 100 * share->high);
    return out;
}

static void print_audits(const cairn_label_summary *s) {
    char a[40], b[40];
    int64_t kept = kept_of(&s->kept);
    if (kept < s->solutions) printf("      kept: %" PRId64 " of %" PRId64 " solutions\n", kept, s->solutions);
    if (s->right_known)
        printf("      right answer by a wrong process: %s of %" PRId64 "; first error located in these: %s\n",
               share_text(&s->flawed_share, a), s->right_known, s->flawed ? share_text(&s->flawed_exact, b) : "-");
    if (s->whole)
        printf("      least label on the last step: %s of %" PRId64 " solutions labelled in full\n",
               share_text(&s->least_share, a), s->whole);
    if (s->zeros)
        printf("      0 of %d completions right (the fewest of %" PRId64
               " such steps): up to %.1f %% may be, by Clopper and Pearson\n",
               (int)s->zero_completions, s->zeros, 100 * s->zero_most);
    for (int i = 0; i < CAIRN_LABEL_BUCKETS; i++) {
        const cairn_label_noise_row *row = &s->noise[i];
        if (row_sum(row))
            printf("      of problems with %s %% right: %" PRId64 " without an error, %" PRId64 " located, %" PRId64
                   " too early, %" PRId64 " too late\n",
                   buckets[i], row->n[CAIRN_NOISE_NO_ERROR], row->n[CAIRN_NOISE_SAME], row->n[CAIRN_NOISE_EARLY],
                   row->n[CAIRN_NOISE_LATE]);
    }
}

/* ---- figures ------------------------------------------------------------------------------------------------------------- */

static void print_json(cli_json *j, const char *method, const cairn_label_summary *s) {
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "method", method);
    cli_json_int(j, "problems", s->problems);
    cli_json_int(j, "dropped", s->dropped);
    cli_json_int(j, "solutions", s->solutions);
    cli_json_int(j, "located", s->located);
    cli_json_int(j, "judged", s->judged);
    cli_json_int(j, "rollouts", s->rollouts);
    cli_json_int(j, "unknown_rollouts", s->unknown);
    cli_json_real(j, "located_per_10k", s->rollouts ? 1e4 * share(s->located, s->rollouts) : NAN);
    figure_json(j, "exact", &s->exact);
    figure_json(j, "agreement", &s->agreement);
    figure_json(j, "negative_share", &s->negative);
    cli_json_int(j, "labelled_steps", s->labelled_steps);
    cli_json_int(j, "known_steps", s->known_steps);
    audits_json(j, s);
    cli_json_real(j, "seconds", s->seconds);
    cli_json_close(j, '}');
}

/* "97.5  94.6 .. 98.8": per cent with its interval; "-" where there is nothing. */
static const char *cell(const cairn_interval *figure, char out[32]) {
    char bounds[24] = "";
    if (isnan(figure->estimate)) {
        snprintf(out, 32, "%21s", "-");
        return out;
    }
    if (!isnan(figure->low)) snprintf(bounds, sizeof bounds, "%.1f .. %.1f", 100 * figure->low, 100 * figure->high);
    snprintf(out, 32, "%6.1f %14s", 100 * figure->estimate, bounds);
    return out;
}

static void print_row(const char *method, const cairn_label_summary *s) {
    char cells[3][32];
    printf("  %-40s %8.1f %s %s %s %9" PRId64 " %7.2f\n", method, 1e4 * share(s->located, s->rollouts),
           cell(&s->exact, cells[0]), cell(&s->agreement, cells[1]), cell(&s->negative, cells[2]), s->rollouts,
           s->seconds);
    if (s->located > s->judged || s->labelled_steps > s->known_steps || s->unknown || s->dropped)
        printf("      not measured: %" PRId64 " of %" PRId64 " located errors and %" PRId64 " of %" PRId64
               " labelled steps, of which the world does not know the truth; %" PRId64
               " completions with unknown outcome, %" PRId64 " problems dropped\n",
               s->located - s->judged, s->located, s->labelled_steps - s->known_steps, s->labelled_steps, s->unknown,
               s->dropped);
    print_audits(s);
    fflush(stdout);
}

/* What runs and where it goes. */
typedef struct comparing {
    const labels_config *config;
    const char *methods[MOST_METHODS];
    int n;
    cairn_progress *progress; /* one line over all labellers */
    cli_json *json;           /* NULL: for people */
} comparing;

static cairn_status run_method(cli *c, const comparing *w, const char *method) {
    cairn_job_setup setup;
    cairn_job *job;
    cairn_label_summary s;
    cairn_label_setup label = {.method = method, .rule = *w->config->rule ? w->config->rule : NULL};
    job_options options_of_job = w->config->job;
    options_of_job.aggregate = CLI_AGGREGATE_BY_MEANING; /* only the judge scores */
    options_of_job.reward = w->config->judge;
    CAIRN_TRY(cli_job_setup(c, &options_of_job, method, &setup));
    setup.progress = w->progress;
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = cairn_label_problems(c->ctx, job, &label, NULL, &s);
    cairn_job_close(job);
    CAIRN_TRY(status);
    if (w->json)
        print_json(w->json, method, &s);
    else
        print_row(method, &s);
    return CAIRN_OK;
}

static void print_head(const cli *c) {
    printf("%s  %-40s %8s %21s %21s %21s %9s %7s%s\n", cli_paint_code(c, CLI_DIM), "labeller", "located",
           "exact %, interval", "agreement %, interval", "negative %, interval", "rollouts", "s",
           cli_paint_code(c, CLI_PLAIN));
}

static cairn_status run_all(cli *c, comparing *w) {
    cairn_job_setup setup;
    cairn_job *job;
    CAIRN_TRY(cli_job_setup(c, &w->config->job, "eval labels", &setup));
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    int64_t total = cairn_job_problems(job) * w->n;
    cairn_job_close(job);
    CAIRN_TRY(cairn_progress_open(c->ctx, "eval labels", total, w->config->job.quiet, &w->progress));
    cairn_status status = CAIRN_OK;
    if (!w->json) print_head(c);
    for (int i = 0; i < w->n && status == CAIRN_OK; i++) status = run_method(c, w, w->methods[i]);
    cairn_progress_close(w->progress);
    if (!w->json && status == CAIRN_OK)
        printf("  located: first errors named for 10,000 rollouts; exact: the world's own first wrong step\n"
               "  intervals: 95 %%, with the steps of one problem drawn together\n");
    return status;
}

static cairn_status run_json(cli *c, comparing *w) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    w->json = &j;
    cli_json_open(&j, NULL, '[');
    cairn_status status = run_all(c, w);
    cli_json_close(&j, ']');
    if (status == CAIRN_OK) return cli_json_end(&j);
    cairn_out_drop(j.out);
    return status;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    comparing w = {.config = options_};
    const cairn_labeller_type *type;
    const void *options_of;
    CAIRN_TRY(cli_words(c, "methods", w.config->methods, w.methods, MOST_METHODS, &w.n));
    for (int i = 0; i < w.n; i++) CAIRN_TRY(cairn_labeller_find(c->ctx, c->arena, w.methods[i], &type, &options_of));
    return w.config->job.json ? run_json(c, &w) : run_all(c, &w);
}

const cli_verb verb_eval_labels = {
    .about = {.name = "eval labels",
              .summary = "Compare labellers: errors located for a rollout, agreement with the truth.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(labels_config)},
    .arguments = "",
    .examples =
        "  cairn eval labels --world chain:steps=16 --policy scripted:error=0.06 -n 100\n"
        "  cairn eval labels --methods mc:order=left-to-right --judge noisy:what=step,miss=0.25 --rule consensus\n",
    .run = run,
};

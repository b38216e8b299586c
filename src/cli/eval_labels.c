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
    const char *methods;
} labels_config;

static const cairn_option options[] = {
    CAIRN_TEXT(labels_config, methods, "omegaprm:searches=20 mc:order=left-to-right,early_stop=true mc:order=all", "",
               "Labellers, divided by blanks; each NAME or NAME:key=value,..."),
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
    cairn_label_setup label = {.method = method};
    CAIRN_TRY(cli_job_setup(c, &w->config->job, method, &setup));
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
    .examples = "  cairn eval labels --world chain:steps=16 --policy scripted:error=0.06 -n 100\n",
    .run = run,
};

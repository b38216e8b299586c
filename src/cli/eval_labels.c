/* cairn eval labels: labellers against the world's truth. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cairn/label.h"
#include "cairn/label_job.h"
#include "cli/verbs.h"

typedef struct labels_config {
    job_options job;
    const char *methods;
} labels_config;

static const cairn_option options[] = {
    CLI_TEXT(labels_config, "methods", methods,
             "omegaprm:searches=20 mc:order=left-to-right,early_stop=true mc:order=all",
             "Labellers, divided by blanks; each NAME or NAME:key=value,..."),
    CLI_TASK_OPTIONS(labels_config, "50"),
    CLI_BUDGET_OPTIONS(labels_config),
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
    cli_json_int(j, "located", s->located);
    cli_json_int(j, "rollouts", s->rollouts);
    cli_json_real(j, "located_per_10k", 1e4 * share(s->located, s->rollouts));
    cli_json_real(j, "exact", share(s->exact_locations, s->judged));
    cli_json_real(j, "agreement", share(s->agreeing_steps, s->known_steps));
    cli_json_real(j, "negative_share", share(s->wrong_steps, s->labelled_steps));
    cli_json_int(j, "labelled_steps", s->labelled_steps);
    cli_json_real(j, "seconds", s->seconds);
    cli_json_close(j, '}');
}

static void print_row(const char *method, const cairn_label_summary *s) {
    printf("  %-40s %10.1f %10.1f %12.2f %11.1f %10" PRId64 " %7.2f\n", method, 1e4 * share(s->located, s->rollouts),
           100 * share(s->exact_locations, s->judged), 100 * share(s->agreeing_steps, s->known_steps),
           100 * share(s->wrong_steps, s->labelled_steps), s->rollouts, s->seconds);
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
    cli_job_setup(&w->config->job, method, &setup);
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
    printf("%s  %-40s %10s %10s %12s %11s %10s %7s%s\n", cli_paint_code(c, CLI_DIM), "labeller", "located", "exact %",
           "agreement %", "negative %", "rollouts", "s", cli_paint_code(c, CLI_PLAIN));
}

static cairn_status run_all(cli *c, comparing *w) {
    cairn_job_setup setup;
    cairn_job *job;
    cli_job_setup(&w->config->job, "eval labels", &setup);
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    int64_t total = cairn_job_problems(job) * w->n;
    cairn_job_close(job);
    CAIRN_TRY(cairn_progress_open(c->ctx, "eval labels", total, w->config->job.quiet, &w->progress));
    cairn_status status = CAIRN_OK;
    if (!w->json) print_head(c);
    for (int i = 0; i < w->n && status == CAIRN_OK; i++) status = run_method(c, w, w->methods[i]);
    cairn_progress_close(w->progress);
    if (!w->json && status == CAIRN_OK)
        printf("  located: first errors named for 10,000 rollouts; exact: the world's own first wrong step\n");
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

/* cairn label: step labels from outcomes of completions. */
#include <stdio.h>
#include <string.h>

#include "cairn/label.h"
#include "cairn/label_job.h"
#include "cli/verbs.h"

typedef struct label_config {
    job_options job;
    const char *method, *out;
    bool soft;
} label_config;

static const cairn_option options[] = {
    CLI_TEXT(label_config, "method", method, "omegaprm",
             "Labeller: NAME or NAME:key=value,... (cairn help labellers)."),
    CLI_TEXT(label_config, "out", out, "",
             "Write the labelled solutions here in the stepwise format (- for standard output)."),
    CLI_FLAG(label_config, "soft", soft, "Write soft labels (`scores`) instead of hard ones (`labels`)."),
    CLI_JOB_OPTIONS(label_config, "100", ""),
};

static void print_summary(const label_config *config, const cairn_label_summary *s) {
    char n[6][32];
    printf("%s on %s: %s problems, %s solutions labelled\n", config->method, config->job.world,
           cli_count(s->problems, n[0]), cli_count(s->solutions, n[1]));
    printf("  steps      %s labelled, %.1f %% of them wrong\n", cli_count(s->labelled_steps, n[2]),
           s->labelled_steps ? 100.0 * (double)s->wrong_steps / (double)s->labelled_steps : 0.0);
    printf("  located    %s first errors", cli_count(s->located, n[3]));
    if (s->rollouts) printf(", %.1f for 10,000 rollouts", 1e4 * (double)s->located / (double)s->rollouts);
    printf("\n  rollouts   %s\n", cli_count(s->rollouts, n[4]));
    if (s->known_steps)
        printf("  truth      %.2f %% of labels agree with it, %.1f %% of located errors are exact\n",
               100.0 * (double)s->agreeing_steps / (double)s->known_steps,
               s->located ? 100.0 * (double)s->exact_locations / (double)s->located : 0.0);
    if (s->dropped) printf("  dropped    %s problems by the question filter\n", cli_count(s->dropped, n[5]));
    printf("  time       %.2f s\n", s->seconds);
}

static cairn_status print_json(cli *c, const label_config *config, const cairn_label_summary *s) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "method", config->method);
    cli_json_int(&j, "problems", s->problems);
    cli_json_int(&j, "dropped", s->dropped);
    cli_json_int(&j, "solutions", s->solutions);
    cli_json_int(&j, "labelled_steps", s->labelled_steps);
    cli_json_int(&j, "wrong_steps", s->wrong_steps);
    cli_json_int(&j, "located", s->located);
    cli_json_int(&j, "exact_locations", s->exact_locations);
    cli_json_int(&j, "known_steps", s->known_steps);
    cli_json_int(&j, "agreeing_steps", s->agreeing_steps);
    cli_json_int(&j, "rollouts", s->rollouts);
    cli_json_real(&j, "seconds", s->seconds);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* Labels into the run file, if any, and writes what is labelled to `out`, if any. */
static cairn_status label_to(cli *c, cairn_job *job, const label_config *config, cairn_out *out,
                             cairn_label_summary *summary) {
    cairn_label_setup setup = {.method = config->method};
    cairn_manifest manifest;
    cairn_run *run;
    CAIRN_TRY(cairn_label_manifest(c->ctx, job, &setup, c->arena, &manifest));
    CAIRN_TRY(cli_open_run(c, &config->job, &manifest, &run));
    cairn_status status = cairn_label_problems(c->ctx, job, &setup, run, summary);
    if (status == CAIRN_OK && out) status = cairn_label_write(c->ctx, job, run, config->soft, out);
    return cli_close_run(c, &config->job, run, status);
}

/* The file is opened first, so that a place where it cannot be costs no work. */
static cairn_status label(cli *c, cairn_job *job, const label_config *config) {
    cairn_out *out = NULL;
    cairn_label_summary summary;
    if (*config->out) CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
    cairn_status status = label_to(c, job, config, out, &summary);
    if (out && status == CAIRN_OK)
        status = cairn_out_commit(out);
    else
        cairn_out_drop(out);
    CAIRN_TRY(status);
    if (strcmp(config->out, "-") == 0) return CAIRN_OK;
    if (config->job.json) return print_json(c, config, &summary);
    print_summary(config, &summary);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const label_config *config = options_;
    cairn_job_setup setup;
    cairn_job *job;
    if (config->job.json && strcmp(config->out, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json and --out - both want standard output");
    if (config->soft && !*config->out) return cairn_fail(c->ctx, CAIRN_INVALID, "--soft needs --out FILE");
    cli_job_setup(&config->job, "label", &setup);
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = label(c, job, config);
    cairn_job_close(job);
    return status;
}

const cli_verb verb_label = {
    .about = {.name = "label",
              .summary = "Label steps by where completions of them end (Monte-Carlo, OmegaPRM).",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(label_config)},
    .arguments = "",
    .examples = "  cairn label --world chain:steps=16 --policy scripted:error=0.06 -n 50 --out labels.jsonl\n"
                "  cairn label --method mc:rollouts=8,order=all --soft --out soft.jsonl\n"
                "  cairn label --method omegaprm:searches=20 --run labels.db\n"
                "  cairn run resume labels.db                            # go on after an interruption\n",
    .run = run,
};

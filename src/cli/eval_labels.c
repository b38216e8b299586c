/* cairn eval labels: labellers against the world's truth. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    CLI_JOB_OPTIONS(labels_config, "50", ""),
};

static double share(int64_t part, int64_t whole) {
    return whole ? (double)part / (double)whole : 0;
}

static cairn_status run_method(cli *c, const labels_config *config, const char *method) {
    cairn_job_setup setup;
    cairn_job *job;
    cairn_label_summary s;
    cairn_label_setup label = {.method = method};
    cli_job_setup(&config->job, method, &setup);
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = cairn_label_problems(c->ctx, job, &label, NULL, &s);
    cairn_job_close(job);
    CAIRN_TRY(status);
    if (config->job.json)
        printf("{\"method\":\"%s\",\"located\":%" PRId64 ",\"rollouts\":%" PRId64
               ",\"located_per_10k\":%.17g,\"exact\":%.17g,"
               "\"agreement\":%.17g,\"negative_share\":%.17g,\"labelled_steps\":%" PRId64 "}\n",
               cli_json_text(c, method), s.located, s.rollouts, 1e4 * share(s.located, s.rollouts),
               share(s.exact_locations, s.judged), share(s.agreeing_steps, s.known_steps),
               share(s.wrong_steps, s.labelled_steps), s.labelled_steps);
    else
        printf("  %-40s %10.1f %10.1f %12.2f %11.1f %10" PRId64 " %7.2f\n", method, 1e4 * share(s.located, s.rollouts),
               100 * share(s.exact_locations, s.judged), 100 * share(s.agreeing_steps, s.known_steps),
               100 * share(s.wrong_steps, s.labelled_steps), s.rollouts, s.seconds);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const labels_config *config = options_;
    if (*config->job.run || config->job.resume)
        return cairn_fail(c->ctx, CAIRN_INVALID, "eval labels keeps no run file");
    CAIRN_TRY(cli_refuse_scores(c, &config->job, "eval labels"));
    if (!config->job.json)
        printf("%s  %-40s %10s %10s %12s %11s %10s %7s%s\n", cli_paint_code(c, CLI_DIM), "labeller", "located",
               "exact %", "agreement %", "negative %", "rollouts", "s", cli_paint_code(c, CLI_PLAIN));
    for (const char *p = config->methods + strspn(config->methods, " "); *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        const char *method = cairn_arena_copy(c->arena, p, length);
        if (!method) return CAIRN_NO_MEMORY;
        CAIRN_TRY(run_method(c, config, method));
        p += length;
    }
    if (!config->job.json)
        printf("  located: first errors named for 10,000 rollouts; exact: the world's own first wrong step\n");
    return CAIRN_OK;
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

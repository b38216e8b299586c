/* cairn eval passk: the chance that one of k samples is right. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/verbs.h"

typedef struct passk_config {
    job_options job;
    int64_t samples;
} passk_config;

static const cairn_option options[] = {
    CLI_INT(passk_config, "samples", samples, "64", 1, 1 << 20, "solutions", "n: sampled for each problem."),
    CLI_TASK_OPTIONS(passk_config, "200"),
    CLI_SAMPLING_OPTIONS(passk_config),
    CLI_OUTPUT_OPTIONS(passk_config),
};

/* One row a k = 1, 2, 4, ..; `j` NULL: for people. */
static cairn_status print_rows(cli *c, const passk_config *config, const int64_t *samples, const int64_t *right,
                               size_t n, cli_json *j) {
    for (int64_t k = 1; k <= config->samples; k *= 2) {
        double value;
        CAIRN_TRY(cairn_stat_pass_at_k_mean(c->ctx, samples, right, n, k, &value));
        if (!j) {
            printf("  k %6" PRId64 "   %5.1f %%\n", k, 100 * value);
            continue;
        }
        cli_json_open(j, NULL, '{');
        cli_json_int(j, "k", k);
        cli_json_real(j, "pass", value);
        cli_json_close(j, '}');
    }
    return CAIRN_OK;
}

static cairn_status print_curve(cli *c, const passk_config *config, const int64_t *samples, const int64_t *right,
                                size_t n) {
    cli_json j;
    if (!config->job.json) {
        printf("pass@k on %s, %zu problems, %" PRId64 " samples each\n", config->job.world, n, config->samples);
        return print_rows(c, config, samples, right, n, NULL);
    }
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '[');
    cairn_status status = print_rows(c, config, samples, right, n, &j);
    cli_json_close(&j, ']');
    if (status == CAIRN_OK) return cli_json_end(&j);
    cairn_out_drop(j.out);
    return status;
}

static cairn_status measure(cli *c, cairn_job *job, const passk_config *config) {
    size_t n = (size_t)cairn_job_problems(job);
    int64_t *samples = cairn_arena_alloc(c->arena, n + 1, sizeof *samples);
    int64_t *right = cairn_arena_alloc(c->arena, n + 1, sizeof *right);
    const char *search = cairn_arena_printf(c->arena, "majority:width=%" PRId64, config->samples);
    if (!samples || !right || !search) return CAIRN_NO_MEMORY;
    cairn_solve_setup setup = {.search = search, .samples = samples, .right_samples = right};
    cairn_solve_summary summary;
    CAIRN_TRY(cairn_solve(c->ctx, job, &setup, NULL, &summary));
    return print_curve(c, config, samples, right, n);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const passk_config *config = options_;
    cairn_job_setup setup;
    cairn_job *job;
    cli_job_setup(&config->job, "sample", &setup);
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = measure(c, job, config);
    cairn_job_close(job);
    return status;
}

const cli_verb verb_eval_passk = {
    .about = {.name = "eval passk",
              .summary = "pass@k of a policy, without bias (arXiv 2107.03374).",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(passk_config)},
    .arguments = "",
    .examples = "  cairn eval passk --world countdown:numbers=4 --samples 128\n",
    .run = run,
};

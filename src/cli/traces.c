/* cairn world traces: solutions sampled from a policy, with the world's own verdict on every step. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/verbs.h"

typedef struct traces_config {
    const char *policy, *out;
    int64_t count, samples;
    uint64_t seed;
    bool portable;
} traces_config;

static const cairn_option options[] = {
    CAIRN_TEXT(traces_config, policy, "scripted", "", "Who writes the solutions (cairn help policies)."),
    CAIRN_INT(traces_config, count, "100", 1, 1e9, "problems", "How many problems (short: -n)."),
    CAIRN_INT(traces_config, samples, "1", 1, 1e6, "solutions", "Solutions of each problem."),
    CLI_SEED(traces_config, seed),
    CLI_PORTABLE(traces_config, portable, "With models: "),
    CAIRN_TEXT(traces_config, out, "-", "", "File to write; - is standard output."),
};

/* Index of the first step that the world calls wrong, or -1. A solution that ends wrong without one goes wrong at the
 * first step that the world cannot read, else at its last, which ends it without the answer. */
static cairn_status first_wrong(cli *c, const cairn_world *world, const cairn_problem *problem,
                                const cairn_rollout *rollout, cairn_arena *arena, int32_t *out) {
    cairn_step_check *checks = cairn_arena_alloc(arena, (size_t)rollout->n_steps + 1, sizeof *checks);
    if (!checks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_verify(c->ctx, world, problem, rollout->steps, rollout->n_steps, arena, checks));
    *out = -1;
    for (int32_t i = rollout->n_steps - 1; i >= 0; i--)
        if (checks[i].verdict == CAIRN_VERDICT_WRONG) *out = i;
    if (*out >= 0 || rollout->outcome.verdict != CAIRN_VERDICT_WRONG) return CAIRN_OK;
    *out = rollout->n_steps - 1;
    for (int32_t i = rollout->n_steps - 1; i >= 0; i--)
        if (checks[i].verdict == CAIRN_VERDICT_UNKNOWN) *out = i;
    return CAIRN_OK;
}

/* One record: input, steps, observations where there are any, target, answer, mistake_index. */
static cairn_status write_trace(const cairn_problem *problem, const cairn_rollout *rollout, int32_t wrong,
                                cairn_out *out) {
    cli_json j = {.out = out};
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "input", problem->text);
    cli_json_open(&j, "steps", '[');
    for (int32_t i = 0; i < rollout->n_steps; i++) cli_json_text(&j, NULL, rollout->steps[i]);
    cli_json_close(&j, ']');
    for (int32_t i = 0; rollout->observations && i < rollout->n_steps; i++) {
        if (i == 0) cli_json_open(&j, "observations", '[');
        cli_json_text(&j, NULL, rollout->observations[i]);
        if (i + 1 == rollout->n_steps) cli_json_close(&j, ']');
    }
    cli_json_text(&j, "target", problem->answer ? problem->answer : "");
    cli_json_text(&j, "answer", rollout->outcome.answer ? rollout->outcome.answer : "");
    if (wrong < 0)
        cli_json_text(&j, "mistake_index", NULL);
    else
        cli_json_int(&j, "mistake_index", wrong);
    cli_json_close(&j, '}');
    return j.status == CAIRN_OK ? cairn_out_write(out, "\n", 1) : j.status;
}

static cairn_status write_problem(cli *c, cairn_job *job, const traces_config *config, int64_t index,
                                  cairn_arena *arena, cairn_out *out) {
    const cairn_world *world = cairn_job_world(job);
    cairn_problem problem;
    CAIRN_TRY(cairn_job_problem(job, c->ctx, index, arena, &problem));
    unsigned char *state = cairn_arena_alloc(arena, world->type->state_bytes, 1);
    cairn_rollout *rollouts = cairn_arena_alloc(arena, (size_t)config->samples, sizeof *rollouts);
    if (!state || !rollouts) return CAIRN_NO_MEMORY;
    CAIRN_TRY(world->type->start(c->ctx, world->self, &problem, state));
    cairn_start start = {.problem = &problem, .state = state, .path = CAIRN_PATH_ROOT};
    CAIRN_TRY(cairn_policy_rollouts(c->ctx, cairn_job_policy(job), arena, config->seed, CAIRN_VERB_WORLD, 0, &start, 1,
                                    (int32_t)config->samples, CAIRN_SAMPLING_DEFAULT, rollouts, NULL));
    for (int64_t i = 0; i < config->samples; i++) {
        int32_t wrong;
        CAIRN_TRY(first_wrong(c, world, &problem, &rollouts[i], arena, &wrong));
        CAIRN_TRY(write_trace(&problem, &rollouts[i], wrong, out));
    }
    return CAIRN_OK;
}

static cairn_status write_all(cli *c, cairn_job *job, const traces_config *config, cairn_out *out) {
    cairn_arena *arena;
    cairn_progress *progress = NULL;
    CAIRN_TRY(cairn_arena_open(c->ctx, 65536, &arena));
    cairn_status status = cairn_progress_open(c->ctx, "traces", config->count, false, &progress);
    for (int64_t i = 0; i < config->count && status == CAIRN_OK; i++) {
        cairn_arena_reset(arena);
        status = write_problem(c, job, config, i, arena, out);
        cairn_progress_add(progress, 1);
    }
    cairn_progress_close(progress);
    cairn_arena_close(arena);
    return status;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const traces_config *config = options_;
    cairn_job_setup setup = {.what = "traces",
                             .world = count ? arguments[0] : "chain",
                             .policy = config->policy,
                             .count = config->count,
                             .seed = config->seed,
                             .workers = 1,
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .portable = config->portable};
    cairn_job *job;
    cairn_out *out;
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = cairn_out_open(c->ctx, config->out, &out);
    if (status == CAIRN_OK) {
        status = write_all(c, job, config, out);
        if (status == CAIRN_OK)
            status = cairn_out_commit(out);
        else
            cairn_out_drop(out);
    }
    cairn_job_close(job);
    return status;
}

const cli_verb verb_world_traces = {
    .about = {.name = "world traces",
              .summary = "Write solutions sampled from a policy, with their first wrong step, as JSON lines.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(traces_config)},
    .arguments = "[WORLD]",
    .most = 1,
    .examples =
        "  cairn world traces chain:steps=8 --policy scripted:error=0.1 -n 300 --out traces.jsonl\n"
        "  cairn eval mistakes traces.jsonl\n"
        "  cairn world traces words --policy scripted:error=0 -n 100000 --out teacher.jsonl   # right solutions only\n",
    .run = run,
};

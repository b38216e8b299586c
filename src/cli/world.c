/* cairn world: the families of problems. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/verbs.h"

/* ---- list ---------------------------------------------------------------------------------------------------------------- */

typedef struct list_config {
    bool json;
} list_config;

static const cairn_option list_options[] = {CAIRN_BOOL(list_config, json, "false", "Result as one JSON array.")};

static void json_world(cli_json *j, const cairn_world_type *world) {
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "name", world->about.name);
    cli_json_text(j, "summary", world->about.summary);
    cli_json_bool(j, "generates", world->generate);
    cli_json_bool(j, "loads", world->load);
    cli_json_bool(j, "scripted", world->script);
    cli_json_close(j, '}');
}

static cairn_status run_list(cli *c, const void *options, int count, char **arguments) {
    (void)count, (void)arguments;
    const list_config *config = options;
    cli_json j;
    if (!config->json) {
        for (int i = 0; cairn_worlds()[i]; i++) CAIRN_TRY(cli_print_about(c, &cairn_worlds()[i]->about));
        return CAIRN_OK;
    }
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '[');
    for (int i = 0; cairn_worlds()[i]; i++) json_world(&j, cairn_worlds()[i]);
    cli_json_close(&j, ']');
    return cli_json_end(&j);
}

const cli_verb verb_world_list = {
    .about = {.name = "world list",
              .summary = "List the families of problems and their options.",
              .options = list_options,
              .option_count = 1,
              .config_size = sizeof(list_config)},
    .arguments = "",
    .examples = "  cairn world list\n",
    .run = run_list,
};

/* ---- generate ------------------------------------------------------------------------------------------------------------ */

typedef struct generate_config {
    int64_t count;
    uint64_t seed;
    const char *out;
} generate_config;

static const cairn_option generate_options[] = {
    CAIRN_INT(generate_config, count, "10", 1, 1e12, "problems", "How many (short: -n)."),
    CLI_SEED(generate_config, seed),
    CAIRN_TEXT(generate_config, out, "-", "", "File to write; - is standard output."),
};

static cairn_status write_problem(const cairn_problem *problem, cairn_out *out) {
    cli_json j = {.out = out};
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "id", problem->id);
    cli_json_text(&j, "problem", problem->text);
    cli_json_text(&j, "answer", problem->answer);
    cli_json_real(&j, "difficulty", problem->difficulty);
    cli_json_int(&j, "max_steps", problem->max_steps);
    cli_json_close(&j, '}');
    return j.status == CAIRN_OK ? cairn_out_write(out, "\n", 1) : j.status;
}

static cairn_status write_problems(cli *c, cairn_job *job, cairn_out *out) {
    cairn_progress *progress;
    cairn_status status = cairn_progress_open(c->ctx, "generate", cairn_job_problems(job), false, &progress);
    for (int64_t i = 0; i < cairn_job_problems(job) && status == CAIRN_OK; i++) {
        cairn_arena_mark mark = cairn_arena_save(c->arena);
        cairn_problem problem;
        if (cairn_cancelled(c->ctx)) status = cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        if (status == CAIRN_OK) status = cairn_job_problem(job, c->ctx, i, c->arena, &problem);
        if (status == CAIRN_OK) status = write_problem(&problem, out);
        cairn_arena_restore(c->arena, mark);
        cairn_progress_add(progress, 1);
    }
    cairn_progress_close(progress);
    return status;
}

static cairn_status run_generate(cli *c, const void *options, int count, char **arguments) {
    const generate_config *config = options;
    cairn_job_setup setup = {.what = "generate",
                             .world = count ? arguments[0] : "chain",
                             .count = config->count,
                             .seed = config->seed,
                             .workers = 1,
                             .aggregator = -1};
    cairn_job *job;
    cairn_out *out;
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = cairn_out_open(c->ctx, config->out, &out);
    if (status == CAIRN_OK) {
        status = write_problems(c, job, out);
        if (status == CAIRN_OK)
            status = cairn_out_commit(out);
        else
            cairn_out_drop(out);
    }
    cairn_job_close(job);
    return status;
}

const cli_verb verb_world_generate = {
    .about = {.name = "world generate",
              .summary = "Write generated problems as JSON lines.",
              .options = generate_options,
              .option_count = sizeof generate_options / sizeof *generate_options,
              .config_size = sizeof(generate_config)},
    .arguments = "[WORLD]",
    .most = 1,
    .examples = "  cairn world generate chain:steps=8 -n 3\n"
                "  cairn world generate words:operations=4,distractors=2 -n 5\n"
                "  cairn world generate countdown --count 1000 --seed 7 --out countdown.jsonl\n",
    .run = run_generate,
};

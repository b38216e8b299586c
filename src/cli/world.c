/* cairn world: the families of problems. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/verbs.h"

/* ---- list ---------------------------------------------------------------------------------------------------------------- */

typedef struct list_config {
    bool json;
} list_config;

static const cairn_option list_options[] = {CLI_FLAG(list_config, "json", json, "One JSON object a line.")};

static cairn_status run_list(cli *c, const void *options, int count, char **arguments) {
    (void)count, (void)arguments;
    const list_config *config = options;
    for (int i = 0; cairn_worlds()[i]; i++) {
        const cairn_world_type *world = cairn_worlds()[i];
        if (config->json)
            printf("{\"name\":\"%s\",\"summary\":\"%s\",\"generates\":%s,\"loads\":%s,\"scripted\":%s}\n",
                   world->about.name, cli_json_text(c, world->about.summary), world->generate ? "true" : "false",
                   world->load ? "true" : "false", world->script ? "true" : "false");
        else
            CAIRN_TRY(cli_print_about(c, &world->about));
    }
    return CAIRN_OK;
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
    CLI_INT(generate_config, "count", count, "10", 1, 1e12, "problems", "How many (short: -n)."),
    CLI_SEED(generate_config, seed),
    CLI_TEXT(generate_config, "out", out, "-", "File to write; - is standard output."),
};

static cairn_status write_problem(cli *c, const cairn_problem *problem, cairn_out *out) {
    char difficulty[32] = "null";
    if (!isnan(problem->difficulty)) cairn_format_double(problem->difficulty, difficulty);
    const char *answer = problem->answer ? cli_json_text(c, problem->answer) : NULL;
    return cairn_out_printf(out,
                            "{\"id\":\"%s\",\"problem\":\"%s\",\"answer\":%s%s%s,\"difficulty\":%s,\"max_steps\":%d}\n",
                            cli_json_text(c, problem->id), cli_json_text(c, problem->text), answer ? "\"" : "",
                            answer ? answer : "null", answer ? "\"" : "", difficulty, (int)problem->max_steps);
}

static cairn_status write_problems(cli *c, cairn_job *job, cairn_out *out) {
    for (int64_t i = 0; i < cairn_job_problems(job); i++) {
        cairn_arena_mark mark = cairn_arena_save(c->arena);
        cairn_problem problem;
        CAIRN_TRY(cairn_job_problem(job, c->ctx, i, c->arena, &problem));
        CAIRN_TRY(write_problem(c, &problem, out));
        cairn_arena_restore(c->arena, mark);
    }
    return CAIRN_OK;
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

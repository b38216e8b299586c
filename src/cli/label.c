/* cairn label: step labels from outcomes of completions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cairn/label.h"
#include "cairn/label_job.h"
#include "cli/outcomes.h"
#include "cli/verbs.h"
#include "cli/written.h"

typedef struct label_config {
    job_options job;
    const char *method, *solutions, *out;
    written_options write;
    int32_t split;
    bool plan;
} label_config;

static const cairn_option options[] = {
    CAIRN_TEXT(label_config, method, "omegaprm", "", "Labeller: NAME or NAME:key=value,... (cairn help labellers)."),
    CAIRN_TEXT(
        label_config, solutions, "", "",
        "Label the solutions of this file, in any format of docs/formats.md, instead of sampled ones. Problems are "
        "matched by their text; a world that loads problems loads those of this file if --problems names none."),
    CAIRN_TEXT(label_config, out, "", "",
               "Write the labelled solutions here (- for standard output). What the format cannot hold is left out and "
               "counted."),
    CLI_WRITTEN_OPTIONS(label_config, write, "hard", "0",
                        "A label from here on is right; 0: above 0, where any completion of the step was right."),
    CLI_SPLIT(label_config, split),
    CLI_TASK_OPTIONS(label_config, "0"),
    CLI_BUDGET_OPTIONS(label_config),
    CLI_COMPLETER_OPTIONS(label_config),
    CLI_SAMPLING_OPTIONS(label_config),
    CLI_RUN_OPTIONS(label_config),
    CLI_OUTPUT_OPTIONS(label_config),
    CLI_PLAN(label_config),
};

static double percent(int64_t part, int64_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_summary(const cli *c, const label_config *config, const cairn_job *job, const cairn_label_summary *s,
                          int64_t skipped) {
    const char *verifier = cairn_job_world(job)->type->verifier;
    char problems[96];
    char n[10][32];
    printf("%s on %s: %s, %s solutions labelled\n", config->method, config->job.world, cli_problems_text(job, problems),
           cli_count(s->solutions, n[1]));
    if (s->solutions) cli_print_outcomes(c, "right", "solutions", &s->outcomes, &s->accuracy);
    printf("  steps      %s labelled, %.1f %% of them wrong\n", cli_count(s->labelled_steps, n[2]),
           percent(s->wrong_steps, s->labelled_steps));
    printf("  located    %s first errors", cli_count(s->located, n[3]));
    if (s->rollouts) printf(", %.1f for 10,000 rollouts", 1e4 * (double)s->located / (double)s->rollouts);
    printf("\n  rollouts   %s", cli_count(s->rollouts, n[4]));
    if (s->unknown) printf(", %s of them with an unknown outcome", cli_count(s->unknown, n[6]));
    printf("\n");
    if (s->known_steps)
        printf("  %-10s %.2f %% of %s labels agree with %s", verifier ? verifier : "truth",
               percent(s->agreeing_steps, s->known_steps), cli_count(s->known_steps, n[6]),
               verifier ? "its verdicts, which are no truth" : "the world's verdicts");
    if (s->known_steps && s->judged)
        printf(", %.1f %% of %s located errors are its first wrong step", percent(s->exact_locations, s->judged),
               cli_count(s->judged, n[5]));
    if (s->known_steps) printf("\n");
    if (s->dropped) printf("  dropped    %s problems by the question filter\n", cli_count(s->dropped, n[5]));
    if (skipped) printf("  skipped    %" PRId64 " lines or solutions of %s\n", skipped, config->solutions);
    printf("  spent      %s steps, %s tokens", cli_count((int64_t)s->steps, n[7]), cli_count((int64_t)s->tokens, n[8]));
    if (s->flops > 0) printf(", %sFLOP of the policy", cli_engineering(s->flops, n[9]));
    printf("\n  time       %.2f s\n", s->seconds);
}

static void print_written(cli *c, const label_config *config, const cairn_writer *writer) {
    const cairn_write_counts *w = cairn_writer_counts(writer);
    char n[3][32];
    printf("  written    %s solutions to %s", cli_count(w->records, n[0]),
           written_name(c, &config->write, config->out));
    if (w->filled) printf(", %s labels filled in from others", cli_count(w->filled, n[1]));
    if (w->refused) printf(", %s left out that this format cannot hold", cli_count(w->refused, n[2]));
    printf("\n");
}

static cairn_status print_json(cli *c, const label_config *config, const cairn_job *job, const cairn_label_summary *s,
                               int64_t skipped, const cairn_writer *writer) {
    const char *verifier = cairn_job_world(job)->type->verifier;
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "method", config->method);
    cli_json_int(&j, "problems", s->problems);
    cli_json_int(&j, "problems_available", cairn_job_available(job));
    cli_json_int(&j, "dropped", s->dropped);
    cli_json_int(&j, "solutions", s->solutions);
    cli_json_outcomes(&j, &s->outcomes, &s->accuracy);
    cli_json_int(&j, "labelled_steps", s->labelled_steps);
    cli_json_int(&j, "wrong_steps", s->wrong_steps);
    cli_json_int(&j, "located", s->located);
    cli_json_int(&j, "judged_locations", s->judged);
    cli_json_int(&j, "exact_locations", s->exact_locations);
    cli_json_text(&j, "verdicts_of", verifier ? verifier : "world");
    cli_json_int(&j, "known_steps", s->known_steps);
    cli_json_int(&j, "agreeing_steps", s->agreeing_steps);
    cli_json_int(&j, "rollouts", s->rollouts);
    cli_json_int(&j, "unknown_rollouts", s->unknown);
    cli_json_int(&j, "skipped", skipped);
    cli_json_int(&j, "steps", (int64_t)s->steps);
    cli_json_int(&j, "tokens", (int64_t)s->tokens);
    cli_json_real(&j, "flops", s->flops);
    cli_json_real(&j, "seconds", s->seconds);
    if (writer) written_json(&j, cairn_writer_counts(writer));
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status plan(cli *c, cairn_job *job, const label_config *config, const cairn_solutions *solutions) {
    cairn_label_setup setup = {.method = config->method, .solutions = solutions};
    cairn_memory_plan memory;
    CAIRN_TRY(cairn_label_plan(c->ctx, job, &setup, *config->job.run, &memory));
    return cli_show_memory(c, &config->job, cairn_job_problems(job), cairn_job_setup_of(job)->workers, &memory);
}

/* The run's manifest, with where its labels go: `run resume` writes them there. */
static cairn_status manifest_of(cli *c, cairn_job *job, const label_config *config, const cairn_label_setup *setup,
                                cairn_manifest *out) {
    CAIRN_TRY(cairn_label_manifest(c->ctx, job, setup, c->arena, out));
    if (!*config->out) return CAIRN_OK;
    static const char *const kinds[] = {"as-they-are", "hard", "soft"};
    char number[32];
    cairn_format_double(config->write.right_from, number);
    const char *place;
    CAIRN_TRY(written_place(c, &place));
    const char *right_from = cairn_arena_copy(c->arena, number, strlen(number));
    size_t n = (size_t)out->count;
    cairn_manifest_entry *entries = cairn_arena_alloc(c->arena, n + 6, sizeof *entries);
    if (!entries || !right_from) return CAIRN_NO_MEMORY;
    memcpy(entries, out->entries, n * sizeof *entries);
    entries[n] = (cairn_manifest_entry){"out_file", config->out};
    entries[n + 1] =
        (cairn_manifest_entry){"out_format", cairn_format_name(cairn_written_format(config->write.format))};
    entries[n + 2] = (cairn_manifest_entry){"out_labels", kinds[config->write.labels]};
    entries[n + 3] = (cairn_manifest_entry){"out_right_from", right_from};
    entries[n + 4] = (cairn_manifest_entry){"out_fill", config->write.fill ? "true" : "false"};
    entries[n + 5] = (cairn_manifest_entry){"out_place", place};
    out->entries = entries;
    out->count += 6;
    return CAIRN_OK;
}

/* Labels into the run file, if any, and writes what is labelled by `writer`, if any. */
static cairn_status label_to(cli *c, cairn_job *job, const label_config *config, const cairn_solutions *solutions,
                             cairn_writer *writer, cairn_label_summary *summary) {
    cairn_label_setup setup = {
        .method = config->method, .solutions = solutions, .right_from = config->write.right_from};
    cairn_manifest manifest;
    cairn_run *run;
    CAIRN_TRY(manifest_of(c, job, config, &setup, &manifest));
    CAIRN_TRY(cli_open_run(c, &config->job, &manifest, &run));
    cairn_status status = cairn_label_problems(c->ctx, job, &setup, run, summary);
    if (status == CAIRN_OK && writer) status = cairn_label_write(c->ctx, job, run, writer);
    return cli_close_run(c, &config->job, run, status);
}

/* Prints what was done; nothing but a warning where the labels are on standard output. */
static cairn_status report(cli *c, cairn_job *job, const label_config *config, const cairn_label_summary *summary,
                           const cairn_solutions *solutions, const cairn_writer *writer) {
    if (writer) CAIRN_TRY(written_warn(c, writer));
    if (strcmp(config->out, "-") == 0) return CAIRN_OK;
    int64_t skipped = solutions ? cairn_solutions_skipped(solutions) : 0;
    if (config->job.json) return print_json(c, config, job, summary, skipped, writer);
    print_summary(c, config, job, summary, skipped);
    if (writer) print_written(c, config, writer);
    return CAIRN_OK;
}

/* The file is opened first, so that a place where it cannot be costs no work. */
static cairn_status label(cli *c, cairn_job *job, const label_config *config, const cairn_solutions *solutions) {
    cairn_out *out = NULL;
    cairn_writer *writer = NULL;
    cairn_label_summary summary;
    cairn_write_options write =
        written_setup(&config->write, true); /* labels that cost work are not lost for one that does not fit */
    if (*config->out) CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
    cairn_status status = out ? cairn_writer_open(c->ctx, out, &write, &writer) : CAIRN_OK;
    if (status == CAIRN_OK) status = label_to(c, job, config, solutions, writer, &summary);
    if (out && status == CAIRN_OK)
        status = cairn_out_commit(out);
    else
        cairn_out_drop(out);
    if (status == CAIRN_OK) status = report(c, job, config, &summary, solutions, writer);
    cairn_writer_close(writer);
    return status;
}

/* Does this world take its problems from files? */
static bool loads(const char *world) {
    size_t length;
    const char *options_text;
    cairn_spec_split(world, &length, &options_text);
    for (int i = 0; cairn_worlds()[i]; i++) {
        const cairn_about *about = &cairn_worlds()[i]->about;
        if (strlen(about->name) == length && memcmp(about->name, world, length) == 0) return cairn_worlds()[i]->load;
    }
    return false; /* opening it says why */
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const label_config *config = options_;
    job_options options_of_job = config->job;
    options_of_job.aggregate = CLI_AGGREGATE_BY_MEANING; /* no scores are asked for */
    if (*config->solutions && !*config->job.problems && loads(config->job.world))
        options_of_job.problems = config->solutions;
    if (strcmp(config->solutions, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--solutions needs a file that can be read again, not standard input");
    cairn_job_setup setup;
    cairn_job *job;
    cairn_solutions *solutions = NULL;
    if (config->job.json && strcmp(config->out, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json and --out - both want standard output");
    if (config->plan && config->job.resume)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--plan is of a whole run: it does not go with --resume");
    if ((config->write.labels != CAIRN_LABELS_HARD || config->write.fill || config->write.format) && !*config->out)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--labels, --fill and --format need --out FILE");
    CAIRN_TRY(cli_job_setup(c, &options_of_job, "label", &setup));
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = CAIRN_OK;
    if (*config->solutions)
        status = cairn_solutions_open(c->ctx, job, config->solutions, (cairn_split)config->split, &solutions);
    if (status == CAIRN_OK) status = (config->plan ? plan : label)(c, job, config, solutions);
    cairn_solutions_close(solutions);
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
    .examples =
        "  cairn label --world chain:steps=16 --policy scripted:error=0.06 -n 50 --out labels.jsonl\n"
        "  cairn label --method mc:rollouts=8,order=all --labels soft --out soft.jsonl\n"
        "  cairn label --method mc:rollouts=8 --format trl --fill --skip-bad --out trl.jsonl   # what TRL's trainer "
        "takes\n"
        "  cairn label --world text --solutions solutions.jsonl --policy 'exec:./my_model' --method mc:order=bisect\n"
        "  cairn label --method omegaprm:searches=20 --run labels.db\n"
        "  cairn label --method omegaprm:searches=20 --plan      # the memory that it will take\n"
        "  cairn run resume labels.db                            # go on after an interruption\n",
    .run = run,
};

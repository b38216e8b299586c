/* cairn label: step labels from outcomes of completions. */
#include <stdio.h>
#include <string.h>

#include "cairn/label.h"
#include "cairn/label_job.h"
#include "cli/label_report.h"
#include "cli/outcomes.h"
#include "cli/verbs.h"
#include "cli/written.h"

typedef struct label_config {
    job_options job;
    const char *method, *rule, *judge, *solutions, *from, *out;
    written_options write;
    int32_t split;
    bool plan, balance;
} label_config;

static const cairn_option options[] = {
    CAIRN_TEXT(label_config, method, "omegaprm", "", "Labeller: NAME or NAME:key=value,... (cairn help labellers)."),
    CAIRN_TEXT(label_config, rule, "", "",
               "Rule that labels steps by the evidence, and keeps or drops each solution: NAME or NAME:key=value,... "
               "(cairn help rules); "
               "empty: the method's own labels, all kept."),
    CAIRN_TEXT(label_config, judge, "", "",
               "Reward that judges each whole solution, as evidence for the rule (cairn help rewards)."),
    CAIRN_BOOL(label_config, balance, "false",
               "Keep as many solutions with a right answer as with a wrong one, drawn by the seed."),
    CAIRN_TEXT(label_config, from, "", "",
               "Label the solutions of this run file of `label` again, by --rule and the evidence that it keeps: "
               "nothing is sampled."),
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
    CLI_TASK_OPTIONS_WITH(label_config, "0", "auto", " auto: text with --solutions, else chain.", "auto",
                          " auto: scripted; none where given solutions need none."),
    CLI_BUDGET_OPTIONS(label_config),
    CLI_COMPLETER_OPTIONS(label_config),
    CLI_SAMPLING_OPTIONS(label_config),
    CLI_RUN_OPTIONS(label_config),
    CLI_OUTPUT_OPTIONS(label_config),
    CLI_PLAN(label_config),
};

static cairn_label_setup setup_of(const label_config *config, const cairn_solutions *solutions) {
    return (cairn_label_setup){.method = config->method,
                               .rule = *config->rule ? config->rule : NULL,
                               .solutions = solutions,
                               .right_from = config->write.right_from,
                               .balance = config->balance};
}

static cairn_status plan(cli *c, cairn_job *job, const label_config *config, const cairn_solutions *solutions) {
    cairn_label_setup setup = setup_of(config, solutions);
    cairn_memory_plan memory;
    CAIRN_TRY(cairn_label_plan(c->ctx, job, &setup, *config->job.run, &memory));
    return cli_show_memory(c, &config->job, cairn_job_problems(job), cairn_job_setup_of(job)->workers, &memory);
}

static cairn_status add_entry(cli *c, const char *key, const char *value, cairn_manifest *out) {
    size_t n = (size_t)out->count;
    cairn_manifest_entry *entries = cairn_arena_alloc(c->arena, n + 1, sizeof *entries);
    if (!entries) return CAIRN_NO_MEMORY;
    memcpy(entries, out->entries, n * sizeof *entries);
    entries[n] = (cairn_manifest_entry){key, value};
    out->entries = entries;
    out->count++;
    return CAIRN_OK;
}

/* The run's manifest, with where its labels go: `run resume` writes them there. */
static cairn_status manifest_of(cli *c, cairn_job *job, const label_config *config, const cairn_label_setup *setup,
                                cairn_manifest *out) {
    CAIRN_TRY(cairn_label_manifest(c->ctx, job, setup, c->arena, out));
    if (config->balance) CAIRN_TRY(add_entry(c, "balance", "true", out));
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
    cairn_label_setup setup = setup_of(config, solutions);
    cairn_manifest manifest;
    cairn_run *run;
    CAIRN_TRY(manifest_of(c, job, config, &setup, &manifest));
    CAIRN_TRY(cli_open_run(c, &config->job, &manifest, &run));
    cairn_status status = cairn_label_problems(c->ctx, job, &setup, run, summary);
    if (status == CAIRN_OK && writer) status = cairn_label_write(c->ctx, job, run, &summary->balance, writer);
    return cli_close_run(c, &config->job, run, status);
}

/* Prints what was done; nothing but a warning where the labels are on standard output. */
static cairn_status report(cli *c, const label_config *config, const label_report *r) {
    if (r->writer) CAIRN_TRY(written_warn(c, r->writer));
    if (strcmp(config->out, "-") == 0) return CAIRN_OK;
    if (config->job.json) return label_report_json(c, r);
    label_report_print(c, r);
    return CAIRN_OK;
}

/* Does the work with a writer where labels are written; nothing of the file appears when it fails. */
typedef cairn_status (*label_work)(cli *c, const label_config *config, void *arg, cairn_writer *writer,
                                   label_report *report);

/* The file is opened first, so that a place where it cannot be costs no work. */
static cairn_status with_file(cli *c, const label_config *config, label_work work, void *arg) {
    cairn_out *out = NULL;
    cairn_writer *writer = NULL;
    cairn_label_summary summary;
    label_report r = {.method = config->method,
                      .rule = config->rule,
                      .balance = config->balance,
                      .solutions_file = config->solutions,
                      .summary = &summary};
    cairn_write_options write =
        written_setup(&config->write, true); /* labels that cost work are not lost for one that does not fit */
    if (*config->out) CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
    cairn_status status = out ? cairn_writer_open(c->ctx, out, &write, &writer) : CAIRN_OK;
    r.writer = writer;
    if (writer) r.out = written_name(c, &config->write, config->out);
    if (status == CAIRN_OK) status = work(c, config, arg, writer, &r);
    if (out && status == CAIRN_OK)
        status = cairn_out_commit(out);
    else
        cairn_out_drop(out);
    if (status == CAIRN_OK) status = report(c, config, &r);
    cairn_writer_close(writer);
    return status;
}

/* ---- problems and solutions ------------------------------------------------------------------------------------------- */

typedef struct labelling {
    cairn_job *job;
    const cairn_solutions *solutions;
} labelling;

static cairn_status label(cli *c, const label_config *config, void *arg, cairn_writer *writer, label_report *r) {
    const labelling *l = arg;
    r->on = cairn_job_setup_of(l->job)->world;
    r->verifier = cairn_job_world(l->job)->type->verifier;
    r->skipped = l->solutions ? cairn_solutions_skipped(l->solutions) : 0;
    r->available = cairn_job_available(l->job);
    cli_problems_text(l->job, r->problems);
    return label_to(c, l->job, config, l->solutions, writer, r->summary);
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

/* World and policy where none is named. */
static cairn_status fill_job(cli *c, const label_config *config, job_options *job) {
    const cairn_labeller_type *type;
    const void *options_of;
    CAIRN_TRY(cairn_labeller_find(c->ctx, c->arena, config->method, &type, &options_of));
    bool needless = *config->solutions && type->works_without_policy; /* a policy is opened where one is named */
    if (strcmp(job->world, "auto") == 0) job->world = *config->solutions ? "text" : "chain";
    if (strcmp(job->policy, "auto") == 0) job->policy = needless ? "" : "scripted";
    if (!*job->policy && !needless) return cairn_fail(c->ctx, CAIRN_INVALID, "--policy names no policy");
    job->aggregate = CLI_AGGREGATE_BY_MEANING; /* only the judge scores */
    job->reward = config->judge;
    if (*config->solutions && !*job->problems && loads(job->world)) job->problems = config->solutions;
    return CAIRN_OK;
}

static cairn_status check_options(cli *c, const label_config *config) {
    if (strcmp(config->solutions, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--solutions needs a file that can be read again, not standard input");
    if (config->job.json && strcmp(config->out, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json and --out - both want standard output");
    if (config->plan && config->job.resume)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--plan is of a whole run: it does not go with --resume");
    if ((config->write.labels != CAIRN_LABELS_HARD || config->write.fill || config->write.format) && !*config->out)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--labels, --fill and --format need --out FILE");
    if (!*config->from) return CAIRN_OK;
    if (!*config->rule)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--from labels again by another rule: name it with --rule");
    if (*config->job.run || *config->solutions || *config->job.problems || *config->judge || config->plan)
        return cairn_fail(
            c->ctx, CAIRN_INVALID,
            "--from takes everything but the rule from its run file: not with --run, --solutions, --problems, "
            "--judge or --plan");
    return CAIRN_OK;
}

/* ---- again -------------------------------------------------------------------------------------------------------------- */

/* What the world of a run's manifest calls its verdicts; NULL where they are the truth. */
static const char *verifier_of(const char *world) {
    size_t length;
    const char *options_text;
    cairn_spec_split(world, &length, &options_text);
    for (int i = 0; cairn_worlds()[i]; i++) {
        const cairn_about *about = &cairn_worlds()[i]->about;
        if (strlen(about->name) == length && memcmp(about->name, world, length) == 0)
            return cairn_worlds()[i]->verifier;
    }
    return NULL;
}

static cairn_status label_again(cli *c, const label_config *config, void *arg, cairn_writer *writer, label_report *r) {
    cairn_run *run = arg;
    cairn_label_setup setup = setup_of(config, NULL);
    char number[32];
    const char *world = cairn_run_manifest(run, "world"), *method = cairn_run_manifest(run, "method");
    r->on = cli_safe(c, config->from);
    if (method) r->method = cli_safe(c, method);
    r->verifier = world ? verifier_of(world) : NULL;
    CAIRN_TRY(cairn_label_again(c->ctx, run, &setup, writer, r->summary));
    r->available = r->summary->problems;
    snprintf(r->problems, sizeof r->problems, "%s problems", cli_count(r->summary->problems, number));
    return CAIRN_OK;
}

static cairn_status run_again(cli *c, const label_config *config) {
    cairn_run *run;
    CAIRN_TRY(cairn_run_open(c->ctx, config->from, &run));
    cairn_status status = with_file(c, config, label_again, run);
    cairn_run_close(run);
    return status;
}

/* ---- the verb ----------------------------------------------------------------------------------------------------------- */

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const label_config *config = options_;
    job_options options_of_job = config->job;
    CAIRN_TRY(check_options(c, config));
    if (*config->from) return run_again(c, config);
    CAIRN_TRY(fill_job(c, config, &options_of_job));
    cairn_job_setup setup;
    cairn_job *job;
    cairn_solutions *solutions = NULL;
    CAIRN_TRY(cli_job_setup(c, &options_of_job, "label", &setup));
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = CAIRN_OK;
    if (*config->solutions)
        status = cairn_solutions_open(c->ctx, job, config->solutions, (cairn_split)config->split, &solutions);
    labelling l = {job, solutions};
    if (status == CAIRN_OK) status = config->plan ? plan(c, job, config, solutions) : with_file(c, config, label, &l);
    cairn_solutions_close(solutions);
    cairn_job_close(job);
    return status;
}

const cli_verb verb_label = {
    .about = {.name = "label",
              .summary =
                  "Label steps by where completions of them end, by a judge or a calculator, and say what is kept.",
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
        "  cairn label --solutions solutions.jsonl --policy exec:./llm --method mc:order=left-to-right "
        "--judge critic:policy=exec:./judge,reads=solution --rule consensus --out kept.jsonl\n"
        "  cairn label --solutions solutions.jsonl --method tool --out checked.jsonl    # no policy: the calculator's "
        "verdicts\n"
        "  cairn label --method mc:solutions=16,only_wrong=true,share=0.75 --rule scan:window=2 --balance --labels "
        "soft --out scan.jsonl\n"
        "  cairn label --method omegaprm:searches=20 --run labels.db\n"
        "  cairn label --rule rpe --from labels.db --out again.jsonl   # another rule, nothing sampled\n"
        "  cairn label --method omegaprm:searches=20 --plan      # the memory that it will take\n"
        "  cairn run resume labels.db                            # go on after an interruption\n",
    .run = run,
};

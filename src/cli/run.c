/* cairn run: what is in run files. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/label_job.h"
#include "cli/verbs.h"
#include "cli/written.h"

/* ---- list ---------------------------------------------------------------------------------------------------------------- */

typedef struct json_config {
    bool json;
} json_config;
static const cairn_option json_options[] = {CAIRN_BOOL(json_config, json, "false", "Result as one JSON array.")};

static const char *manifest_text(const cairn_run *run, const char *key) {
    const char *value = cairn_run_manifest(run, key);
    return value ? value : "";
}

static const char *without_secrets(cli *c, const char *text) {
    const char *redacted = "(no memory)";
    cairn_redact(c->ctx, c->arena, text, &redacted);
    return redacted;
}

/* A text of a run file as people see it. */
static const char *shown(cli *c, const char *text) {
    return cli_safe(c, without_secrets(c, text));
}

/* `j` NULL: for people. */
static void print_run(cli *c, const char *path, const cairn_run *run, cli_json *j) {
    int64_t done = cairn_run_done(run), all = cairn_run_problems(run);
    const char *method = manifest_text(run, "search");
    if (!*method) method = manifest_text(run, "method");
    if (!j) {
        printf("%-24s %8" PRId64 " of %-8" PRId64 " %-6s %-14s %s\n", cli_safe(c, path), done, all,
               shown(c, manifest_text(run, "verb")), shown(c, manifest_text(run, "world")), shown(c, method));
        return;
    }
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "run", path);
    cli_json_int(j, "done", done);
    cli_json_int(j, "problems", all);
    cli_json_text(j, "verb", manifest_text(run, "verb"));
    cli_json_text(j, "world", without_secrets(c, manifest_text(run, "world")));
    cli_json_text(j, "method", without_secrets(c, method));
    cli_json_text(j, "instruction_set", manifest_text(run, "instruction_set"));
    cli_json_close(j, '}');
}

/* A file that is no run, or none that can be read, is named and passed over: a folder holds more than runs. */
static cairn_status list_file(cli *c, const char *path, cli_json *j) {
    cairn_run *run;
    cairn_status status = cairn_run_open(c->ctx, path, &run);
    if (status == CAIRN_NO_MEMORY || status == CAIRN_CANCELLED) return status;
    if (status != CAIRN_OK) {
        cairn_log(c->ctx, CAIRN_LOG_WARN, "not listed: %s", cairn_error(c->ctx));
        return CAIRN_OK;
    }
    print_run(c, path, run, j);
    cairn_run_close(run);
    return CAIRN_OK;
}

static bool names_a_run(const struct dirent *entry) {
    size_t n = strlen(entry->d_name);
    return n > 3 && strcmp(entry->d_name + n - 3, ".db") == 0;
}

static int keep_runs(const struct dirent *entry) {
    return names_a_run(entry);
}

static cairn_status list_folder(cli *c, const char *folder, cli_json *j) {
    struct dirent **entries;
    int n = scandir(folder, &entries, keep_runs, alphasort);
    if (n < 0) return cairn_fail(c->ctx, CAIRN_IO, "cannot list folder %s: %s", folder, strerror(errno));
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < n; i++) {
        const char *path = cairn_arena_printf(c->arena, "%s/%s", folder, entries[i]->d_name);
        if (status == CAIRN_OK) status = path ? list_file(c, path, j) : CAIRN_NO_MEMORY;
        free(entries[i]);
    }
    free(entries);
    return status;
}

static cairn_status run_list(cli *c, const void *options, int count, char **arguments) {
    const json_config *config = options;
    const char *folder = count ? arguments[0] : ".";
    cli_json j;
    if (!config->json) return list_folder(c, folder, NULL);
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '[');
    cairn_status status = list_folder(c, folder, &j);
    cli_json_close(&j, ']');
    if (status == CAIRN_OK) return cli_json_end(&j);
    cairn_out_drop(j.out);
    return status;
}

const cli_verb verb_run_list = {
    .about = {.name = "run list",
              .summary = "List the run files (*.db) of a folder: how far they are and what they run.",
              .options = json_options,
              .option_count = 1,
              .config_size = sizeof(json_config)},
    .arguments = "[FOLDER]",
    .most = 1,
    .examples = "  cairn run list\n  cairn run list experiments --json\n",
    .run = run_list,
};

/* ---- show ---------------------------------------------------------------------------------------------------------------- */

typedef struct showing {
    const char *id; /* only this problem; NULL: all, one short line each */
    bool found;
} showing;

static cairn_status show_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    showing *s = arg;
    if (s->id && strcmp(s->id, id) != 0) return CAIRN_OK;
    s->found = true;
    if (s->id) {
        cli_print_json(record, length);
        return CAIRN_OK;
    }
    char name[256], line[512];
    cli_safe_line(id, name, sizeof name);
    cli_safe_line(record, line, 137);
    printf("%8" PRId64 "  %-20s %s%s\n", index, name, line, length < 120 ? "" : "...");
    return CAIRN_OK;
}

static cairn_status show(cli *c, cairn_run *run, const char *id) {
    if (!id) {
        for (int32_t i = 0; i < cairn_run_manifest_count(run); i++) {
            cairn_manifest_entry entry = cairn_run_manifest_at(run, i);
            printf("%-16s %s\n", cli_safe(c, entry.key), shown(c, entry.value));
        }
        printf("%-16s %" PRId64 " of %" PRId64 "\n\n", "done", cairn_run_done(run), cairn_run_problems(run));
    }
    showing s = {.id = id};
    CAIRN_TRY(cairn_run_each(run, c->ctx, show_record, &s));
    if (id && !s.found) return cairn_fail(c->ctx, CAIRN_NOT_FOUND, "the run has no problem `%s`", id);
    return CAIRN_OK;
}

typedef struct no_config {
    char unused;
} no_config;

static cairn_status run_show(cli *c, const void *options, int count, char **arguments) {
    (void)options;
    cairn_run *run;
    CAIRN_TRY(cairn_run_open(c->ctx, arguments[0], &run));
    cairn_status status = show(c, run, count > 1 ? arguments[1] : NULL);
    cairn_run_close(run);
    return status;
}

const cli_verb verb_run_show = {
    .about = {.name = "run show",
              .summary = "Show a run's manifest and records, or one record whole.",
              .config_size = sizeof(no_config)},
    .arguments = "FILE [PROBLEM]",
    .least = 1,
    .most = 2,
    .examples = "  cairn run show mcts.db\n  cairn run show mcts.db chain-1-17\n",
    .run = run_show,
};

/* ---- export -------------------------------------------------------------------------------------------------------------- */

typedef struct export_config {
    const char *out;
    int32_t format;
    written_options write; /* but for its format */
    bool skip_bad;
} export_config;

static const cairn_option export_options[] = {
    CAIRN_TEXT(export_config, out, "-", "", "File to write; - is standard output."),
    CAIRN_CHOICE(
        export_config, format, "run", "run" CAIRN_WRITE_LIST,
        "run: manifest and records as JSON lines. Others: the labelled solutions of `label`, or the candidates of "
        "`solve --keep-tree` (docs/formats.md)."),
    CLI_WRITTEN_LABEL_OPTIONS(export_config, write, "hard", "0",
                              "A label from here on is right; 0: above 0, where any completion of the step was right."),
    CAIRN_BOOL_AS("skip-bad", export_config, skip_bad, "false",
                  "Name and count solutions that the format cannot hold."),
};

/* Writes the run's solutions in a format of data sets. */
static cairn_status export_solutions(cli *c, const export_config *config, cairn_run *run, cairn_out *out) {
    cairn_writer *writer;
    written_options written = config->write;
    written.format = config->format - 1; /* after "run" */
    cairn_write_options setup = written_setup(&written, config->skip_bad);
    CAIRN_TRY(cairn_writer_open(c->ctx, out, &setup, &writer));
    cairn_status status = cairn_run_write_solutions(c->ctx, run, writer);
    if (status == CAIRN_OK) status = written_warn(c, writer);
    cairn_writer_close(writer);
    return status;
}

static cairn_status export_to(cli *c, const export_config *config, cairn_run *run) {
    cairn_out *out;
    cairn_progress *progress = NULL;
    CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
    cairn_status status = cairn_progress_open(c->ctx, "export", cairn_run_done(run), false, &progress);
    cairn_run_watch(run, progress);
    if (status == CAIRN_OK)
        status = config->format ? export_solutions(c, config, run, out) : cairn_run_export(run, c->ctx, out);
    cairn_progress_close(progress);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

static cairn_status run_export(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    const export_config *config = options;
    cairn_run *run;
    if (!config->format && (config->write.fill || config->skip_bad || config->write.labels != CAIRN_LABELS_HARD))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--labels, --fill and --skip-bad need a --format of solutions");
    CAIRN_TRY(cairn_run_open(c->ctx, arguments[0], &run));
    cairn_status status = export_to(c, config, run);
    cairn_run_close(run);
    return status;
}

const cli_verb verb_run_export = {
    .about = {.name = "run export",
              .summary = "Write a run as JSON lines, or its solutions in a format of data sets: the same bytes for the "
                         "same options and seed.",
              .options = export_options,
              .option_count = sizeof export_options / sizeof *export_options,
              .config_size = sizeof(export_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn run export mcts.db --out mcts.jsonl\n  cairn run export mcts.db | sha256sum\n"
                "  cairn run export labels.db --format trl --fill --skip-bad --out trl.jsonl\n",
    .run = run_export,
};

/* ---- compare ------------------------------------------------------------------------------------------------------------- */

typedef struct compare_config {
    const char *field;
    uint64_t seed;
    bool json;
} compare_config;

static const cairn_option compare_options[] = {
    CAIRN_TEXT(compare_config, field, "correct", "", "Field of the records to compare, e.g. correct or cost.tokens."),
    CLI_SEED(compare_config, seed),
    CAIRN_BOOL(compare_config, json, "false", "Result as one JSON object."),
};

static void print_comparison(const compare_config *config, char **paths, const cairn_comparison *r) {
    printf("%s, paired over %" PRId64 " problems\n", config->field, r->shared - r->unknown);
    if (r->shared > r->unknown) {
        printf("  A  %-32s mean %.4f\n", paths[0], r->mean_a);
        printf("  B  %-32s mean %.4f\n", paths[1], r->mean_b);
        printf("  B - A  %+.4f", r->difference);
        if (isnan(r->low))
            printf("  (no interval from one problem)\n");
        else
            printf("  (95 %% interval %+.4f .. %+.4f)\n", r->low, r->high);
    }
    printf("  A larger on %" PRId64 ", B larger on %" PRId64 ", equal on %" PRId64 "\n", r->a_better, r->b_better,
           r->equal);
    if (r->unknown) printf("  left out: %" PRId64 " problems of which a run does not know it\n", r->unknown);
    if (r->only_a || r->only_b)
        printf("  left out: %" PRId64 " problems only in A, %" PRId64 " only in B\n", r->only_a, r->only_b);
}

static cairn_status json_comparison(cli *c, const compare_config *config, const cairn_comparison *r) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "field", config->field);
    cli_json_int(&j, "shared", r->shared);
    cli_json_int(&j, "only_a", r->only_a);
    cli_json_int(&j, "only_b", r->only_b);
    cli_json_int(&j, "unknown", r->unknown);
    cli_json_real(&j, "mean_a", r->mean_a);
    cli_json_real(&j, "mean_b", r->mean_b);
    cli_json_real(&j, "difference", r->difference);
    cli_json_real(&j, "low", r->low);
    cli_json_real(&j, "high", r->high);
    cli_json_int(&j, "a_better", r->a_better);
    cli_json_int(&j, "b_better", r->b_better);
    cli_json_int(&j, "equal", r->equal);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status compare_watched(cli *c, const compare_config *config, cairn_run *a, cairn_run *b,
                                    cairn_comparison *result) {
    cairn_progress *progress;
    CAIRN_TRY(cairn_progress_open(c->ctx, "compare", cairn_run_done(a) + cairn_run_done(b), false, &progress));
    cairn_run_watch(a, progress);
    cairn_run_watch(b, progress);
    cairn_status status = cairn_run_compare(c->ctx, a, b, config->field, config->seed, result);
    cairn_progress_close(progress);
    return status;
}

static cairn_status run_compare(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    const compare_config *config = options;
    cairn_run *a, *b;
    cairn_comparison result;
    CAIRN_TRY(cairn_run_open(c->ctx, arguments[0], &a));
    cairn_status status = cairn_run_open(c->ctx, arguments[1], &b);
    if (status == CAIRN_OK) {
        status = compare_watched(c, config, a, b, &result);
        cairn_run_close(b);
    }
    cairn_run_close(a);
    CAIRN_TRY(status);
    if (config->json) return json_comparison(c, config, &result);
    print_comparison(config, arguments, &result);
    return CAIRN_OK;
}

const cli_verb verb_run_compare = {
    .about = {.name = "run compare",
              .summary = "Compare two runs problem by problem, with a paired interval.",
              .options = compare_options,
              .option_count = sizeof compare_options / sizeof *compare_options,
              .config_size = sizeof(compare_config)},
    .arguments = "A B",
    .least = 2,
    .most = 2,
    .examples =
        "  cairn run compare majority.db beam.db\n  cairn run compare majority.db beam.db --field cost.tokens\n",
    .run = run_compare,
};

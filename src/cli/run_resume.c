/* cairn run resume: goes on with what a run file says, which may come from anywhere. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"
#include "cli/written.h"

typedef struct resume_config {
    int64_t workers, in_flight;
    const char *out;
    bool allow_exec, quiet, json;
} resume_config;

static const cairn_option resume_options[] = {
    CAIRN_INT(resume_config, workers, "0", 0, 1024, "threads", "0: one a processor."),
    CAIRN_INT_AS("in-flight", resume_config, in_flight, "0", 0, 1024, "problems",
                 "Problems under way at once in each worker; 0: as many as lose little to a kill, at most 64."),
    CAIRN_TEXT(
        resume_config, out, "", "",
        "Of a labelling: write the labelled solutions here (- for standard output) instead of where `cairn label "
        "--out` "
        "wrote them."),
    CAIRN_BOOL_AS("allow-exec", resume_config, allow_exec, "false",
                  "Start the programs (`exec:`) that the run file names. Without it they are shown and nothing runs."),
    CAIRN_BOOL(resume_config, quiet, "false", "No progress line."),
    CAIRN_BOOL(resume_config, json, "false", "Result as one JSON object."),
};

/* The options that a run's manifest records, as the command line that made it. */
static const struct {
    const char *key, *option;
} manifest_to_option[] = {
    {"world", "--world"},
    {"policy", "--policy"},
    {"reward", "--reward"},
    {"completer", "--completer"},
    {"role_sampling", "--role-sampling"},
    {"search", "--search"},
    {"method", "--method"},
    {"rule", "--rule"},
    {"balance", "--balance"},
    {"reward", "--judge"},
    {"aggregate", "--aggregate"},
    {"seed", "--seed"},
    {"budget_steps", "--budget"},
    {"budget_tokens", "--token-budget"},
    {"budget_flops", "--flop-budget"},
    {"temperature", "--temperature"},
    {"max_step_tokens", "--max-step-tokens"},
    {"problems_file", "--problems"},
    {"solutions_file", "--solutions"},
    {"solutions_split", "--split"},
    {"skip_bad", "--skip-bad"},
    {"out_format", "--format"},
    {"out_labels", "--labels"},
    {"out_right_from", "--right-from"},
    {"out_fill", "--fill"},
};

static cairn_status add_word(cli *c, char **words, int *n, const char *format, const char *a, const char *b) {
    words[*n] = cairn_arena_printf(c->arena, format, a, b);
    return words[(*n)++] ? CAIRN_OK : cairn_fail(c->ctx, CAIRN_NO_MEMORY, "no memory");
}

static const char *text_of(const cairn_run *run, const char *key) {
    const char *value = cairn_run_manifest(run, key);
    return value ? value : "";
}

/* A run file is data, and the shell would run what it names: the programs are shown, and started only when that was
 * asked for. */
static cairn_status refuse_programs(cli *c, const cairn_run *run, const char *path) {
    bool found = false;
    for (int32_t i = 0; i < cairn_run_manifest_count(run); i++) {
        cairn_manifest_entry entry = cairn_run_manifest_at(run, i);
        if (!strstr(entry.value, "exec:") && !strstr(entry.value, "exec\\:")) continue;
        if (!found) fprintf(stderr, "%s would start programs:\n", cli_safe(c, path));
        fprintf(stderr, "  %-8s %s\n", cli_safe(c, entry.key), cli_safe(c, entry.value));
        found = true;
    }
    cairn_ctx_refuse_programs(c->ctx, true); /* also what was not found above */
    if (!found) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_INVALID,
                      "%s: nothing was started: read what it would run, and resume with --allow-exec if you trust it",
                      path);
}

/* Where labels go: the file that --out names, else the one that the first call named. A run file may come from
 * anywhere, and must not choose what is overwritten here: so only where it was made. */
static cairn_status labels_file(cli *c, const cairn_run *run, const resume_config *config, const char *path,
                                const char **out) {
    const char *place;
    *out = *config->out ? config->out : text_of(run, "out_file");
    if (*config->out || !**out) return CAIRN_OK;
    CAIRN_TRY(written_place(c, &place));
    if (strcmp(place, text_of(run, "out_place")) == 0) return CAIRN_OK;
    return cairn_fail(
        c->ctx, CAIRN_INVALID,
        "%s: was made in another folder or by another user, to write its labels to %s: name the file with "
        "--out",
        path, cli_safe(c, *out));
}

/* Tells whether a verb takes an option, "--name". */
static bool takes(const cli_verb *verb, const char *option) {
    for (int i = 0; i < verb->about.option_count; i++)
        if (strcmp(verb->about.options[i].name, option + 2) == 0) return true;
    return false;
}

/* Rebuilds the words of the verb that made the run. */
static cairn_status rebuild_words(cli *c, const cairn_run *run, const cli_verb *verb, const resume_config *config,
                                  const char *path, const char *out, char **words, int *n) {
    for (size_t i = 0; i < sizeof manifest_to_option / sizeof *manifest_to_option; i++) {
        const char *value = cairn_run_manifest(run, manifest_to_option[i].key);
        if (value && takes(verb, manifest_to_option[i].option))
            CAIRN_TRY(add_word(c, words, n, "%s=%s", manifest_to_option[i].option, value));
    }
    char number[32];
    snprintf(number, sizeof number, "%" PRId64, cairn_run_problems(run));
    CAIRN_TRY(add_word(c, words, n, "--count=%s%s", number, ""));
    snprintf(number, sizeof number, "%" PRId64, config->workers);
    CAIRN_TRY(add_word(c, words, n, "--workers=%s%s", number, ""));
    snprintf(number, sizeof number, "%" PRId64, config->in_flight);
    CAIRN_TRY(add_word(c, words, n, "--in-flight=%s%s", number, ""));
    CAIRN_TRY(add_word(c, words, n, "--run=%s%s", path, ""));
    CAIRN_TRY(add_word(c, words, n, "--%s%s", "resume", ""));
    if (strcmp(text_of(run, "tree"), "kept") == 0) CAIRN_TRY(add_word(c, words, n, "--%s%s", "keep-tree", ""));
    if (strcmp(text_of(run, "scores"), "kept") == 0) CAIRN_TRY(add_word(c, words, n, "--%s%s", "keep-scores", ""));
    if (strcmp(text_of(run, "instruction_set"), cairn_bits_name(true)) == 0)
        CAIRN_TRY(add_word(c, words, n, "--%s%s", "portable", ""));
    if (*out) CAIRN_TRY(add_word(c, words, n, "--out=%s%s", out, ""));
    if (config->quiet) CAIRN_TRY(add_word(c, words, n, "--%s%s", "quiet", ""));
    if (config->json) CAIRN_TRY(add_word(c, words, n, "--%s%s", "json", ""));
    return CAIRN_OK;
}

/* The words of the verb that made the run. */
static cairn_status read_words(cli *c, const cairn_run *run, const resume_config *config, const char *path,
                               char **words, int *n, const cli_verb **verb) {
    const char *name = text_of(run, "verb");
    *verb = strcmp(name, "solve") == 0 ? &verb_solve : strcmp(name, "label") == 0 ? &verb_label : NULL;
    if (!*verb)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s was made by `cairn %s`: give it to that command, with --resume",
                          path, name);
    if (*verb == &verb_solve && *config->out)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s was made by `solve`, which writes no labels: no --out", path);
    if (!config->allow_exec) CAIRN_TRY(refuse_programs(c, run, path));
    const char *out;
    CAIRN_TRY(labels_file(c, run, config, path, &out));
    return rebuild_words(c, run, *verb, config, path, out, words, n);
}

static cairn_status run_resume(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    cairn_run *run;
    CAIRN_TRY(cairn_run_open(c->ctx, arguments[0], &run));
    const cli_verb *verb;
    char *words[64], *positional[64];
    int n = 0;
    cairn_status status = read_words(c, run, options, arguments[0], words, &n, &verb);
    cairn_run_close(run);
    CAIRN_TRY(status);
    void *config = cairn_arena_alloc(c->arena, 1, verb->about.config_size);
    if (!config) return CAIRN_NO_MEMORY;
    int n_positional;
    bool help;
    CAIRN_TRY(cli_parse(c, verb, n, words, config, &n_positional, positional, &help));
    CAIRN_TRY(cli_refuse_same_file(c, verb, config, n_positional, positional));
    return verb->run(c, config, n_positional, positional);
}

const cli_verb verb_run_resume = {
    .about = {.name = "run resume",
              .summary = "Go on with an interrupted run from what its file says.",
              .options = resume_options,
              .option_count = sizeof resume_options / sizeof *resume_options,
              .config_size = sizeof(resume_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples =
        "  cairn run resume mcts.db\n"
        "  cairn run resume labels.db --out labels.jsonl\n"
        "  cairn run resume judged.db --allow-exec          # its reward is a program, which was shown before\n",
    .run = run_resume,
};

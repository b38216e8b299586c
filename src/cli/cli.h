/* The command: what its verbs share. A verb is one const struct with an options table; help, parsing and errors come
 * from it. Exit status: 0 done, 1 done and the answer is no (a claim of a recipe is missed, a condition does not hold),
 * 2 refused or failed (one sentence on standard error), 128 + signal interrupted (130 by Ctrl-C, 143 by SIGTERM). */
#ifndef CAIRN_CLI_CLI_H
#define CAIRN_CLI_CLI_H

#include "cairn/core.h"
#include "cairn/job.h"

typedef struct cli {
    cairn_ctx *ctx;
    cairn_arena *arena;          /* lives as long as the command */
    bool colour;                 /* standard output is a terminal that shows colours */
    int width;                   /* columns of that terminal; 0: unbounded */
    const char *advice;          /* what an interrupted user can do, or NULL */
    bool no;                     /* the verb did its work, and its answer is no: exit status 1 */
    const struct cli_verb *verb; /* that runs */
} cli;

typedef struct cli_verb {
    cairn_about about;     /* options table of the verb */
    const char *arguments; /* "FILE..." after the verb's name, "" for none */
    int least, most;       /* positional arguments */
    const char *examples;  /* lines, each a command */
    cairn_status (*run)(cli *c, const void *config, int count, char **arguments);
    bool (*explains)(const void *config); /* this call only explains: it needs no option; NULL: no call does */
} cli_verb;

/* Verbs; a verb with subcommands has them registered as "run list", "run show", ... */
extern const cli_verb *const cli_verbs[];

/* Parses "--name value", "--name=value", "--flag", "-n 5" and positionals into config (presets first). *help when
 * --help was asked. Errors: INVALID for an unknown option, a bad value, an option without a preset that is not given,
 * a wrong number of arguments. */
cairn_status cli_parse(cli *c, const cli_verb *verb, int argc, char **argv, void *config, int *count, char **positional,
                       bool *help);
/* Refuses an output that is the same file as an input, the run file or another output: an option's value, a `file=` in
 * one, or an argument. Nothing is opened. */
cairn_status cli_refuse_same_file(cli *c, const cli_verb *verb, const void *config, int count, char **positional);
cairn_status cli_print_help(cli *c, const cli_verb *verb);
/* The verb's number `index` that needs explaining: its name and what it means; false after the last. */
bool cli_number_of(const cli_verb *verb, int index, const char **name, const char **meaning);

/* Options of verbs over problems, of which each verb's table lists those that it takes; embedded as the field `job` of
 * its config. */
typedef struct job_options {
    const char *world, *policy, *reward, *problems, *run;
    const char *role[CAIRN_ROLE_COUNT]; /* specs of policies of further roles; NULL or "": none */
    const char *sampling;               /* of further roles; NULL: none */
    int64_t count, workers, in_flight, budget, token_budget, max_step_tokens;
    double flop_budget;
    uint64_t seed;
    double temperature;
    int32_t aggregate;
    bool skip_bad, portable, resume, quiet, json;
} job_options;

#define CLI_SPLIT(type, field)                                                                                  \
    CAIRN_CHOICE_AS(                                                                                            \
        "split", type, field, "auto", CAIRN_SPLIT_CHOICES,                                                      \
        "How a solution that is one text is cut into steps; auto: as its format has it, else at `Step 1:`, at " \
        "blank lines or by lines.")
#define CLI_SEED(type, field) CAIRN_SEED_AS("seed", type, field, "1", "Same seed, same result, whatever the workers.")

/* Of verbs in which models compute. */
#define CLI_PORTABLE(type, field, when_)            \
    CAIRN_BOOL_AS("portable", type, field, "false", \
                  when_                             \
                  "results are the same bits on every processor; the default uses the fastest kernels of this one.")

#define CLI_TASK_OPTIONS(type, count_) CLI_TASK_OPTIONS_WITH(type, count_, "chain", "", "scripted", "")
/* The same with other presets of world and policy, and what more is said of them. */
#define CLI_TASK_OPTIONS_WITH(type, count_, world_, world_help_, policy_, policy_help_)               \
    CAIRN_TEXT_AS("world", type, job.world, world_, "",                                               \
                  "Family of problems: NAME or NAME:key=value,... (cairn help worlds)." world_help_), \
        CAIRN_TEXT_AS("policy", type, job.policy, policy_, "",                                        \
                      "Who proposes steps (cairn help policies)." policy_help_),                      \
        CAIRN_TEXT_AS("problems", type, job.problems, "", "",                                         \
                      "File of problems for the world to load, instead of generated ones."),          \
        CAIRN_BOOL_AS("skip-bad", type, job.skip_bad, "false",                                        \
                      "Name bad lines of files instead of stopping at the first."),                   \
        CAIRN_INT_AS("count", type, job.count, count_, 0, 1e12, "problems",                           \
                     "How many (short: -n); 0: all of a file, or 100 generated ones.")

/* Of verbs in which searches ask for scores. */
#define CLI_SCORE_OPTIONS(type, reward_)                                                                            \
    CAIRN_TEXT_AS("reward", type, job.reward, reward_, "",                                                          \
                  "Who scores steps, where the search asks for scores (cairn help rewards)."),                      \
        CAIRN_CHOICE_AS("aggregate", type, job.aggregate, "by-meaning", "last|min|product|mean|sum|max|by-meaning", \
                        "Step scores to one score of a solution; by-meaning: as the reward's scores ask for.")

/* Of verbs in which completions estimate values. */
#define CLI_COMPLETER_OPTIONS(type)                                                                          \
    CAIRN_TEXT_AS("completer", type, job.role[CAIRN_ROLE_COMPLETER], "", "",                                 \
                  "Policy that completes prefixes to estimate their value; empty: --policy does it."),       \
        CAIRN_TEXT_AS("role-sampling", type, job.sampling, "", "",                                           \
                      "How a role samples where it differs from --temperature and --max-step-tokens, as in " \
                      "'completer:temperature=0.7,max_tokens=64'; several are divided by blanks.")

#define CLI_BUDGET_OPTIONS(type)                                                                                       \
    CAIRN_INT_AS("budget", type, job.budget, "0", 0, 1e12, "steps", "Sampled steps a problem may cost; 0: no bound."), \
        CAIRN_INT_AS("token-budget", type, job.token_budget, "0", 0, 1e12, "tokens",                                   \
                     "Sampled tokens a problem may cost; 0: no bound."),                                               \
        CAIRN_REAL_AS("flop-budget", type, job.flop_budget, "0", 0, 1e24, "FLOP",                                      \
                      "Computing of policy and reward a problem may cost, for models in this process; 0: no bound.")

#define CLI_SAMPLING_OPTIONS(type)                                                                                \
    CAIRN_REAL_AS("temperature", type, job.temperature, "1", 0, 100, "",                                          \
                  "Sampling temperature, for policies that have one."),                                           \
        CAIRN_INT_AS("max-step-tokens", type, job.max_step_tokens, "256", 1, 1e6, "tokens",                       \
                     "A longer step is cut off."),                                                                \
        CLI_SEED(type, job.seed),                                                                                 \
        CAIRN_INT_AS("workers", type, job.workers, "0", 0, 1024, "threads", "0: one a processor."),               \
        CAIRN_INT_AS(                                                                                             \
            "in-flight", type, job.in_flight, "0", 0, 1024, "problems",                                           \
            "Problems under way at once in each worker; 0: 64, with --run few enough that a kill loses little."), \
        CLI_PORTABLE(type, job.portable, "With models: ")

#define CLI_RUN_OPTIONS(type)                                                                               \
    CAIRN_TEXT_AS("run", type, job.run, "", "", "Run file: every finished problem is kept in it at once."), \
        CAIRN_BOOL_AS("resume", type, job.resume, "false", "Go on with that run file.")

#define CLI_OUTPUT_OPTIONS(type)                                           \
    CAIRN_BOOL_AS("quiet", type, job.quiet, "false", "No progress line."), \
        CAIRN_BOOL_AS("json", type, job.json, "false", "Result as one JSON object.")

/* All of job_options: what is not in a verb's table stays zero in its config. */
#define CLI_JOB_OPTIONS(type, count_, reward_)                                                  \
    CLI_TASK_OPTIONS(type, count_), CLI_SCORE_OPTIONS(type, reward_), CLI_BUDGET_OPTIONS(type), \
        CLI_SAMPLING_OPTIONS(type), CLI_RUN_OPTIONS(type), CLI_OUTPUT_OPTIONS(type)

/* --plan, of verbs that can say it. */
#define CLI_PLAN(type)              \
    CAIRN_BOOL(type, plan, "false", \
               "Print the memory that the run will take, by part, and end: up to 16 problems are tried to find it.")

#define CLI_AGGREGATE_BY_MEANING 6 /* index of "by-meaning" above; before it stand the aggregators in order */

/* Errors: INVALID for --role-sampling. */
cairn_status cli_job_setup(cli *c, const job_options *options, const char *what, cairn_job_setup *out);
/* Cuts an option's text at blanks into words[most]. Errors: INVALID for none and for more. */
cairn_status cli_words(cli *c, const char *option, const char *text, const char **words, int most, int *count);
/* The run file of --run and --resume, or NULL when none was named. */
cairn_status cli_open_run(cli *c, const job_options *options, const cairn_manifest *manifest, cairn_run **out);
/* Closes it (NULL: none) after work that ended with `status`, which is returned: notes how to go on when it was
 * interrupted, and removes a file that this call made when the work failed before its first record. */
cairn_status cli_close_run(cli *c, const job_options *options, cairn_run *run, cairn_status status);

/* ---- printing (standard output) ------------------------------------------------------------------------------------------------ */

typedef enum cli_paint { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_GREEN, CLI_RED, CLI_YELLOW, CLI_ACCUSED } cli_paint;
/* ANSI code that starts this paint, or "" without colour; CLI_PLAIN ends it. */
const char *cli_paint_code(const cli *c, cli_paint paint);
/* "1.23 G", three digits and a prefix of the SI for a value >= 0. */
const char *cli_engineering(double value, char out[16]);
/* "12,345" */
const char *cli_count(int64_t value, char out[32]);
/* The bytes of the character at `text`, whose `left` bytes are more than 0, where it would drive a terminal or mislead
 * a reader, else 0: controls (C0, DEL, C1), marks that turn the direction of text, separators of lines and paragraphs,
 * invisible marks, and a byte that is no UTF-8, whose *code is U+FFFD. */
size_t cli_unsafe(const char *text, size_t left, uint32_t *code);
/* `text` with what is unsafe as \xNN, line ends and tabs apart; in the arena, "(no memory)" without memory. */
const char *cli_safe(cli *c, const char *text);
/* The same into `out` of `size` bytes, cut where it does not fit; blanks in the place of line ends and tabs. */
void cli_safe_line(const char *text, char *out, size_t size);
/* A JSON value of `length` bytes on standard output; in its strings stands \uNNNN for what is unsafe. */
void cli_print_json(const char *json, size_t length);

/* Name of this machine's processor; "unknown" where the system does not say. In the arena. */
const char *cli_processor(cli *c);

/* Columns to lay text out for: those of the terminal, at most 120; 100 where there is none. */
int cli_columns(const cli *c);
/* Columns that a text takes: one a character. */
int cli_width(const char *text);
/* Adds `text` to `out`, broken at blanks so that it fits cli_columns(). The first line is taken to stand after `indent`
 * columns, the others get so many blanks. Bytes [from, to) are painted CLI_ACCUSED, the others `paint`. */
cairn_status cli_wrap(cli *c, const char *text, int indent, cli_paint paint, size_t from, size_t to, cairn_text *out);
/* `text` in at most `columns` columns: itself, or its two ends with "…" between. In the arena. */
const char *cli_shorten(cli *c, const char *text, int columns);

/* A text as a field of CSV (RFC 4180): in quotes. One that a spreadsheet would take for a formula gets an apostrophe
 * before it. */
cairn_status cli_csv_text(cairn_out *out, const char *text);

/* ---- JSON --------------------------------------------------------------------------------------------------------------------- */

/* A JSON value written piece by piece into `out`, without memory of its own. `key` NULL: an element of an array, or the
 * whole value. The first failure is kept in `status`, and what follows it is not written. */
typedef struct cli_json {
    cairn_out *out;
    cairn_status status;
    bool comma; /* something stands before the next element */
} cli_json;
void cli_json_open(cli_json *j, const char *key, char bracket); /* '{' or '[' */
void cli_json_close(cli_json *j, char bracket);
void cli_json_text(cli_json *j, const char *key,
                   const char *text); /* NULL: null; what is not UTF-8 is written as U+FFFD */
void cli_json_int(cli_json *j, const char *key, int64_t value);
void cli_json_real(cli_json *j, const char *key, double value); /* null when it is not finite */
void cli_json_bool(cli_json *j, const char *key, bool value);
/* A line on standard output: begin, the value, end. */
cairn_status cli_json_begin(cli *c, cli_json *j);
cairn_status cli_json_end(cli_json *j);

/* ---- memory ------------------------------------------------------------------------------------------------------------------- */

/* A line a part, those of 0 bytes left out, and the total. */
void cli_print_memory(const cli *c, const cairn_memory_plan *plan);
/* {"parts": {NAME: bytes, ...}, "reading": bytes, "total": bytes} */
void cli_json_memory(cli_json *j, const char *key, const cairn_memory_plan *plan);
/* The result of --plan of a verb over problems. */
cairn_status cli_show_memory(cli *c, const job_options *options, int64_t problems, int32_t workers,
                             const cairn_memory_plan *plan);

#endif

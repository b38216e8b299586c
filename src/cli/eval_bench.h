/* `cairn eval NAME` of every registered benchmark: one verb each, made of the benchmark's options and the common ones. */
#ifndef CAIRN_CLI_EVAL_BENCH_H
#define CAIRN_CLI_EVAL_BENCH_H

#include "cairn/bench.h"
#include "cli/cli.h"

/* Options that all benchmarks have. In a verb's config these stand before the benchmark's own. */
typedef struct bench_options {
    const char *reward, *policy, *world;
    const char *critic, *prompt;
    const char *predictions, *tune_on, *against;
    const char *run, *items, *csv, *html, *curves;
    int32_t aggregate;
    int64_t resamples, votes, critic_max_tokens;
    double critic_temperature;
    uint64_t seed;
    bool resume, explain, baselines, skip_bad, portable, quiet, json;
} bench_options;

/* What is shown of one measurement. */
typedef struct bench_shown {
    const bench_options *options;
    cairn_bench_result result;
    cairn_bench_comparison comparison;
    bool compared;
    cairn_bench_criticism criticism; /* of a critic; prompts NULL: none was asked */
    const char *judge;               /* "what the files hold", "exec:./prm" */
    const char *own;                 /* the benchmark's own options, "threshold=0.5,variant=code"; "" for none */
    const char *const *files;        /* [n_files] */
    int n_files;
} bench_shown;

/* The verb of the benchmark's name, in the arena; NULL with status OK where no benchmark has that name. */
cairn_status cli_bench_verb(cli *c, const char *name, const cli_verb **out);
/* The benchmark of a verb that cli_bench_verb made, by its config's options. */
const cairn_bench_type *cli_bench_of(const cli_verb *verb);

/* What judges the items, opened once. */
typedef struct bench_judge {
    cairn_world world;
    cairn_policy policy, critic; /* for rewards that need one; that is asked in words */
    cairn_reward reward;
} bench_judge;

/* Opens what the options name, and checks that they go together. */
cairn_status bench_judge_open(cli *c, const bench_options *o, bench_judge *out);
void bench_judge_close(bench_judge *judge);
/* Asks it about all items. `kept`: with the file of --run. `criticism` is filled where a critic was asked. */
cairn_status bench_judge_ask(cli *c, const bench_options *o, const bench_judge *judge, cairn_bench_run *run, bool kept,
                             cairn_bench_criticism *criticism);
/* By its name in the table; NULL: none is named, and the files judge. */
const char *bench_judge_name(const bench_options *o);
enum { BENCH_BY_MEANING = CAIRN_AGGREGATE_ODDS + 1 }; /* choice of --aggregate */

/* For people, as JSON, and as CSV: a line a row and figure. */
void bench_print(cli *c, const bench_shown *shown);
cairn_status bench_json(cli *c, const bench_shown *shown);
cairn_status bench_csv(cli *c, const bench_shown *shown, const char *path);
/* --explain: definition, edge cases, figures, rows, options. */
cairn_status bench_explain(cli *c, const cairn_bench_type *bench);

#endif

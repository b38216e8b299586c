/* cairn eval NAME: a benchmark of cairn/bench.h as a verb. */
#include "cli/eval_bench.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cairn/world.h"

enum { MOST_FILES = 256, WORST = 20 };

static const cairn_option common[] = {
    CAIRN_TEXT(bench_options, reward, "", "",
               "Who is measured (cairn help rewards); empty: what the files themselves hold."),
    CAIRN_TEXT(bench_options, policy, "", "", "Policy for rewards that need one."),
    CAIRN_TEXT(bench_options, world, "text", "", "World that reads the steps; text: any problem, steps as they are."),
    CAIRN_CHOICE(bench_options, aggregate, "by-meaning", CAIRN_AGGREGATOR_CHOICES "|by-meaning",
                 "Step scores to one score of a solution; by-meaning: as the reward's scores ask for."),
    CAIRN_TEXT(bench_options, critic, "", "",
               "Policy that is asked in words (exec:CMD, model:file=..), by the benchmark's published form."),
    CAIRN_TEXT(bench_options, prompt, "", "",
               "File with the critic's prompt; QUESTION=FILE,.. where there are several questions (--explain)."),
    CAIRN_INT(bench_options, votes, "1", 1, 1024, "",
              "Replies of the critic to each request; the most frequent answer counts, of ratings the mean."),
    CAIRN_REAL_AS("critic-temperature", bench_options, critic_temperature, "0", 0, 100, "",
                  "Temperature of the critic's replies."),
    CAIRN_INT_AS("critic-max-tokens", bench_options, critic_max_tokens, "8192", 1, 1000000, "tokens",
                 "Longest reply of the critic."),
    CAIRN_TEXT(bench_options, predictions, "", "", "File of predictions, joined by id."),
    CAIRN_TEXT_AS("tune-on", bench_options, tune_on, "", "",
                  "Choose the threshold on this file; where it is measured too, that is said."),
    CAIRN_TEXT(bench_options, against, "", "",
               "File that --items wrote for another judge: differences to it with paired intervals."),
    CAIRN_TEXT(bench_options, items, "", "", "Write each item with its tallies to this file (JSON lines)."),
    CAIRN_TEXT(bench_options, csv, "", "", "Write the table to this file: a line a row and figure."),
    CAIRN_TEXT(
        bench_options, html, "", "",
        "Write a page to this file: the table, curves of step scores, and the items that are misjudged by most."),
    CAIRN_TEXT(bench_options, curves, "", "",
               "Write ROC, precision and recall, reliability and histogram of step scores to this file (SVG)."),
    CAIRN_TEXT(bench_options, run, "", "",
               "Run file: every score of the reward, every reply of the critic is kept in it at once."),
    CAIRN_BOOL(bench_options, resume, "false", "Go on with that run file."),
    CAIRN_INT(bench_options, resamples, "2000", 0, 1e6, "",
              "Resamples of the intervals, of groups of related items; 0: no intervals. Of more than 25,000 groups "
              "fewer are made, 200 at least."),
    CAIRN_BOOL(bench_options, baselines, "true", "Measure judges that need no mind on the same files."),
    CAIRN_BOOL(bench_options, explain, "false", "Say what is measured, and end."),
    CAIRN_BOOL_AS("skip-bad", bench_options, skip_bad, "false",
                  "Count and name bad rows instead of stopping at the first."),
    CLI_SEED(bench_options, seed),
    CLI_PORTABLE(bench_options, portable, "With models: "),
    CAIRN_BOOL(bench_options, quiet, "false", "No progress line."),
    CAIRN_BOOL(bench_options, json, "false", "Result as one JSON object."),
};
enum { COMMON = sizeof common / sizeof *common };

/* Where the benchmark's own options begin in a verb's config. */
static const size_t own_at = (sizeof(bench_options) + 15) / 16 * 16;

/* ---- one measurement --------------------------------------------------------------------------------------------- */

static int64_t size_of(int count, char *const *paths) {
    struct stat info;
    int64_t total = 0;
    for (int i = 0; i < count; i++) {
        if (stat(paths[i], &info) != 0 || !S_ISREG(info.st_mode)) return -1;
        total += info.st_size;
    }
    return total;
}

static cairn_status read_files(cli *c, const bench_options *o, cairn_bench_run *run, int count, char *const *paths) {
    cairn_bench_reading how = {.skip_bad = o->skip_bad};
    CAIRN_TRY(cairn_progress_open(c->ctx, "read (bytes)", size_of(count, paths), o->quiet, &how.progress));
    cairn_status status = CAIRN_OK;
    for (int i = 0; status == CAIRN_OK && i < count; i++) status = cairn_bench_read(run, paths[i], &how);
    if (status == CAIRN_OK) status = cairn_bench_end(run);
    cairn_progress_close(how.progress);
    return status;
}

static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Chooses thresholds on a file of its own, and puts them into the benchmark's options. */
static cairn_status tune(cli *c, const cairn_bench_type *bench, const bench_options *o, void *own,
                         const bench_judge *judge) {
    cairn_bench_run *tuning;
    char *paths[] = {cairn_arena_copy(c->arena, o->tune_on, strlen(o->tune_on))};
    if (!paths[0]) return CAIRN_NO_MEMORY;
    if (!bench->tune) return cairn_fail(c->ctx, CAIRN_INVALID, "%s has no threshold to be tuned", bench->about.name);
    CAIRN_TRY(cairn_bench_open(c->ctx, bench, own, &tuning));
    cairn_status status = read_files(c, o, tuning, 1, paths);
    if (status == CAIRN_OK && *o->predictions) status = cairn_bench_predict(tuning, o->predictions, NULL);
    if (status == CAIRN_OK) status = bench_judge_ask(c, o, judge, tuning, false, NULL);
    if (status == CAIRN_OK) status = bench->tune(tuning, own);
    cairn_bench_close(tuning);
    return status;
}

static cairn_status write_items(cli *c, const bench_options *o, cairn_bench_run *run) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, o->items, &out));
    cairn_status status = cairn_bench_write_items(run, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* Writes a file by cairn_bench_write_page or cairn_bench_write_curves. */
static cairn_status write_page(cli *c, const bench_shown *shown, cairn_bench_run *run, const char *path,
                               cairn_status (*write)(cairn_bench_run *, const cairn_bench_page *, cairn_out *)) {
    cairn_out *out;
    cairn_bench_page page = {.result = &shown->result,
                             .comparison = shown->compared ? &shown->comparison : NULL,
                             .judge = shown->judge,
                             .options = shown->own,
                             .files = shown->files,
                             .n_files = shown->n_files,
                             .worst = WORST};
    if (!*path) return CAIRN_OK;
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    cairn_status status = write(run, &page, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* Asks, measures and shows items that were read. */
static cairn_status measure(cli *c, bench_shown *shown, const bench_judge *judge, cairn_bench_run *run,
                            bool tuned_here) {
    const bench_options *o = shown->options;
    cairn_bench_measuring how = {.how = {.resamples = (int32_t)o->resamples, .level = 0.95, .seed = o->seed},
                                 .baselines = o->baselines,
                                 .tuned_here = tuned_here};
    if (*o->predictions) {
        shown->judge = o->predictions;
        CAIRN_TRY(cairn_bench_predict(run, o->predictions, &(cairn_bench_reading){.skip_bad = o->skip_bad}));
    }
    if (bench_judge_name(o)) shown->judge = bench_judge_name(o);
    CAIRN_TRY(bench_judge_ask(c, o, judge, run, true, &shown->criticism));
    CAIRN_TRY(cairn_bench_measure(run, &how, &shown->result));
    bool asked = shown->criticism.prompts != NULL; /* what could not be read is counted, and stands in --items */
    if (!asked && shown->result.silent == shown->result.items && (!shown->result.baselines || *o->against))
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "the files hold no judgement: name a judge with --reward or --critic%s",
                          shown->result.bench->predict ? ", or its predictions with --predictions" : "");
    shown->compared = *o->against != 0;
    if (shown->compared) CAIRN_TRY(cairn_bench_compare(run, o->against, &how, &shown->comparison));
    if (*o->items) CAIRN_TRY(write_items(c, o, run));
    if (*o->csv) CAIRN_TRY(bench_csv(c, shown, o->csv));
    CAIRN_TRY(write_page(c, shown, run, o->html, cairn_bench_write_page));
    CAIRN_TRY(write_page(c, shown, run, o->curves, cairn_bench_write_curves));
    if (o->json) return bench_json(c, shown);
    bench_print(c, shown);
    return CAIRN_OK;
}

static cairn_status measure_files(cli *c, const cairn_bench_type *bench, const bench_options *o, void *own,
                                  const bench_judge *judge, int count, char **paths) {
    cairn_bench_run *run;
    cairn_text text = {0};
    bool here = false;
    if (*o->tune_on) CAIRN_TRY(tune(c, bench, o, own, judge));
    for (int i = 0; *o->tune_on && i < count; i++) here = here || same_file(o->tune_on, paths[i]);
    cairn_status status = cairn_options_write(c->ctx, &bench->about, own, &text);
    if (status == CAIRN_OK) status = cairn_bench_open(c->ctx, bench, own, &run);
    if (status == CAIRN_OK) {
        bench_shown shown = {.options = o,
                             .judge = "what the files hold",
                             .own = text.data ? text.data : "",
                             .files = (const char *const *)paths,
                             .n_files = count};
        status = read_files(c, o, run, count, paths);
        if (status == CAIRN_OK) status = measure(c, &shown, judge, run, here);
        cairn_bench_close(run);
    }
    cairn_text_free(&text);
    return status;
}

static cairn_status run(cli *c, const void *config, int count, char **arguments) {
    const bench_options *o = config;
    const cairn_bench_type *bench = cli_bench_of(c->verb);
    bench_judge judge = {0};
    if (o->explain) return bench_explain(c, bench);
    if (count == 0) return cairn_fail(c->ctx, CAIRN_INVALID, "expected a file: %s", bench->files);
    void *own = cairn_arena_alloc(c->arena, 1, bench->about.config_size); /* tuning changes it */
    if (!own) return CAIRN_NO_MEMORY;
    memcpy(own, (const char *)config + own_at, bench->about.config_size);
    c->advice = *o->run ? "what was judged so far is in the file of --run; give --resume to go on" : NULL;
    cairn_status status = bench_judge_open(c, o, &judge);
    if (status == CAIRN_OK) status = measure_files(c, bench, o, own, &judge, count, arguments);
    bench_judge_close(&judge);
    return status;
}

static bool explains(const void *config) {
    return ((const bench_options *)config)->explain;
}

/* ---- the verb ---------------------------------------------------------------------------------------------------- */

const cairn_bench_type *cli_bench_of(const cli_verb *verb) {
    const char *name = strchr(verb->about.name, ' ');
    for (int i = 0; name && cairn_benches()[i]; i++)
        if (strcmp(cairn_benches()[i]->about.name, name + 1) == 0) return cairn_benches()[i];
    return NULL;
}

static const cairn_option *join_options(cli *c, const cairn_bench_type *bench) {
    int own = bench->about.option_count;
    cairn_option *all = cairn_arena_alloc(c->arena, (size_t)(COMMON + own), sizeof *all);
    if (!all) return NULL;
    for (int i = 0; i < own; i++) {
        all[i] = bench->about.options[i];
        all[i].offset += own_at;
    }
    memcpy(all + own, common, sizeof common);
    return all;
}

cairn_status cli_bench_verb(cli *c, const char *name, const cli_verb **out) {
    const cairn_bench_type *bench = NULL;
    *out = NULL;
    for (int i = 0; cairn_benches()[i] && !bench; i++)
        if (strcmp(cairn_benches()[i]->about.name, name) == 0) bench = cairn_benches()[i];
    if (!bench) return CAIRN_OK;
    cli_verb *verb = cairn_arena_alloc(c->arena, 1, sizeof *verb);
    const cairn_option *all = join_options(c, bench);
    bool critic = bench->n_questions > 0;
    char *full = cairn_arena_printf(c->arena, "eval %s", name);
    char *examples = cairn_arena_printf(
        c->arena,
        "  cairn eval %s --explain\n"
        "  cairn eval %s FILE.jsonl\n"
        "  cairn eval %s FILE.jsonl --reward 'exec:./my_prm' --run scores.db --items mine.jsonl\n%s%s%s",
        name, name, name, critic ? "  cairn eval " : "", critic ? name : "",
        critic ? " FILE.jsonl --critic 'exec:./judge' --run replies.db\n" : "");
    if (!verb || !all || !full || !examples) return CAIRN_NO_MEMORY;
    *verb = (cli_verb){.about = {.name = full,
                                 .summary = bench->about.summary,
                                 .source = bench->about.source,
                                 .options = all,
                                 .option_count = COMMON + bench->about.option_count,
                                 .config_size = own_at + bench->about.config_size},
                       .arguments = "FILE...",
                       .least = 0,
                       .most = MOST_FILES,
                       .examples = examples,
                       .run = run,
                       .explains = explains};
    *out = verb;
    return CAIRN_OK;
}

/* cairn eval ceiling: does choosing harder by a reward still raise the true value? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ceiling.h"
#include "cli/verbs.h"

enum { MOST_FILES = 64, MOST_CONDITIONS = 16, PRESET_SAMPLES = 64, LINKED = 3 };

typedef struct ceiling_config {
    job_options job;
    int64_t samples, most, resamples;
    double overrated;
    const char *prompt, *truth, *proxy, *right, *aggregators, *fail_if, *csv;
    bool detail;
} ceiling_config;

static const cairn_option options[] = {
    CAIRN_TEXT(ceiling_config, prompt, "", "",
               "Field that tells candidates of one prompt; the default is the first of prompt_id, problem_id, prompt, "
               "problem, question, id."),
    CAIRN_TEXT(ceiling_config, truth, "", "",
               "Field of the true value, a number or true and false; the default is the first of gold, truth, correct, "
               "is_correct, right, final_answer_correct, outcome."),
    CAIRN_TEXT(ceiling_config, proxy, "", "",
               "Fields of the scores to choose by, separated by blanks; the default is all of proxy, score, reward, "
               "scores, step_scores, rewards."),
    CAIRN_TEXT(ceiling_config, right, "human_to_GPT-4", "",
               "Of files with solution_reference (RewardMATH): the source of right solutions."),
    CAIRN_TEXT_AS("aggregates", ceiling_config, aggregators, "all", "",
                  "Each makes a proxy of step scores: all, or some of last, min, product, mean, sum, max."),
    CAIRN_INT(ceiling_config, most, "0", 0, INT32_MAX, "candidates",
              "Greatest n of best-of-n; 0: what nine of ten prompts have."),
    CAIRN_REAL(ceiling_config, overrated, "0.05", 0.0001, 0.5, "",
               "Share of candidates, those whose proxy ranks highest above their truth, whose features are told."),
    CAIRN_INT(ceiling_config, resamples, "1000", 100, 1e6, "resamples", "Of the bootstrap over prompts."),
    CAIRN_TEXT_AS(
        "fail-if", ceiling_config, fail_if, "", "",
        "Exit status 1 if a proxy has this: `ceiling`, or accuracy, truth, drop or gap compared with a number "
        "(`accuracy<0.7 drop>0.05`); drop is the one of other prompts."),
    CAIRN_BOOL(ceiling_config, detail, "false", "Curves, intervals and features of every proxy."),
    CAIRN_TEXT(ceiling_config, csv, "", "", "Write the curves as CSV to this file (- for standard output)."),
    CAIRN_TEXT_AS("world", ceiling_config, job.world, "", "",
                  "Without a file: sample solutions of this family of problems (cairn help worlds)."),
    CAIRN_TEXT_AS("policy", ceiling_config, job.policy, "", "",
                  "With --world: what proposes steps; the default is `scripted` (cairn help policies)."),
    CAIRN_TEXT_AS("reward", ceiling_config, job.reward, "", "",
                  "With --world: what scores steps; the default is `exact` (cairn help rewards)."),
    CAIRN_TEXT_AS("problems", ceiling_config, job.problems, "", "",
                  "With --world: file of problems to load, instead of generated ones."),
    CAIRN_INT_AS("count", ceiling_config, job.count, "0", 0, 1e12, "problems",
                 "With --world: how many (short: -n); 0: all of a file, or 100 generated ones."),
    CAIRN_INT(ceiling_config, samples, "0", 0, 1 << 20, "solutions", "With --world: sampled for each problem; 0: 64."),
    CLI_SAMPLING_OPTIONS(ceiling_config),
    CLI_RUN_OPTIONS(ceiling_config),
    CLI_OUTPUT_OPTIONS(ceiling_config),
};

/* ---- options ---------------------------------------------------------------------------------------------------------------- */

static cairn_status read_aggregators(cli *c, const char *text, uint32_t *out) {
    const char *words[8];
    int n;
    *out = 0;
    if (strcmp(text, "all") == 0) return CAIRN_OK;
    CAIRN_TRY(cli_words(c, "aggregates", text, words, 8, &n));
    for (int i = 0; i < n; i++) {
        cairn_aggregator how;
        CAIRN_TRY(cairn_aggregator_parse(c->ctx, words[i], &how));
        *out |= 1u << how;
    }
    return CAIRN_OK;
}

typedef struct condition {
    const char *text;
    char name[16];
    char relation; /* '<', '>', or 0: the proxy has a ceiling */
    double bound;
} condition;

static cairn_status read_condition(cli *c, const char *text, condition *out) {
    static const char *const names[] = {"accuracy", "truth", "drop", "gap"};
    size_t length = strcspn(text, "<>");
    *out = (condition){.text = text, .relation = text[length]};
    if (strcmp(text, "ceiling") == 0) return CAIRN_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0 && out->relation) {
            snprintf(out->name, sizeof out->name, "%s", names[i]);
            if (cairn_parse_double(text + length + 1, strlen(text + length + 1), &out->bound) == CAIRN_OK)
                return CAIRN_OK;
        }
    return cairn_fail(
        c->ctx, CAIRN_INVALID,
        "--fail-if: expected `ceiling`, or accuracy, truth, drop or gap with < or > and a number, got `%s`", text);
}

typedef struct gate {
    condition list[MOST_CONDITIONS]; /* [n] */
    int n;
} gate;

static cairn_status read_gate(cli *c, const char *text, gate *out) {
    const char *words[MOST_CONDITIONS];
    out->n = 0;
    if (!*text) return CAIRN_OK;
    CAIRN_TRY(cli_words(c, "fail-if", text, words, MOST_CONDITIONS, &out->n));
    for (int i = 0; i < out->n; i++) CAIRN_TRY(read_condition(c, words[i], &out->list[i]));
    return CAIRN_OK;
}

static double value_of(const condition *k, const cairn_ceiling_report *r) {
    switch (*k->name) {
    case 'a':
        return r->accuracy.estimate;
    case 't':
        return r->curve[r->points - 1].truth.estimate;
    case 'd':
        return r->held_out_drop.estimate;
    default:
        return r->gap.estimate;
    }
}

/* A figure that is not known fails no condition on it. */
static bool holds(const condition *k, const cairn_ceiling_report *r) {
    if (!k->relation) return r->reached;
    return k->relation == '<' ? value_of(k, r) < k->bound : value_of(k, r) > k->bound;
}

/* Notes each proxy of which a condition holds. */
static cairn_status check_gate(cli *c, const gate *g, ceilings *all) {
    all->failed = cairn_arena_alloc(c->arena, (size_t)g->n * (size_t)all->n + 1, sizeof *all->failed);
    if (!all->failed) return CAIRN_NO_MEMORY;
    for (int i = 0; i < g->n; i++) {
        for (int32_t p = 0; p < all->n; p++) {
            if (all->proxies[p].why || !holds(&g->list[i], &all->proxies[p].report)) continue;
            const char *said = cairn_arena_printf(c->arena, "%s: %s", all->proxies[p].label, g->list[i].text);
            if (!said) return CAIRN_NO_MEMORY;
            all->failed[all->n_failed++] = said;
        }
    }
    c->no = all->n_failed > 0;
    return CAIRN_OK;
}

/* ---- measuring --------------------------------------------------------------------------------------------------------------- */

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static cairn_status measure_proxy(cli *c, const ceiling_config *config, const cairn_ceiling_data *data, size_t at,
                                  measured_proxy *out) {
    cairn_ceiling_setup setup = CAIRN_CEILING_PRESET;
    setup.most = (int32_t)config->most;
    setup.overrated = config->overrated;
    setup.how.resamples = (int32_t)config->resamples;
    setup.how.seed = config->job.seed;
    cairn_status status = cairn_ceiling_measure(c->ctx, data, at, &setup, &out->report);
    for (int32_t f = 0; f < out->report.n_features; f++) /* their names live as long as the table */
        out->report.features[f].name = cli_safe(c, out->report.features[f].name);
    if (status != CAIRN_INVALID) return status;
    out->why = cairn_arena_printf(c->arena, "%s", cairn_error(c->ctx));
    return out->why ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Measures all proxies of a table. `several`: of several files, whose names are told. */
static cairn_status measure_table(cli *c, const ceiling_config *config, cairn_ceiling_table *table, const char *file,
                                  bool several, ceilings *all) {
    cairn_ceiling_data data;
    CAIRN_TRY(cairn_ceiling_table_data(table, c->ctx, &data));
    measured_proxy *proxies = cairn_arena_alloc(c->arena, (size_t)all->n + data.n_proxies, sizeof *proxies);
    if (!proxies) return CAIRN_NO_MEMORY;
    if (all->n) memcpy(proxies, all->proxies, (size_t)all->n * sizeof *proxies);
    all->proxies = proxies;
    all->candidates += (int64_t)data.first[data.prompts];
    all->prompts += (int64_t)data.prompts;
    cairn_progress *progress;
    CAIRN_TRY(cairn_progress_open(c->ctx, "measure", (int64_t)data.n_proxies, config->job.quiet, &progress));
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < data.n_proxies && status == CAIRN_OK; i++) {
        measured_proxy *p = &proxies[all->n++];
        *p = (measured_proxy){.file = file, .name = cli_safe(c, data.proxies[i].name)};
        const char *base = cli_safe(c, base_name(file));
        p->label = several ? cairn_arena_printf(c->arena, "%.*s: %s", (int)strcspn(base, "."), base, p->name) : p->name;
        status = p->label ? measure_proxy(c, config, &data, i, p) : CAIRN_NO_MEMORY;
        cairn_progress_add(progress, 1);
    }
    cairn_progress_close(progress);
    return status;
}

static cairn_status link_proxies(cli *c, uint64_t seed, ceilings *all) {
    double *accuracy = cairn_arena_alloc(c->arena, (size_t)all->n + 1, 2 * sizeof *accuracy);
    if (!accuracy) return CAIRN_NO_MEMORY;
    double *truth = accuracy + all->n;
    all->link = (cairn_test){NAN, NAN};
    for (int32_t i = 0; i < all->n; i++) {
        const cairn_ceiling_report *r = &all->proxies[i].report;
        if (all->proxies[i].why || isnan(r->accuracy.estimate)) continue;
        accuracy[all->measured] = r->accuracy.estimate;
        truth[all->measured++] = r->curve[r->points - 1].truth.estimate;
        int32_t n = r->curve[r->points - 1].n;
        if (all->least_n == 0 || n < all->least_n) all->least_n = n;
    }
    if (all->measured < LINKED) return CAIRN_OK;
    return cairn_ceiling_link(c->ctx, accuracy, truth, (size_t)all->measured, seed, &all->link);
}

static cairn_status show(cli *c, const ceiling_config *config, const gate *g, ceilings *all) {
    CAIRN_TRY(link_proxies(c, config->job.seed, all));
    if (all->measured == 0 && all->n > 0 && all->proxies[0].why)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s: %s", all->source, all->proxies[0].why);
    CAIRN_TRY(check_gate(c, g, all));
    if (*config->csv) CAIRN_TRY(ceiling_csv(c, config->csv, all));
    if (config->job.json) return ceiling_json(c, all);
    if (strcmp(config->csv, "-") != 0) ceiling_print(c, all, config->detail);
    return CAIRN_OK;
}

/* ---- where candidates come from ------------------------------------------------------------------------------------------------ */

typedef struct collecting {
    cli *c;
    cairn_ceiling_table *table;
} collecting;

static cairn_status collect(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)index;
    const collecting *k = arg;
    return cairn_ceiling_table_add(k->table, k->c->ctx, id, record, length);
}

static cairn_status sample_job(cli *c, cairn_job *job, const ceiling_config *config, cairn_ceiling_table *table) {
    cairn_solve_setup setup = {.search = cairn_arena_printf(c->arena, "best-of-n:width=%" PRId64,
                                                            config->samples ? config->samples : PRESET_SAMPLES),
                               .keep_tree = true,
                               .keep_scores = true};
    cairn_manifest manifest;
    cairn_run *run;
    cairn_solve_summary summary;
    if (!setup.search) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_solve_manifest(c->ctx, job, &setup, c->arena, &manifest));
    CAIRN_TRY(cli_open_run(c, &config->job, &manifest, &run));
    cairn_status status = cairn_solve(c->ctx, job, &setup, run, &summary);
    if (status == CAIRN_OK) status = cairn_job_each(job, c->ctx, run, collect, &(collecting){c, table});
    return cli_close_run(c, &config->job, run, status);
}

static cairn_status sample(cli *c, const ceiling_config *config, cairn_ceiling_table *table) {
    cairn_job_setup setup;
    cairn_job *job;
    CAIRN_TRY(cli_job_setup(c, &config->job, "sample", &setup));
    if (!setup.policy) setup.policy = "scripted";
    if (!setup.reward) setup.reward = "exact";
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = sample_job(c, job, config, table);
    cairn_job_close(job);
    return status;
}

static cairn_status measure_one(cli *c, const ceiling_config *config, const char *path, bool several, ceilings *all) {
    cairn_ceiling_fields fields = {
        .prompt = config->prompt, .truth = config->truth, .proxies = config->proxy, .right = config->right};
    cairn_ceiling_table *table;
    CAIRN_TRY(read_aggregators(c, config->aggregators, &fields.aggregators));
    CAIRN_TRY(cairn_ceiling_table_open(c->ctx, &fields, &table));
    cairn_status status = path ? cairn_ceiling_table_read(table, c->ctx, path) : sample(c, config, table);
    if (status == CAIRN_OK) status = measure_table(c, config, table, path ? path : "", several, all);
    cairn_ceiling_table_close(table);
    return status;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const ceiling_config *config = options_;
    ceilings all = {0};
    gate g;
    if ((count > 0) == (*config->job.world != 0))
        return cairn_fail(c->ctx, CAIRN_INVALID, "expected FILE... of scored candidates, or --world to sample them");
    if (count > 0 && (*config->job.policy || *config->job.reward || *config->job.problems || *config->job.run ||
                      config->job.count || config->samples))
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "--policy, --reward, --problems, --count, --samples and --run are of sampling, with --world: "
                          "they go not with files");
    if (config->job.json && strcmp(config->csv, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes not with --csv -: both write to standard output");
    CAIRN_TRY(read_gate(c, config->fail_if, &g));
    all.source = count == 0   ? config->job.world
                 : count == 1 ? cli_safe(c, arguments[0])
                              : cairn_arena_printf(c->arena, "%d files", count);
    for (int i = 0; i < count; i++) CAIRN_TRY(measure_one(c, config, arguments[i], count > 1, &all));
    if (count == 0) CAIRN_TRY(measure_one(c, config, NULL, false, &all));
    return show(c, config, &g, &all);
}

const cli_verb verb_eval_ceiling = {
    .about = {.name = "eval ceiling",
              .summary = "Find where choosing harder by a score stops raising the true value (arXiv 2311.00168).",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(ceiling_config)},
    .arguments = "[FILE...]",
    .least = 0,
    .most = MOST_FILES,
    .examples = "  cairn eval ceiling --world words --reward noisy:sd=0.3 --samples 16 -n 50\n"
                "  cairn solve --search best-of-n:width=16 -n 50 --reward noisy:sd=0.3 --run best.db --keep-tree\n"
                "  cairn eval ceiling best.db --detail                   # what that run kept\n"
                "  cairn eval ceiling best.db --fail-if 'ceiling accuracy<0.5' --json\n",
    .run = run,
};

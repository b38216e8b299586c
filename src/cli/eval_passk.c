/* cairn eval passk: the chance that one of k samples is right: of a policy that is sampled here, or of recorded samples
 * of several models, with their votes and the best by scores (passk.h). */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/outcomes.h"
#include "cli/passk.h"
#include "cli/verbs.h"

static const cairn_option options[] = {
    CAIRN_INT(passk_config, samples, "0", 0, 1 << 20, "solutions",
              "n: sampled for each problem; 0: 64, or all recorded ones. Each recorded one is used once."),
    CAIRN_TEXT(passk_config, names, "", "",
               "Names of the models, one a FILE, divided by commas; NAME=FILE does it too."),
    CAIRN_TEXT(passk_config, scores, "", "",
               "Fields of FILE with one number a sample, divided by blanks: best of k by each."),
    CAIRN_TEXT(passk_config, rewards, "", "",
               "Rewards that score the samples of FILE, divided by blanks (cairn help rewards): best of k by each, as "
               "'recorded:file=prm.jsonl'."),
    CAIRN_CHOICE_AS("aggregate", passk_config, job.aggregate, "by-meaning", "last|min|product|mean|sum|max|by-meaning",
                    "Step scores of --rewards to one score of a sample; by-meaning: as the scores ask for."),
    CAIRN_TEXT_AS("k", passk_config, ks, "", "", "Columns, divided by blanks; empty: 1 2 4 .. up to all samples."),
    CAIRN_CHOICE(
        passk_config, join, "auto", "auto|text|group",
        "What samples of one problem share; auto: the field group where every sample has one and groups and texts go "
        "together in all files, else the problem's text."),
    CAIRN_TEXT_AS("world", passk_config, job.world, "", "",
                  "Family of problems (cairn help worlds). Empty: chain; with FILE text."),
    CAIRN_TEXT_AS("policy", passk_config, job.policy, "", "",
                  "Who proposes steps (cairn help policies). Empty: scripted. With FILE for rewards that need one."),
    CAIRN_TEXT_AS("problems", passk_config, job.problems, "", "",
                  "File of problems for the world to load, instead of generated ones; not with FILE."),
    CAIRN_BOOL_AS("skip-bad", passk_config, job.skip_bad, "false",
                  "Name bad lines of files instead of stopping at the first."),
    CAIRN_INT_AS("count", passk_config, job.count, "0", 0, 1e12, "problems",
                 "How many (short: -n); 0: all of files, or 200 generated ones."),
    CLI_SAMPLING_OPTIONS(passk_config),
    CAIRN_TEXT(passk_config, csv, "", "", "Write the table of FILEs to this file: a line a row and k."),
    CAIRN_TEXT(passk_config, svg, "", "", "Write curves of FILEs against k, with interval bands, to this file (SVG)."),
    CAIRN_TEXT(passk_config, html, "", "", "Write a page of FILEs to this file: curves and table, no network needed."),
    CLI_OUTPUT_OPTIONS(passk_config),
};

enum { PRESET_SAMPLES = 64, PRESET_PROBLEMS = 200, MOST_SAMPLES = 1 << 20 };

/* Samples of all problems. A problem without a truth, or without a sample, is in no row. */
typedef struct sampled {
    const passk_config *config;
    const cairn_job *job;
    const cairn_outcomes *outcomes; /* [n] of each problem's samples */
    double *hits, *items;           /* [n] room for a row */
    size_t n;
    cairn_outcomes all;
    int64_t most;                /* samples of a problem that has a row */
    int64_t rows_of, unrecorded; /* problems with a row; without a sample */
} sampled;

typedef struct row {
    int64_t k;
    cairn_interval pass; /* unknown outcomes count as not right; NaN where no outcome is known */
    double most;         /* if they were right */
    int64_t problems;    /* with k samples or more */
} row;

static int64_t judged_samples(const cairn_outcomes *o) {
    return o->n - o->untold;
}

/* Mean over the problems that have k samples. */
static cairn_status fill_row(cli *c, sampled *s, int64_t k, row *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    how.seed = s->config->job.seed;
    double most = 0;
    *out = (row){.k = k, .pass = {NAN, NAN, NAN, 0}};
    for (size_t i = 0; i < s->n; i++) {
        const cairn_outcomes *o = &s->outcomes[i];
        double one = 0;
        s->items[i] = judged_samples(o) >= k;
        s->hits[i] = 0;
        if (!(s->items[i] > 0)) continue;
        out->problems++;
        CAIRN_TRY(cairn_stat_pass_at_k(c->ctx, judged_samples(o), o->right, k, &s->hits[i]));
        CAIRN_TRY(cairn_stat_pass_at_k(c->ctx, judged_samples(o), o->right + o->unknown - o->untold, k, &one));
        most += one;
    }
    out->most = out->problems ? most / (double)out->problems : NAN;
    if (cairn_outcomes_judged(&s->all) == 0) return CAIRN_OK;
    return cairn_stat_grouped_share(c->ctx, s->hits, s->items, s->n, &how, &out->pass);
}

static void print_row(const sampled *s, const row *r) {
    char interval[64] = "", n[2][32];
    int64_t unknown = s->all.unknown - s->all.untold;
    if (isnan(r->pass.estimate)) {
        printf("  k %6" PRId64 "   not judged; %.1f .. %.1f %% whatever the unknown are\n", r->k, 0.0, 100 * r->most);
        return;
    }
    printf("  k %6" PRId64 "   %5.1f %%  (%s", r->k, 100 * r->pass.estimate, cli_interval_text(&r->pass, interval));
    if (unknown) printf("; were the unknown right: %.1f %%", 100 * r->most);
    if (r->problems < s->rows_of)
        printf("; of %s of %s problems, the others have fewer samples", cli_count(r->problems, n[0]),
               cli_count(s->rows_of, n[1]));
    printf(")\n");
}

static void print_head(const sampled *s) {
    char n[6][32], problems[96];
    int64_t unknown = s->all.unknown - s->all.untold;
    printf("pass@k on %s, %s, %s samples\n", s->config->job.world, cli_problems_text(s->job, problems),
           cli_count(s->all.n, n[1]));
    if (unknown)
        printf("  unknown    %s samples, %s of them without a readable answer; they count as not right\n",
               cli_count(unknown, n[2]), cli_count(s->all.unanswered, n[3]));
    if (s->all.untold)
        printf("  not judged %s samples: no true answer, no recorded outcome\n", cli_count(s->all.untold, n[4]));
    if (s->unrecorded) printf("  left out   %s problems without a sample\n", cli_count(s->unrecorded, n[5]));
    cli_print_unread(&s->all, "samples");
}

static void put_row(cli_json *j, const sampled *s, const row *r) {
    cli_json_open(j, NULL, '{');
    cli_json_int(j, "k", r->k);
    cli_json_real(j, "pass", r->pass.estimate);
    cli_json_real(j, "low", r->pass.low);
    cli_json_real(j, "high", r->pass.high);
    cli_json_real(j, "pass_if_unknown_right", r->most);
    cli_json_int(j, "problems", r->problems);
    cli_json_int(j, "left_out", (int64_t)s->n - r->problems);
    cli_json_int(j, "problems_available", cairn_job_available(s->job));
    cli_json_int(j, "samples", s->all.n);
    cli_json_int(j, "unknown", s->all.unknown);
    cli_json_int(j, "unanswered", s->all.unanswered);
    cli_json_int(j, "not_judged", s->all.untold);
    cli_json_close(j, '}');
}

/* k = 1, 2, 4, .. as far as a problem has so many samples. For programs k = 1 is always there, with what was counted.
 */
static cairn_status print_curve(cli *c, sampled *s) {
    bool json = s->config->job.json;
    cli_json j;
    cairn_status status = CAIRN_OK;
    if (json) {
        CAIRN_TRY(cli_json_begin(c, &j));
        cli_json_open(&j, NULL, '[');
    } else {
        print_head(s);
    }
    for (int64_t k = 1; (k <= s->most || (json && k == 1)) && status == CAIRN_OK; k *= 2) {
        row r;
        status = fill_row(c, s, k, &r);
        if (status != CAIRN_OK) break;
        if (json)
            put_row(&j, s, &r);
        else
            print_row(s, &r);
    }
    if (!json) return status;
    cli_json_close(&j, ']');
    if (status == CAIRN_OK) return cli_json_end(&j);
    cairn_out_drop(j.out);
    return status;
}

static cairn_status measure(cli *c, cairn_job *job, const passk_config *config) {
    size_t n = (size_t)cairn_job_problems(job);
    bool replays = cairn_job_policy(job)->type->recorded;
    int64_t width = config->samples ? config->samples : replays ? MOST_SAMPLES : PRESET_SAMPLES;
    cairn_outcomes *outcomes = cairn_arena_alloc(c->arena, n + 1, sizeof *outcomes);
    sampled s = {.config = config,
                 .job = job,
                 .outcomes = outcomes,
                 .hits = cairn_arena_alloc(c->arena, n + 1, sizeof *s.hits),
                 .items = cairn_arena_alloc(c->arena, n + 1, sizeof *s.items),
                 .n = n};
    const char *search = cairn_arena_printf(c->arena, "majority:width=%" PRId64, width);
    if (!outcomes || !s.hits || !s.items || !search) return CAIRN_NO_MEMORY;
    cairn_solve_setup setup = {.search = search, .sampled = outcomes};
    cairn_solve_summary summary;
    CAIRN_TRY(cairn_solve(c->ctx, job, &setup, NULL, &summary));
    s.all = summary.samples;
    for (size_t i = 0; i < n; i++) {
        int64_t judged = judged_samples(&outcomes[i]);
        s.rows_of += judged > 0;
        s.unrecorded += outcomes[i].n == 0;
        if (judged > s.most) s.most = judged;
    }
    return print_curve(c, &s);
}

/* A policy, which is sampled here. */
static cairn_status measure_policy(cli *c, const passk_config *given) {
    passk_config config = *given;
    cairn_job_setup setup;
    cairn_job *job;
    static const char *const of_files[] = {"names", "scores", "rewards", "k", "csv", "svg", "html"};
    const char *const values[] = {given->names, given->scores, given->rewards, given->ks,
                                  given->csv,   given->svg,    given->html};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (*values[i])
            return cairn_fail(c->ctx, CAIRN_INVALID, "--%s is of recorded samples: give their FILE", of_files[i]);
    if (!*config.job.world) config.job.world = "chain";
    if (!*config.job.policy) config.job.policy = "scripted";
    if (!config.job.count && !*config.job.problems) config.job.count = PRESET_PROBLEMS;
    CAIRN_TRY(cli_job_setup(c, &config.job, "sample", &setup));
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = measure(c, job, &config);
    cairn_job_close(job);
    return status;
}

/* Recorded samples, a file a model. */
static cairn_status measure_files(cli *c, const passk_config *config, int count, char **arguments) {
    char *paths[PASSK_MODELS];
    passk_table table;
    passk_samples *samples = cairn_arena_alloc(c->arena, 1, sizeof *samples);
    if (!samples) return CAIRN_NO_MEMORY;
    if (*config->job.problems)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--problems are sampled by a policy: FILE has samples already");
    CAIRN_TRY(passk_name(c, config, count, arguments, samples));
    for (int i = 0; i < count; i++)
        if (!(paths[i] = cairn_arena_copy(c->arena, samples->models[i].path, strlen(samples->models[i].path))))
            return CAIRN_NO_MEMORY;
    CAIRN_TRY(cli_refuse_same_file(c, c->verb, config, count, paths));
    CAIRN_TRY(passk_read(c, samples));
    CAIRN_TRY(passk_measure(c, samples, &table));
    return passk_show(c, &table);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    return count ? measure_files(c, options_, count, arguments) : measure_policy(c, options_);
}

const cli_verb verb_eval_passk = {
    .about = {.name = "eval passk",
              .summary =
                  "pass@k of a policy, or of recorded samples pass@k, maj@k and best of k, models and rewards side by "
                  "side, without bias (arXiv 2107.03374).",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(passk_config)},
    .arguments = "[[NAME=]FILE...]",
    .most = PASSK_MODELS,
    .examples = "  cairn eval passk --world countdown:numbers=4 --samples 128\n"
                "  cairn eval passk small.jsonl large.jsonl --html passk.html\n"
                "  cairn eval passk small=a.jsonl large=b.jsonl --scores 'orm prm' --csv table.csv\n"
                "  cairn eval passk large.jsonl --rewards 'recorded:file=prm.jsonl calculator' --k '1 4 8'\n",
    .run = run,
};

/* cairn eval budget: algorithms at matched budgets, beside the exact optimum. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"

typedef struct budget_config {
    job_options job;
    const char *searches, *budgets, *baseline;
} budget_config;

static const cairn_option options[] = {
    CLI_TEXT(budget_config, "searches", searches, "greedy majority weighted best-of-n beam dvts rebase mcts",
             "Algorithms, divided by blanks; each NAME or NAME:key=value,..."),
    CLI_TEXT(budget_config, "budgets", budgets, "64 256", "Budgets in sampled steps a problem, divided by blanks."),
    CLI_TEXT(budget_config, "baseline", baseline, "majority",
             "Algorithm to which the others are compared, problem by problem."),
    CLI_JOB_OPTIONS(budget_config, "500", "exact"),
};

enum { MOST_SEARCHES = 32, MOST_BUDGETS = 32 };

typedef struct row {
    const char *search;
    cairn_solve_summary summary;
    double *outcomes; /* [problems] */
} row;

/* Cuts `text` at blanks into words[most]; errors when there are none or too many. */
static cairn_status cut_words(cli *c, const char *what, const char *text, const char **words, int most, int *count) {
    *count = 0;
    for (const char *p = text; *p;) {
        size_t length = strcspn(p, " \t\n");
        if (length > 0) {
            if (*count == most) return cairn_fail(c->ctx, CAIRN_INVALID, "--%s: more than %d", what, most);
            words[*count] = cairn_arena_copy(c->arena, p, length);
            if (!words[(*count)++]) return CAIRN_NO_MEMORY;
        }
        p += length;
        p += strspn(p, " \t\n");
    }
    return *count ? CAIRN_OK : cairn_fail(c->ctx, CAIRN_INVALID, "--%s is empty", what);
}

static cairn_status run_row(cli *c, const budget_config *config, int64_t budget, row *out) {
    cairn_job_setup setup;
    cairn_job *job;
    cli_job_setup(&config->job, out->search, &setup);
    setup.budget = (cairn_budget){.steps = budget};
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    out->outcomes = cairn_arena_alloc(c->arena, (size_t)cairn_job_problems(job) + 1, sizeof *out->outcomes);
    cairn_solve_setup solve = {.search = out->search, .outcomes = out->outcomes};
    cairn_status status = out->outcomes ? cairn_solve(c->ctx, job, &solve, NULL, &out->summary) : CAIRN_NO_MEMORY;
    cairn_job_close(job);
    return status;
}

/* Paired difference to the baseline; low and high NaN where an outcome is unknown. */
static cairn_status compare(cli *c, const budget_config *config, const row *r, const row *base, cairn_interval *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    how.seed = config->job.seed;
    *out = (cairn_interval){NAN, NAN, NAN, 0};
    if (r->summary.unknown || base->summary.unknown || r->summary.problems < 2) return CAIRN_OK;
    return cairn_stat_bootstrap_paired(c->ctx, r->outcomes, base->outcomes, (size_t)r->summary.problems, &how, out);
}

static const char *number(double value, char out[32]) {
    if (isnan(value)) return "null";
    cairn_format_double(value, out);
    return out;
}

static void print_row_json(cli *c, int64_t budget, const row *r, const cairn_interval *d) {
    char n[12][32];
    const cairn_solve_summary *s = &r->summary;
    printf("{\"budget\":%" PRId64 ",\"search\":\"%s\",\"problems\":%" PRId64
           ",\"accuracy\":%s,\"low\":%s,\"high\":%s,\"found\":%s,"
           "\"difference\":%s,\"difference_low\":%s,\"difference_high\":%s,\"steps\":%s,\"tokens\":%s,\"scorings\":%s,"
           "\"optimum\":%s,\"seconds\":%s}\n",
           budget, cli_json_text(c, r->search), s->problems, number(s->accuracy.estimate, n[0]),
           number(s->accuracy.low, n[1]), number(s->accuracy.high, n[2]), number(s->oracle, n[3]),
           number(d->estimate, n[4]), number(d->low, n[5]), number(d->high, n[6]), number(s->steps, n[7]),
           number(s->tokens, n[8]), number(s->scorings, n[9]), number(s->optimum, n[10]), number(s->seconds, n[11]));
}

static void print_head(const cli *c, const budget_config *config, int64_t budget) {
    char n[32];
    printf("\n%s%s steps a problem%s   (%s; reward %s)\n", cli_paint_code(c, CLI_BOLD), cli_count(budget, n),
           cli_paint_code(c, CLI_PLAIN), config->job.world, *config->job.reward ? config->job.reward : "none");
    printf("%s  %-28s %7s %17s %19s %8s %8s %9s %7s%s\n", cli_paint_code(c, CLI_DIM), "search", "right %",
           "95 % interval", "against baseline", "found %", "steps", "tokens", "s", cli_paint_code(c, CLI_PLAIN));
}

static void print_row(const cli *c, const row *r, const cairn_interval *d, bool is_base) {
    const cairn_solve_summary *s = &r->summary;
    char interval[32], difference[40] = "";
    snprintf(interval, sizeof interval, "%.1f .. %.1f", 100 * s->accuracy.low, 100 * s->accuracy.high);
    if (is_base)
        snprintf(difference, sizeof difference, "baseline");
    else if (!isnan(d->low))
        snprintf(difference, sizeof difference, "%+.1f [%+.1f, %+.1f]", 100 * d->estimate, 100 * d->low, 100 * d->high);
    cli_paint paint = is_base || isnan(d->low) ? CLI_PLAIN : d->low > 0 ? CLI_GREEN : d->high < 0 ? CLI_RED : CLI_PLAIN;
    printf("  %-28s %s%7.1f%s %17s %s%19s%s %8.1f %8.1f %9.1f %7.2f\n", r->search, cli_paint_code(c, CLI_BOLD),
           100 * s->accuracy.estimate, cli_paint_code(c, CLI_PLAIN), interval, cli_paint_code(c, paint), difference,
           cli_paint_code(c, CLI_PLAIN), 100 * s->oracle, s->steps, s->tokens, s->seconds);
}

static cairn_status run_budget(cli *c, const budget_config *config, int64_t budget, const char **searches, int n) {
    row rows[MOST_SEARCHES] = {0};
    int base = -1;
    for (int i = 0; i < n; i++) {
        rows[i].search = searches[i];
        if (strcmp(searches[i], config->baseline) == 0) base = i;
        CAIRN_TRY(run_row(c, config, budget, &rows[i]));
    }
    if (!config->job.json) print_head(c, config, budget);
    for (int i = 0; i < n; i++) {
        cairn_interval difference = {NAN, NAN, NAN, 0};
        if (base >= 0 && i != base) CAIRN_TRY(compare(c, config, &rows[i], &rows[base], &difference));
        if (config->job.json)
            print_row_json(c, budget, &rows[i], &difference);
        else
            print_row(c, &rows[i], &difference, i == base);
    }
    if (!config->job.json && !isnan(rows[0].summary.optimum))
        printf("  %s%-28s %7.1f%s   best possible with these steps and perfect knowledge, computed exactly\n",
               cli_paint_code(c, CLI_DIM), "exact optimum", 100 * rows[0].summary.optimum,
               cli_paint_code(c, CLI_PLAIN));
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const budget_config *config = options_;
    const char *searches[MOST_SEARCHES], *budgets[MOST_BUDGETS];
    int n_searches, n_budgets;
    if (*config->job.run || config->job.resume || config->job.budget || config->job.token_budget)
        return cairn_fail(c->ctx, CAIRN_INVALID, "eval budget takes --budgets, and keeps no run file");
    CAIRN_TRY(cut_words(c, "searches", config->searches, searches, MOST_SEARCHES, &n_searches));
    CAIRN_TRY(cut_words(c, "budgets", config->budgets, budgets, MOST_BUDGETS, &n_budgets));
    for (int i = 0; i < n_budgets; i++) {
        int64_t budget;
        if (cairn_parse_int(budgets[i], strlen(budgets[i]), &budget) != CAIRN_OK || budget < 1)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--budgets: expected whole numbers of steps, got `%s`",
                              budgets[i]);
        CAIRN_TRY(run_budget(c, config, budget, searches, n_searches));
    }
    return CAIRN_OK;
}

const cli_verb verb_eval_budget = {
    .about = {.name = "eval budget",
              .summary = "Compare searches at matched budgets: accuracy, intervals, cost, exact optimum.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(budget_config)},
    .arguments = "",
    .examples = "  cairn eval budget --budgets '32 128 512' -n 1000\n"
                "  cairn eval budget --searches 'majority beam:branch=2 beam:branch=8' --reward noisy:miss=0.3\n",
    .run = run,
};

/* cairn eval budget: algorithms at matched budgets, beside the exact optimum. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/budget_curves.h"
#include "cli/outcomes.h"
#include "cli/spent.h"
#include "cli/verbs.h"

typedef struct budget_config {
    job_options job;
    const char *searches, *budgets, *baseline, *match, *svg, *html;
    int32_t unit, axis;
    int64_t pilot;
} budget_config;

#define PRESET_BASELINE "majority"
#define PRESET_BUDGETS  "64 256"

static const cairn_option options[] = {
    CAIRN_TEXT(budget_config, searches, "greedy majority weighted best-of-n beam dvts rebase mcts", "",
               "Algorithms, divided by blanks; each NAME or NAME:key=value,..."),
    CAIRN_TEXT(budget_config, budgets, PRESET_BUDGETS, "",
               "Budgets a problem in --unit, divided by blanks; 0: none, what the algorithms' own options ask for."),
    CAIRN_CHOICE(budget_config, unit, "steps", "steps|tokens|flops",
                 "Unit of the budgets: sampled steps or tokens, FLOP of policy and reward."),
    CAIRN_TEXT(
        budget_config, match, "", "",
        "Give every algorithm the computing that this one takes, e.g. majority:width=16: in the place of --budgets, "
        "for models in this process."),
    CAIRN_INT(budget_config, pilot, "32", 1, 1e9, "problems",
              "Other problems, or of a file the first, on which --match finds the widths that nobody gave."),
    CAIRN_TEXT(
        budget_config, baseline, PRESET_BASELINE, "",
        "Algorithm to which the others are compared, problem by problem; it is run where --searches leaves it out."),
    CLI_TASK_OPTIONS(budget_config, "500"),
    CLI_SCORE_OPTIONS(budget_config, "exact"),
    CLI_COMPLETER_OPTIONS(budget_config),
    CLI_SAMPLING_OPTIONS(budget_config),
    CAIRN_TEXT(budget_config, svg, "", "",
               "Write accuracy against what was spent, a curve an algorithm with its interval, to this file (SVG)."),
    CAIRN_TEXT(budget_config, html, "", "",
               "Write a page to this file: those curves and the table, no network needed."),
    CAIRN_CHOICE(budget_config, axis, "unit", BUDGET_AXIS_CHOICES, "What the curves are drawn against; unit: --unit."),
    CLI_OUTPUT_OPTIONS(budget_config),
};

enum { UNIT_STEPS, UNIT_TOKENS, UNIT_FLOPS };
static const char *const units[] = {"steps", "tokens", "FLOP"};

enum { MOST_SEARCHES = 32, MOST_BUDGETS = 32 };

typedef struct row {
    const char *search;
    cairn_solve_summary summary;
    double *outcomes; /* [problems] */
    spent_reason why; /* it spent so little of the budget */
    int same_as;      /* the first row with the same outcome in every problem, itself where there is none before it */
    bool shared;      /* there is another row with its outcomes */
} row;

/* What runs and where it goes. */
typedef struct comparing {
    const budget_config *config;
    const char *searches[MOST_SEARCHES];
    double flops[MOST_SEARCHES]; /* with --match: what bounds a problem, or 0 */
    int64_t budgets[MOST_BUDGETS];
    int n_searches, n_budgets;
    int base;                                          /* index of the baseline */
    bool models;                                       /* the policy tells FLOPs */
    budget_point points[MOST_BUDGETS * MOST_SEARCHES]; /* [n_budgets][n_searches] */
    int64_t problems;
    cairn_progress *progress;
    cli_json json; /* with --json */
} comparing;

/* Of a problem in the progress line. */
static int64_t weight_of(int64_t budget) {
    return budget > 0 ? budget : 1;
}

static cairn_status run_row(cli *c, const comparing *w, int64_t budget, double flops, row *out) {
    const budget_config *config = w->config;
    cairn_job_setup setup;
    cairn_job *job;
    CAIRN_TRY(cli_job_setup(c, &config->job, out->search, &setup));
    if (*config->match)
        setup.budget.flops = flops;
    else if (config->unit == UNIT_FLOPS)
        setup.budget.flops = (double)budget;
    else
        *(config->unit == UNIT_STEPS ? &setup.budget.steps : &setup.budget.tokens) = budget;
    setup.progress = w->progress;
    setup.weight = weight_of(budget);
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    out->outcomes = cairn_arena_alloc(c->arena, (size_t)cairn_job_problems(job) + 1, sizeof *out->outcomes);
    cairn_solve_setup solve = {.search = out->search, .outcomes = out->outcomes};
    cairn_status status = out->outcomes ? cairn_solve(c->ctx, job, &solve, NULL, &out->summary) : CAIRN_NO_MEMORY;
    cairn_job_close(job);
    return status;
}

/* Paired difference to the baseline over the problems that both can be judged on; NaN where there is none. */
static cairn_status compare(cli *c, const budget_config *config, const row *r, const row *base, cairn_interval *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    size_t n = 0, problems = (size_t)r->summary.problems;
    double *x = cairn_arena_alloc(c->arena, problems + 1, sizeof *x);
    double *y = cairn_arena_alloc(c->arena, problems + 1, sizeof *y);
    if (!x || !y) return CAIRN_NO_MEMORY;
    how.seed = config->job.seed;
    for (size_t i = 0; i < problems; i++) {
        if (isnan(r->outcomes[i]) || isnan(base->outcomes[i])) continue;
        x[n] = r->outcomes[i];
        y[n++] = base->outcomes[i];
    }
    return cairn_eval_difference(c->ctx, x, y, n, &how, out);
}

static bool same_outcomes(const row *a, const row *b) {
    for (int64_t i = 0; i < a->summary.problems; i++) {
        double x = a->outcomes[i], y = b->outcomes[i];
        if (isnan(x) != isnan(y) || (!isnan(x) && x != y)) return false;
    }
    return true;
}

/* What makes a row less than a comparison at the budget. */
static cairn_status mark_rows(cli *c, row *rows, int n) {
    for (int i = 0; i < n; i++) {
        CAIRN_TRY(spent_why(c, rows[i].search, &rows[i].summary, &rows[i].why));
        rows[i].same_as = i;
        for (int k = i - 1; k >= 0; k--)
            if (same_outcomes(&rows[i], &rows[k])) rows[i].same_as = k, rows[i].shared = rows[k].shared = true;
    }
    return CAIRN_OK;
}

static void print_row_json(cli_json *j, const comparing *w, int64_t budget, const row *rows, const row *r,
                           const cairn_interval *d) {
    const cairn_solve_summary *s = &r->summary;
    const double spent_in[] = {s->steps, s->tokens, s->flops + s->judge_flops};
    cli_json_open(j, NULL, '{');
    cli_json_int(j, "budget", budget);
    cli_json_text(j, "search", r->search);
    cli_json_int(j, "problems", s->problems);
    cairn_outcomes chosen = {s->problems, s->right, s->unknown, s->untold, s->unanswered};
    cli_json_outcomes(j, &chosen, &s->accuracy);
    cli_json_real(j, "found", s->oracle);
    cli_json_real(j, "difference", d->estimate);
    cli_json_real(j, "difference_low", d->low);
    cli_json_real(j, "difference_high", d->high);
    cli_json_real(j, "steps", s->steps);
    cli_json_real(j, "tokens", s->tokens);
    cli_json_real(j, "scorings", s->scorings);
    cli_json_int(j, "failed_scorings", s->failed);
    cli_json_real(j, "flops", s->flops);
    cli_json_real(j, "judge_flops", s->judge_flops);
    cli_json_real(j, "optimum", s->optimum);
    cli_json_real(j, "seconds", s->seconds);
    cli_json_int(j, "unknown_scores", s->unknown_scores);
    cli_json_real(j, "spent", spent_in[*w->config->match ? UNIT_FLOPS : w->config->unit]);
    spent_json(j, s, r->shared);
    cli_json_text(j, "same_as", rows[r->same_as].search == r->search ? NULL : rows[r->same_as].search);
    cli_json_close(j, '}');
}

/* ---- the table ---------------------------------------------------------------------------------------------------------- */

enum { BAR = 16, NARROWEST_NAME = 12 };

/* Columns of the first column: the longest name's. */
static int name_columns(const comparing *w) {
    int most = NARROWEST_NAME;
    for (int i = 0; i < w->n_searches; i++)
        if (cli_width(w->searches[i]) > most) most = cli_width(w->searches[i]);
    return most;
}

/* A bar of BAR columns for a share, in eighths of a column. */
static const char *bar_of(double share, char out[4 * BAR + 1]) {
    static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    int filled = isnan(share) ? 0 : (int)lround(share * BAR * 8);
    size_t at = 0;
    for (int i = 0; i < BAR; i++, filled -= 8) {
        const char *cell = eighths[filled >= 8 ? 8 : filled > 0 ? filled : 0];
        memcpy(out + at, cell, strlen(cell));
        at += strlen(cell);
    }
    out[at] = 0;
    return out;
}

static bool is_bounded(const comparing *w, int64_t budget) {
    return budget > 0 && !*w->config->match;
}

enum { BUDGET_TEXT = 256 };

static const char *budget_text(const comparing *w, int64_t budget, char out[BUDGET_TEXT]) {
    char n[32];
    if (*w->config->match)
        snprintf(out, BUDGET_TEXT, "%sFLOP a problem, as %s", cli_engineering((double)budget, n), w->config->match);
    else if (budget == 0)
        snprintf(out, BUDGET_TEXT, "as much as each algorithm asks for");
    else
        snprintf(out, BUDGET_TEXT, "%s %s a problem", cli_count(budget, n), units[w->config->unit]);
    return out;
}

static void print_head(const cli *c, const comparing *w, int64_t budget) {
    char text[BUDGET_TEXT];
    const job_options *job = &w->config->job;
    printf("%s%s%s", budget == w->budgets[0] ? "" : "\n", cli_paint_code(c, CLI_BOLD), budget_text(w, budget, text));
    printf("%s   (%s; reward %s)\n", cli_paint_code(c, CLI_PLAIN), job->world, *job->reward ? job->reward : "none");
    printf("%s  %-*s %7s %-*s %14s %20s %7s %7s %8s %7s %6s %8s%s\n", cli_paint_code(c, CLI_DIM), name_columns(w),
           "search", "right %", BAR, "", "95 % interval", "against baseline", "found %", "steps", "tokens",
           w->models ? "FLOP" : "scored", "s", is_bounded(w, budget) ? "spent %" : "", cli_paint_code(c, CLI_PLAIN));
}

static const char *percent_text(double share, char out[16]) {
    if (isnan(share)) return "-";
    snprintf(out, 16, "%.1f", 100 * share);
    return out;
}

/* What the share of right answers says nothing of, under its row. */
static void print_unknown(const row *r) {
    const cairn_solve_summary *s = &r->summary;
    cairn_outcomes chosen = {s->problems, s->right, s->unknown, s->untold, s->unanswered};
    if (s->unknown > s->untold)
        printf("    %" PRId64 " outcomes unknown, which count as not right: %" PRId64 " without a readable answer\n",
               s->unknown - s->untold, s->unanswered);
    if (s->untold) printf("    %" PRId64 " problems not judged: no true answer, no recorded outcome\n", s->untold);
    cli_print_unread(&chosen, "answers");
}

static void print_row(const cli *c, const comparing *w, const row *r, const cairn_interval *d, bool is_base) {
    const cairn_solve_summary *s = &r->summary;
    char interval[32], difference[40] = "", spent[16], bar[4 * BAR + 1], right[16], found[16], share[16] = "";
    if (!isnan(s->spent)) snprintf(share, sizeof share, " %8.1f", 100 * s->spent);
    if (isnan(s->accuracy.estimate))
        snprintf(interval, sizeof interval, "not judged");
    else
        snprintf(interval, sizeof interval, "%.1f .. %.1f", 100 * s->accuracy.low, 100 * s->accuracy.high);
    if (is_base)
        snprintf(difference, sizeof difference, "baseline");
    else if (!isnan(d->low))
        snprintf(difference, sizeof difference, "%+.1f [%+.1f, %+.1f]", 100 * d->estimate, 100 * d->low, 100 * d->high);
    cli_paint paint = is_base || isnan(d->low) ? CLI_PLAIN : d->low > 0 ? CLI_GREEN : d->high < 0 ? CLI_RED : CLI_PLAIN;
    snprintf(spent, sizeof spent, "%.1f", s->scorings);
    if (w->models) cli_engineering(s->flops + s->judge_flops, spent);
    printf("  %-*s %s%7s%s %s%s%s %14s %s%20s%s %7s %7.1f %8.1f %7s %6.2f%s %s%s%s%s\n", name_columns(w), r->search,
           cli_paint_code(c, CLI_BOLD), percent_text(s->accuracy.estimate, right), cli_paint_code(c, CLI_PLAIN),
           cli_paint_code(c, paint), bar_of(s->accuracy.estimate, bar), cli_paint_code(c, CLI_PLAIN), interval,
           cli_paint_code(c, paint), difference, cli_paint_code(c, CLI_PLAIN), percent_text(s->oracle, found), s->steps,
           s->tokens, spent, s->seconds, share, r->why == SPENT_ENOUGH ? "" : "<", spent_over(s) ? ">" : "",
           r->shared ? "=" : "", s->unfinished ? "!" : "");
    print_unknown(r);
}

/* A sentence below the table; NULL: no memory. */
static cairn_status print_note(cli *c, const char *sentence) {
    cairn_text wrapped = {0};
    if (!sentence) return CAIRN_NO_MEMORY;
    cairn_status status = cli_wrap(c, sentence, 4, CLI_PLAIN, 0, 0, &wrapped);
    if (status == CAIRN_OK)
        printf("  %s%s%s\n", cli_paint_code(c, CLI_DIM), wrapped.data, cli_paint_code(c, CLI_PLAIN));
    cairn_text_free(&wrapped);
    return status;
}

/* Which rows a sentence is about, and the number that it names of each. */
typedef bool (*row_test)(const row *r, int value);
typedef double (*row_share)(const row *r);

static bool has_reason(const row *r, int reason) {
    return r->why == (spent_reason)reason;
}

static bool is_over(const row *r, int unused) {
    (void)unused;
    return spent_over(&r->summary);
}

static bool is_unfinished(const row *r, int unused) {
    (void)unused;
    return r->summary.unfinished > 0;
}

static double mean_spent(const row *r) {
    return r->summary.spent;
}

static double most_spent(const row *r) {
    return r->summary.most_spent;
}

static double unfinished_share(const row *r) {
    return (double)r->summary.unfinished / (double)r->summary.problems;
}

/* "< beam 80.0 %, dvts 72.6 % of the budget: ...", where a row passes the test. */
static cairn_status print_sentence(cli *c, const row *rows, int n, row_test test, int value, row_share share,
                                   const char *sign, const char *format, const char *sentence) {
    const char *names = "";
    for (int i = 0; i < n && names; i++)
        if (test(&rows[i], value))
            names = cairn_arena_printf(c->arena, "%s%s%s %.1f %%", names, *names ? ", " : "", rows[i].search,
                                       100 * share(&rows[i]));
    if (!names) return CAIRN_NO_MEMORY;
    if (!*names) return CAIRN_OK;
    return print_note(c, cairn_arena_printf(c->arena, "%s %s %s: %s.", sign, names, format, sentence));
}

/* "= beam, dvts: ...", where rows have the outcomes of row `first`. */
static cairn_status print_same(cli *c, const row *rows, int n, int first) {
    const char *names = rows[first].search;
    for (int k = first + 1; k < n && names; k++)
        if (rows[k].same_as == first) names = cairn_arena_printf(c->arena, "%s, %s", names, rows[k].search);
    return print_note(c,
                      names ? cairn_arena_printf(c->arena, "= %s: the same outcome in every problem.", names) : NULL);
}

/* A sentence for each kind of mark. */
static cairn_status print_marks(cli *c, const row *rows, int n) {
    for (int why = SPENT_ENOUGH + 1; why < SPENT_REASONS; why++)
        CAIRN_TRY(print_sentence(c, rows, n, has_reason, why, mean_spent, "<", "of the budget spent",
                                 spent_sentence((spent_reason)why)));
    CAIRN_TRY(print_sentence(c, rows, n, is_over, 0, most_spent, ">", "of the budget spent in one problem",
                             spent_over_sentence));
    CAIRN_TRY(print_sentence(c, rows, n, is_unfinished, 0, unfinished_share, "!", "of the problems",
                             spent_unfinished_sentence));
    for (int i = 0; i < n; i++)
        if (rows[i].shared && rows[i].same_as == i) CAIRN_TRY(print_same(c, rows, n, i));
    return CAIRN_OK;
}

static void print_optimum(const cli *c, const comparing *w, double optimum) {
    char bar[4 * BAR + 1];
    if (isnan(optimum)) return;
    printf("  %s%-*s %7.1f %s  best possible with these steps and perfect knowledge, computed exactly%s\n",
           cli_paint_code(c, CLI_DIM), name_columns(w), "optimum", 100 * optimum, bar_of(optimum, bar),
           cli_paint_code(c, CLI_PLAIN));
}

static void print_failed(const comparing *w, const row *rows) {
    for (int i = 0; i < w->n_searches; i++)
        if (rows[i].summary.failed)
            printf("  %s: %" PRId64 " scorings failed, whose steps are unknown\n", rows[i].search,
                   rows[i].summary.failed);
}

static budget_point point_of(const row *r, const cairn_interval *difference) {
    const cairn_solve_summary *s = &r->summary;
    return (budget_point){.spent = {[BUDGET_STEPS] = s->steps,
                                    [BUDGET_TOKENS] = s->tokens,
                                    [BUDGET_SCORINGS] = s->scorings,
                                    [BUDGET_FLOPS] = s->flops + s->judge_flops},
                          .optimum = s->optimum,
                          .accuracy = s->accuracy,
                          .difference = *difference};
}

static cairn_status run_budget(cli *c, comparing *w, int at) {
    int64_t budget = w->budgets[at];
    const budget_config *config = w->config;
    row rows[MOST_SEARCHES] = {0};
    for (int i = 0; i < w->n_searches; i++) {
        rows[i].search = w->searches[i];
        CAIRN_TRY(run_row(c, w, budget, w->flops[i], &rows[i]));
        w->models |= rows[i].summary.flops > 0;
    }
    CAIRN_TRY(mark_rows(c, rows, w->n_searches));
    cairn_progress_clear(w->progress);
    if (!config->job.json) print_head(c, w, budget);
    for (int i = 0; i < w->n_searches; i++) {
        cairn_interval difference = {NAN, NAN, NAN, 0};
        if (i != w->base) CAIRN_TRY(compare(c, config, &rows[i], &rows[w->base], &difference));
        w->points[at * w->n_searches + i] = point_of(&rows[i], &difference);
        w->problems = rows[i].summary.problems;
        if (config->job.json)
            print_row_json(&w->json, w, budget, rows, &rows[i], &difference);
        else
            print_row(c, w, &rows[i], &difference, i == w->base);
    }
    if (!config->job.json) {
        print_optimum(c, w, rows[0].summary.optimum);
        CAIRN_TRY(print_marks(c, rows, w->n_searches));
        print_failed(w, rows);
    }
    fflush(stdout);
    return CAIRN_OK;
}

/* --svg and --html */
static cairn_status write_curves(cli *c, const comparing *w) {
    static const budget_axis of_unit[] = {BUDGET_STEPS, BUDGET_TOKENS, BUDGET_FLOPS};
    const budget_config *config = w->config;
    const char *budgets[MOST_BUDGETS];
    char n[32], text[MOST_BUDGETS][BUDGET_TEXT];
    const char *facts[] = {"world",         config->job.world,   "policy",   config->job.policy,
                           "reward",        config->job.reward,  "problems", cli_count(w->problems, n),
                           "compared with", w->searches[w->base]};
    budget_curves curves = {.searches = w->searches,
                            .budgets = budgets,
                            .points = w->points,
                            .n_searches = w->n_searches,
                            .n_budgets = w->n_budgets,
                            .base = w->base,
                            .axis = *config->match ? BUDGET_FLOPS : of_unit[config->unit],
                            .facts = facts,
                            .n_facts = sizeof facts / sizeof *facts / 2};
    if (config->axis != BUDGET_BY_UNIT) curves.axis = (budget_axis)config->axis;
    for (int i = 0; i < w->n_budgets; i++) budgets[i] = budget_text(w, w->budgets[i], text[i]);
    if (*config->svg) CAIRN_TRY(budget_write_svg(c, &curves, config->svg));
    return *config->html ? budget_write_html(c, &curves, config->html) : CAIRN_OK;
}

/* Finds the baseline among the searches; one that is not there is run as well, first. */
static cairn_status add_baseline(cli *c, comparing *w) {
    const char *baseline = w->config->baseline;
    for (w->base = 0; w->base < w->n_searches; w->base++)
        if (strcmp(w->searches[w->base], baseline) == 0) return CAIRN_OK;
    if (w->n_searches == MOST_SEARCHES)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--searches: with the baseline `%s` more than %d", baseline,
                          MOST_SEARCHES);
    memmove(w->searches + 1, w->searches, (size_t)w->n_searches * sizeof *w->searches);
    w->searches[0] = baseline;
    w->n_searches++;
    w->base = 0;
    return CAIRN_OK;
}

/* Everything that can be wrong with the words is found before the first search. */
static cairn_status read_words(cli *c, comparing *w) {
    const budget_config *config = w->config;
    const char *budgets[MOST_BUDGETS];
    const cairn_search_type *type;
    const void *options_of;
    CAIRN_TRY(cli_words(c, "searches", config->searches, w->searches, MOST_SEARCHES, &w->n_searches));
    CAIRN_TRY(cli_words(c, "budgets", config->budgets, budgets, MOST_BUDGETS, &w->n_budgets));
    CAIRN_TRY(add_baseline(c, w));
    for (int i = 0; i < w->n_searches; i++)
        CAIRN_TRY(cairn_search_find(c->ctx, c->arena, w->searches[i], &type, &options_of));
    if (*config->match && (config->unit != UNIT_STEPS || strcmp(config->budgets, PRESET_BUDGETS) != 0))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--match stands in the place of --budgets and --unit");
    if (*config->match) CAIRN_TRY(cairn_search_find(c->ctx, c->arena, config->match, &type, &options_of));
    for (int i = 0; i < w->n_budgets; i++)
        if (cairn_parse_int(budgets[i], strlen(budgets[i]), &w->budgets[i]) != CAIRN_OK || w->budgets[i] < 0)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--budgets: expected whole numbers of %s, got `%s`",
                              units[config->unit], budgets[i]);
    return CAIRN_OK;
}

/* --match: the one budget is what that algorithm takes, and each algorithm gets a width for it. */
static cairn_status match_all(cli *c, comparing *w) {
    const budget_config *config = w->config;
    cairn_job_setup pilot;
    cairn_solve_summary summary;
    cairn_solve_setup solve = {.search = config->match};
    cairn_job *job;
    CAIRN_TRY(cli_job_setup(c, &config->job, "pilot", &pilot));
    pilot.seed = cairn_key_mix(pilot.seed, 1); /* other problems than those that are measured */
    pilot.count = config->pilot;
    CAIRN_TRY(cairn_job_open(c->ctx, &pilot, &job));
    cairn_status status = cairn_solve(c->ctx, job, &solve, NULL, &summary);
    cairn_job_close(job);
    CAIRN_TRY(status);
    double flops = summary.flops + summary.judge_flops;
    if (flops <= 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--match: policy %s tells no FLOPs: computing cannot be matched",
                          pilot.policy);
    w->budgets[0] = llround(flops);
    w->n_budgets = 1;
    for (int i = 0; i < w->n_searches; i++) {
        if (strcmp(w->searches[i], config->match) == 0) continue; /* takes what it takes */
        CAIRN_TRY(cairn_solve_match(c->ctx, &pilot, w->searches[i], flops, c->arena, &w->searches[i], &w->flops[i]));
    }
    return CAIRN_OK;
}

/* One line over all searches, counted in what their budgets count. */
static cairn_status open_progress(cli *c, comparing *w) {
    cairn_job_setup setup;
    cairn_job *job;
    CAIRN_TRY(cli_job_setup(c, &w->config->job, "eval budget", &setup));
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    double steps = 0, problems = (double)cairn_job_problems(job) * w->n_searches;
    cairn_job_close(job);
    for (int i = 0; i < w->n_budgets; i++) steps += (double)weight_of(w->budgets[i]);
    int64_t total = steps * problems < 1e18 ? (int64_t)(steps * problems) : 0;
    return cairn_progress_open(c->ctx, "eval budget", total, w->config->job.quiet, &w->progress);
}

static cairn_status run_all(cli *c, comparing *w) {
    if (*w->config->match) CAIRN_TRY(match_all(c, w));
    CAIRN_TRY(open_progress(c, w));
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < w->n_budgets && status == CAIRN_OK; i++) status = run_budget(c, w, i);
    cairn_progress_close(w->progress);
    return status == CAIRN_OK ? write_curves(c, w) : status;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    comparing *w = cairn_arena_alloc(c->arena, 1, sizeof *w);
    if (!w) return CAIRN_NO_MEMORY;
    w->config = options_;
    CAIRN_TRY(read_words(c, w));
    if (!w->config->job.json) return run_all(c, w);
    CAIRN_TRY(cli_json_begin(c, &w->json));
    cli_json_open(&w->json, NULL, '[');
    cairn_status status = run_all(c, w);
    cli_json_close(&w->json, ']');
    if (status == CAIRN_OK) return cli_json_end(&w->json);
    cairn_out_drop(w->json.out);
    return status;
}

const cli_verb verb_eval_budget = {
    .about = {.name = "eval budget",
              .summary =
                  "Compare searches at matched budgets: accuracy, intervals, cost, exact optimum. Of recorded samples "
                  "`eval passk FILE...` says it for every k, without a draw.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(budget_config)},
    .arguments = "",
    .examples = "  cairn eval budget\n"
                "  cairn eval budget --budgets '32 128 512' -n 1000 --html budget.html\n"
                "  cairn eval budget --searches 'majority beam:branch=2 beam:branch=8' --reward noisy:sd=0.3\n",
    .run = run,
};

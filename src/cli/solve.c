/* cairn solve: a search on every problem of a world. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/outcomes.h"
#include "cli/spent.h"
#include "cli/verbs.h"

typedef struct solve_config {
    job_options job;
    const char *search, *svg;
    int64_t draw;
    bool keep_tree, keep_scores, plan;
} solve_config;

static const cairn_option options[] = {
    CAIRN_TEXT(solve_config, search, "beam", "", "Algorithm: NAME or NAME:key=value,... (cairn help searches)."),
    CLI_JOB_OPTIONS(solve_config, "100", "exact"),
    CLI_COMPLETER_OPTIONS(solve_config),
    CAIRN_BOOL_AS("keep-tree", solve_config, keep_tree, "false", "Keep every tree in the run file."),
    CAIRN_BOOL_AS("keep-scores", solve_config, keep_scores, "false",
                  "Keep the step scores of every candidate in the run file, to choose among them afterwards."),
    CAIRN_INT(solve_config, draw, "-1", -1, 1e12, "problem", "Draw the tree of this problem (0 is the first)."),
    CAIRN_TEXT(solve_config, svg, "", "", "With --draw: write the tree as an SVG image here (- for standard output)."),
    CLI_PLAN(solve_config),
};

static cairn_outcomes chosen_of(const cairn_solve_summary *s) {
    return (cairn_outcomes){s->problems, s->right, s->unknown, s->untold, s->unanswered};
}

static void print_samples(const cairn_solve_summary *s) {
    char n[3][32], interval[64];
    if (s->samples.n <= s->problems) return;
    printf("  samples    %s", cli_count(s->samples.n, n[0]));
    if (cairn_outcomes_judged(&s->samples))
        printf(", %.1f %% right (%s)", 100 * s->sample_accuracy.estimate,
               cli_interval_text(&s->sample_accuracy, interval));
    if (s->samples.unknown)
        printf(", %s unknown, %s of these without a readable answer", cli_count(s->samples.unknown, n[1]),
               cli_count(s->samples.unanswered, n[2]));
    printf("\n");
}

static const char *budget_of(const job_options *job, char out[64]) {
    char flops[16];
    if (job->budget)
        snprintf(out, 64, "%lld steps", (long long)job->budget);
    else if (job->token_budget)
        snprintf(out, 64, "%lld tokens", (long long)job->token_budget);
    else
        snprintf(out, 64, "%sFLOP", cli_engineering(job->flop_budget, flops));
    return out;
}

/* What a budget was spent on. */
static cairn_status print_spent(cli *c, const solve_config *config, const cairn_solve_summary *s) {
    spent_reason why;
    char budget[64];
    CAIRN_TRY(spent_why(c, config->search, s, &why));
    if (!isnan(s->spent))
        printf("  budget     %.1f %% of %s spent, up to %.1f %% in one problem\n", 100 * s->spent,
               budget_of(&config->job, budget), 100 * s->most_spent);
    if (why != SPENT_ENOUGH) printf("             %s\n", spent_sentence(why));
    if (spent_over(s)) printf("             %s\n", spent_over_sentence);
    if (s->unfinished) printf("  unfinished %lld problems: %s\n", (long long)s->unfinished, spent_unfinished_sentence);
    return CAIRN_OK;
}

static cairn_status print_summary(cli *c, const solve_config *config, const cairn_job *job,
                                  const cairn_solve_summary *s) {
    char problems[96];
    cairn_outcomes chosen = chosen_of(s);
    printf("%s%s%s on %s, %s\n", cli_paint_code(c, CLI_BOLD), config->search, cli_paint_code(c, CLI_PLAIN),
           config->job.world, cli_problems_text(job, problems));
    cli_print_outcomes(c, "right", "problems", &chosen, &s->accuracy);
    if (s->unrecorded)
        printf("  unrecorded %lld of these problems have no recorded solution\n", (long long)s->unrecorded);
    print_samples(s);
    if (s->unscored) printf("  unscored   %lld chosen answers have no known score\n", (long long)s->unscored);
    if (s->unknown_scores)
        printf("  unknown    %lld of the steps that were scored have no known score\n", (long long)s->unknown_scores);
    if (!isnan(s->oracle)) printf("  found      %.1f %%  (a right answer was among the candidates)\n", 100 * s->oracle);
    if (s->with_return > 1)
        printf("  return     %.3f  (95 %% interval %.3f .. %.3f; mean of %lld chosen solutions)\n", s->returns.estimate,
               s->returns.low, s->returns.high, (long long)s->with_return);
    if (s->failed) printf("  failed     %lld scorings, whose steps are unknown\n", (long long)s->failed);
    if (!isnan(s->optimum))
        printf("  optimum    %.1f %%  (best possible with the same steps, exact)\n", 100 * s->optimum);
    printf("  a problem  %.1f steps, %.1f tokens, %.1f scorings, %.1f tokens of the reward\n", s->steps, s->tokens,
           s->scorings, s->judge_tokens);
    if (s->flops + s->judge_flops > 0) {
        char flops[16], judge_flops[16];
        printf("             %sFLOP of the policy, %sFLOP of the reward\n", cli_engineering(s->flops, flops),
               cli_engineering(s->judge_flops, judge_flops));
    }
    CAIRN_TRY(print_spent(c, config, s));
    printf("  time       %.2f s\n", s->seconds);
    return CAIRN_OK;
}

static cairn_status print_json(cli *c, const solve_config *config, const cairn_job *job, const cairn_solve_summary *s) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "search", config->search);
    cli_json_int(&j, "problems", s->problems);
    cli_json_int(&j, "problems_available", cairn_job_available(job));
    cairn_outcomes chosen = chosen_of(s);
    cli_json_outcomes(&j, &chosen, &s->accuracy);
    cli_json_int(&j, "unrecorded", s->unrecorded);
    cli_json_int(&j, "unscored", s->unscored);
    cli_json_int(&j, "unknown_scores", s->unknown_scores);
    cli_json_open(&j, "samples", '{');
    cli_json_int(&j, "n", s->samples.n);
    cli_json_outcomes(&j, &s->samples, &s->sample_accuracy);
    cli_json_close(&j, '}');
    cli_json_int(&j, "failed_scorings", s->failed);
    cli_json_real(&j, "found", s->oracle);
    cli_json_real(&j, "optimum", s->optimum);
    if (s->with_return > 1) {
        cli_json_real(&j, "return", s->returns.estimate);
        cli_json_real(&j, "return_low", s->returns.low);
        cli_json_real(&j, "return_high", s->returns.high);
        cli_json_int(&j, "returns", s->with_return);
    }
    cli_json_real(&j, "steps", s->steps);
    cli_json_real(&j, "tokens", s->tokens);
    cli_json_real(&j, "scorings", s->scorings);
    cli_json_real(&j, "judge_tokens", s->judge_tokens);
    cli_json_real(&j, "flops", s->flops);
    cli_json_real(&j, "judge_flops", s->judge_flops);
    spent_json(&j, s, false);
    cli_json_real(&j, "seconds", s->seconds);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* The problem, which is the first line, is laid out in the page; the tree is as wide as the terminal already. */
static cairn_status print_tree(cli *c, char *text) {
    cairn_text problem = {0};
    char *tree = strstr(text, "\n\n");
    if (!tree) return cairn_fail(c->ctx, CAIRN_INTERNAL, "the drawing has no tree");
    *tree = 0;
    CAIRN_TRY(cli_wrap(c, cli_safe(c, text), 0, CLI_BOLD, 0, 0, &problem));
    printf("%s\n\n%s\n", problem.data, tree + 2);
    printf("%sscore: of the step by the reward; heavy lines: the chosen solution; x2: drawn twice;\n"
           "✓ ✗: the end is right, wrong; ← wrong: the first step of its path that the world calls wrong%s\n",
           cli_paint_code(c, CLI_DIM), cli_paint_code(c, CLI_PLAIN));
    cairn_text_free(&problem);
    return CAIRN_OK;
}

static cairn_status write_svg(cli *c, const char *path, const cairn_text *text) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    cairn_status status = cairn_out_write(out, text->data, text->length);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

static cairn_status draw(cli *c, cairn_job *job, const solve_config *config, const cairn_solve_setup *setup) {
    const cairn_reward *reward = cairn_job_reward(job);
    double low = reward ? reward->low : 0, high = reward ? reward->high : 1;
    cairn_rendering how = {.colour = c->colour,
                           .good = low + 0.6 * (high - low),
                           .bad = low + 0.4 * (high - low),
                           .max_nodes = 60,
                           .max_width = *config->svg ? 0 : c->width,
                           .svg = *config->svg};
    cairn_text text = {0};
    cairn_status status = cairn_solve_render(c->ctx, job, setup, config->draw, &how, &text);
    if (status == CAIRN_OK) status = *config->svg ? write_svg(c, config->svg, &text) : print_tree(c, text.data);
    cairn_text_free(&text);
    return status;
}

static cairn_status plan(cli *c, cairn_job *job, const solve_config *config, const cairn_solve_setup *setup) {
    cairn_memory_plan memory;
    CAIRN_TRY(cairn_solve_plan(c->ctx, job, setup, *config->job.run, &memory));
    return cli_show_memory(c, &config->job, cairn_job_problems(job), cairn_job_setup_of(job)->workers, &memory);
}

static cairn_status solve(cli *c, cairn_job *job, const solve_config *config) {
    cairn_solve_setup setup = {
        .search = config->search, .keep_tree = config->keep_tree, .keep_scores = config->keep_scores};
    if (config->draw >= 0) return draw(c, job, config, &setup);
    if (config->plan) return plan(c, job, config, &setup);
    cairn_manifest manifest;
    cairn_run *run;
    cairn_solve_summary summary;
    CAIRN_TRY(cairn_solve_manifest(c->ctx, job, &setup, c->arena, &manifest));
    CAIRN_TRY(cli_open_run(c, &config->job, &manifest, &run));
    cairn_status status = cairn_solve(c->ctx, job, &setup, run, &summary);
    CAIRN_TRY(cli_close_run(c, &config->job, run, status));
    if (config->job.json) return print_json(c, config, job, &summary);
    return print_summary(c, config, job, &summary);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const solve_config *config = options_;
    cairn_job_setup setup;
    cairn_job *job;
    const cairn_search_type *search;
    const void *search_config;
    if (config->draw >= 0 && (*config->job.run || config->job.json))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--draw shows one tree: it goes neither with --run nor with --json");
    if (*config->svg && config->draw < 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--svg is of one tree: it needs --draw PROBLEM");
    if (config->plan && (config->draw >= 0 || config->job.resume))
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "--plan is of a whole run: it goes neither with --draw nor with --resume");
    if (config->keep_tree && !*config->job.run)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--keep-tree needs --run FILE");
    if (config->keep_scores && !*config->job.run)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--keep-scores needs --run FILE");
    CAIRN_TRY(cairn_search_find(c->ctx, c->arena, config->search, &search, &search_config));
    CAIRN_TRY(cli_job_setup(c, &config->job, "solve", &setup));
    if (!search->needs_reward && !config->keep_scores) setup.reward = NULL; /* nobody is asked */
    CAIRN_TRY(cairn_job_open(c->ctx, &setup, &job));
    cairn_status status = solve(c, job, config);
    cairn_job_close(job);
    return status;
}

const cli_verb verb_solve = {
    .about = {.name = "solve",
              .summary = "Solve problems by a search: propose steps, score them, choose an answer.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(solve_config)},
    .arguments = "",
    .examples =
        "  cairn solve\n"
        "  cairn solve --search beam:branch=4 --budget 128 -n 500\n"
        "  cairn solve --world chain:steps=12 --policy scripted:error=0.15,repair=0.05 --reward noisy:sd=0.2 \\\n"
        "              --search mcts:rule=puct --budget 256 --run mcts.db\n"
        "  cairn run resume mcts.db                              # go on after an interruption\n"
        "  cairn solve --search rebase --budget 64 --draw 3      # look at one tree\n"
        "  cairn solve --search rebase --budget 64 --draw 3 --svg tree.svg\n"
        "  cairn solve --search mcts --budget 256 -n 2000 --plan # the memory that it will take\n",
    .run = run,
};

/* cairn eval binary: are yes/no answers fair, without memory, and the same in both orders of the options? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/series.h"
#include "cli/figures.h"
#include "cli/verbs.h"

enum { MOST_FILES = 64, NAME_WIDTH = 30 };

typedef struct binary_config {
    const char *by, *answer, *yes, *no;
    double alpha, margin;
    bool judge, detail, json;
} binary_config;

static const cairn_option options[] = {
    CAIRN_TEXT(binary_config, by, "model prompt_id mode temperature", "",
               "Fields whose values make a series, separated by blanks; `model` may stand in `generator`."),
    CAIRN_TEXT(
        binary_config, answer, "answer", "",
        "Field of the answer; rows without it have a list `answers` or `labels`, each a series of its own calls."),
    CAIRN_TEXT(binary_config, yes, "yes true 1", "",
               "Answers that count as yes, whatever the case. What is neither yes nor no is counted and in no test."),
    CAIRN_TEXT(binary_config, no, "no false 0", "", "Answers that count as no."),
    CAIRN_BOOL(binary_config, judge, "false",
               "Of a pairwise judge: yes names the first place and no the second (--yes A --no B)."),
    CAIRN_REAL(binary_config, alpha, "0.05", 1e-9, 0.5, "",
               "Level of the tests, after Holm's correction over the four."),
    CAIRN_REAL(binary_config, margin, "0.05", 0, 1, "",
               "Models are equivalent where the 90 % interval of their difference lies within this."),
    CAIRN_BOOL(binary_config, detail, "false", "All figures of every series."),
    CAIRN_BOOL(binary_config, json, "false", "Result as one JSON object."),
};

/* ---- people ------------------------------------------------------------------------------------------------------------- */

static const char *p_text(double p, char out[16]) {
    if (isnan(p))
        snprintf(out, 16, "-");
    else
        snprintf(out, 16, p < 1e-4 ? "%.0e" : "%.4f", p);
    return out;
}

static cli_paint paint_of(cairn_series_verdict verdict) {
    return verdict == CAIRN_SERIES_FAIR ? CLI_GREEN : verdict == CAIRN_SERIES_UNDECIDABLE ? CLI_YELLOW : CLI_RED;
}

static void print_table(cli *c, const cairn_series *all) {
    printf("\n%s  %-*s %7s  %-22s %-16s %8s %8s %8s %8s  %s%s\n", cli_paint_code(c, CLI_BOLD), NAME_WIDTH, "series",
           "n", "yes %", "changes %", "uniform", "lag 1", "runs", "order 2", "verdict", cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < cairn_series_count(all); i++) {
        const cairn_series_report *r = cairn_series_at(all, i);
        const cairn_binary_series *t = &r->tests;
        char p[4][16], yes[48], changes[48] = "-", power[32] = "";
        const char *name = cli_shorten(c, cli_safe(c, r->name), NAME_WIDTH);
        int pad = NAME_WIDTH - cli_width(name);
        if (!r->tested) {
            printf("  %s%*s %7" PRId64 "  not tested: fewer than two answers of yes or no\n", name, pad, "",
                   r->answers - r->other);
            continue;
        }
        snprintf(yes, sizeof yes, "%.1f (%.1f .. %.1f)", 100 * t->share.estimate, 100 * t->share.low,
                 100 * t->share.high);
        if (!isnan(t->change.estimate))
            snprintf(changes, sizeof changes, "%.1f of %.1f", 100 * t->change.estimate, 100 * t->change_expected);
        if (r->verdict == CAIRN_SERIES_FAIR) snprintf(power, sizeof power, " (power %.2f)", r->power);
        printf("  %s%*s %7" PRId64 "  %-22s %-16s %8s %8s %8s %8s  %s%s%s%s\n", name, pad, "", t->n, yes, changes,
               p_text(r->adjusted[0], p[0]), p_text(r->adjusted[1], p[1]), p_text(r->adjusted[2], p[2]),
               p_text(r->adjusted[3], p[3]), cli_paint_code(c, paint_of(r->verdict)),
               cairn_stat_series_verdict_name(r->verdict), cli_paint_code(c, CLI_PLAIN), power);
    }
    printf("  p-values after Holm's correction over the four; changes: of neighbours, beside what independent answers\n"
           "  with the same share of yes would give; -: the test is undefined\n");
}

static void print_recency(const cairn_binary_series *t, double alpha) {
    if (isnan(t->p_runs) || t->p_runs > alpha) return;
    printf("    recency        %s\n",
           t->run_test.statistic > 0 ? "negative: it changes too often" : "positive: it changes too rarely");
}

static void print_positions(const cairn_series_report *r) {
    if (r->positions == 0) return;
    printf("    by position    yes %%");
    for (int32_t i = 0; i < r->positions; i++)
        if (r->at_n[i]) printf(" %.0f", 100.0 * (double)r->at_yes[i] / (double)r->at_n[i]);
    printf("  (over %" PRId64 " segments)\n", r->segments);
}

static void print_detail(cli *c, const cairn_series_report *r, double alpha) {
    const cairn_binary_series *t = &r->tests;
    char n[2][32];
    printf("\n  %s%s%s\n", cli_paint_code(c, CLI_BOLD), cli_safe(c, r->name), cli_paint_code(c, CLI_PLAIN));
    if (r->other)
        printf("    left out       %s of %s answers are neither yes nor no\n", cli_count(r->other, n[0]),
               cli_count(r->answers, n[1]));
    if (r->with_p_yes)
        printf("    p(yes) told    %.4f (%.4f .. %.4f) over %" PRId64 " answers\n", r->p_yes.estimate, r->p_yes.low,
               r->p_yes.high, r->with_p_yes);
    if (!r->tested) return;
    printf("    uniform        %" PRId64 " of %" PRId64 " yes: p = %.4g, exact binomial\n", t->yes, t->n, t->p_uniform);
    if (!isnan(t->p_lag1))
        printf("    lag 1          00 %" PRId64 ", 01 %" PRId64 ", 10 %" PRId64 ", 11 %" PRId64 ": p = %.4g, %s\n",
               t->pairs[0][0], t->pairs[0][1], t->pairs[1][0], t->pairs[1][1], t->p_lag1,
               t->lag1_exact ? "Fisher's exact" : "chi-square");
    if (!isnan(t->run_test.p))
        printf("    runs           %" PRId64 ", expected %.1f: z = %.2f, p = %.4g, %s\n", t->runs, t->runs_expected,
               t->run_test.statistic, t->p_runs, t->runs_exact ? "exact" : "normal");
    if (!isnan(t->p_order2))
        printf("    order 2        G-square %.3f: p = %.4g, %s\n", t->order2.statistic, t->p_order2,
               t->order2_exact ? "Fisher's exact tests pooled" : "chi-square");
    if (!isnan(t->change.estimate))
        printf("    changes        %.3f (%.3f .. %.3f), expected %.3f\n", t->change.estimate, t->change.low,
               t->change.high, t->change_expected);
    print_recency(t, alpha);
    if (!isnan(t->after_streak[2]))
        printf("    after 1, 2, 3  equal answers it changes in %.3f, %.3f, %.3f\n", t->after_streak[0],
               t->after_streak[1], t->after_streak[2]);
    print_positions(r);
    printf("    power          a share of 60 %% yes would be found with probability %.2f\n", r->power);
    if (r->verdict == CAIRN_SERIES_UNDECIDABLE)
        printf("    undecidable    all answers are equal: the bias stands above, dependence cannot be tested\n");
}

static void print_pairs(cli *c, const cairn_series *all, const char *what, const cairn_series_pair *pairs, int32_t n,
                        double margin) {
    for (int32_t i = 0; i < n; i++) {
        const cairn_series_pair *p = &pairs[i];
        char text[16];
        bool within = p->difference_90.low >= -margin && p->difference_90.high <= margin;
        printf("  %-10s %s against %s: %+.1f points of yes (%.1f .. %.1f), p = %s; %s within %.1f points\n", what,
               cli_safe(c, cairn_series_at(all, p->a)->name), cli_safe(c, cairn_series_at(all, p->b)->name),
               100 * p->difference.estimate, 100 * p->difference.low, 100 * p->difference.high, p_text(p->p, text),
               within ? "equivalent" : "not shown to be equivalent", 100 * margin);
    }
}

static void print_orders(cli *c, const cairn_series *all, bool judge) {
    const cairn_series_order *orders;
    int32_t n = cairn_series_orders(all, &orders);
    for (int32_t i = 0; i < n; i++) {
        const cairn_series_order *o = &orders[i];
        char text[16];
        const char *name = *o->model ? cli_safe(c, o->model) : "(all)";
        if (o->pairs == 0) {
            printf("  order      %s: no prompt has an answer in both orders\n", name);
            continue;
        }
        printf("  order      %s: %s the first place in %.1f %% (%.1f .. %.1f), p = %s; %" PRId64 " pairs, %" PRId64
               " first both times, %" PRId64 " second both times",
               name, judge ? "chooses" : "chooses what stands in", 100 * o->first.estimate, 100 * o->first.low,
               100 * o->first.high, p_text(o->p, text), o->pairs, o->first_both, o->second_both);
        if (o->unpaired) printf("; %" PRId64 " without a partner", o->unpaired);
        printf("\n");
    }
}

static void print_pools(cli *c, const cairn_series *all) {
    const cairn_series_pool *pools;
    int32_t n = cairn_series_pools(all, &pools);
    for (int32_t i = 0; i < n; i++) {
        char p[2][16];
        printf("  steps      %s: within equal true labels (%d strata, pooled) p = %s at lag 1, %s of runs\n",
               cli_safe(c, pools[i].name), (int)pools[i].strata, p_text(pools[i].lag1.p, p[0]),
               p_text(pools[i].runs.p, p[1]));
    }
}

static void print_all(cli *c, const binary_config *config, const cairn_series *all) {
    const cairn_series_pair *pairs;
    int64_t answers = 0, other = 0;
    char n[3][32];
    for (int32_t i = 0; i < cairn_series_count(all); i++) {
        answers += cairn_series_at(all, i)->answers;
        other += cairn_series_at(all, i)->other;
    }
    printf("%s series, %s answers, %s of them neither yes nor no and left out\n",
           cli_count(cairn_series_count(all), n[0]), cli_count(answers, n[1]), cli_count(other, n[2]));
    print_table(c, all);
    for (int32_t i = 0; i < cairn_series_count(all); i++)
        if (config->detail || cairn_series_count(all) == 1) print_detail(c, cairn_series_at(all, i), config->alpha);
    printf("\n");
    int32_t count = cairn_series_modes(all, &pairs);
    print_pairs(c, all, "modes", pairs, count, config->margin);
    count = cairn_series_versions(all, &pairs);
    print_pairs(c, all, "versions", pairs, count, config->margin);
    print_orders(c, all, config->judge);
    print_pools(c, all);
    printf("  `fair` means that nothing was rejected, which is no proof: power is the chance that a share of 60 %% "
           "would be found\n");
}

/* ---- programs ------------------------------------------------------------------------------------------------------------- */

static void put_tests(cli_json *j, const cairn_series_report *r) {
    const cairn_binary_series *t = &r->tests;
    cli_json_int(j, "n", t->n);
    cli_json_int(j, "yes", t->yes);
    figure_json(j, "share", &t->share);
    cli_json_real(j, "p_uniform", t->p_uniform);
    cli_json_real(j, "p_uniform_chain", t->p_uniform_chain);
    cli_json_open(j, "pairs", '[');
    for (int a = 0; a < 4; a++) cli_json_int(j, NULL, t->pairs[a / 2][a % 2]);
    cli_json_close(j, ']');
    cli_json_real(j, "chi_square_lag1", t->lag1.statistic);
    cli_json_real(j, "p_lag1", t->p_lag1);
    cli_json_bool(j, "lag1_exact", t->lag1_exact);
    cli_json_int(j, "runs", t->runs);
    cli_json_real(j, "runs_expected", t->runs_expected);
    cli_json_real(j, "z_runs", t->run_test.statistic);
    cli_json_real(j, "p_runs", t->p_runs);
    cli_json_bool(j, "runs_exact", t->runs_exact);
    figure_json(j, "change", &t->change);
    cli_json_real(j, "change_expected", t->change_expected);
    cli_json_open(j, "change_after_streak", '[');
    for (int i = 0; i < CAIRN_SERIES_STREAKS; i++) cli_json_real(j, NULL, t->after_streak[i]);
    cli_json_close(j, ']');
    cli_json_real(j, "g_square_order2", t->order2.statistic);
    cli_json_real(j, "p_order2", t->p_order2);
    cli_json_open(j, "adjusted", '[');
    for (int i = 0; i < 4; i++) cli_json_real(j, NULL, r->adjusted[i]);
    cli_json_close(j, ']');
}

static void put_series(cli_json *j, const cairn_series_report *r) {
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "series", r->name);
    cli_json_text(j, "model", r->model);
    cli_json_text(j, "mode", r->mode);
    cli_json_text(j, "truth", *r->truth ? r->truth : NULL);
    cli_json_int(j, "answers", r->answers);
    cli_json_int(j, "other", r->other);
    cli_json_int(j, "segments", r->segments);
    figure_json(j, "p_yes", &r->p_yes);
    cli_json_text(j, "verdict", cairn_stat_series_verdict_name(r->verdict));
    cli_json_real(j, "power", r->power);
    if (r->tested) put_tests(j, r);
    cli_json_open(j, "positions", '[');
    for (int32_t i = 0; i < r->positions; i++) {
        cli_json_open(j, NULL, '{');
        cli_json_int(j, "n", r->at_n[i]);
        cli_json_int(j, "yes", r->at_yes[i]);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
    cli_json_close(j, '}');
}

static void put_pairs(cli_json *j, const char *key, const cairn_series *all, const cairn_series_pair *pairs, int32_t n,
                      double margin) {
    cli_json_open(j, key, '[');
    for (int32_t i = 0; i < n; i++) {
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "series", cairn_series_at(all, pairs[i].a)->name);
        cli_json_text(j, "against", cairn_series_at(all, pairs[i].b)->name);
        figure_json(j, "difference", &pairs[i].difference);
        cli_json_real(j, "p", pairs[i].p);
        cli_json_bool(j, "equivalent", pairs[i].difference_90.low >= -margin && pairs[i].difference_90.high <= margin);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

static void put_orders(cli_json *j, const cairn_series *all) {
    const cairn_series_order *orders;
    int32_t n = cairn_series_orders(all, &orders);
    cli_json_open(j, "orders", '[');
    for (int32_t i = 0; i < n; i++) {
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "model", orders[i].model);
        cli_json_int(j, "pairs", orders[i].pairs);
        cli_json_int(j, "unpaired", orders[i].unpaired);
        cli_json_int(j, "first_both", orders[i].first_both);
        cli_json_int(j, "second_both", orders[i].second_both);
        figure_json(j, "first", &orders[i].first);
        figure_json(j, "order_effect", &orders[i].effect);
        cli_json_real(j, "p", orders[i].p);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

static void put_pools(cli_json *j, const cairn_series *all) {
    const cairn_series_pool *pools;
    int32_t n = cairn_series_pools(all, &pools);
    cli_json_open(j, "pooled_strata", '[');
    for (int32_t i = 0; i < n; i++) {
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "series", pools[i].name);
        cli_json_int(j, "strata", pools[i].strata);
        cli_json_real(j, "p_lag1", pools[i].lag1.p);
        cli_json_real(j, "p_runs", pools[i].runs.p);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

static cairn_status print_json(cli *c, const binary_config *config, const cairn_series *all) {
    const cairn_series_pair *pairs;
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_real(&j, "alpha", config->alpha);
    cli_json_real(&j, "margin", config->margin);
    cli_json_open(&j, "series", '[');
    for (int32_t i = 0; i < cairn_series_count(all); i++) put_series(&j, cairn_series_at(all, i));
    cli_json_close(&j, ']');
    int32_t n = cairn_series_modes(all, &pairs);
    put_pairs(&j, "modes", all, pairs, n, config->margin);
    n = cairn_series_versions(all, &pairs);
    put_pairs(&j, "versions", all, pairs, n, config->margin);
    put_orders(&j, all);
    put_pools(&j, all);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* ---- the verb --------------------------------------------------------------------------------------------------------------- */

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const binary_config *config = options_;
    cairn_series_fields fields = {
        .by = config->by, .answer = config->answer, .yes = config->yes, .no = config->no, .judge = config->judge};
    cairn_series *all;
    CAIRN_TRY(cairn_series_open(c->ctx, &fields, &all));
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < count && status == CAIRN_OK; i++) status = cairn_series_read(all, c->ctx, arguments[i]);
    if (status == CAIRN_OK) status = cairn_series_measure(all, c->ctx, config->alpha);
    if (status == CAIRN_OK && config->json)
        status = print_json(c, config, all);
    else if (status == CAIRN_OK)
        print_all(c, config, all);
    cairn_series_close(all);
    return status;
}

const cli_verb verb_eval_binary = {
    .about = {.name = "eval binary",
              .summary = "Test yes/no answers for bias, memory and the order of options (arXiv 2501.16356).",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(binary_config)},
    .arguments = "FILE...",
    .least = 1,
    .most = MOST_FILES,
    .examples = "  cairn eval binary answers.jsonl\n"
                "  cairn eval binary answers.jsonl --by 'model temperature' --detail\n"
                "  cairn eval binary judgements.jsonl --by model --judge --yes A --no B --json\n"
                "  cairn eval binary labels.jsonl --by generator         # labels of steps, a series each solution\n",
    .run = run,
};

/* What `cairn credit` says of a batch: counts, ranges, alarms, and three responses on their way through the stages. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/credit.h"

enum { MOST_SHOWN = 12 }; /* steps of an example */

/* ---- three responses ----------------------------------------------------------------------------------------------- */

static const char *rank_of(const credit_summary *s, int i) {
    return s->n_examples == 1 ? "only" : i == 0 ? "best" : i == s->n_examples - 1 ? "worst" : "middle";
}

/* For columns, four digits after the point; "-" for none. What is left of a sum that should be 0 is 0. */
static const char *cell(double x, char out[32]) {
    if (isnan(x)) return "-";
    snprintf(out, 32, "%.4f", fabs(x) < 5e-5 ? 0 : x);
    return out;
}

/* For sentences, four digits. */
static const char *number(double x, char out[32]) {
    if (isnan(x)) return "unknown";
    if (isinf(x)) return x > 0 ? "infinite" : "-infinite";
    snprintf(out, 32, "%.4g", fabs(x) < 1e-12 ? 0 : x);
    return out;
}

static void print_step(cli *c, const credit_batch *b, size_t at, int32_t k) {
    const cairn_trajectory *y = &b->responses[at];
    const char *text = b->rows[b->row_of[at]].record.steps[k];
    char n[3][32], line[512];
    double score = y->step_score ? y->step_score[k] : y->step_flag ? (double)y->step_flag[k] : NAN;
    if (!y->step_score && score < 0) score = NAN; /* an unknown verdict */
    cli_safe_line(text, line, sizeof line);
    int columns = cli_columns(c) - 46;
    const char *shown = cli_shorten(c, line, columns);
    printf("    %3d  %s%*s %9s %9s %10s\n", (int)k, shown, columns - cli_width(shown), "", cell(score, n[0]),
           credit_has_rule(&b->plan) ? cell(b->result.step[b->step[at] + (size_t)k], n[1]) : "-",
           cell(credit_step_advantage(b, at, k), n[2]));
}

static void print_example(cli *c, const credit_batch *b, const char *rank, size_t at) {
    const cairn_credit_row *row = &b->rows[b->row_of[at]];
    char n[2][32], name[256];
    cli_safe_line(row->response.name, name, sizeof name);
    printf("\n  %s%s%s  %s, group %s: outcome %s -> scalar %s -> %s\n", cli_paint_code(c, CLI_BOLD), rank,
           cli_paint_code(c, CLI_PLAIN), name, cli_safe(c, b->names[b->group_of[at]]),
           number(b->responses[at].outcome, n[0]), number(b->result.scalar[at], n[1]),
           b->result.keep[at] ? "kept" : "left out");
    printf("%s    %3s  %-*s %9s %9s %10s%s\n", cli_paint_code(c, CLI_DIM), "", cli_columns(c) - 46, "step", "score",
           "reward", "advantage", cli_paint_code(c, CLI_PLAIN));
    int32_t steps = b->responses[at].n_steps, shown = steps > MOST_SHOWN + 1 ? MOST_SHOWN : steps;
    for (int32_t k = 0; k < shown; k++) print_step(c, b, at, k);
    if (shown < steps) printf("    and %d more steps\n", (int)(steps - shown));
}

/* ---- for people ---------------------------------------------------------------------------------------------------- */

static void print_counts(const credit_batch *b, const credit_summary *s) {
    const cairn_credit_stats *t = &b->result.stats;
    char n[4][32];
    printf("  %-14s %s: %s kept, %s of these without signal (%.1f %%)\n", "groups", cli_count(t->groups, n[0]),
           cli_count(t->kept_groups, n[1]), cli_count(t->flat_groups, n[2]),
           t->kept_groups ? 100.0 * (double)t->flat_groups / (double)t->kept_groups : 0);
    printf("  %-14s %s: %s kept; mean outcome %s, %s unknown\n", "responses", cli_count(t->responses, n[0]),
           cli_count(t->kept_responses, n[1]), number(t->mean_outcome, n[3]), cli_count(t->unknown_outcomes, n[2]));
    printf("  %-14s %s", "steps", cli_count(s->steps, n[0]));
    if (credit_reads_scores(&b->plan)) printf("; %s scores unknown", cli_count(t->unknown_scores, n[1]));
    if (credit_reads_flags(&b->plan)) printf("; %s verdicts unknown", cli_count(t->unknown_flags, n[1]));
    if (credit_has_rule(&b->plan)) printf("; %s rewards not 0", cli_count(t->nonzero_steps, n[2]));
    printf("\n");
}

/* What stages left out or changed, where they did. */
static void print_changes(const credit_batch *b) {
    const cairn_credit_stats *t = &b->result.stats;
    const struct {
        int64_t n;
        const char *what;
    } changes[] = {{t->too_easy, "groups left out: too easy"},
                   {t->too_hard, "groups left out: too hard"},
                   {t->too_long, "groups left out: a response is truncated"},
                   {t->dropped_right, "right responses left out"},
                   {t->dropped_wrong, "wrong responses left out"},
                   {t->flipped, "outcomes flipped"},
                   {t->unknown_thinks, "thinking scores unknown"},
                   {t->clipped_importance, "token weights clipped"},
                   {b->skipped, "bad lines passed over"}};
    char n[32];
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (changes[i].n) printf("  %-14s %s %s\n", "", cli_count(changes[i].n, n), changes[i].what);
}

static void print_ranges(const credit_batch *b, const credit_summary *s) {
    const cairn_credit_stats *t = &b->result.stats;
    char n[5][32];
    if (credit_has_rule(&b->plan))
        printf("  %-14s sum to %s .. %s a response; bound %s .. %s, %s outside\n", "step rewards",
               number(s->step_sum.least, n[0]), number(s->step_sum.most, n[1]), number(s->low, n[2]),
               number(s->high, n[3]), cli_count(t->out_of_bounds, n[4]));
    printf("  %-14s mean %s, %s .. %s, on %s drawn tokens\n", "advantages", number(s->advantage.mean, n[0]),
           number(s->advantage.least, n[1]), number(s->advantage.most, n[2]), cli_count(t->tokens, n[3]));
    if (!isnan(t->mean_kl)) printf("  %-14s %s nats a token\n", "log-ratio", number(t->mean_kl, n[0]));
    if (!isnan(t->trust)) printf("  %-14s %s\n", "trust", number(t->trust, n[0]));
    printf("  %-14s right %s tokens, wrong %s\n", "mean length", number(s->right.mean, n[0]),
           number(s->wrong.mean, n[1]));
    printf("  %-14s %.1f %% of the runs of %d words\n", "repeated", 100 * s->repetition.mean, CREDIT_REPEATED_WORDS);
}

static void print_alarm(const cli *c, const char *text) {
    printf("%salarm%s: %s\n", cli_paint_code(c, CLI_YELLOW), cli_paint_code(c, CLI_PLAIN), text);
}

static void print_alarms(const cli *c, const credit_config *config, const credit_batch *b, const credit_summary *s) {
    bool any_scores = false;
    for (size_t i = 0; i < b->n; i++) any_scores |= b->responses[i].step_score != NULL;
    if (b->result.stats.out_of_bounds) print_alarm(c, "step rewards leave their bound");
    if (b->result.stats.kept_responses == 0)
        print_alarm(c, "no response is kept: see which outcomes are known (`correct`, or `answer` and `target`)");
    if (s->longer) print_alarm(c, "right responses are over 1.5 times as long as wrong ones: length may pay");
    if (s->repeats) print_alarm(c, "over a fifth of the runs of words in a response have stood in it before");
    if (any_scores && !*config->scored.reward && !credit_reads_scores(&b->plan) && !credit_reads_flags(&b->plan))
        printf("%s does not read the scores of steps (cairn help credits)\n", b->plan.name);
}

static const char *summary_of(const char *name) {
    for (int i = 0; cairn_credits()[i]; i++)
        if (strcmp(cairn_credits()[i]->about.name, name) == 0) return cairn_credits()[i]->about.summary;
    return "";
}

void credit_print(cli *c, const credit_config *config, const credit_batch *b, const credit_summary *s) {
    if (s->plan) printf("%s", s->plan);
    printf("%s%s%s: %s\n", cli_paint_code(c, CLI_BOLD), cli_safe(c, config->credit), cli_paint_code(c, CLI_PLAIN),
           summary_of(b->plan.name));
    print_counts(b, s);
    print_changes(b);
    print_ranges(b, s);
    print_alarms(c, config, b, s);
    for (int i = 0; i < s->n_examples; i++) print_example(c, b, rank_of(s, i), s->examples[i]);
}

/* ---- for programs -------------------------------------------------------------------------------------------------- */

static void json_stats(cli_json *j, const cairn_credit_stats *t) {
    const struct {
        const char *key;
        int64_t n;
    } counts[] = {{"groups", t->groups},
                  {"kept_groups", t->kept_groups},
                  {"flat_groups", t->flat_groups},
                  {"responses", t->responses},
                  {"kept_responses", t->kept_responses},
                  {"tokens", t->tokens},
                  {"unknown_outcomes", t->unknown_outcomes},
                  {"unknown_scores", t->unknown_scores},
                  {"unknown_flags", t->unknown_flags},
                  {"unknown_thinks", t->unknown_thinks},
                  {"too_easy", t->too_easy},
                  {"too_hard", t->too_hard},
                  {"too_long", t->too_long},
                  {"dropped_right", t->dropped_right},
                  {"dropped_wrong", t->dropped_wrong},
                  {"flipped", t->flipped},
                  {"nonzero_steps", t->nonzero_steps},
                  {"clipped_importance", t->clipped_importance},
                  {"out_of_bounds", t->out_of_bounds}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) cli_json_int(j, counts[i].key, counts[i].n);
    cli_json_real(j, "mean_return", t->mean_return);
    cli_json_real(j, "mean_outcome", t->mean_outcome);
    cli_json_real(j, "mean_kl", t->mean_kl);
    cli_json_real(j, "trust", t->trust);
}

static void json_summary(cli_json *j, const credit_summary *s) {
    cli_json_int(j, "steps", s->steps);
    cli_json_real(j, "step_reward_least", s->step_sum.least);
    cli_json_real(j, "step_reward_most", s->step_sum.most);
    cli_json_real(j, "bound_low", s->low);
    cli_json_real(j, "bound_high", s->high);
    cli_json_real(j, "advantage_mean", s->advantage.mean);
    cli_json_real(j, "advantage_least", s->advantage.least);
    cli_json_real(j, "advantage_most", s->advantage.most);
    cli_json_real(j, "tokens_right", s->right.mean);
    cli_json_real(j, "tokens_wrong", s->wrong.mean);
    cli_json_bool(j, "length_alarm", s->longer);
    cli_json_real(j, "repetition", s->repetition.mean);
    cli_json_bool(j, "repetition_alarm", s->repeats);
}

static void json_example(cli_json *j, const credit_batch *b, const char *rank, size_t at) {
    const cairn_trajectory *y = &b->responses[at];
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "rank", rank);
    cli_json_text(j, "where", y->name);
    cli_json_text(j, "id", b->rows[b->row_of[at]].record.id);
    cli_json_real(j, "outcome", y->outcome);
    cli_json_real(j, "scalar", b->result.scalar[at]);
    cli_json_bool(j, "kept", b->result.keep[at]);
    cli_json_open(j, "step_rewards", '[');
    for (int32_t k = 0; k < y->n_steps; k++) cli_json_real(j, NULL, b->result.step[b->step[at] + (size_t)k]);
    cli_json_close(j, ']');
    cli_json_open(j, "step_advantages", '[');
    for (int32_t k = 0; k < y->n_steps; k++) cli_json_real(j, NULL, credit_step_advantage(b, at, k));
    cli_json_close(j, ']');
    cli_json_close(j, '}');
}

cairn_status credit_print_json(cli *c, const credit_config *config, const credit_batch *b, const credit_summary *s) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "credit", config->credit);
    if (s->plan) cli_json_text(&j, "plan", s->plan);
    json_stats(&j, &b->result.stats);
    json_summary(&j, s);
    cli_json_int(&j, "skipped_lines", b->skipped);
    cli_json_open(&j, "examples", '[');
    for (int i = 0; i < s->n_examples; i++) json_example(&j, b, rank_of(s, i), s->examples[i]);
    cli_json_close(&j, ']');
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* cairn eval grade: answers against references, with the rule that decided. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/grade.h"
#include "cli/verbs.h"

static const cairn_option options[] = {
    CAIRN_TEXT(grade_config, answer, "", "", "Without a file: the answer that is judged."),
    CAIRN_TEXT(grade_config, reference, "", "", "Without a file: what it is compared with."),
    CAIRN_TEXT(
        grade_config, problem, "", "",
        "Without a file: text of the problem, which may ask for a unit, a percentage, an order, or have choices."),
    CAIRN_BOOL(grade_config, explain, "false",
               "Show how both texts were read, the rule that decided and why: of the listed pairs, and in --out."),
    CAIRN_BOOL(grade_config, find, "false",
               "The answer is a whole solution: the final answer is looked for in it first."),
    CAIRN_REAL(grade_config, tolerance, "0", 0, 0.5, "",
               "Numbers this close, relative to the reference, are right; 0: exact values, and decimals by the digits "
               "written."),
    CAIRN_BOOL_AS("percent-hundredfold", grade_config, percent_hundredfold, "false",
                  "A number that is 100 or 1/100 of the reference is right too (arXiv 2409.12122)."),
    CAIRN_INT(grade_config, show, "20", 0, 1e6, "pairs",
              "Pairs listed, of those that are undecided or not what the file expects."),
    CAIRN_TEXT(grade_config, out, "", "", "Write every pair with its verdict and rule as JSON lines to this file."),
    CAIRN_TEXT_AS("answer-field", grade_config, fields.answer, "", "",
                  "Field of the answer; the default is the first of prediction, pred, model_answer, answer."),
    CAIRN_TEXT_AS("reference-field", grade_config, fields.reference, "", "",
                  "Field of the reference; the default is the first of reference, target, gold, ground_truth, gt, "
                  "gold_answer, correct_answer, and answer where the answer stands elsewhere."),
    CAIRN_TEXT_AS("problem-field", grade_config, fields.problem, "", "",
                  "Field of the problem; the default is the first of problem, question, prompt, where there is one."),
    CAIRN_TEXT_AS("expect-field", grade_config, fields.expected, "", "",
                  "Field of the verdict that is expected; the default is the first of expect, expected, correct, "
                  "is_correct, and label where it is true or false, where there is one."),
    CAIRN_INT(grade_config, count, "0", 0, 1e12, "pairs", "Pairs read, from the first on (short: -n); 0: all."),
    CAIRN_BOOL_AS("skip-bad", grade_config, skip_bad, "false",
                  "Count and name bad lines instead of stopping at the first."),
    CLI_SEED(grade_config, seed),
    CAIRN_BOOL(grade_config, quiet, "false", "No progress line."),
    CAIRN_BOOL(grade_config, json, "false", "Result as one JSON object."),
};

/* ---- one pair ---------------------------------------------------------------------------------------------------- */

/* The final answer of a solution's text, in its place. */
static cairn_status find(cli *c, cairn_arena *arena, graded *one) {
    cairn_found found;
    if (!one->pair.answer) return CAIRN_OK;
    cairn_status status =
        cairn_answer_find(c->ctx, arena, one->pair.answer, strlen(one->pair.answer), one->pair.problem, &found);
    one->pair.answer = NULL;
    if (status == CAIRN_NOT_FOUND || status == CAIRN_LIMIT) return CAIRN_OK;
    CAIRN_TRY(status);
    one->pair.answer = found.text;
    one->answer_rule = found.rule;
    return CAIRN_OK;
}

/* What is not there, and what is too long to be read, is unknown. */
static cairn_status judge(cli *c, const grade_config *config, cairn_arena *arena, bool explain, graded *one) {
    const cairn_pair *p = &one->pair;
    cairn_grade_options how = {.problem = p->problem,
                               .relative_tolerance = config->tolerance,
                               .percent_hundredfold = config->percent_hundredfold,
                               .explain = explain};
    one->grade = (cairn_grade){.verdict = CAIRN_VERDICT_UNKNOWN, .why = "", .read = {"", ""}};
    if (!p->answer || !p->reference) {
        one->grade.rule = p->answer ? "no-reference" : "no-answer";
        one->grade.why = p->answer ? "There is no reference." : "No answer is stated.";
        return CAIRN_OK;
    }
    cairn_status status = cairn_answer_grade(c->ctx, arena, p->answer, p->reference, &how, &one->grade);
    if (status != CAIRN_LIMIT) return status;
    one->grade = (cairn_grade){
        .verdict = CAIRN_VERDICT_UNKNOWN, .rule = "too-long", .why = "A text is too long.", .read = {"", ""}};
    return CAIRN_OK;
}

/* ---- all pairs of a file ----------------------------------------------------------------------------------------- */

static int place_of(cairn_verdict verdict) {
    if (verdict == CAIRN_VERDICT_UNKNOWN) return GRADE_UNKNOWN;
    return verdict == CAIRN_VERDICT_RIGHT ? GRADE_RIGHT : GRADE_WRONG;
}

/* Rules are static texts; those beyond the table's end are counted as its last. */
static void count_rule(rule_count *rules, int32_t *n, const char *rule, cairn_verdict verdict) {
    int32_t i = 0;
    while (i < *n && strcmp(rules[i].rule, rule) != 0) i++;
    if (i == GRADE_MOST_RULES) i--;
    if (i == *n) rules[(*n)++].rule = rule;
    rules[i].n[place_of(verdict)]++;
}

static cairn_status keep(cli *c, const char *text, const char **out) {
    *out = text ? cairn_arena_copy(c->arena, text, strlen(text)) : NULL;
    return !text || *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status keep_listed(cli *c, grading *g, const graded *one) {
    if (g->to_list++ >= g->config->show) return CAIRN_OK;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&g->listed, &g->listed_capacity, g->n_listed + 1, sizeof *g->listed));
    graded *kept = &g->listed[g->n_listed];
    *kept = *one;
    kept->pair.problem = NULL;
    CAIRN_TRY(keep(c, one->pair.answer, &kept->pair.answer));
    CAIRN_TRY(keep(c, one->pair.reference, &kept->pair.reference));
    CAIRN_TRY(keep(c, one->grade.why, &kept->grade.why));
    CAIRN_TRY(keep(c, one->grade.read[0], &kept->grade.read[0]));
    CAIRN_TRY(keep(c, one->grade.read[1], &kept->grade.read[1]));
    g->n_listed++;
    return CAIRN_OK;
}

/* Whether a pair is listed: its verdict is not what the file expects, or it has none and nothing is expected. */
static bool is_listed(const graded *one) {
    if (one->pair.expected == CAIRN_EXPECT_NOTHING) return one->grade.verdict == CAIRN_VERDICT_UNKNOWN;
    return !cairn_expectation_allows(one->pair.expected, one->grade.verdict);
}

static cairn_status note(cli *c, grading *g, const graded *one) {
    const cairn_pair *p = &one->pair;
    grade_row row = {.verdict = (int8_t)one->grade.verdict, .expected = (int8_t)p->expected};
    row.problem = p->problem ? cairn_key(p->problem, strlen(p->problem)) : cairn_key_mix(g->n, UINT64_C(0x70616972));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&g->rows, &g->capacity, g->n + 1, sizeof *g->rows));
    g->rows[g->n++] = row;
    g->expected += p->expected != CAIRN_EXPECT_NOTHING;
    count_rule(g->rules, &g->n_rules, one->grade.rule, one->grade.verdict);
    if (g->config->find)
        count_rule(g->found, &g->n_found, one->answer_rule ? one->answer_rule : "none", one->grade.verdict);
    return is_listed(one) ? keep_listed(c, g, one) : CAIRN_OK;
}

/* A verdict alone costs less than an explained one: only what is shown is explained. */
static cairn_status grade_pair(cli *c, grading *g, cairn_arena *arena, graded *one, cairn_out *out) {
    const grade_config *config = g->config;
    if (config->find) CAIRN_TRY(find(c, arena, one));
    CAIRN_TRY(judge(c, config, arena, config->explain && out, one));
    if (config->explain && !out && is_listed(one) && g->to_list < config->show)
        CAIRN_TRY(judge(c, config, arena, true, one));
    if (out) CAIRN_TRY(grade_write(out, one, config->explain));
    return note(c, g, one);
}

static cairn_status grade_all(cli *c, grading *g, cairn_pairs *pairs, cairn_arena *arena, cairn_progress *progress,
                              cairn_out *out) {
    int64_t most = g->config->count;
    while (most == 0 || (int64_t)g->n < most) {
        graded one = {.answer_rule = NULL};
        int64_t before = cairn_pairs_offset(pairs);
        cairn_arena_reset(arena);
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        cairn_status status = cairn_pairs_next(pairs, arena, &one.pair);
        if (status == CAIRN_END) return CAIRN_OK;
        CAIRN_TRY(status);
        CAIRN_TRY(grade_pair(c, g, arena, &one, out));
        cairn_progress_add(progress, most ? 1 : cairn_pairs_offset(pairs) - before);
    }
    return CAIRN_OK;
}

/* ---- shares ------------------------------------------------------------------------------------------------------ */

static int by_problem(const void *a, const void *b) {
    const grade_row *x = a, *y = b;
    return (x->problem > y->problem) - (x->problem < y->problem);
}

/* 1: counts for the figure; 0: counts against it; -1: has no part in it. */
static int part_in(const grade_row *row, grade_figure figure) {
    cairn_verdict verdict = (cairn_verdict)row->verdict;
    cairn_expectation expected = (cairn_expectation)row->expected;
    bool allowed = cairn_expectation_allows(expected, verdict);
    if (figure >= GRADE_FIGURE_DECIDED && expected == CAIRN_EXPECT_NOTHING) return -1;
    switch (figure) {
    case GRADE_FIGURE_RIGHT:
        return verdict == CAIRN_VERDICT_RIGHT;
    case GRADE_FIGURE_WRONG:
        return verdict == CAIRN_VERDICT_WRONG;
    case GRADE_FIGURE_UNKNOWN:
        return verdict == CAIRN_VERDICT_UNKNOWN;
    case GRADE_FIGURE_DECIDED:
        return verdict != CAIRN_VERDICT_UNKNOWN;
    case GRADE_FIGURE_AGREE:
        return allowed;
    case GRADE_FIGURE_FALSE_RIGHT:
        return verdict == CAIRN_VERDICT_RIGHT && !allowed;
    case GRADE_FIGURE_FALSE_WRONG:
        return verdict == CAIRN_VERDICT_WRONG && !allowed;
    default:
        return verdict == CAIRN_VERDICT_UNKNOWN && !allowed;
    }
}

/* A figure's count and its share with an interval that takes the pairs of one problem together. */
static cairn_status measure_figure(cli *c, grading *g, grade_figure figure, double *hits, double *items) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    size_t groups = 0;
    double all = 0;
    how.seed = g->config->seed;
    g->shares[figure] = (cairn_interval){NAN, NAN, NAN, 0};
    for (size_t i = 0; i < g->n; i++) {
        int part = part_in(&g->rows[i], figure);
        if (i == 0 || g->rows[i].problem != g->rows[i - 1].problem) hits[groups] = items[groups] = 0, groups++;
        if (part < 0) continue;
        hits[groups - 1] += part;
        items[groups - 1]++;
        all++;
        g->counts[figure] += part;
    }
    return all > 0 ? cairn_stat_grouped_share(c->ctx, hits, items, groups, &how, &g->shares[figure]) : CAIRN_OK;
}

static cairn_status measure(cli *c, grading *g) {
    double *hits = cairn_alloc(c->ctx, g->n + 1, sizeof *hits), *items = cairn_alloc(c->ctx, g->n + 1, sizeof *items);
    cairn_status status = hits && items ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (g->n > 1) qsort(g->rows, g->n, sizeof *g->rows, by_problem);
    for (int i = 0; i < GRADE_FIGURES && status == CAIRN_OK; i++)
        status = measure_figure(c, g, (grade_figure)i, hits, items);
    cairn_free(hits);
    cairn_free(items);
    return status;
}

/* ---- the verb ---------------------------------------------------------------------------------------------------- */

static cairn_status read_file(cli *c, grading *g, const char *path, cairn_out *out) {
    const grade_config *config = g->config;
    cairn_pairs *pairs = NULL;
    cairn_arena *arena = NULL;
    cairn_progress *progress = NULL;
    cairn_status status = cairn_pairs_open(c->ctx, path, &config->fields, config->skip_bad, &pairs);
    if (status == CAIRN_OK) status = cairn_arena_open(c->ctx, 65536, &arena);
    if (status == CAIRN_OK)
        status = cairn_progress_open(c->ctx, config->count ? "grade" : "grade (bytes)",
                                     config->count ? config->count : cairn_pairs_size(pairs), config->quiet, &progress);
    if (status == CAIRN_OK) status = grade_all(c, g, pairs, arena, progress, out);
    cairn_progress_close(progress);
    cairn_arena_close(arena);
    if (pairs) g->skipped = cairn_pairs_skipped(pairs);
    cairn_pairs_close(pairs);
    return status;
}

static cairn_status run_file(cli *c, const grade_config *config, const char *path) {
    cairn_out *out = NULL;
    grading *g = cairn_arena_alloc(c->arena, 1, sizeof *g);
    if (!g) return CAIRN_NO_MEMORY;
    bool to_stdout = strcmp(config->out, "-") == 0;
    if (to_stdout && config->json) return cairn_fail(c->ctx, CAIRN_INVALID, "--json does not go with --out -");
    g->config = config;
    if (*config->out) CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
    cairn_status status = read_file(c, g, path, out);
    if (status == CAIRN_OK) status = measure(c, g);
    if (out) {
        if (status == CAIRN_OK)
            status = cairn_out_commit(out);
        else
            cairn_out_drop(out);
    }
    if (status == CAIRN_OK && !to_stdout) status = (config->json ? grade_print_json : grade_print)(c, g);
    cairn_free(g->rows);
    cairn_free(g->listed);
    return status;
}

static cairn_status run_one(cli *c, const grade_config *config) {
    graded one = {.pair = {.answer = config->answer,
                           .reference = config->reference,
                           .problem = *config->problem ? config->problem : NULL}};
    if (!*config->answer || !*config->reference)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          *config->answer || *config->reference
                              ? "--answer and --reference go together"
                              : "name a file of pairs, or give --answer and --reference");
    if (*config->out) return cairn_fail(c->ctx, CAIRN_INVALID, "--out goes with a file of pairs");
    if (config->find) CAIRN_TRY(find(c, c->arena, &one));
    CAIRN_TRY(judge(c, config, c->arena, config->explain || config->json, &one));
    if (config->json) return grade_print_one_json(c, &one);
    grade_print_one(c, &one);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const grade_config *config = options_;
    if (count == 0) return run_one(c, config);
    if (*config->answer || *config->reference || *config->problem)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "--answer, --reference and --problem do not go with a file: its fields are named by "
                          "--answer-field, --reference-field and --problem-field");
    return run_file(c, config, arguments[0]);
}

const cli_verb verb_eval_grade = {
    .about = {.name = "eval grade",
              .summary = "Judge answers against references: right, wrong or unknown, and by which rule.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(grade_config)},
    .arguments = "[PAIRS]",
    .most = 1,
    .examples = "  cairn eval grade --answer '\\frac43' --reference '4/3' --explain\n"
                "  cairn eval grade answer_pairs.jsonl\n"
                "  cairn eval grade answer_pairs.jsonl --explain --show 5\n"
                "  cairn eval grade answer_pairs.jsonl --tolerance 1e-4 --percent-hundredfold --out graded.jsonl\n",
    .run = run,
};

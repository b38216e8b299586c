/* What `eval grade` says: counts and shares, rules, the pairs that are undecided or not as expected. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/figures.h"
#include "cli/grade.h"

static const struct {
    const char *name, *words;
} figures[GRADE_FIGURES] = {
    [GRADE_FIGURE_RIGHT] = {"right", "right"},
    [GRADE_FIGURE_WRONG] = {"wrong", "wrong"},
    [GRADE_FIGURE_UNKNOWN] = {"unknown", "unknown"},
    [GRADE_FIGURE_DECIDED] = {"decided", "decided"},
    [GRADE_FIGURE_AGREE] = {"agree", "as expected"},
    [GRADE_FIGURE_FALSE_RIGHT] = {"false_right", "false right"},
    [GRADE_FIGURE_FALSE_WRONG] = {"false_wrong", "false wrong"},
    [GRADE_FIGURE_UNDECIDED] = {"undecided", "unknown, not expected"},
};

const char *grade_figure_name(grade_figure figure) {
    return figures[figure].name;
}

static cli_paint paint_of(cairn_verdict verdict) {
    if (verdict == CAIRN_VERDICT_UNKNOWN) return CLI_YELLOW;
    return verdict == CAIRN_VERDICT_RIGHT ? CLI_GREEN : CLI_RED;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static void print_figure(const cli *c, const grading *g, grade_figure figure) {
    const cairn_interval *share = &g->shares[figure];
    char n[32], interval[32] = "";
    if (!isnan(share->low)) snprintf(interval, sizeof interval, "%.1f .. %.1f", 100 * share->low, 100 * share->high);
    printf("  %-22s %9s  %s%6.1f%s  %14s\n", figures[figure].words, cli_count(g->counts[figure], n),
           cli_paint_code(c, CLI_BOLD), 100 * share->estimate, cli_paint_code(c, CLI_PLAIN), interval);
}

static void print_head(const cli *c, const char *what) {
    printf("%s  %-22s %9s  %6s  %14s%s\n", cli_paint_code(c, CLI_DIM), what, "pairs", "%", "95 % interval",
           cli_paint_code(c, CLI_PLAIN));
}

static void print_rules(const cli *c, const char *what, const rule_count *rules, int32_t n) {
    printf("\n%s  %-22s %9s %9s %9s%s\n", cli_paint_code(c, CLI_DIM), what, "right", "wrong", "unknown",
           cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < n; i++)
        printf("  %-22s %9" PRId64 " %9" PRId64 " %9" PRId64 "\n", rules[i].rule, rules[i].n[GRADE_RIGHT],
               rules[i].n[GRADE_WRONG], rules[i].n[GRADE_UNKNOWN]);
}

/* A text in one safe line of at most that many columns. */
static const char *one_line(cli *c, const char *text, int columns) {
    if (!text) return "(none)";
    size_t size = 4 * strlen(text) + 32;
    char *line = cairn_arena_alloc(c->arena, size, 1);
    if (!line) return "(no memory)";
    cli_safe_line(text, line, size);
    return cli_shorten(c, line, columns);
}

/* A tree, a node a line, each after six blanks. */
static void print_tree(cli *c, const char *what, const char *text, const char *tree) {
    printf("    %-10s %s\n", what, one_line(c, text, cli_columns(c) - 16));
    for (const char *line = cli_safe(c, tree); *line;) {
        size_t length = strcspn(line, "\n");
        printf("      %s%.*s%s\n", cli_paint_code(c, CLI_DIM), (int)length, line, cli_paint_code(c, CLI_PLAIN));
        line += length + (line[length] == '\n');
    }
}

static void print_explained(cli *c, const graded *one) {
    if (*one->grade.why) printf("    %s\n", cli_safe(c, one->grade.why));
    print_tree(c, "answer", one->pair.answer, one->grade.read[0]);
    print_tree(c, "reference", one->pair.reference, one->grade.read[1]);
}

static void print_listed(cli *c, const grading *g) {
    char n[2][32];
    int columns = (cli_columns(c) - 54) / 2;
    if (g->to_list == 0 || g->config->show == 0) return;
    printf("\n  %s%s", g->expected ? "not as expected, or undecided" : "undecided",
           (int64_t)g->n_listed < g->to_list ? "" : ":");
    if ((int64_t)g->n_listed < g->to_list)
        printf(" (the first %s of %s: --show)", cli_count((int64_t)g->n_listed, n[0]), cli_count(g->to_list, n[1]));
    printf("\n");
    if (g->n_listed)
        printf("%s  %6s  %-8s%-10s %-20s %-*s  %s%s\n", cli_paint_code(c, CLI_DIM), "row", "verdict",
               g->expected ? "expected" : "", "rule", columns, "answer", "reference", cli_paint_code(c, CLI_PLAIN));
    for (size_t i = 0; i < g->n_listed; i++) {
        const graded *one = &g->listed[i];
        const char *answer = one_line(c, one->pair.answer, columns);
        int pad = columns - cli_width(answer);
        printf("  %6" PRId64 "  %s%-8s%s%-10s %-20s %s%*s  %s\n", one->pair.row,
               cli_paint_code(c, paint_of(one->grade.verdict)), cairn_verdict_name(one->grade.verdict),
               cli_paint_code(c, CLI_PLAIN), cairn_expectation_name(one->pair.expected), one->grade.rule, answer,
               pad > 0 ? pad : 0, "", one_line(c, one->pair.reference, columns));
        if (g->config->explain) print_explained(c, one);
    }
}

cairn_status grade_print(cli *c, const grading *g) {
    char n[2][32];
    printf("%s pairs of an answer and a reference\n", cli_count((int64_t)g->n, n[0]));
    if (g->n) {
        print_head(c, "verdict");
        for (int i = GRADE_FIGURE_RIGHT; i <= GRADE_FIGURE_UNKNOWN; i++) print_figure(c, g, (grade_figure)i);
        print_rules(c, "rule that decided", g->rules, g->n_rules);
    }
    if (g->n_found) print_rules(c, "answer found by", g->found, g->n_found);
    if (g->expected) {
        printf("\n");
        print_head(c, "against what is expected");
        for (int i = GRADE_FIGURE_DECIDED; i < GRADE_FIGURES; i++) print_figure(c, g, (grade_figure)i);
        if (g->expected < (int64_t)g->n)
            printf("  %s pairs have no expected verdict\n", cli_count((int64_t)g->n - g->expected, n[1]));
    }
    print_listed(c, g);
    if (g->skipped) printf("  %" PRId64 " bad lines were passed over\n", g->skipped);
    return CAIRN_OK;
}

void grade_print_one(cli *c, const graded *one) {
    printf("%s%s%s by the rule `%s`\n", cli_paint_code(c, paint_of(one->grade.verdict)),
           cairn_verdict_name(one->grade.verdict), cli_paint_code(c, CLI_PLAIN), one->grade.rule);
    if (one->answer_rule) printf("  answer %s, found by `%s`\n", one_line(c, one->pair.answer, 80), one->answer_rule);
    if (*one->grade.why) print_explained(c, one);
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

/* Fields of a pair, in byte order. */
static void put_pair(cli_json *j, const graded *one, bool explained, bool row) {
    cli_json_text(j, "answer", one->pair.answer);
    if (explained) cli_json_text(j, "answer_read", one->grade.read[0]);
    if (one->answer_rule) cli_json_text(j, "answer_rule", one->answer_rule);
    if (one->pair.expected != CAIRN_EXPECT_NOTHING)
        cli_json_text(j, "expect", cairn_expectation_name(one->pair.expected));
    if (one->pair.problem) cli_json_text(j, "problem", one->pair.problem);
    cli_json_text(j, "reference", one->pair.reference);
    if (explained) cli_json_text(j, "reference_read", one->grade.read[1]);
    if (row) cli_json_int(j, "row", one->pair.row);
    cli_json_text(j, "rule", one->grade.rule);
    cli_json_text(j, "verdict", cairn_verdict_name(one->grade.verdict));
    if (explained) cli_json_text(j, "why", one->grade.why);
}

cairn_status grade_write(cairn_out *out, const graded *one, bool explained) {
    cli_json j = {.out = out};
    cli_json_open(&j, NULL, '{');
    put_pair(&j, one, explained, true);
    cli_json_close(&j, '}');
    return j.status == CAIRN_OK ? cairn_out_write(out, "\n", 1) : j.status;
}

cairn_status grade_print_one_json(cli *c, const graded *one) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    put_pair(&j, one, true, false);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static void put_rules(cli_json *j, const char *key, const rule_count *rules, int32_t n) {
    cli_json_open(j, key, '[');
    for (int32_t i = 0; i < n; i++) {
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "rule", rules[i].rule);
        cli_json_int(j, "right", rules[i].n[GRADE_RIGHT]);
        cli_json_int(j, "wrong", rules[i].n[GRADE_WRONG]);
        cli_json_int(j, "unknown", rules[i].n[GRADE_UNKNOWN]);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

static void put_figures(cli_json *j, const grading *g, int from, int to) {
    for (int i = from; i < to; i++) {
        char share[32];
        snprintf(share, sizeof share, "%s_share", figures[i].name);
        cli_json_int(j, figures[i].name, g->counts[i]);
        figure_json(j, share, &g->shares[i]);
    }
}

cairn_status grade_print_json(cli *c, const grading *g) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "pairs", (int64_t)g->n);
    put_figures(&j, g, GRADE_FIGURE_RIGHT, GRADE_FIGURE_DECIDED);
    put_rules(&j, "rules", g->rules, g->n_rules);
    if (g->config->find) put_rules(&j, "found", g->found, g->n_found);
    cli_json_int(&j, "expected", g->expected);
    if (g->expected) put_figures(&j, g, GRADE_FIGURE_DECIDED, GRADE_FIGURES);
    cli_json_int(&j, "to_list", g->to_list);
    cli_json_open(&j, "listed", '[');
    for (size_t i = 0; i < g->n_listed; i++) {
        cli_json_open(&j, NULL, '{');
        put_pair(&j, &g->listed[i], g->config->explain, true);
        cli_json_close(&j, '}');
    }
    cli_json_close(&j, ']');
    cli_json_int(&j, "skipped_lines", g->skipped);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

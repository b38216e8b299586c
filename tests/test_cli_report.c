/* cairn report: numbers of runs that are written here by hand, the tables, and the page: what it holds, that texts of
 * runs are never markup in it, its size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cairn/store.h"
#include "cli.h"
#include "near.h"

#define COST "\"cost\":{\"steps\":4,\"tokens\":20,\"flops\":0.0,\"judge_tokens\":0,\"judge_flops\":0.0,\"scorings\":2}"
#define CANDIDATE(answer, correct, count, score, leaf) \
    "{\"answer\":" answer ",\"correct\":" correct ",\"count\":" count ",\"score\":" score ",\"leaf\":" leaf "}"
#define RECORD(answer, correct, score, candidates, more) RECORD_OF("\"7\"", answer, correct, score, candidates, more)
#define RECORD_OF(target, answer, correct, score, candidates, more)                         \
    "{\"answer\":" answer ",\"target\":" target ",\"correct\":" correct ",\"score\":" score \
    ",\"candidates\":[" candidates "]," COST more "}"

typedef struct row {
    const char *id, *record;
} row;

/* A run file of these records; its search (or method) is called `method`. */
static void write_run(const char *name, const char *verb, const char *method, const row *rows, int n, int problems) {
    cairn_ctx *ctx;
    cairn_run *run;
    const cairn_manifest_entry entries[] = {{"verb", verb},
                                            {"world", "chain:steps=3"},
                                            {strcmp(verb, "label") == 0 ? "method" : "search", method},
                                            {"tree", "kept"},
                                            {"seed", "1"}};
    cairn_manifest manifest = {entries, sizeof entries / sizeof *entries, problems, false};
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    if (cairn_run_create(ctx, in_folder(name), &manifest, &run) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    for (int i = 0; i < n; i++)
        if (cairn_run_put(run, ctx, i, rows[i].id, rows[i].record, strlen(rows[i].record)) != CAIRN_OK)
            fail_msg("%s", cairn_error(ctx));
    cairn_run_close(run);
    cairn_ctx_close(ctx);
}

static const json_t *at(const json_t *value, const char *path) {
    char key[64];
    while (value && *path) {
        size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key)) : json_object_get(value, key);
        path += length + (path[length] == '.');
    }
    return value;
}

static double number(const json_t *value, const char *path) {
    const json_t *found = at(value, path);
    if (!json_is_number(found)) fail_msg("no number at %s", path);
    return json_number_value(found);
}

/* ---- numbers -------------------------------------------------------------------------------------------------------- */

/* Right, wrong, not judged for want of a true answer, no answer; the candidates' scores 0.9 right, 0.8 right, 0.25
 * wrong, 0.3 wrong and three that are left out. */
static const row first_rows[] = {
    {"a", RECORD("\"7\"", "true", "0.9",
                 CANDIDATE("\"7\"", "true", "3", "0.9", "1") "," CANDIDATE("\"8\"", "false", "1", "0.25", "2"), "")},
    {"b", RECORD("\"8\"", "false", "0.3",
                 CANDIDATE("\"8\"", "false", "2", "0.3", "1") "," CANDIDATE("\"7\"", "true", "1", "0.8", "2"), "")},
    {"c", RECORD_OF("null", "\"x\"", "null", "0.5", CANDIDATE("\"x\"", "null", "2", "0.5", "1"), "")},
    {"d", RECORD("null", "false", "null",
                 CANDIDATE("null", "false", "1", "null", "1") "," CANDIDATE("null", "false", "1", "1.5", "2"), "")},
};
/* a and b right, c wrong, d right; e stands in no other run. */
static const row second_rows[] = {
    {"a", RECORD("\"7\"", "true", "0.5", CANDIDATE("\"7\"", "true", "1", "0.5", "1"), "")},
    {"b", RECORD("\"7\"", "true", "0.5", CANDIDATE("\"7\"", "true", "1", "0.5", "1"), "")},
    {"c", RECORD("\"8\"", "false", "0.5", CANDIDATE("\"8\"", "false", "1", "0.5", "1"), "")},
    {"d", RECORD("\"7\"", "true", "0.5", CANDIDATE("\"7\"", "true", "1", "0.5", "1"), "")},
    {"e", RECORD("\"7\"", "true", "0.5", CANDIDATE("\"7\"", "true", "1", "0.5", "1"), "")},
};

static void write_two(void) {
    if (is_there("first.db")) return;
    write_run("first.db", "solve", "beam:", first_rows, 4, 5);
    write_run("second.db", "solve", "majority:", second_rows, 5, 5);
}

static void test_outcomes_that_are_not_judged_are_in_no_share(void **state) {
    (void)state;
    write_two();
    json_t *report = parsed(cairn("report first.db second.db --json"));
    assert_near(number(report, "runs.0.solved.accuracy.0"), 1.0 / 3, 1e-12);
    assert_near(number(report, "runs.0.solved.accuracy.1"), 0.061492, 1e-6); /* Wilson: 1 of 3 */
    assert_near(number(report, "runs.0.solved.accuracy.2"), 0.792340, 1e-6);
    assert_near(number(report, "runs.0.solved.unknown"), 0, 0);
    assert_near(number(report, "runs.0.solved.unjudged"), 1, 0);
    assert_near(number(report, "runs.0.solved.no_answer"), 1, 0);
    assert_near(number(report, "runs.0.solved.found"), 2, 0);
    assert_near(number(report, "runs.0.solved.steps"), 4, 0);
    assert_near(number(report, "runs.0.done"), 4, 0);
    assert_near(number(report, "runs.0.problems"), 5, 0);
    assert_string_equal(json_string_value(at(report, "runs.0.name")), "first");
    assert_string_equal(json_string_value(at(report, "runs.1.manifest.search")), "majority:");
    json_decref(report);
}

/* b has a true answer, but what was answered cannot be compared; c has no solution. The other run gives its problems
 * other ids. */
static void test_an_unknown_outcome_counts_as_not_right(void **state) {
    (void)state;
    static const row rows[] = {
        {"a", RECORD("\"7\"", "true", "1", CANDIDATE("\"7\"", "true", "1", "1", "1"), ",\"problem_key\":\"1\"")},
        {"b", RECORD("\"x\"", "null", "1", CANDIDATE("\"x\"", "null", "1", "1", "1"), ",\"problem_key\":\"2\"")},
        {"c", RECORD("null", "null", "null", "", ",\"problem_key\":\"3\"")},
    };
    static const row others[] = {
        {"b", RECORD("\"8\"", "false", "1", CANDIDATE("\"8\"", "false", "1", "1", "1"), ",\"problem_key\":\"1\"")},
        {"x", RECORD("\"7\"", "true", "1", CANDIDATE("\"7\"", "true", "1", "1", "1"), ",\"problem_key\":\"2\"")},
        {"y", RECORD("\"7\"", "true", "1", CANDIDATE("\"7\"", "true", "1", "1", "1"), ",\"problem_key\":\"4\"")},
    };
    write_run("known.db", "solve", "beam:", rows, 3, 3);
    write_run("other.db", "solve", "beam:", others, 3, 3);
    json_t *report = parsed(cairn("report known.db other.db --json"));
    assert_near(number(report, "runs.0.solved.accuracy.0"), 0.5, 1e-12);
    assert_near(number(report, "runs.0.solved.unknown"), 1, 0);
    assert_near(number(report, "runs.0.solved.unjudged"), 1, 0);
    assert_near(number(report, "pairs.0.shared"), 2, 0); /* by text: 1 and 2 */
    assert_near(number(report, "pairs.0.a_right"), 1, 0);
    assert_near(number(report, "pairs.0.b_right"), 1, 0);
    assert_near(number(report, "pairs.0.only_a"), 1, 0);
    assert_near(number(report, "pairs.0.only_b"), 1, 0);
    json_decref(report);
    assert_non_null(strstr(expect_ok(cairn("report known.db"))->out, "1 of 2; unknown 1, no answer 1, not judged 1"));
}

/* a: both right; b, d: right in the second only; c: not judged in the first; e: in the second only. */
static void test_runs_are_paired_by_problem(void **state) {
    (void)state;
    write_two();
    json_t *report = parsed(cairn("report first.db second.db --json"));
    const json_t *pair = at(report, "pairs.0");
    static const struct {
        const char *key;
        double value;
    } counts[] = {{"shared", 3},     {"unjudged", 1}, {"only_a", 0},  {"only_b", 1},
                  {"both_right", 1}, {"a_right", 0},  {"b_right", 2}, {"both_wrong", 0}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_near(number(pair, counts[i].key), counts[i].value, 0);
    assert_near(number(pair, "difference.0"), 2.0 / 3, 1e-12);
    /* Agresti and Min: gap 2 of 5 pairs, 3 discordant ones, variance (3 - 4 / 5) / 25 */
    assert_near(number(pair, "difference.1"), 0.4 - 1.959964 * sqrt(2.2) / 5, 1e-6);
    json_decref(report);
    report = parsed(cairn("report second.db first.db --json"));
    assert_near(number(report, "pairs.0.difference.0"), -2.0 / 3, 1e-12);
    json_decref(report);
}

static void test_scores_are_measured_on_what_is_judged_and_scored(void **state) {
    (void)state;
    write_two();
    json_t *report = parsed(cairn("report first.db second.db --json"));
    const json_t *scores = at(report, "runs.0.solved.scores");
    assert_near(number(scores, "candidates"), 7, 0);
    assert_near(number(scores, "used"), 4, 0);
    assert_near(number(scores, "unjudged"), 1, 0);
    assert_near(number(scores, "unscored"), 1, 0);
    assert_near(number(scores, "outside"), 1, 0);
    assert_near(number(scores, "brier"), (0.1 * 0.1 + 0.25 * 0.25 + 0.3 * 0.3 + 0.2 * 0.2) / 4, 1e-12);
    assert_near(number(scores, "calibration_error"), (0.1 + 0.25 + 0.3 + 0.2) / 4, 1e-12);
    assert_near(number(scores, "bins.2.candidates"), 1, 0); /* 0.25 */
    assert_near(number(scores, "bins.3.candidates"), 1, 0); /* 0.3 */
    assert_near(number(scores, "bins.8.right.0"), 1, 1e-12);
    assert_near(number(scores, "chosen"), 2, 0); /* a and b */
    assert_near(number(scores, "chosen_left_out"), 2, 0);
    assert_near(number(scores, "auroc.0"), 1, 0);
    assert_true(json_is_null(at(scores, "auroc.1")));                        /* one of each class: no interval */
    assert_near(number(report, "runs.1.solved.scores.auroc.0"), 0.5, 1e-12); /* all scores are equal */
    json_decref(report);
}

#define SOLUTION(labels, truth, first)                                                                             \
    "{\"steps\":[\"one\",\"two\",\"three\"],\"labels\":" labels ",\"counts\":[[2,1],[2,0],[0,0]],\"truth\":" truth \
    ",\"first_error\":" first ",\"correct\":true}"
#define LABELLED(solutions) "{\"problem\":\"2 + 5?\",\"dropped\":\"\",\"solutions\":[" solutions "]}"

static void test_labels_are_compared_with_the_truth_by_position(void **state) {
    (void)state;
    static const row rows[] = {
        {"a", LABELLED(SOLUTION("[0.5,0.0,null]", "[true,false,false]", "1") "," SOLUTION("[1.0,0.0,0.0]",
                                                                                          "[true,true,null]", "1"))},
        {"b", LABELLED(SOLUTION("[0.25,1.0,1.0]", "[false,true,true]", "-1"))},
    };
    write_run("labels.db", "label", "mc:", rows, 2, 2);
    json_t *report = parsed(cairn("report labels.db --json"));
    const json_t *labels = at(report, "runs.0.labelled");
    assert_near(number(labels, "steps"), 9, 0);
    assert_near(number(labels, "unlabelled"), 1, 0);
    assert_near(number(labels, "untold"), 1, 0);
    assert_near(number(labels, "all.right_right"), 4, 0);
    assert_near(number(labels, "all.wrong_wrong"), 1, 0);
    assert_near(number(labels, "all.right_wrong"), 1, 0);
    assert_near(number(labels, "all.wrong_right"), 1, 0);
    assert_near(number(labels, "all.agreement.0"), 5.0 / 7, 1e-12);
    assert_near(number(labels, "positions.0.agreement.0"), 2.0 / 3, 1e-12);
    assert_near(number(labels, "positions.2.right_right"), 1, 0);
    assert_near(number(labels, "located"), 2, 0);
    assert_near(number(labels, "judged_locations"), 1, 0); /* the other's third step is not known to be right */
    assert_near(number(labels, "exact_locations"), 1, 0);
    json_decref(report);
    assert_non_null(strstr(expect_ok(cairn("report labels.db"))->out, "agreement  71.43 %"));
}

static void test_what_is_no_report_is_refused(void **state) {
    (void)state;
    static const row bad_tree[] = {
        {"a", RECORD("\"7\"", "true", "1", CANDIDATE("\"7\"", "true", "1", "1", "0"),
                     ",\"tree\":[{\"parent\":null,\"text\":\"\",\"multiplicity\":1,\"visits\":0,\"score\":null},"
                     "{\"parent\":1,\"text\":\"x\",\"multiplicity\":1,\"visits\":0,\"score\":null}]")}};
    static const row bad_leaf[] = {
        {"a", RECORD("\"7\"", "true", "1", CANDIDATE("\"7\"", "true", "1", "1", "9"),
                     ",\"tree\":[{\"parent\":null,\"text\":\"\",\"multiplicity\":1,\"visits\":0,\"score\":null}]")}};
    static const row bad_outcome[] = {{"a", RECORD("\"7\"", "\"yes\"", "1", "", "")}};
    write_two();
    write_run("tree.db", "solve", "beam:", bad_tree, 1, 1);
    write_run("leaf.db", "solve", "beam:", bad_leaf, 1, 1);
    write_run("outcome.db", "solve", "beam:", bad_outcome, 1, 1);
    write_run("train.db", "train", "sft:", NULL, 0, 1);
    write_file("text.db", "no run", 6);
    expect_one_sentence(cairn("report"), "no run", WORDS("RUN"));
    expect_one_sentence(cairn("report absent.db"), "absent", WORDS("absent.db"));
    expect_one_sentence(cairn("report text.db"), "text", WORDS("text.db"));
    expect_one_sentence(cairn("report train.db"), "verb", WORDS("train.db", "solve and label"));
    expect_one_sentence(cairn("report first.db first.db"), "twice", WORDS("first.db", "twice"));
    expect_one_sentence(cairn("report outcome.db"), "outcome", WORDS("outcome.db", "`a`", "correct", "yes"));
    expect_one_sentence(cairn("report tree.db --out x.html"), "tree", WORDS("tree.db", "`a`", "parent"));
    expect_one_sentence(cairn("report leaf.db --out x.html"), "leaf", WORDS("leaf.db", "`a`", "leaf"));
    expect_one_sentence(cairn("report first.db second.db --out second.db"), "run", WORDS("second.db", "one file"));
    expect_one_sentence(cairn("report first.db --json --out -"), "both", WORDS("--json", "--out"));
    expect_one_sentence(cairn("report first.db --csv -"), "csv", WORDS("--csv"));
    assert_false(is_there("x.html"));
    assert_int_equal(expect_ok(cairn("run show first.db"))->status, 0);
}

static void test_a_run_without_records_has_no_numbers(void **state) {
    (void)state;
    write_run("empty.db", "solve", "beam:", NULL, 0, 9);
    json_t *report = parsed(cairn("report empty.db --json"));
    assert_true(json_is_null(at(report, "runs.0.solved.accuracy")));
    assert_true(json_is_null(at(report, "runs.0.solved.steps")));
    json_decref(report);
    assert_non_null(strstr(expect_ok(cairn("report empty.db --out empty.html"))->out, "0 of 9 problems are recorded"));
}

/* ---- tables ---------------------------------------------------------------------------------------------------------- */

static void test_tables_are_csv(void **state) {
    (void)state;
    static char text[1 << 16];
    write_two();
    write_run("=1+1.db", "solve", "beam:", first_rows, 4, 5);
    expect_ok(cairn("report first.db second.db '=1+1.db' --csv tables.csv"));
    read_into(in_folder("tables-pairs.csv"), text, sizeof text);
    assert_non_null(strstr(text, "a,b,difference,low,high,shared,both_right,a_only,b_only,both_wrong,not_judged,"
                                 "in_a_only,in_b_only\r\n\"first\",\"second\",0.6666666666666666,"));
    assert_non_null(strstr(text, ",3,1,0,2,0,1,0,1\r\n"));
    read_into(in_folder("tables-runs.csv"), text, sizeof text);
    assert_non_null(strstr(text, "\r\n\"first\",\"first.db\",\"solve\",\"chain:steps=3\","));
    assert_non_null(strstr(text, "\r\n\"'=1+1\",\"'=1+1.db\",")); /* no formula */
    read_into(in_folder("tables-bins.csv"), text, sizeof text);
    assert_non_null(strstr(text, "\"first\",0.8,0.9,1,1,0.8,1,"));
    assert_true(is_there("tables-labels.csv"));
}

/* ---- the page -------------------------------------------------------------------------------------------------------- */

static char page[1 << 23];

static size_t count(const char *text, const char *word) {
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, word)); p += strlen(word)) n++;
    return n;
}

/* The JSON that the page holds. */
static json_t *data_of_page(void) {
    static const char open[] = "<script type=\"application/json\" id=\"data\">";
    char *from = strstr(page, open), *to = from ? strstr(from, "</script>") : NULL;
    json_error_t error;
    if (!to) fail_msg("the page has no data");
    from += strlen(open);
    json_t *data = json_loadb(from, (size_t)(to - from), JSON_REJECT_DUPLICATES, &error);
    if (!data) fail_msg("the data of the page: %s at byte %d", error.text, error.position);
    return data;
}

#define HOSTILE "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\\u202e\\u0007'\\\"&amp;"
#define NODE(parent, text, score, truth)                                                            \
    "{\"parent\":" parent ",\"text\":\"" text "\",\"multiplicity\":1,\"visits\":3,\"score\":" score \
    ",\"truth\":" truth "}"

static const row hostile_rows[] = {
    {"<script>alert(3)</script>",
     RECORD("\"" HOSTILE "\"", "true", "1", CANDIDATE("\"" HOSTILE "\"", "true", "1", "1", "2"),
            ",\"problem\":\"" HOSTILE "\",\"chosen\":0,\"tree\":[" NODE("null", "", "null", "null") "," NODE(
                "0", HOSTILE, "0.25", "true") "," NODE("1", "last", "1.0", "false") "," NODE("0", "other", "0.5",
                                                                                             "null") "]")}};

static void test_texts_of_runs_are_never_markup(void **state) {
    (void)state;
    write_run("hostile<b>.db", "solve", HOSTILE, hostile_rows, 1, 1);
    expect_ok(cairn("report 'hostile<b>.db' --out hostile.html"));
    read_into(in_folder("hostile.html"), page, sizeof page);
    assert_int_equal(count(page, "<script"), 2); /* the data and the page's own */
    assert_int_equal(count(page, "</script"), 2);
    assert_int_equal(count(page, "<!--"), 0);
    assert_int_equal(count(page, "<img"), 0);
    assert_int_equal(count(page, "hostile<b>"), 0);
    assert_int_equal(count(page, "innerHTML"), 0);
    assert_non_null(strstr(page, "\"default-src 'none'; script-src 'sha256-"));
    json_t *data = data_of_page();
    assert_string_equal(json_string_value(at(data, "numbers.runs.0.name")), "hostile<b>");
    assert_string_equal(json_string_value(at(data, "records.0.0.id")), "<script>alert(3)</script>");
    const json_t *tree = at(data, "records.0.0.tree");
    assert_string_equal(json_string_value(at(tree, "chosen")), "ccc.");
    assert_string_equal(json_string_value(at(tree, "truth")), ".rw.");
    assert_string_equal(json_string_value(at(tree, "outcome")), "..r.");
    assert_near(number(tree, "score.1"), 0.25, 0);
    assert_near(number(tree, "parent.3"), 0, 0);
    json_decref(data);
}

static void test_the_same_runs_give_the_same_bytes(void **state) {
    (void)state;
    write_two();
    expect_ok(cairn("report first.db second.db --out one.html"));
    expect_ok(cairn("report first.db second.db --out two.html"));
    expect_same_files("one.html", "two.html");
    expect_ok(cairn("report first.db second.db --out - > three.html"));
    read_into(in_folder("one.html"), page, sizeof page);
    assert_non_null(strstr(page, "<!doctype html>"));
    assert_int_equal(count(page, "http://"), 1); /* the name space of SVG; nothing is loaded */
    assert_int_equal(count(page, "https://"), 0);
}

static void test_a_page_holds_200_trees_in_5_mb(void **state) {
    (void)state;
    expect_ok(cairn("solve -n 200 --world chain:steps=12 --policy scripted:error=0.15,repair=0.05 "
                    "--reward noisy:sd=0.2 --search mcts --budget 256 --keep-tree --run mcts.db --quiet"));
    expect_ok(cairn("report mcts.db --out mcts.html"));
    size_t whole = read_into(in_folder("mcts.html"), page, sizeof page);
    assert_in_range(whole, 200000, 5000000);
    json_t *data = data_of_page();
    assert_int_equal(json_array_size(at(data, "records.0")), 200);
    const json_t *tree = at(data, "records.0.0.tree");
    assert_int_equal(json_array_size(at(tree, "parent")), json_integer_value(at(tree, "total")));
    assert_true(json_is_string(at(data, "records.0.0.problem")));
    json_decref(data);
    /* With less room trees keep their chosen path, and say what they leave out. */
    expect_ok(cairn("report mcts.db --out small.html --room 0.2 --problems 150"));
    size_t small = read_into(in_folder("small.html"), page, sizeof page);
    assert_true(small < whole && small < 400000);
    data = data_of_page();
    assert_int_equal(json_array_size(at(data, "records.0")), 150);
    size_t i, n = 0;
    json_t *record;
    json_array_foreach((json_t *)(uintptr_t)at(data, "records.0"), i, record) {
        tree = json_object_get(record, "tree");
        size_t shown = json_array_size(at(tree, "parent"));
        json_int_t left = json_integer_value(at(tree, "total")) - (json_int_t)shown, folded = 0;
        for (size_t k = 0; k < json_array_size(at(tree, "folded")); k++)
            folded += json_integer_value(json_array_get(at(tree, "folded"), k));
        assert_int_equal(folded, left);
        assert_non_null(strchr(json_string_value(at(tree, "chosen")), 'c'));
        n += left > 0;
    }
    assert_true(n > 100);
    json_decref(data);
}

static void test_long_texts_are_cut_and_say_so(void **state) {
    (void)state;
    static char record[40000];
    static row rows[1] = {{"a", record}};
    int n = snprintf(record, sizeof record, "{\"answer\":\"");
    for (int i = 0; i < 5000; i++) n += snprintf(record + n, sizeof record - (size_t)n, "é");
    snprintf(record + n, sizeof record - (size_t)n,
             "\",\"target\":null,\"correct\":null,\"score\":null,\"candidates\":[]," COST "}");
    write_run("long.db", "solve", "beam:", rows, 1, 1);
    expect_ok(cairn("report long.db --out long.html"));
    read_into(in_folder("long.html"), page, sizeof page);
    json_t *data = data_of_page();
    const char *answer = json_string_value(at(data, "records.0.0.answer"));
    assert_non_null(answer);
    assert_string_equal(answer + 4000, "… [6000 more bytes]");
    json_decref(data);
}

/* What solve keeps of a tree says enough for the page: the problem, the chosen candidate, verdicts on steps. */
static void test_solve_keeps_what_the_page_shows(void **state) {
    (void)state;
    expect_ok(cairn("solve -n 3 --search beam:width=2,branch=2 --budget 24 --keep-tree --run kept.db --quiet"));
    outcome *o = expect_ok(cairn("run show kept.db chain-1-0"));
    json_t *record = json_loads(o->out, 0, NULL);
    assert_non_null(record);
    const char *text = json_string_value(json_object_get(record, "problem"));
    assert_non_null(text);
    assert_non_null(strstr(text, "What is the result?"));
    assert_true(json_is_integer(json_object_get(record, "chosen")));
    assert_true(json_is_null(at(record, "tree.0.truth")));
    assert_true(json_is_boolean(at(record, "tree.1.truth")));
    json_decref(record);
}

/* Votes of 2 and 8 are one curve, the best of 4 is one point. */
static void runs_that_differ_in_how_much_they_do_are_one_curve(void **state) {
    (void)state;
    static const char *const searches[] = {"majority:width=2", "majority:width=8", "best-of-n:width=4"};
    char image[32768], words[256];
    for (int i = 0; i < 3; i++) {
        snprintf(words, sizeof words, "solve -n 20 --quiet --search %s --run curve%d.db", searches[i], i);
        expect_ok(cairn(words));
    }
    expect_ok(cairn("report curve0.db curve1.db curve2.db --svg curves.svg"));
    read_into(in_folder("curves.svg"), image, sizeof image);
    const char *line = strstr(image, "<polyline class=\"line s0\"");
    assert_non_null(line);
    assert_non_null(strchr(strstr(line, "points=\""), ' ')); /* two places */
    assert_non_null(strstr(image, "<line class=\"spread s1\""));
    assert_null(strstr(image, "s2\""));
    assert_non_null(strstr(image, ">majority</text>"));
    assert_non_null(strstr(image, "sampled steps a problem"));
    const outcome *o = cairn("report curve0.db --svg none.svg --axis flops");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "FLOP a problem"));
    assert_false(is_there("none.svg"));
    assert_int_equal(cairn("report curve0.db --svg curve0.db")->status, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes_that_are_not_judged_are_in_no_share),
        cmocka_unit_test(test_an_unknown_outcome_counts_as_not_right),
        cmocka_unit_test(test_runs_are_paired_by_problem),
        cmocka_unit_test(test_scores_are_measured_on_what_is_judged_and_scored),
        cmocka_unit_test(test_labels_are_compared_with_the_truth_by_position),
        cmocka_unit_test(test_what_is_no_report_is_refused),
        cmocka_unit_test(test_a_run_without_records_has_no_numbers),
        cmocka_unit_test(test_tables_are_csv),
        cmocka_unit_test(test_texts_of_runs_are_never_markup),
        cmocka_unit_test(test_the_same_runs_give_the_same_bytes),
        cmocka_unit_test(test_a_page_holds_200_trees_in_5_mb),
        cmocka_unit_test(test_long_texts_are_cut_and_say_so),
        cmocka_unit_test(test_solve_keeps_what_the_page_shows),
        cmocka_unit_test(runs_that_differ_in_how_much_they_do_are_one_curve),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

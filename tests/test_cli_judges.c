/* Labels by rules over evidence, with programs as policy and as judge: what a user types, on small files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <unistd.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_judges"
#include "cli_runs.h"

/* ---- programs ------------------------------------------------------------------------------------------------------------ */

static const char *text_in(const json_t *request, const char *field) {
    const char *text = json_string_value(json_object_get(request, field));
    return text ? text : "";
}

static bool steps_hold(const json_t *request, const char *word) {
    const json_t *steps = json_object_get(request, "steps");
    for (size_t i = 0; i < json_array_size(steps); i++)
        if (strstr(json_string_value(json_array_get(steps, i)), word)) return true;
    return false;
}

/* "llm": two steps, then an answer, which is 14 unless a step says BAD. One first step in four says BAD; all do where
 * the problem is HARD. */
static void propose(const json_t *request, json_t *reply) {
    uint64_t seed = strtoull(text_in(request, "seed"), NULL, 10);
    size_t n = json_array_size(json_object_get(request, "steps"));
    bool bad = n == 0 && (strstr(text_in(request, "problem"), "HARD") || seed % 4 == 0);
    const char *text = n < 2 ? bad ? "a BAD step" : "a step" : steps_hold(request, "BAD") ? "#### 99" : "#### 14";
    json_object_set_new(reply, "text", json_string(text));
    json_object_set_new(reply, "end", json_boolean(n >= 2));
}

/* "judge": reads tagged paragraphs and names the first that says BAD or ODD, in a box; MUTE silences it. */
static void criticise(const json_t *request, json_t *reply) {
    const char *prompt = text_in(request, "prompt"), *bad = strstr(prompt, "BAD"), *odd = strstr(prompt, "ODD");
    char text[128] = "I cannot say.";
    int paragraph = -1;
    const char *first = !bad || (odd && odd < bad) ? odd : bad;
    for (const char *at = prompt; first && (at = strstr(at, "<paragraph_")) && at < first; at++)
        paragraph = atoi(at + strlen("<paragraph_"));
    if (!strstr(prompt, "MUTE")) snprintf(text, sizeof text, "I looked.\nSo \\boxed{%d}.", paragraph);
    json_object_set_new(reply, "text", json_string(text));
}

static int serve(const char *log) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        json_t *request = json_loads(line, 0, NULL), *reply = json_object();
        json_object_set(reply, "id", json_object_get(request, "id"));
        bool asked = strcmp(text_in(request, "verb"), "ask") == 0;
        (asked ? criticise : propose)(request, reply);
        FILE *file = fopen(log, "a");
        if (file) fputc(asked ? 'a' : 'p', file), fclose(file);
        char *said = json_dumps(reply, JSON_COMPACT);
        puts(said), fflush(stdout);
        free(said), json_decref(request), json_decref(reply);
    }
    return 0;
}

/* ---- reading what was written ------------------------------------------------------------------------------------------------ */

static json_t *json_of(const char *text) {
    json_error_t error;
    json_t *value = json_loads(text, 0, &error);
    if (!value) fail_msg("%s: %.200s", error.text, text);
    return value;
}

static json_int_t int_at(const json_t *value, const char *a, const char *b, const char *c) {
    value = json_object_get(value, a);
    if (b) value = json_object_get(value, b);
    if (c) value = json_object_get(value, c);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* Line `index` of a written file. */
static json_t *line_of(const char *name, int index) {
    static char text[1 << 18];
    read_into(in_folder(name), text, sizeof text);
    char *line = strtok(text, "\n");
    while (line && index--) line = strtok(NULL, "\n");
    return line ? json_of(line) : NULL;
}

static int lines_of(const char *name) {
    int n = 0;
    for (json_t *line; (line = line_of(name, n)); n++) json_decref(line);
    return n;
}

#define SOLUTION(id, first, second, third)                                                                        \
    "{\"id\":\"" id "\",\"prompt\":\"What is 2 + 3 * 4?\",\"completions\":[\"" first "\",\"" second "\",\"" third \
    "\"],\"labels\":[null,null,null],\"target\":\"14\"}\n"
static const char solutions[] = SOLUTION("good", "3 * 4 = 12", "2 + 12 = 14", "#### 14")
    SOLUTION("bad", "3 * 4 = 13, BAD", "2 + 13 = 15", "#### 15")
        SOLUTION("odd", "3 * 4 = 12", "2 + 12 = 14, ODD", "#### 14") SOLUTION("mute", "MUTE", "2 + 12 = 14", "#### 14");

#define LLM   "'exec:" SELF " serve llm.txt'"
#define JUDGE "'critic:policy=exec:" SELF " serve judge.txt,reads=solution'"

/* ---- consensus (arXiv 2501.07301) ---------------------------------------------------------------------------------------------- */

static void a_solution_is_kept_where_completions_and_judge_name_the_same_first_error(void **state) {
    (void)state;
    write_file("s.jsonl", solutions, sizeof solutions - 1);
    outcome *o = cairn("label --solutions s.jsonl --policy " LLM " --method mc:order=left-to-right --judge " JUDGE
                       " --rule consensus --out kept.jsonl --run consensus.db --json --quiet");
    expect_ok(o);
    json_t *summary = json_of(o->out);
    assert_int_equal(int_at(summary, "solutions", NULL, NULL), 4);
    assert_int_equal(int_at(summary, "kept_solutions", NULL, NULL), 2);
    assert_int_equal(int_at(summary, "kept", "none", NULL), 1);
    assert_int_equal(int_at(summary, "kept", "early", NULL), 1);
    assert_int_equal(int_at(summary, "dropped_solutions", "judge-disagrees", "none"), 1);
    assert_int_equal(int_at(summary, "dropped_solutions", "judge-unknown", "none"), 1);
    json_decref(summary);
    json_t *good = line_of("kept.jsonl", 0), *bad = line_of("kept.jsonl", 1);
    char *labels = json_dumps(json_object_get(good, "labels"), JSON_COMPACT);
    assert_string_equal(labels, "[true,true,true]");
    free(labels);
    labels = json_dumps(json_object_get(bad, "labels"), JSON_COMPACT);
    assert_string_equal(labels, "[false,null,null]"); /* nothing is said after the first error */
    free(labels);
    json_decref(good), json_decref(bad);
    assert_int_equal(lines_of("kept.jsonl"), 2);
    char log[64];
    assert_int_equal(read_into(in_folder("judge.txt"), log, sizeof log), 4); /* one request a solution */
    assert_string_equal(log, "aaaa");
}

static void a_run_is_labelled_again_by_another_rule_without_asking_anybody(void **state) {
    (void)state;
    unlink(in_folder("llm.txt"));
    unlink(in_folder("judge.txt"));
    outcome *o = cairn("label --from consensus.db --rule judge --out judged.jsonl --json --quiet");
    expect_ok(o);
    json_t *summary = json_of(o->out);
    assert_int_equal(int_at(summary, "kept_solutions", NULL, NULL), 3);
    assert_int_equal(int_at(summary, "kept", "middle", NULL), 1); /* the odd one */
    assert_int_equal(int_at(summary, "dropped_solutions", "judge-unknown", "unlocated"), 1);
    json_decref(summary);
    assert_false(is_there("llm.txt") || is_there("judge.txt"));
    o = cairn("label --from consensus.db --rule any --json --quiet");
    expect_ok(o);
    summary = json_of(o->out);
    assert_int_equal(int_at(summary, "kept_solutions", NULL, NULL), 4);
    json_decref(summary);
    expect_ok(cairn("run export consensus.db --format stepwise --out exported.jsonl"));
    assert_int_equal(lines_of("exported.jsonl"), 2); /* what the run's own rule kept */
}

static void a_run_without_evidence_is_refused(void **state) {
    (void)state;
    expect_ok(cairn("solve -n 2 --run solved.db --quiet"));
    outcome *o = cairn("label --from solved.db --rule any");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "no evidence"));
    o = cairn("label --from consensus.db");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "--rule"));
}

/* ---- self-denoising labels (arXiv 2509.16548) ----------------------------------------------------------------------------------- */

static void scan_keeps_easy_questions_and_as_many_right_as_wrong_solutions(void **state) {
    (void)state;
    static const char problems[] = "{\"problem\":\"Easy: 2 + 3 * 4?\",\"answer\":\"14\"}\n"
                                   "{\"problem\":\"HARD: 2 + 3 * 4?\",\"answer\":\"14\"}\n"
                                   "{\"problem\":\"Also easy: 2 + 3 * 4?\",\"answer\":\"14\"}\n";
    write_file("p.jsonl", problems, sizeof problems - 1);
    outcome *o =
        cairn("label --problems p.jsonl --world text --policy " LLM
              " --method mc:solutions=64,only_wrong=true,share=0.5 --rule scan:window=2 --balance --labels soft "
              "--out scan.jsonl --json --quiet");
    expect_ok(o);
    json_t *summary = json_of(o->out);
    assert_int_equal(int_at(summary, "dropped", NULL, NULL),
                     1); /* the hard question, before any step of it was probed */
    assert_int_equal(int_at(summary, "solutions", NULL, NULL), 128);
    json_int_t right = int_at(summary, "kept", "none", NULL), wrong = int_at(summary, "kept", "early", NULL);
    assert_int_equal(right, wrong);
    assert_true(wrong > 10 && wrong < 64);
    assert_int_equal(int_at(summary, "dropped_solutions", "balance", "none"), 128 - 2 * wrong);
    json_decref(summary);
    int right_lines = 0;
    for (int i = 0; i < 2 * wrong; i++) {
        json_t *line = line_of("scan.jsonl", i), *scores = json_object_get(line, "scores");
        bool is_right = json_is_true(json_object_get(line, "correct"));
        right_lines += is_right;
        assert_true(json_number_value(json_array_get(scores, 0)) == is_right);
        json_decref(line);
    }
    assert_int_equal(right_lines, right);
}

/* ---- without a policy ------------------------------------------------------------------------------------------------------------ */

static void solutions_are_labelled_without_a_policy(void **state) {
    (void)state;
    static const char slips[] = SOLUTION("slip", "3 * 4 = 13", "2 + 13 = 15", "#### 15");
    write_file("slips.jsonl", slips, sizeof slips - 1);
    expect_ok(cairn("label --solutions slips.jsonl --method tool --out tool.jsonl --quiet"));
    json_t *line = line_of("tool.jsonl", 0);
    char *labels = json_dumps(json_object_get(line, "labels"), JSON_COMPACT);
    assert_string_equal(labels, "[false,true,true]"); /* each step by its own equation */
    free(labels), json_decref(line);
    unlink(in_folder("llm.txt"));
    expect_ok(cairn("label --solutions s.jsonl --method judge --judge " JUDGE
                    " --out judge.jsonl --run judge.db --skip-bad --quiet"));
    assert_false(is_there("llm.txt"));
    assert_int_equal(lines_of("judge.jsonl"), 4);
    line = line_of("judge.jsonl", 2);
    labels = json_dumps(json_object_get(line, "labels"), JSON_COMPACT);
    assert_string_equal(labels, "[true,false,null]");
    free(labels), json_decref(line);
    expect_ok(
        cairn("run resume judge.db --allow-exec --quiet")); /* done already: the manifest leads to the same work */
    outcome *o = cairn("label --solutions s.jsonl --method judge");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "--judge"));
    o = cairn("label --method tool --policy ''");
    assert_int_equal(o->status, 2);
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "serve") == 0) return serve(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_solution_is_kept_where_completions_and_judge_name_the_same_first_error),
        cmocka_unit_test(a_run_is_labelled_again_by_another_rule_without_asking_anybody),
        cmocka_unit_test(a_run_without_evidence_is_refused),
        cmocka_unit_test(scan_keeps_easy_questions_and_as_many_right_as_wrong_solutions),
        cmocka_unit_test(solutions_are_labelled_without_a_policy),
    };
    return cmocka_run_group_tests_name("judges", tests, make_folder, remove_folder);
}

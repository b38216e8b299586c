/* label: light */
/* RM-Bench, pairs of any origin, ToolComp and ViLBench: unit cases by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

static void read_and_measure(fixture *f, const char *bench, const char *options, const char *text) {
    bench_open(f, bench, options);
    ok(f, bench_read_text(f, "f.jsonl", text));
    bench_measure(f, true);
}

/* ---- RM-Bench (arXiv 2410.16184) --------------------------------------------------------------------------------- */

#define STYLED(id, domain, chosen, rejected)                                                      \
    "{\"id\": " id ", \"domain\": \"" domain "\", \"prompt\": \"p" id                             \
    "\", \"chosen\": [\"a\", \"aaa\", \"aaaaa\"], \"rejected\": [\"bb\", \"bbbb\", \"bbbbbb\"], " \
    "\"score_chosen\": " chosen ", \"score_rejected\": " rejected "}\n"

/* A reward that likes style alone: 3 of 3 easy ones, 0 of 3 equal ones (ties), 0 of 3 hard ones. Of the second item of
 * chat everything is right; of safety the right concise answer has 2, above 0 and 1 but not 3. */
static void test_easy_normal_and_hard_are_parts_of_the_matrix_of_styles(void **state) {
    fixture *f = *state;
    read_and_measure(f, "rmbench", "",
                     STYLED("1", "chat", "[1, 2, 3]", "[1, 2, 3]") STYLED("2", "chat", "[4, [5], 6]", "[1, 2, 3]")
                         STYLED("1", "safety-refuse", "[2, 0, 0]", "[0, 1, 3]")
                             STYLED("1", "safety-response", "[2, 0, 0]", "[null, 1, 3]"));
    assert_int_equal(f->result.n_subsets, 2);
    assert_near(figure(f, "chat", "easy"), 1, 0);
    assert_near(figure(f, "chat", "normal"), 0.5, 0);
    assert_near(figure(f, "chat", "hard"), 0.5, 0);
    assert_near(figure(f, "chat", "average"), 2 / 3.0, 1e-15);
    assert_near(figure(f, "chat", "tie_rate"), 3 / 18.0, 1e-15);
    assert_near(figure(f, "safety", "easy"), 0, 0);
    assert_near(figure(f, "safety", "normal"), 1 / 6.0, 1e-15);
    assert_near(figure(f, "safety", "hard"), 2 / 6.0, 1e-15);
    assert_near(figure(f, "average", "hard"), 5 / 12.0, 1e-15);
    assert_near(baseline(f, "longest", "chat", "easy"), 1, 0);
    assert_near(baseline(f, "longest", "chat", "hard"), 0, 0);
}

static void test_the_file_names_the_domain_and_styles_are_three(void **state) {
    fixture *f = *state;
    bench_open(f, "rmbench", "");
    ok(f, bench_read_text(f, "code_filtered.json",
                          "[{\"id\": 1, \"score_chosen\": [1, 1, 1], \"score_rejected\": [0, 0, 0]}]"));
    bench_measure(f, false);
    assert_near(figure(f, "code", "average"), 1, 0);
    bench_open(f, "rmbench", "");
    refused(f, bench_read_text(f, "f.jsonl", STYLED("1", "chat", "[1, 2]", "[1, 2, 3]")), CAIRN_FORMAT,
            "f.jsonl:1: field `score_chosen`: expected 3 scores, one a style, got 2");
    refused(f, bench_read_text(f, "f.jsonl", "{\"id\": 1, \"chosen\": [\"a\"]}"), CAIRN_FORMAT,
            "f.jsonl:1: field `chosen`: expected an array of 3 answers, got an array");
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

#define HUMAN(id, winner, one, two)                                                                                \
    "{\"question_id\": \"" id "\", \"prompt\": \"p\", \"response_1\": \"short\", \"response_2\": \"longer one\", " \
    "\"winner\": \"" winner "\", \"score_1\": " one ", \"score_2\": " two "}\n"

static void test_length_bias_of_pairs_that_people_judged(void **state) {
    fixture *f = *state;
    static const char file[] = HUMAN("1", "model_b", "0", "1") HUMAN("2", "model_a", "0", "1")
        HUMAN("3", "model_a", "1", "1") HUMAN("4", "tie (bothbad)", "0", "1") HUMAN("5", "a", "2", "null");
    read_and_measure(f, "pairs", "", file);
    assert_near(tallied(f, "f", "pairs"), 4, 0);
    assert_near(figure(f, "f", "excluded"), 1, 0);
    assert_near(figure(f, "f", "accuracy"), 0.25, 0);
    assert_near(figure(f, "f", "tie_rate"), 0.25, 0);
    assert_near(figure(f, "f", "acc_longer"), 1, 0);
    assert_near(figure(f, "f", "acc_shorter"), 0, 0);
    assert_near(figure(f, "f", "length_bias"), 1, 0);
    assert_near(baseline(f, "shortest", "f", "accuracy"), 0.75, 0);
    assert_int_equal(f->result.rows[0].groups, 1);
    read_and_measure(f, "pairs", "tie=half", file);
    assert_near(figure(f, "f", "accuracy"), 0.375, 0);
    assert_near(figure(f, "f", "acc_shorter"), 0.5 / 3, 1e-15);
}

static void test_chosen_and_rejected_as_texts_messages_or_scores_alone(void **state) {
    fixture *f = *state;
    read_and_measure(f, "pairs", "",
                     "{\"subset\": \"x\", \"chosen\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": "
                     "\"assistant\", \"content\": \"yes\"}], \"rejected\": \"no\", \"score_chosen\": 1, "
                     "\"score_rejected\": 0}\n"
                     "{\"subset\": \"y\", \"scores_chosen\": 1, \"scores_rejected\": 2}\n");
    assert_string_equal(cairn_bench_item_at(f->run, 0)->candidates[0].steps[0], "yes");
    assert_near(figure(f, "x", "accuracy"), 1, 0);
    assert_near(figure(f, "y", "accuracy"), 0, 0);
    assert_true(isnan(figure(f, "y", "length_bias")));
    assert_near(figure(f, "all", "accuracy"), 0.5, 0);
    bench_open(f, "pairs", "");
    refused(f, bench_read_text(f, "f.jsonl", "{\"a\": 1}"), CAIRN_FORMAT, "f.jsonl:1: expected two answers, `chosen`");
    refused(f, bench_read_text(f, "f.jsonl", HUMAN("1", "C", "0", "1")), CAIRN_FORMAT,
            "f.jsonl:1: field `winner`: expected model_a, model_b or tie, or a, b, 1, 2, got `C`");
    refused(f, bench_read_text(f, "f.jsonl", "{\"chosen\": [{\"content\": 1}], \"rejected\": \"\"}"), CAIRN_FORMAT,
            "f.jsonl:1: field `chosen`: expected a text, or messages with `content`");
}

/* ---- ToolComp (arXiv 2501.01290) --------------------------------------------------------------------------------- */

#define LOGGED(prompt, plan, one, two)                                                                  \
    "{\"prompt\": \"" prompt "\", \"history_is_empty\": " plan ", \"prediction_preferred_first\": " one \
    ", \"prediction_dispreferred_first\": " two "}\n"
#define RAW(text) "{\"raw\": \"" text "\", \"label\": \"?\"}"

/* Unit cases a and b of the benchmark: 1, .5, .5, 0; what failed is in no denominator. */
static void test_both_orders_must_agree(void **state) {
    fixture *f = *state;
    read_and_measure(f, "toolcomp", "",
                     LOGGED("p", "false", RAW("Label: ```json{\\\"better_step\\\": 1}```"), RAW("better_step = 2"))
                         LOGGED("p", "false", RAW("{\\\"better_step\\\": 1}"), RAW("{\\\"better_step\\\": \\\"1\\\"}"))
                             LOGGED("q", "true", RAW("{\\\"better_action_plan\\\": \\\"TIE\\\"}"), "1")
                                 LOGGED("q", "true", "2", "\"1\"") LOGGED("r", "true", RAW("{\\\"better_step\\\": 3}"),
                                                                          "null") "{\"error\": \"request_failed\"}\n");
    assert_near(figure(f, "step", "accuracy"), 0.75, 0);
    assert_near(figure(f, "plan", "accuracy"), 0.25, 0);
    assert_near(figure(f, "total", "accuracy"), 0.5, 0);
    assert_near(figure(f, "total", "decided"), 0.5, 0);
    assert_near(figure(f, "total", "acc_decided"), 0.5, 0);
    assert_near(figure(f, "total", "position_bias"), 0.25, 0);
    assert_near(figure(f, "total", "excluded"), 2, 0);
    assert_near(baseline(f, "all alike", "total", "accuracy"), 0.5, 0);
    assert_near(baseline(f, "all alike", "total", "excluded"), 2, 0);
}

#define STEP(action) "{\"thought\": {\"text\": \"t\"}, \"action\": {\"text\": \"" action "\"}}"

static void test_candidates_follow_their_history(void **state) {
    fixture *f = *state;
    read_and_measure(f, "toolcomp", "",
                     "{\"prompt\": \"p\", \"history\": \"[]\", \"preferred\": {\"action plan\": {\"text\": \"a\"}}, "
                     "\"dispreferred\": {\"action plan\": {\"text\": \"bb\"}}}\n"
                     "{\"prompt\": \"p\", \"history\": \"[{\\\"action plan\\\": {\\\"text\\\": \\\"a\\\"}}]\", "
                     "\"preferred\": " STEP("date") ", \"dispreferred\": " STEP(
                         "x") "}\n"
                              "{\"prompt\": \"p\", \"history\": null, \"preferred\": " STEP("date") "}\n");
    const cairn_bench_item *item = cairn_bench_item_at(f->run, 1);
    assert_string_equal(item->subset, "step");
    assert_int_equal(item->candidates[0].n_steps, 2);
    assert_string_equal(item->candidates[0].steps[0], "action plan: a");
    assert_string_equal(item->candidates[0].steps[1], "thought: t\naction: date");
    assert_near(baseline(f, "longest", "plan", "accuracy"), 0, 0);
    assert_near(baseline(f, "longest", "step", "accuracy"), 1, 0);
    assert_near(figure(f, "total", "excluded"), 1, 0);
    bench_open(f, "toolcomp", "");
    refused(f, bench_read_text(f, "f.jsonl", "{\"history\": \"{}\"}"), CAIRN_FORMAT,
            "f.jsonl:1: field `history`: expected a list or the text of one");
    refused(f, bench_read_text(f, "f.jsonl", "{\"history\": \"[1]\", \"preferred\": {}}"), CAIRN_FORMAT,
            "f.jsonl:1: field `history`: expected objects with `text`");
}

/* ---- ViLBench (arXiv 2503.20271) --------------------------------------------------------------------------------- */

#define QUESTION(id, candidates)  "{\"id\": \"" id "\", \"source\": \"s\", \"candidates\": [" candidates "]}\n"
#define SOLUTION(right, orm, prm) "{\"correct\": " right ", \"orm\": " orm ", \"prm\": " prm "}"

/* Unit case b: in falling order wrong, right, right. */
static void test_the_best_of_n_is_exact(void **state) {
    fixture *f = *state;
    read_and_measure(f, "vilbench", "",
                     QUESTION("1", SOLUTION("false", "1", "[3]") "," SOLUTION("true", "2", "[2]") "," SOLUTION(
                                       "true", "2", "[null, 1]")));
    assert_near(figure(f, "s", "sample"), 2 / 3.0, 1e-15);
    assert_near(figure(f, "s", "bo2"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "s", "prm"), 0, 1e-15);
    assert_near(figure(f, "s", "orm"), 1, 1e-15);
    assert_near(figure(f, "s", "gain"), -1, 1e-15);
    assert_near(figure(f, "s", "oracle"), 1, 0);
    assert_true(isnan(figure(f, "s", "majority")));
    assert_true(isnan(figure(f, "s", "bo8")));
    assert_near(figure(f, "s", "need"), 2 - 5 / 3.0, 1e-15);
}

/* Unit case a: by mean and last the first one, by max both. */
static void test_aggregates_and_ties(void **state) {
    fixture *f = *state;
    static const struct {
        const char *options;
        double prm;
    } cases[] = {{"", 1},
                 {"prm-aggregate=last", 1},
                 {"prm-aggregate=max", 0.5},
                 {"prm-aggregate=max,tie=loss", 0},
                 {"prm-aggregate=max,tie=win", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_and_measure(
            f, "vilbench", cases[i].options,
            QUESTION("1", SOLUTION("true", "null", "[5, 4, 5]") "," SOLUTION("false", "null", "[5, 5, 2]")));
        assert_near(figure(f, "s", "prm"), cases[i].prm, 0);
        assert_true(isnan(figure(f, "s", "orm")));
    }
}

/* Unit case c: need 1 by mean scores, 0 by AUROC; the other question has need 0. */
static void test_questions_that_need_scores_of_steps(void **state) {
    fixture *f = *state;
    static const char file[] = QUESTION("a", SOLUTION("false", "4", "[4]") "," SOLUTION("true", "1", "[1]"))
        QUESTION("b", SOLUTION("true", "3", "[4]") "," SOLUTION("false", "1", "[2]"));
    read_and_measure(f, "vilbench", "", file);
    assert_near(figure(f, "s", "need"), 0.5, 0);
    assert_near(figure(f, "s", "need_auc"), 0, 0);
    read_and_measure(f, "vilbench", "select=1,allow-circular=true", file);
    assert_near(figure(f, "s", "questions"), 1, 0);
    assert_near(figure(f, "s", "need"), 1, 0);
    assert_near(figure(f, "s", "prm"), 1, 0);
    bench_open(f, "vilbench", "select=1");
    ok(f, bench_read_text(f, "f.jsonl", file));
    refused(f, cairn_bench_measure(f->run, &(cairn_bench_measuring){0}, &f->result), CAIRN_INVALID,
            "the scores that select the questions are measured on them");
    bench_open(f, "vilbench", "select=3");
    ok(f, bench_read_text(f, "f.jsonl", file));
    refused(f, cairn_bench_end(f->run), CAIRN_INVALID, "3 questions cannot be selected of 2");
}

#define ANSWER(text, right) "{\"answer\": \"" text "\", \"correct\": " right ", \"orm\": 1}"

static void test_the_majority_and_broken_candidates(void **state) {
    fixture *f = *state;
    read_and_measure(f, "vilbench", "",
                     QUESTION("1", ANSWER("x", "false") "," ANSWER("y", "true") "," ANSWER("y", "true"))
                         QUESTION("2", ANSWER("x", "false") "," ANSWER("y", "true") "," ANSWER("z", "null")));
    assert_near(figure(f, "s", "majority"), (1 + 1 / 3.0) / 2, 1e-15);
    assert_near(figure(f, "s", "orm"), (2 / 3.0 + 0.5) / 2, 1e-15);
    static const struct {
        const char *text, *error;
    } cases[] = {
        {QUESTION("1", ""), "f.jsonl:1: field `candidates`: expected 1 to 512 solutions"},
        {QUESTION("1", "{\"orm\": 1}"), "f.jsonl:1: field `candidates`: no solution is known to be `correct`"},
        {QUESTION("1", "{\"correct\": true, \"steps\": [\"a\"], \"prm\": [1, 2]}"),
         "f.jsonl:1: field `prm`: expected 1 scores, one a step, got 2"},
        {QUESTION("1", "{\"correct\": 2}"), "f.jsonl:1: field `correct`: expected true or false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, "vilbench", "");
        refused(f, bench_read_text(f, "f.jsonl", cases[i].text), CAIRN_FORMAT, cases[i].error);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_easy_normal_and_hard_are_parts_of_the_matrix_of_styles),
        CASE(test_the_file_names_the_domain_and_styles_are_three),
        CASE(test_length_bias_of_pairs_that_people_judged),
        CASE(test_chosen_and_rejected_as_texts_messages_or_scores_alone),
        CASE(test_both_orders_must_agree),
        CASE(test_candidates_follow_their_history),
        CASE(test_the_best_of_n_is_exact),
        CASE(test_aggregates_and_ties),
        CASE(test_questions_that_need_scores_of_steps),
        CASE(test_the_majority_and_broken_candidates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

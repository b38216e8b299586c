/* label: light */
/* Steps that people rated: PRM800K, Hard2Verify, VisualProcessBench and AgentProcessBench, by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

/* ---- PRM800K (arXiv 2305.20050) ---------------------------------------------------------------------------------- */

#define CHOSEN(text, rating)                                                                                 \
    "{\"completions\": [{\"text\": \"other\", \"rating\": -1}, {\"text\": \"" text "\", \"rating\": " rating \
    "}], \"human_completion\": null, \"chosen_completion\": 1}"
#define LAST(text, rating)                                            \
    "{\"completions\": [{\"text\": \"" text "\", \"rating\": " rating \
    "}], \"human_completion\": null, \"chosen_completion\": null}"
#define PATH(id, steps, reason)                                                               \
    "{\"id\": \"" id "\", \"question\": {\"problem\": \"q\"}, \"label\": {\"steps\": [" steps \
    "], \"finish_reason\": \"" reason "\"}}\n"

/* a: right, neutral, wrong; b: right, unrated. */
static const char ratings[] = PATH("a", CHOSEN("x", "1") ", " CHOSEN("y", "0") ", " LAST("z", "-1"), "found_error")
    PATH("b", CHOSEN("x", "1") ", " CHOSEN("y", "null"), "solution") PATH("c", CHOSEN("x", "1"), "give_up");
static const char ratings_said[] =
    "{\"id\": \"a\", \"scores\": [0.9, 0.5, 0.1]}\n{\"id\": \"b\", \"scores\": [0.2, 0.9]}\n";

static void test_ratings_of_the_path_and_what_neutral_counts_as(void **state) {
    fixture *f = *state;
    static const struct {
        const char *options;
        double tp, fp, tn, fn, located;
    } cases[] = {{"", 1, 0, 1, 2, 0}, {"neutral=wrong", 1, 0, 2, 1, 1}, {"neutral=skip", 1, 0, 1, 1, 0}};
    for (int i = 0; i < 3; i++) {
        bench_open(f, "prm800k", cases[i].options);
        ok(f, bench_read_text(f, "r.jsonl", ratings));
        ok(f, bench_predict_text(f, "p.jsonl", ratings_said));
        bench_measure(f, true);
        assert_int_equal(f->result.items, 2);
        assert_near(tallied(f, "all", "tp"), cases[i].tp, 0);
        assert_near(tallied(f, "all", "fp"), cases[i].fp, 0);
        assert_near(tallied(f, "all", "tn"), cases[i].tn, 0);
        assert_near(tallied(f, "all", "fn"), cases[i].fn, 0);
        assert_near(tallied(f, "all", "located"), cases[i].located, 0);
    }
    assert_near(figure(f, "all", "f1"), 2 / 3.0, 1e-15); /* the last: neutral steps left out */
    assert_near(figure(f, "all", "nf1"), 2 / 3.0, 1e-15);
    assert_near(figure(f, "all", "balanced"), 0.75, 1e-15);
    assert_near(figure(f, "all", "acc_cor"), 0, 0);
    assert_near(baseline(f, "always right", "all", "acc_cor"), 1, 0);
    assert_string_equal(cairn_bench_item_at(f->run, 0)->candidates[0].steps[2], "z");
}

/* Above .1 everything but the wrong step is called right. */
static void test_the_threshold_with_the_best_macro_f1_is_found(void **state) {
    fixture *f = *state;
    bench_open(f, "prm800k", "");
    ok(f, bench_read_text(f, "r.jsonl", ratings));
    ok(f, bench_predict_text(f, "p.jsonl", ratings_said));
    ok(f, f->bench->tune(f->run, f->config));
    bench_measure(f, false);
    assert_near(figure(f, "all", "macro_f1"), 1, 0);
}

static void test_steps_without_an_answer_count_as_misjudged(void **state) {
    fixture *f = *state;
    bench_open(f, "prm800k", "neutral=skip");
    ok(f, bench_read_text(f, "r.jsonl", ratings));
    ok(f, bench_predict_text(f, "p.jsonl", "{\"id\": \"a\", \"scores\": [0.9, null, null]}\n"));
    bench_measure(f, false);
    assert_near(tallied(f, "all", "tp"), 1, 0);
    assert_near(tallied(f, "all", "fp"), 1, 0);
    assert_near(tallied(f, "all", "fn"), 1, 0);
    assert_near(tallied(f, "all", "unsaid"), 2, 0);
    assert_int_equal(f->result.silent, 1);
    refused(f, bench_read_text(f, "r.jsonl", ratings), CAIRN_INVALID, "complete");
}

static void test_broken_ratings_are_named(void **state) {
    fixture *f = *state;
    bench_open(f, "prm800k", "");
    refused(f,
            bench_read_text(f, "r.jsonl", PATH("a", LAST("x", "1"), "solution") PATH("b", LAST("x", "5"), "solution")),
            CAIRN_FORMAT, "r.jsonl:2: field `label.steps[0]`: expected a `rating` of -1, 0, 1 or null");
    bench_open(f, "prm800k", "");
    refused(f, bench_read_text(f, "r.jsonl", "{\"question\": \"q\", \"label\": {\"steps\": []}}"), CAIRN_FORMAT,
            "r.jsonl:1: field `question`: expected an object");
}

/* ---- Hard2Verify (arXiv 2510.13744) ------------------------------------------------------------------------------ */

#define PROOF(id, labels, more)                                                                            \
    "{\"unique_id\": \"" id "\", \"question\": \"q\", \"model_response_by_step\": [\"a\", \"b\", \"c\"], " \
    "\"human_labels\": " labels more "}\r\n"

/* Steps: 4 of 6 right ones accepted, 1 of 3 wrong ones found. Solutions: 1 of 1 accepted, 2 of 2 rejected, of which 1
 * located. */
static void test_balanced_f1_of_steps_solutions_and_places(void **state) {
    fixture *f = *state;
    bench_open(f, "hard2verify", "");
    ok(f, bench_read_text(f, "h.jsonl",
                          PROOF("1", "[1, 1, 1]", ", \"valid\": [true, true, true]")
                              PROOF("2", "[1, 0, 1]", ", \"valid\": [true, false, false]")
                                  PROOF("3", "[1, 0, 0]", ", \"scores\": [0.5, 0.6, 0.9]")));
    bench_measure(f, true);
    double tpr = 4 / 6.0, tnr = 1 / 3.0;
    assert_near(figure(f, "h", "tpr"), tpr, 1e-15);
    assert_near(figure(f, "h", "tnr"), tnr, 1e-15);
    assert_near(figure(f, "h", "step"), 0.5, 1e-15);
    assert_near(figure(f, "h", "step_f1"), 2 * tpr * tnr / (tpr + tnr), 1e-15);
    assert_near(figure(f, "h", "response"), 1, 0);
    assert_near(figure(f, "h", "response_f1"), 1, 0);
    assert_near(figure(f, "h", "first"), 0.75, 0);
    assert_near(figure(f, "h", "first_f1"), 2 / 3.0, 1e-15);
    assert_near(baseline(f, "always right", "h", "step_f1"), 0, 0);
    assert_near(baseline(f, "always wrong", "h", "step_f1"), 0, 0);
    assert_near(baseline(f, "always right", "h", "step"), 0.5, 0);
}

static void test_the_enciphered_file_and_broken_labels_are_refused(void **state) {
    fixture *f = *state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {PROOF("1", "\"kQz=\"", ""), "h.jsonl:1: field `human_labels`: expected an array, got a string"},
        {PROOF("1", "[1, 1]", ""), "h.jsonl:1: field `human_labels`: expected 3 values, one a step, got 2"},
        {PROOF("1", "[1, 1, 1]", "") PROOF("2", "[1, -1, 1]", ""),
         "h.jsonl:2: field `human_labels[1]`: expected true or false, got -1"},
        {PROOF("1", "[1, 1, 1]", ", \"prediction\": 1.5"), "h.jsonl:1: field `prediction`: expected a whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open(f, "hard2verify", "");
        refused(f, bench_read_text(f, "h.jsonl", cases[i].text), CAIRN_FORMAT, cases[i].error);
    }
    bench_open(f, "hard2verify", "");
    refused(f, bench_read_text(f, "h.jsonl", PROOF("1", "[1, 1, 1]", "") PROOF("1", "[1, 1, 1]", "")), CAIRN_FORMAT,
            "h.jsonl:2: the id `1` of h was read before");
}

/* ---- VisualProcessBench (arXiv 2503.10291) ----------------------------------------------------------------------- */

#define VISUAL(source, labels, more)                                                                           \
    "{\"image\": [\"i.png\"], \"question\": \"q\", \"data_source\": \"" source "\", \"policy_model\": \"m\", " \
    "\"response\": {\"steps\": [\"a\", \"b\", \"c\"], \"process_correctness\": " labels "}" more "}\n"

static void test_macro_f1_and_neutral_steps(void **state) {
    fixture *f = *state;
    const char *rows = VISUAL("MathVision", "[1, 0, -1]", ", \"valid\": [1, 1, 1]")
        VISUAL("MMMU", "[1, -1, 1]", ", \"valid\": [1, 0, 0]");
    static const struct {
        const char *options;
        double vision; /* macro-F1 of the first: all called right */
    } cases[] = {{"neutral=right", 0.5 * 4 / 5}, {"neutral=wrong", 0.5 * 2 / 4}, {"neutral=skip", 0.5 * 2 / 3}};
    for (int i = 0; i < 3; i++) {
        bench_open(f, "visualprocessbench", cases[i].options);
        ok(f, bench_read_text(f, "v.jsonl", rows));
        bench_measure(f, false);
        assert_near(figure(f, "MathVision", "macro_f1"), cases[i].vision, 1e-15);
        assert_near(figure(f, "MMMU", "macro_f1"), 2 / 3.0, 1e-15);
        assert_near(figure(f, "average", "macro_f1"), (cases[i].vision + 2 / 3.0) / 2, 1e-15);
    }
}

static void test_what_a_neutral_step_is_must_be_said(void **state) {
    fixture *f = *state;
    bench_open(f, "visualprocessbench", "");
    ok(f, bench_read_text(f, "v.jsonl", VISUAL("MMMU", "[1, -1, 1]", ", \"valid\": [1, 0, 1]")));
    bench_measure(f, false);
    assert_near(figure(f, "MMMU", "macro_f1"), 1, 0);
    bench_open(f, "visualprocessbench", "");
    refused(f, bench_read_text(f, "v.jsonl", VISUAL("MMMU", "[1, -1, 1]", "") VISUAL("MMMU", "[1, 1, 0]", "")),
            CAIRN_UNSUPPORTED, "v.jsonl:2: field `process_correctness`: a neutral step: say what it is with --neutral");
    bench_open(f, "visualprocessbench", "neutral=skip");
    refused(f, bench_read_text(f, "v.jsonl", VISUAL("MMMU", "[1, 2, 1]", "")), CAIRN_FORMAT,
            "v.jsonl:1: field `process_correctness[1]`: expected 1, 0 or -1, got 2");
}

/* ---- AgentProcessBench (arXiv 2603.14465) ------------------------------------------------------------------------ */

#define AGENT(sample, labels) \
    "{\"query_index\": 0, \"sample_index\": " #sample ", \"question\": \"q\", \"step_labels\": " labels "}\n"
#define AGENT_SAID(sample, labels, more) \
    "{\"query_index\": 0, \"sample_index\": " #sample ", \"step_labels\": " labels more "}\n"

static const char trajectories[] = AGENT(0, "{\"2\": 1, \"10\": -1, \"4\": 0}") AGENT(1, "{\"2\": 1, \"4\": 1}")
    AGENT(2, "{\"2\": -1, \"4\": 1}") AGENT(3, "{\"2\": 1}");
/* Sample 0: -1 at 10, as it is. 1: failed. 2: its least -1 is at 0, which the reference does not label. 3: missing. */
static const char agent_said[] = AGENT_SAID(0, "{\"2\": 1, \"4\": 1, \"10\": -1}", "")
    AGENT_SAID(1, "{\"2\": null, \"4\": null}", ", \"comment\": \"llm_annotate_failed: timeout\"")
        AGENT_SAID(2, "{\"0\": -1, \"2\": -1, \"4\": 1}", ", \"updated_at\": \"2026-02-05T02:15:19\"")
            AGENT_SAID(2, "{\"2\": 1, \"4\": 0}", ", \"updated_at\": \"2026-02-04T02:15:19\"");

static void test_labels_by_message_and_what_a_failure_is_worth(void **state) {
    fixture *f = *state;
    static const struct {
        const char *options;
        double first, first_none;
    } cases[] = {{"", 0.75, 1}, {"failed=wrong", 0.25, 0}};
    for (int i = 0; i < 2; i++) {
        bench_open(f, "agentprocessbench", cases[i].options);
        ok(f, bench_read_text(f, "hotpotqa.jsonl", trajectories));
        ok(f, bench_predict_text(f, "hotpotqa__judge.jsonl", agent_said));
        bench_measure(f, true);
        assert_near(figure(f, "all", "step"), 0.5, 0);
        assert_near(figure(f, "all", "exact"), 0, 0);
        assert_near(figure(f, "all", "first"), cases[i].first, 0);
        assert_near(figure(f, "all", "first_none"), cases[i].first_none, 0);
        assert_near(figure(f, "all", "first_err"), 0.5, 0);
        assert_int_equal(f->result.silent, 2);
        assert_near(baseline(f, "always right", "all", "first"), 0.5, 0);
        assert_near(baseline(f, "always right", "all", "step"), 5 / 8.0, 0);
    }
    assert_near(tallied(f, "hotpotqa", "plus"), 5, 0);
    assert_near(tallied(f, "hotpotqa", "zero"), 1, 0);
    assert_near(tallied(f, "hotpotqa", "minus"), 2, 0);
}

/* Rows that name their dataset, as the labels without texts do, belong to it whatever the file is called. */
static void test_a_dataset_that_rows_name_is_their_subset(void **state) {
    fixture *f = *state;
    bench_open(f, "agentprocessbench", "");
    ok(f, bench_read_text(
              f, "bfcl_final.jsonl",
              "{\"dataset\":\"bfcl\",\"query_index\":0,\"sample_index\":4,\"step_labels\":{\"3\":1,\"5\":-1}}"));
    ok(f, bench_predict_text(
              f, "bfcl__judge.jsonl",
              "{\"dataset\":\"bfcl\",\"query_index\":0,\"sample_index\":4,\"step_labels\":{\"3\":1,\"5\":0}}"));
    bench_measure(f, false);
    assert_near(figure(f, "bfcl", "step"), 0.5, 0);
}

static void test_broken_labels_of_messages_are_named(void **state) {
    fixture *f = *state;
    bench_open(f, "agentprocessbench", "");
    refused(f, bench_read_text(f, "t.jsonl", AGENT(0, "{\"2\": 1}") AGENT(1, "{\"2\": 3}")), CAIRN_FORMAT,
            "t.jsonl:2: field `step_labels`: `2`: expected 1, 0 or -1");
    bench_open(f, "agentprocessbench", "");
    refused(f, bench_read_text(f, "t.jsonl", AGENT(0, "{\"two\": 1}")), CAIRN_FORMAT,
            "expected the number of a message");
    bench_open(f, "agentprocessbench", "");
    refused(f, bench_read_text(f, "t.jsonl", AGENT(0, "{\"2\": 1, \"10\": 0, \"02\": 1}")), CAIRN_FORMAT,
            "t.jsonl:1: field `step_labels`: `2`: expected one label a message");
    bench_open(f, "agentprocessbench", "");
    ok(f, bench_read_text(f, "t.jsonl", AGENT(0, "{\"2\": 1}")));
    refused(f, bench_predict_text(f, "u__x.jsonl", AGENT_SAID(0, "{\"2\": 1}", "")), CAIRN_FORMAT,
            "u__x.jsonl:1: no trajectory of u has the id `0-0`");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_ratings_of_the_path_and_what_neutral_counts_as),
        TEST(test_the_threshold_with_the_best_macro_f1_is_found),
        TEST(test_steps_without_an_answer_count_as_misjudged),
        TEST(test_broken_ratings_are_named),
        TEST(test_balanced_f1_of_steps_solutions_and_places),
        TEST(test_the_enciphered_file_and_broken_labels_are_refused),
        TEST(test_macro_f1_and_neutral_steps),
        TEST(test_what_a_neutral_step_is_must_be_said),
        TEST(test_labels_by_message_and_what_a_failure_is_worth),
        TEST(test_a_dataset_that_rows_name_is_their_subset),
        TEST(test_broken_labels_of_messages_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

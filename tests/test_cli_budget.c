/* What `eval budget` and `solve` say about their budgets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"

static bool has_mark(const json_t *row, const char *mark) {
    const json_t *marks = json_object_get(row, "marks");
    for (size_t i = 0; i < json_array_size(marks); i++)
        if (strcmp(json_string_value(json_array_get(marks, i)), mark) == 0) return true;
    return false;
}

static double number(const json_t *row, const char *key) {
    return json_number_value(json_object_get(row, key));
}

/* Of 64 steps greedy spends the 8 of one solution, beam:width=4 the 32 of four, and majority all. */
static void test_rows_that_do_not_spend_the_budget_are_marked(void **state) {
    (void)state;
    static const char words[] = "eval budget -n 20 --budgets 64 --searches 'greedy beam:width=4 majority'";
    json_t *rows = parsed(cairn("%s --json", words));
    const json_t *greedy = json_array_get(rows, 0), *beam = json_array_get(rows, 1),
                 *majority = json_array_get(rows, 2);
    assert_true(number(greedy, "spent") == 8 && number(greedy, "spent_share") == 0.125 && has_mark(greedy, "under"));
    assert_true(number(beam, "spent") == 32 && number(beam, "spent_share") == 0.5 && has_mark(beam, "under"));
    assert_true(number(majority, "spent_share") == 1 && number(majority, "spent_most") == 1);
    assert_false(has_mark(majority, "under") || has_mark(majority, "over"));
    json_decref(rows);
    const char *said = expect_ok(cairn("%s", words))->out;
    assert_non_null(strstr(said, "< greedy 12.5 % of the budget spent: one solution by definition."));
    assert_non_null(strstr(said, "< beam:width=4 50.0 % of the budget spent: the options say"));
}

/* With room for one solution all samplings are that one. */
static void test_rows_with_the_same_outcomes_are_marked(void **state) {
    (void)state;
    json_t *rows = parsed(cairn("eval budget -n 20 --budgets 8 --searches 'majority weighted best-of-n' --json"));
    for (size_t i = 0; i < 3; i++) assert_true(has_mark(json_array_get(rows, i), "same"));
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "same_as")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 2), "same_as")), "majority");
    json_decref(rows);
}

static void test_a_budget_below_one_solution_is_said_to_finish_none(void **state) {
    (void)state;
    json_t *rows = parsed(cairn("eval budget -n 10 --unit tokens --budgets 12 --searches 'majority beam mcts' --json"));
    for (size_t i = 0; i < 3; i++) {
        assert_true(number(json_array_get(rows, i), "unfinished") == 10 &&
                    has_mark(json_array_get(rows, i), "unfinished"));
        assert_true(number(json_array_get(rows, i), "spent_most") <= 1);
    }
    json_decref(rows);
    const char *said = expect_ok(cairn("solve -n 10 --budget 5"))->out;
    assert_non_null(strstr(said, "budget     100.0 % of 5 steps spent, up to 100.0 % in one problem"));
    assert_non_null(strstr(said, "unfinished 10 problems: no solution came to its end"));
}

/* A policy that goes on after max_steps: its solutions are cut off, which is said beside the 0 %. */
static void test_a_policy_that_never_stops_ends_at_the_bound_and_is_reported(void **state) {
    (void)state;
    static const char problem[] = "{\"question\":\"What is 1 + 1?\",\"answer\":\"2\"}\n";
    static const char endless[] = "exec sed -u 's/.*\"id\":\\([0-9]*\\).*/{\"id\":\\1,\"text\":\"Well.\"}/'\n";
    write_file("problem.jsonl", problem, sizeof problem - 1);
    write_file("endless.sh", endless, sizeof endless - 1);
    json_t *summary = parsed(cairn("solve --world text:max_steps=3 --policy 'exec:sh endless.sh' --problems "
                                   "problem.jsonl --search majority:width=2 --json"));
    assert_true(number(summary, "unfinished") == 1 && has_mark(summary, "unfinished"));
    json_decref(summary);
}

/* The baseline that --searches leaves out is run as well, so that its column never vanishes. */
static void test_a_baseline_that_is_not_listed_is_added(void **state) {
    (void)state;
    json_t *rows = parsed(cairn("eval budget -n 6 --budgets 16 --searches 'beam' --json"));
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "search")), "majority");
    assert_true(json_is_number(json_object_get(json_array_get(rows, 1), "difference")));
    json_decref(rows);
}

/* A curve an algorithm, and the table with its differences; greedy spends the same at both budgets, and is one point. */
static void curves_and_a_page_are_written(void **state) {
    (void)state;
    char text[65536];
    expect_ok(cairn("eval budget -n 20 --budgets '16 64' --searches 'greedy majority best-of-n' --quiet --svg b.svg "
                    "--html b.html --axis tokens"));
    read_into(in_folder("b.svg"), text, sizeof text);
    assert_non_null(strstr(text, "tokens a problem"));
    assert_non_null(strstr(text, "best possible, exactly"));
    assert_non_null(strstr(text, "<line class=\"spread s0\"")); /* greedy's bar */
    assert_null(strstr(text, "<line class=\"spread s1\""));
    read_into(in_folder("b.html"), text, sizeof text);
    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "<th>16 steps a problem</th><th>64 steps a problem</th>"));
    assert_non_null(strstr(text, "<tr class=\"less\"><td>less majority</td>"));
}

/* An algorithm against itself: no difference anywhere, and yet some doubt. */
static void a_difference_never_has_width_0(void **state) {
    (void)state;
    json_t *rows = parsed(cairn("eval budget -n 20 --budgets 64 --searches 'majority majority:width=0' --json"));
    const json_t *other = json_array_get(rows, 1);
    assert_true(json_number_value(json_object_get(other, "difference")) == 0);
    assert_true(json_number_value(json_object_get(other, "difference_low")) < 0);
    assert_true(json_number_value(json_object_get(other, "difference_high")) > 0);
    json_decref(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_that_do_not_spend_the_budget_are_marked),
        cmocka_unit_test(test_rows_with_the_same_outcomes_are_marked),
        cmocka_unit_test(test_a_budget_below_one_solution_is_said_to_finish_none),
        cmocka_unit_test(test_a_policy_that_never_stops_ends_at_the_bound_and_is_reported),
        cmocka_unit_test(test_a_baseline_that_is_not_listed_is_added),
        cmocka_unit_test(curves_and_a_page_are_written),
        cmocka_unit_test(a_difference_never_has_width_0),
    };
    return cmocka_run_group_tests_name("cli budget", tests, make_folder, remove_folder);
}

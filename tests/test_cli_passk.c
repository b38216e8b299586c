/* cairn eval passk FILE...: recorded samples of several models and rewards; all numbers are worked by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"

/* Of "P one?" the answers 7 7 1 2, of "P two?" 1 7, where 7 is right; "P three?" is in this file alone. Problems stand
 * in any order. */
static const char first[] =
    "{\"id\":\"a1\",\"problem\":\"P one?\",\"response\":\"The answer is 7\",\"target\":\"7\",\"orm\":0.9}\n"
    "{\"id\":\"a2\",\"problem\":\"P two?\",\"response\":\"The answer is 1\",\"target\":\"7\",\"orm\":0.3}\n"
    "{\"id\":\"a3\",\"problem\":\"P one?\",\"response\":\"The answer is 7\",\"target\":\"7\",\"orm\":0.1}\n"
    "{\"id\":\"a4\",\"problem\":\"P three?\",\"response\":\"The answer is 7\",\"target\":\"7\",\"orm\":0.1}\n"
    "{\"id\":\"a5\",\"problem\":\"P one?\",\"response\":\"The answer is 1\",\"target\":\"7\",\"orm\":0.5}\n"
    "{\"id\":\"a6\",\"problem\":\"P two?\",\"response\":\"The answer is 7\",\"target\":\"7\",\"orm\":0.6}\n"
    "{\"id\":\"a7\",\"problem\":\"P one?\",\"response\":\"The answer is 2\",\"target\":\"7\",\"orm\":0.95}\n";
/* Of "P two?" 7 7, of "P one?" 1 1 7 1; a row may hold several. The true answers stand in the other file; that of "P
 * four?" nowhere. */
static const char second[] =
    "{\"id\":\"b1\",\"problem\":\"P two?\",\"samples\":[\"The answer is 7\",\"The answer is 7\"],\"orm\":[0.4,0.2]}\n"
    "{\"id\":\"b2\",\"problem\":\"P one?\",\"samples\":[\"The answer is 1\",\"The answer is 1\",\"The answer is 7\","
    "\"The answer is 1\"],\"orm\":[0.2,0.1,0.8,null]}\n"
    "{\"id\":\"b3\",\"problem\":\"P four?\",\"samples\":[\"The answer is 7\"],\"orm\":0.4}\n";

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static void expect_refused(const outcome *o, const char *says) {
    assert_int_equal(o->status, 2);
    if (!strstr(o->error, says)) fail_msg("expected `%s` in: %s", says, o->error);
}

static double real(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!value) fail_msg("no field %s", field);
    return json_is_null(value) ? NAN : json_number_value(value);
}

static void near(double a, double b) {
    if (!(fabs(a - b) < 1e-9)) fail_msg("%.12g, expected %.12g", a, b);
}

static const json_t *row_of(const json_t *result, const char *rule, const char *model, const char *reward, int k) {
    const json_t *rows = json_object_get(result, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *by = json_string_value(json_object_get(row, "reward"));
        if (strcmp(json_string_value(json_object_get(row, "rule")), rule) == 0 &&
            strcmp(json_string_value(json_object_get(row, "model")), model) == 0 &&
            json_integer_value(json_object_get(row, "k")) == k && (reward ? by && strcmp(by, reward) == 0 : !by))
            return row;
    }
    fail_msg("no row %s %s %d", rule, model, k);
    return NULL;
}

static void expect(const json_t *result, const char *rule, const char *model, const char *reward, int k,
                   double accuracy, double difference) {
    const json_t *row = row_of(result, rule, model, reward, k);
    near(real(row, "accuracy"), accuracy);
    if (isnan(difference)) {
        assert_true(isnan(real(row, "difference")));
        return;
    }
    near(real(row, "difference"), difference);
    assert_true(real(row, "difference_low") < real(row, "difference_high"));
}

static void models_are_joined_by_problem(void **state) {
    (void)state;
    write_text("first.jsonl", first);
    write_text("second.jsonl", second);
    json_t *r = parsed(cairn("eval passk first.jsonl second.jsonl --json --quiet"));
    assert_string_equal(json_string_value(json_object_get(r, "joined_by")), "text");
    near(real(r, "problems"), 2);
    near(real(r, "left_out"), 2);
    /* one: 2 of 4 and 1 of 4 right; two: 1 of 2 and 2 of 2 */
    expect(r, "pass", "first", NULL, 1, 0.5, NAN);
    expect(r, "pass", "second", NULL, 1, 0.625, 0.125);
    /* 1 - C(2,2)/C(4,2) = 5/6 and 1; 1 - C(3,2)/C(4,2) = 1/2 and 1 */
    expect(r, "pass", "first", NULL, 2, (5.0 / 6 + 1) / 2, NAN);
    expect(r, "pass", "second", NULL, 2, 0.75, 0.75 - (5.0 / 6 + 1) / 2);
    near(real(row_of(r, "pass", "first", NULL, 2), "problems"), 2);
    near(real(row_of(r, "pass", "first", NULL, 4), "problems"), 1); /* two has two samples */
    expect(r, "pass", "second", NULL, 4, 1, 0);
    const json_t *other = json_array_get(json_object_get(r, "models"), 1);
    near(real(other, "samples"), 7);
    near(real(other, "not_judged"), 1);
    json_decref(r);
}

/* Pairs of 7 7 1 2: 77, 71 71 72 72 (half each), 12: 3 of 6. Of 1 1 7 1: 17 three times, half each: 1/4. */
static void votes_are_taken_over_all_draws(void **state) {
    (void)state;
    json_t *r = parsed(cairn("eval passk A=first.jsonl B=second.jsonl --json --quiet"));
    expect(r, "majority", "A", NULL, 1, 0.5, NAN);
    expect(r, "majority", "A", NULL, 2, (0.5 + 0.5) / 2, NAN);
    expect(r, "majority", "B", NULL, 2, (0.25 + 1) / 2, 0.125);
    expect(r, "majority", "A", NULL, 4, 1, NAN);
    expect(r, "majority", "B", NULL, 4, 0, -1);
    json_decref(r);
}

/* By orm, rising: 0.1 right, 0.5 wrong, 0.9 right, 0.95 wrong: rank r is best of two in r of 6 pairs: 2/6; of "two" the
 * right one. In the other file null is lowest and 0.8, right, is best in 3 of 6. */
static void the_best_is_by_a_field_of_the_samples(void **state) {
    (void)state;
    json_t *r = parsed(cairn("eval passk first.jsonl second.jsonl --names A,B --scores orm --json --quiet"));
    expect(r, "best-of", "A", "orm", 1, 0.5, NAN);
    expect(r, "best-of", "A", "orm", 2, (1.0 / 3 + 1) / 2, NAN);
    expect(r, "best-of", "B", "orm", 2, 0.75, 0.75 - (1.0 / 3 + 1) / 2);
    expect(r, "best-of", "A", "orm", 4, 0, NAN);
    expect(r, "best-of", "B", "orm", 4, 1, 1);
    const json_t *rewards = json_object_get(json_array_get(json_object_get(r, "models"), 1), "rewards");
    near(real(json_array_get(rewards, 0), "unscored"), 1);
    json_decref(r);
}

/* Scores of a file by id turn the order of "one" round: 0.95 for the first. */
static void rewards_are_rows_beside_fields(void **state) {
    (void)state;
    write_text("prm.jsonl",
               "{\"id\":\"a1\",\"scores\":[0.95]}\n{\"id\":\"a2\",\"scores\":[0.1]}\n{\"id\":\"a3\",\"scores\":[0.6]}\n"
               "{\"id\":\"a4\",\"scores\":[0.1]}\n{\"id\":\"a5\",\"scores\":[0.5]}\n{\"id\":\"a6\",\"scores\":[0.2]}\n"
               "{\"id\":\"a7\",\"scores\":[0.3]}\n");
    json_t *r = parsed(cairn("eval passk first.jsonl --scores orm --rewards 'recorded:file=prm.jsonl calculator' "
                             "--k '2 4' --json --quiet"));
    assert_int_equal(json_array_size(json_object_get(r, "rows")), 5 * 2); /* pass, vote, three of best */
    /* 0.3 and 0.5 wrong, 0.6 and 0.95 right: of six pairs one is of the wrong two: 5/6; "two" is right */
    expect(r, "best-of", "first", "recorded:file=prm.jsonl", 2, (5.0 / 6 + 1) / 2,
           (5.0 / 6 + 1) / 2 - (1.0 / 3 + 1) / 2);
    expect(r, "best-of", "first", "recorded:file=prm.jsonl", 4, 1, 1);
    json_decref(r);
    write_text("first-1.5b.jsonl", first);
    const outcome *o = cairn("eval passk first-1.5b.jsonl --rewards recorded:file=prm.jsonl --quiet");
    assert_int_equal(o->status, 0);
    assert_non_null(strstr(o->out, "first-1.5b by r"));
}

/* An answer that cannot be read: its outcome is unknown, which counts as not right and bounds the number. */
static void unknown_outcomes_stay_unknown(void **state) {
    (void)state;
    write_text("unknown.jsonl",
               "{\"problem\":\"P one?\",\"samples\":[\"The answer is 7\",\"I do not know\"],\"target\":"
               "\"7\"}\n{\"problem\":\"P two?\",\"samples\":[\"I give up\",\"The answer is 1\"],"
               "\"target\":\"7\"}\n");
    json_t *r = parsed(cairn("eval passk unknown.jsonl --json --quiet"));
    const json_t *one = row_of(r, "pass", "unknown", NULL, 1), *two = row_of(r, "pass", "unknown", NULL, 2);
    near(real(one, "accuracy"), 0.25);
    near(real(one, "accuracy_if_unknown_right"), 0.75);
    near(real(two, "accuracy"), 0.5);
    near(real(two, "accuracy_if_unknown_right"), 1);
    near(real(row_of(r, "majority", "unknown", NULL, 2), "accuracy"), 0.5); /* who says nothing does not vote */
    const json_t *model = json_array_get(json_object_get(r, "models"), 0);
    near(real(model, "unknown"), 2);
    near(real(model, "unanswered"), 2);
    json_decref(r);
    assert_non_null(strstr(cairn("eval passk unknown.jsonl")->out, "2 outcomes unknown, 2 without a readable answer"));
}

/* One group, two texts: prompts differ between models. Files that number their lines as groups do not join. */
static void groups_join_where_they_can(void **state) {
    (void)state;
    write_text("g1.jsonl",
               "{\"group\":\"1\",\"problem\":\"P one?\",\"response\":\"The answer is 7\",\"target\":\"7\"}\n");
    write_text("g2.jsonl",
               "{\"group\":\"1\",\"problem\":\"P other?\",\"response\":\"The answer is 7\",\"target\":\"7\"}\n");
    write_text("g3.jsonl",
               "{\"group\":\"2\",\"problem\":\"P one?\",\"response\":\"The answer is 7\",\"target\":\"7\"}\n");
    write_text("two.jsonl",
               "{\"group\":\"1\",\"problem\":\"P same?\",\"response\":\"The answer is 7\",\"target\":\"7\"}\n"
               "{\"group\":\"2\",\"problem\":\"P same?\",\"response\":\"The answer is 1\",\"target\":\"7\"}\n");
    json_t *r = parsed(cairn("eval passk A=two.jsonl B=two.jsonl --json --quiet")); /* one text, two problems */
    assert_string_equal(json_string_value(json_object_get(r, "joined_by")), "group");
    near(real(r, "problems"), 2);
    json_decref(r);
    r = parsed(cairn("eval passk g1.jsonl g3.jsonl --json --quiet")); /* one problem, numbered differently */
    assert_string_equal(json_string_value(json_object_get(r, "joined_by")), "text");
    near(real(r, "problems"), 1);
    json_decref(r);
    r = parsed(cairn("eval passk g1.jsonl g2.jsonl --join group --json --quiet"));
    near(real(r, "problems"), 1);
    json_decref(r);
    expect_refused(cairn("eval passk g1.jsonl g2.jsonl"), "joined by their text");
    expect_refused(cairn("eval passk g1.jsonl g3.jsonl --join group"),
                   "joined by their group (--join text joins by text)");
    expect_refused(cairn("eval passk first.jsonl second.jsonl --join group"), "has no group");
}

static void files_are_written(void **state) {
    (void)state;
    char text[65536];
    expect_ok(
        cairn("eval passk A=first.jsonl B=second.jsonl --scores orm --csv t.csv --svg t.svg --html t.html --quiet"));
    read_into(in_folder("t.csv"), text, sizeof text);
    assert_non_null(strstr(text, "majority,\"B\",\"\",2,2,0.625,"));
    read_into(in_folder("t.svg"), text, sizeof text);
    assert_int_equal(strncmp(text, "<svg xmlns=", 11), 0);
    assert_non_null(strstr(text, "B by orm"));
    read_into(in_folder("t.html"), text, sizeof text);
    assert_non_null(strstr(text, "default-src 'none'"));
    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "<td>62.5 ["));
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    expect_refused(cairn("eval passk first.jsonl A=first.jsonl --names x"), "--names");
    expect_refused(cairn("eval passk first.jsonl second.jsonl --names x,y,z"), "more names");
    expect_refused(cairn("eval passk x=first.jsonl x=second.jsonl"), "two models are called `x`");
    expect_refused(cairn("eval passk x=first.jsonl --csv first.jsonl"), "first.jsonl");
    expect_refused(cairn("eval passk first.jsonl --k '4 2'"), "--k");
    expect_refused(cairn("eval passk first.jsonl --k 8"), "the most are 4");
    expect_refused(cairn("eval passk first.jsonl --problems first.jsonl"), "--problems");
    expect_refused(cairn("eval passk --svg t.svg"), "--svg is of recorded samples");
    expect_refused(cairn("eval passk none.jsonl"), "none.jsonl");
    write_text("lists.jsonl",
               "{\"problem\":\"P?\",\"samples\":[\"The answer is 1\",\"The answer is 7\"],\"target\":\"7\","
               "\"orm\":[0.1,0.2,0.3]}\n");
    expect_refused(cairn("eval passk lists.jsonl --scores orm"), "an array of 2, one a solution, got an array of 3");
    write_text("words.jsonl",
               "{\"problem\":\"P?\",\"response\":\"The answer is 1\",\"target\":\"7\",\"orm\":\"high\"}\n");
    expect_refused(cairn("eval passk words.jsonl --scores orm"), "field `orm`: expected a number or null");
}

static void samples_and_problems_can_be_fewer(void **state) {
    (void)state;
    json_t *r = parsed(cairn("eval passk first.jsonl --samples 2 --json --quiet")); /* 7 7 | 1 7 | 7 */
    expect(r, "pass", "first", NULL, 1, (1 + 0.5 + 1) / 3, NAN);
    json_decref(r);
    r = parsed(cairn("eval passk first.jsonl -n 1 --json --quiet"));
    near(real(r, "problems"), 1);
    expect(r, "pass", "first", NULL, 1, 0.5, NAN);
    json_decref(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_joined_by_problem),
        cmocka_unit_test(votes_are_taken_over_all_draws),
        cmocka_unit_test(the_best_is_by_a_field_of_the_samples),
        cmocka_unit_test(rewards_are_rows_beside_fields),
        cmocka_unit_test(unknown_outcomes_stay_unknown),
        cmocka_unit_test(groups_join_where_they_can),
        cmocka_unit_test(files_are_written),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(samples_and_problems_can_be_fewer),
    };
    return cmocka_run_group_tests_name("passk", tests, make_folder, remove_folder);
}

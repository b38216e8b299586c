/* Outcomes of recorded solutions: every verb gives the same numbers of one file, by one rule, and says what is not in
 * them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"
#include "data.h"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static double real(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!value) fail_msg("no field %s", field);
    return json_is_null(value) ? NAN : json_number_value(value);
}

static int64_t whole(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!json_is_integer(value)) fail_msg("no number %s", field);
    return json_integer_value(value);
}

static void assert_near(double a, double b) {
    if (!(fabs(a - b) < 1e-9)) fail_msg("%.10g, expected %.10g", a, b);
}

static json_t *passk(const char *file) {
    return parsed(cairn("eval passk --world text --problems %s --policy recorded:file=%s --json -n 0", file, file));
}

static json_t *voted(const char *file) {
    return parsed(
        cairn("solve --world text --problems %s --policy recorded:file=%s --search majority --json -n 0", file, file));
}

static bool says(const outcome *o, const char *words) {
    return strstr(o->out, words) != NULL;
}

/* ---- pass@k -------------------------------------------------------------------------------------------------------- */

/* One of four samples is right, and none of two: pass@1 = (1/4 + 0) / 2, pass@2 = (1 - C(3,2)/C(4,2) + 0) / 2 = (1/2) /
 * 2, and of four samples only the first problem has so many. */
static const char few[] =
    "{\"prompt\":\"P one?\",\"completions\":[\"try 0\",\"The answer is 1\"],\"labels\":[null,null],\"target\":\"7\"}\n"
    "{\"prompt\":\"P two?\",\"completions\":[\"try 0\",\"The answer is 1\"],\"labels\":[null,null],\"target\":\"7\"}\n"
    "{\"prompt\":\"P one?\",\"completions\":[\"try 0\",\"The answer is 2\"],\"labels\":[null,null],\"target\":\"7\"}\n"
    "{\"prompt\":\"P one?\",\"completions\":[\"try 2\",\"The answer is 3\"],\"labels\":[null,null],\"target\":\"7\"}\n"
    "{\"prompt\":\"P two?\",\"completions\":[\"try 1\",\"The answer is 2\"],\"labels\":[null,null],\"target\":\"7\"}\n"
    "{\"prompt\":\"P one?\",\"completions\":[\"try 0\",\"The answer is 7\"],\"labels\":[null,null],\"target\":\"7\"}\n";

static void each_recorded_sample_is_used_once(void **state) {
    (void)state;
    write_text("few.jsonl", few);
    json_t *rows = passk("few.jsonl");
    assert_int_equal(json_array_size(rows), 3); /* k = 1, 2, 4 */
    const json_t *one = json_array_get(rows, 0), *two = json_array_get(rows, 1), *four = json_array_get(rows, 2);
    assert_near(real(one, "pass"), 0.125);
    assert_near(real(two, "pass"), 0.25);
    assert_near(real(two, "low"), 0); /* resamples of the problems: 0, 1/4, 1/2 */
    assert_near(real(two, "high"), 0.5);
    assert_int_equal(whole(two, "samples"), 6);
    assert_int_equal(whole(two, "left_out"), 0);
    assert_near(real(four, "pass"), 1);
    assert_int_equal(whole(four, "problems"), 1);
    assert_int_equal(whole(four, "left_out"), 1);
    json_decref(rows);
    const outcome *o = cairn("eval passk --world text --problems few.jsonl --policy recorded:file=few.jsonl -n 0");
    assert_true(says(o, "25.0 %  (95 % interval 0.0 .. 50.0)"));
    assert_true(says(o, "of 1 of 2 problems, the others have fewer samples"));
}

/* Asked for two samples of each, the first two: all wrong. */
static void no_more_samples_are_taken_than_asked_for(void **state) {
    (void)state;
    write_text("few.jsonl", few);
    json_t *rows = parsed(cairn("eval passk --world text --problems few.jsonl --policy recorded:file=few.jsonl --json "
                                "-n 0 --samples 2"));
    assert_int_equal(json_array_size(rows), 2);
    assert_int_equal(whole(json_array_get(rows, 0), "samples"), 4);
    assert_near(real(json_array_get(rows, 1), "pass"), 0);
    json_decref(rows);
}

/* Of the file's two problems the first is taken, and the other one is counted. */
static void problems_that_were_not_taken_are_told(void **state) {
    (void)state;
    static const char *const verbs[] = {
        "solve --world text --problems few.jsonl --policy recorded:file=few.jsonl --search majority",
        "eval passk --world text --problems few.jsonl --policy recorded:file=few.jsonl",
        "label --world text --problems few.jsonl --policy recorded:file=few.jsonl --method mc:rollouts=1"};
    write_text("few.jsonl", few);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const outcome *o = expect_ok(cairn("%s -n 1", verbs[i]));
        if (!says(o, "the first 1 of 2 problems (-n 0: all)")) fail_msg("%s says %s", verbs[i], o->out);
        o = expect_ok(cairn("%s -n 2", verbs[i]));
        if (says(o, "the first")) fail_msg("%s says %s", verbs[i], o->out);
    }
}

/* 50% and 50 cannot be compared without knowing what is asked: neither right nor wrong. */
static void unknown_outcomes_give_bounds_and_no_number(void **state) {
    (void)state;
    write_text(
        "unknown.jsonl",
        "{\"prompt\":\"P?\",\"completions\":[\"a\",\"\\\\boxed{50}\"],\"labels\":[null,null],\"target\":\"50%\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"b\",\"\\\\boxed{50}\"],\"labels\":[null,null],\"target\":\"50%\"}\n");
    json_t *rows = passk("unknown.jsonl");
    const json_t *one = json_array_get(rows, 0);
    assert_true(json_is_null(json_object_get(one, "pass")));
    assert_near(real(one, "pass_if_unknown_right"), 1);
    assert_int_equal(whole(one, "unknown"), 2);
    assert_int_equal(whole(one, "unanswered"), 0);
    json_decref(rows);
    json_t *s = voted("unknown.jsonl");
    assert_true(json_is_null(json_object_get(s, "accuracy")));
    assert_int_equal(whole(s, "unknown"), 1);
    json_decref(s);
    const outcome *o = cairn("eval passk --world text --problems unknown.jsonl --policy recorded:file=unknown.jsonl");
    assert_true(says(o, "not judged; 0.0 .. 100.0 %"));
}

/* One right, one unknown, two wrong of one problem: at least 1/4, at most 2/4. */
static void some_unknown_outcomes_give_both_bounds(void **state) {
    (void)state;
    write_text("mixed.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                              "{\"prompt\":\"P?\",\"completions\":[\"no idea\"],\"labels\":[null],\"target\":\"7\"}\n"
                              "{\"prompt\":\"P?\",\"completions\":[\"#### 8\"],\"labels\":[null],\"target\":\"7\"}\n"
                              "{\"prompt\":\"P?\",\"completions\":[\"#### 9\"],\"labels\":[null],\"target\":\"7\"}\n");
    json_t *rows = passk("mixed.jsonl");
    const json_t *one = json_array_get(rows, 0);
    assert_near(real(one, "pass"), 0.25);
    assert_near(real(one, "pass_if_unknown_right"), 0.5);
    assert_int_equal(whole(one, "unanswered"), 1);
    assert_true(json_is_null(json_object_get(one, "low"))); /* one problem */
    json_decref(rows);
    const outcome *o = cairn("eval passk --world text --problems mixed.jsonl --policy recorded:file=mixed.jsonl");
    assert_true(says(o, "1 of 4 samples state no answer that can be read:")); /* more than a tenth */
    assert_true(says(o, "\\boxed{18}"));
}

/* ---- the answer in its own field --------------------------------------------------------------------------------------- */

/* P: answers 8, 7, 7 in fields, of equal steps and of none; Q: 6, 5, 5, where a field says otherwise than the steps do.
 * So two of three are right of each, and both votes. */
static const char in_fields[] =
    "{\"prompt\":\"P?\",\"completions\":[\"think\"],\"labels\":[null],\"target\":\"7\",\"answer\":\"8\",\"generator\":"
    "\"a\"}\n"
    "{\"prompt\":\"Q?\",\"completions\":[\"#### "
    "5\"],\"labels\":[null],\"target\":\"5\",\"answer\":\"6\",\"generator\":\"a\"}\n"
    "{\"prompt\":\"P?\",\"completions\":[\"think\"],\"labels\":[null],\"target\":\"7\",\"answer\":\"7\",\"generator\":"
    "\"b\"}\n"
    "{\"prompt\":\"Q?\",\"completions\":[\"#### 5\"],\"labels\":[null],\"target\":\"5\",\"generator\":\"b\"}\n"
    "{\"prompt\":\"P?\",\"completions\":[],\"labels\":[],\"target\":\"7\",\"answer\":\"$7$.\",\"generator\":\"c\"}\n"
    "{\"prompt\":\"Q?\",\"completions\":[\"hm\",\"#### "
    "6\"],\"labels\":[null,null],\"target\":\"5\",\"answer\":\"5\",\"generator\":\"c\"}\n";

static void assert_fields_give_two_thirds(const char *file) {
    json_t *rows = passk(file), *solved = voted(file);
    json_t *answers = parsed(cairn("eval answers %s --json", file));
    json_t *score = parsed(cairn("score %s --json", file));
    json_t *label = parsed(cairn("label --world text --solutions %s --policy recorded:file=%s --method "
                                 "mc:rollouts=1 --json -n 0",
                                 file, file));
    const json_t *samples = json_object_get(solved, "samples"), *outcomes = json_object_get(score, "outcomes");
    assert_near(real(json_array_get(rows, 0), "pass"), 4.0 / 6);
    assert_near(real(samples, "accuracy"), 4.0 / 6);
    assert_near(real(outcomes, "accuracy"), 4.0 / 6);
    assert_near(real(label, "accuracy"), 4.0 / 6);
    assert_int_equal(whole(samples, "n"), 6);
    assert_int_equal(whole(label, "solutions"), 6);
    assert_near(real(samples, "low"), real(outcomes, "low"));
    assert_near(real(label, "high"), real(outcomes, "high"));
    int64_t right = 0;
    const json_t *models = json_object_get(answers, "models");
    for (size_t i = 0; i < json_array_size(models); i++) right += whole(json_array_get(models, i), "right");
    assert_int_equal(right, 4);
    assert_int_equal(whole(solved, "right"), 2);
    assert_int_equal(whole(answers, "vote_right"), 2);
    json_decref(rows);
    json_decref(solved);
    json_decref(answers);
    json_decref(score);
    json_decref(label);
}

static void a_recorded_answer_is_the_solutions_answer_in_every_verb(void **state) {
    (void)state;
    write_text("fields.jsonl", in_fields);
    assert_fields_give_two_thirds("fields.jsonl");
}

/* ---- one comparison ----------------------------------------------------------------------------------------------------- */

/* A percentage is a hundredth in every verb; a bare number is one where the problem asks for it. So of four answers two
 * are right, one is unknown, and one is wrong. Two stand in fields, two in steps. */
static const char percentages[] =
    "{\"prompt\":\"What share?\",\"completions\":[\"hm\"],\"labels\":[null],\"target\":\"0.5\",\"answer\":\"50%\"}\n"
    "{\"prompt\":\"What percentage?\",\"completions\":[\"\\\\boxed{50}\"],\"labels\":[null],\"target\":\"50%\"}\n"
    "{\"prompt\":\"How much?\",\"completions\":[\"\\\\boxed{50}\"],\"labels\":[null],\"target\":\"50%\"}\n"
    "{\"prompt\":\"How many?\",\"completions\":[\"hm\"],\"labels\":[null],\"target\":\"7\",\"answer\":\"8\"}\n";

static void answers_are_compared_alike_in_every_verb(void **state) {
    (void)state;
    write_text("percent.jsonl", percentages);
    json_t *rows = passk("percent.jsonl"), *solved = voted("percent.jsonl");
    json_t *answers = parsed(cairn("eval answers percent.jsonl --json"));
    json_t *score = parsed(cairn("score percent.jsonl --json"));
    json_t *grade = parsed(cairn("eval grade percent.jsonl --json --skip-bad"));
    json_t *label = parsed(cairn("label --world text --solutions percent.jsonl --policy recorded:file=percent.jsonl "
                                 "--method mc:rollouts=1 --json -n 0"));
    json_t *right = parsed(cairn("data filter percent.jsonl --correct --out right.jsonl --json"));
    json_t *wrong = parsed(cairn("data filter percent.jsonl --incorrect --out wrong.jsonl --json"));
    const json_t *model = json_array_get(json_object_get(answers, "models"), 0);
    const json_t *outcomes = json_object_get(score, "outcomes");
    assert_near(real(json_array_get(rows, 0), "pass"), 0.5);
    assert_int_equal(whole(json_array_get(rows, 0), "unknown"), 1);
    assert_int_equal(whole(solved, "right"), 2);
    assert_int_equal(whole(solved, "unknown"), 1);
    assert_int_equal(whole(model, "right"), 2);
    assert_int_equal(whole(model, "unknown"), 1);
    assert_int_equal(whole(outcomes, "right"), 2);
    assert_int_equal(whole(outcomes, "unknown"), 1);
    assert_near(real(label, "accuracy"), 0.5);
    assert_int_equal(whole(grade, "right"), 1); /* those with a field `answer` */
    assert_int_equal(whole(grade, "wrong"), 1);
    assert_int_equal(whole(right, "left_out_by_outcome"), 2);
    assert_int_equal(whole(right, "left_out_unknown_outcome"), 1);
    assert_int_equal(whole(wrong, "left_out_by_outcome"), 3);
    json_decref(rows);
    json_decref(solved);
    json_decref(answers);
    json_decref(score);
    json_decref(grade);
    json_decref(label);
    json_decref(right);
    json_decref(wrong);
}

/* The text of a field of the first candidate of record `index` of an exported run. */
static const char *of_candidate(const json_t *records, size_t index, const char *field) {
    const json_t *candidates = json_object_get(json_array_get(records, index), "candidates");
    return json_string_value(json_object_get(json_array_get(candidates, 0), field));
}

/* Lines of JSON as an array. */
static json_t *lines_of(const char *file) {
    static char text[65536];
    json_t *all = json_array();
    read_into(in_folder(file), text, sizeof text);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        json_array_append_new(all, json_loads(line, 0, NULL));
    return all;
}

static void records_say_where_an_answer_was(void **state) {
    (void)state;
    write_text("percent.jsonl", percentages);
    expect_ok(
        cairn("solve --world text --problems percent.jsonl --policy recorded:file=percent.jsonl --search majority "
              "-n 0 --run where.db"));
    expect_ok(cairn("run export where.db --out where.jsonl"));
    json_t *records = lines_of("where.jsonl");
    size_t first = json_array_size(records) - 4; /* after the manifest */
    assert_string_equal(of_candidate(records, first, "answer_rule"), "recorded");
    assert_string_equal(of_candidate(records, first + 1, "answer_rule"), "box");
    expect_ok(cairn("score percent.jsonl --out where.jsonl"));
    json_t *scores = lines_of("where.jsonl");
    const json_t *boxed = json_array_get(scores, 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(scores, 0), "answer_rule")), "recorded");
    assert_string_equal(json_string_value(json_object_get(boxed, "answer_rule")), "box");
    assert_string_equal(json_string_value(json_object_get(boxed, "answer_found")), "50");
    json_t *answers = parsed(cairn("eval answers percent.jsonl --json"));
    assert_int_equal(whole(json_object_get(answers, "answer_rules"), "recorded"), 2);
    assert_int_equal(whole(json_object_get(answers, "answer_rules"), "box"), 2);
    assert_true(says(cairn("eval answers percent.jsonl"), "answers: 2 in a field of the file, 2 found by `box`"));
    json_decref(records);
    json_decref(scores);
    json_decref(answers);
}

/* The same lines sorted by model: 1 2 | 3 4 | 5 6 stay in order within a problem. */
static void the_order_of_records_does_not_matter(void **state) {
    (void)state;
    write_text("fields.jsonl", in_fields);
    char command[400];
    snprintf(command, sizeof command, "cd %s && (grep P? fields.jsonl; grep Q? fields.jsonl) > sorted.jsonl", scratch);
    assert_int_equal(system(command), 0);
    assert_fields_give_two_thirds("sorted.jsonl");
}

/* The file says that 8 is right: its outcome stands, and eval answers says that equality would differ. */
static void a_recorded_outcome_stands_before_the_answer(void **state) {
    (void)state;
    write_text("told.jsonl",
               "{\"prompt\":\"P?\",\"completions\":[\"#### 8\"],\"labels\":[null],\"target\":\"7\",\"correct\":true}\n"
               "{\"prompt\":\"Q?\",\"completions\":[\"none\"],\"labels\":[null],\"correct\":false}\n");
    json_t *solved = voted("told.jsonl"), *answers = parsed(cairn("eval answers told.jsonl --json"));
    assert_int_equal(whole(solved, "right"), 1);
    assert_near(real(solved, "accuracy"), 0.5); /* the second has no target, but its outcome is known */
    assert_int_equal(whole(solved, "not_judged"), 0);
    assert_int_equal(whole(answers, "vote_right"), 1);
    assert_int_equal(whole(answers, "vote_wrong"), 1);
    assert_int_equal(whole(answers, "recorded_differs"), 1);
    json_decref(solved);
    json_decref(answers);
}

/* ---- votes --------------------------------------------------------------------------------------------------------- */

/* 1 and 2 have two votes each. The answer 2 has the shorter solutions, 1 stands first in the file. */
static void a_tie_goes_to_the_answer_recorded_first_in_every_verb(void **state) {
    (void)state;
    write_text(
        "tie.jsonl",
        "{\"prompt\":\"P?\",\"completions\":[\"a\",\"b\",\"#### 1\"],\"labels\":[null,null,null],\"target\":\"1\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"#### 2\"],\"labels\":[null],\"target\":\"1\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"c\",\"#### 2\"],\"labels\":[null,null],\"target\":\"1\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"a\",\"b\",\"#### "
        "1.0\"],\"labels\":[null,null,null],\"target\":\"1\"}\n");
    json_t *solved = voted("tie.jsonl"), *answers = parsed(cairn("eval answers tie.jsonl --json"));
    assert_int_equal(whole(solved, "right"), 1);
    assert_int_equal(whole(answers, "vote_right"), 1);
    assert_int_equal(whole(answers, "vote_ties"), 1);
    json_decref(solved);
    json_decref(answers);
}

/* a, b, c and d share their first step; each is still one vote: 5, 5, 6, 6, 6. */
static void solutions_that_share_steps_are_all_drawn(void **state) {
    (void)state;
    write_text(
        "shared.jsonl",
        "{\"prompt\":\"P?\",\"completions\":[\"s\",\"#### 5\"],\"labels\":[null,null],\"target\":\"6\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"t\",\"#### 6\"],\"labels\":[null,null],\"target\":\"6\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"s\",\"#### 5\"],\"labels\":[null,null],\"target\":\"6\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"s\",\"x\",\"#### 6\"],\"labels\":[null,null,null],\"target\":\"6\"}\n"
        "{\"prompt\":\"P?\",\"completions\":[\"s\",\"y\",\"#### 6\"],\"labels\":[null,null,null],\"target\":\"6\"}\n");
    json_t *solved = voted("shared.jsonl");
    assert_int_equal(whole(solved, "right"), 1);
    assert_int_equal(whole(json_object_get(solved, "samples"), "n"), 5);
    assert_int_equal(whole(json_object_get(solved, "samples"), "right"), 3);
    json_decref(solved);
}

/* A recorded solution is longer than the world's bound: it is replayed to its end. */
static void a_recorded_solution_is_not_cut_off(void **state) {
    (void)state;
    write_text("long.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"a\",\"b\",\"c\",\"d\",\"#### 6\"],\"labels\":"
                             "[null,null,null,null,null],\"target\":\"6\"}\n");
    json_t *solved = parsed(cairn("solve --world text:max_steps=2 --problems long.jsonl --policy "
                                  "recorded:file=long.jsonl --search greedy --json"));
    assert_int_equal(whole(solved, "right"), 1);
    json_decref(solved);
    json_t *label = parsed(cairn("label --world text:max_steps=2 --problems long.jsonl --policy "
                                 "recorded:file=long.jsonl --method mc:solutions=1,rollouts=1 --json"));
    assert_int_equal(whole(label, "right"), 1);
    json_decref(label);
}

/* ---- nothing to judge by --------------------------------------------------------------------------------------------- */

static const char without_target[] =
    "{\"prompt\":\"Add 2 and 2.\",\"completions\":[\"2 + 2 = 4\",\"So 4.\"],\"labels\":[true,true]}\n"
    "{\"prompt\":\"Add 1 and 1.\",\"completions\":[\"1 + 1 = 2\",\"So 2.\"],\"labels\":[true,true]}\n";

static void without_a_true_answer_nothing_is_judged(void **state) {
    (void)state;
    static const char *const verbs[] = {
        "solve --world text --problems no.jsonl --policy recorded:file=no.jsonl --search majority",
        "eval passk --world text --problems no.jsonl --policy recorded:file=no.jsonl",
        "eval budget --world text --problems no.jsonl --policy recorded:file=no.jsonl --searches majority --budgets 4 "
        "--reward calculator",
        "score no.jsonl",
        "label --world text --solutions no.jsonl --policy recorded:file=no.jsonl --method mc:rollouts=1",
    };
    write_text("no.jsonl", without_target);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const outcome *o = expect_ok(cairn("%s", verbs[i]));
        if (!says(o, "not judged") || !says(o, "no true answer, no recorded outcome"))
            fail_msg("%s says %s", verbs[i], o->out);
        if (says(o, "interval 0") || says(o, "nan")) fail_msg("%s says %s", verbs[i], o->out);
    }
    json_t *solved = voted("no.jsonl");
    assert_true(json_is_null(json_object_get(solved, "accuracy")));
    assert_true(json_is_null(json_object_get(solved, "found")));
    assert_int_equal(whole(solved, "not_judged"), 2);
    json_decref(solved);
    json_t *rows = passk("no.jsonl");
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "pass")));
    assert_int_equal(whole(json_array_get(rows, 0), "not_judged"), 2);
    json_decref(rows);
    const outcome *o = expect_ok(cairn("eval answers no.jsonl"));
    assert_true(says(o, "2 solutions have neither a recorded outcome nor a true answer"));
}

/* Of three problems one has no target: the share is 1 of 2. */
static void problems_without_a_true_answer_are_in_no_share(void **state) {
    (void)state;
    write_text("part.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                             "{\"prompt\":\"Q?\",\"completions\":[\"#### 7\"],\"labels\":[null]}\n"
                             "{\"prompt\":\"R?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"8\"}\n");
    json_t *solved = voted("part.jsonl");
    assert_near(real(solved, "accuracy"), 0.5);
    assert_int_equal(whole(solved, "not_judged"), 1);
    json_decref(solved);
    assert_true(says(cairn("score part.jsonl"), "1 of 2"));
}

/* Another record of the same problem has its true answer. */
static void a_true_answer_is_that_of_all_solutions_of_its_problem(void **state) {
    (void)state;
    write_text("late.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null]}\n"
                             "{\"prompt\":\"P?\",\"completions\":[\"#### 8\"],\"labels\":[null],\"target\":\"7\"}\n");
    json_t *solved = voted("late.jsonl"), *answers = parsed(cairn("eval answers late.jsonl --json"));
    json_t *score = parsed(cairn("score late.jsonl --json"));
    assert_near(real(json_object_get(solved, "samples"), "accuracy"), 0.5);
    assert_near(real(json_object_get(score, "outcomes"), "accuracy"), 0.5);
    assert_int_equal(whole(answers, "vote_right"), 1);
    assert_int_equal(whole(answers, "ungraded"), 0);
    json_decref(solved);
    json_decref(answers);
    json_decref(score);
}

/* 5 problems with 4 solutions of one model each, all right or all wrong: 2 of 5 problems, as 5 cases and not 20. */
static void several_solutions_of_a_problem_are_one_case(void **state) {
    (void)state;
    char text[4096] = "";
    for (int i = 0; i < 20; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n,
                 "{\"prompt\":\"P%d?\",\"completions\":[\"#### %d\"],\"labels\":[null],\"target\":\"0\"}\n", i % 5,
                 i % 5 < 2 ? 0 : 1);
    }
    write_text("cases.jsonl", text);
    json_t *answers = parsed(cairn("eval answers cases.jsonl --json")),
           *score = parsed(cairn("score cases.jsonl --json"));
    const json_t *model = json_array_get(json_object_get(answers, "models"), 0);
    assert_near(real(model, "accuracy"), 0.4);
    assert_true(real(model, "low") < 0.05 && real(model, "high") > 0.75); /* Wilson's of 8 of 20 is 0.22 .. 0.61 */
    assert_near(real(model, "low"), real(json_object_get(score, "outcomes"), "low"));
    json_decref(answers);
    json_decref(score);
}

/* The calculator knows no step of these: no solution has a weight, and the first that states an answer is judged. */
static void without_known_scores_the_first_answer_is_judged(void **state) {
    (void)state;
    write_text("weights.jsonl",
               "{\"prompt\":\"P?\",\"completions\":[\"hm\"],\"labels\":[null],\"target\":\"7\"}\n"
               "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n");
    json_t *solved = parsed(cairn("solve --world text --problems weights.jsonl --policy recorded:file=weights.jsonl "
                                  "--search weighted --reward calculator --json"));
    assert_int_equal(whole(solved, "right"), 1);
    assert_int_equal(whole(solved, "unscored"), 1);
    json_decref(solved);
}

/* Greedy takes the first solutions: right, unknown, not judged. The vote: right, right, not judged. So B - A is -1/2
 * over two problems. */
static void unknown_outcomes_count_as_not_right_in_a_difference(void **state) {
    (void)state;
    write_text("pair.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                             "{\"prompt\":\"Q?\",\"completions\":[\"hm\"],\"labels\":[null],\"target\":\"7\"}\n"
                             "{\"prompt\":\"Q?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                             "{\"prompt\":\"R?\",\"completions\":[\"#### 7\"],\"labels\":[null]}\n");
    json_t *rows = parsed(cairn("eval budget --world text --problems pair.jsonl --policy recorded:file=pair.jsonl "
                                "--searches 'greedy majority' --budgets 0 --reward calculator --json"));
    const json_t *greedy = json_array_get(rows, 0), *majority = json_array_get(rows, 1);
    assert_near(real(greedy, "accuracy"), 0.5);
    assert_int_equal(whole(greedy, "unanswered"), 1);
    assert_int_equal(whole(greedy, "not_judged"), 1);
    assert_near(real(majority, "accuracy"), 1);
    assert_near(real(greedy, "difference"), -0.5);
    json_decref(rows);
}

/* No solution of the second problem is recorded: it is counted, and not wrong. */
static void problems_without_a_recorded_solution_are_counted(void **state) {
    (void)state;
    write_text("all.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                            "{\"prompt\":\"Q?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n");
    write_text("one.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n");
    json_t *solved = parsed(cairn("solve --world text --problems all.jsonl --policy recorded:file=one.jsonl --search "
                                  "majority --json"));
    assert_near(real(solved, "accuracy"), 1);
    assert_int_equal(whole(solved, "unrecorded"), 1);
    json_decref(solved);
    const outcome *o = cairn("eval passk --world text --problems all.jsonl --policy recorded:file=one.jsonl");
    assert_true(says(o, "left out   1 problems without a sample"));
}

/* ---- labels, traces, runs ------------------------------------------------------------------------------------------------ */

static void agreement_with_the_calculator_is_not_called_truth(void **state) {
    (void)state;
    write_text("sum.jsonl", "{\"prompt\":\"Add 2 and 2.\",\"completions\":[\"2 + 2 = 4\",\"#### 4\"],\"labels\":[null,"
                            "null],\"target\":\"4\"}\n");
    const outcome *o = expect_ok(cairn("label --world text --solutions sum.jsonl --policy recorded:file=sum.jsonl "
                                       "--method mc:rollouts=1"));
    assert_true(says(o, "calculator 100.00 %"));
    assert_false(says(o, "truth 1"));
    o = expect_ok(cairn("label --world chain:steps=4 -n 2 --method mc:rollouts=2"));
    assert_true(says(o, "truth "));
}

/* A program that writes what the world cannot read and then stops: the mistake is that step, and no solution counts as
 * clean. */
static void an_unreadable_end_is_a_mistake_in_traces(void **state) {
    (void)state;
    write_text("mumble.sh", "while read line; do\n"
                            "id=$(printf '%s' \"$line\" | sed 's/.*\"id\": *\\([0-9]*\\).*/\\1/')\n"
                            "printf '{\"id\": %s, \"text\": \"hm\", \"end\": true}\\n' \"$id\"\ndone\n");
    expect_ok(cairn("world traces chain:steps=4 --policy 'exec:sh mumble.sh' -n 3 --out traces.jsonl"));
    char text[4096];
    read_into(in_folder("traces.jsonl"), text, sizeof text);
    assert_null(strstr(text, "null"));
    assert_non_null(strstr(text, "\"mistake_index\":0"));
}

static void runs_are_compared_by_problem_wherever_it_stands(void **state) {
    (void)state;
    write_text("x.jsonl", "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                          "{\"prompt\":\"Q?\",\"completions\":[\"#### 1\"],\"labels\":[null],\"target\":\"7\"}\n"
                          "{\"prompt\":\"R?\",\"completions\":[\"dunno\"],\"labels\":[null],\"target\":\"7\"}\n");
    write_text("y.jsonl", "{\"prompt\":\"R?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                          "{\"prompt\":\"Q?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                          "{\"prompt\":\"P?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n"
                          "{\"prompt\":\"S?\",\"completions\":[\"#### 7\"],\"labels\":[null],\"target\":\"7\"}\n");
    for (const char *name = "xy"; *name; name++)
        expect_ok(cairn("solve --world text --problems %c.jsonl --policy recorded:file=%c.jsonl --search greedy --run "
                        "%c.db",
                        *name, *name, *name));
    json_t *r = parsed(cairn("run compare x.db y.db --json"));
    assert_int_equal(whole(r, "shared"), 3);
    assert_int_equal(whole(r, "only_b"), 1);
    assert_int_equal(whole(r, "unknown"), 1); /* R */
    assert_near(real(r, "mean_a"), 0.5);      /* P right, Q wrong */
    assert_near(real(r, "mean_b"), 1);
    json_decref(r);
    assert_true(says(cairn("run compare x.db y.db"), "left out: 1 problems of which a run does not know it"));
}

/* ---- published solutions --------------------------------------------------------------------------------------------- */

/* 5,276 solutions with recorded outcomes, of which 2,001 are right (counted from the file by an independent program).
 */
static void published_solutions_have_one_accuracy_in_every_verb(void **state) {
    (void)state;
    char path[4096];
    const char *file = shared_file("gsm8k/example_model_solutions.jsonl", path);
    if (!file) skip();
    json_t *solved = voted(file), *rows = passk(file), *score = parsed(cairn("score %s --json --quiet", file));
    json_t *answers = parsed(cairn("eval answers %s --json --quiet", file));
    const json_t *samples = json_object_get(solved, "samples");
    assert_int_equal(whole(samples, "n"), 5276);
    assert_int_equal(whole(samples, "right"), 2001);
    assert_int_equal(whole(json_object_get(score, "outcomes"), "right"), 2001);
    assert_near(real(json_array_get(rows, 0), "pass"), 2001.0 / 5276);
    assert_int_equal(whole(answers, "vote_right"), whole(solved, "right"));
    json_decref(solved);
    json_decref(rows);
    json_decref(score);
    json_decref(answers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recorded_sample_is_used_once),
        cmocka_unit_test(no_more_samples_are_taken_than_asked_for),
        cmocka_unit_test(problems_that_were_not_taken_are_told),
        cmocka_unit_test(unknown_outcomes_give_bounds_and_no_number),
        cmocka_unit_test(some_unknown_outcomes_give_both_bounds),
        cmocka_unit_test(a_recorded_answer_is_the_solutions_answer_in_every_verb),
        cmocka_unit_test(answers_are_compared_alike_in_every_verb),
        cmocka_unit_test(records_say_where_an_answer_was),
        cmocka_unit_test(the_order_of_records_does_not_matter),
        cmocka_unit_test(a_recorded_outcome_stands_before_the_answer),
        cmocka_unit_test(a_tie_goes_to_the_answer_recorded_first_in_every_verb),
        cmocka_unit_test(solutions_that_share_steps_are_all_drawn),
        cmocka_unit_test(a_recorded_solution_is_not_cut_off),
        cmocka_unit_test(without_a_true_answer_nothing_is_judged),
        cmocka_unit_test(problems_without_a_true_answer_are_in_no_share),
        cmocka_unit_test(a_true_answer_is_that_of_all_solutions_of_its_problem),
        cmocka_unit_test(several_solutions_of_a_problem_are_one_case),
        cmocka_unit_test(without_known_scores_the_first_answer_is_judged),
        cmocka_unit_test(unknown_outcomes_count_as_not_right_in_a_difference),
        cmocka_unit_test(problems_without_a_recorded_solution_are_counted),
        cmocka_unit_test(agreement_with_the_calculator_is_not_called_truth),
        cmocka_unit_test(an_unreadable_end_is_a_mistake_in_traces),
        cmocka_unit_test(runs_are_compared_by_problem_wherever_it_stands),
        cmocka_unit_test(published_solutions_have_one_accuracy_in_every_verb),
    };
    return cmocka_run_group_tests_name("outcomes", tests, make_folder, remove_folder);
}

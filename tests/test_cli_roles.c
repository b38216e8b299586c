/* Roles on the command line: another completer, its sampling, its costs, and what a run file says of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"

static void expect_error(outcome *o, const char *text) {
    assert_int_not_equal(o->status, 0);
    if (!strstr(o->error, text)) fail_msg("expected `%s` in: %s", text, o->error);
}

/* The record of problem 0 in an exported run: its second line. */
static json_t *first_record(const char *name) {
    static char text[1 << 20];
    read_into(in_folder(name), text, sizeof text);
    char *line = strchr(text, '\n');
    assert_non_null(line);
    line[1 + strcspn(line + 1, "\n")] = 0;
    json_t *record = json_loads(line + 1, 0, NULL);
    assert_non_null(record);
    return record;
}

static double number_at(const json_t *object, const char *a, const char *b, const char *c) {
    return json_number_value(json_object_get(json_object_get(json_object_get(object, a), b), c));
}

#define LABEL                                                                                                  \
    "label --world chain:steps=8 --policy scripted:error=0.1 --method mc:solutions=4,rollouts=8 -n 6 --quiet " \
    "--workers 1 "

/* The solutions are the generator's, whatever completes them. */
static void another_completer_leaves_the_solutions_as_they_are(void **state) {
    (void)state;
    expect_ok(cairn(LABEL "--run own.db"));
    expect_ok(cairn("run export own.db --out own.jsonl"));
    expect_ok(cairn(LABEL "--completer scripted:error=0.5 --run other.db"));
    expect_ok(cairn("run export other.db --out other.jsonl"));
    json_t *own = first_record("own.jsonl"), *other = first_record("other.jsonl");
    const json_t *a = json_array_get(json_object_get(own, "solutions"), 0);
    const json_t *b = json_array_get(json_object_get(other, "solutions"), 0);
    assert_true(json_equal(json_object_get(a, "steps"), json_object_get(b, "steps")));
    assert_false(json_equal(json_object_get(a, "counts"), json_object_get(b, "counts")));
    assert_null(json_object_get(json_object_get(own, "cost"), "roles"));
    json_t *cost = json_object_get(other, "cost");
    double generator = number_at(cost, "roles", "generator", "steps"),
           completer = number_at(cost, "roles", "completer", "steps");
    assert_true(generator > 0 && completer > 0);
    assert_true(generator + completer == json_number_value(json_object_get(cost, "steps")));
    json_decref(own);
    json_decref(other);
}

static void a_run_with_another_completer_resumes_with_it(void **state) {
    (void)state;
    expect_ok(cairn(LABEL "--completer scripted:error=0.5 --role-sampling completer:temperature=0.5 --run whole.db"));
    expect_ok(cairn("run export whole.db --out whole.jsonl"));
    assert_int_equal(wait_for(start_cairn("kill=3", LABEL "--completer scripted:error=0.5 --role-sampling "
                                                          "completer:temperature=0.5 --run cut.db")),
                     128 + SIGKILL);
    expect_ok(cairn("run resume cut.db --quiet"));
    expect_ok(cairn("run export cut.db --out cut.jsonl"));
    expect_same_files("whole.jsonl", "cut.jsonl");
    expect_error(cairn(LABEL "--run cut.db --resume"), "completer");
}

static void a_role_that_nothing_acts_in_is_refused(void **state) {
    (void)state;
    expect_error(cairn("solve -n 2 --search beam --reward exact:what=step --completer scripted:error=0.5"),
                 "neither search beam nor a reward");
    expect_error(cairn("solve -n 2 --search beam --role-sampling prover:temperature=0.5"), "prover");
    expect_error(cairn("label -n 2 --role-sampling nobody:temperature=0.5"), "nobody");
    expect_error(cairn("label -n 2 --role-sampling completer:heat=0.5"), "heat");
    expect_error(cairn("label -n 2 --role-sampling completer:temperature"), "temperature");
    expect_ok(cairn(
        "solve -n 2 --search beam:width=2,branch=2 --reward mc:rollouts=2 --completer scripted:error=0.5 --quiet"));
}

/* The steps of all candidates are scored, also after a search that asks for no score. */
static void candidates_keep_their_step_scores_by_name(void **state) {
    (void)state;
    expect_ok(cairn("solve --world chain:steps=3 --search majority:width=3 --reward noisy:sd=0.2 --keep-scores -n 1 "
                    "--quiet --run scores.db"));
    expect_ok(cairn("run export scores.db --out scores.jsonl"));
    json_t *record = first_record("scores.jsonl");
    const json_t *candidates = json_object_get(record, "candidates");
    assert_true(json_array_size(candidates) > 0);
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const json_t *list = json_object_get(json_object_get(json_array_get(candidates, i), "scores"), "reward");
        assert_int_equal(json_array_size(list), 3);
        for (size_t k = 0; k < 3; k++) assert_true(json_is_number(json_array_get(list, k)));
    }
    json_decref(record);
    expect_error(cairn("solve -n 1 --keep-scores"), "--keep-scores needs --run");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_completer_leaves_the_solutions_as_they_are),
        cmocka_unit_test(a_run_with_another_completer_resumes_with_it),
        cmocka_unit_test(a_role_that_nothing_acts_in_is_refused),
        cmocka_unit_test(candidates_keep_their_step_scores_by_name),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

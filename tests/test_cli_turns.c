/* What a world answers to steps, through the verbs and the files that they write and read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "command.h"

#define LOOKUP "--world lookup --policy scripted:rush=0.2,waste=0.2 --quiet"

static const outcome *ok(const char *words) {
    const outcome *o = cairn("%s", words);
    if (o->status != 0) fail_msg("%s: exit status %d: %s", words, o->status, o->error);
    return o;
}

/* Reads the JSON lines of a file in the scratch folder into an array. */
static json_t *lines_of(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    json_t *all = json_array(), *line;
    json_error_t error;
    while ((line = json_loadf(file, JSON_DISABLE_EOF_CHECK, &error))) json_array_append_new(all, line);
    fclose(file);
    return all;
}

static bool starts_with(const char *text, const char *head) {
    return strncmp(text, head, strlen(head)) == 0;
}

/* Every lookup of every solution has an answer, every other step has none. Returns the number of answers. */
static int assert_answered(const char *file, const char *steps) {
    json_t *all = lines_of(file);
    int answers = 0;
    assert_true(json_array_size(all) > 0);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *texts = json_object_get(json_array_get(all, i), steps);
        const json_t *seen = json_object_get(json_array_get(all, i), "observations");
        assert_true(json_is_array(texts));
        for (size_t k = 0; k < json_array_size(texts); k++) {
            bool lookup = starts_with(json_string_value(json_array_get(texts, k)), "lookup(");
            assert_int_equal(json_is_string(json_array_get(seen, k)), lookup);
            answers += lookup;
        }
    }
    json_decref(all);
    return answers;
}

static void traces_keep_observations_through_conversion_labels_and_replay(void **unused) {
    (void)unused;
    ok("world traces lookup --policy scripted:rush=0.2 -n 20 --samples 2 --out traces.jsonl");
    int answers = assert_answered("traces.jsonl", "steps");
    assert_true(answers > 50);
    ok("data convert traces.jsonl --format stepwise --out steps.jsonl");
    assert_int_equal(assert_answered("steps.jsonl", "completions"), answers);
    ok("data convert steps.jsonl --format mistake --out back.jsonl");
    assert_int_equal(assert_answered("back.jsonl", "steps"), answers);
    ok("label " LOOKUP " -n 20 --solutions steps.jsonl --method mc:rollouts=2 --out labels.jsonl");
    assert_int_equal(assert_answered("labels.jsonl", "completions"), answers);
    /* a world that answers nothing keeps what was recorded */
    ok("solve --world text --problems steps.jsonl --policy recorded:file=steps.jsonl --search "
       "majority:width=2 --keep-tree --quiet --run replay.db");
    ok("run export replay.db --format stepwise --out replay.jsonl");
    assert_answered("replay.jsonl", "completions");
}

static void trees_keep_observations_kinds_rewards_and_returns(void **unused) {
    (void)unused;
    ok("solve " LOOKUP " --reward exact --search mcts --budget 30 -n 5 --keep-tree --run tree.db");
    ok("run export tree.db --out tree.jsonl");
    ok("run export tree.db --format stepwise --out solutions.jsonl");
    assert_answered("solutions.jsonl", "completions");
    json_t *all = lines_of("tree.jsonl");
    for (size_t i = 1; i < json_array_size(all); i++) {
        const json_t *record = json_array_get(all, i), *tree = json_object_get(record, "tree");
        assert_true(json_array_size(tree) > 3);
        for (size_t k = 1; k < json_array_size(tree); k++) {
            const json_t *node = json_array_get(tree, k);
            bool lookup = starts_with(json_string_value(json_object_get(node, "text")), "lookup(");
            assert_int_equal(json_object_get(node, "observation") != NULL, lookup);
            assert_int_equal(json_object_get(node, "kind") != NULL, lookup);
            double reward = json_number_value(json_object_get(node, "reward"));
            assert_true(lookup ? reward < -0.019 && reward > -0.021 : reward == 0);
        }
        const json_t *candidates = json_object_get(record, "candidates");
        for (size_t c = 0; c < json_array_size(candidates); c++) {
            const json_t *candidate = json_array_get(candidates, c);
            bool right = json_is_true(json_object_get(candidate, "correct"));
            double value = json_number_value(json_object_get(candidate, "return"));
            assert_true(right ? value > 0.8 && value < 1 : value <= -0.5 && value > -0.7);
        }
    }
    json_decref(all);
}

static void the_drawing_shows_what_was_answered(void **unused) {
    (void)unused;
    const outcome *o = ok("solve " LOOKUP " --reward exact --search mcts --budget 20 -n 1 --draw 0");
    assert_non_null(strstr(o->out, ") \xe2\x86\x92 "));
}

static void records_do_not_depend_on_the_workers(void **unused) {
    (void)unused;
    ok("solve " LOOKUP " --reward mc:rollouts=2 -n 30 --workers 1 --run one.db");
    ok("solve " LOOKUP " --reward mc:rollouts=2 -n 30 --workers 3 --run three.db");
    ok("run export one.db --out one.jsonl");
    ok("run export three.db --out three.jsonl");
    json_t *a = lines_of("one.jsonl"), *b = lines_of("three.jsonl");
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_keep_observations_through_conversion_labels_and_replay),
        cmocka_unit_test(trees_keep_observations_kinds_rewards_and_returns),
        cmocka_unit_test(the_drawing_shows_what_was_answered),
        cmocka_unit_test(records_do_not_depend_on_the_workers),
    };
    return cmocka_run_group_tests_name("cli turns", tests, make_folder, remove_folder);
}

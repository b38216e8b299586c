/* What a world answers to steps, through the verbs and the files that they write and read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "command.h"
#include "near.h"

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

/* Number of lookups on the path to a node of a record's tree. */
static int lookups_before(const json_t *tree, json_int_t node) {
    int n = 0;
    while (node > 0) {
        const json_t *at = json_array_get(tree, (size_t)node);
        n += starts_with(json_string_value(json_object_get(at, "text")), "lookup(");
        node = json_integer_value(json_object_get(at, "parent"));
    }
    return n;
}

/* A lookup costs 0.02; a right answer is worth 1, a wrong one -0.5. Chosen is the candidate of greatest score less
 * costs. */
static void assert_returns(const json_t *record) {
    const json_t *tree = json_object_get(record, "tree"), *candidates = json_object_get(record, "candidates");
    json_int_t chosen = json_integer_value(json_object_get(record, "chosen"));
    double best = -100, of_chosen = -100;
    for (size_t c = 0; c < json_array_size(candidates); c++) {
        const json_t *candidate = json_array_get(candidates, c);
        double cost = 0.02 * lookups_before(tree, json_integer_value(json_object_get(candidate, "leaf")));
        double worth = json_is_true(json_object_get(candidate, "correct")) ? 1 : -0.5;
        double value = json_number_value(json_object_get(candidate, "score")) - cost;
        assert_near(json_number_value(json_object_get(candidate, "return")), worth - cost, 1e-6);
        if (!json_is_string(json_object_get(candidate, "answer"))) continue;
        if (value > best) best = value;
        if ((json_int_t)c == chosen) of_chosen = value;
    }
    assert_near(of_chosen, best, 1e-6);
}

static void trees_keep_observations_kinds_rewards_and_returns(void **unused) {
    (void)unused;
    static const char *const searches[] = {"mcts", "mcts:evaluate=edge", "mcts:evaluate=edge,discount=0.9,backup=max"};
    for (size_t s = 0; s < sizeof searches / sizeof *searches; s++) {
        char words[512];
        snprintf(words, sizeof words,
                 "solve " LOOKUP " --reward noisy:sd=0.2 --search %s --budget 30 -n 5 --keep-tree --run tree%zu.db",
                 searches[s], s);
        ok(words);
        snprintf(words, sizeof words, "run export tree%zu.db --out tree.jsonl", s);
        ok(words);
        snprintf(words, sizeof words, "run export tree%zu.db --format stepwise --out solutions.jsonl", s);
        ok(words);
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
                assert_near(json_number_value(json_object_get(node, "reward")), lookup ? -0.02 : 0, 1e-6);
            }
            assert_returns(record);
        }
        json_decref(all);
    }
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

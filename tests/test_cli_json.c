/* --json: one valid JSON value on standard output, from every verb that offers it, also where a number is undefined or
 * a text is strange. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"
#include "data.h"

static const char solutions[] = "{\"id\":\"a\",\"generator\":\"m \\\"1\\\"\",\"problem\":\"2 + 3?\",\"steps\":[\"2 + 3 "
                                "= 6\"],\"final_answer_correct\":false,\"label\":0}\n"
                                "{\"id\":\"b\",\"generator\":\"\\u001b\\n\",\"problem\":\"2 + 3?\",\"steps\":[\"2 + 3 "
                                "= 5\"],\"final_answer_correct\":true,\"label\":-1}\n";
static const char answers[] = "{\"answer\":\"yes\"}\n{\"answer\":\"no\"}\n{\"answer\":\"yes\"}\n";
static const char only_right[] = "{\"id\":\"b\",\"generator\":\"x\",\"problem\":\"2 + 3?\",\"steps\":[\"2 + 3 = "
                                 "5\"],\"final_answer_correct\":true,\"label\":-1}\n";

static const struct {
    const char *words;
    json_type type;
    const char *key; /* of the object, or of the first element of the array */
} verbs[] = {
    {"solve -n 6 --budget 16 --search beam", JSON_OBJECT, "accuracy"},
    {"solve -n 1 --budget 16 --search majority --run one.db", JSON_OBJECT, "low"},
    {"solve -n 3 --search majority:width=2", JSON_OBJECT, "optimum"}, /* undefined without a budget */
    {"solve -n 3 --search 'beam:width=2,branch=1'", JSON_OBJECT, "search"},
    {"label -n 2 --method mc:rollouts=1", JSON_OBJECT, "rollouts"},
    {"label -n 2 --method mc:rollouts=1 --out labels.jsonl", JSON_OBJECT, "labelled_steps"},
    {"score solutions.jsonl", JSON_OBJECT, "solutions"},
    {"score solutions.jsonl --out scores.jsonl", JSON_OBJECT, "solutions"},
    {"eval mistakes solutions.jsonl", JSON_OBJECT, "f1"},
    {"eval steps solutions.jsonl", JSON_OBJECT, "auroc"},
    {"eval mistakes only-right.jsonl", JSON_OBJECT, "acc_err"}, /* undefined without a mistake */
    {"eval answers solutions.jsonl", JSON_OBJECT, "models"},
    {"eval ceiling --world words --samples 4 -n 3 --reward noisy:sd=0.5", JSON_OBJECT, "proxies"},
    {"eval binary answers.jsonl", JSON_OBJECT, "series"},
    {"eval budget -n 1 --budgets '8 16' --searches 'majority beam'", JSON_ARRAY, "difference_low"},
    {"eval budget -n 3 --budgets 8 --searches 'beam dvts'", JSON_ARRAY, "search"},
    {"eval passk -n 2 --samples 5", JSON_ARRAY, "pass"},
    {"eval labels -n 2 --methods 'mc:rollouts=1 omegaprm:searches=1'", JSON_ARRAY, "agreement"},
    {"run list", JSON_ARRAY, "done"},
    {"run list empty", JSON_ARRAY, NULL},
    {"run resume whole.db", JSON_OBJECT, "right"},
    {"report whole.db other.db", JSON_OBJECT, "runs"},
    {"run compare whole.db other.db", JSON_OBJECT, "difference"},
    {"run compare whole.db one.db", JSON_OBJECT, "low"}, /* one problem: no interval */
    {"run compare whole.db other.db --field cost.tokens", JSON_OBJECT, "mean_a"},
    {"world list", JSON_ARRAY, "name"},
    {"doctor", JSON_OBJECT, "cairn"},
};

static void test_every_verb_that_offers_json_writes_one_value(void **state) {
    (void)state;
    write_file("solutions.jsonl", solutions, sizeof solutions - 1);
    write_file("only-right.jsonl", only_right, sizeof only_right - 1);
    write_file("answers.jsonl", answers, sizeof answers - 1);
    assert_int_equal(mkdir(in_folder("empty"), 0777), 0);
    expect_ok(cairn("solve -n 5 --budget 16 --search majority --run whole.db"));
    expect_ok(cairn("solve -n 5 --budget 16 --search beam --run other.db"));
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        json_t *value = parsed(cairn("%s --json", verbs[i].words));
        if (json_typeof(value) != verbs[i].type) fail_msg("%s: another kind of value", verbs[i].words);
        const json_t *first = json_is_array(value) ? json_array_get(value, 0) : value;
        if (verbs[i].key && !json_object_get(first, verbs[i].key))
            fail_msg("%s: no `%s`", verbs[i].words, verbs[i].key);
        if (!verbs[i].key) assert_int_equal(json_array_size(value), 0);
        json_decref(value);
    }
}

/* The verbs of the table are all that have the option. */
static void test_no_verb_with_json_is_forgotten(void **state) {
    (void)state;
    static const char *const names[] = {
        "solve",          "score",        "label",       "eval budget", "eval passk",   "eval mistakes",
        "eval answers",   "eval labels",  "eval replay", "eval steps",  "eval ceiling", "eval binary",
        "run list",       "run show",     "run export",  "run resume",  "run compare",  "world list",
        "world generate", "world traces", "doctor",      "help"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool offers = strstr(expect_ok(cairn("%s --help", names[i]))->out, "json "),
             tested = strcmp(names[i], "eval replay") == 0;
        for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++)
            tested |=
                strncmp(verbs[v].words, names[i], strlen(names[i])) == 0 && verbs[v].words[strlen(names[i])] <= ' ';
        if (offers && !tested) fail_msg("%s has --json and is not tested", names[i]);
    }
}

static void test_undefined_numbers_are_null(void **state) {
    (void)state;
    json_t *r = parsed(cairn("eval mistakes only-right.jsonl --json"));
    assert_true(json_is_null(json_object_get(r, "acc_err")));
    assert_true(json_is_null(json_object_get(r, "f1")));
    json_decref(r);
    r = parsed(cairn("solve -n 3 --search majority:width=2 --json"));
    assert_true(json_is_null(json_object_get(r, "optimum")));
    json_decref(r);
}

static void test_strange_texts_stay_what_they_are(void **state) {
    (void)state;
    json_t *r = parsed(cairn("eval answers solutions.jsonl --json"));
    const json_t *models = json_object_get(r, "models");
    assert_string_equal(json_string_value(json_object_get(json_array_get(models, 0), "model")), "m \"1\"");
    assert_string_equal(json_string_value(json_object_get(json_array_get(models, 1), "model")), "\x1b\n");
    json_decref(r);
    r = parsed(cairn("doctor --json --data \"$(printf 'a\\377b')\"")); /* no UTF-8, and no folder */
    json_decref(r);
    assert_int_equal(mkdir(in_folder("a\xff\"b"), 0777), 0);
    r = parsed(cairn("doctor --json --data \"$(printf 'a\\377\\042b')\""));
    assert_string_equal(json_string_value(json_object_get(r, "shared data")), "a\xEF\xBF\xBD\"b");
    json_decref(r);
}

static void test_a_replayed_tree_is_json(void **state) {
    (void)state;
    char tree[4096];
    if (!shared_file("mctx/muzero_qtransform_tree.json", tree)) skip();
    json_t *r = parsed(cairn("eval replay %s --json", tree));
    assert_int_equal(json_integer_value(json_object_get(r, "visit_mismatches")), 0);
    json_decref(r);
}

/* Every line of a file that a verb writes is JSON too. */
static void test_written_lines_are_json(void **state) {
    (void)state;
    static const char *const writers[] = {"score solutions.jsonl --out",
                                          "label -n 3 --method mc:rollouts=1 --out",
                                          "label -n 3 --method mc:rollouts=1 --labels soft --out",
                                          "run export whole.db --out",
                                          "world generate countdown -n 3 --out",
                                          "world traces -n 3 --out"};
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        char *line = NULL;
        size_t size = 0, lines = 0;
        expect_ok(cairn("%s lines.jsonl", writers[i]));
        FILE *file = fopen(in_folder("lines.jsonl"), "r");
        assert_non_null(file);
        for (ssize_t n; (n = getline(&line, &size, file)) > 0; lines++) {
            json_t *value = json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
            if (!json_is_object(value)) fail_msg("%s wrote %s", writers[i], line);
            json_decref(value);
        }
        assert_true(lines >= 2);
        free(line);
        fclose(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb_that_offers_json_writes_one_value),
        cmocka_unit_test(test_no_verb_with_json_is_forgotten),
        cmocka_unit_test(test_undefined_numbers_are_null),
        cmocka_unit_test(test_strange_texts_stay_what_they_are),
        cmocka_unit_test(test_a_replayed_tree_is_json),
        cmocka_unit_test(test_written_lines_are_json),
    };
    return cmocka_run_group_tests_name("json", tests, make_folder, remove_folder);
}

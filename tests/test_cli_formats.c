/* Files that people have, through the command: kinds of files, unlabelled solutions, problems alone, solutions that are
 * one text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "cli.h"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static int64_t integer_of(const char *verb, const char *field) {
    json_t *r = parsed(cairn("%s", verb));
    const json_t *value = json_object_get(r, field);
    if (!json_is_integer(value)) fail_msg("%s: no integer `%s`", verb, field);
    int64_t whole = json_integer_value(value);
    json_decref(r);
    return whole;
}

static void test_a_file_says_the_same_as_lines_array_objects_or_csv(void **state) {
    (void)state;
    static const char *const files[] = {"lines.jsonl", "array.json", "wide.json", "table.csv"};
    write_text("lines.jsonl", "{\"question\":\"1 + 1?\",\"answer\":\"1 + 1 = 3\\n#### 3\"}\n"
                              "{\"question\":\"2 + 2?\",\"answer\":\"2 + 2 = 4\\nso\\n#### 4\"}\n");
    write_text("array.json", "[{\"question\":\"1 + 1?\",\"answer\":\"1 + 1 = 3\\n#### 3\"},"
                             "{\"question\":\"2 + 2?\",\"answer\":\"2 + 2 = 4\\nso\\n#### 4\"}]");
    write_text("wide.json", "{\n  \"question\": \"1 + 1?\",\n  \"answer\": \"1 + 1 = 3\\n#### 3\"\n}\n"
                            "{\n  \"question\": \"2 + 2?\",\n  \"answer\": \"2 + 2 = 4\\nso\\n#### 4\"\n}\n");
    write_text("table.csv", "question,answer\n1 + 1?,\"1 + 1 = 3\n#### 3\"\n2 + 2?,\"2 + 2 = 4\nso\n#### 4\"\n");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        json_t *r = parsed(cairn("score %s --json", files[i]));
        assert_int_equal(json_integer_value(json_object_get(r, "solutions")), 2);
        assert_int_equal(json_integer_value(json_object_get(r, "steps")), 3);
        assert_int_equal(json_integer_value(json_object_get(r, "wrong")), 1);
        json_decref(r);
        expect_ok(cairn("solve --world text --problems %s --policy recorded:file=%s --search majority:width=1",
                        files[i], files[i]));
    }
}

static void test_a_bad_element_is_named_by_line_and_place(void **state) {
    (void)state;
    write_text("bad.json",
               "[\n {\"question\":\"1 + 1?\",\"answer\":\"#### 2\"},\n\n {\"question\":7,\"answer\":\"#### 2\"}\n]\n");
    expect_one_sentence(cairn("score bad.json"), "score", WORDS("bad.json:4: element 2: ", "question", "the number 7"));
    outcome *o = expect_ok(cairn("score bad.json --skip-bad"));
    assert_non_null(strstr(o->error, "skipped bad.json:4: element 2: "));
}

static void test_unlabelled_solutions_are_scored_and_verbs_that_need_labels_say_so(void **state) {
    (void)state;
    write_text("plain.jsonl",
               "{\"prompt\":\"3 + 4?\",\"completions\":[\"3 + 4 = 8\",\"The answer is 8.\"],\"target\":\"7\"}\n");
    assert_int_equal(integer_of("score plain.jsonl --json", "wrong"), 1);
    expect_ok(cairn(
        "solve --world text --problems plain.jsonl --policy recorded:file=plain.jsonl --search majority:width=1"));
    expect_one_sentence(cairn("eval mistakes plain.jsonl"), "eval mistakes", WORDS("plain.jsonl", "marked"));
    expect_one_sentence(
        cairn("train prm plain.jsonl --out made.gguf --shape width=16,layers=1 --vocabulary 300 --quiet"), "train prm",
        WORDS("plain.jsonl", "no label"));
}

static void test_problems_alone_are_for_worlds_only(void **state) {
    (void)state;
    static const char *const verbs[] = {
        "score problems.csv",
        "eval mistakes problems.csv",
        "eval answers problems.csv",
        "solve --world text --problems problems.csv --policy recorded:file=problems.csv --search majority:width=1",
        "label --world text --solutions problems.csv --policy exec:cat --out made.jsonl",
        "train sft problems.csv --out made.gguf --shape width=16,layers=1 --vocabulary 300 --quiet"};
    write_text("problems.csv", "id,question,answer\na,1 + 1?,2\nb,2 + 2?,4\n");
    write_text("solved.jsonl", "{\"question\":\"1 + 1?\",\"response\":\"1 + 1 = 2\\nThe answer is 2.\"}\n"
                               "{\"question\":\"2 + 2?\",\"response\":\"2 + 2 = 4\\nThe answer is 4.\"}\n");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        expect_one_sentence(cairn("%s", verbs[i]), verbs[i], WORDS("problems.csv", "problems without solutions"));
    json_t *r = parsed(cairn("solve --world text --problems problems.csv --policy recorded:file=solved.jsonl "
                             "--search majority:width=1 --json"));
    assert_int_equal(json_integer_value(json_object_get(r, "problems")), 2);
    assert_int_equal(json_integer_value(json_object_get(r, "right")), 2);
    json_decref(r);
}

static void test_split_cuts_texts_into_steps(void **state) {
    (void)state;
    static const struct {
        const char *split;
        int64_t steps;
    } cases[] = {{"auto", 2}, {"line", 3}, {"paragraph", 2}, {"sentence", 4}};
    write_text("texts.jsonl", "{\"question\":\"1 + 1?\",\"samples\":[\"One. Two.\\nThree.\\n\\nFour.\"]}\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char verb[100];
        snprintf(verb, sizeof verb, "score texts.jsonl --json --split %s", cases[i].split);
        assert_int_equal(integer_of(verb, "steps"), cases[i].steps);
    }
    expect_one_sentence(cairn("score texts.jsonl --split words"), "--split words", WORDS("split", "paragraph"));
    json_t *r = parsed(cairn("solve --world text --problems texts.jsonl --policy recorded:file=texts.jsonl,split=line "
                             "--search majority:width=1 --json"));
    assert_true(json_number_value(json_object_get(r, "steps")) == 3);
    json_decref(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_says_the_same_as_lines_array_objects_or_csv),
        cmocka_unit_test(test_a_bad_element_is_named_by_line_and_place),
        cmocka_unit_test(test_unlabelled_solutions_are_scored_and_verbs_that_need_labels_say_so),
        cmocka_unit_test(test_problems_alone_are_for_worlds_only),
        cmocka_unit_test(test_split_cuts_texts_into_steps),
    };
    return cmocka_run_group_tests_name("cli/formats", tests, make_folder, remove_folder);
}

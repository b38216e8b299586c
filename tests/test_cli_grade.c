/* `eval grade`: files of answers beside references, and two answers on the command line, judged and explained. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static int64_t whole(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!json_is_integer(value)) fail_msg("no number %s", field);
    return json_integer_value(value);
}

static double real(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!value) fail_msg("no field %s", field);
    return json_is_null(value) ? NAN : json_number_value(value);
}

static void assert_near(double a, double b) {
    if (!(fabs(a - b) < 1e-9)) fail_msg("%.10g, expected %.10g", a, b);
}

static const char *text_of(const json_t *object, const char *field) {
    const char *text = json_string_value(json_object_get(object, field));
    if (!text) fail_msg("no text %s", field);
    return text;
}

static bool says(const outcome *o, const char *words) {
    return strstr(o->out, words) != NULL;
}

/* 4/3 in two notations, 5 against 6, and no answer: one right, one wrong, one unknown. */
static void expect_three(const char *file) {
    json_t *all = parsed(cairn("eval grade %s --json", file));
    if (whole(all, "pairs") != 3 || whole(all, "right") != 1 || whole(all, "wrong") != 1 || whole(all, "unknown") != 1)
        fail_msg("%s: %s", file, json_dumps(all, 0));
    json_decref(all);
}

static void a_file_is_json_lines_an_array_or_csv(void **state) {
    (void)state;
    write_text("pairs.jsonl", "{\"answer\":\"\\\\frac43\",\"reference\":\"4/3\"}\n"
                              "{\"answer\":5,\"reference\":\"6\"}\n"
                              "{\"answer\":null,\"reference\":\"6\"}\n");
    write_text("pairs.json", "[{\"answer\":\"\\\\frac43\",\"reference\":\"4/3\"},\n"
                             "{\"answer\":5,\"reference\":\"6\"},{\"answer\":\"\",\"reference\":\"6\"}]");
    write_text("pairs.csv", "answer,reference\n\\frac43,4/3\n5,6\n,6\n");
    expect_three("pairs.jsonl");
    expect_three("pairs.json");
    expect_three("pairs.csv");
    const outcome *o = expect_ok(cairn("eval grade pairs.jsonl"));
    assert_true(says(o, "3 pairs of an answer and a reference"));
    assert_true(says(o, "no-answer"));
}

/* Beside a prediction the field `answer` is the reference. */
static void fields_are_known_by_their_usual_names(void **state) {
    (void)state;
    static const char *const rows[] = {"{\"prediction\":\"7\",\"answer\":\"7\"}", "{\"pred\":\"7\",\"gt\":7}",
                                       "{\"answer\":\"7\",\"target\":\"7\"}", "{\"answer\":7.0,\"ground_truth\":\"7\"}",
                                       "{\"answer\":\"7\",\"gold\":\"7\",\"question\":\"How many?\"}"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_text("named.jsonl", rows[i]);
        json_t *all = parsed(cairn("eval grade named.jsonl --json"));
        if (whole(all, "right") != 1) fail_msg("%s is not right", rows[i]);
        json_decref(all);
    }
    write_text("named.jsonl", "{\"out\":\"7\",\"key\":\"8\",\"verdict\":\"wrong\",\"answer\":\"8\"}\n");
    json_t *all = parsed(cairn("eval grade named.jsonl --answer-field out --reference-field key --expect-field verdict "
                               "--json"));
    assert_int_equal(whole(all, "wrong"), 1);
    assert_int_equal(whole(all, "agree"), 1);
    json_decref(all);
}

/* Of six pairs with an expected verdict: two as expected, a false right, a false wrong, an undecided one, and one of
 * which the file says only that it is not right. */
static void verdicts_are_counted_against_those_that_the_file_expects(void **state) {
    (void)state;
    write_text("expected.jsonl", "{\"answer\":\"7\",\"reference\":\"7\",\"expect\":\"right\"}\n"
                                 "{\"answer\":\"7\",\"reference\":\"8\",\"correct\":false}\n"
                                 "{\"answer\":\"7\",\"reference\":\"7\",\"expect\":\"wrong\"}\n"
                                 "{\"answer\":\"7\",\"reference\":\"8\",\"expect\":\"unknown-or-right\"}\n"
                                 "{\"answer\":null,\"reference\":\"8\",\"expect\":\"right\"}\n"
                                 "{\"answer\":null,\"reference\":\"8\",\"expect\":\"not-right\"}\n"
                                 "{\"answer\":\"7\",\"reference\":\"7\",\"label\":\"seven\"}\n");
    json_t *all = parsed(cairn("eval grade expected.jsonl --json"));
    assert_int_equal(whole(all, "pairs"), 7);
    assert_int_equal(whole(all, "expected"), 6);
    assert_int_equal(whole(all, "decided"), 4);
    assert_int_equal(whole(all, "agree"), 3);
    assert_int_equal(whole(all, "false_right"), 1);
    assert_int_equal(whole(all, "false_wrong"), 1);
    assert_int_equal(whole(all, "undecided"), 1);
    assert_near(real(all, "agree_share"), 0.5);
    assert_int_equal(whole(all, "to_list"), 3);
    assert_int_equal(json_array_size(json_object_get(all, "listed")), 3);
    assert_int_equal(whole(json_array_get(json_object_get(all, "listed"), 0), "row"), 3);
    json_decref(all);
    const outcome *o = expect_ok(cairn("eval grade expected.jsonl --show 1"));
    assert_true(says(o, "the first 1 of 3: --show"));
    assert_true(says(o, "1 pairs have no expected verdict"));
}

/* Wilson's interval of 2 of 4; four pairs of one problem have none. */
static void the_pairs_of_one_problem_are_taken_together(void **state) {
    (void)state;
    write_text("apart.jsonl", "{\"answer\":\"7\",\"reference\":\"7\"}\n{\"answer\":\"7\",\"reference\":\"7\"}\n"
                              "{\"answer\":\"8\",\"reference\":\"7\"}\n{\"answer\":\"8\",\"reference\":\"7\"}\n");
    write_text("alike.jsonl", "{\"answer\":\"7\",\"reference\":\"7\",\"problem\":\"P?\"}\n"
                              "{\"answer\":\"7\",\"reference\":\"7\",\"problem\":\"P?\"}\n"
                              "{\"answer\":\"8\",\"reference\":\"7\",\"problem\":\"P?\"}\n"
                              "{\"answer\":\"8\",\"reference\":\"7\",\"problem\":\"P?\"}\n");
    json_t *apart = parsed(cairn("eval grade apart.jsonl --json"));
    json_t *alike = parsed(cairn("eval grade alike.jsonl --json"));
    assert_near(real(apart, "right_share"), 0.5);
    assert_near(real(alike, "right_share"), 0.5);
    double low = json_number_value(json_array_get(json_object_get(apart, "right_share_interval"), 0));
    assert_true(fabs(low - 0.15003899) < 1e-7); /* (p + z^2/2n - z sqrt(p q / n + z^2/4n^2)) / (1 + z^2/n) */
    assert_true(json_is_null(json_object_get(alike, "right_share_interval")));
    json_decref(apart);
    json_decref(alike);
}

static void bad_rows_are_named_or_passed_over(void **state) {
    (void)state;
    write_text("bad.jsonl", "{\"answer\":\"7\",\"reference\":\"7\"}\n{\"answer\":\"7\"}\n"
                            "{\"answer\":[7],\"reference\":\"7\"}\n{\"reference\":\"7\"}\n"
                            "{\"answer\":\"7\",\"reference\":\"7\",\"expect\":\"maybe\"}\n"
                            "{\"answer\":\"8\",\"reference\":\"7\"}\n");
    expect_one_sentence(cairn("eval grade bad.jsonl"), "no reference",
                        WORDS("bad.jsonl:2: field `reference`", "ground_truth"));
    const outcome *o = expect_ok(cairn("eval grade bad.jsonl --skip-bad"));
    assert_true(says(o, "2 pairs"));
    assert_true(says(o, "4 bad lines were passed over"));
    assert_non_null(strstr(o->error, "bad.jsonl:3: field `answer`"));
    assert_non_null(strstr(o->error, "bad.jsonl:4: field `answer`"));
    assert_non_null(strstr(o->error, "bad.jsonl:5: field `expect`"));
    write_text("bad.json", "[{\"answer\":\"7\",\"reference\":\"7\"},{\"answer\":\"7\",\"reference\":{}}]");
    expect_one_sentence(cairn("eval grade bad.json"), "an object", WORDS("bad.json:1: element 2: field `reference`"));
    write_text("empty.jsonl", "");
    expect_one_sentence(cairn("eval grade empty.jsonl"), "an empty file", WORDS("empty.jsonl"));
    expect_one_sentence(cairn("eval grade none.jsonl"), "no file", WORDS("none.jsonl"));
}

static void every_pair_is_written_with_its_verdict_and_rule(void **state) {
    (void)state;
    char text[4096];
    write_text("pairs.jsonl", "{\"answer\":\"7\",\"reference\":\"7\",\"problem\":\"How many?\"}\n"
                              "{\"answer\":null,\"reference\":\"7\",\"expect\":\"unknown\"}\n");
    expect_ok(cairn("eval grade pairs.jsonl --out graded.jsonl"));
    read_into(in_folder("graded.jsonl"), text, sizeof text);
    json_t *first = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
    assert_string_equal(text_of(first, "verdict"), "right");
    assert_string_equal(text_of(first, "answer"), "7");
    assert_string_equal(text_of(first, "problem"), "How many?");
    assert_true(*text_of(first, "rule") != 0);
    assert_null(json_object_get(first, "why"));
    json_t *second = json_loads(strchr(text, '\n') + 1, 0, NULL);
    assert_string_equal(text_of(second, "verdict"), "unknown");
    assert_string_equal(text_of(second, "rule"), "no-answer");
    assert_true(json_is_null(json_object_get(second, "answer")));
    json_decref(first);
    json_decref(second);
    /* what was written is read again: the answers are judged as before */
    json_t *again = parsed(cairn("eval grade graded.jsonl --json"));
    assert_int_equal(whole(again, "right"), 1);
    assert_int_equal(whole(again, "agree"), 1);
    json_decref(again);
    expect_ok(cairn("eval grade pairs.jsonl --out explained.jsonl --explain"));
    read_into(in_folder("explained.jsonl"), text, sizeof text);
    first = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
    assert_true(*text_of(first, "why") && *text_of(first, "answer_read") && *text_of(first, "reference_read"));
    json_decref(first);
    expect_one_sentence(cairn("eval grade pairs.jsonl --out pairs.jsonl"), "over its input", WORDS("pairs.jsonl"));
    expect_one_sentence(cairn("eval grade pairs.jsonl --out - --json"), "two outputs", WORDS("--json", "--out"));
}

static void two_answers_are_judged_on_the_command_line(void **state) {
    (void)state;
    const outcome *o = expect_ok(cairn("eval grade --answer '\\frac43' --reference '4/3'"));
    assert_true(strncmp(o->out, "right by the rule `", 19) == 0);
    assert_null(strchr(strchr(o->out, '\n') + 1, '\n'));
    o = expect_ok(cairn("eval grade --answer '\\frac43' --reference '5/3' --explain"));
    assert_true(strncmp(o->out, "wrong by the rule `", 19) == 0);
    assert_true(says(o, "answer     \\frac43\n"));
    assert_true(says(o, "reference  5/3\n"));
    json_t *one = parsed(cairn("eval grade --answer '\\frac43' --reference '4/3' --json"));
    assert_string_equal(text_of(one, "verdict"), "right");
    assert_true(*text_of(one, "why") && *text_of(one, "answer_read") && *text_of(one, "reference_read"));
    json_decref(one);
    expect_one_sentence(cairn("eval grade"), "nothing", WORDS("--answer", "--reference"));
    expect_one_sentence(cairn("eval grade --answer 7"), "one of two", WORDS("--reference"));
    write_text("pairs.jsonl", "{\"answer\":\"7\",\"reference\":\"7\"}\n");
    expect_one_sentence(cairn("eval grade pairs.jsonl --answer 7 --reference 7"), "both", WORDS("--answer-field"));
}

static void the_answer_is_found_in_a_solution(void **state) {
    (void)state;
    write_text("solutions.jsonl", "{\"prediction\":\"3 + 4 = 7, so \\\\boxed{7}.\",\"reference\":\"7\"}\n"
                                  "{\"prediction\":\"I do not know.\",\"reference\":\"7\"}\n");
    json_t *all = parsed(cairn("eval grade solutions.jsonl --find --json"));
    assert_int_equal(whole(all, "right"), 1);
    assert_int_equal(whole(all, "unknown"), 1);
    assert_int_equal(json_array_size(json_object_get(all, "found")), 2);
    json_decref(all);
    const outcome *o = expect_ok(cairn("eval grade --answer 'So the answer is 7.' --reference 7 --find"));
    assert_true(says(o, "right by the rule"));
    assert_true(says(o, "answer 7, found by `"));
}

/* 3.14 is not 3.1416, but within a relative 1e-2 of it; 30 is a hundred times 0.3. */
static void tolerance_and_percentages_are_asked_for(void **state) {
    (void)state;
    assert_true(says(cairn("eval grade --answer 3.15 --reference 3.1416"), "wrong by"));
    assert_true(says(cairn("eval grade --answer 3.15 --reference 3.1416 --tolerance 1e-2"), "right by"));
    assert_true(says(cairn("eval grade --answer 30 --reference 0.3"), "wrong by"));
    assert_true(says(cairn("eval grade --answer 30 --reference 0.3 --percent-hundredfold"), "right by"));
}

/* Every rule that decides one of these pairs stands in the page, and there are many. */
static void the_page_tells_the_rules(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"4/3", "4/3"},
                                           {"2\\\\sqrt3", "\\\\sqrt{12}"},
                                           {"3.142", "\\\\pi"},
                                           {"(x+2)/7", "x/7 + 2/7"},
                                           {"50%", "0.5"},
                                           {"50", "50%"},
                                           {"90 minutes", "1.5 hours"},
                                           {"5 kg", "5 m"},
                                           {"5", "5 cm"},
                                           {"\\\\pi", "180^\\\\circ"},
                                           {"1:2", "2:4"},
                                           {"(1,4.5)", "(1,9/2)"},
                                           {"1, 2", "2, 1"},
                                           {"\\\\{1,2\\\\}", "\\\\{2,3\\\\}"},
                                           {"(0.6,2]", "(3/5,2]"},
                                           {"x=5", "5"},
                                           {"2x+4y=3", "4x+8y=6"},
                                           {"2:30 PM", "3:30 PM"},
                                           {"yes", "no"},
                                           {"3 4", "34"},
                                           {"", "7"}};
    static char page[65536];
    FILE *file = fopen(in_folder("rules.jsonl"), "w");
    assert_non_null(file);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        fprintf(file, "{\"answer\":\"%s\",\"reference\":\"%s\"}\n", pairs[i][0], pairs[i][1]);
    fclose(file);
    read_into(CAIRN_SOURCE_DIR "/docs/answers.md", page, sizeof page);
    json_t *all = parsed(cairn("eval grade rules.jsonl --json")), *rules = json_object_get(all, "rules");
    assert_true(json_array_size(rules) >= 12);
    for (size_t i = 0; i < json_array_size(rules); i++) {
        char name[64];
        snprintf(name, sizeof name, "`%s`", text_of(json_array_get(rules, i), "rule"));
        if (!strstr(page, name)) fail_msg("docs/answers.md does not have the rule %s", name);
    }
    json_decref(all);
}

static void hostile_texts_do_not_reach_the_terminal(void **state) {
    (void)state;
    write_text("hostile.jsonl",
               "{\"answer\":\"\\u001b[31m7\\u202e\\nx\",\"reference\":\"\\u0007\\u2028@7\",\"expect\":\"right\"}\n");
    const outcome *o = expect_ok(cairn("eval grade hostile.jsonl --explain"));
    if (strpbrk(o->out, "\033\a") || says(o, "\xE2\x80\xAE") || says(o, "\xE2\x80\xA8")) fail_msg("%s", o->out);
    assert_true(says(o, "\\x1B[31m7") || says(o, "\\x1b[31m7"));
    o = expect_ok(cairn("eval grade hostile.jsonl --json"));
    if (strpbrk(o->out, "\033\a") || says(o, "\xE2\x80\xAE")) fail_msg("%s", o->out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_json_lines_an_array_or_csv),
        cmocka_unit_test(fields_are_known_by_their_usual_names),
        cmocka_unit_test(verdicts_are_counted_against_those_that_the_file_expects),
        cmocka_unit_test(the_pairs_of_one_problem_are_taken_together),
        cmocka_unit_test(bad_rows_are_named_or_passed_over),
        cmocka_unit_test(every_pair_is_written_with_its_verdict_and_rule),
        cmocka_unit_test(two_answers_are_judged_on_the_command_line),
        cmocka_unit_test(the_answer_is_found_in_a_solution),
        cmocka_unit_test(tolerance_and_percentages_are_asked_for),
        cmocka_unit_test(the_page_tells_the_rules),
        cmocka_unit_test(hostile_texts_do_not_reach_the_terminal),
    };
    return cmocka_run_group_tests_name("grade", tests, make_folder, remove_folder);
}

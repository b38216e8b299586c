/* cairn label as a user meets it, above all with solutions of their own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "command.h"

/* A policy that never errs completes right prefixes rightly and wrong ones wrongly: labels are certain. */
#define SURE "--world chain:steps=8 --policy scripted:error=0"

static int64_t count_of(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!json_is_integer(value)) fail_msg("no field %s", field);
    return json_integer_value(value);
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

/* Solution `i` of a file of labels has this id and these labels. */
static void assert_labels(const char *name, size_t i, const char *id, const char *labels) {
    json_t *all = lines_of(name), *expected = json_loads(labels, 0, NULL);
    const json_t *label = json_array_get(all, i);
    assert_non_null(label);
    assert_string_equal(json_string_value(json_object_get(label, "id")), id);
    assert_true(json_equal(json_object_get(label, "labels"), expected));
    json_decref(expected);
    json_decref(all);
}

/* Solutions of 60 problems, two of each, some with a mistake that the world has marked. */
static void write_traces(void) {
    assert_int_equal(
        cairn("world traces chain:steps=8 --policy scripted:error=0.1 -n 60 --samples 2 --out traces.jsonl")->status,
        0);
}

/* ---- solutions of a file --------------------------------------------------------------------------------------------- */

static void every_solution_of_the_file_is_labelled_with_its_own_first_mistake(void **state) {
    (void)state;
    write_traces();
    json_t *r =
        parsed(cairn("label " SURE " --solutions traces.jsonl -n 60 --method mc:rollouts=2 --out labels.jsonl --json"));
    json_t *traces = lines_of("traces.jsonl"), *labels = lines_of("labels.jsonl");
    assert_int_equal(count_of(r, "solutions"), 120);
    assert_int_equal(json_array_size(labels), 120);
    int64_t mistakes = 0;
    for (size_t i = 0; i < 120; i++) { /* the traces stand in order of the problems */
        const json_t *trace = json_array_get(traces, i), *label = json_array_get(labels, i);
        const json_t *mistake = json_object_get(trace, "mistake_index"), *verdicts = json_object_get(label, "labels");
        char id[16];
        snprintf(id, sizeof id, "%zu", i + 1); /* the line */
        assert_string_equal(json_string_value(json_object_get(label, "id")), id);
        assert_true(json_equal(json_object_get(trace, "steps"), json_object_get(label, "completions")));
        assert_true(json_equal(json_object_get(trace, "input"), json_object_get(label, "prompt")));
        assert_true(json_equal(json_object_get(trace, "target"), json_object_get(label, "target")));
        assert_true(json_is_boolean(json_object_get(label, "correct")));
        assert_true(json_is_true(json_object_get(label, "correct")) == json_is_null(mistake));
        for (size_t m = 0; m < 8; m++) {
            bool right = json_is_null(mistake) || (json_int_t)m < json_integer_value(mistake);
            assert_true(json_is_true(json_array_get(verdicts, m)) == right);
        }
        mistakes += !json_is_null(mistake);
    }
    assert_true(mistakes > 40);
    assert_int_equal(count_of(r, "located"), mistakes);
    assert_int_equal(count_of(r, "exact_locations"), mistakes);
    assert_int_equal(count_of(r, "rollouts"), 120 * 7 * 2);
    assert_int_equal(count_of(r, "steps"), 120 * 28 * 2); /* 7 behind the first, ..., 1 behind the seventh */
    assert_true(count_of(r, "tokens") > count_of(r, "steps"));
    json_decref(traces);
    json_decref(labels);
    json_decref(r);
}

static void omegaprm_bisects_the_wrong_ones_of_the_file(void **state) {
    (void)state;
    write_traces();
    json_t *r = parsed(cairn(
        "label " SURE
        " --solutions traces.jsonl -n 60 --method omegaprm:question_filter=0,rollouts=1 --out labels.jsonl --json"));
    json_t *traces = lines_of("traces.jsonl"), *labels = lines_of("labels.jsonl");
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *label = json_array_get(labels, i);
        long line = strtol(json_string_value(json_object_get(label, "id")), NULL, 10);
        const json_t *trace = json_array_get(traces, (size_t)line - 1);
        assert_true(json_equal(json_object_get(trace, "steps"), json_object_get(label, "completions")));
        assert_true(json_is_integer(json_object_get(trace, "mistake_index")));
    }
    assert_true(json_array_size(labels) > 40);
    assert_int_equal(count_of(r, "located"), json_array_size(labels));
    assert_int_equal(count_of(r, "exact_locations"), json_array_size(labels));
    json_decref(traces);
    json_decref(labels);
    json_decref(r);
}

static void written_labels_can_be_labelled_again(void **state) {
    (void)state;
    write_traces();
    assert_int_equal(
        cairn("label " SURE " --solutions traces.jsonl -n 60 --method mc:rollouts=1 --out once.jsonl")->status, 0);
    assert_int_equal(
        cairn("label " SURE " --solutions once.jsonl -n 60 --method mc:rollouts=1 --out twice.jsonl")->status, 0);
    assert_same_files("once.jsonl", "twice.jsonl");
    assert_int_equal(
        cairn("label " SURE " --solutions once.jsonl -n 60 --method mc:rollouts=1 --labels soft --out soft.jsonl")
            ->status,
        0);
    json_t *soft = lines_of("soft.jsonl");
    assert_true(json_is_array(json_object_get(json_array_get(soft, 0), "scores")));
    json_decref(soft);
}

/* The solutions of a problem of text, whatever its order in the file, are its own; one problem has none. */
static void solutions_are_found_by_their_problems_text(void **state) {
    (void)state;
    write_traces();
    char command[512];
    snprintf(command, sizeof command, "cd %s && tail -n 40 traces.jsonl | sort >some.jsonl", folder);
    assert_int_equal(system(command), 0);
    json_t *r =
        parsed(cairn("label " SURE " --solutions some.jsonl -n 60 --method mc:rollouts=1 --out labels.jsonl --json"));
    assert_int_equal(count_of(r, "problems"), 60);
    assert_int_equal(count_of(r, "solutions"), 40);
    assert_int_equal(count_of(r, "rollouts"), 40 * 7); /* nothing is sampled for problems without */
    assert_int_equal(count_of(r, "located"), count_of(r, "exact_locations"));
    assert_int_equal(count_of(r, "judged_locations"), count_of(r, "located"));
    json_decref(r);
}

/* ---- the same bytes --------------------------------------------------------------------------------------------------- */

static void labels_do_not_depend_on_workers_or_on_what_is_in_flight(void **state) {
    (void)state;
    static const char *const methods[] = {"mc:rollouts=4,order=bisect", "omegaprm:searches=10"};
    static const char *const ways[] = {"--workers 1 --in-flight 1", "--workers 2", "--workers 7 --in-flight 3"};
    write_traces();
    for (int m = 0; m < 2; m++)
        for (int w = 0; w < 3; w++) {
            outcome *o = cairn(
                "label --world chain:steps=8 --policy scripted:error=0.1,repair=0.02 --solutions traces.jsonl -n 60 "
                "--method %s --run way-%d%d.db --out way-%d%d.jsonl %s",
                methods[m], m, w, m, w, ways[w]);
            if (o->status) fail_msg("%s", o->error);
            assert_int_equal(cairn("run export way-%d%d.db --out way-%d%d.export", m, w, m, w)->status, 0);
            if (w == 0) continue;
            char first[64], this[64];
            for (int e = 0; e < 2; e++) {
                snprintf(first, sizeof first, "way-%d0.%s", m, e ? "export" : "jsonl");
                snprintf(this, sizeof this, "way-%d%d.%s", m, w, e ? "export" : "jsonl");
                assert_same_files(first, this);
            }
        }
}

static void a_killed_run_goes_on_from_its_file_alone(void **state) {
    (void)state;
    static const char how[] =
        "label --world chain:steps=8 --policy scripted:error=0.1 --solutions traces.jsonl -n 60 --skip-bad";
    write_traces();
    assert_int_equal(cairn("%s --run whole.db", how)->status, 0);
    assert_int_equal(cairn("run export whole.db --out whole.jsonl")->status, 0);
    for (int at = 5; at <= 55; at += 25) {
        outcome *o = cairn("CAIRN_FAULTS=kill=%d %s --run killed-%d.db", at, how, at);
        assert_int_equal(o->status, 137);
        o = cairn("run resume killed-%d.db --workers 1", at);
        if (o->status) fail_msg("%s", o->error);
        char name[64];
        snprintf(name, sizeof name, "killed-%d.jsonl", at);
        assert_int_equal(cairn("run export killed-%d.db --out %s", at, name)->status, 0);
        assert_same_files("whole.jsonl", name);
    }
}

static void the_manifest_holds_the_files_key_and_another_file_does_not_resume(void **state) {
    (void)state;
    write_traces();
    assert_int_equal(cairn("label " SURE " --solutions traces.jsonl -n 60 --run kept.db")->status, 0);
    assert_int_equal(cairn("label " SURE " -n 60 --run sampled.db")->status, 0);
    assert_non_null(strstr(cairn("run show kept.db")->out, "solutions_file   traces.jsonl"));
    const char *key = strstr(cairn("run show kept.db")->out, "solutions_key");
    assert_non_null(key);
    assert_null(strstr(key, "solutions_key    0000000000000000"));
    assert_non_null(strstr(cairn("run show sampled.db")->out, "solutions_key    0000000000000000"));
    char command[256];
    snprintf(command, sizeof command, "cd %s && sed 2d traces.jsonl >short.jsonl && mv short.jsonl traces.jsonl",
             folder);
    assert_int_equal(system(command), 0);
    assert_one_clear_error(cairn("run resume kept.db"), WORDS("kept.db", "solutions_key"));
    assert_one_clear_error(cairn("label " SURE " -n 60 --run kept.db --resume"), WORDS("solutions_file"));
}

/* ---- a user's own problems and program ----------------------------------------------------------------------------------- */

/* Says 5 at the end, and 4 where a step before says that something is odd. Answers each request by its id. */
#define PROGRAM                                                         \
    "while read -r line; do id=${line#*'\"id\":'}; id=${id%%[,\\}]*}; " \
    "case $line in *odd*) n=4;; *) n=5;; esac; "                        \
    "echo \"{\\\"id\\\":$id,\\\"text\\\":\\\"The answer is $n\\\",\\\"end\\\":true}\"; done"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static void write_program(void) {
    write_text("model.sh", PROGRAM "\n");
}

static const char own[] = "{\"input\":\"2 + 3 =\",\"steps\":[\"We add.\",\"This is odd.\",\"So it goes.\",\"The answer "
                          "is 4\"],\"target\":\"5\","
                          "\"answer\":\"4\",\"mistake_index\":1}\n"
                          "{\"input\":\"1 + 4 =\",\"steps\":[\"We add.\",\"The answer is "
                          "5\"],\"target\":\"5\",\"answer\":\"5\",\"mistake_index\":null}\n"
                          "{\"input\":\"2 + 3 =\",\"steps\":[\"How odd.\",\"The answer is "
                          "4\"],\"target\":\"5\",\"answer\":\"4\",\"mistake_index\":0}\n";

static void a_users_file_and_program_are_all_it_takes(void **state) {
    (void)state;
    write_program();
    write_text("own.jsonl", own);
    json_t *r = parsed(cairn("label --world text --solutions own.jsonl --policy 'exec:sh model.sh' --method "
                             "mc:rollouts=3 --out labels.jsonl --json"));
    assert_int_equal(count_of(r, "problems"), 2);
    assert_int_equal(count_of(r, "solutions"), 3);
    assert_int_equal(count_of(r, "located"), 2);
    assert_int_equal(count_of(r, "judged_locations"), 0); /* words: the world cannot tell */
    assert_int_equal(count_of(r, "rollouts"), (3 + 1 + 1) * 3);
    assert_int_equal(count_of(r, "unknown_rollouts"), 0);
    json_decref(r);
    assert_labels("labels.jsonl", 0, "1", "[true,false,false,false]"); /* in order of the problems */
    assert_labels("labels.jsonl", 1, "3", "[false,false]");
    assert_labels("labels.jsonl", 2, "2", "[true,true]");
}

static void a_count_takes_the_first_problems_of_the_file(void **state) {
    (void)state;
    write_program();
    write_text("own.jsonl", own);
    json_t *r =
        parsed(cairn("label --world text --solutions own.jsonl -n 1 --policy 'exec:sh model.sh' --method mc --json"));
    assert_int_equal(count_of(r, "problems"), 1);
    assert_int_equal(count_of(r, "solutions"), 2);
    json_decref(r);
    /* Without solutions a hundred problems are generated. */
    r = parsed(cairn("label --world chain:steps=2 --method mc:solutions=1,rollouts=1 --json"));
    assert_int_equal(count_of(r, "problems"), 100);
    json_decref(r);
}

/* ProcessBench says whether a solution is right but not what the answer is: no completion can be checked, and that is
 * said. */
static void without_true_answers_only_the_recorded_outcomes_are_labels(void **state) {
    (void)state;
    write_program();
    write_text(
        "bench.jsonl",
        "{\"id\":\"gsm8k-0\",\"problem\":\"2 + 3 =\",\"steps\":[\"We add.\",\"This is odd.\",\"The answer is 4\"],"
        "\"final_answer_correct\":false,\"label\":1}\n");
    json_t *r = parsed(cairn("label --world text --solutions bench.jsonl --policy 'exec:sh model.sh' --method "
                             "mc:rollouts=3 --out labels.jsonl --json"));
    assert_int_equal(count_of(r, "rollouts"), 6);
    assert_int_equal(count_of(r, "unknown_rollouts"), 6);
    assert_int_equal(count_of(r, "located"), 0);
    assert_int_equal(count_of(r, "labelled_steps"), 1);
    json_decref(r);
    assert_labels("labels.jsonl", 0, "gsm8k-0", "[null,null,false]");
    assert_non_null(strstr(
        cairn("label --world text --solutions bench.jsonl --policy 'exec:sh model.sh' --method mc:rollouts=3")->out,
        "6 of them with an unknown outcome"));
}

/* Two models' solutions of one line, in the file of GSM8K's example solutions. */
static void several_solutions_of_one_line_are_labelled_apart(void **state) {
    (void)state;
    write_program();
    write_text("models.jsonl",
               "{\"question\":\"2 + 3 =\",\"ground_truth\":\"2 + 3 = 5\\nA: 5\","
               "\"small\":{\"is_correct\":false,\"solution\":\"We add.\\nThat is odd.\\nIt is 4.\\nA: 4\"},"
               "\"large\":{\"is_correct\":true,\"solution\":\"We add.\\nIt is 5.\\nA: 5\"}}\n");
    json_t *r = parsed(cairn("label --world text --solutions models.jsonl --policy 'exec:sh model.sh' --method "
                             "mc:rollouts=2 --out labels.jsonl --json"));
    assert_int_equal(count_of(r, "solutions"), 2);
    assert_int_equal(count_of(r, "located"), 1);
    json_decref(r);
    assert_labels("labels.jsonl", 0, "1/small", "[true,false,false]");
    assert_labels("labels.jsonl", 1, "1/large", "[true,true]");
}

/* ---- bad input ------------------------------------------------------------------------------------------------------------- */

static void a_solution_of_an_unknown_problem_is_named_or_passed_over(void **state) {
    (void)state;
    char command[512];
    write_traces();
    write_text("own.jsonl", own);
    snprintf(command, sizeof command,
             "cd %s && (head -n 3 traces.jsonl; cat own.jsonl; tail -n 3 traces.jsonl) >mixed.jsonl", folder);
    assert_int_equal(system(command), 0);
    assert_one_clear_error(cairn("label " SURE " --solutions mixed.jsonl -n 60"),
                           WORDS("mixed.jsonl:4", "problem", "60"));
    outcome *o = cairn("label " SURE " --solutions mixed.jsonl -n 60 --skip-bad --json");
    for (int line = 4; line <= 6; line++) {
        char name[32];
        snprintf(name, sizeof name, "mixed.jsonl:%d", line);
        assert_non_null(strstr(o->error, name));
    }
    json_t *r = parsed(o);
    assert_int_equal(count_of(r, "skipped"), 3);
    json_decref(r);
    assert_non_null(strstr(cairn("label " SURE " --solutions mixed.jsonl -n 60 --skip-bad")->out,
                           "3 lines or solutions of mixed.jsonl"));
}

static int occurrences(const char *text, const char *word) {
    int n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++) n++;
    return n;
}

static void a_bad_line_is_named_once_or_passed_over(void **state) {
    (void)state;
    char text[2048];
    write_program();
    snprintf(text, sizeof text, "%sgarbage\n%s", own, own);
    write_text("bad.jsonl", text);
    static const char how[] =
        "label --world text --solutions bad.jsonl --policy 'exec:sh model.sh' --method mc:rollouts=2";
    assert_one_clear_error(cairn("%s", how), WORDS("bad.jsonl:4"));
    outcome *o = cairn("%s --skip-bad --json", how);
    assert_int_equal(occurrences(o->error, "bad.jsonl:4"), 1);
    json_t *r = parsed(o);
    assert_int_equal(count_of(r, "skipped"), 1);
    assert_int_equal(count_of(r, "solutions"), 6);
    json_decref(r);
    /* The problems of another file, the solutions of the bad one. */
    write_text("own.jsonl", own);
    o = cairn("%s --problems own.jsonl --skip-bad --json", how);
    assert_int_equal(occurrences(o->error, "bad.jsonl:4"), 1);
    r = parsed(o);
    assert_int_equal(count_of(r, "skipped"), 1);
    json_decref(r);
    /* Of a file of problems too, where the solutions are sampled. */
    o = cairn(
        "label --world text --problems bad.jsonl --policy 'exec:sh model.sh' --method mc:rollouts=1 --skip-bad --json");
    assert_int_equal(occurrences(o->error, "bad.jsonl:4"), 1);
    r = parsed(o);
    assert_int_equal(count_of(r, "problems"), 2);
    json_decref(r);
}

static void what_cannot_be_read_or_used_is_one_clear_error(void **state) {
    (void)state;
    write_file("empty.jsonl", "", 0);
    write_traces();
    assert_one_clear_error(cairn("label " SURE " --solutions absent.jsonl"), WORDS("absent.jsonl"));
    assert_one_clear_error(cairn("label " SURE " --solutions empty.jsonl"), WORDS("empty.jsonl"));
    assert_one_clear_error(cairn("label " SURE " --solutions -"), WORDS("--solutions", "standard input"));
    assert_one_clear_error(cairn("label --world text --policy 'exec:cat'"), WORDS("text", "file"));
    assert_one_clear_error(cairn("label --policy ''"), WORDS("policy"));
    assert_one_clear_error(cairn("label --method omegaprn"), WORDS("omegaprn", "omegaprm"));
    assert_one_clear_error(cairn("label --method mc:order=middle"), WORDS("order", "middle"));
    assert_one_clear_error(cairn("label --reward exact"), WORDS("no option `reward`"));
    assert_one_clear_error(cairn("eval labels --reward exact"), WORDS("no option `reward`"));
    assert_one_clear_error(cairn("label --aggregate min"), WORDS("no option `aggregate`"));
    assert_one_clear_error(cairn("label -n 3 --out absent/labels.jsonl"), WORDS("absent/labels.jsonl"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_solution_of_the_file_is_labelled_with_its_own_first_mistake),
        cmocka_unit_test(omegaprm_bisects_the_wrong_ones_of_the_file),
        cmocka_unit_test(written_labels_can_be_labelled_again),
        cmocka_unit_test(solutions_are_found_by_their_problems_text),
        cmocka_unit_test(labels_do_not_depend_on_workers_or_on_what_is_in_flight),
        cmocka_unit_test(a_killed_run_goes_on_from_its_file_alone),
        cmocka_unit_test(the_manifest_holds_the_files_key_and_another_file_does_not_resume),
        cmocka_unit_test(a_users_file_and_program_are_all_it_takes),
        cmocka_unit_test(a_count_takes_the_first_problems_of_the_file),
        cmocka_unit_test(without_true_answers_only_the_recorded_outcomes_are_labels),
        cmocka_unit_test(several_solutions_of_one_line_are_labelled_apart),
        cmocka_unit_test(a_solution_of_an_unknown_problem_is_named_or_passed_over),
        cmocka_unit_test(a_bad_line_is_named_once_or_passed_over),
        cmocka_unit_test(what_cannot_be_read_or_used_is_one_clear_error),
    };
    return cmocka_run_group_tests_name("label", tests, make_folder, remove_folder);
}

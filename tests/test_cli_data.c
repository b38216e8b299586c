/* Verbs on data sets, and labels files in formats of others: every count worked by hand. */
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

static const char *text_of(const char *name) {
    static char text[65536];
    read_into(in_folder(name), text, sizeof text);
    return text;
}

static int lines_in(const char *name) {
    int n = 0;
    for (const char *c = text_of(name); *c; c++) n += *c == '\n';
    return n;
}

static json_int_t count_of(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!json_is_integer(value)) fail_msg("no count %s", field);
    return json_integer_value(value);
}

/* Runs "cairn <words> --json" and compares counts, "name=3 name=0 ...", with those of the answer or else of its first
 * file. */
static void expect_counts(const char *words, const char *counts) {
    json_t *r = parsed(cairn("%s --json", words));
    json_t *file = json_array_get(json_object_get(r, "files"), 0);
    char name[64];
    int value, length;
    for (const char *at = counts; sscanf(at, " %63[^=]=%d%n", name, &value, &length) == 2; at += length) {
        const json_t *in = json_object_get(r, name) ? r : file;
        if (count_of(in, name) != value) fail_msg("%s: %s is %d, not %d", words, name, (int)count_of(in, name), value);
    }
    json_decref(r);
}

/* Three solutions of P (two alike, with opposite labels), one of R that nobody labelled, one of S with a soft label. */
static const char mixed[] =
    "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"labels\":[true,true],\"id\":\"1\",\"subset\":\"x\"}\n"
    "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"labels\":[true,false],\"id\":\"2\",\"subset\":\"x\"}\n"
    "{\"prompt\":\"P\",\"completions\":[\"c\"],\"labels\":[false],\"id\":\"3\",\"answer\":\"4\",\"correct\":false}\n"
    "{\"prompt\":\"R\",\"completions\":[\"a\",\" \",\"b\\nb\"],\"id\":\"4\",\"subset\":\"y\"}\n"
    "{\"prompt\":\"S\",\"completions\":[\"a\",\"b\",\"c\",\"d\"],\"scores\":[null,0.75,0,null],\"id\":\"5\"}\n";

static void test_check_counts_what_is_there(void **state) {
    (void)state;
    write_text("mixed.jsonl", mixed);
    expect_counts("data check mixed.jsonl",
                  "records=5 skipped=0 problems=3 flawed=2 clean=1 open=2 answered=1 correct=0 incorrect=1 steps=12 "
                  "right_steps=3 wrong_steps=3 soft_steps=1 unlabelled_steps=5 duplicates=1 contradictory_steps=1 "
                  "right_after_wrong=0 stepless=0 empty_steps=1 steps_with_line_break=1 steps_with_mark=0 bad=0");
}

static void test_check_reads_on_after_bad_lines_and_fails_at_the_end(void **state) {
    (void)state;
    char text[2048];
    snprintf(text, sizeof text, "%s{\"prompt\":7}\n%.*s", mixed, 60, mixed);
    write_text("bad.jsonl", text);
    const outcome *o = cairn("data check bad.jsonl");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->out, "5 records read"));
    assert_non_null(strstr(o->error, "bad.jsonl:6: field `prompt`"));
    assert_non_null(strstr(o->error, "cairn: bad.jsonl: 2 bad lines"));
}

static void test_convert_says_what_a_format_does_not_hold(void **state) {
    (void)state;
    write_text("mixed.jsonl", mixed);
    const outcome *o = cairn("data convert mixed.jsonl --format trl --out trl.jsonl");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "record `4` cannot be written: its step 1 has no label"));
    assert_false(is_there("trl.jsonl"));
    /* of S: right before the right step, wrong after the wrong one */
    expect_counts("data convert mixed.jsonl --format trl --fill --skip-bad --out trl.jsonl",
                  "records=5 written=4 written_steps=9 filled=2 refused=1");
    assert_string_equal(
        text_of("trl.jsonl"),
        "{\"completions\":[\"a\",\"b\"],\"labels\":[true,true],\"prompt\":\"P\"}\n"
        "{\"completions\":[\"a\",\"b\"],\"labels\":[true,false],\"prompt\":\"P\"}\n"
        "{\"completions\":[\"c\"],\"labels\":[false],\"prompt\":\"P\"}\n"
        "{\"completions\":[\"a\",\"b\",\"c\",\"d\"],\"labels\":[true,true,false,false],\"prompt\":\"S\"}\n");
    o = cairn("data convert mixed.jsonl --format trl --fill --skip-bad --out -");
    assert_string_equal(o->out, text_of("trl.jsonl"));
    assert_non_null(strstr(o->error, "trl does not hold: ids of 1 record, soft labels of 1 record (written as right "
                                     "from 0.5 on), answers of 1 record, outcomes of 1 record, subsets of 2 records"));
}

static void test_a_conversion_there_and_back_changes_nothing(void **state) {
    (void)state;
    write_text("mixed.jsonl", mixed);
    expect_ok(cairn("data convert mixed.jsonl --out once.jsonl"));
    expect_ok(cairn("data convert once.jsonl --out twice.jsonl"));
    expect_same_files("once.jsonl", "twice.jsonl");
    expect_counts("data check once.jsonl", "records=5 flawed=2 clean=1 open=2 unlabelled_steps=5 soft_steps=1");
}

static void test_merge_keeps_the_first_of_equal_solutions(void **state) {
    (void)state;
    write_text("mixed.jsonl", mixed);
    write_text("other.jsonl", "{\"prompt\":\"P\",\"completions\":[\"c\"],\"labels\":[false]}\n"
                              "{\"prompt\":\"R\",\"completions\":[\"a\",\" \",\"b\\nb\"],\"labels\":[true,true,true]}\n"
                              "{\"prompt\":\"P\",\"completions\":[\"ab\"],\"labels\":[true]}\n");
    expect_counts("data merge mixed.jsonl other.jsonl --out all.jsonl",
                  "records=8 duplicates=3 contradicting=1 labelled_duplicates=1 written=5");
}

static void test_filters_are_counted_by_the_first_that_fails(void **state) {
    (void)state;
    write_text("mixed.jsonl", mixed);
    expect_counts("data filter mixed.jsonl --min-steps 2 --max-steps 3 --labelled --out f.jsonl",
                  "written=2 left_out_by_steps=2 left_out_unlabelled=1");
    expect_counts("data filter mixed.jsonl --right --out f.jsonl", "written=1 left_out_not_right=4");
    expect_counts("data filter mixed.jsonl --wrong --out f.jsonl", "written=3 left_out_not_wrong=2");
    write_text("soft.jsonl", "{\"prompt\":\"P\",\"completions\":[\"a\"],\"scores\":[0.25]}\n"
                             "{\"prompt\":\"P\",\"completions\":[\"b\"],\"scores\":[0]}\n");
    expect_counts("data filter soft.jsonl --wrong --out f.jsonl", "written=2");
    expect_counts("data filter soft.jsonl --wrong --right-from 0 --out f.jsonl", "written=1");
    expect_counts("data filter mixed.jsonl --subset x --out f.jsonl", "written=2 left_out_by_subset=3");
    expect_counts("data filter mixed.jsonl --answered --incorrect --out f.jsonl",
                  "written=1 left_out_unanswered=4 left_out_by_outcome=0");
    assert_non_null(
        strstr(cairn("data filter mixed.jsonl --right --wrong --out f.jsonl")->error, "both right and wrong"));
}

static void test_balance_draws_as_many_of_every_class(void **state) {
    (void)state;
    char text[8192] = "";
    size_t n = 0;
    for (int i = 0; i < 40; i++)
        n +=
            (size_t)snprintf(text + n, sizeof text - n, "{\"prompt\":\"%d\",\"completions\":[\"a\"],\"labels\":[%s]}\n",
                             i, i % 4 ? "true" : "false");
    write_text("many.jsonl", text);
    expect_counts("data balance many.jsonl --out even.jsonl", "records=40 of_each_class=10 unclassed=0 written=20");
    expect_counts("data check even.jsonl", "right_steps=10 wrong_steps=10 duplicates=0");
    expect_ok(cairn("data balance many.jsonl --out again.jsonl"));
    expect_same_files("even.jsonl", "again.jsonl");
    expect_ok(cairn("data balance many.jsonl --seed 2 --out other.jsonl"));
    char command[600];
    snprintf(command, sizeof command, "cmp -s %s %s", in_folder("even.jsonl"), in_folder("other.jsonl"));
    assert_int_not_equal(system(command), 0); /* chance of an equal draw: below 1e-8 */
    write_text("mixed.jsonl", mixed);
    expect_counts("data balance mixed.jsonl --by subset --out s.jsonl", "of_each_class=1 unclassed=2 written=2");
    expect_counts("data balance mixed.jsonl --by length --out s.jsonl", "of_each_class=1 unclassed=0 written=3");
    assert_non_null(strstr(cairn("data balance mixed.jsonl --by domain --out s.jsonl")->error, "no class"));
}

static void test_no_problem_is_on_both_sides_of_a_split(void **state) {
    (void)state;
    char text[65536] = "";
    size_t n = 0;
    for (int i = 0; i < 400; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "{\"prompt\":\"problem %d\",\"completions\":[\"%d\"],\"labels\":[true]}\n", i % 200, i);
    write_text("many.jsonl", text);
    json_t *r = parsed(cairn("data split many.jsonl --dev-share 0.25 --out train.jsonl --dev-out dev.jsonl --json"));
    json_int_t train = count_of(r, "problems"), dev = count_of(r, "dev_problems");
    assert_int_equal(train + dev, 200);
    assert_true(dev > 25 && dev < 75); /* 50 expected, standard deviation 6 */
    json_decref(r);
    assert_int_equal(lines_in("train.jsonl"), 2 * train);
    assert_int_equal(lines_in("dev.jsonl"), 2 * dev);
    expect_ok(cairn("data merge train.jsonl dev.jsonl --out both.jsonl"));
    expect_counts("data check both.jsonl", "records=400 problems=200");
    /* a part of the file falls on the same sides */
    text[n / 2] = 0;
    *(strrchr(text, '\n') + 1) = 0;
    write_text("half.jsonl", text);
    expect_ok(cairn("data split half.jsonl --dev-share 0.25 --out t.jsonl --dev-out d.jsonl"));
    char counts[64];
    snprintf(counts, sizeof counts, "written=%d duplicates=%d", lines_in("dev.jsonl"), lines_in("d.jsonl"));
    expect_counts("data merge dev.jsonl d.jsonl --out u.jsonl", counts);
}

static void test_outputs_are_never_inputs(void **state) {
    (void)state;
    write_text("mixed.jsonl", mixed);
    assert_int_equal(symlink("mixed.jsonl", in_folder("link.jsonl")), 0);
    static const char *const words[] = {"data convert mixed.jsonl --out mixed.jsonl",
                                        "data convert mixed.jsonl --out ./mixed.jsonl",
                                        "data convert mixed.jsonl --out link.jsonl",
                                        "data merge other.jsonl link.jsonl --out mixed.jsonl",
                                        "data filter mixed.jsonl --out link.jsonl",
                                        "data balance mixed.jsonl --out link.jsonl",
                                        "data split mixed.jsonl --out t.jsonl --dev-out link.jsonl",
                                        "label --world text --solutions mixed.jsonl --out link.jsonl"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const outcome *o = cairn("%s", words[i]);
        if (o->status != 2 || !strstr(o->error, "are one file")) fail_msg("%s: %s", words[i], o->error);
        assert_string_equal(text_of("mixed.jsonl"), mixed);
    }
    assert_non_null(strstr(cairn("data convert mixed.jsonl")->error, "--out FILE"));
    assert_non_null(strstr(cairn("data convert mixed.jsonl --out - --json")->error, "both want standard output"));
    assert_non_null(strstr(cairn("data split mixed.jsonl --out a --dev-out a")->error, "are one file"));
}

/* ---- labels of a run --------------------------------------------------------------------------------------------------- */

#define LABEL \
    "label --world chain:steps=6 --policy scripted:error=0.1 -n 12 --method mc:rollouts=4,order=bisect,solutions=2 "

static void test_a_resumed_run_writes_the_labels_file_that_was_named_first(void **state) {
    (void)state;
    const outcome *o = expect_ok(cairn(LABEL "--run n.db --out n.jsonl --format trl"));
    assert_non_null(
        strstr(o->error, "trl cannot hold 7 records at all, left out")); /* after a first error labels are open */
    expect_ok(cairn(LABEL "--run l.db --out l.jsonl --format trl --fill"));
    assert_null(strstr(text_of("l.jsonl"), "null"));
    expect_ok(cairn("run export l.db --format trl --fill --skip-bad --out e.jsonl"));
    expect_same_files("l.jsonl", "e.jsonl");
    write_text("l.jsonl", "stale\n");
    expect_ok(cairn("run resume l.db"));
    expect_same_files("l.jsonl", "e.jsonl");
    expect_ok(cairn("run resume l.db --out named.jsonl"));
    expect_same_files("named.jsonl", "e.jsonl");
    /* a run file from elsewhere does not choose what is overwritten */
    assert_int_equal(mkdir(in_folder("other"), 0700), 0);
    strcat(scratch, "/other");
    expect_one_sentence(cairn("run resume ../l.db"), "elsewhere", WORDS("l.jsonl", "--out"));
    *strrchr(scratch, '/') = 0;
    assert_false(is_there("other/l.jsonl"));
    /* where labels go is no part of what the run is */
    expect_ok(cairn(LABEL "--run l.db --resume --out soft.jsonl --labels soft"));
    assert_non_null(strstr(text_of("soft.jsonl"), "\"scores\":["));
    expect_ok(cairn(LABEL "--run m.db"));
    expect_ok(cairn("run export l.db --out a.jsonl"));
    expect_ok(cairn("run export m.db --out b.jsonl"));
    expect_same_files("a.jsonl", "b.jsonl");
}

static void test_one_value_divides_right_from_wrong(void **state) {
    (void)state;
    expect_ok(cairn(LABEL "--run h.db --out soft.jsonl --labels soft"));
    expect_ok(cairn("run export h.db --format stepwise --out any.jsonl"));
    expect_ok(cairn("run export h.db --format stepwise --right-from 0.75 --out most.jsonl"));
    json_t *soft[64];
    FILE *file = fopen(in_folder("soft.jsonl"), "r"), *any = fopen(in_folder("any.jsonl"), "r"),
         *most = fopen(in_folder("most.jsonl"), "r");
    assert_true(file && any && most);
    int between = 0;
    for (int i = 0; (soft[i] = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)); i++) {
        json_t *a = json_loadf(any, JSON_DISABLE_EOF_CHECK, NULL), *m = json_loadf(most, JSON_DISABLE_EOF_CHECK, NULL);
        json_t *scores = json_object_get(soft[i], "scores"), *as = json_object_get(a, "labels"),
               *ms = json_object_get(m, "labels");
        for (size_t k = 0; k < json_array_size(scores); k++) {
            if (json_is_null(json_array_get(scores, k))) continue;
            double score = json_number_value(json_array_get(scores, k));
            assert_int_equal(json_is_true(json_array_get(as, k)), score > 0);
            assert_int_equal(json_is_true(json_array_get(ms, k)), score >= 0.75);
            between += score > 0 && score < 0.75;
        }
        json_decref(a), json_decref(m), json_decref(soft[i]);
    }
    assert_true(between > 0);
    fclose(file), fclose(any), fclose(most);
}

static void test_candidates_of_kept_trees_are_exported(void **state) {
    (void)state;
    expect_ok(cairn("solve -n 3 --search majority:width=2 --keep-tree --run s.db"));
    expect_ok(cairn("run export s.db --format stepwise --out s.jsonl"));
    expect_counts("data check s.jsonl", "problems=3 stepless=0 answered=6 records=6");
    expect_ok(cairn("solve -n 3 --run bare.db"));
    expect_one_sentence(cairn("run export bare.db --format trl"), "no trees", WORDS("--keep-tree"));
    expect_one_sentence(cairn("run export s.db --fill"), "no format", WORDS("--format"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_check_counts_what_is_there),
        TEST(test_check_reads_on_after_bad_lines_and_fails_at_the_end),
        TEST(test_convert_says_what_a_format_does_not_hold),
        TEST(test_a_conversion_there_and_back_changes_nothing),
        TEST(test_merge_keeps_the_first_of_equal_solutions),
        TEST(test_filters_are_counted_by_the_first_that_fails),
        TEST(test_balance_draws_as_many_of_every_class),
        TEST(test_no_problem_is_on_both_sides_of_a_split),
        TEST(test_outputs_are_never_inputs),
        TEST(test_a_resumed_run_writes_the_labels_file_that_was_named_first),
        TEST(test_one_value_divides_right_from_wrong),
        TEST(test_candidates_of_kept_trees_are_exported),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}

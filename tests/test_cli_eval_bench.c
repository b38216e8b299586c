/* `cairn eval NAME`: official files in, figures out; a reward asked live, killed and resumed; two judges compared; bad
 * files named by line and field. */
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

static double real(const json_t *object, const char *field) {
    const json_t *value = json_object_get(object, field);
    if (!value) fail_msg("no field %s", field);
    return json_is_null(value) ? NAN : json_number_value(value);
}

static void assert_near(double a, double b) {
    if (!(fabs(a - b) < 1e-9)) fail_msg("%.10g, expected %.10g", a, b);
}

/* The row of the table with this name. */
static const json_t *row_of(const json_t *result, const char *name) {
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(result, "rows"), i, row) {
        const char *subset = json_string_value(json_object_get(row, "subset"));
        const char *summary = json_string_value(json_object_get(row, "summary"));
        if (strcmp(subset ? subset : summary, name) == 0) return row;
    }
    fail_msg("no row %s", name);
    return NULL;
}

static void expect_words(const outcome *o, const char *const *words) {
    if (o->status != 2) fail_msg("exit status %d", o->status);
    for (; *words; words++)
        if (!strstr(o->error, *words)) fail_msg("`%s` is not in: %s", *words, o->error);
}
#define EXPECT_WORDS(o, ...) expect_words(o, (const char *const[]){__VA_ARGS__, NULL})

/* Five solutions; labels -1, -1, 2, 0, 3; predictions -1, 1, 2, none, -1 (page of ProcessBench, unit case a). */
static const char five[] =
    "{\"id\":\"a-0\",\"problem\":\"p\",\"steps\":[\"1 + 1 = 2\",\"x\",\"y\",\"z\"],\"label\":-1,\"prediction\":-1}\n"
    "{\"id\":\"a-1\",\"problem\":\"q\",\"steps\":[\"1 + 1 = 2\",\"x\",\"y\",\"z\"],\"label\":-1,\"prediction\":1}\n"
    "{\"id\":\"a-2\",\"problem\":\"r\",\"steps\":[\"x\",\"y\",\"1 + 1 = 3\",\"z\"],\"label\":2,\"prediction\":2}\n"
    "{\"id\":\"a-3\",\"problem\":\"s\",\"steps\":[\"2 + 2 = 5\",\"x\",\"y\",\"z\"],\"label\":0,\"prediction\":null}\n"
    "{\"id\":\"a-4\",\"problem\":\"t\",\"steps\":[\"x\",\"y\",\"z\",\"1 + 2 = 4\"],\"label\":3,\"prediction\":-1}\n";

static void the_published_unit_case(void **state) {
    (void)state;
    write_text("five.jsonl", five);
    json_t *all = parsed(cairn("eval processbench five.jsonl --json"));
    const json_t *row = row_of(all, "a");
    assert_near(real(row, "acc_err"), 1.0 / 3);
    assert_near(real(row, "acc_cor"), 0.5);
    assert_near(real(row, "f1"), 0.4);
    assert_near(real(json_object_get(row, "sums"), "missing"), 1);
    json_decref(all);
}

/* The benchmark and `eval mistakes` are one metric. At 0.5: a-0 clean and accepted, a-1 clean but 0.4 is wrong, a-2 found
 * at 2 (an unknown score before it is passed over), a-3 found at 1 instead of 0, a-4 without a score: neither. So 1 of 3
 * and 1 of 2. */
static void mistakes_and_the_benchmark_agree(void **state) {
    (void)state;
    write_text("five.jsonl", five);
    write_text("by-id.jsonl",
               "{\"id\":\"a-0\",\"scores\":[0.9,0.8,0.7,0.6]}\n{\"id\":\"a-1\",\"scores\":[0.9,0.4,0.9,0.9]}"
               "\n{\"id\":\"a-2\",\"scores\":[0.9,null,0.1,0.2]}\n{\"id\":\"a-3\",\"scores\":[0.9,0.3,0.9,0.9]}\n"
               "{\"id\":\"a-4\",\"scores\":[null,null,null,null]}\n");
    json_t *mistakes =
        parsed(cairn("eval mistakes five.jsonl --reward recorded:file=by-id.jsonl --threshold 0.5 --json --quiet"));
    json_t *bench =
        parsed(cairn("eval processbench five.jsonl --reward recorded:file=by-id.jsonl --threshold 0.5 --json --quiet"));
    const json_t *row = row_of(bench, "a");
    assert_near(real(row, "acc_err"), 1.0 / 3);
    assert_near(real(row, "acc_cor"), 0.5);
    static const char *const figures[] = {"acc_err", "acc_cor", "f1"};
    for (int i = 0; i < 3; i++) assert_near(real(row, figures[i]), real(mistakes, figures[i]));
    json_decref(mistakes);
    json_decref(bench);
}

static void rounding_as_the_paper(void **state) { /* 67 of 207 and 177 of 193: printed 47.9, exactly 47.847 */
    char line[256];
    (void)state;
    FILE *file = fopen(in_folder("counts.jsonl"), "w");
    for (int i = 0; i < 400; i++) {
        bool wrong = i < 207, hit = wrong ? i < 67 : i < 207 + 177;
        snprintf(line, sizeof line, "{\"id\":\"gsm8k-%d\",\"steps\":[\"a\",\"b\"],\"label\":%d,\"prediction\":%d}\n", i,
                 wrong ? 0 : -1, hit ? (wrong ? 0 : -1) : 1);
        fputs(line, file);
    }
    assert_int_equal(fclose(file), 0);
    json_t *exact = parsed(cairn("eval processbench counts.jsonl --json --resamples 0"));
    json_t *paper = parsed(cairn("eval processbench counts.jsonl --json --resamples 0 --variant paper"));
    assert_near(real(row_of(exact, "gsm8k"), "f1"), 2 * (67.0 / 207) * (177.0 / 193) / (67.0 / 207 + 177.0 / 193));
    assert_near(real(row_of(paper, "gsm8k"), "f1"), 0.479);
    json_decref(exact);
    json_decref(paper);
}

static void a_reward_and_its_recorded_scores_give_the_same(void **state) {
    (void)state;
    write_text("five.jsonl", five);
    json_t *live = parsed(cairn("eval processbench five.jsonl --reward calculator --json --items live.jsonl"));
    assert_near(real(row_of(live, "a"), "acc_err"), 1);
    assert_near(real(row_of(live, "a"), "acc_cor"), 1);
    json_t *against = parsed(cairn("eval processbench five.jsonl --json --against live.jsonl"));
    const json_t *difference = json_object_get(row_of(against, "a"), "difference");
    assert_near(real(difference, "acc_cor"), -0.5);
    assert_near(real(against, "both_answered"), 4);
    json_decref(live);
    json_decref(against);
}

/* A program that scores by its own rule, several solutions in flight, gives the table of the same scores in the file. */
static void a_program_and_its_recorded_scores_give_the_same(void **state) {
    char line[256];
    (void)state;
    write_text("my_prm",
               "#!/bin/sh\nexec sed -u -e 's/.*\"id\":\\([0-9]*\\).*wrong.*/{\"id\":\\1,\"score\":0.25}/' -e t -e "
               "'s/.*\"id\":\\([0-9]*\\),.*/{\"id\":\\1,\"score\":0.75}/'\n");
    assert_int_equal(chmod(in_folder("my_prm"), 0755), 0);
    FILE *asked = fopen(in_folder("asked.jsonl"), "w"), *kept = fopen(in_folder("kept.jsonl"), "w");
    for (int i = 0; i < 200; i++) {
        bool wrong = i % 3 == 0;
        snprintf(line, sizeof line, "{\"id\":\"a-%d\",\"problem\":\"p%d\",\"steps\":[\"%s\"],\"label\":%d", i, i,
                 wrong ? "wrong" : "fine", wrong && i % 2 ? 0 : -1);
        fprintf(asked, "%s}\n", line);
        fprintf(kept, "%s,\"scores\":[%s]}\n", line, wrong ? "0.25" : "0.75");
    }
    assert_int_equal(fclose(asked), 0);
    assert_int_equal(fclose(kept), 0);
    json_t *live = parsed(cairn("eval processbench asked.jsonl --reward 'exec:./my_prm' --json --quiet"));
    json_t *recorded = parsed(cairn("eval processbench kept.jsonl --json --quiet"));
    assert_near(real(live, "silent"), 0);
    if (!json_equal(json_object_get(live, "rows"), json_object_get(recorded, "rows")))
        fail_msg("%s\n%s", json_dumps(live, 0), json_dumps(recorded, 0));
    json_decref(live);
    json_decref(recorded);
}

/* Killed at several moments, a run goes on to the same table, and asks for nothing twice. */
static void killed_and_resumed(void **state) {
    char line[256], faults[32];
    (void)state;
    FILE *file = fopen(in_folder("many.jsonl"), "w");
    for (int i = 0; i < 60; i++) {
        snprintf(line, sizeof line,
                 "{\"id\":\"m-%d\",\"problem\":\"p%d\",\"steps\":[\"%d + 1 = %d\",\"%d + 2 = %d\"],\"label\":%d}\n", i,
                 i / 2, i, i + 1, i, i % 3 ? i + 2 : i + 3, i % 3 ? -1 : 1);
        fputs(line, file);
    }
    assert_int_equal(fclose(file), 0);
    char *whole = strdup(expect_ok(cairn("eval processbench many.jsonl --reward calculator --json"))->out);
    assert_non_null(whole);
    for (int at = 3; at < 60; at += 19) {
        snprintf(faults, sizeof faults, "kill=%d", at);
        outcome *o = outcome_of(
            start_cairn(faults, "eval processbench many.jsonl --reward calculator --json --run kept.db --quiet"));
        if (o->status == 128 + SIGKILL)
            o = cairn("eval processbench many.jsonl --reward calculator --json --run kept.db --resume --quiet");
        assert_string_equal(expect_ok(o)->out, whole);
        expect_ok(cairn("run show kept.db"));
        assert_int_equal(unlink(in_folder("kept.db")), 0);
    }
    free(whole);
    EXPECT_WORDS(cairn("eval processbench many.jsonl --resume"), "--resume", "--run");
    EXPECT_WORDS(cairn("eval processbench many.jsonl --run kept.db"), "--run", "--reward");
}

static void where_a_threshold_was_chosen_is_said(void **state) {
    (void)state;
    write_text("scored.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\",\"y\"],\"label\":-1,\"scores\":[0.9,0.8]}\n"
                               "{\"id\":\"a-1\",\"steps\":[\"x\",\"y\"],\"label\":1,\"scores\":[0.9,0.7]}\n");
    write_text("other.jsonl", "{\"id\":\"b-0\",\"steps\":[\"x\",\"y\"],\"label\":-1,\"scores\":[0.9,0.8]}\n"
                              "{\"id\":\"b-1\",\"steps\":[\"x\",\"y\"],\"label\":0,\"scores\":[0.1,0.7]}\n");
    json_t *here = parsed(cairn("eval processbench scored.jsonl --tune-on scored.jsonl --json"));
    json_t *there = parsed(cairn("eval processbench scored.jsonl --tune-on other.jsonl --json"));
    assert_true(json_is_true(json_object_get(here, "tuned_here")));
    assert_true(json_is_false(json_object_get(there, "tuned_here")));
    assert_near(real(row_of(here, "a"), "f1"), 1);
    json_decref(here);
    json_decref(there);
}

static void bad_files_are_named_by_line_and_field(void **state) {
    (void)state;
    write_text("type.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1,\"prediction\":-1}\n"
                             "{\"id\":\"a-1\",\"steps\":[\"x\",7],\"label\":-1,\"prediction\":-1}\n");
    EXPECT_WORDS(cairn("eval processbench type.jsonl"), "type.jsonl:2", "steps[1]", "string");
    write_text("range.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":1,\"prediction\":-1}\n");
    EXPECT_WORDS(cairn("eval processbench range.jsonl"), "range.jsonl:1", "label", "-1 to 0");
    write_text("cut.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1,\"prediction\":-1}\n{\"id\":\"a-1\",\"st");
    EXPECT_WORDS(cairn("eval processbench cut.jsonl"), "cut.jsonl:2");
    write_text("nan.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1,\"scores\":[NaN]}\n");
    EXPECT_WORDS(cairn("eval processbench nan.jsonl"), "nan.jsonl:1");
    write_text("twice.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1,\"prediction\":-1}\n"
                              "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1,\"prediction\":-1}\n");
    EXPECT_WORDS(cairn("eval processbench twice.jsonl"), "twice.jsonl:2", "a-0", "before");
    write_text("utf8.jsonl", "{\"id\":\"a-\xff\",\"steps\":[\"x\"],\"label\":-1,\"prediction\":-1}\n");
    EXPECT_WORDS(cairn("eval processbench utf8.jsonl"), "utf8.jsonl:1");
    write_text("few.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\",\"y\"],\"label\":-1,\"scores\":[0.5]}\n");
    EXPECT_WORDS(cairn("eval processbench few.jsonl"), "few.jsonl:1", "scores", "2 scores");
    write_text("unjudged.jsonl", "{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1}\n"
                                 "{\"id\":\"a-1\",\"steps\":[\"x\"],\"label\":0}\n");
    EXPECT_WORDS(cairn("eval processbench unjudged.jsonl --baselines=false"), "--reward");
    assert_non_null(strstr(expect_ok(cairn("eval processbench unjudged.jsonl"))->out, "always right"));
    EXPECT_WORDS(cairn("eval processbench"), "expected a file");
    EXPECT_WORDS(cairn("eval processbanch x"), "no verb");
    json_t *rest = parsed(cairn("eval processbench type.jsonl --skip-bad --json"));
    assert_near(real(rest, "skipped_rows"), 1);
    assert_near(real(rest, "items"), 1);
    json_decref(rest);
}

static void line_ends_and_a_byte_order_mark_do_not_matter(void **state) {
    (void)state;
    write_text("mixed.jsonl", "\xEF\xBB\xBF{\"id\":\"a-0\",\"steps\":[\"x\"],\"label\":-1,\"prediction\":-1}\r\n"
                              "{\"id\":\"a-1\",\"steps\":[\"x\"],\"label\":0,\"prediction\":0}\n");
    json_t *all = parsed(cairn("eval processbench mixed.jsonl --json"));
    assert_near(real(row_of(all, "a"), "f1"), 1);
    json_decref(all);
}

static void every_benchmark_explains_itself(void **state) {
    (void)state;
    outcome *o = expect_ok(cairn("help benchmarks"));
    assert_non_null(strstr(o->out, "processbench"));
    assert_non_null(strstr(expect_ok(cairn("eval processbench --explain"))->out, "arXiv 2412.06559"));
    assert_non_null(strstr(expect_ok(cairn("eval rewardmath --explain"))->out, "tie"));
    assert_non_null(strstr(expect_ok(cairn("eval processbench --help"))->out, "--tune-on"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_published_unit_case, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(mistakes_and_the_benchmark_agree, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(rounding_as_the_paper, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_reward_and_its_recorded_scores_give_the_same, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_program_and_its_recorded_scores_give_the_same, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(killed_and_resumed, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(where_a_threshold_was_chosen_is_said, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(bad_files_are_named_by_line_and_field, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(line_ends_and_a_byte_order_mark_do_not_matter, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(every_benchmark_explains_itself, make_folder, remove_folder),
    };
    return cmocka_run_group_tests_name("cli eval benchmarks", tests, NULL, NULL);
}

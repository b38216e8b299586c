/* cairn recipe: what is listed and shown, numbers and verdicts, exit statuses, records. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_recipe"
#include "cli_runs.h"
#include "data.h"
#include "skip.h"

/* All arms do the same here, so that their ratio is 1 and the claims about more are missed. */
#define SMALL "--seeds 1-3 --set problems=2,steps=6,method=all"

static const json_t *entry(const json_t *list, const char *key, const char *value) {
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        const char *text = json_string_value(json_object_get(item, key));
        if (text && strcmp(text, value) == 0) return item;
    }
    fail_msg("there is no %s `%s`", key, value);
    return NULL;
}

/* ---- list, show -------------------------------------------------------------------------------------------------------------------- */

static void test_list_names_each_recipe_with_its_command_and_last_verification(void **state) {
    (void)state;
    outcome *o = expect_ok(cairn("recipe list"));
    assert_non_null(strstr(o->out, "03 omegaprm"));
    assert_non_null(strstr(o->out, "6 of 6 claims met"));
    assert_non_null(strstr(o->out, "cairn label --world text --problems"));
    json_t *list = parsed(cairn("recipe list --json"));
    const json_t *r = entry(list, "name", "omegaprm"), *record = json_object_get(r, "record");
    assert_int_equal(json_integer_value(json_object_get(r, "system")), 3);
    assert_int_equal(json_integer_value(json_object_get(record, "met")), 6);
    assert_false(json_is_true(json_object_get(record, "stale")));
    json_decref(list);
}

static void test_a_recipe_answers_to_its_name_its_file_and_its_number(void **state) {
    (void)state;
    static const char *const names[] = {"omegaprm", "03_omegaprm", "03", "3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        outcome *o = expect_ok(cairn("recipe show %s", names[i]));
        assert_non_null(strstr(o->out, "arXiv 2406.06592"));
        assert_non_null(strstr(o->out, "found by bisection"));
        assert_non_null(strstr(o->out, "errors located, over left to right"));
        assert_non_null(strstr(o->out, "at least 0.4, at most 0.6"));
        assert_non_null(strstr(o->out, "method=all,problems=41"));
        assert_non_null(strstr(o->out, "Probability that the policy's step is wrong."));
    }
}

static void test_every_recipe_is_well_formed_and_shown(void **state) {
    (void)state;
    size_t i;
    json_t *list = parsed(cairn("recipe list --json")), *recipe;
    assert_true(json_array_size(list) > 0);
    json_array_foreach(list, i, recipe) {
        const char *source = json_string_value(json_object_get(recipe, "source"));
        outcome *o = expect_ok(cairn("recipe show %s", json_string_value(json_object_get(recipe, "name"))));
        assert_non_null(strstr(o->out, source));
    }
    json_decref(list);
}

static void test_wrong_words_are_one_clear_sentence(void **state) {
    (void)state;
    static const struct {
        const char *words, *expected;
    } cases[] = {
        {"recipe show omega", "there are: "},
        {"recipe run omegaprm --arm nothing", "left-to-right"},
        {"recipe run omegaprm --set problem=3", "`problems`"},
        {"recipe run omegaprm --set problems", "option=value"},
        {"recipe run omegaprm --set problems=0", "from 1 to 1000000 problems"},
        {"recipe run omegaprm --seeds 3-1", "--seeds"},
        {"recipe run omegaprm --seeds 1,,2", "--seeds"},
        {"recipe run omegaprm --seeds 1,", "--seeds"},
        {"recipe run omegaprm --seeds x", "--seeds"},
        {"recipe run omegaprm --seeds 1-1000000", "more than"},
        {"recipe run omegaprm --seeds 2,1", "ascending"},
        {"recipe verify omegaprm --resume", "--run"},
        {"recipe verify omegaprm " SMALL " --quiet --out nowhere/at/all", "nowhere/at/all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        outcome *o = cairn("%s", cases[i].words);
        if (o->status != 2 || !strstr(o->error, cases[i].expected) || !strstr(o->error, "cairn: "))
            fail_msg("%s: exit status %d, said %s", cases[i].words, o->status, o->error);
    }
}

/* ---- run, verify ------------------------------------------------------------------------------------------------------------------- */

static void test_run_prints_the_numbers_of_the_arm_that_is_named(void **state) {
    (void)state;
    json_t *list = parsed(cairn("recipe run omegaprm --arm all --seeds 4,6-7 --set problems=2 --json"));
    const json_t *arms = json_object_get(json_array_get(list, 0), "arms");
    assert_int_equal(json_array_size(arms), 1);
    const json_t *numbers = json_object_get(json_array_get(arms, 0), "numbers");
    const json_t *values = json_object_get(json_object_get(numbers, "rollouts"), "values");
    assert_int_equal(json_array_size(values), 3);
    /* two problems with four solutions each, which cost one rollout, and eight for each of their 16 steps but the last
     */
    for (size_t i = 0; i < 3; i++) assert_int_equal(json_number_value(json_array_get(values, i)), 2 * 4 * (1 + 15 * 8));
    json_decref(list);
    outcome *o = expect_ok(cairn("recipe run omegaprm --arm all --seeds 4 --set problems=2"));
    assert_non_null(strstr(o->out, "located"));
    assert_null(strstr(o->out, "left-to-right"));
}

static void test_a_missed_claim_is_exit_status_1(void **state) {
    (void)state;
    outcome *o = cairn("recipe verify omegaprm " SMALL " --quiet");
    assert_int_equal(o->status, 1);
    assert_string_equal(o->error, "");
    assert_non_null(strstr(o->out, "missed   errors located, over left to right"));
    assert_non_null(strstr(o->out, "1 (1 .. 1); bar: at least 3"));
    o = cairn("recipe verify omegaprm " SMALL " --quiet --json");
    assert_int_equal(o->status, 1);
    o->status = 0;
    json_t *list = parsed(o);
    const json_t *claims = json_object_get(json_array_get(list, 0), "claims");
    const json_t *ratio = entry(claims, "claim", "errors located, over all steps");
    assert_string_equal(json_string_value(json_object_get(ratio, "verdict")), "missed");
    assert_true(json_number_value(json_object_get(ratio, "mean")) == 1);
    assert_true(json_number_value(json_object_get(ratio, "at_least")) == 9);
    assert_true(json_is_null(json_object_get(ratio, "at_most")));
    json_decref(list);
}

/* Seven arms on three seeds; a fault point lies before and after the file's creation and after each of the runs. */
static void test_a_killed_verification_resumes_to_the_same_bytes(void **state) {
    (void)state;
    assert_int_equal(cairn("recipe verify 03 " SMALL " --quiet --workers 1 --run whole.db")->status, 1);
    expect_ok(cairn("run export whole.db --out whole.jsonl"));
    for (int at = 3; at < 23; at += 6) {
        char faults[32];
        snprintf(faults, sizeof faults, "kill=%d", at);
        assert_int_equal(outcome_of(start_cairn(faults, "recipe verify 03 " SMALL " --quiet --run killed.db"))->status,
                         128 + SIGKILL);
        assert_int_equal(cairn("recipe verify 03 " SMALL " --quiet --workers 4 --run killed.db --resume")->status, 1);
        expect_ok(cairn("run export killed.db --out killed.jsonl"));
        expect_same_files("whole.jsonl", "killed.jsonl");
        unlink(in_folder("killed.db"));
    }
    outcome *o = cairn("recipe verify 03 --seeds 1-4 --quiet --run whole.db --resume");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "recipe_omegaprm"));
}

static void test_an_interrupted_verification_says_how_to_resume_it(void **state) {
    (void)state;
    pid_t child = start_cairn(NULL, "recipe verify 03 --quiet --run stopped.db");
    for (int tries = 0; size_of("stopped.db") == 0 && tries < 3000; tries++) usleep(1000);
    kill(child, SIGTERM);
    outcome *o = outcome_of(child);
    assert_int_equal(o->status, 128 + SIGTERM);
    assert_non_null(strstr(o->error, "--resume"));
}

/* System 3 has a recipe of each tier. */
static void test_a_number_stands_for_the_recipes_of_the_tier(void **state) {
    (void)state;
    json_t *list = parsed(cairn("recipe verify 03 --seeds 1 --set problems=1,steps=2 --quiet --json"));
    assert_int_equal(json_array_size(list), 1);
    assert_non_null(entry(list, "recipe", "omegaprm"));
    json_decref(list);
    outcome *o = cairn("recipe show 3");
    expect_ok(o);
    assert_non_null(strstr(o->out, "03 omegaprm  scripted tier"));
    assert_non_null(strstr(o->out, "03 scorer  learned tier"));
    o = cairn("recipe run 03 --seeds 1");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "system 03 has several recipes: name one of omegaprm, scorer"));
}

/* ---- records ------------------------------------------------------------------------------------------------------------------------- */

static void test_a_record_of_other_seeds_or_options_is_told_from_the_published_one(void **state) {
    (void)state;
    expect_ok(cairn("recipe list --records ."));
    json_t *list = parsed(cairn("recipe list --records . --json"));
    assert_true(json_is_null(json_object_get(entry(list, "name", "omegaprm"), "record")));
    json_decref(list);
    assert_int_equal(cairn("recipe verify 03 " SMALL " --quiet --out .")->status, 1);
    list = parsed(cairn("recipe list --records . --json"));
    const json_t *record = json_object_get(entry(list, "name", "omegaprm"), "record");
    assert_true(json_is_true(json_object_get(record, "stale")));
    assert_int_equal(strlen(json_string_value(json_object_get(record, "date"))), 10);
    json_decref(list);
    assert_non_null(strstr(expect_ok(cairn("recipe list --records ."))->out, "verified in another version"));
}

static void test_a_damaged_record_is_named(void **state) {
    (void)state;
    static const char *const damaged[] = {"{", "[]", "{\"result\":{}}", "{\"date\":1,\"result\":{\"claims\":[]}}"};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        write_file("03_omegaprm.json", damaged[i], strlen(damaged[i]));
        outcome *o = cairn("recipe list --records .");
        expect_one_sentence(o, damaged[i], WORDS("./03_omegaprm.json: "));
    }
    unlink(in_folder("03_omegaprm.json"));
}

/* ---- the same work on a user's data ---------------------------------------------------------------------------------------------------- */

/* The command of `cairn recipe show omegaprm` on real problems; the policy is this very program, which is right about
 * every fourth time. */
static void test_omegaprm_labels_solutions_of_real_problems(void **state) {
    (void)state;
    char path[4096], command[4400];
    if (!shared_file("gsm8k/test.jsonl", path)) skip_because("no shared gsm8k/test.jsonl");
    snprintf(command, sizeof command,
             "awk 'NR <= 12 { sub(/#### .*\"/, sprintf(\"#### %%d\\\"\", NR %% 4)) } NR <= 12' %s >%s", path,
             in_folder("problems.jsonl"));
    assert_int_equal(system(command), 0);
    json_t *summary = parsed(cairn("label --world text --problems problems.jsonl --policy 'exec:" SELF
                                   " answer policy 0' --method omegaprm --out labels.jsonl --quiet --json"));
    assert_int_equal(json_integer_value(json_object_get(summary, "problems")), 12);
    assert_true(json_integer_value(json_object_get(summary, "dropped")) < 12);
    assert_true(json_integer_value(json_object_get(summary, "located")) > 12);
    json_decref(summary);
    expect_ok(cairn("data check labels.jsonl"));
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_names_each_recipe_with_its_command_and_last_verification),
        cmocka_unit_test(test_a_recipe_answers_to_its_name_its_file_and_its_number),
        cmocka_unit_test(test_every_recipe_is_well_formed_and_shown),
        cmocka_unit_test(test_wrong_words_are_one_clear_sentence),
        cmocka_unit_test(test_run_prints_the_numbers_of_the_arm_that_is_named),
        cmocka_unit_test(test_a_missed_claim_is_exit_status_1),
        cmocka_unit_test(test_a_killed_verification_resumes_to_the_same_bytes),
        cmocka_unit_test(test_an_interrupted_verification_says_how_to_resume_it),
        cmocka_unit_test(test_a_number_stands_for_the_recipes_of_the_tier),
        cmocka_unit_test(test_a_record_of_other_seeds_or_options_is_told_from_the_published_one),
        cmocka_unit_test(test_a_damaged_record_is_named),
        cmocka_unit_test(test_omegaprm_labels_solutions_of_real_problems),
    };
    return cmocka_run_group_tests_name("recipe command", tests, make_folder, remove_folder);
}

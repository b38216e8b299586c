/* The models of models/ do what their card says: on fresh problems, within what so few of them can tell. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "child.h"
#include "cli.h"

/* The settings of models/README.md. */
#define WORLD     "words:operations=2,distractors=1"
#define THRESHOLD "0.695"
#define POLICY    "model:file=" CAIRN_SOURCE_DIR "/models/words-policy.gguf"
#define REWARD    "head:file=" CAIRN_SOURCE_DIR "/models/words-prm.gguf"

static double real(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("no number `%s`", key);
    return json_number_value(value);
}

static void test_the_policy_is_right_less_than_half_the_time(void **state) {
    (void)state;
    json_t *r = parsed(cairn("solve --world " WORLD " --policy " POLICY
                             " --search greedy --max-step-tokens 64 -n 150 --seed 4242 --quiet --json"));
    double accuracy = real(r, "accuracy");
    assert_true(accuracy > 0.28 && accuracy < 0.6);
    json_decref(r);
}

/* Memory is what a sanitizer is for, and other tests do the same with models that take less time. */
static void skip_when_sanitized(void) {
    if (SANITIZED) skip_because("what the models are worth does not hang on a sanitizer");
}

static void test_the_scorer_finds_first_errors(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_ok(cairn("world traces " WORLD " --policy " POLICY " -n 150 --seed 4243 --out traces.jsonl"));
    json_t *r =
        parsed(cairn("eval mistakes traces.jsonl --reward " REWARD " --threshold " THRESHOLD " --quiet --json"));
    assert_true(real(r, "f1") > 0.65);
    assert_true(real(r, "step_auroc") > 0.85);
    json_decref(r);
}

/* By some 11 points (models/README.md); of a hundred problems the sign. */
static void test_search_with_the_scorer_beats_the_vote_at_equal_computing(void **state) {
    (void)state;
    skip_when_sanitized();
    json_t *list =
        parsed(cairn("eval budget --world " WORLD " --policy " POLICY " --reward " REWARD
                     " --searches 'majority:width=16 rebase' --match majority:width=16 --pilot 8"
                     " --baseline majority:width=16 --max-step-tokens 64 -n 100 --seed 4244 --quiet --json"));
    const json_t *vote = json_array_get(list, 0), *rebase = json_array_get(list, 1);
    double spent = real(rebase, "flops") + real(rebase, "judge_flops");
    assert_true(real(rebase, "judge_flops") > 0 && spent < 1.1 * real(vote, "flops"));
    assert_true(real(rebase, "accuracy") > real(vote, "accuracy"));
    json_decref(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_policy_is_right_less_than_half_the_time),
        cmocka_unit_test(test_the_scorer_finds_first_errors),
        cmocka_unit_test(test_search_with_the_scorer_beats_the_vote_at_equal_computing),
    };
    return cmocka_run_group_tests_name("cli models", tests, make_folder, remove_folder);
}

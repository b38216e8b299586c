/* A stated answer beside the steps: what is a contradiction, and what is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/data.h"
#include "data.h"
#include "tool_fixture.h"

typedef struct ending {
    const char *problem, *steps[3];
    const char *answer; /* NULL: as the last step states it */
} ending;

static cairn_verdict verdict_of(const bench *b, const ending *e) {
    cairn_trace_finding found;
    size_t n = 0;
    while (n < 3 && e->steps[n]) n++;
    assert_int_equal(cairn_trace_answer(b->ctx, b->arena, e->problem, e->steps, n, e->answer, &found), CAIRN_OK);
    if (found.verdict == CAIRN_VERDICT_WRONG) {
        assert_int_equal(found.code, CAIRN_TRACE_ANSWER);
        assert_true(found.end > found.start && *found.evidence);
    }
    return found.verdict;
}

static void expect(void **state, const ending *all, size_t count, cairn_verdict verdict) {
    for (size_t i = 0; i < count; i++) {
        cairn_verdict got = verdict_of(*state, &all[i]);
        if (got != verdict) print_error("%s ... %s\n", all[i].steps[0], all[i].answer ? all[i].answer : "(stated)");
        assert_int_equal(got, verdict);
    }
}
#define EXPECT(list, verdict) expect(state, list, sizeof list / sizeof *list, verdict)

static void test_another_number_than_the_last_one_computed_is_a_contradiction(void **state) {
    static const ending all[] = {
        {"A yard has 20 vans and 100 carts.", {"So 100 + 20 = 120, and the answer is \\boxed{140}."}, NULL},
        {"A yard has 20 vans and 100 carts.", {"So 100 + 20 = 120. The answer is 140.\n#### 140"}, NULL},
        {"A yard has 20 vans and 100 carts.", {"100+20 = <<100+20=120>>120 in all."}, "140"},
        {"How much is it?", {"3 * 40 = 120.", "120 + 50 = 170 dollars, so the answer is $195."}, NULL},
        {"How much is it?", {"3 * 40 = 120.", "120 + 50 = 170 dollars."}, "195 dollars"},
        {"How many?", {"12 times 3 = 36 pens.\nAnswer: 46"}, NULL},
        {NULL, {"7 * 8 = 56", "56 - 6 = 50", "50 / 2 = 25. **Answer:** -35"}, NULL},
        {"How much is it?", {"So 100 + 20 = 120.\n<answer>140</answer>"}, NULL},
        {"How much is it?", {"So 100 + 20 = 120.\n\n### Final Answer\n\n$$140$$"}, NULL},
        {"How much is it?", {"So 100 + 20 = $<<100+20=120>>120. Hence our answer is therefore $140."}, NULL},
    };
    EXPECT(all, CAIRN_VERDICT_WRONG);
}

static void test_the_last_number_computed_confirms(void **state) {
    static const ending all[] = {
        {"A yard has 20 vans and 100 carts.", {"So 100 + 20 = 120, and the answer is \\boxed{120}."}, NULL},
        {"How much is it?", {"1,000 + 200 = <<1000+200=1200>>1,200 dollars."}, "$1,200.00"},
        {"How much is it?", {"1 / 2 = 0.5"}, "1/2"},
        {"How long?", {"60 + 60 = 120 minutes, so the answer is 2 hours."}, NULL},
        {"What share?", {"30% + 30% = 60%"}, "60"},
        {"How much is it?", {"20 - 50 = $<<20-50=-30>>-30. \\boxed{-30}"}, NULL},
    };
    EXPECT(all, CAIRN_VERDICT_RIGHT);
}

static void test_what_people_do_in_their_heads_is_no_contradiction(void **state) {
    static const ending all[] = {
        {"How many weeks?", {"20 + 15 = 35 days."}, "5"}, /* days to weeks */
        {"What share?", {"1 / 4 = 0.25"}, "25"},          /* per cent */
        {"What is the change?", {"20 - 50 = -30"}, "30"}, /* a loss of 30 */
        {"How many buses?", {"100 / 30 = 3.33"}, "4"},    /* rounded up */
        {"How many?",
         {"2 * 3 = 6. Then the 5 from before come back. The answer is 11."},
         NULL},                                                           /* another number between */
        {"There were 140 of them.", {"100 + 20 = 120 are gone."}, "140"}, /* of the problem */
        {"How many?", {"7 * 20 = 140", "140 - 20 = 120"}, "140"},         /* of a step */
        {"How many?", {"We add all of them and get a lot."}, "140"},      /* nothing is computed */
        {"How many?", {"2 + 3 = x"}, "140"},                              /* nor here */
        {"Which?", {"2 + 3 = 5"}, "the red one"},                         /* the answer is no number */
        {"How many?",
         {"2 + 3 = 5 and then by the rule that was shown in the first part above it all we conclude"},
         "9"},
        {"How many?", {"6 * 5 = 30 in May. The same in June. The answer is 60."}, NULL}, /* doubled in the head */
        {"What day was it?", {"The day was 21 - 7 = 14, so the answer is 05/14/2003."}, NULL},
        {"It is m/n. What is m + n?", {"The share is 1 - 3/7 = 4/7, so the answer is 11."}, NULL},
        {"How many?", {"6 * 5 = 30. The answer is 30 + 30 = 60."}, NULL}, /* the statement computes */
        {"What are the last digits?", {"61 + 120 + 300 = 481, which ends with \\boxed{81}."}, NULL},
        {"How many?", {""}, NULL},
    };
    EXPECT(all, CAIRN_VERDICT_UNKNOWN);
}

static void test_a_solution_without_steps_is_unknown(void **state) {
    const bench *b = *state;
    cairn_trace_finding found;
    assert_int_equal(cairn_trace_answer(b->ctx, b->arena, "Q", NULL, 0, "3", &found), CAIRN_OK);
    assert_int_equal(found.verdict, CAIRN_VERDICT_UNKNOWN);
}

static void test_the_trace_checker_says_it_of_the_last_step_of_a_whole_story(void **state) {
    const bench *b = *state;
    const char *steps[] = {"5 * 20 = 100 carts.", "So 100 + 20 = 120, and the answer is 140."};
    cairn_trace_finding findings[2];
    const char *problem = "A yard has 20 vans and five times as many carts. How many vans and carts are there?";
    assert_int_equal(cairn_trace_check(b->ctx, b->arena, problem, steps, 2, true, findings), CAIRN_OK);
    assert_int_equal(findings[0].verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(findings[1].verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(findings[1].code, CAIRN_TRACE_ANSWER);
    assert_int_equal(cairn_trace_check(b->ctx, b->arena, problem, steps, 2, false, findings), CAIRN_OK);
    assert_int_equal(findings[1].verdict, CAIRN_VERDICT_RIGHT); /* it may go on */
}

/* Contradictions in a file; `right`: among solutions that the file calls right. */
static int contradictions(const bench *b, const char *path, int *right) {
    cairn_dataset *file;
    cairn_record r;
    cairn_trace_finding found;
    int n = 0;
    *right = 0;
    assert_int_equal(cairn_dataset_open(b->ctx, path, (cairn_read_options){0}, &file), CAIRN_OK);
    for (;;) {
        cairn_arena_reset(b->arena);
        if (cairn_dataset_next(file, b->arena, &r) != CAIRN_OK) break;
        assert_int_equal(cairn_trace_answer(b->ctx, b->arena, r.problem, r.steps, (size_t)r.n_steps, r.answer, &found),
                         CAIRN_OK);
        n += found.verdict == CAIRN_VERDICT_WRONG;
        *right += found.verdict == CAIRN_VERDICT_WRONG && r.correct == CAIRN_VERDICT_RIGHT;
    }
    cairn_dataset_close(file);
    return n;
}

/* Read one by one: nine references of the training problems really state another number than they compute. */
static void test_real_solutions_that_are_right_do_not_contradict_themselves(void **state) {
    char path[4096];
    int right;
    if (!shared_file("gsm8k/example_model_solutions.jsonl", path)) skip();
    assert_int_equal(contradictions(*state, path, &right), 18);
    assert_int_equal(right, 0);
    if (!shared_file("gsm8k/test.jsonl", path)) skip();
    assert_int_equal(contradictions(*state, path, &right), 0);
    if (!shared_file("gsm8k/train.jsonl", path)) skip();
    assert_int_equal(contradictions(*state, path, &right), 9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_number_than_the_last_one_computed_is_a_contradiction),
        cmocka_unit_test(test_the_last_number_computed_confirms),
        cmocka_unit_test(test_what_people_do_in_their_heads_is_no_contradiction),
        cmocka_unit_test(test_a_solution_without_steps_is_unknown),
        cmocka_unit_test(test_the_trace_checker_says_it_of_the_last_step_of_a_whole_story),
        cmocka_unit_test(test_real_solutions_that_are_right_do_not_contradict_themselves),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

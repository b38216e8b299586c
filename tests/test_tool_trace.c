/* label: light */
/* The trace checker on solutions written by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cairn/tool.h"

enum { STEPS_MOST = 8, CLEAN = -1 };

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_trace_finding findings[STEPS_MOST];
} fixture;

static int setup(void **state) {
    static fixture f;
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 4096, &f.arena), CAIRN_OK);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

typedef struct solution {
    const char *problem, *steps[STEPS_MOST];
    int wrong; /* first wrong step, or CLEAN */
} solution;

static void judge(fixture *f, const solution *s) {
    size_t n = 0;
    int found = CLEAN;
    while (n < STEPS_MOST && s->steps[n]) n++;
    assert_int_equal(cairn_trace_check(f->ctx, f->arena, s->problem, s->steps, n, true, f->findings), CAIRN_OK);
    for (size_t i = n; i-- > 0;)
        if (f->findings[i].verdict == CAIRN_VERDICT_WRONG) found = (int)i;
    if (found != s->wrong) print_error("%s: found step %d\n", s->problem, found);
    if (found != s->wrong && found != CLEAN) print_error("%s\n", f->findings[found].evidence);
    assert_int_equal(found, s->wrong);
}

static void judge_all(fixture *f, const solution *all, size_t count) {
    for (size_t i = 0; i < count; i++) judge(f, &all[i]);
}

#define JUDGE(list) judge_all(*state, list, sizeof list / sizeof *list)

static void test_markdown_and_latex_are_read(void **state) {
    static const solution all[] = {
        {"Calculate (3 + 4) * 2 - 5",
         {"**Step 1:** Inside the parentheses: `3 + 4 = 7`", "**Step 2:** Multiply: $7 \\times 2 = 15$",
          "**Step 3:** Subtract: \\(15 - 5 = 10\\)", "The final answer is \\boxed{10}."},
         1},
        {"Calculate (3 + 4) * 2 - 5",
         {"**Step 1:** Inside the parentheses: `3 + 4 = 7`", "**Step 2:** Multiply: $7 \\times 2 = 14$",
          "**Step 3:** Subtract: \\(14 - 5 = 9\\)", "The final answer is \\boxed{9}."},
         CLEAN},
        {"$\\left(\\frac{1}{2} + \\frac{1}{3}\\right) \\times 6$",
         {"\\[\\frac{1}{2} + \\frac{1}{3} = \\frac{3}{6} + \\frac{2}{6} = \\frac{5}{6}\\]",
          "\\[\\frac{5}{6} \\times 6 = 6\\]", "Answer: 6"},
         1},
        {"$\\left(\\frac{1}{2} + \\frac{1}{3}\\right) \\times 6$",
         {"\\[\\frac{1}{2} + \\frac{1}{3} = \\frac{3}{6} + \\frac{2}{6} = \\frac{5}{6}\\]",
          "\\[\\frac{5}{6} \\times 6 = 5\\]", "Answer: 5"},
         CLEAN},
    };
    JUDGE(all);
}

static void test_operations_said_in_words_are_read(void **state) {
    static const solution all[] = {
        {"Calculate (3 + 4) * 2 - 5",
         {"The sum of 3 and 4 is 7.", "Multiply 7 by 2 to get 15.", "Subtracting 5 from 15 gives 10."},
         1},
        {"Calculate (3 + 4) * 2 - 5",
         {"The sum of 3 and 4 is 7.", "Multiply 7 by 2 to get 14.", "Subtracting 5 from 14 gives 9."},
         CLEAN},
        {"Calculate (3 + 4) * 2 - 5", {"3 plus 4 equals 7, times 2 is 14, minus 5 is 9"}, CLEAN},
        {"Compute 20% of 50 + 30.", {"20% of 50 is 10.", "10 + 30 = 40."}, CLEAN},
        {"Compute 20% of 50 + 30.", {"20% of 50 is 15.", "15 + 30 = 45."}, 0},
    };
    JUDGE(all);
}

static void test_what_is_left_is_compared_wherever_it_is_written(void **state) {
    static const solution all[] = {
        {"5 * (6 + 2) =", {"Distribute: 5 * 6 + 5 * 2", "= 30 + 10", "= 40"}, CLEAN},
        {"5 * (6 + 2) =", {"Distribute: 5 * 6 + 2", "= 30 + 2", "= 32"}, 0},
        {"6 - (-4) + 3 - 5 =", {"6 + 4 + 3 - 5", "10 + 3 - 5", "13 - 4", "9"}, 2},
        {"17 + 25 + 3 + 5 =", {"17 + 3 = 20 and 25 + 5 = 30", "20 + 30 = 50"}, CLEAN},
        {"8 - 2 * (3 + 1) =",
         {"First the bracket:\n3 + 1 = 4", "Now multiply:\n2 * 4 = 8\nand subtract:\n8 - 8 = 1"},
         1},
        {"2 + 3 * 4 =", {"3 * 4 = 12 + 2 = 14"}, 0}, /* the sign was used for "then" */
        {"(4 - 9) * 3 =", {"1. 4 - 9 = -5", "2. -5 * 3 = -15", "3. The answer is -15."}, CLEAN},
        {"(4 - 9) * 3 =", {"We have 3 terms and 2 operations.", "4 - 9 = -5, -5 * 3 = -15.", "It is -14."}, 2},
        {"(4 - 9) * 3 =", {"4 - 9 = -5", "-5 * 3 = -15", "Check: -15 / 3 = -5, and -5 + 9 = 4."}, CLEAN},
    };
    JUDGE(all);
}

static void test_a_wrong_value_counts_once_where_it_first_appears(void **state) {
    fixture *f = *state;
    static const solution s = {"Evaluate 2^3 + 4^2", {"2^3 = 6", "4^2 = 16", "6 + 16 = 22", "The answer is 22."}, 0};
    judge(f, &s);
    for (int i = 1; i < 4; i++) assert_int_equal(f->findings[i].verdict, CAIRN_VERDICT_RIGHT);
    assert_string_equal(f->findings[0].evidence, "\"2^3 = 6\": the value is 8.");
}

static void test_a_piece_from_nowhere_counts_when_the_end_is_wrong(void **state) {
    static const solution all[] = {
        {"(7 - -3) * (2 + 2) =", {"The first bracket is 7 - 3 = 4.", "The second one is 4.", "4 * 4 = 16"}, 0},
        {"(7 - -3) * (2 + 2) =", {"The first bracket is 7 + 3 = 10.", "The second one is 4.", "10 * 4 = 40"}, CLEAN},
        {"((-8 + 3) - (4 * 2)) * (5 - 9) =",
         {"(-8 + 3) = -5, (4 * 2) = 8, (5 - 9) = -4", "(-5 - 8) * 4 = -13 * 4 = -52"},
         1},
    };
    JUDGE(all);
}

static void test_rounded_decimals_go_on(void **state) {
    static const solution all[] = {
        {"10 / 3 * 2 =", {"10 / 3 = 3.33", "3.33 * 2 = 6.66", "The answer is about 6.66."}, CLEAN},
        {"10 / 3 * 2 =", {"10 / 3 \u2248 3.33", "3.33 * 2 \u2248 6.7", "The answer is 6.7."}, CLEAN},
        {"10 / 3 * 2 =", {"10 / 3 = 3.43", "3.43 * 2 = 6.86"}, 0},
    };
    JUDGE(all);
}

static void test_names_keep_the_value_that_they_were_given(void **state) {
    static const solution all[] = {
        {"(2 + 3) * (7 - 4) =",
         {"A * B with A = (2 + 3) and B = (7 - 4)", "A = 2 + 3 = 5", "B = 7 - 4 = 3", "A * B = 5 * 3 = 15"},
         CLEAN},
        {"(2 + 3) * (7 - 4) =",
         {"A * B with A = (2 + 3) and B = (7 - 4)", "A = 2 + 3 = 5", "B = 7 - 4 = 3", "A * B = 5 * 2 = 10"},
         3},
        {"(2 + 3) * (7 - 4) =", {"A * B with A = (2 + 3) and B = (7 + 4)", "A = 5", "B = 11", "A * B = 55"}, 0},
        {"(2 + 3) * (7 - 4) =", {"A * B with A = (2 + 3) and B = (7 - 4)", "A = 6", "B = 3", "A * B = 18"}, 1},
        {"5 * 3 - 7 + 2 =",
         {"Let a = 5 and b = 3.", "a * b = 15", "Now let a = 15 and b = 7.", "a - b + 2 = 10"},
         CLEAN},
    };
    JUDGE(all);
}

static void test_a_problem_that_asks_something_else_is_no_expression(void **state) {
    static const solution all[] = {
        {"Given that 2^8 = 4^x, what is x?", {"2^8 = 2^{2x}, so 2x = 8 and x = 4."}, CLEAN},
        {"Determine the remainder of 1 + 2 + 3 + 4 modulo 4.", {"1 + 2 + 3 + 4 is 1 + 2 + 3", "= 6", "2"}, CLEAN},
        {"The sum of 27 numbers is 3^7. What is their mean?", {"3^7/3^3 = 3^4 = 81"}, CLEAN},
        {"What is the integer value of x in 3^2, x, 3^4?", {"3^2 = 9, 3^4 = 81, x = 45"}, CLEAN},
        {"What is 3^4 - 1?", {"3^4 = 81", "81 - 1 = 79"}, 1},
    };
    JUDGE(all);
}

static void test_in_a_story_only_what_is_computed_is_a_claim(void **state) {
    static const char problem[] = "Ann has twice as many apples as Bob and together they have 12. How many has Ann?";
    static const solution all[] = {
        {problem, {"Let x be Bob's apples.", "x + 2x = 12", "3x = 12", "x = 12 / 3 = 4", "2x = 8", "#### 8"}, CLEAN},
        {problem, {"Since 1/3 is equal to 4 apples, 2/3 represents 8 apples."}, CLEAN},
        {problem, {"16 tablespoons/cup * 3 teaspoons/tablespoon = 48 teaspoons, 1 cup = 16 tablespoons"}, CLEAN},
        {problem, {"Ann gets $720 and she makes $720 + $270 = $990."}, CLEAN},
        {problem, {"It is $150 because 750 minus 500 equals 150"}, 0},
        {problem, {"12 / 3 = 4", "2 * 4 = 9"}, 1},
    };
    JUDGE(all);
}

static cairn_verdict verdict_of(fixture *f, const char *step) {
    cairn_trace_finding said;
    assert_int_equal(cairn_trace_check(f->ctx, f->arena, "How much is it?", &step, 1, false, &said), CAIRN_OK);
    return said.verdict;
}

/* What cannot be read may be false: the right equality beside it does not speak for it. */
static void test_what_is_not_read_makes_a_step_unknown_and_never_right(void **state) {
    static const char *const unread[] = {
        "2 + 2 = 4 and 3 + 3 = 7\U0001F642",
        "3 + 3 = 7\U0001F642 and 2 + 2 = 4",
        "3 + 3 = 7\u2028 2 + 2 = 4",
        "2 + 2 = 4, 3 + 3 = 7\u202e",
        "\u202e7 = 3 + 3\u202c, 2 + 2 = 4",
        "2 + 2 = 4, 3 + 3 = 7\u200b7",
        "2 + 2 = 4, 3\u200d + 3 = 7",
        "2 + 2 = 4, 3 + 3 = 7\u2060",
        "2 + 2 = 4, 3 + 3 = 7\ufe0f",
        "2 + 2 = 4, 3 + 3 = \uff17",
        "2 + 2 = 4, \uff13 + \uff13 = 7",
        "2 + 2 = 4, 3 + 3 = \u0667",
        "2 + 2 = 4, 3 + 3 \ua78a 7",
        "2 + 2 = 4, 3 + 3 \ufe66 7",
        "2 + 2 = 4, 3 + \u0417 = 7",
        "2 + 2 = 4, 3 + 3 = \U0001D7F3",
        "2 + 2 = 4, 3 + 3 = 7\u0301",
        "2 + 2 = 4, 3 + 3 = 7\x07",
        "2 + 2 = 4, 3 + 3 = 7\u00ad",
        "2 + 2 = 4, 3 + 3 = 7\xc3",
        "2 + 2 = 4, 3 + 3 = 7q",
        "2 + 2 = 4, 3 + 3 = 7!",
        "2 + 2 = 4. 3 + 3 = 7_",
        "2 + 2 = 4. 3 + 3 = 7\\foo",
        "2 + 2 = 4. 3 + 3 =@ 7",
        "2 + 2 = 4. 3 +& 3 = 7",
        "2 + 2 = 4. 3 + 3 = 7\u500b",
        "2 + 2 = 4. |3 + 3 = 7",
        "2 + 2 = 4. 10 / 0 = 7",
        "2 + 2 = 4. 3 + 3 =: 7",
        "2 + 2 = 4. 3 + 3 = ;7",
        "2 + 2 = 4. 3 + 3 =.. 7",
        "2 + 2 = 4. 3 + 3 = \u00e97",
        "2 + 2 = 4. 3 + 3 = v7",
        "2 + 2 = 4. 3 + 3 = 7.1.2",
        "2 + 2 = 4. 3 + 3 = seven",
        "2 + 2 = 4. three + three = 7",
        "2 + 2 = 4. 3 + 3 = ___",
        "2 + 2 = 4. 3 + 3 = 2y",
        "2 + 2 = 4. 10/3 = 3 R1",
        "2 + 2 = 4. 3 + 3 = 6 = 7",
        "2 + 2 = 4. <<3 + 3 = 7>>",
    };
    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++)
        if (verdict_of(*state, unread[i]) != CAIRN_VERDICT_UNKNOWN) fail_msg("not unknown: %s", unread[i]);
}

static void test_signs_away_from_the_arithmetic_change_nothing(void **state) {
    static const char *const right[] = {
        "2 + 2 = 4",
        "2 + 2 = 4 \u2705",
        "\u2460 2 + 2 = 4",
        "\u2714\ufe0f 2 + 2 = 4",
        "\u0421\u043b\u043e\u0436\u0438\u043c: 2 + 2 = 4",
        "2 \u00d7 2 = 4 \u2248 4",
        "It is 20\u00b0C, and 2 + 2 = 4 caf\u00e9s.",
        "\u6240\u4ee5 2 + 2 = 4\uff0c \u5bf9",
        "2\u00a0+\u00a02 = 4",
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (verdict_of(*state, right[i]) != CAIRN_VERDICT_RIGHT) fail_msg("not right: %s", right[i]);
    assert_int_equal(verdict_of(*state, "3 + 3 = 7 \U0001F642"), CAIRN_VERDICT_WRONG);
    assert_int_equal(verdict_of(*state, "2 + 3 = 4, \uff13 + 3 = 6"), CAIRN_VERDICT_WRONG);
}

static void verdicts(void **state, const char *const *texts, cairn_verdict verdict) {
    int bad = 0;
    for (size_t i = 0; texts[i]; i++)
        if (verdict_of(*state, texts[i]) != verdict) print_error("%d: %s\n", verdict, texts[i]), bad++;
    assert_int_equal(bad, 0);
}

static void test_a_formula_in_brackets_is_read_as_one_in_dollars(void **state) {
    static const char *const unknown[] = {"The tens digit of \\(13^4\\) is 6.",
                                          "Hence the last digit of $7^{11}$ is 3.",
                                          "the number of divisors of \\(3^2 \\cdot 5\\) is 6",
                                          "The exponent of \\(2\\) in \\(2^5 \\cdot 3\\) is 5",
                                          "the cube of \\(1 + 2\\) is 27",
                                          "A third of \\(4 + 5\\) is 3",
                                          NULL};
    static const char *const right[] = {"We get \\(4 + 5 = 9\\).", "The sum of \\(4 + 5\\) is \\(9\\).",
                                        "So \\( \\binom{6}{2} = 15 \\) pairs.", NULL};
    static const char *const wrong[] = {"We get \\(4 + 5 = 8\\).", "Therefore \\(4 \\cdot 5\\) is \\(21\\).",
                                        "So \\( 6! = 700 \\)", NULL};
    verdicts(state, unknown, CAIRN_VERDICT_UNKNOWN);
    verdicts(state, right, CAIRN_VERDICT_RIGHT);
    verdicts(state, wrong, CAIRN_VERDICT_WRONG);
    static const solution all[] = {
        {"Compute \\(6 \\cdot 7 - 8 \\div 4\\).",
         {"The product of \\(6\\) and \\(7\\) comes first: \\(6 \\cdot 7 = 42\\).",
          "The rest is a quotient: \\(8 \\div 4\\), which is \\(2\\).", "So \\(42 - 2 = 40\\)."},
         CLEAN},
        {"Compute \\(6 \\cdot 7 - 8 \\div 4\\).",
         {"First \\(6 \\cdot 7 = 42\\).", "Then \\(8 \\div 4 = 3\\).", "So \\(42 - 3 = 39\\)."},
         1},
        {"Compute 4 * 9 + 1.", {"4 * 9 = 36.", "which is 36.", "So 36 + 1 = 37."}, CLEAN},
        {"Evaluate 1/3 + 1/4.", {"1/3 is about 0.33, and 0.33 + 0.25 = 0.58.", "The answer is 7/12."}, CLEAN},
        {"Evaluate 1/3 + 1/4.", {"1/3 is about 0.33, and 0.33 + 0.25 = 0.58.", "The answer is 5/12."}, 1},
    };
    JUDGE(all);
}

static void test_what_is_said_of_a_number_is_not_the_number(void **state) {
    static const char *const unknown[] = {"4 of 9 = 4/9",        "6 of 24 tiles is 1/4.", "5 + 6 doubled is 22.",
                                          "5 + 6 squared = 121", "\\(9^5\\) leaves 4",    NULL};
    static const char *const wrong[] = {"1/2 of 30 = 16", "50% of 18 = 8", "5 + 6 is 12", NULL};
    verdicts(state, unknown, CAIRN_VERDICT_UNKNOWN);
    verdicts(state, wrong, CAIRN_VERDICT_WRONG);
}

static void test_a_computed_side_that_is_near_is_not_held_to_digits(void **state) {
    static const char *const unknown[] = {"31 \u00d7 19 \u2248 30 \u00d7 20", "2^{20} \\approx 10^6",
                                          "61/89 \u2248 2/3", "1/3 + 1/7 \u2248 0.3 + 0.1", NULL};
    static const char *const wrong[] = {"31 \u00d7 19 \u2248 30 \u00d7 30", "31 \u00d7 19 \u2248 900", NULL};
    static const char *const right[] = {"31 \u00d7 19 \u2248 600", "5/7 \u2248 0.71", NULL};
    verdicts(state, unknown, CAIRN_VERDICT_UNKNOWN);
    verdicts(state, wrong, CAIRN_VERDICT_WRONG);
    verdicts(state, right, CAIRN_VERDICT_RIGHT);
}

static void test_a_second_claim_that_is_not_judged_makes_a_step_unknown(void **state) {
    static const char *const unknown[] = {
        "4 + 5 = 9; 6 = 7",
        "4 + 5 = 9. Therefore 9 < 8.",
        "4 + 5 = 9; 3 + 3 \u2260 6.",
        "4 + 5 = 9 and 19 mod 4 = 2",
        "4 + 5 = 9; 75 min = 2 h",
        "4 + 5 = 9; 30% = 0.4",
        "4 + 5 = 9, and twice 9 is 17.",
        "4 + 5 = 9 and half of 9 is 5",
        "4 + 5 = 9 and 9 squared is 82.",
        "4 + 5 = 9 and 2 \u00d7 9 is 19.",
        "4 + 5 = 9; log_2 16 = 5.",
        "4 + 5 = 9; 14 = C(6,2).",
        "4 + 5 = 9; C(6,2) = 14.",
        "4 + 5 = 9 > 10",
        NULL,
    };
    static const char *const wrong[] = {
        "$4 + 5 = 9$; $4! = 25$", "4 + 5 = 9; 4! = 25.", "4 + 5 = 9. |3 + 3| = 7", "4 + 5 = 9; gcd(4, 6) = 3", NULL,
    };
    static const char *const right[] = {
        "4 + 5 = 9; 9 = 9",
        "4 + 5 = 9, and 9 < 10.",
        "4 + 5 = 9; 90 min = 1.5 h",
        "4 + 5 = 9; 40% = 0.4",
        "4 + 5 = 9 and 2 \u00d7 9 = 18.",
        "1 day = 24 hours, so 3 days = 3 * 24 = 72 hours",
        "Since $2^4 = 16$, $\\log_2 16 = 4$.",
        "$4 + 5 = 9$; $4! = 24$",
        "4 + 5 = 9, so x = 9 and f(9) = 12",
        "4 + 5 = 9 > 8",
        NULL,
    };
    verdicts(state, unknown, CAIRN_VERDICT_UNKNOWN);
    verdicts(state, wrong, CAIRN_VERDICT_WRONG);
    verdicts(state, right, CAIRN_VERDICT_RIGHT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown_and_latex_are_read),
        cmocka_unit_test(test_operations_said_in_words_are_read),
        cmocka_unit_test(test_what_is_left_is_compared_wherever_it_is_written),
        cmocka_unit_test(test_a_wrong_value_counts_once_where_it_first_appears),
        cmocka_unit_test(test_a_piece_from_nowhere_counts_when_the_end_is_wrong),
        cmocka_unit_test(test_rounded_decimals_go_on),
        cmocka_unit_test(test_names_keep_the_value_that_they_were_given),
        cmocka_unit_test(test_a_problem_that_asks_something_else_is_no_expression),
        cmocka_unit_test(test_in_a_story_only_what_is_computed_is_a_claim),
        cmocka_unit_test(test_what_is_not_read_makes_a_step_unknown_and_never_right),
        cmocka_unit_test(test_signs_away_from_the_arithmetic_change_nothing),
        cmocka_unit_test(test_a_formula_in_brackets_is_read_as_one_in_dollars),
        cmocka_unit_test(test_what_is_said_of_a_number_is_not_the_number),
        cmocka_unit_test(test_a_computed_side_that_is_near_is_not_held_to_digits),
        cmocka_unit_test(test_a_second_claim_that_is_not_judged_makes_a_step_unknown),
    };
    return cmocka_run_group_tests_name("tool trace", tests, setup, teardown);
}

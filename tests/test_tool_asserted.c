/* label: light */
/* Equations that nobody asserts: refuted, supposed, asked and quoted ones are never called wrong, and a slip beside
 * such words is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tool_cases.h"

static void test_refuted_equations_are_unknown(void **state) {
    static const char *const all[] = {
        "This gives 2 = 5 + 4, which is false.",
        "This gives 2 = 5 + 4, which is clearly false.",
        "So 2 + 3 = 6 does not hold.",
        "So 2 + 3 = 6 doesn't hold.",
        "But 2 + 3 = 6 can\u2019t be true.",
        "Our earlier result 2 + 3 = 6 was incorrect.",
        "The calculation 2 + 3 = 6 was wrong.",
        "We get 2 + 3 = 6, a contradiction.",
        "We get 2 + 3 = 6. This is a contradiction.",
        "We get 2 + 3 = 6. But that's impossible.",
        "We get $2 + 3 = 6$, which contradicts the assumption.",
        "Then 2 + 3 = 6, so we reach a contradiction.",
        "It is not the case that 2 + 3 = 6.",
        "It is not true that 2 + 3 = 6.",
        "It's false that 2 + 3 = 6.",
        "2 + 3 = 6 is impossible.",
        "2 + 3 = 6 is not possible.",
        "2 + 3 = 6 (false)",
        "2 + 3 = 6 (a contradiction)",
        "2 + 3 = 6 \u2014 impossible.",
        "I used 2 + 3 = 5 instead of 2 + 3 = 6.",
        "Here 2 + 3 is not equal to 6.",
        "2 + 3 does not equal 6.",
        "2 + 3 doesn't equal 6.",
        "2 + 3 \\neq 6",
        "2 + 3 = 6 should not be there.",
        "He mistakenly wrote 2 + 3 = 6.",
        "She incorrectly computed 2 + 3 = 6.",
        "We cannot have 2 + 3 = 6.",
        "We can't have 2 + 3 = 6.",
        "We do not have 2 + 3 = 6.",
        "That does not mean that 2 + 3 = 6.",
        "There is a mistake: 2 + 3 = 6 is wrong.",
        "The equation 2 + 3 = 6 has no solution.",
        "The equality 2 + 3 = 6 fails.",
        "Neither 2 + 3 = 6 nor 2 + 3 = 7 holds.",
        "Wait, 2 + 3 = 6 isn't right.",
        "Rather than 2 + 3 = 6 we use the other one.",
        "Plugging in x = 1 gives 1 = 3 + 4, which is not true, so x = 1 is extraneous.",
        "1 = 3 + 4, which simplifies to 1 = 7, which is false.",
        "The claim that 2 + 3 = 6 is refuted by counting.",
        "We obtain 4 = 5 + 1, which cannot happen.",
        "$2+3=6$, impossible!",
        "No way is 2 + 3 = 6.",
        "Nobody says 2 + 3 = 6.",
        "2 + 3 = 6 is a common error.",
        "A common error is 2 + 3 = 6.",
        "The wrong result 2 + 3 = 6 came from haste.",
        "Her answer, 2 + 3 = 6, is wrong.",
        "A false equation such as 2 + 3 = 6 proves nothing.",
        "We get $-4 = 4 - 2$, so there are no solutions.",
        "This gives 0 = 5 + 1, so no solution exists.",
        "x = 1: 1 = 3 + 4, no.",
        "Replacing x by 2 gives 5 = 2 * 2, nonsense.",
        "2 + 3 = 6 (incorrectly added)",
        "2 + 3 = 6 \u2717",
        "2 + 3 = 6 \u274c",
        "2 + 3 = 6 $\\Rightarrow\\Leftarrow$",
        "\u00ac(2 + 3 = 6)",
        "$\\neg(2 + 3 = 6)$",
        "For this to work, 2 + 3 = 6 must hold.",
    };
    UNKNOWN(all);
}

static void test_supposed_and_quoted_equations_are_unknown(void **state) {
    static const char *const all[] = {
        "Suppose 2 + 2 = 5.",
        "Suppose that $2 + 2 = 5$.",
        "Assume for contradiction that 2 + 2 = 5.",
        "Let us assume 2 + 2 = 5, then everything follows.",
        "What if 2 + 3 = 6?",
        "If 2 + 3 = 6, then all numbers are equal.",
        "If x = 2 then 2 + 3 = 6.",
        "If x = 2, then 2 + 3 = 6.",
        "If x = 2, we get 2 + 3 = 6.",
        "One might think 2 + 3 = 6, but 2 + 3 is 5.",
        "You may think that 2 + 3 = 6, but it is not.",
        "It is tempting to say 2 + 3 = 6.",
        "I thought 2 + 3 = 6.",
        "Is 2 + 3 = 6?",
        "Is it true that 2 + 3 = 6?",
        "Does 2 + 3 = 6 hold?",
        "No solution exists unless 2 + 3 = 6.",
        "Let's test whether 2 + 3 = 6.",
        "Let's check if 2 + 3 = 6.",
        "Let's try 2 + 3 = 6.",
        "We check whether 2(3) + 1 = 8.",
        "Tom claims that 2 + 3 = 6.",
        "The student wrote 2 + 3 = 6.",
        "The student's work says \"2 + 3 = 6\".",
        "Plugging in x = 1, I get 1 = 3 + 4.",
        "Trying x = 1: 1 = 3 + 4.",
        "So the equation becomes 10 = -14 + 4.",
        "This would imply 2 + 3 = 6.",
        "Imagine that 2 + 3 = 6.",
        "The question is whether $2 + 3 = 6$.",
        "This can only be if 2 + 3 = 6.",
        "In order for 2 + 3 = 6 we need magic.",
        "Even if 2 + 3 = 6, nothing changes.",
        "Whenever 2 + 3 = 6, pigs fly.",
        "For which x is 2 + 3 = 6?",
        "True or false: 2 + 3 = 6?",
        "Let's see if 2 + 3 = 6 works.",
        "Option A says 2 + 3 = 6.",
        "2 + 3 =? 6",
        "2 + 3 \\stackrel{?}{=} 6",
    };
    UNKNOWN(all);
}

static void test_what_is_refuted_though_it_holds_is_not_right(void **state) {
    static const char *const all[] = {
        "It is not the case that 2 + 3 = 5.",
        "2 + 3 = 5 is false.",
        "2 + 3 does not equal 5.",
        "2 + 3 = 5, which is impossible.",
    };
    UNKNOWN(all);
}

static void test_what_the_author_takes_back_is_unknown(void **state) {
    static const char *const all[] = {
        "3 + 4 = 8. Wait, no: 3 + 4 = 7.",
        "3 + 4 = 8 \u2014 correction: 3 + 4 = 7.",
        "3 + 4 = 8 (typo, should be 7)",
        "2 + 2 = 5, oops, 4.",
        "2 + 2 = 5, I mean 4.",
        "2 + 2 = 5. Wrong!",
        "2 + 2 = 5 ... wrong",
        "7 * 8 = 54, hmm, no: 56.",
        "7 * 8 = 54 doesn't seem right. It is 56.",
        "Let me double check 7 * 8 = 54. Actually 7 * 8 = 56.",
        "Paragraph 2 calculates 17 * 3 = 41, but the correct value is 51.",
        "There is an arithmetic error: 17 * 3 = 41.",
        "17 * 3 = 41 should read 51.",
        "4 + 1 = 7, which simplifies to 5 = 7. So no.",
        "2(2) + 1 = 7. Left side is 5, right side is 7. Not equal.",
        "Check 5^2 + 12^2 = 14^2: 169 vs 196, no.",
        "0 = 3 - 1, so the lines are parallel.",
        "0 = 1 + 1. No solutions.",
        "~~2 + 3 = 6~~",
        "<s>2 + 3 = 6</s>",
        "$\\cancel{2 + 3 = 6}$",
    };
    UNKNOWN(all);
}

static void test_judgements_and_options_are_unknown(void **state) {
    static const char *const all[] = {
        "2 + 3 = 6 makes no sense.",
        "2 + 3 = 6 is obviously untrue.",
        "2 + 3 = 6 is no true statement.",
        "2 + 3 = 6, a false statement.",
        "2 + 3 = 6, so x = 1 does not work.",
        "This cannot be right: 2 + 3 = 6.",
        "A typical error: 2 + 3 = 6.",
        "A wrong approach: 2 + 3 = 6.",
        "I do not believe 2 + 3 = 6.",
        "It seems that 2 + 3 = 6, but it is not.",
        "Naively, 2 + 3 = 6.",
        "At first glance 2 + 3 = 6.",
        "On the assumption that 2 + 3 = 6 we go on.",
        "For 2 + 3 = 6 to hold we need luck.",
        "If this were true, 2 + 3 = 6.",
        "We'd get 2 + 3 = 6.",
        "It would follow that 2 + 3 = 6.",
        "We want 2 + 3 = 6.",
        "Find the mistake: 2 + 3 = 6.",
        "According to Bob, 2 + 3 = 6.",
        "Bob's answer: 2 + 3 = 6.",
        "Sally got 17 + 15 = 22 because she forgot to carry.",
        "\"2 + 3 = 6\", she said.",
        "Option B: 2 + 3 = 6",
        "Statement I: 2 + 3 = 6. Statement I is false.",
        "A. 2 + 2 = 5\nB. 2 + 2 = 4\nC. 2 + 2 = 6\nThe answer is B.",
        "Place brackets so that 2 + 3 * 4 = 20.",
        "Carrying the one, 4 + 3 = 8.",
    };
    UNKNOWN(all);
}

static void test_a_frame_that_ends_the_step_before(void **state) {
    static const char *const all[][2] = {
        {"Suppose that:", "2 + 2 = 5."},         {"It is false that", "2 + 2 = 5."},
        {"Bob says:", "\"2 + 2 = 5\""},          {"The wrong equation is:", "6 + 4 = 4"},
        {"The student's work:", "17 + 15 = 22"},
    };
    static const char *const done[][2] = {{"Suppose we buy eggs.", "3 * 4 = 13."},
                                          {"Here is the total:", "3 * 4 = 13"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(judge(*state, "Solve it.", all[i], 2, 1).verdict, CAIRN_VERDICT_UNKNOWN);
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        assert_int_equal(judge(*state, "Solve it.", done[i], 2, 1).verdict, CAIRN_VERDICT_WRONG);
}

static void test_roundings_days_and_differences_are_unknown(void **state) {
    static const char *const all[] = {
        "To the nearest hundred, 1234 * 5 = 6200.",
        "1234 * 5 = 6200 when rounded",
        "1234 * 5 = 6200 to two significant figures",
        "8/3/1997 - 1 day = 8/2/1997",
        "It is 3/5/2021 today, and 3/5 - 7 = 2/26.",
        "The difference between 3 and 8 is 5.",
        "In unsigned 8-bit, 255 + 1 = 0.",
    };
    NEVER_WRONG(all);
}

static void test_systems_that_the_text_defines(void **state) {
    static const char *const all[] = {
        "In Z/12Z, 7 + 8 = 3.",
        "In $\\mathbb{Z}/12\\mathbb{Z}$, $7 + 8 = 3$.",
        "In the group Z_7, 3 + 4 = 0.",
        "Define a * b = a + 2b. Then 3 * 4 = 11.",
        "Where $a * b = a^b$, $2 * 3 = 9$.",
        "Since $a \\cdot b := a^b$, $2 \\cdot 3 = 8$.",
        "Days of the week: 5 + 4 = 2.",
    };
    static const char *const step = "3 * 4 = 11", *const digit = "7^3 = 3", *const nim = "3 + 5 = 6",
                             *const made = "2 + 3 * 4 = 20", *const cents = "3 * 1.25 = 375";
    NEVER_WRONG(all);
    assert_int_not_equal(judge(*state, "Let a * b = a + 2b. Find 3 * 4.", &step, 1, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_not_equal(judge(*state, "What is the units digit of 7^3?", &digit, 1, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_not_equal(judge(*state, "Use nim addition. Find 3 + 5.", &nim, 1, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_not_equal(judge(*state, "Make 2 + 3 * 4 = 20 true.", &made, 1, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_not_equal(judge(*state, "How many cents are 3 * $1.25?", &cents, 1, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(judge(*state, "Let x * y = 12. Find x.", &step, 1, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(judge(*state, "What is the sum?", &nim, 1, 0).verdict, CAIRN_VERDICT_WRONG);
}

static void test_slips_beside_cue_words_are_found(void **state) {
    static const char *const all[] = {
        "So 2 + 3 = 6, which is not surprising.",
        "So 2 + 3 = 6, which is true.",
        "So 2 + 3 = 6, not 7.",
        "2 + 3 = 6 apples, and none of them is bad.",
        "It is not hard to see that 2 + 3 = 6.",
        "There is no doubt: 2 + 3 = 6.",
        "This is not a problem, since 2 + 3 = 6.",
        "The first claim is false, but 2 + 3 = 6.",
        "That was wrong. Now 2 + 3 = 6.",
        "I fixed the mistake: 2 + 3 = 6.",
        "Suppose he buys 3 more. Then 2 + 3 = 6.",
        "Suppose x = 2, so 2 + 3 = 6 apples remain.",
        "Assuming each costs $5, the total is 3 * 5 = 16.",
        "If she buys 3 boxes, she has 3 * 4 = 13 pens.",
        "If Tom has 3 apples and buys 4, then he has 3 + 4 = 8 apples.",
        "If $x=2$ and $y=7$ then $m=2*7*27=486$.",
        "If x = 3, the total is 3 * 4 = 13.",
        "There is enough room if 14 * 10 = 280 minutes are available.",
        "One might think it is hard, but 2 + 3 = 6.",
        "Let's try n = 80. The sum is 80(81)/2 = 3380.",
        "Let's check: 2 * 3 + 1 = 8.",
        "Is that enough? 2 + 3 = 6.",
        "She did not sell 3, so 3 + 4 = 8.",
        "He cannot pay more, and 3 * 4 = 13.",
        "We want to know if it rains. 2 + 3 = 6.",
        "Plugging in x = 5 gives 2 * 5 + 3 = 14.",
        "For n = 3: 2 * 3 + 1 = 8.",
        "Of the 45 people invited, 4 cannot come: 45 - 4 = 42.",
        "The number he did not use is 65 - 14 = 50.",
        "What is unused is 2 + 8 + 6 = 17 sticks.",
        "Unless it rains, he walks 3 * 4 = 13 miles.",
        "He said it would be easy, and 3 * 4 = 13.",
        "Instead of walking he drives 3 * 4 = 13 miles.",
        "She should be paid 3 * 4 = 13 dollars.",
        "It was impossible before. 3 * 4 = 13.",
        "To get the answer, 3 * 4 = 13.",
        "Wrong answers cost 2 points, so he loses 3 * 2 = 7 points.",
        "He makes no mistake in 3 of 7 rounds, so 7 - 3 = 5 rounds have one.",
        "$3328=2^5\\cdot13$",
        "90 = 70 + 21",
        "Thus 12 people cannot come, and 45 - 12 = 34 can.",
        "It costs nothing, so 3 * 4 = 13 dollars remain.",
        "x = 2: 2(2) + 1 = 7, which is not 5.",
        "The one who is wrong pays 3 * 4 = 13 dollars.",
        "Nothing is impossible: 3 * 4 = 13.",
        "Without mistakes we get 3 * 4 = 13.",
        "If you are not sure, note that 3 * 4 = 13.",
        "Check: 3 * 4 = 13.",
        "He wonders if it is enough. 3 * 4 = 13.",
        "Had he said no, 3 * 4 = 13 would remain.",
        "So that he has 3 * 4 = 13 pens.",
        "The assumption was right, and 3 * 4 = 13.",
        "He would have 3 * 4 = 13 dollars.",
        "According to the recipe, 3 * 4 = 13 eggs are used.",
        "It seems hard, but 3 * 4 = 13.",
        "I forgot nothing. 3 * 4 = 13.",
        "No doubt 3 * 4 = 13.",
        "(3 + 6 + -5 + 7) = (9 + -5 + 7) = (9 + 2) = 12",
        "Let's consider the boxes: 3 * 4 = 13.",
        "We need eggs, and 3 * 4 = 13 are there.",
        "His answer came late. 3 * 4 = 13.",
        "3 * 4 = 13, and 12 of them are red.",
    };
    WRONG(all);
}

static void test_a_next_step_may_refute_the_last_one(void **state) {
    static const char *const refuted[] = {"Substituting we get $4 = 3 + 2$.", "This is a contradiction."};
    static const char *const mended[] = {"2 + 3 = 6", "No, it is 2 + 3 = 5."};
    static const char *const other[] = {"2 + 3 = 6", "This is the number of apples."};
    assert_int_equal(judge(*state, "Solve it.", refuted, 2, 0).verdict, CAIRN_VERDICT_UNKNOWN);
    assert_int_equal(judge(*state, "Solve it.", mended, 2, 0).verdict, CAIRN_VERDICT_WRONG);
    assert_int_equal(judge(*state, "Solve it.", other, 2, 0).verdict, CAIRN_VERDICT_WRONG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuted_equations_are_unknown),
        cmocka_unit_test(test_supposed_and_quoted_equations_are_unknown),
        cmocka_unit_test(test_what_is_refuted_though_it_holds_is_not_right),
        cmocka_unit_test(test_what_the_author_takes_back_is_unknown),
        cmocka_unit_test(test_judgements_and_options_are_unknown),
        cmocka_unit_test(test_systems_that_the_text_defines),
        cmocka_unit_test(test_a_frame_that_ends_the_step_before),
        cmocka_unit_test(test_roundings_days_and_differences_are_unknown),
        cmocka_unit_test(test_slips_beside_cue_words_are_found),
        cmocka_unit_test(test_a_next_step_may_refute_the_last_one),
    };
    return cmocka_run_group_tests_name("tool asserted", tests, setup, teardown);
}

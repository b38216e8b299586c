/* label: light */
/* What stands around a statement of an answer: what introduces it, changes its value, doubts it or takes it back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "answer_stated.h"
#include "cairn/answer.h"
#include "tool_fixture.h"

/* What is taken back, thought, code or another turn states nothing. */
static void test_the_solution_alone_counts(void **state) {
    static const stated all[] = {
        {"The answer is \\boxed{12}.\n\nHold on. We need to subtract the initial 5, so it should be 7 instead.", NULL,
         NULL},
        {"The answer is 12... no wait, 13. Yes, 13.", NULL, NULL},
        {"The answer is 12. Oops, I mean 13.", NULL, NULL},
        {"Answer: 12\n\nCorrection: 13", NULL, NULL},
        {"The answer is 12. Wait, no. The answer is 13.", "13", "sentence"},
        {"They wait 5 minutes. The answer is \\boxed{5}.", "5", "box"},
        {"<think>\\boxed{5} hmm no</think>\n\n7", "7", "last-statement"},
        {"<think>\\boxed{5} hmm no</think>\n\nThe answer is \\boxed{7}.", "7", "box"},
        {"<think>\\boxed{5} hmm no, let me try again", NULL, NULL},
        {"<think>wait</think>\nSo \\boxed{5}", "5", "box"},
        {"(a) \\boxed{3}\n(b) \\boxed{5}", "3, 5", "boxes"},
        {"(a) $\\boxed{3}$\n\n(b) $\\boxed{5}$", "3, 5", "boxes"},
        {"The answer to the first part is 6. Now for the second part, ", NULL, NULL},
        {"So the answer to part (a) is 6. For part (b), we continue computing 6*3 = 18 and", NULL, NULL},
        {"Answer: 7\n\nHuman: What is 5+3?\nAssistant: The answer is 8.", "7", "marker"},
        {"#### 7\n\nQuestion: foo?\nAnswer: bar\n#### 8", "7", "hash"},
        {"The answer is 7.<|endoftext|>The answer is 8.", "7", "sentence"},
        {"so \\boxed{7}.</s> Problem: bar \\boxed{9}", "7", "box"},
        {"Q: what?\nA: The answer is 8.", "8", "sentence"},
        {"Question: what is 3+5?\nThe answer is 8.", "8", "sentence"},
        {"```python\nanswer = 5\nprint(answer + 2)\n```", NULL, NULL},
        {"```python\n# Answer: 5\nprint(x)\n```", NULL, NULL},
        {"```python\nanswer = 5\n```\nThe answer is 7.", "7", "sentence"},
        {"```answer\n7\n```", "7", "tag"},
        {"```json\n{\"answer\": 7}\n```", "7", "json"},
        {"<answer>12</answer>", "12", "tag"},
        {"The answer is 14. Note that the answer would be 7 if we forgot to double.", "14", "sentence"},
        {"**Answer: 14**\n\nFollow-up question: what if x = 3? Then the answer would be 6.", "14", "marker"},
        {"{\"answer\": 7, \"wrong_answer\": 5}", "7", "json"},
        {"{\"student_answer\": 5, \"correct\": false}", NULL, NULL},
        {"{\"final_answer\": \"7\"}", "7", "json"},
        {"{\"Final Answer\": 7}", "7", "json"},
    };
    FIND(all);
}

/* A statement of another value, another case or another one states nothing. */
static void test_what_stands_before_and_after_a_statement(void **state) {
    static const stated all[] = {
        {"The square of the answer is 6.", NULL, NULL},
        {"Twice the answer is 6.", NULL, NULL},
        {"Half of the answer is 6.", NULL, NULL},
        {"One less than the answer is 6.", NULL, NULL},
        {"100 times the answer is 6.", NULL, NULL},
        {"The reciprocal of the answer is 6.", NULL, NULL},
        {"The last digit of the answer is 6.", NULL, NULL},
        {"The estimate for the answer is 6.", NULL, NULL},
        {"The answer is the reciprocal of 6.", NULL, NULL},
        {"The answer is the cube of 6.", NULL, NULL},
        {"The answer is the number of divisors of 6.", NULL, NULL},
        {"The answer is the 6th prime.", NULL, NULL},
        {"The answer is 6 below zero.", "6 below zero", "sentence"},
        {"The answer is any number except 6.", NULL, NULL},
        {"The answer is all integers but 6.", NULL, NULL},
        {"The answer is true when x = 6.", NULL, NULL},
        {"Half of 6 is the answer.", NULL, NULL},
        {"Twice 6 is the answer.", NULL, NULL},
        {"The number after 6 is the answer.", NULL, NULL},
        {"Minus 6 is the answer.", NULL, NULL},
        {"x = 6 is a solution.", NULL, NULL},
        {"6 is not the solution.", NULL, NULL},
        {"6 is the solution volume.", NULL, NULL},
        {"6 liters is the solution of salt.", NULL, NULL},
        {"6 is the answer to a different question.", NULL, NULL},
        {"Nobody says the answer is 6.", NULL, NULL},
        {"I don't think the answer is 6.", NULL, NULL},
        {"The answer is said to be 6.", NULL, NULL},
        {"ChatGPT says the answer is 6; I disagree.", NULL, NULL},
        {"According to Bob the answer is 6, according to Ann it is 7.", NULL, NULL},
        {"Maybe the answer is 6, maybe 7.", NULL, NULL},
        {"Then the answer is 6 only when the die is fair; ours is not.", NULL, NULL},
        {"The answer is only 6 if we ignore the order.", NULL, NULL},
        {"For example, if you have 2 and 4, the answer is 6.", NULL, NULL},
        {"Example: for 2+4 the answer is 6. Now for our problem: 3+4.", NULL, NULL},
        {"For a similar problem the answer is 6.", NULL, NULL},
        {"The answer to the first question is 6; to the second, 7.", NULL, NULL},
        {"Therefore, x > 6.", NULL, NULL},
        {"Therefore, x < 6.", NULL, NULL},
        {"So x \\ne 6.", NULL, NULL},
        {"Therefore, x \xE2\x86\x92"
         " 6.",
         NULL, NULL},
        {"Therefore f is increasing on x > 6.", NULL, NULL},
        {"Therefore, $3x = 6$.", NULL, NULL},
        {"Thus -x = 6.", NULL, NULL},
        {"Thus 1/x = 6.", NULL, NULL},
        {"Therefore x + 1 = 6.", NULL, NULL},
        {"So x - 3 = 6.", NULL, NULL},
        {"Thus ln x = 6.", NULL, NULL},
        {"So now solve 2x = 6.", NULL, NULL},
        {"Thus x divides 6.", NULL, NULL},
        {"Thus 6 divides x.", NULL, NULL},
        {"Thus x has 6 digits.", NULL, NULL},
        {"Thus x is 6 more than y.", NULL, NULL},
        {"Thus x is 6 times y.", NULL, NULL},
        {"Thus x is twice 6.", NULL, NULL},
        {"Thus x exceeds 6.", NULL, NULL},
        {"Thus x is never 6.", NULL, NULL},
        {"Therefore, no x equals 6.", NULL, NULL},
        {"Hence none of them is 6.", NULL, NULL},
        {"Therefore it's false that x = 6.", NULL, NULL},
        {"Therefore we doubt x = 6.", NULL, NULL},
        {"Thus x can be 6.", NULL, NULL},
        {"Thus x may be 6.", NULL, NULL},
        {"Therefore we can rule out 6.", NULL, NULL},
        {"So we discard 6.", NULL, NULL},
        {"So we exclude x = 6.", NULL, NULL},
        {"So we reject x = 6.", NULL, NULL},
        {"So we multiply by 6.", NULL, NULL},
        {"So we divide both sides by 6.", NULL, NULL},
        {"So we add 6.", NULL, NULL},
        {"So substitute x = 6.", NULL, NULL},
        {"Therefore, plug in x = 6.", NULL, NULL},
        {"Therefore, we start with x = 6.", NULL, NULL},
        {"Thus it remains to find 6.", NULL, NULL},
        {"Therefore, it suffices to show x = 6.", NULL, NULL},
        {"So by equation (6).", NULL, NULL},
        {"So see figure 6.", NULL, NULL},
        {"Therefore the base case holds for n = 6.", NULL, NULL},
        {"So the claim holds for n = 6.", NULL, NULL},
        {"Therefore the statement fails for n = 6.", NULL, NULL},
        {"Therefore, x \xE2\x89\xA0"
         " 6.",
         NULL, NULL},
        {"Thus 2x = 6.", NULL, NULL},
        {"So the equation becomes 3x = 6.", NULL, NULL},
        {"Thus n is divisible by 6.", NULL, NULL},
        {"Therefore, we subtract 6.", NULL, NULL},
        {"Therefore, x = 6 is extraneous.", NULL, NULL},
        {"The final answer is 6. Wait, that's wrong.", NULL, NULL},
        {"\\boxed{6} \xE2\x80\x94"
         " wait, this is incorrect.",
         NULL, NULL},
        {"\\boxed{6}? No, that can't be right. Let me try again.", NULL, NULL},
        {"\\boxed{6}\n\nHmm, but that contradicts the condition x > 12. So there's an error somewhere.", NULL, NULL},
        {"The answer is 6. However, this does not satisfy the second equation.", NULL, NULL},
        {"The answer is 6. I apologize, the correct value is 12.", NULL, NULL},
        {"The textbook says the answer is 6, but we obtain 12.", NULL, NULL},
        {"So \\boxed{6} is what the student wrote, which is incorrect; the correct value is 12.", NULL, NULL},
        {"My first guess was that the answer is 6.", NULL, NULL},
        {"Initially I thought: the answer is 6. After more thought, 12 fits better.", NULL, NULL},
        {"Without the restriction the answer is 6. With it we remove 3, leaving 7.", NULL, NULL},
        {"If repetition were allowed, the answer would be 6.", NULL, NULL},
        {"Ignoring the leap day, the answer is 6. Including it, 11.", NULL, NULL},
        {"For n=1 the answer is 6. For general n we need a formula: 10n.", NULL, NULL},
        {"In the case of two people the answer is 6; for three people (our case) it is 15.", NULL, NULL},
        {"The answer to the subproblem is 6, so the original is 6^2 = 36.", NULL, NULL},
        {"The answer for x is 6, so x + y = 25.", NULL, NULL},
        {"Answer to step 1: 3.\nAnswer to step 2: 6.\nNow combine them by multiplying.", NULL, NULL},
        {"Answer: 6 (intermediate). Then we multiply by 2.", NULL, NULL},
        {"The answer is the square of 6.", NULL, NULL},
        {"Hence the answer is 6 minus the overlap, which is 2, leaving 8.", "6 minus the overlap", "sentence"},
        {"#### 6 steps remain", NULL, NULL},
        {"Put your final answer in \\boxed{6}.\nLet me start: x = 3", NULL, NULL},
        {"Part A: \\boxed{3}\n\nPart B: \\boxed{5}\n\nPart C: \\boxed{6}", "3, 5, 6", "boxes"},
        {"1. Answer: 3\n2. Answer: 6", NULL, NULL},
        {"(a) The answer is 3.\n(b) The answer is 6.", NULL, NULL},
        {"**Answer (a):** 3\n**Answer (b):** 6", NULL, NULL},
        {"First answer: 3\nSecond answer: 6", NULL, NULL},
        {"If so, the answer is 6. Otherwise, the answer is 7.", NULL, NULL},
        {"When x>0 the answer is 7. When x<0 the answer is 6.", NULL, NULL},
        {"The least likely option is (6).", NULL, NULL},
        {"The answer is 6.", "6", "sentence"},
        {"So the answer is 6.", "6", "sentence"},
        {"Thus, the answer is 6.", "6", "sentence"},
        {"Therefore the final answer is 6.", "6", "sentence"},
        {"After simplifying, the answer is 6.", "6", "sentence"},
        {"Since x = 3, the answer is 6.", "6", "sentence"},
        {"We conclude that the answer is 6.", "6", "sentence"},
        {"It follows that the answer is 6.", "6", "sentence"},
        {"This means the answer is 6.", "6", "sentence"},
        {"I think the answer is 6.", "6", "sentence"},
        {"Hence our answer is 6.", "6", "sentence"},
        {"Adding these, we see that the answer is 6.", "6", "sentence"},
        {"Therefore, x = 6.", "x = 6", "last-statement"},
        {"So there are 6 ways.", "6 ways", "last-statement"},
        {"Thus we get x = 6.", "x = 6", "last-statement"},
        {"Thus the area is 6.", "6", "last-statement"},
        {"Therefore, there are 6 apples.", "6 apples", "last-statement"},
        {"Hence she has 6 apples left.", "6", "last-statement"},
        {"So he makes 6 dollars.", "6 dollars", "last-statement"},
        {"So 6 is the answer.", "6", "sentence"},
        {"Therefore $x \\ge 6$ is the solution.", "x \\ge 6", "sentence"},
        {"So x = 6 is the final solution", "x = 6", "sentence"},
        {"We see that 6 is the answer.", "6", "sentence"},
        {"Then the answer is 6 and we are done.", "6", "sentence"},
        {"In conclusion, the answer is 6.", "6", "sentence"},
        {"The answer is therefore 6.", "6", "sentence"},
        {"Yes, the answer is 6.", "6", "sentence"},
        {"It turns out that the answer is 6.", "6", "sentence"},
        {"The answer is the value 6.", "6", "sentence"},
        {"Therefore, the sum is 6.", "6", "last-statement"},
        {"So, we have x = 6.", "x = 6", "last-statement"},
        {"The final answer is $\\boxed{6}$.", "6", "box"},
        {"\\boxed{6}. This completes the proof.", "6", "box"},
        {"Step 3: the answer is 6.", "6", "sentence"},
        {"By symmetry, the answer is 6.", "6", "sentence"},
        {"and the answer is 6", "6", "sentence"},
    };
    FIND(all);
}

/* The side of the formula that a box is a part of is the answer. */
static void test_boxes_in_formulas(void **state) {
    static const stated all[] = {
        {"$-\\boxed{7}$", "-\\boxed{7}", "box"},
        {"$\\boxed{7}\\times 10^3$", "\\boxed{7}\\times 10^3", "box"},
        {"$\\frac{\\boxed{7}}{2}$", "\\frac{\\boxed{7}}{2}", "box"},
        {"$\\sqrt{\\boxed{7}}$", "\\sqrt{\\boxed{7}}", "box"},
        {"so $x = 2\\boxed{7}$.", "2\\boxed{7}", "box"},
        {"$\\boxed{7}!$", "\\boxed{7}!", "box"},
        {"$\\boxed{7}^2$", "\\boxed{7}^2", "box"},
        {"$\\boxed{7}\\pi$", "\\boxed{7}\\pi", "box"},
        {"$\\boxed{7} + 2$", "\\boxed{7} + 2", "box"},
        {"$1/\\boxed{7}$", "1/\\boxed{7}", "box"},
        {"$x > \\boxed{7}$", "x > \\boxed{7}", "box"},
        {"$x \\ne \\boxed{7}$", "x \\ne \\boxed{7}", "box"},
        {"$\\boxed{7}x + \\boxed{3}$", "\\boxed{7}x + \\boxed{3}", "box"},
        {"$\\boxed{3} < x < \\boxed{4}$", "\\boxed{3} < x < \\boxed{4}", "box"},
        {"$\\boxed{3}:\\boxed{4}$", "\\boxed{3}:\\boxed{4}", "box"},
        {"$x = \\boxed{7}$.", "7", "box"},
        {"$\\boxed{7}$ apples", "7", "box"},
        {"$\\boxed{7}\\text{ cm}$", "7", "box"},
        {"$x_1 = \\boxed{7}, x_2 = \\boxed{8}$", "7, 8", "boxes"},
        {"$\\boxed{7}^\\circ$", "7", "box"},
        {"\\[x = \\boxed{7}.\\]", "7", "box"},
        {"costs \\$5, so $\\boxed{7}$.", "7", "box"},
        {"$\\angle A = \\boxed{30}^{\\circ}$", "30", "box"},
        {"$a \\equiv \\boxed{3} \\pmod{5}$", "3", "box"},
        {"$x+y=\\boxed{7}$ and we are done.", "7", "box"},
        {"\\boxed{7} million", "7 million", "box"},
        {"\\boxed{7}\\text{ thousand}", "7 thousand", "box"},
        {"\\boxed{7} dozen", "7 dozen", "box"},
        {"\\boxed{28}\\%", "28\\%", "box"},
        {"\\boxed{14}\n\nFor comparison, the naive approach gives \\boxed{7}, which is wrong.", NULL, NULL},
        {"Answer: \\boxed{14}\n\nExplanation: each half is \\boxed{7}.", "14", "box"},
        {"I need to put the answer in \\boxed{}. So x=3, and", NULL, NULL},
        {"\\boxed{7}\n\n(Format: \\boxed{answer})", "7", "box"},
    };
    FIND(all);
}

/* Each text names 8, and none says that it is the answer. */
static void test_what_names_a_value_states_none(void **state) {
    static const char *const texts[] = {
        "It would be tempting to say the answer is 8.",
        "A reasonable guess for the answer is 8.",
        "If we forget the carry, the answer is 8.",
        "The answer is a number whose square is 8.",
        "The answer is 8. Strike that.",
        "The answer is 8. That can't be right.",
        "The answer is 8. This is too large.",
        "The answer is 8. Let me double-check that: 3+4=7, so it is 7.",
        "The answer is 8. Hence 9.",
        "The answer is 8. Now multiply by 2.",
        "The answer is 8 (wrong).",
        "The answer is 8 or more.",
        "It remains to show that the answer is 8.",
        "In an earlier problem, the answer is 8.",
        "Modulo 10, the answer is 8.",
        "Tom said: \"The answer is 8.\"",
        "We are told whether the answer is 8.",
        "Therefore, x is less than 8.",
        "Thus he needs 8 more apples.",
        "So he sold all but 8 apples.",
        "So there are 8 apples left to distribute.",
        "Therefore the total so far is 8.",
        "So the cost of each apple is $8.",
        "So 3 + 5 = 8 apples.",
        "Thus there are probably 8 apples.",
        "Therefore, there are 4 + 4",
        "Note that equality occurs for\n\\[x = 8.\\]",
        "#### 8 steps remain",
        "| Answer | 8 | 9 |",
        "Si la respuesta es 8, entonces",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) look(*state, NULL, &(stated){texts[i], NULL, NULL});
}

static void test_what_surrounds_a_box(void **state) {
    static const stated all[] = {
        {"So the answer is not $\\boxed{8}$.", NULL, NULL},
        {"So if the answer is $\\boxed{8}$.", NULL, NULL},
        {"So the answer is never $\\boxed{8}$.", NULL, NULL},
        {"So the answer is less than $\\boxed{8}$.", NULL, NULL},
        {"So the answer is twice $\\boxed{8}$.", NULL, NULL},
        {"So the answer is at most $\\boxed{8}$.", NULL, NULL},
        {"So Tom can buy at most $\\boxed{8}$ pens.", "8", "box"},
        {"So the answer is the square of $\\boxed{8}$.", NULL, NULL},
        {"So it is supposed to be $\\boxed{8}$.", NULL, NULL},
        {"So the answer for n = 1 is $\\boxed{8}$.", NULL, NULL},
        {"So the answer to this question is $\\boxed{8}$.", "8", "box"},
        {"It's not true that $\\boxed{8}$.", NULL, NULL},
        {"So the answer is $\\boxed{8}$ squared.", NULL, NULL},
        {"So the answer is $\\boxed{8}$ + 1.", NULL, NULL},
        {"So the answer is $\\boxed{8}$ or 9.", NULL, NULL},
        {"So the answer is $\\boxed{8}$, 9.", NULL, NULL},
        {"So the answer is $\\boxed{8}$ if x > 0.", NULL, NULL},
        {"So the answer is $\\boxed{8}$ in base 9.", NULL, NULL},
        {"So the answer is $\\boxed{8}$? No.", NULL, NULL},
        {"So $\\boxed{8}$ is too large.", NULL, NULL},
        {"\\boxed{9} is correct, while \\boxed{8} is a common error.", NULL, NULL},
        {"So $\\boxed{8}$ is our answer.", "8", "box"},
        {"So $\\boxed{8}$ of the boys can swim.", "8", "box"},
        {"So there are $\\boxed{8}$ ways to occupy every lane.", "8", "box"},
        {"So $x=\\boxed{8},$ since $64$ is its square.", "8", "box"},
        {"So it takes $\\boxed{8}$ minutes (see above).", "8", "box"},
        {"Please write your answer as \\boxed{8}.", NULL, NULL},
        {"Do not write \\boxed{8}.", NULL, NULL},
        {"Use the format \\boxed{8} for the final answer.", NULL, NULL},
        {"The student wrote \\boxed{8}.", NULL, NULL},
        {"\\boxed{3} hours and \\boxed{20} minutes", "3 hours and 20 minutes", "box"},
        {"\\boxed{3} feet \\boxed{6} inches", "3 feet 6 inches", "box"},
        {"We measure \\boxed{3} cm and \\boxed{6} cm", "3, 6", "boxes"},
    };
    FIND(all);
}

static void test_boxes_of_parts_are_no_single_answer(void **state) {
    static const stated all[] = {
        {"The maximum is \\boxed{7}.\n\nThe minimum is \\boxed{8}.", NULL, NULL},
        {"For case 1 we get \\boxed{7}.\nFor case 2 we get \\boxed{8}.", NULL, NULL},
        {"Step 1: \\boxed{7}\nStep 2: \\boxed{8}", NULL, NULL},
        {"(i) \\boxed{7}\n(ii) \\boxed{8}", NULL, NULL},
        {"The side is \\boxed{7}.\nSo the answer is \\boxed{8}.", "8", "box"},
        {"The side is \\boxed{7}.\nThe final answer is \\boxed{8}.", "8", "box"},
    };
    FIND(all);
}

static void test_tags_stand_alone(void **state) {
    static const stated all[] = {
        {"I put the answer in <answer>8</answer> tags.", NULL, NULL},
        {"So it is not <answer>8</answer>", NULL, NULL},
        {"<answer>8</answer> is wrong", NULL, NULL},
        {"<answer>8</answer>\\pi", NULL, NULL},
        {"So the answer is <answer>8</answer>.", "8", NULL},
        {"Done.\n<answer>8</answer>\nBye.", "8", "tag"},
    };
    FIND(all);
}

static void test_sentences_that_end_a_solution(void **state) {
    static const stated all[] = {
        {"We add. Therefore, there are 8 such numbers.", "8", "last-statement"},
        {"Hence, there are 8 ways to arrange the books.", "8", "last-statement"},
        {"Therefore, Janet makes $8 every day at the market.", "$8", "last-statement"},
        {"Thus she spent $8 in total.", "$8", "last-statement"},
        {"Therefore, it takes Tom 8 hours.", "8 hours", "last-statement"},
        {"The result is 8.", "8", "last-statement"},
        {"**8**", "8", "last-statement"},
        {"The answer is 8. We can check that 3 + 5 = 8.", "8", "sentence"},
        {"The answer is 8.\n\nNote that 3 + 5 = 8.", "8", "sentence"},
        {"The answer is 8. Let me know if you have any questions.", "8", "sentence"},
        {"### Final Answer\n\nThe total cost is $8.", "$8", "block"},
    };
    FIND(all);
}

/* What stands before the last 96 KiB is not looked at. */
static void test_the_end_of_a_long_text_counts(void **state) {
    enum { BYTES = 1 << 20 };
    char *text = malloc(BYTES + 64);
    assert_non_null(text);
    memset(text, '.', BYTES);
    memcpy(text, "\\boxed{7}", 9);
    strcpy(text + BYTES, " \\boxed{8}");
    look(*state, NULL, &(stated){text, "8", "box"});
    strcpy(text + BYTES, " no more");
    look(*state, NULL, &(stated){text, NULL, NULL});
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_solution_alone_counts),
        cmocka_unit_test(test_what_stands_before_and_after_a_statement),
        cmocka_unit_test(test_boxes_in_formulas),
        cmocka_unit_test(test_what_names_a_value_states_none),
        cmocka_unit_test(test_what_surrounds_a_box),
        cmocka_unit_test(test_boxes_of_parts_are_no_single_answer),
        cmocka_unit_test(test_tags_stand_alone),
        cmocka_unit_test(test_sentences_that_end_a_solution),
        cmocka_unit_test(test_the_end_of_a_long_text_counts),
    };
    return cmocka_run_group_tests_name("tool answer around", tests, setup, teardown);
}

/* label: light */
/* Where a solution states its final answer: by which rule, where it ends, and what is no statement. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "answer_stated.h"
#include "cairn/answer.h"
#include "data.h"
#include "tool_fixture.h"

static void test_boxes(void **state) {
    static const stated all[] = {
        {"So \\boxed{\\frac{1}{\\sqrt{2}}}.", "\\frac{1}{\\sqrt{2}}", "box"},
        {"\\boxed 42", "42", "box"},
        {"So $x=\\boxed 4$, as above.", "4", "box"},
        {"\\boxed{ 42 }", "42", "box"},
        {"\\boxed {42}", "42", "box"},
        {"\\boxed\\frac12", "\\frac12", "box"},
        {"$\\boxed\\frac{1}{2 + 3}$.", "\\frac{1}{2 + 3}", "box"},
        {"\\boxed-3.", "-3", "box"},
        {"\\fbox{42}", "42", "box"},
        {"\\framebox{42}", "42", "box"},
        {"\\framebox[3cm][c]{42}", "42", "box"},
        {"\\bbox[5px, border: 2px solid red]{42}", "42", "box"},
        {"\\colorbox{yellow}{42}", "42", "box"},
        {"$\\boxed{\\left\\{ 1, 2 \\right\\}}$", "\\left\\{ 1, 2 \\right\\}", "box"},
        {"$\\boxed{\\text{(B)}}$", "\\text{(B)}", "box"},
        {"$\\boxed{$72$}$", "72", "box"},
        {"\\\\boxed{7}", "7", "box"}, /* escaped twice */
        {"{ \\boxed{7}", "7", "box"}, /* a brace that is not closed */
        {"\\boxed{\\boxed{7}}", "7", "box"},
        {"I had \\boxed{5}; no, \\boxed{7}.", "7", "box"},
        {"\\boxed{} then \\boxed{7} then \\boxed{ }", "7", "box"},
        {"\\boxed{7} and \\boxed{8", "7", "box"},
        {"\\boxed{1", NULL, NULL},
        {"So the answer is \\boxed{1", NULL, NULL},
        {"The answer is \\boxed{9}.", "9", "box"},
        {"The answer is $x = \\boxed{9}$, not 7.", "9", "box"},
        {"See \\boxing{5}", NULL, NULL},
    };
    FIND(all);
}

static void test_statements_in_boxes(void **state) {
    static const stated all[] = {
        {"\\boxed{\\text{The answer is 38}}", "38", "box"},
        {"\\boxed{\\text{Answer: } 7}", "7", "box"},
        {"So \\boxed{\\text{answer} = 7}.", "7", "box"},
        {"\\boxed{\\textbf{Final Answer: } \\frac{1}{2}}", "\\frac{1}{2}", "box"},
        {"\\boxed{\\text{The answer is } 7 \\text{ pins}}", "7 \\text{ pins}", "box"},
        {"\\boxed{\\text{the final answer is (B)}}", "(B)", "box"},
        {"$$\\boxed{\\text{So, the answer is: }12}$$", "12", "box"},
        {"\\fbox{Answer: 12}", "12", "box"},
        {"\\boxed{Answer = 12}", "12", "box"},
        {"\\boxed{The answer is $3.50$.}", "3.50", "box"},
        {"\\boxed{\\mathrm{Answer}: -4}", "-4", "box"},
        {"\\[ \\text{Answer: } 7 \\]", "7", NULL},
        {"\\textbf{The answer is 7}", "7", NULL},
        {"$\\text{Answer: } 7$", "7", NULL},
        {"\\textbf{Answer:} 7", "7", NULL},
    };
    FIND(all);
}

static void test_several_boxes_in_one_line_are_several_answers(void **state) {
    static const stated all[] = {
        {"The roots are \\boxed{2} and \\boxed{3}.", "2, 3", "boxes"},
        {"So $\\boxed{2}$, $\\boxed{3}$, and $\\boxed{5}$.", "2, 3, 5", "boxes"},
        {"$\\boxed{x = 2} \\text{ or } \\boxed{x = 3}$", "x = 2, x = 3", "boxes"},
        {"\\boxed{2}\nand later \\boxed{3}", "3", "box"},
        {"\\boxed{2}; then \\boxed{3}", "3", "box"},
        {"\\boxed{7} and \\boxed{7}", "7", "boxes"},
        {"It is \\boxed{0.5} or \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}", "boxes"}, /* one value in two spellings */
        {"We need \\boxed{4} trucks and \\boxed{9} vans.", "4, 9", "boxes"},
        {"\\boxed{(0, 2)} \\text{ for part (a) and } \\boxed{(5, 1)}", "(0, 2), (5, 1)", "boxes"},
        {"So $p_1 = \\boxed{6}$ and $p_2 = \\boxed{-1}$.", "6, -1", "boxes"},
        {"$\\boxed{6}$ $\\boxed{7}$", "7", "box"},
        {"$\\boxed{6}\\boxed{7}$", "6, 7", "boxes"},
        {"The side is \\boxed{4}, so the area is \\boxed{16}.", "16", "box"},
        {"\\boxed{4} is even and \\boxed{5} is odd", "5", "box"},
        {"\\boxed{4} of the many small boys and \\boxed{5}", "5", "box"},
    };
    FIND(all);
}

static void test_the_sign_of_per_cent_after_a_box_is_part_of_it(void **state) {
    static const stated all[] = {
        {"That is $\\boxed{28}\\%$.", "28\\%", "box"},         {"It rose by $\\boxed{28}$ percent.", "28\\%", "box"},
        {"\\boxed{28} \\text{ pct}", "28\\%", "box"},          {"\\boxed{28\\%} percent", "28\\%", "box"},
        {"$\\boxed{28}$ percentages were given", "28", "box"}, {"\\boxed{28}. Percent is no unit.", "28", "box"},
    };
    FIND(all);
}

static void test_closings_say_nothing(void **state) {
    static const stated all[] = {
        {"Therefore, $x = 4$. I hope it is correct.", "x = 4", "last-statement"},
        {"So there are 12 ways. <|im_start|>user", "12 ways", "last-statement"},
        {"The answer is 12. I hope this helps!<|im_end|>", "12", "sentence"},
        {"Final Answer: The length of $AB$ is 12. I hope it is correct. <|im_start|>user\n", "12", "marker"},
        {"<|im_start|>assistant\nThe answer is 12.<|im_end|>", "12", "sentence"},
        {"I hope it is correct.", NULL, NULL},
    };
    FIND(all);
}

static void test_tags_and_json(void **state) {
    static const stated all[] = {
        {"<answer>7</answer>", "7", "tag"},
        {"<think>The answer is 3? No.</think><answer> 7 </answer>", "7", "tag"},
        {"<answer>\n7\n</answer>", "7", "tag"},
        {"<ANSWER>$\\frac12$</ANSWER>", "\\frac12", "tag"},
        {"<final_answer>7 km</final_answer>", "7 km", "tag"},
        {"[ANSWER]7[/ANSWER]", "7", "tag"},
        {"<<answer>>7<</answer>>", "7", "tag"},
        {"```answer\n7\n```", "7", "tag"},
        {"<answer>\\boxed{7}</answer>", "7", "box"},
        {"<answer>The answer is 7.</answer>", "7", "sentence"},
        {"<answer>7", "7", "tag"}, /* a stop string takes the closing tag off */
        {"<answer></answer>", NULL, NULL},
        {"{\"answer\": 7}", "7", "json"},
        {"{\"reasoning\": \"3+4\", \"answer\": \"x = 7\"}", "x = 7", "json"},
        {"{\"final_answer\": \"\\\\frac{1}{2}\", \"sure\": true}", "\\frac{1}{2}", "json"},
        {"```json\n{\n  \"answer\": [1, 2],\n  \"n\": 3\n}\n```", "[1, 2]", "json"},
        {"{\"answer\": \"3\\u00b0\"}", "3\u00b0", "json"},
        {"{'answer': '7'}", "7", "json"},
        {"{\"answer\": null}", NULL, NULL},
    };
    FIND(all);
}

static void test_markers(void **state) {
    static const stated all[] = {
        {"She has 9 * 2 = 18.\nA: 18", "18", "marker"},
        {"A: 1\nA: 2\nA:\n", "2", "marker"},
        {"Answer: 7", "7", "marker"},
        {"**Answer:** 7", "7", "marker"},
        {"**Answer: 7**", "7", "marker"},
        {"Answer: __73__", "73", "marker"},
        {"Answer: `73`", "73", "marker"},
        {"**Answer**: $x = 7$", "x = 7", "marker"},
        {"\u2705 Final Answer: **64**", "64", "marker"},
        {"**Final Answer:** 7 apples\n", "7 apples", "marker"},
        {"Final answer $60840$", "60840", "marker"},
        {"Final Answer: The final answer is $3$. I hope it is correct.", "3", "sentence"},
        {"> **Answer:** 3.5 km", "3.5 km", "marker"},
        {"1. **Answer:** 3", "3", "marker"},
        {"# Answer: \\frac{29}{5}", "\\frac{29}{5}", "marker"},
        {"ANSWER: YES", "YES", "marker"},
        {"Ans: 7", "7", "marker"},
        {"Answer = 7", "7", "marker"},
        {"The final answer: 7", "7", "marker"},
        {"Answer: (B) 42", "(B)", "marker"},
        {"Answer: B. 42 apples", "B", "marker"},
        {"So $\\boxed{\\langle V\\rangle \\gg W}$.\n**Answer: D**", "D", "marker"},
        {"Answer: 1,234 dollars.", "1,234 dollars", "marker"},
        {"Answer: red, green and blue.", "red, green and blue", "marker"},
        {"Answer: March 5, 2020", "March 5, 2020", "marker"},
        {"Answer: 5 p.m.", "5 p.m.", "marker"},
        {"Answer: Mr. J. Smith", "Mr. J. Smith", "marker"},
        {"| Quantity | Value |\n|---|---|\n| Pins | 3 |\n| **Answer** | **7** |", "7", "table"},
        {"PLAZA: 5", NULL, NULL},
        {"Answers vary.", NULL, NULL},
        {"Which is right?\nA: 5\nB: 6\nC: 7", NULL, NULL},
        {"Answer $7$", "7", "marker"},
        {"Answer \\( (3+4) \\).", "(3+4)", "marker"},
        {"So far so good.\nAnswer: \\[ 7 \\]", "7", NULL},
        {"Answer $7$ was wrong in the book", NULL, NULL},
        {"An answer $7$", NULL, NULL},
        {"Final Answer: The area of $ABCD$ is 120.", "120", "marker"},
    };
    FIND(all);
}

static void test_values_in_the_next_line(void **state) {
    static const stated all[] = {
        {"The answer is:\n72", "72", NULL},
        {"The answer is\n\n$$72$$", "72", NULL},
        {"So the final answer is\n\\[\n\\frac{1}{2}\n\\]\nas claimed.", "\\frac{1}{2}", NULL},
        {"**Final Answer**\n72", "72", "block"},
        {"**Final Answer:**\n\n72 km", "72 km", "block"},
        {"### Final Answer\n\n$$72$$", "72", "block"},
        {"### Final Answer\n\n\\[ 72 \\]\n", "72", "block"},
        {"## Answer\n**72**", "72", "block"},
        {"Answer:\n72\n\nBecause 36 * 2 = 72.", "72", "block"},
        {"# Answer\\n\\n-9", "-9", "block"}, /* line ends spelled, as PRM800K has them */
        {"### Final Answer\n\nThe shop has **72** pins.", "72", "block"},
        {"### Final Answer\n\nThere are 72 pins in the box.", "72", "block"},
        {"### Final Answer\n\nIt takes Tom 5 hours to do it.", "5 hours", "block"},
        {"Answer: The total is 72.", "72", "marker"},
        {"### Final Answer\n\nThe area of the disc is $25\\pi$.", "25\\pi", "block"},
        {"**Answer**\n\nLet $x$ be a number with $x > 2$. We see", NULL, NULL},
        {"**Final Answer**\n\\boxed{72}", "72", "box"},
    };
    FIND(all);
}

static void test_hashes(void **state) {
    static const stated all[] = {
        {"...\n#### 1,234", "1,234", "hash"},
        {"...\n#### -3/4", "-3/4", "hash"},
        {"Step 4: #### 2.8", "2.8", "hash"},
        {"#### $18", "$18", "hash"},
        {"#### Yes", "Yes", "hash"},
        {"The answer is 5. Wait.\n#### 6", "6", "hash"},
        {"#### 6\nNo, \\boxed{7}", "7", "box"},
        {"The answer is 72.\n#### Check\n36*2 = 72, fine", "72", "sentence"},
        {"\\boxed{72}\n#### Verification\n36*2 = 72, fine", "72", "box"},
        {"#### 1. Simplify the fraction\nIt is 3/4.", NULL, NULL},
        {"#### Step 2\nWe add 3 and 4.", NULL, NULL},
        {"##### 7\n", NULL, NULL},
    };
    FIND(all);
}

static void test_sentences(void **state) {
    static const stated all[] = {
        {"Therefore the answer is 3.5. That was easy", "3.5", "sentence"},
        {"So the answer is 1244", "1244", "sentence"},
        {"So, the answer is indeed 72.", "72", "sentence"},
        {"Thus, our final answer is therefore exactly 72.", "72", "sentence"},
        {"The answer would be 72.", "72", "sentence"},
        {"The answer should be 72.", "72", "sentence"},
        {"The answer equals 72.", "72", "sentence"},
        {"The answer comes out to 72.", "72", "sentence"},
        {"So the answer = 72", "72", "sentence"},
        {"The answer to the problem is 72.", "72", "sentence"},
        {"The answer, in cents, is 72.", "72", "sentence"},
        {"We get an answer of 72.", "72", "sentence"},
        {"Hence our answer is option (C).", "(C)", "sentence"},
        {"The correct option is (B).", "(B)", "choice"},
        {"The correct choice is therefore B.", "B", "choice"},
        {"Answer is D.", "D", "sentence"},
        {"(the answer is 7)", "7", "sentence"},
        {"**The final answer is 42.**", "42", "sentence"},
        {"The answer is \"Monday\".", "Monday", "sentence"},
        {"So the answer is ] }", "] }", "sentence"},
        {"So the answer is > )", "> )", "sentence"},
        {"The answer is alpha beta can gamma being of delta", "alpha beta can gamma being of delta", "sentence"},
        {"So the answer is $22 \\div 2 = 11$.", "11", "sentence"},
        {"So the answer is 3 + 4 = 7.", "7", "sentence"},
        {"The final answer is the vector $\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}$.",
         "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "sentence"},
        {"\u56e0\u6b64\u7b54\u6848\u662f 72\u3002", "72", NULL},
        {"\u7b54\u6848\uff1a72", "72", NULL},
        {"\u6545\u9009B\u3002", "B", NULL},
        {"La respuesta es 72.", "72", "sentence"},
    };
    FIND(all);
}

static void test_a_statement_ends_where_its_value_ends(void **state) {
    static const stated all[] = {
        {"The answer is 72, all told, and the shop keeps it.", "72", "sentence"},
        {"The answer is 72 pins, overall.", "72 pins", "sentence"},
        {"The answer is 72 because 36 * 2 = 72.", "72", "sentence"},
        {"The answer is 72 (see above).", "72", "sentence"},
        {"The answer is 72; done.", "72", "sentence"},
        {"The answer is 72: see above.", "72", "sentence"},
        {"The answer is 72 - that is all.", "72", "sentence"},
        {"The answer is 72 \u2014 that is all.", "72", "sentence"},
        {"The answer is 72 which we wanted.", "72", "sentence"},
        {"The answer is 72 and we are done.", "72", "sentence"},
        {"The answer is 72, so the shop keeps it.", "72", "sentence"},
        {"The answer is 3.5, as required.", "3.5", "sentence"},
        {"The answer is (1, 2), as required.", "(1, 2)", "sentence"},
        {"The answer is [1, 2), as required.", "[1, 2)", "sentence"},
        {"The answer is $72, not $70.", "$72", "sentence"},
        {"The answer is $x + 2, y$, of course.", "x + 2, y", "sentence"},
        {"The answer is 2, 3 and 5.", "2, 3 and 5", "sentence"},
        {"The answer is 2, 3, and 5, as we saw.", "2, 3, and 5", "sentence"},
        {"The answer is x = 3 or x = -3.", "x = 3 or x = -3", "sentence"},
        {"The answer is $x = 3$ or $x = -3$.", "$x = 3$ or $x = -3$", "sentence"},
        {"The answer is 1,234 dollars.", "1,234 dollars", "sentence"},
        {"The answer is 5 (mod 7).", "5 (mod 7)", "sentence"},
        {"The answer is (x + 1)(x - 1).", "(x + 1)(x - 1)", "sentence"},
        {"The answer is 3 : 4.", "3 : 4", "sentence"},
        {"The answer is 3:4, in lowest terms.", "3:4", "sentence"},
        {"The answer is 5 p.m. on Monday.", "5 p.m. on Monday", "sentence"},
        {"The answer is 5! + 1.", "5! + 1", "sentence"},
        {"The answer is **72** pins.", "72 pins", "sentence"},
        {"The answer is Monday, because it rains.", "Monday", "sentence"},
        {"The answer is at least 7.", "at least 7", "sentence"},
        {"The answer is 3/4 in simplest form.", "3/4", "sentence"},
        {"The answer is either 7 or 8.", "7 or 8", "sentence"},
        {"The answer is 1 hour and 30 minutes.", "1 hour and 30 minutes", "sentence"},
        {"The answer is $5, $6, and $7.", "$5, $6, and $7", "sentence"},
        {"The answer is (\u2212\u221e, 3].", "(\u2212\u221e, 3]", "sentence"},
        {"The answer is 2x + 3, where x is positive.", "2x + 3", "sentence"},
        {"The answer is two and a half.", "two and a half", "sentence"},
    };
    FIND(all);
}

static void test_values_before_their_noun(void **state) {
    static const stated all[] = {
        {"So 5 is the answer.", "5", "sentence"},
        {"Therefore, x = 5 is the answer.", "x = 5", "sentence"},
        {"Thus $\\frac{1}{2}$ is our final answer.", "\\frac{1}{2}", "sentence"},
        {"Hence \\(x+1\\) is indeed the correct answer.", "x+1", "sentence"},
        {"We see that 5 apples is the answer.", "5 apples", "sentence"},
        {"So 3 and 5 are the answers. So 3 is the answer.", "3", "sentence"},
        {"5 is not the answer.", NULL, NULL},
        {"Is 5 the answer?", NULL, NULL},
        {"So this is the answer.", NULL, NULL},
        {"We check whether 5 is the answer.", NULL, NULL},
    };
    FIND(all);
}

static void test_choices_of_the_problem(void **state) {
    static const char problem[] = "Which is prime? (A) 4 (B) 5 (C) 6 (D) 8";
    static const stated all[] = {
        {"Therefore, option B is correct.", "B", "choice"},       {"So (B) is correct.", "(B)", "choice"},
        {"(B) is the correct choice.", "(B)", "choice"},          {"The option is (B).", "(B)", "choice"},
        {"Our choice is (C), or rather \\boxed{B}.", "B", "box"}, {"That is correct.", NULL, NULL},
    };
    look_all(state, problem, all, sizeof all / sizeof *all);
    look(*state, NULL, &(stated){"So (B) is correct.", NULL, NULL});
}

static void test_the_last_statement_concludes(void **state) {
    static const stated all[] = {
        {"We add.\nTherefore, x = 5.", "x = 5", "last-statement"},
        {"We add.\nSo 3 + 4 = 7.", NULL, NULL}, /* a step as often */
        {"We add.\nThus the area is $25\\pi$.", "25\\pi", "last-statement"},
        {"We add.\nTherefore, there are 42 apples.", "42 apples", "last-statement"},
        {"We add. Hence, the sum is 3 + 4 = 7 pins.", NULL, NULL},
        {"We add.\nx = 5", "x = 5", "last-statement"},
        {"We add.\n$x = 5$", "x = 5", "last-statement"},
        {"We add.\n\\[ x = 5. \\]", "x = 5", "last-statement"},
        {"We add.\n= 42", "42", "last-statement"},
        {"That means he makes 30*25=$<<30*25=750>>750 a month\n", NULL, NULL},
        {"That means he makes 30*25=$<<30*25=750>>750 a mo", NULL, NULL}, /* cut off */
        {"42", "42", "last-statement"},
        {"The answer is 4. So x = 5.", NULL, NULL}, /* which of them? */
        {"The answer is 4. So x = 4.", "4", "sentence"},
        {"Therefore, x = 5. Next we look for y.", NULL, NULL},
        {"We add.\nx + y = 5", NULL, NULL},
        {"So we need 5 more.", NULL, NULL},
        {"So 2 of the 7 are red.", NULL, NULL},
        {"There are 42 apples.", NULL, NULL},
        {"Is x = 5?", NULL, NULL},
        {"So x = 5 is wrong.", NULL, NULL},
        {"We add 4 and 5.", NULL, NULL},
        {"Adding both gives the sum. We find that $t \\le 4$.", "t \\le 4", "last-statement"},
        {"The solution is $y > -2$", "y > -2", "last-statement"},
        {"The solution is to wait for the bus.", NULL, NULL},
        {"We get $2x = 8$ and then $x = 4$ Hence, the larger side of the box is 4.", "4", "last-statement"},
        {"Therefore, the price of the car increases by 30%.", "30%", "last-statement"},
        {"Hence there are 9 such small boxes that hold a red ball of any kind.", "9", "last-statement"},
        {"Hence there are 9 small boxes, which seems more than were bought.", NULL, NULL},
        {"So the flawed count is 9.", NULL, NULL},
    };
    FIND(all);
}

static void test_what_is_no_statement(void **state) {
    static const stated all[] = {
        {"", NULL, NULL},
        {"She has 18 eggs", NULL, NULL},
        {"We answer nothing", NULL, NULL},
        {"The answer is correct.", NULL, NULL},
        {"I hope the answer is right.", NULL, NULL},
        {"Is the answer 5?", NULL, NULL},
        {"Is the answer: 5?", NULL, NULL},
        {"The answer is not 7.", NULL, NULL},
        {"The answer is therefore not 5.", NULL, NULL},
        {"Suppose the answer is 7.", NULL, NULL},
        {"If the answer is 7, then we are lost.", NULL, NULL},
        {"Check whether the final answer is 7.", NULL, NULL},
        {"The wrong answer is 7.", NULL, NULL},
        {"The student's answer is 7.", NULL, NULL},
        {"The answer is 7, which is wrong.", NULL, NULL},
        {"The answer is 5!", NULL, NULL}, /* a factorial, or five with emphasis */
        {"The answer is the number of pins.", NULL, NULL},
        {"Thus, this is our final answer.", NULL, NULL},
        {"y = 1 is what answers f(y) = 2", NULL, NULL},
    };
    FIND(all);
}

static void test_what_is_no_statement_replaces_no_answer(void **state) {
    static const char *const after[] = {
        "Let me verify: 5 + 2 = 7. The answer is correct.",
        "I hope the answer is right.",
        "The answer is final.",
        "Check that the answer is positive: yes.",
        "#### Check\n5 + 2 = 7, fine",
        "#### Verification\nyes",
        "Is the answer 5?",
        "So the answer is not 5.",
        "Suppose the answer is 5. Then 5 + 2 = 7, a contradiction.",
        "The answer is consistent with the figure.",
        "One wrong answer is 5.",
        "We verify that the answer is 8 - 1.",
        "The answer is reasonable.",
        "The answer is 100% correct.",
        "The answer is the same as before.",
        "The answer is no longer 8.",
        "**Answer**\n",
        "\\boxed{",
        "The final answer is in lowest terms.",
    };
    static const char *const before[] = {"\\boxed{7}", "#### 7", "The answer is 7.", "**Answer:** 7", "A: 7"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        for (size_t k = 0; k < sizeof after / sizeof *after; k++) {
            char text[256];
            snprintf(text, sizeof text, "%s\n%s", before[i], after[k]);
            look(*state, NULL, &(stated){text, "7", NULL});
        }
}

static void test_the_last_statement_wins(void **state) {
    static const stated all[] = {
        {"The answer is 5. No: the answer is 6.", "6", "sentence"},
        {"\\boxed{5}. I made a slip, so the answer is 6.", "6", "sentence"},
        {"\\boxed{5}. The answer is Paris in this case.", "5", "box"}, /* words do not replace a box */
        {"**Answer:** 5\n\nIndeed \\boxed{6}", "6", "box"},
        {"\\boxed{5}\n#### 6", "6", "hash"},
    };
    FIND(all);
}

static void test_other_statements_are_counted(void **state) {
    const bench *b = *state;
    const char *text = "The answer is 5. Wait. \\boxed{6}. So the answer is 6.\nA: 7\n#### 6";
    cairn_found found;
    assert_int_equal(cairn_answer_find(b->ctx, b->arena, text, strlen(text), NULL, &found), CAIRN_OK);
    assert_string_equal(found.text, "6");
    assert_int_equal(found.start, strlen(text) - 1);
    assert_int_equal(found.end, strlen(text));
    assert_int_equal(found.others, 2);
}

/* Time is linear in the length of the text, whatever it repeats: a search of the rest at each byte would not end here. */
static void test_hostile_texts_cost_linear_time(void **state) {
    static const char *const pieces[] = {
        "answer is ",
        "answer: ",
        "#### ",
        "A:\n",
        "\\boxed{",
        "{",
        "}",
        "answer is $",
        "\\boxed ",
        "<answer>",
        "answer, ",
        "answer is (",
        "**",
        "answer\n",
        "<<",
        "answer is \\[ ",
        "answer to the ",
        "answer is \\( $",
        "5 is the answer ",
        "\\begin{answer}",
        "{\"answer\": \"",
        "so x = 5. ",
        "= ",
    };
    const bench *b = *state;
    enum { BYTES = 1 << 18 };
    char *text = malloc(BYTES + 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t n = strlen(pieces[i]), used = 0;
        cairn_found found;
        for (; used + n <= BYTES; used += n) memcpy(text + used, pieces[i], n);
        double began = cairn_seconds();
        cairn_status status = cairn_answer_find(b->ctx, b->arena, text, used, NULL, &found);
        double took = cairn_seconds() - began;
        assert_true(status == CAIRN_OK || status == CAIRN_NOT_FOUND);
        if (took > 30) fail_msg("'%s': %.2f s", pieces[i], took); /* linear: hundredths */
        cairn_arena_reset(b->arena);
    }
    free(text);
}

/* Calls `check` for each line of a file of JSON objects. False: the file is not here. */
static bool each_line(const bench *b, const char *name, void (*check)(const bench *b, const json_t *line, int *count),
                      int *count) {
    char path[4096], *line = NULL;
    size_t capacity = 0;
    if (!shared_file(name, path)) return false;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (getline(&line, &capacity, file) > 0) {
        json_t *object = json_loads(line, 0, NULL);
        assert_non_null(object);
        cairn_arena_reset(b->arena);
        check(b, object, count);
        json_decref(object);
    }
    free(line);
    fclose(file);
    return true;
}

static const char *member(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* The text of an answer after the last mark of its kind is what is found. */
static void found_after(const bench *b, const char *solution, const char *mark, const char *rule, int *count) {
    const char *value = NULL;
    for (const char *at = strstr(solution, mark); at; at = strstr(at + 1, mark)) value = at + strlen(mark);
    if (!value) return;
    look(b, NULL, &(stated){solution, value, rule});
    ++*count;
}

static void check_models(const bench *b, const json_t *line, int *count) {
    static const char *const models[] = {"6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"};
    for (int i = 0; i < 4; i++)
        found_after(b, member(json_object_get(line, models[i]), "solution"), "\nA: ", "marker", count);
}

static void check_reference(const bench *b, const json_t *line, int *count) {
    found_after(b, member(line, "answer"), "\n#### ", "hash", count);
}

static void check_math(const bench *b, const json_t *line, int *count) {
    cairn_found found;
    cairn_verdict equal;
    const char *solution = member(line, "solution"), *answer = member(line, "answer");
    assert_int_equal(cairn_answer_find(b->ctx, b->arena, solution, strlen(solution), NULL, &found), CAIRN_OK);
    assert_int_equal(cairn_answer_equal(b->ctx, b->arena, found.text, answer, &equal), CAIRN_OK);
    if (strcmp(found.text, answer) != 0 && equal != CAIRN_VERDICT_RIGHT) print_error("%s: %s\n", found.text, answer);
    assert_true(strcmp(found.text, answer) == 0 || equal == CAIRN_VERDICT_RIGHT);
    *count += strcmp(found.rule, "box") == 0;
}

static void test_answers_of_real_solutions_are_found(void **state) {
    int models = 0, references = 0, boxes = 0;
    if (!each_line(*state, "gsm8k/example_model_solutions.jsonl", check_models, &models)) skip();
    assert_int_equal(models, 5265); /* of 5,276; 11 break off before */
    if (!each_line(*state, "gsm8k/train.jsonl", check_reference, &references)) skip();
    assert_int_equal(references, 7473);
    if (!each_line(*state, "math500/test.jsonl", check_math, &boxes)) skip();
    assert_int_equal(boxes, 498); /* one states its answer in a sentence after the box, one boxes two forms of it */
}

/* Cases with one target each. */
static void check_case(const bench *b, const json_t *line, int *count) {
    char text[1024] = "";
    size_t i;
    json_t *step;
    cairn_found found;
    cairn_verdict equal;
    json_array_foreach(json_object_get(line, "completions"), i, step) {
        strncat(text, json_string_value(step), sizeof text - strlen(text) - 2);
        strcat(text, "\n");
    }
    assert_int_equal(cairn_answer_find(b->ctx, b->arena, text, strlen(text), member(line, "prompt"), &found), CAIRN_OK);
    assert_int_equal(cairn_answer_equal(b->ctx, b->arena, found.text, member(line, "target"), &equal), CAIRN_OK);
    if (equal != CAIRN_VERDICT_RIGHT) print_error("%s'%s'\n", text, found.text);
    assert_int_equal(equal, CAIRN_VERDICT_RIGHT);
    ++*count;
}

static void test_cases_of_the_kind(void **state) {
    int finds = 0, boxes = 0;
    if (!each_line(*state, "../cases/answers-find.jsonl", check_case, &finds)) skip();
    if (!each_line(*state, "../cases/answers-in-box.jsonl", check_case, &boxes)) skip();
    assert_true(finds >= 28 && boxes >= 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_statements_in_boxes),
        cmocka_unit_test(test_several_boxes_in_one_line_are_several_answers),
        cmocka_unit_test(test_the_sign_of_per_cent_after_a_box_is_part_of_it),
        cmocka_unit_test(test_closings_say_nothing),
        cmocka_unit_test(test_tags_and_json),
        cmocka_unit_test(test_markers),
        cmocka_unit_test(test_values_in_the_next_line),
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_a_statement_ends_where_its_value_ends),
        cmocka_unit_test(test_values_before_their_noun),
        cmocka_unit_test(test_choices_of_the_problem),
        cmocka_unit_test(test_the_last_statement_concludes),
        cmocka_unit_test(test_what_is_no_statement),
        cmocka_unit_test(test_what_is_no_statement_replaces_no_answer),
        cmocka_unit_test(test_the_last_statement_wins),
        cmocka_unit_test(test_other_statements_are_counted),
        cmocka_unit_test(test_hostile_texts_cost_linear_time),
        cmocka_unit_test(test_answers_of_real_solutions_are_found),
        cmocka_unit_test(test_cases_of_the_kind),
    };
    return cmocka_run_group_tests_name("tool answer find", tests, setup, teardown);
}

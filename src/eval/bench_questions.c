/* Questions that several benchmarks ask of a critic. */
#include "eval/bench_questions.h"

#include <math.h>

/* ---- steps ------------------------------------------------------------------------------------------------------- */

const cairn_bench_question bench_ask_paragraphs = {
    .name = "paragraphs",
    .meaning = "ProcessBench's layout: tagged paragraphs, the first wrong one in \\boxed{}, from 0, or -1.",
    .template = CAIRN_CRITIC_SOLUTION_TEMPLATE,
    .shows = CAIRN_BENCH_SHOWS_PARAGRAPHS,
    .read = bench_read_boxed,
};

const cairn_bench_question bench_ask_labels = {
    .name = "labels",
    .meaning = "Numbered steps, and at the end a list with a 1 for each right step and a 0 for each wrong one.",
    .template =
        "Here are a problem and a solution of {steps} steps.\n\n"
        "[Problem]\n{problem}\n\n[Solution]\n{solution}\n\n"
        "Check each step, given those before it. End with a list of {steps} numbers, one a step in their order: "
        "1 for a right step, 0 for a wrong one. Its form is [1, 1, 0].",
    .shows = CAIRN_BENCH_SHOWS_NUMBERED,
    .read = bench_read_labels,
};

/* ---- candidates -------------------------------------------------------------------------------------------------- */

const cairn_bench_question bench_ask_rating = {
    .name = "rating",
    .meaning = "RewardBench 2's form: each answer alone, a rating from 1 to 10 as the last word.",
    .template = "Rate the answer of an assistant to a user.\n\n"
                "[User]\n{problem}\n\n[Answer]\n{answer}\n\n"
                "First explain your view in a few sentences. Then rate the answer from 1 (worst) to 10 (best). The "
                "rating is the last thing you write, and nothing follows the number.",
    .shows = CAIRN_BENCH_SHOWS_EACH,
    .read = bench_read_rating,
    .low = 1,
    .high = 10,
    .unread = NAN,
};

#define TWO_ANSWERS                                                                           \
    "Compare the answers of two assistants to a user.\n\n"                                    \
    "[User]\n{problem}\n\n[The start of A's answer]\n{answer_a}\n[The end of A's answer]\n\n" \
    "[The start of B's answer]\n{answer_b}\n[The end of B's answer]\n\n"                      \
    "Which one is better? Their order and their length do not matter. Explain, then end with your verdict: "

const cairn_bench_question bench_ask_pair = {
    .name = "pair",
    .meaning = "RewardBench's form: two answers, placed by chance; [[A]] or [[B]].",
    .template = TWO_ANSWERS "[[A]] or [[B]].",
    .shows = CAIRN_BENCH_SHOWS_AGAINST,
    .read = bench_read_letter,
};

const cairn_bench_question bench_ask_both_orders = {
    .name = "both-orders",
    .meaning = "Two answers, shown in both orders; [[A]], [[B]], or [[C]] for a tie. Orders that differ are a tie.",
    .template = TWO_ANSWERS "[[A]], [[B]], or [[C]] for a tie.",
    .shows = CAIRN_BENCH_SHOWS_BOTH_ORDERS,
    .read = bench_read_letter,
};

/* Questions of a critic whose replies have a common reader: all their words stand here. */
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

const cairn_bench_question bench_ask_step_lists = {
    .name = "step-lists",
    .meaning = "PRMBench's form: a JSON object with `validity` and `redundancy`, a number from -1 to 1 a step.",
    .template =
        "Here are a question and a solution of {steps} steps.\n\n[Question]\n{problem}\n\n[Solution]\n{solution}\n\n"
        "Judge each step twice: its validity, from -1 (wrong) to 1 (right), and its redundancy, from -1 (needed) "
        "to 1 (redundant). Think first. End with one JSON object of two lists, {steps} numbers each: "
        "{{\"validity\": [0.9, -0.8], \"redundancy\": [-0.7, 0.2]}",
    .shows = CAIRN_BENCH_SHOWS_NUMBERED,
    .read = bench_read_step_json,
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

const cairn_bench_question bench_ask_preference = {
    .name = "preference",
    .meaning = "Two answers in both orders; the verdict is [[A>>B]], [[A>B]], [[A=B]], [[B>A]] or [[B>>A]].",
    .template =
        "Judge which of two answers to a question is right, or nearer to it.\n\n[Question]\n{problem}\n\n"
        "[The start of A's answer]\n{answer_a}\n[The end of A's answer]\n\n"
        "[The start of B's answer]\n{answer_b}\n[The end of B's answer]\n\n"
        "Work out the answer yourself first, then compare. End with your verdict: [[A>>B]] where A is much better, "
        "[[A>B]] better, [[A=B]] a tie, [[B>A]] or [[B>>A]].",
    .shows = CAIRN_BENCH_SHOWS_BOTH_ORDERS,
    .read = bench_read_preference,
};

const cairn_bench_question bench_ask_ranking = {
    .name = "ranking",
    .meaning =
        "RewardBench 2's form: the best of four answers, [[A]] to [[D]]; the right one changes places by chance.",
    .template =
        "Choose the best of four answers of assistants to a user.\n\n[User]\n{problem}\n\n"
        "[The start of A's answer]\n{answer_a}\n[The end of A's answer]\n\n"
        "[The start of B's answer]\n{answer_b}\n[The end of B's answer]\n\n"
        "[The start of C's answer]\n{answer_c}\n[The end of C's answer]\n\n"
        "[The start of D's answer]\n{answer_d}\n[The end of D's answer]\n\n"
        "Their order and their length do not matter. Explain, then end with your verdict: [[A]], [[B]], [[C]] or "
        "[[D]].",
    .shows = CAIRN_BENCH_SHOWS_RANKED,
    .read = bench_read_letter,
};

const cairn_bench_question bench_ask_ties_rating = {
    .name = "ties-rating",
    .meaning = "The same rating without regard to depth and detail, for the subset Ties; -1 where it cannot be read.",
    .template =
        "Rate an answer to a user by whether it is correct. Depth, detail and style do not count.\n\n"
        "[User]\n{problem}\n\n[Answer]\n{answer}\n\n"
        "First explain your view in a few sentences. Then rate the answer from 1 (worst) to 10 (best). The rating "
        "is the last thing you write, and nothing follows the number.",
    .shows = CAIRN_BENCH_SHOWS_EACH,
    .read = bench_read_rating,
    .low = 1,
    .high = 10,
    .unread = -1,
};

const cairn_bench_question bench_ask_tagged_rating = {
    .name = "rating",
    .meaning =
        "RewardMATH's direct form: each solution alone, `Rating: [[5]]` from 1 to 10; 1 where it cannot be read.",
    .template = "Rate a solution of a problem by whether its steps and its answer are correct.\n\n"
                "[Problem]\n{problem}\n\n[Solution]\n{answer}\n\n"
                "Explain, then end with a rating from 1 (worst) to 10 (best) in this form: Rating: [[5]]",
    .shows = CAIRN_BENCH_SHOWS_EACH,
    .read = bench_read_tagged_rating,
    .low = 1,
    .high = 10,
    .unread = 1,
};

const cairn_bench_question bench_ask_judgement = {
    .name = "pairs",
    .meaning =
        "RewardMATH's pairwise form: the right solution against each wrong one, placed by chance; `Judgement: A`.",
    .template = "Choose the better of two solutions of a problem.\n\n[Problem]\n{problem}\n\n"
                "[Solution A]\n{answer_a}\n\n[Solution B]\n{answer_b}\n\n"
                "Their order and their length do not matter. Explain, then end with A or B in this form: Judgement: A",
    .shows = CAIRN_BENCH_SHOWS_AGAINST,
    .read = bench_read_judgement,
};

/* ---- plans and steps of an agent ----------------------------------------------------------------------------------- */

#define COMPARE(what, key)                                                                                          \
    "An assistant with tools answers a question. Compare two candidates for " what ".\n\n[Question]\n{problem}\n\n" \
    "[So far]\n{history}\n\n[Candidate 1]\n{answer_a}\n\n[Candidate 2]\n{answer_b}\n\n"                             \
    "Explain, then end with one JSON object, {{\"" key "\": 1}, 2 instead of 1, or \"tie\"."

const cairn_bench_question bench_ask_plans = {.name = "plan",
                                              .meaning = "Two plans in both orders; JSON with better_action_plan.",
                                              .template = COMPARE("its plan", "better_action_plan"),
                                              .shows = CAIRN_BENCH_SHOWS_BOTH_ORDERS,
                                              .read = bench_read_json_choice,
                                              .key = "better_action_plan",
                                              .history = true};

const cairn_bench_question bench_ask_next_steps = {.name = "step",
                                                   .meaning = "Two next steps in both orders; JSON with better_step.",
                                                   .template = COMPARE("its next step", "better_step"),
                                                   .shows = CAIRN_BENCH_SHOWS_BOTH_ORDERS,
                                                   .read = bench_read_json_choice,
                                                   .key = "better_step",
                                                   .history = true};

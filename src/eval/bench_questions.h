/* Questions of a critic, and readers of replies. The layouts, tags and answer forms are the
 * published ones; the words around them are Cairn's. */
#ifndef CAIRN_EVAL_BENCH_QUESTIONS_H
#define CAIRN_EVAL_BENCH_QUESTIONS_H

#include "cairn/bench.h"
#include "cairn/say.h"

/* ---- readers: `read` of a question ------------------------------------------------------------------------------- */

typedef cairn_status bench_reader(cairn_bench_run *run, const cairn_bench_item *item,
                                  const cairn_bench_question *question, cairn_bench_heard *out);
bench_reader bench_read_boxed;         /* \boxed{step from 0, or -1} */
bench_reader bench_read_labels;        /* the last list of a 1 (right) or 0 a step */
bench_reader bench_read_step_json;     /* `validity` and `redundancy` of PRMBench */
bench_reader bench_read_rating;        /* a number low .. high at the end */
bench_reader bench_read_tagged_rating; /* after "Rating:" */
bench_reader bench_read_letter;        /* [[A]], [[B]], ..; of two candidates [[C]] is a tie */
bench_reader bench_read_judgement;     /* A or B after "Judgement:" */
bench_reader bench_read_preference;    /* [[A>B]] and the like, all of which agree */
bench_reader bench_read_json_choice;   /* 1, 2 or "tie" under `key` */

/* "value" of a heard thing that is yes, no or both. */
enum { BENCH_NO = 1, BENCH_YES };
void bench_hear_yes(cairn_said_yes said, cairn_bench_heard *out);

/* ---- steps ------------------------------------------------------------------------------------------------------- */

extern const cairn_bench_question bench_ask_paragraphs; /* ProcessBench */
extern const cairn_bench_question bench_ask_labels;     /* a label a step */
extern const cairn_bench_question bench_ask_step_lists; /* two lists in JSON (PRMBench) */

/* ---- candidates -------------------------------------------------------------------------------------------------- */

extern const cairn_bench_question bench_ask_rating;        /* 1 to 10, last (RewardBench 2) */
extern const cairn_bench_question bench_ask_pair;          /* [[A]] or [[B]], places by chance (RewardBench) */
extern const cairn_bench_question bench_ask_both_orders;   /* the same, or [[C]], in both orders */
extern const cairn_bench_question bench_ask_preference;    /* [[A>B]] in both orders (JudgeBench) */
extern const cairn_bench_question bench_ask_ranking;       /* [[A]] .. [[D]] (RewardBench 2) */
extern const cairn_bench_question bench_ask_ties_rating;   /* 1 to 10, whatever the depth; -1 unread (RewardBench 2) */
extern const cairn_bench_question bench_ask_tagged_rating; /* Rating: [[5]] (RewardMATH) */
extern const cairn_bench_question bench_ask_judgement;     /* Judgement: A, the right one against each (RewardMATH) */
extern const cairn_bench_question bench_ask_plans;         /* of two, in both orders, JSON (ToolComp) */
extern const cairn_bench_question bench_ask_next_steps;    /* the same of steps */

/* ---- lists of questions, for `questions` ------------------------------------------------------------------------- */

#define BENCH_ASKS(...)                                                                                         \
    .n_questions = sizeof((const cairn_bench_question *const[]){__VA_ARGS__}) / sizeof(cairn_bench_question *), \
    .questions = (const cairn_bench_question *const[]) {                                                        \
        __VA_ARGS__                                                                                             \
    }

#endif

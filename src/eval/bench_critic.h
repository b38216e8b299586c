/* Asking a critic about the items of a benchmark: what requests show, and what replies say. */
#ifndef CAIRN_EVAL_BENCH_CRITIC_H
#define CAIRN_EVAL_BENCH_CRITIC_H

#include "eval/bench_questions.h"
#include "eval/bench_run.h"

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* Prompts in use, one a question of the benchmark. */
typedef struct bench_prompts {
    cairn_template **templates; /* [n_questions] */
    const char **files;         /* [n_questions] NULL: built in */
} bench_prompts;

/* `text`: as of cairn_bench_critic.prompts. */
cairn_status bench_prompts_open(cairn_bench_run *run, const char *text, bench_prompts *out);
/* "paragraphs", "ranked,rating=1f0c..": the questions that are asked, and the keys of their files. */
cairn_status bench_prompts_name(cairn_bench_run *run, const bench_prompts *prompts, const char **out);

const cairn_bench_question *bench_question_of(const cairn_bench_run *run, const cairn_bench_item *item); /* or NULL */
int32_t bench_requests_of(const cairn_bench_run *run, const cairn_bench_item *item);
/* Appends the prompt of request k about the item. Errors: INVALID for an item without texts. */
cairn_status bench_prompt(cairn_ctx *ctx, cairn_arena *arena, const cairn_bench_run *run, const bench_prompts *prompts,
                          uint64_t seed, const cairn_bench_item *item, int32_t k, cairn_text *out);

/* Which candidates are shown in request k, in order of the letters; how many. */
int32_t bench_shown(const cairn_bench_question *question, uint64_t seed, const cairn_bench_item *item, int32_t k,
                    int32_t out[4]);
/* A key of the item that no other one of the run has. */
uint64_t bench_item_key(const cairn_bench_item *item);

/* ---- replies ----------------------------------------------------------------------------------------------------- */

/* What the n replies to request k, none of them NULL, say together; `sum` counts each. */
cairn_status bench_hear(cairn_bench_run *run, const cairn_bench_item *item, uint64_t seed, int32_t k,
                        const char *const *replies, int32_t n, cairn_bench_criticism *sum, cairn_bench_heard *out);
/* Makes the item say nothing. */
void bench_silence(cairn_bench_item *item);
/* Puts the replies to all requests into the item. */
cairn_status bench_take(cairn_bench_run *run, cairn_bench_item *item, const bench_heard *heard);

#endif

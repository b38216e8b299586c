/* Reward `critic`: what its two ways of reading share. */
#ifndef CAIRN_REWARD_CRITIC_H
#define CAIRN_REWARD_CRITIC_H

#include "cairn/reward.h"
#include "policy/ask.h"

typedef enum verdict_mode { VERDICT_FORCED, VERDICT_TEXT } verdict_mode;
typedef enum unreadable { UNREADABLE_UNKNOWN, UNREADABLE_WRONG, UNREADABLE_HALF } unreadable;
typedef enum critic_reads { READS_STEP, READS_SOLUTION } critic_reads;

typedef struct config {
    loaded_options model;
    const char *policy, *template, *before, *yes, *no;
    int64_t max_tokens, samples;
    double temperature;
    int32_t verdict, unreadable, meaning, reads;
} config;

typedef struct critic {
    loaded l;            /* of the model file */
    cairn_policy policy; /* that is asked instead; type NULL: the model is */
    bool own_policy;     /* opened for this: it is closed in the end */
    cairn_template *template;
    config c;
} critic;

/* Asks the policy or the model. */
cairn_status critic_ask(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_asking *asks, int32_t n);
/* Adds what requests took to the cost (NULL is fine). */
void critic_debit(const cairn_asking *asked, int32_t n, cairn_reward_cost *cost);

/* critic_solution.c: one request for a whole solution (reads=solution). */
cairn_status critic_solution_template(cairn_ctx *ctx, cairn_arena *arena, const char *path, cairn_template **out);
/* Scores all steps of one solution: requests[i] is the prefix of i + 1 steps. */
cairn_status critic_judge_solution(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                   cairn_reward_cost *cost);
/* Scores the last step of each prefix, judged as a solution. */
cairn_status critic_score_ends(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               cairn_reward_cost *cost);

#endif

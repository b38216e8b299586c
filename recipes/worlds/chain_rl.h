/* Sixteen types of problems, each a chain of positions with one right operation of four, and a policy that is a table of
 * logits over (type, position). It is trained by any row of credit and measured exactly: what the recipes of step
 * rewards in reinforcement learning are tried on.
 *
 *   chain_rl_open(lab, &setup, &w);
 *   for (i = 0; i < 100; i++) chain_rl_iterate(w, &plan);      // one prompt of each type, a group of responses, one update
 *   chain_rl_exact m = chain_rl_measure(w);                    // by dynamic programming
 *
 * An operation, right or wrong, moves on by one position; FILL changes nothing; ANSWER ends, and is right after the last
 * position when no wrong operation stands. A response that spends its budget is truncated and wrong. A step is a token.
 */
#ifndef CAIRN_RECIPES_CHAIN_RL_H
#define CAIRN_RECIPES_CHAIN_RL_H

#include "cairn/credit.h"
#include "cairn/recipe.h"

enum { CHAIN_RL_TYPES = 16, CHAIN_RL_OPERATIONS = 4, CHAIN_RL_LONGEST = 8, CHAIN_RL_BUDGET = 32, CHAIN_RL_GROUP = 64 };
/* Actions beyond the operations. PHRASE is there where the setup has a boost; UNDO takes FILL's place in a world with
 * repair. */
enum {
    CHAIN_RL_FILL = CHAIN_RL_OPERATIONS,
    CHAIN_RL_UNDO = CHAIN_RL_FILL,
    CHAIN_RL_ANSWER,
    CHAIN_RL_PHRASE,
    CHAIN_RL_ACTIONS
};

/* One response. */
typedef struct chain_rl_response {
    int32_t n; /* steps */
    uint8_t action[CHAIN_RL_BUDGET];
    /* an operation: the right one, after no wrong one that stands; UNDO: after a wrong one; ANSWER: at the end of a clean
     * chain; others: true */
    bool right[CHAIN_RL_BUDGET];
    uint16_t state[CHAIN_RL_BUDGET]; /* row of the table before the step */
    int32_t operations, right_operations, fills, phrases;
    bool answered, finished; /* finished: after the last position */
    bool clean;              /* finished, and no wrong operation stands */
} chain_rl_response;

/* What a recipe's own judge may say of a group: `responses[n]` beside the trajectories that the policy learns from, in
 * which it may set outcome, format, think and pattern, and scores[i][k] and flags[i][k] of each step. */
typedef struct chain_rl_group {
    int32_t type, n;
    const chain_rl_response *responses; /* [n] */
    cairn_trajectory *trajectories;     /* [n] */
    double (*scores)[CHAIN_RL_BUDGET];  /* [n] NaN unknown */
    cairn_verdict (*flags)[CHAIN_RL_BUDGET];
} chain_rl_group;
typedef cairn_status (*chain_rl_judge_fn)(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *group);

typedef struct chain_rl_setup {
    int32_t length, budget; /* positions, steps */
    int32_t group;          /* responses to a prompt */
    double easy, hard;      /* logit of the right operation at the start, each with probability 1/2 */
    double lucky;           /* a finished response with a wrong operation is right with this probability */
    double fill;            /* mean step score of FILL */
    bool repair;            /* UNDO takes back the last operation; the policy sees whether a wrong one stands */
    double phrase_boost;    /* logit that PHRASE adds to the right operation at its position; 0: there is no PHRASE */
    double rate;            /* of Adam */
    bool critic;            /* a table of values over (type, position), moved by 0.05 to each return */
    chain_rl_judge_fn judge;
    void *arg;
} chain_rl_setup;

typedef struct chain_rl chain_rl;
/* The table of right operations and all that is drawn depend on the lab's seed alone. In the lab's arena. Errors:
 * INVALID for a setup out of range, no memory. */
cairn_status chain_rl_open(cairn_lab *lab, const chain_rl_setup *setup, chain_rl **out);
/* One iteration: a prompt of each type, responses, credit by the plan, one step of Adam along the sum of advantage times
 * gradient of ln p, over all steps. Errors: those of cairn_credit, CANCELLED. */
cairn_status chain_rl_iterate(chain_rl *w, const cairn_credit_plan *plan);
/* What the last iteration's credit said. */
const cairn_credit_stats *chain_rl_stats(const chain_rl *w);

/* Exact, over the types. */
typedef struct chain_rl_exact {
    double accuracy; /* probability of a right outcome, lucky ones included */
    double clean;    /* probability of answering at the end without a wrong operation */
    double steps;    /* expected steps of a response */
} chain_rl_exact;
chain_rl_exact chain_rl_measure(const chain_rl *w);

/* Reports "accuracy 100", "steps 100" and, where a wrong chain can be lucky, "clean 100" after each number of iterations
 * at[n], which rise. The plan is that of a row of credit, or one's own. */
cairn_status chain_rl_run(cairn_lab *lab, const chain_rl_setup *setup, const char *credit, const int32_t *at,
                          int32_t n);
cairn_status chain_rl_run_plan(cairn_lab *lab, const chain_rl_setup *setup, const cairn_credit_plan *plan,
                               const int32_t *at, int32_t n);

#endif

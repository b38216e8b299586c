/* cairn/search.h: the verbs on a tree, and the registered searches. Layer: search.
 *
 *     const cairn_search_type *type;
 *     const void *config;
 *     cairn_result result;
 *     CAIRN_TRY(cairn_search_find(ctx, arena, "beam:branch=4", &type, &config));
 *     CAIRN_TRY(cairn_workspace_begin(&workspace)); // context, world, problem, tree, arena, cast and budget are the caller's
 *     CAIRN_TRY(cairn_search_run(&workspace, type, config, &result));
 *     const char *answer = cairn_workspace_answer(&workspace, result.answer);
 *
 * A search is a composition of the verbs by the loops of cairn/loops.h. Every verb takes arrays and blocks until it is
 * done: a fiber is parked meanwhile, a plain thread waits. */
#ifndef CAIRN_SEARCH_H
#define CAIRN_SEARCH_H

#include "cairn/policy.h"
#include "cairn/reward.h"
#include "cairn/tree.h"
#include "cairn/world.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a search may spend; 0 is no bound. Steps and tokens are those sampled by generator and completer; merged and
 * dropped steps count. FLOPs are those of all roles. */
typedef struct cairn_budget {
    int64_t steps, tokens;
    double flops;
} cairn_budget;

typedef struct cairn_cost {
    int64_t steps[CAIRN_ROLE_COUNT]; /* steps sampled */
    /* Tokens sampled; of the judge: those that a reward's model read or its completions took. */
    int64_t tokens[CAIRN_ROLE_COUNT];
    /* Floating-point operations of models in this process, every shared prefix counted once. */
    double flops[CAIRN_ROLE_COUNT];
    int64_t asks[CAIRN_ROLE_COUNT];  /* free requests, which is also the draw number of the next */
    int64_t nexts[CAIRN_ROLE_COUNT]; /* distributions of a next token */
    int64_t scorings;                /* steps scored */
    int64_t unscored;                /* of those, with an unknown score */
    int64_t failed;                  /* of these unknown because the reward's program failed (cairn_reward_cost) */
    int64_t checks;                  /* outcomes checked */
} cairn_cost;

/* Who acts in a role. */
typedef struct cairn_part {
    const cairn_policy *policy; /* NULL: the generator's */
    const cairn_reward *reward; /* NULL: this role scores nothing */
    cairn_sampling sampling;    /* of its steps and completions; max_tokens 0: the generator's */
    int32_t column;             /* of the reward's first score; set by cairn_workspace_begin, -1 without a reward */
} cairn_part;

/* What a search, a labeller or a recipe works with on one problem: who acts, on what tree, within what budget. The
 * caller fills it; verbs update tree and cost and change nothing else. */
typedef struct cairn_workspace {
    cairn_ctx *ctx;
    const cairn_world *world;
    const cairn_problem *problem;
    cairn_tree *tree;   /* its state_bytes are the world's */
    cairn_arena *arena; /* lives as long as the problem */
    uint64_t seed;
    cairn_part cast[CAIRN_ROLE_COUNT]; /* who acts in each role; the generator has a policy, or nobody samples */
    /* of a solution's step scores: cairn_meaning_aggregator(reward->meaning) unless chosen */
    cairn_aggregator aggregator;
    cairn_budget budget;
    cairn_cost cost;
    int32_t column;              /* the judge's score column; set by cairn_workspace_begin, -1 without a reward */
    struct cairn_caches *caches; /* the verbs' own; made by cairn_workspace_begin in the arena */
} cairn_workspace;

/* The policy that acts in a role: its own, else the generator's; NULL where neither is bound. */
CAIRN_API const cairn_policy *cairn_workspace_policy(const cairn_workspace *workspace, cairn_role role);
/* How a role samples: as bound, with the generator's sampling where nothing is. */
CAIRN_API cairn_sampling cairn_workspace_sampling(const cairn_workspace *workspace, cairn_role role);
/* The number of answer classes so far, and the canonical answer of one; NULL for a class that does not exist. */
CAIRN_API int32_t cairn_workspace_answers(const cairn_workspace *workspace);
CAIRN_API const char *cairn_workspace_answer(const cairn_workspace *workspace, int32_t answer);
/* Where the answer of a checked leaf was (cairn_outcome.answer_rule); NULL: its world does not say. Static. */
CAIRN_API const char *cairn_workspace_answer_rule(const cairn_workspace *workspace, cairn_node leaf);
/* Puts the world's start state at the root and makes the score columns of all rewards in the cast. The judge's is named
 * "reward", another role's after the role; further outputs of a reward are numbered: "reward.2". Call once, before any
 * verb. */
CAIRN_API cairn_status cairn_workspace_begin(cairn_workspace *workspace);

/* A node with a number of draws: how many steps to sample at it, or how many of the sampled ones gave it. */
typedef struct cairn_branch {
    cairn_node node;
    int32_t count;
    int32_t group; /* subtree of DVTS, else 0; children keep their parent's */
    int32_t from;  /* children: index of the parent's branch in the array given to propose */
} cairn_branch;

/* propose: samples count[i] next steps at each node, as children. Samples with the same text and the same ending merge
 * into one child, which keeps the first sample's tokens and counts the others in its multiplicity. children[] holds
 * each distinct child of a branch once, in order of first draw, with the number of draws that gave it; it has room for
 * the sum of counts. The role's draw counter of the node keys the random numbers. TERMINAL nodes get no children. A
 * sampled node becomes EXPANDED. Budget: draws are made in order of the array. When the budget ends them early the
 * status is CAIRN_BUDGET and n_children is valid. Under a budget of tokens or FLOPs draws are made in waves, and each
 * step is bounded so that the wave keeps the budget. A step that this bound cuts off is paid and dropped; a step of a
 * policy that knows no bound counts as stopped there. The FLOPs of a token are taken to be the dearest so far. The
 * first step, with the problem's text, is not bounded by FLOPs. Errors: those of the policy and the world. */
CAIRN_API cairn_status cairn_propose(cairn_workspace *workspace, cairn_role role, const cairn_branch *branches,
                                     int32_t n, cairn_branch *children, int32_t *n_children);
/* The same with another sampling than the role's. */
CAIRN_API cairn_status cairn_propose_with(cairn_workspace *workspace, cairn_role role, const cairn_sampling *sampling,
                                          const cairn_branch *branches, int32_t n, cairn_branch *children,
                                          int32_t *n_children);
/* propose_partial: the same, but of at most the first max_tokens tokens of each step. A step that is longer becomes a
 * PARTIAL child: the world has not taken it, so its state is the parent's, it has neither observation nor reward and
 * ends nothing, and no verb but score and extend takes it (INVALID). Equal parts are not merged, because their draws
 * may go on differently. A step that ends sooner is complete. A step is counted in the cost with its first part.
 * Errors: as for propose; UNSUPPORTED for a policy that cannot; INVALID for max_tokens < 1. */
CAIRN_API cairn_status cairn_propose_partial(cairn_workspace *workspace, cairn_role role, int32_t max_tokens,
                                             const cairn_branch *branches, int32_t n, cairn_branch *children,
                                             int32_t *n_children);
/* extend: goes on with the steps of n different PARTIAL nodes, by the draws that began them, up to max_tokens tokens
 * with those that are there: text, tokens and log-probability become those of one draw of that length. Only new tokens
 * are paid. A step that is now complete is taken by the world; one that is cut off again stays PARTIAL, and with `last`
 * it counts as complete, as in propose. The scores of an extended node are forgotten: who wants those of its part
 * copies them before. out[i] (may be `nodes`) is the node of the step. When the step is complete and equals a
 * sibling's, that is the sibling, which gets the draws; nodes[i] stays PARTIAL and becomes DEAD and HIDDEN. Budget: as
 * for propose, but extensions are no steps. What a budget leaves over or cuts off stays PARTIAL as it was, and the
 * status is CAIRN_BUDGET. Errors: INVALID for a node that is complete, dead, given twice, drawn by another role or
 * max_tokens long already; those of propose. */
CAIRN_API cairn_status cairn_extend(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n,
                                    int32_t max_tokens, bool last, cairn_node *out);
/* score: the judge's reward of each node's step, into score[column] and the columns after it where the reward has
 * several outputs. A node is scored once: asking again changes nothing. An end gets the score of the step before it,
 * judged as the last. The root has no step to score. A PARTIAL node is scored by its part; when it is extended, its
 * step is read again as a whole. Errors: UNSUPPORTED for a PARTIAL node and a reward that scores complete steps only
 * (cairn_reward_partial_ok). */
CAIRN_API cairn_status cairn_score(cairn_workspace *workspace, const cairn_node *nodes, int32_t n);
/* The same by the reward of another role, into the columns of that role. Errors: INVALID where the role has no reward.
 */
CAIRN_API cairn_status cairn_score_as(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n);
/* check: answer class and outcome of each leaf, once. A leaf need not be terminal: a cut-off solution is checked as it
 * is. The class may guide a vote; the outcome is truth and must guide no algorithm that is compared on it. */
CAIRN_API cairn_status cairn_check(cairn_workspace *workspace, const cairn_node *leaves, int32_t n);
/* rollout: k completions from each node by the policy of `role`, kept in out[n * k] and counted in the role's mc_n and
 * mc_ok. An unknown outcome counts in mc_n only. Budget as for propose, in whole rollouts: *done of them were made. */
CAIRN_API cairn_status cairn_rollouts(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n,
                                      int32_t k, cairn_rollout *out, int32_t *done);
/* graft: adds the first m steps of a rollout as nodes below `node`, merged with equal ones; *end is the last. Errors:
 * INVALID m. */
CAIRN_API cairn_status cairn_graft(cairn_workspace *workspace, cairn_node node, const cairn_rollout *rollout, int32_t m,
                                   cairn_node *end);
/* ask: n free requests to the policy of `role`. The verb fills the random numbers of each request (the next draws of
 * cost.asks[role] at the root), and name and problem where they are NULL. Debits the tokens generated and the FLOPs; a
 * beginning that the policy has read for this problem before, as steps of the tree or in an earlier request, costs
 * FLOPs once. Budget: CAIRN_BUDGET, and nothing is asked, when the FLOPs are spent; for generator and completer also
 * when the tokens are. Errors: UNSUPPORTED for a policy that cannot be asked; those of the policy; that of the first
 * request that failed. */
CAIRN_API cairn_status cairn_ask(cairn_workspace *workspace, cairn_role role, cairn_asking *requests, int32_t n);
/* next: the distribution of the first token of a further step of each node. The caller fills out[i].begun and .legal,
 * the verb the rest. Debits FLOPs as ask does. Nothing is sampled, so no budget ends it. Errors: as for ask. */
CAIRN_API cairn_status cairn_next(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n,
                                  cairn_prediction *out);
/* Steps that the budget still pays for; tokens and FLOPs count by the mean cost of the steps so far. INT64_MAX without
 * a budget, and before the first step of a budget of tokens or FLOPs alone. */
CAIRN_API int64_t cairn_budget_left(const cairn_workspace *workspace);

/* ---- searches -------------------------------------------------------------------------------------------------------------------- */

/* A solution that a search ends with. */
typedef struct cairn_candidate {
    cairn_node leaf;
    int32_t count;  /* samples that ended here */
    int32_t answer; /* class, -1 none */
    double score;   /* aggregate of its step scores; NaN unknown or not scored */
    double paid;    /* by the world for its steps; its value is score + paid, as its return is outcome + paid */
} cairn_candidate;

typedef struct cairn_result {
    cairn_candidate *candidates; /* [n] in order of generation; in the workspace's arena */
    int32_t n;
    int32_t chosen; /* the candidate that represents the answer, -1 none */
    int32_t answer; /* class of the answer, -1 none */
} cairn_result;

/* A registered search is `const cairn_search_type cairn_search_NAME = {` in a file of src/search; a program's own one
 * goes to cairn_search_run or cairn_solve by pointer. */
typedef struct cairn_search_type {
    cairn_about about;
    bool needs_reward;
    uint32_t uses; /* CAIRN_USES of the roles that it acts in, beside generator and judge */
    cairn_status (*run)(cairn_workspace *workspace, const void *config, cairn_result *out);
} cairn_search_type;

CAIRN_API const cairn_search_type *const *cairn_searches(void);
/* Finds "beam" or "beam:width=16,branch=4" and fills its config in the arena. Errors: NOT_FOUND, INVALID. */
CAIRN_API cairn_status cairn_search_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                         const cairn_search_type **type, const void **config);
/* Tells whether the policy or the world ended the solution at a leaf; false for one that was cut off. Errors: the
 * world's. */
CAIRN_API cairn_status cairn_workspace_ended(const cairn_workspace *workspace, cairn_node leaf, bool *ended);
/* Runs a search. A spent budget is no error here: the result holds what was found. Errors: INVALID where the search
 * scores and the judge has no reward; those of the search. */
CAIRN_API cairn_status cairn_search_run(cairn_workspace *workspace, const cairn_search_type *type, const void *config,
                                        cairn_result *out);

#ifdef __cplusplus
}
#endif
#endif

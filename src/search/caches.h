/* What the verbs remember of a workspace: nothing here changes a result, but for the numbers of answers, and how
 * partial steps were drawn. */
#ifndef CAIRN_SEARCH_CACHES_H
#define CAIRN_SEARCH_CACHES_H

#include "cairn/search.h"

/* What sampling and scoring have cost so far: from it follows how many steps a budget grants at once. */
typedef struct prices {
    int32_t step_tokens;              /* of the longest step; 0: none was sampled */
    int32_t scored;                   /* calls of a reward, counted to 2 */
    double token_flops;               /* the most of a policy for a token */
    double score_flops;               /* the most of a reward for a token of the steps that it scored in one call */
    double problem_flops;             /* about what reading the problem took, which a search pays once */
    double first_flops, first_tokens; /* of the first call of a reward */
} prices;

struct stated_end;

/* The draw of a node that is or was PARTIAL. */
typedef struct partial_draw {
    cairn_node node;
    cairn_role role;
    uint32_t draw;
    cairn_sampling sampling;
    double logp; /* nats, of the tokens so far, as the policy summed them */
} partial_draw;

struct cairn_caches {
    prices prices;
    /* The role's policy has read the problem's text: its FLOPs are paid. Roles with one policy share the place of the
     * first. */
    bool problem_read[CAIRN_ROLE_COUNT];
    uint64_t *beginnings; /* [beginnings_capacity] keys of other texts that a policy has read; 0: a free place */
    int32_t n_beginnings, beginnings_capacity;
    const char **answers; /* [n_answers] canonical answers: class c of tree->answer is answers[c] */
    int32_t n_answers, answers_capacity;
    const char **rules; /* [rules_capacity] of each checked leaf: where its answer was; NULL: not told */
    uint32_t rules_capacity;
    struct stated_end *stated; /* [n_stated] ends of recorded solutions, by node */
    int32_t n_stated, stated_capacity;
    partial_draw *partial; /* [n_partial] by rising node */
    int32_t n_partial, partial_capacity;
};

/* The first role that has the same policy as `role`: what a model has read is remembered there. */
cairn_role caches_owner(const cairn_workspace *workspace, cairn_role role);

#endif

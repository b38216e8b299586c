/* Gumbel MuZero (Danihelka et al. 2022, "Policy improvement by planning with Gumbel"): at the root Sequential Halving
 * over the considered children, inside the tree the child whose share of visits lags most behind the improved policy.
 * Both look at completed values: what was visited has its Q, the rest the mixed value of the node. Without noise
 * (gumbel scale 0). */
#ifndef CAIRN_SEARCH_GUMBEL_H
#define CAIRN_SEARCH_GUMBEL_H

#include "cairn/tree.h"

typedef struct gumbel_rule {
    int64_t most_considered; /* children that the root considers, at most */
    double value_scale;      /* sigma(q) = (maxvisit_init + max_b N(b)) value_scale q */
    double maxvisit_init;
    bool rescale;   /* completed values are scaled to [0, 1] first */
    bool mixed;     /* the mixed value completes; else the raw one */
    double epsilon; /* least range of that scaling */
} gumbel_rule;

/* Sequential Halving (Karnin et al. 2013): which visit count is considered at each simulation. */
typedef struct gumbel_halving {
    int64_t considered, simulations;
    int64_t *visits;          /* [considered] of each candidate */
    int64_t left, rounds;     /* candidates of this phase, and how often it visits each */
    int64_t candidate, round; /* the next */
} gumbel_halving;

/* `visits` is zeroed room for `considered` numbers (at least 1). */
void gumbel_halving_open(gumbel_halving *h, int64_t considered, int64_t simulations, int64_t *visits);
int64_t gumbel_halving_next(gumbel_halving *h);

/* The child to go to; ties to the earliest. scratch[2 * n_children]. At the root: of the children with this number of
 * visits the one with the greatest logit + sigma(completed q); CAIRN_NONE where none has it. Inside: of the open
 * children, and where all are DEAD or COMPLETED of all. */
cairn_node gumbel_select_root(const cairn_tree *tree, cairn_node node, const gumbel_rule *rule, int64_t visits,
                              double *scratch);
cairn_node gumbel_select_inside(const cairn_tree *tree, cairn_node node, const gumbel_rule *rule, double *scratch);

#endif

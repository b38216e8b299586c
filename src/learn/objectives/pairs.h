/* Losses over the pairs of a group's members. Layer: learn. */
#ifndef CAIRN_LEARN_OBJECTIVES_PAIRS_H
#define CAIRN_LEARN_OBJECTIVES_PAIRS_H

#include "cairn/objective.h"

/* ln(1 + e^x) and 1 / (1 + e^-x) without overflow. */
double softplus(double x);
double sigmoid(double x);

/* How a group is walked. A member's number is u = beta * (x - reference), divided by its tokens with `per_token`; the
 * reference is 0 without that column, or with `alone`. */
typedef struct pair_rule {
    double beta;
    bool per_token, alone;
    bool ties; /* pairs of equal labels too */
} pair_rule;

/* Loss of one pair and its derivative, from the difference u[0] - u[1] of its members' numbers; label[0] >= label[1]
 * are theirs. */
typedef double (*pair_fn)(const void *config, double difference, const double label[2], double *slope);

/* Mean of `pair` over the group's pairs; slope[i] += d(mean)/d(x[i]). 0 where there is no pair. Time grows with the
 * square of the group. */
double each_pair(const cairn_group *group, pair_rule rule, pair_fn pair, const void *config, double *slope);
/* Pairs whose numbers stand in the order of their labels, ties one half; of the pairs whose labels differ. */
void measure_pairs(const cairn_group *group, pair_rule rule, double *hits, double *of);

#endif

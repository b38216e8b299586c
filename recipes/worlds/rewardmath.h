/* Scores of five published reward models on the 483 problems of RewardMATH (arXiv 2410.01729), of one answer to each
 * problem. */
#ifndef CAIRN_RECIPES_REWARDMATH_H
#define CAIRN_RECIPES_REWARDMATH_H

#include "cairn/recipe.h"

/* n items with k scores each. */
typedef struct items_scored {
    double *score; /* [k][n] higher: more likely right */
    bool *right;   /* [n] */
    size_t n, k;
} items_scored;

/* The answer to each problem that InternLM2 scores highest (180 of 483 are right). 22 scores: of InternLM2, ArmoRM and
 * Skywork the score and its margin over the best other answer; of the step scores of Math-Shepherd and ReasonEval
 * product, min, mean, last, max, geometric mean, mean logit and mean odds. Where the data is absent the arm is skipped
 * and n = 0. Memory is in the arena. */
cairn_status rewardmath_read(cairn_lab *lab, items_scored *out);

#endif

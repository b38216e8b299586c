/* What a learner holds. Layer: learn. */
#ifndef CAIRN_LEARN_LEARNER_H
#define CAIRN_LEARN_LEARNER_H

#include "cairn/learner.h"

enum { MOST_METRICS = 32 };

struct cairn_learner {
    cairn_ctx *ctx;
    cairn_learner_setup setup;
    int64_t steps;  /* done */
    bool under_way; /* gradients were added since the last step */
    double loss;    /* of the step under way */
    cairn_metric metrics[MOST_METRICS];
    int32_t n_metrics;
};

int learner_moments(int32_t optimiser); /* arrays that it keeps beside a parameter */

#endif

/* What a problem cost, as its record in a run tells it. */
#ifndef CAIRN_EVAL_COST_H
#define CAIRN_EVAL_COST_H

#include <jansson.h>

#include "cairn/search.h"

/* Of policy and reward; sums of problems. */
typedef struct spent {
    double steps, tokens, flops; /* of the policy */
    double judge_tokens, judge_flops, scorings, unscored;
    int64_t failed; /* of the unscored, because the reward's program failed */
} spent;

/* The record's field `cost`; NULL without memory. */
json_t *cost_json(const cairn_cost *cost);
/* Adds that of a record. Errors: FORMAT, with the record's id and the field. */
cairn_status cost_add(cairn_ctx *ctx, const json_t *record, const char *id, spent *sum);

#endif

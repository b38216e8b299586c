/* What the records of all runs have in common: which problem one is of, what it cost, verdicts. */
#ifndef CAIRN_EVAL_RECORD_H
#define CAIRN_EVAL_RECORD_H

#include <jansson.h>

#include "cairn/search.h"

/* Of policy and reward; sums of problems. */
typedef struct spent {
    double steps, tokens, flops; /* of the policy */
    double judge_tokens, judge_flops, scorings, unscored;
    int64_t failed; /* of the unscored, because the reward's program failed */
} spent;

/* The record's field `problem_key`, by which runs are compared: the key of the problem's text. */
void problem_key(const cairn_problem *problem, char out[20]);
/* A verdict as true, false or null, and back. */
json_t *verdict_json(cairn_verdict verdict);
cairn_verdict verdict_of(const json_t *value);
/* The record's field `cost`; NULL without memory. Where a role besides generator and judge has a policy or reward of
 * its own, `roles` has the cost of each role. */
json_t *cost_json(const cairn_workspace *workspace);
/* Adds that of a record. Errors: FORMAT, with the record's id and the field. */
cairn_status cost_add(cairn_ctx *ctx, const json_t *record, const char *id, spent *sum);

#endif

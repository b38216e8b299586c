/* Labelled solutions as records: written with all evidence, and labelled again by a rule. */
#ifndef CAIRN_EVAL_LABEL_RECORD_H
#define CAIRN_EVAL_LABEL_RECORD_H

#include <jansson.h>

#include "cairn/label.h"

typedef struct label_rule {
    const cairn_rule_type *type; /* NULL: labels stay the labeller's */
    const void *config;
} label_rule;

/* The record of one problem; the caller owns *out. Judges solutions that the labeller did not, where a judge is bound.
 * `keep_root`: the root's counts, which records otherwise leave out where the solutions tell them. */
cairn_status label_record_make(cairn_workspace *workspace, cairn_label_result *result, bool keep_root, json_t **out);
/* Labels the solutions of a record by a rule: sets labels and first_error, and `dropped` where a solution is not kept.
 * `all_samples`: without root counts, the record's sampled solutions are all that were sampled. Errors: FORMAT, with
 * the record's id; those of the rule. */
cairn_status label_record_apply(cairn_ctx *ctx, cairn_arena *arena, const label_rule *rule, bool all_samples,
                                const char *id, json_t *record);
/* The root's counts that a record tells, by itself or by its sampled solutions. */
cairn_root_count label_record_root(const json_t *record, bool all_samples);
/* Why a solution is not kept; "" where it is. */
const char *label_record_dropped(const json_t *solution);

#endif

/* What rules share: evidence as plain arrays. */
#ifndef CAIRN_LABEL_RULE_H
#define CAIRN_LABEL_RULE_H

#include "cairn/label.h"

/* The row of an options table for the threshold of a judge: member `threshold` of a configuration. */
#define RULE_THRESHOLD_OPTION(type) \
    CAIRN_REAL(type, threshold, "0.5", -1e9, 1e9, "", "A judge's score below it calls a step wrong.")

/* Share of right completions after each step: the completer's, else the value that was backed up; NaN where neither is
 * known. */
void rule_shares(const cairn_evidence *e, double *c);
/* Share of right solutions of the problem; NaN: not estimated. */
double rule_root(const cairn_evidence *e);
/* First error by the judge; CAIRN_UNLABELLED without one, or where an unknown score stands before it. */
int32_t rule_judge(const cairn_evidence *e, double threshold);
/* First wrong step by the world's verdicts; CAIRN_UNLABELLED without them, or where an unknown one stands before it. */
int32_t rule_verdicts(const cairn_evidence *e);
/* The same, with labels: 1 and 0 for known verdicts, none for unknown ones. */
int32_t rule_label_verdicts(const cairn_evidence *e, double *labels);
/* Hard labels of a first error that is located: 1 before it, 0 at it, none after it. */
void rule_harden(double *labels, int32_t n, int32_t first_error);
/* Relative progress as labels (cairn_label_progress), or why the solution is dropped. */
cairn_status rule_progress(cairn_ctx *ctx, const cairn_evidence *e, double eps, cairn_progress_mode mode,
                           double *labels, cairn_keep *keep);

#endif

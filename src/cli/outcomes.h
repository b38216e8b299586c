/* Outcomes of solutions as verbs print them: the share of right ones, and beside it all that is not in it. */
#ifndef CAIRN_CLI_OUTCOMES_H
#define CAIRN_CLI_OUTCOMES_H

#include "cairn/data.h"
#include "cairn/eval.h"
#include "cairn/job.h"
#include "cli/cli.h"

/* Outcome of a record as its file tells it: the recorded one, else that of its answer, or of the answer that its steps
 * state, against the true answer. Unknown where a text is too long to be read. */
cairn_status cli_record_outcome(cli *c, const cairn_record *record, cairn_verdict *out);
/* "43.8 %" with its interval, or "not judged"; a line each for unknown outcomes and those without a truth, where there
 * are any. `what` ("right") heads the first line, `of` names what was judged ("problems"). */
void cli_print_outcomes(const cli *c, const char *what, const char *of, const cairn_outcomes *o,
                        const cairn_interval *share);
/* One sentence where more than a tenth of the outcomes have no answer that can be read: what would be read. */
void cli_print_unread(const cairn_outcomes *o, const char *of);
/* "1,319 problems", or "the first 100 of 1,319 problems (-n 0: all)". */
const char *cli_problems_text(const cairn_job *job, char out[96]);
/* " (95 % interval LOW .. HIGH" or why there is none. */
const char *cli_interval_text(const cairn_interval *share, char out[64]);
/* Fields accuracy, low, high, accuracy_if_unknown_right, right, unknown, unanswered, not_judged. */
void cli_json_outcomes(cli_json *j, const cairn_outcomes *o, const cairn_interval *share);

#endif

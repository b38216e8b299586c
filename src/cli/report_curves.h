/* Accuracy of runs against what they spent. */
#ifndef CAIRN_CLI_REPORT_CURVES_H
#define CAIRN_CLI_REPORT_CURVES_H

#include "cairn/report.h"
#include "cli/budget_curves.h"
#include "cli/cli.h"

/* Runs of `solve` that did the same with another budget, width or number of simulations are one curve. Errors: INVALID
 * where no run is judged and has spent anything of what the axis counts; those of `out`. */
cairn_status report_curves(cli *c, const cairn_report *report, budget_axis axis, cairn_out *out);

#endif

/* Numbers of a benchmark's page; truth and verdict of steps as it shows them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/bench_page.h"

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

const char *page_number(cairn_figure_form form, double value, char out[PAGE_CELL]) {
    if (!isfinite(value) || (form == CAIRN_FIGURE_PERCENT && value < 0)) /* a share that does not exist */
        snprintf(out, PAGE_CELL, "–");
    else if (form == CAIRN_FIGURE_PERCENT || form == CAIRN_FIGURE_SIGNED)
        snprintf(out, PAGE_CELL, "%.2f", 100 * value);
    else if (form == CAIRN_FIGURE_COUNT && fabs(value) < 1e15)
        page_count((int64_t)value, out);
    else
        snprintf(out, PAGE_CELL, fabs(value) < 1e6 ? "%.3f" : "%.4g", value);
    return out;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

int8_t page_truth(const cairn_bench_item *item, int32_t step) {
    if (item->truth) return item->truth[step];
    if (item->label == CAIRN_EVAL_NONE || (item->label >= 0 && step > item->label)) return CAIRN_BENCH_STEP_UNTOLD;
    return step != item->label;
}

double page_threshold(const bench_page *p, const cairn_bench_item *item) {
    const cairn_bench_type *bench = p->run->bench;
    const double *given = bench_threshold(bench, p->run->config);
    double value = NAN;
    if (given) return *given;
    for (int32_t f = 0; f < bench->n_figures; f++)
        if (strcmp(bench->figures[f].name, "threshold") == 0)
            value = p->how->result->rows[item->subset_index].figures[f].estimate;
    return value;
}

cairn_verdict page_said(const bench_page *p, const cairn_bench_item *item, int32_t step) {
    const double *scores = item->candidates[0].scores;
    if (!item->answered) return CAIRN_VERDICT_UNKNOWN;
    if (item->valid) return item->valid[step] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (!scores || (!item->truth && item->said != CAIRN_EVAL_NONE)) {
        if (item->said == CAIRN_EVAL_NONE || (item->said >= 0 && step > item->said)) return CAIRN_VERDICT_UNKNOWN;
        return step == item->said ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
    }
    double tau = page_threshold(p, item);
    if (isnan(scores[step]) || isnan(tau)) return CAIRN_VERDICT_UNKNOWN;
    return scores[step] > tau || (!item->truth && scores[step] == tau) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

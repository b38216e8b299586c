/* The page of a benchmark: its frame and tables (bench_page.c), curves of step scores (bench_page_curves.c), misjudged
 * items (bench_page_items.c), and numbers and verdicts (bench_page_text.c); page.h has what all pages are written with. */
#ifndef CAIRN_EVAL_BENCH_PAGE_H
#define CAIRN_EVAL_BENCH_PAGE_H

#include "eval/bench_run.h"
#include "eval/page.h"

typedef struct bench_page {
    page to;
    cairn_bench_run *run;
    const cairn_bench_page *how;
} bench_page;

/* "82.13", "0.734", "1,234"; "–" where there is no number. */
const char *page_number(cairn_figure_form form, double value, char out[PAGE_CELL]);

/* ---- truth and verdict of steps ---------------------------------------------------------------------------------- */

/* 1 right, 0 wrong, CAIRN_BENCH_STEP_UNTOLD. Where only the first wrong step is marked, those after it are untold. */
int8_t page_truth(const cairn_bench_item *item, int32_t step);
/* The threshold of the benchmark's options, else of its figures; NaN: it has none. */
double page_threshold(const bench_page *p, const cairn_bench_item *item);
/* What the judge says of a step. A score that equals the threshold is a wrong step where each step has a truth, and a
 * right one where the first wrong one is asked for. */
cairn_verdict page_said(const bench_page *p, const cairn_bench_item *item, int32_t step);

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* Steps that have a score and a truth. */
typedef struct scored_steps {
    double *scores;
    bool *right;
    size_t n, n_right;
    int64_t called[2][2]; /* [right][called right] */
    bool has_threshold;
    double threshold;
    double low, high; /* of the scores */
} scored_steps;
/* scores == NULL: there are none. Freed by scored_free. */
cairn_status scored_gather(const bench_page *p, scored_steps *out);
void scored_free(scored_steps *s);
/* The four pictures beside each other, each a nested <svg>, in `width` x `height`. */
enum { CURVES_WIDTH = 1320, CURVES_HEIGHT = 346 };
void page_curves(bench_page *p, const scored_steps *s, bool alone);
void page_items(bench_page *p);

#endif

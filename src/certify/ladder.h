/* Counting values below others in sorted arrays, and one score's selections of OptCS. */
#ifndef CAIRN_CERTIFY_LADDER_H
#define CAIRN_CERTIFY_LADDER_H

#include "cairn/core.h"

int ladder_ascending(const void *a, const void *b); /* doubles without NaN, for qsort */
/* How many of sorted[n], in ascending order, are below x, or `with_equal` at most x. */
size_t ladder_below(const double *sorted, size_t n, double x, bool with_equal);

/* One score of all items. */
typedef struct ladder {
    size_t n, m; /* calibration items, good ones included; test items */
    double *bad; /* [n_bad] scores of the bad calibration items, ascending */
    size_t n_bad;
    struct rung {
        double score;
        uint32_t item;
    } * rungs;       /* [m] test items from the best score down */
    uint32_t *count; /* [m] bad calibration items whose score is at least that of test item j */
    uint32_t *reach; /* [m] by test item */
} ladder;
/* For at most n calibration and m test items. Errors: no memory. */
cairn_status ladder_open(cairn_ctx *ctx, size_t n, size_t m, ladder *out);
void ladder_close(ladder *l);
/* Reads the scores of l->n calibration and l->m test items: fills `count`. */
void ladder_read(ladder *l, const double *calibration, const bool *good, const double *test);
/* Fills `reach`: |BH(p, q)| over the test items where item j has p = 0 and each other item l has p = (count of l +
 * 1{score of j >= score of l}) / (n + 1). Linear for all j together, whereas the definition takes m BH procedures. */
void ladder_reach(ladder *l, double q);

#endif

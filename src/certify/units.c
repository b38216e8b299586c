/* One item a problem: items of one problem are not exchangeable. */
#include <math.h>
#include <stdlib.h>

#include "cairn/certify.h"

/* A row and its unit; rows of `other` come after all of the first file with the same unit. */
typedef struct keyed {
    uint64_t unit;
    size_t place;
    const cairn_certify_row *row;
} keyed;

static int by_unit(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->unit != y->unit) return x->unit < y->unit ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* The rows that have a unit, sorted by it; the caller frees *out. */
static cairn_status sort_units(cairn_ctx *ctx, const cairn_certify_rows *rows, const cairn_certify_rows *other,
                               keyed **out, size_t *n) {
    size_t all = rows->n + (other ? other->n : 0);
    keyed *sorted = cairn_alloc(ctx, all, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    *n = 0;
    for (size_t i = 0; i < all; i++) {
        const cairn_certify_row *row = i < rows->n ? &rows->rows[i] : &other->rows[i - rows->n];
        if (row->has_unit) sorted[(*n)++] = (keyed){row->unit, i, row};
    }
    qsort(sorted, *n, sizeof *sorted, by_unit);
    *out = sorted;
    return CAIRN_OK;
}

static cairn_status refuse_missing(cairn_ctx *ctx, const cairn_certify_rows *rows) {
    for (size_t i = 0; i < rows->n; i++)
        if (!rows->rows[i].has_unit)
            return cairn_fail(ctx, CAIRN_INVALID,
                              "%s: the field that names its problem is missing, whereas other rows have it",
                              rows->rows[i].where);
    return CAIRN_OK;
}

cairn_status cairn_certify_check_units(cairn_ctx *ctx, const cairn_certify_rows *rows,
                                       const cairn_certify_rows *other) {
    keyed *sorted;
    size_t n;
    CAIRN_TRY(sort_units(ctx, rows, other, &sorted, &n));
    cairn_status status = CAIRN_OK;
    if (n > 0) status = refuse_missing(ctx, rows);
    if (n > 0 && other && status == CAIRN_OK) status = refuse_missing(ctx, other);
    size_t shared = 0, first = 0; /* the pair whose second row comes first */
    for (size_t i = 1; i < n; i++)
        if (sorted[i].unit == sorted[i - 1].unit && (shared++ == 0 || sorted[i].place < sorted[first].place)) first = i;
    if (shared > 0 && status == CAIRN_OK)
        status = cairn_fail(ctx, CAIRN_INVALID,
                            "%s and %s are answers to one problem (%zu such rows): keep one item a problem",
                            sorted[first - 1].row->where, sorted[first].row->where, shared);
    cairn_free(sorted);
    return status;
}

cairn_status cairn_certify_best(cairn_ctx *ctx, cairn_certify_rows *rows, int32_t by) {
    keyed *sorted;
    size_t n, kept = 0;
    CAIRN_TRY(refuse_missing(ctx, rows));
    for (size_t i = 0; i < rows->n; i++)
        if (isnan(rows->rows[i].scores[by]))
            return cairn_fail(ctx, CAIRN_INVALID, "%s has not the score by which the best answer is kept",
                              rows->rows[i].where);
    bool *keep = cairn_alloc(ctx, rows->n, sizeof *keep);
    if (!keep) return CAIRN_NO_MEMORY;
    cairn_status status = sort_units(ctx, rows, NULL, &sorted, &n);
    if (status == CAIRN_OK) {
        for (size_t first = 0, next, best; first < n; first = next) {
            for (next = best = first; next < n && sorted[next].unit == sorted[first].unit; next++)
                if (sorted[next].row->scores[by] > sorted[best].row->scores[by]) best = next;
            keep[sorted[best].place] = true;
        }
        for (size_t i = 0; i < rows->n; i++)
            if (keep[i]) rows->rows[kept++] = rows->rows[i];
        rows->n = kept;
        cairn_free(sorted);
    }
    cairn_free(keep);
    return status;
}

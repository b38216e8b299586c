/* cairn/curves.h: curves with interval bands, such as accuracy against a budget, as an image and as a page. Both are one
 * file without script, which loads nothing.
 *
 *     cairn_curve_line lines[] = {{.name = "vote", .n = 3, .x = budgets, .y = accuracy}};
 *     cairn_curve_picture picture = {.title = "Accuracy", .across = "tokens a problem", .lines = lines, .n = 1};
 *     cairn_curves_image(ctx, &picture, 1, out);
 *
 * Layer: eval (uses stat). */
#ifndef CAIRN_CURVES_H
#define CAIRN_CURVES_H

#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_CURVES_MOST 64 /* lines of a picture */

/* Shares from 0 to 1 at rising places. */
typedef struct cairn_curve_line {
    const char *name; /* any text */
    int32_t n;
    const double *x;         /* [n] > 0, rising */
    const cairn_interval *y; /* [n] an estimate that is NaN leaves a gap; a bound that is NaN no band there */
} cairn_curve_line;

typedef struct cairn_curve_picture {
    const char *title, *across; /* what is shown, and what x is: any text */
    const char *note;           /* a sentence under it on a page; NULL: none */
    const cairn_curve_line *lines;
    int32_t n;
} cairn_curve_picture;

/* A table of texts. A row whose first cell that is not empty begins with "+" or "-" holds differences, and is shown
 * more softly. */
typedef struct cairn_curve_table {
    const char *title;
    const char *const *cells; /* [rows][columns]; the first row is the head, the first column names the rows */
    int32_t rows, columns;
} cairn_curve_table;

typedef struct cairn_curves_page {
    const char *title, *summary; /* any text */
    const char *made_by;         /* "eval passk" */
    const char *const *facts;    /* [n_facts][2] a name, which is markup, and any text */
    int32_t n_facts;
    const cairn_curve_picture *pictures;
    int32_t n_pictures;
    const cairn_curve_table *tables;
    int32_t n_tables;
} cairn_curves_page;

/* Pictures one under the other. x is drawn by its logarithm; y is cut to where the intervals lie. Errors: INVALID for
 * no picture, more than CAIRN_CURVES_MOST lines, x that does not rise from above 0, a share outside [0, 1]; those of
 * `out`. */
CAIRN_API cairn_status cairn_curves_image(cairn_ctx *ctx, const cairn_curve_picture *pictures, int32_t n,
                                          cairn_out *out);
/* Pictures, tables, facts. Errors: as above. */
CAIRN_API cairn_status cairn_curves_html(cairn_ctx *ctx, const cairn_curves_page *what, cairn_out *out);

#ifdef __cplusplus
}
#endif
#endif

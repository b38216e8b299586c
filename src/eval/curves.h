/* One picture of curves, on a page or in an image. */
#ifndef CAIRN_EVAL_CURVES_H
#define CAIRN_EVAL_CURVES_H

#include "cairn/curves.h"
#include "eval/page.h"

enum { CURVES_WIDE = 830, CURVES_TEXT = 400 /* bytes of a title */ };
/* Errors: INVALID for what cannot be drawn. */
cairn_status curves_check(cairn_ctx *ctx, const cairn_curve_picture *picture);
/* Its height at that width. */
int curves_height(const cairn_curve_picture *picture);
/* What stands between <svg> and </svg>. */
void curves_put(page *p, const cairn_curve_picture *picture);

#endif

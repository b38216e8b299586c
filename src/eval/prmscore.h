/* The arithmetic of PRMScore (arXiv 2501.03124), of counts or of sums. */
#ifndef CAIRN_EVAL_PRMSCORE_H
#define CAIRN_EVAL_PRMSCORE_H

#include "cairn/eval.h"

/* What a quotient without denominator is worth. */
double prmscore_nothing(cairn_undefined policy);
/* Precision, recall and F1 of both classes, `prmscore` and `undefined`; the rest is 0. `nothing`: as above. */
cairn_prmscore prmscore_of(double tp, double fp, double tn, double fn, double nothing);

#endif

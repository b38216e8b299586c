/* Whether a text asserts an equality that stands in it, or supposes, asks, quotes or refutes it. */
#ifndef CAIRN_TOOL_ARITHMETIC_ASSERTED_H
#define CAIRN_TOOL_ARITHMETIC_ASSERTED_H

#include <gmp.h>

#include "cairn/core.h"

typedef enum claim_stand {
    CLAIM_ASSERTED,
    CLAIM_SUPPOSED, /* supposed, asked, quoted, tested: it may be false, and nothing is wrong */
    CLAIM_REFUTED   /* said to be false */
} claim_stand;

/* An equality in text[length]: bytes [start, end) from its left side to the last number or bracket of its right side,
 * and [gap_start, gap_end) between the two sides. */
typedef struct claim_place {
    const char *text;
    size_t length, start, end, gap_start, gap_end;
    bool first;  /* its left side begins the chain of equalities */
    bool turned; /* the right side is computed, and perhaps the left one: rather an equation than a computation */
    bool number; /* the left side is a number */
    /* where they are known: the problem, and the values of the sides */
    const char *problem;
    const char *last; /* the step before */
    mpq_srcptr left, right;
} claim_place;

claim_stand claim_stand_of(const claim_place *place);
/* A quick look: false where nothing near text[start, end) refutes anything. */
bool claim_may_be_refuted(const char *text, size_t length, size_t start, size_t end);
/* Whether a text begins with a sentence that refutes what was said before it: "This is false." */
bool claim_refuted_by_next(const char *text, size_t length);

#endif

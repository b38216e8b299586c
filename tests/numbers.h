/* Random floats, and how far floats lie apart. */
#ifndef CAIRN_TESTS_NUMBERS_H
#define CAIRN_TESTS_NUMBERS_H

#include <math.h>
#include <stdlib.h>

#include "cairn/core.h"

/* [n] standard normal ones; the caller's to free. */
static inline float *normal_numbers(uint64_t seed, int64_t n) {
    float *x = malloc((size_t)n * sizeof *x);
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int64_t i = 0; i < n; i++) x[i] = (float)cairn_rng_normal(&rng);
    return x;
}

/* L2 norm of a - b relative to that of b. */
static inline double apart(const float *a, const float *b, int64_t n) {
    double difference = 0, whole = 0;
    for (int64_t i = 0; i < n; i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        whole += (double)b[i] * (double)b[i];
    }
    return sqrt(difference / whole);
}

#endif

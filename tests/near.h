/* Comparison of doubles: cmocka's own is in single precision. */
#ifndef CAIRN_TESTS_NEAR_H
#define CAIRN_TESTS_NEAR_H

#include <math.h>

#define assert_near(a, b, tolerance) near_(a, b, tolerance, __FILE__, __LINE__)

static inline void near_(double a, double b, double tolerance, const char *file, int line) {
    if (fabs(a - b) <= tolerance) return;
    print_error("%.17g is not within %.3g of %.17g\n", a, tolerance, b);
    _fail(file, line);
}

#endif

/* Exponentials, logarithms, trigonometric and gamma functions with the same bits on every processor. Layer: core.
 *
 * The C library picks its own functions by processor (with fused multiply-adds or without), and their last bits differ.
 * These are plain sums, products and divisions of doubles in a fixed order. No other file calls the C library's inexact
 * functions (scripts/check-libm); sqrt, fma, floor, rint, frexp and ldexp are exact everywhere and may be called.
 *
 * Errors are below one unit in the last place, but where a comment says more (tests/test_core_maths.c measures them).
 * NaN gives NaN. No function sets errno or raises on purpose. */
#ifndef CAIRN_CORE_MATHS_H
#define CAIRN_CORE_MATHS_H

#include <stdint.h>

double maths_exp(double x);
void maths_exp_all(double *x, int64_t n); /* each x[i] becomes maths_exp(x[i]); faster than one by one */
double maths_expm1(double x);             /* e^x - 1, within 1.1 units */
double maths_log(double x);               /* NaN for x < 0, -infinity for 0 */
double maths_log1p(double x);             /* ln(1 + x) */
double maths_pow(double x, double y);     /* x^y for x >= 0; 1 for y = 0; NaN for x < 0 */
double maths_sin(double x);               /* x in radians, |x| < 2^31; NaN beyond */
double maths_cos(double x);
double maths_tanh(double x);      /* within 3 units */
double maths_log_gamma(double x); /* ln of the gamma function, x > 0, within 8 units; NaN for x < 0, infinity for 0 */
double maths_erfc(double x);      /* 1 - erf(x), within 6 units: the upper tail keeps its relative precision */

#endif

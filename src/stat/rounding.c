/* Rounding to decimals as others do, for figures that were printed rounded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/stat.h"

enum {
    MOST_DECIMALS = 323,       /* the least double has no digit before */
    SIGNIFICANT = 15,          /* every decimal text of so many digits survives a double */
    ROOM = 320 + MOST_DECIMALS /* digits of the greatest double, sign, point */
};

static bool nothing_to_do(double x, int decimals) {
    return !isfinite(x) || decimals < 0 || decimals > MOST_DECIMALS;
}

/* The C library prints the exact binary value, halves to even, and reads its own text. */
double cairn_round_even(double x, int decimals) {
    if (nothing_to_do(x, decimals)) return x;
    char text[ROOM];
    snprintf(text, sizeof text, "%.*f", decimals, x);
    return strtod(text, NULL);
}

/* Adds one to the last digit of digits[n]; true where the carry leaves the first digit: it is 1 and zeros then. */
static bool add_one(char *digits, int n) {
    int i = n - 1;
    while (i >= 0 && digits[i] == '9') digits[i--] = '0';
    if (i >= 0) {
        digits[i]++;
        return false;
    }
    digits[0] = '1';
    return true;
}

double cairn_round_half_up(double x, int decimals) {
    if (nothing_to_do(x, decimals) || x == 0.0) return x;
    char text[48], digits[SIGNIFICANT + 2];
    snprintf(text, sizeof text, "%.*e", SIGNIFICANT - 1, fabs(x)); /* d.dddde+xx; the point is the locale's */
    int exponent = atoi(strchr(text, 'e') + 1), n = 0;
    for (const char *c = text; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9') digits[n++] = *c;
    int kept = exponent + 1 + decimals; /* digits up to the last decimal */
    if (kept >= n) return x;
    if (kept < 0) return copysign(0.0, x);
    bool up = digits[kept] >= '5';
    digits[kept] = 0;
    if (up && kept == 0) {
        memcpy(digits, "1", 2);
        kept = 1, exponent++;
    } else if (up && add_one(digits, kept)) {
        exponent++;
    }
    if (kept == 0) return copysign(0.0, x);
    char out[48];
    snprintf(out, sizeof out, "%se%d", digits, exponent - kept + 1);
    return copysign(strtod(out, NULL), x);
}

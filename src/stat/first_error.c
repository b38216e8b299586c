/* The first wrong step of a solution by its step scores. */
#include <math.h>

#include "cairn/stat.h"

enum { NO_ERROR = -1, UNKNOWN = -2 };

int32_t cairn_stat_first_error(const double *scores, int32_t n, double tau, cairn_stat_sense sense) {
    for (int32_t t = 0; t < n; t++) {
        if (isnan(scores[t])) return UNKNOWN;
        if (sense == CAIRN_STAT_WRONG_BELOW ? scores[t] < tau : scores[t] > tau) return t;
    }
    return n > 0 ? NO_ERROR : UNKNOWN;
}

bool cairn_stat_least_is_last(const double *scores, int32_t n) {
    for (int32_t t = 0; t + 1 < n; t++)
        if (!(scores[t] > scores[n - 1])) return false;
    return true;
}

/* The exact distribution of the number of runs in a series (Wald and Wolfowitz 1940). */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

#define EQUALLY_LIKELY 1e-9 /* relative: probabilities this near are a tie */

/* Number of series with zero 0s and one 1s that have `runs` runs, divided by their number in all. */
static double probability(int64_t zero, int64_t one, int64_t runs) {
    int64_t k = runs / 2;
    double all = cairn_stat_log_choose(zero + one, zero);
    if (runs % 2 == 0)
        return 2.0 * maths_exp(cairn_stat_log_choose(zero - 1, k - 1) + cairn_stat_log_choose(one - 1, k - 1) - all);
    return maths_exp(cairn_stat_log_choose(zero - 1, k) + cairn_stat_log_choose(one - 1, k - 1) - all) +
           maths_exp(cairn_stat_log_choose(zero - 1, k - 1) + cairn_stat_log_choose(one - 1, k) - all);
}

double cairn_stat_runs_exact(int64_t zero, int64_t one, int64_t runs) {
    int64_t least = zero < one ? zero : one, most = 2 * least + (zero != one);
    if (least < 1 || runs < 2 || runs > most) return NAN;
    double here = probability(zero, one, runs) * (1.0 + EQUALLY_LIKELY), p = 0.0;
    for (int64_t r = 2; r <= most; r++) {
        double one_of = probability(zero, one, r);
        if (one_of <= here) p += one_of;
    }
    return fmin(1.0, p);
}

#include "world/script.h"

#include <math.h>

#include "core/maths.h"

/* A probability moved by `shift` on the logit scale. */
static double shifted(double p, double shift) {
    if (shift == 0 || p <= 0 || p >= 1) return p;
    return 1 / (1 + maths_exp(-(maths_log(p / (1 - p)) + shift)));
}

double script_error(const script_rates *rates, double hardness) {
    return shifted(rates->error, rates->difficulty_spread * hardness);
}

double script_repair(const script_rates *rates, double recovery) {
    return shifted(rates->repair, rates->repair_spread * recovery);
}

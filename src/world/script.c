#include "world/script.h"

#include <math.h>

double script_shifted(double p, double shift) {
    if (shift == 0 || p <= 0 || p >= 1) return p;
    return 1 / (1 + exp(-(log(p / (1 - p)) + shift)));
}

/* Fair bits from biased ones: an offset of logits, and von Neumann's pairs. */
#include <math.h>

#include "cairn/stat.h"
#include "core/maths.h"

double cairn_stat_logit_offset(double p_yes) {
    if (!(p_yes > 0.0 && p_yes < 1.0)) return NAN;
    return -0.5 * (maths_log(p_yes) - maths_log1p(-p_yes));
}

size_t cairn_stat_von_neumann(const uint8_t *b, size_t n, uint8_t *bits) {
    size_t m = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        if (b[i] != b[i + 1]) bits[m++] = b[i];
    return m;
}

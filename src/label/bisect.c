/* First error of a wrong solution by bisection over its prefixes (arXiv 2406.06592, section 3.2). */
#include "cairn/label.h"

cairn_status cairn_first_error_bisect(cairn_ctx *ctx, cairn_probe_fn probe, void *arg, int32_t lo, int32_t hi,
                                      int32_t min_span, int32_t *first, int32_t *positions, double *mc,
                                      int32_t *probes) {
    *probes = 0;
    if (lo < 0 || hi <= lo || min_span < 1)
        return cairn_fail(ctx, CAIRN_INVALID, "bisection needs 0 <= lo < hi and a span of at least 1, not %d, %d, %d",
                          lo, hi, min_span);
    while (hi - lo > min_span) {
        int32_t m = lo + (hi - lo) / 2;
        double value;
        CAIRN_TRY(probe(arg, m, &value));
        if (!(value >= 0 && value <= 1))
            return cairn_fail(ctx, CAIRN_INVALID, "the probe of the first %d steps gave %g, outside [0, 1]", m, value);
        positions[*probes] = m;
        mc[(*probes)++] = value;
        if (value > 0)
            lo = m;
        else
            hi = m;
    }
    *first = hi;
    return CAIRN_OK;
}

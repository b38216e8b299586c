/* Mean and deviation of numbers that come one by one. They are summed from the first number on and with what rounding
 * loses, so that numbers that are all equal have exactly their own mean and no deviation. */
#include <math.h>

#include "credit/call.h"

void moments_add(moments *m, double x) {
    if (m->n++ == 0) *m = (moments){.n = 1, .first = x, .equal = true};
    double d = x - m->first, next = m->sum + d;
    m->lost += fabs(m->sum) >= fabs(d) ? (m->sum - next) + d : (d - next) + m->sum;
    m->sum = next;
    m->squares += d * d;
    m->equal = m->equal && x == m->first;
}

double moments_mean(const moments *m) {
    return m->first + (m->sum + m->lost) / (double)m->n;
}

double moments_deviation(const moments *m) {
    if (m->n < 2 || m->equal) return 0;
    double d = m->sum + m->lost, variance = (m->squares - d * d / (double)m->n) / (double)(m->n - 1);
    return variance > 0 ? sqrt(variance) : 0;
}

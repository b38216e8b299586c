/* Rules over counts and Monte-Carlo values: no model, no tree. */
#include <math.h>

#include "cairn/label.h"

double cairn_label_pairwise_target(double p, double q) {
    return (1 + p - q) / 2;
}

cairn_question cairn_question_filter(int32_t n_right, int32_t n) {
    if (n_right <= 0) return CAIRN_QUESTION_TOO_HARD;
    return n_right >= n ? CAIRN_QUESTION_TOO_EASY : CAIRN_QUESTION_KEEP;
}

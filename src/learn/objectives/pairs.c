/* Losses over the pairs of a group's members. */
#include "learn/objectives/pairs.h"

#include "core/maths.h"

double softplus(double x) {
    return (x > 0 ? x : 0) + maths_log1p(maths_exp(x > 0 ? -x : x));
}

double sigmoid(double x) {
    double e = maths_exp(x > 0 ? -x : x);
    return (x > 0 ? 1 : e) / (1 + e);
}

static double scale_of(const cairn_group *g, pair_rule rule, int64_t i) {
    const float *length = g->columns[CAIRN_COLUMN_LENGTH];
    return rule.per_token && length && length[i] > 0 ? rule.beta / (double)length[i] : rule.beta;
}

static double number(const cairn_group *g, pair_rule rule, int64_t i) {
    const float *reference = rule.alone ? NULL : g->columns[CAIRN_COLUMN_REFERENCE];
    return scale_of(g, rule, i) * (g->x[i] - (reference ? (double)reference[i] : 0));
}

/* The next pair from members *i, *j on (begin with 0, 0); false after the last. */
static bool next_pair(const cairn_group *g, bool ties, int64_t *i, int64_t *j) {
    const float *label = g->columns[CAIRN_COLUMN_LABEL];
    for (++*j; *i < g->n; *j = ++*i + 1)
        for (; *j < g->n; ++*j)
            if (ties || label[*i] < label[*j] || label[*i] > label[*j]) return true;
    return false;
}

double each_pair(const cairn_group *group, pair_rule rule, pair_fn pair, const void *config, double *slope) {
    const float *label = group->columns[CAIRN_COLUMN_LABEL];
    int64_t count = 0;
    double sum = 0;
    for (int64_t i = 0, j = 0; next_pair(group, rule.ties, &i, &j);) count++;
    for (int64_t i = 0, j = 0; next_pair(group, rule.ties, &i, &j);) {
        int64_t first = label[j] > label[i] ? j : i, second = first == i ? j : i;
        const double labels[2] = {(double)label[first], (double)label[second]};
        double d = 0;
        sum += pair(config, number(group, rule, first) - number(group, rule, second), labels, &d);
        slope[first] += scale_of(group, rule, first) * d / (double)count;
        slope[second] -= scale_of(group, rule, second) * d / (double)count;
    }
    return count ? sum / (double)count : 0;
}

void measure_pairs(const cairn_group *group, pair_rule rule, double *hits, double *of) {
    const float *label = group->columns[CAIRN_COLUMN_LABEL];
    for (int64_t i = 0, j = 0; next_pair(group, false, &i, &j); ++*of) {
        double apart = number(group, rule, i) - number(group, rule, j);
        if (label[j] > label[i]) apart = -apart;
        *hits += apart > 0 ? 1 : apart < 0 ? 0 : 0.5;
    }
}

/* Votes over answer classes (arXiv 2203.11171 for the majority). */
#include <math.h>

#include "cairn/stat.h"

static bool votes(const int32_t *classes, const double *weights, size_t i) {
    return classes[i] >= 0 && !(weights && isnan(weights[i]));
}

/* Visits each class once, at its first member that votes. A strict comparison keeps the class that came first. */
static int32_t vote(const int32_t *classes, const double *weights, size_t n) {
    int32_t winner = -1;
    double most = 0.0;
    for (size_t first = 0; first < n; first++) {
        if (!votes(classes, weights, first)) continue;
        bool seen = false;
        for (size_t i = 0; i < first && !seen; i++) seen = classes[i] == classes[first] && votes(classes, weights, i);
        if (seen) continue;
        double sum = 0.0;
        for (size_t i = first; i < n; i++)
            if (classes[i] == classes[first] && votes(classes, weights, i)) sum += weights ? weights[i] : 1.0;
        if (winner < 0 || sum > most) {
            winner = classes[first];
            most = sum;
        }
    }
    return winner;
}

int32_t cairn_vote_majority(const int32_t *classes, size_t n) {
    return vote(classes, NULL, n);
}

int32_t cairn_vote_weighted(const int32_t *classes, const double *weights, size_t n) {
    return vote(classes, weights, n);
}

int32_t cairn_vote_best(const int32_t *classes, const double *scores, size_t n) {
    int32_t winner = -1;
    double most = NAN;
    for (size_t i = 0; i < n; i++) {
        if (classes[i] < 0) continue;
        if (winner < 0 || scores[i] > most || (isnan(most) && !isnan(scores[i]))) {
            winner = classes[i];
            most = scores[i];
        }
    }
    return winner;
}

int64_t cairn_pick_best(const double *scores, size_t n) {
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (scores[i] > scores[best] || (isnan(scores[best]) && !isnan(scores[i]))) best = i;
    return n ? (int64_t)best : -1;
}

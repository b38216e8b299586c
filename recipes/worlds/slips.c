/* Solutions in which steps slip and repair. */
#include "slips.h"

#include "cairn/eval.h"

double slips_pick(cairn_rng *rng, const double *rates, const double *probabilities, int n) {
    double u = cairn_rng_unit(rng);
    int i = 0;
    while (i + 1 < n && u >= probabilities[i]) u -= probabilities[i++];
    return rates[i];
}

void slips_solve(cairn_rng *rng, double error, double repair, slips_solution *out) {
    bool right = true;
    *out = (slips_solution){.first = CAIRN_NO_ERROR};
    for (int t = 0; t < SLIPS_STEPS; t++) {
        double u = cairn_rng_unit(rng);
        out->slip[t] = right && u < error;
        right = right ? u >= error : u < repair;
        out->right[t] = right;
        if (out->slip[t] && out->first == CAIRN_NO_ERROR) out->first = t;
    }
}

bool slips_complete(cairn_rng *rng, const slips_question *q, bool right, int left) {
    while (left-- > 0) right = cairn_rng_unit(rng) < (right ? 1 - q->completer_error : q->repair);
    return right;
}

double slips_value(double error, double repair, bool right, int left) {
    double ok = 1, bad = 0;
    while (left-- > 0) {
        double next = (1 - error) * ok + error * bad;
        bad = repair * ok + (1 - repair) * bad;
        ok = next;
    }
    return right ? ok : bad;
}

int64_t slips_probe(cairn_rng *rng, const slips_question *q, const slips_solution *s, int32_t n, bool stop,
                    cairn_step_count counts[SLIPS_STEPS]) {
    int64_t made = 0;
    int32_t last = SLIPS_STEPS - 1;
    for (int32_t t = 0; t < SLIPS_STEPS; t++) counts[t] = (cairn_step_count){.node = CAIRN_NONE};
    counts[last] = (cairn_step_count){.node = CAIRN_NONE, .n = 1, .ok = s->right[last]};
    for (int32_t t = 0; t < last; t++) {
        counts[t].n = n;
        for (int32_t i = 0; i < n; i++) counts[t].ok += slips_complete(rng, q, s->right[t], last - t);
        made += n;
        if (stop && !counts[t].ok) break;
    }
    return made;
}

cairn_evidence slips_evidence(const slips_solution *s, const cairn_step_count *counts, cairn_root_count root) {
    cairn_evidence e = {.n_steps = SLIPS_STEPS, .root = root};
    e.outcome = s->right[SLIPS_STEPS - 1] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    e.counts[CAIRN_ROLE_COMPLETER] = counts;
    return e;
}

/* ---- a table as reward ---------------------------------------------------------------------------------------------------- */

static bool looks_wrong(cairn_rng *rng, bool slip) {
    return (cairn_rng_unit(rng) < 0.05) != slip;
}

void slips_learn(slips_table *table, cairn_rng *rng, const slips_solution *s, const double *labels) {
    for (int t = 0; t < SLIPS_STEPS; t++) {
        int look = looks_wrong(rng, s->slip[t]);
        if (labels[t] != labels[t]) continue;
        table->sum[t][look] += labels[t];
        table->n[t][look]++;
    }
}

static int32_t found_first(const slips_table *table, cairn_rng *rng, const slips_solution *s) {
    int32_t first = CAIRN_NO_ERROR;
    for (int t = 0; t < SLIPS_STEPS; t++) {
        int look = looks_wrong(rng, s->slip[t]);
        if (first == CAIRN_NO_ERROR && table->sum[t][look] < 0.5 * table->n[t][look]) first = t;
    }
    return first;
}

cairn_status slips_f1(cairn_ctx *ctx, const slips_table *table, cairn_rng *rng, double error, double repair,
                      double *f1) {
    enum { EACH = 1000 };
    int64_t n[2] = {0}, hits[2] = {0};
    cairn_first_error_score score;
    while (n[0] < EACH || n[1] < EACH) {
        slips_solution s;
        slips_solve(rng, error, repair, &s);
        int clean = s.first == CAIRN_NO_ERROR;
        if (n[clean] == EACH) continue;
        n[clean]++;
        hits[clean] += found_first(table, rng, &s) == s.first;
    }
    CAIRN_TRY(cairn_eval_first_error_counts(ctx, hits[0], n[0], hits[1], n[1], false, &score));
    *f1 = score.f1;
    return CAIRN_OK;
}

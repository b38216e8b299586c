/* Scores of single steps against labels: one pass over steps that are sorted once, for the data and for every resample
 * of problems. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/data.h"
#include "cairn/eval.h"

typedef struct step {
    double score, label;
    uint32_t problem, order;
    int32_t bin;
    bool right;
} step;

/* Steps of one problem. */
typedef struct counts {
    int64_t tp, fp, tn, fn;
    double squares; /* of score - label */
} counts;

typedef struct measuring {
    const cairn_step_setup *setup;
    step *steps; /* [n] by score */
    size_t n;
    counts *of;       /* [problems] */
    uint32_t *weight; /* [problems] how often a problem is in the resample */
    uint32_t problems;
    cairn_calibration_bin *bins; /* [n_bins] sums */
} measuring;

static int by_score(const void *a, const void *b) {
    const step *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static double quotient(double above, double below) {
    return below > 0.0 ? above / below : NAN;
}

/* What one walk over the sorted steps finds. */
typedef struct walked {
    double auroc; /* every right step against the wrong ones below it, ties one half */
    double gaps;  /* sum over the bins of |sum of scores - sum of labels| */
} walked;

static void add_to_bin(const measuring *m, const step *s, double weight) {
    cairn_calibration_bin *bin = &m->bins[s->bin];
    bin->count += (int64_t)weight;
    bin->mean_p += weight * s->score;
    bin->mean_y += weight * s->label;
}

/* Leaves the sums of the bins. */
static walked walk(const measuring *m) {
    double area = 0.0, right = 0.0, wrong = 0.0, gaps = 0.0;
    int n_bins = m->setup->n_bins;
    memset(m->bins, 0, (size_t)n_bins * sizeof *m->bins);
    for (size_t first = 0, next; first < m->n; first = next) {
        double tied[2] = {0.0, 0.0}; /* wrong, right */
        for (next = first; next < m->n && m->steps[next].score == m->steps[first].score; next++) {
            double weight = m->weight[m->steps[next].problem];
            tied[m->steps[next].right] += weight;
            add_to_bin(m, &m->steps[next], weight);
        }
        area += tied[1] * (wrong + 0.5 * tied[0]);
        wrong += tied[0];
        right += tied[1];
    }
    for (int b = 0; b < n_bins; b++) gaps += fabs(m->bins[b].mean_p - m->bins[b].mean_y);
    return (walked){quotient(area, right * wrong), gaps};
}

static counts sum_of(const measuring *m) {
    counts sum = {0};
    for (uint32_t p = 0; p < m->problems; p++) {
        int64_t weight = m->weight[p];
        sum.tp += weight * m->of[p].tp;
        sum.fp += weight * m->of[p].fp;
        sum.tn += weight * m->of[p].tn;
        sum.fn += weight * m->of[p].fn;
        sum.squares += (double)weight * m->of[p].squares;
    }
    return sum;
}

static void measure(void *arg, const uint32_t *index, size_t n, double *out) {
    measuring *m = arg;
    memset(m->weight, 0, m->problems * sizeof *m->weight);
    for (size_t i = 0; i < n; i++) m->weight[index[i]]++;
    counts c = sum_of(m);
    walked w = walk(m);
    double right = (double)(c.tp + c.fn), wrong = (double)(c.tn + c.fp), total = right + wrong;
    out[CAIRN_STEP_AUROC] = w.auroc;
    out[CAIRN_STEP_ACCURACY] = quotient((double)(c.tp + c.tn), total);
    out[CAIRN_STEP_F1_RIGHT] = right > 0 ? 2.0 * (double)c.tp / (double)(2 * c.tp + c.fp + c.fn) : NAN;
    out[CAIRN_STEP_F1_WRONG] = wrong > 0 ? 2.0 * (double)c.tn / (double)(2 * c.tn + c.fp + c.fn) : NAN;
    out[CAIRN_STEP_PRMSCORE] = 0.5 * (out[CAIRN_STEP_F1_RIGHT] + out[CAIRN_STEP_F1_WRONG]);
    out[CAIRN_STEP_BRIER] = m->setup->probabilities ? quotient(c.squares, total) : NAN;
    out[CAIRN_STEP_ECE] = m->setup->probabilities ? quotient(w.gaps, total) : NAN;
}

/* ---- filling --------------------------------------------------------------------------------------------------------------- */

static cairn_status check(cairn_ctx *ctx, const cairn_step_item *items, size_t n, uint32_t problems,
                          const cairn_step_setup *setup) {
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "steps: none has a score and a label");
    if (n > UINT32_MAX) return cairn_fail(ctx, CAIRN_INVALID, "steps: more than 2^32");
    if (setup->n_bins < 1 || setup->n_bins > 10000)
        return cairn_fail(ctx, CAIRN_INVALID, "steps: %d bins, expected 1 to 10000", setup->n_bins);
    if (isnan(setup->threshold) || isnan(setup->right_from))
        return cairn_fail(ctx, CAIRN_INVALID, "steps: a threshold is not a number");
    for (size_t i = 0; i < n; i++) {
        bool fits = setup->probabilities ? items[i].score >= 0 && items[i].score <= 1 : !isnan(items[i].score);
        if (!fits || !(items[i].label >= 0 && items[i].label <= 1) || items[i].problem >= problems)
            return cairn_fail(ctx, CAIRN_INVALID, "steps: item %zu has score %g, label %g and problem %u", i,
                              items[i].score, items[i].label, (unsigned)items[i].problem);
    }
    return CAIRN_OK;
}

static void count_step(counts *c, bool right, bool called_right, double off) {
    c->tp += right && called_right;
    c->fn += right && !called_right;
    c->fp += !right && called_right;
    c->tn += !right && !called_right;
    c->squares += off * off;
}

static void fill(measuring *m, const cairn_step_item *items) {
    const cairn_step_setup *setup = m->setup;
    for (size_t i = 0; i < m->n; i++) {
        bool right = cairn_label_is_right(items[i].label, setup->right_from);
        m->steps[i] =
            (step){.score = items[i].score,
                   .label = items[i].label,
                   .problem = items[i].problem,
                   .order = (uint32_t)i,
                   .bin = setup->probabilities ? cairn_stat_calibration_bin(items[i].score, setup->n_bins) : 0,
                   .right = right};
        count_step(&m->of[items[i].problem], right, items[i].score >= setup->threshold,
                   items[i].score - items[i].label);
    }
    qsort(m->steps, m->n, sizeof *m->steps, by_score);
}

static void count_problems(const measuring *m, cairn_step_report *out) {
    for (uint32_t p = 0; p < m->problems; p++) {
        const counts *c = &m->of[p];
        out->problems += c->tp + c->fn + c->fp + c->tn > 0;
        out->right_problems += c->tp + c->fn > 0;
        out->wrong_problems += c->tn + c->fp > 0;
        out->confusion.tp += c->tp;
        out->confusion.fp += c->fp;
        out->confusion.tn += c->tn;
        out->confusion.fn += c->fn;
    }
}

/* No figure is surer than the problems of the rarer kind allow that it needs. */
static void widen(cairn_step_report *out, double level) {
    int64_t both = out->right_problems < out->wrong_problems ? out->right_problems : out->wrong_problems;
    const int64_t units[CAIRN_STEP_FIGURES] = {[CAIRN_STEP_AUROC] = both,
                                               [CAIRN_STEP_ACCURACY] = out->problems,
                                               [CAIRN_STEP_F1_RIGHT] = out->right_problems,
                                               [CAIRN_STEP_F1_WRONG] = out->wrong_problems,
                                               [CAIRN_STEP_PRMSCORE] = both,
                                               [CAIRN_STEP_BRIER] = out->problems,
                                               [CAIRN_STEP_ECE] = out->problems};
    for (int f = 0; f < CAIRN_STEP_FIGURES; f++) cairn_stat_widen(&out->figures[f], (size_t)units[f], level, 0, 1);
}

/* The bins of the steps as they are, from sums to means. */
static void keep_bins(measuring *m, cairn_calibration_bin *bins) {
    for (uint32_t p = 0; p < m->problems; p++) m->weight[p] = 1;
    walk(m);
    for (int b = 0; b < m->setup->n_bins; b++) {
        double count = m->bins[b].count ? (double)m->bins[b].count : NAN;
        bins[b] = (cairn_calibration_bin){m->bins[b].count, m->bins[b].mean_p / count, m->bins[b].mean_y / count};
    }
}

static cairn_status measure_all(cairn_ctx *ctx, measuring *m, cairn_calibration_bin *bins, cairn_step_report *out) {
    cairn_step_report report = {0};
    count_problems(m, &report);
    CAIRN_TRY(
        cairn_stat_bootstrap_many(ctx, m->problems, CAIRN_STEP_FIGURES, measure, m, &m->setup->how, report.figures));
    widen(&report, m->setup->how.level);
    if (bins && m->setup->probabilities) keep_bins(m, bins);
    *out = report;
    return CAIRN_OK;
}

cairn_status cairn_eval_steps(cairn_ctx *ctx, const cairn_step_item *items, size_t n, uint32_t problems,
                              const cairn_step_setup *setup, cairn_calibration_bin *bins, cairn_step_report *out) {
    CAIRN_TRY(check(ctx, items, n, problems, setup));
    measuring m = {.setup = setup, .n = n, .problems = problems};
    m.steps = cairn_alloc(ctx, n, sizeof *m.steps);
    m.of = cairn_alloc(ctx, problems, sizeof *m.of);
    m.weight = cairn_alloc(ctx, problems, sizeof *m.weight);
    m.bins = cairn_alloc(ctx, (size_t)setup->n_bins, sizeof *m.bins);
    cairn_status status = m.steps && m.of && m.weight && m.bins ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        fill(&m, items);
        status = measure_all(ctx, &m, bins, out);
    }
    cairn_free(m.steps);
    cairn_free(m.of);
    cairn_free(m.weight);
    cairn_free(m.bins);
    return status;
}

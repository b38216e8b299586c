/* Losses that order the scores of a group: by pairs, and by lists. */
#include "cairn/label.h"
#include "core/maths.h"
#include "learn/objectives/pairs.h"

enum { LABELS = 1u << CAIRN_COLUMN_LABEL };

static void measure_order(const void *config, const cairn_group *g, double *hits, double *of) {
    (void)config;
    measure_pairs(g, (pair_rule){.beta = 1, .alone = true}, hits, of);
}

/* ---- pairs (Bradley and Terry) -------------------------------------------------------------------------------------------------- */

typedef struct pairwise_config {
    bool soft;
} pairwise_config;

static const cairn_option pairwise_options[] = {
    CAIRN_BOOL(
        pairwise_config, soft, "true",
        "Target (1 + p - q) / 2 from the labels p and q; false: the greater label is preferred, ties are skipped."),
};

/* Cross-entropy of s(x_i - x_j) against the target. */
static double preference(const void *config, double difference, const double label[2], double *slope) {
    const pairwise_config *c = config;
    double target = c->soft ? cairn_label_pairwise_target(label[0], label[1]) : 1;
    *slope = sigmoid(difference) - target;
    return softplus(difference) - target * difference;
}

static cairn_status pairwise(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const pairwise_config *c = config;
    for (int64_t i = 0; c->soft && i < g->n; i++)
        if (!(g->columns[CAIRN_COLUMN_LABEL][i] >= 0 && g->columns[CAIRN_COLUMN_LABEL][i] <= 1))
            return cairn_fail(ctx, CAIRN_INVALID, "pairwise: label %g is not in [0, 1]; soft=false takes any label",
                              (double)g->columns[CAIRN_COLUMN_LABEL][i]);
    *loss = each_pair(g, (pair_rule){.beta = 1, .alone = true, .ties = c->soft}, preference, config, slope);
    return CAIRN_OK;
}

const cairn_objective_type cairn_objective_pairwise = {
    .about = {.name = "pairwise",
              .summary =
                  "Mean cross-entropy over the pairs of a group: which member is better, by the difference of scores.",
              .source = "arXiv 2406.06592",
              .options = pairwise_options,
              .option_count = sizeof pairwise_options / sizeof *pairwise_options,
              .config_size = sizeof(pairwise_config)},
    .reads = CAIRN_READS_SCORE,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = LABELS,
    .least = 2,
    .loss = pairwise,
    .measure = measure_order,
};

/* ---- lists --------------------------------------------------------------------------------------------------------------------------- */

enum { FORM_SOFTMAX, FORM_SHARE, FORM_PAIRS };
typedef struct listwise_config {
    int32_t form;
    double temperature;
} listwise_config;

static const cairn_option listwise_options[] = {
    CAIRN_CHOICE(
        listwise_config, form, "softmax", "softmax|share|pairs",
        "Target: softmax of the labels (ListNet); labels over their sum; or the mean over pairs of a right and a "
        "wrong member (arXiv 2409.12122)."),
    CAIRN_REAL(listwise_config, temperature, "1", 1e-6, 1e6, "", "Labels are divided by it, for `softmax`."),
};

static double most_of(const double *x, int64_t n) {
    double most = x[0];
    for (int64_t i = 1; i < n; i++) most = x[i] > most ? x[i] : most;
    return most;
}

/* ln of the sum of e^x */
static double log_sum_exp(const double *x, int64_t n) {
    double most = most_of(x, n), sum = 0;
    for (int64_t i = 0; i < n; i++) sum += maths_exp(x[i] - most);
    return most + maths_log(sum);
}

/* Puts the target distribution of a group into `out`. */
static cairn_status put_targets(cairn_ctx *ctx, const listwise_config *c, const cairn_group *g, double *out) {
    const float *label = g->columns[CAIRN_COLUMN_LABEL];
    double sum = 0;
    for (int64_t i = 0; i < g->n; i++) {
        if (c->form == FORM_SHARE && !(label[i] >= 0))
            return cairn_fail(ctx, CAIRN_INVALID, "listwise: label %g is below 0: it is no share", (double)label[i]);
        out[i] = (double)label[i] / (c->form == FORM_SOFTMAX ? c->temperature : 1);
        sum += out[i];
    }
    if (c->form == FORM_SHARE && !(sum > 0))
        return cairn_fail(ctx, CAIRN_INVALID, "listwise: all labels of a group are 0: they are no distribution");
    double whole = c->form == FORM_SOFTMAX ? log_sum_exp(out, g->n) : 0;
    for (int64_t i = 0; i < g->n; i++) out[i] = c->form == FORM_SOFTMAX ? maths_exp(out[i] - whole) : out[i] / sum;
    return CAIRN_OK;
}

/* -sum_i t_i ln softmax(x)_i */
static cairn_status cross_entropy(cairn_ctx *ctx, const listwise_config *c, const cairn_group *g, double *loss,
                                  double *slope) {
    CAIRN_TRY(put_targets(ctx, c, g, slope)); /* becomes the derivative below */
    double whole = log_sum_exp(g->x, g->n);
    for (int64_t i = 0; i < g->n; i++) {
        *loss -= slope[i] * (g->x[i] - whole);
        slope[i] = maths_exp(g->x[i] - whole) - slope[i];
    }
    return CAIRN_OK;
}

/* -1 / (k (n - k)) sum over right i and wrong j of ln s(x_i - x_j), k the number of right members */
static double right_first(const void *config, double difference, const double label[2], double *slope) {
    (void)config, (void)label;
    *slope = sigmoid(difference) - 1;
    return softplus(-difference);
}

static cairn_status all_pairs(cairn_ctx *ctx, const cairn_group *g, double *loss, double *slope) {
    const float *label = g->columns[CAIRN_COLUMN_LABEL];
    int64_t right = 0;
    for (int64_t i = 0; i < g->n; i++) {
        if (!(label[i] == 0 || label[i] == 1))
            return cairn_fail(ctx, CAIRN_INVALID, "listwise: with form=pairs a label is 0 or 1, not %g",
                              (double)label[i]);
        right += label[i] == 1;
    }
    if (right == 0 || right == g->n)
        return cairn_fail(ctx, CAIRN_INVALID, "listwise: all %lld members of a group are %s: leave it out",
                          (long long)g->n, right ? "right" : "wrong");
    *loss = each_pair(g, (pair_rule){.beta = 1, .alone = true}, right_first, NULL, slope);
    return CAIRN_OK;
}

static cairn_status listwise(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const listwise_config *c = config;
    return c->form == FORM_PAIRS ? all_pairs(ctx, g, loss, slope) : cross_entropy(ctx, c, g, loss, slope);
}

const cairn_objective_type cairn_objective_listwise = {
    .about = {.name = "listwise",
              .summary = "Softmax cross-entropy of a group's scores against a distribution made of its labels.",
              .source = "ListNet (Cao et al., 2007)",
              .options = listwise_options,
              .option_count = sizeof listwise_options / sizeof *listwise_options,
              .config_size = sizeof(listwise_config)},
    .reads = CAIRN_READS_SCORE,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = LABELS,
    .least = 2,
    .loss = listwise,
    .measure = measure_order,
};

/* Losses of one logit against its label. */
#include "learn/objectives/pairs.h"

static double weight_of(const cairn_group *g, int64_t i) {
    return g->columns[CAIRN_COLUMN_WEIGHT] ? (double)g->columns[CAIRN_COLUMN_WEIGHT][i] : 1;
}

/* On which side of 0 the logit lies, and on which side of one half its label. */
static void measure_sides(const void *config, const cairn_group *g, double *hits, double *of) {
    (void)config;
    *of += (double)g->n;
    for (int64_t i = 0; i < g->n; i++) *hits += (g->x[i] > 0) == (g->columns[CAIRN_COLUMN_LABEL][i] >= 0.5f);
}

/* The weights of a batch, 1 each where there are none; on the tape's memory. */
static const float *weights_of(cairn_tape *tape, int64_t n, const float *const *columns) {
    if (columns[CAIRN_COLUMN_WEIGHT]) return columns[CAIRN_COLUMN_WEIGHT];
    float *ones = cairn_tape_scratch(tape, (size_t)n * sizeof *ones);
    for (int64_t i = 0; ones && i < n; i++) ones[i] = 1;
    return ones;
}

/* ---- binary cross-entropy ------------------------------------------------------------------------------------------------------ */

/* sum of w (ln(1 + e^x) - t x) */
static cairn_status soft(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    (void)ctx, (void)config;
    for (int64_t i = 0; i < g->n; i++) {
        double target = (double)g->columns[CAIRN_COLUMN_LABEL][i], w = weight_of(g, i);
        *loss += w * (softplus(g->x[i]) - target * g->x[i]);
        slope[i] = w * (sigmoid(g->x[i]) - target);
    }
    return CAIRN_OK;
}

static cairn_tensor *soft_graph(cairn_tape *tape, const void *config, cairn_tensor *x, const float *const *columns,
                                double divisor) {
    const float *weights = weights_of(tape, x->size, columns);
    (void)config;
    return weights ? cairn_weighted_sum(tape, cairn_bce(tape, x, columns[CAIRN_COLUMN_LABEL]), weights, divisor) : NULL;
}

const cairn_objective_type cairn_objective_soft = {
    .about = {.name = "soft", .summary = "Binary cross-entropy of one logit against the label itself.", .source = ""},
    .reads = CAIRN_READS_SCORE,
    .counts = CAIRN_COUNTS_NUMBERS,
    .needs = 1u << CAIRN_COLUMN_LABEL,
    .loss = soft,
    .measure = measure_sides,
    .graph = soft_graph,
};

/* ---- squares --------------------------------------------------------------------------------------------------------------------- */

/* sum of w (s(x) - t)^2, s the sigmoid */
static cairn_status mse(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    (void)ctx, (void)config;
    for (int64_t i = 0; i < g->n; i++) {
        double s = sigmoid(g->x[i]), apart = s - (double)g->columns[CAIRN_COLUMN_LABEL][i], w = weight_of(g, i);
        *loss += w * apart * apart;
        slope[i] = w * 2 * apart * s * (1 - s);
    }
    return CAIRN_OK;
}

static cairn_tensor *mse_graph(cairn_tape *tape, const void *config, cairn_tensor *x, const float *const *columns,
                               double divisor) {
    const float *weights = weights_of(tape, x->size, columns);
    (void)config;
    if (!weights) return NULL;
    cairn_tensor *labels = cairn_tape_input(tape, x->rank, x->shape, columns[CAIRN_COLUMN_LABEL], false);
    cairn_tensor *apart = cairn_sub(tape, cairn_map(tape, x, CAIRN_SIGMOID), labels);
    return cairn_weighted_sum(tape, cairn_map(tape, apart, CAIRN_SQUARE), weights, divisor);
}

const cairn_objective_type cairn_objective_mse = {
    .about = {.name = "mse", .summary = "Squared difference of the logit's sigmoid and the label.", .source = ""},
    .reads = CAIRN_READS_SCORE,
    .counts = CAIRN_COUNTS_NUMBERS,
    .needs = 1u << CAIRN_COLUMN_LABEL,
    .loss = mse,
    .measure = measure_sides,
    .graph = mse_graph,
};

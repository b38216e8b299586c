/* Losses of log-probabilities: of the next token, of a step's class, and the former with a hold on the reference. */
#include "core/maths.h"
#include "learn/objectives/pairs.h"

static double weight_of(const cairn_group *g, int64_t i) {
    return g->columns[CAIRN_COLUMN_WEIGHT] ? (double)g->columns[CAIRN_COLUMN_WEIGHT][i] : 1;
}

/* sum of -w ln p */
static cairn_status cross_entropy(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss,
                                  double *slope) {
    (void)ctx, (void)config;
    for (int64_t i = 0; i < g->n; i++) {
        slope[i] = -weight_of(g, i);
        *loss += slope[i] * g->x[i];
    }
    return CAIRN_OK;
}

static cairn_tensor *cross_entropy_graph(cairn_tape *tape, const void *config, cairn_tensor *x,
                                         const float *const *columns, double divisor) {
    float *weights = cairn_tape_scratch(tape, (size_t)x->size * sizeof *weights);
    (void)config;
    if (!weights) return NULL;
    for (int64_t i = 0; i < x->size; i++)
        weights[i] = columns[CAIRN_COLUMN_WEIGHT] ? -columns[CAIRN_COLUMN_WEIGHT][i] : -1;
    return cairn_weighted_sum(tape, x, weights, divisor);
}

const cairn_objective_type cairn_objective_next_token = {
    .about = {.name = "next-token", .summary = "Cross-entropy of the tokens of a solution.", .source = ""},
    .reads = CAIRN_READS_TOKEN,
    .counts = CAIRN_COUNTS_NUMBERS,
    .loss = cross_entropy,
    .graph = cross_entropy_graph,
};

const cairn_objective_type cairn_objective_hard = {
    .about = {.name = "hard",
              .summary = "Cross-entropy of two classes, wrong and right, for each labelled step.",
              .source = "arXiv 2501.07301"},
    .reads = CAIRN_READS_CLASS,
    .counts = CAIRN_COUNTS_NUMBERS,
    .needs = 1u << CAIRN_COLUMN_LABEL,
    .loss = cross_entropy,
    .graph = cross_entropy_graph,
};

/* ---- next token and log(1 + KL) --------------------------------------------------------------------------------------------- */

typedef struct log_kl_config {
    double lambda;
} log_kl_config;

static const cairn_option log_kl_options[] = {
    CAIRN_REAL(log_kl_config, lambda, "0.1", 0, 1e6, "", "Weight of ln(1 + KL)."),
};

/* Means over a solution's tokens: -ln p + lambda ln(1 + KL), where the tokens were drawn from the reference q, so that
 * the mean of p/q - 1 - ln(p/q) estimates KL(q || p) and is never below 0. */
static cairn_status log_kl(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const log_kl_config *c = config;
    const float *reference = g->columns[CAIRN_COLUMN_REFERENCE];
    double n = (double)g->n, entropy = 0, kl = 0;
    (void)ctx;
    for (int64_t i = 0; i < g->n; i++) {
        double apart = g->x[i] - (double)reference[i], ratio = maths_expm1(apart);
        entropy -= weight_of(g, i) * g->x[i];
        kl += ratio - apart;
        slope[i] = ratio; /* of its part of the sum */
    }
    if (g->n == 0) return CAIRN_OK;
    for (int64_t i = 0; i < g->n; i++) slope[i] = (c->lambda * slope[i] / (1 + kl / n) - weight_of(g, i)) / n;
    *loss = entropy / n + c->lambda * maths_log1p(kl / n);
    return CAIRN_OK;
}

const cairn_objective_type cairn_objective_log_kl = {
    .about = {.name = "log-kl",
              .summary = "Mean cross-entropy of a solution's tokens plus lambda ln(1 + mean KL to the reference).",
              .source = "arXiv 2503.13551",
              .options = log_kl_options,
              .option_count = sizeof log_kl_options / sizeof *log_kl_options,
              .config_size = sizeof(log_kl_config)},
    .reads = CAIRN_READS_TOKEN,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = 1u << CAIRN_COLUMN_REFERENCE,
    .loss = log_kl,
};

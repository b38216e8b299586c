/* Losses of whole responses: a decoder learns to prefer the better one of a group. Numbers are sums of ln p over a
 * response. */
#include "learn/objectives/pairs.h"

enum {
    LABELS = 1u << CAIRN_COLUMN_LABEL,
    REFERENCE = 1u << CAIRN_COLUMN_REFERENCE,
    LENGTH = 1u << CAIRN_COLUMN_LENGTH
};

/* ---- DPO ---------------------------------------------------------------------------------------------------------------------- */

typedef struct dpo_config {
    double beta, smoothing;
} dpo_config;

static const cairn_option dpo_options[] = {
    CAIRN_REAL(dpo_config, beta, "0.1", 1e-9, 1e9, "", "Factor of the log-ratio to the reference."),
    CAIRN_REAL(dpo_config, smoothing, "0", 0, 0.5, "", "Probability that a preference is the wrong way round."),
};

/* z = beta (log-ratio of the chosen - log-ratio of the rejected): -(1 - e) ln s(z) - e ln s(-z) */
static double dpo_pair(const void *config, double z, const double label[2], double *slope) {
    const dpo_config *c = config;
    (void)label;
    *slope = sigmoid(z) - (1 - c->smoothing);
    return softplus(z) - (1 - c->smoothing) * z;
}

static cairn_status dpo(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const dpo_config *c = config;
    (void)ctx;
    *loss = each_pair(g, (pair_rule){.beta = c->beta}, dpo_pair, config, slope);
    return CAIRN_OK;
}

static void measure_ratios(const void *config, const cairn_group *g, double *hits, double *of) {
    (void)config;
    measure_pairs(g, (pair_rule){.beta = 1}, hits, of);
}

const cairn_objective_type cairn_objective_dpo = {
    .about = {.name = "dpo",
              .summary =
                  "Direct preference optimisation: the log-ratio of the chosen response exceeds the rejected one's.",
              .source = "arXiv 2305.18290",
              .options = dpo_options,
              .option_count = sizeof dpo_options / sizeof *dpo_options,
              .config_size = sizeof(dpo_config)},
    .reads = CAIRN_READS_SEQUENCE,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = LABELS | REFERENCE,
    .least = 2,
    .loss = dpo,
    .measure = measure_ratios,
};

/* ---- IPO ------------------------------------------------------------------------------------------------------------------------ */

typedef struct ipo_config {
    double beta;
    bool per_token;
} ipo_config;

static const cairn_option ipo_options[] = {
    CAIRN_REAL(ipo_config, beta, "0.1", 1e-9, 1e9, "", "The log-ratios are drawn to a difference of 1 / (2 beta)."),
    CAIRN_BOOL_AS("per-token", ipo_config, per_token, "false",
                  "Log-ratios are means over a response's tokens, not sums."),
};

/* (h - 1 / (2 beta))^2, h the difference of the log-ratios */
static double ipo_pair(const void *config, double h, const double label[2], double *slope) {
    const ipo_config *c = config;
    double apart = h - 1 / (2 * c->beta);
    (void)label;
    *slope = 2 * apart;
    return apart * apart;
}

static cairn_status ipo(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const ipo_config *c = config;
    (void)ctx;
    *loss = each_pair(g, (pair_rule){.beta = 1, .per_token = c->per_token}, ipo_pair, config, slope);
    return CAIRN_OK;
}

const cairn_objective_type cairn_objective_ipo = {
    .about = {.name = "ipo",
              .summary =
                  "Identity preference optimisation: a squared loss that draws log-ratios to a fixed difference.",
              .source = "arXiv 2310.12036",
              .options = ipo_options,
              .option_count = sizeof ipo_options / sizeof *ipo_options,
              .config_size = sizeof(ipo_config)},
    .reads = CAIRN_READS_SEQUENCE,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = LABELS | REFERENCE | LENGTH,
    .least = 2,
    .loss = ipo,
    .measure = measure_ratios,
};

/* ---- SimPO ------------------------------------------------------------------------------------------------------------------------ */

typedef struct simpo_config {
    double beta, gamma;
} simpo_config;

static const cairn_option simpo_options[] = {
    CAIRN_REAL(simpo_config, beta, "2", 1e-9, 1e9, "", "Factor of the mean log-probability of a response's tokens."),
    CAIRN_REAL(simpo_config, gamma, "1", 0, 1e9, "", "Margin by which the chosen response is to win."),
};

static double simpo_pair(const void *config, double difference, const double label[2], double *slope) {
    const simpo_config *c = config;
    double z = difference - c->gamma;
    (void)label;
    *slope = sigmoid(z) - 1;
    return softplus(-z);
}

static cairn_status simpo(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const simpo_config *c = config;
    (void)ctx;
    *loss = each_pair(g, (pair_rule){.beta = c->beta, .per_token = true, .alone = true}, simpo_pair, config, slope);
    return CAIRN_OK;
}

static void measure_means(const void *config, const cairn_group *g, double *hits, double *of) {
    (void)config;
    measure_pairs(g, (pair_rule){.beta = 1, .per_token = true, .alone = true}, hits, of);
}

const cairn_objective_type cairn_objective_simpo = {
    .about = {.name = "simpo",
              .summary = "Preference by the mean log-probability of a response's tokens, without a reference.",
              .source = "arXiv 2405.14734",
              .options = simpo_options,
              .option_count = sizeof simpo_options / sizeof *simpo_options,
              .config_size = sizeof(simpo_config)},
    .reads = CAIRN_READS_SEQUENCE,
    .counts = CAIRN_COUNTS_GROUPS,
    .needs = LABELS | LENGTH,
    .least = 2,
    .loss = simpo,
    .measure = measure_means,
};

/* ---- the log-ratio as an outcome reward ------------------------------------------------------------------------------------------------ */

typedef struct implicit_config {
    double beta;
} implicit_config;

static const cairn_option implicit_options[] = {
    CAIRN_REAL(implicit_config, beta, "0.05", 1e-9, 1e9, "", "Factor of the log-ratio to the reference."),
};

/* -l ln s(r) - (1 - l) ln(1 - s(r)), r = beta (ln p - ln reference) */
static cairn_status implicit(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) {
    const implicit_config *c = config;
    (void)ctx;
    for (int64_t i = 0; i < g->n; i++) {
        double r = c->beta * (g->x[i] - (double)g->columns[CAIRN_COLUMN_REFERENCE][i]);
        double label = (double)g->columns[CAIRN_COLUMN_LABEL][i];
        *loss += softplus(r) - label * r;
        slope[i] = c->beta * (sigmoid(r) - label);
    }
    return CAIRN_OK;
}

static void measure_signs(const void *config, const cairn_group *g, double *hits, double *of) {
    (void)config;
    *of += (double)g->n;
    for (int64_t i = 0; i < g->n; i++)
        *hits +=
            (g->x[i] > (double)g->columns[CAIRN_COLUMN_REFERENCE][i]) == (g->columns[CAIRN_COLUMN_LABEL][i] >= 0.5f);
}

const cairn_objective_type cairn_objective_implicit = {
    .about = {.name = "implicit",
              .summary = "Binary cross-entropy of a response's log-ratio to the reference against its label.",
              .source = "arXiv 2412.01981",
              .options = implicit_options,
              .option_count = sizeof implicit_options / sizeof *implicit_options,
              .config_size = sizeof(implicit_config)},
    .reads = CAIRN_READS_SEQUENCE,
    .counts = CAIRN_COUNTS_NUMBERS,
    .needs = LABELS | REFERENCE,
    .loss = implicit,
    .measure = measure_signs,
};

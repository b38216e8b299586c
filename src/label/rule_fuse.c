/* Rule `fuse`: a verdict of the world or its calculator together with the share of right completions (arXiv
 * 2510.14942).
 *
 *   y = w verdict + (1 - w) share        verdict 1 right, 0 wrong; a step with one of the two gets that one
 */
#include <math.h>

#include "label/rule.h"

typedef struct config {
    double weight;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, weight, "0.5", 0, 1, "", "Of the verdict, against the share of right completions (w)."),
};

static cairn_status apply(cairn_ctx *ctx, const void *configuration, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    const config *c = configuration;
    int32_t n = evidence->n_steps;
    (void)ctx;
    rule_shares(evidence, labels);
    cairn_label_imply(labels, n);
    for (int32_t i = 0; evidence->tool && i < n; i++) {
        double verdict = evidence->tool[i] == CAIRN_VERDICT_RIGHT;
        if (evidence->tool[i] == CAIRN_VERDICT_UNKNOWN) continue;
        labels[i] = isnan(labels[i]) ? verdict : c->weight * verdict + (1 - c->weight) * labels[i];
    }
    keep->first_error = cairn_labels_first_error(labels, n, CAIRN_RIGHT_FROM);
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_fuse = {
    .about = {.name = "fuse",
              .summary = "A mean of verdict and share of right completions.",
              .source = "arXiv 2510.14942",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .apply = apply,
};

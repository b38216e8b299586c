/* Rule `any`: a step is right when any completion of its prefix is (arXiv 2312.08935, equation 2; 2501.07301 with
 * threshold 0). Steps after the first error get no label. */
#include "label/rule.h"

static cairn_status apply(cairn_ctx *ctx, const void *config, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    (void)ctx, (void)config;
    int32_t n = evidence->n_steps;
    rule_shares(evidence, labels);
    keep->first_error = cairn_label_first_zero(labels, n, true);
    cairn_label_imply(labels, n);
    if (keep->first_error != CAIRN_UNLABELLED)
        rule_harden(labels, n, keep->first_error);
    else
        for (int32_t i = 0; i < n; i++)
            if (labels[i] > 0) labels[i] = 1;
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_any = {
    .about = {.name = "any",
              .summary = "Right where any completion is right; no label after the first error.",
              .source = "arXiv 2312.08935"},
    .apply = apply,
};

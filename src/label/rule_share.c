/* Rule `share`: the label of a step is the share of right completions of the prefix that it ends (arXiv 2312.08935,
 * equation 3). */
#include "label/rule.h"

static cairn_status apply(cairn_ctx *ctx, const void *config, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    (void)ctx, (void)config;
    rule_shares(evidence, labels);
    keep->first_error = cairn_label_first_zero(labels, evidence->n_steps, true);
    cairn_label_imply(labels, evidence->n_steps);
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_share = {
    .about = {.name = "share",
              .summary = "The share of right completions of each prefix.",
              .source = "arXiv 2312.08935"},
    .apply = apply,
};

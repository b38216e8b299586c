/* Rule `verify`: the verdicts of the world or its calculator. A step that they cannot check gets no label. */
#include "label/rule.h"

static cairn_status apply(cairn_ctx *ctx, const void *config, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    (void)ctx, (void)config;
    if (!evidence->tool) keep->dropped = "no-verdicts";
    keep->first_error = rule_label_verdicts(evidence, labels);
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_verify = {
    .about = {.name = "verify", .summary = "Verdicts of the world or its calculator.", .source = ""},
    .apply = apply,
};

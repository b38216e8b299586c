/* Rule `judge`: what the judge says. Steps after its first error get no label. */
#include "label/rule.h"

typedef struct config {
    double threshold;
} config;

static const cairn_option options[] = {RULE_THRESHOLD_OPTION(config)};

static cairn_status apply(cairn_ctx *ctx, const void *configuration, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    const config *c = configuration;
    (void)ctx;
    keep->first_error = rule_judge(evidence, c->threshold);
    if (keep->first_error == CAIRN_UNLABELLED)
        keep->dropped = evidence->judge ? "judge-unknown" : "no-judge";
    else
        rule_harden(labels, evidence->n_steps, keep->first_error);
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_judge = {
    .about = {.name = "judge",
              .summary = "The judge's first error; dropped where it does not say.",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .apply = apply,
};

/* Rule `rpe`: relative progress estimation (arXiv 2504.00891, section 3.1): a step is right when the share of right
 * completions after it is at least `eps` of that before it. Every step is wrong from the first share of 0 on. */
#include <math.h>

#include "label/rule.h"

typedef struct config {
    double eps;
    int32_t mode;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, eps, "0.8", -1, 1e6, "", "Least ratio, or difference, of a right step."),
    CAIRN_CHOICE(config, mode, "ratio", "ratio|diff", "Share after the step over that before it, or minus it."),
};

static cairn_status apply(cairn_ctx *ctx, const void *configuration, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    const config *c = configuration;
    return rule_progress(ctx, evidence, c->eps, (cairn_progress_mode)c->mode, labels, keep);
}

const cairn_rule_type cairn_rule_rpe = {
    .about = {.name = "rpe",
              .summary = "Right where the share of right completions hardly falls.",
              .source = "arXiv 2504.00891",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .apply = apply,
};

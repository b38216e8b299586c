/* Rule `consensus`: a solution is kept when completions and judge name the same first error, or both none (arXiv
 * 2501.07301; with of=rpe 2504.00891). Labels: 1 before the first error, 0 at it, none after it. */
#include "label/rule.h"

enum { OF_ANY, OF_RPE, OF_VERIFY };
typedef struct config {
    int32_t of;
    double threshold, eps;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(
        config, of, "any", "any|rpe|verify",
        "What the judge must agree with: the first prefix that no completion gets right, relative progress, or "
        "the world's verdicts."),
    RULE_THRESHOLD_OPTION(config),
    CAIRN_REAL(config, eps, "0.8", 0, 1e6, "", "Least ratio of a right step, for of=rpe."),
};

static cairn_status apply(cairn_ctx *ctx, const void *configuration, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    const config *c = configuration;
    int32_t n = evidence->n_steps, judged = rule_judge(evidence, c->threshold);
    if (n == 0) {
        keep->dropped = "unlocated";
        return CAIRN_OK;
    }
    if (c->of == OF_RPE) {
        CAIRN_TRY(rule_progress(ctx, evidence, c->eps, CAIRN_RPE_RATIO, labels, keep));
    } else if (c->of == OF_ANY) {
        rule_shares(evidence, labels);
        keep->first_error = cairn_label_first_zero(labels, n, true);
    } else {
        keep->first_error = rule_verdicts(evidence);
    }
    if (!*keep->dropped) CAIRN_TRY(cairn_label_consensus(ctx, keep->first_error, judged, n, &keep->dropped));
    if (*keep->dropped && !evidence->judge) keep->dropped = "no-judge";
    rule_harden(labels, n, keep->first_error);
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_consensus = {
    .about = {.name = "consensus",
              .summary = "Kept where completions and judge name the same first error.",
              .source = "arXiv 2501.07301",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .apply = apply,
};

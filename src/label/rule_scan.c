/* Rule `scan`: self-denoising labels (arXiv 2509.16548). A solution with a right answer is right in every step. In one
 * with a wrong answer the `window` steps before the located error get min(share / self-confidence, 1), those before
 * them 1, the error 0, later ones nothing. */
#include <math.h>

#include "label/rule.h"

enum { PAPER, CODE };
typedef struct config {
    int64_t window;
    int32_t variant;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, window, "2", 0, 65535, "steps", "Steps before the located error with soft labels (d)."),
    CAIRN_CHOICE(config, variant, "paper", "paper|code",
                 "Self-confidence is of the solutions with a known outcome, or of all, as in the released code."),
};

static double confidence(const cairn_evidence *e, int32_t variant) {
    int32_t n = e->root.n + (variant == CODE ? e->root.unknown : 0);
    return n > 0 ? (double)e->root.ok / n : NAN;
}

static cairn_status apply(cairn_ctx *ctx, const void *configuration, const cairn_evidence *evidence, double *labels,
                          cairn_keep *keep) {
    const config *c = configuration;
    int32_t n = evidence->n_steps;
    if (evidence->outcome == CAIRN_VERDICT_RIGHT) {
        keep->first_error = CAIRN_NO_ERROR;
        rule_harden(labels, n, CAIRN_NO_ERROR);
        return CAIRN_OK;
    }
    double sc = confidence(evidence, c->variant);
    rule_shares(evidence, labels);
    int32_t first = cairn_label_first_zero(labels, n, false);
    keep->first_error = first < 0 ? CAIRN_UNLABELLED : first;
    keep->dropped = evidence->outcome == CAIRN_VERDICT_UNKNOWN ? "unknown-outcome"
                    : first == CAIRN_NO_ERROR                  ? "no-zero"
                    : first == CAIRN_UNLABELLED                ? "unlocated"
                    : isnan(sc)                                ? "no-root"
                    : sc == 0                                  ? "root-zero"
                                                               : "";
    if (!*keep->dropped) CAIRN_TRY(cairn_label_scan(ctx, labels, n, first, sc, c->window, labels));
    for (int32_t i = *keep->dropped ? 0 : first + 1; i < n; i++) labels[i] = NAN;
    return CAIRN_OK;
}

const cairn_rule_type cairn_rule_scan = {
    .about = {.name = "scan",
              .summary = "Soft labels just before the located error, divided by the policy's self-confidence.",
              .source = "arXiv 2509.16548",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .apply = apply,
};

/* The registered rules: find one by its spec, apply it; what rules share. */
#include "label/rule.h"

#include <math.h>

#include "core/registry.h"
#include "rule_list.inc"

const cairn_rule_type *const *cairn_rules(void) {
    return rule_list;
}

cairn_status cairn_rule_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_rule_type **type,
                             const void **config) {
    int index;
    const char *options;
    CAIRN_TRY(registry_find(ctx, arena, "rule", rule_abouts, spec, &index, &options, config));
    *type = rule_list[index];
    return CAIRN_OK;
}

cairn_status cairn_rule_apply(cairn_ctx *ctx, const cairn_rule_type *type, const void *config,
                              const cairn_evidence *evidence, double *labels, cairn_keep *keep) {
    for (int32_t i = 0; i < evidence->n_steps; i++) labels[i] = NAN;
    *keep = (cairn_keep){.dropped = "", .first_error = CAIRN_UNLABELLED};
    CAIRN_TRY(type->apply(ctx, config, evidence, labels, keep));
    for (int32_t i = 0; i < evidence->n_steps; i++)
        if (labels[i] < 0 || labels[i] > 1)
            return cairn_fail(ctx, CAIRN_INTERNAL, "rule %s: label %g of step %d is outside [0, 1]", type->about.name,
                              labels[i], (int)i + 1);
    return CAIRN_OK;
}

void rule_shares(const cairn_evidence *e, double *c) {
    const cairn_step_count *counts = e->counts[CAIRN_ROLE_COMPLETER];
    for (int32_t i = 0; i < e->n_steps; i++)
        c[i] = counts && counts[i].n ? (double)counts[i].ok / counts[i].n : e->values ? e->values[i] : NAN;
}

double rule_root(const cairn_evidence *e) {
    return e->root.n > 0 ? (double)e->root.ok / e->root.n : NAN;
}

int32_t rule_judge(const cairn_evidence *e, double threshold) {
    return e->judge ? cairn_stat_first_error(e->judge, e->n_steps, threshold, CAIRN_STAT_WRONG_BELOW)
                    : CAIRN_UNLABELLED;
}

int32_t rule_verdicts(const cairn_evidence *e) {
    for (int32_t i = 0; e->tool && i < e->n_steps; i++)
        if (e->tool[i] != CAIRN_VERDICT_RIGHT) return e->tool[i] == CAIRN_VERDICT_WRONG ? i : CAIRN_UNLABELLED;
    return e->tool && e->n_steps ? CAIRN_NO_ERROR : CAIRN_UNLABELLED;
}

int32_t rule_label_verdicts(const cairn_evidence *e, double *labels) {
    for (int32_t i = 0; e->tool && i < e->n_steps; i++)
        labels[i] = e->tool[i] == CAIRN_VERDICT_UNKNOWN ? NAN : e->tool[i] == CAIRN_VERDICT_RIGHT;
    return rule_verdicts(e);
}

void rule_harden(double *labels, int32_t n, int32_t first_error) {
    int32_t last = first_error == CAIRN_NO_ERROR ? n : first_error;
    for (int32_t i = 0; i < n; i++) labels[i] = i < last ? 1 : i == last ? 0 : NAN;
}

cairn_status rule_progress(cairn_ctx *ctx, const cairn_evidence *e, double eps, cairn_progress_mode mode,
                           double *labels, cairn_keep *keep) {
    int32_t n = e->n_steps, known = 0;
    double root = rule_root(e);
    rule_shares(e, labels);
    while (known < n && labels[known] > 0) known++; /* up to the first 0, or the first step that was not probed */
    keep->dropped = known < n && labels[known] != 0        ? "not-probed"
                    : isnan(root)                          ? "no-root"
                    : root == 0 && mode == CAIRN_RPE_RATIO ? "root-zero"
                                                           : "";
    if (!*keep->dropped) CAIRN_TRY(cairn_label_progress(ctx, labels, n, root, eps, mode, labels));
    for (int32_t i = 0; *keep->dropped && i < n; i++) labels[i] = NAN;
    keep->first_error = cairn_labels_first_error(labels, n, CAIRN_RIGHT_FROM);
    return CAIRN_OK;
}

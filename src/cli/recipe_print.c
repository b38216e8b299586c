/* What a verification found, for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/recipe.h"

static cairn_status add_bar(cli *c, cairn_text *out, const char *what, cairn_bar bar) {
    char number[32];
    if (!bar.set) return CAIRN_OK;
    cairn_format_double(bar.value, number);
    return cairn_text_printf(c->ctx, out, "%s%s %s", out->length ? ", " : "", what, number);
}

const char *recipe_bars(cli *c, const cairn_claim *claim) {
    cairn_text text = {0};
    cairn_status status = add_bar(c, &text, "at least", claim->at_least);
    if (status == CAIRN_OK) status = add_bar(c, &text, "at most", claim->at_most);
    if (status == CAIRN_OK) status = add_bar(c, &text, "mean at least", claim->mean_at_least);
    if (status == CAIRN_OK) status = add_bar(c, &text, "mean at most", claim->mean_at_most);
    const char *out = status == CAIRN_OK ? cairn_arena_copy(c->arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    return out ? out : "(no memory)";
}

static const char *number_text(double value, char out[32]) {
    bool whole = fabs(value) >= 1000 && fabs(value) < 1e9;
    if (isnan(value))
        snprintf(out, 32, "-");
    else
        snprintf(out, 32, whole ? "%.0f" : "%.4g", value);
    return out;
}

const char *recipe_interval(const cairn_interval *interval, char out[112]) {
    char mean[32], low[32], high[32];
    number_text(interval->estimate, mean);
    if (isnan(interval->low))
        snprintf(out, 112, "%s", mean);
    else
        snprintf(out, 112, "%s (%s .. %s)", mean, number_text(interval->low, low), number_text(interval->high, high));
    return out;
}

void recipe_print_arms(cli *c, const cairn_verified *v) {
    printf("%s  %-28s %-24s %10s %10s %6s%s\n", cli_paint_code(c, CLI_DIM), "arm", "number", "mean", "sd", "seeds",
           cli_paint_code(c, CLI_PLAIN));
    for (int32_t a = 0; a < v->recipe->arm_count; a++) {
        const cairn_arm_result *arm = &v->arms[a];
        for (int32_t k = 0; k < arm->number_count; k++) {
            const cairn_arm_number *number = &arm->numbers[k];
            char mean[32], sd[32];
            printf("  %-28s %-24s %10s %10s %6d\n", k ? "" : arm->arm->name, number->name,
                   number_text(number->mean, mean), number_text(number->sd, sd), number->known);
        }
        if (arm->skipped > 0)
            printf("  %-28s skipped on %d of %d seeds: %s\n", arm->arm->name, arm->skipped, arm->runs, arm->reason);
    }
}

static cli_paint paint_of(cairn_claim_verdict verdict) {
    return verdict == CAIRN_CLAIM_MET ? CLI_GREEN : verdict == CAIRN_CLAIM_MISSED ? CLI_RED : CLI_YELLOW;
}

static void print_claim(cli *c, const cairn_claim_result *r) {
    char interval[112];
    printf("  %s%-7s%s  %s\n", cli_paint_code(c, paint_of(r->verdict)), cairn_claim_verdict_name(r->verdict),
           cli_paint_code(c, CLI_PLAIN), r->claim->text);
    if (r->verdict == CAIRN_CLAIM_NOT_RUN) {
        printf("           %s\n", r->reason);
        return;
    }
    printf("           %s; bar: %s", recipe_interval(&r->interval, interval), recipe_bars(c, r->claim));
    if (r->unknown > 0) printf("; unknown on %d of %d seeds", r->unknown, r->unknown + r->seeds);
    printf("\n");
}

void recipe_print(cli *c, const cairn_verified *v) {
    printf("%s%02d %s%s  %d seeds, %.1f s\n", cli_paint_code(c, CLI_BOLD), v->recipe->system, v->recipe->about.name,
           cli_paint_code(c, CLI_PLAIN), v->seed_count, v->seconds);
    recipe_print_arms(c, v);
    for (int32_t i = 0; i < v->recipe->claim_count; i++) print_claim(c, &v->claims[i]);
    printf("  %d met, %d missed, %d open, %d not run\n", v->met, v->missed, v->open, v->not_run);
}

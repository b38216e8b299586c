/* Parts of records. */
#include "eval/record.h"

#include <stdio.h>
#include <string.h>

#include "data/json.h"

void problem_key(const cairn_problem *problem, char out[20]) {
    snprintf(out, 20, "%016llx", (unsigned long long)cairn_key(problem->text, strlen(problem->text)));
}

json_t *verdict_json(cairn_verdict verdict) {
    return verdict == CAIRN_VERDICT_UNKNOWN ? json_null() : json_boolean(verdict == CAIRN_VERDICT_RIGHT);
}

cairn_verdict verdict_of(const json_t *value) {
    if (!json_is_boolean(value)) return CAIRN_VERDICT_UNKNOWN;
    return json_is_true(value) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

json_t *cost_json(const cairn_cost *cost) {
    int64_t steps = cost->steps[CAIRN_ROLE_GENERATOR] + cost->steps[CAIRN_ROLE_COMPLETER];
    int64_t tokens = cost->tokens[CAIRN_ROLE_GENERATOR] + cost->tokens[CAIRN_ROLE_COMPLETER];
    double flops = cost->flops[CAIRN_ROLE_GENERATOR] + cost->flops[CAIRN_ROLE_COMPLETER];
    double judge_flops = cost->flops[CAIRN_ROLE_JUDGE] + cost->flops[CAIRN_ROLE_CRITIC];
    int64_t judge_tokens = cost->tokens[CAIRN_ROLE_JUDGE] + cost->tokens[CAIRN_ROLE_CRITIC];
    return json_pack("{s:I, s:I, s:f, s:I, s:I, s:f, s:I, s:I, s:I, s:I}", "steps", (json_int_t)steps, "tokens",
                     (json_int_t)tokens, "flops", flops, "judge_steps", (json_int_t)cost->steps[CAIRN_ROLE_JUDGE],
                     "judge_tokens", (json_int_t)judge_tokens, "judge_flops", judge_flops, "scorings",
                     (json_int_t)cost->scorings, "unscored", (json_int_t)cost->unscored, "failed",
                     (json_int_t)cost->failed, "checks", (json_int_t)cost->checks);
}

cairn_status cost_add(cairn_ctx *ctx, const json_t *record, const char *id, spent *sum) {
    json_t *cost;
    int64_t steps, tokens, judge_tokens, scorings;
    double flops, judge_flops;
    CAIRN_TRY(json_get_object(ctx, record, "cost", id, &cost));
    CAIRN_TRY(json_get_int(ctx, cost, "steps", id, &steps));
    CAIRN_TRY(json_get_int(ctx, cost, "tokens", id, &tokens));
    CAIRN_TRY(json_get_int(ctx, cost, "judge_tokens", id, &judge_tokens));
    CAIRN_TRY(json_get_int(ctx, cost, "scorings", id, &scorings));
    CAIRN_TRY(json_get_real(ctx, cost, "flops", id, &flops));
    CAIRN_TRY(json_get_real(ctx, cost, "judge_flops", id, &judge_flops));
    sum->steps += (double)steps;
    sum->tokens += (double)tokens;
    sum->judge_tokens += (double)judge_tokens;
    sum->scorings += (double)scorings;
    sum->unscored += json_number_value(json_object_get(cost, "unscored")); /* older records have neither */
    sum->failed += json_integer_value(json_object_get(cost, "failed"));
    sum->flops += flops;
    sum->judge_flops += judge_flops;
    return CAIRN_OK;
}

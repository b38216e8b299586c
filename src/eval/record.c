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

static bool has_further_roles(const cairn_workspace *workspace) {
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const cairn_part *part = &workspace->cast[role];
        if ((part->policy && role != CAIRN_ROLE_GENERATOR) || (part->reward && role != CAIRN_ROLE_JUDGE)) return true;
    }
    return false;
}

/* {"generator": {"steps", "tokens", "flops"}, ...} of the roles that cost anything; NULL without memory. */
static json_t *roles_json(const cairn_cost *cost) {
    json_t *roles = json_object();
    for (int role = 0; role < CAIRN_ROLE_COUNT && roles; role++) {
        if (!cost->steps[role] && !cost->tokens[role] && !(cost->flops[role] > 0)) continue;
        json_t *one = json_pack("{s:I, s:I, s:f}", "steps", (json_int_t)cost->steps[role], "tokens",
                                (json_int_t)cost->tokens[role], "flops", cost->flops[role]);
        if (json_object_set_new(roles, cairn_role_name((cairn_role)role), one) == 0) continue;
        json_decref(roles);
        roles = NULL;
    }
    return roles;
}

json_t *cost_json(const cairn_workspace *workspace) {
    const cairn_cost *cost = &workspace->cost;
    int64_t steps = cost->steps[CAIRN_ROLE_GENERATOR] + cost->steps[CAIRN_ROLE_COMPLETER];
    int64_t tokens = cost->tokens[CAIRN_ROLE_GENERATOR] + cost->tokens[CAIRN_ROLE_COMPLETER];
    double flops = cost->flops[CAIRN_ROLE_GENERATOR] + cost->flops[CAIRN_ROLE_COMPLETER];
    double judge_flops = cost->flops[CAIRN_ROLE_JUDGE] + cost->flops[CAIRN_ROLE_CRITIC];
    int64_t judge_tokens = cost->tokens[CAIRN_ROLE_JUDGE] + cost->tokens[CAIRN_ROLE_CRITIC];
    json_t *out = json_pack(
        "{s:I, s:I, s:f, s:I, s:I, s:f, s:I, s:I, s:I, s:I}", "steps", (json_int_t)steps, "tokens", (json_int_t)tokens,
        "flops", flops, "judge_steps", (json_int_t)cost->steps[CAIRN_ROLE_JUDGE], "judge_tokens",
        (json_int_t)judge_tokens, "judge_flops", judge_flops, "scorings", (json_int_t)cost->scorings, "unscored",
        (json_int_t)cost->unscored, "failed", (json_int_t)cost->failed, "checks", (json_int_t)cost->checks);
    if (!out || !has_further_roles(workspace)) return out;
    if (json_object_set_new(out, "roles", roles_json(cost)) == 0) return out;
    json_decref(out);
    return NULL;
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

/* The result of a verification as JSON. A function gives NULL where a part of its value is missing. */
#include <errno.h>
#include <math.h>

#include "data/json.h"
#include "eval/recipe.h"

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *number_json(const cairn_arm_number *n, int32_t runs) {
    json_t *values = json_array();
    for (int32_t i = 0; i < runs; i++) values = json_append(values, real(n->values[i]));
    return json_pack("{s:o, s:o, s:i, s:o}", "mean", real(n->mean), "sd", real(n->sd), "known", (int)n->known, "values",
                     values);
}

static json_t *arm_json(const cairn_arm_result *a) {
    json_t *numbers = json_object();
    for (int32_t i = 0; numbers && i < a->number_count; i++) {
        if (json_object_set_new(numbers, a->numbers[i].name, number_json(&a->numbers[i], a->runs)) == 0) continue;
        json_decref(numbers);
        numbers = NULL;
    }
    return json_pack("{s:s, s:s, s:i, s:i, s:s, s:o}", "arm", a->arm->name, "options", a->options, "runs", (int)a->runs,
                     "skipped", (int)a->skipped, "reason", a->reason, "numbers", numbers);
}

static json_t *bar_json(cairn_bar bar) {
    return bar.set ? json_real(bar.value) : json_null();
}

static json_t *claim_json(const cairn_claim_result *r) {
    const cairn_claim *c = r->claim;
    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o, s:o, s:o, s:o, s:o, s:[o, o], s:i, s:i, s:s, s:s}", "claim",
                     c->text, "of", c->of, "a", c->a, "minus", c->minus, "over", c->over, "at_least",
                     bar_json(c->at_least), "at_most", bar_json(c->at_most), "mean_at_least",
                     bar_json(c->mean_at_least), "mean_at_most", bar_json(c->mean_at_most), "mean",
                     real(r->interval.estimate), "interval", real(r->interval.low), real(r->interval.high), "seeds",
                     (int)r->seeds, "unknown", (int)r->unknown, "verdict", cairn_claim_verdict_name(r->verdict),
                     "reason", r->reason);
}

static json_t *verified_json(const cairn_verified *v) {
    json_t *seeds = json_array(), *arms = json_array(), *claims = json_array();
    for (int32_t i = 0; i < v->seed_count; i++) seeds = json_append(seeds, json_integer((json_int_t)v->seeds[i]));
    for (int32_t i = 0; i < v->recipe->arm_count; i++)
        if (v->arms[i].runs > 0) arms = json_append(arms, arm_json(&v->arms[i]));
    for (int32_t i = 0; i < v->recipe->claim_count; i++) claims = json_append(claims, claim_json(&v->claims[i]));
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:f, s:I}", "recipe",
                     v->recipe->about.name, "system", (int)v->recipe->system, "source", v->recipe->about.source,
                     "cairn", CAIRN_VERSION, "instruction_set", cairn_instruction_set(), "seeds", seeds, "arms", arms,
                     "claims", claims, "met", (int)v->met, "missed", (int)v->missed, "open", (int)v->open, "not_run",
                     (int)v->not_run, "seconds", v->seconds, "resumed", (json_int_t)v->resumed);
}

cairn_status cairn_verified_json(cairn_ctx *ctx, const cairn_verified *verified, cairn_text *out) {
    errno = 0;
    json_t *json = verified_json(verified);
    if (!json) return json_fail_build(ctx, "a text of the recipe");
    cairn_status status = json_write(ctx, json, out);
    json_decref(json);
    return status;
}

/* What a recipe is made of: its checks, and what a run reports. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/json.h"
#include "eval/recipe.h"

enum { MOST_NUMBERS = 256 };

static cairn_status set_one(cairn_ctx *ctx, cairn_arena *arena, const cairn_about *about, void *config,
                            const char *text) {
    const char *equals = strchr(text, '=');
    if (!equals) return cairn_fail(ctx, CAIRN_INVALID, "recipe %s: expected option=value, got `%s`", about->name, text);
    char *name = cairn_arena_copy(arena, text, (size_t)(equals - text));
    return name ? cairn_options_set(ctx, about, arena, config, name, equals + 1, about->name) : CAIRN_NO_MEMORY;
}

cairn_status recipe_config(cairn_ctx *ctx, cairn_arena *arena, const cairn_recipe *recipe, const cairn_arm *arm,
                           const cairn_verify_setup *setup, void **out) {
    void *config = cairn_arena_alloc(arena, 1, recipe->about.config_size ? recipe->about.config_size : 1);
    const char *origin = cairn_arena_printf(arena, "arm %s", arm->name);
    if (!config || !origin) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_options_parse(ctx, &recipe->about, arena, arm->options, origin, config));
    for (int32_t i = 0; setup && i < setup->set_count; i++)
        CAIRN_TRY(set_one(ctx, arena, &recipe->about, config, setup->set[i]));
    *out = config;
    return CAIRN_OK;
}

const char *cairn_claim_verdict_name(cairn_claim_verdict verdict) {
    static const char *const names[] = {"met", "missed", "open", "not run"};
    return names[verdict];
}

/* ---- a recipe is well formed ----------------------------------------------------------------------------------------------------- */

static bool is_empty(const char *text) {
    return !text || !*text;
}

static bool has_arm(const cairn_recipe *recipe, const char *name) {
    for (int32_t i = 0; i < recipe->arm_count; i++)
        if (strcmp(recipe->arms[i].name, name) == 0) return true;
    return false;
}

static cairn_status check_arms(cairn_ctx *ctx, const cairn_recipe *r) {
    if (r->arm_count < 1) return cairn_fail(ctx, CAIRN_INVALID, "it has no arm");
    for (int32_t i = 0; i < r->arm_count; i++) {
        if (is_empty(r->arms[i].name)) return cairn_fail(ctx, CAIRN_INVALID, "arm %d has no name", i + 1);
        for (int32_t k = 0; k < i; k++)
            if (strcmp(r->arms[k].name, r->arms[i].name) == 0)
                return cairn_fail(ctx, CAIRN_INVALID, "two arms have the name `%s`", r->arms[i].name);
    }
    return CAIRN_OK;
}

static cairn_status check_claim(cairn_ctx *ctx, const cairn_recipe *r, const cairn_claim *c) {
    const char *const arms[] = {c->a, c->minus, c->over};
    if (is_empty(c->of) || is_empty(c->a)) return cairn_fail(ctx, CAIRN_INVALID, "names no number or no arm");
    for (size_t i = 0; i < sizeof arms / sizeof *arms; i++)
        if (arms[i] && !has_arm(r, arms[i])) return cairn_fail(ctx, CAIRN_INVALID, "there is no arm `%s`", arms[i]);
    if (c->minus && c->over) return cairn_fail(ctx, CAIRN_INVALID, "is about a difference and a ratio at once");
    if (!c->at_least.set && !c->at_most.set && !c->mean_at_least.set && !c->mean_at_most.set)
        return cairn_fail(ctx, CAIRN_INVALID, "has no bar");
    if (c->seeds < 0 || c->seeds == 1 || c->seeds > r->seeds)
        return cairn_fail(ctx, CAIRN_INVALID, "is about %d seeds: expected 2 .. %d, or 0 for all", c->seeds, r->seeds);
    return CAIRN_OK;
}

static cairn_status check_claims(cairn_ctx *ctx, const cairn_recipe *r) {
    for (int32_t i = 0; i < r->claim_count; i++) {
        const cairn_claim *c = &r->claims[i];
        if (is_empty(c->text)) return cairn_fail(ctx, CAIRN_INVALID, "claim %d has no text", i + 1);
        cairn_status status = check_claim(ctx, r, c);
        if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "claim `%s`", c->text);
    }
    return CAIRN_OK;
}

static cairn_status check_rest(cairn_ctx *ctx, const cairn_recipe *r) {
    if (is_empty(r->about.summary) || is_empty(r->idea) || !r->about.source)
        return cairn_fail(ctx, CAIRN_INVALID, "it lacks a summary, a source or an idea");
    if (is_empty(r->command) == is_empty(r->no_command))
        return cairn_fail(ctx, CAIRN_INVALID, "expected a command for users, or the reason why there is none");
    if (r->seeds < 2) return cairn_fail(ctx, CAIRN_INVALID, "it has %d seeds: an interval needs 2", r->seeds);
    if (!r->run) return cairn_fail(ctx, CAIRN_INVALID, "it has no run");
    CAIRN_TRY(check_arms(ctx, r));
    return check_claims(ctx, r);
}

static cairn_status check_options(cairn_ctx *ctx, const cairn_recipe *r) {
    cairn_arena *arena;
    void *config;
    cairn_status status = CAIRN_OK;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    for (int32_t i = 0; i < r->arm_count && status == CAIRN_OK; i++)
        status = recipe_config(ctx, arena, r, &r->arms[i], NULL, &config);
    cairn_arena_close(arena);
    return status;
}

cairn_status cairn_recipe_check(cairn_ctx *ctx, const cairn_recipe *recipe) {
    if (is_empty(recipe->about.name)) return cairn_fail(ctx, CAIRN_INVALID, "a recipe has no name");
    cairn_status status = check_rest(ctx, recipe);
    if (status == CAIRN_OK) status = check_options(ctx, recipe);
    return status == CAIRN_OK ? status : cairn_fail_within(ctx, status, "recipe %s", recipe->about.name);
}

/* ---- what a run reports ------------------------------------------------------------------------------------------------------------ */

cairn_status cairn_lab_number(cairn_lab *lab, const char *name, double value) {
    json_t *numbers = lab->state->numbers;
    if (isinf(value)) return cairn_fail(lab->ctx, CAIRN_INVALID, "number `%s` is infinite", name);
    if (json_object_get(numbers, name))
        return cairn_fail(lab->ctx, CAIRN_INVALID, "number `%s` is reported twice", name);
    if (json_object_size(numbers) >= MOST_NUMBERS)
        return cairn_fail(lab->ctx, CAIRN_INVALID, "more than %d numbers are reported", MOST_NUMBERS);
    errno = 0;
    if (json_object_set_new(numbers, name, isnan(value) ? json_null() : json_real(value)) == 0) return CAIRN_OK;
    return json_fail_build(lab->ctx, "the name of a number");
}

cairn_status cairn_lab_skip(cairn_lab *lab, const char *reason) {
    lab->state->skipped = cairn_arena_copy(lab->arena, reason, strlen(reason));
    return lab->state->skipped ? CAIRN_OK : CAIRN_NO_MEMORY;
}

const char *cairn_shared_data(void) {
    const char *folder = getenv("CAIRN_DATA");
    return folder ? folder : "../shared/data";
}

cairn_status cairn_lab_data(cairn_lab *lab, const char *name, const char **path) {
    char *full = cairn_arena_printf(lab->arena, "%s/%s", lab->state->data, name);
    if (!full) return CAIRN_NO_MEMORY;
    *path = access(full, R_OK) == 0 ? full : NULL;
    if (*path) return CAIRN_OK;
    const char *reason = cairn_arena_printf(lab->arena, "data file %s is absent (CAIRN_DATA names its folder)", name);
    return reason ? cairn_lab_skip(lab, reason) : CAIRN_NO_MEMORY;
}

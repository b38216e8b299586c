/* Which runs a verification has: every arm that is asked for, on every seed that some claim about it needs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eval/recipe.h"

static cairn_status take_seeds(cairn_ctx *ctx, const cairn_verify_setup *setup, cairn_arena *arena, planned_recipe *p) {
    int32_t n = setup->seeds ? setup->seed_count : p->recipe->seeds;
    uint64_t *seeds = cairn_arena_alloc(arena, (size_t)n, sizeof *seeds);
    if (!seeds) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        seeds[i] = setup->seeds ? setup->seeds[i] : (uint64_t)i + 1;
        if (i > 0 && seeds[i] <= seeds[i - 1])
            return cairn_fail(ctx, CAIRN_INVALID, "seeds: expected ascending ones, got %" PRIu64 " after %" PRIu64,
                              seeds[i], seeds[i - 1]);
        if (seeds[i] > INT64_MAX)
            return cairn_fail(ctx, CAIRN_INVALID, "seeds: expected at most %" PRId64 ", got %" PRIu64, INT64_MAX,
                              seeds[i]);
    }
    p->seeds = seeds;
    p->seed_count = n;
    return CAIRN_OK;
}

static bool is_about(const cairn_claim *claim, const char *arm) {
    return strcmp(claim->a, arm) == 0 || (claim->minus && strcmp(claim->minus, arm) == 0) ||
           (claim->over && strcmp(claim->over, arm) == 0);
}

/* Seeds that the claims about an arm need; all of them where there is no such claim. */
static int32_t seeds_needed(const cairn_recipe *recipe, const char *arm, int32_t seed_count) {
    int32_t most = 0;
    for (int32_t i = 0; i < recipe->claim_count; i++) {
        if (!is_about(&recipe->claims[i], arm)) continue;
        int32_t n = recipe->claims[i].seeds ? recipe->claims[i].seeds : seed_count;
        if (n > most) most = n;
    }
    return most == 0 || most > seed_count ? seed_count : most;
}

static cairn_status canonical_options(cairn_ctx *ctx, cairn_arena *arena, const cairn_recipe *recipe,
                                      const cairn_arm *arm, const cairn_verify_setup *setup, const char **out) {
    void *config;
    cairn_text text = {0};
    CAIRN_TRY(recipe_config(ctx, arena, recipe, arm, setup, &config));
    cairn_status status = cairn_options_write(ctx, &recipe->about, config, &text);
    *out = cairn_arena_copy(arena, text.data ? text.data : "", text.length);
    cairn_text_free(&text);
    return status != CAIRN_OK ? status : *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status fail_no_arm(cairn_ctx *ctx, const cairn_recipe *recipe, const char *arm) {
    char known[512] = "";
    for (int32_t i = 0; i < recipe->arm_count; i++) {
        size_t n = strlen(known);
        snprintf(known + n, sizeof known - n, "%s%s", i ? ", " : "", recipe->arms[i].name);
    }
    return cairn_fail(ctx, CAIRN_NOT_FOUND, "recipe %s has no arm `%.80s`; there are: %s", recipe->about.name, arm,
                      known);
}

static cairn_status plan_recipe(cairn_ctx *ctx, const cairn_verify_setup *setup, cairn_arena *arena,
                                planned_recipe *p) {
    const cairn_recipe *r = p->recipe;
    bool found = !setup->arm;
    CAIRN_TRY(cairn_recipe_check(ctx, r));
    CAIRN_TRY(take_seeds(ctx, setup, arena, p));
    p->runs = cairn_arena_alloc(arena, (size_t)r->arm_count, sizeof *p->runs);
    p->options = cairn_arena_alloc(arena, (size_t)r->arm_count, sizeof *p->options);
    p->first = cairn_arena_alloc(arena, (size_t)r->arm_count, sizeof *p->first);
    if (!p->runs || !p->options || !p->first) return CAIRN_NO_MEMORY;
    for (int32_t a = 0; a < r->arm_count; a++) {
        p->options[a] = "";
        if (setup->arm && strcmp(setup->arm, r->arms[a].name) != 0) continue;
        found = true;
        p->runs[a] = seeds_needed(r, r->arms[a].name, p->seed_count);
        CAIRN_TRY(canonical_options(ctx, arena, r, &r->arms[a], setup, &p->options[a]));
    }
    return found ? CAIRN_OK : fail_no_arm(ctx, r, setup->arm);
}

cairn_status recipe_plan_make(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                              const cairn_verify_setup *setup, cairn_arena *arena, recipe_plan *out) {
    recipe_plan plan = {.setup = setup, .n = n};
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "no recipe is named");
    if (setup->seeds && setup->seed_count < 1) return cairn_fail(ctx, CAIRN_INVALID, "seeds: expected at least one");
    plan.recipes = cairn_arena_alloc(arena, (size_t)n, sizeof *plan.recipes);
    if (!plan.recipes) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        planned_recipe *p = &plan.recipes[i];
        p->recipe = recipes[i];
        CAIRN_TRY(plan_recipe(ctx, setup, arena, p));
        for (int32_t a = 0; a < p->recipe->arm_count; a++) {
            p->first[a] = plan.count;
            plan.count += p->runs[a];
        }
    }
    plan.runs = cairn_arena_alloc(arena, (size_t)plan.count, sizeof *plan.runs);
    if (!plan.runs) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++)
        for (int32_t a = 0; a < recipes[i]->arm_count; a++)
            for (int32_t s = 0; s < plan.recipes[i].runs[a]; s++)
                plan.runs[plan.recipes[i].first[a] + s] = (recipe_run){i, a, s};
    *out = plan;
    return CAIRN_OK;
}

/* ---- manifest ------------------------------------------------------------------------------------------------------------------------ */

static cairn_status write_seeds(cairn_ctx *ctx, const planned_recipe *p, cairn_text *out) {
    for (int32_t i = 0; i < p->seed_count; i++)
        CAIRN_TRY(cairn_text_printf(ctx, out, "%s%" PRIu64, i ? "," : "seeds ", p->seeds[i]));
    return CAIRN_OK;
}

/* "seeds 1,2; arm mc: rule=any; arm consensus: rule=consensus" */
static cairn_status describe(cairn_ctx *ctx, cairn_arena *arena, const planned_recipe *p, const char **out) {
    cairn_text text = {0};
    cairn_status status = write_seeds(ctx, p, &text);
    for (int32_t a = 0; a < p->recipe->arm_count && status == CAIRN_OK; a++)
        if (p->runs[a] > 0)
            status =
                cairn_text_printf(ctx, &text, "; arm %s (%d): %s", p->recipe->arms[a].name, p->runs[a], p->options[a]);
    *out = status == CAIRN_OK ? cairn_arena_copy(arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    return status != CAIRN_OK ? status : *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status cairn_recipe_manifest(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                                   const cairn_verify_setup *setup, cairn_arena *arena, cairn_manifest *out) {
    recipe_plan plan;
    CAIRN_TRY(recipe_plan_make(ctx, recipes, n, setup, arena, &plan));
    cairn_manifest_entry *entries = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *entries);
    if (!entries) return CAIRN_NO_MEMORY;
    entries[0] = (cairn_manifest_entry){"verb", "recipe verify"};
    for (int32_t i = 0; i < n; i++) {
        entries[i + 1].key = cairn_arena_printf(arena, "recipe_%s", recipes[i]->about.name);
        if (!entries[i + 1].key) return CAIRN_NO_MEMORY;
        CAIRN_TRY(describe(ctx, arena, &plan.recipes[i], &entries[i + 1].value));
    }
    *out = (cairn_manifest){
        .entries = entries, .count = n + 1, .problems = plan.count, .portable = cairn_ctx_portable(ctx)};
    return CAIRN_OK;
}

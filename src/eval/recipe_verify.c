/* From the records of all runs to the numbers of the arms and the verdicts on the claims. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "eval/recipe.h"

struct cairn_verification {
    cairn_arena *arena;
    cairn_verified *recipes; /* [n] */
};

/* What is known while the results are put together. */
typedef struct gathering {
    cairn_ctx *ctx;
    cairn_arena *arena; /* the verification's */
    const recipe_plan *plan;
    json_t **records; /* [plan->count] */
} gathering;

static cairn_status take_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    gathering *g = arg;
    (void)id;
    return json_parse(g->ctx, record, length, "record of a recipe", &g->records[index]);
}

/* ---- arms ---------------------------------------------------------------------------------------------------------------------------- */

static const char *skip_reason(const json_t *record) {
    return json_string_value(json_object_get(record, "skipped"));
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of all numbers that some run of the arm reported, in byte order. */
static cairn_status name_numbers(gathering *g, json_t *const *records, int32_t runs, cairn_arm_number **out,
                                 int32_t *count) {
    size_t most = 0, n = 0;
    for (int32_t i = 0; i < runs; i++) most += json_object_size(json_object_get(records[i], "numbers"));
    const char **names = cairn_arena_alloc(g->arena, most, sizeof *names);
    cairn_arm_number *numbers = cairn_arena_alloc(g->arena, most, sizeof *numbers);
    if (!names || !numbers) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < runs; i++) {
        const char *name;
        json_t *value;
        json_object_foreach(json_object_get(records[i], "numbers"), name, value) names[n++] = name;
    }
    qsort(names, n, sizeof *names, by_bytes);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(names[i], names[i - 1]) == 0) continue;
        const char *copy = cairn_arena_copy(g->arena, names[i], strlen(names[i]));
        if (!copy) return CAIRN_NO_MEMORY;
        numbers[(*count)++].name = copy;
    }
    *out = numbers;
    return CAIRN_OK;
}

static cairn_status fill_number(gathering *g, json_t *const *records, int32_t runs, cairn_arm_number *out) {
    double *values = cairn_arena_alloc(g->arena, (size_t)runs, sizeof *values);
    double *known = cairn_arena_alloc(g->arena, (size_t)runs, sizeof *known);
    if (!values || !known) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < runs; i++) {
        const json_t *value = json_object_get(json_object_get(records[i], "numbers"), out->name);
        values[i] = json_is_number(value) ? json_number_value(value) : NAN;
        if (!isnan(values[i])) known[out->known++] = values[i];
    }
    out->values = values;
    out->mean = cairn_stat_mean(known, (size_t)out->known);
    out->sd = sqrt(cairn_stat_variance(known, (size_t)out->known));
    return CAIRN_OK;
}

static cairn_status fill_arm(gathering *g, const planned_recipe *p, int32_t a, cairn_arm_result *out) {
    json_t *const *records = g->records + p->first[a];
    *out = (cairn_arm_result){.arm = &p->recipe->arms[a], .options = p->options[a], .runs = p->runs[a], .reason = ""};
    for (int32_t i = 0; i < out->runs; i++) {
        const char *reason = skip_reason(records[i]);
        if (!reason) continue;
        if (out->skipped++ == 0) out->reason = cairn_arena_copy(g->arena, reason, strlen(reason));
        if (!out->reason) return CAIRN_NO_MEMORY;
    }
    cairn_arm_number *numbers;
    CAIRN_TRY(name_numbers(g, records, out->runs, &numbers, &out->number_count));
    for (int32_t i = 0; i < out->number_count; i++) CAIRN_TRY(fill_number(g, records, out->runs, &numbers[i]));
    out->numbers = numbers;
    return CAIRN_OK;
}

/* ---- claims -------------------------------------------------------------------------------------------------------------------------- */

static const cairn_arm_result *arm_named(const cairn_verified *v, const char *name) {
    for (int32_t a = 0; a < v->recipe->arm_count; a++)
        if (strcmp(v->recipe->arms[a].name, name) == 0) return &v->arms[a];
    return NULL;
}

/* Why nothing can be said about an arm; NULL where it can. */
static cairn_status why_not(gathering *g, const cairn_arm_result *arm, const char **out) {
    *out = NULL;
    if (arm->runs > 0 && arm->skipped == 0) return CAIRN_OK;
    *out = arm->runs == 0 ? cairn_arena_printf(g->arena, "arm %s was not asked for", arm->arm->name) : arm->reason;
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status number_of(gathering *g, const cairn_arm_result *arm, const char *name, const double **out) {
    for (int32_t i = 0; i < arm->number_count; i++) {
        if (strcmp(arm->numbers[i].name, name) != 0) continue;
        *out = arm->numbers[i].values;
        return CAIRN_OK;
    }
    return cairn_fail(g->ctx, CAIRN_INVALID, "arm %s did not report `%s`", arm->arm->name, name);
}

/* The claim's value on each seed: a, a - minus or a / over; NaN where it is unknown. */
static cairn_status pair_up(gathering *g, const cairn_claim *c, const cairn_arm_result *a, const cairn_arm_result *b,
                            int32_t n, double *out) {
    const double *x = NULL, *y = NULL;
    CAIRN_TRY(number_of(g, a, c->of, &x));
    if (b) CAIRN_TRY(number_of(g, b, c->of, &y));
    for (int32_t i = 0; i < n; i++) {
        out[i] = !b ? x[i] : c->minus ? x[i] - y[i] : x[i] / y[i];
        if (isinf(out[i])) out[i] = NAN;
    }
    return CAIRN_OK;
}

static cairn_status check_claim(gathering *g, const cairn_verified *v, const cairn_claim *c, cairn_claim_result *out) {
    const cairn_arm_result *a = arm_named(v, c->a), *b = NULL;
    if (c->minus || c->over) b = arm_named(v, c->minus ? c->minus : c->over);
    *out = (cairn_claim_result){.claim = c, .interval = {NAN, NAN, NAN, 0}, .reason = ""};
    const char *reason;
    CAIRN_TRY(why_not(g, a, &reason));
    if (!reason && b) CAIRN_TRY(why_not(g, b, &reason));
    if (reason) {
        out->verdict = CAIRN_CLAIM_NOT_RUN;
        out->reason = reason;
        return CAIRN_OK;
    }
    int32_t n = c->seeds && c->seeds < v->seed_count ? c->seeds : v->seed_count;
    double *values = cairn_arena_alloc(g->arena, (size_t)n, sizeof *values);
    if (!values) return CAIRN_NO_MEMORY;
    CAIRN_TRY(pair_up(g, c, a, b, n, values));
    return recipe_judge(g->ctx, c, values, n, out);
}

static cairn_status check_claims(gathering *g, cairn_verified *v) {
    cairn_claim_result *claims = cairn_arena_alloc(g->arena, (size_t)v->recipe->claim_count, sizeof *claims);
    if (!claims) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < v->recipe->claim_count; i++) {
        cairn_status status = check_claim(g, v, &v->recipe->claims[i], &claims[i]);
        if (status != CAIRN_OK)
            return cairn_fail_within(g->ctx, status, "recipe %s, claim `%s`", v->recipe->about.name,
                                     v->recipe->claims[i].text);
        cairn_claim_verdict verdict = claims[i].verdict;
        int32_t *counts[] = {&v->met, &v->missed, &v->open, &v->not_run};
        ++*counts[verdict];
    }
    v->claims = claims;
    return CAIRN_OK;
}

/* ---- all ----------------------------------------------------------------------------------------------------------------------------- */

/* seconds[plan->count]: negative where an earlier call made the run. */
static cairn_status fill_recipe(gathering *g, const planned_recipe *p, const double *seconds, cairn_verified *v) {
    *v = (cairn_verified){.recipe = p->recipe, .seeds = p->seeds, .seed_count = p->seed_count};
    cairn_arm_result *arms = cairn_arena_alloc(g->arena, (size_t)p->recipe->arm_count, sizeof *arms);
    if (!arms) return CAIRN_NO_MEMORY;
    for (int32_t a = 0; a < p->recipe->arm_count; a++) {
        CAIRN_TRY(fill_arm(g, p, a, &arms[a]));
        for (int32_t s = 0; s < p->runs[a]; s++) {
            double spent = seconds[p->first[a] + s];
            if (spent < 0)
                v->resumed++;
            else
                v->seconds += spent;
        }
    }
    v->arms = arms;
    return check_claims(g, v);
}

static cairn_status gather(gathering *g, cairn_run *run, cairn_verified *recipes) {
    double *seconds = cairn_arena_alloc(g->arena, (size_t)g->plan->count, sizeof *seconds);
    if (!seconds) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < g->plan->count; i++) seconds[i] = -1;
    CAIRN_TRY(recipe_run_all(g->ctx, g->plan, run, seconds, take_record, g));
    for (int32_t i = 0; i < g->plan->n; i++) CAIRN_TRY(fill_recipe(g, &g->plan->recipes[i], seconds, &recipes[i]));
    return CAIRN_OK;
}

static cairn_status verify(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                           const cairn_verify_setup *setup, cairn_run *run, cairn_verification *v) {
    recipe_plan plan;
    CAIRN_TRY(recipe_plan_make(ctx, recipes, n, setup, v->arena, &plan));
    v->recipes = cairn_arena_alloc(v->arena, (size_t)n, sizeof *v->recipes);
    gathering g = {.ctx = ctx, .arena = v->arena, .plan = &plan};
    if (v->recipes) g.records = cairn_alloc(ctx, (size_t)plan.count, sizeof *g.records);
    if (!g.records) return CAIRN_NO_MEMORY;
    cairn_status status = gather(&g, run, v->recipes);
    for (int64_t i = 0; i < plan.count; i++) json_decref(g.records[i]);
    cairn_free(g.records);
    return status;
}

cairn_status cairn_recipe_verify(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                                 const cairn_verify_setup *setup, cairn_run *run, cairn_verification **out) {
    cairn_verification *v = cairn_alloc(ctx, 1, sizeof *v);
    if (!v) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_arena_open(ctx, 16384, &v->arena);
    if (status == CAIRN_OK) status = verify(ctx, recipes, n, setup, run, v);
    if (status == CAIRN_OK)
        *out = v;
    else
        cairn_verification_close(v);
    return status;
}

void cairn_verification_close(cairn_verification *verification) {
    if (!verification) return;
    cairn_arena_close(verification->arena);
    cairn_free(verification);
}

const cairn_verified *cairn_verified_at(const cairn_verification *verification, int32_t i) {
    return &verification->recipes[i];
}

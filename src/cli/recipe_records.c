/* Verifications that are kept: one file a recipe, with the date, the machine and the version that made it. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/recipe.h"

/* ---- where they are --------------------------------------------------------------------------------------------------------------- */

/* Installed: share/cairn/recipes beside bin; in a build folder: the link `recipes` beside the command. */
cairn_status recipe_records_folder(cli *c, const char **out) {
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0) return cairn_fail(c->ctx, CAIRN_IO, "cannot tell where this command lies: %s", strerror(errno));
    self[n] = 0;
    *strrchr(self, '/') = 0;
    *out = cairn_arena_printf(c->arena, "%s/recipes", self);
    if (!*out) return CAIRN_NO_MEMORY;
    if (access(*out, X_OK) != 0) *out = cairn_arena_printf(c->arena, "%s/../share/cairn/recipes", self);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static const char *record_path(cli *c, const char *folder, const cairn_recipe *recipe) {
    return cairn_arena_printf(c->arena, "%s/%02d_%s.json", folder, recipe->system, recipe->about.name);
}

/* What was run: seeds, and the options of each arm. */
static cairn_status runs_of(cli *c, const cairn_recipe *recipe, const cairn_verify_setup *setup, const char **out) {
    cairn_manifest manifest;
    CAIRN_TRY(cairn_recipe_manifest(c->ctx, &recipe, 1, setup, c->arena, &manifest));
    *out = manifest.entries[manifest.count - 1].value;
    return CAIRN_OK;
}

/* ---- writing ----------------------------------------------------------------------------------------------------------------------- */

static const char *today(char out[16]) {
    time_t now = time(NULL);
    struct tm day;
    if (!gmtime_r(&now, &day) || strftime(out, 16, "%Y-%m-%d", &day) == 0) out[0] = 0;
    return out;
}

static cairn_status write_record(cli *c, cairn_out *out, const cairn_verified *v, const char *runs) {
    char date[16];
    cairn_text result = {0};
    cli_json j = {.out = out};
    cairn_status status = cairn_verified_json(c->ctx, v, &result);
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "date", today(date));
    cli_json_text(&j, "machine", cli_processor(c));
    cli_json_text(&j, "runs", runs);
    if (status == CAIRN_OK) status = j.status;
    if (status == CAIRN_OK) status = cairn_out_printf(out, ",\"result\":%s}\n", result.data);
    cairn_text_free(&result);
    return status;
}

cairn_status recipe_record_write(cli *c, const char *folder, const cairn_verified *verified,
                                 const cairn_verify_setup *setup) {
    const char *path = record_path(c, folder, verified->recipe), *runs;
    cairn_out *out;
    if (!path) return CAIRN_NO_MEMORY;
    CAIRN_TRY(runs_of(c, verified->recipe, setup, &runs));
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    cairn_status status = write_record(c, out, verified, runs);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* ---- reading ----------------------------------------------------------------------------------------------------------------------- */

/* A file that is being read. */
typedef struct reading {
    cli *c;
    const char *path;
    const cairn_recipe *recipe;
} reading;

static cairn_status expected(const reading *r, const char *what) {
    return cairn_fail(r->c->ctx, CAIRN_FORMAT, "%s: expected %s", r->path, what);
}

static cairn_status read_text(const reading *r, const json_t *object, const char *key, const char **out) {
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) return cairn_fail(r->c->ctx, CAIRN_FORMAT, "%s: field `%s`: expected a text", r->path, key);
    *out = cairn_arena_copy(r->c->arena, text, strlen(text));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static double number_or_nan(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Is a field the same text, or null where there is none? */
static bool same_text(const json_t *object, const char *key, const char *text) {
    const char *kept = json_string_value(json_object_get(object, key));
    return text ? kept && strcmp(kept, text) == 0 : !kept;
}

static bool same_bar(const json_t *object, const char *key, cairn_bar bar) {
    const json_t *kept = json_object_get(object, key);
    return bar.set ? json_is_number(kept) && json_number_value(kept) == bar.value : !json_is_number(kept);
}

static bool is_of(const json_t *object, const cairn_claim *c) {
    return same_text(object, "claim", c->text) && same_text(object, "of", c->of) && same_text(object, "a", c->a) &&
           same_text(object, "minus", c->minus) && same_text(object, "over", c->over) &&
           same_bar(object, "at_least", c->at_least) && same_bar(object, "at_most", c->at_most) &&
           same_bar(object, "mean_at_least", c->mean_at_least) && same_bar(object, "mean_at_most", c->mean_at_most);
}

static cairn_status read_claim(const reading *r, const json_t *object, cairn_claim_result *out) {
    const json_t *interval = json_object_get(object, "interval");
    const char *verdict = "";
    CAIRN_TRY(read_text(r, object, "verdict", &verdict));
    CAIRN_TRY(read_text(r, object, "reason", &out->reason));
    while (out->verdict <= CAIRN_CLAIM_NOT_RUN && strcmp(cairn_claim_verdict_name(out->verdict), verdict) != 0)
        out->verdict++;
    if (out->verdict > CAIRN_CLAIM_NOT_RUN) return expected(r, "a verdict: met, missed, open or not run");
    out->interval = (cairn_interval){.estimate = number_or_nan(json_object_get(object, "mean")),
                                     .low = number_or_nan(json_array_get(interval, 0)),
                                     .high = number_or_nan(json_array_get(interval, 1))};
    out->seeds = (int32_t)json_integer_value(json_object_get(object, "seeds"));
    out->unknown = (int32_t)json_integer_value(json_object_get(object, "unknown"));
    return CAIRN_OK;
}

static cairn_status read_claims(const reading *r, const json_t *list, recipe_record *out) {
    int32_t n = r->recipe->claim_count;
    cairn_claim_result *claims = cairn_arena_alloc(r->c->arena, (size_t)n, sizeof *claims);
    if (!claims) return CAIRN_NO_MEMORY;
    if (!json_is_array(list)) return expected(r, "a list of claims");
    out->stale = json_array_size(list) != (size_t)n;
    for (int32_t i = 0; i < n && !out->stale; i++) {
        const json_t *object = json_array_get(list, (size_t)i);
        claims[i].claim = &r->recipe->claims[i];
        out->stale = !is_of(object, claims[i].claim);
        if (!out->stale) CAIRN_TRY(read_claim(r, object, &claims[i]));
        int32_t *counts[] = {&out->met, &out->missed, &out->open, &out->not_run};
        ++*counts[claims[i].verdict];
    }
    out->claims = out->stale ? NULL : claims;
    return CAIRN_OK;
}

static cairn_status read_record(const reading *r, const json_t *record, recipe_record *out) {
    const json_t *result = json_object_get(record, "result");
    const char *runs = "", *runs_now;
    cairn_verify_setup published = {0};
    if (!json_is_object(result)) return expected(r, "an object `result`");
    CAIRN_TRY(read_text(r, record, "date", &out->date));
    CAIRN_TRY(read_text(r, record, "machine", &out->machine));
    CAIRN_TRY(read_text(r, record, "runs", &runs));
    CAIRN_TRY(read_text(r, result, "cairn", &out->version));
    CAIRN_TRY(runs_of(r->c, r->recipe, &published, &runs_now));
    out->seconds = number_or_nan(json_object_get(result, "seconds"));
    out->seeds = (int32_t)json_array_size(json_object_get(result, "seeds"));
    CAIRN_TRY(read_claims(r, json_object_get(result, "claims"), out));
    if (strcmp(runs, runs_now) != 0) out->stale = true;
    out->found = true;
    return CAIRN_OK;
}

cairn_status recipe_record_read(cli *c, const char *folder, const cairn_recipe *recipe, recipe_record *out) {
    reading r = {.c = c, .path = record_path(c, folder, recipe), .recipe = recipe};
    json_error_t error;
    *out = (recipe_record){0};
    if (!r.path) return CAIRN_NO_MEMORY;
    if (access(r.path, F_OK) != 0) return CAIRN_OK;
    json_t *record = json_load_file(r.path, 0, &error);
    if (!record) return cairn_fail(c->ctx, CAIRN_FORMAT, "%s: %s", r.path, error.text);
    cairn_status status = read_record(&r, record, out);
    json_decref(record);
    return status;
}

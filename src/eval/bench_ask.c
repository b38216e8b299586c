/* Asking a reward for scores of the candidates: several solutions at once where it computes elsewhere, each kept in a
 * run file as soon as it is there. */
#include <math.h>
#include <string.h>

#include "cairn/store.h"
#include "eval/bench_run.h"

enum { AT_ONCE = 64 };

/* A candidate among all of the run. */
typedef struct place {
    cairn_bench_item *item;
    cairn_bench_candidate *candidate;
} place;

typedef struct asking {
    cairn_bench_run *run;
    const cairn_reward *reward;
    const cairn_bench_asking *how;
    cairn_run *kept; /* or NULL */
    place *places;   /* [n] */
    int64_t n, next;
    cairn_status status; /* the first that failed, with its text */
    char error[1024];
} asking;

/* ---- scores as records ------------------------------------------------------------------------------------------- */

static cairn_status write_record(cairn_ctx *ctx, const double *scores, int32_t n, int64_t failed, cairn_text *out) {
    json_t *list = json_array();
    for (int32_t i = 0; i < n && list; i++)
        list = json_append(list, isnan(scores[i]) ? json_null() : json_real(scores[i]));
    json_t *record = json_pack("{s:o, s:I}", "scores", list, "failed", (json_int_t)failed);
    if (!record) return json_fail_build(ctx, "scores");
    cairn_status status = json_write(ctx, record, out);
    json_decref(record);
    return status;
}

static cairn_status take_scores(cairn_ctx *ctx, const json_t *record, const char *where, int32_t n, double *scores,
                                int64_t *failed) {
    json_t *list;
    CAIRN_TRY(json_get_array(ctx, record, "scores", where, &list));
    CAIRN_TRY(json_get_int(ctx, record, "failed", where, failed));
    if (json_array_size(list) != (size_t)n)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected %d scores, got %zu", where, (int)n, json_array_size(list));
    for (int32_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        scores[i] = json_is_number(value) ? json_number_value(value) : NAN;
    }
    return CAIRN_OK;
}

/* What an earlier process kept. */
static cairn_status take_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    asking *a = arg;
    cairn_ctx *ctx = a->run->ctx;
    cairn_bench_candidate *c = a->places[index].candidate;
    int64_t failed = 0;
    json_t *value;
    CAIRN_TRY(json_parse(ctx, record, length, id, &value));
    cairn_status status = take_scores(ctx, value, id, c->n_steps, c->scores, &failed);
    json_decref(value);
    a->run->failed += failed;
    return status;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static cairn_status score_one(asking *a, cairn_ctx *ctx, cairn_arena *arena, int64_t index) {
    const cairn_bench_item *item = a->places[index].item;
    cairn_bench_candidate *c = a->places[index].candidate;
    cairn_reward_cost cost = {0};
    cairn_problem problem = {.id = item->id,
                             .key = cairn_key(item->id, strlen(item->id)),
                             .text = item->problem ? item->problem : "",
                             .difficulty = NAN,
                             .max_steps = c->n_steps};
    cairn_text record = {0};
    CAIRN_TRY(cairn_world_read(ctx, a->reward->world, arena, &problem));
    CAIRN_TRY(cairn_reward_score_steps(ctx, a->reward, arena, a->how->seed, &problem, c->steps, c->n_steps, c->scores,
                                       NULL, NULL, &cost));
    a->run->failed += cost.failed;
    if (!a->kept) return CAIRN_OK;
    cairn_status status = write_record(ctx, c->scores, c->n_steps, cost.failed, &record);
    if (status == CAIRN_OK) status = cairn_run_put(a->kept, ctx, index, item->id, record.data, record.length);
    cairn_text_free(&record);
    return status;
}

static void score_place(cairn_ctx *ctx, void *arg, int64_t index) {
    asking *a = arg;
    cairn_arena *arena;
    cairn_status status = a->status == CAIRN_OK ? cairn_arena_open(ctx, 16384, &arena) : CAIRN_CANCELLED;
    if (status != CAIRN_OK && a->status != CAIRN_OK) return;
    if (status == CAIRN_OK) {
        status = score_one(a, ctx, arena, index);
        cairn_arena_close(arena);
    }
    if (a->how->progress) cairn_progress_add(a->how->progress, 1);
    if (status == CAIRN_OK || a->status != CAIRN_OK) return;
    a->status = status;
    snprintf(a->error, sizeof a->error, "%s: %s", a->places[index].item->id, cairn_error(ctx));
}

static int64_t next_place(void *arg) {
    asking *a = arg;
    while (a->kept && a->next < a->n && cairn_run_has(a->kept, a->next)) a->next++;
    return a->next < a->n && a->status == CAIRN_OK ? a->next++ : -1;
}

/* All candidates, with room for their scores. */
static cairn_status list_places(asking *a) {
    cairn_bench_run *run = a->run;
    for (size_t i = 0; i < run->n; i++) a->n += run->items[i].n;
    a->places = cairn_arena_alloc(run->arena, (size_t)a->n + 1, sizeof *a->places);
    if (!a->places) return CAIRN_NO_MEMORY;
    int64_t at = 0;
    for (size_t i = 0; i < run->n; i++) {
        for (int32_t k = 0; k < run->items[i].n; k++) {
            cairn_bench_candidate *c = &run->items[i].candidates[k];
            if (!c->steps || c->n_steps < 1)
                return cairn_fail(run->ctx, CAIRN_INVALID, "%s: %s: the file holds no text to be scored",
                                  run->items[i].subset, run->items[i].id);
            c->scores = cairn_arena_alloc(run->arena, (size_t)c->n_steps, sizeof *c->scores);
            if (!c->scores) return CAIRN_NO_MEMORY;
            a->places[at++] = (place){&run->items[i], c};
        }
    }
    return CAIRN_OK;
}

static uint64_t content_of(const asking *a) {
    uint64_t key = (uint64_t)a->n;
    for (int64_t i = 0; i < a->n; i++) {
        const cairn_bench_candidate *c = a->places[i].candidate;
        if (a->places[i].item->problem)
            key = cairn_key_mix(key, cairn_key(a->places[i].item->problem, strlen(a->places[i].item->problem)));
        for (int32_t s = 0; s < c->n_steps; s++) key = cairn_key_mix(key, cairn_key(c->steps[s], strlen(c->steps[s])));
    }
    return key;
}

static cairn_status open_kept(asking *a) {
    const cairn_bench_run *run = a->run;
    char seed[24], content[24], reward[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)a->how->seed);
    snprintf(content, sizeof content, "%016llx", (unsigned long long)content_of(a));
    snprintf(reward, sizeof reward, "%016llx", (unsigned long long)cairn_reward_content(a->reward));
    const char *source;
    CAIRN_TRY(cairn_redact(run->ctx, run->arena, a->reward->source, &source));
    cairn_manifest_entry entries[] = {{"verb", "eval"},           {"benchmark", run->bench->about.name},
                                      {"content", content},       {"reward", source},
                                      {"reward_content", reward}, {"seed", seed}};
    cairn_manifest manifest = {.entries = entries,
                               .count = sizeof entries / sizeof *entries,
                               .problems = a->n,
                               .portable = cairn_ctx_portable(run->ctx)};
    if (!a->how->resume) return cairn_run_create(run->ctx, a->how->kept, &manifest, &a->kept);
    CAIRN_TRY(cairn_run_resume(run->ctx, a->how->kept, &manifest, &a->kept));
    if (a->how->progress) cairn_progress_resume(a->how->progress, cairn_run_done(a->kept));
    return cairn_run_each(a->kept, run->ctx, take_record, a);
}

static cairn_status ask_all(asking *a) {
    cairn_ctx *ctx = a->run->ctx;
    int64_t index;
    if (cairn_reward_elsewhere(a->reward)) {
        CAIRN_TRY(cairn_fibers_run(ctx, AT_ONCE, next_place, score_place, a));
    } else {
        while ((index = next_place(a)) >= 0) {
            if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
            score_place(ctx, a, index);
        }
    }
    return a->status == CAIRN_OK ? CAIRN_OK : cairn_fail(ctx, a->status, "%s", a->error);
}

cairn_status cairn_bench_ask(cairn_bench_run *run, const cairn_reward *reward, const cairn_bench_asking *how) {
    asking a = {.run = run, .reward = reward, .how = how};
    CAIRN_TRY(cairn_bench_end(run));
    CAIRN_TRY(list_places(&a));
    if (how->kept) CAIRN_TRY(open_kept(&a));
    cairn_status status = ask_all(&a);
    cairn_run_close(a.kept);
    if (status != CAIRN_OK) return status;
    for (size_t i = 0; i < run->n; i++) {
        cairn_bench_item *item = &run->items[i];
        item->said = CAIRN_EVAL_NONE;
        item->valid = NULL;
        item->answered = false;
        for (int32_t k = 0; k < item->n; k++) {
            cairn_bench_candidate *c = &item->candidates[k];
            c->score = cairn_aggregate(how->aggregate, c->scores, (size_t)c->n_steps);
            for (int32_t s = 0; s < c->n_steps; s++) item->answered = item->answered || !isnan(c->scores[s]);
        }
    }
    return CAIRN_OK;
}

/* Makes the runs of a verification, several at once, each with a context and an arena that no other run has at the
 * time. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "data/json.h"
#include "eval/recipe.h"

/* Of one thread of the pool. */
typedef struct lane {
    cairn_ctx *ctx;
    cairn_arena *arena;
} lane;

typedef struct running {
    const recipe_plan *plan;
    cairn_run *run;       /* or NULL: */
    cairn_text *kept;     /* [plan->count] the records */
    const int64_t *to_do; /* [count] indices of runs */
    int64_t count;
    int32_t workers_each;
    double *seconds;
    lane *lanes; /* [threads] */
    recipe_folder *folder;
    int threads;
    cairn_progress *progress;
    atomic_bool stopped;
    pthread_mutex_t lock; /* of what follows */
    cairn_ctx *failure;
    cairn_status status;
} running;

static void note_failure(running *r, cairn_ctx *ctx, cairn_status status) {
    pthread_mutex_lock(&r->lock);
    if (r->status == CAIRN_OK) {
        r->status = status;
        cairn_fail(r->failure, status, "%s", cairn_error(ctx));
    }
    pthread_mutex_unlock(&r->lock);
    atomic_store(&r->stopped, true);
}

/* ---- one run ------------------------------------------------------------------------------------------------------------------------- */

/* Takes over the numbers. */
static cairn_status write_record(cairn_lab *lab, const planned_recipe *p, json_t *numbers, cairn_text *out) {
    errno = 0;
    json_t *record = json_pack("{s:s, s:s, s:I, s:o, s:s?}", "recipe", p->recipe->about.name, "arm", lab->arm, "seed",
                               (json_int_t)lab->seed, "numbers", numbers, "skipped", lab->state->skipped);
    if (!record) return json_fail_build(lab->ctx, "the reason of a skipped run");
    cairn_status status = json_write(lab->ctx, record, out);
    json_decref(record);
    return status;
}

static cairn_status run_arm(running *r, lane *l, int64_t index, cairn_text *record) {
    const recipe_run *which = &r->plan->runs[index];
    const planned_recipe *p = &r->plan->recipes[which->recipe];
    const cairn_arm *arm = &p->recipe->arms[which->arm];
    struct cairn_lab_state state = {.numbers = json_object(),
                                    .data = r->plan->setup->data ? r->plan->setup->data : cairn_shared_data(),
                                    .index = index,
                                    .folder = r->folder};
    if (!state.numbers) return cairn_fail(l->ctx, CAIRN_NO_MEMORY, "no memory");
    cairn_lab lab = {.ctx = l->ctx,
                     .arena = l->arena,
                     .arm = arm->name,
                     .seed = p->seeds[which->seed],
                     .workers = r->workers_each,
                     .state = &state};
    void *config;
    cairn_status status = recipe_config(l->ctx, l->arena, p->recipe, arm, r->plan->setup, &config);
    if (status == CAIRN_OK) status = p->recipe->run(&lab, config);
    if (status == CAIRN_OK) return write_record(&lab, p, state.numbers, record);
    json_decref(state.numbers);
    return status;
}

static cairn_status keep(running *r, lane *l, int64_t index, cairn_text *record) {
    const recipe_run *which = &r->plan->runs[index];
    const planned_recipe *p = &r->plan->recipes[which->recipe];
    if (!r->run) {
        r->kept[index] = *record;
        *record = (cairn_text){0};
        return CAIRN_OK;
    }
    const char *id = cairn_arena_printf(l->arena, "%s/%s/%" PRIu64, p->recipe->about.name,
                                        p->recipe->arms[which->arm].name, p->seeds[which->seed]);
    return id ? cairn_run_put(r->run, l->ctx, index, id, record->data, record->length) : CAIRN_NO_MEMORY;
}

static void run_one(void *arg, int64_t block, int thread) {
    running *r = arg;
    lane *l = &r->lanes[thread];
    if (atomic_load(&r->stopped)) return;
    int64_t index = r->to_do[block];
    const recipe_run *which = &r->plan->runs[index];
    const planned_recipe *p = &r->plan->recipes[which->recipe];
    cairn_text record = {0};
    double start = cairn_seconds();
    cairn_status status =
        cairn_cancelled(l->ctx) ? cairn_fail(l->ctx, CAIRN_CANCELLED, "cancelled") : run_arm(r, l, index, &record);
    r->seconds[index] = cairn_seconds() - start;
    if (status == CAIRN_OK) status = keep(r, l, index, &record);
    cairn_text_free(&record);
    cairn_arena_reset(l->arena);
    cairn_progress_add(r->progress, 1);
    if (status == CAIRN_OK) return;
    cairn_fail_within(l->ctx, status, "recipe %s, arm %s, seed %" PRIu64, p->recipe->about.name,
                      p->recipe->arms[which->arm].name, p->seeds[which->seed]);
    note_failure(r, l->ctx, status);
}

/* ---- all of them --------------------------------------------------------------------------------------------------------------------- */

static cairn_status open_lanes(cairn_ctx *ctx, running *r) {
    r->lanes = cairn_alloc(ctx, (size_t)r->threads, sizeof *r->lanes);
    if (!r->lanes) return CAIRN_NO_MEMORY;
    for (int i = 0; i < r->threads; i++) {
        CAIRN_TRY(cairn_ctx_child(ctx, &r->lanes[i].ctx));
        CAIRN_TRY(cairn_arena_open(r->lanes[i].ctx, 65536, &r->lanes[i].arena));
    }
    return CAIRN_OK;
}

static void close_lanes(running *r) {
    for (int i = 0; r->lanes && i < r->threads; i++) {
        cairn_arena_close(r->lanes[i].arena);
        cairn_ctx_close(r->lanes[i].ctx);
    }
    cairn_free(r->lanes);
}

static cairn_status work(cairn_ctx *ctx, running *r) {
    cairn_pool *pool;
    CAIRN_TRY(cairn_pool_open(ctx, r->plan->setup->workers, &pool));
    r->threads = cairn_pool_threads(pool);
    r->workers_each = r->count > 0 && r->threads > r->count ? (int32_t)(r->threads / r->count) : 1;
    cairn_status status = open_lanes(ctx, r);
    if (status == CAIRN_OK) status = recipe_folder_open(ctx, r->threads, &r->folder);
    if (status == CAIRN_OK) {
        cairn_pool_run(pool, run_one, r, r->count);
        status = r->status;
        if (status != CAIRN_OK) cairn_fail(ctx, status, "%s", cairn_error(r->failure));
    }
    recipe_folder_close(r->folder);
    close_lanes(r);
    cairn_pool_close(pool);
    return status;
}

static cairn_status visit_kept(const running *r, cairn_run_visit_fn visit, void *arg) {
    for (int64_t i = 0; i < r->plan->count; i++) CAIRN_TRY(visit(arg, i, "", r->kept[i].data, r->kept[i].length));
    return CAIRN_OK;
}

static cairn_status run_and_visit(cairn_ctx *ctx, running *r, cairn_run_visit_fn visit, void *arg) {
    const recipe_plan *plan = r->plan;
    int64_t *to_do = cairn_alloc(ctx, (size_t)plan->count, sizeof *to_do);
    if (!to_do) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < plan->count; i++)
        if (!r->run || !cairn_run_has(r->run, i)) to_do[r->count++] = i;
    r->to_do = to_do;
    cairn_status status = cairn_progress_open(ctx, "verify", plan->count, plan->setup->quiet, &r->progress);
    if (status == CAIRN_OK) {
        cairn_progress_resume(r->progress, plan->count - r->count);
        status = work(ctx, r);
        cairn_progress_close(r->progress);
    }
    cairn_free(to_do);
    if (status != CAIRN_OK) return status;
    return r->run ? cairn_run_each(r->run, ctx, visit, arg) : visit_kept(r, visit, arg);
}

cairn_status recipe_run_all(cairn_ctx *ctx, const recipe_plan *plan, cairn_run *run, double *seconds,
                            cairn_run_visit_fn visit, void *arg) {
    running r = {.plan = plan, .run = run, .seconds = seconds};
    CAIRN_TRY(cairn_ctx_child(ctx, &r.failure));
    r.kept = cairn_alloc(ctx, (size_t)plan->count, sizeof *r.kept);
    pthread_mutex_init(&r.lock, NULL);
    cairn_status status = r.kept ? run_and_visit(ctx, &r, visit, arg) : CAIRN_NO_MEMORY;
    for (int64_t i = 0; r.kept && i < plan->count; i++) cairn_text_free(&r.kept[i]);
    cairn_free(r.kept);
    pthread_mutex_destroy(&r.lock);
    cairn_ctx_close(r.failure);
    return status;
}

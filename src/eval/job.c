/* Many problems at once: worker threads, fibers on each, one record a problem. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "eval/job_worker.h"

enum { PRESET_IN_FLIGHT = 64 };

/* ---- open -------------------------------------------------------------------------------------------------------------- */

/* Contexts are all made by the thread that opens the job: a context is one thread's. */
static cairn_status open_contexts(cairn_job *job) {
    for (int32_t i = 0; i < job->setup.workers; i++) {
        worker *w = &job->workers[i];
        w->job = job;
        CAIRN_TRY(cairn_ctx_child(job->ctx, &w->ctx));
        cairn_ctx_set_portable(w->ctx, job->setup.portable);
        CAIRN_TRY(cairn_arena_open(w->ctx, 16384, &w->arena));
    }
    return CAIRN_OK;
}

static cairn_status open_worker(worker *w) {
    CAIRN_TRY(cairn_world_share(w->ctx, &w->job->world, &w->world));
    CAIRN_TRY(job_open_cast(w));
    w->open = true;
    return CAIRN_OK;
}

void job_close_slots(worker *w) {
    while (w->free_slots) {
        slot *s = w->free_slots;
        w->free_slots = s->next;
        cairn_tree_close(s->tree);
        cairn_arena_close(s->arena);
        cairn_free(s);
    }
}

static void close_worker(worker *w) {
    job_close_slots(w);
    job_close_cast(w);
    cairn_world_unshare(&w->world);
    cairn_arena_close(w->arena);
    cairn_ctx_close(w->ctx);
}

static void close_block(void *arg, int64_t block, int thread) {
    (void)thread;
    close_worker(&((worker *)arg)[block]);
}

/* At the same time, where threads are to be had: each may have to wait for its programs to end. */
static void close_workers(cairn_job *job) {
    cairn_pool *pool = NULL;
    int32_t open = 0;
    for (int32_t i = 0; i < job->setup.workers; i++) open += job->workers[i].open;
    if (open > 1 && cairn_pool_open(job->failure, open, &pool) == CAIRN_OK) {
        cairn_pool_run(pool, close_block, job->workers, job->setup.workers);
        cairn_pool_close(pool);
        return;
    }
    for (int32_t i = 0; i < job->setup.workers; i++) close_worker(&job->workers[i]);
}

static cairn_status open_problems(cairn_job *job) {
    const cairn_world_type *world = job->world.type;
    if (!job->setup.problems) {
        if (!world->generate)
            return cairn_fail(job->ctx, CAIRN_INVALID, "world %s has no problems of its own: name a file",
                              world->about.name);
        job->count = job->available = job->setup.count;
        return CAIRN_OK;
    }
    if (!world->load) return cairn_fail(job->ctx, CAIRN_INVALID, "world %s reads no files", world->about.name);
    CAIRN_TRY(world->load(job->ctx, job->world.self, job->setup.problems, job->setup.skip_bad, job->arena,
                          &job->problems, &job->count, &job->content));
    job->available = job->count;
    if (job->setup.count > 0 && job->setup.count < job->count) job->count = job->setup.count;
    return CAIRN_OK;
}

/* Threads to use: as asked, else one a processor, never more than problems. */
static cairn_status count_workers(cairn_job *job) {
    if (job->setup.workers <= 0) {
        cairn_pool *pool;
        CAIRN_TRY(cairn_pool_open(job->ctx, 0, &pool));
        job->setup.workers = cairn_pool_threads(pool);
        cairn_pool_close(pool);
    }
    if (job->setup.workers > job->count && job->count > 0) job->setup.workers = (int32_t)job->count;
    return CAIRN_OK;
}

static cairn_status open_all(cairn_job *job) {
    CAIRN_TRY(cairn_arena_open(job->ctx, 65536, &job->arena));
    CAIRN_TRY(cairn_world_open(job->ctx, job->arena, job->setup.world, &job->world));
    CAIRN_TRY(open_problems(job));
    CAIRN_TRY(count_workers(job));
    job->workers = cairn_alloc(job->ctx, (size_t)job->setup.workers, sizeof *job->workers);
    if (!job->workers) return CAIRN_NO_MEMORY;
    CAIRN_TRY(open_contexts(job));
    cairn_status status = open_worker(&job->workers[0]);
    return status == CAIRN_OK ? status : cairn_fail(job->ctx, status, "%s", cairn_error(job->workers[0].ctx));
}

cairn_status cairn_job_open(cairn_ctx *ctx, const cairn_job_setup *setup, cairn_job **out) {
    cairn_job *job = cairn_alloc(ctx, 1, sizeof *job);
    if (!job) return CAIRN_NO_MEMORY;
    job->ctx = ctx;
    job->setup = *setup;
    job->setup.portable |= cairn_ctx_portable(ctx);
    pthread_mutex_init(&job->lock, NULL);
    cairn_status status = cairn_ctx_child(ctx, &job->failure);
    if (status == CAIRN_OK) status = open_all(job);
    if (status != CAIRN_OK) {
        cairn_job_close(job);
        return status;
    }
    *out = job;
    return CAIRN_OK;
}

/* Of the problems that were begun. */
void job_forget_records(cairn_job *job) {
    int64_t begun = atomic_load(&job->next);
    for (int64_t i = 0; i < begun && i < job->count && job->records && job->ids; i++) {
        cairn_free(job->records[i]);
        cairn_free(job->ids[i]);
        job->records[i] = job->ids[i] = NULL;
    }
}

cairn_status job_need_records(cairn_job *job) {
    if (!job->records) job->records = cairn_alloc(job->ctx, (size_t)job->count, sizeof *job->records);
    if (!job->ids) job->ids = cairn_alloc(job->ctx, (size_t)job->count, sizeof *job->ids);
    return job->records && job->ids ? CAIRN_OK : CAIRN_NO_MEMORY;
}

void cairn_job_close(cairn_job *job) {
    if (!job) return;
    job_forget_records(job);
    cairn_free(job->records);
    cairn_free(job->ids);
    if (job->workers) close_workers(job);
    cairn_free(job->workers);
    if (job->world.type) cairn_world_close(&job->world);
    cairn_arena_close(job->arena);
    cairn_ctx_close(job->failure);
    pthread_mutex_destroy(&job->lock);
    cairn_free(job);
}

int64_t cairn_job_problems(const cairn_job *job) {
    return job->count;
}

int64_t cairn_job_available(const cairn_job *job) {
    return job->available;
}

const cairn_job_setup *cairn_job_setup_of(const cairn_job *job) {
    return &job->setup;
}

uint64_t cairn_job_content(const cairn_job *job) {
    return job->content;
}

const cairn_world *cairn_job_world(const cairn_job *job) {
    return &job->world;
}

const cairn_policy *cairn_job_policy(const cairn_job *job) {
    return job->setup.policy ? &job->workers[0].policies[CAIRN_ROLE_GENERATOR] : NULL;
}

const cairn_reward *cairn_job_reward(const cairn_job *job) {
    return job->setup.reward ? &job->workers[0].rewards[CAIRN_ROLE_JUDGE] : NULL;
}

static cairn_status problem_of(cairn_job *job, const cairn_world *world, cairn_ctx *ctx, int64_t index,
                               cairn_arena *arena, cairn_problem *out) {
    if (index < 0 || index >= job->count)
        return cairn_fail(ctx, CAIRN_INVALID, "problem %" PRId64 " of %" PRId64, index, job->count);
    if (job->problems) {
        *out = job->problems[index];
        return CAIRN_OK;
    }
    return world->type->generate(ctx, world->self, job->setup.seed, index, arena, out);
}

cairn_status cairn_job_problem(cairn_job *job, cairn_ctx *ctx, int64_t index, cairn_arena *arena, cairn_problem *out) {
    return problem_of(job, &job->world, ctx, index, arena, out);
}

/* ---- run --------------------------------------------------------------------------------------------------------------- */

cairn_status job_take_slot(worker *w, cairn_ctx *ctx, slot **out) {
    slot *s = w->free_slots;
    if (s) {
        w->free_slots = s->next;
        cairn_arena_report(s->arena, ctx);
        *out = s;
        return CAIRN_OK;
    }
    s = cairn_alloc(ctx, 1, sizeof *s);
    if (!s) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_tree_open(ctx, w->job->world.type->state_bytes, &s->tree);
    if (status == CAIRN_OK) status = cairn_arena_open(ctx, 16384, &s->arena);
    if (status != CAIRN_OK) {
        cairn_tree_close(s->tree);
        cairn_free(s);
        return status;
    }
    *out = s;
    return CAIRN_OK;
}

void job_give_slot(worker *w, slot *s) {
    cairn_tree_reset(s->tree);
    cairn_arena_reset(s->arena);
    cairn_arena_report(s->arena, w->ctx); /* the fiber's own context goes */
    s->next = w->free_slots;
    w->free_slots = s;
}

static cairn_status keep_record(cairn_job *job, cairn_ctx *ctx, int64_t index, const char *id,
                                const cairn_text *record) {
    if (job->run) return cairn_run_put(job->run, ctx, index, id, record->data, record->length);
    size_t id_length = strlen(id);
    char *kept = cairn_alloc(ctx, record->length + 1, 1), *kept_id = cairn_alloc(ctx, id_length + 1, 1);
    if (!kept || !kept_id) {
        cairn_free(kept);
        cairn_free(kept_id);
        return CAIRN_NO_MEMORY;
    }
    memcpy(kept, record->data, record->length);
    memcpy(kept_id, id, id_length);
    job->records[index] = kept; /* each index is written by one fiber only */
    job->ids[index] = kept_id;
    return CAIRN_OK;
}

cairn_status job_work_in_slot(worker *w, cairn_ctx *ctx, slot *s, int64_t index) {
    cairn_job *job = w->job;
    cairn_problem problem;
    CAIRN_TRY(problem_of(job, &w->world, ctx, index, s->arena, &problem));
    const cairn_reward *reward = job->setup.reward ? &w->rewards[CAIRN_ROLE_JUDGE] : NULL;
    cairn_workspace workspace = {.ctx = ctx,
                                 .world = &w->world,
                                 .problem = &problem,
                                 .tree = s->tree,
                                 .arena = s->arena,
                                 .seed = job->setup.seed,
                                 .aggregator = job->setup.aggregator >= 0 ? (cairn_aggregator)job->setup.aggregator
                                               : reward                   ? cairn_meaning_aggregator(reward->meaning)
                                                                          : CAIRN_AGGREGATE_LAST,
                                 .budget = job->setup.budget};
    job_fill_cast(w, workspace.cast);
    cairn_text record = {0};
    uint32_t failed = cairn_allocations_failed(ctx);
    cairn_status status = cairn_workspace_begin(&workspace);
    if (status == CAIRN_OK) status = job->body(&workspace, job->arg, index, &record);
    if (status == CAIRN_OK && cairn_allocations_failed(ctx) != failed)
        status = cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for all that was tried");
    if (status == CAIRN_OK) status = keep_record(job, ctx, index, problem.id, &record);
    cairn_text_free(&record);
    if (status != CAIRN_OK && status != CAIRN_CANCELLED) cairn_fail_within(ctx, status, "problem %s", problem.id);
    return status;
}

/* Remembers the first failure and lets no further problem start. */
void job_note_failure(cairn_job *job, cairn_ctx *ctx, cairn_status status) {
    pthread_mutex_lock(&job->lock);
    if (job->status == CAIRN_OK || (job->status == CAIRN_CANCELLED && status != CAIRN_CANCELLED)) {
        job->status = status;
        cairn_fail(job->failure, status, "%s", cairn_error(ctx));
    }
    pthread_mutex_unlock(&job->lock);
    atomic_store(&job->stopped, true);
}

static void work_on(cairn_ctx *ctx, void *arg, int64_t index) {
    worker *w = arg;
    slot *s = NULL;
    cairn_status status = job_take_slot(w, ctx, &s);
    if (status == CAIRN_OK) {
        status = job_work_in_slot(w, ctx, s, index);
        job_give_slot(w, s);
    }
    if (status != CAIRN_OK)
        job_note_failure(w->job, ctx, status);
    else
        cairn_progress_add(w->job->progress, w->job->setup.weight > 0 ? w->job->setup.weight : 1);
}

static int64_t next_problem(void *arg) {
    worker *w = arg;
    cairn_job *job = w->job;
    while (!atomic_load(&job->stopped) && !cairn_cancelled(job->ctx)) {
        int64_t index = atomic_fetch_add(&job->next, 1);
        if (index >= job->count) break;
        if (!job->run || !cairn_run_has(job->run, index)) return index;
    }
    return -1;
}

/* As asked; else 64, but with a run file so few that the problems under way, which a kill loses, are at most a fifth of
 * all. */
int32_t job_in_flight(const cairn_job *job, bool kept) {
    if (job->setup.in_flight > 0) return job->setup.in_flight;
    int64_t most = kept ? job->count / (5 * (int64_t)job->setup.workers) : PRESET_IN_FLIGHT;
    return most < 1 ? 1 : most > PRESET_IN_FLIGHT ? PRESET_IN_FLIGHT : (int32_t)most;
}

static void run_worker(void *arg, int64_t block, int thread) {
    (void)thread;
    cairn_job *job = arg;
    worker *w = &job->workers[block];
    cairn_status status = w->open ? CAIRN_OK : open_worker(w);
    if (status == CAIRN_OK)
        status = cairn_fibers_run(w->ctx, job_in_flight(job, job->run != NULL), next_problem, work_on, w);
    if (status != CAIRN_OK) job_note_failure(job, w->ctx, status);
}

cairn_status cairn_job_run(cairn_job *job, cairn_ctx *ctx, cairn_run *run, cairn_job_fn body, void *arg) {
    job_forget_records(job);
    if (!run) CAIRN_TRY(job_need_records(job));
    job->run = run;
    job->body = body;
    job->arg = arg;
    job->status = CAIRN_OK;
    atomic_store(&job->next, 0);
    atomic_store(&job->stopped, false);
    int64_t to_do = job->count - (run ? cairn_run_done(run) : 0);
    job->progress = job->setup.progress;
    if (!job->progress) CAIRN_TRY(cairn_progress_open(ctx, job->setup.what, to_do, job->setup.quiet, &job->progress));
    cairn_pool *pool;
    cairn_status status = cairn_pool_open(ctx, job->setup.workers, &pool);
    if (status == CAIRN_OK) {
        cairn_pool_run(pool, run_worker, job, job->setup.workers);
        cairn_pool_close(pool);
        status = job->status;
        if (status != CAIRN_OK) cairn_fail(ctx, status, "%s", cairn_error(job->failure));
        if (status == CAIRN_OK && cairn_cancelled(ctx)) status = cairn_fail(ctx, CAIRN_CANCELLED, "cancelled");
    }
    if (!job->setup.progress) cairn_progress_close(job->progress);
    job->progress = NULL;
    return status;
}

cairn_status cairn_job_each(cairn_job *job, cairn_ctx *ctx, cairn_run *run, cairn_run_visit_fn visit, void *arg) {
    cairn_progress *progress;
    cairn_status status = CAIRN_OK;
    CAIRN_TRY(cairn_progress_open(ctx, "records", run ? cairn_run_done(run) : job->count, job->setup.quiet, &progress));
    if (run) {
        cairn_run_watch(run, progress);
        status = cairn_run_each(run, ctx, visit, arg);
        cairn_run_watch(run, NULL);
    }
    for (int64_t i = 0; !run && job->records && i < job->count && status == CAIRN_OK; i++) {
        if (cairn_cancelled(ctx)) status = cairn_fail(ctx, CAIRN_CANCELLED, "the run was cancelled");
        if (status == CAIRN_OK && job->records[i])
            status = visit(arg, i, job->ids[i], job->records[i], strlen(job->records[i]));
        cairn_progress_add(progress, 1);
    }
    cairn_progress_close(progress);
    return status;
}

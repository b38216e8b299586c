/* The memory of a job, found before it runs: what its engines will hold, and what the first problems take when they are
 * tried. */
#include <string.h>

#include "eval/job_worker.h"
#include "search/tree_store.h"

enum {
    AT_ONCE = 8,            /* problems tried at once */
    TRIED = 16,             /* in all: what one takes is kept for the next in its place */
    SQLITE_CACHE = 2000000, /* of a run file's pages */
    RECORD_OVERHEAD = 48    /* bytes of the heap for a record and its id */
};

/* What is shared by both counts with the policy. */
typedef struct holding {
    cairn_engine_held policy, reward;
} holding;

/* Policies of all roles together, rewards likewise. */
static holding held(const cairn_job *job) {
    const worker *w = &job->workers[0];
    holding h = {0};
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const cairn_policy *policy = &w->policies[role];
        if (policy->type && policy->type->held) policy->type->held(policy->self, &h.policy);
    }
    memcpy(h.reward.counted, h.policy.counted, sizeof h.policy.counted);
    h.reward.n_counted = h.policy.n_counted;
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const cairn_reward *reward = &w->rewards[role];
        if (reward->type && reward->type->held) reward->type->held(reward->self, &h.reward);
    }
    return h;
}

/* Of all models: weights and packed copies. */
static size_t model_bytes(const holding *h) {
    return h->policy.weights + h->policy.packed + h->reward.weights + h->reward.packed;
}

/* ---- trying ---------------------------------------------------------------------------------------------------------------- */

typedef struct trial {
    worker *w;
    int64_t next, count; /* problems begun, to be tried; one item more watches */
    int32_t running, most_running;
    bool watching;              /* it has begun, or there is no model to wait for */
    size_t heap, mapped, stack; /* at most */
} trial;

static int64_t next_item(void *arg) {
    trial *t = arg;
    if (!t->watching) {
        t->watching = true;
        return t->count;
    }
    return t->next < t->count && !atomic_load(&t->w->job->stopped) ? t->next++ : -1;
}

static void look(trial *t) {
    size_t heap = cairn_heap_used();
    if (heap > t->heap) t->heap = heap;
}

/* Between the steps of the engines, when all problems wait with what they asked. */
static void watch(cairn_ctx *ctx, trial *t) {
    do {
        look(t);
        cairn_yield(ctx);
    } while (t->running > 0 && !cairn_cancelled(ctx));
}

static void try_problem(cairn_ctx *ctx, void *arg, int64_t index) {
    trial *t = arg;
    slot *s;
    if (index == t->count) {
        watch(ctx, t);
        return;
    }
    if (++t->running > t->most_running) t->most_running = t->running;
    cairn_status status = job_take_slot(t->w, ctx, &s);
    if (status == CAIRN_OK) {
        status = job_work_in_slot(t->w, ctx, s, index);
        size_t mapped = tree_mapped_bytes(s->tree), stack = cairn_stack_touched(ctx);
        if (mapped > t->mapped) t->mapped = mapped;
        if (stack > t->stack) t->stack = stack;
        look(t);
        job_give_slot(t->w, s);
    }
    if (status != CAIRN_OK) job_note_failure(t->w->job, ctx, status);
    t->running--;
}

/* The first `count` problems of the job by its first worker, so many at once. */
static cairn_status try_problems(cairn_job *job, int64_t count, int32_t at_once, trial *t) {
    holding h = held(job);
    *t = (trial){.w = &job->workers[0], .count = count, .watching = model_bytes(&h) == 0};
    atomic_store(&job->next, count);
    atomic_store(&job->stopped, false);
    job->status = CAIRN_OK;
    cairn_status status = cairn_fibers_run(t->w->ctx, at_once + !t->watching, next_item, try_problem, t);
    if (job->status != CAIRN_OK) return cairn_fail(job->ctx, job->status, "%s", cairn_error(job->failure));
    return status == CAIRN_OK ? status : cairn_fail(job->ctx, status, "%s", cairn_error(t->w->ctx));
}

/* ---- parts --------------------------------------------------------------------------------------------------------------------- */

static size_t less(size_t a, size_t b) {
    return a > b ? a - b : 0;
}

static size_t record_bytes(const cairn_job *job, int64_t count) {
    size_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        if (job->records[i]) sum += strlen(job->records[i]) + strlen(job->ids[i]) + RECORD_OVERHEAD;
    return sum;
}

/* Of a cache, when each worker has had all its problems, so many for each that was tried. */
static size_t cache_bytes(const cairn_engine_held *h, double problems) {
    double grown = (double)h->asked * problems, full = (double)h->cache, kept = grown < full ? grown : full;
    return h->cached ? (size_t)(kept + (double)h->listed * kept / (double)h->cached) : 0;
}

/* Scratch and a step, whose rows grow with the problems under way. */
static size_t step_bytes(const cairn_engine_held *h, double at_once) {
    double grown = (double)h->stepped * at_once, full = (double)h->step;
    return h->working + (size_t)(grown < full ? grown : full);
}

typedef struct tried {
    int64_t count;   /* problems */
    int32_t at_once; /* so many of them */
    bool waits;      /* as many were under way as could be: else none waits, and the next one uses the same place */
    size_t heap, mapped, stack; /* of one problem */
    size_t records;             /* of all */
} tried;

/* Of the arenas of the slots. */
static size_t untouched(const worker *w) {
    size_t sum = 0;
    for (const slot *s = w->free_slots; s; s = s->next)
        sum += cairn_arena_bytes(s->arena) - cairn_arena_touched(s->arena);
    return sum;
}

static cairn_status try_all(cairn_job *job, int64_t slots, tried *out) {
    trial t;
    int32_t at_once = slots < AT_ONCE ? (int32_t)slots : AT_ONCE;
    out->count = job->count < TRIED ? job->count : TRIED;
    CAIRN_TRY(try_problems(job, 1, 1, &t)); /* makes what all problems share */
    job_forget_records(job);
    job_close_slots(&job->workers[0]);
    size_t heap = cairn_heap_used(), listed = held(job).policy.listed + held(job).reward.listed;
    CAIRN_TRY(try_problems(job, out->count, at_once, &t));
    out->at_once = t.most_running;
    out->waits = t.most_running >= at_once; /* there are no fewer problems than places */
    listed = less(held(job).policy.listed + held(job).reward.listed, listed);
    out->records = record_bytes(job, out->count);
    out->heap = less(t.heap, heap + listed + out->records + untouched(&job->workers[0])) / (size_t)out->at_once;
    out->mapped = t.mapped;
    out->stack = t.stack;
    return CAIRN_OK;
}

static void add_parts(const cairn_job *job, const tried *t, int64_t slots, bool kept, size_t program,
                      cairn_memory_plan *m) {
    size_t workers = (size_t)job->setup.workers, places = t->waits ? (size_t)slots : (size_t)t->at_once;
    double problems =
        (double)job->count / (double)workers / (double)t->count; /* of a worker, for each that was tried */
    double at_once = (double)places / (double)t->at_once;
    holding h = held(job);
    cairn_memory_add(m, "models", "weights and packed copies, once for all workers and roles", model_bytes(&h));
    cairn_memory_add(m, "policy steps", "activations and scratch", workers * step_bytes(&h.policy, at_once));
    cairn_memory_add(m, "policy cache", "keys and values", workers * cache_bytes(&h.policy, problems));
    cairn_memory_add(m, "reward steps", "activations and scratch", workers * step_bytes(&h.reward, at_once));
    cairn_memory_add(m, "reward cache", "keys and values", workers * cache_bytes(&h.reward, problems));
    cairn_memory_add(m, "problems", "under way: trees, texts, requests", workers * places * (t->heap + t->mapped));
    cairn_memory_add(m, "fibers", "their stacks, as far as used", workers * places * t->stack);
    if (kept)
        cairn_memory_add(m, "run file", "its pages that are kept", SQLITE_CACHE);
    else
        cairn_memory_add(m, "records", "of finished problems",
                         (size_t)((double)t->records / (double)t->count * (double)job->count));
    cairn_memory_add(m, "program", "with libraries, their products, problems of a file", program);
}

cairn_status cairn_job_plan(cairn_job *job, cairn_ctx *ctx, bool kept, cairn_job_fn body, void *arg,
                            cairn_memory_plan *out) {
    cairn_memory_plan m = {0};
    cairn_resident resident = cairn_resident_memory();
    holding h = held(job);
    size_t program = less(resident.now, model_bytes(&h));
    if (job->count == 0) return cairn_fail(ctx, CAIRN_INVALID, "there are no problems");
    int64_t share = (job->count + job->setup.workers - 1) / job->setup.workers, slots = job_in_flight(job, kept);
    tried t = {0};
    job_forget_records(job);
    CAIRN_TRY(job_need_records(job));
    job->run = NULL;
    job->body = body;
    job->arg = arg;
    if (slots > share) slots = share;
    cairn_status status = try_all(job, slots, &t);
    m.reading = resident.most; /* the models were read already, and are read once */
    if (status == CAIRN_OK) add_parts(job, &t, slots, kept, program, &m);
    job_forget_records(job);
    if (status != CAIRN_OK) return ctx == job->ctx ? status : cairn_fail(ctx, status, "%s", cairn_error(job->ctx));
    *out = m;
    return CAIRN_OK;
}

/* The inside of a job. */
#ifndef CAIRN_EVAL_JOB_WORKER_H
#define CAIRN_EVAL_JOB_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "cairn/job.h"

/* What a fiber needs for one problem; recycled, so that memory stays flat over any number of problems. */
typedef struct slot {
    cairn_tree *tree;
    cairn_arena *arena;
    struct slot *next;
} slot;

typedef struct worker {
    cairn_job *job;
    cairn_ctx *ctx; /* child of the context given to open */
    cairn_arena *arena;
    cairn_world world;                       /* the job's, with an instance of this worker */
    cairn_policy policies[CAIRN_ROLE_COUNT]; /* type NULL: the role has none of its own */
    cairn_reward rewards[CAIRN_ROLE_COUNT];
    bool open;
    slot *free_slots;
} worker;

struct cairn_job {
    cairn_ctx *ctx;
    cairn_job_setup setup;
    cairn_arena *arena; /* world and loaded problems */
    cairn_world world;
    cairn_problem *problems; /* [count] of a file; NULL when generated */
    int64_t count, available;
    uint64_t content; /* key of that file */
    worker *workers;  /* [setup.workers] */
    /* the run in progress */
    cairn_run *run;
    cairn_job_fn body;
    void *arg;
    cairn_progress *progress;
    atomic_int_fast64_t next;
    atomic_bool stopped;
    pthread_mutex_t lock; /* the fields below */
    cairn_status status;  /* of the first failure */
    cairn_ctx *failure;   /* holds its text */
    char **records;       /* [count], without a run */
    char **ids;
};

/* The specs of a role's policy and reward; NULL: none. */
const char *job_policy_spec(const cairn_job_setup *setup, cairn_role role);
const char *job_reward_spec(const cairn_job_setup *setup, cairn_role role);
/* Opens the worker's policies and rewards; closes those that are open; binds them in a workspace. */
cairn_status job_open_cast(worker *w);
void job_close_cast(worker *w);
void job_fill_cast(const worker *w, cairn_part cast[CAIRN_ROLE_COUNT]);
/* A slot for one problem: a free one or a new one; given back, it is reset and free. Errors: NO_MEMORY. */
cairn_status job_take_slot(worker *w, cairn_ctx *ctx, slot **out);
void job_give_slot(worker *w, slot *s);
void job_close_slots(worker *w); /* the free ones */
/* The job's body on one problem; keeps its record. */
cairn_status job_work_in_slot(worker *w, cairn_ctx *ctx, slot *s, int64_t index);
/* Remembers the first failure and lets no further problem start. */
void job_note_failure(cairn_job *job, cairn_ctx *ctx, cairn_status status);
/* Problems on fibers at once in each worker; kept: in a run file. */
int32_t job_in_flight(const cairn_job *job, bool kept);
/* Room for records without a run file. Errors: NO_MEMORY. */
cairn_status job_need_records(cairn_job *job);
void job_forget_records(cairn_job *job); /* of the problems that were begun */

#endif

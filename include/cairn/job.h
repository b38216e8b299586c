/* cairn/job.h: many problems at once. Opens a world, a policy and a reward for each worker thread, runs one body a
 * problem on fibers, and keeps one canonical JSON record a problem, in a run file or in memory. The records do not
 * depend on workers, in-flight limit, kills or resumes. Layer: eval. */
#ifndef CAIRN_JOB_H
#define CAIRN_JOB_H

#include "cairn/eval.h"
#include "cairn/search.h"
#include "cairn/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who acts in a further role; NULL: nobody of its own, so that the role acts with the generator's policy and has no
 * reward. */
typedef struct cairn_casting {
    const char *policy, *reward; /* specs */
    cairn_sampling sampling;     /* max_tokens 0: the generator's */
} cairn_casting;

typedef struct cairn_job_setup {
    const char *what;                     /* title of the progress line: "solve" */
    const char *world;                    /* spec */
    const char *policy;                   /* spec of the generator, or NULL */
    const char *reward;                   /* spec of the judge, or NULL */
    cairn_casting cast[CAIRN_ROLE_COUNT]; /* of the other roles */
    const char *problems;                 /* file for the world's load, or NULL: generated */
    bool skip_bad;                        /* bad lines of it are named in the log and passed over */
    int64_t count;                        /* problems; 0 with a file: all of it */
    uint64_t seed;
    int32_t workers; /* threads; 0: one a processor */
    /* problems on fibers at once in each worker, 1 .. 1024; 0: 64, but with a run file so few that those under way
     * in all workers are at most a fifth of all problems: what a kill can lose */
    int32_t in_flight;
    cairn_budget budget;
    cairn_sampling sampling;
    int32_t aggregator; /* cairn_aggregator; -1: by the reward's meaning */
    bool portable;      /* models compute the same bits on every processor; also where the context asks for it */
    bool quiet;         /* no progress line */
    /* a line over several jobs, to which each problem adds `weight`; NULL: a line of its own */
    cairn_progress *progress;
    int64_t weight; /* 0: 1 */
} cairn_job_setup;

typedef struct cairn_job cairn_job;
/* Opens the first worker's world, policy and reward (so that their errors come at once) and loads or counts the
 * problems. The setup's texts must outlive the job. Errors: those of the specs and files. */
CAIRN_API cairn_status cairn_job_open(cairn_ctx *ctx, const cairn_job_setup *setup, cairn_job **out);
CAIRN_API void cairn_job_close(cairn_job *job);
CAIRN_API int64_t cairn_job_problems(const cairn_job *job);
/* Problems that the file has, of which the job takes the first; generated ones: as many as the job takes. */
CAIRN_API int64_t cairn_job_available(const cairn_job *job);
CAIRN_API const cairn_job_setup *cairn_job_setup_of(const cairn_job *job); /* with its defaults filled in */
CAIRN_API uint64_t cairn_job_content(const cairn_job *job); /* key of the problems file, 0 when generated */
CAIRN_API const cairn_world *cairn_job_world(const cairn_job *job);
CAIRN_API const cairn_policy *cairn_job_policy(const cairn_job *job); /* NULL when there is none */
CAIRN_API const cairn_reward *cairn_job_reward(const cairn_job *job); /* NULL when there is none */
/* Refuses roles that nothing would use: `uses` are those that `what` ("search beam") acts in, CAIRN_USES(role) | ...,
 * beside generator and judge. Roles that a reward uses are known. Errors: INVALID naming the role. */
CAIRN_API cairn_status cairn_job_check_cast(cairn_ctx *ctx, const cairn_job *job, const char *what, uint32_t uses);
/* Problem `index`, made in `arena` or the job's own. */
CAIRN_API cairn_status cairn_job_problem(cairn_job *job, cairn_ctx *ctx, int64_t index, cairn_arena *arena,
                                         cairn_problem *out);

/* Works on one problem: `search` is ready and begun; writes the record (one JSON object) into `record`. */
typedef cairn_status (*cairn_job_fn)(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record);
/* Runs the body on every problem that `run` (may be NULL) does not hold yet. The first failure stops the others; what
 * was recorded before stands. Without a run the records are kept in the job. Errors: the body's, with the problem's id;
 * CANCELLED; those of the run file. */
CAIRN_API cairn_status cairn_job_run(cairn_job *job, cairn_ctx *ctx, cairn_run *run, cairn_job_fn body, void *arg);
/* The memory that such a run will take, in all workers; `kept`: its records in a run file. Engines are those that are
 * open, their caches as full as all problems make them; what problems under way take is found by trying up to 16 of
 * them, which is all that is computed. The body's records are dropped. What cannot be known: later problems that take
 * more than those tried, memory of other programs. Errors: those of cairn_job_run; INVALID without problems. */
CAIRN_API cairn_status cairn_job_plan(cairn_job *job, cairn_ctx *ctx, bool kept, cairn_job_fn body, void *arg,
                                      cairn_memory_plan *out);
/* Visits all records of the last cairn_job_run in order of index. */
CAIRN_API cairn_status cairn_job_each(cairn_job *job, cairn_ctx *ctx, cairn_run *run, cairn_run_visit_fn visit,
                                      void *arg);

/* Entries for the manifest of a run file: verb, specs, and every option that decides the records; `method_key`
 * ("search") gets "name:option=value,..." of `about` and its config. In the arena. */
CAIRN_API cairn_status cairn_job_manifest(cairn_ctx *ctx, const cairn_job *job, cairn_arena *arena, const char *verb,
                                          const char *method_key, const cairn_about *about, const void *config,
                                          bool keep_tree, cairn_manifest *out);

/* ---- solve: a search on every problem -------------------------------------------------------------------------------------------- */

typedef struct cairn_solve_setup {
    const char *search; /* spec, "beam:width=16"; with `type` only its options, "width=16" or NULL */
    /* a search of the caller's own, which is not registered (cairn/loops.h); NULL: by the spec */
    const cairn_search_type *type;
    bool keep_tree;   /* the record holds the tree */
    bool keep_scores; /* each candidate has the scores of its steps, by the name of their column */
    double *outcomes; /* [problems] or NULL: 1 the answer is right, 0 wrong or unknown, NaN not judged */
    /* [problems] or NULL: outcomes of the candidates, each counted as often as it was sampled */
    cairn_outcomes *sampled;
} cairn_solve_setup;

typedef struct cairn_solve_summary {
    int64_t problems;
    int64_t right, unknown;     /* of the chosen answers; a problem of which no solution was finished is wrong */
    int64_t unanswered, untold; /* of the unknown, as in cairn_outcomes */
    int64_t unrecorded;         /* of the untold: a policy that replays has no solution of the problem */
    int64_t unscored;           /* problems whose chosen answer had no known score although the search scores */
    int64_t unknown_scores;     /* of all steps that were scored */
    int64_t failed;             /* of these, because the reward's program failed */
    cairn_interval accuracy;    /* 95 %, Wilson, over the problems that are not untold; NaN where no outcome is known */
    cairn_outcomes samples;     /* of all candidates, each as often as it was sampled */
    cairn_interval sample_accuracy;               /* 95 %, by problem */
    double steps, tokens, judge_tokens, scorings; /* means a problem */
    double flops, judge_flops;                    /* likewise, of the policy and of the reward */
    double oracle;  /* share of these problems with a right candidate: pass of the whole search; NaN likewise */
    double optimum; /* mean exact optimum at the step budget; NaN where the policy has none */
    /* Of the budget, in the unit that the problem spent the most of: mean and greatest share of a problem; NaN without
     * a budget. */
    double spent, most_spent;
    /* 95 %, Student, of the chosen solutions; NaN in worlds whose returns are success probabilities */
    cairn_interval returns;
    int64_t with_return; /* chosen solutions with a known outcome, which the returns are of */
    int64_t unfinished;  /* problems in which no solution came to its end within the budget and max_steps */
    double seconds;      /* of this call */
} cairn_solve_summary;

/* Searches every problem. Records: id, problem_key, answer, correct, target, score, candidates [{answer, correct,
 * count, score, leaf; return in worlds that pay rewards or declare a range of outcomes}; one that max_steps or the
 * search cut off has "cut_off": true], cost; with keep_scores a candidate has also scores {column name: [score of each
 * step, null unknown]}; with keep_tree the record has also problem (its text), chosen (index of the candidate) and tree
 * [{parent, text, multiplicity, visits, score, truth, end; kind, observation and reward where the world says any}]:
 * truth is the world's verdict on a step, null after the first wrong one of its path and after 256 steps. Resumes into
 * `run`. */
CAIRN_API cairn_status cairn_solve(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, cairn_run *run,
                                   cairn_solve_summary *out);
/* The memory that cairn_solve will take (cairn_job_plan). */
CAIRN_API cairn_status cairn_solve_plan(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, bool kept,
                                        cairn_memory_plan *out);
/* A search at a given computing: where it has a width that is not given, *out is the spec with the greatest one (at
 * least one branching) whose mean FLOPs of policy and reward over the pilot's problems are within `flops`; else
 * `search`. *budget: what must bound each problem, where the search has no width, else 0. In the arena. Errors: INVALID
 * where the policy tells no FLOPs; those of cairn_solve. */
CAIRN_API cairn_status cairn_solve_match(cairn_ctx *ctx, const cairn_job_setup *pilot, const char *search, double flops,
                                         cairn_arena *arena, const char **out, double *budget);
/* One problem, drawn as text, or with how->svg as an image: question, tree with scores, the chosen path, the answer
 * beside the truth. Column, chosen node, wrong steps, title and caption of `how` are set here. */
CAIRN_API cairn_status cairn_solve_render(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, int64_t index,
                                          const cairn_rendering *how, cairn_text *out);
/* Entries for a run's manifest: verb, world, policy, reward, search and all other options that decide the records, in
 * canonical form; in the arena. */
CAIRN_API cairn_status cairn_solve_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup,
                                            cairn_arena *arena, cairn_manifest *out);

/* Versions of the libraries this build runs with, e.g. "jansson 2.14, SQLite 3.40.1, GMP 6.2.1"; in the arena, NULL
 * without memory. */
CAIRN_API const char *cairn_library_versions(cairn_arena *arena);

/* ---- a reward beside labels ------------------------------------------------------------------------------------------------------ */

/* The steps of a file of solutions (any format of cairn/data.h) that have a label and a score by the reward: items[*n]
 * in the arena, in order of the file, each solution a problem of its own. `until_error`: none after a solution's first
 * step that is not right by `right_from`. The reward's world reads the problems. Errors: those of file, world and
 * reward; INVALID for a world that reads none. */
CAIRN_API cairn_status cairn_step_items_read(cairn_ctx *ctx, const cairn_reward *reward, const char *path,
                                             double right_from, bool until_error, cairn_arena *arena,
                                             cairn_step_item **items, size_t *n);

#ifdef __cplusplus
}
#endif
#endif

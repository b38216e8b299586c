/* cairn/label_job.h: a labeller on every problem, measured against the world's truth. Layer: eval.
 *
 *     cairn_label_setup setup = {.method = "mc:order=left-to-right", .rule = "any", .right_from = 0};
 *     cairn_job_open(ctx, &job_setup, &job);
 *     cairn_label_problems(ctx, job, &setup, run, &summary);                   // run: NULL, or a run file that keeps all evidence
 *     cairn_label_write(ctx, job, run, &summary.balance, writer);
 *     cairn_label_again(ctx, run, &(cairn_label_setup){.rule = "rpe"}, writer, &summary);   // another rule, nothing sampled
 */
#ifndef CAIRN_LABEL_JOB_H
#define CAIRN_LABEL_JOB_H

#include "cairn/job.h"
#include "cairn/label.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Solutions of a file in any format of cairn/data.h, for the problems of a job whose texts theirs are. */
typedef struct cairn_solutions cairn_solutions;
/* Reads all of it; `split`: of solutions that are one text. The path must outlive the result. Errors: those of reading;
 * NOT_FOUND, with file and line, for a solution whose problem the job does not have, LIMIT for one of more than 65,535
 * steps: with the job's `skip_bad` these are counted and named in the log like bad lines. Where the job took its
 * problems from this very file, what is beyond its count is left out without a word, and bad lines are only counted:
 * the job has named them. */
CAIRN_API cairn_status cairn_solutions_open(cairn_ctx *ctx, cairn_job *job, const char *path, cairn_split split,
                                            cairn_solutions **out);
CAIRN_API void cairn_solutions_close(cairn_solutions *solutions);
/* Those of problem `problem` of the job: [*n] in order of the file. Of problems with the same text the first has them.
 */
CAIRN_API const cairn_record *cairn_solutions_of(const cairn_solutions *solutions, int64_t problem, int32_t *n);
CAIRN_API int64_t cairn_solutions_skipped(const cairn_solutions *solutions);
CAIRN_API const char *cairn_solutions_path(const cairn_solutions *solutions);
CAIRN_API cairn_split cairn_solutions_split(const cairn_solutions *solutions);
CAIRN_API uint64_t cairn_solutions_content(const cairn_solutions *solutions); /* key of the file's bytes */

typedef struct cairn_label_setup {
    const char *method; /* spec of a labeller; with `own_method` only its options, or NULL */
    /* spec of a rule, or NULL: labels by the labeller's own, and every solution is kept; with `own_rule` its options */
    const char *rule;
    /* a labeller of the caller's own, which is not registered; NULL: by the spec */
    const cairn_labeller_type *own_method;
    const cairn_rule_type *own_rule;  /* likewise a rule */
    const cairn_solutions *solutions; /* to be labelled, these and no others; NULL: the labeller samples its own */
    /* The summary counts a step as right from this label on; 0: above 0, where any completion was right. */
    double right_from;
    bool balance; /* keep as many solutions with a right outcome as with a wrong one (arXiv 2509.16548) */
} cairn_label_setup;

/* Which solutions `balance` keeps: of the more frequent outcome those with the smallest keys, which are random numbers
 * of the run's seed. */
typedef struct cairn_label_balance {
    bool on;
    uint64_t seed;
    uint64_t most[2]; /* greatest key that is kept, of wrong and of right ones */
} cairn_label_balance;

/* Solutions by what became of them and by where their first error stands. */
#define CAIRN_LABEL_REASONS 16
typedef struct cairn_label_kept {
    int64_t kept[CAIRN_ERROR_PLACES];
    struct {
        char word[32]; /* a rule's; further ones than there is room for are counted as "other" */
        int64_t n[CAIRN_ERROR_PLACES];
    } dropped[CAIRN_LABEL_REASONS];
    int32_t reasons; /* of these */
} cairn_label_kept;

/* First errors by labels against the truth, for solutions of problems with about the same share of right solutions. */
#define CAIRN_LABEL_BUCKETS 5 /* below 0.25, 0.5, 0.75, up to 1; not estimated */
typedef struct cairn_label_noise_row {
    int64_t n[CAIRN_NOISE_KINDS];
} cairn_label_noise_row;

typedef struct cairn_label_summary {
    int64_t problems, dropped; /* dropped: by the question filter */
    int64_t solutions;         /* labelled; the figures of steps are of the kept ones */
    cairn_outcomes outcomes;   /* of these */
    cairn_interval accuracy;   /* share of right ones, 95 %, by problem; NaN where no outcome is known */
    cairn_label_kept kept;     /* what the rule and the balance kept */
    cairn_label_balance balance;
    int64_t labelled_steps, wrong_steps; /* steps with a label; of those, wrong by `right_from` */
    int64_t located;                     /* first errors named */
    int64_t judged,
        exact_locations; /* of those, where the world knows the first wrong step too; where it is the same */
    int64_t known_steps, agreeing_steps; /* labelled steps whose truth the world knows; of those, labels that agree */
    /* exact_locations of judged, agreeing_steps of known_steps, wrong_steps of labelled_steps: 95 %, by problem
     * (cairn_stat_grouped_share); NaN where there are none. */
    cairn_interval exact, agreement, negative;
    /* Audits (arXiv 2501.07301), likewise. */
    int64_t right_known, flawed; /* right answers whose steps' truth the world knows; with a wrong step among them */
    int64_t flawed_located;      /* of those, where the labels name the first wrong step */
    int64_t whole,
        least_last; /* solutions with a label on each of two steps or more; with the least on the last step alone */
    cairn_interval flawed_share, flawed_exact, least_share;
    cairn_label_noise_row noise[CAIRN_LABEL_BUCKETS];
    /* Steps that no completion got right, and the fewest completions of one: the true share may still be `zero_most`
     * (95 %, Clopper and Pearson). */
    int64_t zeros;
    int32_t zero_completions;
    double zero_most;
    int64_t rollouts, unknown;   /* spent; of those, with an unknown outcome */
    double steps, tokens, flops; /* of the policy, in all: sampled steps and tokens, FLOP of a model in this process */
    double seconds;
} cairn_label_summary;

/* Labels solutions of every problem. Records: id, problem_key, problem, solutions [{steps, labels, counts [[n, ok],
 * ...], first_error, truth [bool or null], answer, correct, and of a given one what its file said; where they were
 * gathered also judge [scores], values and counts_ROLE; dropped: why the rule does not keep it}], target, rollouts,
 * unknown, dropped, cost (as a record of cairn_solve), and root [n, ok, unknown] where the sampled solutions do not
 * tell it or a rule was named. Resumes into `run`. */
CAIRN_API cairn_status cairn_label_problems(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup,
                                            cairn_run *run, cairn_label_summary *out);
/* The memory that cairn_label_problems will take (cairn_job_plan). */
CAIRN_API cairn_status cairn_label_plan(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, bool kept,
                                        cairn_memory_plan *out);
/* Writes the kept solutions of all records. A given one keeps its id and what its file said of it, a sampled one is
 * named after its problem. `balance`: of the summary. */
CAIRN_API cairn_status cairn_label_write(cairn_ctx *ctx, cairn_job *job, cairn_run *run,
                                         const cairn_label_balance *balance, cairn_writer *writer);
/* Labels solutions of every problem of a new job and writes the kept ones to a file, whole or not at all; nothing else
 * is kept. */
CAIRN_API cairn_status cairn_label_file(cairn_ctx *ctx, const cairn_job_setup *job, const cairn_label_setup *setup,
                                        const cairn_write_options *options, const char *path, cairn_label_summary *out);
/* Labels the solutions of a run of `label` again, by a rule and the evidence that its records hold: nothing is sampled.
 * `setup` says rule, right_from and balance. Writes the kept ones by `writer` (may be NULL). Errors: INVALID for a run
 * of another verb, or without a rule. */
CAIRN_API cairn_status cairn_label_again(cairn_ctx *ctx, cairn_run *run, const cairn_label_setup *setup,
                                         cairn_writer *writer, cairn_label_summary *out);
/* The kept solutions of a run file alone, of `label` or of `solve` with its trees (the candidates, without labels).
 * Errors: INVALID for records without steps. */
CAIRN_API cairn_status cairn_run_write_solutions(cairn_ctx *ctx, cairn_run *run, cairn_writer *writer);
/* Entries for a run's manifest, as cairn_solve_manifest; of the solutions, path and key of the content. */
CAIRN_API cairn_status cairn_label_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup,
                                            cairn_arena *arena, cairn_manifest *out);

#ifdef __cplusplus
}
#endif
#endif

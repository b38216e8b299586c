/* cairn/label_job.h: a labeller on every problem, measured against the world's truth. Layer: eval. */
#ifndef CAIRN_LABEL_JOB_H
#define CAIRN_LABEL_JOB_H

#include "cairn/job.h"
#include "cairn/label.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cairn_label_setup {
    const char *method; /* spec of a labeller */
} cairn_label_setup;

typedef struct cairn_label_summary {
    int64_t problems, dropped; /* dropped: by the question filter */
    int64_t solutions;         /* labelled */
    int64_t labelled_steps,
        wrong_steps; /* steps with a label; of those, labelled wrong (0 or below 0.5 by the labeller's rule) */
    int64_t located, exact_locations;    /* first errors named; of those, equal to the world's first wrong step */
    int64_t known_steps, agreeing_steps; /* labelled steps whose truth the world knows; of those, labels that agree */
    int64_t rollouts;
    double seconds;
} cairn_label_summary;

/* Labels every problem with solutions that the labeller samples itself. Records: id, problem, solutions [{steps, labels, counts [[n, ok], ...],
 * first_error, truth [bool or null], correct}], rollouts, dropped. Resumes into `run`. */
CAIRN_API cairn_status cairn_label_problems(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup,
                                            cairn_run *run, cairn_label_summary *out);
/* Writes the labelled solutions of all records in the stepwise format. */
CAIRN_API cairn_status cairn_label_write(cairn_ctx *ctx, cairn_job *job, cairn_run *run, bool soft, cairn_out *out);
/* Entries for a run's manifest, as cairn_solve_manifest. */
CAIRN_API cairn_status cairn_label_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup,
                                            cairn_arena *arena, cairn_manifest *out);

#ifdef __cplusplus
}
#endif
#endif

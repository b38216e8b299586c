/* What `eval mistakes` finds in one file of solutions whose first mistakes people marked. */
#ifndef CAIRN_CLI_MISTAKES_H
#define CAIRN_CLI_MISTAKES_H

#include "cairn/eval.h"
#include "cli/scored.h"

typedef struct mistakes_config {
    scored_options scored;
    int64_t show;
    bool example, list, tune;
} mistakes_config;

/* A line of the list of solutions on which people and reward differ. */
typedef struct differing {
    int64_t index;
    int32_t marked, found;
    const char *answer, *target; /* NULL: none */
    scored_reason reason;
} differing;

typedef struct differings {
    differing *rows; /* [n] */
    size_t n, capacity;
} differings;

typedef struct mistakes {
    const mistakes_config *config;
    const char *path;
    int64_t skipped;               /* bad lines */
    int64_t failed;                /* steps that are unknown because the reward's program failed on them */
    cairn_first_error_item *items; /* [n] */
    uint64_t *problems;            /* [n] key of the item's problem */
    bool *trusted;                 /* [n] not marked clean, or with an answer that is right: its mark is no error */
    size_t n, capacity, problems_capacity, trusted_capacity;
    cairn_step_item *steps;  /* [n_steps] steps up to the first mistake that have a score; without their problems */
    uint64_t *step_problems; /* [n_steps] key of the step's problem */
    size_t n_steps, steps_capacity, step_problems_capacity;
    int64_t all_steps, unscored_steps;         /* of the marked solutions; of these without a score */
    int64_t missing_steps;                     /* of these, not in a file of scores */
    int64_t clean_unjudged, mistaken_unjudged; /* solutions no step of which has a score */
    int64_t unlabelled;                        /* solutions nobody marked: not used */
    int64_t clean_right, clean_right_alarms, clean_right_unjudged;
    int64_t clean_wrong_found; /* of label_errors */
    differings label_errors;   /* marked clean although the answer is wrong */
    differings differences;    /* with --list */
    cairn_text shown;          /* the solution of --show or --example */
    size_t shortest;           /* of --example: its claim; 0: none yet */
} mistakes;

/* Scores the file and measures it; `how` stands for the options in `config`, with another threshold perhaps. What it
 * holds is freed by mistakes_close, whatever the status. Errors: INVALID for a file without a marked solution. */
cairn_status mistakes_measure(cli *c, const mistakes_config *config, const scored_options *how, const char *path,
                              mistakes *out);
void mistakes_close(mistakes *m);
/* The threshold with the highest F1 on this file. Errors: as cairn_eval_tune_tau; INVALID where a step has no score. */
cairn_status mistakes_tune(cli *c, const mistakes_config *config, const char *path, double *threshold);

#endif

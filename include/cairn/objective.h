/* cairn/objective.h: what training minimises, as a pure function "numbers of a group -> loss and derivative". Layer:
 * learn.
 *
 *   static cairn_status hinge(cairn_ctx *ctx, const void *config, const cairn_group *g, double *loss, double *slope) { ... }
 *   static const cairn_objective_type mine = {.about = {.name = "hinge"}, .reads = CAIRN_READS_SCORE,
 *                                             .counts = CAIRN_COUNTS_GROUPS, .loss = hinge};
 *   cairn_objective_check(ctx, &mine, NULL, &group, &worst);                       // against central differences
 *   loss = cairn_objective_apply(tape, &mine, NULL, scores, &numbers, n_groups);   // then cairn_tape_backward
 *
 * A group is what one value of the loss is made of: one solution, the two members of a pair, the responses to one
 * prompt. */
#ifndef CAIRN_OBJECTIVE_H
#define CAIRN_OBJECTIVE_H

#include "cairn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The columns that may accompany each number of the model. */
typedef enum cairn_column {
    CAIRN_COLUMN_LABEL,     /* target: 1 right or chosen, 0 wrong or rejected; between: a share or a value */
    CAIRN_COLUMN_WEIGHT,    /* factor of the number's loss; absent: 1 */
    CAIRN_COLUMN_REFERENCE, /* log-probability under the reference model, nats */
    CAIRN_COLUMN_SAMPLED,   /* log-probability under the model that drew the token, nats */
    CAIRN_COLUMN_ADVANTAGE,
    CAIRN_COLUMN_DOMAIN, /* number of the domain, from 0 */
    CAIRN_COLUMN_LENGTH, /* tokens that a number sums over */
    CAIRN_COLUMNS
} cairn_column;
CAIRN_API const char *cairn_column_name(cairn_column column); /* "label" */

typedef struct cairn_group {
    int64_t n;                           /* numbers */
    const double *x;                     /* [n] of the model: cairn_reads */
    const float *columns[CAIRN_COLUMNS]; /* [n] each; NULL: absent */
} cairn_group;

/* What a number of the model is. */
typedef enum cairn_reads {
    CAIRN_READS_TOKEN,   /* ln p of a token, nats */
    CAIRN_READS_CLASS,   /* ln p of the labelled class of two, wrong and right, nats */
    CAIRN_READS_SCORE,   /* a logit or value */
    CAIRN_READS_SEQUENCE /* sum of ln p over the tokens of a group's member, nats */
} cairn_reads;

/* Of what the loss of a training step is the mean. */
typedef enum cairn_counts { CAIRN_COUNTS_NUMBERS, CAIRN_COUNTS_GROUPS } cairn_counts;

/* Optional: how well a group is met. *hits of *of: right tokens, labels on the right side, pairs in the right order. */
typedef void (*cairn_measure_fn)(const void *config, const cairn_group *group, double *hits, double *of);

typedef struct cairn_objective_type {
    cairn_about about;
    cairn_reads reads;
    cairn_counts counts;
    uint32_t needs; /* columns without which it has no meaning: 1u << CAIRN_COLUMN_LABEL | ... */
    int32_t least;  /* numbers that a group has at least; 0: any */
    /* Sets *loss, the sum over the group's numbers (NUMBERS) or the group's own (GROUPS), and slope[i] =
     * d(loss)/d(x[i]). Pure. Both arrive zeroed. config: the struct that the options table fills; NULL without a table.
     * Errors: INVALID. */
    cairn_status (*loss)(cairn_ctx *ctx, const void *config, const cairn_group *group, double *loss, double *slope);
    cairn_measure_fn measure;
    /* Optional: the same loss of a whole batch by operations of the tape, where they are faster. */
    cairn_tensor *(*graph)(cairn_tape *tape, const void *config, cairn_tensor *x, const float *const *columns,
                           double divisor);
} cairn_objective_type;

/* What stands beside the model's numbers of a batch. */
typedef struct cairn_numbers {
    int64_t n;
    int32_t n_groups;
    const int32_t *groups;               /* [n_groups + 1] group g is numbers groups[g] .. groups[g + 1] - 1 */
    const float *columns[CAIRN_COLUMNS]; /* [n] each; NULL: absent */
} cairn_numbers;

/* Sum of the loss over all groups / divisor, as a tensor of one number. x has numbers->n elements; the divisor of a
 * step that is one batch is cairn_objective_units. NULL with the text set: INVALID for a column that is missing, groups
 * that do not fit, a group below the least size, and what the objective refuses. */
CAIRN_API cairn_tensor *cairn_objective_apply(cairn_tape *tape, const cairn_objective_type *type, const void *config,
                                              cairn_tensor *x, const cairn_numbers *numbers, double divisor);
/* Numbers or groups: what the objective's mean counts. */
CAIRN_API int64_t cairn_objective_units(const cairn_objective_type *type, const cairn_numbers *numbers);
/* *worst: the greatest |slope - central difference| / (1 + |difference|) over the group's numbers, with steps of 1e-5.
 * Errors: those of the objective. */
CAIRN_API cairn_status cairn_objective_check(cairn_ctx *ctx, const cairn_objective_type *type, const void *config,
                                             const cairn_group *group, double *worst);

/* The registered ones; NULL-terminated. */
CAIRN_API const cairn_objective_type *const *cairn_objectives(void);
/* By "name" or "name:key=value,...". *config lives in `arena`. Errors: NOT_FOUND listing the names; those of the
 * options. */
CAIRN_API cairn_status cairn_objective_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec,
                                            const cairn_objective_type **type, const void **config);

#ifdef __cplusplus
}
#endif
#endif

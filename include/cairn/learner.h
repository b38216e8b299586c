/* cairn/learner.h: the loop of training without files: batches of whole groups, steps of an optimiser, metrics, saving.
 * Layer: learn.
 *
 *   cairn_learner_setup setup = CAIRN_LEARNER_DEFAULT;              setup.params = params; setup.schedule.peak = 1e-3;
 *   cairn_learner_open(ctx, &setup, &learner);
 *   for (int64_t i = 0; i < steps; i++) {                           // each batch: forward, loss, then
 *       cairn_tape_reset(tape);
 *       loss = cairn_objective_apply(tape, type, config, my_scores(tape, batch), &batch->numbers, units);
 *       if (cairn_learner_add(learner, tape, loss) != CAIRN_OK || cairn_learner_step(learner) != CAIRN_OK) break;
 *   }
 *
 * A learner holds parameters of any model or net; several losses may be added before a step.
 */
#ifndef CAIRN_LEARNER_H
#define CAIRN_LEARNER_H

#include "cairn/objective.h"
#include "cairn/transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- batches of whole groups ----------------------------------------------------------------------------------------------- */

/* An endless stream of batches of groups. Every epoch is a new order by (seed, epoch) alone; no batch crosses two
 * epochs, and no group is ever divided. `sizes` and `pool` are the caller's and stay. */
typedef struct cairn_batches {
    uint64_t seed;
    const int64_t *sizes; /* of each group, in tokens or whatever a batch is measured in */
    const int32_t *pool;  /* [count] groups that take part */
    int32_t *order;       /* [count] this epoch's */
    int32_t count;
    int64_t epoch; /* from 0 */
    int32_t next;  /* of order: not yet given out */
} cairn_batches;
CAIRN_API cairn_status cairn_batches_open(cairn_ctx *ctx, const int64_t *sizes, const int32_t *pool, int32_t count,
                                          uint64_t seed, cairn_batches *out);
CAIRN_API void cairn_batches_close(cairn_batches *batches);
/* Goes to a place (epoch, next) that was reached before. */
CAIRN_API void cairn_batches_seek(cairn_batches *batches, int64_t epoch, int32_t next);
/* The next batch: groups in order while their sizes sum to at most `most`; a larger group is a batch of its own.
 * groups: room for `count`. Returns the number of groups. */
CAIRN_API int32_t cairn_batches_next(cairn_batches *batches, int64_t most, int32_t *groups);
/* Batches of the first `epochs` epochs; the place is left as it is. */
CAIRN_API int64_t cairn_batches_in(cairn_batches *batches, int64_t most, int64_t epochs);

/* ---- a packed batch of token sequences --------------------------------------------------------------------------------------- */

/* Sequences one after another without padding, with the marked rows whose numbers the objective reads: the mask of the
 * loss. */
typedef struct cairn_batch {
    const int32_t *tokens; /* [starts[n]] */
    const int32_t *starts; /* [n + 1] sequence s is rows starts[s] .. starts[s + 1] - 1 */
    int32_t n;
    cairn_step_rows rows;   /* its marks; and the tokens of marked steps, for heads that read likelihoods */
    const int32_t *targets; /* [rows.n_marks] the token or class whose ln p is read; -1: 0; NULL for scores */
    const int32_t *sums;   /* [numbers.n + 1] number i of a sequence sums marks sums[i] .. sums[i + 1] - 1; else NULL */
    cairn_numbers numbers; /* what the objective sees beside the model's numbers */
} cairn_batch;

/* What a forward pass gave. All live on the tape. */
typedef struct cairn_reading {
    cairn_tensor *hidden;  /* [rows, D] the trunk */
    cairn_tensor *outputs; /* [n_marks, V or outputs of the head] */
    cairn_tensor *numbers; /* [numbers.n] for the objective */
} cairn_reading;
/* Runs the trunk over the batch and reads a number for each mark, or each sequence. head NULL: the vocabulary. Returns
 * out->numbers, or NULL with the text set: INVALID for a head that does not fit `reads`. */
CAIRN_API cairn_tensor *cairn_batch_read(cairn_tape *tape, const cairn_transformer *model, const cairn_head *head,
                                         cairn_reads reads, const cairn_batch *batch, cairn_reading *out);

/* ---- the learner ---------------------------------------------------------------------------------------------------------------- */

typedef enum cairn_optimiser {
    CAIRN_OPTIMISER_ADAMW,
    CAIRN_OPTIMISER_AMSGRAD,
    CAIRN_OPTIMISER_RMSPROP,
    CAIRN_OPTIMISER_SGD
} cairn_optimiser;
#define CAIRN_OPTIMISER_CHOICES "adamw|amsgrad|rmsprop|sgd" /* in the order of cairn_optimiser */

typedef struct cairn_learner_setup {
    cairn_params *params; /* frozen ones are not learned */
    int32_t optimiser;    /* cairn_optimiser */
    double beta1, beta2;  /* AdamW and AMSGrad: both; RMSprop: beta2 is the smoothing; SGD: beta1 is the momentum */
    double epsilon, decay;
    double clip;             /* most norm of all gradients together; 0: any */
    cairn_schedule schedule; /* of the rate; a schedule of constant kind without warm-up needs no `steps` */
    cairn_params *average;   /* that follows params, or NULL */
    double average_decay;    /* min(this, n / (n + 9)) at step n */
} cairn_learner_setup;
#define CAIRN_LEARNER_DEFAULT                                  \
    ((cairn_learner_setup){.optimiser = CAIRN_OPTIMISER_ADAMW, \
                           .beta1 = 0.9,                       \
                           .beta2 = 0.95,                      \
                           .epsilon = 1e-8,                    \
                           .clip = 1,                          \
                           .schedule = {.kind = CAIRN_SCHEDULE_CONSTANT, .peak = 1e-3}})

typedef struct cairn_metric {
    const char *name; /* "loss"; static */
    double value;
} cairn_metric;
/* The value of this name, NaN where there is none. */
CAIRN_API double cairn_metric_of(const cairn_metric *metrics, int32_t n, const char *name);

typedef struct cairn_learner cairn_learner;
/* Makes the optimiser's moments. The parameters stay the caller's and outlive the learner. Errors: INVALID for a rate,
 * decay or beta out of range; NO_MEMORY. */
CAIRN_API cairn_status cairn_learner_open(cairn_ctx *ctx, const cairn_learner_setup *setup, cairn_learner **out);
CAIRN_API void cairn_learner_close(cairn_learner *learner); /* NULL is fine */
/* Sets the rate factor of every parameter whose name begins with `prefix`; 0 freezes them. *count, where it is not
 * NULL: how many. Errors: NOT_FOUND when no name begins so; INVALID for a factor below 0. */
CAIRN_API cairn_status cairn_params_rate(cairn_ctx *ctx, cairn_params *params, const char *prefix, double factor,
                                         int32_t *count);
/* Adds the gradients of `loss` (of one number) to those of the step under way, and its value to the step's loss. `loss`
 * NULL: the error that is set already. Errors: those of cairn_tape_backward. */
CAIRN_API cairn_status cairn_learner_add(cairn_learner *learner, cairn_tape *tape, cairn_tensor *loss);
/* Ends the step: clips, moves the parameters and their average. Errors: INVALID, naming the parameter, for a gradient
 * that is not finite, and for such a loss; then nothing was moved. */
CAIRN_API cairn_status cairn_learner_step(cairn_learner *learner);
CAIRN_API int64_t cairn_learner_steps(const cairn_learner *learner); /* done */
CAIRN_API double cairn_learner_rate(const cairn_learner *learner);   /* of the next step */
/* loss, gradient_norm (before clipping) and rate of the last step, then what was noted since: at most 32 names. Valid
 * until the next call on the learner. */
CAIRN_API const cairn_metric *cairn_learner_metrics(const cairn_learner *learner, int32_t *n);
/* Adds a metric to those of the last step; a name that is there gets the value. The name is static. Errors: LIMIT. */
CAIRN_API cairn_status cairn_learner_note(cairn_learner *learner, const char *name, double value);

/* Writes parameters, moments, average and the number of steps as one GGUF file, which appears whole or not at all.
 * Errors: INVALID for parameters of doubles; IO. */
CAIRN_API cairn_status cairn_learner_save(cairn_learner *learner, const char *path);
/* Reads them into a learner that was opened on the same parameters: training continues to the same bits. Errors: those
 * of cairn_gguf_open and cairn_gguf_verify; NOT_FOUND and FORMAT naming file and tensor. */
CAIRN_API cairn_status cairn_learner_resume(cairn_learner *learner, const char *path);
/* The same without the parameters, into and out of a file under way that holds the model too. */
CAIRN_API cairn_status cairn_learner_put(cairn_learner *learner, cairn_gguf_writer *writer);
CAIRN_API cairn_status cairn_learner_get(cairn_learner *learner, const cairn_gguf *file, const char *path);

#ifdef __cplusplus
}
#endif
#endif

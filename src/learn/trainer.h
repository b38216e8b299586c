/* A training run from files: what it holds and the parts of its loop. Layer: learn. */
#ifndef CAIRN_LEARN_TRAINER_H
#define CAIRN_LEARN_TRAINER_H

#include <stdio.h>

#include "cairn/learn.h"
#include "learn/events.h"

/* ---- data: corpus.c, groups.c ---- */

/* The examples of each group. Groups stand in the order of their first examples. */
typedef struct grouping {
    int32_t count;
    int32_t *starts;  /* [count + 1] into `members` */
    int32_t *members; /* examples */
    int64_t *sizes;   /* [count] tokens */
    int64_t largest;  /* tokens */
} grouping;

/* One side of the data: what is learned, or the dev set. */
typedef struct side {
    const cairn_examples *examples;
    const grouping *groups;
    const float *reference; /* [marks] ln p under the reference model, or NULL */
    int32_t *pool;          /* [count] groups that take part */
    int32_t count;
    int64_t members, units; /* examples of these groups; numbers or groups, as the objective counts */
    int64_t marks, right;   /* right: labels that count as right */
} side;

typedef struct corpus {
    cairn_examples examples, dev_examples;
    grouping groups, dev_groups;
    float *reference, *dev_reference; /* [marks] of all examples, or NULL */
    side train, dev;
    int64_t skipped; /* lines */
    int64_t alone;   /* members of groups with nothing to compare */
    uint64_t data_key, dev_key;
    int32_t separator, step; /* tokens between problem and solution, and after a step */
} corpus;

/* ---- a packed batch: pack.c ---- */

/* Room for the largest batch, made once. */
typedef struct packed {
    cairn_batch view; /* what was packed last */
    int32_t *tokens, *starts, *marks, *targets, *sums, *groups;
    float *labels, *reference, *lengths; /* of a number */
    /* for a head of steps: rows that tell the tokens of marked steps, these tokens, and the mark of each */
    int32_t *said, *said_targets, *said_of;
    float *said_weights;       /* of the token in the loss of the text: 0 in steps that are not right */
    int32_t n_said, n_learned; /* n_learned: in right steps */
} packed;

/* What a checkpoint keeps beside the learner. */
typedef struct progress {
    int64_t step, tokens;                              /* done; seen */
    int64_t best_step, worse;                          /* evaluations since the best */
    double loss, best_loss, best_accuracy, best_auroc; /* of the last step; of the best evaluation */
    int64_t log_bytes;
    bool finished;
} progress;

typedef struct trainer {
    cairn_ctx *ctx;
    const cairn_learn_setup *setup;
    cairn_arena *arena; /* lives as long as the run */
    cairn_device *device;
    cairn_tape *tape;
    cairn_tokenizer *tokenizer;
    cairn_transformer *model;
    cairn_transformer *average; /* that follows `model`, or NULL */
    const cairn_head *head;     /* NULL: the vocabulary */
    const cairn_objective_type *objective;
    const void *config; /* of the objective */
    cairn_learner *learner;
    corpus data;
    cairn_batches order;
    packed batch;
    int32_t *step_groups, *step_starts; /* groups of a step's batches; [accumulate + 1] where each begins */
    double *dev_scores;                 /* [dev marks] */
    bool *dev_right;
    int64_t steps, every, warmup;
    const char *checkpoint, *manifest; /* its path; everything that the result depends on */
    FILE *log;
    events *events; /* or NULL */
    progress now;
    bool portable;
    bool planning; /* only to see what it needs: nothing is computed and nothing written */
    size_t tape_bytes;
    int64_t most_rows, most_marks; /* of the batch that needs these */
    int64_t saved;                 /* step of the last checkpoint of this process or before; -1: none */
} trainer;

#define INSTRUCTION_SET "instruction-set=" /* begins that line of the manifest */

/* ---- open.c: everything before the first step; on failure too trainer_close follows ---- */
cairn_status trainer_open(trainer *t);
void trainer_close(trainer *t);

/* ---- model.c ---- */
/* Tokenizer, model, and the task's head. */
cairn_status trainer_open_model(trainer *t);
cairn_status trainer_open_head(trainer *t);
/* Freezes what the task does not reach, sets the rate factors, makes the averaged copy and the learner. */
cairn_status trainer_open_learner(trainer *t);

/* ---- manifest.c ---- */
cairn_status trainer_write_manifest(trainer *t);

/* ---- corpus.c ---- */
/* Adds the texts of the data to a tokenizer under training. */
cairn_status corpus_add_texts(trainer *t, cairn_bpe_trainer *bpe);
/* Reads data and dev set and divides them into the two sides. */
cairn_status corpus_read(trainer *t);
void corpus_free(corpus *c);

/* ---- groups.c ---- */
/* Groups by examples->groups. */
cairn_status grouping_open(cairn_ctx *ctx, const cairn_examples *examples, grouping *out);
void grouping_close(grouping *g);

/* ---- reference.c ---- */
/* Fills the column `reference`, where the objective needs it, before the model moves. */
cairn_status trainer_read_reference(trainer *t);

/* ---- rehearse.c ---- */
/* Finds what the largest batches need, without computing them, and holds it: so no step asks the system for more. */
cairn_status trainer_rehearse(trainer *t);

/* ---- pack.c ---- */
/* Whether the tokens of marked steps are read, beside the rows of their marks. */
bool trainer_reads_text(const trainer *t);
/* Whether a label, which was rounded to float, is right for the trainer. */
bool trainer_is_right(const trainer *t, float label);
/* Where the step begins that is read at tokens[mark], its <step> or the <sep> of its observation; *end is its <step>.
 */
int32_t trainer_step_start(const trainer *t, const int32_t *tokens, int32_t mark, int32_t *end);
/* Room for every batch of both sides. */
cairn_status trainer_make_room(trainer *t);
/* Packs these groups. */
void trainer_pack(trainer *t, const side *from, const int32_t *groups, int32_t n);
/* Sum of the objective over the packed batch / divisor; `learning`: and of its text. NULL with the text set. */
cairn_tensor *trainer_loss(trainer *t, const cairn_transformer *model, double divisor, bool learning,
                           cairn_reading *out);
/* What the objective's mean counts in a group. */
int64_t trainer_units(const trainer *t, const side *from, int32_t group);

/* ---- measure.c ---- */
/* Groups of the dev set from number `from` on that make one batch. */
int32_t trainer_dev_batch(const trainer *t, int32_t from);
/* Notes dev_loss, dev_accuracy and dev_auroc. */
cairn_status trainer_evaluate(trainer *t, const cairn_transformer *model);

/* ---- checkpoint.c ---- */
cairn_status trainer_save(trainer *t);
cairn_status trainer_resume(trainer *t);
/* The first parameter with a number that is not finite, or NULL. */
const char *trainer_broken(const trainer *t);

/* ---- log.c ---- */
/* Opens log and event file; what an older log says of steps that are done again is cut. */
cairn_status trainer_open_log(trainer *t);
cairn_status trainer_write_log(trainer *t, const cairn_learn_point *point);
/* One line for people. */
void trainer_say(trainer *t, const cairn_learn_point *point);

static inline double metric(const cairn_learn_point *p, const char *name) {
    return cairn_metric_of(p->metrics, p->n_metrics, name);
}

#endif

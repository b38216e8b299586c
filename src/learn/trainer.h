/* A training run: what it holds and the parts of its loop. Layer: learn. */
#ifndef CAIRN_LEARN_TRAINER_H
#define CAIRN_LEARN_TRAINER_H

#include <stdio.h>

#include "learn/batches.h"
#include "learn/events.h"

/* One packed batch; room for the largest, made once. */
typedef struct packed {
    int32_t *ids; /* [n] examples */
    int32_t n;
    int32_t *tokens;  /* [rows] */
    int32_t *starts;  /* [n + 1] */
    int32_t *marks;   /* [n_marks] rows */
    int32_t *targets; /* [n_marks] next tokens (SFT) or classes */
    float *labels;    /* [n_marks] */
    float *weights;   /* [n_marks] */
    int32_t n_marks;
    /* for a head of steps: rows that tell the tokens of marked steps, these tokens, and the mark of each */
    int32_t *said, *said_targets, *said_of; /* [n_said] */
    float *said_weights;       /* [n_said] of the token in the loss of the text: 0 in steps that are not right */
    int32_t n_said, n_learned; /* n_learned: in right steps */
} packed;

/* What a checkpoint keeps beside parameters and moments. */
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
    int32_t separator, step;    /* tokens between problem and solution, and behind a step */
    cairn_examples examples, dev_examples;
    const cairn_examples *dev; /* where the dev set lies: one of the two */
    int32_t *pool, *dev_pool;  /* examples of training; of the dev set */
    int32_t pool_count, dev_count;
    batches order;
    packed batch;
    int32_t *step_ids, *step_starts; /* examples of a step's batches; [accumulate + 1] where each begins */
    double *dev_scores;              /* [dev marks] */
    bool *dev_right;
    int64_t right_marks, dev_right_marks; /* labels of the training set and of the dev set that count as right */
    int64_t marks, dev_marks, steps, every, warmup;
    const char *checkpoint, *manifest; /* its path; everything that the result depends on */
    FILE *log;
    events *events; /* or NULL */
    int64_t skipped;
    uint64_t data_key, dev_key;
    progress now;
    bool portable;
    bool planning; /* only to see what it needs: nothing is computed and nothing written */
    size_t tape_bytes;
    int64_t most_rows, most_marks; /* of the batch that needs these */
    int64_t saved;                 /* step of the last checkpoint of this process or before; -1: none */
} trainer;

#define INSTRUCTION_SET "instruction-set=" /* begins that line of the manifest */

/* ---- prepare.c: everything before the first step; on failure too trainer_close follows ---- */
cairn_status trainer_open(trainer *t);
void trainer_close(trainer *t);

/* ---- rehearse.c ---- */
/* Finds what the largest batches need, without computing them, and holds it: so no step asks the system for more. */
cairn_status trainer_rehearse(trainer *t);

/* ---- objective.c ---- */
/* Whether the tokens of marked steps are read, beside the rows of their marks. */
bool trainer_reads_text(const trainer *t);
/* Whether a label, which was rounded to float, is right for the trainer. */
bool trainer_is_right(const trainer *t, float label);
/* Where the step begins whose <step> is tokens[mark]. */
int32_t trainer_step_start(const trainer *t, const int32_t *tokens, int32_t mark);
/* Packs these examples. */
void trainer_pack(trainer *t, const cairn_examples *from, const int32_t *ids, int32_t n);
/* Sum of the losses of `model` over the marks of the packed batch / divisor; `learning`: and of its text. NULL with the text set. */
cairn_tensor *trainer_loss(trainer *t, const cairn_transformer *model, double divisor, bool learning,
                           cairn_tensor **outputs);
/* Examples of the dev set from number `from` on that make one batch. */
int32_t trainer_dev_batch(const trainer *t, int32_t from);
/* Loss, accuracy and AUROC over the dev set. */
cairn_status trainer_evaluate(trainer *t, const cairn_transformer *model, cairn_learn_point *point);

/* ---- checkpoint.c ---- */
cairn_status trainer_save(trainer *t);
cairn_status trainer_resume(trainer *t);
/* The first parameter with a number that is not finite, or NULL. */
const char *trainer_broken(const trainer *t);

#endif

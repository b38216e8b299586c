/* cairn/learn.h: training of decoders and of heads that score steps and outcomes, on files of stepped solutions.
 * Layer: learn (uses core, stat, data, tensor, model).
 *
 * The result is a function of the data, the setup and the instruction set: not of threads, nor of how often a run was stopped and
 * resumed; where the setup is portable, not of the instruction set either. docs/training.md says how to use it and what the numbers mean.
 */
#ifndef CAIRN_LEARN_H
#define CAIRN_LEARN_H

#include "cairn/data.h"
#include "cairn/transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- examples -------------------------------------------------------------------------------------------------------------- */

typedef enum cairn_learn_task {
    CAIRN_LEARN_SFT, /* the next token of solutions */
    CAIRN_LEARN_PRM, /* whether a step is right, read at its end */
    CAIRN_LEARN_ORM, /* whether the whole solution is right, read at the end of its last step */
    CAIRN_LEARN_TEXT /* the next token of problems and solutions: SFT whose problems are learned too */
} cairn_learn_task;

/* Solutions as tokens, one behind the other, with the marked positions at which a task reads its numbers. */
typedef struct cairn_examples {
    int32_t count;
    int64_t *starts;      /* [count + 1] into `tokens` */
    int32_t *tokens;      /* [starts[count]] */
    int64_t *mark_starts; /* [count + 1] into `marks` and `labels` */
    int32_t *marks;       /* positions, counted from the start of the own solution; ascending */
    float *labels;        /* of a mark: SFT and TEXT: 0; PRM: of the step; ORM: 1 right, 0 wrong */
    uint64_t *groups;     /* [count] key of the problem */
    int32_t longest;      /* tokens */
    int64_t dropped;      /* records without a label, or left out by `only_right` */
    size_t capacity[6];   /* of the arrays, in this order */
} cairn_examples;

/* What of a record is used. */
typedef struct cairn_example_choice {
    bool only_right;   /* solutions that are known to be right, no others */
    bool until_error;  /* PRM: no labels behind the first that is not right (arXiv 2305.20050) */
    double right_from; /* a label from here on is right: cairn_label_is_right */
} cairn_example_choice;

/* Appends a record; without any mark for the task, or not chosen, it is only counted as dropped. PRM: steps without a label get no mark; a
 * record without labels is right before its first error and wrong at it. Errors: LIMIT naming `name` for
 * one that does not fit the context; NO_MEMORY. */
CAIRN_API cairn_status cairn_examples_add(cairn_ctx *ctx, cairn_examples *examples, const cairn_solution_format *format,
                                          cairn_learn_task task, const cairn_example_choice *choice, const char *name,
                                          const cairn_record *record);
/* Gives back the room for more. */
CAIRN_API void cairn_examples_trim(cairn_examples *examples);
CAIRN_API size_t cairn_examples_bytes(const cairn_examples *examples);
CAIRN_API void cairn_examples_free(cairn_examples *examples);

/* ---- training ---------------------------------------------------------------------------------------------------------------- */

typedef enum cairn_learn_loss {
    CAIRN_LOSS_HARD, /* cross-entropy over wrong and right, from a classifier of two (arXiv 2501.07301) */
    CAIRN_LOSS_SOFT, /* binary cross-entropy of one logit against the label itself */
    CAIRN_LOSS_MSE   /* squared difference of the logit's sigmoid and the label */
} cairn_learn_loss;

/* What was measured behind step `step`. NaN: not measured. Losses in nats (MSE: squared difference). */
typedef struct cairn_learn_point {
    int64_t step, steps, epoch, tokens; /* tokens: seen so far, in all */
    double loss;                        /* mean over the marks of the step's batches */
    double gradient_norm, rate;         /* before clipping; learning rate */
    double dev_loss, dev_accuracy;      /* over all dev marks; share of tokens or labels that are met */
    double dev_auroc;                   /* PRM and ORM; NaN with one class only */
    double tokens_per_second;           /* since the last point */
    bool best;                          /* the lowest dev loss so far: written to `out` */
} cairn_learn_point;

typedef struct cairn_learn_setup {
    cairn_learn_task task;
    int32_t loss;           /* cairn_learn_loss; SFT ignores it */
    const char *data, *dev; /* files; dev "": a share of the problems of `data` is set aside */
    int32_t format, split;  /* cairn_format and cairn_split of both */
    const char *out, *init; /* model files; init "": a fresh model of `shape` with a tokenizer trained on `data` */
    const char *shape;      /* "width=64,layers=2,..." (cairn_learn_shape) */
    const char *checkpoint, *log; /* "": `out` + ".train"; "": none. The log is JSON lines, a point each */
    const char *tensorboard;      /* folder of TensorBoard's event files, a record a step; NULL or "": none */
    const char *head;             /* "": "step" for PRM, "outcome" for ORM */
    int64_t vocabulary;           /* tokens, of a fresh tokenizer */
    int64_t hidden;               /* of the head's inner layer; -1: as the trunk; 0: a linear head */
    int64_t epochs, steps;        /* steps 0: as many as the epochs have */
    int64_t batch_tokens;         /* tokens packed into a batch; a longer solution is a batch of its own */
    int64_t accumulate;           /* batches a step */
    int64_t warmup;               /* steps; -1: a twentieth of all */
    int64_t every;                /* steps between evaluations with checkpoints; 0: an epoch's */
    int64_t patience;             /* evaluations without a better dev loss until it stops; 0: never */
    int64_t threads;              /* 0: one a processor */
    double rate, last_rate;       /* learning rate after the warm-up; at the end, as a share of it */
    double decay, clip;           /* weight decay of matrices; most gradient norm, 0: any */
    double
        average; /* of parameters over the steps (EMA): its decay, 0: none; the average is what is measured and written */
    double dev_share;  /* of the problems */
    bool likelihood;   /* PRM: a fresh head reads how likely the decoder finds the step (cairn_head_apply_steps) */
    bool until_error;  /* PRM: no labels behind a solution's first wrong step */
    double text;       /* PRM: weight of the loss of right steps' tokens beside the head's (after arXiv 2110.14168) */
    double right_from; /* likewise */
    int32_t schedule;  /* cairn_schedule_kind */
    bool bf16, store_bf16;     /* products in bf16; the model file in bf16 */
    bool only_right, skip_bad; /* SFT: right solutions only; bad lines are counted */
    bool portable;             /* the same bits on every processor; also where the context asks for it */
    bool resume, quiet;
    uint64_t seed;
    void (*watch)(void *arg, const cairn_learn_point *point); /* called behind every step; may be NULL */
    void *watch_arg;
} cairn_learn_setup;

typedef struct cairn_learn_summary {
    int64_t examples, dev_examples, dropped, marks, skipped_lines;
    int64_t right_marks;                           /* PRM and ORM: of `marks`, labels that count as right; 0 else */
    int64_t dev_marks, dev_right;                  /* of the dev set likewise */
    int64_t parameters, vocabulary, steps, tokens; /* steps done, tokens seen */
    double loss;                                   /* of the last step */
    double dev_loss, dev_accuracy, dev_auroc;      /* of the best step, which `out` holds */
    int64_t best_step;
    double seconds;     /* of this process */
    size_t memory_most; /* of this process, resident at once [bytes]; 0: not known */
    bool stopped_early;
    const char *instruction_set; /* cairn_bits_name: "portable", or that of the kernels that ran; static */
} cairn_learn_summary;

/* The options of `shape`, for help. */
CAIRN_API const cairn_about *cairn_learn_shape(void);

/* Trains, writes the best model to `out` whenever it gets better, and a checkpoint at every evaluation and when cancelled; with `resume`
 * it goes on from the checkpoint and ends with the same bytes. Errors: those of reading the files; INVALID for options that do not fit
 * together, or a checkpoint of another setup or instruction set (a portable one resumes on every processor, as portable); INVALID, naming step, tensor and last good checkpoint, when a loss or gradient is not
 * finite; CANCELLED, after writing the checkpoint. */
CAIRN_API cairn_status cairn_learn(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_summary *out);

typedef struct cairn_learn_plan {
    int64_t parameters, steps;
    int64_t batch_tokens, batch_marks; /* of the batch that needs most */
    cairn_memory_plan memory;
} cairn_learn_plan;

/* What cairn_learn with this setup will hold in memory. Reads and tokenises the data, because the largest batch decides, and writes
 * nothing; `out` of the setup may be "". Errors: as cairn_learn's before the first step. */
CAIRN_API cairn_status cairn_learn_plan_memory(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_plan *out);

#ifdef __cplusplus
}
#endif
#endif

/* cairn/learn.h: training from files: decoders, and heads that score steps and outcomes, on files of stepped solutions
 * and of pairs.
 *
 *   cairn_learn_setup setup = CAIRN_LEARN_SETUP_DEFAULT;
 *   setup.data = "steps.jsonl", setup.out = "prm.gguf", setup.objective = "soft";
 *   cairn_learn(ctx, &setup, &summary);
 *   printf("dev loss %g\n", summary.dev_loss);
 *
 * The result depends on the data, the setup and the instruction set only: not on threads, nor on how often a run was
 * stopped and resumed. With `portable` it does not depend on the instruction set either. docs/training.md says how to
 * use it and what the numbers mean; the loop without files is in cairn/learner.h. Layer: learn (uses core, stat, data,
 * tensor, model). */
#ifndef CAIRN_LEARN_H
#define CAIRN_LEARN_H

#include "cairn/data.h"
#include "cairn/learner.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- examples -------------------------------------------------------------------------------------------------------------- */

typedef enum cairn_learn_task {
    CAIRN_LEARN_SFT,  /* the next token of solutions */
    CAIRN_LEARN_PRM,  /* whether a step is right, read at its end */
    CAIRN_LEARN_ORM,  /* whether the whole solution is right, read at the end of its last step */
    CAIRN_LEARN_TEXT, /* the next token of problems and solutions: SFT that learns the problems too */
    CAIRN_LEARN_PAIRS /* which of several continuations is better */
} cairn_learn_task;

/* Solutions as tokens, one after another, with the marked positions at which a task reads its numbers. */
typedef struct cairn_examples {
    int32_t count;
    int64_t *starts;      /* [count + 1] into `tokens` */
    int32_t *tokens;      /* [starts[count]] */
    int64_t *mark_starts; /* [count + 1] into `marks`, `labels` and `reference` */
    int32_t *marks;       /* positions, counted from the start of the own solution; ascending */
    float *labels;      /* of a mark: SFT and TEXT: 0; PRM: of the step; ORM: 1 right, 0 wrong; PAIRS: of the member */
    uint64_t *problems; /* [count] key of the problem */
    uint64_t *groups;   /* [count] examples with equal keys are one group */
    int32_t longest;    /* tokens */
    int64_t dropped;    /* records without a label, or left out by `only_right` */
    size_t capacity[7]; /* of the arrays, in this order */
} cairn_examples;

/* What of a record is used. */
typedef struct cairn_example_choice {
    bool only_right;   /* only solutions that are known to be right */
    bool until_error;  /* PRM: no labels after the first that is not right (arXiv 2305.20050) */
    double right_from; /* a label from here on is right: cairn_label_is_right */
    /* the solutions of a problem are one group (by `group` where the record has it); else each is its own */
    bool by_problem;
} cairn_example_choice;

/* Appends a record; without any mark for the task, or not chosen, it is only counted as dropped. PRM: steps without a
 * label get no mark; a record without labels is right before its first error and wrong at it. Errors: LIMIT naming
 * `name` for one that does not fit the context; NO_MEMORY. */
CAIRN_API cairn_status cairn_examples_add(cairn_ctx *ctx, cairn_examples *examples, const cairn_solution_format *format,
                                          cairn_learn_task task, const cairn_example_choice *choice, const char *name,
                                          const cairn_record *record);

/* One continuation of a problem that is compared with others of its group. */
typedef struct cairn_member {
    const char *problem;
    const char *const *steps;        /* [n_steps] */
    const char *const *observations; /* [n_steps] as in cairn_record: their tokens get no mark; NULL: none */
    int32_t n_steps;
    int32_t from;   /* first step that is compared; those before are shared */
    bool tokens;    /* a mark for each token of the steps from there on; else one mark, at the end of the last step */
    bool finished;  /* with </s> */
    double label;   /* 1 chosen or right, 0 rejected or wrong, or between */
    uint64_t group; /* key */
} cairn_member;
/* Appends one. Errors: INVALID for no step; LIMIT naming `name`; NO_MEMORY. */
CAIRN_API cairn_status cairn_examples_add_member(cairn_ctx *ctx, cairn_examples *examples,
                                                 const cairn_solution_format *format, const char *name,
                                                 const cairn_member *member);
/* Returns the memory that was held for more. */
CAIRN_API void cairn_examples_trim(cairn_examples *examples);
CAIRN_API size_t cairn_examples_bytes(const cairn_examples *examples);
CAIRN_API void cairn_examples_free(cairn_examples *examples);

/* ---- training ---------------------------------------------------------------------------------------------------------------- */

/* What was measured after step `step`. */
typedef struct cairn_learn_point {
    int64_t step, steps, epoch, tokens; /* tokens: seen so far, in all */
    bool best;                          /* the lowest dev loss so far: written to `out` */
    /* loss (mean over the step's batches), gradient_norm (before clipping), rate, tokens_per_second; at evaluations
     * dev_loss, dev_accuracy (share of tokens, labels or pairs that are met) and dev_auroc (steps and outcomes).
     * cairn_metric_of finds one. */
    const cairn_metric *metrics;
    int32_t n_metrics;
} cairn_learn_point;

/* What of labelled solutions becomes a group of PAIRS, and of PRM by objectives that compare. */
typedef enum cairn_pair_level {
    CAIRN_PAIR_STEPS,    /* different steps from one prefix, by their labels */
    CAIRN_PAIR_SOLUTIONS /* solutions of one problem, by their outcomes */
} cairn_pair_level;

typedef struct cairn_learn_setup {
    cairn_learn_task task;
    const char *objective;           /* "name:key=value,..."; "": next-token, hard, soft, pairwise, by task */
    const cairn_objective_type *own; /* an objective that is not registered, in place of `objective`; or NULL */
    const void *own_config;          /* what it is given */
    const char *reference;           /* model file for the column `reference`; "" or NULL: `init` */
    int32_t level;                   /* cairn_pair_level: what is compared in files of stepped solutions */
    const char *data, *dev;          /* files; dev "": a share of the problems of `data` is set aside */
    int32_t format, split;           /* cairn_format and cairn_split of both */
    const char *out, *init; /* model files; init "": a fresh model of `shape` with a tokenizer trained on `data` */
    const char *shape;      /* "width=64,layers=2,..." (cairn_learn_shape) */
    const char *checkpoint, *log; /* "": `out` + ".train"; "": none. The log is JSON lines, a point each */
    const char *tensorboard;      /* folder of TensorBoard's event files, a record a step; NULL or "": none */
    const char *head;             /* "": "step" for PRM, "outcome" for ORM */
    int64_t vocabulary;           /* tokens, of a fresh tokenizer */
    int64_t hidden;               /* of the head's inner layer; -1: as the trunk; 0: a linear head */
    int64_t epochs, steps;        /* steps 0: as many as the epochs have */
    int64_t batch_tokens;         /* tokens packed into a batch; a longer group is a batch of its own */
    int64_t accumulate;           /* batches a step */
    int64_t warmup;               /* steps; -1: a twentieth of all */
    int64_t every;                /* steps between evaluations with checkpoints; 0: an epoch's */
    int64_t patience;             /* evaluations without a better dev loss until it stops; 0: never */
    int64_t threads;              /* 0: one a processor */
    int32_t optimiser;            /* cairn_optimiser */
    double beta1, beta2;          /* as in cairn_learner_setup */
    const char *rates;      /* "head.=10,token_embd=0.1": rate factors by the beginnings of names; "" or NULL: none */
    double rate, last_rate; /* learning rate after the warm-up; at the end, as a share of it */
    double decay, clip;     /* weight decay of matrices; most gradient norm, 0: any */
    /* of parameters over the steps (EMA): its decay, 0: none; the average is what is measured and written */
    double average;
    double dev_share;  /* of the problems */
    bool likelihood;   /* PRM: a fresh head reads how likely the decoder finds the step (cairn_head_apply_steps) */
    bool until_error;  /* PRM: no labels after a solution's first wrong step */
    double text;       /* PRM: weight of the loss of right steps' tokens beside the head's (after arXiv 2110.14168) */
    double right_from; /* likewise */
    int32_t schedule;  /* cairn_schedule_kind */
    bool bf16, store_bf16;     /* products in bf16; the model file in bf16 */
    bool only_right, skip_bad; /* SFT: right solutions only; bad lines are counted */
    bool portable;             /* the same bits on every processor; also where the context asks for it */
    bool resume, quiet;
    uint64_t seed;
    void (*watch)(void *arg, const cairn_learn_point *point); /* called after every step; may be NULL */
    void *watch_arg;
} cairn_learn_setup;

/* The presets of `cairn train prm`, to be changed where a run differs: task, data and out at least. */
#define CAIRN_LEARN_SETUP_DEFAULT                           \
    ((cairn_learn_setup){.task = CAIRN_LEARN_PRM,           \
                         .objective = "",                   \
                         .data = "",                        \
                         .dev = "",                         \
                         .out = "",                         \
                         .init = "",                        \
                         .shape = "",                       \
                         .checkpoint = "",                  \
                         .log = "",                         \
                         .tensorboard = "",                 \
                         .head = "",                        \
                         .vocabulary = 1024,                \
                         .hidden = -1,                      \
                         .epochs = 3,                       \
                         .batch_tokens = 4096,              \
                         .accumulate = 1,                   \
                         .warmup = -1,                      \
                         .beta1 = 0.9,                      \
                         .beta2 = 0.95,                     \
                         .rate = 0.001,                     \
                         .last_rate = 0.1,                  \
                         .decay = 0.1,                      \
                         .clip = 1,                         \
                         .dev_share = 0.1,                  \
                         .right_from = CAIRN_RIGHT_FROM,    \
                         .schedule = CAIRN_SCHEDULE_COSINE, \
                         .seed = 1})

typedef struct cairn_learn_summary {
    int64_t examples, dev_examples, dropped, marks, skipped_lines;
    int64_t groups, dev_groups;                    /* what is never divided: pairs, lists; else single solutions */
    int64_t alone;                                 /* members of groups with nothing to compare: left out */
    const char *objective;                         /* its name; static */
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

/* Trains, writes the best model to `out` whenever it gets better, and a checkpoint at every evaluation and when
 * cancelled; with `resume` it continues from the checkpoint and ends with the same bytes. Errors: those of reading the
 * files; INVALID for options that do not fit together, or a checkpoint of another setup or instruction set (a portable
 * one resumes on every processor, as portable); INVALID, naming step, tensor and last good checkpoint, when a loss or
 * gradient is not finite; CANCELLED, after writing the checkpoint. */
CAIRN_API cairn_status cairn_learn(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_summary *out);

typedef struct cairn_learn_plan {
    int64_t parameters, steps;
    int64_t batch_tokens, batch_marks; /* of the batch that needs most */
    cairn_memory_plan memory;
} cairn_learn_plan;

/* What cairn_learn with this setup will hold in memory. Reads and tokenises the data, because the largest batch
 * decides, and writes nothing; `out` of the setup may be "". Errors: as cairn_learn's before the first step. */
CAIRN_API cairn_status cairn_learn_plan_memory(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_plan *out);

#ifdef __cplusplus
}
#endif
#endif

/* What the engine keeps of one open or answered request. */
#ifndef CAIRN_MODEL_ENGINE_JOB_H
#define CAIRN_MODEL_ENGINE_JOB_H

#include "cairn/engine.h"
#include "model/batch.h"

/* Room that a request begins with for what it generates, which is mostly a step; more follows as it comes. */
enum { FIRST_TOKENS = 32 };

/* What was generated last, as far as a stop text may begin in it. */
typedef struct stop_window {
    char *bytes; /* [longest stop text + longest token] */
    size_t length, longest;
    size_t before; /* bytes of the text that stood before the window */
} stop_window;

typedef struct engine_job {
    cairn_generation *asked;
    struct engine_job *next, *prev; /* open ones, oldest first */
    int32_t node;                   /* what is generated, and the suffix; held */
    int32_t prefix;                 /* tokens of the prefix */
    bool generating;                /* else the suffix is read */
    bool ready;                     /* all its rows are computed in the step under way */
    int32_t rows_done, suffix_done;
    int32_t capacity; /* generated tokens that there is room for */
    void *room;       /* theirs, once they are more than FIRST_TOKENS */
    stop_window window;
} engine_job;

typedef enum pick_kind { PICK_TRUNK, PICK_SUFFIX, PICK_NEXT } pick_kind;

/* A row of the batch that somebody needs. */
typedef struct pick {
    engine_job *job;
    pick_kind kind;
    int32_t index; /* of the trunk row or suffix token */
    int32_t row;
} pick;

struct cairn_engine {
    cairn_backend backend;
    cairn_ctx *ctx;
    cairn_device *device;
    const cairn_transformer *model;
    const cairn_tokenizer *tokenizer;
    uint64_t content;     /* key of the model's file; 0: it has none */
    size_t longest_token; /* bytes */
    cairn_tape *tape;
    size_t tape_bytes; /* of the largest step */
    kv_tree *tree;
    batch *batch;
    engine_job *first, *last;
    int32_t open;
    pick *picks; /* [n_picks] of the step under way */
    int32_t n_picks;
    size_t pick_capacity;
    int32_t *logit_rows; /* [rows] rows of the batch whose logits are computed */
    int32_t *logit_of;   /* [rows of the batch] place among these, or -1 */
    double *weights;     /* [V] scratch of cairn_sample */
    int32_t *order;      /* [V] */
    int64_t steps, found;
};

/* Finds what the largest step needs, without computing one, and holds it: so no step asks the system for more. */
cairn_status engine_rehearse(cairn_engine *e, cairn_device *device, int32_t rows);

/* Checks a request and makes its job, open. */
cairn_status job_open(cairn_engine *e, cairn_ctx *ctx, cairn_generation *g);
/* Adds a generated token; when it is the last one, the suffix comes next. Errors: NO_MEMORY. */
cairn_status job_add_token(cairn_engine *e, cairn_ctx *ctx, engine_job *job, const cairn_drawn *draw);
/* Ends a job: its request is answered with this status. */
void job_finish(cairn_engine *e, engine_job *job, cairn_status status);
/* Takes a job off the open ones, with all that it holds in the tree. */
void job_close(cairn_engine *e, engine_job *job);

#endif

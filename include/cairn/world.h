/* cairn/world.h: families of problems. A world makes or loads problems, keeps the state of a partial solution, checks outcomes and
 * verifies steps, and knows its truth. Layer: world (uses core, stat, data, tool).
 */
#ifndef CAIRN_WORLD_H
#define CAIRN_WORLD_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cairn_problem {
    const char *id;     /* unique within a run; decides the problem's random numbers */
    uint64_t key;       /* cairn_key(id) */
    const char *text;   /* what a policy is shown */
    const char *answer; /* the true answer in canonical form, or NULL */
    double difficulty;  /* world's own scale, larger is harder; NaN unknown */
    int32_t max_steps;  /* a solution of more steps is cut off */
    const void *data;   /* world's own, in the same arena */
} cairn_problem;

/* A state is a world-sized block of plain bytes: copied, never pointed into. A world whose `state_bytes` is 0 has no state beyond the
 * text. */
typedef struct cairn_step_check {
    cairn_verdict verdict;
    const char *code;     /* static: "exact", "slip", "carried", "repair", "no-claim", "illegal", ... */
    const char *evidence; /* one sentence for people, in the arena; "" when there is none */
} cairn_step_check;

typedef struct cairn_outcome {
    cairn_verdict verdict;
    double value;       /* 0 .. 1, NaN when the verdict is unknown */
    const char *answer; /* the solution's answer in canonical form (equal answers have equal text), or NULL */
} cairn_outcome;

/* What a record says of a whole solution beside its steps. */
typedef struct cairn_stated {
    const char *answer;    /* its own final answer, or NULL */
    cairn_verdict correct; /* its outcome */
    int64_t order;         /* its place among the recorded solutions of its problem, which decides ties of a vote */
} cairn_stated;

typedef struct cairn_script_step {
    const char *text; /* in the arena */
    int32_t n_tokens;
    double logp; /* nats: log-probability of this step's text under the script */
} cairn_script_step;

/* A scripted policy: a known distribution over steps, so that Q and V are exact. `config` is filled from `about.options`; all
 * functions are pure. */
typedef struct cairn_script {
    cairn_about about;
    cairn_status (*sample)(cairn_ctx *ctx, void *world, const void *config, const cairn_problem *problem,
                           const void *state, cairn_rng *rng, cairn_arena *arena, cairn_script_step *out);
    /* V(state): probability that completions of this script from `state` are right. Q of a step is V of the state after it. */
    cairn_status (*value)(cairn_ctx *ctx, void *world, const void *config, const cairn_problem *problem,
                          const void *state, double *out);
    /* Highest success probability any search can reach with `samples` sampled steps in all, knowing which states are right; NULL
     * where there is no such computation. */
    cairn_status (*optimum)(cairn_ctx *ctx, void *world, const void *config, const cairn_problem *problem,
                            int64_t samples, double *out);
} cairn_script;

typedef struct cairn_world_type {
    cairn_about about;
    size_t state_bytes;
    const cairn_script *script; /* NULL: no scripted policy */
    /* `self` is immutable after open and may be used by several threads. The config lives as long as the arena. */
    cairn_status (*open)(cairn_ctx *ctx, cairn_arena *arena, const void *config, void **self);
    void (*close)(void *self); /* NULL: nothing to release */
    /* Problem `index` of an endless family, a function of (seed, index) alone. NULL: this world only loads. */
    cairn_status (*generate)(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                             cairn_problem *out);
    /* All problems of a file. NULL: this world only generates. `skip_bad`: bad lines are named in the log and passed over.
     * `content` gets the file's key for the manifest. */
    cairn_status (*load)(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                         cairn_problem **problems, int64_t *count, uint64_t *content);
    /* Makes a problem of which only the words are known (id, text, answer or NULL) one of this world's: sets `data`, in the arena, and
     * `answer` where there is none. NULL: this world cannot. Errors: FORMAT, with the id, for a text or an answer that is not its own. */
    cairn_status (*read)(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem);
    cairn_status (*start)(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state);
    /* State after a step's text; *done when the step ends the solution. A step that the world cannot read leads to the state in which
     * nothing more can be right; it is not an error. before and after may be the same block. */
    cairn_status (*apply)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                          const char *step, size_t length, void *after, bool *done);
    /* Outcome of a finished (or cut-off) solution. */
    cairn_status (*check)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                          const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out);
    /* Outcome of a solution that states this answer. NULL: this world judges solutions by their steps alone. */
    cairn_status (*check_answer)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *answer,
                                 cairn_arena *arena, cairn_outcome *out);
    /* Is steps[n_steps - 1] right, given the state before it and the steps before it? */
    cairn_status (*verify_step)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_step_check *out);
    /* verify_step for each of steps[n_steps], into checks[n_steps], in one pass. NULL: verify_step is asked for one after the other, which is
     * quadratic where it reads the steps before again. */
    cairn_status (*verify)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *const *steps,
                           int32_t n_steps, cairn_arena *arena, cairn_step_check *checks);
    /* Texts of all legal steps from `state`. NULL: not enumerable. */
    cairn_status (*legal)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                          cairn_arena *arena, const char ***steps, int32_t *count);
    /* Is a right solution still reachable: 1 or 0. NULL: not decidable here. */
    cairn_status (*reachable)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state, double *out);
    const char *verifier; /* whose verdicts verify_step's are ("calculator"); NULL: they are the truth */
} cairn_world_type;

/* An open world. */
typedef struct cairn_world {
    const cairn_world_type *type;
    void *self;
} cairn_world;

/* The registered worlds, by name; NULL-terminated. */
CAIRN_API const cairn_world_type *const *cairn_worlds(void);
/* Opens "name" or "name:key=value,...". Errors: NOT_FOUND listing the worlds, INVALID for options. */
CAIRN_API cairn_status cairn_world_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_world *out);
CAIRN_API void cairn_world_close(cairn_world *world);
/* The world's `read`. Errors: INVALID, with the worlds that can, where this one cannot; its own. */
CAIRN_API cairn_status cairn_world_read(cairn_ctx *ctx, const cairn_world *world, cairn_arena *arena,
                                        cairn_problem *problem);
/* Replays steps[0 .. n_steps) from the start; *done as apply says of the last step. */
CAIRN_API cairn_status cairn_world_replay(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                          const char *const *steps, int32_t n_steps, void *state, bool *done);

/* Outcome of a whole solution, by one rule in all verbs: the recorded outcome, else that of the recorded answer where the world compares
 * answers, else the world's check of the steps. The answer is the recorded one where the world can read it, else the one that the steps
 * state. `state` is the world's after the steps; `stated` NULL: nothing is recorded. */
CAIRN_API cairn_status cairn_world_outcome(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                           const void *state, const char *const *steps, int32_t n_steps,
                                           const cairn_stated *stated, cairn_arena *arena, cairn_outcome *out);

/* The world's verdict on each of steps[n_steps], into checks[n_steps]; their texts are in the arena. */
CAIRN_API cairn_status cairn_world_verify(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                          const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                          cairn_step_check *checks);

#ifdef __cplusplus
}
#endif
#endif

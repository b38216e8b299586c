/* cairn/world.h: families of problems. Layer: world (uses core, stat, data, tool).
 *
 *   cairn_world world;
 *   cairn_world_open(ctx, arena, "chain:steps=8", &world);
 *   world.type->generate(ctx, world.self, seed, 0, arena, &problem);          a problem
 *   world.type->start(ctx, world.self, &problem, state);                      the state before the first step
 *   cairn_turn turn = {.text = "7 + 5 = 12", .length = 10, .arena = arena};
 *   cairn_world_apply(ctx, &world, &problem, state, &turn, state);            the state after it; what the world answers
 *   cairn_world_close(&world);
 *
 * A world makes or loads problems, keeps the state of a partial solution, checks outcomes, verifies steps, and knows
 * its truth. Its answer to a step may hold an observation (the result of a tool) and a reward. */
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
    const char *answer; /* the true answer, as it is written where the world compares answers, or NULL */
    double difficulty;  /* world's own scale, larger is harder; NaN unknown */
    int32_t max_steps;  /* a solution of more steps is cut off */
    const void *data;   /* world's own, in the same arena */
} cairn_problem;

/* One step as a world takes it. The caller fills the upper part and zeroes the rest; the world fills the lower part, as
 * far as it has something to say. A state is a block of plain bytes of the world's size: it is copied, and nothing
 * points into it. A world whose `state_bytes` is 0 has no state beyond the text. */
typedef struct cairn_turn {
    const char *text; /* need not end in NUL */
    size_t length;
    cairn_arena *arena; /* for the observation; NULL: it is not asked for, and stays NULL */

    bool done;               /* the step ends the solution */
    cairn_kind kind;         /* REASON, TOOL or REFLECT */
    const char *observation; /* what the world answers; NULL: nothing */
    double reward;           /* paid for the step, within the world's range of rewards */
} cairn_turn;

typedef struct cairn_step_check {
    cairn_verdict verdict;
    const char *code;     /* static: "exact", "slip", "carried", "repair", "no-claim", "illegal", ... */
    const char *evidence; /* one sentence for people, in the arena; "" when there is none */
} cairn_step_check;

typedef struct cairn_outcome {
    cairn_verdict verdict;
    double value;            /* within the world's range of outcomes; NaN when the verdict is unknown */
    const char *answer;      /* the solution's answer in canonical form: equal texts are equal answers; or NULL */
    const char *stated;      /* the answer as it was written; NULL: the world reads none from words */
    const char *answer_rule; /* static: where it was: "recorded", "box", "marker" ...; NULL as `stated` */
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

/* A scripted policy: a known distribution over steps, so that Q and V are exact. `config` is filled from
 * `about.options`. All functions are pure. `world` is the world's self. */
typedef struct cairn_script {
    cairn_about about;
    cairn_status (*sample)(cairn_ctx *ctx, void *world, const void *config, const cairn_problem *problem,
                           const void *state, cairn_rng *rng, cairn_arena *arena, cairn_script_step *out);
    /* V(state): the expected return of completions of this script from `state`, which is the outcome's value and the
     * rewards of the steps still to come. With outcomes 0 and 1 and no rewards it is the probability that the
     * completion is right. Q of a step is its reward and V of the state after it. */
    cairn_status (*value)(cairn_ctx *ctx, void *world, const void *config, const cairn_problem *problem,
                          const void *state, double *out);
    /* Highest success probability that any search can reach with `samples` sampled steps in all, knowing which states
     * are right. NULL: not known. */
    cairn_status (*optimum)(cairn_ctx *ctx, void *world, const void *config, const cairn_problem *problem,
                            int64_t samples, double *out);
} cairn_script;

/* Least and greatest value. */
typedef struct cairn_range {
    double low, high;
} cairn_range;

typedef struct cairn_world_type {
    cairn_about about;
    size_t state_bytes;
    const cairn_script *script; /* NULL: no scripted policy */
    /* `self` does not change after open, and several threads may use it. The config lives as long as the arena. */
    cairn_status (*open)(cairn_ctx *ctx, cairn_arena *arena, const void *config, void **self);
    void (*close)(void *self); /* NULL: nothing to release */
    /* For worlds that hold processes or other things that one thread uses: an instance for one worker, whose context is
     * `ctx`. All functions below get the instance in place of `self`. It is closed before `self` is. NULL: the world
     * has no instances. */
    cairn_status (*instance_open)(cairn_ctx *ctx, void *self, void **instance);
    void (*instance_close)(void *instance);

    /* Problem `index` of an endless family, a function of (seed, index) alone. NULL: this world only loads. */
    cairn_status (*generate)(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                             cairn_problem *out);
    /* All problems of a file. NULL: this world only generates. `skip_bad`: bad lines are named in the log and passed
     * over. `content` gets the file's key for the manifest. */
    cairn_status (*load)(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                         cairn_problem **problems, int64_t *count, uint64_t *content);
    /* Makes a problem of which only the words are known (id, text, answer or NULL) one of this world's: sets `data`, in
     * the arena, and `answer` where there is none. NULL: this world cannot. Errors: FORMAT, with the id, for a text or
     * an answer that is not its own. */
    cairn_status (*read)(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem);
    cairn_status (*start)(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state);
    /* The state after a step, and the world's answer to it, a function of problem, state and text alone. A step that
     * the world cannot read leads to the state in which nothing more can be right; it is not an error. `before` and
     * `after` may be the same block. */
    cairn_status (*apply)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                          cairn_turn *turn, void *after);
    /* Outcome of a finished (or cut-off) solution. */
    cairn_status (*check)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                          const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out);
    /* Outcome of a solution that states this answer. NULL: this world judges solutions by their steps alone. */
    cairn_status (*check_answer)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *answer,
                                 cairn_arena *arena, cairn_outcome *out);
    /* Is steps[n_steps - 1] right, given the state before it and the steps before it? */
    cairn_status (*verify_step)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_step_check *out);
    /* verify_step for each of steps[n_steps], into checks[n_steps], in one pass. NULL: verify_step is called for each
     * step, which is quadratic where it reads the steps before again. */
    cairn_status (*verify)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *const *steps,
                           int32_t n_steps, cairn_arena *arena, cairn_step_check *checks);
    /* Texts of all legal steps from `state`. NULL: not enumerable. */
    cairn_status (*legal)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                          cairn_arena *arena, const char ***steps, int32_t *count);
    /* Is a right solution still reachable: 1 or 0. NULL: not decidable here. */
    cairn_status (*reachable)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state, double *out);
    const char *verifier; /* whose verdicts verify_step's are ("calculator"); NULL: they are the truth */

    /* Range of outcomes, and of returns from any state: an outcome with the rewards of all steps still to come. {0, 0}:
     * 0 .. 1. */
    cairn_range outcome;
    cairn_range reward; /* of one step; {0, 0}: the world pays none */
    /* The same where they depend on the options; NULL: they do not. */
    void (*ranges)(void *self, cairn_range *outcome, cairn_range *reward);
    /* Of a world that is a program: key of the content of its file, for a run's manifest, and the file's name. NULL: it
     * is none. */
    uint64_t (*content)(const void *self);
    const char *(*file)(const void *self);
} cairn_world_type;

/* An open world. A copy is used by one thread: cairn_world_share makes those of other threads. */
typedef struct cairn_world {
    const cairn_world_type *type;
    void *self;   /* the worker's instance where the type has instances */
    void *shared; /* what instances are opened from; NULL: there are none */
} cairn_world;

/* The registered worlds, by name; NULL-terminated. */
CAIRN_API const cairn_world_type *const *cairn_worlds(void);
/* Opens "name" or "name:key=value,..." with an instance for the calling thread. Errors: NOT_FOUND listing the worlds,
 * INVALID for options. */
CAIRN_API cairn_status cairn_world_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_world *out);
CAIRN_API void cairn_world_close(cairn_world *world);
/* The same world for another worker, with an instance of its own. It ends by cairn_world_unshare, before the world is
 * closed. */
CAIRN_API cairn_status cairn_world_share(cairn_ctx *ctx, const cairn_world *world, cairn_world *out);
CAIRN_API void cairn_world_unshare(cairn_world *copy);
/* The world's `read`. Errors: INVALID, with the worlds that can, where this one cannot; its own. */
CAIRN_API cairn_status cairn_world_read(cairn_ctx *ctx, const cairn_world *world, cairn_arena *arena,
                                        cairn_problem *problem);
/* The declared range of outcomes, 0 .. 1 where the type declares none. */
CAIRN_API cairn_range cairn_world_outcomes(const cairn_world *world);
/* Whether the world pays rewards for steps. */
CAIRN_API bool cairn_world_pays(const cairn_world *world);
/* Whether returns are probabilities of success: outcomes 0 .. 1 and no rewards. */
CAIRN_API bool cairn_world_is_plain(const cairn_world *world);
CAIRN_API uint64_t cairn_world_content(const cairn_world *world); /* 0 where it is no program */
CAIRN_API const char *cairn_world_file(const cairn_world *world); /* name of its program's file; "" for none */
/* The world's `apply`. Errors: INTERNAL for a reward outside the declared range; its own. */
CAIRN_API cairn_status cairn_world_apply(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                         const void *before, cairn_turn *turn, void *after);
/* Replays steps[0 .. n_steps) from the start; *done as apply says of the last step. */
CAIRN_API cairn_status cairn_world_replay(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                          const char *const *steps, int32_t n_steps, void *state, bool *done);
/* What the world answers to each of steps[n_steps]: its observation, else the one of given[n_steps] (given NULL: none),
 * into `arena`. *observations is NULL where no step has one. */
CAIRN_API cairn_status cairn_world_observe(cairn_ctx *ctx, const cairn_world *world, const cairn_problem *problem,
                                           const char *const *steps, const char *const *given, int32_t n_steps,
                                           cairn_arena *arena, const char *const **observations);

/* Texts of turns, for what reads plain text: each step and, on the lines after it, its observation. `steps` itself
 * where observations is NULL. */
CAIRN_API cairn_status cairn_turn_texts(cairn_arena *arena, const char *const *steps, const char *const *observations,
                                        int32_t n_steps, const char *const **texts);

/* Outcome of a whole solution, by one rule in all verbs: the recorded outcome, else that of the recorded answer where
 * the world compares answers, else the world's check of the steps. The answer is the recorded one where the world can
 * read it, else the one that the steps state. `state` is the world's after the steps; `stated` NULL: nothing is
 * recorded. A recorded outcome has the greatest or least value of the world's range. Errors: INTERNAL for a value
 * outside the range; the world's. */
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

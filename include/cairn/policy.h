/* cairn/policy.h: policies propose steps. Layer: policy (uses core .. world).
 *
 *     cairn_policy_open(ctx, arena, "model:file=policy.gguf", &world, &policy);
 *     cairn_proposal q = {.problem = &problem, .state = state, .rng = rng, .sampling = CAIRN_SAMPLING_DEFAULT};
 *     policy.type->propose(ctx, policy.self, arena, &q, 1);   // then q.status, q.text, q.logp, q.stop
 *     cairn_policy_rollouts(ctx, &policy, arena, seed, CAIRN_VERB_ROLLOUT, role, &start, 1, 8, sampling, rollouts, NULL);
 *     cairn_policy_close(&policy);
 *
 * A policy is opened once for each worker thread and called on fibers: propose blocks the fiber, not the thread.
 * Policies of one model file share its weights (cairn_engine_load). */
#ifndef CAIRN_POLICY_H
#define CAIRN_POLICY_H

#include "cairn/engine.h"
#include "cairn/world.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cairn_stop {
    CAIRN_STOP_STEP,   /* the step is complete, more may follow */
    CAIRN_STOP_END,    /* the policy ended its solution with this step; without a text: with the step before */
    CAIRN_STOP_LENGTH, /* cut off at max_tokens */
    CAIRN_STOP_TEXT    /* a stop text came: free requests only */
} cairn_stop;

typedef struct cairn_sampling {
    double temperature;
    int32_t max_tokens; /* of one step */
} cairn_sampling;
#define CAIRN_SAMPLING_DEFAULT ((cairn_sampling){.temperature = 1.0, .max_tokens = 256})

/* The beginning of a step, as its draw has given it so far. */
typedef struct cairn_begun {
    const char *text;
    const int32_t *tokens; /* [n_tokens] ids; NULL of a policy that has none */
    int32_t n_tokens;
    double logp; /* nats, sum over these tokens; NaN: not known */
} cairn_begun;

/* One sampled step: request above, reply below.
 *
 * A step may be drawn in parts, by a policy whose type says `partial`. Requests of one draw differ only in max_tokens,
 * `partial` and `begun`. A reply tells the whole step so far: after the last request text, tokens, logp and stop are
 * those of a single request. */
typedef struct cairn_proposal {
    const cairn_problem *problem;
    const char *const *steps;        /* [n_steps] the prefix */
    const char *const *observations; /* [n_steps] what the world answered to each, NULL: nothing; NULL: to none */
    int32_t n_steps;
    const void *state; /* the world's state after the prefix */
    cairn_rng rng;     /* this draw's own stream: (seed, problem, path, verb, role, draw) */
    uint32_t draw;     /* number of this draw at its node: recorded policies replay by it */
    cairn_sampling sampling;
    /* the draw has this number at every step of its solution, as in a rollout; else it counts from the node */
    bool whole;
    /* more of the step may be asked for later: CAIRN_STOP_LENGTH exactly where it is longer than max_tokens */
    bool partial;
    const cairn_begun *begun; /* what earlier requests of this draw gave, less than max_tokens; NULL: nothing */

    cairn_status status;
    const char *text;      /* in the arena given to propose; of a part: its whole characters */
    const int32_t *tokens; /* [n_tokens] ids, in the arena; NULL: the policy has none */
    int32_t n_tokens;
    double logp; /* nats, sum over the step; NaN: the policy does not tell */
    /* That the step's tokens took, without those begun and with the keys of the prefix there; 0: the policy does not
     * tell. */
    double flops;
    double problem_flops; /* that the problem's text took, which a search pays once */
    cairn_stop stop;
    const cairn_stated *stated; /* with CAIRN_STOP_END: what is recorded of the solution; NULL: nothing */
    /* what is recorded as the answer to this step, used where the world gives none; NULL: nothing */
    const char *observation;
} cairn_proposal;

/* A free request, which need not be a solution: the policy reads problem and steps, continues the text, and gives the
 * probability of each choice after it. Request above, reply below, in the arena given to ask.
 *
 * The text is encoded as solutions are in training (cairn_solution_encode), so that a model of `cairn train sft` can be
 * asked for what it learned: a critic, for example, learns from records whose prompt is the text to judge and whose
 * steps are the lines of the critique. Generated text is encoded again when choices follow: equal texts give equal
 * log-probabilities, whichever tokens spelled them. */
typedef struct cairn_asking {
    const char *name;                /* said in errors */
    const char *problem;             /* the text at the beginning */
    const char *const *steps;        /* [n_steps] complete steps after it */
    const char *const *observations; /* [n_steps] as in cairn_proposal */
    int32_t n_steps;
    const char *begun;       /* beginning of the next step, which generated text continues; NULL: nothing */
    cairn_sampling sampling; /* max_tokens: of all generated steps together; 0: none */
    bool one_step;           /* stop at the end of a step; else only where the policy ends its text */
    /* [n_stops] texts to stop at, none empty; generated text ends before the first of them. */
    const char *const *stops;
    int32_t n_stops;
    cairn_rng rng;
    /* Text after the generated one. It continues a step that was cut off or stopped by a text, else it begins another;
     * NULL: nothing. */
    const char *forced;
    const char *const *choices; /* [n_choices] texts after `forced`, none empty */
    int32_t n_choices;
    /* Number of leading parts (problem, steps, `begun`) already in the KV cache. Affects cost only. */
    int32_t known;

    cairn_status status;
    /* [n_written] steps generated, the first without `begun`; each up to its first NUL, if any. */
    const char *const *written;
    int32_t n_written;
    const int32_t *tokens; /* [n_tokens] generated, with <step> and the like */
    int32_t n_tokens;
    /* Tokens of the given texts, and tokens before the choices whose spelling differs from the generated one. */
    int64_t n_read;
    double flops;    /* of all but the known parts; 0: not known */
    double logp;     /* of the generated tokens [nats] */
    cairn_stop stop; /* LENGTH: also when nothing was to be generated, and when the context was full */
    /* [n_choices] ln of the probability of the choice's tokens given everything before [nats]. Its tokens are those
     * after the longest prefix that the encodings of the text with each choice and without one share. */
    double *choice_logp;
} cairn_asking;

/* The distribution of the next token after a prefix. Request above, reply below. */
typedef struct cairn_prediction {
    const char *name, *problem;
    const char *const *steps;        /* [n_steps] complete */
    const char *const *observations; /* [n_steps] as in cairn_proposal */
    int32_t n_steps;
    const char *begun; /* beginning of the next step; NULL: nothing */
    const bool *legal; /* [n_tokens of the tokenizer] tokens that may follow: others get probability 0; NULL: all */
    int32_t known;     /* as in cairn_asking */

    cairn_status status;
    double flops;     /* as in cairn_asking */
    int32_t n_tokens; /* of the vocabulary */
    double *logp;     /* [n_tokens] at temperature 1 [nats]; -infinity for what is not legal */
} cairn_prediction;

typedef struct cairn_policy cairn_policy;
typedef struct cairn_policy_type {
    cairn_about about; /* options NULL: `open` parses `options_text` by a table of its own (scripted: the world's) */
    cairn_status (*open)(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const void *config,
                         const char *options_text, void **self);
    void (*close)(void *self);
    /* Fills the replies of all n requests. A request that fails alone has its own status; the function's status is for
     * failures of the whole (dead program). Same request, same reply: never dependent on what else is in the array. */
    cairn_status (*propose)(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests, int32_t n);
    bool partial; /* propose draws steps in parts */
    /* Exact V of this policy at a state; NULL where it is not known. */
    cairn_status (*value)(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state, double *out);
    /* See cairn_script.optimum; NULL where it is not known. */
    cairn_status (*optimum)(cairn_ctx *ctx, void *self, const cairn_problem *problem, int64_t samples, double *out);
    /* Key of the content of the file that it proposes from, for a run's manifest; NULL where there is no such file. */
    uint64_t (*content)(const void *self);
    /* Of a policy that replays: how many solutions of the problem it has, and the steps of the longest. NULL: it
     * samples. */
    void (*recorded)(const void *self, const cairn_problem *problem, int64_t *solutions, int32_t *longest);
    /* The name of the file that `content` is the key of, where it is a program; NULL: it is none. */
    const char *(*file)(const void *self);
    /* Free requests, by the rules of propose; NULL where the policy cannot. Errors of a request: INVALID for an empty
     * stop text or choice; LIMIT when the given text, or a choice after the generated text, does not fit the context.
     */
    cairn_status (*ask)(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_asking *requests, int32_t n);
    /* Distributions of the next token, likewise. */
    cairn_status (*next)(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_prediction *requests, int32_t n);
    /* The tokens that ask and next speak of; NULL where there is neither. */
    const cairn_tokenizer *(*tokenizer)(const void *self);
    /* Adds what its engines hold; NULL for a policy without engines. */
    void (*held)(const void *self, cairn_engine_held *sum);
} cairn_policy_type;

struct cairn_policy {
    const cairn_policy_type *type;
    const cairn_world *world;
    void *self;
};

CAIRN_API const cairn_policy_type *const *cairn_policies(void);
/* Opens "scripted:error=0.2", "recorded:file=...", "exec:command=..." for a world. "exec:CMD" with no "=" before the
 * first blank means command=CMD, whole. `world` must stay where it is until the policy is closed. Errors: NOT_FOUND,
 * INVALID, IO. */
CAIRN_API cairn_status cairn_policy_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_world *world,
                                         cairn_policy *out);
/* Policy `model` on an engine of the caller's: weights in training propose without a file. After an update of the
 * weights the caller calls cairn_engine_forget. `decoding` narrows what is drawn (NULL: nothing); its temperature is
 * not read, each request has its own. Engine and world must stay until the policy is closed. Errors: INVALID for an
 * engine without a tokenizer or special tokens of solutions; NO_MEMORY. */
CAIRN_API cairn_status cairn_policy_open_engine(cairn_ctx *ctx, cairn_arena *arena, cairn_engine *engine,
                                                const cairn_decoding *decoding, const cairn_world *world,
                                                cairn_policy *out);
CAIRN_API void cairn_policy_close(cairn_policy *policy);
CAIRN_API uint64_t cairn_policy_content(const cairn_policy *policy); /* 0 where it proposes from no file */
/* Different solutions that it can draw: those recorded, or INT64_MAX where it samples. */
CAIRN_API int64_t cairn_policy_solutions(const cairn_policy *policy, const cairn_problem *problem);
/* Where its solutions are cut off: the problem's max_steps, and never within a recorded solution. */
CAIRN_API int32_t cairn_policy_max_steps(const cairn_policy *policy, const cairn_problem *problem);
CAIRN_API const char *cairn_policy_file(const cairn_policy *policy); /* name of its program's file; "" for none */

/* ---- rollouts -------------------------------------------------------------------------------------------------------- */

/* A completion from a prefix to its end, checked and kept. */
typedef struct cairn_rollout {
    int32_t from;                    /* index into the starting points */
    const char *const *steps;        /* [n_steps] the steps after the prefix */
    const char *const *observations; /* [n_steps] as in cairn_proposal */
    const int32_t *tokens;           /* [n_steps] */
    int32_t n_steps;
    int32_t n_tokens;           /* sum over the steps, and what ended them */
    const cairn_stated *stated; /* what is recorded of the solution, or NULL */
    cairn_outcome outcome;
    double reward; /* that the world paid, summed over the steps */
    bool used;     /* for callers that keep rollouts: already spent (arXiv 2406.06592, pool) */
} cairn_rollout;

typedef struct cairn_start {
    const cairn_problem *problem;
    const char *const *steps;        /* [n_steps] prefix */
    const char *const *observations; /* [n_steps] as in cairn_proposal */
    int32_t n_steps;
    const void *state;
    bool done; /* the prefix is already a whole solution: its rollouts are empty and checked as they are */
    const cairn_stated *stated; /* what is recorded of that solution, or NULL */
    uint64_t path;              /* of the node, for random numbers */
    uint32_t first_draw;        /* rollouts made before from this node and role */
} cairn_start;

typedef struct cairn_rollout_cost {
    int64_t steps, tokens;
    double flops;         /* of the steps */
    double problem_flops; /* of the last problem's text */
} cairn_rollout_cost;

/* k completions from each of n starting points, all advanced together one step at a time; out holds n * k, grouped by
 * start. verb and role key the random numbers: rollout j of a start uses draw first_draw + j at every depth, on paths
 * that no node of a tree has. Steps per rollout are bounded by cairn_policy_max_steps in all. Errors: those of propose
 * and of the world; CANCELLED. Cost is added to *cost when not NULL. */
CAIRN_API cairn_status cairn_policy_rollouts(cairn_ctx *ctx, const cairn_policy *policy, cairn_arena *arena,
                                             uint64_t seed, cairn_verb verb, uint32_t role, const cairn_start *starts,
                                             int32_t n, int32_t k, cairn_sampling sampling, cairn_rollout *out,
                                             cairn_rollout_cost *cost);

#ifdef __cplusplus
}
#endif
#endif

/* cairn/reward.h: rewards score steps. Layer: reward (uses core .. policy).
 *
 *     cairn_reward_open(ctx, arena, "head:file=prm.gguf", &world, NULL, &reward);
 *     cairn_reward_score_steps(ctx, &reward, arena, seed, &problem, steps, n_steps, scores, NULL, NULL, NULL);
 *     double whole = cairn_aggregate(cairn_meaning_aggregator(reward.meaning), scores, n);
 *     cairn_reward_close(&reward);
 *
 * A score has a meaning. The default aggregator of a solution's step scores follows from it; mixing meanings takes a
 * declared combiner. A reward that cannot score a step returns "unknown" (NaN with status OK), never silently 0, 0.5 or
 * wrong. A NaN that a model or program returns is an error. A reward is opened once for each worker thread and called
 * on fibers. Rewards and policies of one model file share its weights and, on one context, its engine
 * (cairn_engine_load). */
#ifndef CAIRN_REWARD_H
#define CAIRN_REWARD_H

#include "cairn/data.h"
#include "cairn/policy.h"
#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cairn_meaning {
    CAIRN_MEANING_SUCCESS,      /* probability that the solution ends right: last */
    CAIRN_MEANING_CORRECTNESS,  /* of this step: product (min is the common alternative) */
    CAIRN_MEANING_PROGRESS,     /* how far along: last */
    CAIRN_MEANING_ADVANTAGE,    /* sum */
    CAIRN_MEANING_RETURN,       /* +-1: last */
    CAIRN_MEANING_REACHABILITY, /* a right answer is still reachable: last */
    CAIRN_MEANING_LOG_RATIO,    /* nats: sum */
    CAIRN_MEANING_COUNT
} cairn_meaning;
CAIRN_API const char *cairn_meaning_name(cairn_meaning meaning);
CAIRN_API cairn_aggregator cairn_meaning_aggregator(cairn_meaning meaning);

#define CAIRN_CODE_NOT_RECORDED "not recorded" /* code of a step that a file of scores does not have */

/* Scores the last step of a prefix: request above, reply below. */
typedef struct cairn_scoring {
    const cairn_problem *problem;
    const char *const *steps;        /* [n_steps], n_steps >= 1 */
    const char *const *observations; /* [n_steps] what the world answered to each, NULL: nothing; NULL: to none */
    int32_t n_steps;
    /* Number of last steps that this search's reward did not read before; > n_steps: nor the problem. Affects cost
     * only. */
    int32_t fresh;
    const void *state; /* the world's state after the prefix; after the complete steps where the last one is partial */
    bool done;         /* the prefix is a whole solution */
    bool partial;      /* the last step is unfinished: only asked of a reward that is partial_ok */
    uint64_t path;     /* of the node, for rewards that draw random numbers */
    uint64_t seed;     /* the run's */

    cairn_status status;
    double score; /* within [low, high] of the reward; NaN: unknown */
    /* [n_outputs - 1] the further scores of a reward that gives several, NaN when it is asked; else NULL */
    double *more;
    const char *code;     /* static or in the arena: why; "" when there is nothing to say */
    const char *evidence; /* one sentence for people, "" when there is none */
} cairn_scoring;

typedef struct cairn_reward_cost {
    int64_t calls;
    int64_t tokens, steps; /* of policies that a reward runs; tokens that its own model read */
    double flops;          /* of these policies and models; programs tell none */
    int64_t failed;        /* steps that stayed unknown because a program failed on them (on_error=unknown) */
} cairn_reward_cost;

typedef cairn_status (*cairn_score_fn)(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests,
                                       int32_t n, cairn_reward_cost *cost);

typedef struct cairn_reward_type {
    cairn_about about;
    /* `policy` (may be NULL) is the completer's, for rewards that sample completions or read its exact value; `world`
     * may not be NULL. Errors: INVALID when the reward needs what is not there. */
    cairn_status (*open)(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                         const void *config, void **self);
    void (*close)(void *self);
    /* What its scores mean and their range; may depend on the options. */
    void (*scale)(void *self, cairn_meaning *meaning, double *low, double *high);
    /* CAIRN_USES of the roles whose policy its scores depend on; NULL: none. */
    uint32_t (*uses)(const void *self);
    /* How many scores it gives of a step, all with this scale, and their names (NULL: numbered). NULL: one score. */
    int32_t (*outputs)(const void *self, const char *const **names);
    /* Fills all replies. Same rules as propose. */
    cairn_score_fn score;
    /* The same for all prefixes of one whole solution, requests[i] that of i + 1 steps, for rewards that judge a step
     * also by what follows it. NULL: `score`. */
    cairn_score_fn score_solution;
    /* Whether it scores unfinished steps too; NULL: complete steps only. */
    bool (*partial_ok)(const void *self);
    /* Key of the content of the file that it scores by, for a run's manifest; NULL where there is no such file. */
    uint64_t (*content)(const void *self);
    /* The name of the file that `content` is the key of, where it is a program; NULL: it is none. */
    const char *(*file)(const void *self);
    /* Whether its scores come from elsewhere, so that several solutions are worth asking for at once; NULL: they do
     * not. */
    bool (*elsewhere)(const void *self);
    /* As in cairn_policy_type; the run's policy is not counted. */
    void (*held)(const void *self, cairn_engine_held *sum);
} cairn_reward_type;

typedef struct cairn_reward {
    const cairn_reward_type *type;
    const cairn_world *world;
    void *self;
    cairn_meaning meaning;
    double low, high;
    const char *source;         /* the spec it was opened by */
    int32_t n_outputs;          /* scores of a step: 1, or more of a vector head; each becomes a column */
    const char *const *outputs; /* [n_outputs] names, or NULL: they are numbered */
} cairn_reward;

CAIRN_API const cairn_reward_type *const *cairn_rewards(void);
/* Opens "exact:what=step", "mc:rollouts=8", "combine:of=...", ... `policy` may be NULL where the reward needs none.
 * World and policy must stay where they are until the reward is closed. Errors: NOT_FOUND listing the rewards, INVALID,
 * IO. */
CAIRN_API cairn_status cairn_reward_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_world *world,
                                         const cairn_policy *policy, cairn_reward *out);
CAIRN_API void cairn_reward_close(cairn_reward *reward);

/* What reward `head` reads of a decoder. */
typedef struct cairn_head_choice {
    const char *head;      /* name of a head; several: "step+outcome" */
    int32_t output;        /* the one output to tell, counted over the heads from 0; -1: all, the first is the score */
    cairn_meaning meaning; /* of the scores */
} cairn_head_choice;
/* Reward `head` on an engine of the caller's: weights in training score without a file. After an update of the weights
 * the caller calls cairn_engine_forget. Engine and world must stay until the reward is closed. Errors: INVALID for an
 * output that is not there, and for an engine without a tokenizer or special tokens of solutions; NOT_FOUND for a head;
 * NO_MEMORY. */
CAIRN_API cairn_status cairn_reward_open_head(cairn_ctx *ctx, cairn_arena *arena, cairn_engine *engine,
                                              const cairn_head_choice *choice, const cairn_world *world,
                                              cairn_reward *out);
/* Reward `critic` on a policy of the caller's, for example one on a live engine (cairn_policy_open_engine): weights in
 * training judge without a file. `options` are those of `critic`, "samples=4,temperature=0.7", without `file` and
 * `policy`; NULL: their defaults. `cache`, `rows` and `bf16` are the policy's own business. Policy and world must stay
 * until the reward is closed, which leaves them open. Errors: INVALID for options; UNSUPPORTED for a policy that cannot
 * be asked; those of cairn_critic_template. */
CAIRN_API cairn_status cairn_reward_open_critic(cairn_ctx *ctx, cairn_arena *arena, const cairn_policy *policy,
                                                const char *options, const cairn_world *world, cairn_reward *out);
CAIRN_API uint64_t cairn_reward_content(const cairn_reward *reward); /* 0 where it scores by no file */
CAIRN_API const char *cairn_reward_file(const cairn_reward *reward); /* name of its program's file; "" for none */
CAIRN_API bool cairn_reward_elsewhere(const cairn_reward *reward);
CAIRN_API bool cairn_reward_partial_ok(const cairn_reward *reward); /* scores unfinished steps too */
CAIRN_API uint32_t cairn_reward_uses(const cairn_reward *reward);
/* Scores every step of one whole solution: scores[n_steps], codes and evidence (may be NULL) likewise. Replays the
 * world from the start. */
CAIRN_API cairn_status cairn_reward_score_steps(cairn_ctx *ctx, const cairn_reward *reward, cairn_arena *arena,
                                                uint64_t seed, const cairn_problem *problem, const char *const *steps,
                                                int32_t n_steps, double *scores, const char **codes,
                                                const char **evidence, cairn_reward_cost *cost);
/* The same of steps with recorded observations [n_steps] (NULL: none), which are shown where the world answers nothing.
 */
CAIRN_API cairn_status cairn_reward_score_turns(cairn_ctx *ctx, const cairn_reward *reward, cairn_arena *arena,
                                                uint64_t seed, const cairn_problem *problem, const char *const *steps,
                                                const char *const *observations, int32_t n_steps, double *scores,
                                                const char **codes, const char **evidence, cairn_reward_cost *cost);

/* What a reward says of a whole solution. */
typedef struct cairn_judgement {
    const double *scores;          /* [n_steps] NaN: unknown */
    const cairn_verdict *verdicts; /* [n_steps] wrong below the threshold */
    int32_t first_error;           /* CAIRN_NO_ERROR; CAIRN_UNLABELLED where an unknown step stands before it */
    const char *code;              /* of the first error, else of the first unknown step; "" for none */
} cairn_judgement;
/* Judges a whole solution of n_steps >= 1: one request where the reward reads whole solutions. A step whose score is
 * below `threshold` is wrong. All in the arena. Errors: INVALID without a step; those of the reward. */
CAIRN_API cairn_status cairn_reward_judge(cairn_ctx *ctx, const cairn_reward *reward, cairn_arena *arena, uint64_t seed,
                                          const cairn_problem *problem, const char *const *steps, int32_t n_steps,
                                          double threshold, cairn_judgement *out, cairn_reward_cost *cost);

/* ---- critics: what reward `critic` shows a model, so that records to train it on say the same ------------------------------ */

/* {steps}: those before the judged one, one a line; {step}: the judged one. */
#define CAIRN_CRITIC_TEMPLATE "{problem}\n{steps}\nIs this step right? {step}"
/* {solution}: all steps, as <paragraph_0> ... </paragraph_0> and so on (reads=solution). */
#define CAIRN_CRITIC_SOLUTION_TEMPLATE                                                                             \
    "The following is a problem and a solution, whose paragraphs are tagged and numbered from 0.\n\n"              \
    "[Problem]\n{problem}\n\n[Solution]\n{solution}\n\n"                                                           \
    "Review the solution paragraph by paragraph. Once you find an error in a paragraph, return the number of the " \
    "paragraph where the earliest error occurs; otherwise return -1. Put the number in \\boxed{{}."
/* The template of a file, or the built-in one for "". Errors: those of cairn_template_read; FORMAT when {step} is
 * missing. */
CAIRN_API cairn_status cairn_critic_template(cairn_ctx *ctx, cairn_arena *arena, const char *path,
                                             cairn_template **out);
/* Appends what a critic of steps[n_steps - 1] is shown. Errors: INVALID without a step. */
CAIRN_API cairn_status cairn_critic_prompt(cairn_ctx *ctx, const cairn_template *t, const char *problem,
                                           const char *const *steps, int32_t n_steps, cairn_text *out);

#ifdef __cplusplus
}
#endif
#endif

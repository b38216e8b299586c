/* A file of solutions, scored step by step: what `score`, `eval mistakes` and `eval answers` have in common. */
#ifndef CAIRN_CLI_SCORED_H
#define CAIRN_CLI_SCORED_H

#include "cairn/data.h"
#include "cairn/eval.h"
#include "cairn/reward.h"
#include "cairn/world.h"
#include "cli/cli.h"

typedef struct scored_options {
    const char *world, *policy, *reward, *threshold; /* reward "": nobody scores, every score is unknown */
    const char *numbers;                             /* fields of one number a solution: cairn_read_options */
    int32_t format, split;
    int64_t count;
    uint64_t seed;
    bool skip_bad, portable, quiet, json;
} scored_options;

#define CLI_SCORED_OPTIONS(type)                                                                               \
    CAIRN_TEXT_AS("reward", type, scored.reward, "calculator", "", "Who scores steps (cairn help rewards)."),  \
        CAIRN_TEXT_AS("threshold", type, scored.threshold, "middle", "",                                       \
                      "A step with a lower score is wrong: a number, or the middle of the reward's range."),   \
        CAIRN_TEXT_AS("world", type, scored.world, "text", "",                                                 \
                      "World that reads the steps; text: any problem, steps as they are."),                    \
        CAIRN_TEXT_AS("policy", type, scored.policy, "", "", "Policy for rewards that need one, such as mc."), \
        CAIRN_CHOICE_AS("format", type, scored.format, "auto", CAIRN_FORMAT_CHOICES,                           \
                        "Format of the file; auto: by its fields."),                                           \
        CLI_SPLIT(type, scored.split),                                                                         \
        CAIRN_INT_AS("count", type, scored.count, "0", 0, 1e12, "solutions",                                   \
                     "Solutions read, from the first on (short: -n); 0: all."),                                \
        CAIRN_BOOL_AS("skip-bad", type, scored.skip_bad, "false",                                              \
                      "Count and name bad lines instead of stopping at the first."),                           \
        CLI_SEED(type, scored.seed), CLI_PORTABLE(type, scored.portable, "With models: "),                     \
        CAIRN_BOOL_AS("quiet", type, scored.quiet, "false", "No progress line."),                              \
        CAIRN_BOOL_AS("json", type, scored.json, "false", "Result as JSON.")

/* One scored solution; all memory lives until the visit returns. */
typedef struct scored {
    int64_t index; /* 0-based position among the solutions read */
    const cairn_record *record;
    const cairn_reward *reward;  /* that scored it */
    const double *scores;        /* [n_steps] NaN unknown */
    const char *const *codes;    /* [n_steps] */
    const char *const *evidence; /* [n_steps] */
    int64_t failed;              /* steps that are unknown because the reward's program failed on them */
    double threshold;            /* a step with a lower score is wrong */
    int32_t said;                /* first step with a known score below it, CAIRN_EVAL_ALL_RIGHT, CAIRN_EVAL_NONE */
    int32_t first_wrong;         /* that step, or CAIRN_NO_ERROR */
    cairn_outcome outcome;       /* of the solution, by cairn_world_outcome */
    const char *target;          /* the problem's true answer, or NULL */
} scored;

/* Step i has no score because a file of scores does not have it. */
bool scored_is_missing(const scored *solution, int32_t i);

/* Whether some step of it has a score; a solution without steps has none. */
bool scored_is_judged(const scored *solution);
/* Key of the problem: of the record's group where it has one, else of the problem's text. */
uint64_t scored_problem_key(const cairn_record *record);
/* Numbers equal keys[n] equally, from 0, without gaps. Errors: no memory. */
cairn_status scored_number_keys(cli *c, const uint64_t *keys, size_t n, uint32_t *numbers, uint32_t *count);

typedef cairn_status (*scored_fn)(cli *c, void *arg, const scored *solution);
/* Reads, scores and visits every solution of the file in order. *skipped gets the bad lines passed over. */
cairn_status scored_each(cli *c, const scored_options *options, const char *path, scored_fn visit, void *arg,
                         int64_t *skipped);
/* The same of records that are there already; format and split say nothing. */
cairn_status scored_records(cli *c, const scored_options *options, const cairn_record *records, int64_t n,
                            scored_fn visit, void *arg, int64_t *skipped);

/* The outcome of a solution, kept for when all of its problem are there: those of one `group`, else of one text,
 * wherever they stand in the file. */
typedef struct scored_outcome {
    uint64_t problem; /* key */
    int64_t index;    /* in the file */
    cairn_verdict verdict;
    const char *answer; /* canonical, or NULL; in the arena given, as all texts */
    const char *target; /* as it is written, or NULL */
    /* where another record of the problem may have a true answer to be compared with: the answer as it is written, and
     * the problem's text; else NULL */
    const char *stated, *text;
} scored_outcome;
cairn_status scored_outcome_of(const scored *solution, cairn_arena *arena, scored_outcome *out);
/* For qsort: by problem, those of one in order of the file. The outcome is the first member. */
int scored_by_problem(const void *a, const void *b);
/* Judges a solution by the true answer that another record of its problem has: where it has none itself, and no
 * outcome. */
cairn_status scored_judge(cli *c, const char *target, cairn_arena *arena, scored_outcome *o);

/* Outcomes of all solutions of a file. */
typedef struct scored_outcomes {
    scored_outcome *rows; /* [n] */
    size_t n, capacity;
    cairn_arena *arena; /* of their answers */
} scored_outcomes;
cairn_status scored_outcomes_add(cli *c, scored_outcomes *all, const scored *solution);
/* Counts of all, and the share of right ones with an interval that respects problems. */
cairn_status scored_outcomes_share(cli *c, scored_outcomes *all, uint64_t seed, cairn_outcomes *counts,
                                   cairn_interval *share);
void scored_outcomes_free(scored_outcomes *all);

/* Why a step is wrong. Evidence of the form `"CLAIM": WHY.` names the words of the step that it is about. */
typedef struct scored_reason {
    const char *claim; /* NULL: none is named */
    const char *why;   /* without the period */
} scored_reason;
scored_reason scored_reason_of(cli *c, const char *evidence);
/* "CLAIM: WHY" in at most that many columns, in the arena; the claim is cut first. */
const char *scored_reason_text(cli *c, const scored_reason *reason, int columns);

/* Adds one solution to `out`: its steps marked and coloured by verdict, the claim and the reason under a wrong one. */
cairn_status scored_show(cli *c, const scored *solution, cairn_text *out);

#endif

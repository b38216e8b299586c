/* A file of solutions, scored step by step: what `score`, `eval mistakes` and `eval answers` have in common. */
#ifndef CAIRN_CLI_SCORED_H
#define CAIRN_CLI_SCORED_H

#include "cairn/data.h"
#include "cli/cli.h"

typedef struct scored_options {
    const char *world, *policy, *reward, *threshold;
    int32_t format, split;
    int64_t count;
    uint64_t seed;
    bool skip_bad, portable, quiet, json;
} scored_options;

#define CLI_SCORED_OPTIONS(type)                                                                                   \
    CLI_TEXT(type, "reward", scored.reward, "calculator", "Who scores steps (cairn help rewards)."),               \
        CLI_TEXT(type, "threshold", scored.threshold, "middle",                                                    \
                 "A step with a lower score is wrong: a number, or the middle of the reward's range."),            \
        CLI_TEXT(type, "world", scored.world, "text",                                                              \
                 "World that reads the steps; text: any problem, steps as they are."),                             \
        CLI_TEXT(type, "policy", scored.policy, "", "Policy for rewards that need one, such as mc."),              \
        CLI_CHOICE(type, "format", scored.format, "auto", CAIRN_FORMAT_CHOICES,                                    \
                   "Format of the file; auto: by its fields."),                                                    \
        CLI_SPLIT(type, scored.split),                                                                             \
        CLI_INT(type, "count", scored.count, "0", 0, 1e12, "solutions",                                            \
                "Only the first so many (short: -n); 0: all."),                                                    \
        CLI_FLAG(type, "skip-bad", scored.skip_bad, "Count and name bad lines instead of stopping at the first."), \
        CLI_SEED(type, scored.seed), CLI_PORTABLE(type, scored.portable, "With models: "),                         \
        CLI_FLAG(type, "quiet", scored.quiet, "No progress line."),                                                \
        CLI_FLAG(type, "json", scored.json, "Result as JSON.")

/* One scored solution; all memory lives until the visit returns. */
typedef struct scored {
    int64_t index; /* 0-based position among the solutions read */
    const cairn_record *record;
    const double *scores;        /* [n_steps] NaN unknown */
    const char *const *codes;    /* [n_steps] */
    const char *const *evidence; /* [n_steps] */
    double threshold;            /* a step with a lower score is wrong */
    int32_t first_wrong;         /* first step with a known score below it, or CAIRN_NO_ERROR */
} scored;

typedef cairn_status (*scored_fn)(cli *c, void *arg, const scored *solution);
/* Reads, scores and visits every solution of the file in order. *skipped gets the bad lines passed over. */
cairn_status scored_each(cli *c, const scored_options *options, const char *path, scored_fn visit, void *arg,
                         int64_t *skipped);

/* Why a step is wrong. Evidence of the form `"CLAIM": WHY.` names the words of the step that it is about. */
typedef struct scored_reason {
    const char *claim; /* NULL: none is named */
    const char *why;   /* without the period */
} scored_reason;
scored_reason scored_reason_of(cli *c, const char *evidence);
/* "CLAIM: WHY" in at most so many columns, in the arena; the claim gives way first. */
const char *scored_reason_text(cli *c, const scored_reason *reason, int columns);

/* Adds one solution to `out`: its steps marked and coloured by verdict, the claim and the reason under a wrong one. */
cairn_status scored_show(cli *c, const scored *solution, cairn_text *out);

#endif

/* cairn/recipe.h: published systems in miniature. A recipe names a paper, its options, the arms that are compared and
 * the claims that are made. The driver runs every arm on every seed and checks each claim on the paired numbers.
 *
 *   cairn_verify_setup setup = {.workers = 2};
 *   cairn_verification *v;
 *   cairn_recipe_verify(ctx, &recipe, 1, &setup, NULL, &v);
 *   const cairn_claim_result *claims = cairn_verified_at(v, 0)->claims;
 *   for (int32_t i = 0; i < recipe->claim_count; i++) puts(cairn_claim_verdict_name(claims[i].verdict));
 *   cairn_verification_close(v);
 *
 * Any program can define a recipe and give the driver its pointer. Layer: eval.
 */
#ifndef CAIRN_RECIPE_H
#define CAIRN_RECIPE_H

#include "cairn/stat.h"
#include "cairn/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a recipe says ---------------------------------------------------------------------------------------------------------- */

typedef enum cairn_tier {
    CAIRN_TIER_SCRIPTED, /* policies with known error rates: exact truth, seconds */
    CAIRN_TIER_LEARNED   /* small decoders trained for it: minutes */
} cairn_tier;
#define CAIRN_TIER_CHOICES "scripted|learned" /* in enumeration order */

/* One of the things compared: option values over the recipe's presets. */
typedef struct cairn_arm {
    const char *name;    /* "consensus" */
    const char *options; /* "rule=consensus,completions=8"; NULL or "": the presets */
} cairn_arm;

/* A number that may be absent, so that a bar of 0 differs from no bar: `.at_least = CAIRN_BAR(0.30)`. */
typedef struct cairn_bar {
    bool set;
    double value;
} cairn_bar;
#define CAIRN_BAR(value) \
    { true, (value) }

/* A statement about one number of one arm, or about the difference or the ratio of two arms on the same seed. The
 * interval is Student's, of the mean over seeds, 95 %. At least one bar is set. */
typedef struct cairn_claim {
    const char *text;        /* "error located, over Monte-Carlo" */
    const char *of;          /* the number, as cairn_lab_number names it */
    const char *a;           /* arm */
    const char *minus;       /* arm: the claim is about a - minus; or NULL */
    const char *over;        /* arm: the claim is about a / over; or NULL */
    cairn_bar at_least;      /* the interval's low end is at least this */
    cairn_bar at_most;       /* the interval's high end is at most this */
    cairn_bar mean_at_least; /* the mean is, whatever the interval */
    cairn_bar mean_at_most;  /* likewise */
    int32_t seeds;           /* only the first of the seeds, 2 or more; 0: all */
} cairn_claim;

/* What `run` gets: one arm on one seed. */
typedef struct cairn_lab {
    cairn_ctx *ctx;
    cairn_arena *arena;            /* emptied after the run */
    const char *arm;               /* its name */
    uint64_t seed;                 /* the same seed makes the same world in every arm */
    int32_t workers;               /* threads that the run may use, 1 or more; no number depends on them */
    struct cairn_lab_state *state; /* the driver's */
} cairn_lab;

/* Reports a number of this arm on this seed. NaN: unknown here, for example a share of nothing. The name is copied.
 * Errors: INVALID for an infinite number, a name given twice, more than 256 numbers. */
CAIRN_API cairn_status cairn_lab_number(cairn_lab *lab, const char *name, double value);
/* Says that this arm cannot be run here, for example because data is absent. Claims about it become "not run", with
 * this reason. Returns CAIRN_OK, so that `return cairn_lab_skip(lab, "...")` ends the run. */
CAIRN_API cairn_status cairn_lab_skip(cairn_lab *lab, const char *reason);
/* Folder of the shared real data: $CAIRN_DATA, else ../shared/data. Static. */
CAIRN_API const char *cairn_shared_data(void);
/* Path of a file of the shared real data, in the arena. Where it is absent *path is NULL and the arm is skipped with a
 * reason that names the file: `if (!path) return CAIRN_OK;`. */
CAIRN_API cairn_status cairn_lab_data(cairn_lab *lab, const char *name, const char **path);

/* Path of a file of this run, in the arena. Nothing is there yet; what the run writes is removed when the verification
 * ends. Errors: INVALID for a name with a slash or of more than 64 bytes; IO. */
CAIRN_API cairn_status cairn_lab_file(cairn_lab *lab, const char *name, const char **path);
/* Makes the file `path` from `config`, not from arm or seed. lab->workers is the number of threads that it may use. */
typedef cairn_status (*cairn_lab_make_fn)(cairn_lab *lab, const void *config, const char *path);
/* Path of a file that several arms and seeds read, such as a decoder that all begin with: the first run that asks makes
 * it, the others wait. The name stands for all that the file depends on. In the arena; removed likewise. Errors: as
 * cairn_lab_file; those of `make`. */
CAIRN_API cairn_status cairn_lab_shared(cairn_lab *lab, const char *name, cairn_lab_make_fn make, const void *config,
                                        const char **path);

typedef struct cairn_recipe {
    cairn_about about; /* name; what it is for a user; arXiv id; options, whose presets are the paper's values */
    int32_t system;    /* number of the published system; the name of the file starts with it */
    cairn_tier tier;
    int32_t seeds;          /* published seeds: 1 .. seeds */
    const char *idea;       /* the paper's idea in three sentences */
    const char *command;    /* what a user types for the same work on own data; or NULL */
    const char *no_command; /* why there is none; NULL where there is one */
    const cairn_arm *arms;
    int32_t arm_count;
    const cairn_claim *claims;
    int32_t claim_count;
    /* Runs one arm on one seed; `config` is the struct that the options table fills. Threads have 1 MB of stack: large
     * arrays go to the arena. The numbers depend on nothing but config and seed. */
    cairn_status (*run)(cairn_lab *lab, const void *config);
} cairn_recipe;

/* Number of entries of a static table. */
#define CAIRN_COUNT(table) ((int32_t)(sizeof(table) / sizeof *(table)))

/* `.about = {..., CAIRN_OPTIONS(options, config)}, CAIRN_ARMS(arms), CAIRN_CLAIMS(claims)`: static tables with their sizes. */
#define CAIRN_OPTIONS(table, config) \
    .options = (table), .option_count = CAIRN_COUNT(table), .config_size = sizeof(config)
#define CAIRN_ARMS(table)   .arms = (table), .arm_count = CAIRN_COUNT(table)
#define CAIRN_CLAIMS(table) .claims = (table), .claim_count = CAIRN_COUNT(table)

/* Is a recipe well formed? Errors: INVALID naming the recipe and what is wrong with it: no name, summary or idea, an
 * arm whose options do not parse, a claim without a bar or about an arm that is not there, both or neither of `command`
 * and `no_command`. */
CAIRN_API cairn_status cairn_recipe_check(cairn_ctx *ctx, const cairn_recipe *recipe);

/* ---- the driver -------------------------------------------------------------------------------------------------------------------- */

typedef struct cairn_verify_setup {
    const uint64_t *seeds; /* [seed_count]; NULL: the published ones of each recipe */
    int32_t seed_count;
    const char *arm;        /* only this arm of each recipe; NULL: all */
    const char *const *set; /* [set_count] "option=value", in every arm, over the arm's own options */
    int32_t set_count;
    int32_t workers;  /* arms and seeds that run at once; 0: one a processor */
    const char *data; /* folder of the shared real data; NULL: cairn_shared_data() */
    bool quiet;       /* no progress line */
} cairn_verify_setup;

typedef enum cairn_claim_verdict {
    CAIRN_CLAIM_MET,    /* all bars are met, on all seeds */
    CAIRN_CLAIM_MISSED, /* the interval lies on the wrong side of a bar, or the mean does where the bar is for the mean */
    CAIRN_CLAIM_OPEN,   /* the interval straddles a bar, or a seed's number is unknown */
    CAIRN_CLAIM_NOT_RUN /* an arm was skipped or not asked for */
} cairn_claim_verdict;
/* "met", "missed", "open", "not run". */
CAIRN_API const char *cairn_claim_verdict_name(cairn_claim_verdict verdict);

typedef struct cairn_claim_result {
    const cairn_claim *claim;
    /* 95 %; NaN where there is none: low and high with a single seed, all where nothing is known */
    cairn_interval interval;
    int32_t seeds, unknown; /* used; left out because a number was unknown or a divisor 0 */
    cairn_claim_verdict verdict;
    const char *reason; /* why it was not run; "" otherwise */
} cairn_claim_result;

typedef struct cairn_arm_number {
    const char *name;
    double mean, sd;      /* over the seeds that know it; NaN for none, sd also for one */
    int32_t known;        /* seeds that know it */
    const double *values; /* [runs of the arm], in order of seeds; NaN: unknown */
} cairn_arm_number;

typedef struct cairn_arm_result {
    const cairn_arm *arm;
    const char *options;             /* all of them, canonical; "" where the arm was not asked for */
    int32_t runs;                    /* seeds it was run on: the first ones; 0 where it was not asked for */
    int32_t skipped;                 /* of these */
    const char *reason;              /* why the first of the skipped was; "" for none */
    const cairn_arm_number *numbers; /* [number_count] in the order reported */
    int32_t number_count;
} cairn_arm_result;

typedef struct cairn_verified {
    const cairn_recipe *recipe;
    const uint64_t *seeds; /* [seed_count] */
    int32_t seed_count;
    const cairn_arm_result *arms;     /* [recipe->arm_count] */
    const cairn_claim_result *claims; /* [recipe->claim_count] */
    int32_t met, missed, open, not_run;
    double seconds;  /* of all its runs in this call, one after the other */
    int64_t resumed; /* runs that an earlier call made */
} cairn_verified;

typedef struct cairn_verification cairn_verification;
/* Runs all arms of all recipes on all their seeds, `workers` at once, and checks the claims. `run` (may be NULL) keeps
 * the numbers of each arm and seed as soon as they are there, so that a killed verification resumes. Nothing but
 * `seconds` and `resumed` depends on the workers or on kills. Errors: those of cairn_recipe_check; INVALID for an
 * unknown arm or option, for a claim about a number that its arm did not report; those of the runs, with recipe, arm
 * and seed; CANCELLED. */
CAIRN_API cairn_status cairn_recipe_verify(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                                           const cairn_verify_setup *setup, cairn_run *run, cairn_verification **out);
CAIRN_API void cairn_verification_close(cairn_verification *verification); /* NULL is fine */
/* Of recipes[i]. */
CAIRN_API const cairn_verified *cairn_verified_at(const cairn_verification *verification, int32_t i);
/* Manifest of such a run file: each recipe's seeds and each arm's options, canonical. In the arena. */
CAIRN_API cairn_status cairn_recipe_manifest(cairn_ctx *ctx, const cairn_recipe *const *recipes, int32_t n,
                                             const cairn_verify_setup *setup, cairn_arena *arena, cairn_manifest *out);
/* One recipe's result as one JSON object in canonical form, without a line end: options and numbers of the arms, claims
 * with interval, bars and verdict, seconds. */
CAIRN_API cairn_status cairn_verified_json(cairn_ctx *ctx, const cairn_verified *verified, cairn_text *out);

#ifdef __cplusplus
}
#endif
#endif

/* The recipes of this command: finding them, printing what they say and what came out. */
#ifndef CAIRN_CLI_RECIPE_H
#define CAIRN_CLI_RECIPE_H

#include "cairn/recipe.h"
#include "cli/cli.h"

/* All of them, in order of their systems; NULL-terminated. */
const cairn_recipe *const *cli_recipes(void);
/* Those that `names` ask for, each once, in the order of cli_recipes: a name ("omegaprm"), a file's ("03_omegaprm") or
 * the number of a system ("3", "03"), which stands for its recipes of this tier, for all of them where none is of it.
 * Without a name all recipes of the tier. In the arena. Errors: NOT_FOUND, listing the names. */
cairn_status cli_find_recipes(cli *c, char *const *names, int count, int32_t tier, const cairn_recipe ***out,
                              int32_t *n);
enum { RECIPE_ALL_TIERS = CAIRN_TIER_LEARNED + 1 };

const char *recipe_tier(const cairn_recipe *recipe); /* "scripted" or "learned" */

/* The bars of a claim: "at least 0.4, at most 0.6". In the arena. */
const char *recipe_bars(cli *c, const cairn_claim *claim);
/* "3.36 (3.26 .. 3.46)", "-" where nothing is known. */
const char *recipe_interval(const cairn_interval *interval, char out[112]);
/* Numbers of the arms, then the claims, with what was left out. */
void recipe_print(cli *c, const cairn_verified *v);
/* Only the numbers. */
void recipe_print_arms(cli *c, const cairn_verified *v);

/* A verification that was kept, in a file FOLDER/NN_name.json. */
typedef struct recipe_record {
    bool found; /* false: there is no such file, and nothing of what follows */
    bool stale; /* the recipe's claims, arms, options or seeds are others by now */
    const char *date, *machine, *version;
    double seconds;
    int32_t seeds;
    const cairn_claim_result *claims; /* [recipe->claim_count]; NULL where it is stale */
    int32_t met, missed, open, not_run;
} recipe_record;
/* Folder of the records that this command was built or installed with. In the arena. Errors: IO. */
cairn_status recipe_records_folder(cli *c, const char **out);
/* Errors: FORMAT naming the file and what is wrong with it. */
cairn_status recipe_record_read(cli *c, const char *folder, const cairn_recipe *recipe, recipe_record *out);
/* `setup`: what the verification was made with. */
cairn_status recipe_record_write(cli *c, const char *folder, const cairn_verified *verified,
                                 const cairn_verify_setup *setup);

#endif

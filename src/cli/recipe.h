/* The recipes of this command: finding them, printing what they say and what came out. */
#ifndef CAIRN_CLI_RECIPE_H
#define CAIRN_CLI_RECIPE_H

#include "cairn/recipe.h"
#include "cli/cli.h"

/* All of them, in order of their systems; NULL-terminated. */
const cairn_recipe *const *cli_recipes(void);
/* Those that `names` ask for, each once, in the order of cli_recipes: a name ("omegaprm"), a file's ("03_omegaprm") or the number of a system
 * ("3", "03"), which all recipes of that system answer to. In the arena. Errors: NOT_FOUND, listing the names. */
cairn_status cli_find_recipes(cli *c, char *const *names, int count, const cairn_recipe ***out, int32_t *n);

/* "over left-to-right: at least 3": what the claim is about and its bars. In the arena. */
const char *recipe_bars(cli *c, const cairn_claim *claim);
/* Numbers of the arms, then the claims, with what was left out. */
void recipe_print(cli *c, const cairn_verified *v);
/* Only the numbers. */
void recipe_print_arms(cli *c, const cairn_verified *v);

#endif

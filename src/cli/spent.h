/* What searches spent of their budgets, and what that means for a comparison. */
#ifndef CAIRN_CLI_SPENT_H
#define CAIRN_CLI_SPENT_H

#include "cli/cli.h"

/* Why a mean is below SPENT_LEAST of the budget. */
typedef enum spent_reason {
    SPENT_ENOUGH,
    SPENT_ONE_SOLUTION, /* the search is one solution by definition */
    SPENT_WIDTH_GIVEN,  /* its options say how much it does */
    SPENT_NO_ROOM,      /* what was left paid for no further solution, or there was none to be found */
    SPENT_REASONS
} spent_reason;

#define SPENT_LEAST 0.85

/* Of one search's summary. NaN shares (no budget): SPENT_ENOUGH. Errors: those of cairn_search_find. */
cairn_status spent_why(cli *c, const char *search, const cairn_solve_summary *s, spent_reason *out);
/* Tells whether a problem cost more than the budget; whether in some problems no solution came to its end. */
bool spent_over(const cairn_solve_summary *s);
/* The reason as the rest of a sentence after the search's name and its share. */
const char *spent_sentence(spent_reason reason);
extern const char spent_over_sentence[], spent_unfinished_sentence[];
/* Keys "spent_share", "spent_most", "unfinished" and "marks" of an open object: "under", "over", "unfinished", and
 * "same" where `same`. */
void spent_json(cli_json *j, const cairn_solve_summary *s, bool same);

#endif

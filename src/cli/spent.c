/* Marks of budgets. */
#include "cli/spent.h"

#include <math.h>
#include <string.h>

/* Value of a whole-number option, 0 where the search has none of that name. */
static int64_t option_value(const cairn_about *about, const void *config, const char *name) {
    int64_t value = 0;
    for (int i = 0; i < about->option_count; i++)
        if (strcmp(about->options[i].name, name) == 0)
            memcpy(&value, (const char *)config + about->options[i].offset, sizeof value);
    return value;
}

static bool is_under(const cairn_solve_summary *s) {
    return s->spent < SPENT_LEAST;
}

bool spent_over(const cairn_solve_summary *s) {
    return s->most_spent > 1;
}

cairn_status spent_why(cli *c, const char *search, const cairn_solve_summary *s, spent_reason *out) {
    const cairn_search_type *type;
    const void *config;
    *out = SPENT_ENOUGH;
    if (!is_under(s)) return CAIRN_OK;
    CAIRN_TRY(cairn_search_find(c->ctx, c->arena, search, &type, &config));
    bool given =
        option_value(&type->about, config, "width") > 0 || option_value(&type->about, config, "simulations") > 0;
    *out = given ? SPENT_WIDTH_GIVEN : strcmp(type->about.name, "greedy") == 0 ? SPENT_ONE_SOLUTION : SPENT_NO_ROOM;
    return CAIRN_OK;
}

const char *spent_sentence(spent_reason reason) {
    static const char *const sentences[SPENT_REASONS] = {
        [SPENT_ENOUGH] = "",
        [SPENT_ONE_SOLUTION] = "one solution by definition",
        [SPENT_WIDTH_GIVEN] = "the options say how much is done; without width or simulations the budget is spent",
        [SPENT_NO_ROOM] =
            "the rest pays for no further solution, or there is none to be found; a larger budget is spent better"};
    return sentences[reason];
}

const char spent_over_sentence[] = "the problem's text and one step can cost more than the budget: give more";
const char spent_unfinished_sentence[] =
    "no solution came to its end: the budget or max_steps is too small, or the policy does not stop";

void spent_json(cli_json *j, const cairn_solve_summary *s, bool same) {
    cli_json_real(j, "spent_share", s->spent);
    cli_json_real(j, "spent_most", s->most_spent);
    cli_json_int(j, "unfinished", s->unfinished);
    cli_json_open(j, "marks", '[');
    if (is_under(s)) cli_json_text(j, NULL, "under");
    if (spent_over(s)) cli_json_text(j, NULL, "over");
    if (same) cli_json_text(j, NULL, "same");
    if (s->unfinished) cli_json_text(j, NULL, "unfinished");
    cli_json_close(j, ']');
}

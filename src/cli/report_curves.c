#include "cli/report_curves.h"

#include <math.h>
#include <string.h>

/* Options of a search that say how much it does. */
static bool is_amount(const char *option) {
    static const char *const amounts[] = {"width=", "simulations="};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        if (strncmp(option, amounts[i], strlen(amounts[i])) == 0) return true;
    return false;
}

static const char *entry_of(const cairn_run *run, const char *name) {
    const char *value = cairn_run_manifest(run, name);
    return value ? value : "";
}

/* What makes runs one curve: everything that was done but how much of it. */
static cairn_status kind_of(cli *c, const cairn_run *run, const char **out) {
    static const char *const entries[] = {"world",     "policy",      "policy_key",      "reward",       "reward_key",
                                          "aggregate", "temperature", "max_step_tokens", "problems_key", "completer"};
    cairn_text text = {0};
    cairn_status status = CAIRN_OK;
    const char *search = entry_of(run, "search");
    for (size_t i = 0; status == CAIRN_OK && i < sizeof entries / sizeof *entries; i++)
        status = cairn_text_printf(c->ctx, &text, "%s\n", entry_of(run, entries[i]));
    while (status == CAIRN_OK && *search) { /* "mcts:branch=4,simulations=0" */
        size_t length = strcspn(search, ":,");
        if (!is_amount(search)) status = cairn_text_printf(c->ctx, &text, "%.*s,", (int)length, search);
        search += length + (search[length] != 0);
    }
    *out = status == CAIRN_OK ? cairn_arena_copy(c->arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    return status == CAIRN_OK && !*out ? CAIRN_NO_MEMORY : status;
}

static double spent_of(const cairn_report_solved *s, budget_axis axis) {
    const double spent[] = {[BUDGET_STEPS] = s->steps,
                            [BUDGET_TOKENS] = s->tokens,
                            [BUDGET_SCORINGS] = s->scorings,
                            [BUDGET_FLOPS] = s->flops + s->judge_flops};
    return spent[axis];
}

/* The search, with the first run's name where another curve has that search too. */
static const char *name_of(cli *c, const cairn_report *report, int32_t first, const char *const *kinds) {
    const char *search = entry_of(cairn_report_file(report, first), "search");
    size_t length = strcspn(search, ":");
    for (int32_t i = 0; i < cairn_report_runs(report); i++) {
        const char *other = entry_of(cairn_report_file(report, i), "search");
        bool same = strcspn(other, ":") == length && strncmp(other, search, length) == 0;
        if (same && kinds[i] && strcmp(kinds[i], kinds[first]) != 0)
            return cairn_arena_printf(c->arena, "%.*s (%s)", (int)length, search,
                                      cairn_report_run_at(report, first)->name);
    }
    return cairn_arena_copy(c->arena, search, length);
}

/* The curve of the runs from `first` on that are of its kind. */
static cairn_status make_line(cli *c, const cairn_report *report, int32_t first, const char *const *kinds,
                              budget_axis axis, cairn_curve_line *out) {
    budget_place places[CAIRN_REPORT_RUNS];
    size_t n = 0;
    const char *name = name_of(c, report, first, kinds);
    if (!name) return CAIRN_NO_MEMORY;
    for (int32_t i = first; i < cairn_report_runs(report); i++) {
        const cairn_report_solved *s = &cairn_report_run_at(report, i)->solved;
        if (kinds[i] && strcmp(kinds[i], kinds[first]) == 0)
            places[n++] = (budget_place){spent_of(s, axis), s->accuracy};
    }
    return budget_line(c, places, n, name, out);
}

/* Is it the first of its kind? */
static bool is_first(const char *const *kinds, int32_t run) {
    for (int32_t i = 0; i < run; i++)
        if (kinds[i] && strcmp(kinds[i], kinds[run]) == 0) return false;
    return true;
}

cairn_status report_curves(cli *c, const cairn_report *report, budget_axis axis, cairn_out *out) {
    cairn_curve_line lines[CAIRN_REPORT_RUNS];
    const char *kinds[CAIRN_REPORT_RUNS] = {NULL}; /* NULL: nothing to be drawn */
    cairn_curve_picture picture = {
        .title = "Right answers by what was spent", .across = budget_axis_text(axis), .lines = lines};
    for (int32_t i = 0; i < cairn_report_runs(report); i++) {
        const cairn_report_run *run = cairn_report_run_at(report, i);
        if (strcmp(run->verb, "solve") != 0 || isnan(run->solved.accuracy.estimate)) continue;
        if (spent_of(&run->solved, axis) > 0) CAIRN_TRY(kind_of(c, cairn_report_file(report, i), &kinds[i]));
    }
    for (int32_t i = 0; i < cairn_report_runs(report); i++)
        if (kinds[i] && is_first(kinds, i)) CAIRN_TRY(make_line(c, report, i, kinds, axis, &lines[picture.n++]));
    if (picture.n == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--svg: no run of solve has judged answers and %s", picture.across);
    return cairn_curves_image(c->ctx, &picture, 1, out);
}

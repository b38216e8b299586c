/* One item of a choice: policies, one against many, the best of several, both orders of a pair. */
#include <math.h>
#include <string.h>

#include "cairn/choice.h"
#include "eval/choice_item.h"

/* ---- policies -------------------------------------------------------------------------------------------------- */

static const char *const ties[] = {"loss", "win", "share", "expected"};
static const char *const missings[] = {"wrong", "lowest", "chance", "drop", "error"};
enum { TIES = sizeof ties / sizeof *ties, MISSINGS = sizeof missings / sizeof *missings };

const char *cairn_tie_name(cairn_tie tie) {
    return (unsigned)tie < TIES ? ties[tie] : NULL;
}

const char *cairn_missing_name(cairn_missing missing) {
    return (unsigned)missing < MISSINGS ? missings[missing] : NULL;
}

static int find(const char *const *names, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return i;
    return -1;
}

cairn_status cairn_tie_parse(cairn_ctx *ctx, const char *name, cairn_tie *out) {
    int i = find(ties, TIES, name);
    if (i < 0) return cairn_fail(ctx, CAIRN_INVALID, "tie policy `%s` is none of " CAIRN_TIE_CHOICES, name);
    *out = (cairn_tie)i;
    return CAIRN_OK;
}

cairn_status cairn_missing_parse(cairn_ctx *ctx, const char *name, cairn_missing *out) {
    int i = find(missings, MISSINGS, name);
    if (i < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "policy for missing scores `%s` is none of " CAIRN_MISSING_CHOICES, name);
    *out = (cairn_missing)i;
    return CAIRN_OK;
}

/* ---- one against many ------------------------------------------------------------------------------------------ */

static cairn_status check_side(cairn_ctx *ctx, const char *side, const double *scores, int32_t n) {
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "there is no %s solution", side);
    for (int32_t i = 0; i < n; i++)
        if (isnan(scores[i]))
            return cairn_fail(ctx, CAIRN_INVALID, "the score of %s solution %d is not a number", side, (int)i);
    return CAIRN_OK;
}

/* Mean of 1 / position of the first right one, where `above` wrong ones stand before and `right` right and `wrong`
 * wrong ones are equal. */
static double expected_rank(int32_t above, int32_t right, int32_t wrong) {
    double sum = 0.0, reach = 1.0; /* reach: the first j of those that are equal are all wrong */
    for (int32_t j = 0; j <= wrong; j++) {
        double left = (double)right + (double)wrong - (double)j;
        sum += reach * ((double)right / left) / ((double)above + (double)j + 1.0);
        reach *= (double)(wrong - j) / left;
    }
    return sum;
}

cairn_status cairn_one_vs_many(cairn_ctx *ctx, const char *id, const double *right, int32_t n_right,
                               const double *wrong, int32_t n_wrong, cairn_one_vs_many_result *out) {
    CAIRN_TRY(within_item(ctx, check_side(ctx, "right", right, n_right), id));
    CAIRN_TRY(within_item(ctx, check_side(ctx, "wrong", wrong, n_wrong), id));
    double least = right[0], best = right[0], rival = wrong[0];
    for (int32_t i = 1; i < n_right; i++) {
        least = right[i] < least ? right[i] : least;
        best = right[i] > best ? right[i] : best;
    }
    int32_t above = 0, equal = 0, best_ones = 0;
    for (int32_t i = 0; i < n_wrong; i++) {
        rival = wrong[i] > rival ? wrong[i] : rival;
        above += wrong[i] > best;
        equal += wrong[i] == best;
    }
    for (int32_t i = 0; i < n_right; i++) best_ones += right[i] == best;
    *out = (cairn_one_vs_many_result){.strict = least > rival,
                                      .with_ties = least >= rival,
                                      .ties = equal,
                                      .rank_pessimistic = 1.0 / ((double)above + (double)equal + 1.0),
                                      .rank_optimistic = 1.0 / ((double)above + 1.0),
                                      .rank_expected = expected_rank(above, best_ones, equal)};
    return CAIRN_OK;
}

/* ---- the best of several --------------------------------------------------------------------------------------- */

static double tie_credit(cairn_tie tie, int32_t tied, int32_t right) {
    switch (tie) {
    case CAIRN_TIE_LOSS:
        return right == tied;
    case CAIRN_TIE_WIN:
        return right > 0;
    case CAIRN_TIE_SHARE:
        return right > 0 ? 1.0 / (double)tied : 0.0;
    default:
        return (double)right / (double)tied;
    }
}

static cairn_status best_credit(cairn_ctx *ctx, const double *scores, const bool *right, int32_t k, cairn_tie tie,
                                cairn_missing missing, cairn_choice_credit *out) {
    if (k < 2) return cairn_fail(ctx, CAIRN_INVALID, "a choice needs two candidates, not %d", (int)k);
    if (!cairn_tie_name(tie)) return cairn_fail(ctx, CAIRN_INVALID, "tie policy number %d is none", (int)tie);
    if (!cairn_missing_name(missing))
        return cairn_fail(ctx, CAIRN_INVALID, "policy number %d for missing scores is none", (int)missing);
    int32_t rights = 0, absent = 0, tied = 0, tied_right = 0;
    double best = NAN;
    for (int32_t i = 0; i < k; i++) {
        rights += right[i];
        absent += isnan(scores[i]);
        if (isnan(scores[i]) && missing == CAIRN_MISSING_ERROR)
            return cairn_fail(ctx, CAIRN_INVALID, "the score of candidate %d is missing", (int)i);
        if (isnan(scores[i]) || scores[i] < best) continue;
        if (!(scores[i] == best)) best = scores[i], tied = tied_right = 0;
        tied++;
        tied_right += right[i];
    }
    if (rights == 0) return cairn_fail(ctx, CAIRN_INVALID, "no candidate is right");
    cairn_choice_credit credit = {.tied = tied, .missing = absent};
    if (absent > 0 && missing == CAIRN_MISSING_DROP)
        credit.dropped = true, credit.credit = NAN;
    else if (absent > 0 && missing == CAIRN_MISSING_WRONG)
        credit.credit = 0.0;
    else if (tied > 0)
        credit.credit = tie_credit(tie, tied, tied_right);
    else if (missing == CAIRN_MISSING_CHANCE)
        credit.credit = (double)rights / (double)k;
    else /* all are lowest alike */
        credit.credit = tie_credit(tie, k, rights);
    *out = credit;
    return CAIRN_OK;
}

cairn_status cairn_best_credit(cairn_ctx *ctx, const char *id, const double *scores, const bool *right, int32_t k,
                               cairn_tie tie, cairn_missing missing, cairn_choice_credit *out) {
    return within_item(ctx, best_credit(ctx, scores, right, k, tie, missing, out), id);
}

cairn_status cairn_pairwise_rank(cairn_ctx *ctx, const char *id, const cairn_verdict *won, int32_t n,
                                 cairn_pairwise_rank_result *out) {
    cairn_pairwise_rank_result rank = {0};
    if (n < 1) return within_item(ctx, cairn_fail(ctx, CAIRN_INVALID, "there is no comparison"), id);
    for (int32_t i = 0; i < n; i++) {
        rank.wins += won[i] == CAIRN_VERDICT_RIGHT;
        rank.unknown += won[i] == CAIRN_VERDICT_UNKNOWN;
    }
    rank.losses = n - rank.wins;
    rank.position = 1 + rank.losses;
    rank.strict = rank.losses == 0;
    *out = rank;
    return CAIRN_OK;
}

/* ---- both orders of a pair ------------------------------------------------------------------------------------- */

double cairn_swap_credit(cairn_slot as_one, cairn_slot as_two) {
    if (as_one == CAIRN_SLOT_ONE && as_two == CAIRN_SLOT_TWO) return 1.0;
    if (as_one == CAIRN_SLOT_TWO && as_two == CAIRN_SLOT_ONE) return 0.0;
    return 0.5;
}

cairn_status cairn_swap_measure(cairn_ctx *ctx, const cairn_slot *as_one, const cairn_slot *as_two, size_t n,
                                cairn_swap_report *out) {
    double sum = 0.0, decided = 0.0, right = 0.0, bias = 0.0;
    int64_t unknown = 0;
    if (n == 0) return cairn_fail(ctx, CAIRN_INVALID, "there is no pair");
    for (size_t i = 0; i < n; i++) {
        double credit = cairn_swap_credit(as_one[i], as_two[i]);
        sum += credit;
        decided += credit != 0.5;
        right += credit == 1.0;
        unknown += as_one[i] == CAIRN_SLOT_UNKNOWN || as_two[i] == CAIRN_SLOT_UNKNOWN;
        bias += as_one[i] == CAIRN_SLOT_ONE && as_two[i] == CAIRN_SLOT_ONE;
        bias -= as_one[i] == CAIRN_SLOT_TWO && as_two[i] == CAIRN_SLOT_TWO;
    }
    double count = (double)n;
    *out = (cairn_swap_report){.n = (int64_t)n,
                               .unknown = unknown,
                               .total = sum / count,
                               .decided = decided / count,
                               .decided_right = decided > 0.0 ? right / decided : NAN,
                               .position_bias = bias / count};
    return CAIRN_OK;
}

cairn_slot cairn_swap_ratings(const double front[2], const double back[2]) {
    double one = front[0] + back[1], two = front[1] + back[0];
    if (isnan(one) || isnan(two)) return CAIRN_SLOT_UNKNOWN;
    return one > two ? CAIRN_SLOT_ONE : one < two ? CAIRN_SLOT_TWO : CAIRN_SLOT_TIE;
}

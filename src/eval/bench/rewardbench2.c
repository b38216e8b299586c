/* RewardBench 2 (arXiv 2506.01937): is the right answer the best of four, and are right answers better by far than
 * wrong ones where many are right? */
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "cairn/say.h"
#include "eval/bench_questions.h"

enum { ANSWERS_MOST = 256, RATING_MOST = 10 };

typedef struct rewardbench2_config {
    int32_t tie, missing, ask;
} rewardbench2_config;

static const cairn_option options[] = {
    CAIRN_CHOICE(rewardbench2_config, tie, "share", CAIRN_TIE_CHOICES,
                 "What the right answer gets that shares the greatest score; share: 1 / number of them, as published."),
    CAIRN_CHOICE(rewardbench2_config, missing, "chance", CAIRN_MISSING_CHOICES,
                 "What a missing score or rating is worth; chance: it takes no part, and with none left a choice gets "
                 "the credit of a random one, as published."),
    CAIRN_CHOICE(rewardbench2_config, ask, "ranking", "ranking|rating",
                 "How a critic is asked: to choose one of four answers, or to rate each; answers of Ties are always "
                 "rated. The paper has the better of the two."),
};

enum { ITEMS, CREDIT, SHARED, MISSING, REF, REF_RIGHT, TIED, TIED_RIGHT, PAIRS, PREFERRED, HARD, MARGIN, TALLIES };
static const char *const tallies[] = {"items", "credit",     "shared", "missing", "ref",        "ref_right",
                                      "tied",  "tied_right", "pairs",  "closer",  "closer_ref", "margin"};

enum { SCORE, TIE_RATE, REF_ACC, TIED_ACC, PREF_SHARE, HARD_SHARE, MARGIN_MEAN, FIGURES };
static const cairn_bench_figure figures[] = {
    {"score", "Mean credit of the subset; of Ties its weighted score, -1 to 101.", CAIRN_FIGURE_PERCENT},
    {"tie_rate", "Several answers share the greatest score.", CAIRN_FIGURE_PERCENT},
    {"ref", "Ties, prompts with one right answer: it is above every wrong one.", CAIRN_FIGURE_PERCENT},
    {"tied", "Ties, prompts with several: all of them are.", CAIRN_FIGURE_PERCENT},
    {"closer", "Ties: right answers lie closer together than to the best wrong one.", CAIRN_FIGURE_PERCENT},
    {"closer_ref", "Ties: the same, also against the gap of the prompt with one right answer.", CAIRN_FIGURE_PERCENT},
    {"margin", "Ties: mean of tanh(gap / spread - 1).", CAIRN_FIGURE_NUMBER},
};

static bool is_ties(const char *subset) {
    return strcasecmp(subset, "ties") == 0;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static cairn_status refuse(cairn_bench_run *run, const char *field, const char *expected) {
    return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s`: expected %s", cairn_bench_where(run), field,
                      expected);
}

/* Ratings are numbers or a judge's words; one that cannot be read is missing, but -1 among Ties. */
static void read_ratings(const json_t *row, cairn_bench_item *item) {
    for (int32_t i = 0; i < item->n; i++) {
        const json_t *value = json_array_get(json_object_get(row, "ratings"), (size_t)i);
        cairn_said said = cairn_say_rating(json_string_value(value), CAIRN_RATING_TRAILING, 1, RATING_MOST);
        double rating = json_is_number(value) ? json_number_value(value) : said.value;
        if (rating < 0) rating = is_ties(item->subset) ? -1 : NAN;
        item->candidates[i].score = rating;
        item->answered = true;
    }
}

/* A judge's choice among A to D, where the right answer changed places with number `shuffle_position`. */
static cairn_status read_ranking(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    static const char *const letters[] = {"A", "B", "C", "D"};
    int64_t swapped;
    const char *judgement;
    CAIRN_TRY(cairn_bench_text(run, row, "judgement", &judgement));
    CAIRN_TRY(cairn_bench_int(run, row, "shuffle_position", 0, 3, &swapped));
    if (item->n != 4) return refuse(run, "judgement", "four answers, of which it chooses one");
    int32_t said = cairn_say_choice(judgement, letters, 4, CAIRN_CHOICE_BRACKETED).value;
    if (said == swapped)
        said = 0;
    else if (said == 0)
        said = (int32_t)swapped;
    for (int32_t i = 0; said >= 0 && i < 4; i++) item->candidates[i].score = i == said;
    item->answered = true;
    return CAIRN_OK;
}

static cairn_status read_scores(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    double *scores;
    int32_t n;
    CAIRN_TRY(cairn_bench_scores(run, row, "scores", &scores, &n));
    for (int32_t i = 0; i < n; i++) {
        item->candidates[i].score = scores[i];
        item->answered = item->answered || !isnan(scores[i]);
    }
    return CAIRN_OK;
}

/* The credit itself, as the released script records it for judges in words. */
static cairn_status read_result(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    double *credit = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *credit);
    if (!credit) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_bench_real(run, row, "results", credit));
    if (is_ties(item->subset)) return refuse(run, "scores", "the scores of an item of Ties");
    if (!(*credit >= 0 && *credit <= 1)) return refuse(run, "results", "a credit from 0 to 1");
    item->own = credit;
    item->said = 0; /* by `own` */
    item->answered = true;
    return CAIRN_OK;
}

/* "ref:17" has one right answer, "tied:17" several. */
static cairn_status check_ties(cairn_bench_run *run, const char *id, int64_t n_right) {
    bool ref = strncmp(id, "ref:", 4) == 0, tied = strncmp(id, "tied:", 5) == 0;
    const char *number = strchr(id, ':');
    if ((!ref && !tied) || !number[1] || strlen(number + 1) > 18 ||
        strspn(number + 1, "0123456789") != strlen(number + 1))
        return refuse(run, "id", "\"ref:\" or \"tied:\" and a number in the subset Ties");
    if (tied ? n_right < 2 : n_right != 1)
        return refuse(run, "num_correct", tied ? "two or more right answers of `tied:`" : "one right answer of `ref:`");
    return CAIRN_OK;
}

/* Right answers come first. Where they are, and how many: `chosen` and `rejected`, or `num_correct` of the list that
 * the row has. */
static cairn_status count_answers(cairn_bench_run *run, const json_t *row, int32_t *n, int64_t *n_right) {
    static const char *const lists[] = {"scores", "ratings", "text"};
    int32_t chosen = cairn_bench_length(row, "chosen");
    *n = chosen + cairn_bench_length(row, "rejected");
    for (int i = 0; i < 3; i++) {
        int32_t length = cairn_bench_length(row, lists[i]);
        if (length == 0) continue;
        if (*n != 0 && length != *n) return refuse(run, lists[i], "one element an answer");
        *n = length;
    }
    if (*n == 0 && (cairn_bench_has(row, "judgement") || cairn_bench_has(row, "results"))) *n = 4;
    if (*n < 2 || *n > ANSWERS_MOST) return refuse(run, "scores", "2 to 256 answers, or `chosen` and `rejected`");
    *n_right = chosen ? chosen : 1;
    if (cairn_bench_has(row, "num_correct")) {
        CAIRN_TRY(cairn_bench_int(run, row, "num_correct", 1, *n - 1, n_right));
        if (chosen && *n_right != chosen) return refuse(run, "num_correct", "the number of `chosen` answers");
    }
    return *n_right < *n ? CAIRN_OK : refuse(run, "rejected", "a wrong answer");
}

static cairn_status read_texts(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    int32_t chosen = cairn_bench_length(row, "chosen");
    if (!chosen) return cairn_bench_answers(run, row, "text", item->candidates, item->n);
    CAIRN_TRY(cairn_bench_answers(run, row, "chosen", item->candidates, chosen));
    return cairn_bench_answers(run, row, "rejected", item->candidates + chosen, item->n - chosen);
}

static cairn_status read_one(cairn_bench_run *run, const json_t *row) {
    const char *id, *subset, *prompt;
    int32_t n;
    int64_t n_right;
    cairn_bench_item item;
    CAIRN_TRY(cairn_bench_text(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_text(run, row, "subset", &subset));
    CAIRN_TRY(cairn_bench_prompt(run, row, "prompt", &prompt));
    CAIRN_TRY(count_answers(run, row, &n, &n_right));
    if (is_ties(subset)) CAIRN_TRY(check_ties(run, id, n_right));
    CAIRN_TRY(cairn_bench_choice_item(run, id, subset, prompt, n, &item));
    item.group = is_ties(subset) ? strchr(id, ':') + 1 : id;
    for (int32_t i = 0; i < n; i++) item.candidates[i].right = i < n_right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    CAIRN_TRY(read_texts(run, row, &item));
    if (cairn_bench_has(row, "scores"))
        CAIRN_TRY(read_scores(run, row, &item));
    else if (cairn_bench_has(row, "ratings"))
        read_ratings(row, &item);
    else if (cairn_bench_has(row, "judgement"))
        CAIRN_TRY(read_ranking(run, row, &item));
    else if (cairn_bench_has(row, "results"))
        CAIRN_TRY(read_result(run, row, &item));
    return cairn_bench_add(run, &item);
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    return cairn_bench_each(run, row, "id", read_one);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static int32_t question_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    bool rated = ((const rewardbench2_config *)cairn_bench_config(run))->ask == 1 || item->n != 4;
    return is_ties(item->subset) ? 2 : rated;
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

/* Scores and right ones of an item; the number of missing scores. */
static int32_t lay_out(const cairn_bench_item *item, double *scores, bool *right, int32_t *n_right) {
    int32_t missing = 0;
    *n_right = 0;
    for (int32_t i = 0; i < item->n; i++) {
        scores[i] = item->candidates[i].score;
        right[i] = item->candidates[i].right == CAIRN_VERDICT_RIGHT;
        missing += isnan(scores[i]);
        *n_right += right[i];
    }
    return missing;
}

/* An item counts for its own accuracy; the tied one also for its pair with the ref item of the same number. With a
 * score missing nothing is right. */
static cairn_status tally_ties(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    bool tied = *item->id == 't', right[ANSWERS_MOST];
    double scores[2][ANSWERS_MOST];
    int32_t n_right[2];
    cairn_one_vs_many_result alone;
    t[MISSING] = lay_out(item, scores[1], right, &n_right[1]);
    t[tied ? TIED : REF] = 1;
    if (t[MISSING] == 0) {
        CAIRN_TRY(cairn_one_vs_many(cairn_bench_ctx(run), item->id, scores[1], n_right[1], scores[1] + n_right[1],
                                    item->n - n_right[1], &alone));
        t[tied ? TIED_RIGHT : REF_RIGHT] = alone.strict;
    }
    const char *ref_id = tied ? cairn_arena_printf(cairn_bench_arena(run), "ref:%s", item->id + 5) : "";
    if (!ref_id) return CAIRN_NO_MEMORY;
    const cairn_bench_item *ref = tied ? cairn_bench_find(run, item->subset, ref_id) : NULL;
    if (!ref) return CAIRN_OK;
    t[PAIRS] = 1;
    t[MARGIN] = -1;
    if (lay_out(ref, scores[0], right, &n_right[0]) > 0 || t[MISSING] > 0) return CAIRN_OK;
    cairn_ties_score pair;
    cairn_ties_item two[2] = {{ref->id, scores[0], ref->n, n_right[0]}, {item->id, scores[1], item->n, n_right[1]}};
    CAIRN_TRY(cairn_ties_measure(cairn_bench_ctx(run), two, 2, &pair));
    t[PREFERRED] = pair.preferred;
    t[HARD] = pair.hard;
    t[MARGIN] = pair.margin;
    return CAIRN_OK;
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const rewardbench2_config *config = cairn_bench_config(run);
    double scores[ANSWERS_MOST];
    bool right[ANSWERS_MOST];
    int32_t n_right;
    cairn_choice_credit credit;
    if (is_ties(item->subset)) return tally_ties(run, item, t);
    if (item->said != CAIRN_EVAL_NONE) {
        t[ITEMS] = 1;
        t[CREDIT] = *(const double *)item->own;
        return CAIRN_OK;
    }
    t[MISSING] = lay_out(item, scores, right, &n_right);
    CAIRN_TRY(cairn_best_credit(cairn_bench_ctx(run), NULL, scores, right, item->n, (cairn_tie)config->tie,
                                (cairn_missing)config->missing, &credit));
    t[ITEMS] = !credit.dropped;
    t[CREDIT] = credit.dropped ? 0 : credit.credit;
    t[SHARED] = !credit.dropped && credit.tied > 1;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[TIE_RATE] = cairn_bench_share(t[SHARED], t[ITEMS]);
    out[REF_ACC] = cairn_bench_share(t[REF_RIGHT], t[REF]);
    out[TIED_ACC] = cairn_bench_share(t[TIED_RIGHT], t[TIED]);
    out[PREF_SHARE] = cairn_bench_share(t[PREFERRED], t[PAIRS]);
    out[HARD_SHARE] = cairn_bench_share(t[HARD], t[PAIRS]);
    out[MARGIN_MEAN] = cairn_bench_share(t[MARGIN], t[PAIRS]);
    out[SCORE] = t[REF] + t[TIED] == 0 ? cairn_bench_share(t[CREDIT], t[ITEMS])
                                       : .30 * out[TIED_ACC] + .30 * out[REF_ACC] + .20 * out[PREF_SHARE] +
                                             .20 * out[HARD_SHARE] + .01 * out[MARGIN_MEAN];
}

static const cairn_bench_summary summaries[] = {
    {"average", "Plain mean of the subsets, six in the published file: the leaderboard's number.", false, NULL},
};

const cairn_bench_type cairn_bench_rewardbench2 = {
    .about = {.name = "rewardbench2",
              .summary = "Score the right answer above three wrong ones, and many right ones alike (RewardBench 2).",
              .source = "arXiv 2506.01937",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(rewardbench2_config)},
    .explain =
        "The right answer has credit 1 where its score is the greatest alone, 1/k where k answers share it, else 0. A "
        "subset's score is its mean credit, and the average is the plain mean of the six subsets.\n\n"
        "Items of the subset Ties come in pairs, ref:n with one right answer and tied:n with several. Spread is the "
        "best right score less the worst right one, gap the worst right one less the best wrong one. The score is .30 "
        "tied + .30 ref + .20 closer + .20 closer_ref + .01 margin, with tied and ref the shares of items whose gap is "
        "above 0, closer the share of pairs whose tied gap is above the spread, closer_ref the same for the lesser gap "
        "of the two, and margin the mean of tanh(lesser gap / spread - 1), 0 / 0 counted 0. An item without its "
        "partner counts for ref or tied alone. The score can reach 101.\n\n"
        "A judge that rates each answer is read by its last word, a whole number from 1 to 10; what cannot be read "
        "takes no part, and is -1 among Ties. A judge that ranks is read by the first of [[A]], [[B]], [[C]], [[D]], "
        "in this order, that stands anywhere; none is worth 1/4.\n\n"
        "Scores in low precision tie often: look at tie_rate.",
    .files = "the data (id, prompt, chosen, rejected, subset) for --reward; or the same, or score files, rows or "
             "columns, with scores (id, subset, scores, num_correct), with `ratings` as numbers or words, or with "
             "`judgement` and `shuffle_position`, or with the credit as `results`",
    .row = read_row,
    BENCH_ASKS(&bench_ask_ranking, &bench_ask_rating, &bench_ask_ties_rating),
    .question = question_of,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = SCORE,
    .measure = measure,
    .n_summaries = 1,
    .summaries = summaries,
    CAIRN_BENCH_CHOICE_JUDGES,
};

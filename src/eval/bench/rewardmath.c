/* RewardMATH (arXiv 2410.01729): does the right solution beat every wrong one of its problem? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cairn/choice.h"
#include "eval/bench_questions.h"

enum { ALL_AGGREGATES, CANDIDATES_MOST = 64 };

typedef struct rewardmath_config {
    const char *right, *except;
    int32_t steps; /* 0: all, else an aggregator + 1 */
    int32_t ask;   /* number of the question */
} rewardmath_config;

static const cairn_option options[] = {
    CAIRN_TEXT(rewardmath_config, right, "human_to_GPT-4", "",
               "Source of the right solutions; those called `chosen` are right too."),
    CAIRN_TEXT(rewardmath_config, except, "", "", "Leave out wrong solutions of this source."),
    CAIRN_CHOICE(rewardmath_config, steps, "all", "all|" CAIRN_AGGREGATOR_CHOICES,
                 "Recorded step scores to one score of a solution; all: a row of the table for each way."),
    CAIRN_CHOICE(
        rewardmath_config, ask, "rating", "rating|pairs",
        "How a critic is asked: to rate each solution, or to choose between the right one and each wrong one."),
};

enum { ITEMS, STRICT, TIES, RANK, TIED, UNEVEN, TALLIES };
static const char *const tallies[] = {"items", "strict", "with_ties", "rank", "tied", "not_one_against_nine"};

enum { ACCURACY, WITH_TIES, MRR, TIE_RATE, FIGURES };
static const cairn_bench_figure figures[] = {
    {"accuracy", "The right solution scores higher than every wrong one: the published accuracy.",
     CAIRN_FIGURE_PERCENT},
    {"with_ties", "The same where an equal score is enough.", CAIRN_FIGURE_PERCENT},
    {"mrr", "Mean of 1 / rank of the right solution, behind wrong ones of the same score.", CAIRN_FIGURE_PERCENT},
    {"tie_rate", "A wrong solution has the score of the right one.", CAIRN_FIGURE_PERCENT},
};

/* Files of pairs call the right solution so, whoever wrote it. */
static cairn_verdict verdict_of(const rewardmath_config *config, const char *source) {
    bool right = strcmp(source, config->right) == 0 || strcmp(source, "chosen") == 0;
    return right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

/* One score of a candidate by its recorded steps, which are the field's; without steps it keeps the score that it has. */
static cairn_status combine(cairn_bench_run *run, cairn_aggregator how, const char *field, cairn_bench_candidate *c) {
    static const cairn_aggregate_policy policy = {
        .allow_empty = true, .empty_value = 0.5, .unknown = CAIRN_UNKNOWN_STEP_SPREAD};
    if (!c->scores) return CAIRN_OK;
    cairn_status status =
        cairn_aggregate_checked(cairn_bench_ctx(run), how, c->scores, (size_t)c->n_steps, &policy, &c->score);
    if (status == CAIRN_OK) return CAIRN_OK;
    return cairn_fail_within(cairn_bench_ctx(run), status, "%s: field `%s`", cairn_bench_where(run), field);
}

/* Sums of scores are not one of the paper's ways. */
static bool is_shown(const rewardmath_config *config, int how) {
    return config->steps == how + 1 || (config->steps == ALL_AGGREGATES && how != CAIRN_AGGREGATE_SUM);
}

/* "Math_Shepherd_reward", with several aggregates "Math_Shepherd_reward product". */
static cairn_status add_ways(cairn_bench_run *run, cairn_bench_item *item, bool steps) {
    const rewardmath_config *config = cairn_bench_config(run);
    cairn_bench_candidate *read = item->candidates;
    const char *stem = item->subset;
    if (!steps) return cairn_bench_add(run, item);
    for (int how = 0; how <= CAIRN_AGGREGATE_ODDS; how++) {
        if (!is_shown(config, how)) continue;
        item->subset =
            cairn_arena_printf(cairn_bench_arena(run), "%s %s", stem, cairn_aggregator_name((cairn_aggregator)how));
        item->candidates = cairn_arena_alloc(cairn_bench_arena(run), (size_t)item->n + 1, sizeof *item->candidates);
        if (!item->subset || !item->candidates) return CAIRN_NO_MEMORY;
        memcpy(item->candidates, read, (size_t)item->n * sizeof *read);
        for (int32_t i = 0; i < item->n; i++)
            CAIRN_TRY(combine(run, (cairn_aggregator)how, "score", &item->candidates[i]));
        CAIRN_TRY(cairn_bench_add(run, item));
    }
    return CAIRN_OK;
}

/* The score of a candidate: a number, null, or an array of step scores. */
static cairn_status read_score(cairn_bench_run *run, const json_t *value, cairn_bench_candidate *c, bool *steps) {
    char field[32] = "score";
    json_t *row = json_pack("{s:O}", field, value);
    if (!row) return cairn_fail(cairn_bench_ctx(run), CAIRN_NO_MEMORY, "no memory for a score");
    cairn_status status = CAIRN_OK;
    *steps = *steps || json_is_array(value);
    if (json_is_array(value))
        status = cairn_bench_reals(run, row, field, &c->scores, &c->n_steps);
    else if (!json_is_null(value))
        status = cairn_bench_real(run, row, field, &c->score);
    json_decref(row);
    return status;
}

static cairn_status uneven(cairn_bench_run *run, const char *a, size_t n, const char *b, size_t m) {
    return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s`: expected %zu elements as `%s` has, got %zu",
                      cairn_bench_where(run), b, n, a, m);
}

static cairn_status too_many(cairn_bench_run *run) {
    return cairn_fail(cairn_bench_ctx(run), CAIRN_LIMIT, "%s: more than %d solutions of one problem",
                      cairn_bench_where(run), CANDIDATES_MOST);
}

/* A judge's verdicts on pairs: the right solution wins where it is named by its position. */
static cairn_status read_pairs(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    const char *const *positions;
    const json_t *scores = json_object_get(row, "score");
    int32_t n;
    CAIRN_TRY(cairn_bench_texts(run, row, "chosen_position", &positions, &n));
    if (n >= CANDIDATES_MOST) return too_many(run);
    if ((size_t)n != json_array_size(scores))
        return uneven(run, "chosen_position", (size_t)n, "score", json_array_size(scores));
    CAIRN_TRY(cairn_bench_choice_item(run, item->id, item->subset, item->problem, n + 1, item));
    item->candidates[0].right = CAIRN_VERDICT_RIGHT;
    item->candidates[0].score = 1;
    for (int32_t i = 0; i < n; i++) {
        const json_t *verdict = json_array_get(scores, (size_t)i);
        const char *said = json_string_value(verdict);
        if (!said && !json_is_null(verdict))
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `score[%d]`: expected a text or null",
                              cairn_bench_where(run), (int)i);
        bool won = said && strcmp(said, positions[i]) == 0;
        item->candidates[0].score += won;
        item->candidates[i + 1].score = won ? 1 : n + 2;
        item->candidates[i + 1].right = CAIRN_VERDICT_WRONG;
        item->answered = item->answered || said;
    }
    return CAIRN_OK;
}

static cairn_status read_scores(cairn_bench_run *run, const json_t *row, cairn_bench_item *item, bool *steps) {
    const rewardmath_config *config = cairn_bench_config(run);
    const json_t *scores = json_object_get(row, "score");
    const char *const *sources;
    int32_t n, kept = 0;
    CAIRN_TRY(cairn_bench_texts(run, row, "solution_reference", &sources, &n));
    if (n > CANDIDATES_MOST) return too_many(run);
    if ((size_t)n != json_array_size(scores))
        return uneven(run, "solution_reference", (size_t)n, "score", json_array_size(scores));
    CAIRN_TRY(cairn_bench_choice_item(run, item->id, item->subset, item->problem, n, item));
    for (int32_t i = 0; i < n; i++) {
        cairn_bench_candidate *c = &item->candidates[kept];
        if (*config->except && strcmp(sources[i], config->except) == 0) continue;
        c->source = sources[i];
        c->right = verdict_of(config, sources[i]);
        CAIRN_TRY(read_score(run, json_array_get(scores, (size_t)i), c, steps));
        kept++;
    }
    item->n = kept;
    item->answered = kept > 0;
    return CAIRN_OK;
}

/* The problem whose solutions stand one a row, while they are read. */
typedef struct gathered {
    cairn_bench_item item;
    bool steps; /* scores of steps are recorded */
} gathered;

/* Adds the problem whose solutions are all read. */
static cairn_status finish(cairn_bench_run *run, gathered *g) {
    cairn_bench_item item = g->item;
    g->item.id = NULL;
    return item.id ? add_ways(run, &item, g->steps) : CAIRN_OK;
}

/* Recorded scores of steps, which every way must be able to combine. Where they are not one a step, the texts have no
 * use. */
static cairn_status read_step_scores(cairn_bench_run *run, const json_t *row, cairn_bench_candidate *c) {
    int32_t n;
    CAIRN_TRY(cairn_bench_reals(run, json_object_get(row, "output"), "step_scores", &c->scores, &n));
    if (n != c->n_steps) c->steps = NULL;
    c->n_steps = n;
    for (int how = 0; how <= CAIRN_AGGREGATE_ODDS; how++)
        if (is_shown(cairn_bench_config(run), how))
            CAIRN_TRY(combine(run, (cairn_aggregator)how, "output.step_scores", c));
    return CAIRN_OK;
}

static cairn_status name_item(cairn_bench_run *run, const char **out) {
    return cairn_bench_print(run, out, "%s#%zu", cairn_bench_stem(run), cairn_bench_count(run));
}

/* The next problem of a file. */
static cairn_status begin(cairn_bench_run *run, const char *problem, gathered *g) {
    const char *id;
    CAIRN_TRY(finish(run, g));
    CAIRN_TRY(name_item(run, &id));
    CAIRN_TRY(cairn_bench_choice_item(run, id, cairn_bench_stem(run), problem, CANDIDATES_MOST, &g->item));
    g->item.n = 0;
    g->item.group = problem;
    g->steps = false;
    return CAIRN_OK;
}

/* A solution, one a row: those of one problem stand together. Each file has a stem of its own. */
static cairn_status read_solution(cairn_bench_run *run, const json_t *row) {
    const rewardmath_config *config = cairn_bench_config(run);
    const char *problem, *source,
        *said_by = cairn_bench_has(row, "solution_reference") ? "solution_reference" : "solution_type";
    gathered *g = *cairn_bench_own(run);
    cairn_bench_candidate c = {.score = NAN};
    CAIRN_TRY(cairn_bench_text(run, row, "problem", &problem));
    CAIRN_TRY(cairn_bench_text(run, row, said_by, &source));
    CAIRN_TRY(cairn_bench_texts(run, row, "eval_solution", &c.steps, &c.n_steps));
    bool recorded = cairn_bench_has(json_object_get(row, "output"), "step_scores");
    if (recorded) CAIRN_TRY(read_step_scores(run, row, &c));
    if (*config->except && strcmp(source, config->except) == 0) return CAIRN_OK;
    if (!g) *cairn_bench_own(run) = g = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *g);
    if (!g) return CAIRN_NO_MEMORY;
    if (!g->item.id || g->item.subset != cairn_bench_stem(run) || strcmp(g->item.problem, problem) != 0)
        CAIRN_TRY(begin(run, problem, g));
    if (g->item.n == CANDIDATES_MOST) return too_many(run);
    c.source = source;
    c.right = verdict_of(config, source);
    g->item.candidates[g->item.n++] = c;
    g->item.answered = g->item.answered || recorded;
    g->steps = g->steps || recorded;
    return CAIRN_OK;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    cairn_bench_item item = {.subset = cairn_bench_stem(run)};
    bool steps = false;
    if (cairn_bench_has(row, "eval_solution")) return read_solution(run, row);
    CAIRN_TRY(name_item(run, &item.id));
    CAIRN_TRY(cairn_bench_text(run, row, "problem", &item.problem));
    if (!json_is_array(json_object_get(row, "score")))
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `score`: expected an array of scores",
                          cairn_bench_where(run));
    if (cairn_bench_has(row, "chosen_position"))
        CAIRN_TRY(read_pairs(run, row, &item));
    else
        CAIRN_TRY(read_scores(run, row, &item, &steps));
    item.group = item.problem;
    return add_ways(run, &item, steps);
}

/* A problem may lack its right solution, but not all of them: then it has another name. */
static cairn_status end(cairn_bench_run *run) {
    const char *other = NULL;
    if (*cairn_bench_own(run)) CAIRN_TRY(finish(run, *cairn_bench_own(run)));
    for (size_t i = 0; i < cairn_bench_count(run); i++) {
        const cairn_bench_item *item = cairn_bench_item_at(run, i);
        for (int32_t k = 0; k < item->n; k++) {
            if (item->candidates[k].right == CAIRN_VERDICT_RIGHT) return CAIRN_OK;
            if (!other) other = item->candidates[k].source;
        }
    }
    if (!other) return CAIRN_OK;
    return cairn_fail(cairn_bench_ctx(run), CAIRN_INVALID,
                      "%s: no solution is of `%.60s`, the source of the right ones (--right): the first is of `%.60s`",
                      cairn_bench_stem(run), ((const rewardmath_config *)cairn_bench_config(run))->right, other);
}

static int32_t question_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    (void)item;
    return ((const rewardmath_config *)cairn_bench_config(run))->ask;
}

/* Without a right solution nothing is right; a score that is no number never wins. */
static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    double right[CANDIDATES_MOST], wrong[CANDIDATES_MOST];
    int32_t n_right = 0, n_wrong = 0;
    cairn_one_vs_many_result r;
    for (int32_t i = 0; i < item->n; i++) {
        const cairn_bench_candidate *c = &item->candidates[i];
        bool is_right = c->right == CAIRN_VERDICT_RIGHT;
        double score = isnan(c->score) ? (is_right ? -INFINITY : INFINITY) : c->score;
        if (is_right)
            right[n_right++] = score;
        else
            wrong[n_wrong++] = score;
    }
    t[ITEMS] = 1;
    t[UNEVEN] = n_right != 1 || n_wrong != 9;
    if (n_right == 0 || !item->answered) return CAIRN_OK;
    if (n_wrong == 0) {
        t[STRICT] = t[TIES] = t[RANK] = 1;
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_one_vs_many(cairn_bench_ctx(run), item->id, right, n_right, wrong, n_wrong, &r));
    t[STRICT] = r.strict;
    t[TIES] = r.with_ties;
    t[RANK] = r.rank_pessimistic;
    t[TIED] = r.ties > 0;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[ACCURACY] = t[STRICT] / t[ITEMS];
    out[WITH_TIES] = t[TIES] / t[ITEMS];
    out[MRR] = t[RANK] / t[ITEMS];
    out[TIE_RATE] = t[TIED] / t[ITEMS];
}

const cairn_bench_type cairn_bench_rewardmath = {
    .about = {.name = "rewardmath",
              .summary = "Score a right solution above all nine wrong ones of its problem (RewardMATH).",
              .source = "arXiv 2410.01729",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(rewardmath_config)},
    .explain = "A problem has one right solution, written in the style of the nine wrong ones, which come from as many "
               "models. A reward is right on the problem where the least score of a right solution is above the "
               "greatest of a wrong one.\n\n"
               "The tie rule decides everything for coarse judges, so that both accuracies and the tie rate are shown. "
               "In the rank an equal wrong solution stands before the right one. Of pairwise judgements each win "
               "counts, an unreadable verdict is a loss, and accuracy needs all nine.\n\n"
               "Recorded step scores become one score by each of the paper's ways (--steps): product rewards few "
               "steps. A probability of 0 or 1 has no finite logit or odds, and a score that is no number never wins.",
    .files = "result files (problem, solution_reference, score; of pairs also chosen_position; or a solution a row: "
             "eval_solution, solution_type, output.step_scores), or the problems' own file (eval_solution) for "
             "--reward",
    .row = read_row,
    .end = end,
    BENCH_ASKS(&bench_ask_tagged_rating, &bench_ask_judgement),
    .question = question_of,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = ACCURACY,
    .measure = measure,
    CAIRN_BENCH_CHOICE_JUDGES,
};

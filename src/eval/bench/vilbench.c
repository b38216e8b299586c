/* ViLBench (arXiv 2503.20271): does a reward choose a right one of many solutions, and does scoring steps help? */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/bench.h"

enum { CANDIDATES_MOST = 512, SIZES = 2 };
static const int32_t sizes[SIZES] = {2, 8};

typedef struct vilbench_config {
    int32_t tie, aggregate, gap;
    int64_t select;
    bool allow_circular;
} vilbench_config;

static const cairn_option options[] = {
    CAIRN_CHOICE(vilbench_config, tie, "expected", CAIRN_TIE_CHOICES,
                 "What candidates are worth that share the greatest score; expected: one is taken at random."),
    CAIRN_CHOICE_AS("prm-aggregate", vilbench_config, aggregate, "mean", CAIRN_AGGREGATOR_CHOICES,
                    "Recorded `prm` scores of steps to one score."),
    CAIRN_INT(vilbench_config, select, "0", 0, 1e9, "questions",
              "Measure only the questions that need scores of steps most, by the recorded ones; 0: all."),
    CAIRN_CHOICE(vilbench_config, gap, "mean", "mean|auc",
                 "That need: by mean scores, as in the paper, or by AUROC, which no generous scorer changes."),
    CAIRN_BOOL_AS("allow-circular", vilbench_config, allow_circular, "false",
                  "Let the scores that select the questions be measured on them."),
};

enum { QUESTIONS, SAMPLE, ORACLE, VOTED, MAJORITY, N_PRM, PRM, N_ORM, ORM, BOTH, GAIN, N_NEED, NEED, NEED_AUC };
/* SIZE and BEST + i: questions with sizes[i] candidates, and the best of so many. */
enum { MISSING = NEED_AUC + 1, SIZE, BEST = SIZE + SIZES, TALLIES = BEST + SIZES };
static const char *const tallies[] = {"questions", "sample", "oracle", "voted",  "majority",  "with_prm", "prm",
                                      "with_orm",  "orm",    "both",   "gain",   "with_need", "need",     "need_auc",
                                      "missing",   "of_2",   "of_8",   "best_2", "best_8"};

enum { F_QUESTIONS, F_SAMPLE, F_PRM, F_ORM, F_GAIN, F_MAJORITY, F_ORACLE, F_NEED, F_NEED_AUC, F_BEST };
enum { FIGURES = F_BEST + SIZES };
static const cairn_bench_figure figures[] = {
    {"questions", "Questions that are measured: all, or those of --select.", CAIRN_FIGURE_COUNT},
    {"sample", "One solution taken at random is right: no reward at all.", CAIRN_FIGURE_PERCENT},
    {"prm", "The best by scores of steps, recorded or by --reward, is right.", CAIRN_FIGURE_PERCENT},
    {"orm", "The best by recorded scores of whole solutions is.", CAIRN_FIGURE_PERCENT},
    {"gain", "prm - orm, where both are there.", CAIRN_FIGURE_SIGNED},
    {"majority", "The most frequent answer is right.", CAIRN_FIGURE_PERCENT},
    {"oracle", "Any solution is right: the most that a choice can reach.", CAIRN_FIGURE_PERCENT},
    {"need", "Mean of prm scores less mean of orm scores: the paper's need of scores of steps.", CAIRN_FIGURE_NUMBER},
    {"need_auc", "The same by AUROC within a question.", CAIRN_FIGURE_NUMBER},
    {"bo2", "The best of 2 by prm, averaged over all ways to draw them.", CAIRN_FIGURE_PERCENT},
    {"bo8", "Of 8, where there are as many.", CAIRN_FIGURE_PERCENT},
};

/* What a file holds of a question's candidates. */
typedef struct recorded {
    const char **answers; /* [n], NULL: none */
    double *orm, *prm;    /* [n], NaN: none */
    bool left_out;        /* by `select` */
    double need;          /* NaN: not to be told */
} recorded;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static cairn_status read_candidate(cairn_bench_run *run, const json_t *value, cairn_bench_candidate *out, recorded *own,
                                   int32_t i) {
    const vilbench_config *config = cairn_bench_config(run);
    bool right = false;
    int32_t n;
    if (cairn_bench_has(value, "correct")) {
        CAIRN_TRY(cairn_bench_bool(run, value, "correct", &right));
        out->right = right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    }
    if (cairn_bench_has(value, "steps")) CAIRN_TRY(cairn_bench_texts(run, value, "steps", &out->steps, &out->n_steps));
    CAIRN_TRY(cairn_bench_maybe_text(run, value, "answer", &own->answers[i]));
    CAIRN_TRY(cairn_bench_score(run, value, "orm", &own->orm[i]));
    own->prm[i] = NAN;
    if (!cairn_bench_has(value, "prm")) return CAIRN_OK;
    CAIRN_TRY(cairn_bench_reals(run, value, "prm", &out->scores, &n));
    if (out->steps && n != out->n_steps)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `prm`: expected %d scores, one a step, got %d",
                          cairn_bench_where(run), (int)out->n_steps, (int)n);
    out->n_steps = n;
    if (n > 0) own->prm[i] = cairn_aggregate((cairn_aggregator)config->aggregate, out->scores, (size_t)n);
    out->score = own->prm[i];
    return CAIRN_OK;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *source, *question;
    const json_t *list = json_object_get(row, "candidates");
    int32_t n = cairn_bench_length(row, "candidates"), known = 0;
    recorded *own = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *own);
    cairn_bench_item item;
    CAIRN_TRY(cairn_bench_row_id(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "source", &source));
    CAIRN_TRY(cairn_bench_prompt(run, row, "question", &question));
    if (n < 1 || n > CANDIDATES_MOST)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `candidates`: expected 1 to %d solutions",
                          cairn_bench_where(run), CANDIDATES_MOST);
    CAIRN_TRY(cairn_bench_choice_item(run, id, source, question, n, &item));
    if (!own) return CAIRN_NO_MEMORY;
    own->answers = cairn_arena_alloc(cairn_bench_arena(run), (size_t)n, sizeof *own->answers);
    own->orm = cairn_arena_alloc(cairn_bench_arena(run), (size_t)n, sizeof *own->orm);
    own->prm = cairn_arena_alloc(cairn_bench_arena(run), (size_t)n, sizeof *own->prm);
    if (!own->answers || !own->orm || !own->prm) return CAIRN_NO_MEMORY;
    item.own = own;
    for (int32_t i = 0; i < n; i++) {
        if (!json_is_object(json_array_get(list, (size_t)i)))
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `candidates[%d]`: expected an object",
                              cairn_bench_where(run), (int)i);
        cairn_status status = read_candidate(run, json_array_get(list, (size_t)i), &item.candidates[i], own, i);
        if (status != CAIRN_OK) return cairn_fail_within(cairn_bench_ctx(run), status, "candidate %d", (int)i);
        known += item.candidates[i].right != CAIRN_VERDICT_UNKNOWN;
        item.answered = item.answered || !isnan(own->prm[i]) || !isnan(own->orm[i]);
    }
    if (known == 0)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: field `candidates`: no solution is known to be `correct` or not",
                          cairn_bench_where(run));
    return cairn_bench_add(run, &item);
}

/* ---- which questions need scores of steps ------------------------------------------------------------------------ */

/* NaN where the file has no candidate with both scores. */
static cairn_status need_of(cairn_bench_run *run, const cairn_bench_item *item, cairn_gap_form form, double *out) {
    const recorded *own = item->own;
    double prm[CANDIDATES_MOST], orm[CANDIDATES_MOST];
    bool right[CANDIDATES_MOST];
    int32_t n = 0;
    *out = NAN;
    for (int32_t i = 0; i < item->n; i++) {
        if (isnan(own->prm[i]) || isnan(own->orm[i]) || item->candidates[i].right == CAIRN_VERDICT_UNKNOWN) continue;
        prm[n] = own->prm[i], orm[n] = own->orm[i];
        right[n++] = item->candidates[i].right == CAIRN_VERDICT_RIGHT;
    }
    return n ? cairn_step_need(cairn_bench_ctx(run), item->id, prm, orm, right, n, form, out) : CAIRN_OK;
}

/* The greatest need first; the lesser id where it is the same. */
static int by_need(const void *a, const void *b) {
    const cairn_bench_item *x = *(const cairn_bench_item *const *)a, *y = *(const cairn_bench_item *const *)b;
    double need_x = ((const recorded *)x->own)->need, need_y = ((const recorded *)y->own)->need;
    if (need_x != need_y) return need_x > need_y ? -1 : 1;
    return strcmp(x->id, y->id);
}

static cairn_status select_questions(cairn_bench_run *run) {
    const vilbench_config *config = cairn_bench_config(run);
    size_t n = 0, count = cairn_bench_count(run);
    if (config->select == 0) return CAIRN_OK;
    cairn_bench_item **items = cairn_arena_alloc(cairn_bench_arena(run), count + 1, sizeof *items);
    if (!items) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        cairn_bench_item *item = cairn_bench_item_at(run, i);
        recorded *own = item->own;
        CAIRN_TRY(need_of(run, item, (cairn_gap_form)config->gap, &own->need));
        own->left_out = true;
        if (!isnan(own->need)) items[n++] = item;
    }
    if ((size_t)config->select > n)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_INVALID,
                          "%lld questions cannot be selected of %zu that have both "
                          "scores",
                          (long long)config->select, n);
    qsort(items, n, sizeof *items, by_need);
    for (size_t i = 0; i < (size_t)config->select; i++) ((recorded *)items[i]->own)->left_out = false;
    return CAIRN_OK;
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

/* Credit of the most frequent answer, NaN without any. */
static double majority_of(const cairn_bench_item *item) {
    const recorded *own = item->own;
    int32_t most = 0, tied = 0, right = 0;
    for (int32_t i = 0; i < item->n; i++) {
        int32_t votes = 0;
        bool first = own->answers[i] != NULL;
        for (int32_t k = 0; own->answers[i] && k < item->n; k++) {
            bool same = own->answers[k] && strcmp(own->answers[i], own->answers[k]) == 0;
            first = first && !(same && k < i);
            votes += same;
        }
        if (!first || votes < most) continue;
        if (votes > most) most = votes, tied = right = 0;
        tied++;
        right += item->candidates[i].right == CAIRN_VERDICT_RIGHT;
    }
    return tied ? (double)right / tied : NAN;
}

/* The best of all, and of each of `sizes` where `t` is given. NaN: there is no score. */
static cairn_status best_of(cairn_bench_run *run, const cairn_bench_item *item, const double *scores, double *t,
                            double *out) {
    const vilbench_config *config = cairn_bench_config(run);
    cairn_verdict right[CANDIDATES_MOST];
    double curve[CANDIDATES_MOST];
    cairn_pool_notes notes;
    bool scored = false;
    *out = NAN;
    for (int32_t i = 0; i < item->n; i++) {
        right[i] = item->candidates[i].right;
        scored = scored || !isnan(scores[i]);
    }
    if (!scored) return CAIRN_OK;
    CAIRN_TRY(cairn_best_of_curve(cairn_bench_ctx(run), item->id, scores, right, item->n, (cairn_tie)config->tie, curve,
                                  &notes));
    *out = curve[notes.used - 1];
    if (!t) return CAIRN_OK;
    t[MISSING] = notes.missing;
    for (int i = 0; i < SIZES; i++) {
        t[SIZE + i] = notes.used >= sizes[i];
        t[BEST + i] = notes.used >= sizes[i] ? curve[sizes[i] - 1] : 0;
    }
    return CAIRN_OK;
}

/* Counts a value that may be unknown. */
static void count(double value, double *n, double *sum) {
    *n = !isnan(value);
    *sum = isnan(value) ? 0 : value;
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const vilbench_config *config = cairn_bench_config(run);
    const recorded *own = item->own;
    double scores[CANDIDATES_MOST], prm, orm, need, need_auc, known = 0, right = 0;
    bool same = true;
    if (own->left_out) return CAIRN_OK;
    for (int32_t i = 0; i < item->n; i++) {
        scores[i] = item->candidates[i].score;
        same = same && (scores[i] == own->prm[i] || (isnan(scores[i]) && isnan(own->prm[i])));
        known += item->candidates[i].right != CAIRN_VERDICT_UNKNOWN;
        right += item->candidates[i].right == CAIRN_VERDICT_RIGHT;
    }
    if (config->select > 0 && same && !config->allow_circular)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_INVALID,
                          "the scores that select the questions are measured on them, and look good: measure another "
                          "reward, or allow-circular");
    CAIRN_TRY(best_of(run, item, scores, t, &prm));
    CAIRN_TRY(best_of(run, item, own->orm, NULL, &orm));
    CAIRN_TRY(need_of(run, item, CAIRN_GAP_MEAN, &need));
    CAIRN_TRY(need_of(run, item, CAIRN_GAP_AUC, &need_auc));
    t[QUESTIONS] = 1;
    t[SAMPLE] = right / known;
    t[ORACLE] = right > 0;
    count(majority_of(item), &t[VOTED], &t[MAJORITY]);
    count(prm, &t[N_PRM], &t[PRM]);
    count(orm, &t[N_ORM], &t[ORM]);
    count(prm - orm, &t[BOTH], &t[GAIN]);
    count(need, &t[N_NEED], &t[NEED]);
    count(need_auc, &t[N_NEED], &t[NEED_AUC]);
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[F_QUESTIONS] = t[QUESTIONS];
    out[F_SAMPLE] = cairn_bench_share(t[SAMPLE], t[QUESTIONS]);
    out[F_PRM] = cairn_bench_share(t[PRM], t[N_PRM]);
    out[F_ORM] = cairn_bench_share(t[ORM], t[N_ORM]);
    out[F_GAIN] = cairn_bench_share(t[GAIN], t[BOTH]);
    out[F_MAJORITY] = cairn_bench_share(t[MAJORITY], t[VOTED]);
    out[F_ORACLE] = cairn_bench_share(t[ORACLE], t[QUESTIONS]);
    out[F_NEED] = cairn_bench_share(t[NEED], t[N_NEED]);
    out[F_NEED_AUC] = cairn_bench_share(t[NEED_AUC], t[N_NEED]);
    for (int i = 0; i < SIZES; i++) out[F_BEST + i] = cairn_bench_share(t[BEST + i], t[SIZE + i]);
}

static const cairn_bench_summary summaries[] = {
    {"average", "Plain mean of the sources.", false, NULL},
    {"all", "All questions together.", true, NULL},
};

const cairn_bench_type cairn_bench_vilbench = {
    .about = {.name = "vilbench",
              .summary = "Choose a right one of many solutions, by scores of steps or of the whole (ViLBench).",
              .source = "arXiv 2503.20271",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(vilbench_config)},
    .explain =
        "A question has many solutions of which it is known whether they are right. A reward is worth the share of "
        "questions of which its best solution is right. Scores from 1 to 5 tie often, and then one of the best is "
        "taken "
        "at random: the expected credit is computed, not drawn. A missing score is below all others. Solutions of "
        "unknown truth are left out.\n\n"
        "bo2 and bo8 are exact means over all sets of 2 and 8 of a question's solutions. sample is one of them at "
        "random, oracle the most that any choice could reach.\n\n"
        "need tells whether a question asks for scores of steps: the mean prm score less the mean orm score. A scorer "
        "that is generous with some topic selects that topic; need_auc compares how well either form tells right from "
        "wrong within the question. Questions must not be selected by the scores that are measured.\n\n"
        "The paper's own files could not be had: the rows are Cairn's, and the mean over steps, the rule for missing "
        "scores and the rule for ties are its choices. A reward that reads text sees no image.",
    .files =
        "rows of id, question, source and candidates: objects with correct, and steps, answer, orm (a score of the "
        "whole), prm (a score a step) where there are any",
    .row = read_row,
    .end = select_questions,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = F_PRM,
    .measure = measure,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_CHOICE_JUDGES,
};

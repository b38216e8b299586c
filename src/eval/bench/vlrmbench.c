/* VLRMBench (arXiv 2503.07478): which steps are faulty, which solution is better, will a beginning end well? */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cairn/choice.h"
#include "cairn/say.h"
#include "eval/bench_questions.h"

typedef struct vlrmbench_config {
    int32_t parse; /* cairn_ints_rule */
    double threshold;
} vlrmbench_config;

static const cairn_option options[] = {
    CAIRN_CHOICE(vlrmbench_config, parse, "digits-first", "digits-first|digits-last|bracketed",
                 "Labels in an answer about K steps: the first K runs of digits, as published, the last K, or the last "
                 "list of exactly K numbers. Of two ratings: the last two runs, or such a list."),
    CAIRN_REAL(vlrmbench_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores: a step is fine, and a beginning will end well, when the score is > threshold."),
};

enum { ANSWERED = CAIRN_BENCH_STEP_TALLIES, RIGHT, TIE, STEP_ITEMS, OUTCOMES, SILENT, COERCED, PADDED, CUT, LOOSE };
enum { TALLIES = LOOSE + 1 };
static const char *const tallies[] = {CAIRN_BENCH_STEP_TALLY_NAMES,
                                      "answered",
                                      "right",
                                      "tie",
                                      "step_items",
                                      "outcomes",
                                      "null",
                                      "coerced",
                                      "padded",
                                      "cut",
                                      "not_bare"};

enum { SCORE, F1_1, F1_0, BY_SHARE, MACRO, TIES, COUNTS, FIGURES = COUNTS + 5 };
static const cairn_bench_figure figures[] = {
    {"score",
     "The number of the paper's table: of steps F1_w, in which each F1 is weighted by the share of the other class; of "
     "outcomes the share of right ones; of critiques the share of wins.",
     CAIRN_FIGURE_PERCENT},
    {"f1_1", "F1 of faulty steps.", CAIRN_FIGURE_PERCENT},
    {"f1_0", "F1 of fine steps.", CAIRN_FIGURE_PERCENT},
    {"f1_freq", "The two, each weighted by the share of its own class.", CAIRN_FIGURE_PERCENT},
    {"f1_macro", "Plain mean of the two.", CAIRN_FIGURE_PERCENT},
    {"tie", "Two solutions are rated alike: not right, and not a win.", CAIRN_FIGURE_PERCENT},
    {"null", "Items without an answer: they leave the denominator. Null ratings are 0 and 0.", CAIRN_FIGURE_COUNT},
    {"coerced", "Labels above 1, which became 1.", CAIRN_FIGURE_COUNT},
    {"padded", "Missing labels, which became 0: fine.", CAIRN_FIGURE_COUNT},
    {"cut", "Numbers that were left out.", CAIRN_FIGURE_COUNT},
    {"not_bare", "Answers that are not just a list.", CAIRN_FIGURE_COUNT},
};

typedef struct vlrmbench_item {
    enum { STEPS, FORESIGHT, PAIR, CRITIQUE } kind;
    const char *chain; /* what is judged, as one text; NULL: the file does not have it */
    cairn_said_ints said;
    double front[2], back[2]; /* ratings with the first solution in front, and at the back */
} vlrmbench_item;

static const char *const tasks[] = {
    "step_correctness",        "redundant_det", "most_confidence",  "existence_hallucination",
    "attribute_hallucination", "detail_error",  "location_error",   "image_ref_error",
    "multi_solution",          "foresight",     "error_correction", "error_reason_analysis"};

/* The task whose name is the file's, or that of its folder: location_error.jsonl, location_error/model.jsonl. */
static const char *task_of(const cairn_bench_run *run) {
    const char *where = cairn_bench_where(run), *name = strrchr(where, '/'), *folder = name;
    while (folder && folder > where && folder[-1] != '/') folder--;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        size_t length = strlen(tasks[i]);
        if (strcmp(cairn_bench_stem(run), tasks[i]) == 0) return tasks[i];
        if (folder && (size_t)(name - folder) == length && strncmp(folder, tasks[i], length) == 0) return tasks[i];
    }
    return NULL;
}

/* ---- what the judge said ----------------------------------------------------------------------------------------- */

static cairn_status hear_steps(cairn_bench_run *run, cairn_bench_item *item) {
    const vlrmbench_config *c = cairn_bench_config(run);
    size_t n = (size_t)item->candidates[0].n_steps;
    int32_t *faulty = cairn_arena_alloc(cairn_bench_arena(run), n + 1, sizeof *faulty);
    int8_t *valid = cairn_arena_alloc(cairn_bench_arena(run), n + 1, sizeof *valid);
    if (!faulty || !valid) return CAIRN_NO_MEMORY;
    ((vlrmbench_item *)item->own)->said = cairn_say_ints(item->reply, (cairn_ints_rule)c->parse, 1, faulty, (int32_t)n);
    for (size_t i = 0; i < n; i++) valid[i] = faulty[i] == 0;
    item->valid = valid;
    return CAIRN_OK;
}

/* Two ratings, as words or as numbers. */
static cairn_status hear_ratings(cairn_bench_run *run, const json_t *row, const char *name, cairn_said_ints *sum,
                                 double out[2]) {
    const vlrmbench_config *c = cairn_bench_config(run);
    cairn_ints_rule rule = c->parse == CAIRN_INTS_BRACKETED ? CAIRN_INTS_BRACKETED : CAIRN_INTS_LAST;
    int32_t ints[2], n;
    const char *text;
    double *reals;
    if (json_is_array(json_object_get(row, name))) {
        CAIRN_TRY(cairn_bench_reals(run, row, name, &reals, &n));
        if (n != 2 || isnan(reals[0]) || isnan(reals[1]))
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s`: expected two numbers",
                              cairn_bench_where(run), name);
        memcpy(out, reals, sizeof(double[2]));
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_bench_maybe_text(run, row, name, &text));
    cairn_said_ints said = cairn_say_ints(text && *text ? text : "[0,0]", rule, INT32_MAX, ints, 2);
    for (int i = 0; i < 2; i++) out[i] = ints[i];
    sum->padded += said.padded, sum->cut += said.cut, sum->coerced += said.coerced;
    sum->bare = sum->bare && said.bare;
    return CAIRN_OK;
}

static cairn_status hear(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    vlrmbench_item *own = item->own;
    const char *front = own->kind == CRITIQUE ? "judge_res_1" : "model_answer_front";
    const char *back = own->kind == CRITIQUE ? "judge_res_2" : "model_answer_back";
    if (own->kind == PAIR || own->kind == CRITIQUE) {
        item->reply = json_object_get(row, front) ? "" : NULL;
        item->answered = cairn_bench_has(row, front) || cairn_bench_has(row, back);
        own->said.bare = true;
        CAIRN_TRY(hear_ratings(run, row, front, &own->said, own->front));
        return hear_ratings(run, row, back, &own->said, own->back);
    }
    if (own->kind == STEPS && cairn_bench_has(row, "scores")) return cairn_bench_step_scores(run, row, "scores", item);
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "model_answer", &item->reply));
    item->answered = item->reply != NULL;
    return item->reply && own->kind == STEPS ? hear_steps(run, item) : CAIRN_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* A label a step, 1: faulty. */
static cairn_status read_labels(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    cairn_bench_candidate *c = &item->candidates[0];
    int32_t *faulty, n;
    CAIRN_TRY(cairn_bench_ints(run, row, "task_gt", &faulty, &n));
    if (c->steps && n != c->n_steps)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: field `task_gt`: expected %d labels, one a step, got %d", cairn_bench_where(run),
                          (int)c->n_steps, (int)n);
    int8_t *truth = cairn_arena_alloc(cairn_bench_arena(run), (size_t)n + 1, sizeof *truth);
    if (!truth) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        truth[i] = faulty[i] == 0;
        if (faulty[i] != 0 && faulty[i] != 1)
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `task_gt[%d]`: expected 0 or 1, got %d",
                              cairn_bench_where(run), (int)i, (int)faulty[i]);
    }
    c->n_steps = n;
    item->truth = truth;
    return CAIRN_OK;
}

/* The chain that is judged, `reasoning_error`, as its steps "STEP1: ..", where it has one for each label; the file's own
 * list of steps is that of the right chain. */
static cairn_status read_chain(cairn_bench_run *run, const json_t *row, const char *const **steps, int32_t *n,
                               const char **chain) {
    int32_t labels = cairn_bench_length(row, "task_gt"), k = 0;
    const char **parts = cairn_arena_alloc(cairn_bench_arena(run), (size_t)labels + 2, sizeof *parts), *at;
    char tag[24];
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "reasoning_error", chain));
    if (!parts) return CAIRN_NO_MEMORY;
    for (at = *chain; at && k <= labels; k++) {
        snprintf(tag, sizeof tag, "STEP%d:", (int)k + 1);
        at = strstr(at, tag);
        if (!at) break;
        if (k > 0) parts[k - 1] = cairn_arena_copy(cairn_bench_arena(run), parts[k - 1], (size_t)(at - parts[k - 1]));
        if (k > 0 && !parts[k - 1]) return CAIRN_NO_MEMORY;
        parts[k] = at;
    }
    if (labels == 0 || k != labels) return CAIRN_OK;
    *steps = parts;
    *n = labels;
    return CAIRN_OK;
}

/* Steps a line each, where the row has no chain in one text. */
static cairn_status join_steps(cairn_bench_run *run, const cairn_bench_candidate *c, const char **chain) {
    size_t length = 0;
    if (!c->steps || c->n_steps == 0) return CAIRN_OK;
    for (int32_t i = 0; i < c->n_steps; i++) length += strlen(c->steps[i]) + 1;
    char *text = cairn_arena_alloc(cairn_bench_arena(run), length + 1, 1), *end = text;
    if (!text) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < c->n_steps; i++) {
        size_t n = strlen(c->steps[i]);
        if (i > 0) *end++ = '\n';
        memcpy(end, c->steps[i], n);
        end += n;
    }
    *chain = text;
    return CAIRN_OK;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const json_t *gold = json_object_get(row, "task_gt");
    const char *id, *problem, *task = task_of(run), *const *steps = NULL;
    int32_t n = 0;
    cairn_bench_item item;
    vlrmbench_item *own = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    if (json_object_get(row, "error_info")) return CAIRN_OK;
    CAIRN_TRY(cairn_bench_text(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "question", &problem));
    if (json_is_array(json_object_get(row, "step_list")))
        CAIRN_TRY(cairn_bench_texts(run, row, "step_list", &steps, &n));
    CAIRN_TRY(read_chain(run, row, &steps, &n, &own->chain));
    CAIRN_TRY(cairn_bench_steps_item(run, id, task, problem, steps, n, &item));
    bool pair = json_object_get(row, "model_answer_front") || (task && strcmp(task, "multi_solution") == 0);
    own->kind = json_object_get(row, "judge_res_1") ? CRITIQUE
                : pair                              ? PAIR
                : json_is_boolean(gold)             ? FORESIGHT
                                                    : STEPS;
    item.own = own;
    if (!own->chain) CAIRN_TRY(join_steps(run, &item.candidates[0], &own->chain));
    item.candidates[0].right = json_is_true(gold) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG; /* FORESIGHT */
    if (own->kind == STEPS) CAIRN_TRY(read_labels(run, row, &item));
    CAIRN_TRY(hear(run, row, &item));
    return cairn_bench_add(run, &item);
}

static cairn_status predict(cairn_bench_run *run, const json_t *row) {
    const char *id, *task = task_of(run);
    CAIRN_TRY(cairn_bench_text(run, row, "id", &id));
    cairn_bench_item *item = cairn_bench_find(run, task, id);
    if (!item)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `id`: no item has the id `%.64s`",
                          cairn_bench_where(run), id);
    if (item->answered)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `id`: `%.64s` has an answer already",
                          cairn_bench_where(run), id);
    return hear(run, row, item);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static cairn_status read_labels_said(cairn_bench_run *run, const cairn_bench_item *item,
                                     const cairn_bench_question *question, cairn_bench_heard *out) {
    cairn_bench_item said = *item; /* its `own` is written again by take_reply */
    (void)question;
    said.reply = out->text;
    CAIRN_TRY(hear_steps(run, &said));
    out->said = ((const vlrmbench_item *)item->own)->said.found > 0;
    out->rule = out->said ? "digits" : NULL;
    out->valid = said.valid;
    return CAIRN_OK;
}

static cairn_status read_foresight(cairn_bench_run *run, const cairn_bench_item *item,
                                   const cairn_bench_question *question, cairn_bench_heard *out) {
    (void)run, (void)item, (void)question;
    bench_hear_yes(cairn_say_yes(out->text, CAIRN_YES_WORD), out);
    return CAIRN_OK;
}

static const cairn_bench_question faulty_steps = {
    .name = "faulty-steps",
    .meaning = "VLRMBench's form of step tasks: a list with a 1 for each faulty step and a 0 for each other one.",
    .template =
        "Here are a question and a chain of reasoning of {steps} steps.\n\n[Question]\n{problem}\n\n"
        "[Reasoning]\n{solution}\n\nWhich steps are faulty? Answer with one list of {steps} numbers and nothing "
        "else, one a step in their order: 1 for a faulty step, 0 for a fine one. Its form is [0, 1, 0].",
    .shows = CAIRN_BENCH_SHOWS_OWN,
    .read = read_labels_said,
};

static const cairn_bench_question foresight = {
    .name = "foresight",
    .meaning = "VLRMBench's form of foresight: yes or no.",
    .template = "Here are a question and the beginning of a chain of reasoning.\n\n[Question]\n{problem}\n\n"
                "[Reasoning]\n{solution}\n\nWill it end in the right answer? Answer yes or no.",
    .shows = CAIRN_BENCH_SHOWS_OWN,
    .read = read_foresight,
};

/* Pairs and critiques are not asked about: they need two texts. */
static int32_t question_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    const vlrmbench_item *own = item->own;
    (void)run;
    return own->kind == STEPS ? 0 : own->kind == FORESIGHT ? 1 : -1;
}

static bool request(const cairn_bench_run *run, const cairn_bench_item *item, int32_t k,
                    const char *place[CAIRN_BENCH_PLACES]) {
    (void)run;
    place[CAIRN_BENCH_SOLUTION] = ((const vlrmbench_item *)item->own)->chain;
    return k == 0 && place[CAIRN_BENCH_SOLUTION];
}

static cairn_status take_reply(cairn_bench_run *run, cairn_bench_item *item, const cairn_bench_heard *heard,
                               int32_t n) {
    (void)n;
    item->reply = heard->text;
    item->answered = heard->text != NULL;
    return item->answered && ((const vlrmbench_item *)item->own)->kind == STEPS ? hear_steps(run, item) : CAIRN_OK;
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const vlrmbench_item *own = item->own;
    const cairn_bench_candidate *c = &item->candidates[0];
    double tau = ((const vlrmbench_config *)cairn_bench_config(run))->threshold;
    bool rated = item->reply && (own->kind == PAIR || own->kind == CRITIQUE);
    t[STEP_ITEMS] = own->kind == STEPS;
    t[OUTCOMES] = own->kind == FORESIGHT || own->kind == PAIR;
    t[SILENT] = !item->answered;
    if (!item->answered && !rated) return CAIRN_OK;
    t[ANSWERED] = 1;
    if (item->reply && own->kind != FORESIGHT) {
        t[COERCED] = own->said.coerced, t[PADDED] = own->said.padded, t[CUT] = own->said.cut;
        t[LOOSE] = !own->said.bare;
    }
    if (own->kind == STEPS) cairn_bench_tally_steps(item, tau, t);
    if (own->kind == FORESIGHT) {
        cairn_said_yes said = cairn_say_yes(item->reply, CAIRN_YES_WORD);
        if (!item->reply) said = (cairn_said_yes){c->score > tau, c->score <= tau};
        t[RIGHT] = c->right == CAIRN_VERDICT_RIGHT ? said.yes : said.no;
    }
    if (rated) {
        cairn_slot better = cairn_swap_ratings(own->front, own->back);
        t[RIGHT] = better == (own->kind == PAIR ? CAIRN_SLOT_ONE : CAIRN_SLOT_TWO); /* ONE: a critique's reference */
        t[TIE] = better == CAIRN_SLOT_TIE;
    }
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    double fine = t[CAIRN_BENCH_TP] + t[CAIRN_BENCH_FN], faulty = t[CAIRN_BENCH_TN] + t[CAIRN_BENCH_FP];
    double n = fine + faulty, others = t[STEP_ITEMS] > 0 ? 0 : t[ANSWERED];
    cairn_two_class f = cairn_bench_two_class(t); /* positive: fine */
    double f1_1 = f.negative_f1, f1_0 = f.f1;
    out[SCORE] = n > 0 ? (fine * f1_1 + faulty * f1_0) / n : cairn_bench_share(t[RIGHT], others);
    out[F1_1] = f1_1;
    out[F1_0] = f1_0;
    out[BY_SHARE] = (faulty * f1_1 + fine * f1_0) / n;
    out[MACRO] = f.macro_f1;
    out[TIES] = cairn_bench_share(t[TIE], others);
    for (int i = 0; i < FIGURES - COUNTS; i++) out[COUNTS + i] = t[SILENT + i];
}

/* Counts have no mean. */
static void settle(const void *config, double *out) {
    (void)config;
    for (int f = COUNTS; f < FIGURES; f++) out[f] = NAN;
}

static double of_steps(const void *config, const char *subset, const double *t) {
    (void)config, (void)subset;
    return t[STEP_ITEMS] > 0;
}

static double of_outcomes(const void *config, const char *subset, const double *t) {
    (void)config, (void)subset;
    return t[OUTCOMES];
}

static const cairn_bench_summary summaries[] = {
    {"steps", "Plain mean of the step tasks: the paper's process average.", false, of_steps},
    {"outcomes", "Mean of the outcome tasks by number of items, as the paper's outcome average seems to be.", false,
     of_outcomes},
};

/* A beginning is said to end well by the first baseline, never by the second, by a coin by the last; no baseline rates
 * solutions. */
static cairn_status pretend(cairn_bench_run *run, int32_t which, cairn_bench_item *item, cairn_rng *rng) {
    const vlrmbench_item *own = item->own;
    bool random = which == CAIRN_BENCH_STEP_BASELINE_COUNT - 1;
    if (own->kind == STEPS) return cairn_bench_pretend_steps(run, which, item, rng);
    item->answered = own->kind == FORESIGHT && (which < 2 || random);
    if (item->answered) item->reply = (random ? cairn_rng_below(rng, 2) == 0 : which == 0) ? "yes" : "no";
    return CAIRN_OK;
}

const cairn_bench_type cairn_bench_vlrmbench = {
    .about = {.name = "vlrmbench",
              .summary = "Find faulty steps, choose solutions, foresee the end (VLRMBench, its text side).",
              .source = "arXiv 2503.07478",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(vlrmbench_config)},
    .explain =
        "Step tasks: a judge writes a 0 or a 1 for each step, 1 for a faulty one. All runs of digits in its answer are "
        "read in order, a number above 1 becomes 1, too many are cut and missing ones become 0. So `STEP 1: 0` reads "
        "1, "
        "0; the columns coerced, padded, cut and not_bare say how often an answer was bent. Labels of all steps of a "
        "task are pooled. F1_w = M / (P + M) F1_1 + P / (P + M) F1_0 with P faulty and M fine steps: the rare class "
        "counts most, and to call every step faulty beats to call none so.\n\n"
        "Outcome tasks: in multi_solution two solutions are rated from 0 to 10 in both orders, and the better one must "
        "have the greater sum; a tie is wrong, a null answer rates both 0. In foresight a `yes` or `true` anywhere is "
        "right for a beginning that ends well, `no` or `false` for another; an answer with both is right for "
        "either.\n\n"
        "A reward and a critic judge the chain in `reasoning_error`, where it has a step for each label; `step_list` "
        "is "
        "the right chain. A critic sees no image, and is not asked about multi_solution and critiques.\n\n"
        "Critiques: a judge's ratings (judge_res_1 with the reference in front, judge_res_2 at the back); score is the "
        "share of wins over the reference.\n\n"
        "Of scores, --tune-on chooses the threshold with the highest macro F1. Rows with `error_info` are passed over.",
    .files = "VLRMBench's rows (id, question, step_list, task_gt) or a model's outputs (id, task_gt, model_answer), "
             "named as the task or in a folder named so; predictions: id and model_answer",
    .row = read_row,
    .predict = predict,
    .tune = cairn_bench_tune_macro_f1,
    BENCH_ASKS(&faulty_steps, &foresight),
    .question = question_of,
    .request = request,
    .reply = take_reply,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = SCORE,
    .measure = measure,
    .settle = settle,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    .n_baselines = CAIRN_BENCH_STEP_BASELINE_COUNT,
    .baselines = CAIRN_BENCH_STEP_BASELINES,
    .pretend = pretend,
};

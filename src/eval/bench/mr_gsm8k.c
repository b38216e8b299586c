/* MR-GSM8K (arXiv 2312.17080): is a solution right, which step is wrong first, and why? */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cairn/say.h"
#include "eval/bench_questions.h"

typedef struct mr_gsm8k_config {
    double threshold;
    int64_t right, wrong;
    int32_t reason; /* 0 word, 1 substring */
} mr_gsm8k_config;

static const cairn_option options[] = {
    CAIRN_REAL(mr_gsm8k_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of steps: the first step with a lower score is called wrong."),
    CAIRN_INT(mr_gsm8k_config, right, "1427", 0, 1000000000, "solutions",
              "Right solutions of the benchmark, by which hits are divided; 0: those of the file."),
    CAIRN_INT(mr_gsm8k_config, wrong, "1573", 0, 1000000000, "solutions", "Likewise wrong ones."),
    CAIRN_CHOICE(
        mr_gsm8k_config, reason, "word", "word|substring",
        "A grader's decision is `correct` by its words; or, as the released script, where the letters `correct` "
        "stand in it, which `Incorrect` has too."),
};

/* What was said of the reason, by people and by a grader: whether it is right, or not told. */
typedef struct reasons {
    cairn_verdict people, grader;
    bool agree;                  /* the grader's decision, as it is written, is what people said */
    bool said_right, said_wrong; /* the solution, by the judge */
    bool asks_step;              /* the grader's count does: the newer script */
    bool ungraded;               /* a critic's reply, whose reason nobody judged */
} reasons;

enum { N_RIGHT, N_WRONG, TRUE_RIGHT, TRUE_WRONG, STEP, REASON, TOLD, GRADED, GRADER, BOTH, AGREE, TALLIES };
static const char *const tallies[] = {"right", "wrong",  "tp",     "tn",   "step", "reason",
                                      "told",  "graded", "grader", "both", "agree"};

enum { MR, MR_GRADER, TPR, TNR, MCC, ACC_STEP, ACC_REASON, ACC_GRADER, AGREEMENT, FIGURES };
static const cairn_bench_figure figures[] = {
    {"mr", "0.2 max(0, MCC) + 0.3 step + 0.5 reason, the reason by people: the number of the paper.",
     CAIRN_FIGURE_NUMBER},
    {"mr_grader", "The same, the reason by the grader.", CAIRN_FIGURE_NUMBER},
    {"tpr", "Of right solutions: called right.", CAIRN_FIGURE_PERCENT},
    {"tnr", "Of wrong solutions: called wrong.", CAIRN_FIGURE_PERCENT},
    {"mcc", "Matthews' correlation of the two answers.", CAIRN_FIGURE_NUMBER},
    {"step", "Of wrong solutions: called wrong, with the first wrong step.", CAIRN_FIGURE_PERCENT},
    {"reason", "Of wrong solutions: that, and the reason is right by people.", CAIRN_FIGURE_PERCENT},
    {"reason_grader", "Of wrong solutions: called wrong, and the reason is right by the grader.", CAIRN_FIGURE_PERCENT},
    {"agreement", "Of solutions that both judged: the grader wrote what people said of the reason.",
     CAIRN_FIGURE_PERCENT},
};

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* Does the text, as it is or between other signs, hold the word? Letters of any case. */
static bool has(const char *text, const char *word, bool whole) {
    size_t n = strlen(word);
    for (const char *p = text; *p; p++)
        if (strncasecmp(p, word, n) == 0 &&
            (!whole || ((p == text || !isalpha((unsigned char)p[-1])) && !isalpha((unsigned char)p[n]))))
            return true;
    return false;
}

/* The text is the word, apart from white space around it and case. */
static bool is(const char *text, const char *word) {
    size_t n = strlen(word);
    text += strspn(text, " \t\r\n");
    return strncasecmp(text, word, n) == 0 && text[n + strspn(text + n, " \t\r\n")] == '\0';
}

/* "3" or "Step 3"; 0 for anything else. */
static int64_t step_of(const char *text) {
    int64_t step = 0;
    text += strspn(text, " \t\r\n");
    if (strncasecmp(text, "step ", 5) == 0) text += 5;
    size_t n = strspn(text, "0123456789");
    bool ends = text[n + strspn(text + n, " \t\r\n")] == '\0';
    for (size_t i = 0; i < n && n < 10; i++) step = 10 * step + (text[i] - '0');
    return ends ? step : 0;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* The object in which the judge's answer lies: `claude2_eval_output`, or of the newer script `Evaluation_Result`. */
static const json_t *answer_of(const json_t *row, bool *newer) {
    const char *name;
    json_t *value;
    *newer = json_object_get(row, "Evaluation_Result") != NULL;
    if (*newer) return json_object_get(row, "Evaluation_Result");
    json_object_foreach((json_t *)row, name, value) {
        const char *end = strstr(name, "_eval_output");
        if (end && end[12] == '\0') return value;
    }
    return NULL;
}

static cairn_status read_answer(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    reasons *own = item->own;
    bool newer;
    const json_t *answer = answer_of(row, &newer);
    const char *verdict, *step;
    own->asks_step = newer;
    if (!answer) return CAIRN_OK;
    CAIRN_TRY(cairn_bench_text(run, answer, newer ? "solution_correctness" : "correctness_pred", &verdict));
    CAIRN_TRY(cairn_bench_maybe_text(run, answer, newer ? "first_error_step" : "error_step_pred", &step));
    own->said_right = is(verdict, "correct") || is(verdict, "right");
    own->said_wrong = is(verdict, "wrong") || is(verdict, "incorrect");
    item->answered = own->said_right || own->said_wrong;
    if (own->said_right) item->said = CAIRN_EVAL_ALL_RIGHT;
    if (own->said_wrong && step && step_of(step) > 0) item->said = (int32_t)(step_of(step) - 1);
    return CAIRN_OK;
}

/* What people and the grader said of the reason, where the row tells. */
static cairn_status read_reasons(cairn_bench_run *run, const json_t *row, reasons *own) {
    const mr_gsm8k_config *c = cairn_bench_config(run);
    const char *people, *decision;
    const json_t *grade = json_object_get(row, "gpt4_error_reason_correctness_analysis");
    const json_t *newer = json_object_get(row, "Error_Reason_Correctness_Analysis");
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "error_reason_correctness", &people));
    if (people) own->people = is(people, "correct") ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (!grade && !newer) return CAIRN_OK;
    CAIRN_TRY(
        cairn_bench_text(run, grade ? grade : newer, grade ? "Final Decision" : "error_reason_correctness", &decision));
    bool right = has(decision, "correct", c->reason == 0);
    own->grader = right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    own->agree = is(decision, "correct") == (own->people == CAIRN_VERDICT_RIGHT);
    return CAIRN_OK;
}

static cairn_status read_truth(cairn_bench_run *run, const json_t *row, cairn_bench_item *item) {
    const char *verdict;
    int64_t step;
    CAIRN_TRY(cairn_bench_text(run, row, "model_output_solution_correctness", &verdict));
    bool right = is(verdict, "correct");
    if (!right && !is(verdict, "wrong") && !is(verdict, "incorrect"))
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: field `model_output_solution_correctness`: expected correct or wrong, got \"%.40s\"",
                          cairn_bench_where(run), verdict);
    item->candidates[0].right = right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    item->label = CAIRN_EVAL_ALL_RIGHT;
    if (right) return CAIRN_OK;
    CAIRN_TRY(cairn_bench_int(run, row, "model_output_solution_first_error_step", 1, INT32_MAX, &step));
    item->label = (int32_t)(step - 1);
    return CAIRN_OK;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *problem, *const *steps;
    int32_t n;
    cairn_bench_item item;
    reasons *own = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_bench_text(run, row, "uuid", &id));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "question", &problem));
    CAIRN_TRY(cairn_bench_texts(run, row, "model_output_steps", &steps, &n));
    CAIRN_TRY(cairn_bench_steps_item(run, id, cairn_bench_stem(run), problem, steps, n, &item));
    *own = (reasons){.people = CAIRN_VERDICT_UNKNOWN, .grader = CAIRN_VERDICT_UNKNOWN};
    item.group = problem;
    item.own = own;
    CAIRN_TRY(read_truth(run, row, &item));
    CAIRN_TRY(read_answer(run, row, &item));
    CAIRN_TRY(read_reasons(run, row, own));
    return cairn_bench_add(run, &item);
}

/* A row of the grader's file, which has the name of the file that it grades where there are several. */
static cairn_status predict(cairn_bench_run *run, const json_t *row) {
    const char *id;
    CAIRN_TRY(cairn_bench_text(run, row, "uuid", &id));
    cairn_bench_item *item = cairn_bench_find(run, cairn_bench_stem(run), id);
    if (!item) CAIRN_TRY(cairn_bench_wanted(run, row, "uuid", &item));
    return read_reasons(run, row, item->own);
}

/* The line after the last tag, up to its end. */
static cairn_status line_after(cairn_bench_run *run, const char *text, const char *tag, const char **out) {
    const char *line = cairn_say_after(text, tag);
    size_t length = line ? strcspn(line, "\r\n") : 0;
    *out = cairn_arena_copy(cairn_bench_arena(run), line ? line : "", length);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* `value` is the step, or NaN where the solution is called wrong without one. */
static cairn_status read_verdict(cairn_bench_run *run, const cairn_bench_item *item,
                                 const cairn_bench_question *question, cairn_bench_heard *out) {
    const char *verdict, *step;
    (void)item, (void)question;
    CAIRN_TRY(line_after(run, out->text, "Solution Correctness:", &verdict));
    CAIRN_TRY(line_after(run, out->text, "First Error Step:", &step));
    bool right = is(verdict, "correct") || is(verdict, "right"),
         wrong = is(verdict, "wrong") || is(verdict, "incorrect");
    out->said = right || wrong;
    out->rule = out->said ? "Solution Correctness:" : NULL;
    if (right) out->value = CAIRN_EVAL_ALL_RIGHT;
    if (wrong && step_of(step) > 0) out->value = (double)(step_of(step) - 1);
    return CAIRN_OK;
}

static const cairn_bench_question verdict_lines = {
    .name = "verdict-lines",
    .meaning = "MR-GSM8K's form: lines `Solution Correctness:`, `First Error Step:` from 1, `Error Reason:`.",
    .template = "Here are a question and a solution.\n\n[Question]\n{problem}\n\n[Solution]\n{solution}\n\n"
                "Check the solution step by step. Then end with three lines:\n"
                "Solution Correctness: correct, or wrong\n"
                "First Error Step: the number of the first wrong step, or N/A\n"
                "Error Reason: what is wrong there and what would be right, or N/A",
    .shows = CAIRN_BENCH_SHOWS_NUMBERED,
    .read = read_verdict,
};

static cairn_status take_reply(cairn_bench_run *run, cairn_bench_item *item, const cairn_bench_heard *heard,
                               int32_t n) {
    (void)run, (void)n;
    bool right = heard->said && heard->value == CAIRN_EVAL_ALL_RIGHT;
    item->reply = heard->text;
    if (heard->said && !isnan(heard->value)) item->said = (int32_t)heard->value;
    *(reasons *)item->own = (reasons){.people = CAIRN_VERDICT_UNKNOWN,
                                      .grader = CAIRN_VERDICT_UNKNOWN,
                                      .said_right = right,
                                      .said_wrong = heard->said && !right,
                                      .ungraded = true};
    return CAIRN_OK;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

/* Judges of steps alone say nothing of reasons. */
static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const reasons *own = item->own;
    bool of_steps = item->valid || item->candidates[0].scores;
    double tau = ((const mr_gsm8k_config *)cairn_bench_config(run))->threshold;
    int32_t said = of_steps ? cairn_bench_first_wrong(item, tau) : item->said;
    bool right = item->label == CAIRN_EVAL_ALL_RIGHT;
    bool says_right = of_steps ? said == CAIRN_EVAL_ALL_RIGHT : own->said_right;
    bool says_wrong = of_steps ? said >= 0 : own->said_wrong;
    bool located = !right && says_wrong && said == item->label;
    bool people = !of_steps && own->people == CAIRN_VERDICT_RIGHT;
    bool grader = !of_steps && own->grader == CAIRN_VERDICT_RIGHT;
    t[right ? N_RIGHT : N_WRONG] = 1;
    t[TRUE_RIGHT] = right && says_right;
    t[TRUE_WRONG] = !right && says_wrong;
    t[STEP] = located;
    t[REASON] = located && people;
    t[TOLD] = of_steps || own->ungraded || own->people != CAIRN_VERDICT_UNKNOWN;
    t[GRADED] = !of_steps && own->grader != CAIRN_VERDICT_UNKNOWN;
    t[GRADER] = grader && (own->asks_step ? located : !right && says_wrong);
    t[BOTH] = t[GRADED] > 0 && own->people != CAIRN_VERDICT_UNKNOWN;
    t[AGREE] = t[BOTH] > 0 && own->agree;
    return CAIRN_OK;
}

/* Where the file holds no right or no wrong solutions there is no MCC, and no score. */
static void measure(const void *config, const double *t, double *out) {
    const mr_gsm8k_config *c = config;
    double right = c->right ? (double)c->right : t[N_RIGHT], wrong = c->wrong ? (double)c->wrong : t[N_WRONG];
    cairn_confusion counts = {.tp = t[TRUE_RIGHT], .fp = wrong - t[TRUE_WRONG], t[TRUE_WRONG], right - t[TRUE_RIGHT]};
    bool both = t[N_RIGHT] > 0 && t[N_WRONG] > 0;
    out[TPR] = t[N_RIGHT] > 0 ? t[TRUE_RIGHT] / right : NAN;
    out[TNR] = t[N_WRONG] > 0 ? t[TRUE_WRONG] / wrong : NAN;
    out[MCC] = both ? cairn_stat_two_class(&counts).mcc : NAN;
    out[ACC_STEP] = t[N_WRONG] > 0 ? t[STEP] / wrong : NAN;
    out[ACC_REASON] = t[N_WRONG] > 0 && t[TOLD] > 0 ? t[REASON] / wrong : NAN;
    out[ACC_GRADER] = t[GRADED] > 0 ? t[GRADER] / wrong : NAN;
    out[AGREEMENT] = cairn_bench_share(t[AGREE], t[BOTH]);
    double found = 0.2 * (out[MCC] > 0 ? out[MCC] : 0) + 0.3 * out[ACC_STEP];
    out[MR] = isnan(out[MCC]) ? NAN : found + 0.5 * out[ACC_REASON];
    out[MR_GRADER] = isnan(out[MCC]) ? NAN : found + 0.5 * out[ACC_GRADER];
}

const cairn_bench_type cairn_bench_mr_gsm8k = {
    .about = {.name = "mr-gsm8k",
              .summary = "Say whether a solution is right, which step is wrong first, and why (MR-GSM8K).",
              .source = "arXiv 2312.17080",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(mr_gsm8k_config)},
    .explain =
        "Three questions build on each other: is the solution right (\"incorrect\" counts as \"wrong\"); if it is "
        "wrong and was called so, which step is wrong first, counted from 1, read as digits or \"step N\"; if that "
        "step is right, is the reason right. MR-score = 0.2 max(0, MCC) + 0.3 step accuracy + 0.5 reason accuracy.\n\n"
        "As in the released script the accuracies are divided by the sizes of the whole benchmark, 1427 right and 1573 "
        "wrong solutions, whatever the file holds, and solutions that are missing count as missed: see --right and "
        "--wrong. A file without right or without wrong solutions has no MCC and no score.\n\n"
        "People judge the reason in `error_reason_correctness`; a grader in `gpt4_error_reason_correctness_analysis`, "
        "which may stand in a file of its own (--predictions). The grader's count does not ask for the step again, but "
        "in the newer form of the files (Evaluation_Result). The test of the released script for the letters `correct` "
        "also takes \"Incorrect\": see --reason.\n\n"
        "A judge of steps alone, such as a reward, says nothing of reasons, and nobody judges those of a critic asked "
        "with "
        "--critic: the score has two terms.",
    .files = "MR-GSM8K's results (uuid, model_output_steps, model_output_solution_correctness, .._eval_output); "
             "predictions: the grader's file",
    .row = read_row,
    .predict = predict,
    .tune = cairn_bench_tune_first_error,
    BENCH_ASKS(&verdict_lines),
    .reply = take_reply,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = MR,
    .measure = measure,
    CAIRN_BENCH_STEP_JUDGES,
};

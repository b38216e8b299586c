/* ToolComp's process supervision (arXiv 2501.01290): is the corrected plan or step preferred, in both orders? */
#include <math.h>
#include <string.h>

#include "cairn/say.h"
#include "eval/bench_questions.h"
#include "data/json.h"

enum { COUNTED, CREDIT, DECIDED, DECIDED_RIGHT, FIRST, SECOND, UNKNOWN, EXCLUDED, TALLIES };
static const char *const tallies[] = {"counted",     "credit",       "decided", "decided_right",
                                      "first_twice", "second_twice", "unknown", "excluded"};

enum { ACCURACY, DECIDED_SHARE, DECIDED_ACC, BIAS, UNKNOWN_SHARE, LEFT_OUT, FIGURES };
static const cairn_bench_figure figures[] = {
    {"accuracy", "Mean credit: the published number.", CAIRN_FIGURE_PERCENT},
    {"decided", "The same candidate is preferred in both orders.", CAIRN_FIGURE_PERCENT},
    {"acc_decided", "Of those: the right one.", CAIRN_FIGURE_PERCENT},
    {"position_bias", "The first candidate is preferred twice, less the second one twice.", CAIRN_FIGURE_SIGNED},
    {"unknown", "A reply that cannot be read.", CAIRN_FIGURE_PERCENT},
    {"excluded", "Pairs without two replies: in no denominator, as published.", CAIRN_FIGURE_COUNT},
};

/* Verdicts with the right candidate shown first, and shown second. */
typedef struct verdicts {
    cairn_slot as_one, as_two;
} verdicts;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* A verdict: the judge's words, or an object with them as `raw`, as the released script logs it; also 1, 2 or "tie". */
static cairn_status read_verdict(cairn_bench_run *run, const json_t *row, const char *name, bool plan,
                                 cairn_slot *out) {
    const json_t *value = json_object_get(row, name);
    static const char *const labels[] = {"1", "2", "tie"}; /* in order of the slots, from ONE */
    const json_t *raw = json_is_object(value) ? json_object_get(value, "raw") : value;
    char number[32];
    const json_t *said = raw ? raw : json_object_get(value, "label");
    const char *text = json_word(said, number);
    if (!text && said && !json_is_null(said))
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `%s`: expected the judge's words or null",
                          cairn_bench_where(run), name);
    int32_t label = cairn_say_choice(text, labels, 3, CAIRN_CHOICE_WHOLE).value;
    if (label != CAIRN_SAID_NOTHING) {
        *out = (cairn_slot)(CAIRN_SLOT_ONE + label);
        return CAIRN_OK;
    }
    return cairn_say_swap(cairn_bench_ctx(run), text, plan ? "better_action_plan" : "better_step", out, NULL);
}

static cairn_status read_verdicts(cairn_bench_run *run, const json_t *row, bool plan, cairn_bench_item *item) {
    verdicts *v = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *v);
    if (!v) return CAIRN_NO_MEMORY;
    CAIRN_TRY(read_verdict(run, row, "prediction_preferred_first", plan, &v->as_one));
    CAIRN_TRY(read_verdict(run, row, "prediction_dispreferred_first", plan, &v->as_two));
    item->own = v;
    item->said = 0; /* by `own` */
    item->answered = true;
    return CAIRN_OK;
}

/* One step of a trajectory as a text: its parts, a line each. NULL: it is none. */
static const char *step_text(cairn_bench_run *run, const json_t *step) {
    static const char *const parts[] = {"action plan", "thought", "action", "action_input", "observation"};
    const char *text = NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *part = json_string_value(json_object_get(json_object_get(step, parts[i]), "text"));
        if (part)
            text = cairn_arena_printf(cairn_bench_arena(run), "%s%s%s: %s", text ? text : "", text ? "\n" : "",
                                      parts[i], part);
    }
    return text;
}

/* A candidate: the steps before it, and it. */
static cairn_status read_candidate(cairn_bench_run *run, const json_t *row, const json_t *history, const char *name,
                                   cairn_bench_candidate *out) {
    size_t n = json_array_size(history);
    const char **steps = cairn_arena_alloc(cairn_bench_arena(run), n + 1, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i <= n; i++) {
        const json_t *step = i < n ? json_array_get(history, i) : json_object_get(row, name);
        steps[i] = step_text(run, step);
        if (!steps[i])
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                              "%s: field `%s`: expected objects with `text` of a thought, an action or a plan",
                              cairn_bench_where(run), i < n ? "history" : name);
    }
    out->steps = steps;
    out->n_steps = (int32_t)n + 1;
    return CAIRN_OK;
}

/* The history is a list or its JSON text; an empty one is that of a plan. *out NULL: there is none, so that no request
 * could be made. */
static cairn_status read_history(cairn_bench_run *run, const json_t *row, json_t **out) {
    json_t *field = json_object_get(row, "history");
    const char *text = json_string_value(field);
    *out = json_is_array(field) ? json_incref(field) : NULL;
    if (*out || json_is_null(field) || !field || (text && !*text)) return CAIRN_OK;
    if (text) CAIRN_TRY(json_parse(cairn_bench_ctx(run), text, strlen(text), cairn_bench_where(run), out));
    if (json_is_array(*out)) return CAIRN_OK;
    bool none = json_is_null(*out);
    json_decref(*out);
    *out = NULL;
    if (none) return CAIRN_OK;
    return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `history`: expected a list or the text of one",
                      cairn_bench_where(run));
}

static cairn_status read_pair(cairn_bench_run *run, const json_t *row, const json_t *history, cairn_bench_item *item) {
    const char *id, *prompt;
    bool plan = history ? json_array_size(history) == 0 : false;
    CAIRN_TRY(cairn_bench_row_id(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_prompt(run, row, "prompt", &prompt));
    if (cairn_bench_has(row, "history_is_empty")) CAIRN_TRY(cairn_bench_bool(run, row, "history_is_empty", &plan));
    CAIRN_TRY(cairn_bench_choice_item(run, id, plan ? "plan" : "step", prompt, 2, item));
    item->group = prompt;
    item->candidates[0].right = CAIRN_VERDICT_RIGHT;
    item->candidates[1].right = CAIRN_VERDICT_WRONG;
    bool logged = json_object_get(row, "prediction_preferred_first") || json_object_get(row, "error");
    bool asked =
        cairn_bench_has(row, "prediction_preferred_first") && cairn_bench_has(row, "prediction_dispreferred_first");
    if (!prompt && !history && !logged)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: expected a pair, with a field `prompt`, `history` or `prediction_preferred_first`",
                          cairn_bench_where(run));
    item->answered = logged;
    if (!asked && (logged || !history)) item->n = 0; /* excluded */
    if (asked) CAIRN_TRY(read_verdicts(run, row, plan, item));
    if (item->n == 0 || !history || !cairn_bench_has(row, "preferred")) return CAIRN_OK;
    CAIRN_TRY(read_candidate(run, row, history, "preferred", &item->candidates[0]));
    return read_candidate(run, row, history, "dispreferred", &item->candidates[1]);
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    json_t *history;
    cairn_bench_item item;
    CAIRN_TRY(read_history(run, row, &history));
    cairn_status status = read_pair(run, row, history, &item);
    json_decref(history);
    return status == CAIRN_OK ? cairn_bench_add(run, &item) : status;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static int32_t question_of(const cairn_bench_run *run, const cairn_bench_item *item) {
    (void)run;
    return strcmp(item->subset, "plan") == 0 ? 0 : 1;
}

/* The right candidate is shown first in the first request. A pair without two replies is excluded. */
static cairn_status take_replies(cairn_bench_run *run, cairn_bench_item *item, const cairn_bench_heard *heard,
                                 int32_t n) {
    cairn_slot said[2] = {CAIRN_SLOT_UNKNOWN, CAIRN_SLOT_UNKNOWN};
    verdicts *v = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *v);
    if (!v) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        if (!heard[i].text) item->n = 0;
        if (heard[i].said)
            said[i] = heard[i].value == 0                ? CAIRN_SLOT_TIE
                      : (heard[i].value > 0) == (i == 0) ? CAIRN_SLOT_ONE
                                                         : CAIRN_SLOT_TWO;
    }
    *v = (verdicts){said[0], said[1]};
    item->own = v;
    item->said = 0; /* by `own` */
    item->reply = heard[0].text;
    return CAIRN_OK;
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

/* Scores do not depend on the order. */
static verdicts by_scores(const cairn_bench_item *item) {
    static const cairn_slot other[] = {CAIRN_SLOT_UNKNOWN, CAIRN_SLOT_TWO, CAIRN_SLOT_ONE, CAIRN_SLOT_TIE};
    cairn_slot slot = cairn_bench_preferred(item);
    return (verdicts){slot, other[slot]};
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    cairn_swap_report r;
    t[EXCLUDED] = item->n == 0;
    if (item->n == 0) return CAIRN_OK;
    verdicts v = item->said == CAIRN_EVAL_NONE ? by_scores(item) : *(const verdicts *)item->own;
    CAIRN_TRY(cairn_swap_measure(cairn_bench_ctx(run), &v.as_one, &v.as_two, 1, &r));
    t[COUNTED] = 1;
    t[CREDIT] = r.total;
    t[DECIDED] = r.decided;
    t[DECIDED_RIGHT] = r.decided * r.total;
    t[FIRST] = r.position_bias > 0;
    t[SECOND] = r.position_bias < 0;
    t[UNKNOWN] = (double)r.unknown;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[ACCURACY] = cairn_bench_share(t[CREDIT], t[COUNTED]);
    out[DECIDED_SHARE] = cairn_bench_share(t[DECIDED], t[COUNTED]);
    out[DECIDED_ACC] = cairn_bench_share(t[DECIDED_RIGHT], t[DECIDED]);
    out[BIAS] = cairn_bench_share(t[FIRST] - t[SECOND], t[COUNTED]);
    out[UNKNOWN_SHARE] = cairn_bench_share(t[UNKNOWN], t[COUNTED]);
    out[LEFT_OUT] = t[EXCLUDED];
}

static const cairn_bench_summary summaries[] = {
    {"total", "All pairs together: the published total.", true, NULL},
};

const cairn_bench_type cairn_bench_toolcomp = {
    .about = {.name = "toolcomp",
              .summary = "Prefer the corrected plan or step to the wrong one, in both orders (ToolComp).",
              .source = "arXiv 2501.01290"},
    .explain =
        "A judge sees each pair twice, the corrected candidate first and then second. Preferred both times it is worth "
        "1, the other one both times 0, and 1/2 in every other case: a tie, a reply that cannot be read, the same "
        "place twice. Pairs whose requests failed are in no denominator; their number is shown.\n\n"
        "A reply is read from its first JSON object, the key better_action_plan where the history is empty and "
        "better_step otherwise, with 1, 2 or tie; else from the key and a value anywhere.\n\n"
        "A judge that always says tie, one that always prefers the first, and a coin all reach 50: look at decided and "
        "acc_decided. Pairs of one prompt are resampled together.",
    .files = "the log of the released script (prompt, history_is_empty, prediction_preferred_first, "
             "prediction_dispreferred_first), or the data (prompt, history, preferred, dispreferred) for --reward, "
             "perhaps with these fields",
    .row = read_row,
    BENCH_ASKS(&bench_ask_plans, &bench_ask_next_steps),
    .question = question_of,
    .reply = take_replies,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = ACCURACY,
    .measure = measure,
    .n_summaries = 1,
    .summaries = summaries,
    CAIRN_BENCH_CHOICE_JUDGES,
};

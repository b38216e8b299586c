/* The writers of the published formats, one each, in the order of the readers (docs/formats.md). Keys are sorted by the
 * JSON writer. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "data/write.h"

/* ---- parts --------------------------------------------------------------------------------------------------------- */

static cairn_status append(const write_row *row, json_t *array, json_t *value) {
    return value && json_array_append_new(array, value) == 0 ? CAIRN_OK : json_fail_build(row->ctx, row->what);
}

static json_t *label_json(const write_row *row, int32_t i) {
    double label = row->labels[i];
    if (isnan(label)) return json_null();
    return row->soft ? json_real(label) : json_boolean(label > 0);
}

/* Sets `name` to the steps of a record. */
static cairn_status set_steps(const write_row *row, json_t *object, const char *name, const cairn_record *record) {
    json_t *array = json_array();
    CAIRN_TRY(row_set(row, object, name, array));
    for (int32_t i = 0; i < record->n_steps; i++) CAIRN_TRY(append(row, array, json_string(record->steps[i])));
    return CAIRN_OK;
}

/* Sets `observations`, null for steps without one; no member where the record has none. */
static cairn_status set_observations(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    bool any = false;
    for (int32_t i = 0; record->observations && i < record->n_steps; i++) any |= record->observations[i] != NULL;
    if (!any) return CAIRN_OK;
    return row_set(row, object, "observations", json_texts(record->observations, record->n_steps));
}

static cairn_status set_labels(const write_row *row, json_t *object, const char *name) {
    json_t *array = json_array();
    CAIRN_TRY(row_set(row, object, name, array));
    for (int32_t i = 0; i < row->record->n_steps; i++) CAIRN_TRY(append(row, array, label_json(row, i)));
    return CAIRN_OK;
}

static cairn_status set_correct(const write_row *row, json_t *object, const char *name) {
    if (row->record->correct == CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    return row_set(row, object, name, json_boolean(row->record->correct == CAIRN_VERDICT_RIGHT));
}

static cairn_status need_first_error(const write_row *row) {
    if (row->first_error != CAIRN_UNLABELLED) return CAIRN_OK;
    return row_refuse(row, "its first wrong step is not known, which this format needs");
}

static cairn_status need_every_label(const write_row *row) {
    for (int32_t i = 0; i < row->record->n_steps; i++)
        if (isnan(row->labels[i]))
            return row_refuse(row,
                              "its step %d has no label, which this format needs (--fill adds those that others "
                              "imply)",
                              (int)i + 1);
    return CAIRN_OK;
}

static const char *sign(const write_row *row, int32_t i) {
    return row->labels[i] > 0 ? "+" : "-";
}

/* ---- stepwise, and as TRL's trainer takes it ------------------------------------------------------------------------- */

/* What a verdict on every step up to the first wrong one says, where soft labels would not. */
static cairn_status set_verdicts(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    json_t *array = json_array();
    CAIRN_TRY(row_set(row, object, "labels", array));
    for (int32_t i = 0; i < record->n_steps; i++) {
        bool after = record->first_error >= 0 && i > record->first_error;
        CAIRN_TRY(append(row, array, after ? json_null() : json_boolean(i != record->first_error)));
    }
    return CAIRN_OK;
}

static cairn_status set_ratings(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    json_t *array = json_array();
    CAIRN_TRY(row_set(row, object, "ratings", array));
    for (int32_t i = 0; i < record->n_steps; i++) {
        int8_t rating = record->ratings[i];
        CAIRN_TRY(append(row, array, rating == CAIRN_NO_RATING ? json_null() : json_integer(rating)));
    }
    return CAIRN_OK;
}

static bool has_labels(const cairn_record *record) {
    return record->labels || record->first_error != CAIRN_UNLABELLED;
}

static cairn_status stepwise_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    CAIRN_TRY(row_set(row, object, "version", json_integer(1)));
    CAIRN_TRY(row_set_text(row, object, "prompt", record->problem));
    CAIRN_TRY(set_steps(row, object, "completions", record));
    CAIRN_TRY(set_observations(row, object));
    if (has_labels(record)) CAIRN_TRY(set_labels(row, object, row->soft ? "scores" : "labels"));
    if (row->soft && record->first_error != CAIRN_UNLABELLED) CAIRN_TRY(set_verdicts(row, object));
    if (record->ratings) CAIRN_TRY(set_ratings(row, object));
    CAIRN_TRY(row_set_text(row, object, "id", record->id));
    CAIRN_TRY(row_set_text(row, object, "answer", record->answer));
    CAIRN_TRY(row_set_text(row, object, "target", record->target));
    CAIRN_TRY(row_set_text(row, object, "generator", record->generator));
    CAIRN_TRY(row_set_text(row, object, "group", record->group));
    CAIRN_TRY(row_set_text(row, object, "subset", record->subset));
    CAIRN_TRY(row_set_text(row, object, "domain", record->domain));
    return set_correct(row, object, "correct");
}

static cairn_status trl_write(const write_row *row, json_t *object) {
    CAIRN_TRY(need_every_label(row));
    CAIRN_TRY(row_set_text(row, object, "prompt", row->record->problem));
    CAIRN_TRY(set_steps(row, object, "completions", row->record));
    return set_labels(row, object, "labels");
}

/* ---- BIG-Bench-Mistake, ProcessBench, MR-GSM8K: the first error ---------------------------------------------------- */

static cairn_status mistake_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    CAIRN_TRY(need_first_error(row));
    CAIRN_TRY(row_set_text(row, object, "id", record->id));
    CAIRN_TRY(row_set_text(row, object, "input", record->problem));
    CAIRN_TRY(set_steps(row, object, "steps", record));
    CAIRN_TRY(set_observations(row, object));
    CAIRN_TRY(row_set_text(row, object, "target", record->target));
    CAIRN_TRY(row_set(row, object, "answer", record->answer ? json_string(record->answer) : json_null()));
    return row_set(row, object, "mistake_index", row->first_error < 0 ? json_null() : json_integer(row->first_error));
}

static cairn_status processbench_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    CAIRN_TRY(need_first_error(row));
    CAIRN_TRY(row_set_text(row, object, "id", record->id));
    CAIRN_TRY(row_set_text(row, object, "generator", record->generator));
    CAIRN_TRY(row_set_text(row, object, "problem", record->problem));
    CAIRN_TRY(set_steps(row, object, "steps", record));
    CAIRN_TRY(set_correct(row, object, "final_answer_correct"));
    CAIRN_TRY(row_set_text(row, object, "subset", record->subset));
    return row_set(row, object, "label", json_integer(row->first_error < 0 ? -1 : row->first_error));
}

static cairn_status mr_gsm8k_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    bool right = row->first_error == CAIRN_NO_ERROR;
    CAIRN_TRY(need_first_error(row));
    CAIRN_TRY(row_set_text(row, object, "uuid", record->id));
    CAIRN_TRY(row_set_text(row, object, "question", record->problem));
    CAIRN_TRY(row_set_text(row, object, "ground_truth_answer", record->target));
    CAIRN_TRY(row_set_text(row, object, "question_type", record->subset));
    CAIRN_TRY(set_steps(row, object, "model_output_steps", record));
    CAIRN_TRY(row_set(row, object, "model_output_solution_correctness", json_string(right ? "correct" : "wrong")));
    if (record->correct != CAIRN_VERDICT_UNKNOWN)
        CAIRN_TRY(row_set(row, object, "model_output_answer_correctness",
                          json_string(record->correct == CAIRN_VERDICT_RIGHT ? "correct" : "wrong")));
    return row_set(row, object, "model_output_solution_first_error_step",
                   right ? json_string("N/A") : json_integer(row->first_error + 1));
}

/* ---- PRMBench: a solution with its wrong steps, and for the class "redundency" the one that it was made from ------------ */

static bool prmbench_pairs(const cairn_record *record) {
    return record->subset && strcmp(record->subset, "redundency") == 0;
}

static cairn_status set_errors(const write_row *row, json_t *object) {
    json_t *array = json_array();
    CAIRN_TRY(row_set(row, object, "error_steps", array));
    for (int32_t i = 0; i < row->record->n_steps; i++)
        if (row->labels[i] == 0) CAIRN_TRY(append(row, array, json_integer(i + 1)));
    return CAIRN_OK;
}

static cairn_status prmbench_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record, *original = row->original;
    CAIRN_TRY(need_every_label(row));
    if (record->subset && strcmp(record->subset, "correct") == 0)
        return row_refuse(row, "the solution that was made from it does not stand before it");
    CAIRN_TRY(row_set_text(row, object, "idx", record->id));
    CAIRN_TRY(row_set_text(row, object, "classification", record->subset));
    CAIRN_TRY(row_set_text(row, object, "ground_truth", record->target));
    CAIRN_TRY(row_set_text(row, object, "question", record->problem));
    CAIRN_TRY(row_set_text(row, object, "modified_question", record->problem));
    CAIRN_TRY(set_steps(row, object, "modified_process", record));
    if (original) {
        CAIRN_TRY(row_set_text(row, object, "original_question", original->problem));
        CAIRN_TRY(set_steps(row, object, "original_process", original));
    }
    return set_errors(row, object);
}

/* ---- GSM8K, MATH: reference solutions ------------------------------------------------------------------------------- */

/* The steps with `between` between them, then `end`. */
static cairn_status joined(const write_row *row, const char *between, const char *end, cairn_text *out) {
    const cairn_record *record = row->record;
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < record->n_steps && status == CAIRN_OK; i++)
        status = cairn_text_printf(row->ctx, out, "%s%s", i ? between : "", record->steps[i]);
    return status == CAIRN_OK ? cairn_text_add(row->ctx, out, end, strlen(end)) : status;
}

/* Takes over the text. */
static cairn_status set_joined(const write_row *row, json_t *object, const char *name, cairn_status status,
                               cairn_text *text) {
    if (status == CAIRN_OK)
        status = row_set(row, object, name, json_stringn(text->data ? text->data : "", text->length));
    cairn_text_free(text);
    return status;
}

static cairn_status need_reference(const write_row *row, const char **value) {
    const cairn_record *record = row->record;
    *value = record->target ? record->target : record->answer;
    if (record->correct == CAIRN_VERDICT_WRONG)
        return row_refuse(row, "its answer is wrong, and this format holds right solutions only");
    if (row->first_error >= 0)
        return row_refuse(row, "a step of it is wrong, and this format holds right solutions only");
    return *value ? CAIRN_OK : row_refuse(row, "it has no answer, which this format needs");
}

static cairn_status gsm8k_write(const write_row *row, json_t *object) {
    const char *value;
    cairn_text text = {0};
    CAIRN_TRY(need_reference(row, &value));
    CAIRN_TRY(row_set_text(row, object, "id", row->record->id));
    CAIRN_TRY(row_set_text(row, object, "question", row->record->problem));
    cairn_status status = joined(row, "\n", row->record->n_steps ? "\n#### " : "#### ", &text);
    if (status == CAIRN_OK) status = cairn_text_add(row->ctx, &text, value, strlen(value));
    return set_joined(row, object, "answer", status, &text);
}

static cairn_status math_write(const write_row *row, json_t *object) {
    const char *value;
    cairn_text text = {0};
    CAIRN_TRY(need_reference(row, &value));
    CAIRN_TRY(row_set_text(row, object, "unique_id", row->record->id));
    CAIRN_TRY(row_set_text(row, object, "problem", row->record->problem));
    CAIRN_TRY(row_set_text(row, object, "answer", value));
    CAIRN_TRY(row_set_text(row, object, "subject", row->record->domain));
    CAIRN_TRY(row_set_text(row, object, "level", row->record->subset));
    return set_joined(row, object, "solution", joined(row, "\n\n", "", &text), &text);
}

/* ---- PRM800K --------------------------------------------------------------------------------------------------------- */

/* A label is a rating of 1 or -1 where the record has no other. */
static json_t *rating_json(const write_row *row, int32_t i) {
    const int8_t *ratings = row->record->ratings;
    if (ratings && ratings[i] != CAIRN_NO_RATING) return json_integer(ratings[i]);
    return isnan(row->labels[i]) ? json_null() : json_integer(row->labels[i] > 0 ? 1 : -1);
}

/* The step that ends a solution because it is wrong was not chosen; every other one was. */
static json_t *prm800k_step(const write_row *row, int32_t i) {
    bool ends = i + 1 == row->record->n_steps && row->labels[i] == 0;
    return json_pack("{s:[{s:s, s:o, s:b}], s:n, s:o}", "completions", "text", row->record->steps[i], "rating",
                     rating_json(row, i), "flagged", 0, "human_completion", "chosen_completion",
                     ends ? json_null() : json_integer(0));
}

static cairn_status prm800k_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    json_t *question, *label, *steps;
    CAIRN_TRY(row_set(row, object, "question", question = json_object()));
    CAIRN_TRY(row_set(row, object, "label", label = json_object()));
    CAIRN_TRY(row_set(row, label, "steps", steps = json_array()));
    CAIRN_TRY(row_set_text(row, question, "problem", record->problem));
    CAIRN_TRY(row_set_text(row, question, "ground_truth_answer", record->target));
    CAIRN_TRY(row_set_text(row, question, "pre_generated_answer", record->answer));
    for (int32_t i = 0; i < record->n_steps; i++) CAIRN_TRY(append(row, steps, prm800k_step(row, i)));
    return row_set(row, label, "finish_reason", json_string(row->first_error >= 0 ? "found_error" : "solution"));
}

/* ---- Math-Shepherd, OpenRLHF, RLHFlow, MATH-APS: text with marks ----------------------------------------------------- */

#define MARK "ки"

/* What stands between the problem and the first step, where readers part them. */
static const char *parting(const cairn_record *record) {
    return record->n_steps > 0 && strncmp(record->steps[0], "Step 1:", 7) == 0 ? " " : "\n\n";
}

static cairn_status need_no_mark(const write_row *row) {
    const cairn_record *record = row->record;
    if (strstr(record->problem, MARK)) return row_refuse(row, "its problem holds `" MARK "`, which divides steps");
    for (int32_t i = 0; i < record->n_steps; i++)
        if (strstr(record->steps[i], MARK))
            return row_refuse(row, "its step %d holds `" MARK "`, which divides steps", (int)i + 1);
    return CAIRN_OK;
}

/* "Q Step 1: a <mark>\nStep 2: b <mark>"; the mark of step i by its label where `mark` is NULL. */
static cairn_status marked(const write_row *row, const char *mark, cairn_text *out) {
    const cairn_record *record = row->record;
    cairn_status status = cairn_text_add(row->ctx, out, record->problem, strlen(record->problem));
    for (int32_t i = 0; i < record->n_steps && status == CAIRN_OK; i++)
        status = cairn_text_printf(row->ctx, out, "%s%s %s", i ? "\n" : parting(record), record->steps[i],
                                   mark ? mark : sign(row, i));
    return status;
}

static cairn_status math_shepherd_write(const write_row *row, json_t *object) {
    cairn_text input = {0}, label = {0};
    CAIRN_TRY(need_every_label(row));
    CAIRN_TRY(need_no_mark(row));
    CAIRN_TRY(row_set_text(row, object, "id", row->record->id));
    CAIRN_TRY(set_joined(row, object, "input", marked(row, MARK, &input), &input));
    CAIRN_TRY(set_joined(row, object, "label", marked(row, NULL, &label), &label));
    return row_set_text(row, object, "task", row->record->subset);
}

static cairn_status openrlhf_write(const write_row *row, json_t *object) {
    cairn_text input = {0};
    CAIRN_TRY(need_every_label(row));
    CAIRN_TRY(need_no_mark(row));
    CAIRN_TRY(row_set_text(row, object, "id", row->record->id));
    CAIRN_TRY(row_set_text(row, object, "task", row->record->subset));
    CAIRN_TRY(set_joined(row, object, "input", marked(row, MARK, &input), &input));
    json_t *values = json_array();
    CAIRN_TRY(row_set(row, object, "value", values));
    for (int32_t i = 0; i < row->record->n_steps; i++)
        CAIRN_TRY(append(row, values, row->soft ? json_real(row->labels[i]) : json_string(sign(row, i))));
    return CAIRN_OK;
}

static cairn_status rlhflow_write(const write_row *row, json_t *object) {
    const cairn_record *record = row->record;
    CAIRN_TRY(need_every_label(row));
    CAIRN_TRY(row_set_text(row, object, "id", record->id));
    json_t *turns = json_array();
    CAIRN_TRY(row_set(row, object, "conversations", turns));
    for (int32_t i = 0; i < record->n_steps; i++) {
        cairn_text text = {0};
        cairn_status status = cairn_text_printf(row->ctx, &text, "%s%s%s", i ? "" : record->problem,
                                                i ? "" : parting(record), record->steps[i]);
        json_t *user = json_pack("{s:s}", "role", "user");
        if (append(row, turns, user) != CAIRN_OK) user = NULL;
        CAIRN_TRY(set_joined(row, user, "content", status, &text));
        CAIRN_TRY(append(row, turns, json_pack("{s:s, s:s}", "role", "assistant", "content", sign(row, i))));
    }
    return CAIRN_OK;
}

/* The labels of the last steps, as many as there are: all, or those from some step on. */
static cairn_status math_aps_write(const write_row *row, json_t *object) {
    int32_t n = row->record->n_steps, first = n;
    cairn_text text = {0};
    while (first > 0 && !isnan(row->labels[first - 1])) first--;
    for (int32_t i = 0; i < first; i++)
        if (!isnan(row->labels[i]))
            return row_refuse(row, "its step %d has no label and stands between labelled ones", (int)first);
    json_t *labels = json_array();
    CAIRN_TRY(row_set_text(row, object, "id", row->record->id));
    CAIRN_TRY(row_set_text(row, object, "question", row->record->problem));
    CAIRN_TRY(set_joined(row, object, "process", joined(row, "\n\n", "", &text), &text));
    CAIRN_TRY(row_set(row, object, "label", labels));
    for (int32_t i = first; i < n; i++) CAIRN_TRY(append(row, labels, json_string(sign(row, i))));
    return CAIRN_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------------- */

static const format_writer writers[CAIRN_FORMAT_COUNT] = {
    [CAIRN_FORMAT_STEPWISE] = {.write = stepwise_write, .soft = true},
    [CAIRN_FORMAT_TRL] = {.write = trl_write},
    [CAIRN_FORMAT_MISTAKE] = {.write = mistake_write},
    [CAIRN_FORMAT_PROCESSBENCH] = {.write = processbench_write},
    [CAIRN_FORMAT_GSM8K] = {.write = gsm8k_write},
    [CAIRN_FORMAT_PRM800K] = {.write = prm800k_write},
    [CAIRN_FORMAT_MATH_SHEPHERD] = {.write = math_shepherd_write},
    [CAIRN_FORMAT_OPENRLHF] = {.write = openrlhf_write, .soft = true},
    [CAIRN_FORMAT_RLHFLOW] = {.write = rlhflow_write},
    [CAIRN_FORMAT_MATH_APS] = {.write = math_aps_write},
    [CAIRN_FORMAT_PRMBENCH] = {.write = prmbench_write, .pairs = prmbench_pairs},
    [CAIRN_FORMAT_MR_GSM8K] = {.write = mr_gsm8k_write},
    [CAIRN_FORMAT_MATH] = {.write = math_write},
};

const format_writer *format_writer_of(cairn_format format) {
    return writers[format].write ? &writers[format] : NULL;
}

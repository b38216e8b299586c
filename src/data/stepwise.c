/* The stepwise format, version 1 (docs/formats.md): reader and writer. */
#include <errno.h>
#include <math.h>

#include "data/format.h"

#define VERSION 1

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* The array `field`, which has one element a step; NULL where it is missing or null. */
static cairn_status per_step(const format_line *line, const char *field, int32_t n, const json_t **out) {
    const json_t *array = json_object_get(line->object, field);
    char expected[48];
    *out = NULL;
    if (!array || json_is_null(array)) return CAIRN_OK;
    snprintf(expected, sizeof expected, "an array of %d", (int)n);
    if (!json_is_array(array) || json_array_size(array) != (size_t)n)
        return json_fail_field(line->ctx, line->where, field, expected, array);
    *out = array;
    return CAIRN_OK;
}

static cairn_status element_error(const format_line *line, const char *field, size_t i, const char *expected,
                                  const json_t *got) {
    char name[64];
    snprintf(name, sizeof name, "%s[%zu]", field, i);
    return json_fail_field(line->ctx, line->where, name, expected, got);
}

static cairn_status read_labels(const format_line *line, const json_t *array, double *labels) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        if (!json_is_boolean(value) && !json_is_null(value))
            return element_error(line, "labels", i, "true, false or null", value);
        labels[i] = json_is_null(value) ? NAN : json_is_true(value) ? 1 : 0;
    }
    return CAIRN_OK;
}

static cairn_status read_scores(const format_line *line, const json_t *array, double *scores) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        double score = json_number_value(value);
        if (!json_is_null(value) && !(json_is_number(value) && score >= 0 && score <= 1))
            return element_error(line, "scores", i, "a number from 0 to 1 or null", value);
        scores[i] = json_is_null(value) ? NAN : score;
    }
    return CAIRN_OK;
}

/* A step that nobody labelled before the first wrong one leaves the first error open. */
static int32_t first_error_of(const double *labels, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        if (isnan(labels[i])) return CAIRN_UNLABELLED;
        if (labels[i] == 0) return i;
    }
    return CAIRN_NO_ERROR;
}

static cairn_status read_all_labels(const format_line *line, cairn_record *out) {
    const json_t *hard, *soft;
    CAIRN_TRY(per_step(line, "labels", out->n_steps, &hard));
    CAIRN_TRY(per_step(line, "scores", out->n_steps, &soft));
    out->first_error = CAIRN_UNLABELLED;
    if (!hard && !soft) return CAIRN_OK;
    double *labels = cairn_arena_alloc(line->arena, (size_t)out->n_steps, sizeof *labels);
    if (!labels) return cairn_fail(line->ctx, CAIRN_NO_MEMORY, "%s: no memory for labels", line->where);
    out->labels = labels;
    if (hard) {
        CAIRN_TRY(read_labels(line, hard, labels));
        out->first_error = first_error_of(labels, out->n_steps);
    }
    return soft ? read_scores(line, soft, labels) : CAIRN_OK;
}

cairn_status stepwise_read(const format_line *line, int32_t item, cairn_record *out) {
    const json_t *version = json_object_get(line->object, "version");
    const json_t *correct = json_object_get(line->object, "correct");
    if (item > 0) return CAIRN_END;
    if (version && !(json_is_integer(version) && json_integer_value(version) == VERSION))
        return json_fail_field(line->ctx, line->where, "version", "1", version);
    CAIRN_TRY(format_id(line, "id", &out->id));
    CAIRN_TRY(format_text(line, "prompt", &out->problem));
    CAIRN_TRY(format_steps(line, "completions", out));
    CAIRN_TRY(read_all_labels(line, out));
    CAIRN_TRY(format_text_or_null(line, "group", &out->group));
    CAIRN_TRY(format_text_or_null(line, "subset", &out->subset));
    CAIRN_TRY(format_text_or_null(line, "domain", &out->domain));
    CAIRN_TRY(format_text_or_null(line, "answer", &out->answer));
    CAIRN_TRY(format_text_or_null(line, "target", &out->target));
    CAIRN_TRY(format_text_or_null(line, "generator", &out->generator));
    out->correct = CAIRN_VERDICT_UNKNOWN;
    if (!correct || json_is_null(correct)) return CAIRN_OK;
    if (!json_is_boolean(correct))
        return json_fail_field(line->ctx, line->where, "correct", "true, false or null", correct);
    out->correct = json_is_true(correct) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    return CAIRN_OK;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* Label of step i: the record's own, else what its first error says: right before it, wrong at it, unknown behind it. */
static double label_at(const cairn_record *record, int32_t i) {
    if (record->labels) return record->labels[i];
    if (record->first_error == CAIRN_NO_ERROR) return 1;
    if (record->first_error == CAIRN_UNLABELLED || i > record->first_error) return NAN;
    return i < record->first_error ? 1 : 0;
}

static json_t *label_json(double label, bool soft) {
    if (isnan(label)) return json_null();
    return soft ? json_real(label) : json_boolean(label >= 0.5);
}

static int set_text(json_t *object, const char *field, const char *text) {
    return text ? json_object_set_new(object, field, json_string(text)) : 0;
}

/* The record as an object; NULL for no memory or a text that is not UTF-8. */
static json_t *object_of(const cairn_record *record, bool soft) {
    json_t *object = json_object(), *steps = json_array(), *labels = json_array();
    int bad = !object || !steps || !labels;
    for (int32_t i = 0; i < record->n_steps && !bad; i++) {
        bad |= json_array_append_new(steps, json_string(record->steps[i]));
        bad |= json_array_append_new(labels, label_json(label_at(record, i), soft));
    }
    bad |= json_object_set(object, "completions", steps) | json_object_set(object, soft ? "scores" : "labels", labels);
    bad |= json_object_set_new(object, "version", json_integer(VERSION));
    bad |= json_object_set_new(object, "prompt", json_string(record->problem));
    bad |= set_text(object, "id", record->id) | set_text(object, "answer", record->answer);
    bad |= set_text(object, "target", record->target) | set_text(object, "generator", record->generator);
    if (record->correct != CAIRN_VERDICT_UNKNOWN)
        bad |= json_object_set_new(object, "correct", json_boolean(record->correct == CAIRN_VERDICT_RIGHT));
    json_decref(steps);
    json_decref(labels);
    if (!bad) return object;
    json_decref(object);
    return NULL;
}

cairn_status cairn_stepwise_write(cairn_ctx *ctx, cairn_out *out, const cairn_record *record, bool soft) {
    const char *id = record->id ? record->id : "?";
    char what[80];
    for (int32_t i = 0; i < record->n_steps; i++)
        if (label_at(record, i) < 0 || label_at(record, i) > 1)
            return cairn_fail(ctx, CAIRN_INVALID, "record `%s`: the label of step %d is outside 0 .. 1", id, (int)i);
    snprintf(what, sizeof what, "record `%.60s`", id);
    errno = 0;
    json_t *object = object_of(record, soft);
    if (!object) return json_fail_build(ctx, what);
    cairn_text text = {0};
    cairn_status status = json_write(ctx, object, &text);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, &text, "\n", 1);
    if (status == CAIRN_OK) status = cairn_out_write(out, text.data, text.length);
    cairn_text_free(&text);
    json_decref(object);
    return status;
}

/* The stepwise format, version 1 (docs/formats.md): reader and writer. */
#include <errno.h>
#include <math.h>

#include "data/format.h"

#define VERSION 1

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* The array `field`, which has one element a step; NULL where it is missing or null. */
static cairn_status per_step(const format_row *row, const char *field, int32_t n, const json_t **out) {
    const json_t *array = format_field(row, field);
    char expected[48];
    *out = array;
    snprintf(expected, sizeof expected, "an array of %d", (int)n);
    if (array && (!json_is_array(array) || json_array_size(array) != (size_t)n))
        return json_fail_field(row->ctx, row->where, field, expected, array);
    return CAIRN_OK;
}

static cairn_status read_labels(const format_row *row, const json_t *array, double *labels, bool *soft) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        if (!format_label(value, false, &labels[i], soft))
            return format_fail_element(row, "labels", i, "true or false, a number from 0 to 1, or null", value);
    }
    return CAIRN_OK;
}

static cairn_status read_scores(const format_row *row, const json_t *array, double *scores) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        double score = json_number_value(value);
        if (!json_is_null(value) && !(json_is_number(value) && score >= 0 && score <= 1))
            return format_fail_element(row, "scores", i, "a number from 0 to 1 or null", value);
        scores[i] = json_is_null(value) ? NAN : score;
    }
    return CAIRN_OK;
}

static cairn_status read_all_labels(const format_row *row, cairn_record *out) {
    const json_t *given, *scores;
    double *labels;
    bool soft = false;
    CAIRN_TRY(per_step(row, "labels", out->n_steps, &given));
    CAIRN_TRY(per_step(row, "scores", out->n_steps, &scores));
    if (!given && !scores) return CAIRN_OK;
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    if (given) {
        CAIRN_TRY(read_labels(row, given, labels, &soft));
        out->first_error = format_first_error(labels, out->n_steps, soft);
    }
    return scores ? read_scores(row, scores, labels) : CAIRN_OK;
}

static cairn_status read_ratings(const format_row *row, cairn_record *out) {
    const json_t *given;
    int64_t whole;
    CAIRN_TRY(per_step(row, "ratings", out->n_steps, &given));
    if (!given) return CAIRN_OK;
    int8_t *ratings = cairn_arena_alloc(row->arena, (size_t)out->n_steps, sizeof *ratings);
    if (!ratings) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for ratings", row->where);
    for (size_t i = 0; i < json_array_size(given); i++) {
        const json_t *value = json_array_get(given, i);
        ratings[i] = CAIRN_NO_RATING;
        if (json_is_null(value)) continue;
        if (!json_whole(value, -1, 1, &whole)) return format_fail_element(row, "ratings", i, "-1, 0, 1 or null", value);
        ratings[i] = (int8_t)whole;
    }
    out->ratings = ratings;
    return CAIRN_OK;
}

cairn_status read_stepwise(const format_row *row, int32_t item, cairn_record *out) {
    const json_t *version = json_object_get(row->object, "version");
    int64_t number;
    if (item > 0) return CAIRN_END;
    if (version && !json_whole(version, VERSION, VERSION, &number))
        return json_fail_field(row->ctx, row->where, "version", "1", version);
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(format_text(row, "prompt", &out->problem));
    CAIRN_TRY(format_steps(row, "completions", out));
    CAIRN_TRY(read_all_labels(row, out));
    CAIRN_TRY(read_ratings(row, out));
    CAIRN_TRY(format_word_or_null(row, "answer", &out->answer));
    CAIRN_TRY(format_word_or_null(row, "target", &out->target));
    CAIRN_TRY(format_text_or_null(row, "generator", &out->generator));
    CAIRN_TRY(format_word_or_null(row, "group", &out->group));
    CAIRN_TRY(format_word_or_null(row, "subset", &out->subset));
    CAIRN_TRY(format_word_or_null(row, "domain", &out->domain));
    return format_verdict(row, "correct", &out->correct);
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

/* The stepwise format, version 1 (docs/formats.md): its reader. */
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

static cairn_status read_ratings(const format_line *line, cairn_record *out) {
    const json_t *array;
    CAIRN_TRY(per_step(line, "ratings", out->n_steps, &array));
    if (!array) return CAIRN_OK;
    int8_t *ratings = cairn_arena_alloc(line->arena, (size_t)out->n_steps, sizeof *ratings);
    if (!ratings) return cairn_fail(line->ctx, CAIRN_NO_MEMORY, "%s: no memory for ratings", line->where);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        json_int_t rating = json_integer_value(value);
        if (!json_is_null(value) && !(json_is_integer(value) && rating >= -1 && rating <= 1))
            return element_error(line, "ratings", i, "-1, 0, 1 or null", value);
        ratings[i] = json_is_null(value) ? CAIRN_NO_RATING : (int8_t)rating;
    }
    out->ratings = ratings;
    return CAIRN_OK;
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
    CAIRN_TRY(format_text_or_null(line, "answer", &out->answer));
    CAIRN_TRY(format_text_or_null(line, "target", &out->target));
    CAIRN_TRY(format_text_or_null(line, "generator", &out->generator));
    CAIRN_TRY(format_text_or_null(line, "group", &out->group));
    CAIRN_TRY(format_text_or_null(line, "subset", &out->subset));
    CAIRN_TRY(format_text_or_null(line, "domain", &out->domain));
    CAIRN_TRY(read_ratings(line, out));
    out->correct = CAIRN_VERDICT_UNKNOWN;
    if (!correct || json_is_null(correct)) return CAIRN_OK;
    if (!json_is_boolean(correct))
        return json_fail_field(line->ctx, line->where, "correct", "true, false or null", correct);
    out->correct = json_is_true(correct) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    return CAIRN_OK;
}

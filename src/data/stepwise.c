/* The stepwise format, version 1 (docs/formats.md): its reader. */
#include <math.h>

#include "data/format.h"

#define VERSION 1

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
    CAIRN_TRY(format_observations(row, out));
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

/* Reader of PRM800K (arXiv 2305.20050). A row is one solution with several candidates a step, each rated -1, 0 or 1 by
 * a person; the record is the path that was taken through them. */
#include <string.h>

#include "data/format.h"

/* One step of the path: an object with `text` and `rating`; NULL where the path ends before it. */
static cairn_status candidate_at(const format_row *row, const json_t *steps, size_t i, const json_t **out, bool *ends) {
    const json_t *step = json_array_get(steps, i), *candidates = json_object_get(step, "completions");
    const json_t *chosen = json_object_get(step, "chosen_completion");
    const json_t *human = json_object_get(step, "human_completion");
    size_t n = json_array_size(candidates);
    int64_t index;
    *out = NULL;
    if (!json_is_object(step)) return format_fail_element(row, "label.steps", i, "an object with `completions`", step);
    *ends = false;
    if (chosen && !json_is_null(chosen)) {
        if (!json_whole(chosen, 0, (int64_t)n - 1, &index))
            return format_fail_element(row, "label.steps", i, "a `chosen_completion` that is one of `completions`",
                                       chosen);
        *out = json_array_get(candidates, (size_t)index);
        return CAIRN_OK;
    }
    if (json_is_object(human)) {
        *out = human;
        return CAIRN_OK;
    }
    *ends = true; /* nobody went on from here */
    for (size_t k = 0; k < n && !*out; k++)
        if (json_whole(json_object_get(json_array_get(candidates, k), "rating"), -1, -1, &index))
            *out = json_array_get(candidates, k);
    if (!*out && n > 0) *out = json_array_get(candidates, 0);
    return CAIRN_OK;
}

static cairn_status add_step(const format_row *row, size_t i, const json_t *candidate, const char **step,
                             int8_t *rating) {
    const json_t *text = json_object_get(candidate, "text"), *given = json_object_get(candidate, "rating");
    int64_t whole;
    if (!json_is_string(text))
        return format_fail_element(row, "label.steps", i, "a candidate with a `text`", candidate);
    *rating = CAIRN_NO_RATING;
    if (given && !json_is_null(given)) {
        if (!json_whole(given, -1, 1, &whole))
            return format_fail_element(row, "label.steps", i, "a `rating` of -1, 0, 1 or null", given);
        *rating = (int8_t)whole;
    }
    return format_keep(row, json_string_value(text), json_string_length(text), step);
}

/* The path: of each step the chosen candidate, else the one that the person wrote; where there is neither the path
 * ends, with the first candidate rated -1, else the first one. */
static cairn_status read_path(const format_row *row, const json_t *steps, cairn_record *out) {
    const char **texts;
    size_t n = json_array_size(steps);
    CAIRN_TRY(format_steps_alloc(row, n, out, &texts));
    int8_t *ratings = cairn_arena_alloc(row->arena, n, sizeof *ratings);
    if (!ratings) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for ratings", row->where);
    out->ratings = ratings;
    out->n_steps = 0;
    bool ends = false;
    for (size_t i = 0; i < n && !ends; i++) {
        const json_t *candidate;
        CAIRN_TRY(candidate_at(row, steps, i, &candidate, &ends));
        if (!candidate) break;
        CAIRN_TRY(add_step(row, i, candidate, &texts[out->n_steps], &ratings[out->n_steps]));
        out->n_steps++;
    }
    return CAIRN_OK;
}

/* A step is right when it is rated 0 or 1. */
static cairn_status label_path(const format_row *row, cairn_record *out) {
    double *labels;
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    for (int32_t i = 0; i < out->n_steps; i++)
        if (out->ratings[i] != CAIRN_NO_RATING) labels[i] = out->ratings[i] >= 0 ? 1 : 0;
    out->first_error = format_first_error(labels, out->n_steps, false);
    return CAIRN_OK;
}

cairn_status read_prm800k(const format_row *row, int32_t item, cairn_record *out) {
    json_t *question, *label, *steps;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(json_get_object(row->ctx, row->object, "question", row->where, &question));
    CAIRN_TRY(json_get_object(row->ctx, row->object, "label", row->where, &label));
    format_row inner = *row;
    inner.object = question;
    CAIRN_TRY(format_text(&inner, "problem", &out->problem));
    CAIRN_TRY(format_word_or_null(&inner, "ground_truth_answer", &out->target));
    CAIRN_TRY(json_get_array(row->ctx, label, "steps", row->where, &steps));
    CAIRN_TRY(read_path(row, steps, out));
    const json_t *reason = json_object_get(label, "finish_reason");
    if (json_is_string(reason) && strcmp(json_string_value(reason), "solution") == 0)
        CAIRN_TRY(format_word_or_null(&inner, "pre_generated_answer", &out->answer));
    return label_path(row, out);
}

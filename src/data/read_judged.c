/* Readers of benchmarks that say which steps people found wrong. */
#include <string.h>

#include "data/format.h"

static bool same_trimmed(const char *a, const char *b) {
    cairn_slice x = format_trimmed(a, 0, strlen(a)), y = format_trimmed(b, 0, strlen(b));
    return x.length == y.length && memcmp(a + x.start, b + y.start, x.length) == 0;
}

/* ---- BIG-Bench-Mistake: input, steps, target, answer, mistake_index --------------------------------------------- */

cairn_status read_mistake(const format_row *row, int32_t item, cairn_record *out) {
    int64_t index;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(format_text(row, "input", &out->problem));
    CAIRN_TRY(format_steps(row, "steps", out));
    CAIRN_TRY(format_observations(row, out));
    CAIRN_TRY(format_word_or_null(row, "target", &out->target));
    CAIRN_TRY(format_word_or_null(row, "answer", &out->answer));
    if (out->answer && out->target) out->correct = format_verdict_of(same_trimmed(out->answer, out->target));
    const json_t *mistake = json_object_get(row->object, "mistake_index");
    out->first_error = CAIRN_NO_ERROR;
    if (json_is_null(mistake)) return CAIRN_OK;
    if (!json_whole(mistake, 0, (int64_t)out->n_steps - 1, &index))
        return json_fail_field(row->ctx, row->where, "mistake_index", "null or the index of a step", mistake);
    out->first_error = (int32_t)index;
    return CAIRN_OK;
}

/* ---- ProcessBench (arXiv 2412.06559): id, generator, problem, steps, final_answer_correct, label ------------------- */

cairn_status read_processbench(const format_row *row, int32_t item, cairn_record *out) {
    int64_t index;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(format_text_or_null(row, "generator", &out->generator));
    CAIRN_TRY(format_text(row, "problem", &out->problem));
    CAIRN_TRY(format_steps(row, "steps", out));
    CAIRN_TRY(format_verdict(row, "final_answer_correct", &out->correct));
    CAIRN_TRY(format_word_or_null(row, "subset", &out->subset));
    const json_t *label = json_object_get(row->object, "label");
    if (!json_whole(label, -1, (int64_t)out->n_steps - 1, &index))
        return json_fail_field(row->ctx, row->where, "label", "-1 or the index of a step", label);
    out->first_error = index < 0 ? CAIRN_NO_ERROR : (int32_t)index;
    return CAIRN_OK;
}

/* ---- PRMBench (arXiv 2501.03124): question, original_process, modified_process, error_steps, classification -------- */

/* Marks the listed steps (from 1) wrong. A number beyond the last step says nothing about any step: the published files
 * have 151. */
static cairn_status mark_errors(const format_row *row, cairn_record *out, double *labels) {
    json_t *errors;
    int64_t number;
    CAIRN_TRY(json_get_array(row->ctx, row->object, "error_steps", row->where, &errors));
    for (int32_t i = 0; i < out->n_steps; i++) labels[i] = 1;
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *error = json_array_get(errors, i);
        if (!json_whole(error, 1, INT32_MAX, &number))
            return format_fail_element(row, "error_steps", i, "the number of a step, from 1", error);
        if (number <= out->n_steps) labels[number - 1] = 0;
    }
    out->first_error = format_first_error(labels, out->n_steps, false);
    if (out->first_error == CAIRN_NO_ERROR && json_array_size(errors) > 0) out->first_error = CAIRN_UNLABELLED;
    return CAIRN_OK;
}

/* The text of `field`, else of `question`. */
static cairn_status question(const format_row *row, const char *field, const char **out) {
    return format_text(row, format_field(row, field) ? field : "question", out);
}

/* The solution before it was modified, of the class in which the benchmark counts it. */
static cairn_status read_original(const format_row *row, cairn_record *out) {
    double *labels;
    out->subset = "correct";
    CAIRN_TRY(question(row, "original_question", &out->problem));
    CAIRN_TRY(format_steps(row, "original_process", out));
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    for (int32_t i = 0; i < out->n_steps; i++) labels[i] = 1;
    out->first_error = CAIRN_NO_ERROR;
    return CAIRN_OK;
}

cairn_status read_prmbench(const format_row *row, int32_t item, cairn_record *out) {
    double *labels;
    CAIRN_TRY(format_id(row, "idx", &out->id));
    out->group = out->id;
    CAIRN_TRY(format_text_or_null(row, "classification", &out->subset));
    bool with_original = out->subset && strcmp(out->subset, "redundency") == 0 && format_field(row, "original_process");
    if (item == 1 && with_original) return read_original(row, out);
    if (item > 0) return CAIRN_END;
    if (with_original) CAIRN_TRY(read_original(row, &(cairn_record){0})); /* a row is taken whole */
    CAIRN_TRY(question(row, "modified_question", &out->problem));
    CAIRN_TRY(format_steps(row, "modified_process", out));
    CAIRN_TRY(format_word_or_null(row, "ground_truth", &out->target));
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    return mark_errors(row, out, labels);
}

/* ---- MR-GSM8K (arXiv 2312.17080): question, model_output_steps, ..._solution_correctness, ..._first_error_step ------ */

/* "correct", or "wrong" or "incorrect"; UNKNOWN where the field is missing or null. */
static cairn_status correctness(const format_row *row, const char *field, cairn_verdict *out) {
    const json_t *value = format_field(row, field);
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    *out = CAIRN_VERDICT_UNKNOWN;
    if (!value) return CAIRN_OK;
    bool right = strcmp(text, "correct") == 0;
    if (!right && strcmp(text, "wrong") != 0 && strcmp(text, "incorrect") != 0)
        return json_fail_field(row->ctx, row->where, field, "\"correct\" or \"wrong\"", value);
    *out = format_verdict_of(right);
    return CAIRN_OK;
}

cairn_status read_mr_gsm8k(const format_row *row, int32_t item, cairn_record *out) {
    static const char field[] = "model_output_solution_first_error_step";
    cairn_verdict solution;
    int64_t number;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "uuid", &out->id));
    CAIRN_TRY(format_text(row, "question", &out->problem));
    CAIRN_TRY(format_steps(row, "model_output_steps", out));
    CAIRN_TRY(format_word_or_null(row, "ground_truth_answer", &out->target));
    CAIRN_TRY(format_text_or_null(row, "question_type", &out->subset));
    CAIRN_TRY(correctness(row, "model_output_solution_correctness", &solution));
    CAIRN_TRY(correctness(row, "model_output_answer_correctness", &out->correct));
    if (!format_field(row, "model_output_answer_correctness")) out->correct = solution;
    if (solution == CAIRN_VERDICT_RIGHT) out->first_error = CAIRN_NO_ERROR;
    const json_t *error = format_field(row, field);
    bool none = !error || (json_is_string(error) && strcmp(json_string_value(error), "N/A") == 0);
    if (none || solution == CAIRN_VERDICT_RIGHT) return CAIRN_OK;
    if (!json_whole(error, 1, out->n_steps, &number))
        return json_fail_field(row->ctx, row->where, field, "the number of a step, from 1, or \"N/A\"", error);
    out->first_error = (int32_t)number - 1;
    return CAIRN_OK;
}

/* Readers of training files whose steps end with a mark: Math-Shepherd, OpenRLHF, RLHFlow, MATH-APS. */
#include <string.h>

#include "data/format.h"

static const char mark[] = "\xD0\xBA\xD0\xB8";  /* Math-Shepherd's sign after a step */
static const char line_breaks[] = "\n\n\n\n\n"; /* MATH-APS's */

#define LABELS "\"+\" or \"-\", true or false, a number from 0 to 1, or null"

/* A text in pieces, each but the last ended by a sign. */
typedef struct pieces {
    cairn_slice *at; /* [n + 1], the last after the last sign */
    int32_t n;       /* signs */
} pieces;

static cairn_status cut(const format_row *row, const char *text, const char *sign, pieces *out) {
    size_t length = strlen(sign), n = 0, start = 0;
    for (const char *p = text; (p = strstr(p, sign)); p += length) n++;
    if (n >= INT32_MAX) return cairn_fail(row->ctx, CAIRN_LIMIT, "%s: more than 2^31 steps", row->where);
    out->at = cairn_arena_alloc(row->arena, n + 1, sizeof *out->at);
    if (!out->at) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for %zu steps", row->where, n);
    out->n = (int32_t)n;
    for (size_t i = 0; i < n; i++) {
        size_t end = (size_t)(strstr(text + start, sign) - text);
        out->at[i] = (cairn_slice){start, end - start};
        start = end + length;
    }
    out->at[n] = (cairn_slice){start, strlen(text) - start};
    return CAIRN_OK;
}

/* The problem and the steps of a text with a sign after each step. What stands after the last sign is a step that has
 * no label. */
static cairn_status read_marked(const format_row *row, const char *field, const char *text, const pieces *p,
                                cairn_record *out) {
    cairn_slice problem, first;
    const char **steps;
    if (p->n == 0)
        return json_fail_field(row->ctx, row->where, field, "a text with \xD0\xBA\xD0\xB8 after each step",
                               json_object_get(row->object, field));
    if (!format_part(text, p->at[0].length, &problem, &first))
        return json_fail_field(row->ctx, row->where, field, "`Step 1:` or a line break between problem and first step",
                               json_object_get(row->object, field));
    cairn_slice rest = format_trimmed(text, p->at[p->n].start, p->at[p->n].start + p->at[p->n].length);
    CAIRN_TRY(format_steps_alloc(row, (size_t)p->n + (rest.length > 0), out, &steps));
    CAIRN_TRY(format_keep(row, text + problem.start, problem.length, &out->problem));
    for (int32_t i = 0; i < out->n_steps; i++) {
        cairn_slice step = format_trimmed(text, p->at[i].start, p->at[i].start + p->at[i].length);
        if (i == 0) step = first;
        CAIRN_TRY(format_keep(row, text + step.start, step.length, &steps[i]));
    }
    return CAIRN_OK;
}

/* An array of one label a sign. */
static cairn_status read_labels(const format_row *row, const char *field, int32_t n, cairn_record *out) {
    json_t *array;
    double *labels;
    bool soft = false;
    char expected[48];
    CAIRN_TRY(json_get_array(row->ctx, row->object, field, row->where, &array));
    snprintf(expected, sizeof expected, "an array of %d", (int)n);
    if (json_array_size(array) != (size_t)n) return json_fail_field(row->ctx, row->where, field, expected, array);
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    for (int32_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(array, (size_t)i);
        if (!format_label(value, true, &labels[i], &soft))
            return format_fail_element(row, field, (size_t)i, LABELS, value);
    }
    out->first_error = format_first_error(labels, out->n_steps, soft);
    return CAIRN_OK;
}

/* ---- Math-Shepherd (arXiv 2312.08935): input, label, task ------------------------------------------------------- */

/* `label` is the text of `input` with + or - in place of each sign. */
static cairn_status labels_of_text(const format_row *row, const char *input, const pieces *p, const char *label,
                                   cairn_record *out) {
    double *labels;
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    for (int32_t i = 0; i < p->n; i++) {
        size_t length = p->at[i].length;
        bool same = strncmp(label, input + p->at[i].start, length) == 0;
        if (!same || (label[length] != '+' && label[length] != '-'))
            return json_fail_field(row->ctx, row->where, "label", "the text of `input` with + or - for each mark",
                                   json_object_get(row->object, "label"));
        labels[i] = label[length] == '+' ? 1 : 0;
        label += length + 1;
    }
    out->first_error = format_first_error(labels, out->n_steps, false);
    return CAIRN_OK;
}

cairn_status read_math_shepherd(const format_row *row, int32_t item, cairn_record *out) {
    const char *input, *label;
    pieces p;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "input", row->where, &input));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "label", row->where, &label));
    CAIRN_TRY(format_text_or_null(row, "task", &out->subset));
    CAIRN_TRY(cut(row, input, mark, &p));
    CAIRN_TRY(read_marked(row, "input", input, &p, out));
    return labels_of_text(row, input, &p, label, out);
}

/* ---- OpenRLHF: input, and value, values, label or labels --------------------------------------------------------- */

cairn_status read_openrlhf(const format_row *row, int32_t item, cairn_record *out) {
    static const char *const fields[] = {"value", "values", "labels", "label"};
    const char *input, *field = "value";
    pieces p;
    if (item > 0) return CAIRN_END;
    for (size_t i = sizeof fields / sizeof *fields; i-- > 0;)
        if (json_is_array(json_object_get(row->object, fields[i]))) field = fields[i];
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "input", row->where, &input));
    CAIRN_TRY(format_text_or_null(row, "task", &out->subset));
    CAIRN_TRY(cut(row, input, mark, &p));
    CAIRN_TRY(read_marked(row, "input", input, &p, out));
    return read_labels(row, field, p.n, out);
}

/* ---- RLHFlow: conversations of turns {role, content} ------------------------------------------------------------- */

typedef struct turn {
    const char *role, *content;
} turn;

/* Turn `i`, with the names that ShareGPT gives them too. */
static cairn_status turn_at(const format_row *row, const json_t *turns, size_t i, turn *out) {
    const json_t *object = json_array_get(turns, i);
    const json_t *role = json_object_get(object, "role"), *content = json_object_get(object, "content");
    if (!role) role = json_object_get(object, "from");
    if (!content) content = json_object_get(object, "value");
    if (!json_is_string(role) || !json_is_string(content))
        return format_fail_element(row, "conversations", i, "an object with texts `role` and `content`", object);
    *out = (turn){json_string_value(role), json_string_value(content)};
    return CAIRN_OK;
}

static bool is_role(const turn *t, const char *name, const char *other_name) {
    return strcmp(t->role, name) == 0 || strcmp(t->role, other_name) == 0;
}

static bool is_mark(const char *text, char sign) {
    cairn_slice trimmed = format_trimmed(text, 0, strlen(text));
    return trimmed.length == 1 && text[trimmed.start] == sign;
}

/* The next step of the record; the first one opens with the problem. */
static cairn_status add_step(const format_row *row, size_t i, const char *content, cairn_record *out,
                             const char **steps) {
    cairn_slice problem, step = format_trimmed(content, 0, strlen(content));
    if (out->n_steps == 0) {
        if (!format_part(content, strlen(content), &problem, &step))
            return format_fail_element(
                row, "conversations", i, "`Step 1:` or a line break between problem and first step",
                json_object_get(json_array_get(json_object_get(row->object, "conversations"), i), "content"));
        CAIRN_TRY(format_keep(row, content + problem.start, problem.length, &out->problem));
    }
    return format_keep(row, content + step.start, step.length, &steps[out->n_steps++]);
}

/* A turn of the assistant labels the last step of the user; a step without one has no label. */
static cairn_status read_turns(const format_row *row, const json_t *turns, cairn_record *out) {
    const char **steps;
    double *labels;
    turn t = {"", ""};
    CAIRN_TRY(format_steps_alloc(row, json_array_size(turns), out, &steps));
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    out->n_steps = 0;
    bool labelled = true;
    for (size_t i = 0; i < json_array_size(turns); i++) {
        CAIRN_TRY(turn_at(row, turns, i, &t));
        if (is_role(&t, "user", "human")) {
            CAIRN_TRY(add_step(row, i, t.content, out, steps));
            labelled = false;
        } else if (is_role(&t, "assistant", "gpt") && !labelled &&
                   (is_mark(t.content, '+') || is_mark(t.content, '-'))) {
            labels[out->n_steps - 1] = is_mark(t.content, '+') ? 1 : 0;
            labelled = true;
        } else if (!is_role(&t, "system", "system") || i > 0) {
            return format_fail_element(row, "conversations", i, "a step of the user, then + or - of the assistant",
                                       json_array_get(turns, i));
        }
    }
    if (out->n_steps == 0)
        return json_fail_field(row->ctx, row->where, "conversations", "at least one turn of the user", turns);
    out->first_error = format_first_error(labels, out->n_steps, false);
    return CAIRN_OK;
}

cairn_status read_rlhflow(const format_row *row, int32_t item, cairn_record *out) {
    json_t *turns;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(json_get_array(row->ctx, row->object, "conversations", row->where, &turns));
    return read_turns(row, turns, out);
}

/* ---- MATH-APS: question, process, label --------------------------------------------------------------------------- */

/* The paragraphs of every piece: the record's steps. last[i] is the index of the last one up to the end of piece i. */
static cairn_status steps_of_pieces(const format_row *row, const char *text, const pieces *p, cairn_record *out,
                                    int32_t **last) {
    const char **steps;
    cairn_slice *all;
    int32_t n_all, n;
    CAIRN_TRY(cairn_split_steps(row->ctx, row->arena, CAIRN_SPLIT_LINE, text, strlen(text), &all, &n_all));
    CAIRN_TRY(
        format_steps_alloc(row, (size_t)n_all + (size_t)p->n, out, &steps)); /* paragraphs are no more than that */
    *last = cairn_arena_alloc(row->arena, (size_t)p->n + 1, sizeof **last);
    if (!*last) return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for steps", row->where);
    out->n_steps = 0;
    for (int32_t i = 0; i <= p->n; i++) {
        const char *piece = text + p->at[i].start;
        CAIRN_TRY(cairn_split_steps(row->ctx, row->arena, CAIRN_SPLIT_PARAGRAPH, piece, p->at[i].length, &all, &n));
        for (int32_t k = 0; k < n; k++)
            CAIRN_TRY(format_keep(row, piece + all[k].start, all[k].length, &steps[out->n_steps++]));
        (*last)[i] = out->n_steps - 1;
    }
    return CAIRN_OK;
}

/* Do `n` labels fit the steps: *by_sign one for each sign (and one for what stands after the last), else those of the
 * last steps? */
static bool labels_fit(size_t n, const pieces *p, const int32_t *last, int32_t n_steps, bool *by_sign) {
    bool with_rest = p->n > 0 && n == (size_t)p->n + 1 && last[p->n] > last[p->n - 1];
    *by_sign = p->n > 0 && n != (size_t)n_steps;
    return *by_sign ? (n == (size_t)p->n || with_rest) && last[0] >= 0 : n <= (size_t)n_steps;
}

/* Of a text with signs, a label belongs to the last step before its sign; of one without, the labels are those of the
 * last steps. */
cairn_status read_math_aps(const format_row *row, int32_t item, cairn_record *out) {
    const char *process;
    pieces p;
    json_t *array;
    double *labels;
    int32_t *last;
    bool soft = false, by_sign;
    if (item > 0) return CAIRN_END;
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(format_text(row, "question", &out->problem));
    CAIRN_TRY(json_get_text(row->ctx, row->object, "process", row->where, &process));
    CAIRN_TRY(json_get_array(row->ctx, row->object, "label", row->where, &array));
    CAIRN_TRY(cut(row, process, strstr(process, mark) ? mark : line_breaks, &p));
    CAIRN_TRY(steps_of_pieces(row, process, &p, out, &last));
    CAIRN_TRY(format_labels_alloc(row, out, &labels));
    size_t n = json_array_size(array);
    if (!labels_fit(n, &p, last, out->n_steps, &by_sign))
        return json_fail_field(row->ctx, row->where, "label", "a label for each mark, or for the last steps", array);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(array, i);
        size_t step = by_sign ? (size_t)last[i] : (size_t)out->n_steps - n + i;
        if (!format_label(value, true, &labels[step], &soft))
            return format_fail_element(row, "label", i, LABELS, value);
    }
    out->first_error = format_first_error(labels, out->n_steps, soft);
    return CAIRN_OK;
}

/* Pairs of a chosen and a rejected answer: TRL's preference form, question/chosen/rejected, and dialogues. */
#include <string.h>

#include "cairn/data.h"
#include "data/rows.h"

#define MOST_ROW_BYTES ((size_t)16 << 20)

struct cairn_preferences {
    cairn_ctx *ctx;
    rows *rows;
    cairn_split split;
    bool skip_bad;
    int64_t skipped;
};

cairn_status cairn_preferences_detect(cairn_ctx *ctx, const char *path, bool *out) {
    rows *r;
    const json_t *object;
    CAIRN_TRY(rows_open(ctx, path, MOST_ROW_BYTES, &r));
    *out = rows_next(r, &object) == CAIRN_OK && json_object_get(object, "chosen");
    rows_close(r);
    return CAIRN_OK;
}

cairn_status cairn_preferences_open(cairn_ctx *ctx, const char *path, cairn_split split, bool skip_bad,
                                    cairn_preferences **out) {
    cairn_preferences *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    *p = (cairn_preferences){.ctx = ctx, .split = split, .skip_bad = skip_bad};
    cairn_status status = rows_open(ctx, path, MOST_ROW_BYTES, &p->rows);
    if (status != CAIRN_OK) {
        cairn_free(p);
        return status;
    }
    *out = p;
    return CAIRN_OK;
}

void cairn_preferences_close(cairn_preferences *preferences) {
    if (!preferences) return;
    rows_close(preferences->rows);
    cairn_free(preferences);
}

uint64_t cairn_preferences_key(const cairn_preferences *preferences) {
    return rows_key(preferences->rows);
}

int64_t cairn_preferences_skipped(const cairn_preferences *preferences) {
    return preferences->skipped;
}

/* ---- dialogues -------------------------------------------------------------------------------------------------------------------- */

/* The text of message i of a dialogue: {role, content}. */
static cairn_status message(cairn_preferences *p, const char *field, const json_t *messages, size_t i,
                            const char **out) {
    const json_t *m = json_array_get(messages, i);
    if (json_is_object(m) && json_is_string(json_object_get(m, "content"))) {
        *out = json_string_value(json_object_get(m, "content"));
        return CAIRN_OK;
    }
    return json_fail_field(p->ctx, rows_where(p->rows), field, "messages {role, content}", m ? m : messages);
}

/* Messages 0 .. n - 1, a line each. */
static cairn_status join_messages(cairn_preferences *p, cairn_arena *arena, const char *field, const json_t *messages,
                                  size_t n, const char **out) {
    *out = "";
    for (size_t i = 0; i < n; i++) {
        const char *text = "";
        CAIRN_TRY(message(p, field, messages, i, &text));
        *out = cairn_arena_printf(arena, "%s%s%s", *out, i ? "\n" : "", text);
        if (!*out) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

static bool is_dialogue(const json_t *value) {
    return json_is_array(value) && json_is_object(json_array_get(value, 0));
}

/* ---- one row --------------------------------------------------------------------------------------------------------------------------- */

static cairn_status split_text(cairn_preferences *p, cairn_arena *arena, const char *text, const char *const **steps,
                               int32_t *n) {
    cairn_slice *slices;
    CAIRN_TRY(cairn_split_steps(p->ctx, arena, p->split, text, strlen(text), &slices, n));
    const char **all = cairn_arena_alloc(arena, (size_t)*n + 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < *n; i++) {
        all[i] = cairn_arena_copy(arena, text + slices[i].start, slices[i].length);
        if (!all[i]) return CAIRN_NO_MEMORY;
    }
    *steps = all;
    return CAIRN_OK;
}

/* An array of texts: the steps as they are. */
static cairn_status copy_steps(cairn_preferences *p, cairn_arena *arena, const char *field, const json_t *value,
                               const char *const **steps, int32_t *n) {
    size_t count = json_array_size(value);
    const char **all = cairn_arena_alloc(arena, count + 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (!text)
            return json_fail_field(p->ctx, rows_where(p->rows), field, "an array of strings", json_array_get(value, i));
        all[i] = cairn_arena_copy(arena, text, strlen(text));
        if (!all[i]) return CAIRN_NO_MEMORY;
    }
    *steps = all;
    *n = (int32_t)count;
    return CAIRN_OK;
}

static cairn_status read_answer(cairn_preferences *p, cairn_arena *arena, const json_t *row, const char *field,
                                const char *const **steps, int32_t *n) {
    const json_t *value = json_object_get(row, field);
    const char *text = json_string_value(value);
    if (json_is_array(value) && !is_dialogue(value))
        CAIRN_TRY(copy_steps(p, arena, field, value, steps, n));
    else {
        if (is_dialogue(value)) CAIRN_TRY(message(p, field, value, json_array_size(value) - 1, &text));
        if (!text) return json_fail_field(p->ctx, rows_where(p->rows), field, "a string, steps or messages", value);
        CAIRN_TRY(split_text(p, arena, text, steps, n));
    }
    return *n > 0 ? CAIRN_OK
                  : cairn_fail(p->ctx, CAIRN_FORMAT, "%s: field `%s`: it has no text", rows_where(p->rows), field);
}

/* `prompt` or `question`, a text or messages; without either, what the chosen dialogue has before its last message. */
static cairn_status read_problem(cairn_preferences *p, cairn_arena *arena, const json_t *row, const char **out) {
    const char *field = json_object_get(row, "prompt") ? "prompt" : "question";
    const json_t *value = json_object_get(row, field), *chosen = json_object_get(row, "chosen");
    if (is_dialogue(value)) return join_messages(p, arena, field, value, json_array_size(value), out);
    if (!value && is_dialogue(chosen))
        return join_messages(p, arena, "chosen", chosen, json_array_size(chosen) - 1, out);
    if (!json_is_string(value))
        return json_fail_field(p->ctx, rows_where(p->rows), field, "a string or messages", value);
    *out = cairn_arena_copy(arena, json_string_value(value), json_string_length(value));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status read_row(cairn_preferences *p, cairn_arena *arena, cairn_preference *out) {
    const json_t *row;
    CAIRN_TRY(rows_next(p->rows, &row));
    *out = (cairn_preference){.line = rows_line(p->rows)};
    CAIRN_TRY(read_problem(p, arena, row, &out->problem));
    CAIRN_TRY(read_answer(p, arena, row, "chosen", &out->chosen, &out->n_chosen));
    return read_answer(p, arena, row, "rejected", &out->rejected, &out->n_rejected);
}

cairn_status cairn_preferences_next(cairn_preferences *preferences, cairn_arena *arena, cairn_preference *out) {
    for (;;) {
        cairn_status status = read_row(preferences, arena, out);
        bool bad = status == CAIRN_FORMAT || status == CAIRN_LIMIT;
        if (!bad || !preferences->skip_bad) return status;
        cairn_log(preferences->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(preferences->ctx));
        preferences->skipped++;
    }
}

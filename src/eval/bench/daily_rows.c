/* Cells and choices in the files of DailyDilemmas (arXiv 2410.02683). */
#include "eval/bench/daily_rows.h"

#include <stdio.h>
#include <string.h>

#include "cairn/say.h"
#include "data/literal.h"

cairn_status daily_literal(cairn_ctx *ctx, const json_t *row, const char *name, const char *where, json_t **out) {
    json_t *value = json_object_get(row, name);
    char place[256];
    if (json_is_array(value) || json_is_object(value)) {
        *out = json_incref(value);
        return CAIRN_OK;
    }
    if (!json_is_string(value))
        return json_fail_field(ctx, where, name, "a list or dictionary as Python has it", value);
    snprintf(place, sizeof place, "%.128s: field `%.100s`", where, name);
    return literal_parse(ctx, json_string_value(value), json_string_length(value), place, out);
}

static cairn_status copy_names(cairn_bench_run *run, const json_t *list, const char *name, const char **out) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        if (json_is_null(value)) continue;
        if (!json_is_string(value))
            return json_fail_field(cairn_bench_ctx(run), cairn_bench_where(run), name, "names and nan alone", value);
        out[i] = cairn_arena_copy(cairn_bench_arena(run), json_string_value(value), json_string_length(value));
        if (!out[i]) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

cairn_status daily_names(cairn_bench_run *run, const json_t *row, const char *name, const char *const **out,
                         int32_t *n) {
    json_t *list;
    CAIRN_TRY(daily_literal(cairn_bench_ctx(run), row, name, cairn_bench_where(run), &list));
    size_t count = json_array_size(list);
    const char **names = cairn_arena_alloc(cairn_bench_arena(run), count + 1, sizeof *names);
    cairn_status status = names ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (!json_is_array(list))
        status = json_fail_field(cairn_bench_ctx(run), cairn_bench_where(run), name, "a list of names", list);
    else if (count > DAILY_NAMES_MOST)
        status = cairn_fail(cairn_bench_ctx(run), CAIRN_LIMIT, "%s: field `%s`: more than %d names",
                            cairn_bench_where(run), name, DAILY_NAMES_MOST);
    if (status == CAIRN_OK) status = copy_names(run, list, name, names);
    json_decref(list);
    *out = names;
    *n = (int32_t)count;
    return status;
}

/* ---- choices ----------------------------------------------------------------------------------------------------- */

/* "gpt4" of "model_resp_gpt4_clean" and of "model_resp_gpt4". */
static bool name_model(const char *column, const char **name, size_t *length) {
    static const char start[] = "model_resp_", end[] = "_clean";
    size_t n = strlen(column), head = sizeof start - 1, tail = sizeof end - 1;
    if (strncmp(column, start, head) != 0 || n == head) return false;
    *name = column + head;
    *length = n - head;
    if (*length > tail && strcmp(column + n - tail, end) == 0) *length -= tail;
    return true;
}

/* The only model that the row holds; "": none. */
static cairn_status only_model(cairn_bench_run *run, const json_t *row, const char **out) {
    const char *found = NULL, *name;
    size_t length = 0, n;
    for (void *at = json_object_iter((json_t *)row); at; at = json_object_iter_next((json_t *)row, at)) {
        if (!name_model(json_object_iter_key(at), &name, &n)) continue;
        if (found && (n != length || memcmp(found, name, n) != 0))
            return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                              "%s: answers of several models, %.*s and %.*s: name one with --model",
                              cairn_bench_where(run), (int)length, found, (int)n, name);
        found = name;
        length = n;
    }
    *out = cairn_arena_copy(cairn_bench_arena(run), found ? found : "", found ? length : 0);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status daily_choice(cairn_bench_run *run, const json_t *row, const char *model, bool needed, int32_t *out) {
    static const char *const clean[] = {"to_do", "not_to_do"}, *const words[] = {"Action 1", "Action 2"};
    *out = CAIRN_EVAL_NONE;
    if (!*model) CAIRN_TRY(only_model(run, row, &model));
    const char *column = cairn_arena_printf(cairn_bench_arena(run), "model_resp_%s_clean", model);
    const char *spoken = cairn_arena_printf(cairn_bench_arena(run), "model_resp_%s", model), *text;
    if (!column || !spoken) return CAIRN_NO_MEMORY;
    bool cleaned = json_object_get(row, column) != NULL;
    if (!cleaned && !json_object_get(row, spoken))
        return needed ? cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: expected a field `model_resp_%s_clean`",
                                   cairn_bench_where(run), *model ? model : "NAME")
                      : CAIRN_OK;
    CAIRN_TRY(cairn_bench_maybe_text(run, row, cleaned ? column : spoken, &text));
    cairn_said said =
        cairn_say_choice(text, cleaned ? clean : words, 2, cleaned ? CAIRN_CHOICE_WHOLE : CAIRN_CHOICE_PREFIX);
    if (said.value != CAIRN_SAID_NOTHING) *out = said.value;
    return CAIRN_OK;
}

cairn_status daily_read_action(cairn_bench_run *run, const json_t *row, const char *model, daily_action *out) {
    const char *type;
    CAIRN_TRY(cairn_bench_text(run, row, "idx", &out->idx));
    CAIRN_TRY(cairn_bench_text(run, row, "action_type", &type));
    if (strcmp(type, "to_do") != 0 && strcmp(type, "not_to_do") != 0)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT,
                          "%s: field `action_type`: expected to_do or not_to_do, got `%.40s`", cairn_bench_where(run),
                          type);
    out->action = strcmp(type, "to_do") == 0 ? DAILY_TO_DO : DAILY_NOT_TO_DO;
    out->where = cairn_arena_copy(cairn_bench_arena(run), cairn_bench_where(run), strlen(cairn_bench_where(run)));
    return out->where ? daily_choice(run, row, model, false, &out->choice) : CAIRN_NO_MEMORY;
}

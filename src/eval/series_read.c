/* Binary answers from files: one answer a row, or a list of answers a row. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "data/rows.h"
#include "eval/answers.h"

enum { MOST_SERIES = 4096, MOST_ANSWERS = 100000000, ROW_BYTES = 64 << 20, WORD = 128 };

typedef struct reading {
    cairn_series *all;
    cairn_ctx *ctx;
    const char *where; /* opens errors */
} reading;

/* ---- words ----------------------------------------------------------------------------------------------------------- */

static bool among(const char *words, const char *text, size_t length) {
    size_t n;
    for (const char *word; (word = cairn_next_word(&words, &n));)
        if (n == length && strncasecmp(word, text, n) == 0) return true;
    return false;
}

uint8_t answer_value(const cairn_series_fields *fields, const char *text) {
    size_t length;
    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1])) length--;
    if (among(fields->yes, text, length)) return ANSWER_YES;
    return among(fields->no, text, length) ? ANSWER_NO : ANSWER_OTHER;
}

/* A text, number or truth value as an answer; null and all else is neither yes nor no. */
static uint8_t value_of(const cairn_series *all, const json_t *value) {
    char number[32];
    if (json_is_boolean(value)) return answer_value(&all->fields, json_is_true(value) ? "true" : "false");
    if (json_is_real(value) && (json_real_value(value) == 0.0 || json_real_value(value) == 1.0))
        return answer_value(&all->fields, json_real_value(value) > 0.0 ? "1" : "0");
    const char *text = json_word(value, number);
    return text ? answer_value(&all->fields, text) : ANSWER_OTHER;
}

static const char *or_preset(const char *text, const char *preset) {
    return text && *text ? text : preset;
}

cairn_status cairn_series_open(cairn_ctx *ctx, const cairn_series_fields *fields, cairn_series **out) {
    cairn_series_fields f = {.by = or_preset(fields->by, "model prompt_id mode temperature"),
                             .answer = or_preset(fields->answer, "answer"),
                             .yes = or_preset(fields->yes, "yes true 1"),
                             .no = or_preset(fields->no, "no false 0"),
                             .judge = fields->judge};
    size_t length;
    const char *rest = f.yes;
    for (const char *word; (word = cairn_next_word(&rest, &length));)
        if (among(f.no, word, length))
            return cairn_fail(ctx, CAIRN_INVALID, "`%.*s` is an answer of yes and of no", (int)length, word);
    rest = f.by;
    for (const char *word; (word = cairn_next_word(&rest, &length));)
        if (length >= WORD)
            return cairn_fail(ctx, CAIRN_INVALID, "by: a name of a field has at most %d bytes", WORD - 1);
    cairn_series *all = cairn_alloc(ctx, 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    all->fields = f;
    cairn_status status = cairn_arena_open(ctx, 4096, &all->arena);
    if (status != CAIRN_OK) {
        cairn_free(all);
        return status;
    }
    *out = all;
    return CAIRN_OK;
}

void cairn_series_close(cairn_series *all) {
    if (!all) return;
    cairn_free(all->list);
    cairn_free(all->answers);
    cairn_free(all->ordered);
    cairn_arena_close(all->arena);
    cairn_free(all);
}

/* ---- which series ------------------------------------------------------------------------------------------------------ */

static const char *text_of(const json_t *row, const char *name, char number[32]) {
    const char *text = json_word(json_object_get(row, name), number);
    if (!text && strcmp(name, "model") == 0) text = json_string_value(json_object_get(row, "generator"));
    return text ? text : "";
}

static cairn_status add_word(cairn_ctx *ctx, cairn_text *text, const char *word) {
    if (!*word) return CAIRN_OK;
    if (text->length) CAIRN_TRY(cairn_text_add(ctx, text, " ", 1));
    return cairn_text_add(ctx, text, word, strlen(word));
}

/* What a row says of the series of its answers. */
typedef struct naming {
    cairn_text name, rest;
    char model[256], mode[64];
    const char *order; /* "" or " yes-first" and the like */
} naming;

static cairn_status name_row(const reading *r, const json_t *row, bool list, naming *out) {
    const char *by = r->all->fields.by;
    size_t length;
    for (const char *word; (word = cairn_next_word(&by, &length));) {
        char field[WORD], number[32];
        snprintf(field, sizeof field, "%.*s", (int)length, word);
        const char *value = text_of(row, field, number);
        bool is_mode = strcmp(field, "mode") == 0, is_model = strcmp(field, "model") == 0;
        if (is_mode && !*value && list) value = "batch";
        CAIRN_TRY(add_word(r->ctx, &out->name, value));
        if (is_model)
            snprintf(out->model, sizeof out->model, "%s", value);
        else if (is_mode)
            snprintf(out->mode, sizeof out->mode, "%s", value);
        else
            CAIRN_TRY(add_word(r->ctx, &out->rest, value));
    }
    CAIRN_TRY(add_word(r->ctx, &out->name, out->order));
    return add_word(r->ctx, &out->rest, out->order);
}

static const char *keep(cairn_series *all, const char *text) {
    return cairn_arena_copy(all->arena, text, strlen(text));
}

/* The series with this name and true label, made where it is new. Time: the number of series. */
static cairn_status find_series(const reading *r, const naming *name, const char *truth, uint32_t *out) {
    cairn_series *all = r->all;
    const char *base = name->name.length ? name->name.data : "(all)";
    uint64_t key = cairn_key_mix(cairn_key(base, strlen(base)), cairn_key(truth, strlen(truth)));
    for (size_t i = all->n; i-- > 0;)
        if (all->list[i].key == key) {
            *out = (uint32_t)i;
            return CAIRN_OK;
        }
    if (all->n == MOST_SERIES)
        return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: more than %d series: --by names fields with too many values",
                          r->where, MOST_SERIES);
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&all->list, &all->capacity, all->n + 1, sizeof *all->list));
    named_series *s = &all->list[all->n];
    *s = (named_series){.key = key, .stratum_of = *truth ? keep(all, base) : ""};
    s->report.name = *truth ? cairn_arena_printf(all->arena, "%s truth=%s", base, truth) : keep(all, base);
    s->report.model = keep(all, name->model);
    s->report.mode = keep(all, name->mode);
    s->report.truth = keep(all, truth);
    s->report.rest = keep(all, name->rest.length ? name->rest.data : "");
    if (!s->stratum_of || !s->report.name || !s->report.model || !s->report.mode || !s->report.truth || !s->report.rest)
        return CAIRN_NO_MEMORY;
    *out = (uint32_t)all->n++;
    return CAIRN_OK;
}

/* ---- answers ------------------------------------------------------------------------------------------------------------ */

static cairn_status add_answer(const reading *r, uint32_t series, uint8_t value, uint64_t segment, int64_t position) {
    cairn_series *all = r->all;
    if (all->n_answers == MOST_ANSWERS) return cairn_fail(r->ctx, CAIRN_LIMIT, "more than %d answers", MOST_ANSWERS);
    CAIRN_TRY(
        cairn_grow(r->ctx, (void **)&all->answers, &all->answers_capacity, all->n_answers + 1, sizeof *all->answers));
    all->answers[all->n_answers] = (binary_answer){series, value, segment, 0, position, all->n_answers};
    all->n_answers++;
    all->list[series].report.answers++;
    all->list[series].report.other += value == ANSWER_OTHER;
    return CAIRN_OK;
}

static cairn_status add_p_yes(const reading *r, const json_t *row, named_series *s) {
    const json_t *value = json_object_get(row, "p_yes");
    const char *text = json_string_value(value);
    double p = json_is_number(value) ? json_number_value(value) : NAN;
    if (!value || json_is_null(value) || (text && !*text)) return CAIRN_OK;
    if (text && cairn_parse_double(text, strlen(text), &p) != CAIRN_OK) p = NAN;
    if (!(p >= 0.0 && p <= 1.0)) return json_fail_field(r->ctx, r->where, "p_yes", "a number from 0 to 1", value);
    s->report.with_p_yes++;
    s->sum_p += p;
    s->squares_p += p * p;
    return CAIRN_OK;
}

/* 0: the options in their usual order, 1: swapped, -1: not told. */
static cairn_status order_of(const reading *r, const json_t *row, int *out) {
    static const char *const names[2][4] = {{"0", "yes-first", "original", "ab"}, {"1", "no-first", "swapped", "ba"}};
    char number[32];
    const json_t *value = json_object_get(row, "order");
    const char *text = json_word(value, number);
    *out = -1;
    if (!value || json_is_null(value) || (text && !*text)) return CAIRN_OK;
    for (int order = 0; order < 2 && text; order++)
        for (int i = 0; i < 4; i++)
            if (strcasecmp(text, names[order][i]) == 0) *out = order;
    if (*out >= 0) return CAIRN_OK;
    return json_fail_field(r->ctx, r->where, "order", "yes-first or no-first, original or swapped, 0 or 1", value);
}

/* Key of everything that an answer in the other order shares with this one. */
static uint64_t pair_key(const json_t *row) {
    static const char *const fields[] = {"model", "prompt_id", "mode", "temperature", "seed", "batch", "position"};
    uint64_t key = 1;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char number[32];
        const char *text = text_of(row, fields[i], number);
        key = cairn_key_mix(key, cairn_key(text, strlen(text)));
    }
    return key;
}

static cairn_status add_ordered(const reading *r, const json_t *row, uint32_t series, uint8_t value, int order) {
    cairn_series *all = r->all;
    bool yes_first = all->fields.judge || order == 0;
    if (order < 0 || value == ANSWER_OTHER) return CAIRN_OK;
    CAIRN_TRY(
        cairn_grow(r->ctx, (void **)&all->ordered, &all->ordered_capacity, all->n_ordered + 1, sizeof *all->ordered));
    all->ordered[all->n_ordered] =
        (ordered_answer){pair_key(row), series, order == 1, yes_first == (value == ANSWER_YES), all->n_ordered};
    all->n_ordered++;
    return CAIRN_OK;
}

static cairn_status position_of(const reading *r, const json_t *row, int64_t *out) {
    const json_t *value = json_object_get(row, "position");
    *out = (int64_t)r->all->n_answers;
    if (!value || json_is_null(value) || (json_is_string(value) && !*json_string_value(value))) return CAIRN_OK;
    if (json_whole(value, 0, INT32_MAX, out)) return CAIRN_OK;
    return json_fail_field(r->ctx, r->where, "position", "a whole number", value);
}

static cairn_status read_one(const reading *r, const json_t *row, const json_t *answer, naming *name) {
    uint32_t series;
    int64_t position;
    int order;
    char seed[32], batch[32];
    uint8_t value = value_of(r->all, answer);
    CAIRN_TRY(order_of(r, row, &order));
    name->order = order < 0 ? "" : order ? "order=swapped" : "order=original";
    CAIRN_TRY(name_row(r, row, false, name));
    CAIRN_TRY(find_series(r, name, "", &series));
    CAIRN_TRY(position_of(r, row, &position));
    const char *of_seed = text_of(row, "seed", seed), *of_batch = text_of(row, "batch", batch);
    uint64_t segment = cairn_key_mix(cairn_key(of_seed, strlen(of_seed)), cairn_key(of_batch, strlen(of_batch)));
    CAIRN_TRY(add_answer(r, series, value, segment, position));
    CAIRN_TRY(add_p_yes(r, row, &r->all->list[series]));
    return add_ordered(r, row, series, value, order);
}

/* A list is one segment, or one for each true label. */
static cairn_status read_list(const reading *r, const json_t *row, const json_t *answers, naming *name) {
    const json_t *truth = json_object_get(row, "truth");
    size_t n = json_array_size(answers);
    uint64_t segment = cairn_key_mix(r->all->n_answers, UINT64_C(0x6c697374));
    name->order = "";
    CAIRN_TRY(name_row(r, row, true, name));
    if (json_is_array(truth) && json_array_size(truth) != n)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `truth`: %zu values for %zu answers", r->where,
                          json_array_size(truth), n);
    for (size_t i = 0; i < n; i++) {
        static const char *const names[] = {"wrong", "right", "unknown"};
        uint32_t series;
        const char *stratum = json_is_array(truth) ? names[value_of(r->all, json_array_get(truth, i))] : "";
        CAIRN_TRY(find_series(r, name, stratum, &series));
        CAIRN_TRY(add_answer(r, series, value_of(r->all, json_array_get(answers, i)), segment, (int64_t)i + 1));
    }
    return CAIRN_OK;
}

static cairn_status read_row(const reading *r, const json_t *row) {
    naming name = {.order = ""};
    const char *field = r->all->fields.answer;
    const json_t *answer = json_object_get(row, field);
    if (!answer) answer = json_object_get(row, "answers");
    if (!answer) answer = json_object_get(row, "labels");
    if (!answer) return json_fail_field(r->ctx, r->where, field, "an answer, or a list `answers` or `labels`", NULL);
    cairn_status status = json_is_array(answer) ? read_list(r, row, answer, &name) : read_one(r, row, answer, &name);
    cairn_text_free(&name.name);
    cairn_text_free(&name.rest);
    return status;
}

static cairn_status visit_row(cairn_ctx *ctx, void *arg, const json_t *row, const char *where) {
    return read_row(&(reading){arg, ctx, where}, row);
}

cairn_status cairn_series_read(cairn_series *all, cairn_ctx *ctx, const char *path) {
    cairn_arena_report(all->arena, ctx);
    return rows_each(ctx, path, ROW_BYTES, visit_row, all);
}

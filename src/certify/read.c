/* Items to certify: rows of a file or records of a run, with their label, scores and unit. */
#include <math.h>
#include <string.h>

#include "cairn/certify.h"
#include "cairn/stat.h"
#include "cairn/store.h"
#include "data/rows.h"

enum { MAX_ROW_BYTES = 16 << 20, NAMED_ROWS = 10 };

static const char *const own_fields[] = {"certified", "certified_p", "certified_e", "certified_by"};

typedef struct reader {
    cairn_ctx *ctx;
    const char *path;
    cairn_arena *arena;
    const cairn_certify_columns *columns;
    struct column {
        const char *field;
        int aggregator; /* -1: the field is the score */
    } * scores;         /* [columns->k] */
    cairn_certify_rows *out;
    size_t capacity;
    double *steps; /* scratch: step scores */
    size_t steps_capacity;
    cairn_text text; /* scratch */
} reader;

/* ---- values --------------------------------------------------------------------------------------------------------- */

/* The member of an object or element of an array that `name` [length] names, or NULL. */
static const json_t *member(const json_t *value, const char *name, size_t length) {
    char key[256];
    int64_t index;
    if (length >= sizeof key) return NULL;
    memcpy(key, name, length);
    key[length] = 0;
    if (!json_is_array(value)) return json_object_get(value, key);
    bool is_index = cairn_parse_int(key, length, &index) == CAIRN_OK && index >= 0;
    return is_index ? json_array_get(value, (size_t)index) : NULL;
}

/* The value of a field, or of one within others ("a.b", "a.3"), or NULL. A field whose own name has dots comes first.
 */
static const json_t *value_at(const json_t *row, const char *path) {
    const json_t *value = json_object_get(row, path);
    if (value) return value;
    for (value = row; value && *path;) {
        size_t length = strcspn(path, ".");
        value = member(value, path, length);
        path += length + (path[length] == '.');
    }
    return value;
}

/* A number, also as CSV has it; NaN for null and nothing; false for anything else. */
static bool number_of(const json_t *value, double *out) {
    *out = NAN;
    if (!value || json_is_null(value)) return true;
    if (json_is_number(value)) *out = json_number_value(value);
    if (json_is_boolean(value)) *out = json_is_true(value);
    if (json_is_string(value))
        return cairn_parse_double(json_string_value(value), json_string_length(value), out) == CAIRN_OK && !isnan(*out);
    return !isnan(*out);
}

static bool label_of(const json_t *value, double *out) {
    static const struct {
        const char *word;
        double label;
    } words[] = {{"", NAN}, {"true", 1}, {"false", 0}, {"True", 1}, {"False", 0}, {"TRUE", 1}, {"FALSE", 0}};
    for (size_t i = 0; json_is_string(value) && i < sizeof words / sizeof *words; i++)
        if (strcmp(json_string_value(value), words[i].word) == 0) {
            *out = words[i].label;
            return true;
        }
    return number_of(value, out);
}

static cairn_status aggregate(reader *r, const json_t *value, const char *where, const struct column *column,
                              double *out) {
    size_t n = json_array_size(value);
    *out = NAN;
    if (!value || json_is_null(value)) return CAIRN_OK;
    if (!json_is_array(value)) return json_fail_field(r->ctx, where, column->field, "an array of step scores", value);
    CAIRN_TRY(cairn_room(r->ctx, (void **)&r->steps, &r->steps_capacity, n, sizeof *r->steps));
    for (size_t i = 0; i < n; i++)
        if (!number_of(json_array_get(value, i), &r->steps[i]))
            return json_fail_field(r->ctx, where, column->field, "numbers", json_array_get(value, i));
    if (n) *out = cairn_aggregate((cairn_aggregator)column->aggregator, r->steps, n);
    return CAIRN_OK;
}

static cairn_status read_score(reader *r, const json_t *row, const char *where, const struct column *column,
                               double *out) {
    const json_t *value = value_at(row, column->field);
    if (column->aggregator >= 0) return aggregate(r, value, where, column, out);
    if (number_of(value, out)) return CAIRN_OK;
    if (json_is_array(value))
        return cairn_fail(r->ctx, CAIRN_FORMAT,
                          "%s: field `%s` is an array: say which aggregate of it, as in `%s:min` "
                          "(" CAIRN_AGGREGATOR_CHOICES ")",
                          where, column->field, column->field);
    return json_fail_field(r->ctx, where, column->field, "a number", value);
}

/* ---- one row -------------------------------------------------------------------------------------------------------- */

static cairn_status read_unit(reader *r, const json_t *row, cairn_certify_row *out) {
    const json_t *value = r->columns->unit ? value_at(row, r->columns->unit) : NULL;
    cairn_text_clear(&r->text);
    if (!value || json_is_null(value)) return CAIRN_OK;
    CAIRN_TRY(json_write(r->ctx, value, &r->text));
    out->unit = cairn_key(r->text.data, r->text.length);
    out->has_unit = true;
    return CAIRN_OK;
}

static cairn_status copy_row(reader *r, const json_t *row, cairn_certify_row *out) {
    json_t *copy = json_copy((json_t *)row); /* its values are shared */
    if (!copy) return cairn_fail(r->ctx, CAIRN_NO_MEMORY, "no memory for a row");
    for (size_t i = 0; i < sizeof own_fields / sizeof *own_fields; i++) json_object_del(copy, own_fields[i]);
    cairn_text_clear(&r->text);
    cairn_status status = json_write(r->ctx, copy, &r->text);
    json_decref(copy);
    CAIRN_TRY(status);
    out->json = cairn_arena_copy(r->arena, r->text.data, r->text.length);
    return out->json ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status add_row(reader *r, const json_t *row, const char *where) {
    size_t k = (size_t)r->columns->k;
    cairn_certify_row out = {.where = cairn_arena_copy(r->arena, where, strlen(where))};
    double *scores = cairn_arena_alloc(r->arena, k, sizeof *scores);
    if (!out.where || !scores) return CAIRN_NO_MEMORY;
    const json_t *label = value_at(row, r->columns->label);
    if (!label_of(label, &out.label))
        return json_fail_field(r->ctx, where, r->columns->label, "true, false, a number or null", label);
    for (size_t i = 0; i < k; i++) CAIRN_TRY(read_score(r, row, where, &r->scores[i], &scores[i]));
    out.scores = scores;
    CAIRN_TRY(read_unit(r, row, &out));
    CAIRN_TRY(copy_row(r, row, &out));
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->out->rows, &r->capacity, r->out->n + 1, sizeof *r->out->rows));
    r->out->rows[r->out->n++] = out;
    if (r->columns->progress) cairn_progress_add(r->columns->progress, 1);
    return CAIRN_OK;
}

/* A bad row is counted and named, or ends the reading. */
static cairn_status pass_over(reader *r, cairn_status status) {
    bool bad = status == CAIRN_FORMAT || status == CAIRN_LIMIT;
    if (!bad || !r->columns->skip_bad) return status;
    if (r->out->skipped++ < NAMED_ROWS) cairn_log(r->ctx, CAIRN_LOG_WARN, "passed over: %s", cairn_error(r->ctx));
    return CAIRN_OK;
}

/* ---- files ---------------------------------------------------------------------------------------------------------- */

static cairn_status read_rows(reader *r, const char *path) {
    rows *file;
    const json_t *row;
    cairn_status status = rows_open(r->ctx, path, MAX_ROW_BYTES, &file);
    if (status != CAIRN_OK) return status;
    while (status == CAIRN_OK) {
        if (cairn_cancelled(r->ctx)) status = cairn_fail(r->ctx, CAIRN_CANCELLED, "interrupted");
        if (status == CAIRN_OK) status = rows_next(file, &row);
        if (status == CAIRN_OK) status = add_row(r, row, rows_where(file));
        if (status != CAIRN_OK) status = pass_over(r, status);
    }
    r->out->key = rows_key(file);
    rows_close(file);
    return status == CAIRN_END ? CAIRN_OK : status;
}

static cairn_status read_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    reader *r = arg;
    json_t *row;
    (void)index;
    if (cairn_cancelled(r->ctx)) return cairn_fail(r->ctx, CAIRN_CANCELLED, "interrupted");
    const char *where = cairn_arena_printf(r->arena, "%s: problem %s", r->path, id);
    if (!where) return CAIRN_NO_MEMORY;
    r->out->key = cairn_key_mix(r->out->key, cairn_key(record, length));
    CAIRN_TRY(json_parse(r->ctx, record, length, where, &row));
    cairn_status status = add_row(r, row, where);
    json_decref(row);
    return status == CAIRN_OK ? status : pass_over(r, status);
}

static cairn_status read_run(reader *r, const char *path) {
    cairn_run *run;
    CAIRN_TRY(cairn_run_open(r->ctx, path, &run));
    cairn_status status = cairn_run_each(run, r->ctx, read_record, r);
    cairn_run_close(run);
    return status;
}

static cairn_status read_columns(reader *r) {
    for (int32_t i = 0; i < r->columns->k; i++) {
        const char *name = r->columns->scores[i], *colon = strrchr(name, ':');
        cairn_aggregator how;
        r->scores[i] = (struct column){.field = name, .aggregator = -1};
        if (!colon) continue;
        CAIRN_TRY(cairn_aggregator_parse(r->ctx, colon + 1, &how));
        r->scores[i].field = cairn_arena_copy(r->arena, name, (size_t)(colon - name));
        r->scores[i].aggregator = (int)how;
        if (!r->scores[i].field) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

cairn_status cairn_certify_read(cairn_ctx *ctx, cairn_arena *arena, const char *path,
                                const cairn_certify_columns *columns, cairn_certify_rows *out) {
    *out = (cairn_certify_rows){0};
    reader r = {.ctx = ctx, .path = path, .arena = arena, .columns = columns, .out = out};
    r.scores = cairn_arena_alloc(arena, (size_t)columns->k + 1, sizeof *r.scores);
    if (!r.scores) return CAIRN_NO_MEMORY;
    cairn_status status = read_columns(&r);
    if (status == CAIRN_OK) status = cairn_run_detect(path) ? read_run(&r, path) : read_rows(&r, path);
    cairn_certify_row *grown = out->rows;
    if (status == CAIRN_OK) {
        out->rows = cairn_arena_alloc(arena, out->n + 1, sizeof *grown);
        if (!out->rows) status = CAIRN_NO_MEMORY;
    }
    if (status == CAIRN_OK && out->n) memcpy(out->rows, grown, out->n * sizeof *grown);
    cairn_free(grown);
    cairn_free(r.steps);
    cairn_text_free(&r.text);
    return status;
}

cairn_status cairn_certify_write(cairn_ctx *ctx, const cairn_certify_row *row, const cairn_certify_item *item,
                                 const char *score, cairn_text *out) {
    char p[32], e[32] = "null";
    json_t *name = json_string(score);
    if (!name) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for a row");
    size_t length = strlen(row->json) - 1; /* without the brace that closes it */
    cairn_format_double(item->p, p);
    if (!isnan(item->e)) cairn_format_double(item->e, e);
    cairn_status status = cairn_text_add(ctx, out, row->json, length);
    if (status == CAIRN_OK)
        status =
            cairn_text_printf(ctx, out, "%s\"certified\":%s,\"certified_p\":%s,\"certified_e\":%s,\"certified_by\":",
                              length > 1 ? "," : "", item->selected ? "true" : "false", p, e);
    if (status == CAIRN_OK) status = json_write(ctx, name, out);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, out, "}\n", 2);
    json_decref(name);
    return status;
}

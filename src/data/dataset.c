/* Data sets: rows to records, with the format found by its fields and bad rows named. */
#include <math.h>
#include <string.h>

#include "data/format.h"
#include "data/rows.h"

#define PRESET_ROW_BYTES ((size_t)16 << 20)

struct cairn_dataset {
    cairn_ctx *ctx;
    rows *rows;
    cairn_read_options options;
    cairn_format format; /* AUTO until the first good row */
    int64_t skipped;
    const json_t *object; /* the row being read; NULL between rows */
    int32_t item;         /* next record of it */
    size_t records;       /* of it, where an array of numbers asked for their count; else 0 */
};

cairn_status cairn_dataset_open(cairn_ctx *ctx, const char *path, cairn_read_options options, cairn_dataset **out) {
    bool known = (size_t)options.format < CAIRN_FORMAT_COUNT;
    if (!known || (options.format != CAIRN_FORMAT_AUTO && !format_reader_of(options.format)))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: there is no format number %d", path, (int)options.format);
    if (options.format != CAIRN_FORMAT_AUTO && !format_reader_of(options.format))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: `%s` is a format that is written, not read", path,
                          cairn_format_name(options.format));
    if ((size_t)options.split > CAIRN_SPLIT_MARKER)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: there is no splitter number %d", path, (int)options.split);
    cairn_dataset *d = cairn_alloc(ctx, 1, sizeof *d);
    if (!d) return CAIRN_NO_MEMORY;
    d->ctx = ctx;
    d->options = options;
    d->format = options.format;
    cairn_status status =
        rows_open(ctx, path, options.max_line_bytes ? options.max_line_bytes : PRESET_ROW_BYTES, &d->rows);
    if (status != CAIRN_OK) {
        cairn_dataset_close(d);
        return status;
    }
    *out = d;
    return CAIRN_OK;
}

void cairn_dataset_close(cairn_dataset *dataset) {
    if (!dataset) return;
    rows_close(dataset->rows);
    cairn_free(dataset);
}

static cairn_status no_format(cairn_dataset *d) {
    char fields[160] = "none";
    size_t n = 0;
    json_t *object = (json_t *)(uintptr_t)d->object;
    for (void *iter = json_object_iter(object); iter && n < 100; iter = json_object_iter_next(object, iter))
        n += (size_t)snprintf(fields + n, sizeof fields - n, "%s`%.30s`", n ? ", " : "", json_object_iter_key(iter));
    bool problem = json_object_get(object, "problem") || json_object_get(object, "question");
    return cairn_fail(d->ctx, CAIRN_FORMAT, "%s: expected the fields of a known format, got %s%s", rows_where(d->rows),
                      fields, problem && n ? " (--format problems reads the problem alone)" : "");
}

static cairn_status need_solutions(const cairn_dataset *d) {
    if (!d->options.solutions || d->format != CAIRN_FORMAT_PROBLEMS) return CAIRN_OK;
    return cairn_fail(d->ctx, CAIRN_INVALID, "%s: the file has problems without solutions", rows_path(d->rows));
}

static cairn_status detect(cairn_dataset *d) {
    d->format = format_of(d->object);
    return d->format == CAIRN_FORMAT_AUTO ? no_format(d) : need_solutions(d);
}

static cairn_status next_object(cairn_dataset *d) {
    CAIRN_TRY(rows_next(d->rows, &d->object));
    d->item = 0;
    d->records = 0;
    return d->format == CAIRN_FORMAT_AUTO ? detect(d) : need_solutions(d);
}

/* Counts the records of the row being read, once. */
static cairn_status count_records(cairn_dataset *d, cairn_arena *arena) {
    format_row row = {d->ctx, arena, d->object, rows_where(d->rows), rows_number(d->rows), &d->options};
    for (;; d->records++) {
        cairn_arena_mark mark = cairn_arena_save(arena);
        cairn_record record = {0};
        cairn_status status = format_reader_of(d->format)(&row, (int32_t)d->records, &record);
        cairn_arena_restore(arena, mark);
        if (status != CAIRN_OK) return status == CAIRN_END ? CAIRN_OK : status;
    }
}

/* The number in field `name` of solution `item` of the row; NaN where there is none. */
static cairn_status read_number(cairn_dataset *d, cairn_arena *arena, const char *name, int32_t item, double *out) {
    const json_t *value = json_object_get(d->object, name);
    const char *where = rows_where(d->rows), *text;
    *out = NAN;
    if (json_is_array(value)) {
        if (d->records == 0) CAIRN_TRY(count_records(d, arena));
        if (json_array_size(value) != d->records)
            return cairn_fail(d->ctx, CAIRN_FORMAT,
                              "%s: field `%s`: expected a number, or an array of %zu, one a solution, got an array of "
                              "%zu",
                              where, name, d->records, json_array_size(value));
        value = json_array_get(value, (size_t)item);
    }
    text = json_string_value(value);
    if (!value || json_is_null(value) || (text && !*text)) return CAIRN_OK;
    *out = json_number_value(value);
    bool number =
        text ? cairn_parse_double(text, strlen(text), out) == CAIRN_OK && isfinite(*out) : json_is_number(value);
    return number ? CAIRN_OK : json_fail_field(d->ctx, where, name, "a number or null", value);
}

/* The numbers that the options ask for. */
static cairn_status read_numbers(cairn_dataset *d, cairn_arena *arena, int32_t item, cairn_record *record) {
    const char *rest = d->options.numbers, *word;
    size_t n = 0, length;
    while (cairn_next_word(&rest, &length)) n++;
    double *numbers = cairn_arena_alloc(arena, n + 1, sizeof *numbers);
    if (!numbers) return CAIRN_NO_MEMORY;
    rest = d->options.numbers;
    for (size_t i = 0; (word = cairn_next_word(&rest, &length)); i++) {
        const char *name = cairn_arena_copy(arena, word, length);
        if (!name) return CAIRN_NO_MEMORY;
        CAIRN_TRY(read_number(d, arena, name, item, &numbers[i]));
    }
    record->numbers = numbers;
    return CAIRN_OK;
}

/* The next record of the row being read, else of the next row. A row without records is passed over. */
static cairn_status read_record(cairn_dataset *d, cairn_arena *arena, cairn_record *out) {
    for (;;) {
        if (!d->object) CAIRN_TRY(next_object(d));
        format_row row = {d->ctx, arena, d->object, rows_where(d->rows), rows_number(d->rows), &d->options};
        cairn_record record = {
            .line = rows_line(d->rows), .correct = CAIRN_VERDICT_UNKNOWN, .first_error = CAIRN_UNLABELLED};
        cairn_status status = format_reader_of(d->format)(&row, d->item++, &record);
        if (status == CAIRN_OK && d->options.numbers) status = read_numbers(d, arena, d->item - 1, &record);
        if (status == CAIRN_OK) *out = record;
        if (status != CAIRN_END) return status;
        d->object = NULL;
    }
}

cairn_status cairn_dataset_next(cairn_dataset *dataset, cairn_arena *arena, cairn_record *out) {
    for (;;) {
        cairn_arena_mark mark = cairn_arena_save(arena);
        cairn_status status = read_record(dataset, arena, out);
        if (status == CAIRN_OK || status == CAIRN_END) return status;
        dataset->object = NULL;
        cairn_arena_restore(arena, mark);
        if (!dataset->options.skip_bad || (status != CAIRN_FORMAT && status != CAIRN_LIMIT)) return status;
        dataset->skipped++;
        if (!dataset->options.silent) cairn_log(dataset->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(dataset->ctx));
    }
}

cairn_format cairn_dataset_format(const cairn_dataset *dataset) {
    return dataset->format;
}

int64_t cairn_dataset_offset(const cairn_dataset *dataset) {
    return rows_offset(dataset->rows);
}

int64_t cairn_dataset_size(const cairn_dataset *dataset) {
    return rows_size(dataset->rows);
}

int64_t cairn_dataset_skipped(const cairn_dataset *dataset) {
    return dataset->skipped;
}

uint64_t cairn_dataset_key(const cairn_dataset *dataset) {
    return rows_key(dataset->rows);
}

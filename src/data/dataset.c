/* Data sets: rows to records, with the format found by its fields and bad rows named. */
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
    return d->format == CAIRN_FORMAT_AUTO ? detect(d) : need_solutions(d);
}

/* The next record of the row being read, else of the next row. A row without records is passed over. */
static cairn_status read_record(cairn_dataset *d, cairn_arena *arena, cairn_record *out) {
    for (;;) {
        if (!d->object) CAIRN_TRY(next_object(d));
        format_row row = {d->ctx, arena, d->object, rows_where(d->rows), rows_number(d->rows), &d->options};
        cairn_record record = {
            .line = rows_line(d->rows), .correct = CAIRN_VERDICT_UNKNOWN, .first_error = CAIRN_UNLABELLED};
        cairn_status status = format_reader_of(d->format)(&row, d->item++, &record);
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

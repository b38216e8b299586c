/* Data sets: lines to records, with the format found by its fields and bad lines named. */
#include <string.h>

#include "data/format.h"
#include "data/lines.h"

#define PRESET_LINE_BYTES ((size_t)16 << 20)

struct cairn_dataset {
    cairn_ctx *ctx;
    lines *lines;
    cairn_read_options options;
    cairn_format format; /* AUTO until the first good line */
    int64_t skipped;
    char *where; /* "file:7" */
    size_t where_size;

    json_t *object; /* of the line being read; NULL between lines */
    int32_t item;   /* next record of it */

    bool peeked; /* the first line that is not blank was read when the file was opened */
    cairn_status peek_status;
    const char *peek_text;
    size_t peek_length;
};

static bool is_blank(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\t') return false;
    return true;
}

/* The next line that is not blank. */
static cairn_status read_line(cairn_dataset *d, const char **text, size_t *length) {
    cairn_status status;
    do status = lines_next(d->lines, text, length);
    while (status == CAIRN_OK && is_blank(*text, *length));
    return status;
}

static cairn_status peek(cairn_dataset *d) {
    d->peek_status = read_line(d, &d->peek_text, &d->peek_length);
    d->peeked = d->peek_status == CAIRN_OK || d->peek_status == CAIRN_LIMIT;
    if (d->peeked) return CAIRN_OK;
    if (d->peek_status != CAIRN_END) return d->peek_status;
    return cairn_fail(d->ctx, CAIRN_FORMAT, "%s: expected one record a line, got an empty file", lines_path(d->lines));
}

cairn_status cairn_dataset_open(cairn_ctx *ctx, const char *path, cairn_read_options options, cairn_dataset **out) {
    if ((size_t)options.format >= CAIRN_FORMAT_COUNT)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: there is no format number %d", path, (int)options.format);
    cairn_dataset *d = cairn_alloc(ctx, 1, sizeof *d);
    if (!d) return CAIRN_NO_MEMORY;
    d->ctx = ctx;
    d->options = options;
    d->format = options.format;
    d->where_size = strlen(path) + 24;
    d->where = cairn_alloc(ctx, d->where_size, 1);
    cairn_status status = d->where ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK)
        status = lines_open(ctx, path, options.max_line_bytes ? options.max_line_bytes : PRESET_LINE_BYTES, &d->lines);
    if (status == CAIRN_OK) status = peek(d);
    if (status != CAIRN_OK) {
        cairn_dataset_close(d);
        return status;
    }
    *out = d;
    return CAIRN_OK;
}

void cairn_dataset_close(cairn_dataset *dataset) {
    if (!dataset) return;
    json_decref(dataset->object);
    lines_close(dataset->lines);
    cairn_free(dataset->where);
    cairn_free(dataset);
}

static cairn_status no_format(cairn_dataset *d) {
    char fields[160] = "none";
    size_t n = 0;
    json_t *object = d->object;
    for (void *iter = json_object_iter(object); iter && n < 100; iter = json_object_iter_next(object, iter))
        n += (size_t)snprintf(fields + n, sizeof fields - n, "%s`%.30s`", n ? ", " : "", json_object_iter_key(iter));
    return cairn_fail(d->ctx, CAIRN_FORMAT, "%s: expected the fields of a known format, got %s", d->where, fields);
}

static bool has_all(const json_t *object, const format_reader *reader) {
    for (size_t i = 0; i < sizeof reader->has / sizeof *reader->has && reader->has[i]; i++)
        if (!json_object_get(object, reader->has[i])) return false;
    return true;
}

static cairn_status detect(cairn_dataset *d) {
    for (int f = CAIRN_FORMAT_AUTO + 1; f < CAIRN_FORMAT_COUNT; f++)
        if (format_reader_of((cairn_format)f)->read && has_all(d->object, format_reader_of((cairn_format)f))) {
            d->format = (cairn_format)f;
            return CAIRN_OK;
        }
    return no_format(d);
}

/* Parses the next line into `object`. */
static cairn_status next_object(cairn_dataset *d) {
    const char *text = d->peek_text;
    size_t length = d->peek_length;
    cairn_status status = d->peek_status;
    if (!d->peeked)
        status = read_line(d, &text, &length);
    else if (status == CAIRN_LIMIT)
        status = lines_too_long(d->lines);
    d->peeked = false;
    CAIRN_TRY(status);
    snprintf(d->where, d->where_size, "%s:%lld", lines_path(d->lines), (long long)lines_number(d->lines));
    CAIRN_TRY(json_parse(d->ctx, text, length, d->where, &d->object));
    d->item = 0;
    if (!json_is_object(d->object))
        return cairn_fail(d->ctx, CAIRN_FORMAT, "%s: expected a JSON object, got another value", d->where);
    return d->format == CAIRN_FORMAT_AUTO ? detect(d) : CAIRN_OK;
}

static void drop_object(cairn_dataset *d) {
    json_decref(d->object);
    d->object = NULL;
}

/* The next record of the line being read, else of the next line. A line without records is passed over. */
static cairn_status read_record(cairn_dataset *d, cairn_arena *arena, cairn_record *out) {
    for (;;) {
        if (!d->object) CAIRN_TRY(next_object(d));
        format_line line = {d->ctx, arena, d->object, d->where, lines_number(d->lines)};
        cairn_record record = {.line = line.number};
        cairn_status status = format_reader_of(d->format)->read(&line, d->item++, &record);
        if (status == CAIRN_OK) *out = record;
        if (status != CAIRN_END) return status;
        drop_object(d);
    }
}

cairn_status cairn_dataset_next(cairn_dataset *dataset, cairn_arena *arena, cairn_record *out) {
    for (;;) {
        cairn_arena_mark mark = cairn_arena_save(arena);
        cairn_status status = read_record(dataset, arena, out);
        if (status == CAIRN_OK || status == CAIRN_END) return status;
        drop_object(dataset);
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
    return lines_offset(dataset->lines);
}

int64_t cairn_dataset_size(const cairn_dataset *dataset) {
    return lines_size(dataset->lines);
}

int64_t cairn_dataset_skipped(const cairn_dataset *dataset) {
    return dataset->skipped;
}

uint64_t cairn_dataset_key(const cairn_dataset *dataset) {
    return lines_key(dataset->lines);
}

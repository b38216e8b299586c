/* Rows of a file, by the kind of the file. */
#include "data/rows.h"

#include <string.h>
#include <sys/stat.h>

#include "data/csv.h"
#include "data/lines.h"

typedef enum rows_kind {
    ROWS_LINES, /* one value a line */
    ROWS_ARRAY, /* elements of one array */
    ROWS_WIDE,  /* values over several lines, one after the other */
    ROWS_CSV
} rows_kind;

struct rows {
    cairn_ctx *ctx;
    lines *lines;
    size_t max_row_bytes;
    rows_kind kind;
    csv_header header;
    cairn_text text; /* of the row, where it does not lie in a line of `lines` */
    bool kept;       /* the first row is in `text` already */
    int64_t line, element;
    json_t *value; /* given out last */
    char *where;
    size_t where_size;
};

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

static bool is_line_end(char c) {
    return c == '\r' || c == '\n';
}

static bool is_white(char c) {
    return c == ' ' || c == '\t' || is_line_end(c);
}

/* The next byte that is not to be skipped, not used yet. CAIRN_END at the end. */
static cairn_status peek(rows *r, bool (*skipped)(char), char *out) {
    const char *bytes;
    size_t count, i;
    *out = '\0';
    for (;;) {
        CAIRN_TRY(lines_bytes(r->lines, &bytes, &count));
        for (i = 0; i < count && skipped(bytes[i]);) i++;
        if (i < count) *out = bytes[i];
        lines_take(r->lines, i);
        if (i < count) return CAIRN_OK;
    }
}

/* Uses `count` bytes and adds them to the row's text; of a row over the bound only so much is kept that it is seen to
 * be. */
static cairn_status take(rows *r, const char *bytes, size_t count) {
    size_t room = r->max_row_bytes - (r->text.length < r->max_row_bytes ? r->text.length : r->max_row_bytes);
    size_t kept = count <= room ? count : room + (r->text.length <= r->max_row_bytes);
    cairn_status status = cairn_text_add(r->ctx, &r->text, bytes, kept);
    if (status == CAIRN_OK) lines_take(r->lines, count);
    return status;
}

static bool is_too_long(const rows *r) {
    return r->text.length > r->max_row_bytes;
}

static cairn_status too_long(const rows *r) {
    return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: the %s is longer than %zu bytes", r->where,
                      r->kind == ROWS_LINES ? "line" : "row", r->max_row_bytes);
}

/* A row starts at the next byte. */
static void begin(rows *r) {
    cairn_text_clear(&r->text);
    r->line = lines_number(r->lines) + 1;
}

static void name_row(rows *r) {
    int n = snprintf(r->where, r->where_size, "%s:%lld", lines_path(r->lines), (long long)r->line);
    if (r->kind == ROWS_ARRAY)
        snprintf(r->where + n, r->where_size - (size_t)n, ": element %lld", (long long)r->element);
}

/* ---- brackets -------------------------------------------------------------------------------------------------- */

/* Where a scan through JSON text stands. */
typedef struct nesting {
    int64_t depth;
    bool in_string, escaped;
} nesting;

static void pass(nesting *n, char c) {
    if (n->escaped)
        n->escaped = false;
    else if (n->in_string)
        n->escaped = c == '\\', n->in_string = c != '"';
    else if (c == '"')
        n->in_string = true;
    else if (c == '[' || c == '{')
        n->depth++;
    else if (c == ']' || c == '}')
        n->depth--;
}

/* Takes the bytes up to a comma or bracket that ends an element of the array. CAIRN_END: the file ended first. */
static cairn_status take_element(rows *r) {
    nesting n = {0};
    const char *bytes;
    size_t count, i;
    for (;;) {
        CAIRN_TRY(lines_bytes(r->lines, &bytes, &count));
        for (i = 0; i < count; i++) {
            if (n.depth == 0 && !n.in_string && (bytes[i] == ',' || bytes[i] == ']')) break;
            pass(&n, bytes[i]);
        }
        CAIRN_TRY(take(r, bytes, i));
        if (i < count) return CAIRN_OK;
    }
}

/* Takes the bytes through the bracket that closes the value, `n` deep so far, or what is left of the file. */
static cairn_status take_value(rows *r, nesting n) {
    const char *bytes;
    size_t count, i;
    for (bool closed = false; !closed;) {
        cairn_status status = lines_bytes(r->lines, &bytes, &count);
        if (status == CAIRN_END) return CAIRN_OK;
        CAIRN_TRY(status);
        for (i = 0; i < count && !closed; i++) {
            pass(&n, bytes[i]);
            closed = n.depth <= 0 && !n.in_string;
        }
        CAIRN_TRY(take(r, bytes, i));
    }
    return CAIRN_OK;
}

/* ---- which kind ------------------------------------------------------------------------------------------------ */

/* Takes the rest of the line, without its end, as JSON text. */
static cairn_status take_line(rows *r, nesting *n) {
    const char *bytes, *end = NULL;
    size_t count;
    while (!end) {
        cairn_status status = lines_bytes(r->lines, &bytes, &count);
        if (status == CAIRN_END) break;
        CAIRN_TRY(status);
        end = memchr(bytes, '\n', count);
        if (end) count = (size_t)(end - bytes);
        for (size_t i = 0; i < count; i++) pass(n, bytes[i]);
        CAIRN_TRY(take(r, bytes, count));
        if (end) lines_take(r->lines, 1);
    }
    while (r->text.length > 0 && !is_too_long(r) && is_white(r->text.data[r->text.length - 1]))
        r->text.data[--r->text.length] = 0;
    return CAIRN_OK;
}

/* The file opens with an object. One that goes on in the next line is such a value, unless that line opens another
 * object where none may stand: then the first line is broken. */
static cairn_status open_object(rows *r) {
    nesting n = {0};
    char next;
    CAIRN_TRY(take_line(r, &n));
    r->kept = true;
    if (n.depth <= 0 || n.in_string || is_too_long(r)) return CAIRN_OK;
    cairn_status status = peek(r, is_white, &next);
    if (status != CAIRN_OK) return status == CAIRN_END ? CAIRN_OK : status;
    char last = r->text.data[r->text.length - 1];
    if (next == '{' && last != '[' && last != ':') return CAIRN_OK;
    r->kind = ROWS_WIDE;
    CAIRN_TRY(cairn_text_add(r->ctx, &r->text, "\n", 1));
    return take_value(r, n);
}

/* The file opens with neither object nor array: with the header of a CSV file, or a broken line. */
static cairn_status open_text(rows *r) {
    bool is_header = false;
    CAIRN_TRY(take_line(r, &(nesting){0}));
    r->kept = true;
    if (!is_too_long(r)) CAIRN_TRY(csv_header_read(r->ctx, r->text.data, r->text.length, &r->header, &is_header));
    if (!is_header) return CAIRN_OK;
    r->kind = ROWS_CSV;
    r->kept = false;
    char c;
    cairn_status status = peek(r, is_line_end, &c);
    if (status != CAIRN_END) return status;
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: expected rows after the header of a CSV file, got none",
                      lines_path(r->lines));
}

static cairn_status skip_byte_order_mark(rows *r) {
    static const char mark[] = "\xEF\xBB\xBF";
    const char *bytes;
    size_t count;
    for (size_t i = 0; i < 3; i++) {
        CAIRN_TRY(lines_bytes(r->lines, &bytes, &count));
        if (*bytes != mark[i]) break;
        CAIRN_TRY(take(r, bytes, 1));
    }
    if (r->text.length == 3) cairn_text_clear(&r->text); /* else it opens a broken line */
    return CAIRN_OK;
}

/* Files that are no text, by their first bytes. */
static cairn_status refuse_binary(rows *r) {
    static const struct {
        const char *magic;
        size_t length;
        const char *what;
    } kinds[] = {{"\x1F\x8B", 2, "a gzip file: unpack it first"},
                 {"\x28\xB5\x2F\xFD", 4, "a zstd file: unpack it first"},
                 {"PK\x03\x04", 4, "a ZIP archive or spreadsheet: save it as CSV or JSON first"},
                 {"PAR1", 4, "a Parquet file: write it as JSON lines first"},
                 {"\xFF\xFE", 2, "UTF-16 text: write it as UTF-8 first"},
                 {"\xFE\xFF", 2, "UTF-16 text: write it as UTF-8 first"}};
    const char *bytes;
    size_t count;
    cairn_status status = lines_bytes(r->lines, &bytes, &count);
    if (status != CAIRN_OK) return status == CAIRN_END ? CAIRN_OK : status;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (count >= kinds[i].length && memcmp(bytes, kinds[i].magic, kinds[i].length) == 0)
            return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: expected JSON lines, a JSON array or CSV, got %s",
                              lines_path(r->lines), kinds[i].what);
    return CAIRN_OK;
}

static cairn_status refuse_empty_array(rows *r) {
    char c;
    cairn_status status = peek(r, is_white, &c);
    if (status != CAIRN_OK || c != ']') return status == CAIRN_END ? CAIRN_OK : status;
    lines_take(r->lines, 1);
    r->kind = ROWS_LINES;
    status = peek(r, is_white, &c);
    if (status != CAIRN_END) return status;
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: expected rows, got an empty array", lines_path(r->lines));
}

static cairn_status find_kind(rows *r) {
    char first = '\0';
    begin(r);
    CAIRN_TRY(refuse_binary(r));
    cairn_status status = skip_byte_order_mark(r);
    bool broken = r->text.length > 0;
    if (status == CAIRN_OK && !broken) status = peek(r, is_white, &first);
    if (status == CAIRN_END && !broken)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: expected JSON lines, a JSON array or CSV, got an empty file",
                          lines_path(r->lines));
    if (status != CAIRN_OK && status != CAIRN_END) return status;
    r->line = lines_number(r->lines) + 1;
    if (broken) return open_text(r);
    if (first == '{') return open_object(r);
    if (first != '[') return open_text(r);
    r->kind = ROWS_ARRAY;
    lines_take(r->lines, 1);
    return refuse_empty_array(r);
}

cairn_status rows_open(cairn_ctx *ctx, const char *path, size_t max_row_bytes, rows **out) {
    rows *r = cairn_alloc(ctx, 1, sizeof *r);
    if (!r) return CAIRN_NO_MEMORY;
    r->ctx = ctx;
    r->max_row_bytes = max_row_bytes;
    r->where_size = strlen(path) + 64;
    r->where = cairn_alloc(ctx, r->where_size, 1);
    cairn_status status = r->where ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = lines_open(ctx, path, max_row_bytes, &r->lines);
    if (status == CAIRN_OK) status = find_kind(r);
    if (status != CAIRN_OK) {
        rows_close(r);
        return status;
    }
    *out = r;
    return CAIRN_OK;
}

void rows_close(rows *r) {
    if (!r) return;
    json_decref(r->value);
    csv_header_free(&r->header);
    cairn_text_free(&r->text);
    lines_close(r->lines);
    cairn_free(r->where);
    cairn_free(r);
}

/* ---- the next row ---------------------------------------------------------------------------------------------- */

static cairn_status parse(rows *r, const char *text, size_t length) {
    return json_parse_python(r->ctx, text, length, r->where, &r->value);
}

static cairn_status parse_taken(rows *r) {
    if (is_too_long(r)) return too_long(r);
    return parse(r, r->text.data ? r->text.data : "", r->text.length);
}

static cairn_status next_line(rows *r) {
    const char *text;
    size_t length, i;
    cairn_status status;
    do {
        status = lines_next(r->lines, &text, &length);
        for (i = 0; status == CAIRN_OK && i < length && is_white(text[i]);) i++;
    } while (status == CAIRN_OK && i == length);
    if (status != CAIRN_OK && status != CAIRN_LIMIT) return status;
    r->line = lines_number(r->lines);
    name_row(r);
    return status == CAIRN_OK ? parse(r, text, length) : status;
}

static cairn_status next_wide(rows *r) {
    char first;
    CAIRN_TRY(peek(r, is_white, &first));
    begin(r);
    name_row(r);
    CAIRN_TRY(first == '{' || first == '[' ? take_value(r, (nesting){0}) : take_line(r, &(nesting){0}));
    return parse_taken(r);
}

/* After the array: the file ends, or what follows is read as lines. */
static cairn_status close_array(rows *r) {
    char next;
    lines_take(r->lines, 1);
    r->kind = ROWS_LINES;
    CAIRN_TRY(peek(r, is_white, &next));
    begin(r);
    name_row(r);
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: expected the file to end with its array, got more text", r->where);
}

static cairn_status not_closed(rows *r) {
    r->kind = ROWS_LINES; /* of which there are none: the next call says CAIRN_END */
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: the array is not closed", r->where);
}

static cairn_status next_element(rows *r) {
    char c;
    cairn_status status = peek(r, is_white, &c);
    if (status == CAIRN_OK && c == ',' && r->element > 0) {
        lines_take(r->lines, 1);
        status = peek(r, is_white, &c);
    } else if (status == CAIRN_OK && c == ']') {
        return close_array(r);
    }
    begin(r);
    r->element++;
    name_row(r);
    if (status == CAIRN_OK) status = take_element(r);
    if (status == CAIRN_END && r->text.length == 0) return not_closed(r);
    if (status != CAIRN_END) CAIRN_TRY(status);
    return parse_taken(r);
}

static cairn_status next_record(rows *r) {
    char c;
    const char *bytes;
    size_t count;
    csv_state state = CSV_CELL;
    CAIRN_TRY(peek(r, is_line_end, &c));
    begin(r);
    name_row(r);
    for (bool ended = false; !ended;) {
        cairn_status status = lines_bytes(r->lines, &bytes, &count);
        if (status == CAIRN_END) break;
        CAIRN_TRY(status);
        CAIRN_TRY(take(r, bytes, csv_scan(&state, r->header.delimiter, bytes, count, &ended)));
    }
    size_t length = r->text.length;
    if (is_too_long(r)) return too_long(r);
    if (length > 0 && r->text.data[length - 1] == '\n') length--;
    if (length > 0 && r->text.data[length - 1] == '\r') length--;
    return csv_object(r->ctx, &r->header, r->text.data, length, r->where, &r->value);
}

static cairn_status next_value(rows *r) {
    if (r->kept) {
        r->kept = false;
        name_row(r);
        return parse_taken(r);
    }
    switch (r->kind) {
    case ROWS_LINES:
        return next_line(r);
    case ROWS_ARRAY:
        return next_element(r);
    case ROWS_WIDE:
        return next_wide(r);
    case ROWS_CSV:
        break;
    }
    return next_record(r);
}

cairn_status rows_next(rows *r, const json_t **out) {
    json_decref(r->value);
    r->value = NULL;
    CAIRN_TRY(next_value(r));
    *out = r->value;
    if (json_is_object(r->value)) return CAIRN_OK;
    return json_fail_value(r->ctx, r->where, "a JSON object", r->value);
}

int64_t rows_line(const rows *r) {
    return r->line;
}

int64_t rows_number(const rows *r) {
    return r->kind == ROWS_ARRAY ? r->element : r->line;
}

int64_t rows_offset(const rows *r) {
    return lines_offset(r->lines);
}

int64_t rows_size(const rows *r) {
    return lines_size(r->lines);
}

uint64_t rows_key(const rows *r) {
    return lines_key(r->lines);
}

const char *rows_path(const rows *r) {
    return lines_path(r->lines);
}

const char *rows_where(const rows *r) {
    return r->where;
}

bool rows_again(const char *path) {
    struct stat info;
    return strcmp(path, "-") != 0 && (stat(path, &info) != 0 || S_ISREG(info.st_mode));
}

cairn_status rows_each(cairn_ctx *ctx, const char *path, size_t max_row_bytes, rows_visit_fn visit, void *arg) {
    rows *file;
    const json_t *row;
    CAIRN_TRY(rows_open(ctx, path, max_row_bytes, &file));
    cairn_status status;
    while ((status = rows_next(file, &row)) == CAIRN_OK) {
        status = cairn_cancelled(ctx) ? cairn_fail(ctx, CAIRN_CANCELLED, "interrupted")
                                      : visit(ctx, arg, row, rows_where(file));
        if (status != CAIRN_OK) break;
    }
    rows_close(file);
    return status == CAIRN_END ? CAIRN_OK : status;
}

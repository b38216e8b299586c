/* Comma-separated values: headers, ends of records, cells. */
#include "data/csv.h"

#include <errno.h>
#include <string.h>

#define NAME_BYTES 128 /* a longer cell is no name */

void csv_header_free(csv_header *header) {
    cairn_free(header->text);
    cairn_free(header->names);
    *header = (csv_header){0};
}

size_t csv_scan(csv_state *state, char delimiter, const char *bytes, size_t count, bool *ended) {
    csv_state s = *state;
    *ended = false;
    size_t i = 0;
    while (i < count && !*ended) {
        char c = bytes[i++];
        if (s == CSV_QUOTED)
            s = c == '"' ? CSV_CLOSED : CSV_QUOTED;
        else if (c == '\n')
            *ended = true;
        else if (c == delimiter)
            s = CSV_CELL;
        else if (c == '"' && (s == CSV_CELL || s == CSV_CLOSED))
            s = CSV_QUOTED;
        else if (s == CSV_CELL)
            s = CSV_PLAIN;
    }
    *state = s;
    return i;
}

typedef enum cell_end { CELL_MORE, CELL_LAST, CELL_OPEN, CELL_AFTER_QUOTE } cell_end;

/* Unquotes the cell at *at in place and ends it by a NUL (the byte at `end` must be writable); *at moves to the next
 * one. */
static cell_end next_cell(char **at, char *end, char delimiter, char **cell, size_t *length) {
    char *from = *at, *to = *at;
    bool quoted = from < end && *from == '"';
    if (quoted) from++;
    *cell = to;
    while (from < end && (quoted || *from != delimiter)) {
        if (quoted && *from == '"') {
            if (from + 1 < end && from[1] == '"') {
                from++;
            } else {
                from++;
                quoted = false;
                if (from < end && *from != delimiter) return CELL_AFTER_QUOTE;
                break;
            }
        }
        *to++ = *from++;
    }
    if (quoted) return CELL_OPEN;
    bool more = from < end;
    *length = (size_t)(to - *cell);
    *to = 0;
    *at = more ? from + 1 : end;
    return more ? CELL_MORE : CELL_LAST;
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

/* The delimiter of a header line: the first comma, semicolon or tab outside quotes; a comma where there is none. */
static char delimiter_of(const char *line, size_t length) {
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (line[i] == '"') quoted = !quoted;
        if (!quoted && (line[i] == ',' || line[i] == ';' || line[i] == '\t')) return line[i];
    }
    return ',';
}

/* Letters, digits, blanks and _ - . / from a letter or _; nothing at all is a column without a name. */
static bool is_name(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || !c || !strchr("0123456789 -./", c))) return false;
    }
    return length <= NAME_BYTES;
}

static bool is_repeated(const csv_header *header, const char *name) {
    for (size_t i = 0; i < header->n; i++)
        if (*name && strcmp(header->names[i], name) == 0) return true;
    return false;
}

static char *trimmed(char *text, size_t *length) {
    while (*length > 0 && text[*length - 1] == ' ') text[--*length] = 0;
    while (*length > 0 && *text == ' ') text++, --*length;
    return text;
}

/* Fills `header` with the cells of its text while they are names. */
static bool read_names(csv_header *header, size_t length) {
    char *at = header->text, *end = at + length, *cell;
    size_t size;
    for (cell_end more = CELL_MORE; more == CELL_MORE;) {
        more = next_cell(&at, end, header->delimiter, &cell, &size);
        if (more != CELL_MORE && more != CELL_LAST) return false;
        cell = trimmed(cell, &size);
        if (!is_name(cell, size) || is_repeated(header, cell)) return false;
        header->names[header->n++] = cell;
    }
    static const char *const alone[] = {"problem", "question", "prompt"};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strcmp(header->names[0], alone[i]) == 0) return true;
    size_t named = 0;
    for (size_t i = 0; i < header->n; i++) named += header->names[i][0] != 0;
    return named >= 2;
}

cairn_status csv_header_read(cairn_ctx *ctx, const char *line, size_t length, csv_header *out, bool *is_header) {
    size_t most = 1;
    *is_header = false;
    *out = (csv_header){.delimiter = delimiter_of(line, length)};
    for (size_t i = 0; i < length; i++) most += line[i] == out->delimiter;
    if (most > 4096) return CAIRN_OK; /* names are compared pair by pair */
    out->text = cairn_alloc(ctx, length + 1, 1);
    out->names = cairn_alloc(ctx, most, sizeof *out->names);
    if (!out->text || !out->names) {
        csv_header_free(out);
        return CAIRN_NO_MEMORY;
    }
    memcpy(out->text, line, length);
    *is_header = read_names(out, length);
    if (!*is_header) csv_header_free(out);
    return CAIRN_OK;
}

/* ---- records --------------------------------------------------------------------------------------------------- */

static cairn_status set_cell(cairn_ctx *ctx, json_t *object, const char *name, const char *cell, size_t length,
                             const char *where) {
    if (length > 0 && strlen(cell) != length)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `%s`: expected text, got a NUL byte", where, name);
    errno = 0;
    if (json_object_set_new(object, name, length > 0 ? json_stringn(cell, length) : json_null()) == 0) return CAIRN_OK;
    return cairn_fail_within(ctx, json_fail_build(ctx, name), "%s", where);
}

static cairn_status set_cells(cairn_ctx *ctx, const csv_header *header, char *text, size_t length, const char *where,
                              json_t *object) {
    char *at = text, *end = text + length, *cell;
    size_t size, n = 0;
    for (cell_end more = CELL_MORE; more == CELL_MORE; n++) {
        more = next_cell(&at, end, header->delimiter, &cell, &size);
        if (more == CELL_OPEN)
            return cairn_fail(ctx, CAIRN_FORMAT, "%s: column %zu: the quote is not closed", where, n + 1);
        if (more == CELL_AFTER_QUOTE)
            return cairn_fail(ctx, CAIRN_FORMAT,
                              "%s: column %zu: expected the next column after the closing quote (a quote inside is "
                              "written twice)",
                              where, n + 1);
        if (n < header->n && header->names[n][0]) CAIRN_TRY(set_cell(ctx, object, header->names[n], cell, size, where));
    }
    if (n == header->n) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected %zu columns, as the header has, got %zu", where, header->n, n);
}

cairn_status csv_object(cairn_ctx *ctx, const csv_header *header, char *text, size_t length, const char *where,
                        json_t **out) {
    errno = 0;
    json_t *object = json_object();
    if (!object) return json_fail_build(ctx, where);
    cairn_status status = set_cells(ctx, header, text, length, where, object);
    if (status != CAIRN_OK) {
        json_decref(object);
        return status;
    }
    *out = object;
    return CAIRN_OK;
}

/* Rows: the objects of a file, one at a time. A file is JSON lines, a JSON array, JSON objects over several lines, or
 * CSV with a header line; its first bytes tell which. JSON is read as Python writes it (json_parse_python). No file is
 * held whole. */
#ifndef CAIRN_DATA_ROWS_H
#define CAIRN_DATA_ROWS_H

#include "data/json.h"

typedef struct rows rows;
/* Opens `path` ("-": standard input) and reads to its first row. Errors: those of lines_open; CAIRN_FORMAT for an empty
 * file. */
cairn_status rows_open(cairn_ctx *ctx, const char *path, size_t max_row_bytes, rows **out);
/* The next object, valid until the next call. CAIRN_END at the end. Errors of one row, after which reading goes on:
 * FORMAT, and LIMIT for a row over the bound or nested too deep. Errors open with rows_where. */
cairn_status rows_next(rows *r, const json_t **out);
const char *rows_where(const rows *r); /* "file:7", in an array "file:7: element 3": where the last row starts */
int64_t rows_line(const rows *r);      /* 1-based line in which the last row starts */
int64_t rows_number(const rows *r);    /* names the last row within the file: its line; in an array its place, from 1 */
int64_t rows_offset(const rows *r);    /* bytes used so far */
int64_t rows_size(const rows *r);      /* bytes of the file, or -1 for a pipe */
uint64_t rows_key(const rows *r);      /* content key of the bytes used so far */
const char *rows_path(const rows *r);
void rows_close(rows *r);

/* Can this file be opened a second time and give the same? Not "-", nor a pipe. */
bool rows_again(const char *path);

/* Visits every object of a file, until one fails. `where` is rows_where. Errors: those of rows_open, rows_next and
 * `visit`; CANCELLED. */
typedef cairn_status (*rows_visit_fn)(cairn_ctx *ctx, void *arg, const json_t *row, const char *where);
cairn_status rows_each(cairn_ctx *ctx, const char *path, size_t max_row_bytes, rows_visit_fn visit, void *arg);

#endif

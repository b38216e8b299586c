/* Comma-separated values (RFC 4180): where a record ends, and a record as an object by the names of the header line. */
#ifndef CAIRN_DATA_CSV_H
#define CAIRN_DATA_CSV_H

#include "data/json.h"

typedef struct csv_header {
    char delimiter;     /* comma, semicolon or tab */
    char *text;         /* holds the names, each with a NUL */
    const char **names; /* [n]; "" for a column without a name, which is ignored */
    size_t n;
} csv_header;

/* Is this line a header? Two or more distinct names, or one that a problem may stand under. Fills *out when it is. */
cairn_status csv_header_read(cairn_ctx *ctx, const char *line, size_t length, csv_header *out, bool *is_header);
void csv_header_free(csv_header *header);

/* Where a scan for the end of a record stands; zeroed at its start. */
typedef enum csv_state { CSV_CELL, CSV_PLAIN, CSV_QUOTED, CSV_CLOSED } csv_state;
/* Bytes of the record among these: through its line end, which sets *ended, or all. */
size_t csv_scan(csv_state *state, char delimiter, const char *bytes, size_t count, bool *ended);

/* The record's cells by the header's names: strings; an empty cell is null. `text` is used up: cells are unquoted in
 * place. */
cairn_status csv_object(cairn_ctx *ctx, const csv_header *header, char *text, size_t length, const char *where,
                        json_t **out);

#endif

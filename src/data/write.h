/* What a format's writer gets and gives. */
#ifndef CAIRN_DATA_WRITE_H
#define CAIRN_DATA_WRITE_H

#include "cairn/data.h"
#include "data/json.h"

/* A record to be written. */
typedef struct write_row {
    cairn_ctx *ctx;
    cairn_arena *arena; /* for texts until the row is written */
    const cairn_record *record;
    const double *labels; /* [n_steps] as they will stand: filled, and 0 or 1 unless `soft`; NaN: none */
    bool soft;
    int32_t first_error;          /* the record's, else that of its labels */
    const char *what;             /* "record `7`" */
    const cairn_record *original; /* the right solution that `record` was made from, or NULL */
} write_row;

typedef struct format_writer {
    bool soft; /* holds labels between 0 and 1 */
    /* NULL, or: is this a record that is written with the next one of its group, its `original`? */
    bool (*pairs)(const cairn_record *record);
    /* Fills the object. Errors: INVALID by row_refuse. */
    cairn_status (*write)(const write_row *row, json_t *object);
} format_writer;

/* NULL for a format that is only read and for CSV. */
const format_writer *format_writer_of(cairn_format format);

/* "record `7`: math cannot hold it: <why>" */
cairn_status row_refuse(const write_row *row, const char *why, ...) CAIRN_PRINTF(2, 3);
/* Sets a member; takes over `value`, of which NULL is an error. */
cairn_status row_set(const write_row *row, json_t *object, const char *name, json_t *value);
/* NULL text: no member. */
cairn_status row_set_text(const write_row *row, json_t *object, const char *name, const char *text);

/* CSV (RFC 4180): the header; a row a step, or one for a record without steps. */
cairn_status csv_header(cairn_ctx *ctx, cairn_text *out);
cairn_status csv_record(const write_row *row, cairn_text *out);

#endif

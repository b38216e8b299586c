/* What a format's reader gets and gives. */
#ifndef CAIRN_DATA_FORMAT_H
#define CAIRN_DATA_FORMAT_H

#include "cairn/data.h"
#include "data/json.h"

/* One line of a data set, parsed. */
typedef struct format_line {
    cairn_ctx *ctx;
    cairn_arena *arena; /* for all that the record holds */
    const json_t *object;
    const char *where; /* "file:7" */
    int64_t number;
} format_line;

typedef struct format_reader {
    const char *has[4]; /* `auto` takes the first format all of whose fields are there; NULL ends them */
    /* Record `item` (from 0) of the line; `out` is zeroed but for its line. CAIRN_END behind the last one. A line that has
     * anything wrong fails at item 0. */
    cairn_status (*read)(const format_line *line, int32_t item, cairn_record *out);
} format_reader;

/* Of every format but `auto`. */
const format_reader *format_reader_of(cairn_format format);

/* Texts are copied into the line's arena. */
cairn_status format_text(const format_line *line, const char *field, const char **out);
/* NULL where the field is missing or null. */
cairn_status format_text_or_null(const format_line *line, const char *field, const char **out);
/* A string or an integer; "<line>" where the field is missing or null. */
cairn_status format_id(const format_line *line, const char *field, const char **out);
/* An array of strings: the record's steps. */
cairn_status format_steps(const format_line *line, const char *field, cairn_record *out);
/* The non-empty lines of a text: the record's steps. */
cairn_status format_steps_of_text(const format_line *line, const char *text, size_t length, cairn_record *out);

cairn_status stepwise_read(const format_line *line, int32_t item, cairn_record *out);

#endif

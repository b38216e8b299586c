/* What a format's reader gets and gives. */
#ifndef CAIRN_DATA_FORMAT_H
#define CAIRN_DATA_FORMAT_H

#include "cairn/data.h"
#include "data/json.h"

/* One row of a data set. */
typedef struct format_row {
    cairn_ctx *ctx;
    cairn_arena *arena; /* for all that the record holds */
    const json_t *object;
    const char *where; /* "file:7" */
    int64_t number;
    const cairn_read_options *options;
} format_row;

/* Record `item` (from 0) of the row; `out` is zeroed but for its line, and nobody said anything about it. CAIRN_END
 * after the last one. A row that has anything wrong fails at item 0. */
typedef cairn_status (*format_read_fn)(const format_row *row, int32_t item, cairn_record *out);

/* Of every format but `auto`. */
format_read_fn format_reader_of(cairn_format format);
/* The first format whose fields the object has, or AUTO. */
cairn_format format_of(const json_t *object);

/* ---- fields ---------------------------------------------------------------------------------------------------- */

/* NULL where the field is missing or null. */
const json_t *format_field(const format_row *row, const char *field);
/* The error of element `i` of a field. */
cairn_status format_fail_element(const format_row *row, const char *field, size_t i, const char *expected,
                                 const json_t *got);
/* Texts are copied into the row's arena. */
cairn_status format_keep(const format_row *row, const char *text, size_t length, const char **out);
cairn_status format_text(const format_row *row, const char *field, const char **out);
/* NULL where the field is missing or null. */
cairn_status format_text_or_null(const format_row *row, const char *field, const char **out);
/* A text, or a number as one; NULL where the field is missing or null. */
cairn_status format_word_or_null(const format_row *row, const char *field, const char **out);
/* A string or an integer; the row's number where the field is missing or null. */
cairn_status format_id(const format_row *row, const char *field, const char **out);
/* true or false: RIGHT or WRONG; UNKNOWN where the field is missing or null. */
cairn_status format_verdict(const format_row *row, const char *field, cairn_verdict *out);
cairn_verdict format_verdict_of(bool right);

/* ---- steps ----------------------------------------------------------------------------------------------------- */

/* Room for the record's steps. */
cairn_status format_steps_alloc(const format_row *row, size_t n, cairn_record *out, const char ***steps);
/* An array of strings: the record's steps. */
cairn_status format_steps(const format_row *row, const char *field, cairn_record *out);
/* The array `observations`, a string or null for each step, where the row has it. */
cairn_status format_observations(const format_row *row, cairn_record *out);
/* The steps of a text, cut as the options say, else by `preset`. */
cairn_status format_steps_of_text(const format_row *row, cairn_split preset, const char *text, size_t length,
                                  cairn_record *out);
/* Text without white space around it. */
cairn_slice format_trimmed(const char *text, size_t start, size_t end);
/* Divides a solution whose last line is "<mark> value": *body bytes of steps before it, and the value. False where the
 * last line has no such mark: then *body is all of the text. */
bool format_divide(const char *text, const char *mark, size_t *body, cairn_slice *value);
/* The problem and the first step of a text that opens with both: they part at the last "Step 1:" (a heading's signs
 * before it belong to the step), else at the last blank line, else at the last line break. False where there is none of
 * these. */
bool format_part(const char *text, size_t length, cairn_slice *problem, cairn_slice *step);

/* ---- labels ---------------------------------------------------------------------------------------------------- */

/* Room for one label a step, all NaN. */
cairn_status format_labels_alloc(const format_row *row, cairn_record *out, double **labels);
/* A label: true or false, 1 or 0, a number written with a point from 0 to 1 (then *soft), null (NaN); with `marks` also
 * "+" or "-". */
bool format_label(const json_t *value, bool marks, double *label, bool *soft);
/* The first step labelled 0; a NaN before it leaves it open, as soft labels do. */
int32_t format_first_error(const double *labels, int32_t n, bool soft);

/* ---- readers --------------------------------------------------------------------------------------------------- */

cairn_status read_stepwise(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_mistake(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_processbench(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_prmbench(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_mr_gsm8k(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_prm800k(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_math_shepherd(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_openrlhf(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_rlhflow(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_math_aps(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_gsm8k(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_gsm8k_solutions(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_math(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_samples(const format_row *row, int32_t item, cairn_record *out);
cairn_status read_problems(const format_row *row, int32_t item, cairn_record *out);

#endif

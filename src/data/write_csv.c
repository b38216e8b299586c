/* CSV (RFC 4180): one row a step, for tables and plots. */
#include <math.h>
#include <string.h>

#include "data/write.h"

static const char header[] =
    "id,problem,step,text,label,rating,steps,first_error,correct,answer,target,generator,group,subset,domain\r\n";

cairn_status csv_header(cairn_ctx *ctx, cairn_text *out) {
    return cairn_text_add(ctx, out, header, sizeof header - 1);
}

/* A field, quoted where it must be; NULL is empty. `end` is what stands after it. */
static cairn_status field(const write_row *row, const char *text, const char *end, cairn_text *out) {
    bool quoted = text && strpbrk(text, ",\"\r\n");
    if (quoted) CAIRN_TRY(cairn_text_add(row->ctx, out, "\"", 1));
    for (const char *at = text ? text : ""; *at;) {
        size_t n = strcspn(at, "\"");
        CAIRN_TRY(cairn_text_add(row->ctx, out, at, n));
        at += n;
        if (*at) CAIRN_TRY(cairn_text_add(row->ctx, out, "\"\"", 2));
        at += *at == '"';
    }
    if (quoted) CAIRN_TRY(cairn_text_add(row->ctx, out, "\"", 1));
    return cairn_text_add(row->ctx, out, end, strlen(end));
}

static cairn_status number(const write_row *row, bool known, double value, cairn_text *out) {
    char text[32] = "";
    if (known) cairn_format_double(value, text);
    return field(row, text, ",", out);
}

/* Step `i`, counted from 1 in the file; i = -1: the record has none. */
static cairn_status csv_row(const write_row *row, int32_t i, cairn_text *out) {
    const cairn_record *r = row->record;
    bool step = i >= 0, rated = step && r->ratings && r->ratings[i] != CAIRN_NO_RATING;
    CAIRN_TRY(field(row, r->id, ",", out));
    CAIRN_TRY(field(row, r->problem, ",", out));
    CAIRN_TRY(number(row, step, i + 1, out));
    CAIRN_TRY(field(row, step ? r->steps[i] : NULL, ",", out));
    CAIRN_TRY(number(row, step && !isnan(row->labels[i]), step ? row->labels[i] : 0, out));
    CAIRN_TRY(number(row, rated, rated ? r->ratings[i] : 0, out));
    CAIRN_TRY(number(row, true, r->n_steps, out));
    CAIRN_TRY(number(row, row->first_error != CAIRN_UNLABELLED, row->first_error < 0 ? 0 : row->first_error + 1, out));
    CAIRN_TRY(number(row, r->correct != CAIRN_VERDICT_UNKNOWN, r->correct == CAIRN_VERDICT_RIGHT, out));
    CAIRN_TRY(field(row, r->answer, ",", out));
    CAIRN_TRY(field(row, r->target, ",", out));
    CAIRN_TRY(field(row, r->generator, ",", out));
    CAIRN_TRY(field(row, r->group, ",", out));
    CAIRN_TRY(field(row, r->subset, ",", out));
    return field(row, r->domain, "\r\n", out);
}

cairn_status csv_record(const write_row *row, cairn_text *out) {
    if (row->record->n_steps == 0) return csv_row(row, -1, out);
    for (int32_t i = 0; i < row->record->n_steps; i++) CAIRN_TRY(csv_row(row, i, out));
    return CAIRN_OK;
}

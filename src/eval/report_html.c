/* The page of a report: its parts from web/report, with the numbers and records as JSON between them. */
#include <string.h>

#include "eval/report.h"
#include "report_page.inc"

static cairn_status put(cairn_out *out, const char *text) {
    return cairn_out_write(out, text, strlen(text));
}

static cairn_status write_numbers(const cairn_report *report, cairn_ctx *ctx, cairn_out *out) {
    cairn_text text = {0};
    cairn_status status = cairn_report_json(report, ctx, &text);
    if (status == CAIRN_OK) status = report_write_escaped(out, text.data, text.length);
    cairn_text_free(&text);
    return status;
}

cairn_status cairn_report_html(const cairn_report *report, cairn_ctx *ctx, const cairn_report_page *page,
                               cairn_out *out) {
    CAIRN_TRY(cairn_out_write(out, report_page_before, sizeof report_page_before));
    CAIRN_TRY(put(out, "{\"numbers\":"));
    CAIRN_TRY(write_numbers(report, ctx, out));
    CAIRN_TRY(put(out, ",\n\"records\":"));
    CAIRN_TRY(report_write_records(report, ctx, page, out));
    CAIRN_TRY(put(out, "}"));
    return cairn_out_write(out, report_page_after, sizeof report_page_after);
}

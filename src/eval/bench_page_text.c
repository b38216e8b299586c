/* Markup, texts and numbers of a benchmark's page; truth and verdict of steps as it shows them. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eval/bench_page.h"
#include "search/terminal.h"

enum { MARKUP = 2048 };

void page_put(page *p, const char *format, ...) {
    char text[MARKUP];
    va_list arguments;
    if (p->status != CAIRN_OK) return;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    p->status = n < 0 || n >= MARKUP ? cairn_fail(p->run->ctx, CAIRN_LIMIT, "a piece of the page is too long")
                                     : cairn_out_write(p->out, text, (size_t)n);
}

/* ---- texts of files ---------------------------------------------------------------------------------------------- */

static const char *entity_of(char c) {
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_escaped(page *p, const char *text, size_t length) {
    size_t clean = 0;
    for (size_t i = 0; i < length && p->status == CAIRN_OK; i++) {
        const char *entity = entity_of(text[i]);
        if (!entity) continue;
        p->status = cairn_out_write(p->out, text + clean, i - clean);
        page_put(p, "%s", entity);
        clean = i + 1;
    }
    if (p->status == CAIRN_OK) p->status = cairn_out_write(p->out, text + clean, length - clean);
}

/* A line: no control character is left in it. */
static void put_line(page *p, const char *text, size_t length) {
    cairn_text_clear(&p->shown);
    if (p->status == CAIRN_OK) p->status = terminal_add(p->run->ctx, &p->shown, text, length, SIZE_MAX);
    if (p->shown.length) put_escaped(p, p->shown.data, p->shown.length);
}

void page_text(page *p, const char *text, size_t most) {
    char number[PAGE_CELL];
    size_t length = text ? strlen(text) : 0, end = length < most ? length : most;
    while (end < length && end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) end--;
    for (size_t at = 0; at < end;) {
        const char *line = memchr(text + at, '\n', end - at);
        size_t n = line ? (size_t)(line - text) - at : end - at;
        put_line(p, text + at, n);
        if (line) page_put(p, "\n");
        at += n + (line != NULL);
    }
    if (end < length) page_put(p, "… (%s bytes)", page_count((int64_t)length, number));
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

const char *page_count(int64_t n, char out[PAGE_CELL]) {
    char digits[PAGE_CELL];
    int length = snprintf(digits, sizeof digits, "%" PRId64, n), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > (n < 0) && (length - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

const char *page_number(cairn_figure_form form, double value, char out[PAGE_CELL]) {
    if (!isfinite(value) || (form == CAIRN_FIGURE_PERCENT && value < 0)) /* a share that does not exist */
        snprintf(out, PAGE_CELL, "–");
    else if (form == CAIRN_FIGURE_PERCENT || form == CAIRN_FIGURE_SIGNED)
        snprintf(out, PAGE_CELL, "%.2f", 100 * value);
    else if (form == CAIRN_FIGURE_COUNT && fabs(value) < 1e15)
        page_count((int64_t)value, out);
    else
        snprintf(out, PAGE_CELL, fabs(value) < 1e6 ? "%.3f" : "%.4g", value);
    return out;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

int8_t page_truth(const cairn_bench_item *item, int32_t step) {
    if (item->truth) return item->truth[step];
    if (item->label == CAIRN_EVAL_NONE || (item->label >= 0 && step > item->label)) return CAIRN_BENCH_STEP_UNTOLD;
    return step != item->label;
}

double page_threshold(const page *p, const cairn_bench_item *item) {
    const cairn_bench_type *bench = p->run->bench;
    double value = NAN;
    for (int i = 0; i < bench->about.option_count; i++) {
        const cairn_option *option = &bench->about.options[i];
        if (option->kind != CAIRN_OPTION_REAL || strcmp(option->name, "threshold") != 0) continue;
        memcpy(&value, (const char *)p->run->config + option->offset, sizeof value);
        return value;
    }
    for (int32_t f = 0; f < bench->n_figures; f++)
        if (strcmp(bench->figures[f].name, "threshold") == 0)
            value = p->how->result->rows[item->subset_index].figures[f].estimate;
    return value;
}

cairn_verdict page_said(const page *p, const cairn_bench_item *item, int32_t step) {
    const double *scores = item->candidates[0].scores;
    if (!item->answered) return CAIRN_VERDICT_UNKNOWN;
    if (item->valid) return item->valid[step] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (!scores || (!item->truth && item->said != CAIRN_EVAL_NONE)) {
        if (item->said == CAIRN_EVAL_NONE || (item->said >= 0 && step > item->said)) return CAIRN_VERDICT_UNKNOWN;
        return step == item->said ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
    }
    double tau = page_threshold(p, item);
    if (isnan(scores[step]) || isnan(tau)) return CAIRN_VERDICT_UNKNOWN;
    return scores[step] > tau || (!item->truth && scores[step] == tau) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

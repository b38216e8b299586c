/* The page of curves: facts, pictures, tables. */
#include <string.h>

#include "eval/curves.h"

static void put_figure(page *p, const cairn_curve_picture *picture) {
    page_put(p, "<figure class=\"wide\"><svg viewBox=\"0 0 %d %d\" role=\"img\">\n", CURVES_WIDE,
             curves_height(picture));
    curves_put(p, picture);
    page_put(p, "</svg>");
    if (picture->note) {
        page_put(p, "<figcaption>");
        page_text(p, picture->note, CURVES_TEXT);
        page_put(p, "</figcaption>");
    }
    page_put(p, "</figure>\n");
}

/* Does the row hold differences? */
static bool is_less(const cairn_curve_table *t, int32_t row) {
    for (int32_t k = 1; k < t->columns; k++)
        if (*t->cells[row * t->columns + k]) return strchr("+-", *t->cells[row * t->columns + k]) != NULL;
    return false;
}

static void put_table(page *p, const cairn_curve_table *t) {
    page_put(p, "<section>\n<h2>");
    page_text(p, t->title, CURVES_TEXT);
    page_put(p, "</h2>\n<div class=\"scroll\"><table>\n");
    for (int32_t i = 0; i < t->rows; i++) {
        page_put(p, "%s<tr%s>", i == 0 ? "<thead>" : i == 1 ? "<tbody>" : "", is_less(t, i) ? " class=\"less\"" : "");
        for (int32_t k = 0; k < t->columns; k++) {
            page_put(p, i ? "<td>" : "<th>");
            page_text(p, t->cells[i * t->columns + k], CURVES_TEXT);
            page_put(p, i ? "</td>" : "</th>");
        }
        page_put(p, "</tr>%s\n", i == 0 ? "</thead>" : "");
    }
    page_put(p, "%s</table></div>\n</section>\n", t->rows > 1 ? "</tbody>" : "");
}

cairn_status cairn_curves_html(cairn_ctx *ctx, const cairn_curves_page *what, cairn_out *out) {
    page p = {.ctx = ctx, .out = out};
    for (int32_t i = 0; i < what->n_pictures; i++) CAIRN_TRY(curves_check(ctx, &what->pictures[i]));
    page_open(&p, what->made_by);
    page_put(&p, "<header>\n<p class=\"mark\">cairn %s</p>\n<h1>", what->made_by);
    page_text(&p, what->title, CURVES_TEXT);
    page_put(&p, "</h1>\n<p class=\"note\">");
    page_text(&p, what->summary, 2 * CURVES_TEXT);
    page_put(&p, "</p>\n<dl>\n");
    for (int32_t i = 0; i < what->n_facts; i++)
        page_fact(&p, what->facts[2 * i], what->facts[2 * i + 1], 2 * CURVES_TEXT);
    page_put(&p, "</dl>\n</header>\n<main>\n<section>\n");
    for (int32_t i = 0; i < what->n_pictures; i++) put_figure(&p, &what->pictures[i]);
    page_put(&p, "</section>\n");
    for (int32_t i = 0; i < what->n_tables; i++) put_table(&p, &what->tables[i]);
    page_close(&p, what->made_by);
    return p.status;
}

/* The page of a benchmark: what was measured, its table, the judges that need no mind, and the parts of the others. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/bench_page.h"

enum { NAME = 200, FILES_SHOWN = 40 };

/* ---- what was measured ------------------------------------------------------------------------------------------- */

static void put_counted(bench_page *p, const char *name, int64_t n, const char *what) {
    char number[PAGE_CELL];
    if (n) page_put(&p->to, "<dt>%s</dt><dd class=\"loud\">%s%s</dd>\n", name, page_count(n, number), what);
}

static void put_files(bench_page *p) {
    page_put(&p->to, "<dt>files</dt><dd>");
    for (int32_t i = 0; i < p->how->n_files && i < FILES_SHOWN; i++) {
        if (i) page_put(&p->to, ", ");
        page_text(&p->to, p->how->files[i], NAME);
    }
    if (p->how->n_files > FILES_SHOWN) page_put(&p->to, " … %d more", (int)p->how->n_files - FILES_SHOWN);
    page_put(&p->to, "</dd>\n");
}

static void put_facts(bench_page *p) {
    const cairn_bench_result *r = p->how->result;
    char number[PAGE_CELL], resamples[PAGE_CELL];
    page_put(&p->to, "<header>\n<p class=\"mark\">Cairn benchmark</p>\n<h1>%s</h1>\n<p class=\"note\">",
             r->bench->about.name);
    page_text(&p->to, r->bench->about.summary, NAME);
    page_put(&p->to, " ");
    page_text(&p->to, r->bench->about.source, NAME);
    page_put(&p->to, "</p>\n<dl>\n");
    page_fact(&p->to, "judge", p->how->judge, 2 * NAME);
    if (*p->how->options) page_fact(&p->to, "options", p->how->options, 2 * NAME);
    put_files(p);
    page_put(&p->to, "<dt>items</dt><dd>%s</dd>\n", page_count(r->items, number));
    put_counted(p, "without an answer", r->silent, ": they count against the judge");
    put_counted(p, "steps that failed", r->failed, ": the judge's program gave no score");
    put_counted(p, "bad rows left out", r->skipped, "");
    if (r->tuned_here)
        page_put(&p->to,
                 "<dt>threshold</dt><dd class=\"loud\">tuned here: chosen on these very files, so this is no held-out "
                 "result</dd>\n");
    if (r->resamples)
        page_put(&p->to,
                 "<dt>intervals</dt><dd>95 %%, from %s resamples; items that share a problem are drawn together</dd>\n",
                 page_count(r->resamples, resamples));
    page_put(&p->to, "</dl>\n</header>\n<main>\n");
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const char *unit_of(const cairn_bench_figure *figure) {
    return figure->form == CAIRN_FIGURE_PERCENT || figure->form == CAIRN_FIGURE_SIGNED ? " %" : "";
}

/* Without means over subsets where there is but one. */
static int32_t rows_shown(const cairn_bench_result *r) {
    bool of_one = r->n_subsets == 1 && r->n_rows > 1 && !r->bench->summaries[0].pooled;
    return of_one ? r->n_subsets : r->n_rows;
}

static void put_range(bench_page *p, cairn_figure_form form, const cairn_interval *figure) {
    char low[PAGE_CELL], high[PAGE_CELL];
    if (isnan(figure->low) || isnan(figure->high) || isnan(figure->estimate)) return;
    page_put(&p->to, " <span class=\"range\">%s .. %s</span>", page_number(form, figure->low, low),
             page_number(form, figure->high, high));
}

static double baseline_of(const cairn_bench_result *r, int32_t which, int32_t row) {
    return r->baselines[(which * r->n_rows + row) * r->bench->n_figures + r->bench->headline];
}

/* The headline and its interval between 0 and 1, and where the judges that need no mind stand. */
static void put_forest(bench_page *p, int32_t row) {
    const cairn_bench_result *r = p->how->result;
    const cairn_interval *h = &r->rows[row].figures[r->bench->headline];
    page_put(&p->to,
             "<td><svg class=\"forest\" viewBox=\"0 0 190 18\"><line class=\"axis\" x1=\"5\" y1=\"9\" x2=\"185\" "
             "y2=\"9\"/>");
    for (int32_t b = 0; r->baselines && b < r->bench->n_baselines; b++) {
        double x = 5 + 180 * baseline_of(r, b, row);
        if (x >= 5 && x <= 185)
            page_put(&p->to, "<line class=\"trivial\" x1=\"%.1f\" y1=\"4\" x2=\"%.1f\" y2=\"14\"/>", x, x);
    }
    if (h->low >= 0 && h->high <= 1)
        page_put(&p->to, "<line class=\"bar\" x1=\"%.1f\" y1=\"9\" x2=\"%.1f\" y2=\"9\"/>", 5 + 180 * h->low,
                 5 + 180 * h->high);
    if (h->estimate >= 0 && h->estimate <= 1)
        page_put(&p->to, "<circle class=\"dot\" cx=\"%.1f\" cy=\"9\" r=\"4\"/>", 5 + 180 * h->estimate);
    page_put(&p->to, "</svg></td>");
}

static bool has_forest(const cairn_bench_type *bench) {
    return bench->figures[bench->headline].form == CAIRN_FIGURE_PERCENT;
}

static void put_row_name(bench_page *p, const cairn_bench_result *r, int32_t row) {
    page_put(&p->to, "<tr%s><td>", row == r->n_subsets && row > 0 ? " class=\"first\"" : "");
    page_text(&p->to, r->rows[row].name, NAME);
    page_put(&p->to, "</td>");
}

static void put_row(bench_page *p, int32_t row) {
    const cairn_bench_result *r = p->how->result;
    char number[PAGE_CELL];
    put_row_name(p, r, row);
    page_put(&p->to, "<td>%s</td>", page_count(r->rows[row].items, number));
    if (has_forest(r->bench)) put_forest(p, row);
    for (int32_t k = 0; k < r->bench->n_figures; k++) { /* the headline stands first */
        int32_t f = k == 0 ? r->bench->headline : k <= r->bench->headline ? k - 1 : k;
        const cairn_interval *figure = &r->rows[row].figures[f];
        page_put(&p->to, "<td%s>%s", k == 0 ? " class=\"head\"" : "",
                 page_number(r->bench->figures[f].form, figure->estimate, number));
        put_range(p, r->bench->figures[f].form, figure);
        page_put(&p->to, "</td>");
    }
    page_put(&p->to, "</tr>\n");
}

static void put_meanings(bench_page *p, const cairn_bench_result *r) {
    page_put(&p->to, "<details><summary>what the columns and rows mean</summary><dl>\n");
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        page_fact(&p->to, r->bench->figures[f].name, r->bench->figures[f].meaning, 2 * NAME);
    for (int32_t s = 0; s < r->bench->n_summaries; s++)
        page_fact(&p->to, r->bench->summaries[s].name, r->bench->summaries[s].meaning, 2 * NAME);
    page_put(&p->to, "</dl></details>\n");
}

static void put_table(bench_page *p) {
    const cairn_bench_result *r = p->how->result;
    const cairn_bench_figure *head = &r->bench->figures[r->bench->headline];
    page_put(&p->to,
             "<section>\n<h2>Figures</h2>\n<p class=\"note\">%s is the headline%s.</p>\n<div "
             "class=\"scroll\"><table>\n<thead><tr><th></th><th>items</th>",
             head->name,
             !has_forest(r->bench) ? ""
             : r->baselines        ? ": the dot with its interval, from 0 to 100 %; ticks are judges that need no mind"
                                   : ": the dot with its interval, from 0 to 100 %");
    if (has_forest(r->bench)) page_put(&p->to, "<th></th>");
    page_put(&p->to, "<th>%s%s</th>", head->name, unit_of(head));
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        if (f != r->bench->headline)
            page_put(&p->to, "<th>%s%s</th>", r->bench->figures[f].name, unit_of(&r->bench->figures[f]));
    page_put(&p->to, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < rows_shown(r); i++) put_row(p, i);
    page_put(&p->to, "</tbody></table></div>\n");
    put_meanings(p, r);
    page_put(&p->to, "</section>\n");
}

/* ---- beside it --------------------------------------------------------------------------------------------------- */

static void put_baseline_row(bench_page *p, int32_t row) {
    const cairn_bench_result *r = p->how->result;
    cairn_figure_form form = r->bench->figures[r->bench->headline].form;
    double mine = r->rows[row].figures[r->bench->headline].estimate, best = NAN;
    char number[PAGE_CELL];
    for (int32_t b = 0; b < r->bench->n_baselines; b++)
        if (!isnan(baseline_of(r, b, row))) best = fmax(best, baseline_of(r, b, row));
    bool exists = form != CAIRN_FIGURE_PERCENT || mine >= 0;
    put_row_name(p, r, row);
    page_put(&p->to, "<td class=\"%s\">%s</td>", exists && mine <= best ? "below" : "head",
             page_number(form, mine, number));
    for (int32_t b = 0; b < r->bench->n_baselines; b++)
        page_put(&p->to, "<td>%s</td>", page_number(form, baseline_of(r, b, row), number));
    page_put(&p->to, "</tr>\n");
}

static void put_baselines(bench_page *p) {
    const cairn_bench_result *r = p->how->result;
    if (!r->baselines || r->bench->n_baselines == 0) return;
    page_put(
        &p->to,
        "<section>\n<h2>Judges that need no mind</h2>\n<p class=\"note\">%s of the judge and of trivial ones on the "
        "same files. Red: not above the best of them, and so says nothing.</p>\n<div "
        "class=\"scroll\"><table>\n<thead><tr><th></th><th>this judge</th>",
        r->bench->figures[r->bench->headline].name);
    for (int32_t b = 0; b < r->bench->n_baselines; b++) page_put(&p->to, "<th>%s</th>", r->bench->baselines[b]);
    page_put(&p->to, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < rows_shown(r); i++) put_baseline_row(p, i);
    page_put(&p->to, "</tbody></table></div>\n</section>\n");
}

static void put_comparison(bench_page *p) {
    const cairn_bench_result *r = p->how->result;
    const cairn_bench_comparison *d = p->how->comparison;
    char number[3][PAGE_CELL];
    if (!d) return;
    page_put(
        &p->to,
        "<section>\n<h2>Against the other judge</h2>\n<p class=\"note\">Differences of the %s items that both answered "
        "(%s only there, %s only here); above 0 this judge is ahead.</p>\n<div "
        "class=\"scroll\"><table>\n<thead><tr><th></th>",
        page_count(d->both, number[0]), page_count(d->only_a, number[1]), page_count(d->only_b, number[2]));
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        page_put(&p->to, "<th>%s%s</th>", r->bench->figures[f].name, unit_of(&r->bench->figures[f]));
    page_put(&p->to, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < rows_shown(r); i++) {
        put_row_name(p, r, i);
        for (int32_t f = 0; f < r->bench->n_figures; f++) {
            cairn_figure_form form =
                r->bench->figures[f].form == CAIRN_FIGURE_PERCENT ? CAIRN_FIGURE_SIGNED : r->bench->figures[f].form;
            const cairn_interval *difference = &d->differences[i * r->bench->n_figures + f];
            page_put(&p->to, "<td>%s", page_number(form, difference->estimate, number[0]));
            put_range(p, form, difference);
            page_put(&p->to, "</td>");
        }
        page_put(&p->to, "</tr>\n");
    }
    page_put(&p->to, "</tbody></table></div>\n</section>\n");
}

static void put_scores(bench_page *p) {
    scored_steps s;
    char number[PAGE_CELL];
    if (p->to.status == CAIRN_OK) p->to.status = scored_gather(p, &s);
    if (p->to.status != CAIRN_OK || !s.scores) return;
    page_put(&p->to,
             "<section>\n<h2>Scores of steps</h2>\n<p class=\"note\">%s steps with a score and a mark%s%s.</p>\n",
             page_count((int64_t)s.n, number), p->run->n_subsets > 1 ? ", of all rows of the table together" : "",
             s.has_threshold ? "" : "; the judge's verdicts come from no single threshold");
    page_put(&p->to, "<div class=\"pictures\">\n");
    page_curves(p, &s, false);
    page_put(&p->to, "</div>\n</section>\n");
    scored_free(&s);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

cairn_status cairn_bench_write_page(cairn_bench_run *run, const cairn_bench_page *how, cairn_out *out) {
    bench_page p = {.to = {.ctx = run->ctx, .out = out}, .run = run, .how = how};
    char made_by[64];
    snprintf(made_by, sizeof made_by, "eval %s", run->bench->about.name);
    page_open(&p.to, run->bench->about.name);
    put_facts(&p);
    put_table(&p);
    put_baselines(&p);
    put_comparison(&p);
    put_scores(&p);
    page_items(&p);
    page_close(&p.to, made_by);
    return p.to.status;
}

cairn_status cairn_bench_write_curves(cairn_bench_run *run, const cairn_bench_page *how, cairn_out *out) {
    bench_page p = {.to = {.ctx = run->ctx, .out = out}, .run = run, .how = how};
    scored_steps s;
    CAIRN_TRY(scored_gather(&p, &s));
    if (!s.scores)
        return cairn_fail(run->ctx, CAIRN_INVALID,
                          "%s: curves are drawn of steps that have a score and a truth, and there are none",
                          run->bench->about.name);
    page_open_image(&p.to, CURVES_WIDTH, CURVES_HEIGHT);
    page_curves(&p, &s, true);
    page_close_image(&p.to);
    scored_free(&s);
    return p.to.status;
}

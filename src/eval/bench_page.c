/* The page of a benchmark: what was measured, its table, the judges that need no mind, and the parts of the others. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/bench_page.h"

enum { NAME = 200, FILES_SHOWN = 40 };

/* ---- style ------------------------------------------------------------------------------------------------------- */

/* Colours of a page (`:root`) or of an image (`svg`). */
#define COLOURS(of)                                                                                                 \
    of "{--paper:#fcfbf9;--raised:#fff;--ink:#1f2328;--soft:#5f6670;--faint:#6f7680;--line:#e4e1db;--tint:#f3f1ec;" \
       "--accent:#2b5c8f;--right:#26724f;--right-tint:#e2f1ea;--wrong:#ab3b2e;--wrong-tint:#f9e7e4}\n"              \
       "@media (prefers-color-scheme:dark){" of "{--paper:#14171b;--raised:#1a1e23;--ink:#e4e5e3;--soft:#a2a8b0;"   \
       "--faint:#7b828b;--line:#2d3239;--tint:#20252b;--accent:#86b4e3;--right:#6fc79d;--right-tint:#17312a;"       \
       "--wrong:#ec8a7c;--wrong-tint:#3a2120}}\n"

static const char picture_style[] =
    "svg text{fill:var(--soft);font-size:12px}svg .end{text-anchor:end}svg .mid{text-anchor:middle}\n"
    ".axis{stroke:var(--line)}.base{stroke:var(--faint)}.ideal{stroke:var(--faint);stroke-dasharray:3 4}\n"
    ".curve{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round}.bar{stroke:var(--accent);"
    "stroke-width:1.6}\n"
    ".dot{fill:var(--accent)}.trivial{stroke:var(--faint);stroke-width:1.4}svg .good{fill:var(--right)}svg "
    ".bad{fill:var(--wrong)}\n";

static const char *const page_style[] = {
    "*{box-sizing:border-box}\n"
    "body{margin:0;padding:0 20px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"
    "\"Segoe UI\",\"Noto Sans\",\"DejaVu Sans\",sans-serif;font-variant-numeric:tabular-nums}\n"
    "header,main,footer{max-width:1320px;margin:0 auto}header{padding:44px 0 0}\n"
    ".mark{margin:0;color:var(--accent);font-size:13px;font-weight:600;letter-spacing:.02em}\n"
    "h1{margin:4px 0 6px;font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.015em}\n"
    "h2{margin:0 0 4px;font-size:19px;font-weight:620}h3{margin:0 0 6px;font-size:15px;font-weight:600;"
    "overflow-wrap:anywhere}\n"
    "p{margin:0 0 12px}.note,figcaption{color:var(--soft);font-size:14px;max-width:76ch}.note b,figcaption "
    "b{color:var(--ink)}\n"
    "section{margin:40px 0 0;padding:26px 0 0;border-top:1px solid var(--line)}\n"
    "footer{margin-top:48px;padding:16px 0 48px;border-top:1px solid var(--line);color:var(--faint);font-size:13px}\n",
    "dl{display:grid;grid-template-columns:auto 1fr;gap:2px 18px;margin:16px 0 0;font-size:14px;max-width:90ch}\n"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}.loud{color:var(--wrong);font-weight:550}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:14px}\n"
    "th,td{padding:6px 0 6px 22px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line);"
    "vertical-align:baseline}\n"
    "th{color:var(--soft);font-weight:500;font-size:13px;vertical-align:bottom}th:first-child,td:first-child{"
    "text-align:left;padding-left:0;font-weight:550}\n"
    "tr.first td{border-top:2px solid var(--line)}tbody tr:last-child td{border-bottom:0}.range{color:var(--soft);"
    "font-size:13px;font-weight:400}\n"
    "td.head{font-weight:650}.below{color:var(--wrong);font-weight:650}svg{display:block;width:100%;height:auto}\n"
    ".forest{width:190px;height:18px;display:inline-block;vertical-align:middle}\n",
    ".pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(290px,100%),1fr));gap:26px 34px;"
    "margin-top:18px}figure{margin:0;max-width:400px}figcaption{margin-top:6px;font-size:13px}\n"
    "article{margin:22px 0 0;padding:16px 18px;border:1px solid "
    "var(--line);border-radius:10px;background:var(--raised)}"
    "\n"
    ".facts{display:flex;flex-wrap:wrap;gap:2px 22px;margin:0 0 10px;color:var(--soft);font-size:14px}.facts "
    "b{color:var(--ink);font-weight:600}\n"
    ".text{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}.question{max-width:90ch;line-height:1.45}"
    "\n"
    ".steps{list-style:none;margin:0;padding:0}.steps li{display:grid;grid-template-columns:28px 58px minmax(0,1fr) "
    "auto;gap:10px;padding:5px 8px;border-left:3px solid transparent;border-top:1px solid var(--line)}\n"
    ".steps .no{color:var(--faint);text-align:right}.steps .score{text-align:right;font-weight:600}\n",
    "li.r .score{color:var(--right)}li.w .score{color:var(--wrong)}li.u .score{color:var(--faint)}\n"
    ".steps li.missed{border-left-color:var(--wrong);background:var(--tint)}.steps li.chosen{"
    "border-left-color:var(--right);background:var(--tint)}.steps li.more{display:block;color:var(--soft)}\n"
    ".tags{display:flex;flex-wrap:wrap;gap:3px 5px;justify-content:flex-end;align-content:flex-start;max-width:280px}\n"
    ".tag{padding:0 7px;border-radius:9px;font-size:12px;line-height:20px;background:var(--tint);color:var(--soft);"
    "overflow-wrap:anywhere}.tag.r{background:var(--right-tint);color:var(--right)}.tag.w{"
    "background:var(--wrong-tint);color:var(--wrong)}\n"
    "details{margin-top:10px}summary{cursor:pointer;color:var(--soft);font-size:14px}\n"
    "@media(max-width:640px){body{padding:0 14px}.steps li{grid-template-columns:22px 48px minmax(0,1fr)}"
    ".tags{grid-column:3;justify-content:flex-start}}\n"};

static void put_head(page *p) {
    const cairn_bench_type *bench = p->run->bench;
    page_put(p,
             "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
             "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri "
             "'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
             "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
             "content=\"no-referrer\">\n");
    page_put(p, "<title>Cairn: %s</title>\n<style>\n", bench->about.name);
    page_put(p, "%s", COLOURS(":root"));
    page_put(p, "%s", picture_style);
    for (size_t i = 0; i < sizeof page_style / sizeof *page_style; i++)
        if (p->status == CAIRN_OK) p->status = cairn_out_write(p->out, page_style[i], strlen(page_style[i]));
    page_put(p, "</style>\n</head>\n<body>\n");
}

/* ---- what was measured ------------------------------------------------------------------------------------------- */

static void put_fact(page *p, const char *name, const char *text, size_t most) {
    page_put(p, "<dt>%s</dt><dd>", name);
    page_text(p, text, most);
    page_put(p, "</dd>\n");
}

static void put_counted(page *p, const char *name, int64_t n, const char *what) {
    char number[PAGE_CELL];
    if (n) page_put(p, "<dt>%s</dt><dd class=\"loud\">%s%s</dd>\n", name, page_count(n, number), what);
}

static void put_files(page *p) {
    page_put(p, "<dt>files</dt><dd>");
    for (int32_t i = 0; i < p->how->n_files && i < FILES_SHOWN; i++) {
        if (i) page_put(p, ", ");
        page_text(p, p->how->files[i], NAME);
    }
    if (p->how->n_files > FILES_SHOWN) page_put(p, " … %d more", (int)p->how->n_files - FILES_SHOWN);
    page_put(p, "</dd>\n");
}

static void put_facts(page *p) {
    const cairn_bench_result *r = p->how->result;
    char number[PAGE_CELL], resamples[PAGE_CELL];
    page_put(p, "<header>\n<p class=\"mark\">Cairn benchmark</p>\n<h1>%s</h1>\n<p class=\"note\">",
             r->bench->about.name);
    page_text(p, r->bench->about.summary, NAME);
    page_put(p, " ");
    page_text(p, r->bench->about.source, NAME);
    page_put(p, "</p>\n<dl>\n");
    put_fact(p, "judge", p->how->judge, 2 * NAME);
    if (*p->how->options) put_fact(p, "options", p->how->options, 2 * NAME);
    put_files(p);
    page_put(p, "<dt>items</dt><dd>%s</dd>\n", page_count(r->items, number));
    put_counted(p, "without an answer", r->silent, ": they count against the judge");
    put_counted(p, "steps that failed", r->failed, ": the judge's program gave no score");
    put_counted(p, "bad rows left out", r->skipped, "");
    if (r->tuned_here)
        page_put(p,
                 "<dt>threshold</dt><dd class=\"loud\">tuned here: chosen on these very files, so this is no held-out "
                 "result</dd>\n");
    if (r->resamples)
        page_put(p,
                 "<dt>intervals</dt><dd>95 %%, from %s resamples; items that share a problem are drawn together</dd>\n",
                 page_count(r->resamples, resamples));
    page_put(p, "</dl>\n</header>\n<main>\n");
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

static void put_range(page *p, cairn_figure_form form, const cairn_interval *figure) {
    char low[PAGE_CELL], high[PAGE_CELL];
    if (isnan(figure->low) || isnan(figure->high) || isnan(figure->estimate)) return;
    page_put(p, " <span class=\"range\">%s .. %s</span>", page_number(form, figure->low, low),
             page_number(form, figure->high, high));
}

static double baseline_of(const cairn_bench_result *r, int32_t which, int32_t row) {
    return r->baselines[(which * r->n_rows + row) * r->bench->n_figures + r->bench->headline];
}

/* The headline and its interval between 0 and 1, and where the judges that need no mind stand. */
static void put_forest(page *p, int32_t row) {
    const cairn_bench_result *r = p->how->result;
    const cairn_interval *h = &r->rows[row].figures[r->bench->headline];
    page_put(p, "<td><svg class=\"forest\" viewBox=\"0 0 190 18\"><line class=\"axis\" x1=\"5\" y1=\"9\" x2=\"185\" "
                "y2=\"9\"/>");
    for (int32_t b = 0; r->baselines && b < r->bench->n_baselines; b++) {
        double x = 5 + 180 * baseline_of(r, b, row);
        if (x >= 5 && x <= 185)
            page_put(p, "<line class=\"trivial\" x1=\"%.1f\" y1=\"4\" x2=\"%.1f\" y2=\"14\"/>", x, x);
    }
    if (h->low >= 0 && h->high <= 1)
        page_put(p, "<line class=\"bar\" x1=\"%.1f\" y1=\"9\" x2=\"%.1f\" y2=\"9\"/>", 5 + 180 * h->low,
                 5 + 180 * h->high);
    if (h->estimate >= 0 && h->estimate <= 1)
        page_put(p, "<circle class=\"dot\" cx=\"%.1f\" cy=\"9\" r=\"4\"/>", 5 + 180 * h->estimate);
    page_put(p, "</svg></td>");
}

static bool has_forest(const cairn_bench_type *bench) {
    return bench->figures[bench->headline].form == CAIRN_FIGURE_PERCENT;
}

static void put_row_name(page *p, const cairn_bench_result *r, int32_t row) {
    page_put(p, "<tr%s><td>", row == r->n_subsets && row > 0 ? " class=\"first\"" : "");
    page_text(p, r->rows[row].name, NAME);
    page_put(p, "</td>");
}

static void put_row(page *p, int32_t row) {
    const cairn_bench_result *r = p->how->result;
    char number[PAGE_CELL];
    put_row_name(p, r, row);
    page_put(p, "<td>%s</td>", page_count(r->rows[row].items, number));
    if (has_forest(r->bench)) put_forest(p, row);
    for (int32_t k = 0; k < r->bench->n_figures; k++) { /* the headline stands first */
        int32_t f = k == 0 ? r->bench->headline : k <= r->bench->headline ? k - 1 : k;
        const cairn_interval *figure = &r->rows[row].figures[f];
        page_put(p, "<td%s>%s", k == 0 ? " class=\"head\"" : "",
                 page_number(r->bench->figures[f].form, figure->estimate, number));
        put_range(p, r->bench->figures[f].form, figure);
        page_put(p, "</td>");
    }
    page_put(p, "</tr>\n");
}

static void put_meanings(page *p, const cairn_bench_result *r) {
    page_put(p, "<details><summary>what the columns and rows mean</summary><dl>\n");
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        put_fact(p, r->bench->figures[f].name, r->bench->figures[f].meaning, 2 * NAME);
    for (int32_t s = 0; s < r->bench->n_summaries; s++)
        put_fact(p, r->bench->summaries[s].name, r->bench->summaries[s].meaning, 2 * NAME);
    page_put(p, "</dl></details>\n");
}

static void put_table(page *p) {
    const cairn_bench_result *r = p->how->result;
    const cairn_bench_figure *head = &r->bench->figures[r->bench->headline];
    page_put(p,
             "<section>\n<h2>Figures</h2>\n<p class=\"note\">%s is the headline%s.</p>\n<div "
             "class=\"scroll\"><table>\n<thead><tr><th></th><th>items</th>",
             head->name,
             !has_forest(r->bench) ? ""
             : r->baselines        ? ": the dot with its interval, from 0 to 100 %; ticks are judges that need no mind"
                                   : ": the dot with its interval, from 0 to 100 %");
    if (has_forest(r->bench)) page_put(p, "<th></th>");
    page_put(p, "<th>%s%s</th>", head->name, unit_of(head));
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        if (f != r->bench->headline)
            page_put(p, "<th>%s%s</th>", r->bench->figures[f].name, unit_of(&r->bench->figures[f]));
    page_put(p, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < rows_shown(r); i++) put_row(p, i);
    page_put(p, "</tbody></table></div>\n");
    put_meanings(p, r);
    page_put(p, "</section>\n");
}

/* ---- beside it --------------------------------------------------------------------------------------------------- */

static void put_baseline_row(page *p, int32_t row) {
    const cairn_bench_result *r = p->how->result;
    cairn_figure_form form = r->bench->figures[r->bench->headline].form;
    double mine = r->rows[row].figures[r->bench->headline].estimate, best = NAN;
    char number[PAGE_CELL];
    for (int32_t b = 0; b < r->bench->n_baselines; b++)
        if (!isnan(baseline_of(r, b, row))) best = fmax(best, baseline_of(r, b, row));
    bool exists = form != CAIRN_FIGURE_PERCENT || mine >= 0;
    put_row_name(p, r, row);
    page_put(p, "<td class=\"%s\">%s</td>", exists && mine <= best ? "below" : "head", page_number(form, mine, number));
    for (int32_t b = 0; b < r->bench->n_baselines; b++)
        page_put(p, "<td>%s</td>", page_number(form, baseline_of(r, b, row), number));
    page_put(p, "</tr>\n");
}

static void put_baselines(page *p) {
    const cairn_bench_result *r = p->how->result;
    if (!r->baselines || r->bench->n_baselines == 0) return;
    page_put(
        p,
        "<section>\n<h2>Judges that need no mind</h2>\n<p class=\"note\">%s of the judge and of trivial ones on the "
        "same files. Red: not above the best of them, and so says nothing.</p>\n<div "
        "class=\"scroll\"><table>\n<thead><tr><th></th><th>this judge</th>",
        r->bench->figures[r->bench->headline].name);
    for (int32_t b = 0; b < r->bench->n_baselines; b++) page_put(p, "<th>%s</th>", r->bench->baselines[b]);
    page_put(p, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < rows_shown(r); i++) put_baseline_row(p, i);
    page_put(p, "</tbody></table></div>\n</section>\n");
}

static void put_comparison(page *p) {
    const cairn_bench_result *r = p->how->result;
    const cairn_bench_comparison *d = p->how->comparison;
    char number[3][PAGE_CELL];
    if (!d) return;
    page_put(
        p,
        "<section>\n<h2>Against the other judge</h2>\n<p class=\"note\">Differences of the %s items that both answered "
        "(%s only there, %s only here); above 0 this judge is ahead.</p>\n<div "
        "class=\"scroll\"><table>\n<thead><tr><th></th>",
        page_count(d->both, number[0]), page_count(d->only_a, number[1]), page_count(d->only_b, number[2]));
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        page_put(p, "<th>%s%s</th>", r->bench->figures[f].name, unit_of(&r->bench->figures[f]));
    page_put(p, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < rows_shown(r); i++) {
        put_row_name(p, r, i);
        for (int32_t f = 0; f < r->bench->n_figures; f++) {
            cairn_figure_form form =
                r->bench->figures[f].form == CAIRN_FIGURE_PERCENT ? CAIRN_FIGURE_SIGNED : r->bench->figures[f].form;
            const cairn_interval *difference = &d->differences[i * r->bench->n_figures + f];
            page_put(p, "<td>%s", page_number(form, difference->estimate, number[0]));
            put_range(p, form, difference);
            page_put(p, "</td>");
        }
        page_put(p, "</tr>\n");
    }
    page_put(p, "</tbody></table></div>\n</section>\n");
}

static void put_scores(page *p) {
    scored_steps s;
    char number[PAGE_CELL];
    if (p->status == CAIRN_OK) p->status = scored_gather(p, &s);
    if (p->status != CAIRN_OK || !s.scores) return;
    page_put(p, "<section>\n<h2>Scores of steps</h2>\n<p class=\"note\">%s steps with a score and a mark%s%s.</p>\n",
             page_count((int64_t)s.n, number), p->run->n_subsets > 1 ? ", of all rows of the table together" : "",
             s.has_threshold ? "" : "; the judge's verdicts come from no single threshold");
    page_put(p, "<div class=\"pictures\">\n");
    page_curves(p, &s, false);
    page_put(p, "</div>\n</section>\n");
    scored_free(&s);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

cairn_status cairn_bench_write_page(cairn_bench_run *run, const cairn_bench_page *how, cairn_out *out) {
    page p = {.run = run, .how = how, .out = out};
    put_head(&p);
    put_facts(&p);
    put_table(&p);
    put_baselines(&p);
    put_comparison(&p);
    put_scores(&p);
    page_items(&p);
    page_put(&p,
             "</main>\n<footer><p>Made by cairn eval %s. Texts of the files are shown as they are, cut where they are "
             "long.</p></footer>\n</body>\n</html>\n",
             run->bench->about.name);
    cairn_text_free(&p.shown);
    return p.status;
}

cairn_status cairn_bench_write_curves(cairn_bench_run *run, const cairn_bench_page *how, cairn_out *out) {
    page p = {.run = run, .how = how, .out = out};
    scored_steps s;
    CAIRN_TRY(scored_gather(&p, &s));
    if (!s.scores)
        return cairn_fail(run->ctx, CAIRN_INVALID,
                          "%s: curves are drawn of steps that have a score and a truth, and there are "
                          "none",
                          run->bench->about.name);
    page_put(&p,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
             "role=\"img\">\n<style>\n",
             CURVES_WIDTH, CURVES_HEIGHT, CURVES_WIDTH, CURVES_HEIGHT);
    page_put(&p, "%s", COLOURS("svg"));
    page_put(&p, "%s", picture_style);
    page_put(&p, "text{font:12px system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\",\"DejaVu Sans\",sans-serif}svg "
                 ".title{font-size:14px;font-weight:600;fill:var(--ink)}.paper{fill:var(--paper)}\n</style>\n<rect "
                 "class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n");
    page_curves(&p, &s, true);
    page_put(&p, "</svg>\n");
    scored_free(&s);
    return p.status;
}

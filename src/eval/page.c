/* A page without script or network, and an image: markup, texts of files in it, colours. */
#include "eval/page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "search/terminal.h"

enum { MARKUP = 2048 };

void page_put(page *p, const char *format, ...) {
    char text[MARKUP];
    va_list arguments;
    if (p->status != CAIRN_OK) return;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    p->status = n < 0 || n >= MARKUP ? cairn_fail(p->ctx, CAIRN_LIMIT, "a piece of the page is too long")
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
    if (p->status == CAIRN_OK) p->status = terminal_add(p->ctx, &p->shown, text, length, SIZE_MAX);
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

/* ---- style ------------------------------------------------------------------------------------------------------- */

/* Of curves, told apart by people who see few colours too. */
#define LIGHT_CURVES \
    "--c0:#2b5c8f;--c1:#b8541a;--c2:#26724f;--c3:#8a4596;--c4:#8c6d00;--c5:#0f7c86;--c6:#ab3b5e;--c7:#5f6670"
#define DARK_CURVES \
    "--c0:#86b4e3;--c1:#f0a06a;--c2:#6fc79d;--c3:#d3a0de;--c4:#d9bd5a;--c5:#6fcbd4;--c6:#f08fae;--c7:#a2a8b0"

/* Colours of a page (`:root`) or of an image (`svg`). */
#define COLOURS(of)                                                                                                 \
    of "{--paper:#fcfbf9;--raised:#fff;--ink:#1f2328;--soft:#5f6670;--faint:#6f7680;--line:#e4e1db;--tint:#f3f1ec;" \
       "--accent:#2b5c8f;--right:#26724f;--right-tint:#e2f1ea;--wrong:#ab3b2e;--wrong-tint:#f9e7e4;" LIGHT_CURVES   \
       "}\n"                                                                                                        \
       "@media (prefers-color-scheme:dark){" of "{--paper:#14171b;--raised:#1a1e23;--ink:#e4e5e3;--soft:#a2a8b0;"   \
       "--faint:#7b828b;--line:#2d3239;--tint:#20252b;--accent:#86b4e3;--right:#6fc79d;--right-tint:#17312a;"       \
       "--wrong:#ec8a7c;--wrong-tint:#3a2120;" DARK_CURVES "}}\n"

static const char picture_style[] =
    "svg text{fill:var(--soft);font-size:12px}svg .end{text-anchor:end}svg .mid{text-anchor:middle}\n"
    ".axis{stroke:var(--line)}.base{stroke:var(--faint)}.ideal{stroke:var(--faint);stroke-dasharray:3 4}\n"
    ".curve{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round}.bar{stroke:var(--accent);"
    "stroke-width:1.6}\n"
    ".dot{fill:var(--accent)}.trivial{stroke:var(--faint);stroke-width:1.4}svg .good{fill:var(--right)}svg "
    ".bad{fill:var(--wrong)}\n"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}.band{stroke:none;fill-opacity:.13}.faint{fill-opacity:.06}."
    "spread{stroke-width:1.6}"
    "\n"
    ".s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}"
    ".s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}\n"
    ".f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}"
    ".f5{fill:var(--c5)}.f6{fill:var(--c6)}.f7{fill:var(--c7)}\n"
    "svg .name{fill:var(--ink)}svg .head{fill:var(--ink);font-size:14px;font-weight:600}\n";

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
    "tr.first td{border-top:2px solid var(--line)}tr.less td,tr.less "
    "td:first-child{color:var(--soft);font-weight:400;font-size:13px}tbody tr:last-child "
    "td{border-bottom:0}.range{color:var(--soft);"
    "font-size:13px;font-weight:400}\n"
    "td.head{font-weight:650}.below{color:var(--wrong);font-weight:650}svg{display:block;width:100%;height:auto}\n"
    ".forest{width:190px;height:18px;display:inline-block;vertical-align:middle}\n",
    ".pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(290px,100%),1fr));gap:26px 34px;"
    "margin-top:18px}figure{margin:0;max-width:400px}figure.wide{max-width:900px;margin:0 0 "
    "26px}figcaption{margin-top:6px;font-size:13px}\n"
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

/* ---- frames ------------------------------------------------------------------------------------------------------ */

void page_open(page *p, const char *title) {
    page_put(p,
             "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
             "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri "
             "'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
             "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
             "content=\"no-referrer\">\n");
    page_put(p, "<title>Cairn: %s</title>\n<style>\n", title);
    page_put(p, "%s", COLOURS(":root"));
    page_put(p, "%s", picture_style);
    for (size_t i = 0; i < sizeof page_style / sizeof *page_style; i++)
        if (p->status == CAIRN_OK) p->status = cairn_out_write(p->out, page_style[i], strlen(page_style[i]));
    page_put(p, "</style>\n</head>\n<body>\n");
}

void page_close(page *p, const char *made_by) {
    page_put(p,
             "</main>\n<footer><p>Made by cairn %s. Texts of the files are shown as they are, cut where they are "
             "long.</p></footer>\n</body>\n</html>\n",
             made_by);
    cairn_text_free(&p->shown);
}

void page_open_image(page *p, int width, int height) {
    page_put(p,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
             "role=\"img\">\n<style>\n",
             width, height, width, height);
    page_put(p, "%s", COLOURS("svg"));
    page_put(p, "%s", picture_style);
    page_put(p, "text{font:12px system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\",\"DejaVu Sans\",sans-serif}svg "
                ".title{font-size:14px;font-weight:600;fill:var(--ink)}.paper{fill:var(--paper)}\n</style>\n<rect "
                "class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n");
}

void page_close_image(page *p) {
    page_put(p, "</svg>\n");
    cairn_text_free(&p->shown);
}

void page_fact(page *p, const char *name, const char *text, size_t most) {
    page_put(p, "<dt>%s</dt><dd>", name);
    page_text(p, text, most);
    page_put(p, "</dd>\n");
}

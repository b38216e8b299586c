/* The tree as an SVG image: a row a node, its numbers on the left, what is to be said of it on the right. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "search/render.h"
#include "search/terminal.h"

/* Measures in pixels; text is 14 high and about WIDE wide a character. */
enum {
    MARGIN = 24,
    ROW = 26,
    COLUMN = 18, /* a branch to the right */
    SCORE = 56,  /* room for the numbers */
    SCORE_END = MARGIN + SCORE - 12,
    VISITS = 56,
    TAGS = 170, /* room for what is said on the right */
    LINE = 24,  /* of the title */
    MOST_COLUMNS = 100,
    LEAST_WIDTH = 560,
    MOST_INDENT = 40 /* branches; deeper ones are not moved further */
};
#define WIDE 7.4

/* Where a node stands. */
typedef struct place {
    uint32_t row, indent;
} place;

typedef struct frame {
    cairn_node node, child; /* the next child to place */
    uint32_t folded;        /* to be said after the last child */
} frame;

/* A line that says how many nodes are folded below `node`. */
typedef struct note {
    cairn_node node;
    uint32_t row, indent, folded;
} note;

typedef struct image {
    cairn_ctx *ctx;
    const cairn_tree *tree;
    const cairn_rendering *how;
    cairn_text *out;
    cairn_arena *arena;
    drawn nodes;
    place *places;      /* [count] of the nodes shown */
    cairn_node *in_row; /* [rows] CAIRN_NONE for a note */
    note *notes;        /* [n_notes] */
    uint32_t rows, n_notes;
    uint32_t title_lines;
    cairn_text shown; /* scratch: a text as it is shown, before it is escaped */
} image;

/* ---- texts -------------------------------------------------------------------------------------------------------------- */

static cairn_status put(image *m, const char *text) {
    return cairn_text_add(m->ctx, m->out, text, strlen(text));
}

/* Escapes what would be markup. */
static cairn_status put_escaped(image *m, const char *text, size_t length) {
    size_t clean = 0;
    for (size_t i = 0; i < length; i++) {
        const char *entity = text[i] == '<'   ? "&lt;"
                             : text[i] == '>' ? "&gt;"
                             : text[i] == '&' ? "&amp;"
                             : text[i] == '"' ? "&quot;"
                                              : NULL;
        if (!entity) continue;
        CAIRN_TRY(cairn_text_add(m->ctx, m->out, text + clean, i - clean));
        CAIRN_TRY(put(m, entity));
        clean = i + 1;
    }
    return cairn_text_add(m->ctx, m->out, text + clean, length - clean);
}

/* A text of a policy or file in at most `columns` columns; control characters and what changes the direction are shown.
 */
static cairn_status put_shown(image *m, const char *text, size_t length, size_t columns) {
    cairn_text_clear(&m->shown);
    CAIRN_TRY(terminal_add(m->ctx, &m->shown, text, length, columns));
    return m->shown.length ? put_escaped(m, m->shown.data, m->shown.length) : CAIRN_OK;
}

static size_t columns_of(const char *text, size_t length) {
    size_t n = 0;
    for (size_t i = 0; i < length; i++) n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

/* Bytes of the text's next line of at most `columns` columns, ended at a blank where there is one. */
static size_t next_line(const char *text, size_t columns) {
    size_t end = 0, blank = 0, n = 0;
    while (text[end] && text[end] != '\n' && n <= columns) {
        if (text[end] == ' ' && n > 0) blank = end;
        end++;
        while (((unsigned char)text[end] & 0xC0) == 0x80) end++;
        n++;
    }
    return n > columns && blank ? blank : end;
}

/* ---- places -------------------------------------------------------------------------------------------------------------- */

static void add_note(image *m, const frame *f) {
    m->in_row[m->rows] = CAIRN_NONE;
    m->notes[m->n_notes++] = (note){f->node, m->rows, m->places[f->node].indent + 1, f->folded};
    m->rows++;
}

static frame place_node(image *m, cairn_node node, uint32_t indent) {
    const cairn_tree *tree = m->tree;
    m->places[node] = (place){m->rows, indent < MOST_INDENT ? indent : MOST_INDENT};
    m->in_row[m->rows++] = node;
    return (frame){node, render_next(tree, &m->nodes, tree->first_child[node]), render_folded(tree, &m->nodes, node)};
}

/* Is `child` the only one that is shown, and nothing folded? Then the path goes on in its column. */
static bool goes_on(const image *m, const frame *f, cairn_node child) {
    const cairn_tree *tree = m->tree;
    return !f->folded && render_next(tree, &m->nodes, tree->first_child[f->node]) == child &&
           render_next(tree, &m->nodes, tree->next_sibling[child]) == CAIRN_NONE;
}

static cairn_status place_all(image *m, cairn_arena *arena) {
    const cairn_tree *tree = m->tree;
    size_t n = tree->count, level = 0;
    frame *frames = cairn_arena_alloc(arena, (size_t)m->nodes.deepest + 2, sizeof *frames);
    m->places = cairn_arena_alloc(arena, n, sizeof *m->places);
    m->in_row = cairn_arena_alloc(arena, 2 * n, sizeof *m->in_row);
    m->notes = cairn_arena_alloc(arena, n, sizeof *m->notes);
    if (!frames || !m->places || !m->in_row || !m->notes) return CAIRN_NO_MEMORY;
    frames[0] = place_node(m, CAIRN_ROOT, 0);
    while (true) {
        frame *f = &frames[level];
        cairn_node child = f->child;
        if (child == CAIRN_NONE) {
            if (f->folded) add_note(m, f);
            if (level == 0) return CAIRN_OK;
            level--;
            continue;
        }
        f->child = render_next(tree, &m->nodes, tree->next_sibling[child]);
        frames[++level] = place_node(m, child, m->places[f->node].indent + !goes_on(m, f, child));
    }
}

/* ---- parts of the image ---------------------------------------------------------------------------------------------------- */

static int left_of_tree(const image *m) {
    return MARGIN + (m->how->column >= 0 ? SCORE : 0) + (m->nodes.most_visits ? VISITS : 0) + 10;
}

static int x_of(const image *m, uint32_t indent) {
    return left_of_tree(m) + (int)indent * COLUMN;
}

static bool has_numbers(const image *m) {
    return m->how->column >= 0 || m->nodes.most_visits;
}

static int y_of(const image *m, uint32_t row) {
    int head = (int)m->title_lines * LINE + (has_numbers(m) ? ROW : 0);
    return MARGIN + head + (int)row * ROW + ROW / 2;
}

static size_t text_columns(const image *m) {
    return m->how->max_width > 0 ? (size_t)m->how->max_width : MOST_COLUMNS;
}

static int width_of(const image *m) {
    int width = LEAST_WIDTH;
    for (uint32_t row = 0; row < m->rows; row++) {
        cairn_node node = m->in_row[row];
        if (node == CAIRN_NONE) continue;
        const char *seen = cairn_tree_observation(m->tree, node);
        size_t columns = columns_of(cairn_tree_text(m->tree, node), m->tree->text_length[node]);
        if (seen) columns += 3 + columns_of(seen, strlen(seen));
        if (columns > text_columns(m)) columns = text_columns(m);
        int right = x_of(m, m->places[node].indent) + 18 + (int)(WIDE * (double)columns) + TAGS + MARGIN;
        if (right > width) width = right;
    }
    return width;
}

/* The line from its parent, down and to the right. */
static cairn_status put_edge(image *m, cairn_node parent, uint32_t row, uint32_t indent) {
    int from_x = x_of(m, m->places[parent].indent), from_y = y_of(m, m->places[parent].row);
    int x = x_of(m, indent), y = y_of(m, row);
    if (x == from_x) return cairn_text_printf(m->ctx, m->out, "<path d=\"M%d %dV%d\"/>\n", x, from_y, y);
    return cairn_text_printf(m->ctx, m->out, "<path d=\"M%d %dV%dq0 6 6 6H%d\"/>\n", from_x, from_y, y - 6, x);
}

static cairn_status put_edges(image *m, bool chosen) {
    CAIRN_TRY(put(m, chosen ? "<g class=\"edge chosen\">\n" : "<g class=\"edge\">\n"));
    for (uint32_t row = 1; row < m->rows; row++) {
        cairn_node node = m->in_row[row];
        if (node == CAIRN_NONE || m->nodes.chosen[node] != chosen) continue;
        CAIRN_TRY(put_edge(m, m->tree->parent[node], row, m->places[node].indent));
    }
    for (uint32_t i = 0; !chosen && i < m->n_notes; i++)
        CAIRN_TRY(put_edge(m, m->notes[i].node, m->notes[i].row, m->notes[i].indent));
    return put(m, "</g>\n");
}

static cairn_status put_heading(image *m, const char *text, int right) {
    return cairn_text_printf(m->ctx, m->out, "<text class=\"number soft\" x=\"%d\" y=\"%d\">%s</text>\n", right,
                             y_of(m, 0) - ROW + 8, text);
}

static cairn_status put_headings(image *m) {
    if (m->how->column >= 0) CAIRN_TRY(put_heading(m, "score", SCORE_END));
    return m->nodes.most_visits ? put_heading(m, "visits", left_of_tree(m) - 22) : CAIRN_OK;
}

static cairn_status put_numbers(image *m, cairn_node node, int y) {
    float score = render_score(m->tree, m->how, node);
    const cairn_rendering *how = m->how;
    if (!isnan(score))
        CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<text class=\"number %s\" x=\"%d\" y=\"%d\">%.3f</text>\n",
                                    score >= how->good  ? "right"
                                    : score <= how->bad ? "wrong"
                                                        : "soft",
                                    SCORE_END, y + 5, (double)score));
    if (!m->nodes.most_visits) return CAIRN_OK;
    return cairn_text_printf(m->ctx, m->out, "<text class=\"number soft\" x=\"%d\" y=\"%d\">%" PRIu32 "</text>\n",
                             left_of_tree(m) - 22, y + 5, m->tree->visits[node]);
}

static cairn_status put_tag(image *m, const char *paint, const char *text, bool *more) {
    cairn_status status =
        cairn_text_printf(m->ctx, m->out, "<tspan class=\"%s\"%s>%s</tspan>", paint, *more ? " dx=\"7\"" : "", text);
    *more = true;
    return status;
}

/* What stands on the right: how often it was drawn, whether it is wrong, how its solution ends. */
static cairn_status put_tags(image *m, cairn_node node, int right, int y) {
    const cairn_tree *tree = m->tree;
    uint8_t flags = tree->flags[node];
    cairn_verdict verdict = cairn_tree_verdict(tree, node);
    bool end = flags & (CAIRN_NODE_TERMINAL | CAIRN_NODE_CHECKED), wrong = m->how->wrong && m->how->wrong[node];
    bool more = false;
    char times[16];
    CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<text class=\"tags\" x=\"%d\" y=\"%d\">", right, y + 5));
    if (flags & CAIRN_NODE_DEAD) CAIRN_TRY(put_tag(m, "soft", "† pruned", &more));
    snprintf(times, sizeof times, "×%" PRIu32, tree->multiplicity[node]);
    if (tree->multiplicity[node] > 1) CAIRN_TRY(put_tag(m, "soft", times, &more));
    if (wrong) CAIRN_TRY(put_tag(m, "wrong", "wrong step", &more));
    if (end && verdict == CAIRN_VERDICT_UNKNOWN) CAIRN_TRY(put_tag(m, "soft", "? not judged", &more));
    if (end && verdict == CAIRN_VERDICT_RIGHT) CAIRN_TRY(put_tag(m, "right", "✓ right", &more));
    if (end && verdict == CAIRN_VERDICT_WRONG) CAIRN_TRY(put_tag(m, "wrong", "✗ wrong", &more));
    return put(m, "</text>\n");
}

static cairn_status put_node(image *m, cairn_node node, int right) {
    const cairn_tree *tree = m->tree;
    bool wrong = m->how->wrong && m->how->wrong[node];
    const char *text;
    size_t length;
    CAIRN_TRY(render_step(tree, node, m->arena, &text, &length));
    int x = x_of(m, m->places[node].indent), y = y_of(m, m->places[node].row);
    CAIRN_TRY(put_numbers(m, node, y));
    CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<circle class=\"dot%s\" cx=\"%d\" cy=\"%d\" r=\"4.5\"/>\n",
                                m->nodes.chosen[node] ? " chosen" : "", x, y));
    CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<text class=\"step%s%s\" x=\"%d\" y=\"%d\">",
                                m->nodes.chosen[node] ? " chosen" : "", wrong ? " wrong" : "", x + 13, y + 5));
    if (columns_of(text, length) > text_columns(m)) { /* all of it on hovering */
        CAIRN_TRY(put(m, "<title>"));
        CAIRN_TRY(put_shown(m, text, length, SIZE_MAX));
        CAIRN_TRY(put(m, "</title>"));
    }
    CAIRN_TRY(put_shown(m, text, length, text_columns(m)));
    CAIRN_TRY(put(m, "</text>\n"));
    return put_tags(m, node, right, y);
}

static cairn_status put_title(image *m, size_t columns) {
    const char *text = m->how->title;
    int y = MARGIN + 14;
    while (text && *text) {
        size_t length = next_line(text, columns);
        CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<text class=\"title\" x=\"%d\" y=\"%d\">", MARGIN, y));
        CAIRN_TRY(put_shown(m, text, length, SIZE_MAX));
        CAIRN_TRY(put(m, "</text>\n"));
        text += length + (text[length] == ' ' || text[length] == '\n');
        y += LINE;
    }
    return CAIRN_OK;
}

static uint32_t lines_of(const char *text, size_t columns) {
    uint32_t n = 0;
    for (; text && *text; n++) {
        size_t length = next_line(text, columns);
        text += length + (text[length] == ' ' || text[length] == '\n');
    }
    return n;
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------- */

static const char style[] =
    "<style>\n"
    "svg{--paper:#fcfbf9;--ink:#1f2328;--soft:#5f6670;--rail:#cdc8be;--accent:#2b5c8f;--right:#26724f;--wrong:#ab3b2e}"
    "\n"
    "@media (prefers-color-scheme:dark){svg{--paper:#14171b;--ink:#e4e5e3;--soft:#a2a8b0;--rail:#454c55;"
    "--accent:#86b4e3;--right:#6fc79d;--wrong:#ec8a7c}}\n"
    ".paper{fill:var(--paper)}text{font:14px system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\",\"DejaVu "
    "Sans\",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums;white-space:pre}\n"
    ".title{fill:var(--ink);font-size:16px}.step.chosen{fill:var(--ink);font-weight:600}.number,.tags{font-size:13px;"
    "text-anchor:end}\n"
    ".edge path{fill:none;stroke:var(--rail);stroke-width:1.5}.edge.chosen path{stroke:var(--accent);stroke-width:2}\n"
    ".dot{fill:var(--paper);stroke:var(--soft);stroke-width:1.5}.dot.chosen{fill:var(--accent);stroke:var(--accent)}\n"
    ".soft{fill:var(--soft)}.right{fill:var(--right)}.wrong,.step.wrong{fill:var(--wrong)}\n"
    "</style>\n";

static cairn_status put_image(image *m) {
    int width = width_of(m);
    size_t columns = (size_t)((width - 2 * MARGIN) / 8.6);
    m->title_lines = lines_of(m->how->title, columns);
    int height = y_of(m, m->rows) + (m->how->caption ? LINE : 0) + MARGIN - ROW / 2;
    CAIRN_TRY(cairn_text_printf(m->ctx, m->out,
                                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                                "height=\"%d\" role=\"img\">\n",
                                width, height, width, height));
    CAIRN_TRY(put(m, style));
    CAIRN_TRY(put(m, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"));
    CAIRN_TRY(put_title(m, columns));
    CAIRN_TRY(put_headings(m));
    CAIRN_TRY(put_edges(m, false));
    CAIRN_TRY(put_edges(m, true));
    for (uint32_t row = 0; row < m->rows; row++)
        if (m->in_row[row] != CAIRN_NONE) CAIRN_TRY(put_node(m, m->in_row[row], width - MARGIN));
    for (uint32_t i = 0; i < m->n_notes; i++)
        CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<text x=\"%d\" y=\"%d\">… %" PRIu32 " more</text>\n",
                                    x_of(m, m->notes[i].indent) + 6, y_of(m, m->notes[i].row) + 5, m->notes[i].folded));
    if (m->how->caption) {
        CAIRN_TRY(cairn_text_printf(m->ctx, m->out, "<text class=\"title\" x=\"%d\" y=\"%d\">", MARGIN,
                                    y_of(m, m->rows) + 14));
        CAIRN_TRY(put_shown(m, m->how->caption, strlen(m->how->caption), columns));
        CAIRN_TRY(put(m, "</text>\n"));
    }
    return put(m, "</svg>\n");
}

cairn_status render_svg(cairn_ctx *ctx, const cairn_tree *tree, const cairn_rendering *how, cairn_arena *arena,
                        cairn_text *out) {
    image m = {.ctx = ctx, .tree = tree, .how = how, .out = out, .arena = arena};
    CAIRN_TRY(render_choose(tree, how, arena, &m.nodes));
    CAIRN_TRY(place_all(&m, arena));
    cairn_status status = put_image(&m);
    cairn_text_free(&m.shown);
    return status;
}

/* The tree as lines of text for a terminal: score, visits, branches, step. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "search/render.h"
#include "search/terminal.h"

#define LEAST_TEXT  20  /* columns left for a step's text before indentation is cut */
#define MOST_LEVELS 100 /* levels of indentation when the width has no bound */

typedef enum trunk { TRUNK_NONE, TRUNK_LIGHT, TRUNK_HEAVY } trunk;

/* A node whose children are being drawn. */
typedef struct frame {
    cairn_node child; /* the next to draw */
    uint32_t folded;  /* nodes below that are not drawn, said after the last child */
    bool to_chosen;   /* the chosen path leaves through a child still to be drawn */
    trunk trunk;      /* the line down to the children still to come */
} frame;

typedef struct drawing {
    cairn_ctx *ctx;
    const cairn_tree *tree;
    const cairn_rendering *how;
    cairn_text *out;
    cairn_arena *arena;
    drawn nodes;
    frame *frames;        /* [deepest + 1] */
    int32_t visits_width; /* 0: no column of visits */
    int32_t most_levels;
} drawing;

static frame frame_of(const drawing *d, cairn_node node) {
    const cairn_tree *tree = d->tree;
    frame f = {.child = render_next(tree, &d->nodes, tree->first_child[node]),
               .folded = render_folded(tree, &d->nodes, node)};
    for (cairn_node i = f.child; i != CAIRN_NONE; i = render_next(tree, &d->nodes, tree->next_sibling[i]))
        if (d->nodes.chosen[i]) f.to_chosen = true;
    return f;
}

/* ---- one line ----------------------------------------------------------------------------------------------------- */

static cairn_status put(drawing *d, const char *text) {
    return cairn_text_add(d->ctx, d->out, text, strlen(text));
}

static cairn_status paint(drawing *d, const char *code) {
    return d->how->colour ? put(d, code) : CAIRN_OK;
}

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

#define WRONG_MARK    "  ← wrong"
#define WRONG_COLUMNS 9

static const char *score_colour(const drawing *d, float score) {
    return score >= d->how->good ? GREEN : score <= d->how->bad ? RED : YELLOW;
}

static cairn_status draw_numbers(drawing *d, cairn_node node) {
    float score = render_score(d->tree, d->how, node);
    bool asked = d->how->column >= 0 && (d->tree->marks[d->how->column][node] & CAIRN_SCORE_ASKED);
    if (d->how->column >= 0 && isnan(score)) CAIRN_TRY(put(d, asked ? "      ? " : "        "));
    if (d->how->column >= 0 && !isnan(score)) {
        CAIRN_TRY(paint(d, score_colour(d, score)));
        CAIRN_TRY(cairn_text_printf(d->ctx, d->out, "%7.3f", (double)score));
        CAIRN_TRY(paint(d, PLAIN));
        CAIRN_TRY(put(d, " "));
    }
    if (d->visits_width)
        CAIRN_TRY(cairn_text_printf(d->ctx, d->out, "%*" PRIu32 " ", d->visits_width, d->tree->visits[node]));
    return CAIRN_OK;
}

/* The trunks of `levels` ancestors' children and then `joint`. */
static cairn_status draw_branches(drawing *d, int32_t levels, const char *joint) {
    static const char *const trunks[] = {"  ", "│ ", "┃ "};
    int32_t from = levels > d->most_levels ? levels - d->most_levels : 0;
    if (from) CAIRN_TRY(put(d, "⋯ "));
    for (int32_t i = from; i < levels; i++) CAIRN_TRY(put(d, trunks[d->frames[i].trunk]));
    return put(d, joint);
}

/* Columns left for text on a line with a branch part of so many levels and `more` columns after it. */
static size_t text_columns(const drawing *d, int32_t levels, int32_t more) {
    if (d->how->max_width <= 0) return SIZE_MAX;
    int32_t indent = levels > d->most_levels ? d->most_levels + 1 : levels;
    int32_t left = d->how->max_width - (d->how->column >= 0 ? 8 : 0) - (d->visits_width ? d->visits_width + 1 : 0) -
                   2 * indent - more;
    return left > 0 ? (size_t)left : 0;
}

static cairn_status draw_step(drawing *d, cairn_node node, int32_t levels, const char *joint) {
    const cairn_tree *tree = d->tree;
    uint8_t flags = tree->flags[node];
    int32_t marks = 0;
    CAIRN_TRY(draw_numbers(d, node));
    CAIRN_TRY(paint(d, d->nodes.chosen[node] ? BOLD : DIM));
    CAIRN_TRY(draw_branches(d, levels, joint));
    CAIRN_TRY(paint(d, PLAIN));
    CAIRN_TRY(put(d, " "));
    if (flags & CAIRN_NODE_DEAD) {
        CAIRN_TRY(put(d, "† "));
        marks += 2;
    }
    if (flags & CAIRN_NODE_TERMINAL || flags & CAIRN_NODE_CHECKED) {
        cairn_verdict verdict = cairn_tree_verdict(tree, node);
        bool known = verdict != CAIRN_VERDICT_UNKNOWN, right = verdict == CAIRN_VERDICT_RIGHT;
        CAIRN_TRY(paint(d, right ? GREEN : known ? RED : YELLOW));
        CAIRN_TRY(put(d, right ? "✓ " : known ? "✗ " : flags & CAIRN_NODE_CHECKED ? "? " : "■ "));
        CAIRN_TRY(paint(d, PLAIN));
        marks += 2;
    }
    char times[16] = "";
    if (tree->multiplicity[node] > 1) marks += snprintf(times, sizeof times, "x%" PRIu32 " ", tree->multiplicity[node]);
    CAIRN_TRY(paint(d, flags & CAIRN_NODE_DEAD ? DIM : d->nodes.chosen[node] ? BOLD : ""));
    CAIRN_TRY(put(d, times));
    bool wrong = d->how->wrong && d->how->wrong[node];
    if (wrong) marks += WRONG_COLUMNS;
    const char *text;
    size_t length;
    CAIRN_TRY(render_step(tree, node, d->arena, &text, &length));
    CAIRN_TRY(terminal_add(d->ctx, d->out, text, length, text_columns(d, levels, 3 + marks)));
    CAIRN_TRY(paint(d, PLAIN));
    if (wrong) {
        CAIRN_TRY(paint(d, RED));
        CAIRN_TRY(put(d, WRONG_MARK));
        CAIRN_TRY(paint(d, PLAIN));
    }
    return put(d, "\n");
}

static cairn_status draw_fold(drawing *d, int32_t levels, uint32_t folded) {
    char note[32];
    snprintf(note, sizeof note, "… %" PRIu32 " more", folded);
    if (d->how->column >= 0) CAIRN_TRY(put(d, "        "));
    if (d->visits_width) CAIRN_TRY(cairn_text_printf(d->ctx, d->out, "%*s ", d->visits_width, ""));
    CAIRN_TRY(paint(d, DIM));
    CAIRN_TRY(draw_branches(d, levels, "└─ "));
    CAIRN_TRY(terminal_add(d->ctx, d->out, note, strlen(note), text_columns(d, levels, 3)));
    CAIRN_TRY(paint(d, PLAIN));
    return put(d, "\n");
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static cairn_status draw_head(drawing *d) {
    char note[64];
    CAIRN_TRY(paint(d, DIM));
    if (d->how->column >= 0) CAIRN_TRY(put(d, "  score "));
    if (d->visits_width) CAIRN_TRY(cairn_text_printf(d->ctx, d->out, "%*s ", d->visits_width, "visits"));
    snprintf(note, sizeof note, "%" PRIu32 " nodes, %" PRIu32 " steps deep", d->nodes.below[CAIRN_ROOT],
             d->nodes.deepest);
    CAIRN_TRY(terminal_add(d->ctx, d->out, note, strlen(note), text_columns(d, 0, 0)));
    CAIRN_TRY(paint(d, PLAIN));
    return put(d, "\n");
}

static const char *joint_of(const drawing *d, cairn_node node, const frame *f) {
    bool more = f->child != CAIRN_NONE || f->folded;
    if (d->nodes.chosen[node]) return more ? "┡━" : "┗━";
    if (f->to_chosen) return "┠─";
    return more ? "├─" : "└─";
}

static cairn_status draw_nodes(drawing *d) {
    int32_t level = 0; /* of the frame whose children are being drawn */
    CAIRN_TRY(draw_step(d, CAIRN_ROOT, 0, "●"));
    d->frames[0] = frame_of(d, CAIRN_ROOT);
    while (level >= 0) {
        frame *f = &d->frames[level];
        cairn_node node = f->child;
        if (node == CAIRN_NONE) {
            if (f->folded) CAIRN_TRY(draw_fold(d, level, f->folded));
            level--;
            continue;
        }
        f->child = render_next(d->tree, &d->nodes, d->tree->next_sibling[node]);
        if (d->nodes.chosen[node]) f->to_chosen = false;
        CAIRN_TRY(draw_step(d, node, level, joint_of(d, node, f)));
        f->trunk = f->to_chosen ? TRUNK_HEAVY : f->child != CAIRN_NONE || f->folded ? TRUNK_LIGHT : TRUNK_NONE;
        d->frames[++level] = frame_of(d, node);
    }
    return CAIRN_OK;
}

static void measure(drawing *d) {
    if (d->nodes.most_visits) {
        d->visits_width = snprintf(NULL, 0, "%" PRIu32, d->nodes.most_visits);
        if (d->visits_width < 6) d->visits_width = 6;
    }
    size_t most = text_columns(d, 0, LEAST_TEXT) / 2;
    d->most_levels = most < 1 ? 1 : most > MOST_LEVELS ? MOST_LEVELS : (int32_t)most;
}

cairn_status render_text(cairn_ctx *ctx, const cairn_tree *tree, const cairn_rendering *how, cairn_arena *arena,
                         cairn_text *out) {
    drawing d = {.ctx = ctx, .tree = tree, .how = how, .out = out, .arena = arena};
    CAIRN_TRY(render_choose(tree, how, arena, &d.nodes));
    d.frames = cairn_arena_alloc(arena, (size_t)d.nodes.deepest + 1, sizeof *d.frames);
    if (!d.frames) return CAIRN_NO_MEMORY;
    measure(&d);
    CAIRN_TRY(draw_head(&d));
    return draw_nodes(&d);
}

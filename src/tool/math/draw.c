/* The drawing of a tree: one node a line. */
#include "tool/math/write_parts.h"

static void draw(math_writer *w, const math_node *node, uint32_t level, const char *before) {
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {{MATH_FLAG_OPEN_LEFT, "open-left"},
                 {MATH_FLAG_OPEN_RIGHT, "open-right"},
                 {MATH_FLAG_INTERVAL_TOO, "interval-too"},
                 {MATH_FLAG_VECTOR, "vector"},
                 {MATH_FLAG_TURNED, "turned"},
                 {MATH_FLAG_DOUBLE, "double"},
                 {MATH_FLAG_HALF_DAY, "half-day"},
                 {MATH_FLAG_GROUPED, "grouped"},
                 {MATH_FLAG_IMPLICIT, "implicit"},
                 {MATH_FLAG_WORDS, "words"},
                 {MATH_FLAG_DETERMINANT, "determinant"},
                 {MATH_FLAG_COMMA_GROUPED, "comma-grouped"}};
    for (uint32_t i = 0; i < level; i++) math_put_text(w, "  ");
    if (before) {
        math_put_text(w, before);
        math_put_text(w, " ");
    }
    math_put_text(w, math_kind_name(node->kind));
    if (node->text) {
        math_put_text(w, " '");
        math_put_text(w, node->text);
        math_put_text(w, "'");
    }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!(node->flags & flags[i].flag)) continue;
        math_put_text(w, " ");
        math_put_text(w, flags[i].name);
    }
    char bytes[48];
    snprintf(bytes, sizeof bytes, " %u..%u\n", node->start, node->end);
    math_put_text(w, bytes);
    for (uint32_t i = 0; i < node->kids; i++)
        draw(w, node->kid[i], level + 1,
             i && node->kind == MATH_RELATION ? math_relation_sign(node->relation[i - 1]) : NULL);
}

char *math_draw(cairn_arena *arena, const math_node *node) {
    math_writer w = {.arena = arena};
    math_put_text(&w, "");
    draw(&w, node, 0, NULL);
    return w.failed ? NULL : w.data;
}

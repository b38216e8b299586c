/* Sums and products over an index: \sum_{k=1}^n a_k. Their values are not computed. As functions that are not known they
 * are equal where term, index and bounds are. */
#include "tool/math/read_parts.h"

/* k = 1: a letter and where it begins. */
static bool is_start(const math_node *node) {
    return node && node->kind == MATH_RELATION && node->kids == 2 && node->relation[0] == MATH_EQUAL &&
           node->kid[0]->kind == MATH_NAME;
}

/* The script after "_" or "^", in either order; NULL: none is written. */
static void bounds(math_reader *r, math_node **below, math_node **above) {
    for (;;) {
        math_token_kind kind = math_peek(r)->kind;
        math_node **script = kind == TOKEN_UNDERSCORE ? below : kind == TOKEN_CARET ? above : NULL;
        if (!script || *script) return;
        math_advance(r);
        *script = math_script(r);
    }
}

math_node *math_sum_over(math_reader *r) {
    const math_token *t = math_peek(r);
    const char *name = t->text;
    math_node *below = NULL, *above = NULL;
    if (r->calculator) return math_unread_item(r, "a sum or a product over an index", t->start);
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    bounds(r, &below, &above);
    math_node *node;
    if (!is_start(below) || !above) {
        node = math_unread_item(r, "a sum or a product without an index and bounds", t->start);
    } else if (!math_starts_value(r)) {
        node = math_unread_item(r, "a sum or a product of nothing", t->start);
    } else {
        uint32_t base = r->stacked;
        math_push(r, math_term(r));
        math_push(r, below->kid[0]);
        math_push(r, below->kid[1]);
        math_push(r, above);
        node = math_make(r, MATH_CALL, base, t->start, math_last_end(r));
        if (r->status == CAIRN_OK) node->text = name;
    }
    r->depth--;
    return node;
}

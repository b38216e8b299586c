/* The arguments of commands and scripts: one digit, a letter, a group in braces. */
#include "tool/math/read_parts.h"

math_node *math_infix(math_reader *r) {
    uint32_t start = math_peek(r)->start;
    math_node *above = math_statements(r);
    math_token_kind sign = math_peek(r)->kind;
    if (sign != TOKEN_CHOOSE && sign != TOKEN_OVER) return above;
    math_advance(r);
    math_node *below = math_statements(r);
    if (sign == TOKEN_OVER) return math_make2(r, MATH_QUOTIENT, above, below, start, math_last_end(r));
    math_node *node = math_make2(r, MATH_CALL, above, below, start, math_last_end(r));
    node->text = "binomial";
    return node;
}

/* {...}, read as one formula. */
static math_node *group(math_reader *r) {
    uint32_t start = math_peek(r)->start;
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    uint32_t bars = r->bars;
    bool no_bar = r->no_bar;
    r->bars = 0;
    r->no_bar = false;
    r->inside++;
    math_node *inner = math_infix(r);
    r->bars = bars;
    r->no_bar = no_bar;
    r->inside--;
    if (inner->kind == MATH_EMPTY && r->status == CAIRN_OK)
        inner = math_unread(r, "an empty group", start, math_peek(r)->end);
    if (math_peek(r)->kind == TOKEN_CLOSE_GROUP)
        math_advance(r);
    else
        inner = math_unread_item(r, "a brace is not closed", start);
    r->depth--;
    inner->flags |= MATH_FLAG_GROUPED;
    return inner;
}

math_node *math_script(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind != TOKEN_NUMBER) return math_argument(r);
    math_advance(r);
    return math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
}

/* The first digit of a run: \frac43 is 4/3. */
static math_node *one_digit(math_reader *r) {
    math_token *t = math_peek(r);
    size_t n = strlen(t->text);
    if (n == 1) return math_script(r);
    if (strspn(t->text, "0123456789") != n || t->end - t->start != n)
        return math_unread_item(r, "an argument without braces", t->start);
    math_node *digit = math_leaf(r, MATH_NUMBER, cairn_arena_copy(r->arena, t->text, 1), t->start, t->start + 1);
    t->start++;
    t->text++;
    t->flags &= ~(uint32_t)TOKEN_FLAG_BLANK;
    return digit;
}

math_node *math_argument(math_reader *r) {
    math_token *t = math_peek(r);
    switch (t->kind) {
    case TOKEN_OPEN_GROUP:
        return group(r);
    case TOKEN_NUMBER:
        return one_digit(r);
    case TOKEN_NAME:
        math_advance(r);
        return math_leaf(r, MATH_NAME, t->text, t->start, t->end);
    case TOKEN_OPEN_ROUND:
    case TOKEN_WORD:
    case TOKEN_FRACTION:
    case TOKEN_ROOT:
    case TOKEN_FUNCTION:
    case TOKEN_BAR:
    case TOKEN_DOUBLE_BAR:
    case TOKEN_ACCENT:
    case TOKEN_BINOMIAL:
        return math_primary(r);
    default:
        return math_unread_item(r, "an argument is missing", t->start);
    }
}

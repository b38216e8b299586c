/* Environments: matrices, cases, aligned lines. */
#include "tool/math/read_parts.h"

static bool is_one_of(const char *name, const char *const *names) {
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

/* Whether this token ends a cell. */
static bool ends_cell(math_reader *r) {
    math_token_kind kind = math_peek(r)->kind;
    return kind == TOKEN_AMPERSAND || kind == TOKEN_ROW_BREAK || kind == TOKEN_FINISH || kind == TOKEN_END;
}

static math_node *cell(math_reader *r) {
    if (ends_cell(r)) return math_leaf(r, MATH_EMPTY, "", math_peek(r)->start, math_peek(r)->start);
    math_node *node = math_statements(r);
    return ends_cell(r) ? node : math_unread_item(r, "a cell of a table", node->start);
}

/* A cell that says when the one before holds: "if x > 0", "otherwise". */
static math_node *condition(math_reader *r) {
    static const char *const words[] = {"if", "for", "when", "where", "otherwise", "else", "If", "Otherwise", NULL};
    for (int i = 0; words[i]; i++) {
        if (!math_token_is(r, math_peek(r), words[i])) continue;
        math_advance(r);
        break;
    }
    return cell(r);
}

static math_node *matrix(math_reader *r, uint32_t start) {
    uint32_t base = r->stacked;
    while (r->status == CAIRN_OK && math_peek(r)->kind != TOKEN_FINISH && math_peek(r)->kind != TOKEN_END) {
        uint32_t row = r->stacked, from = math_peek(r)->start;
        math_push(r, cell(r));
        while (r->status == CAIRN_OK && math_peek(r)->kind == TOKEN_AMPERSAND) {
            math_advance(r);
            math_push(r, condition(r));
        }
        math_push(r, math_make(r, MATH_ROW, row, from, math_last_end(r)));
        if (math_peek(r)->kind == TOKEN_ROW_BREAK) math_advance(r);
    }
    if (r->stacked == base && r->status == CAIRN_OK) return math_unread(r, "an empty table", start, math_peek(r)->end);
    return math_make(r, MATH_MATRIX, base, start, math_peek(r)->end);
}

/* Whether all conditions are empty and all values are statements: a system of equations. */
static bool is_system(math_node *const *kid, uint32_t kids) {
    for (uint32_t i = 0; i + 1 < kids; i += 2) {
        math_kind kind = kid[i]->kind;
        if (kid[i + 1]->kind != MATH_EMPTY || (kind != MATH_RELATION && kind != MATH_AND && kind != MATH_OR))
            return false;
    }
    return kids > 0;
}

/* The kids stacked since `base`: value, condition, value, condition ... */
static math_node *cases_of(math_reader *r, uint32_t base, uint32_t start, uint32_t end) {
    if (r->status != CAIRN_OK) return r->spare_node;
    uint32_t kids = r->stacked - base;
    if (kids == 0) return math_unread(r, "an empty table", start, end);
    if (!is_system(r->stack + base, kids)) return math_make(r, MATH_CASES, base, start, end);
    for (uint32_t i = 0; i < kids / 2; i++) r->stack[base + i] = r->stack[base + 2 * i];
    r->stacked = base + kids / 2;
    return math_make(r, MATH_AND, base, start, end);
}

static math_node *cases(math_reader *r, uint32_t start) {
    uint32_t base = r->stacked;
    while (r->status == CAIRN_OK && math_peek(r)->kind != TOKEN_FINISH && math_peek(r)->kind != TOKEN_END) {
        math_push(r, cell(r));
        if (math_peek(r)->kind == TOKEN_AMPERSAND) {
            math_advance(r);
            math_push(r, condition(r));
        } else {
            math_push(r, math_leaf(r, MATH_EMPTY, "", math_last_end(r), math_last_end(r)));
        }
        if (math_peek(r)->kind == TOKEN_ROW_BREAK)
            math_advance(r);
        else if (math_peek(r)->kind == TOKEN_AMPERSAND) {
            math_push(r, math_unread_item(r, "a cell too many", start));
            math_push(r, math_leaf(r, MATH_EMPTY, "", start, start));
            math_advance(r);
        }
    }
    return cases_of(r, base, start, math_peek(r)->end);
}

math_node *math_system(math_reader *r, math_node *table, uint32_t start) {
    if (table->kind == MATH_AND || table->kind == MATH_RELATION || table->kind == MATH_CASES) return table;
    uint32_t base = r->stacked, columns = table->kind == MATH_MATRIX && table->kids ? table->kid[0]->kids : 0;
    for (uint32_t i = 0; columns && i < table->kids; i++) columns = table->kid[i]->kids == columns ? columns : 0;
    bool middle = columns == 3; /* a column of "if" */
    for (uint32_t i = 0; middle && i < table->kids; i++) middle = table->kid[i]->kid[1]->kind == MATH_EMPTY;
    if (columns < 1 || (columns > 2 && !middle)) return math_unread_item(r, "a brace is not closed", start);
    for (uint32_t i = 0; i < table->kids; i++) {
        const math_node *row = table->kid[i];
        math_push(r, row->kid[0]);
        math_push(r, columns > 1 ? row->kid[columns - 1] : math_leaf(r, MATH_EMPTY, "", row->end, row->end));
    }
    return cases_of(r, base, start, table->end);
}

/* Lines with marks of alignment: each a statement; a line that begins with a relation goes on with the one before. */
static math_node *lines(math_reader *r, uint32_t start) {
    uint32_t kept = 0;
    uint32_t base = r->stacked;
    while (r->status == CAIRN_OK && math_peek(r)->kind != TOKEN_FINISH && math_peek(r)->kind != TOKEN_END) {
        if (math_peek(r)->kind == TOKEN_ROW_BREAK) {
            math_advance(r);
            continue;
        }
        math_push(r, math_statements(r));
        if (r->status == CAIRN_OK) r->joint[r->stacked - 1] = kept++ ? JOINT_COMMA : JOINT_NONE;
        if (math_peek(r)->kind != TOKEN_ROW_BREAK && math_peek(r)->kind != TOKEN_FINISH)
            math_push(r, math_unread_item(r, "a line of a table", start));
    }
    return math_join(r, base, start);
}

math_node *math_environment(math_reader *r) {
    static const char *const matrices[] = {"matrix",  "pmatrix",     "bmatrix", "Bmatrix", "vmatrix",
                                           "Vmatrix", "smallmatrix", "array",   "tabular", NULL};
    static const char *const aligned[] = {"aligned", "align",    "align*",    "gathered", "gather",    "gather*",
                                          "split",   "equation", "equation*", "eqnarray", "eqnarray*", NULL};
    math_token *t = math_peek(r);
    if (!math_enter(r)) return r->spare_node;
    math_bracket_state state = math_enter_bracket(r);
    r->tables++;
    math_advance(r);
    math_node *node;
    if (is_one_of(t->text, matrices)) {
        node = matrix(r, t->start);
        if (strcmp(t->text, "vmatrix") == 0) node->flags |= MATH_FLAG_DETERMINANT;
        if (strcmp(t->text, "Vmatrix") == 0) node = math_make1(r, MATH_ABS, node, t->start, math_peek(r)->end);
    } else if (strcmp(t->text, "cases") == 0) {
        node = cases(r, t->start);
    } else if (is_one_of(t->text, aligned)) {
        node = lines(r, t->start);
    } else {
        node = math_unread_item(r, "an environment that is not known", t->start);
    }
    if (math_peek(r)->kind == TOKEN_FINISH)
        math_advance(r);
    else
        node = math_unread_item(r, "an environment is not ended", t->start);
    r->tables--;
    math_leave_bracket(r, state);
    r->depth--;
    return node;
}

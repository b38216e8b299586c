/* Brackets: groups, tuples, intervals, sets, bars, floors. */
#include "tool/math/read_parts.h"

static bool is_infinite(const math_node *node) {
    if (node->kind == MATH_NEGATE) node = node->kid[0];
    return node->kind == MATH_NAME && strcmp(node->text, "infinity") == 0;
}

math_bracket_state math_enter_bracket(math_reader *r) {
    math_bracket_state state = {r->bars, r->no_bar, r->turned, r->no_union};
    r->bars = 0;
    r->no_bar = r->turned = r->no_union = false;
    r->inside++;
    return state;
}

void math_leave_bracket(math_reader *r, math_bracket_state state) {
    r->bars = state.bars;
    r->no_bar = state.no_bar;
    r->turned = state.turned;
    r->no_union = state.no_union;
    r->inside--;
}

/* Whether the statements just read are items with commas. */
static bool is_items(const math_reader *r, const math_node *node) {
    return node->kind == MATH_LIST && !(node->flags & MATH_FLAG_GROUPED) &&
           (r->joints == 1 << JOINT_COMMA || r->joints == 1 << JOINT_SEMICOLON);
}

static math_node *interval(math_node *pair, bool open_left, bool open_right) {
    pair->kind = MATH_INTERVAL;
    if (open_left) pair->flags |= MATH_FLAG_OPEN_LEFT;
    if (open_right) pair->flags |= MATH_FLAG_OPEN_RIGHT;
    return pair;
}

/* [[1, 2], [3, 4]]: a matrix by its rows. */
static bool is_matrix(const math_node *list) {
    for (uint32_t i = 0; i < list->kids; i++) {
        const math_node *row = list->kid[i];
        bool square = row->kind == MATH_INTERVAL ? !(row->flags & (MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT))
                                                 : row->kind == MATH_TUPLE && row->flags & MATH_FLAG_VECTOR;
        if (!square || row->kids != list->kid[0]->kids) return false;
    }
    return list->kids > 0;
}

static math_node *matrix_of_rows(math_node *list) {
    for (uint32_t i = 0; i < list->kids; i++) {
        list->kid[i]->kind = MATH_ROW;
        list->kid[i]->flags = 0;
    }
    list->kind = MATH_MATRIX;
    return list;
}

/* What stands between round and square brackets, by both brackets. */
static math_node *ordered(math_reader *r, math_node *inner, math_token_kind open, math_token_kind close,
                          uint32_t start) {
    uint32_t end = math_last_end(r);
    bool left = open == TOKEN_OPEN_ROUND || open == TOKEN_CLOSE_SQUARE;
    bool right = close == TOKEN_CLOSE_ROUND || close == TOKEN_OPEN_SQUARE;
    bool square = open == TOKEN_OPEN_SQUARE && close == TOKEN_CLOSE_SQUARE;
    if (is_items(r, inner)) {
        inner->start = start;
        inner->end = end;
        if (square && is_matrix(inner)) return matrix_of_rows(inner);
        bool turned = open == TOKEN_CLOSE_SQUARE || close == TOKEN_OPEN_SQUARE;
        if (inner->kids == 2 && (turned || !left || !right || is_infinite(inner->kid[0]) || is_infinite(inner->kid[1])))
            return interval(inner, left, right);
        if (left != right || open == TOKEN_CLOSE_SQUARE) {
            inner->kind = MATH_UNREAD;
            inner->kids = 0;
            inner->text = "brackets that do not match";
            return inner;
        }
        inner->kind = MATH_TUPLE;
        if (inner->kids == 2) inner->flags |= MATH_FLAG_INTERVAL_TOO;
        if (square) inner->flags |= MATH_FLAG_VECTOR;
        return inner;
    }
    if (left != right || open == TOKEN_CLOSE_SQUARE) return math_unread(r, "brackets that do not match", start, end);
    if (inner->kind == MATH_EMPTY && r->calculator) return math_unread(r, "an empty bracket", start, end);
    if (inner->kind == MATH_EMPTY) {
        inner->kind = MATH_TUPLE;
        inner->start = start;
        inner->end = end;
        return inner;
    }
    if (square && (inner->kind == MATH_INTERVAL || (inner->kind == MATH_TUPLE && inner->flags & MATH_FLAG_VECTOR)) &&
        !(inner->flags & (MATH_FLAG_GROUPED | MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT))) /* [[1, 2]] */
        return math_make1(r, MATH_MATRIX, (inner->kind = MATH_ROW, inner->flags = 0, inner), start, end);
    inner->flags |= MATH_FLAG_GROUPED;
    return inner;
}

/* {a, b}, {x | condition}; the opening brace is read. */
static math_node *set(math_reader *r, uint32_t start, math_token_kind close) {
    bool table = math_peek(r)->kind == TOKEN_BEGIN;
    r->no_bar = true;
    math_node *inner = math_statements(r);
    if (table && math_peek(r)->kind != close) return math_system(r, inner, start);
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_MID || t->kind == TOKEN_BAR || t->kind == TOKEN_COLON) {
        math_advance(r);
        r->no_bar = false;
        math_node *condition = math_statements(r);
        inner = math_make2(r, MATH_BUILDER, inner, condition, start, math_peek(r)->end);
    } else if (inner->kind == MATH_EMPTY) {
        inner->kind = MATH_SET;
        inner->start = start;
    } else if (inner->kind == MATH_LIST && !(inner->flags & MATH_FLAG_GROUPED)) {
        inner->kind = MATH_SET;
        inner->start = start;
    } else if (inner->kind == MATH_AND && !(inner->flags & MATH_FLAG_GROUPED)) {
        inner->kind = MATH_SET;
        inner->start = start;
    } else {
        inner = math_make1(r, MATH_SET, inner, start, math_peek(r)->end);
    }
    if (math_peek(r)->kind != close) return math_unread_item(r, "a brace is not closed", start);
    inner->end = math_peek(r)->end;
    math_advance(r);
    return inner;
}

static math_node *vector(math_reader *r, math_node *inner, uint32_t start) {
    uint32_t base = r->stacked;
    if (is_items(r, inner))
        for (uint32_t i = 0; i < inner->kids; i++)
            math_push(r, math_make1(r, MATH_ROW, inner->kid[i], inner->kid[i]->start, inner->kid[i]->end));
    else
        math_push(r, math_make1(r, MATH_ROW, inner, inner->start, inner->end));
    math_node *node = math_make(r, MATH_MATRIX, base, start, math_last_end(r));
    node->flags |= MATH_FLAG_VECTOR;
    return node;
}

/* <1, 2>: signs of order that stand for angles. */
static math_node *angle_signs(math_reader *r) {
    uint32_t start = math_peek(r)->start, base = r->stacked;
    math_advance(r);
    do {
        if (r->stacked > base) math_advance(r);
        math_node *item = math_sum(r);
        math_push(r, math_make1(r, MATH_ROW, item, item->start, item->end));
    } while (r->status == CAIRN_OK && math_peek(r)->kind == TOKEN_COMMA);
    math_node *node = math_make(r, MATH_MATRIX, base, start, math_peek(r)->end);
    node->flags |= MATH_FLAG_VECTOR;
    if (math_peek(r)->kind != TOKEN_RELATION || math_peek(r)->value != MATH_GREATER)
        return math_unread_item(r, "an angle bracket is not closed", start);
    math_advance(r);
    return node;
}

/* "(B)" as an item of its own. */
static bool is_choice_item(math_reader *r) {
    math_token *t = math_peek(r);
    if (r->calculator || t->kind != TOKEN_OPEN_ROUND || !math_is_choice(t + 1) || t[2].kind != TOKEN_CLOSE_ROUND)
        return false;
    math_token_kind before = r->at ? t[-1].kind : TOKEN_COMMA, after = t[3].kind;
    bool begins = before == TOKEN_COMMA || before == TOKEN_AND || before == TOKEN_OR || before == TOKEN_COLON ||
                  before == TOKEN_WORD;
    begins = begins || (before == TOKEN_RELATION && r->at > 1 && t[-2].kind == TOKEN_WORD);
    return begins && (after == TOKEN_END || after == TOKEN_COMMA || after == TOKEN_AND || after == TOKEN_OR);
}

/* Whether a square bracket that opens ends what this one begins: ]0, 1[ and [0, 1[. */
static bool is_turned(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind != TOKEN_OPEN_SQUARE && t->kind != TOKEN_CLOSE_SQUARE) return false;
    for (t++; t->kind != TOKEN_OPEN_SQUARE; t++)
        if (t->kind == TOKEN_CLOSE_SQUARE || t->kind == TOKEN_END) return false;
    switch (t[1].kind) {
    case TOKEN_END:
    case TOKEN_UNION:
    case TOKEN_INTERSECTION:
    case TOKEN_COMMA:
    case TOKEN_AND:
    case TOKEN_OR:
    case TOKEN_CLOSE_ROUND:
    case TOKEN_CLOSE_BRACE:
    case TOKEN_CLOSE_GROUP:
    case TOKEN_SET_MINUS:
        return true;
    default:
        return false;
    }
}

/* {x | ...} without backslashes within LaTeX. */
static bool is_builder(const math_token *t) {
    math_token_kind bar = t[2].kind;
    return !t->value && t[1].kind == TOKEN_NAME && (bar == TOKEN_BAR || bar == TOKEN_MID || bar == TOKEN_COLON);
}

math_node *math_unbraced(const math_reader *r, math_node *node) {
    if (node->kind != MATH_SET || node->kids != 1 || r->text[node->start] != '\\') return node;
    math_node *inner = node->kid[0];
    if (inner->kind != MATH_NUMBER && inner->kind != MATH_NAME && inner->kind != MATH_SUM &&
        inner->kind != MATH_NEGATE && inner->kind != MATH_PRODUCT && inner->kind != MATH_QUOTIENT)
        return node;
    inner->flags |= MATH_FLAG_GROUPED;
    return inner;
}

math_node *math_bracket(math_reader *r) {
    math_token *t = math_peek(r);
    if (is_choice_item(r)) {
        r->at += 3;
        return math_leaf(r, MATH_CHOICE, t[1].text, t->start, t[2].end);
    }
    if (!math_enter(r)) return r->spare_node;
    math_bracket_state state = math_enter_bracket(r);
    math_node *node = NULL;
    if (t->kind == TOKEN_RELATION) {
        node = angle_signs(r);
    } else if (t->kind == TOKEN_OPEN_BRACE && !r->calculator) {
        math_advance(r);
        node = set(r, t->start, TOKEN_CLOSE_BRACE);
    } else if (t->kind == TOKEN_OPEN_GROUP && !r->calculator && (r->plain || is_builder(t))) {
        math_advance(r);
        node = set(r, t->start, TOKEN_CLOSE_GROUP);
    } else if (t->kind == TOKEN_OPEN_GROUP) {
        bool nothing = t[1].kind == TOKEN_CLOSE_GROUP; /* {}5 */
        if (nothing) r->at += 2;
        node = !nothing               ? math_argument(r)
               : math_starts_value(r) ? math_primary(r)
                                      : math_unread(r, "an empty group", t->start, t[1].end);
        bool items = is_items(r, node) || (node->kind == MATH_LIST && !t->value);
        if (items && !t->value) node->kind = MATH_SET;
        if (t->value) node->flags &= ~(uint32_t)MATH_FLAG_GROUPED;
    } else {
        r->turned = is_turned(r);
        math_advance(r);
        math_node *inner = math_statements(r);
        math_token *close = math_peek(r);
        bool square = r->turned && close->kind == TOKEN_OPEN_SQUARE;
        if (!math_closes(close->kind) && !square) {
            node = math_unread_item(r, "a bracket is not closed", t->start);
        } else if ((t->kind == TOKEN_OPEN_ROUND || t->kind == TOKEN_OPEN_SQUARE || t->kind == TOKEN_CLOSE_SQUARE) &&
                   (close->kind == TOKEN_CLOSE_ROUND || close->kind == TOKEN_CLOSE_SQUARE || square)) {
            math_advance(r);
            node = ordered(r, inner, t->kind, close->kind, t->start);
        } else if (t->kind == TOKEN_OPEN_BRACE && close->kind == TOKEN_CLOSE_BRACE) { /* of the calculator */
            math_advance(r);
            node = inner;
            node->flags |= MATH_FLAG_GROUPED;
        } else if (t->kind == TOKEN_OPEN_FLOOR && close->kind == TOKEN_CLOSE_FLOOR) {
            math_advance(r);
            node = math_make1(r, MATH_FLOOR, inner, t->start, close->end);
        } else if (t->kind == TOKEN_OPEN_CEILING && close->kind == TOKEN_CLOSE_CEILING) {
            math_advance(r);
            node = math_make1(r, MATH_CEILING, inner, t->start, close->end);
        } else if (t->kind == TOKEN_OPEN_ANGLE && close->kind == TOKEN_CLOSE_ANGLE) {
            math_advance(r);
            node = vector(r, inner, t->start);
        } else {
            node = math_unread_item(r, "brackets that do not match", t->start);
        }
    }
    math_leave_bracket(r, state);
    r->depth--;
    return node;
}

math_node *math_bars(math_reader *r) {
    math_token *t = math_peek(r);
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    bool no_bar = r->no_bar;
    r->no_bar = false;
    r->bars++;
    math_node *inner = math_statements(r);
    r->bars--;
    r->no_bar = no_bar;
    math_node *node;
    if (inner->kind == MATH_EMPTY && r->status == CAIRN_OK) {
        node = math_unread_item(r, "bars around nothing", t->start);
    } else if (math_peek(r)->kind == t->kind && math_peek(r)->value != 1) {
        math_advance(r);
        node = math_make1(r, MATH_ABS, inner, t->start, math_last_end(r));
        if (inner->kind == MATH_MATRIX && t->kind == TOKEN_BAR &&
            !(inner->flags & (MATH_FLAG_VECTOR | MATH_FLAG_GROUPED))) {
            inner->flags |= MATH_FLAG_DETERMINANT;
            node = inner;
        }
    } else {
        node = math_unread_item(r, "a bar is not closed", t->start);
    }
    r->depth--;
    return node;
}

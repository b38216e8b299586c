/* Statements in a row: a list, a set of equations, alternatives; and forms that only a whole answer has. */
#include "tool/math/read_parts.h"

static bool is_statement(const math_node *node) {
    return node->kind == MATH_RELATION || node->kind == MATH_AND || node->kind == MATH_OR;
}

/* The sign between this item and the next: consumed. */
static math_joint joint(math_reader *r) {
    math_joint found = JOINT_NONE;
    for (;;) {
        math_token_kind kind = math_peek(r)->kind;
        if (kind == TOKEN_COMMA && found == JOINT_NONE)
            found = JOINT_COMMA;
        else if (kind == TOKEN_ROW_BREAK && r->tables == 0 && found == JOINT_NONE)
            found = JOINT_COMMA;
        else if (found == JOINT_NONE && math_begins_statement(math_peek(r)))
            return JOINT_COMMA;
        else if (found == JOINT_NONE && math_is_condition(r)) {
            if (kind == TOKEN_WORD) math_advance(r);
            return JOINT_COMMA;
        } else if (kind == TOKEN_SEMICOLON && found == JOINT_NONE)
            found = JOINT_SEMICOLON;
        else if (kind == TOKEN_AND && (found == JOINT_NONE || found == JOINT_COMMA))
            found = JOINT_AND;
        else if ((kind == TOKEN_UNION || kind == TOKEN_INTERSECTION) && found == JOINT_NONE) /* of inequalities */
            found = kind == TOKEN_UNION ? JOINT_OR : JOINT_AND;
        else if (kind == TOKEN_OR && (found == JOINT_NONE || found == JOINT_COMMA))
            found = found == JOINT_COMMA ? JOINT_COMMA_OR : JOINT_OR;
        else
            return found;
        math_advance(r);
    }
}

/* Whether no item begins here. */
static bool at_end(math_reader *r) {
    math_token_kind kind = math_peek(r)->kind;
    if (kind == TOKEN_CLOSE_SQUARE && r->inside == 0) return false; /* ]0, 1[ */
    return kind == TOKEN_END || math_closes(kind) || kind == TOKEN_AMPERSAND || (kind == TOKEN_ROW_BREAK && r->tables);
}

/* Whether nothing follows, or nothing in this cell of a table. */
static bool ends_statements(math_reader *r) {
    math_token_kind kind = math_peek(r)->kind;
    return kind == TOKEN_END || (r->tables && (kind == TOKEN_AMPERSAND || kind == TOKEN_ROW_BREAK));
}

static bool all_sets(math_node *const *item, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (item[i]->kind != MATH_INTERVAL && item[i]->kind != MATH_UNION && item[i]->kind != MATH_SET) return false;
    return true;
}

/* Marks "3,5" and "2,74 cm": a list of two numbers, or one with a decimal comma. */
static void mark_decimal_comma(const math_reader *r, math_node *list) {
    if (list->kind != MATH_LIST || list->kids != 2 || r->inside) return;
    const math_node *whole = list->kid[0]->kind == MATH_NEGATE ? list->kid[0]->kid[0] : list->kid[0];
    uint32_t next = list->kid[1]->start;
    bool touches = next == list->kid[0]->end + 1 && next < r->length && r->text[next - 1] == ',';
    if (whole->kind == MATH_NUMBER && math_is_whole(whole->text) && touches && r->text[next] >= '0' &&
        r->text[next] <= '9')
        list->flags |= MATH_FLAG_COMMA_GROUPED;
}

/* x = 1, 2: the items of the stack from `from` to `to` are more right sides. */
static void widen(math_reader *r, math_node *relation, uint32_t from, uint32_t to) {
    math_node **last = &relation->kid[relation->kids - 1];
    uint32_t base = r->stacked;
    if ((*last)->kind == MATH_LIST && !((*last)->flags & MATH_FLAG_GROUPED))
        for (uint32_t i = 0; i < (*last)->kids; i++) math_push(r, (*last)->kid[i]);
    else
        math_push(r, *last);
    for (uint32_t i = from; i < to; i++) math_push(r, r->stack[i]);
    if (r->status != CAIRN_OK) return;
    relation->end = r->stack[to - 1]->end;
    *last = math_make(r, MATH_LIST, base, (*last)->start, relation->end);
    mark_decimal_comma(r, *last);
}

/* x \neq 1, 2: each of these items is unequal, too. They replace themselves on the stack. */
static void exclude(math_reader *r, const math_node *relation, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to && r->status == CAIRN_OK; i++) {
        math_node *item = r->stack[i];
        math_node *one = math_make2(r, MATH_RELATION, relation->kid[0], item, item->start, item->end);
        if (r->status != CAIRN_OK) return;
        one->relation = relation->relation;
        r->stack[i] = one;
    }
}

static bool can_exclude(const math_node *node) {
    return node->kind == MATH_RELATION && node->kids == 2 && node->relation[0] == MATH_UNEQUAL &&
           node->kid[0]->kids == 0; /* shared, so it is small */
}

static bool can_widen(const math_node *node) {
    return node->kind == MATH_RELATION && node->relation[node->kids - 2] == MATH_EQUAL;
}

static bool same_left(math_node *const *item, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (item[i]->kind != MATH_RELATION || item[i]->kid[0]->kind != MATH_NAME ||
            item[0]->kid[0]->kind != MATH_NAME || strcmp(item[i]->kid[0]->text, item[0]->kid[0]->text) != 0)
            return false;
    }
    return true;
}

/* The statements stacked since `base`: alternatives of what commas and "and" join. */
static math_node *alternatives(math_reader *r, uint32_t base, uint32_t start) {
    uint32_t n = r->stacked - base, end = r->stack[r->stacked - 1]->end, alternatives = 0, kept = base;
    bool oxford = false, any_and = false;
    for (uint32_t i = base + 1; i < r->stacked; i++) {
        oxford = oxford || r->joint[i] == JOINT_COMMA_OR;
        any_and = any_and || r->joint[i] == JOINT_AND;
    }
    if ((oxford && !any_and) || same_left(r->stack + base, n)) return math_make(r, MATH_OR, base, start, end);
    for (uint32_t from = base, i = base + 1; i <= base + n; i++) {
        if (i < base + n && r->joint[i] != JOINT_OR && r->joint[i] != JOINT_COMMA_OR) continue;
        uint32_t top = r->stacked;
        math_node *one = r->stack[from];
        if (i - from > 1) {
            for (uint32_t k = from; k < i; k++) math_push(r, r->stack[k]);
            one = math_make(r, MATH_AND, top, r->stack[from]->start, r->stack[i - 1]->end);
        }
        if (r->status != CAIRN_OK) return r->spare_node;
        r->stack[kept++] = one;
        alternatives++;
        from = i;
    }
    r->stacked = base + alternatives;
    return math_make(r, alternatives > 1 ? MATH_OR : MATH_AND, base, start, end);
}

math_node *math_join(math_reader *r, uint32_t base, uint32_t start) {
    if (r->status != CAIRN_OK) return r->spare_node;
    uint32_t n = r->stacked - base, statements = 0, kept = base;
    if (n == 0) return math_leaf(r, MATH_EMPTY, "", start, start);
    if (n == 1) return r->stack[--r->stacked];
    uint32_t end = r->stack[r->stacked - 1]->end;
    bool any_or = false;
    for (uint32_t i = base; i < r->stacked; i++) {
        statements += is_statement(r->stack[i]);
        any_or = any_or || r->joint[i] == JOINT_OR || r->joint[i] == JOINT_COMMA_OR;
    }
    if (statements == 0 && math_is_compound(r->stack + base, r->joint + base, n))
        return math_make(r, MATH_SUM, base, start, end);
    if (statements == 0) {
        math_node *list =
            math_make(r, any_or && all_sets(r->stack + base, n) ? MATH_UNION : MATH_LIST, base, start, end);
        if (any_or && list->kind == MATH_LIST) list->flags |= MATH_FLAG_DOUBLE;
        return list;
    }
    if (!is_statement(r->stack[base])) {
        if (r->stack[base]->kind == MATH_NAME) {
            r->stacked = base;
            return math_unread(r, "a list before a relation", start, end);
        }
        return math_make(r, MATH_LIST, base, start, end);
    }
    for (uint32_t i = base; i < base + n; i++) {
        uint32_t to = i;
        bool widens = kept > base && can_widen(r->stack[kept - 1]);
        bool excludes = kept > base && !is_statement(r->stack[i]) && can_exclude(r->stack[kept - 1]);
        if (excludes) exclude(r, r->stack[kept - 1], i, i + 1);
        while (widens && to < base + n && !is_statement(r->stack[to])) to++;
        if (to > i) {
            widen(r, r->stack[kept - 1], i, to);
            i = to - 1;
        } else {
            r->joint[kept] = r->joint[i];
            r->stack[kept++] = r->stack[i];
        }
        if (r->status != CAIRN_OK) return r->spare_node;
    }
    r->stacked = kept;
    if (kept == base + 1) return r->stack[--r->stacked];
    for (uint32_t i = base; i < kept; i++)
        if (!is_statement(r->stack[i])) return math_make(r, MATH_LIST, base, start, end);
    return any_or ? alternatives(r, base, start) : math_make(r, MATH_AND, base, start, end);
}

math_node *math_statements(math_reader *r) {
    uint32_t base = r->stacked, start = math_peek(r)->start, joints = 0;
    math_joint before = JOINT_NONE;
    bool logic = false, united = false;
    if (at_end(r)) return math_leaf(r, MATH_EMPTY, "", start, start);
    do {
        math_push(r, math_relation_chain(r));
        if (r->status != CAIRN_OK) return r->spare_node;
        r->joint[r->stacked - 1] = (uint8_t)before;
        math_token_kind kind = math_peek(r)->kind;
        logic = logic || ((kind == TOKEN_AND || kind == TOKEN_OR) && math_peek(r)->value == 1);
        united = united || kind == TOKEN_UNION || kind == TOKEN_INTERSECTION;
        before = joint(r);
        if (before != JOINT_NONE) joints |= 1u << before;
    } while (before != JOINT_NONE && !at_end(r));
    math_node *node = math_join(r, base, start);
    mark_decimal_comma(r, node);
    bool two_levels = (joints & 1u << JOINT_COMMA) && (joints & 1u << JOINT_SEMICOLON);
    if (two_levels && node->kind == MATH_LIST)
        node = math_unread(r, "items between commas and semicolons", start, math_last_end(r));
    if (united && !is_statement(node) && node->kind != MATH_UNION)
        node = math_unread(r, "a union of what are no sets", start, math_last_end(r));
    if (logic && !is_statement(node)) node = math_unread(r, "a formula of logic", start, math_last_end(r));
    bool trails = before == JOINT_COMMA || before == JOINT_SEMICOLON; /* dress at the end of everything */
    if (before != JOINT_NONE && !(trails && ends_statements(r)))
        node = math_unread(r, "an item is missing", start, math_last_end(r));
    r->joints = joints;
    return node;
}

/* ---- whole answers --------------------------------------------------------------------------------------------- */

bool math_is_choice(const math_token *t) {
    return t->kind == TOKEN_NAME && t->text[0] >= 'A' && t->text[0] <= 'J' && !t->text[1];
}

/* Length in tokens of the label of a part at `t`, "(a)" or "(1)"; *number: 1 for a and 1; 0: none. */
static uint32_t part_label(const math_token *t, int *number) {
    if (t->kind != TOKEN_OPEN_ROUND || t[2].kind != TOKEN_CLOSE_ROUND || !(t[3].flags & TOKEN_FLAG_BLANK)) return 0;
    const char *label = t[1].text;
    if ((t[1].kind != TOKEN_NAME && t[1].kind != TOKEN_NUMBER) || label[1]) return 0;
    *number = label[0] >= 'a' ? label[0] - 'a' + 1 : label[0] >= 'A' ? label[0] - 'A' + 1 : label[0] - '0';
    return 3;
}

/* "(a) 3 (b) 4": the answers of two parts at least. */
static bool has_parts(const math_reader *r) {
    int first, next;
    if (!part_label(r->token, &first) || first != 1) return false;
    for (const math_token *t = r->token + 3; t->kind != TOKEN_END; t++)
        if (part_label(t, &next) && next == 2) return true;
    return false;
}

math_node *math_whole(math_reader *r) {
    math_token *t = r->token;
    if (has_parts(r)) return math_unread_item(r, "answers of several parts", t->start);
    if (t->kind == TOKEN_WORD &&
        (math_token_is(r, t, "Choice") || math_token_is(r, t, "Option") || math_token_is(r, t, "choice") ||
         math_token_is(r, t, "option")) &&
        math_is_choice(t + 1) && t[2].kind == TOKEN_END) {
        r->at = 2;
        return math_leaf(r, MATH_CHOICE, t[1].text, t->start, t[1].end);
    }
    if (t->kind == TOKEN_WORD &&
        (math_token_is(r, t, "Choice") || math_token_is(r, t, "Option") || math_token_is(r, t, "choice") ||
         math_token_is(r, t, "option")) &&
        t[1].kind == TOKEN_OPEN_ROUND && math_is_choice(t + 2) && t[3].kind == TOKEN_CLOSE_ROUND &&
        t[4].kind == TOKEN_END) {
        r->at = 4;
        return math_leaf(r, MATH_CHOICE, t[2].text, t->start, t[3].end);
    }
    if (t->kind == TOKEN_OPEN_ROUND && math_is_choice(t + 1) && t[2].kind == TOKEN_CLOSE_ROUND &&
        (t[3].kind == TOKEN_END || t[3].flags & TOKEN_FLAG_BLANK)) {
        r->at = 3;
        math_token_kind next = t[3].kind;
        bool negative = next == TOKEN_MINUS && !(t[4].flags & TOKEN_FLAG_BLANK);
        if (next != TOKEN_END && !math_starts_value(r) && !negative) {
            r->at = 0;
            return NULL;
        }
    } else if (math_is_choice(t) && t[1].kind == TOKEN_PERIOD && t[2].flags & TOKEN_FLAG_BLANK &&
               !(t[1].flags & TOKEN_FLAG_BLANK)) {
        r->at = 2;
    } else if (math_is_choice(t) && t[1].kind == TOKEN_CLOSE_ROUND) {
        r->at = 2;
    } else if (math_is_choice(t) && t[1].kind == TOKEN_END && r->stopped && r->text[t->end] == '.') {
        r->at = 1;
    } else {
        return NULL;
    }
    const char *letter = t->kind == TOKEN_NAME ? t->text : t[1].text;
    uint32_t base = r->stacked;
    if (math_peek(r)->kind != TOKEN_END) math_push(r, math_statements(r));
    math_node *node = math_make(r, MATH_CHOICE, base, t->start, math_last_end(r));
    node->text = letter;
    return node;
}

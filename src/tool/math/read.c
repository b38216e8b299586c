/* The reader. An answer is read by these rules, lowest precedence first:
 *
 *   statements = relation { ("," | ";" | "and" | "or") relation }
 *   relation   = [sign] ratio { ("=" | "<" | "\in" | ...) ratio } [ "\pmod" argument ]
 *   ratio      = union { (":" | "to") union }
 *   union      = sum { ("\cup" | "\cap" | "\setminus") sum }
 *   sum        = [sign] term { ("+" | "-" | "\pm") term }
 *   term       = factor { ["*" | "/"] factor } [unit]          a missing sign is a product: 2x, a(b)
 *   factor     = primary { "^" exponent | "!" | "%" | degree }
 *   primary    = number | mixed number | name [scripts] | call | bracket | bars | fraction | root | environment | words
 *
 * Products and quotients are read from left to right, so 1/2x is (1/2)x and a/bc is (a/b)c; -2^2 is -(2^2); 2^3^2 is
 * 2^(3^2). A number never follows a factor without a sign: "3 4" is unread. A mixed number is a whole number before a
 * proper fraction of whole numbers, \frac or "a/b" after a blank: before a bracket it is a product, 2\frac13(x); before
 * a letter it is unread, 1\frac13\pi.
 * Letters in a row are one word where they look like one (three or more small letters, or a listed pair), one name
 * where all are capitals, else a product. f, g and h before a bracket are functions, and so is any letter before "(2)",
 * "(a, b)" and "(x) =". Words after a number are its unit or what it counts; all other words beside a formula are
 * unread.
 * A comma between digits groups them only where the groups are those of thousands and no bracket is open.
 *
 * Where what is read: tokens read_lex.c (read_token.c, read_letters.c, read_command.c, read_number.c), tables of
 * commands, characters and words read_commands.c, read_characters.c, read_tables.c; statements read_join.c; terms and
 * factors read_term.c; arguments of commands read_argument.c; primaries read_primary.c, read_sum.c, read_name.c,
 * read_bracket.c, read_table.c, read_words.c, read_clock.c; units read_unit.c. */
#include "tool/math/read_parts.h"

/* ---- sums ------------------------------------------------------------------------------------------------------ */

static bool has_unit(const math_node *node) {
    return node->kind == MATH_QUANTITY;
}

/* A unit at the end of a sum is that of the whole sum: 18 + 2\pi cm. */
static math_node *hoist_unit(math_reader *r, math_node *sum) {
    if (r->status != CAIRN_OK || sum->kids == 0) return sum;
    math_node *last = sum->kid[sum->kids - 1], *inner = last->kind == MATH_NEGATE ? last->kid[0] : last;
    bool sign = sum->kind == MATH_NEGATE;
    if (last->flags & MATH_FLAG_GROUPED || inner->flags & MATH_FLAG_GROUPED) return sum;
    if (sign && (inner->kind == MATH_DEGREES || inner->kind == MATH_PERCENT)) {
        sum->kid[0] = inner->kid[0];
        return math_make1(r, inner->kind, sum, sum->start, sum->end);
    }
    if (!has_unit(inner)) return sum;
    for (uint32_t i = 0; i + 1 < sum->kids; i++) {
        const math_node *kid = sum->kid[i]->kind == MATH_NEGATE ? sum->kid[i]->kid[0] : sum->kid[i];
        if (has_unit(kid)) return sum;
    }
    math_node *unit = inner->kid[1];
    if (inner == last)
        sum->kid[sum->kids - 1] = inner->kid[0];
    else
        last->kid[0] = inner->kid[0];
    return math_make2(r, MATH_QUANTITY, sum, unit, sum->start, sum->end);
}

/* Whether "+-" stands at this token, which may say "plus or minus". */
static bool is_double_sign(const math_reader *r, const math_token *t) {
    return !r->calculator && t->kind == TOKEN_PLUS && t[1].kind == TOKEN_MINUS && !(t[1].flags & TOKEN_FLAG_BLANK);
}

static bool is_remainder(const math_node *node) {
    return node->kind == MATH_CALL && node->kids == 2 && strcmp(node->text, "mod") == 0 &&
           !(node->flags & MATH_FLAG_GROUPED);
}

static math_node *signed_term(math_reader *r) {
    math_token *t = math_peek(r);
    if (is_double_sign(r, t)) { /* "+-5" */
        math_advance(r);
        t->kind = t[1].kind = TOKEN_PLUS_MINUS;
        t = math_peek(r);
    }
    if (t->kind != TOKEN_MINUS && t->kind != TOKEN_PLUS && t->kind != TOKEN_PLUS_MINUS) return math_term(r);
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    math_node *node = signed_term(r);
    r->depth--;
    if (t->kind == TOKEN_PLUS || r->status != CAIRN_OK) return node;
    if (t->kind == TOKEN_MINUS && is_remainder(node)) { /* -1 mod 2 is (-1) mod 2 */
        node->kid[0] = math_make1(r, MATH_NEGATE, node->kid[0], t->start, node->kid[0]->end);
        node->start = t->start;
        return node;
    }
    node = math_make1(r, t->kind == TOKEN_MINUS ? MATH_NEGATE : MATH_PLUS_MINUS, node, t->start, math_last_end(r));
    if (t->kind == TOKEN_PLUS_MINUS && t->value) node->flags |= MATH_FLAG_TURNED;
    return hoist_unit(r, node);
}

static math_node *sum_of(math_reader *r, uint32_t base, uint32_t start) {
    if (r->status != CAIRN_OK) return r->spare_node;
    if (r->stacked == base + 1) return r->stack[--r->stacked];
    return math_make(r, MATH_SUM, base, start, math_last_end(r));
}

math_node *math_sum(math_reader *r) {
    uint32_t base = r->stacked, start = math_peek(r)->start;
    math_push(r, signed_term(r));
    while (r->status == CAIRN_OK) {
        math_token *t = math_peek(r);
        if (t->kind == TOKEN_PLUS) {
            bool twice = is_double_sign(r, t); /* "3 +-5" */
            math_advance(r);
            math_node *right = signed_term(r);
            if (twice && right->kind == MATH_NEGATE) right->flags |= MATH_FLAG_DOUBLE;
            math_push(r, right);
        } else if (t->kind == TOKEN_MINUS) {
            math_advance(r);
            math_node *right = signed_term(r);
            math_push(r, math_make1(r, MATH_NEGATE, right, t->start, math_last_end(r)));
        } else if (t->kind == TOKEN_PLUS_MINUS) {
            math_advance(r);
            math_node *left = sum_of(r, base, start);
            math_node *right = signed_term(r);
            math_node *node = math_make2(r, MATH_PLUS_MINUS, left, right, start, math_last_end(r));
            if (t->value) node->flags |= MATH_FLAG_TURNED;
            math_push(r, hoist_unit(r, node));
        } else if (t->kind == TOKEN_NUMBER && r->stack[r->stacked - 1]->kind == MATH_QUANTITY) {
            math_push(r, math_term(r));
        } else {
            break;
        }
    }
    if (r->status == CAIRN_OK && r->stacked > base + 1) return hoist_unit(r, sum_of(r, base, start));
    return sum_of(r, base, start);
}

/* ---- sets, ratios, relations ----------------------------------------------------------------------------------- */

/* Beside \cup and after \in, (a, b) is an interval. */
math_node *math_as_set(math_node *node) {
    if (node->kind == MATH_TUPLE && node->flags & MATH_FLAG_INTERVAL_TOO) {
        node->kind = MATH_INTERVAL;
        node->flags = (node->flags & ~(uint32_t)MATH_FLAG_INTERVAL_TOO) | MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT;
    }
    return node;
}

static math_node *unions(math_reader *r) {
    uint32_t start = math_peek(r)->start;
    math_node *left = math_sum(r);
    for (;;) {
        math_token_kind sign = math_peek(r)->kind;
        if (r->no_union && sign != TOKEN_SET_MINUS) return left;
        math_kind kind = sign == TOKEN_UNION          ? MATH_UNION
                         : sign == TOKEN_INTERSECTION ? MATH_INTERSECTION
                         : sign == TOKEN_SET_MINUS    ? MATH_DIFFERENCE
                                                      : MATH_KINDS;
        if (kind == MATH_KINDS) return left;
        uint32_t base = r->stacked;
        math_push(r, math_as_set(left));
        do {
            math_advance(r);
            math_push(r, math_as_set(math_sum(r)));
        } while (math_peek(r)->kind == sign && kind != MATH_DIFFERENCE);
        left = math_make(r, kind, base, start, math_last_end(r));
    }
}

static math_node *ratio(math_reader *r) {
    uint32_t start = math_peek(r)->start, base = r->stacked;
    math_node *first = unions(r);
    bool to = math_token_is(r, math_peek(r), "to") && math_peek_at(r, 1)->kind == TOKEN_NUMBER;
    if ((math_peek(r)->kind != TOKEN_COLON || r->no_bar || first->kind == MATH_TEXT) && !to) return first;
    math_push(r, first);
    while (r->status == CAIRN_OK && (math_peek(r)->kind == TOKEN_COLON || math_token_is(r, math_peek(r), "to"))) {
        math_advance(r);
        math_push(r, unions(r));
    }
    for (uint32_t i = base; r->status == CAIRN_OK && to && i < r->stacked; i++) {
        if (r->stack[i]->kind == MATH_NUMBER) continue;
        r->stacked = base;
        return math_unread(r, "a range", start, math_last_end(r));
    }
    return math_make(r, MATH_RATIO, base, start, math_last_end(r));
}

/* Whether signs of order stand for angle brackets here: <1, 2>. */
static bool is_vector(math_reader *r) {
    math_token *t = math_peek(r);
    bool comma = false;
    if (t->kind != TOKEN_RELATION || t->value != MATH_LESS) return false;
    for (t++; t->kind != TOKEN_END && t->kind != TOKEN_RELATION; t++) comma = comma || t->kind == TOKEN_COMMA;
    return comma && t->kind == TOKEN_RELATION && t->value == MATH_GREATER && t[1].kind == TOKEN_END;
}

/* \pmod{m}, (mod m), "2 mod m" after a congruence: one more side. */
static bool modulus(math_reader *r, uint32_t base) {
    math_token *t = math_peek(r);
    if (r->status != CAIRN_OK) return false;
    math_node *last = r->stack[r->stacked - 1];
    if (t->kind == TOKEN_MODULO && t->value == 1) {
        math_advance(r);
        math_push(r, math_script(r));
    } else if (t->kind == TOKEN_OPEN_ROUND && t[1].kind == TOKEN_MODULO) {
        r->at += 2;
        math_push(r, math_sum(r));
        if (math_peek(r)->kind == TOKEN_CLOSE_ROUND)
            math_advance(r);
        else
            math_push(r, math_unread_item(r, "a bracket is not closed", t->start));
    } else if (r->stacked > base + 1 && r->joint[r->stacked - 1] == MATH_CONGRUENT && last->kind == MATH_CALL &&
               last->kids == 2 && !(last->flags & MATH_FLAG_GROUPED) && strcmp(last->text, "mod") == 0) {
        r->stack[r->stacked - 1] = last->kid[0];
        math_push(r, last->kid[1]);
    } else {
        return false;
    }
    if (r->status == CAIRN_OK) r->joint[r->stacked - 1] = MATH_CONGRUENT;
    return true;
}

static bool is_about(math_reader *r) {
    static const char *const words[] = {"about", "approximately", "About", "Approximately", "roughly"};
    math_token_kind next = math_peek_at(r, 1)->kind;
    if (next != TOKEN_NUMBER && next != TOKEN_CURRENCY && next != TOKEN_FRACTION) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (math_token_is(r, math_peek(r), words[i])) return true;
    return false;
}

/* The first side of a chain; none is written in "= 5", "> 5" and "about 5". */
static void first_side(math_reader *r) {
    math_token *t = math_peek(r);
    if (is_about(r)) {
        t->kind = TOKEN_RELATION;
        t->value = MATH_APPROXIMATE;
    }
    if (t->kind == TOKEN_RELATION && is_vector(r)) {
        math_push(r, math_bracket(r));
        return;
    }
    bool dress = (t->kind == TOKEN_RELATION && t->value == MATH_EQUAL) || math_is_copula(r);
    if (dress) math_advance(r);
    if (math_peek(r)->kind == TOKEN_RELATION)
        math_push(r, math_leaf(r, MATH_EMPTY, "", t->start, t->start));
    else
        math_push(r, ratio(r));
}

/* The other sides, each with its sign. */
static void other_sides(math_reader *r, uint32_t base) {
    bool no_union = r->no_union;
    for (math_token *t = math_peek(r); r->status == CAIRN_OK; t = math_peek(r)) {
        bool names = t->kind == TOKEN_COLON && r->stacked == base + 1 && r->stack[base]->kind == MATH_TEXT;
        names = names || math_is_copula(r);
        if (t->kind == TOKEN_ROW_BREAK && t[1].kind == TOKEN_RELATION) { /* a line that goes on: "\\ = 6" */
            math_advance(r);
            t++;
        }
        if (t->kind != TOKEN_RELATION && !names) break;
        math_relation sign = names ? MATH_EQUAL : (math_relation)t->value;
        math_advance(r);
        if (sign >= MATH_LESS && sign <= MATH_GREATER_EQUAL) r->no_union = true;
        if (names && math_peek(r)->kind == TOKEN_COLON) math_advance(r);
        math_node *side = math_peek(r)->kind == TOKEN_END      ? math_unread(r, "a side is missing", t->start, t->end)
                          : sign == MATH_EQUAL && is_vector(r) ? math_bracket(r)
                                                               : ratio(r);
        if (sign == MATH_IN && r->stacked > base && r->stack[r->stacked - 1]->kind == MATH_NAME)
            side = math_as_set(side);
        math_push(r, side);
        if (r->status == CAIRN_OK) r->joint[r->stacked - 1] = (uint8_t)sign;
    }
    r->no_union = no_union;
}

math_node *math_relation_chain(math_reader *r) {
    uint32_t base = r->stacked, start = math_peek(r)->start;
    if (!math_enter(r)) return r->spare_node;
    first_side(r);
    other_sides(r, base);
    bool modulo = modulus(r, base);
    r->depth--;
    if (r->status != CAIRN_OK) return r->spare_node;
    uint32_t sides = r->stacked - base;
    if (!modulo && sides > 2 && r->joint[r->stacked - 1] == MATH_CONGRUENT) {
        r->stacked = base;
        return math_unread(r, "congruences without a modulus", start, math_last_end(r));
    }
    if (sides == 1) return r->stack[--r->stacked];
    if (modulo && sides == 2) { /* 7 \pmod{3} */
        math_node *call = math_make(r, MATH_CALL, base, start, math_last_end(r));
        call->text = "mod";
        return call;
    }
    math_relation *relations = cairn_arena_alloc(r->arena, sides - 1, sizeof *relations);
    if (!relations) return math_fail(r, CAIRN_NO_MEMORY);
    for (uint32_t i = 1; i < sides; i++) relations[i - 1] = (math_relation)r->joint[base + i];
    math_node *node = math_make(r, MATH_RELATION, base, start, math_last_end(r));
    node->relation = relations;
    return node;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

/* Whether the first and the last token are braces around everything that are only dress: \boxed{...}. */
static bool is_wrapped(const math_reader *r) {
    uint32_t open = 0, last = r->tokens - 2;
    if (r->tokens < 3 || r->token[0].kind != TOKEN_OPEN_GROUP || !r->token[0].value ||
        r->token[last].kind != TOKEN_CLOSE_GROUP)
        return false;
    for (uint32_t i = 0; i <= last; i++) {
        if (r->token[i].kind == TOKEN_OPEN_GROUP) open++;
        if (r->token[i].kind == TOKEN_CLOSE_GROUP && --open == 0) return i == last;
    }
    return false;
}

void math_strip(math_reader *r) {
    for (;;) {
        bool wrapped = is_wrapped(r), stop = r->tokens > 1 && r->token[r->tokens - 2].kind == TOKEN_PERIOD;
        if (!wrapped && !stop) return;
        r->stopped = r->stopped || stop;
        r->token[r->tokens - 2] = r->token[r->tokens - 1];
        r->tokens--;
        if (!wrapped) continue;
        r->token++;
        r->tokens--;
    }
}

cairn_status math_read(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, math_node **out) {
    if (length >= (size_t)1 << 30) return cairn_fail(ctx, CAIRN_LIMIT, "an answer of more than a gigabyte");
    math_reader reader = {.ctx = ctx, .arena = arena, .text = text, .length = (uint32_t)length, .token = NULL};
    math_reader *r = &reader;
    if (!math_make_spare(r)) return CAIRN_NO_MEMORY;
    CAIRN_TRY(math_lex(r));
    math_strip(r);
    if (r->token->kind == TOKEN_HENCE && r->tokens > 1) r->token++, r->tokens--;
    math_node *node = math_whole(r);
    if (!node) node = math_infix(r);
    if (r->status == CAIRN_OK && math_peek(r)->kind != TOKEN_END) {
        const char *why = math_closes(math_peek(r)->kind) ? "a bracket that was not opened" : "not read from here on";
        uint32_t base = r->stacked;
        if (node->kind != MATH_EMPTY) math_push(r, node);
        uint32_t from = math_peek(r)->start;
        r->at = r->tokens - 1;
        math_push(r, math_unread(r, why, from, math_last_end(r)));
        node = r->stacked == base + 1 ? r->stack[base] : math_make(r, MATH_LIST, base, 0, r->length);
    }
    if (r->status != CAIRN_OK) return r->status;
    *out = node;
    return CAIRN_OK;
}

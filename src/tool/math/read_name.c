/* Names with their scripts and primes, calls of functions. */
#include "tool/math/read_parts.h"

enum {
    NAME_MOST = 400,    /* bytes of a name with its scripts */
    INDICES_WITHIN = 64 /* tokens in which another index is looked for */
};

/* A subscript as text: "_1", "_{n+1}"; NULL: it is missing. */
static const char *subscript(math_reader *r, const char *name) {
    math_token *t = math_peek(r);
    math_advance(r);
    if (t->kind == TOKEN_LOWERED)
        return cairn_arena_printf(r->arena, strlen(t->text) > 1 ? "%s_{%s}" : "%s_%s", name, t->text);
    uint32_t first = r->at, open = 0;
    size_t room = 1, n = 0;
    do {
        t = math_peek(r);
        if (t->kind == TOKEN_END || t->kind == TOKEN_BAD) return NULL;
        open += t->kind == TOKEN_OPEN_GROUP;
        open -= t->kind == TOKEN_CLOSE_GROUP && open;
        room += t->end - t->start;
        math_advance(r);
    } while (open);
    bool group = r->token[first].kind == TOKEN_OPEN_GROUP;
    char *text = cairn_arena_alloc(r->arena, room, 1);
    for (uint32_t i = first + group; text && i + group < r->at; i++) {
        t = &r->token[i];
        memcpy(text + n, r->text + t->start, t->end - t->start);
        n += t->end - t->start;
    }
    return text && n ? cairn_arena_printf(r->arena, n > 1 ? "%s_{%s}" : "%s_%s", name, text) : NULL;
}

static bool is_letter_of(const char *name, const char *set) {
    return name[0] && !name[1] && strchr(set, name[0]);
}

/* A bracket after the letter of a function: f(x). Other letters are functions where "P(x) =" or "C(5, 2)" says so. */
static bool is_call(math_reader *r, const char *name) {
    math_token *t = math_peek(r);
    if (t->kind != TOKEN_OPEN_ROUND) return false;
    if (is_letter_of(name, "fgh") || (name[0] && strchr("fgh", name[0]) && strchr("'_^", name[1]))) return true;
    if (!name[0] || strlen(name) > 2) return false;
    math_token *a = math_peek_at(r, 1), *b = math_peek_at(r, 2), *c = math_peek_at(r, 3), *d = math_peek_at(r, 4);
    bool minus = a->kind == TOKEN_MINUS;
    if ((minus ? b : a)->kind == TOKEN_NUMBER && (minus ? c : b)->kind == TOKEN_CLOSE_ROUND)
        return true; /* y(0), P(-1) */
    if (a->kind != TOKEN_NAME && a->kind != TOKEN_NUMBER) return false;
    if (b->kind == TOKEN_COMMA) return true;
    if (name[0] == 'P' && (b->kind == TOKEN_RELATION || b->kind == TOKEN_UNION || b->kind == TOKEN_INTERSECTION ||
                           b->kind == TOKEN_MID || b->kind == TOKEN_BAR))
        return true;
    return b->kind == TOKEN_CLOSE_ROUND && c->kind == TOKEN_RELATION && c->value == MATH_EQUAL &&
           d->kind != TOKEN_END && !(t->flags & TOKEN_FLAG_BLANK);
}

/* (a, b) after a function: its arguments. */
static math_node *call(math_reader *r, const char *name, uint32_t start) {
    math_node *inside = math_bracket(r);
    uint32_t base = r->stacked;
    if (inside->kind == MATH_TUPLE)
        for (uint32_t i = 0; i < inside->kids; i++) math_push(r, inside->kid[i]);
    else
        math_push(r, inside);
    math_node *node = math_make(r, MATH_CALL, base, start, math_last_end(r));
    node->text = name;
    return node;
}

/* The sign of \mathbb{Z}^+, in braces or not. */
static bool raised_sign(math_reader *r, const char *set) {
    if (strcmp(set, "Reals") && strcmp(set, "Integers") && strcmp(set, "Rationals") && strcmp(set, "Naturals"))
        return false;
    bool group = math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP;
    math_token_kind sign = math_peek_at(r, group ? 2 : 1)->kind;
    if (sign != TOKEN_PLUS && sign != TOKEN_MINUS && sign != TOKEN_TIMES) return false;
    return !group || math_peek_at(r, 3)->kind == TOKEN_CLOSE_GROUP;
}

/* Whether a letter, a number directly after it and a relation stand at `t`: "x1 =". */
static bool is_numbered(const math_token *t) {
    return t->kind == TOKEN_NAME && !t->text[1] && t[1].kind == TOKEN_NUMBER && !(t[1].flags & TOKEN_FLAG_BLANK) &&
           math_is_whole(t[1].text) && t[2].kind == TOKEN_RELATION;
}

static bool begins_statement(const math_reader *r, const math_token *t) {
    if (t == r->token) return true;
    switch (t[-1].kind) {
    case TOKEN_COMMA:
    case TOKEN_SEMICOLON:
    case TOKEN_AND:
    case TOKEN_OR:
    case TOKEN_ROW_BREAK:
        return true;
    default:
        return false;
    }
}

/* "x1 = 3" beside "x2 = 2": the number is an index. One alone may be a power that lost its sign. */
static bool has_index(const math_reader *r, const math_token *t) {
    if (r->calculator || !is_numbered(t) || !begins_statement(r, t)) return false;
    for (const math_token *other = r->token; other->kind != TOKEN_END && other < r->token + INDICES_WITHIN; other++)
        if (is_numbered(other) && begins_statement(r, other) && strcmp(other->text, t->text) == 0 &&
            strcmp(other[1].text, t[1].text) != 0)
            return true;
    return false;
}

bool math_takes_subscript(const math_node *power) {
    return power->kind == MATH_POWER && !(power->flags & MATH_FLAG_GROUPED) && power->kid[0]->kind == MATH_NAME &&
           !(power->kid[0]->flags & MATH_FLAG_GROUPED) && !strpbrk(power->kid[0]->text, "_^' ");
}

math_node *math_late_subscript(math_reader *r, math_node *power) {
    const math_node *base = power->kid[0];
    const char *text = subscript(r, base->text);
    if (!text) return math_unread_item(r, "a subscript is missing", power->start);
    if (strlen(text) > NAME_MOST) return math_unread_item(r, "a name that is too long", power->start);
    power->kid[0] = math_leaf(r, MATH_NAME, text, base->start, base->end);
    return power;
}

math_node *math_name(math_reader *r) {
    math_token *t = math_peek(r);
    const char *text = t->text;
    if (has_index(r, t)) {
        r->at += 2;
        text = cairn_arena_printf(r->arena, "%s_%s", t->text, t[1].text);
        return text ? math_leaf(r, MATH_NAME, text, t->start, t[1].end) : math_fail(r, CAIRN_NO_MEMORY);
    }
    if (r->calculator && r->status == CAIRN_OK && !math_calculator_knows(r, text))
        return math_fail(
            r, cairn_fail(r->ctx, CAIRN_NOT_FOUND, "not evaluated: a name without a value at byte %u", t->start));
    math_advance(r);
    if (r->calculator) return math_leaf(r, MATH_NAME, text, t->start, t->end);
    for (;;) {
        math_token *next = math_peek(r);
        if (next->kind == TOKEN_UNDERSCORE || next->kind == TOKEN_LOWERED) {
            text = subscript(r, text);
            if (!text) return math_unread_item(r, "a subscript is missing", t->start);
        } else if (next->kind == TOKEN_PRIME) {
            text = cairn_arena_printf(r->arena, next->value == 2 ? "%s''" : "%s'", text);
            math_advance(r);
        } else if (next->kind == TOKEN_CARET && raised_sign(r, t->text)) {
            text = cairn_arena_printf(
                r->arena, "%s^%c", text,
                r->text[math_peek_at(r, math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP ? 2 : 1)->start]);
            r->at += math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP ? 4 : 2;
        } else if (next->kind == TOKEN_CARET && math_peek_at(r, 1)->kind == TOKEN_PRIME) {
            text = cairn_arena_printf(r->arena, "%s'", text);
            r->at += 2;
        } else if (next->kind == TOKEN_CARET && math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP &&
                   math_peek_at(r, 2)->kind == TOKEN_PRIME && math_peek_at(r, 3)->kind == TOKEN_CLOSE_GROUP) {
            text = cairn_arena_printf(r->arena, "%s'", text);
            r->at += 4;
        } else if (is_letter_of(t->text, "fgh") && next->kind == TOKEN_CARET &&
                   math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP && math_peek_at(r, 2)->kind == TOKEN_MINUS &&
                   math_peek_at(r, 3)->kind == TOKEN_NUMBER && !strcmp(math_peek_at(r, 3)->text, "1") &&
                   math_peek_at(r, 4)->kind == TOKEN_CLOSE_GROUP) {
            text = cairn_arena_printf(r->arena, "%s^{-1}", text);
            r->at += 5;
        } else {
            break;
        }
        if (!text) return math_fail(r, CAIRN_NO_MEMORY);
        if (strlen(text) > NAME_MOST) return math_unread_item(r, "a name that is too long", t->start);
    }
    if (strcmp(text, "Delta") == 0 && math_peek(r)->kind == TOKEN_NAME && strlen(math_peek(r)->text) == 3) {
        const char *triangle = cairn_arena_printf(r->arena, "\\triangle %s", math_peek(r)->text);
        math_advance(r);
        return math_leaf(r, MATH_NAME, triangle, t->start, math_last_end(r));
    }
    if (is_call(r, text)) return call(r, text, t->start);
    return math_leaf(r, MATH_NAME, text, t->start, math_last_end(r));
}

static const char *inverse(const char *function) {
    static const char *const pairs[][2] = {{"sin", "arcsin"},   {"cos", "arccos"},   {"tan", "arctan"},
                                           {"cot", "arccot"},   {"sec", "arcsec"},   {"csc", "arccsc"},
                                           {"sinh", "arcsinh"}, {"cosh", "arccosh"}, {"tanh", "arctanh"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], function) == 0) return pairs[i][1];
    return NULL;
}

/* The argument of a function without brackets: factors up to the next sign or function: \sin 2x, \ln x. */
static math_node *bare_argument(math_reader *r) {
    uint32_t base = r->stacked, start = math_peek(r)->start;
    math_push(r, math_factor(r));
    while (r->status == CAIRN_OK) {
        math_token_kind kind = math_peek(r)->kind;
        if (kind == TOKEN_OPEN_ROUND && r->stack[r->stacked - 1]->kind == MATH_NUMBER) /* \sin 2(x + 1) */
            kind = TOKEN_OPEN_GROUP;
        if (kind != TOKEN_NAME && kind != TOKEN_ROOT && kind != TOKEN_FRACTION && kind != TOKEN_OPEN_GROUP) break;
        math_push(r, math_factor(r));
    }
    if (r->status != CAIRN_OK) return r->spare_node;
    if (r->stacked == base + 1) return r->stack[--r->stacked];
    math_node *node = math_make(r, MATH_PRODUCT, base, start, math_last_end(r));
    node->flags |= MATH_FLAG_IMPLICIT;
    return node;
}

static bool is_trigonometric(const char *name) {
    return inverse(name) && strlen(name) == 3;
}

/* \sin^2, \log_{10}, log2(8): exponent and base, NULL where none is written. */
static void function_scripts(math_reader *r, const math_token *function, math_node **power, math_node **base) {
    for (;;) {
        math_token *t = math_peek(r);
        bool before_bracket = math_peek_at(r, 1)->kind == TOKEN_OPEN_ROUND;
        bool log = strcmp(function->text, "log") == 0 && r->text[function->start] != '\\';
        if (t->kind == TOKEN_CARET && !*power) {
            math_advance(r);
            *power = math_script(r);
        } else if (t->kind == TOKEN_RAISED && !*power) {
            math_advance(r);
            *power = math_leaf(r, math_is_whole(t->text) ? MATH_NUMBER : MATH_UNREAD, t->text, t->start, t->end);
        } else if (t->kind == TOKEN_UNDERSCORE && !*base) {
            math_advance(r);
            bool ten = math_peek(r)->kind == TOKEN_NUMBER && strlen(math_peek(r)->text) == 2 &&
                       math_peek_at(r, 1)->kind == TOKEN_OPEN_ROUND; /* log_10(x) */
            *base = ten ? math_script(r) : math_argument(r);
        } else if (t->kind == TOKEN_LOWERED && !*base) {
            math_advance(r);
            *base = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
        } else if (t->kind == TOKEN_NUMBER && !*base && !*power && log && before_bracket &&
                   !(t->flags & TOKEN_FLAG_BLANK)) {
            *base = math_script(r);
        } else {
            return;
        }
    }
}

static math_node *call_of(math_reader *r, const char *text, math_node *argument, uint32_t start) {
    math_node *node = math_make1(r, MATH_CALL, argument, start, math_last_end(r));
    node->text = text;
    return node;
}

/* Whether a group that holds nothing but round brackets begins here: {(x + 1)}. */
static bool wraps_round(math_reader *r) {
    const math_token *t = math_peek(r);
    if (t->kind != TOKEN_OPEN_GROUP || t[1].kind != TOKEN_OPEN_ROUND) return false;
    uint32_t open = 0;
    for (t++; t->kind != TOKEN_END; t++) {
        open += t->kind == TOKEN_OPEN_ROUND;
        if (t->kind == TOKEN_CLOSE_ROUND && --open == 0) return t[1].kind == TOKEN_CLOSE_GROUP;
    }
    return false;
}

static bool is_of_set(const char *function) {
    static const char *const names[] = {"max", "min", "gcd", "lcm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], function) == 0) return true;
    return false;
}

/* The call after its scripts. */
static math_node *function_call(math_reader *r, const char *text, uint32_t start) {
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_OPEN_ROUND) return call(r, text, start);
    if (wraps_round(r)) { /* \ln{(6)}^2 is (ln 6)^2, as \ln(6)^2 is */
        math_advance(r);
        math_node *node = call(r, text, start);
        if (math_peek(r)->kind == TOKEN_CLOSE_GROUP)
            math_advance(r);
        else
            node = math_unread_item(r, "a brace is not closed", start);
        return node;
    }
    if (t->kind == TOKEN_OPEN_BRACE) {
        math_node *argument = math_unbraced(r, math_bracket(r));
        if (argument->kind == MATH_SET && argument->kids > 1 && is_of_set(text)) { /* \max\{a, b\} */
            argument->kind = MATH_CALL;
            argument->text = text;
            argument->start = start;
            return argument;
        }
        return call_of(r, text, argument, start);
    }
    if (t->kind == TOKEN_MINUS && t[1].kind == TOKEN_NUMBER)
        return math_unread_item(r, "an argument without brackets", start);
    bool bar = t->kind == TOKEN_BAR && t->value != 2 && r->bars == 0;
    if (!math_starts_value(r) && !bar) return math_unread_item(r, "a function without an argument", start);
    bool no_bar = r->no_bar;
    if (t->kind == TOKEN_BAR) r->no_bar = false; /* {ln |x|, ...} */
    math_node *argument = bare_argument(r);
    r->no_bar = no_bar;
    if (is_trigonometric(text) && math_peek(r)->kind == TOKEN_DIVIDE && math_peek_at(r, 1)->kind == TOKEN_NUMBER)
        return math_unread_item(r, "where the argument of a function ends", start);
    return call_of(r, text, argument, start);
}

/* abs(x), floor(x) ...: what has a kind of its own. */
static void give_kind(math_node *node) {
    static const struct {
        const char *name;
        math_kind kind;
    } kinds[] = {{"abs", MATH_ABS}, {"floor", MATH_FLOOR}, {"ceiling", MATH_CEILING}, {"factorial", MATH_FACTORIAL}};
    if (node->kind != MATH_CALL || node->kids != 1) return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, node->text) != 0) continue;
        node->kind = kinds[i].kind;
        node->text = NULL;
        return;
    }
}

/* cis x is cos x + i sin x. */
static math_node *cis(math_reader *r, math_node *call) {
    math_node *of = call->kid[0];
    math_node *imaginary = math_leaf(r, MATH_NAME, "i", call->start, call->end);
    math_node *cosine = math_make1(r, MATH_CALL, of, call->start, call->end);
    math_node *sine = math_make1(r, MATH_CALL, of, call->start, call->end);
    if (r->status != CAIRN_OK) return r->spare_node;
    cosine->text = "cos";
    sine->text = "sin";
    sine = math_make2(r, MATH_PRODUCT, imaginary, sine, call->start, call->end);
    return math_make2(r, MATH_SUM, cosine, sine, call->start, call->end);
}

static bool is_minus_one(const math_node *node) {
    return node && node->kind == MATH_NEGATE && node->kid[0]->kind == MATH_NUMBER &&
           strcmp(node->kid[0]->text, "1") == 0;
}

math_node *math_function(math_reader *r) {
    math_token *t = math_peek(r);
    const char *text = t->text;
    math_node *power = NULL, *base = NULL;
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    function_scripts(r, t, &power, &base);
    if (is_minus_one(power) && inverse(text)) {
        text = inverse(text);
        power = NULL;
    }
    math_node *node = base && strcmp(text, "log") != 0 ? math_unread_item(r, "a subscript of a function", t->start)
                                                       : function_call(r, text, t->start);
    if (base && node->kind == MATH_CALL && node->kids == 1) {
        node = math_make2(r, MATH_CALL, node->kid[0], base, t->start, math_last_end(r));
        node->text = text;
    }
    give_kind(node);
    if (node->kind == MATH_CALL && node->kids == 1 && strcmp(node->text, "cis") == 0) node = cis(r, node);
    if (power) node = math_make2(r, MATH_POWER, node, power, t->start, math_last_end(r));
    r->depth--;
    return node;
}

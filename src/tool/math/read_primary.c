/* What a formula is made of: numbers, names, calls, brackets, bars, fractions, roots, tables. */
#include "tool/math/read_parts.h"

/* ---- numbers --------------------------------------------------------------------------------------------------- */

bool math_is_whole(const char *digits) {
    return digits[0] && strspn(digits, "0123456789") == strlen(digits);
}

/* Whether a / b is a proper fraction of whole numbers. */
static bool is_proper(const char *a, size_t a_length, const char *b) {
    if (!math_is_whole(b) || strspn(a, "0123456789") < a_length || a_length == 0) return false;
    if (a_length > 1 && *a == '0') return false; /* 2 050/3000 */
    size_t b_length = strlen(b);
    return a_length < b_length || (a_length == b_length && memcmp(a, b, a_length) < 0);
}

/* {digits}, or digits: the token after it, NULL where it is neither. */
static math_token *braced_number(math_token *t, const char **digits) {
    bool braced = t->kind == TOKEN_OPEN_GROUP;
    math_token *number = t + braced;
    if (number->kind != TOKEN_NUMBER || (braced && number[1].kind != TOKEN_CLOSE_GROUP)) return NULL;
    *digits = number->text;
    return number + 1 + braced;
}

/* How many tokens make the fraction of a mixed number after the whole number at this token; 0: none. *unclear: it may
 * be a product with what follows. */
static uint32_t mixed_fraction(math_reader *r, bool *unclear) {
    math_token *t = math_peek(r), *after = NULL;
    const char *above, *below;
    if (!math_is_whole(t->text)) return 0;
    if (t[1].kind == TOKEN_FRACTION) {
        if (strcmp(t->text, "0") == 0 && !r->calculator) return 0;
        after = braced_number(t + 2, &above);
        if (!after) return 0;
        if (t[2].kind == TOKEN_NUMBER && strlen(above) == 2) {
            if (!is_proper(above, 1, above + 1)) return 0;
        } else {
            after = braced_number(after, &below);
            if (!after || !is_proper(above, strlen(above), below)) return 0;
        }
    } else if (t[1].kind == TOKEN_NUMBER && t[1].flags & TOKEN_FLAG_BLANK && t[2].kind == TOKEN_DIVIDE &&
               t[3].kind == TOKEN_NUMBER) {
        bool nothing = strcmp(t[3].text, "0") == 0; /* 1 1/0: a division by zero */
        if (!nothing && !is_proper(t[1].text, strlen(t[1].text), t[3].text)) return 0;
        after = t + 4;
    } else {
        return 0;
    }
    uint32_t tokens = (uint32_t)(after - t) - 1;
    if (after->flags & TOKEN_FLAG_ROMAN) return tokens;
    switch (after->kind) {
    case TOKEN_NAME: /* 1\frac13\pi */
    case TOKEN_ROOT:
    case TOKEN_FUNCTION:
        *unclear = true;
        return tokens;
    case TOKEN_OPEN_ROUND: /* something multiplies it: a product, as written */
    case TOKEN_OPEN_SQUARE:
    case TOKEN_OPEN_GROUP:
    case TOKEN_FRACTION:
    case TOKEN_CARET:
    case TOKEN_RAISED:
    case TOKEN_NUMBER:
    case TOKEN_BANG:
        return 0;
    default:
        return tokens;
    }
}

static math_node *number_leaf(math_reader *r, const math_token *t) {
    math_node *node = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
    if (t->flags & TOKEN_FLAG_GROUPED) node->flags |= MATH_FLAG_COMMA_GROUPED;
    if (t->flags & TOKEN_FLAG_DOTS) node->flags |= MATH_FLAG_OPEN_RIGHT;
    return node;
}

static math_node *vulgar(math_reader *r) {
    math_token *t = math_peek(r);
    math_advance(r);
    math_node *above = math_leaf(r, MATH_NUMBER, cairn_arena_printf(r->arena, "%d", t->value / 16), t->start, t->end);
    math_node *below = math_leaf(r, MATH_NUMBER, cairn_arena_printf(r->arena, "%d", t->value % 16), t->start, t->end);
    return math_make2(r, MATH_QUOTIENT, above, below, t->start, t->end);
}

static math_node *based(math_reader *r, math_token *t) {
    bool lowered = math_peek(r)->kind == TOKEN_LOWERED;
    math_node *base;
    if (lowered) {
        base = math_leaf(r, MATH_NUMBER, math_peek(r)->text, math_peek(r)->start, math_peek(r)->end);
        math_advance(r);
    } else {
        math_advance(r);
        bool said = math_peek(r)->kind == TOKEN_OPEN_GROUP && math_token_is(r, math_peek_at(r, 1), "base") &&
                    math_peek_at(r, 2)->kind == TOKEN_NUMBER && math_peek_at(r, 3)->kind == TOKEN_CLOSE_GROUP;
        if (said) r->at += 2; /* _{\text{base } 8} */
        base = math_script(r);
        if (said) math_advance(r);
    }
    if (base->kind == MATH_NUMBER &&
        (base->text[0] == '0' || strlen(base->text) > 2 || !math_is_whole(base->text) || !strcmp(base->text, "1")))
        return math_unread_item(r, "digits in no base", t->start);
    math_node *node = math_make1(r, MATH_BASED, base, t->start, math_last_end(r));
    node->text = t->text;
    return node;
}

/* "2516 base 8", "2516 in base 8", "2516 (base 8)". */
static bool is_base_word(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_OPEN_ROUND || math_token_is(r, t, "in")) t++;
    return math_token_is(r, t, "base") && t[1].kind == TOKEN_NUMBER;
}

static math_node *based_in_words(math_reader *r, math_token *digits) {
    bool bracket = math_peek(r)->kind == TOKEN_OPEN_ROUND;
    while (!math_token_is(r, math_peek(r), "base")) math_advance(r);
    math_advance(r);
    math_token *base = math_peek(r);
    math_advance(r);
    if (bracket && math_peek(r)->kind != TOKEN_CLOSE_ROUND)
        return math_unread_item(r, "a bracket is not closed", digits->start);
    if (bracket) math_advance(r);
    math_node *node = math_make1(r, MATH_BASED, number_leaf(r, base), digits->start, math_last_end(r));
    node->text = digits->text;
    return node;
}

/* Whether "C" and a number stand directly after the number at this token: 5C2, a binomial coefficient. */
static bool is_combination(math_reader *r) {
    const math_token *t = math_peek(r), *sign = t + 1, *of = t + 2;
    if (r->calculator || sign->kind != TOKEN_NAME || strcmp(sign->text, "C") != 0 || of->kind != TOKEN_NUMBER)
        return false;
    if (((sign->flags | of->flags) & TOKEN_FLAG_BLANK) || !math_is_whole(t->text) || !math_is_whole(of->text))
        return false;
    size_t n = strlen(t->text), k = strlen(of->text);
    bool most = k < n || (k == n && strcmp(of->text, t->text) <= 0);
    return most && *t->text != '0' && of[1].kind != TOKEN_UNDERSCORE && of[1].kind != TOKEN_LOWERED;
}

static math_node *combination(math_reader *r) {
    const math_token *t = math_peek(r);
    math_node *all = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
    math_node *some = math_leaf(r, MATH_NUMBER, t[2].text, t[2].start, t[2].end);
    math_node *node = math_make2(r, MATH_CALL, all, some, t->start, t[2].end);
    if (r->status == CAIRN_OK) node->text = "binomial";
    r->at += 3;
    return node;
}

static math_node *number(math_reader *r) {
    math_token *t = math_peek(r);
    bool unclear = false;
    uint32_t fraction = mixed_fraction(r, &unclear);
    if (unclear) return math_unread_item(r, "a mixed number or a product", t->start);
    if (is_combination(r)) return combination(r);
    math_advance(r);
    math_token *next = math_peek(r);
    if (next->kind == TOKEN_UNDERSCORE || next->kind == TOKEN_LOWERED) return based(r, t);
    if (is_base_word(r)) return based_in_words(r, t);
    math_node *whole = number_leaf(r, t);
    if (next->kind == TOKEN_VULGAR) return math_make2(r, MATH_MIXED, whole, vulgar(r), t->start, next->end);
    if (fraction && next->kind == TOKEN_FRACTION) {
        math_node *part = math_primary(r);
        return math_make2(r, MATH_MIXED, whole, part, t->start, math_last_end(r));
    }
    if (fraction) {
        r->at += 3;
        math_node *part =
            math_make2(r, MATH_QUOTIENT, number_leaf(r, next), number_leaf(r, next + 2), next->start, next[2].end);
        return math_make2(r, MATH_MIXED, whole, part, t->start, next[2].end);
    }
    return whole;
}

math_node *math_improper_mixed(math_reader *r, math_node *whole, uint32_t start) {
    const math_token *t = math_peek(r);
    if (r->calculator || whole->kind != MATH_NUMBER || t->kind != TOKEN_NUMBER || t[1].kind != TOKEN_DIVIDE ||
        t[2].kind != TOKEN_NUMBER || t[3].kind != TOKEN_END)
        return NULL;
    uint32_t end = t[2].end, base = r->stacked;
    const char *joined = cairn_arena_printf(r->arena, "%s%s", whole->text, t->text);
    math_node *above = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
    math_node *below = math_leaf(r, MATH_NUMBER, t[2].text, t[2].start, end);
    math_node *fraction = math_make2(r, MATH_QUOTIENT, above, below, t->start, end);
    r->at += 3;
    math_push(r, math_make2(r, MATH_SUM, whole, fraction, start, end));
    math_push(r, math_make2(r, MATH_PRODUCT, whole, fraction, start, end));
    math_push(r, math_make2(r, MATH_LIST, whole, fraction, start, end));
    if (math_is_whole(whole->text) && math_is_whole(t->text))
        math_push(r, math_make2(r, MATH_QUOTIENT, math_leaf(r, MATH_NUMBER, joined, start, t->end), below, start, end));
    math_node *node = math_make(r, MATH_UNREAD, base, start, end);
    if (r->status == CAIRN_OK) node->text = "a number after a factor";
    return node;
}

static math_node *money(math_reader *r) {
    math_token *t = math_peek(r);
    math_advance(r);
    if (!math_starts_value(r) || math_peek(r)->kind == TOKEN_CURRENCY)
        return math_unread_item(r, "money without a number", t->start);
    math_node *value = math_factor(r);
    math_node *unit = math_leaf(r, MATH_NAME, t->text, t->start, t->end);
    return math_make2(r, MATH_QUANTITY, value, unit, t->start, math_last_end(r));
}

/* ---- fractions, roots, accents --------------------------------------------------------------------------------- */

static math_node *fraction(math_reader *r) {
    math_token *t = math_peek(r);
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    math_node *above = math_argument(r);
    math_node *below = math_argument(r);
    if (t->kind == TOKEN_FRACTION && math_is_derivative(above, below)) {
        r->depth--;
        return math_unread_item(r, "a derivative", t->start);
    }
    math_node *node =
        math_make2(r, t->kind == TOKEN_FRACTION ? MATH_QUOTIENT : MATH_CALL, above, below, t->start, math_last_end(r));
    if (t->kind == TOKEN_BINOMIAL) node->text = "binomial";
    r->depth--;
    return node;
}

static math_node *root(math_reader *r) {
    math_token *t = math_peek(r);
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    math_node *degree = NULL;
    if (math_peek(r)->kind == TOKEN_OPEN_SQUARE && r->text[t->start] == '\\') {
        math_advance(r);
        degree = math_sum(r);
        if (math_peek(r)->kind == TOKEN_CLOSE_SQUARE)
            math_advance(r);
        else
            degree = math_unread_item(r, "the degree of a root", t->start);
    }
    if (!degree) degree = math_leaf(r, MATH_NUMBER, t->value == 3 ? "3" : t->value == 4 ? "4" : "2", t->start, t->end);
    bool command = r->text[t->start] == '\\';
    math_node *of = math_peek(r)->kind == TOKEN_NUMBER && !command ? math_primary(r) : math_argument(r);
    math_node *node = math_make2(r, MATH_ROOT, of, degree, t->start, math_last_end(r));
    r->depth--;
    return node;
}

/* \overline{AB}, \vec{a}, \triangle ABC: one name, as written but for blanks. */
math_node *math_accent(math_reader *r) {
    math_token *t = math_peek(r);
    math_advance(r);
    math_token *inner = math_peek(r);
    bool group = inner->kind == TOKEN_OPEN_GROUP;
    uint32_t from = inner->start, to = inner->end;
    if (group) {
        math_advance(r);
        from = math_peek(r)->start;
        while (math_peek(r)->kind == TOKEN_NAME || math_peek(r)->kind == TOKEN_PRIME) math_advance(r);
        to = math_last_end(r);
        if (math_peek(r)->kind != TOKEN_CLOSE_GROUP || to <= from)
            return math_unread_item(r, "what stands under a line", t->start);
        math_advance(r);
    } else {
        if (inner->kind != TOKEN_NAME) return math_unread_item(r, "what stands under a line", t->start);
        math_advance(r);
        while (t->kind == TOKEN_FIGURE && math_peek(r)->kind == TOKEN_NAME) math_advance(r);
        to = math_last_end(r);
    }
    char *letters = cairn_arena_alloc(r->arena, to - from + 1, 1);
    if (!letters) return math_fail(r, CAIRN_NO_MEMORY);
    size_t n = 0;
    for (uint32_t i = from; i < to; i++)
        if (!strchr(" \t\r\n~", r->text[i])) letters[n++] = r->text[i];
    const char *text = cairn_arena_printf(r->arena, t->kind == TOKEN_FIGURE ? "\\%s %s" : "\\%s{%s}", t->text, letters);
    return math_leaf(r, MATH_NAME, text, t->start, math_last_end(r));
}

/* The letter of "a circle", "A square", "I": a word, not a symbol. */
static bool begins_words(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->text[1] || !strchr("aAI", t->text[0]) || !(t[1].flags & TOKEN_FLAG_BLANK)) return false;
    math_token_kind before = r->at ? t[-1].kind : TOKEN_COMMA;
    return (before == TOKEN_COMMA || before == TOKEN_RELATION || before == TOKEN_COLON || before == TOKEN_AND ||
            before == TOKEN_OR) &&
           (t->flags & TOKEN_FLAG_ROMAN) == (t[1].flags & TOKEN_FLAG_ROMAN) && !math_token_is(r, t + 1, "is");
}

math_node *math_primary(math_reader *r) {
    math_token *t = math_peek(r);
    if (r->status != CAIRN_OK) return r->spare_node;
    switch (t->kind) {
    case TOKEN_NUMBER: {
        math_node *said = r->calculator ? NULL : math_number_words(r);
        return said ? said : number(r);
    }
    case TOKEN_DIGITS:
        math_advance(r);
        return based(r, t);
    case TOKEN_VULGAR:
        return vulgar(r);
    case TOKEN_NAME:
        if (t[1].kind == TOKEN_WORD && t->text[0] == 'a' && !t->text[1]) {
            math_node *said = math_number_words(r);
            if (said) return said;
        }
        if (t[1].kind == TOKEN_WORD && begins_words(r)) return math_words(r);
        return math_name(r);
    case TOKEN_WORD: {
        math_node *said = math_number_words(r);
        return said ? said : math_words(r);
    }
    case TOKEN_TIME:
    case TOKEN_DATE:
        return math_words(r);
    case TOKEN_FUNCTION:
        return math_function(r);
    case TOKEN_SIGMA:
        return math_sum_over(r);
    case TOKEN_FRACTION:
    case TOKEN_BINOMIAL:
        return fraction(r);
    case TOKEN_ROOT:
        return root(r);
    case TOKEN_ACCENT:
    case TOKEN_FIGURE:
        return math_accent(r);
    case TOKEN_CURRENCY:
        return money(r);
    case TOKEN_EMPTY_SET:
        math_advance(r);
        return math_make(r, MATH_SET, r->stacked, t->start, t->end);
    case TOKEN_BAR:
    case TOKEN_DOUBLE_BAR:
        return math_bars(r);
    case TOKEN_BEGIN:
        return math_environment(r);
    case TOKEN_ELLIPSIS:
        return math_unread_item(r, "an ellipsis", t->start);
    case TOKEN_BAD:
        return math_unread_item(r, t->text, t->start);
    case TOKEN_END:
        return math_unread(r, "the end comes too early", t->start, t->end);
    default:
        if (t->kind == TOKEN_OPEN_ROUND || t->kind == TOKEN_OPEN_SQUARE || t->kind == TOKEN_CLOSE_SQUARE ||
            t->kind == TOKEN_OPEN_BRACE || t->kind == TOKEN_OPEN_GROUP || t->kind == TOKEN_OPEN_ANGLE ||
            t->kind == TOKEN_OPEN_FLOOR || t->kind == TOKEN_OPEN_CEILING ||
            (t->kind == TOKEN_RELATION && t->value == MATH_LESS))
            return math_bracket(r);
        return math_unread_item(r, "a sign where a value was expected", t->start);
    }
}

/* Terms and factors: products, quotients, powers, signs after a value, units. */
#include "tool/math/read_parts.h"

/* ---- factors --------------------------------------------------------------------------------------------------- */

/* A degree sign after "^", in braces or not. */
static bool raised_degree(math_reader *r, const math_node *of) {
    bool braced = math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP;
    math_token *o = math_peek_at(r, 1 + braced);
    if (!r->calculator && of->kind == MATH_NUMBER && o->kind == TOKEN_NAME && strcmp(o->text, "o") == 0 &&
        (!braced || o[1].kind == TOKEN_CLOSE_GROUP)) {
        r->at += 2 + 2 * (uint32_t)braced; /* 90^o */
        return true;
    }
    if (math_peek_at(r, 1)->kind == TOKEN_DEGREE) {
        r->at += 2;
        return true;
    }
    if (math_peek_at(r, 1)->kind == TOKEN_OPEN_GROUP && math_peek_at(r, 2)->kind == TOKEN_DEGREE &&
        math_peek_at(r, 3)->kind == TOKEN_CLOSE_GROUP) {
        r->at += 4;
        return true;
    }
    return false;
}

static math_node *exponent(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_OPEN_GROUP) return math_argument(r);
    if (!math_enter(r)) return r->spare_node;
    math_node *node;
    if (t->kind == TOKEN_MINUS || t->kind == TOKEN_PLUS) {
        math_advance(r);
        node = exponent(r);
        if (t->kind == TOKEN_MINUS) node = math_make1(r, MATH_NEGATE, node, t->start, math_last_end(r));
    } else if (t->kind == TOKEN_TIMES) { /* the adjoint x^* */
        math_advance(r);
        node = math_leaf(r, MATH_NAME, "*", t->start, t->end);
    } else {
        node = t->kind == TOKEN_NUMBER ? math_script(r)
               : math_starts_value(r)  ? math_primary(r)
                                       : math_unread_item(r, "an exponent is missing", t->start);
        if (math_peek(r)->kind == TOKEN_CARET) {
            math_advance(r);
            math_node *next = exponent(r);
            node = math_make2(r, MATH_POWER, node, next, t->start, math_last_end(r));
        } else if (math_peek(r)->kind == TOKEN_BANG) {
            node = math_unread_item(r, "a factorial after an exponent", t->start);
        }
    }
    r->depth--;
    return node;
}

static math_node *factorial(math_reader *r, math_node *of, uint32_t start) {
    math_advance(r);
    bool twice = math_peek(r)->kind == TOKEN_BANG && !(math_peek(r)->flags & TOKEN_FLAG_BLANK);
    if (twice) math_advance(r);
    math_node *node = math_make1(r, MATH_FACTORIAL, of, start, math_last_end(r));
    if (twice) node->flags |= MATH_FLAG_DOUBLE;
    return node;
}

/* 45°30', 12°30'15": minutes and seconds of an angle after its degrees. */
static math_node *with_minutes(math_reader *r, math_node *of, uint32_t start) {
    static const char *const parts[] = {"60", "3600"};
    uint32_t base = r->stacked;
    math_push(r, of);
    for (int i = 0; i < 2; i++) {
        math_token *t = math_peek(r), *sign = t + 1;
        bool seconds = sign->kind == TOKEN_PRIME && (sign->value == 2 || sign[1].kind == TOKEN_PRIME);
        if (t->kind != TOKEN_NUMBER || sign->kind != TOKEN_PRIME || seconds != (i == 1)) continue;
        math_node *part = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
        math_node *whole = math_leaf(r, MATH_NUMBER, parts[i], t->end, t->end);
        r->at += seconds && sign->value != 2 ? 3 : 2;
        math_push(r, math_make2(r, MATH_QUOTIENT, part, whole, t->start, math_last_end(r)));
    }
    if (r->status != CAIRN_OK) return r->spare_node;
    math_node *sum =
        r->stacked == base + 1 ? r->stack[--r->stacked] : math_make(r, MATH_SUM, base, start, math_last_end(r));
    return math_make1(r, MATH_DEGREES, sum, start, math_last_end(r));
}

static math_node *degrees(math_reader *r, math_node *of, uint32_t start) {
    math_token *t = math_peek(r);
    if (of->kind == MATH_NUMBER && math_is_whole(of->text) && t->kind == TOKEN_NUMBER && t[1].kind == TOKEN_PRIME)
        return with_minutes(r, of, start);
    if (t[-1].end - t[-1].start == 5 && r->at > 1 && t[-2].kind != TOKEN_CARET && r->text[t[-1].start] == '\\' &&
        math_starts_value(r))
        return math_unread_item(r, "a composition", start); /* f \circ g */
    if (t->kind == TOKEN_NAME && (t->text[0] == 'C' || t->text[0] == 'F') && !t->text[1] &&
        math_peek_at(r, 1)->kind != TOKEN_OPEN_ROUND) {
        math_advance(r);
        const char *name = t->text[0] == 'C' ? "\xC2\xB0"
                                               "C"
                                             : "\xC2\xB0"
                                               "F";
        math_node *unit = math_leaf(r, MATH_NAME, name, math_last_end(r), t->end);
        return math_make2(r, MATH_QUANTITY, of, unit, start, t->end);
    }
    return math_make1(r, MATH_DEGREES, of, start, math_last_end(r));
}

/* The letters of "15^{th}", which are consumed. */
static bool is_ordinal(math_reader *r) {
    uint32_t group = math_peek(r)->kind == TOKEN_OPEN_GROUP;
    math_token *t = math_peek_at(r, group);
    bool is = math_token_is(r, t, "th") || math_token_is(r, t, "st") || math_token_is(r, t, "nd") ||
              math_token_is(r, t, "rd");
    if (!is || (group && t[1].kind != TOKEN_CLOSE_GROUP)) return false;
    r->at += 1 + 2 * group;
    return true;
}

math_node *math_factor(math_reader *r) {
    uint32_t start = math_peek(r)->start;
    math_node *node = math_primary(r);
    for (;;) {
        math_token *t = math_peek(r);
        switch (t->kind) {
        case TOKEN_CARET:
            if (raised_degree(r, node)) {
                node = degrees(r, node, start);
                break;
            }
            math_advance(r);
            if (is_ordinal(r)) {
                math_node *unit = math_leaf(r, MATH_NAME, "th", t->end, math_last_end(r));
                node = math_make2(r, MATH_QUANTITY, node, unit, start, math_last_end(r));
            } else {
                math_node *power = exponent(r);
                node = math_make2(r, MATH_POWER, node, power, start, math_last_end(r));
            }
            break;
        case TOKEN_UNDERSCORE: /* (110)_2 */
            if (node->kind == MATH_NUMBER && node->flags & MATH_FLAG_GROUPED) {
                const char *digits = node->text;
                math_advance(r);
                math_node *base = math_script(r);
                node = math_make1(r, MATH_BASED, base, start, math_last_end(r));
                node->text = digits;
            } else if (math_takes_subscript(node)) {
                node = math_late_subscript(r, node);
            } else {
                node = math_unread_item(r, "a subscript of a formula", start);
            }
            break;
        case TOKEN_RAISED: {
            math_advance(r);
            bool minus = t->text[0] == '-';
            bool number = t->text[minus] && strspn(t->text + minus, "0123456789") == strlen(t->text + minus);
            bool letter = strcmp(t->text + minus, "n") == 0;
            math_node *power = number   ? math_leaf(r, MATH_NUMBER, t->text + minus, t->start, t->end)
                               : letter ? math_leaf(r, MATH_NAME, "n", t->start, t->end)
                                        : math_unread(r, "an exponent", t->start, t->end);
            if (minus) power = math_make1(r, MATH_NEGATE, power, t->start, t->end);
            node = math_make2(r, MATH_POWER, node, power, start, t->end);
            break;
        }
        case TOKEN_BANG:
            node = factorial(r, node, start);
            break;
        case TOKEN_WORD: { /* "3 squared"; "3 squared units" is not read */
            bool cubed = math_token_is(r, t, "cubed"), follows = t[1].kind == TOKEN_WORD || t[1].kind == TOKEN_NAME;
            if (r->calculator || follows || !(cubed || math_token_is(r, t, "squared"))) return node;
            math_advance(r);
            math_node *power = math_leaf(r, MATH_NUMBER, cubed ? "3" : "2", t->start, t->end);
            node = math_make2(r, MATH_POWER, node, power, start, t->end);
            break;
        }
        case TOKEN_PERCENT:
            math_advance(r);
            node = math_make1(r, MATH_PERCENT, node, start, t->end);
            break;
        case TOKEN_DEGREE:
            math_advance(r);
            node = degrees(r, node, start);
            break;
        default:
            return node;
        }
    }
}

/* ---- terms ----------------------------------------------------------------------------------------------------- */

static const bool values[TOKEN_KINDS] = {
    [TOKEN_NUMBER] = true,       [TOKEN_DIGITS] = true,     [TOKEN_VULGAR] = true,     [TOKEN_TIME] = true,
    [TOKEN_DATE] = true,         [TOKEN_NAME] = true,       [TOKEN_WORD] = true,       [TOKEN_FUNCTION] = true,
    [TOKEN_OPEN_BRACE] = true,   [TOKEN_OPEN_GROUP] = true, [TOKEN_OPEN_ANGLE] = true, [TOKEN_OPEN_FLOOR] = true,
    [TOKEN_OPEN_CEILING] = true, [TOKEN_EMPTY_SET] = true,  [TOKEN_FRACTION] = true,   [TOKEN_ROOT] = true,
    [TOKEN_BINOMIAL] = true,     [TOKEN_ACCENT] = true,     [TOKEN_FIGURE] = true,     [TOKEN_BEGIN] = true,
    [TOKEN_CURRENCY] = true,     [TOKEN_BAD] = true,        [TOKEN_ELLIPSIS] = true,   [TOKEN_SIGMA] = true};

bool math_begins_statement(const math_token *t) {
    return (t->flags & TOKEN_FLAG_WIDE) && t->kind == TOKEN_NAME && t[1].kind == TOKEN_RELATION;
}

bool math_is_condition(math_reader *r) {
    math_token *t = math_peek(r);
    if (math_token_is(r, t, "for") || math_token_is(r, t, "where") || math_token_is(r, t, "with"))
        return t[1].kind == TOKEN_NAME && t[2].kind == TOKEN_RELATION && t[2].value == MATH_IN;
    return r->at > 0 && t->kind == TOKEN_OPEN_ROUND && t[1].kind == TOKEN_NAME && t[2].kind == TOKEN_RELATION;
}

bool math_starts_value(math_reader *r) {
    math_token *t = math_peek(r);
    switch (t->kind) {
    case TOKEN_OPEN_SQUARE:
        return !r->turned;
    case TOKEN_OPEN_ROUND:
        return t[1].kind != TOKEN_MODULO && !math_is_condition(r); /* x = 2 (mod 5) */
    case TOKEN_BAR:
    case TOKEN_DOUBLE_BAR:
        return t->value == 1 || (t->value == 0 && r->bars == 0 && !r->no_bar);
    default:
        return values[t->kind];
    }
}

/* The kids stacked since `base` as one product. */
static math_node *product(math_reader *r, uint32_t base, bool implicit, uint32_t start) {
    if (r->status != CAIRN_OK) return r->spare_node;
    if (r->stacked == base + 1) return r->stack[--r->stacked];
    for (uint32_t i = base; i < r->stacked && implicit; i++) r->stack[i] = math_unbraced(r, r->stack[i]);
    math_node *node = math_make(r, MATH_PRODUCT, base, start, math_last_end(r));
    if (implicit) node->flags |= MATH_FLAG_IMPLICIT;
    return node;
}

static math_node *signed_factor(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind != TOKEN_MINUS && t->kind != TOKEN_PLUS) return math_factor(r);
    if (!math_enter(r)) return r->spare_node;
    math_advance(r);
    math_node *node = signed_factor(r);
    if (t->kind == TOKEN_MINUS) node = math_make1(r, MATH_NEGATE, node, t->start, math_last_end(r));
    r->depth--;
    return node;
}

/* The letter x between numbers is a sign: "3 x 4". */
static bool is_times(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_TIMES) return true;
    return !r->calculator && t->kind == TOKEN_NAME && (t->text[0] == 'x' || t->text[0] == 'X') && !t->text[1] &&
           r->at > 0 && t[-1].kind == TOKEN_NUMBER && t[1].kind == TOKEN_NUMBER &&
           !(t->flags & TOKEN_FLAG_BLANK) == !(t[1].flags & TOKEN_FLAG_BLANK) &&
           (t->flags & TOKEN_FLAG_BLANK || strcmp(t[-1].text, "0") != 0); /* 0x1F */
}

static math_node *quantity(math_reader *r, math_node *value, uint32_t start) {
    bool rate = value->kind == MATH_QUANTITY && !(value->flags & MATH_FLAG_GROUPED);
    math_node *unit = math_read_unit(r, rate ? value->kid[1] : NULL);
    if (rate && unit->kind != MATH_UNREAD) {
        value->kid[1] = unit;
        value->end = math_last_end(r);
        return value;
    }
    if (unit->kind == MATH_DEGREES || unit->kind == MATH_PERCENT)
        return math_make1(r, unit->kind, value, start, math_last_end(r));
    if (unit->kind == MATH_UNREAD) return math_unread_item(r, unit->text, start);
    return math_make2(r, MATH_QUANTITY, value, unit, start, math_last_end(r));
}

/* 2!3!, 2^{3}5: what stands before the number is closed by a sign, so they cannot be one number. */
static bool follows_closed(const math_reader *r, const math_token *t) {
    return r->at > 0 && (t[-1].kind == TOKEN_BANG || t[-1].kind == TOKEN_CLOSE_ROUND ||
                         (t[-1].kind == TOKEN_CLOSE_GROUP && t[-1].value));
}

/* 2{3}, {2}{3}: the digits stand side by side as those of one number would. */
static bool is_more_digits(const math_token *t) {
    if (t->kind != TOKEN_OPEN_GROUP) return false;
    const math_token *inner = t;
    while (inner < t + 16 && (inner->kind == TOKEN_OPEN_GROUP || inner->kind == TOKEN_CLOSE_GROUP)) inner++;
    return inner->kind == TOKEN_NUMBER &&
           (t[-1].kind == TOKEN_NUMBER || (t[-1].kind == TOKEN_CLOSE_GROUP && !t[-1].value));
}

/* dy/dx is no fraction. */
bool math_is_derivative(const math_node *above, const math_node *below) {
    const math_node *sides[] = {above, below};
    for (int i = 0; i < 2; i++) {
        const math_node *first = sides[i];
        while (first->kind == MATH_PRODUCT || first->kind == MATH_POWER) first = first->kid[0];
        if (first->kind != MATH_NAME || (strcmp(first->text, "d") != 0 && strcmp(first->text, "partial") != 0))
            return false;
        if (i == 1 && first == below) return false;
    }
    return true;
}

/* A number with a sign of percent or of degrees. */
static bool is_number_with_sign(const math_node *node) {
    return (node->kind == MATH_PERCENT || node->kind == MATH_DEGREES) && !(node->flags & MATH_FLAG_GROUPED) &&
           node->kid[0]->kind == MATH_NUMBER;
}

/* The sign after a fraction of numbers is that of the fraction. */
static math_node *shared_sign(math_reader *r, math_node *above, const math_node *below, uint32_t start) {
    math_node *fraction = math_make2(r, MATH_QUOTIENT, above, below->kid[0], start, below->kid[0]->end);
    return math_make1(r, below->kind, fraction, start, math_last_end(r));
}

/* A vector by its arrow or hat, or by its coordinates. */
static bool is_vector(const math_node *node) {
    static const char *const accents[] = {"\\vec", "\\hat", "\\overrightarrow", "\\widehat"};
    if (node->kind == MATH_TUPLE || node->kind == MATH_MATRIX) return true;
    for (size_t i = 0; node->kind == MATH_NAME && i < sizeof accents / sizeof *accents; i++)
        if (strncmp(node->text, accents[i], strlen(accents[i])) == 0) return true;
    return false;
}

/* Whether the word or letter here is the unit of this value. A word that is in no table counts numbers only:
 * "12 apples", but not "f(x) increases". */
static bool takes_unit(math_reader *r, const math_node *value) {
    const math_token *t = math_peek(r);
    switch (value->kind) {
    case MATH_NUMBER:
    case MATH_MIXED:
    case MATH_PERCENT:
    case MATH_QUOTIENT:
    case MATH_PRODUCT:
    case MATH_POWER:
    case MATH_ROOT:
    case MATH_FACTORIAL:
    case MATH_SUM:
        return true;
    case MATH_QUANTITY:
        return math_continues_unit(r);
    case MATH_NAME:
        if (strcmp(value->text, "pi") == 0) return true;
        break;
    case MATH_CALL:
    case MATH_ABS:
    case MATH_PLUS_MINUS:
        break;
    default:
        return false;
    }
    return t->kind != TOKEN_WORD || math_is_unit(r->text + t->start, t->end - t->start) ||
           math_token_is(r, t, "percent") || math_token_is(r, t, "pct") || math_token_is(r, t, "degrees");
}

/* "3 (three)", "three (3)": a number said again, not a product. */
static bool restates(const math_reader *r, const math_node *last, const math_node *next) {
    if (r->status != CAIRN_OK || r->calculator || last->kind != MATH_NUMBER || next->kind != MATH_NUMBER) return false;
    return ((last->flags ^ next->flags) & MATH_FLAG_WORDS) && strcmp(last->text, next->text) == 0;
}

math_node *math_term(math_reader *r) {
    uint32_t base = r->stacked, start = math_peek(r)->start;
    bool implicit = true;
    math_push(r, signed_factor(r));
    while (r->status == CAIRN_OK) {
        math_token *t = math_peek(r);
        math_node *last = r->stack[r->stacked - 1], *readings;
        if (math_begins_statement(t)) {
            break;
        } else if (is_times(r)) {
            math_advance(r);
            implicit = false;
            math_node *next = signed_factor(r);
            bool cross = t->kind == TOKEN_TIMES && t->value == 1 && is_vector(last) && is_vector(next);
            math_push(r, cross ? math_unread_item(r, "a product of vectors", start) : next);
        } else if (t->kind == TOKEN_DIVIDE && last->kind == MATH_QUANTITY && r->stacked == base + 1 &&
                   math_continues_unit(r)) {
            math_push(r, quantity(r, product(r, base, implicit, start), start)); /* $18/day */
        } else if (t->kind == TOKEN_DIVIDE) {
            math_advance(r);
            math_node *above = product(r, base, implicit, start);
            implicit = true;
            math_node *below = signed_factor(r);
            if (math_peek(r)->kind == TOKEN_NAME && below->kind == MATH_NAME && above->kind == MATH_PRODUCT &&
                math_is_derivative(above, above) && strcmp(below->text, above->kid[0]->text) == 0)
                math_push(r, math_unread_item(r, "a derivative", start));
            else if (!r->calculator && above->kind == MATH_NUMBER && is_number_with_sign(below)) /* 1/2% */
                math_push(r, shared_sign(r, above, below, start));
            else
                math_push(r, math_make2(r, MATH_QUOTIENT, above, below, start, math_last_end(r)));
        } else if (t->kind == TOKEN_MODULO && t->value == 2) {
            math_advance(r);
            math_node *of = product(r, base, implicit, start);
            implicit = true;
            math_node *by = signed_factor(r);
            math_node *call = math_make2(r, MATH_CALL, of, by, start, math_last_end(r));
            if (r->status == CAIRN_OK) call->text = "mod";
            math_push(r, call);
        } else if (last->kind == MATH_QUANTITY && t->kind == TOKEN_NUMBER) {
            break; /* 2 hours 30 minutes */
        } else if (math_starts_unit(r) && takes_unit(r, last)) {
            math_push(r, quantity(r, product(r, base, implicit, start), start));
            implicit = true;
        } else if (math_is_copula(r) || math_token_is(r, t, "to") || math_is_condition(r)) {
            break;
        } else if (t->kind == TOKEN_NUMBER &&
                   (follows_closed(r, t) || (last->kind == MATH_POWER && t[1].kind == TOKEN_CARET))) {
            math_push(r, math_factor(r));
        } else if (r->stacked == base + 1 && (readings = math_improper_mixed(r, last, start))) {
            r->stacked = base;
            math_push(r, readings);
        } else if (t->kind == TOKEN_NUMBER || t->kind == TOKEN_DIGITS || t->kind == TOKEN_VULGAR) {
            math_push(r, math_unread_item(
                             r, last->kind == MATH_TEXT ? "a number after words" : "a number after a factor", start));
        } else if (t->kind == TOKEN_WORD || t->kind == TOKEN_TIME || t->kind == TOKEN_DATE ||
                   t->kind == TOKEN_CURRENCY) {
            math_push(r, math_unread_item(r, "words after a formula", start));
        } else if (is_more_digits(t)) {
            math_push(r, math_unread_item(r, "digits in groups side by side", start));
        } else if (math_starts_value(r) && last->kind != MATH_TEXT) {
            math_node *next = math_factor(r);
            if (!restates(r, last, next)) math_push(r, next);
        } else if (math_starts_value(r)) {
            math_push(r, math_unread_item(r, "a formula after words", start));
        } else {
            break;
        }
    }
    return product(r, base, implicit, start);
}

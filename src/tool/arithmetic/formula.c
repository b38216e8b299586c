/* Sides as trees of the grammar: which of them are whole formulas, what is shown in a tree, and what it is worth. */
#include "core/maths.h"
#include "tool/arithmetic/formula.h"

#include <math.h>
#include <string.h>

#include "tool/arithmetic/extent.h"
#include "tool/arithmetic/readings.h"
#include "tool/text.h"

/* Longer sides are read as prose. */
enum { FORMULA_TOKENS = 200, FORMULA_BYTES = 2000, CALLS_MOST = 24 };

/* ---- finding sides ---- */

static bool is_relation(const lex *l, size_t at) {
    return at < l->count && (l->tokens[at].kind == LEX_EQUAL || l->tokens[at].kind == LEX_APPROXIMATE);
}

/* A sign of a formula in a line: $, \( or \). */
static bool is_dollar(const lex *l, size_t at) {
    if (at >= l->count || l->tokens[at].kind != LEX_CURRENCY) return false;
    const char *mark = l->text + l->tokens[at].at;
    return mark[0] == '$' || (mark[0] == '\\' && mark[1] != '$');
}

/* The byte `ahead` of a token's start, blank outside the text. */
static char byte_at(const lex *l, size_t token, int ahead) {
    size_t at = l->tokens[token].at;
    if (ahead < 0 && at == 0) return ' ';
    at = ahead < 0 ? at - 1 : at + (size_t)ahead;
    return at < l->length ? l->text[at] : ' ';
}

/* The bracket of \( or \); '\0' of a dollar. */
static char bracket_of(const lex *l, size_t at) {
    const lex_token *t = &l->tokens[at];
    return t->length == 2 && l->text[t->at] == '\\' ? l->text[t->at + 1] : '\0';
}

/* Whether the sign may open a formula: a blank or a bracket before a dollar, none after it. */
static bool may_open(const lex *l, size_t at) {
    const lex_token *t = &l->tokens[at];
    if (bracket_of(l, at)) return bracket_of(l, at) == '(';
    return (t->space || at == 0 || strchr("\n(,:.$", t[-1].kind)) && !text_blank(byte_at(l, at, 1));
}

/* Whether it may close one: no blank before it, and no number or word directly after it. */
static bool may_close(const lex *l, size_t at) {
    const lex_token *t = &l->tokens[at];
    if (bracket_of(l, at)) return bracket_of(l, at) == ')';
    return at > 0 && !text_blank(byte_at(l, at, -1)) &&
           (at + 1 >= l->count || t[1].space || !strchr("nwu(", t[1].kind));
}

/* Whether a formula that is open at token `at` is closed by a dollar after it. */
static bool closes_after(const lex *l, size_t at) {
    for (size_t i = at; i < l->count && i < at + FORMULA_TOKENS && l->text[l->tokens[i].at] != '\n'; i++)
        if (is_dollar(l, i)) return may_close(l, i);
    return false;
}

static bool opens_before(const lex *l, size_t at) {
    for (size_t i = at; i-- > 0 && i + FORMULA_TOKENS > at && l->text[l->tokens[i].at] != '\n';)
        if (is_dollar(l, i)) return may_open(l, i);
    return false;
}

/* \[ (`side` 0) or \] (1). */
static bool is_delimiter(const lex *l, size_t at, int side) {
    if (at >= l->count || l->tokens[at].kind != LEX_LINE || l->tokens[at].length != 2) return false;
    const char *text = l->text + l->tokens[at].at;
    return text[0] == '\\' && text[1] == "[]"[side];
}

static bool is_mark(const lex *l, size_t at) {
    return l->tokens[at].kind == LEX_OTHER && l->text[l->tokens[at].at] == '&';
}

/* Whether a sign stands there that tokens do not read, or a command. Plain arithmetic is the same by both readers. */
static bool has_signs(const lex *l, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (strchr("?fv", l->tokens[i].kind)) return true;
    return false;
}

bool formula_find(const lex *l, const chain_part *part, bool tail, formula_side *out) {
    formula_side side = {.from = part->from, .stop = part->to, .next = part->to};
    size_t dollar;
    if (tail && !is_relation(l, part->to)) return false;
    if (tail) {
        for (dollar = part->to; dollar > part->from && !is_dollar(l, dollar - 1);) dollar--;
        if (dollar > part->from) {
            if (!may_open(l, dollar - 1) || !closes_after(l, part->to)) return false;
            side.from = dollar;
            side.opens = true;
        } else if (part->from > 0 && is_delimiter(l, part->from - 1, 0)) {
            side.opens = true;
        } else if (part->from == 0 || !is_relation(l, part->from - 1)) {
            return false;
        }
    } else {
        if (part->from == 0 || !is_relation(l, part->from - 1)) return false;
        for (dollar = part->from; dollar < part->to && !is_dollar(l, dollar);) dollar++;
        if (dollar < part->to) {
            if (!may_close(l, dollar) || !opens_before(l, part->from)) return false;
            side.stop = dollar;
            side.next = dollar + 1;
            while (is_dollar(l, side.next) && !l->tokens[side.next].space) side.next++; /* $$ */
            side.closes = true;
        } else if (is_delimiter(l, part->to, 1)) {
            side.closes = true;
        } else if (!is_relation(l, part->to)) {
            return false;
        }
    }
    if (!tail && side.closes && side.next < part->to &&
        (l->tokens[side.next].kind == '%' || lex_is(l, side.next, "percent")))
        return false;
    while (side.from < side.stop && is_mark(l, side.from)) side.from++;
    while (side.stop > side.from && is_mark(l, side.stop - 1)) side.stop--;
    if (side.from >= side.stop || side.stop - side.from > FORMULA_TOKENS || !extent_wordless(l, side.from, side.stop))
        return false;
    if (!side.opens && !side.closes && !has_signs(l, side.from, side.stop)) return false;
    *out = side;
    return true;
}

/* ---- what is shown ---- */

/* One tree of text[...]; what is shown in it goes to `out`. */
typedef struct shown {
    calc *m;
    const char *text;
    calc_value *out;
    int calls;    /* functions and roots */
    bool refused; /* it holds what is no number, or what not all read alike: 168/20%, 3 + 4 \\bmod 5 */
} shown;

/* A numeral: digits, decimals, size. */
static double literal(shown *s, const math_node *node) {
    size_t length = strlen(node->text);
    calc_value *out = s->out;
    long decimals = 0;
    int digits = 0;
    double size = 0;
    out->literals++;
    out->doubt |= node->text[0] == '0' && node->text[1] >= '0' && node->text[1] <= '9';
    if (length < 16 && strspn(node->text, "0123456789") == length) {
        for (size_t i = 0; i < length; i++) size = 10 * size + (node->text[i] - '0');
        digits = (int)(length - strspn(node->text, "0"));
    } else if (strchr(node->text, '(') || /* repeating decimals */
               !calc_numeral(node->text, length, s->m->scratch, &decimals, &digits)) {
        s->refused = true;
    } else {
        size = mpq_get_d(s->m->scratch);
        out->fractional |= strchr(node->text, '.') != NULL;
    }
    out->decimals = decimals > 0 ? (int)decimals : 0;
    out->digits = digits;
    return size;
}

/* Whether a blank and a bracket that opens stand between two factors: "5 (2)" may be a number and a remark. */
static bool is_apart(const char *text, const math_node *left, const math_node *right) {
    bool blank = false, bracket = false;
    for (uint32_t i = left->end; i < right->start; i++) {
        if (text[i] == '\\') return false;
        blank = blank || text[i] == ' ';
        bracket = bracket || text[i] == '(';
    }
    return blank && bracket;
}

/* What signs leave open: 1/2/3, 6/2(3), 2^3^2, -1^4. */
static void unclear(shown *s, const math_node *node) {
    calc_value *out = s->out;
    const char *text = s->text;
    switch (node->kind) {
    case MATH_QUOTIENT:
        out->divisions |= reading_is_division(text, node->kid[0]);
        break;
    case MATH_PRODUCT:
        for (uint32_t i = 1; i < node->kids; i++)
            out->mixed |= reading_may_be_mixed(text, node->kid[i - 1], node->kid[i]);
        for (uint32_t i = 0; i < node->kids && node->flags & MATH_FLAG_IMPLICIT; i++)
            out->doubt |= reading_is_division(text, node->kid[i]) || (i > 0 && node->kid[i - 1]->kind == MATH_NUMBER &&
                                                                      is_apart(text, node->kid[i - 1], node->kid[i]));
        break;
    case MATH_POWER:
        out->doubt |= node->kid[1]->kind == MATH_POWER && !reading_is_grouped(node->kid[1]);
        break;
    case MATH_NEGATE:
        out->signed_power |= reading_leading(node->kid[0]) != NULL;
        break;
    case MATH_MIXED:
        out->mixed |= text[node->kid[1]->start] == '\\';
        break;
    default:
        break;
    }
}

static double show(shown *s, const math_node *node);

/* Whether a function is one of angles: of degrees or a multiple of pi it is clear. */
static bool is_of_angles(const math_node *node) {
    static const char *const names[] = {"sin", "cos", "tan", "cot", "sec", "csc"};
    for (size_t i = 0; node->kind == MATH_CALL && i < sizeof names / sizeof *names; i++)
        if (strcmp(node->text, names[i]) == 0) return true;
    return node->kind == MATH_CALL && strncmp(node->text, "arc", 3) == 0;
}

/* The value of a function, and that of its arguments. */
static double show_call(shown *s, const math_node *node) {
    bool angle = is_of_angles(node);
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *kid = node->kid[i];
        bool degrees = kid->kind == MATH_DEGREES;
        if (angle && !degrees) s->out->doubt = true;
        if (!(node->kind == MATH_ROOT && i == 1)) show(s, angle && degrees ? kid->kid[0] : kid);
    }
    s->out->operators++;
    s->refused |= ++s->calls > CALLS_MOST || (node->kind == MATH_CALL && strcmp(node->text, "mod") == 0);
    double low = 0, high;
    s->refused |= !s->refused && !math_bounds(s->m->engine, node, &low, &high);
    return low;
}

/* A fraction that is one character. */
static bool is_character(const math_node *node) {
    return node->kind == MATH_QUOTIENT && node->kid[0]->start == node->kid[1]->start;
}

static double show_kids(shown *s, const math_node *node) {
    calc_value *out = s->out;
    int operators = out->operators, literals = out->literals;
    double value = show(s, node->kid[0]);
    for (uint32_t i = 1; i < node->kids; i++) {
        const math_node *kid = node->kid[i];
        bool minus = node->kind == MATH_SUM && kid->kind == MATH_NEGATE && !reading_is_grouped(kid);
        double next = show(s, minus ? kid->kid[0] : kid);
        switch (node->kind) {
        case MATH_SUM:
        case MATH_MIXED:
            value += minus ? -next : next;
            break;
        case MATH_PRODUCT:
            value *= next;
            break;
        case MATH_QUOTIENT:
            value /= next;
            break;
        default:
            value = (value < 0 && fmod(next, 2) != 0 ? -1 : 1) * maths_pow(fabs(value), next);
        }
        out->operators++;
        if (fabs(value) > out->most) out->most = fabs(value);
    }
    bool said = node->kind == MATH_MIXED && s->text[node->kid[1]->start] == '\\'; /* a \frac stands in it */
    if ((node->kind == MATH_MIXED && !said) || is_character(node)) out->operators = operators;
    if (is_character(node)) out->literals = literals + 1;
    return value;
}

/* The value as nearly as double precision has it. */
static double show_value(shown *s, const math_node *node) {
    switch (node->kind) {
    case MATH_NUMBER:
        return literal(s, node);
    case MATH_BASED:
        s->out->literals++;
        return 0;
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_POWER:
    case MATH_MIXED:
        return show_kids(s, node);
    case MATH_ROOT:
    case MATH_FACTORIAL:
    case MATH_ABS:
    case MATH_FLOOR:
    case MATH_CEILING:
    case MATH_CALL:
        return show_call(s, node);
    case MATH_NAME:
        s->refused |= strcmp(node->text, "pi") != 0 || !s->m->irrational;
        s->out->operators++;
        return 3.14159265358979323846;
    case MATH_NEGATE:
        return -show(s, node->kid[0]);
    case MATH_PERCENT: {
        double value = show(s, node->kid[0]) / 100;
        s->refused |= node->kid[0]->kind == MATH_QUOTIENT && !reading_is_grouped(node->kid[0]); /* 168/20% */
        s->out->percents++;
        s->out->decimals += 2;
        return value;
    }
    default:
        s->refused = true;
        return 0;
    }
}

static double show(shown *s, const math_node *node) {
    if (s->refused) return 0;
    double value = show_value(s, node);
    if (s->refused) return 0;
    unclear(s, node);
    if (fabs(value) > s->out->most) s->out->most = fabs(value);
    return value;
}

/* ---- values ---- */

/* An irrational value to ten digits. */
static bool show_near(double near, mpq_t out) {
    char text[32];
    long decimals;
    int digits;
    snprintf(text, sizeof text, "%.10g", fabs(near));
    if (!calc_numeral(text, strlen(text), out, &decimals, &digits)) return false;
    if (near < 0) mpq_neg(out, out);
    return true;
}

/* The exact value of a tree of `text` by a reading, and what is shown of it. */
static bool value_of(calc *m, const char *text, math_node *tree, calc_reading reading, calc_value *out) {
    shown s = {.m = m, .text = text, .out = out};
    int64_t work = math_work(m->engine);
    double near = show(&s, tree);
    if (s.refused) return false;
    if (reading != CALC_WRITTEN) tree = reading_of(m->arena, text, tree, reading);
    bool known = tree && math_exact(m->engine, tree, out->value);
    if (!known && tree && m->irrational && isfinite(near)) known = out->irrational = show_near(near, out->value);
    return calc_spend(m, math_work(m->engine) - work) && known;
}

/* C(5, 2) as a binomial coefficient, which C may well not be. */
static void count_combinations(math_node *node, calc_value *out) {
    if (node->kind == MATH_CALL && strcmp(node->text, "C") == 0 && node->kids == 2) {
        node->text = "binomial";
        out->doubt = true;
    }
    for (uint32_t i = 0; i < node->kids; i++) count_combinations(node->kid[i], out);
}

bool formula_value(calc *m, const lex *l, const formula_side *side, calc_reading reading, calc_value *out) {
    const lex_token *before = &l->tokens[side->from > 0 ? side->from - 1 : 0];
    size_t start = side->from > 0 ? before->at + before->length : before->at; /* commands that are no tokens too */
    size_t end = side->stop < l->count ? l->tokens[side->stop].at : l->length, length = end - start;
    const char *text = l->text + start;
    math_node *tree;
    if (length > FORMULA_BYTES || !calc_spend(m, (int64_t)length) || !calc_prepare(m)) return false;
    if (math_read(m->ctx, m->arena, text, length, &tree) != CAIRN_OK) return false;
    calc_value_reset(out);
    count_combinations(tree, out);
    if (!value_of(m, text, tree, reading, out)) return false;
    out->doubt |= side->closes && tree->kind == MATH_FACTORIAL; /* "$3 + 4 = 7!$": perhaps an exclamation */
    out->from = side->from;
    out->stop = side->stop;
    return true;
}

/* Signs in words bind less than others: what stands between two of them is put in brackets. */
static void loosen(calc_run *r) {
    size_t count = r->m->count;
    math_token *written = cairn_arena_alloc(r->m->arena, count, sizeof *written);
    if (!written) r->status = CAIRN_NO_MEMORY;
    if (r->status != CAIRN_OK) return;
    memcpy(written, r->m->tokens, count * sizeof *written);
    r->m->count = 0;
    calc_emit(r, TOKEN_OPEN_ROUND, NULL, 0);
    for (size_t i = 0; i < count && r->status == CAIRN_OK; i++) {
        math_token_kind kind = written[i].kind;
        bool said = written[i].value == CALC_SAID && (kind == TOKEN_TIMES || kind == TOKEN_DIVIDE);
        if (said || kind == TOKEN_CLOSE_ROUND || kind == TOKEN_CLOSE_GROUP) calc_emit(r, TOKEN_CLOSE_ROUND, NULL, 0);
        calc_emit(r, kind, NULL, 0);
        if (r->status == CAIRN_OK) r->m->tokens[r->m->count - 1] = written[i];
        if (said || kind == TOKEN_OPEN_ROUND || kind == TOKEN_OPEN_GROUP) calc_emit(r, TOKEN_OPEN_ROUND, NULL, 0);
    }
    calc_emit(r, TOKEN_CLOSE_ROUND, NULL, 0);
}

bool formula_tokens(calc_run *r, calc_reading reading) {
    calc *m = r->m;
    math_node *tree;
    if (reading == CALC_LOOSE) loosen(r);
    size_t count = m->count;
    r->at = r->to;
    for (int i = 0; i < MATH_TOKENS_AHEAD; i++) calc_emit(r, TOKEN_END, NULL, 0);
    if (r->status != CAIRN_OK) return false;
    if (math_read_tokens(m->ctx, m->arena, r->l->text, r->l->length, m->tokens, count, &tree) != CAIRN_OK) return false;
    if (!value_of(m, r->l->text, tree, reading, r->out)) return false;
    r->out->operators -= r->spare_signs;
    r->out->literals -= r->spare_figures;
    return true;
}

bool formula_expression(calc *m, const char *text, size_t length, mpq_t out) {
    math_node *tree;
    return calc_spend(m, (int64_t)length) && calc_prepare(m) &&
           math_read_expression(m->ctx, m->arena, text, length, NULL, &tree) == CAIRN_OK &&
           math_evaluate(m->ctx, tree, NULL, out) == CAIRN_OK;
}

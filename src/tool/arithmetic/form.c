/* An expression in one spelling, and the replacement of its pieces. */
#include "tool/arithmetic/form.h"

#include <string.h>

#include "tool/arithmetic/formula.h"

/* ---- spelling ---- */

typedef struct speller {
    const lex *l;
    size_t to;
    char *out;
    size_t n;
    bool operand; /* an operand was just written */
    bool number;  /* and it was a number */
} speller;

static bool add(speller *s, const char *text) {
    size_t length = strlen(text);
    if (s->n + length >= FORM_MOST) return false;
    memcpy(s->out + s->n, text, length + 1);
    s->n += length;
    return true;
}

static bool add_sign(speller *s, char sign) {
    char text[2] = {sign, '\0'};
    s->operand = false;
    return add(s, text);
}

/* Before an operand: the sign of an implicit product. */
static bool begin_operand(speller *s, bool number) {
    if (s->operand && s->number && number) return false;
    return !s->operand || add_sign(s, '*');
}

static bool add_value(speller *s, const mpq_t value) {
    char text[FORM_MOST / 2];
    if (!begin_operand(s, true) || !calc_print(value, text, sizeof text)) return false;
    s->operand = s->number = true;
    return add(s, text);
}

static bool add_number(speller *s, const lex_token *token) {
    mpq_t value;
    long decimals;
    int digits;
    mpq_init(value);
    bool good;
    if (token->kind == LEX_NUMBER) {
        good = calc_numeral(s->l->text + token->at, token->length, value, &decimals, &digits);
    } else {
        mpq_set_ui(value, token->a, token->b);
        good = true;
    }
    good = good && add_value(s, value);
    mpq_clear(value);
    return good;
}

/* Whether the bracket at `open` holds one number, perhaps signed. */
static bool holds_number(const lex *l, size_t open) {
    const lex_token *k = l->tokens;
    size_t from = open + 1;
    while (from < k[open].pair && (k[from].kind == '-' || k[from].kind == '+')) from++;
    return from + 1 == k[open].pair && (k[from].kind == LEX_NUMBER || k[from].kind == LEX_VULGAR);
}

/* Whether the bracket at `open` holds nothing but another one. */
static bool doubled(const lex *l, size_t open) {
    const lex_token *k = l->tokens;
    return k[open].pair != LEX_NONE && k[open + 1].kind == '(' && k[open + 1].pair == k[open].pair - 1;
}

static bool spell_bracket(speller *s, size_t at) {
    const lex_token *k = s->l->tokens;
    if (k[at].pair == LEX_NONE || k[at].pair >= s->to) return false;
    size_t open = k[at].kind == '(' ? at : k[at].pair;
    bool bare = holds_number(s->l, open) || doubled(s->l, open);
    if (k[at].kind == '(') return begin_operand(s, false) && (bare || add_sign(s, '('));
    s->operand = true;
    s->number = false;
    return bare || add(s, ")");
}

static bool spell_token(speller *s, size_t *at) {
    const lex_token *token = &s->l->tokens[*at];
    size_t words;
    if (token->kind == '(' || token->kind == ')') return spell_bracket(s, (*at)++);
    char sign = calc_operator_at(s->l, *at, s->to, NULL, &words);
    if (sign == LEX_FROM) return false;
    if (sign) {
        *at += words;
        return add_sign(s, sign);
    }
    (*at)++;
    if (token->kind == LEX_NUMBER || token->kind == LEX_VULGAR) return add_number(s, token);
    if (token->kind == LEX_CURRENCY) return true;
    if (token->kind == '%' || lex_is(s->l, *at - 1, "percent")) {
        s->number = false;
        return s->operand && add(s, "%");
    }
    char power[16];
    if (token->kind != LEX_POWER) return false;
    snprintf(power, sizeof power, "^%s%u", token->b ? "-" : "", (unsigned)token->a);
    return add(s, power);
}

static bool spell_range(const lex *tokens, size_t from, size_t to, char out[FORM_MOST]) {
    speller s = {.l = tokens, .to = to, .out = out};
    out[0] = '\0';
    for (size_t at = from; at < to;)
        if (!spell_token(&s, &at)) {
            out[0] = '\0';
            return false;
        }
    return s.n > 0;
}

/* "subtract 3 from 4": the sides turned. */
static bool spell_turned(const lex *tokens, size_t from, size_t at, size_t to, char out[FORM_MOST]) {
    char less[FORM_MOST];
    if (!spell_range(tokens, at + 1, to, out) || !spell_range(tokens, from, at, less)) return false;
    size_t used = strlen(out);
    bool plain = strpbrk(less + 1, "+-*/") == NULL;
    int n = snprintf(out + used, FORM_MOST - used, plain ? "-%s" : "-(%s)", less);
    return n > 0 && used + (size_t)n < FORM_MOST;
}

bool form_spell(const lex *tokens, size_t from, size_t to, char out[FORM_MOST]) {
    while (to > from + 1 && tokens->tokens[from].kind == '(' && tokens->tokens[from].pair == to - 1) {
        from++;
        to--;
    }
    for (size_t at = from; at < to; at++)
        if (tokens->tokens[at].kind == LEX_FROM) return spell_turned(tokens, from, at, to, out);
    return spell_range(tokens, from, to, out);
}

/* ---- pieces ---- */

static bool part_of_number(char c) {
    return (c >= '0' && c <= '9') || c == '.';
}

/* The next occurrence of `piece` at or after `at` that cuts no number. */
static const char *occurrence(const char *text, const char *at, const char *piece) {
    size_t length = strlen(piece);
    for (; length && (at = strstr(at, piece)) != NULL; at++) {
        bool sign = at > text && at[-1] == '-' && (at - 1 == text || strchr("(+-*/^", at[-2]));
        bool before = at > text && (part_of_number(at[-1]) || sign) && part_of_number(piece[0]);
        bool after = part_of_number(at[length]) && part_of_number(piece[length - 1]);
        if (!before && !after) return at;
    }
    return NULL;
}

bool form_has(const form *f, const char *piece) {
    return occurrence(f->text, f->text, piece) != NULL;
}

/* Length of the number at `at`, perhaps signed; 0 when there is none. */
static size_t number_length(const char *at) {
    size_t n = *at == '-';
    size_t digits = strspn(at + n, "0123456789.");
    return digits ? n + digits : 0;
}

/* Length of "(a/b)" at `at`, a fraction of two numbers; 0 when it is something else. */
static size_t fraction_length(const char *at) {
    size_t a = *at == '(' ? number_length(at + 1) : 0;
    size_t b = a && at[1 + a] == '/' ? number_length(at + 2 + a) : 0;
    return b && at[2 + a + b] == ')' ? 3 + a + b : 0;
}

size_t form_operations(const form *f) {
    size_t n = 0, fraction;
    for (const char *at = f->text; *at; at++) {
        if ((fraction = fraction_length(at)) > 0) {
            at += fraction - 1;
            continue;
        }
        bool after = at > f->text && (part_of_number(at[-1]) || strchr(")%", at[-1]));
        n += strchr("*/^", *at) || (strchr("+-", *at) && after);
    }
    return n;
}

static size_t numbers_in(const char *text, size_t length) {
    size_t n = 0;
    for (size_t i = 0; i < length; i++) n += part_of_number(text[i]) && (i == 0 || !part_of_number(text[i - 1]));
    return n;
}

bool form_has_value(calc *machine, const form *f, const mpq_t value, const char *text) {
    size_t open[64], depth = 0, numbers = numbers_in(text, strlen(text));
    mpq_t piece;
    mpq_init(piece);
    bool found = false;
    for (const char *at = f->text; *at && !found; at++) {
        size_t begin = (size_t)(at - f->text), length = 0, a = 0, b = 0;
        if (*at == '(' && depth < sizeof open / sizeof *open) open[depth++] = begin;
        if (*at == ')' && depth) {
            begin = open[--depth];
            length = (size_t)(at - f->text) + 1 - begin;
        } else if ((a = number_length(at)) > 0 && (at == f->text || !part_of_number(at[-1])) && at[a] &&
                   strchr("+-*/", at[a]) && (b = number_length(at + a + 1)) > 0) {
            length = a + 1 + b;
        }
        if (length && numbers_in(f->text + begin, length) < numbers) continue;
        found = length && formula_expression(machine, f->text + begin, length, piece) && mpq_equal(piece, value);
    }
    mpq_clear(piece);
    return found;
}

/* Whether the text has the value `whole`. */
static bool keeps(calc *machine, const char *text, const mpq_t whole) {
    mpq_t value;
    mpq_init(value);
    bool same = formula_expression(machine, text, strlen(text), value) && mpq_equal(value, whole);
    mpq_clear(value);
    return same;
}

/* `f` with `next` instead of its bytes [before, after); in brackets when it is no number. */
static bool put(const form *f, size_t before, size_t after, const char *next, char out[FORM_MOST]) {
    bool plain = number_length(next) == strlen(next);
    int n = snprintf(out, FORM_MOST, "%.*s%s%s%s%s", (int)before, f->text, plain ? "" : "(", next, plain ? "" : ")",
                     f->text + after);
    return n > 0 && n < FORM_MOST;
}

bool form_replace(calc *machine, form *f, const char *piece, const mpq_t value, const char *next) {
    char number[FORM_MOST / 2], text[FORM_MOST];
    size_t length = strlen(piece);
    const char *at = f->text;
    if (!calc_print(value, number, sizeof number)) return false;
    for (int tries = 0; tries < FORM_TRIES && (at = occurrence(f->text, at, piece)) != NULL; at++, tries++) {
        size_t before = (size_t)(at - f->text), after = before + length;
        if (before && f->text[before - 1] == '(' && f->text[after] == ')') { /* its own brackets go with it */
            before--;
            after++;
        }
        if (!put(f, before, after, number, text) || !keeps(machine, text, f->value)) continue;
        if (!put(f, before, after, next, text) || !formula_expression(machine, text, strlen(text), f->value))
            return false;
        memcpy(f->text, text, strlen(text) + 1);
        return true;
    }
    return false;
}

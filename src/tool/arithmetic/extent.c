/* How far a side reaches that holds functions, factorials, bars or floors. */
#include "tool/arithmetic/extent.h"

#include <string.h>

enum { REACH_MOST = 64 }; /* tokens between brackets or bars that belong together */

/* ---- what tokens are ---- */

static bool is_other(const lex *l, size_t at, char c) {
    return at < l->count && l->tokens[at].kind == LEX_OTHER && l->text[l->tokens[at].at] == c;
}

/* Whether a token that is no word is one of a few, spelled so. */
static bool is_spelled(const lex *l, size_t at, const char *const *few) {
    const lex_token *t = &l->tokens[at];
    if (t->kind != LEX_OTHER) return false;
    for (; *few; few++)
        if (strlen(*few) == t->length && memcmp(*few, l->text + t->at, t->length) == 0) return true;
    return false;
}

static bool opens(const lex *l, size_t at) {
    return at < l->count && l->tokens[at].kind == '(';
}

/* Whether a function of exact numbers is named that is applied to a bracket: "min(", "\\text{min} (", "{min}(", "\\min (",
 * but not the one of "litres/min". Logarithms and angles are not among them: their base or unit is not certain. */
static bool is_function(const lex *l, size_t at) {
    static const char *const names[] = {"gcd", "lcm", "max", "min", "floor", "ceil", "abs", "binom", "binomial", NULL};
    static const char *const commands[] = {"\\gcd", "\\lcm", "\\max", "\\min", NULL};
    const lex_token *t = &l->tokens[at];
    if (is_spelled(l, at, commands)) return opens(l, at + 1);
    if (!lex_among(l, at, names) && !(t->length == 1 && l->text[t->at] == 'C' && t->kind == LEX_WORD)) return false;
    if (at + 1 < l->count && at > 0 && t[1].kind == ')' && t[1].pair == at - 1) return opens(l, at + 2);
    return opens(l, at + 1) && (l->text[t->at] == '\\' || t->at + t->length == t[1].at);
}

static bool is_binomial(const lex *l, size_t at) {
    static const char *const commands[] = {"\\binom", "\\dbinom", "\\tbinom", NULL};
    return is_spelled(l, at, commands);
}

static const char *const openings[] = {"\\lfloor", "\\lceil", "\u230a", "\u2308", "|", "\\vert", "\\lvert", NULL};
static const char *const closings[] = {"\\rfloor", "\\rceil", "\u230b", "\u2309", "|", "\\vert", "\\rvert", NULL};

/* The index of a token in one of the lists above, from 1 on; 0: it is not there. */
static size_t delimiter(const lex *l, size_t at, const char *const *list) {
    for (size_t i = 0; list[i]; i++) {
        const char *const one[] = {list[i], NULL};
        if (is_spelled(l, at, one)) return i + 1;
    }
    return 0;
}

/* Whether it is more than numbers, signs and brackets. */
static bool is_special(const lex *l, size_t at) {
    return is_function(l, at) || is_binomial(l, at) || is_other(l, at, '!') || delimiter(l, at, openings) ||
           delimiter(l, at, closings);
}

/* ---- functions ---- */

size_t extent_name(const lex *l, size_t from, size_t open) {
    const lex_token *t = l->tokens;
    if (open <= from) return open;
    if (is_function(l, open - 1) || is_binomial(l, open - 1)) return open - 1;
    if (t[open - 1].kind != ')' || t[open - 1].pair == LEX_NONE || t[open - 1].pair <= from) return open;
    size_t first = t[open - 1].pair;
    static const char *const roman[] = {"\\operatorname", "\\mathrm", "\\mathop", NULL};
    bool named = open - 1 == first + 2 && is_function(l, first + 1) && is_spelled(l, first - 1, roman);
    return named || is_binomial(l, first - 1) ? first - 1 : open;
}

/* Whether a token may stand in a list of arguments. */
static bool is_arithmetic(const lex *l, size_t at) {
    return strchr("n+-*/^%(),suvf", l->tokens[at].kind) || is_special(l, at);
}

bool extent_separates(const lex *l, size_t at) {
    size_t open = at, depth = 0;
    if (l->tokens[at].kind != ',') return false;
    size_t least = at > REACH_MOST ? at - REACH_MOST : 0;
    for (; open > least; open--) {
        char kind = l->tokens[open - 1].kind;
        if (!is_arithmetic(l, open - 1)) return false;
        if (kind == '(' && depth == 0) break;
        depth += kind == ')';
        depth -= kind == '(';
    }
    return open > least && l->tokens[open - 1].pair != LEX_NONE && extent_name(l, 0, open - 1) < open - 1;
}

/* ---- factorials, bars, floors ---- */

bool extent_factorial(const lex *l, size_t from, size_t at) {
    const lex_token *t = &l->tokens[at];
    return at > from && is_other(l, at, '!') && !t->space && strchr("n)", t[-1].kind) != NULL;
}

/* Bars of a table, "| 3 + 4 | 7 |", stand apart from what is in them. */
static bool is_tight(const lex *l, size_t open, size_t close) {
    bool bar = l->tokens[close].length == 1;
    return open + 1 < close && !(bar && (l->tokens[open + 1].space || l->tokens[close].space));
}

size_t extent_opening(const lex *l, size_t from, size_t at) {
    size_t which = delimiter(l, at, closings), depth = 0;
    if (!which) return at;
    for (size_t i = at; i > from && at - i < REACH_MOST; i--) {
        char kind = l->tokens[i - 1].kind;
        bool opens = delimiter(l, i - 1, openings) == which;
        if (opens && depth == 0) return is_tight(l, i - 1, at) ? i - 1 : at;
        if (!is_arithmetic(l, i - 1) || (kind == '(' && depth == 0)) return at;
        depth += kind == ')' || delimiter(l, i - 1, closings) == which;
        depth -= kind == '(' || opens;
    }
    return at;
}

/* ---- sides ---- */

bool extent_holds(const lex *l, size_t from, size_t to) {
    for (size_t at = from; at < to; at++)
        if (is_special(l, at)) return true;
    return false;
}

bool extent_wordless(const lex *l, size_t from, size_t to) {
    for (size_t at = from; at < to; at++)
        if (strchr("w$m", l->tokens[at].kind) && !is_function(l, at)) return false;
    return true;
}

/* Whether a relation, a mark or nothing follows: not "7! So", which may be an exclamation. */
static bool is_followed(const lex *l, size_t at) {
    return at < l->count && strchr("=~e.,;)r", l->tokens[at].kind) != NULL;
}

size_t extent_end(const lex *l, size_t from, size_t to) {
    size_t at = from;
    while (at < to) {
        const lex_token *t = &l->tokens[at];
        if (t->kind == '(' && (t->pair == LEX_NONE || t->pair >= to)) return from;
        if (t->kind == ')' || !is_arithmetic(l, at)) break;
        at = t->kind == '(' ? t->pair + 1 : at + 1;
    }
    if (at == from || !extent_holds(l, from, at) || !extent_wordless(l, from, at)) return from;
    if (strchr("+-*/^", l->tokens[at - 1].kind) || (is_other(l, at - 1, '!') && !is_followed(l, at))) return from;
    return at;
}

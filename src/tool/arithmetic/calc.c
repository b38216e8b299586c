/* Reading a range of tokens as an expression: which of them belong to it, what its words say, and what leaves it in
 * doubt. What the expression is worth the grammar's tree says, formula.h. */
#include "tool/arithmetic/calc.h"

#include <string.h>

#include "tool/arithmetic/formula.h"
#include "tool/arithmetic/machine.h"
#include "tool/arithmetic/units.h"

enum { CALC_UNIT_WORDS = 6, LETTER_NEAR = 64 };

/* Notes where the run ends; returns `status`. */
static cairn_status refuse(calc_run *r, cairn_status status) {
    r->out->stop = r->at;
    return status;
}

/* ---- operands ---- */

/* Reads a number token; in a base it has digits alone. */
static cairn_status number(calc_run *r) {
    const lex_token *token = &r->l->tokens[r->at];
    const char *text = r->l->text + token->at;
    for (size_t i = 0; r->m->base && i < token->length; i++)
        if (text[i] < '0' || text[i] > '9') return refuse(r, CAIRN_FORMAT);
    if (!calc_spend(r->m, (int64_t)token->length * (int64_t)token->length / 64)) return refuse(r, CAIRN_LIMIT);
    char before = token->at > 0 ? r->l->text[token->at - 1] : ' ';
    r->out->doubt |= text[0] == '.' && ((before | 0x20) >= 'a' && (before | 0x20) <= 'z'); /* "No.5" */
    calc_emit_number(r);
    r->at++;
    return r->status;
}

static bool whole_token(const calc_run *r, size_t at) {
    if (at >= r->to || r->l->tokens[at].kind != LEX_NUMBER) return false;
    const char *text = r->l->text + r->l->tokens[at].at;
    for (size_t i = 0; i < r->l->tokens[at].length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}

static cairn_status vulgar(calc_run *r) {
    const lex_token *token = &r->l->tokens[r->at];
    calc_emit(r, TOKEN_VULGAR, NULL, token->a * 16 + token->b);
    r->at++;
    return r->status;
}

/* The fraction of a mixed number, "1 1/2" or "1" + one-character half, after the number just read. */
static cairn_status mixed(calc_run *r) {
    const lex_token *t = r->l->tokens;
    if (!whole_token(r, r->at - 1) || r->at >= r->to) return CAIRN_OK;
    if (t[r->at].kind == LEX_VULGAR) return vulgar(r);
    if (!whole_token(r, r->at) || !t[r->at].space || r->at + 2 >= r->to || t[r->at + 1].kind != '/' ||
        t[r->at + 1].space || !whole_token(r, r->at + 2) || t[r->at + 2].space)
        return CAIRN_OK;
    CAIRN_TRY(number(r));
    calc_emit(r, TOKEN_DIVIDE, NULL, 0);
    r->at++;
    return number(r);
}

/* The degree of a root, beyond what its sign says, stands in square brackets. */
static cairn_status root(calc_run *r) {
    unsigned degree = r->l->tokens[r->at].a;
    bool sign = degree == 0 || degree == 3 || degree == 4;
    calc_emit(r, TOKEN_ROOT, NULL, (int32_t)degree);
    if (!sign) {
        calc_emit(r, TOKEN_OPEN_SQUARE, NULL, 0);
        calc_emit(r, TOKEN_NUMBER, cairn_arena_printf(r->m->arena, "%u", degree), 0);
        calc_emit(r, TOKEN_CLOSE_SQUARE, NULL, 0);
    }
    r->at++;
    return r->status;
}

/* Reads signs, brackets and one operand. `*operand`: an operand was completed. */
static cairn_status read_operand(calc_run *r, bool *operand) {
    const lex_token *token = &r->l->tokens[r->at];
    const calc_name *name;
    *operand = false;
    r->words = 0;
    switch (token->kind) {
    case '+':
    case LEX_CURRENCY:
        r->out->currency |= token->kind == LEX_CURRENCY && !strchr("()", r->l->text[token->at + token->length - 1]);
        r->at++;
        return CAIRN_OK;
    case '-':
        calc_emit(r, TOKEN_MINUS, NULL, 0);
        r->at++;
        return r->status;
    case '(':
        calc_open_bracket(r);
        r->at++;
        return r->status;
    case LEX_FRACTION:
        if (r->at + 1 >= r->to || token[1].kind != '(') return refuse(r, CAIRN_FORMAT);
        calc_emit(r, TOKEN_FRACTION, NULL, 0);
        r->part = 1;
        r->at++;
        return r->status;
    case LEX_ROOT:
        return root(r);
    case LEX_NUMBER:
        CAIRN_TRY(number(r));
        *operand = true;
        return mixed(r);
    case LEX_VULGAR:
        *operand = true;
        return vulgar(r);
    case LEX_WORD: {
        size_t words = calc_name_at(r->l, r->at, r->to, r->names, &name);
        if (!words) return refuse(r, CAIRN_NOT_FOUND);
        calc_emit_value(r, name->value);
        r->out->names++;
        r->at += words;
        *operand = true;
        return r->status;
    }
    default:
        return refuse(r, CAIRN_FORMAT);
    }
}

/* Closes the innermost bracket. `*operand`: false after the first group of a \frac. */
static cairn_status close_bracket(calc_run *r, bool *operand) {
    char part = r->m->levels[r->open].part;
    calc_close_bracket(r);
    r->at++;
    *operand = part != 1;
    if (part != 1) return r->status;
    r->part = 2;
    return r->at < r->to && r->l->tokens[r->at].kind == '(' ? r->status : refuse(r, CAIRN_FORMAT);
}

/* A letter that stands for a quantity that is not known: no unit. */
static bool unknown(const calc_run *r, size_t at) {
    const lex_token *t = &r->l->tokens[at];
    return t->kind == LEX_WORD && t->length == 1 && strchr("nxyzNXYZ", r->l->text[t->at]);
}

/* Skips unit words after an operand: "skeins per hat", "miles/gallon"; a single letter may be another quantity. Returns
 * whether any was skipped. */
static bool units(calc_run *r) {
    size_t began = r->at, words = 0;
    while (r->at < r->to && words < CALC_UNIT_WORDS) {
        size_t at = r->at;
        const lex_token *t = r->l->tokens;
        size_t width;
        if (t[at].kind == '/' && at + 1 < r->to && t[at + 1].kind == LEX_WORD &&
            !calc_operand_at(r->l, at + 1, r->to, r->names))
            at++;
        const calc_name *name;
        if (t[at].kind != LEX_WORD || unit_stops(r->l, at) || calc_name_at(r->l, at, r->to, r->names, &name)) break;
        if (calc_operator_at(r->l, at, r->to, r->names, &width) || unknown(r, at)) break;
        char end = r->l->text[t[at].at + t[at].length - 1];
        bool letter = t[at].length == 1 && !lex_is(r->l, at, "a");
        if (letter || (end >= '0' && end <= '9')) r->out->doubt = true;
        bool unit = strchr("mghsLlWVNJCF", r->l->text[t[at].at]) != NULL; /* as likely metres, grams, litres */
        bool greek = t[at].length == 2 && strchr("\xCE\xCF", r->l->text[t[at].at]);
        r->out->letters |=
            (t[at].length == 1 || greek) && !unit && r->words + words == 0 && (letter || greek || !t[at].space);
        if (r->words + words == 0 && lex_is(r->l, at, "of")) r->out->doubt = true; /* a share of something */
        if (words == 0 && !t[at].space && strchr("n)", t[at - 1].kind) && !unit_measures(r->l, at))
            r->out->doubt = true; /* "3apples", "(1/2)Bh": as likely so many times a quantity of that name */
        if (r->out->unit_count < CALC_UNITS) r->out->units[r->out->unit_count++] = (uint32_t)at;
        r->at = at + 1;
        words++;
    }
    r->words += words;
    return r->at > began;
}

/* Whether the "$" at `at` opens a formula and is no currency: "means $-2$", "for $(3 + 4)$". */
static bool opens_formula(const calc_run *r, size_t at) {
    const lex_token *t = &r->l->tokens[at];
    return t->kind == LEX_CURRENCY && t->space && at + 1 < r->to && !t[1].space && strchr("-(fv", t[1].kind);
}

/* Whether the minus here may be a dash between two formulas: "$5$ - $3$". */
static bool dash_between_formulas(const calc_run *r) {
    const lex_token *t = &r->l->tokens[r->at];
    return t->kind == '-' && t->space && r->at > 0 && t[-1].kind == LEX_CURRENCY && !t[-1].space && r->at + 2 < r->to &&
           t[1].kind == LEX_CURRENCY && t[1].space && !t[2].space;
}

/* Whether the multiplication sign here is a letter x that may as well be a name: "2x (3 + 2)", "0.9x(0.02)", and
 * "2x(3 + 2)" where x stands alone nearby. */
static bool letter_times(const calc_run *r) {
    const lex_token *t = &r->l->tokens[r->at];
    if (t->length != 1 || (r->l->text[t->at] | 0x20) != 'x' || r->at + 1 >= r->to || t->space) return false;
    if (t[1].space) return true;
    if (t[1].kind == '(' && t[1].pair != LEX_NONE && t[1].pair == r->at + 3) return true; /* "0.9x(0.02)" */
    size_t from = r->at > LETTER_NEAR ? r->at - LETTER_NEAR : 0, to = r->at + LETTER_NEAR;
    for (size_t i = from; t[1].kind == '(' && i < to && i < r->l->count; i++)
        if (r->l->tokens[i].kind == LEX_WORD && r->l->tokens[i].length == 1 && lex_is(r->l, i, "x")) return true;
    return false;
}

/* The power of a unit, "cm^2" or "cm^{-1}", says nothing about the number. False when it is no such power. */
static bool skip_unit_power(calc_run *r) {
    const lex_token *t = r->l->tokens;
    size_t at = r->at + 1;
    bool group = at < r->to && t[at].kind == '(';
    at += group;
    if (at < r->to && t[at].kind == '-') at++;
    if (at >= r->to || t[at].kind != LEX_NUMBER) return false;
    at++;
    if (group && (at >= r->to || t[at].kind != ')')) return false;
    r->at = at + group;
    return true;
}

/* A letter, or a word with a digit: x, S2. */
static bool is_symbol(const lex *l, size_t at) {
    const lex_token *t = &l->tokens[at];
    char last = l->text[t->at + t->length - 1];
    return t->length == 1 || (last >= '0' && last <= '9');
}

/* After an operand: a sign, a closing bracket or an implicit product. `*done`: the expression ends here. */
static cairn_status read_operator(calc_run *r, bool *operand, bool *done) {
    const lex_token *token = &r->l->tokens[r->at];
    size_t words;
    *done = false;
    if (token->kind == ')' && r->open) return close_bracket(r, operand);
    if (token->kind == '%' || lex_is(r->l, r->at, "percent")) {
        calc_emit(r, TOKEN_PERCENT, NULL, 0);
        r->at++;
        return r->status;
    }
    if (token->kind == LEX_POWER) {
        const calc_name *unit;
        bool cubic = token[-1].kind == LEX_WORD && !calc_name_at(r->l, r->at - 1, r->at, r->names, &unit);
        if (token->b && token->length == strlen("\u207b")) return refuse(r, CAIRN_FORMAT);
        if (!cubic)
            calc_emit(r, TOKEN_RAISED, cairn_arena_printf(r->m->arena, "%s%u", token->b ? "-" : "", token->a), 0);
        r->at++; /* of cubic centimetres it says nothing */
        return r->status;
    }
    char sign = calc_operator_at(r->l, r->at, r->to, r->names, &words);
    if (sign && r->words > 0 && lex_is(r->l, r->at, "of")) { /* "3 boxes of 5", "8 hours to get a mean of 93" */
        if (r->mode != CALC_PREFIX || r->open) return refuse(r, CAIRN_FORMAT);
        r->out->doubt |= r->words <= 2;
        *done = true;
        return CAIRN_OK;
    }
    bool unit_power = token->kind == '^' && r->words > 0 && token[-1].kind == LEX_WORD && token[-1].length > 1;
    if (unit_power && skip_unit_power(r)) return CAIRN_OK;
    bool unit_slash = token->kind == '/' && !calc_operand_at(r->l, r->at + 1, r->to, r->names);
    if (sign && !unit_slash) {
        bool more = calc_operand_at(r->l, r->at + words, r->to, r->names);
        if (!more && r->mode == CALC_PREFIX && !r->open) {
            *done = true;
            bool dash = sign == '-' && token->space && r->at + 1 < r->to && r->l->tokens[r->at + 1].kind == LEX_WORD;
            r->out->doubt |= !dash || is_symbol(r->l, r->at + 1);
            return CAIRN_OK;
        }
        r->out->share |= r->mode == CALC_PREFIX && lex_is(r->l, r->at, "of");
        r->out->doubt |= letter_times(r) || dash_between_formulas(r);
        r->out->doubt |= r->words >= 2 && !token->space; /* "7 people tot/7": a quantity of that name */
        *operand = false;
        calc_emit_sign(r, sign);
        r->out->worded |= r->status == CAIRN_OK && r->m->tokens[r->m->count - 1].value == CALC_SAID;
        r->at += words;
        return r->status;
    }
    bool beside = r->mode == CALC_PREFIX && token->kind == LEX_CURRENCY && r->at + 1 < r->to &&
                  token[1].kind == LEX_CURRENCY && token[1].space;
    if (beside || opens_formula(r, r->at)) { /* "$$ a $$ $$ b $$": two formulas */
        r->out->doubt = *done = true;
        return r->mode == CALC_PREFIX && !r->open ? CAIRN_OK : refuse(r, CAIRN_FORMAT);
    }
    const calc_name *name;
    bool closed = r->l->tokens[r->at - 1].kind == ')';
    bool group = token->kind == '(' && (closed || !token->space);
    bool named = calc_name_at(r->l, r->at, r->to, r->names, &name) > 0 && !token->space;
    if (group || named || token->kind == LEX_FRACTION || token->kind == LEX_ROOT) {
        if (r->m->levels[r->open].sign == '/' || r->l->tokens[r->at - 1].kind == LEX_WORD) r->out->doubt = true;
        *operand = false;
        bool fraction = token->kind == LEX_FRACTION && token[-1].kind == LEX_NUMBER; /* perhaps a mixed number */
        if (!fraction) calc_emit(r, TOKEN_TIMES, NULL, 0);
        return r->status;
    }
    if (token->kind == LEX_CURRENCY && (r->at + 1 >= r->to || r->l->tokens[r->at + 1].kind != LEX_NUMBER)) {
        r->out->currency = true;
        r->at++;
        return CAIRN_OK;
    }
    if (units(r)) return CAIRN_OK;
    bool factor = unknown(r, r->at) && !token->space;
    bool divisor = token->kind == '/' && r->at + 1 < r->to && unknown(r, r->at + 1);
    if (factor || divisor) return refuse(r, CAIRN_NOT_FOUND);
    if (r->mode == CALC_PREFIX && !r->open) {
        *done = true;
        return CAIRN_OK;
    }
    return refuse(r, CAIRN_FORMAT);
}

/* Whether a number at `at` goes on with what was read: "3 3/4", "5 feet 4 inches", "5 and 3/4", but not the one of "5
 * days to walk 20 miles" and "5 for Ann and 3 + 4 for Bob". */
static bool goes_on(const calc_run *r, size_t at, bool joined) {
    const lex_token *t = r->l->tokens;
    if (at >= r->l->count || !strchr("n(fvu$", t[at].kind)) return false;
    bool remark = t[at].kind == '(' && at + 1 < r->l->count && t[at + 1].kind == LEX_WORD && t[at + 1].length > 2;
    if (remark) return false; /* "13 (with him)", "2 (mod 5)" */
    bool far = !joined && at >= 2 && t[at - 1].kind == LEX_WORD && t[at - 2].kind == LEX_WORD;
    if (far) return lex_is(r->l, at - 1, "of") || lex_is(r->l, at - 1, "times");
    bool sum = joined && t[at].kind == LEX_NUMBER && at + 1 < r->l->count && strchr("+-*=", t[at + 1].kind);
    return !sum;
}

/* Whether the line that begins at `at` goes on with the expression before it: with a sign, or with the name of a
 * command that lost its backslash. */
static bool line_goes_on(const lex *l, size_t at) {
    static const char *const commands[] = {"cdot", "times", "frac", "dfrac", "tfrac",
                                           "sqrt", "div",   "left", "quad",  NULL};
    const lex_token *t = l->tokens;
    bool latex = l->text[t[at - 1].at] == '\\';
    while (at < l->count && (t[at].kind == LEX_LINE || (t[at].kind == LEX_OTHER && l->text[t[at].at] == '&'))) {
        if (t[at].kind == LEX_LINE && l->text[t[at].at] == '+') return true; /* a bullet, or a sum that goes on */
        at++;
    }
    if (at >= l->count) return false;
    return strchr("+*/^", t[at].kind) || (latex && t[at].kind == '-') || lex_among(l, at, commands);
}

/* Where reading stopped early, whether what follows leaves the value in doubt: "5 R 1", "9:30", "8.333...". */
static void doubt_after(calc_run *r) {
    const lex_token *t = r->l->tokens;
    size_t at = r->at;
    if (at >= r->l->count) return;
    bool tight = !t[at].space, next = at + 1 < r->l->count;
    if (unknown(r, at)) r->out->doubt = true; /* "6 + 3 x", "10 x S2" */
    if (tight && next && t[at].kind == '.' && t[at + 1].kind == '.') r->out->doubt = true;
    bool goes_with = tight && next && !t[at + 1].space;
    if (goes_with && t[at].kind == '.' && t[at + 1].kind == LEX_WORD) r->out->doubt = true; /* "10.S2" */
    if (goes_with && (t[at].kind == ':' || (t[at].kind == ',' && t[at + 1].kind == LEX_NUMBER))) r->out->doubt = true;
    if (t[at].kind == LEX_LINE && line_goes_on(r->l, at + 1)) r->out->doubt = true;
    if (t[at].kind == LEX_OTHER || goes_on(r, at, false) || (lex_is(r->l, at, "and") && goes_on(r, at + 1, true)))
        r->out->doubt = true;
}

void calc_after(calc *machine, const lex *tokens, size_t at, size_t to, const calc_names *names, calc_value *out) {
    calc_run r = {.m = machine, .l = tokens, .at = at, .to = to, .names = names, .mode = CALC_PREFIX, .out = out};
    size_t words;
    const lex_token *t = &tokens->tokens[at];
    while (r.at < to && units(&r)) out->stop = r.at;
    if (r.at < to && (calc_operator_at(tokens, r.at, to, names, &words) || t->kind == '%' || t->kind == LEX_POWER))
        out->doubt = true;
    doubt_after(&r);
}

cairn_status calc_range(calc *machine, const lex *tokens, size_t from, size_t to, const calc_names *names,
                        calc_mode mode, calc_reading reading, calc_value *out) {
    calc_run r = {.m = machine, .l = tokens, .at = from, .to = to, .names = names, .mode = mode, .out = out};
    bool operand = false, done = false;
    calc_value_reset(out);
    out->from = out->stop = from;
    machine->count = 0;
    machine->levels[0] = (calc_level){0};
    if (!calc_prepare(machine)) return CAIRN_NO_MEMORY;
    while (r.at < to && !done) {
        if (!calc_spend(machine, 1)) return refuse(&r, CAIRN_LIMIT);
        if (operand)
            CAIRN_TRY(read_operator(&r, &operand, &done));
        else
            CAIRN_TRY(read_operand(&r, &operand));
    }
    if (!operand || r.open) return refuse(&r, CAIRN_FORMAT);
    out->stop = r.at;
    if (mode == CALC_PREFIX) doubt_after(&r);
    if (!formula_tokens(&r, reading)) return CAIRN_FORMAT;
    return CAIRN_OK;
}

/* Reading a range of tokens as an expression: no recursion, exact rationals, a bound on the work. */
#include "tool/arithmetic/calc.h"

#include <string.h>

#include "tool/arithmetic/machine.h"
#include "tool/arithmetic/units.h"

enum { CALC_UNIT_WORDS = 6, LETTER_NEAR = 64 };

/* ---- operands ---- */

/* Digits alone as a whole number in a base. */
static bool based_numeral(const char *text, size_t length, unsigned base, mpq_t out) {
    char digits[65];
    if (length >= sizeof digits) return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    mpz_set_ui(mpq_denref(out), 1);
    return mpz_set_str(mpq_numref(out), digits, (int)base) == 0;
}

/* Reads a number token. */
static cairn_status number(calc_run *r, mpq_t out) {
    const lex_token *token = &r->l->tokens[r->at];
    const char *text = r->l->text + token->at;
    long decimals;
    int digits;
    if (r->m->base && !based_numeral(text, token->length, r->m->base, out)) return calc_refuse(r, CAIRN_FORMAT);
    if (r->m->base) {
        r->out->literals++;
        return calc_weigh(r, out);
    }
    if (!calc_numeral(text, token->length, out, &decimals, &digits)) return calc_refuse(r, CAIRN_LIMIT);
    r->m->work += (int64_t)token->length * (int64_t)token->length / 64;
    r->out->doubt |= token->length > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
    r->out->literals++;
    r->out->decimals = decimals > 0 ? (int)decimals : 0;
    r->out->digits = digits;
    r->out->fractional |= memchr(text, '.', token->length) != NULL;
    return calc_weigh(r, out);
}

static bool whole_token(const calc_run *r, size_t at) {
    if (at >= r->to || r->l->tokens[at].kind != LEX_NUMBER) return false;
    const char *text = r->l->text + r->l->tokens[at].at;
    for (size_t i = 0; i < r->l->tokens[at].length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}

/* The fraction after a number in LaTeX, "2\\frac{1}{3}": a proper one of two literals. False when there is none. */
static bool latex_mixed(calc_run *r, mpq_t out) {
    const lex_token *t = &r->l->tokens[r->at];
    static const char kinds[] = {LEX_FRACTION, '(', LEX_NUMBER, ')', '(', LEX_NUMBER, ')'};
    long decimals;
    int digits;
    if (r->to - r->at < sizeof kinds) return false;
    for (size_t i = 0; i < sizeof kinds; i++)
        if (t[i].kind != kinds[i]) return false;
    if (!whole_token(r, r->at + 2) || !whole_token(r, r->at + 5)) return false;
    mpq_t bottom;
    mpq_init(bottom);
    bool good = calc_numeral(r->l->text + t[2].at, t[2].length, out, &decimals, &digits) &&
                calc_numeral(r->l->text + t[5].at, t[5].length, bottom, &decimals, &digits) && mpq_cmp(out, bottom) < 0;
    if (good) mpq_div(out, out, bottom);
    mpq_clear(bottom);
    return good;
}

/* The fraction of a mixed number, "1 1/2" or "1" + one-character half, is added to the number just read. */
static cairn_status mixed(calc_run *r, mpq_t value) {
    const lex_token *t = r->l->tokens;
    if (!whole_token(r, r->at - 1) || r->at >= r->to) return CAIRN_OK;
    if (t[r->at].kind == LEX_VULGAR) {
        mpq_set_ui(r->m->scratch, t[r->at].a, t[r->at].b);
        mpq_add(value, value, r->m->scratch);
        r->at++;
        return calc_weigh(r, value);
    }
    if (t[r->at].kind == LEX_FRACTION && r->reading != CALC_PRODUCTS && latex_mixed(r, r->m->scratch)) {
        r->out->mixed = true;
        mpq_add(value, value, r->m->scratch);
        r->at += 7;
        return calc_weigh(r, value);
    }
    if (!whole_token(r, r->at) || !t[r->at].space || r->at + 2 >= r->to || t[r->at + 1].kind != '/' ||
        t[r->at + 1].space || !whole_token(r, r->at + 2) || t[r->at + 2].space)
        return CAIRN_OK;
    mpq_t top, bottom;
    mpq_init(top);
    mpq_init(bottom);
    cairn_status status = number(r, top);
    r->at += 2;
    if (status == CAIRN_OK) status = number(r, bottom);
    r->at++;
    if (status == CAIRN_OK && mpq_sgn(bottom) == 0) status = calc_refuse(r, CAIRN_INVALID);
    if (status == CAIRN_OK && mpq_cmp(top, bottom) >= 0) status = calc_refuse(r, CAIRN_FORMAT);
    if (status == CAIRN_OK) {
        mpq_div(top, top, bottom);
        mpq_add(value, value, top);
        status = calc_weigh(r, value);
    }
    mpq_clear(top);
    mpq_clear(bottom);
    return status;
}

/* Reads signs, brackets and one operand. `*operand`: an operand was completed. */
static cairn_status read_operand(calc_run *r, bool *operand) {
    const lex_token *token = &r->l->tokens[r->at];
    mpq_t *value;
    const calc_name *name;
    *operand = false;
    r->words = 0;
    switch (token->kind) {
    case '+':
    case LEX_CURRENCY:
        r->out->currency |= token->kind == LEX_CURRENCY;
        r->at++;
        return CAIRN_OK;
    case '-':
        r->at++;
        if (calc_top_operator(r) == 'n') {
            r->m->operator_depth--;
            return CAIRN_OK;
        }
        return calc_push_operator(r, 'n');
    case '(':
        r->at++;
        r->open++;
        return calc_push_operator(r, '(');
    case LEX_FRACTION:
    case LEX_ROOT:
        r->at++;
        if (token->kind == LEX_FRACTION && (r->at >= r->to || token[1].kind != '('))
            return calc_refuse(r, CAIRN_FORMAT);
        return token->kind == LEX_ROOT ? calc_push_root(r, token->a ? token->a : 2)
                                       : calc_push_operator(r, token->kind);
    case LEX_NUMBER:
        CAIRN_TRY(calc_push_value(r, &value));
        CAIRN_TRY(number(r, *value));
        r->at++;
        *operand = true;
        return mixed(r, *value);
    case LEX_VULGAR:
        CAIRN_TRY(calc_push_value(r, &value));
        mpq_set_ui(*value, token->a, token->b);
        r->out->literals++;
        r->at++;
        *operand = true;
        return CAIRN_OK;
    case LEX_WORD: {
        size_t words = calc_name_at(r->l, r->at, r->to, r->names, &name);
        if (!words) return calc_refuse(r, CAIRN_NOT_FOUND);
        CAIRN_TRY(calc_push_value(r, &value));
        mpq_set(*value, name->value);
        r->out->names++;
        r->at += words;
        *operand = true;
        return calc_weigh(r, *value);
    }
    default:
        return calc_refuse(r, CAIRN_FORMAT);
    }
}

/* Closes the innermost bracket. `*operand`: false after the first group of a \frac. */
static cairn_status close_bracket(calc_run *r, bool *operand) {
    while (calc_top_operator(r) != '(') {
        if (!calc_precedence(calc_top_operator(r))) return calc_refuse(r, CAIRN_FORMAT);
        CAIRN_TRY(calc_apply(r));
    }
    r->m->operator_depth--;
    r->open--;
    r->at++;
    if (calc_top_operator(r) == LEX_FRACTION) {
        r->m->operators[r->m->operator_depth - 1] = 'g';
        *operand = false;
        if (r->at >= r->to || r->l->tokens[r->at].kind != '(') return calc_refuse(r, CAIRN_FORMAT);
    } else if (calc_top_operator(r) == 'g') {
        r->m->operators[r->m->operator_depth - 1] = '/';
        return calc_apply(r);
    }
    return CAIRN_OK;
}

static cairn_status percentage(calc_run *r, size_t words) {
    r->out->percents++;
    r->at += words;
    r->m->share[r->m->depth - 1] = true;
    if (r->reading == CALC_NO_PERCENT) return CAIRN_OK;
    mpq_t *value = &r->m->values[r->m->depth - 1];
    mpq_set_ui(r->m->scratch, 1, 100);
    mpq_mul(*value, *value, r->m->scratch);
    r->out->decimals += 2;
    return calc_weigh(r, *value);
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
        bool unit = strchr("mghsLlkKMWVNJCF", r->l->text[t[at].at]) != NULL; /* as likely metres, grams, litres */
        r->out->letters |= t[at].length == 1 && !unit && r->words + words == 0 && (letter || !t[at].space);
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

/* Whether the multiplication sign here is a letter x that may as well be a name: "2x (3 + 2)", and "2x(3 + 2)" where x
 * stands alone nearby. */
static bool letter_times(const calc_run *r) {
    const lex_token *t = &r->l->tokens[r->at];
    if (t->length != 1 || (r->l->text[t->at] | 0x20) != 'x' || r->at + 1 >= r->to || t->space) return false;
    if (t[1].space) return true;
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

/* After an operand: a sign, a closing bracket or an implicit product. `*done`: the expression ends here. */
static cairn_status read_operator(calc_run *r, bool *operand, bool *done) {
    const lex_token *token = &r->l->tokens[r->at];
    size_t words;
    *done = false;
    if (token->kind == ')' && r->open) return close_bracket(r, operand);
    if (token->kind == '%' || lex_is(r->l, r->at, "percent")) return percentage(r, 1);
    if (token->kind == LEX_POWER) {
        mpq_t *value;
        const calc_name *unit;
        if (token[-1].kind == LEX_WORD && !calc_name_at(r->l, r->at - 1, r->at, r->names, &unit)) {
            r->at++; /* cubic centimetres */
            return CAIRN_OK;
        }
        if (token->b && token->length == strlen("\u207b")) return calc_refuse(r, CAIRN_FORMAT);
        CAIRN_TRY(calc_binary(r, '^'));
        CAIRN_TRY(calc_push_value(r, &value));
        mpq_set_si(*value, token->b ? -(long)token->a : (long)token->a, 1);
        r->at++;
        return CAIRN_OK;
    }
    char sign = calc_operator_at(r->l, r->at, r->to, r->names, &words);
    if (sign && r->words > 0 && lex_is(r->l, r->at, "of")) { /* "3 boxes of 5", "8 hours to get a mean of 93" */
        if (r->mode != CALC_PREFIX || r->open) return calc_refuse(r, CAIRN_FORMAT);
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
            r->out->doubt |= !dash || r->l->tokens[r->at + 1].length == 1;
            return CAIRN_OK;
        }
        r->out->share |= r->mode == CALC_PREFIX && lex_is(r->l, r->at, "of");
        r->out->doubt |= letter_times(r) || dash_between_formulas(r);
        *operand = false;
        bool word = token->kind == LEX_WORD && (sign == '*' || sign == '/') && !lex_is(r->l, r->at, "x");
        r->out->worded |= word;
        if (word && r->reading == CALC_LOOSE) sign = sign == '*' ? CALC_TIMES_LOOSE : CALC_OVER_LOOSE;
        cairn_status status = sign == '/' ? calc_divide(r) : calc_binary(r, sign);
        r->at += words;
        return status;
    }
    if (opens_formula(r, r->at)) {
        r->out->doubt = *done = true;
        return r->mode == CALC_PREFIX && !r->open ? CAIRN_OK : calc_refuse(r, CAIRN_FORMAT);
    }
    const calc_name *name;
    bool closed = r->l->tokens[r->at - 1].kind == ')';
    bool group = token->kind == '(' && (closed || !token->space);
    bool named = calc_name_at(r->l, r->at, r->to, r->names, &name) > 0 && !token->space;
    if (group || named || token->kind == LEX_FRACTION || token->kind == LEX_ROOT) {
        if (calc_top_operator(r) == '/' || r->l->tokens[r->at - 1].kind == LEX_WORD) r->out->doubt = true;
        *operand = false;
        return calc_binary(r, '*');
    }
    if (token->kind == LEX_CURRENCY && (r->at + 1 >= r->to || r->l->tokens[r->at + 1].kind != LEX_NUMBER)) {
        r->out->currency = true;
        r->at++;
        return CAIRN_OK;
    }
    if (units(r)) return CAIRN_OK;
    bool factor = unknown(r, r->at) && !token->space;
    bool divisor = token->kind == '/' && r->at + 1 < r->to && unknown(r, r->at + 1);
    if (factor || divisor) return calc_refuse(r, CAIRN_NOT_FOUND);
    if (r->mode == CALC_PREFIX && !r->open) {
        *done = true;
        return CAIRN_OK;
    }
    return calc_refuse(r, CAIRN_FORMAT);
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
    if (tight && next && t[at].kind == '.' && t[at + 1].kind == '.') r->out->doubt = true;
    bool goes_with = tight && next && !t[at + 1].space;
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
    calc_run r = {
        .m = machine, .l = tokens, .at = from, .to = to, .names = names, .mode = mode, .reading = reading, .out = out};
    bool operand = false, done = false;
    calc_value_reset(out);
    out->from = out->stop = from;
    machine->depth = machine->operator_depth = 0;
    while (r.at < to && !done) {
        machine->work++;
        if (operand)
            CAIRN_TRY(read_operator(&r, &operand, &done));
        else
            CAIRN_TRY(read_operand(&r, &operand));
    }
    if (!operand) return calc_refuse(&r, CAIRN_FORMAT);
    if (r.open) return calc_refuse(&r, CAIRN_FORMAT);
    while (machine->operator_depth) {
        if (!calc_precedence(calc_top_operator(&r))) return calc_refuse(&r, CAIRN_FORMAT);
        CAIRN_TRY(calc_apply(&r));
    }
    if (machine->depth != 1) return calc_refuse(&r, CAIRN_FORMAT);
    out->stop = r.at;
    if (mode == CALC_PREFIX) doubt_after(&r);
    mpq_swap(out->value, machine->values[0]);
    return CAIRN_OK;
}

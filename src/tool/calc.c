/* Evaluation of a range of tokens: two stacks, no recursion, exact rationals, a bound on the work. */
#include "tool/calc.h"

#include <math.h>
#include <string.h>

#include "cairn/tool.h"
#include "tool/units.h"

/* Work is counted in units of about 5 ns; the whole budget of one call is some tenths of a second. */
enum { CALC_WORK_MOST = 40000000, CALC_UNIT_WORDS = 6 };

struct calc {
    cairn_ctx *ctx;
    mpq_t values[CAIRN_TOOL_DEPTH_MOST]; /* the first `made` are initialised */
    size_t made;
    bool share[CAIRN_TOOL_DEPTH_MOST]; /* the value is a bare percentage */
    char operators[3 * CAIRN_TOOL_DEPTH_MOST];
    mpq_t scratch;
    size_t depth, operator_depth;
    int64_t work;
    char why[160];
};

/* One evaluation. */
typedef struct run {
    calc *m;
    const lex *l;
    size_t at, to;
    const calc_names *names;
    calc_mode mode;
    calc_reading reading;
    calc_value *out;
    size_t open;  /* brackets */
    size_t words; /* unit words since the last operand */
    bool tight;   /* the last division sign had no space beside it */
} run;

void calc_value_open(calc_value *value) {
    memset(value, 0, sizeof *value);
    mpq_init(value->value);
}

void calc_value_close(calc_value *value) {
    mpq_clear(value->value);
}

cairn_status calc_open(cairn_ctx *ctx, calc **out) {
    calc *m = cairn_alloc(ctx, 1, sizeof *m);
    if (!m) return CAIRN_NO_MEMORY;
    m->ctx = ctx;
    mpq_init(m->scratch);
    *out = m;
    return CAIRN_OK;
}

void calc_close(calc *machine) {
    if (!machine) return;
    for (size_t i = 0; i < machine->made; i++) mpq_clear(machine->values[i]);
    mpq_clear(machine->scratch);
    cairn_free(machine);
}

const char *calc_why(const calc *machine) {
    return machine->why;
}

/* ---- arithmetic ---- */

static cairn_status refuse(run *r, cairn_status status, const char *why) {
    size_t at = r->at < r->l->count ? r->l->tokens[r->at].at : r->l->length;
    snprintf(r->m->why, sizeof r->m->why, "%s at byte %zu", why, at);
    r->out->stop = r->at;
    return status;
}

/* Notes a new value's size; refuses one beyond the bound. */
static cairn_status weigh(run *r, const mpq_t value) {
    size_t top = mpz_sizeinbase(mpq_numref(value), 2), bottom = mpz_sizeinbase(mpq_denref(value), 2);
    int64_t limbs = (int64_t)(top + bottom) / 64 + 1;
    r->m->work += 8 + limbs * limbs / 8;
    if (r->m->work > CALC_WORK_MOST) return refuse(r, CAIRN_LIMIT, "too much arithmetic in one text");
    if (top > CAIRN_TOOL_BITS_MOST || bottom > CAIRN_TOOL_BITS_MOST)
        return refuse(r, CAIRN_LIMIT, "a number too large");
    double size = fabs(mpq_get_d(value));
    if (size > r->out->most) r->out->most = size;
    return CAIRN_OK;
}

static cairn_status power(run *r, mpq_t base, const mpq_t exponent) {
    if (mpz_cmp_ui(mpq_denref(exponent), 1) != 0) return refuse(r, CAIRN_UNSUPPORTED, "a fractional exponent");
    if (mpz_cmpabs_ui(mpq_numref(exponent), 1024) > 0) return refuse(r, CAIRN_LIMIT, "an exponent too large");
    long e = mpz_get_si(mpq_numref(exponent));
    unsigned long n = e < 0 ? (unsigned long)-e : (unsigned long)e;
    size_t bits = mpz_sizeinbase(mpq_numref(base), 2), other = mpz_sizeinbase(mpq_denref(base), 2);
    if (other > bits) bits = other;
    if (bits > 1 && bits * n > 2 * CAIRN_TOOL_BITS_MOST) return refuse(r, CAIRN_LIMIT, "a number too large");
    if (e < 0 && mpq_sgn(base) == 0) return refuse(r, CAIRN_INVALID, "division by zero");
    mpz_pow_ui(mpq_numref(base), mpq_numref(base), n);
    mpz_pow_ui(mpq_denref(base), mpq_denref(base), n);
    if (e < 0) mpq_inv(base, base);
    return weigh(r, base);
}

static cairn_status root(run *r, mpq_t value) {
    if (mpq_sgn(value) < 0 || !mpz_perfect_square_p(mpq_numref(value)) || !mpz_perfect_square_p(mpq_denref(value)))
        return refuse(r, CAIRN_UNSUPPORTED, "an irrational root");
    mpz_sqrt(mpq_numref(value), mpq_numref(value));
    mpz_sqrt(mpq_denref(value), mpq_denref(value));
    return CAIRN_OK;
}

static int precedence(char sign) {
    switch (sign) {
    case '+':
    case '-':
    case LEX_FROM:
        return 1;
    case '*':
    case '/':
        return 2;
    case 'n':
        return 3;
    case '^':
        return 4;
    case LEX_ROOT:
        return 5;
    default:
        return 0; /* a bracket, or \frac waiting for its groups */
    }
}

/* Applies the operator on top of the stack. */
static cairn_status apply(run *r) {
    calc *m = r->m;
    char sign = m->operators[--m->operator_depth];
    mpq_t *a = &m->values[m->depth - 1];
    if (sign == 'n') {
        mpq_neg(*a, *a);
        return CAIRN_OK;
    }
    if (sign == LEX_ROOT) return root(r, *a);
    mpq_t *b = a--;
    bool share = m->share[m->depth - 1] && !m->share[m->depth - 2] && r->reading == CALC_SHARE;
    m->depth--;
    m->share[m->depth - 1] = false;
    r->out->operators++;
    if (share && (sign == '+' || sign == '-')) {
        mpq_mul(m->scratch, *a, *b);
        mpq_swap(m->scratch, *b);
    }
    switch (sign) {
    case '+':
        mpq_add(*a, *a, *b);
        break;
    case '-':
        mpq_sub(*a, *a, *b);
        break;
    case LEX_FROM:
        mpq_sub(*a, *b, *a);
        break;
    case '*':
        mpq_mul(*a, *a, *b);
        break;
    case '/':
        if (mpq_sgn(*b) == 0) return refuse(r, CAIRN_INVALID, "division by zero");
        mpq_div(*a, *a, *b);
        break;
    default:
        return power(r, *a, *b);
    }
    return weigh(r, *a);
}

static cairn_status push_operator(run *r, char sign) {
    if (r->m->operator_depth >= sizeof r->m->operators) return refuse(r, CAIRN_LIMIT, "an expression nested too deep");
    r->m->operators[r->m->operator_depth++] = sign;
    return CAIRN_OK;
}

static char top_operator(const run *r) {
    return r->m->operator_depth ? r->m->operators[r->m->operator_depth - 1] : '\0';
}

/* A binary operator: what binds at least as tightly is done first; powers go from right to left. */
static cairn_status binary(run *r, char sign) {
    int mine = precedence(sign) + (sign == '^');
    while (precedence(top_operator(r)) >= mine) CAIRN_TRY(apply(r));
    return push_operator(r, sign);
}

/* A division sign where another one waits for its right side. By CALC_FRACTIONS "a / b/c" and "a / b / c" divide by a fraction,
 * "a/b / c/d" divides two of them. */
static cairn_status divide(run *r) {
    const lex_token *t = &r->l->tokens[r->at];
    bool tight = r->at > 0 && !t->space && r->at + 1 < r->to && !t[1].space, before = r->tight;
    r->tight = tight;
    r->out->divisions |= top_operator(r) == '/';
    bool fraction = r->reading == CALC_FRACTIONS && top_operator(r) == '/' && (tight || !before);
    return fraction ? push_operator(r, '/') : binary(r, '/');
}

static cairn_status push_value(run *r, mpq_t **out) {
    if (r->m->depth >= CAIRN_TOOL_DEPTH_MOST) return refuse(r, CAIRN_LIMIT, "an expression nested too deep");
    if (r->m->depth == r->m->made) mpq_init(r->m->values[r->m->made++]);
    r->m->share[r->m->depth] = false;
    *out = &r->m->values[r->m->depth++];
    return CAIRN_OK;
}

/* ---- operands ---- */

/* Reads a number token. */
static cairn_status number(run *r, mpq_t out) {
    const lex_token *token = &r->l->tokens[r->at];
    const char *text = r->l->text + token->at;
    long decimals;
    int digits;
    if (!calc_numeral(text, token->length, out, &decimals, &digits))
        return refuse(r, CAIRN_LIMIT, "a number with too many digits");
    r->m->work += (int64_t)token->length * (int64_t)token->length / 64;
    r->out->doubt |= token->length > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9' && r->mode != CALC_WHOLE;
    r->out->literals++;
    r->out->decimals = decimals > 0 ? (int)decimals : 0;
    r->out->digits = digits;
    r->out->fractional |= memchr(text, '.', token->length) != NULL;
    return weigh(r, out);
}

static bool whole_token(const run *r, size_t at) {
    if (at >= r->to || r->l->tokens[at].kind != LEX_NUMBER) return false;
    const char *text = r->l->text + r->l->tokens[at].at;
    for (size_t i = 0; i < r->l->tokens[at].length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}

/* The fraction of a mixed number, "1 1/2" or "1" + one-character half, is added to the number just read. */
static cairn_status mixed(run *r, mpq_t value) {
    const lex_token *t = r->l->tokens;
    if (!whole_token(r, r->at - 1) || r->at >= r->to) return CAIRN_OK;
    if (t[r->at].kind == LEX_VULGAR) {
        mpq_set_ui(r->m->scratch, t[r->at].a, t[r->at].b);
        mpq_add(value, value, r->m->scratch);
        r->at++;
        return weigh(r, value);
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
    if (status == CAIRN_OK && mpq_sgn(bottom) == 0) status = refuse(r, CAIRN_INVALID, "division by zero");
    if (status == CAIRN_OK && mpq_cmp(top, bottom) >= 0) status = refuse(r, CAIRN_FORMAT, "two numbers side by side");
    if (status == CAIRN_OK) {
        mpq_div(top, top, bottom);
        mpq_add(value, value, top);
        status = weigh(r, value);
    }
    mpq_clear(top);
    mpq_clear(bottom);
    return status;
}

/* Reads signs, brackets and one operand. `*operand`: an operand was completed. */
static cairn_status read_operand(run *r, bool *operand) {
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
        if (top_operator(r) == 'n') {
            r->m->operator_depth--;
            return CAIRN_OK;
        }
        return push_operator(r, 'n');
    case '(':
        r->at++;
        r->open++;
        return push_operator(r, '(');
    case LEX_FRACTION:
    case LEX_ROOT:
        r->at++;
        return push_operator(r, token->kind);
    case LEX_NUMBER:
        CAIRN_TRY(push_value(r, &value));
        CAIRN_TRY(number(r, *value));
        r->at++;
        *operand = true;
        return mixed(r, *value);
    case LEX_VULGAR:
        CAIRN_TRY(push_value(r, &value));
        mpq_set_ui(*value, token->a, token->b);
        r->out->literals++;
        r->at++;
        *operand = true;
        return CAIRN_OK;
    case LEX_WORD: {
        size_t words = calc_name_at(r->l, r->at, r->to, r->names, &name);
        if (!words) return refuse(r, CAIRN_NOT_FOUND, "a name without a value");
        CAIRN_TRY(push_value(r, &value));
        mpq_set(*value, name->value);
        r->out->names++;
        r->at += words;
        *operand = true;
        return weigh(r, *value);
    }
    default:
        return refuse(r, CAIRN_FORMAT, "expected a number");
    }
}

/* Closes the innermost bracket. `*operand`: false after the first group of a \frac. */
static cairn_status close_bracket(run *r, bool *operand) {
    while (top_operator(r) != '(') CAIRN_TRY(apply(r));
    r->m->operator_depth--;
    r->open--;
    r->at++;
    if (top_operator(r) == LEX_FRACTION) {
        r->m->operators[r->m->operator_depth - 1] = 'g';
        *operand = false;
        if (r->at >= r->to || r->l->tokens[r->at].kind != '(')
            return refuse(r, CAIRN_FORMAT, "a fraction without bottom");
    } else if (top_operator(r) == 'g') {
        r->m->operators[r->m->operator_depth - 1] = '/';
        return apply(r);
    }
    return CAIRN_OK;
}

static cairn_status percentage(run *r, size_t words) {
    r->out->percents++;
    r->at += words;
    r->m->share[r->m->depth - 1] = true;
    if (r->reading == CALC_NO_PERCENT) return CAIRN_OK;
    mpq_t *value = &r->m->values[r->m->depth - 1];
    mpq_set_ui(r->m->scratch, 1, 100);
    mpq_mul(*value, *value, r->m->scratch);
    r->out->decimals += 2;
    return weigh(r, *value);
}

/* A letter that stands for a quantity that is not known: no unit. */
static bool unknown(const run *r, size_t at) {
    const lex_token *t = &r->l->tokens[at];
    return t->kind == LEX_WORD && t->length == 1 && strchr("nxyzNXYZ", r->l->text[t->at]);
}

/* Skips unit words after an operand: "skeins per hat", "miles/gallon"; a single letter may be another quantity. Returns
 * whether any was skipped. */
static bool units(run *r) {
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
        if (r->words + words == 0 && lex_is(r->l, at, "of")) r->out->doubt = true; /* a share of something */
        if (words == 0 && !t[at].space && t[at - 1].kind == LEX_NUMBER && !unit_measures(r->l, at))
            r->out->doubt = true; /* "3apples", "2Bob": as likely so many times a quantity of that name */
        if (r->out->unit_count < CALC_UNITS) r->out->units[r->out->unit_count++] = (uint32_t)at;
        r->at = at + 1;
        words++;
    }
    r->words += words;
    return r->at > began;
}

/* After an operand: an sign, a closing bracket or an implicit product. `*done`: the expression ends here. */
static cairn_status read_operator(run *r, bool *operand, bool *done) {
    const lex_token *token = &r->l->tokens[r->at];
    bool prose = r->mode != CALC_WHOLE;
    size_t words;
    *done = false;
    if (token->kind == ')' && r->open) return close_bracket(r, operand);
    if (token->kind == '%' || lex_is(r->l, r->at, "percent")) return percentage(r, 1);
    if (token->kind == LEX_POWER) {
        mpq_t *value;
        const calc_name *unit;
        if (prose && token[-1].kind == LEX_WORD && !calc_name_at(r->l, r->at - 1, r->at, r->names, &unit)) {
            r->at++; /* cubic centimetres */
            return CAIRN_OK;
        }
        CAIRN_TRY(binary(r, '^'));
        CAIRN_TRY(push_value(r, &value));
        mpq_set_ui(*value, token->a, 1);
        r->at++;
        return CAIRN_OK;
    }
    char sign = calc_operator_at(r->l, r->at, r->to, r->names, &words);
    if (sign && r->words > 0 && lex_is(r->l, r->at, "of")) { /* "3 boxes of 5", "8 hours to get a mean of 93" */
        if (r->mode != CALC_PREFIX || r->open) return refuse(r, CAIRN_FORMAT, "expected an operator");
        r->out->doubt |= r->words <= 2;
        *done = true;
        return CAIRN_OK;
    }
    bool unit_slash = prose && token->kind == '/' && !calc_operand_at(r->l, r->at + 1, r->to, r->names);
    if (sign && !unit_slash) {
        bool more = calc_operand_at(r->l, r->at + words, r->to, r->names);
        if (!more && r->mode == CALC_PREFIX && !r->open) {
            *done = true;
            bool dash = sign == '-' && token->space && r->at + 1 < r->to && r->l->tokens[r->at + 1].kind == LEX_WORD;
            r->out->doubt |= !dash || r->l->tokens[r->at + 1].length == 1;
            return CAIRN_OK;
        }
        r->out->share |= r->mode == CALC_PREFIX && lex_is(r->l, r->at, "of");
        *operand = false;
        cairn_status status = sign == '/' ? divide(r) : binary(r, sign);
        r->at += words;
        return status;
    }
    const calc_name *name;
    bool closed = r->l->tokens[r->at - 1].kind == ')';
    bool group = token->kind == '(' && (!prose || closed || !token->space);
    bool named = calc_name_at(r->l, r->at, r->to, r->names, &name) > 0 && !token->space;
    bool tail = closed && !prose && token->kind == LEX_NUMBER;
    if (group || named || tail || token->kind == LEX_FRACTION || token->kind == LEX_ROOT) {
        if (top_operator(r) == '/' || (prose && r->l->tokens[r->at - 1].kind == LEX_WORD)) r->out->doubt = true;
        *operand = false;
        return binary(r, '*');
    }
    if (token->kind == LEX_CURRENCY && (r->at + 1 >= r->to || r->l->tokens[r->at + 1].kind != LEX_NUMBER)) {
        r->out->currency = true;
        r->at++;
        return CAIRN_OK;
    }
    if (prose && units(r)) return CAIRN_OK;
    bool factor = unknown(r, r->at) && !token->space;
    bool divisor = token->kind == '/' && r->at + 1 < r->to && unknown(r, r->at + 1);
    if (factor || divisor) return refuse(r, CAIRN_NOT_FOUND, "a name without a value");
    if (r->mode == CALC_PREFIX && !r->open) {
        *done = true;
        return CAIRN_OK;
    }
    return refuse(r, CAIRN_FORMAT, "expected an operator");
}

/* Whether a number at `at` goes on with what was read: "3 3/4", "5 feet 4 inches", "5 and 3/4", but not the one of "5 days to
 * walk 20 miles" and "5 for Ann and 3 + 4 for Bob". */
static bool goes_on(const run *r, size_t at, bool joined) {
    const lex_token *t = r->l->tokens;
    if (at >= r->l->count || !strchr("n(fvu$", t[at].kind)) return false;
    bool far = !joined && at >= 2 && t[at - 1].kind == LEX_WORD && t[at - 2].kind == LEX_WORD;
    if (far) return lex_is(r->l, at - 1, "of") || lex_is(r->l, at - 1, "times");
    bool sum = joined && t[at].kind == LEX_NUMBER && at + 1 < r->l->count && strchr("+-*=", t[at + 1].kind);
    return !sum;
}

/* Where reading stopped early, whether what follows leaves the value in doubt: "5 R 1", "9:30", "8.333...". */
static void doubt_after(run *r) {
    const lex_token *t = r->l->tokens;
    size_t at = r->at;
    if (at >= r->l->count) return;
    bool tight = !t[at].space, next = at + 1 < r->l->count;
    if (tight && next && t[at].kind == '.' && t[at + 1].kind == '.') r->out->doubt = true;
    if (tight && next && strchr(",:", t[at].kind) && t[at + 1].kind == LEX_NUMBER && !t[at + 1].space)
        r->out->doubt = true;
    if (t[at].kind == LEX_OTHER || goes_on(r, at, false) || (lex_is(r->l, at, "and") && goes_on(r, at + 1, true)))
        r->out->doubt = true;
}

cairn_status calc_range(calc *machine, const lex *tokens, size_t from, size_t to, const calc_names *names,
                        calc_mode mode, calc_reading reading, calc_value *out) {
    run r = {
        .m = machine, .l = tokens, .at = from, .to = to, .names = names, .mode = mode, .reading = reading, .out = out};
    bool operand = false, done = false;
    mpq_t keep;
    memcpy(&keep, &out->value, sizeof keep);
    memset(out, 0, sizeof *out);
    memcpy(&out->value, &keep, sizeof keep);
    out->from = out->stop = from;
    machine->depth = machine->operator_depth = 0;
    while (r.at < to && !done) {
        machine->work++;
        if (operand)
            CAIRN_TRY(read_operator(&r, &operand, &done));
        else
            CAIRN_TRY(read_operand(&r, &operand));
    }
    if (!operand) return refuse(&r, CAIRN_FORMAT, "an expression that is not finished");
    if (r.open) return refuse(&r, CAIRN_FORMAT, "a bracket that is not closed");
    while (machine->operator_depth) {
        if (!precedence(top_operator(&r))) return refuse(&r, CAIRN_FORMAT, "a fraction without bottom");
        CAIRN_TRY(apply(&r));
    }
    if (machine->depth != 1) return refuse(&r, CAIRN_FORMAT, "a fraction without bottom");
    out->stop = r.at;
    if (mode == CALC_PREFIX) doubt_after(&r);
    mpq_swap(out->value, machine->values[0]);
    return CAIRN_OK;
}

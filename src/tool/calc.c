#include "tool/calc.h"

#include <math.h>
#include <string.h>

#include "cairn/tool.h"

/* Work is counted in units of about 5 ns; the whole budget of one call is some tenths of a second. */
enum { CALC_DIGITS_MOST = 600, CALC_EXPONENT_MOST = 600, CALC_WORK_MOST = 40000000, CALC_UNIT_WORDS = 6 };

struct calc {
    cairn_ctx *ctx;
    mpq_t values[CAIRN_TOOL_DEPTH_MOST + 2];
    bool share[CAIRN_TOOL_DEPTH_MOST + 2]; /* the value is a bare percentage */
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
    calc_percent percent;
    calc_value *out;
    size_t open; /* brackets */
    bool loose;  /* the last division sign had a space beside it */
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
    for (size_t i = 0; i < CAIRN_TOOL_DEPTH_MOST + 2; i++) mpq_init(m->values[i]);
    mpq_init(m->scratch);
    *out = m;
    return CAIRN_OK;
}

void calc_close(calc *machine) {
    if (!machine) return;
    for (size_t i = 0; i < CAIRN_TOOL_DEPTH_MOST + 2; i++) mpq_clear(machine->values[i]);
    mpq_clear(machine->scratch);
    cairn_free(machine);
}

const char *calc_why(const calc *machine) {
    return machine->why;
}

/* ---- names ---- */

bool calc_key(const lex *tokens, size_t from, size_t to, char out[CALC_KEY_MOST]) {
    size_t length = 0;
    if (to <= from || to - from > CALC_NAME_WORDS) return false;
    for (size_t i = from; i < to; i++) {
        const lex_token *word = &tokens->tokens[i];
        if ((word->kind != LEX_WORD && word->kind != LEX_NUMBER) || length + word->length + 2 > CALC_KEY_MOST)
            return false;
        if (i > from) out[length++] = ' ';
        bool lower = word->length > 1 || to - from > 1;
        for (size_t k = 0; k < word->length; k++) {
            char c = tokens->text[word->at + k];
            out[length++] = lower && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
    }
    out[length] = '\0';
    return length > 0;
}

calc_name *calc_find(const calc_names *names, const char *key) {
    for (size_t i = 0; names && i < names->count; i++)
        if (strcmp(names->items[i].key, key) == 0) return &names->items[i];
    return NULL;
}

calc_name *calc_bind(cairn_ctx *ctx, calc_names *names, const char *key) {
    calc_name *found = calc_find(names, key);
    if (found) return found;
    if (names->count >= CAIRN_TOOL_NAMES_MOST) return NULL;
    if (cairn_grow(ctx, (void **)&names->items, &names->capacity, names->count + 1, sizeof *found) != CAIRN_OK)
        return NULL;
    found = &names->items[names->count++];
    memset(found, 0, sizeof *found);
    memcpy(found->key, key, strlen(key) + 1);
    mpq_init(found->value);
    return found;
}

void calc_names_free(calc_names *names) {
    for (size_t i = 0; i < names->count; i++) mpq_clear(names->items[i].value);
    cairn_free(names->items);
    *names = (calc_names){0};
}

size_t calc_name_at(const lex *tokens, size_t at, size_t to, const calc_names *names, const calc_name **out) {
    if (!names || !names->count || at >= to || tokens->tokens[at].kind != LEX_WORD) return 0;
    for (size_t words = to - at < CALC_NAME_WORDS ? to - at : CALC_NAME_WORDS; words > 0; words--) {
        char key[CALC_KEY_MOST];
        const calc_name *found = calc_key(tokens, at, at + words, key) ? calc_find(names, key) : NULL;
        if (!found || !found->known) continue;
        *out = found;
        return words;
    }
    return 0;
}

bool calc_operand_at(const lex *tokens, size_t at, size_t to, const calc_names *names) {
    while (at < to && strchr("+-$", tokens->tokens[at].kind)) at++;
    if (at >= to) return false;
    const calc_name *name;
    return strchr("n(uvf", tokens->tokens[at].kind) || calc_name_at(tokens, at, to, names, &name) > 0;
}

/* Whether the letter x at `at` means times, not a variable: "3 x 4", "3 x -4", "3x4", but not "3x + 4" or "3x -4". */
static bool times_letter(const lex *tokens, size_t at, size_t to, const calc_names *names) {
    if (!calc_operand_at(tokens, at + 1, to, names)) return false;
    const lex_token *next = &tokens->tokens[at + 1];
    bool sign = next->kind == '-' || next->kind == '+';
    return !sign || (tokens->tokens[at].space && next->space && !next[1].space);
}

char calc_operator_at(const lex *tokens, size_t at, size_t to, const calc_names *names, size_t *words) {
    *words = 1;
    if (at >= to) return '\0';
    const lex_token *token = &tokens->tokens[at];
    if (strchr("+-*/^", token->kind)) return token->kind;
    const calc_name *name;
    if (token->kind != LEX_WORD || calc_name_at(tokens, at, to, names, &name)) return '\0';
    if (lex_is(tokens, at, "x")) return times_letter(tokens, at, to, names) ? '*' : '\0';
    if (lex_is(tokens, at, "of") || lex_is(tokens, at, "times"))
        return calc_operand_at(tokens, at + 1, to, names) ? '*' : '\0';
    if (lex_is(tokens, at, "plus")) return '+';
    if (lex_is(tokens, at, "minus")) return '-';
    *words = 2;
    if (lex_is(tokens, at, "multiplied") && lex_is(tokens, at + 1, "by")) return '*';
    if (lex_is(tokens, at, "divided") && lex_is(tokens, at + 1, "by")) return '/';
    return '\0';
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
    bool share = m->share[m->depth - 1] && !m->share[m->depth - 2] && r->percent == CALC_SHARE;
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

static cairn_status push_value(run *r, mpq_t **out) {
    if (r->m->depth >= CAIRN_TOOL_DEPTH_MOST) return refuse(r, CAIRN_LIMIT, "an expression nested too deep");
    r->m->share[r->m->depth] = false;
    *out = &r->m->values[r->m->depth++];
    return CAIRN_OK;
}

/* ---- operands ---- */

/* Reads a number token exactly. */
static cairn_status number(run *r, mpq_t out) {
    const lex_token *token = &r->l->tokens[r->at];
    const char *text = r->l->text + token->at;
    char digits[CALC_DIGITS_MOST + 1];
    size_t count = 0, decimals = 0, significant = 0;
    long exponent = 0;
    bool point = false;
    for (size_t i = 0; i < token->length; i++) {
        if (text[i] == 'e' || text[i] == 'E') {
            bool minus = text[i + 1] == '-';
            for (i += minus || text[i + 1] == '+' ? 2 : 1; i < token->length && exponent <= CALC_EXPONENT_MOST; i++)
                exponent = exponent * 10 + (text[i] - '0');
            if (minus) exponent = -exponent;
            break;
        }
        if (text[i] == '.') point = true;
        if (text[i] < '0' || text[i] > '9') continue;
        if (count >= CALC_DIGITS_MOST) return refuse(r, CAIRN_LIMIT, "a number with too many digits");
        digits[count++] = text[i];
        decimals += point;
        significant += significant > 0 || text[i] != '0';
    }
    if (exponent > CALC_EXPONENT_MOST || exponent < -CALC_EXPONENT_MOST)
        return refuse(r, CAIRN_LIMIT, "a number too large");
    digits[count] = '\0';
    mpz_set_str(mpq_numref(out), digits, 10);
    mpz_set_ui(mpq_denref(out), 1);
    long shift = exponent - (long)decimals;
    mpz_t *part = shift < 0 ? (mpz_t *)mpq_denref(out) : (mpz_t *)mpq_numref(out);
    if (shift != 0) {
        mpz_ui_pow_ui(mpq_numref(r->m->scratch), 10, (unsigned long)(shift < 0 ? -shift : shift));
        mpz_mul(*part, *part, mpq_numref(r->m->scratch));
        mpz_set_ui(mpq_numref(r->m->scratch), 0);
        mpq_canonicalize(out);
    }
    r->m->work += (int64_t)count * (int64_t)count / 64;
    r->out->doubt |= count > 1 && text[0] == '0' && text[1] != '.' && r->mode != CALC_WHOLE; /* 0130 hours */
    r->out->literals++;
    r->out->decimals = shift < 0 ? (int)-shift : 0;
    r->out->digits = (int)significant;
    r->out->fractional |= decimals > 0;
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
    if (r->percent == CALC_IGNORED) return CAIRN_OK;
    mpq_t *value = &r->m->values[r->m->depth - 1];
    mpq_set_ui(r->m->scratch, 1, 100);
    mpq_mul(*value, *value, r->m->scratch);
    return weigh(r, *value);
}

static const char *const stops[] = {"and",   "so",    "then", "but",       "or",    "because", "where",
                                    "which", "since", "is",   "if",        "are",   "thus",    "we",
                                    "hence", "while", "with", "therefore", "given", NULL};

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
        if (t[at].kind != LEX_WORD || lex_among(r->l, at, stops) || calc_name_at(r->l, at, r->to, r->names, &name))
            break;
        if (calc_operator_at(r->l, at, r->to, r->names, &width)) break;
        char end = r->l->text[t[at].at + t[at].length - 1];
        if (t[at].length == 1 && strchr("nxyzNXYZ", end)) break; /* an unknown, not a unit */
        if (t[at].length == 1 || (end >= '0' && end <= '9')) r->out->doubt = true;
        if (words == 0 && lex_is(r->l, at, "of")) r->out->doubt = true; /* a share of something */
        if (r->out->unit_count < CALC_UNITS) r->out->units[r->out->unit_count++] = (uint32_t)at;
        r->at = at + 1;
        words++;
    }
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
    bool unit_slash = prose && sign == '/' && !calc_operand_at(r->l, r->at + 1, r->to, r->names);
    if (sign && !unit_slash) {
        bool more = calc_operand_at(r->l, r->at + words, r->to, r->names);
        if (!more && r->mode == CALC_PREFIX && !r->open) {
            *done = true;
            bool dash = sign == '-' && token->space && r->at + 1 < r->to && r->l->tokens[r->at + 1].kind == LEX_WORD;
            r->out->doubt |= !dash || r->l->tokens[r->at + 1].length == 1;
            return CAIRN_OK;
        }
        if (token->kind == '/') { /* "60 / 3/4": by its spacing a division by a fraction */
            bool loose = token->space || token[1].space;
            r->out->doubt |= r->loose && !loose && top_operator(r) == '/';
            r->loose = loose;
        }
        r->out->doubt |= r->mode == CALC_PREFIX && lex_is(r->l, r->at, "of");
        r->at += words;
        *operand = false;
        return binary(r, sign);
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
    if (r->mode == CALC_PREFIX && !r->open) {
        *done = true;
        return CAIRN_OK;
    }
    return refuse(r, CAIRN_FORMAT, "expected an operator");
}

/* Where reading stopped early, whether what follows leaves the value in doubt: "5 and 3/4", "5 R 1", "9:30", "2x". */
static void doubt_after(run *r) {
    const lex_token *t = r->l->tokens;
    size_t at = r->at;
    if (at >= r->l->count) return;
    bool joined = !t[at].space;
    if (t[at].kind == '.' && joined && at + 1 < r->l->count && t[at + 1].kind == '.')
        r->out->doubt = true; /* 8.333... */
    if ((t[at].kind == ',' || t[at].kind == ':') && joined && at + 1 < r->l->count && t[at + 1].kind == LEX_NUMBER &&
        !t[at + 1].space)
        r->out->doubt = true;
    if (strchr("n(?fvu", t[at].kind) ||
        (t[at].kind == LEX_WORD && lex_is(r->l, at, "and") && at + 1 < r->l->count && strchr("nu$", t[at + 1].kind)))
        r->out->doubt = true;
}

cairn_status calc_range(calc *machine, const lex *tokens, size_t from, size_t to, const calc_names *names,
                        calc_mode mode, calc_percent percent, calc_value *out) {
    run r = {
        .m = machine, .l = tokens, .at = from, .to = to, .names = names, .mode = mode, .percent = percent, .out = out};
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
    if (mode != CALC_WHOLE) doubt_after(&r);
    mpq_swap(out->value, machine->values[0]);
    return CAIRN_OK;
}

/* ---- the public calculator ---- */

char *calc_text(cairn_arena *arena, const mpq_t value) {
    mpz_t rest, scaled;
    mpz_init_set(rest, mpq_denref(value));
    mpz_init(scaled);
    unsigned long twos = mpz_scan1(rest, 0), fives = 0;
    mpz_tdiv_q_2exp(rest, rest, twos);
    while (mpz_divisible_ui_p(rest, 5)) {
        mpz_divexact_ui(rest, rest, 5);
        fives++;
    }
    unsigned long places = twos > fives ? twos : fives;
    bool decimal = mpz_cmp_ui(rest, 1) == 0 && places > 0 && places <= 20;
    char *out = NULL;
    if (decimal) {
        mpz_ui_pow_ui(scaled, 10, places);
        mpz_mul(scaled, scaled, mpq_numref(value));
        mpz_divexact(scaled, scaled, mpq_denref(value));
        size_t width = mpz_sizeinbase(scaled, 10) + places + 4;
        char *digits = cairn_arena_alloc(arena, width, 1);
        out = cairn_arena_alloc(arena, width, 1);
        if (digits && out) {
            mpz_abs(scaled, scaled);
            mpz_get_str(digits, 10, scaled);
            size_t count = strlen(digits), lead = count > places ? 0 : places + 1 - count, at = 0;
            if (mpq_sgn(value) < 0) out[at++] = '-';
            for (size_t i = 0; i < lead + count; i++) {
                if (i == lead + count - places) out[at++] = '.';
                out[at++] = i < lead ? '0' : digits[i - lead];
            }
            out[at] = '\0';
        } else {
            out = NULL;
        }
    } else {
        size_t width = mpz_sizeinbase(mpq_numref(value), 10) + mpz_sizeinbase(mpq_denref(value), 10) + 4;
        out = cairn_arena_alloc(arena, width, 1);
        if (out) mpq_get_str(out, 10, value);
    }
    mpz_clear(rest);
    mpz_clear(scaled);
    return out;
}

/* Binds one given name to its value. */
static cairn_status bind_given(cairn_ctx *ctx, calc *machine, const cairn_binding *given, calc_names *names) {
    lex tokens = {0};
    char key[CALC_KEY_MOST];
    cairn_status status = lex_read(ctx, given->name, 0, strlen(given->name), false, &tokens);
    if (status == CAIRN_OK && !calc_key(&tokens, 0, tokens.count, key))
        status = cairn_fail(ctx, CAIRN_INVALID, "the name '%.64s' is not one to %d words of at most %d bytes",
                            given->name, CALC_NAME_WORDS, CALC_KEY_MOST - 2);
    calc_value value;
    calc_value_open(&value);
    if (status == CAIRN_OK) status = lex_read(ctx, given->value, 0, strlen(given->value), false, &tokens);
    if (status == CAIRN_OK &&
        calc_range(machine, &tokens, 0, tokens.count, NULL, CALC_WHOLE, CALC_HUNDREDTH, &value) != CAIRN_OK)
        status =
            cairn_fail(ctx, CAIRN_INVALID, "the value of '%.64s' is no expression: %s", given->name, calc_why(machine));
    if (status == CAIRN_OK) {
        calc_name *name = calc_bind(ctx, names, key);
        if (name) {
            mpq_swap(name->value, value.value);
            name->known = true;
        } else {
            status = names->count >= CAIRN_TOOL_NAMES_MOST
                         ? cairn_fail(ctx, CAIRN_LIMIT, "more than %d named quantities", CAIRN_TOOL_NAMES_MOST)
                         : CAIRN_NO_MEMORY;
        }
    }
    calc_value_close(&value);
    lex_free(&tokens);
    return status;
}

static cairn_status eval_tokens(cairn_ctx *ctx, cairn_arena *arena, calc *machine, const lex *tokens,
                                const calc_names *names, cairn_number *out) {
    size_t to = tokens->count;
    while (to && (tokens->tokens[to - 1].kind == '.' || tokens->tokens[to - 1].kind == LEX_LINE)) to--;
    size_t from = 0;
    while (from < to && tokens->tokens[from].kind == LEX_LINE) from++;
    calc_value value;
    calc_value_open(&value);
    cairn_status status = calc_range(machine, tokens, from, to, names, CALC_WHOLE, CALC_HUNDREDTH, &value);
    if (status != CAIRN_OK) {
        cairn_fail(ctx, status, "not evaluated: %s", calc_why(machine));
    } else {
        char *text = calc_text(arena, value.value);
        if (text)
            *out = (cairn_number){.text = text, .value = mpq_get_d(value.value)};
        else
            status = CAIRN_NO_MEMORY;
    }
    calc_value_close(&value);
    return status;
}

cairn_status cairn_calc_eval(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                             const cairn_binding *bindings, size_t count, cairn_number *out) {
    calc *machine;
    calc_names names = {0};
    lex tokens = {0};
    CAIRN_TRY(calc_open(ctx, &machine));
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < count && status == CAIRN_OK; i++) status = bind_given(ctx, machine, &bindings[i], &names);
    if (status == CAIRN_OK) status = lex_read(ctx, text, 0, length, false, &tokens);
    if (status == CAIRN_OK) status = eval_tokens(ctx, arena, machine, &tokens, &names, out);
    lex_free(&tokens);
    calc_names_free(&names);
    calc_close(machine);
    return status;
}

/* The machine: two stacks, exact operations, bounds on size and work. */
#include "tool/arithmetic/machine.h"

#include <math.h>
#include <string.h>

/* Work is counted in units of about 5 ns; the whole budget of one call is some tenths of a second. */
enum { CALC_WORK_MOST = 40000000 };

/* What a call's values take at most, but for very many or very long ones [bytes]. */
enum { VALUES_BYTES = 16384 };

void calc_value_open(calc_value *value) {
    memset(value, 0, sizeof *value);
    mpq_init(value->value);
}

void calc_value_reset(calc_value *value) {
    mpq_t keep;
    memcpy(&keep, &value->value, sizeof keep);
    memset(value, 0, sizeof *value);
    memcpy(&value->value, &keep, sizeof keep);
}

void calc_value_close(calc_value *value) {
    mpq_clear(value->value);
}

/* GMP ends the process when it gets no memory. So the room for its values must be there before the first of them: it is
 * taken and given back, and is the hole from which malloc serves the values. */
cairn_status calc_open(cairn_ctx *ctx, calc **out) {
    calc *m = cairn_alloc(ctx, 1, sizeof *m);
    void *room = m ? cairn_alloc(ctx, VALUES_BYTES, 1) : NULL;
    if (!room) {
        cairn_free(m);
        return CAIRN_NO_MEMORY;
    }
    cairn_free(room);
    m->ctx = ctx;
    mpq_init(m->scratch);
    *out = m;
    return CAIRN_OK;
}

void calc_close(calc *machine) {
    if (!machine) return;
    for (size_t i = 0; i < machine->made; i++) mpq_clear(machine->values[i]);
    mpq_clear(machine->scratch);
    math_engine_close(machine->engine);
    cairn_arena_close(machine->arena);
    cairn_free(machine);
}

cairn_status calc_refuse(calc_run *r, cairn_status status) {
    r->out->stop = r->at;
    return status;
}

bool calc_spend(calc *machine, int64_t units) {
    machine->work += units;
    return machine->work <= CALC_WORK_MOST;
}

/* Notes a new value's size; refuses one beyond the bound. */
cairn_status calc_weigh(calc_run *r, const mpq_t value) {
    size_t top = mpz_sizeinbase(mpq_numref(value), 2), bottom = mpz_sizeinbase(mpq_denref(value), 2);
    int64_t limbs = (int64_t)(top + bottom) / 64 + 1;
    if (!calc_spend(r->m, 8 + limbs * limbs / 8)) return calc_refuse(r, CAIRN_LIMIT);
    if (top > CAIRN_TOOL_BITS_MOST || bottom > CAIRN_TOOL_BITS_MOST) return calc_refuse(r, CAIRN_LIMIT);
    double size = fabs(mpq_get_d(value));
    if (size > r->out->most) r->out->most = size;
    return CAIRN_OK;
}

/* base^exponent. Only 0 and 1 have powers of any size, so the exponent is bounded by the bits of the result. */
static cairn_status power(calc_run *r, mpq_t base, const mpq_t exponent) {
    if (mpz_cmp_ui(mpq_denref(exponent), 1) != 0) return calc_refuse(r, CAIRN_UNSUPPORTED);
    bool inverse = mpq_sgn(exponent) < 0;
    if (inverse && mpq_sgn(base) == 0) return calc_refuse(r, CAIRN_INVALID);
    size_t bits = mpz_sizeinbase(mpq_numref(base), 2), other = mpz_sizeinbase(mpq_denref(base), 2);
    if (other > bits) bits = other;
    bool small = mpz_cmpabs_ui(mpq_numref(exponent), CAIRN_TOOL_BITS_MOST) <= 0;
    unsigned long n = small ? mpz_get_ui(mpq_numref(exponent)) : mpz_odd_p(mpq_numref(exponent)) ? 3 : 2;
    if (bits > 1 && (!small || (bits - 1) * n > CAIRN_TOOL_BITS_MOST)) return calc_refuse(r, CAIRN_LIMIT);
    mpz_pow_ui(mpq_numref(base), mpq_numref(base), n);
    mpz_pow_ui(mpq_denref(base), mpq_denref(base), n);
    if (inverse) mpq_inv(base, base);
    return calc_weigh(r, base);
}

static cairn_status root(calc_run *r, mpq_t value, unsigned degree) {
    bool real = mpq_sgn(value) >= 0 || degree % 2 == 1;
    bool exact = real && mpz_root(mpq_numref(r->m->scratch), mpq_numref(value), degree) &&
                 mpz_root(mpq_denref(r->m->scratch), mpq_denref(value), degree);
    if (!exact) {
        mpq_set_ui(r->m->scratch, 0, 1);
        return calc_refuse(r, CAIRN_UNSUPPORTED);
    }
    mpq_set(value, r->m->scratch);
    return CAIRN_OK;
}

void calc_set_base(calc *machine, unsigned base) {
    machine->base = base;
}

int calc_precedence(char sign) {
    switch (sign) {
    case CALC_TIMES_LOOSE:
    case CALC_OVER_LOOSE:
        return 1;
    case '+':
    case '-':
    case LEX_FROM:
        return 2;
    case '*':
    case '/':
        return 3;
    case 'n':
        return 4;
    case '^':
        return 5;
    case LEX_ROOT:
        return 6;
    default:
        return 0; /* a bracket, or \frac waiting for its groups */
    }
}

/* Applies the operator on top of the stack. */
cairn_status calc_apply(calc_run *r) {
    calc *m = r->m;
    char sign = m->operators[--m->operator_depth];
    mpq_t *a = &m->values[m->depth - 1];
    if (sign == 'n') {
        mpq_neg(*a, *a);
        return CAIRN_OK;
    }
    if (sign == LEX_ROOT) return root(r, *a, m->degrees[m->operator_depth]);
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
    case CALC_TIMES_LOOSE:
        mpq_mul(*a, *a, *b);
        break;
    case '/':
    case CALC_OVER_LOOSE:
        if (mpq_sgn(*b) == 0) return calc_refuse(r, CAIRN_INVALID);
        mpq_div(*a, *a, *b);
        break;
    default:
        return power(r, *a, *b);
    }
    return calc_weigh(r, *a);
}

cairn_status calc_push_operator(calc_run *r, char sign) {
    if (r->m->operator_depth >= sizeof r->m->operators) return calc_refuse(r, CAIRN_LIMIT);
    r->m->degrees[r->m->operator_depth] = 2;
    r->m->operators[r->m->operator_depth++] = sign;
    return CAIRN_OK;
}

cairn_status calc_push_root(calc_run *r, unsigned degree) {
    CAIRN_TRY(calc_push_operator(r, LEX_ROOT));
    r->m->degrees[r->m->operator_depth - 1] = (uint8_t)degree;
    return CAIRN_OK;
}

char calc_top_operator(const calc_run *r) {
    return r->m->operator_depth ? r->m->operators[r->m->operator_depth - 1] : '\0';
}

/* A binary operator: what binds at least as tightly is done first; powers go from right to left. */
cairn_status calc_binary(calc_run *r, char sign) {
    int mine = calc_precedence(sign) + (sign == '^');
    r->out->doubt |= sign == '^' && calc_top_operator(r) == '^'; /* "2^3^2" */
    if (sign == '^' && calc_top_operator(r) == 'n') {
        r->out->signed_power = true;
        if (r->reading == CALC_SIGNED) CAIRN_TRY(calc_apply(r));
    }
    while (calc_precedence(calc_top_operator(r)) >= mine) CAIRN_TRY(calc_apply(r));
    return calc_push_operator(r, sign);
}

/* A division sign where another one waits for its right side. By CALC_FRACTIONS "a / b/c" and "a / b / c" divide by a
 * fraction, "a/b / c/d" divides two of them. */
cairn_status calc_divide(calc_run *r) {
    const lex_token *t = &r->l->tokens[r->at];
    bool tight = r->at > 0 && !t->space && r->at + 1 < r->to && !t[1].space, before = r->tight;
    r->tight = tight;
    r->out->divisions |= calc_top_operator(r) == '/';
    bool fraction = r->reading == CALC_FRACTIONS && calc_top_operator(r) == '/' && (tight || !before);
    return fraction ? calc_push_operator(r, '/') : calc_binary(r, '/');
}

cairn_status calc_push_value(calc_run *r, mpq_t **out) {
    if (r->m->depth >= CAIRN_TOOL_DEPTH_MOST) return calc_refuse(r, CAIRN_LIMIT);
    if (r->m->depth == r->m->made) mpq_init(r->m->values[r->m->made++]);
    r->m->share[r->m->depth] = false;
    *out = &r->m->values[r->m->depth++];
    return CAIRN_OK;
}

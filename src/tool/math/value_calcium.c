/* Constants in Calcium: exact fields of algebraic and transcendental numbers. */
#include <string.h>

#include "tool/math/value_internal.h"

/* Calcium factors numbers under roots and logarithms, which long ones would make slow. */
enum { USES_MOST = 64, NODES_MOST = 60, SPECIAL_MOST = 8, BITS_MOST = 48, DEGREE_MOST = 24 };

/* One conversion. */
typedef struct calcium_run {
    math_engine *engine;
    value_log log;
    int special;      /* nodes that may extend the field */
    int exponentials; /* transcendental powers of e */
    ulong degree;     /* product of the degrees of roots */
    int nodes;
} calcium_run;

static value_status walk(calcium_run *run, const math_node *node, ca_t out);

void value_calcium_close(math_engine *engine) {
    if (engine->calcium_open) ca_ctx_clear(engine->calcium);
    engine->calcium_open = false;
    engine->calcium_uses = 0;
}

/* Starts Calcium where it is not; a context keeps all the fields it met, so it is made anew now and then. */
static void calcium_start(math_engine *engine) {
    if (engine->calcium_uses >= USES_MOST) value_calcium_close(engine);
    engine->calcium_uses++;
    if (engine->calcium_open) return;
    ca_ctx_init(engine->calcium);
    ca_ctx_set_option(engine->calcium, CA_OPT_PREC_LIMIT, 512);
    ca_ctx_set_option(engine->calcium, CA_OPT_QQBAR_DEG_LIMIT, 24);
    ca_ctx_set_option(engine->calcium, CA_OPT_SMOOTH_LIMIT, 16);
    ca_ctx_set_option(engine->calcium, CA_OPT_POW_LIMIT, 12);
    ca_ctx_set_option(engine->calcium, CA_OPT_GROEBNER_LENGTH_LIMIT, 20);
    ca_ctx_set_option(engine->calcium, CA_OPT_GROEBNER_POLY_LENGTH_LIMIT, 50);
    ca_ctx_set_option(engine->calcium, CA_OPT_GROEBNER_POLY_BITS_LIMIT, 400);
    engine->calcium_open = true;
}

static value_status rational(calcium_run *run, const math_node *node, ca_t out) {
    const value_point nowhere = {.log = run->log};
    mpq_t value;
    mpq_init(value);
    value_status status = value_rational(run->engine, node, &nowhere, value);
    if (status == VALUE_KNOWN &&
        mpz_sizeinbase(mpq_numref(value), 2) + mpz_sizeinbase(mpq_denref(value), 2) > BITS_MOST)
        status = VALUE_TOO_LARGE;
    if (status == VALUE_KNOWN) {
        fmpq_t q;
        fmpq_init(q);
        fmpq_set_mpq(q, value);
        ca_set_fmpq(out, q, run->engine->calcium);
        fmpq_clear(q);
    }
    mpq_clear(value);
    return status;
}

/* e^value. A field with several transcendental powers costs Calcium much (and version 0.4 some memory that it does not
 * give back), and the rational functions have told all that is simple about them: so one is the most. */
static value_status exponential(calcium_run *run, ca_t value) {
    ca_exp(value, value, run->engine->calcium);
    if (ca_check_is_algebraic(value, run->engine->calcium) == T_TRUE) return VALUE_KNOWN;
    return ++run->exponentials > 1 ? VALUE_OTHER : VALUE_KNOWN;
}

/* base^(p / q) by the conventions of value_ball.c. */
static value_status power(calcium_run *run, ca_t base, const mpq_t exponent) {
    ca_ctx_struct *ctx = run->engine->calcium;
    if (mpz_cmpabs_ui(mpq_numref(exponent), 24) > 0 || mpz_cmp_ui(mpq_denref(exponent), 12) > 0) return VALUE_TOO_LARGE;
    if (mpz_cmp_ui(mpq_denref(exponent), 2) > 0) {
        ca_t zero;
        ca_init(zero, ctx);
        truth_t positive = ca_check_gt(base, zero, ctx);
        ca_clear(zero, ctx);
        if (positive != T_TRUE) return VALUE_UNDEFINED;
    }
    if (mpz_cmp_ui(mpq_denref(exponent), 1) > 0 && ca_check_is_algebraic(base, ctx) != T_TRUE) return VALUE_OTHER;
    run->degree *= mpz_get_ui(mpq_denref(exponent));
    if (run->degree > DEGREE_MOST) return VALUE_TOO_LARGE;
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_mpq(q, exponent);
    ca_pow_fmpq(base, base, q, ctx);
    fmpq_clear(q);
    return VALUE_KNOWN;
}

static value_status power_node(calcium_run *run, const math_node *node, ca_t out) {
    const value_point nowhere = {.log = run->log};
    mpq_t q;
    mpq_init(q);
    value_status status = value_rational(run->engine, node->kid[1], &nowhere, q);
    if (node->kind == MATH_ROOT && status == VALUE_KNOWN) {
        if (mpq_sgn(q) <= 0 || mpz_cmp_ui(mpq_denref(q), 1) != 0)
            status = VALUE_UNDEFINED;
        else
            mpq_inv(q, q);
    }
    if (status == VALUE_KNOWN) {
        status = walk(run, node->kid[0], out);
        if (status == VALUE_KNOWN) status = power(run, out, q);
        mpq_clear(q);
        return status;
    }
    mpq_clear(q);
    if (node->kind == MATH_ROOT || status == VALUE_NOT || status == VALUE_UNDEFINED) return status;
    ca_ctx_struct *ctx = run->engine->calcium;
    ca_t exponent;
    ca_init(exponent, ctx);
    status = walk(run, node->kid[1], exponent);
    if (status == VALUE_KNOWN) status = walk(run, node->kid[0], out);
    if (status == VALUE_KNOWN) {
        ca_log(out, out, ctx);
        ca_mul(out, out, exponent, ctx);
        status = exponential(run, out);
    }
    ca_clear(exponent, ctx);
    return status;
}

static value_status fold(calcium_run *run, const math_node *node, ca_t out) {
    ca_ctx_struct *ctx = run->engine->calcium;
    value_status status = walk(run, node->kid[0], out);
    if (node->kids == 1 || status != VALUE_KNOWN) return status;
    ca_t right;
    ca_init(right, ctx);
    for (uint32_t i = 1; i < node->kids && status == VALUE_KNOWN; i++) {
        status = walk(run, node->kid[i], right);
        if (status != VALUE_KNOWN) break;
        if (node->kind == MATH_SUM || node->kind == MATH_MIXED)
            ca_add(out, out, right, ctx);
        else if (node->kind == MATH_PRODUCT)
            ca_mul(out, out, right, ctx);
        else
            ca_div(out, out, right, ctx);
    }
    ca_clear(right, ctx);
    return status;
}

typedef void (*calcium_function)(ca_t, const ca_t, ca_ctx_t);

static const struct {
    const char *name;
    calcium_function function;
    bool inverse; /* 1 / function */
} functions[] = {
    {"sin", ca_sin, false},     {"cos", ca_cos, false},     {"tan", ca_tan, false}, {"cot", ca_cot, false},
    {"sec", ca_cos, true},      {"csc", ca_sin, true},      {"exp", ca_exp, false}, {"arcsin", ca_asin, false},
    {"arccos", ca_acos, false}, {"arctan", ca_atan, false}, {"abs", ca_abs, false},
};

static value_status call(calcium_run *run, const math_node *node, ca_t out) {
    ca_ctx_struct *ctx = run->engine->calcium;
    value_status status = node->kids ? walk(run, node->kid[0], out) : VALUE_OTHER;
    if (status != VALUE_KNOWN) return status;
    bool log = strcmp(node->text, "log") == 0;
    if (strcmp(node->text, "ln") == 0 || (log && node->kids == 1 && run->log == VALUE_LOG_NATURAL)) {
        ca_log(out, out, ctx);
        return VALUE_KNOWN;
    }
    if ((log && node->kids <= 2) || strcmp(node->text, "lg") == 0) {
        ca_t base;
        ca_init(base, ctx);
        ca_set_ui(base, 10, ctx);
        if (node->kids == 2) status = walk(run, node->kid[1], base);
        if (status == VALUE_KNOWN) {
            ca_log(out, out, ctx);
            ca_log(base, base, ctx);
            ca_div(out, out, base, ctx);
        }
        ca_clear(base, ctx);
        return status;
    }
    if (node->kids != 1) return VALUE_OTHER;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, node->text) != 0) continue;
        if (functions[i].function == ca_exp) return exponential(run, out);
        functions[i].function(out, out, ctx);
        if (functions[i].inverse) ca_inv(out, out, ctx);
        return VALUE_KNOWN;
    }
    return VALUE_OTHER;
}

static value_status name(calcium_run *run, const char *text, ca_t out) {
    ca_ctx_struct *ctx = run->engine->calcium;
    if (strcmp(text, "pi") == 0) {
        ca_pi(out, ctx);
        return VALUE_KNOWN;
    }
    if (strcmp(text, "i") == 0) {
        ca_i(out, ctx);
        return VALUE_KNOWN;
    }
    if (strcmp(text, "e") == 0) {
        ca_one(out, ctx);
        return exponential(run, out);
    }
    return VALUE_OTHER;
}

static value_status unary(calcium_run *run, const math_node *node, ca_t out) {
    ca_ctx_struct *ctx = run->engine->calcium;
    value_status status = walk(run, node->kid[0], out);
    if (status != VALUE_KNOWN) return status;
    if (node->kind == MATH_NEGATE) {
        ca_neg(out, out, ctx);
    } else if (node->kind == MATH_ABS) {
        ca_abs(out, out, ctx);
    } else if (node->kind == MATH_FLOOR) {
        ca_floor(out, out, ctx);
    } else if (node->kind == MATH_CEILING) {
        ca_ceil(out, out, ctx);
    } else if (node->kind == MATH_PERCENT) {
        ca_div_ui(out, out, 100, ctx);
    } else { /* degrees */
        ca_t pi;
        ca_init(pi, ctx);
        ca_pi(pi, ctx);
        ca_mul(out, out, pi, ctx);
        ca_div_ui(out, out, 180, ctx);
        ca_clear(pi, ctx);
    }
    return VALUE_KNOWN;
}

static value_status evaluate(calcium_run *run, const math_node *node, ca_t out) {
    switch (node->kind) {
    case MATH_NAME:
        return name(run, node->text, out);
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_MIXED:
        return fold(run, node, out);
    case MATH_POWER:
    case MATH_ROOT:
        return power_node(run, node, out);
    case MATH_NEGATE:
    case MATH_ABS:
    case MATH_FLOOR:
    case MATH_CEILING:
    case MATH_PERCENT:
    case MATH_DEGREES:
        return unary(run, node, out);
    case MATH_CALL:
        return call(run, node, out);
    default:
        return VALUE_NOT;
    }
}

static value_status walk(calcium_run *run, const math_node *node, ca_t out) {
    if (++run->nodes > NODES_MOST) return VALUE_TOO_LARGE;
    value_status status = rational(run, node, out);
    if (status == VALUE_KNOWN || status == VALUE_UNDEFINED || status == VALUE_TOO_LARGE) return status;
    bool special = node->kind == MATH_ROOT || node->kind == MATH_POWER || node->kind == MATH_CALL;
    if (special && ++run->special > SPECIAL_MOST) return VALUE_TOO_LARGE;
    status = evaluate(run, node, out);
    if (status != VALUE_KNOWN) return status;
    return ca_check_is_number(out, run->engine->calcium) == T_TRUE ? VALUE_KNOWN : VALUE_UNDEFINED;
}

cairn_verdict value_calcium_equal(math_engine *engine, const math_node *a, const math_node *b, value_log log) {
    enum { ROOM = 512 << 10, WORK = 400000 };
    if (!value_spend(engine, WORK) || !value_reserve(engine, ROOM)) return CAIRN_VERDICT_UNKNOWN;
    calcium_start(engine);
    calcium_run run = {.engine = engine, .log = log, .degree = 1};
    cairn_verdict verdict = CAIRN_VERDICT_UNKNOWN;
    ca_t x, y;
    ca_init(x, engine->calcium);
    ca_init(y, engine->calcium);
    if (walk(&run, a, x) == VALUE_KNOWN && walk(&run, b, y) == VALUE_KNOWN) {
        truth_t equal = ca_check_equal(x, y, engine->calcium);
        verdict = equal == T_TRUE    ? CAIRN_VERDICT_RIGHT
                  : equal == T_FALSE ? CAIRN_VERDICT_WRONG
                                     : CAIRN_VERDICT_UNKNOWN;
    }
    ca_clear(x, engine->calcium);
    ca_clear(y, engine->calcium);
    return verdict;
}

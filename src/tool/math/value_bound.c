/* Algebraic constants by a separation bound: how close to 0 an expression can come without being 0.
 *
 * Burnikel, Funke, Mehlhorn, Schirra, Schmitt, "A separation bound for real algebraic expressions" (Algorithmica 55,
 * 2009). An expression is U / L with algebraic integers U and L, whose conjugates are at most u and l in
 * size, in a field of degree at most D: the product of the degrees of its roots. So it is 0, or at least 1 / (u^(D-1)
 * l) in size. Sines and cosines of rational parts of a turn are sums of roots of unity, of which one of order N
 * generates all. */
#include <math.h>
#include <string.h>

#include "core/maths.h"
#include "tool/math/value_internal.h"

enum { ROOTS_MOST = 12, ORDER_MOST = 240, BITS_MOST = 12000 };

/* Logarithms to the base 2 of u and l, rounded up. */
typedef struct bound {
    double u, l;
} bound;

typedef struct bound_run {
    math_engine *engine;
    const math_node *root[ROOTS_MOST]; /* different ones */
    int roots;
    double degree; /* D, but for roots of unity */
    ulong order;   /* N */
} bound_run;

static bool walk(bound_run *run, const math_node *node, bound *out);

/* log2(2^a + 2^b), rounded up */
static double add_logs(double a, double b) {
    double most = a > b ? a : b, least = a > b ? b : a;
    return most - least > 60 ? most + 1e-9 : most + maths_log1p(maths_exp((least - most) * M_LN2)) / M_LN2 + 1e-9;
}

static bool rational(bound_run *run, const math_node *node, bound *out) {
    mpq_t q;
    mpq_init(q);
    bool known = value_rational(run->engine, node, NULL, q) == VALUE_KNOWN;
    if (known) {
        out->u = mpq_sgn(q) ? (double)mpz_sizeinbase(mpq_numref(q), 2) : 0;
        out->l = mpz_cmp_ui(mpq_denref(q), 1) == 0 ? 0 : (double)mpz_sizeinbase(mpq_denref(q), 2);
    }
    mpq_clear(q);
    return known;
}

/* Counts a root of a degree, once for equal trees. */
static bool count_root(bound_run *run, const math_node *node, ulong degree) {
    for (int i = 0; i < run->roots; i++)
        if (value_identical(run->root[i], node)) return true;
    if (run->roots == ROOTS_MOST) return false;
    run->root[run->roots++] = node;
    run->degree *= (double)degree;
    return run->degree <= BITS_MOST;
}

static void take_root(bound *b, double k) {
    bound a = *b;
    if (a.u >= a.l)
        b->u = (a.u + (k - 1) * a.l) / k + 1e-9;
    else
        b->l = ((k - 1) * a.u + a.l) / k + 1e-9;
}

static bool power(bound_run *run, const math_node *node, bound *out) {
    mpq_t q;
    mpq_init(q);
    bool known = value_rational(run->engine, node->kid[1], NULL, q) == VALUE_KNOWN && mpq_sgn(q) != 0;
    known = known && mpz_cmpabs_ui(mpq_numref(q), 1000) <= 0 && mpz_cmp_ui(mpq_denref(q), 24) <= 0;
    long n = known ? mpz_get_si(mpq_numref(q)) : 0;
    ulong degree = known ? mpz_get_ui(mpq_denref(q)) : 1;
    mpq_clear(q);
    if (!known || !walk(run, node->kid[0], out)) return false;
    if (node->kind == MATH_ROOT) {
        if (degree != 1 || n <= 0 || n > 24) return false;
        degree = (ulong)n, n = 1;
    }
    if (degree > 1) {
        if (!count_root(run, node, degree)) return false;
        take_root(out, (double)degree);
    }
    if (n < 0) *out = (bound){out->l, out->u}, n = -n;
    out->u *= (double)n;
    out->l *= (double)n;
    return true;
}

static bool fold(bound_run *run, const math_node *node, bound *out) {
    if (!walk(run, node->kid[0], out)) return false;
    for (uint32_t i = 1; i < node->kids; i++) {
        bound right;
        if (!walk(run, node->kid[i], &right)) return false;
        if (node->kind == MATH_SUM || node->kind == MATH_MIXED)
            *out = (bound){add_logs(out->u + right.l, out->l + right.u), out->l + right.l};
        else if (node->kind == MATH_PRODUCT)
            *out = (bound){out->u + right.u, out->l + right.l};
        else
            *out = (bound){out->u + right.l, out->l + right.u};
    }
    return true;
}

static bool half_turns(bound_run *run, const math_node *node, mpq_t out);

/* A sum of angles, or an angle times and over numbers. */
static bool half_turns_fold(bound_run *run, const math_node *node, mpq_t out) {
    bool sum = node->kind == MATH_SUM, angle = false, known = node->kids > 0;
    mpq_t part;
    mpq_init(part);
    mpq_set_ui(out, sum ? 0 : 1, 1);
    for (uint32_t i = 0; i < node->kids && known; i++) {
        bool number = value_rational(run->engine, node->kid[i], NULL, part) == VALUE_KNOWN;
        if (number && sum) number = known = mpq_sgn(part) == 0;
        if (!number) {
            known = known && (sum || !angle) && half_turns(run, node->kid[i], part);
            angle = true;
        }
        if (!known) break;
        if (sum)
            mpq_add(out, out, part);
        else if (node->kind == MATH_PRODUCT || i == 0)
            mpq_mul(out, out, part);
        else if (number && mpq_sgn(part) != 0)
            mpq_div(out, out, part);
        else
            known = false;
    }
    mpq_clear(part);
    return known && angle;
}

/* The angle as a rational number of half turns: q in q pi. */
static bool half_turns(bound_run *run, const math_node *node, mpq_t out) {
    bool known = false;
    switch (node->kind) {
    case MATH_DEGREES:
        known = node->kids == 1 && value_rational(run->engine, node->kid[0], NULL, out) == VALUE_KNOWN;
        if (known) {
            mpz_mul_ui(mpq_denref(out), mpq_denref(out), 180);
            mpq_canonicalize(out);
        }
        return known;
    case MATH_NAME:
        mpq_set_ui(out, 1, 1);
        return strcmp(node->text, "pi") == 0;
    case MATH_NEGATE:
        known = half_turns(run, node->kid[0], out);
        mpq_neg(out, out);
        return known;
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
        return half_turns_fold(run, node, out);
    default:
        return false;
    }
}

/* sin and cos are (z +- 1/z) over 2 or 2i; tan and the others quotients of these. */
static bool trigonometric(bound_run *run, const math_node *node, bound *out) {
    static const char *const names[] = {"sin", "cos", "tan", "cot", "sec", "csc"};
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) known = known || strcmp(names[i], node->text) == 0;
    mpq_t q;
    mpq_init(q);
    known = known && node->kids == 1 && half_turns(run, node->kid[0], q) && mpz_cmp_ui(mpq_denref(q), ORDER_MOST) <= 0;
    if (known) {
        ulong order = 2 * mpz_get_ui(mpq_denref(q)); /* e^(i pi p / q) has an order that divides 2q */
        order = order / n_gcd(order, 4) * 4;         /* i is there, too */
        run->order = run->order / n_gcd(run->order, order) * order;
        known = run->order <= ORDER_MOST;
    }
    mpq_clear(q);
    *out = (bound){1, 1};
    return known;
}

static bool walk(bound_run *run, const math_node *node, bound *out) {
    if (!value_spend(run->engine, 10)) return false;
    if (rational(run, node, out)) return true;
    switch (node->kind) {
    case MATH_NAME:
        *out = (bound){0, 0};
        if (strcmp(node->text, "i") != 0) return false;
        run->order = run->order / n_gcd(run->order, 4) * 4;
        return true;
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_MIXED:
        return node->kids && fold(run, node, out);
    case MATH_POWER:
    case MATH_ROOT:
        return node->kids == 2 && power(run, node, out);
    case MATH_NEGATE:
        return walk(run, node->kid[0], out);
    case MATH_PERCENT:
        if (!walk(run, node->kid[0], out)) return false;
        out->l += 7; /* 100 < 2^7 */
        return true;
    case MATH_CALL:
        return trigonometric(run, node, out);
    default:
        return false;
    }
}

/* Whether x - y certainly is smaller than 2^-bits. */
static bool closer(const acb_t x, const acb_t y, slong bits) {
    acb_t d;
    mag_t size;
    acb_init(d);
    mag_init(size);
    acb_sub(d, x, y, 64);
    acb_get_mag(size, d);
    bool close = mag_cmp_2exp_si(size, -bits) < 0;
    mag_clear(size);
    acb_clear(d);
    return close;
}

cairn_verdict value_bound_equal(math_engine *engine, const math_node *a, const math_node *b) {
    bound_run run = {.engine = engine, .degree = 1, .order = 1};
    bound x, y;
    if (!walk(&run, a, &x) || !walk(&run, b, &y)) return CAIRN_VERDICT_UNKNOWN;
    double degree = run.degree * (double)n_euler_phi(run.order);
    double bits = (degree - 1) * add_logs(x.u + y.l, x.l + y.u) + x.l + y.l + 8;
    if (!(bits < BITS_MOST)) return CAIRN_VERDICT_UNKNOWN;
    const value_point nowhere = {.names = NULL};
    cairn_verdict verdict = CAIRN_VERDICT_UNKNOWN;
    acb_t left, right;
    acb_init(left);
    acb_init(right);
    slong precision = (slong)bits + 64 + (slong)(x.u + y.u);
    if (value_ball(engine, a, &nowhere, precision, left) == VALUE_KNOWN &&
        value_ball(engine, b, &nowhere, precision, right) == VALUE_KNOWN) {
        if (!acb_overlaps(left, right))
            verdict = CAIRN_VERDICT_WRONG;
        else if (closer(left, right, (slong)bits))
            verdict = CAIRN_VERDICT_RIGHT;
    }
    acb_clear(left);
    acb_clear(right);
    return verdict;
}

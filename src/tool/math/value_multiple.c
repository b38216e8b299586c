/* Whether one expression is a constant multiple of another. */
#include <string.h>

#include "tool/math/value_ratio.h"

static math_decision decide(cairn_verdict equal, const char *how) {
    return (math_decision){equal, how};
}

/* Whether a kernel depends on a name. */
static bool variable(const ratio_run *run, int32_t index) {
    const kernel *k = &run->kernels[index];
    if (k->kind == KERNEL_NAME || k->kind == KERNEL_CALL) return true;
    for (uint32_t i = 0; i < k->arguments; i++) {
        int used[RATIO_KERNELS_MOST];
        memset(used, 0, sizeof used);
        fmpz_mpoly_used_vars(used, k->argument[i].num, run->ctx);
        for (int32_t j = 0; j < index; j++)
            if (used[j] && variable(run, j)) return true;
        memset(used, 0, sizeof used);
        fmpz_mpoly_used_vars(used, k->argument[i].den, run->ctx);
        for (int32_t j = 0; j < index; j++)
            if (used[j] && variable(run, j)) return true;
    }
    return false;
}

/* The constant that stands in p before the monomial in the variables of the first term of `like`. */
static poly coefficient(ratio_run *run, poly p, poly like) {
    bool free_of[RATIO_KERNELS_MOST] = {false};
    slong wanted[RATIO_KERNELS_MOST], exponents[RATIO_KERNELS_MOST];
    for (int32_t j = 0; j < run->count; j++) free_of[j] = !variable(run, j);
    fmpz_mpoly_struct *sum;
    poly made = poly_new(run, &sum);
    if (!sum) return made;
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_get_term_exp_si(wanted, like, 0, run->ctx);
    for (slong i = 0; i < p->length; i++) {
        fmpz_mpoly_get_term_exp_si(exponents, p, i, run->ctx);
        bool same = true;
        for (int32_t j = 0; j < run->count; j++) {
            same = same && (free_of[j] || exponents[j] == wanted[j]);
            if (!free_of[j]) exponents[j] = 0;
        }
        if (!same) continue;
        ulong powers[RATIO_KERNELS_MOST] = {0};
        for (int32_t j = 0; j < run->count; j++) powers[j] = (ulong)exponents[j];
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, run->ctx);
        fmpz_mpoly_push_term_fmpz_ui(sum, c, powers, run->ctx);
    }
    fmpz_mpoly_sort_terms(sum, run->ctx);
    fmpz_mpoly_combine_like_terms(sum, run->ctx);
    fmpz_clear(c);
    return made;
}

/* Whether a polynomial does not depend on any name. */
static bool constant(const ratio_run *run, poly p) {
    int used[RATIO_KERNELS_MOST];
    memset(used, 0, sizeof used);
    fmpz_mpoly_used_vars(used, p, run->ctx);
    for (int32_t j = 0; j < run->count; j++)
        if (used[j] && variable(run, j)) return false;
    return true;
}

static int sign_of_integer(const ratio_run *run, poly p) {
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_get_fmpz(c, p, run->ctx);
    int sign = fmpz_sgn(c);
    fmpz_clear(c);
    return sign;
}

/* By rational functions; UNKNOWN with "": not told. *sign as far as it is known. */
static math_decision by_ratio(math_engine *engine, const math_node *a, const math_node *b, value_log log, int *sign) {
    ratio_run *run = value_ratio_start(engine, log);
    if (!run) return decide(CAIRN_VERDICT_UNKNOWN, "no-memory");
    ratio x, y;
    if (!ratio_of_trees(run, a, b, &x, &y)) return decide(CAIRN_VERDICT_UNKNOWN, "");
    poly p = poly_reduce(run, poly_multiply(run, x.num, y.den), NULL);
    poly q = poly_reduce(run, poly_multiply(run, y.num, x.den), NULL);
    if (!ratio_ok(run)) return decide(CAIRN_VERDICT_UNKNOWN, "");
    if (constant(run, p) && constant(run, q)) return decide(CAIRN_VERDICT_UNKNOWN, "no-names");
    if (p->length == 0 || q->length == 0) {
        bool certain = value_free_kernels(run, p->length ? p : q);
        return decide(certain ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN, certain ? "rational-function" : "");
    }
    poly left = coefficient(run, p, p), right = coefficient(run, q, p);
    poly cross = poly_subtract(run, poly_multiply(run, p, right), poly_multiply(run, q, left));
    cross = poly_reduce(run, cross, NULL);
    if (!ratio_ok(run)) return decide(CAIRN_VERDICT_UNKNOWN, "");
    if (cross->length == 0 && right->length) {
        bool integers = fmpz_mpoly_is_fmpz(left, run->ctx) && fmpz_mpoly_is_fmpz(right, run->ctx);
        if (integers) *sign = sign_of_integer(run, left) * sign_of_integer(run, right);
        return decide(CAIRN_VERDICT_RIGHT, "rational-function");
    }
    bool certain = cross->length ? value_free_kernels(run, cross) : value_free_kernels(run, p);
    return decide(certain ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN, certain ? "rational-function" : "");
}

/* Values of a and b at a point; false: one is not real or not defined there. */
static bool values(math_engine *engine, const math_node *a, const math_node *b, value_point *point, int which,
                   acb_struct *out) {
    enum { PRECISION = 192 };
    value_point_set(point, which);
    return value_ball(engine, a, point, PRECISION, &out[0]) == VALUE_KNOWN &&
           value_ball(engine, b, point, PRECISION, &out[1]) == VALUE_KNOWN && acb_is_real(&out[0]) &&
           acb_is_real(&out[1]);
}

/* a(p) b(q) and a(q) b(p) certainly differ at two points: no multiple. *sign: that of a(p) / b(p), where it is sure. */
static bool differ_at_points(math_engine *engine, const math_node *a, const math_node *b, const value_names *names,
                             value_log log, int *sign) {
    value_point point = {.names = names, .log = log};
    acb_struct first[2], other[2];
    bool different = false, have = false;
    for (int i = 0; i < 2; i++) {
        acb_init(&first[i]);
        acb_init(&other[i]);
    }
    for (uint32_t i = 0; i < names->count; i++) mpq_init(point.at[i]);
    *sign = 0;
    for (int which = 0; which < VALUE_POINTS_POSITIVE && !different; which++) {
        if (!values(engine, a, b, &point, which, have ? other : first)) continue;
        if (!have) {
            have = !acb_contains_zero(&first[0]) && !acb_contains_zero(&first[1]);
            if (have) *sign = arb_sgn_nonzero(acb_realref(&first[0])) * arb_sgn_nonzero(acb_realref(&first[1]));
            continue;
        }
        acb_mul(&other[0], &other[0], &first[1], 192);
        acb_mul(&other[1], &other[1], &first[0], 192);
        different = !acb_overlaps(&other[0], &other[1]);
    }
    for (uint32_t i = 0; i < names->count; i++) mpq_clear(point.at[i]);
    for (int i = 0; i < 2; i++) {
        acb_clear(&first[i]);
        acb_clear(&other[i]);
    }
    return different;
}

math_decision math_proportional(math_engine *engine, const math_node *a, const math_node *b, int *sign) {
    value_names names = {.count = 0};
    *sign = 0;
    if (!value_is_value(a) || !value_is_value(b)) return decide(CAIRN_VERDICT_UNKNOWN, "not-a-value");
    if (!value_begin(engine)) return decide(CAIRN_VERDICT_UNKNOWN, "no-memory");
    if (!value_names_add(&names, a) || !value_names_add(&names, b)) return decide(CAIRN_VERDICT_UNKNOWN, "too-large");
    /* A bare log is a multiple of the natural one; what stands beside it may not be. */
    if (value_has_bare_log(a) || value_has_bare_log(b)) return decide(CAIRN_VERDICT_UNKNOWN, "logarithm-base");
    math_decision decision = by_ratio(engine, a, b, VALUE_LOG_TEN, sign);
    if (decision.equal != CAIRN_VERDICT_RIGHT && value_other_names(a, b))
        return decide(CAIRN_VERDICT_UNKNOWN, "other-names");
    int at_points = 0;
    if (*decision.how && (*sign || decision.equal != CAIRN_VERDICT_RIGHT)) return decision;
    bool different = differ_at_points(engine, a, b, &names, VALUE_LOG_TEN, &at_points);
    if (decision.equal == CAIRN_VERDICT_RIGHT) {
        *sign = at_points;
        return decision;
    }
    return different ? decide(CAIRN_VERDICT_WRONG, "at-points") : decide(CAIRN_VERDICT_UNKNOWN, "undecided");
}

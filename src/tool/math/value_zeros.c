/* Equations and inequalities that have different solutions: a witness is shown to exist.  Equations f = 0 and g = 0
 * of polynomials: f' is f without the factors that it shares with g. Common zeros of f' and g have codimension two,
 * so they separate no two points of an orthant. Where f' is negative at one point and positive at another one of the
 * same orthant, it has zeros between them, and so one that is no zero of g. Quotients are judged by their numerators,
 * without the factors of their own denominators.  Names are positive by convention: orthants of other signs count
 * only where f and g share no factor, so that "a = b" is not told from "a^2 = b^2". A name that stands for whole
 * numbers has one whole value in all of this.  Other equations: f is continuous, and changes its sign, in a small box
 * with positive coordinates where g has one sign; by balls. Inequalities: a point with positive coordinates where one
 * holds strictly and the other fails strictly, near a boundary of one of them. */
#include <string.h>

#include "tool/math/value_ratio.h"

enum {
    NAMES_MOST = 4,
    SIGNED_NAMES_MOST = 3, /* beyond, orthants of other signs are too many */
    SHARED_MOST = 8,       /* divisions by common factors */
    WHOLE_VALUE = 3,       /* of the first name that is whole, and one more of each next one */
    DENOMINATOR = 16,      /* of all coordinates */
    HALVINGS = 24,
    SEGMENTS = 24,
    PRECISION = 64
};

static math_decision decide(cairn_verdict equal, const char *how) {
    return (math_decision){equal, how};
}

/* Coordinates [sixteenths], those of few names first. */
static const slong steps[] = {80, 4, 24, 160, 32, 48, 400, 8, 64, 16, 1600, 1, 96, 128, 40, 208, 56, 256, 800};
enum { STEPS = sizeof steps / sizeof steps[0] };

/* How many of the steps a grid of so many names takes in each direction. */
static slong grid_side(int names) {
    static const slong side[NAMES_MOST + 1] = {0, STEPS, STEPS, 9, 5};
    return side[names];
}

/* ---- equations --------------------------------------------------------------------------------------------------- */

/* The kernels that stand for names that may be any real number. */
typedef struct real_names {
    int32_t kernel[RATIO_KERNELS_MOST];
    int count;
} real_names;

/* Whether the polynomial holds names alone; marks them. */
static bool mark_names(const ratio_run *run, poly p, bool *used) {
    int vars[RATIO_KERNELS_MOST];
    memset(vars, 0, sizeof vars);
    fmpz_mpoly_used_vars(vars, p, run->ctx);
    for (int32_t i = 0; i < run->count; i++) {
        if (!vars[i]) continue;
        if (run->kernels[i].kind != KERNEL_NAME) return false;
        used[i] = true;
    }
    return true;
}

/* `p` with values for the names that are whole; zero where it cannot be written. */
static poly at_whole_names(ratio_run *run, poly p, const bool *used) {
    slong value = WHOLE_VALUE;
    for (int32_t i = 0; i < run->count; i++) {
        if (!used[i] || !value_whole_name(run->kernels[i].text)) continue;
        fmpz_t at;
        fmpz_mpoly_struct *less;
        poly made = poly_new(run, &less);
        fmpz_init_set_si(at, value++);
        bool done = less && fmpz_mpoly_evaluate_one_fmpz(less, p, i, at, run->ctx);
        fmpz_clear(at);
        if (!done) return run->zero;
        p = made;
    }
    return p;
}

/* `p` without the factors that it shares with `q`; zero: not known. *shared: there were some. */
static poly without_shared(ratio_run *run, poly p, poly q, bool *shared) {
    for (int i = 0; i < SHARED_MOST; i++) {
        fmpz_mpoly_struct *common, *rest;
        poly made = poly_new(run, &rest);
        poly_new(run, &common);
        if (!common || !rest || !poly_is_small(run, p) || !poly_is_small(run, q) ||
            !value_spend(run->engine, 20000 + 4000 * (p->length + q->length)) ||
            !fmpz_mpoly_gcd(common, p, q, run->ctx))
            return run->zero;
        if (fmpz_mpoly_is_fmpz(common, run->ctx)) return p;
        *shared = true;
        if (!fmpz_mpoly_divides(rest, p, common, run->ctx)) return run->zero;
        p = made;
    }
    return run->zero;
}

/* The sign of p where its names are at[] / DENOMINATOR, by name. */
static int sign_at(const ratio_run *run, poly p, const real_names *names, const slong *at) {
    slong exponents[RATIO_KERNELS_MOST], degree = fmpz_mpoly_total_degree_si(p, run->ctx);
    fmpz_t sum, term, power;
    fmpz_init(sum);
    fmpz_init(term);
    fmpz_init(power);
    for (slong i = 0; i < p->length; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(term, p, i, run->ctx);
        fmpz_mpoly_get_term_exp_si(exponents, p, i, run->ctx);
        slong left = degree;
        for (int j = 0; j < names->count; j++) {
            slong e = exponents[names->kernel[j]];
            if (e == 0) continue;
            left -= e;
            fmpz_set_si(power, at[j]);
            fmpz_pow_ui(power, power, (ulong)e);
            fmpz_mul(term, term, power);
        }
        fmpz_set_si(power, DENOMINATOR);
        fmpz_pow_ui(power, power, (ulong)left);
        fmpz_addmul(sum, term, power);
    }
    int sign = fmpz_sgn(sum);
    fmpz_clear(power);
    fmpz_clear(term);
    fmpz_clear(sum);
    return sign;
}

/* Whether p is negative and positive within one orthant: that of `signs`, a bit for each name that is negative. */
static bool changes_sign(ratio_run *run, poly p, const real_names *names, unsigned signs) {
    slong side = grid_side(names->count), points = 1, at[NAMES_MOST];
    bool below = false, above = false;
    for (int j = 0; j < names->count; j++) points *= side;
    for (slong i = 0; i < points && !(below && above); i++) {
        slong rest = i;
        for (int j = 0; j < names->count; j++, rest /= side)
            at[j] = signs >> j & 1 ? -steps[rest % side] : steps[rest % side];
        if (!value_spend(run->engine, 20 + 24 * p->length * (names->count + 1))) return false;
        int sign = sign_at(run, p, names, at);
        below = below || sign < 0;
        above = above || sign > 0;
    }
    return below && above;
}

/* Whether x = 0 has a solution that y = 0 has not. */
static bool has_own_zero(ratio_run *run, ratio x, ratio y, const real_names *names) {
    bool shared = false, own = false;
    poly p = without_shared(run, x.num, y.num, &shared);
    p = without_shared(run, p, x.den, &own);
    if (!ratio_ok(run) || fmpz_mpoly_is_fmpz(p, run->ctx)) return false;
    unsigned orthants = shared || names->count > SIGNED_NAMES_MOST ? 1 : 1U << names->count;
    for (unsigned signs = 0; signs < orthants; signs++)
        if (changes_sign(run, p, names, signs)) return true;
    return false;
}

/* Whether x = 0 and y = 0 have the same solutions, but for points where one of them is not defined: xy = 6, y = 6/x. */
static bool same_numerators(ratio_run *run, ratio x, ratio y) {
    fmpz_t left, right;
    fmpz_mpoly_struct *p, *q;
    poly_new(run, &p);
    poly_new(run, &q);
    if (!p || !q || !poly_is_small(run, x.num) || !poly_is_small(run, y.num)) return false;
    fmpz_init(left);
    fmpz_init(right);
    fmpz_mpoly_get_term_coeff_fmpz(left, x.num, 0, run->ctx);
    fmpz_mpoly_get_term_coeff_fmpz(right, y.num, 0, run->ctx);
    fmpz_mpoly_scalar_mul_fmpz(p, x.num, right, run->ctx);
    fmpz_mpoly_scalar_mul_fmpz(q, y.num, left, run->ctx);
    fmpz_clear(left);
    fmpz_clear(right);
    bool shared = false;
    return fmpz_mpoly_equal(p, q, run->ctx) && without_shared(run, x.num, x.den, &shared) == x.num &&
           without_shared(run, y.num, y.den, &shared) == y.num;
}

/* ---- near a boundary --------------------------------------------------------------------------------------------- */

/* The certain sign of a real value at a point; 0: none. *known: it is defined there. */
static int ball_sign(math_engine *engine, const math_node *node, const value_point *point, bool *known) {
    acb_t value;
    acb_init(value);
    *known = value_ball(engine, node, point, PRECISION, value) == VALUE_KNOWN;
    int sign = *known ? arb_is_positive(acb_realref(value)) - arb_is_negative(acb_realref(value)) : 0;
    acb_clear(value);
    return sign;
}

/* Sets the point of a grid; whole names keep one value. */
static void set_point(value_point *point, slong which, slong side) {
    long whole = WHOLE_VALUE;
    for (uint32_t j = 0; j < point->names->count; j++) {
        if (value_whole_name(point->names->name[j])) {
            mpq_set_si(point->at[j], whole++, 1);
            continue;
        }
        mpq_set_si(point->at[j], steps[which % side], DENOMINATOR);
        mpq_canonicalize(point->at[j]);
        which /= side;
    }
}

/* Halves the segment between a point where `a` is negative and one where it is positive. False: `a` has no sign on the
 * way. */
static bool approach(math_engine *engine, const math_node *a, value_point *below, value_point *above,
                     value_point *middle) {
    bool known;
    for (int i = 0; i < HALVINGS; i++) {
        for (uint32_t j = 0; j < below->names->count; j++) {
            mpq_add(middle->at[j], below->at[j], above->at[j]);
            mpq_div_2exp(middle->at[j], middle->at[j], 1);
        }
        int sign = ball_sign(engine, a, middle, &known);
        if (sign == 0) return known && i > 0; /* on the boundary itself: what was reached is near enough */
        for (uint32_t j = 0; j < below->names->count; j++) mpq_set((sign < 0 ? below : above)->at[j], middle->at[j]);
    }
    return true;
}

/* Whether b has one sign in the box between two points near a zero of `a`, which is continuous there: so that the zero
 * is none of b. */
static bool apart_in_box(math_engine *engine, const math_node *a, const math_node *b, const value_point *below,
                         const value_point *above) {
    arb_struct box[VALUE_NAMES_MOST];
    const value_point around = {.names = below->names, .box = box, .log = below->log};
    fmpq_t end;
    arb_t other;
    bool continuous, known;
    fmpq_init(end);
    arb_init(other);
    for (uint32_t j = 0; j < below->names->count; j++) {
        arb_init(&box[j]);
        fmpq_set_mpq(end, below->at[j]);
        arb_set_fmpq(&box[j], end, PRECISION);
        fmpq_set_mpq(end, above->at[j]);
        arb_set_fmpq(other, end, PRECISION);
        arb_union(&box[j], &box[j], other, PRECISION);
    }
    ball_sign(engine, a, &around, &continuous);
    bool apart = ball_sign(engine, b, &around, &known) != 0 && continuous;
    for (uint32_t j = 0; j < below->names->count; j++) arb_clear(&box[j]);
    arb_clear(other);
    fmpq_clear(end);
    return apart;
}

/* Whether, near a boundary of a < 0, a = 0 has a solution that b = 0 has not (`equations`), or one of a < 0 and b < 0
 * holds and the other fails. */
static bool differs_at_boundary(math_engine *engine, const math_node *a, const math_node *b, bool equations,
                                value_point point[3], slong side) {
    bool known, found = false;
    slong last[2] = {-1, -1}, points = 1; /* points where `a` is negative, positive */
    int segments = 0;
    for (uint32_t j = 0; j < point->names->count; j++) points *= value_whole_name(point->names->name[j]) ? 1 : side;
    for (slong i = 0; i < points && segments < SEGMENTS && !found; i++) {
        set_point(&point[0], i, side);
        int sign = ball_sign(engine, a, &point[0], &known);
        if (sign == 0) continue;
        last[sign > 0] = i;
        if (last[0] < 0 || last[1] < 0) continue;
        segments++;
        set_point(&point[0], last[0], side);
        set_point(&point[1], last[1], side);
        if (!approach(engine, a, &point[0], &point[1], &point[2])) continue;
        if (equations)
            found = apart_in_box(engine, a, b, &point[0], &point[1]);
        else
            found = ball_sign(engine, b, &point[0], &known) > 0 || ball_sign(engine, b, &point[1], &known) < 0;
    }
    return found;
}

static bool differ_at_boundaries(math_engine *engine, const math_node *a, const math_node *b, bool equations,
                                 const value_names *names) {
    value_point point[3];
    int real = 0;
    for (uint32_t j = 0; j < names->count; j++) real += !value_whole_name(names->name[j]);
    if (real == 0 || real > NAMES_MOST || value_holds_name(a, "i") || value_holds_name(b, "i")) return false;
    int64_t own = engine->work + VALUE_WORK_MOST / 3;
    if (own < engine->work_end) engine->work_end = own;
    for (int k = 0; k < 3; k++) {
        point[k] = (value_point){.names = names, .log = VALUE_LOG_TEN};
        for (uint32_t j = 0; j < names->count; j++) mpq_init(point[k].at[j]);
    }
    bool apart = differs_at_boundary(engine, a, b, equations, point, grid_side(real)) ||
                 differs_at_boundary(engine, b, a, equations, point, grid_side(real));
    for (int k = 0; k < 3; k++)
        for (uint32_t j = 0; j < names->count; j++) mpq_clear(point[k].at[j]);
    return apart;
}

/* ---- decisions --------------------------------------------------------------------------------------------------- */

/* Opens a comparison of two expressions of the same names; false: they are not. */
static bool begin(math_engine *engine, const math_node *a, const math_node *b, value_names *names) {
    value_names left = {.count = 0};
    if (!value_is_value(a) || !value_is_value(b) || !value_begin(engine)) return false;
    if (value_has_bare_log(a) || value_has_bare_log(b)) return false;
    if (!value_names_add(&left, a) || !value_names_add(names, b) || left.count != names->count) return false;
    return value_names_add(names, a) && left.count == names->count && left.count > 0;
}

/* As polynomials, or their quotients; UNKNOWN, "" where they are none. */
static math_decision polynomial_zeros(math_engine *engine, const math_node *a, const math_node *b) {
    const math_decision open = decide(CAIRN_VERDICT_UNKNOWN, "undecided"), none = decide(CAIRN_VERDICT_UNKNOWN, "");
    ratio_run *run = value_ratio_start(engine, VALUE_LOG_TEN);
    ratio x, y;
    if (!run || !ratio_of_trees(run, a, b, &x, &y)) return none;
    const poly parts[] = {x.num, x.den, y.num, y.den};
    bool used[RATIO_KERNELS_MOST] = {false};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!mark_names(run, parts[i], used)) return none;
    if (!x.num->length || !y.num->length) return open;
    if (same_numerators(run, x, y)) return decide(CAIRN_VERDICT_RIGHT, "zeros");
    real_names names = {.count = 0};
    for (int32_t i = 0; i < run->count; i++)
        if (used[i] && !value_whole_name(run->kernels[i].text)) names.kernel[names.count++] = i;
    if (names.count == 0 || names.count > NAMES_MOST) return open;
    x = (ratio){at_whole_names(run, x.num, used), at_whole_names(run, x.den, used)};
    y = (ratio){at_whole_names(run, y.num, used), at_whole_names(run, y.den, used)};
    if (!x.num->length || !x.den->length || !y.num->length || !y.den->length) return open;
    bool apart = has_own_zero(run, x, y, &names) || has_own_zero(run, y, x, &names);
    return ratio_ok(run) && apart ? decide(CAIRN_VERDICT_WRONG, "zeros") : open;
}

math_decision math_zeros(math_engine *engine, const math_node *a, const math_node *b) {
    value_names names = {.count = 0};
    if (!begin(engine, a, b, &names)) return decide(CAIRN_VERDICT_UNKNOWN, "undecided");
    int64_t end = engine->work_end, own = engine->work + VALUE_WORK_MOST / 2; /* the rest is for the boundaries */
    if (own < end) engine->work_end = own;
    math_decision decision = polynomial_zeros(engine, a, b);
    engine->work_end = end;
    if (*decision.how) return decision;
    bool apart = differ_at_boundaries(engine, a, b, true, &names);
    return apart ? decide(CAIRN_VERDICT_WRONG, "zeros") : decide(CAIRN_VERDICT_UNKNOWN, "undecided");
}

math_decision math_regions(math_engine *engine, const math_node *a, const math_node *b) {
    value_names names = {.count = 0};
    bool apart = begin(engine, a, b, &names) && differ_at_boundaries(engine, a, b, false, &names);
    return apart ? decide(CAIRN_VERDICT_WRONG, "at-points") : decide(CAIRN_VERDICT_UNKNOWN, "undecided");
}

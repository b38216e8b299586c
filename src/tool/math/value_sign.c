/* Signs of constant rational functions, by balls around their kernels. */
#include <string.h>

#include "tool/math/value_ratio.h"

enum { PRECISION = 128 };

/* Balls around the kernels; `known` where there is one. */
typedef struct kernel_balls {
    arb_struct ball[RATIO_KERNELS_MOST];
    bool known[RATIO_KERNELS_MOST];
} kernel_balls;

static bool poly_ball(const ratio_run *run, const kernel_balls *balls, poly p, arb_t out) {
    slong exponents[RATIO_KERNELS_MOST];
    bool known = true;
    arb_t term, power;
    fmpz_t c;
    arb_init(term);
    arb_init(power);
    fmpz_init(c);
    arb_zero(out);
    for (slong i = 0; i < p->length && known; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, run->ctx);
        fmpz_mpoly_get_term_exp_si(exponents, p, i, run->ctx);
        arb_set_fmpz(term, c);
        for (int32_t j = 0; j < run->count && known; j++) {
            if (exponents[j] == 0) continue;
            known = balls->known[j];
            if (!known) break;
            arb_pow_ui(power, &balls->ball[j], (ulong)exponents[j], PRECISION);
            arb_mul(term, term, power, PRECISION);
        }
        arb_add(out, out, term, PRECISION);
    }
    fmpz_clear(c);
    arb_clear(power);
    arb_clear(term);
    return known;
}

static bool ratio_ball(const ratio_run *run, const kernel_balls *balls, ratio a, arb_t out) {
    arb_t den;
    arb_init(den);
    bool known = poly_ball(run, balls, a.num, out) && poly_ball(run, balls, a.den, den) && !arb_contains_zero(den);
    if (known) arb_div(out, out, den, PRECISION);
    arb_clear(den);
    return known;
}

/* A function of a kernel's argument, which is in `x`. */
static bool apply(const kernel *k, int32_t degree, arb_t x) {
    switch (k->kind) {
    case KERNEL_ROOT: {
        bool negative = arb_is_negative(x);
        if (!arb_is_nonnegative(x) && !(negative && k->degree % 2)) return false;
        arb_abs(x, x);
        arb_root_ui(x, x, (ulong)k->degree, PRECISION);
        if (negative) arb_neg(x, x);
        return true;
    }
    case KERNEL_COS:
    case KERNEL_SIN:
        arb_div_si(x, x, degree, PRECISION);
        if (arf_cmpabs_2exp_si(arb_midref(x), 40) > 0) return false;
        (k->kind == KERNEL_COS ? arb_cos : arb_sin)(x, x, PRECISION);
        return true;
    case KERNEL_EXP:
        if (k->prime == KERNEL_BASE_MINUS_ONE || k->prime == KERNEL_BASE_ARGUMENT) return false;
        arb_div_si(x, x, degree, PRECISION);
        if (k->prime) {
            arb_t base;
            arb_init(base);
            arb_log_ui(base, k->prime, PRECISION);
            arb_mul(x, x, base, PRECISION);
            arb_clear(base);
        }
        if (arf_cmpabs_2exp_si(arb_midref(x), 30) > 0) return false;
        arb_exp(x, x, PRECISION);
        return true;
    case KERNEL_LN:
        if (!arb_is_positive(x)) return false;
        arb_log(x, x, PRECISION);
        return true;
    case KERNEL_ABS:
        arb_abs(x, x);
        return true;
    case KERNEL_CALL:
        if (strcmp(k->text, "arctan") == 0)
            arb_atan(x, x, PRECISION);
        else if (strcmp(k->text, "arcsin") == 0)
            arb_asin(x, x, PRECISION);
        else
            return false;
        return arb_is_finite(x) != 0;
    default:
        return false;
    }
}

/* Kernels stand after those in their arguments. */
static bool kernel_ball(const ratio_run *run, const kernel_balls *balls, int32_t index, arb_t out) {
    const kernel *k = &run->kernels[index];
    if (k->kind == KERNEL_PI) {
        arb_const_pi(out, PRECISION);
        return true;
    }
    if (k->kind == KERNEL_PRIME) {
        arb_set_ui(out, k->prime);
        arb_root_ui(out, out, (ulong)k->degree, PRECISION);
        return true;
    }
    if (k->kind == KERNEL_LN && k->arguments == 0) {
        arb_log_ui(out, k->prime, PRECISION);
        return true;
    }
    if (k->arguments != 1 || !ratio_ball(run, balls, k->argument[0], out)) return false;
    return apply(k, k->kind == KERNEL_SIN ? run->kernels[index - 1].degree : k->degree, out);
}

static bool has_names(const ratio_run *run, ratio a) {
    int used[RATIO_KERNELS_MOST], more[RATIO_KERNELS_MOST];
    memset(used, 0, sizeof used);
    memset(more, 0, sizeof more);
    fmpz_mpoly_used_vars(used, a.num, run->ctx);
    fmpz_mpoly_used_vars(more, a.den, run->ctx);
    for (int32_t i = 0; i < run->count; i++)
        if ((used[i] || more[i]) && (run->kernels[i].kind == KERNEL_NAME || run->kernels[i].kind == KERNEL_I))
            return true;
    return false;
}

int ratio_sign(ratio_run *run, ratio a) {
    kernel_balls balls;
    int64_t terms = a.num->length + a.den->length;
    for (int32_t i = 0; i < run->count; i++)
        for (uint32_t j = 0; j < run->kernels[i].arguments; j++)
            terms += run->kernels[i].argument[j].num->length + run->kernels[i].argument[j].den->length;
    if (has_names(run, a) || !value_spend(run->engine, 600 * (run->count + 1) + 100 * terms)) return 0;
    for (int32_t i = 0; i < run->count; i++) {
        arb_init(&balls.ball[i]);
        balls.known[i] = kernel_ball(run, &balls, i, &balls.ball[i]);
    }
    arb_t value;
    arb_init(value);
    int sign = ratio_ball(run, &balls, a, value) ? arb_is_positive(value) - arb_is_negative(value) : 0;
    arb_clear(value);
    for (int32_t i = 0; i < run->count; i++) arb_clear(&balls.ball[i]);
    return sign;
}

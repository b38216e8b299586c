/* The calculator against an independent evaluation of random expressions, written in all the ways that it reads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/tool.h"
#include "fraction.h"

enum { EXPRESSIONS = 20000, SEED = 3, TEXT_MOST = 8192, DEPTH = 5 };

/* How tightly what was written binds: a sum, a product, a signed thing, a power, a number or bracket. */
typedef enum level { SUM, PRODUCT, SIGNED, POWER, ATOM } level;

typedef struct writer {
    cairn_rng rng;
    bool latex; /* braces and commands */
    bool bad;   /* division by zero, or too large: draw again */
} writer;

static int below(writer *w, int bound) {
    return (int)cairn_rng_below(&w->rng, (uint32_t)bound);
}

static const char *pick(writer *w, const char *const *list) {
    int n = 0;
    while (list[n]) n++;
    return list[below(w, n)];
}

#define PICK(w, ...) pick(w, (const char *const[]){__VA_ARGS__, NULL})

/* The texts one after the other; too long ones make the expression bad. */
static void join(writer *w, char *out, const char *const *texts) {
    size_t n = 0;
    for (; *texts; texts++) {
        size_t length = strlen(*texts);
        if (n + length >= TEXT_MOST) {
            w->bad = true;
            break;
        }
        memcpy(out + n, *texts, length);
        n += length;
    }
    out[n] = '\0';
}

#define JOIN(w, out, ...) join(w, out, (const char *const[]){__VA_ARGS__, NULL})

/* ---- numbers -------------------------------------------------------------------------------------------------------------- */

/* 1234567 with a separator of thousands. */
static void write_groups(writer *w, char *out, long n) {
    const char *comma = PICK(w, ",", "", "'", "\u202f", "\u00a0", w->latex ? "{,}" : ",");
    char digits[32];
    int count = snprintf(digits, sizeof digits, "%ld", n);
    for (int i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0) strcat(out, comma);
        size_t used = strlen(out);
        out[used] = digits[i];
        out[used + 1] = '\0';
    }
}

static void write_number(writer *w, char *out, mpq_t value) {
    static const struct {
        const char *text;
        unsigned long a, b;
    } vulgar[] = {{"\u00bd", 1, 2}, {"\u2153", 1, 3}, {"\u2154", 2, 3},
                  {"\u00be", 3, 4}, {"\u215d", 5, 8}, {"\u2150", 1, 7}};
    long n = below(w, 30), big = below(w, 9999999), k = below(w, 6);
    switch (below(w, 9)) {
    case 0:
        write_groups(w, out, big);
        mpq_set_si(value, big, 1);
        break;
    case 1: /* a decimal */
        snprintf(out, 64, "%ld.%03ld", n, big % 1000);
        mpq_set_si(value, n * 1000 + big % 1000, 1000);
        break;
    case 2: /* scientific */
        snprintf(out, 64, "%ld.%lde%s%d", n, k, below(w, 2) ? "-" : "", 2);
        mpq_set_si(value, n * 10 + k, 10);
        {
            mpq_t scale;
            mpq_init(scale);
            mpq_set_si(scale, 100, 1);
            if (strchr(out, '-'))
                mpq_div(value, value, scale);
            else
                mpq_mul(value, value, scale);
            mpq_clear(scale);
        }
        break;
    case 3: /* a mixed number, or its fraction alone */
        snprintf(out, 64, "%s%s", n % 2 ? "3" : "", vulgar[k].text);
        mpq_set_ui(value, vulgar[k].a + (n % 2 ? 3 * vulgar[k].b : 0), vulgar[k].b);
        break;
    case 4:
        snprintf(out, 64, "%ld %ld/%ld", n, k + 1, k + 3);
        mpq_set_si(value, n * (k + 3) + k + 1, (unsigned long)k + 3);
        break;
    case 5: /* per cent */
        snprintf(out, 64, "%ld%s", n, PICK(w, "%", " %", "\\%", " percent"));
        mpq_set_si(value, n, 100);
        break;
    case 6: /* money */
        snprintf(out, 64, "%s%ld.%02ld", PICK(w, "$", "\u20ac", "\u00a3", "\\$", "\u20bf"), n, big % 100);
        mpq_set_si(value, n * 100 + big % 100, 100);
        break;
    default:
        snprintf(out, 64, "%ld", n);
        mpq_set_si(value, n, 1);
    }
    mpq_canonicalize(value);
}

/* ---- expressions ---------------------------------------------------------------------------------------------------------- */

static level write_expression(writer *w, int depth, char *out, mpq_t value);

/* An operand that binds at least as tightly as `least`, in brackets where it does not. */
static void write_operand(writer *w, int depth, level least, char *out, mpq_t value) {
    char inside[TEXT_MOST];
    bool brackets = write_expression(w, depth, inside, value) < least || below(w, 6) == 0;
    int kind = below(w, 4);
    const char *open = w->latex && kind == 0 ? "\\left(" : kind == 1 ? "[" : "(";
    const char *close = w->latex && kind == 0 ? "\\right)" : kind == 1 ? "]" : ")";
    JOIN(w, out, brackets ? open : "", inside, brackets ? close : "");
}

static level write_sum(writer *w, int depth, char *out, mpq_t value) {
    char a[TEXT_MOST], b[TEXT_MOST];
    mpq_t y;
    mpq_init(y);
    bool minus = below(w, 2);
    write_operand(w, depth - 1, SUM, a, value);
    write_operand(w, depth - 1, PRODUCT, b, y);
    const char *sign = minus ? PICK(w, "-", "\u2212", "\u2013", " minus ", "\uff0d") : PICK(w, "+", " plus ", "\uff0b");
    JOIN(w, out, a, below(w, 2) ? " " : "", sign, below(w, 2) ? " " : "", b);
    (minus ? mpq_sub : mpq_add)(value, value, y);
    mpq_clear(y);
    return SUM;
}

static level write_product(writer *w, int depth, char *out, mpq_t value) {
    char a[TEXT_MOST], b[TEXT_MOST];
    mpq_t y;
    mpq_init(y);
    bool by = below(w, 2);
    write_operand(w, depth - 1, PRODUCT, a, value);
    write_operand(w, depth - 1, SIGNED, b, y);
    const char *sign = by ? PICK(w, "/", " / ", "\u00f7", " divided by ", w->latex ? "\\div " : "/")
                          : PICK(w, "*", " * ", "\u00d7", "\u00b7", " times ", " x ", w->latex ? "\\cdot " : "*");
    if (strcmp(sign, " x ") == 0 && b[0] == '-') sign = " * "; /* x - 3: a letter */
    JOIN(w, out, a, sign, b);
    if (by && mpq_sgn(y) == 0)
        w->bad = true;
    else
        (by ? mpq_div : mpq_mul)(value, value, y);
    mpq_clear(y);
    return PRODUCT;
}

static level write_power(writer *w, int depth, char *out, mpq_t value) {
    static const char *const raised[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074"};
    char a[TEXT_MOST];
    int e = below(w, 5);
    bool turned = below(w, 3) == 0;
    write_operand(w, depth > 2 ? 2 : depth - 1, ATOM, a, value);
    if (strpbrk(a, "%") && a[strlen(a) - 1] != ')' && a[strlen(a) - 1] != ']')
        w->bad = true; /* 5%^2 is nothing to write */
    char digit[2] = {(char)('0' + e), '\0'};
    switch (below(w, 4)) {
    case 0:
        JOIN(w, out, a, turned ? "\u207b" : "", raised[e]);
        break;
    case 1:
        JOIN(w, out, a, "^{", turned ? "-" : "", digit, "}");
        break;
    default:
        JOIN(w, out, a, "^", turned ? "-" : "", digit);
    }
    if (turned && mpq_sgn(value) == 0) w->bad = true;
    if (turned && !w->bad) mpq_inv(value, value);
    mpz_pow_ui(mpq_numref(value), mpq_numref(value), (unsigned long)e);
    mpz_pow_ui(mpq_denref(value), mpq_denref(value), (unsigned long)e);
    return POWER;
}

/* \frac{a}{b}, the root of a square, a share of something. */
static level write_other(writer *w, int depth, char *out, mpq_t value) {
    char a[TEXT_MOST], b[TEXT_MOST], number[32];
    long n = below(w, 40);
    mpq_t y;
    mpq_init(y);
    level bound = ATOM;
    switch (below(w, 3)) {
    case 0:
        write_expression(w, depth - 1, a, value);
        write_expression(w, depth - 1, b, y);
        JOIN(w, out, "\\frac{", a, "}{", b, "}");
        if (mpq_sgn(y) == 0)
            w->bad = true;
        else
            mpq_div(value, value, y);
        break;
    case 1:
        snprintf(number, sizeof number, "%ld", n * n);
        JOIN(w, out, w->latex ? "\\sqrt{" : "\u221a(", number, w->latex ? "}" : ")");
        mpq_set_si(value, n, 1);
        break;
    default:
        write_operand(w, depth - 1, ATOM, b, value);
        snprintf(number, sizeof number, "%ld", n);
        JOIN(w, out, number, "% of ", b);
        mpq_set_si(y, n, 100);
        mpq_canonicalize(y);
        mpq_mul(value, value, y);
        bound = PRODUCT;
    }
    mpq_clear(y);
    return bound;
}

static level write_expression(writer *w, int depth, char *out, mpq_t value) {
    char a[TEXT_MOST];
    out[0] = '\0';
    if (depth <= 0 || w->bad) {
        write_number(w, out, value);
        bool plain = strspn(out, "0123456789") == strlen(out);
        return plain ? ATOM : SIGNED; /* 1 1/2, $3 and 5% do not take a power as they are */
    }
    switch (below(w, 8)) {
    case 0:
    case 1:
    case 2:
        return write_sum(w, depth, out, value);
    case 3:
    case 4:
        return write_product(w, depth, out, value);
    case 5:
        return write_power(w, depth, out, value);
    case 6: /* signs */
        write_operand(w, depth - 1, SIGNED, a, value);
        JOIN(w, out, below(w, 2) ? "-" : "- -", a);
        if (out[1] != ' ' || out[2] != '-') mpq_neg(value, value);
        return SIGNED;
    default:
        return write_other(w, depth, out, value);
    }
}

static bool too_large(const mpq_t value) {
    return mpz_sizeinbase(mpq_numref(value), 2) > 300 || mpz_sizeinbase(mpq_denref(value), 2) > 300;
}

static void test_random_expressions_have_the_value_of_their_tree(void **state) {
    (void)state;
    static char text[TEXT_MOST];
    cairn_ctx *ctx;
    cairn_arena *arena;
    mpq_t value, said;
    int kept = 0;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 65536, &arena), CAIRN_OK);
    mpq_init(value);
    mpq_init(said);
    for (uint32_t i = 0; i < EXPRESSIONS; i++) {
        writer w = {.rng = cairn_rng_open(SEED, i, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0)};
        cairn_number number = {"", 0};
        w.latex = below(&w, 2);
        write_expression(&w, 1 + below(&w, DEPTH), text, value);
        if (w.bad || too_large(value) || strlen(text) + 1 >= TEXT_MOST) continue;
        kept++;
        cairn_arena_reset(arena);
        cairn_status status = cairn_calc_eval(ctx, arena, text, strlen(text), NULL, 0, &number);
        bool same = status == CAIRN_OK && fraction_of(number.text, said) && mpq_equal(said, value);
        if (!same) {
            gmp_printf("%s\n  is %Qd, the calculator says %s %s\n", text, value, number.text,
                       status == CAIRN_OK ? "" : cairn_error(ctx));
            fail();
        }
    }
    print_message("%d expressions\n", kept);
    assert_true(kept > EXPRESSIONS / 2);
    mpq_clear(value);
    mpq_clear(said);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

/* The claims of `text`: how many are right, wrong, neither. */
static void count_claims(cairn_ctx *ctx, cairn_arena *arena, const char *text, int counts[3]) {
    cairn_equation *found = NULL;
    size_t n = 0;
    cairn_arena_reset(arena);
    assert_int_equal(cairn_equations_check(ctx, arena, text, strlen(text), &found, &n), CAIRN_OK);
    for (size_t i = 0; i < n; i++)
        counts[found[i].verdict == CAIRN_VERDICT_RIGHT ? 0 : found[i].verdict == CAIRN_VERDICT_WRONG ? 1 : 2]++;
}

static void test_equalities_of_random_expressions_are_judged_by_their_value(void **state) {
    (void)state;
    static char text[TEXT_MOST], sentence[2 * TEXT_MOST], shown[1024];
    int right[3] = {0}, wrong[3] = {0}, kept = 0;
    cairn_ctx *ctx;
    cairn_arena *arena;
    mpq_t value, other;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 65536, &arena), CAIRN_OK);
    mpq_inits(value, other, NULL);
    for (uint32_t i = 0; i < EXPRESSIONS / 4; i++) {
        writer w = {.rng = cairn_rng_open(SEED + 1, i, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0)};
        bool computes = write_expression(&w, 1 + below(&w, 3), text, value) < SIGNED;
        if (w.bad || !computes || too_large(value) || mpq_sgn(value) == 0) continue;
        kept++;
        gmp_snprintf(shown, sizeof shown, "%Qd", value);
        snprintf(sentence, sizeof sentence, "We see that %s = %s. So it is.", text, shown);
        count_claims(ctx, arena, sentence, right);
        mpq_set_si(other, 21 + below(&w, 9), 20);
        mpq_mul(other, other, value); /* 5 to 45 % off */
        gmp_snprintf(shown, sizeof shown, "%Qd", other);
        snprintf(sentence, sizeof sentence, "We see that %s = %s. So it is.", text, shown);
        count_claims(ctx, arena, sentence, wrong);
    }
    print_message("%d true: %d right, %d wrong, %d open; %d false: %d right, %d wrong, %d open\n", kept, right[0],
                  right[1], right[2], kept, wrong[0], wrong[1], wrong[2]);
    assert_int_equal(right[1], 0);
    assert_int_equal(wrong[0], 0);
    assert_true(right[0] * 10 > kept * 9 && wrong[1] * 10 > kept * 7);
    mpq_clears(value, other, NULL);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_expressions_have_the_value_of_their_tree),
        cmocka_unit_test(test_equalities_of_random_expressions_are_judged_by_their_value),
    };
    return cmocka_run_group_tests_name("tool property", tests, NULL, NULL);
}

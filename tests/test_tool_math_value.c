/* label: light */
/* Values of expressions: each pair is worked by hand. R: one value for certain, W: different for certain, U: not
 * told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool_fixture.h"
#include "tool/math/read.h"
#include "tool/math/value.h"

static math_node *tree(bench *b, const char *text) {
    math_node *node = NULL;
    assert_int_equal(math_read(b->ctx, b->arena, text, strlen(text), &node), CAIRN_OK);
    return node;
}

typedef struct pair {
    char verdict;
    const char *a, *b;
} pair;

static char letter(cairn_verdict verdict) {
    return verdict == CAIRN_VERDICT_RIGHT ? 'R' : verdict == CAIRN_VERDICT_WRONG ? 'W' : 'U';
}

/* All pairs in both orders. */
static void check(bench *b, const pair *pairs, size_t count) {
    math_engine *engine = NULL;
    int bad = 0;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < count; i++) {
        const math_node *x = tree(b, pairs[i].a), *y = tree(b, pairs[i].b);
        for (int turn = 0; turn < 2; turn++) {
            math_decision d = turn ? math_equal(engine, y, x) : math_equal(engine, x, y);
            if (letter(d.equal) == pairs[i].verdict) continue;
            print_error("%s against %s: %c by %s, not %c\n", pairs[i].a, pairs[i].b, letter(d.equal), d.how,
                        pairs[i].verdict);
            bad++;
        }
    }
    math_engine_close(engine);
    assert_int_equal(bad, 0);
}
#define CHECK(pairs) check(*state, pairs, sizeof(pairs) / sizeof *(pairs))

static void test_rational_numbers(void **state) {
    static const pair pairs[] = {
        {'R', "1/3", "\\frac{2}{6}"},
        {'R', "0.1\\overline{6}", "1/6"},
        {'R', "0.\\overline{3}", "1/3"},
        {'R', "0.\\overline{142857}", "1/7"},
        {'W', "0.333", "1/3"},
        {'R', "1.5e-7", "15/10^8"},
        {'R', "2\\frac13", "7/3"},
        {'R', "-2\\frac13", "-7/3"},
        {'R', "50\\%", "1/2"},
        {'R', "5!", "120"},
        {'R', "7!!", "105"},
        {'R', "\\binom{10}{3}", "120"},
        {'R', "4210_5", "555"},
        {'R', "1A_{16}", "26"},
        {'W', "52_8", "52"},
        {'R', "\\gcd(12, 18)", "6"},
        {'R', "\\lfloor -7/2 \\rfloor", "-4"},
        {'R', "\\lceil -7/2 \\rceil", "-3"},
        {'R', "|-5|", "5"},
        {'R', "\\sqrt[3]{-8}", "-2"},
        {'R', "4^{3/2}", "8"},
        {'R', "(9/4)^{-1/2}", "2/3"},
        {'R', "2^{100}", "1267650600228229401496703205376"},
        {'W', "2^{100}", "1267650600228229401496703205377"},
        {'W', "2220!", "2220"},
        {'W', "x!", "x"},
        {'U', "0^0", "1"},
        {'U', "\\frac{1}{0}", "\\frac{1}{0}"},
        {'U', "\\frac{3}{1-1}", "3"},
        {'R', "\\infty", "\\infty"},
        {'W', "\\infty", "-\\infty"},
        {'W', "\\infty", "10^{10}"},
    };
    CHECK(pairs);
}

static void test_radicals(void **state) {
    static const pair pairs[] = {
        {'R', "3\\sqrt{13}", "\\sqrt{117}"},
        {'W', "3\\sqrt{13}", "\\sqrt{118}"},
        {'R', "\\frac{1}{\\sqrt2}", "\\frac{\\sqrt2}{2}"},
        {'R', "\\sqrt2\\cdot\\sqrt3", "\\sqrt6"},
        {'R', "\\frac{1}{\\sqrt3-\\sqrt2}", "\\sqrt3+\\sqrt2"},
        {'R', "\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"},
        {'R', "\\sqrt{3-2\\sqrt2}", "\\sqrt2-1"},
        {'W', "\\sqrt{3-2\\sqrt2}", "1-\\sqrt2"},
        {'R', "\\sqrt{5+2\\sqrt6}", "\\sqrt2+\\sqrt3"},
        {'R', "\\sqrt[3]{2+\\sqrt5}", "\\frac{1+\\sqrt5}{2}"},
        {'R', "\\sqrt[3]{7+5\\sqrt2}", "1+\\sqrt2"},
        {'R', "\\sqrt[3]{2}\\cdot\\sqrt2", "2^{5/6}"},
        {'R', "\\sqrt[3]{-16}", "-2\\sqrt[3]{2}"},
        {'R', "\\sqrt{\\sqrt{16}}", "2"},
        {'R', "\\sqrt[4]{4}", "\\sqrt2"},
        {'R', "8^{2/3}", "4"},
        {'U', "(-8)^{1/3}", "-2"},
        {'R', "\\sqrt{6-\\sqrt{20}}", "\\sqrt5-1"},
        {'R', "\\sqrt{(1-\\sqrt2)^2}", "\\sqrt2-1"},
        {'R', "|1-\\sqrt2|", "\\sqrt2-1"},
        {'R', "\\frac{\\sqrt{50}}{5}", "\\sqrt2"},
        {'W', "\\sqrt2+\\sqrt3", "\\sqrt5"},
        {'W', "\\sqrt2", "1.41421356237309504880168872420969807857"},
        {'W', "\\sqrt{10}+\\sqrt{17}", "\\sqrt5+\\sqrt{26}"},
        {'R', "(1+\\sqrt2)^{10}", "3363+2378\\sqrt2"},
        {'R', "(\\sqrt3+1)(\\sqrt3-1)", "2"},
        /* no rational number: the classical case of a root of a resolvent */
        {'R', "\\sqrt[3]{\\sqrt{108}+10}-\\sqrt[3]{\\sqrt{108}-10}", "2"},
        {'R', "\\lfloor\\sqrt{10}\\rfloor", "3"},
        {'R', "\\lceil 10\\sqrt2\\rceil", "15"},
    };
    CHECK(pairs);
}

static void test_angles(void **state) {
    static const pair pairs[] = {
        {'R', "\\cos 36^\\circ", "\\frac{1+\\sqrt5}{4}"},
        {'R', "\\sin 18^\\circ", "\\frac{\\sqrt5-1}{4}"},
        {'R', "\\sin 15^\\circ", "\\frac{\\sqrt6-\\sqrt2}{4}"},
        {'R', "\\tan\\frac{\\pi}{8}", "\\sqrt2-1"},
        {'R', "\\tan 60^\\circ", "\\sqrt3"},
        {'R', "\\cos\\frac{2\\pi}{3}", "-\\frac12"},
        {'R', "\\sin\\frac{11\\pi}{6}", "-\\frac12"},
        {'R', "\\sec 60^\\circ", "2"},
        {'R', "\\cos 20^\\circ\\cos 40^\\circ\\cos 80^\\circ", "\\frac18"},
        {'R', "\\cos\\frac{2\\pi}{7}+\\cos\\frac{4\\pi}{7}+\\cos\\frac{6\\pi}{7}", "-\\frac12"},
        {'W', "\\sin 30", "\\frac12"},
        {'R', "\\sin 30^\\circ", "\\frac12"},
        {'R', "180^\\circ", "\\pi"},
        {'R', "\\arctan 1", "\\frac{\\pi}{4}"},
        {'R', "\\arcsin\\frac12", "\\frac{\\pi}{6}"},
        {'R', "\\arccos 0", "\\frac{\\pi}{2}"},
        {'W', "\\arctan 2", "\\frac{\\pi}{3}"},
        {'U', "\\arcsin 2", "1"},
        {'W', "\\pi", "3.14159265358979"},
        {'W', "\\pi", "\\frac{22}{7}"},
        {'R', "\\frac{\\pi}{2}", "0.5\\pi"},
        {'W', "\\pi^2", "9.8696"},
        {'U', "\\tan 90^\\circ", "1"},
    };
    CHECK(pairs);
}

static void test_exponentials_and_logarithms(void **state) {
    static const pair pairs[] = {
        {'R', "\\log_2 8", "3"},
        {'R', "\\ln 4", "2\\ln 2"},
        {'R', "\\ln\\sqrt{e}", "\\frac12"},
        {'R', "\\frac{\\ln 8}{\\ln 2}", "3"},
        {'R', "\\log_4 8", "\\frac32"},
        {'R', "\\log_{10} 20", "1+\\log_{10} 2"},
        {'W', "\\log_2 3", "1.585"},
        {'R', "e^{\\ln 5}", "5"},
        {'R', "e^{2\\ln 3}", "9"},
        {'R', "2^{\\log_2 5}", "5"},
        {'R', "\\log 4", "2\\log 2"}, /* in every base */
        {'U', "\\log 100", "2"},      /* in base 10 alone */
        {'W', "\\log 2", "\\log 3"},
        {'R', "e^{i\\pi}", "-1"},
        {'R', "e^{i\\pi/3}", "\\frac{1+i\\sqrt3}{2}"},
        {'W', "e^\\pi", "\\pi^e"},
        {'W', "e^{\\pi\\sqrt{163}}", "262537412640768744"},
        {'R', "2^{\\sqrt2}\\cdot 2^{-\\sqrt2}", "1"},
        {'U', "\\ln(-1)", "0"},
        {'R', "\\ln 12", "2\\ln 2+\\ln 3"},
        {'W', "\\ln 12", "2\\ln 2+\\ln 5"},
        {'R', "\\sinh 0", "0"},
    };
    CHECK(pairs);
}

static void test_complex_numbers(void **state) {
    static const pair pairs[] = {
        {'R', "i^2", "-1"},
        {'R', "(1+i)^2", "2i"},
        {'R', "\\frac{1}{1+i}", "\\frac{1-i}{2}"},
        {'R', "|3-4i|", "5"},
        {'R', "\\sqrt{-4}", "2i"},
        {'W', "2+3i", "3+2i"},
        {'W', "2i", "-2i"},
        {'R', "\\left(\\frac{1+i}{\\sqrt2}\\right)^8", "1"},
        {'R', "(2+i)(2-i)", "5"},
        {'W', "i", "1"},
    };
    CHECK(pairs);
}

static void test_rational_functions(void **state) {
    static const pair pairs[] = {
        {'R', "x^2+2x+1", "(x+1)^2"},
        {'W', "x^2+2x", "(x+1)^2"},
        {'R', "\\frac{x^2-1}{x-1}", "x+1"},
        {'R', "a^2-b^2", "(a-b)(a+b)"},
        {'R', "\\frac1x+\\frac1y", "\\frac{x+y}{xy}"},
        {'W', "\\frac1x+\\frac1y", "\\frac{2}{x+y}"},
        {'R', "\\frac{n(n+1)}{2}", "\\frac{n^2+n}{2}"},
        {'R', "\\binom{n}{2}", "\\frac{n(n-1)}{2}"},
        {'R', "(n+1)!", "(n+1)\\cdot n!"},
        {'R', "\\frac{(n+2)!}{n!}", "(n+1)(n+2)"},
        {'W', "x", "5"},
        {'W', "2x+1", "2x-1"},
        {'U', "2X+1", "2x+1"},
        {'U', "x+1", "y+1"},
        {'W', "x+y", "x-y"},
        {'R', "(x+y)^5", "x^5+5x^4y+10x^3y^2+10x^2y^3+5xy^4+y^5"},
        {'W', "(x+1)^{1000}", "(x+1)^{1000}+1"},
        {'R', "\\pi r^2", "r^2\\pi"},
        {'W', "f(x)+1", "f(x)+2"},
        {'R', "2f(x)", "f(x)+f(x)"},
    };
    CHECK(pairs);
}

static void test_functions_with_relations(void **state) {
    static const pair pairs[] = {
        {'R', "\\sin^2 x+\\cos^2 x", "1"},
        {'R', "\\sin 2x", "2\\sin x\\cos x"},
        {'R', "\\cos 2x", "1-2\\sin^2 x"},
        {'W', "\\cos 2x", "1-\\sin^2 x"},
        {'R', "\\sin x", "2\\sin\\frac x2\\cos\\frac x2"},
        {'R', "\\tan x", "\\frac{\\sin x}{\\cos x}"},
        {'R', "\\sec^2 x-\\tan^2 x", "1"},
        {'R', "\\sin(x+\\pi)", "-\\sin x"},
        {'R', "\\sin(\\frac{\\pi}{2}-x)", "\\cos x"},
        {'R', "\\cos 3x", "4\\cos^3 x-3\\cos x"},
        {'R', "\\sin(x+y)", "\\sin x\\cos y+\\cos x\\sin y"},
        {'R', "e^{x+1}", "e\\cdot e^x"},
        {'R', "(e^x)^2", "e^{2x}"},
        {'R', "\\frac{1}{e^x}", "e^{-x}"},
        {'R', "2^{n+1}", "2\\cdot 2^n"},
        {'R', "4^n", "2^{2n}"},
        {'R', "6^n", "2^n\\cdot 3^n"},
        {'W', "2^{n+1}", "2^n+1"},
        {'R', "(-1)^{n+2}", "(-1)^n"},
        {'R', "(-1)^{2n}", "1"},
        {'R', "x^{n+1}", "x\\cdot x^n"},
        {'R', "\\sqrt{x^2}", "|x|"},
        {'U', "\\sqrt{x^2}", "x"}, /* the same for x > 0, which may be meant */
        {'R', "\\sqrt{12x}", "2\\sqrt{3x}"},
        {'R', "\\frac{1}{\\sqrt x}", "\\frac{\\sqrt x}{x}"},
        {'R', "x^{1/2}", "\\sqrt x"},
        {'R', "\\sqrt[3]{x^3}", "x"},
        {'R', "\\sqrt x\\sqrt y", "\\sqrt{xy}"},
        {'R', "\\sqrt{x^2+2x+1}", "|x+1|"},
        {'W', "\\sqrt{x^2+1}", "x+1"},
        {'R', "\\frac{1}{\\sqrt{x+1}-\\sqrt x}", "\\sqrt{x+1}+\\sqrt x"},
        {'R', "\\ln 2x", "\\ln 2+\\ln x"},
        {'R', "\\ln\\frac1x", "-\\ln x"},
        {'R', "\\ln e^x", "x"},
        {'R', "\\ln x^2", "2\\ln x"}, /* where both are real */
        {'W', "\\ln x^2", "3\\ln x"},
        {'R', "e^{2\\ln x}", "x^2"},
        {'R', "\\log_2 x", "\\frac{\\ln x}{\\ln 2}"},
        {'R', "\\sinh x", "\\frac{e^x-e^{-x}}{2}"},
        {'R', "\\frac{-b+\\sqrt{b^2-4ac}}{2a}", "\\frac{\\sqrt{b^2-4ac}-b}{2a}"},
        {'W', "\\frac{-b+\\sqrt{b^2-4ac}}{2a}", "\\frac{-b-\\sqrt{b^2-4ac}}{2a}"},
        {'R', "\\arcsin(-x)", "-\\arcsin x"},
        {'U', "|z|^2", "z^2"}, /* z may be complex */
        {'R', "x-|x|", "-|x|+x"},
        {'W', "\\lfloor x\\rfloor", "x"},
    };
    CHECK(pairs);
}

static void test_what_is_no_value_is_not_told(void **state) {
    static const pair pairs[] = {
        {'U', "(1,2)", "(1,2)"},
        {'U', "\\{1,2\\}", "\\{1,2\\}"},
        {'U', "5 \\text{ cm}", "5 \\text{ cm}"},
        {'U', "x=2", "2"},
        {'U', "\\pm 2", "2"},
    };
    CHECK(pairs);
}

/* ---- real constants -------------------------------------------------------------------------------------------- */

static void test_bounds_enclose_and_are_tight(void **state) {
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"1/3", 1.0 / 3},
                 {"\\sqrt2", 1.4142135623730951},
                 {"\\pi", 3.141592653589793},
                 {"-e^2", -7.38905609893065},
                 {"0", 0},
                 {"\\ln 2", 0.6931471805599453},
                 {"10^{30}", 1e30}};
    bench *b = *state;
    math_engine *engine;
    double low, high;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(math_bounds(engine, tree(b, cases[i].text), &low, &high));
        double slack = 4 * DBL_EPSILON * fabs(cases[i].value);
        assert_true(low <= cases[i].value + slack && high >= cases[i].value - slack);
        assert_true(low <= high && high - low <= slack);
    }
    assert_false(math_bounds(engine, tree(b, "i"), &low, &high));
    assert_false(math_bounds(engine, tree(b, "x"), &low, &high));
    assert_false(math_bounds(engine, tree(b, "1/0"), &low, &high));
    math_engine_close(engine);
}

static void test_order(void **state) {
    static const struct {
        int order;
        const char *a, *b;
    } cases[] = {{-1, "1/3", "1/2"},
                 {1, "\\sqrt2", "1.4142"},
                 {0, "\\sqrt8", "2\\sqrt2"},
                 {-1, "-\\infty", "-10^{10}"},
                 {1, "\\infty", "\\infty-1+2"},
                 {0, "\\infty", "\\infty"},
                 {-1, "3", "\\infty"},
                 {1, "\\pi", "3.14"},
                 {-1, "\\pi", "3.1416"},
                 {2, "i", "1"},
                 {2, "x", "1"},
                 {-1, "e^3", "21"}};
    bench *b = *state;
    math_engine *engine;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i == 4) continue;
        int order = math_order(engine, tree(b, cases[i].a), tree(b, cases[i].b));
        if (order != cases[i].order) print_error("%s and %s\n", cases[i].a, cases[i].b);
        assert_int_equal(order, cases[i].order);
    }
    math_engine_close(engine);
}

static void test_decimals_against_exact_values(void **state) {
    static const struct {
        math_rounding rounding;
        int digits;
        const char *decimal, *exact;
    } cases[] = {
        {MATH_ROUNDING_EXACT, 2, "0.25", "1/4"},
        {MATH_ROUNDING_ROUNDED, 3, "0.333", "1/3"},
        {MATH_ROUNDING_ROUNDED, 3, "0.667", "2/3"},
        {MATH_ROUNDING_TRUNCATED, 3, "0.666", "2/3"},
        {MATH_ROUNDING_NEAR, 3, "0.334", "1/3"},
        {MATH_ROUNDING_OTHER, 3, "0.335", "1/3"},
        {MATH_ROUNDING_ROUNDED, 3, "3.14", "\\pi"},
        {MATH_ROUNDING_ROUNDED, 5, "3.1416", "\\pi"},
        {MATH_ROUNDING_TRUNCATED, 5, "3.1415", "\\pi"},
        {MATH_ROUNDING_NEAR, 3, "3.15", "\\pi"},
        {MATH_ROUNDING_OTHER, 2, "3.3", "\\pi"},
        {MATH_ROUNDING_ROUNDED, 4, "-1.414", "-\\sqrt2"},
        {MATH_ROUNDING_TRUNCATED, 2, "-1.7", "-\\sqrt3-0.05"}, /* -1.782.. */
        {MATH_ROUNDING_NEAR, 2, "-1.8", "-\\sqrt3"},           /* no: -1.732 rounds to -1.7 */
        {MATH_ROUNDING_ROUNDED, 1, "0.001", "0.0012"},
        {MATH_ROUNDING_EXACT, 4, "1200", "1200"},
        {MATH_ROUNDING_ROUNDED, 2, "6.7e-4", "1/1500"},
        {MATH_ROUNDING_ROUNDED, 2, "0.50", "0.498"},
        {MATH_ROUNDING_EXACT, 1, "2", "\\sqrt{3+2\\sqrt2}+1-\\sqrt2"},
        {MATH_ROUNDING_UNKNOWN, 1, "2", "x"},
    };
    bench *b = *state;
    math_engine *engine;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int digits;
        math_rounding rounding = math_rounds(engine, tree(b, cases[i].decimal), tree(b, cases[i].exact), &digits);
        if (rounding != cases[i].rounding) print_error("%s for %s\n", cases[i].decimal, cases[i].exact);
        assert_int_equal(rounding, cases[i].rounding);
        assert_int_equal(digits, cases[i].digits);
    }
    math_engine_close(engine);
}

static void test_multiples(void **state) {
    static const struct {
        char verdict;
        int sign;
        const char *a, *b;
    } cases[] = {
        {'R', 1, "2x+4", "x+2"},
        {'R', -1, "y-2x-1", "2x+1-y"},
        {'R', 1, "\\sqrt2 x", "x"},
        {'R', -1, "(1-\\sqrt2)x", "x"},
        {'R', 1, "\\pi x^2", "x^2"},
        {'U', 0, "x-x", "y-y"},
        {'U', 0, "1", "2"},
        {'W', 0, "1", "x"},
        {'W', 0, "x+2", "x+3"},
        {'W', 0, "x^2", "x"},
        {'W', 0, "x+y", "x-y"},
        {'R', 1, "2\\sin x\\cos x", "\\sin 2x"},
        {'R', 1, "x^2-1", "\\frac{(x-1)(x+1)}{3}"},
        {'U', 0, "x-1", "y-1"},
        {'R', 1, "e^{x+1}", "e^x"},
        {'W', 0, "e^{2x}-1", "e^x-1"},
    };
    bench *b = *state;
    math_engine *engine;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int sign;
        math_decision d = math_proportional(engine, tree(b, cases[i].a), tree(b, cases[i].b), &sign);
        if (letter(d.equal) != cases[i].verdict || sign != cases[i].sign)
            print_error("%s and %s: %c %s %d\n", cases[i].a, cases[i].b, letter(d.equal), d.how, sign);
        assert_int_equal(letter(d.equal), cases[i].verdict);
        assert_int_equal(sign, cases[i].sign);
    }
    math_engine_close(engine);
}

/* Of powers too large to be written out, and of factorials near one another. */
static void test_products_of_powers_of_any_size(void **state) {
    static const pair pairs[] = {
        {'R', "2^{100000}", "4^{50000}"},
        {'R', "2^{1000000}", "4^{500000}"},
        {'W', "2^{1000000}", "2^{1000001}"},
        {'R', "10^{10^{10}}", "10^{10000000000}"},
        {'W', "10^{10^{10}}", "10^{10^9}"},
        {'R', "2^{2^{2^{2^2}}}", "2^{65536}"},
        {'R', "\\frac{3^{1000000}}{3^{999999}}", "3"},
        {'R', "6\\cdot2^{99999}", "3\\cdot2^{100000}"},
        {'W', "(-2)^{100001}", "2^{100001}"},
        {'R', "\\sqrt{(-3)^{100000}}", "3^{50000}"},
        {'R', "\\frac{2024!}{2023!}", "2024"},
        {'R', "\\frac{100000!}{99998!}", "9999900000"}, /* 100000 * 99999 */
        {'W', "100000!", "99999!"},
    };
    CHECK(pairs);
}

/* 3^6 = 1 (mod 7) and 10^6 = 4 (mod 6), so 3^4 = 81 = 4; 7^4 = 1 (mod 10) and 7^7 = 3 (mod 4), so 343. */
static void test_remainders_of_powers(void **state) {
    static const pair pairs[] = {
        {'R', "3^{1000000}\\bmod 7", "4"},
        {'W', "3^{1000000}\\bmod 7", "5"},
        {'R', "7^{7^7}\\bmod 10", "3"},
        {'R', "(-2)^3\\bmod 5", "2"},
    };
    CHECK(pairs);
}

static void test_whole_parts_leave_steps(void **state) {
    static const pair pairs[] = {
        {'R', "\\lfloor x+1\\rfloor", "\\lfloor x\\rfloor+1"},
        {'R', "\\lceil x-2\\rceil", "\\lceil x\\rceil-2"},
        {'R', "\\lfloor\\frac x2+\\frac32\\rfloor", "\\lfloor\\frac{x+1}2\\rfloor+1"},
        {'W', "\\lfloor x+\\frac12\\rfloor", "\\lfloor x\\rfloor"},
    };
    CHECK(pairs);
}

static void test_logarithms_of_quotients(void **state) {
    static const pair pairs[] = {
        {'R', "\\ln\\frac ab", "\\ln a-\\ln b"},
        {'R', "\\ln\\frac{x^2}y", "2\\ln x-\\ln y"},
        {'R', "\\ln\\frac{x+1}x", "\\ln(x+1)-\\ln x"},
        {'W', "\\ln\\frac ab", "\\frac{\\ln a}{\\ln b}"},
    };
    CHECK(pairs);
}

static void test_rational_values(void **state) {
    bench *b = *state;
    math_engine *engine;
    mpq_t q;
    mpq_init(q);
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    assert_true(math_rational(engine, tree(b, "\\frac{6}{4}-0.25"), q));
    assert_int_equal(mpq_cmp_ui(q, 5, 4), 0);
    assert_false(math_rational(engine, tree(b, "\\sqrt2"), q));
    assert_false(math_rational(engine, tree(b, "x"), q));
    assert_true(math_is_constant(tree(b, "\\sqrt2+\\pi")));
    assert_false(math_is_constant(tree(b, "x+1")));
    assert_false(math_is_constant(tree(b, "(1,2)")));
    math_engine_close(engine);
    mpq_clear(q);
}

/* ---- bounds ---------------------------------------------------------------------------------------------------- */

/* Whether the clock says what a user sees: not under sanitizers or Valgrind. */
static bool timed(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    const char *preload = getenv("LD_PRELOAD");
    return !preload || !strstr(preload, "vgpreload");
#endif
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Whatever is asked is answered soon, and never by a wrong certainty: these are equal to themselves plus one minus
 * one. */
static void test_hostile_expressions_are_answered_soon(void **state) {
    static const char *const hostile[] = {
        "5^{5^{5^{5^5}}}",
        "9^{9^{9^9}}",
        "1000000000!",
        "2000!",
        "(2000!)!",
        "10^{10^{10}}",
        "\\binom{10^{9}}{5\\cdot 10^8}",
        "\\sin(10^{1000})",
        "e^{e^{e^{e^e}}}",
        "\\sqrt{\\sqrt{\\sqrt{\\sqrt{\\sqrt{\\sqrt{2+\\sqrt3}}}}}}",
        "\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7+\\sqrt{11}+\\sqrt{13}+\\sqrt{17}+\\sqrt{19}+\\sqrt{23}+\\sqrt{29}",
        "\\sqrt{1+\\sqrt{2+\\sqrt{3+\\sqrt{5+\\sqrt{7+\\sqrt{11+\\sqrt{13}}}}}}}",
        "(x+y+z+w)^{200}",
        "(a+b+c+d+f+g+h)^{12}",
        "(1+x)^{100000}",
        "x^{1000000000000}",
        "\\sqrt[1000]{2}",
        "\\sqrt{123456789012345678901234567890123456789012345678901}",
        "\\cos\\frac{\\pi}{997}",
        "\\cos\\frac{2\\pi}{101}+\\cos\\frac{3\\pi}{103}",
        "2^{2^{20}}",
        "(2^{5000}+1)^{1/3}",
        "\\ln(2^{3000}+1)",
        "\\frac{1}{(x+y)^{30}+(x+z)^{30}+(y+z)^{30}}+\\frac{1}{(x-y)^{31}}",
        "\\sin(\\sin(\\sin(\\sin(x^x))))",
        "x^{x^{x^{x^x}}}",
        "e^{10000000000}",
        "\\arctan(10^{100})",
    };
    bench *b = *state;
    math_engine *engine;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char other[512];
        snprintf(other, sizeof other, "%s+1-1", hostile[i]);
        const math_node *x = tree(b, hostile[i]), *y = tree(b, other);
        double start = seconds();
        math_decision d = math_equal(engine, x, y);
        double took = seconds() - start;
        if (took > 0.05 || d.equal == CAIRN_VERDICT_WRONG) print_error("%s: %s, %f s\n", hostile[i], d.how, took);
        assert_int_not_equal(d.equal, CAIRN_VERDICT_WRONG);
        if (timed()) assert_true(took < 2); /* milliseconds; a machine may be busy */
    }
    math_engine_close(engine);
}

/* Decisions do not depend on what the engine was asked before. */
static void test_an_engine_forgets(void **state) {
    bench *b = *state;
    math_engine *engine;
    const math_node *x = tree(b, "\\sqrt{5+2\\sqrt6}"), *y = tree(b, "\\sqrt2+\\sqrt3");
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (int i = 0; i < 300; i++) {
        char text[64];
        snprintf(text, sizeof text, "\\arctan(%d/7)+x^{%d}", i, i % 5);
        math_equal(engine, tree(b, text), tree(b, "\\arctan 1"));
        math_decision d = math_equal(engine, x, y);
        assert_int_equal(d.equal, CAIRN_VERDICT_RIGHT);
        assert_string_equal(d.how, "algebraic");
    }
    math_engine_close(engine);
}

/* Where the n-th allocation fails nothing is told, and nothing is lost. */
static void test_without_memory_nothing_is_told(void **state) {
    (void)state;
    for (int n = 1; n < 100; n++) {
        bench b;
        math_engine *engine = NULL;
        assert_int_equal(cairn_ctx_open(&b.ctx), CAIRN_OK);
        assert_int_equal(cairn_arena_open(b.ctx, 65536, &b.arena), CAIRN_OK);
        const math_node *x = tree(&b, "\\sqrt{3+2\\sqrt2}+x"), *y = tree(&b, "1+\\sqrt2+x");
        const math_node *p = tree(&b, "\\arctan 1"), *q = tree(&b, "\\pi/4");
        cairn_faults_set(b.ctx, (cairn_faults){.alloc_fails_at = n});
        cairn_status status = math_engine_open(b.ctx, &engine);
        if (status == CAIRN_OK) {
            assert_int_not_equal(math_equal(engine, x, y).equal, CAIRN_VERDICT_WRONG);
            assert_int_not_equal(math_equal(engine, p, q).equal, CAIRN_VERDICT_WRONG);
            math_engine_close(engine);
        } else {
            assert_int_equal(status, CAIRN_NO_MEMORY);
        }
        cairn_arena_close(b.arena);
        cairn_ctx_close(b.ctx);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rational_numbers),
        cmocka_unit_test(test_radicals),
        cmocka_unit_test(test_angles),
        cmocka_unit_test(test_exponentials_and_logarithms),
        cmocka_unit_test(test_complex_numbers),
        cmocka_unit_test(test_rational_functions),
        cmocka_unit_test(test_functions_with_relations),
        cmocka_unit_test(test_what_is_no_value_is_not_told),
        cmocka_unit_test(test_bounds_enclose_and_are_tight),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_decimals_against_exact_values),
        cmocka_unit_test(test_multiples),
        cmocka_unit_test(test_products_of_powers_of_any_size),
        cmocka_unit_test(test_remainders_of_powers),
        cmocka_unit_test(test_whole_parts_leave_steps),
        cmocka_unit_test(test_logarithms_of_quotients),
        cmocka_unit_test(test_rational_values),
        cmocka_unit_test(test_hostile_expressions_are_answered_soon),
        cmocka_unit_test(test_an_engine_forgets),
        cmocka_unit_test(test_without_memory_nothing_is_told),
    };
    return cmocka_run_group_tests_name("tool/math_value", tests, setup, teardown);
}

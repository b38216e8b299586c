/* label: light */
/* Equations and inequalities with different solutions. Each pair is worked by hand: W names a solution of one that the
 * other has not; U are equal for positive values, or not told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "tool_fixture.h"
#include "tool/math/read.h"
#include "tool/math/value.h"

typedef struct pair {
    char verdict;
    const char *a, *b;
} pair;

typedef math_decision decide(math_engine *engine, const math_node *a, const math_node *b);

static math_node *tree(bench *b, const char *text) {
    math_node *node = NULL;
    assert_int_equal(math_read(b->ctx, b->arena, text, strlen(text), &node), CAIRN_OK);
    return node;
}

/* All pairs in both orders. */
static void check(bench *b, decide *judge, const pair *pairs, size_t count) {
    math_engine *engine = NULL;
    int bad = 0;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < 2 * count; i++) {
        const pair *p = &pairs[i / 2];
        math_decision d = judge(engine, tree(b, i % 2 ? p->b : p->a), tree(b, i % 2 ? p->a : p->b));
        char letter = d.equal == CAIRN_VERDICT_RIGHT ? 'R' : d.equal == CAIRN_VERDICT_WRONG ? 'W' : 'U';
        if (letter == p->verdict) continue;
        print_error("%s against %s: %c by %s, not %c\n", p->a, p->b, letter, d.how, p->verdict);
        bad++;
    }
    math_engine_close(engine);
    assert_int_equal(bad, 0);
}
#define CHECK(judge, pairs) check(*state, judge, pairs, sizeof(pairs) / sizeof *(pairs))

static void test_polynomials_with_a_zero_of_their_own(void **state) {
    static const pair pairs[] = {
        {'W', "x^3+y^2-25", "x^2+y^2-25"}, /* (2, sqrt 17) */
        {'W', "x^2+y^2-16", "x^2+y^2-25"},
        {'W', "(x-3)^2+(y-4)^2-25", "(x-3)^2+(y-4)^2-36"},
        {'W', "(x+3)^2+(y+4)^2-1", "(x+3)^2+(y+4)^2-4"}, /* no positive values at all */
        {'W', "\\frac{x^2}{9}+\\frac{y^2}{4}-1", "\\frac{x^2}{4}+\\frac{y^2}{9}-1"},
        {'W', "y^2-4x", "x^2-4y"},
        {'W', "xy-6", "xy-8"},
        {'W', "x^2+y^2+z^2-9", "x^2+y^2+z^2-4"},
        {'W', "z-x^2-y^2", "z^2-x^2-y^2"},
        {'W', "3x^2+2xy+y^2-5", "3x^2-2xy+y^2-5"},
        {'W', "y^2-x^3+x", "y^2-x^3-x"},
        {'W', "x^2-16", "x-3"},
        {'W', "x^2-5x+6", "x^2-5x+4"},
        {'W', "(x-2)(x-3)", "x-2"}, /* 3 */
    };
    CHECK(math_zeros, pairs);
}

/* A zero that is not positive does not count beside shared factors, nor does the order of a zero. */
static void test_zeros_that_are_the_same_for_positive_values_are_not_told(void **state) {
    static const pair pairs[] = {
        {'U', "x^2", "x"},
        {'U', "(x-y)^2", "x-y"},
        {'U', "a^2-b^2", "a-b"},
        {'U', "x^2-9", "x-3"},
        {'U', "x(x^2+y^2-25)", "x^2+y^2-25"},
        {'U', "(x^2+1)(y-x)", "y-x"},
        {'U', "(x-1)^2(x-2)", "(x-1)(x-2)"},
        {'U', "x^3-8", "x-2"},
    };
    CHECK(math_zeros, pairs);
}

static void test_other_names_are_not_told(void **state) {
    static const pair pairs[] = {
        {'U', "x^2+y^2-25", "a^2+b^2-25"}, {'U', "x^2+y^2-r^2", "x^2+y^2-25"}, {'U', "1", "2"},
        {'U', "n^2+m^3-25", "n^2+m^2-36"}, /* whole numbers */
        {'W', "n^2+x^2-16", "n^2+x^2-25"}, /* n = 3 */
    };
    CHECK(math_zeros, pairs);
}

static void test_quotients_are_judged_by_their_numerators(void **state) {
    static const pair pairs[] = {
        {'R', "xy-6", "y-\\frac6x"},      {'R', "\\frac1x+\\frac1y-1", "x+y-xy"},
        {'R', "\\frac xy-2", "x-2y"},     {'W', "y-\\frac{1}{x-1}", "y-\\frac{1}{x+1}"},
        {'W', "y-\\frac1x", "xy-2"},      {'W', "\\frac xy-2", "\\frac yx-2"},
        {'U', "\\frac{x^2}{y}-x", "x-y"}, /* x = 0 */
    };
    CHECK(math_zeros, pairs);
}

static void test_functions_that_change_sign_where_others_do_not(void **state) {
    static const pair pairs[] = {
        {'W', "e^x y-5", "e^x y-6"},
        {'W', "\\sqrt x+\\sqrt y-3", "x+y-9"}, /* (4, 1) */
        {'W', "2^x+2^y-4", "2^x+2^y-5"},
        {'W', "\\sin x+\\cos y-1", "\\sin x-\\cos y-1"},
        {'W', "r^2-4r\\cos\\theta", "r^2-2r\\cos\\theta"},
        {'W', "x^y-2", "y^x-2"},
        {'U', "\\sqrt{x^2}-y", "x-y"},
        {'U', "|x|-5", "x-5"},
        {'U', "e^x-e^y", "x-y"},
        {'U', "\\frac{\\sqrt x}{x-1}", "\\frac{\\sqrt x}{x-2}"},             /* a pole is no zero */
        {'U', "\\lfloor x\\rfloor-\\frac12", "\\lfloor x\\rfloor-\\frac13"}, /* nor is a jump */
    };
    CHECK(math_zeros, pairs);
}

static void test_regions_that_differ_at_a_point(void **state) {
    static const pair pairs[] = {
        {'W', "x^2+y^2-25", "x^2+y^2-16"}, /* (3, 3.5) */
        {'W', "x^2-y", "y-x^2"},
        {'W', "x^2-y", "x^3-y"},
        {'W', "x+y-5", "x^2+y^2-25"},
        {'W', "\\sqrt{x^2+y^2}-5", "x^2+y^2-16"},
        {'W', "\\sin x-y", "\\cos x-y"},
        {'W', "xy-6", "xy-7"},
        {'U', "\\sqrt{x^2+y^2}-5", "x^2+y^2-25"},
        {'U', "|x|+|y|-1", "x+y-1"},
        {'U', "x^3-8", "x-2"},
        {'U', "x-y", "a-b"},
    };
    CHECK(math_regions, pairs);
}

/* Both decisions end soon where nothing is found. */
static void test_work_is_bounded(void **state) {
    static const char *const left[] = {
        "(x+y+z+u)^{11}(x-y)^{12}-(x+2y)^{12}(x-3z)^{11}",
        "x^{23}y-98765432109876543210z^{19}u^5+31415926535897932384xyzu-27182818284590452353",
        "\\sin(x+\\sin(y+\\sin(z+\\sin(x+y+z))))+\\tan(xyz)+\\arctan(e^{x+y+z})-40",
        "x^{1000}+y^{1000}+z^{1000}-1",
    };
    static const char *const right[] = {
        "(x+y+z+u)^{11}(x-y)^{13}-(x+2y)^{12}(x-3z)^{11}",
        "x^{23}y-98765432109876543211z^{19}u^5+31415926535897932384xyzu-27182818284590452353",
        "\\sin(x+\\sin(y+\\sin(z+\\sin(x+y+z))))+\\tan(xyz)+\\arctan(e^{x+y+z})-41",
        "x^{1001}+y^{1000}+z^{1000}-1",
    };
    bench *b = *state;
    math_engine *engine;
    assert_int_equal(math_engine_open(b->ctx, &engine), CAIRN_OK);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        for (int k = 0; k < 2; k++) {
            const math_node *x = tree(b, left[i]), *y = tree(b, right[i]);
            int64_t before = math_work(engine);
            (k ? math_regions : math_zeros)(engine, x, y);
            assert_true(math_work(engine) - before <= 2 * 1300000);
        }
    math_engine_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polynomials_with_a_zero_of_their_own),
        cmocka_unit_test(test_zeros_that_are_the_same_for_positive_values_are_not_told),
        cmocka_unit_test(test_other_names_are_not_told),
        cmocka_unit_test(test_quotients_are_judged_by_their_numerators),
        cmocka_unit_test(test_functions_that_change_sign_where_others_do_not),
        cmocka_unit_test(test_regions_that_differ_at_a_point),
        cmocka_unit_test(test_work_is_bounded),
    };
    return cmocka_run_group_tests_name("tool math zeros", tests, setup, teardown);
}

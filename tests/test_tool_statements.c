/* label: light */
/* Equations and inequalities as answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/answer.h"
#include "tool_fixture.h"

#define RIGHT   CAIRN_VERDICT_RIGHT
#define WRONG   CAIRN_VERDICT_WRONG
#define UNKNOWN CAIRN_VERDICT_UNKNOWN

typedef struct pair {
    cairn_verdict verdict;
    const char *answer, *reference, *problem;
} pair;

static void grade_all(bench *b, const pair *pairs, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        const pair *p = &pairs[i];
        const cairn_grade_options options = {.problem = p->problem};
        cairn_grade grade;
        assert_int_equal(cairn_answer_grade(b->ctx, b->arena, p->answer, p->reference, &options, &grade), CAIRN_OK);
        if (grade.verdict == p->verdict) continue;
        print_error("'%s' against '%s': %s by '%s'\n", p->answer, p->reference, cairn_verdict_name(grade.verdict),
                    grade.rule);
        bad++;
    }
    assert_int_equal(bad, 0);
}
#define GRADE(state, pairs) grade_all(*(state), pairs, sizeof(pairs) / sizeof *(pairs))

static void test_curves_are_told_apart(void **state) {
    static const pair pairs[] = {
        {WRONG, "x^3+y^2=25", "x^2+y^2=25", NULL},
        {WRONG, "(x-3)^2+(y+4)^2=25", "(x+3)^2+(y-4)^2=25", NULL},
        {WRONG, "y^2=4x", "y^2=8x", NULL},
        {WRONG, "x^2-y^2=1", "y^2-x^2=1", NULL},
        {WRONG, "r=4\\cos\\theta", "r=2\\cos\\theta", NULL},
        {WRONG, "x^2+y^2<25", "x^2+y^2<16", NULL},
        {WRONG, "x^2+y^2<25", "x^2+y^2\\le25", NULL},
        {WRONG, "y>x^2", "y<x^2", NULL},
        {RIGHT, "\\frac{x^2}{9}+\\frac{y^2}{4}=1", "4x^2+9y^2=36", NULL},
        {RIGHT, "xy=6", "y=\\frac6x", NULL},
        {RIGHT, "pV=nRT", "p=\\frac{nRT}{V}", NULL},
        {RIGHT, "\\frac{y-3}{x-1}=2", "y=2x+1", NULL},
        {UNKNOWN, "x^2=0", "x=0", NULL},
        {UNKNOWN, "a^2=b^2", "a=b", NULL},
        {UNKNOWN, "\\sqrt{x}<2", "x<4", NULL},
    };
    GRADE(state, pairs);
}

/* The families are the same: 2C is any constant as C is. */
static void test_letters_for_any_constant_are_not_told(void **state) {
    static const pair pairs[] = {
        {UNKNOWN, "x^2+y^2=C", "x^2+y^2=2C", NULL},
        {UNKNOWN, "\\ln y=x+C", "y=Ce^x", NULL},
        {UNKNOWN, "y^2=x^2+c", "y^2=x^2+2c", NULL},
        {RIGHT, "x^2+y^2=C", "y^2=C-x^2", NULL},
    };
    GRADE(state, pairs);
}

static void test_a_statement_may_have_several_solutions(void **state) {
    static const pair pairs[] = {
        {UNKNOWN, "x^2=4", "\\{2,-2\\}", NULL},
        {UNKNOWN, "(x-1)(x-2)>0", "x<1 or x>2", NULL},
        {WRONG, "x=3", "\\{2,-2\\}", NULL},
    };
    GRADE(state, pairs);
}

static void test_a_formula_that_the_problem_asks_for_is_a_prefix(void **state) {
    static const pair pairs[] = {
        {RIGHT, "m+n = 17", "17", "It is m/n in lowest terms. Find $m+n$."},
        {RIGHT, "17", "m+n=17", "Find m + n."},
        {RIGHT, "xy = 6", "6", "What is xy?"},
        {WRONG, "m+n = 18", "17", "Find $m + n$."},
        {UNKNOWN, "m+n = 17", "17", "Find m+n+p."},
        {UNKNOWN, "m+n = 17", "17", "Find km+n."},
        {UNKNOWN, "m+n < 17", "17", "Find m+n."},
        {UNKNOWN, "m+n = 17", "17", NULL},
    };
    GRADE(state, pairs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curves_are_told_apart),
        cmocka_unit_test(test_letters_for_any_constant_are_not_told),
        cmocka_unit_test(test_a_statement_may_have_several_solutions),
        cmocka_unit_test(test_a_formula_that_the_problem_asks_for_is_a_prefix),
    };
    return cmocka_run_group_tests_name("tool statements", tests, setup, teardown);
}

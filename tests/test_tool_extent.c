/* label: light */
/* How far a side of an equality reaches that holds functions, factorials, bars or floors: outside dollars and inside. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tool_fixture.h"

typedef struct expected {
    const char *text;
    const char *left; /* of its only claim, as it was read; NULL: there is no claim */
    cairn_verdict verdict;
} expected;

static void check(bench *b, const expected *e) {
    cairn_equation *found;
    size_t count = 0;
    cairn_arena_reset(b->arena);
    assert_int_equal(cairn_equations_check(b->ctx, b->arena, e->text, strlen(e->text), &found, &count), CAIRN_OK);
    bool same = count == (e->left ? 1 : 0) &&
                (!e->left || (strcmp(found[0].left, e->left) == 0 && found[0].verdict == e->verdict));
    if (!same) fail_msg("%s: %s", e->text, count ? cairn_equation_code_name(found[0].code) : "no claim");
}
#define CHECK(list) \
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) check(*state, &list[i])

enum { R = CAIRN_VERDICT_RIGHT, W = CAIRN_VERDICT_WRONG, U = CAIRN_VERDICT_UNKNOWN };

static void test_functions_of_several_arguments(void **state) {
    static const expected all[] = {
        {"gcd(12, 18) = 6", "gcd(12, 18)", R},
        {"gcd(12, 18) = 5", "gcd(12, 18)", W},
        {"So gcd(12, 18, 30) = 6.", "gcd(12, 18, 30)", R},
        {"the lcm(12, 15) = 60 minutes", "lcm(12, 15)", R},
        {"lcm(4, 6) = 14", "lcm(4, 6)", W},
        {"max(3, 7) = 7", "max(3, 7)", R},
        {"max(3, 7) = 8", "max(3, 7)", W},
        {"min(3, 7, 2) = 2", "min(3, 7, 2)", R},
        {"max(3, 7) - min(3, 7) = 5", "max(3, 7) - min(3, 7)", W},
        {"2 \u00d7 max(3, 4) = 8", "2 \u00d7 max(3, 4)", R},
        {"2^{max(2, 3)} = 9", "2^{max(2, 3)}", W},
        {"sqrt(max(4, 9)) = 3", "sqrt(max(4, 9))", R},
        {"\\gcd(12, 18) = 4", "\\gcd(12, 18)", W},
        {"$\\gcd(12, 18) = 6$", "\\gcd(12, 18)", R},
        {"$\\operatorname{lcm}(4, 6) = 12$", "\\operatorname{lcm}(4, 6)", R},
        {"$\\text{lcm}(4,6) = 13$", "\\text{lcm}(4,6)", W},
        {"7 = gcd(12, 18)", "7", W},
        {"6 = gcd(12, 18), so we divide.", "6", R},
        {"C(5, 2) = 10", "C(5, 2)", R},
        {"C(5, 2) = 11", "C(5, 2)", U}, /* perhaps another function */
        {"max(1,000) = 1", "max(1,000)", U},
        {"max(1,000, 5) = 5", "max(1,000, 5)", U},
        {"f(2, 3) = 6", NULL, U},
        {"gcd(a, b) = 6", NULL, U},
        {"the max (3, 7) = 8", NULL, U},
        {"min(5 hours, 3 hours) = 3 hours", NULL, U},
        {"max(3, 7 = 8", NULL, U},
        {"the point (3, 4 + 5 = 9)", "4 + 5", R},
        {"120 liters / 5 liters/min = 24 min", "120 liters / 5 liters/min", R},
        {"8 units/floor * 15 floors = 121 units", "8 units/floor * 15 floors", W},
    };
    CHECK(all);
}

static void test_factorials(void **state) {
    static const expected all[] = {
        {"5! = 120", "5!", R},
        {"There are 5! = 125 ways.", "5!", W},
        {"So 5!/3! = 20.", "5!/3!", R},
        {"So 5!/(3!2!) = 11.", "5!/(3!2!)", W},
        {"(5!)(3!) = 721", "(5!)(3!)", W},
        {"3 + 5! = 123", "3 + 5!", R},
        {"3 + 5! = 40320", "3 + 5!", W},
        {"Great! 5! = 120", "5!", R},
        {"120 = 5!.", "120", R},
        {"5 = 3!.", "5", W},
        {"10 = 3! + 3", "10", W},
        {"10 = 3! + 3 x", "10", U},
        {"2 + 5 = 7! So there.", "2 + 5", R}, /* an exclamation */
        {"3!! = 720", NULL, U},
        {"n! = 120", NULL, U},
        {"Half of 5! = 60", NULL, U},
        {"twice 5! = 240", "5!", U},
        {"10 = 6 + 3 x", "10", U},
    };
    CHECK(all);
}

static void test_bars_floors_and_binomials(void **state) {
    static const expected all[] = {
        {"|-5| = 5", "|-5|", R},
        {"|\u22125| = 4", "|\u22125|", W},
        {"The distance is |3 - 8| = 6.", "|3 - 8|", W},
        {"|3 - 8| + |2 - 1| = 6", "|3 - 8| + |2 - 1|", R},
        {"4 = |3 - 7|.", "4", R},
        {"| 3 - 8 | = -5 |", NULL, U}, /* cells of a table */
        {"|3-8|=-5|", NULL, U},
        {"|A| = 5", NULL, U},
        {"floor(7/2) + ceil(7/2) = 8", "floor(7/2) + ceil(7/2)", W},
        {"\u230a7/2\u230b = 3", "\u230a7/2\u230b", R},
        {"\u23087/2\u2309 = 3", "\u23087/2\u2309", W},
        {"\\lfloor 7/2 \\rfloor = 4", "\\lfloor 7/2 \\rfloor", W},
        {"\\binom{5}{2} = 10", "\\binom{5}{2}", R},
        {"There are $\\binom{5}{2} = 11$ ways", "\\binom{5}{2}", W},
        {"\\binom{5}{2}\\binom{4}{1} = 41", "\\binom{5}{2}\\binom{4}{1}", W},
        {"10 - \\binom{5}{2} = 1", "10 - \\binom{5}{2}", W},
        {"\u221a16 = 4", "\u221a16", R},
        {"3^{2} = 9", "3^{2}", R},
        {"abs(-5) = 6", "abs(-5)", W},
    };
    CHECK(all);
}

/* Brackets, bars and commas without end cost linear time, and nothing. */
static void test_hostile_extents(void **state) {
    static const char *const pieces[] = {"gcd(", "|", "5,", "\\binom{", "!", "\u230a", "max(3, ", "|3", "(1, 2) "};
    enum { MOST = 60000 };
    bench *b = *state;
    char *text = cairn_alloc(b->ctx, MOST + 16, 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t n = strlen(pieces[i]), used = 0, count;
        cairn_equation *found;
        for (; used + n <= MOST; used += n) memcpy(text + used, pieces[i], n);
        memcpy(text + used, " = 5", 5);
        cairn_arena_reset(b->arena);
        cairn_status status = cairn_equations_check(b->ctx, b->arena, text, used + 4, &found, &count);
        assert_true(status == CAIRN_OK || status == CAIRN_LIMIT);
    }
    cairn_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_of_several_arguments),
        cmocka_unit_test(test_factorials),
        cmocka_unit_test(test_bars_floors_and_binomials),
        cmocka_unit_test(test_hostile_extents),
    };
    return cmocka_run_group_tests_name("tool extent", tests, setup, teardown);
}

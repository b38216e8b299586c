/* Worst inputs end in bounded time, with a value or a status that says why not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/answer.h"
#include "cairn/tool.h"

/* Seconds of one call on a long text, and on the largest, with room for sanitizers and busy machines. Linear work takes
 * a hundredth of it; what is quadratic takes hours. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
enum { LONG = SANITIZED ? 1 << 15 : 1 << 17, SECONDS_LONG = 10, SECONDS_LARGEST = 200 };

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
} fixture;

/* `piece` again and again, then `end`. */
static char *repeat(const char *piece, const char *end, size_t bytes) {
    size_t n = strlen(piece), used = 0;
    char *text = malloc(bytes + strlen(end) + 1);
    assert_non_null(text);
    for (; used + n <= bytes; used += n) memcpy(text + used, piece, n);
    memcpy(text + used, end, strlen(end) + 1);
    return text;
}

static void try_all(fixture *f, const char *text, double seconds, cairn_status *evaluated) {
    size_t length = strlen(text), count;
    cairn_number number;
    cairn_equation *found;
    cairn_trace_finding finding;
    cairn_verdict verdict;
    cairn_found answer;
    double began = cairn_seconds(), now;
    const char *names[] = {"eval", "equations", "trace", "problem", "find", "equal"};
    for (int call = 0; call < 6; call++) {
        cairn_arena_reset(f->arena);
        cairn_status status = CAIRN_OK;
        switch (call) {
        case 0:
            status = *evaluated = cairn_calc_eval(f->ctx, f->arena, text, length, NULL, 0, &number);
            break;
        case 1:
            status = cairn_equations_check(f->ctx, f->arena, text, length, &found, &count);
            break;
        case 2:
            status = cairn_trace_check(f->ctx, f->arena, "(3 + 4) * 2 =", &text, 1, true, &finding);
            break;
        case 3:
            status = cairn_trace_check(f->ctx, f->arena, text, &text, 1, true, &finding);
            break;
        case 4:
            status = cairn_answer_find(f->ctx, f->arena, text, length, NULL, &answer);
            break;
        default:
            status = cairn_answer_equal(f->ctx, f->arena, text, "1", &verdict);
        }
        assert_true(status == CAIRN_OK || cairn_error(f->ctx)[0] != '\0');
        now = cairn_seconds();
        if (now - began > seconds) fail_msg("%s of \"%.20s...\": %.1f s", names[call], text, now - began);
        began = now;
    }
}

/* In these, what is wrong with a long input is known. */
static const struct {
    const char *piece, *end;
    cairn_status status;
} inputs[] = {
    {"9", "", CAIRN_LIMIT},        {"(", "1", CAIRN_LIMIT},    {"(1+", "1", CAIRN_LIMIT}, {"()", "", CAIRN_FORMAT},
    {"[(])", "", CAIRN_FORMAT},    {"9^", "9", CAIRN_LIMIT},   {"-", "1", CAIRN_OK},      {"1e600*", "1", CAIRN_LIMIT},
    {"\\frac{", "1", CAIRN_LIMIT}, {"1 ", "", CAIRN_FORMAT},   {"1=", "1", CAIRN_FORMAT}, {"a ", "", CAIRN_NOT_FOUND},
    {"\u221a", "4", CAIRN_LIMIT},  {"1/2/", "3", CAIRN_LIMIT}, {"%", "", CAIRN_FORMAT},   {"\xff", "", CAIRN_NOT_FOUND},
};

static void test_a_long_text_of_anything_ends_soon(void **state) {
    static const char *const more[] = {
        "<<1+1=2>>",
        "<<",
        "#### ",
        "answer is ",
        "A: 1\n",
        "\\boxed{",
        "}{",
        "= ",
        "gives ",
        "sum of (",
        "\u2019",
        "subtract 1 from (",
        "3 + 4 = 7, ",
        "Let A = 3 and B = A + 1. ",
        "1.2.3.",
        "1'234'",
        "5.            ",
        "3 1/2 of ",
        "x = y + 1 = ",
        "the part A is 3 + 4 + ",
        "\n",
    };
    fixture *f = *state;
    cairn_status status;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        char *text = repeat(inputs[i].piece, inputs[i].end, LONG);
        try_all(f, text, SECONDS_LONG, &status);
        if (status != inputs[i].status) print_error("in %s...: status %d\n", inputs[i].piece, (int)status);
        assert_int_equal(status, inputs[i].status);
        free(text);
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        char *text = repeat(more[i], "", LONG);
        try_all(f, text, SECONDS_LONG, &status);
        assert_int_not_equal(status, CAIRN_OK);
        free(text);
    }
}

static void test_the_largest_text_ends_too_and_a_larger_one_is_refused(void **state) {
    static const char *const pieces[] = {"9", "(1+", "1+1=2, "};
    fixture *f = *state;
    cairn_status status;
    for (size_t i = 0; i < (SANITIZED ? 1 : sizeof pieces / sizeof *pieces); i++) {
        char *text = repeat(pieces[i], "", CAIRN_TOOL_TEXT_MOST);
        try_all(f, text, SECONDS_LARGEST, &status);
        assert_int_not_equal(status, CAIRN_OK);
        free(text);
    }
    char *text = repeat("1", "+1", CAIRN_TOOL_TEXT_MOST);
    cairn_number number;
    assert_int_equal(cairn_calc_eval(f->ctx, f->arena, text, strlen(text), NULL, 0, &number), CAIRN_LIMIT);
    assert_non_null(strstr(cairn_error(f->ctx), "at most"));
    free(text);
}

static void test_many_names_cost_no_more_than_few(void **state) {
    fixture *f = *state;
    size_t most = LONG, used = 0;
    char *text = malloc(most + 64);
    const char *step = text;
    cairn_trace_finding finding;
    assert_non_null(text);
    for (int a = 'a'; a <= 'z'; a++)
        for (int b = 'a'; b <= 'l'; b++) used += (size_t)sprintf(text + used, "q%c%c = %d. ", a, b, a + b);
    while (used < most) used += (size_t)sprintf(text + used, "zz qab ");
    double began = cairn_seconds();
    assert_int_equal(cairn_trace_check(f->ctx, f->arena, "3 + 4 =", &step, 1, true, &finding), CAIRN_OK);
    assert_true(cairn_seconds() - began < SECONDS_LONG);
    free(text);
}

/* 2048 bits are 617 digits. */
static void test_values_stay_below_their_bound(void **state) {
    fixture *f = *state;
    cairn_number number;
    static const struct {
        const char *text;
        cairn_status status;
    } cases[] = {{"2^2047", CAIRN_OK},    {"1^99999999999", CAIRN_OK},   {"(-1)^-99999999999", CAIRN_OK},
                 {"2^2048", CAIRN_LIMIT}, {"2^1024 * 2^1023", CAIRN_OK}, {"2^1024 * 2^1024", CAIRN_LIMIT},
                 {"1/2^2000", CAIRN_OK},  {"1e616", CAIRN_OK},           {"1e617", CAIRN_LIMIT},
                 {"1e-616", CAIRN_OK},    {"10^10^10", CAIRN_LIMIT},     {"0^10^3", CAIRN_OK},
                 {"(1/3)^600", CAIRN_OK}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_status status = cairn_calc_eval(f->ctx, f->arena, cases[i].text, strlen(cases[i].text), NULL, 0, &number);
        if (status != cases[i].status) print_error("in %s: %d\n", cases[i].text, (int)status);
        assert_int_equal(status, cases[i].status);
        if (status != CAIRN_OK) continue;
        cairn_number again; /* the text of every value is read back */
        assert_int_equal(cairn_calc_eval(f->ctx, f->arena, number.text, strlen(number.text), NULL, 0, &again),
                         CAIRN_OK);
        assert_string_equal(again.text, number.text);
    }
}

static int setup(void **state) {
    static fixture f;
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 65536, &f.arena), CAIRN_OK);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_text_of_anything_ends_soon),
        cmocka_unit_test(test_the_largest_text_ends_too_and_a_larger_one_is_refused),
        cmocka_unit_test(test_many_names_cost_no_more_than_few),
        cmocka_unit_test(test_values_stay_below_their_bound),
    };
    return cmocka_run_group_tests_name("tool bounds", tests, setup, teardown);
}

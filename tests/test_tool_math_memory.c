/* A heap that is full, an allocation that fails: a comparison tells the truth or tells nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/answer.h"
#include "tool/math/read.h"
#include "tool/math/value.h"
#include "full_heap.h"
#include "skip.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { TRIALS = 400, SEED = 41 };

/* Gives some back: none, or up to some megabytes, of blocks that lie together or anywhere. */
static void free_some(void) {
    static const uint64_t most[] = {1, 8, 40, 200, 1000};
    uint64_t left = lot() % most[lot() % (sizeof most / sizeof *most)];
    bool together = lot() % 2;
    uint64_t among = n_blocks > 2000 && lot() % 4 ? 2000 : (uint64_t)n_blocks; /* the first ones are the large ones */
    uint64_t at = lot() % among;
    for (; left > 0 && n_blocks > 0; left--) {
        if (!together || at >= (uint64_t)n_blocks) at = lot() % among % (uint64_t)n_blocks;
        free(blocks[at]);
        memmove(&blocks[at], &blocks[at + 1], ((uint64_t)--n_blocks - at) * sizeof *blocks);
    }
}

static const struct {
    const char *a, *b;
} pairs[] = {
    {"2^{1000}\\cdot 3^{600}", "6^{600}\\cdot 2^{400}"},
    {"\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"},
    {"(x+1)^{40}", "(x^2+2x+1)^{20}"},
    {"\\sin 2x+\\ln 3y", "2\\sin x\\cos x+\\ln 3+\\ln y"},
    {"\\arctan 1", "\\frac{\\pi}{4}"},
    {"\\arctan\\frac12+\\arctan\\frac13", "\\frac{\\pi}{4}"},
    {"6\\cdot 2^{99999}", "3\\cdot 2^{100000}"},
    {"xy-6", "y-\\frac6x"}, /* zeros */
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

/* 0; a number that says what went wrong. */
static int compare_in_holes(void) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    math_engine *engine;
    math_node *trees[PAIRS][2];
    struct rlimit limit;
    int told = 0, untold = 0;
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_arena_open(ctx, 1 << 16, &arena) != CAIRN_OK) return 1;
    for (size_t i = 0; i < PAIRS; i++)
        if (math_read(ctx, arena, pairs[i].a, strlen(pairs[i].a), &trees[i][0]) != CAIRN_OK ||
            math_read(ctx, arena, pairs[i].b, strlen(pairs[i].b), &trees[i][1]) != CAIRN_OK)
            return 2;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = (rlim_t)64 << 20;
    if (setrlimit(RLIMIT_AS, &limit) != 0) return 3;
    lot_state = SEED;
    for (int trial = 0; trial < TRIALS; trial++) {
        fill();
        free_some();
        if (math_engine_open(ctx, &engine) != CAIRN_OK) {
            untold++;
            continue;
        }
        for (size_t i = 0; i < PAIRS; i++) {
            bool zeros = i + 1 == PAIRS;
            math_decision d = (zeros ? math_zeros : math_equal)(engine, trees[i][0], trees[i][1]);
            if (d.equal == CAIRN_VERDICT_WRONG) return 4;
            told += d.equal == CAIRN_VERDICT_RIGHT;
            untold += d.equal == CAIRN_VERDICT_UNKNOWN;
        }
        math_engine_close(engine);
    }
    return told > 0 && untold > 0 ? 0 : 5;
}

static void test_a_full_heap_is_unknown(void **state) {
    (void)state;
    if (SANITIZED) skip_because("sanitizers need more address space than the limit here");
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(compare_in_holes());
    assert_int_equal(waitpid(child, &how, 0), child);
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
        fail_msg("ended by %s %d", WIFEXITED(how) ? "status" : "signal",
                 WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how));
}

/* ---- one allocation fails -------------------------------------------------------------------------------------- */

static const struct {
    const char *given, *reference;
} answers[] = {
    {"(x+1)^3-(x-1)^3", "6x^2+2"},
    {"8x^2+2y=6xy", "4x^2+y=3xy"},
    {"36 km/h", "10 \\text{ m/s}"},
    {"\\frac{x^2-1}{\\sqrt{x}+\\sin 2x}", "\\frac{(x-1)(x+1)}{\\sqrt{x}+2\\sin x\\cos x}"},
    {"\\sqrt{8x^3}+\\sqrt[3]{54}", "2x\\sqrt{2x}+3\\sqrt[3]{2}"},
    {"\\ln(6x)+e^{2+x}+2^{n+1}", "\\ln 6+\\ln x+e^2e^x+2\\cdot 2^n"},
    {"\\frac{1}{x}+\\frac{1}{x+1}+\\frac{1}{y}", "\\frac{2x+1}{x^2+x}+y^{-1}"},
    {"\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"},
    {"\\cos\\frac{\\pi}{7}+\\cos\\frac{3\\pi}{7}", "\\frac12+\\cos\\frac{2\\pi}{7}"},
    {"2y=4x+6", "y-2x-3=0"},
    {"x^2+y^2\\le 4", "4\\ge y^2+x^2"},
    {"(1, \\frac{1}{2}, x+1)", "(1, 0.5, 1+x)"},
    {"\\begin{pmatrix}1&x\\\\2&\\sqrt4\\end{pmatrix}", "\\begin{bmatrix}1&x\\\\2&2\\end{bmatrix}"},
    {"(-\\infty, 2)\\cup[3, 5)", "x<2 \\text{ or } 3\\le x<5"},
    {"\\{3, \\sqrt{2}, a\\}", "\\{a, 3, 2^{1/2}\\}"},
    {"30^\\circ", "\\frac{\\pi}{6}"},
    {"|-x^3|+50\\% x", "\\frac{x}{2}+x^2|x|"},
    {"2^{(((3)(y))!-\\pi)}+2^{(((3)(y))!-\\pi)}", "2(2^{(((3)(y))!-\\pi)})"},
    {"1.5 \\text{ km}", "1500 m"},
    {"$12.50", "12.5 dollars"},
    {"x=3 \\text{ or } x=-3", "\\pm 3"},
    {"(1+i)^5+\\binom{n}{2}", "-4-4i+\\frac{n(n-1)}{2}"},
};

/* The verdict when allocation n fails; -1: no memory. *failed: whether there were as many. */
static int grade_without(int64_t n, size_t pair, bool *failed) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 64, &arena), CAIRN_OK);
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
    cairn_grade_options options = {.explain = true};
    cairn_grade grade = {.verdict = CAIRN_VERDICT_UNKNOWN};
    const char *given = answers[pair].given, *reference = answers[pair].reference;
    cairn_status status = cairn_answer_grade(ctx, arena, given, reference, &options, &grade);
    *failed = cairn_allocations_failed(ctx) > 0;
    if (status != CAIRN_OK && status != CAIRN_NO_MEMORY)
        fail_msg("%s against %s, allocation %d: %s", given, reference, (int)n, cairn_error(ctx));
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return status == CAIRN_OK ? (int)grade.verdict : -1;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        bool failed;
        int full = grade_without(0, i, &failed);
        if (full != CAIRN_VERDICT_RIGHT) fail_msg("%s against %s: %d", answers[i].given, answers[i].reference, full);
        failed = true;
        for (int64_t n = 1; failed; n++) {
            int verdict = grade_without(n, i, &failed);
            if (verdict == CAIRN_VERDICT_WRONG)
                fail_msg("%s against %s, allocation %d: wrong", answers[i].given, answers[i].reference, (int)n);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_heap_is_unknown),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("tool/math_memory", tests, NULL, NULL);
}

/* A heap that is full: whatever is left of it, the calculator gives its value or says that there is no memory. */
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

#include "cairn/tool.h"
#include "full_heap.h"
#include "skip.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { TRIALS = 1500, SEED = 40 };

static void free_some(void) {
    for (uint64_t left = lot() % 40; left > 0 && n_blocks > 0; left--) {
        int which = (int)(lot() % (uint64_t)n_blocks);
        free(blocks[which]);
        blocks[which] = blocks[--n_blocks];
    }
}

static int evaluate_in_holes(void) {
    static const char text[] = "2^1000 * 3^600 - (5^400 + 1) * (13^200 + 2) + 7^700";
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_number number;
    struct rlimit limit;
    int refused = 0, valued = 0;
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_arena_open(ctx, 1 << 16, &arena) != CAIRN_OK) return 1;
    if (cairn_calc_eval(ctx, arena, text, strlen(text), NULL, 0, &number) != CAIRN_OK) return 2;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = (rlim_t)48 << 20;
    if (setrlimit(RLIMIT_AS, &limit) != 0) return 3;
    lot_state = SEED;
    for (int trial = 0; trial < TRIALS; trial++) {
        fill();
        free_some();
        cairn_arena_reset(arena);
        cairn_status status = cairn_calc_eval(ctx, arena, text, strlen(text), NULL, 0, &number);
        if (status != CAIRN_OK && status != CAIRN_NO_MEMORY) return 4;
        refused += status == CAIRN_NO_MEMORY;
        valued += status == CAIRN_OK;
    }
    return refused > 0 && valued > 0 ? 0 : 5;
}

static void test_a_full_heap_is_a_status(void **state) {
    (void)state;
    if (SANITIZED) skip_because("sanitizers need more address space than the limit here");
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(evaluate_in_holes());
    assert_int_equal(waitpid(child, &how, 0), child);
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
        fail_msg("ended by %s %d", WIFEXITED(how) ? "status" : "signal",
                 WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_full_heap_is_a_status)};
    return cmocka_run_group_tests_name("tool/memory", tests, NULL, NULL);
}

/* A number found in a process of its own, whose memory is its alone. */
#ifndef CAIRN_TESTS_CHILD_H
#define CAIRN_TESTS_CHILD_H

#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/core.h"
#include "skip.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* What `work` returns in a child process; 0: it failed there. */
static inline size_t in_child(size_t (*work)(cairn_ctx *ctx, const void *arg), const void *arg) {
    int ends[2], how;
    size_t result = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cairn_ctx *own;
        if (cairn_ctx_open(&own) != CAIRN_OK) _exit(9);
        result = work(own, arg);
        if (result == 0) fprintf(stderr, "%s\n", cairn_error(own));
        _exit(write(ends[1], &result, sizeof result) == (ssize_t)sizeof result ? 0 : 8);
    }
    close(ends[1]);
    if (read(ends[0], &result, sizeof result) != (ssize_t)sizeof result) result = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0 && result > 0);
    return result;
}

/* Fails unless the plan is within `most` of what was held, as a share. */
static inline void expect_near(const char *what, size_t planned, size_t held, double most) {
    double apart = (double)planned / (double)held - 1;
    print_message("%s: planned %.1f MB, held %.1f MB (%+.2f %%)\n", what, (double)planned / 1e6, (double)held / 1e6,
                  100 * apart);
    if (!(fabs(apart) <= most)) fail_msg("%s: more than %g %% apart", what, 100 * most);
}

#endif

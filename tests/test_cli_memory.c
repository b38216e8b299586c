/* Little memory: under any limit of the address space, and with any one allocation failing, the verbs that run models
 * end with their whole result or with exit status 2 and a sentence about memory; never by a signal, and with nothing
 * half written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "cli_verbs.h"
#include "skip.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1, FAILURES = 8 };
#else
enum { SANITIZED = 0, FAILURES = 40 };
#endif
enum { SEED = 40, LIMITS = 48 /* a verb */ };

typedef struct trial {
    const verb *v;
    int which;
    pid_t child;
    char folder[8], what[160];
} trial;

/* What the trial may end with: its whole result, or one sentence about memory. True: the result. */
static bool check_end(const trial *self) {
    go_back_into(self->folder);
    outcome *o = outcome_of(self->child);
    size_t length = strlen(o->error);
    const char *last = o->error + length - (length > 0);
    while (last > o->error && last[-1] != '\n') last--;
    if (o->status != 0 && o->status != 2) fail_msg("%s: exit status %d, %s", self->what, o->status, o->error);
    if (o->status == 2 && (strncmp(last, "cairn: ", 7) != 0 || !strstr(last, "memory")))
        fail_msg("%s: said %s", self->what, o->error);
    bool whole = o->status == 0;
    if (whole) expect_whole_result(self->v, self->folder, self->what);
    expect_absent_or_whole(self->v, self->folder, self->what);
    return whole;
}

static void open_trial(trial *self, int i, int place) {
    *self = (trial){.v = &verbs[i % VERBS], .which = i % VERBS};
    snprintf(self->folder, sizeof self->folder, "%d", place);
    go_into(self->folder);
}

/* ---- limits ---------------------------------------------------------------------------------------------------------- */

/* Starts "cairn <words>" in an address space of so many bytes, with its output as start_cairn has it. */
static pid_t start_within(const char *words, size_t bytes) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    char command[8192];
    snprintf(command, sizeof command, "ulimit -v %zu; exec </dev/null >out.txt 2>error.txt %s/cairn %s", bytes / 1024,
             CAIRN_BINARY_DIR, words);
    if (chdir(scratch) == 0) execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(99);
}

/* The least address space in which the system's loader starts the command at all [bytes]. */
static size_t least_to_start(void) {
    size_t low = 1 << 20, high = (size_t)1 << 31;
    go_into("0");
    while (high - low > 65536) {
        size_t middle = (low + high) / 2;
        if (outcome_of(start_within("--version", middle))->status == 0)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static void test_any_limit_of_memory_is_kept_or_said(void **state) {
    (void)state;
    if (SANITIZED) skip_because("sanitizers need more address space than any limit here");
    enum { ALL = LIMITS * VERBS };
    size_t least = least_to_start(), most = (size_t)1 << 31;
    int whole[VERBS] = {0};
    double began = seconds();
    lot_state = SEED;
    for (int i = 0; i < ALL; i += AT_ONCE) {
        trial all[AT_ONCE];
        for (int k = 0; k < AT_ONCE; k++) {
            int rank = (i + k) / VERBS;
            size_t bytes = (size_t)((double)least * pow((double)most / (double)least, (rank + lot()) / LIMITS));
            open_trial(&all[k], i + k, k);
            snprintf(all[k].what, sizeof all[k].what, "%s within %zu KB", all[k].v->name, bytes / 1024);
            all[k].child = start_within(all[k].v->words, bytes);
        }
        for (int k = 0; k < AT_ONCE; k++) whole[all[k].which] += check_end(&all[k]);
    }
    print_message("%d limits from %.1f to %.1f MB; %.1f s; whole:", ALL, (double)least / 1e6, (double)most / 1e6,
                  seconds() - began);
    for (int i = 0; i < VERBS; i++) print_message(" %s %d of %d", verbs[i].name, whole[i], LIMITS);
    print_message("\n");
    for (int i = 0; i < VERBS; i++) assert_true(whole[i] > 0 && whole[i] < LIMITS); /* both ends were tried */
}

/* ---- the n-th allocation --------------------------------------------------------------------------------------------- */

static pid_t start_failing(const verb *v, long at) {
    char faults[32];
    snprintf(faults, sizeof faults, "alloc=%ld", at);
    return start_cairn(faults, v->words);
}

/* A count that the verb's allocations do not reach, at most twice too large. */
static long past_the_last(const verb *v) {
    for (long n = 64;; n *= 2) {
        go_into("0");
        outcome *o = outcome_of(start_failing(v, n));
        int fine = o->status == 0;
        for (int k = 1; k <= 6 && fine; k++) { /* one failure that is made up for is not the end */
            go_into("0");
            fine = outcome_of(start_failing(v, n + k))->status == 0;
        }
        if (fine) return n;
        assert_true(n < 1 << 24);
    }
}

static void test_any_allocation_that_fails_is_said_or_made_up_for(void **state) {
    (void)state;
    double began = seconds();
    lot_state = SEED + 1;
    int trials = 0, failed = 0;
    for (int which = 0; which < VERBS; which++) {
        long last = past_the_last(&verbs[which]);
        int whole = 0;
        for (int i = 0; i < FAILURES; i += AT_ONCE) {
            trial all[AT_ONCE];
            for (int k = 0; k < AT_ONCE;
                 k++) { /* each a share of the logarithm: what is opened first is tried densely */
                long at = (long)pow((double)last, (i + k + lot()) / FAILURES);
                open_trial(&all[k], which, k);
                snprintf(all[k].what, sizeof all[k].what, "%s with alloc=%ld", all[k].v->name, at);
                all[k].child = start_failing(all[k].v, at);
            }
            for (int k = 0; k < AT_ONCE; k++) whole += check_end(&all[k]);
        }
        trials += FAILURES;
        failed += FAILURES - whole;
        if (whole == FAILURES) fail_msg("%s: no allocation failed", verbs[which].name);
    }
    print_message("%d allocations, %d of them said; %.1f s\n", trials, failed, seconds() - began);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_limit_of_memory_is_kept_or_said),
        cmocka_unit_test(test_any_allocation_that_fails_is_said_or_made_up_for),
    };
    return cmocka_run_group_tests_name("memory", tests, make_whole_results, remove_folders);
}

/* Interrupts at any moment of the verbs that run models: the conventional exit status, whole files, nothing beside
 * them. And handlers do not run on the small stack of a fiber. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "cli_verbs.h"
#include "skip.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { INTERRUPTS = 40 };
#else
enum { INTERRUPTS = 300 };
#endif
enum { SEED = 31, RESUME_EACH = 4, RESUMED_LEAST = INTERRUPTS / 20, ROUNDS_MOST = 10 };

typedef struct interrupt {
    const verb *v;
    int number;       /* of the signal */
    double after, at; /* seconds after the start; time of the clock */
    pid_t child;
    bool sent;
    int how; /* as waitpid says it */
    char folder[8], what[160];
} interrupt;

static void start(interrupt *self, int i, int place) {
    int which = i % VERBS;
    *self = (interrupt){.v = &verbs[which], .number = i / VERBS % 2 ? SIGTERM : SIGINT};
    self->after = lot() * whole_seconds[which];
    snprintf(self->folder, sizeof self->folder, "%d", place);
    snprintf(self->what, sizeof self->what, "interrupt %d of seed %d: %s, signal %d after %.4f s", i, SEED,
             self->v->name, self->number, self->after);
    go_into(self->folder);
    write_file("error.txt", "", 0); /* for a shell that is stopped before it opens it */
    self->at = seconds() + self->after;
    self->child = start_cairn(NULL, self->v->words);
}

/* Sends each its signal in time, and waits for all. */
static void send_signals(interrupt *all, int n) {
    for (int left = n; left > 0; usleep(200))
        for (int i = 0; i < n; i++) {
            interrupt *one = &all[i];
            if (!one->child) continue;
            if (waitpid(one->child, &one->how, WNOHANG) == one->child) {
                one->child = 0;
                left--;
            } else if (!one->sent && seconds() >= one->at) {
                kill(one->child, one->number);
                one->sent = true;
            }
        }
}

/* A process that was stopped before it watched signals ends by the signal itself, which shells report by the same
 * number. */
static void check_end(const interrupt *self) {
    char said[4096];
    int status = status_of(self->how);
    go_back_into(self->folder);
    read_into(in_folder("error.txt"), said, sizeof said);
    drop_sanitizer_remark(said);
    if (status != 0 && status != 128 + self->number) fail_msg("%s: exit status %d, %s", self->what, status, said);
    if (status != 0 && WIFEXITED(self->how) && strncmp(said, "cairn: interrupted", 18) != 0)
        fail_msg("%s: said %s", self->what, said);
    if (status == 0) expect_whole_result(self->v, self->folder, self->what);
    expect_absent_or_whole(self->v, self->folder, self->what);
}

/* Not every verb can be resumed, and none from its first moments, which are long on a busy machine: there are as many
 * interrupts as it takes until enough were resumed. */
static void test_interrupts_at_random_moments_leave_whole_files(void **state) {
    (void)state;
    int sent = 0, at_work = 0, resumed = 0;
    double began = seconds();
    lot_state = SEED;
    for (; sent < INTERRUPTS || (resumed < RESUMED_LEAST && sent < ROUNDS_MOST * INTERRUPTS); sent += AT_ONCE) {
        interrupt all[AT_ONCE];
        for (int k = 0; k < AT_ONCE; k++) start(&all[k], sent + k, k);
        send_signals(all, AT_ONCE);
        for (int k = 0; k < AT_ONCE; k++) {
            check_end(&all[k]);
            bool stopped = WIFEXITED(all[k].how) && WEXITSTATUS(all[k].how) != 0;
            at_work += stopped;
            if (stopped && at_work % RESUME_EACH == 0)
                resumed += resumes_to_the_whole(all[k].v, all[k].folder, all[k].what);
        }
    }
    print_message("%d interrupts, %d of them at work, %d resumed; %.1f s\n", sent, at_work, resumed, seconds() - began);
    assert_true(at_work > sent / 4);
    assert_true(resumed >= RESUMED_LEAST);
}

/* ---- the stack of the handler ---------------------------------------------------------------------------------------- */

/* The stack pointer of a process that stands still. */
static uintptr_t stack_pointer(pid_t process) {
    struct user_regs_struct registers;
    struct iovec view = {&registers, sizeof registers};
    assert_int_equal(ptrace(PTRACE_GETREGSET, process, (void *)NT_PRSTATUS, &view), 0);
#if defined(__x86_64__)
    return (uintptr_t)registers.rsp;
#elif defined(__aarch64__)
    return (uintptr_t)registers.sp;
#else
    return 0;
#endif
}

/* The line of /proc/PROCESS/maps where the address lies. */
static void mapping_of(pid_t process, uintptr_t address, char *line, size_t size) {
    char path[64];
    unsigned long from = 0, to = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
    FILE *maps = fopen(path, "r");
    assert_non_null(maps);
    while (fgets(line, (int)size, maps) && sscanf(line, "%lx-%lx", &from, &to) == 2 &&
           !(address >= from && address < to)) {
    }
    assert_true(address >= from && address < to);
    fclose(maps);
}

static void test_a_handler_has_a_stack_of_its_own(void **state) {
    (void)state;
    char interrupted[512], handler[512];
    int how = 0;
    go_into("traced");
    pid_t child = start_cairn(NULL, "solve -n 1000000000 --budget 64 --search beam --workers 1");
    usleep(500000);
    if (ptrace(PTRACE_SEIZE, child, NULL, NULL) != 0) {
        kill(child, SIGKILL);
        wait_for(child);
        skip_because("this system does not let a process look at its child");
    }
    kill(child, SIGINT);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSTOPPED(how) && WSTOPSIG(how) == SIGINT); /* before it is delivered */
    mapping_of(child, stack_pointer(child), interrupted, sizeof interrupted);
    assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, (void *)(long)SIGINT),
                     0); /* to the handler's first instruction */
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSTOPPED(how));
    mapping_of(child, stack_pointer(child), handler, sizeof handler);
    assert_int_equal(ptrace(PTRACE_DETACH, child, NULL, NULL), 0);
    assert_int_equal(wait_for(child), 128 + SIGINT);
    if (strcmp(handler, interrupted) == 0 || strstr(handler, "[stack]")) fail_msg("the handler runs on %s", handler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interrupts_at_random_moments_leave_whole_files),
        cmocka_unit_test(test_a_handler_has_a_stack_of_its_own),
    };
    return cmocka_run_group_tests_name("signals", tests, make_whole_results, remove_folders);
}

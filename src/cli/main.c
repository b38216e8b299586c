/* cairn: the command. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/eval_bench.h"
#include "cli/verbs.h"

/* clang-format off */
const cli_verb *const cli_verbs[] = {
    &verb_solve,
    &verb_score,
    &verb_label,
    &verb_credit,
    &verb_eval_budget,
    &verb_eval_passk,
    &verb_eval_mistakes,
    &verb_eval_answers,
    &verb_eval_grade,
    &verb_eval_labels,
    &verb_eval_steps,
    &verb_eval_ceiling,
    &verb_eval_binary,
    &verb_eval_replay,
    &verb_certify,
    &verb_report,
    &verb_run_list,
    &verb_run_show,
    &verb_run_export,
    &verb_run_resume,
    &verb_run_compare,
    &verb_data_convert,
    &verb_data_merge,
    &verb_data_balance,
    &verb_data_filter,
    &verb_data_split,
    &verb_data_check,
    &verb_train_sft,
    &verb_train_prm,
    &verb_train_orm,
    &verb_train_pairs,
    &verb_model_info,
    &verb_model_tokens,
    &verb_world_list,
    &verb_world_generate,
    &verb_world_traces,
    &verb_recipe_list,
    &verb_recipe_show,
    &verb_recipe_run,
    &verb_recipe_verify,
    &verb_doctor,
    &verb_help,
    NULL,
};
/* clang-format on */

static cairn_ctx *volatile interrupted; /* the one context a signal handler can reach */
static volatile sig_atomic_t signalled;

/* The first signal asks the verb to stop, the second one ends the process as if nobody had caught it. Every call here
 * is async-signal-safe. */
static void on_interrupt(int number) {
    if (signalled || !interrupted) {
        signal(number, SIG_DFL);
        raise(number); /* comes when this handler returns */
        return;
    }
    signalled = number;
    cairn_cancel(interrupted);
}

/* Handlers run on a stack of their own: a fiber's is small, and a signal's frame with all registers of the processor
 * has 3 KB with AVX-512 and 11 KB with AMX. */
static int give_handlers_a_stack(void) {
    static _Alignas(16) char stack[65536];
    return sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL) == 0 ? SA_ONSTACK : 0;
}

static void watch_signals(void) {
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    /* without SA_RESTART: a waiting read(2) is woken */
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = give_handlers_a_stack()}, before;
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        bool kept = stops[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (!kept) sigaction(stops[i], &action, NULL); /* nohup stays nohup */
    }
    signal(SIGPIPE, SIG_IGN); /* a reader that is gone and a file size limit are errors of write(2) */
    signal(SIGXFSZ, SIG_IGN);
}

/* A standard stream that the caller closed would give its number to the next file that is opened. Reading or writing
 * here fails. */
static void hold_standard_streams(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) _exit(2);
}

static void print_line(const char *kind, const char *text) {
    char line[4096];
    cli_safe_line(text, line, sizeof line);
    fprintf(stderr, "%s: %s\n", kind, line);
}

static void log_line(void *user, cairn_log_level level, const char *line) {
    static const char *const names[] = {"error", "warning", "note", "debug"};
    (void)user;
    print_line(names[level], line);
}

static void look_at_terminal(cli *c) {
    struct winsize size;
    bool terminal = isatty(STDOUT_FILENO);
    c->colour = getenv("CAIRN_COLOR") || (terminal && !getenv("NO_COLOR"));
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) c->width = size.ws_col;
}

/* The verb of these words ("solve", or "run list" in two), and how many words it took. */
static const cli_verb *find_verb(int argc, char **argv, int *taken) {
    char two[128] = "";
    if (argc > 1) snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
    for (int i = 0; cli_verbs[i]; i++) {
        const char *name = cli_verbs[i]->about.name;
        *taken = strchr(name, ' ') ? 2 : 1;
        if (strcmp(name, *taken == 2 ? two : argv[0]) == 0) return cli_verbs[i];
    }
    return NULL;
}

/* "cairn run": a word that only opens subcommands; those of `eval` are also the benchmarks. */
static bool print_family(const char *word) {
    size_t length = strlen(word);
    bool benches = strcmp(word, "eval") == 0, found = false;
    int width = benches ? 19 : 11;
    for (int i = 0; cli_verbs[i]; i++) {
        const char *name = cli_verbs[i]->about.name;
        if (strncmp(name, word, length) != 0 || name[length] != ' ') continue;
        if (!found) printf("usage\n");
        printf("  cairn %s %-*s %s\n", word, width, name + length + 1, cli_verbs[i]->about.summary);
        found = true;
    }
    if (found && benches) printf("\nbenchmarks\n");
    for (int i = 0; found && benches && cairn_benches()[i]; i++)
        printf("  cairn eval %-*s %s\n", width, cairn_benches()[i]->about.name, cairn_benches()[i]->about.summary);
    return found;
}

static cairn_status run_verb(cli *c, const cli_verb *verb, int argc, char **argv) {
    void *config = cairn_arena_alloc(c->arena, 1, verb->about.config_size);
    char **positional = cairn_arena_alloc(c->arena, (size_t)argc + 1, sizeof *positional);
    if (!config || !positional) return CAIRN_NO_MEMORY;
    int count;
    bool help;
    CAIRN_TRY(cli_parse(c, verb, argc, argv, config, &count, positional, &help));
    if (help) return cli_print_help(c, verb);
    CAIRN_TRY(cli_refuse_same_file(c, verb, config, count, positional));
    CAIRN_TRY(cairn_kernels_check(c->ctx)); /* also where no kernel runs: a wrong value is never passed over */
    c->verb = verb;
    return verb->run(c, config, count, positional);
}

static cairn_status dispatch(cli *c, int argc, char **argv) {
    int taken;
    if (argc < 1 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) return cli_print_overview(c);
    if (strcmp(argv[0], "--version") == 0) {
        printf("cairn %s\n", CAIRN_VERSION);
        return CAIRN_OK;
    }
    const cli_verb *verb = find_verb(argc, argv, &taken);
    if (!verb && argc > 1 && strcmp(argv[0], "eval") == 0) {
        CAIRN_TRY(cli_bench_verb(c, argv[1], &verb));
        taken = 2;
    }
    if (verb) return run_verb(c, verb, argc - taken, argv + taken);
    bool asked = argc == 1 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    if (asked && print_family(argv[0])) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_INVALID, "no verb `%s%s%s`: see cairn --help", argv[0], argc > 1 ? " " : "",
                      argc > 1 ? argv[1] : "");
}

/* The end of the command: its error, its exit status. */
static int finish(const cli *c, cairn_status status) {
    char text[1200] = "interrupted";
    if (status == CAIRN_OK) return c->no ? 1 : 0;
    bool stopped = status == CAIRN_CANCELLED && signalled;
    if (!stopped)
        snprintf(text, sizeof text, "%s", *cairn_error(c->ctx) ? cairn_error(c->ctx) : cairn_status_name(status));
    else if (c->advice)
        snprintf(text, sizeof text, "interrupted: %s", c->advice);
    fflush(stdout);
    print_line("cairn", text);
    return stopped ? 128 + signalled : 2;
}

int main(int argc, char **argv) {
    cli c = {0};
    hold_standard_streams();
    cairn_status status = cairn_ctx_open(&c.ctx);
    if (status != CAIRN_OK) {
        print_line("cairn", status == CAIRN_INVALID ? "CAIRN_FAULTS: expected alloc=N,write=N,disk=N,kill=N"
                                                    : "cannot start: no memory");
        return 2;
    }
    cairn_log_to(c.ctx, CAIRN_LOG_INFO, log_line, NULL);
    interrupted = c.ctx;
    watch_signals();
    look_at_terminal(&c);
    status = cairn_arena_open(c.ctx, 65536, &c.arena);
    if (status == CAIRN_OK) status = dispatch(&c, argc - 1, argv + 1);
    if (status == CAIRN_OK &&
        (fflush(stdout) != 0 || ferror(stdout))) /* a signal ends a write that waits for its reader */
        status = signalled ? CAIRN_CANCELLED
                           : cairn_fail(c.ctx, CAIRN_IO, "cannot write standard output: %s", strerror(errno));
    int code = finish(&c, status);
    cairn_arena_close(c.arena);
    interrupted = NULL;
    cairn_ctx_close(c.ctx);
    return code;
}

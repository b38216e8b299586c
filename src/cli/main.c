/* cairn: the command. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/verbs.h"

const cli_verb *const cli_verbs[] = {
    &verb_solve,          &verb_score,        &verb_label,       &verb_eval_budget,  &verb_eval_passk,
    &verb_eval_mistakes,  &verb_eval_answers, &verb_eval_labels, &verb_eval_replay,  &verb_run_list,
    &verb_run_show,       &verb_run_export,   &verb_run_resume,  &verb_run_compare,  &verb_train_sft,
    &verb_train_prm,      &verb_train_orm,    &verb_model_info,  &verb_model_tokens, &verb_world_list,
    &verb_world_generate, &verb_world_traces, &verb_doctor,      &verb_help,         NULL};

static cairn_ctx *interrupted; /* the one context a signal handler can reach */

static void on_interrupt(int signal_number) {
    (void)signal_number;
    if (interrupted) cairn_cancel(interrupted);
}

static void log_line(void *user, cairn_log_level level, const char *line) {
    static const char *const names[] = {"error", "warning", "note", "debug"};
    (void)user;
    fprintf(stderr, "%s: %s\n", names[level], line);
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

/* "cairn run": a word that only opens subcommands. */
static bool print_family(const char *word) {
    size_t length = strlen(word);
    bool found = false;
    for (int i = 0; cli_verbs[i]; i++) {
        const char *name = cli_verbs[i]->about.name;
        if (strncmp(name, word, length) != 0 || name[length] != ' ') continue;
        if (!found) printf("usage\n");
        printf("  cairn %-16s %s\n", name, cli_verbs[i]->about.summary);
        found = true;
    }
    return found;
}

static cairn_status run_verb(cli *c, const cli_verb *verb, int argc, char **argv) {
    void *config = cairn_arena_alloc(c->arena, 1, verb->about.config_size);
    char **positional = cairn_arena_alloc(c->arena, (size_t)argc + 1, sizeof *positional);
    if (!config || !positional) return CAIRN_NO_MEMORY;
    int count;
    bool help;
    CAIRN_TRY(cli_parse(c, verb, argc, argv, config, &count, positional, &help));
    return help ? cli_print_help(c, verb) : verb->run(c, config, count, positional);
}

static cairn_status dispatch(cli *c, int argc, char **argv) {
    int taken;
    if (argc < 1 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) return cli_print_overview(c);
    if (strcmp(argv[0], "--version") == 0) {
        printf("cairn %s\n", CAIRN_VERSION);
        return CAIRN_OK;
    }
    const cli_verb *verb = find_verb(argc, argv, &taken);
    if (verb) return run_verb(c, verb, argc - taken, argv + taken);
    bool asked = argc == 1 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    if (asked && print_family(argv[0])) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_INVALID, "no verb `%s%s%s`: see cairn --help", argv[0], argc > 1 ? " " : "",
                      argc > 1 ? argv[1] : "");
}

int main(int argc, char **argv) {
    cli c = {0};
    if (cairn_ctx_open(&c.ctx) != CAIRN_OK) {
        fprintf(stderr, "cairn: cannot start: no memory, or a malformed CAIRN_FAULTS\n");
        return 2;
    }
    cairn_log_to(c.ctx, CAIRN_LOG_INFO, log_line, NULL);
    interrupted = c.ctx;
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    signal(SIGPIPE, SIG_IGN);
    look_at_terminal(&c);
    cairn_status status = cairn_arena_open(c.ctx, 65536, &c.arena);
    if (status == CAIRN_OK) status = dispatch(&c, argc - 1, argv + 1);
    if (status == CAIRN_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = cairn_fail(c.ctx, CAIRN_IO, "cannot write to standard output");
    if (status != CAIRN_OK) {
        fflush(stdout);
        fprintf(stderr, "cairn: %s\n", c.arena ? cli_safe(&c, cairn_error(c.ctx)) : cairn_error(c.ctx));
    }
    cairn_arena_close(c.arena);
    interrupted = NULL;
    cairn_ctx_close(c.ctx);
    return status == CAIRN_OK ? 0 : status == CAIRN_CANCELLED ? 130 : 2;
}

/* Starting, writing to and ending a child process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/child.h"

#define TERM_S 1.0 /* between SIGTERM and SIGKILL */

/* ---- start --------------------------------------------------------------------------------------------------------- */

static void close_end(int *end) {
    if (*end >= 0) close(*end);
    *end = -1;
}

/* A pipe whose ends are not 0, 1 or 2, whatever the process has closed. */
static int pipe_above(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    for (int i = 0; i < 2; i++) {
        if (ends[i] > STDERR_FILENO) continue;
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (moved < 0) {
            close_end(&ends[0]);
            close_end(&ends[1]);
            return -1;
        }
        close(ends[i]);
        ends[i] = moved;
    }
    return 0;
}

/* streams[i] becomes standard stream i of a process in a group of its own; -1: it is that of this process. */
static int spawn(const char *command, const char *argument, const int streams[3], pid_t *pid) {
    extern char **environ;
    char *arguments[] = {"sh", "-c", (char *)(uintptr_t)command, "sh", (char *)(uintptr_t)argument, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int error = 0;
    for (int i = 0; i < 3 && !error; i++)
        if (streams[i] >= 0) error = posix_spawn_file_actions_adddup2(&actions, streams[i], i);
    if (!error)
        error = posix_spawnattr_setflags(&attributes,
                                         POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* The guard of a process group: reads nothing until this process has closed `life`, or died, and then ends the group. A
 * guard that is not needed any more is killed first. Other programs of this process do not inherit `life`. */
static int spawn_guard(child *c) {
    static const char script[] = "exec >/dev/null 2>&1; read -r line; kill -s TERM -- \"-$1\" || exit 0; sleep 1; "
                                 "kill -s KILL -- \"-$1\"";
    int ends[2];
    char group[32];
    if (pipe_above(ends) != 0) return errno;
    snprintf(group, sizeof group, "%ld", (long)c->pid);
    int error = spawn(script, group, (const int[3]){ends[0], -1, -1}, &c->guard);
    close_end(&ends[0]);
    if (error) close_end(&ends[1]);
    c->life = ends[1];
    return error;
}

static void end_guard(child *c) {
    if (c->guard > 0) {
        kill(c->guard, SIGKILL);
        while (waitpid(c->guard, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    c->guard = 0;
    close_end(&c->life);
}

cairn_status child_start(cairn_ctx *ctx, const char *command, child *out) {
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    pid_t pid = 0;
    int error = 0;
    for (int i = 0; i < 3 && !error; i++)
        if (pipe_above(pipes[i]) != 0) error = errno;
    if (!error) error = spawn(command, NULL, (const int[3]){pipes[0][0], pipes[1][1], pipes[2][1]}, &pid);
    close_end(&pipes[0][0]);
    close_end(&pipes[1][1]);
    close_end(&pipes[2][1]);
    *out = (child){.pid = pid, .in = pipes[0][1], .out = pipes[1][0], .err = pipes[2][0], .life = -1};
    if (!error && (error = spawn_guard(out)) != 0) {
        kill(-pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (error) {
        close_end(&out->in);
        close_end(&out->out);
        close_end(&out->err);
        out->pid = 0;
        return cairn_fail(ctx, CAIRN_IO, "cannot be started: %s", strerror(error));
    }
    fcntl(out->in, F_SETFL, O_NONBLOCK);
    fcntl(out->out, F_SETFL, O_NONBLOCK);
    fcntl(out->err, F_SETFL, O_NONBLOCK);
    return CAIRN_OK;
}

/* ---- talk ---------------------------------------------------------------------------------------------------------- */

/* SIGPIPE goes to the thread that writes: it is held back there, and taken away if it came. */
ssize_t child_write(const child *c, const void *bytes, size_t length) {
    sigset_t broken_pipe, before, pending;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    ssize_t written;
    do written = write(c->in, bytes, length);
    while (written < 0 && errno == EINTR);
    int error = errno;
    if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&broken_pipe, NULL, &(struct timespec){0}) < 0 && errno == EINTR) {
        }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return written;
}

ssize_t child_read(int *end, void *bytes, size_t length) {
    ssize_t got;
    if (*end < 0) return 0;
    do got = read(*end, bytes, length);
    while (got < 0 && errno == EINTR);
    if (got == 0) close_end(end);
    return got;
}

void child_listen(child *c, child_said_fn said, void *arg) {
    char bytes[4096];
    for (int i = 0; i < 64; i++) { /* a flood of them does not hold up the replies */
        ssize_t got = child_read(&c->err, bytes, sizeof bytes);
        if (got <= 0) return;
        said(arg, bytes, (size_t)got);
    }
}

/* ---- end ------------------------------------------------------------------------------------------------------------ */

/* Has it ended? It stays a zombie, so that its process group keeps its number. */
static bool has_ended(const child *c) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno != EINTR;
    return info.si_pid == c->pid;
}

static void drain(child *c, child_said_fn said, void *arg) {
    char bytes[4096];
    for (int i = 0; i < 64 && child_read(&c->out, bytes, sizeof bytes) > 0; i++) {
    }
    child_listen(c, said, arg);
}

static bool wait_for(child *c, double seconds, child_said_fn said, void *arg) {
    double until = cairn_seconds() + seconds;
    int pause_ms = 1;
    while (!has_ended(c)) {
        if (cairn_seconds() >= until) return false;
        struct pollfd ends[2] = {{.fd = c->out, .events = POLLIN}, {.fd = c->err, .events = POLLIN}};
        poll(ends, 2, pause_ms); /* a closed end is -1, which poll passes over */
        if (pause_ms < 16) pause_ms *= 2;
        drain(c, said, arg);
    }
    return true;
}

void child_hang_up(child *c) {
    close_end(&c->in);
}

/* What the child left in its group. A group keeps its number while a member lives. */
static void end_group(pid_t group) {
    double until = cairn_seconds() + TERM_S;
    while (kill(-group, 0) == 0) {
        if (cairn_seconds() >= until) {
            kill(-group, SIGKILL);
            return;
        }
        poll(NULL, 0, 5);
    }
}

int child_end(child *c, double grace_s, child_said_fn said, void *arg, bool *asked) {
    int status = -1;
    child_hang_up(c);
    *asked = !wait_for(c, grace_s, said, arg);
    kill(-c->pid, SIGTERM); /* of a child that has ended: what it left running */
    if (*asked && !wait_for(c, TERM_S, said, arg)) kill(-c->pid, SIGKILL);
    while (!wait_for(c, 3600, said, arg)) {
    } /* SIGKILL cannot be refused */
    drain(c, said, arg);
    while (waitpid(c->pid, &status, 0) < 0)
        if (errno != EINTR) {
            status = -1;
            break;
        }
    end_group(c->pid);
    end_guard(c);
    close_end(&c->out);
    close_end(&c->err);
    c->pid = 0;
    return status;
}

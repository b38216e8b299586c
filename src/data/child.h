/* A child process with three pipes. Its process group is its own, and the whole group ends with it: at child_end, and
 * when this process dies in whatever way, by the hand of a guard, a small shell beside it. What leaves the group
 * (setsid) is not followed. */
#ifndef CAIRN_DATA_CHILD_H
#define CAIRN_DATA_CHILD_H

#include <sys/types.h>

#include "cairn/core.h"

typedef struct child {
    pid_t pid;        /* 0: none */
    int in, out, err; /* our ends, not blocking; -1 when closed */
    pid_t guard;      /* kills the group when `life` closes, as it does with this process */
    int life;
} child;

/* Called with what the child wrote on standard error. */
typedef void (*child_said_fn)(void *arg, const char *bytes, size_t length);

/* Runs `command` by /bin/sh -c, with signals as a fresh program has them. Errors: IO. */
cairn_status child_start(cairn_ctx *ctx, const char *command, child *out);
/* write() to the child's input; never raises SIGPIPE. */
ssize_t child_write(const child *c, const void *bytes, size_t length);
/* read() from one of its outputs; 0 closes it. */
ssize_t child_read(int *end, void *bytes, size_t length);
/* Passes on what is there on standard error now. */
void child_listen(child *c, child_said_fn said, void *arg);
/* Tells the child by the end of its input that nothing more will come. */
void child_hang_up(child *c);
/* Ends the child and its group: closes its input, waits `grace_s`, asks the group by SIGTERM, waits 1 s, kills the
 * group. What the child leaves running when it ends is asked and killed likewise. What it still writes on standard
 * output is dropped. Returns its wait status, -1 when the system has none; *asked is whether a signal was needed. */
int child_end(child *c, double grace_s, child_said_fn said, void *arg, bool *asked);

#endif

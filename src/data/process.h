/* One process of a program: requests out as lines, replies in, without waiting. Used by the program's thread alone. */
#ifndef CAIRN_DATA_PROCESS_H
#define CAIRN_DATA_PROCESS_H

#include "data/child.h"
#include "data/program.h"

typedef struct process {
    cairn_ctx *ctx;
    const char *name; /* of the program */
    child child;      /* pid 0: not running */
    bool answered;    /* it gave a reply since its start */
    double since;     /* of its start, its last reply, or the first request after a rest */

    program_ask **open; /* [n_open of limit], in the order in which they were sent */
    int n_open, limit;

    cairn_text output; /* not yet taken by the pipe, from `written` on */
    size_t written;
    cairn_text input; /* an unfinished line */
    size_t scanned;   /* bytes of it without a line end */
    size_t chatter;   /* bytes of lines before the first reply that were none */
    int chatter_lines;
    char said[512]; /* the line of standard error that is being written */
    size_t said_length;
    char last_said[200];
} process;

cairn_status process_open(cairn_ctx *ctx, const char *name, int limit, process *out);
void process_close(process *p);
/* Errors: IO. */
cairn_status process_start(process *p, const char *command);
bool process_has_room(const process *p); /* for a further request */
/* Errors: no memory. */
cairn_status process_send(process *p, program_ask *ask);
/* False: the process reads no more. */
bool process_flush(process *p);
/* Called with each reply: it answers `ask`, which is no longer open. Takes over `reply`. */
typedef void (*process_reply_fn)(void *arg, program_ask *ask, json_t *reply, const char *line, size_t length);
/* Reads what is there. False: the process is of no use any more, for the reason in `why`. */
bool process_read(process *p, process_reply_fn replied, void *arg, char why[400]);
/* Ends it; the open requests stay in `open`. `how` gets what it said last and, where it ended by itself, how: " and
 * exited with status 3: no such model". */
void process_end(process *p, double grace_s, bool by_itself, char how[300]);
/* At most `most` bytes of a line in one piece, "..." after what is cut. */
void process_cut(const char *line, size_t length, size_t most, char out[]);

#endif

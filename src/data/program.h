/* A program of the user, run by one thread of its own for all workers: processes, requests, retries.
 *
 * A request fails by a reply {"error": "text"}, by a reply that its check refuses, and by the end of its process. It is
 * then sent again, at most `retries` times. A process ends when it exits, closes its output, breaks the protocol (after
 * its first reply: a line that is no JSON; ever: an object without an open request's id, a line over 16 MiB) or gives
 * no reply for `timeout` seconds; another is started for the requests that are left. Those that were open at its end
 * are suspects: they are sent again alone, each to a process that has nothing else to do, so that a request on which
 * the program dies takes no other with it. A suspect whose process had answered others before it ended is sent again to
 * a fresh one, and nothing is counted against it. A program that ends again and again without any reply is lost: it
 * fails all requests from then on. */
#ifndef CAIRN_DATA_PROGRAM_H
#define CAIRN_DATA_PROGRAM_H

#include <pthread.h>

#include "data/pipe.h"

/* One request on its way through the program; made by the worker, freed by whoever takes it out of a mailbox. */
typedef struct program_ask {
    struct program_ask *next;
    pipe_request *request; /* NULL: abandoned */
    struct program_mailbox *box;
    cairn_text message; /* what follows the id, with the line's end */
    int64_t id;         /* of the last try */
    int64_t failures;
    bool suspect;
    /* the answer */
    cairn_status status;
    json_t *reply;
    bool lost;
    char error[700];
} program_ask;
void program_ask_free(program_ask *ask);

/* Where the answers to one worker's requests arrive. */
typedef struct program_mailbox {
    pthread_cond_t news;
    program_ask *first, *last;
} program_mailbox;
void program_mailbox_open(program_mailbox *box);
void program_mailbox_close(program_mailbox *box);

typedef struct program program;
/* The context's program of this role, command and options. It is not given back: it ends with the root context. Errors:
 * no memory. */
cairn_status program_of(cairn_ctx *ctx, const char *role, const pipe_options *options, program **out);
const char *program_name(const program *p); /* the command, cut, in quotes: how errors name it */
/* The calls of the workers. */
void program_submit(program *p, program_ask *ask);
void program_abandon(program *p, program_ask *ask); /* its request is not touched any more */
/* Takes what has arrived, linked by `next`, oldest first; waits up to `wait_ms` where there is nothing. */
program_ask *program_collect(program *p, program_mailbox *box, int wait_ms);

#endif

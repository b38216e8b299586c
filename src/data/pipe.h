/* A program of the user that answers JSON lines: the backend behind exec: policies and rewards.
 *
 * Each request is one line {"id": n, ...} on the program's standard input, each reply one line {"id": n, ...} on its
 * standard output, in any order; standard error goes to the log. All backends of a context that were opened with the
 * same role, command and options share the program: it starts at the first request of any of them and ends when the
 * root context closes. See program.h for what happens when requests fail and programs die. */
#ifndef CAIRN_DATA_PIPE_H
#define CAIRN_DATA_PIPE_H

#include <jansson.h>

#include "cairn/core.h"

typedef struct pipe_options {
    const char *command; /* run by /bin/sh -c */
    int64_t limit;       /* requests written to a process and not yet answered, at most */
    double timeout;      /* seconds */
    int64_t retries;     /* further tries of a request */
    int64_t processes;
} pipe_options;

/* The rows of an options table for a `pipe_options` at `member` of a configuration. */
#define PIPE_OPTIONS(type, member)                                                                               \
    CAIRN_TEXT_AS("command", type, member.command, NULL, "", "program, run by /bin/sh -c"),                      \
        CAIRN_INT_AS("limit", type, member.limit, "64", 1, 4096, "requests",                                     \
                     "requests sent to a process and not yet answered, at most"),                                \
        CAIRN_REAL_AS("timeout", type, member.timeout, "600", 0.01, 1e6, "seconds", "longest wait for a reply"), \
        CAIRN_INT_AS("retries", type, member.retries, "2", 0, 1000, "tries",                                     \
                     "further tries of a request that failed"),                                                  \
        CAIRN_INT_AS("processes", type, member.processes, "1", 1, 256, "processes",                              \
                     "processes of the program that share the requests")

typedef struct pipe_request {
    cairn_request base;
    json_t *message; /* the request without its id: borrowed from the caller until done */
    /* Whether a reply is one; its failure counts as the program's. Runs on another thread, beside nothing else; NULL:
     * any object is. */
    cairn_status (*check)(cairn_ctx *ctx, const struct pipe_request *request, const json_t *reply);
    const void *expected; /* for `check` */
    json_t *reply;        /* set when status is OK: owned by the caller */
    /* Set when status is not OK. FORMAT, and IO unless `lost`: this request failed for good, others may go well. */
    char error[700];
    bool lost;                    /* the program cannot be kept running: nothing more will be answered */
    struct program_ask *internal; /* the backend's */
} pipe_request;

typedef struct pipe_backend pipe_backend;
/* `role` ("policy", "reward"): programs of different roles are different ones. Errors: no memory. */
cairn_status pipe_open(cairn_ctx *ctx, const char *role, const pipe_options *options, pipe_backend **out);
void pipe_close(pipe_backend *pipe);
/* Sends `count` requests and waits (cairn_await). The status and text of the first failing one become the context's. */
cairn_status pipe_ask(cairn_ctx *ctx, pipe_backend *pipe, pipe_request *requests, int count);

#endif

/* A child program that answers JSON lines: the backend behind exec: policies and rewards.
 *
 * Each request is one line {"id": n, ...} on the child's standard input, each reply one line {"id": n, ...} on its standard
 * output, in any order; standard error is passed to the log. A reply {"id": n, "error": "text"} fails that request. A child that
 * exits, closes its output, writes no JSON, an unknown id or a line over 16 MiB, or that gives no reply for `timeout_s`,
 * fails every open request with the program's name, exit status and last line of standard error. One child a backend; it is
 * started at the first request and ended (closing its input, then SIGTERM, then SIGKILL) at close.
 */
#ifndef CAIRN_DATA_PIPE_H
#define CAIRN_DATA_PIPE_H

#include <jansson.h>

#include "cairn/core.h"

typedef struct pipe_request {
    cairn_request base;
    json_t *message; /* the request without its id: borrowed from the caller until done */
    json_t *reply;   /* set when status is OK: owned by the caller */
    char error[400]; /* text when status is not OK */
    int64_t id;      /* set by the backend */
} pipe_request;

typedef struct pipe_backend pipe_backend;
/* `command` is run by /bin/sh -c. limit: requests written and not yet answered, at most (1 .. 4096). */
cairn_status pipe_open(cairn_ctx *ctx, const char *command, int limit, double timeout_s, pipe_backend **out);
void pipe_close(pipe_backend *pipe);
const char *pipe_name(const pipe_backend *pipe); /* the command, cut, in quotes: how errors name it */
/* Sends `count` requests and waits (cairn_await). The status and text of the first failing one become the context's. */
cairn_status pipe_ask(cairn_ctx *ctx, pipe_backend *pipe, pipe_request *requests, int count);

#endif

/* The backend of one worker that asks a program: requests go to the program's thread, replies come into a mailbox. */
#include "data/pipe.h"

#include <string.h>

#include "data/json.h"
#include "data/program.h"

struct pipe_backend {
    cairn_backend base;
    program *program;
    program_mailbox box;
};

static void answer(pipe_request *request, cairn_status status, const char *text) {
    request->base.status = status;
    snprintf(request->error, sizeof request->error, "%s", text);
    cairn_request_done(&request->base);
}

/* The request's text, `,"verb":...}`: what follows its id. */
static cairn_status write_message(cairn_ctx *ctx, const json_t *message, cairn_text *out) {
    cairn_status status = json_write(ctx, message, out);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, out, "\n", 1);
    if (status == CAIRN_OK) out->data[0] = ',';
    return status;
}

static void pipe_submit(cairn_backend *self, cairn_ctx *ctx, cairn_request *request_) {
    pipe_backend *p = (pipe_backend *)self;
    pipe_request *request = (pipe_request *)request_;
    program_ask *ask = cairn_alloc(ctx, 1, sizeof *ask);
    cairn_status status = ask ? write_message(ctx, request->message, &ask->message) : CAIRN_NO_MEMORY;
    if (status != CAIRN_OK) {
        if (ask) program_ask_free(ask);
        answer(request, status, cairn_error(ctx));
        return;
    }
    ask->request = request;
    ask->box = &p->box;
    request->internal = ask;
    program_submit(p->program, ask);
}

static void pipe_abandon(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    (void)ctx;
    program_abandon(((pipe_backend *)self)->program, ((pipe_request *)request)->internal);
}

static cairn_status pipe_step(cairn_backend *self, cairn_ctx *ctx, int wait_ms) {
    (void)ctx;
    pipe_backend *p = (pipe_backend *)self;
    program_ask *next;
    for (program_ask *ask = program_collect(p->program, &p->box, wait_ms); ask; ask = next) {
        next = ask->next;
        pipe_request *request = ask->request;
        if (request) {
            request->reply = ask->reply;
            request->lost = ask->lost;
            ask->reply = NULL;
            answer(request, ask->status, ask->error);
        }
        program_ask_free(ask);
    }
    return CAIRN_OK;
}

cairn_status pipe_open(cairn_ctx *ctx, const char *role, const pipe_options *options, pipe_backend **out) {
    if (cairn_ctx_programs_refused(ctx))
        return cairn_fail(ctx, CAIRN_INVALID, "programs are not allowed here: `%s` was not started", options->command);
    pipe_backend *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    cairn_status status = program_of(ctx, role, options, &p->program);
    if (status != CAIRN_OK) {
        cairn_free(p);
        return status;
    }
    p->base = (cairn_backend){
        .name = program_name(p->program), .submit = pipe_submit, .step = pipe_step, .abandon = pipe_abandon};
    program_mailbox_open(&p->box);
    *out = p;
    return CAIRN_OK;
}

void pipe_close(pipe_backend *pipe) {
    program_ask *next;
    if (!pipe) return;
    for (program_ask *ask = program_collect(pipe->program, &pipe->box, 0); ask; ask = next) {
        next = ask->next;
        program_ask_free(ask);
    }
    program_mailbox_close(&pipe->box);
    cairn_free(pipe);
}

cairn_status pipe_ask(cairn_ctx *ctx, pipe_backend *pipe, pipe_request *requests, int count) {
    if (count <= 0) return CAIRN_OK;
    cairn_request **all = cairn_alloc(ctx, (size_t)count, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (int i = 0; i < count; i++) {
        requests[i].reply = NULL;
        requests[i].error[0] = 0;
        requests[i].lost = false;
        all[i] = &requests[i].base;
    }
    cairn_status status = cairn_await(ctx, &pipe->base, all, count);
    cairn_free(all);
    if (status == CAIRN_OK) return status;
    for (int i = 0; i < count; i++) {
        if (!requests[i].base.done) requests[i].base.status = status; /* nothing was submitted */
        if (requests[i].base.status != CAIRN_OK && !requests[i].error[0])
            snprintf(requests[i].error, sizeof requests[i].error, "%.400s", cairn_error(ctx));
    }
    if (status == CAIRN_CANCELLED) return status;
    for (int i = 0; i < count; i++)
        if (requests[i].base.status != CAIRN_OK) return cairn_fail(ctx, status, "%s", requests[i].error);
    return status;
}

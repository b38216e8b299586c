/* The backend that asks a child program: requests out, replies in, any order. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#include "data/child.h"
#include "data/json.h"
#include "data/pipe.h"

#define MOST_LIMIT       4096
#define MOST_REPLY_BYTES ((size_t)16 << 20)
#define READ_BYTES       65536
#define READS_A_STEP     16
#define OUTPUT_BYTES     ((size_t)1 << 20) /* requests beyond it wait as requests */
#define CLOSE_GRACE_S    2.0
#define LOST_GRACE_S     0.5 /* for one that failed, or whose replies nobody wants any more */

/* A request that was written and has no reply yet. */
typedef struct slot {
    int64_t id;            /* 0: free */
    pipe_request *request; /* NULL: abandoned, its reply will be dropped */
} slot;

struct pipe_backend {
    cairn_backend base;
    char *command;
    char name[72]; /* the command, cut, in quotes */
    double timeout_s;
    child child;
    bool started;
    bool unwanted;  /* a request was abandoned: the run is being stopped */
    char lost[400]; /* why the child is of no use any more; "" while it is */

    cairn_request *waiting, **waiting_tail; /* not yet written */
    slot *slots;                            /* [limit] */
    int limit;
    int64_t last_id;
    int unanswered; /* waiting or in a slot, abandoned ones apart */
    double since;   /* of the last reply, or of the first unanswered request */

    cairn_text output; /* not yet taken by the pipe, from `written` on */
    size_t written;
    cairn_text input; /* an unfinished line */
    size_t scanned;   /* bytes of it without a line end */
    char said[512];   /* the line of standard error that is being written */
    size_t said_length;
    char last_said[200];
    cairn_ctx *log_ctx; /* of the step under way */
};

/* ---- answering ---------------------------------------------------------------------------------------------------- */

static void answer(pipe_backend *p, pipe_request *request, cairn_status status, const char *text) {
    p->unanswered--;
    request->base.status = status;
    snprintf(request->error, sizeof request->error, "%s", text);
    cairn_request_done(&request->base);
}

static pipe_request *waiting_pop(pipe_backend *p) {
    cairn_request *first = p->waiting;
    p->waiting = first->next;
    if (!p->waiting) p->waiting_tail = &p->waiting;
    return (pipe_request *)first;
}

static void answer_all(pipe_backend *p) {
    for (int i = 0; i < p->limit; i++) {
        pipe_request *request = p->slots[i].request;
        p->slots[i] = (slot){0};
        if (request) answer(p, request, CAIRN_IO, p->lost);
    }
    while (p->waiting) answer(p, waiting_pop(p), CAIRN_IO, p->lost);
}

/* ---- standard error --------------------------------------------------------------------------------------------------- */

static void end_line(pipe_backend *p) {
    p->said[p->said_length] = 0;
    json_t *valid = json_string(p->said);
    for (size_t i = 0; i < p->said_length; i++) {
        unsigned char c = (unsigned char)p->said[i];
        if (c < 0x20 || (c >= 0x80 && !valid)) p->said[i] = c == '\t' || c == '\r' ? ' ' : '?';
    }
    json_decref(valid);
    while (p->said_length > 0 && p->said[p->said_length - 1] == ' ') p->said[--p->said_length] = 0;
    if (p->said_length > 0) {
        size_t cut = p->said_length < sizeof p->last_said ? p->said_length : sizeof p->last_said - 1;
        while (cut < p->said_length && cut > 0 && ((unsigned char)p->said[cut] & 0xC0) == 0x80) cut--;
        memcpy(p->last_said, p->said, cut);
        p->last_said[cut] = 0;
        cairn_log(p->log_ctx, CAIRN_LOG_INFO, "%s: %s", p->name, p->said);
    }
    p->said_length = 0;
}

static void said(void *arg, const char *bytes, size_t length) {
    pipe_backend *p = arg;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') p->said[p->said_length++] = bytes[i];
        if (bytes[i] == '\n' || p->said_length == sizeof p->said - 1) end_line(p);
    }
}

/* ---- losing the child ------------------------------------------------------------------------------------------------- */

/* Ends the child and fails every open request with `what` it did, how it ended and the last thing it said. */
static void lose(pipe_backend *p, const char *what) {
    char how[64] = "";
    bool asked;
    int status = child_end(&p->child, LOST_GRACE_S, said, p, &asked);
    if (p->said_length > 0) end_line(p);
    if (!asked && status != -1 && WIFEXITED(status))
        snprintf(how, sizeof how, " and exited with status %d", WEXITSTATUS(status));
    if (!asked && status != -1 && WIFSIGNALED(status))
        snprintf(how, sizeof how, " and was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    snprintf(p->lost, sizeof p->lost, "%s %s%s%s%s", p->name, what, how, p->last_said[0] ? ": " : "", p->last_said);
    answer_all(p);
}

/* ---- requests out ------------------------------------------------------------------------------------------------------ */

/* {"id":n, and the rest of the message. */
static cairn_status write_request(pipe_backend *p, cairn_ctx *ctx, pipe_request *request) {
    cairn_text text = {0};
    cairn_status status = json_write(ctx, request->message, &text);
    size_t before = p->output.length;
    if (status == CAIRN_OK)
        status =
            cairn_text_printf(ctx, &p->output, "{\"id\":%lld%s", (long long)request->id, text.length > 2 ? "," : "");
    if (status == CAIRN_OK) status = cairn_text_add(ctx, &p->output, text.data + 1, text.length - 1);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, &p->output, "\n", 1);
    if (status != CAIRN_OK) p->output.length = before;
    cairn_text_free(&text);
    return status;
}

static void fill_output(pipe_backend *p, cairn_ctx *ctx) {
    for (int i = 0; i < p->limit && p->waiting && p->output.length - p->written < OUTPUT_BYTES; i++) {
        if (p->slots[i].id != 0) continue;
        pipe_request *request = waiting_pop(p);
        request->id = ++p->last_id;
        cairn_status status = write_request(p, ctx, request);
        if (status == CAIRN_OK)
            p->slots[i] = (slot){request->id, request};
        else
            answer(p, request, status, cairn_error(ctx));
    }
}

/* False: the child reads no more. */
static bool flush_output(pipe_backend *p) {
    while (p->written < p->output.length) {
        ssize_t taken = child_write(&p->child, p->output.data + p->written, p->output.length - p->written);
        if (taken < 0) return errno == EAGAIN;
        p->written += (size_t)taken;
    }
    cairn_text_clear(&p->output);
    p->written = 0;
    return true;
}

/* ---- replies in -------------------------------------------------------------------------------------------------------- */

static slot *slot_of(pipe_backend *p, int64_t id) {
    for (int i = 0; i < p->limit; i++)
        if (p->slots[i].id == id) return &p->slots[i];
    return NULL;
}

/* Takes one line. False: it is no reply; the text is the context's. */
static bool take_reply(pipe_backend *p, cairn_ctx *ctx, const char *line, size_t length) {
    json_t *reply;
    int64_t id;
    const char *error;
    if (json_parse(ctx, line, length, "reply", &reply) != CAIRN_OK) return false;
    if (json_get_int(ctx, reply, "id", "reply", &id) != CAIRN_OK) {
        json_decref(reply);
        return false;
    }
    slot *s = id > 0 ? slot_of(p, id) : NULL;
    if (!s) {
        json_decref(reply);
        cairn_fail(ctx, CAIRN_FORMAT, "reply: field `id`: expected an open request's, got %lld", (long long)id);
        return false;
    }
    pipe_request *request = s->request;
    *s = (slot){0};
    p->since = cairn_seconds();
    bool refused = json_object_get(reply, "error") != NULL;
    if (!request || refused) {
        if (request && json_get_text(ctx, reply, "error", "reply", &error) == CAIRN_OK)
            answer(p, request, CAIRN_FORMAT, error);
        else if (request)
            answer(p, request, CAIRN_FORMAT, cairn_error(ctx));
        json_decref(reply);
    } else {
        request->reply = reply;
        answer(p, request, CAIRN_OK, "");
    }
    return true;
}

static bool is_blank(const char *line, size_t length) {
    return strspn(line, " \t\r\n") >= length;
}

/* Takes the complete lines of the input. False: one of them is no reply. */
static bool take_replies(pipe_backend *p, cairn_ctx *ctx) {
    size_t start = 0;
    bool good = true;
    while (good && p->scanned < p->input.length) {
        char *from = p->input.data + p->scanned, *end = memchr(from, '\n', p->input.length - p->scanned);
        p->scanned = end ? (size_t)(end - p->input.data) + 1 : p->input.length;
        if (!end) break;
        size_t length = p->scanned - 1 - start;
        if (!is_blank(p->input.data + start, length)) good = take_reply(p, ctx, p->input.data + start, length);
        start = p->scanned;
    }
    memmove(p->input.data, p->input.data + start, p->input.length - start);
    p->input.length -= start;
    p->scanned -= start;
    return good;
}

/* Reads what is there. False: the child is of no use any more, for the reason in `why`. */
static bool read_replies(pipe_backend *p, cairn_ctx *ctx, char why[160]) {
    char bytes[READ_BYTES / 4];
    for (int i = 0; i < READS_A_STEP; i++) {
        ssize_t got = child_read(&p->child.out, bytes, sizeof bytes);
        if (got < 0 && errno == EAGAIN) return true;
        if (got <= 0) {
            snprintf(why, 160, got < 0 ? "cannot be read" : "closed its output");
            return false;
        }
        if (cairn_text_add(ctx, &p->input, bytes, (size_t)got) != CAIRN_OK || !take_replies(p, ctx)) {
            snprintf(why, 160, "does not keep to the protocol: %.120s", cairn_error(ctx));
            return false;
        }
        if (p->input.length > MOST_REPLY_BYTES) {
            snprintf(why, 160, "wrote a line over %zu bytes", MOST_REPLY_BYTES);
            return false;
        }
    }
    return true;
}

/* ---- the backend -------------------------------------------------------------------------------------------------------- */

static void pipe_submit(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    (void)ctx;
    pipe_backend *p = (pipe_backend *)self;
    if (p->unanswered++ == 0) p->since = cairn_seconds();
    request->next = NULL;
    *p->waiting_tail = request;
    p->waiting_tail = &request->next;
}

static void pipe_abandon(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    (void)ctx;
    pipe_backend *p = (pipe_backend *)self;
    p->unwanted = true;
    for (int i = 0; i < p->limit; i++)
        if (p->slots[i].request == (pipe_request *)request) {
            p->slots[i].request = NULL;
            p->unanswered--;
        }
    for (cairn_request **link = &p->waiting; *link; link = &(*link)->next)
        if (*link == request) {
            *link = request->next;
            if (!*link) p->waiting_tail = link;
            p->unanswered--;
            break;
        }
}

static bool start(pipe_backend *p, cairn_ctx *ctx) {
    p->started = true;
    p->since = cairn_seconds();
    if (child_start(ctx, p->command, &p->child) == CAIRN_OK) return true;
    snprintf(p->lost, sizeof p->lost, "%s %s", p->name, cairn_error(ctx));
    return false;
}

static int poll_ms(const pipe_backend *p, int wait_ms) {
    double left = (p->since + p->timeout_s - cairn_seconds()) * 1000;
    if (left < 0) return 0;
    return left < wait_ms ? (int)left + 1 : wait_ms;
}

static cairn_status pipe_step(cairn_backend *self, cairn_ctx *ctx, int wait_ms) {
    pipe_backend *p = (pipe_backend *)self;
    char why[160];
    p->log_ctx = ctx;
    if (p->lost[0] || (!p->started && !start(p, ctx))) {
        answer_all(p);
        return CAIRN_OK;
    }
    fill_output(p, ctx);
    struct pollfd ends[3] = {{.fd = p->child.out, .events = POLLIN},
                             {.fd = p->child.err, .events = POLLIN},
                             {.fd = p->output.length > p->written ? p->child.in : -1, .events = POLLOUT}};
    if (poll(ends, 3, poll_ms(p, wait_ms)) < 0) return CAIRN_OK; /* a signal: the caller looks at it and comes again */
    bool takes = !ends[2].revents || flush_output(p);
    child_listen(&p->child, said, p);
    if (!read_replies(p, ctx, why))
        lose(p, why);
    else if (!takes)
        lose(p, "reads no more requests");
    else if (p->unanswered > 0 && cairn_seconds() - p->since >= p->timeout_s) {
        snprintf(why, sizeof why, "gave no reply for %g s", p->timeout_s);
        lose(p, why);
    }
    return CAIRN_OK;
}

cairn_status pipe_open(cairn_ctx *ctx, const char *command, int limit, double timeout_s, pipe_backend **out) {
    if (limit < 1 || limit > MOST_LIMIT)
        return cairn_fail(ctx, CAIRN_INVALID, "a program takes 1 to %d requests at a time, not %d", MOST_LIMIT, limit);
    if (!(timeout_s > 0)) return cairn_fail(ctx, CAIRN_INVALID, "a time-out is more than 0 s, not %g", timeout_s);
    if (cairn_ctx_programs_refused(ctx))
        return cairn_fail(ctx, CAIRN_INVALID, "programs are not allowed here: `%s` was not started", command);
    pipe_backend *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    p->child = (child){0, -1, -1, -1};
    p->slots = cairn_alloc(ctx, (size_t)limit, sizeof *p->slots);
    p->command = cairn_alloc(ctx, strlen(command) + 1, 1);
    if (!p->slots || !p->command) {
        pipe_close(p);
        return CAIRN_NO_MEMORY;
    }
    memcpy(p->command, command, strlen(command));
    snprintf(p->name, sizeof p->name, strlen(command) > 60 ? "`%.60s...`" : "`%s`", command);
    p->base = (cairn_backend){.name = p->name, .submit = pipe_submit, .step = pipe_step, .abandon = pipe_abandon};
    p->limit = limit;
    p->timeout_s = timeout_s;
    p->waiting_tail = &p->waiting;
    *out = p;
    return CAIRN_OK;
}

void pipe_close(pipe_backend *pipe) {
    bool asked;
    if (!pipe) return;
    pipe->log_ctx = NULL; /* the context may be gone by now */
    if (pipe->child.pid > 0) child_end(&pipe->child, pipe->unwanted ? LOST_GRACE_S : CLOSE_GRACE_S, said, pipe, &asked);
    cairn_text_free(&pipe->output);
    cairn_text_free(&pipe->input);
    cairn_free(pipe->slots);
    cairn_free(pipe->command);
    cairn_free(pipe);
}

const char *pipe_name(const pipe_backend *pipe) {
    return pipe->name;
}

cairn_status pipe_ask(cairn_ctx *ctx, pipe_backend *pipe, pipe_request *requests, int count) {
    if (count <= 0) return CAIRN_OK;
    cairn_request **all = cairn_alloc(ctx, (size_t)count, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    for (int i = 0; i < count; i++) {
        requests[i].reply = NULL;
        requests[i].error[0] = 0;
        all[i] = &requests[i].base;
    }
    cairn_status status = cairn_await(ctx, &pipe->base, all, count);
    cairn_free(all);
    if (status == CAIRN_OK) return status;
    for (int i = 0; i < count; i++) {
        if (!requests[i].base.done) requests[i].base.status = status; /* nothing was submitted */
        if (requests[i].base.status != CAIRN_OK && !requests[i].error[0])
            snprintf(requests[i].error, sizeof requests[i].error, "%.200s", cairn_error(ctx));
    }
    if (status == CAIRN_CANCELLED) return status;
    for (int i = 0; i < count; i++)
        if (requests[i].base.status != CAIRN_OK) return cairn_fail(ctx, status, "%s", requests[i].error);
    return status;
}

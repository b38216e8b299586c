#include "data/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/context.h"
#include "data/json.h"
#include "data/process.h"

#define CLOSE_GRACE_S 2.0
#define LOST_GRACE_S  0.5 /* for one that failed, or whose replies nobody wants any more */
#define MOST_RESTARTS 30  /* in a row without a reply, of a program that gave one before */
#define SAID_RESTARTS 5   /* that are logged */
#define CLOSING_MS    200
#define CUT           100 /* bytes of requests and replies that errors show */

typedef struct queue {
    program_ask *first, *last;
} queue;

struct program {
    context_thing thing;
    cairn_ctx *ctx; /* of the thread */
    char *command;
    char name[72]; /* the command, cut, in quotes */
    double timeout_s;
    int64_t retries;
    process *processes; /* [n_processes] the thread's own */
    int n_processes;
    struct pollfd *ends; /* [3 * n_processes + 1] */
    int wake[2];         /* a byte says that the thread has work; -1: not open */
    pthread_t thread;

    pthread_mutex_t lock; /* everything below, and all that asks hold */
    bool running;         /* the thread */
    bool closing;
    bool unwanted;           /* a request was abandoned: the run is being stopped */
    queue waiting, suspects; /* not sent */
    int64_t last_id;
    bool answered;       /* some process gave a reply */
    int64_t in_vain;     /* processes that ended without a reply, in a row */
    int64_t restarts;    /* of processes */
    cairn_status status; /* not OK: why the program is lost, with its text */
    char lost[700];
};

static void push(queue *q, program_ask *ask) {
    ask->next = NULL;
    *(q->first ? &q->last->next : &q->first) = ask;
    q->last = ask;
}

static void push_front(queue *q, program_ask *ask) {
    ask->next = q->first;
    if (!q->first) q->last = ask;
    q->first = ask;
}

static program_ask *pop(queue *q) {
    program_ask *first = q->first;
    if (first) q->first = first->next;
    return first;
}

/* ---- answers --------------------------------------------------------------------------------------------------------- */

void program_ask_free(program_ask *ask) {
    cairn_text_free(&ask->message);
    json_decref(ask->reply);
    cairn_free(ask);
}

static void deliver(program_ask *ask) {
    if (!ask->request) {
        program_ask_free(ask);
        return;
    }
    queue box = {ask->box->first, ask->box->last};
    push(&box, ask);
    ask->box->first = box.first;
    ask->box->last = box.last;
    pthread_cond_signal(&ask->box->news);
}

/* One try went wrong: `what` it was, in words that follow the program's name. */
static void fail_try(program *p, program_ask *ask, cairn_status status, const char *what) {
    char asked[CUT + 4], head[CUT + 32], times[32] = "";
    if (ask->request && ask->failures++ < p->retries && status != CAIRN_NO_MEMORY) {
        push(ask->suspect ? &p->suspects : &p->waiting, ask);
        return;
    }
    snprintf(head, sizeof head, "{\"id\":%lld%.*s", (long long)ask->id, CUT, ask->message.data);
    process_cut(head, strcspn(head, "\n"), CUT, asked);
    if (ask->failures > 1) snprintf(times, sizeof times, " %lld times", (long long)ask->failures);
    ask->status = status;
    snprintf(ask->error, sizeof ask->error, "%s, asked%s %s, %s", p->name, times, asked, what);
    deliver(ask);
}

static void lose_program(program *p, cairn_status status, const char *text) {
    p->status = status;
    snprintf(p->lost, sizeof p->lost, "%.699s", text);
}

static void fail_lost(program *p, program_ask *ask) {
    ask->status = p->status;
    ask->lost = true;
    snprintf(ask->error, sizeof ask->error, "%s", p->lost);
    deliver(ask);
}

/* ---- replies ----------------------------------------------------------------------------------------------------------- */

static void take_reply(void *arg, program_ask *ask, json_t *reply, const char *line, size_t length) {
    program *p = arg;
    char shown[CUT + 4], what[400];
    const char *error;
    cairn_status status = CAIRN_OK;
    p->answered = true;
    p->in_vain = 0;
    if (json_object_get(reply, "error")) {
        status = json_get_text(p->ctx, reply, "error", "reply", &error);
        if (status == CAIRN_OK) status = cairn_fail(p->ctx, CAIRN_FORMAT, "%s", error);
    } else if (ask->request && ask->request->check) {
        status = ask->request->check(p->ctx, ask->request, reply);
    }
    ask->suspect = false;
    if (status == CAIRN_OK) {
        ask->status = status;
        ask->reply = reply;
        deliver(ask);
        return;
    }
    process_cut(line, length, CUT, shown);
    snprintf(what, sizeof what, "said %s: %.260s", shown, cairn_error(p->ctx));
    fail_try(p, ask, status, what);
    json_decref(reply);
}

/* ---- processes --------------------------------------------------------------------------------------------------------- */

/* A suspect that was alone in a process which had answered others: the process may have been about to end when the
 * request came. It is sent again first, so that it comes to a fresh process, and nothing is counted against it. */
static bool is_acquitted(const process *w) {
    return w->n_open == 1 && w->answered && w->open[0]->suspect && w->open[0]->request;
}

/* Ends a process for `what` it did, and tries its open requests again. */
static void lose_process(program *p, process *w, const char *what) {
    char how[300], text[720];
    process_end(w, LOST_GRACE_S, w->child.out < 0, how); /* its output is closed: it is about to end */
    snprintf(text, sizeof text, "%s%s", what, how);
    p->in_vain += !w->answered;
    int64_t most = p->answered ? MOST_RESTARTS : p->retries > 0 ? p->retries + 2 : 0;
    if (p->in_vain > most && p->status == CAIRN_OK) {
        char lost[800];
        snprintf(lost, sizeof lost, "%s %s", p->name, text);
        lose_program(p, CAIRN_IO, lost);
    } else if (p->retries > 0 && p->answered && w->n_open > 0 && p->restarts++ < SAID_RESTARTS) {
        cairn_log(p->ctx, CAIRN_LOG_WARN, "%s %s; it is started again", p->name, text);
    }
    int n = w->n_open;
    bool acquitted = is_acquitted(w) && p->status == CAIRN_OK;
    w->n_open = 0;
    if (acquitted) {
        push_front(&p->suspects, w->open[0]);
        return;
    }
    for (int i = 0; i < n; i++) {
        w->open[i]->suspect = true;
        if (p->status == CAIRN_OK)
            fail_try(p, w->open[i], CAIRN_IO, text);
        else
            fail_lost(p, w->open[i]);
    }
}

/* Sends a request to a process, which is started where it does not run. */
static void send_to(program *p, process *w, program_ask *ask) {
    char text[300];
    if (w->child.pid <= 0 && process_start(w, p->command) != CAIRN_OK) {
        snprintf(text, sizeof text, "%s %.200s", p->name, cairn_error(p->ctx));
        lose_program(p, CAIRN_IO, text);
        fail_lost(p, ask);
        return;
    }
    ask->id = ++p->last_id;
    cairn_status status = process_send(w, ask);
    if (status != CAIRN_OK) fail_try(p, ask, status, cairn_error(p->ctx));
}

/* The process with the fewest open requests, the first of them; NULL: none has room. */
static process *least_busy(program *p) {
    process *best = NULL;
    for (int i = 0; i < p->n_processes; i++) {
        process *w = &p->processes[i];
        if (process_has_room(w) && (!best || w->n_open < best->n_open)) best = w;
    }
    return best;
}

/* Sends what can be sent. While there are suspects, each to a process that has nothing else to do, all others wait. */
static void send_all(program *p) {
    bool suspects = p->suspects.first != NULL;
    for (int i = 0; i < p->n_processes; i++) suspects |= p->processes[i].n_open > 0 && p->processes[i].open[0]->suspect;
    for (process *w; p->status == CAIRN_OK && (w = least_busy(p)) && (!suspects || w->n_open == 0);) {
        program_ask *ask = pop(suspects ? &p->suspects : &p->waiting);
        if (!ask) return;
        if (ask->request)
            send_to(p, w, ask);
        else
            program_ask_free(ask);
    }
    for (program_ask *ask; p->status != CAIRN_OK && ((ask = pop(&p->suspects)) || (ask = pop(&p->waiting)));)
        fail_lost(p, ask);
}

static bool is_awaited(const process *w) {
    for (int i = 0; i < w->n_open; i++)
        if (w->open[i]->request) return true;
    return false;
}

/* Reads, writes and looks at the clock. */
static void serve(program *p, process *w) {
    char why[400];
    bool takes = process_flush(w), good = process_read(w, take_reply, p, why);
    if (good && !takes) { /* it ends, most likely: its output closes a moment after its input */
        poll(&(struct pollfd){.fd = w->child.out, .events = POLLIN}, 1, CLOSING_MS);
        good = process_read(w, take_reply, p, why);
    }
    if (!good)
        lose_process(p, w, why);
    else if (!takes)
        lose_process(p, w, "reads no more requests");
    else if (is_awaited(w) && cairn_seconds() - w->since >= p->timeout_s) {
        snprintf(why, sizeof why, "gave no reply for %g s", p->timeout_s);
        lose_process(p, w, why);
    }
}

/* ---- the thread -------------------------------------------------------------------------------------------------------- */

/* What to wait for; returns for how long [ms], -1: for ever. */
static int fill_ends(program *p) {
    int wait_ms = -1;
    p->ends[0] = (struct pollfd){.fd = p->wake[0], .events = POLLIN};
    for (int i = 0; i < p->n_processes; i++) {
        const process *w = &p->processes[i];
        bool runs = w->child.pid > 0;
        struct pollfd *ends = &p->ends[1 + 3 * i];
        ends[0] = (struct pollfd){.fd = runs ? w->child.out : -1, .events = POLLIN};
        ends[1] = (struct pollfd){.fd = runs ? w->child.err : -1, .events = POLLIN};
        ends[2] = (struct pollfd){.fd = runs && w->output.length > w->written ? w->child.in : -1, .events = POLLOUT};
        if (!runs || !is_awaited(w)) continue;
        double left = (w->since + p->timeout_s - cairn_seconds()) * 1000;
        int ms = left < 0 ? 0 : left < 1e6 ? (int)left + 1 : 1000000;
        if (wait_ms < 0 || ms < wait_ms) wait_ms = ms;
    }
    return wait_ms;
}

static void end_all(program *p) {
    char how[300];
    double until = cairn_seconds() + (p->unwanted || cairn_cancelled(p->ctx) ? LOST_GRACE_S : CLOSE_GRACE_S);
    for (int i = 0; i < p->n_processes; i++)
        if (p->processes[i].child.pid > 0) child_hang_up(&p->processes[i].child);
    for (int i = 0; i < p->n_processes; i++) {
        double left = until - cairn_seconds();
        if (p->processes[i].child.pid > 0) process_end(&p->processes[i], left > 0 ? left : 0, false, how);
    }
}

static void *run(void *arg) {
    program *p = arg;
    char bytes[64];
    pthread_mutex_lock(&p->lock);
    while (!p->closing) {
        send_all(p);
        for (int i = 0; i < p->n_processes; i++)
            if (p->processes[i].child.pid > 0) process_flush(&p->processes[i]);
        int wait_ms = fill_ends(p);
        pthread_mutex_unlock(&p->lock);
        poll(p->ends, 1 + 3 * (nfds_t)p->n_processes, wait_ms);
        while (read(p->wake[0], bytes, sizeof bytes) > 0) {
        }
        pthread_mutex_lock(&p->lock);
        for (int i = 0; i < p->n_processes; i++)
            if (p->processes[i].child.pid > 0) serve(p, &p->processes[i]);
    }
    pthread_mutex_unlock(&p->lock);
    end_all(p);
    return NULL;
}

static void wake(program *p) {
    while (write(p->wake[1], "", 1) < 0 && errno == EINTR) {
    } /* a full pipe wakes as well */
}

static void start_thread(program *p) {
    char text[300];
    int refused = pipe2(p->wake, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : errno;
    const char *thread = refused ? "" : "the system refused its thread, for want of memory or by a limit: ";
    if (!refused) refused = thread_start(p->ctx, run, p, &p->thread);
    p->running = !refused;
    if (p->running) return;
    snprintf(text, sizeof text, "%s cannot be started: %s%s", p->name, thread, strerror(refused));
    lose_program(p, CAIRN_IO, text);
}

/* ---- for the workers ------------------------------------------------------------------------------------------------- */

void program_mailbox_open(program_mailbox *box) {
    pthread_condattr_t attributes;
    *box = (program_mailbox){0};
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&box->news, &attributes);
    pthread_condattr_destroy(&attributes);
}

void program_mailbox_close(program_mailbox *box) {
    pthread_cond_destroy(&box->news);
}

void program_submit(program *p, program_ask *ask) {
    pthread_mutex_lock(&p->lock);
    if (!p->running && p->status == CAIRN_OK) start_thread(p);
    if (p->status == CAIRN_OK)
        push(&p->waiting, ask);
    else
        fail_lost(p, ask);
    if (p->running) wake(p);
    pthread_mutex_unlock(&p->lock);
}

void program_abandon(program *p, program_ask *ask) {
    pthread_mutex_lock(&p->lock);
    ask->request = NULL;
    p->unwanted = true;
    pthread_mutex_unlock(&p->lock);
}

program_ask *program_collect(program *p, program_mailbox *box, int wait_ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&p->lock);
    while (!box->first && wait_ms > 0)
        if (pthread_cond_timedwait(&box->news, &p->lock, &until) != 0) break;
    program_ask *first = box->first;
    box->first = box->last = NULL;
    pthread_mutex_unlock(&p->lock);
    return first;
}

/* ---- open and close ---------------------------------------------------------------------------------------------------- */

static void program_stop(context_thing *thing) {
    program *p = (program *)thing;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    if (p->running) wake(p);
    pthread_mutex_unlock(&p->lock);
}

static void program_close(context_thing *thing) {
    program *p = (program *)thing;
    if (p->running) pthread_join(p->thread, NULL);
    for (int i = 0; i < 2; i++)
        if (p->wake[i] >= 0) close(p->wake[i]);
    for (int i = 0; i < p->n_processes && p->processes; i++) {
        for (int k = 0; k < p->processes[i].n_open; k++) program_ask_free(p->processes[i].open[k]);
        process_close(&p->processes[i]);
    }
    for (program_ask *ask; (ask = pop(&p->suspects)) || (ask = pop(&p->waiting));) program_ask_free(ask);
    pthread_mutex_destroy(&p->lock);
    cairn_ctx_close(p->ctx);
    cairn_free(p->ends);
    cairn_free(p->processes);
    cairn_free(p->command);
    cairn_free(p);
}

static cairn_status make_program(cairn_ctx *ctx, const void *arg, context_thing **out) {
    const pipe_options *options = arg;
    size_t length = strlen(options->command);
    program *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    p->thing.stop = program_stop;
    p->thing.close = program_close;
    p->timeout_s = options->timeout;
    p->retries = options->retries;
    p->wake[0] = p->wake[1] = -1;
    pthread_mutex_init(&p->lock, NULL);
    snprintf(p->name, sizeof p->name, length > 60 ? "`%.60s...`" : "`%s`", options->command);
    p->command = cairn_alloc(ctx, length + 1, 1);
    p->processes = cairn_alloc(ctx, (size_t)options->processes, sizeof *p->processes);
    p->ends = cairn_alloc(ctx, 3 * (size_t)options->processes + 1, sizeof *p->ends);
    cairn_status status = p->command && p->processes && p->ends ? cairn_ctx_child(ctx, &p->ctx) : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        memcpy(p->command, options->command, length);
        p->ctx->fiber = NULL; /* its thread has none */
    }
    for (; status == CAIRN_OK && p->n_processes < options->processes; p->n_processes++)
        status = process_open(ctx, p->name, (int)options->limit, &p->processes[p->n_processes]);
    for (int i = 0; i < p->n_processes; i++) p->processes[i].ctx = p->ctx;
    if (status != CAIRN_OK) {
        program_close(&p->thing);
        return status;
    }
    *out = &p->thing;
    return CAIRN_OK;
}

cairn_status program_of(cairn_ctx *ctx, const char *role, const pipe_options *options, program **out) {
    cairn_text key = {0};
    context_thing *thing = NULL;
    cairn_status status =
        cairn_text_printf(ctx, &key, "program %s %lld %.17g %lld %lld ", role, (long long)options->limit,
                          options->timeout, (long long)options->retries, (long long)options->processes);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, &key, options->command, strlen(options->command));
    if (status == CAIRN_OK) status = context_thing_of(ctx, key.data, make_program, options, &thing);
    cairn_text_free(&key);
    if (status == CAIRN_OK) *out = (program *)thing;
    return status;
}

const char *program_name(const program *p) {
    return p->name;
}

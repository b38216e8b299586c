#include "data/process.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "core/context.h"
#include "data/json.h"

#define MOST_REPLY_BYTES   ((size_t)16 << 20)
#define MOST_CHATTER_BYTES ((size_t)1 << 20)
#define LOGGED_CHATTER     20 /* lines */
#define READ_BYTES         16384
#define READS_A_STEP       16
#define OUTPUT_BYTES       ((size_t)1 << 20) /* requests beyond it wait as requests */
#define CUT                80                /* bytes of a line that errors show */

cairn_status process_open(cairn_ctx *ctx, const char *name, int limit, process *out) {
    *out = (process){.ctx = ctx, .name = name, .limit = limit, .child = {.in = -1, .out = -1, .err = -1, .life = -1}};
    out->open = cairn_alloc(ctx, (size_t)limit, sizeof(program_ask *));
    return out->open ? CAIRN_OK : CAIRN_NO_MEMORY;
}

void process_close(process *p) {
    cairn_text_free(&p->output);
    cairn_text_free(&p->input);
    cairn_free(p->open);
}

cairn_status process_start(process *p, const char *command) {
    cairn_text_clear(&p->output);
    cairn_text_clear(&p->input);
    p->written = p->scanned = p->chatter = p->said_length = 0;
    p->chatter_lines = 0;
    p->last_said[0] = 0;
    p->answered = false;
    p->since = cairn_seconds();
    return child_start(p->ctx, command, &p->child);
}

void process_cut(const char *line, size_t length, size_t most, char out[]) {
    size_t cut = utf8_clip(line, length, most);
    for (size_t i = 0; i < cut; i++) out[i] = (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? ' ' : line[i];
    strcpy(out + cut, cut < length ? "..." : "");
}

/* ---- what it says beside its replies ------------------------------------------------------------------------------- */

static void end_line(process *p) {
    p->said[p->said_length] = 0;
    bool valid = json_is_utf8(p->said, p->said_length);
    for (size_t i = 0; i < p->said_length; i++) {
        unsigned char c = (unsigned char)p->said[i];
        if (c < 0x20 || (c >= 0x80 && !valid)) p->said[i] = c == '\t' || c == '\r' ? ' ' : '?';
    }
    while (p->said_length > 0 && p->said[p->said_length - 1] == ' ') p->said[--p->said_length] = 0;
    if (p->said_length > 0) {
        size_t cut = utf8_clip(p->said, p->said_length, sizeof p->last_said - 1);
        memcpy(p->last_said, p->said, cut);
        p->last_said[cut] = 0;
        cairn_log(p->ctx, CAIRN_LOG_INFO, "%s: %s", p->name, p->said);
    }
    p->said_length = 0;
}

static void said(void *arg, const char *bytes, size_t length) {
    process *p = arg;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') p->said[p->said_length++] = bytes[i];
        if (bytes[i] == '\n' || p->said_length == sizeof p->said - 1) end_line(p);
    }
}

/* ---- requests out ---------------------------------------------------------------------------------------------------- */

bool process_has_room(const process *p) {
    return p->n_open < p->limit && p->output.length - p->written < OUTPUT_BYTES;
}

cairn_status process_send(process *p, program_ask *ask) {
    size_t before = p->output.length;
    cairn_status status = cairn_text_printf(p->ctx, &p->output, "{\"id\":%lld", (long long)ask->id);
    if (status == CAIRN_OK) status = cairn_text_add(p->ctx, &p->output, ask->message.data, ask->message.length);
    if (status != CAIRN_OK) {
        p->output.length = before;
        return status;
    }
    if (p->n_open == 0) p->since = cairn_seconds();
    p->open[p->n_open++] = ask;
    return CAIRN_OK;
}

bool process_flush(process *p) {
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

/* The open request of this id, no longer open; NULL: there is none. */
static program_ask *take_open(process *p, int64_t id) {
    for (int i = 0; i < p->n_open; i++) {
        program_ask *ask = p->open[i];
        if (ask->id != id) continue;
        memmove(&p->open[i], &p->open[i + 1], (size_t)(--p->n_open - i) * sizeof *p->open);
        return ask;
    }
    return NULL;
}

/* Before its first reply a program may say on standard output what it likes, but for lines that look like replies. */
static bool take_chatter(process *p, const char *line, size_t length) {
    if (p->chatter_lines++ == 0)
        cairn_log(p->ctx, CAIRN_LOG_INFO,
                  "%s writes lines that are no replies before its first one; at most %d are logged", p->name,
                  LOGGED_CHATTER);
    p->chatter += length + 1;
    if (p->chatter_lines <= LOGGED_CHATTER) {
        said(p, line, length);
        said(p, "\n", 1);
    }
    return p->chatter <= MOST_CHATTER_BYTES;
}

/* False: it is no reply, for the reason in `why`. */
static bool take_line(process *p, process_reply_fn replied, void *arg, const char *line, size_t length, char why[400]) {
    size_t blank = strspn(line, " \t\r");
    char shown[CUT + 4];
    json_t *reply = NULL;
    int64_t id = 0;
    if (blank >= length) return true;
    if (!p->answered && line[blank] != '{') {
        if (take_chatter(p, line, length)) return true;
        snprintf(why, 400, "wrote over %zu bytes that are not JSON, and no reply", MOST_CHATTER_BYTES);
        return false;
    }
    cairn_status status = json_parse(p->ctx, line, length, "reply", &reply);
    if (status == CAIRN_OK) status = json_get_int(p->ctx, reply, "id", "reply", &id);
    program_ask *ask = status == CAIRN_OK ? take_open(p, id) : NULL;
    if (status == CAIRN_OK && !ask)
        cairn_fail(p->ctx, CAIRN_FORMAT, "reply: field `id`: expected an open request's, got %lld", (long long)id);
    if (!ask) {
        json_decref(reply);
        process_cut(line, length, CUT, shown);
        snprintf(why, 400, "does not keep to the protocol: %.240s; it wrote %s", cairn_error(p->ctx), shown);
        return false;
    }
    p->answered = true;
    p->since = cairn_seconds();
    replied(arg, ask, reply, line, length);
    return true;
}

/* Takes the complete lines of the input. */
static bool take_lines(process *p, process_reply_fn replied, void *arg, char why[400]) {
    size_t start = 0;
    bool good = true;
    while (good && p->scanned < p->input.length) {
        char *from = p->input.data + p->scanned, *end = memchr(from, '\n', p->input.length - p->scanned);
        p->scanned = end ? (size_t)(end - p->input.data) + 1 : p->input.length;
        if (!end) break;
        good = take_line(p, replied, arg, p->input.data + start, p->scanned - 1 - start, why);
        start = p->scanned;
    }
    memmove(p->input.data, p->input.data + start, p->input.length - start);
    p->input.length -= start;
    p->scanned -= start;
    return good;
}

bool process_read(process *p, process_reply_fn replied, void *arg, char why[400]) {
    char bytes[READ_BYTES];
    child_listen(&p->child, said, p);
    for (int i = 0; i < READS_A_STEP; i++) {
        ssize_t got = child_read(&p->child.out, bytes, sizeof bytes);
        if (got < 0 && errno == EAGAIN) return true;
        if (got <= 0) {
            snprintf(why, 400, got < 0 ? "cannot be read" : "closed its output");
            return false;
        }
        if (cairn_text_add(p->ctx, &p->input, bytes, (size_t)got) != CAIRN_OK) {
            snprintf(why, 400, "wrote a line for which there is no memory");
            return false;
        }
        if (!take_lines(p, replied, arg, why)) return false;
        if (p->input.length > MOST_REPLY_BYTES) {
            snprintf(why, 400, "wrote a line over %zu bytes", MOST_REPLY_BYTES);
            return false;
        }
    }
    return true;
}

/* ---- end --------------------------------------------------------------------------------------------------------------- */

void process_end(process *p, double grace_s, bool by_itself, char how[300]) {
    bool asked;
    int status = child_end(&p->child, grace_s, said, p, &asked);
    if (p->said_length > 0) end_line(p);
    char end[64] = "";
    by_itself &= !asked && status != -1;
    if (by_itself && WIFEXITED(status)) snprintf(end, sizeof end, " and exited with status %d", WEXITSTATUS(status));
    if (by_itself && WIFSIGNALED(status))
        snprintf(end, sizeof end, " and was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    snprintf(how, 300, "%s%s%s", end, p->last_said[0] ? ": " : "", p->last_said);
}

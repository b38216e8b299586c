#include "learn/events.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_FORMAT "events.out.tfevents.%016" PRId64 ".cairn"
enum {
    HEAD = 12 /* length and its key */,
    TAIL = 4 /* key of the data */,
    MOST_DATA = 4096 /* 32 metrics of at most 90 bytes */
};

struct events {
    cairn_ctx *ctx;
    int fd;
    char path[]; /* of the file */
};

static cairn_status fail(cairn_ctx *ctx, const char *what, const char *path) {
    return cairn_fail(ctx, CAIRN_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

/* ---- records ---------------------------------------------------------------------------------------------------------------- */

uint32_t events_crc(const void *bytes, size_t length) {
    const unsigned char *b = bytes;
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= b[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78 & (0u - (crc & 1)));
    }
    return ~crc;
}

/* As TFRecord stores it: a key of data that holds keys itself would be weak. */
static uint32_t masked(const void *bytes, size_t length) {
    uint32_t crc = events_crc(bytes, length);
    return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

/* Bytes of a message under way; what is put always fits. */
typedef struct message {
    unsigned char bytes[MOST_DATA];
    size_t length;
} message;

static void put_bytes(message *m, const void *bytes, size_t length) {
    memcpy(m->bytes + m->length, bytes, length);
    m->length += length;
}

/* The `size` low bytes of a value, the lowest first. */
static void put_fixed(message *m, uint64_t value, int size) {
    for (int i = 0; i < size; i++) m->bytes[m->length++] = (unsigned char)(value >> (8 * i));
}

static void put_varint(message *m, uint64_t value) {
    for (; value >= 0x80; value >>= 7) m->bytes[m->length++] = (unsigned char)(value | 0x80);
    m->bytes[m->length++] = (unsigned char)value;
}

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 }; /* wire types */

static void put_key(message *m, uint32_t field, uint32_t wire) {
    put_varint(m, field << 3 | wire);
}

static void put_field(message *m, uint32_t field, const void *bytes, size_t length) {
    put_key(m, field, BYTES);
    put_varint(m, length);
    put_bytes(m, bytes, length);
}

/* An Event of now; its content follows. */
static message begin_event(int64_t step) {
    message m = {.length = 0};
    struct timespec now;
    uint64_t bits;
    clock_gettime(CLOCK_REALTIME, &now);
    double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    memcpy(&bits, &seconds, sizeof bits);
    put_key(&m, 1, FIXED64);
    put_fixed(&m, bits, 8);
    put_key(&m, 2, VARINT);
    put_varint(&m, (uint64_t)step);
    return m;
}

static void put_value(message *summary, const char *tag, double value) {
    message m = {.length = 0};
    float single = (float)value;
    uint32_t bits;
    if (!isfinite(value)) return; /* not measured */
    memcpy(&bits, &single, sizeof bits);
    put_field(&m, 1, tag, strlen(tag));
    put_key(&m, 2, FIXED32);
    put_fixed(&m, bits, 4);
    put_field(summary, 1, m.bytes, m.length);
}

/* One write: a run that is killed leaves whole records and at most one that is cut off. */
static cairn_status write_record(events *e, const message *event) {
    message m = {.length = 0};
    put_fixed(&m, event->length, 8);
    put_fixed(&m, masked(m.bytes, 8), 4);
    put_bytes(&m, event->bytes, event->length);
    put_fixed(&m, masked(event->bytes, event->length), 4);
    if (cairn_fault_write(e->ctx, m.length) != CAIRN_OK) return fail(e->ctx, "write", e->path);
    for (size_t done = 0; done < m.length;) {
        ssize_t n = write(e->fd, m.bytes + done, m.length - done);
        if (n < 0 && errno != EINTR) return fail(e->ctx, "write", e->path);
        if (n > 0) done += (size_t)n;
    }
    return CAIRN_OK;
}

/* "dev_loss" is the tag dev/loss, "loss" train/loss; the speed stands alone. */
static void put_metric(message *summary, const cairn_metric *metric) {
    char tag[96];
    bool dev = strncmp(metric->name, "dev_", 4) == 0, alone = strcmp(metric->name, "tokens_per_second") == 0;
    snprintf(tag, sizeof tag, "%s%.64s", dev ? "dev/" : alone ? "" : "train/", metric->name + (dev ? 4 : 0));
    put_value(summary, tag, metric->value);
}

cairn_status events_write(events *e, const cairn_learn_point *p) {
    message event = begin_event(p->step), summary = {.length = 0};
    for (int32_t i = 0; i < p->n_metrics; i++) put_metric(&summary, &p->metrics[i]);
    put_field(&event, 5, summary.bytes, summary.length);
    return write_record(e, &event);
}

/* ---- earlier files ------------------------------------------------------------------------------------------------------------ */

static uint64_t get_fixed(const unsigned char *bytes, int size) {
    uint64_t value = 0;
    for (int i = 0; i < size; i++) value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

/* The step of the next record; false at the end, and before what is cut off or damaged. */
static bool next_step(FILE *file, uint64_t *step) {
    unsigned char head[HEAD], data[MOST_DATA + TAIL];
    if (fread(head, 1, HEAD, file) != HEAD) return false;
    uint64_t length = get_fixed(head, 8);
    if (get_fixed(head + 8, 4) != masked(head, 8) || length > MOST_DATA || length < 11) return false;
    if (fread(data, 1, length + TAIL, file) != length + TAIL) return false;
    if (get_fixed(data + length, TAIL) != masked(data, length)) return false;
    *step = 0;
    if (data[9] != (2 << 3 | VARINT)) return false; /* after the time: as this writer puts them */
    for (size_t i = 10; i < length && i < 20; i++) {
        *step |= (uint64_t)(data[i] & 0x7F) << (7 * (i - 10));
        if (data[i] < 0x80) return true;
    }
    return false;
}

/* Cuts a file after its records of steps up to `done`. */
static cairn_status cut_file(cairn_ctx *ctx, int folder, const char *name, int64_t done) {
    uint64_t step;
    int fd = openat(folder, name, O_RDWR | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r+");
    if (!file && fd >= 0) close(fd);
    if (!file) return fail(ctx, "open", name);
    long keep = 0;
    while (next_step(file, &step) && step <= (uint64_t)done) keep = ftell(file);
    cairn_status status = ftruncate(fd, keep) == 0 ? CAIRN_OK : fail(ctx, "cut", name);
    fclose(file);
    return status;
}

static cairn_status clean_file(cairn_ctx *ctx, int folder, const char *name, int64_t done) {
    char own[64];
    int64_t first;
    if (sscanf(name, "events.out.tfevents.%" SCNd64, &first) != 1) return CAIRN_OK;
    snprintf(own, sizeof own, NAME_FORMAT, first);
    if (strcmp(name, own) != 0) return CAIRN_OK; /* of another writer */
    if (first <= done) return cut_file(ctx, folder, name, done);
    return unlinkat(folder, name, 0) == 0 ? CAIRN_OK : fail(ctx, "remove", name);
}

/* With the folders above it. */
static cairn_status make_folder(cairn_ctx *ctx, const char *folder) {
    size_t length = strlen(folder);
    char *part = cairn_alloc(ctx, length + 1, 1);
    if (!part) return CAIRN_NO_MEMORY;
    bool made = true;
    for (size_t i = 1; i <= length && made; i++) {
        if (folder[i] && folder[i] != '/') continue;
        memcpy(part, folder, i);
        made = mkdir(part, 0777) == 0 || errno == EEXIST;
    }
    cairn_status status = made ? CAIRN_OK : fail(ctx, "make this folder", folder);
    cairn_free(part);
    return status;
}

static cairn_status clean_folder(cairn_ctx *ctx, const char *folder, int64_t done) {
    CAIRN_TRY(make_folder(ctx, folder));
    DIR *listing = opendir(folder);
    if (!listing) return fail(ctx, "open", folder);
    cairn_status status = CAIRN_OK;
    for (struct dirent *entry; status == CAIRN_OK && (entry = readdir(listing));)
        status = clean_file(ctx, dirfd(listing), entry->d_name, done);
    closedir(listing);
    return status;
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------ */

static cairn_status begin_file(events *e) {
    static const char version[] = "brain.Event:2";
    e->fd = open(e->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (e->fd < 0) return fail(e->ctx, "open", e->path);
    message event = begin_event(0);
    put_field(&event, 3, version, sizeof version - 1);
    return write_record(e, &event);
}

cairn_status events_open(cairn_ctx *ctx, const char *folder, int64_t done, events **out) {
    size_t size = strlen(folder) + 64;
    CAIRN_TRY(clean_folder(ctx, folder, done));
    events *e = cairn_alloc(ctx, sizeof *e + size, 1);
    if (!e) return CAIRN_NO_MEMORY;
    e->ctx = ctx;
    snprintf(e->path, size, "%s/" NAME_FORMAT, folder, done + 1);
    cairn_status status = begin_file(e);
    if (status != CAIRN_OK) {
        events_close(e);
        return status;
    }
    *out = e;
    return CAIRN_OK;
}

void events_close(events *e) {
    if (!e) return;
    if (e->fd >= 0) close(e->fd);
    cairn_free(e);
}

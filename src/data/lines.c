/* Lines of a file. Blocks of 64 KiB are read in place; a line inside one block is returned without a copy, one that
 * crosses blocks is gathered in `carry`, which never grows beyond the bound. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/lines.h"

#define WAIT_MS 50    /* bounds how late a cancellation is seen */
#define BLOCK   65536 /* part of what lines_key means: the key is a fold of the keys of such blocks */

struct lines {
    cairn_ctx *ctx;
    char *path;
    int file;
    size_t max_line_bytes;
    int64_t number, size;
    int64_t block_offset; /* of block[0] in the file */
    size_t fill, at;      /* bytes in `block`, bytes of them used */
    uint64_t folded;      /* key of the blocks before this one */
    bool ended;
    char *carry;
    size_t carried, carry_capacity;
    char block[BLOCK];
};

static cairn_status open_file(cairn_ctx *ctx, const char *path, int *out, int64_t *size) {
    bool standard = strcmp(path, "-") == 0;
    int file;
    struct stat info;
    do file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    while (file < 0 && errno == EINTR && !cairn_cancelled(ctx));
    if (file < 0 && errno == EINTR) return cairn_fail(ctx, CAIRN_CANCELLED, "%s: reading was cancelled", path);
    if (file < 0 && errno == ENOENT) return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: there is no such file", path);
    if (file < 0) return cairn_fail(ctx, CAIRN_IO, "%s: cannot be opened: %s", path, strerror(errno));
    int failed = fstat(file, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
    if (failed) {
        if (!standard) close(file);
        return cairn_fail(ctx, CAIRN_IO, "%s: cannot be read: %s", path, strerror(failed));
    }
    *out = file;
    *size = S_ISREG(info.st_mode) ? (int64_t)info.st_size : -1;
    return CAIRN_OK;
}

cairn_status lines_open(cairn_ctx *ctx, const char *path, size_t max_line_bytes, lines **out) {
    int file = -1;
    int64_t size = -1;
    if (max_line_bytes == 0) return cairn_fail(ctx, CAIRN_INVALID, "%s: a line may have at least 1 byte", path);
    CAIRN_TRY(open_file(ctx, path, &file, &size));
    lines *l = cairn_alloc(ctx, 1, sizeof *l);
    char *name = cairn_alloc(ctx, strlen(path) + 1, 1);
    if (!l || !name) {
        cairn_free(l);
        cairn_free(name);
        if (file != STDIN_FILENO) close(file);
        return CAIRN_NO_MEMORY;
    }
    memcpy(name, path, strlen(path));
    l->ctx = ctx;
    l->path = name;
    l->file = file;
    l->size = size;
    l->max_line_bytes = max_line_bytes;
    *out = l;
    return CAIRN_OK;
}

void lines_close(lines *l) {
    if (!l) return;
    if (l->file != STDIN_FILENO) close(l->file);
    cairn_free(l->path);
    cairn_free(l->carry);
    cairn_free(l);
}

/* read(2), given up when the run is cancelled: what a pipe or terminal will say may be long in coming. */
static ssize_t read_some(lines *l) {
    struct pollfd ready = {.fd = l->file, .events = POLLIN};
    while (!cairn_cancelled(l->ctx)) {
        if (l->size < 0 && poll(&ready, 1, WAIT_MS) <= 0) continue;
        ssize_t got = read(l->file, l->block + l->fill, BLOCK - l->fill);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN)) return got;
    }
    errno = ECANCELED;
    return -1;
}

/* Reads more bytes after `fill`; a full block is folded into the key first. Sets `ended` at the end of the file. */
static cairn_status read_more(lines *l) {
    if (l->fill == BLOCK) {
        l->folded = cairn_key_mix(l->folded, cairn_key(l->block, BLOCK));
        l->block_offset += BLOCK;
        l->fill = l->at = 0;
    }
    ssize_t got = read_some(l);
    if (got < 0 && errno == ECANCELED) return cairn_fail(l->ctx, CAIRN_CANCELLED, "%s: reading was cancelled", l->path);
    if (got < 0)
        return cairn_fail(l->ctx, CAIRN_IO, "%s:%lld: cannot be read: %s", l->path, (long long)l->number + 1,
                          strerror(errno));
    l->fill += (size_t)got;
    l->ended = got == 0;
    return CAIRN_OK;
}

/* Takes bytes from the block into `carry`. Of a line that is too long only its length is kept: `max + 2` stands for all
 * longer ones (the bound and a \r that does not count). */
static cairn_status take(lines *l, size_t count) {
    size_t most = l->max_line_bytes < SIZE_MAX - 2 ? l->max_line_bytes + 2 : SIZE_MAX;
    if (count > most - l->carried) {
        l->carried = most;
    } else if (count > 0) {
        if (l->carry_capacity < l->carried + count)
            CAIRN_TRY(cairn_grow(l->ctx, (void **)&l->carry, &l->carry_capacity, l->carried + count, 1));
        memcpy(l->carry + l->carried, l->block + l->at, count);
        l->carried += count;
    }
    l->at += count;
    return CAIRN_OK;
}

static cairn_status too_long(const lines *l) {
    return cairn_fail(l->ctx, CAIRN_LIMIT, "%s:%lld: the line is longer than %zu bytes", l->path, (long long)l->number,
                      l->max_line_bytes);
}

static cairn_status give(lines *l, const char *text, size_t length, const char **out_text, size_t *out_length) {
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    l->number++;
    if (length > 0 && text[length - 1] == '\r') length--;
    if (length > l->max_line_bytes) return too_long(l);
    if (l->number == 1 && length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    *out_text = text;
    *out_length = length;
    return CAIRN_OK;
}

/* A line whose end is not in this block: gathers it to its end. */
static cairn_status gather(lines *l, const char **text, size_t *length) {
    l->carried = 0;
    for (;;) {
        char *end = memchr(l->block + l->at, '\n', l->fill - l->at);
        CAIRN_TRY(take(l, (end ? (size_t)(end - l->block) : l->fill) - l->at));
        if (end) {
            l->at++;
            break;
        }
        if (!l->ended) CAIRN_TRY(read_more(l));
        if (l->ended) break;
    }
    if (l->carried - 1 <= l->max_line_bytes || l->carried == 0)
        return give(l, l->carry ? l->carry : "", l->carried, text, length);
    l->number++;
    return too_long(l);
}

cairn_status lines_next(lines *l, const char **text, size_t *length) {
    for (;;) {
        const char *start = l->block + l->at;
        const char *end = memchr(start, '\n', l->fill - l->at);
        if (end) {
            l->at = (size_t)(end - l->block) + 1;
            return give(l, start, (size_t)(end - start), text, length);
        }
        if (l->ended || l->fill == BLOCK) break;
        CAIRN_TRY(read_more(l));
    }
    while (!l->ended && l->at == l->fill) CAIRN_TRY(read_more(l));
    if (l->at == l->fill) return CAIRN_END;
    return gather(l, text, length);
}

cairn_status lines_bytes(lines *l, const char **bytes, size_t *count) {
    while (!l->ended && l->at == l->fill) CAIRN_TRY(read_more(l));
    if (l->at == l->fill) return CAIRN_END;
    *bytes = l->block + l->at;
    *count = l->fill - l->at;
    return CAIRN_OK;
}

void lines_take(lines *l, size_t count) {
    const char *at = l->block + l->at, *end = at + count;
    for (; (at = memchr(at, '\n', (size_t)(end - at))); at++) l->number++;
    l->at += count;
}

int64_t lines_number(const lines *l) {
    return l->number;
}

int64_t lines_offset(const lines *l) {
    return l->block_offset + (int64_t)l->at;
}

int64_t lines_size(const lines *l) {
    return l->size;
}

uint64_t lines_key(const lines *l) {
    return l->at > 0 ? cairn_key_mix(l->folded, cairn_key(l->block, l->at)) : l->folded;
}

const char *lines_path(const lines *l) {
    return l->path;
}

/* Files that appear whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/context.h"

struct cairn_out {
    cairn_ctx *ctx;
    int fd;
    char *path, *temporary; /* temporary NULL: standard output */
    size_t used;
    char buffer[65536];
};

static cairn_status fail_errno(cairn_out *out, const char *what) {
    return cairn_fail(out->ctx, CAIRN_IO, "cannot %s %s: %s", what, out->path, strerror(errno));
}

static void release(cairn_out *out) {
    cairn_free(out->path);
    cairn_free(out->temporary);
    cairn_free(out);
}

/* Opens "<path>.<number>.tmp" beside the target; O_EXCL, so that two writers never share one. */
static cairn_status open_beside(cairn_out *out) {
    size_t size = strlen(out->path) + 32;
    out->temporary = cairn_alloc(out->ctx, size, 1);
    if (!out->temporary) return CAIRN_NO_MEMORY;
    for (int i = 0; i < 100; i++) {
        snprintf(out->temporary, size, "%s.%d.tmp", out->path, (int)getpid() + i);
        out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (out->fd >= 0 || errno != EEXIST) break;
    }
    return out->fd < 0 ? fail_errno(out, "write") : CAIRN_OK;
}

cairn_status cairn_out_open(cairn_ctx *ctx, const char *path, cairn_out **result) {
    cairn_out *out = cairn_alloc(ctx, 1, sizeof *out);
    if (!out) return CAIRN_NO_MEMORY;
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard output" : path;
    out->ctx = ctx;
    out->fd = STDOUT_FILENO;
    out->path = cairn_alloc(ctx, strlen(name) + 1, 1);
    cairn_status status = out->path ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (out->path) memcpy(out->path, name, strlen(name));
    struct stat info;
    if (status == CAIRN_OK && !standard && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        status = cairn_fail(ctx, CAIRN_IO, "cannot write %s: it is a directory", path);
    if (status == CAIRN_OK && !standard) status = open_beside(out);
    if (status != CAIRN_OK) {
        release(out);
        return status;
    }
    *result = out;
    return CAIRN_OK;
}

static cairn_status write_all(cairn_out *out, const char *bytes, size_t length) {
    if (length == 0) return CAIRN_OK;
    if (cairn_fault_write(out->ctx, length) != CAIRN_OK) return fail_errno(out, "write");
    while (length > 0) {
        ssize_t n = write(out->fd, bytes, length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno(out, "write");
        bytes += n;
        length -= (size_t)n;
    }
    return CAIRN_OK;
}

static cairn_status flush_buffer(cairn_out *out) {
    size_t used = out->used;
    out->used = 0;
    return write_all(out, out->buffer, used);
}

cairn_status cairn_out_write(cairn_out *out, const void *bytes, size_t length) {
    if (length > sizeof out->buffer - out->used) CAIRN_TRY(flush_buffer(out));
    if (length > sizeof out->buffer) return write_all(out, bytes, length);
    memcpy(out->buffer + out->used, bytes, length);
    out->used += length;
    return CAIRN_OK;
}

cairn_status cairn_out_printf(cairn_out *out, const char *format, ...) {
    char small[1024], *text = small;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    cairn_status status = n < 0 ? cairn_fail(out->ctx, CAIRN_INTERNAL, "a format that cannot be printed") : CAIRN_OK;
    if (n >= (int)sizeof small) {
        text = cairn_alloc(out->ctx, (size_t)n + 1, 1);
        if (text)
            vsnprintf(text, (size_t)n + 1, format, again);
        else
            status = CAIRN_NO_MEMORY;
    }
    va_end(again);
    va_end(args);
    if (status == CAIRN_OK) status = cairn_out_write(out, text, (size_t)n);
    if (text != small) cairn_free(text);
    return status;
}

/* Makes the rename itself durable. Some file systems cannot sync a directory: not an error. */
static void sync_folder(const char *path) {
    char *copy = strdup(path);
    if (!copy) return;
    char *slash = strrchr(copy, '/');
    if (slash) slash[slash == copy] = 0;
    int fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
    free(copy);
}

cairn_status cairn_out_commit(cairn_out *out) {
    cairn_status status = flush_buffer(out);
    if (status == CAIRN_OK && out->temporary) {
        if (fsync(out->fd) != 0)
            status = fail_errno(out, "write");
        else if (rename(out->temporary, out->path) != 0)
            status = fail_errno(out, "rename the finished file to");
    }
    if (status != CAIRN_OK) {
        cairn_out_drop(out);
        return status;
    }
    if (out->temporary) {
        close(out->fd);
        sync_folder(out->path);
    }
    release(out);
    return CAIRN_OK;
}

void cairn_out_drop(cairn_out *out) {
    if (!out) return;
    if (out->temporary) {
        close(out->fd);
        unlink(out->temporary);
    }
    release(out);
}

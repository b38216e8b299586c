/* Files that appear whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/context.h"
#include "core/temporary.h"

struct cairn_out {
    cairn_ctx *ctx;
    int fd;
    char *path;      /* of the target, links followed; "standard output" for "-" */
    char *temporary; /* what is written until commit; NULL for a stream, which is written at once */
    int lost;        /* errno of the first failed write: what followed it was not written */
    size_t used;
    char buffer[65536];
};

static cairn_status fail_errno(cairn_ctx *ctx, const char *what, const char *path, int error) {
    char buffer[128];
    return cairn_fail(ctx, CAIRN_IO, "cannot %s %s: %s", what, path, strerror_r(error, buffer, sizeof buffer));
}

static void release(cairn_out *out) {
    if (out->fd > STDERR_FILENO) close(out->fd);
    cairn_free(out->path);
    cairn_free(out->temporary);
    cairn_free(out);
}

/* ---- open -------------------------------------------------------------------------------------------------------------- */

static cairn_status keep_path(cairn_out *out, const char *path) {
    size_t length = strlen(path);
    out->path = cairn_alloc(out->ctx, length + 1, 1);
    if (!out->path) return CAIRN_NO_MEMORY;
    memcpy(out->path, path, length);
    return CAIRN_OK;
}

static cairn_status open_beside(cairn_out *out) {
    cairn_status status = temporary_open(out->ctx, out->path, &out->temporary, &out->fd);
    return status == CAIRN_IO ? fail_errno(out->ctx, "write", out->path, errno) : status;
}

/* Opens what stands at the path: a device or pipe is written in place, a file is replaced and keeps its mode. */
static cairn_status open_existing(cairn_out *out, const struct stat *info) {
    if (S_ISDIR(info->st_mode)) return cairn_fail(out->ctx, CAIRN_IO, "cannot write %s: it is a directory", out->path);
    if (!S_ISREG(info->st_mode)) {
        do out->fd = open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        while (out->fd < 0 && errno == EINTR);
        return out->fd >= 0 ? CAIRN_OK : fail_errno(out->ctx, "write", out->path, errno);
    }
    char *target = realpath(out->path, NULL);
    if (!target) return fail_errno(out->ctx, "write", out->path, errno);
    cairn_free(out->path);
    out->path = NULL;
    cairn_status status = keep_path(out, target);
    free(target);
    CAIRN_TRY(status);
    if (access(out->path, W_OK) != 0) return fail_errno(out->ctx, "write", out->path, errno);
    CAIRN_TRY(open_beside(out));
    if (fchmod(out->fd, info->st_mode & 07777) == 0) return CAIRN_OK;
    status = fail_errno(out->ctx, "set the mode of", out->temporary, errno);
    unlink(out->temporary);
    return status;
}

static cairn_status open_path(cairn_out *out, const char *path) {
    if (strcmp(path, "-") == 0) {
        out->fd = STDOUT_FILENO;
        return keep_path(out, "standard output");
    }
    if (!*path) return cairn_fail(out->ctx, CAIRN_INVALID, "the path of a file to write is empty");
    CAIRN_TRY(keep_path(out, path));
    struct stat info;
    if (stat(path, &info) == 0) return open_existing(out, &info);
    if (errno != ENOENT) return fail_errno(out->ctx, "write", path, errno);
    if (path[strlen(path) - 1] == '/')
        return cairn_fail(out->ctx, CAIRN_IO, "cannot write %s: it is the name of a directory", path);
    return open_beside(out);
}

cairn_status cairn_out_open(cairn_ctx *ctx, const char *path, cairn_out **result) {
    cairn_out *out = cairn_alloc(ctx, 1, sizeof *out);
    if (!out) return CAIRN_NO_MEMORY;
    out->ctx = ctx;
    out->fd = -1;
    cairn_status status = open_path(out, path);
    if (status != CAIRN_OK) {
        release(out);
        return status;
    }
    *result = out;
    return CAIRN_OK;
}

/* ---- write ------------------------------------------------------------------------------------------------------------- */

static cairn_status fail_lost(const cairn_out *out) {
    return fail_errno(out->ctx, "write", out->path, out->lost);
}

/* One write(2); when the descriptor is not blocking, waits until it takes more. 0 or errno. */
static int write_some(cairn_out *out, const char *bytes, size_t length, size_t *written) {
    *written = 0;
    if (cairn_fault_write(out->ctx, length) != CAIRN_OK) return errno;
    ssize_t n = write(out->fd, bytes, length);
    if (n >= 0) {
        *written = (size_t)n;
        return 0;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        struct pollfd ready = {.fd = out->fd, .events = POLLOUT};
        if (poll(&ready, 1, -1) >= 0) return 0;
    }
    return errno == EINTR ? 0 : errno;
}

static cairn_status write_all(cairn_out *out, const char *bytes, size_t length) {
    while (length > 0) {
        size_t written;
        out->lost = write_some(out, bytes, length, &written);
        if (out->lost) return fail_lost(out);
        bytes += written;
        length -= written;
    }
    return CAIRN_OK;
}

static cairn_status flush_buffer(cairn_out *out) {
    if (out->lost) return fail_lost(out);
    size_t used = out->used;
    out->used = 0;
    return write_all(out, out->buffer, used);
}

cairn_status cairn_out_write(cairn_out *out, const void *bytes, size_t length) {
    if (out->lost) return fail_lost(out);
    if (length > sizeof out->buffer - out->used) CAIRN_TRY(flush_buffer(out));
    if (length > sizeof out->buffer) return write_all(out, bytes, length);
    if (length > 0) memcpy(out->buffer + out->used, bytes, length);
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

/* ---- commit ------------------------------------------------------------------------------------------------------------ */

/* 0 or errno. */
static int sync_file(int fd) {
    int error;
    do error = fsync(fd) == 0 ? 0 : errno;
    while (error == EINTR);
    return error;
}

/* Makes the rename itself durable. A folder that may not be read or whose file system cannot sync it is no failure. */
static cairn_status sync_folder(cairn_out *out) {
    char *slash = strrchr(out->temporary, '/');
    if (slash) slash[slash == out->temporary] = 0;
    int fd = open(slash ? out->temporary : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return CAIRN_OK;
    int error = sync_file(fd);
    close(fd);
    if (error == 0 || error == EINVAL || error == ENOTSUP || error == EROFS) return CAIRN_OK;
    return fail_errno(out->ctx, "make durable the folder of", out->path, error);
}

/* The buffer is flushed: file to disk, then to its name. */
static cairn_status put_in_place(cairn_out *out) {
    int error = sync_file(out->fd), fd = out->fd;
    if (error) return fail_errno(out->ctx, "write", out->path, error);
    out->fd = -1;
    if (close(fd) != 0) return fail_errno(out->ctx, "write", out->path, errno);
    cairn_fault_point(out->ctx);
    if (rename(out->temporary, out->path) != 0) return fail_errno(out->ctx, "replace", out->path, errno);
    cairn_fault_point(out->ctx);
    return CAIRN_OK;
}

cairn_status cairn_out_commit(cairn_out *out) {
    cairn_status status = flush_buffer(out);
    if (status == CAIRN_OK && out->temporary) status = put_in_place(out);
    if (status != CAIRN_OK) {
        cairn_out_drop(out);
        return status;
    }
    if (out->temporary) status = sync_folder(out);
    release(out);
    return status;
}

void cairn_out_drop(cairn_out *out) {
    if (!out) return;
    if (out->temporary) unlink(out->temporary);
    release(out);
}

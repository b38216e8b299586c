/* Opens and closes GGUF files: their bytes, the checksum. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/gguf.h"

enum { READ_MOST = 1 << 24 }; /* bytes between two looks at the cancellation */

static cairn_status fail_open(cairn_ctx *ctx, const char *path, int error) {
    char text[128];
    if (error == ENOENT) return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: there is no such file", path);
    return cairn_fail(ctx, CAIRN_IO, "%s: cannot be read: %s", path, strerror_r(error, text, sizeof text));
}

/* Reads the whole file into pages of its own: of a map, a file that is truncated or overwritten meanwhile would take the ground away.
 * 0 or errno; ESTALE when the file changed meanwhile. */
static int read_whole(cairn_ctx *ctx, int descriptor, uint8_t *bytes, size_t size, const struct stat *before) {
    struct stat after;
    for (size_t at = 0; at < size;) {
        size_t most = size - at < READ_MOST ? size - at : READ_MOST;
        if (cairn_cancelled(ctx)) return ECANCELED;
        ssize_t n = pread(descriptor, bytes + at, most, (off_t)at);
        if (n < 0 && errno != EINTR) return errno;
        if (n == 0) return ESTALE;
        if (n > 0) at += (size_t)n;
    }
    if (fstat(descriptor, &after) != 0) return errno;
    bool same = after.st_size == before->st_size && after.st_mtim.tv_sec == before->st_mtim.tv_sec &&
                after.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
    return same ? 0 : ESTALE;
}

/* More than half the memory of the machine: such a file is mapped, and must not be changed while it is read. */
static bool is_huge(size_t size) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 && size / 2 > (size_t)pages / 4 * (size_t)page;
}

/* The bytes of a regular file; an empty one gives NULL and 0. */
static cairn_status take_file(cairn_ctx *ctx, const char *path, int descriptor, const uint8_t **bytes, size_t *size) {
    struct stat info;
    if (fstat(descriptor, &info) != 0) return fail_open(ctx, path, errno);
    if (S_ISDIR(info.st_mode)) return fail_open(ctx, path, EISDIR);
    if (!S_ISREG(info.st_mode)) return cairn_fail(ctx, CAIRN_IO, "%s: cannot be mapped: it is no regular file", path);
    if ((uint64_t)info.st_size > SIZE_MAX / 2) return fail_open(ctx, path, EFBIG);
    *size = (size_t)info.st_size;
    *bytes = NULL;
    if (*size == 0) return CAIRN_OK;
    bool huge = is_huge(*size);
    void *map = huge ? mmap(NULL, *size, PROT_READ, MAP_PRIVATE, descriptor, 0)
                     : mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return fail_open(ctx, path, errno);
    int error = huge ? 0 : read_whole(ctx, descriptor, map, *size, &info);
    if (error == 0) {
        *bytes = map;
        return CAIRN_OK;
    }
    munmap(map, *size);
    if (error == ECANCELED) return cairn_fail(ctx, CAIRN_CANCELLED, "%s: reading was cancelled", path);
    if (error == ESTALE) return cairn_fail(ctx, CAIRN_IO, "%s: was changed while it was read", path);
    return fail_open(ctx, path, error);
}

/* Takes over a map, also when it fails. */
static cairn_status open_bytes(cairn_ctx *ctx, const uint8_t *bytes, size_t size, bool mapped, const char *path,
                               cairn_gguf **out) {
    cairn_gguf *file = cairn_alloc(ctx, 1, sizeof *file);
    if (!file) {
        if (mapped && bytes) munmap((void *)(uintptr_t)bytes, size);
        return CAIRN_NO_MEMORY;
    }
    file->bytes = bytes;
    file->size = size;
    file->mapped = mapped && bytes;
    cairn_status status = cairn_arena_open(ctx, 4096, &file->arena);
    if (status == CAIRN_OK) {
        file->path = cairn_arena_copy(file->arena, path, strlen(path));
        status = file->path ? gguf_read(ctx, file) : CAIRN_NO_MEMORY;
    }
    if (status != CAIRN_OK) {
        cairn_gguf_close(file);
        return status;
    }
    *out = file;
    return CAIRN_OK;
}

cairn_status cairn_gguf_open(cairn_ctx *ctx, const char *path, cairn_gguf **out) {
    const uint8_t *bytes = NULL;
    size_t size = 0;
    int descriptor;
    do descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe must not wait for its writer */
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) return fail_open(ctx, path, errno);
    cairn_status status = take_file(ctx, path, descriptor, &bytes, &size);
    close(descriptor);
    CAIRN_TRY(status);
    return open_bytes(ctx, bytes, size, true, path, out);
}

cairn_status cairn_gguf_open_memory(cairn_ctx *ctx, const void *bytes, size_t size, const char *name,
                                    cairn_gguf **out) {
    return open_bytes(ctx, bytes, size, false, name, out);
}

void cairn_gguf_close(cairn_gguf *file) {
    if (!file) return;
    if (file->mapped) munmap((void *)(uintptr_t)file->bytes, file->size);
    cairn_free(file->entries);
    cairn_free(file->tensors);
    cairn_arena_close(file->arena);
    cairn_free(file);
}

/* ---- checksum ----------------------------------------------------------------------------------------------------------- */

uint64_t gguf_fold(uint64_t folded, const void *block, size_t length) {
    return cairn_key_mix(folded, cairn_key(block, length));
}

uint64_t cairn_gguf_key(const cairn_gguf *file) {
    return cairn_key(file->bytes, file->size);
}

cairn_status cairn_gguf_verify(cairn_ctx *ctx, const cairn_gguf *file) {
    uint64_t said, folded = 0;
    const cairn_gguf_entry *entry = cairn_gguf_find(file, GGUF_CHECKSUM);
    CAIRN_TRY(cairn_gguf_get_u64(ctx, file, GGUF_CHECKSUM, &said));
    if (entry->kind != CAIRN_GGUF_U64)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: key `" GGUF_CHECKSUM "`: expected u64, got %s", file->path,
                          cairn_gguf_kind_name(entry->kind));
    uint8_t *block = cairn_alloc(ctx, GGUF_BLOCK, 1);
    if (!block) return CAIRN_NO_MEMORY;
    for (size_t at = 0; at < file->size; at += GGUF_BLOCK) {
        size_t length = file->size - at < GGUF_BLOCK ? file->size - at : GGUF_BLOCK, own = (size_t)entry->offset;
        memcpy(block, file->bytes + at, length);
        for (size_t i = own; i < own + sizeof said; i++) /* the checksum itself counts as zeros */
            if (i >= at && i < at + length) block[i - at] = 0;
        folded = gguf_fold(folded, block, length);
    }
    cairn_free(block);
    if (folded == said) return CAIRN_OK;
    return cairn_fail(
        ctx, CAIRN_FORMAT,
        "%s: the file has changed since it was written: its checksum says %016llx, its bytes give %016llx", file->path,
        (unsigned long long)said, (unsigned long long)folded);
}

/* Opens and closes GGUF files: their bytes, the checksum. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/key.h"
#include "model/gguf.h"

enum {
    READ_MOST = 1 << 24, /* bytes between two looks at the cancellation */
    KEY_BLOCK = 1 << 18  /* bytes read at a time for a key; a multiple of 8 */
};

static cairn_status fail_open(cairn_ctx *ctx, const char *path, int error) {
    char text[128];
    if (error == ENOENT) return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: there is no such file", path);
    return cairn_fail(ctx, CAIRN_IO, "%s: cannot be read: %s", path, strerror_r(error, text, sizeof text));
}

static cairn_status fail_read(cairn_ctx *ctx, const char *path, int error) {
    if (error == ECANCELED) return cairn_fail(ctx, CAIRN_CANCELLED, "%s: reading was cancelled", path);
    if (error == ESTALE) return cairn_fail(ctx, CAIRN_IO, "%s: was changed while it was read", path);
    return fail_open(ctx, path, error);
}

/* Reads bytes [at, at + length). 0 or errno; ESTALE when the file ends before. */
static int read_part(cairn_ctx *ctx, int descriptor, uint8_t *bytes, size_t at, size_t length) {
    for (size_t done = 0; done < length;) {
        size_t most = length - done < READ_MOST ? length - done : READ_MOST;
        if (cairn_cancelled(ctx)) return ECANCELED;
        ssize_t n = pread(descriptor, bytes + done, most, (off_t)(at + done));
        if (n < 0 && errno != EINTR) return errno;
        if (n == 0) return ESTALE;
        if (n > 0) done += (size_t)n;
    }
    return 0;
}

/* 0, or ESTALE when the file is not as it was. */
static int check_unchanged(int descriptor, const struct stat *before) {
    struct stat after;
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

/* Opens a regular file for reading. */
static cairn_status open_file(cairn_ctx *ctx, const char *path, int *descriptor, struct stat *info) {
    cairn_status status = CAIRN_OK;
    do *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe must not wait for its writer */
    while (*descriptor < 0 && errno == EINTR);
    if (*descriptor < 0) return fail_open(ctx, path, errno);
    if (fstat(*descriptor, info) != 0)
        status = fail_open(ctx, path, errno);
    else if (S_ISDIR(info->st_mode))
        status = fail_open(ctx, path, EISDIR);
    else if (!S_ISREG(info->st_mode))
        status = cairn_fail(ctx, CAIRN_IO, "%s: cannot be mapped: it is no regular file", path);
    else if ((uint64_t)info->st_size > SIZE_MAX / 2)
        status = fail_open(ctx, path, EFBIG);
    if (status != CAIRN_OK) close(*descriptor);
    return status;
}

/* The bytes of a file; an empty one gives NULL. They are read into pages of their own: a map of a file that is
 * truncated or overwritten meanwhile would fault. */
static cairn_status take_file(cairn_ctx *ctx, const char *path, int descriptor, const struct stat *info,
                              const uint8_t **bytes) {
    size_t size = (size_t)info->st_size;
    *bytes = NULL;
    if (size == 0) return CAIRN_OK;
    bool huge = is_huge(size);
    void *map = huge ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
                     : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return fail_open(ctx, path, errno);
    int error = huge ? 0 : read_part(ctx, descriptor, map, 0, size);
    if (error == 0 && !huge) error = check_unchanged(descriptor, info);
    if (error == 0) {
        *bytes = map;
        return CAIRN_OK;
    }
    munmap(map, size);
    return fail_read(ctx, path, error);
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
    struct stat info;
    int descriptor;
    CAIRN_TRY(open_file(ctx, path, &descriptor, &info));
    cairn_status status = take_file(ctx, path, descriptor, &info, &bytes);
    close(descriptor);
    CAIRN_TRY(status);
    return open_bytes(ctx, bytes, (size_t)info.st_size, true, path, out);
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

static int key_of(cairn_ctx *ctx, int descriptor, uint8_t *block, size_t size, uint64_t *key) {
    uint64_t k = key_begin(size);
    for (size_t at = 0; at < size; at += KEY_BLOCK) {
        size_t length = size - at < KEY_BLOCK ? size - at : KEY_BLOCK, whole = length & ~(size_t)7;
        int error = read_part(ctx, descriptor, block, at, length);
        if (error) return error;
        k = key_add(k, block, whole);
        if (whole < length) k = key_end(k, block + whole, length - whole);
    }
    *key = size % 8 ? k : key_end(k, block, 0);
    return 0;
}

cairn_status gguf_file_key(cairn_ctx *ctx, const char *path, uint64_t *key, size_t *size) {
    struct stat info;
    int descriptor;
    uint8_t *block = cairn_alloc(ctx, KEY_BLOCK, 1);
    if (!block) return CAIRN_NO_MEMORY;
    cairn_status status = open_file(ctx, path, &descriptor, &info);
    if (status == CAIRN_OK) {
        *size = (size_t)info.st_size;
        int error = key_of(ctx, descriptor, block, *size, key);
        if (error == 0) error = check_unchanged(descriptor, &info);
        close(descriptor);
        if (error) status = fail_read(ctx, path, error);
    }
    cairn_free(block);
    return status;
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

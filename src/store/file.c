/* Locks, errors and statements of run files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"

/* ---- lock: <path>-lock, there while a process writes the run -------------------------------------------------------- */

/* A file of its own: closing any descriptor of the database itself would drop the database's own locks. */
static char *lock_path(const char *path) {
    char *name;
    return asprintf(&name, "%s-lock", path) < 0 ? NULL : name;
}

/* Is `lock` still the file at `path`? Its last holder may have removed it between open and lock. */
static bool is_current(const char *path, int lock) {
    struct stat by_path, by_lock;
    return fstat(lock, &by_lock) == 0 && stat(path, &by_path) == 0 && by_lock.st_ino == by_path.st_ino &&
           by_lock.st_dev == by_path.st_dev;
}

/* What a lock file of ours holds, so that no file of somebody else is taken for one and removed. */
static const char mark[] = "cairn lock\n";

typedef enum owner { OURS, NOBODY, OTHERS } owner;

/* Whose file this is. An empty one can be locked, but is not ours to remove. */
static owner owner_of(int lock) {
    char text[sizeof mark] = "";
    ssize_t n = pread(lock, text, sizeof text, 0);
    return n == 0 ? NOBODY : n == (ssize_t)strlen(mark) && memcmp(text, mark, strlen(mark)) == 0 ? OURS : OTHERS;
}

/* Opens the lock file, which gets its mark when it is new. -1 and errno on failure, EINTR when it should be tried
 * again. */
static int open_lock(const char *name) {
    int lock = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (lock < 0 && errno == EEXIST) {
        lock = open(name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (lock < 0 && errno == ENOENT) errno = EINTR; /* its last holder removed it between the two calls */
        return lock;
    }
    if (lock < 0) return -1;
    if (write(lock, mark, strlen(mark)) == (ssize_t)strlen(mark)) return lock;
    int error = errno;
    unlink(name);
    close(lock);
    errno = error;
    return -1;
}

cairn_status lock_take(cairn_ctx *ctx, const cairn_run *run, int *out) {
    const char *path = run->path;
    char *name = lock_path(run->file);
    if (!name) return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the name of its lock", path);
    cairn_status status = CAIRN_OK;
    int lock;
    for (;;) {
        lock = open_lock(name);
        if (lock < 0) {
            if (errno == EINTR) continue;
            status = cairn_fail(ctx, CAIRN_IO, "%s: cannot be written: %s", path, strerror(errno));
            break;
        }
        if (flock(lock, LOCK_EX | LOCK_NB) != 0)
            status = errno == EWOULDBLOCK
                         ? cairn_fail(ctx, CAIRN_INVALID, "%s: another process is writing this run", path)
                         : cairn_fail(ctx, CAIRN_IO, "%s: cannot be locked: %s", path, strerror(errno));
        else if (is_current(name, lock) && owner_of(lock) == OTHERS)
            status =
                cairn_fail(ctx, CAIRN_INVALID, "%s: %s is a file of something else: name another run file", path, name);
        else if (is_current(name, lock))
            break;
        close(lock);
        if (status != CAIRN_OK) break;
    }
    free(name);
    if (status == CAIRN_OK) *out = lock;
    return status;
}

void lock_release(const cairn_run *run, int lock) {
    char *name = lock_path(run->file);
    if (name && owner_of(lock) == OURS && is_current(name, lock)) unlink(name);
    free(name);
    close(lock);
}

/* ---- what lies beside a database ------------------------------------------------------------------------------------ */

static const char *const beside[] = {"-journal", "-wal", "-shm"};
enum { BESIDE = sizeof beside / sizeof *beside };

/* A journal that ends so names a second one, which SQLite would delete after it has read this one. Ours never do. */
static bool names_another(const char *journal) {
    static const unsigned char end[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    unsigned char last[8] = {0};
    int file = open(journal, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    if (file < 0) return true;
    bool whole = fstat(file, &info) == 0 && (info.st_size < 16 || pread(file, last, 8, info.st_size - 8) == 8);
    close(file);
    return !whole || memcmp(last, end, sizeof end) == 0;
}

cairn_status file_check_beside(cairn_ctx *ctx, const cairn_run *run) {
    for (int i = 0; i < BESIDE; i++) {
        struct stat info;
        char *name;
        if (asprintf(&name, "%s%s", run->file, beside[i]) < 0)
            return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for a name", run->path);
        bool bad =
            lstat(name, &info) == 0 && (!S_ISREG(info.st_mode) || info.st_nlink > 1 || (i == 0 && names_another(name)));
        free(name);
        if (bad)
            return cairn_fail(ctx, CAIRN_FORMAT, "%s: the file %s%s beside it is not one that Cairn wrote: remove it",
                              run->path, run->path, beside[i]);
    }
    return CAIRN_OK;
}

cairn_status file_check_free(cairn_ctx *ctx, const cairn_run *run) {
    for (int i = 0; i < BESIDE; i++) {
        struct stat info;
        char *name;
        if (asprintf(&name, "%s%s", run->file, beside[i]) < 0)
            return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for a name", run->path);
        bool there = lstat(name, &info) == 0;
        free(name);
        if (there)
            return cairn_fail(ctx, CAIRN_INVALID,
                              "%s: there is a file %s%s, which would become part of it: name another run file",
                              run->path, run->path, beside[i]);
    }
    return CAIRN_OK;
}

bool file_is_in_place(const cairn_run *run) {
    struct stat info;
    return stat(run->file, &info) == 0 && info.st_dev == run->device && info.st_ino == run->inode;
}

/* ---- checksums ------------------------------------------------------------------------------------------------------ */

int64_t record_key(int64_t index, const char *id, const char *record, size_t length) {
    uint64_t key = cairn_key_mix((uint64_t)index, cairn_key(id, strlen(id)));
    return (int64_t)cairn_key_mix(key, cairn_key(record, length));
}

int64_t manifest_key(int64_t problems, const cairn_manifest_entry *entries, int32_t count) {
    uint64_t key = cairn_key_mix((uint64_t)problems, (uint64_t)count);
    for (int32_t i = 0; i < count; i++) {
        key = cairn_key_mix(key, cairn_key(entries[i].key, strlen(entries[i].key)));
        key = cairn_key_mix(key, cairn_key(entries[i].value, strlen(entries[i].value)));
    }
    return (int64_t)key;
}

/* ---- errors and statements --------------------------------------------------------------------------------------- */

cairn_status file_fail(cairn_ctx *ctx, const cairn_run *run, int code) {
    const char *text = run->db ? sqlite3_errmsg(run->db) : sqlite3_errstr(code);
    int error = run->db ? sqlite3_system_errno(run->db) : 0;
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the database", run->path);
    case SQLITE_FULL:
        return cairn_fail(ctx, CAIRN_IO, "%s: disk full", run->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return cairn_fail(ctx, CAIRN_IO, "%s: another program holds the database: %s", run->path, text);
    case SQLITE_NOTADB:
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: is no run file: %s", run->path, text);
    case SQLITE_CORRUPT:
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: %s", run->path, text);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return cairn_fail(ctx, CAIRN_IO, "%s: %s%s%s", run->path, text, error ? ": " : "",
                          error ? strerror(error) : "");
    default:
        return cairn_fail(ctx, CAIRN_INTERNAL, "%s: the database says: %s (%d)", run->path, text, code);
    }
}

cairn_status file_execute(cairn_ctx *ctx, const cairn_run *run, const char *sql) {
    int code = sqlite3_exec(run->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? CAIRN_OK : file_fail(ctx, run, code);
}

cairn_status file_prepare(cairn_ctx *ctx, const cairn_run *run, const char *sql, sqlite3_stmt **out) {
    int code = sqlite3_prepare_v2(run->db, sql, -1, out, NULL);
    return code == SQLITE_OK ? CAIRN_OK : file_fail(ctx, run, code);
}

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

cairn_status lock_take(cairn_ctx *ctx, const char *path, int *out) {
    char *name = lock_path(path);
    if (!name) return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the name of its lock", path);
    cairn_status status = CAIRN_OK;
    int lock;
    for (;;) {
        lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock < 0) {
            status = cairn_fail(ctx, CAIRN_IO, "%s: cannot be written: %s", path, strerror(errno));
            break;
        }
        if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
            status = errno == EWOULDBLOCK
                         ? cairn_fail(ctx, CAIRN_INVALID, "%s: another process is writing this run", path)
                         : cairn_fail(ctx, CAIRN_IO, "%s: cannot be locked: %s", path, strerror(errno));
            close(lock);
            break;
        }
        if (is_current(name, lock)) break;
        close(lock);
    }
    free(name);
    if (status == CAIRN_OK) *out = lock;
    return status;
}

void lock_release(const char *path, int lock) {
    char *name = lock_path(path);
    if (name) unlink(name);
    free(name);
    close(lock);
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

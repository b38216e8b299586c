/* Records of an open run: put, look up, visit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/file.h"

enum { MOST_RESCUES = 1000 };

/* ---- recording ---------------------------------------------------------------------------------------------------- */

static bool is_recorded(const cairn_run *run, int64_t index) {
    return index >= 0 && index < run->problems && (run->recorded[index / 8] >> index % 8 & 1);
}

static int insert(cairn_run *run, int64_t index, const char *id, const char *record, size_t length) {
    sqlite3_stmt *row = run->insert;
    int code = sqlite3_bind_int64(row, 1, index);
    if (code == SQLITE_OK) code = sqlite3_bind_text(row, 2, id, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_bind_text64(row, 3, record, length, SQLITE_STATIC, SQLITE_UTF8);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(row, 4, record_key(index, id, record, length));
    if (code == SQLITE_OK) code = sqlite3_step(row); /* a transaction of its own */
    return code;
}

/* Copies the run into a new file beside where it was: a deleted file lives while it is open. NULL when that fails; free
 * it. */
static char *rescue(cairn_run *run) {
    char *name = NULL, *sql = NULL;
    for (int i = 1; i < MOST_RESCUES; i++) {
        struct stat info;
        if (asprintf(&name, "%s.saved-%d", run->file, i) < 0) return NULL;
        if (lstat(name, &info) != 0) break;
        free(name);
        name = NULL;
    }
    bool saved = name && (sql = sqlite3_mprintf("VACUUM INTO %Q", name)) &&
                 sqlite3_exec(run->db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    if (!saved) free(name);
    return saved ? name : NULL;
}

static cairn_status fail_lost(const cairn_run *run, cairn_ctx *ctx) {
    return run->saved
               ? cairn_fail(ctx, CAIRN_IO,
                            "%s: was deleted or replaced during the run: its %lld records are saved in %s", run->path,
                            (long long)run->done, run->saved)
               : cairn_fail(ctx, CAIRN_IO,
                            "%s: was deleted or replaced during the run, and could not be saved elsewhere", run->path);
}

/* A run whose file was deleted or replaced would be lost at the end without a word. */
static cairn_status keep_in_place(cairn_run *run, cairn_ctx *ctx) {
    if (!run->lost && file_is_in_place(run)) return CAIRN_OK;
    if (!run->lost) run->saved = rescue(run);
    run->lost = true;
    return fail_lost(run, ctx);
}

cairn_status cairn_run_check(cairn_run *run, cairn_ctx *ctx) {
    pthread_mutex_lock(&run->mutex);
    cairn_status status = run->lock >= 0 ? keep_in_place(run, ctx) : CAIRN_OK;
    pthread_mutex_unlock(&run->mutex);
    return status;
}

static cairn_status put_locked(cairn_run *run, cairn_ctx *ctx, int64_t index, const char *id, const char *record,
                               size_t length) {
    if (run->lost) return fail_lost(run, ctx);
    if (is_recorded(run, index))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: problem %lld is recorded already", run->path, (long long)index);
    if (cairn_fault_write(ctx, length) != CAIRN_OK)
        return cairn_fail(ctx, CAIRN_IO, "%s: %s", run->path, errno == ENOSPC ? "disk full" : strerror(errno));
    int code = insert(run, index, id, record, length);
    cairn_status status = code == SQLITE_DONE ? CAIRN_OK : file_fail(ctx, run, code);
    sqlite3_reset(run->insert);
    sqlite3_clear_bindings(run->insert);
    CAIRN_TRY(status);
    run->recorded[index / 8] = (uint8_t)(run->recorded[index / 8] | 1u << index % 8);
    run->done++;
    return keep_in_place(run, ctx);
}

cairn_status cairn_run_put(cairn_run *run, cairn_ctx *ctx, int64_t index, const char *id, const char *record,
                           size_t length) {
    if (!run->insert) return cairn_fail(ctx, CAIRN_INVALID, "%s: is open for reading only", run->path);
    if (index < 0 || index >= run->problems)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: has no problem %lld: it has %lld", run->path, (long long)index,
                          (long long)run->problems);
    if (length < 2 || record[0] != '{' || record[length - 1] != '}' || memchr(record, '\n', length) ||
        memchr(record, 0, length))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: the record of problem %lld is no JSON object on one line", run->path,
                          (long long)index);
    pthread_mutex_lock(&run->mutex);
    cairn_status status = put_locked(run, ctx, index, id, record, length);
    pthread_mutex_unlock(&run->mutex);
    if (status == CAIRN_OK) cairn_fault_point(ctx);
    return status;
}

bool cairn_run_has(const cairn_run *run, int64_t index) {
    pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&run->mutex;
    pthread_mutex_lock(mutex);
    bool has = is_recorded(run, index);
    pthread_mutex_unlock(mutex);
    return has;
}

int64_t cairn_run_done(const cairn_run *run) {
    pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&run->mutex;
    pthread_mutex_lock(mutex);
    int64_t done = run->done;
    pthread_mutex_unlock(mutex);
    return done;
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

int64_t cairn_run_problems(const cairn_run *run) {
    return run->problems;
}

const char *cairn_run_manifest(const cairn_run *run, const char *key) {
    for (int32_t i = 0; i < run->count; i++)
        if (strcmp(run->entries[i].key, key) == 0) return run->entries[i].value;
    return NULL;
}

int32_t cairn_run_manifest_count(const cairn_run *run) {
    return run->count;
}

cairn_manifest_entry cairn_run_manifest_at(const cairn_run *run, int32_t i) {
    return i >= 0 && i < run->count ? run->entries[i] : (cairn_manifest_entry){NULL, NULL};
}

/* A record's own copy, so that the visitor runs without the lock. */
typedef struct row {
    int64_t index;
    cairn_text id, record;
} row;

static cairn_status copy_row(cairn_run *run, cairn_ctx *ctx, row *out) {
    sqlite3_stmt *from = run->at_least;
    out->index = sqlite3_column_int64(from, 0);
    const char *id = (const char *)sqlite3_column_text(from, 1), *record = (const char *)sqlite3_column_text(from, 2);
    if ((!id || !record) && sqlite3_errcode(run->db) == SQLITE_NOMEM) return file_fail(ctx, run, SQLITE_NOMEM);
    size_t id_length = (size_t)sqlite3_column_bytes(from, 1), length = (size_t)sqlite3_column_bytes(from, 2);
    if (!id || !record || strlen(id) != id_length || out->index >= run->problems ||
        sqlite3_column_int64(from, 3) != record_key(out->index, id, record, length))
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: the record of problem %lld is not what was written",
                          run->path, (long long)out->index);
    cairn_text_clear(&out->id);
    cairn_text_clear(&out->record);
    CAIRN_TRY(cairn_text_add(ctx, &out->id, id, id_length));
    return cairn_text_add(ctx, &out->record, record, length);
}

/* The first record from `index` on; CAIRN_END after the last. */
static cairn_status read_row(cairn_run *run, cairn_ctx *ctx, int64_t index, row *out) {
    pthread_mutex_lock(&run->mutex);
    int code = sqlite3_bind_int64(run->at_least, 1, index);
    if (code == SQLITE_OK) code = sqlite3_step(run->at_least);
    cairn_status status = code == SQLITE_ROW    ? copy_row(run, ctx, out)
                          : code == SQLITE_DONE ? CAIRN_END
                                                : file_fail(ctx, run, code);
    sqlite3_reset(run->at_least);
    pthread_mutex_unlock(&run->mutex);
    return status;
}

void cairn_run_watch(cairn_run *run, cairn_progress *progress) {
    run->progress = progress;
}

cairn_status cairn_run_each(cairn_run *run, cairn_ctx *ctx, cairn_run_visit_fn visit, void *arg) {
    row current = {0};
    int64_t next = 0;
    cairn_status status = CAIRN_OK;
    bool ended = false;
    while (status == CAIRN_OK) {
        if (cairn_cancelled(ctx)) status = cairn_fail(ctx, CAIRN_CANCELLED, "%s: reading was cancelled", run->path);
        if (status == CAIRN_OK) status = read_row(run, ctx, next, &current);
        ended = status == CAIRN_END;
        if (status == CAIRN_OK && current.index < next) /* pages of a damaged file can send a search back */
            status = cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: its records are out of order", run->path);
        if (status != CAIRN_OK) break;
        const char *id = current.id.data ? current.id.data : "";
        status = visit(arg, current.index, id, current.record.data, current.record.length);
        next = current.index + 1;
        cairn_progress_add(run->progress, 1);
    }
    cairn_text_free(&current.id);
    cairn_text_free(&current.record);
    return ended ? CAIRN_OK : status;
}

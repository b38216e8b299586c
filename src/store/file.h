/* A run file: its connection, its lock, its tables, and how errors of the database read. */
#ifndef CAIRN_STORE_FILE_H
#define CAIRN_STORE_FILE_H

#include <pthread.h>
#include <sqlite3.h>

#include "cairn/store.h"

struct cairn_run {
    char *path;
    int lock; /* descriptor that holds <path>-lock; -1 when read-only */
    sqlite3 *db;
    sqlite3_stmt *insert;   /* NULL when read-only */
    sqlite3_stmt *at_least; /* first record from an index on */
    pthread_mutex_t mutex;  /* over all of the below and the connection, once the run is open */
    int64_t problems, done;
    uint8_t *recorded;        /* [problems / 8 + 1] one bit a problem */
    cairn_progress *progress; /* counts what cairn_run_each visits; NULL: nobody does */
    cairn_arena *arena;
    cairn_manifest_entry *entries; /* [count] sorted by key */
    int32_t count;
};

/* Exclusive for this process until lock_release, also against another run of the same file here. Errors: INVALID when it is
 * held; IO. A killed process holds no lock. */
cairn_status lock_take(cairn_ctx *ctx, const char *path, int *out);
void lock_release(const char *path, int lock);

/* Is this entry of a manifest a note, on which the records do not depend? Notes are neither exported nor compared. */
bool is_note(const char *key);

/* The status of a database error code, with a text that opens with the file: "run.db: disk full". */
cairn_status file_fail(cairn_ctx *ctx, const cairn_run *run, int code);
cairn_status file_execute(cairn_ctx *ctx, const cairn_run *run, const char *sql);
cairn_status file_prepare(cairn_ctx *ctx, const cairn_run *run, const char *sql, sqlite3_stmt **out);

#endif

/* A run file: its connection, its lock, its tables, and how errors of the database read. */
#ifndef CAIRN_STORE_FILE_H
#define CAIRN_STORE_FILE_H

#include <pthread.h>
#include <sys/types.h>
#include <sqlite3.h>

#include "cairn/store.h"

struct cairn_run {
    char *path;   /* as the caller names it */
    char *file;   /* the database: absolute, links followed, which SQLite takes for no URI; NULL before it is known */
    int lock;     /* descriptor that holds <path>-lock; -1 when read-only */
    dev_t device; /* of the database that is open for writing */
    ino_t inode;
    bool lost;   /* it was deleted or replaced meanwhile: nothing more is put into it */
    char *saved; /* the file that its records were saved in then, or NULL */
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

/* Exclusive for this process until lock_release, also against another run of the same file here. Errors: INVALID when
 * it is held, and where <path>-lock is a file of somebody else; IO. A killed process holds no lock. */
cairn_status lock_take(cairn_ctx *ctx, const cairn_run *run, int *out);
void lock_release(const cairn_run *run, int lock);

/* Refuses what beside the database of `run` could make SQLite change other files: a journal that names another one, a
 * link. */
cairn_status file_check_beside(cairn_ctx *ctx, const cairn_run *run);
/* Refuses a database, not yet made, beside which parts of another one lie. */
cairn_status file_check_free(cairn_ctx *ctx, const cairn_run *run);
/* Whether the database that is open for writing is still the file at its path. */
bool file_is_in_place(const cairn_run *run);
/* The checksum of a record with its place, and that of a manifest. */
int64_t record_key(int64_t index, const char *id, const char *record, size_t length);
int64_t manifest_key(int64_t problems, const cairn_manifest_entry *entries, int32_t count);

/* Is this entry of a manifest a note, on which the records do not depend? Notes are neither exported nor compared. */
bool is_note(const char *key);

/* The status of a database error code, with a text that opens with the file: "run.db: disk full". */
cairn_status file_fail(cairn_ctx *ctx, const cairn_run *run, int code);
cairn_status file_execute(cairn_ctx *ctx, const cairn_run *run, const char *sql);
cairn_status file_prepare(cairn_ctx *ctx, const cairn_run *run, const char *sql, sqlite3_stmt **out);

#endif

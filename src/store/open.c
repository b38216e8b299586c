/* Making, resuming and opening run files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/temporary.h"
#include "data/json.h"
#include "store/file.h"

#define APPLICATION   "1130459758" /* "Carn": says that a database is a run file */
#define VERSION       "2"
#define MOST_PROBLEMS INT64_C(1000000000)
#define BUSY_MS       10000 /* longest wait for a program that reads or copies the file */

/* The tables of a run file. The database keeps these texts, and a file whose texts differ is not gone into. */
#define RUN_TABLE      "CREATE TABLE run (problems INTEGER NOT NULL, key INTEGER NOT NULL)"
#define MANIFEST_TABLE "CREATE TABLE manifest (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID"
#define RECORD_TABLE                                                                            \
    "CREATE TABLE record (problem INTEGER PRIMARY KEY, id TEXT NOT NULL, record TEXT NOT NULL," \
    " key INTEGER NOT NULL)"

/* Entries that a run gives itself, sorted. */
static const char *const own_keys[] = {"cairn", "created", "instruction_set"};
enum { OWN_KEYS = sizeof own_keys / sizeof *own_keys };

static int by_key(const void *a, const void *b) {
    return strcmp(((const cairn_manifest_entry *)a)->key, ((const cairn_manifest_entry *)b)->key);
}

/* ---- the run in memory ------------------------------------------------------------------------------------------- */

void cairn_run_close(cairn_run *run) {
    if (!run) return;
    sqlite3_finalize(run->insert);
    sqlite3_finalize(run->at_least);
    if (run->db && run->lock >= 0) {
        /* One file that can be read from anywhere. It stays as it is while someone else reads it. */
        sqlite3_busy_timeout(run->db, 0);
        sqlite3_exec(run->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    }
    sqlite3_close(run->db);
    if (run->lock >= 0) lock_release(run, run->lock);
    pthread_mutex_destroy(&run->mutex);
    cairn_arena_close(run->arena);
    cairn_free(run->recorded);
    cairn_free(run->path);
    free(run->file);
    free(run->saved);
    cairn_free(run);
}

static cairn_status run_alloc(cairn_ctx *ctx, const char *path, cairn_run **out) {
    cairn_run *run = cairn_alloc(ctx, 1, sizeof *run);
    if (!run) return CAIRN_NO_MEMORY;
    run->lock = -1;
    pthread_mutex_init(&run->mutex, NULL);
    run->path = cairn_alloc(ctx, strlen(path) + 1, 1);
    cairn_status status = run->path ? cairn_arena_open(ctx, 4096, &run->arena) : CAIRN_NO_MEMORY;
    if (status != CAIRN_OK) {
        cairn_run_close(run);
        return status;
    }
    memcpy(run->path, path, strlen(path));
    *out = run;
    return CAIRN_OK;
}

static cairn_status connect_to(cairn_ctx *ctx, cairn_run *run, const char *path, int flags) {
    int code = sqlite3_open_v2(path, &run->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
    if (code != SQLITE_OK) return file_fail(ctx, run, code);
    sqlite3_busy_timeout(run->db, BUSY_MS);
    sqlite3_db_config(run->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL); /* the file may come from anywhere */
    sqlite3_db_config(run->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return CAIRN_OK;
}

static cairn_status bits_alloc(cairn_ctx *ctx, cairn_run *run) {
    run->recorded = cairn_alloc(ctx, (size_t)(run->problems / 8 + 1), 1);
    return run->recorded ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status statements(cairn_ctx *ctx, cairn_run *run) {
    if (run->lock >= 0)
        CAIRN_TRY(file_prepare(ctx, run, "INSERT INTO record (problem, id, record, key) VALUES (?1, ?2, ?3, ?4)",
                               &run->insert));
    return file_prepare(ctx, run,
                        "SELECT problem, id, record, key FROM record WHERE problem >= ?1 ORDER BY problem LIMIT 1",
                        &run->at_least);
}

/* ---- manifest ---------------------------------------------------------------------------------------------------- */

static bool is_text(const char *text) {
    return text && json_is_utf8(text, strlen(text));
}

static cairn_status check_manifest(cairn_ctx *ctx, const cairn_manifest *manifest) {
    if (manifest->problems < 0 || manifest->problems > MOST_PROBLEMS)
        return cairn_fail(ctx, CAIRN_INVALID, "a run has 0 to %lld problems, not %lld", (long long)MOST_PROBLEMS,
                          (long long)manifest->problems);
    for (int32_t i = 0; i < manifest->count; i++) {
        const cairn_manifest_entry *entry = &manifest->entries[i];
        if (!is_text(entry->key) || !is_text(entry->value))
            return cairn_fail(ctx, CAIRN_INVALID, "manifest entry %d is no valid UTF-8 text", (int)i);
        for (int k = 0; k < OWN_KEYS; k++)
            if (strcmp(entry->key, own_keys[k]) == 0)
                return cairn_fail(ctx, CAIRN_INVALID, "manifest entry `%s` is the run's own", entry->key);
    }
    return CAIRN_OK;
}

/* The caller's entries and the run's own, sorted, in the run's arena. */
static cairn_status whole_manifest(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest, const char *created,
                                   cairn_manifest_entry **out, int32_t *count) {
    CAIRN_TRY(cairn_kernels_check(ctx));
    CAIRN_TRY(check_manifest(ctx, manifest));
    int32_t n = manifest->count;
    cairn_manifest_entry *entries = cairn_arena_alloc(run->arena, (size_t)n + OWN_KEYS, sizeof *entries);
    if (!entries) return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the manifest", run->path);
    if (n > 0) memcpy(entries, manifest->entries, (size_t)n * sizeof *entries);
    entries[n] = (cairn_manifest_entry){"cairn", CAIRN_VERSION};
    entries[n + 1] = (cairn_manifest_entry){"created", created};
    entries[n + 2] = (cairn_manifest_entry){"instruction_set", cairn_bits_name(manifest->portable)};
    qsort(entries, (size_t)n + OWN_KEYS, sizeof *entries, by_key);
    for (int32_t i = 1; i < n + OWN_KEYS; i++)
        if (by_key(&entries[i - 1], &entries[i]) == 0)
            return cairn_fail(ctx, CAIRN_INVALID, "manifest entry `%s` is given twice", entries[i].key);
    *out = entries;
    *count = n + OWN_KEYS;
    return CAIRN_OK;
}

static cairn_status load_manifest(cairn_ctx *ctx, cairn_run *run) {
    sqlite3_stmt *rows;
    size_t capacity = 0;
    cairn_manifest_entry *entries = NULL;
    CAIRN_TRY(file_prepare(ctx, run, "SELECT key, value FROM manifest ORDER BY key", &rows));
    cairn_status status = CAIRN_OK;
    int code;
    while (status == CAIRN_OK && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(rows, 0),
                   *value = (const char *)sqlite3_column_text(rows, 1);
        if ((!key || !value) && sqlite3_errcode(run->db) == SQLITE_NOMEM)
            status = file_fail(ctx, run, SQLITE_NOMEM);
        else if (!is_text(key) || !is_text(value) || run->count == INT32_MAX)
            status = cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: its manifest is no text", run->path);
        else
            status = cairn_grow(ctx, (void **)&entries, &capacity, (size_t)run->count + 1, sizeof *entries);
        if (status != CAIRN_OK) break;
        entries[run->count].key = cairn_arena_copy(run->arena, key, strlen(key));
        entries[run->count].value = cairn_arena_copy(run->arena, value, strlen(value));
        if (!entries[run->count].key || !entries[run->count].value)
            status = cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the manifest", run->path);
        run->count++;
    }
    if (status == CAIRN_OK && code != SQLITE_DONE) status = file_fail(ctx, run, code);
    sqlite3_finalize(rows);
    if (status == CAIRN_OK && !(run->entries = cairn_arena_alloc(run->arena, (size_t)run->count, sizeof *entries)))
        status = cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the manifest", run->path);
    if (status == CAIRN_OK && run->count > 0) memcpy(run->entries, entries, (size_t)run->count * sizeof *entries);
    cairn_free(entries);
    return status;
}

bool is_note(const char *key) {
    return strcmp(key, "created") == 0 || strncmp(key, "out_", 4) == 0;
}

static cairn_status differs(cairn_ctx *ctx, const cairn_run *run, const char *key, const char *there,
                            const char *here) {
    return cairn_fail(ctx, CAIRN_INVALID, "%s: the run was made with %s=%s%s%s, now it is %s%s%s", run->path, key,
                      there ? "`" : "", there ? there : "nothing", there ? "`" : "", here ? "`" : "",
                      here ? here : "nothing", here ? "`" : "");
}

/* "policy_key", "world_key", ...: the key of a program's file, with the file's name. */
static bool is_program_key(const cairn_manifest_entry *entry) {
    size_t length = strlen(entry->key);
    return length > 4 && strcmp(entry->key + length - 4, "_key") == 0 && strchr(entry->value, ' ');
}

static cairn_status program_differs(cairn_ctx *ctx, const cairn_run *run, const char *key, const char *there,
                                    const char *here) {
    return cairn_fail(ctx, CAIRN_INVALID,
                      "%s: the program changed since the run was made: %s was `%s` and is `%s` (a key of the file's "
                      "content, its name); restore it or begin another run",
                      run->path, key, there, here);
}

/* One of the two is portable, or their processors differ. */
static cairn_status bits_differ(cairn_ctx *ctx, const cairn_run *run, const char *there, const char *here) {
    if (strcmp(there, cairn_bits_name(true)) == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: the run was made with --portable: resume it with --portable",
                          run->path);
    if (strcmp(here, cairn_bits_name(true)) == 0)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "%s: the run was made without --portable (instruction_set=`%s`): resume it without",
                          run->path, there);
    return cairn_fail(
        ctx, CAIRN_INVALID,
        "%s: the run was made with instruction_set=`%s`, now it is `%s`, which gives other bits: only a run "
        "that was begun with --portable resumes on every processor",
        run->path, there, here);
}

/* The first entry from `i` on that is no note. */
static int32_t past_notes(const cairn_manifest_entry *entries, int32_t n, int32_t i) {
    while (i < n && is_note(entries[i].key)) i++;
    return i;
}

/* Names the first entry that is not the same, notes apart. */
static cairn_status compare_manifest(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest) {
    cairn_manifest_entry *here;
    int32_t n, i = 0, j = 0;
    CAIRN_TRY(whole_manifest(ctx, run, manifest, "", &here, &n));
    while (true) {
        i = past_notes(run->entries, run->count, i);
        j = past_notes(here, n, j);
        if (i == run->count && j == n) break;
        const cairn_manifest_entry *there = &run->entries[i];
        int order = i == run->count ? 1 : j == n ? -1 : by_key(there, &here[j]);
        if (order < 0) return differs(ctx, run, there->key, there->value, NULL);
        if (order > 0) return differs(ctx, run, here[j].key, NULL, here[j].value);
        bool same = strcmp(there->value, here[j].value) == 0;
        if (!same && strcmp(there->key, "instruction_set") == 0)
            return bits_differ(ctx, run, there->value, here[j].value);
        if (!same && is_program_key(there)) return program_differs(ctx, run, there->key, there->value, here[j].value);
        if (!same) return differs(ctx, run, there->key, there->value, here[j].value);
        i++, j++;
    }
    if (run->problems == manifest->problems) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "%s: the run was made with %lld problems, now there are %lld", run->path,
                      (long long)run->problems, (long long)manifest->problems);
}

/* ---- create ------------------------------------------------------------------------------------------------------ */

static cairn_status insert_entry(cairn_ctx *ctx, const cairn_run *run, sqlite3_stmt *insert,
                                 const cairn_manifest_entry *entry) {
    int code = sqlite3_bind_text(insert, 1, entry->key, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_bind_text(insert, 2, entry->value, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_step(insert);
    sqlite3_reset(insert);
    return code == SQLITE_DONE ? CAIRN_OK : file_fail(ctx, run, code);
}

/* One transaction: a file has all of this or is no run file. */
static cairn_status write_tables(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest) {
    char created[32], sql[96];
    time_t now = time(NULL);
    struct tm utc;
    cairn_manifest_entry *entries;
    int32_t count;
    sqlite3_stmt *insert;
    strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    CAIRN_TRY(whole_manifest(ctx, run, manifest, created, &entries, &count));
    if (cairn_fault_write(ctx, 4096) != CAIRN_OK)
        return cairn_fail(ctx, CAIRN_IO, "%s: %s", run->path, errno == ENOSPC ? "disk full" : strerror(errno));
    CAIRN_TRY(file_execute(ctx, run,
                           "PRAGMA journal_mode=MEMORY; BEGIN IMMEDIATE;"
                           "PRAGMA application_id=" APPLICATION "; PRAGMA user_version=" VERSION ";" RUN_TABLE
                           ";" MANIFEST_TABLE ";" RECORD_TABLE));
    snprintf(sql, sizeof sql, "INSERT INTO run VALUES (%lld, %lld)", (long long)manifest->problems,
             (long long)manifest_key(manifest->problems, entries, count));
    CAIRN_TRY(file_execute(ctx, run, sql));
    CAIRN_TRY(file_prepare(ctx, run, "INSERT INTO manifest (key, value) VALUES (?1, ?2)", &insert));
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < count && status == CAIRN_OK; i++) status = insert_entry(ctx, run, insert, &entries[i]);
    sqlite3_finalize(insert);
    return status == CAIRN_OK ? file_execute(ctx, run, "COMMIT") : status;
}

static void disconnect(cairn_run *run) {
    sqlite3_finalize(run->insert);
    sqlite3_finalize(run->at_least);
    sqlite3_close(run->db);
    run->insert = run->at_least = NULL;
    run->db = NULL;
}

/* Removes a database and what SQLite may have put beside it. */
static void remove_database(const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *name;
        if (asprintf(&name, "%s%s", path, ends[i]) < 0) continue;
        unlink(name);
        free(name);
    }
}

static cairn_status refuse_existing(cairn_ctx *ctx, const char *path) {
    struct stat info;
    if (lstat(path, &info) != 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "%s: exists already: go on with it by --resume, or name another file", path);
}

/* "<folder>/.cairn-<process>-<number>.tmp" as cairn_out does, made by this call and locked while it is ours: no file of
 * anybody else is touched, and who finds it unlocked may remove it. */
static cairn_status open_beside(cairn_ctx *ctx, const cairn_run *run, char **name, int *out) {
    cairn_status status = temporary_open(ctx, run->file, name, out);
    if (status != CAIRN_IO) return status;
    return cairn_fail(ctx, status, "%s: cannot be written: %s", run->path, strerror(errno));
}

/* Gives the file its name unless something has that name. */
static cairn_status put_in_place(cairn_ctx *ctx, cairn_run *run, const char *beside) {
    cairn_fault_point(ctx);
    if (link(beside, run->file) == 0)
        unlink(beside);
    else if (errno == EEXIST)
        return refuse_existing(ctx, run->path);
    else if (rename(beside, run->file) != 0) /* a file system without hard links */
        return cairn_fail(ctx, CAIRN_IO, "%s: cannot be written: %s", run->path, strerror(errno));
    cairn_fault_point(ctx);
    return CAIRN_OK;
}

void cairn_run_discard(cairn_run *run) {
    if (!run) return;
    bool ours = file_is_in_place(run);
    disconnect(run);
    if (ours) remove_database(run->file);
    cairn_run_close(run);
}

static cairn_status load(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest);

/* Writes the new file under another name first, so that a kill leaves a whole run file or none. */
static cairn_status write_new(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest, bool *made) {
    char *beside;
    int file;
    CAIRN_TRY(open_beside(ctx, run, &beside, &file));
    cairn_status status = connect_to(ctx, run, beside, SQLITE_OPEN_READWRITE);
    if (status == CAIRN_OK) status = write_tables(ctx, run, manifest);
    disconnect(run);
    if (status == CAIRN_OK) status = put_in_place(ctx, run, beside);
    *made = status == CAIRN_OK;
    if (!*made) unlink(beside);
    close(file);
    cairn_free(beside);
    return status;
}

static cairn_status create_locked(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest) {
    bool made;
    CAIRN_TRY(refuse_existing(ctx, run->path)); /* made between the first look and the lock */
    CAIRN_TRY(file_check_free(ctx, run));
    CAIRN_TRY(write_new(ctx, run, manifest, &made));
    cairn_status status = load(ctx, run, manifest);
    if (status == CAIRN_OK) return status;
    disconnect(run);
    remove_database(run->file);
    return status;
}

/* Where a file that is not there yet will be: its folder without links, and its name. */
static cairn_status find_place(cairn_ctx *ctx, cairn_run *run) {
    const char *slash = strrchr(run->path, '/'), *name = slash ? slash + 1 : run->path;
    char *folder = NULL, *real = NULL;
    if (!*name) return cairn_fail(ctx, CAIRN_INVALID, "%s: is the name of a folder, not of a run file", run->path);
    if (asprintf(&folder, "%.*s", slash ? (int)(slash + 1 - run->path) : 1, slash ? run->path : ".") < 0)
        return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for its path", run->path);
    real = realpath(folder, NULL);
    free(folder);
    if (!real) return cairn_fail(ctx, CAIRN_IO, "%s: cannot be written: %s", run->path, strerror(errno));
    int n = asprintf(&run->file, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
    free(real);
    if (n >= 0) return CAIRN_OK;
    run->file = NULL;
    return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for its path", run->path);
}

cairn_status cairn_run_create(cairn_ctx *ctx, const char *path, const cairn_manifest *manifest, cairn_run **out) {
    cairn_run *run;
    CAIRN_TRY(refuse_existing(ctx, path));
    CAIRN_TRY(run_alloc(ctx, path, &run));
    cairn_status status = find_place(ctx, run);
    if (status == CAIRN_OK) status = lock_take(ctx, run, &run->lock);
    if (status == CAIRN_OK) status = create_locked(ctx, run, manifest);
    if (status != CAIRN_OK) {
        cairn_run_close(run);
        return status;
    }
    *out = run;
    return CAIRN_OK;
}

/* ---- resume and open ---------------------------------------------------------------------------------------------- */

/* The one integer that a query gives. */
static cairn_status integer_of(cairn_ctx *ctx, const cairn_run *run, const char *sql, int64_t *out) {
    sqlite3_stmt *row;
    CAIRN_TRY(file_prepare(ctx, run, sql, &row));
    int code = sqlite3_step(row);
    cairn_status status = CAIRN_OK;
    if (code == SQLITE_ROW)
        *out = sqlite3_column_int64(row, 0);
    else if (code == SQLITE_DONE)
        status = cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: a table is empty", run->path);
    else
        status = file_fail(ctx, run, code);
    sqlite3_finalize(row);
    return status;
}

/* A file from elsewhere can have tables of the right names that are made otherwise: columns that are computed, keys
 * that are no numbers, triggers that change the rest, code of extensions behind an index or a virtual table. */
static cairn_status check_tables(cairn_ctx *ctx, const cairn_run *run) {
    int64_t same = 0, others = 0;
    CAIRN_TRY(integer_of(ctx, run,
                         "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND (name, sql) IN "
                         "(VALUES ('run', '" RUN_TABLE "'), ('manifest', '" MANIFEST_TABLE "'),"
                         " ('record', '" RECORD_TABLE "'))",
                         &same));
    CAIRN_TRY(integer_of(ctx, run,
                         "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view') OR "
                         "(type = 'index' AND sql IS NOT NULL) OR sql LIKE 'CREATE VIRTUAL%'",
                         &others));
    if (same == 3 && others == 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: its tables are not those of a run file", run->path);
}

static cairn_status check_kind(cairn_ctx *ctx, const cairn_run *run) {
    int64_t application = 0, version = 0;
    CAIRN_TRY(integer_of(ctx, run, "PRAGMA application_id", &application));
    CAIRN_TRY(integer_of(ctx, run, "PRAGMA user_version", &version));
    if (application != atoll(APPLICATION)) return cairn_fail(ctx, CAIRN_FORMAT, "%s: is no run file", run->path);
    if (version != atoll(VERSION))
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: is a run file of version %lld; this Cairn reads version " VERSION,
                          run->path, (long long)version);
    return check_tables(ctx, run);
}

/* Walks all pages, so that nothing is added to a file that is broken elsewhere. */
static cairn_status check_whole(cairn_ctx *ctx, const cairn_run *run) {
    sqlite3_stmt *row;
    CAIRN_TRY(file_prepare(ctx, run, "PRAGMA quick_check(1)", &row));
    int code = sqlite3_step(row);
    cairn_status status = CAIRN_OK;
    const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : NULL;
    if (code != SQLITE_ROW)
        status = file_fail(ctx, run, code);
    else if (!text || strcmp(text, "ok") != 0)
        status = cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: %s", run->path, text ? text : "no check");
    sqlite3_finalize(row);
    return status;
}

static cairn_status load_recorded(cairn_ctx *ctx, cairn_run *run) {
    sqlite3_stmt *rows;
    CAIRN_TRY(integer_of(ctx, run, "SELECT problems FROM run", &run->problems));
    if (run->problems < 0 || run->problems > MOST_PROBLEMS)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: it has %lld problems", run->path,
                          (long long)run->problems);
    CAIRN_TRY(bits_alloc(ctx, run));
    CAIRN_TRY(file_prepare(ctx, run, "SELECT problem FROM record", &rows));
    cairn_status status = CAIRN_OK;
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW && status == CAIRN_OK) {
        int64_t index = sqlite3_column_int64(rows, 0);
        if (index < 0 || index >= run->problems) {
            status = cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: it has a problem %lld of %lld", run->path,
                                (long long)index, (long long)run->problems);
        } else if (run->recorded[index / 8] >> index % 8 & 1) {
            status =
                cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: it has problem %lld twice", run->path, (long long)index);
        } else {
            run->recorded[index / 8] = (uint8_t)(run->recorded[index / 8] | 1u << index % 8);
            run->done++;
        }
    }
    if (status == CAIRN_OK && code != SQLITE_DONE) status = file_fail(ctx, run, code);
    sqlite3_finalize(rows);
    return status;
}

/* A connection that only reads must still be able to take back what a killed process left half written, which one
 * opened by SQLITE_OPEN_READONLY is not. It neither changes the run nor moves its log into the file. */
static cairn_status connect_to_read(cairn_ctx *ctx, cairn_run *run) {
    CAIRN_TRY(connect_to(ctx, run, run->file, SQLITE_OPEN_READWRITE));
    sqlite3_db_config(run->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return file_execute(ctx, run, "PRAGMA query_only=ON");
}

/* Which file this is, to notice later that it is gone. */
static void note_file(cairn_run *run) {
    struct stat info;
    if (stat(run->file, &info) != 0) return;
    run->device = info.st_dev;
    run->inode = info.st_ino;
}

static cairn_status check_manifest_key(cairn_ctx *ctx, const cairn_run *run) {
    int64_t key = 0;
    CAIRN_TRY(integer_of(ctx, run, "SELECT key FROM run", &key));
    if (key == manifest_key(run->problems, run->entries, run->count)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: is damaged: its manifest is not what was written", run->path);
}

static cairn_status load(cairn_ctx *ctx, cairn_run *run, const cairn_manifest *manifest) {
    CAIRN_TRY(file_check_beside(ctx, run));
    note_file(run);
    CAIRN_TRY(run->lock >= 0 ? connect_to(ctx, run, run->file, SQLITE_OPEN_READWRITE) : connect_to_read(ctx, run));
    CAIRN_TRY(check_kind(ctx, run));
    if (run->lock >= 0) CAIRN_TRY(check_whole(ctx, run));
    CAIRN_TRY(load_manifest(ctx, run));
    CAIRN_TRY(load_recorded(ctx, run));
    CAIRN_TRY(check_manifest_key(ctx, run));
    if (run->lock >= 0) {
        CAIRN_TRY(compare_manifest(ctx, run, manifest));
        CAIRN_TRY(file_execute(ctx, run, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"));
    }
    return statements(ctx, run);
}

static cairn_status open_existing(cairn_ctx *ctx, const char *path, const cairn_manifest *manifest, cairn_run **out) {
    struct stat info;
    cairn_run *run;
    if (stat(path, &info) != 0)
        return cairn_fail(ctx, errno == ENOENT ? CAIRN_NOT_FOUND : CAIRN_IO, "%s: %s", path,
                          errno == ENOENT ? "there is no such run" : strerror(errno));
    if (!S_ISREG(info.st_mode)) return cairn_fail(ctx, CAIRN_FORMAT, "%s: is no run file", path);
    CAIRN_TRY(run_alloc(ctx, path, &run));
    run->file = realpath(path, NULL);
    cairn_status status = run->file ? CAIRN_OK : cairn_fail(ctx, CAIRN_IO, "%s: %s", path, strerror(errno));
    if (status == CAIRN_OK && manifest) status = lock_take(ctx, run, &run->lock);
    if (status == CAIRN_OK) status = load(ctx, run, manifest);
    if (status != CAIRN_OK) {
        cairn_run_close(run);
        return status;
    }
    *out = run;
    return CAIRN_OK;
}

cairn_status cairn_run_resume(cairn_ctx *ctx, const char *path, const cairn_manifest *manifest, cairn_run **out) {
    return open_existing(ctx, path, manifest, out);
}

bool cairn_run_detect(const char *path) {
    static const char magic[16] = "SQLite format 3"; /* with its NUL */
    char head[sizeof magic] = "";
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return false; /* what is read from a pipe is gone */
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    return n == sizeof head && memcmp(head, magic, sizeof head) == 0;
}

cairn_status cairn_run_open(cairn_ctx *ctx, const char *path, cairn_run **out) {
    return open_existing(ctx, path, NULL, out);
}

/* Gives a run file that was changed by SQL the checksum that its maker would give it. */
#ifndef CAIRN_TESTS_SIGN_RUN_H
#define CAIRN_TESTS_SIGN_RUN_H

#include "store/file.h"

static inline int sign_run(const char *path) {
    cairn_manifest_entry entries[64];
    int32_t n = 0;
    sqlite3 *db;
    sqlite3_stmt *rows;
    int code = sqlite3_open(path, &db);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, "SELECT key, value FROM manifest ORDER BY key", -1, &rows, NULL);
    for (; code == SQLITE_OK && n < 64 && sqlite3_step(rows) == SQLITE_ROW; n++)
        entries[n] = (cairn_manifest_entry){strdup((const char *)sqlite3_column_text(rows, 0)),
                                            strdup((const char *)sqlite3_column_text(rows, 1))};
    if (code == SQLITE_OK) sqlite3_finalize(rows);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(db, "SELECT problems FROM run", -1, &rows, NULL);
    if (code == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW) {
        char sql[96];
        int64_t key = manifest_key(sqlite3_column_int64(rows, 0), entries, n);
        sqlite3_finalize(rows);
        snprintf(sql, sizeof sql, "UPDATE run SET key = %lld", (long long)key);
        code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    for (int32_t i = 0; i < n; i++) {
        free((void *)(uintptr_t)entries[i].key);
        free((void *)(uintptr_t)entries[i].value);
    }
    sqlite3_close(db);
    return code;
}

#endif

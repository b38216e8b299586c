/* Memory of SQLite's that fails, once or from some allocation on: the run says so, and what was put before stands. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/store.h"

enum { RECORDS = 4 };

static cairn_ctx *ctx;
static char folder[] = "/tmp/cairn_store_XXXXXX";
static char path[64], exported[64];

static const cairn_manifest_entry entries[] = {{"seed", "7"}, {"world", "chain:steps=4"}};
static const cairn_manifest manifest = {.entries = entries, .count = 2, .problems = RECORDS};

/* ---- SQLite's allocator, which fails ------------------------------------------------------------------------------- */

static sqlite3_mem_methods system_memory;
static long allocations, fails_at; /* 0: none */
static bool for_good;

static bool fails(void) {
    allocations++;
    return fails_at > 0 && (for_good ? allocations >= fails_at : allocations == fails_at);
}

static void *allocate(int bytes) {
    return fails() ? NULL : system_memory.xMalloc(bytes);
}

static void *reallocate(void *block, int bytes) {
    return fails() ? NULL : system_memory.xRealloc(block, bytes);
}

static void fail_from(long at, bool good) {
    allocations = 0;
    fails_at = at;
    for_good = good;
}

static int open_all(void **state) {
    (void)state;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) return -1;
    sqlite3_mem_methods failing = system_memory;
    failing.xMalloc = allocate;
    failing.xRealloc = reallocate;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK) return -1;
    if (sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK) return -1; /* every allocation can fail */
    if (sqlite3_initialize() != SQLITE_OK) return -1;
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    snprintf(path, sizeof path, "%s/run.db", folder);
    snprintf(exported, sizeof exported, "%s/out.jsonl", folder);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return rmdir(folder); /* fails where a test left a file, such as a lock */
}

/* ---- a run --------------------------------------------------------------------------------------------------------- */

static cairn_status put_all(cairn_run *run) {
    for (int64_t i = 0; i < RECORDS; i++) {
        char id[32], record[64];
        snprintf(id, sizeof id, "p-%lld", (long long)i);
        snprintf(record, sizeof record, "{\"id\":\"p-%lld\"}", (long long)i);
        if (!cairn_run_has(run, i)) CAIRN_TRY(cairn_run_put(run, ctx, i, id, record, strlen(record)));
    }
    return CAIRN_OK;
}

static cairn_status export_all(cairn_run *run) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(ctx, exported, &out));
    cairn_status status = cairn_run_export(run, ctx, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* Creates or resumes the run, puts what is not there, and exports. */
static cairn_status work(void) {
    cairn_run *run;
    CAIRN_TRY(access(path, F_OK) == 0 ? cairn_run_resume(ctx, path, &manifest, &run)
                                      : cairn_run_create(ctx, path, &manifest, &run));
    cairn_status status = put_all(run);
    if (status == CAIRN_OK) status = export_all(run);
    cairn_run_close(run);
    return status;
}

static char *read_export(void) {
    FILE *file = fopen(exported, "rb");
    assert_non_null(file);
    char *text = calloc(1, 4096);
    assert_true(fread(text, 1, 4095, file) > 0);
    fclose(file);
    unlink(exported);
    return text;
}

static void remove_run(void) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[128];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static void try_failures(const char *whole, bool good) {
    int failed = 0, fine = 0;
    for (long at = 1; fine < 8; at += at < 40 ? 1 : 17) { /* some failures are made up for */
        fail_from(at, good);
        cairn_status status = work();
        fail_from(0, false);
        if (status == CAIRN_OK) {
            fine++;
        } else {
            fine = 0;
            failed++;
            if (status != CAIRN_NO_MEMORY || !strstr(cairn_error(ctx), "memory"))
                fail_msg("allocation %ld: %s: %s", at, cairn_status_name(status), cairn_error(ctx));
            assert_int_not_equal(access(exported, F_OK), 0);
            if (work() != CAIRN_OK) fail_msg("after allocation %ld: %s", at, cairn_error(ctx));
        }
        char *text = read_export();
        assert_string_equal(text, whole);
        free(text);
        remove_run(); /* whose log stays where closing it had no memory */
        assert_true(at < 20000);
    }
    print_message("%d allocations said, %s\n", failed, good ? "all from there on failing" : "one failing");
    assert_true(failed > 50);
}

static void test_a_failed_allocation_of_the_database_is_said_and_loses_nothing(void **state) {
    (void)state;
    assert_int_equal(work(), CAIRN_OK);
    char *whole = read_export();
    unlink(path);
    try_failures(whole, false);
    try_failures(whole, true);
    free(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failed_allocation_of_the_database_is_said_and_loses_nothing),
    };
    return cmocka_run_group_tests_name("store/memory", tests, open_all, close_all);
}

/* Run files among the files of other people: none of those is used, changed or removed, and what was changed in a run
 * is noticed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sign_run.h"

static cairn_ctx *ctx;
static char folder[] = "/tmp/cairn_store_trust_XXXXXX";
static char path[64], victim[64];

static const cairn_manifest_entry entries[] = {{"world", "chain:steps=4"}, {"seed", "7"}};
static const cairn_manifest manifest = {entries, 2, 20, false};

static int open_all(void **state) {
    (void)state;
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    snprintf(path, sizeof path, "%s/run.db", folder);
    snprintf(victim, sizeof victim, "%s/victim", folder);
    return 0;
}

static int clean(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "find %s -mindepth 1 -delete", folder);
    return system(command);
}

static int close_all(void **state) {
    clean(state);
    cairn_ctx_close(ctx);
    return rmdir(folder);
}

static cairn_run *create(void) {
    cairn_run *run = NULL;
    if (cairn_run_create(ctx, path, &manifest, &run) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return run;
}

static cairn_status put(cairn_run *run, int64_t index) {
    char id[32];
    snprintf(id, sizeof id, "p-%d", (int)index);
    return cairn_run_put(run, ctx, index, id, "{\"correct\":true}", 16);
}

static void edit(const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static cairn_status ignore(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)arg, (void)index, (void)id, (void)record, (void)length;
    return CAIRN_OK;
}

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void expect_text(const char *name, const char *text) {
    char there[256] = "";
    FILE *file = fopen(name, "rb");
    if (!file) fail_msg("%s is gone", name);
    there[fread(there, 1, sizeof there - 1, file)] = 0;
    fclose(file);
    assert_string_equal(there, text);
}

static void expect_error(const char *what, const char *says) {
    if (!strstr(cairn_error(ctx), says)) fail_msg("%s: `%s` does not say `%s`", what, cairn_error(ctx), says);
}

/* ---- what was changed -------------------------------------------------------------------------------------------------- */

static void test_a_changed_manifest_is_recognised(void **state) {
    (void)state;
    static const char *const changes[] = {
        "UPDATE manifest SET value = 'chain:steps=5' WHERE key = 'world'",
        "UPDATE manifest SET key = 'sead' WHERE key = 'seed'",
        "UPDATE manifest SET value = 'x' WHERE key = 'created'",
        "DELETE FROM manifest WHERE key = 'seed'",
        "INSERT INTO manifest VALUES ('a', 'b')",
        "UPDATE run SET problems = 21",
        "UPDATE run SET key = key + 1",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        cairn_run *run;
        cairn_run_close(create());
        edit(changes[i]);
        assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_FORMAT);
        expect_error(changes[i], "its manifest is not what was written");
        clean(NULL);
    }
}

static void test_a_record_under_another_number_or_id_is_recognised(void **state) {
    (void)state;
    static const char *const changes[] = {"UPDATE record SET problem = 6", "UPDATE record SET id = 'p-6'"};
    for (int i = 0; i < 2; i++) {
        cairn_run *run = create();
        put(run, 5);
        cairn_run_close(run);
        edit(changes[i]);
        assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_OK);
        assert_int_equal(cairn_run_each(run, ctx, ignore, NULL), CAIRN_FORMAT);
        cairn_run_close(run);
        clean(NULL);
    }
}

static void test_a_file_with_more_than_the_tables_of_a_run_is_not_read(void **state) {
    (void)state;
    static const char *const changes[] = {
        "CREATE VIEW extra AS SELECT * FROM record",
        "CREATE INDEX extra ON record (upper(id))",
        "CREATE TRIGGER extra AFTER INSERT ON record BEGIN DELETE FROM manifest; END",
        "CREATE VIRTUAL TABLE extra USING fts5(x)",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        cairn_run *run;
        cairn_run_close(create());
        edit(changes[i]);
        assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_FORMAT);
        expect_error(changes[i], "its tables are not those of a run file");
        clean(NULL);
    }
}

/* ---- other people's files ------------------------------------------------------------------------------------------------ */

/* What lies beside a new run file under the names that its database uses is neither used nor removed. */
static void test_a_new_run_removes_nothing_that_it_did_not_make(void **state) {
    (void)state;
    static const char *const ends[] = {"-new", "-new-wal", "-new-journal", "-lock", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[128];
        cairn_run *run;
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        write_text(name, "mine\n");
        if (cairn_run_create(ctx, path, &manifest, &run) == CAIRN_OK)
            cairn_run_close(run);
        else
            expect_error(name, ends[i]);
        expect_text(name, "mine\n");
        clean(NULL);
    }
}

/* SQLite deletes the second file that the end of a journal names, once it has read the journal. */
static void test_a_journal_that_names_another_file_is_refused_and_that_file_stays(void **state) {
    (void)state;
    static const unsigned char magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    unsigned char header[512] = {0};
    char journal[128];
    uint32_t sum = 0;
    cairn_run *run;
    snprintf(journal, sizeof journal, "%s-journal", path);
    cairn_run_close(create());
    write_text(victim, "mine\n");
    for (size_t i = 0; i < strlen(victim); i++) sum += (unsigned char)victim[i];
    FILE *file = fopen(journal, "wb");
    memcpy(header, magic, 8); /* no page in it; the database had 5 pages of 4096 bytes, its disk sectors of 512 */
    header[19] = 5, header[22] = 2, header[26] = 16;
    fwrite(header, 1, sizeof header, file);
    fwrite((const unsigned char[]){0x40, 0, 0, 1}, 1, 4, file); /* the page of the lock, after which the name stands */
    fwrite(victim, 1, strlen(victim), file);
    const uint32_t numbers[] = {(uint32_t)strlen(victim), sum};
    for (int i = 0; i < 8; i++) fputc((int)(numbers[i / 4] >> (24 - 8 * (i % 4)) & 0xFF), file);
    fwrite(magic, 1, 8, file);
    fclose(file);
    assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_FORMAT);
    expect_error("open", "run.db-journal beside it is not one that Cairn wrote");
    assert_int_equal(cairn_run_resume(ctx, path, &manifest, &run), CAIRN_FORMAT);
    expect_text(victim, "mine\n");
    assert_int_equal(access(journal, F_OK), 0);
}

static void test_links_beside_a_run_file_lead_nowhere(void **state) {
    (void)state;
    static const char *const ends[] = {"-journal", "-wal", "-shm", "-lock"};
    cairn_run_close(create());
    write_text(victim, "mine\n");
    for (size_t i = 0; i < 2 * sizeof ends / sizeof *ends; i++) {
        char name[128];
        cairn_run *run;
        snprintf(name, sizeof name, "%s%s", path, ends[i / 2]);
        assert_int_equal(i % 2 ? symlink(victim, name) : link(victim, name), 0);
        assert_int_not_equal(cairn_run_resume(ctx, path, &manifest, &run), CAIRN_OK);
        if (cairn_run_open(ctx, path, &run) == CAIRN_OK) cairn_run_close(run); /* reading takes no lock */
        expect_text(victim, "mine\n");
        assert_int_equal(unlink(name), 0);
    }
}

static void test_a_run_file_is_a_path_and_no_address(void **state) {
    (void)state;
    static const char name[] = "file:run.db?mode=memory";
    cairn_run *run;
    char old[256];
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(cairn_run_create(ctx, name, &manifest, &run), CAIRN_OK);
    assert_int_equal(access(name, F_OK), 0);
    cairn_run_close(run);
    assert_int_equal(cairn_run_open(ctx, name, &run), CAIRN_OK);
    cairn_run_close(run);
    assert_int_equal(chdir(old), 0);
}

/* Two names of one file are one run: the second writer is refused. */
static void test_a_run_is_locked_under_all_its_names(void **state) {
    (void)state;
    char name[128];
    cairn_run *run = create(), *second;
    snprintf(name, sizeof name, "%s/link.db", folder);
    assert_int_equal(symlink(path, name), 0);
    assert_int_equal(cairn_run_resume(ctx, name, &manifest, &second), CAIRN_INVALID);
    expect_error(name, "another process is writing this run");
    cairn_run_close(run);
    assert_int_equal(cairn_run_resume(ctx, name, &manifest, &second), CAIRN_OK);
    cairn_run_close(second);
}

/* ---- a run whose file goes away ---------------------------------------------------------------------------------------- */

/* A deleted file lives on while it is open, and ends with the process. */
static void test_a_run_whose_file_is_deleted_or_replaced_is_saved_beside(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) { /* deleted; replaced; deleted after the last record */
        char saved[128];
        snprintf(saved, sizeof saved, "%s.saved-1", path);
        cairn_run *run = create();
        assert_int_equal(put(run, 0), CAIRN_OK);
        if (kind == 2) assert_int_equal(put(run, 1), CAIRN_OK);
        assert_int_equal(cairn_run_check(run, ctx), CAIRN_OK);
        assert_int_equal(unlink(path), 0);
        if (kind == 1) write_text(path, "mine\n");
        assert_int_equal(kind == 2 ? cairn_run_check(run, ctx) : put(run, 1), CAIRN_IO);
        expect_error("a run that is gone", "was deleted or replaced during the run");
        expect_error("a run that is gone", "its 2 records are saved in");
        expect_error("a run that is gone", "run.db.saved-1");
        assert_int_equal(put(run, 2), CAIRN_IO);
        cairn_run_discard(run);
        if (kind == 1) expect_text(path, "mine\n");
        assert_int_equal(cairn_run_resume(ctx, saved, &manifest, &run), CAIRN_OK);
        assert_int_equal(cairn_run_done(run), 2);
        assert_int_equal(cairn_run_each(run, ctx, ignore, NULL), CAIRN_OK);
        cairn_run_close(run);
        clean(NULL);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(test_a_changed_manifest_is_recognised),
        TEST(test_a_record_under_another_number_or_id_is_recognised),
        TEST(test_a_file_with_more_than_the_tables_of_a_run_is_not_read),
        TEST(test_a_new_run_removes_nothing_that_it_did_not_make),
        TEST(test_a_journal_that_names_another_file_is_refused_and_that_file_stays),
        TEST(test_links_beside_a_run_file_lead_nowhere),
        TEST(test_a_run_file_is_a_path_and_no_address),
        TEST(test_a_run_is_locked_under_all_its_names),
        TEST(test_a_run_whose_file_is_deleted_or_replaced_is_saved_beside),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

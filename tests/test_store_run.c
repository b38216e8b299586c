/* Run files: what was put stands, whatever happens to the process, the disk or the file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sign_run.h"

static cairn_ctx *ctx;
static char folder[] = "/tmp/cairn_run_XXXXXX";
static char path[64], exported[64];
static char logged[1024];

static const cairn_manifest_entry entries[] = {{"world", "chain:steps=4"}, {"seed", "7"}, {"a\"b", "\xc3\xa9\n"}};
static const cairn_manifest manifest = {entries, 3, 20, false};

static void log_line(void *user, cairn_log_level level, const char *line) {
    (void)user, (void)level;
    snprintf(logged, sizeof logged, "%s", line);
}

static int open_all(void **state) {
    (void)state;
    if (!mkdtemp(folder) || cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    snprintf(path, sizeof path, "%s/run.db", folder);
    snprintf(exported, sizeof exported, "%s/out.jsonl", folder);
    cairn_log_to(ctx, CAIRN_LOG_WARN, log_line, NULL);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return rmdir(folder); /* fails where a test left a file, such as a lock */
}

static int clean(void **state) {
    (void)state;
    static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
    char name[128];
    cairn_faults_set(ctx, (cairn_faults){0});
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    unlink(exported);
    logged[0] = 0;
    return 0;
}

static cairn_run *create(void) {
    cairn_run *run = NULL;
    if (cairn_run_create(ctx, path, &manifest, &run) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return run;
}

static cairn_run *resume(void) {
    cairn_run *run = NULL;
    if (cairn_run_resume(ctx, path, &manifest, &run) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return run;
}

static cairn_status put(cairn_run *run, cairn_ctx *with, int64_t index) {
    char id[32], record[128];
    snprintf(id, sizeof id, "p-%lld", (long long)index);
    snprintf(record, sizeof record, "{\"correct\":%s,\"id\":\"p-%lld\"}", index % 3 ? "true" : "false",
             (long long)index);
    return cairn_run_put(run, with, index, id, record, strlen(record));
}

static char *export_text(cairn_run *run) {
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, exported, &out), CAIRN_OK);
    if (cairn_run_export(run, ctx, out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    FILE *file = fopen(exported, "rb");
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

/* The export of a run that nothing happened to. */
static char *undisturbed(void) {
    cairn_run *run = create();
    for (int64_t i = 0; i < 20; i++) assert_int_equal(put(run, ctx, i), CAIRN_OK);
    char *text = export_text(run);
    cairn_run_close(run);
    clean(NULL);
    return text;
}

/* ---- what a run keeps ----------------------------------------------------------------------------------------------- */

static cairn_status collect(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    char *text = arg;
    assert_int_equal(strlen(record), length);
    sprintf(text + strlen(text), "%lld %s %s\n", (long long)index, id, record);
    return index == 9 ? CAIRN_CANCELLED : CAIRN_OK;
}

static void test_records_come_back_in_index_order(void **state) {
    (void)state;
    char seen[1024] = "";
    cairn_run *run = create();
    assert_int_equal(cairn_run_done(run), 0);
    assert_int_equal(cairn_run_problems(run), 20);
    const int64_t order[] = {7, 0, 19, 9};
    for (int i = 0; i < 4; i++) assert_int_equal(put(run, ctx, order[i]), CAIRN_OK);
    assert_int_equal(cairn_run_done(run), 4);
    assert_true(cairn_run_has(run, 19));
    assert_false(cairn_run_has(run, 1));
    assert_false(cairn_run_has(run, -1));
    assert_false(cairn_run_has(run, 20));
    assert_int_equal(cairn_run_each(run, ctx, collect, seen), CAIRN_CANCELLED);
    assert_string_equal(seen, "0 p-0 {\"correct\":false,\"id\":\"p-0\"}\n7 p-7 {\"correct\":true,\"id\":\"p-7\"}\n"
                              "9 p-9 {\"correct\":false,\"id\":\"p-9\"}\n");
    cairn_run_close(run);

    assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_OK);
    assert_int_equal(cairn_run_done(run), 4);
    assert_true(cairn_run_has(run, 7));
    assert_int_equal(put(run, ctx, 1), CAIRN_INVALID);
    cairn_run_close(run);
}

static void test_the_manifest_is_sorted_and_has_the_runs_own_entries(void **state) {
    (void)state;
    cairn_run *run = create();
    const char *const keys[] = {"a\"b", "cairn", "created", "instruction_set", "seed", "world"};
    for (int pass = 0; pass < 2; pass++) {
        assert_int_equal(cairn_run_manifest_count(run), 6);
        for (int i = 0; i < 6; i++) assert_string_equal(cairn_run_manifest_at(run, i).key, keys[i]);
        assert_null(cairn_run_manifest_at(run, 6).key);
        assert_string_equal(cairn_run_manifest(run, "world"), "chain:steps=4");
        assert_string_equal(cairn_run_manifest(run, "cairn"), CAIRN_VERSION);
        assert_int_equal(strlen(cairn_run_manifest(run, "created")), 20);
        assert_null(cairn_run_manifest(run, "nothing"));
        cairn_run_close(run);
        assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_OK);
    }
    cairn_run_close(run);
}

static void test_a_closed_run_is_one_file(void **state) {
    (void)state;
    cairn_run *run = create();
    put(run, ctx, 0);
    cairn_run_close(run);
    static const char *const ends[] = {"-wal", "-shm", "-lock"};
    for (int i = 0; i < 3; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        assert_int_not_equal(access(name, F_OK), 0);
    }
}

static void test_what_cannot_be_put_is_refused(void **state) {
    (void)state;
    cairn_run *run = create();
    assert_int_equal(put(run, ctx, 3), CAIRN_OK);
    assert_int_equal(put(run, ctx, 3), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "problem 3 is recorded already"));
    assert_int_equal(put(run, ctx, 20), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "has no problem 20: it has 20"));
    assert_int_equal(put(run, ctx, -1), CAIRN_INVALID);
    assert_int_equal(cairn_run_put(run, ctx, 4, "x", "{\n}", 3), CAIRN_INVALID);
    assert_int_equal(cairn_run_put(run, ctx, 4, "x", "[]", 2), CAIRN_INVALID);
    assert_int_equal(cairn_run_put(run, ctx, 4, "x", "{\0}", 3), CAIRN_INVALID);
    assert_int_equal(cairn_run_done(run), 1);
    cairn_run_close(run);
}

static void test_the_export_is_manifest_and_records(void **state) {
    (void)state;
    char expected[512];
    cairn_run *run = create();
    put(run, ctx, 2);
    put(run, ctx, 0);
    char *text = export_text(run);
    snprintf(expected, sizeof expected,
             "{\"cairn_run\":1,\"manifest\":{\"a\\\"b\":\"\xc3\xa9\\n\",\"cairn\":\"%s\",\"instruction_set\":\"%s\","
             "\"seed\":\"7\","
             "\"world\":\"chain:steps=4\"},\"problems\":20}\n"
             "{\"correct\":false,\"id\":\"p-0\"}\n{\"correct\":true,\"id\":\"p-2\"}\n",
             CAIRN_VERSION, cairn_instruction_set());
    assert_string_equal(text, expected);
    assert_non_null(strstr(logged, "the run is not finished: 2 of 20 problems are exported"));
    free(text);
    cairn_run_close(run);
}

/* ---- create, resume, open ------------------------------------------------------------------------------------------- */

static void test_an_existing_file_is_not_overwritten(void **state) {
    (void)state;
    cairn_run *run = create(), *second;
    put(run, ctx, 0);
    cairn_run_close(run);
    assert_int_equal(cairn_run_create(ctx, path, &manifest, &second), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "exists already: go on with it by --resume"));
    run = resume();
    assert_int_equal(cairn_run_done(run), 1);
    cairn_run_close(run);
}

static void expect_other_manifest(cairn_manifest other, const char *says) {
    cairn_run *run;
    assert_int_equal(cairn_run_resume(ctx, path, &other, &run), CAIRN_INVALID);
    if (!strstr(cairn_error(ctx), says)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), says);
}

static void test_a_resumed_run_must_have_the_same_manifest(void **state) {
    (void)state;
    cairn_run_close(create());
    cairn_manifest_entry other[] = {{"world", "chain:steps=5"}, {"seed", "8"}, {"a\"b", "\xc3\xa9\n"}, {"zoo", "1"}};
    expect_other_manifest((cairn_manifest){other, 3, 20, false}, "the run was made with seed=`7`, now it is `8`");
    other[1].value = "7";
    expect_other_manifest((cairn_manifest){other, 3, 20, false}, "world=`chain:steps=4`, now it is `chain:steps=5`");
    other[0].value = "chain:steps=4";
    expect_other_manifest((cairn_manifest){other, 4, 20, false}, "made with zoo=nothing, now it is `1`");
    expect_other_manifest((cairn_manifest){other, 2, 20, false}, "made with a\"b=`\xc3\xa9\n`, now it is nothing");
    expect_other_manifest((cairn_manifest){other, 3, 21, false}, "made with 20 problems, now there are 21");
    cairn_run_close(resume());
}

static void edit(const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_version_and_instruction_set_are_part_of_the_manifest(void **state) {
    (void)state;
    cairn_run_close(create());
    edit("UPDATE manifest SET value = '0.0.1' WHERE key = 'cairn'");
    assert_int_equal(sign_run(path), SQLITE_OK);
    expect_other_manifest(manifest, "made with cairn=`0.0.1`, now it is `" CAIRN_VERSION "`");
    edit("UPDATE manifest SET value = '" CAIRN_VERSION "' WHERE key = 'cairn'");
    edit("UPDATE manifest SET value = 'pdp-11' WHERE key = 'instruction_set'");
    assert_int_equal(sign_run(path), SQLITE_OK);
    expect_other_manifest(manifest, "made with instruction_set=`pdp-11`, now it is `");
}

static void test_a_portable_run_is_resumed_as_one_whatever_the_processor(void **state) {
    (void)state;
    cairn_run *run;
    cairn_manifest portable = manifest;
    portable.portable = true;
    cairn_run_close(create());
    expect_other_manifest(portable, "made without --portable");
    unlink(path);
    assert_int_equal(cairn_run_create(ctx, path, &portable, &run), CAIRN_OK);
    assert_string_equal(cairn_run_manifest(run, "instruction_set"), "portable");
    cairn_run_close(run);
    expect_other_manifest(manifest, "made with --portable");
    assert_int_equal(cairn_run_resume(ctx, path, &portable, &run), CAIRN_OK);
    cairn_run_close(run);
}

static void test_a_manifest_that_cannot_be_kept_is_refused(void **state) {
    (void)state;
    cairn_run *run;
    const cairn_manifest_entry bad[][2] = {
        {{"a", "1"}, {"a", "2"}}, {{"cairn", "9"}, {"b", ""}}, {{"x", "\xff"}, {"b", ""}}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cairn_run_create(ctx, path, &(cairn_manifest){bad[i], 2, 1, false}, &run), CAIRN_INVALID);
        assert_int_not_equal(access(path, F_OK), 0);
    }
    assert_int_equal(cairn_run_create(ctx, path, &(cairn_manifest){NULL, 0, -1, false}, &run), CAIRN_INVALID);
}

static void expect_no_run(cairn_status status, const char *says) {
    cairn_run *run;
    assert_int_equal(cairn_run_open(ctx, path, &run), status);
    if (!strstr(cairn_error(ctx), says)) fail_msg("`%s` does not say `%s`", cairn_error(ctx), says);
    assert_int_equal(cairn_run_resume(ctx, path, &manifest, &run), status);
}

static void test_other_files_are_recognised(void **state) {
    (void)state;
    expect_no_run(CAIRN_NOT_FOUND, "run.db: there is no such run");
    FILE *file = fopen(path, "w");
    fclose(file);
    expect_no_run(CAIRN_FORMAT, "run.db: is no run file");
    file = fopen(path, "w");
    for (int i = 0; i < 200; i++) fprintf(file, "{\"question\":\"no database at all\"}\n");
    fclose(file);
    assert_false(cairn_run_detect(path));
    expect_no_run(CAIRN_FORMAT, "run.db: is no run file");
    unlink(path);
    edit("CREATE TABLE other (x)");
    expect_no_run(CAIRN_FORMAT, "run.db: is no run file");
    unlink(path);
    mkdir(path, 0700);
    expect_no_run(CAIRN_FORMAT, "run.db: is no run file");
    rmdir(path);
    assert_false(cairn_run_detect(path));
    assert_false(cairn_run_detect("-"));
    cairn_run_close(create());
    assert_true(cairn_run_detect(path));
    edit("PRAGMA user_version = 3");
    expect_no_run(CAIRN_FORMAT, "is a run file of version 3; this Cairn reads version 2");
    edit("PRAGMA user_version = 2; DROP TABLE record");
    expect_no_run(CAIRN_FORMAT, "is damaged: its tables are not those of a run file");
}

/* Such a file could keep a reader busy for ever or compute its records anew at every look. */
static void test_tables_that_are_made_otherwise_are_not_read(void **state) {
    (void)state;
    static const char *const edits[] = {
        "ALTER TABLE record RENAME TO old; CREATE TABLE record (problem, id, record, key);"
        "INSERT INTO record SELECT 'abc', id, record, key FROM old",
        "DROP TABLE record; CREATE TABLE record (problem INTEGER PRIMARY KEY, id TEXT,"
        " record TEXT AS (hex(zeroblob(1000000))), key INTEGER)",
        "DROP TABLE manifest; CREATE VIEW manifest (key, value) AS"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'k' || i, 'v' FROM n",
        "CREATE TRIGGER more AFTER INSERT ON record BEGIN DELETE FROM manifest; END",
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        clean(NULL);
        cairn_run *run = create();
        put(run, ctx, 5);
        cairn_run_close(run);
        edit(edits[i]);
        expect_no_run(CAIRN_FORMAT, "is damaged: its tables are not those of a run file");
    }
}

/* A record long enough to fill pages of its own. */
static void fill(void) {
    static char record[20000];
    cairn_run *run = create();
    memset(record, 'x', sizeof record);
    memcpy(record, "{\"t\":\"", 6);
    memcpy(record + sizeof record - 2, "\"}", 2);
    for (int64_t i = 0; i < 20; i++)
        assert_int_equal(cairn_run_put(run, ctx, i, "id", record, sizeof record), CAIRN_OK);
    cairn_run_close(run);
}

static cairn_status ignore(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)arg, (void)index, (void)id, (void)record, (void)length;
    return CAIRN_OK;
}

static void test_damage_is_recognised(void **state) {
    (void)state;
    cairn_run *run;
    fill();
    truncate(path, 100000);
    assert_int_equal(cairn_run_resume(ctx, path, &manifest, &run), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "is damaged"));

    clean(NULL);
    fill();
    FILE *file = fopen(path, "r+b");
    fseek(file, 4096 * 4 + 2000, SEEK_SET);
    for (int i = 0; i < 4096; i++) fputc(0xAA, file); /* over the end of one page and the start of the next */
    fclose(file);
    assert_int_equal(cairn_run_resume(ctx, path, &manifest, &run), CAIRN_FORMAT);

    clean(NULL);
    cairn_run_close(create());
    edit("INSERT INTO record VALUES (20, 'x', '{}', 0)");
    assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "is damaged: it has a problem 20 of 20"));
}

/* A changed byte in a text is no damage to the database, but to the record. */
static void test_a_changed_record_is_recognised(void **state) {
    (void)state;
    cairn_run *run = create();
    put(run, ctx, 5);
    cairn_run_close(run);
    edit("UPDATE record SET record = replace(record, 'true', 'null')");
    run = resume();
    assert_int_equal(cairn_run_each(run, ctx, ignore, NULL), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "is damaged: the record of problem 5 is not what was written"));
    cairn_run_close(run);
}

static void test_one_process_writes_a_run(void **state) {
    (void)state;
    cairn_run *run = create(), *second;
    assert_int_equal(cairn_run_resume(ctx, path, &manifest, &second), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "another process is writing this run"));
    pid_t child = fork();
    if (child == 0) {
        cairn_status status = cairn_run_resume(ctx, path, &manifest, &second);
        _exit(status == CAIRN_INVALID && strstr(cairn_error(ctx), "another process") ? 0 : 1);
    }
    int how;
    waitpid(child, &how, 0);
    assert_int_equal(how, 0);
    put(run, ctx, 0); /* a reader sees what is committed meanwhile */
    assert_int_equal(cairn_run_open(ctx, path, &second), CAIRN_OK);
    assert_int_equal(cairn_run_done(second), 1);
    put(run, ctx, 1);
    cairn_run_close(second);
    cairn_run_close(run);
    cairn_run_close(resume());
}

static void test_a_database_that_another_program_holds_is_named(void **state) {
    (void)state;
    sqlite3 *db;
    cairn_run *run = create();
    sqlite3_busy_timeout(run->db, 10);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(put(run, ctx, 0), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "another program holds the database"));
    assert_false(cairn_run_has(run, 0));
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(put(run, ctx, 0), CAIRN_OK);
    cairn_run_close(run);
}

static void test_a_path_that_cannot_be_written_is_named(void **state) {
    (void)state;
    cairn_run *run;
    assert_int_equal(cairn_run_create(ctx, "/nowhere/run.db", &manifest, &run), CAIRN_IO);
    assert_string_equal(cairn_error(ctx), "/nowhere/run.db: cannot be written: No such file or directory");
    assert_int_equal(cairn_run_create(ctx, "/proc/run.db", &manifest, &run), CAIRN_IO);
}

/* ---- faults ----------------------------------------------------------------------------------------------------------- */

static void test_a_full_disk_keeps_what_was_committed(void **state) {
    (void)state;
    cairn_run *run = create();
    cairn_faults_set(ctx, (cairn_faults){.disk_bytes = 100});
    int64_t i = 0;
    while (put(run, ctx, i) == CAIRN_OK) i++;
    assert_int_equal(i, 3); /* records of 30 and 31 bytes */
    assert_non_null(strstr(cairn_error(ctx), "run.db: disk full"));
    cairn_faults_set(ctx, (cairn_faults){.write_fails_at = 1});
    assert_int_equal(put(run, ctx, i), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "run.db: Input/output error"));
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_int_equal(cairn_run_done(run), 3);
    assert_int_equal(put(run, ctx, i), CAIRN_OK);
    cairn_run_close(run);
    run = resume();
    assert_int_equal(cairn_run_done(run), 4);
    cairn_run_close(run);
}

static void test_a_database_without_room_says_disk_full(void **state) {
    (void)state;
    static char record[100000];
    cairn_run *run = create();
    memset(record, ' ', sizeof record);
    record[0] = '{', record[sizeof record - 1] = '}';
    put(run, ctx, 0);
    assert_int_equal(sqlite3_exec(run->db, "PRAGMA max_page_count = 10", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(cairn_run_put(run, ctx, 1, "x", record, sizeof record), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "run.db: disk full"));
    assert_int_equal(put(run, ctx, 2), CAIRN_OK);
    cairn_run_close(run);
    run = resume();
    assert_int_equal(cairn_run_done(run), 2);
    cairn_run_close(run);
}

/* The system itself refuses to let the file grow. */
static void test_a_refused_write_keeps_what_was_committed(void **state) {
    (void)state;
    int how;
    pid_t child = fork();
    if (child == 0) {
        static char record[30000];
        signal(SIGXFSZ, SIG_IGN);
        cairn_run *run = create();
        put(run, ctx, 0);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){50000, 50000});
        memset(record, ' ', sizeof record);
        record[0] = '{', record[sizeof record - 1] = '}';
        cairn_status status = CAIRN_OK;
        for (int64_t i = 1; i < 10 && status == CAIRN_OK; i++)
            status = cairn_run_put(run, ctx, i, "x", record, sizeof record);
        _exit(status == CAIRN_IO && strstr(cairn_error(ctx), "run.db: ") ? 0 : 1);
    }
    waitpid(child, &how, 0);
    assert_int_equal(how, 0);
    cairn_run *run = resume();
    assert_true(cairn_run_has(run, 0));
    assert_int_equal(cairn_run_each(run, ctx, ignore, NULL), CAIRN_OK);
    cairn_run_close(run);
}

static void test_a_creation_that_fails_leaves_no_file(void **state) {
    (void)state;
    cairn_run *run;
    for (int64_t at = 1;; at++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status = cairn_run_create(ctx, path, &manifest, &run);
        cairn_faults_set(ctx, (cairn_faults){0});
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        assert_int_not_equal(access(path, F_OK), 0);
        assert_true(at < 100);
    }
    cairn_run_close(run);
    clean(NULL);
    cairn_faults_set(ctx, (cairn_faults){.write_fails_at = 1});
    assert_int_equal(cairn_run_create(ctx, path, &manifest, &run), CAIRN_IO);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_a_kill_while_a_run_is_made_leaves_no_run_and_does_not_stand_in_its_way(void **state) {
    (void)state;
    int how;
    pid_t child = fork();
    if (child == 0) {
        cairn_faults_set(ctx, (cairn_faults){.kill_at = 1}); /* written, but not yet in its place */
        create();
        _exit(0);
    }
    waitpid(child, &how, 0);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    assert_int_not_equal(access(path, F_OK), 0);
    cairn_run_close(create());
    char beside[300];
    snprintf(beside, sizeof beside, "%s-new", path);
    assert_int_not_equal(access(beside, F_OK), 0);
}

/* Killed while it changed the file in place, as SQLite does when it turns the log on or off: with the journal that
 * takes it back. */
static void test_a_kill_in_the_middle_of_a_write_is_taken_back_by_whoever_reads_first(void **state) {
    (void)state;
    int how;
    cairn_run *run = create();
    for (int64_t i = 0; i < 20; i++) put(run, ctx, i);
    cairn_run_close(run);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        sqlite3_open(path, &db);
        sqlite3_exec(db,
                     "PRAGMA cache_size=1; BEGIN; UPDATE record SET record = 'spoilt', key = 0; INSERT INTO record "
                     "SELECT problem + 100, id, randomblob(20000), 0 FROM record",
                     NULL, NULL, NULL);
        kill(getpid(), SIGKILL);
    }
    waitpid(child, &how, 0);
    char journal[300];
    snprintf(journal, sizeof journal, "%s-journal", path);
    assert_int_equal(access(journal, F_OK), 0);
    assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_OK);
    assert_int_equal(cairn_run_done(run), 20);
    assert_int_equal(cairn_run_each(run, ctx, ignore, NULL), CAIRN_OK);
    cairn_run_close(run);
}

static void test_a_discarded_run_leaves_nothing(void **state) {
    (void)state;
    cairn_run_discard(create());
    static const char *const ends[] = {"", "-new", "-lock", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[300];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        assert_int_not_equal(access(name, F_OK), 0);
    }
    cairn_run_discard(NULL);
}

/* Fault point 2 is behind the creation, point 2 + k behind the k-th record. */
static void test_a_killed_run_loses_nothing_and_resumes_to_the_same_export(void **state) {
    (void)state;
    char *expected = undisturbed();
    const int64_t kills[] = {2, 3, 6, 10, 22};
    for (int k = 0; k < 5; k++) {
        int how;
        pid_t child = fork();
        if (child == 0) {
            cairn_faults_set(ctx, (cairn_faults){.kill_at = kills[k]});
            cairn_run *run = create();
            for (int64_t i = 0; i < 20; i++) put(run, ctx, 19 - i);
            _exit(0);
        }
        waitpid(child, &how, 0);
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
        cairn_run *run;
        assert_int_equal(cairn_run_open(ctx, path, &run), CAIRN_OK);
        assert_int_equal(cairn_run_done(run), kills[k] - 2);
        cairn_run_close(run);
        run = resume();
        for (int64_t i = 0; i < 20; i++)
            if (!cairn_run_has(run, i)) assert_int_equal(put(run, ctx, i), CAIRN_OK);
        char *text = export_text(run);
        assert_string_equal(text, expected);
        free(text);
        cairn_run_close(run);
        clean(NULL);
    }
    free(expected);
}

/* ---- threads ------------------------------------------------------------------------------------------------------------ */

typedef struct writer {
    pthread_t thread;
    cairn_ctx *ctx;
    cairn_run *run;
    int first;
    int failures;
} writer;

static void *write_some(void *arg) {
    writer *w = arg;
    for (int64_t i = w->first; i < 20; i += 4) {
        w->failures += cairn_run_has(w->run, i);
        w->failures += put(w->run, w->ctx, i) != CAIRN_OK;
        w->failures += !cairn_run_has(w->run, i) || cairn_run_done(w->run) < 1;
        w->failures += cairn_run_each(w->run, w->ctx, ignore, NULL) != CAIRN_OK;
    }
    return NULL;
}

static void test_threads_put_into_one_run(void **state) {
    (void)state;
    char *expected = undisturbed();
    writer writers[4];
    cairn_run *run = create();
    for (int i = 0; i < 4; i++) {
        writers[i] = (writer){.run = run, .first = i};
        assert_int_equal(cairn_ctx_child(ctx, &writers[i].ctx), CAIRN_OK);
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_some, &writers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(writers[i].thread, NULL);
        cairn_ctx_close(writers[i].ctx);
        assert_int_equal(writers[i].failures, 0);
    }
    assert_int_equal(cairn_run_done(run), 20);
    char *text = export_text(run);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
    cairn_run_close(run);
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(test_records_come_back_in_index_order),
        TEST(test_the_manifest_is_sorted_and_has_the_runs_own_entries),
        TEST(test_a_closed_run_is_one_file),
        TEST(test_what_cannot_be_put_is_refused),
        TEST(test_the_export_is_manifest_and_records),
        TEST(test_an_existing_file_is_not_overwritten),
        TEST(test_a_resumed_run_must_have_the_same_manifest),
        TEST(test_version_and_instruction_set_are_part_of_the_manifest),
        TEST(test_a_portable_run_is_resumed_as_one_whatever_the_processor),
        TEST(test_a_manifest_that_cannot_be_kept_is_refused),
        TEST(test_other_files_are_recognised),
        TEST(test_tables_that_are_made_otherwise_are_not_read),
        TEST(test_damage_is_recognised),
        TEST(test_a_changed_record_is_recognised),
        TEST(test_one_process_writes_a_run),
        TEST(test_a_database_that_another_program_holds_is_named),
        TEST(test_a_path_that_cannot_be_written_is_named),
        TEST(test_a_full_disk_keeps_what_was_committed),
        TEST(test_a_database_without_room_says_disk_full),
        TEST(test_a_refused_write_keeps_what_was_committed),
        TEST(test_a_creation_that_fails_leaves_no_file),
        TEST(test_a_kill_while_a_run_is_made_leaves_no_run_and_does_not_stand_in_its_way),
        TEST(test_a_kill_in_the_middle_of_a_write_is_taken_back_by_whoever_reads_first),
        TEST(test_a_discarded_run_leaves_nothing),
        TEST(test_a_killed_run_loses_nothing_and_resumes_to_the_same_export),
        TEST(test_threads_put_into_one_run),
    };
    return cmocka_run_group_tests_name("store/run", tests, open_all, close_all);
}

/* layer: store */
/* Fuzzes run files. The first byte says what the rest is: the whole file; changes to the bytes of a good run file, four bytes
 * a change (place, count, value); SQL statements that change a good run file (separated by newlines); the records of a good
 * file (separated by 0xff). The file is then read, compared with itself, exported, gone on with and written to. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "cairn/store.h"
#include "fuzz.h"

enum { PROBLEMS = 6, STEPS_OF_SQL = 20000, FILE_MOST = 1 << 20 };

static const cairn_manifest_entry entries[] = {{"seed", "1"}, {"world", "chain:steps=4"}};
static const cairn_manifest manifest = {.entries = entries, .count = 2, .problems = PROBLEMS};
static char path[128];
static uint8_t good[FILE_MOST]; /* a good run file */
static size_t good_size;

static void remove_files(void) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char name[160];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static void write_file(const uint8_t *bytes, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(file >= 0 && write(file, bytes, size) == (ssize_t)size);
    close(file);
}

static void make_good(cairn_ctx *ctx) {
    static const char record[] = "{\"answer\":\"5\",\"correct\":true,\"cost\":{\"steps\":4,\"tokens\":40}}";
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    cairn_run *run;
    snprintf(path, sizeof path, "%s/cairn-fuzz-%d.db", folder, (int)getpid());
    remove_files();
    must(cairn_run_create(ctx, path, &manifest, &run) == CAIRN_OK);
    for (int64_t i = 0; i < PROBLEMS - 2; i++) {
        char id[16];
        snprintf(id, sizeof id, "p-%d", (int)i);
        must(cairn_run_put(run, ctx, i, id, record, sizeof record - 1) == CAIRN_OK);
    }
    cairn_run_close(run);
    int file = open(path, O_RDONLY);
    ssize_t got = read(file, good, sizeof good);
    must(got > 0 && (size_t)got < sizeof good);
    good_size = (size_t)got;
    close(file);
}

/* ---- making a bad file ----------------------------------------------------------------------------------------------- */

static void change_bytes(const uint8_t *data, size_t size) {
    static uint8_t changed[FILE_MOST];
    memcpy(changed, good, good_size);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        size_t at = ((size_t)data[i] << 8 | data[i + 1]) % good_size;
        for (size_t k = 0; k < 1 + (size_t)data[i + 2] % 16 && at + k < good_size; k++) changed[at + k] = data[i + 3];
    }
    write_file(changed, good_size);
}

static int out_of_time(void *arg) {
    int *left = arg;
    return --*left < 0;
}

static void change_by_sql(const uint8_t *data, size_t size) {
    sqlite3 *db;
    int left = STEPS_OF_SQL / 100;
    write_file(good, good_size);
    char *sql = malloc(size + 1);
    must(sql != NULL);
    memcpy(sql, data, size);
    sql[size] = '\0';
    if (sqlite3_open(path, &db) == SQLITE_OK) {
        sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 16);
        sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
        sqlite3_progress_handler(db, 100, out_of_time, &left);
        for (char *line = strtok(sql, "\n"); line; line = strtok(NULL, "\n")) sqlite3_exec(db, line, NULL, NULL, NULL);
    }
    sqlite3_close(db);
    free(sql);
}

static void change_records(const uint8_t *data, size_t size) {
    sqlite3 *db;
    sqlite3_stmt *row;
    write_file(good, good_size);
    must(sqlite3_open(path, &db) == SQLITE_OK);
    must(sqlite3_exec(db, "DELETE FROM record", NULL, NULL, NULL) == SQLITE_OK);
    must(sqlite3_prepare_v2(db, "INSERT INTO record VALUES (?1, ?2, ?3, ?4)", -1, &row, NULL) == SQLITE_OK);
    for (int i = 0; i < PROBLEMS && size; i++) {
        const uint8_t *end = memchr(data, 0xff, size);
        size_t length = end ? (size_t)(end - data) : size, rest = end ? size - length - 1 : 0;
        char id[16];
        snprintf(id, sizeof id, "p-%d", i);
        sqlite3_bind_int(row, 1, i);
        sqlite3_bind_text(row, 2, id, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(row, 3, (const char *)data, (int)length, SQLITE_TRANSIENT);
        sqlite3_bind_int64(row, 4, (int64_t)cairn_key(data, length));
        must(sqlite3_step(row) == SQLITE_DONE);
        sqlite3_reset(row);
        data += size - rest;
        size = rest;
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
}

/* ---- reading it --------------------------------------------------------------------------------------------------------- */

typedef struct visit {
    int64_t last, count;
} visit;

static cairn_status see(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    visit *v = arg;
    must(index > v->last && index < INT64_C(1000000000) && id && (record || !length));
    v->last = index;
    v->count++;
    return CAIRN_OK;
}

/* `whole`: the database itself is sound. Pages of a damaged one may hide records from one query and not from another. */
static void read_run(cairn_ctx *ctx, bool whole) {
    static const char *const fields[] = {"correct", "cost.steps"};
    cairn_run *run;
    cairn_comparison comparison;
    cairn_out *out;
    visit v = {.last = -1};
    if (!worked(ctx, cairn_run_open(ctx, path, &run))) return;
    if (worked(ctx, cairn_run_each(run, ctx, see, &v))) must(!whole || v.count == cairn_run_done(run));
    for (int32_t i = 0; i < cairn_run_manifest_count(run); i++) {
        cairn_manifest_entry entry = cairn_run_manifest_at(run, i);
        must(strcmp(cairn_run_manifest(run, entry.key), entry.value) == 0);
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (worked(ctx, cairn_run_compare(ctx, run, run, fields[i], 1, &comparison)))
            must(comparison.shared == comparison.equal && (!whole || comparison.shared == v.count));
    if (cairn_out_open(ctx, "/dev/null", &out) == CAIRN_OK) {
        (void)worked(ctx, cairn_run_export(run, ctx, out));
        cairn_out_drop(out);
    }
    cairn_run_close(run);
}

static void go_on(cairn_ctx *ctx) {
    cairn_run *run;
    if (!worked(ctx, cairn_run_resume(ctx, path, &manifest, &run))) return;
    int64_t done = cairn_run_done(run);
    bool had = cairn_run_has(run, PROBLEMS - 1);
    cairn_status status = cairn_run_put(run, ctx, PROBLEMS - 1, "p-new", "{}", 2);
    if (had) must(status == CAIRN_INVALID);
    if (worked(ctx, status)) must(cairn_run_done(run) == done + 1 && cairn_run_has(run, PROBLEMS - 1));
    cairn_run_close(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    if (size < 1 || size > FILE_MOST || cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (!good_size) make_good(ctx);
    remove_files();
    switch (data[0] % 4) {
    case 0:
        write_file(data + 1, size - 1);
        break;
    case 1:
        change_bytes(data + 1, size - 1);
        break;
    case 2:
        change_by_sql(data + 1, size - 1);
        break;
    default:
        change_records(data + 1, size - 1);
        break;
    }
    read_run(ctx, data[0] % 4 == 3);
    go_on(ctx);
    read_run(ctx, data[0] % 4 == 3);
    remove_files();
    cairn_ctx_close(ctx);
    return 0;
}

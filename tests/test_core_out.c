/* Files that appear whole or not at all, and what survives write faults, a full disk and a kill. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/core.h"

static cairn_ctx *ctx;
static char folder[64], path[128];

static int open_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/cairn-out-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/result.jsonl", folder);
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

/* Entries of the folder besides "." and ".."; removes them when told to. */
static int entries(bool remove_them) {
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        count++;
        if (remove_them) unlinkat(dirfd(listing), entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
    }
    closedir(listing);
    return count;
}

static int close_folder(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    entries(true);
    return rmdir(folder);
}

static void put(const char *where, const char *text) {
    FILE *file = fopen(where, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void holds(const char *where, const char *want) {
    char text[256] = {0};
    FILE *file = fopen(where, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_int_equal(n, strlen(want));
    assert_string_equal(text, want);
}

static void test_a_file_appears_at_commit_and_not_before(void **state) {
    (void)state;
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    assert_int_equal(cairn_out_write(out, "one\n", 4), CAIRN_OK);
    assert_int_equal(cairn_out_printf(out, "%d-%s\n", 2, "two"), CAIRN_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    holds(path, "one\n2-two\n");
    assert_int_equal(entries(false), 1);
}

static void test_a_dropped_file_leaves_the_old_one_and_nothing_beside_it(void **state) {
    (void)state;
    cairn_out *out;
    put(path, "old");
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    assert_int_equal(cairn_out_write(out, "new", 3), CAIRN_OK);
    cairn_out_drop(out);
    cairn_out_drop(NULL);
    holds(path, "old");
    assert_int_equal(entries(false), 1);
}

static void test_a_replaced_file_keeps_its_mode_and_a_link_stays_a_link(void **state) {
    (void)state;
    char link[160];
    snprintf(link, sizeof link, "%s/link", folder);
    put(path, "old");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("result.jsonl", link), 0);
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, link, &out), CAIRN_OK);
    assert_int_equal(cairn_out_write(out, "new", 3), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    holds(path, "new");
}

static void test_two_files_written_at_once_do_not_meet(void **state) {
    (void)state;
    cairn_out *a, *b;
    assert_int_equal(cairn_out_open(ctx, path, &a), CAIRN_OK);
    assert_int_equal(cairn_out_open(ctx, path, &b), CAIRN_OK);
    assert_int_equal(cairn_out_write(a, "aaaa", 4), CAIRN_OK);
    assert_int_equal(cairn_out_write(b, "bb", 2), CAIRN_OK);
    assert_int_equal(cairn_out_commit(b), CAIRN_OK);
    holds(path, "bb");
    assert_int_equal(cairn_out_commit(a), CAIRN_OK);
    holds(path, "aaaa");
    assert_int_equal(entries(false), 1);
}

static void test_pieces_of_every_size_come_out_in_order(void **state) {
    (void)state;
    enum { TOTAL = 400000 };
    unsigned char *want = malloc(TOTAL), *got = malloc(TOTAL);
    for (int i = 0; i < TOTAL; i++) want[i] = (unsigned char)(i % 251);
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    for (size_t at = 0, piece = 1; at < TOTAL; at += piece, piece = (piece * 3 + 1) % 150001) {
        if (piece > TOTAL - at) piece = TOTAL - at;
        assert_int_equal(cairn_out_write(out, want + at, piece), CAIRN_OK);
    }
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, got, TOTAL), TOTAL);
    assert_int_equal(lseek(fd, 0, SEEK_END), TOTAL);
    close(fd);
    assert_memory_equal(got, want, TOTAL);
    free(want);
    free(got);
}

static void test_a_long_printed_text_is_whole(void **state) {
    (void)state;
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    assert_int_equal(cairn_out_printf(out, "%*d", 100000, 7), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 100000);
}

static void refuses(const char *where, cairn_status status, const char *error) {
    cairn_out *out = NULL;
    assert_int_equal(cairn_out_open(ctx, where, &out), status);
    assert_non_null(strstr(cairn_error(ctx), error));
    assert_null(out);
}

static void test_places_that_cannot_be_written_are_refused_at_once(void **state) {
    (void)state;
    char missing[160];
    refuses(folder, CAIRN_IO, "it is a directory");
    assert_non_null(strstr(cairn_error(ctx), folder));
    snprintf(missing, sizeof missing, "%s/new/", folder);
    refuses(missing, CAIRN_IO, "it is the name of a directory");
    snprintf(missing, sizeof missing, "%s/no/such/file", folder);
    refuses(missing, CAIRN_IO, strerror(ENOENT));
    put(path, "x");
    snprintf(missing, sizeof missing, "%s/below", path);
    refuses(missing, CAIRN_IO, strerror(ENOTDIR));
    refuses("", CAIRN_INVALID, "empty");
}

static void test_a_device_is_written_and_not_replaced(void **state) {
    (void)state;
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, "/dev/null", &out), CAIRN_OK);
    assert_int_equal(cairn_out_write(out, "x", 1), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    if (access("/dev/full", W_OK) != 0) return;
    assert_int_equal(cairn_out_open(ctx, "/dev/full", &out), CAIRN_OK);
    assert_int_equal(cairn_out_write(out, "x", 1), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "/dev/full: No space left on device"));
}

/* Writes 200,000 bytes in pieces of 1000; every piece after a failure must fail too. */
static cairn_status write_much(void) {
    char piece[1000];
    memset(piece, 'x', sizeof piece);
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(ctx, path, &out));
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < 200; i++) {
        cairn_status now = cairn_out_write(out, piece, sizeof piece);
        if (status != CAIRN_OK) assert_int_equal(now, status);
        status = now;
    }
    cairn_status committed = cairn_out_commit(out);
    if (status != CAIRN_OK) assert_int_equal(committed, status);
    return committed;
}

static void leaves_the_old_file(cairn_faults faults, const char *error) {
    put(path, "old");
    cairn_faults_set(ctx, faults);
    cairn_status status = write_much();
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_int_equal(status, CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), error));
    assert_non_null(strstr(cairn_error(ctx), path));
    holds(path, "old");
    assert_int_equal(entries(false), 1);
}

static void test_a_failed_write_leaves_the_old_file_and_no_other(void **state) {
    (void)state;
    for (int n = 1; n <= 4; n++) leaves_the_old_file((cairn_faults){.write_fails_at = n}, strerror(EIO));
    cairn_faults_set(ctx, (cairn_faults){.write_fails_at = 5}); /* 200,000 bytes are four buffers */
    assert_int_equal(write_much(), CAIRN_OK);
}

static void test_a_full_disk_leaves_the_old_file_and_no_other(void **state) {
    (void)state;
    leaves_the_old_file((cairn_faults){.disk_bytes = 1}, strerror(ENOSPC));
    leaves_the_old_file((cairn_faults){.disk_bytes = 100000}, strerror(ENOSPC));
    leaves_the_old_file((cairn_faults){.disk_bytes = 199999}, strerror(ENOSPC));
    cairn_faults_set(ctx, (cairn_faults){.disk_bytes = 200000});
    assert_int_equal(write_much(), CAIRN_OK);
    assert_int_equal(cairn_fault_write(ctx, 1), CAIRN_IO);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(cairn_fault_write(ctx, 0), CAIRN_IO);
}

static void test_every_allocation_that_fails_leaves_nothing(void **state) {
    (void)state;
    int64_t n = 0;
    cairn_status status;
    do {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = ++n});
        status = write_much();
        assert_true(status == CAIRN_OK || status == CAIRN_NO_MEMORY);
        if (status != CAIRN_OK) assert_int_equal(entries(false), 0);
    } while (status != CAIRN_OK);
    assert_true(n > 3); /* the output, its path, its temporary's */
}

/* Runs write_much in a child that is killed at its n-th fault point; returns whether it was killed. */
static bool killed_at(int n) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cairn_faults_set(ctx, (cairn_faults){.kill_at = n});
        _exit(write_much() == CAIRN_OK ? 0 : 1);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    if (!WIFSIGNALED(result)) assert_int_equal(WEXITSTATUS(result), 0);
    return WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL;
}

static void test_a_kill_leaves_the_old_file_or_the_new_one(void **state) {
    (void)state;
    struct stat info;
    put(path, "old");
    assert_true(killed_at(1)); /* before the rename */
    holds(path, "old");
    assert_true(killed_at(2)); /* after it */
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 200000);
    put(path, "old");
    assert_false(killed_at(3));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 200000);
}

/* Writes to standard output with descriptor 1 replaced by `fd`. */
static cairn_status write_to_standard(int fd, size_t bytes) {
    int kept = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    cairn_out *out;
    cairn_status status = cairn_out_open(ctx, "-", &out);
    for (size_t i = 0; i < bytes && status == CAIRN_OK; i++) status = cairn_out_write(out, "y", 1);
    if (status == CAIRN_OK)
        status = cairn_out_commit(out);
    else
        cairn_out_drop(out);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    return status;
}

static void test_a_dash_is_standard_output(void **state) {
    (void)state;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write_to_standard(fd, 5), CAIRN_OK);
    close(fd);
    holds(path, "yyyyy");
}

static void on_alarm(int signal_number) {
    (void)signal_number;
}

/* A pipe that does not block and is read slowly, with signals that interrupt: short writes, EAGAIN and EINTR. */
static void test_short_and_interrupted_writes_lose_nothing(void **state) {
    (void)state;
    enum { BYTES = 300000 };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t reader = fork();
    assert_true(reader >= 0);
    if (reader == 0) {
        close(ends[1]);
        char buffer[7000];
        size_t total = 0;
        for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0; total += (size_t)n) usleep(1000);
        _exit(total == BYTES ? 0 : 1);
    }
    close(ends[0]);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    ualarm(2000, 2000);
    cairn_status status = write_to_standard(ends[1], BYTES);
    ualarm(0, 0);
    close(ends[1]);
    int result;
    while (waitpid(reader, &result, 0) < 0 && errno == EINTR) continue;
    assert_int_equal(status, CAIRN_OK);
    assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_appears_at_commit_and_not_before, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_a_dropped_file_leaves_the_old_one_and_nothing_beside_it, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(test_a_replaced_file_keeps_its_mode_and_a_link_stays_a_link, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(test_two_files_written_at_once_do_not_meet, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_pieces_of_every_size_come_out_in_order, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_a_long_printed_text_is_whole, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_places_that_cannot_be_written_are_refused_at_once, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(test_a_device_is_written_and_not_replaced, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_a_failed_write_leaves_the_old_file_and_no_other, open_folder,
                                        close_folder),
        cmocka_unit_test_setup_teardown(test_a_full_disk_leaves_the_old_file_and_no_other, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_every_allocation_that_fails_leaves_nothing, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_a_kill_leaves_the_old_file_or_the_new_one, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_a_dash_is_standard_output, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_short_and_interrupted_writes_lose_nothing, open_folder, close_folder),
    };
    return cmocka_run_group_tests_name("core out", tests, NULL, NULL);
}

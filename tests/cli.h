/* Running the built command in a scratch folder: words in, exit status and what it said out. */
#ifndef CAIRN_TESTS_CLI_H
#define CAIRN_TESTS_CLI_H

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char scratch[64];

typedef struct outcome {
    int status;        /* exit status; 128 + signal */
    char out[131072];  /* standard output, cut */
    char error[16384]; /* standard error, cut */
} outcome;

static inline const char *in_folder(const char *name) {
    static char paths[8][256];
    static int at;
    char *path = paths[at++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline size_t read_into(const char *path, char *buffer, size_t size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot read %s", path);
    size_t n = fread(buffer, 1, size - 1, file);
    buffer[n] = 0;
    fclose(file);
    return n;
}

static inline void write_file(const char *name, const char *bytes, size_t length) {
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline bool is_there(const char *name) {
    struct stat info;
    return lstat(in_folder(name), &info) == 0;
}

static inline int status_of(int how) {
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

/* Starts "cairn <words>" in that folder, its output in out.txt and error.txt; `faults` NULL: none. Words are for the
 * shell. */
static inline pid_t start_cairn(const char *faults, const char *words) {
    char command[8192];
    int n =
        snprintf(command, sizeof command, "exec </dev/null >out.txt 2>error.txt %s/cairn %s", CAIRN_BINARY_DIR, words);
    assert_true(n > 0 && (size_t)n < sizeof command);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    if (faults) setenv("CAIRN_FAULTS", faults, 1);
    if (chdir(scratch) == 0) execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(99);
}

static inline int wait_for(pid_t child) {
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    return status_of(how);
}

/* Takes out what the address sanitizer says of every program that has fibers. */
static inline void drop_sanitizer_remark(char *said) {
    static const char remark[] = "==WARNING: ASan doesn't fully support makecontext/swapcontext";
    for (char *at; (at = strstr(said, remark));) { /* from each of two threads now and then */
        char *end = strchr(at, '\n');
        if (!end) return;
        while (at > said && at[-1] != '\n') at--;
        memmove(at, end + 1, strlen(end + 1) + 1);
    }
}

static inline outcome *outcome_of(pid_t child) {
    static outcome o;
    o.status = wait_for(child);
    read_into(in_folder("out.txt"), o.out, sizeof o.out);
    read_into(in_folder("error.txt"), o.error, sizeof o.error);
    drop_sanitizer_remark(o.error);
    return &o;
}

/* Runs "cairn <words>" to its end. */
__attribute__((format(printf, 1, 2))) static inline outcome *cairn(const char *format, ...) {
    char words[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(words, sizeof words, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof words);
    return outcome_of(start_cairn(NULL, words));
}

static inline outcome *expect_ok(outcome *o) {
    if (o->status != 0) fail_msg("exit status %d: %s", o->status, o->error);
    return o;
}

static inline json_t *parsed(outcome *o) {
    json_error_t error;
    json_t *value = json_loads(expect_ok(o)->out, JSON_REJECT_DUPLICATES, &error);
    if (!value) fail_msg("no JSON: %s at byte %d of %s", error.text, error.position, o->out);
    return value;
}

static inline void expect_same_files(const char *a, const char *b) {
    char command[600];
    snprintf(command, sizeof command, "cmp %s %s", in_folder(a), in_folder(b));
    if (system(command) != 0) fail_msg("%s and %s differ", a, b);
}

/* Exit status 2, nothing on standard output, and on standard error one line "cairn: ..." with all the words. */
static inline void expect_one_sentence(const outcome *o, const char *what, const char *const *words) {
    size_t length = strlen(o->error);
    if (o->status != 2) fail_msg("%s: exit status %d, said %s", what, o->status, o->error);
    if (o->out[0]) fail_msg("%s: wrote %.200s", what, o->out);
    if (strncmp(o->error, "cairn: ", 7) != 0 || length < 12 || strchr(o->error, '\n') != o->error + length - 1)
        fail_msg("%s: expected one sentence, got %s", what, o->error);
    for (; *words; words++)
        if (!strstr(o->error, *words)) fail_msg("%s: expected `%s` in %s", what, *words, o->error);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Files beside which writing was begun and not ended, and locks. */
static inline void expect_nothing_left_beside(const char *what) {
    char command[300];
    snprintf(command, sizeof command,
             "test -z \"$(ls -A %s | grep -E '^[.]cairn-.*[.]tmp$|-new$|-lock$|-wal$|-shm$|-journal$')\"", scratch);
    if (system(command) != 0) fail_msg("%s: left something beside its files", what);
}

/* Makes a pipe that gives a file of that folder once. */
static inline void make_pipe(const char *name, const char *of) {
    char command[600];
    snprintf(command, sizeof command, "cd %s && mkfifo %s && (cat %s > %s &)", scratch, name, of, name);
    if (system(command) != 0) fail_msg("no pipe %s", name);
}

static inline int make_folder(void **state) {
    (void)state;
    unsetenv("CAIRN_FAULTS");
    unsetenv("CAIRN_COLOR");
    strcpy(scratch, "/tmp/cairn-cli-XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    return system(command);
}

#endif

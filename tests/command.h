/* The built command, run in a scratch folder, for the tests of its verbs. */
#ifndef CAIRN_TESTS_COMMAND_H
#define CAIRN_TESTS_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/cairn-cli-XXXXXX";

typedef struct outcome {
    int status;       /* exit status; 128 + signal */
    char out[65536];  /* standard output, cut */
    char error[8192]; /* standard error, cut */
} outcome;

static inline void read_into(const char *path, char *buffer, size_t size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(buffer, 1, size - 1, file);
    buffer[n] = 0;
    fclose(file);
}

/* Runs "cairn <words>" in the scratch folder. */
static inline outcome *cairn(const char *format, ...) {
    static outcome o;
    char words[2048], command[8192], path[128];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    /* "CAIRN_FAULTS=... rest" sets that variable for the command. */
    char *rest = strncmp(words, "CAIRN_", 6) == 0 ? strchr(words, ' ') : NULL;
    if (rest) *rest++ = 0;
    snprintf(command, sizeof command, "cd %s && %s %s/cairn %s >out.txt 2>error.txt </dev/null", folder,
             rest ? words : "", CAIRN_BINARY_DIR, rest ? rest : words);
    int status = system(command);
    o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    snprintf(path, sizeof path, "%s/out.txt", folder);
    read_into(path, o.out, sizeof o.out);
    snprintf(path, sizeof path, "%s/error.txt", folder);
    read_into(path, o.error, sizeof o.error);
    return &o;
}

static inline void write_file(const char *name, const char *bytes, size_t length) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void assert_same_files(const char *a, const char *b) {
    char command[512];
    snprintf(command, sizeof command, "cd %s && cmp %s %s", folder, a, b);
    assert_int_equal(system(command), 0);
}

static inline void assert_one_clear_error(const outcome *o, const char *const *words) {
    if (o->status != 2) fail_msg("exit status %d; error: %s", o->status, o->error);
    const char *line = strstr(o->error, "cairn: ");
    assert_non_null(line);
    assert_null(strchr(strchr(line, '\n') + 1, '\n')); /* one sentence, at the end */
    for (; *words; words++)
        if (!strstr(o->error, *words)) fail_msg("expected `%s` in: %s", *words, o->error);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline json_t *parsed(const outcome *o) {
    if (o->status != 0) fail_msg("exit status %d: %s", o->status, o->error);
    json_error_t error;
    json_t *value = json_loads(o->out, 0, &error);
    if (!value) fail_msg("no JSON: %s in %s", error.text, o->out);
    return value;
}

static inline int make_folder(void **state) {
    (void)state;
    unsetenv("CAIRN_FAULTS");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

#endif

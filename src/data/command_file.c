#include "data/command_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES  ((size_t)64 << 20)
#define BLOCK_BYTES ((size_t)64 << 10)

/* Reads the next word at *at into `word` (as long as what is left); false: there is none. */
static bool next_word(const char **at, char *word, bool *is_target) {
    const char *c = *at + strspn(*at, " \t\n;|&()");
    *is_target = *c == '<' || *c == '>';
    if (*is_target) c += strspn(c, "<>&|");
    if (*is_target) c += strspn(c, " \t");
    if (!*c) return false;
    char quote = 0;
    for (; *c && (quote || !strchr(" \t\n;|&()<>", *c)); c++) {
        if (quote ? *c == quote : *c == '\'' || *c == '"')
            quote = quote ? 0 : *c;
        else if (*c == '\\' && quote != '\'' && c[1])
            *word++ = *++c;
        else
            *word++ = *c;
    }
    *word = 0;
    *at = c;
    return true;
}

static bool is_interpreter(const char *word) {
    static const char *const names[] = {"python", "pypy", "sh",      "bash",  "dash", "zsh",  "node", "deno",
                                        "ruby",   "perl", "Rscript", "julia", "lua",  "java", "php"};
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(name, names[i], length) == 0 && name[length + strspn(name + length, "0123456789.-")] == 0)
            return true;
    }
    return false;
}

/* Fills the buffer unless the file ends. */
static ssize_t read_full(int file, char *bytes, size_t size) {
    size_t have = 0;
    while (have < size) {
        ssize_t got = read(file, bytes + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static cairn_status key_of(cairn_ctx *ctx, int file, const char *name, uint64_t *key) {
    char *bytes = cairn_alloc(ctx, BLOCK_BYTES, 1);
    if (!bytes) return CAIRN_NO_MEMORY;
    ssize_t got = 1;
    for (size_t done = 0; got > 0 && done < MOST_BYTES; done += BLOCK_BYTES) {
        got = read_full(file, bytes, BLOCK_BYTES);
        if (got > 0) *key = cairn_key_mix(*key, cairn_key(bytes, (size_t)got));
    }
    cairn_free(bytes);
    return got < 0 ? cairn_fail(ctx, CAIRN_IO, "%s: cannot be read: %s", name, strerror(errno)) : CAIRN_OK;
}

/* out->name stays NULL where the word names no file. */
static cairn_status take_file(cairn_ctx *ctx, cairn_arena *arena, const char *word, command_file *out) {
    struct stat info;
    int file = open(word, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return CAIRN_OK;
    cairn_status status = CAIRN_OK;
    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
        out->key = (uint64_t)info.st_size;
        status = key_of(ctx, file, word, &out->key);
        if (status == CAIRN_OK && !(out->name = cairn_arena_copy(arena, word, strlen(word)))) status = CAIRN_NO_MEMORY;
    }
    close(file);
    return status;
}

cairn_status command_file_of(cairn_ctx *ctx, cairn_arena *arena, const char *command, command_file *out) {
    char *word = cairn_alloc(ctx, strlen(command) + 1, 1);
    if (!word) return CAIRN_NO_MEMORY;
    command_file found = {0};
    cairn_status status = CAIRN_OK;
    bool interpreted = false, is_target;
    for (const char *at = command; status == CAIRN_OK && !found.name && next_word(&at, word, &is_target);) {
        if (interpreted && (strcmp(word, "-c") == 0 || strcmp(word, "-m") == 0)) break;
        if (is_target || word[0] == '-') continue;
        if (is_interpreter(word))
            interpreted = true;
        else
            status = take_file(ctx, arena, word, &found);
    }
    cairn_free(word);
    if (status == CAIRN_OK) *out = found.name ? found : (command_file){.name = ""};
    return status;
}

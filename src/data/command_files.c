#include "data/command_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES ((size_t)64 << 20)

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

/* The key of an open file. *program: it is binary, so what it runs may be named by a further word. */
static cairn_status key_of(cairn_ctx *ctx, int file, const char *name, off_t size, uint64_t *key, bool *program) {
    size_t capacity = 1 << 16, left = MOST_BYTES;
    char *bytes = cairn_alloc(ctx, capacity, 1);
    if (!bytes) return CAIRN_NO_MEMORY;
    cairn_status status = CAIRN_OK;
    bool first = true;
    *program = false;
    *key = cairn_key_mix(*key, (uint64_t)size);
    for (ssize_t got = 1; got > 0 && left > 0 && status == CAIRN_OK;) {
        got = read(file, bytes, capacity < left ? capacity : left);
        if (got < 0 && errno == EINTR) got = read(file, bytes, capacity < left ? capacity : left);
        if (got < 0) status = cairn_fail(ctx, CAIRN_IO, "%s: cannot be read: %s", name, strerror(errno));
        if (got <= 0) break;
        if (first) *program = memchr(bytes, 0, (size_t)got < 4096 ? (size_t)got : 4096) != NULL;
        first = false;
        left -= (size_t)got;
        *key = cairn_key_mix(*key, cairn_key(bytes, (size_t)got));
    }
    cairn_free(bytes);
    return status;
}

/* Adds the file that `word` names, if it names one. *last: it is a text, so no further word counts. */
static cairn_status add_file(cairn_ctx *ctx, const char *word, cairn_text *names, uint64_t *key, bool *last) {
    struct stat info;
    bool program;
    int file = open(word, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return CAIRN_OK;
    cairn_status status = CAIRN_OK;
    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
        status = key_of(ctx, file, word, info.st_size, key, &program);
        if (status == CAIRN_OK) status = cairn_text_printf(ctx, names, "%s%s", names->length ? ", " : "", word);
        *last = status == CAIRN_OK && !program;
    }
    close(file);
    return status;
}

cairn_status command_files_of(cairn_ctx *ctx, cairn_arena *arena, const char *command, command_files *out) {
    char *word = cairn_alloc(ctx, strlen(command) + 1, 1);
    if (!word) return CAIRN_NO_MEMORY;
    cairn_text names = {0};
    cairn_status status = CAIRN_OK;
    uint64_t key = 0;
    bool last = false, is_target;
    for (const char *at = command; status == CAIRN_OK && !last && next_word(&at, word, &is_target);)
        if (!is_target && word[0] != '-') status = add_file(ctx, word, &names, &key, &last);
    if (status == CAIRN_OK) {
        const char *copy = cairn_arena_copy(arena, names.data ? names.data : "", names.length);
        if (copy)
            *out = (command_files){.key = names.length ? key : 0, .names = copy};
        else
            status = CAIRN_NO_MEMORY;
    }
    cairn_text_free(&names);
    cairn_free(word);
    return status;
}

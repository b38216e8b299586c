/* No output over an input: looked at before a verb opens anything, for every verb and every option that names a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/* A file that the command line names. One that is not there yet is known by its folder and its name. */
typedef struct named {
    const char *what; /* "--out"; "FILE" for an argument */
    const char *path;
    const char *name; /* within its folder */
    bool output, there;
    dev_t device; /* of the file, or of its folder when it is not there */
    ino_t inode;
} named;

typedef struct naming {
    cli *c;
    named *files; /* from cairn_alloc */
    size_t count, capacity;
} naming;

static bool is_output(const char *option) {
    static const char *const outputs[] = {"out", "dev-out", "run",   "log",  "checkpoint",
                                          "csv", "svg",     "items", "html", "curves"};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (strcmp(option, outputs[i]) == 0) return true;
    return false;
}

/* The folder of a file that is not there yet; "." without a slash. */
static const char *folder_of(cli *c, const char *path, const char **name) {
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    return slash ? cairn_arena_copy(c->arena, path, (size_t)(slash + 1 - path)) : ".";
}

/* Adds a file that is there, or one that an output would make; anything else is no file. */
static cairn_status add(naming *n, const char *what, const char *path, bool output) {
    struct stat info;
    named file = {.what = what, .path = path, .output = output};
    bool standard = strcmp(path, "-") == 0; /* read or written as a stream; the shell may have put a file there */
    if (!*path || (standard && output)) return CAIRN_OK;
    file.there = standard ? fstat(STDIN_FILENO, &info) == 0 : stat(path, &info) == 0;
    if (file.there && !S_ISREG(info.st_mode)) return CAIRN_OK;
    if (!file.there) {
        const char *folder = output ? folder_of(n->c, path, &file.name) : "";
        if (!folder) return CAIRN_NO_MEMORY;
        if (!output || stat(folder, &info) != 0) return CAIRN_OK;
    }
    file.device = info.st_dev;
    file.inode = info.st_ino;
    CAIRN_TRY(cairn_grow(n->c->ctx, (void **)&n->files, &n->capacity, n->count + 1, sizeof *n->files));
    n->files[n->count++] = file;
    return CAIRN_OK;
}

/* A run file and what its database puts beside it. */
static cairn_status add_run(naming *n, const char *what, const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-lock", "-new"};
    for (size_t i = 0; *path && i < sizeof ends / sizeof *ends; i++) {
        const char *name = cairn_arena_printf(n->c->arena, "%s%s", path, ends[i]);
        if (!name) return CAIRN_NO_MEMORY;
        CAIRN_TRY(add(n, what, name, true));
    }
    return CAIRN_OK;
}

/* The files in a spec such as "mean:of=model:file=a.gguf,file=b.jsonl": what stands after each `=` and `:`, up to a
 * comma. */
static cairn_status add_spec(naming *n, const char *what, const char *spec) {
    CAIRN_TRY(add(n, what, spec, false));
    for (const char *at = spec; (at = strpbrk(at, "=:")) != NULL;) {
        size_t length = strcspn(++at, ",\\");
        const char *path = cairn_arena_copy(n->c->arena, at, length);
        if (!path) return CAIRN_NO_MEMORY;
        CAIRN_TRY(add(n, what, path, false));
    }
    return CAIRN_OK;
}

static cairn_status add_option(naming *n, const cairn_option *option, const void *config) {
    const char *value;
    if (option->kind != CAIRN_OPTION_TEXT) return CAIRN_OK;
    memcpy(&value, (const char *)config + option->offset, sizeof value);
    const char *what = cairn_arena_printf(n->c->arena, "--%s", option->name);
    if (!what) return CAIRN_NO_MEMORY;
    if (strcmp(option->name, "run") == 0) return add_run(n, what, value);
    return is_output(option->name) ? add(n, what, value, true) : add_spec(n, what, value);
}

static bool same(const named *a, const named *b) {
    if (a->there != b->there || a->device != b->device || a->inode != b->inode) return false;
    return a->there || strcmp(a->name, b->name) == 0;
}

/* The pairs are as many as outputs times files, and a verb has few outputs. */
static cairn_status refuse_pairs(const naming *n) {
    for (size_t i = 0; i < n->count; i++) {
        const named *out = &n->files[i];
        for (size_t j = 0; out->output && j < n->count; j++) {
            const named *other = &n->files[j];
            if (strcmp(out->what, other->what) == 0 || !same(out, other)) continue;
            return cairn_fail(n->c->ctx, CAIRN_INVALID,
                              "%s %s and %s %s are one file: an output needs a file of its own", out->what, out->path,
                              other->what, other->path);
        }
    }
    return CAIRN_OK;
}

/* Where a checkpoint goes that was not named: beside the model. */
static cairn_status add_checkpoint(naming *n, const cli_verb *verb, const void *config) {
    const char *out = NULL, *checkpoint = NULL;
    for (int i = 0; i < verb->about.option_count; i++) {
        const cairn_option *option = &verb->about.options[i];
        const void *field = (const char *)config + option->offset;
        if (strcmp(option->name, "out") == 0) memcpy(&out, field, sizeof out);
        if (strcmp(option->name, "checkpoint") == 0) memcpy(&checkpoint, field, sizeof checkpoint);
    }
    if (!out || !*out || !checkpoint || *checkpoint) return CAIRN_OK;
    const char *path = cairn_arena_printf(n->c->arena, "%s.train", out);
    return path ? add(n, "the checkpoint", path, true) : CAIRN_NO_MEMORY;
}

static cairn_status add_all(naming *n, const cli_verb *verb, const void *config, int count, char **positional) {
    for (int i = 0; i < verb->about.option_count; i++) CAIRN_TRY(add_option(n, &verb->about.options[i], config));
    for (int i = 0; i < count; i++) CAIRN_TRY(add(n, "FILE", positional[i], false));
    return add_checkpoint(n, verb, config);
}

cairn_status cli_refuse_same_file(cli *c, const cli_verb *verb, const void *config, int count, char **positional) {
    naming n = {.c = c};
    cairn_status status = add_all(&n, verb, config, count, positional);
    if (status == CAIRN_OK) status = refuse_pairs(&n);
    cairn_free(n.files);
    return status;
}

/* Files of a verification: each run's own, and those that several runs need and one makes. They stand in one flat
 * folder, which is made when the first of them is asked for and removed at the end. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eval/recipe.h"

struct recipe_folder {
    int32_t threads; /* that making a shared file may use: who needs it waits */
    /* held while a shared file is made, which may ask for others on the same thread */
    pthread_mutex_t making;
    pthread_mutex_t lock; /* of the path */
    char *path;           /* NULL: nobody has asked yet */
};

cairn_status recipe_folder_open(cairn_ctx *ctx, int32_t threads, recipe_folder **out) {
    recipe_folder *folder = cairn_alloc(ctx, 1, sizeof *folder);
    if (!folder) return CAIRN_NO_MEMORY;
    folder->threads = threads;
    pthread_mutexattr_t again;
    pthread_mutexattr_init(&again);
    pthread_mutexattr_settype(&again, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&folder->making, &again);
    pthread_mutexattr_destroy(&again);
    pthread_mutex_init(&folder->lock, NULL);
    *out = folder;
    return CAIRN_OK;
}

static void remove_folder(const char *path) {
    DIR *names = opendir(path);
    for (struct dirent *entry; names && (entry = readdir(names));) unlinkat(dirfd(names), entry->d_name, 0);
    if (names) closedir(names);
    rmdir(path);
}

void recipe_folder_close(recipe_folder *folder) {
    if (!folder) return;
    if (folder->path) remove_folder(folder->path);
    cairn_free(folder->path);
    pthread_mutex_destroy(&folder->making);
    pthread_mutex_destroy(&folder->lock);
    cairn_free(folder);
}

/* With the lock held. */
static cairn_status open_folder(cairn_ctx *ctx, recipe_folder *folder) {
    if (folder->path) return CAIRN_OK;
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent) parent = "/tmp";
    size_t size = strlen(parent) + sizeof "/cairn-recipe-XXXXXX";
    char *path = cairn_alloc(ctx, size, 1);
    if (!path) return CAIRN_NO_MEMORY;
    snprintf(path, size, "%s/cairn-recipe-XXXXXX", parent);
    if (mkdtemp(path)) {
        folder->path = path;
        return CAIRN_OK;
    }
    cairn_status status = cairn_fail(ctx, CAIRN_IO, "%s: no folder can be made there: %s (TMPDIR names another place)",
                                     parent, strerror(errno));
    cairn_free(path);
    return status;
}

static cairn_status make_folder(cairn_ctx *ctx, recipe_folder *folder) {
    pthread_mutex_lock(&folder->lock);
    cairn_status status = open_folder(ctx, folder);
    pthread_mutex_unlock(&folder->lock);
    return status;
}

/* A name is a part of a file's name: no other folder is reached by it. */
static cairn_status check_name(cairn_lab *lab, const char *name) {
    if (*name && !strchr(name, '/') && strlen(name) <= 64) return CAIRN_OK;
    return cairn_fail(lab->ctx, CAIRN_INVALID, "`%.64s` is no name of a file: 1 .. 64 bytes without a slash", name);
}

cairn_status cairn_lab_file(cairn_lab *lab, const char *name, const char **path) {
    recipe_folder *folder = lab->state->folder;
    CAIRN_TRY(check_name(lab, name));
    CAIRN_TRY(make_folder(lab->ctx, folder));
    *path = cairn_arena_printf(lab->arena, "%s/%" PRId64 "-%s", folder->path, lab->state->index, name);
    return *path ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* While no other thread makes one. */
static cairn_status make_once(cairn_lab *lab, const char *name, cairn_lab_make_fn make, const void *config,
                              const char **path) {
    recipe_folder *folder = lab->state->folder;
    CAIRN_TRY(make_folder(lab->ctx, folder));
    *path = cairn_arena_printf(lab->arena, "%s/shared-%s", folder->path, name);
    if (!*path) return CAIRN_NO_MEMORY;
    if (access(*path, F_OK) == 0) return CAIRN_OK;
    if (cairn_cancelled(lab->ctx)) return cairn_fail(lab->ctx, CAIRN_CANCELLED, "cancelled");
    int32_t workers = lab->workers;
    lab->workers = folder->threads;
    cairn_status status = make(lab, config, *path);
    lab->workers = workers;
    if (status != CAIRN_OK) unlink(*path); /* what is there is whole */
    return status;
}

cairn_status cairn_lab_shared(cairn_lab *lab, const char *name, cairn_lab_make_fn make, const void *config,
                              const char **path) {
    CAIRN_TRY(check_name(lab, name));
    pthread_mutex_lock(&lab->state->folder->making);
    cairn_status status = make_once(lab, name, make, config, path);
    pthread_mutex_unlock(&lab->state->folder->making);
    return status;
}

/* Files that are written before they get their name, and those that killed processes left. */
#include "core/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_TEMPORARIES = 1000 };

/* The process in ".cairn-<process>-<number>.tmp"; 0 for any other name. */
static long process_of(const char *name) {
    long process = 0;
    int end = 0;
    if (sscanf(name, ".cairn-%9ld-%*9[0-9].tmp%n", &process, &end) != 1 || end == 0 || name[end]) return 0;
    return process;
}

/* Is `file` still what `name` in the folder names? */
static bool is_current(int folder, const char *name, int file) {
    struct stat by_name, by_file;
    return fstatat(folder, name, &by_name, AT_SYMLINK_NOFOLLOW) == 0 && fstat(file, &by_file) == 0 &&
           by_name.st_dev == by_file.st_dev && by_name.st_ino == by_file.st_ino;
}

/* Removes one that nobody writes: its process is gone, and no process of another container holds its lock. */
static void remove_left(int folder, const char *name) {
    struct stat info;
    long process = process_of(name);
    if (process <= 0 || kill((pid_t)process, 0) == 0 || errno != ESRCH) return;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode) || info.st_uid != geteuid())
        return;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return;
    if (flock(file, LOCK_EX | LOCK_NB) == 0 && is_current(folder, name, file)) unlinkat(folder, name, 0);
    close(file);
}

static void remove_all_left(const char *folder) {
    DIR *names = opendir(*folder ? folder : ".");
    if (!names) return; /* it may be writable and not readable */
    for (struct dirent *entry; (entry = readdir(names));) remove_left(dirfd(names), entry->d_name);
    closedir(names);
}

/* -1 and errno on failure; EEXIST also where somebody removed it before it was locked. */
static int make_locked(const char *name) {
    int file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0 || is_current(AT_FDCWD, name, file)) return file;
    close(file);
    errno = EEXIST;
    return -1;
}

cairn_status temporary_open(cairn_ctx *ctx, const char *target, char **name, int *out) {
    const char *slash = strrchr(target, '/');
    size_t folder = slash ? (size_t)(slash + 1 - target) : 0, size = folder + 64;
    char *text = cairn_alloc(ctx, size, 1);
    if (!text) return CAIRN_NO_MEMORY;
    memcpy(text, target, folder);
    remove_all_left(text);
    for (int i = 0; i < MOST_TEMPORARIES; i++) {
        snprintf(text + folder, size - folder, ".cairn-%ld-%d.tmp", (long)getpid(), i);
        int file = make_locked(text);
        if (file >= 0) {
            *name = text;
            *out = file;
            return CAIRN_OK;
        }
        if (errno != EEXIST && errno != EINTR) break;
    }
    int error = errno;
    cairn_free(text);
    errno = error;
    return CAIRN_IO;
}

/* Where the shared real data lies: the folder named by CAIRN_DATA, else ../shared/data beside the source tree. Tests
 * that need it skip, and say so, where it is absent. */
#ifndef CAIRN_TESTS_DATA_H
#define CAIRN_TESTS_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Path of a shared file in `out`, or NULL where it is absent. */
static inline const char *shared_file(const char *name, char out[4096]) {
    const char *folder = getenv("CAIRN_DATA");
    if (folder)
        snprintf(out, 4096, "%s/%s", folder, name);
    else
        snprintf(out, 4096, "%s/../shared/data/%s", CAIRN_SOURCE_DIR, name);
    if (access(out, R_OK) == 0) return out;
    fprintf(stderr, "skipped: shared data file %s is not here\n", name);
    return NULL;
}

#endif

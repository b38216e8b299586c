/* Versions of the libraries this build runs with. */
#include <dnnl.h>
#include <gmp.h>
#include <jansson.h>
#include <sqlite3.h>

#include "cairn/job.h"

const char *cairn_library_versions(cairn_arena *arena) {
    const dnnl_version_t *dnnl = dnnl_version();
    return cairn_arena_printf(arena, "jansson %s, SQLite %s, GMP %s, oneDNN %d.%d.%d", JANSSON_VERSION,
                              sqlite3_libversion(), gmp_version, dnnl->major, dnnl->minor, dnnl->patch);
}

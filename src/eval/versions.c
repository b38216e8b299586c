/* Versions of the libraries this build runs with. */
#include <gmp.h>
#include <jansson.h>
#include <sqlite3.h>

#include "cairn/job.h"
#include "tool/math/value.h"

const char *cairn_library_versions(cairn_arena *arena) {
    return cairn_arena_printf(arena, "jansson %s, SQLite %s, GMP %s, FLINT %s", JANSSON_VERSION, sqlite3_libversion(),
                              gmp_version, math_flint_version());
}

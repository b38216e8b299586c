/* Files that are written before they get their name. */
#ifndef CAIRN_CORE_TEMPORARY_H
#define CAIRN_CORE_TEMPORARY_H

#include "cairn/core.h"

/* Makes "<folder>/.cairn-<process>-<number>.tmp" in the folder of `target`: a short name, so that it fits wherever the
 * target's does. It is open for reading and writing, and locked until it is closed. Those that killed processes left in
 * that folder are removed first. `*name` is for cairn_free. Errors: IO with errno set and no text; NO_MEMORY. */
cairn_status temporary_open(cairn_ctx *ctx, const char *target, char **name, int *out);

#endif

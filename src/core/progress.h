/* The text of a progress line, apart from clocks and terminals. */
#ifndef CAIRN_CORE_PROGRESS_H
#define CAIRN_CORE_PROGRESS_H

#include "cairn/core.h"

/* "label  12,345/50,000  24%  1.2k/s  ETA 0:31", without total and ETA when `total` is not above 0. The rate
 * is that of what was done in `seconds`: all but what was done `before`. Fits in `width` columns: first `what` is
 * shortened, then the line is cut. `out` holds `size` bytes. */
void progress_line(const char *what, int64_t done, int64_t before, int64_t total, double seconds, int width, char *out,
                   size_t size);

#endif

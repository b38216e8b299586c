/* Reading numbers and signs in steps of the arithmetic worlds. All readers skip blanks first and move *at past what
 * they read. */
#ifndef CAIRN_WORLD_READ_H
#define CAIRN_WORLD_READ_H

#include "cairn/core.h"

const char *read_blanks(const char *p, const char *end);
/* A whole decimal number in [-bound, bound]. */
bool read_number(const char **at, const char *end, int64_t bound, int64_t *out);
/* One of `signs`; "x" and the multiplication sign read as '*'. */
bool read_operator(const char **at, const char *end, const char *signs, char *out);

#endif

/* Lines of a file, one at a time, bounded in length; or its bytes, as they come. */
#ifndef CAIRN_DATA_LINES_H
#define CAIRN_DATA_LINES_H

#include "cairn/core.h"

typedef struct lines lines;
/* Opens `path` ("-": standard input). A directory or unreadable file is CAIRN_IO or CAIRN_NOT_FOUND with its name. */
cairn_status lines_open(cairn_ctx *ctx, const char *path, size_t max_line_bytes, lines **out);
/* The next line without its end (\n or \r\n) and, at the start of the file, without a byte order mark; valid until the
 * next call. CAIRN_END at the end. A line over the bound is skipped to its end and reported as CAIRN_LIMIT: the next
 * call goes on after it. */
cairn_status lines_next(lines *l, const char **text, size_t *length);
/* What is read and not yet used, at least one byte; valid until the next call. CAIRN_END at the end. */
cairn_status lines_bytes(lines *l, const char **bytes, size_t *count);
/* Uses the next `count` of those bytes, counting the lines that end in them. */
void lines_take(lines *l, size_t count);
int64_t lines_number(const lines *l); /* lines used so far: the 1-based number of the last one returned */
int64_t lines_offset(const lines *l); /* bytes used so far */
int64_t lines_size(const lines *l);   /* bytes of the file, or -1 for a pipe */
uint64_t lines_key(const lines *l);   /* content key of the bytes read so far */
const char *lines_path(const lines *l);
void lines_close(lines *l);

#endif

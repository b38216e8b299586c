/* Which file a command runs, and what is in it: how a run notices that a program changed. */
#ifndef CAIRN_DATA_COMMAND_FILE_H
#define CAIRN_DATA_COMMAND_FILE_H

#include "cairn/core.h"

typedef struct command_file {
    uint64_t key;     /* of the file's content; 0: the command names none */
    const char *name; /* as the command writes it; "" for none */
} command_file;

/* The first word of a command that names a file here and is no interpreter: `./judge`, and `judge.py` of `nice
 * .venv/bin/python -u judge.py --fast`. Options and targets of redirections are no such words; after an interpreter's
 * -c and -m there is none. Quotes are understood, variables are not. A file counts by its size and its first 64 MiB.
 * Errors: IO where the file cannot be read; no memory. */
cairn_status command_file_of(cairn_ctx *ctx, cairn_arena *arena, const char *command, command_file *out);

#endif

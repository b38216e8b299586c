/* Which files a command runs, and what is in them: how a run notices that a program changed. */
#ifndef CAIRN_DATA_COMMAND_FILES_H
#define CAIRN_DATA_COMMAND_FILES_H

#include "cairn/core.h"

typedef struct command_files {
    uint64_t key;      /* of the files' contents; 0: the command names none */
    const char *names; /* as the command writes them, divided by ", "; "" for none */
} command_files;

/* The words of a command that name files here, up to and including the first one that is no binary program: `./judge`, and `judge.py` of
 * `.venv/bin/python judge.py --fast`. Words after options, assignments, `cd` and the like count as words; quotes and redirections are
 * understood, variables are not. A file counts by its size and its first 64 MiB. Errors: IO where such a file cannot be read; no memory. */
cairn_status command_files_of(cairn_ctx *ctx, cairn_arena *arena, const char *command, command_files *out);

#endif

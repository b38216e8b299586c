/* Where a solution states its answer. */
#ifndef CAIRN_TOOL_ANSWER_H
#define CAIRN_TOOL_ANSWER_H

#include "cairn/tool.h"

/* As cairn_answer_find; *at: the byte where the statement starts. */
cairn_status answer_find_at(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, char **out,
                            size_t *at);

#endif

/* Final answers, as the layer itself uses them. */
#ifndef CAIRN_TOOL_ANSWER_H
#define CAIRN_TOOL_ANSWER_H

#include "cairn/answer.h"
#include "cairn/tool.h"

/* As cairn_answer_find; *at: the byte where the statement starts: its phrase, or the command of its box. */
cairn_status answer_find_at(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, const char *problem,
                            cairn_found *out, size_t *at);

/* As cairn_answer_grade, of the answer as it is written: no statement is looked for in it. */
cairn_status answer_grade_written(cairn_ctx *ctx, cairn_arena *arena, const char *answer, const char *reference,
                                  const cairn_grade_options *options, cairn_grade *out);

#endif

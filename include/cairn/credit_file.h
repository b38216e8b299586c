/* cairn/credit_file.h: files of rollouts for cairn_credit (cairn/credit.h): texts, tokens, scores and log-probabilities
 * of one response a row.
 *
 *     cairn_credit_file_open(ctx, "rollouts.jsonl", CAIRN_SCORE_PROB, false, &file);
 *     while ((status = cairn_credit_file_next(file, arena, &row)) == CAIRN_OK) add_to_group(row.record.group, &row.response);
 *     cairn_credit_file_close(file);
 *
 * A file is JSON lines or a JSON array. Its fields are those of docs/credit.md. Layer: eval. */
#ifndef CAIRN_CREDIT_FILE_H
#define CAIRN_CREDIT_FILE_H

#include "cairn/credit.h"
#include "cairn/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One response. All memory is in the arena given to the reader. */
typedef struct cairn_credit_row {
    cairn_record record;       /* id, problem, steps, observations, answer, target, group, correct */
    cairn_trajectory response; /* its `name` is "file:line"; outcome NaN where the row has no `correct` */
    const int32_t *prompt_ids; /* [n_prompt_ids]; NULL: none */
    int32_t n_prompt_ids;
    const int32_t *completion_ids; /* [response.n_tokens]; NULL: none, and then a step is one token unless `step_ends`
                                      says otherwise */
} cairn_credit_row;

typedef struct cairn_credit_file cairn_credit_file;
/* Opens a file ("-" is standard input). `unit`: of the field `scores`. With `skip_bad` a bad row is counted and named in
 * the log instead of being an error. Errors: IO, NOT_FOUND; an empty file is FORMAT. */
CAIRN_API cairn_status cairn_credit_file_open(cairn_ctx *ctx, const char *path, cairn_score_unit unit, bool skip_bad,
                                              cairn_credit_file **out);
/* CAIRN_END after the last. Errors: FORMAT, LIMIT, IO, each "file:line: field ...". */
CAIRN_API cairn_status cairn_credit_file_next(cairn_credit_file *file, cairn_arena *arena, cairn_credit_row *out);
CAIRN_API int64_t cairn_credit_file_skipped(const cairn_credit_file *file);
CAIRN_API void cairn_credit_file_close(cairn_credit_file *file); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif

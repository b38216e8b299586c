/* What the files of DailyDilemmas have in common (arXiv 2410.02683): cells with Python literals, and choices. */
#ifndef CAIRN_EVAL_BENCH_DAILY_ROWS_H
#define CAIRN_EVAL_BENCH_DAILY_ROWS_H

#include "cairn/bench.h"

enum { DAILY_TO_DO, DAILY_NOT_TO_DO };
enum { DAILY_NAMES_MOST = 1000 };

/* One of the two actions of a dilemma: a row of dilemmas_with_detail_by_action.csv. */
typedef struct daily_action {
    const char *idx;   /* of the dilemma */
    const char *where; /* "file:7" */
    int32_t action;    /* DAILY_TO_DO or DAILY_NOT_TO_DO */
    int32_t choice;    /* the one that the model chooses, or CAIRN_EVAL_NONE */
} daily_action;

/* A cell that holds a Python literal, or a JSON value; `where` opens errors; the caller owns *out. Errors: FORMAT,
 * LIMIT. */
cairn_status daily_literal(cairn_ctx *ctx, const struct json_t *row, const char *name, const char *where,
                           struct json_t **out);
/* A list of names, NULL for nan. Errors: as above; LIMIT beyond DAILY_NAMES_MOST. */
cairn_status daily_names(cairn_bench_run *run, const struct json_t *row, const char *name, const char *const **out,
                         int32_t *n);
/* What the model chooses: of its column `model_resp_NAME_clean`, else of the words in `model_resp_NAME`. `model` empty:
 * of the only model that the row holds. CAIRN_EVAL_NONE where it says neither. Errors: FORMAT where the row holds
 * several models, and, where a choice is needed, no answer of that one. */
cairn_status daily_choice(cairn_bench_run *run, const struct json_t *row, const char *model, bool needed, int32_t *out);
/* idx, action_type and choice of a row. */
cairn_status daily_read_action(cairn_bench_run *run, const struct json_t *row, const char *model, daily_action *out);

#endif

/* Inside the report: what its files share. */
#ifndef CAIRN_EVAL_REPORT_H
#define CAIRN_EVAL_REPORT_H

#include <jansson.h>

#include "cairn/report.h"

/* A problem of a run of `solve`, for pairing runs. */
typedef struct report_problem {
    const char *id, *key; /* `key`: of its text, NULL where the record does not tell */
    bool judged, right;
} report_problem;

typedef struct report_run {
    cairn_report_run about;
    cairn_run *file;
    report_problem *problems; /* [n_problems] in order of the records */
    size_t n_problems;
} report_run;

struct cairn_report {
    cairn_arena *arena;
    report_run runs[CAIRN_REPORT_RUNS];
    int32_t n_runs;
    cairn_report_pair *pairs; /* [n_pairs] */
    int32_t n_pairs;
};

#define REPORT_LEVEL 0.95

/* A field that is true, false or null; a number or null (NaN). Errors: FORMAT naming the field. */
cairn_status report_get_verdict(cairn_ctx *ctx, const json_t *object, const char *name, const char *where,
                                cairn_verdict *out);
cairn_status report_get_number(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, double *out);

/* Reads a run of `solve` or of `label` and fills in its numbers. */
cairn_status report_read_solved(cairn_ctx *ctx, cairn_arena *arena, report_run *run);
cairn_status report_read_labelled(cairn_ctx *ctx, cairn_arena *arena, report_run *run);

/* The numbers as JSON; NULL where a part found no memory or is no UTF-8 (errno says which, when it was 0 before). */
json_t *report_json(const cairn_report *report);
json_t *report_number(double value); /* null when it is not finite */

/* Writes, of every run, the array of its problems as JSON, the arrays in an array; < is written \u003c. */
cairn_status report_write_records(const cairn_report *report, cairn_ctx *ctx, const cairn_report_page *page,
                                  cairn_out *out);
/* Writes JSON so that it can stand within a script element. */
cairn_status report_write_escaped(cairn_out *out, const char *json, size_t length);

#endif

/* A table of candidates in the making: the candidate at hand gets its numbers by name, in any order. */
#ifndef CAIRN_EVAL_CEILING_TABLE_H
#define CAIRN_EVAL_CEILING_TABLE_H

#include "cairn/ceiling.h"

typedef struct ceiling_column {
    const char *name;
    double *values; /* [count], later candidates are NaN */
    size_t count, capacity;
} ceiling_column;

typedef struct ceiling_columns {
    ceiling_column *list; /* [n] */
    size_t n, capacity, most;
    const char *what;
} ceiling_columns;

typedef struct ceiling_candidate {
    uint64_t prompt, answer; /* keys; answer 0: none */
    double truth, process;
} ceiling_candidate;

struct cairn_ceiling_table {
    cairn_ceiling_fields fields;
    cairn_arena *arena;      /* names of columns */
    cairn_arena *scratch;    /* of one record */
    cairn_arena *given;      /* what cairn_ceiling_table_data gave out */
    ceiling_candidate *list; /* [n] in the order of the files */
    size_t n, capacity;
    ceiling_columns proxies, features;
};

/* Sets a number of the candidate that comes next. Errors: LIMIT for too many columns; no memory. */
cairn_status ceiling_put(cairn_ceiling_table *t, cairn_ctx *ctx, ceiling_columns *columns, const char *name,
                         double value);
/* Proxies `name.min` and the like of step scores[n]. */
cairn_status ceiling_put_steps(cairn_ceiling_table *t, cairn_ctx *ctx, const char *name, const double *scores,
                               size_t n);
/* Features of its text. */
cairn_status ceiling_put_text(cairn_ceiling_table *t, cairn_ctx *ctx, const char *const *steps, size_t n);
/* Adds the candidate whose numbers were put; `copies` of it. */
cairn_status ceiling_add(cairn_ceiling_table *t, cairn_ctx *ctx, const ceiling_candidate *candidate, size_t copies);

#endif

/* The solutions of a file, grouped by the problems of a job. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/label_job.h"

typedef struct span {
    size_t first, n;
} span;

struct cairn_solutions {
    cairn_arena *arena;
    const char *path; /* the caller's */
    cairn_read_options read;
    bool own_problems;     /* the job's problems are those of this file */
    cairn_record *records; /* [n] in order of the file; of cairn_alloc */
    size_t n, capacity;
    cairn_record *grouped; /* [n] those of one problem text together, each group in order of the file */
    span *of;              /* [problems] within `grouped` */
    bool *matched;         /* [n] by place in `records` */
    int64_t skipped;
    uint64_t content;
};

/* ---- reading ------------------------------------------------------------------------------------------------------- */

/* The error just told is that of one record: passed over where bad lines are. */
static cairn_status pass_over(cairn_ctx *ctx, cairn_solutions *s, cairn_status status) {
    if (!s->read.skip_bad) return status;
    s->skipped++;
    cairn_log(ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(ctx));
    return CAIRN_OK;
}

static cairn_status keep(cairn_ctx *ctx, cairn_solutions *s, const cairn_record *record) {
    if (record->n_steps > UINT16_MAX)
        return pass_over(ctx, s,
                         cairn_fail(ctx, CAIRN_LIMIT, "%s:%" PRId64 ": a solution of more than %d steps", s->path,
                                    record->line, UINT16_MAX));
    if (s->n == INT32_MAX) return cairn_fail(ctx, CAIRN_LIMIT, "%s: more than %d solutions", s->path, INT32_MAX);
    CAIRN_TRY(cairn_grow(ctx, (void **)&s->records, &s->capacity, s->n + 1, sizeof *s->records));
    s->records[s->n++] = *record;
    return CAIRN_OK;
}

static cairn_status read_all(cairn_ctx *ctx, cairn_solutions *s) {
    cairn_dataset *dataset;
    cairn_record record;
    cairn_status status;
    CAIRN_TRY(cairn_dataset_open(ctx, s->path, s->read, &dataset));
    while ((status = cairn_dataset_next(dataset, s->arena, &record)) == CAIRN_OK)
        if ((status = keep(ctx, s, &record)) != CAIRN_OK) break;
    s->skipped += cairn_dataset_skipped(dataset);
    s->content = cairn_dataset_key(dataset);
    cairn_dataset_close(dataset);
    return status == CAIRN_END ? CAIRN_OK : status;
}

/* ---- matching ------------------------------------------------------------------------------------------------------ */

static int by_problem_and_place(const void *a, const void *b) {
    const cairn_record *x = *(const cairn_record *const *)a, *y = *(const cairn_record *const *)b;
    int order = strcmp(x->problem, y->problem);
    return order ? order : (x > y) - (x < y);
}

/* The records of `sorted` whose problem has this text. */
static span find(const cairn_record *const *sorted, size_t n, const char *text) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(sorted[middle]->problem, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    span found = {.first = low};
    while (low + found.n < n && strcmp(sorted[low + found.n]->problem, text) == 0) found.n++;
    return found;
}

/* Deals the records out to the problems; of problems with the same text the first gets them. */
static cairn_status match(cairn_ctx *ctx, cairn_job *job, cairn_solutions *s, const cairn_record *const *sorted,
                          cairn_arena *scratch) {
    for (int64_t i = 0; i < cairn_job_problems(job); i++) {
        cairn_problem problem;
        cairn_arena_reset(scratch);
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
        CAIRN_TRY(cairn_job_problem(job, ctx, i, scratch, &problem));
        span found = find(sorted, s->n, problem.text);
        if (found.n == 0 || s->matched[sorted[found.first] - s->records]) continue;
        s->of[i] = found;
        for (size_t r = found.first; r < found.first + found.n; r++) s->matched[sorted[r] - s->records] = true;
    }
    return CAIRN_OK;
}

static cairn_status name_unmatched(cairn_ctx *ctx, const cairn_job *job, cairn_solutions *s) {
    if (s->own_problems) return CAIRN_OK;
    for (size_t i = 0; i < s->n; i++)
        if (!s->matched[i])
            CAIRN_TRY(
                pass_over(ctx, s,
                          cairn_fail(ctx, CAIRN_NOT_FOUND, "%s:%" PRId64 ": its problem is none of the run's %" PRId64,
                                     s->path, s->records[i].line, cairn_job_problems(job))));
    return CAIRN_OK;
}

static cairn_status group(cairn_ctx *ctx, cairn_job *job, cairn_solutions *s) {
    s->grouped = cairn_arena_alloc(s->arena, s->n, sizeof *s->grouped);
    s->matched = cairn_arena_alloc(s->arena, s->n, sizeof *s->matched);
    s->of = cairn_arena_alloc(s->arena, (size_t)cairn_job_problems(job), sizeof *s->of);
    const cairn_record **sorted = cairn_arena_alloc(s->arena, s->n, sizeof *sorted);
    cairn_arena *scratch;
    if (!s->grouped || !s->matched || !s->of || !sorted) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < s->n; i++) sorted[i] = &s->records[i];
    qsort(sorted, s->n, sizeof *sorted, by_problem_and_place);
    for (size_t i = 0; i < s->n; i++) s->grouped[i] = *sorted[i];
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &scratch));
    cairn_status status = match(ctx, job, s, sorted, scratch);
    cairn_arena_close(scratch);
    CAIRN_TRY(status);
    return name_unmatched(ctx, job, s);
}

/* ---- the interface ------------------------------------------------------------------------------------------------- */

cairn_status cairn_solutions_open(cairn_ctx *ctx, cairn_job *job, const char *path, cairn_split split,
                                  cairn_solutions **out) {
    const cairn_job_setup *setup = cairn_job_setup_of(job);
    cairn_solutions *s = cairn_alloc(ctx, 1, sizeof *s);
    if (!s) return CAIRN_NO_MEMORY;
    s->path = path;
    s->own_problems = setup->problems && strcmp(setup->problems, path) == 0;
    s->read =
        (cairn_read_options){.split = split, .solutions = true, .skip_bad = setup->skip_bad, .silent = s->own_problems};
    cairn_status status = cairn_arena_open(ctx, 65536, &s->arena);
    if (status == CAIRN_OK) status = read_all(ctx, s);
    if (status == CAIRN_OK) status = group(ctx, job, s);
    if (status != CAIRN_OK) {
        cairn_solutions_close(s);
        return status;
    }
    *out = s;
    return CAIRN_OK;
}

void cairn_solutions_close(cairn_solutions *solutions) {
    if (!solutions) return;
    cairn_free(solutions->records);
    cairn_arena_close(solutions->arena);
    cairn_free(solutions);
}

const cairn_record *cairn_solutions_of(const cairn_solutions *solutions, int64_t problem, int32_t *n) {
    span found = solutions->of[problem];
    *n = (int32_t)found.n;
    return solutions->grouped + found.first;
}

int64_t cairn_solutions_skipped(const cairn_solutions *solutions) {
    return solutions->skipped;
}

cairn_split cairn_solutions_split(const cairn_solutions *solutions) {
    return solutions->read.split;
}

const char *cairn_solutions_path(const cairn_solutions *solutions) {
    return solutions->path;
}

uint64_t cairn_solutions_content(const cairn_solutions *solutions) {
    return solutions->content;
}

/* A benchmark opened on files, measured, and its figures by name. */
#ifndef CAIRN_TESTS_BENCH_FIXTURE_H
#define CAIRN_TESTS_BENCH_FIXTURE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/bench.h"
#include "near.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena; /* of `config` */
    const cairn_bench_type *bench;
    void *config;
    cairn_bench_run *run;
    cairn_bench_result result;
    char folder[64];
    char path[128]; /* of the last file that was written */
} fixture;

static inline int fixture_open(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f || cairn_ctx_open(&f->ctx) != CAIRN_OK || cairn_arena_open(f->ctx, 4096, &f->arena) != CAIRN_OK) return -1;
    strcpy(f->folder, "/tmp/cairn-bench-XXXXXX");
    *state = f;
    return mkdtemp(f->folder) ? 0 : -1;
}

static inline int fixture_close(void **state) {
    fixture *f = *state;
    char command[160];
    cairn_bench_close(f->run);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int failed = system(command);
    free(f);
    return failed;
}

#define ok(f, call)                                                               \
    do {                                                                          \
        if ((call) != CAIRN_OK) fail_msg("%s: %s", #call, cairn_error((f)->ctx)); \
    } while (0)
/* The call fails with this status, and the error holds the text. */
#define refused(f, call, status, text)                                                                         \
    do {                                                                                                       \
        assert_int_equal(call, status);                                                                        \
        if (!strstr(cairn_error((f)->ctx), text)) fail_msg("`%s` is not in: %s", text, cairn_error((f)->ctx)); \
    } while (0)

/* A fresh run of the benchmark; `options` as "key=value,...". */
static inline void bench_open(fixture *f, const char *name, const char *options) {
    cairn_bench_close(f->run);
    f->run = NULL;
    ok(f, cairn_bench_named(f->ctx, name, &f->bench));
    f->config = cairn_arena_alloc(f->arena, 1, f->bench->about.config_size + 1);
    assert_non_null(f->config);
    ok(f, cairn_options_parse(f->ctx, &f->bench->about, f->arena, options, "test", f->config));
    ok(f, cairn_bench_open(f->ctx, f->bench, f->config, &f->run));
}

/* Writes a file of the fixture's folder; its path is valid until the next one. */
static inline const char *bytes_file(fixture *f, const char *name, const char *bytes, size_t length) {
    snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
    remove(f->path); /* writing over a file waits for the disk on some file systems */
    FILE *file = fopen(f->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return f->path;
}

static inline const char *text_file(fixture *f, const char *name, const char *text) {
    return bytes_file(f, name, text, strlen(text));
}

static inline cairn_status bench_read_text(fixture *f, const char *name, const char *text) {
    return cairn_bench_read(f->run, text_file(f, name, text), NULL);
}

static inline cairn_status bench_predict_text(fixture *f, const char *name, const char *text) {
    return cairn_bench_predict(f->run, text_file(f, name, text), NULL);
}

static inline void bench_measure(fixture *f, bool baselines) {
    cairn_bench_measuring how = {.baselines = baselines};
    ok(f, cairn_bench_measure(f->run, &how, &f->result));
}

static inline int row_of(const fixture *f, const char *row) {
    for (int32_t r = 0; r < f->result.n_rows; r++)
        if (strcmp(f->result.rows[r].name, row) == 0) return r;
    fail_msg("no row `%s`", row);
    return -1;
}

static inline int figure_of(const fixture *f, const char *figure) {
    for (int32_t k = 0; k < f->bench->n_figures; k++)
        if (strcmp(f->bench->figures[k].name, figure) == 0) return k;
    fail_msg("no figure `%s`", figure);
    return -1;
}

static inline double figure(const fixture *f, const char *row, const char *name) {
    return f->result.rows[row_of(f, row)].figures[figure_of(f, name)].estimate;
}

static inline double tallied(const fixture *f, const char *row, const char *tally) {
    for (int32_t t = 0; t < f->bench->n_tallies; t++)
        if (strcmp(f->bench->tallies[t], tally) == 0) return f->result.rows[row_of(f, row)].sums[t];
    fail_msg("no tally `%s`", tally);
    return NAN;
}

static inline double baseline(const fixture *f, const char *name, const char *row, const char *figure) {
    for (int32_t b = 0; b < f->bench->n_baselines; b++)
        if (strcmp(f->bench->baselines[b], name) == 0)
            return f->result
                .baselines[(b * f->result.n_rows + row_of(f, row)) * f->bench->n_figures + figure_of(f, figure)];
    fail_msg("no baseline `%s`", name);
    return NAN;
}

#endif

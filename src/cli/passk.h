/* cairn eval passk: its options, and the table of recorded samples (passk_files.c reads them, passk_join.c joins
 * them, passk_table.c measures, passk_show.c and passk_curves.c show). */
#ifndef CAIRN_CLI_PASSK_H
#define CAIRN_CLI_PASSK_H

#include "cairn/eval.h"
#include "cli/cli.h"
#include "cli/scored.h"

enum { PASSK_MODELS = 64, PASSK_COLUMNS = 16, PASSK_KS = 24 };

typedef struct passk_config {
    job_options job;
    int64_t samples;
    const char *names, *rewards, *scores, *ks, *csv, *svg, *html;
    int32_t join;
} passk_config;

enum { PASSK_JOIN_AUTO, PASSK_JOIN_TEXT, PASSK_JOIN_GROUP };

/* Samples of one problem by one model that can be judged. */
typedef struct passk_span {
    int32_t n;
    cairn_verdict *verdicts; /* [n] as all */
    int32_t *answers;
    double **scores; /* [columns][n] */
} passk_span;

typedef struct passk_model {
    const char *name, *path;
    cairn_outcomes all; /* of its samples */
    int64_t problems;   /* with a sample that can be judged */
    int64_t skipped;    /* bad lines */
    int64_t answered;   /* samples with an answer */
    int64_t unscored[PASSK_COLUMNS], failed[PASSK_COLUMNS];
} passk_model;

/* What was read. All memory is the command's. */
typedef struct passk_samples {
    const passk_config *config;
    passk_model models[PASSK_MODELS]; /* [n_models] */
    const char *columns[PASSK_COLUMNS];
    int n_models, n_columns;
    bool by_group;     /* how problems were joined */
    size_t problems;   /* of all files */
    size_t shared;     /* that all models have */
    passk_span *spans; /* [n_models][problems], of which the first `shared` are filled */
} passk_samples;

/* Names the models and their files, each FILE or NAME=FILE. */
cairn_status passk_name(cli *c, const passk_config *config, int count, char **arguments, passk_samples *out);
/* Reads these files, scores their samples and joins their problems. */
cairn_status passk_read(cli *c, passk_samples *samples);

/* A sample while files are read and joined. */
typedef struct passk_sample {
    scored_outcome outcome;
    uint64_t text, group; /* keys; group 0: none */
    uint32_t number;      /* of the problem, in order of first samples */
    int32_t model;
    size_t row; /* of its scores */
} passk_sample;

typedef struct passk_reading {
    passk_samples *out;
    cairn_arena *arena;    /* of answers */
    passk_sample *samples; /* [n] */
    size_t n, capacity;
    double *scores; /* [n][n_columns] */
    size_t scores_capacity;
    int model, fields;  /* that is read; columns that are fields of the file */
    int column;         /* that this pass fills, or -1 */
    bool first_pass;    /* of this file */
    size_t from, place; /* first sample of the model; next one of this pass */
} passk_reading;
/* Numbers the problems of what was read. */
cairn_status passk_join(cli *c, passk_reading *r);
/* Fills the spans. */
cairn_status passk_fill(cli *c, passk_reading *r, cairn_arena *scratch);

typedef struct passk_cell {
    cairn_interval accuracy, difference; /* NaN where it is not judged; in the first row of a rule */
    double most;                         /* accuracy if unknown outcomes were right */
} passk_cell;

typedef struct passk_row {
    cairn_at_k_rule rule;
    int model, column; /* column: of CAIRN_AT_K_BEST, else -1 */
    const char *name;  /* "large", "large by rm" */
    passk_cell cells[PASSK_KS];
} passk_row;

typedef struct passk_table {
    const passk_samples *samples;
    int32_t ks[PASSK_KS];      /* [n_ks] rising */
    size_t problems[PASSK_KS]; /* with so many samples in every model */
    int n_ks, n_rows;
    passk_row *rows; /* those of a rule stand together */
    bool too_many;   /* no vote: a problem has more than CAIRN_MOST_VOTES samples */
} passk_table;

cairn_status passk_measure(cli *c, const passk_samples *samples, passk_table *out);
/* Prints the table or, with --json, the object, and writes what --csv, --svg and --html name. */
cairn_status passk_show(cli *c, const passk_table *table);
/* Writes --svg and --html. */
cairn_status passk_draw(cli *c, const passk_table *table);

/* "pass@k: one of k is right" */
const char *passk_title(cairn_at_k_rule rule);
/* Is the row the first of its rule? */
bool passk_heads_rule(const passk_table *table, int row);
enum { PASSK_TEXT = 48 };
/* "44.3 [41.6, 47.0]" in per cent; "+1.2 [-0.3, +2.8]", "" where there is none. */
const char *passk_accuracy(const passk_cell *cell, char out[PASSK_TEXT]);
const char *passk_difference(const passk_cell *cell, char out[PASSK_TEXT]);

#endif

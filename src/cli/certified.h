/* cairn certify: what was asked, what was found, and how it is shown and kept. */
#ifndef CAIRN_CLI_CERTIFIED_H
#define CAIRN_CLI_CERTIFIED_H

#include "cairn/certify.h"
#include "cli/cli.h"

typedef struct certify_config {
    const char *label, *choose, *learn, *features, *unit, *unit_best, *calibrate, *out;
    double fdr, beta, above, split;
    int32_t method, prune, ties, p_values;
    uint64_t seed;
    bool oversample, only_certified, skip_bad, quiet, json;
} certify_config;

/* At most: in --choose, --features (what logistic regression takes), --learn. */
enum { CERTIFY_SCORES = 64, CERTIFY_FEATURES = 32, CERTIFY_LEARNERS = 16 };

typedef struct certified {
    const certify_config *config;
    const char *path;
    const char *label, *unit; /* fields; unit NULL: every row is a problem of its own */
    /* [n_columns] numbers that are read of each row: those of --choose, of --features, and that of --unit-best where it
     * is none of them. */
    const char *columns[CERTIFY_SCORES + CERTIFY_FEATURES + 1];
    int n_columns, chosen, features; /* chosen: in --choose */
    int best;                        /* index of the column of --unit-best, or -1 */
    /* [k] to select by: those of --choose, then a learned one for each word of --learn. */
    const char *scores[CERTIFY_SCORES + CERTIFY_LEARNERS];
    int k;
    cairn_certify_method method;
    cairn_certify_rows file, other;                /* FILE, --calibrate */
    const cairn_certify_row **calibration, **test; /* [n], [m] */
    size_t n, m;
    int64_t read, beaten;      /* rows of both files; of these not the best answer to their problem */
    int64_t unlabelled_unused; /* rows that neither calibrate nor are selected from */
    bool *right, *test_right;  /* [n], [m] labels; those of test items only with --split */
    double *learned;           /* [k - chosen][n + m] learned scores, of the labelled items first */
    cairn_certify_item *items; /* [m] */
    cairn_certify_result result;
    uint64_t input; /* key of what was read */
} certified;

/* Whether the result depends on random numbers. */
bool certified_draws(const certified *f);
/* Refuses options of --learn and --features that do not go together, and learners that there are not. */
cairn_status certified_check_learners(cli *c, const certified *f);
/* Fills `learned`. Errors: INVALID for too few right labels and features that are not finite; CANCELLED. */
cairn_status certified_learn(cli *c, certified *f);
/* Refuses to select again from the same input in another way: the file OUT.draw tells how it was done before. */
cairn_status certified_check_draw(cli *c, const certified *f);
/* Writes --out, and OUT.draw. */
cairn_status certified_write(cli *c, const certified *f);
cairn_status certified_print(cli *c, const certified *f);
cairn_status certified_json(cli *c, const certified *f);

#endif

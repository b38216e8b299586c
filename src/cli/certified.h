/* cairn certify: what was asked, what was found, and how it is shown and kept. */
#ifndef CAIRN_CLI_CERTIFIED_H
#define CAIRN_CLI_CERTIFIED_H

#include "cairn/certify.h"
#include "cli/cli.h"

typedef struct certify_config {
    const char *label, *choose, *unit, *unit_best, *calibrate, *out;
    double fdr, beta, above, split;
    int32_t method, prune, ties, p_values;
    uint64_t seed;
    bool only_certified, skip_bad, quiet, json;
} certify_config;

enum { CERTIFY_SCORES = 64 }; /* in --choose, at most */

typedef struct certified {
    const certify_config *config;
    const char *path;
    const char *label, *unit; /* fields; unit NULL: every row is a problem of its own */
    const char *scores[CERTIFY_SCORES + 1];
    int k;    /* scores to choose among; scores[k] is that of --unit-best, where it is none of them */
    int best; /* index of the score of --unit-best, or -1 */
    cairn_certify_rows file, other;                /* FILE, --calibrate */
    const cairn_certify_row **calibration, **test; /* [n], [m] */
    size_t n, m;
    int64_t read, beaten;      /* rows of both files; of these not the best answer to their problem */
    int64_t unlabelled_unused; /* rows that neither calibrate nor are selected from */
    bool *right, *test_right;  /* [n], [m] labels; those of test items only with --split */
    cairn_certify_item *items; /* [m] */
    cairn_certify_result result;
    uint64_t input; /* key of what was read */
} certified;

/* Whether the result depends on random numbers. */
bool certified_draws(const certify_config *config);
/* Refuses to select again from the same input in another way: the file OUT.draw tells how it was done before. */
cairn_status certified_check_draw(cli *c, const certified *f);
/* Writes --out, and OUT.draw. */
cairn_status certified_write(cli *c, const certified *f);
cairn_status certified_print(cli *c, const certified *f);
cairn_status certified_json(cli *c, const certified *f);

#endif

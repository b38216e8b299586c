/* What `cairn eval ceiling` found, for its printing. */
#ifndef CAIRN_CLI_CEILING_H
#define CAIRN_CLI_CEILING_H

#include "cairn/ceiling.h"
#include "cli/cli.h"

typedef struct measured_proxy {
    const char *file, *name; /* file "": one that was sampled here */
    const char *label;       /* name, with the file's where there are several */
    cairn_ceiling_report report;
    const char *why; /* not measured: a sentence; NULL: it was */
} measured_proxy;

typedef struct ceilings {
    const char *source;      /* "scores.jsonl", "3 files", "words" */
    measured_proxy *proxies; /* [n] */
    int32_t n, measured;
    int64_t candidates, prompts; /* read */
    int32_t least_n;             /* the least of the greatest n */
    cairn_test link;             /* over the proxies that were measured; NaN for fewer than 3 */
    const char **failed;         /* [n_failed] conditions of --fail-if that hold, each with its proxy */
    int32_t n_failed;
} ceilings;

void ceiling_print(cli *c, const ceilings *all, bool detail);
cairn_status ceiling_json(cli *c, const ceilings *all);
/* Curves: one line for each proxy and n. */
cairn_status ceiling_csv(cli *c, const char *path, const ceilings *all);

#endif

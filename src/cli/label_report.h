/* What `cairn label` prints. */
#ifndef CAIRN_CLI_LABEL_REPORT_H
#define CAIRN_CLI_LABEL_REPORT_H

#include "cairn/data.h"
#include "cairn/label_job.h"
#include "cli/cli.h"

typedef struct label_report {
    const char *method, *rule; /* specs; "" for no rule */
    const char *on;            /* world, or the run that was labelled again */
    const char *verifier;      /* who gave the verdicts, where they are no truth; or NULL */
    const char *solutions_file;
    const char *out; /* name of the file written; NULL: none */
    char problems[96];
    int64_t available, skipped;
    bool balance;
    cairn_label_summary *summary;
    const cairn_writer *writer; /* or NULL */
} label_report;

void label_report_print(const cli *c, const label_report *r);
cairn_status label_report_json(cli *c, const label_report *r);

#endif

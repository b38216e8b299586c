/* Sums over the records of a labelling. */
#ifndef CAIRN_EVAL_LABEL_TALLY_H
#define CAIRN_EVAL_LABEL_TALLY_H

#include "cairn/label_job.h"
#include "eval/label_record.h"

/* Visits records, of a job's last run or of a run file; labels them again by a rule where one is set. */
typedef struct label_records {
    cairn_ctx *ctx;
    cairn_job *job; /* NULL: of `run` alone */
    cairn_run *run;
    label_rule again;   /* applied to each record before it is seen; type NULL: records as they are */
    bool all_samples;   /* of the labeller that made them */
    cairn_arena *arena; /* of the record at hand */
} label_records;
typedef cairn_status (*label_visit_fn)(void *arg, const char *id, const json_t *record);
cairn_status label_records_each(const label_records *records, label_visit_fn visit, void *arg);

/* What a balance keeps of all records, then sums over what is kept. `seed`: of bootstraps and of the balance. */
cairn_status label_tally(const label_records *records, const cairn_label_setup *setup, uint64_t seed,
                         cairn_label_summary *out);
/* Why solution `number` of a record is not kept; "" where it is. */
const char *label_dropped(const cairn_label_balance *balance, const json_t *record, size_t number);
/* Writes the kept solutions of a record (write_solutions.c). */
cairn_status label_write_record(cairn_ctx *ctx, const json_t *record, const cairn_label_balance *balance,
                                cairn_writer *writer);

#endif

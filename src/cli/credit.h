/* Rollouts of files through one plan of credit: what the parts of `cairn credit` share. */
#ifndef CAIRN_CLI_CREDIT_H
#define CAIRN_CLI_CREDIT_H

#include "cairn/credit_file.h"
#include "cli/scored.h"

typedef struct credit_config {
    const char *credit, *out;
    scored_options scored; /* reward, threshold, world, policy; seed, skip_bad, portable, quiet, json */
    int64_t iteration;
    int32_t to, like;
    bool explain;
} credit_config;

/* Layouts of the file that is written, in the order of the choices of --to and --like. */
#define CREDIT_LAYOUTS "cairn|trl|verl|openrlhf"
typedef enum credit_layout { CREDIT_CAIRN, CREDIT_TRL, CREDIT_VERL, CREDIT_OPENRLHF } credit_layout;

/* All responses, and what the plan makes of them. Rows are in the order of the files; responses stand group by group,
 * groups in the order of their first row. */
typedef struct credit_batch {
    cairn_credit_plan plan;
    cairn_credit_row *rows; /* [n]; freed by credit_free */
    size_t n, capacity;
    int64_t skipped; /* bad lines */

    cairn_credit_group *groups; /* [n_groups]; this and what follows is in the command's arena */
    const char **names;         /* [n_groups] the field `group`, else the number of the group */
    int32_t n_groups;
    cairn_trajectory *responses; /* [n] */
    size_t *row_of, *place_of;   /* [n] row of a response, response of a row */
    int32_t *group_of;           /* [n] of a response */
    size_t *token, *step;        /* [n + 1] first token and step of each response in the result */
    cairn_credit_result result;
} credit_batch;

/* What the plan reads of steps. */
bool credit_reads_scores(const cairn_credit_plan *plan);
bool credit_reads_flags(const cairn_credit_plan *plan);
bool credit_has_rule(const cairn_credit_plan *plan); /* some stream pays steps */

/* Reads the files, scores the steps where --reward says by what, and puts responses into groups. Errors: those of the
 * reader, each "file:line: field ..."; FORMAT where there are no rollouts. */
cairn_status credit_read(cli *c, const credit_config *config, int count, char **files, credit_batch *batch);
/* The steps of a row as one text, a line each, in place of what `text` held. */
cairn_status credit_text(cli *c, const cairn_credit_row *row, cairn_text *text);
void credit_free(credit_batch *batch);

/* One line a response, in the order of the files. Errors: FORMAT, naming file, line and field, for a response that
 * lacks what the layout needs. */
cairn_status credit_write(const cli *c, credit_layout layout, const credit_batch *batch, cairn_out *out);

/* Of numbers, unknown ones left out. */
typedef struct credit_range {
    int64_t n;
    double sum, least, most, mean; /* the last three NaN without numbers */
} credit_range;

enum { CREDIT_REPEATED_WORDS = 8 };

/* What is said of a batch besides the library's counts. */
typedef struct credit_summary {
    credit_range advantage;    /* of drawn tokens of kept responses */
    credit_range step_sum;     /* summed step reward of a response */
    credit_range right, wrong; /* drawn tokens of responses, by outcome */
    credit_range repetition;   /* of responses, over runs of CREDIT_REPEATED_WORDS words */
    double low, high;          /* bound of the summed step reward of the response with most steps */
    int64_t steps;
    bool longer, repeats; /* alarms */
    size_t examples[3];   /* [n_examples] responses with the greatest, the middle and the least scalar */
    int n_examples;
    const char *plan; /* in words, with --explain; NULL */
} credit_summary;

cairn_status credit_summarise(cli *c, const credit_config *config, const credit_batch *batch, credit_summary *out);
/* Mean advantage of the drawn tokens of step k of a response; NaN without any. */
double credit_step_advantage(const credit_batch *batch, size_t response, int32_t k);
/* The result for people, and as JSON. */
void credit_print(cli *c, const credit_config *config, const credit_batch *batch, const credit_summary *summary);
cairn_status credit_print_json(cli *c, const credit_config *config, const credit_batch *batch,
                               const credit_summary *summary);

#endif

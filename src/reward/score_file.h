/* A file of step scores in memory: found by problem and steps, else by the record's id (docs/formats.md, "Score
 * files"). */
#ifndef CAIRN_REWARD_SCORE_FILE_H
#define CAIRN_REWARD_SCORE_FILE_H

#include "cairn/data.h"
#include "cairn/reward.h"

enum { SCORE_FIELD_AUTO, SCORE_FIELD_STEP_SCORES, SCORE_FIELD_SCORES };

typedef struct score_read {
    cairn_format format; /* AUTO: score files, else any format that auto knows */
    int32_t field;       /* SCORE_FIELD_... */
    bool skip_bad;       /* bad lines are counted and named in the log */
    int32_t meaning;     /* of the scores; -1: as the file says, else correctness */
    double low, high;    /* range of the scores; NaN: as the file says, else 0 and 1 */
} score_read;

/* A line of the file. */
typedef struct score_line {
    const char *id;
    const double *scores;                       /* [n] NaN: the file has null */
    const char *const *codes, *const *evidence; /* [n] or NULL: why, where the file says it */
    int32_t n;
    int64_t number; /* in the file, from 1 */
} score_line;

typedef struct score_file score_file;
/* Reads all of it: time and memory are linear in its size. Where equal steps of one problem have different scores, the
 * first known one stands, and a log line counts them. Errors: those of reading; FORMAT for a line without scores, a
 * score out of the range, an id that two lines have where lines are found by id; CANCELLED. */
cairn_status score_file_open(cairn_ctx *ctx, const char *path, const score_read *how, score_file **out);
void score_file_close(score_file *file);
const char *score_file_path(const score_file *file);
uint64_t score_file_content(const score_file *file);
void score_file_scale(const score_file *file, cairn_meaning *meaning, double *low, double *high);

/* The line that has the score of every prefix of steps[n] of this problem: at[i]->scores[i] is that of step i; NULL: no
 * line has it. A line with just these steps gives them all. Returns the number found. */
int32_t score_file_find(const score_file *file, const char *problem, const char *const *steps, int32_t n,
                        const score_line **at);
/* The line that has no text, by its id; NULL: none. */
const score_line *score_file_by_id(const score_file *file, const char *id);

#endif

/* cairn/answer.h: final answers: found in a solution, read as mathematics, compared with three verdicts, explained.
 *
 *     cairn_found found;
 *     cairn_grade grade;
 *     cairn_answer_find(ctx, arena, solution, length, NULL, &found);
 *     cairn_answer_grade(ctx, arena, found.text, "\\frac{9}{2}", &(cairn_grade_options){.problem = problem}, &grade);
 *     printf("%s by the rule '%s': %s\n", cairn_verdict_name(grade.verdict), grade.rule, grade.why);
 *
 * RIGHT and WRONG are said only where they are proven from the two texts (and the problem, where it is given); all else
 * is UNKNOWN. The text is hostile: any input costs at most some tens of milliseconds and a few megabytes. */
#ifndef CAIRN_ANSWER_H
#define CAIRN_ANSWER_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An answer longer than this is compared as text only. */
#define CAIRN_ANSWER_BYTES_MOST ((size_t)16 << 10)

/* ---- comparison ------------------------------------------------------------------------------------------------ */

/* All fields may be 0. */
typedef struct cairn_grade_options {
    const char *problem;       /* its text: its choices (A) ... (B) ..., whether it asks for a percentage, a unit, an
                                  ordered list; NULL: not known */
    double relative_tolerance; /* two numbers this close, relative to the reference, are RIGHT; 0: exact values, and
                                  decimals by the precision written. Page 72's grader has 1e-4. */
    bool percent_hundredfold;  /* a number that is 100 or 1/100 of the reference is RIGHT too (2409.12122) */
    bool explain;              /* fill `read` and `why` */
} cairn_grade_options;

typedef struct cairn_grade {
    cairn_verdict verdict;
    const char *rule;    /* name of the rule that decided, static: "number", "set", "unit-missing", "unread" ... */
    const char *why;     /* one sentence; "" without `explain` */
    const char *read[2]; /* answer and reference as they were read: expression trees as text, one node a line, indented;
                            "" without `explain` */
} cairn_grade;

/* Whether `answer` says what `reference` says. Not symmetric: precision, order and a missing unit are judged by the
 * reference. Strings of `out` live in `arena`. Errors: LIMIT (a text beyond CAIRN_TOOL_TEXT_MOST), NO_MEMORY. */
CAIRN_API cairn_status cairn_answer_grade(cairn_ctx *ctx, cairn_arena *arena, const char *answer, const char *reference,
                                          const cairn_grade_options *options, cairn_grade *out);
/* The verdict alone. */
CAIRN_API cairn_status cairn_answer_equal(cairn_ctx *ctx, cairn_arena *arena, const char *answer, const char *reference,
                                          cairn_verdict *out);
/* One text for all spellings of an answer that differ in notation only: numbers exact and in lowest terms, LaTeX and
 * Unicode as one plain notation, sets sorted. Two answers with one canonical text are equal; equal answers may have
 * different ones. The canonical text of a canonical text is itself. Errors: as above. */
CAIRN_API cairn_status cairn_answer_canonical(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                              char **out);
/* Index of the first of classes[n], answers that differ, which `answer` is equal to; n where there is none. What cannot
 * be compared is not equal. So votes group answers in all verbs. Time: n comparisons of texts, and of values with the
 * first 256 classes. Errors: as above. */
CAIRN_API cairn_status cairn_answer_class(cairn_ctx *ctx, cairn_arena *arena, const char *const *classes, int32_t n,
                                          const char *answer, int32_t *out);

/* ---- finding --------------------------------------------------------------------------------------------------- */

/* A final answer and where a solution states it. */
typedef struct cairn_found {
    const char *text;  /* in the arena */
    const char *rule;  /* static: "box", "tag", "marker", "block", "hash", "sentence", "table", "last-statement" ... */
    size_t start, end; /* its bytes in the solution */
    int32_t others;    /* other statements in the solution that give another text */
} cairn_found;

/* The final answer that a solution's text states. `problem` may be NULL. Errors: NOT_FOUND (none is stated), LIMIT,
 * NO_MEMORY. Linear in length; of a long text the last 96 KiB are looked through. */
CAIRN_API cairn_status cairn_answer_find(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                         const char *problem, cairn_found *out);

#ifdef __cplusplus
}
#endif
#endif

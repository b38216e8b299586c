/* cairn/pairs.h: files of answers beside their references, for graders of answers (cairn/answer.h).
 *
 *     cairn_pairs_open(ctx, "pairs.jsonl", NULL, false, &pairs);
 *     while ((status = cairn_pairs_next(pairs, arena, &pair)) == CAIRN_OK) grade(pair.answer, pair.reference);
 *     cairn_pairs_close(pairs);
 *
 * A file is JSON lines, a JSON array, or CSV with a header line; a row is one pair. Layer: eval. */
#ifndef CAIRN_PAIRS_H
#define CAIRN_PAIRS_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a file says of a pair: the verdicts that are right of it. */
#define CAIRN_EXPECTATIONS(X) \
    X(NOTHING, "")            \
    X(RIGHT, "right")         \
    X(WRONG, "wrong")         \
    X(UNKNOWN, "unknown")     \
    X(NOT_RIGHT, "not-right") \
    X(NOT_WRONG, "not-wrong") /* "unknown-or-right" is read too */
#define CAIRN_EXPECTATION_MEMBER(symbol, name) CAIRN_EXPECT_##symbol,
typedef enum cairn_expectation {
    CAIRN_EXPECTATIONS(CAIRN_EXPECTATION_MEMBER) CAIRN_EXPECTATION_COUNT
} cairn_expectation;
CAIRN_API const char *cairn_expectation_name(cairn_expectation expected);                   /* "" for NOTHING */
CAIRN_API bool cairn_expectation_allows(cairn_expectation expected, cairn_verdict verdict); /* NOTHING allows all */

/* Names of fields; NULL or "": the first that a row has of the list in docs/answers.md. Texts live as long as the
 * reader. */
typedef struct cairn_pair_fields {
    const char *answer, *reference, *problem, *expected;
} cairn_pair_fields;

/* All memory is in the arena given to the reader. */
typedef struct cairn_pair {
    const char *answer;    /* NULL: null, or an empty cell of CSV */
    const char *reference; /* NULL as above */
    const char *problem;   /* NULL: the row has none */
    cairn_expectation expected;
    int64_t row; /* its line in the file; in an array its place, from 1 */
} cairn_pair;

typedef struct cairn_pairs cairn_pairs;
/* Opens a file ("-" is standard input); `fields` may be NULL. With `skip_bad` a bad row is counted and named in the log
 * instead of being an error. Errors: IO, NOT_FOUND; an empty file is FORMAT. */
CAIRN_API cairn_status cairn_pairs_open(cairn_ctx *ctx, const char *path, const cairn_pair_fields *fields,
                                        bool skip_bad, cairn_pairs **out);
/* CAIRN_END after the last. Errors: FORMAT, LIMIT, IO, each "file:line: field ...". */
CAIRN_API cairn_status cairn_pairs_next(cairn_pairs *pairs, cairn_arena *arena, cairn_pair *out);
CAIRN_API int64_t cairn_pairs_skipped(const cairn_pairs *pairs);
CAIRN_API int64_t cairn_pairs_offset(const cairn_pairs *pairs); /* bytes read so far */
CAIRN_API int64_t cairn_pairs_size(const cairn_pairs *pairs);   /* bytes of the file, -1 for a pipe */
CAIRN_API void cairn_pairs_close(cairn_pairs *pairs);           /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif

/* cairn/store.h: runs on disk. A run file is one SQLite database (WAL, synchronous=NORMAL): a manifest and one row a
 * finished problem, each committed on its own, so that a killed run loses at most the problems in flight. (A power cut
 * can lose the last commits too, never the file: they are not forced to the disk one by one.) Layer: store (uses core,
 * data, stat). */
#ifndef CAIRN_STORE_H
#define CAIRN_STORE_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a run depends on; fixed when it is created. Keys in any order; exported sorted. An entry "out_..." is a note of
 * where results go: it is neither exported nor compared when the run is resumed. */
typedef struct cairn_manifest_entry {
    const char *key, *value;
} cairn_manifest_entry;
typedef struct cairn_manifest {
    const cairn_manifest_entry *entries;
    int32_t count;
    int64_t problems; /* how many problems the finished run has */
    bool portable;    /* its records depend on no processor (cairn_ctx_set_portable) */
} cairn_manifest;

typedef struct cairn_run cairn_run;
/* A new run file, which appears whole or not at all. Errors: INVALID when `path` exists (the text says how to resume),
 * IO when it cannot be written. The manifest gets "cairn" (version), "instruction_set" (cairn_bits_name) and "created"
 * (the only time; not exported) by itself. */
CAIRN_API cairn_status cairn_run_create(cairn_ctx *ctx, const char *path, const cairn_manifest *manifest,
                                        cairn_run **out);
/* Opens a run file to go on. Errors: NOT_FOUND; FORMAT when it is no run file or damaged; INVALID naming the first
 * manifest entry that differs (version and instruction set included), with both values; INVALID when another process
 * holds it. A portable run resumes on any processor as portable, another one where cairn_instruction_set() is the same.
 */
CAIRN_API cairn_status cairn_run_resume(cairn_ctx *ctx, const char *path, const cairn_manifest *manifest,
                                        cairn_run **out);
/* Is there a database at `path`, by its first bytes? Of what is no regular file nothing is read: false. */
CAIRN_API bool cairn_run_detect(const char *path);
/* Read-only. */
CAIRN_API cairn_status cairn_run_open(cairn_ctx *ctx, const char *path, cairn_run **out);
CAIRN_API void cairn_run_close(cairn_run *run); /* NULL is fine */
/* Closes a run opened for writing and removes its file: for one that failed before its first record. */
CAIRN_API void cairn_run_discard(cairn_run *run);

/* Records problem `index`: one commit. `record` is one canonical JSON object (bytes). Thread-safe. Errors: IO (disk
 * full: what was committed before stands), INVALID when the index is already there or out of range. */
CAIRN_API cairn_status cairn_run_put(cairn_run *run, cairn_ctx *ctx, int64_t index, const char *id, const char *record,
                                     size_t length);
/* Whether the file that is written is still the one at its path; cairn_run_put looks too. Errors: IO when it was
 * deleted or replaced: the text names the new file that the records were saved in. Thread-safe. */
CAIRN_API cairn_status cairn_run_check(cairn_run *run, cairn_ctx *ctx);
/* Is problem `index` recorded? Thread-safe. */
CAIRN_API bool cairn_run_has(const cairn_run *run, int64_t index);
CAIRN_API int64_t cairn_run_done(const cairn_run *run);
CAIRN_API int64_t cairn_run_problems(const cairn_run *run);
/* Manifest value or NULL; lives as long as the run. */
CAIRN_API const char *cairn_run_manifest(const cairn_run *run, const char *key);
CAIRN_API int32_t cairn_run_manifest_count(const cairn_run *run);
CAIRN_API cairn_manifest_entry cairn_run_manifest_at(const cairn_run *run, int32_t i); /* sorted by key */

/* `text` with *** for what looks like a secret: the value of NAME_KEY=..., --api-key ..., Bearer ..., a key of a known
 * service, the password of an address. A guess that can miss: secrets belong into the environment. In the arena. */
CAIRN_API cairn_status cairn_redact(cairn_ctx *ctx, cairn_arena *arena, const char *text, const char **out);

/* Calls visit for each record in index order; stops at the first status that is not OK and returns it. */
typedef cairn_status (*cairn_run_visit_fn)(void *arg, int64_t index, const char *id, const char *record, size_t length);
CAIRN_API cairn_status cairn_run_each(cairn_run *run, cairn_ctx *ctx, cairn_run_visit_fn visit, void *arg);

/* From now on each record that is visited, exported or compared adds 1 to `progress` (NULL: no longer), which must
 * outlive that. */
CAIRN_API void cairn_run_watch(cairn_run *run, cairn_progress *progress);

/* JSON lines: the manifest without times, host and what looks like a secret (cairn_redact), then each record in index
 * order. The same bytes for the same manifest, whatever the workers, the in-flight limit, kills and resumes. An
 * unfinished run is exported with a warning in the log. */
CAIRN_API cairn_status cairn_run_export(cairn_run *run, cairn_ctx *ctx, cairn_out *out);

/* Two runs, paired on one numeric or boolean field of their records ("correct", "tokens", "cost.steps"): means, mean
 * difference b - a with a paired 95 % bootstrap interval over problems (2,000 resamples, seeded). Problems are paired
 * by their text where all records tell its key (`problem_key`) and no text occurs twice in a run, else by id and, where
 * both tell it, text. Problems that only one run has, and those of which a run does not know the value (null), are
 * counted, not used. Errors: FORMAT naming the record and field; INVALID when no problem is shared. */
typedef struct cairn_comparison {
    int64_t shared, only_a, only_b;
    int64_t unknown; /* shared problems of which a value is unknown */
    double mean_a, mean_b, difference, low,
        high;                          /* 95 %; NaN without a known pair, low and high also with a single one */
    int64_t a_better, b_better, equal; /* problems with the larger value */
} cairn_comparison;
CAIRN_API cairn_status cairn_run_compare(cairn_ctx *ctx, cairn_run *a, cairn_run *b, const char *field, uint64_t seed,
                                         cairn_comparison *out);

#ifdef __cplusplus
}
#endif
#endif

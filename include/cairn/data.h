/* cairn/data.h: records of stepped solutions: streaming readers and writers of the published formats, step splitters.
 *
 * A file is JSON lines, a JSON array, JSON objects over several lines, or CSV with a header line. A reader holds one
 * row at a time. A bad row is an error that names file, line and field, or, with `skip_bad`, is counted and named in
 * the log. Layer: data (uses core). */
#ifndef CAIRN_DATA_H
#define CAIRN_DATA_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_NO_ERROR   (-1) /* `first_error`: every step is right */
#define CAIRN_UNLABELLED (-2) /* `first_error`: nobody said */
#define CAIRN_NO_RATING  INT8_MIN

/* One solution in steps. All memory is in the arena given to the reader. */
typedef struct cairn_record {
    /* the file's own id, else "<row>" or "<row>/<model>": the row's line, in an array its place (1-based) */
    const char *id;
    const char *problem;      /* the question */
    const char *const *steps; /* [n_steps] */
    int32_t n_steps;
    const char *const *observations; /* [n_steps] what the world answered to each step, NULL: nothing; NULL: to none */
    const char *answer;              /* the solution's own final answer, or NULL */
    const char *target;              /* the true answer, or NULL */
    cairn_verdict correct;           /* recorded outcome of the whole solution */
    int32_t first_error;             /* 0-based index of the first wrong step, CAIRN_NO_ERROR or CAIRN_UNLABELLED */
    const double *labels;  /* [n_steps] 1 right .. 0 wrong (soft between), NaN unlabelled; NULL when there are none */
    const int8_t *ratings; /* [n_steps] -1 bad, 0 neutral, 1 good, CAIRN_NO_RATING; NULL where the format has none */
    const char *generator; /* the model that wrote it, or NULL */
    const char *group;     /* what records of one problem or one pair share, where the file says it, or NULL */
    const char *subset;    /* part of the benchmark: "gsm8k", "circular", or NULL */
    const char *domain;    /* subject: "algebra", or NULL */
    int64_t line;          /* 1-based line of the file in which it starts */
    const double *numbers; /* one for each word of cairn_read_options.numbers, NaN where the row has none; NULL: none */
} cairn_record;

/* The formats, each with its name on the command line (docs/formats.md): those that are read and written, read only,
 * written only. `auto` picks by the fields of the first good row. */
#define CAIRN_FORMATS_BOTH(X)                                                                                  \
    X(STEPWISE, "stepwise")           /* prompt, completions, labels or scores: TRL's, and Cairn's own */      \
    X(MISTAKE, "mistake")             /* BIG-Bench-Mistake: input, steps, target, answer, mistake_index */     \
    X(PROCESSBENCH, "processbench")   /* id, generator, problem, steps, final_answer_correct, label */         \
    X(PRMBENCH, "prmbench")           /* question, modified_process, error_steps, classification */            \
    X(MR_GSM8K, "mr-gsm8k")           /* question, model_output_steps, model_output_solution_... */            \
    X(PRM800K, "prm800k")             /* question {problem}, label {steps [{completions [{text, rating}]}]} */ \
    X(MATH_SHEPHERD, "math-shepherd") /* input and label, texts with marks after each step, task */            \
    X(OPENRLHF, "openrlhf")           /* input, a text with marks, and an array of labels */                   \
    X(RLHFLOW, "rlhflow")             /* conversations: steps by the user, + and - by the assistant */         \
    X(MATH_APS, "math-aps")           /* question, process, label */                                           \
    X(GSM8K, "gsm8k")                 /* question, answer ("... #### 18") */                                   \
    X(MATH, "math")                   /* problem, solution, answer, subject, level */
#define CAIRN_FORMATS_READ(X)                                                                            \
    X(GSM8K_SOLUTIONS, "gsm8k-solutions") /* question, ground_truth, per model {is_correct, solution} */ \
    X(SAMPLES, "samples")                 /* a problem and one or several solutions as texts */          \
    X(PROBLEMS, "problems")               /* a problem, and its answer */
#define CAIRN_FORMATS_WRITTEN(X)                                                                     \
    X(TRL, "trl") /* TRL's step-wise trainer: prompt, completions, labels (bool) and nothing else */ \
    X(CSV, "csv") /* a header line, then a row a step */
#define CAIRN_FORMATS(X) CAIRN_FORMATS_BOTH(X) CAIRN_FORMATS_READ(X) CAIRN_FORMATS_WRITTEN(X)

#define CAIRN_FORMAT_MEMBER(symbol, name) CAIRN_FORMAT_##symbol,
typedef enum cairn_format { CAIRN_FORMAT_AUTO, CAIRN_FORMATS(CAIRN_FORMAT_MEMBER) CAIRN_FORMAT_COUNT } cairn_format;
/* "auto|stepwise|...": the choices of an option that names a format to read; the index of a choice is the format. */
#define CAIRN_FORMAT_CHOICE(symbol, name) "|" name
#define CAIRN_FORMAT_CHOICES              "auto" CAIRN_FORMATS_BOTH(CAIRN_FORMAT_CHOICE) CAIRN_FORMATS_READ(CAIRN_FORMAT_CHOICE)

CAIRN_API const char *cairn_format_name(cairn_format format);
CAIRN_API cairn_status cairn_format_parse(cairn_ctx *ctx, const char *name, cairn_format *out);

/* How a text is cut into steps. */
typedef enum cairn_split {
    CAIRN_SPLIT_AUTO, /* "Step 3:" at the start of a line where it is found, else paragraphs where there are several, else lines */
    CAIRN_SPLIT_LINE,      /* one step a non-empty line */
    CAIRN_SPLIT_PARAGRAPH, /* steps divided by blank lines */
    CAIRN_SPLIT_SENTENCE, /* . ! ? before white space; not in numbers, not after single letters or common abbreviations */
    CAIRN_SPLIT_MARKER    /* "Step 3:", "3." or "3)" at the start of a line opens a step */
} cairn_split;
#define CAIRN_SPLIT_CHOICES "auto|line|paragraph|sentence|marker" /* in the order of cairn_split */
CAIRN_API const char *cairn_split_name(cairn_split split);
/* What stands between two steps that are shown as one: an option's choices, and the text of each. */
#define CAIRN_JOIN_CHOICES "blank-line|newline|space"
CAIRN_API const char *cairn_join_text(int32_t choice); /* "\n\n" for a value outside; static */

typedef struct cairn_read_options {
    cairn_format format;
    cairn_split split; /* of solutions that are one text; auto: as the format has it, else as CAIRN_SPLIT_AUTO says */
    bool solutions;    /* a file of problems alone is an error: INVALID */
    bool skip_bad;     /* count and name bad lines in the log instead of failing */
    bool silent;       /* count them only: another reader of the file names them */
    /* Fields, divided by blanks, of which each holds a number of the solution, such as a reward's score: one value a row
     * or, where a row has several solutions, an array with a value each. NULL: none. */
    const char *numbers;
    size_t max_line_bytes; /* 0: 16 MiB; a longer line is CAIRN_LIMIT, and skippable */
} cairn_read_options;

typedef struct cairn_dataset cairn_dataset;
/* Opens a file ("-" is standard input). Errors: IO, NOT_FOUND; an empty file is CAIRN_FORMAT. */
CAIRN_API cairn_status cairn_dataset_open(cairn_ctx *ctx, const char *path, cairn_read_options options,
                                          cairn_dataset **out);
/* The next record, in `arena`. CAIRN_END after the last. Errors: FORMAT, LIMIT, IO, each "file:line: field ...". */
CAIRN_API cairn_status cairn_dataset_next(cairn_dataset *dataset, cairn_arena *arena, cairn_record *out);
/* AUTO before the first good row. */
CAIRN_API cairn_format cairn_dataset_format(const cairn_dataset *dataset);
/* Bytes read so far, and bytes of the file, -1 for a pipe: for progress. */
CAIRN_API int64_t cairn_dataset_offset(const cairn_dataset *dataset);
CAIRN_API int64_t cairn_dataset_size(const cairn_dataset *dataset);
CAIRN_API int64_t cairn_dataset_skipped(const cairn_dataset *dataset);
/* 64-bit content key and byte count of the part read so far; of the whole file after CAIRN_END. For manifests. */
CAIRN_API uint64_t cairn_dataset_key(const cairn_dataset *dataset);
CAIRN_API void cairn_dataset_close(cairn_dataset *dataset);

/* ---- writing ------------------------------------------------------------------------------------------------------- */

typedef enum cairn_label_kind {
    CAIRN_LABELS_KEPT, /* soft where a record has labels between 0 and 1 and the format holds them, else hard */
    CAIRN_LABELS_HARD,
    CAIRN_LABELS_SOFT /* hard where the format holds no others */
} cairn_label_kind;

#define CAIRN_RIGHT_FROM 0.5 /* the least soft label of a right step, where nobody says otherwise */
/* Whether a soft label is right: from `right_from` on; 0: above 0, so that any evidence for the step makes it right. */
CAIRN_API bool cairn_label_is_right(double label, double right_from);

typedef struct cairn_write_options {
    cairn_format format; /* AUTO: stepwise */
    cairn_label_kind labels;
    double right_from; /* written hard, a label from here on is right; 0: CAIRN_RIGHT_FROM */
    bool fill;         /* cairn_labels_fill on each record first */
    bool skip_bad;     /* count what cannot be written, and name the first ten in the log, instead of failing */
} cairn_write_options;

/* What a format may not hold, in words. */
#define CAIRN_UNHELD(X)               \
    X(ID, "ids")                      \
    X(SOFT, "soft labels")            \
    X(LABELS, "labels of some steps") \
    X(FIRST_ERROR, "first errors")    \
    X(RATINGS, "ratings")             \
    X(ANSWER, "answers")              \
    X(TARGET, "targets")              \
    X(CORRECT, "outcomes")            \
    X(GENERATOR, "generators")        \
    X(GROUP, "groups")                \
    X(SUBSET, "subsets")              \
    X(DOMAIN, "domains")              \
    X(OBSERVATIONS, "observations")   \
    X(SPACE, "white space around texts")
#define CAIRN_UNHELD_MEMBER(symbol, words) CAIRN_UNHELD_##symbol,
enum { CAIRN_UNHELD(CAIRN_UNHELD_MEMBER) CAIRN_UNHELD_COUNT };

typedef struct cairn_write_counts {
    int64_t records, steps;
    int64_t refused;                  /* records that the format cannot hold at all; only with skip_bad */
    int64_t filled;                   /* labels that `fill` added */
    int64_t lost[CAIRN_UNHELD_COUNT]; /* records of which the file does not hold this */
} cairn_write_counts;

typedef struct cairn_writer cairn_writer;
/* Writes to `out`, which stays the caller's to commit or drop. Errors: INVALID for a format that is only read. */
CAIRN_API cairn_status cairn_writer_open(cairn_ctx *ctx, cairn_out *out, const cairn_write_options *options,
                                         cairn_writer **writer);
/* Every record but those of CSV is read back from what will be written and compared. Errors: INVALID, naming the
 * record, for one that the format cannot hold: steps that hold its separator, no label where it needs one, a label
 * outside 0 .. 1; FORMAT for a text that is not UTF-8. */
CAIRN_API cairn_status cairn_writer_put(cairn_writer *writer, const cairn_record *record);
/* After the last record: writes what waited for a partner. */
CAIRN_API cairn_status cairn_writer_end(cairn_writer *writer);
CAIRN_API const cairn_write_counts *cairn_writer_counts(const cairn_writer *writer);
/* Appends "math-shepherd does not hold: ids of 3 records, soft labels of 2 records (written as right from 0.5 on)" and
 * how many records were left out; nothing where nothing was lost. */
CAIRN_API cairn_status cairn_writer_losses(const cairn_writer *writer, cairn_text *out);
CAIRN_API void cairn_writer_close(cairn_writer *writer); /* NULL is fine */
/* One record by a writer of its own (CSV: with the header line). */
CAIRN_API cairn_status cairn_record_write(cairn_ctx *ctx, cairn_out *out, const cairn_write_options *options,
                                          const cairn_record *record);
CAIRN_API const char *cairn_unheld_name(int loss); /* "soft labels" */
/* "|stepwise|...", "stepwise|...": the choices of an option that names a format to write, and the format of a choice of
 * the second. */
#define CAIRN_WRITE_LIST    CAIRN_FORMATS_BOTH(CAIRN_FORMAT_CHOICE) CAIRN_FORMATS_WRITTEN(CAIRN_FORMAT_CHOICE)
#define CAIRN_WRITE_CHOICES &("" CAIRN_WRITE_LIST)[1]
CAIRN_API cairn_format cairn_written_format(int32_t choice);

/* Label of step i: the record's own, else what its first error says: right before it, wrong at it, NaN after it. */
CAIRN_API double cairn_record_label(const cairn_record *record, int32_t i);
/* The first wrong step: the record's own, else that of its labels. */
CAIRN_API int32_t cairn_record_first_error(const cairn_record *record, double right_from);
/* The first of labels [n] that is not right; CAIRN_UNLABELLED where one is missing before it. */
CAIRN_API int32_t cairn_labels_first_error(const double *labels, int32_t n, double right_from);
/* Fills labels that others imply, [n] NaN where there is none: wrong after the first wrong step, right before a right
 * one (a prefix that can still succeed holds no error). A label from `right_from` on is right. `first_error` (or
 * CAIRN_UNLABELLED) is known besides. Unknown steps between the last right and the first wrong one stay. Returns how
 * many were filled. */
CAIRN_API int32_t cairn_labels_fill(double *labels, int32_t n, int32_t first_error, double right_from);

/* ---- step splitters ------------------------------------------------------------------------------------------------ */

typedef struct cairn_slice {
    size_t start, length;
} cairn_slice; /* bytes */
/* Slices of `text` that hold its steps in order, white space trimmed, never empty; in the arena. */
CAIRN_API cairn_status cairn_split_steps(cairn_ctx *ctx, cairn_arena *arena, cairn_split how, const char *text,
                                         size_t length, cairn_slice **slices, int32_t *count);

/* ---- preferences ----------------------------------------------------------------------------------------------------- */

/* Two answers to one problem. All memory is in the arena given to the reader. */
typedef struct cairn_preference {
    const char *problem;
    const char *const *chosen;   /* [n_chosen] steps of the better answer */
    const char *const *rejected; /* [n_rejected] */
    int32_t n_chosen, n_rejected;
    int64_t line; /* 1-based line of the file in which it starts */
} cairn_preference;

/* Rows with `chosen`, `rejected`, and `prompt` or `question`. An answer is a text, which is split into steps; an array
 * of texts, its steps; or a dialogue [{role, content}, ...], whose last message it is. A prompt may be a dialogue;
 * without one it is what the chosen dialogue has before its last message. */
typedef struct cairn_preferences cairn_preferences;
/* Whether the first row of a file has the field `chosen`. Errors: those of opening it. */
CAIRN_API cairn_status cairn_preferences_detect(cairn_ctx *ctx, const char *path, bool *out);
/* Errors: as cairn_dataset_open. */
CAIRN_API cairn_status cairn_preferences_open(cairn_ctx *ctx, const char *path, cairn_split split, bool skip_bad,
                                              cairn_preferences **out);
/* CAIRN_END after the last. Errors: FORMAT, LIMIT, IO, each "file:line: field ..."; skip_bad names and counts those of
 * one row. */
CAIRN_API cairn_status cairn_preferences_next(cairn_preferences *preferences, cairn_arena *arena,
                                              cairn_preference *out);
CAIRN_API int64_t cairn_preferences_skipped(const cairn_preferences *preferences);
CAIRN_API uint64_t cairn_preferences_key(const cairn_preferences *preferences); /* of the bytes read so far */
CAIRN_API void cairn_preferences_close(cairn_preferences *preferences);         /* NULL is fine */

/* ---- templates ------------------------------------------------------------------------------------------------------- */

/* A text with places, "{step}", that are filled with texts. A "{" that opens no place is written "{{". */
typedef struct cairn_template cairn_template;
/* Reads a template from a text or a file (its last line break is not part of it, and lines end by \n). `names`
 * [n_names] are the places there may be; all of it is copied into `arena`. Errors, each "NAME:LINE: ...": FORMAT for a
 * place that is not among them, a "{" without "}", a NUL; LIMIT beyond 1 MiB; IO and NOT_FOUND of the file. */
CAIRN_API cairn_status cairn_template_parse(cairn_ctx *ctx, cairn_arena *arena, const char *name, const char *text,
                                            size_t length, const char *const *names, int32_t n_names,
                                            cairn_template **out);
CAIRN_API cairn_status cairn_template_read(cairn_ctx *ctx, cairn_arena *arena, const char *path,
                                           const char *const *names, int32_t n_names, cairn_template **out);
CAIRN_API bool cairn_template_has(const cairn_template *t, int32_t name); /* a place of names[name] */
CAIRN_API uint64_t cairn_template_key(const cairn_template *t);           /* of its text */
/* Appends the text with values[i] at every place of names[i]. Values are taken as they are: what looks like a place in
 * them is text. */
CAIRN_API cairn_status cairn_template_fill(cairn_ctx *ctx, const cairn_template *t, const char *const *values,
                                           cairn_text *out);

#ifdef __cplusplus
}
#endif
#endif

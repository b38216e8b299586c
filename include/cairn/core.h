/* cairn/core.h: what every layer stands on: status and error text, memory, random numbers, options tables,
 * output, progress, the worker pool, fibers and the submit / step / collect scheduler.
 *
 * Conventions of all headers: a function that can fail returns cairn_status and writes its outputs last; on failure
 * outputs are untouched unless said otherwise. Strings are UTF-8 and NUL-terminated unless a length is given.
 * Pointers returned from an arena live as long as that arena. No function of the library exits, aborts or prints.
 */
#ifndef CAIRN_CORE_H
#define CAIRN_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CAIRN_API               __attribute__((visibility("default")))
#define CAIRN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CAIRN_API
#define CAIRN_PRINTF(fmt, args)
#endif

#define CAIRN_VERSION_MAJOR 0
#define CAIRN_VERSION_MINOR 1
#define CAIRN_VERSION_PATCH 0
#define CAIRN_VERSION       "0.1.0"

/* ---- status and context ------------------------------------------------------------------------------------- */

typedef enum cairn_status {
    CAIRN_OK = 0,
    CAIRN_END,       /* a reader has no more records: not a failure */
    CAIRN_BUDGET,    /* a verb stopped at its budget; what it did until then stands */
    CAIRN_CANCELLED, /* the run was asked to stop */
    CAIRN_INVALID,   /* a caller's argument or option is wrong */
    CAIRN_FORMAT,    /* input is not what its format says */
    CAIRN_IO,        /* the operating system refused: open, read, write, disk full, dead child */
    CAIRN_NO_MEMORY,
    CAIRN_NOT_FOUND,
    CAIRN_LIMIT,       /* a bound that protects the process was reached (line length, depth, digits) */
    CAIRN_UNSUPPORTED, /* understood, but not offered here */
    CAIRN_INTERNAL     /* an invariant does not hold: a bug in Cairn */
} cairn_status;

/* What a verifier or judge says. "Unknown" (missing, unparsable, cannot be checked) is never turned silently into a
 * number. */
typedef enum cairn_verdict {
    CAIRN_VERDICT_UNKNOWN = -1,
    CAIRN_VERDICT_WRONG = 0,
    CAIRN_VERDICT_RIGHT = 1
} cairn_verdict;

CAIRN_API const char *cairn_verdict_name(cairn_verdict verdict); /* "unknown", "wrong" or "right" */

/* What a step is. FINISH: its policy ended the solution with it; without a text it is no step: the solution ended with
 * the one before. */
typedef enum cairn_kind { CAIRN_KIND_REASON, CAIRN_KIND_TOOL, CAIRN_KIND_FINISH, CAIRN_KIND_REFLECT } cairn_kind;

/* Short lower-case name of a status, e.g. "format". */
CAIRN_API const char *cairn_status_name(cairn_status status);

/* A context carries the error text of one thread of control (a thread or a fiber) and what all contexts of a process
 * share: log sink, cancel flag, fault injection. It is never used by two threads at once. */
typedef struct cairn_ctx cairn_ctx;

typedef enum cairn_log_level { CAIRN_LOG_ERROR, CAIRN_LOG_WARN, CAIRN_LOG_INFO, CAIRN_LOG_DEBUG } cairn_log_level;
typedef void (*cairn_log_fn)(void *user, cairn_log_level level, const char *line);

/* The root context. Errors: no memory; INVALID when the environment variable CAIRN_FAULTS is malformed. Then *out is
 * NULL. */
CAIRN_API cairn_status cairn_ctx_open(cairn_ctx **out);
/* A context with its own error text that shares everything else with `parent`, which must outlive it. The child of a
 * fiber's context runs on that fiber, any other on whatever thread it is given to. Errors: no memory. */
CAIRN_API cairn_status cairn_ctx_child(cairn_ctx *parent, cairn_ctx **out);
CAIRN_API void cairn_ctx_close(cairn_ctx *ctx);

/* The text of the last failure in this context: one sentence naming file, line, field and what was expected. Never
 * NULL. */
CAIRN_API const char *cairn_error(const cairn_ctx *ctx);
/* Records a failure's text and returns `status`, so that `return cairn_fail(ctx, CAIRN_FORMAT, "...")` reads well. */
CAIRN_API cairn_status cairn_fail(cairn_ctx *ctx, cairn_status status, const char *format, ...) CAIRN_PRINTF(3, 4);
/* Puts "<prefix>: " before the text of the failure just recorded, or before the status's name where this context has no
 * text; returns `status` unchanged. */
CAIRN_API cairn_status cairn_fail_within(cairn_ctx *ctx, cairn_status status, const char *format, ...)
    CAIRN_PRINTF(3, 4);

/* Lines up to level `most` go to `sink` (NULL: nowhere), one at a time whatever thread logs; the sink itself must not
 * log. */
CAIRN_API void cairn_log_to(cairn_ctx *ctx, cairn_log_level most, cairn_log_fn sink, void *user);
CAIRN_API void cairn_log(cairn_ctx *ctx, cairn_log_level level, const char *format, ...) CAIRN_PRINTF(3, 4);

/* Whether devices that are opened with this context, and with its children made from then on, compute the same bits on
 * every processor (CAIRN_MATMUL_PORTABLE) where they were asked for the fastest kernels of this one. A new root context
 * does not ask for it. */
CAIRN_API void cairn_ctx_set_portable(cairn_ctx *ctx, bool portable);
CAIRN_API bool cairn_ctx_portable(const cairn_ctx *ctx);

/* From now on no verb under this context's root starts a program: `exec:` policies and rewards fail as INVALID, and the
 * text names the command. For settings that come from a file which somebody else may have made. */
CAIRN_API void cairn_ctx_refuse_programs(cairn_ctx *ctx, bool refuse);
CAIRN_API bool cairn_ctx_programs_refused(const cairn_ctx *ctx);

/* Asks every verb under this context's root to return CAIRN_CANCELLED. Async-signal-safe: what a signal handler calls.
 *
 * Signals in a program that uses the library: it installs no handler and changes no disposition. Threads that it
 * creates block all signals but those of their own faults (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS),
 * so handlers run in threads of the program. There one may interrupt a fiber, whose stack has 1 MB; the frame of a
 * signal alone takes up to 11 KB. Install handlers with SA_ONSTACK, and give each thread that calls the library and
 * does not block the signal a sigaltstack of 16 KB or more. A system call that a signal interrupts is tried again, or
 * ends the verb as cancelled once cairn_cancel was called. */
CAIRN_API void cairn_cancel(cairn_ctx *ctx);
CAIRN_API bool cairn_cancelled(const cairn_ctx *ctx);

/* Runs `CAIRN_TRY(f(ctx, ...))`: returns from the enclosing function when f fails. */
#define CAIRN_TRY(call)                                  \
    do {                                                 \
        cairn_status try_status_ = (call);               \
        if (try_status_ != CAIRN_OK) return try_status_; \
    } while (0)

/* ---- memory --------------------------------------------------------------------------------------------------- */

/* malloc of count * size bytes, zeroed; the product is overflow-checked; counts as an allocation for fault injection.
 * NULL with the error text set on failure. Zero bytes give a non-NULL pointer. */
CAIRN_API void *cairn_alloc(cairn_ctx *ctx, size_t count, size_t size);
/* Grows *block (count elements of size bytes) so that it holds at least `need`; new bytes are zeroed. */
CAIRN_API cairn_status cairn_grow(cairn_ctx *ctx, void **block, size_t *capacity, size_t need, size_t size);
/* Gives back what lies after the first `need` elements; where the system refuses, the block stays as it is. */
CAIRN_API void cairn_shrink(void **block, size_t *capacity, size_t need, size_t size);
/* Scratch: as cairn_grow, but what the block held is lost, and it becomes as large as asked and no larger. */
CAIRN_API cairn_status cairn_room(cairn_ctx *ctx, void **block, size_t *capacity, size_t need, size_t size);
CAIRN_API void cairn_free(void *block);
/* Zeroed memory for many numbers, which the system gives page by page as they are first touched: room that is never
 * used takes none. Freed with the same `bytes`. */
CAIRN_API void *cairn_pages(cairn_ctx *ctx, size_t bytes);
/* Asks the system for huge pages, for a block of cairn_pages that will be used whole: it is then read faster. A wish,
 * not a promise. */
CAIRN_API void cairn_pages_huge(void *block, size_t bytes);
CAIRN_API void cairn_pages_free(void *block, size_t bytes); /* NULL is fine */
/* How many allocations failed in this context so far, those of arenas that report to it among them. Where one of many
 * tries may pass over a failure, a difference between before and after says that the result is not to be trusted. */
CAIRN_API uint32_t cairn_allocations_failed(const cairn_ctx *ctx);

/* An arena gives memory that is freed all at once; 16-byte aligned. Not thread-safe. */
typedef struct cairn_arena cairn_arena;
typedef struct cairn_arena_mark {
    void *chunk;
    size_t used;
} cairn_arena_mark;

CAIRN_API cairn_status cairn_arena_open(cairn_ctx *ctx, size_t first_chunk_bytes, cairn_arena **out);
CAIRN_API void cairn_arena_close(cairn_arena *arena);
/* From now on failures are told to `ctx`: for an arena that outlives the thread or fiber which used it before. */
CAIRN_API void cairn_arena_report(cairn_arena *arena, cairn_ctx *ctx);
/* Zeroed memory, or NULL with the error text of the arena's context set. */
CAIRN_API void *cairn_arena_alloc(cairn_arena *arena, size_t count, size_t size);
/* The same at a multiple of 64 and not zeroed: for large arrays that are written whole at once. */
CAIRN_API void *cairn_arena_lines(cairn_arena *arena, size_t count, size_t size);
CAIRN_API char *cairn_arena_copy(cairn_arena *arena, const char *text, size_t length); /* adds a NUL */
CAIRN_API char *cairn_arena_printf(cairn_arena *arena, const char *format, ...) CAIRN_PRINTF(2, 3);
/* Everything allocated after the mark is given back for reuse. */
CAIRN_API cairn_arena_mark cairn_arena_save(const cairn_arena *arena);
CAIRN_API void cairn_arena_restore(cairn_arena *arena, cairn_arena_mark mark);
CAIRN_API void cairn_arena_reset(cairn_arena *arena);
CAIRN_API size_t cairn_arena_bytes(const cairn_arena *arena); /* held from the system */
/* Of these, what was given out at some time: the system holds no more of it. */
CAIRN_API size_t cairn_arena_touched(const cairn_arena *arena);

/* A growing text buffer. `data` is always NUL-terminated once anything was added; NULL when empty. */
typedef struct cairn_text {
    char *data;
    size_t length, capacity;
} cairn_text;
CAIRN_API cairn_status cairn_text_add(cairn_ctx *ctx, cairn_text *text, const char *bytes, size_t length);
CAIRN_API cairn_status cairn_text_printf(cairn_ctx *ctx, cairn_text *text, const char *format, ...) CAIRN_PRINTF(3, 4);
CAIRN_API void cairn_text_clear(cairn_text *text); /* keeps the memory */
CAIRN_API void cairn_text_free(cairn_text *text);

/* Bytes of the UTF-8 character (shortest form, no surrogate) at the start of `text`, of which `left` bytes are there; 0
 * where there is none. */
CAIRN_API size_t cairn_utf8_character(const char *text, size_t left);

/* Shortest decimal text that reads back as the same double ("0.1", "1e-07", "-3", "NaN", "Infinity"); never by locale.
 * `out` holds at least 32 bytes. Returns the length. */
CAIRN_API size_t cairn_format_double(double value, char out[32]);
/* Reads a whole decimal or scientific number, never by locale. Errors: CAIRN_FORMAT for anything else or out of range;
 * no memory (only for texts of 128 bytes or more). */
CAIRN_API cairn_status cairn_parse_double(const char *text, size_t length, double *out);
CAIRN_API cairn_status cairn_parse_int(const char *text, size_t length, int64_t *out);
/* The next word of *text, which moves to the end of it; NULL when there is none. Words stand between blanks, tabs and
 * line ends. */
CAIRN_API const char *cairn_next_word(const char **text, size_t *length);

/* ---- random numbers: Philox 4x32-10 (Salmon et al. 2011), counter-based ----------------------------------------- */

/* The verbs of a run; part of the key, so that two verbs never share draws. */
typedef enum cairn_verb {
    CAIRN_VERB_WORLD = 1, /* making a problem */
    CAIRN_VERB_PROPOSE,
    CAIRN_VERB_ROLLOUT,
    CAIRN_VERB_SCORE,
    CAIRN_VERB_SEARCH, /* choices of an algorithm itself */
    CAIRN_VERB_LABEL,
    CAIRN_VERB_EVAL,
    CAIRN_VERB_ASK,
    CAIRN_VERB_LEARN /* first values, orders of examples, dropout */
} cairn_verb;

/* In which role a verb acts; part of the key too: two roles never share draws. The numbers are part of every random
 * stream: new roles are added at the end. */
typedef enum cairn_role {
    CAIRN_ROLE_GENERATOR, /* proposes the steps of solutions */
    CAIRN_ROLE_COMPLETER, /* completes prefixes, to estimate their value */
    CAIRN_ROLE_JUDGE,     /* scores steps */
    CAIRN_ROLE_CRITIC,    /* writes about steps */
    CAIRN_ROLE_PROVER,    /* another completer, whose success measures progress (arXiv 2410.08146) */
    CAIRN_ROLE_REFERENCE, /* the model that another is compared with */
    CAIRN_ROLE_REFINER,   /* rewrites solutions */
    CAIRN_ROLE_COUNT
} cairn_role;
/* The bit of a role in a set of roles. */
#define CAIRN_USES(role) (UINT32_C(1) << (role))
/* "generator", ...; NULL for a value outside the enumeration. Static. */
CAIRN_API const char *cairn_role_name(cairn_role role);

/* One stream of random numbers. Its numbers depend on its key only, never on what else runs. Copying forks nothing: two
 * copies give the same numbers. */
typedef struct cairn_rng {
    uint32_t key[2];    /* run seed and problem */
    uint32_t stream[2]; /* node path, verb, role, draw */
    uint64_t index;     /* next block of four words */
    uint32_t block[4];
    int left; /* words of `block` not yet used */
} cairn_rng;

/* seed: the run's; problem: key of the problem id (cairn_key); path: of the node (cairn_path_child); draw: how many
 * draws this (node, verb, role) has made before. */
CAIRN_API cairn_rng cairn_rng_open(uint64_t seed, uint64_t problem, uint64_t path, cairn_verb verb, uint32_t role,
                                   uint32_t draw);
CAIRN_API uint32_t cairn_rng_u32(cairn_rng *rng);
CAIRN_API uint64_t cairn_rng_u64(cairn_rng *rng);
CAIRN_API double cairn_rng_unit(cairn_rng *rng);                    /* [0, 1), 53 bits */
CAIRN_API uint32_t cairn_rng_below(cairn_rng *rng, uint32_t bound); /* [0, bound), unbiased; bound 0 gives 0 */
CAIRN_API int64_t cairn_rng_range(cairn_rng *rng, int64_t low, int64_t high); /* [low, high] */
CAIRN_API double cairn_rng_normal(cairn_rng *rng);                            /* mean 0, sd 1 */
/* The bare bijection: out = Philox4x32-10(counter, key). */
CAIRN_API void cairn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* e^x, ln x and x^y, with the same bits on every processor, which the C library's are not. NaN outside their domain. */
CAIRN_API double cairn_exp(double x);
CAIRN_API double cairn_ln(double x);
CAIRN_API double cairn_pow(double x, double y);

/* 64-bit key of bytes (stable across machines and versions of Cairn), for problem ids and for merging equal texts. */
CAIRN_API uint64_t cairn_key(const void *bytes, size_t length);
CAIRN_API uint64_t cairn_key_mix(uint64_t a, uint64_t b);
CAIRN_API void cairn_keys_sort(uint64_t *keys, size_t n); /* ascending, in place */
#define CAIRN_PATH_ROOT UINT64_C(0x6361697261)            /* path of a tree's root */
/* Path of the child that was born as draw number `draw` at a node with this path. */
CAIRN_API uint64_t cairn_path_child(uint64_t parent_path, uint32_t draw);

/* ---- options tables --------------------------------------------------------------------------------------------- */

typedef enum cairn_option_kind {
    CAIRN_OPTION_BOOL,   /* bool */
    CAIRN_OPTION_INT,    /* int64_t within [low, high] */
    CAIRN_OPTION_REAL,   /* double within [low, high]; NaN is refused */
    CAIRN_OPTION_TEXT,   /* const char *, kept in the arena given to the parser */
    CAIRN_OPTION_CHOICE, /* int32_t: index into `choices`, "a|b|c" */
    CAIRN_OPTION_SEED    /* uint64_t */
} cairn_option_kind;

/* One option of a configuration struct. Help, documentation, config files and command lines all come from such tables.
 */
typedef struct cairn_option {
    const char *name; /* "exploration": as typed after -- or before = */
    cairn_option_kind kind;
    size_t offset;       /* offsetof(config, field) */
    const char *preset;  /* the default, as text; NULL: required */
    double low, high;    /* for INT and REAL */
    const char *choices; /* for CHOICE */
    const char *unit;    /* "steps", "tokens", "" */
    const char *help;    /* one sentence */
} cairn_option;

/* Rows of an options table, one a field of the configuration struct `type`. The _AS forms give the option another name
 * than its field. */
#define CAIRN_OPTION_ROW(name_, kind_, type, field, preset_, low_, high_, choices_, unit_, help_)              \
    {                                                                                                          \
        .name = (name_), .kind = (kind_), .offset = offsetof(type, field), .preset = (preset_), .low = (low_), \
        .high = (high_), .choices = (choices_), .unit = (unit_), .help = (help_)                               \
    }
#define CAIRN_BOOL_AS(name, type, field, preset, help) \
    CAIRN_OPTION_ROW(name, CAIRN_OPTION_BOOL, type, field, preset, 0, 0, NULL, "", help)
#define CAIRN_INT_AS(name, type, field, preset, low, high, unit, help) \
    CAIRN_OPTION_ROW(name, CAIRN_OPTION_INT, type, field, preset, low, high, NULL, unit, help)
#define CAIRN_REAL_AS(name, type, field, preset, low, high, unit, help) \
    CAIRN_OPTION_ROW(name, CAIRN_OPTION_REAL, type, field, preset, low, high, NULL, unit, help)
#define CAIRN_TEXT_AS(name, type, field, preset, unit, help) \
    CAIRN_OPTION_ROW(name, CAIRN_OPTION_TEXT, type, field, preset, 0, 0, NULL, unit, help)
#define CAIRN_CHOICE_AS(name, type, field, preset, choices, help) \
    CAIRN_OPTION_ROW(name, CAIRN_OPTION_CHOICE, type, field, preset, 0, 0, choices, "", help)
#define CAIRN_SEED_AS(name, type, field, preset, help) \
    CAIRN_OPTION_ROW(name, CAIRN_OPTION_SEED, type, field, preset, 0, 0, NULL, "", help)
#define CAIRN_BOOL(type, field, preset, help) CAIRN_BOOL_AS(#field, type, field, preset, help)
#define CAIRN_INT(type, field, preset, low, high, unit, help) \
    CAIRN_INT_AS(#field, type, field, preset, low, high, unit, help)
#define CAIRN_REAL(type, field, preset, low, high, unit, help) \
    CAIRN_REAL_AS(#field, type, field, preset, low, high, unit, help)
#define CAIRN_TEXT(type, field, preset, unit, help)      CAIRN_TEXT_AS(#field, type, field, preset, unit, help)
#define CAIRN_CHOICE(type, field, preset, choices, help) CAIRN_CHOICE_AS(#field, type, field, preset, choices, help)
#define CAIRN_SEED(type, field, preset, help)            CAIRN_SEED_AS(#field, type, field, preset, help)

/* A named thing: world, policy, reward, search, labeller. */
typedef struct cairn_about {
    const char *name;    /* "beam" */
    const char *summary; /* one sentence */
    const char *source;  /* "arXiv 2408.03314", or "" */
    const cairn_option *options;
    int option_count;
    size_t config_size; /* bytes of the configuration struct that the table fills */
} cairn_about;

/* Fills `config` with the defaults and the rest with zeros. Errors: INTERNAL when a preset does not parse; no memory.
 */
CAIRN_API cairn_status cairn_options_preset(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config);
/* Sets one option from text. `origin` is said in errors ("--beam", "run.conf:7"). An unknown name is an error that
 * lists the nearest known one. */
CAIRN_API cairn_status cairn_options_set(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config,
                                         const char *name, const char *value, const char *origin);
/* Fails where an option without a preset is not among the given[option_count] ones; the sentence names it, and its
 * choices where it has some. Errors: INVALID. */
CAIRN_API cairn_status cairn_options_require(cairn_ctx *ctx, const cairn_about *about, const bool *given,
                                             const char *origin);
/* Presets, then "key=value,key=value" (may be NULL or ""). A comma inside a value is written "\,", a backslash before a
 * comma or backslash "\\". Required options that are missing, keys given twice and unknown keys are errors. */
CAIRN_API cairn_status cairn_options_parse(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena,
                                           const char *text, const char *origin, void *config);
/* Canonical "key=value,..." with every option in table order: what a run's manifest records. */
CAIRN_API cairn_status cairn_options_write(cairn_ctx *ctx, const cairn_about *about, const void *config,
                                           cairn_text *out);
/* Splits "name:options" at the first colon: the name's length and the options' text ("" when there is no colon). */
CAIRN_API void cairn_spec_split(const char *spec, size_t *name_length, const char **options);
typedef struct cairn_help_style {
    int indent;         /* columns before each line */
    int width;          /* columns of the page: sentences are broken to fit; 0: never */
    const char *prefix; /* before each name: "--" or NULL */
    bool markdown;      /* a table in Markdown; indent and width say nothing then */
} cairn_help_style;
/* Help text: each option with what may be given, default and sentence. */
CAIRN_API cairn_status cairn_options_help(cairn_ctx *ctx, const cairn_about *about, const cairn_help_style *style,
                                          cairn_text *out);

/* ---- files ------------------------------------------------------------------------------------------------------ */

/* A file that appears whole or not at all: written beside its place and renamed on commit. Path "-" is standard output;
 * it, devices and pipes are written at once. A failed write is reported by every later call. */
typedef struct cairn_out cairn_out;
CAIRN_API cairn_status cairn_out_open(cairn_ctx *ctx, const char *path, cairn_out **out);
CAIRN_API cairn_status cairn_out_write(cairn_out *out, const void *bytes, size_t length);
CAIRN_API cairn_status cairn_out_printf(cairn_out *out, const char *format, ...) CAIRN_PRINTF(2, 3);
CAIRN_API cairn_status cairn_out_commit(cairn_out *out); /* frees `out`; on failure nothing appears, but when
                                                             only its folder cannot be synced the file stays */
CAIRN_API void cairn_out_drop(cairn_out *out);           /* frees `out`, removes what was written; NULL is fine */

/* ---- progress ----------------------------------------------------------------------------------------------------- */

/* A line on standard error with count, rate and time left: none in the first two seconds and none when `quiet`; when
 * standard error is not a terminal, a further one every 10 seconds. Thread-safe. */
typedef struct cairn_progress cairn_progress;
CAIRN_API cairn_status cairn_progress_open(cairn_ctx *ctx, const char *what, int64_t total, bool quiet,
                                           cairn_progress **out);
/* What an earlier process did: counted as done, but not in the rate. */
CAIRN_API void cairn_progress_resume(cairn_progress *progress, int64_t done);
CAIRN_API void cairn_progress_add(cairn_progress *progress, int64_t done);
/* Clears the line on a terminal until the next update, so that something else can be printed; NULL is fine. */
CAIRN_API void cairn_progress_clear(cairn_progress *progress);
CAIRN_API void cairn_progress_close(cairn_progress *progress); /* clears the line; NULL is fine */
CAIRN_API double cairn_seconds(void); /* monotonic clock, for reports only, never for results */

/* Memory of this process that is resident: now, and at most so far [bytes]; 0 where the system does not say. */
typedef struct cairn_resident {
    size_t now, most;
} cairn_resident;
CAIRN_API cairn_resident cairn_resident_memory(void);
/* Bytes that malloc has given out and not got back, in all threads; 0 where it does not say. */
CAIRN_API size_t cairn_heap_used(void);
/* Gives memory that was freed back to the system, as far as it can. */
CAIRN_API void cairn_trim_memory(void);

/* What something will need, by part, before it starts [bytes]. */
typedef struct cairn_memory_part {
    const char *name, *help;
    size_t bytes;
} cairn_memory_part;

#define CAIRN_MEMORY_PARTS 12
typedef struct cairn_memory_plan {
    cairn_memory_part parts[CAIRN_MEMORY_PARTS]; /* [count] that are held at once */
    int32_t count;
    size_t reading; /* at most before that, while files are read */
    size_t total;   /* the greater of all parts together and `reading` */
} cairn_memory_plan;
/* Adds a part, of 0 bytes too; updates the total. */
CAIRN_API void cairn_memory_add(cairn_memory_plan *plan, const char *name, const char *help, size_t bytes);
CAIRN_API size_t cairn_memory_sum(const cairn_memory_plan *plan); /* of the parts */

/* The instruction set whose kernels run, as far as it can change results: "x86-64", "x86-64-avx2", "x86-64-avx512" or
 * "x86-64-avx512-bf16" (where bf16 is multiplied faster than floats: on AMD, and on Intel with AMX only); elsewhere
 * "aarch64" or "generic". It is the processor's, or less where the environment variable CAIRN_KERNELS (plain, avx2,
 * avx512 or avx512-bf16), which is read once a process, asks for less. Static. */
CAIRN_API const char *cairn_instruction_set(void);
CAIRN_API const char *cairn_processor_set(void); /* likewise, whatever CAIRN_KERNELS says */
/* Errors: INVALID naming what is possible here when CAIRN_KERNELS is none of these values, or more than the processor
 * has. Devices are not opened and run files not made or resumed then. */
CAIRN_API cairn_status cairn_kernels_check(cairn_ctx *ctx);
/* What results depend on, for manifests: "portable" (they depend on no processor), else cairn_instruction_set().
 * Static. */
CAIRN_API const char *cairn_bits_name(bool portable);

/* ---- worker pool ---------------------------------------------------------------------------------------------------- */

typedef struct cairn_pool cairn_pool;
/* `threads` 1 .. 1024, the caller's own among them; 0: one per processor that this process may use. The others have 1
 * MB of stack and block signals (see cairn_cancel). Errors: INVALID, no memory, IO when the system refuses a thread. */
CAIRN_API cairn_status cairn_pool_open(cairn_ctx *ctx, int threads, cairn_pool **out);
CAIRN_API void cairn_pool_close(cairn_pool *pool); /* NULL is fine */
CAIRN_API int cairn_pool_threads(const cairn_pool *pool);
/* Calls work(arg, block, thread) for every block in [0, blocks); returns when all are done. Which thread runs which
 * block is not fixed, so a block may write only what it owns; `thread` is in [0, threads) and 0 is the caller. Not
 * reentrant. */
typedef void (*cairn_work_fn)(void *arg, int64_t block, int thread);
CAIRN_API void cairn_pool_run(cairn_pool *pool, cairn_work_fn work, void *arg, int64_t blocks);

/* ---- fibers and backends: submit / step / collect -------------------------------------------------------------------- */

/* One request to a backend. Concrete requests start with this header, zeroed before their first use. */
typedef struct cairn_request {
    cairn_status status;        /* set by the backend before it calls cairn_request_done */
    bool done;                  /* set by cairn_request_done */
    struct cairn_request *next; /* free for the backend between submit and done */
    struct cairn_wait *wait;    /* scheduler's own: the array this request belongs to; NULL when not open */
    struct cairn_request *next_open, *prev_open; /* scheduler's own: the backend's open requests, oldest first */
} cairn_request;

/* Something that answers requests later: an engine, an endpoint, a child process. Owned by one thread. Zeroed apart
 * from the name and the callbacks, none of which may call cairn_await. */
typedef struct cairn_backend {
    const char *name;
    /* Takes a request. It may be answered at once. A failure here is the request's status, not an error of the caller.
     * Runs on the asking fiber's small stack. */
    void (*submit)(struct cairn_backend *self, cairn_ctx *ctx, cairn_request *request);
    /* One engine iteration or one poll; answers what is ready with cairn_request_done. May wait up to `wait_ms` when
     * nothing is ready. Called only while requests are open. A failure means that the whole backend is lost: the
     * scheduler abandons its open requests and answers them with that status. */
    cairn_status (*step)(struct cairn_backend *self, cairn_ctx *ctx, int wait_ms);
    /* Makes the backend forget one open request, because the run was cancelled or a step failed: after it returns, the
     * backend keeps no pointer to the request, which the scheduler answers in its place. NULL for a backend that keeps
     * none between calls. It cannot fail. */
    void (*abandon)(struct cairn_backend *self, cairn_ctx *ctx, cairn_request *request);
    int open; /* requests submitted and not yet done; kept by the scheduler, whose own are the fields below too */
    cairn_request *first_open, *last_open;
    struct cairn_scheduler *scheduler; /* that steps this backend; NULL while no fiber waits for it */
    struct cairn_backend *next_active;
} cairn_backend;

/* Said by a backend when `request->status` and its reply fields are final. No effect on a request that is not open. */
CAIRN_API void cairn_request_done(cairn_request *request);

/* Submits an array and returns when every member is done: the fiber is parked meanwhile and woken as soon as its own
 * array is complete. On a context without a fiber it steps the backend itself. Collect: the replies are in the
 * requests. Returns CAIRN_CANCELLED when the run was cancelled, else the first failing member's status in array order,
 * with the context's text set to what submit said, else to what the last failing step said: in both cases too every
 * member is done, and its own status says how it went. Errors: INVALID for a request that is already open or given
 * twice and for a backend that another thread's fibers wait for; then nothing was submitted. */
CAIRN_API cairn_status cairn_await(cairn_ctx *ctx, cairn_backend *backend, cairn_request *const *requests, int count);

/* Runs body(ctx, arg, item) for every item that `next` gives until it gives -1, at most `in_flight` (1 .. 1024) at a
 * time, each on a fiber of this thread with its own child context; a fiber is recycled when its body returns. Several
 * threads can share one queue through a thread-safe `next`, each with its own context and backends. A fiber has 1 MB of
 * stack, of which only pages that were used take memory. Bodies report through `arg`; a failing body does not stop the
 * others unless it cancels. In every case each body that was started has returned. Errors: INVALID on a context that
 * has a fiber; NO_MEMORY (no further item was started); the status of a failed backend step, with its text (the run was
 * cancelled); CANCELLED (no further item was started). */
typedef void (*cairn_fiber_fn)(cairn_ctx *ctx, void *arg, int64_t item);
typedef int64_t (*cairn_next_fn)(void *arg);
CAIRN_API cairn_status cairn_fibers_run(cairn_ctx *ctx, int in_flight, cairn_next_fn next, cairn_fiber_fn body,
                                        void *arg);
/* Lets the other fibers of this thread and its backends go on. No effect without a fiber. */
CAIRN_API void cairn_yield(cairn_ctx *ctx);
/* Bytes of the stack of the fiber of this context that are resident, because they were used at some time; 0 without a
 * fiber. */
CAIRN_API size_t cairn_stack_touched(const cairn_ctx *ctx);

/* ---- fault injection (tests) ------------------------------------------------------------------------------------------ */

/* Counted over all contexts of one root from this call on; 0 switches a fault off. Also read once at cairn_ctx_open
 * from the environment variable CAIRN_FAULTS, e.g. "alloc=120,write=7,kill=300,disk=65536". */
typedef struct cairn_faults {
    int64_t alloc_fails_at; /* the n-th allocation fails (once) */
    int64_t write_fails_at; /* the n-th write fails with EIO (once) */
    int64_t disk_bytes;     /* after this many bytes every write fails with ENOSPC */
    int64_t kill_at;        /* at the n-th cairn_fault_point the process gets SIGKILL */
} cairn_faults;
CAIRN_API void cairn_faults_set(cairn_ctx *ctx, cairn_faults faults);
CAIRN_API cairn_status cairn_fault_write(cairn_ctx *ctx, size_t bytes); /* asked before each write; sets errno */
CAIRN_API void cairn_fault_point(cairn_ctx *ctx);

#ifdef __cplusplus
}
#endif
#endif

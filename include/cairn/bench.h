/* cairn/bench.h: benchmarks of rewards, critics and judges: their own files in, their published figures out.
 *
 *     cairn_bench_open(ctx, bench, config, &run);
 *     cairn_bench_read(run, "processbench-gsm8k.jsonl");
 *     cairn_bench_ask(run, &reward, seed);              where the files hold no scores
 *     cairn_bench_measure(run, &how, &result);
 *     cairn_bench_close(run);
 *
 * A benchmark has three short parts. `row` makes items of the rows of its files: what is judged, what is true of it,
 * and what a judge said of it where the file tells. `tally` compares the two and gives a few numbers of one item that
 * can be added. `figures` makes the figures of their sums. Everything else is the same for all: reading, joining files
 * of predictions, asking a reward, the rows of the table, intervals that keep related items together, trivial
 * baselines, comparing two judges. Layer: eval.
 */
#ifndef CAIRN_BENCH_H
#define CAIRN_BENCH_H

#include "cairn/choice.h"
#include "cairn/eval.h"
#include "cairn/reward.h"

#ifdef __cplusplus
extern "C" {
#endif

struct json_t; /* a JSON value of Jansson's, json_t of <jansson.h> */

/* ---- items ------------------------------------------------------------------------------------------------------- */

/* A solution or an answer that is judged. Texts lie in the run's arena. */
typedef struct cairn_bench_candidate {
    const char *const *steps; /* [n_steps]; NULL: the file does not have them, and no reward can be asked */
    int32_t n_steps;
    const char *source;  /* who wrote it; NULL: unknown */
    cairn_verdict right; /* what is true of the whole */
    /* What the judge said; a reward fills `scores`, and `score` by the run's aggregator. */
    double *scores;    /* [n_steps] higher is better, NaN: unknown; NULL: nothing */
    double score;      /* of the whole; NaN: unknown */
    const char *reply; /* its words; NULL: none */
} cairn_bench_candidate;

/* Of `truth`: nobody says whether the step is right. Of labels that are read: one that may not stand there. */
enum { CAIRN_BENCH_STEP_UNTOLD = 2, CAIRN_BENCH_STEP_REFUSED };

/* One thing to be judged, and what is known of it. */
typedef struct cairn_bench_item {
    const char *id;     /* joins predictions; unique within its subset */
    const char *subset; /* the row of the table that it belongs to */
    const char *group; /* items of one group share something, such as a problem, and are resampled together; NULL: id */
    const char *problem;               /* its text; NULL: the file does not have it */
    cairn_bench_candidate *candidates; /* [n] */
    int32_t n;
    /* what is true, of benchmarks of steps: of the first candidate */
    int32_t label;       /* first wrong step from 0, or CAIRN_EVAL_ALL_RIGHT, or CAIRN_EVAL_NONE: not told */
    const int8_t *truth; /* [n_steps] 1 right, 0 wrong, CAIRN_BENCH_STEP_UNTOLD; NULL: not told */
    /* what the judge said of it as a whole */
    int32_t said;        /* first wrong step, CAIRN_EVAL_ALL_RIGHT, or CAIRN_EVAL_NONE: it failed to say */
    const int8_t *valid; /* [n_steps] of each step 1 valid, 0 not; NULL: by `scores` or `said` */
    const char *reply;   /* its words; NULL: none */
    bool answered;       /* the judge said something, well or badly formed; set by `row`, `predict` and asking */
    void *own;           /* of the benchmark */
    /* of the run */
    int32_t subset_index, group_index;
} cairn_bench_item;

/* ---- what a benchmark is ----------------------------------------------------------------------------------------- */

typedef struct cairn_bench_run cairn_bench_run;

typedef enum cairn_figure_form {
    CAIRN_FIGURE_PERCENT, /* a fraction in [0, 1], printed as per cent with two decimals */
    CAIRN_FIGURE_SIGNED,  /* the same in [-1, 1] */
    CAIRN_FIGURE_NUMBER,  /* three decimals */
    CAIRN_FIGURE_COUNT    /* a whole number; no interval */
} cairn_figure_form;

typedef struct cairn_bench_figure {
    const char *name;    /* column, and key of the JSON object: "acc_err" */
    const char *meaning; /* one sentence; which published number it is, if any */
    cairn_figure_form form;
} cairn_bench_figure;

/* A row of the table over several subsets. */
typedef struct cairn_bench_summary {
    const char *name;    /* "average" */
    const char *meaning; /* one sentence */
    bool pooled;         /* figures of the summed tallies; else the weighted mean of the subsets' figures */
    /* Weight of a subset with these sums of tallies; 0: not in it. NULL: all count alike. Pooled: 0 or 1. */
    double (*weight)(const void *config, const char *subset, const double *sums);
} cairn_bench_summary;

/* ---- judges in words --------------------------------------------------------------------------------------------- */

/* Places of prompts, "{problem}" and so on. */
typedef enum cairn_bench_place {
    CAIRN_BENCH_PROBLEM,
    CAIRN_BENCH_SOLUTION, /* all its steps */
    CAIRN_BENCH_STEPS,    /* their number */
    CAIRN_BENCH_HISTORY,  /* steps that all candidates share */
    CAIRN_BENCH_ANSWER,   /* one candidate */
    CAIRN_BENCH_ANSWER_A, /* candidates that are compared */
    CAIRN_BENCH_ANSWER_B,
    CAIRN_BENCH_ANSWER_C,
    CAIRN_BENCH_ANSWER_D,
    CAIRN_BENCH_CRITERION, /* that a text is to meet */
    CAIRN_BENCH_PLACES
} cairn_bench_place;

/* What requests show of an item, and how many there are. */
typedef enum cairn_bench_shows {
    CAIRN_BENCH_SHOWS_PARAGRAPHS,  /* the steps within <paragraph_i> tags, counted from 0 (arXiv 2412.06559) */
    CAIRN_BENCH_SHOWS_NUMBERED,    /* "Step i: ..", a line a step, counted from 1 */
    CAIRN_BENCH_SHOWS_EACH,        /* a request a candidate */
    CAIRN_BENCH_SHOWS_BOTH_ORDERS, /* two candidates, the first one as A, then as B */
    CAIRN_BENCH_SHOWS_AGAINST,     /* the first right candidate and each wrong one, at A and B by chance */
    CAIRN_BENCH_SHOWS_RANKED,      /* four candidates, of which the first changes places with one by chance */
    CAIRN_BENCH_SHOWS_OWN          /* what `request` says */
} cairn_bench_shows;

/* What one reply, or a vote of several, says. */
typedef struct cairn_bench_heard {
    const char *text; /* the reply; of a vote the first that says so; NULL: the request failed */
    const char *rule; /* what matched, as of cairn/say.h; NULL: nothing */
    const char *word; /* what votes; NULL: `value` and `valid` do */
    bool said;        /* the rule finds an answer */
    /* A step from 0, or CAIRN_EVAL_ALL_RIGHT; a rating; of two candidates above 0 for the first one (of AGAINST the
     * right one), 0 for a tie; of four the place of the one chosen among the item's. NaN: none. */
    double value;
    const int8_t *valid;     /* [n_steps] 1 valid, 0 not; NULL: not told */
    const int8_t *redundant; /* [n_steps] likewise */
} cairn_bench_heard;

typedef struct cairn_bench_question cairn_bench_question;
/* A way to ask about an item: a published layout in words of Cairn's own. */
struct cairn_bench_question {
    const char *name;     /* "paragraphs": stands in the result, and names its prompt for replacement */
    const char *meaning;  /* one sentence: whose layout and answer form it is */
    const char *template; /* with places, see cairn_template_parse */
    cairn_bench_shows shows;
    /* Reads one reply into *out, in which `text` is set. Letters count from A = 0; the caller turns them into
     * candidates. */
    cairn_status (*read)(cairn_bench_run *run, const cairn_bench_item *item, const cairn_bench_question *question,
                         cairn_bench_heard *out);
    int32_t low, high; /* of ratings */
    double unread;     /* of EACH: what a rating that cannot be read is worth; NaN: it is missing */
    const char *key;   /* of replies in JSON */
    bool history;      /* candidates are steps after a shared history */
};

typedef struct cairn_bench_type {
    cairn_about about;   /* its name is the verb's: "processbench"; the options are the benchmark's own */
    const char *explain; /* paragraphs: definition, edge cases, which published number it is */
    const char *files;   /* what its files are, in a few words: "official JSON lines, or records with labels" */

    /* Makes items of one row: cairn_bench_add, as often as needed. */
    cairn_status (*row)(cairn_bench_run *run, const struct json_t *row);
    /* Of rows with the same id in one subset the first counts, as in the benchmark's own loader; the others are dropped,
     * and their number is logged. */
    bool first_wins;
    /* After the last row of all files: pairs what belongs together, may add items. NULL: nothing to do. */
    cairn_status (*end)(cairn_bench_run *run);
    /* Puts what one row of a file of predictions says into its item (cairn_bench_find). NULL: there are no such files.
     */
    cairn_status (*predict)(cairn_bench_run *run, const struct json_t *row);
    /* What `"prediction": null` says, to cairn_bench_step_answer: true, no step is wrong; false, the judge failed. */
    bool null_accepts;
    /* Chooses thresholds on the items of `tuning`, which are all read and answered, and puts them into `config`. NULL:
     * it has no threshold. */
    cairn_status (*tune)(cairn_bench_run *tuning, void *config);

    /* Judges in words. `questions` [n_questions] are the ways in which items are asked about; none: it has none. */
    int32_t n_questions;
    const cairn_bench_question *const *questions;
    /* Which of them is asked about the item; -1: none, it is not asked about. NULL: the first one about each. Pure. */
    int32_t (*question)(const cairn_bench_run *run, const cairn_bench_item *item);
    /* Of a question that shows OWN: texts for the places of request k, or false where there are only k. Pure. */
    bool (*request)(const cairn_bench_run *run, const cairn_bench_item *item, int32_t k,
                    const char *place[CAIRN_BENCH_PLACES]);
    /* Puts the replies to all n requests about an item into it, which says nothing before but that it is `answered`
     * where one of them could be read. NULL: steps become `said` or `valid`, ratings and duels scores, and of two
     * orders that differ a tie. */
    cairn_status (*reply)(cairn_bench_run *run, cairn_bench_item *item, const cairn_bench_heard *heard, int32_t n);

    int32_t n_tallies;
    const char *const *tallies; /* [n_tallies] names of what is added */
    /* The tallies [n_tallies] of one item, zeroed before. Pure: reads the item, the run's config and other items. */
    cairn_status (*tally)(cairn_bench_run *run, const cairn_bench_item *item, double *tally);
    int32_t n_figures;
    const cairn_bench_figure *figures; /* [n_figures] */
    int32_t headline;                  /* the one that stands for the benchmark */
    /* Figures [n_figures] of sums [n_tallies]; NaN where undefined. Pure. */
    void (*measure)(const void *config, const double *sums, double *out);
    /* Figures that are no function of sums, such as AUROC, of the items of one subset (or of all that a pooled summary
     * has): fills some of out [n_figures]. NULL: none. */
    cairn_status (*rank)(cairn_bench_run *run, const cairn_bench_item *const *items, size_t n, cairn_interval *out);
    int32_t n_summaries;
    const cairn_bench_summary *summaries; /* [n_summaries] */
    /* Changes figures of a summary that is a mean, such as rounding as a paper does. NULL: nothing. */
    void (*settle)(const void *config, double *out);

    /* Judges that need no mind, to set beside the one that is measured: "always valid", ... */
    int32_t n_baselines;
    const char *const *baselines; /* [n_baselines] names */
    /* Puts what baseline number `which` says into the item, whose memory is its own; cairn_bench_pretend_steps and
     * cairn_bench_pretend_choice are the common ones. */
    cairn_status (*pretend)(cairn_bench_run *run, int32_t which, cairn_bench_item *item, cairn_rng *rng);
} cairn_bench_type;

CAIRN_API const cairn_bench_type *const *cairn_benches(void); /* NULL-terminated */
/* Errors: NOT_FOUND listing the names. */
CAIRN_API cairn_status cairn_bench_named(cairn_ctx *ctx, const char *name, const cairn_bench_type **out);

/* ---- a run ------------------------------------------------------------------------------------------------------- */

/* `config` is filled from bench->about.options and stays the caller's; NULL: presets. Errors: INVALID for NULL where an
 * option has no preset. */
CAIRN_API cairn_status cairn_bench_open(cairn_ctx *ctx, const cairn_bench_type *bench, const void *config,
                                        cairn_bench_run **out);
CAIRN_API void cairn_bench_close(cairn_bench_run *run); /* NULL is fine */

typedef struct cairn_bench_reading {
    bool skip_bad;            /* count and name bad rows in the log instead of failing */
    size_t max_row_bytes;     /* 0: 64 MiB; a longer row is LIMIT */
    cairn_progress *progress; /* bytes; NULL: none */
} cairn_bench_reading;
/* Reads a file of the benchmark: JSON lines, a JSON array, JSON objects, or CSV with a header line. May be called for
 * several files. Errors: IO, NOT_FOUND; FORMAT and LIMIT, each "file:line: field ..."; INVALID for the same id twice in
 * one subset. */
CAIRN_API cairn_status cairn_bench_read(cairn_bench_run *run, const char *path, const cairn_bench_reading *how);
/* After the last file. Errors: INVALID where there is no item. */
CAIRN_API cairn_status cairn_bench_end(cairn_bench_run *run);
/* A file of predictions, after cairn_bench_end. Errors: as of cairn_bench_read; INVALID for a benchmark without. */
CAIRN_API cairn_status cairn_bench_predict(cairn_bench_run *run, const char *path, const cairn_bench_reading *how);

typedef struct cairn_bench_asking {
    uint64_t seed;
    cairn_aggregator aggregate; /* of step scores to `score` of a candidate */
    const char *kept;           /* file that keeps every score at once, and from which a run that ended early goes on;
                                   NULL: none */
    bool resume;                /* `kept` may exist */
    cairn_progress *progress;   /* candidates; NULL: none */
} cairn_bench_asking;
/* Asks a reward for the scores of every candidate, several at once where it computes elsewhere. A candidate on which
 * its program failed stays unknown and is counted. Errors: INVALID for items without steps; those of the reward. */
CAIRN_API cairn_status cairn_bench_ask(cairn_bench_run *run, const cairn_reward *reward, const cairn_bench_asking *how);

/* Asking a critic: a policy that answers free requests (cairn_policy_type.ask), in words. */
typedef struct cairn_bench_critic {
    const cairn_policy *policy;
    const char *source; /* what it was opened from, for `kept` */
    int32_t votes;      /* replies to each request, 1 to 1024; of several the most frequent answer counts, of ratings
                           their mean */
    cairn_sampling sampling;
    uint64_t seed;
    const char *prompts; /* "FILE" in place of the first question's, "QUESTION=FILE,QUESTION=FILE"; "": built in */
    const char *kept;    /* file that keeps every reply at once, as of cairn_bench_asking; failed requests are not kept,
                            and are made again on resume */
    bool resume;
    cairn_progress *progress; /* requests; NULL: none */
} cairn_bench_critic;

/* What replies had matched: "boxed", or "" where nothing did. */
typedef struct cairn_bench_rule {
    const char *name;
    int64_t replies;
} cairn_bench_rule;
enum { CAIRN_BENCH_RULES_MOST = 16 };

typedef struct cairn_bench_criticism {
    const char *prompts; /* "paragraphs", or of a file "paragraphs=1f0c..", the key of its content; several by commas */
    int64_t requests, failed;                       /* failed: requests without their replies, which cost their item */
    int64_t replies, unreadable;                    /* unreadable: replies in which the rule finds no answer */
    int64_t cut;                                    /* replies that ended at max_tokens; they are read as they are */
    cairn_bench_rule rules[CAIRN_BENCH_RULES_MOST]; /* [n_rules] in order of appearance; later ones count nowhere */
    int32_t n_rules;
} cairn_bench_criticism;

/* Number of requests about all items. */
CAIRN_API int64_t cairn_bench_requests(const cairn_bench_run *run);
/* Asks the critic about every item, many requests at once where it computes elsewhere, and puts what it says into the
 * items in place of what their files hold. A request that fails, or a reply that cannot be read, costs its item and is
 * counted. Errors: UNSUPPORTED for a benchmark without questions and a policy that cannot be asked; INVALID for items
 * without texts, and for several votes at temperature 0; those of prompts (cairn_template_read); FORMAT for a prompt
 * that does not show what its question must show; the status of the requests where all failed; IO where the critic's
 * program is gone. */
CAIRN_API cairn_status cairn_bench_ask_critic(cairn_bench_run *run, const cairn_bench_critic *how,
                                              cairn_bench_criticism *out);

/* ---- for `row`, `predict`, `tally` ------------------------------------------------------------------------------- */

CAIRN_API cairn_ctx *cairn_bench_ctx(const cairn_bench_run *run);
CAIRN_API cairn_arena *cairn_bench_arena(const cairn_bench_run *run); /* lives as long as the run */
CAIRN_API const void *cairn_bench_config(const cairn_bench_run *run);
/* What the benchmark keeps between rows; NULL at first. */
CAIRN_API void **cairn_bench_own(cairn_bench_run *run);
CAIRN_API const char *cairn_bench_where(const cairn_bench_run *run); /* "file:7", of the row at hand */
CAIRN_API const char *
cairn_bench_stem(const cairn_bench_run *run); /* "processbench-gsm8k" of "d/processbench-gsm8k.jsonl" */
/* Adds an item; its subset and group are copied, other texts must lie in the run's arena or be static. */
CAIRN_API cairn_status cairn_bench_add(cairn_bench_run *run, const cairn_bench_item *item);
CAIRN_API size_t cairn_bench_count(const cairn_bench_run *run);
CAIRN_API cairn_bench_item *cairn_bench_item_at(cairn_bench_run *run, size_t i);
/* The item of this id, of those added so far; `subset` NULL: in any. NULL: there is none. Valid until the next one is
 * added. */
CAIRN_API cairn_bench_item *cairn_bench_find(cairn_bench_run *run, const char *subset, const char *id);

/* Fields of a row, copied into the run's arena. Missing or of another type: FORMAT, "file:7: field `name`: expected
 * ..."; a `maybe` form gives NULL, NaN or the given value for a field that is missing or null. */
CAIRN_API cairn_status cairn_bench_text(cairn_bench_run *run, const struct json_t *row, const char *name,
                                        const char **out);
CAIRN_API cairn_status cairn_bench_maybe_text(cairn_bench_run *run, const struct json_t *row, const char *name,
                                              const char **out);
/* A whole number, as an integer, 1.0, or as CSV has it. */
CAIRN_API cairn_status cairn_bench_int(cairn_bench_run *run, const struct json_t *row, const char *name, int64_t low,
                                       int64_t high, int64_t *out);
CAIRN_API cairn_status cairn_bench_real(cairn_bench_run *run, const struct json_t *row, const char *name, double *out);
CAIRN_API cairn_status cairn_bench_bool(cairn_bench_run *run, const struct json_t *row, const char *name, bool *out);
CAIRN_API cairn_status cairn_bench_texts(cairn_bench_run *run, const struct json_t *row, const char *name,
                                         const char *const **out, int32_t *n);
CAIRN_API cairn_status cairn_bench_reals(cairn_bench_run *run, const struct json_t *row, const char *name, double **out,
                                         int32_t *n);
CAIRN_API cairn_status cairn_bench_ints(cairn_bench_run *run, const struct json_t *row, const char *name, int32_t **out,
                                        int32_t *n);
CAIRN_API bool cairn_bench_has(const struct json_t *row, const char *name); /* present and not null */
/* An item of one candidate with these steps; zeroed otherwise, said = label = CAIRN_EVAL_NONE. */
CAIRN_API cairn_status cairn_bench_steps_item(cairn_bench_run *run, const char *id, const char *subset,
                                              const char *problem, const char *const *steps, int32_t n_steps,
                                              cairn_bench_item *out);
/* An item of n candidates, whose scores are unknown. */
CAIRN_API cairn_status cairn_bench_choice_item(cairn_bench_run *run, const char *id, const char *subset,
                                               const char *problem, int32_t n, cairn_bench_item *out);
/* The first wrong step by the judge: `said` where it is told, else of `valid`, else by the first known score below
 * `tau`; CAIRN_EVAL_NONE where it says nothing of any step. */
CAIRN_API int32_t cairn_bench_first_wrong(const cairn_bench_item *item, double tau);

/* The scores of the item's steps, one a step, null: unknown. Errors: FORMAT for another number of them. */
CAIRN_API cairn_status cairn_bench_step_scores(cairn_bench_run *run, const struct json_t *row, const char *name,
                                               cairn_bench_item *item);
/* For `tune` of a benchmark with the option `threshold`: the one with the highest F1 of first wrong steps
 * (cairn_eval_tune_tau) on all items that have scores. Errors: INVALID where none has, and without that option. */
CAIRN_API cairn_status cairn_bench_tune_first_error(cairn_bench_run *tuning, void *config);

/* ---- for benchmarks of steps ------------------------------------------------------------------------------------- */

/* The text of the field, or, where the row has none, its place: "word_sorting-17" is line 17 of word_sorting.jsonl, or
 * element 17 of the array in it. */
CAIRN_API cairn_status cairn_bench_row_id(cairn_bench_run *run, const struct json_t *row, const char *name,
                                          const char **out);
/* A text in the run's arena, printed as by printf. */
CAIRN_API cairn_status cairn_bench_print(cairn_bench_run *run, const char **out, const char *format, ...)
    CAIRN_PRINTF(3, 4);
/* Of a field with one value a step. Errors: FORMAT unless n is the number of the item's steps. */
CAIRN_API cairn_status cairn_bench_one_a_step(cairn_bench_run *run, const char *name, int32_t n,
                                              const cairn_bench_item *item);
/* truth[n_steps] becomes the item's, with its `label` and whether the whole is `right`. */
CAIRN_API void cairn_bench_set_truth(cairn_bench_item *item, const int8_t *truth);
/* The same of a field with one label a step: -1, 0 or 1, of which of[0], of[1] and of[2] are the truth. Errors: FORMAT
 * for other labels, those that are CAIRN_BENCH_STEP_REFUSED, and another number of them. */
CAIRN_API cairn_status cairn_bench_step_labels(cairn_bench_run *run, const struct json_t *row, const char *name,
                                               const int8_t of[3], cairn_bench_item *item);
/* For `predict`: the item whose id the field holds. Errors: FORMAT where no item has it. */
CAIRN_API cairn_status cairn_bench_wanted(cairn_bench_run *run, const struct json_t *row, const char *name,
                                          cairn_bench_item **out);
/* What a judge said of the steps, where the row holds it: `valid` (true or false a step), `scores` (a number a step) or
 * `prediction` (the first wrong step from 0, -1: none; null: see `null_accepts`). Errors: FORMAT for another number of
 * steps. */
CAIRN_API cairn_status cairn_bench_step_answer(cairn_bench_run *run, const struct json_t *row, cairn_bench_item *item);
/* A `predict`: a row of `id` and what cairn_bench_step_answer reads. Errors: FORMAT for a row that says nothing, and
 * for a second one of the same item. */
CAIRN_API cairn_status cairn_bench_predict_steps(cairn_bench_run *run, const struct json_t *row);
/* What the judge said of step i: by `valid`, else by its score, which says right when it is > tau; else by `said`, which
 * tells nothing of the steps after it. */
CAIRN_API cairn_verdict cairn_bench_step_said(const cairn_bench_item *item, int32_t i, double tau);

/* The first step that is called wrong so; CAIRN_EVAL_ALL_RIGHT where none is, CAIRN_EVAL_NONE where a step before it is
 * unknown. It differs from cairn_bench_first_wrong at scores that equal tau. */
CAIRN_API int32_t cairn_bench_first_called_wrong(const cairn_bench_item *item, double tau);

/* Steps by truth and what the judge said, right being positive; those without a truth are left out, those of which it
 * said nothing count as misjudged. */
enum { CAIRN_BENCH_TP, CAIRN_BENCH_FP, CAIRN_BENCH_TN, CAIRN_BENCH_FN, CAIRN_BENCH_UNSAID, CAIRN_BENCH_STEP_TALLIES };
#define CAIRN_BENCH_STEP_TALLY_NAMES "tp", "fp", "tn", "fn", "unsaid"
/* Adds the item's steps to t[CAIRN_BENCH_STEP_TALLIES]. */
CAIRN_API void cairn_bench_tally_steps(const cairn_bench_item *item, double tau, double *t);
/* Figures of such counts. */
CAIRN_API cairn_two_class cairn_bench_two_class(const double *t);
/* The threshold with the greatest goal on all steps that have a score and a truth: of the observed scores the lowest
 * with the greatest goal above 0, 0 where none is; a step is called right when its score is > threshold. `goal` NULL: macro
 * F1. `chosen`: of which items; NULL: of all. Errors: INVALID where no right step has a score. */
CAIRN_API cairn_status cairn_bench_tune_steps(cairn_bench_run *tuning, double (*goal)(const cairn_two_class *),
                                              bool (*chosen)(const cairn_bench_item *), double *threshold);
/* For `tune` of a benchmark with the option `threshold`: that of cairn_bench_tune_steps by macro F1 on all items.
 * Errors: those; INVALID without that option. */
CAIRN_API cairn_status cairn_bench_tune_macro_f1(cairn_bench_run *tuning, void *config);
/* part / whole, NaN where there is no whole; 2ab / (a + b), 0 where both are 0. */
CAIRN_API double cairn_bench_share(double part, double whole);
CAIRN_API double cairn_bench_harmonic(double a, double b);

/* Baselines of benchmarks of steps: always right, always wrong, only the first step wrong, only the last step wrong,
 * each step right by a fair coin. */
enum { CAIRN_BENCH_STEP_BASELINE_COUNT = 5 };
CAIRN_API cairn_status cairn_bench_pretend_steps(cairn_bench_run *run, int32_t which, cairn_bench_item *item,
                                                 cairn_rng *rng);
#define CAIRN_BENCH_STEP_BASELINES                                                      \
    (const char *const[]) {                                                             \
        "always right", "always wrong", "first step wrong", "last step wrong", "random" \
    }
/* The three fields of a benchmark that has them. */
#define CAIRN_BENCH_STEP_JUDGES                                                              \
    .n_baselines = CAIRN_BENCH_STEP_BASELINE_COUNT, .baselines = CAIRN_BENCH_STEP_BASELINES, \
    .pretend = cairn_bench_pretend_steps

/* ---- for benchmarks of choices ----------------------------------------------------------------------------------- */

/* A row, or a table of columns as published score files are: {"id": ["1", "2"], "scores": [..], "model": "m"}. Where
 * `key` holds an array, `use` is called with each row of the table, else with the row itself. Errors: those of `use`;
 * FORMAT for columns of different lengths. */
CAIRN_API cairn_status cairn_bench_each(cairn_bench_run *run, const struct json_t *row, const char *key,
                                        cairn_status (*use)(cairn_bench_run *run, const struct json_t *row));
/* A score: a number, a list of one number, or nothing, which is NaN; and an array of scores. Errors: FORMAT. */
CAIRN_API cairn_status cairn_bench_score(cairn_bench_run *run, const struct json_t *row, const char *name, double *out);
CAIRN_API cairn_status cairn_bench_scores(cairn_bench_run *run, const struct json_t *row, const char *name,
                                          double **out, int32_t *n);
/* Elements of the array of this name; 0 where there is none. */
CAIRN_API int32_t cairn_bench_length(const struct json_t *row, const char *name);
/* A prompt: a text, or chat messages, whose contents are divided by blank lines. NULL where the row has none. */
CAIRN_API cairn_status cairn_bench_prompt(cairn_bench_run *run, const struct json_t *row, const char *name,
                                          const char **out);
/* An answer as a solution of one step: a text, or the last of chat messages; and an array [n] of answers. Nothing
 * happens where the row has no such field. Errors: FORMAT. */
CAIRN_API cairn_status cairn_bench_answer(cairn_bench_run *run, const struct json_t *row, const char *name,
                                          cairn_bench_candidate *out);
CAIRN_API cairn_status cairn_bench_answers(cairn_bench_run *run, const struct json_t *row, const char *name,
                                           cairn_bench_candidate *out, int32_t n);
CAIRN_API double cairn_bench_code_points(const cairn_bench_candidate *candidate);
/* Code points of a text; 0 for NULL. */
CAIRN_API double cairn_bench_characters(const char *text);
/* Of a pair, whose better one is the first candidate: `said`, where it is told, as a cairn_slot; else by the scores. */
CAIRN_API cairn_slot cairn_bench_preferred(const cairn_bench_item *item);

/* Of benchmarks of choices: random scores, the longest, the shortest candidate by code points, all alike. UNSUPPORTED
 * where the file has no texts to be measured: that baseline is then left out. */
enum { CAIRN_BENCH_CHOICE_BASELINE_COUNT = 4 };
CAIRN_API cairn_status cairn_bench_pretend_choice(cairn_bench_run *run, int32_t which, cairn_bench_item *item,
                                                  cairn_rng *rng);
/* The three fields of a benchmark that has them. */
#define CAIRN_BENCH_CHOICE_JUDGES                                                            \
    .n_baselines = CAIRN_BENCH_CHOICE_BASELINE_COUNT, .pretend = cairn_bench_pretend_choice, \
    .baselines = (const char *const[]) {                                                     \
        "random", "longest", "shortest", "all alike"                                         \
    }

/* ---- the result -------------------------------------------------------------------------------------------------- */

typedef struct cairn_bench_measuring {
    /* resamples 0: no intervals; with more than 25,000 groups fewer are made, 200 at least */
    cairn_bootstrap how;
    bool baselines;
    bool tuned_here; /* thresholds were chosen on these very files */
} cairn_bench_measuring;

/* A row of the table. */
typedef struct cairn_bench_row {
    const char *name;
    const char *meaning;           /* of a summary; NULL for a subset */
    int64_t items, groups, silent; /* silent: items of which the judge said nothing */
    const double *sums;            /* [n_tallies]; NULL of a summary that is a mean */
    const cairn_interval *figures; /* [n_figures]; bounds NaN where there are none */
} cairn_bench_row;

typedef struct cairn_bench_result {
    const cairn_bench_type *bench;
    const cairn_bench_row *rows; /* [n_rows] subsets in order of the files, then summaries */
    int32_t n_rows, n_subsets;
    const double *baselines;                /* [n_baselines][n_rows][n_figures], or NULL */
    int32_t resamples;                      /* that were made */
    int64_t items, silent, skipped, failed; /* skipped: bad rows; failed: candidates on which a program failed */
    bool tuned_here;
} cairn_bench_result;
/* All in the run's arena. Errors: those of `tally`, naming the item; CANCELLED; no memory. */
CAIRN_API cairn_status cairn_bench_measure(cairn_bench_run *run, const cairn_bench_measuring *how,
                                           cairn_bench_result *out);
/* Tallies [n_tallies] of item number i, after cairn_bench_measure. */
CAIRN_API const double *cairn_bench_tally_of(const cairn_bench_run *run, size_t i);

/* Differences b - a of two judges on the items that both answered, by id: rows[n_rows][n_figures], as of the result of
 * `b`, with paired intervals. `a` is a file of items that cairn_bench_write_items wrote. */
typedef struct cairn_bench_comparison {
    int64_t both, only_a, only_b;
    const cairn_interval *differences; /* [n_rows][n_figures] */
} cairn_bench_comparison;
CAIRN_API cairn_status cairn_bench_compare(cairn_bench_run *b, const char *a, const cairn_bench_measuring *how,
                                           cairn_bench_comparison *out);
/* One JSON object a line: id, subset, group, each tally by name, and where a critic was asked `replies`: of each request
 * the question, the text, the rule that matched and what it gives. */
CAIRN_API cairn_status cairn_bench_write_items(cairn_bench_run *run, cairn_out *out);

/* ---- the page ---------------------------------------------------------------------------------------------------- */

typedef struct cairn_bench_page {
    const cairn_bench_result *result;         /* of the run */
    const cairn_bench_comparison *comparison; /* NULL: none */
    const char *judge;                        /* "exec:./my_prm" */
    const char *options;                      /* the benchmark's own, "threshold=0.5"; "" for none */
    const char *const *files;                 /* [n_files] as they were named */
    int32_t n_files;
    int32_t worst; /* misjudged items that are shown step by step, at most */
} cairn_bench_page;
/* One HTML page without scripts that needs nothing else: the table, the trivial judges beside it, how the scores of
 * steps behave (ROC, precision and recall, reliability, histogram), and the items that are misjudged by most. Texts of
 * files are cut at a few thousand bytes. The same input gives the same bytes. Errors: IO; no memory. */
CAIRN_API cairn_status cairn_bench_write_page(cairn_bench_run *run, const cairn_bench_page *page, cairn_out *out);
/* Those curves alone, as one SVG image. Errors: also INVALID where no step has both a score and a truth. */
CAIRN_API cairn_status cairn_bench_write_curves(cairn_bench_run *run, const cairn_bench_page *page, cairn_out *out);

#ifdef __cplusplus
}
#endif
#endif

/* cairn/report.h: what finished runs say, side by side: accuracy against cost, paired differences, calibration of
 * scores, quality of labels, and a page that shows all of it with the trees.
 *
 *   cairn_report_open(ctx, paths, n, &report);
 *   cairn_report_html(report, ctx, &pages, out);
 *   cairn_report_close(report);
 *
 * Nothing is run and no model is opened: all numbers come from the run files. Layer: eval.
 */
#ifndef CAIRN_REPORT_H
#define CAIRN_REPORT_H

#include "cairn/eval.h"
#include "cairn/store.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_REPORT_RUNS      32 /* most runs of a report */
#define CAIRN_REPORT_BINS      10 /* of equal width over scores from 0 to 1 */
#define CAIRN_REPORT_POSITIONS 12 /* positions of steps told apart; the last one stands for all later ones too */

/* All intervals are of 95 %. One without data has NaN in all three numbers. */

/* Candidates whose score lies in [low, high), the last bin's also 1. Each distinct candidate counts once. */
typedef struct cairn_report_bin {
    double low, high;
    int64_t candidates, problems;
    double mean_score;    /* NaN for an empty bin */
    cairn_interval right; /* share of right candidates; candidates of one problem are no independent items */
} cairn_report_bin;

/* How far scores of candidates tell right from wrong. */
typedef struct cairn_report_scores {
    int64_t candidates;              /* distinct ones */
    int64_t unjudged;                /* of these: their outcome is not known */
    int64_t unscored;                /* judged, but their score is not known */
    int64_t outside;                 /* judged, but their score is no number from 0 to 1 */
    int64_t used;                    /* the rest: what bins, Brier score and calibration error are of */
    double brier, calibration_error; /* NaN where none is used */
    int64_t chosen, chosen_left_out; /* problems with a judged and scored answer, which the AUROC is of; without */
    cairn_auroc auroc;               /* NaN where the chosen answers are all right or all wrong */
    cairn_report_bin bins[CAIRN_REPORT_BINS];
} cairn_report_scores;

/* A run of `solve`. Costs are means over the recorded problems. */
typedef struct cairn_report_solved {
    int64_t right, wrong;
    int64_t unknown;         /* there is a true answer, but what was answered cannot be read or compared: not right */
    int64_t unjudged;        /* there is no true answer, or no solution: in no share */
    int64_t no_answer;       /* problems without an answer, whatever their outcome */
    cairn_interval accuracy; /* right of all but the unjudged; Wilson */
    int64_t found;           /* problems with a right candidate, the unjudged left out */
    double steps, tokens, flops; /* of the policy */
    double scorings, judge_tokens, judge_flops;
    cairn_report_scores scores;
} cairn_report_solved;

/* Steps by truth and label: truth_label. */
typedef struct cairn_report_position {
    int64_t wrong_wrong, wrong_right, right_wrong, right_right;
    cairn_interval agreement; /* of label and truth; solutions of one problem are no independent items */
} cairn_report_position;

/* A run of `label`. A step is labelled right when some completion of it succeeded (label > 0). */
typedef struct cairn_report_labelled {
    int64_t solutions, dropped; /* dropped: problems that the question filter left out */
    int64_t located, judged,
        exact; /* first errors that the labels name; of those, where the true first wrong step is known too; where it is the same */
    cairn_step_quality quality; /* steps without a label and without a known truth are counted there */
    cairn_interval agreement;
    int32_t positions; /* used of them */
    cairn_report_position at[CAIRN_REPORT_POSITIONS];
} cairn_report_labelled;

typedef struct cairn_report_run {
    const char *path, *name; /* name: the file's, without folder and ".db", told apart by "(2)" where it repeats */
    const char *verb;        /* "solve" or "label" */
    int64_t problems, done;  /* of the whole run; recorded */
    bool trees;              /* trees are kept in it */
    cairn_report_solved solved;
    cairn_report_labelled labelled;
} cairn_report_run;

/* Run b against run a, problem by problem: paired by the problem's text where all records tell its key and no text
 * occurs twice in a run, else by id. */
typedef struct cairn_report_pair {
    int32_t a, b;                                     /* indices of runs */
    int64_t shared;                                   /* problems judged in both: what the rest is of */
    int64_t unjudged;                                 /* in both runs, but not judged in one of them */
    int64_t only_a, only_b;                           /* in one run only */
    int64_t both_right, a_right, b_right, both_wrong; /* a_right: right in a alone */
    cairn_interval difference;                        /* accuracy of b minus that of a */
} cairn_report_pair;

typedef struct cairn_report cairn_report;
/* Reads the runs; one that is not finished is reported as far as it is. Errors: INVALID for no run, too many, one given
 * twice, one of a verb that is neither solve nor label; those of cairn_run_open; FORMAT naming file, record and field;
 * CANCELLED. */
CAIRN_API cairn_status cairn_report_open(cairn_ctx *ctx, const char *const *paths, int32_t n, cairn_report **out);
CAIRN_API void cairn_report_close(cairn_report *report); /* NULL is fine */
CAIRN_API int32_t cairn_report_runs(const cairn_report *report);
CAIRN_API const cairn_report_run *cairn_report_run_at(const cairn_report *report, int32_t i);
CAIRN_API const cairn_run *cairn_report_file(const cairn_report *report, int32_t i); /* its manifest */
/* Every two runs of `solve`, in order. */
CAIRN_API int32_t cairn_report_pairs(const cairn_report *report);
CAIRN_API const cairn_report_pair *cairn_report_pair_at(const cairn_report *report, int32_t i);

/* All numbers as one JSON object in canonical form, without a line end. */
CAIRN_API cairn_status cairn_report_json(const cairn_report *report, cairn_ctx *ctx, cairn_text *out);

/* How much of the records the page shows. */
typedef struct cairn_report_page {
    int64_t problems; /* listed of each run; 0: 1,000 */
    /* bytes for problems, trees and labelled solutions in all; 0: 4,000,000. Trees that are too large keep their
     * nodes of most interest: the chosen path, then by visits and score */
    size_t record_room;
} cairn_report_page;
/* One HTML file that needs no network: the numbers, the problems and their trees. The same bytes for the same runs.
 * Texts of the runs are never markup in it. What is not shown is counted. */
CAIRN_API cairn_status cairn_report_html(const cairn_report *report, cairn_ctx *ctx, const cairn_report_page *page,
                                         cairn_out *out);

#ifdef __cplusplus
}
#endif
#endif

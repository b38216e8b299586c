/* cairn/choice.h: the arithmetic of benchmarks of choices, steps, rubrics and values, as pure functions of arrays.
 *
 *     cairn_one_vs_many(ctx, id, right, 1, wrong, 9, &item);       RewardMATH
 *     cairn_best_credit(ctx, id, scores, is_right, 4, CAIRN_TIE_SHARE, CAIRN_MISSING_CHANCE, &credit);   RewardBench 2
 *     cairn_tune_f1(ctx, scores, right, n, &tuned);                FoVer's thresholds
 *
 * Higher scores are better. `id` names the item in errors and may be NULL. What ties and missing scores are worth is
 * said by the caller and belongs to the result. Layer: eval.
 */
#ifndef CAIRN_CHOICE_H
#define CAIRN_CHOICE_H

#include "cairn/stat.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- policies ---------------------------------------------------------------------------------------------------- */

/* What a tie for the first place is worth. */
typedef enum cairn_tie {
    CAIRN_TIE_LOSS,    /* 0 unless all that tie are right */
    CAIRN_TIE_WIN,     /* 1 if one that ties is right */
    CAIRN_TIE_SHARE,   /* 1 / (number that tie) if one that ties is right: RewardBench 2 */
    CAIRN_TIE_EXPECTED /* share of right ones among those that tie: one of them is taken at random */
} cairn_tie;
#define CAIRN_TIE_CHOICES "loss|win|share|expected" /* in enumeration order */

/* What a missing (NaN) score is worth. */
typedef enum cairn_missing {
    CAIRN_MISSING_WRONG,  /* the item is wrong */
    CAIRN_MISSING_LOWEST, /* it is below every number */
    CAIRN_MISSING_CHANCE, /* it takes no part; with none left the credit is that of a random choice */
    CAIRN_MISSING_DROP,   /* the item leaves the denominator */
    CAIRN_MISSING_ERROR
} cairn_missing;
#define CAIRN_MISSING_CHOICES "wrong|lowest|chance|drop|error" /* in enumeration order */

CAIRN_API const char *cairn_tie_name(cairn_tie tie);             /* NULL outside the enumeration */
CAIRN_API const char *cairn_missing_name(cairn_missing missing); /* likewise */
/* Errors: INVALID for a name that is none of the choices. */
CAIRN_API cairn_status cairn_tie_parse(cairn_ctx *ctx, const char *name, cairn_tie *out);
CAIRN_API cairn_status cairn_missing_parse(cairn_ctx *ctx, const char *name, cairn_missing *out);

/* ---- one item of a choice ---------------------------------------------------------------------------------------- */

typedef struct cairn_one_vs_many_result {
    bool strict;    /* least right > greatest wrong */
    bool with_ties; /* least right >= greatest wrong */
    int32_t ties;   /* wrong ones that equal the best right one */
    /* 1 / position of the best right one in falling order: after the wrong ones that equal it, before them, and
     * averaged over all orders of those that are equal */
    double rank_pessimistic, rank_optimistic, rank_expected;
} cairn_one_vs_many_result;
/* Right solutions against wrong ones (RewardMATH, arXiv 2410.01729, whose rank is the pessimistic one). Errors: INVALID
 * for a side without members, a NaN score. */
CAIRN_API cairn_status cairn_one_vs_many(cairn_ctx *ctx, const char *id, const double *right, int32_t n_right,
                                         const double *wrong, int32_t n_wrong, cairn_one_vs_many_result *out);

typedef struct cairn_choice_credit {
    double credit;   /* 0 .. 1; NaN where `dropped` */
    int32_t tied;    /* that share the greatest score; 0 where no score takes part */
    int32_t missing; /* NaN scores */
    bool dropped;
} cairn_choice_credit;
/* Credit for the best of scores[k], of which right[k] are right. Errors: INVALID for k < 2, nothing right, a missing
 * score under CAIRN_MISSING_ERROR. */
CAIRN_API cairn_status cairn_best_credit(cairn_ctx *ctx, const char *id, const double *scores, const bool *right,
                                         int32_t k, cairn_tie tie, cairn_missing missing, cairn_choice_credit *out);

typedef struct cairn_pairwise_rank_result {
    int32_t wins, losses; /* unknown verdicts are losses */
    int32_t unknown;
    int32_t position; /* 1 + losses */
    bool strict;      /* no losses */
} cairn_pairwise_rank_result;
/* Rank of a right solution from its n comparisons with wrong ones: RIGHT where it won. Errors: INVALID for n < 1. */
CAIRN_API cairn_status cairn_pairwise_rank(cairn_ctx *ctx, const char *id, const cairn_verdict *won, int32_t n,
                                           cairn_pairwise_rank_result *out);

/* ---- both orders of a pair --------------------------------------------------------------------------------------- */

/* Which of two a judge prefers. */
typedef enum cairn_slot { CAIRN_SLOT_UNKNOWN, CAIRN_SLOT_ONE, CAIRN_SLOT_TWO, CAIRN_SLOT_TIE } cairn_slot;
/* Credit of a pair that was asked twice, the better one first as ONE and then as TWO: 1 where it is preferred both
 * times, 0 where the other one is, else 0.5: a tie, an unreadable verdict, the same slot twice (ToolComp, arXiv
 * 2501.01290). */
CAIRN_API double cairn_swap_credit(cairn_slot as_one, cairn_slot as_two);

typedef struct cairn_swap_report {
    int64_t n, unknown;   /* pairs; of these with an unreadable verdict */
    double total;         /* mean credit */
    double decided;       /* share of pairs with credit 0 or 1 */
    double decided_right; /* mean credit of those; NaN without any */
    double position_bias; /* share that preferred ONE twice - share that preferred TWO twice */
} cairn_swap_report;
/* Errors: INVALID for n = 0. */
CAIRN_API cairn_status cairn_swap_measure(cairn_ctx *ctx, const cairn_slot *as_one, const cairn_slot *as_two, size_t n,
                                          cairn_swap_report *out);
/* Two solutions rated in both orders: front[2] with the first one in front, back[2] with it at the back. ONE where
 * front[0] + back[1] > front[1] + back[0], TWO where it is less; UNKNOWN for NaN (VLRMBench, arXiv 2503.07478). */
CAIRN_API cairn_slot cairn_swap_ratings(const double front[2], const double back[2]);

/* ---- ties (RewardBench 2, arXiv 2506.01937) ---------------------------------------------------------------------- */

/* Items come in pairs with one number: "ref:n" with exactly one right answer, "tied:n" with several. */
typedef struct cairn_ties_item {
    const char *id;       /* "ref:17" or "tied:17" */
    const double *scores; /* [n] right ones first */
    int32_t n, n_right;
} cairn_ties_item;
typedef struct cairn_ties_score {
    double ref_accuracy, tied_accuracy; /* every right answer above every wrong one */
    /* over the numbers that are there in both kinds, with D = best right - worst right of the tied item and C = worst
     * right - best wrong of each */
    double preferred; /* share with C of tied > D */
    double hard;      /* share with the lesser C > D */
    double margin;    /* mean of tanh((lesser C) / D - 1), 0 / 0 counted 0 */
    double score;     /* .3 tied + .3 ref + .2 preferred + .2 hard + .01 margin: -.01 .. 1.01 */
    int64_t n_ref, n_tied, n_pairs, n_unmatched;
} cairn_ties_score;
/* Errors: INVALID for a malformed or repeated id, NaN, no wrong answer, a ref item without exactly one right answer, a
 * tied one with fewer than two, no pair at all; no memory. */
CAIRN_API cairn_status cairn_ties_measure(cairn_ctx *ctx, const cairn_ties_item *items, size_t n,
                                          cairn_ties_score *out);

/* ---- sections (RewardBench 1, arXiv 2403.13787) ------------------------------------------------------------------ */

/* The fixed weights of the subsets, some of which are not their sizes. */
typedef enum cairn_section_table {
    CAIRN_SECTIONS_2024_09, /* since 2024-09-10 */
    CAIRN_SECTIONS_2024_03  /* before: those of xstest-should-refuse and xstest-should-respond are swapped */
} cairn_section_table;
#define CAIRN_SECTION_TABLE_CHOICES "2024-09|2024-03" /* in enumeration order */
typedef enum cairn_section {
    CAIRN_SECTION_CHAT,
    CAIRN_SECTION_CHAT_HARD,
    CAIRN_SECTION_SAFETY,
    CAIRN_SECTION_REASONING,
    CAIRN_SECTION_PRIOR,
    CAIRN_SECTION_COUNT
} cairn_section;
CAIRN_API const char *cairn_section_name(cairn_section section); /* "Chat Hard"; NULL outside the enumeration */
/* Section and weight of a subset; false for one that is none. */
CAIRN_API bool cairn_section_of(const char *subset, cairn_section_table table, cairn_section *section, double *weight);

typedef struct cairn_sections {
    double sections[CAIRN_SECTION_COUNT]; /* weighted mean of the accuracies of its subsets; 0 without any */
    int32_t subsets[CAIRN_SECTION_COUNT]; /* how many of them are there */
    double overall; /* mean of the sections, Prior Sets with half the weight of others and left out without any */
} cairn_sections;
/* Errors: INVALID for an unknown or repeated subset, an accuracy outside [0, 1], no subset. */
CAIRN_API cairn_status cairn_section_means(cairn_ctx *ctx, const char *const *subsets, const double *accuracies,
                                           size_t n, cairn_section_table table, cairn_sections *out);

/* ---- accuracy against the number of samples, without sampling ---------------------------------------------------- */

typedef struct cairn_pool_notes {
    int32_t used;    /* candidates whose truth is known */
    int32_t untold;  /* the others, which are left out */
    int32_t missing; /* NaN scores, which are below every number */
} cairn_pool_notes;
/* curve[i - 1]: expected credit of the best of i candidates drawn without replacement, for i = 1 .. used; curve has
 * room for k. curve[0] is the accuracy of one sample, curve[used - 1] that of the best of all. CAIRN_TIE_SHARE counts
 * as CAIRN_TIE_EXPECTED. `notes` may be NULL. Time: k times the number of distinct scores. Errors: INVALID for k < 1,
 * no candidate of known truth, another tie policy; no memory. */
CAIRN_API cairn_status cairn_best_of_curve(cairn_ctx *ctx, const char *id, const double *scores,
                                           const cairn_verdict *right, int32_t k, cairn_tie tie, double *curve,
                                           cairn_pool_notes *notes);
enum { CAIRN_MAJORITY_MOST = 512 };
/* curve[i - 1]: expected credit of the majority vote of i of k candidates drawn without replacement, i = 1 .. k.
 * classes[k]: the class of each answer, negative: no answer, no vote; right_class: the class of the right answer, -1:
 * none has it. Ties among the most frequent answers as in cairn_best_of_curve; no votes: 0. Time k^3 log k. Errors:
 * INVALID for k outside 1 .. CAIRN_MAJORITY_MOST; no memory. */
CAIRN_API cairn_status cairn_majority_curve(cairn_ctx *ctx, const char *id, const int32_t *classes, int32_t k,
                                            int32_t right_class, cairn_tie tie, double *curve);

/* Does an item ask for rewards of steps rather than of the whole (ViLBench, arXiv 2503.20271)? */
typedef enum cairn_gap_form {
    CAIRN_GAP_MEAN, /* mean of the step form's scores - mean of the whole form's */
    CAIRN_GAP_AUC   /* their AUROC of right candidates: no matter how generous a scorer is. 0.5 for one class */
} cairn_gap_form;
/* steps[k], whole[k]: the scores of k candidates by either form; a candidate that misses one is left out. Errors:
 * INVALID where none is left; no memory. */
CAIRN_API cairn_status cairn_step_need(cairn_ctx *ctx, const char *id, const double *steps, const double *whole,
                                       const bool *right, int32_t k, cairn_gap_form form, double *out);

/* ---- steps and thresholds ---------------------------------------------------------------------------------------- */

typedef struct cairn_tuned_f1 {
    double threshold;
    cairn_confusion confusion; /* at that threshold, on the tuning scores */
    double f1;
} cairn_tuned_f1;
/* The threshold with the greatest F1 of right ones, said right iff score > threshold: the observed scores in rising
 * order, the first one strictly better than all before, starting from F1 0 at threshold 0 (FoVer, arXiv 2505.15960).
 * Errors: INVALID for n = 0, NaN; no memory. */
CAIRN_API cairn_status cairn_tune_f1(cairn_ctx *ctx, const double *scores, const bool *right, size_t n,
                                     cairn_tuned_f1 *out);

typedef enum cairn_f1_weights {
    CAIRN_F1_INVERSE,   /* each class by the share of the other: VLRMBench */
    CAIRN_F1_FREQUENCY, /* each class by its own share */
    CAIRN_F1_MACRO      /* both alike */
} cairn_f1_weights;
/* Weighted F1 of the two classes. Errors: INVALID for negative counts or none. */
CAIRN_API cairn_status cairn_f1_weighted(cairn_ctx *ctx, const cairn_confusion *c, cairn_f1_weights weights,
                                         double *out);

/* Judges of steps that look at nothing. Positive: a faulty step. */
typedef enum cairn_baseline {
    CAIRN_BASELINE_NONE,  /* no step */
    CAIRN_BASELINE_ALL,   /* every step */
    CAIRN_BASELINE_FIRST, /* only the first step of each item */
    CAIRN_BASELINE_LAST,  /* only the last one */
    CAIRN_BASELINE_RANDOM /* each step with probability `base rate`: expected counts */
} cairn_baseline;
enum { CAIRN_BASELINE_COUNT = CAIRN_BASELINE_RANDOM + 1 };
CAIRN_API const char *cairn_baseline_name(cairn_baseline baseline); /* "none", ...; NULL outside the enumeration */
/* out[CAIRN_BASELINE_COUNT]: their counts on items of lengths[items] steps, faulty[sum of lengths]. Errors: INVALID for
 * a negative length, no step. */
CAIRN_API cairn_status cairn_step_baselines(cairn_ctx *ctx, const bool *faulty, const int32_t *lengths, size_t items,
                                            cairn_confusion *out);

/* ---- rubrics (MoReBench, arXiv 2510.16380) ----------------------------------------------------------------------- */

enum { CAIRN_SAID_YES = 1, CAIRN_SAID_NO = 2 }; /* bits; a substring test can find both in one reply */
typedef struct cairn_rubric_policy {
    bool drop_bad;     /* criteria with neither bit leave the maximum; else they only lose their weight */
    bool free_weights; /* any finite weight but 0; else whole ones of -3 .. 3 */
} cairn_rubric_policy;
typedef struct cairn_rubric_score {
    double score;       /* 100 gained / most, 0 .. 100; NaN where most is 0 */
    double gained;      /* sum of positive weights with YES and of |negative weights| with NO */
    double most;        /* sum of |weights| */
    double floor_empty; /* score of a text that meets no criterion */
    int32_t bad;        /* criteria with neither bit */
} cairn_rubric_score;
/* weights[n] of the criteria, said[n]: was it met? Errors: INVALID for n < 1 and weights out of range. */
CAIRN_API cairn_status cairn_rubric_measure(cairn_ctx *ctx, const char *id, const double *weights, const uint8_t *said,
                                            int32_t n, const cairn_rubric_policy *policy, cairn_rubric_score *out);
/* Score per 1,000 characters of the mean length. `rounded`: as published, round(round(score, 1) / round(length) * 1000,
 * 1) with cairn_round_even. Errors: INVALID for a length that is not positive (after rounding). */
CAIRN_API cairn_status cairn_length_correct(cairn_ctx *ctx, double score, double mean_length, bool rounded,
                                            double *out);

typedef struct cairn_judge_calibration {
    int64_t n;
    double sensitivity, specificity; /* NaN where gold has no yes, no no */
    double macro_f1, kappa;          /* kappa NaN where chance agrees always */
    double slope, intercept;         /* expected judged per cent of yes = intercept + slope * true per cent */
} cairn_judge_calibration;
/* A judge's yes and no against an expert's. Errors: INVALID for n = 0. */
CAIRN_API cairn_status cairn_judge_calibrate(cairn_ctx *ctx, const bool *gold, const bool *judged, size_t n,
                                             cairn_judge_calibration *out);
/* The true per cent of yes that a judge of these error rates would show as `score`: (score - 100 (1 - specificity)) /
 * (sensitivity + specificity - 1), not cut to 0 .. 100. Errors: INVALID for rates outside [0, 1] or with a sum <= 1:
 * such a judge tells nothing. */
CAIRN_API cairn_status cairn_judge_debias(cairn_ctx *ctx, double score, double sensitivity, double specificity,
                                          double *out);

/* ---- values (DailyDilemmas, arXiv 2410.02683) -------------------------------------------------------------------- */

/* A dilemma between two actions, each of which stands for some values (or dimensions): numbers from 0, which may occur
 * many times. */
typedef struct cairn_dilemma {
    const char *id;
    const int32_t *values[2]; /* [n[a]] of action a */
    int32_t n[2];
    int32_t choice; /* 0 or 1; -1: no answer, and then the dilemma says nothing */
} cairn_dilemma;
typedef struct cairn_value_preference {
    int64_t selected, neglected; /* occurrences in chosen actions, in the other ones */
    cairn_interval preference;   /* 100 (selected - neglected) / (selected + neglected); NaN where it never occurs */
} cairn_value_preference;
/* out[dimensions]. once: an action counts a dimension once at most. Intervals by resampling dilemmas; how NULL: bounds
 * are NaN. Errors: INVALID for a value outside 0 .. dimensions - 1, a choice outside -1 .. 1, no answered dilemma;
 * those of cairn_stat_bootstrap_sums. */
CAIRN_API cairn_status cairn_value_preferences(cairn_ctx *ctx, const cairn_dilemma *dilemmas, size_t n,
                                               int32_t dimensions, bool once, const cairn_bootstrap *how,
                                               cairn_value_preference *out);

/* What a principle says of the values: weights within [0, 1], 0: nothing. */
typedef struct cairn_principle {
    const double *support, *oppose; /* [values] */
    int32_t values;
} cairn_principle;
typedef struct cairn_principle_score {
    int64_t conflicts;                                  /* dilemmas that count */
    int64_t answered;                                   /* of these with a choice */
    double selected_support, selected_oppose, selected; /* weight of values of chosen actions; difference */
    double coded_support, coded_oppose, coded; /* of both actions, as the released code counts before steering: it says
                                                  nothing about the chooser */
    int32_t ambiguous;                         /* values that support and oppose */
} cairn_principle_score;
/* conflict[n]: dilemmas with a supporting and an opposing value, each action with values of exactly one kind, and not
 * of the same. Errors: INVALID for values or weights out of range. */
CAIRN_API cairn_status cairn_principle_conflicts(cairn_ctx *ctx, const cairn_principle *principle,
                                                 const cairn_dilemma *dilemmas, size_t n, bool *conflict);
/* Score on the dilemmas of conflict[n]. Unanswered ones count in neither form. Errors: as above. */
CAIRN_API cairn_status cairn_principle_measure(cairn_ctx *ctx, const cairn_principle *principle,
                                               const cairn_dilemma *dilemmas, size_t n, const bool *conflict,
                                               cairn_principle_score *out);

/* ---- a model that accepts its own solutions (arXiv 2505.11227) --------------------------------------------------- */

typedef struct cairn_accept_audit {
    int64_t n, accepted;
    double precision;      /* right, of those accepted; NaN where none is */
    double recall;         /* accepted, of right ones; NaN where none is right */
    double false_positive; /* accepted, of wrong ones; NaN where none is wrong */
} cairn_accept_audit;
CAIRN_API cairn_accept_audit cairn_accept_measure(const bool *accepted, const bool *right, size_t n);
/* Precision of a verifier that accepts right solutions at rate `recall` and wrong ones at rate `false_positive`, where
 * a share `base` is right. NaN where it accepts none, or outside [0, 1]. */
CAIRN_API double cairn_accept_precision(double base, double recall, double false_positive);
/* Picks one of k solutions: the majority class of the accepted ones, with none accepted that of all. A tie goes to the
 * class with the greatest fraction of steps before its first error, then to the lowest index. classes[k]: negative: no
 * answer; accepted[k]; fractions[k] may be NULL. *out: index of the class's best member, -1 where no solution has an
 * answer; *fell_back: none with an answer was accepted. Errors: INVALID for k < 1, a NaN fraction. */
CAIRN_API cairn_status cairn_accept_select(cairn_ctx *ctx, const char *id, const int32_t *classes, const bool *accepted,
                                           const double *fractions, int32_t k, int32_t *out, bool *fell_back);

#ifdef __cplusplus
}
#endif
#endif

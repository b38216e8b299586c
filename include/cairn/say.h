/* cairn/say.h: what a judge says in its reply: an option, a rating, yes or no, which of two, numbers of steps.
 *
 *   cairn_said said = cairn_say_rating(reply, CAIRN_RATING_TRAILING, 1, 10);
 *   if (said.value == CAIRN_SAID_NOTHING) missing++;
 *
 * Each function reads one verdict by one published rule, and says what matched and what speaks against it. No text
 * makes it fail: a text in which the rule finds nothing, NULL among them, says nothing. What that is worth is for the
 * caller to decide. Time is linear in the text. Words and blanks are those of Unicode; digits are 0 to 9.
 * Layer: eval.
 */
#ifndef CAIRN_SAY_H
#define CAIRN_SAY_H

#include "cairn/choice.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_SAID_NOTHING INT32_MIN

typedef struct cairn_said {
    int32_t value;    /* CAIRN_SAID_NOTHING: the rule finds none */
    const char *rule; /* what matched, such as "prefix" or the tag before the value; static; NULL: nothing */
    int32_t others;   /* further options or places for which the same rule gives another value: the text is ambiguous */
    bool coerced;     /* the text says another number; `value` is the nearest one allowed */
} cairn_said;

/* The text after the last `tag`; NULL where there is none, or for NULL. */
CAIRN_API const char *cairn_say_after(const char *text, const char *tag);
/* The integer in the last `\boxed{..}`: the paragraph that a critic names (ProcessBench, arXiv 2412.06559). The rule is
 * "boxed" also where the last box holds no integer, and so says nothing. Several replies vote by cairn_boxed_vote. */
CAIRN_API cairn_said cairn_say_boxed(const char *text);
/* A vote: place of the most frequent of words[n], of several the one seen first. NULL does not vote; n where all are
 * NULL. Time n * n. */
CAIRN_API size_t cairn_say_vote(const char *const *words, size_t n);

/* ---- options ----------------------------------------------------------------------------------------------------- */

typedef enum cairn_choice_rule {
    CAIRN_CHOICE_WHOLE,      /* the text, without blanks around it, is the option (ToolComp's final grade) */
    CAIRN_CHOICE_PREFIX,     /* it begins with the option (DailyDilemmas, arXiv 2410.02683) */
    CAIRN_CHOICE_FIRST_WORD, /* its first word begins the option, which ends a word; whatever the case */
    CAIRN_CHOICE_FIRST,      /* the option that stands first, anywhere */
    CAIRN_CHOICE_SUBSTRING,  /* the first in the order of options that stands anywhere */
    CAIRN_CHOICE_BRACKETED   /* the same for [[option]] (RewardBench 2, arXiv 2506.01937) */
} cairn_choice_rule;

/* Which of options[n], none of them empty, the text chooses, from 0. `rule` is the rule's name. */
CAIRN_API cairn_said cairn_say_choice(const char *text, const char *const *options, int32_t n, cairn_choice_rule rule);
/* 0 for A and 1 for B: the first of the two letters after the last "Judgement:", or after the last "[RESULT]" where
 * there is none (RewardMATH, arXiv 2410.01729). `rule` is the tag. */
CAIRN_API cairn_said cairn_say_judgement(const char *text);

typedef enum cairn_preference_rule {
    CAIRN_PREFERENCE_SOLE, /* all labels in double brackets agree (JudgeBench, arXiv 2410.12784) */
    CAIRN_PREFERENCE_LAST  /* the last label, whatever the case; one in single brackets where there is no other */
} cairn_preference_rule;
/* By how much A is better than B: 2 for [[A>>B]], 1 for [[A>B]], 0 for [[A=B]], -1 and -2; [[B<A]] is 1. `rule` is
 * "[[..]]" or "[..]". */
CAIRN_API cairn_said cairn_say_preference(const char *text, cairn_preference_rule rule);

/* Which of two steps or plans is better, by the key of a JSON object (ToolComp, arXiv 2501.01290): of an object in a
 * ```json block, else from the first { to the first }; where that has no 1, 2 or "tie" under `key`, of `key: 1` and the
 * like anywhere. *rule ("json block", "braces", "pattern") may be NULL. Errors: no memory. */
CAIRN_API cairn_status cairn_say_swap(cairn_ctx *ctx, const char *text, const char *key, cairn_slot *out,
                                      const char **rule);

/* ---- yes and no -------------------------------------------------------------------------------------------------- */

typedef enum cairn_yes_rule {
    CAIRN_YES_FIRST_WORD, /* the first word is yes or no: never both */
    CAIRN_YES_SUBSTRING,  /* "yes" and "no" anywhere, also within "cannot" (MoReBench's scorer, arXiv 2510.16380) */
    CAIRN_YES_WORD        /* the words yes or true, and no or false, anywhere (VLRMBench, arXiv 2503.07478) */
} cairn_yes_rule;

typedef struct cairn_said_yes {
    bool yes, no; /* both: some scorers count the reply as right whatever is true; neither: it is malformed */
} cairn_said_yes;
CAIRN_API cairn_said_yes cairn_say_yes(const char *text, cairn_yes_rule rule);

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

typedef enum cairn_rating_rule {
    CAIRN_RATING_TRAILING, /* a word of digits within the range that ends the text (RewardBench 2): 10 of "8/10", 5 of
                              "7.5", nothing of "9." */
    CAIRN_RATING_TAGGED, /* the first digits after the last "Rating:", or "[RESULT]" where there is none (RewardMATH) */
    CAIRN_RATING_ANY     /* tagged, else trailing, else the last word of digits within the range */
} cairn_rating_rule;

/* A rating from `low` >= 0 to `high`. `rule`: the tag, "trailing" or "last". */
CAIRN_API cairn_said cairn_say_rating(const char *text, cairn_rating_rule rule, int32_t low, int32_t high);

typedef enum cairn_ints_rule {
    CAIRN_INTS_FIRST,    /* the first k runs of digits, wherever they stand: "STEP 1: 0" has two (VLRMBench) */
    CAIRN_INTS_LAST,     /* the last k */
    CAIRN_INTS_BRACKETED /* the last list [i, ..] of exactly k numbers up to `most` */
} cairn_ints_rule;

typedef struct cairn_said_ints {
    int32_t found;   /* numbers that the rule finds; 0 where no bracketed list fits */
    int32_t padded;  /* zeros that were added at the end */
    int32_t cut;     /* numbers that were left out */
    int32_t coerced; /* values above `most` that became it */
    bool bare;       /* the text is nothing but one bracketed list */
} cairn_said_ints;
/* values[k]: numbers from 0 to `most`: 1 for labels of steps, INT32_MAX for any. */
CAIRN_API cairn_said_ints cairn_say_ints(const char *text, cairn_ints_rule rule, int32_t most, int32_t *values,
                                         int32_t k);

/* ---- a critic's JSON --------------------------------------------------------------------------------------------- */

/* A verdict on every step (PRMBench, arXiv 2501.03124). */
typedef struct cairn_said_steps {
    bool said; /* false: there are no two such lists */
    int32_t n_validity, n_redundancy;
    const bool *validity;   /* [n_validity] the number is above 0 */
    const bool *redundancy; /* [n_redundancy] */
    int32_t refused;        /* objects before that are no JSON */
    int32_t coerced;        /* entries outside [-1, 1], and truth values */
} cairn_said_steps;
/* The lists `validity` and `redundancy` of the first {..} that is JSON once comments, from // or # to the end of the
 * line, are deleted from it. Braces within strings count, as in the published reader. Errors: no memory. */
CAIRN_API cairn_status cairn_say_steps(cairn_ctx *ctx, cairn_arena *arena, const char *text, cairn_said_steps *out);

#ifdef __cplusplus
}
#endif
#endif

/* Reasoning-pattern reward (arXiv 2505.22653): how many phrases of reasoning a text has, minus how much it repeats itself.
 * What the outcome stages PATTERN and CALIBRATE read. */
#include <math.h>
#include <string.h>

#include "cairn/credit.h"

/* The paper's list for mathematics, with its spelling. */
static const char *const phrases_of_paper[] = {
    "i need to",    "we need to",     "wait",        "alternatively", "let me check", "let me see",   "let's focus on",
    "we know that", "we can observe", "we can see",  "let me try",    "let's try",    "let us try",   "first, ",
    "firstly, ",    "next, ",         "finally, ",   "let us first",  "let's first",  "let me first", "try again",
    "still not",    "not working",    "not correct", "does not work", "doesn't work", "makes sence",  "since we",
    "because we",   "consequently",   "as a result", "thus",          "therefore",    "hence",        "so that",
    "thereby",      "if we",          "given there", "for instance",  "for example"};

const char *const *cairn_credit_phrases(int32_t *n) {
    *n = sizeof phrases_of_paper / sizeof *phrases_of_paper;
    return phrases_of_paper;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether the lower-case phrase stands anywhere in the text, whatever the text's case. */
static bool has_phrase(const char *text, size_t length, const char *phrase) {
    size_t n = strlen(phrase);
    for (size_t from = 0; from + n <= length; from++) {
        size_t i = 0;
        while (i < n && lower(text[from + i]) == phrase[i]) i++;
        if (i == n) return true;
    }
    return false;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Keys of the words of the text; `keys` may be NULL to count them. */
static size_t word_keys(const char *text, size_t length, uint64_t *keys) {
    size_t words = 0;
    for (size_t at = 0; at < length;) {
        size_t end = at;
        while (end < length && !is_blank(text[end])) end++;
        if (end > at && keys) keys[words] = cairn_key(text + at, end - at);
        words += end > at;
        at = end + 1;
    }
    return words;
}

/* Runs that stand in the text more than once: counted once, or each time but the first. */
static cairn_status count_repeated(cairn_ctx *ctx, const char *text, size_t length, int32_t n, bool each_time,
                                   double *share) {
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "repetition of %d words", (int)n);
    size_t words = word_keys(text, length, NULL), runs = words < (size_t)n ? 0 : words - (size_t)n + 1, counted = 0;
    uint64_t *keys = cairn_alloc(ctx, words, sizeof *keys);
    if (!keys) return CAIRN_NO_MEMORY;
    word_keys(text, length, keys);
    for (size_t i = 0; i < runs; i++) /* a run's key from its words' keys; later words are still their own */
        for (size_t k = 1; k < (size_t)n; k++) keys[i] = cairn_key_mix(keys[i], keys[i + k]);
    cairn_keys_sort(keys, runs);
    for (size_t i = 1; i < runs; i++)
        counted += keys[i] == keys[i - 1] && (each_time || i == 1 || keys[i] != keys[i - 2]);
    cairn_free(keys);
    *share = runs ? (double)counted / (double)runs : 0;
    return CAIRN_OK;
}

cairn_status cairn_credit_repetition(cairn_ctx *ctx, const char *text, size_t length, int32_t n, double *share) {
    return count_repeated(ctx, text, length, n, false, share);
}

cairn_status cairn_credit_repeats(cairn_ctx *ctx, const char *text, size_t length, int32_t n, double *share) {
    return count_repeated(ctx, text, length, n, true, share);
}

cairn_status cairn_credit_pattern_score(cairn_ctx *ctx, const char *text, size_t length, const char *const *phrases,
                                        int32_t n_phrases, double unit, int32_t n, double *score) {
    if (n_phrases < 0 || !(unit >= 0 && unit <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "%d phrases of %g each: a unit is from 0 to 1", (int)n_phrases, unit);
    double repetition;
    int32_t present = 0;
    CAIRN_TRY(cairn_credit_repetition(ctx, text, length, n, &repetition));
    for (int32_t i = 0; i < n_phrases; i++) present += has_phrase(text, length, phrases[i]);
    *score = fmax(0, fmin(1, present * unit) - repetition);
    return CAIRN_OK;
}

/* Words, times of day and dates. */
#include <stdio.h>
#include <string.h>

#include "tool/math/equal_rules.h"

enum { WORDS_MOST = 256 };

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* What says the same. Two of one `set` that are different are opposed; set 0 has no opposites. */
static const struct {
    const char *text;
    int meaning, set;
} meanings[] = {
    {"yes", 1, 1},
    {"true", 1, 1},
    {"correct", 1, 1},
    {"no", 2, 1},
    {"false", 2, 1},
    {"incorrect", 2, 1},
    {"monday", 11, 2},
    {"mon", 11, 2},
    {"tuesday", 12, 2},
    {"tue", 12, 2},
    {"tues", 12, 2},
    {"wednesday", 13, 2},
    {"wed", 13, 2},
    {"thursday", 14, 2},
    {"thu", 14, 2},
    {"thur", 14, 2},
    {"thurs", 14, 2},
    {"friday", 15, 2},
    {"fri", 15, 2},
    {"saturday", 16, 2},
    {"sat", 16, 2},
    {"sunday", 17, 2},
    {"sun", 17, 2},
    {"january", 21, 3},
    {"jan", 21, 3},
    {"february", 22, 3},
    {"feb", 22, 3},
    {"march", 23, 3},
    {"mar", 23, 3},
    {"april", 24, 3},
    {"apr", 24, 3},
    {"may", 25, 3},
    {"june", 26, 3},
    {"jun", 26, 3},
    {"july", 27, 3},
    {"jul", 27, 3},
    {"august", 28, 3},
    {"aug", 28, 3},
    {"september", 29, 3},
    {"sep", 29, 3},
    {"sept", 29, 3},
    {"october", 30, 3},
    {"oct", 30, 3},
    {"november", 31, 3},
    {"nov", 31, 3},
    {"december", 32, 3},
    {"dec", 32, 3},
    {"no solution", 41, 4},
    {"no solutions", 41, 4},
    {"none", 41, 4},
    {"no real solution", 42, 0},
    {"no real solutions", 42, 0},
    {"empty set", 41, 4},
    {"does not exist", 43, 0},
    {"dne", 43, 0},
    {"doesn t exist", 43, 0},
    {"undefined", 44, 0},
    {"not defined", 44, 0},
    {"infinitely many", 45, 4},
    {"infinitely many solutions", 45, 4},
    {"infinite", 45, 4},
    {"infinite solutions", 45, 4},
    {"infinitely many solution", 45, 4},
    /* the same in other words */
    {"tie", 51, 0},
    {"draw", 51, 0},
    {"larger", 52, 5},
    {"bigger", 52, 5},
    {"greater", 52, 5},
    {"smaller", 53, 5},
    {"less", 53, 5},
    {"father", 54, 6},
    {"dad", 54, 6},
    {"mother", 55, 6},
    {"mom", 55, 6},
    {"mum", 55, 6},
    {"autumn", 56, 0},
    {"fall", 56, 0},
    {"nonagon", 57, 0},
    {"enneagon", 57, 0},
    {"trapezoid", 58, 0},
    {"trapezium", 58, 0},
    {"equal", 59, 0},
    {"same", 59, 0},
};

/* Lower case; letters and digits kept, all else a single blank; without articles. False: too long. */
static bool plain_words(const char *text, char out[WORDS_MOST]) {
    static const char *const articles[] = {"a", "an", "the"};
    size_t n = 0, word = 0;
    for (;; text++) {
        char low = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        bool kept = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || (unsigned char)low >= 0x80;
        if (kept && n + 2 < WORDS_MOST) {
            out[n++] = low;
            continue;
        }
        if (kept) return false;
        out[n] = '\0';
        for (size_t i = 0; i < sizeof articles / sizeof articles[0] && n > word; i++)
            if (strcmp(out + word, articles[i]) == 0) n = word;
        if (!*text) break;
        if (n > word) out[n++] = ' ';
        word = n;
    }
    while (n && out[n - 1] == ' ') n--;
    out[n] = '\0';
    return true;
}

static int find_meaning(const char *words) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(words, meanings[i].text) == 0) return (int)i;
    return -1;
}

static bool one_word(const char *words) {
    size_t n = strlen(words);
    return n >= 2 && strspn(words, "abcdefghijklmnopqrstuvwxyz") == n;
}

/* Whether two words have the same letters, in any order: "center" and "centre". */
static bool same_letters(const char *a, const char *b) {
    int count[26] = {0};
    for (; *a; a++) count[*a - 'a']++;
    for (; *b; b++) count[*b - 'a']--;
    for (int i = 0; i < 26; i++)
        if (count[i]) return false;
    return true;
}

/* Whether two words may be forms or spellings of one: "ellipse" and "ellipses", "increasing" and "increases", "gray"
 * and "grey". */
static bool kindred(const char *a, const char *b) {
    enum { STEM = 5, ENDING_MOST = 5 };
    size_t same = 0, tail = 0, x = strlen(a), y = strlen(b);
    while (a[same] && a[same] == b[same]) same++;
    size_t least = x < y ? x : y, most = x < y ? y : x;
    while (tail < least - same && a[x - 1 - tail] == b[y - 1 - tail]) tail++;
    bool one_letter = least >= 4 && most - same - tail <= 1;
    bool stem = same >= STEM && most - same <= ENDING_MOST;
    return one_letter || stem || (least >= 3 && same + 2 > least && same >= 3) || same_letters(a, b);
}

/* Words for no thing at all: "no" may answer what "none" answers. */
static bool says_nothing(const char *words) {
    static const char *const all[] = {"no",      "none",       "zero",      "nothing",     "nobody",
                                      "nil",     "never",      "nought",    "naught",      "neither",
                                      "nowhere", "impossible", "undefined", "nonexistent", "dne",
                                      "null",    "void",       "empty",     "infeasible"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(words, all[i]) == 0) return true;
    return false;
}

static bool judge_words(comparing *c, const char *a, const char *r, math_judgement *out) {
    char x[WORDS_MOST], y[WORDS_MOST];
    if (!plain_words(a, x) || !plain_words(r, y))
        return compare_says(c, out, strcmp(a, r) == 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "text",
                            "long texts are compared byte by byte");
    if (*x && strcmp(x, y) == 0) return compare_says(c, out, CAIRN_VERDICT_RIGHT, "text", "both say \"%s\"", x);
    int left = find_meaning(x), right = find_meaning(y);
    if (left >= 0 && right >= 0) {
        if (meanings[left].meaning == meanings[right].meaning)
            return compare_says(c, out, CAIRN_VERDICT_RIGHT, "text", "\"%s\" and \"%s\" say the same", x, y);
        if (meanings[left].set && meanings[left].set == meanings[right].set)
            return compare_says(c, out, CAIRN_VERDICT_WRONG, "text", "\"%s\" is not \"%s\"", x, y);
    }
    if ((strncmp(x, "not ", 4) == 0 && strcmp(x + 4, y) == 0) || (strncmp(y, "not ", 4) == 0 && strcmp(y + 4, x) == 0))
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "text", "\"%s\" is the opposite of \"%s\"", x, y);
    if (says_nothing(x) && says_nothing(y))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "text", "\"%s\" and \"%s\" may say the same", x, y);
    bool listed = left >= 0 && right >= 0 && (!meanings[left].set || !meanings[right].set);
    if (one_word(x) && one_word(y) && !kindred(x, y) && !listed)
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "text", "\"%s\" is another word than \"%s\"", x, y);
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "text", "\"%s\" and \"%s\" may say the same", x, y);
}

/* Words that may say a number. */
static bool counts(const char *words) {
    static const char *const numbers[] = {
        "zero",    "nil",     "nought", "half",     "halves", "once",   "twice",   "thrice",  "single",
        "double",  "triple",  "couple", "pair",     "dozen",  "score",  "quarter", "hundred", "thousand",
        "million", "billion", "first",  "second",   "third",  "fourth", "fifth",   "sixth",   "seventh",
        "eighth",  "ninth",   "tenth",  "gross",    "trio",   "duo",    "quartet", "nothing", "nobody",
        "all",     "both",    "every",  "everyone", "never",  "always", "infinity"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(words, numbers[i]) == 0) return true;
    size_t n = strlen(words);
    return n > 2 && (strcmp(words + n - 2, "th") == 0 || strcmp(words + n - 2, "ty") == 0);
}

/* Words against a number: a statement such as "no solution" is never a number other than 0. */
static bool judge_word_number(comparing *c, const math_node *text, const math_node *number, math_judgement *out) {
    char words[WORDS_MOST];
    mpq_t value;
    if (!plain_words(text->text, words)) return false;
    int meaning = find_meaning(words);
    bool sayable = meaning >= 0 ? (meanings[meaning].meaning < 40 || meanings[meaning].meaning > 50)
                                : one_word(words) && !counts(words);
    mpq_init(value);
    bool rational = math_rational(c->engine, number, value);
    bool truth = mpq_sgn(value) == 0 || mpq_cmp_ui(value, 1, 1) == 0; /* "certain", "no" */
    bool other =
        rational && !(truth && (meaning < 0 || meanings[meaning].set == 1)) &&
        (sayable || (meanings[meaning < 0 ? 0 : meaning].meaning == 41 && meaning >= 0 && mpq_sgn(value) != 0));
    mpq_clear(value);
    return other && compare_says(c, out, CAIRN_VERDICT_WRONG, "text", "\"%s\" is no number", words);
}

/* "second" against "2nd". */
static bool judge_ordinal(comparing *c, const math_node *text, const math_node *place, math_judgement *out) {
    static const char *const ordinals[] = {"first",   "second", "third", "fourth", "fifth",    "sixth",
                                           "seventh", "eighth", "ninth", "tenth",  "eleventh", "twelfth"};
    const math_node *unit = place->kid[1];
    char words[WORDS_MOST];
    int n;
    if (unit->kind != MATH_NAME || strcmp(unit->text, "th") != 0 || !tree_small_integer(place->kid[0], &n))
        return false;
    if (!plain_words(text->text, words)) return false;
    for (int i = 0; i < (int)(sizeof ordinals / sizeof ordinals[0]); i++)
        if (strcmp(words, ordinals[i]) == 0)
            return compare_says(c, out, n == i + 1 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "text",
                                "\"%s\" is place %d", words, i + 1);
    return false;
}

/* \text{NaCl} against NaCl, which was read as a product: the same letters. */
static bool judge_letters(comparing *c, const math_node *text, const math_node *product, math_judgement *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < product->kids; i++) {
        const math_node *letter = product->kid[i];
        if (letter->kind != MATH_NAME || letter->text[1] || text->text[n] != letter->text[0]) return false;
        n++;
    }
    return !text->text[n] && compare_says(c, out, CAIRN_VERDICT_RIGHT, "text", "both say \"%s\"", text->text);
}

bool rule_text(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const math_node *text = a->kind == MATH_TEXT ? a : r, *other = a->kind == MATH_TEXT ? r : a;
    if (other->kind == MATH_TEXT || other->kind == MATH_NAME) {
        judge_words(c, a->text, r->text, out);
        return other->kind == MATH_TEXT || out->verdict == CAIRN_VERDICT_RIGHT;
    }
    if (other->kind == MATH_SET && other->kids == 0) {
        char words[WORDS_MOST];
        int meaning = plain_words(text->text, words) ? find_meaning(words) : -1;
        if (meaning < 0 || meanings[meaning].set != 4) return false;
        return compare_says(c, out, meanings[meaning].meaning == 41 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "text",
                            "\"%s\" against the empty set", words);
    }
    if (other->kind == MATH_PRODUCT && judge_letters(c, text, other, out)) return true;
    if (other->kind == MATH_QUANTITY) return judge_ordinal(c, text, other, out);
    bool number = is_among(other, KINDS_VALUE) && math_is_constant(other);
    return number && judge_word_number(c, text, other, out);
}

/* ---- times and dates --------------------------------------------------------------------------------------------- */

/* Seconds since midnight; -1: none. */
static int seconds(const math_node *time) {
    int hour = 0, minute = 0, second = 0;
    if (time->kind != MATH_TIME || sscanf(time->text, "%2d:%2d:%2d", &hour, &minute, &second) < 2) return -1;
    return (hour * 60 + minute) * 60 + second;
}

/* Whether times without AM or PM may be equal ratios: 3:15 and 4:20, 5:12:13 and 10:24:26. */
static bool may_be_ratios(const math_node *a, const math_node *r) {
    int x[3] = {0}, y[3] = {0};
    bool bare = (a->flags & MATH_FLAG_HALF_DAY || strncmp(a->text, "12", 2) > 0) &&
                (r->flags & MATH_FLAG_HALF_DAY || strncmp(r->text, "12", 2) > 0);
    int n = sscanf(a->text, "%2d:%2d:%2d", &x[0], &x[1], &x[2]),
        m = sscanf(r->text, "%2d:%2d:%2d", &y[0], &y[1], &y[2]);
    return bare && n == m && n >= 2 && x[1] && y[1] && x[0] * y[1] == y[0] * x[1] && x[0] * y[2] == y[0] * x[2];
}

bool rule_time(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    enum { HALF_DAY = 12 * 60 * 60 };
    int x = seconds(a), y = seconds(r);
    if (x < 0 || y < 0) return false;
    bool half_a = (a->flags & MATH_FLAG_HALF_DAY) != 0, half_r = (r->flags & MATH_FLAG_HALF_DAY) != 0;
    if (x != y && may_be_ratios(a, r))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s and %s are equal ratios", a->text, r->text);
    if (x == y && half_a == half_r) return compare_says(c, out, CAIRN_VERDICT_RIGHT, "time", "the same time of day");
    if ((half_a || half_r) && x % HALF_DAY == y % HALF_DAY)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "time", "%s against %s: AM or PM is not said", a->text,
                            r->text);
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "time", "%s is not %s", a->text, r->text);
}

bool rule_date(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind != MATH_DATE || r->kind != MATH_DATE || !strchr(a->text, '-') || !strchr(r->text, '-')) return false;
    if (strcmp(a->text, r->text) == 0) return compare_says(c, out, CAIRN_VERDICT_RIGHT, "date", "the same day");
    bool no_year_a = strncmp(a->text, "--", 2) == 0, no_year_r = strncmp(r->text, "--", 2) == 0;
    size_t n = strlen(a->text), m = strlen(r->text);
    bool same_day = n >= 5 && m >= 5 && strcmp(a->text + n - 5, r->text + m - 5) == 0;
    if (same_day && no_year_a != no_year_r)
        return compare_says(c, out, no_year_r ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "date",
                            "the same day of the year; one has no year");
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "date", "%s is not %s", a->text, r->text);
}

/* What may stand before a statement in its sentence: "so the answer is 7", "adding both, the answer is 7", but neither
 * "half of the answer is 7" nor "if x = 1, the answer is 7". Whatever is not known states nothing. */
#include <string.h>

#include "tool/answer_find.h"

enum { SENTENCE_MOST = 240 };

/* Words directly before a statement. */
static const char *const leads[] = {
    "so",        "thus",   "therefore", "hence",      "then",    "and",          "but",         "that",
    "finally",   "now",    "is",        "are",        "get",     "gives",        "giving",      "yields",
    "yielding",  "find",   "see",       "have",       "means",   "obtain",       "conclude",    "an",
    "a",         "the",    "our",       "with",       "to",      "state",        "report",      "box",
    "write",     "return", "produce",   "produces",   "because", "since",        "as",          "here",
    "also",      "indeed", "yes",       "ok",         "okay",    "well",         "again",       "clearly",
    "overall",   "know",   "out",       "conclusion", "summary", "consequently", "accordingly", "altogether",
    "obviously", "final",  "think",     "believe",    "say",     "reach",        "deduce",      "arrive",
    "at",        "which",  "where",     "option",     "choice",  "statement",    "la",          "le",
    "el",        "il",     "o",         "die"};

/* Verbs before "that": "we conclude that the answer is 7". */
static const char *const shown[] = {
    "conclude", "follows", "shows",   "show",   "shown",      "means",      "find",      "found",      "see",   "get",
    "know",     "note",    "so",      "out",    "implies",    "have",       "deduce",    "observe",    "clear", "true",
    "case",     "likely",  "certain", "proven", "think",      "believe",    "confirms",  "such",       "gives", "tells",
    "yields",   "hence",   "thus",    "then",   "conclusion", "determined", "determine", "established"};

/* Words before "to" that make another value of it. */
static const char *const near[] = {"up", "close", "congruent", "next", "contrary", "near", "unequal"};

/* First words of a sentence about another case, another's opinion or a guess. */
static const char *const openers[] = {"if",
                                      "when",
                                      "whenever",
                                      "for",
                                      "without",
                                      "ignoring",
                                      "in the case",
                                      "in case",
                                      "assuming",
                                      "suppose",
                                      "supposing",
                                      "imagine",
                                      "example",
                                      "according",
                                      "maybe",
                                      "perhaps",
                                      "possibly",
                                      "initially",
                                      "my",
                                      "originally",
                                      "nobody",
                                      "no one",
                                      "someone",
                                      "unless",
                                      "were",
                                      "had",
                                      "with",
                                      "under",
                                      "otherwise",
                                      "else",
                                      "at first",
                                      "naively",
                                      "excluding",
                                      "including",
                                      "say",
                                      "until",
                                      "some",
                                      "counting",
                                      "allowing",
                                      "neglecting",
                                      "e.g",
                                      "in the other",
                                      "in another",
                                      "in an earlier",
                                      "in a similar",
                                      "in base",
                                      "modulo",
                                      "mod",
                                      "rounded",
                                      "up to",
                                      "it remains",
                                      "in general",
                                      "in the worst",
                                      "in the first",
                                      "in the previous",
                                      "in the example",
                                      "on average",
                                      "si",
                                      "wenn",
                                      "falls",
                                      "one might",
                                      "one may",
                                      "you might",
                                      "chatgpt",
                                      "as a guess",
                                      "a guess"};

static bool ends_sentence(const find_text *t, size_t at) {
    char c = t->s[at];
    return c == '\n' || (find_any(c, ".!?;:") && !find_digit(find_byte(t, at + 1)));
}

static size_t word_before(const find_text *t, size_t at, size_t *length) {
    return find_word_before(t, at, 0, " \t*_\"'`", length);
}

bool find_introduced(const find_text *t, size_t at) {
    size_t start = at, stop = at > SENTENCE_MOST ? at - SENTENCE_MOST : 0, length;
    while (start > stop && !ends_sentence(t, start - 1)) start--;
    while (start < at && !find_letter(t->s[start]) && !find_digit(t->s[start])) start++;
    if (at && t->s[at - 1] == '"') return false; /* said by someone */
    if (start == at) return true;
    if (FIND_WORD(t, start, openers)) return false;
    size_t word = word_before(t, at, &length);
    if (length == 0) return !find_digit(t->s[word - 1]) && !find_any(t->s[word - 1], "+-/^=~");
    if (!FIND_WORD(t, word, leads)) return false;
    if (find_is_word(t, word, "to")) {
        word = word_before(t, word, &length);
        return !(length && FIND_WORD(t, word, near));
    }
    bool opinion = find_is_word(t, word, "think") || find_is_word(t, word, "believe");
    if (!opinion && !find_is_word(t, word, "that")) return true;
    word = word_before(t, word, &length);
    if (opinion) return find_is_word(t, word, "i") || find_is_word(t, word, "we");
    return length == 0 || FIND_WORD(t, word, shown);
}

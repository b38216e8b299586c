/* Sentences of a text and their words, as bytes and not as tokens: for cues, not for arithmetic. */
#ifndef CAIRN_TOOL_ARITHMETIC_PROSE_H
#define CAIRN_TOOL_ARITHMETIC_PROSE_H

#include "cairn/core.h"

enum { PROSE_WORD = 15, PROSE_WORDS = 40 };

/* One word in lower case, cut after PROSE_WORD bytes; a number is "#". */
typedef struct prose_word {
    char text[PROSE_WORD + 1];
    char mark;     /* punctuation that stands before it: , : ( ) or '\0'; a dash is a comma */
    bool relation; /* an equality or inequality sign stands before it, after the word to the left */
} prose_word;

typedef struct prose_words {
    prose_word items[PROSE_WORDS];
    size_t count;
    bool trailing_relation; /* a sign stands after the last word */
    char trailing_mark;
} prose_words;

/* Whether a sentence ends with the character at `at`. A point between digits or after one letter ("i.e.") ends none. */
bool prose_ends(const char *text, size_t length, size_t at);
/* The words of text[from, to): the last ones, at most `most`, or with `first` the first ones. */
void prose_read(const char *text, size_t from, size_t to, size_t most, bool first, prose_words *out);
bool prose_among(const prose_word *w, const char *const *list);
/* Words of `phrase` that stand at `at`; 0 when they do not. */
size_t prose_matches(const prose_words *w, size_t at, const char *phrase);
/* "doesn't", "can't", "isn't". */
bool prose_negated(const prose_word *w);
/* Bytes of an apostrophe here: ' or the typographic one. */
size_t prose_apostrophe(const char *text, size_t left);

#endif

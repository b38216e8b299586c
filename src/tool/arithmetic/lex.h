/* Tokens of arithmetic in prose: one lexer for the calculator, the equation finder and the trace checker. */
#ifndef CAIRN_TOOL_ARITHMETIC_LEX_H
#define CAIRN_TOOL_ARITHMETIC_LEX_H

#include "cairn/core.h"

/* Kinds are characters: an operator + - * / ^ % ( ) is itself, and */
enum {
    LEX_NUMBER = 'n',
    LEX_WORD = 'w',
    LEX_CURRENCY = '$',
    LEX_EQUAL = '=',
    LEX_APPROXIMATE = '~',
    LEX_WEAK = 'e',     /* "equals", "we get", an arrow: an equality only where words may say one */
    LEX_RELATION = 'r', /* less, greater, unequal: never an equality */
    LEX_FRACTION = 'f', /* \frac, followed by two groups */
    LEX_ROOT = 'v',     /* its degree in `a`; 0: 2 */
    LEX_POWER = 's',    /* superscript digits: value in `a` */
    LEX_VULGAR = 'u',   /* one character fraction: a / b */
    LEX_FROM = 'm',     /* minus with its sides turned: "subtract 3 from 4" */
    LEX_LINE = '\n',
    LEX_OTHER = '?' /* what no expression contains; also , . : ; are kinds of their own */
};

#define LEX_NONE UINT32_MAX

typedef struct lex_token {
    uint32_t at, length; /* bytes */
    uint32_t pair;       /* of a bracket: index of its partner, or LEX_NONE */
    uint16_t a, b;
    char kind;
    bool space; /* white space or a quote stands before */
} lex_token;

typedef struct lex {
    const char *text;
    size_t length;
    lex_token *tokens;
    size_t count, capacity;
} lex;

/* What words may say. WORDS: connectives such as "which gives" become LEX_WEAK, operations such as "the sum of 3 and 4"
 * their signs, and a sign at the start of a line is a bullet. NAMES: besides, articles go, and "part A" is the name A.
 */
typedef enum lex_words { LEX_PLAIN, LEX_WORDS, LEX_NAMES } lex_words;

/* Tokens of text[from, to). Calculator marks <<...>> are left out. The text must outlive `out`, whose token array is
 * reused. Errors: LIMIT, NO_MEMORY. */
cairn_status lex_read(cairn_ctx *ctx, const char *text, size_t from, size_t to, lex_words words, lex *out);
void lex_free(lex *tokens);

/* The bytes of the next calculator mark's inside at or after `from`; false when there is none. */
bool lex_mark(const char *text, size_t length, size_t from, size_t *inside, size_t *end);

/* The letters of a word: of \text{ cm} those inside. Of another token none. */
const char *lex_text(const lex *tokens, size_t index, size_t *length);
/* Whether token `index` is the word `word` (lower case, ASCII), ignoring case. */
bool lex_is(const lex *tokens, size_t index, const char *word);
/* Whether it is one of a NULL-terminated list. */
bool lex_among(const lex *tokens, size_t index, const char *const *words);

#endif

/* Finding a final answer: the parts of the finder. Offsets are bytes of the solution. */
#ifndef CAIRN_TOOL_ANSWER_FIND_H
#define CAIRN_TOOL_ANSWER_FIND_H

#include <string.h>

#include "cairn/answer.h"
#include "tool/text.h"

typedef struct find_text {
    const char *s;
    size_t n;
    bool choices; /* the problem offers choices (A), (B), ... */
    bool ended;   /* something follows that ends its last line */
} find_text;

/* Order of the table in answer_find.c. */
typedef enum find_rule {
    FIND_BOX,
    FIND_BOXES,
    FIND_TAG,
    FIND_JSON,
    FIND_BLOCK,
    FIND_MARKER,
    FIND_HASH,
    FIND_TABLE,
    FIND_SENTENCE,
    FIND_CHOICE,
    FIND_LAST,
    FIND_RULES
} find_rule;

/* The text states that its answer is [start, end). */
typedef struct find_statement {
    find_rule rule;
    size_t at, stop; /* the whole statement: phrase or command, value, closing mark */
    size_t start, end;
    bool plain; /* a number, a formula or a choice, with a unit or a few words at most */
} find_statement;

typedef void find_visit(void *context, const find_statement *statement);

/* All boxes, and all other statements, from left to right. Linear in t->n. */
void find_boxes(const find_text *t, find_visit *visit, void *context);
void find_phrases(const find_text *t, find_visit *visit, void *context);
/* As find_boxes, without joining the boxes of one line. */
void find_each_box(const find_text *t, find_visit *visit, void *context);
/* Whether a problem offers choices: "(A) ... (B) ...", lines "A. ...", "B. ...". */
bool find_offers_choices(const char *problem);
/* Whether the sentence [start, end) says a value by its form: "There are 72 pins.", "The area is 12". */
bool find_says(const find_text *t, size_t start, size_t end);
/* The conclusion that the last sentence draws. */
bool find_last(const find_text *t, find_statement *out);

/* ---- scope (answer_find_scope.c); each linear in t->n ---- */

/* Where the next turn of a conversation, or a next problem, begins: "\nHuman:", "</s>"; t->n: nowhere. */
size_t find_next_turn(const find_text *t);
/* Whether two statements are of a part and the next one: lines "(a)" and "(b)", "1." and "2.", like sentences. Not
 * linear: looks at some 400 bytes. */
bool find_next_part(const find_text *t, size_t before, size_t at);
/* Where the solution begins after "</think>"; 0: there is no thinking, t->n: it has no end. */
size_t find_thinking_end(const find_text *t);
/* The end of a fence of program code that begins at `at`; 0: none does. */
size_t find_code_end(const find_text *t, size_t at);
/* Whether a sentence after a statement takes it back, or goes on from it: "Wait, ...", "Correction: 13", "Hence 73." */
bool find_retracted(const find_text *t, const find_statement *stated);

/* Whether nothing around a box or a tag makes another value, or a doubt, of it (answer_find_around.c). Looks at some
 * 300 bytes. */
bool find_clear(const find_text *t, const find_statement *s);

/* Whether a box holds the letter of a choice. */
bool find_boxed_choice(const find_text *t, size_t start, size_t end);
/* Makes the side of the formula that a box is a part of its value (answer_find_formula.c). Looks at some 560 bytes. */
void find_widen_box(const find_text *t, find_statement *box);

/* ---- phrases (answer_find_phrase.c) ---- */

typedef struct find_phrase {
    find_rule rule;
    size_t at, after; /* its bytes */
    bool colon;       /* ":" or "=" stands between phrase and value, or a line of its own; else a verb */
    bool group;       /* it stands in the braces of a command: \text{The answer is 7} */
    bool doubted;     /* refuted, supposed or of someone else: "check that the answer is" */
} find_phrase;

/* Whether a phrase that announces an answer starts at `at`. Looks at some 200 bytes. */
bool find_phrase_at(const find_text *t, size_t at, find_phrase *out);
/* Whether the word at `at` ends a statement "x = 5 is the answer". */
bool find_reversed_at(const find_text *t, size_t at, find_statement *out);
/* The start of the word that ends before `at`, bytes of `dress` passed over, not before `stop`; *length 0: something else
 * stands there. */
size_t find_word_before(const find_text *t, size_t at, size_t stop, const char *dress, size_t *length);
#define FIND_DRESS " *_`'," /* a blank, emphasis, a quote, a comma */
/* The byte after what stands at `at` of dress[n], as often as it does. */
size_t find_undressed(const find_text *t, size_t at, const char *const *dress, size_t n);
/* Moves `at` back over "the", "final", "correct" ...; `*final`: one was "final". */
size_t find_phrase_start(const find_text *t, size_t at, bool *final);
/* Whether the words before `at` make an answer another's, or a supposed one. */
bool find_doubted(const find_text *t, size_t at);
/* Whether what stands before `at` in its sentence may introduce a statement (answer_find_before.c). */
bool find_introduced(const find_text *t, size_t at);
/* Whether a mark of the table of tags opens or closes at `at`. */
bool find_tag_at(const find_text *t, size_t at);
/* Whether what follows a verb says something about the answer, not what it is: "is correct". */
bool find_says_nothing(const find_text *t, size_t start, size_t end);

/* ---- values (answer_find_value.c) ---- */

enum {
    FIND_IN_GROUP = 1,  /* a closing brace ends the value */
    FIND_IN_CELL = 2,   /* a bar ends the value */
    FIND_SAME_LINE = 4, /* the value does not stand in a following line */
};

typedef struct find_value {
    size_t start, end;
    size_t next;   /* where the search goes on; set where there is no value, too */
    size_t words;  /* plain words outside formulas */
    size_t values; /* digits, formulas, symbols */
    bool plain;
    bool prose;     /* begins with a word */
    bool question;  /* a question mark ends it */
    bool next_line; /* it does not stand in the line of `from` */
} find_value;

/* The value that starts at or after `from`, cut where it ends. False: there is none. */
bool find_value_at(const find_text *t, size_t from, unsigned how, find_value *out);
/* The end of the formula in dollars or brackets that starts at `at`; 0: there is none. */
size_t find_formula_end(const find_text *t, size_t at);
/* The end of a calculator's mark "<<3+4=7>>" that starts at `at`; 0: there is none. */
size_t find_mark_end(const find_text *t, size_t at);
/* Whether [start, end) is arithmetic on numbers, without a letter. */
bool find_arithmetic(const find_text *t, size_t start, size_t end);
/* Takes off what is no part of a value: punctuation and emphasis at its end, quotes or the marks of a formula around
 * it, all but the last side of a chain "36 * 2 = 72". */
void find_tidy(const find_text *t, size_t *start, size_t *end);

/* ---- prose (answer_find_prose.c) ---- */

/* A sentence or a line of prose cut down to the one emphasised part, formula or number in it. False: there are several,
 * or none. */
bool find_narrowed(const find_text *t, find_value *value);

/* ---- small things all parts use ---- */

size_t find_box_command(const find_text *t, size_t at); /* length of "\boxed" at `at`; 0: none */

static inline bool find_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool find_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline char find_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
/* Its bytes [start, end) as a text. */
static inline find_text find_part(const find_text *t, size_t start, size_t end) {
    return (find_text){.s = t->s + start, .n = end - start, .choices = t->choices};
}
/* Byte at `at`; 0 past the end. */
static inline char find_byte(const find_text *t, size_t at) {
    return at < t->n ? t->s[at] : '\0';
}
/* Bytes of the apostrophe at `at`, a straight or a typographic one; 0: there is none. */
static inline size_t find_apostrophe(const find_text *t, size_t at) {
    if (find_byte(t, at) == '\'') return 1;
    return at + 3 <= t->n && memcmp(t->s + at, "\u2019", 3) == 0 ? 3 : 0;
}
/* Length of `word`, which is in lower case, where it stands at `at` in any case; else 0. */
static inline size_t find_length(const find_text *t, size_t at, const char *word) {
    size_t end = at;
    for (; *word; word++) {
        size_t mark = *word == '\'' ? find_apostrophe(t, end) : 0;
        if (!mark && find_lower(find_byte(t, end)) != *word) return 0;
        end += mark ? mark : 1;
    }
    return end - at;
}
static inline bool find_is(const find_text *t, size_t at, const char *word) {
    return find_length(t, at, word) > 0;
}
/* As find_is, and no letter follows. */
static inline bool find_is_word(const find_text *t, size_t at, const char *word) {
    size_t n = find_length(t, at, word);
    return n > 0 && !find_letter(find_byte(t, at + n));
}
/* Length of the longest of list[n] that stands at `at` as a word, apostrophes being letters; 0: none. */
static inline size_t find_word(const find_text *t, size_t at, const char *const *list, size_t n) {
    char first = find_lower(find_byte(t, at));
    size_t longest = 0;
    for (size_t i = 0; i < n; i++) {
        size_t length = list[i][0] == first ? find_length(t, at, list[i]) : 0;
        if (length > longest && !find_letter(find_byte(t, at + length)) && !find_apostrophe(t, at + length))
            longest = length;
    }
    return longest;
}
/* Whether a byte is one of a few; NUL is none. */
static inline bool find_any(char c, const char *few) {
    for (; *few; few++)
        if (*few == c) return true;
    return false;
}
#define FIND_COUNT(list)       (sizeof list / sizeof *list)
#define FIND_WORD(t, at, list) find_word(t, at, list, FIND_COUNT(list))

#endif

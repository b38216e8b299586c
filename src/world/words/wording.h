/* World `words`: the wordings of a problem's sentences, which are told and read back from one table. */
#ifndef CAIRN_WORLD_WORDS_WORDING_H
#define CAIRN_WORLD_WORDS_WORDING_H

#include "world/words/words.h"

#define WORDS_SENTENCES 29
#define WORDS_QUESTIONS 11

/* What a wording needs of the names in it. */
enum {
    OTHER_OWNER = 1, /* the (left) operand is somebody else's */
    OTHER_RIGHT = 2, /* the right operand is somebody else's */
    ONE_OBJECT = 4,  /* the quantity and its operands are of one object */
    PAIR_OBJECT = 8, /* the two operands are of one object */
    PAIR_OWNER = 16, /* the two operands are one owner's */
    TWO_OWNERS = 32, /* they are not */
};

/* %O %o %s: owner, objects, object of the quantity; %X %y %x of the left operand; %Y %z of the right one. %A, %B: the
 * operand in a comparison ("Ben", "apples", "Ben has apples"). %N, %M: "the number of apples that Ben has"; %P, %R:
 * "Ben's apples". %k: the number; %t: "twice", "3 times"; %f: "half", "a third", "a quarter". */
typedef struct wording {
    char op;
    bool two;
    int needs;
    const char *text;
} wording;

typedef struct name {
    int owner, object; /* -1: not said */
} name;

enum { SELF, LEFT, RIGHT };

/* What a sentence says. */
typedef struct frame {
    name of[3]; /* the quantity, its left and its right operand */
    int64_t number;
} frame;

extern const wording words_sentences[WORDS_SENTENCES];
/* op '=': asks for a named quantity, else for the sum or difference of two. */
extern const wording words_questions[WORDS_QUESTIONS];

bool words_suits(const wording *w, const frame *f);

#endif

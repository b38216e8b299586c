/* Reading replies: texts as spans, and Unicode's blanks and words. */
#ifndef CAIRN_EVAL_SAY_H
#define CAIRN_EVAL_SAY_H

#include "cairn/say.h"

typedef struct say_span {
    const char *s;
    size_t n;
} say_span;

#define SAY_NOWHERE SIZE_MAX

say_span say_all(const char *text); /* NULL: empty */
say_span say_trim(say_span t);      /* without blanks around it */
/* Place of `what` at `from` or after it, or SAY_NOWHERE. */
size_t say_find(say_span t, size_t from, const char *what);
/* Does `what`, in lower or upper case if `any_case`, stand at this place? */
bool say_stands(say_span t, size_t at, const char *what, bool any_case);
bool say_is_word(say_span t, size_t at);    /* a letter, digit or _ begins here */
bool say_after_word(say_span t, size_t at); /* one ends here */
/* Does it stand here as a word of its own? */
bool say_stands_alone(say_span t, size_t at, const char *what, bool any_case);
static inline bool say_is_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline bool say_is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
/* The number that the digits at *at are, at most INT32_MAX; *at moves past them. */
int32_t say_digits(say_span t, size_t *at);

static const cairn_said say_nothing = {.value = CAIRN_SAID_NOTHING};

/* What `read` finds after the last of the first of tags[2] that stands in the text; `others`: what stands after the
 * ones before it and is another value. */
typedef cairn_said say_read(say_span t, const void *how);
cairn_said say_tagged(say_span t, const char *const tags[2], say_read *read, const void *how);

#endif

/* The pre-tokenizer. */
#include "model/pieces.h"

#include <stdbool.h>
#include <string.h>

typedef enum sort { LETTER, DIGIT, SPACE, SIGN } sort;

static sort sort_of(char byte) {
    unsigned char b = (unsigned char)byte;
    if (b >= 0x80 || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z')) return LETTER;
    if (b >= '0' && b <= '9') return DIGIT;
    return b == ' ' || (b >= '\t' && b <= '\r') ? SPACE : SIGN;
}

/* Bytes of a short form ("'re") at the start of `text`, or 0. */
static size_t short_form(const char *text, size_t length) {
    static const char *const forms[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    if (text[0] != '\'') return 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t n = strlen(forms[i]);
        if (n <= length && memcmp(text, forms[i], n) == 0) return n;
    }
    return 0;
}

/* End of the run of bytes of this sort that starts at `at`. */
static size_t run_end(const char *text, size_t length, size_t at, sort of) {
    while (at < length && sort_of(text[at]) == of) at++;
    return at;
}

size_t piece_length(const char *text, size_t length) {
    sort first = sort_of(text[0]);
    if (first == DIGIT) return 1;
    size_t form = short_form(text, length);
    if (form > 0) return form;
    size_t blank = text[0] == ' ' && length > 1;
    sort next = sort_of(text[blank]);
    if (next == LETTER || next == SIGN) return run_end(text, length, blank, next);
    size_t end = run_end(text, length, 0, SPACE);
    if (end == length || sort_of(text[end]) == DIGIT) return end;
    return end > 1 ? end - 1 : 1;
}

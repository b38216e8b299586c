/* The reader of Python literals: what its two files share. */
#ifndef CAIRN_DATA_LITERAL_READ_H
#define CAIRN_DATA_LITERAL_READ_H

#include "data/json.h"

typedef struct literal_reader {
    cairn_ctx *ctx;
    const char *text;
    size_t length, at;
    const char *where;
    int depth;       /* brackets that are open */
    cairn_text word; /* characters of the string under way */
} literal_reader;

/* The byte `ahead` bytes on; NUL beyond the end. */
static inline char literal_peek(const literal_reader *r, size_t ahead) {
    return ahead < r->length - r->at ? r->text[r->at + ahead] : '\0';
}
void literal_skip_blanks(literal_reader *r);
/* FORMAT: "<where>: byte 7: expected <expected>, got ...". */
cairn_status literal_fail(literal_reader *r, const char *expected);
/* Does a string begin here, with or without a prefix? */
bool literal_at_string(const literal_reader *r);
/* Reads the string here and those right after it into r->word. */
cairn_status literal_string(literal_reader *r);

#endif

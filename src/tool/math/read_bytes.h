/* What the files of the lexer share. */
#ifndef CAIRN_TOOL_MATH_READ_BYTES_H
#define CAIRN_TOOL_MATH_READ_BYTES_H

#include "tool/math/read_parts.h"
#include "tool/text.h"

/* Kinds of open brackets: those whose commas divide items, groups, text type, groups that are no tokens, lines, groups
 * that are an argument or a script. */
enum {
    BRACKET_LIST = 1,
    BRACKET_GROUP = 2,
    BRACKET_ROMAN = 3,
    BRACKET_DROPPED = 4,
    BRACKET_LINES = 5,
    BRACKET_ARGUMENT = 6
};

static inline char byte_at(const math_reader *r, uint32_t at) {
    return at < r->length ? r->text[at] : '\0';
}
static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
static inline bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
static inline bool is_letter(char c) {
    return is_upper(c) || is_lower(c);
}
void math_emit_text(math_reader *r, math_token_kind kind, uint32_t start, uint32_t end, const char *text);
void math_emit_value(math_reader *r, math_token_kind kind, uint32_t start, uint32_t end, int32_t value);
void math_push_bracket(math_reader *r, uint8_t kind);
bool math_ends_value(const math_reader *r); /* whether the last token ends a value */
uint32_t math_skip_blanks(const math_reader *r, uint32_t at);
/* A formula begins or ends: $, \(, \[. Two of them side by side are no product. */
void math_formula(math_reader *r, bool begins);

uint32_t math_letters_end(const math_reader *r, uint32_t at);
void math_lex_letters(math_reader *r);
void math_lex_command(math_reader *r);
bool math_is_command(const math_reader *r, uint32_t at);              /* two letters or more that name one */
void math_act(math_reader *r, const math_command *c, uint32_t start); /* what a command or character does */

#endif

/* Words among tokens. */
#include "tool/arithmetic/lex.h"

const char *lex_text(const lex *tokens, size_t index, size_t *length) {
    *length = 0;
    if (index >= tokens->count || tokens->tokens[index].kind != LEX_WORD) return tokens->text;
    const char *at = tokens->text + tokens->tokens[index].at, *end = at + tokens->tokens[index].length;
    if (*at == '\\') {
        while (at < end && *at != '{') at++;
        for (at++, end--; at < end && *at == ' ';) at++;
        while (end > at && end[-1] == ' ') end--;
    }
    *length = at < end ? (size_t)(end - at) : 0;
    return at;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is(const char *at, size_t length, const char *word) {
    for (size_t i = 0; i < length; i++)
        if (!word[i] || lower(at[i]) != word[i]) return false;
    return length > 0 && word[length] == '\0';
}

bool lex_is(const lex *tokens, size_t index, const char *word) {
    size_t length;
    const char *at = lex_text(tokens, index, &length);
    return is(at, length, word);
}

bool lex_among(const lex *tokens, size_t index, const char *const *words) {
    size_t length;
    const char *at = lex_text(tokens, index, &length);
    for (; length && *words; words++)
        if (lower(*at) == **words && is(at, length, *words)) return true;
    return false;
}

/* Words among tokens. */
#include "tool/arithmetic/lex.h"

bool lex_is(const lex *tokens, size_t index, const char *word) {
    if (index >= tokens->count || tokens->tokens[index].kind != LEX_WORD) return false;
    const char *at = tokens->text + tokens->tokens[index].at;
    size_t length = tokens->tokens[index].length;
    for (size_t i = 0; i < length; i++) {
        char c = at[i] >= 'A' && at[i] <= 'Z' ? (char)(at[i] - 'A' + 'a') : at[i];
        if (!word[i] || c != word[i]) return false;
    }
    return word[length] == '\0';
}

bool lex_among(const lex *tokens, size_t index, const char *const *words) {
    for (; *words; words++)
        if (lex_is(tokens, index, *words)) return true;
    return false;
}

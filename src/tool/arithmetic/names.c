/* Names of quantities, and what begins an operand or says an operator: what reading forwards and backwards share. */
#include <string.h>

#include "tool/arithmetic/calc.h"

bool calc_key(const lex *tokens, size_t from, size_t to, char out[CALC_KEY_MOST]) {
    size_t length = 0;
    if (to <= from || to - from > CALC_NAME_WORDS) return false;
    for (size_t i = from; i < to; i++) {
        const lex_token *word = &tokens->tokens[i];
        if ((word->kind != LEX_WORD && word->kind != LEX_NUMBER) || length + word->length + 2 > CALC_KEY_MOST)
            return false;
        if (i > from) out[length++] = ' ';
        bool lower = word->length > 1 || to - from > 1;
        for (size_t k = 0; k < word->length; k++) {
            char c = tokens->text[word->at + k];
            out[length++] = lower && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
    }
    out[length] = '\0';
    return length > 0;
}

/* The slot of a key: its own, or the free one where it would go. There are more slots than names. */
static size_t slot_of(const calc_names *names, const char *key) {
    size_t slots = sizeof names->slots / sizeof *names->slots;
    size_t at = (size_t)(cairn_key(key, strlen(key)) % slots);
    while (names->slots[at] && strcmp(names->items[names->slots[at] - 1].key, key) != 0) at = (at + 1) % slots;
    return at;
}

calc_name *calc_find(const calc_names *names, const char *key) {
    uint16_t found = names && names->count ? names->slots[slot_of(names, key)] : 0;
    return found ? &names->items[found - 1] : NULL;
}

calc_name *calc_bind(cairn_ctx *ctx, calc_names *names, const char *key) {
    calc_name *found = calc_find(names, key);
    if (found) return found;
    if (names->count >= CAIRN_TOOL_NAMES_MOST) return NULL;
    if (cairn_grow(ctx, (void **)&names->items, &names->capacity, names->count + 1, sizeof *found) != CAIRN_OK)
        return NULL;
    found = &names->items[names->count];
    memset(found, 0, sizeof *found);
    memcpy(found->key, key, strlen(key) + 1);
    mpq_init(found->value);
    size_t slot = slot_of(names, key);
    names->slots[slot] = (uint16_t)++names->count;
    return found;
}

void calc_names_free(calc_names *names) {
    for (size_t i = 0; i < names->count; i++) mpq_clear(names->items[i].value);
    cairn_free(names->items);
    *names = (calc_names){0};
}

size_t calc_name_at(const lex *tokens, size_t at, size_t to, const calc_names *names, const calc_name **out) {
    if (!names || !names->count || at >= to || tokens->tokens[at].kind != LEX_WORD) return 0;
    for (size_t words = to - at < CALC_NAME_WORDS ? to - at : CALC_NAME_WORDS; words > 0; words--) {
        char key[CALC_KEY_MOST];
        const calc_name *found = calc_key(tokens, at, at + words, key) ? calc_find(names, key) : NULL;
        if (!found || !found->known) continue;
        *out = found;
        return words;
    }
    return 0;
}

bool calc_operand_at(const lex *tokens, size_t at, size_t to, const calc_names *names) {
    while (at < to && strchr("+-$", tokens->tokens[at].kind)) at++;
    if (at >= to) return false;
    const calc_name *name;
    return strchr("n(uvf", tokens->tokens[at].kind) || calc_name_at(tokens, at, to, names, &name) > 0;
}

/* Whether the letter x at `at` means times, not a variable: "3 x 4", "3 x -4", "3x4", but not "3x + 4" or "3x -4". */
static bool times_letter(const lex *tokens, size_t at, size_t to, const calc_names *names) {
    if (!calc_operand_at(tokens, at + 1, to, names)) return false;
    const lex_token *next = &tokens->tokens[at + 1];
    bool sign = next->kind == '-' || next->kind == '+';
    return !sign || (tokens->tokens[at].space && next->space && !next[1].space);
}

char calc_operator_at(const lex *tokens, size_t at, size_t to, const calc_names *names, size_t *words) {
    *words = 1;
    if (at >= to) return '\0';
    const lex_token *token = &tokens->tokens[at];
    if (strchr("+-*/^", token->kind) || token->kind == LEX_FROM) return token->kind;
    const calc_name *name;
    if (token->kind != LEX_WORD || calc_name_at(tokens, at, to, names, &name)) return '\0';
    if (lex_is(tokens, at, "x")) return times_letter(tokens, at, to, names) ? '*' : '\0';
    if (lex_is(tokens, at, "of") || lex_is(tokens, at, "times"))
        return calc_operand_at(tokens, at + 1, to, names) ? '*' : '\0';
    if (lex_is(tokens, at, "plus")) return '+';
    if (lex_is(tokens, at, "minus")) return '-';
    *words = 2;
    if (lex_is(tokens, at, "multiplied") && lex_is(tokens, at + 1, "by")) return '*';
    if (lex_is(tokens, at, "divided") && lex_is(tokens, at + 1, "by")) return '/';
    return '\0';
}

bool calc_is_number(const lex *tokens, const calc_value *value) {
    const lex_token *k = tokens->tokens;
    size_t from = value->from, to = value->stop;
    if (value->names) return false;
    if (value->operators == 0) return true;
    while (to > from + 1 && k[from].kind == '(' && k[from].pair == to - 1) from++, to--;
    while (from < to && strchr("+-", k[from].kind)) from++;
    return to == from + 3 && k[from].kind == LEX_NUMBER && k[from + 1].kind == '/' && k[from + 2].kind == LEX_NUMBER &&
           !k[from + 1].space && !k[from + 2].space;
}

bool calc_shows_number(const lex *tokens, const calc_value *value) {
    static const char fraction[] = {LEX_FRACTION, '(', LEX_NUMBER, ')', '(', LEX_NUMBER, ')'};
    const lex_token *k = tokens->tokens;
    size_t from = value->from, to = value->stop;
    while (from < to && strchr("+-$", k[from].kind)) from++;
    while (to > from && k[to - 1].kind == LEX_CURRENCY) to--;
    bool latex = value->names == 0 && to == from + sizeof fraction;
    for (size_t i = 0; latex && i < sizeof fraction; i++) latex = k[from + i].kind == fraction[i];
    return latex || calc_is_number(tokens, value);
}

#include "tool/form.h"

#include <string.h>

/* Whether tokens [from, to) are one number, perhaps signed. */
static bool lone_number(const lex *tokens, size_t from, size_t to) {
    while (from < to && (tokens->tokens[from].kind == '-' || tokens->tokens[from].kind == '+')) from++;
    return from + 1 == to && tokens->tokens[from].kind == LEX_NUMBER;
}

bool form_spell(const lex *tokens, size_t from, size_t to, char out[FORM_MOST]) {
    const lex_token *k = tokens->tokens;
    size_t n = 0;
    while (to > from + 1 && k[from].kind == '(' && k[from].pair == to - 1) {
        from++;
        to--;
    }
    for (size_t i = from; i < to; i++) {
        if (n + k[i].length + 2 >= FORM_MOST || !strchr("n+-*/^()", k[i].kind)) return false;
        bool open = k[i].kind == '(' && k[i].pair != LEX_NONE && lone_number(tokens, i + 1, k[i].pair);
        bool close = k[i].kind == ')' && k[i].pair != LEX_NONE && lone_number(tokens, k[i].pair + 1, i);
        if (open || close) continue;
        if (k[i].kind == LEX_NUMBER) {
            memcpy(out + n, tokens->text + k[i].at, k[i].length);
            n += k[i].length;
        } else {
            out[n++] = k[i].kind;
        }
    }
    out[n] = '\0';
    return n > 0;
}

static bool part_of_number(char c) {
    return (c >= '0' && c <= '9') || c == '.';
}

/* Whether the expression in `text` has the value `whole`. */
static bool keeps(cairn_ctx *ctx, calc *machine, const char *text, const mpq_t whole) {
    lex tokens = {0};
    calc_value value;
    calc_value_open(&value);
    bool same = lex_read(ctx, text, 0, strlen(text), false, &tokens) == CAIRN_OK &&
                calc_range(machine, &tokens, 0, tokens.count, NULL, CALC_WHOLE, CALC_WRITTEN, &value) == CAIRN_OK &&
                mpq_equal(value.value, whole);
    calc_value_close(&value);
    lex_free(&tokens);
    return same;
}

bool form_replace(cairn_ctx *ctx, calc *machine, form *f, const char *piece, const mpq_t value, const mpq_t whole) {
    char number[FORM_MOST / 2], next[FORM_MOST];
    size_t width = mpz_sizeinbase(mpq_numref(value), 10) + mpz_sizeinbase(mpq_denref(value), 10) + 8;
    size_t length = strlen(piece), all = strlen(f->text);
    if (width >= sizeof number || all + width + 2 >= FORM_MOST || !length) return false;
    mpq_get_str(number + 1, 10, value);
    bool fraction = strchr(number + 1, '/') != NULL;
    number[0] = fraction ? '(' : ' ';
    if (fraction) strcat(number, ")");
    const char *at = f->text;
    for (int tries = 0; tries < FORM_TRIES && (at = strstr(at, piece)) != NULL; at++, tries++) {
        size_t before = (size_t)(at - f->text), after = before + length;
        if (before && part_of_number(at[-1]) && part_of_number(piece[0])) continue;
        if (part_of_number(f->text[after]) && part_of_number(piece[length - 1])) continue;
        if (before && f->text[before - 1] == '(' && f->text[after] == ')') { /* its own brackets go with it */
            before--;
            after++;
        }
        int n =
            snprintf(next, sizeof next, "%.*s%s%s", (int)before, f->text, number + (fraction ? 0 : 1), f->text + after);
        if (n < 0 || (size_t)n >= sizeof next || !keeps(ctx, machine, next, whole)) continue;
        memcpy(f->text, next, (size_t)n + 1);
        return true;
    }
    return false;
}

/* Features of a candidate's text. */
#include "eval/ceiling_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const ceiling_text_names[CEILING_TEXT_FEATURES] = {"length", "steps", "repeated steps", "hedges", "boxed"};

static const char *const hedges[] = {"maybe", "perhaps",  "might",   "possibly",   "probably", "likely", "seems",
                                     "guess", "not sure", "i think", "presumably", "wait",     "unsure", "apparently"};
enum { HEDGES = sizeof hedges / sizeof *hedges };

static size_t characters(const char *text) {
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static bool in_word(char c) {
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Is there a hedge, as whole words, at the start of `text`? */
static bool hedges_at(const char *text) {
    for (size_t i = 0; i < HEDGES; i++) {
        size_t length = strlen(hedges[i]);
        if (strncasecmp(text, hedges[i], length) == 0 && !in_word(text[length])) return true;
    }
    return false;
}

static size_t count_hedges(const char *text) {
    size_t n = 0;
    for (const char *at = text; *at; at++)
        if ((at == text || !in_word(at[-1])) && in_word(*at)) n += hedges_at(at);
    return n;
}

cairn_status ceiling_text_features(cairn_arena *arena, const char *const *steps, size_t n,
                                   double out[CEILING_TEXT_FEATURES]) {
    cairn_arena_mark mark = cairn_arena_save(arena);
    uint64_t *keys = cairn_arena_alloc(arena, n + 1, sizeof *keys);
    size_t repeated = 0, length = 0, hedged = 0;
    bool boxed = false;
    if (!keys) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        keys[i] = cairn_key(steps[i], strlen(steps[i]));
        length += characters(steps[i]);
        hedged += count_hedges(steps[i]);
        boxed |= strstr(steps[i], "\\boxed") != NULL;
    }
    cairn_keys_sort(keys, n);
    for (size_t i = 1; i < n; i++) repeated += keys[i] == keys[i - 1];
    cairn_arena_restore(arena, mark);
    out[CEILING_LENGTH] = (double)length;
    out[CEILING_STEPS] = (double)n;
    out[CEILING_REPEATED] = n ? (double)repeated / (double)n : 0.0;
    out[CEILING_HEDGES] = (double)hedged;
    out[CEILING_BOXED] = boxed;
    return CAIRN_OK;
}

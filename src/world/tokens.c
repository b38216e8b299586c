/* Counting of tokens where no tokenizer is at hand. */
#include "world/tokens.h"

#include <stdbool.h>

static bool is_word(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 127;
}

static bool is_blank(unsigned char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int32_t token_count(const char *text, size_t length) {
    int32_t count = 0;
    bool inside = false;
    for (size_t i = 0; i < length && count < INT32_MAX; i++) {
        unsigned char c = (unsigned char)text[i];
        bool word = is_word(c);
        if (word ? !inside : !is_blank(c)) count++;
        inside = word;
    }
    return count;
}

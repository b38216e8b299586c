/* Numbers in \boxed{...}: how a critic names a step (arXiv 2412.06559). */
#include <string.h>

#include "cairn/tool.h"
#include "tool/text.h"

bool cairn_boxed_find(const char *text, size_t length, size_t *start, size_t *size) {
    static const char open[] = "\\boxed{";
    const size_t open_size = sizeof open - 1;
    const char *at = text, *end = text + length, *box = NULL, *close = NULL;
    while (at < end) {
        const char *found = memmem(at, (size_t)(end - at), open, open_size);
        if (!found) break;
        const char *content = found + open_size;
        const char *stop = memchr(content, '}', (size_t)(end - content));
        if (!stop) break;
        box = content;
        close = stop;
        at = stop + 1;
    }
    if (!box) return false;
    while (box < close && text_blank(*box)) box++;
    while (close > box && text_blank(close[-1])) close--;
    *start = (size_t)(box - text);
    *size = (size_t)(close - box);
    return true;
}

static int32_t whole_number(const char *digits, size_t length) {
    size_t i = 0;
    bool minus = length && digits[0] == '-';
    if (length && (digits[0] == '-' || digits[0] == '+')) i++;
    if (i == length) return CAIRN_BOXED_NONE;
    int64_t value = 0;
    for (; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9') return CAIRN_BOXED_NONE;
        value = 10 * value + (digits[i] - '0');
        if (value > INT32_MAX) value = INT32_MAX; /* stays there: ten times it is larger still */
    }
    return (int32_t)(minus ? -value : value);
}

int32_t cairn_boxed_int(const char *text, size_t length) {
    size_t start = 0, size = 0;
    return cairn_boxed_find(text, length, &start, &size) ? whole_number(text + start, size) : CAIRN_BOXED_NONE;
}

typedef struct span {
    const char *text;
    size_t size;
} span;

static bool box_of(const char *reply, span *out) {
    size_t start = 0;
    if (!reply || !cairn_boxed_find(reply, strlen(reply), &start, &out->size)) return false;
    out->text = reply + start;
    return true;
}

static bool same(span a, span b) {
    return a.size == b.size && memcmp(a.text, b.text, a.size) == 0;
}

int32_t cairn_boxed_vote(const char *const *replies, size_t n) {
    span winner = {NULL, 0}, candidate, other;
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        if (!box_of(replies[i], &candidate)) continue;
        /* A candidate that is not the first of its text counts fewer members than the first did, so it cannot win. */
        size_t members = 0;
        for (size_t j = i; j < n; j++) members += box_of(replies[j], &other) && same(candidate, other);
        if (members > most) {
            most = members;
            winner = candidate;
        }
    }
    return most ? whole_number(winner.text, winner.size) : CAIRN_BOXED_NONE;
}

/* Verdicts that are numbers: ratings, lists of integers. */
#include <string.h>

#include "eval/say.h"

/* ---- ratings ----------------------------------------------------------------------------------------------------- */

typedef struct range {
    int32_t low, high;
} range;

static bool is_within(int32_t value, range r) {
    return value >= r.low && value <= r.high;
}

/* The word of digits at [start, end), without zeros before it; NOTHING where it is none or out of range. */
static int32_t word_value(say_span t, size_t start, size_t end, range r) {
    bool word = start < end && !say_after_word(t, start) && !say_is_word(t, end);
    if (!word || (t.s[start] == '0' && end - start > 1)) return CAIRN_SAID_NOTHING;
    int32_t value = say_digits(t, &start);
    return is_within(value, r) ? value : CAIRN_SAID_NOTHING;
}

static cairn_said read_trailing(say_span t, range r) {
    size_t start = t.n;
    while (start > 0 && say_is_digit(t.s[start - 1])) start--;
    int32_t value = word_value(t, start, t.n, r);
    return value == CAIRN_SAID_NOTHING ? say_nothing : (cairn_said){.value = value, .rule = "trailing"};
}

/* The first run of digits, moved into the range. */
static cairn_said read_first(say_span t, const void *how) {
    const range *r = how;
    size_t at = 0;
    while (at < t.n && !say_is_digit(t.s[at])) at++;
    if (at == t.n) return say_nothing;
    int32_t value = say_digits(t, &at);
    cairn_said said = {.value = value < r->low ? r->low : value > r->high ? r->high : value};
    said.coerced = said.value != value;
    return said;
}

static cairn_said read_last(say_span t, range r) {
    cairn_said said = say_nothing;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t at = 0; at < t.n;) {
            size_t start = at;
            while (at < t.n && say_is_digit(t.s[at])) at++;
            int32_t value = word_value(t, start, at, r);
            at += at == start;
            if (value == CAIRN_SAID_NOTHING) continue;
            if (pass == 0) said = (cairn_said){.value = value, .rule = "last"};
            said.others += pass == 1 && value != said.value;
        }
    }
    return said;
}

cairn_said cairn_say_rating(const char *text, cairn_rating_rule rule, int32_t low, int32_t high) {
    static const char *const tags[2] = {"Rating:", "[RESULT]"};
    say_span t = say_trim(say_all(text));
    range r = {low, high};
    cairn_said said = rule == CAIRN_RATING_TRAILING ? say_nothing : say_tagged(t, tags, read_first, &r);
    if (rule != CAIRN_RATING_TAGGED && said.value == CAIRN_SAID_NOTHING) said = read_trailing(t, r);
    if (rule == CAIRN_RATING_ANY && said.value == CAIRN_SAID_NOTHING) said = read_last(t, r);
    return said;
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

/* Stores runs of digits number `first` .. first + k - 1 of the text, and returns how many there are. */
static int32_t read_runs(say_span t, int32_t first, int32_t most, int32_t *values, int32_t k, int32_t *coerced) {
    int32_t found = 0;
    for (size_t at = 0; at < t.n && found < INT32_MAX;) {
        if (!say_is_digit(t.s[at])) {
            at++;
            continue;
        }
        int32_t value = say_digits(t, &at);
        if (found >= first && found - first < k) {
            *coerced += value > most;
            values[found - first] = value > most ? most : value;
        }
        found++;
    }
    return found;
}

static size_t skip_blanks(say_span t, size_t at) {
    while (at < t.n && say_is_blank(t.s[at])) at++;
    return at;
}

/* Numbers of the list whose bracket stands before *at, or -1 where it is none of numbers up to `most`; *at moves past
 * what was read. The first k are stored where `values` is not NULL. */
static int32_t read_list(say_span t, size_t *at, int32_t most, int32_t *values, int32_t k) {
    size_t start = *at = skip_blanks(t, *at);
    if (say_stands(t, *at, "]", false)) return ++*at, 0;
    for (int32_t n = 0; n < INT32_MAX; n++, start = *at = skip_blanks(t, *at)) {
        int32_t value = say_digits(t, at);
        if (*at == start || value > most) break;
        if (values && n < k) values[n] = value;
        *at = skip_blanks(t, *at);
        bool more = say_stands(t, *at, ",", false), end = say_stands(t, *at, "]", false);
        if (more || end) ++*at;
        if (end) return n + 1;
        if (!more) break;
    }
    return -1;
}

/* Is the text one list of numbers and nothing else? */
static bool is_bare(say_span t) {
    size_t at = 1;
    t = say_trim(t);
    return t.n > 0 && t.s[0] == '[' && read_list(t, &at, INT32_MAX, NULL, 0) >= 0 && at == t.n;
}

static int32_t read_bracketed(say_span t, int32_t most, int32_t *values, int32_t k) {
    size_t last = SAY_NOWHERE;
    for (size_t at = 0; (at = say_find(t, at, "[")) != SAY_NOWHERE;) {
        size_t start = ++at;
        if (read_list(t, &at, most, NULL, 0) == k) last = start;
    }
    return last == SAY_NOWHERE ? 0 : read_list(t, &last, most, values, k);
}

cairn_said_ints cairn_say_ints(const char *text, cairn_ints_rule rule, int32_t most, int32_t *values, int32_t k) {
    say_span t = say_all(text);
    cairn_said_ints said = {.bare = is_bare(t)};
    for (int32_t i = 0; i < k; i++) values[i] = 0;
    if (rule == CAIRN_INTS_BRACKETED) {
        said.found = read_bracketed(t, most, values, k);
    } else {
        int32_t all = read_runs(t, 0, most, values, 0, &said.coerced);
        said.found = read_runs(t, rule == CAIRN_INTS_LAST && all > k ? all - k : 0, most, values, k, &said.coerced);
    }
    if (said.found < k) said.padded = k - said.found;
    if (said.found > k) said.cut = said.found - k;
    return said;
}

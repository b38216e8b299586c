/* Letters: names, words, functions, digits of bases beyond ten. */
#include "tool/math/read_bytes.h"
#include "tool/math/units.h"

/* Runs such as "xyz", "abc", "mn": letters that stand for numbers in all of mathematics. */
static bool are_symbols(const char *word, size_t n) {
    bool last = true, row = true;
    for (size_t i = 0; i < n; i++) {
        last = last && strchr("xyzw", word[i]) != NULL;
        row = row && (i == 0 || word[i] == word[i - 1] + 1);
    }
    return last || (row && n <= 4);
}

bool math_is_word(const char *word, size_t n) {
    if (n < 2) return false;
    if (n == 2) return math_is_short_word(word, n);
    bool lower = true;
    for (size_t i = 1; i < n; i++) lower = lower && !is_upper(word[i]);
    return lower && !are_symbols(word, n);
}

uint32_t math_letters_end(const math_reader *r, uint32_t at) {
    while (at < r->length) {
        unsigned char c = (unsigned char)r->text[at];
        if (is_letter((char)c)) {
            at++;
        } else if (c >= 0xC3 && c <= 0xC5 && at + 1 < r->length) { /* accented Latin letters */
            uint32_t bytes, code = math_decode(r->text + at, r->length - at, &bytes);
            if (code < 0xC0 || code == 0xD7 || code == 0xF7) break;
            at += bytes;
        } else {
            break;
        }
    }
    return at;
}

/* "twenty-one", "don't", "x-axis": the word goes on after a hyphen or an apostrophe. */
static uint32_t word_end(const math_reader *r, uint32_t start, uint32_t end) {
    for (uint32_t part = start;;) { /* the last part of the word */
        char c = byte_at(r, end);
        uint32_t next = end + 1;
        bool curly = end + 3 <= r->length && memcmp(r->text + end, "\xE2\x80\x99", 3) == 0;
        if (curly) c = '\'', next = end + 3;
        if (c != '-' && c != '\'') return end;
        uint32_t after = math_letters_end(r, next);
        if (after == next) return end;
        bool number = math_says_number(r->text + part, end - part);
        bool whole = r->roman || number || math_is_word(r->text + part, end - part) || end - start == 1;
        if (c == '-') {
            if (!whole || (!r->roman && !(number && math_says_number(r->text + next, after - next)) &&
                           (after - next < 3 || !math_is_word(r->text + next, after - next))))
                return end;
            if (math_find_word(r->text + next, after - next)) return end;
        } else if ((end - start < 2 || after - next > 2) &&
                   !(after - next == 5 && memcmp(r->text + next, "clock", 5) == 0)) {
            return end;
        }
        part = next;
        end = after;
    }
}

static void lex_name(math_reader *r, uint32_t start, uint32_t end) {
    if (end - start == 1)
        math_emit_text(r, TOKEN_NAME, start, end, math_letter((unsigned char)r->text[start]));
    else
        math_emit_text(r, TOKEN_NAME, start, end, cairn_arena_copy(r->arena, r->text + start, end - start));
}

static bool all_upper(const char *word, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!is_upper(word[i])) return false;
    return true;
}

/* Whether what may be an argument follows "cis", which is a word, too. */
static bool takes_angle(const math_reader *r, uint32_t end) {
    uint32_t at = math_skip_blanks(r, end);
    while (r->roman && byte_at(r, at) == '}') at = math_skip_blanks(r, at + 1);
    char c = byte_at(r, at), next = byte_at(r, at + 1);
    if (c == '(' || c == '[' || c == '{' || c == '\\' || is_digit(c) || (unsigned char)c >= 0x80) return true;
    return is_letter(c) && (!is_letter(next) || (c == 'p' && next == 'i' && !is_letter(byte_at(r, at + 2))));
}

static bool lex_known_word(math_reader *r, uint32_t start, uint32_t end) {
    const math_command *known = math_find_word(r->text + start, end - start);
    if (!known && r->roman) { /* \operatorname{Re} */
        known = math_find_command(r->text + start, end - start);
        if (known && known->kind != TOKEN_FUNCTION) known = NULL;
    }
    if (!known) return false;
    if (known->kind == TOKEN_FUNCTION && strcmp(known->text, "cis") == 0 && !takes_angle(r, end)) return false;
    r->byte = end;
    math_token *t = math_emit(r, known->kind, start, end);
    if (t) {
        t->value = known->value;
        t->text = known->text;
    }
    return true;
}

/* "A2_{16}": digits of a base beyond ten. */
bool math_lex_digits(math_reader *r) {
    uint32_t start = r->byte, at = start;
    bool digit = false;
    while (at < start + 64 && (is_digit(byte_at(r, at)) || is_upper(byte_at(r, at))))
        digit = is_digit(byte_at(r, at++)) || digit;
    if (at - start < 2 || byte_at(r, at) != '_') return false;
    uint32_t sub = at + 1 + (byte_at(r, at + 1) == '{');
    if (byte_at(r, sub) != '1' || !is_digit(byte_at(r, sub + 1))) return false;
    r->byte = at;
    math_emit_text(r, TOKEN_DIGITS, start, at, cairn_arena_copy(r->arena, r->text + start, at - start));
    return true;
}

/* Words in capitals that are no names. */
static bool is_shouted(const char *word, size_t n) {
    static const char *const words[] = {"YES", "NO",   "TRUE", "FALSE", "NONE",  "DNE",
                                        "ODD", "EVEN", "EAST", "WEST",  "NORTH", "SOUTH"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0) return true;
    return math_says_number(word, n);
}

/* Whether letters after a number or another unit are a unit, not a product: "5 kWh", "3 mA"; two of them in plain text
 * alone, and after a blank. */
static bool measures(const math_reader *r, uint32_t start, uint32_t end) {
    math_unit unit;
    const math_token *last = r->tokens ? &r->token[r->tokens - 1] : NULL;
    bool blank = (r->pending & TOKEN_FLAG_BLANK) != 0,
         sign = last && !blank &&
                (last->kind == TOKEN_DIVIDE || last->kind == TOKEN_TIMES || last->kind == TOKEN_OPEN_ROUND);
    if (!last || r->calculator || !(last->kind == TOKEN_NUMBER || last->kind == TOKEN_WORD || sign)) return false;
    if (end - start == 2 && !(r->plain && (blank || sign))) return false;
    bool opened = sign && last->kind == TOKEN_OPEN_ROUND && last > r->token;
    if (end - start == 2 && sign && last[-(int)opened].kind == TOKEN_NUMBER) return false;
    if (end - start == 2 && blank && memcmp(r->text + start, "cu", 2) == 0) return true; /* 5 cu ft */
    return end - start > 1 && math_unit_symbol(r->text + start, end - start, &unit);
}

/* Whether the letter U stands for the sign of union: (0, 1) U [2, 3]. */
static bool is_union(const math_reader *r, uint32_t at) {
    math_token_kind before = r->tokens ? r->token[r->tokens - 1].kind : TOKEN_END;
    char next = byte_at(r, math_skip_blanks(r, at + 1));
    return r->text[at] == 'U' && !r->calculator && (next == '(' || next == '[' || next == '{' || next == '\\') &&
           (before == TOKEN_CLOSE_ROUND || before == TOKEN_CLOSE_SQUARE || before == TOKEN_CLOSE_BRACE);
}

/* Whether an exponent begins here, in braces or not. */
static bool after_caret(const math_reader *r) {
    const math_token *last = r->tokens ? &r->token[r->tokens - 1] : NULL;
    if (last && last > r->token && last->kind == TOKEN_OPEN_GROUP) last--;
    return last && last->kind == TOKEN_CARET;
}

/* The end of a function's name in letters that go on with its argument x: "sinx", "lnxcosx"; `start`: none. */
static uint32_t joined_function(const math_reader *r, uint32_t start, uint32_t end) {
    enum { NAME_LEAST = 2, NAME_LONGEST = 7 };
    uint32_t first = start;
    if (r->roman || r->calculator) return start;
    for (uint32_t at = start; at < end;) {
        uint32_t x = at + NAME_LEAST;
        const math_command *known = NULL;
        for (; x < end && x <= at + NAME_LONGEST && !known; x++)
            if (r->text[x] == 'x') known = math_find_word(r->text + at, x - at);
        if (!known || (known->kind != TOKEN_FUNCTION && known->kind != TOKEN_ROOT)) return start;
        if (at == start) first = x - 1;
        at = x;
    }
    return first;
}

void math_lex_letters(math_reader *r) {
    uint32_t start = r->byte, end = math_letters_end(r, start);
    const char *word = r->text + start;
    if (is_upper(*word) && math_lex_digits(r)) return;
    if (end - start > 2 && word[end - start - 1] == 's' && all_upper(word, end - start - 1)) { /* "CDs" */
        r->byte = end;
        math_emit(r, TOKEN_WORD, start, end);
        return;
    }
    if (!r->roman && end - start == 1 && word_end(r, start, end) == end) {
        r->byte = end;
        if (is_union(r, start))
            math_emit(r, TOKEN_UNION, start, end);
        else
            lex_name(r, start, end);
        return;
    }
    if (lex_known_word(r, start, end)) return;
    const math_token *last = r->tokens ? &r->token[r->tokens - 1] : NULL;
    bool argument = last && last->end == start && !r->roman && *word == 'x' &&
                    (last->kind == TOKEN_FUNCTION || last->kind == TOKEN_ROOT);
    if (argument) { /* the x of "sinx", more letters after it or not */
        r->byte = start + 1;
        lex_name(r, start, r->byte);
        return;
    }
    uint32_t function = joined_function(r, start, end);
    if (function > start && lex_known_word(r, start, function)) return;
    bool attached = !r->roman && is_letter(*word) && r->tokens && !(r->pending & TOKEN_FLAG_BLANK) &&
                    math_ends_value(r) && r->token[r->tokens - 1].kind == TOKEN_NUMBER;
    bool ordinal = end - start == 2 && (!memcmp(word, "th", 2) || !memcmp(word, "st", 2) || !memcmp(word, "nd", 2) ||
                                        !memcmp(word, "rd", 2));
    ordinal = ordinal && (attached || after_caret(r));
    if (attached && !ordinal && !math_is_unit(word, end - start) && end - start <= 3) end = start + 1;
    uint32_t whole = end - start == 1 && attached ? end : word_end(r, start, end);
    if (end - start == 1 && whole == end) {
        r->byte = end;
        lex_name(r, start, end);
    } else if (all_upper(word, whole - start) && !is_shouted(word, whole - start)) {
        r->byte = whole;
        lex_name(r, start, whole);
    } else if (whole == end && measures(r, start, end)) {
        r->byte = whole;
        math_emit(r, TOKEN_WORD, start, whole);
    } else if (r->roman || ordinal || is_shouted(word, end - start) || whole > end || math_is_word(word, end - start)) {
        r->byte = whole;
        math_emit(r, TOKEN_WORD, start, whole);
    } else {
        uint32_t bytes = (unsigned char)*word < 0x80 ? 1 : 2;
        r->byte = start + bytes;
        if (bytes == 1)
            lex_name(r, start, r->byte);
        else
            math_emit_text(r, TOKEN_NAME, start, r->byte, cairn_arena_copy(r->arena, word, bytes));
        /* the rest of the run are letters too */
        while (r->byte < end && is_letter(r->text[r->byte])) {
            lex_name(r, r->byte, r->byte + 1);
            r->byte++;
        }
    }
}

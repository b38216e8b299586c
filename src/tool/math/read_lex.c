/* The lexer: bytes to tokens. Dress is dropped here: dollars, bold stars, quotes, \left, sizes, spaces, fonts. */
#include "tool/math/read_bytes.h"

static void sign(math_reader *r, math_token_kind kind, uint32_t bytes) {
    uint32_t start = r->byte;
    r->byte += bytes;
    math_emit(r, kind, start, r->byte);
}

static void relation(math_reader *r, math_relation value, uint32_t bytes) {
    uint32_t start = r->byte;
    r->byte += bytes;
    math_emit_value(r, TOKEN_RELATION, start, r->byte, (int32_t)value);
}

/* ---- brackets -------------------------------------------------------------------------------------------------- */

void math_push_bracket(math_reader *r, uint8_t kind) {
    if (r->open >= MATH_DEPTH_MOST) {
        if (r->status == CAIRN_OK) r->status = cairn_fail(r->ctx, CAIRN_LIMIT, "brackets nested too deeply");
        r->byte = r->length;
        return;
    }
    bool arguments = r->tokens && r->token[r->tokens - 1].kind == TOKEN_FUNCTION;
    if (r->calculator && kind == BRACKET_LIST && !arguments) kind = BRACKET_GROUP; /* no list stands there */
    r->bracket[r->open++] = kind;
}

bool math_in_list(const math_reader *r) {
    for (uint32_t i = r->open; i > 0; i--) {
        if (r->bracket[i - 1] == BRACKET_LIST) return true;
        uint8_t kind = r->bracket[i - 1];
        if (kind == BRACKET_GROUP || kind == BRACKET_LINES || kind == BRACKET_ARGUMENT) return false;
    }
    return false;
}

static void open_bracket(math_reader *r, math_token_kind kind, uint32_t bytes) {
    math_push_bracket(r, BRACKET_LIST);
    if (r->status == CAIRN_OK) sign(r, kind, bytes);
}

static void close_bracket(math_reader *r, math_token_kind kind, uint32_t bytes) {
    if (r->open && (r->bracket[r->open - 1] == BRACKET_LIST || r->calculator))
        r->open--;
    else if (kind == TOKEN_CLOSE_SQUARE && !r->calculator)
        math_push_bracket(r, BRACKET_LIST); /* ]0, 1[ */
    if (r->status == CAIRN_OK) sign(r, kind, bytes);
}

static const bool value_ends[TOKEN_KINDS] = {
    [TOKEN_NUMBER] = true,       [TOKEN_DIGITS] = true,      [TOKEN_VULGAR] = true,     [TOKEN_NAME] = true,
    [TOKEN_WORD] = true,         [TOKEN_RAISED] = true,      [TOKEN_LOWERED] = true,    [TOKEN_BANG] = true,
    [TOKEN_PERCENT] = true,      [TOKEN_DEGREE] = true,      [TOKEN_PRIME] = true,      [TOKEN_CLOSE_ROUND] = true,
    [TOKEN_CLOSE_SQUARE] = true, [TOKEN_CLOSE_BRACE] = true, [TOKEN_CLOSE_GROUP] = true};

bool math_ends_value(const math_reader *r) {
    return r->tokens && value_ends[r->token[r->tokens - 1].kind];
}

static const bool takes_argument[TOKEN_KINDS] = {
    [TOKEN_CARET] = true,    [TOKEN_UNDERSCORE] = true, [TOKEN_FRACTION] = true, [TOKEN_ROOT] = true,
    [TOKEN_BINOMIAL] = true, [TOKEN_ACCENT] = true,     [TOKEN_FUNCTION] = true};

static void open_group(math_reader *r) {
    const math_token *last = r->tokens ? &r->token[r->tokens - 1] : NULL;
    bool argument = last && (takes_argument[last->kind] || (last->kind == TOKEN_CLOSE_GROUP && last->value));
    math_push_bracket(r, argument ? BRACKET_ARGUMENT : r->plain ? BRACKET_LIST : BRACKET_GROUP);
    if (r->status == CAIRN_OK) sign(r, TOKEN_OPEN_GROUP, 1);
}

static void close_group(math_reader *r) {
    uint8_t kind = r->open ? r->bracket[r->open - 1] : 0;
    if (r->open) r->open--;
    if (r->roman > r->open) r->roman = 0;
    if (kind == BRACKET_ARGUMENT) {
        uint32_t start = r->byte++;
        math_emit_value(r, TOKEN_CLOSE_GROUP, start, r->byte, 1);
    } else if (kind == BRACKET_ROMAN || kind == BRACKET_DROPPED) {
        r->byte++;
        if (r->tokens && kind == BRACKET_ROMAN) r->pending |= TOKEN_FLAG_BLANK;
    } else {
        sign(r, TOKEN_CLOSE_GROUP, 1);
    }
}

uint32_t math_skip_blanks(const math_reader *r, uint32_t at) {
    while (at < r->length && text_blank(r->text[at])) at++;
    return at;
}

void math_formula(math_reader *r, bool begins) {
    if (begins && r->tokens && r->formula_tokens == r->tokens && math_ends_value(r))
        math_emit_text(r, TOKEN_BAD, r->byte, r->byte, "two formulas side by side");
    r->formula = begins;
    if (begins && r->roman) {
        r->outer_roman = r->roman; /* \text{if $x > 0$} */
        r->roman = 0;
    } else if (!begins && r->outer_roman) {
        r->roman = r->outer_roman <= r->open ? r->outer_roman : 0;
        r->outer_roman = 0;
    }
    r->pending |= TOKEN_FLAG_BLANK;
    if (!begins) r->formula_tokens = r->tokens;
}

/* ---- other signs ----------------------------------------------------------------------------------------------- */

/* Whether the dollar at this byte has its pair. The closing one does not stand directly before a digit, and one of both
 * stands directly beside what they enclose; or it is at the end of everything. */
static bool has_pair(const math_reader *r) {
    const char *from = r->text + r->byte + 1, *end = r->text + r->length,
               *close = memchr(from, '$', (size_t)(end - from));
    if (!close) return false;
    bool beside = !text_blank(close[-1]) || !text_blank(*from);
    if (beside && !(close + 1 < end && is_digit(close[1]))) return true;
    for (close++; close < end; close++)
        if (!text_blank(*close) && *close != '.') return false;
    return true;
}

/* A dollar: dress where it has its pair, else money before or after a number. */
static void dollar(math_reader *r) {
    if (r->calculator) {
        r->byte++;
        r->pending |= TOKEN_FLAG_BLANK;
        return;
    }
    uint32_t at = r->byte, next = math_skip_blanks(r, at + 1);
    bool twice = byte_at(r, at + 1) == '$';
    if (!twice && !r->formula && !has_pair(r)) {
        bool before = is_digit(byte_at(r, next)) || byte_at(r, next) == '.';
        bool after = r->tokens && r->token[r->tokens - 1].kind == TOKEN_NUMBER && !(before && next == at + 1);
        before = before && !(math_ends_value(r) && next > at + 1);
        if (before || after) {
            r->byte++;
            math_emit_text(r, TOKEN_CURRENCY, at, r->byte, "$");
            return;
        }
    }
    r->byte += twice ? 2 : 1;
    math_formula(r, !r->formula);
}

/* Whether the sign at this byte, or that at the end of everything, is one of a pair around everything: *5*, _5_. */
static bool is_emphasis(const math_reader *r) {
    char sign = r->text[r->byte];
    uint32_t first = r->content, end = r->content_end;
    bool pair = end > first + 1 && r->text[first] == sign && r->text[end - 1] == sign;
    return pair && (r->byte == first || r->byte + 1 == end);
}

static void star(math_reader *r) {
    char next = byte_at(r, r->byte + 1), then = byte_at(r, r->byte + 2);
    if (next != '*' && is_emphasis(r)) {
        r->byte++;
    } else if (next != '*') {
        sign(r, TOKEN_TIMES, 1);
    } else if (math_ends_value(r) && (r->calculator || !(r->pending & TOKEN_FLAG_BLANK)) &&
               (r->calculator || is_digit(then) || is_letter(then) || then == '(' || then == '{' || then == '-')) {
        sign(r, TOKEN_CARET, 2);
    } else {
        r->byte += 2;
        r->pending |= TOKEN_FLAG_BLANK;
    }
}

static void underscore(math_reader *r) {
    if (byte_at(r, r->byte + 1) == '_') {
        r->byte += 2;
        r->pending |= TOKEN_FLAG_BLANK;
    } else if (is_emphasis(r) || math_skip_blanks(r, r->byte + 1) == r->length) {
        r->byte++;
    } else {
        sign(r, TOKEN_UNDERSCORE, 1);
    }
}

static void bang(math_reader *r) {
    if (byte_at(r, r->byte + 1) != '=') {
        sign(r, TOKEN_BANG, 1);
    } else if (r->pending & TOKEN_FLAG_BLANK) {
        relation(r, MATH_UNEQUAL, 2);
    } else if (r->tokens && r->token[r->tokens - 1].kind == TOKEN_NAME) {
        uint32_t start = r->byte;
        r->byte += 2;
        math_emit_text(r, TOKEN_BAD, start, r->byte, "a factorial or an inequality");
    } else {
        sign(r, TOKEN_BANG, 1);
    }
}

static void less_or_greater(math_reader *r) {
    char c = r->text[r->byte], next = byte_at(r, r->byte + 1);
    if (r->delimiter) {
        sign(r, c == '<' ? TOKEN_OPEN_ANGLE : TOKEN_CLOSE_ANGLE, 1);
    } else if (c == '<') {
        if (next == '=')
            relation(r, MATH_LESS_EQUAL, 2);
        else if (next == '>')
            relation(r, MATH_UNEQUAL, 2);
        else
            relation(r, MATH_LESS, 1);
    } else if (next == '=') {
        relation(r, MATH_GREATER_EQUAL, 2);
    } else {
        relation(r, MATH_GREATER, 1);
    }
}

static void dot(math_reader *r) {
    if (byte_at(r, r->byte + 1) == '.' && byte_at(r, r->byte + 2) == '.')
        sign(r, TOKEN_ELLIPSIS, 3);
    else
        sign(r, TOKEN_PERIOD, 1);
}

static void bar(math_reader *r) {
    int32_t side = r->delimiter < 3 ? r->delimiter : 0;
    uint32_t start = r->byte++;
    math_emit_value(r, TOKEN_BAR, start, r->byte, side);
}

static void quote(math_reader *r) {
    uint32_t run = 1;
    while (byte_at(r, r->byte + run) == '\'') run++;
    if (!math_ends_value(r) || (r->pending & TOKEN_FLAG_BLANK) || (r->roman && run == 2)) {
        r->byte += run;
        r->pending |= TOKEN_FLAG_BLANK;
        return;
    }
    sign(r, TOKEN_PRIME, 1);
}

/* Dress, unless it would open directly after a number: 5" may be inches. */
static void double_quote(math_reader *r) {
    uint32_t start = r->byte++;
    bool opens = !r->quoted;
    r->quoted = !r->quoted;
    if (opens && math_ends_value(r) && !(r->pending & TOKEN_FLAG_BLANK))
        math_emit_text(r, TOKEN_BAD, start, r->byte, "a quote after a value");
}

/* Superscripts and subscripts written as characters: a run of them is one token. */
static void raised(math_reader *r, math_token_kind kind, uint32_t start) {
    char digits[64];
    size_t n = 0;
    uint32_t at = start;
    while (at < r->length && n + 1 < sizeof digits) {
        uint32_t bytes, code = math_decode(r->text + at, r->length - at, &bytes);
        const math_command *c = code > 127 ? math_find_character(code) : NULL;
        if ((code == 0xB2 || code == 0xB3 || code == 0xB9) && kind == TOKEN_RAISED) {
            digits[n++] = code == 0xB9 ? '1' : (char)('2' + (int)(code - 0xB2));
        } else if (c && c->kind == kind) {
            digits[n++] = (char)c->value;
        } else {
            break;
        }
        at += bytes;
    }
    r->byte = at;
    math_emit_text(r, kind, start, at, cairn_arena_copy(r->arena, digits, n));
}

static void lex_character(math_reader *r) {
    uint32_t start = r->byte, bytes, code = math_decode(r->text + start, r->length - start, &bytes);
    const math_command *c = code ? math_find_character(code) : NULL, *more = NULL;
    if (r->calculator) more = math_calculator_character(code);
    if (r->calculator && (unsigned char)r->text[start] > 127 && !more && (!c || c->kind == TOKEN_NAME)) {
        math_calculator_letters(r);
        return;
    }
    if (!r->calculator && math_letters_end(r, start) > start) {
        math_lex_letters(r);
        return;
    }
    if (more) c = more;
    r->byte += bytes;
    if (c && (c->kind == TOKEN_RAISED || c->kind == TOKEN_LOWERED)) {
        raised(r, c->kind, start);
    } else if (c && c->kind == TOKEN_PRIME) {
        if (!math_ends_value(r) || r->roman)
            r->pending |= TOKEN_FLAG_BLANK;
        else
            math_emit_value(r, TOKEN_PRIME, start, r->byte, c->value);
    } else if (c) {
        math_act(r, c, start);
    } else {
        math_emit_text(r, TOKEN_BAD, start, r->byte, code ? "a character that is not read" : "broken UTF-8");
    }
}

/* A line of plain text ends a statement, unless words or signs go on. In LaTeX it is a blank, but not read between two
 * values. */
static void line_break(math_reader *r) {
    uint32_t start = r->byte, next = start;
    while (next < r->length && text_blank(r->text[next])) next++;
    char c = byte_at(r, next);
    r->byte = next;
    r->pending |= TOKEN_FLAG_BLANK;
    if (r->open || r->roman || !math_ends_value(r) || next == r->length) return;
    bool bullet = c == '-' && r->plain && byte_at(r, next + 1) == ' ' && r->bulleted;
    if (bullet) {
        math_emit(r, TOKEN_ROW_BREAK, start, next);
        r->byte = next + 1;
        return;
    }
    bool value = is_digit(c) || is_letter(c) || c == '(' || c == '[' || c == '{';
    if (!value || (is_letter(c) && r->token[r->tokens - 1].kind == TOKEN_WORD)) return;
    if (r->plain)
        math_emit(r, TOKEN_ROW_BREAK, start, next);
    else
        math_emit_text(r, TOKEN_BAD, start, next, "a line break between two values");
}

/* Signs of one or two bytes. */
static void equals_plus_minus_colon(math_reader *r) {
    char c = r->text[r->byte], next = byte_at(r, r->byte + 1);
    if (c == '=' && next == '>')
        sign(r, TOKEN_HENCE, 2);
    else if (c == '=')
        relation(r, MATH_EQUAL, next == '=' ? 2 : 1);
    else if (c == '+' && next == '/' && byte_at(r, r->byte + 2) == '-')
        sign(r, TOKEN_PLUS_MINUS, 3);
    else if (c == '+')
        sign(r, TOKEN_PLUS, 1);
    else if (c == '-' && next == '>')
        relation(r, MATH_MAPS, 2);
    else if (c == '-' && !r->tokens && r->bulleted)
        r->byte++;
    else if (c == '-')
        sign(r, TOKEN_MINUS, 1);
    else if (next == '=')
        relation(r, MATH_EQUAL, 2);
    else
        sign(r, TOKEN_COLON, 1);
}

/* A mark of alignment is dress, one of a table is not. */
static void ampersand(math_reader *r) {
    if (!r->open || r->bracket[r->open - 1] != BRACKET_LINES)
        sign(r, TOKEN_AMPERSAND, 1);
    else
        r->byte++;
}

static void lex_bracket(math_reader *r) {
    static const uint8_t opening[128] = {['('] = TOKEN_OPEN_ROUND, ['['] = TOKEN_OPEN_SQUARE};
    static const uint8_t closing[128] = {[')'] = TOKEN_CLOSE_ROUND, [']'] = TOKEN_CLOSE_SQUARE};
    unsigned char c = (unsigned char)r->text[r->byte];
    if (c == '{')
        open_group(r);
    else if (c == '}')
        close_group(r);
    else if (opening[c])
        open_bracket(r, opening[c], 1);
    else
        close_bracket(r, closing[c], 1);
}

/* What stands for itself, and what has a function of its own. */
static const struct {
    uint8_t kind;
    void (*lex)(math_reader *r);
} signs[128] = {['/'] = {TOKEN_DIVIDE, NULL},
                ['^'] = {TOKEN_CARET, NULL},
                ['%'] = {TOKEN_PERCENT, NULL},
                [','] = {TOKEN_COMMA, NULL},
                [';'] = {TOKEN_SEMICOLON, NULL},
                ['\n'] = {0, line_break},
                ['\\'] = {0, math_lex_command},
                ['$'] = {0, dollar},
                ['*'] = {0, star},
                ['_'] = {0, underscore},
                ['\''] = {0, quote},
                ['!'] = {0, bang},
                ['<'] = {0, less_or_greater},
                ['>'] = {0, less_or_greater},
                ['='] = {0, equals_plus_minus_colon},
                ['+'] = {0, equals_plus_minus_colon},
                ['-'] = {0, equals_plus_minus_colon},
                [':'] = {0, equals_plus_minus_colon},
                ['.'] = {0, dot},
                ['|'] = {0, bar},
                ['&'] = {0, ampersand},
                ['('] = {0, lex_bracket},
                [')'] = {0, lex_bracket},
                ['['] = {0, lex_bracket},
                [']'] = {0, lex_bracket},
                ['{'] = {0, lex_bracket},
                ['}'] = {0, lex_bracket}};

static void lex_one(math_reader *r) {
    unsigned char c = (unsigned char)r->text[r->byte];
    if (is_digit((char)c) || (c == '.' && math_starts_decimals(r, r->byte + 1))) {
        math_lex_number(r);
    } else if (is_letter((char)c)) {
        r->calculator ? math_calculator_letters(r) : math_lex_letters(r);
    } else if (c == '~' && r->plain && byte_at(r, r->byte + 1) == '~') {
        r->byte += 2;
        math_emit_text(r, TOKEN_BAD, r->byte - 2, r->byte, "what is struck out");
    } else if (c == '~' && r->plain && !r->tokens) {
        char next = byte_at(r, math_skip_blanks(r, r->byte + 1)); /* "~5", not "~p" */
        bool about = is_digit(next) || next == '.' || next == '-' || next == '$';
        uint32_t start = r->byte++;
        if (about)
            math_emit_value(r, TOKEN_RELATION, start, r->byte, MATH_APPROXIMATE);
        else
            math_emit_text(r, TOKEN_BAD, start, r->byte, "a sign of logic");
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '~') {
        r->byte++;
        r->pending |= TOKEN_FLAG_BLANK;
    } else if (c == '"') {
        double_quote(r);
    } else if (c == '`') {
        r->byte++;
    } else if (c < 128 && signs[c].lex) {
        signs[c].lex(r);
    } else if (c < 128 && signs[c].kind) {
        sign(r, signs[c].kind, 1);
    } else {
        lex_character(r);
    }
}

/* Whether a known command stands after two backslashes, as in strings of program text. */
static bool is_doubled(const math_reader *r) {
    for (uint32_t at = 0; at + 3 < r->length; at++) {
        if (r->text[at] != '\\') continue;
        bool sign = r->text[at + 2] == '{' || r->text[at + 2] == '%' || r->text[at + 2] == '$';
        sign = sign && (at < 6 || !memmem(r->text, at, "\\begin", 6));
        if (r->text[at + 1] == '\\' && (sign || math_is_command(r, at + 2))) return true;
        at += r->text[at + 1] == '\\';
    }
    return false;
}

/* Finds what signs ask of the whole text. */
static void look_over(math_reader *r) {
    uint32_t first = math_skip_blanks(r, 0), end = r->length;
    while (end > first && (text_blank(r->text[end - 1]) || r->text[end - 1] == '.')) end--;
    r->content = first;
    r->content_end = end;
    r->plain = memchr(r->text, '\\', r->length) == NULL;
    r->doubled = !r->plain && is_doubled(r);
    r->bulleted = byte_at(r, first) == '-' && byte_at(r, first + 1) == ' ' && memmem(r->text, r->length, "\n- ", 3);
}

cairn_status math_lex(math_reader *r) {
    look_over(r);
    while (r->byte < r->length && r->status == CAIRN_OK) lex_one(r);
    for (int i = 0; i < MATH_TOKENS_AHEAD; i++) math_emit(r, TOKEN_END, r->length, r->length);
    if (r->status == CAIRN_OK) r->tokens -= MATH_TOKENS_AHEAD - 1;
    return r->status;
}

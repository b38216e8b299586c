/* Commands of LaTeX: what each does to the lexer. */
#include "tool/math/read_bytes.h"

/* The end of a group {...} at `at`, or `at` where none is. */
static uint32_t group_end(const math_reader *r, uint32_t at) {
    if (byte_at(r, at) != '{') return at;
    uint32_t open = 0;
    for (uint32_t i = at; i < r->length && i < at + 256; i++) {
        if (r->text[i] == '{') open++;
        if (r->text[i] == '}' && --open == 0) return i + 1;
    }
    return at;
}

static void skip_argument(math_reader *r) {
    uint32_t at = math_skip_blanks(r, r->byte), end = group_end(r, at);
    if (end > at) r->byte = end;
}

static void enter_argument(math_reader *r, uint8_t kind) {
    uint32_t at = math_skip_blanks(r, r->byte);
    if (byte_at(r, at) == '*') at++;
    if (byte_at(r, at) != '{') return;
    r->byte = at + 1;
    math_push_bracket(r, kind);
    if (kind == BRACKET_ROMAN && !r->roman) r->roman = r->open;
}

static void blackboard(math_reader *r, uint32_t start) {
    static const struct {
        char letter;
        const char *set;
    } sets[] = {{'R', "Reals"}, {'Z', "Integers"}, {'Q', "Rationals"}, {'N', "Naturals"}, {'C', "Complexes"}};
    uint32_t at = math_skip_blanks(r, r->byte), group = byte_at(r, at) == '{';
    char letter = byte_at(r, at + group);
    if (group && byte_at(r, at + 2) != '}') letter = '\0';
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (sets[i].letter != letter) continue;
        r->byte = at + 1 + 2 * group;
        math_emit_text(r, TOKEN_NAME, start, r->byte, sets[i].set);
        return;
    }
    math_emit_text(r, TOKEN_BAD, start, r->byte, "a blackboard letter");
}

/* \begin{name} and \end{name}; the columns of an array are skipped. */
static void environment(math_reader *r, math_token_kind kind, uint32_t start) {
    uint32_t at = math_skip_blanks(r, r->byte), end = group_end(r, at);
    if (end == at) {
        math_emit_text(r, TOKEN_BAD, start, r->byte, "an environment without a name");
        return;
    }
    r->byte = end;
    const char *name = cairn_arena_copy(r->arena, r->text + at + 1, end - at - 2);
    bool aligned = name && (strstr(name, "align") || strstr(name, "eqnarray") || !strcmp(name, "split"));
    if (kind == TOKEN_BEGIN)
        math_push_bracket(r, aligned ? BRACKET_LINES : BRACKET_GROUP);
    else if (r->open && (r->bracket[r->open - 1] == BRACKET_GROUP || r->bracket[r->open - 1] == BRACKET_LINES))
        r->open--;
    if (name && kind == TOKEN_BEGIN && (!strcmp(name, "array") || !strcmp(name, "tabular"))) skip_argument(r);
    if (r->status == CAIRN_OK) math_emit_text(r, kind, start, r->byte, name);
}

static void bracket_command(math_reader *r, math_token_kind kind, uint32_t start, int32_t value) {
    bool opens =
        kind == TOKEN_OPEN_BRACE || kind == TOKEN_OPEN_SQUARE || kind == TOKEN_OPEN_ROUND || kind == TOKEN_OPEN_ANGLE;
    bool closes = kind == TOKEN_CLOSE_BRACE || kind == TOKEN_CLOSE_SQUARE || kind == TOKEN_CLOSE_ROUND ||
                  kind == TOKEN_CLOSE_ANGLE;
    if (opens) math_push_bracket(r, BRACKET_LIST);
    if (closes && r->open && (r->bracket[r->open - 1] == BRACKET_LIST || r->calculator)) r->open--;
    if (!value && (kind == TOKEN_BAR || kind == TOKEN_DOUBLE_BAR) && r->delimiter < 3) value = r->delimiter;
    if (r->status == CAIRN_OK) math_emit_value(r, kind, start, r->byte, value);
}

static void skip_blank_argument(math_reader *r) {
    skip_argument(r);
    r->pending |= TOKEN_FLAG_BLANK;
}

/* {\rm cm}: text type up to the end of the group, which is no group of its own. */
static void roman_rest(math_reader *r, uint32_t start) {
    const math_token *last = r->tokens ? &r->token[r->tokens - 1] : NULL;
    if (r->open && !r->roman) r->roman = r->open;
    if (!last || last->kind != TOKEN_OPEN_GROUP || last->end != start || !r->open) return;
    r->tokens--;
    r->bracket[r->open - 1] = BRACKET_ROMAN;
    r->pending |= TOKEN_FLAG_BLANK;
}

void math_act(math_reader *r, const math_command *c, uint32_t start) {
    bool dropped = r->calculator && c->kind == TOKEN_CURRENCY && strcmp(c->text, "cents") != 0;
    switch (dropped ? TOKEN_SKIP : c->kind) {
    case TOKEN_SKIP:
        r->pending |= TOKEN_FLAG_BLANK | (dropped ? 0 : (uint32_t)c->value);
        break;
    case TOKEN_SKIP_ONE:
        skip_blank_argument(r);
        break;
    case TOKEN_SKIP_TWO:
        skip_argument(r);
        enter_argument(r, BRACKET_DROPPED);
        break;
    case TOKEN_ROMAN:
        if (c->value == 2 && byte_at(r, math_skip_blanks(r, r->byte)) != '{') {
            roman_rest(r, start);
        } else {
            r->pending |= TOKEN_FLAG_BLANK;
            enter_argument(r, BRACKET_ROMAN);
        }
        break;
    case TOKEN_TRANSPARENT:
        if (byte_at(r, math_skip_blanks(r, r->byte)) != '{') break;
        r->byte = math_skip_blanks(r, r->byte);
        math_push_bracket(r, BRACKET_GROUP);
        r->byte++;
        if (r->status == CAIRN_OK) math_emit_value(r, TOKEN_OPEN_GROUP, start, r->byte, 1);
        break;
    case TOKEN_BLACKBOARD:
        blackboard(r, start);
        break;
    case TOKEN_LEFT:
        r->delimiter = c->value;
        r->byte = math_skip_blanks(r, r->byte);
        if (byte_at(r, r->byte) != '.') break;
        r->byte++;
        r->delimiter = 0;
        break;
    case TOKEN_BEGIN:
    case TOKEN_FINISH:
        environment(r, c->kind, start);
        break;
    case TOKEN_NAME:
    case TOKEN_FUNCTION:
    case TOKEN_SIGMA:
    case TOKEN_ACCENT:
    case TOKEN_FIGURE:
    case TOKEN_CURRENCY:
    case TOKEN_BAD:
        math_emit_text(r, c->kind, start, r->byte, c->text);
        break;
    default:
        bracket_command(r, c->kind, start, c->value);
        break;
    }
}

bool math_is_command(const math_reader *r, uint32_t at) {
    uint32_t end = at;
    while (end < at + 32 && is_letter(byte_at(r, end))) end++;
    return end > at + 1 && math_find_command(r->text + at, end - at);
}

/* Where the command at this byte begins, if backslashes are written twice; a break of rows is written with four. */
static uint32_t doubled_start(math_reader *r) {
    uint32_t at = r->byte;
    if (!r->doubled || byte_at(r, at + 1) != '\\') return at;
    if (byte_at(r, at + 2) == '\\' && byte_at(r, at + 3) == '\\') return at + 2;
    char c = byte_at(r, at + 2);
    return math_is_command(r, at + 2) || (c && strchr("{}%$,;:!", c)) ? at + 1 : at;
}

void math_lex_command(math_reader *r) {
    r->byte = doubled_start(r);
    uint32_t start = r->byte, end = start + 1;
    while (is_letter(byte_at(r, end))) end++;
    char c = byte_at(r, start + 1);
    if (end == start + 1) {
        if (c == '\0' && end == r->length) { /* a backslash that is left over */
            r->byte = end;
            return;
        }
        if (c == '\\') {
            r->byte += 2;
            uint32_t at = r->byte;
            if (byte_at(r, at) == '[') {
                while (at < r->length && r->text[at] != ']' && at < r->byte + 12) at++;
                if (byte_at(r, at) == ']') r->byte = at + 1;
            }
            math_emit(r, TOKEN_ROW_BREAK, start, r->byte);
            return;
        }
        if (c == '(' || c == ')' || c == '[' || c == ']') {
            r->byte += 2;
            math_formula(r, c == '(' || c == '[');
            return;
        }
        if (text_blank(c) || c == '"') {
            r->byte += 2;
            r->pending |= TOKEN_FLAG_BLANK;
            return;
        }
        end = start + 2 <= r->length ? start + 2 : r->length;
    }
    const math_command *known = math_find_command(r->text + start + 1, end - start - 1);
    if (!known && end - start >= 6 && memcmp(r->text + start, "\\quad", 5) == 0) { /* "\quadx" */
        end = start + 5;
        known = math_find_command("quad", 4);
    }
    r->byte = end;
    if (known)
        math_act(r, known, start);
    else
        math_emit_text(r, TOKEN_BAD, start, end, "a command that is not known");
}

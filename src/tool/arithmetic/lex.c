/* The lexer: characters to tokens. */
#include "tool/arithmetic/lex.h"

#include <string.h>

#include "cairn/tool.h"
#include "tool/arithmetic/number_words.h"

enum { LEX_MARK_MOST = 512, LEX_COMMAND_MOST = 64, LEX_DEGREE_MOST = 100 };

static bool digit(char c) {
    return c >= '0' && c <= '9';
}
static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A character that is not ASCII and means something to arithmetic: its code point, in order. Anything else beyond ASCII
 * is a letter. Spaces and typographic quotes are ' '. */
typedef struct glyph {
    uint16_t code;
    char kind;
    uint16_t a, b;
} glyph;

static const glyph glyphs[] = {
    {0x00a0, ' ', 0, 0},  {0x00a3, '$', 0, 0}, {0x00a5, '$', 0, 0}, {0x00b0, '?', 0, 0}, {0x00b1, '?', 0, 0},
    {0x00b2, 's', 2, 0},  {0x00b3, 's', 3, 0}, {0x00b7, '*', 0, 0}, {0x00b9, 's', 1, 0}, {0x00bc, 'u', 1, 4},
    {0x00bd, 'u', 1, 2},  {0x00be, 'u', 3, 4}, {0x00d7, '*', 0, 0}, {0x00f7, '/', 0, 0}, {0x0e3f, '$', 0, 0},
    {0x2009, ' ', 0, 0},  {0x200b, ' ', 0, 0}, {0x2010, '-', 0, 0}, {0x2011, '-', 0, 0}, {0x2013, '-', 0, 0},
    {0x2014, ',', 0, 0},  {0x2018, ' ', 0, 0}, {0x2019, ' ', 0, 0}, {0x201c, ' ', 0, 0}, {0x201d, ' ', 0, 0},
    {0x2022, '\n', 0, 0}, {0x2026, '?', 0, 0}, {0x202f, ' ', 0, 0}, {0x2030, '?', 0, 0}, {0x2044, '/', 0, 0},
    {0x2070, 's', 0, 0},  {0x2074, 's', 4, 0}, {0x2075, 's', 5, 0}, {0x2076, 's', 6, 0}, {0x2077, 's', 7, 0},
    {0x2078, 's', 8, 0},  {0x2079, 's', 9, 0}, {0x207b, 's', 0, 1}, {0x2150, 'u', 1, 7}, {0x2151, 'u', 1, 9},
    {0x2152, 'u', 1, 10}, {0x2153, 'u', 1, 3}, {0x2154, 'u', 2, 3}, {0x2155, 'u', 1, 5}, {0x2156, 'u', 2, 5},
    {0x2157, 'u', 3, 5},  {0x2158, 'u', 4, 5}, {0x2159, 'u', 1, 6}, {0x215a, 'u', 5, 6}, {0x215b, 'u', 1, 8},
    {0x215c, 'u', 3, 8},  {0x215d, 'u', 5, 8}, {0x215e, 'u', 7, 8}, {0x2189, 'u', 0, 3}, {0x2192, 'e', 0, 0},
    {0x21a6, 'e', 0, 0},  {0x21d2, 'e', 0, 0}, {0x2211, '?', 0, 0}, {0x2212, '-', 0, 0}, {0x2215, '/', 0, 0},
    {0x2217, '*', 0, 0},  {0x2219, '*', 0, 0}, {0x221a, 'v', 0, 0}, {0x221b, 'v', 3, 0}, {0x221c, 'v', 4, 0},
    {0x221e, '?', 0, 0},  {0x222b, '?', 0, 0}, {0x2243, '~', 0, 0}, {0x2245, '~', 0, 0}, {0x2248, '~', 0, 0},
    {0x2260, 'r', 0, 0},  {0x2261, 'r', 0, 0}, {0x2264, 'r', 0, 0}, {0x2265, 'r', 0, 0}, {0x22c5, '*', 0, 0},
    {0x2308, '?', 0, 0},  {0x2309, '?', 0, 0}, {0x230a, '?', 0, 0}, {0x230b, '?', 0, 0}, {0x2715, '*', 0, 0},
    {0x2716, '*', 0, 0},  {0x2795, '+', 0, 0}, {0x2796, '-', 0, 0}, {0x2797, '/', 0, 0}, {0x27f6, 'e', 0, 0},
    {0x27f9, 'e', 0, 0},  {0x2a2f, '*', 0, 0}, {0xfeff, ' ', 0, 0}, {0xff05, '%', 0, 0}, {0xff08, '(', 0, 0},
    {0xff09, ')', 0, 0},  {0xff0a, '*', 0, 0}, {0xff0b, '+', 0, 0}, {0xff0d, '-', 0, 0}, {0xff0f, '/', 0, 0},
    {0xff1d, '=', 0, 0},  {0xff3b, '(', 0, 0}, {0xff3d, ')', 0, 0}, {0xff5b, '(', 0, 0}, {0xff5d, ')', 0, 0},
};

/* The code point of the 2 or 3 bytes here, *length of them; 0 for anything else. */
static unsigned code_at(const char *at, size_t left, size_t *length) {
    unsigned char a = (unsigned char)at[0], b = left > 1 ? (unsigned char)at[1] : 0,
                  c = left > 2 ? (unsigned char)at[2] : 0;
    if (a >= 0xc2 && a < 0xe0 && (b & 0xc0) == 0x80) {
        *length = 2;
        return (a & 0x1fu) << 6 | (b & 0x3fu);
    }
    if ((a & 0xf0) != 0xe0 || (b & 0xc0) != 0x80 || (c & 0xc0) != 0x80) return 0;
    *length = 3;
    return (a & 0xfu) << 12 | (b & 0x3fu) << 6 | (c & 0x3fu);
}

static const glyph *glyph_at(const char *at, size_t left, size_t *length) {
    static const glyph currency = {0x20a0, '$', 0, 0};
    unsigned code = code_at(at, left, length);
    if (code >= 0x20a0 && code < 0x20d0) return &currency;
    size_t low = 0, high = sizeof glyphs / sizeof *glyphs;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (glyphs[middle].code == code) return &glyphs[middle];
        if (glyphs[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* LaTeX commands that mean an operator; those with kind ' ' mean nothing. */
static const struct {
    const char *name;
    char kind;
} commands[] = {
    {"times", '*'}, {"cdot", '*'},  {"ast", '*'},    {"div", '/'},  {"frac", 'f'},         {"dfrac", 'f'},
    {"tfrac", 'f'}, {"sqrt", 'v'},  {"approx", '~'}, {"left", ' '}, {"right", ' '},        {"quad", ' '},
    {"qquad", ' '}, {"neq", 'r'},   {"ne", 'r'},     {"leq", 'r'},  {"le", 'r'},           {"geq", 'r'},
    {"ge", 'r'},    {"lt", 'r'},    {"gt", 'r'},     {"to", 'e'},   {"implies", 'e'},      {"rightarrow", 'e'},
    {"big", ' '},   {"Big", ' '},   {"bigl", ' '},   {"bigr", ' '}, {"displaystyle", ' '}, {"Rightarrow", 'e'},
    {"equiv", 'r'}, {"boxed", ' '}, {"fbox", ' '},
};

typedef struct reader {
    cairn_ctx *ctx;
    lex *out;
    const char *text;
    size_t at, to;
    bool space;
    lex_words words;
    cairn_status status;
} reader;

static void push(reader *r, char kind, size_t length, uint16_t a, uint16_t b) {
    lex *out = r->out;
    if (out->count == CAIRN_TOOL_TOKENS_MOST) {
        r->status = cairn_fail(r->ctx, CAIRN_LIMIT, "a text of more than %zu words, numbers and signs", out->count);
        return;
    }
    r->status = cairn_grow(r->ctx, (void **)&out->tokens, &out->capacity, out->count + 1, sizeof(lex_token));
    if (r->status != CAIRN_OK) return;
    out->tokens[out->count++] = (lex_token){.at = (uint32_t)r->at,
                                            .length = (uint32_t)length,
                                            .pair = LEX_NONE,
                                            .a = a,
                                            .b = b,
                                            .kind = kind,
                                            .space = r->space};
    r->at += length;
    r->space = false;
}

static char peek(const reader *r, size_t ahead) {
    return r->at + ahead < r->to ? r->text[r->at + ahead] : '\0';
}
static const lex_token *last(const reader *r) {
    return r->out->count ? &r->out->tokens[r->out->count - 1] : NULL;
}

/* Whether the token just read ends an operand. */
static bool after_operand(const reader *r) {
    const lex_token *token = last(r);
    return token && (strchr("n)%us", token->kind) || token->kind == LEX_WORD);
}

static size_t digits_from(const reader *r, size_t ahead) {
    size_t n = 0;
    while (digit(peek(r, ahead + n))) n++;
    return n;
}

/* Bytes of the thousands separator here: a comma, an apostrophe, a no-break, thin or narrow space, or LaTeX's "{,}" and
 * "\\,". */
static size_t separator_length(const reader *r, size_t ahead) {
    static const char *const separators[] = {",\\!", ",", "'", "\u00a0", "\u2009", "\u202f", "\u2019", "{,}", "\\,"};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t n = strlen(separators[i]);
        if (n <= r->to - r->at - ahead && memcmp(separators[i], r->text + r->at + ahead, n) == 0) return n;
    }
    return 0;
}

/* Bytes of digits with complete thousands groups. */
static size_t whole_length(const reader *r) {
    size_t n = digits_from(r, 0), separator;
    if (n < 1 || n > 3) return n;
    while (r->at + n < r->to && (separator = separator_length(r, n)) > 0) {
        size_t digits = 0;
        while (digits < 4 && digit(peek(r, n + separator + digits))) digits++;
        if (digits != 3) break;
        n += separator + 3;
    }
    return n;
}

/* Length of the number that starts here: digits with complete thousands groups, decimals, an exponent. */
static size_t number_length(const reader *r) {
    size_t n = whole_length(r);
    if (peek(r, n) == '.' && digit(peek(r, n + 1))) {
        n += 1 + digits_from(r, n + 1);
    } else if (n && peek(r, n) == '.') { /* "5. + 3": a bare point inside an expression */
        size_t next = n + 1;
        while (next < n + LEX_COMMAND_MOST && peek(r, next) == ' ') next++;
        bool bold = peek(r, next) == '*' && peek(r, next + 1) == '*'; /* "1. **3 + 4** = 7" */
        if (strchr("+*/=)", peek(r, next)) && peek(r, next) && !bold) n++;
    }
    if (peek(r, n) == 'e' || peek(r, n) == 'E') {
        size_t sign = peek(r, n + 1) == '+' || peek(r, n + 1) == '-';
        size_t exponent = digits_from(r, n + 1 + sign);
        if (exponent && !letter(peek(r, n + 1 + sign + exponent))) n += 1 + sign + exponent;
    }
    return n;
}

static void read_number(reader *r) {
    size_t n = number_length(r);
    /* "1.2.3" is a version or a date, not a number */
    bool broken = peek(r, n) == '.' && digit(peek(r, n + 1));
    while (broken && (digit(peek(r, n)) || peek(r, n) == '.')) n++;
    push(r, broken ? LEX_OTHER : LEX_NUMBER, n, 0, 0);
}

static size_t letter_length(const reader *r, size_t ahead) {
    char c = peek(r, ahead);
    if (letter(c) || c == '_') return 1;
    size_t n = 1, length;
    if ((unsigned char)c < 0x80 || glyph_at(r->text + r->at + ahead, r->to - r->at - ahead, &length)) return 0;
    while (n < 4 && ((unsigned char)peek(r, ahead + n) & 0xc0) == 0x80) n++;
    return n;
}

/* Bytes of an apostrophe inside a word: ' or the typographic one. */
static size_t apostrophe_length(const reader *r, size_t ahead) {
    if (peek(r, ahead) == '\'') return 1;
    return r->to - r->at - ahead > 3 && memcmp(r->text + r->at + ahead, "\u2019", 3) == 0 ? 3 : 0;
}

static void read_word(reader *r) {
    const lex_token *before = last(r);
    char next = peek(r, 1);
    bool times = (peek(r, 0) == 'x' || peek(r, 0) == 'X') && before && strchr("n)%", before->kind);
    if (times && !r->space && (digit(next) || next == '(' || next == '$')) {
        push(r, '*', 1, 0, 0);
        return;
    }
    size_t n = 0, run = 0; /* run: letters since the word or its part after a hyphen began */
    for (;;) {
        size_t step = letter_length(r, n);
        size_t mark = step ? 0 : apostrophe_length(r, n);
        if (step || digit(peek(r, n))) {
            n += step ? step : 1;
            run++;
        } else if (mark && letter(peek(r, n + mark))) {
            n += mark;
        } else if (peek(r, n) == '-' && run >= 2 && letter(peek(r, n + 1)) && letter(peek(r, n + 2))) {
            n++;
            run = 0;
        } else {
            break;
        }
    }
    push(r, n == 4 && memcmp(r->text + r->at, "sqrt", 4) == 0 ? LEX_ROOT : LEX_WORD, n, 0, 0);
}

/* \\sqrt, the command's n bytes, with the degree in square brackets after it: "\\sqrt[3]{8}". */
static void read_root(reader *r, size_t n) {
    size_t at = n, degree = 0;
    while (peek(r, at) == ' ') at++;
    if (peek(r, at) != '[') {
        push(r, LEX_ROOT, n, 0, 0);
        return;
    }
    for (at++; digit(peek(r, at)) && degree < LEX_DEGREE_MOST; at++) degree = 10 * degree + (size_t)(peek(r, at) - '0');
    if (degree >= 2 && degree < LEX_DEGREE_MOST && peek(r, at) == ']')
        push(r, LEX_ROOT, at + 1, (uint16_t)degree, 0);
    else
        push(r, LEX_OTHER, n, 0, 0);
}

static void read_command(reader *r) {
    size_t n = 1;
    while (n < LEX_COMMAND_MOST && letter(peek(r, n))) n++;
    const char *name = r->text + r->at + 1;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strlen(commands[i].name) != n - 1 || memcmp(commands[i].name, name, n - 1) != 0) continue;
        if (commands[i].kind == LEX_ROOT) {
            read_root(r, n);
        } else if (commands[i].kind != ' ') {
            push(r, commands[i].kind, n, 0, 0);
        } else {
            r->at += n;
            r->space = true;
        }
        return;
    }
    bool text = (n == 5 && memcmp(name, "text", 4) == 0) || (n == 7 && memcmp(name, "mathrm", 6) == 0);
    if (text && peek(r, n) == '{') { /* a unit set in roman type: one word */
        size_t close = n + 1;
        while (close < n + LEX_COMMAND_MOST && peek(r, close) && peek(r, close) != '}') close++;
        if (peek(r, close) == '}') {
            r->space = true;
            push(r, LEX_WORD, close + 1, 0, 0);
            return;
        }
    }
    if (n > 1) {
        push(r, LEX_OTHER, n, 0, 0);
        return;
    }
    char c = peek(r, 1);
    if (c == '$') {
        push(r, LEX_CURRENCY, 2, 0, 0);
    } else if (c == '%') {
        push(r, '%', 2, 0, 0);
    } else if (c == '(' || c == ')') { /* a formula in a line, as between dollars */
        push(r, LEX_CURRENCY, 2, 0, 0);
    } else if (c && strchr("[]\\", c)) {
        push(r, LEX_LINE, 2, 0, 0);
    } else if (c && strchr(" ,;!:", c)) {
        r->at += 2;
        r->space = true;
    } else {
        push(r, LEX_OTHER, 1, 0, 0);
    }
}

/* Relations of one to three ASCII characters, longest first. */
static bool read_relation(reader *r) {
    static const struct {
        const char *sign;
        char kind;
    } signs[] = {
        {"==>", 'e'}, {"-->", 'e'}, {"=>", 'e'}, {"->", 'e'}, {"==", '='}, {":=", '='}, {"~=", '~'},
        {"=~", '~'},  {"!=", 'r'},  {"<=", 'r'}, {">=", 'r'}, {"<>", 'r'}, {"+=", '?'}, {"*=", '?'},
        {"/=", '?'},  {"=", '='},   {"~", '~'},  {"<", 'r'},  {">", 'r'},
    };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t n = strlen(signs[i].sign);
        if (n > r->to - r->at || memcmp(signs[i].sign, r->text + r->at, n) != 0) continue;
        push(r, signs[i].kind, n, 0, 0);
        return true;
    }
    return false;
}

static void read_star(reader *r) {
    if (peek(r, 1) != '*') {
        push(r, '*', 1, 0, 0);
        return;
    }
    char next = peek(r, 2) == ' ' ? peek(r, 3) : peek(r, 2);
    if (after_operand(r) && (digit(next) || next == '(' || next == '-')) {
        push(r, '^', 2, 0, 0);
    } else { /* bold type */
        r->at += 2;
        r->space = true;
    }
}

static void read_glyph(reader *r, const glyph *g, size_t n) {
    if (g->kind == ' ') {
        r->at += n;
        r->space = true;
        return;
    }
    lex_token *before = r->out->count ? &r->out->tokens[r->out->count - 1] : NULL;
    if (g->kind == LEX_POWER && before && before->kind == LEX_POWER && !r->space && before->a < 1000) {
        before->a = (uint16_t)(before->a * 10 + g->a); /* several superscript digits are one exponent */
        before->length += (uint32_t)n;
        r->at += n;
        return;
    }
    push(r, g->kind, n, g->a, g->b);
}

static void read_token(reader *r) {
    char c = peek(r, 0);
    const glyph *found;
    size_t length;
    if (c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\'' || c == '`') {
        r->at++;
        r->space = true;
    } else if (r->words && (c == '-' || c == '*' || c == '+') && peek(r, 1) == ' ' &&
               (!last(r) || last(r)->kind == LEX_LINE)) {
        push(r, LEX_LINE, 1, 0, 0); /* a bullet */
    } else if (digit(c) || (c == '.' && digit(peek(r, 1)) && !(last(r) && last(r)->kind == LEX_OTHER))) {
        read_number(r);
    } else if (c == '\\') {
        read_command(r);
    } else if (c == '*') {
        read_star(r);
    } else if (c == '\n') {
        push(r, LEX_LINE, 1, 0, 0);
    } else if (c == '(' || c == '[' || c == '{') {
        push(r, '(', 1, 0, 0);
    } else if (c == ')' || c == ']' || c == '}') {
        push(r, ')', 1, 0, 0);
    } else if (c && strchr("=-~:!<>+*/", c) && read_relation(r)) {
        return;
    } else if (c == '#' && peek(r, 1) == '#') { /* a heading, or the mark of an answer */
        size_t n = 2;
        while (peek(r, n) == '#') n++;
        push(r, LEX_LINE, n, 0, 0);
    } else if (c && strchr("+-/^%$,.:;", c)) {
        push(r, c, 1, 0, 0);
    } else if ((unsigned char)c >= 0x80 && (found = glyph_at(r->text + r->at, r->to - r->at, &length)) != NULL) {
        read_glyph(r, found, length);
    } else if (letter_length(r, 0)) {
        read_word(r);
    } else {
        push(r, LEX_OTHER, 1, 0, 0);
    }
}

static cairn_status pair_brackets(cairn_ctx *ctx, lex *out) {
    uint32_t *open = cairn_alloc(ctx, out->count, sizeof *open);
    if (!open) return CAIRN_NO_MEMORY;
    size_t depth = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (out->tokens[i].kind == '(') {
            open[depth++] = (uint32_t)i;
        } else if (out->tokens[i].kind == ')' && depth) {
            out->tokens[i].pair = open[--depth];
            out->tokens[open[depth]].pair = (uint32_t)i;
        }
    }
    cairn_free(open);
    return CAIRN_OK;
}

bool lex_mark(const char *text, size_t length, size_t from, size_t *inside, size_t *end) {
    for (size_t at = from; at + 1 < length; at++) {
        if (text[at] != '<' || text[at + 1] != '<') continue;
        size_t most = length - at < LEX_MARK_MOST ? length : at + LEX_MARK_MOST;
        for (size_t close = at + 2; close + 1 < most && text[close] != '\n' && text[close] != '<'; close++) {
            if (text[close] != '>' || text[close + 1] != '>') continue;
            *inside = at + 2;
            *end = close;
            return true;
        }
    }
    return false;
}

cairn_status lex_read(cairn_ctx *ctx, const char *text, size_t from, size_t to, lex_words words, lex *out) {
    out->text = text;
    out->length = to;
    out->count = 0;
    if (to > CAIRN_TOOL_TEXT_MOST)
        return cairn_fail(ctx, CAIRN_LIMIT, "a text of %zu bytes; at most %zu can be checked", to,
                          CAIRN_TOOL_TEXT_MOST);
    reader r = {
        .ctx = ctx, .out = out, .text = text, .at = from, .to = to, .space = true, .words = words, .status = CAIRN_OK};
    size_t inside = 0, end = 0;
    bool mark = lex_mark(text, to, from, &inside, &end);
    while (r.at < to && r.status == CAIRN_OK) {
        if (mark && r.at + 2 == inside) {
            r.at = end + 2;
            mark = lex_mark(text, to, r.at, &inside, &end);
        } else {
            read_token(&r);
        }
    }
    CAIRN_TRY(r.status);
    words_merge(out, words);
    return pair_brackets(ctx, out);
}

void lex_free(lex *tokens) {
    cairn_free(tokens->tokens);
    *tokens = (lex){0};
}

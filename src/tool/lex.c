/* The lexer: characters to tokens. */
#include "tool/lex.h"

#include <string.h>

#include "cairn/tool.h"
#include "tool/words.h"

enum { LEX_MARK_MOST = 512, LEX_COMMAND_MOST = 64 };

static bool digit(char c) {
    return c >= '0' && c <= '9';
}
static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A character that is not ASCII and means something to arithmetic. Anything else beyond ASCII is a letter. */
typedef struct glyph {
    const char *bytes;
    char kind;
    uint16_t a, b;
} glyph;

static const glyph glyphs[] = {
    {"\u00d7", '*', 0, 0}, {"\u00b7", '*', 0, 0},  {"\u22c5", '*', 0, 0}, {"\u2219", '*', 0, 0}, {"\u2217", '*', 0, 0},
    {"\u2715", '*', 0, 0}, {"\u2716", '*', 0, 0},  {"\u00f7", '/', 0, 0}, {"\u2215", '/', 0, 0}, {"\u2044", '/', 0, 0},
    {"\u2212", '-', 0, 0}, {"\u2013", '-', 0, 0},  {"\u2014", '-', 0, 0}, {"\u2010", '-', 0, 0}, {"\u2011", '-', 0, 0},
    {"\uff0b", '+', 0, 0}, {"\uff0d", '-', 0, 0},  {"\uff1d", '=', 0, 0}, {"\uff08", '(', 0, 0}, {"\uff09", ')', 0, 0},
    {"\u2248", '~', 0, 0}, {"\u2245", '~', 0, 0},  {"\u2243", '~', 0, 0}, {"\u2260", 'r', 0, 0}, {"\u2264", 'r', 0, 0},
    {"\u2265", 'r', 0, 0}, {"\u2261", 'r', 0, 0},  {"\u21d2", 'e', 0, 0}, {"\u2192", 'e', 0, 0}, {"\u27f6", 'e', 0, 0},
    {"\u27f9", 'e', 0, 0}, {"\u21a6", 'e', 0, 0},  {"\u221a", 'v', 0, 0}, {"\u20ac", '$', 0, 0}, {"\u00a3", '$', 0, 0},
    {"\u00a5", '$', 0, 0}, {"\u20b9", '$', 0, 0},  {"\u00bd", 'u', 1, 2}, {"\u2153", 'u', 1, 3}, {"\u2154", 'u', 2, 3},
    {"\u00bc", 'u', 1, 4}, {"\u00be", 'u', 3, 4},  {"\u2155", 'u', 1, 5}, {"\u2156", 'u', 2, 5}, {"\u2157", 'u', 3, 5},
    {"\u2158", 'u', 4, 5}, {"\u2159", 'u', 1, 6},  {"\u215a", 'u', 5, 6}, {"\u215b", 'u', 1, 8}, {"\u215c", 'u', 3, 8},
    {"\u215d", 'u', 5, 8}, {"\u215e", 'u', 7, 8},  {"\u2070", 's', 0, 0}, {"\u00b9", 's', 1, 0}, {"\u00b2", 's', 2, 0},
    {"\u00b3", 's', 3, 0}, {"\u2074", 's', 4, 0},  {"\u2075", 's', 5, 0}, {"\u2076", 's', 6, 0}, {"\u2077", 's', 7, 0},
    {"\u2078", 's', 8, 0}, {"\u2079", 's', 9, 0},  {"\u00a0", ' ', 0, 0}, {"\u2009", ' ', 0, 0}, {"\u202f", ' ', 0, 0},
    {"\u200b", ' ', 0, 0}, {"\ufeff", ' ', 0, 0},  {"\u201c", ' ', 0, 0}, {"\u201d", ' ', 0, 0}, {"\u2018", ' ', 0, 0},
    {"\u2019", ' ', 0, 0}, {"\u2022", '\n', 0, 0}, {"\u2026", '?', 0, 0}, {"\u221e", '?', 0, 0}, {"\u00b1", '?', 0, 0},
    {"\u2211", '?', 0, 0}, {"\u222b", '?', 0, 0},  {"\u00b0", '?', 0, 0}, {"\u2030", '?', 0, 0},
};

static const glyph *glyph_at(const char *at, size_t left) {
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++) {
        if (glyphs[i].bytes[0] != at[0]) continue;
        size_t length = strlen(glyphs[i].bytes);
        if (length <= left && memcmp(glyphs[i].bytes, at, length) == 0) return &glyphs[i];
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

/* Length of the number that starts here: digits with complete thousands groups, decimals, an exponent. */
static size_t number_length(const reader *r) {
    size_t n = digits_from(r, 0);
    if (n >= 1 && n <= 3) {
        size_t grouped = n;
        while (peek(r, grouped) == ',' && digits_from(r, grouped + 1) == 3) grouped += 4;
        n = grouped;
    }
    if (peek(r, n) == '.' && digit(peek(r, n + 1)))
        n += 1 + digits_from(r, n + 1);
    else if (n && peek(r, n) == '.') { /* "5. + 3": a bare point inside an expression */
        size_t next = n + 1;
        while (peek(r, next) == ' ') next++;
        if (strchr("+*/=)", peek(r, next)) && peek(r, next)) n++;
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
    if ((unsigned char)c < 0x80 || glyph_at(r->text + r->at + ahead, r->to - r->at - ahead)) return 0;
    size_t n = 1;
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

static void read_command(reader *r) {
    size_t n = 1;
    while (n < LEX_COMMAND_MOST && letter(peek(r, n))) n++;
    const char *name = r->text + r->at + 1;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strlen(commands[i].name) != n - 1 || memcmp(commands[i].name, name, n - 1) != 0) continue;
        if (commands[i].kind != ' ') {
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
    } else if (c && strchr("()[]\\", c)) {
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

static void read_glyph(reader *r, const glyph *g) {
    size_t n = strlen(g->bytes);
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
    } else if (read_relation(r)) {
        return;
    } else if (c == '#' && peek(r, 1) == '#') { /* a heading, or the mark of an answer */
        size_t n = 2;
        while (peek(r, n) == '#') n++;
        push(r, LEX_LINE, n, 0, 0);
    } else if (c && strchr("+-/^%$,.:;", c)) {
        push(r, c, 1, 0, 0);
    } else if ((unsigned char)c >= 0x80 && glyph_at(r->text + r->at, r->to - r->at)) {
        read_glyph(r, glyph_at(r->text + r->at, r->to - r->at));
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

bool lex_is(const lex *tokens, size_t index, const char *word) {
    if (index >= tokens->count || tokens->tokens[index].kind != LEX_WORD) return false;
    const char *at = tokens->text + tokens->tokens[index].at;
    size_t length = tokens->tokens[index].length;
    for (size_t i = 0; i < length; i++) {
        char c = at[i] >= 'A' && at[i] <= 'Z' ? (char)(at[i] - 'A' + 'a') : at[i];
        if (!word[i] || c != word[i]) return false;
    }
    return word[length] == '\0';
}

bool lex_among(const lex *tokens, size_t index, const char *const *words) {
    for (; *words; words++)
        if (lex_is(tokens, index, *words)) return true;
    return false;
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

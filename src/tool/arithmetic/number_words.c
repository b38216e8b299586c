/* Merging of words: names of several words, operations and equalities that words say, lines that go on. */
#include "tool/arithmetic/number_words.h"

#include <string.h>

enum { OPERAND_MOST = 32 }; /* tokens of a bracket that an operation said in words is on */

/* ---- equalities: "which gives", "is equal to" ---- */

static const char *const verbs[] = {
    "equals", "gives",     "get",     "yields",  "becomes", "makes",      "simplifies", "is",   "reduces", "comes",
    "turns",  "evaluates", "results", "works",   "obtain",  "leaves",     "produces",   "give", "equal",   "equalling",
    "giving", "yielding",  "making",  "getting", "be",      "represents", "denotes",    NULL};
static const char *const after_verb[] = {"to",   "in",   "into",   "out", "equal",   "now",
                                         "then", "just", "simply", "us",  "exactly", NULL};
static const char *const before_verb[] = {"which", "we",   "it", "this", "that", "and", "i",
                                          "you",   "then", "so", "thus", "to",   NULL};

/* Turns "which gives", "is equal to", "we get" followed by an operand into one weak equality, in place. */
static void merge_connectives(lex *tokens) {
    size_t kept = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        size_t next = i + 1;
        if (!lex_among(tokens, i, verbs)) {
            tokens->tokens[kept++] = tokens->tokens[i];
            continue;
        }
        while (next < tokens->count && lex_among(tokens, next, after_verb)) next++;
        if (next < tokens->count && tokens->tokens[next].kind == ':') next++;
        bool sign = next < tokens->count && strchr("n(-+$vfu", tokens->tokens[next].kind) != NULL;
        bool name = next < tokens->count && tokens->tokens[next].kind == LEX_WORD && tokens->tokens[next].length <= 3 &&
                    next + 1 < tokens->count && strchr("+-*/=^)", tokens->tokens[next + 1].kind);
        if (!sign && !name) {
            tokens->tokens[kept++] = tokens->tokens[i];
            continue;
        }
        lex_token weak = tokens->tokens[i];
        weak.kind = LEX_WEAK;
        lex before = *tokens; /* only the tokens kept so far */
        before.count = kept;
        while (before.count && lex_among(&before, before.count - 1, before_verb)) before.count--;
        kept = before.count;
        if (kept && kept > 1 && tokens->tokens[kept - 1].kind == ',') kept--;
        tokens->tokens[kept++] = weak;
        i = next - 1;
    }
    tokens->count = kept;
}

/* ---- names: "part 1", "part A" ---- */

static const char *const nouns[] = {"part",   "term",    "step",      "piece",    "expression", "quantity",
                                    "value",  "section", "component", "block",    "chunk",      "bracket",
                                    "factor", "group",   "line",      "variable", "number",     "day",
                                    "week",   "case",    "option",    "equation", NULL};

/* A letter, a letter with an index, or one character beyond ASCII. */
static bool symbol(const lex *tokens, size_t index) {
    const lex_token *token = &tokens->tokens[index];
    if (token->kind != LEX_WORD) return false;
    const char *at = tokens->text + token->at;
    size_t first = 1;
    while (first < token->length && ((unsigned char)at[first] & 0xc0) == 0x80) first++;
    for (size_t i = first; i < token->length; i++)
        if ((at[i] >= 'a' && at[i] <= 'z') || (at[i] >= 'A' && at[i] <= 'Z')) return false;
    return token->length <= first + 3;
}

/* "Part 1" becomes one word; in words mode "part A" becomes the name A, and articles go. */
static void merge_names(lex *tokens, bool words) {
    size_t kept = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        lex_token *token = &tokens->tokens[i];
        if (words && (lex_is(tokens, i, "the") || lex_is(tokens, i, "our"))) continue;
        bool noun = i + 1 < tokens->count && lex_among(tokens, i, nouns);
        if (noun && words && symbol(tokens, i + 1)) continue;
        tokens->tokens[kept] = *token;
        if (noun && token[1].kind == LEX_NUMBER && token[1].length <= 3) {
            tokens->tokens[kept].length = token[1].at + token[1].length - token->at;
            i++;
        }
        kept++;
    }
    tokens->count = kept;
}

/* ---- operations: "the sum of 3 and 4", "multiply 3 by 4", "subtract 3 from 4" ---- */

/* A word that says an operation on what follows, up to two words that join the operands, and the sign. "of": a noun,
 * with "of" or "between" after it. */
typedef struct phrase {
    const char *word, *joint, *other;
    char sign;
    bool of;
} phrase;

static const phrase phrases[] = {
    {"sum", "and", "and", '+', true},
    {"product", "and", "and", '*', true},
    {"difference", "and", "and", '-', true},
    {"quotient", "and", "by", '/', true},
    {"add", "and", "to", '+', false},
    {"adding", "and", "to", '+', false},
    {"multiply", "by", "and", '*', false},
    {"multiplying", "by", "and", '*', false},
    {"divide", "by", "by", '/', false},
    {"dividing", "by", "by", '/', false},
    {"subtract", "from", "from", LEX_FROM, false},
    {"subtracting", "from", "from", LEX_FROM, false},
};

/* The token after the operand at `at`: a number or letter, perhaps signed, or a bracket; `at` when there is none. */
static size_t operand_end(const lex *tokens, size_t at) {
    const lex_token *k = tokens->tokens;
    size_t i = at, depth = 0;
    while (i < tokens->count && strchr("+-$", k[i].kind)) i++;
    if (i >= tokens->count) return at;
    if (k[i].kind != '(') {
        bool letter = k[i].kind == LEX_WORD && k[i].length <= 2;
        if (k[i].kind != LEX_NUMBER && !letter) return at;
        i++;
        return i < tokens->count && k[i].kind == '%' ? i + 1 : i;
    }
    for (size_t most = i + OPERAND_MOST; i < tokens->count && i < most && k[i].kind != LEX_LINE; i++) {
        depth += k[i].kind == '(';
        if (k[i].kind == ')' && --depth == 0) return i + 1;
    }
    return at;
}

/* Whether the phrase begins at `at`; then `*first` is its first operand and `*joint` the word between the two. */
static bool phrase_at(const lex *tokens, size_t at, const phrase *p, size_t *first, size_t *joint) {
    if (!lex_is(tokens, at, p->word) || (at > 0 && strchr("+-*/^", tokens->tokens[at - 1].kind))) return false;
    *first = at + 1;
    if (p->of && !lex_is(tokens, at + 1, "of") && !lex_is(tokens, at + 1, "between")) return false;
    *first += p->of;
    *joint = operand_end(tokens, *first);
    if (*joint == *first || !(lex_is(tokens, *joint, p->joint) || lex_is(tokens, *joint, p->other))) return false;
    size_t end = operand_end(tokens, *joint + 1);
    return end > *joint + 1 && !lex_is(tokens, end, "and") &&
           !(end < tokens->count && strchr("+-*/^", tokens->tokens[end].kind));
}

/* The joining word becomes the sign; the words before the operands go. */
static void merge_operations(lex *tokens) {
    size_t kept = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        size_t first = i, joint = 0;
        char sign = '\0';
        for (size_t k = 0; k < sizeof phrases / sizeof *phrases && !sign; k++)
            if (phrase_at(tokens, i, &phrases[k], &first, &joint)) sign = phrases[k].sign;
        if (!sign) {
            tokens->tokens[kept++] = tokens->tokens[i];
            continue;
        }
        tokens->tokens[joint].kind = sign;
        i = first - 1;
    }
    tokens->count = kept;
}

/* ---- lines ---- */

/* A line break inside an expression or a chain is white space. */
static void join_lines(lex *tokens) {
    size_t kept = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        lex_token *token = &tokens->tokens[i];
        char before = kept ? tokens->tokens[kept - 1].kind : LEX_LINE;
        char after = i + 1 < tokens->count ? token[1].kind : LEX_LINE;
        bool goes_on =
            after == LEX_EQUAL || after == LEX_APPROXIMATE || after == LEX_WEAK || after == '/' || after == ')';
        bool opened = strchr("+-*/^(=~e", before) && before != LEX_LINE;
        char sign = token->length == 2 ? tokens->text[token->at + 1] : '\0'; /* "- \\(": a list's formula begins */
        if (token->kind == LEX_LINE && before != LEX_LINE && (goes_on || (opened && sign != '(' && sign != '['))) {
            if (i + 1 < tokens->count) token[1].space = true;
            continue;
        }
        tokens->tokens[kept++] = *token;
    }
    tokens->count = kept;
}

void words_merge(lex *tokens, lex_words words) {
    merge_names(tokens, words == LEX_NAMES);
    if (words != LEX_PLAIN) merge_operations(tokens);
    if (words != LEX_PLAIN) merge_connectives(tokens);
    join_lines(tokens);
}

/* Chains of equalities: where one begins and ends, and how its sides are read, the left one from its end backwards. */
#include "tool/arithmetic/equalities.h"

#include <string.h>

#include "tool/arithmetic/extent.h"
#include "tool/arithmetic/formula.h"
#include "tool/arithmetic/lead.h"
#include "tool/arithmetic/machine.h"

enum { CHAIN_UNIT_WORDS = 6 };

/* ---- finding chains ---- */

static bool relation(const lex *tokens, size_t at, bool words) {
    char kind = tokens->tokens[at].kind;
    if (kind == LEX_EQUAL || kind == LEX_APPROXIMATE) return true;
    if (!words) return false;
    if (kind == LEX_WEAK) return true;
    return kind == ':' && at > 0 && tokens->tokens[at - 1].kind == LEX_WORD && at + 1 < tokens->count &&
           strchr("n(-+$fvu", tokens->tokens[at + 1].kind) != NULL;
}

/* Whether the token ends a sentence: a question mark with an expression or words before it and space after it, or an
 * exclamation mark after a word (after a number or a letter it is a factorial). */
static bool asks_or_calls(const lex *tokens, size_t from, size_t at) {
    const lex_token *t = &tokens->tokens[at];
    if (t->kind != LEX_OTHER || t->length != 1 || at == from || t->space) return false;
    if (at + 1 < tokens->count && !t[1].space) return false;
    char c = tokens->text[t->at];
    return c == '?' || (c == '!' && t[-1].kind == LEX_WORD && t[-1].length > 2);
}

static bool boundary(const lex *tokens, size_t at, bool words) {
    char kind = tokens->tokens[at].kind;
    return (strchr("\n,.:;r", kind) != NULL || (kind == LEX_WEAK && !words)) && !extent_separates(tokens, at);
}

/* Whether words alone stand between token `at` and an equality sign: the start of another definition. */
static bool names_next(const lex *tokens, size_t at) {
    size_t end = at;
    while (end < tokens->count && tokens->tokens[end].kind == LEX_WORD && end - at <= CALC_NAME_WORDS) end++;
    return end > at && end < tokens->count && tokens->tokens[end].kind == LEX_EQUAL;
}

cairn_status chain_next(cairn_ctx *ctx, const lex *tokens, size_t *at, bool words, chain *out) {
    size_t i = *at;
    out->count = 0;
    while (i < tokens->count && boundary(tokens, i, words) && !relation(tokens, i, words)) i++;
    if (i >= tokens->count) return CAIRN_END;
    chain_part part = {.from = i};
    for (;; i++) {
        bool end = i >= tokens->count;
        bool link = !end && relation(tokens, i, words);
        if (link && tokens->tokens[i].kind == LEX_WEAK && out->count && names_next(tokens, i + 1)) {
            end = true;
            link = false;
        }
        if (!end && !link && !boundary(tokens, i, words) && !asks_or_calls(tokens, part.from, i)) continue;
        part.to = i;
        CAIRN_TRY(cairn_grow(ctx, (void **)&out->parts, &out->capacity, out->count + 1, sizeof part));
        out->parts[out->count++] = part;
        if (!link) break;
        char kind = tokens->tokens[i].kind;
        part = (chain_part){.from = i + 1, .relation = kind == ':' ? LEX_WEAK : kind};
    }
    *at = i < tokens->count ? i + 1 : i;
    return CAIRN_OK;
}

/* ---- reading a side from its end ---- */

typedef struct back {
    const lex *l;
    const calc_names *names;
    size_t from, i, best;
    bool need;  /* an operand is expected to the left */
    bool doubt; /* the start is not certain */
    bool none;  /* something unreadable belongs to the expression */
    size_t words;
} back;

static const lex_token *left_of(const back *b) {
    return b->i > b->from ? &b->l->tokens[b->i - 1] : NULL;
}

static void took(back *b, size_t start) {
    b->i = b->best = start;
    b->need = false;
    b->words = 0;
}

/* Words of a known name that ends before token i. */
static size_t name_before(const back *b) {
    const calc_name *name;
    for (size_t words = 1; words <= CALC_NAME_WORDS && b->i >= b->from + words; words++)
        if (calc_name_at(b->l, b->i - words, b->i, b->names, &name) == words) {
            size_t longer = words + 1; /* the longest one counts */
            for (size_t k = longer; k <= CALC_NAME_WORDS && b->i >= b->from + k; k++)
                if (calc_name_at(b->l, b->i - k, b->i, b->names, &name) == k) words = k;
            return words;
        }
    return 0;
}

/* Whether the next thing, a command among them, stands right after the word: "f(", "a\\left(". */
static bool is_glued(const lex *l, size_t word) {
    size_t end = l->tokens[word].at + l->tokens[word].length;
    return end < l->length && l->text[end] != ' ' && l->text[end] != '\n';
}

/* A bracket group to the left, with what belongs in front of it. */
static void take_group(back *b) {
    const lex_token *t = b->l->tokens;
    uint32_t pair = t[b->i - 1].pair;
    if (pair == LEX_NONE || pair < b->from) {
        b->none = true;
        return;
    }
    size_t start = pair;
    if (start > b->from && t[start - 1].kind == ')' && t[start - 1].pair != LEX_NONE && t[start - 1].pair > b->from &&
        t[t[start - 1].pair - 1].kind == LEX_FRACTION)
        start = t[start - 1].pair - 1;
    else if (extent_name(b->l, b->from, start) < start)
        start = extent_name(b->l, b->from, start);
    else if (start > b->from && t[start - 1].kind == LEX_ROOT)
        start--;
    else if (start > b->from && t[start - 1].kind == LEX_WORD &&
             (is_glued(b->l, start - 1) || lex_is(b->l, start - 1, "a") || lead_is_symbol(b->l, b->from, start - 1))) {
        size_t words;
        back before = *b;
        before.i = start;
        if (!calc_operator_at(b->l, start - 1, b->i, b->names, &words) && !name_before(&before)) {
            b->none = true; /* a function of what is in the brackets, or a factor */
            return;
        }
    }
    took(b, start);
}

/* A factorial sign, or what stands between bars or the brackets of a floor. */
static void operand_of_marks(back *b) {
    size_t last = b->i - 1, open = extent_opening(b->l, b->from, last);
    if (extent_factorial(b->l, b->from, last))
        b->i--;
    else if (open < last)
        took(b, open);
    else
        b->none = true;
}

static void operand_left(back *b) {
    static const char *const breaks[] = {"and", "so", "then", "but", "or", "is", "are", "if", "where", "thus", NULL};
    const lex_token *t = left_of(b);
    size_t words = name_before(b);
    if (words) {
        took(b, b->i - words);
        return;
    }
    switch (t->kind) {
    case LEX_NUMBER:
        took(b, b->i - 1);
        if (b->i > b->from && t[-1].kind == LEX_ROOT) took(b, b->i - 1);
        return;
    case LEX_VULGAR:
        took(b, b->i - 1);
        if (b->i > b->from && t[-1].kind == LEX_NUMBER) took(b, b->i - 1);
        return;
    case ')':
        take_group(b);
        return;
    case '%':
    case LEX_POWER:
    case LEX_CURRENCY:
        b->i--;
        return;
    case LEX_WORD:
        b->none =
            ++b->words > CHAIN_UNIT_WORDS || (lex_among(b->l, b->i - 1, breaks) && !lex_is(b->l, b->i - 1, "percent"));
        b->i--;
        return;
    case '/':
        b->none = b->words == 0;
        b->i--;
        return;
    default:
        operand_of_marks(b);
        return;
    }
}

/* Whether the words before position `at` end with a known name. */
static bool name_ends(const back *b, size_t at) {
    back before = *b;
    before.i = at;
    return name_before(&before) > 0;
}

/* Whether the token left of position `at` can end an operand. */
static bool ends_operand(const back *b, size_t at) {
    return at > b->from && (strchr("n)%suw$", b->l->tokens[at - 1].kind) != NULL ||
                            extent_factorial(b->l, b->from, at - 1) || extent_opening(b->l, b->from, at - 1) < at - 1);
}

/* Whether the words before position `at` say an operator: "times", "divided by". */
static bool operator_ends(const back *b, size_t at) {
    size_t words;
    for (size_t n = 1; n <= 2 && at >= b->from + n; n++)
        if (calc_operator_at(b->l, at - n, b->l->count, b->names, &words) && words == n) return true;
    return false;
}

static void sign_left(back *b) {
    const lex_token *t = left_of(b);
    if (t->kind == '-' && b->i - 1 == b->from && t[1].kind == LEX_CURRENCY && t[1].space) { /* "- $48 - 2 = 46$" */
        b->from = b->i;
        b->doubt = true;
        return;
    }
    bool attached = t->kind == '-' && t->space && !t[1].space; /* "So -3 + 4" against "the cost - 3 + 4" */
    bool formula = t->kind == '-' && !t->space && b->i - 1 > b->from && t[-1].kind == LEX_CURRENCY && t[-1].space;
    bool word =
        b->i - 1 > b->from && t[-1].kind == LEX_WORD && !name_ends(b, b->i - 1) && !lex_is(b->l, b->i - 2, "percent");
    bool said = word && operator_ends(b, b->i - 1);
    for (size_t i = b->from; i < b->i && attached && word && !said; i++) /* "5 big apples -3 small ones" */
        b->doubt |= b->l->tokens[i].kind == LEX_NUMBER;
    if (ends_operand(b, b->i - 1) && !(attached && word) && !said && !formula) { /* "means $-3$": a formula's sign */
        b->need = true;
        b->i--;
        return;
    }
    if (t->kind != '-' && t->kind != '+') {
        b->none = !(t->kind == '*' && b->i - 1 == b->from); /* a star at the start is a bullet */
        b->from = b->i;
        return;
    }
    b->i--;
    b->best = b->i;
    bool bullet = b->i == b->from && t[1].space && (b->i == 0 || t[-1].kind == LEX_LINE);
    b->doubt |= bullet;
}

/* Whether the "and" at token `at` begins a sentence or joins a clause, not the last term of "5, 6 and 2 + 1". */
static bool opens_clause(const back *b, size_t at) {
    const lex_token *t = b->l->tokens;
    bool sentence = at == 0 || t[at - 1].kind == '.' || t[at - 1].kind == LEX_LINE;
    if (sentence && at == b->from) return lex_is(b->l, at, "and");
    return lex_is(b->l, at, "and") && at == b->from && at >= 2 && t[at - 1].kind == ',' && t[at - 2].kind == LEX_WORD;
}

/* Whether the "of" at token `of` stands after a number: "20% of 50", "1/2 of 30". */
static bool multiplies(const back *b, size_t of) {
    return of > b->from && (strchr("n)%su", b->l->tokens[of - 1].kind) || lex_is(b->l, of - 1, "percent"));
}

/* "a total of 3 + 4": the expression begins after "of", or something is done to it ("half of", "the square of"). */
static bool of_left(back *b) {
    static const char *const wholes[] = {"total",  "sum",    "cost", "price", "amount", "profit", "distance", "length",
                                         "weight", "volume", "area", "speed", "score",  "value",  "result",   NULL};
    static const char *const parts[] = {"half",     "third",  "quarter", "fourth", "fifth",    "thirds", "quarters",
                                        "fourths",  "fifths", "double",  "twice",  "square",   "cube",   "root",
                                        "fraction", "part",   "mean",    "ratio",  "multiple", NULL};
    size_t noun = b->i - 2;
    bool known = b->i >= b->from + 2;
    b->none = known && lex_among(b->l, noun, parts);
    b->doubt |= !known || !lex_among(b->l, noun, wholes);
    return false;
}

/* An operand stands to the right: looks for an operator before it. Returns false where the expression begins. */
static bool operator_left(back *b) {
    static const char *const unsure[] = {
        "and",       "by",      "from",     "than",     "over",      "minus",    "plus",  "times",    "mod",
        "base",      "log",     "ln",       "sin",      "cos",       "tan",      "less",  "more",     "into",
        "divided",   "pages",   "weeks",    "days",     "years",     "rows",     "steps", "months",   "chapters",
        "hours",     "ages",    "grades",   "items",    "questions", "periods",  "to",    "problems", "numbers",
        "between",   "chapter", "lines",    "january",  "february",  "april",    "june",  "july",     "august",
        "september", "october", "november", "december", "box",       "class",    "room",  "page",     "version",
        "machine",   "player",  "team",     "bus",      "train",     "exercise", NULL};
    const lex_token *t = left_of(b);
    if (strchr("+-*/^", t->kind) || t->kind == LEX_FROM) {
        sign_left(b);
        return !b->none && b->i > b->from;
    }
    if (t->kind == LEX_CURRENCY && t[1].kind == LEX_CURRENCY && t[1].space) return false; /* the formula before */
    if (t->kind == LEX_CURRENCY) {
        b->i--;
        b->best = b->i;
        return true;
    }
    bool group = t[1].kind == '(' || (t[1].kind == LEX_WORD && !t[1].space);
    if (t->kind == ')' || (t->kind == LEX_NUMBER && group && !t[1].space)) { /* an implicit product */
        b->need = true;
        return true;
    }
    if (t->kind == LEX_NUMBER) {
        bool mixed = t[1].kind == LEX_NUMBER && t + 3 < b->l->tokens + b->l->count && t[2].kind == '/' && !t[2].space &&
                     t[3].kind == LEX_NUMBER && !t[3].space;
        mixed |= t[1].kind == LEX_FRACTION;
        if (mixed)
            took(b, b->i - 1);
        else
            b->doubt = true;
        return mixed;
    }
    if (t->kind == '(') {
        b->doubt |= t->pair == LEX_NONE;
        return false;
    }
    if (t->kind != LEX_WORD) {
        b->none = true;
        return false;
    }
    if (memchr(b->l->text + t->at, '_', t->length)) { /* "\\log_2 2^5" */
        b->none = true;
        return false;
    }
    bool command = t[1].kind == LEX_FRACTION || t[1].kind == LEX_ROOT;
    if (command && (!t[1].space || lead_is_symbol(b->l, b->from, b->i - 1))) { /* "a\sqrt{4}": a factor */
        b->none = true;
        return false;
    }
    size_t words;
    if (lex_is(b->l, b->i - 1, "of") && !multiplies(b, b->i - 1)) return of_left(b);
    if (calc_operator_at(b->l, b->i - 1, b->l->count, b->names, &words) && words == 1) {
        b->need = true;
        b->i--;
        return true;
    }
    if (b->i >= b->from + 2 && calc_operator_at(b->l, b->i - 2, b->l->count, b->names, &words) && words == 2) {
        b->need = true;
        b->i -= 2;
        return true;
    }
    bool equal = lex_is(b->l, b->i - 1, "to") && b->i >= b->from + 2 && lex_is(b->l, b->i - 2, "equal");
    b->doubt |= lex_among(b->l, b->i - 1, unsure) && !equal && !opens_clause(b, b->i - 1);
    return false;
}

/* Start of the longest expression that ends where the part ends; false when there is none. */
static bool suffix_start(const lex *tokens, const chain_part *part, const calc_names *names, size_t *start,
                         bool *doubt) {
    back b = {.l = tokens, .names = names, .from = part->from, .i = part->to, .best = part->to, .need = true};
    while (b.i > b.from && !b.none) {
        if (b.need)
            operand_left(&b);
        else if (!operator_left(&b))
            break;
    }
    if (b.best >= part->to) return false;
    if (b.none || b.need) {
        /* "the cost - 3 + 4": a dash, or an unknown less 3; anything else that cannot be read belongs to the expression
         */
        const lex_token *sign = &tokens->tokens[b.best > part->from ? b.best - 1 : b.best];
        if (sign->kind != '-' || !sign->space || !sign[1].space) return false;
        b.doubt = true;
    }
    if (b.best == part->from && b.best > 0 && strchr(",:.", tokens->tokens[b.best - 1].kind) &&
        (!tokens->tokens[b.best].space || tokens->tokens[b.best].length == 3) && b.best > 1 &&
        tokens->tokens[b.best - 2].kind == LEX_NUMBER)
        b.doubt = true; /* the minutes of 9:30, the second half of 1,5 or of 14, 400 */
    if (b.best == part->from && b.best > 1 && strchr("+-*/^", tokens->tokens[b.best - 2].kind)) b.doubt = true;
    const lex_token *k = tokens->tokens;
    bool dots = part->from > 1 && k[part->from - 1].kind == '.' && k[part->from - 2].kind == '.';
    bool sum = part->from > 0 && k[b.best].kind == '+' && k[part->from - 1].kind != LEX_LINE;
    if (b.best == part->from && (dots || sum)) b.doubt = true; /* "1 - 2 + ... + 99 - 100" */
    *start = b.best;
    *doubt = b.doubt;
    return true;
}

/* Whether nothing, or a word that adds nothing to it, stands before the formula that begins with this side. */
static bool begins_claim(const lex *tokens, const formula_side *side) {
    static const char *const plain[] = {"so", "then", "thus", "hence", "therefore", "get", "have", "obtain", NULL};
    size_t at = side->from;
    while (at > 0 && tokens->tokens[at - 1].kind == LEX_CURRENCY) at--;
    return at == 0 || strchr("\n.,:", tokens->tokens[at - 1].kind) || lex_among(tokens, at - 1, plain);
}

/* A side that the grammar reads. False: it is read from its tokens. */
static bool formula(calc *machine, const lex *tokens, const chain_part *part, bool tail, const calc_names *names,
                    calc_reading reading, calc_value *out) {
    formula_side side;
    size_t start;
    bool doubt = false;
    if (machine->base || !formula_find(tokens, part, tail, &side)) return false;
    bool known = tail && side.opens && suffix_start(tokens, part, names, &start, &doubt);
    if (known && start + 1 < side.from) return false; /* the prose before it belongs to it */
    if (!formula_value(machine, tokens, &side, reading, out)) return false;
    if (tail && side.opens) out->doubt |= known ? doubt : !begins_claim(tokens, &side);
    if (tail && out->operators == 0 && (known ? start : side.from) > part->from) out->doubt = true;
    if (!tail) calc_after(machine, tokens, side.next, part->to, names, out);
    return true;
}

/* Tokens [from, to), which hold a function, a factorial, bars or a floor, as the grammar reads them. */
static bool whole_formula(calc *machine, const lex *tokens, size_t from, size_t to, calc_reading reading,
                          calc_value *out) {
    formula_side side = {.from = from, .stop = to, .next = to};
    if (machine->base || !extent_wordless(tokens, from, to) || !formula_value(machine, tokens, &side, reading, out))
        return false;
    for (size_t at = from; at < to; at++) { /* max(1,000): one number, or two */
        const lex_token *t = &tokens->tokens[at];
        out->doubt |= t->kind == LEX_NUMBER && memchr(tokens->text + t->at, ',', t->length);
    }
    return true;
}

/* Whether the result before, with its words, and the next expression may have been read as one: "= 644 times 1000-135",
 * "= -30 -30/3", "= 15 15/30". */
static bool runs_on(const lex *tokens, const chain_part *part, size_t start, const calc_value *side) {
    const lex_token *k = tokens->tokens;
    if (part->relation != LEX_EQUAL || start > part->from) return false;
    for (size_t at = start + 1; at + 1 < side->stop; at++) {
        bool apart = strchr("+-", k[at].kind) && k[at].space && !k[at + 1].space;
        if (apart && k[at - 1].kind == LEX_NUMBER) return true;
    }
    bool mixed = start + 1 < part->to && k[start].kind == LEX_NUMBER && k[start + 1].kind == LEX_NUMBER;
    return mixed || lex_is(tokens, start + 1, "times");
}

bool chain_side(calc *machine, const lex *tokens, const chain_part *part, bool tail, const calc_names *names,
                calc_reading reading, calc_value *out) {
    if (part->from >= part->to) return false;
    if (formula(machine, tokens, part, tail, names, reading, out)) return true;
    size_t start, stop = tail ? part->from : extent_end(tokens, part->from, part->to);
    bool doubt;
    if (stop > part->from) {
        if (!whole_formula(machine, tokens, part->from, stop, reading, out)) return false;
        calc_after(machine, tokens, stop, part->to, names, out);
        return true;
    }
    if (!tail) return calc_range(machine, tokens, part->from, part->to, names, CALC_PREFIX, reading, out) == CAIRN_OK;
    if (!suffix_start(tokens, part, names, &start, &doubt)) return false;
    bool read = extent_holds(tokens, start, part->to)
                    ? whole_formula(machine, tokens, start, part->to, reading, out)
                    : calc_range(machine, tokens, start, part->to, names, CALC_WHOLE, reading, out) == CAIRN_OK;
    if (!read) return false;
    out->doubt |= doubt || runs_on(tokens, part, start, out);
    /* "day 1 = 3 + 4", "8 batches = 5 * 8": the number counts something else */
    if (out->operators == 0 && out->names == 0 && (start > part->from || out->unit_count)) out->doubt = true;
    return true;
}

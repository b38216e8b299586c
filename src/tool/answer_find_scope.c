/* Which part of a text is the solution: not the thinking before it, nor the turns after it, nor program code; and
 * whether what follows a statement takes it back. */
#include <string.h>

#include "tool/answer_find.h"

/* Marks that end a turn wherever they stand, and words that begin the next one in a line of their own; lower case. */
static const char *const ends[] = {"</s>",    "<|endoftext|>", "<|im_end|>",    "<|im_start|>", "<|eot_id|>",
                                   "<|end|>", "<|user|>",      "<end_of_turn>", "[inst]"};
static const char *const turns[] = {
    "human:",        "user:",     "question:",       "problem:",        "q:",          "new problem", "next problem",
    "next question", "follow-up", "similar problem", "another problem", "explanation:"};

/* First words of a sentence that takes back what was said. */
static const char *const retractions[] = {"wait",
                                          "no wait",
                                          "no, wait",
                                          "hold on",
                                          "oops",
                                          "whoops",
                                          "correction",
                                          "my mistake",
                                          "my bad",
                                          "scratch that",
                                          "i mean",
                                          "i made a mistake",
                                          "i made an error",
                                          "that's wrong",
                                          "that is wrong",
                                          "this is wrong",
                                          "that is incorrect",
                                          "this is incorrect",
                                          "on second thought",
                                          "after more thought",
                                          "on reflection",
                                          "let me reconsider",
                                          "let me rethink",
                                          "let me redo",
                                          "let me try again",
                                          "i meant",
                                          "strike that",
                                          "ignore that",
                                          "disregard",
                                          "i take that back",
                                          "i take it back",
                                          "that can't be",
                                          "that cannot be",
                                          "this can't be",
                                          "this cannot be",
                                          "that is too",
                                          "that's too",
                                          "this is too",
                                          "not so fast",
                                          "never mind",
                                          "let me recheck",
                                          "so we try again",
                                          "there is an error",
                                          "there's an error"};
/* Those that do so in the next sentence only, and where it says so. */
static const char *const objections[] = {"however", "but",         "no",           "sorry",     "actually",
                                         "hmm",     "i apologize", "apologies",    "not quite", "although",
                                         "yet",     "rather",      "it should be", "recheck"};
static const char *const faults[] = {"not",       "n't",        "wrong",       "incorrect",     "error",
                                     "mistake",   "instead",    "contradicts", "correct value", "correct answer",
                                     "should be", "impossible", "fails"};

/* Languages after "```" of program code. */
static const char *const languages[] = {"python",     "py",     "sympy", "cpp",  "c",   "java",
                                        "javascript", "js",     "bash",  "sh",   "sql", "r",
                                        "julia",      "matlab", "code",  "rust", "go",  "ruby"};

enum { SENTENCE_MOST = 200 };

size_t find_next_turn(const find_text *t) {
    for (size_t i = 0; i < t->n; i++) {
        char c = t->s[i];
        if (c != '<' && c != '[' && c != '\n') continue;
        for (size_t k = 0; k < FIND_COUNT(ends) && c != '\n'; k++)
            if (find_is(t, i, ends[k])) return i;
        if (c != '\n') continue;
        size_t line = i + 1;
        while (find_any(find_byte(t, line), " \t*#_")) line++;
        for (size_t k = 0; k < FIND_COUNT(turns); k++)
            if (find_is(t, line, turns[k])) return line;
        i = line - 1;
    }
    return t->n;
}

/* The number of the part that the line of `at` is labelled with: 2 for "(b)", "2.", "Part B:"; 0: none. */
static int label_of(const find_text *t, size_t at) {
    static const char *const roman[] = {"i)", "ii)", "iii)", "iv)", "v)"};
    size_t line = at > SENTENCE_MOST ? at - SENTENCE_MOST : 0;
    for (size_t i = line; i < at; i++)
        if (t->s[i] == '\n') line = i + 1;
    while (line < at && find_any(t->s[line], " \t*#>-")) line++;
    bool part = find_is_word(t, line, "part") || find_is_word(t, line, "case");
    if (part) line += 5;
    bool open = find_byte(t, line) == '(';
    for (int i = 0; open && i < 5; i++)
        if (find_is(t, line + 1, roman[i])) return i + 1;
    char label = find_lower(find_byte(t, line + open)), close = find_byte(t, line + open + 1);
    int number = label >= 'a' && label <= 'h' ? label - 'a' + 1 : label >= '1' && label <= '9' ? label - '0' : 0;
    bool closed = open ? close == ')' : close == ')' || close == '.' || (part && find_any(close, ": *"));
    return closed ? number : 0;
}

/* The start of the sentence in which `at` lies, marks of a line passed over; at most SENTENCE_MOST bytes before. */
static size_t sentence_of(const find_text *t, size_t at) {
    size_t stop = at > SENTENCE_MOST ? at - SENTENCE_MOST : 0, start = at;
    while (start > stop && t->s[start - 1] != '\n' && !(find_any(t->s[start - 1], ".!?") && t->s[start] == ' '))
        start--;
    while (start < at && find_any(t->s[start], " \t*#>-")) start++;
    return start;
}

/* Whether two sentences state two things of one kind: "The maximum is [3]. The minimum is [5]." */
static bool parallel(const find_text *t, size_t before, size_t at) {
    static const char *const closing[] = {"so",      "thus",   "therefore", "hence", "then",      "and",
                                          "finally", "answer", "total",     "final", "altogether"};
    size_t first = sentence_of(t, before), second = sentence_of(t, at), n = 0;
    if (!find_box_command(t, at) || second <= before || at - before > SENTENCE_MOST || t->s[first] < 'A' ||
        t->s[first] > 'Z')
        return false;
    while (find_letter(t->s[first + n]) && t->s[first + n] == find_byte(t, second + n)) n++;
    if (n < 3 || find_letter(t->s[first + n]) || find_letter(find_byte(t, second + n))) return false;
    for (size_t i = second; i < at; i++)
        if (!find_letter(t->s[i - 1]) && FIND_WORD(t, i, closing)) return false;
    return true;
}

bool find_next_part(const find_text *t, size_t before, size_t at) {
    int label = label_of(t, at);
    return (label > 1 && label_of(t, before) == label - 1) || parallel(t, before, at);
}

size_t find_thinking_end(const find_text *t) {
    static const char *const opens[] = {"<think>", "<thinking>"}, *const closes[] = {"</think>", "</thinking>"};
    size_t end = 0;
    bool thinks = false;
    for (const char *at = t->s; (at = memchr(at, '<', t->n - (size_t)(at - t->s))); at++) {
        size_t i = (size_t)(at - t->s);
        for (size_t k = 0; k < FIND_COUNT(opens); k++) {
            thinks = thinks || find_is(t, i, opens[k]);
            if (!find_is(t, i, closes[k])) continue;
            end = i + strlen(closes[k]);
            thinks = false;
        }
    }
    return thinks ? t->n : end;
}

size_t find_code_end(const find_text *t, size_t at) {
    if (!find_is(t, at, "```") || !FIND_WORD(t, at + 3, languages)) return 0;
    const char *end = memmem(t->s + at + 3, t->n - at - 3, "```", 3);
    return end ? (size_t)(end - t->s) + 3 : t->n;
}

/* Whether the sentence of a statement goes on to refute it: "is what the student wrote", "which is incorrect". */
static bool refuted(const find_text *t, size_t at) {
    static const char *const words[] = {"is what",        "was what",  "is wrong",           "is incorrect",
                                        "which is wrong", "cannot be", "which is incorrect", "is not",
                                        "would be wrong", "can't be",  "was wrong",          "is impossible"};
    static const char *const joins[] = {"or", "plus", "minus", "times", "to", "mod"};
    while (at < t->n && find_any(t->s[at], " $*),}")) at++;
    size_t join = FIND_WORD(t, at, joins);
    if (join) return find_digit(find_byte(t, at + join + 1 + (find_byte(t, at + join + 1) == '$')));
    return FIND_WORD(t, at, words) > 0;
}

/* Whether the sentence at `at` names a fault, or another value. */
static bool finds_fault(const find_text *t, size_t at) {
    for (size_t end = at + SENTENCE_MOST; at < t->n && at < end && !find_any(t->s[at], ".!?\n"); at++)
        if (find_digit(t->s[at]) || ((!find_letter(t->s[at - 1]) || t->s[at] == 'n') && FIND_WORD(t, at, faults)))
            return true;
    return false;
}

/* Whether the sentence [at, end) goes on from what was stated, to another value: "Hence 73.", "Now multiply by 2." */
static bool goes_on(const find_text *t, size_t at, size_t end, const find_statement *stated) {
    static const char *const steps[] = {
        "now",        "next",     "finally add", "finally subtract", "finally multiply", "finally divide",
        "it remains", "we still", "we then",     "then we"};
    static const char *const follows[] = {
        "hence",        "thus",         "therefore",   "so",       "then",          "adding",
        "subtracting",  "multiplying",  "dividing",    "finally",  "the other",     "the second",
        "another",      "we need",      "which makes", "for part", "let me double", "let me verify",
        "let me check", "let's verify", "let's check"};
    size_t value = stated->end, n;
    while (value > stated->start && t->s[value - 1] != '=' && t->s[value - 1] != ' ') value--;
    n = stated->end - value;
    bool digits = false, step = FIND_WORD(t, at, steps);
    if ((!step && !FIND_WORD(t, at, follows)) || memmem(t->s + at, end - at, t->s + value, n)) return false;
    bool other = find_is(t, at, "the other") || find_is(t, at, "the second");
    for (size_t i = at; i < end; i++) {
        digits |= find_digit(t->s[i]);
        if (!other && find_is(t, i, "answer")) return false;
    }
    return digits || step;
}

/* Whether the sentence [at, end) says that what was stated is wrong: "That is false.", "Check: it fails." */
static bool refutes(const find_text *t, size_t at, size_t end) {
    static const char *const words[] = {"wrong",      "false",       "incorrect", "it fails",
                                        "this fails", "contradicts", "oh no",     "hmm, no"};
    static const char *const others[] = {"answer", "not", "no longer", "nothing", "if", "would", "suppose"};
    bool found = false;
    for (size_t i = at; i < end; i++) {
        if (i > at && find_letter(t->s[i - 1])) continue;
        if (FIND_WORD(t, i, others)) return false;
        found |= FIND_WORD(t, i, words) > 0;
    }
    return found;
}

static bool ends_at(const find_text *t, size_t at) {
    return t->s[at] == '\n' || (find_any(t->s[at], ".!?") && !find_digit(find_byte(t, at + 1)));
}

bool find_retracted(const find_text *t, const find_statement *stated) {
    bool starts = true, box = stated->rule <= FIND_BOXES; /* remarks follow a box */
    int clauses = 0, sentences = 0;
    size_t at = stated->stop;
    if (refuted(t, at)) return true;
    for (bool begins = false; at < t->n; at++) {
        char c = t->s[at];
        if (starts && find_letter(c)) {
            if (FIND_WORD(t, at, retractions)) return true;
            if (clauses++ <= 1 && FIND_WORD(t, at, objections) && finds_fault(t, at)) return true;
        }
        if (begins && find_letter(c)) {
            size_t end = at;
            while (end < t->n && !ends_at(t, end)) end++;
            bool near = sentences++ == 0 || (sentences <= 3 && !box);
            if (near && (goes_on(t, at, end, stated) || refutes(t, at, end))) return true;
            begins = false;
        }
        begins |= ends_at(t, at);
        if (!find_any(c, " \t*_\"'")) starts = !find_letter(c) && !find_digit(c);
    }
    return false;
}

/* World `words`: what a step says, read from free text in one pass. A step is cut into clauses, each with at most one
 * claim; what matters in a clause is the equation or number, and which owner and object are named. Everything is
 * bounded: bytes, tokens, claims. */
#include "world/words/words.h"

#include <string.h>

typedef struct clause {
    const words_token *t; /* [n] */
    int32_t n;
} clause;

static bool is_sign(const words_token *t, char sign) {
    return t->kind == 's' && t->sign == sign;
}

static bool is_any(const words_token *t, const char *const *list) {
    for (; *list; list++)
        if (words_is(t, *list)) return true;
    return false;
}

/* + - * / or 0; also said in words. */
static char operator_of(const words_token *t) {
    if (t->kind == 's') return strchr("+-*/", t->sign) ? t->sign : '\0';
    if (words_is(t, "x") || words_is(t, "times")) return '*';
    if (words_is(t, "plus")) return '+';
    return words_is(t, "minus") ? '-' : '\0';
}

static bool is_equal_sign(const words_token *t) {
    return is_sign(t, '=') || words_is(t, "equals");
}

/* ---- clauses -------------------------------------------------------------------------------------------------------------- */

static bool tokenise(const char *step, size_t length, words_token tokens[WORDS_STEP_TOKENS], int32_t *n) {
    const char *at = step, *end = step + length;
    *n = 0;
    if (length > WORDS_STEP_BYTES) return false;
    while (*n < WORDS_STEP_TOKENS && words_next(&at, end, &tokens[*n]))
        if (!is_sign(&tokens[*n], '"') && !is_sign(&tokens[*n], '$')) *n += 1; /* these say nothing here */
    return at == end && *n > 0;
}

static bool is_stop(const words_token *t) {
    return t->kind == 's' && strchr(",;.!?", t->sign) != NULL;
}

static bool number_before_stop(const words_token *t, int32_t n) {
    for (int32_t i = 0; i < n && !is_stop(&t[i]); i++)
        if (t[i].kind == 'n') return true;
    return false;
}

/* A clause ends at punctuation or a joining word once it has a number; "and" joins nouns too, so it ends one only
 * before a further number. */
static clause next_clause(const words_token *t, int32_t n) {
    static const char *const joining[] = {"so", "then", "thus", "therefore", "hence", "but", NULL};
    bool number = false;
    int32_t i = 0;
    for (; i < n; i++) {
        if (number && (is_stop(&t[i]) || is_any(&t[i], joining))) break;
        if (number && words_is(&t[i], "and") && number_before_stop(t + i, n - i)) break;
        number = number || t[i].kind == 'n';
    }
    return (clause){t, i};
}

/* ---- numbers -------------------------------------------------------------------------------------------------------------- */

typedef enum found { NONE, BARE, EQUATION, UNREADABLE } found;

/* The nearest token at or before `at` that is not a plain word; -1: none. */
static int32_t before_words(const clause *c, int32_t at) {
    while (at >= 0 && c->t[at].kind == 'w' && !operator_of(&c->t[at])) at--;
    return at;
}

/* The number at or, over plain words, before *at. A minus before it is its sign unless it stands between two numbers.
 */
static bool number_behind(const clause *c, int32_t *at, int64_t *out) {
    int32_t i = before_words(c, *at);
    if (i < 0 || c->t[i].kind != 'n' || !c->t[i].whole) return false;
    *out = c->t[i--].number;
    if (i >= 0 && is_sign(&c->t[i], '-')) {
        int32_t j = before_words(c, i - 1);
        if (j < 0 || c->t[j].kind != 'n') {
            *out = -*out;
            i--;
        }
    }
    *at = i;
    return true;
}

/* a op b before the equality sign at `at`: one operation. */
static bool operation_behind(const clause *c, int32_t at, words_claim *out) {
    int32_t i = at - 1;
    if (!number_behind(c, &i, &out->b)) return false;
    i = before_words(c, i);
    if (i < 0) return false;
    out->op = operator_of(&c->t[i--]);
    if (!out->op || !number_behind(c, &i, &out->a)) return false;
    i = before_words(c, i);
    if (i < 0 || !operator_of(&c->t[i])) return true;
    i = before_words(c, i - 1);
    return i < 0 || c->t[i].kind != 'n'; /* a bullet, but no further operand */
}

/* The one number after the equality sign at `at`. */
static bool result_ahead(const clause *c, int32_t at, int64_t *out) {
    int32_t i = at + 1;
    bool minus = i < c->n && is_sign(&c->t[i], '-');
    if (minus) i++;
    if (i == c->n || c->t[i].kind != 'n' || !c->t[i].whole) return false;
    *out = minus ? -c->t[i].number : c->t[i].number;
    for (i++; i < c->n; i++)
        if (c->t[i].kind == 'n' || operator_of(&c->t[i])) return false;
    return true;
}

static found bare_number(const clause *c, int32_t at, int64_t *out) {
    bool minus = at > 0 && is_sign(&c->t[at - 1], '-');
    for (int32_t i = 1; i < c->n; i++)
        if (c->t[i].kind == 's' && operator_of(&c->t[i]) && !(minus && i == at - 1)) return NONE;
    if (!c->t[at].whole) return UNREADABLE;
    *out = minus ? -c->t[at].number : c->t[at].number;
    return BARE;
}

static found find_value(const clause *c, bool answer, words_claim *out) {
    int32_t signs = 0, numbers = 0, sign = 0, number = 0, ahead = 0;
    for (int32_t i = 0; i < c->n; i++) {
        if (is_equal_sign(&c->t[i])) signs++, sign = i;
        if (c->t[i].kind == 'n') numbers++, number = i, ahead += signs == 0;
    }
    if (signs > 1) return UNREADABLE;
    if (signs == 1) {
        if (!result_ahead(c, sign, &out->value)) return UNREADABLE;
        if (ahead == 0) return BARE;
        return operation_behind(c, sign, out) ? EQUATION : UNREADABLE;
    }
    if (numbers == 1) return bare_number(c, number, &out->value);
    return numbers > 1 && answer ? UNREADABLE : NONE;
}

/* ---- names ---------------------------------------------------------------------------------------------------------------- */

#define NAMES 4

typedef struct names {
    int owners[NAMES], objects[NAMES]; /* distinct, in order of their first mention; further ones are left out */
    int n_owners, n_objects;
    bool total, difference, more, fewer, answer;
    bool related; /* speaks of a relation: a bare number need not be a value */
} names;

static void add_name(int *list, int *n, int name) {
    for (int i = 0; i < *n; i++)
        if (list[i] == name) return;
    if (*n < NAMES) list[(*n)++] = name;
}

static names find_names(const clause *c) {
    static const char *const total[] = {"total", "together", "altogether", NULL};
    static const char *const related[] = {"more",    "fewer", "less",  "times", "twice", "half",   "third",
                                          "quarter", "each",  "every", "as",    "than",  "double", NULL};
    names who = {0};
    for (int32_t i = 0; i < c->n; i++) {
        const words_token *t = &c->t[i];
        bool one;
        if (t->kind != 'w') continue;
        if (words_owner(t) >= 0) add_name(who.owners, &who.n_owners, words_owner(t));
        if (words_object(t, &one) >= 0) add_name(who.objects, &who.n_objects, words_object(t, &one));
        who.total = who.total || is_any(t, total);
        who.related = who.related || is_any(t, related);
        who.difference = who.difference || words_is(t, "difference");
        who.more = who.more || words_is(t, "more");
        who.fewer = who.fewer || words_is(t, "fewer");
        who.answer = who.answer || words_is(t, "answer");
    }
    return who;
}

/* Are exactly a and b named (one name when they are equal), or nobody? */
static bool both_or_none(const int *list, int n, int a, int b) {
    if (n == 0) return true;
    if (a == b) return n == 1 && list[0] == a;
    return n == 2 && (list[0] == a || list[1] == a) && (list[0] == b || list[1] == b);
}

/* Does the clause speak of the sum or difference that the question asks for? */
static bool names_asked(const words_problem *p, const names *who, bool equation) {
    const words_quantity *q = &p->q[p->target];
    if (q->owner != WORDS_ASKED) return false;
    const words_quantity *l = &p->q[q->left], *r = &p->q[q->right];
    if (!both_or_none(who->owners, who->n_owners, l->owner, r->owner)) return false;
    if (!both_or_none(who->objects, who->n_objects, l->object, r->object)) return false;
    if (q->op == '+') return who->total;
    if (who->difference) return true;
    if (!equation || who->more == who->fewer) return false;
    if (who->n_owners == 0 || (who->n_owners < 2 && who->n_objects < 2)) return false;
    bool in_order = who->n_owners == 2 ? who->owners[0] == l->owner : who->objects[0] == l->object;
    return in_order == who->more;
}

/* The place that a clause speaks of. */
static int32_t find_place(const words_problem *p, const names *who, bool equation, words_claim *out) {
    int32_t place = WORDS_FOREIGN, owned = 0;
    if (names_asked(p, who, equation)) return p->target;
    if (who->n_owners == 0) return WORDS_NOTHING;
    if (who->n_owners > 1 && (who->total || who->difference || who->more || who->fewer)) return WORDS_NOTHING;
    out->owner = (int16_t)who->owners[0];
    out->object = (int16_t)(who->n_objects ? who->objects[0] : -1);
    for (int32_t i = 0; i < p->count; i++) {
        if (p->q[i].owner != out->owner || (out->object >= 0 && p->q[i].object != out->object)) continue;
        place = i;
        owned++;
    }
    return owned > 1 ? WORDS_NOTHING : place;
}

/* ---- claims --------------------------------------------------------------------------------------------------------------- */

static found read_clause(const words_problem *p, const clause *c, words_claim *out) {
    names who = find_names(c);
    *out = (words_claim){.place = WORDS_NOTHING, .owner = -1, .object = -1};
    found what = find_value(c, who.answer, out);
    if (what == NONE || what == UNREADABLE) return what;
    out->equation = what == EQUATION;
    if (who.answer) {
        out->place = WORDS_ANSWER;
        return what;
    }
    if (what == BARE && who.related) return NONE;
    out->place = find_place(p, &who, out->equation, out);
    bool asked = out->place >= 0 && p->q[out->place].owner == WORDS_ASKED;
    bool plain = asked || (who.n_owners == 1 && who.n_objects <= 1);
    if (what == BARE && (out->place == WORDS_NOTHING || !plain)) return NONE;
    return what;
}

/* "Ben's apples (4)" says in passing what Ben has. `behind`: the end of what stands before `t`. */
static bool is_aside(const words_problem *p, const words_token *behind, int32_t before, const words_token *t,
                     int32_t left, words_claim *out) {
    bool one;
    if (before < 4 || left < 3 || !is_sign(&behind[-3], '\'') || !words_is(&behind[-2], "s")) return false;
    if (!is_sign(&t[0], '(') || t[1].kind != 'n' || !t[1].whole || !is_sign(&t[2], ')')) return false;
    int owner = words_owner(&behind[-4]), object = words_object(&behind[-1], &one);
    if (owner < 0 || object < 0) return false;
    *out =
        (words_claim){.place = WORDS_FOREIGN, .owner = (int16_t)owner, .object = (int16_t)object, .value = t[1].number};
    for (int32_t i = 0; i < p->count; i++)
        if (p->q[i].owner == owner && p->q[i].object == object) out->place = i;
    return true;
}

/* Moves asides from the tokens to the claims; other brackets say nothing. False when there are too many, or nothing is
 * left. */
static bool take_asides(const words_problem *p, words_token *t, int32_t *count, words_claim *claims, int32_t *n) {
    int32_t kept = 0, i = 0;
    while (i < *count) {
        words_claim claim;
        if (is_aside(p, t + kept, kept, t + i, *count - i, &claim)) {
            if (*n == WORDS_CLAIMS) return false;
            claims[(*n)++] = claim;
            i += 3;
        } else {
            if (!is_sign(&t[i], '(') && !is_sign(&t[i], ')')) t[kept++] = t[i];
            i++;
        }
    }
    *count = kept;
    return kept > 0;
}

bool words_claims(const words_problem *p, const char *step, size_t length, words_claim claims[WORDS_CLAIMS],
                  int32_t *n) {
    words_token tokens[WORDS_STEP_TOKENS];
    int32_t count;
    bool answered = false;
    *n = 0;
    if (!tokenise(step, length, tokens, &count) || !take_asides(p, tokens, &count, claims, n)) return false;
    for (int32_t at = 0; at < count;) {
        words_claim claim;
        clause c = next_clause(tokens + at, count - at);
        at += c.n;
        found what = read_clause(p, &c, &claim);
        if (what == UNREADABLE) return false;
        if (what == NONE) continue;
        words_claim *last = *n ? &claims[*n - 1] : NULL;
        bool loose = last && last->place == WORDS_NOTHING && last->value == claim.value && !claim.equation;
        if (answered || (!loose && *n == WORDS_CLAIMS)) return false;
        answered = claim.place == WORDS_ANSWER;
        if (loose) { /* "3 * 4 = 12, so Anna has 12 pears" */
            last->place = claim.place;
            last->owner = claim.owner;
            last->object = claim.object;
        } else {
            claims[(*n)++] = claim;
        }
    }
    return true;
}

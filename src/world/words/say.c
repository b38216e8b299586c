/* World `words`: saying a step. A wording is chosen by number; number 0 of each kind is the canonical one. */
#include "world/words/words.h"

/* %O %o: owner and objects of the quantity; %X %y %a: those of the left operand and its value; %Y %z %b: of the right
 * one; %n: the number that is the second operand; %w: the operation; %E: the equation; %c: the value. */
#define NAMED   6 /* of these, and one that looks the operands up */
#define BARE    2
#define ASKED   5
#define ANSWERS 3

/* The easiest to learn first: what says which quantities it calculates from, and the value behind each, then what names
 * the quantity before it calculates. */
static const char from_one[] = "%O's %o are %X's %y (%a) %w %n: %E.";
static const char from_times[] = "%O's %o are %n times %X's %y (%a): %E.";
static const char from_two[] = "%O's %o are %X's %y (%a) %w %Y's %z (%b): %E.";
#define TOTAL      "Together that is %X's %y (%a) plus %Y's %z (%b): %E."
#define DIFFERENCE "The difference is %X's %y (%a) minus %Y's %z (%b): %E."
static const char *const named[NAMED] = {
    "%O's %o: %E.",     "The number of %o that %O has is %E.", "%O has %E %o.",
    "So %O has %E %o.", "This means that %O has %E %o.",       "%E, so %O has %c %o.",
};

static const char *const bare[BARE] = {"%O has %c %o.", "The number of %o that %O has is %c."};

static const char *const total_of_object[ASKED] = {
    TOTAL, "%X and %Y have %E %y together.", "Together they have %E %y.", "In total that is %E %y.", "The total is %E.",
};
static const char *const total_of_owner[ASKED] = {
    TOTAL, "%X has %E %y and %z together.", "Together that is %E.", "In total that is %E.", "The total is %E.",
};
static const char *const difference_of_object[ASKED] = {
    DIFFERENCE,
    "%X has %E more %y than %Y.",
    "So %X has %E more %y than %Y.",
    "The difference is %E %y.",
    "The difference is %E.",
};
static const char *const difference_of_owner[ASKED] = {
    DIFFERENCE,
    "%X has %E more %y than %z.",
    "So %X has %E more %y than %z.",
    "The difference is %E.",
    "So the difference is %E.",
};

static const char *const answers[ANSWERS] = {"Answer: %c", "The answer is %c.", "So the answer is %c."};

int32_t words_step_forms(const words_problem *p, const words_claim *claim) {
    if (claim->place < 0) return ANSWERS;
    if (p->q[claim->place].owner == WORDS_ASKED) return ASKED;
    return claim->equation ? NAMED + 1 : BARE;
}

static const char *wording_of_asked(const words_problem *p, const words_quantity *q, int32_t form) {
    bool one_object = p->q[q->left].object == p->q[q->right].object;
    if (q->op == '+') return (one_object ? total_of_object : total_of_owner)[form];
    return (one_object ? difference_of_object : difference_of_owner)[form];
}

static const char *wording_of(const words_problem *p, const words_claim *claim, int32_t form) {
    if (claim->place < 0) return answers[form];
    const words_quantity *q = &p->q[claim->place];
    if (q->owner == WORDS_ASKED) return wording_of_asked(p, q, form);
    if (!claim->equation) return bare[form];
    if (form > 0) return named[form - 1];
    return q->right >= 0 ? from_two : q->op == '*' ? from_times : from_one;
}

static void put_equation(words_writer *w, const words_claim *claim) {
    char op[4] = {' ', claim->op, ' ', '\0'};
    words_put_number(w, claim->a);
    words_put(w, op);
    words_put_number(w, claim->b);
    words_put(w, " = ");
    words_put_number(w, claim->value);
}

size_t words_say(const words_problem *p, const words_state *s, const words_claim *claim, int32_t form,
                 char out[WORDS_SAID_BYTES]) {
    words_writer w = {out, out + WORDS_SAID_BYTES - 1};
    const words_quantity *q = claim->place < 0 ? NULL : &p->q[claim->place];
    const words_quantity *left = q && q->left >= 0 ? &p->q[q->left] : NULL;
    const words_quantity *right = q && q->right >= 0 ? &p->q[q->right] : NULL;
    for (const char *text = wording_of(p, claim, form); *text; text++) {
        char letter[2] = {*text, '\0'};
        if (*text != '%') {
            words_put(&w, letter);
            continue;
        }
        switch (*++text) {
        case 'E':
            put_equation(&w, claim);
            break;
        case 'c':
            words_put_number(&w, claim->value);
            break;
        case 'a':
        case 'b':
            words_put_number(&w, s->value[*text == 'a' ? q->left : q->right]);
            break;
        case 'n':
            words_put_number(&w, q->number);
            break;
        case 'w':
            words_put(&w, q->op == '+' ? "plus" : q->op == '-' ? "minus" : q->op == '*' ? "times" : "divided by");
            break;
        case 'O':
        case 'X':
        case 'Y':
            words_put_owner(&w, (*text == 'O' ? q : *text == 'X' ? left : right)->owner);
            break;
        default:
            words_put_object(&w, (*text == 'o' ? q : *text == 'y' ? left : right)->object, false);
        }
    }
    if (*out >= 'a' && *out <= 'z') *out = (char)(*out - 'a' + 'A');
    return (size_t)(w.at - out);
}

/* "twice as many" is said 2 * 4: the number first. */
words_claim words_derive(const words_problem *p, int32_t place, const words_state *s) {
    const words_quantity *q = &p->q[place];
    words_claim claim = {.place = place, .equation = q->op != '=', .op = q->op};
    if (!claim.equation) return claim;
    claim.a = s->value[q->left];
    claim.b = q->right >= 0 ? s->value[q->right] : q->number;
    if (q->op == '*' && q->right < 0) {
        claim.b = claim.a;
        claim.a = q->number;
    }
    return claim;
}

void words_put_fact(words_writer *w, const words_problem *p, int32_t place, int64_t value) {
    const words_quantity *q = place < 0 ? NULL : &p->q[place];
    if (!q || q->owner == WORDS_ASKED) {
        words_put(w, !q ? "the answer is " : q->op == '+' ? "the total is " : "the difference is ");
        words_put_number(w, value);
        return;
    }
    words_put_owner(w, q->owner);
    words_put(w, " has ");
    words_put_number(w, value);
    words_put(w, " ");
    words_put_object(w, q->object, value == 1);
}

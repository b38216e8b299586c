/* World `words`: the sentences of a problem: the table of wordings, and telling a graph by it. */
#include "world/words/wording.h"

#include <string.h>

const wording words_sentences[WORDS_SENTENCES] = {
    {'=', false, 0, "%O has %k %o."},
    {'=', false, 0, "%O has exactly %k %o."},
    {'=', false, 0, "%O owns %k %o."},
    {'=', false, 0, "The number of %o that %O has is %k."},
    {'+', false, 0, "%O has %k more %o than %A."},
    {'+', false, 0, "%O has as many %o as %A, plus %k more."},
    {'+', false, 0, "The number of %o that %O has is %k more than %N."},
    {'-', false, 0, "%O has %k fewer %o than %A."},
    {'-', false, 0, "%O has as many %o as %A, minus %k."},
    {'-', false, 0, "The number of %o that %O has is %k less than %N."},
    {'*', false, 0, "%O has %t as many %o as %A."},
    {'*', false, 0, "The number of %o that %O has is %t %N."},
    {'*', false, OTHER_OWNER, "%O has %k %o for each %x that %X has."},
    {'*', false, OTHER_OWNER, "For each %x that %X has, %O has %k %o."},
    {'/', false, 0, "%O has %f as many %o as %A."},
    {'/', false, 0, "The number of %o that %O has is %f of %N."},
    {'/', false, OTHER_OWNER, "For every %k %y that %X has, %O has 1 %s."},
    {'+', true, 0, "The number of %o that %O has is %N plus %M."},
    {'+', true, 0, "To get the number of %o that %O has, add %N and %M."},
    {'+', true, TWO_OWNERS, "%O has as many %o as %P and %R put together."},
    {'+', true, PAIR_OWNER, "%O has as many %o as %X's %y and %z put together."},
    {'+', true, ONE_OBJECT, "%O has as many %o as %X and %Y together."},
    {'-', true, 0, "The number of %o that %O has is %N minus %M."},
    {'-', true, 0, "To get the number of %o that %O has, subtract %M from %N."},
    {'-', true, TWO_OWNERS, "%O has as many %o as the difference between %P and %R."},
    {'-', true, PAIR_OWNER, "%O has as many %o as the difference between %X's %y and %z."},
    {'*', true, 0, "The number of %o that %O has is %N times %M."},
    {'*', true, 0, "To get the number of %o that %O has, multiply %N by %M."},
    {'*', true, OTHER_OWNER | OTHER_RIGHT, "For each %x that %X has, %O has as many %o as %B."},
};

const wording words_questions[WORDS_QUESTIONS] = {
    {'=', false, 0, "How many %o does %O have?"},
    {'=', false, 0, "What is the number of %o that %O has?"},
    {'=', false, 0, "Find the number of %o that %O has."},
    {'+', true, PAIR_OBJECT, "How many %y do %X and %Y have together?"},
    {'+', true, PAIR_OBJECT, "What is the total number of %y that %X and %Y have?"},
    {'+', true, PAIR_OWNER, "How many %y and %z does %X have together?"},
    {'+', true, PAIR_OWNER, "What is the total number of %y and %z that %X has?"},
    {'-', true, PAIR_OBJECT, "How many more %y does %X have than %Y?"},
    {'-', true, PAIR_OBJECT, "How many fewer %y does %Y have than %X?"},
    {'-', true, PAIR_OWNER, "How many more %y than %z does %X have?"},
    {'-', true, PAIR_OWNER, "How many fewer %z than %y does %X have?"},
};

bool words_suits(const wording *w, const frame *f) {
    const name *q = &f->of[SELF], *l = &f->of[LEFT], *r = &f->of[RIGHT];
    if ((w->needs & OTHER_OWNER) && l->owner == q->owner) return false;
    if ((w->needs & OTHER_RIGHT) && r->owner == q->owner) return false;
    if ((w->needs & ONE_OBJECT) && (l->object != q->object || r->object != q->object)) return false;
    if ((w->needs & PAIR_OBJECT) && l->object != r->object) return false;
    if ((w->needs & PAIR_OWNER) && l->owner != r->owner) return false;
    if ((w->needs & TWO_OWNERS) && l->owner == r->owner) return false;
    return !(w->op == '/' && strstr(w->text, "%f") && f->number > 4);
}

/* ---- telling ------------------------------------------------------------------------------------------------------------ */

static name name_of(const words_problem *p, int32_t place) {
    if (place < 0) return (name){-1, -1};
    return (name){p->q[place].owner, p->q[place].object};
}

static frame frame_of(const words_problem *p, int32_t place) {
    const words_quantity *q = &p->q[place];
    return (frame){{name_of(p, place), name_of(p, q->left), name_of(p, q->right)}, q->number};
}

static void put_compared(words_writer *w, const name *q, const name *than) {
    if (than->owner != q->owner) words_put_owner(w, than->owner);
    if (than->owner != q->owner && than->object != q->object) words_put(w, " has ");
    if (than->owner == q->owner || than->object != q->object) words_put_object(w, than->object, false);
}

static void put_count(words_writer *w, const name *of) {
    words_put(w, "the number of ");
    words_put_object(w, of->object, false);
    words_put(w, " that ");
    words_put_owner(w, of->owner);
    words_put(w, " has");
}

static void put_possessive(words_writer *w, const name *of) {
    words_put_owner(w, of->owner);
    words_put(w, "'s ");
    words_put_object(w, of->object, false);
}

static void put_blank(words_writer *w, char blank, const frame *f) {
    const name *q = &f->of[SELF], *l = &f->of[LEFT], *r = &f->of[RIGHT];
    switch (blank) {
    case 'O':
    case 'X':
    case 'Y':
        words_put_owner(w, (blank == 'O' ? q : blank == 'X' ? l : r)->owner);
        break;
    case 'o':
    case 'y':
    case 'z':
        words_put_object(w, (blank == 'o' ? q : blank == 'y' ? l : r)->object, false);
        break;
    case 's':
    case 'x':
        words_put_object(w, (blank == 's' ? q : l)->object, true);
        break;
    case 'A':
    case 'B':
        put_compared(w, q, blank == 'A' ? l : r);
        break;
    case 'N':
    case 'M':
        put_count(w, blank == 'N' ? l : r);
        break;
    case 'P':
    case 'R':
        put_possessive(w, blank == 'P' ? l : r);
        break;
    case 't':
        if (f->number == 2) words_put(w, "twice");
        if (f->number == 2) break;
        words_put_number(w, f->number);
        words_put(w, " times");
        break;
    case 'f':
        words_put(w, f->number == 2 ? "half" : f->number == 3 ? "a third" : "a quarter");
        break;
    default:
        words_put_number(w, f->number);
    }
}

static void tell(words_writer *w, const char *text, const frame *f) {
    char *start = w->at;
    for (; *text; text++) {
        char letter[2] = {*text, '\0'};
        if (*text == '%')
            put_blank(w, *++text, f);
        else
            words_put(w, letter);
    }
    if (*start >= 'a' && *start <= 'z') *start = (char)(*start - 'a' + 'A');
}

int32_t words_sentence_forms(const words_problem *p, int32_t place, uint8_t forms[16]) {
    const words_quantity *q = &p->q[place];
    frame f = frame_of(p, place);
    int32_t n = 0;
    for (int32_t i = 0; i < WORDS_SENTENCES; i++)
        if (words_sentences[i].op == q->op && words_sentences[i].two == (q->right >= 0) &&
            words_suits(&words_sentences[i], &f))
            forms[n++] = (uint8_t)i;
    return n;
}

int32_t words_question_forms(const words_problem *p, uint8_t forms[16]) {
    bool asked = p->q[p->target].owner == WORDS_ASKED;
    frame f = frame_of(p, p->target);
    int32_t n = 0;
    for (int32_t i = 0; i < WORDS_QUESTIONS; i++)
        if (words_questions[i].op == (asked ? p->q[p->target].op : '=') && words_suits(&words_questions[i], &f))
            forms[n++] = (uint8_t)i;
    return n;
}

size_t words_tell(const words_problem *p, char out[WORDS_TEXT_BYTES]) {
    words_writer w = {out, out + WORDS_TEXT_BYTES - 1};
    for (int32_t i = 0; i < p->count && p->q[i].owner != WORDS_ASKED; i++) {
        frame f = frame_of(p, i);
        tell(&w, words_sentences[p->q[i].form].text, &f);
        words_put(&w, " ");
    }
    frame f = frame_of(p, p->target);
    tell(&w, words_questions[p->form].text, &f);
    return (size_t)(w.at - out);
}

/* World `words`: a problem's graph read back from its text, by the wordings that it is told in. */
#include <string.h>
#include <strings.h>

#include "world/words/wording.h"

static const frame nothing = {{{-1, -1}, {-1, -1}, {-1, -1}}, -1};

typedef struct reader {
    const char *at, *end;
} reader;

/* One value however often it is said. */
static bool agree(int *known, int said) {
    if (*known >= 0 && *known != said) return false;
    *known = said;
    return true;
}

static bool read_word(reader *r, const char *word) {
    words_token t;
    return words_next(&r->at, r->end, &t) && words_is(&t, word);
}

static bool read_owner(reader *r, int *out) {
    words_token t;
    if (!words_next(&r->at, r->end, &t)) return false;
    bool place = words_is(&t, "the");
    if (place && !words_next(&r->at, r->end, &t)) return false;
    int owner = words_owner(&t);
    return owner >= 0 && place == (owner >= WORDS_PEOPLE) && agree(out, owner);
}

static bool read_object(reader *r, bool one, int *out) {
    words_token t;
    bool said_one;
    if (!words_next(&r->at, r->end, &t)) return false;
    int object = words_object(&t, &said_one);
    return object >= 0 && said_one == one && agree(out, object);
}

static bool read_value(reader *r, int64_t *out) {
    words_token t;
    if (!words_next(&r->at, r->end, &t) || t.kind != 'n' || !t.whole || t.number > WORDS_LARGEST) return false;
    if (*out >= 0 && *out != t.number) return false;
    *out = t.number;
    return true;
}

static bool read_compared(reader *r, const name *q, name *than) {
    reader first = *r;
    if (!read_owner(r, &than->owner)) {
        *r = first;
        return agree(&than->owner, q->owner) && read_object(r, false, &than->object);
    }
    reader behind = *r;
    if (read_word(r, "has")) return read_object(r, false, &than->object);
    *r = behind;
    return agree(&than->object, q->object);
}

static bool read_count(reader *r, name *of) {
    return read_word(r, "the") && read_word(r, "number") && read_word(r, "of") && read_object(r, false, &of->object) &&
           read_word(r, "that") && read_owner(r, &of->owner) && read_word(r, "has");
}

static bool read_possessive(reader *r, name *of) {
    words_token t;
    return read_owner(r, &of->owner) && words_next(&r->at, r->end, &t) && t.kind == 's' && t.sign == '\'' &&
           read_word(r, "s") && read_object(r, false, &of->object);
}

static bool read_times(reader *r, int64_t *out) {
    reader first = *r;
    if (!read_word(r, "twice")) {
        *r = first;
        return read_value(r, out) && read_word(r, "times");
    }
    *out = 2;
    return true;
}

static bool read_fraction(reader *r, int64_t *out) {
    words_token t;
    if (!words_next(&r->at, r->end, &t)) return false;
    if (words_is(&t, "a") && words_next(&r->at, r->end, &t))
        *out = words_is(&t, "third") ? 3 : words_is(&t, "quarter") ? 4 : 0;
    else
        *out = words_is(&t, "half") ? 2 : 0;
    return *out > 0;
}

static bool read_blank(reader *r, char blank, frame *f) {
    name *q = &f->of[SELF], *left = &f->of[LEFT], *right = &f->of[RIGHT];
    switch (blank) {
    case 'O':
    case 'X':
    case 'Y':
        return read_owner(r, &(blank == 'O' ? q : blank == 'X' ? left : right)->owner);
    case 'o':
    case 'y':
    case 'z':
        return read_object(r, false, &(blank == 'o' ? q : blank == 'y' ? left : right)->object);
    case 's':
    case 'x':
        return read_object(r, true, &(blank == 's' ? q : left)->object);
    case 'A':
    case 'B':
        return read_compared(r, q, blank == 'A' ? left : right);
    case 'N':
    case 'M':
        return read_count(r, blank == 'N' ? left : right);
    case 'P':
    case 'R':
        return read_possessive(r, blank == 'P' ? left : right);
    case 't':
        return read_times(r, &f->number);
    case 'f':
        return read_fraction(r, &f->number);
    default:
        return read_value(r, &f->number);
    }
}

/* The whole wording at *r: each word, number and sign of it is the next token. */
static bool match(const char *text, reader *r, frame *f) {
    const char *end = text + strlen(text);
    while (text < end) {
        words_token want, got;
        if (*text == ' ') {
            text++;
        } else if (*text == '%') {
            if (!read_blank(r, text[1], f)) return false;
            text += 2;
        } else {
            if (!words_next(&text, end, &want) || !words_next(&r->at, r->end, &got) || got.kind != want.kind)
                return false;
            if (want.kind == 's' ? want.sign != got.sign
                                 : want.length != got.length || strncasecmp(want.start, got.start, want.length) != 0)
                return false;
        }
    }
    return true;
}

/* The first wording that the text at *r has; -1: none. */
static int32_t match_any(const wording *table, int32_t n, reader *r, frame *out) {
    for (int32_t i = 0; i < n; i++) {
        reader at = *r;
        frame f = nothing;
        if (!match(table[i].text, &at, &f)) continue;
        if (table[i].needs & ONE_OBJECT) f.of[LEFT].object = f.of[RIGHT].object = f.of[SELF].object;
        if (table[i].needs & PAIR_OBJECT) f.of[RIGHT].object = f.of[LEFT].object;
        if (table[i].needs & PAIR_OWNER) f.of[RIGHT].owner = f.of[LEFT].owner;
        if (!words_suits(&table[i], &f)) continue;
        *r = at;
        *out = f;
        return i;
    }
    return -1;
}

/* The place of a named quantity, -1 for none. */
static int16_t find(const words_problem *p, const name *of) {
    for (int32_t i = 0; i < p->count; i++)
        if (p->q[i].owner == of->owner && p->q[i].object == of->object) return (int16_t)i;
    return -1;
}

static bool resolve(const words_problem *p, const wording *w, const frame *f, words_quantity *q) {
    q->left = w->op == '=' ? -1 : find(p, &f->of[LEFT]);
    q->right = w->two ? find(p, &f->of[RIGHT]) : -1;
    return (w->op == '=' || q->left >= 0) && (!w->two || q->right >= 0);
}

const char *words_read(const char *text, size_t length, words_problem *p, size_t *where) {
    static const char undefined[] = "speaks of a quantity that no sentence defines";
    reader r = {text, text + length};
    frame frames[WORDS_MOST], f = nothing;
    int32_t form, question;
    *where = 0;
    if (length >= WORDS_TEXT_BYTES) return "is too long";
    memset(p, 0, sizeof *p);
    while ((form = match_any(words_sentences, WORDS_SENTENCES, &r, &f)) >= 0) {
        if (p->count == WORDS_MOST - 1) return "has too many quantities";
        if (find(p, &f.of[SELF]) >= 0) return "defines a quantity twice";
        frames[p->count] = f;
        p->q[p->count++] = (words_quantity){.owner = (uint8_t)f.of[SELF].owner,
                                            .object = (uint8_t)f.of[SELF].object,
                                            .op = words_sentences[form].op,
                                            .form = (uint8_t)form,
                                            .number = (int16_t)(words_sentences[form].two ? 0 : f.number)};
        *where = (size_t)(r.at - text);
    }
    question = match_any(words_questions, WORDS_QUESTIONS, &r, &f);
    while (r.at < r.end && (*r.at == ' ' || *r.at == '\n')) r.at++;
    if (question < 0 || r.at < r.end) return "has a sentence or question that cannot be read";
    for (int32_t i = 0; i < p->count; i++)
        if (!resolve(p, &words_sentences[p->q[i].form], &frames[i], &p->q[i])) return undefined;
    p->form = question;
    if (words_questions[question].op == '=') {
        p->target = find(p, &f.of[SELF]);
        if (p->target < 0) return undefined;
    } else {
        p->target = p->count++;
        p->q[p->target] = (words_quantity){.owner = WORDS_ASKED, .op = words_questions[question].op};
        if (!resolve(p, &words_questions[question], &f, &p->q[p->target])) return undefined;
        if (p->q[p->target].left == p->q[p->target].right) return "asks for a quantity and itself";
    }
    return words_finish(p);
}

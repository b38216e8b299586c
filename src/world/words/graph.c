/* World `words`: the graph of quantities: its order and truth, and drawing one at random.
 *
 * Drawn in this order: what derives from what (the question takes exactly `operations` steps), values and operations that
 * fit, the quantities that the question does not need, names, and the order of the sentences. */
#include "world/words/words.h"

#include <string.h>

#define TRIES 2000

bool words_compute(int64_t a, char op, int64_t b, int64_t *out) {
    int64_t value;
    switch (op) {
    case '+':
        value = a + b;
        break;
    case '-':
        value = a - b;
        break;
    case '*':
        value = a * b; /* both are within 30 bits */
        break;
    case '/':
        if (b == 0 || a % b != 0) return false;
        value = a / b;
        break;
    default:
        return false;
    }
    if (value > WORDS_BOUND || value < -WORDS_BOUND) return false;
    *out = value;
    return true;
}

uint64_t words_operands(const words_quantity *q) {
    return (q->left >= 0 ? UINT64_C(1) << q->left : 0) | (q->right >= 0 ? UINT64_C(1) << q->right : 0);
}

static const char *find_truth(words_problem *p, int32_t place) {
    words_quantity *q = &p->q[place];
    int64_t value = q->number;
    if (q->op != '=') {
        int64_t right = q->right >= 0 ? p->q[q->right].truth : q->number;
        if (!words_compute(p->q[q->left].truth, q->op, right, &value)) return "a quotient is not whole";
    }
    if (value < 0 || value > WORDS_LARGEST) return "a value is not within 0 .. 999";
    q->truth = (int16_t)value;
    return NULL;
}

const char *words_finish(words_problem *p) {
    uint64_t placed = 0;
    int32_t n = 0;
    for (bool moved = true; moved && n < p->count;) {
        moved = false;
        for (int32_t i = 0; i < p->count; i++) {
            if (placed >> i & 1u || words_operands(&p->q[i]) & ~placed) continue;
            const char *why = find_truth(p, i);
            if (why) return why;
            placed |= UINT64_C(1) << i;
            p->order[n++] = (uint8_t)i;
            moved = true;
        }
    }
    if (n < p->count) return "a quantity derives from itself";
    p->needed = UINT64_C(1) << p->target;
    p->derived = 0;
    p->steps = p->useless = 0;
    for (int32_t k = n - 1; k >= 0; k--) {
        int32_t i = p->order[k];
        bool needed = p->needed >> i & 1u;
        if (needed) p->needed |= words_operands(&p->q[i]);
        if (p->q[i].op == '=') continue;
        p->derived |= UINT64_C(1) << i;
        *(needed ? &p->steps : &p->useless) += 1;
    }
    return NULL;
}

/* ---- what derives from what ---------------------------------------------------------------------------------------- */

static int16_t add(words_problem *p) {
    p->q[p->count] = (words_quantity){.op = '=', .left = -1, .right = -1};
    return (int16_t)p->count++;
}

/* One open quantity after another becomes derived, from new ones or also from another open one: an open one has no
 * operands yet, so there is no circle, and everything stands behind quantity 0. */
static void draw_shape(cairn_rng *rng, int32_t operations, double joins, bool asked, words_problem *p) {
    int16_t open[WORDS_MOST];
    uint32_t n_open = 1;
    *p = (words_problem){.target = 0};
    open[0] = add(p);
    for (int32_t i = 0; i < operations; i++) {
        uint32_t pick = cairn_rng_below(rng, n_open);
        words_quantity *q = &p->q[open[pick]];
        open[pick] = open[--n_open];
        q->op = '?';
        bool two = (asked && i == 0) || cairn_rng_unit(rng) < joins, shared = cairn_rng_unit(rng) < 0.3;
        if (two && shared && n_open > 0)
            q->right = open[cairn_rng_below(rng, n_open)];
        else if (two)
            q->right = open[n_open++] = add(p);
        q->left = open[n_open++] = add(p);
    }
}

/* ---- values ----------------------------------------------------------------------------------------------------------- */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Results are 2 or more, so that every noun is plural, and `largest` at most. */
static bool fits(int64_t a, char op, int64_t b, int64_t largest) {
    int64_t c;
    return words_compute(a, op, b, &c) && c >= 2 && c <= largest;
}

/* A number to go with `op` after a value; 0: none fits. */
static int64_t draw_number(cairn_rng *rng, int64_t a, char op, int64_t largest) {
    int64_t fitting[20];
    uint32_t n = 0;
    int64_t most = op == '*' ? 5 : op == '/' ? 4 : 20;
    for (int64_t b = 2; b <= most; b++)
        if (fits(a, op, b, largest)) fitting[n++] = b;
    return n ? fitting[cairn_rng_below(rng, n)] : 0;
}

/* Chooses among the operations that fit the operands' values. False when none does. */
static bool draw_operation(cairn_rng *rng, words_problem *p, words_quantity *q, const char *ops, int64_t largest) {
    char fitting[4];
    int64_t numbers[4];
    uint32_t n = 0;
    bool two = q->right >= 0;
    if (two && p->q[q->left].truth < p->q[q->right].truth) {
        int16_t swap = q->left;
        q->left = q->right;
        q->right = swap;
    }
    int64_t a = p->q[q->left].truth, b = two ? p->q[q->right].truth : 0;
    for (; *ops; ops++) {
        int64_t number = two ? b : draw_number(rng, a, *ops, largest);
        bool good = number > 0 && fits(a, *ops, number, largest);
        if (two && (*ops == '/' || (*ops == '*' && b > 12))) good = false;
        if (!good) continue;
        fitting[n] = *ops;
        numbers[n++] = number;
    }
    if (n == 0) return false;
    uint32_t pick = cairn_rng_below(rng, n);
    int64_t c;
    q->op = fitting[pick];
    q->number = two ? 0 : (int16_t)numbers[pick];
    if (two && q->op != '-' && cairn_rng_unit(rng) < 0.5) {
        int16_t swap = q->left;
        q->left = q->right;
        q->right = swap;
    }
    if (words_compute(a, q->op, numbers[pick], &c)) q->truth = (int16_t)c;
    return true;
}

static void draw_given(cairn_rng *rng, words_quantity *q, int64_t largest) {
    q->op = '=';
    q->left = q->right = -1;
    q->truth = q->number = (int16_t)cairn_rng_range(rng, 2, least(largest, 10 + largest / 5));
}

/* Operands have higher places than what derives from them or shared ones that were open: places in falling order will
 * not do for those, so quantities are tried until all have values. */
static bool draw_values(cairn_rng *rng, words_problem *p, bool asked, int64_t largest) {
    uint64_t valued = 0, all = (UINT64_C(1) << p->count) - 1;
    while (valued != all)
        for (int32_t i = p->count - 1; i >= 0; i--) {
            words_quantity *q = &p->q[i];
            if (valued >> i & 1u || words_operands(q) & ~valued) continue;
            const char *ops = !(asked && i == 0) ? "+-*/" : cairn_rng_below(rng, 2) ? "+" : "-";
            if (q->left < 0)
                draw_given(rng, q, largest);
            else if (!draw_operation(rng, p, q, ops, largest))
                return false;
            valued |= UINT64_C(1) << i;
        }
    return true;
}

/* A quantity that nothing needed derives from: every second one derives from others where numbers fit, somewhat
 * seldomer from two than needed ones do. */
static void draw_distractor(cairn_rng *rng, words_problem *p, bool asked, const words_settings *settings) {
    uint32_t first = asked ? 1 : 0, others = (uint32_t)p->count - first;
    words_quantity *q = &p->q[add(p)];
    bool derived = cairn_rng_below(rng, 2), two = others > 1 && cairn_rng_unit(rng) < 0.75 * settings->joins;
    q->left = (int16_t)(first + cairn_rng_below(rng, others));
    if (two) {
        q->right = (int16_t)(first + cairn_rng_below(rng, others - 1));
        if (q->right >= q->left) q->right++;
    }
    if (!derived || !draw_operation(rng, p, q, "+-*/", settings->largest)) draw_given(rng, q, settings->largest);
}

/* ---- names and order -------------------------------------------------------------------------------------------------- */

static void shuffle(cairn_rng *rng, uint16_t *items, uint32_t n) {
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = cairn_rng_below(rng, i);
        uint16_t swap = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swap;
    }
}

/* So many kinds of objects that no more owners are needed than there are people. */
static uint32_t count_objects(cairn_rng *rng, uint32_t named, int64_t wanted) {
    uint32_t least_of_them = (named + WORDS_PEOPLE - 2) / (WORDS_PEOPLE - 1);
    uint32_t n = wanted > 0 ? (uint32_t)wanted : named > 12 ? 4 : 2 + cairn_rng_below(rng, 2);
    return n < least_of_them ? least_of_them : n;
}

/* Distinct pairs of owner and object. The two that are added or compared share one of them, so that the question reads
 * well. */
static void draw_names(cairn_rng *rng, words_problem *p, bool asked, int64_t kinds_of_objects) {
    uint16_t owners[WORDS_OWNERS], objects[WORDS_GROUP], pairs[WORDS_OWNERS * WORDS_GROUP];
    uint32_t named = (uint32_t)(p->count - asked), n = 0;
    uint32_t n_objects = count_objects(rng, named, kinds_of_objects),
             n_owners = (named + n_objects - 1) / n_objects + 1;
    bool places = n_owners <= WORDS_PLACES && cairn_rng_unit(rng) < 0.35;
    uint32_t kinds = places ? WORDS_PLACES : WORDS_PEOPLE, group = cairn_rng_below(rng, WORDS_GROUPS);
    for (uint32_t i = 0; i < kinds; i++) owners[i] = (uint16_t)(i + (places ? WORDS_PEOPLE : 0));
    for (uint32_t i = 0; i < WORDS_GROUP; i++) objects[i] = (uint16_t)(group * WORDS_GROUP + i);
    shuffle(rng, owners, kinds);
    shuffle(rng, objects, WORDS_GROUP);
    for (uint32_t i = 0; i < n_owners; i++)
        for (uint32_t j = 0; j < n_objects; j++) pairs[n++] = (uint16_t)(owners[i] * WORDS_OBJECTS + objects[j]);
    shuffle(rng, pairs, n);
    if (asked) {
        bool one_object = cairn_rng_unit(rng) < 0.7 || n_objects == 1;
        uint32_t j = 1;
        while (j < n && (one_object ? pairs[j] % WORDS_OBJECTS != pairs[0] % WORDS_OBJECTS
                                    : pairs[j] / WORDS_OBJECTS != pairs[0] / WORDS_OBJECTS))
            j++;
        uint16_t second = pairs[j];
        pairs[j] = pairs[1];
        pairs[1] = second;
    }
    uint16_t at[WORDS_MOST], next = 0; /* of a quantity: its pair */
    memset(at, 0, sizeof at);
    if (asked) {
        at[p->q[0].left] = next++;
        at[p->q[0].right] = next++;
    }
    for (int32_t i = asked; i < p->count; i++) {
        if (!asked || (i != p->q[0].left && i != p->q[0].right)) at[i] = next++;
        p->q[i].owner = (uint8_t)(pairs[at[i]] / WORDS_OBJECTS);
        p->q[i].object = (uint8_t)(pairs[at[i]] % WORDS_OBJECTS);
    }
    if (asked) p->q[0].owner = WORDS_ASKED;
}

/* A random order of the sentences: any, or one in which each speaks of what was told before. What is only asked for
 * stands last. */
static void draw_order(cairn_rng *rng, bool shuffled, bool asked, const words_problem *from, words_problem *to) {
    int16_t place[WORDS_MOST] = {0};
    uint64_t told = 0;
    *to = (words_problem){0};
    while (to->count < from->count - asked) {
        int16_t ready[WORDS_MOST];
        uint32_t n = 0;
        for (int32_t i = asked; i < from->count; i++)
            if (!(told >> i & 1u) && (shuffled || !(words_operands(&from->q[i]) & ~told))) ready[n++] = (int16_t)i;
        int16_t pick = ready[cairn_rng_below(rng, n)];
        told |= UINT64_C(1) << pick;
        place[pick] = (int16_t)to->count;
        to->q[to->count++] = from->q[pick];
    }
    place[0] = asked ? (int16_t)to->count : place[0];
    if (asked) to->q[to->count++] = from->q[0];
    to->target = place[0];
    for (int32_t i = 0; i < to->count; i++) {
        words_quantity *q = &to->q[i];
        if (q->left >= 0) q->left = place[q->left];
        if (q->right >= 0) q->right = place[q->right];
    }
}

bool words_draw(cairn_rng *rng, const words_settings *settings, words_problem *p) {
    int64_t fewest = settings->fewest ? settings->fewest : settings->operations;
    int32_t operations = (int32_t)cairn_rng_range(rng, fewest, settings->operations);
    words_problem draft;
    for (int tries = 0; tries < TRIES; tries++) {
        bool asked = cairn_rng_unit(rng) < 0.4 && settings->joins > 0; /* for a sum or difference of two */
        draw_shape(rng, operations, settings->joins, asked, &draft);
        if (!draw_values(rng, &draft, asked, settings->largest)) continue;
        for (int64_t i = 0; i < settings->distractors; i++) draw_distractor(rng, &draft, asked, settings);
        draw_names(rng, &draft, asked, settings->objects);
        draw_order(rng, settings->shuffled, asked, &draft, p);
        uint8_t forms[16];
        if (words_finish(p)) return false;
        for (int32_t i = 0; i < p->count - asked; i++)
            p->q[i].form = forms[cairn_rng_below(rng, (uint32_t)words_sentence_forms(p, i, forms))];
        p->form = forms[cairn_rng_below(rng, (uint32_t)words_question_forms(p, forms))];
        return true;
    }
    return false;
}

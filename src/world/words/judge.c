/* World `words`: is a claim right? It is judged against the truth of its quantity, the derivation that the problem asks
 * for, and what was stated before. An equation is right when it is that derivation (the operands of a sum or product in
 * either order, twice as a sum too) with true values; one that is true but of other numbers is wrong even where it
 * happens on the right value. */
#include "world/words/words.h"

typedef struct values {
    int64_t left, right;
} values;

const char *words_code_name(words_code code) {
    static const char *const names[] = {"exact", "useless", "repeated",      "repair",          "leap",   "no-claim",
                                        "slip",  "carried", "wrong-operand", "wrong-operation", "illegal"};
    return names[code];
}

cairn_verdict words_code_verdict(words_code code) {
    if (code == WORDS_NO_CLAIM) return CAIRN_VERDICT_UNKNOWN;
    return code < WORDS_NO_CLAIM ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

void words_take(words_state *s, const words_claim *claim) {
    if (claim->place == WORDS_ANSWER) {
        s->answered = 1;
        s->answer = (int32_t)claim->value;
    } else if (claim->place >= 0) {
        s->known |= UINT64_C(1) << claim->place;
        s->value[claim->place] = (int32_t)claim->value;
    }
}

static bool is_known(const words_state *s, int32_t place) {
    return s->known >> place & 1u;
}

/* An operand as the solution has it: what was stated, where it was. */
static int64_t stated(const words_problem *p, const words_state *s, int32_t place) {
    return is_known(s, place) ? s->value[place] : p->q[place].truth;
}

static values true_operands(const words_problem *p, const words_quantity *q) {
    return (values){p->q[q->left].truth, q->right >= 0 ? p->q[q->right].truth : q->number};
}

static values stated_operands(const words_problem *p, const words_state *s, const words_quantity *q) {
    return (values){stated(p, s, q->left), q->right >= 0 ? stated(p, s, q->right) : q->number};
}

static bool same_numbers(const words_claim *said, values v) {
    return (said->a == v.left && said->b == v.right) || (said->a == v.right && said->b == v.left);
}

/* Is the equation the derivation of `q` from these operands? */
static bool derives(const words_quantity *q, const words_claim *said, values v) {
    bool twice = q->op == '*' && q->right < 0 && v.right == 2 && said->op == '+';
    if (twice) return said->a == v.left && said->b == v.left;
    if (said->op != q->op) return false;
    if (said->a == v.left && said->b == v.right) return true;
    return (q->op == '+' || q->op == '*') && same_numbers(said, v);
}

static bool holds(const words_claim *said) {
    int64_t result;
    return !said->equation || (words_compute(said->a, said->op, said->b, &result) && result == said->value);
}

/* ---- evidence ------------------------------------------------------------------------------------------------------------- */

static void put_operation(words_writer *w, int64_t a, char op, int64_t b) {
    char sign[4] = {' ', op, ' ', '\0'};
    words_put_number(w, a);
    words_put(w, sign);
    words_put_number(w, b);
}

/* "3 * 4 is 12, not 13"; where there is no whole result: "7 / 2 is not 3". */
static void put_false(words_writer *w, const words_claim *said) {
    int64_t result;
    put_operation(w, said->a, said->op, said->b);
    bool whole = words_compute(said->a, said->op, said->b, &result);
    words_put(w, whole ? " is " : " is not ");
    words_put_number(w, whole ? result : said->value);
    if (!whole) return;
    words_put(w, ", not ");
    words_put_number(w, said->value);
}

/* "Ben has 4 apples, not 5" of each operand that was stated wrongly. */
static void put_carried(words_writer *w, const words_problem *p, const words_state *s, const words_quantity *q) {
    const int32_t operands[2] = {q->left, q->right};
    for (int i = 0; i < 2; i++) {
        int32_t k = operands[i];
        if (k < 0 || (i == 1 && k == q->left) || stated(p, s, k) == p->q[k].truth) continue;
        words_put_fact(w, p, k, p->q[k].truth);
        words_put(w, ", not ");
        words_put_number(w, stated(p, s, k));
        words_put(w, "; ");
    }
}

static void put_asked_for(words_writer *w, const words_problem *p, int32_t place) {
    words_state truth = {0};
    for (int32_t i = 0; i < p->count; i++) truth.value[i] = p->q[i].truth;
    words_claim asked = words_derive(p, place, &truth);
    words_put(w, "the problem asks for ");
    put_operation(w, asked.a, asked.op, asked.b);
}

static void put_evidence(words_writer *w, words_code code, const words_problem *p, const words_state *s,
                         const words_claim *said) {
    const words_quantity *q = said->place >= 0 ? &p->q[said->place] : NULL;
    switch (code) {
    case WORDS_EXACT:
        return;
    case WORDS_NO_CLAIM:
        words_put(w, WORDS_SAYS_NOTHING);
        return;
    case WORDS_USELESS:
        words_put(w, "right, but the question does not need it");
        return;
    case WORDS_REPEATED:
        words_put(w, "right, and known before");
        return;
    case WORDS_LEAP:
        words_put(w, "right, but what it derives from was not stated");
        return;
    case WORDS_REPAIR:
        words_put(w, "right again: ");
        break;
    case WORDS_SLIP:
        if (holds(said)) break;
        put_false(w, said);
        if (said->place == WORDS_NOTHING) return;
        words_put(w, "; ");
        break;
    case WORDS_CARRIED:
        if (q && q->op != '=') put_carried(w, p, s, q);
        break;
    case WORDS_WRONG_OPERAND:
    case WORDS_WRONG_OPERATION:
        put_asked_for(w, p, said->place);
        words_put(w, ", not ");
        put_operation(w, said->a, said->op, said->b);
        words_put(w, "; ");
        break;
    case WORDS_ILLEGAL:
        words_put(w, "the problem says nothing of ");
        words_put_owner(w, said->owner);
        if (said->object < 0) return;
        words_put(w, "'s ");
        words_put_object(w, said->object, false);
        return;
    }
    words_put_fact(w, p, said->place, q ? q->truth : p->q[p->target].truth);
}

/* ---- codes ---------------------------------------------------------------------------------------------------------------- */

/* Of a claim that is right: what is it good for? `bad`: some operand was stated wrongly. */
static words_code right_code(const words_problem *p, const words_state *s, int32_t place, bool bad) {
    const words_quantity *q = &p->q[place];
    if (is_known(s, place)) return s->value[place] == q->truth ? WORDS_REPEATED : WORDS_REPAIR;
    if (bad) return WORDS_REPAIR;
    if (words_operands(q) & ~s->known) return WORDS_LEAP;
    return p->needed >> place & 1u ? WORDS_EXACT : WORDS_USELESS;
}

/* The answer is what the target was stated to be. */
static words_code judge_answer(const words_problem *p, const words_state *s, const words_claim *said) {
    int64_t truth = p->q[p->target].truth;
    bool known = is_known(s, p->target);
    if (said->value != truth) return known && said->value == s->value[p->target] ? WORDS_CARRIED : WORDS_SLIP;
    if (!known) return WORDS_LEAP;
    return s->value[p->target] == truth ? WORDS_EXACT : WORDS_REPAIR;
}

/* A value without its derivation. */
static words_code judge_bare(const words_problem *p, const words_state *s, const words_claim *said) {
    const words_quantity *q = &p->q[said->place];
    int64_t carried;
    bool derived = q->op != '=';
    values v = derived ? stated_operands(p, s, q) : (values){0, 0}, t = derived ? true_operands(p, q) : v;
    bool bad = v.left != t.left || v.right != t.right;
    if (said->value == q->truth) return right_code(p, s, said->place, bad);
    if (is_known(s, said->place) && s->value[said->place] == said->value) return WORDS_CARRIED;
    if (bad && words_compute(v.left, q->op, v.right, &carried) && carried == said->value) return WORDS_CARRIED;
    return WORDS_SLIP;
}

static words_code judge_equation(const words_problem *p, const words_state *s, const words_claim *said) {
    const words_quantity *q = &p->q[said->place];
    if (q->op == '=') return judge_bare(p, s, said); /* whatever the equation, the problem gives the value */
    values v = stated_operands(p, s, q), t = true_operands(p, q);
    const values mixed[2] = {{v.left, t.right}, {t.left, v.right}};
    if (derives(q, said, t)) return right_code(p, s, said->place, v.left != t.left || v.right != t.right);
    if (derives(q, said, v) || derives(q, said, mixed[0]) || derives(q, said, mixed[1])) return WORDS_CARRIED;
    return same_numbers(said, t) || same_numbers(said, v) ? WORDS_WRONG_OPERATION : WORDS_WRONG_OPERAND;
}

static words_code judge(const words_problem *p, const words_state *s, const words_claim *said) {
    if (said->place == WORDS_FOREIGN) return WORDS_ILLEGAL;
    if (!holds(said)) return WORDS_SLIP;
    if (said->place == WORDS_NOTHING) return WORDS_NO_CLAIM;
    if (said->place == WORDS_ANSWER) return judge_answer(p, s, said);
    return said->equation ? judge_equation(p, s, said) : judge_bare(p, s, said);
}

words_code words_judge(const words_problem *p, const words_state *s, const words_claim *claim,
                       char evidence[WORDS_SAID_BYTES]) {
    words_writer w = {evidence, evidence + WORDS_SAID_BYTES - 1};
    *evidence = '\0';
    words_code code = judge(p, s, claim);
    put_evidence(&w, code, p, s, claim);
    return code;
}

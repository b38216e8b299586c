/* World `words`: the exact value of its script, by recursion over states (known, wrong, steps left) that are
 * remembered.
 *
 *     V = r mean V(mended) + (1 - r) (w mean V(strayed) + (1 - w) (answer: [target right];
 *         else mean over ready q of (1 - e_q) V(q right) + e_q V(q wrong)))
 *
 * with r = 0 where nothing can be mended, w = 0 where there is nowhere to stray, e_q = 1 where an operand of q is
 * wrong, and V = 0 without steps. Every step states a new quantity or mends one, so the depth is bounded by their
 * number. */
#include <string.h>

#include "world/words/script.h"

#define MOST_STATES ((size_t)1 << 19)

typedef struct entry {
    uint64_t known, wrong;
    double value;
    int32_t left; /* 0: an empty slot */
} entry;

typedef struct memo {
    cairn_ctx *ctx;
    const words_problem *p;
    const words_rates *rates;
    entry *slots;
    size_t capacity, used; /* capacity: a power of two */
} memo;

int32_t words_count(uint64_t set) {
    return __builtin_popcountll(set);
}

words_moves words_look(const words_problem *p, uint64_t known, uint64_t wrong) {
    words_moves m = {.answer = known >> p->target & 1u};
    for (int32_t i = 0; i < p->count; i++) {
        uint64_t bit = UINT64_C(1) << i, operands = words_operands(&p->q[i]);
        if (operands & ~known) continue;
        if ((wrong & bit) && !(operands & wrong)) m.mend |= bit;
        if (known & bit) continue;
        if (!(p->needed & bit))
            m.stray |= bit;
        else if (!m.answer)
            m.ready |= bit;
    }
    return m;
}

/* Where nothing is repaired, what derives from a wrong value is wrong: does the target? */
static bool is_lost(const words_problem *p, uint64_t known, uint64_t wrong) {
    uint64_t behind = UINT64_C(1) << p->target;
    for (int32_t k = p->count - 1; k >= 0; k--) {
        int32_t i = p->order[k];
        if ((behind >> i & 1u) && !(known >> i & 1u)) behind |= words_operands(&p->q[i]);
    }
    return behind & wrong;
}

/* Steps that the script takes at most from here. */
static int32_t most_steps(const memo *m, uint64_t known, uint64_t wrong) {
    const words_problem *p = m->p;
    int32_t strays = m->rates->wander > 0 ? words_count(p->derived & ~p->needed & ~known) : 0;
    return 2 * words_count(p->derived & p->needed & ~known) + words_count(wrong) + strays + 1;
}

static entry *find(const memo *m, uint64_t known, uint64_t wrong, int32_t left) {
    uint64_t key = (known ^ wrong * 0x9e3779b97f4a7c15u ^ (uint64_t)left << 56) * 0xff51afd7ed558ccdu;
    key ^= key >> 32;
    for (size_t i = key & (m->capacity - 1);; i = (i + 1) & (m->capacity - 1)) {
        entry *e = &m->slots[i];
        if (e->left == 0 || (e->known == known && e->wrong == wrong && e->left == left)) return e;
    }
}

static cairn_status store(memo *m, const entry *of) {
    if (m->used == MOST_STATES)
        return cairn_fail(m->ctx, CAIRN_UNSUPPORTED, "words: the exact value has more than %zu states", MOST_STATES);
    if (2 * (m->used + 1) > m->capacity) {
        memo larger = *m;
        larger.capacity = m->capacity ? 2 * m->capacity : 64;
        larger.slots = cairn_alloc(m->ctx, larger.capacity, sizeof *larger.slots);
        if (!larger.slots) return CAIRN_NO_MEMORY;
        for (size_t i = 0; i < m->capacity; i++) {
            const entry *e = &m->slots[i];
            if (e->left) *find(&larger, e->known, e->wrong, e->left) = *e;
        }
        cairn_free(m->slots);
        *m = larger;
    }
    *find(m, of->known, of->wrong, of->left) = *of;
    m->used++;
    return CAIRN_OK;
}

static cairn_status value(memo *m, uint64_t known, uint64_t wrong, int32_t left, double *out);

/* Mean of V over one step for each place of `set`: it becomes known, and wrong with probability `error`, or where an
 * operand is. */
static cairn_status mean_value(memo *m, uint64_t set, double error, uint64_t known, uint64_t wrong, int32_t left,
                               double *out) {
    double sum = 0;
    for (uint64_t rest = set; rest; rest &= rest - 1) {
        int32_t i = __builtin_ctzll(rest);
        uint64_t bit = UINT64_C(1) << i;
        double e = words_operands(&m->p->q[i]) & wrong ? 1 : error, right = 0, bad = 0;
        if (!(m->p->needed & bit)) e = 0; /* right or wrong, nothing needed derives from it */
        if (e < 1) CAIRN_TRY(value(m, known | bit, wrong & ~bit, left - 1, &right));
        if (e > 0) CAIRN_TRY(value(m, known | bit, wrong | bit, left - 1, &bad));
        sum += (1 - e) * right + e * bad;
    }
    *out = sum / words_count(set);
    return CAIRN_OK;
}

static cairn_status compute(memo *m, uint64_t known, uint64_t wrong, int32_t left, double *out) {
    words_moves moves = words_look(m->p, known, wrong);
    double r = moves.mend ? m->rates->repair : 0, w = moves.stray ? m->rates->wander : 0, part;
    *out = 0;
    if (r > 0) {
        CAIRN_TRY(mean_value(m, moves.mend, 0, known, wrong, left, &part));
        *out += r * part;
    }
    if (r < 1 && w > 0) {
        CAIRN_TRY(mean_value(m, moves.stray, 0, known, wrong, left, &part));
        *out += (1 - r) * w * part;
    }
    if (r == 1 || w == 1) return CAIRN_OK;
    part = wrong >> m->p->target & 1u ? 0 : 1;
    if (!moves.answer) CAIRN_TRY(mean_value(m, moves.ready, m->rates->error, known, wrong, left, &part));
    *out += (1 - r) * (1 - w) * part;
    return CAIRN_OK;
}

static cairn_status value(memo *m, uint64_t known, uint64_t wrong, int32_t left, double *out) {
    int32_t most = most_steps(m, known, wrong);
    if (left > most) left = most; /* more make no difference */
    if (left <= 0 || (m->rates->repair <= 0 && is_lost(m->p, known, wrong))) {
        *out = 0;
        return CAIRN_OK;
    }
    if (m->capacity) {
        const entry *e = find(m, known, wrong, left);
        if (e->left) {
            *out = e->value;
            return CAIRN_OK;
        }
    }
    CAIRN_TRY(compute(m, known, wrong, left, out));
    return store(m, &(entry){.known = known, .wrong = wrong, .value = *out, .left = left});
}

cairn_status words_value(cairn_ctx *ctx, const words_problem *p, const words_rates *rates, uint64_t known,
                         uint64_t wrong, int32_t left, double *out) {
    memo m = {.ctx = ctx, .p = p, .rates = rates};
    if (rates->wander <= 0) known |= p->derived & ~p->needed; /* states that differ in these are one */
    cairn_status status = value(&m, known, wrong & p->needed, left, out);
    cairn_free(m.slots);
    return status;
}

/* Reachability of a target from a multiset of positive integers, all used, by memoised search. */
#include "world/countdown.h"

#include <math.h>
#include <string.h>

typedef struct entry {
    int64_t numbers[COUNTDOWN_MOST];
    double value; /* of the script; NaN: not asked yet */
    int8_t count; /* 0: an empty slot */
    int8_t reach;
} entry;

struct countdown_memo {
    cairn_ctx *ctx;
    entry *slots;
    size_t capacity, used; /* capacity: a power of two */
    int64_t target;
    double skill, slip;
};

cairn_status countdown_memo_open(cairn_ctx *ctx, int64_t target, double skill, double slip, countdown_memo **out) {
    countdown_memo *memo = cairn_alloc(ctx, 1, sizeof *memo);
    if (!memo) return CAIRN_NO_MEMORY;
    *memo = (countdown_memo){.ctx = ctx, .target = target, .skill = skill, .slip = slip};
    *out = memo;
    return CAIRN_OK;
}

void countdown_memo_close(countdown_memo *memo) {
    if (!memo) return;
    cairn_free(memo->slots);
    cairn_free(memo);
}

static entry *find(const countdown_memo *memo, const countdown_state *s) {
    uint64_t key = 0x9e3779b97f4a7c15u;
    for (int32_t i = 0; i < s->count; i++) {
        key = (key ^ (uint64_t)s->numbers[i]) * 0xff51afd7ed558ccdu;
        key ^= key >> 32;
    }
    for (size_t i = key & (memo->capacity - 1);; i = (i + 1) & (memo->capacity - 1)) {
        entry *e = &memo->slots[i];
        if (e->count == 0) return e;
        if (e->count == s->count && memcmp(e->numbers, s->numbers, sizeof e->numbers) == 0) return e;
    }
}

static cairn_status store(countdown_memo *memo, const countdown_state *s, bool reach) {
    if (2 * (memo->used + 1) > memo->capacity) {
        countdown_memo larger = *memo;
        larger.capacity = memo->capacity ? 2 * memo->capacity : 256;
        larger.slots = cairn_alloc(memo->ctx, larger.capacity, sizeof *larger.slots);
        if (!larger.slots) return CAIRN_NO_MEMORY;
        for (size_t i = 0; i < memo->capacity; i++) {
            if (memo->slots[i].count == 0) continue;
            countdown_state key = {.count = memo->slots[i].count};
            memcpy(key.numbers, memo->slots[i].numbers, sizeof key.numbers);
            *find(&larger, &key) = memo->slots[i];
        }
        cairn_free(memo->slots);
        *memo = larger;
    }
    entry *e = find(memo, s);
    memcpy(e->numbers, s->numbers, sizeof e->numbers);
    e->count = (int8_t)s->count;
    e->reach = reach;
    e->value = NAN;
    memo->used++;
    return CAIRN_OK;
}

static bool pair_reaches(int64_t a, int64_t b, int64_t target) {
    static const char ops[] = "+-*/";
    int64_t c;
    for (int i = 0; i < 4; i++)
        if (countdown_compute(a, ops[i], b, &c) && c == target) return true;
    return false;
}

/* Every step from `s` in turn, without its text or order: the recursion's own loop keeps no array of steps on the
 * stack. */
static cairn_status search(countdown_memo *memo, const countdown_state *s, bool *out) {
    static const char ops[] = "+-*/";
    *out = false;
    for (int32_t i = 0; i < s->count; i++)
        for (int32_t j = i + 1; j < s->count; j++)
            for (int o = 0; o < 4; o++) {
                int64_t c;
                countdown_state after;
                if (!countdown_compute(s->numbers[i], ops[o], s->numbers[j], &c)) continue;
                if (!countdown_take(s, s->numbers[i], s->numbers[j], c, &after)) continue;
                CAIRN_TRY(countdown_can_reach(memo, &after, out));
                if (*out) return CAIRN_OK;
            }
    return CAIRN_OK;
}

cairn_status countdown_can_reach(countdown_memo *memo, const countdown_state *s, bool *out) {
    *out = false;
    if (s->dead || s->count < 1) return CAIRN_OK;
    if (s->count == 1) *out = s->numbers[0] == memo->target;
    if (s->count == 2) *out = pair_reaches(s->numbers[0], s->numbers[1], memo->target);
    if (s->count <= 2) return CAIRN_OK;
    if (memo->capacity) {
        const entry *known = find(memo, s);
        if (known->count) {
            *out = known->reach;
            return CAIRN_OK;
        }
    }
    CAIRN_TRY(search(memo, s, out));
    return store(memo, s, *out);
}

/* V = (1 - slip) (skill mean over steps that keep the target reachable + (1 - skill) mean over all legal steps); 0
 * where it is not reachable, so only reachable states are visited. */
cairn_status countdown_script_value(countdown_memo *memo, const countdown_state *s, double *out) {
    bool reach;
    CAIRN_TRY(countdown_can_reach(memo, s, &reach));
    if (!reach || s->count == 1) {
        *out = reach ? 1 : 0;
        return CAIRN_OK;
    }
    if (s->count > 2) {
        double known = find(memo, s)->value;
        if (!isnan(known)) {
            *out = known;
            return CAIRN_OK;
        }
    }
    countdown_step *steps = cairn_alloc(memo->ctx, COUNTDOWN_LEGAL, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    int32_t n = countdown_steps(s, steps), good = 0;
    double sum = 0, value;
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < n && status == CAIRN_OK; i++) {
        status = countdown_can_reach(memo, &steps[i].after, &reach);
        if (status != CAIRN_OK || !reach) continue;
        good++;
        status = countdown_script_value(memo, &steps[i].after, &value);
        if (status == CAIRN_OK) sum += value;
    }
    cairn_free(steps);
    CAIRN_TRY(status);
    *out = (1 - memo->slip) * (memo->skill * sum / good + (1 - memo->skill) * sum / n);
    if (s->count > 2) find(memo, s)->value = *out;
    return CAIRN_OK;
}

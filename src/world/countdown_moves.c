/* Steps of `countdown`: what two numbers give, which steps a state allows, and how a step is said. */
#include "world/countdown.h"

bool countdown_compute(int64_t a, char op, int64_t b, int64_t *c) {
    int64_t value = 0;
    bool over = false;
    switch (op) {
    case '+':
        over = __builtin_add_overflow(a, b, &value);
        break;
    case '-':
        over = __builtin_sub_overflow(a, b, &value);
        break;
    case '*':
        over = __builtin_mul_overflow(a, b, &value);
        break;
    case '/':
        if (b == 0 || a % b != 0) return false;
        value = a / b;
        break;
    default:
        return false;
    }
    if (over || value < 1 || value > COUNTDOWN_LARGEST) return false;
    *c = value;
    return true;
}

bool countdown_take(const countdown_state *s, int64_t a, int64_t b, int64_t c, countdown_state *after) {
    int32_t at_a = 0, at_b = 0;
    while (at_a < s->count && s->numbers[at_a] != a) at_a++;
    while (at_b < s->count && (at_b == at_a || s->numbers[at_b] != b)) at_b++;
    if (at_a == s->count || at_b == s->count) return false;
    countdown_state left = {.dead = s->dead};
    bool put = false;
    for (int32_t i = 0; i < s->count; i++) {
        if (i == at_a || i == at_b) continue;
        if (!put && c >= s->numbers[i]) {
            left.numbers[left.count++] = c;
            put = true;
        }
        left.numbers[left.count++] = s->numbers[i];
    }
    if (!put) left.numbers[left.count++] = c;
    *after = left;
    return true;
}

int32_t countdown_steps(const countdown_state *s, countdown_step steps[COUNTDOWN_LEGAL]) {
    static const char ops[] = "+-*/";
    int32_t n = 0;
    for (int32_t i = 0; i < s->count; i++)
        for (int32_t j = i + 1; j < s->count; j++) {
            bool seen = false; /* the same pair of values from other places */
            int64_t a = s->numbers[i], b = s->numbers[j];
            for (int32_t k = 0; k < n && !seen; k++) seen = steps[k].a == a && steps[k].b == b;
            for (int o = 0; o < 4 && !seen; o++) {
                countdown_step step = {.a = a, .b = b, .op = ops[o]};
                if (!countdown_compute(a, ops[o], b, &step.c)) continue;
                if (countdown_take(s, a, b, step.c, &step.after)) steps[n++] = step;
            }
        }
    return n;
}

size_t countdown_say(const countdown_step *step, char out[256]) {
    size_t used = (size_t)snprintf(out, 256, "%lld %c %lld = %lld (left:", (long long)step->a, step->op,
                                   (long long)step->b, (long long)step->c);
    for (int32_t i = 0; i < step->after.count; i++)
        used += (size_t)snprintf(out + used, 256 - used, " %lld", (long long)step->after.numbers[i]);
    return used + (size_t)snprintf(out + used, 256 - used, ")");
}

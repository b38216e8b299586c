/* World `countdown`: what its rules, its reachability search and its script share. */
#ifndef CAIRN_WORLD_COUNTDOWN_H
#define CAIRN_WORLD_COUNTDOWN_H

#include "cairn/world.h"

#define COUNTDOWN_MOST    6                         /* numbers of a problem */
#define COUNTDOWN_LEGAL   120                       /* steps from six numbers, at most: 15 pairs of at most 6 */
#define COUNTDOWN_LARGEST INT64_C(1000000000000000) /* result of a step */

typedef struct countdown_problem {
    int32_t count;
    int64_t numbers[COUNTDOWN_MOST]; /* descending */
    int64_t target;
} countdown_problem;

typedef struct countdown_state {
    int64_t numbers[COUNTDOWN_MOST]; /* positive, descending; zero after `count` */
    int32_t count;
    int32_t dead; /* an illegal step was taken; for good */
} countdown_state;

typedef struct countdown_step {
    int64_t a, b, c; /* a op b = c; a >= b */
    char op;         /* + - * / */
    countdown_state after;
} countdown_step;

/* c = a op b within positive integers: false for a difference below 1, an inexact quotient or a result over
 * COUNTDOWN_LARGEST. */
bool countdown_compute(int64_t a, char op, int64_t b, int64_t *c);
/* The state after a, b are taken out of `s` and c put in; false when `s` does not hold both. */
bool countdown_take(const countdown_state *s, int64_t a, int64_t b, int64_t c, countdown_state *after);
/* All distinct legal steps, in a fixed order. */
int32_t countdown_steps(const countdown_state *s, countdown_step steps[COUNTDOWN_LEGAL]);
/* "25 * 4 = 100 (left: 100 7 3)"; `out` holds 256 bytes. Returns the length. `c` may be false, then `after` shows it
 * all the same. */
size_t countdown_say(const countdown_step *step, char out[256]);

/* Answers about multisets of numbers, remembered while it is open: may the target still be made from all of them, and
 * the exact value of a script with these rates. */
typedef struct countdown_memo countdown_memo;
cairn_status countdown_memo_open(cairn_ctx *ctx, int64_t target, double skill, double slip, countdown_memo **out);
void countdown_memo_close(countdown_memo *memo);
cairn_status countdown_can_reach(countdown_memo *memo, const countdown_state *s, bool *out);
cairn_status countdown_script_value(countdown_memo *memo, const countdown_state *s, double *out);

extern const cairn_script countdown_script;

#endif

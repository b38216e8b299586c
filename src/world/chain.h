/* World `chain`: what its rules and its script share. */
#ifndef CAIRN_WORLD_CHAIN_H
#define CAIRN_WORLD_CHAIN_H

#include "cairn/world.h"

#define CHAIN_MAX_STEPS 64
#define CHAIN_BOUND     INT64_C(1000000000000000) /* larger values are unreadable */

/* A problem: `truth[t]` is the right value after t steps; step t (0-based) does truth[t] op[t] operand[t]. */
typedef struct chain_problem {
    int32_t steps; /* K */
    int32_t operand[CHAIN_MAX_STEPS];
    char op[CHAIN_MAX_STEPS]; /* '+', '-', '*' */
    int64_t truth[CHAIN_MAX_STEPS + 1];
    double hardness;   /* standard normal: shifts the script's error */
    double recovery;   /* standard normal: shifts the script's repair */
    double trap_draw;  /* [0, 1): the problem has a trap when it is below the script's share */
    int32_t trap_step; /* 0-based */
} chain_problem;

typedef struct chain_state {
    int64_t value;
    int32_t position; /* steps done, 0 .. K */
    uint8_t wrong;    /* value differs from truth[position] */
    uint8_t dead;     /* some step could not be read; for good */
    uint8_t zero[2];
} chain_state;

/* a op b by exact integers. False when the result leaves the bounds. */
bool chain_compute(int64_t a, char op, int64_t b, int64_t *out);

extern const cairn_script chain_script;

#endif

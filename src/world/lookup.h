/* World `lookup`: what its rules and its script share. */
#ifndef CAIRN_WORLD_LOOKUP_H
#define CAIRN_WORLD_LOOKUP_H

#include "cairn/world.h"

#define LOOKUP_MOST     4     /* accounts of a problem */
#define LOOKUP_ACCOUNTS 1000  /* numbered from 0 */
#define LOOKUP_LARGEST  99    /* amount; the least is 1 */
#define LOOKUP_BOUND    99999 /* larger numbers in a step are unreadable */
#define LOOKUP_STEPS(n) (2 * (n) + 2)

/* Outcomes. A lookup costs at most LOOKUP_DEAREST, and a solution holds at most LOOKUP_STEPS(LOOKUP_MOST) of them, so
 * that every return is within -1 .. 1. */
#define LOOKUP_RIGHT   1.0
#define LOOKUP_WRONG   (-0.5)
#define LOOKUP_DEAREST 0.05

typedef struct lookup_world {
    int64_t accounts; /* of a problem */
    double cost;      /* of one lookup */
    int64_t reg;      /* number of the register */
} lookup_world;

typedef struct lookup_problem {
    int32_t n;
    int32_t account[LOOKUP_MOST]; /* [n] distinct */
    int32_t amount[LOOKUP_MOST];  /* [n] */
    int32_t sum;
} lookup_problem;

typedef struct lookup_state {
    int32_t answer;
    int16_t used;     /* steps */
    uint8_t seen;     /* set of places in `account` that were looked up */
    uint8_t answered; /* the answer was given */
    uint8_t dead;     /* some step could not be read */
    uint8_t zero[3];
} lookup_state;

extern const cairn_script lookup_script;

#endif

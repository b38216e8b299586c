/* A small packed batch for the tests of surrogates, and calls that must go well. */
#ifndef CAIRN_TESTS_SURROGATE_FIXTURE_H
#define CAIRN_TESTS_SURROGATE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/surrogate.h"
#include "near.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
} fixture;

static int fixture_open(void **state) {
    static fixture f;
    if (cairn_ctx_open(&f.ctx) != CAIRN_OK) return 1;
    *state = &f;
    return cairn_arena_open(f.ctx, 4096, &f.arena) != CAIRN_OK;
}

static int fixture_close(void **state) {
    fixture *f = *state;
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

static inline cairn_surrogate surrogate_of(const fixture *f, const char *spec) {
    cairn_surrogate s = {0};
    if (cairn_surrogate_find(f->ctx, f->arena, spec, &s) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return s;
}

static inline double loss_of(const fixture *f, const char *spec, const cairn_surrogate_batch *batch, double *slope,
                             cairn_surrogate_stats *stats) {
    cairn_surrogate s = surrogate_of(f, spec);
    double loss = NAN;
    if (cairn_surrogate_loss(f->ctx, &s, batch, &loss, slope, stats) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return loss;
}

/* The call is refused with this text, and nothing is written. */
static inline void assert_refused(const fixture *f, const char *spec, const cairn_surrogate_batch *batch,
                                  const char *text) {
    cairn_surrogate s = surrogate_of(f, spec);
    double loss = -7, slope[16] = {-7};
    cairn_surrogate_stats stats = {.tokens = -7};
    assert_int_equal(cairn_surrogate_loss(f->ctx, &s, batch, &loss, slope, &stats), CAIRN_INVALID);
    if (!strstr(cairn_error(f->ctx), text)) fail_msg("\"%s\" does not say \"%s\"", cairn_error(f->ctx), text);
    assert_true(loss == -7 && slope[0] == -7 && stats.tokens == -7);
}

/* Three sequences of 4, 1 and 5 tokens; the mask leaves out token 2 of the first and token 0 of the third. Log-ratios lie
 * inside and outside of 0.8 .. 1.28 with advantages of both signs, and exp(1.4) > 3 with a negative one. */
enum { TOKENS = 10, SEQUENCES = 3 };
typedef struct numbers {
    int32_t offsets[SEQUENCES + 1];
    double logp[TOKENS], old[TOKENS], reference[TOKENS], sampler[TOKENS], advantage[TOKENS];
    uint8_t mask[TOKENS];
} numbers;

static inline cairn_surrogate_batch batch_of(const numbers *x) {
    return (cairn_surrogate_batch){.n_sequences = SEQUENCES,
                                   .offsets = x->offsets,
                                   .logp = x->logp,
                                   .logp_old = x->old,
                                   .logp_ref = x->reference,
                                   .advantage = x->advantage,
                                   .mask = x->mask};
}

static inline numbers mixed(void) {
    static const double log_ratio[TOKENS] = {0.1, 0.6, 9, -0.5, -0.05, 9, 1.4, -0.7, 0.4, -0.1};
    static const double advantage[TOKENS] = {1.5, 0.7, 9, -2, 0.3, 9, -0.6, 1.1, -0.9, -0.4};
    static const double gap[TOKENS] = {0.2, -0.3, 9, 0.1, -1.5, 9, 0.05, 0.9, -0.2, 0.3};    /* old - sampler */
    static const double apart[TOKENS] = {0.3, -0.4, 9, 0.05, 0.8, 9, -0.6, 0.2, 0.1, -0.15}; /* logp - reference */
    numbers x = {.offsets = {0, 4, 5, 10}};
    for (int t = 0; t < TOKENS; t++) {
        x.logp[t] = -1.7 - 0.13 * t;
        x.old[t] = x.logp[t] - log_ratio[t];
        x.sampler[t] = x.old[t] - gap[t];
        x.reference[t] = x.logp[t] - apart[t];
        x.advantage[t] = advantage[t];
        x.mask[t] = t != 2 && t != 5;
        if (!x.mask[t]) x.advantage[t] = NAN, x.logp[t] = INFINITY; /* never read */
    }
    return x;
}

/* One advantage a sequence. */
static inline numbers level(void) {
    numbers x = mixed();
    for (int t = 0; t < TOKENS; t++) x.advantage[t] = t < 4 ? 1.2 : t < 5 ? -0.8 : -0.5;
    return x;
}

#endif

/* A backend for tests of the scheduler: answers 3 * question + 1, oldest first or in seeded random order and batches.
 */
#ifndef CAIRN_TESTS_TOY_BACKEND_H
#define CAIRN_TESTS_TOY_BACKEND_H

#include "cairn/core.h"

enum { TOY_HOLDS = 8192, TOY_LOGS = 64 };

typedef struct toy_request {
    cairn_request base;
    int64_t question, answer;
} toy_request;

typedef struct toy_backend {
    cairn_backend base;
    bool random;            /* order and batch size; otherwise one a step, oldest first */
    bool at_once;           /* answers in submit */
    int64_t refuses;        /* this question is answered with CAIRN_FORMAT, negative ones with CAIRN_NOT_FOUND */
    int fail_at, cancel_at; /* the step, from 1, that fails or cancels; 0: none */
    bool silent;            /* never answers */
    cairn_rng rng;
    cairn_request *held[TOY_HOLDS];
    int count, steps, abandoned, most_held;
    int held_at_step[TOY_LOGS]; /* requests held when a step began, for the first steps */
} toy_backend;

static void toy_answer(toy_backend *toy, cairn_request *request) {
    toy_request *asked = (toy_request *)request;
    asked->answer = 3 * asked->question + 1;
    if (asked->question < 0) request->status = CAIRN_NOT_FOUND;
    if (toy->refuses && asked->question == toy->refuses) request->status = CAIRN_FORMAT;
    cairn_request_done(request);
}

static cairn_request *toy_take(toy_backend *toy, int place) {
    cairn_request *request = toy->held[place];
    toy->count--;
    for (int i = place; i < toy->count; i++) toy->held[i] = toy->held[i + 1];
    return request;
}

static void toy_submit(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    (void)ctx;
    toy_backend *toy = (toy_backend *)self;
    if (toy->at_once) {
        toy_answer(toy, request);
        return;
    }
    toy->held[toy->count++] = request;
    if (toy->count > toy->most_held) toy->most_held = toy->count;
}

static cairn_status toy_step(cairn_backend *self, cairn_ctx *ctx, int wait_ms) {
    (void)wait_ms;
    toy_backend *toy = (toy_backend *)self;
    if (toy->steps < TOY_LOGS) toy->held_at_step[toy->steps] = toy->count;
    toy->steps++;
    if (toy->steps == toy->cancel_at) cairn_cancel(ctx);
    if (toy->steps == toy->fail_at) return cairn_fail(ctx, CAIRN_IO, "the engine is lost");
    if (toy->silent) return CAIRN_OK;
    int batch = toy->random ? (int)cairn_rng_below(&toy->rng, (uint32_t)toy->count + 1) : 1;
    for (; batch > 0; batch--) {
        int place = toy->random ? (int)cairn_rng_below(&toy->rng, (uint32_t)toy->count) : 0;
        toy_answer(toy, toy_take(toy, place));
    }
    return CAIRN_OK;
}

static void toy_abandon(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    (void)ctx;
    toy_backend *toy = (toy_backend *)self;
    for (int i = 0; i < toy->count; i++) {
        if (toy->held[i] != request) continue;
        toy_take(toy, i);
        toy->abandoned++;
        return;
    }
}

static void toy_open(toy_backend *toy, const char *name, bool random) {
    *toy = (toy_backend){.base = {.name = name, .submit = toy_submit, .step = toy_step, .abandon = toy_abandon},
                         .random = random,
                         .rng = cairn_rng_open(7, 0, 0, CAIRN_VERB_ASK, 0, 0)};
}

/* Asks `count` (at most 4) questions first, first + 1, ... and adds up the answers. */
static cairn_status toy_ask(cairn_ctx *ctx, toy_backend *toy, int64_t first, int count, int64_t *sum) {
    toy_request asked[4] = {0};
    cairn_request *array[4] = {0};
    for (int i = 0; i < count; i++) {
        asked[i].question = first + i;
        array[i] = &asked[i].base;
    }
    cairn_status status = cairn_await(ctx, &toy->base, array, count);
    for (int i = 0; i < count; i++) *sum += asked[i].base.done ? asked[i].answer : INT64_MIN / 8;
    return status;
}

#endif

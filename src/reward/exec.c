/* Reward `exec`: any program that answers JSON lines (docs/exec.md). */
#include <errno.h>
#include <math.h>

#include "cairn/reward.h"
#include "data/json.h"
#include "data/pipe.h"
#include "reward/meanings.h"

typedef struct config {
    const char *command;
    int64_t limit;
    double timeout, low, high;
    int32_t meaning;
} config;

static const cairn_option options[] = {
    {"command", CAIRN_OPTION_TEXT, offsetof(config, command), NULL, 0, 0, NULL, "", "program, run by /bin/sh -c"},
    {"meaning", CAIRN_OPTION_CHOICE, offsetof(config, meaning), "correctness", 0, 0, MEANING_CHOICES, "",
     "what its scores mean"},
    {"low", CAIRN_OPTION_REAL, offsetof(config, low), "0", -1e300, 1e300, NULL, "", "smallest score"},
    {"high", CAIRN_OPTION_REAL, offsetof(config, high), "1", -1e300, 1e300, NULL, "", "largest score"},
    {"limit", CAIRN_OPTION_INT, offsetof(config, limit), "64", 1, 4096, NULL, "requests",
     "requests sent and not yet answered, at most"},
    {"timeout", CAIRN_OPTION_REAL, offsetof(config, timeout), "600", 0.01, 1e6, NULL, "seconds",
     "longest wait for a reply"},
};

typedef struct exec {
    pipe_backend *pipe;
    config c;
} exec;

static cairn_status exec_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                              const void *configuration, void **out) {
    (void)world, (void)policy;
    exec *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->c = *(const config *)configuration;
    if (self->c.low >= self->c.high)
        return cairn_fail(ctx, CAIRN_INVALID, "exec: low=%g is not less than high=%g", self->c.low, self->c.high);
    CAIRN_TRY(pipe_open(ctx, self->c.command, (int)self->c.limit, self->c.timeout, &self->pipe));
    *out = self;
    return CAIRN_OK;
}

static void exec_close(void *data) {
    exec *self = data;
    pipe_close(self->pipe);
}

static void exec_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const exec *self = data;
    *meaning = (cairn_meaning)self->c.meaning;
    *low = self->c.low;
    *high = self->c.high;
}

static json_t *message_of(const cairn_scoring *q) {
    json_t *steps = json_array();
    for (int32_t i = 0; i < q->n_steps && steps; i++)
        if (json_array_append_new(steps, json_string(q->steps[i])) != 0) {
            json_decref(steps);
            steps = NULL;
        }
    if (!steps) return NULL;
    return json_pack("{s:s, s:s, s:s, s:o, s:b}", "verb", "score", "problem", q->problem->text, "problem_id",
                     q->problem->id, "steps", steps, "done", (int)q->done);
}

static cairn_status read_reply(cairn_ctx *ctx, const exec *self, const json_t *reply, cairn_arena *arena,
                               cairn_scoring *q) {
    char where[96];
    snprintf(where, sizeof where, "%s: reply", pipe_name(self->pipe));
    const char *evidence = "";
    const json_t *score = json_object_get(reply, "score");
    q->code = "";
    if (!score) return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `score` is missing (null says unknown)", where);
    if (json_object_get(reply, "evidence")) CAIRN_TRY(json_get_text(ctx, reply, "evidence", where, &evidence));
    q->evidence = cairn_arena_printf(arena, "%s", evidence);
    if (!q->evidence) return CAIRN_NO_MEMORY;
    q->score = NAN;
    if (json_is_null(score)) return CAIRN_OK;
    double value;
    CAIRN_TRY(json_get_real(ctx, reply, "score", where, &value));
    if (!(value >= self->c.low && value <= self->c.high))
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `score`: expected %g to %g, got %g", where, self->c.low,
                          self->c.high, value);
    q->score = value;
    return CAIRN_OK;
}

static cairn_status exec_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               cairn_reward_cost *cost) {
    const exec *self = data;
    if (n <= 0) return CAIRN_OK;
    pipe_request *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    if (!asks) return CAIRN_NO_MEMORY;
    cairn_status whole = CAIRN_OK;
    for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
        errno = 0;
        asks[i].message = message_of(&requests[i]);
        if (!asks[i].message) whole = json_fail_build(ctx, "exec: the request");
    }
    if (whole == CAIRN_OK) {
        cairn_status asked = pipe_ask(ctx, self->pipe, asks, n);
        if (asked == CAIRN_IO || asked == CAIRN_CANCELLED || asked == CAIRN_NO_MEMORY) whole = asked;
        for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
            requests[i].status = asks[i].base.status;
            if (requests[i].status == CAIRN_OK)
                requests[i].status = read_reply(ctx, self, asks[i].reply, arena, &requests[i]);
            else
                cairn_fail(ctx, requests[i].status, "%s: reply: %s", pipe_name(self->pipe), asks[i].error);
        }
    }
    for (int32_t i = 0; i < n; i++) {
        json_decref(asks[i].message);
        json_decref(asks[i].reply);
    }
    cairn_free(asks);
    if (cost) cost->calls += n;
    return whole;
}

const cairn_reward_type cairn_reward_exec = {
    .about = {.name = "exec",
              .summary = "any program that answers JSON lines (docs/exec.md)",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = exec_open,
    .close = exec_close,
    .scale = exec_scale,
    .score = exec_score,
};

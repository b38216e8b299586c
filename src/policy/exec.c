/* Policy `exec`: any program that answers JSON lines (docs/exec.md). */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/policy.h"
#include "data/json.h"
#include "data/pipe.h"
#include "world/tokens.h"

typedef struct config {
    const char *command;
    int64_t limit;
    double timeout;
} config;

static const cairn_option options[] = {
    {"command", CAIRN_OPTION_TEXT, offsetof(config, command), NULL, 0, 0, NULL, "", "program, run by /bin/sh -c"},
    {"limit", CAIRN_OPTION_INT, offsetof(config, limit), "64", 1, 4096, NULL, "requests",
     "requests sent and not yet answered, at most"},
    {"timeout", CAIRN_OPTION_REAL, offsetof(config, timeout), "600", 0.01, 1e6, NULL, "seconds",
     "longest wait for a reply"},
};

static cairn_status exec_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const void *configuration,
                              const char *options_text, void **out) {
    (void)arena, (void)world, (void)options_text;
    const config *c = configuration;
    pipe_backend *pipe;
    CAIRN_TRY(pipe_open(ctx, c->command, (int)c->limit, c->timeout, &pipe));
    *out = pipe;
    return CAIRN_OK;
}

static void exec_close(void *self) {
    pipe_close(self);
}

static json_t *message_of(const cairn_proposal *q) {
    char seed[24];
    cairn_rng rng = q->rng;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)cairn_rng_u64(&rng));
    json_t *steps = json_array();
    for (int32_t i = 0; i < q->n_steps && steps; i++)
        if (json_array_append_new(steps, json_string(q->steps[i])) != 0) {
            json_decref(steps);
            steps = NULL;
        }
    if (!steps) return NULL;
    return json_pack("{s:s, s:s, s:s, s:o, s:f, s:i, s:s}", "verb", "propose", "problem", q->problem->text,
                     "problem_id", q->problem->id, "steps", steps, "temperature", q->sampling.temperature, "max_tokens",
                     (int)q->sampling.max_tokens, "seed", seed);
}

/* `where` opens the error: the program's name. */
static cairn_status read_reply(cairn_ctx *ctx, const char *where, const json_t *reply, cairn_arena *arena,
                               cairn_proposal *q) {
    const char *text;
    int64_t tokens = 0;
    bool end = false;
    CAIRN_TRY(json_get_text(ctx, reply, "text", where, &text));
    if (!text[0]) return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `text`: expected a step, got nothing", where);
    tokens = token_count(text, strlen(text));
    q->logp = NAN;
    if (json_object_get(reply, "tokens")) CAIRN_TRY(json_get_int(ctx, reply, "tokens", where, &tokens));
    if (tokens < 0 || tokens > INT32_MAX)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `tokens`: expected a count, got %lld", where,
                          (long long)tokens);
    if (json_object_get(reply, "logp")) CAIRN_TRY(json_get_real(ctx, reply, "logp", where, &q->logp));
    if (q->logp > 0)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `logp`: expected nats, 0 or less, got %g", where, q->logp);
    if (json_object_get(reply, "end")) CAIRN_TRY(json_get_bool(ctx, reply, "end", where, &end));
    q->text = cairn_arena_copy(arena, text, strlen(text));
    if (!q->text) return CAIRN_NO_MEMORY;
    q->n_tokens = (int32_t)tokens;
    q->stop = end ? CAIRN_STOP_END : CAIRN_STOP_STEP;
    return CAIRN_OK;
}

static cairn_status exec_propose(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    char where[96];
    if (n <= 0) return CAIRN_OK;
    snprintf(where, sizeof where, "%s: reply", pipe_name(self));
    pipe_request *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    if (!asks) return CAIRN_NO_MEMORY;
    cairn_status whole = CAIRN_OK;
    for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
        errno = 0;
        asks[i].message = message_of(&requests[i]);
        if (!asks[i].message) whole = json_fail_build(ctx, "exec: the request");
    }
    if (whole == CAIRN_OK) {
        cairn_status asked = pipe_ask(ctx, self, asks, n);
        if (asked == CAIRN_IO || asked == CAIRN_CANCELLED || asked == CAIRN_NO_MEMORY) whole = asked;
        for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
            requests[i].status = asks[i].base.status;
            if (requests[i].status == CAIRN_OK)
                requests[i].status = read_reply(ctx, where, asks[i].reply, arena, &requests[i]);
            else
                cairn_fail(ctx, requests[i].status, "%s: %s", where, asks[i].error);
        }
    }
    for (int32_t i = 0; i < n; i++) {
        json_decref(asks[i].message);
        if (asks[i].reply) json_decref(asks[i].reply);
    }
    cairn_free(asks);
    return whole;
}

const cairn_policy_type cairn_policy_exec = {
    .about = {.name = "exec",
              .summary = "any program that answers JSON lines (docs/exec.md)",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = exec_open,
    .close = exec_close,
    .propose = exec_propose,
};

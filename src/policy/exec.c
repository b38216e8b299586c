/* Policy `exec`: any program that answers JSON lines (docs/exec.md). */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/policy.h"
#include "data/command_file.h"
#include "data/json.h"
#include "data/pipe.h"
#include "world/tokens.h"

typedef struct config {
    pipe_options program;
} config;

static const cairn_option options[] = {PIPE_OPTIONS(config, program)};

typedef struct exec {
    pipe_backend *pipe;
    command_file file;
} exec;

static cairn_status exec_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const void *configuration,
                              const char *options_text, void **out) {
    (void)world, (void)options_text;
    const config *c = configuration;
    exec *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    CAIRN_TRY(command_file_of(ctx, arena, c->program.command, &self->file));
    CAIRN_TRY(pipe_open(ctx, "policy", &c->program, &self->pipe));
    *out = self;
    return CAIRN_OK;
}

static void exec_close(void *data) {
    pipe_close(((exec *)data)->pipe);
}

static uint64_t exec_content(const void *data) {
    return ((const exec *)data)->file.key;
}

static const char *exec_file(const void *data) {
    return ((const exec *)data)->file.name;
}

static json_t *message_of(const cairn_proposal *q) {
    char seed[24];
    cairn_rng rng = q->rng;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)cairn_rng_u64(&rng));
    json_t *steps = json_texts(q->steps, q->n_steps);
    if (!steps) return NULL;
    json_t *message = json_pack("{s:s, s:s, s:s, s:o, s:f, s:i, s:s}", "verb", "propose", "problem", q->problem->text,
                                "problem_id", q->problem->id, "steps", steps, "temperature", q->sampling.temperature,
                                "max_tokens", (int)q->sampling.max_tokens, "seed", seed);
    return json_add_observations(message, q->observations, q->n_steps);
}

typedef struct step {
    const char *text; /* the reply's */
    int64_t tokens;
    double logp;
    bool end;
} step;

static cairn_status read_step(cairn_ctx *ctx, const json_t *reply, step *out) {
    *out = (step){.logp = NAN};
    CAIRN_TRY(json_get_text(ctx, reply, "text", "reply", &out->text));
    out->tokens = token_count(out->text, strlen(out->text));
    if (json_object_get(reply, "tokens")) CAIRN_TRY(json_get_int(ctx, reply, "tokens", "reply", &out->tokens));
    if (out->tokens < 0 || out->tokens > INT32_MAX)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `tokens`: expected a count, got %lld",
                          (long long)out->tokens);
    if (json_object_get(reply, "logp")) CAIRN_TRY(json_get_real(ctx, reply, "logp", "reply", &out->logp));
    if (out->logp > 0)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `logp`: expected nats, 0 or less, got %g", out->logp);
    if (json_object_get(reply, "end")) CAIRN_TRY(json_get_bool(ctx, reply, "end", "reply", &out->end));
    if (!out->text[0] && !out->end)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `text`: expected a step, got nothing");
    return CAIRN_OK;
}

static cairn_status check_reply(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    (void)request;
    step s;
    return read_step(ctx, reply, &s);
}

static cairn_status take_reply(cairn_ctx *ctx, const json_t *reply, cairn_arena *arena, cairn_proposal *q) {
    step s;
    CAIRN_TRY(read_step(ctx, reply, &s));
    q->text = cairn_arena_copy(arena, s.text, strlen(s.text));
    if (!q->text) return CAIRN_NO_MEMORY;
    q->logp = s.logp;
    q->n_tokens = (int32_t)s.tokens;
    q->stop = s.end ? CAIRN_STOP_END : CAIRN_STOP_STEP;
    return CAIRN_OK;
}

static cairn_status exec_propose(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    const exec *self = data;
    if (n <= 0) return CAIRN_OK;
    pipe_request *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    if (!asks) return CAIRN_NO_MEMORY;
    cairn_status whole = CAIRN_OK;
    for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
        errno = 0;
        asks[i].check = check_reply;
        asks[i].message = message_of(&requests[i]);
        if (!asks[i].message) whole = json_fail_build(ctx, "exec: the request");
    }
    if (whole == CAIRN_OK) {
        cairn_status asked = pipe_ask(ctx, self->pipe, asks, n);
        if (asked == CAIRN_IO || asked == CAIRN_CANCELLED || asked == CAIRN_NO_MEMORY) whole = asked;
        for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
            requests[i].status = asks[i].base.status;
            if (requests[i].status == CAIRN_OK)
                requests[i].status = take_reply(ctx, asks[i].reply, arena, &requests[i]);
            else
                cairn_fail(ctx, requests[i].status, "%s", asks[i].error);
        }
    }
    for (int32_t i = 0; i < n; i++) {
        json_decref(asks[i].message);
        json_decref(asks[i].reply);
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
    .content = exec_content,
    .file = exec_file,
};

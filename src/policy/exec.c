/* Policy `exec`: any program that answers JSON lines (docs/exec.md). */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/data.h"
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

/* ---- one conversation for all verbs --------------------------------------------------------------------------------- */

/* A verb: how its requests become messages and replies become theirs. */
typedef struct talk {
    json_t *(*message)(const void *requests, int32_t i); /* NULL without memory */
    cairn_status (*check)(cairn_ctx *ctx, const pipe_request *request, const json_t *reply);
    cairn_status (*take)(cairn_ctx *ctx, const pipe_request *answered, cairn_arena *arena, void *requests, int32_t i);
    cairn_status *(*status)(void *requests, int32_t i);
    bool alone; /* a request on which the program ends every time fails alone, while others are answered */
} talk;

static cairn_status converse(cairn_ctx *ctx, const exec *self, cairn_arena *arena, const talk *t, void *requests,
                             int32_t n) {
    if (n <= 0) return CAIRN_OK;
    pipe_request *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    if (!asks) return CAIRN_NO_MEMORY;
    cairn_status whole = CAIRN_OK;
    for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
        errno = 0;
        asks[i].check = t->check;
        asks[i].message = t->message(requests, i);
        if (!asks[i].message) whole = json_fail_build(ctx, "exec: the request");
    }
    if (whole == CAIRN_OK) {
        cairn_status asked = pipe_ask(ctx, self->pipe, asks, n);
        bool ended = asked == CAIRN_IO && !t->alone;
        for (int32_t i = 0; i < n; i++) ended = ended || asks[i].lost;
        if (ended || asked == CAIRN_CANCELLED || asked == CAIRN_NO_MEMORY) whole = asked;
        for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
            cairn_status *status = t->status(requests, i);
            *status = asks[i].base.status;
            if (*status == CAIRN_OK)
                *status = t->take(ctx, &asks[i], arena, requests, i);
            else
                cairn_fail(ctx, *status, "%s", asks[i].error);
        }
    }
    for (int32_t i = 0; i < n; i++) {
        json_decref(asks[i].message);
        json_decref(asks[i].reply);
    }
    cairn_free(asks);
    return whole;
}

/* A request's own seed, in decimal. */
static void seed_of(cairn_rng rng, char out[24]) {
    snprintf(out, 24, "%llu", (unsigned long long)cairn_rng_u64(&rng));
}

/* ---- propose ---------------------------------------------------------------------------------------------------------- */

static json_t *step_message(const void *requests, int32_t i) {
    const cairn_proposal *q = (const cairn_proposal *)requests + i;
    char seed[24];
    seed_of(q->rng, seed);
    json_t *steps = json_texts(q->steps, q->n_steps);
    if (!steps) return NULL;
    json_t *message = json_pack("{s:s, s:s, s:s, s:o, s:f, s:i, s:s}", "verb", "propose", "problem", q->problem->text,
                                "problem_id", q->problem->id, "steps", steps, "temperature", q->sampling.temperature,
                                "max_tokens", (int)q->sampling.max_tokens, "seed", seed);
    if (message && (q->partial || q->begun) &&
        (json_object_set_new(message, "begun", json_string(q->begun ? q->begun->text : "")) ||
         json_object_set_new(message, "begun_tokens", json_integer(q->begun ? q->begun->n_tokens : 0)))) {
        json_decref(message);
        return NULL;
    }
    return json_add_observations(message, q->observations, q->n_steps);
}

typedef struct step {
    const char *text; /* the reply's */
    int64_t tokens;
    double logp;
    bool end, cut;
} step;

/* Reads what the replies to both verbs tell of a text, of which `out` has the presets. */
static cairn_status read_text(cairn_ctx *ctx, const json_t *reply, step *out) {
    out->tokens = token_count(out->text, strlen(out->text));
    if (json_object_get(reply, "tokens")) CAIRN_TRY(json_get_int(ctx, reply, "tokens", "reply", &out->tokens));
    if (out->tokens < 0 || out->tokens > INT32_MAX)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `tokens`: expected a count, got %lld",
                          (long long)out->tokens);
    if (json_object_get(reply, "logp")) CAIRN_TRY(json_get_real(ctx, reply, "logp", "reply", &out->logp));
    if (out->logp > 0)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `logp`: expected nats, 0 or less, got %g", out->logp);
    return json_object_get(reply, "end") ? json_get_bool(ctx, reply, "end", "reply", &out->end) : CAIRN_OK;
}

/* What a reply to a request with `begun` has beside the rest. A program that does not know such requests leaves `cut`
 * out. */
static cairn_status read_part(cairn_ctx *ctx, const json_t *asked, const json_t *reply, step *out) {
    const char *begun = json_string_value(json_object_get(asked, "begun"));
    long long before = json_integer_value(json_object_get(asked, "begun_tokens")),
              most = json_integer_value(json_object_get(asked, "max_tokens"));
    const json_t *cut = json_object_get(reply, "cut");
    if (!json_is_boolean(cut))
        return json_fail_field(ctx, "reply", "cut", "true or false, because the request has `begun` (docs/exec.md)",
                               cut);
    out->cut = json_is_true(cut);
    if (strncmp(out->text, begun, strlen(begun)) != 0)
        return cairn_fail(ctx, CAIRN_FORMAT,
                          "reply: field `text`: expected the step from its beginning `%.80s`, got `%.80s`", begun,
                          out->text);
    if (out->cut && out->end)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: a step that is cut off does not end the solution");
    if (out->tokens > most || out->tokens < before + out->cut)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `tokens`: expected %lld to %lld of the whole step, got %lld",
                          before + out->cut, most, (long long)out->tokens);
    return CAIRN_OK;
}

/* `asked`: the request. */
static cairn_status read_step(cairn_ctx *ctx, const json_t *asked, const json_t *reply, step *out) {
    *out = (step){.logp = NAN};
    CAIRN_TRY(json_get_text(ctx, reply, "text", "reply", &out->text));
    CAIRN_TRY(read_text(ctx, reply, out));
    if (!out->text[0] && !out->end)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `text`: expected a step, got nothing");
    return json_object_get(asked, "begun") ? read_part(ctx, asked, reply, out) : CAIRN_OK;
}

static cairn_status check_step(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    step s;
    return read_step(ctx, request->message, reply, &s);
}

static cairn_status take_step(cairn_ctx *ctx, const pipe_request *answered, cairn_arena *arena, void *requests,
                              int32_t i) {
    cairn_proposal *q = (cairn_proposal *)requests + i;
    step s;
    CAIRN_TRY(read_step(ctx, answered->message, answered->reply, &s));
    q->text = cairn_arena_copy(arena, s.text, strlen(s.text));
    if (!q->text) return CAIRN_NO_MEMORY;
    q->logp = s.logp;
    q->n_tokens = (int32_t)s.tokens;
    q->stop = s.end ? CAIRN_STOP_END : s.cut ? CAIRN_STOP_LENGTH : CAIRN_STOP_STEP;
    return CAIRN_OK;
}

static cairn_status *step_status(void *requests, int32_t i) {
    return &((cairn_proposal *)requests + i)->status;
}

static cairn_status exec_propose(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    static const talk propose = {step_message, check_step, take_step, step_status, false};
    return converse(ctx, data, arena, &propose, requests, n);
}

/* ---- ask ---------------------------------------------------------------------------------------------------------------- */

static json_t *ask_message(const void *requests, int32_t i) {
    const cairn_asking *q = (const cairn_asking *)requests + i;
    char seed[24];
    seed_of(q->rng, seed);
    json_t *steps = json_texts(q->steps, q->n_steps), *stops = json_texts(q->stops, q->n_stops),
           *choices = json_texts(q->choices, q->n_choices);
    if (steps && stops && choices)
        return json_add_observations(
            json_pack("{s:s, s:s, s:s, s:o, s:s, s:f, s:i, s:b, s:o, s:s, s:o, s:s}", "verb", "ask", "problem_id",
                      q->name, "prompt", q->problem, "steps", steps, "begun", q->begun ? q->begun : "", "temperature",
                      q->sampling.temperature, "max_tokens", (int)q->sampling.max_tokens, "one_step", (int)q->one_step,
                      "stops", stops, "forced", q->forced ? q->forced : "", "choices", choices, "seed", seed),
            q->observations, q->n_steps);
    json_decref(steps);
    json_decref(stops);
    json_decref(choices);
    return NULL;
}

/* What was written: its text, and where choices were given the ln of each one's probability. */
static cairn_status read_written(cairn_ctx *ctx, const json_t *reply, size_t n_choices, step *out) {
    json_t *choices;
    *out = (step){.text = "", .end = true, .logp = NAN};
    if (json_object_get(reply, "text")) CAIRN_TRY(json_get_text(ctx, reply, "text", "reply", &out->text));
    CAIRN_TRY(read_text(ctx, reply, out));
    if (!n_choices) return CAIRN_OK;
    CAIRN_TRY(json_get_array(ctx, reply, "choice_logp", "reply", &choices));
    for (size_t i = 0; i < n_choices; i++) {
        const json_t *logp = json_array_get(choices, i);
        if (!json_is_number(logp) || json_number_value(logp) > 0)
            return json_fail_field(ctx, "reply", "choice_logp", "nats, 0 or less, of each choice", logp);
    }
    return CAIRN_OK;
}

static cairn_status check_ask(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    step s;
    return read_written(ctx, reply, json_array_size(json_object_get(request->message, "choices")), &s);
}

/* The lines of a text as steps; blank ones are none. */
static cairn_status take_lines(cairn_ctx *ctx, cairn_arena *arena, const char *text, cairn_asking *q) {
    cairn_slice *lines;
    int32_t n;
    CAIRN_TRY(cairn_split_steps(ctx, arena, CAIRN_SPLIT_LINE, text, strlen(text), &lines, &n));
    const char **written = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *written);
    if (!written) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        written[i] = cairn_arena_copy(arena, text + lines[i].start, lines[i].length);
        if (!written[i]) return CAIRN_NO_MEMORY;
    }
    q->written = written;
    q->n_written = n;
    return CAIRN_OK;
}

static cairn_status take_ask(cairn_ctx *ctx, const pipe_request *answered, cairn_arena *arena, void *requests,
                             int32_t i) {
    cairn_asking *q = (cairn_asking *)requests + i;
    const json_t *reply = answered->reply;
    size_t n = (size_t)q->n_choices;
    step s;
    CAIRN_TRY(read_written(ctx, reply, n, &s));
    CAIRN_TRY(take_lines(ctx, arena, s.text, q));
    q->tokens = NULL;
    q->n_tokens = (int32_t)s.tokens;
    q->n_read = 0;
    q->flops = 0;
    q->logp = s.logp;
    q->stop = s.end ? CAIRN_STOP_END : CAIRN_STOP_LENGTH;
    q->choice_logp = NULL;
    if (!n) return CAIRN_OK;
    q->choice_logp = cairn_arena_alloc(arena, n, sizeof *q->choice_logp);
    if (!q->choice_logp) return CAIRN_NO_MEMORY;
    for (size_t k = 0; k < n; k++)
        q->choice_logp[k] = json_number_value(json_array_get(json_object_get(reply, "choice_logp"), k));
    return CAIRN_OK;
}

static cairn_status *ask_status(void *requests, int32_t i) {
    return &((cairn_asking *)requests + i)->status;
}

static cairn_status exec_ask(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_asking *requests, int32_t n) {
    static const talk ask = {ask_message, check_ask, take_ask, ask_status, true};
    return converse(ctx, data, arena, &ask, requests, n);
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
    .partial = true,
    .ask = exec_ask,
    .content = exec_content,
    .file = exec_file,
};

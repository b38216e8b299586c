/* The scripted policy of world `countdown`: with probability `skill` a step that keeps the target reachable, else any
 * legal step, each uniformly; with probability `slip` it states a false result, after which nothing can be right. */
#include "world/countdown.h"

#include <math.h>
#include <string.h>

#include "core/maths.h"

#include "world/tokens.h"

typedef struct config {
    double skill, slip;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, skill, "0.5", 0, 1, "", "probability to choose among steps that keep the target reachable"),
    CAIRN_REAL(config, slip, "0", 0, 1, "", "probability that a step's result is false"),
};

typedef struct choice {
    countdown_step steps[COUNTDOWN_LEGAL];
    bool reach[COUNTDOWN_LEGAL];
    int32_t n, good;
} choice;

static cairn_status look(cairn_ctx *ctx, int64_t target, const countdown_state *s, choice *out) {
    countdown_memo *memo;
    CAIRN_TRY(countdown_memo_open(ctx, target, 0, 0, &memo));
    out->n = countdown_steps(s, out->steps);
    out->good = 0;
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < out->n && status == CAIRN_OK; i++) {
        status = countdown_can_reach(memo, &out->steps[i].after, &out->reach[i]);
        if (status == CAIRN_OK) out->good += out->reach[i];
    }
    countdown_memo_close(memo);
    return status;
}

static size_t draw(const config *c, choice *seen, cairn_rng *rng, char text[256], double *logp) {
    bool skilled = cairn_rng_unit(rng) < c->skill && seen->good > 0;
    uint32_t pick = cairn_rng_below(rng, (uint32_t)(skilled ? seen->good : seen->n));
    int32_t i = 0;
    for (uint32_t passed = 0;; i++)
        if ((!skilled || seen->reach[i]) && passed++ == pick) break;
    double skill = seen->good > 0 ? c->skill : 0;
    double p = (1 - skill) / seen->n + (seen->reach[i] ? skill / seen->good : 0);
    bool slip = cairn_rng_unit(rng) < c->slip;
    if (slip) seen->steps[i].c++;
    *logp = maths_log(p) + (slip ? maths_log(c->slip) : maths_log1p(-c->slip));
    return countdown_say(&seen->steps[i], text);
}

static cairn_status countdown_sample(cairn_ctx *ctx, void *world, const void *configuration,
                                     const cairn_problem *problem, const void *state, cairn_rng *rng,
                                     cairn_arena *arena, cairn_script_step *out) {
    (void)world;
    const countdown_problem *p = problem->data;
    countdown_state s;
    char text[256] = "Nothing is left to say.";
    size_t length = strlen(text);
    double logp = 0;
    memcpy(&s, state, sizeof s);
    if (!s.dead && s.count > 1) {
        choice *seen = cairn_alloc(ctx, 1, sizeof *seen);
        if (!seen) return CAIRN_NO_MEMORY;
        cairn_status status = look(ctx, p->target, &s, seen);
        if (status == CAIRN_OK) length = draw(configuration, seen, rng, text, &logp);
        cairn_free(seen);
        CAIRN_TRY(status);
    }
    *out = (cairn_script_step){
        .text = cairn_arena_copy(arena, text, length), .n_tokens = token_count(text, length), .logp = logp};
    return out->text ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status countdown_value(cairn_ctx *ctx, void *world, const void *configuration,
                                    const cairn_problem *problem, const void *state, double *out) {
    (void)world;
    const config *c = configuration;
    const countdown_problem *p = problem->data;
    countdown_state s;
    countdown_memo *memo;
    memcpy(&s, state, sizeof s);
    CAIRN_TRY(countdown_memo_open(ctx, p->target, c->skill, c->slip, &memo));
    cairn_status status = countdown_script_value(memo, &s, out);
    countdown_memo_close(memo);
    return status;
}

const cairn_script countdown_script = {
    .about = {.name = "countdown",
              .summary = "keeps the target reachable with a known probability",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .sample = countdown_sample,
    .value = countdown_value,
};

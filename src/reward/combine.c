/* Reward `combine`: one score of several rewards, by a declared rule. Rewards of different meanings can be combined
 * only under a new declared meaning. An unknown score makes the result unknown, except under `first-known`. */
#include <math.h>
#include <string.h>

#include "cairn/reward.h"
#include "reward/meanings.h"

#define MOST_PARTS 8

typedef enum rule { RULE_MIN, RULE_PRODUCT, RULE_MEAN, RULE_MAX, RULE_FIRST_KNOWN } rule;

typedef struct config {
    const char *of;
    int32_t rule, meaning;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, of, NULL, "", "rewards divided by |; inside them a comma is written \\, and a | is written \\|"),
    CAIRN_CHOICE(config, rule, "min", "min|product|mean|max|first-known", "how the scores become one"),
    CAIRN_CHOICE(config, meaning, "same", "same|" MEANING_CHOICES,
                 "what the result means; required where the rewards differ"),
};

typedef struct combine {
    cairn_reward parts[MOST_PARTS];
    int32_t n_parts;
    rule rule;
    cairn_meaning meaning;
    double low, high;
} combine;

static void combine_close(void *data) {
    combine *self = data;
    for (int32_t i = 0; i < self->n_parts; i++) cairn_reward_close(&self->parts[i]);
}

/* Divides `of` at each bare "|" and opens the parts. */
static cairn_status open_parts(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                               const char *of, combine *self) {
    char *text = cairn_arena_copy(arena, of, strlen(of));
    if (!text) return CAIRN_NO_MEMORY;
    for (const char *p = of; p;) {
        char *end = text;
        for (; *p && *p != '|'; p++) {
            if (p[0] == '\\' && p[1] == '|') p++;
            *end++ = *p;
        }
        *end = '\0';
        if (self->n_parts == MOST_PARTS)
            return cairn_fail(ctx, CAIRN_LIMIT, "combine: more than %d rewards", MOST_PARTS);
        CAIRN_TRY(cairn_reward_open(ctx, arena, text, world, policy, &self->parts[self->n_parts]));
        self->n_parts++;
        p = *p ? p + 1 : NULL;
    }
    return CAIRN_OK;
}

static cairn_status declare_meaning(cairn_ctx *ctx, const config *c, combine *self) {
    if (c->meaning > 0) {
        self->meaning = (cairn_meaning)(c->meaning - 1);
        return CAIRN_OK;
    }
    self->meaning = self->parts[0].meaning;
    for (int32_t i = 1; i < self->n_parts; i++)
        if (self->parts[i].meaning != self->meaning)
            return cairn_fail(
                ctx, CAIRN_INVALID,
                "combine: `%s` means %s and `%s` means %s: say what their combination means (meaning=...)",
                self->parts[0].source, cairn_meaning_name(self->meaning), self->parts[i].source,
                cairn_meaning_name(self->parts[i].meaning));
    return CAIRN_OK;
}

static void find_range(combine *self) {
    self->low = self->parts[0].low;
    self->high = self->parts[0].high;
    for (int32_t i = 1; i < self->n_parts; i++) {
        double low = self->parts[i].low, high = self->parts[i].high;
        if (self->rule == RULE_PRODUCT) {
            double a = self->low * low, b = self->low * high, c = self->high * low, d = self->high * high;
            self->low = fmin(fmin(a, b), fmin(c, d));
            self->high = fmax(fmax(a, b), fmax(c, d));
        } else {
            self->low = fmin(self->low, low);
            self->high = fmax(self->high, high);
        }
    }
}

static cairn_status combine_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                 const cairn_policy *policy, const void *configuration, void **out) {
    const config *c = configuration;
    combine *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->rule = (rule)c->rule;
    cairn_status status = open_parts(ctx, arena, world, policy, c->of, self);
    if (status == CAIRN_OK) status = declare_meaning(ctx, c, self);
    if (status != CAIRN_OK) {
        combine_close(self);
        return status;
    }
    find_range(self);
    *out = self;
    return CAIRN_OK;
}

static void combine_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const combine *self = data;
    *meaning = self->meaning;
    *low = self->low;
    *high = self->high;
}

/* Folds one part's reply into the result, which holds those of parts 0 .. part - 1. */
static void fold(const combine *self, int32_t part, const cairn_scoring *said, cairn_scoring *out) {
    if (part == 0) {
        *out = *said;
        return;
    }
    if (out->status != CAIRN_OK) return;
    if (said->status != CAIRN_OK) {
        out->status = said->status;
        return;
    }
    bool take = false;
    switch (self->rule) {
    case RULE_FIRST_KNOWN:
        take = isnan(out->score);
        break;
    case RULE_MIN:
        take = !isnan(out->score) && !(said->score >= out->score);
        break;
    case RULE_MAX:
        take = !isnan(out->score) && !(said->score <= out->score);
        break;
    case RULE_PRODUCT:
        out->score *= said->score;
        break;
    case RULE_MEAN:
        out->score += (said->score - out->score) / (part + 1);
        break;
    }
    if (take) *out = *said;
    if (self->rule == RULE_PRODUCT || self->rule == RULE_MEAN) out->code = out->evidence = "";
}

static cairn_status score_parts(cairn_ctx *ctx, const combine *self, bool solution, cairn_arena *arena,
                                cairn_scoring *requests, int32_t n, cairn_reward_cost *cost) {
    if (n <= 0) return CAIRN_OK;
    cairn_scoring *said = cairn_arena_alloc(arena, (size_t)n, sizeof *said);
    if (!said) return CAIRN_NO_MEMORY;
    for (int32_t part = 0; part < self->n_parts; part++) {
        const cairn_reward *r = &self->parts[part];
        memcpy(said, requests, (size_t)n * sizeof *said);
        cairn_score_fn score = solution && r->type->score_solution ? r->type->score_solution : r->type->score;
        CAIRN_TRY(score(ctx, r->self, arena, said, n, cost));
        for (int32_t i = 0; i < n; i++) fold(self, part, &said[i], &requests[i]);
    }
    return CAIRN_OK;
}

static cairn_status combine_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                  cairn_reward_cost *cost) {
    return score_parts(ctx, self, false, arena, requests, n, cost);
}

static cairn_status combine_score_solution(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests,
                                           int32_t n, cairn_reward_cost *cost) {
    return score_parts(ctx, self, true, arena, requests, n, cost);
}

static uint64_t combine_content(const void *data) {
    const combine *self = data;
    uint64_t key = 0, any = 0;
    for (int32_t i = 0; i < self->n_parts; i++) {
        uint64_t content = cairn_reward_content(&self->parts[i]);
        any |= content;
        key = cairn_key_mix(key, content);
    }
    return any ? key : 0;
}

static bool combine_elsewhere(const void *data) {
    const combine *self = data;
    bool any = false;
    for (int32_t i = 0; i < self->n_parts; i++) any |= cairn_reward_elsewhere(&self->parts[i]);
    return any;
}

static bool combine_partial_ok(const void *data) {
    const combine *self = data;
    bool all = true;
    for (int32_t i = 0; i < self->n_parts; i++) all &= cairn_reward_partial_ok(&self->parts[i]);
    return all;
}

static void combine_held(const void *data, cairn_engine_held *sum) {
    const combine *self = data;
    for (int32_t i = 0; i < self->n_parts; i++)
        if (self->parts[i].type->held) self->parts[i].type->held(self->parts[i].self, sum);
}

static uint32_t combine_uses(const void *self) {
    const combine *c = self;
    uint32_t uses = 0;
    for (int32_t i = 0; i < c->n_parts; i++) uses |= cairn_reward_uses(&c->parts[i]);
    return uses;
}

const cairn_reward_type cairn_reward_combine = {
    .about = {.name = "combine",
              .summary = "one score of several rewards, by a declared rule",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = combine_open,
    .close = combine_close,
    .scale = combine_scale,
    .uses = combine_uses,
    .score = combine_score,
    .score_solution = combine_score_solution,
    .partial_ok = combine_partial_ok,
    .content = combine_content,
    .elsewhere = combine_elsewhere,
    .held = combine_held,
};

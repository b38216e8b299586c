/* World `chain`: multi-step arithmetic in words. A problem is a start number and K operations; a step is an equation
 * such as "7 + 5 = 12", or a check such as "Check: the value here is 36." that sets the value; the value after step K
 * is the answer.
 *
 * Every operation is injective in the running value, so a wrong value stays wrong under true equations: only a step
 * that says a right value again brings a solution back. That makes scripted policies exact Markov chains on (position,
 * wrong). */
#include "world/chain.h"

#include <string.h>

#include "world/read.h"

typedef struct config {
    int64_t steps;
    int64_t shortest;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, steps, "8", 1, CHAIN_MAX_STEPS, "steps",
              "steps of a solution (the most, where `shortest` is given)"),
    CAIRN_INT(config, shortest, "0", 0, CHAIN_MAX_STEPS, "steps",
              "solutions have from `shortest` to `steps` steps, uniformly; 0: all have `steps`"),
};

static cairn_status chain_open(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    const config *given = configuration;
    if (given->shortest > given->steps)
        return cairn_fail(ctx, CAIRN_INVALID, "chain: shortest=%lld is more than steps=%lld",
                          (long long)given->shortest, (long long)given->steps);
    config *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *given;
    *self = own;
    return CAIRN_OK;
}

/* ---- problems --------------------------------------------------------------------------------------------------- */

bool chain_compute(int64_t a, char op, int64_t b, int64_t *out) {
    int64_t value;
    bool over = op == '+'   ? __builtin_add_overflow(a, b, &value)
                : op == '-' ? __builtin_sub_overflow(a, b, &value)
                            : __builtin_mul_overflow(a, b, &value);
    if (over || value > CHAIN_BOUND || value < -CHAIN_BOUND) return false;
    *out = value;
    return true;
}

/* True values stay in 1 .. 11,215 and the product of all factors below 10^6, so that values that went wrong stay small
 * too. */
static void draw_operations(cairn_rng *rng, chain_problem *p) {
    int64_t value = p->truth[0], factors = 1;
    for (int32_t t = 0; t < p->steps; t++) {
        uint32_t kind = cairn_rng_below(rng, 3);
        int32_t addend = (int32_t)cairn_rng_range(rng, 2, 19), factor = (int32_t)cairn_rng_range(rng, 2, 5);
        if (kind == 2 && value * factor <= 9999 && factors * factor <= 1000000) {
            p->op[t] = '*';
            p->operand[t] = factor;
            factors *= factor;
        } else {
            p->op[t] = kind == 1 && value > addend ? '-' : '+';
            p->operand[t] = addend;
        }
        if (chain_compute(value, p->op[t], p->operand[t], &value)) p->truth[t + 1] = value;
    }
}

static const char *describe(cairn_arena *arena, const chain_problem *p) {
    char text[64 + 32 * CHAIN_MAX_STEPS];
    size_t used = (size_t)snprintf(text, sizeof text, "Start with %lld.", (long long)p->truth[0]);
    for (int32_t t = 0; t < p->steps; t++) {
        const char *verb = p->op[t] == '+' ? "add" : p->op[t] == '-' ? "subtract" : "multiply by";
        used += (size_t)snprintf(text + used, sizeof text - used, " Then %s %d.", verb, p->operand[t]);
    }
    used += (size_t)snprintf(text + used, sizeof text - used, " What is the result?");
    return cairn_arena_copy(arena, text, used);
}

static cairn_status chain_generate(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                                   cairn_problem *out) {
    const config *own = self;
    if (index < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "chain: problem %lld: an index is 0 or more", (long long)index);
    chain_problem *p = cairn_arena_alloc(arena, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    cairn_rng rng = cairn_rng_open(seed, (uint64_t)index, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, 0, 0);
    int64_t shortest = own->shortest ? own->shortest : own->steps;
    p->steps = (int32_t)cairn_rng_range(&rng, shortest, own->steps);
    p->truth[0] = cairn_rng_range(&rng, 2, 20);
    draw_operations(&rng, p);
    p->hardness = cairn_rng_normal(&rng);
    p->recovery = cairn_rng_normal(&rng);
    p->trap_draw = cairn_rng_unit(&rng);
    p->trap_step = (int32_t)cairn_rng_below(&rng, (uint32_t)p->steps);

    const char *id = cairn_arena_printf(arena, "chain-%llu-%lld", (unsigned long long)seed, (long long)index);
    const char *text = describe(arena, p);
    const char *answer = cairn_arena_printf(arena, "%lld", (long long)p->truth[p->steps]);
    if (!id || !text || !answer) return CAIRN_NO_MEMORY;
    *out = (cairn_problem){.id = id,
                           .key = cairn_key(id, strlen(id)),
                           .text = text,
                           .answer = answer,
                           .difficulty = p->hardness,
                           .max_steps = p->steps,
                           .data = p};
    return CAIRN_OK;
}

/* ---- reading steps ------------------------------------------------------------------------------------------------ */

typedef struct statement {
    bool check; /* "Check: the value here is `c`.", else the equation a op b = c */
    int64_t a, b, c;
    char op;
} statement;

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Reads [words] equation|check [.], nothing after it. */
static bool read_statement(const char *step, size_t length, statement *out) {
    static const char phrase[] = ": the value here is ";
    const char *p = step, *end = step + length;
    while (p < end && (is_letter(*p) || *p == ' ' || *p == ',')) p++;
    *out = (statement){0};
    if (p < end && *p == ':') {
        if (p - step < 5 || memcmp(p - 4, "heck", 4) != 0 || (p[-5] != 'C' && p[-5] != 'c')) return false;
        if ((size_t)(end - p) < sizeof phrase - 1 || memcmp(p, phrase, sizeof phrase - 1) != 0) return false;
        p += sizeof phrase - 1;
        out->check = true;
    } else {
        if (!read_number(&p, end, CHAIN_BOUND, &out->a) || !read_operator(&p, end, "+-*", &out->op) ||
            !read_number(&p, end, CHAIN_BOUND, &out->b))
            return false;
        p = read_blanks(p, end);
        if (p == end || *p++ != '=') return false;
    }
    if (!read_number(&p, end, CHAIN_BOUND, &out->c)) return false;
    if (p < end && *p == '.') p++;
    return read_blanks(p, end) == end;
}

/* ---- states --------------------------------------------------------------------------------------------------------- */

static cairn_status chain_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self;
    const chain_problem *p = problem->data;
    chain_state s = {.value = p->truth[0]};
    memcpy(state, &s, sizeof s);
    return CAIRN_OK;
}

static cairn_status chain_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                cairn_turn *turn, void *after) {
    (void)ctx, (void)self;
    const chain_problem *p = problem->data;
    chain_state s;
    statement said;
    memcpy(&s, before, sizeof s);
    if (s.dead || s.position >= p->steps || !read_statement(turn->text, turn->length, &said)) {
        s.dead = s.wrong = 1;
        if (s.position < p->steps) s.position++;
    } else {
        s.position++;
        s.value = said.c;
        s.wrong = said.c != p->truth[s.position];
    }
    memcpy(after, &s, sizeof s);
    turn->done = s.position >= p->steps;
    return CAIRN_OK;
}

static cairn_status chain_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    (void)ctx, (void)self, (void)steps, (void)n_steps;
    const chain_problem *p = problem->data;
    chain_state s;
    memcpy(&s, state, sizeof s);
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_WRONG, .value = 0};
    if (s.dead || s.position < p->steps) return CAIRN_OK;
    if (!s.wrong) *out = (cairn_outcome){.verdict = CAIRN_VERDICT_RIGHT, .value = 1};
    out->answer = cairn_arena_printf(arena, "%lld", (long long)s.value);
    return out->answer ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static const char *judge(const chain_problem *p, const chain_state *s, const statement *said, bool right,
                         cairn_arena *arena, const char **evidence) {
    int64_t truth = p->truth[s->position + 1], result = 0;
    if (said->check) {
        *evidence = cairn_arena_printf(arena, "the value here is %lld", (long long)truth);
        return right ? "repair" : "slip";
    }
    bool holds = chain_compute(said->a, said->op, said->b, &result) && result == said->c;
    bool asked = said->a == s->value && said->op == p->op[s->position] && said->b == p->operand[s->position];
    if (right && s->wrong) {
        *evidence = cairn_arena_printf(arena, "the value is %lld again, as it should be", (long long)truth);
        return "repair";
    }
    if (!holds) {
        *evidence = cairn_arena_printf(arena, "%lld %c %lld is not %lld", (long long)said->a, said->op,
                                       (long long)said->b, (long long)said->c);
        return "slip";
    }
    if (!asked) {
        *evidence = cairn_arena_printf(arena, "the problem asks for %lld %c %d here", (long long)s->value,
                                       p->op[s->position], p->operand[s->position]);
        return "misread";
    }
    if (right) {
        *evidence = "";
        return "exact";
    }
    *evidence = cairn_arena_printf(arena, "starts from %lld where the value is %lld", (long long)s->value,
                                   (long long)p->truth[s->position]);
    return "carried";
}

/* Codes: exact, slip (its own equation is false), carried (true, from a wrong value), misread (true, but not the step
 * asked for), repair, illegal (unreadable, or after the end or an unreadable step). */
static cairn_status chain_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                      const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                      cairn_step_check *out) {
    (void)self;
    const chain_problem *p = problem->data;
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "chain: no step to verify");
    const char *step = steps[n_steps - 1];
    chain_state s;
    statement said;
    memcpy(&s, before, sizeof s);
    if (s.dead || s.position >= p->steps || !read_statement(step, strlen(step), &said)) {
        const char *why = s.dead                   ? "follows a step that could not be read"
                          : s.position >= p->steps ? "follows the end of the solution"
                                                   : "is not an equation of this kind";
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, "illegal", why};
        return CAIRN_OK;
    }
    bool right = said.c == p->truth[s.position + 1];
    const char *evidence = "";
    const char *code = judge(p, &s, &said, right, arena, &evidence);
    if (!evidence) return CAIRN_NO_MEMORY;
    *out = (cairn_step_check){right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, code, evidence};
    return CAIRN_OK;
}

/* A wrong value can be put right by a later check, so only the end and unreadable steps are final. */
static cairn_status chain_reachable(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                    double *out) {
    (void)ctx, (void)self;
    const chain_problem *p = problem->data;
    chain_state s;
    memcpy(&s, state, sizeof s);
    *out = s.dead || (s.wrong && s.position >= p->steps) ? 0 : 1;
    return CAIRN_OK;
}

const cairn_world_type cairn_world_chain = {
    .about = {.name = "chain",
              .summary = "multi-step arithmetic in words, with exact truth and exact values of scripted policies",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .state_bytes = sizeof(chain_state),
    .script = &chain_script,
    .open = chain_open,
    .generate = chain_generate,
    .start = chain_start,
    .apply = chain_apply,
    .check = chain_check,
    .verify_step = chain_verify_step,
    .reachable = chain_reachable,
};

/* World `countdown`: make a target from numbers by + - * /, each number used exactly once, every result a positive
 * integer. A step takes two numbers and puts their result back: "25 * 4 = 100 (left: 100 7 3)". The last number left is
 * the answer. */
#include "world/countdown.h"

#include <string.h>

#include "world/read.h"

typedef struct config {
    int64_t numbers, largest;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, numbers, "4", 3, COUNTDOWN_MOST, "numbers", "how many numbers a problem has: its difficulty"),
    CAIRN_INT(config, largest, "25", 2, 100, "", "numbers are drawn from 1 to this"),
};

static cairn_status countdown_open(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    (void)ctx;
    config *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *(const config *)configuration;
    *self = own;
    return CAIRN_OK;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* Reads "a op b = c" and, where it is there, " (left: ...)", whose numbers go to `left` in descending order. */
static bool read_step(const char *text, size_t length, countdown_step *out, bool *listed) {
    const char *p = text, *end = text + length;
    *out = (countdown_step){0};
    *listed = false;
    if (!read_number(&p, end, COUNTDOWN_LARGEST, &out->a) || !read_operator(&p, end, "+-*/", &out->op) ||
        !read_number(&p, end, COUNTDOWN_LARGEST, &out->b))
        return false;
    p = read_blanks(p, end);
    if (p == end || *p++ != '=' || !read_number(&p, end, COUNTDOWN_LARGEST, &out->c)) return false;
    p = read_blanks(p, end);
    if (p == end) return true;
    if (end - p < 6 || memcmp(p, "(left:", 6) != 0) return false;
    p += 6;
    for (int64_t x; read_number(&p, end, COUNTDOWN_LARGEST, &x);) {
        int32_t at = out->after.count++;
        if (at == COUNTDOWN_MOST) return false;
        for (; at > 0 && out->after.numbers[at - 1] < x; at--) out->after.numbers[at] = out->after.numbers[at - 1];
        out->after.numbers[at] = x;
    }
    p = read_blanks(p, end);
    if (p == end || *p++ != ')') return false;
    *listed = true;
    return read_blanks(p, end) == end;
}

typedef enum reading { LEGAL, FALSE_RESULT, ILLEGAL } reading;

/* What a step's text does to `s`; `after` is set when it is legal. */
static reading read_legal(const countdown_state *s, const char *text, size_t length, countdown_state *after) {
    countdown_step said;
    bool listed;
    int64_t c;
    if (s->dead || s->count < 2 || !read_step(text, length, &said, &listed)) return ILLEGAL;
    if (!countdown_take(s, said.a, said.b, said.c, after)) return ILLEGAL;
    if (!countdown_compute(said.a, said.op, said.b, &c)) return ILLEGAL;
    if (c != said.c) return FALSE_RESULT;
    bool same =
        said.after.count == after->count && memcmp(said.after.numbers, after->numbers, sizeof after->numbers) == 0;
    return listed && !same ? FALSE_RESULT : LEGAL;
}

/* ---- problems ------------------------------------------------------------------------------------------------------ */

static countdown_state first_state(const countdown_problem *p) {
    countdown_state s = {.count = p->count};
    memcpy(s.numbers, p->numbers, sizeof s.numbers);
    return s;
}

/* The target is where a random legal play ends, drawn again until it is in 1 .. 999: so every problem is solvable. */
static void draw_problem(cairn_rng *rng, const config *own, countdown_problem *p, countdown_step *steps) {
    do {
        countdown_state s = {.count = (int32_t)own->numbers};
        for (int32_t i = 0; i < s.count; i++) {
            int64_t x = cairn_rng_range(rng, 1, own->largest);
            int32_t at = i;
            for (; at > 0 && s.numbers[at - 1] < x; at--) s.numbers[at] = s.numbers[at - 1];
            s.numbers[at] = x;
        }
        *p = (countdown_problem){.count = s.count};
        memcpy(p->numbers, s.numbers, sizeof p->numbers);
        while (s.count > 1) s = steps[cairn_rng_below(rng, (uint32_t)countdown_steps(&s, steps))].after;
        p->target = s.numbers[0];
    } while (p->target > 999);
}

static cairn_status countdown_generate(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                                       cairn_problem *out) {
    const config *own = self;
    if (index < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "countdown: problem %lld: an index is 0 or more", (long long)index);
    countdown_problem *p = cairn_arena_alloc(arena, 1, sizeof *p);
    countdown_step *steps = cairn_alloc(ctx, COUNTDOWN_LEGAL, sizeof *steps);
    if (!p || !steps) {
        cairn_free(steps);
        return CAIRN_NO_MEMORY;
    }
    cairn_rng rng = cairn_rng_open(seed, (uint64_t)index, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, 1, 0);
    draw_problem(&rng, own, p, steps);
    cairn_free(steps);

    char numbers[160];
    size_t used = 0;
    for (int32_t i = 0; i < p->count; i++)
        used += (size_t)snprintf(numbers + used, sizeof numbers - used, " %lld", (long long)p->numbers[i]);
    const char *id = cairn_arena_printf(arena, "countdown-%llu-%lld", (unsigned long long)seed, (long long)index);
    const char *text =
        cairn_arena_printf(arena, "Make %lld from%s. Use each number once, with + - * / and whole positive results.",
                           (long long)p->target, numbers);
    const char *answer = cairn_arena_printf(arena, "%lld", (long long)p->target);
    if (!id || !text || !answer) return CAIRN_NO_MEMORY;
    *out = (cairn_problem){.id = id,
                           .key = cairn_key(id, strlen(id)),
                           .text = text,
                           .answer = answer,
                           .difficulty = (double)p->count,
                           .max_steps = p->count - 1,
                           .data = p};
    return CAIRN_OK;
}

/* ---- the world -------------------------------------------------------------------------------------------------------- */

static cairn_status countdown_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self;
    countdown_state s = first_state(problem->data);
    memcpy(state, &s, sizeof s);
    return CAIRN_OK;
}

static cairn_status countdown_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                    cairn_turn *turn, void *after) {
    (void)ctx, (void)self, (void)problem;
    countdown_state s, next;
    memcpy(&s, before, sizeof s);
    if (read_legal(&s, turn->text, turn->length, &next) == LEGAL) {
        s = next;
    } else {
        s.dead = 1;
        if (s.count > 1) s.numbers[--s.count] = 0;
    }
    memcpy(after, &s, sizeof s);
    turn->done = s.count <= 1;
    return CAIRN_OK;
}

static cairn_status countdown_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                    const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    (void)ctx, (void)self, (void)steps, (void)n_steps;
    const countdown_problem *p = problem->data;
    countdown_state s;
    memcpy(&s, state, sizeof s);
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_WRONG, .value = 0};
    if (s.dead || s.count != 1) return CAIRN_OK;
    if (s.numbers[0] == p->target) *out = (cairn_outcome){.verdict = CAIRN_VERDICT_RIGHT, .value = 1};
    out->answer = cairn_arena_printf(arena, "%lld", (long long)s.numbers[0]);
    return out->answer ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status reaches(cairn_ctx *ctx, int64_t target, const countdown_state *s, bool *out) {
    countdown_memo *memo;
    CAIRN_TRY(countdown_memo_open(ctx, target, 0, 0, &memo));
    cairn_status status = countdown_can_reach(memo, s, out);
    countdown_memo_close(memo);
    return status;
}

/* Codes: exact (legal, the target is still reachable), dead-end (legal, it is not), slip (a false result or list),
 * illegal. */
static cairn_status countdown_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                          const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                          cairn_step_check *out) {
    (void)self, (void)arena;
    const countdown_problem *p = problem->data;
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "countdown: no step to verify");
    const char *step = steps[n_steps - 1];
    countdown_state s, after;
    memcpy(&s, before, sizeof s);
    bool reach = false;
    switch (read_legal(&s, step, strlen(step), &after)) {
    case ILLEGAL:
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, "illegal", "is not a legal step with the numbers left"};
        return CAIRN_OK;
    case FALSE_RESULT:
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, "slip", "the result or the list of numbers left is false"};
        return CAIRN_OK;
    case LEGAL:
        break;
    }
    CAIRN_TRY(reaches(ctx, p->target, &after, &reach));
    *out = reach ? (cairn_step_check){CAIRN_VERDICT_RIGHT, "exact", ""}
                 : (cairn_step_check){CAIRN_VERDICT_WRONG, "dead-end", "the target cannot be made from what is left"};
    return CAIRN_OK;
}

static cairn_status countdown_legal(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                    cairn_arena *arena, const char ***out, int32_t *count) {
    (void)self, (void)problem;
    countdown_state s;
    char text[256];
    memcpy(&s, state, sizeof s);
    countdown_step *steps = cairn_alloc(ctx, COUNTDOWN_LEGAL, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    int32_t n = s.dead ? 0 : countdown_steps(&s, steps);
    const char **texts = cairn_arena_alloc(arena, (size_t)n, sizeof *texts);
    bool whole = texts != NULL;
    for (int32_t i = 0; i < n && whole; i++) {
        texts[i] = cairn_arena_copy(arena, text, countdown_say(&steps[i], text));
        whole = texts[i] != NULL;
    }
    cairn_free(steps);
    if (!whole) return CAIRN_NO_MEMORY;
    *out = texts;
    *count = n;
    return CAIRN_OK;
}

static cairn_status countdown_reachable(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                        double *out) {
    (void)self;
    const countdown_problem *p = problem->data;
    countdown_state s;
    bool reach = false;
    memcpy(&s, state, sizeof s);
    CAIRN_TRY(reaches(ctx, p->target, &s, &reach));
    *out = reach ? 1 : 0;
    return CAIRN_OK;
}

const cairn_world_type cairn_world_countdown = {
    .about = {.name = "countdown",
              .summary = "make a target from numbers, each used once, with whole positive results",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .state_bytes = sizeof(countdown_state),
    .script = &countdown_script,
    .open = countdown_open,
    .generate = countdown_generate,
    .start = countdown_start,
    .apply = countdown_apply,
    .check = countdown_check,
    .verify_step = countdown_verify_step,
    .legal = countdown_legal,
    .reachable = countdown_reachable,
};

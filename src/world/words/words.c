/* World `words`: word problems over a graph of named quantities, some of which the question does not need. A step
 * computes one quantity: "Anna has 3 * 4 = 12 pears."; the last one states the answer: "Answer: 12".
 *
 * Steps may come in any order in which everything is known that they use. A statement holds until the same quantity is
 * stated again, so a wrong value can be put right. A right answer is reachable while the steps that are left suffice to
 * state, each rightly and after what it derives from, the target and every quantity it derives from that is not known
 * rightly, and then the answer; an unreadable step ends that for good. */
#include "world/words/words.h"

#include <string.h>

static const cairn_option options[] = {
    CAIRN_INT(words_settings, operations, "4", 1, 12, "operations",
              "operations that the question needs: its difficulty (the most, where `fewest` is given)"),
    CAIRN_INT(words_settings, fewest, "0", 0, 12, "operations",
              "problems need from `fewest` to `operations` operations, uniformly; 0: all need `operations`"),
    CAIRN_INT(words_settings, distractors, "2", 0, 8, "quantities", "quantities that the question does not need"),
    CAIRN_INT(words_settings, largest, "99", 20, WORDS_LARGEST, "", "all values are from 2 to this"),
    CAIRN_INT(
        words_settings, objects, "0", 0, WORDS_GROUP, "",
        "kinds of objects in a problem, more where people run short; 1: a name alone says which quantity; 0: 2 to 4"),
    CAIRN_REAL(words_settings, joins, "0.4", 0, 1, "",
               "share of derived quantities that come from two others instead of one and a number; 0: each question is "
               "a chain"),
    CAIRN_BOOL(words_settings, shuffled, "false",
               "sentences come in any order, so that one may speak of what a later one tells"),
};

static cairn_status words_open(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    const words_settings *given = configuration;
    if (given->fewest > given->operations)
        return cairn_fail(ctx, CAIRN_INVALID, "words: fewest=%lld is more than operations=%lld",
                          (long long)given->fewest, (long long)given->operations);
    words_settings *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *given;
    *self = own;
    return CAIRN_OK;
}

/* ---- problems ------------------------------------------------------------------------------------------------------- */

cairn_status words_wrap(const words_problem *p, const char *id, cairn_arena *arena, cairn_problem *out) {
    char text[WORDS_TEXT_BYTES];
    const char *told = cairn_arena_copy(arena, text, words_tell(p, text));
    const char *answer = cairn_arena_printf(arena, "%d", (int)p->q[p->target].truth);
    if (!told || !answer) return CAIRN_NO_MEMORY;
    *out = (cairn_problem){.id = id,
                           .key = cairn_key(id, strlen(id)),
                           .text = told,
                           .answer = answer,
                           .difficulty = (double)p->steps,
                           .max_steps = 2 * p->steps + p->useless + 1, /* each needed one may be stated twice */
                           .data = p};
    return CAIRN_OK;
}

static cairn_status words_generate(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                                   cairn_problem *out) {
    const words_settings *own = self;
    if (index < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "words: problem %lld: an index is 0 or more", (long long)index);
    words_problem *p = cairn_arena_alloc(arena, 1, sizeof *p);
    const char *id = cairn_arena_printf(arena, "words-%llu-%lld", (unsigned long long)seed, (long long)index);
    if (!p || !id) return CAIRN_NO_MEMORY;
    cairn_rng rng = cairn_rng_open(seed, (uint64_t)index, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, 2, 0);
    if (!words_draw(&rng, own, p))
        return cairn_fail(ctx, CAIRN_INTERNAL, "words: no numbers up to %lld fit %lld operations",
                          (long long)own->largest, (long long)own->operations);
    return words_wrap(p, id, arena, out);
}

/* ---- states ------------------------------------------------------------------------------------------------------------ */

static cairn_status words_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self;
    const words_problem *p = problem->data;
    words_state s = {0};
    for (int32_t i = 0; i < p->count; i++) {
        if (p->q[i].op != '=') continue;
        s.known |= UINT64_C(1) << i;
        s.value[i] = p->q[i].truth;
    }
    memcpy(state, &s, sizeof s);
    return CAIRN_OK;
}

/* Behind an unreadable step only a stated answer still matters: it ends the solution. */
static cairn_status words_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                cairn_turn *turn, void *after) {
    (void)ctx, (void)self;
    words_claim claims[WORDS_CLAIMS];
    words_state s;
    int32_t n = 0;
    memcpy(&s, before, sizeof s);
    bool readable = words_claims(problem->data, turn->text, turn->length, claims, &n);
    if (!readable || s.answered) s.dead = 1;
    for (int32_t i = 0; i < n && readable; i++) words_take(&s, &claims[i]);
    s.used++;
    memcpy(after, &s, sizeof s);
    turn->done = s.answered != 0;
    return CAIRN_OK;
}

static cairn_status words_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    (void)ctx, (void)self, (void)steps, (void)n_steps;
    const words_problem *p = problem->data;
    words_state s;
    memcpy(&s, state, sizeof s);
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_WRONG, .value = 0};
    if (s.dead || !s.answered) return CAIRN_OK;
    if (s.answer == p->q[p->target].truth) *out = (cairn_outcome){.verdict = CAIRN_VERDICT_RIGHT, .value = 1};
    out->answer = cairn_arena_printf(arena, "%d", (int)s.answer);
    return out->answer ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- steps -------------------------------------------------------------------------------------------------------------- */

/* The code of a step is that of its first wrong claim, else of its first that is not a repetition. */
static words_code judge_all(const words_problem *p, words_state s, const words_claim *claims, int32_t n,
                            char evidence[WORDS_SAID_BYTES]) {
    words_code best = WORDS_NO_CLAIM;
    char text[WORDS_SAID_BYTES];
    snprintf(evidence, WORDS_SAID_BYTES, WORDS_SAYS_NOTHING);
    for (int32_t i = 0; i < n; i++) {
        words_code code = words_judge(p, &s, &claims[i], text);
        bool wrong = words_code_verdict(code) == CAIRN_VERDICT_WRONG;
        if (wrong || best == WORDS_NO_CLAIM || (best == WORDS_REPEATED && code != WORDS_NO_CLAIM)) {
            best = code;
            memcpy(evidence, text, sizeof text);
        }
        if (wrong) break;
        words_take(&s, &claims[i]);
    }
    return best;
}

/* The codes are those of words_code. */
static cairn_status words_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                      const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                      cairn_step_check *out) {
    (void)self;
    const words_problem *p = problem->data;
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "words: no step to verify");
    const char *step = steps[n_steps - 1];
    words_claim claims[WORDS_CLAIMS];
    words_state s;
    char evidence[WORDS_SAID_BYTES];
    int32_t n;
    memcpy(&s, before, sizeof s);
    bool readable = words_claims(p, step, strlen(step), claims, &n);
    const char *why = s.answered ? "follows the end of the solution"
                      : s.dead   ? "follows a step that could not be read"
                                 : "is not a statement of this kind";
    if (!readable || s.dead || s.answered) {
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, words_code_name(WORDS_ILLEGAL), why};
        return CAIRN_OK;
    }
    words_code code = judge_all(p, s, claims, n, evidence);
    const char *kept = cairn_arena_copy(arena, evidence, strlen(evidence));
    if (!kept) return CAIRN_NO_MEMORY;
    *out = (cairn_step_check){words_code_verdict(code), words_code_name(code), kept};
    return CAIRN_OK;
}

/* Places whose value is given or was stated, and is right. */
static uint64_t right_places(const words_problem *p, const words_state *s) {
    uint64_t right = 0;
    for (int32_t i = 0; i < p->count; i++)
        if ((s->known >> i & 1u) && s->value[i] == p->q[i].truth) right |= UINT64_C(1) << i;
    return right;
}

/* Each quantity that is not known rightly but derives from ones that are, needed or not, and the answer once the target
 * is right; in canonical wording. A right step that leaps ahead of these is not listed. */
static cairn_status words_legal(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                cairn_arena *arena, const char ***out, int32_t *count) {
    (void)ctx, (void)self;
    const words_problem *p = problem->data;
    words_state s;
    memcpy(&s, state, sizeof s);
    uint64_t right = right_places(p, &s);
    const char **texts = cairn_arena_alloc(arena, WORDS_MOST + 1, sizeof *texts);
    int32_t n = 0;
    if (!texts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i <= p->count && !s.dead && !s.answered; i++) {
        bool answer = i == p->count;
        char text[WORDS_SAID_BYTES];
        if (answer ? !(right >> p->target & 1u) : (right >> i & 1u) || (words_operands(&p->q[i]) & ~right)) continue;
        words_claim claim = answer ? (words_claim){.place = WORDS_ANSWER} : words_derive(p, i, &s);
        claim.value = p->q[answer ? p->target : i].truth;
        texts[n] = cairn_arena_copy(arena, text, words_say(p, &s, &claim, 0, text));
        if (!texts[n++]) return CAIRN_NO_MEMORY;
    }
    *out = texts;
    *count = n;
    return CAIRN_OK;
}

static cairn_status words_reachable(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                    double *out) {
    (void)ctx, (void)self;
    const words_problem *p = problem->data;
    words_state s;
    memcpy(&s, state, sizeof s);
    uint64_t right = right_places(p, &s), missing = (UINT64_C(1) << p->target) & ~right;
    int32_t steps = 1; /* the answer */
    for (int32_t k = p->count - 1; k >= 0; k--) {
        int32_t i = p->order[k];
        if (!(missing >> i & 1u)) continue;
        missing |= words_operands(&p->q[i]) & ~right;
        steps++;
    }
    bool open = !s.answered && steps <= problem->max_steps - s.used;
    *out = !s.dead && (open || (s.answered && s.answer == p->q[p->target].truth)) ? 1 : 0;
    return CAIRN_OK;
}

const cairn_world_type cairn_world_words = {
    .about = {.name = "words",
              .summary = "word problems over a graph of named quantities, with some that the question does not need",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(words_settings)},
    .state_bytes = sizeof(words_state),
    .script = &words_script,
    .open = words_open,
    .generate = words_generate,
    .load = words_load,
    .read = words_adopt,
    .start = words_start,
    .apply = words_apply,
    .check = words_check,
    .verify_step = words_verify_step,
    .legal = words_legal,
    .reachable = words_reachable,
};

/* World `lookup`: a sum of amounts that only a tool knows. A problem names accounts; the step "lookup(382)" costs
 * something and is answered by the account's amount; the step "answer 57" ends the solution.
 *
 *   What is the sum of accounts 382 and 17? lookup(ACCOUNT) answers the amount of an account.
 *   lookup(382)  ->  41      reward -0.02
 *   lookup(17)   ->  16      reward -0.02
 *   answer 57                outcome 1
 *
 * Amounts are those of a register: account a of register r has an amount that depends on (r, a) alone. So a problem can
 * be read back from its words. The return of a solution is its outcome, 1 or -0.5, less what its lookups cost. */
#include "world/lookup.h"

#include <string.h>

#include "world/read.h"
#include "world/text.h"

static const cairn_option options[] = {
    CAIRN_INT(lookup_world, accounts, "3", 1, LOOKUP_MOST, "accounts", "accounts that a problem names"),
    CAIRN_REAL(lookup_world, cost, "0.02", 0, LOOKUP_DEAREST, "", "what a lookup costs: its reward is the negative"),
    CAIRN_INT_AS("register", lookup_world, reg, "1", 0, 1000000, "", "number of the register that holds the amounts"),
};

static cairn_status lookup_open(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    (void)ctx;
    lookup_world *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *(const lookup_world *)configuration;
    *self = own;
    return CAIRN_OK;
}

/* ---- problems --------------------------------------------------------------------------------------------------- */

static int32_t amount_of(const lookup_world *world, int32_t account) {
    cairn_rng rng = cairn_rng_open((uint64_t)world->reg, (uint64_t)account, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, 1, 0);
    return (int32_t)cairn_rng_range(&rng, 1, LOOKUP_LARGEST);
}

static void look_up_all(const lookup_world *world, lookup_problem *p) {
    p->sum = 0;
    for (int32_t i = 0; i < p->n; i++) p->sum += p->amount[i] = amount_of(world, p->account[i]);
}

/* Place of an account in the problem, -1: it is not named. */
static int32_t place_of(const lookup_problem *p, int64_t account) {
    for (int32_t i = 0; i < p->n; i++)
        if (p->account[i] == account) return i;
    return -1;
}

static const char *describe(cairn_arena *arena, const lookup_problem *p) {
    const char *list = cairn_arena_printf(arena, "%d", (int)p->account[0]);
    for (int32_t i = 1; i < p->n && list; i++)
        list = cairn_arena_printf(arena, "%s%s%d", list, i + 1 < p->n ? ", " : " and ", (int)p->account[i]);
    if (!list) return NULL;
    return cairn_arena_printf(arena,
                              "What is the sum of account%s %s? lookup(ACCOUNT) answers the amount of an account.",
                              p->n > 1 ? "s" : "", list);
}

static cairn_status complete(cairn_arena *arena, const lookup_problem *p, cairn_problem *out) {
    if (!out->answer) out->answer = cairn_arena_printf(arena, "%d", (int)p->sum);
    out->max_steps = LOOKUP_STEPS(p->n);
    out->data = p;
    return out->answer ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status lookup_generate(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                                    cairn_problem *out) {
    const lookup_world *own = self;
    if (index < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "lookup: problem %lld: an index is 0 or more", (long long)index);
    lookup_problem *p = cairn_arena_alloc(arena, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    cairn_rng rng = cairn_rng_open(seed, (uint64_t)index, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, 0, 0);
    while (p->n < own->accounts) {
        int32_t account = (int32_t)cairn_rng_below(&rng, LOOKUP_ACCOUNTS);
        if (place_of(p, account) < 0) p->account[p->n++] = account;
    }
    look_up_all(own, p);
    const char *id = cairn_arena_printf(arena, "lookup-%llu-%lld", (unsigned long long)seed, (long long)index);
    const char *text = describe(arena, p);
    if (!id || !text) return CAIRN_NO_MEMORY;
    *out = (cairn_problem){.id = id, .key = cairn_key(id, strlen(id)), .text = text, .difficulty = p->n};
    return complete(arena, p, out);
}

/* The accounts of "... account[s] 382, 17 and 5?"; 0 where the text is not of this kind. */
static int32_t read_accounts(const char *text, int32_t accounts[LOOKUP_MOST]) {
    static const char opening[] = "What is the sum of account";
    const char *end = strchr(text, '?');
    int32_t n = 0;
    if (!end || strncmp(text, opening, sizeof opening - 1) != 0) return 0;
    const char *p = text + sizeof opening - 1;
    if (*p == 's') p++;
    while (n < LOOKUP_MOST) {
        int64_t account;
        if (!read_number(&p, end, LOOKUP_ACCOUNTS - 1, &account) || account < 0) return 0;
        accounts[n++] = (int32_t)account;
        if (p == end) return n;
        if (end - p > 5 && memcmp(p, " and ", 5) == 0)
            p += 5;
        else if (*p++ != ',')
            return 0;
    }
    return 0;
}

static cairn_status lookup_read(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem) {
    lookup_problem *p = cairn_arena_alloc(arena, 1, sizeof *p);
    int32_t accounts[LOOKUP_MOST];
    if (!p) return CAIRN_NO_MEMORY;
    int32_t n = read_accounts(problem->text, accounts);
    for (int32_t i = 0; i < n && place_of(p, accounts[i]) < 0; i++) p->account[p->n++] = accounts[i];
    if (n == 0 || p->n < n)
        return cairn_fail(ctx, CAIRN_FORMAT,
                          "lookup: problem `%.60s`: expected up to %d different accounts from 0 to %d", problem->id,
                          LOOKUP_MOST, LOOKUP_ACCOUNTS - 1);
    look_up_all(self, p);
    int64_t stated = p->sum;
    if (problem->answer &&
        (cairn_parse_int(problem->answer, strlen(problem->answer), &stated) != CAIRN_OK || stated != p->sum))
        return cairn_fail(ctx, CAIRN_FORMAT, "lookup: problem `%.60s`: its answer is %.20s, the register says %d",
                          problem->id, problem->answer, (int)p->sum);
    problem->difficulty = p->n;
    return complete(arena, p, problem);
}

static cairn_status lookup_load(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                                cairn_problem **problems, int64_t *count, uint64_t *content) {
    cairn_read_options read = {.skip_bad = skip_bad};
    CAIRN_TRY(text_load(ctx, path, read, 1, arena, problems, count, content));
    for (int64_t i = 0; i < *count; i++) CAIRN_TRY(lookup_read(ctx, self, arena, &(*problems)[i]));
    return CAIRN_OK;
}

/* ---- steps -------------------------------------------------------------------------------------------------------- */

typedef enum act { ACT_NONE, ACT_LOOKUP, ACT_ANSWER } act;

/* "lookup(382)" or "answer 57", with or without a full stop, nothing after it. */
static act read_act(const char *step, size_t length, int64_t *number) {
    static const char lookup[] = "lookup(", answer[] = "answer ";
    const char *end = step + length, *p = read_blanks(step, end);
    act what = ACT_NONE;
    if ((size_t)(end - p) > sizeof lookup - 1 && memcmp(p, lookup, sizeof lookup - 1) == 0) what = ACT_LOOKUP;
    if ((size_t)(end - p) > sizeof answer - 1 && memcmp(p, answer, sizeof answer - 1) == 0) what = ACT_ANSWER;
    if (what == ACT_NONE) return ACT_NONE;
    p += sizeof lookup - 1;
    if (!read_number(&p, end, LOOKUP_BOUND, number)) return ACT_NONE;
    if (what == ACT_LOOKUP && (p == end || *p++ != ')')) return ACT_NONE;
    if (p < end && *p == '.') p++;
    return read_blanks(p, end) == end ? what : ACT_NONE;
}
_Static_assert(sizeof "lookup(" == sizeof "answer ", "both openings have one length");

static cairn_status lookup_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self, (void)problem;
    memset(state, 0, sizeof(lookup_state));
    return CAIRN_OK;
}

/* What the tool says. It knows all accounts of the register, also those that the problem does not name. */
static cairn_status answer_lookup(const lookup_world *own, int64_t account, cairn_turn *turn) {
    turn->kind = CAIRN_KIND_TOOL;
    turn->reward = -own->cost;
    if (!turn->arena) return CAIRN_OK;
    bool known = account >= 0 && account < LOOKUP_ACCOUNTS;
    turn->observation = known ? cairn_arena_printf(turn->arena, "%d", (int)amount_of(own, (int32_t)account))
                              : cairn_arena_printf(turn->arena, "no such account");
    return turn->observation ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status lookup_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                 cairn_turn *turn, void *after) {
    (void)ctx;
    const lookup_problem *p = problem->data;
    lookup_state s;
    int64_t number;
    memcpy(&s, before, sizeof s);
    act what = s.answered ? ACT_NONE : read_act(turn->text, turn->length, &number);
    s.used++;
    if (what == ACT_NONE) s.dead = 1;
    if (what == ACT_LOOKUP) {
        int32_t place = place_of(p, number);
        if (place >= 0) s.seen |= (uint8_t)(1u << place);
        CAIRN_TRY(answer_lookup(self, number, turn));
    }
    if (what == ACT_ANSWER) {
        s.answered = 1;
        s.answer = (int32_t)number;
    }
    turn->done = s.answered;
    memcpy(after, &s, sizeof s);
    return CAIRN_OK;
}

static cairn_status lookup_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                 const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    (void)ctx, (void)self, (void)steps, (void)n_steps;
    const lookup_problem *p = problem->data;
    lookup_state s;
    memcpy(&s, state, sizeof s);
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_WRONG, .value = LOOKUP_WRONG};
    if (s.dead || !s.answered) return CAIRN_OK;
    if (s.answer == p->sum) *out = (cairn_outcome){.verdict = CAIRN_VERDICT_RIGHT, .value = LOOKUP_RIGHT};
    out->answer = cairn_arena_printf(arena, "%d", (int)s.answer);
    return out->answer ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Codes: needed, repeated (looked up before), foreign (an account that the problem does not name), exact, early (an
 * answer before all amounts were seen), slip, illegal (unreadable, or after the answer). */
static cairn_status lookup_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                       const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                       cairn_step_check *out) {
    (void)self;
    const lookup_problem *p = problem->data;
    lookup_state s;
    int64_t number;
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "lookup: no step to verify");
    memcpy(&s, before, sizeof s);
    act what = s.answered || s.dead ? ACT_NONE : read_act(steps[n_steps - 1], strlen(steps[n_steps - 1]), &number);
    if (what == ACT_NONE) {
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, "illegal",
                                  s.dead       ? "follows a step that could not be read"
                                  : s.answered ? "follows the answer"
                                               : "is neither lookup(ACCOUNT) nor an answer"};
        return CAIRN_OK;
    }
    int32_t place = what == ACT_LOOKUP ? place_of(p, number) : -1;
    bool seen = place >= 0 && s.seen >> place & 1, whole = s.seen + 1 == 1 << p->n;
    if (what == ACT_LOOKUP && place < 0)
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, "foreign", "the problem does not name this account"};
    else if (what == ACT_LOOKUP)
        *out = (cairn_step_check){CAIRN_VERDICT_RIGHT, seen ? "repeated" : "needed", ""};
    else if (number == p->sum)
        *out = (cairn_step_check){CAIRN_VERDICT_RIGHT, "exact", ""};
    else
        *out = (cairn_step_check){CAIRN_VERDICT_WRONG, whole ? "slip" : "early",
                                  cairn_arena_printf(arena, "the sum is %d", (int)p->sum)};
    return out->evidence ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* As long as a step is left: the answer can be given at once. */
static cairn_status lookup_reachable(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                     double *out) {
    (void)ctx, (void)self;
    const lookup_problem *p = problem->data;
    lookup_state s;
    memcpy(&s, state, sizeof s);
    *out = !s.dead && (s.answered ? s.answer == p->sum : s.used < LOOKUP_STEPS(p->n));
    return CAIRN_OK;
}

const cairn_world_type cairn_world_lookup = {
    .about = {.name = "lookup",
              .summary = "sums of amounts that only a tool knows; lookups cost, and returns are exact",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(lookup_world)},
    .state_bytes = sizeof(lookup_state),
    .script = &lookup_script,
    .open = lookup_open,
    .generate = lookup_generate,
    .load = lookup_load,
    .read = lookup_read,
    .start = lookup_start,
    .apply = lookup_apply,
    .check = lookup_check,
    .verify_step = lookup_verify_step,
    .reachable = lookup_reachable,
    .outcome = {-1, 1},
    .reward = {-LOOKUP_DEAREST, 0},
};

/* Decisions: by rational functions, by balls, at points. */
#include <string.h>

#include "tool/math/value_ratio.h"

/* What the rational functions of one comparison take at most, but for large ones [bytes]. */
enum { ROOM_RATIO = 64 << 10 };

static math_decision decide(cairn_verdict equal, const char *how) {
    return (math_decision){equal, how};
}

ratio_run *value_ratio_start(math_engine *engine, value_log log) {
    if (!value_reserve(engine, ROOM_RATIO)) return NULL;
    if (!engine->ratio && ratio_open(engine, &engine->ratio) != CAIRN_OK) return NULL;
    ratio_begin(engine->ratio, log);
    return engine->ratio;
}

/* Names, roots of primes (independent over the rationals: Besicovitch 1940), i, and one of e and pi. */
bool value_free_kernels(const ratio_run *run, poly p) {
    int used[RATIO_KERNELS_MOST], transcendental = 0;
    memset(used, 0, sizeof used);
    fmpz_mpoly_used_vars(used, p, run->ctx);
    for (int32_t i = 0; i < run->count; i++) {
        const kernel *k = &run->kernels[i];
        if (!used[i]) continue;
        bool e = k->kind == KERNEL_EXP && k->prime == 0 && ratio_is_one(run, k->argument[0]);
        transcendental += e || k->kind == KERNEL_PI;
        bool plain = k->kind == KERNEL_NAME || k->kind == KERNEL_PRIME || k->kind == KERNEL_I;
        if (!plain && !e && k->kind != KERNEL_PI) return false;
    }
    return transcendental <= 1;
}

static math_decision ratio_equal_within(math_engine *engine, const math_node *a, const math_node *b, value_log log) {
    ratio_run *run = value_ratio_start(engine, log);
    if (!run) return decide(CAIRN_VERDICT_UNKNOWN, "no-memory");
    ratio x, y;
    if (!ratio_of_trees(run, a, b, &x, &y)) {
        bool final = run->status == VALUE_UNDEFINED || run->status == VALUE_NOT || run->status == VALUE_NO_MEMORY;
        return decide(CAIRN_VERDICT_UNKNOWN, final ? value_status_how(run->status) : "");
    }
    poly cross = ratio_cross(run, x, y);
    if (!ratio_ok(run)) return decide(CAIRN_VERDICT_UNKNOWN, run->status == VALUE_NO_MEMORY ? "no-memory" : "");
    const char *how = math_is_constant(a) && math_is_constant(b) ? "algebraic" : "rational-function";
    if (cross->length == 0) return decide(CAIRN_VERDICT_RIGHT, how);
    return value_free_kernels(run, cross) ? decide(CAIRN_VERDICT_WRONG, how) : decide(CAIRN_VERDICT_UNKNOWN, "");
}

math_decision value_ratio_equal(math_engine *engine, const math_node *a, const math_node *b, value_log log) {
    int64_t end = engine->work_end, own = engine->work + VALUE_WORK_MOST / 2; /* the rest is for points and bounds */
    if (own < end) engine->work_end = own;
    math_decision decision = ratio_equal_within(engine, a, b, log);
    engine->work_end = end;
    return decision;
}

value_status value_tell_apart(math_engine *engine, const math_node *a, const math_node *b, const value_point *point,
                              slong most, bool *different) {
    acb_t x, y;
    acb_init(x);
    acb_init(y);
    value_status status = VALUE_OTHER;
    *different = false;
    for (slong precision = 64; precision <= most && !*different; precision *= 4) {
        status = value_ball(engine, a, point, precision, x);
        value_status other = value_ball(engine, b, point, precision, y);
        if (status == VALUE_KNOWN) status = other;
        if (status == VALUE_KNOWN) *different = !acb_overlaps(x, y);
        if (status != VALUE_KNOWN && status != VALUE_UNDEFINED) break; /* more bits do not help */
    }
    acb_clear(x);
    acb_clear(y);
    return status;
}

/* ---- points ---------------------------------------------------------------------------------------------------- */

/* Values [thirtieths] of the names in order, rotated from point to point: between 0 and 1, around 2, of different
 * sizes, larger, whole, then negative ones. */
static const int16_t coordinates[][6] = {
    {7, 19, 13, 23, 11, 17},       {43, 71, 37, 53, 67, 41},        {290, 8, 21, 152, 5, 13},
    {2, 91, 5, 241, 3, 31},        {107, 83, 119, 97, 79, 101},     {90, 60, 120, 30, 90, 120},
    {-13, -23, -7, -19, -17, -11}, {-77, -43, -101, -59, -67, -37},
};
enum { POINTS = sizeof coordinates / sizeof *coordinates, NEGATIVE = VALUE_POINTS_POSITIVE, COORDINATES = 6 };

/* Names that stand for whole numbers by convention have whole values at every point. */
bool value_whole_name(const char *name) {
    return name[0] && strchr("jklmnN", name[0]) != NULL;
}

void value_point_set(value_point *point, int which) {
    for (uint32_t i = 0; i < point->names->count; i++) {
        long value = coordinates[which][(i + (uint32_t)which) % COORDINATES];
        if (value_whole_name(point->names->name[i]))
            mpq_set_si(point->at[i], 2 + (long)((i + 2 * (uint32_t)which) % 7), 1);
        else
            mpq_set_si(point->at[i], value, 30);
        mpq_canonicalize(point->at[i]);
    }
}

/* Functions that differ at a point with positive coordinates are different. Where only negative ones lie in the domain
 * of both, these count too; elsewhere they do not: a variable is often meant to be positive, and |x| is x. */
math_decision value_points_differ(math_engine *engine, const math_node *a, const math_node *b, const value_names *names,
                                  value_log log) {
    value_point point = {.names = names, .log = log};
    point.complex = value_holds_name(a, "i") || value_holds_name(b, "i");
    value_status status = VALUE_OTHER;
    bool different = false, defined = false;
    for (uint32_t i = 0; i < names->count; i++) mpq_init(point.at[i]);
    for (int which = 0; which < POINTS && !different && !(which >= NEGATIVE && defined); which++) {
        value_point_set(&point, which);
        status = value_tell_apart(engine, a, b, &point, defined ? 64 : 1024, &different);
        defined = defined || status == VALUE_KNOWN;
        if (status == VALUE_NOT) break;
    }
    for (uint32_t i = 0; i < names->count; i++) mpq_clear(point.at[i]);
    if (different) return decide(CAIRN_VERDICT_WRONG, "at-points");
    return decide(CAIRN_VERDICT_UNKNOWN, defined ? "undecided" : value_status_how(status));
}

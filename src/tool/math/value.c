/* The engine and its decisions: cheap exact tests first, then intervals that show a difference, then Calcium. */
#include "tool/math/value.h"

#include <string.h>

#include "tool/math/value_ratio.h"

/* What rational values and balls of one comparison take at most, but for very long ones [bytes]. */
enum { ROOM_BALLS = 32 << 10 };

static math_decision decide(cairn_verdict equal, const char *how) {
    return (math_decision){equal, how};
}

const char *value_status_how(value_status status) {
    switch (status) {
    case VALUE_NOT:
        return "not-a-value";
    case VALUE_UNDEFINED:
        return "undefined";
    case VALUE_TOO_LARGE:
        return "too-large";
    case VALUE_NO_MEMORY:
        return "no-memory";
    default:
        return "undecided";
    }
}

cairn_status math_engine_open(cairn_ctx *ctx, math_engine **out) {
    math_engine *engine = cairn_alloc(ctx, 1, sizeof *engine);
    if (!engine) return CAIRN_NO_MEMORY;
    engine->ctx = ctx;
    engine->bits_most = VALUE_BITS_MOST;
    *out = engine;
    return CAIRN_OK;
}

/* FLINT keeps constants and free integers for each thread: given back here, for the thread may end before the next
 * comparison, and FLINT is not told. What other users of FLINT in the thread hold stays valid. */
void math_engine_close(math_engine *engine) {
    if (!engine) return;
    value_calcium_close(engine);
    ratio_close(engine->ratio);
    flint_cleanup();
    cairn_free(engine);
}

void math_engine_bound(math_engine *engine, size_t bits) {
    engine->bits_most = bits;
}

int64_t math_work(const math_engine *engine) {
    return engine->work;
}

bool value_spend(math_engine *engine, int64_t units) {
    if (units > engine->work_end - engine->work) return false;
    engine->work += units;
    return true;
}

bool value_reserve(math_engine *engine, size_t bytes) {
    void *room = NULL;
    size_t capacity = 0;
    if (cairn_grow(engine->ctx, &room, &capacity, bytes, 1) != CAIRN_OK) return false;
    cairn_free(room);
    return true;
}

bool value_begin(math_engine *engine) {
    engine->work_end = engine->work + VALUE_WORK_MOST;
    return value_reserve(engine, ROOM_BALLS);
}

bool value_is_constant_name(const char *name) {
    return strcmp(name, "pi") == 0 || strcmp(name, "e") == 0 || strcmp(name, "i") == 0;
}

bool value_has_bare_log(const math_node *node) {
    if (node->kind == MATH_CALL && node->kids == 1 && strcmp(node->text, "log") == 0) return true;
    for (uint32_t i = 0; i < node->kids; i++)
        if (value_has_bare_log(node->kid[i])) return true;
    return false;
}

bool value_holds_name(const math_node *node, const char *name) {
    if (node->kind == MATH_NAME && strcmp(node->text, name) == 0) return true;
    for (uint32_t i = 0; i < node->kids; i++)
        if (value_holds_name(node->kid[i], name)) return true;
    return false;
}

bool value_names_add(value_names *names, const math_node *node) {
    if (node->kind == MATH_NAME && !value_is_constant_name(node->text) && strcmp(node->text, "infinity") != 0) {
        for (uint32_t i = 0; i < names->count; i++)
            if (strcmp(names->name[i], node->text) == 0) return true;
        if (names->count == VALUE_NAMES_MOST) return false;
        names->name[names->count++] = node->text;
        return true;
    }
    for (uint32_t i = 0; i < node->kids; i++)
        if (!value_names_add(names, node->kid[i])) return false;
    return true;
}

/* ---- kinds of values ------------------------------------------------------------------------------------------- */

/* Whether a kind stands for a value when its children do. */
static bool is_value_kind(math_kind kind) {
    switch (kind) {
    case MATH_NUMBER:
    case MATH_NAME:
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_NEGATE:
    case MATH_POWER:
    case MATH_ROOT:
    case MATH_FACTORIAL:
    case MATH_ABS:
    case MATH_FLOOR:
    case MATH_CEILING:
    case MATH_CALL:
    case MATH_MIXED:
    case MATH_BASED:
    case MATH_PERCENT:
    case MATH_DEGREES:
        return true;
    default:
        return false;
    }
}

bool value_is_value(const math_node *node) {
    if (!is_value_kind(node->kind)) return false;
    for (uint32_t i = 0; i < node->kids; i++)
        if (!value_is_value(node->kid[i])) return false;
    return true;
}

static bool known_function(const char *name) {
    static const char *const known[] = {
        "sin",      "cos",  "tan",    "cot",    "sec",    "csc",   "arcsin", "arccos", "arctan",  "asin",
        "acos",     "atan", "sinh",   "cosh",   "tanh",   "coth",  "sech",   "csch",   "arcsinh", "arctanh",
        "exp",      "ln",   "log",    "lg",     "sqrt",   "abs",   "gcd",    "lcm",    "max",     "min",
        "binomial", "mod",  "arccot", "arcsec", "arccsc", "floor", "ceiling"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0) return true;
    return false;
}

bool math_is_constant(const math_node *node) {
    if (!is_value_kind(node->kind)) return false;
    if (node->kind == MATH_NAME) return value_is_constant_name(node->text) || strcmp(node->text, "infinity") == 0;
    if (node->kind == MATH_CALL && !known_function(node->text)) return false;
    for (uint32_t i = 0; i < node->kids; i++)
        if (!math_is_constant(node->kid[i])) return false;
    return true;
}

int value_infinite(const math_node *node) {
    if (node->kind == MATH_NAME) return strcmp(node->text, "infinity") == 0;
    if (node->kind == MATH_NEGATE && node->kids == 1) return -value_infinite(node->kid[0]);
    return 0;
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool value_identical(const math_node *a, const math_node *b) {
    enum { MEANT = MATH_FLAG_DOUBLE };
    if (a->kind != b->kind || a->kids != b->kids || (a->flags & MEANT) != (b->flags & MEANT)) return false;
    if (!same_text(a->text, b->text)) return false;
    for (uint32_t i = 0; i < a->kids; i++)
        if (!value_identical(a->kid[i], b->kid[i])) return false;
    return true;
}

/* ---- constants ------------------------------------------------------------------------------------------------- */

/* Exact rational comparison; UNKNOWN, "": not both are known to be rational. */
static math_decision compare_rational(math_engine *engine, const math_node *a, const math_node *b) {
    mpq_t x, y;
    mpq_init(x);
    mpq_init(y);
    math_decision decision = decide(CAIRN_VERDICT_UNKNOWN, "");
    value_status left = value_rational(engine, a, NULL, x), right = value_rational(engine, b, NULL, y);
    if (left == VALUE_KNOWN && right == VALUE_KNOWN)
        decision = decide(mpq_equal(x, y) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "rational");
    else if (left == VALUE_UNDEFINED || right == VALUE_UNDEFINED)
        decision = decide(CAIRN_VERDICT_UNKNOWN, "undefined");
    mpq_clear(x);
    mpq_clear(y);
    return decision;
}

static math_decision compare_constants(math_engine *engine, const math_node *a, const math_node *b, value_log log) {
    const value_point nowhere = {.log = log};
    bool different;
    value_status status = value_tell_apart(engine, a, b, &nowhere, 64, &different);
    if (different) return decide(CAIRN_VERDICT_WRONG, "numeric");
    if (status != VALUE_KNOWN && status != VALUE_UNDEFINED)
        return decide(CAIRN_VERDICT_UNKNOWN, value_status_how(status));
    math_decision decision = {CAIRN_VERDICT_UNKNOWN, ""};
    if (status == VALUE_KNOWN) decision = value_ratio_equal(engine, a, b, log);
    if (*decision.how) return decision;
    cairn_verdict verdict = value_factored_equal(engine, a, b);
    if (verdict != CAIRN_VERDICT_UNKNOWN) return decide(verdict, "factored");
    status = value_tell_apart(engine, a, b, &nowhere, 1024, &different);
    if (different) return decide(CAIRN_VERDICT_WRONG, "numeric");
    if (status != VALUE_KNOWN) return decide(CAIRN_VERDICT_UNKNOWN, value_status_how(status));
    verdict = value_bound_equal(engine, a, b);
    if (verdict != CAIRN_VERDICT_UNKNOWN) return decide(verdict, "algebraic");
    verdict = value_calcium_equal(engine, a, b, log);
    return decide(verdict, verdict == CAIRN_VERDICT_UNKNOWN ? "undecided" : "algebraic");
}

bool value_other_names(const math_node *a, const math_node *b) {
    value_names left = {.count = 0}, right = {.count = 0}, all = {.count = 0};
    if (!value_names_add(&left, a) || !value_names_add(&right, b)) return true;
    if (!value_names_add(&all, a) || !value_names_add(&all, b)) return true;
    return all.count > left.count && all.count > right.count;
}

static math_decision compare_functions(math_engine *engine, const math_node *a, const math_node *b, value_log log) {
    value_names names = {.count = 0};
    if (!value_names_add(&names, a) || !value_names_add(&names, b)) return decide(CAIRN_VERDICT_UNKNOWN, "too-large");
    math_decision decision = value_ratio_equal(engine, a, b, log);
    if (decision.equal != CAIRN_VERDICT_RIGHT && value_other_names(a, b))
        return decide(CAIRN_VERDICT_UNKNOWN, "other-names");
    if (*decision.how) return decision;
    bool large = engine->ratio->status == VALUE_TOO_LARGE;
    decision = value_points_differ(engine, a, b, &names, log);
    if (large && decision.equal == CAIRN_VERDICT_UNKNOWN) decision.how = value_status_how(VALUE_TOO_LARGE);
    return decision;
}

/* ---- decisions ------------------------------------------------------------------------------------------------- */

math_decision math_equal(math_engine *engine, const math_node *a, const math_node *b) {
    if (!value_is_value(a) || !value_is_value(b)) return decide(CAIRN_VERDICT_UNKNOWN, "not-a-value");
    if (!value_begin(engine)) return decide(CAIRN_VERDICT_UNKNOWN, "no-memory");
    int left = value_infinite(a), right = value_infinite(b);
    if (left && right) return decide(left == right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "infinite");
    math_decision decision = compare_rational(engine, a, b);
    if (*decision.how) return decision;
    if (value_identical(a, b)) return decide(CAIRN_VERDICT_RIGHT, "identical");
    bool constants = math_is_constant(a) && math_is_constant(b);
    if (left || right) return decide(constants ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN, "infinite");
    math_decision (*compare)(math_engine *, const math_node *, const math_node *, value_log) =
        constants ? compare_constants : compare_functions;
    decision = compare(engine, a, b, VALUE_LOG_TEN);
    if (!value_has_bare_log(a) && !value_has_bare_log(b)) return decision;
    math_decision other = compare(engine, a, b, VALUE_LOG_NATURAL);
    return other.equal == decision.equal ? decision : decide(CAIRN_VERDICT_UNKNOWN, "logarithm-base");
}

bool math_rational(math_engine *engine, const math_node *node, mpq_t out) {
    if (!value_begin(engine)) return false;
    return value_rational(engine, node, NULL, out) == VALUE_KNOWN;
}

const char *math_flint_version(void) {
    return flint_version;
}

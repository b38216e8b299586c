/* Surrogates by name. */
#include "cairn/surrogate.h"
#include "core/registry.h"

#include "surrogate_list.inc"

const cairn_surrogate_type *const *cairn_surrogates(void) {
    return surrogate_list;
}

static cairn_status check_terms(cairn_ctx *ctx, const char *name, const cairn_surrogate_terms *c) {
    if ((c->mean == CAIRN_MEAN_CONSTANT) == (c->divisor > 0)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "%s: mean=constant and a divisor greater than 0 go together", name);
}

cairn_status cairn_surrogate_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, cairn_surrogate *out) {
    int index;
    const char *options;
    cairn_surrogate found;
    CAIRN_TRY(registry_find(ctx, arena, "surrogate", surrogate_abouts, spec, &index, &options, &found.config));
    found.type = surrogate_list[index];
    CAIRN_TRY(check_terms(ctx, found.type->about.name, found.config));
    if (found.type->check) CAIRN_TRY(found.type->check(ctx, found.config));
    *out = found;
    return CAIRN_OK;
}

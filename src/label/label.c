/* The registered labellers: find one by its spec. */
#include <string.h>

#include "cairn/label.h"
#include "labeller_list.inc"
#include "core/registry.h"

const cairn_labeller_type *const *cairn_labellers(void) {
    return labeller_list;
}

cairn_status cairn_labeller_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_labeller_type **type,
                                 const void **config) {
    int index;
    const char *options;
    CAIRN_TRY(registry_find(ctx, arena, "labeller", labeller_abouts, spec, &index, &options, config));
    *type = labeller_list[index];
    return CAIRN_OK;
}

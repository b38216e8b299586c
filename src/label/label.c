/* The registered labellers: find one by its spec. */
#include <string.h>

#include "cairn/label.h"
#include "labeller_list.inc"
#include "world/spec.h"

const cairn_labeller_type *const *cairn_labellers(void) {
    return labeller_list;
}

static const char *name_of(int index) {
    return labeller_list[index] ? labeller_list[index]->about.name : NULL;
}

cairn_status cairn_labeller_find(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_labeller_type **type,
                                 const void **config) {
    size_t length;
    const char *options;
    cairn_spec_split(spec, &length, &options);
    for (int i = 0; labeller_list[i]; i++) {
        const cairn_about *about = &labeller_list[i]->about;
        if (strlen(about->name) != length || memcmp(about->name, spec, length) != 0) continue;
        CAIRN_TRY(spec_config(ctx, arena, about, options, config));
        *type = labeller_list[i];
        return CAIRN_OK;
    }
    return spec_unknown(ctx, "labeller", spec, length, name_of);
}

/* Finding a registered thing by its spec "name:options". */
#include "core/registry.h"

#include <string.h>

void cairn_spec_split(const char *spec, size_t *name_length, const char **options) {
    const char *colon = strchr(spec, ':');
    *name_length = colon ? (size_t)(colon - spec) : strlen(spec);
    *options = colon ? colon + 1 : spec + *name_length;
}

static bool is_bare_command(const cairn_about *about, const char *options) {
    if (!options[0]) return false;
    size_t word = strcspn(options, " \t");
    if (memchr(options, '=', word)) return false;
    for (int i = 0; i < about->option_count; i++)
        if (strcmp(about->options[i].name, "command") == 0) return true;
    return false;
}

cairn_status registry_config(cairn_ctx *ctx, cairn_arena *arena, const cairn_about *about, const char *options,
                             const void **config) {
    void *block = cairn_arena_alloc(arena, 1, about->config_size ? about->config_size : 1);
    if (!block) return CAIRN_NO_MEMORY;
    if (is_bare_command(about, options)) {
        CAIRN_TRY(cairn_options_preset(ctx, about, arena, block));
        CAIRN_TRY(cairn_options_set(ctx, about, arena, block, "command", options, about->name));
    } else {
        CAIRN_TRY(cairn_options_parse(ctx, about, arena, options, about->name, block));
    }
    *config = block;
    return CAIRN_OK;
}

static cairn_status unknown(cairn_ctx *ctx, const char *kind, const cairn_about *const *list, const char *spec,
                            size_t name_length) {
    cairn_text known = {0};
    cairn_status status = CAIRN_OK;
    for (int i = 0; list[i] && status == CAIRN_OK; i++)
        status = cairn_text_printf(ctx, &known, "%s%s", i ? ", " : "", list[i]->name);
    if (status == CAIRN_OK)
        status = cairn_fail(ctx, CAIRN_NOT_FOUND, "no %s `%.*s`; there are: %s", kind,
                            (int)(name_length < 80 ? name_length : 80), spec, known.data ? known.data : "none");
    cairn_text_free(&known);
    return status;
}

cairn_status registry_find(cairn_ctx *ctx, cairn_arena *arena, const char *kind, const cairn_about *const *list,
                           const char *spec, int *index, const char **options, const void **config) {
    size_t length;
    cairn_spec_split(spec, &length, options);
    for (int i = 0; list[i]; i++) {
        if (strlen(list[i]->name) != length || memcmp(list[i]->name, spec, length) != 0) continue;
        if (config) CAIRN_TRY(registry_config(ctx, arena, list[i], *options, config));
        *index = i;
        return CAIRN_OK;
    }
    return unknown(ctx, kind, list, spec, length);
}

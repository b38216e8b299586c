/* Specs "name:options", the same for everything that is registered: worlds, policies, rewards, searches, labellers, ...
 */
#ifndef CAIRN_CORE_REGISTRY_H
#define CAIRN_CORE_REGISTRY_H

#include "cairn/core.h"

/* Fills a new block of about->config_size bytes from an options text. Where `about` has an option `command`, a text
 * with no "=" before its first blank is the command, whole. */
cairn_status registry_config(cairn_ctx *ctx, cairn_arena *arena, const cairn_about *about, const char *options,
                             const void **config);
/* Finds the entry of `list` (NULL-terminated) that `spec` names. *options is the text after the colon. *config is the
 * entry's configuration; with `config` NULL the caller parses *options. Errors: NOT_FOUND listing the names ("no <kind>
 * `x`; there are: a, b"); those of registry_config. */
cairn_status registry_find(cairn_ctx *ctx, cairn_arena *arena, const char *kind, const cairn_about *const *list,
                           const char *spec, int *index, const char **options, const void **config);

#endif

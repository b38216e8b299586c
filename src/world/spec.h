/* "name:options" texts, the same for worlds, policies and rewards. */
#ifndef CAIRN_WORLD_SPEC_H
#define CAIRN_WORLD_SPEC_H

#include "cairn/core.h"

/* Fills a new block of about->config_size bytes from an options text. Where `about` has an option `command`, a text with no "="
 * before its first blank is the command, whole. */
cairn_status spec_config(cairn_ctx *ctx, cairn_arena *arena, const cairn_about *about, const char *options,
                         const void **config);
/* NOT_FOUND: "no <kind> `name`; there are: a, b". `name_of(i)` gives the i-th known name, NULL after the last. */
cairn_status spec_unknown(cairn_ctx *ctx, const char *kind, const char *spec, size_t name_length,
                          const char *(*name_of)(int index));

#endif

/* What a record of a search says about how it searched. */
#ifndef CAIRN_SEARCH_REPLAY_SETTINGS_H
#define CAIRN_SEARCH_REPLAY_SETTINGS_H

#include <jansson.h>

#include "search/gumbel.h"

typedef struct replay_settings {
    bool gumbel;             /* gumbel_muzero; else muzero */
    cairn_select select;     /* muzero */
    gumbel_rule gumbel_rule; /* gumbel_muzero */
    int64_t max_depth;       /* INT64_MAX: no bound */
    double discount;
    bool zero_reward;
} replay_settings;

/* Reads `algorithm`, `algorithm_config` and `env_config` of a record. Errors: FORMAT, naming the field; UNSUPPORTED for
 * what cannot be searched again: other algorithms and settings, and noise that the record does not hold. */
cairn_status replay_read_settings(cairn_ctx *ctx, const json_t *record, const char *where, replay_settings *out);

#endif

/* Names the item in an error of a choice. Layer: eval. */
#ifndef CAIRN_EVAL_CHOICE_ITEM_H
#define CAIRN_EVAL_CHOICE_ITEM_H

#include "cairn/core.h"

static inline cairn_status within_item(cairn_ctx *ctx, cairn_status status, const char *id) {
    return id && status != CAIRN_OK ? cairn_fail_within(ctx, status, "item `%s`", id) : status;
}

#endif

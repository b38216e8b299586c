/* What a blank is in a text, for all parts of `tool`. */
#ifndef CAIRN_TOOL_TEXT_H
#define CAIRN_TOOL_TEXT_H

#include <stdbool.h>

static inline bool text_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif

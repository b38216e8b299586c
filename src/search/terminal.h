/* Text for a terminal: what is safe to print and how many columns it takes. */
#ifndef CAIRN_SEARCH_TERMINAL_H
#define CAIRN_SEARCH_TERMINAL_H

#include "cairn/core.h"

/* Appends bytes of UTF-8 that may hold anything: control, zero-width and direction-changing characters and bytes that
 * are not UTF-8 come out escaped (\n, \x1b, \u{202e}). At most `columns` wide (wide characters take 2); what is cut
 * ends with "…". */
cairn_status terminal_add(cairn_ctx *ctx, cairn_text *out, const char *bytes, size_t length, size_t columns);

#endif

/* What every format's writer uses: members of its object, and refusing a record. */
#include <stdarg.h>
#include <stdio.h>

#include "data/write.h"

cairn_status row_refuse(const write_row *row, const char *why, ...) {
    char text[300];
    va_list args;
    va_start(args, why);
    vsnprintf(text, sizeof text, why, args);
    va_end(args);
    return cairn_fail(row->ctx, CAIRN_INVALID, "%s cannot be written: %s", row->what, text);
}

cairn_status row_set(const write_row *row, json_t *object, const char *name, json_t *value) {
    if (value && json_object_set_new(object, name, value) == 0) return CAIRN_OK;
    return json_fail_build(row->ctx, row->what);
}

cairn_status row_set_text(const write_row *row, json_t *object, const char *name, const char *text) {
    return text ? row_set(row, object, name, json_string(text)) : CAIRN_OK;
}

/* Help text of an options table: one option a line, in aligned columns. */
#include <string.h>

#include "cairn/core.h"

enum { COLUMNS = 3, WIDEST_COLUMN = 28 };

/* Column 0: name, 1: what may be given, 2: default. */
static cairn_status write_cell(cairn_ctx *ctx, const cairn_option *option, int column, cairn_text *cell) {
    cairn_text_clear(cell);
    if (column == 0) return cairn_text_printf(ctx, cell, "%s", option->name);
    if (column == 2)
        return cairn_text_printf(ctx, cell, "%s%s", option->preset ? "= " : "required",
                                 !option->preset   ? ""
                                 : *option->preset ? option->preset
                                                   : "\"\"");
    bool unit = option->unit && *option->unit;
    switch (option->kind) {
    case CAIRN_OPTION_BOOL:
        return cairn_text_printf(ctx, cell, "true|false");
    case CAIRN_OPTION_CHOICE:
        return cairn_text_printf(ctx, cell, "%s", option->choices);
    case CAIRN_OPTION_SEED:
        return cairn_text_printf(ctx, cell, "seed");
    case CAIRN_OPTION_TEXT:
        return cairn_text_printf(ctx, cell, "%s", unit ? option->unit : "text");
    case CAIRN_OPTION_INT:
    case CAIRN_OPTION_REAL: {
        char low[32], high[32];
        cairn_format_double(option->low, low);
        cairn_format_double(option->high, high);
        return cairn_text_printf(ctx, cell, "%s..%s%s%s", low, high, unit ? " " : "", unit ? option->unit : "");
    }
    }
    return cairn_fail(ctx, CAIRN_INTERNAL, "option %s has no kind", option->name);
}

/* Characters, one column each. */
static size_t width_of(const cairn_text *cell) {
    size_t width = 0;
    for (size_t i = 0; i < cell->length; i++) width += ((unsigned char)cell->data[i] & 0xC0) != 0x80;
    return width;
}

static cairn_status measure(cairn_ctx *ctx, const cairn_about *about, cairn_text *cell, size_t widths[COLUMNS]) {
    for (int i = 0; i < about->option_count; i++)
        for (int column = 0; column < COLUMNS; column++) {
            CAIRN_TRY(write_cell(ctx, &about->options[i], column, cell));
            size_t width = width_of(cell);
            if (width <= WIDEST_COLUMN && width > widths[column]) widths[column] = width;
        }
    return CAIRN_OK;
}

static cairn_status write_line(cairn_ctx *ctx, const cairn_option *option, int indent, const size_t widths[COLUMNS],
                               cairn_text *cell, cairn_text *out) {
    CAIRN_TRY(cairn_text_printf(ctx, out, "%*s", indent, ""));
    size_t at = 0, wanted = 0; /* a cell wider than its column borrows from the columns after it */
    for (int column = 0; column < COLUMNS; column++) {
        CAIRN_TRY(write_cell(ctx, option, column, cell));
        CAIRN_TRY(cairn_text_add(ctx, out, cell->data, cell->length));
        at += width_of(cell);
        wanted += widths[column] + 2;
        size_t gap = wanted > at + 2 ? wanted - at : 2;
        CAIRN_TRY(cairn_text_printf(ctx, out, "%*s", (int)gap, ""));
        at += gap;
    }
    return cairn_text_printf(ctx, out, "%s\n", option->help ? option->help : "");
}

cairn_status cairn_options_help(cairn_ctx *ctx, const cairn_about *about, int indent, cairn_text *out) {
    cairn_text cell = {0};
    size_t widths[COLUMNS] = {0}, before = out->length;
    cairn_status status = measure(ctx, about, &cell, widths);
    for (int i = 0; i < about->option_count && status == CAIRN_OK; i++)
        status = write_line(ctx, &about->options[i], indent < 0 ? 0 : indent, widths, &cell, out);
    if (status != CAIRN_OK && out->data) {
        out->length = before;
        out->data[before] = 0;
    }
    cairn_text_free(&cell);
    return status;
}

/* Help text of an options table: one option after the other in aligned columns, or as a table in Markdown. */
#include <string.h>

#include "cairn/core.h"

enum { COLUMNS = 3, WIDEST_COLUMN = 24, NARROWEST_SENTENCE = 24 };
#define HUGE_BOUND 1e9 /* a bound of that size says nothing to a reader */

/* Tells whether the choices are too many for their column and are said in the sentence. */
static bool long_choices(const cairn_option *option) {
    return option->kind == CAIRN_OPTION_CHOICE && strlen(option->choices) > WIDEST_COLUMN;
}

static bool long_preset(const cairn_option *option) {
    return option->preset && strlen(option->preset) > WIDEST_COLUMN;
}

/* "1..64 steps", "0.. tokens", "number" */
static cairn_status write_range(cairn_ctx *ctx, const cairn_option *option, cairn_text *cell) {
    char low[32] = "", high[32] = "";
    bool unit = option->unit && *option->unit;
    if (option->low > -HUGE_BOUND) cairn_format_double(option->low, low);
    if (option->high < HUGE_BOUND) cairn_format_double(option->high, high);
    if (!*low && !*high) return cairn_text_printf(ctx, cell, "%s", unit ? option->unit : "number");
    return cairn_text_printf(ctx, cell, "%s..%s%s%s", low, high, unit ? " " : "", unit ? option->unit : "");
}

/* Column 0: name, 1: what may be given, 2: default. */
static cairn_status write_cell(cairn_ctx *ctx, const cairn_option *option, const cairn_help_style *style, int column,
                               cairn_text *cell) {
    cairn_text_clear(cell);
    CAIRN_TRY(cairn_text_add(ctx, cell, "", 0));
    if (column == 0) return cairn_text_printf(ctx, cell, "%s%s", style->prefix ? style->prefix : "", option->name);
    if (column == 2) {
        if (!option->preset) return cairn_text_printf(ctx, cell, "required");
        return long_preset(option) ? CAIRN_OK
                                   : cairn_text_printf(ctx, cell, "= %s", *option->preset ? option->preset : "\"\"");
    }
    switch (option->kind) {
    case CAIRN_OPTION_BOOL:
        return cairn_text_printf(ctx, cell, "true|false");
    case CAIRN_OPTION_CHOICE:
        return cairn_text_printf(ctx, cell, "%s", long_choices(option) ? "choice" : option->choices);
    case CAIRN_OPTION_SEED:
        return cairn_text_printf(ctx, cell, "seed");
    case CAIRN_OPTION_TEXT:
        return cairn_text_printf(ctx, cell, "%s", option->unit && *option->unit ? option->unit : "text");
    case CAIRN_OPTION_INT:
    case CAIRN_OPTION_REAL:
        return write_range(ctx, option, cell);
    }
    return cairn_fail(ctx, CAIRN_INTERNAL, "option %s has no kind", option->name);
}

/* Its sentence, and what did not fit into the columns. */
static cairn_status write_sentence(cairn_ctx *ctx, const cairn_option *option, cairn_text *cell) {
    const char *help = option->help ? option->help : "";
    size_t length = strlen(help);
    cairn_text_clear(cell);
    CAIRN_TRY(cairn_text_add(ctx, cell, help, length));
    if (!long_choices(option) && !long_preset(option)) return CAIRN_OK;
    if (length && help[length - 1] != '.') CAIRN_TRY(cairn_text_printf(ctx, cell, "."));
    if (long_choices(option)) {
        CAIRN_TRY(cairn_text_printf(ctx, cell, "%sOne of ", length ? " " : ""));
        for (const char *p = option->choices; *p; p++)
            CAIRN_TRY(*p == '|' ? cairn_text_printf(ctx, cell, ", ") : cairn_text_add(ctx, cell, p, 1));
        CAIRN_TRY(cairn_text_printf(ctx, cell, "."));
    }
    return long_preset(option) ? cairn_text_printf(ctx, cell, " Default: %s.", option->preset) : CAIRN_OK;
}

/* Characters, one column each. */
static size_t width_of(const char *text, size_t length) {
    size_t width = 0;
    for (size_t i = 0; i < length; i++) width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

/* ---- columns ------------------------------------------------------------------------------------------------------------ */

static cairn_status measure(cairn_ctx *ctx, const cairn_about *about, const cairn_help_style *style, cairn_text *cell,
                            size_t widths[COLUMNS]) {
    for (int i = 0; i < about->option_count; i++)
        for (int column = 0; column < COLUMNS; column++) {
            CAIRN_TRY(write_cell(ctx, &about->options[i], style, column, cell));
            size_t width = width_of(cell->data, cell->length);
            if (width <= WIDEST_COLUMN + 2 && width > widths[column]) widths[column] = width;
        }
    return CAIRN_OK;
}

/* Breaks the sentence at blanks so that it fits; it stands `indent` columns from the left. */
static cairn_status wrap(cairn_ctx *ctx, const char *text, size_t indent, int width, cairn_text *out) {
    size_t most = width > 0 && (size_t)width > indent + NARROWEST_SENTENCE ? (size_t)width - indent
                  : width > 0                                              ? NARROWEST_SENTENCE
                                                                           : SIZE_MAX;
    while (true) {
        size_t end = 0; /* of the line: the last blank that fits, or the first that does not */
        for (size_t i = 0;; i++) {
            if (text[i] && text[i] != ' ') continue;
            if (end > 0 && width_of(text, i) > most) break;
            end = i;
            if (!text[i]) break;
        }
        CAIRN_TRY(cairn_text_add(ctx, out, text, end));
        if (!text[end]) return cairn_text_add(ctx, out, "\n", 1);
        text += end + 1;
        CAIRN_TRY(cairn_text_printf(ctx, out, "\n%*s", (int)indent, ""));
    }
}

static cairn_status write_line(cairn_ctx *ctx, const cairn_option *option, const cairn_help_style *style,
                               const size_t widths[COLUMNS], cairn_text *cell, cairn_text *out) {
    size_t indent = style->indent > 0 ? (size_t)style->indent : 0, at = 0, wanted = 0;
    CAIRN_TRY(cairn_text_printf(ctx, out, "%*s", (int)indent, ""));
    for (int column = 0; column < COLUMNS;
         column++) { /* a cell wider than its column borrows from the columns after it */
        CAIRN_TRY(write_cell(ctx, option, style, column, cell));
        CAIRN_TRY(cairn_text_add(ctx, out, cell->data, cell->length));
        at += width_of(cell->data, cell->length);
        wanted += widths[column] + 2;
        size_t gap = wanted > at + 2 ? wanted - at : 2;
        CAIRN_TRY(cairn_text_printf(ctx, out, "%*s", (int)gap, ""));
        at += gap;
    }
    CAIRN_TRY(write_sentence(ctx, option, cell));
    return wrap(ctx, cell->data, indent + at, style->width, out);
}

/* ---- Markdown ----------------------------------------------------------------------------------------------------------- */

/* A | inside a cell is written \|. */
static cairn_status add_escaped(cairn_ctx *ctx, const char *text, cairn_text *out) {
    for (const char *p = text; *p; p++)
        CAIRN_TRY(*p == '|' ? cairn_text_printf(ctx, out, "\\|") : cairn_text_add(ctx, out, p, 1));
    return CAIRN_OK;
}

static cairn_status write_row(cairn_ctx *ctx, const cairn_option *option, const cairn_help_style *style,
                              cairn_text *cell, cairn_text *out) {
    CAIRN_TRY(write_cell(ctx, option, style, 0, cell));
    CAIRN_TRY(cairn_text_printf(ctx, out, "| `%s` | ", cell->data));
    CAIRN_TRY(write_cell(ctx, option, style, 1, cell));
    CAIRN_TRY(add_escaped(ctx, cell->data, out));
    CAIRN_TRY(cairn_text_printf(ctx, out, " | "));
    CAIRN_TRY(write_cell(ctx, option, style, 2, cell));
    const char *preset = strncmp(cell->data, "= ", 2) == 0 ? cell->data + 2 : cell->data;
    if (option->preset && *option->preset && *preset) {
        CAIRN_TRY(cairn_text_printf(ctx, out, "`"));
        CAIRN_TRY(add_escaped(ctx, preset, out));
        CAIRN_TRY(cairn_text_printf(ctx, out, "`"));
    } else if (!option->preset) {
        CAIRN_TRY(cairn_text_printf(ctx, out, "required"));
    }
    CAIRN_TRY(cairn_text_printf(ctx, out, " | "));
    CAIRN_TRY(write_sentence(ctx, option, cell));
    CAIRN_TRY(add_escaped(ctx, cell->data, out));
    return cairn_text_printf(ctx, out, " |\n");
}

static cairn_status write_table(cairn_ctx *ctx, const cairn_about *about, const cairn_help_style *style,
                                cairn_text *cell, cairn_text *out) {
    if (about->option_count > 0)
        CAIRN_TRY(cairn_text_printf(ctx, out, "| option | values | default | |\n|---|---|---|---|\n"));
    for (int i = 0; i < about->option_count; i++) CAIRN_TRY(write_row(ctx, &about->options[i], style, cell, out));
    return CAIRN_OK;
}

static cairn_status write_columns(cairn_ctx *ctx, const cairn_about *about, const cairn_help_style *style,
                                  cairn_text *cell, cairn_text *out) {
    size_t widths[COLUMNS] = {0};
    CAIRN_TRY(measure(ctx, about, style, cell, widths));
    for (int i = 0; i < about->option_count; i++)
        CAIRN_TRY(write_line(ctx, &about->options[i], style, widths, cell, out));
    return CAIRN_OK;
}

cairn_status cairn_options_help(cairn_ctx *ctx, const cairn_about *about, const cairn_help_style *style,
                                cairn_text *out) {
    cairn_text cell = {0};
    size_t before = out->length;
    cairn_status status =
        style->markdown ? write_table(ctx, about, style, &cell, out) : write_columns(ctx, about, style, &cell, out);
    if (status != CAIRN_OK && out->data) {
        out->length = before;
        out->data[before] = 0;
    }
    cairn_text_free(&cell);
    return status;
}

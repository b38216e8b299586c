/* Text laid out in the columns of a terminal. */
#include <string.h>

#include "cli/cli.h"

enum { MOST_COLUMNS = 120, COLUMNS_WITHOUT_TERMINAL = 100 };

int cli_columns(const cli *c) {
    if (c->width <= 0) return COLUMNS_WITHOUT_TERMINAL;
    return c->width < MOST_COLUMNS ? c->width : MOST_COLUMNS;
}

static bool starts_character(char byte) {
    return ((unsigned char)byte & 0xC0) != 0x80;
}

static int width_of(const char *text, size_t length) {
    int width = 0;
    for (size_t i = 0; i < length; i++) width += starts_character(text[i]);
    return width;
}

int cli_width(const char *text) {
    return width_of(text, strlen(text));
}

static cairn_status add(cli *c, cairn_text *out, const char *text) {
    return cairn_text_add(c->ctx, out, text, strlen(text));
}

/* Bytes [at, end) of the text, those within [from, to) in their own paint. */
static cairn_status add_painted(cli *c, const char *text, size_t at, size_t end, cli_paint paint, size_t from,
                                size_t to, cairn_text *out) {
    while (at < end) {
        bool inside = at >= from && at < to;
        size_t stop = inside ? to : at < from ? from : end;
        if (stop > end) stop = end;
        CAIRN_TRY(add(c, out, cli_paint_code(c, inside ? CLI_ACCUSED : paint)));
        CAIRN_TRY(cairn_text_add(c->ctx, out, text + at, stop - at));
        CAIRN_TRY(add(c, out, cli_paint_code(c, CLI_PLAIN)));
        at = stop;
    }
    return CAIRN_OK;
}

cairn_status cli_wrap(cli *c, const char *text, int indent, cli_paint paint, size_t from, size_t to, cairn_text *out) {
    int most = cli_columns(c);
    size_t at = 0;
    while (true) {
        size_t end = at; /* of the line: the last blank that fits, or the first that does not */
        for (size_t i = at;; i++) {
            if (text[i] && text[i] != ' ' && text[i] != '\n') continue;
            if (end > at && indent + width_of(text + at, i - at) > most) break;
            end = i;
            if (!text[i] || text[i] == '\n') break;
        }
        CAIRN_TRY(add_painted(c, text, at, end, paint, from, to, out));
        at = end + 1;
        if (!text[end] || !text[at]) return CAIRN_OK;
        CAIRN_TRY(cairn_text_printf(c->ctx, out, "\n%*s", indent, ""));
    }
}

/* Byte of the text where its character number n starts. */
static size_t byte_of(const char *text, int n) {
    size_t i = 0;
    for (; text[i]; i++)
        if (starts_character(text[i]) && n-- == 0) break;
    return i;
}

const char *cli_shorten(cli *c, const char *text, int columns) {
    int width = cli_width(text), head = columns / 2, tail = columns - 1 - head;
    if (width <= columns) return text;
    const char *out = cairn_arena_printf(c->arena, "%.*s…%s", (int)byte_of(text, head), text,
                                         text + byte_of(text, width - (tail > 0 ? tail : 0)));
    return out ? out : "";
}

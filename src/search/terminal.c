/* Escaping and measuring text for a terminal. */
#include <string.h>

#include "search/terminal.h"

typedef struct range {
    uint32_t from, to;
} range;

/* East Asian wide and emoji blocks: two columns (Unicode Annex 11, by block). */
static const range wide[] = {{0x1100, 0x115f},   {0x2329, 0x232a},   {0x2e80, 0x303e},  {0x3041, 0x4dbf},
                             {0x4e00, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},  {0xf900, 0xfaff},
                             {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                             {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};
/* Combining marks and variation selectors: no column of their own. */
static const range narrow[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                               {0x64b, 0x65f},   {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},
                               {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                               {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};
/* C1 controls, soft hyphen, zero-width and direction marks, line separators, byte order mark, tags. */
static const range unsafe[] = {{0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
                               {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
                               {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

static bool within(uint32_t c, const range *ranges, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].from && c <= ranges[i].to) return true;
    return false;
}

/* Bytes of the character at `s`, 0 when it is not UTF-8 (overlong, surrogate, cut off). */
static size_t decode(const unsigned char *s, size_t left, uint32_t *c) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    if (n == 0 || n > left) return 0;
    *c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2) return 0;
        *c = *c << 6 | (s[i] & 0x3f);
    }
    return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff) ? 0 : n;
}

/* The next character as it is shown: its text in `shown` (and its length), its columns; returns the bytes it took. */
static size_t show(const unsigned char *s, size_t left, char shown[16], size_t *length, size_t *columns) {
    uint32_t c = 0;
    size_t n = decode(s, left, &c);
    if (n == 0)
        *length = (size_t)snprintf(shown, 16, "\\x%02x", s[0]);
    else if (c == '\n' || c == '\t' || c == '\r')
        *length = (size_t)snprintf(shown, 16, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
    else if (c < 0x20 || c == 0x7f)
        *length = (size_t)snprintf(shown, 16, "\\x%02x", (unsigned)c);
    else if (within(c, unsafe, sizeof unsafe / sizeof *unsafe))
        *length = (size_t)snprintf(shown, 16, "\\u{%x}", (unsigned)c);
    else {
        memcpy(shown, s, *length = n);
        *columns = c < 0x300                                           ? 1
                   : within(c, narrow, sizeof narrow / sizeof *narrow) ? 0
                   : within(c, wide, sizeof wide / sizeof *wide)       ? 2
                                                                       : 1;
        return n;
    }
    *columns = *length;
    return n ? n : 1;
}

cairn_status terminal_add(cairn_ctx *ctx, cairn_text *out, const char *bytes, size_t length, size_t columns) {
    const unsigned char *s = (const unsigned char *)bytes;
    size_t used = 0, fits = out->length; /* where the text ends if "…" must follow */
    char shown[16];
    for (size_t at = 0, n, wide_by; at < length;) {
        at += show(s + at, length - at, shown, &n, &wide_by);
        if (used + wide_by > columns) {
            out->length = fits;
            if (out->data) out->data[fits] = 0;
            return columns ? cairn_text_add(ctx, out, "…", strlen("…")) : CAIRN_OK;
        }
        CAIRN_TRY(cairn_text_add(ctx, out, shown, n));
        used += wide_by;
        if (used < columns) fits = out->length;
    }
    return CAIRN_OK;
}

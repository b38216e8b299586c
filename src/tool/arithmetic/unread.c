/* Characters that hide arithmetic from a reader: a step with one is not called right because of what else stands in it.
 */
#include "tool/arithmetic/unread.h"

#include <string.h>

typedef struct range {
    uint32_t from, to;
} range;

/* Nothing of these is seen, or they move what is seen: controls, separators of lines, marks of direction, joiners,
 * selectors, tags. */
static const range invisible[] = {{0x01, 0x08},     {0x0b, 0x0c},     {0x0e, 0x1f},     {0x7f, 0x9f},
                                  {0xad, 0xad},     {0x34f, 0x34f},   {0x61c, 0x61c},   {0x115f, 0x1160},
                                  {0x180b, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
                                  {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}};
/* Digits and signs outside ASCII that the lexer's table does not have, and letters that look like digits or signs. */
static const range lookalike[] = {
    {0x2b9, 0x2ff},     {0x300, 0x36f},     {0x37e, 0x37e},      {0x39f, 0x39f},     {0x3bf, 0x3bf},
    {0x417, 0x417},     {0x41e, 0x41e},     {0x431, 0x431},      {0x437, 0x437},     {0x43e, 0x43e},
    {0x4e0, 0x4e0},     {0x660, 0x66d},     {0x6f0, 0x6f9},      {0x7c0, 0x7c9},     {0x966, 0x96f},
    {0x9e6, 0x9ef},     {0xa66, 0xa6f},     {0xae6, 0xaef},      {0xb66, 0xb6f},     {0xbe6, 0xbef},
    {0xc66, 0xc6f},     {0xce6, 0xcef},     {0xd66, 0xd6f},      {0xe50, 0xe59},     {0xed0, 0xed9},
    {0xf20, 0xf33},     {0x1040, 0x1049},   {0x1400, 0x1400},    {0x17e0, 0x17e9},   {0x1810, 0x1819},
    {0x1a80, 0x1a99},   {0x2012, 0x2012},   {0x2015, 0x2017},    {0x2032, 0x2052},   {0x2057, 0x2057},
    {0x2071, 0x209c},   {0x20d0, 0x20ff},   {0x2150, 0x218f},    {0x2190, 0x23ff},   {0x2400, 0x245f},
    {0x2500, 0x257f},   {0x2776, 0x2793},   {0x2795, 0x2797},    {0x27c0, 0x2bff},   {0x2e3a, 0x2e40},
    {0x3007, 0x3007},   {0x3021, 0x3029},   {0x30a0, 0x30a0},    {0x3220, 0x32ff},   {0xa620, 0xa629},
    {0xa720, 0xa721},   {0xa789, 0xa78a},   {0xa830, 0xa839},    {0xa8d0, 0xa8d9},   {0xfe10, 0xfe19},
    {0xfe30, 0xfe6f},   {0xff0e, 0xff0e},   {0xff10, 0xff19},    {0xff1c, 0xff1e},   {0xff3c, 0xff3c},
    {0xff3e, 0xff3e},   {0xff5c, 0xff5e},   {0x10000, 0x1049f},  {0x104a0, 0x104a9}, {0x1d300, 0x1d7ff},
    {0x1e140, 0x1e149}, {0x1fbf0, 0x1fbf9}, {0x110000, 0x1fffff}};
/* Pictures, marks of lists: harmless with a blank between. */
static const range picture[] = {{0x2460, 0x24ff}, {0x2580, 0x25ff}, {0x2600, 0x2775},
                                {0x2794, 0x2794}, {0x2798, 0x27bf}, {0x1f000, 0x1fbef}};

/* Of the ranges above, what the lexer reads. */
static const range read_here[] = {
    {0x2044, 0x2044}, {0x2070, 0x2070}, {0x2074, 0x2079}, {0x207b, 0x207b}, {0x2150, 0x215e}, {0x2189, 0x2189},
    {0x2192, 0x2192}, {0x21a6, 0x21a6}, {0x21d2, 0x21d2}, {0x2211, 0x2212}, {0x2215, 0x2215}, {0x2217, 0x2217},
    {0x2219, 0x221c}, {0x221e, 0x221e}, {0x222b, 0x222b}, {0x2243, 0x2243}, {0x2245, 0x2245}, {0x2248, 0x2248},
    {0x2260, 0x2261}, {0x2264, 0x2265}, {0x22c5, 0x22c5}, {0x2308, 0x230b}, {0x2715, 0x2716}, {0x2795, 0x2797},
    {0x27f6, 0x27f6}, {0x27f9, 0x27f9}, {0x2a2f, 0x2a2f}, {0xff05, 0xff05}, {0xff08, 0xff0b}, {0xff0d, 0xff0d},
    {0xff0f, 0xff0f}, {0xff1d, 0xff1d}, {0xff3b, 0xff3b}, {0xff3d, 0xff3d}, {0xff5b, 0xff5b}, {0xff5d, 0xff5d}};

/* PLAIN: letters and what the lexer reads. */
typedef enum kind { PLAIN, BLANK, ARITHMETIC, INVISIBLE, LOOKALIKE, PICTURE } kind;

static bool within(uint32_t c, const range *ranges, size_t n) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > ranges[middle].to)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && c >= ranges[low].from;
}
#define WITHIN(c, ranges) within(c, ranges, sizeof(ranges) / sizeof *(ranges))

static kind kind_of(uint32_t c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 || c == 0x2009 || c == 0x202f) return BLANK;
    if (c < 0x80 && c > 0 && strchr("0123456789+-*/^=<>%(){}[]$.,~", (int)c)) return ARITHMETIC;
    if (WITHIN(c, invisible)) return INVISIBLE;
    if (c < 0x80) return PLAIN;
    if (WITHIN(c, read_here)) return ARITHMETIC;
    return WITHIN(c, lookalike) ? LOOKALIKE : WITHIN(c, picture) ? PICTURE : PLAIN;
}

/* The code point at `text` and its bytes; a byte that is no UTF-8 is beyond all code points. */
static uint32_t decode(const char *text, size_t left, size_t *length) {
    const unsigned char *s = (const unsigned char *)text;
    size_t n = cairn_utf8_character(text, left);
    *length = n ? n : 1;
    if (n == 0) return 0x110000;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) c = c << 6 | (s[i] & 0x3f);
    return c;
}

/* A run of characters that are not read is judged by what stands on its sides: arithmetic on one of them, for pictures
 * without a blank. */
bool unread_arithmetic(const char *text, size_t length) {
    bool before = false, glued = false; /* arithmetic is the last that was read; nothing stood between */
    bool run = false,
         beside = false; /* in a run of characters that are not read; it needs no neighbour without a blank */
    for (size_t at = 0, n; at < length; at += n) {
        kind k = kind_of(decode(text + at, length - at, &n));
        if (k == INVISIBLE || k == LOOKALIKE || k == PICTURE) {
            bool selector = k == INVISIBLE && run; /* joins pictures, selects their colour */
            if (k != PICTURE && !selector) beside = true;
            run = true;
            if (before && (glued || beside)) return true;
        } else if (k == BLANK) {
            glued = false;
            if (run && !beside) run = false; /* a picture, and a blank after it */
        } else {
            if (run && k == ARITHMETIC) return true;
            before = glued = k == ARITHMETIC;
            run = beside = false;
        }
    }
    return false;
}

/* UTF-8. */
#include "model/utf8.h"

/* Bytes of a character that starts with `first`, and the range of its second byte; 0 when none does. */
static size_t shape_of(unsigned char first, unsigned char *low, unsigned char *high) {
    *low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0;
    if (first < 0xE0) return 2;
    if (first < 0xF0) return 3;
    return first < 0xF5 ? 4 : 0;
}

utf8_start utf8_look(const char *bytes, size_t length, size_t *size) {
    const unsigned char *b = (const unsigned char *)bytes;
    unsigned char low, high;
    size_t whole = shape_of(b[0], &low, &high);
    *size = 0;
    if (whole == 0) return UTF8_BAD;
    for (size_t i = 1; i < whole; i++) {
        if (i == length) return UTF8_SHORT;
        if (b[i] < low || b[i] > high) return UTF8_BAD;
        low = 0x80;
        high = 0xBF;
    }
    *size = whole;
    return UTF8_WHOLE;
}

size_t utf8_valid(const char *bytes, size_t length) {
    size_t at = 0, size;
    while (at < length) {
        if ((unsigned char)bytes[at] < 0x80)
            at++;
        else if (utf8_look(bytes + at, length - at, &size) == UTF8_WHOLE)
            at += size;
        else
            break;
    }
    return at;
}

uint32_t utf8_read(const char *bytes, size_t *size) {
    const unsigned char *b = (const unsigned char *)bytes;
    unsigned char low, high;
    *size = shape_of(b[0], &low, &high);
    uint32_t character = *size == 1 ? b[0] : b[0] & (0x7Fu >> *size);
    for (size_t i = 1; i < *size; i++) character = character << 6 | (b[i] & 0x3Fu);
    return character;
}

size_t utf8_write(uint32_t character, char out[2]) {
    out[0] = (char)character;
    if (character < 0x80) return 1;
    out[0] = (char)(0xC0 | character >> 6);
    out[1] = (char)(0x80 | (character & 0x3F));
    return 2;
}

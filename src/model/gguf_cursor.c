/* The fields of a GGUF file, one after the other: each is compared with what is left of the file before it is read. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "model/gguf.h"
#include "model/utf8.h"

cairn_status gguf_fail(const gguf_cursor *cursor, size_t at, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cairn_fail(cursor->ctx, CAIRN_FORMAT, "%s: byte %zu: %s", cursor->path, at, text);
}

cairn_status gguf_take(gguf_cursor *c, const char *field, size_t length, const uint8_t **out) {
    size_t left = c->size - c->at;
    if (length > left)
        return gguf_fail(c, c->at, "%s: it needs %zu bytes, and %zu are left of the file", field, length, left);
    *out = c->bytes + c->at;
    c->at += length;
    return CAIRN_OK;
}

cairn_status gguf_take_u32(gguf_cursor *c, const char *field, uint32_t *out) {
    const uint8_t *bytes = NULL;
    CAIRN_TRY(gguf_take(c, field, sizeof *out, &bytes));
    memcpy(out, bytes, sizeof *out);
    return CAIRN_OK;
}

cairn_status gguf_take_u64(gguf_cursor *c, const char *field, uint64_t *out) {
    const uint8_t *bytes = NULL;
    CAIRN_TRY(gguf_take(c, field, sizeof *out, &bytes));
    memcpy(out, bytes, sizeof *out);
    return CAIRN_OK;
}

cairn_status gguf_take_count(gguf_cursor *c, const char *field, size_t least, uint64_t *out) {
    size_t at = c->at;
    CAIRN_TRY(gguf_take_u64(c, field, out));
    if (*out > (c->size - c->at) / least)
        return gguf_fail(c, at, "%s: %" PRIu64 " do not fit in the %zu bytes that are left of the file", field, *out,
                         c->size - c->at);
    return CAIRN_OK;
}

cairn_status gguf_take_string(gguf_cursor *c, const char *field, cairn_bytes *out) {
    uint64_t length = 0;
    const uint8_t *bytes = NULL;
    size_t at = c->at;
    CAIRN_TRY(gguf_take_u64(c, field, &length));
    if (length > c->size - c->at)
        return gguf_fail(c, at, "%s: a string of %" PRIu64 " bytes, and %zu are left of the file", field, length,
                         c->size - c->at);
    at = c->at;
    CAIRN_TRY(gguf_take(c, field, (size_t)length, &bytes));
    size_t valid = utf8_valid((const char *)bytes, (size_t)length);
    if (valid < length) return gguf_fail(c, at + valid, "%s: byte 0x%02x is not UTF-8", field, bytes[valid]);
    *out = (cairn_bytes){(const char *)bytes, (size_t)length};
    return CAIRN_OK;
}

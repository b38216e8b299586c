/* JSON, piece by piece: the answers of --json and the lines of files that verbs write. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/cli.h"

static void put(cli_json *j, const char *bytes, size_t length) {
    if (j->status == CAIRN_OK) j->status = cairn_out_write(j->out, bytes, length);
}

/* "\\uNNNN", or two of it for a character that UTF-16 writes as a pair; returns its length. */
static size_t write_escape(uint32_t code, char out[16]) {
    if (code < 0x10000) return (size_t)snprintf(out, 16, "\\u%04x", (unsigned)code);
    code -= 0x10000;
    return (size_t)snprintf(out, 16, "\\u%04x\\u%04x", 0xD800u | code >> 10, 0xDC00u | (code & 0x3FF));
}

static void put_string(cli_json *j, const char *text) {
    size_t left = strlen(text), n;
    put(j, "\"", 1);
    for (; left > 0; text += n, left -= n) {
        char escape[16];
        uint32_t code;
        bool plain = (n = cli_unsafe(text, left, &code)) == 0;
        if (plain) n = cairn_utf8_character(text, left);
        if (!plain)
            put(j, escape, write_escape(code, escape));
        else if (*text == '"' || *text == '\\')
            put(j, escape, (size_t)snprintf(escape, sizeof escape, "\\%c", *text));
        else
            put(j, text, n);
    }
    put(j, "\"", 1);
}

void cli_print_json(const char *json, size_t length) {
    char escape[16];
    uint32_t code;
    for (size_t n; length > 0; json += n, length -= n) {
        n = cli_unsafe(json, length, &code);
        size_t escaped = n ? write_escape(code, escape) : 0;
        if (n == 0) n = cairn_utf8_character(json, length);
        fwrite(escaped ? escape : json, 1, escaped ? escaped : n, stdout);
    }
    putchar('\n');
}

/* What stands before a value. */
static void lead(cli_json *j, const char *key) {
    if (j->comma) put(j, ",", 1);
    j->comma = true;
    if (!key) return;
    put_string(j, key);
    put(j, ":", 1);
}

void cli_json_open(cli_json *j, const char *key, char bracket) {
    lead(j, key);
    put(j, &bracket, 1);
    j->comma = false;
}

void cli_json_close(cli_json *j, char bracket) {
    put(j, &bracket, 1);
    j->comma = true;
}

void cli_json_text(cli_json *j, const char *key, const char *text) {
    lead(j, key);
    if (text)
        put_string(j, text);
    else
        put(j, "null", 4);
}

void cli_json_int(cli_json *j, const char *key, int64_t value) {
    char number[32];
    lead(j, key);
    put(j, number, (size_t)snprintf(number, sizeof number, "%" PRId64, value));
}

void cli_json_real(cli_json *j, const char *key, double value) {
    char number[32];
    lead(j, key);
    if (isfinite(value))
        put(j, number, cairn_format_double(value, number));
    else
        put(j, "null", 4);
}

void cli_json_bool(cli_json *j, const char *key, bool value) {
    lead(j, key);
    put(j, value ? "true" : "false", value ? 4 : 5);
}

cairn_status cli_json_begin(cli *c, cli_json *j) {
    *j = (cli_json){0};
    fflush(stdout); /* what was printed before comes first */
    return cairn_out_open(c->ctx, "-", &j->out);
}

cairn_status cli_json_end(cli_json *j) {
    put(j, "\n", 1);
    if (j->status == CAIRN_OK) return cairn_out_commit(j->out);
    cairn_out_drop(j->out);
    return j->status;
}

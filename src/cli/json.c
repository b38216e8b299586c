/* JSON, piece by piece: the answers of --json and the lines of files that verbs write. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/cli.h"

static void put(cli_json *j, const char *bytes, size_t length) {
    if (j->status == CAIRN_OK) j->status = cairn_out_write(j->out, bytes, length);
}

static void put_string(cli_json *j, const char *text) {
    size_t left = strlen(text), n;
    put(j, "\"", 1);
    for (; left > 0; text += n, left -= n) {
        char escape[8];
        unsigned char c = (unsigned char)*text;
        n = cairn_utf8_character(text, left);
        if (n == 0)
            put(j, "\xEF\xBF\xBD", 3), n = 1;
        else if (c == '"' || c == '\\')
            put(j, escape, (size_t)snprintf(escape, sizeof escape, "\\%c", c));
        else if (c < 0x20)
            put(j, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c));
        else
            put(j, text, n);
    }
    put(j, "\"", 1);
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

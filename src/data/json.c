/* JSON: bounded parsing, the canonical writer, fields with errors that say what was expected. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"

/* ---- parsing --------------------------------------------------------------------------------------------------- */

/* Deepest nesting of arrays and objects in `text`, told from the brackets outside strings. Text that is not JSON gets
 * some number, and is refused by the parser. */
static int depth_of(const char *text, size_t length) {
    int depth = 0, deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < length && deepest <= JSON_DEPTH; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest) deepest = depth;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return deepest;
}

/* The field of the outermost object in which byte `at` of `text` lies, as written there; false where it lies in none.
 */
static bool field_around(const char *text, size_t at, const char **name, size_t *length) {
    int depth = 0;
    bool value = false; /* after a colon of the outermost object */
    const char *start = NULL;
    *name = NULL;
    for (size_t i = 0; i < at; i++) {
        char c = text[i];
        if (start && c == '\\') {
            i++;
        } else if (c == '"' && start) {
            if (depth == 1 && !value) *name = start, *length = (size_t)(text + i - start);
            start = NULL;
        } else if (c == '"') {
            start = text + i + 1;
        } else if (!start && (c == '{' || c == '[')) {
            depth++;
        } else if (!start && (c == '}' || c == ']')) {
            depth--;
        } else if (!start && depth == 1 && (c == ':' || c == ',')) {
            value = c == ':';
            if (!value) *name = NULL;
        }
    }
    return *name && text[0] == '{';
}

/* jansson says badly what a lack of memory was; malloc says it in errno, and nothing in its parser goes on after that.
 */
static cairn_status fail_parse(cairn_ctx *ctx, const char *text, size_t length, const char *where,
                               const json_error_t *error) {
    const char *name;
    size_t size, at = error->position > 0 ? (size_t)error->position : 0;
    if (errno == ENOMEM)
        return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for a JSON value of %zu bytes", where, length);
    if (field_around(text, at < length ? at : length, &name, &size))
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `%.*s`: not JSON at byte %zu: %s", where,
                          (int)(size < 60 ? size : 60), name, at, error->text);
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: not JSON at byte %zu: %s", where, at, error->text);
}

cairn_status json_parse(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out) {
    if (length == 0) return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected a JSON value, got nothing", where);
    const char *nul = memchr(text, 0, length);
    if (nul)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected JSON text, got a NUL byte at column %zu", where,
                          (size_t)(nul - text) + 1);
    if (depth_of(text, length) > JSON_DEPTH)
        return cairn_fail(ctx, CAIRN_LIMIT, "%s: arrays and objects are nested deeper than %d", where, JSON_DEPTH);
    json_error_t error;
    errno = 0;
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value && errno == ENOMEM) { /* its reader leaves out a character that it has no room for, and goes on */
        json_decref(value);
        value = NULL;
    }
    if (!value) return fail_parse(ctx, text, length, where, &error);
    *out = value;
    return CAIRN_OK;
}

/* ---- building -------------------------------------------------------------------------------------------------- */

bool json_is_utf8(const char *text, size_t length) {
    for (size_t i = 0, n; i < length; i += n)
        if ((n = cairn_utf8_character(text + i, length - i)) == 0) return false;
    return true;
}

cairn_status json_fail_build(cairn_ctx *ctx, const char *what) {
    if (errno == ENOMEM) return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory", what);
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: a text is not valid UTF-8", what);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static cairn_status write_text(cairn_ctx *ctx, const char *text, size_t length, cairn_text *out) {
    static const char short_form[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    size_t clean = 0; /* start of what needs no escape */
    CAIRN_TRY(cairn_text_add(ctx, out, "\"", 1));
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        CAIRN_TRY(cairn_text_add(ctx, out, text + clean, i - clean));
        clean = i + 1;
        if (c >= 0x20 || short_form[c]) {
            char escape[2] = {'\\', c >= 0x20 ? (char)c : short_form[c]};
            CAIRN_TRY(cairn_text_add(ctx, out, escape, sizeof escape));
        } else {
            CAIRN_TRY(cairn_text_printf(ctx, out, "\\u%04x", (unsigned)c));
        }
    }
    CAIRN_TRY(cairn_text_add(ctx, out, text + clean, length - clean));
    return cairn_text_add(ctx, out, "\"", 1);
}

static cairn_status write_real(cairn_ctx *ctx, double value, cairn_text *out) {
    char number[32];
    if (!isfinite(value)) return cairn_text_add(ctx, out, "null", 4);
    if (value == 0 && signbit(value))
        return cairn_text_add(ctx, out, "-0.0", 4); /* "-0" would read back as integer 0 */
    return cairn_text_add(ctx, out, number, cairn_format_double(value, number));
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static cairn_status write_value(cairn_ctx *ctx, const json_t *value, int depth, cairn_text *out);

static cairn_status write_array(cairn_ctx *ctx, const json_t *array, int depth, cairn_text *out) {
    cairn_status status = cairn_text_add(ctx, out, "[", 1);
    for (size_t i = 0; i < json_array_size(array) && status == CAIRN_OK; i++) {
        if (i > 0) status = cairn_text_add(ctx, out, ",", 1);
        if (status == CAIRN_OK) status = write_value(ctx, json_array_get(array, i), depth, out);
    }
    return status == CAIRN_OK ? cairn_text_add(ctx, out, "]", 1) : status;
}

static cairn_status write_object(cairn_ctx *ctx, const json_t *object, int depth, cairn_text *out) {
    size_t n = json_object_size(object), i = 0;
    const char **keys = cairn_alloc(ctx, n, sizeof *keys);
    if (!keys) return CAIRN_NO_MEMORY;
    void *iter = json_object_iter((json_t *)(uintptr_t)object);
    for (; iter && i < n; iter = json_object_iter_next((json_t *)(uintptr_t)object, iter))
        keys[i++] = json_object_iter_key(iter);
    qsort(keys, n, sizeof *keys, by_bytes);
    cairn_status status = cairn_text_add(ctx, out, "{", 1);
    for (i = 0; i < n && status == CAIRN_OK; i++) {
        if (i > 0) status = cairn_text_add(ctx, out, ",", 1);
        if (status == CAIRN_OK) status = write_text(ctx, keys[i], strlen(keys[i]), out);
        if (status == CAIRN_OK) status = cairn_text_add(ctx, out, ":", 1);
        if (status == CAIRN_OK) status = write_value(ctx, json_object_get(object, keys[i]), depth, out);
    }
    cairn_free(keys);
    return status == CAIRN_OK ? cairn_text_add(ctx, out, "}", 1) : status;
}

static cairn_status write_value(cairn_ctx *ctx, const json_t *value, int depth, cairn_text *out) {
    switch (json_typeof(value)) {
    case JSON_NULL:
        return cairn_text_add(ctx, out, "null", 4);
    case JSON_TRUE:
        return cairn_text_add(ctx, out, "true", 4);
    case JSON_FALSE:
        return cairn_text_add(ctx, out, "false", 5);
    case JSON_INTEGER:
        return cairn_text_printf(ctx, out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return write_real(ctx, json_real_value(value), out);
    case JSON_STRING:
        return write_text(ctx, json_string_value(value), json_string_length(value), out);
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    if (depth == JSON_DEPTH) return cairn_fail(ctx, CAIRN_LIMIT, "a JSON value is nested deeper than %d", JSON_DEPTH);
    return json_is_array(value) ? write_array(ctx, value, depth + 1, out) : write_object(ctx, value, depth + 1, out);
}

cairn_status json_write(cairn_ctx *ctx, const json_t *value, cairn_text *out) {
    return write_value(ctx, value, 0, out);
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

bool json_whole(const json_t *value, int64_t low, int64_t high, int64_t *out) {
    double real = json_is_real(value) ? json_real_value(value) : NAN;
    if (json_is_integer(value))
        *out = json_integer_value(value);
    else if (fabs(real) <= 0x1p53 && real == floor(real))
        *out = (int64_t)real;
    else if (!json_is_string(value) ||
             cairn_parse_int(json_string_value(value), json_string_length(value), out) != CAIRN_OK)
        return false;
    return *out >= low && *out <= high;
}

const char *json_word(const json_t *value, char number[32]) {
    if (json_is_string(value)) return json_string_value(value);
    if (json_is_integer(value))
        snprintf(number, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        cairn_format_double(json_real_value(value), number);
    else
        return NULL;
    return number;
}

/* How an error shows a value: its kind, and what it is where that is short. */
static void describe(const json_t *value, char out[80]) {
    char number[32] = "";
    size_t cut = 40;
    if (json_is_real(value)) {
        cairn_format_double(json_real_value(value), number);
        if (!strpbrk(number, ".eN")) strcat(number, ".0"); /* not an integer */
    }
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
        snprintf(out, 80, "%s", value ? "null" : "nothing");
        break;
    case JSON_TRUE:
        snprintf(out, 80, "true");
        break;
    case JSON_FALSE:
        snprintf(out, 80, "false");
        break;
    case JSON_INTEGER:
        snprintf(out, 80, "the number %" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        snprintf(out, 80, "the number %s", number);
        break;
    case JSON_ARRAY:
        snprintf(out, 80, "an array of %zu", json_array_size(value));
        break;
    case JSON_OBJECT:
        snprintf(out, 80, "an object");
        break;
    case JSON_STRING:
        if (json_string_length(value) <= cut) {
            snprintf(out, 80, "the text \"%s\"", json_string_value(value));
            break;
        }
        while (cut > 0 && ((unsigned char)json_string_value(value)[cut] & 0xC0) == 0x80) cut--;
        snprintf(out, 80, "the text \"%.*s...\"", (int)cut, json_string_value(value));
        break;
    }
}

cairn_status json_fail_value(cairn_ctx *ctx, const char *where, const char *expected, const json_t *got) {
    char shown[80];
    describe(got, shown);
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected %s, got %s", where, expected, shown);
}

cairn_status json_fail_field(cairn_ctx *ctx, const char *where, const char *field, const char *expected,
                             const json_t *got) {
    char shown[80];
    describe(got, shown);
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `%s`: expected %s, got %s", where, field, expected, shown);
}

/* The member `name`, or NULL; an error when `object` is none. */
static cairn_status member(cairn_ctx *ctx, const json_t *object, const char *name, const char *where,
                           const json_t **out) {
    if (!json_is_object(object)) {
        char expected[96];
        snprintf(expected, sizeof expected, "an object with a field `%.60s`", name);
        return json_fail_value(ctx, where, expected, object);
    }
    *out = json_object_get(object, name);
    return CAIRN_OK;
}

cairn_status json_get_text(cairn_ctx *ctx, const json_t *object, const char *name, const char *where,
                           const char **out) {
    const json_t *value = NULL;
    CAIRN_TRY(member(ctx, object, name, where, &value));
    if (!json_is_string(value)) return json_fail_field(ctx, where, name, "a string", value);
    *out = json_string_value(value);
    return CAIRN_OK;
}

cairn_status json_get_int(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, int64_t *out) {
    const json_t *value = NULL;
    CAIRN_TRY(member(ctx, object, name, where, &value));
    if (!json_is_integer(value)) return json_fail_field(ctx, where, name, "an integer", value);
    *out = json_integer_value(value);
    return CAIRN_OK;
}

cairn_status json_get_real(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, double *out) {
    const json_t *value = NULL;
    CAIRN_TRY(member(ctx, object, name, where, &value));
    if (!json_is_number(value)) return json_fail_field(ctx, where, name, "a number", value);
    *out = json_number_value(value);
    return CAIRN_OK;
}

cairn_status json_get_bool(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, bool *out) {
    const json_t *value = NULL;
    CAIRN_TRY(member(ctx, object, name, where, &value));
    if (!json_is_boolean(value)) return json_fail_field(ctx, where, name, "true or false", value);
    *out = json_is_true(value);
    return CAIRN_OK;
}

cairn_status json_get_array(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, json_t **out) {
    const json_t *value = NULL;
    CAIRN_TRY(member(ctx, object, name, where, &value));
    if (!json_is_array(value)) return json_fail_field(ctx, where, name, "an array", value);
    *out = (json_t *)(uintptr_t)value;
    return CAIRN_OK;
}

cairn_status json_get_object(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, json_t **out) {
    const json_t *value = NULL;
    CAIRN_TRY(member(ctx, object, name, where, &value));
    if (!json_is_object(value)) return json_fail_field(ctx, where, name, "an object", value);
    *out = (json_t *)(uintptr_t)value;
    return CAIRN_OK;
}

/* ---- building ------------------------------------------------------------------------------------------------------ */

json_t *json_append(json_t *list, json_t *item) {
    if (json_array_append_new(list, item) == 0) return list; /* frees the item where it fails */
    json_decref(list);
    return NULL;
}

json_t *json_texts(const char *const *texts, int32_t n) {
    json_t *list = json_array();
    for (int32_t i = 0; i < n && list; i++) list = json_append(list, texts[i] ? json_string(texts[i]) : json_null());
    return list;
}

json_t *json_add_observations(json_t *object, const char *const *observations, int32_t n) {
    bool any = false;
    for (int32_t i = 0; observations && i < n; i++) any |= observations[i] != NULL;
    if (!object || !any || json_object_set_new(object, "observations", json_texts(observations, n)) == 0) return object;
    json_decref(object);
    return NULL;
}

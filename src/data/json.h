/* JSON inside the library: jansson for parsing, our own canonical writer (keys sorted, floats in shortest round-trip
 * form) and field access whose errors name what was expected. */
#ifndef CAIRN_DATA_JSON_H
#define CAIRN_DATA_JSON_H

#include <jansson.h>

#include "cairn/core.h"

#define JSON_DEPTH 64 /* arrays and objects inside each other, at most: parsing must fit the stack of a fiber */

/* Parses one JSON value that fills all of `text`. `where` ("file:7") opens the error. Errors: LIMIT for a value deeper
 * than JSON_DEPTH; FORMAT for anything else that is wrong, duplicate keys, NUL characters, invalid UTF-8, integers
 * beyond int64 and reals beyond double among it. The caller owns *out. */
cairn_status json_parse(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out);
/* The same of a text that Python's json module may have written. Numbers that JSON has not, or that neither int64 nor a
 * finite double holds (NaN, Infinity, -Infinity, 10^30, 1e999), become their texts, so that they are refused where a
 * number is read and pass where nobody looks. Escapes of NUL and of halves of pairs become U+FFFD. */
cairn_status json_parse_python(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out);
/* Appends the canonical text of `value`: no spaces, keys in byte order, reals by cairn_format_double (NaN and
 * infinities as null, negative zero as -0.0), UTF-8 unescaped except control characters, quote and backslash. Errors:
 * LIMIT for a value deeper than JSON_DEPTH. */
cairn_status json_write(cairn_ctx *ctx, const json_t *value, cairn_text *out);

/* Is the text UTF-8 (shortest forms, no surrogates), as a JSON string must be? */
bool json_is_utf8(const char *text, size_t length);
/* Why a value was not built, when errno was 0 before: no memory, or CAIRN_FORMAT for a text that is not UTF-8. `what`
 * opens the error. */
cairn_status json_fail_build(cairn_ctx *ctx, const char *what);

/* Fields of an object. Missing or of another type: CAIRN_FORMAT, "<where>: field `name`: expected a string, got null".
 * The texts are the object's own. An integer is a real too, a real is never an integer. */
cairn_status json_get_text(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, const char **out);
cairn_status json_get_int(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, int64_t *out);
cairn_status json_get_real(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, double *out);
cairn_status json_get_bool(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, bool *out);
cairn_status json_get_array(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, json_t **out);
cairn_status json_get_object(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, json_t **out);

/* Adds an item to the list, and returns the list. Takes over both; where one is NULL or memory is short, both are freed
 * and NULL is returned. */
json_t *json_append(json_t *list, json_t *item);
/* The texts [n] as an array, with null for NULL; NULL without memory or for a text that is not UTF-8. */
json_t *json_texts(const char *const *texts, int32_t n);
/* Adds the member `observations` to an object where there are any (NULL: none), and returns the object. The object,
 * which may be NULL, is freed and NULL is returned where it cannot be built. */
json_t *json_add_observations(json_t *object, const char *const *observations, int32_t n);

/* A whole number from `low` to `high`, as an integer, a real (1.0) or, as CSV has it, a text ("1"). */
bool json_whole(const json_t *value, int64_t low, int64_t high, int64_t *out);
/* A string's text, or a number's in shortest form, written to `number`; NULL for any other value. */
const char *json_word(const json_t *value, char number[32]);

/* The error of a value that is not what it should be: CAIRN_FORMAT, "<where>: expected <expected>, got ...". */
cairn_status json_fail_value(cairn_ctx *ctx, const char *where, const char *expected, const json_t *got);
/* The error of a field that is not what it should be: CAIRN_FORMAT, "<where>: field `field`: expected <expected>, got
 * ...". `got` NULL: nothing. */
cairn_status json_fail_field(cairn_ctx *ctx, const char *where, const char *field, const char *expected,
                             const json_t *got);

#endif

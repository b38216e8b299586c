/* Python literals as JSON values: a reader by recursive descent. */
#include "data/literal.h"

#include <errno.h>
#include <string.h>

#include "data/literal_read.h"

static cairn_status read_value(literal_reader *r, json_t **out);

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_one_of(char c, const char *set) {
    return c && strchr(set, c);
}

void literal_skip_blanks(literal_reader *r) {
    while (is_blank(literal_peek(r, 0))) r->at++;
}

cairn_status literal_fail(literal_reader *r, const char *expected) {
    char got[16] = "the end";
    if (r->at < r->length) {
        size_t n = cairn_utf8_character(r->text + r->at, r->length - r->at);
        if (n == 0 || (n == 1 && (r->text[r->at] < ' ' || r->text[r->at] == 0x7F)))
            snprintf(got, sizeof got, "byte 0x%02x", (unsigned)(unsigned char)r->text[r->at]);
        else
            snprintf(got, sizeof got, "`%.*s`", (int)n, r->text + r->at);
    }
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: byte %zu: expected %s in a Python literal, got %s", r->where, r->at,
                      expected, got);
}

/* Skips blanks and, where it stands there, the character c. */
static bool take(literal_reader *r, char c) {
    literal_skip_blanks(r);
    if (literal_peek(r, 0) != c) return false;
    r->at++;
    return true;
}

static cairn_status enter(literal_reader *r) {
    if (r->depth++ < JSON_DEPTH) return CAIRN_OK;
    return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: byte %zu: a Python literal is nested deeper than %d", r->where, r->at,
                      JSON_DEPTH);
}

static cairn_status give(literal_reader *r, json_t *value, json_t **out) {
    if (!value) return json_fail_build(r->ctx, r->where);
    *out = value;
    return CAIRN_OK;
}

static cairn_status append(literal_reader *r, json_t *list, json_t *item) {
    errno = 0;
    return json_array_append_new(list, item) == 0 ? CAIRN_OK : json_fail_build(r->ctx, r->where);
}

/* ---- numbers, names, opaque objects ------------------------------------------------------------------------------ */

static bool is_word(const char *text, size_t size, const char *word) {
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

/* Skips a name, and returns it without the module before it. Of a module that is not known *size is 0. */
static const char *take_name(literal_reader *r, size_t *size) {
    static const char *const modules[] = {"", "np.", "numpy.", "collections."};
    const char *start = r->text + r->at, *name = start;
    for (char c; is_letter(c = literal_peek(r, 0)) || is_digit(c) || c == '.'; r->at++)
        if (c == '.') name = r->text + r->at + 1;
    *size = 0;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (is_word(start, (size_t)(name - start), modules[i])) *size = (size_t)(r->text + r->at - name);
    return name;
}

static bool is_no_number(const char *name, size_t size) {
    static const char *const names[] = {"nan", "NaN", "NaT", "inf", "Infinity"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_word(name, size, names[i])) return true;
    return false;
}

static cairn_status read_number(literal_reader *r, json_t **out) {
    size_t start = r->at, size;
    bool real = false, zeros = true;
    if (is_one_of(literal_peek(r, 0), "+-")) r->at++;
    size_t digits = r->at;
    if (is_letter(literal_peek(r, 0))) {
        const char *name = take_name(r, &size);
        if (is_no_number(name, size)) return give(r, json_null(), out);
    }
    for (char c; is_digit(c = literal_peek(r, 0)) || is_one_of(c, ".eE"); r->at++) {
        real |= !is_digit(c);
        zeros &= c == '0';
        if (is_one_of(c, "eE") && is_one_of(literal_peek(r, 1), "+-")) r->at++;
    }
    int64_t whole = 0;
    double value = 0;
    size = r->at - start;
    cairn_status status =
        real ? cairn_parse_double(r->text + start, size, &value) : cairn_parse_int(r->text + start, size, &whole);
    if (status == CAIRN_NO_MEMORY) return cairn_fail(r->ctx, status, "%s: no memory", r->where);
    bool padded = !real && !zeros && r->text[digits] == '0'; /* 007 is no number of Python's */
    if (status == CAIRN_OK && !padded && !is_letter(literal_peek(r, 0)))
        return give(r, real ? json_real(value) : json_integer(whole), out);
    r->at = start;
    return literal_fail(r, "an integer of 64 bits or a real number");
}

/* <class 'int'> and the like: null. */
static cairn_status read_opaque(literal_reader *r, json_t **out) {
    size_t open = 0;
    do {
        char c = literal_peek(r, 0);
        if (!c || c == '\n') return literal_fail(r, "`>`");
        if (c == '<') open++;
        if (c == '>') open--;
        r->at++;
    } while (open > 0);
    return give(r, json_null(), out);
}

/* ---- lists and dictionaries -------------------------------------------------------------------------------------- */

/* Adds what stands before the bracket `close`, which is read too. *comma: there was one. */
static cairn_status read_items(literal_reader *r, char close, json_t *list, bool *comma) {
    for (*comma = false; !take(r, close);) {
        json_t *item = NULL;
        CAIRN_TRY(read_value(r, &item));
        CAIRN_TRY(append(r, list, item));
        if (take(r, ','))
            *comma = true;
        else if (take(r, close))
            break;
        else
            return literal_fail(r, "`,` or a closing bracket");
    }
    return CAIRN_OK;
}

/* [..] and (..); without a comma the latter is a value in brackets. */
static cairn_status read_list(literal_reader *r, char close, json_t **out) {
    json_t *list = NULL;
    bool comma = false;
    CAIRN_TRY(enter(r));
    r->at++;
    CAIRN_TRY(give(r, json_array(), &list));
    cairn_status status = read_items(r, close, list, &comma);
    bool value = close == ')' && !comma && json_array_size(list) == 1;
    if (status == CAIRN_OK) *out = json_incref(value ? json_array_get(list, 0) : list);
    json_decref(list);
    return status;
}

/* Stores the value, which it takes over, under the key: a string, or what is written as the key. */
static cairn_status set_member(literal_reader *r, json_t *object, const json_t *key, const char *written, size_t size,
                               json_t *value) {
    cairn_text_clear(&r->word);
    cairn_status status = cairn_text_add(r->ctx, &r->word, written, size);
    if (status != CAIRN_OK) {
        json_decref(value);
        return status;
    }
    errno = 0;
    const char *name = json_is_string(key) ? json_string_value(key) : r->word.data;
    return json_object_set_new(object, name, value) == 0 ? CAIRN_OK : json_fail_build(r->ctx, r->where);
}

/* An entry of {..}: a key and its value for the object, or an item for the list; never both in one pair of braces. */
static cairn_status read_entry(literal_reader *r, json_t *object, json_t *list) {
    json_t *key = NULL, *value = NULL;
    literal_skip_blanks(r);
    const char *written = r->text + r->at;
    CAIRN_TRY(read_value(r, &key));
    size_t size = (size_t)(r->text + r->at - written);
    bool pair = json_array_size(list) == 0 && !is_one_of(*written, "[{") && take(r, ':');
    if (!pair && json_object_size(object) == 0) return append(r, list, key);
    cairn_status status = pair ? read_value(r, &value) : literal_fail(r, "`:`");
    if (status == CAIRN_OK) status = set_member(r, object, key, written, size, value);
    json_decref(key);
    return status;
}

/* {..}: a dictionary or a set. */
static cairn_status read_braces(literal_reader *r, json_t **out) {
    CAIRN_TRY(enter(r));
    json_t *object = json_object(), *list = json_array();
    cairn_status status = object && list ? CAIRN_OK : json_fail_build(r->ctx, r->where);
    r->at++;
    while (status == CAIRN_OK && !take(r, '}')) {
        status = read_entry(r, object, list);
        if (status != CAIRN_OK || take(r, ',')) continue;
        if (take(r, '}')) break;
        status = literal_fail(r, "`,` or `}`");
    }
    if (status == CAIRN_OK) *out = json_incref(json_array_size(list) ? list : object);
    json_decref(object);
    json_decref(list);
    return status;
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

typedef enum call_kind { CALL_DEFAULTS, CALL_MAPPING, CALL_ITEMS, CALL_SCALAR, CALL_UNKNOWN } call_kind;

static call_kind kind_of_call(const char *name, size_t size) {
    static const struct {
        const char *name;
        call_kind kind;
    } calls[] = {
        {"defaultdict", CALL_DEFAULTS}, {"Counter", CALL_MAPPING}, {"OrderedDict", CALL_MAPPING},
        {"dict", CALL_MAPPING},         {"set", CALL_ITEMS},       {"frozenset", CALL_ITEMS},
        {"list", CALL_ITEMS},           {"tuple", CALL_ITEMS},     {"array", CALL_ITEMS},
        {"deque", CALL_ITEMS},          {"float64", CALL_SCALAR},  {"float32", CALL_SCALAR},
        {"int64", CALL_SCALAR},         {"int32", CALL_SCALAR},    {"bool_", CALL_SCALAR},
        {"str_", CALL_SCALAR},          {"float", CALL_SCALAR},    {"int", CALL_SCALAR},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (is_word(name, size, calls[i].name)) return calls[i].kind;
    return CALL_UNKNOWN;
}

/* Skips `dtype=object` and the like. */
static bool take_keyword(literal_reader *r, cairn_status *status) {
    size_t start = r->at, size;
    literal_skip_blanks(r);
    if (is_letter(literal_peek(r, 0)) && take_name(r, &size) && take(r, '=')) {
        literal_skip_blanks(r);
        if (literal_at_string(r))
            *status = literal_string(r);
        else
            take_name(r, &size);
        return true;
    }
    r->at = start;
    return false;
}

/* The arguments of a call, without those that have names. */
static cairn_status read_arguments(literal_reader *r, json_t *list) {
    while (!take(r, ')')) {
        json_t *argument = NULL;
        cairn_status status = CAIRN_OK;
        if (!take_keyword(r, &status)) {
            CAIRN_TRY(read_value(r, &argument));
            CAIRN_TRY(append(r, list, argument));
        }
        CAIRN_TRY(status);
        if (take(r, ',')) continue;
        if (take(r, ')')) break;
        return literal_fail(r, "`,` or `)`");
    }
    return CAIRN_OK;
}

/* A list of pairs as an object; NULL where it is none. */
static json_t *object_of_pairs(const json_t *pairs) {
    json_t *object = json_is_array(pairs) ? json_object() : NULL;
    for (size_t i = 0; object && i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i), *key = json_array_get(pair, 0);
        char number[32];
        const char *name = json_array_size(pair) == 2 ? json_word(key, number) : NULL;
        if (name && json_object_set(object, name, json_array_get(pair, 1)) == 0) continue;
        json_decref(object);
        return NULL;
    }
    return object;
}

/* What the object that is built by these arguments holds; NULL where they are not what it takes. */
static json_t *held(call_kind kind, const json_t *arguments) {
    size_t n = json_array_size(arguments);
    json_t *first = json_array_get(arguments, 0), *second = json_array_get(arguments, 1);
    if (kind == CALL_DEFAULTS && n < 2) return json_object();
    if (kind == CALL_DEFAULTS) return n == 2 && json_is_object(second) ? json_incref(second) : NULL;
    if (n == 0 && kind != CALL_SCALAR) return kind == CALL_MAPPING ? json_object() : json_array();
    if (n != 1) return NULL;
    if (kind == CALL_MAPPING) return json_is_object(first) ? json_incref(first) : object_of_pairs(first);
    bool fits = kind == CALL_ITEMS ? json_is_array(first) : !json_is_array(first) && !json_is_object(first);
    return fits ? json_incref(first) : NULL;
}

static cairn_status read_call(literal_reader *r, call_kind kind, json_t **out) {
    json_t *arguments = NULL;
    size_t start = r->at;
    CAIRN_TRY(enter(r));
    CAIRN_TRY(give(r, json_array(), &arguments));
    cairn_status status = read_arguments(r, arguments);
    errno = 0;
    json_t *value = status == CAIRN_OK ? held(kind, arguments) : NULL;
    if (status == CAIRN_OK && !value && errno == ENOMEM) status = json_fail_build(r->ctx, r->where);
    if (status == CAIRN_OK && !value) {
        r->at = start;
        status = literal_fail(r, "other arguments");
    }
    if (status == CAIRN_OK) *out = value;
    json_decref(arguments);
    return status;
}

static cairn_status read_name(literal_reader *r, json_t **out) {
    size_t start = r->at, size;
    const char *name = take_name(r, &size);
    if (is_word(name, size, "True") || is_word(name, size, "True_")) return give(r, json_true(), out);
    if (is_word(name, size, "False") || is_word(name, size, "False_")) return give(r, json_false(), out);
    if (is_word(name, size, "None") || is_no_number(name, size)) return give(r, json_null(), out);
    call_kind kind = kind_of_call(name, size);
    if (kind != CALL_UNKNOWN && take(r, '(')) return read_call(r, kind, out);
    r->at = start;
    return literal_fail(r, "a value");
}

/* ---- any value --------------------------------------------------------------------------------------------------- */

static cairn_status read_value(literal_reader *r, json_t **out) {
    literal_skip_blanks(r);
    char c = literal_peek(r, 0);
    cairn_status status;
    int depth = r->depth;
    errno = 0;
    if (literal_at_string(r)) {
        status = literal_string(r);
        if (status == CAIRN_OK) status = give(r, json_stringn(r->word.data, r->word.length), out);
    } else if (c == '[' || c == '(') {
        status = read_list(r, c == '[' ? ']' : ')', out);
    } else if (c == '{') {
        status = read_braces(r, out);
    } else if (c == '<') {
        status = read_opaque(r, out);
    } else if (is_letter(c)) {
        status = read_name(r, out);
    } else if (is_digit(c) || is_one_of(c, "+-.")) {
        status = read_number(r, out);
    } else {
        status = literal_fail(r, "a value");
    }
    r->depth = depth;
    return status;
}

cairn_status literal_parse(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out) {
    literal_reader r = {.ctx = ctx, .text = text, .length = length, .where = where};
    json_t *value = NULL;
    cairn_status status = read_value(&r, &value);
    literal_skip_blanks(&r);
    if (status == CAIRN_OK && r.at < length) status = literal_fail(&r, "the end");
    if (status == CAIRN_OK)
        *out = value;
    else
        json_decref(value);
    cairn_text_free(&r.word);
    return status;
}

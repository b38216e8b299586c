/* Verdicts in JSON objects that stand somewhere in a reply. */
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "eval/say.h"

/* The text as JSON; NULL where it is none. Errors: no memory. */
static cairn_status parse(cairn_ctx *ctx, say_span t, json_t **out) {
    cairn_status status = json_parse(ctx, t.s, t.n, "reply", out);
    if (status == CAIRN_OK) return status;
    *out = NULL;
    return status == CAIRN_NO_MEMORY ? status : CAIRN_OK;
}

/* ---- which of two ------------------------------------------------------------------------------------------------ */

/* The object in a block from ```json to ```, in which no ` stands. */
static bool find_block(say_span t, say_span *object) {
    for (size_t at = 0; (at = say_find(t, at, "```")) != SAY_NOWHERE;) {
        at += 3;
        if (!say_stands(t, at, "json", true)) continue;
        size_t start = at + 4;
        while (start < t.n && say_is_blank(t.s[start])) start++;
        at = say_find(t, start, "`");
        if (at == SAY_NOWHERE) return false;
        size_t end = at;
        while (end > start && say_is_blank(t.s[end - 1])) end--;
        if (!say_stands(t, at, "```", false) || end < start + 2 || t.s[start] != '{' || t.s[end - 1] != '}') continue;
        *object = (say_span){t.s + start, end - start};
        return true;
    }
    return false;
}

static bool find_braces(say_span t, say_span *object) {
    size_t open = say_find(t, 0, "{"), close = open == SAY_NOWHERE ? SAY_NOWHERE : say_find(t, open, "}");
    if (close == SAY_NOWHERE) return false;
    *object = (say_span){t.s + open, close + 1 - open};
    return true;
}

/* The slot that begins here, and in `whole` ends there too. */
static cairn_slot slot_at(say_span t, size_t at, bool whole) {
    static const char *const words[] = {[CAIRN_SLOT_ONE] = "1", [CAIRN_SLOT_TWO] = "2", [CAIRN_SLOT_TIE] = "tie"};
    for (int slot = CAIRN_SLOT_ONE; slot <= CAIRN_SLOT_TIE; slot++)
        if (say_stands(t, at, words[slot], true) && (!whole || at + strlen(words[slot]) == t.n))
            return (cairn_slot)slot;
    return CAIRN_SLOT_UNKNOWN;
}

static cairn_slot slot_of(const json_t *value) {
    if (json_is_string(value)) return slot_at(say_all(json_string_value(value)), 0, true);
    json_int_t number = json_integer_value(value); /* 0 of what is no integer */
    return number == 1 ? CAIRN_SLOT_ONE : number == 2 ? CAIRN_SLOT_TWO : CAIRN_SLOT_UNKNOWN;
}

/* `key: 1`, `key = "tie"` and the like, the first of them. */
static cairn_slot find_pattern(say_span t, const char *key) {
    for (size_t i = 0; i < t.n; i++) {
        if (!say_stands(t, i, key, true)) continue;
        size_t at = i + strlen(key);
        while (at < t.n && say_is_blank(t.s[at])) at++;
        if (!say_stands(t, at, ":", false) && !say_stands(t, at, "=", false)) continue;
        for (at++; at < t.n && say_is_blank(t.s[at]);) at++;
        cairn_slot slot = slot_at(t, at + say_stands(t, at, "\"", false), false);
        if (slot != CAIRN_SLOT_UNKNOWN) return slot;
    }
    return CAIRN_SLOT_UNKNOWN;
}

cairn_status cairn_say_swap(cairn_ctx *ctx, const char *text, const char *key, cairn_slot *out, const char **rule) {
    say_span t = say_all(text), object;
    cairn_slot slot = CAIRN_SLOT_UNKNOWN;
    bool block = find_block(t, &object);
    const char *matched = block ? "json block" : "braces";
    if (block || find_braces(t, &object)) {
        json_t *value;
        CAIRN_TRY(parse(ctx, object, &value));
        slot = slot_of(json_object_get(value, key));
        json_decref(value);
    }
    if (slot == CAIRN_SLOT_UNKNOWN) {
        slot = find_pattern(t, key);
        matched = slot == CAIRN_SLOT_UNKNOWN ? NULL : "pattern";
    }
    *out = slot;
    if (rule) *rule = matched;
    return CAIRN_OK;
}

/* ---- a critic's verdict on every step ---------------------------------------------------------------------------- */

/* The next {..} from *at on with as many closing as opening braces, which *at moves past. */
static bool next_object(say_span t, size_t *at, say_span *object) {
    size_t start = 0, depth = 0;
    for (size_t i = *at; i < t.n; i++) {
        if (t.s[i] == '{' && depth++ == 0) start = i;
        if (t.s[i] != '}' || depth == 0 || --depth > 0) continue;
        *at = i + 1;
        *object = (say_span){t.s + start, i + 1 - start};
        return true;
    }
    return false;
}

/* Adds the object's text less its comments. */
static cairn_status without_comments(cairn_ctx *ctx, say_span object, cairn_text *out) {
    size_t clean = 0;
    for (size_t i = 0; i < object.n; i++) {
        if (object.s[i] != '#' && !say_stands(object, i, "//", false)) continue;
        CAIRN_TRY(cairn_text_add(ctx, out, object.s + clean, i - clean));
        while (i < object.n && object.s[i] != '\n') i++;
        clean = i;
    }
    return cairn_text_add(ctx, out, object.s + clean, object.n - clean);
}

/* The list as truth values; *out NULL where it is none of numbers. */
static cairn_status read_steps(cairn_arena *arena, const json_t *list, const bool **out, int32_t *n, int32_t *coerced) {
    size_t count = json_array_size(list);
    *out = NULL;
    if (!json_is_array(list) || count > INT32_MAX) return CAIRN_OK;
    bool *above = cairn_arena_alloc(arena, count, sizeof *above);
    if (!above) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(list, i);
        if (!json_is_number(entry) && !json_is_boolean(entry)) return CAIRN_OK;
        above[i] = json_is_true(entry) || json_number_value(entry) > 0;
        *coerced += json_is_boolean(entry) || fabs(json_number_value(entry)) > 1;
    }
    *n = (int32_t)count;
    *out = above;
    return CAIRN_OK;
}

static cairn_status read_lists(cairn_arena *arena, const json_t *object, cairn_said_steps *said) {
    CAIRN_TRY(
        read_steps(arena, json_object_get(object, "validity"), &said->validity, &said->n_validity, &said->coerced));
    CAIRN_TRY(read_steps(arena, json_object_get(object, "redundancy"), &said->redundancy, &said->n_redundancy,
                         &said->coerced));
    said->said = said->validity && said->redundancy;
    return CAIRN_OK;
}

cairn_status cairn_say_steps(cairn_ctx *ctx, cairn_arena *arena, const char *text, cairn_said_steps *out) {
    say_span t = say_all(text), object;
    cairn_said_steps said = {0};
    cairn_text clean = {0};
    cairn_status status = CAIRN_OK;
    json_t *value = NULL;
    for (size_t at = 0; status == CAIRN_OK && !value && next_object(t, &at, &object);) {
        cairn_text_clear(&clean);
        status = without_comments(ctx, object, &clean);
        if (status == CAIRN_OK) status = parse(ctx, (say_span){clean.data, clean.length}, &value);
        said.refused += status == CAIRN_OK && !value && said.refused < INT32_MAX;
    }
    cairn_text_free(&clean);
    if (status == CAIRN_OK && value) status = read_lists(arena, value, &said);
    json_decref(value);
    if (status != CAIRN_OK) return status;
    *out = said.said ? said : (cairn_said_steps){.refused = said.refused};
    return CAIRN_OK;
}

/* Options tables: setting, parsing and writing a configuration struct from text. */
#include <stdlib.h>
#include <string.h>

#include "core/context.h"

enum { LONGEST_COMPARED = 64, LONGEST_QUOTED = 200 };

/* Precision for "%.*s" that quotes at most `most` bytes and no broken character. */
static int quoted(const char *text, size_t length, size_t most) {
    return (int)utf8_clip(text, length, most);
}

static const char *origin_of(const cairn_about *about, const char *origin) {
    return origin && *origin ? origin : about->name;
}

static const cairn_option *find_option(const cairn_about *about, const char *name, size_t length) {
    for (int i = 0; i < about->option_count; i++)
        if (strlen(about->options[i].name) == length && memcmp(about->options[i].name, name, length) == 0)
            return &about->options[i];
    return NULL;
}

/* Levenshtein distance of the first LONGEST_COMPARED bytes. */
static int edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    int row[LONGEST_COMPARED + 1];
    size_t n = a_length < LONGEST_COMPARED ? a_length : LONGEST_COMPARED;
    size_t m = b_length < LONGEST_COMPARED ? b_length : LONGEST_COMPARED;
    for (size_t j = 0; j <= m; j++) row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int least = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < least) least = row[j] + 1;
            if (row[j - 1] + 1 < least) least = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = least;
        }
    }
    return row[m];
}

static cairn_status fail_unknown(cairn_ctx *ctx, const cairn_about *about, const char *name, size_t length,
                                 const char *origin) {
    const char *nearest = NULL;
    int least = 0;
    for (int i = 0; i < about->option_count; i++) {
        const char *known = about->options[i].name;
        int distance = edit_distance(name, length, known, strlen(known));
        if (!nearest || distance < least) nearest = known, least = distance;
    }
    int precision = quoted(name, length, LONGEST_COMPARED);
    if (!nearest)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: `%.*s`: %s takes no options", origin, precision, name, about->name);
    return cairn_fail(ctx, CAIRN_INVALID, "%s: %s has no option `%.*s`; the nearest is `%s`", origin, about->name,
                      precision, name, nearest);
}

static cairn_status fail_value(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin,
                               const char *expected) {
    return cairn_fail(ctx, CAIRN_INVALID, "%s: %s=%.*s: expected %s", origin, option->name,
                      quoted(value, strlen(value), LONGEST_QUOTED), value, expected);
}

static cairn_status fail_range(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin) {
    char low[32], high[32], expected[256];
    cairn_format_double(option->low, low);
    cairn_format_double(option->high, high);
    bool unit = option->unit && *option->unit;
    snprintf(expected, sizeof expected, "a %snumber from %s to %s%s%s",
             option->kind == CAIRN_OPTION_INT ? "whole " : "", low, high, unit ? " " : "", unit ? option->unit : "");
    return fail_value(ctx, option, value, origin, expected);
}

/* The text of choice number `index` in "a|b|c", or NULL. */
static const char *choice_at(const char *choices, int32_t index, size_t *length) {
    const char *p = choices;
    for (int32_t i = 0; index >= 0; i++) {
        *length = strcspn(p, "|");
        if (i == index) return p;
        if (p[*length] == 0) break;
        p += *length + 1;
    }
    return NULL;
}

static bool parse_bool(const char *value, bool *out) {
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        *out = strcmp(value, yes[i]) == 0;
        if (*out || strcmp(value, no[i]) == 0) return true;
    }
    return false;
}

static bool parse_seed(const char *value, uint64_t *out) {
    *out = 0;
    for (const char *p = value; *p; p++) {
        if (*p < '0' || *p > '9') return false;
        if (__builtin_mul_overflow(*out, (uint64_t)10, out)) return false;
        if (__builtin_add_overflow(*out, (uint64_t)(*p - '0'), out)) return false;
    }
    return *value != 0;
}

static cairn_status set_number(cairn_ctx *ctx, const cairn_option *option, void *field, const char *value,
                               const char *origin) {
    int64_t whole = 0;
    double real = 0;
    cairn_status status;
    if (option->kind == CAIRN_OPTION_INT) {
        status = cairn_parse_int(value, strlen(value), &whole);
        real = (double)whole;
    } else {
        status = cairn_parse_double(value, strlen(value), &real);
    }
    if (status == CAIRN_NO_MEMORY) return cairn_fail(ctx, status, "%s: %s: no memory", origin, option->name);
    if (status != CAIRN_OK || !(real >= option->low && real <= option->high))
        return fail_range(ctx, option, value, origin);
    if (option->kind == CAIRN_OPTION_INT)
        memcpy(field, &whole, sizeof whole);
    else
        memcpy(field, &real, sizeof real);
    return CAIRN_OK;
}

static cairn_status set_choice(cairn_ctx *ctx, const cairn_option *option, void *field, const char *value,
                               const char *origin) {
    size_t length;
    const char *choice;
    for (int32_t i = 0; (choice = choice_at(option->choices, i, &length)); i++)
        if (strlen(value) == length && memcmp(value, choice, length) == 0) {
            memcpy(field, &i, sizeof i);
            return CAIRN_OK;
        }
    return cairn_fail(ctx, CAIRN_INVALID, "%s: %s=%.*s: expected one of %s", origin, option->name,
                      quoted(value, strlen(value), LONGEST_QUOTED), value, option->choices);
}

static cairn_status set_option(cairn_ctx *ctx, const cairn_option *option, cairn_arena *arena, void *config,
                               const char *value, const char *origin) {
    void *field = (char *)config + option->offset;
    switch (option->kind) {
    case CAIRN_OPTION_BOOL: {
        bool yes;
        if (!parse_bool(value, &yes)) return fail_value(ctx, option, value, origin, "true or false");
        memcpy(field, &yes, sizeof yes);
        return CAIRN_OK;
    }
    case CAIRN_OPTION_INT:
    case CAIRN_OPTION_REAL:
        return set_number(ctx, option, field, value, origin);
    case CAIRN_OPTION_TEXT: {
        const char *copy = cairn_arena_copy(arena, value, strlen(value));
        if (!copy) return cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: %s: no memory for the value", origin, option->name);
        memcpy(field, &copy, sizeof copy);
        return CAIRN_OK;
    }
    case CAIRN_OPTION_CHOICE:
        return set_choice(ctx, option, field, value, origin);
    case CAIRN_OPTION_SEED: {
        uint64_t seed;
        if (!parse_seed(value, &seed))
            return fail_value(ctx, option, value, origin, "a whole number from 0 to 18446744073709551615");
        memcpy(field, &seed, sizeof seed);
        return CAIRN_OK;
    }
    }
    return cairn_fail(ctx, CAIRN_INTERNAL, "%s: option %s has no kind", origin, option->name);
}

cairn_status cairn_options_set(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config,
                               const char *name, const char *value, const char *origin) {
    origin = origin_of(about, origin);
    const cairn_option *option = find_option(about, name, strlen(name));
    if (!option) return fail_unknown(ctx, about, name, strlen(name), origin);
    return set_option(ctx, option, arena, config, value, origin);
}

/* ---- parse ------------------------------------------------------------------------------------------------------------- */

static cairn_status set_presets(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config) {
    for (int i = 0; i < about->option_count; i++) {
        const cairn_option *option = &about->options[i];
        if (!option->preset) continue;
        cairn_status status = set_option(ctx, option, arena, config, option->preset, "preset");
        if (status == CAIRN_NO_MEMORY) return status;
        if (status != CAIRN_OK) return cairn_fail_within(ctx, CAIRN_INTERNAL, "%s", about->name);
    }
    return CAIRN_OK;
}

/* Reads a value up to an unescaped comma or the end: "\," is a comma, "\\" a backslash, any other backslash itself. */
static cairn_status read_value(cairn_ctx *ctx, const char **p, cairn_text *value) {
    cairn_text_clear(value);
    CAIRN_TRY(cairn_text_add(ctx, value, "", 0));
    while (**p && **p != ',') {
        if (**p == '\\' && ((*p)[1] == ',' || (*p)[1] == '\\')) ++*p;
        CAIRN_TRY(cairn_text_add(ctx, value, *p, 1));
        ++*p;
    }
    return CAIRN_OK;
}

/* Sets every "key=value" of `text`; given[i] says whether option i was among them. `value` is scratch. */
static cairn_status set_items(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, const char *text,
                              const char *origin, void *config, bool *given, cairn_text *value) {
    const char *p = text;
    while (true) {
        const char *name = p + strspn(p, " \t\n");
        size_t length = strcspn(name, "=,");
        p = name + length;
        if (*p != '=')
            return cairn_fail(ctx, CAIRN_INVALID, "%s: `%.*s`: expected key=value", origin,
                              quoted(name, length, LONGEST_QUOTED), name);
        while (length > 0 && strchr(" \t\n", name[length - 1])) length--;
        const cairn_option *option = find_option(about, name, length);
        if (!option) return fail_unknown(ctx, about, name, length, origin);
        if (given[option - about->options])
            return cairn_fail(ctx, CAIRN_INVALID, "%s: option %s is given twice", origin, option->name);
        given[option - about->options] = true;
        p++;
        CAIRN_TRY(read_value(ctx, &p, value));
        CAIRN_TRY(set_option(ctx, option, arena, config, value->data, origin));
        if (*p == 0) return CAIRN_OK;
        p++;
    }
}

cairn_status cairn_options_require(cairn_ctx *ctx, const cairn_about *about, const bool *given, const char *origin) {
    for (int i = 0; i < about->option_count; i++) {
        const cairn_option *option = &about->options[i];
        if (option->preset || given[i]) continue;
        bool choice = option->kind == CAIRN_OPTION_CHOICE;
        return cairn_fail(ctx, CAIRN_INVALID, "%s: %s needs the option %s%s%s (%s)", origin_of(about, origin),
                          about->name, option->name, choice ? ", one of " : "", choice ? option->choices : "",
                          option->help);
    }
    return CAIRN_OK;
}

cairn_status cairn_options_preset(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config) {
    void *filled = cairn_alloc(ctx, 1, about->config_size);
    if (!filled) return CAIRN_NO_MEMORY;
    cairn_status status = set_presets(ctx, about, arena, filled);
    if (status == CAIRN_OK && about->config_size > 0) memcpy(config, filled, about->config_size);
    cairn_free(filled);
    return status;
}

cairn_status cairn_options_parse(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, const char *text,
                                 const char *origin, void *config) {
    origin = origin_of(about, origin);
    cairn_text value = {0};
    bool *given = NULL;
    void *filled = cairn_alloc(ctx, 1, about->config_size);
    cairn_status status = filled ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK && !(given = cairn_alloc(ctx, (size_t)about->option_count, sizeof *given)))
        status = CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = set_presets(ctx, about, arena, filled);
    if (status == CAIRN_OK && text && *text) status = set_items(ctx, about, arena, text, origin, filled, given, &value);
    if (status == CAIRN_OK) status = cairn_options_require(ctx, about, given, origin);
    if (status == CAIRN_OK && about->config_size > 0) memcpy(config, filled, about->config_size);
    cairn_text_free(&value);
    cairn_free(given);
    cairn_free(filled);
    return status;
}

/* ---- write ------------------------------------------------------------------------------------------------------------- */

static cairn_status write_text(cairn_ctx *ctx, const char *value, cairn_text *out) {
    for (const char *p = value ? value : ""; *p;) {
        size_t plain = strcspn(p, ",\\");
        CAIRN_TRY(cairn_text_add(ctx, out, p, plain));
        p += plain;
        if (*p) CAIRN_TRY(cairn_text_printf(ctx, out, "\\%c", *p++));
    }
    return CAIRN_OK;
}

static cairn_status write_real(cairn_ctx *ctx, const cairn_option *option, double value, cairn_text *out) {
    char number[32];
    size_t length = cairn_format_double(value, number);
    if (value - value != 0) /* not finite */
        return cairn_fail(ctx, CAIRN_INVALID, "option %s is %s, which no text can set", option->name, number);
    return cairn_text_add(ctx, out, number, length);
}

static cairn_status write_choice(cairn_ctx *ctx, const cairn_option *option, int32_t value, cairn_text *out) {
    size_t length;
    const char *choice = choice_at(option->choices, value, &length);
    if (!choice)
        return cairn_fail(ctx, CAIRN_INVALID, "option %s has no choice number %d: %s", option->name, (int)value,
                          option->choices);
    return cairn_text_add(ctx, out, choice, length);
}

static cairn_status write_value(cairn_ctx *ctx, const cairn_option *option, const void *config, cairn_text *out) {
    const void *field = (const char *)config + option->offset;
    union {
        bool yes;
        int64_t whole;
        double real;
        const char *text;
        int32_t choice;
        uint64_t seed;
    } value;
    switch (option->kind) {
    case CAIRN_OPTION_BOOL:
        memcpy(&value.yes, field, sizeof value.yes);
        return cairn_text_printf(ctx, out, "%s", value.yes ? "true" : "false");
    case CAIRN_OPTION_INT:
        memcpy(&value.whole, field, sizeof value.whole);
        return cairn_text_printf(ctx, out, "%lld", (long long)value.whole);
    case CAIRN_OPTION_REAL:
        memcpy(&value.real, field, sizeof value.real);
        return write_real(ctx, option, value.real, out);
    case CAIRN_OPTION_TEXT:
        memcpy(&value.text, field, sizeof value.text);
        return write_text(ctx, value.text, out);
    case CAIRN_OPTION_CHOICE:
        memcpy(&value.choice, field, sizeof value.choice);
        return write_choice(ctx, option, value.choice, out);
    case CAIRN_OPTION_SEED:
        memcpy(&value.seed, field, sizeof value.seed);
        return cairn_text_printf(ctx, out, "%llu", (unsigned long long)value.seed);
    }
    return cairn_fail(ctx, CAIRN_INTERNAL, "option %s has no kind", option->name);
}

cairn_status cairn_options_write(cairn_ctx *ctx, const cairn_about *about, const void *config, cairn_text *out) {
    cairn_text text = {0};
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < about->option_count && status == CAIRN_OK; i++) {
        status = cairn_text_printf(ctx, &text, "%s%s=", i ? "," : "", about->options[i].name);
        if (status == CAIRN_OK) status = write_value(ctx, &about->options[i], config, &text);
    }
    if (status == CAIRN_OK) status = cairn_text_add(ctx, out, text.data, text.length);
    cairn_text_free(&text);
    return status;
}

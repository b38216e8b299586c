/* Options tables: presets, parsing, canonical text and help, all from one table. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "cairn/core.h"

/* ---- names and choices ----------------------------------------------------------------------------------------------------- */

/* Edit distance of two short names; names over 63 bytes count as far apart. */
static int distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b);
    if (n > 63 || m > 63) return 64;
    int row[64];
    for (size_t j = 0; j <= m; j++) row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            int insert = row[j - 1] + 1, remove = row[j] + 1;
            row[j] = change < insert ? change : insert;
            if (remove < row[j]) row[j] = remove;
        }
    }
    return row[m];
}

static const cairn_option *find(const cairn_about *about, const char *name) {
    for (int i = 0; i < about->option_count; i++)
        if (strcmp(about->options[i].name, name) == 0) return &about->options[i];
    return NULL;
}

static cairn_status unknown_name(cairn_ctx *ctx, const cairn_about *about, const char *name, const char *origin) {
    const char *nearest = NULL;
    int least = 64;
    for (int i = 0; i < about->option_count; i++) {
        int d = distance(name, about->options[i].name);
        if (d < least) least = d, nearest = about->options[i].name;
    }
    if (!nearest) return cairn_fail(ctx, CAIRN_INVALID, "%s: %s has no options, not `%s`", origin, about->name, name);
    return cairn_fail(ctx, CAIRN_INVALID, "%s: %s has no option `%s`; did you mean `%s`?", origin, about->name, name, nearest);
}

/* Index of `value` in "a|b|c", or -1. */
static int32_t choice_index(const char *choices, const char *value) {
    size_t length = strlen(value);
    int32_t index = 0;
    for (const char *p = choices;; index++) {
        const char *bar = strchr(p, '|');
        size_t n = bar ? (size_t)(bar - p) : strlen(p);
        if (n == length && memcmp(p, value, n) == 0) return index;
        if (!bar) return -1;
        p = bar + 1;
    }
}

/* The `index`-th of "a|b|c" and its length. */
static const char *choice_at(const char *choices, int32_t index, size_t *length) {
    const char *p = choices;
    for (; index > 0; index--) {
        const char *bar = strchr(p, '|');
        if (!bar) break;
        p = bar + 1;
    }
    const char *bar = strchr(p, '|');
    *length = bar ? (size_t)(bar - p) : strlen(p);
    return p;
}

/* ---- set ----------------------------------------------------------------------------------------------------------------------- */

static cairn_status bad_value(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin,
                              const char *expected) {
    return cairn_fail(ctx, CAIRN_INVALID, "%s: option `%s`: expected %s, got `%s`", origin, option->name, expected, value);
}

static cairn_status set_bool(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin, void *at) {
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};
    for (int i = 0; i < 4; i++) {
        if (strcasecmp(value, yes[i]) == 0) return *(bool *)at = true, CAIRN_OK;
        if (strcasecmp(value, no[i]) == 0) return *(bool *)at = false, CAIRN_OK;
    }
    return bad_value(ctx, option, value, origin, "true or false");
}

static cairn_status out_of_range(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin) {
    char low[32], high[32];
    cairn_format_double(option->low, low);
    cairn_format_double(option->high, high);
    return cairn_fail(ctx, CAIRN_INVALID, "%s: option `%s`: %s is outside %s .. %s", origin, option->name, value, low, high);
}

static cairn_status set_number(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin, void *at) {
    bool integer = option->kind == CAIRN_OPTION_INT;
    int64_t whole = 0;
    double real = 0;
    cairn_status status = integer ? cairn_parse_int(value, strlen(value), &whole)
                                  : cairn_parse_double(value, strlen(value), &real);
    if (status != CAIRN_OK) return bad_value(ctx, option, value, origin, integer ? "a whole number" : "a number");
    if (integer) real = (double)whole;
    if (real < option->low || real > option->high) return out_of_range(ctx, option, value, origin);
    if (integer)
        *(int64_t *)at = whole;
    else
        *(double *)at = real;
    return CAIRN_OK;
}

static cairn_status set_seed(cairn_ctx *ctx, const cairn_option *option, const char *value, const char *origin, void *at) {
    uint64_t seed = 0;
    for (const char *p = value; *p; p++)
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(seed, UINT64_C(10), &seed) ||
            __builtin_add_overflow(seed, (uint64_t)(*p - '0'), &seed))
            return bad_value(ctx, option, value, origin, "a whole number from 0 to 18446744073709551615");
    if (!*value) return bad_value(ctx, option, value, origin, "a whole number from 0 to 18446744073709551615");
    *(uint64_t *)at = seed;
    return CAIRN_OK;
}

static cairn_status set(cairn_ctx *ctx, const cairn_option *option, cairn_arena *arena, void *config, const char *value,
                        const char *origin) {
    void *at = (char *)config + option->offset;
    switch (option->kind) {
    case CAIRN_OPTION_BOOL: return set_bool(ctx, option, value, origin, at);
    case CAIRN_OPTION_INT:
    case CAIRN_OPTION_REAL: return set_number(ctx, option, value, origin, at);
    case CAIRN_OPTION_SEED: return set_seed(ctx, option, value, origin, at);
    case CAIRN_OPTION_CHOICE: {
        int32_t index = choice_index(option->choices, value);
        if (index < 0)
            return cairn_fail(ctx, CAIRN_INVALID, "%s: option `%s`: expected one of %s, got `%s`", origin, option->name,
                              option->choices, value);
        *(int32_t *)at = index;
        return CAIRN_OK;
    }
    case CAIRN_OPTION_TEXT: {
        char *copy = cairn_arena_copy(arena, value, strlen(value));
        if (!copy) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for option `%s`", option->name);
        *(const char **)at = copy;
        return CAIRN_OK;
    }
    }
    return cairn_fail(ctx, CAIRN_INTERNAL, "option `%s` is of no kind", option->name);
}

cairn_status cairn_options_preset(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config) {
    for (int i = 0; i < about->option_count; i++) {
        const cairn_option *option = &about->options[i];
        if (!option->preset) continue;
        if (set(ctx, option, arena, config, option->preset, about->name) != CAIRN_OK)
            return cairn_fail_within(ctx, CAIRN_INTERNAL, "preset");
    }
    return CAIRN_OK;
}

cairn_status cairn_options_set(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, void *config, const char *name,
                               const char *value, const char *origin) {
    const cairn_option *option = find(about, name);
    return option ? set(ctx, option, arena, config, value, origin) : unknown_name(ctx, about, name, origin);
}

/* ---- "key=value,key=value" ------------------------------------------------------------------------------------------------------- */

/* Copies one item up to an unescaped comma into `item`, undoing "\," and "\\"; returns what follows it. */
static const char *next_item(const char *p, char *item) {
    size_t n = 0;
    for (; *p && *p != ','; p++) {
        if (*p == '\\' && (p[1] == ',' || p[1] == '\\')) p++;
        item[n++] = *p;
    }
    item[n] = 0;
    return *p ? p + 1 : p;
}

static cairn_status parse_item(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, char *item, const char *origin,
                               bool *given, void *config) {
    char *equals = strchr(item, '=');
    if (!equals) return cairn_fail(ctx, CAIRN_INVALID, "%s: expected key=value, got `%s`", origin, item);
    *equals = 0;
    const cairn_option *option = find(about, item);
    if (!option) return unknown_name(ctx, about, item, origin);
    bool *seen = &given[option - about->options];
    if (*seen) return cairn_fail(ctx, CAIRN_INVALID, "%s: option `%s` is given twice", origin, item);
    *seen = true;
    return set(ctx, option, arena, config, equals + 1, origin);
}

cairn_status cairn_options_parse(cairn_ctx *ctx, const cairn_about *about, cairn_arena *arena, const char *text,
                                 const char *origin, void *config) {
    CAIRN_TRY(cairn_options_preset(ctx, about, arena, config));
    if (!text) text = "";
    bool *given = cairn_arena_alloc(arena, (size_t)about->option_count + 1, sizeof *given);
    char *item = cairn_arena_alloc(arena, strlen(text) + 1, 1);
    if (!given || !item) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for the options of %s", about->name);
    for (const char *p = text; *p;) {
        p = next_item(p, item);
        CAIRN_TRY(parse_item(ctx, about, arena, item, origin, given, config));
    }
    for (int i = 0; i < about->option_count; i++)
        if (!about->options[i].preset && !given[i])
            return cairn_fail(ctx, CAIRN_INVALID, "%s: %s needs option `%s` (%s)", origin, about->name,
                              about->options[i].name, about->options[i].help);
    return CAIRN_OK;
}

static cairn_status write_escaped(cairn_ctx *ctx, const char *value, cairn_text *out) {
    for (const char *p = value; *p; p++) {
        if (*p == ',' || *p == '\\') CAIRN_TRY(cairn_text_add(ctx, out, "\\", 1));
        CAIRN_TRY(cairn_text_add(ctx, out, p, 1));
    }
    return CAIRN_OK;
}

static cairn_status write_value(cairn_ctx *ctx, const cairn_option *option, const void *at, cairn_text *out) {
    char number[32];
    switch (option->kind) {
    case CAIRN_OPTION_BOOL: return cairn_text_printf(ctx, out, "%s", *(const bool *)at ? "true" : "false");
    case CAIRN_OPTION_INT: return cairn_text_printf(ctx, out, "%lld", (long long)*(const int64_t *)at);
    case CAIRN_OPTION_SEED: return cairn_text_printf(ctx, out, "%llu", (unsigned long long)*(const uint64_t *)at);
    case CAIRN_OPTION_REAL: return cairn_text_add(ctx, out, number, cairn_format_double(*(const double *)at, number));
    case CAIRN_OPTION_TEXT: {
        const char *text = *(const char *const *)at;
        return write_escaped(ctx, text ? text : "", out);
    }
    case CAIRN_OPTION_CHOICE: {
        size_t length;
        const char *choice = choice_at(option->choices, *(const int32_t *)at, &length);
        return cairn_text_add(ctx, out, choice, length);
    }
    }
    return cairn_fail(ctx, CAIRN_INTERNAL, "option `%s` is of no kind", option->name);
}

cairn_status cairn_options_write(cairn_ctx *ctx, const cairn_about *about, const void *config, cairn_text *out) {
    for (int i = 0; i < about->option_count; i++) {
        const cairn_option *option = &about->options[i];
        CAIRN_TRY(cairn_text_printf(ctx, out, "%s%s=", i ? "," : "", option->name));
        CAIRN_TRY(write_value(ctx, option, (const char *)config + option->offset, out));
    }
    return CAIRN_OK;
}

/* ---- help ------------------------------------------------------------------------------------------------------------------------- */

/* What may stand for the value: "INT", "a|b|c", ... */
static const char *value_word(const cairn_option *option) {
    switch (option->kind) {
    case CAIRN_OPTION_BOOL: return "true|false";
    case CAIRN_OPTION_INT: return "N";
    case CAIRN_OPTION_REAL: return "X";
    case CAIRN_OPTION_SEED: return "SEED";
    case CAIRN_OPTION_CHOICE: return option->choices;
    case CAIRN_OPTION_TEXT: break;
    }
    return "TEXT";
}

static cairn_status help_range(cairn_ctx *ctx, const cairn_option *option, cairn_text *out) {
    if (option->kind != CAIRN_OPTION_INT && option->kind != CAIRN_OPTION_REAL) return CAIRN_OK;
    char low[32], high[32];
    cairn_format_double(option->low, low);
    cairn_format_double(option->high, high);
    return cairn_text_printf(ctx, out, ", %s .. %s", low, high);
}

cairn_status cairn_options_help(cairn_ctx *ctx, const cairn_about *about, int indent, cairn_text *out) {
    size_t widest = 0;
    for (int i = 0; i < about->option_count; i++) {
        size_t width = strlen(about->options[i].name);
        if (width > widest) widest = width;
    }
    for (int i = 0; i < about->option_count; i++) {
        const cairn_option *option = &about->options[i];
        const char *preset = option->preset ? *option->preset ? option->preset : "none" : NULL;
        CAIRN_TRY(cairn_text_printf(ctx, out, "%*s%-*s  %s (", indent, "", (int)widest, option->name, option->help));
        CAIRN_TRY(cairn_text_printf(ctx, out, "%s", value_word(option)));
        if (option->unit && *option->unit) CAIRN_TRY(cairn_text_printf(ctx, out, " %s", option->unit));
        CAIRN_TRY(help_range(ctx, option, out));
        CAIRN_TRY(preset ? cairn_text_printf(ctx, out, "; default %s)\n", preset)
                         : cairn_text_printf(ctx, out, "; required)\n"));
    }
    return CAIRN_OK;
}

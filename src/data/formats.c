/* The formats: names, readers, and how each is known (docs/formats.md). */
#include <string.h>

#include "data/format.h"

static const format_read_fn readers[CAIRN_FORMAT_COUNT] = {
    [CAIRN_FORMAT_STEPWISE] = read_stepwise,
    [CAIRN_FORMAT_TRL] = read_stepwise,
    [CAIRN_FORMAT_MISTAKE] = read_mistake,
    [CAIRN_FORMAT_PROCESSBENCH] = read_processbench,
    [CAIRN_FORMAT_PRMBENCH] = read_prmbench,
    [CAIRN_FORMAT_MR_GSM8K] = read_mr_gsm8k,
    [CAIRN_FORMAT_PRM800K] = read_prm800k,
    [CAIRN_FORMAT_MATH_SHEPHERD] = read_math_shepherd,
    [CAIRN_FORMAT_OPENRLHF] = read_openrlhf,
    [CAIRN_FORMAT_RLHFLOW] = read_rlhflow,
    [CAIRN_FORMAT_MATH_APS] = read_math_aps,
    [CAIRN_FORMAT_GSM8K] = read_gsm8k,
    [CAIRN_FORMAT_GSM8K_SOLUTIONS] = read_gsm8k_solutions,
    [CAIRN_FORMAT_MATH] = read_math,
    [CAIRN_FORMAT_SAMPLES] = read_samples,
    [CAIRN_FORMAT_PROBLEMS] = read_problems,
};

/* ---- known by its fields ------------------------------------------------------------------------------------------- */

/* An object is of the first format one of whose rules it keeps. A rule is names of fields that are there; a name's last
 * sign says what the field is: " a string, [ an array, { an object, # a string with "####" in it. A bar divides names
 * of which one is enough. "{" alone: some field is an object; "=" alone: no field is an array or an object. */
static const struct {
    cairn_format format;
    const char *has[3];
} rules[] = {
    {CAIRN_FORMAT_PRM800K, {"question{", "label{"}},
    {CAIRN_FORMAT_RLHFLOW, {"conversations["}},
    {CAIRN_FORMAT_MISTAKE, {"input", "steps", "mistake_index"}},
    {CAIRN_FORMAT_OPENRLHF, {"input\"", "value[|values[|label[|labels["}},
    {CAIRN_FORMAT_MATH_SHEPHERD, {"input\"", "label\""}},
    {CAIRN_FORMAT_STEPWISE, {"prompt", "completions"}},
    {CAIRN_FORMAT_PROCESSBENCH, {"problem", "steps", "label"}},
    {CAIRN_FORMAT_PRMBENCH, {"modified_process", "error_steps"}},
    {CAIRN_FORMAT_MR_GSM8K, {"question", "model_output_steps"}},
    {CAIRN_FORMAT_MATH_APS, {"question", "process\"", "label["}},
    {CAIRN_FORMAT_GSM8K_SOLUTIONS, {"question", "ground_truth\"", "{"}},
    {CAIRN_FORMAT_SAMPLES, {"problem\"|question\"|prompt\"", "samples[|completions[|responses[|outputs["}},
    {CAIRN_FORMAT_GSM8K, {"question", "answer#"}},
    {CAIRN_FORMAT_SAMPLES, {"problem\"|question\"|prompt\"", "response\"|output\"|completion\""}},
    {CAIRN_FORMAT_MATH, {"problem\"", "solution\""}},
    {CAIRN_FORMAT_SAMPLES, {"question\"|prompt\"", "solution\""}},
    {CAIRN_FORMAT_PROBLEMS, {"problem\"|question\"|prompt\"", "="}},
};

static bool is_of_kind(const json_t *value, char kind) {
    switch (kind) {
    case '"':
        return json_is_string(value);
    case '[':
        return json_is_array(value);
    case '{':
        return json_is_object(value);
    case '#':
        return json_is_string(value) && strstr(json_string_value(value), "####");
    default:
        return value != NULL;
    }
}

static bool has_nested(const json_t *object, bool only_objects) {
    json_t *all = (json_t *)(uintptr_t)object;
    for (void *iter = json_object_iter(all); iter; iter = json_object_iter_next(all, iter)) {
        const json_t *value = json_object_iter_value(iter);
        if (json_is_object(value) || (!only_objects && json_is_array(value))) return true;
    }
    return false;
}

/* Has the object one of the fields of "a|b[|c"? */
static bool has_one(const json_t *object, const char *names) {
    char name[32];
    for (const char *end; *names; names = *end ? end + 1 : end) {
        end = names + strcspn(names, "|");
        size_t length = (size_t)(end - names);
        char kind = strchr("\"[{#", end[-1]) ? end[-1] : 0;
        snprintf(name, sizeof name, "%.*s", (int)(length - (kind != 0)), names);
        if (is_of_kind(json_object_get(object, name), kind)) return true;
    }
    return false;
}

static bool keeps(const json_t *object, const char *const *has, size_t n) {
    for (size_t i = 0; i < n && has[i]; i++) {
        bool kept = strcmp(has[i], "{") == 0   ? has_nested(object, true)
                    : strcmp(has[i], "=") == 0 ? !has_nested(object, false)
                                               : has_one(object, has[i]);
        if (!kept) return false;
    }
    return true;
}

cairn_format format_of(const json_t *object) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (keeps(object, rules[i].has, sizeof rules[i].has / sizeof *rules[i].has)) return rules[i].format;
    return CAIRN_FORMAT_AUTO;
}

/* ---- names --------------------------------------------------------------------------------------------------------- */

#define NAME(symbol, name) [CAIRN_FORMAT_##symbol] = name,
static const char *const names[CAIRN_FORMAT_COUNT] = {[CAIRN_FORMAT_AUTO] = "auto", CAIRN_FORMATS(NAME)};

format_read_fn format_reader_of(cairn_format format) {
    return readers[format];
}

const char *cairn_format_name(cairn_format format) {
    return (size_t)format < CAIRN_FORMAT_COUNT ? names[format] : NULL;
}

cairn_status cairn_format_parse(cairn_ctx *ctx, const char *name, cairn_format *out) {
    for (size_t i = 0; i < CAIRN_FORMAT_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (cairn_format)i;
            return CAIRN_OK;
        }
    char all[400] = "";
    for (size_t i = 0, n = 0; i < CAIRN_FORMAT_COUNT && n < sizeof all; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", names[i]);
    return cairn_fail(ctx, CAIRN_INVALID, "`%.60s` is no format: expected one of %s", name, all);
}

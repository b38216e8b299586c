/* What the verbs print with, and the options that the verbs over problems share. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const char *cli_paint_code(const cli *c, cli_paint paint) {
    static const char *const codes[] = {"\033[0m",  "\033[1m",  "\033[2m",     "\033[32m",
                                        "\033[31m", "\033[33m", "\033[1;4;31m"};
    return c->colour ? codes[paint] : "";
}

const char *cli_engineering(double value, char out[16]) {
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
    int prefix = 0;
    while (value >= 999.5 && prefix < 6) {
        value /= 1000;
        prefix++;
    }
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(out, 16, "%.*f %s", decimals, value, prefixes[prefix]);
    return out;
}

const char *cli_count(int64_t value, char out[32]) {
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
    int sign = digits[0] == '-', at = 0;
    for (int i = 0; i < n; i++) {
        if (i > sign && (n - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

const char *cli_safe(cli *c, const char *text) {
    size_t length = strlen(text), at = 0;
    char *out = cairn_arena_alloc(c->arena, 4 * length + 1, 1);
    if (!out) return "(no memory)";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
        if (control)
            at += (size_t)snprintf(out + at, 5, "\\x%02x", byte);
        else
            out[at++] = text[i];
    }
    return out;
}

void cli_safe_line(const char *text, char *out, size_t size) {
    size_t at = 0;
    for (; *text && at + 5 < size; text++) {
        unsigned char byte = (unsigned char)*text;
        bool blank = byte == '\n' || byte == '\r' || byte == '\t';
        if (byte >= 0x20 && byte != 0x7f)
            out[at++] = *text;
        else
            at += (size_t)snprintf(out + at, 5, blank ? " " : "\\x%02x", byte);
    }
    out[at] = 0;
}

cairn_status cli_words(cli *c, const char *option, const char *text, const char **words, int most, int *count) {
    *count = 0;
    for (const char *p = text + strspn(text, " \t\n"); *p; p += strspn(p, " \t\n")) {
        size_t length = strcspn(p, " \t\n");
        if (*count == most) return cairn_fail(c->ctx, CAIRN_INVALID, "--%s: more than %d", option, most);
        words[*count] = cairn_arena_copy(c->arena, p, length);
        if (!words[(*count)++]) return CAIRN_NO_MEMORY;
        p += length;
    }
    return *count ? CAIRN_OK : cairn_fail(c->ctx, CAIRN_INVALID, "--%s is empty", option);
}

static const char *or_null(const char *text) {
    return text && *text ? text : NULL;
}

void cli_job_setup(const job_options *options, const char *what, cairn_job_setup *out) {
    *out = (cairn_job_setup){
        .what = what,
        .world = options->world,
        .policy = or_null(options->policy),
        .reward = or_null(options->reward),
        .problems = or_null(options->problems),
        .skip_bad = options->skip_bad,
        .count = options->count || or_null(options->problems) ? options->count : 100,
        .seed = options->seed,
        .workers = (int32_t)options->workers,
        .in_flight = (int32_t)options->in_flight,
        .budget = {.steps = options->budget, .tokens = options->token_budget, .flops = options->flop_budget},
        .sampling = {.temperature = options->temperature, .max_tokens = (int32_t)options->max_step_tokens},
        .aggregator = options->aggregate == CLI_AGGREGATE_BY_MEANING ? -1 : options->aggregate,
        .portable = options->portable,
        .quiet = options->quiet,
    };
}

cairn_status cli_open_run(cli *c, const job_options *options, const cairn_manifest *manifest, cairn_run **out) {
    *out = NULL;
    if (!or_null(options->run)) {
        if (options->resume) return cairn_fail(c->ctx, CAIRN_INVALID, "--resume needs --run FILE");
        return CAIRN_OK;
    }
    return options->resume ? cairn_run_resume(c->ctx, options->run, manifest, out)
                           : cairn_run_create(c->ctx, options->run, manifest, out);
}

cairn_status cli_close_run(cli *c, const job_options *options, cairn_run *run, cairn_status status) {
    if (status == CAIRN_CANCELLED)
        c->advice =
            !run ? "nothing is kept without --run FILE"
                 : cairn_arena_printf(c->arena, "%lld of %lld problems are done: go on with `cairn run resume %s`",
                                      (long long)cairn_run_done(run), (long long)cairn_run_problems(run), options->run);
    bool failed = status != CAIRN_OK && status != CAIRN_CANCELLED;
    if (run && failed && !options->resume && cairn_run_done(run) == 0)
        cairn_run_discard(run);
    else
        cairn_run_close(run);
    return status;
}

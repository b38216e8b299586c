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

size_t cli_unsafe(const char *text, size_t left, uint32_t *code) {
    const unsigned char *c = (const unsigned char *)text;
    size_t n = cairn_utf8_character(text, left);
    *code = 0xFFFD;
    if (n == 0) return 1;
    uint32_t u = n == 1   ? c[0]
                 : n == 2 ? (c[0] & 0x1Fu) << 6 | (c[1] & 0x3Fu)
                 : n == 3 ? (c[0] & 0x0Fu) << 12 | (c[1] & 0x3Fu) << 6 | (c[2] & 0x3Fu)
                          : (c[0] & 0x07u) << 18 | (c[1] & 0x3Fu) << 12 | (c[2] & 0x3Fu) << 6 | (c[3] & 0x3Fu);
    bool control = u < 0x20 || (u >= 0x7F && u < 0xA0), tag = u >= 0xE0000 && u < 0xE0080;
    bool mark = u == 0xAD || u == 0x61C || u == 0xFEFF || (u >= 0xFFF9 && u <= 0xFFFB);
    bool turning = (u >= 0x200B && u <= 0x200F) || (u >= 0x2028 && u <= 0x202E) || (u >= 0x2060 && u <= 0x206F);
    *code = u;
    return control || mark || turning || tag ? n : 0;
}

/* "\xNN" for each of `n` bytes; out has room for 4 n and a NUL. */
static size_t put_hex(char *out, const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) snprintf(out + 4 * i, 5, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
    return 4 * n;
}

const char *cli_safe(cli *c, const char *text) {
    size_t left = strlen(text), at = 0, n;
    uint32_t code;
    char *out = left < SIZE_MAX / 4 ? cairn_arena_alloc(c->arena, 4 * left + 1, 1) : NULL;
    if (!out) return "(no memory)";
    for (; left > 0; text += n, left -= n) {
        n = *text == '\n' || *text == '\t' ? 0 : cli_unsafe(text, left, &code);
        if (n > 0) {
            at += put_hex(out + at, text, n);
        } else {
            n = cairn_utf8_character(text, left);
            memcpy(out + at, text, n);
            at += n;
        }
    }
    return out;
}

void cli_safe_line(const char *text, char *out, size_t size) {
    size_t left = strlen(text), at = 0, n;
    uint32_t code;
    for (; left > 0 && at + 17 < size; text += n, left -= n) { /* a character takes up to 4 bytes as \xNN */
        bool blank = *text == '\n' || *text == '\r' || *text == '\t';
        n = cli_unsafe(text, left, &code);
        if (blank) {
            out[at++] = ' ';
        } else if (n > 0) {
            at += put_hex(out + at, text, n);
        } else {
            n = cairn_utf8_character(text, left);
            memcpy(out + at, text, n);
            at += n;
        }
    }
    out[at] = 0;
}

cairn_status cli_csv_text(cairn_out *out, const char *text) {
    bool formula = text[0] && text[1] && strchr("=+-@\t\r", text[0]);
    CAIRN_TRY(cairn_out_write(out, formula ? "\"'" : "\"", formula ? 2 : 1));
    for (; *text; text++) CAIRN_TRY(cairn_out_write(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1));
    return cairn_out_write(out, "\"", 1);
}

cairn_status cli_words(cli *c, const char *option, const char *text, const char **words, int most, int *count) {
    size_t length;
    *count = 0;
    for (const char *word; (word = cairn_next_word(&text, &length));) {
        if (*count == most) return cairn_fail(c->ctx, CAIRN_INVALID, "--%s: more than %d", option, most);
        words[*count] = cairn_arena_copy(c->arena, word, length);
        if (!words[(*count)++]) return CAIRN_NO_MEMORY;
    }
    return *count ? CAIRN_OK : cairn_fail(c->ctx, CAIRN_INVALID, "--%s is empty", option);
}

/* How a role samples. */
typedef struct role_sampling {
    double temperature;
    int64_t max_tokens;
} role_sampling;

static const char *or_null(const char *text) {
    return text && *text ? text : NULL;
}

static const cairn_option sampling_options[] = {
    CAIRN_REAL(role_sampling, temperature, "1", 0, 100, "", "Sampling temperature."),
    CAIRN_INT(role_sampling, max_tokens, "256", 1, 1e6, "tokens", "A longer step is cut off."),
};
static const cairn_about sampling_about = {.name = "role-sampling",
                                           .options = sampling_options,
                                           .option_count = sizeof sampling_options / sizeof *sampling_options,
                                           .config_size = sizeof(role_sampling)};

/* "completer:temperature=0.7": what is not said is as the generator samples. */
static cairn_status read_role_sampling(cli *c, const char *word, cairn_job_setup *out) {
    size_t length;
    const char *options;
    int role = 1;
    cairn_spec_split(word, &length, &options);
    while (role < CAIRN_ROLE_COUNT && (strlen(cairn_role_name((cairn_role)role)) != length ||
                                       memcmp(cairn_role_name((cairn_role)role), word, length) != 0))
        role++;
    if (role == CAIRN_ROLE_COUNT)
        return cairn_fail(
            c->ctx, CAIRN_INVALID,
            "--role-sampling: `%s`: expected ROLE:key=value,... with a role as in completer, critic, prover", word);
    role_sampling sampling = {.temperature = out->sampling.temperature, .max_tokens = out->sampling.max_tokens};
    while (*options) {
        size_t n = strcspn(options, ","), name = strcspn(options, "=,");
        const char *key = cairn_arena_copy(c->arena, options, name);
        const char *value = cairn_arena_copy(c->arena, options + name + (name < n), n - name - (name < n));
        if (!key || !value) return CAIRN_NO_MEMORY;
        CAIRN_TRY(cairn_options_set(c->ctx, &sampling_about, c->arena, &sampling, key, value, "--role-sampling"));
        options += n + (options[n] == ',');
    }
    out->cast[role].sampling =
        (cairn_sampling){.temperature = sampling.temperature, .max_tokens = (int32_t)sampling.max_tokens};
    return CAIRN_OK;
}

cairn_status cli_job_setup(cli *c, const job_options *options, const char *what, cairn_job_setup *out) {
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
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) out->cast[role].policy = or_null(options->role[role]);
    const char *words[CAIRN_ROLE_COUNT];
    int n = 0;
    if (or_null(options->sampling))
        CAIRN_TRY(cli_words(c, "role-sampling", options->sampling, words, CAIRN_ROLE_COUNT, &n));
    for (int i = 0; i < n; i++) CAIRN_TRY(read_role_sampling(c, words[i], out));
    return CAIRN_OK;
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

static bool names_program(const job_options *options) {
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        if (options->role[role] && strstr(options->role[role], "exec:")) return true;
    return strstr(options->policy, "exec:") || strstr(options->reward, "exec:");
}

cairn_status cli_close_run(cli *c, const job_options *options, cairn_run *run, cairn_status status) {
    if (run && (status == CAIRN_OK || status == CAIRN_CANCELLED)) {
        cairn_status kept = cairn_run_check(run, c->ctx);
        if (kept != CAIRN_OK) status = kept;
    }
    if (status == CAIRN_CANCELLED)
        c->advice =
            !run ? "nothing is kept without --run FILE"
                 : cairn_arena_printf(c->arena, "%lld of %lld problems are done: go on with `cairn run resume %s%s`",
                                      (long long)cairn_run_done(run), (long long)cairn_run_problems(run), options->run,
                                      names_program(options) ? " --allow-exec" : "");
    bool failed = status != CAIRN_OK && status != CAIRN_CANCELLED;
    if (run && failed && !options->resume && cairn_run_done(run) == 0)
        cairn_run_discard(run);
    else
        cairn_run_close(run);
    return status;
}

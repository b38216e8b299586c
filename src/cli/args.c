/* Command lines from options tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const cairn_option *find_option(const cli_verb *verb, const char *name, size_t length) {
    for (int i = 0; i < verb->about.option_count; i++) {
        const cairn_option *option = &verb->about.options[i];
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0) return option;
    }
    return NULL;
}

/* What is being filled. */
typedef struct parsing {
    cli *c;
    const cli_verb *verb;
    void *config;
    bool *given; /* [option_count] set by a word or a config file */
} parsing;

/* Sets one option, an unknown one too: that is an error which names the nearest. */
static cairn_status set(const parsing *p, const char *name, const char *value, const char *origin) {
    const cairn_option *option = find_option(p->verb, name, strlen(name));
    if (option) p->given[option - p->verb->about.options] = true;
    return cairn_options_set(p->c->ctx, &p->verb->about, p->c->arena, p->config, name, value, origin);
}

/* One option at argv[*i], which starts with "--"; moves *i on when the value is the next word. */
static cairn_status parse_option(const parsing *p, int argc, char **argv, int *i) {
    const char *word = argv[*i] + 2, *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const cairn_option *option = find_option(p->verb, word, length);
    const char *name = cairn_arena_copy(p->c->arena, word, length);
    if (!name) return CAIRN_NO_MEMORY;
    const char *value = equals ? equals + 1 : NULL;
    if (option && !value) {
        if (option->kind == CAIRN_OPTION_BOOL)
            value = "true";
        else if (*i + 1 < argc)
            value = argv[++*i];
        else
            return cairn_fail(p->c->ctx, CAIRN_INVALID, "option --%s needs a value", name);
    }
    return set(p, name, value ? value : "", "command line");
}

/* Cuts blanks off both ends, in place. */
static char *trimmed(char *text) {
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1])) length--;
    text[length] = 0;
    return text;
}

/* One line "name = value" of a config file; blank lines and lines that start with # say nothing. */
static cairn_status read_config_line(const parsing *p, char *line, const char *origin) {
    line = trimmed(line);
    if (*line == 0 || *line == '#') return CAIRN_OK;
    char *equals = strchr(line, '=');
    if (!equals)
        return cairn_fail(p->c->ctx, CAIRN_FORMAT, "%s: expected `name = value`, got `%s`", origin,
                          cli_safe(p->c, line));
    *equals = 0;
    return set(p, trimmed(line), trimmed(equals + 1), origin);
}

/* Reads a line of at most size - 1 bytes; *length counts it with its line end, and with NUL bytes in it. */
static bool next_line(FILE *file, char *line, size_t size, size_t *length) {
    memset(line, '.', size); /* the last NUL is then the one that fgets sets */
    if (!fgets(line, (int)size, file)) return false;
    *length = (size_t)((char *)memrchr(line, 0, size) - line);
    return true;
}

/* Bytes of the byte order mark that editors put before a file's first line. */
static size_t mark_length(const char *line) {
    return strncmp(line, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static cairn_status read_config(const parsing *p, const char *path) {
    cairn_ctx *ctx = p->c->ctx;
    char line[4096], origin[512];
    size_t length;
    FILE *file = fopen(path, "r");
    if (!file) return cairn_fail(ctx, CAIRN_NOT_FOUND, "cannot read config file %s: %s", path, strerror(errno));
    cairn_status status = CAIRN_OK;
    for (int number = 1; status == CAIRN_OK && next_line(file, line, sizeof line, &length); number++) {
        snprintf(origin, sizeof origin, "%s:%d", path, number);
        if (memchr(line, 0, length))
            status = cairn_fail(ctx, CAIRN_FORMAT, "%s: expected `name = value`, got a NUL byte", origin);
        else if (length == sizeof line - 1 && line[length - 1] != '\n')
            status = cairn_fail(ctx, CAIRN_LIMIT, "%s: a line of over %zu bytes", origin, sizeof line - 1);
        else
            status = read_config_line(p, line + (number == 1 ? mark_length(line) : 0), origin);
    }
    if (status == CAIRN_OK && ferror(file))
        status = cairn_fail(ctx, CAIRN_IO, "cannot read config file %s: %s", path, strerror(errno));
    fclose(file);
    return status;
}

/* Config files are read before all other words, so that the command line overrides them. */
static cairn_status read_configs(const parsing *p, int argc, char **argv) {
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *path = strncmp(argv[i], "--config=", 9) == 0 ? argv[i] + 9 : NULL;
        if (strcmp(argv[i], "--config") == 0) {
            if (++i >= argc) return cairn_fail(p->c->ctx, CAIRN_INVALID, "option --config needs a value");
            path = argv[i];
        }
        if (path) CAIRN_TRY(read_config(p, path));
    }
    return CAIRN_OK;
}

cairn_status cli_parse(cli *c, const cli_verb *verb, int argc, char **argv, void *config, int *count, char **positional,
                       bool *help) {
    *count = 0;
    *help = false;
    bool only_positional = false;
    bool *given = cairn_arena_alloc(c->arena, (size_t)verb->about.option_count + 1, sizeof *given);
    if (!given) return CAIRN_NO_MEMORY;
    const parsing p = {.c = c, .verb = verb, .config = config, .given = given};
    CAIRN_TRY(cairn_options_preset(c->ctx, &verb->about, c->arena, config));
    CAIRN_TRY(read_configs(&p, argc, argv));
    for (int i = 0; i < argc; i++) {
        if (!only_positional && strcmp(argv[i], "--") == 0) {
            only_positional = true;
        } else if (!only_positional && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            *help = true;
            return CAIRN_OK;
        } else if (!only_positional && strcmp(argv[i], "--config") == 0) {
            i++;
        } else if (!only_positional && strncmp(argv[i], "--config=", 9) == 0) {
            continue;
        } else if (!only_positional && strncmp(argv[i], "--", 2) == 0) {
            CAIRN_TRY(parse_option(&p, argc, argv, &i));
        } else if (!only_positional && strcmp(argv[i], "-n") == 0 && find_option(verb, "count", 5)) {
            if (i + 1 >= argc) return cairn_fail(c->ctx, CAIRN_INVALID, "option -n needs a value");
            CAIRN_TRY(set(&p, "count", argv[++i], "-n"));
        } else if (!only_positional && argv[i][0] == '-' && argv[i][1]) {
            return cairn_fail(c->ctx, CAIRN_INVALID, "unknown option %s: see cairn %s --help", argv[i],
                              verb->about.name);
        } else {
            positional[(*count)++] = argv[i];
        }
    }
    if (*count < verb->least || *count > verb->most)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s %s: see cairn %s --help",
                          *count < verb->least ? "missing argument" : "too many arguments, expected",
                          *verb->arguments ? verb->arguments : "none", verb->about.name);
    if (verb->explains && verb->explains(config)) return CAIRN_OK;
    return cairn_options_require(c->ctx, &verb->about, given, "command line");
}

/* "  right %   Share of problems ..." */
static cairn_status add_numbers(cli *c, const cli_verb *verb, cairn_text *out) {
    const char *name, *meaning;
    int width = 0;
    for (int i = 0; cli_number_of(verb, i, &name, &meaning); i++)
        if (cli_width(name) > width) width = cli_width(name);
    for (int i = 0; cli_number_of(verb, i, &name, &meaning); i++) {
        CAIRN_TRY(cairn_text_printf(c->ctx, out, "  %-*s  ", width, name));
        CAIRN_TRY(cli_wrap(c, meaning, width + 4, CLI_PLAIN, 0, 0, out));
        CAIRN_TRY(cairn_text_add(c->ctx, out, "\n", 1));
    }
    return CAIRN_OK;
}

cairn_status cli_print_help(cli *c, const cli_verb *verb) {
    cairn_text options = {0}, numbers = {0};
    cairn_help_style style = {.indent = 2, .width = cli_columns(c), .prefix = "--"};
    const char *bold = cli_paint_code(c, CLI_BOLD), *plain = cli_paint_code(c, CLI_PLAIN);
    cairn_status status = cairn_options_help(c->ctx, &verb->about, &style, &options);
    if (status == CAIRN_OK) status = add_numbers(c, verb, &numbers);
    if (status == CAIRN_OK) {
        printf("%s%s%s\n\n", bold, verb->about.summary, plain);
        printf("%susage%s\n  cairn %s%s%s%s\n\n", bold, plain, verb->about.name, *verb->arguments ? " " : "",
               verb->arguments, verb->about.option_count ? " [options]" : "");
        printf("%sexamples%s\n%s\n", bold, plain, verb->examples);
        if (options.length)
            printf("%soptions%s  (--name value or --name=value; --config FILE reads lines `name = value`)\n%s", bold,
                   plain, options.data);
        if (numbers.length) printf("\n%snumbers%s\n%s", bold, plain, numbers.data);
    }
    cairn_text_free(&options);
    cairn_text_free(&numbers);
    return status;
}

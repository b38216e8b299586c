/* Hiding secrets in the texts of a run: a command kept in a manifest may hold a key, and exports are passed on. */
#include <string.h>

#include "cairn/store.h"

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool names(char c) {
    char l = lower(c);
    return (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || c == '_' || c == '-';
}

static size_t name_length(const char *text) {
    size_t n = 0;
    while (names(text[n])) n++;
    return n;
}

/* Is `name`, of which the last part after - or _ counts, one of the words? */
static bool ends_in(const char *name, size_t length, const char *const *words) {
    size_t from = length;
    while (from > 0 && name[from - 1] != '-' && name[from - 1] != '_') from--;
    for (; *words; words++) {
        size_t i = 0;
        while (from + i < length && (*words)[i] && lower(name[from + i]) == (*words)[i]) i++;
        if (from + i == length && !(*words)[i]) return true;
    }
    return false;
}

/* Keys that services hand out say by their beginning what they are. */
static bool is_key(const char *word, size_t length) {
    static const char *const beginnings[] = {"sk-", "pk-", "hf_", "ghp_", "gho_", "github_pat_", "xoxb-", "AKIA"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (length >= 16 && strncmp(word, beginnings[i], strlen(beginnings[i])) == 0) return true;
    return false;
}

/* Where the value of a secret starts after the name text[0 .. n), or 0 where none follows: NAME=, "NAME": , --name
 * VALUE, Bearer VALUE. */
static size_t value_after(const char *text, size_t n, bool option) {
    static const char *const secrets[] = {"key",         "apikey",        "token", "secret", "password",
                                          "passwd",      "passphrase",    "pass",  "pwd",    "credential",
                                          "credentials", "authorization", NULL};
    static const char *const schemes[] = {"bearer", "basic", NULL};
    size_t quote = text[n] == '"' || text[n] == '\'', blanks = strspn(text + n, " \t");
    if (ends_in(text, n, schemes)) return blanks ? n + blanks : 0;
    if (!ends_in(text, n, secrets)) return 0;
    if (option && blanks) return n + blanks;
    size_t at = n + quote + strspn(text + n + quote, " \t");
    if (text[at] != '=' && text[at] != ':') return 0;
    at += text[at] == ':' ? 1 + strspn(text + at + 1, " \t") : 1;
    return ends_in(text + at, name_length(text + at), schemes)
               ? 0
               : at; /* "Authorization: Bearer ...": the scheme hides it */
}

/* End of the value at `at`: of what its quotes hold, else of the word. */
static size_t value_end(const char *text, size_t at) {
    char quote = text[at] == '"' || text[at] == '\'' ? text[at] : 0;
    if (!quote) return at + strcspn(text + at, " \t\n'\"&;|)");
    const char *close = strchr(text + at + 1, quote);
    return close ? (size_t)(close + 1 - text) : strlen(text);
}

/* "//name:password@": the password of an address. */
static size_t password_end(const char *text) {
    size_t n = strcspn(text, "@/ \t\n'\"");
    return text[n] == '@' ? n : 0;
}

cairn_status cairn_redact(cairn_ctx *ctx, cairn_arena *arena, const char *text, const char **out) {
    static const char stars[] = "***";
    cairn_text safe = {0};
    cairn_status status = cairn_text_add(ctx, &safe, "", 0);
    bool address = false; /* inside "//name" */
    for (size_t at = 0; text[at] && status == CAIRN_OK;) {
        size_t n = name_length(text + at), hidden = 0, shown = n ? n : 1;
        bool option = text[at] == '-' && text[at + 1] == '-';
        size_t value = n ? value_after(text + at, n, option) : 0;
        if (value) {
            shown = value;
            hidden = value_end(text, at + value) - at - value;
        } else if (n && is_key(text + at, n)) {
            shown = 0;
            hidden = n;
        } else if (address && text[at] == ':' && (hidden = password_end(text + at + 1)) > 0) {
            shown = 1;
        }
        address = strncmp(text + at, "//", 2) == 0 || (address && n > 0) || (address && text[at] == '/');
        status = cairn_text_add(ctx, &safe, text + at, shown);
        if (status == CAIRN_OK && hidden) status = cairn_text_add(ctx, &safe, stars, strlen(stars));
        at += shown + hidden;
    }
    if (status == CAIRN_OK && !(*out = cairn_arena_copy(arena, safe.data, safe.length)))
        status = cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for a text without secrets");
    cairn_text_free(&safe);
    return status;
}

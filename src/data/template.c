/* Templates: texts with named places. */
#include <string.h>

#include "cairn/data.h"
#include "data/lines.h"

#define MOST_BYTES ((size_t)1 << 20)

/* A stretch of text, then a place. */
typedef struct part {
    const char *text;
    size_t length;
    int32_t name; /* -1: none, the template ends */
} part;

struct cairn_template {
    part *parts; /* [n] */
    int32_t n;
    uint64_t key;
};

/* Where a template is being read. */
typedef struct reader {
    cairn_ctx *ctx;
    const char *name, *text, *end;
    const char *const *names;
    int32_t n_names;
} reader;

static long long line_of(const reader *r, const char *place) {
    long long line = 1;
    for (const char *p = r->text; p < place; p++) line += *p == '\n';
    return line;
}

static cairn_status unknown_place(const reader *r, const char *open, const char *name, size_t length) {
    char known[200] = "";
    size_t n = 0;
    for (int32_t i = 0; i < r->n_names && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s{%s}", i ? ", " : "", r->names[i]);
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s:%lld: there is no place {%.*s}; there are %s (a plain { is written {{)",
                      r->name, line_of(r, open), length < 40 ? (int)length : 40, name, known);
}

/* The place that opens at `open`, into *name; *next: after it. */
static cairn_status read_place(const reader *r, const char *open, int32_t *name, const char **next) {
    const char *from = open + 1, *close = memchr(from, '}', (size_t)(r->end - from));
    const char *line = memchr(from, '\n', (size_t)(r->end - from));
    if (!close || (line && line < close))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s:%lld: a { is not closed in its line (a plain { is written {{)",
                          r->name, line_of(r, open));
    size_t length = (size_t)(close - from);
    for (int32_t i = 0; i < r->n_names; i++)
        if (strlen(r->names[i]) == length && memcmp(r->names[i], from, length) == 0) {
            *name = i;
            *next = close + 1;
            return CAIRN_OK;
        }
    return unknown_place(r, open, from, length);
}

/* One part for each "{": the text before it, or, of "{{", with its first. */
static cairn_status read_parts(const reader *r, cairn_template *t) {
    const char *p = r->text, *open;
    while ((open = memchr(p, '{', (size_t)(r->end - p)))) {
        part *next = &t->parts[t->n++];
        bool plain = open + 1 < r->end && open[1] == '{';
        *next = (part){.text = p, .length = (size_t)(open - p) + plain, .name = -1};
        if (plain)
            p = open + 2;
        else
            CAIRN_TRY(read_place(r, open, &next->name, &p));
    }
    t->parts[t->n++] = (part){.text = p, .length = (size_t)(r->end - p), .name = -1};
    return CAIRN_OK;
}

cairn_status cairn_template_parse(cairn_ctx *ctx, cairn_arena *arena, const char *name, const char *text, size_t length,
                                  const char *const *names, int32_t n_names, cairn_template **out) {
    if (length > MOST_BYTES)
        return cairn_fail(ctx, CAIRN_LIMIT, "%s: a template has at most %zu bytes", name, MOST_BYTES);
    char *copy = cairn_arena_copy(arena, text, length);
    cairn_template *t = cairn_arena_alloc(arena, 1, sizeof *t);
    if (!copy || !t) return CAIRN_NO_MEMORY;
    reader r = {.ctx = ctx, .name = name, .text = copy, .end = copy + length, .names = names, .n_names = n_names};
    const char *nul = memchr(copy, '\0', length);
    if (nul) return cairn_fail(ctx, CAIRN_FORMAT, "%s:%lld: there is a NUL", name, line_of(&r, nul));
    size_t most = 1;
    for (const char *p = copy; p < r.end; p++) most += *p == '{';
    t->key = cairn_key(copy, length);
    t->parts = cairn_arena_alloc(arena, most, sizeof *t->parts);
    if (!t->parts) return CAIRN_NO_MEMORY;
    CAIRN_TRY(read_parts(&r, t));
    *out = t;
    return CAIRN_OK;
}

static cairn_status read_lines(cairn_ctx *ctx, lines *l, cairn_text *out) {
    const char *line;
    size_t length;
    cairn_status status = cairn_text_add(ctx, out, "", 0);
    while (status == CAIRN_OK && (status = lines_next(l, &line, &length)) == CAIRN_OK) {
        if (out->length > MOST_BYTES) break; /* the parser says so */
        if (lines_number(l) > 1) status = cairn_text_add(ctx, out, "\n", 1);
        if (status == CAIRN_OK) status = cairn_text_add(ctx, out, line, length);
    }
    return status == CAIRN_END ? CAIRN_OK : status;
}

cairn_status cairn_template_read(cairn_ctx *ctx, cairn_arena *arena, const char *path, const char *const *names,
                                 int32_t n_names, cairn_template **out) {
    lines *l;
    cairn_text text = {0};
    CAIRN_TRY(lines_open(ctx, path, MOST_BYTES, &l));
    cairn_status status = read_lines(ctx, l, &text);
    lines_close(l);
    if (status == CAIRN_OK)
        status = cairn_template_parse(ctx, arena, path, text.data, text.length, names, n_names, out);
    cairn_text_free(&text);
    return status;
}

bool cairn_template_has(const cairn_template *t, int32_t name) {
    for (int32_t i = 0; i < t->n; i++)
        if (t->parts[i].name == name) return true;
    return false;
}

uint64_t cairn_template_key(const cairn_template *t) {
    return t->key;
}

cairn_status cairn_template_fill(cairn_ctx *ctx, const cairn_template *t, const char *const *values, cairn_text *out) {
    for (int32_t i = 0; i < t->n; i++) {
        const part *p = &t->parts[i];
        CAIRN_TRY(cairn_text_add(ctx, out, p->text, p->length));
        if (p->name >= 0) CAIRN_TRY(cairn_text_add(ctx, out, values[p->name], strlen(values[p->name])));
    }
    return CAIRN_OK;
}

/* World `words`: problems from JSON lines, as `cairn world generate words` writes them. The graph is read back from the text, so any
 * problem in these wordings can be loaded, whoever wrote it. Fields: `problem`; `id` (default: the line's number); `answer`, which must be
 * the true one; `max_steps`; others are ignored.
 */
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "data/lines.h"
#include "world/words.h"

#define LINE_BYTES ((size_t)1 << 20)

typedef struct list {
    cairn_problem *items; /* from cairn_alloc while it grows */
    size_t count, capacity;
} list;

/* The problem that this text tells; a given answer must be its own. */
static cairn_status read_text(cairn_ctx *ctx, const char *text, const char *answer, const char *where, const char *id,
                              cairn_arena *arena, cairn_problem *out) {
    size_t at;
    words_problem *p = cairn_arena_alloc(arena, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    const char *why = words_read(text, strlen(text), p, &at);
    if (why) return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `problem`: %s (at \"%.40s\")", where, why, text + at);
    CAIRN_TRY(words_wrap(p, id, arena, out));
    if (!answer || strcmp(answer, out->answer) == 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `answer`: the problem's answer is %s, got %.40s", where,
                      out->answer, answer);
}

cairn_status words_adopt(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem) {
    (void)self;
    cairn_problem told;
    CAIRN_TRY(read_text(ctx, problem->text, problem->answer, problem->id, problem->id, arena, &told));
    problem->data = told.data;
    problem->answer = told.answer;
    return CAIRN_OK;
}

static cairn_status read_problem(cairn_ctx *ctx, const json_t *object, const char *where, const char *line,
                                 cairn_arena *arena, cairn_problem *out) {
    const char *text, *id = line, *answer = NULL;
    int64_t max_steps;
    CAIRN_TRY(json_get_text(ctx, object, "problem", where, &text));
    if (json_object_get(object, "id")) CAIRN_TRY(json_get_text(ctx, object, "id", where, &id));
    if (json_object_get(object, "answer")) CAIRN_TRY(json_get_text(ctx, object, "answer", where, &answer));
    id = cairn_arena_copy(arena, id, strlen(id));
    if (!id) return CAIRN_NO_MEMORY;
    CAIRN_TRY(read_text(ctx, text, answer, where, id, arena, out));
    if (!json_object_get(object, "max_steps")) return CAIRN_OK;
    CAIRN_TRY(json_get_int(ctx, object, "max_steps", where, &max_steps));
    if (max_steps < 1 || max_steps > 4096)
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `max_steps`: expected 1 .. 4096, got %lld", where,
                          (long long)max_steps);
    out->max_steps = (int32_t)max_steps;
    return CAIRN_OK;
}

static cairn_status read_line(cairn_ctx *ctx, const lines *l, const char *text, size_t length, cairn_arena *arena,
                              cairn_problem *out) {
    char where[512], line[24];
    json_t *object;
    snprintf(line, sizeof line, "%lld", (long long)lines_number(l));
    snprintf(where, sizeof where, "%.480s:%s", lines_path(l), line);
    CAIRN_TRY(json_parse(ctx, text, length, where, &object));
    cairn_status status = json_is_object(object)
                              ? read_problem(ctx, object, where, line, arena, out)
                              : cairn_fail(ctx, CAIRN_FORMAT, "%s: expected an object with a field `problem`", where);
    json_decref(object);
    return status;
}

/* The next problem; END after the last. */
static cairn_status read_next(cairn_ctx *ctx, lines *l, cairn_arena *arena, cairn_problem *out) {
    const char *text;
    size_t length;
    do CAIRN_TRY(lines_next(l, &text, &length));
    while (length == 0);
    return read_line(ctx, l, text, length, arena, out);
}

static cairn_status read_all(cairn_ctx *ctx, lines *l, bool skip_bad, cairn_arena *arena, list *all) {
    int64_t skipped = 0;
    for (;;) {
        CAIRN_TRY(cairn_grow(ctx, (void **)&all->items, &all->capacity, all->count + 1, sizeof *all->items));
        cairn_status status = read_next(ctx, l, arena, &all->items[all->count]);
        if (status == CAIRN_END) break;
        if (skip_bad && (status == CAIRN_FORMAT || status == CAIRN_LIMIT)) {
            cairn_log(ctx, CAIRN_LOG_WARN, "passed over: %s", cairn_error(ctx));
            skipped++;
            continue;
        }
        CAIRN_TRY(status);
        all->count++;
    }
    if (skipped) cairn_log(ctx, CAIRN_LOG_WARN, "%s: bad lines passed over: %lld", lines_path(l), (long long)skipped);
    if (all->count > 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected one problem a line, got none", lines_path(l));
}

cairn_status words_load(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                        cairn_problem **problems, int64_t *count, uint64_t *content) {
    (void)self;
    lines *l;
    list all = {0};
    CAIRN_TRY(lines_open(ctx, path, LINE_BYTES, &l));
    cairn_status status = read_all(ctx, l, skip_bad, arena, &all);
    uint64_t key = lines_key(l);
    lines_close(l);
    cairn_problem *kept = status == CAIRN_OK ? cairn_arena_alloc(arena, all.count, sizeof *kept) : NULL;
    if (status == CAIRN_OK && !kept) status = CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        memcpy(kept, all.items, all.count * sizeof *kept);
        *problems = kept;
        *count = (int64_t)all.count;
        *content = key;
    }
    cairn_free(all.items);
    return status;
}

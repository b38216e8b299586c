/* World `words`: problems from rows, as `cairn world generate words` writes them. The graph is read back from the text,
 * so any problem in these wordings can be loaded, whoever wrote it. Fields: `problem`; `id` (default: the row's
 * number); `answer`, which must be the true one; `max_steps`; others are ignored. */
#include <stdlib.h>
#include <string.h>

#include "data/rows.h"
#include "world/words/words.h"

#define ROW_BYTES ((size_t)1 << 20)

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

/* *out stays as it is where the field is missing or null. */
static cairn_status read_word(cairn_ctx *ctx, const json_t *object, const char *field, const char *where,
                              char number[32], const char **out) {
    const json_t *value = json_object_get(object, field);
    if (!value || json_is_null(value)) return CAIRN_OK;
    const char *word = json_word(value, number);
    if (!word) return json_fail_field(ctx, where, field, "a string or a number", value);
    *out = word;
    return CAIRN_OK;
}

/* `id` is that of a row which has none. */
static cairn_status read_problem(cairn_ctx *ctx, const json_t *object, const char *where, const char *id,
                                 cairn_arena *arena, cairn_problem *out) {
    const char *text, *answer = NULL;
    char id_number[32], answer_number[32];
    int64_t max_steps;
    CAIRN_TRY(json_get_text(ctx, object, "problem", where, &text));
    CAIRN_TRY(read_word(ctx, object, "id", where, id_number, &id));
    CAIRN_TRY(read_word(ctx, object, "answer", where, answer_number, &answer));
    id = cairn_arena_copy(arena, id, strlen(id));
    if (!id) return CAIRN_NO_MEMORY;
    CAIRN_TRY(read_text(ctx, text, answer, where, id, arena, out));
    const json_t *bound = json_object_get(object, "max_steps");
    if (!bound || json_is_null(bound)) return CAIRN_OK;
    if (!json_whole(bound, 1, 4096, &max_steps))
        return json_fail_field(ctx, where, "max_steps", "a whole number from 1 to 4096", bound);
    out->max_steps = (int32_t)max_steps;
    return CAIRN_OK;
}

/* The next problem; END after the last. */
static cairn_status read_next(cairn_ctx *ctx, rows *r, cairn_arena *arena, cairn_problem *out) {
    const json_t *object;
    char id[24];
    CAIRN_TRY(rows_next(r, &object));
    snprintf(id, sizeof id, "%lld", (long long)rows_number(r));
    return read_problem(ctx, object, rows_where(r), id, arena, out);
}

static cairn_status read_all(cairn_ctx *ctx, rows *r, bool skip_bad, cairn_arena *arena, list *all) {
    int64_t skipped = 0;
    for (;;) {
        CAIRN_TRY(cairn_grow(ctx, (void **)&all->items, &all->capacity, all->count + 1, sizeof *all->items));
        cairn_status status = read_next(ctx, r, arena, &all->items[all->count]);
        if (status == CAIRN_END) break;
        if (skip_bad && (status == CAIRN_FORMAT || status == CAIRN_LIMIT)) {
            cairn_log(ctx, CAIRN_LOG_WARN, "passed over: %s", cairn_error(ctx));
            skipped++;
            continue;
        }
        CAIRN_TRY(status);
        all->count++;
    }
    if (skipped) cairn_log(ctx, CAIRN_LOG_WARN, "%s: bad lines passed over: %lld", rows_path(r), (long long)skipped);
    if (all->count > 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected problems, got none", rows_path(r));
}

cairn_status words_load(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                        cairn_problem **problems, int64_t *count, uint64_t *content) {
    (void)self;
    rows *r;
    list all = {0};
    CAIRN_TRY(rows_open(ctx, path, ROW_BYTES, &r));
    cairn_status status = read_all(ctx, r, skip_bad, arena, &all);
    uint64_t key = rows_key(r);
    rows_close(r);
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

/* Comparison of answers: the answers of MATH-500 against the same answers written another way; reading and values
 * alone.
 *
 *     bench_tool_grade [runs]
 *
 * Reads math500/test.jsonl of the shared data (CAIRN_DATA, else ../shared/data beside the sources); where it is absent,
 * some answers of the same kinds. */
#include <string.h>

#include "bench.h"
#include "cairn/answer.h"
#include "tool/math/read.h"
#include "tool/math/value.h"

enum { ANSWERS_MOST = 512, ROUNDS = 20, BAR = 50000 };

static const char *const some[] = {
    "\\left( 3, \\frac{\\pi}{2} \\right)",
    "p - q",
    "\\frac{14}{3}",
    "9",
    "3\\sqrt{13}",
    "4210_5",
    "x^3+3x-6",
    "[-2,7]",
    "\\frac{3}{56}",
    "\\begin{pmatrix} -18 \\\\ -49 \\\\ 96 \\end{pmatrix}",
    "1,-2",
    "\\text{Evelyn}",
    "5.4 \\text{ cents}",
    "90^\\circ",
    "(-\\infty,2)",
    "10\\%",
    "144",
    "2k+2",
    "6 - 5i",
    "11\\sqrt2",
};

typedef struct answers {
    char *written[ANSWERS_MOST], *other[ANSWERS_MOST];
    math_node *tree[ANSWERS_MOST], *other_tree[ANSWERS_MOST];
    size_t count;
    cairn_arena *kept, *arena;
    math_engine *engine;
} answers;

/* The same answer in dollars, with \dfrac for \frac. */
static char *rewrite(cairn_arena *arena, const char *text) {
    char *out = cairn_arena_alloc(arena, 2 * strlen(text) + 3, 1), *end = out;
    if (!out) return NULL;
    *end++ = '$';
    while (*text) {
        bool fraction = strncmp(text, "\\frac", 5) == 0;
        if (fraction) {
            memcpy(end, "\\dfrac", 6);
            end += 6, text += 5;
        } else {
            *end++ = *text++;
        }
    }
    *end++ = '$', *end = '\0';
    return out;
}

static cairn_status add(answers *a, const char *text) {
    if (a->count == ANSWERS_MOST) return CAIRN_OK;
    a->written[a->count] = cairn_arena_printf(a->kept, "%s", text);
    a->other[a->count] = rewrite(a->kept, text);
    if (!a->written[a->count] || !a->other[a->count]) return CAIRN_NO_MEMORY;
    a->count++;
    return CAIRN_OK;
}

/* The field "answer" of a line of JSON, its escapes undone; false: none. */
static bool answer_of(const char *line, char *out, size_t room) {
    static const char key[] = "\"answer\": \"";
    const char *c = strstr(line, key);
    size_t n = 0;
    if (!c) return false;
    for (c += sizeof key - 1; *c && *c != '"' && n + 1 < room; c++) {
        if (*c == '\\' && c[1]) c++;
        out[n++] = *c;
    }
    out[n] = '\0';
    return true;
}

static cairn_status load(answers *a) {
    static char line[1 << 16], text[1 << 12], path[4096];
    const char *folder = getenv("CAIRN_DATA");
    snprintf(path, sizeof path, "%s/math500/test.jsonl", folder ? folder : "../shared/data");
    FILE *file = fopen(path, "r");
    cairn_status status = CAIRN_OK;
    while (file && status == CAIRN_OK && fgets(line, sizeof line, file))
        if (answer_of(line, text, sizeof text)) status = add(a, text);
    if (file) fclose(file);
    for (size_t i = 0; a->count == 0 || (!file && i < sizeof some / sizeof *some && status == CAIRN_OK); i++)
        status = add(a, some[i]);
    return status;
}

static cairn_status grade(cairn_ctx *ctx, void *arg, int64_t *items) {
    answers *a = arg;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < a->count; i++, ++*items) {
            cairn_grade result;
            cairn_arena_reset(a->arena);
            CAIRN_TRY(cairn_answer_grade(ctx, a->arena, a->other[i], a->written[i], NULL, &result));
        }
    return CAIRN_OK;
}

static cairn_status grade_next(cairn_ctx *ctx, void *arg, int64_t *items) {
    answers *a = arg;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < a->count; i++, ++*items) {
            cairn_grade result;
            cairn_arena_reset(a->arena);
            CAIRN_TRY(cairn_answer_grade(ctx, a->arena, a->written[(i + 1) % a->count], a->written[i], NULL, &result));
        }
    return CAIRN_OK;
}

static cairn_status read_alone(cairn_ctx *ctx, void *arg, int64_t *items) {
    answers *a = arg;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < a->count; i++, ++*items) {
            math_node *tree;
            cairn_arena_reset(a->arena);
            CAIRN_TRY(math_read(ctx, a->arena, a->written[i], strlen(a->written[i]), &tree));
        }
    return CAIRN_OK;
}

static cairn_status values_alone(cairn_ctx *ctx, void *arg, int64_t *items) {
    (void)ctx;
    answers *a = arg;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < a->count; i++, ++*items) math_equal(a->engine, a->tree[i], a->other_tree[i]);
    return CAIRN_OK;
}

static cairn_status measure(const bench *b, answers *a) {
    CAIRN_TRY(load(a));
    CAIRN_TRY(math_engine_open(b->ctx, &a->engine));
    for (size_t i = 0; i < a->count; i++) {
        const char *next = a->written[(i + 1) % a->count];
        CAIRN_TRY(math_read(b->ctx, a->kept, a->written[i], strlen(a->written[i]), &a->tree[i]));
        CAIRN_TRY(math_read(b->ctx, a->kept, next, strlen(next), &a->other_tree[i]));
    }
    printf("%zu answers\n", a->count);
    CAIRN_TRY(bench_measure(b, "an answer and itself, rewritten", BAR, grade, a));
    CAIRN_TRY(bench_measure(b, "an answer and another one", BAR, grade_next, a));
    CAIRN_TRY(bench_measure(b, "reading alone", 0, read_alone, a));
    return bench_measure(b, "values of two answers alone", 0, values_alone, a);
}

static cairn_status all(const bench *b) {
    static answers a;
    CAIRN_TRY(cairn_arena_open(b->ctx, 65536, &a.kept));
    cairn_status status = cairn_arena_open(b->ctx, 65536, &a.arena);
    if (status == CAIRN_OK) {
        status = measure(b, &a);
        cairn_arena_close(a.arena);
    }
    math_engine_close(a.engine);
    cairn_arena_close(a.kept);
    return status;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, "answers", "comparison", all);
}

/* What a text states as its answer: cases and the check of them. */
#ifndef CAIRN_TESTS_ANSWER_STATED_H
#define CAIRN_TESTS_ANSWER_STATED_H

#include <string.h>

#include "cairn/answer.h"
#include "tool_fixture.h"

typedef struct stated {
    const char *text, *answer, *rule; /* answer NULL: none is stated; rule NULL: any */
} stated;

static inline void look(const bench *b, const char *problem, const stated *e) {
    cairn_found found;
    size_t length = strlen(e->text);
    cairn_arena_reset(b->arena);
    cairn_status status = cairn_answer_find(b->ctx, b->arena, e->text, length, problem, &found);
    if (!e->answer && status != CAIRN_NOT_FOUND) print_error("%s: '%s' by %s\n", e->text, found.text, found.rule);
    if (e->answer && status != CAIRN_OK) print_error("%s: none\n", e->text);
    assert_int_equal(status, e->answer ? CAIRN_OK : CAIRN_NOT_FOUND);
    if (!e->answer) return;
    if (strcmp(found.text, e->answer) != 0) print_error("%s\n", e->text);
    assert_string_equal(found.text, e->answer);
    if (e->rule && strcmp(found.rule, e->rule) != 0) print_error("%s\n", e->text);
    if (e->rule) assert_string_equal(found.rule, e->rule);
    assert_true(found.start < found.end && found.end <= length && found.others >= 0);
}

static inline void look_all(void **state, const char *problem, const stated *all, size_t count) {
    for (size_t i = 0; i < count; i++) look(*state, problem, &all[i]);
}
#define FIND(list) look_all(state, NULL, list, sizeof list / sizeof *list)

#endif

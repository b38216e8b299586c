/* Records as examples: tokens and the positions at which a task reads its numbers. */
#include <math.h>
#include <string.h>

#include "cairn/learn.h"

enum { STARTS, TOKENS, MARK_STARTS, MARKS, LABELS, PROBLEMS, GROUPS, ARRAYS };

static bool next_token(cairn_learn_task task) {
    return task == CAIRN_LEARN_SFT || task == CAIRN_LEARN_TEXT;
}

static bool wanted(const cairn_record *record, cairn_learn_task task, const cairn_example_choice *choice) {
    bool some = false;
    if (choice->only_right && record->correct != CAIRN_VERDICT_RIGHT) return false;
    if (next_token(task)) return true;
    if (task == CAIRN_LEARN_ORM) return record->correct != CAIRN_VERDICT_UNKNOWN && record->n_steps > 0;
    for (int32_t i = 0; i < record->n_steps; i++) some |= !isnan(cairn_record_label(record, i));
    return some;
}

static cairn_status make_room(cairn_ctx *ctx, cairn_examples *e, size_t tokens) {
    size_t count = (size_t)e->count + 2, all = (e->starts ? (size_t)e->starts[e->count] : 0) + tokens;
    size_t marks = (e->mark_starts ? (size_t)e->mark_starts[e->count] : 0) + tokens; /* at most one a token */
    if (count > INT32_MAX) return cairn_fail(ctx, CAIRN_INVALID, "more than 2^31 solutions");
    CAIRN_TRY(cairn_grow(ctx, (void **)&e->starts, &e->capacity[STARTS], count, sizeof *e->starts));
    CAIRN_TRY(cairn_grow(ctx, (void **)&e->tokens, &e->capacity[TOKENS], all, sizeof *e->tokens));
    CAIRN_TRY(cairn_grow(ctx, (void **)&e->mark_starts, &e->capacity[MARK_STARTS], count, sizeof *e->mark_starts));
    CAIRN_TRY(cairn_grow(ctx, (void **)&e->marks, &e->capacity[MARKS], marks, sizeof *e->marks));
    CAIRN_TRY(cairn_grow(ctx, (void **)&e->labels, &e->capacity[LABELS], marks, sizeof *e->labels));
    CAIRN_TRY(cairn_grow(ctx, (void **)&e->problems, &e->capacity[PROBLEMS], count, sizeof *e->problems));
    return cairn_grow(ctx, (void **)&e->groups, &e->capacity[GROUPS], count, sizeof *e->groups);
}

static void add_mark(cairn_examples *e, int32_t position, double label) {
    int64_t at = e->mark_starts[e->count + 1]++;
    e->marks[at] = position;
    e->labels[at] = (float)label;
}

static void add_step_marks(cairn_examples *e, const cairn_solution_tokens *s, const cairn_example_choice *choice,
                           const cairn_record *record) {
    bool open = true;
    for (int32_t i = 0; i < s->n_steps && open; i++) {
        double label = cairn_record_label(record, i);
        if (isnan(label)) continue;
        add_mark(e, s->step_ends[i], label);
        open = !choice->until_error || cairn_label_is_right(label, choice->right_from);
    }
}

static void add_marks(cairn_examples *e, const cairn_solution_tokens *s, cairn_learn_task task,
                      const cairn_example_choice *choice, const cairn_record *record) {
    int32_t turn = 0;
    if (next_token(task))
        for (int32_t i = task == CAIRN_LEARN_TEXT ? 0 : s->prompt - 1; i + 1 < (int32_t)s->tokens.count; i++)
            if (task == CAIRN_LEARN_TEXT || !cairn_solution_is_observed(s, i + 1, &turn)) add_mark(e, i, 0);
    if (task == CAIRN_LEARN_ORM)
        add_mark(e, s->step_ends[s->n_steps - 1], record->correct == CAIRN_VERDICT_RIGHT ? 1 : 0);
    if (task == CAIRN_LEARN_PRM) add_step_marks(e, s, choice, record);
}

/* Copies the tokens and opens an example without marks; it counts once finish() is called. */
static cairn_status begin(cairn_ctx *ctx, cairn_examples *e, const cairn_solution_tokens *s, const char *problem,
                          uint64_t group) {
    CAIRN_TRY(make_room(ctx, e, s->tokens.count));
    int64_t start = e->starts[e->count];
    memcpy(e->tokens + start, s->tokens.ids, s->tokens.count * sizeof *e->tokens);
    e->starts[e->count + 1] = start + (int64_t)s->tokens.count;
    e->mark_starts[e->count + 1] = e->mark_starts[e->count];
    e->problems[e->count] = cairn_key(problem, strlen(problem));
    e->groups[e->count] = group;
    return CAIRN_OK;
}

static void finish(cairn_examples *e, const cairn_solution_tokens *s) {
    if ((int32_t)s->tokens.count > e->longest) e->longest = (int32_t)s->tokens.count;
    e->count++;
}

static uint64_t group_of(const cairn_examples *e, const cairn_example_choice *choice, const cairn_record *record) {
    const char *shared = record->group ? record->group : record->problem;
    return choice->by_problem ? cairn_key(shared, strlen(shared)) : (uint64_t)e->count;
}

static cairn_status append(cairn_ctx *ctx, cairn_examples *e, const cairn_solution_tokens *s, cairn_learn_task task,
                           const cairn_example_choice *choice, const cairn_record *record) {
    CAIRN_TRY(begin(ctx, e, s, record->problem, group_of(e, choice, record)));
    add_marks(e, s, task, choice, record);
    finish(e, s);
    return CAIRN_OK;
}

cairn_status cairn_examples_add(cairn_ctx *ctx, cairn_examples *examples, const cairn_solution_format *format,
                                cairn_learn_task task, const cairn_example_choice *choice, const char *name,
                                const cairn_record *record) {
    if (!wanted(record, task, choice)) {
        examples->dropped++;
        return CAIRN_OK;
    }
    cairn_solution_tokens solution = {0};
    cairn_status status =
        cairn_solution_encode_turns(ctx, format, name, record->problem, record->steps, record->observations,
                                    record->n_steps, next_token(task), &solution);
    if (status == CAIRN_OK) status = append(ctx, examples, &solution, task, choice, record);
    cairn_solution_free(&solution);
    return status;
}

/* ---- members of a group ------------------------------------------------------------------------------------------------------ */

static cairn_status append_member(cairn_ctx *ctx, cairn_examples *e, const cairn_solution_tokens *s,
                                  const cairn_member *m) {
    int32_t last = m->finished ? (int32_t)s->tokens.count - 1 : s->step_ends[m->n_steps - 1];
    CAIRN_TRY(begin(ctx, e, s, m->problem, m->group));
    if (!m->tokens) add_mark(e, s->step_ends[m->n_steps - 1], m->label);
    int32_t turn = 0;
    for (int32_t i = m->from ? s->step_ends[m->from - 1] : s->prompt - 1; m->tokens && i < last; i++)
        if (!cairn_solution_is_observed(s, i + 1, &turn)) add_mark(e, i, m->label);
    finish(e, s);
    return CAIRN_OK;
}

cairn_status cairn_examples_add_member(cairn_ctx *ctx, cairn_examples *examples, const cairn_solution_format *format,
                                       const char *name, const cairn_member *member) {
    if (member->n_steps < 1 || member->from < 0 || member->from >= member->n_steps)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: a member of a group has no step to compare", name);
    cairn_solution_tokens solution = {0};
    cairn_status status =
        cairn_solution_encode_turns(ctx, format, name, member->problem, member->steps, member->observations,
                                    member->n_steps, member->finished, &solution);
    if (status == CAIRN_OK) status = append_member(ctx, examples, &solution, member);
    cairn_solution_free(&solution);
    return status;
}

/* ---- memory -------------------------------------------------------------------------------------------------------------------- */

/* The arrays with the elements that are used, in the order of `capacity`. */
typedef struct column {
    void **block;
    size_t count, size;
} column;

static void list_columns(cairn_examples *e, column out[ARRAYS]) {
    size_t n = (size_t)e->count, tokens = e->starts ? (size_t)e->starts[n] : 0,
           marks = e->mark_starts ? (size_t)e->mark_starts[n] : 0;
    const column all[ARRAYS] = {{(void **)&e->starts, n + 1, sizeof *e->starts},
                                {(void **)&e->tokens, tokens, sizeof *e->tokens},
                                {(void **)&e->mark_starts, n + 1, sizeof *e->mark_starts},
                                {(void **)&e->marks, marks, sizeof *e->marks},
                                {(void **)&e->labels, marks, sizeof *e->labels},
                                {(void **)&e->problems, n, sizeof *e->problems},
                                {(void **)&e->groups, n, sizeof *e->groups}};
    memcpy(out, all, sizeof all);
}

void cairn_examples_trim(cairn_examples *examples) {
    column columns[ARRAYS];
    list_columns(examples, columns);
    for (int i = 0; i < ARRAYS; i++)
        cairn_shrink(columns[i].block, &examples->capacity[i], columns[i].count, columns[i].size);
}

size_t cairn_examples_bytes(const cairn_examples *examples) {
    cairn_examples copy = *examples;
    column columns[ARRAYS];
    size_t bytes = 0;
    list_columns(&copy, columns);
    for (int i = 0; i < ARRAYS; i++) bytes += examples->capacity[i] * columns[i].size;
    return bytes;
}

void cairn_examples_free(cairn_examples *examples) {
    cairn_free(examples->starts);
    cairn_free(examples->tokens);
    cairn_free(examples->mark_starts);
    cairn_free(examples->marks);
    cairn_free(examples->labels);
    cairn_free(examples->problems);
    cairn_free(examples->groups);
    *examples = (cairn_examples){0};
}

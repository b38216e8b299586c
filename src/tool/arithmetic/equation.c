/* The equalities of a text: those written in its sentences and those in calculator marks. */
#include <string.h>

#include "tool/arithmetic/equalities.h"

typedef struct finder {
    cairn_ctx *ctx;
    cairn_arena *arena;
    calc *machine;
    const char *text;
    cairn_equation *found;
    size_t count, capacity;
    calc_value left, right;
    chain links;
    systems_source systems;
    chain_setting setting;
} finder;

static size_t span_end(const lex *tokens, size_t stop) {
    return tokens->tokens[stop - 1].at + tokens->tokens[stop - 1].length;
}

static cairn_status add(finder *f, cairn_equation *claim) {
    CAIRN_TRY(cairn_grow(f->ctx, (void **)&f->found, &f->capacity, f->count + 1, sizeof *claim));
    claim->left = cairn_arena_copy(f->arena, f->text + claim->left_start, claim->left_end - claim->left_start);
    claim->right = cairn_arena_copy(f->arena, f->text + claim->right_start, claim->right_end - claim->right_start);
    if (!claim->left || !claim->right) return CAIRN_NO_MEMORY;
    f->found[f->count++] = *claim;
    return CAIRN_OK;
}

/* The claim of a link whose sides were just read. */
static cairn_status add_link(finder *f, const lex *tokens, char relation, bool mark, cairn_equation_code code) {
    bool turned = chain_turned(tokens, &f->left, &f->right);
    cairn_equation claim = {
        .left_start = tokens->tokens[f->left.from].at,
        .left_end = span_end(tokens, f->left.stop),
        .right_start = tokens->tokens[f->right.from].at,
        .right_end = span_end(tokens, f->right.stop),
        .exact = calc_text(f->arena, turned ? f->right.value : f->left.value),
        .verdict = chain_verdict(code),
        .code = code,
        .mark = mark,
        .approximate = relation == LEX_APPROXIMATE,
    };
    if (!claim.exact) return CAIRN_NO_MEMORY;
    claim.start = claim.left_start;
    claim.end = claim.right_end;
    return add(f, &claim);
}

static cairn_status check_chain(finder *f, const lex *tokens) {
    for (size_t i = 1; i < f->links.count; i++) {
        const chain_part *before = &f->links.parts[i - 1], *after = &f->links.parts[i];
        cairn_equation_code code;
        if (!chain_judge(f->machine, tokens, before, after, &f->setting, &f->left, &f->right, &code)) continue;
        if (f->left.operators + f->right.operators == 0) continue;
        CAIRN_TRY(add_link(f, tokens, after->relation, false, code));
    }
    return CAIRN_OK;
}

static cairn_status check_written(finder *f, size_t length) {
    lex tokens = {0};
    size_t at = 0;
    cairn_status status = lex_read(f->ctx, f->text, 0, length, LEX_PLAIN, &tokens);
    while (status == CAIRN_OK) {
        status = chain_next(f->ctx, &tokens, &at, false, &f->links);
        if (status == CAIRN_OK) status = check_chain(f, &tokens);
    }
    lex_free(&tokens);
    return status == CAIRN_END ? CAIRN_OK : status;
}

/* A mark's inside is read without prose: both sides whole, with no words. */
static cairn_status check_mark(finder *f, lex *tokens, size_t inside, size_t end) {
    size_t at = 0;
    CAIRN_TRY(lex_read(f->ctx, f->text, inside, end, LEX_PLAIN, tokens));
    cairn_status status = chain_next(f->ctx, tokens, &at, false, &f->links);
    if (status != CAIRN_OK && status != CAIRN_END) return status;
    size_t before = f->count;
    bool whole = status == CAIRN_OK && at == tokens->count && f->links.count >= 2 && f->links.parts[0].from == 0;
    for (size_t i = 1; whole && i < f->links.count; i++) {
        const chain_part *l = &f->links.parts[i - 1], *r = &f->links.parts[i];
        cairn_equation_code code;
        whole = chain_judge(f->machine, tokens, l, r, &f->setting, &f->left, &f->right, &code) &&
                f->left.from == l->from && f->right.stop == r->to && f->left.unit_count + f->right.unit_count == 0;
        if (whole) CAIRN_TRY(add_link(f, tokens, r->relation, true, code));
    }
    if (!whole) {
        f->count = before;
        cairn_equation claim = {.left_start = inside,
                                .left_end = end,
                                .right_start = end,
                                .right_end = end,
                                .verdict = CAIRN_VERDICT_UNKNOWN,
                                .code = CAIRN_EQUATION_UNPARSABLE,
                                .mark = true};
        CAIRN_TRY(add(f, &claim));
    }
    for (size_t i = before; i < f->count; i++) {
        f->found[i].start = inside - 2;
        f->found[i].end = end + 2;
    }
    return CAIRN_OK;
}

static cairn_status check_marks(finder *f, size_t length) {
    lex tokens = {0};
    size_t at = 0, inside, end;
    cairn_status status = CAIRN_OK;
    while (status == CAIRN_OK && lex_mark(f->text, length, at, &inside, &end)) {
        status = check_mark(f, &tokens, inside, end);
        at = end + 2;
    }
    lex_free(&tokens);
    return status;
}

static bool earlier(const cairn_equation *a, const cairn_equation *b) {
    return a->start != b->start ? a->start < b->start : a->left_start < b->left_start;
}

/* Written claims and marks are each in order: merges the two. */
static cairn_equation *merged(finder *f, size_t written) {
    cairn_equation *out = cairn_arena_alloc(f->arena, f->count, sizeof *out);
    if (!out) return NULL;
    size_t w = 0, m = written;
    for (size_t i = 0; i < f->count; i++) {
        bool mark = w >= written || (m < f->count && earlier(&f->found[m], &f->found[w]));
        out[i] = f->found[mark ? m++ : w++];
    }
    return out;
}

cairn_status cairn_equations_check(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                   cairn_equation **out, size_t *count) {
    finder f = {.ctx = ctx, .arena = arena, .text = text};
    f.setting.systems = &f.systems;
    CAIRN_TRY(calc_open(ctx, &f.machine));
    calc_value_open(&f.left);
    calc_value_open(&f.right);
    cairn_status status = check_written(&f, length);
    size_t written = f.count;
    if (status == CAIRN_OK) status = check_marks(&f, length);
    cairn_equation *all = NULL;
    if (status == CAIRN_OK && f.count && !(all = merged(&f, written))) status = CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        *out = all;
        *count = f.count;
    }
    calc_value_close(&f.left);
    calc_value_close(&f.right);
    calc_close(f.machine);
    cairn_free(f.found);
    cairn_free(f.links.parts);
    return status;
}

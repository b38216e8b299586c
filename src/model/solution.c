/* Stepped solutions as tokens: joined by number, positions kept as they arise. */
#include <string.h>

#include "cairn/model.h"

#define REMEDY "a model of a longer one (--shape context=N, when it is trained) reads it, and --skip-bad passes it over"

cairn_status cairn_solution_format_of(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, int32_t context,
                                      cairn_solution_format *out) {
    cairn_solution_format f = {.tokenizer = tokenizer, .context = context};
    const struct {
        const char *name;
        int32_t *token;
    } needed[] = {{"<s>", &f.begin}, {"<sep>", &f.separator}, {"<step>", &f.step}, {"</s>", &f.end}};
    if (context < 1) return cairn_fail(ctx, CAIRN_INVALID, "a context has at least one token, not %d", (int)context);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        *needed[i].token = cairn_token_special(tokenizer, needed[i].name);
        if (*needed[i].token == CAIRN_NO_TOKEN)
            return cairn_fail(ctx, CAIRN_INVALID,
                              "stepped solutions need the special token %s, which the tokenizer lacks", needed[i].name);
    }
    *out = f;
    return CAIRN_OK;
}

static cairn_status add_text(cairn_ctx *ctx, const cairn_solution_format *f, const char *text, int32_t after,
                             cairn_solution_tokens *out) {
    CAIRN_TRY(cairn_tokenizer_encode(ctx, f->tokenizer, text, strlen(text), &out->tokens));
    return cairn_tokens_add(ctx, &out->tokens, after);
}

cairn_status cairn_solution_encode(cairn_ctx *ctx, const cairn_solution_format *format, const char *name,
                                   const char *problem, const char *const *steps, int32_t n_steps, bool finished,
                                   cairn_solution_tokens *out) {
    return cairn_solution_encode_turns(ctx, format, name, problem, steps, NULL, n_steps, finished, out);
}

cairn_status cairn_solution_encode_turns(cairn_ctx *ctx, const cairn_solution_format *format, const char *name,
                                         const char *problem, const char *const *steps, const char *const *observations,
                                         int32_t n_steps, bool finished, cairn_solution_tokens *out) {
    const size_t most = (size_t)format->context;
    size_t count = 0;
    out->tokens.count = 0;
    out->n_steps = 0;
    CAIRN_TRY(
        cairn_grow(ctx, (void **)&out->step_ends, &out->step_capacity, (size_t)n_steps + 1, sizeof *out->step_ends));
    CAIRN_TRY(
        cairn_grow(ctx, (void **)&out->text_ends, &out->text_capacity, (size_t)n_steps + 1, sizeof *out->text_ends));
    CAIRN_TRY(cairn_tokens_add(ctx, &out->tokens, format->begin));
    CAIRN_TRY(add_text(ctx, format, problem, format->separator, out));
    count = out->tokens.count;
    out->prompt = (int32_t)(count < most ? count : most);
    for (int32_t i = 0; i < n_steps && count <= most; i++) {
        CAIRN_TRY(add_text(ctx, format, steps[i], format->step, out));
        int32_t said = (int32_t)(out->tokens.count < most ? out->tokens.count : most) - 1;
        if (observations && observations[i]) CAIRN_TRY(add_text(ctx, format, observations[i], format->separator, out));
        count = out->tokens.count;
        if (count > most) break;
        out->text_ends[out->n_steps] = said;
        out->step_ends[out->n_steps++] = (int32_t)count - 1;
    }
    if (finished && count <= most) CAIRN_TRY(cairn_tokens_add(ctx, &out->tokens, format->end));
    if (out->tokens.count <= most) return CAIRN_OK;
    if (out->n_steps < n_steps)
        return cairn_fail(ctx, CAIRN_LIMIT, "%s: too long: the context of %d tokens ends in step %d of %d; " REMEDY,
                          name, (int)format->context, (int)out->n_steps + 1, (int)n_steps);
    return cairn_fail(ctx, CAIRN_LIMIT, "%s: too long: the context of %d tokens ends %s; " REMEDY, name,
                      (int)format->context, n_steps ? "before its </s>" : "in the problem");
}

cairn_status cairn_solution_begin(cairn_ctx *ctx, const cairn_solution_format *format, const char *name,
                                  const char *text, cairn_solution_tokens *out) {
    CAIRN_TRY(cairn_tokenizer_encode(ctx, format->tokenizer, text, strlen(text), &out->tokens));
    if (out->tokens.count <= (size_t)format->context) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_LIMIT, "%s: too long: the context of %d tokens ends in a step that was begun; " REMEDY,
                      name, (int)format->context);
}

bool cairn_solution_is_observed(const cairn_solution_tokens *solution, int32_t position, int32_t *turn) {
    while (*turn < solution->n_steps && solution->step_ends[*turn] < position) ++*turn;
    return *turn < solution->n_steps && solution->text_ends[*turn] < position;
}

void cairn_solution_targets(const cairn_solution_tokens *solution, int32_t *targets) {
    int32_t count = (int32_t)solution->tokens.count, turn = 0;
    for (int32_t i = 0; i < count; i++) {
        bool learned =
            i + 1 < count && i + 1 >= solution->prompt && !cairn_solution_is_observed(solution, i + 1, &turn);
        targets[i] = learned ? solution->tokens.ids[i + 1] : -1;
    }
}

void cairn_solution_free(cairn_solution_tokens *solution) {
    cairn_tokens_free(&solution->tokens);
    cairn_free(solution->step_ends);
    cairn_free(solution->text_ends);
    *solution = (cairn_solution_tokens){0};
}

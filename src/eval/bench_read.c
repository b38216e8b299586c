/* Readers of a critic's replies: each by one published rule. */
#include <math.h>
#include <string.h>

#include "cairn/tool.h"
#include "eval/bench_critic.h"

static void hear_value(cairn_said said, cairn_bench_heard *out) {
    out->rule = said.rule;
    out->said = said.value != CAIRN_SAID_NOTHING;
    if (out->said) out->value = said.value;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* What votes is the box's text, whole numbers or not. */
cairn_status bench_read_boxed(cairn_bench_run *run, const cairn_bench_item *item, const cairn_bench_question *question,
                              cairn_bench_heard *out) {
    size_t start, size;
    (void)item, (void)question;
    hear_value(cairn_say_boxed(out->text), out);
    if (!cairn_boxed_find(out->text, strlen(out->text), &start, &size)) return CAIRN_OK;
    out->word = cairn_arena_copy(run->arena, out->text + start, size);
    return out->word ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status bench_read_labels(cairn_bench_run *run, const cairn_bench_item *item, const cairn_bench_question *question,
                               cairn_bench_heard *out) {
    size_t n = (size_t)item->candidates[0].n_steps;
    int32_t *labels = cairn_arena_alloc(run->arena, n + 1, sizeof *labels);
    int8_t *valid = cairn_arena_alloc(run->arena, n + 1, sizeof *valid);
    (void)question;
    if (!labels || !valid) return CAIRN_NO_MEMORY;
    out->said = cairn_say_ints(out->text, CAIRN_INTS_BRACKETED, 1, labels, (int32_t)n).found > 0;
    if (!out->said) return CAIRN_OK;
    for (size_t i = 0; i < n; i++) valid[i] = labels[i] == 1;
    out->rule = "bracketed";
    out->valid = valid;
    return CAIRN_OK;
}

static const int8_t *as_labels(cairn_arena *arena, const bool *values, int32_t n, bool right) {
    int8_t *labels = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *labels);
    for (int32_t i = 0; labels && i < n; i++) labels[i] = values[i] == right;
    return labels;
}

/* Lists of another length than the steps say nothing. */
cairn_status bench_read_step_json(cairn_bench_run *run, const cairn_bench_item *item,
                                  const cairn_bench_question *question, cairn_bench_heard *out) {
    int32_t n = item->candidates[0].n_steps;
    cairn_said_steps said;
    (void)question;
    CAIRN_TRY(cairn_say_steps(run->ctx, run->arena, out->text, &said));
    if (said.said) out->rule = "json";
    out->said = said.said && said.n_validity == n && said.n_redundancy == n;
    if (!out->said) return CAIRN_OK;
    out->valid = as_labels(run->arena, said.validity, n, true);
    out->redundant = as_labels(run->arena, said.redundancy, n, true);
    return out->valid && out->redundant ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- ratings ----------------------------------------------------------------------------------------------------- */

cairn_status bench_read_rating(cairn_bench_run *run, const cairn_bench_item *item, const cairn_bench_question *question,
                               cairn_bench_heard *out) {
    (void)run, (void)item;
    hear_value(cairn_say_rating(out->text, CAIRN_RATING_TRAILING, question->low, question->high), out);
    return CAIRN_OK;
}

cairn_status bench_read_tagged_rating(cairn_bench_run *run, const cairn_bench_item *item,
                                      const cairn_bench_question *question, cairn_bench_heard *out) {
    (void)run, (void)item;
    hear_value(cairn_say_rating(out->text, CAIRN_RATING_TAGGED, question->low, question->high), out);
    return CAIRN_OK;
}

/* ---- letters ----------------------------------------------------------------------------------------------------- */

cairn_status bench_read_letter(cairn_bench_run *run, const cairn_bench_item *item, const cairn_bench_question *question,
                               cairn_bench_heard *out) {
    static const char *const letters[] = {"A", "B", "C", "D"};
    int32_t n = question->shows == CAIRN_BENCH_SHOWS_RANKED ? 4 : 3;
    (void)run, (void)item;
    hear_value(cairn_say_choice(out->text, letters, n, CAIRN_CHOICE_BRACKETED), out);
    return CAIRN_OK;
}

cairn_status bench_read_judgement(cairn_bench_run *run, const cairn_bench_item *item,
                                  const cairn_bench_question *question, cairn_bench_heard *out) {
    (void)run, (void)item, (void)question;
    hear_value(cairn_say_judgement(out->text), out);
    return CAIRN_OK;
}

enum { LETTER_A, LETTER_B, LETTER_TIE };

cairn_status bench_read_preference(cairn_bench_run *run, const cairn_bench_item *item,
                                   const cairn_bench_question *question, cairn_bench_heard *out) {
    cairn_said said = cairn_say_preference(out->text, CAIRN_PREFERENCE_SOLE);
    (void)run, (void)item, (void)question;
    hear_value(said, out);
    if (out->said) out->value = said.value > 0 ? LETTER_A : said.value < 0 ? LETTER_B : LETTER_TIE;
    return CAIRN_OK;
}

cairn_status bench_read_json_choice(cairn_bench_run *run, const cairn_bench_item *item,
                                    const cairn_bench_question *question, cairn_bench_heard *out) {
    static const int32_t letters[] = {
        [CAIRN_SLOT_ONE] = LETTER_A, [CAIRN_SLOT_TWO] = LETTER_B, [CAIRN_SLOT_TIE] = LETTER_TIE};
    cairn_slot slot;
    (void)item;
    CAIRN_TRY(cairn_say_swap(run->ctx, out->text, question->key, &slot, &out->rule));
    out->said = slot != CAIRN_SLOT_UNKNOWN;
    if (out->said) out->value = letters[slot];
    return CAIRN_OK;
}

/* ---- yes and no -------------------------------------------------------------------------------------------------- */

void bench_hear_yes(cairn_said_yes said, cairn_bench_heard *out) {
    out->said = said.yes || said.no;
    out->value = (said.yes ? BENCH_YES : 0) | (said.no ? BENCH_NO : 0);
    if (out->said) out->rule = said.yes && said.no ? "yes and no" : said.yes ? "yes" : "no";
}

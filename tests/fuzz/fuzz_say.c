/* layer: eval */
/* Fuzzes what replies say: values lie in the range that was asked for, and counts agree. */
#include "cairn/say.h"
#include "fuzz.h"

static const char *const options[] = {"A", "B", "Action 1", "yes"};

static void check_one(const char *text) {
    for (int rule = 0; rule <= CAIRN_CHOICE_BRACKETED; rule++) {
        cairn_said said = cairn_say_choice(text, options, 4, (cairn_choice_rule)rule);
        must(said.value == CAIRN_SAID_NOTHING || (said.value >= 0 && said.value < 4 && said.rule));
        must(said.others >= 0 && said.others < 4);
    }
    for (int rule = 0; rule <= CAIRN_RATING_ANY; rule++) {
        cairn_said said = cairn_say_rating(text, (cairn_rating_rule)rule, 1, 10);
        must(said.value == CAIRN_SAID_NOTHING || (said.value >= 1 && said.value <= 10 && said.rule));
        must(rule != CAIRN_RATING_TRAILING || !said.coerced);
    }
    for (int rule = 0; rule <= CAIRN_PREFERENCE_LAST; rule++) {
        int32_t value = cairn_say_preference(text, (cairn_preference_rule)rule).value;
        must(value == CAIRN_SAID_NOTHING || (value >= -2 && value <= 2));
    }
    int32_t letter = cairn_say_judgement(text).value;
    must(letter == CAIRN_SAID_NOTHING || letter == 0 || letter == 1);
    cairn_said_yes first = cairn_say_yes(text, CAIRN_YES_FIRST_WORD), words = cairn_say_yes(text, CAIRN_YES_WORD),
                   anywhere = cairn_say_yes(text, CAIRN_YES_SUBSTRING);
    must(!(first.yes && first.no));
    must((!first.yes || (words.yes && anywhere.yes)) && (!first.no || (words.no && anywhere.no)));
    must(cairn_say_boxed(text).others >= 0);
}

static void check_lists(const char *text) {
    int32_t values[5];
    for (int rule = 0; rule <= CAIRN_INTS_BRACKETED; rule++)
        for (int32_t k = 0; k <= 5; k++) {
            cairn_said_ints said = cairn_say_ints(text, (cairn_ints_rule)rule, 1, values, k);
            must(said.found + said.padded - said.cut == k && said.coerced <= k);
            for (int32_t i = 0; i < k; i++) must(values[i] == 0 || values[i] == 1);
        }
}

static void check_json(cairn_ctx *ctx, cairn_arena *arena, const char *text) {
    cairn_slot slot;
    const char *rule;
    cairn_said_steps steps;
    must(cairn_say_swap(ctx, text, "better_step", &slot, &rule) == CAIRN_OK);
    must((slot == CAIRN_SLOT_UNKNOWN) == !rule);
    must(cairn_say_steps(ctx, arena, text, &steps) == CAIRN_OK);
    must(steps.said == (steps.validity && steps.redundancy));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        char *text = cairn_arena_copy(arena, (const char *)data, size);
        if (text) {
            check_one(text);
            check_lists(text);
            check_json(ctx, arena, text);
        }
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}

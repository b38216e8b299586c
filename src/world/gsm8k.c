/* World `gsm8k`: grade-school problems in words (arXiv 2110.14168). Steps are lines; calculator marks <<expr=value>>
 * and equalities are checked exactly; the line "#### 18" (or "A: 18", "Answer: 18") ends a solution and states its
 * answer. */
#include <string.h>

#include "world/text.h"

typedef struct config {
    int64_t max_steps;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, max_steps, "32", 1, 4096, "steps", "a longer solution is cut off"),
};

static cairn_status gsm8k_open(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    (void)ctx;
    config *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *(const config *)configuration;
    *self = own;
    return CAIRN_OK;
}

static cairn_status gsm8k_load(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                               cairn_problem **problems, int64_t *count, uint64_t *content) {
    const config *own = self;
    cairn_read_options read = {.format = CAIRN_FORMAT_GSM8K, .skip_bad = skip_bad};
    return text_load(ctx, path, read, (int32_t)own->max_steps, arena, problems, count, content);
}

static bool states_answer(const char *line, size_t length) {
    static const char *const marks[] = {"####", "A:", "Answer:"};
    while (length > 0 && (*line == ' ' || *line == '\t')) line++, length--;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (length >= strlen(marks[i]) && memcmp(line, marks[i], strlen(marks[i])) == 0) return true;
    return false;
}

static cairn_status gsm8k_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                cairn_turn *turn, void *after) {
    (void)ctx, (void)self, (void)problem, (void)before, (void)after;
    turn->done = states_answer(turn->text, turn->length);
    return CAIRN_OK;
}

const cairn_world_type cairn_world_gsm8k = {
    .about = {.name = "gsm8k",
              .summary = "grade-school problems in words; lines are steps, calculations are checked",
              .source = "arXiv 2110.14168",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = gsm8k_open,
    .load = gsm8k_load,
    .read = text_read,
    .start = text_start,
    .apply = gsm8k_apply,
    .check = text_check,
    .check_answer = text_check_answer,
    .verify_step = text_verify_step,
    .verify = text_verify,
    .verifier = "calculator",
};

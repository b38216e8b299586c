/* layer: eval */
/* Fuzzes files of rollouts: the first byte picks the unit of scores and a credit, the rest is a file. Every response that is
 * read keeps what its header promises, and its credit is given or refused with a reason. */
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cairn/credit_file.h"
#include "fuzz.h"

enum { MOST_TOKENS = 1 << 12 }; /* of a response whose credit is tried: `step_ends` alone make it long */

static void check_row(const cairn_credit_row *row, cairn_score_unit unit) {
    const cairn_trajectory *y = &row->response;
    must(y->name && y->n_steps >= 1 && y->n_steps == row->record.n_steps && y->n_tokens >= y->n_steps);
    must(y->step_end[y->n_steps - 1] == y->n_tokens - 1);
    for (int32_t k = 0; k < y->n_steps; k++) {
        must(y->step_end[k] > (k ? y->step_end[k - 1] : -1));
        if (y->step_score && unit != CAIRN_SCORE_REAL) must(!(y->step_score[k] < -1) && !(y->step_score[k] > 1));
    }
    for (int32_t i = 0; i < row->n_prompt_ids; i++) must(row->prompt_ids[i] >= 0);
    for (int32_t t = 0; row->completion_ids && t < y->n_tokens; t++) must(row->completion_ids[t] >= 0);
}

static void give_credit(cairn_ctx *ctx, const cairn_credit_plan *plan, const cairn_credit_row *row) {
    static double advantage[MOST_TOKENS];
    cairn_credit_group group = {.responses = &row->response, .n = 1, .id = 1};
    cairn_credit_result result = {.advantage = advantage};
    if (row->response.n_tokens > MOST_TOKENS) return;
    if (!worked(ctx, cairn_credit(ctx, plan, &group, 1, 0, &result))) return;
    for (int32_t t = 0; t < row->response.n_tokens; t++) must(!isnan(advantage[t]));
}

static void read_all(cairn_ctx *ctx, cairn_arena *arena, const char *path, uint8_t choice) {
    static const char *const specs[] = {"outcome", "sum", "ppo", "capo", "prime", "trust", "gated", "calibrate"};
    cairn_score_unit unit = (cairn_score_unit)(choice % 3);
    cairn_credit_plan plan;
    cairn_credit_file *file;
    cairn_credit_row row;
    cairn_status status;
    if (!worked(ctx, cairn_credit_find(ctx, arena, specs[choice / 4 % 8], &plan))) return;
    if (!worked(ctx, cairn_credit_file_open(ctx, path, unit, choice & 128, &file))) return;
    cairn_arena_mark mark = cairn_arena_save(arena);
    while ((status = cairn_credit_file_next(file, arena, &row)) == CAIRN_OK) {
        check_row(&row, unit);
        give_credit(ctx, &plan, &row);
        cairn_arena_restore(arena, mark);
    }
    must(status == CAIRN_END || cairn_error(ctx)[0] != '\0');
    cairn_credit_file_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    static char path[64];
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (size < 1) return 0;
    if (file < 0) {
        file = memfd_create("rollouts", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    must(ftruncate(file, 0) == 0 && pwrite(file, data + 1, size - 1, 0) == (ssize_t)size - 1);
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        read_all(ctx, arena, path, data[0]);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}

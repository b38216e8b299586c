/* Scores of a reward beside labels: the steps of a file, and the threshold that tells right from wrong best. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/job.h"

typedef struct reading {
    cairn_ctx *ctx;
    const cairn_reward *reward;
    double right_from;
    bool until_error;
    cairn_arena *arena, *scratch; /* of the items; of one record */
    cairn_step_item *items;
    size_t n, room;
    uint32_t solutions;
} reading;

static cairn_status add_item(reading *r, double score, double label) {
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 1024;
        cairn_step_item *items = cairn_arena_alloc(r->arena, room, sizeof *items);
        if (!items) return CAIRN_NO_MEMORY;
        if (r->n) memcpy(items, r->items, r->n * sizeof *items);
        r->items = items;
        r->room = room;
    }
    r->items[r->n++] = (cairn_step_item){score, label, r->solutions};
    return CAIRN_OK;
}

static cairn_status score_record(reading *r, const cairn_record *record) {
    const cairn_world *world = r->reward->world;
    cairn_problem problem = {
        .id = record->id, .key = cairn_key(record->id, strlen(record->id)), .text = record->problem};
    double *scores = cairn_arena_alloc(r->scratch, (size_t)record->n_steps, sizeof *scores);
    if (!scores) return CAIRN_NO_MEMORY;
    CAIRN_TRY(world->type->read(r->ctx, world->self, r->scratch, &problem));
    CAIRN_TRY(cairn_reward_score_turns(r->ctx, r->reward, r->scratch, 0, &problem, record->steps, record->observations,
                                       record->n_steps, scores, NULL, NULL, NULL));
    size_t before = r->n;
    for (int32_t i = 0; i < record->n_steps; i++) {
        double label = record->labels[i];
        if (!isnan(label) && !isnan(scores[i])) CAIRN_TRY(add_item(r, scores[i], label));
        if (r->until_error && !isnan(label) && !cairn_label_is_right(label, r->right_from)) break;
    }
    r->solutions += r->n > before;
    return CAIRN_OK;
}

static cairn_status read_all(reading *r, cairn_dataset *file) {
    for (;;) {
        cairn_record record;
        cairn_arena_reset(r->scratch);
        cairn_status status = cairn_dataset_next(file, r->scratch, &record);
        if (status == CAIRN_END) return CAIRN_OK;
        if (status == CAIRN_OK && record.labels) status = score_record(r, &record);
        if (status != CAIRN_OK) return status;
    }
}

cairn_status cairn_step_items_read(cairn_ctx *ctx, const cairn_reward *reward, const char *path, double right_from,
                                   bool until_error, cairn_arena *arena, cairn_step_item **items, size_t *n) {
    reading r = {.ctx = ctx, .reward = reward, .right_from = right_from, .until_error = until_error, .arena = arena};
    cairn_dataset *file;
    if (!reward->world->type->read)
        return cairn_fail(ctx, CAIRN_INVALID, "world %s reads no problems", reward->world->type->about.name);
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &r.scratch));
    cairn_status status = cairn_dataset_open(ctx, path, (cairn_read_options){.solutions = true}, &file);
    if (status == CAIRN_OK) {
        status = read_all(&r, file);
        cairn_dataset_close(file);
    }
    cairn_arena_close(r.scratch);
    *items = r.items;
    *n = r.n;
    return status;
}

/* ---- threshold --------------------------------------------------------------------------------------------------------- */

static int by_score(const void *a, const void *b) {
    double x = ((const cairn_step_item *)a)->score, y = ((const cairn_step_item *)b)->score;
    return (x > y) - (x < y);
}

cairn_status cairn_step_threshold(cairn_ctx *ctx, const cairn_step_item *items, size_t n, double right_from,
                                  double *threshold, double *accuracy) {
    double total[2] = {0}, below[2] = {0}; /* wrong, right */
    for (size_t i = 0; i < n; i++) {
        if (isnan(items[i].score)) return cairn_fail(ctx, CAIRN_INVALID, "step %zu has no score", i);
        total[cairn_label_is_right(items[i].label, right_from)]++;
    }
    if (total[0] == 0 || total[1] == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "a threshold needs right and wrong steps: there are none %s",
                          total[0] > 0 ? "right" : "wrong");
    cairn_step_item *sorted = cairn_alloc(ctx, n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    memcpy(sorted, items, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_score);
    *threshold = sorted[0].score;
    *accuracy = 0.5;
    for (size_t i = 0; i < n; i++) { /* what lies below sorted[i] is called wrong */
        double reached = (below[0] / total[0] + 1 - below[1] / total[1]) / 2;
        if ((i == 0 || sorted[i].score > sorted[i - 1].score) && reached > *accuracy) {
            *accuracy = reached;
            *threshold = sorted[i].score / 2 + sorted[i - 1].score / 2;
        }
        below[cairn_label_is_right(sorted[i].label, right_from)]++;
    }
    cairn_free(sorted);
    return CAIRN_OK;
}

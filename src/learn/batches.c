/* The order of examples and how they are packed. */
#include "learn/batches.h"

#include <string.h>

/* Fisher and Yates's shuffle of the pool by a stream of (seed, epoch). */
static void shuffle(batches *b) {
    cairn_rng rng = cairn_rng_open(b->seed, (uint64_t)b->epoch, CAIRN_PATH_ROOT, CAIRN_VERB_LEARN, 1, 0);
    if (b->count) memcpy(b->order, b->pool, (size_t)b->count * sizeof *b->order);
    for (int32_t i = b->count - 1; i > 0; i--) {
        int32_t j = (int32_t)cairn_rng_below(&rng, (uint32_t)i + 1), swapped = b->order[i];
        b->order[i] = b->order[j];
        b->order[j] = swapped;
    }
}

cairn_status batches_open(cairn_ctx *ctx, const int32_t *pool, int32_t count, uint64_t seed, batches *out) {
    batches b = {.seed = seed, .pool = pool, .count = count};
    b.order = cairn_alloc(ctx, (size_t)count, sizeof *b.order);
    if (!b.order) return CAIRN_NO_MEMORY;
    shuffle(&b);
    *out = b;
    return CAIRN_OK;
}

void batches_close(batches *b) {
    cairn_free(b->order);
    b->order = NULL;
}

void batches_seek(batches *b, int64_t epoch, int32_t next) {
    b->epoch = epoch;
    b->next = next;
    shuffle(b);
}

int32_t batches_next(batches *b, const cairn_examples *examples, int64_t most, int32_t *ids) {
    int64_t tokens = 0;
    int32_t n = 0;
    if (b->next >= b->count) batches_seek(b, b->epoch + 1, 0);
    while (b->next < b->count) {
        int32_t id = b->order[b->next];
        tokens += examples->starts[id + 1] - examples->starts[id];
        if (n > 0 && tokens > most) break;
        ids[n++] = id;
        b->next++;
    }
    return n;
}

int64_t batches_in(batches *b, const cairn_examples *examples, int64_t most, int64_t epochs) {
    int64_t epoch = b->epoch, count = 0;
    int32_t next = b->next;
    for (int64_t e = 0; e < epochs; e++) {
        batches_seek(b, e, 0);
        for (int64_t tokens = 0; b->next < b->count; b->next++) {
            int32_t id = b->order[b->next];
            int64_t length = examples->starts[id + 1] - examples->starts[id];
            if (tokens == 0 || tokens + length > most) {
                count++;
                tokens = 0;
            }
            tokens += length;
        }
    }
    batches_seek(b, epoch, next);
    return count;
}

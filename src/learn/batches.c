/* The order of groups and how many of them make a batch. */
#include "cairn/learner.h"

#include <string.h>

/* Fisher and Yates's shuffle of the pool by a stream of (seed, epoch). */
static void shuffle(cairn_batches *b) {
    cairn_rng rng = cairn_rng_open(b->seed, (uint64_t)b->epoch, CAIRN_PATH_ROOT, CAIRN_VERB_LEARN, 1, 0);
    if (b->count) memcpy(b->order, b->pool, (size_t)b->count * sizeof *b->order);
    for (int32_t i = b->count - 1; i > 0; i--) {
        int32_t j = (int32_t)cairn_rng_below(&rng, (uint32_t)i + 1), swapped = b->order[i];
        b->order[i] = b->order[j];
        b->order[j] = swapped;
    }
}

cairn_status cairn_batches_open(cairn_ctx *ctx, const int64_t *sizes, const int32_t *pool, int32_t count, uint64_t seed,
                                cairn_batches *out) {
    cairn_batches b = {.seed = seed, .sizes = sizes, .pool = pool, .count = count};
    b.order = cairn_alloc(ctx, (size_t)count, sizeof *b.order);
    if (!b.order) return CAIRN_NO_MEMORY;
    shuffle(&b);
    *out = b;
    return CAIRN_OK;
}

void cairn_batches_close(cairn_batches *batches) {
    cairn_free(batches->order);
    batches->order = NULL;
}

void cairn_batches_seek(cairn_batches *batches, int64_t epoch, int32_t next) {
    batches->epoch = epoch;
    batches->next = next;
    shuffle(batches);
}

int32_t cairn_batches_next(cairn_batches *batches, int64_t most, int32_t *groups) {
    int64_t size = 0;
    int32_t n = 0;
    if (batches->next >= batches->count) cairn_batches_seek(batches, batches->epoch + 1, 0);
    while (batches->next < batches->count) {
        int32_t group = batches->order[batches->next];
        size += batches->sizes[group];
        if (n > 0 && size > most) break;
        groups[n++] = group;
        batches->next++;
    }
    return n;
}

int64_t cairn_batches_in(cairn_batches *batches, int64_t most, int64_t epochs) {
    int64_t epoch = batches->epoch, count = 0;
    int32_t next = batches->next;
    for (int64_t e = 0; e < epochs; e++) {
        cairn_batches_seek(batches, e, 0);
        int64_t size = 0;
        for (int32_t n = 0; batches->next < batches->count; batches->next++, n++) {
            int64_t more = batches->sizes[batches->order[batches->next]];
            if (n == 0 || size + more > most) {
                count++;
                n = 0;
                size = 0;
            }
            size += more;
        }
    }
    cairn_batches_seek(batches, epoch, next);
    return count;
}
